"""``make test`` and ``make test-all``: the checks, the tests, and at the end a count of each kind.

The steps run in order and the first that fails ends the run, so that the last lines always say
how far it came. ``lint``, ``unit`` or ``browser`` as an argument runs that part alone, ``--all``
every browser test on both interpreters in both engines and 20,000 stories by chance, ``--workers``
browser tests side by side.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tools.browsers import NoBrowser, provide
from tools.setup import NODE_MODULES, ROOT, VENV_PYTHON

REPORTS = ROOT / "var" / "reports"
BUNDLE = ROOT / "var" / "bundle"
ROUTER_PAGES = ROOT / "var" / "pages-of-routers"
SUITE_NUMBERS = ("tests", "failures", "errors", "skipped")  # a report's own words
INTERPRETERS = {"mpy": "MicroPython", "py": "Pyodide"}
TYPED = ("sync", "demo", "tools", "tests", "bench", "main.py")
NO_TEST_RAN = 5  # pytest's exit code
STORIES = "20000"


@dataclass
class Counts:
    """How the tests of one run ended."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Return the counts of two runs together."""
        return Counts(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )

    def __str__(self) -> str:
        """Return the counts as the last line says them."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@dataclass
class Step:
    """One command, and for tests where their report goes."""

    name: str
    command: list[str]
    engine: str | None = None  # the browser that it needs
    is_test: bool = False
    variables: dict[str, str] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)

    @property
    def report(self) -> Path:
        """Return the file of the test report."""
        return REPORTS / f"{self.name.replace(', ', '-').replace(' ', '-').lower()}.xml"

    def run(self) -> str | None:
        """Run the command; return what went wrong in a few words, None when all is well."""
        if self.engine is not None:
            try:
                provide(self.engine)
            except NoBrowser as error:
                return str(error)
        if not self.is_test:
            return None if execute(self.command, self.variables) == 0 else "failed"
        self.report.unlink(missing_ok=True)
        code = execute([*self.command, f"--junitxml={self.report}"], self.variables)
        self.counts = read_counts(self.report)
        if code == NO_TEST_RAN:
            return "no test ran"
        return None if code == 0 else f"failed (pytest ended with {code})"


def main() -> int:
    """Run the steps that the command line asks for."""
    options = parse(sys.argv[1:])
    started = time.monotonic()
    finished: list[Step] = []
    trouble = None
    for step in chosen(options):
        print(f"\n── {step.name}", flush=True)
        begun = time.monotonic()
        trouble = step.run()
        print(f"   {time.monotonic() - begun:.0f} s", flush=True)
        finished.append(step)
        if trouble is not None:
            break
    print(f"\n{summary(finished, trouble, time.monotonic() - started)}", flush=True)
    return 0 if trouble is None else 1


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.run_tests", description=__doc__)
    parser.add_argument("part", nargs="?", choices=["lint", "unit", "browser"], help="this alone")
    parser.add_argument("--all", action="store_true", help="both interpreters, both engines")
    parser.add_argument("--workers", type=int, default=2, help="browser tests side by side")
    return parser.parse_args(arguments)


def chosen(options: argparse.Namespace) -> Iterator[Step]:
    """Yield the steps of a run."""
    if options.part in (None, "lint"):
        yield from checks()
    if options.part in (None, "unit"):
        command = [*pytest("tests/unit"), "--numprocesses", "2"]
        yield Step("unit tests, CPython", command, is_test=True)
        if options.all:
            stories = [*pytest("tests/unit/sync/test_memory_by_chance.py"), "--numprocesses", "2"]
            name = f"{STORIES} stories by chance, CPython"
            yield Step(name, stories, is_test=True, variables={"SEQUENCES": STORIES})
    if options.part in (None, "browser"):
        yield from browser_tests(everything=options.all, workers=options.workers)


def checks() -> Iterator[Step]:
    """Yield the steps that read the code without running it."""
    ruff = [str(VENV_PYTHON), "-m", "ruff"]
    yield Step("formatting of Python", [*ruff, "format", "--check", "."])
    yield Step("lint of Python", [*ruff, "check", "."])
    biome = NODE_MODULES / ".bin" / "biome"
    yield Step("formatting and lint of JavaScript", [str(biome), "check", "."])
    typed = [name for name in TYPED if (ROOT / name).exists()]
    yield Step("types", [str(VENV_PYTHON), "-m", "mypy", *typed])


def browser_tests(everything: bool, workers: int) -> Iterator[Step]:
    """Yield the runs in a browser: all tests on MicroPython, the marked core on Pyodide; or all."""
    python = str(VENV_PYTHON)
    yield Step("the bundle", [python, "-m", "tools.dist", str(BUNDLE)])
    variables = {"CHATKIT_BUNDLE": str(BUNDLE)}
    if everything:
        yield Step("pages of routers", [python, "-m", "tools.router_pages", str(ROUTER_PAGES)])
        variables["CHATKIT_ROUTER_PAGES"] = str(ROUTER_PAGES)
    for engine in ("chromium", "firefox") if everything else ("chromium",):
        for runtime, interpreter in INTERPRETERS.items():
            command = [*pytest("tests/browser"), "--engine", engine, "--runtime", runtime]
            if not everything:
                command += ["-m", "core and not long" if runtime == "py" else "not long"]
            if workers > 1:
                command += ["--numprocesses", str(workers), "--dist", "worksteal"]
            name = f"browser tests, {interpreter}, {engine.title()}"
            yield Step(name, command, engine, is_test=True, variables=variables)


def pytest(folder: str) -> list[str]:
    """Return the command that runs the tests of one folder."""
    quiet = ["-q", "--tb=short", "--durations=5", "--durations-min=5"]
    return [str(VENV_PYTHON), "-m", "pytest", *quiet, folder]


def execute(command: list[str], variables: dict[str, str]) -> int:
    """Run a command in the checkout, its output shown; return its exit code."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    environment = os.environ | variables
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, env=environment).returncode


def read_counts(report: Path) -> Counts:
    """Count the tests of a report; none when the run never got as far as writing one."""
    if not report.is_file():
        return Counts()
    counts = Counts()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        number = {name: int(suite.get(name, "0")) for name in SUITE_NUMBERS}
        failed = number["failures"] + number["errors"]
        passed = max(0, number["tests"] - failed - number["skipped"])
        counts += Counts(passed, failed, number["skipped"])
    return counts


def summary(finished: list[Step], trouble: str | None, seconds: float) -> str:
    """Return the last lines: what stopped the run, the counts of each kind, the counts of all."""
    tests = [step for step in finished if step.is_test]
    width = max((len(step.name) for step in tests), default=0)
    lines = [f"{step.name:{width}}  {step.counts}" for step in tests]
    if trouble is not None:
        lines.append(f"stopped at {finished[-1].name}: {trouble}")
    lines.append(f"{len(finished)} steps in {seconds:.0f} s")
    lines.append(str(sum((step.counts for step in tests), Counts())))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
