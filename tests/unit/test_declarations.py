"""Ours beside what OpenAI publishes: no event, method, parameter, option or handler is missing, and
none is ours alone but those that a list names.

`tools/declarations.mjs` reads the declarations of `@openai/chatkit` and of its React binding with
TypeScript's own parser.
"""

from __future__ import annotations

import copy
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from sync import ChatKit, schema
from sync.events import OWN_EVENTS, UNDOCUMENTED_EVENTS
from sync.gate import COMMANDS
from sync.listeners import ARGUMENTS
from sync.schema import snake
from sync.state import ELEMENT_EVENTS
from tools import types_stub
from tools.setup import ROOT

LONG = 20
"""Words of which there are more are text to us: locales and icons, which grow with the element."""

OUTSIDE = {"setOptions", "addEventListener", "removeEventListener"}
"""Methods that have another shape in Python: options and `update`, `on`."""

OURS_ALONE = {"set_composer_value": {"clear_tool"}}
"""Parameters that the element does not have, beside those of every command. `clear_tool` is the
type's `selectedToolId: null`."""

Shapes = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    command = ["node", str(ROOT / "tools" / "declarations.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@dataclass(frozen=True)
class Ours:
    """All that is compared."""

    shapes: Shapes
    commands: dict[str, str]
    signatures: dict[str, set[str]]
    events: Sequence[str]
    arguments: dict[str, tuple[str, ...]]


def the_ours() -> Ours:
    schema.shape("Api")
    signatures = {
        name: set(inspect.signature(getattr(ChatKit, name)).parameters) - {"self"}
        for name in COMMANDS
    }
    return Ours(schema._shapes, COMMANDS, signatures, ELEMENT_EVENTS, ARGUMENTS)


# The comparison.


def differences(theirs: dict[str, Any], kind: str, place: str, known: Shapes) -> Iterator[str]:
    """Where a kind of theirs is not what our text says."""
    mine = set(kind.split("|"))
    unused = set(mine)
    for one in theirs["any"]:
        found = {text for text in mine if is_meant(one, text, known)}
        for text in found:
            yield from inside(one, text, place, known)
        if not found:
            yield f"{place} may be {json.dumps(one)[:80]}, ours: {kind}"
        unused -= found
    if unused:
        yield f"{place}: nobody publishes {unused}"


def is_meant(one: dict[str, Any], text: str, known: Shapes) -> bool:
    """Whether our text stands for this alternative of theirs."""
    if "plain" in one:
        return bool(text == one["plain"])
    if "words" in one:
        words = sorted(map(str, one["words"]))
        return text == "text" if len(words) > LONG else sorted_words(text) == words
    return text in known if "members" in one else text[0] == ("[" if "list" in one else "{")


def inside(one: dict[str, Any], text: str, place: str, known: Shapes) -> Iterator[str]:
    if "members" in one:
        yield from members(one["members"], text, place, known)
    elif "list" in one:
        yield from differences(one["list"], text[1:-1], f"{place}[]", known)
    elif "table" in one:
        yield from differences(one["table"], text[1:-1], f"{place}{{}}", known)


def members(theirs: dict[str, Any], title: str, place: str, known: Shapes) -> Iterator[str]:
    ours = {re.sub("[!?]", "", name): (name, kind) for name, kind in known[title].items()}
    for name in ours.keys() - theirs.keys():
        yield f"{place}.{name} is ours alone"
    for name, member in theirs.items():
        if name not in ours:
            yield f"{place}.{name} is missing"
            continue
        marked, kind = ours[name]
        if member["required"] != ("!" in marked):
            yield f"{place}.{name}: whether it has to be there"
        if member["kind"]["nullable"] != ("?" in marked):
            yield f"{place}.{name}: whether it may be null"
        yield from differences(member["kind"], kind, f"{place}.{name}", known)


def sorted_words(text: str) -> list[str]:
    return sorted(text[1:-1].split(",")) if text[0] == "'" else []


def parameters(published: dict[str, Any], ours: Ours) -> Iterator[str]:
    for name, method in ours.commands.items():
        theirs = published["methods"].get(method, [])
        kinds = schema.PARAMETERS.get(name, ())
        if len(kinds) != len(theirs):
            yield f"{method} has {len(theirs)} parameters, ours {len(kinds)}"
        names: set[str] = set()
        for named, parameter in zip(kinds, theirs, strict=False):
            own, _, kind = named.rpartition(":")
            if own and own != snake(parameter["name"]):
                yield f"{method}({parameter['name']}) is {own} of ours"
            place = f"{method}({parameter['name']})"
            yield from differences(parameter["kind"], kind, place, ours.shapes)
            [first] = parameter["kind"]["any"]
            members = first.get("members", {}) if parameter["name"] == "params" else {}
            names |= {snake(member) for member in members or [parameter["name"]]}
        alone = {"timeout", "when_busy"} | OURS_ALONE.get(name, set())
        yield from unlike(names | alone, ours.signatures[name], f"{method}, parameter")


def unlike(theirs: Iterable[str], mine: Iterable[str], what: str) -> Iterator[str]:
    for name in set(theirs) - set(mine):
        yield f"{what} {name} is missing"
    for name in set(mine) - set(theirs):
        yield f"{what} {name} is ours alone"


def compared(published: dict[str, Any], ours: Ours) -> Iterator[str]:
    """Everything in which ours is not what is published, by name."""
    yield from differences(published["options"], "ChatKitOptions", "options", ours.shapes)
    yield from unlike(published["methods"].keys() - OUTSIDE, ours.commands.values(), "method")
    yield from parameters(published, ours)
    theirs = {name.removeprefix("chatkit."): told for name, told in published["events"].items()}
    yield from unlike([*theirs, *UNDOCUMENTED_EVENTS], ours.events, "event")
    for event, detail in theirs.items():
        # An Error crosses as its name and its message.
        expected = ("name", "message") if event == "error" else tuple(detail)
        if ours.arguments.get(event, ()) != expected:
            yield f"event {event} has {expected}"
    react = published["react"]
    yield from unlike(react["methods"], ours.commands.values(), "React method")
    handlers = ["on" + "".join(map(str.title, name.split("."))) for name in ours.events]
    unpublished = ["on" + "".join(map(str.title, name.split("."))) for name in UNDOCUMENTED_EVENTS]
    yield from unlike([*react["handlers"], *unpublished], handlers, "React handler")


def test_nothing_that_is_published_is_missing_and_nothing_is_ours_alone(
    published: dict[str, Any],
) -> None:
    assert list(compared(published, the_ours())) == []
    assert len(published["events"]) == 13
    assert not set(OWN_EVENTS) & set(ELEMENT_EVENTS)
    assert {snake(method) for method in COMMANDS.values()} == set(COMMANDS)


def mutants(ours: Ours) -> Iterator[tuple[str, Ours]]:
    """Ours with one thing taken away, each once, or with one more."""
    for title, kinds in ours.shapes.items():
        for name in kinds:
            yield f"{title}.{name}", with_shape(ours, title, without(kinds, name))
        yield f"{title} with more", with_shape(ours, title, kinds | {"inventedHere": "text"})
    for name, given in ours.signatures.items():
        yield f"method {name}", replace(ours, commands=without(ours.commands, name))
        for own in given:
            yield f"{name}({own})", with_signature(ours, name, given - {own})
        yield f"{name} with more", with_signature(ours, name, given | {"invented"})
    for name in ours.events:
        yield f"event {name}", replace(ours, events=[one for one in ours.events if one != name])
        told = () if name in UNDOCUMENTED_EVENTS else ours.arguments.get(name, ())
        for at in range(len(told)):
            fewer = ours.arguments | {name: told[:at] + told[at + 1 :]}
            yield f"event {name}[{at}]", replace(ours, arguments=fewer)
    yield "an event more", replace(ours, events=[*ours.events, "invented"])


def with_shape(ours: Ours, title: str, kinds: dict[str, str]) -> Ours:
    return replace(ours, shapes=ours.shapes | {title: kinds})


def with_signature(ours: Ours, name: str, given: set[str]) -> Ours:
    return replace(ours, signatures=ours.signatures | {name: given})


def without(table: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key != name}


COUNT = {"members": 127, "methods": 8, "parameters": 34, "events": 15, "arguments": 12, "more": 42}
"""What is compared: members of options and of parameters' shapes, and so on, each taken away once;
and places at which one more was put."""


def test_whatever_is_taken_away_or_put_beside_somebody_says_so(published: dict[str, Any]) -> None:
    ours = the_ours()
    tried = []
    for name, mutant in mutants(ours):
        assert list(compared(published, mutant)), f"nobody misses {name}"
        tried.append(name)
    taken = {
        "members": sum(map(len, ours.shapes.values())),
        "methods": len(ours.commands),
        "parameters": sum(map(len, ours.signatures.values())),
        "events": len(ours.events),
        "arguments": len([name for name in tried if name.endswith("]")]),
        "more": len([name for name in tried if name.endswith(" more")]),
    }
    assert taken == COUNT
    assert len(tried) == sum(COUNT.values())


def test_whatever_a_newer_package_adds_is_named(published: dict[str, Any]) -> None:
    text = {"required": False, "kind": {"any": [{"plain": "text"}], "nullable": False}}

    def newer(change: Callable[[dict[str, Any]], None]) -> str:
        package = copy.deepcopy(published)
        change(package)
        [said] = compared(package, the_ours())
        return said

    def option(package: dict[str, Any]) -> None:
        package["options"]["any"][0]["members"]["newOption"] = text

    def method(package: dict[str, Any]) -> None:
        package["methods"]["newMethod"] = []

    def event(package: dict[str, Any]) -> None:
        package["events"]["chatkit.new.event"] = {}

    def handler(package: dict[str, Any]) -> None:
        package["react"]["handlers"].append("onNewEvent")

    assert newer(option) == "options.newOption is missing"
    assert newer(method) == "method newMethod is missing"
    assert newer(event) == "event new.event is missing"
    assert newer(handler) == "React handler onNewEvent is missing"


# What editors and type checkers see.


def test_the_types_are_those_that_are_published() -> None:
    assert (ROOT / "sync" / "types.pyi").read_text() == types_stub.made(), "make types"


def test_the_stub_of_the_events_fits_the_module() -> None:
    command = [sys.executable, "-m", "mypy.stubtest", "sync.events", "--concise"]
    command += ["--mypy-config-file", "pyproject.toml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


PROGRAM = """
from typing import TYPE_CHECKING
from sync import ChatKit
if TYPE_CHECKING:
    from sync.types import ChatKitOptions

options: "ChatKitOptions" = {"api": {"url": "/c", "domain_key": "x"}, "theme": "dark"}
chatkit = ChatKit("#chat", options=options)
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('chatkit.on("thread.change", lambda thread_id: None)', ""),
        ('chatkit.on("thread.change", lambda: None)', "No overload variant"),
        ('chatkit.on("thread.chnge", lambda thread_id: None)', "No overload variant"),
        ('options["theme"] = {"color_scheme": "dark", "radius": "round"}', ""),
        ('options["theme"] = {"colour_scheme": "dark"}', "Value of"),
        ('options["locale"] = "xx-YY"', "Value of"),
        ('options["entities"] = {"on_tag_search": lambda query: 7}', "Incompatible"),
        (
            'ChatKit("#b", options={"api": {"url": "/c", "domain_key": "x"}, "teme": "dark"})',
            'expected "ChatKitOptions',
        ),
        ('@chatkit.on("thread.change")\ndef f(thread_id: str | None) -> None: ...', ""),
        ('@chatkit.on("thread.change")\ndef f() -> None: ...', "Value of type variable"),
        ('@chatkit.on("error")\ndef f(name: str) -> None: ...', "Value of type variable"),
        ('@chatkit.effect("x")\ndef f(data: dict[str, object] | None) -> None: ...', ""),
        ('@chatkit.client_tool("x")\nasync def f(params: dict[str, object]) -> None: ...', ""),
        ('@chatkit.client_tool("x")\ndef f() -> None: ...', "Value of type variable"),
        ('chatkit.client_tool("x", 7)', "No overload variant"),
    ],
)
def test_a_type_checker_finds_mistakes(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "page.py").write_text(PROGRAM + line + "\n")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", str(tmp_path / "page.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert said in done.stdout
    assert (done.returncode == 0) == (said == ""), done.stdout
