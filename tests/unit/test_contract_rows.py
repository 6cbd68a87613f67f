"""Every row of what is known about the element has a contract test that names it."""

import ast
import functools
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.browser.contract import rows

CHECKOUT = Path(__file__).resolve().parents[2]
CONTRACT = CHECKOUT / "tests" / "browser" / "contract"
BEHAVIOUR = CHECKOUT.parent / "shared" / "chatkit-behaviour.md"


@functools.cache
def named_rows() -> dict[str, list[str]]:
    """The tests that name a row, by row; read from the source, so that no browser is needed."""
    found: dict[str, list[str]] = {}
    for path in sorted(CONTRACT.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for key in filter(None, map(row_named_by, node.decorator_list)):
                    found.setdefault(key, []).append(f"{path.name}::{node.name}")
    return found


def row_named_by(decorator: ast.expr) -> str | None:
    """The key in `@row("…")` or `@pytest.mark.row("…")`."""
    match decorator:
        case ast.Call(
            func=ast.Name(id="row") | ast.Attribute(attr="row"),
            args=[ast.Constant(value=str(key))],
        ):
            return key
    return None


@pytest.mark.parametrize("key", rows.ROWS)
def test_a_contract_test_names_the_row(key: str) -> None:
    assert named_rows().get(key), f"no test in {CONTRACT.name}/ names the row {key!r}"


def test_no_contract_test_names_a_row_that_is_not_there() -> None:
    strangers = {key: tests for key, tests in named_rows().items() if key not in rows.ROWS}
    assert strangers == {}


def test_every_contract_test_names_a_row() -> None:
    named = {test for tests in named_rows().values() for test in tests}
    nameless = [
        f"{path.name}::{name}"
        for path in CONTRACT.glob("test_*.py")
        if path.name != "test_wrong_element.py"
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    ]
    assert [test for test in nameless if test not in named] == []


# The page itself is kept beside the checkout, not in it: where it is there, it has the last word.


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    if not BEHAVIOUR.exists():
        pytest.skip("the behaviour page is not beside this checkout")
    parts = re.split(r"^## (.+)$", BEHAVIOUR.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def bullets(text: str) -> int:
    """How many items the lists of a text have."""
    return len(re.findall(r"^- ", text, re.MULTILINE))


def first_column(text: str) -> list[str]:
    """The first cells of a table's rows, without its head and without code quotes."""
    cells = re.findall(r"^\| *(.+?) *\|", text, re.MULTILINE)
    return [cell.replace("`", "") for cell in cells[1:] if not cell.startswith("--")]


def test_the_facts_are_numbered_alike(sections: dict[str, str]) -> None:
    numbers = re.findall(r"^(\d+)\. ", sections["Ten facts that decide the design"], re.MULTILINE)
    assert [f"fact {number}" for number in numbers] == list(rows.FACTS)


def test_the_events_are_the_tables(sections: dict[str, str]) -> None:
    table = [f"events: {cell}" for cell in first_column(sections["Events"])]
    below = ["events: error names", "events: IntegrationError"]
    assert [*table, *below] == list(rows.EVENTS)


def test_the_orders_are_the_tables(sections: dict[str, str]) -> None:
    lines = sections["Orders"].split("```")[1].strip().splitlines()
    width = lines[0].index("ready")
    names = [line[:width].strip() for line in lines]
    assert [f"orders: {name}" for name in names if name] == list(rows.ORDERS)


def test_the_commands_are_the_tables(sections: dict[str, str]) -> None:
    section = sections["Commands"]
    table = [f"commands: {cell}" for cell in first_column(section)]
    keys = list(rows.COMMANDS)
    above, below = keys[:2], keys[2 + len(table) :]
    assert keys[2 : -len(below)] == table
    assert (len(above), len(below)) == (2, bullets(section))


def test_the_rest_is_as_long_as_the_list(sections: dict[str, str]) -> None:
    assert bullets(sections["The rest"]) == len(rows.REST)


def test_no_key_is_used_twice() -> None:
    written = re.findall(r'^    "([^"]+)":', (CONTRACT / "rows.py").read_text(), re.MULTILINE)
    assert [key for key, count in Counter(written).items() if count > 1] == []
