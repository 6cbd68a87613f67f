"""The wheels: ``chatkit-sync`` for a page's own PyScript configuration, and ``chatkit-sync-stubs``
for editors and type checkers.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from flit_core.wheel import make_wheel_in

from tools.setup import ROOT

# Dates inside a zip begin in 1980; a fixed one makes equal wheels of equal sources.
EPOCH = "315532800"
PROJECT = """[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"

[project]
name = "{name}"
version = "{version}"
description = "{description}"
requires-python = ">=3.11"

[tool.flit.module]
name = "{module}"
"""
PACKAGE = ROOT / "sync"


def make_wheel(target: Path, sources: Mapping[str, str], version: str) -> Path:
    """Write the wheel into a folder; return its path."""
    return packed(target, "chatkit-sync", "sync", sources, version)


def make_stubs(target: Path, version: str) -> Path:
    """Write a package of stubs alone (PEP 561); return its path. The other wheel's Python has lost
    its types on the way into the browser.
    """
    files = {f"{path.stem}.pyi": path.read_text() for path in PACKAGE.glob("*.py")}
    # What is written for type checkers goes before what runs.
    files |= {path.name: path.read_text() for path in PACKAGE.glob("*.pyi")}
    return packed(target, "chatkit-sync-stubs", "sync-stubs", dict(sorted(files.items())), version)


def packed(target: Path, name: str, module: str, files: Mapping[str, str], version: str) -> Path:
    """Write a wheel of one package into a folder; return its path."""
    description = (PACKAGE / "__init__.py").read_text().split('"""')[1].splitlines()[0]
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, module)
        package.mkdir()
        for path, text in files.items():
            (package / path).write_text(text)
        project = Path(folder, "pyproject.toml")
        told = {"name": name, "module": module, "version": version, "description": description}
        project.write_text(PROJECT.format(**told))
        os.environ["SOURCE_DATE_EPOCH"] = EPOCH
        return Path(make_wheel_in(project, target).file)
