"""What meets what in the memory of a thread: users, elements, wishes and messages that overlap.

Each of these was found by a reviewer's story, and stands under the item of the issue whose promise
it had broken.
"""

import asyncio
import contextlib
from typing import Any

import pytest

from sync import ChatKitError, ChatKitUnavailable
from sync.settling import TAKEN_UP
from tests.fakes import FakeElement, Server, in_loop
from tests.fakes.history import History
from tests.unit.sync.page import KEY, Page, both

BUSY = {
    "name": "IntegrationError",
    "message": "ChatKit: setThreadId() ignored - already responding.",
}


def agrees(page: Page, thread_id: str | None, *, stored: str | None = None) -> None:
    """Screen, snapshot, address and storage say the same; `stored` is what storage keeps where a
    walk has led to a new chat.
    """
    shown = (page.current.thread_id, page.snapshot.thread_id, page.named)
    assert shown == (thread_id,) * 3
    assert page.stored == (thread_id or stored)
    assert page.phase == "idle"


@both
@pytest.mark.parametrize("navigation", [True, False])
def test_01_an_element_that_comes_where_the_page_has_gone_on_shows_that_thread(
    owner: bool, navigation: bool
) -> None:
    page = Page("/?threadId=a", owner=owner, starts=False)
    page.browser.navigation = navigation
    page.chatkit.start()
    page.wait(2.0)
    page.browser.remove(page.element)
    page.wait(0.1)
    page.browser.history.write("/own?threadId=b", push=True)
    element = mount(page)
    page.wait(2.0)
    assert (element.thread_id, page.remembered) == ("b", ("b", "b"))
    assert page.urls == ["/?threadId=a", "/own?threadId=b"]


def mount(page: Page) -> FakeElement:
    """A page's router mounts a fresh element, configured as the former one was."""
    element = page.browser.mount(FakeElement(page.server), configured=False)
    if not page.owner:
        element.set_options({})
    return element


def sends(page: Page, text: str = "Hello", **how: Any) -> "asyncio.Task[None]":
    """A message by command, whatever becomes of it."""

    async def send() -> None:
        with contextlib.suppress(ChatKitError):
            await page.chatkit.send_user_message(text, **how)

    return asyncio.create_task(send())


# 21. Another user.


def starting(owner: bool, **how: Any) -> Page:
    page = Page("/", owner=owner, starts=False, **how)
    page.chatkit.start()
    page.wait(0.02)
    assert page.phase == "starting"
    return page


@both
@in_loop
async def test_21_what_a_former_user_has_clicked_in_the_start_is_not_done(owner: bool) -> None:
    page = starting(owner, scope="u1")
    page.browser.click("send", text="The former user's")
    page.browser.click("open-thread", thread="b", control=2)
    page.chatkit.set_scope("u2")
    await page.live(5.0)
    assert page.asked("sendUserMessage") == []
    assert "b" not in page.asked()
    assert page.storage.items == {}


@both
@in_loop
async def test_21_of_clicks_that_wait_for_each_other_none_is_done_as_another(owner: bool) -> None:
    page = starting(owner, scope="u1")
    for control, text in enumerate(("First", "Second", "Third")):
        page.browser.click("send", text=text, control=control)
    page.server.answer_time = 5.0
    await page.live(1.0)
    assert page.phase == "responding"
    page.chatkit.set_scope("u2")
    await page.live(30.0)
    assert [one["text"] for one in page.asked("sendUserMessage")] == ["First"]
    assert f"{KEY}:u2" not in page.storage.items


@both
@pytest.mark.parametrize("new_thread", [False, True])
@in_loop
async def test_21_a_message_on_its_way_to_the_element_is_the_former_users(
    owner: bool, new_thread: bool
) -> None:
    page = Page("/", owner=owner, scope="u1")
    sends(page, new_thread=new_thread)
    await page.live(0.001)
    assert len(page.asked("sendUserMessage")) == 1
    assert not page.snapshot.responding
    page.chatkit.set_scope("u2")
    await page.live(5.0)
    agrees(page, None)
    assert page.storage.items == {}
    page.element.user_sends()
    await page.live(5.0)
    agrees_as(page, "u2", "new_2")


@both
@in_loop
async def test_21_a_message_that_the_element_refuses_leaves_the_next_users_alone(
    owner: bool,
) -> None:
    page = Page("/", owner=owner, scope="u1")
    page.element.plan("sendUserMessage", rejects=BUSY)
    sends(page)
    await page.live(0.001)
    page.chatkit.set_scope("u2")
    await page.live(5.0)
    page.element.user_sends()
    await page.live(5.0)
    agrees_as(page, "u2", "new_1")


def agrees_as(page: Page, scope: str, thread_id: str | None) -> None:
    assert (page.element.thread_id, page.snapshot.thread_id) == (thread_id, thread_id)
    assert (page.named, page.storage.items.get(f"{KEY}:{scope}")) == (thread_id, thread_id)


@both
@in_loop
async def test_21_the_next_user_opens_a_thread_while_the_formers_is_being_made(
    owner: bool,
) -> None:
    page = Page("/", owner=owner, scope="u1")
    page.server.creating = 500
    page.element.user_sends()
    await page.live(0.5)
    page.chatkit.set_scope("u2")
    await page.live()
    page.element.user_opens("b")
    await page.live(5.0)
    agrees_as(page, "u2", "b")


@in_loop
async def test_21_a_companion_does_not_ask_for_the_former_users_thread_any_more() -> None:
    page = starting(owner=False, stored="a")
    page.chatkit.set_scope("u2")
    await page.live(5.0)
    assert "a" not in page.asked()
    assert page.storage.items == {KEY: "a"}


@both
@in_loop
async def test_21_a_switch_during_which_the_user_changes_does_not_seem_to_work(
    owner: bool,
) -> None:
    page = Page("/", owner=owner)
    page.server.latencies["b"] = 2.0
    asked = asyncio.create_task(page.chatkit.set_thread_id("b"))
    await page.live(0.4)
    page.chatkit.set_scope("u1")
    await page.live(5.0)
    with pytest.raises(ChatKitUnavailable):
        await asked
    assert page.element.thread_id is None


# 1 and 3. Which thread a fresh element shows.


@both
def test_01_where_the_page_goes_to_a_thread_a_fresh_element_shows_that(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a")
    page.browser.history.write("/chat?threadId=c", push=True)
    page.browser.remove(page.element)
    page.element = mount(page)
    page.wait(5.0)
    agrees(page, "c")
    assert page.urls == ["/?threadId=a", "/chat?threadId=c"]


@both
def test_01_an_entry_of_the_page_that_names_none_keeps_the_thread_for_a_fresh_element(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a")
    page.browser.history.write("/settings", push=True)
    page.browser.remove(page.element)
    page.element = mount(page)
    page.wait(5.0)
    assert (page.element.thread_id, page.stored) == ("a", "a")


@both
def test_01_what_waits_to_be_written_is_no_choice_of_the_page(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a")
    page.element.user_opens("b")
    page.wait(0.2)
    page.element.user_opens("c")
    page.wait(0.2)
    assert (page.named, page.stored) == ("b", "c")
    page.browser.remove(page.element)
    page.element = mount(page)
    page.wait(5.0)
    agrees(page, "c")


# 10. A new thread beside the one that is shown.


@in_loop
async def test_10_a_message_for_a_new_thread_is_no_use_of_the_shown_one() -> None:
    page = Page("/?threadId=a", owner=False, stored="a")
    page.storage.items[KEY] = "c"
    page.server.creating = 500
    sends(page, new_thread=True)
    await page.live(60.0)
    assert page.stored == "c"


@both
@in_loop
async def test_10_a_new_thread_that_was_never_answered_is_not_found_in_a_later_answer(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a")
    page.element.plan("sendUserMessage", hangs=True)
    sends(page, new_thread=True, timeout=1.0)
    await page.live(2.0)
    page.element.user_sends()
    await page.live(0.5)
    page.element.user_opens(None)
    await page.live(5.0)
    agrees(page, None)


@both
@in_loop
async def test_10_back_to_a_new_chats_entry_means_one_where_a_new_thread_has_failed(
    owner: bool,
) -> None:
    page = Page("/?threadId=b", owner=owner)
    history = page.browser.history
    page.element.user_opens(None)
    page.wait()
    history.write("/?threadId=a", push=True)
    page.wait()
    page.server.creating = 400
    await page.chatkit_sends("Hello", new_thread=True)
    await page.live(5.0)
    assert (page.element.thread_id, page.remembered) == (None, ("a", "a"))
    history.back()
    await page.live(5.0)
    agrees(page, None, stored="a")
    assert page.reload().element.thread_id is None


# 11. Two switches.


@both
@in_loop
async def test_11_a_command_to_which_the_element_is_deaf_does_not_hold_back_what_somebody_opens(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a")
    page.element.plan("setThreadId", hangs=True)
    page.browser.click("open-thread", thread="b")
    await page.live(0.1)
    page.element.user_opens("c")
    await page.live(TAKEN_UP)
    assert page.remembered == ("c", "c")
    await page.live(60.0)
    agrees(page, "c")


# 14 and 15. Back and Forward.


@both
def test_14_whoever_opens_a_thread_after_a_back_that_waits_gets_that(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a")
    page.element.user_opens("b")
    page.wait()
    page.server.answer_time = 5.0
    page.element.user_sends()
    page.wait(0.5)
    page.element.plan("setThreadId", rejects=BUSY)
    page.browser.history.back()
    page.wait(0.1)
    page.element.user_opens("c")
    page.wait(10.0)
    agrees(page, "c")


@both
def test_14_whoever_opens_a_thread_after_a_back_in_the_start_gets_that(owner: bool) -> None:
    history = History("/?threadId=a")
    history.write("/?threadId=c", push=True)
    page = Page("/?threadId=c", owner=owner, history=history, starts=False)
    page.server.latency = 1.0
    page.chatkit.start()
    page.wait(0.5)
    history.back()
    page.wait(0.1)
    page.element.user_opens("b")
    page.wait(5.0)
    agrees(page, "b")


@both
def test_14_back_to_a_thread_that_was_opened_and_deleted_here_shows_and_saves_nothing(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a")
    page.element.user_opens("b")
    page.wait()
    page.element.user_deletes("a")
    page.wait()
    page.browser.history.back()
    page.wait(3.0)
    agrees(page, "b")
    assert page.snapshot.notice == ("thread-gone" if owner else "switch-failed")


def test_14_an_owner_has_seen_the_deletion_though_the_element_shows_the_thread_once_more() -> None:
    page = Page("/?threadId=a", owner=True, stored="a")
    page.element.user_opens("b")
    page.wait()
    page.element.user_deletes("a")
    page.element.visited.add("a")
    page.wait()
    page.browser.history.back()
    page.wait(3.0)
    assert page.stored == "b"
    assert page.snapshot.notice == "thread-gone"


@both
def test_15_back_across_a_fragment_leaves_a_thread_that_is_not_remembered(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, server=Server("a", "b", "o d"))
    page.element.user_opens("o d")
    page.wait()
    page.browser.history.click_fragment("x")
    page.wait()
    page.browser.history.back()
    page.wait(2.0)
    assert page.element.thread_id == "o d"


@both
@in_loop
async def test_15_back_across_a_fragment_leaves_a_first_message_alone(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a")
    page.server.creating = 400
    await page.chatkit_sends("Hello", new_thread=True)
    await page.live(5.0)
    page.browser.history.click_fragment("x")
    await page.live()
    page.server.creating = 500
    page.element.user_sends()
    await page.live()
    page.server.creating = 200
    page.browser.history.back()
    await page.live(60.0)
    assert page.element.thread_id == "new_1"


@both
def test_14_what_overtakes_a_back_and_fails_leaves_no_entry_of_what_is_not_shown(
    owner: bool,
) -> None:
    page = Page("/?threadId=b", owner=owner, stored="b")
    page.element.user_deletes("b")
    page.wait()
    history = page.browser.history
    history.write("/?threadId=b", push=True)
    history.write("/", push=True)
    page.server.latencies["b"] = 1.5
    history.back()
    page.wait(0.003)
    page.element.user_opens("x")
    page.wait(10.0)
    agrees(page, None)


# 9. What the element shows empty.


@both
def test_09_a_thread_that_is_shown_empty_is_told_and_can_be_tried_again(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a")
    page.server.failing["b"] = 500
    for _ in range(2):
        page.element.user_opens("b")
        page.wait()
    assert (page.element.thread_id, page.remembered) == ("b", ("a", "a"))
    assert (page.snapshot.notice, page.snapshot.lost) == ("switch-failed", "b")


@both
@in_loop
async def test_09_a_command_for_a_thread_that_has_failed_offers_to_try_again(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a")
    page.server.failing["b"] = 500
    for _ in range(2):
        asked = asyncio.create_task(page.chatkit.set_thread_id("b"))
        await page.live()
        with pytest.raises(ChatKitError):
            await asked
    assert (page.snapshot.notice, page.snapshot.lost) == ("switch-failed", "b")
