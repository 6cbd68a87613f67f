"""The house: which module knows which, and what has to agree across files and languages."""

import ast
import importlib
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import sync
from sync import browser, gate, state, toolbar
from sync.state import PHASES

ROOT = Path(__file__).resolve().parents[3]
SYNC = ROOT / "sync"
MODULES = sorted(SYNC.glob("*.py"))
NAMES = [module.stem for module in MODULES]

PURE = {"state", "gate", "address", "errors", "plain"}
PARTS = {
    "address_bar",
    "storage",
    "settling",
    "restoring",
    "commands",
    "wishes",
    "toolbar",
    "options",
    "listeners",
    "watchdog",
}
# Who may import whom when the page runs; what stands under TYPE_CHECKING is not asked.
ALLOWED: dict[str, set[str]] = {
    "__init__": {"chatkit", "errors", "state", "browser"},
    "chatkit": {"events", "schema", "session", "toolbar", "browser", *PURE},
    "events": {"answer", "changes", "limit", "listeners", "schema", "tasks", *PURE},
    "session": {"changes", "remembering", "owning", "tasks", *PARTS, *PURE},
    "remembering": {"leaving", "losses", "memory", "owning", "places", *PARTS, *PURE},
    "owning": {"options", *PURE},
    "losses": {"memory", *PURE},
    "changes": {"answer"},
    "answer": set(),
    "creation": set(),
    "leaving": set(),
    "memory": PURE,
    "places": {"address_bar", "storage", *PURE},
    "proof": set(),
    "switch": set(),
    **dict.fromkeys(PARTS, PURE),
    "settling": {"creation", "proof", "switch", *PURE},
    "limit": set(),
    "watchdog": {"limit", *PURE},
    "commands": {"answer", "limit", "schema", *PURE},
    "restoring": {"limit", "switch", *PURE},
    "options": {"schema", "tasks", *PURE},
    "schema": {"plain"},
    "listeners": {"tasks", *PURE},
    "tasks": set(),
    "state": set(),
    "errors": set(),
    "address": set(),
    "plain": set(),
    "gate": {"state"},
    "browser": set(),
}
# `Browser` is handed in; only its default is fetched, inside the function.
LAZY = {("__init__", "browser"), ("chatkit", "browser")}
STANDARD = {"asyncio", "json", "sys", "io", "traceback"}
# `gc` has another interface on MicroPython.
INTERPRETER = {"js", "pyscript", "pyodide", "pyodide_js", "micropython", "jsffi", "gc"}


class Imports(ast.NodeVisitor):
    """The imports of one module, each with whether it stands inside a function."""

    def __init__(self) -> None:
        self.relative: list[tuple[str, bool]] = []
        self.absolute: list[str] = []
        self._depth = 0

    def visit_If(self, node: ast.If) -> None:
        if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1

    def visit_Import(self, node: ast.Import) -> None:
        self.absolute += [alias.name.partition(".")[0] for alias in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if not node.level:
            self.absolute.append((node.module or "").partition(".")[0])
        elif node.module:
            self.relative.append((node.module, self._depth > 0))
        else:
            self.relative += [(alias.name, self._depth > 0) for alias in node.names]


def imports_of(path: Path) -> Imports:
    found = Imports()
    found.visit(ast.parse(path.read_text()))
    return found


def test_the_table_of_imports_names_every_module() -> None:
    assert sorted(ALLOWED) == NAMES


def test_the_table_of_imports_has_no_circle() -> None:
    left = {name: set(others) for name, others in ALLOWED.items()}
    while left:
        leaves = {name for name, others in left.items() if not others & set(left)}
        assert leaves, f"a circle among {sorted(left)}"
        left = {name: others for name, others in left.items() if name not in leaves}


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_imports_run_one_way(path: Path) -> None:
    relative = {name for name, _ in imports_of(path).relative}
    assert relative <= ALLOWED[path.stem]


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_the_browser_is_imported_inside_a_function_and_by_two_modules_only(path: Path) -> None:
    for name, inside in imports_of(path).relative:
        if name == "browser":
            assert (path.stem, name) in LAZY
            assert inside, "importing the library must not import the browser"


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_only_the_browser_module_knows_an_interpreter(path: Path) -> None:
    strangers = set(imports_of(path).absolute) - STANDARD
    assert strangers <= (INTERPRETER if path.stem == "browser" else set())


def test_the_library_mentions_no_interpreter_outside_the_browser_module() -> None:
    for path in MODULES:
        if path.stem == "browser":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and node.value in INTERPRETER:
                pytest.fail(f"{path.name} names {node.value!r}")


def words_of_javascript(path: str, pattern: str) -> list[str]:
    found = re.search(pattern, (SYNC / path).read_text(), re.DOTALL)
    assert found, f"{path} has no {pattern}"
    quoted = re.findall(r'"([^"]+)"', found[1])
    return [word for text in quoted for word in text.split()]


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("embed.js", r"const name of\s*(\"[^\"]*\")\.split"),
        ("bridge.js", r"const NAMES =\s*(\"[^\"]*\")"),
    ],
)
def test_the_elements_events_are_the_same_in_both_languages(path: str, pattern: str) -> None:
    assert words_of_javascript(path, pattern) == list(state.ELEMENT_EVENTS)


def test_the_actions_are_the_same_in_both_languages() -> None:
    pattern = r"export const ACTIONS = \[(.*?)\]"
    assert words_of_javascript("controls.js", pattern) == list(gate.ACTIONS)


def test_what_can_be_shown_is_every_phase_busy_and_retry() -> None:
    pattern = r"const SHOWS = \[(.*?)\]"
    assert words_of_javascript("controls.js", pattern) == ["busy", "retry", *PHASES]


def test_every_command_of_the_gate_is_a_method_of_chatkit() -> None:
    for command in gate.COMMANDS:
        assert inspect.iscoroutinefunction(getattr(sync.ChatKit, command))
        signature = inspect.signature(getattr(sync.ChatKit, command))
        assert {"timeout", "when_busy"} <= set(signature.parameters), command


def test_every_text_that_a_phase_or_a_reason_needs_is_there() -> None:
    assert set(PHASES) - {"idle", "waiting"} <= set(toolbar.TEXTS)


def test_all_is_sorted_and_every_name_is_there() -> None:
    assert sync.__all__ == sorted(sync.__all__)
    public = {
        name
        for name, value in vars(sync).items()
        if not name.startswith("_")
        and not inspect.ismodule(value)
        and getattr(value, "__module__", "").startswith("sync")
        and name != "check_settings"
    }
    assert public == set(sync.__all__)


def test_the_general_layout_names_every_module() -> None:
    layout = sync.__doc__ or ""
    assert [name for name in NAMES if name != "__init__" and name not in layout] == []


def test_pyscript_toml_lists_exactly_the_modules() -> None:
    config = tomllib.loads((ROOT / "pyscript.toml").read_text())
    files = {f"./sync/{path.name}" for path in MODULES}
    assert {name for name in config["files"] if name.startswith("./sync/")} == files
    assert all(source == target for source, target in config["files"].items())


def public_things() -> Iterator[tuple[str, object]]:
    for name in NAMES:
        module = importlib.import_module("sync" if name == "__init__" else f"sync.{name}")
        yield module.__name__, module
        for inner, thing in vars(module).items():
            own = getattr(thing, "__module__", None) == module.__name__
            if inner.startswith("_") or not own or not (inspect.isclass(thing) or callable(thing)):
                continue
            yield f"{module.__name__}.{inner}", thing
            for member, function in vars(thing).items() if inspect.isclass(thing) else ():
                shown = isinstance(function, property) or inspect.isfunction(function)
                if shown and not member.startswith("_"):
                    yield f"{module.__name__}.{inner}.{member}", function


def test_every_public_name_has_a_docstring() -> None:
    assert [name for name, thing in public_things() if not inspect.getdoc(thing)] == []


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_constants_that_are_not_self_evident_say_what_they_are(path: Path) -> None:
    """A public number is a limit somebody chose: a text or a comment beside it says why."""
    source = path.read_text()
    lines = source.splitlines()
    body = ast.parse(source).body
    for node, following in zip(body, [*body[1:], None], strict=True):
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)):
            continue
        if not isinstance(node.value.value, float):
            continue
        documented = isinstance(following, ast.Expr) or lines[node.lineno - 2].startswith("#")
        assert documented, f"{path.name}:{node.lineno} {lines[node.lineno - 1]}"


def test_the_browser_module_can_be_imported_where_there_is_no_browser() -> None:
    assert browser.Browser.__doc__
