"""The 22 items of memory: each has a test on fakes and one in a browser that carries its number.

A test is of an item when its name begins with the number: `test_04_…`. Whoever renames the last one
away, skips it, or expects it to fail is told here.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    "on fakes": Path("tests", "unit", "sync"),
    "in a browser": Path("tests", "browser", "scenarios"),
}
MODULES = "test_memory_*.py"
NOT_RUN = {"skip", "skipif", "xfail", "importorskip", "skipTest"}

ITEMS = {
    1: "address only; storage only; both and different (address wins); neither",
    2: "the snapshot knows a restored thread though the element emits no thread.change",
    3: "an early null of the element, or Python's late start, never wipes what was saved",
    4: "the thread is gone: forgotten in both places, once; told; no loop on reload",
    5: "server ill or network down: kept, told, offered to try again, which shows the messages",
    6: "the id is nonsense: ignored, reported once, removed from the address by replacing",
    7: "reload in a load, in a streamed answer, in the first message before and after its id",
    8: "push and replace as the rule says, for every way of changing the thread",
    9: "a failed switch leaves no trace in address, storage or history, also a poisoned one",
    10: "newThread that could not create its thread: address and storage keep the previous one",
    11: "two quick switches: the last wins, late ends change nothing",
    12: "leaving a streaming thread and coming back",
    13: "other parameters keep every byte, the hash and history.state stay",
    14: "Back and Forward in every state of the chat: address and chat agree at the end",
    15: "fragments change nothing; the page's own entries mean what the rule says",
    16: "a burst of 500 changes, and a browser that ignores or refuses a write",
    17: "parameter renamed, parameter off, storage off, both off",
    18: "storage denied, full, throwing, corrupt, emptied: the chat goes on, one report",
    19: "two tabs keep their own chats, a third opens what was used last; another tab's clear()",
    20: "the back/forward cache: both places are read again",
    21: "set_scope: login, logout, change of user",
    22: "two elements with their own parameters and keys",
}


def troubles(root: Path) -> list[str]:
    """What is wrong with the numbered tests of a checkout, in sentences."""
    return [trouble for kind, folder in KINDS.items() for trouble in of_kind(kind, root / folder)]


def of_kind(kind: str, folder: Path) -> Iterator[str]:
    """What is wrong with the numbered tests of one kind."""
    found: set[int] = set()
    for path in sorted(folder.glob(MODULES)):
        module = ast.parse(path.read_text())
        for line, name in not_run(module):
            yield f"{path.name}:{line}: {name} is not run"
        for name, number in numbered(module):
            if len(number) != 2 or int(number) not in ITEMS:
                yield f"{path.name}: {name} has the number of no item"
            found.add(int(number))
    for item, words in ITEMS.items():
        if item not in found:
            yield f"item {item} has no test {kind}: {words}"


def numbered(module: ast.Module) -> Iterator[tuple[str, str]]:
    """The tests whose names begin with a number. Inside a function pytest would not find them."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            match = re.match(r"test_(\d+)(_|$)", node.name)
            if match:
                yield node.name, match[1]


def not_run(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Where something is skipped or expected to fail: by a decorator, in a body or a helper, or
    for the whole module.
    """
    for statement in module.body:
        for node in ast.walk(statement):
            if NOT_RUN & words_of(node):
                line = getattr(node, "lineno", statement.lineno)
                yield line, getattr(statement, "name", "the module")


def words_of(node: ast.AST) -> set[str]:
    """The names that a node itself uses."""
    if isinstance(node, ast.Attribute):
        return {node.attr}
    if isinstance(node, ast.Name):
        return {node.id}
    return {alias.name for alias in node.names} if isinstance(node, ast.ImportFrom) else set()


def test_every_item_of_memory_has_a_test_on_fakes_and_one_in_a_browser() -> None:
    assert troubles(ROOT) == []


# The check itself.


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small checkout in which every item has its two tests."""
    for folder in KINDS.values():
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "test_memory_others.py").write_text(module_with(set(ITEMS) - {4}))
        (tmp_path / folder / "test_memory_four.py").write_text(module_with({4}))
    return tmp_path


def module_with(items: set[int]) -> str:
    """A module with a test of each item."""
    tests = [f"{'async ' * (item % 2)}def test_{item:02}_holds(): pass" for item in items]
    return "\n".join(["import pytest", *tests])


def four(tree: Path, kind: str = "on fakes") -> Path:
    """The module that holds the test of item 4."""
    return tree / KINDS[kind] / "test_memory_four.py"


def test_a_tree_with_all_items_is_well(tree: Path) -> None:
    assert troubles(tree) == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_without_a_test_of_either_kind_is_told(tree: Path, kind: str) -> None:
    for item, words in ITEMS.items():
        four(tree, kind).write_text(module_with({4} - {item}))
        four(tree, kind).with_name("test_memory_others.py").write_text(
            module_with(set(ITEMS) - {4, item})
        )
        assert troubles(tree) == [f"item {item} has no test {kind}: {words}"]


@pytest.mark.parametrize(
    "text",
    [
        "def holds_04(): pass",
        "def test_holds_04(): pass",
        "def helper():\n    def test_04_holds(): pass",
        "# def test_04_holds(): pass",
        "test_04_holds = None",
    ],
)
def test_what_pytest_would_not_run_as_item_4_is_none(tree: Path, text: str) -> None:
    four(tree).write_text(text)
    assert troubles(tree) == [f"item 4 has no test on fakes: {ITEMS[4]}"]


def test_a_test_in_a_module_of_another_name_does_not_count(tree: Path) -> None:
    module = four(tree, "in a browser")
    module.rename(module.with_name("test_scenarios_of_four.py"))
    assert troubles(tree) == [f"item 4 has no test in a browser: {ITEMS[4]}"]


@pytest.mark.parametrize(
    "text",
    [
        "@pytest.mark.skip\ndef test_04_holds(): pass",
        "@pytest.mark.skipif(True, reason='slow')\ndef test_04_holds(): pass",
        "@pytest.mark.xfail(strict=True)\nasync def test_04_holds(): pass",
        "@pytest.mark.parametrize('a', [pytest.param(1, marks=pytest.mark.skip)])\n"
        "def test_04_holds(a): pass",
        "def test_04_holds():\n    pytest.skip('not here')",
        "def test_04_holds():\n    if True:\n        pytest.xfail('some day')",
        "from pytest import skip\ndef test_04_holds(): pass",
        "later = pytest.mark.skip\n@later\ndef test_04_holds(): pass",
        "pytestmark = [pytest.mark.xfail]\ndef test_04_holds(): pass",
        "def helper():\n    pytest.skip('not here')\ndef test_04_holds():\n    helper()",
        "thing = pytest.importorskip('thing')\ndef test_04_holds(): pass",
    ],
)
def test_what_is_skipped_or_expected_to_fail_is_told(tree: Path, text: str) -> None:
    four(tree).write_text(text)
    told = troubles(tree)
    assert told
    assert all(re.match(r"test_memory_four\.py:\d+: .* is not run", one) for one in told)


@pytest.mark.parametrize("number", ["00", "23", "4", "004"])
def test_a_number_that_is_no_items_is_told(tree: Path, number: str) -> None:
    four(tree).write_text(module_with({4}) + f"\ndef test_{number}_holds(): pass\n")
    assert troubles(tree) == [f"test_memory_four.py: test_{number}_holds has the number of no item"]
