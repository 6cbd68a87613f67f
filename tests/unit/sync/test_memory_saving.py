"""What of the shown thread is saved, and how it gets into the history: items 8 to 12 on fakes."""

import asyncio
import contextlib
from typing import Any

import pytest

from sync.errors import ChatKitBusy, ChatKitError, CommandRejected
from sync.settling import SETTLE_DELAY
from tests.fakes import Server, in_loop
from tests.unit.sync.page import KEY, Page, both

by_all = pytest.mark.parametrize("by", ["history", "control", "command"])

POOR = [0, 400, 404, 500]
"""Statuses that a load or a creation may meet; 0 is no connection."""


class Visit(Page):
    """A page that has come to rest, and every write from then on."""

    def __init__(self, url: str = "/", **how: Any) -> None:
        stored = "a" if "=a" in url else None
        super().__init__(url, **({"stored": stored} | how))
        assert self.phase == "idle"
        assert (self.browser.history.writes, self.storage.writes) == ([], [])

    @property
    def in_history(self) -> list[tuple[str, str]]:
        """What was pushed and replaced."""
        return self.browser.history.writes

    @property
    def in_storage(self) -> list[str | None]:
        """The threads that storage got, one after the other."""
        assert {key for key, _ in self.storage.writes} <= {KEY}
        return [value for _, value in self.storage.writes]

    def has_no_trace(self) -> bool:
        """Nothing was written anywhere."""
        return self.in_history == [] and self.in_storage == []

    async def opens(self, thread_id: str | None, by: str, seconds: float = 1.0) -> None:
        """A switch: inside the element, by a control of the page, by a command from Python."""
        if by == "history":
            self.element.user_opens(thread_id)
        elif by == "control" and thread_id is None:
            assert self.browser.click("new-thread")
        elif by == "control":
            assert self.browser.click("open-thread", thread=thread_id)
        else:
            task = asyncio.create_task(self.chatkit.set_thread_id(thread_id))
            # A rejection is the subject of tests of its own.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        await self.live(seconds)

    async def answer_ends(self) -> None:
        """Until the chat is at rest again."""
        await self.live(40.0)
        assert self.phase == "idle"


# 8. Push and replace.


@both
@by_all
@in_loop
async def test_08_a_switch_from_a_thread_pushes_once(owner: bool, by: str) -> None:
    page = Visit("/?q=1&threadId=a", owner=owner)
    await page.opens("b", by)
    await page.live(60.0)
    assert page.remembered == ("b", "b")
    assert page.in_history == [("push", "/?q=1&threadId=b")]
    assert page.in_storage == ["b"]
    assert page.urls == ["/?q=1&threadId=a", "/?q=1&threadId=b"]


@both
@in_loop
async def test_08_a_switch_by_command_is_not_saved_before_it_has_resolved(owner: bool) -> None:
    page = Visit("/?threadId=a", owner=owner)
    # The element shows the thread and its answer does not come: in the end its events are believed.
    page.element.plan("setThreadId", hangs=True)
    await page.opens("b", "command", 0.01)
    page.element.user_opens("b")
    await page.live(5.0)
    assert page.snapshot.thread_id == "b"
    assert page.has_no_trace()
    await page.live(60.0)
    assert page.in_history == [("push", "/?threadId=b")]
    assert page.in_storage == ["b"]


@both
@by_all
@in_loop
async def test_08_a_switch_from_a_new_chat_replaces_once(owner: bool, by: str) -> None:
    page = Visit("/?q=1", owner=owner)
    await page.opens("b", by)
    await page.live(60.0)
    assert page.in_history == [("replace", "/?q=1&threadId=b")]
    assert page.in_storage == ["b"]


@both
@by_all
@in_loop
async def test_08_a_switch_to_a_thread_visited_before_pushes_as_well(owner: bool, by: str) -> None:
    page = Visit("/?threadId=a", owner=owner)
    await page.opens("b", "history")
    loads = [name for name, _ in page.element.told].count("thread.load.start")
    await page.opens("a", by)
    assert [name for name, _ in page.element.told].count("thread.load.start") == loads
    assert page.in_history == [("push", "/?threadId=b"), ("push", "/?threadId=a")]
    assert page.in_storage == ["b", "a"]


@both
@by_all
@in_loop
async def test_08_new_chat_pushes_and_the_thread_after_it_replaces(owner: bool, by: str) -> None:
    page = Visit("/?threadId=a", owner=owner)
    await page.opens(None, by)
    assert page.remembered == (None, None)
    assert page.in_history == [("push", "/")]
    assert page.in_storage == [None]
    await page.opens("b", "history")
    assert page.in_history == [("push", "/"), ("replace", "/?threadId=b")]
    assert page.in_storage == [None, "b"]
    assert page.urls == ["/?threadId=a", "/?threadId=b"]


@both
@by_all
@in_loop
async def test_08_new_chat_in_a_new_chat_and_a_thread_in_itself_write_nothing(
    owner: bool, by: str
) -> None:
    for url, thread_id in (("/", None), ("/?threadId=a", "a")):
        page = Visit(url, owner=owner)
        await page.opens(thread_id, by)
        assert page.has_no_trace()


@both
def test_08_a_plain_link_to_a_thread_is_a_visit_and_writes_no_entry(owner: bool) -> None:
    # The browser has made the entry; storage alone follows.
    page = Page("/?threadId=b", owner=owner, stored="a")
    page.wait(60.0)
    assert page.browser.history.writes == []
    assert page.storage.writes == [(KEY, "b")]


@both
@pytest.mark.parametrize("by", ["typed", "command", "control"])
@in_loop
async def test_08_a_first_message_replaces_at_once_while_it_is_answered(
    owner: bool, by: str
) -> None:
    page = Visit("/?q=1", owner=owner)
    if by == "typed":
        page.element.user_sends()
    elif by == "control":
        page.browser.click("send", text="Hello")
    else:
        await page.chatkit_sends("Hello")
    await page.live(0.2)
    assert page.phase == "responding"
    assert page.remembered == ("new_1", "new_1")
    await page.answer_ends()
    assert page.in_history == [("replace", "/?q=1&threadId=new_1")]
    assert page.in_storage == ["new_1"]


@both
def test_08_a_first_message_after_new_chat_replaces_the_new_chats_entry(owner: bool) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.element.user_opens(None)
    page.wait()
    page.element.user_sends()
    page.wait(10.0)
    assert page.in_history == [("push", "/"), ("replace", "/?threadId=new_1")]
    assert page.in_storage == [None, "new_1"]
    assert page.urls == ["/?threadId=a", "/?threadId=new_1"]


@both
def test_08_a_second_message_writes_nothing(owner: bool) -> None:
    page = Visit("/?threadId=a", owner=owner)
    for _ in range(2):
        page.element.user_sends()
        page.wait(5.0)
    assert page.has_no_trace()


@both
def test_08_a_temporary_id_is_never_saved(owner: bool) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.element.emit("thread.change", {"threadId": "client_thread_1"})
    page.wait(60.0)
    assert page.has_no_trace()


@both
def test_08_a_first_message_that_is_left_never_shows_up(owner: bool) -> None:
    page = Visit("/", owner=owner)
    page.element.user_sends()
    page.wait(0.05)
    page.element.user_opens("b")
    page.wait(60.0)
    assert page.in_history == [("replace", "/?threadId=b")]
    assert page.in_storage == ["b"]


@both
@pytest.mark.parametrize("streaming", [False, True])
@in_loop
async def test_08_a_new_thread_from_a_thread_pushes_once(owner: bool, streaming: bool) -> None:
    page = Visit("/?threadId=a", owner=owner)
    if streaming:
        page.element.user_sends()
        await page.live(0.2)
        assert page.phase == "responding"
    await page.chatkit_sends("Hello", new_thread=True)
    await page.live(0.05)
    assert page.has_no_trace(), "nothing before the thread has its id"
    await page.live(0.1)
    assert page.phase == "responding"
    assert page.remembered == ("new_1", "new_1"), "at once, not at the answer's end"
    await page.answer_ends()
    assert page.in_history == [("push", "/?threadId=new_1")]
    assert page.in_storage == ["new_1"]


@both
@in_loop
async def test_08_a_new_thread_from_a_new_chat_replaces(owner: bool) -> None:
    page = Visit("/", owner=owner)
    await page.chatkit_sends("Hello", new_thread=True)
    await page.answer_ends()
    assert page.in_history == [("replace", "/?threadId=new_1")]
    assert page.in_storage == ["new_1"]


@pytest.mark.parametrize("streaming", [False, True])
def test_08_a_deletion_that_an_owner_has_seen_replaces(streaming: bool) -> None:
    page = Visit("/?threadId=a", owner=True)
    if streaming:
        page.element.user_sends()
        page.wait(0.2)
    page.element.user_deletes("a")
    page.wait(60.0)
    assert page.remembered == (None, None)
    assert page.in_history == [("replace", "/")]
    assert page.in_storage == [None]


def test_08_a_deletion_that_a_companion_cannot_see_counts_as_a_new_chat() -> None:
    page = Visit("/?threadId=a", owner=False)
    page.element.user_deletes("a")
    page.wait(60.0)
    assert page.remembered == (None, None)
    assert page.in_history == [("push", "/")]
    assert page.in_storage == [None]


@both
def test_08_the_deletion_of_another_thread_writes_nothing_and_counts_for_no_other_change(
    owner: bool,
) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.element.user_deletes("c")
    page.wait()
    assert page.has_no_trace()
    page.element.user_opens(None)
    page.wait()
    assert page.in_history == [("push", "/")]


def test_08_after_a_deletion_that_the_server_has_refused_new_chat_is_a_new_chat() -> None:
    page = Visit("/?threadId=a", owner=True)
    page.element.deleting("a")
    page.element.request("threads.delete", "a", 500)
    page.wait()
    page.element.user_opens(None)
    page.wait()
    assert page.in_history == [("push", "/")]


@both
def test_08_a_corrected_switch_replaces_the_entry_that_could_not_be_shown(owner: bool) -> None:
    page = Visit("/?threadId=a", owner=owner, server=Server("a", "b", "c"))
    for thread_id in ("b", "c"):
        page.element.user_opens(thread_id)
        page.wait()
    page.server.threads.remove("b")
    page.element.visited.discard("b")
    page.in_history.clear()
    page.storage.writes.clear()
    page.browser.history.back()
    page.wait(60.0)
    assert page.element.thread_id == "c"
    assert page.remembered == ("c", "c")
    assert page.in_history == [("replace", "/?threadId=c")]
    assert page.in_storage == []
    assert page.urls == ["/?threadId=a", "/?threadId=c", "/?threadId=c"]


@both
def test_08_changes_settled_within_one_write_interval_become_one_entry(owner: bool) -> None:
    page = Visit("/?threadId=a", owner=owner, write_interval=1.0, server=Server(*"abcd"))
    page.server.latency = 0.01
    for thread_id in ("b", "c", "d"):
        page.element.user_opens(thread_id)
        page.wait(0.2)
        assert page.stored == thread_id, "storage at once"
    page.wait(60.0)
    assert page.urls == ["/?threadId=a", "/?threadId=b", "/?threadId=d"]
    assert len(page.in_history) == 2


def test_08_a_deletion_within_the_interval_of_another_switch_pushes() -> None:
    # The entry still names the thread that was left before the deleted one was opened.
    page = Visit("/?threadId=a", owner=True, write_interval=1.0)
    page.server.latency = 0.01
    page.element.user_opens("b")
    page.wait(0.2)
    page.element.user_opens("c")
    page.wait(0.2)
    page.element.user_deletes("c")
    page.wait(60.0)
    assert page.urls == ["/?threadId=a", "/?threadId=b", "/"]
    assert page.remembered == (None, None)


# 9. A failed switch leaves no trace.


def fails(page: Page, thread_id: str, status: int) -> None:
    """Loading this thread meets this status from now on."""
    page.server.failing[thread_id] = status


@both
@by_all
@pytest.mark.parametrize("status", POOR)
@pytest.mark.parametrize("url", ["/?threadId=a", "/"], ids=["thread", "new chat"])
@in_loop
async def test_09_a_failed_switch_leaves_no_trace(
    owner: bool, by: str, status: int, url: str
) -> None:
    page = Visit(url, owner=owner)
    shown = page.element.thread_id
    fails(page, "b", status)
    await page.opens("b", by)
    await page.live(60.0)
    assert page.element.thread_id == page.snapshot.thread_id == shown
    assert page.phase == "idle"
    assert page.has_no_trace()
    assert page.urls == [url]


@both
@pytest.mark.parametrize("latency", [0.0, 0.04, 0.06, 20.0])
def test_09_however_long_a_failed_switch_takes_it_leaves_no_trace(
    owner: bool, latency: float
) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.server.latency = latency
    page.element.user_opens("x")
    page.wait(60.0)
    assert page.snapshot.thread_id == "a"
    assert page.has_no_trace()


@both
@by_all
@in_loop
async def test_09_the_switch_after_a_failed_one_is_saved_as_any_other(owner: bool, by: str) -> None:
    page = Visit("/?threadId=a", owner=owner)
    await page.opens("x", by)
    await page.opens("b", by)
    assert page.in_history == [("push", "/?threadId=b")]
    assert page.in_storage == ["b"]
    assert page.snapshot.notice is None


@both
@pytest.mark.parametrize("status", [404, 500])
@in_loop
async def test_09_a_control_whose_thread_cannot_be_loaded_says_so(owner: bool, status: int) -> None:
    page = Visit("/?threadId=a", owner=owner)
    fails(page, "b", status)
    await page.opens("b", "control")
    gone = owner and status == 404
    assert page.snapshot.notice == ("thread-gone" if gone else "switch-failed")
    assert page.snapshot.retryable == (not gone)
    assert page.browser.exceptions == []


@both
@by_all
@in_loop
async def test_09_an_id_that_failed_is_not_believed_when_it_seems_to_work_inside(
    owner: bool, by: str
) -> None:
    page = Visit("/?threadId=a", owner=owner)
    await page.opens("x", by)
    page.element.user_opens("x")
    await page.live(60.0)
    assert page.element.thread_id == "x", "an empty thread, without a load (fact 6)"
    assert page.has_no_trace()
    await page.opens("a", "history")
    assert page.has_no_trace(), "back where we were"
    page.element.user_opens("x")
    await page.live()
    await page.opens("b", "history")
    assert page.in_history == [("push", "/?threadId=b")]
    assert page.in_storage == ["b"]


@both
@pytest.mark.parametrize("by", ["history", "command"])
@in_loop
async def test_09_a_command_to_a_poisoned_id_raises_without_asking(owner: bool, by: str) -> None:
    page = Visit("/?threadId=a", owner=owner)
    if by == "history":
        await page.opens("x", by)
    for asked in [["x"], []] if by == "command" else [[]]:
        page.browser.called.clear()
        task = asyncio.create_task(page.chatkit.set_thread_id("x"))
        await page.live()
        error = task.exception()
        assert isinstance(error, CommandRejected)
        assert error.kind == "load-failed"
        assert [parameters[0] for _, parameters in page.browser.called] == asked
    assert page.element.thread_id == "a"
    assert page.snapshot.commands == 0
    assert page.has_no_trace()


@both
@in_loop
async def test_09_an_id_whose_failure_is_taken_back_slowly_is_poisoned_as_well(
    owner: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.fakes.element.TICK", 0.02)
    page = Visit("/?threadId=a", owner=owner)
    fails(page, "b", 500)
    await page.opens("b", "command")
    page.server.failing.clear()
    page.browser.called.clear()
    await page.opens("b", "command")
    assert page.asked() == [], "the element would show it empty, and the server has it by now"
    page.element.user_opens("b")
    await page.live(60.0)
    assert page.has_no_trace()


@both
@in_loop
async def test_09_an_answer_in_a_poisoned_thread_makes_it_worth_remembering(owner: bool) -> None:
    page = Visit("/?threadId=a", owner=owner)
    fails(page, "b", 500)
    await page.opens("b", "history")
    page.server.failing.clear()
    page.element.user_opens("b")
    await page.live(60.0)
    assert page.has_no_trace()
    page.element.user_sends()
    await page.answer_ends()
    assert page.remembered == ("b", "b")
    assert page.in_history == [("push", "/?threadId=b")]


@both
@pytest.mark.parametrize("typed", [True, False], ids=["typed", "by command"])
@pytest.mark.parametrize("status", [0, 400, 403, 404, 500])
@in_loop
async def test_09_a_message_that_a_poisoned_thread_did_not_get_does_not_make_it_remembered(
    owner: bool, typed: bool, status: int
) -> None:
    page = Visit("/?threadId=a", owner=owner)
    fails(page, "b", status)
    await page.opens("b", "history")
    page.element.user_opens("b")
    await page.live()
    assert page.element.thread_id == "b", "an empty thread (fact 6)"
    if typed:
        page.element.user_sends()
    else:
        await page.chatkit_sends("Hello")
    assert page.phase == "responding"
    await page.answer_ends()
    assert page.snapshot.thread_id == "b"
    assert page.has_no_trace()
    await page.opens("a", "history")
    assert page.has_no_trace()


@both
@pytest.mark.parametrize("status", [404, 500])
@in_loop
async def test_09_a_message_in_a_thread_that_the_server_has_lost_meanwhile_writes_nothing(
    owner: bool, status: int
) -> None:
    page = Visit("/?threadId=a", owner=owner)
    fails(page, "a", status)
    page.element.user_sends()
    await page.answer_ends()
    assert page.element.thread_id == "a"
    assert page.remembered == ("a", "a"), "the next visit judges"
    assert page.has_no_trace()


@in_loop
async def test_09_a_control_of_a_poisoned_id_opens_it_afresh_in_a_new_element() -> None:
    page = Visit("/?threadId=a", owner=True)
    fails(page, "b", 500)
    await page.opens("b", "control")
    page.server.failing.clear()
    page.browser.click("open-thread", thread="b")
    await page.live(2.0)
    assert page.current is not page.element
    assert page.current.thread_id == page.snapshot.thread_id == "b"
    assert "b" in page.current.visited, "loaded, not an empty thread"
    assert page.remembered == ("b", "b")
    assert page.in_storage == ["b"]
    assert page.urls == ["/?threadId=a", "/?threadId=b"]
    assert page.snapshot.notice is None


@pytest.mark.parametrize("status", [404, 500])
@in_loop
async def test_09_a_poisoned_id_that_fails_in_a_new_element_too_leaves_no_trace(
    status: int,
) -> None:
    page = Visit("/?threadId=a", owner=True)
    fails(page, "b", status)
    await page.opens("b", "control")
    page.browser.click("open-thread", thread="b")
    await page.live(60.0)
    assert page.phase == "idle"
    assert page.remembered == ("a", "a")
    assert page.has_no_trace()
    assert page.snapshot.notice is not None


@in_loop
async def test_09_a_companions_control_of_a_poisoned_id_opens_it_afresh_in_a_visit() -> None:
    page = Visit("/?q=1&threadId=a#top", owner=False)
    fails(page, "b", 500)
    await page.opens("b", "control")
    page.browser.called.clear()
    page.browser.click("open-thread", thread="b")
    await page.live(0.1)
    assert page.browser.called == [], "the element would show an empty thread"
    assert page.element.thread_id == "a"
    assert page.browser.visits == ["https://page.example/?q=1&threadId=b#top"]
    assert page.stored == "a"
    assert page.in_history == [], "the visit makes the entry"


@both
def test_09_a_restore_that_failed_has_poisoned_its_id_too(owner: bool) -> None:
    server = Server("a", "b")
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=owner, stored="b", server=server)
    server.failing.clear()
    page.browser.history.writes.clear()
    page.storage.writes.clear()
    page.element.user_opens("a")
    page.wait(60.0)
    assert page.element.thread_id == "a"
    assert page.element.visited == set(), "empty (fact 6)"
    assert page.browser.history.writes == []
    assert page.storage.writes == []


@both
def test_09_an_initial_thread_that_fails_after_a_switch_poisons_only_itself(owner: bool) -> None:
    server = Server("a", "b")
    server.latencies["a"] = 1.0
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=owner, server=server, starts=False)
    page.chatkit.start()
    page.wait(0.3)
    page.element.user_opens("b")
    page.wait(5.0)
    assert page.remembered == ("b", "b")
    page.element.user_opens(None)
    page.wait()
    assert not any(page.remembered), "a null is meant"
    page.element.user_opens("b")
    page.wait()
    assert page.remembered == ("b", "b")
    page.element.user_opens("a")
    page.wait()
    assert page.remembered == ("b", "b"), "this one has failed"


def test_09_the_pages_own_first_thread_that_failed_is_poisoned_as_well() -> None:
    server = Server("a", "b")
    server.failing["b"] = 500
    page = Page("/", owner=False, stored="a", page_options={"initialThread": "b"}, server=server)
    server.failing.clear()
    page.element.user_opens("b")
    page.wait(60.0)
    assert page.element.thread_id == "b"
    assert page.element.visited == set(), "empty, though the server has it again"
    assert page.remembered == (None, "a")


# 10. A new thread that could not be created.


@both
@pytest.mark.parametrize("status", POOR)
@pytest.mark.parametrize("streaming", [False, True])
@in_loop
async def test_10_a_new_thread_that_cannot_be_created_leaves_the_previous_one_remembered(
    owner: bool, status: int, streaming: bool
) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.server.creating = status
    if streaming:
        page.element.user_sends()
        await page.live(0.2)
    page.server.down = status == 0
    await page.chatkit_sends("Hello", new_thread=True)
    await page.live(60.0)
    assert page.phase == "idle"
    assert page.element.thread_id is None
    assert page.snapshot.thread_id is None
    assert page.remembered == ("a", "a")
    assert page.has_no_trace()
    page.server.down = False
    assert page.reload().element.thread_id == "a"


@pytest.mark.parametrize("status", POOR)
@in_loop
async def test_10_a_new_thread_that_the_page_itself_asks_for_leaves_the_previous_one_too(
    status: int,
) -> None:
    """Kind 7 of the pages that failed: the page's own script calls the element."""
    page = Visit("/?threadId=a", owner=True)
    page.server.creating = status
    page.server.down = status == 0
    page.element.call("sendUserMessage", [{"text": "no", "newThread": True}], lambda *told: None)
    await page.live(60.0)
    assert (page.phase, page.element.thread_id) == ("idle", None)
    assert page.remembered == ("a", "a")
    assert page.has_no_trace()
    page.server.down = False
    page.server.creating = 200
    await page.opens(None, "control")
    assert (page.named, page.stored) == (None, None), "a new chat is meant again"
    page.element.call("sendUserMessage", [{"text": "yes", "newThread": True}], lambda *told: None)
    await page.live(60.0)
    assert page.remembered == ("new_1", "new_1")


@in_loop
async def test_10_what_was_left_before_it_was_refused_says_nothing_of_a_new_chat() -> None:
    page = Visit("/?threadId=a", owner=True)
    page.server.creating = 500
    page.element.call("sendUserMessage", [{"text": "no", "newThread": True}], lambda *told: None)
    await page.live(0.05)
    await page.opens("b", "history")
    await page.live(60.0)
    assert page.remembered == ("b", "b")
    await page.opens(None, "history")
    assert (page.named, page.stored) == (None, None)


@both
@in_loop
async def test_10_the_next_new_thread_that_works_is_pushed(owner: bool) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.server.creating = 400
    for _ in range(2):
        await page.chatkit_sends("Hello", new_thread=True)
        await page.answer_ends()
        assert page.has_no_trace()
    page.server.creating = 200
    await page.chatkit_sends("Hello", new_thread=True)
    await page.answer_ends()
    assert page.in_history == [("push", "/?threadId=new_1")]
    assert page.in_storage == ["new_1"]


@both
@pytest.mark.parametrize("by", ["history", "control", "command"])
@in_loop
async def test_10_whoever_goes_back_to_the_previous_thread_finds_it_remembered(
    owner: bool, by: str
) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.server.creating = 400
    await page.chatkit_sends("Hello", new_thread=True)
    await page.answer_ends()
    await page.opens("a", by)
    assert page.element.thread_id == "a"
    assert page.has_no_trace()
    await page.opens(None, "history")
    assert page.remembered == (None, None), "a new chat is meant again"
    assert page.in_history == [("push", "/")]


@both
@in_loop
async def test_10_a_new_chat_that_is_asked_for_afterwards_is_meant(owner: bool) -> None:
    # The element is in a new chat already and tells nothing; the control does.
    page = Visit("/?threadId=a", owner=owner)
    page.server.creating = 400
    await page.chatkit_sends("Hello", new_thread=True)
    await page.answer_ends()
    await page.opens(None, "control")
    assert page.remembered == (None, None)
    assert page.in_history == [("push", "/")]
    assert page.in_storage == [None]


@both
@in_loop
async def test_10_a_first_message_that_could_not_create_its_thread_writes_nothing(
    owner: bool,
) -> None:
    page = Visit("/", owner=owner)
    page.server.creating = 400
    page.storage.items[KEY] = "c"  # another tab's, which such a null must not wipe either
    page.element.user_sends()
    await page.answer_ends()
    await page.chatkit_sends("Hello", new_thread=True)
    await page.answer_ends()
    assert page.has_no_trace()
    assert page.stored == "c"


@both
@in_loop
async def test_10_a_new_thread_that_the_element_refuses_changes_nothing(owner: bool) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.element.plan("sendUserMessage", rejects="no")
    with pytest.raises(CommandRejected):
        await page.chatkit_sends("Hello", new_thread=True)
    assert page.has_no_trace()
    page.element.user_opens(None)
    await page.live()
    assert page.remembered == (None, None), "a null is meant"


# 11. Two quick switches.


@both
@pytest.mark.parametrize(("b", "c"), [(0.2, 0.2), (0.2, 2.0), (2.0, 0.2)])
@pytest.mark.parametrize("gap", [0.0, 0.01, 0.1])
@pytest.mark.parametrize("first", ["history", "control", "command"])
@in_loop
async def test_11_of_two_quick_switches_the_last_wins_whichever_load_ends_last(
    owner: bool, b: float, c: float, gap: float, first: str
) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.server.latencies.update({"b": b, "c": c})
    await page.opens("b", first, 0.01 + gap)
    page.element.user_opens("c")
    await page.live(60.0)
    starts = [detail for name, detail in page.element.told if name == "thread.load.start"]
    assert [one["threadId"] for one in starts] == ["a", "b", "c"], "both have begun"
    assert page.element.thread_id == page.snapshot.thread_id == "c"
    assert page.phase == "idle"
    assert page.remembered == ("c", "c")
    assert page.in_history == [("push", "/?threadId=c")]
    assert page.in_storage == ["c"]


@both
@in_loop
async def test_11_the_end_of_the_first_load_is_not_the_end_of_the_second(owner: bool) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.server.latencies.update({"b": 0.2, "c": 2.0})
    page.element.user_opens("b")
    page.element.user_opens("c")
    await page.live(1.0)
    assert page.element.told[-1] == ("thread.load.end", {"threadId": "b"})
    assert page.phase == "loading"
    with pytest.raises(ChatKitBusy):
        await page.chatkit.set_thread_id("a")
    await page.live(2.0)
    assert (page.phase, page.remembered) == ("idle", ("c", "c"))


@both
@in_loop
async def test_11_a_command_that_waits_its_turn_comes_last_and_wins(owner: bool) -> None:
    page = Visit("/?threadId=a", owner=owner)
    first = asyncio.create_task(page.chatkit.set_thread_id("b"))
    await page.live(0.01)
    second = asyncio.create_task(page.chatkit.set_thread_id("c", when_busy="wait"))
    await page.live(5.0)
    assert first.done()
    assert second.done()
    assert page.snapshot.thread_id == "c"
    assert page.remembered == ("c", "c")
    assert page.urls[0] == "/?threadId=a"
    assert page.urls[-1] == "/?threadId=c"


@both
@pytest.mark.parametrize(("b", "c"), [(0.2, 2.0), (2.0, 0.2)])
@in_loop
async def test_11_new_chat_after_a_quick_switch_stays(owner: bool, b: float, c: float) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.server.latencies.update({"b": b, "c": c})
    for thread_id in ("b", "c", None):
        page.element.user_opens(thread_id)
        page.wait(0.01)
    page.wait(60.0)
    assert page.snapshot.thread_id is None
    assert page.phase == "idle"
    assert page.in_history == [("push", "/")]
    assert page.in_storage == [None]


@both
@pytest.mark.parametrize("latency", [0.02, 0.2, 20.0])
def test_11_there_and_back_within_a_moment_leaves_no_trace(owner: bool, latency: float) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.server.latencies["b"] = latency
    page.element.user_opens("b")
    page.wait(0.01)
    page.element.user_opens("a")
    page.wait(60.0)
    assert page.snapshot.thread_id == "a"
    assert page.phase == "idle"
    assert page.has_no_trace()


@both
@pytest.mark.parametrize(("b", "c"), [(0.2, 2.0), (2.0, 0.2)])
@pytest.mark.parametrize("first", ["history", "command"])
@in_loop
async def test_11_a_late_failure_of_the_first_changes_nothing(
    owner: bool, b: float, c: float, first: str
) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.server.latencies.update({"b": b, "c": c})
    fails(page, "b", 404)
    await page.opens("b", first, 0.05)
    page.element.user_opens("c")
    await page.live(60.0)
    assert page.snapshot.thread_id == "c"
    assert page.in_history == [("push", "/?threadId=c")]
    assert page.in_storage == ["c"]


@both
@pytest.mark.parametrize(("b", "c"), [(0.2, 2.0), (2.0, 0.2), (0.2, 0.2)])
@pytest.mark.parametrize("status", [404, 500, 0])
def test_11_where_the_last_fails_the_one_before_it_is_what_counts(
    owner: bool, b: float, c: float, status: int
) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.server.latencies.update({"b": b, "c": c})
    fails(page, "c", status)
    page.element.user_opens("b")
    page.wait(0.01)
    page.element.user_opens("c")
    page.wait(b - 0.02)
    assert page.has_no_trace(), "not before its own load has ended"
    page.wait(60.0)
    assert page.element.thread_id == page.snapshot.thread_id == "b"
    assert page.remembered == ("b", "b")
    assert page.in_history == [("push", "/?threadId=b")]
    assert page.in_storage == ["b"]


@both
@pytest.mark.parametrize(("b", "c"), [(0.2, 2.0), (2.0, 0.2)])
def test_11_two_quick_switches_that_both_fail_leave_no_trace(
    owner: bool, b: float, c: float
) -> None:
    page = Visit("/?threadId=a", owner=owner)
    page.server.latencies.update({"b": b, "c": c})
    fails(page, "b", 404)
    fails(page, "c", 404)
    page.element.user_opens("b")
    page.wait(0.01)
    page.element.user_opens("c")
    page.wait(60.0)
    assert page.has_no_trace(), "a thread that no server has confirmed is never remembered"


def ended_unseen(owner: bool, status: int) -> Visit:
    """B's load has ended while c was shown; then b is opened again, without a load."""
    page = Visit("/?threadId=a", owner=owner)
    page.server.latencies["b"] = 1.0
    if status != 200:
        fails(page, "b", status)
    page.element.user_opens("b")
    page.wait(0.1)
    page.element.user_opens("c")
    page.wait(5.0)
    page.in_history.clear()
    page.storage.writes.clear()
    page.element.user_opens("b")
    assert page.element.loading == []
    page.wait(60.0)
    assert page.element.thread_id == "b"
    return page


def test_11_an_owner_believes_the_status_of_a_load_that_ended_while_another_was_shown() -> None:
    page = ended_unseen(True, 200)
    assert "fetchUpdates" not in [name for name, _ in page.browser.called]
    assert page.in_history == [("push", "/?threadId=b")]
    assert page.in_storage == ["b"]


def test_11_a_companion_asks_before_it_remembers_a_load_that_ended_while_another_was_shown() -> (
    None
):
    page = ended_unseen(False, 200)
    assert [name for name, _ in page.browser.called].count("fetchUpdates") == 1
    assert page.in_history == [("push", "/?threadId=b")]
    assert page.in_storage == ["b"]


@both
@pytest.mark.parametrize("status", [404, 500, 0])
def test_11_a_load_that_failed_while_another_was_shown_is_never_remembered(
    owner: bool, status: int
) -> None:
    page = ended_unseen(owner, status)
    assert page.has_no_trace()


@both
def test_11_a_switch_during_the_first_load_wins_whichever_ends_last(owner: bool) -> None:
    for a, b in ((0.5, 1.0), (1.0, 0.5)):
        server = Server("a", "b")
        server.latencies.update({"a": a, "b": b})
        page = Page("/?threadId=a", owner=owner, server=server, starts=False)
        page.chatkit.start()
        page.wait(0.3)
        page.element.user_opens("b")
        page.wait(60.0)
        assert page.snapshot.thread_id == "b"
        assert page.remembered == ("b", "b")
        assert page.urls == ["/?threadId=a", "/?threadId=b"]
        assert page.storage.writes == [(KEY, "b")]


# 12. Leaving a streaming thread and coming back.


def streaming(owner: bool, seconds: float | None = 30.0) -> Visit:
    """Thread a answers for so long."""
    page = Visit("/?threadId=a", owner=owner)
    page.server.answer_time = seconds
    page.element.user_sends()
    page.wait()
    assert page.phase == "responding"
    return page


@both
@pytest.mark.parametrize("by", ["history", "back"])
def test_12_leaving_a_streaming_thread_and_coming_back(owner: bool, by: str) -> None:
    page = streaming(owner)
    page.element.user_opens("b")
    page.wait()
    assert page.phase == "idle", "the false end of a (fact 8)"
    assert page.remembered == ("b", "b")
    if by == "back":
        page.browser.history.back()
    else:
        page.element.user_opens("a")
    page.wait()
    assert page.phase == "responding"
    assert page.remembered == ("a", "a")
    page.wait(30.0)
    assert page.phase == "idle"
    entries = [("push", "/?threadId=b")] + ([("push", "/?threadId=a")] if by == "history" else [])
    assert page.in_history == entries
    assert page.in_storage == ["b", "a"]


@both
def test_12_the_false_end_of_the_thread_that_is_left_settles_nothing(owner: bool) -> None:
    page = streaming(owner)
    page.server.latency = 5.0
    page.element.user_opens("b")
    page.wait()
    assert ("response.end", None) in page.element.told
    assert page.phase == "loading"
    assert page.has_no_trace()
    page.wait(5.0)
    assert page.in_history == [("push", "/?threadId=b")]
    assert page.in_storage == ["b"]


@both
def test_12_a_failed_switch_out_of_a_streaming_thread_leaves_no_trace(owner: bool) -> None:
    page = streaming(owner)
    page.element.user_opens("x")
    page.wait(60.0)
    assert page.snapshot.thread_id == "a"
    assert page.has_no_trace()


@both
def test_12_the_end_of_an_answer_that_was_left_changes_nothing(owner: bool) -> None:
    page = streaming(owner, 5.0)
    page.element.user_opens("b")
    page.wait(60.0)
    assert page.snapshot.thread_id == "b"
    page.element.user_opens("a")
    page.wait()
    assert page.phase == "idle", "its answer has ended meanwhile"
    assert page.in_storage == ["b", "a"]


@both
def test_12_an_answer_in_the_other_thread_is_told_apart_from_the_one_that_was_left(
    owner: bool,
) -> None:
    page = streaming(owner, 5.0)
    page.element.user_opens("b")
    page.wait()
    page.server.answer_time = 30.0
    page.element.user_sends()
    page.wait(10.0)
    assert page.phase == "responding", "a's real end is nobody's"
    page.element.user_opens("a")
    page.wait()
    assert page.phase == "idle"
    page.element.user_opens("b")
    page.wait()
    assert page.phase == "responding"
    assert page.in_storage == ["b", "a", "b"]
    assert page.remembered == ("b", "b")


@both
def test_12_a_new_thread_that_is_left_while_it_streams_can_be_come_back_to(owner: bool) -> None:
    page = Visit("/", owner=owner)
    page.server.answer_time = 30.0
    page.element.user_sends()
    page.wait()
    page.element.user_opens("b")
    page.wait()
    page.element.user_opens("new_1")
    page.wait()
    assert page.phase == "responding"
    assert page.in_storage == ["new_1", "b", "new_1"]
    assert page.urls == ["/?threadId=new_1", "/?threadId=b", "/?threadId=new_1"]


@both
def test_12_new_chat_out_of_a_streaming_thread_is_meant_and_back_shows_it_streaming(
    owner: bool,
) -> None:
    page = streaming(owner)
    page.element.user_opens(None)
    page.wait()
    assert page.phase == "idle"
    assert page.in_history == [("push", "/")]
    assert page.in_storage == [None]
    page.browser.history.back()
    page.wait()
    assert page.phase == "responding"
    assert page.remembered == ("a", "a")
    assert page.in_storage == [None, "a"]


@both
@pytest.mark.parametrize("status", [200, 400])
@in_loop
async def test_12_the_false_end_before_a_new_thread_is_not_the_end_of_its_answer(
    owner: bool, status: int
) -> None:
    page = streaming(owner, None)
    page.server.creating = status
    await page.chatkit_sends("Hello", new_thread=True)
    await page.live(0.05)
    names = [name for name, _ in page.element.told][-2:]
    assert names == ["response.end", "response.start"]
    assert page.phase == "responding"
    await page.live(SETTLE_DELAY * 20)
    if status == 200:
        assert page.in_history == [("push", "/?threadId=new_1")]
        assert page.in_storage == ["new_1"]
    else:
        assert page.has_no_trace()


@both
@pytest.mark.parametrize("second", ["empty", "late"])
@in_loop
async def test_10_what_else_is_said_meanwhile_does_not_make_the_failure_a_new_chat(
    owner: bool, second: str
) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a")
    await page.live()
    page.server.creating = 500
    limit = 0.001 if second == "late" else None
    said = []
    for text in ["x"] if second == "late" else ["x", ""]:
        message = page.chatkit.send_user_message(text, new_thread=True, timeout=limit)
        said.append(asyncio.create_task(message))
        await page.live(0.1)
    with pytest.raises(ChatKitError):
        await said[-1]
    await page.live(60.0)
    assert page.element.thread_id is None
    assert page.remembered == ("a", "a")


@in_loop
async def test_11_a_doubt_that_passes_is_no_failure() -> None:
    """A companion asks for what is shown without a load; the network may be down just then."""
    page = Page("/?threadId=b", owner=False)
    await page.live()
    page.server.latencies["a"] = 1.0
    for thread_id, seconds in (("a", 0.2), ("b", 3.0)):
        page.element.user_opens(thread_id)
        await page.live(seconds)
    page.server.down = True
    page.element.user_opens("a")
    await page.live(3.0)
    assert page.remembered == ("b", "b")
    page.server.down = False
    for thread_id in ("b", "a"):
        page.element.user_opens(thread_id)
        await page.live(3.0)
    assert page.remembered == ("a", "a")


@both
@in_loop
async def test_11_a_switch_during_a_load_that_we_have_asked_for_is_settled_in_its_own_time(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner)
    await page.live()
    page.server.latencies["b"] = 20.0
    asked = asyncio.create_task(page.chatkit.set_thread_id("b"))
    await page.live(0.2)
    page.element.user_opens("c")
    await page.live(1.0)
    assert page.remembered == ("c", "c")
    with contextlib.suppress(ChatKitError):
        await page.live(30.0)
        await asked
    assert page.remembered == ("c", "c")
