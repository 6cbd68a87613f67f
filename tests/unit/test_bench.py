"""What the bench says of its samples."""

from pathlib import Path

import pytest

from bench.measure import Sample
from bench.pages import CONTESTANTS, Contestant
from bench.report import MPY, PROMISES, PY, broken, quartiles, text_of, write

CLICK = "first click accepted, first visit"


def samples(ours: float, react: float) -> list[Sample]:
    return [
        Sample(name, CLICK, value + shift, "ms", number)
        for name, value in ((MPY, ours), ("React", react))
        for number, shift in enumerate((-1.0, 0.0, 90.0))
    ]


def test_a_ratio_is_one_of_medians() -> None:
    text = text_of(samples(500, 250))
    assert "kept      2.00  (at most 2.5)" in text
    assert broken(samples(500, 250)) == []


def test_a_broken_promise_is_named() -> None:
    assert "BROKEN    3.00  (at most 2.5)" in text_of(samples(600, 200))
    [promise] = broken(samples(600, 200))
    assert (promise.ours, promise.other) == (MPY, "React")


def test_what_was_not_measured_is_not_judged() -> None:
    assert broken(samples(600, 200)[:3]) == []


def test_every_promise_is_about_contestants_that_run() -> None:
    names = {one.name for one in CONTESTANTS}
    assert {name for promise in PROMISES for name in (promise.ours, promise.other)} <= names
    assert {MPY, PY} <= names


def test_the_spread_of_one_sample_is_itself() -> None:
    assert quartiles([3.0]) == (3.0, 3.0, 3.0)
    assert quartiles([1.0, 2.0, 3.0, 4.0, 5.0]) == (2.0, 3.0, 4.0)


def test_a_run_is_written_down_whole(tmp_path: Path) -> None:
    write(samples(500, 250), tmp_path)
    assert len((tmp_path / "samples.jsonl").read_text().splitlines()) == 6
    assert (tmp_path / "report.png").read_bytes().startswith(b"\x89PNG")
    assert "median" in (tmp_path / "report.txt").read_text()


@pytest.mark.parametrize("one", CONTESTANTS, ids=[one.slug for one in CONTESTANTS])
def test_every_page_has_the_same_controls(one: Contestant) -> None:
    html = one.html(10)
    assert html.count("data-bench") == 10 or 'data-controls="10"' in html
