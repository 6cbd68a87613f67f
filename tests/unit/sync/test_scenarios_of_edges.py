"""Edges: stops, bad values, an element that is gone and one in its place, a late Python."""

import asyncio
from typing import Any

import pytest

from sync import ChatKit, ChatKitUnavailable, CommandTimeout
from tests.fakes import FakeElement, in_loop
from tests.unit.sync.page import Page, both


@both
def test_stop_frees_the_controls_though_the_element_is_gone(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.browser.remove(page.element)
    page.wait()
    page.chatkit.stop()
    counts = page.browser.counts()
    assert all(count == 0 for name, count in counts.items() if name != "elements"), counts


@both
def test_stop_inside_a_listener_leaves_nothing_behind(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.chatkit.on("response.start", page.chatkit.stop)
    page.element.user_sends()
    page.wait(2.0)
    counts = page.browser.counts()
    assert all(count == 0 for name, count in counts.items() if name != "elements"), counts
    assert page.snapshot.failure == "stopped"


@in_loop
async def test_stopped_before_its_start_it_says_so_at_once() -> None:
    page = Page(owner=False, starts=False)
    page.chatkit.stop()
    with pytest.raises(ChatKitUnavailable, match="stop\\(\\) was called"):
        await page.chatkit.focus_composer()


@both
@pytest.mark.parametrize("bad", [{1, 2}, object(), float("nan")])
@in_loop
async def test_a_parameter_that_cannot_cross_raises_and_leaves_nothing_busy(
    owner: bool, bad: Any
) -> None:
    page = Page("/?threadId=a", owner=owner)
    with pytest.raises(TypeError, match="payload"):
        await page.chatkit.send_custom_action({"type": "x", "payload": {"at": [bad]}})
    assert page.snapshot.commands == 0
    assert not page.snapshot.busy


def test_a_hosted_owner_sees_no_bytes_and_waits_as_long_as_a_companion() -> None:
    page = Page(owner=False, starts=False)
    options: dict[str, Any] = {"api": {"get_client_secret": lambda secret: "x"}}
    chatkit = ChatKit(browser=page.browser, options=options).start()
    page.wait(2.0)
    page.element.emit("response.start")
    page.wait(200.0)
    assert chatkit.snapshot.phase == "responding"


def test_the_same_function_twice_is_two_listeners() -> None:
    page = Page(owner=False)
    calls: list[Any] = []
    first = page.chatkit.subscribe(calls.append)
    second = page.chatkit.subscribe(calls.append)
    second()
    first()
    page.element.emit("response.start")
    page.wait()
    assert calls == []


def test_a_failure_is_said_once_and_keeps_its_reason() -> None:
    page = Page(owner=True, starts=False)
    page.chatkit.start()
    page.wait(2.0)
    page.element.error("DomainVerificationRequestError", "no")
    page.wait(120.0)
    assert page.snapshot.failure == "domain"
    assert len([one for one in page.browser.reports if "cannot be used" in one]) == 1


@both
@in_loop
async def test_a_ready_that_was_only_a_frames_load_is_found_out_by_the_first_command(
    owner: bool,
) -> None:
    page = Page(owner=owner, starts=False)
    page.element.broken_frame = True
    page.chatkit.start()
    page.wait(2.0)
    asked = asyncio.create_task(page.chatkit.focus_composer())
    await page.live(0.01)
    await page.live(10.0)
    with pytest.raises(CommandTimeout):
        await asked
    assert page.snapshot.failure == "no-answer"
    page.element.emit("response.start")
    assert page.snapshot.phase == "responding", "a later sign of life heals it"


@both
@in_loop
async def test_an_impatient_caller_says_nothing_of_the_element(owner: bool) -> None:
    page = Page(owner=owner)
    page.element.plan("focusComposer", hangs=True)
    asked = asyncio.create_task(page.chatkit.focus_composer(timeout=0.1))
    await page.live(0.01)
    await page.live(1.0)
    with pytest.raises(CommandTimeout):
        await asked
    assert page.snapshot.phase == "idle"


@both
@in_loop
async def test_a_second_click_on_a_switch_that_is_under_way_is_not_worth_a_word(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.browser.click("new-thread")
    page.browser.click("new-thread")
    await page.live(2.0)
    assert page.snapshot.thread_id is None
    assert page.snapshot.notice is None
    assert page.browser.reports == []


def test_a_notice_is_over_when_a_switch_has_worked() -> None:
    page = Page("/?threadId=a", owner=True)
    page.server.down = True
    page.element.user_opens("b")
    page.wait()
    assert page.snapshot.notice == "unavailable"
    page.server.down = False
    page.element.user_opens(None)
    page.wait()
    assert page.snapshot.notice is None


# Gone and back.


@both
def test_a_new_element_in_the_place_of_a_removed_one_shows_the_same_thread(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.browser.remove(page.element)
    page.wait()
    assert page.phase == "gone"
    assert page.remembered == ("a", "a")
    fresh = page.browser.mount(FakeElement(page.server), configured=not owner)
    page.wait(2.0)
    assert fresh.thread_id == "a"
    assert page.phase == "idle"
    assert page.snapshot.thread_id == "a"
    fresh.user_opens("b")
    page.wait()
    assert page.remembered == ("b", "b")


@both
def test_a_moved_element_is_dead_and_not_taken_for_a_new_one(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.browser.move(page.element)
    page.wait(5.0)
    assert page.phase == "gone"


@both
def test_an_element_that_leaves_in_the_middle_of_its_restore_is_replaced_all_the_same(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner, starts=False)
    page.chatkit.start()
    page.wait(0.12)
    page.browser.remove(page.element)
    fresh = page.browser.mount(FakeElement(page.server), configured=not owner)
    page.wait(3.0)
    assert fresh.thread_id == "a"
    assert page.phase == "idle"
    assert page.remembered == ("a", "a")


# What was before Python.


@both
def test_events_before_python_are_told_in_order_when_it_comes(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, starts=False)
    told: list[Any] = []
    for name in ("ready", "thread.load.start", "thread.load.end"):
        page.chatkit.on(name, lambda *arguments, name=name: told.append(name))
    page.wait(5.0)
    page.chatkit.start()
    page.wait(2.0)
    if owner:
        assert told == ["ready", "thread.load.start", "thread.load.end"]
    else:
        assert told[0] == "ready"
    assert page.element.thread_id == "a"
    assert page.phase == "idle"
    assert page.remembered == ("a", "a")
