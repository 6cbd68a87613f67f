"""Our Python made small: without docstrings, comments and annotations, with short names inside."""

from __future__ import annotations

from pathlib import Path

import python_minifier


def small_sources(package: Path) -> dict[str, str]:
    """Return the source of each module by its file name, in order."""
    return {path.name: small(path.read_text(), path.name) for path in sorted(package.glob("*.py"))}


def small(source: str, name: str) -> str:
    """Return a module that does the same; what others can name keeps its name."""
    return python_minifier.minify(
        source,
        filename=name,
        remove_literal_statements=True,
        # Constant texts as names are read once more at every start, for bytes that gzip saves too.
        hoist_literals=False,
    )
