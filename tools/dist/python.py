"""Our Python made small: without docstrings, comments and annotations, with short names inside."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import python_minifier


def small_sources(package: Path) -> dict[str, str]:
    """Return the source of each module by its file name, in order."""
    return {path.name: small(path.read_text(), path.name) for path in sorted(package.glob("*.py"))}


def small(source: str, name: str) -> str:
    """Return a module that does the same; what others can name keeps its name."""
    tree = WithoutTypes().visit(ast.parse(source))
    text = ast.unparse(tree)
    return python_minifier.minify(
        text,
        filename=name,
        remove_literal_statements=True,
        # Private functions and constants of the module; what others can name keeps its name.
        rename_globals=True,
        preserve_globals=[one for one in set(re.findall(r"\w+", text)) if one[0] != "_" or one[:2] == "__"],
        # Constant texts as names are read once more at every start, for bytes that gzip saves too.
        hoist_literals=False,
    )


class WithoutTypes(ast.NodeTransformer):
    """Leaves out what only type checkers read."""

    def visit_If(self, node: ast.If) -> ast.stmt | None:
        """Leave out ``if TYPE_CHECKING:``."""
        is_for_types = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if is_for_types and not node.orelse else self.generic_visit(node)  # type: ignore[return-value]

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | None:
        """Leave out ``TYPE_CHECKING = False``."""
        [target, *_] = node.targets
        return None if isinstance(target, ast.Name) and target.id == "TYPE_CHECKING" else node
