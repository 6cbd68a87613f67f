"""The bench runs: each contestant once, without judging times."""

import json
import subprocess
import sys

from .conftest import CHECKOUT


def test_the_bench_measures_every_contestant() -> None:
    """In a process of its own: it has a browser and a server of its own."""
    command = [sys.executable, "-m", "bench", "--smoke"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = (CHECKOUT / "var" / "bench-smoke" / "samples.jsonl").read_text().splitlines()
    samples = [json.loads(line) for line in lines]
    contestants = {sample["contestant"] for sample in samples}
    measures = {sample["measure"] for sample in samples}
    assert len(contestants) == 10
    assert len(measures) == 21
    switched = {one["contestant"] for one in samples if one["measure"] == "event to 4 controls"}
    assert switched == contestants
    assert "As a ratio of medians in this run" in done.stdout
