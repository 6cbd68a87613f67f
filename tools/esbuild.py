"""One small script of a module and of all that it imports, by esbuild."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools.setup import NODE_MODULES


def bundled(source: Path, target: Path) -> None:
    """Make one small script of a module and of what it imports."""
    esbuild = [str(NODE_MODULES / ".bin" / "esbuild"), str(source), "--bundle", "--minify"]
    esbuild += ["--jsx=automatic", '--define:process.env.NODE_ENV="production"']
    subprocess.run([*esbuild, "--log-level=warning", f"--outfile={target}"], check=True)
