"""What a run says: medians and their spread, the ratios that are promised, raw samples, a plot."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl

from bench.measure import STAY, Sample

mpl.use("agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import EngFormatter

Table = Mapping[tuple[str, str], list[float]]
COLUMNS = 3


@dataclass(frozen=True)
class Promise:
    """A ratio that must not be greater than ``most``."""

    measure: str
    ours: str
    other: str
    most: float


MPY = "ours, MicroPython, companion"
PY = "ours, Pyodide, companion"
OURS = (MPY, PY, MPY.replace("companion", "owner"), PY.replace("companion", "owner"))
VISITS = ("first visit", "reload")
# The first click of an owner waits for the chat, which waits for Python: that is what it is for.
PROMISES = [
    *(Promise(f"controls gated, {v}", one, "plain page", 1.2) for v in VISITS for one in OURS),
    Promise("first click accepted, first visit", MPY, "React", 2.5),
    Promise("first click accepted, first visit", PY, "PyScript, Pyodide", 0.45),
    Promise("first click accepted, reload", PY, "PyScript, Pyodide", 0.35),
    *(Promise("event to 4 controls", one, "React", 1.0) for one in OURS),
    *(Promise("event to 10,000 controls", one, "React", 1.0) for one in OURS),
    *(Promise("event to 10,000 controls", one, "plain page", 2.0) for one in OURS),
]


def table_of(samples: Iterable[Sample]) -> Table:
    """Return the values of each contestant and measure."""
    table: dict[tuple[str, str], list[float]] = defaultdict(list)
    for sample in samples:
        table[sample.contestant, sample.measure].append(sample.value)
    return table


def text_of(samples: list[Sample]) -> str:
    """Return a table of medians and quartiles for each measure, and then the promises."""
    table = table_of(samples)
    units = {sample.measure: sample.unit for sample in samples}
    lines = []
    for measure, unit in units.items():
        lines += ["", f"{measure} ({unit})"]
        for (contestant, what), values in table.items():
            if what == measure:
                low, middle, high = quartiles(values)
                numbers = f"{middle:>12,.{digits(unit, middle)}f}"
                spread = f"{low:,.{digits(unit, low)}f} to {high:,.{digits(unit, high)}f}"
                lines.append(f"  {contestant:32}{numbers}   {spread}   n={len(values)}")
    lines += [
        "",
        f"Each in a fresh browser, after an empty page; a reload {STAY:g} s after the answer.",
        "Files come from the same machine: on a network, bytes take time besides.",
        "An event's time ends with the last control switched; what others do about that (PyScript"
        " reads each changed attribute) comes before the paint and is in that number.",
    ]
    return "\n".join([*lines, "As a ratio of medians in this run", *promise_lines(table)])


def promise_lines(table: Table) -> list[str]:
    """Return one line for each promise, with its ratio and whether it was kept."""
    lines = []
    for promise in PROMISES:
        ratio = ratio_of(table, promise)
        if ratio is None:
            continue
        kept = "kept  " if ratio <= promise.most else "BROKEN"
        what = f"{promise.measure}: {promise.ours} / {promise.other}"
        lines.append(f"  {kept}  {ratio:6.2f}  (at most {promise.most:g})  {what}")
    return lines


def ratio_of(table: Table, promise: Promise) -> float | None:
    """Return the ratio of the medians, None where one was not measured."""
    ours = table.get((promise.ours, promise.measure))
    other = table.get((promise.other, promise.measure))
    return statistics.median(ours) / statistics.median(other) if ours and other else None


def broken(samples: list[Sample]) -> list[Promise]:
    """Return the promises that this run breaks."""
    table = table_of(samples)
    ratios = {promise: ratio_of(table, promise) for promise in PROMISES}
    return [one for one, ratio in ratios.items() if ratio is not None and ratio > one.most]


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """Return the first quartile, the median and the third."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def digits(unit: str, value: float) -> int:
    """Return how many digits behind the point say something."""
    if unit == "bytes":
        return 0
    return 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 0.1 else 4


def write_raw(samples: list[Sample], folder: Path) -> None:
    """Write the samples alone: a run that is broken off has them."""
    folder.mkdir(parents=True, exist_ok=True)
    raw = "".join(json.dumps(sample.row()) + "\n" for sample in samples)
    (folder / "samples.jsonl").write_text(raw)


def write(samples: list[Sample], folder: Path) -> None:
    """Write the raw samples, the text and the plot."""
    write_raw(samples, folder)
    (folder / "report.txt").write_text(text_of(samples) + "\n")
    plot(samples, folder / "report.png")


def plot(samples: list[Sample], path: Path) -> None:
    """Draw each measure with all its samples, the median as a line."""
    table = table_of(samples)
    measures = list(dict.fromkeys(sample.measure for sample in samples))
    units = {sample.measure: sample.unit for sample in samples}
    names = list(dict.fromkeys(sample.contestant for sample in samples))
    rows = -(-len(measures) // COLUMNS)
    figure, axes = plt.subplots(
        rows, COLUMNS, figsize=(5.5 * COLUMNS, 2.6 * rows), squeeze=False, layout="constrained"
    )
    for axis in axes.flat[len(measures) :]:
        axis.set_axis_off()
    for axis, measure in zip(axes.flat, measures, strict=False):
        for height, name in enumerate(reversed(names)):
            values = table.get((name, measure), [])
            if values:
                colour = "#0b6b57" if name.startswith("ours") else "#8a8f98"
                axis.plot(values, [height] * len(values), "o", color=colour, alpha=0.35, ms=4)
                axis.plot([statistics.median(values)], [height], "|", color=colour, ms=18, mew=2)
        axis.set_yticks(range(len(names)), list(reversed(names)), fontsize=8)
        axis.set_xlim(left=0)
        if units[measure] == "bytes":
            axis.xaxis.set_major_formatter(EngFormatter(sep=""))
        axis.set_title(f"{measure} ({units[measure]})", loc="left", fontsize=10)
    figure.savefig(path, dpi=80)
    plt.close(figure)
