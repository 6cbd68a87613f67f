"""``python -m tools.dist``: build ``dist/`` in the checkout, or the folder that is named."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tools.dist.bundle import BuildError, build
from tools.setup import ROOT


def main() -> int:
    """Build beside the old one, and only then put it in its place."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist"
    fresh = ROOT / "var" / "fresh-bundle"
    if target.exists() and any(target.iterdir()) and not is_bundle(target):
        print(f"dist: {target} is no bundle, so it is not replaced", file=sys.stderr)
        return 1
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        build(fresh)
    except BuildError as error:
        print(f"dist: {error}", file=sys.stderr)
        return 1
    shutil.rmtree(target, ignore_errors=True)
    shutil.move(fresh, target)
    files = [path for path in target.rglob("*") if path.is_file()]
    print(f"dist: {len(files)} files, {megabytes(files):.1f} MB, in {target.name}/")
    return 0


def is_bundle(folder: Path) -> bool:
    """Whether what lies there is an older bundle, and nobody's work."""
    ours = ("VERSION", "integrity.json", "sync/embed.js")
    return all((folder / name).is_file() for name in ours)


def megabytes(files: list[Path]) -> float:
    """Return how large files are together."""
    return sum(path.stat().st_size for path in files) / 1e6


if __name__ == "__main__":
    sys.exit(main())
