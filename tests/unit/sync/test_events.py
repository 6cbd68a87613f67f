"""Who listens, who waits, who updates: the author's own Python beside the page."""

from __future__ import annotations

import asyncio
import gc
import itertools
from typing import Any

import pytest

from sync import ChatKitSettingsError, ChatKitUnavailable, CommandTimeout
from sync.changes import BEHIND
from sync.state import INTERNED, Snapshot
from tests.fakes import Server, in_loop, settle_loop

from .page import Page, both

NUMBERS = itertools.count()


def test_effects_and_deep_links_reach_the_handlers_of_their_names() -> None:
    page = Page(owner=False)
    heard: list[Any] = []

    @page.chatkit.effect("highlight")
    def highlight(data: Any) -> None:
        heard.append(("highlight", data))

    undo = page.chatkit.deeplink("invoice", lambda data: heard.append(("invoice", data)))
    page.element.emit("effect", {"name": "highlight", "data": {"id": "x"}})
    page.element.emit("effect", {"name": "highlight"})
    page.element.emit("deeplink", {"name": "invoice", "data": {"n": "7"}})
    page.wait()
    assert heard == [("highlight", {"id": "x"}), ("highlight", None), ("invoice", {"n": "7"})]
    assert page.browser.reports == []
    undo()
    page.element.emit("deeplink", {"name": "invoice", "data": {"n": "8"}})
    page.wait()
    assert len(heard) == 3


def test_an_effect_that_nobody_handles_is_told_once_where_others_are_handled() -> None:
    page = Page(owner=False)
    page.element.emit("effect", {"name": "jump"})
    page.wait()
    assert page.browser.reports == [], "this page has nothing to do with effects"
    undo = page.chatkit.effect("highlight", lambda data: None)
    for _ in range(2):
        page.element.emit("effect", {"name": "jump"})
    page.element.emit("deeplink", {"name": "jump"})
    page.wait()
    [said] = page.browser.reports
    assert said == "Nobody handles the 'effect jump'; there is effect highlight."
    page.chatkit.on("effect", lambda name, data: None)
    page.element.emit("effect", {"name": "fly"})
    page.wait()
    assert len(page.browser.reports) == 1, "somebody takes them all"
    undo()


def test_update_merges_and_gives_the_element_everything() -> None:
    page = Page(owner=True)
    page.chatkit.update({"theme": "dark", "start_screen": {"greeting": "Hello"}})
    page.wait()
    expected: dict[str, Any] = {
        "api": {"url": "/chatkit", "domainKey": "local"},
        "theme": "dark",
        "startScreen": {"greeting": "Hello"},
        "initialThread": None,
        "onClientTool": {"$tool": "options.onClientTool"},
    }
    assert page.element.options == expected
    in_camel_case: Any = {"startScreen": {"prompts": []}, "theme": None}
    page.chatkit.update(in_camel_case)
    page.wait()
    del expected["theme"]
    expected["startScreen"] = {"greeting": "Hello", "prompts": []}
    assert page.element.options == expected
    assert page.phase == "idle"


@pytest.mark.parametrize("changes", [{}, {"api": {"url": "/chatkit"}}, {"theme": None}])
def test_an_update_that_changes_nothing_tells_the_element_nothing(changes: Any) -> None:
    page = Page(owner=True)
    page.chatkit.update({"on_client_tool": lambda call: {"from": 1}})
    page.wait()
    given = page.element.options
    # Another function at a place that has one: the element has one that asks for it.
    page.chatkit.update(changes | {"on_client_tool": lambda call: {"from": 2}})
    page.wait()
    assert page.element.options is given


def test_an_update_keeps_the_thread_that_was_restored() -> None:
    page = Page("/?threadId=a", owner=True)
    page.chatkit.update({"theme": "dark"})
    page.wait()
    assert (page.element.options or {})["initialThread"] == "a"
    assert page.snapshot.thread_id == "a"


def test_two_updates_before_the_element_is_defined_are_one() -> None:
    page = Page(owner=True, starts=False)
    page.chatkit.update({"theme": "dark"})
    page.chatkit.start()
    page.chatkit.update({"locale": "de"})
    page.wait(2.0)
    options = page.element.options or {}
    assert (options["theme"], options["locale"]) == ("dark", "de")


def test_a_fresh_element_gets_what_was_updated() -> None:
    server = Server("a")
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=True, server=server)
    page.chatkit.update({"theme": "dark"})
    page.wait()
    page.chatkit.retry()
    page.wait(2.0)
    assert page.current is not page.element
    assert (page.current.options or {})["theme"] == "dark"


def test_an_update_that_makes_no_sense_changes_nothing() -> None:
    page = Page(owner=True)
    given = page.element.options
    nonsense: list[Any] = [{"theme": 7}, [], {"history": {"enabled": "yes"}}]
    for changes in nonsense:
        with pytest.raises(ChatKitSettingsError):
            page.chatkit.update(changes)
    page.wait()
    page.chatkit.update({"locale": "de"})
    page.wait()
    assert page.element.options == (given or {}) | {"locale": "de"}


def test_an_update_that_the_element_refuses_is_taken_back() -> None:
    page = Page(owner=True)
    page.chatkit.update({"locale": "de"})
    page.wait()
    given = page.element.options
    page.element.refuses_options = True
    page.chatkit.update({"theme": "dark", "locale": "fr"})
    page.wait()
    assert page.phase == "idle", "it goes on with what it had"
    assert page.element.options == given
    assert page.browser.reports == ["update() was refused by the element: Invalid options"]
    page.element.refuses_options = False
    page.chatkit.update({"frame_title": "Chat"})
    page.wait()
    assert page.element.options == (given or {}) | {"frameTitle": "Chat"}


def test_after_a_refused_update_to_another_api_silence_is_judged_as_before() -> None:
    page = Page(owner=True)
    page.element.refuses_options = True
    page.chatkit.update(
        {"api": {"url": None, "domain_key": None, "get_client_secret": lambda secret: "s"}}
    )
    page.wait()
    page.element.emit("response.start")
    page.wait(70.0)
    assert page.phase == "stalled"


def test_an_initial_thread_counts_at_the_start_alone() -> None:
    page = Page(owner=True)
    given = page.element.options
    page.chatkit.update({"initial_thread": "b"})
    page.wait()
    assert page.element.options is given


def test_after_an_update_to_an_api_that_chatkit_hosts_silence_is_no_stall() -> None:
    page = Page(owner=True)
    page.chatkit.update(
        {"api": {"url": None, "domain_key": None, "get_client_secret": lambda secret: "s"}}
    )
    page.wait()
    page.element.emit("response.start")
    page.wait(200.0)
    assert page.phase == "responding"
    page.wait(500.0)
    assert page.phase == "stalled"


def test_a_companion_configures_nothing() -> None:
    page = Page(owner=False)
    with pytest.raises(ChatKitSettingsError, match="update needs options"):
        page.chatkit.update({"theme": "dark"})
    with pytest.raises(ChatKitSettingsError, match="client_tool needs options"):
        page.chatkit.client_tool("look", lambda params: {})


def test_a_tool_has_one_function_until_its_undo() -> None:
    page = Page(owner=True)
    undo = page.chatkit.client_tool("look", lambda params: {})
    with pytest.raises(ValueError, match="has a function already"):
        page.chatkit.client_tool("look", lambda params: {})
    undo()
    second = page.chatkit.client_tool("look", lambda params: {})
    undo()
    with pytest.raises(ValueError, match="has a function already"):
        page.chatkit.client_tool("look", lambda params: {})
    second()

    @page.chatkit.client_tool("look", timeout=2)
    def look(params: Any) -> dict[str, Any]:
        return {"seen": params}

    assert look({"q": 1}) == {"seen": {"q": 1}}, "the decorated function is the function"


@in_loop
async def test_a_tool_that_comes_after_the_start_is_asked() -> None:
    page = Page(owner=True)
    page.chatkit.client_tool("look", lambda params: {"seen": params})
    element = page.element
    place = (element.options or {})["onClientTool"]["$tool"]
    answer = element.callback(place, {"name": "look", "params": {"q": 1}})
    await settle_loop()
    assert answer.resolved == [{"seen": {"q": 1}}]


@in_loop
async def test_changes_are_every_snapshot_in_order_until_the_end() -> None:
    page = Page(owner=False)
    seen: list[tuple[bool, str]] = []

    async def watch() -> str:
        async for snapshot in page.chatkit.changes():
            seen.append((snapshot.responding, snapshot.phase))
        return "ended"

    watching = asyncio.create_task(watch())
    await settle_loop()
    page.element.emit("response.start")
    page.element.emit("response.end")
    await settle_loop()
    assert seen == [(True, "responding"), (False, "idle")], "also what lasted for no time at all"
    page.chatkit.stop()
    await settle_loop()
    assert await watching == "ended"
    assert seen[-1] == (False, "failed")
    assert [snapshot async for snapshot in page.chatkit.changes()] == [], "there are none any more"


def test_what_is_over_leads_to_nothing_that_came_after_it() -> None:
    """MicroPython keeps old things at random: never all that came later with one."""
    page = Page(owner=False)
    old: list[Any] = []
    for _ in range(20):
        _answered(page)
        # Everything that there is at this moment.
        old.append(gc.get_objects())
    began = _snapshots()
    for _ in range(1000):
        _answered(page)
    assert _snapshots() - began < 2 * INTERNED
    assert len(old) == 20


@in_loop
async def test_who_reads_changes_far_behind_misses_the_oldest() -> None:
    page = Page(owner=False)
    changes = page.chatkit.changes()
    for _ in range(BEHIND):
        _another(page)
    seen = [(await anext(changes)).thread_id for _ in range(BEHIND)]
    assert len(set(seen)) == BEHIND, "nothing is lost yet"
    assert seen[-1] == page.snapshot.thread_id
    began = _snapshots()
    for _ in range(5 * BEHIND):
        _another(page)
    assert _snapshots() - began < 2 * BEHIND + 2 * INTERNED, "who walks away needs not say so"
    page.chatkit.stop()
    seen = [snapshot.thread_id async for snapshot in changes]
    assert BEHIND <= len(set(seen)) <= 2 * BEHIND
    numbers = [int(str(thread_id).partition("_")[2]) for thread_id in seen[:-1]]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert [snapshot async for snapshot in changes] == []


@in_loop
async def test_wait_for_keeps_nothing_when_it_is_over() -> None:
    page = Page(owner=False)
    waiting = asyncio.create_task(page.chatkit.wait_for(lambda snapshot: snapshot.responding))
    await settle_loop()
    page.element.emit("response.start")
    await waiting
    began = _snapshots()
    for _ in range(BEHIND):
        _another(page)
    assert _snapshots() - began < 2 * INTERNED


@in_loop
async def test_two_who_read_at_once_have_all_of_it_each() -> None:
    page = Page(owner=False)
    readers = [page.chatkit.changes() for _ in range(2)]
    waiting = [asyncio.create_task(anext(reader)) for reader in readers]
    await settle_loop()
    _answered(page)
    first = [await one for one in waiting]
    assert first[0] is first[1]
    assert first[0].thread_id == page.snapshot.thread_id
    page.chatkit.stop()
    rest = [[snapshot.phase async for snapshot in reader] for reader in readers]
    assert rest[0] == rest[1] == ["responding", "idle", "failed"]


def _another(page: Page) -> None:
    """A thread that was never there, and so a snapshot."""
    page.element.emit("thread.change", {"threadId": f"thr_{next(NUMBERS)}"})
    page.browser.catch_up()


def _answered(page: Page) -> None:
    _another(page)
    page.element.emit("response.start")
    page.element.emit("response.end")
    page.browser.catch_up()


def _snapshots() -> int:
    gc.collect()
    return sum(isinstance(one, Snapshot) for one in gc.get_objects())


@in_loop
async def test_who_walks_away_from_changes_leaves_nothing_behind() -> None:
    page = Page(owner=False)
    for _ in range(3):
        waiting = asyncio.create_task(page.chatkit.changes().__anext__())
        await settle_loop()
        waiting.cancel()
        await settle_loop()
    async for _ in _one_change(page):
        break
    listeners = page.chatkit._session.listeners
    assert listeners.names() == []


def _one_change(page: Page) -> Any:
    changes = page.chatkit.changes()
    page.element.emit("response.start")
    return changes


@in_loop
async def test_wait_for_is_the_first_snapshot_of_which_it_is_true() -> None:
    page = Page(owner=False)
    now = await page.chatkit.wait_for(lambda snapshot: snapshot.phase == "idle")
    assert now is page.snapshot
    waiting = asyncio.create_task(
        page.chatkit.wait_for(lambda snapshot: snapshot.responding, timeout=5)
    )
    await settle_loop()
    page.element.emit("response.start")
    page.element.emit("response.end")
    found = await waiting
    assert isinstance(found, Snapshot)
    assert found.responding, "although it is over"


@in_loop
async def test_wait_for_ends_in_words_when_it_never_comes() -> None:
    page = Page(owner=False)
    late = asyncio.create_task(
        page.chatkit.wait_for(lambda snapshot: snapshot.stalled, timeout=2.0)
    )
    await page.live(1.9)
    page.element.emit("response.start")
    assert not late.done()
    await page.live(0.2)
    with pytest.raises(CommandTimeout, match=r"wait_for\(\) got no answer within 2 s"):
        await late
    with pytest.raises(ZeroDivisionError):
        await page.chatkit.wait_for(lambda snapshot: 1 / 0)
    waiting = asyncio.create_task(page.chatkit.wait_for(lambda snapshot: snapshot.stalled))
    await settle_loop()
    page.chatkit.stop()
    with pytest.raises(ChatKitUnavailable, match="stop\\(\\) was called"):
        await waiting


@both
def test_a_companion_is_told_that_it_hears_of_no_requests(owner: bool) -> None:
    page = Page(owner=owner)
    page.chatkit.on("http.error", print)
    told = [text for text in page.browser.reports if "on('http.error') hears nothing" in text]
    assert len(told) == (0 if owner else 1)
