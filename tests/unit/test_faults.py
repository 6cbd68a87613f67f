"""Every fault that the issue names has a row of `make faults`, and no other has one."""

import re
from pathlib import Path

from tests.browser.scenarios.faults import FAULTS
from tools.faults import lacking

TESTS = Path(__file__).parents[1] / "browser" / "scenarios" / "test_faults.py"


def test_each_named_fault_has_a_test_and_each_test_a_named_fault() -> None:
    marked = re.findall(r'fault\(\s*"([^"]+)"', TESTS.read_text())
    assert set(marked) == set(FAULTS)


def test_a_fault_without_a_row_in_an_engine_is_missing() -> None:
    rows = [("HTTP 400", "mpy", "chromium", [""], "healed")]
    faults = ("HTTP 400", "HTTP 401")
    assert lacking(rows, ["chromium"], faults, ()) == [("HTTP 401", "chromium")]
    assert lacking(rows, ["chromium", "firefox"], faults[:1], ()) == [("HTTP 400", "firefox")]
    assert lacking(rows, ["chromium"], faults[:1], faults[:1]) == [("HTTP 400", "chromium, py")]
