"""The wheel ``chatkit-sync``, for a page's own PyScript configuration."""

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
name = "chatkit-sync"
version = "{version}"
description = "{description}"
requires-python = ">=3.11"

[tool.flit.module]
name = "sync"
"""


def make_wheel(target: Path, sources: Mapping[str, str], version: str) -> Path:
    """Write the wheel into a folder; return its path."""
    description = (ROOT / "sync" / "__init__.py").read_text().split('"""')[1].splitlines()[0]
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "sync")
        package.mkdir()
        for name, source in sources.items():
            (package / name).write_text(source)
        project = Path(folder, "pyproject.toml")
        project.write_text(PROJECT.format(version=version, description=description))
        os.environ["SOURCE_DATE_EPOCH"] = EPOCH
        return Path(make_wheel_in(project, target).file)
