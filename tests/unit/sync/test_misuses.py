"""Every misuse of the table: one clear message, which names the place, and nothing else happens."""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sync import ChatKit, schema
from sync.events import Events
from sync.gate import COMMANDS
from sync.options import CLIENT_TOOL, FETCH
from tests.fakes import in_loop, settle_loop
from tests.misuses import CALLBACKS, MISUSES, OPTIONS, Misuse, source

from .page import Page
from .test_options import JsProxy


@pytest.mark.parametrize("misuse", MISUSES, ids=lambda one: f"{one.place} {one.said}")
@in_loop
async def test_a_misuse_is_told_once_and_by_its_place(misuse: Misuse) -> None:
    page = Page(owner=True)
    names: dict[str, Any] = {}
    exec(source(misuse), names)
    told: list[str] = []
    made = functools.partial(ChatKit, browser=page.browser)
    task = asyncio.create_task(names["misuse"](page.chatkit, made, JsProxy()))
    await page.live(5.0)
    assert task.done()
    error = task.exception()
    if error is not None:
        told.append(str(error))
        # An exception that says it is one of ours, or the kind that Python itself would raise.
        assert isinstance(error, (TypeError, ValueError)) or type(error).__module__ == "sync.errors"
    if misuse.called is not None:
        place = misuse.place if misuse.place.startswith("options.") else CLIENT_TOOL
        answer = page.element.callback(place, *misuse.called, js_object=["/chatkit"])
        await asyncio.wait_for(answer.settled.wait(), 5.0)
        await settle_loop()
        assert answer.resolved == []
        # The chat, or the model, reads what the author is told.
        [answered] = answer.rejected
        [(raised, _)] = page.browser.exceptions
        assert answered.endswith(str(raised) or type(raised).__name__)
    told += page.browser.reports
    told += [f"{type(error).__name__} {where}: {error}" for error, where in page.browser.exceptions]
    [message] = told
    assert misuse.place in message
    assert misuse.said in message
    assert page.chatkit.snapshot.phase == "idle"


# Whether the table has everything.


def test_every_group_of_options_has_a_misuse() -> None:
    groups = {name.rstrip("!?") for name in schema.shape("ChatKitOptions")}
    told = {re.split(r"[.\[]", one.place)[1] for one in OPTIONS}
    assert groups - told == set()


def functions(shape: str, place: str) -> Iterator[str]:
    for name, kind in schema.shape(shape).items():
        at = f"{place}.{name.rstrip('!?')}"
        if kind == "function":
            yield at
        for one in kind.strip("[]{}").split("|"):
            if one[0].isupper():
                yield from functions(one, at)


def test_every_callback_has_a_misuse() -> None:
    places = set(functions("ChatKitOptions", "options"))
    assert {FETCH, CLIENT_TOOL} <= places
    assert len(places) == 11
    assert places - {one.place for one in CALLBACKS} == set()


def test_every_command_and_every_other_method_has_a_misuse() -> None:
    names = {name for name in [*vars(ChatKit), *vars(Events)] if not name.startswith("_")}
    called = {word for one in MISUSES for word in re.findall(r"chatkit\.(\w+)", one.code)}
    assert set(COMMANDS) <= names
    # Those that take nothing, or are no methods.
    nothing = {"start", "stop", "retry", "changes"}
    nothing |= {name for name in names if isinstance(vars(ChatKit).get(name), property)}
    assert names - called == nothing
