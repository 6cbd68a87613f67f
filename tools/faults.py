"""``make faults``: what the page says of each named fault, and how it ends.

Runs the tests of ``test_faults.py`` in both engines, those at the border between JavaScript and
Python on both interpreters, and prints a row for each: fault, interpreter, engine, what the page
said, outcome. Ends with an error where a test fails, or a named fault has no row in an engine.

``--engine`` tries one engine alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from tools.browsers import NoBrowser, provide
from tools.run_tests import INTERPRETERS
from tools.setup import ROOT, VENV_PYTHON

TESTS = Path("tests", "browser", "scenarios", "test_faults.py")
ROWS = ROOT / "var" / "reports" / "faults" / "rows.jsonl"
WORKERS = "2"
WIDTHS = (36, 12, 9, 78)

Row = tuple[str, str, str, list[str], str]


def main() -> int:
    """Run, print, and judge."""
    parser = argparse.ArgumentParser(prog="python -m tools.faults", description=__doc__)
    parser.add_argument("--engine", choices=["chromium", "firefox"], help="this one alone")
    engine = parser.parse_args().engine
    engines = [engine] if engine else ["chromium", "firefox"]
    ROWS.unlink(missing_ok=True)
    failed = [one for one in engines for runtime in INTERPRETERS if not run(one, runtime)]
    rows = read()
    table(rows)
    missing = lacking(rows, engines, named(), border())
    for fault, one in missing:
        print(f"no row: {fault}, {one}")
    print(f"{len(rows)} rows of {len(named())} faults, {len(missing)} missing")
    return 1 if failed or missing else 0


def run(engine: str, runtime: str) -> bool:
    """Run the tests once; false where one has failed."""
    try:
        provide(engine)
    except NoBrowser as error:
        print(error)
        return False
    command = [str(VENV_PYTHON), "-m", "pytest", "-q", "--tb=short", str(TESTS)]
    command += ["--engine", engine, "--runtime", runtime, "--numprocesses", WORKERS]
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode == 0


def named() -> tuple[str, ...]:
    """Return the faults that are named, in their order."""
    from tests.browser.scenarios.faults import FAULTS

    return FAULTS


def border() -> tuple[str, ...]:
    """Return those that need a row on each interpreter."""
    from tests.browser.scenarios.faults import BORDER

    return BORDER


def read() -> list[Row]:
    """Return the rows that the tests have kept, in the order of their faults."""
    lines = ROWS.read_text().splitlines() if ROWS.is_file() else []
    rows: list[Row] = [tuple(json.loads(line)) for line in lines]
    order = {fault: at for at, fault in enumerate(named())}
    return sorted(rows, key=lambda row: (order[row[0]], row[2], row[1]))


def table(rows: list[Row]) -> None:
    """Print them."""
    line(("fault", "interpreter", "engine", "what the page said", "outcome"))
    for fault, runtime, engine, said, outcome in rows:
        words = " > ".join(f"“{text}”" for text in said if text) or "nothing"
        line((fault, INTERPRETERS[runtime], engine, words, outcome))


def line(cells: tuple[str, ...]) -> None:
    """Print one row; a long cell moves the next one on."""
    padded = [f"{cell:{width}}" for cell, width in zip(cells, WIDTHS, strict=False)]
    print("  ".join([*padded, cells[-1]]))


def lacking(
    rows: list[Row], engines: list[str], faults: tuple[str, ...], border: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Return the faults that have no row in an engine, those at the border on an interpreter."""
    seen = {(row[0], row[2]) for row in rows} | {(row[0], f"{row[2]}, {row[1]}") for row in rows}
    wanted = [(fault, engine) for fault in faults for engine in engines]
    wanted += [
        (fault, f"{engine}, {interpreter}")
        for fault in border
        for engine in engines
        for interpreter in INTERPRETERS
    ]
    return [one for one in wanted if one not in seen]


if __name__ == "__main__":
    sys.exit(main())
