"""Ours beside what OpenAI publishes: no event, method, parameter, option or handler is missing, and
none is ours alone but those that a list names.

`tools/declarations.mjs` reads the declarations of `@openai/chatkit` and of its React binding with
TypeScript's own parser.
"""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
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

OURS_ALONE = {
    "send_user_message": {"timeout", "when_busy"},
    "set_composer_value": {"timeout", "when_busy", "clear_tool"},
    "set_thread_id": {"timeout", "when_busy"},
    "send_custom_action": {"timeout", "when_busy"},
}
"""Parameters that the element does not have. `clear_tool` is the type's `selectedToolId: null`."""

Shapes = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    command = ["node", str(ROOT / "tools" / "declarations.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def shapes() -> Shapes:
    schema.shape("Api")
    return schema._shapes


# Options and parameters.


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


def test_every_option_is_ours_and_none_is_ours_alone(published: dict[str, Any]) -> None:
    known = shapes()
    assert list(differences(published["options"], "ChatKitOptions", "options", known)) == []


def parameters(published: dict[str, Any], known: Shapes) -> Iterator[str]:
    for name, method in COMMANDS.items():
        kinds = schema.PARAMETERS.get(name, ())
        theirs = published["methods"][method]
        if len(kinds) != len(theirs):
            yield f"{method} has {len(theirs)} parameters, ours {len(kinds)}"
        for kind, parameter in zip(kinds, theirs, strict=False):
            yield from differences(parameter["kind"], kind, f"{method}({parameter['name']})", known)


def test_every_parameter_is_ours_and_none_is_ours_alone(published: dict[str, Any]) -> None:
    assert list(parameters(published, shapes())) == []


def test_every_member_is_compared(published: dict[str, Any]) -> None:
    """Whatever one is taken away, or put beside, somebody says so."""
    known = shapes()
    count = 0
    for title, kinds in known.items():
        for name in kinds:
            without = known | {title: {one: kind for one, kind in kinds.items() if one != name}}
            assert told(published, without), f"nobody misses {title}.{name}"
            count += 1
        more = known | {title: kinds | {"inventedHere": "text"}}
        assert told(published, more), f"nobody sees that {title} has more"
    assert count == sum(map(len, known.values()))


def told(published: dict[str, Any], known: Shapes) -> list[str]:
    options = differences(published["options"], "ChatKitOptions", "options", known)
    return [*options, *parameters(published, known)]


# Methods and events.


def test_every_method_is_a_command(published: dict[str, Any]) -> None:
    assert set(COMMANDS.values()) == published["methods"].keys() - OUTSIDE
    assert {snake(method) for method in COMMANDS.values()} == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_takes_what_the_method_takes(published: dict[str, Any], command: str) -> None:
    theirs = published["methods"][COMMANDS[command]]
    names: set[str] = set()
    for parameter in theirs:
        [first] = parameter["kind"]["any"]
        inside = first.get("members", {}) if parameter["name"] == "params" else {}
        names |= {snake(name) for name in inside or [parameter["name"]]}
    ours = set(inspect.signature(getattr(ChatKit, command)).parameters) - {"self"}
    assert ours - names == OURS_ALONE.get(command, {"timeout", "when_busy"})
    assert names - ours == set()


def test_every_event_is_ours_and_none_is_ours_alone(published: dict[str, Any]) -> None:
    theirs = {name.removeprefix("chatkit.") for name in published["events"]}
    assert set(ELEMENT_EVENTS) - theirs == set(UNDOCUMENTED_EVENTS)
    assert theirs - set(ELEMENT_EVENTS) == set()
    assert len(theirs) == 13
    assert not set(OWN_EVENTS) & theirs


def test_handlers_get_what_the_details_hold(published: dict[str, Any]) -> None:
    for name, detail in published["events"].items():
        event = name.removeprefix("chatkit.")
        # An Error crosses as its name and its message.
        expected = ("name", "message") if event == "error" else tuple(detail)
        assert ARGUMENTS.get(event, ()) == expected, event


def test_the_react_binding_has_nothing_that_we_lack(published: dict[str, Any]) -> None:
    assert set(published["react"]["methods"]) == set(COMMANDS.values())
    handlers = {
        "on" + "".join(part.title() for part in name.split("."))
        for name in ELEMENT_EVENTS
        if name not in UNDOCUMENTED_EVENTS
    }
    assert set(published["react"]["handlers"]) == handlers


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
        ('chatkit.update({"header": {"enabled": False}})', ""),
    ],
)
def test_a_type_checker_finds_mistakes(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "page.py").write_text(PROGRAM + line + "\n")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", str(tmp_path / "page.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert said in done.stdout
    assert (done.returncode == 0) == (said == ""), done.stdout
