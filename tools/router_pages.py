"""Pages of tests that routers make with tools of their own; heavy, so ``make test-all`` needs them.

    python -m tools.router_pages FOLDER

Each is a folder in ``tests/browser/scenarios/routers`` with packages and a script ``build`` of its
own, which makes a folder ``out``. They are built in ``var/router-pages``, where the packages stay
for the next time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.setup import ROOT, step

SOURCES = ROOT / "tests" / "browser" / "scenarios" / "routers"
WORKSHOPS = ROOT / "var" / "router-pages"
SHARED = SOURCES / "page.js"
KEPT = ("node_modules", "out")
NAMES = tuple(sorted(path.parent.name for path in SOURCES.glob("*/package.json")))


def build(target: Path) -> None:
    """Make all of them, each in a folder of its name."""
    WORKSHOPS.mkdir(parents=True, exist_ok=True)
    shutil.copy(SHARED, WORKSHOPS)
    for name in NAMES:
        shutil.rmtree(target / name, ignore_errors=True)
        shutil.copytree(made(name), target / name)


def made(name: str) -> Path:
    """Make one of them, where it has changed, and return its folder."""
    sources, workshop = SOURCES / name, WORKSHOPS / name
    files = sorted(path for path in sources.rglob("*") if path.is_file())
    files.append(SHARED)
    workshop.mkdir(exist_ok=True)
    for old in workshop.iterdir():
        if old.name not in KEPT:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    shutil.copytree(sources, workshop, dirs_exist_ok=True)
    shutil.copy(ROOT / ".npmrc", workshop)

    def install() -> None:
        npm(workshop, "ci", "--ignore-scripts")

    def export() -> None:
        shutil.rmtree(workshop / "out", ignore_errors=True)
        npm(workshop, "run", "build")

    step(workshop / "node_modules", [workshop / "package-lock.json"], install)
    step(workshop / "out", files, export)
    return workshop / "out"


def npm(folder: Path, *arguments: str) -> None:
    """Run npm, and show what it has said where it fails."""
    environment = os.environ | {"NEXT_TELEMETRY_DISABLED": "1"}
    command = ["npm", "--loglevel=error", *arguments]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if ended.returncode:
        sys.stderr.write(ended.stdout + ended.stderr)
        ended.check_returncode()


if __name__ == "__main__":
    build(Path(sys.argv[1]))
