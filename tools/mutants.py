"""``make mutants``: mistakes that people make, each of which must turn the unit tests red.

A patch under ``tests/mutants/`` is one such mistake. It begins with a sentence that says what is
wrong and where the field does it; its first line is what the table shows. Each is applied to a copy
of its own, and the tests of ``sync/`` run there. A mutant that no test notices is a test that is
missing, and so is one that fails to start: then a test has proved nothing.

``python -m tools.mutants NAME…`` tries the named ones alone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.setup import ROOT

MUTANTS = Path("tests", "mutants")
TESTS = Path("tests", "unit", "sync")
FIRST = ["test_settling.py"]
FIRST += [f"test_memory_{what}.py" for what in ("restoring", "saving", "storage", "address")]
LAST = "test_memory_by_chance.py"
LINKED = ("node_modules", "vendor", ".venv")
LEFT_OUT = (".git", "var", "__pycache__", ".hypothesis", ".*_cache")
SIDE_BY_SIDE = 2

LIMIT = 60.0
"""Seconds within which a mutant has to be noticed."""

UNPATCHED_LIMIT = 600.0

FOREIGN = ("PYTHONPATH", "PYTEST_ADDOPTS", "SEQUENCES", "CHANCE")  # would change what is run
GREEN, RED = 0, 1  # pytest's exit codes
ALL_PASSED = "every test passed"


@dataclass(frozen=True)
class Verdict:
    """How one run of the tests ended, in words, and the test that failed, if it was a test."""

    said: str
    test: str | None = None
    seconds: float = 0.0

    @property
    def is_noticed(self) -> bool:
        """Whether a test has failed, and nothing else, in time."""
        return self.test is not None


def main(names: list[str], root: Path = ROOT, limit: float = LIMIT) -> int:
    """Try the named mutants, or all; return 1 unless every one was noticed."""
    patches = chosen(root, names)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        # One copy first: whoever works in the checkout meanwhile changes no result.
        unpatched = Path(folder, "unpatched")
        copy(root, unpatched)
        verdict = run(unpatched, UNPATCHED_LIMIT)
        print(f"unpatched: {verdict.said} ({verdict.seconds:.0f} s)", flush=True)
        if verdict.said != ALL_PASSED:
            print("the tests have to pass without a patch, else nothing is proved")
            return 1
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            tried = pool.map(lambda patch: attempt(unpatched, patch, limit), patches)
            verdicts = list(shown(patches, tried))
    noticed = sum(verdict.is_noticed for verdict in verdicts)
    print(f"{noticed} of {len(patches)} mutants noticed")
    return 0 if patches and noticed == len(patches) else 1


def chosen(root: Path, names: list[str]) -> list[Path]:
    """Return the patches of a checkout, or the named ones of them."""
    patches = sorted((root / MUTANTS).glob("*.patch"))
    return [patch for patch in patches if not names or patch.stem in names]


def shown(patches: list[Path], verdicts: Iterator[Verdict]) -> Iterator[Verdict]:
    """Print a row of the table as soon as it is known, and pass the verdict on."""
    width = max((len(patch.stem) for patch in patches), default=0)
    for patch, verdict in zip(patches, verdicts, strict=True):
        print(f"{patch.stem:{width}}  {verdict.seconds:4.0f} s  {sentence(patch)}")
        print(f"{'':{width}}          {verdict.test or f'NOT NOTICED: {verdict.said}'}", flush=True)
        yield verdict


def sentence(patch: Path) -> str:
    """Return the first line of what a patch says of itself."""
    return patch.read_text().partition("\n")[0]


def attempt(unpatched: Path, patch: Path, limit: float) -> Verdict:
    """Run the tests in a patched copy that is thrown away."""
    folder = unpatched.with_name(patch.stem)
    copy(unpatched, folder)
    try:
        refusal = apply(patch, folder)
        return Verdict(f"does not apply: {refusal}") if refusal else run(folder, limit)
    finally:
        shutil.rmtree(folder)


def copy(root: Path, folder: Path) -> None:
    """Copy a checkout without what is big, which is linked, and without what is only left over."""
    shutil.copytree(root, folder, ignore=shutil.ignore_patterns(*LEFT_OUT, *LINKED))
    for name in LINKED:
        if (root / name).exists():
            (folder / name).symlink_to((root / name).resolve())


def apply(patch: Path, folder: Path, *options: str) -> str:
    """Apply a patch; return what git has against it, nothing when all is well."""
    # Inside another repository git would look at nothing and call it a success.
    alone = os.environ | {"GIT_CEILING_DIRECTORIES": str(folder.resolve().parent)}
    command = ["git", "apply", *options, str(patch.resolve())]
    done = subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr.partition("\n")[0] or "git says nothing"


def run(folder: Path, limit: float) -> Verdict:
    """Run the unit tests of a copy until one fails, or the time is over."""
    quiet = ["-x", "-q", "-rf", "--tb=no", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *quiet, *ordered(folder)]
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    begun = time.monotonic()
    try:
        done = subprocess.run(
            command, cwd=folder, env=own, capture_output=True, text=True, timeout=limit
        )
    except subprocess.TimeoutExpired:
        return Verdict(f"no end within {limit:.0f} s", None, limit)
    seconds = time.monotonic() - begun
    if done.returncode == GREEN:
        return Verdict(ALL_PASSED, None, seconds)
    failed = re.search(r"^FAILED (.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    if done.returncode == RED and failed:
        return Verdict(f"failed {failed[1]}", failed[1], seconds)
    return Verdict(f"did not run: pytest ended with {done.returncode}", None, seconds)


def ordered(folder: Path) -> list[str]:
    """Return the test files: those that are likeliest to notice first, the slowest last."""

    def order(path: Path) -> tuple[bool, int, str]:
        name = path.name
        return name == LAST, FIRST.index(name) if name in FIRST else len(FIRST), name

    paths = sorted((folder / TESTS).glob("test_*.py"), key=order)
    return [str(path.relative_to(folder)) for path in paths]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
