"""The page of a test that Next.js makes, as files; heavy, so ``make test-all`` alone needs it.

    python -m tools.next_page FOLDER

The sources are in ``tests/browser/scenarios/routers/next``, with a lock file of their own. They
are built in ``var/next-page``, where the packages stay for the next time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.setup import ROOT, step

SOURCES = ROOT / "tests" / "browser" / "scenarios" / "routers" / "next"
WORKSHOP = ROOT / "var" / "next-page"


def build(target: Path) -> None:
    """Make the page, with what npm has to fetch for it; nothing else is asked of the network."""
    files = sorted(path for path in SOURCES.rglob("*") if path.is_file())
    for name in ("app", "pages"):
        shutil.rmtree(WORKSHOP / name, ignore_errors=True)
    for path in files:
        place = WORKSHOP / path.relative_to(SOURCES)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
    step(WORKSHOP / "node_modules", [WORKSHOP / "package-lock.json"], install)
    step(WORKSHOP / "out", [*files, Path(__file__)], export)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(WORKSHOP / "out", target, dirs_exist_ok=True)


def install() -> None:
    """Fetch the packages."""
    shutil.copy(ROOT / ".npmrc", WORKSHOP)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--silent"], cwd=WORKSHOP, check=True)


def export() -> None:
    """Let Next.js make the files."""
    for name in ("out", ".next"):
        shutil.rmtree(WORKSHOP / name, ignore_errors=True)
    tool = [str(WORKSHOP / "node_modules" / ".bin" / "next"), "build"]
    environment = os.environ | {"NEXT_TELEMETRY_DISABLED": "1"}
    built = subprocess.run(tool, cwd=WORKSHOP, env=environment, capture_output=True, text=True)
    if built.returncode:
        sys.stderr.write(built.stdout + built.stderr)
        built.check_returncode()


if __name__ == "__main__":
    build(Path(sys.argv[1]))
