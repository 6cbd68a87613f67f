"""Edges: stops, bad values, an element that is gone and one in its place, a late Python."""

import asyncio
from typing import Any

import pytest

from sync import ChatKit, ChatKitUnavailable, CommandRejected, CommandTimeout
from sync.state import LASTING, Snapshot, advance, replace
from sync.toolbar import NO_ELEMENT
from sync.watchdog import STALL_OWNER
from tests.fakes import FakeBrowser, FakeElement, Server, in_loop, settle_loop
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


def test_what_is_given_for_the_end_is_called_once_and_keeps_nothing_from_ending() -> None:
    """Also before the start, after the end, and where it raises."""
    page = Page(owner=False, starts=False)
    left: list[dict[str, int]] = []

    def fail() -> None:
        left.append(page.browser.counts())
        raise ValueError("of the page's own")

    page.chatkit.at_end(fail)
    page.chatkit.at_end(lambda: left.append(page.browser.counts()))
    page.chatkit.start()
    page.wait(2.0)
    page.chatkit.stop()
    page.chatkit.at_end(lambda: left.append({}))
    assert len(left) == 3
    for counts in left:
        assert all(count == 0 for name, count in counts.items() if name != "elements"), counts
    [(error, where)] = page.browser.exceptions
    assert (str(error), where) == ("of the page's own", "in what at_end was given")


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
    options: Any = {"api": {"get_client_secret": lambda secret: "x"}}
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
    page.element.user_opens("c")
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


@in_loop
async def test_an_answer_that_ends_in_the_moment_of_a_refusal_locks_nothing() -> None:
    """The rejection is heard, and so is the end, before the task that waits has run."""
    page = Page("/?threadId=a", owner=True)
    said = "ChatKit: sendUserMessage() ignored - already responding."
    page.element.plan("sendUserMessage", rejects={"name": "IntegrationError", "message": said})
    task = asyncio.create_task(page.chatkit.send_user_message("x"))
    await settle_loop()
    page.element.emit("response.start")
    page.wait(0.5)
    page.element.emit("response.end")
    with pytest.raises(CommandRejected):
        await task
    await page.live(1.0)
    assert not page.snapshot.locked


@in_loop
async def test_a_time_out_says_what_is_likely() -> None:
    page = Page("/?threadId=a", owner=True, command_timeout=5.0)
    page.element.plan("sendUserMessage", hangs=True)
    task = asyncio.create_task(page.chatkit.send_user_message("x"))
    await page.live(6.0)
    with pytest.raises(CommandTimeout, match=r"within 5 s: .* server may be slow"):
        await task


@in_loop
async def test_an_action_that_a_stall_has_ended_says_how_long_it_took() -> None:
    page = Page("/?threadId=a", owner=True)
    page.element.plan("sendCustomAction", hangs=True)
    task = asyncio.create_task(page.chatkit.send_custom_action({"type": "x"}))
    await page.live(STALL_OWNER + 1.0)
    with pytest.raises(CommandTimeout, match=f"within {STALL_OWNER:g} s") as raised:
        await task
    assert raised.value.seconds == STALL_OWNER


@pytest.mark.parametrize("leave", ["another thread", "another user"])
def test_the_broken_stream_of_what_was_left_is_not_said_here(leave: str) -> None:
    page = Page("/?threadId=a", owner=True, scope="one")
    page.element.user_sends()
    page.wait(0.2)
    if leave == "another user":
        page.chatkit.set_scope("two")
    else:
        page.element.user_opens("b")
    page.wait(2.0)
    page.element.cut("a")
    assert page.snapshot.notice is None


def test_the_bytes_of_what_was_left_are_no_life_of_what_is_shown() -> None:
    page = Page("/?threadId=a", owner=True)
    page.server.answer_time = None
    page.element.user_opens("b")
    page.wait(1.0)
    page.element.user_sends()
    for _ in range(4):
        page.wait(STALL_OWNER / 3)
        page.element.alive("a")
    assert page.phase == "stalled"
    page.element.alive("b")
    assert page.phase == "responding"


@both
def test_a_machine_that_sleeps_in_the_start_declares_nothing_failed(owner: bool) -> None:
    slow = FakeElement(Server("a"), frame_time=2.0)
    page = Page("/?threadId=a", owner=owner, starts=False, element=slow)
    page.chatkit.start()
    page.wait(0.5)
    phases: list[str] = []
    page.chatkit.subscribe(lambda snapshot: phases.append(snapshot.phase))
    page.browser.clock.sleep(7200.0)
    page.wait(3.0)
    assert "failed" not in phases
    assert page.phase == "idle"


def test_a_page_whose_chat_is_opened_on_demand_keeps_its_own_controls() -> None:
    browser = FakeBrowser()
    ChatKit(browser=browser).start()
    browser.clock.advance(60.0)
    assert browser.drawings[NO_ELEMENT][-1]["gate"] is None
    assert browser.drawings[NO_ELEMENT][-1]["off"]["send"] == "waiting"


@pytest.mark.parametrize("asked_at", [0.0, 1.0, 10.0])
@in_loop
async def test_a_false_ready_is_found_out_though_the_command_had_waited(asked_at: float) -> None:
    element = FakeElement(Server("a"), frame_time=12.0)
    element.broken_frame = True
    page = Page("/", owner=False, starts=False, element=element)
    page.chatkit.start()
    await page.live(asked_at)
    task = asyncio.create_task(page.chatkit.fetch_updates())
    await page.live(60.0)
    assert isinstance(task.exception(), CommandTimeout)
    assert page.snapshot.failure == "no-answer"


@both
@in_loop
async def test_an_action_of_the_start_whose_stream_lasts_holds_no_later_click(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, starts=False)
    page.element.plan("sendCustomAction", hangs=True)
    page.chatkit.start()
    page.wait(0.01)
    assert page.browser.click("custom-action", payload='{"type": "wave"}')
    await page.live(2.0)
    assert len(page.asked("sendCustomAction")) == 1
    assert page.browser.click("focus-composer")
    await page.live(0.5)
    assert ("focusComposer", []) in page.browser.called


@pytest.mark.parametrize("name", ["StreamError", "HistoryViewError", "WidgetItemError"])
def test_an_error_of_its_app_is_a_sign_of_life(name: str) -> None:
    dead = replace(Snapshot(restored=True), {"failure": "no-answer"})
    assert advance(dead, "error", {"name": name}).failure is None
    assert advance(dead, "error", {"name": "IntegrationError"}).failure == "no-answer"


@both
@in_loop
async def test_an_answer_that_comes_late_is_a_sign_of_life(owner: bool) -> None:
    """An element that has shown nothing else yet, slow and not dead."""
    page = Page("/", owner=owner)
    page.element.plan("focusComposer", resolves=True, after=12.0)
    page.element.plan("focusComposer", hangs=True)
    tasks = [asyncio.create_task(page.chatkit.focus_composer()) for _ in range(2)]
    task = tasks[0]
    await page.live(11.0)
    assert isinstance(task.exception(), CommandTimeout)
    assert page.snapshot.failure == "no-answer"
    assert isinstance(tasks[1].exception(), ChatKitUnavailable)
    await page.live(2.0)
    assert (page.phase, page.snapshot.proven) == ("idle", True)
    page.browser.remove(page.element)
    await page.live(1.0)
    assert page.browser.counts()["handlers"] == before_any_element()


def before_any_element() -> int:
    """The handlers of a ChatKit whose element is gone."""
    page = Page("/", owner=True)
    page.browser.remove(page.element)
    page.wait(1.0)
    return page.browser.counts()["handlers"]


@in_loop
async def test_an_impatient_caller_does_not_fail_the_chat() -> None:
    page = Page("/", owner=False)
    page.element.plan("focusComposer", hangs=True)
    task = asyncio.create_task(page.chatkit.focus_composer(timeout=9.0))
    await page.live(11.0)
    assert isinstance(task.exception(), CommandTimeout)
    assert page.phase == "idle"


@in_loop
async def test_timers_that_are_always_late_keep_nobody_for_ever() -> None:
    """A hidden tab, whose timers may fire once a minute."""
    page = Page("/?threadId=a", owner=False)
    page.element.plan("fetchUpdates", hangs=True)
    task = asyncio.create_task(page.chatkit.fetch_updates())
    await settle_loop()
    for _ in range(5):
        page.browser.clock.sleep(60.0)
        await page.live(0.001)
    assert isinstance(task.exception(), CommandTimeout)


@pytest.mark.parametrize("notice", LASTING)
def test_what_holds_for_every_thread_is_said_until_a_request_works(notice: str) -> None:
    status = {"signed-out": 401, "unavailable": 503, "too-many": 429}[notice]
    page = Page("/?threadId=a", owner=True)
    page.element.user_opens("b")
    page.wait(1.0)
    page.element.request("threads.add_user_message", "b", status)
    for thread_id in (None, "a"):
        page.element.user_opens(thread_id)
        page.wait(1.0)
        assert page.snapshot.notice == notice
    page.element.request("threads.list", None, 200)
    assert page.snapshot.notice is None


def test_another_user_is_not_told_what_the_former_one_has_met() -> None:
    page = Page("/?threadId=a", owner=True, scope="one")
    page.element.request("threads.add_user_message", "a", 401)
    assert page.snapshot.notice == "signed-out"
    page.chatkit.set_scope("two")
    page.wait(1.0)
    assert page.snapshot.notice is None


def test_the_head_of_an_answer_is_a_sign_of_life() -> None:
    page = Page("/?threadId=a", owner=True)
    page.server.answer_time = None
    page.element.user_sends()
    page.wait(STALL_OWNER - 10.0)
    page.element.request("threads.add_user_message", "a", 200)
    page.wait(STALL_OWNER - 1.0)
    assert page.phase == "responding"
    page.wait(2.0)
    assert page.phase == "stalled"


def test_a_domain_that_is_refused_stays_so() -> None:
    page = Page("/", owner=True)
    page.element.error("DomainVerificationRequestError", "refused")
    page.element.emit("log", {"name": "x"})
    assert page.snapshot.failure == "domain"


@both
def test_pages_that_only_listen_hear_of_the_stop(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.chatkit.stop()
    assert page.browser.announced[-1]["failure"] == "stopped"
