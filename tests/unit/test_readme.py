"""The README beside the code: it names what there is and nothing else, and its Python is right."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import sync
from sync import ChatKit, Snapshot, errors, options, watchdog
from sync.commands import TIMEOUTS
from sync.events import OWN_EVENTS, UNDOCUMENTED_EVENTS, Events
from sync.gate import ACTIONS, COMMANDS
from sync.listeners import ARGUMENTS
from sync.schema import snake
from sync.session import DEFAULTS
from sync.state import ELEMENT_EVENTS, FIELDS, PHASES
from sync.toolbar import TEXTS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
CODE = re.compile(r"`([^`]+)`")
EVERY_COMMAND = ["timeout", "when_busy"]


def table(header: str) -> dict[str, list[str]]:
    """The rows of the table that begins so: the first cell, and the others."""
    [_, behind] = README.split(f"| {header} |")
    lines = behind.split("\n\n", 1)[0].split("\n")[2:]
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return {row[0]: row[1:] for row in rows}


def paragraph(start: str) -> str:
    [_, behind] = README.split(start)
    return behind.split("\n\n", 1)[0]


def listed(header: str) -> set[str]:
    """The names in the first column of a table."""
    return {name for first in table(header) for name in CODE.findall(first)}


# What ChatKit has.


def members() -> dict[str, Any]:
    both = {**vars(Events), **vars(ChatKit)}
    return {name: member for name, member in both.items() if not name.startswith("_")}


def told_of(name: str) -> list[str] | None:
    """The parameters that the README's table names; `None` for a property."""
    for span in [span for first in table("`ChatKit` |") for span in CODE.findall(first)]:
        found = re.fullmatch(rf"(?:await |async for snapshot in )?\.?{name}(?:\((.*)\))?", span)
        if found:
            inside = found[1]
            return None if inside is None else [one for one in inside.split(", ") if one]
    raise AssertionError(f"the README's table has no {name}")


BESIDE = {"scope", "is_stopped", "is_retrying"}
"""Members that the library's own parts need, which an author knows without them."""


def test_every_member_of_chatkit_is_in_the_table_and_nothing_else() -> None:
    spans = [span for first in table("`ChatKit` |") for span in CODE.findall(first)]
    names = {re.sub(r"^(await |async for snapshot in )?\.?(\w+).*", r"\2", one) for one in spans}
    assert names == set(members()) - BESIDE | {"ChatKit"}


@pytest.mark.parametrize("name", ["ChatKit", *sorted(set(members()) - BESIDE)])
def test_the_table_tells_the_parameters(name: str) -> None:
    told = told_of(name)
    member = ChatKit if name == "ChatKit" else members()[name]
    if told is None:
        assert isinstance(member, property)
        return
    real = [
        one
        for one in inspect.signature(member).parameters.values()
        if one.name not in ("self", "browser")
        and not (name in COMMANDS and one.name in EVERY_COMMAND)
    ]
    if "…" in told:
        assert told[-1] == "…"
        assert len(told) <= len(real), "nothing is left out"
        real = real[: len(told) - 1]
        told = told[:-1]
    written = []
    for one in real:
        if one.kind is one.KEYWORD_ONLY and "*" not in written:
            written.append("*")
        is_told = one.kind is one.KEYWORD_ONLY
        default = f"={one.default}" if is_told and one.default is not one.empty else ""
        stars = "**" if one.kind is one.VAR_KEYWORD else ""
        written.append(f"{stars}{one.name}{default}")
    assert told == written


def test_awaited_is_what_has_to_be() -> None:
    awaited = {name for name in members() if inspect.iscoroutinefunction(members()[name])}
    rows = [first for first in table("`ChatKit` |") if first.startswith("`await ")]
    told = {
        re.sub(r"^(await )?\.(\w+).*", r"\2", span) for row in rows for span in CODE.findall(row)
    }
    assert told == awaited


@pytest.mark.parametrize("name", sync.__all__)
def test_every_public_name_is_told_of_and_says_what_it_is(name: str) -> None:
    assert re.search(rf"\b{name}\b", README)
    assert (getattr(sync, name).__doc__ or "").strip()


# Settings, fields, events, errors, words.


def test_the_settings_and_their_defaults() -> None:
    rows = table("setting | meaning | default")
    assert {name.strip("`") for name in rows} == set(DEFAULTS)
    spoken: dict[str, Any] = {"none": None, "English": {}}
    by_parts = {
        "ready_timeout": f"{watchdog.READY_TIMEOUT:g}",
        "stall_after": f"{watchdog.STALL_OWNER:g} as owner, "
        f"{watchdog.STALL_COMPANION:g} as companion",
        "command_timeout": "10 or 30, by command; none for custom actions",
        "tool_timeout": f"{options.TOOL_TIMEOUT:g}",
        "history": '`"push"`, beside some routers `"replace"`',
    }
    for name, (_, default) in rows.items():
        key = name.strip("`")
        if key in by_parts:
            assert default == by_parts[key], key
            continue
        value = spoken.get(default, default.strip("`"))
        known = DEFAULTS[key]
        assert value == (f"{known:g}" if isinstance(known, float) else known), key
    assert {name for name, seconds in TIMEOUTS.items() if seconds is None} == {"send_custom_action"}
    assert set(TIMEOUTS.values()) == {10.0, 30.0, None}


def test_the_snapshots_fields() -> None:
    told = CODE.findall(paragraph("**The snapshot** (`Snapshot`) never changes").split("are ")[1])
    fields = [name for name in told if "/" not in name and "[" not in name]
    assert set(fields) == {*FIELDS, "phase", "busy", "retryable"}
    assert all(hasattr(Snapshot(), name) for name in fields)
    text = Snapshot.__doc__ or ""
    assert [name for name in FIELDS if f"`{name}`" not in text] == []


def test_the_events_and_their_arguments() -> None:
    text = paragraph("**Events** are the element's")
    spans = [one for one in CODE.findall(text) if re.fullmatch(r"[a-z.]+(\(.*\))?", one)]
    # The first mention has the arguments.
    told = {one.split("(")[0]: one.partition("(")[2].rstrip(")") for one in reversed(spans)}
    told = {name: inside for name, inside in told.items() if name in ELEMENT_EVENTS + OWN_EVENTS}
    assert set(told) == {*ELEMENT_EVENTS, *OWN_EVENTS}
    words = {"thread": "thread_id"}
    for name, inside in told.items():
        assert inside == ", ".join(words.get(one, snake(one)) for one in ARGUMENTS.get(name, ()))
    for name in UNDOCUMENTED_EVENTS:
        assert name in text.split("of these")[1]


def test_the_errors_and_what_they_carry() -> None:
    tree = README.split("**Errors** say whose turn it is:")[1].split("```")[1]
    for line in tree.strip().split("\n"):
        [name] = re.findall(r"[A-Za-z]+", line)[:1]
        error = getattr(errors, name)
        for member in re.findall(r"[;,] \.(\w+)", line):
            assert re.search(rf"self\.{member}\b", inspect.getsource(error))
    known = {name for name, one in vars(errors).items() if inspect.isclass(one)}
    assert set(re.findall(r"\b(?:ChatKit|Command)[A-Z]\w+", tree)) == known
    assert set(re.findall(r"\b(?:ChatKit|Command)[A-Z]\w+", errors.__doc__ or "")) == known


def test_phases_and_notices() -> None:
    assert listed("phase | when | what the person sees") == set(PHASES)
    notices = listed("the snapshot's `notice` | when | until")
    assert notices <= set(TEXTS)
    said = {*PHASES, "stalled-companion", "locked", "no-python"}
    rest = {key for key in TEXTS if key not in said and not key.startswith("failed-")}
    assert notices == rest


# Attributes.


def test_the_tags_attributes() -> None:
    text = (ROOT / "sync" / "start.js").read_text().split("*/")[0]
    rows = listed("attribute | meaning | default")
    assert {one.split("=")[0] for one in rows} == set(re.findall(r"`(data-\w+(?:-\w+)*)`", text))


def test_the_pages_attributes_and_actions() -> None:
    rows = table("attribute | on | meaning")
    code = "".join((ROOT / "sync" / f"{name}.js").read_text() for name in ("controls", "bridge"))
    ours = {"off", "state", "reason", "page-disabled"}
    known = set(re.findall(r"data-chatkit-([a-z]+(?:-[a-z]+)*)", code)) - ours
    known |= {
        snake(one).strip("_").replace("_", "-") for one in re.findall(r"chatkit([A-Z]\w+)", code)
    }
    assert {one.removeprefix("data-chatkit-") for first in rows for one in CODE.findall(first)} == {
        one for one in known if one not in ours
    }
    assert set(CODE.findall(rows["`data-chatkit-action`"][1])) == set(ACTIONS)


# Its Python.

PRELUDE = """
from sync import running
chatkit = running()[0]
"""


def test_the_readmes_python_passes_a_type_checker(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README, re.S)
    assert len(blocks) > 4
    files = []
    for number, block in enumerate(blocks):
        files.append(tmp_path / f"block_{number}.py")
        prelude = "" if "chatkit =" in block else PRELUDE
        files[-1].write_text(prelude + block)
    command = [sys.executable, "-m", "mypy", "--no-error-summary", *map(str, files)]
    command += ["--allow-untyped-defs", "--allow-untyped-calls", "--allow-untyped-decorators"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
