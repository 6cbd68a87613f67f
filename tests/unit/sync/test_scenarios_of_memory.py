"""Scenarios of memory on fakes: restore, switch, Back, failure, reload, gone and back."""

from typing import Any

import pytest

from sync.settling import SETTLE_DELAY
from tests.fakes import FakeElement, Server, in_loop
from tests.unit.sync.page import KEY, Page

both = pytest.mark.parametrize("owner", [True, False], ids=["owner", "companion"])


# The first restore.


@both
@pytest.mark.parametrize(
    ("url", "stored", "shown"),
    [("/?threadId=a", None, "a"), ("/", "b", "b"), ("/?threadId=a", "b", "a"), ("/", None, None)],
)
def test_the_address_wins_over_storage_and_storage_over_a_new_chat(
    owner: bool, url: str, stored: str | None, shown: str | None
) -> None:
    page = Page(url, owner=owner, stored=stored)
    assert page.element.thread_id == shown
    assert page.snapshot.thread_id == shown
    assert page.phase == "idle"
    assert page.remembered == (shown, shown)
    assert len(page.urls) == 1
    assert page.browser.reports == []
    assert page.browser.exceptions == []


@both
def test_an_odd_id_in_the_address_is_ignored_and_storage_serves(owner: bool) -> None:
    page = Page("/?q=1&threadId=%3Cscript%3E", owner=owner, stored="b")
    assert page.element.thread_id == "b"
    assert page.urls == ["/?q=1&threadId=b"]
    assert len(page.browser.reports) == 1


def test_an_owner_hands_the_thread_over_and_a_companion_asks_for_it() -> None:
    owner = Page("/?threadId=a", owner=True)
    assert owner.element.options is not None
    assert owner.element.options["initialThread"] == "a"
    assert owner.asked() == []
    companion = Page("/?threadId=a", owner=False)
    assert companion.element.options == {}
    assert companion.asked() == ["a"]


@both
def test_nothing_is_written_before_the_first_restore_has_ended(owner: bool) -> None:
    server = Server("a")
    server.latency = 5.0
    page = Page("/?q=1", owner=owner, stored="a", server=server)
    assert page.phase == "starting"
    assert page.browser.history.writes == []
    assert page.storage.writes == []
    page.wait(5.0)
    assert page.remembered == ("a", "a")


@both
@pytest.mark.parametrize("status", [403, 404])
def test_a_thread_that_is_gone_is_forgotten_by_an_owner_at_once(owner: bool, status: int) -> None:
    server = Server()
    server.failing["x"] = status
    page = Page("/?q=1&threadId=x", owner=owner, stored="x", server=server)
    assert page.phase == "idle"
    assert page.snapshot.thread_id is None
    if owner:
        assert page.remembered == (None, None)
        assert page.urls == ["/?q=1"]
        assert page.snapshot.notice == "thread-gone"
    else:
        assert page.remembered == ("x", "x")
        assert page.snapshot.notice == "restore-unknown"


@both
@pytest.mark.parametrize("status", [0, 500, 503])
def test_a_passing_failure_forgets_nothing(owner: bool, status: int) -> None:
    server = Server("a")
    server.failing["a"] = status
    page = Page("/?threadId=a", owner=owner, stored="a", server=server)
    page.wait(60.0)
    assert page.remembered == ("a", "a")
    assert page.phase == "idle"
    expected = "restore-failed" if owner or status == 0 else "restore-unknown"
    assert page.snapshot.notice == expected
    del server.failing["a"]
    again = page.reload()
    assert again.element.thread_id == "a"
    assert again.snapshot.notice is None


def test_a_failure_that_a_companion_cannot_judge_is_forgotten_on_the_second_visit() -> None:
    page = Page("/?threadId=x", owner=False, stored="x")
    assert page.remembered == ("x", "x")
    again = page.reload()
    assert again.remembered == (None, None)
    assert again.snapshot.notice == "thread-gone"
    assert again.storage.items == {}


def test_a_restore_in_between_that_works_clears_the_mark() -> None:
    server = Server("a")
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=False, stored="a", server=server)
    assert page.storage.items[KEY + ".failed"] == "a"
    server.failing.clear()
    page = page.reload()
    assert KEY + ".failed" not in page.storage.items
    server.failing["a"] = 500
    assert page.reload().remembered == ("a", "a")


@both
def test_a_null_that_nobody_meant_wipes_nothing(owner: bool) -> None:
    # Fact 4: after a restore that failed, a first message that cannot create its thread either.
    server = Server("a")
    server.down = True
    page = Page("/?threadId=a", owner=owner, stored="a", server=server)
    page.current.user_sends()
    page.wait(60.0)
    assert ("thread.change", {"threadId": None}) in page.current.told
    assert page.remembered == ("a", "a")


def test_a_page_whose_own_initial_thread_fails_wipes_nothing() -> None:
    page = Page("/", owner=False, stored="a", page_options={"initialThread": "x"})
    page.wait(60.0)
    assert page.stored == "a"


def test_the_pages_own_thread_goes_before_storage() -> None:
    page = Page("/", owner=False, stored="a", page_options={"initialThread": "b"})
    assert page.element.thread_id == "b"
    assert page.asked() == []
    assert page.snapshot.thread_id == "b"


def test_the_address_goes_before_the_pages_own_thread() -> None:
    page = Page("/?threadId=a", owner=False, page_options={"initialThread": "b"})
    assert page.element.thread_id == "a"
    assert page.remembered == ("a", "a")


def test_an_address_that_fails_beside_the_pages_own_thread_is_judged_as_any_other() -> None:
    page = Page("/?threadId=x", owner=False, page_options={"initialThread": "b"})
    assert page.element.thread_id == "b"
    assert page.snapshot.notice == "restore-unknown"


def test_trying_again_as_an_owner_shows_the_thread_in_a_fresh_element() -> None:
    server = Server("a")
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=True, server=server)
    server.failing.clear()
    page.chatkit.retry()
    page.wait(2.0)
    assert page.current is not page.element
    assert page.current.thread_id == "a"
    assert "a" in page.current.visited, "loaded, not an empty thread"
    assert page.remembered == ("a", "a")
    assert page.phase == "idle"


def test_trying_again_as_a_companion_loads_the_page_again() -> None:
    page = Page("/?threadId=x", owner=False)
    page.chatkit.retry()
    assert page.browser.reloads == 1


# New threads.


@both
@pytest.mark.parametrize("typed", [True, False])
@in_loop
async def test_a_first_message_is_remembered_while_it_is_answered(owner: bool, typed: bool) -> None:
    page = Page("/?q=1", owner=owner)
    if typed:
        page.element.user_sends()
    else:
        await page.chatkit_sends("Hello")
    await page.live(0.2)
    assert page.phase == "responding"
    assert page.remembered == ("new_1", "new_1")
    assert page.urls == ["/?q=1&threadId=new_1"]


@both
def test_a_first_message_that_is_left_never_shows_up(owner: bool) -> None:
    page = Page("/", owner=owner)
    page.element.user_sends()
    page.wait(0.05)
    page.element.user_opens("b")
    page.wait()
    assert page.remembered == ("b", "b")
    assert page.urls == ["/?threadId=b"]


@both
@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize("streaming", [False, True])
@in_loop
async def test_a_new_thread_that_cannot_be_created_leaves_the_previous_one_remembered(
    owner: bool, status: int, streaming: bool
) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.server.creating = status
    if streaming:
        page.element.user_sends()
        await page.live(0.2)
    await page.chatkit_sends("Hello", new_thread=True)
    await page.live(60.0)
    assert page.element.thread_id is None
    assert page.snapshot.thread_id is None
    assert page.remembered == ("a", "a")


@both
@pytest.mark.parametrize("odd", ["no/slash", "ä"])
def test_an_odd_id_from_the_server_is_shown_not_remembered_and_reported_once(
    owner: bool, odd: str
) -> None:
    page = Page("/?threadId=a", owner=owner, server=Server("a", odd))
    page.element.user_opens(odd)
    page.wait()
    page.element.user_opens("a")
    page.wait()
    page.element.user_opens(odd)
    page.wait()
    assert page.snapshot.thread_id == odd
    assert page.remembered == ("a", "a")
    assert len(page.browser.reports) == 1


# Switches.


@both
def test_a_switch_inside_is_remembered_and_back_returns(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens("b")
    page.wait()
    assert page.remembered == ("b", "b")
    assert page.urls == ["/?threadId=a", "/?threadId=b"]
    page.browser.history.back()
    page.wait()
    assert page.element.thread_id == "a"
    assert page.remembered == ("a", "a")
    page.browser.history.forward()
    page.wait()
    assert page.element.thread_id == "b"
    assert page.urls == ["/?threadId=a", "/?threadId=b"]


@both
def test_new_chat_inside_is_meant(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens(None)
    page.wait()
    assert page.remembered == (None, None)
    assert page.urls == ["/?threadId=a", "/"]
    page.browser.history.back()
    page.wait()
    assert page.element.thread_id == "a"


@both
@pytest.mark.parametrize("trouble", ["missing", "down"])
@pytest.mark.parametrize("start", ["a", None])
def test_a_failed_switch_inside_leaves_no_trace(owner: bool, trouble: str, start: str) -> None:
    page = Page(f"/?threadId={start}" if start else "/", owner=owner)
    page.server.down = trouble == "down"
    page.element.user_opens("x")
    page.wait()
    page.wait()
    assert page.element.thread_id == start
    assert page.remembered == (start, start)
    assert len(page.urls) == 1
    assert [value for _, value in page.storage.writes if value == "x"] == []


@both
def test_an_id_that_failed_once_is_not_believed_when_it_seems_to_work(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens("x")
    page.wait()
    page.element.user_opens("x")
    page.wait()
    assert page.element.thread_id == "x", "an empty thread, without a load (fact 6)"
    assert page.remembered == ("a", "a")


@both
def test_two_quick_switches_become_one_entry(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens("b")
    page.wait(0.01)
    page.element.user_opens("c")
    page.wait()
    assert page.remembered == ("c", "c")
    assert page.urls == ["/?threadId=a", "/?threadId=c"]


@both
def test_leaving_a_streaming_thread_and_coming_back(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.server.answer_time = 30.0
    page.element.user_sends()
    page.wait()
    page.element.user_opens("b")
    page.wait()
    assert page.phase == "idle"
    page.element.user_opens("a")
    page.wait()
    assert page.phase == "responding"
    assert page.remembered == ("a", "a")
    page.wait(30.0)
    assert page.phase == "idle"


def test_a_deletion_that_an_owner_has_seen_replaces_and_a_companion_cannot_tell() -> None:
    owner = Page("/?threadId=a", owner=True)
    owner.element.user_deletes("a")
    owner.wait()
    assert owner.remembered == (None, None)
    assert owner.urls == ["/"]
    companion = Page("/?threadId=a", owner=False)
    companion.element.user_deletes("a")
    companion.wait()
    assert companion.remembered == (None, None)
    assert companion.urls == ["/?threadId=a", "/"]


# Reloads.


@both
def test_a_reload_during_a_load_shows_the_thread_settled_before(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.server.latency = 5.0
    page.element.user_opens("b")
    page.wait()
    page.server.latency = 0.1
    assert page.reload().element.thread_id == "a"


@both
def test_a_reload_during_an_answer_shows_its_thread(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.server.answer_time = None
    page.element.user_sends()
    page.wait()
    assert page.reload().element.thread_id == "a"


@both
@pytest.mark.parametrize(("after", "shown"), [(0.05, None), (0.2, "new_1")])
def test_a_reload_during_a_first_message(owner: bool, after: float, shown: str | None) -> None:
    page = Page("/", owner=owner)
    page.element.user_sends()
    page.wait(after)
    assert page.reload().element.thread_id == shown


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


def test_a_thread_opened_before_python_came_stays_open_and_is_remembered() -> None:
    page = Page("/", owner=False, starts=False)
    page.wait()
    page.element.user_opens("b")
    page.wait()
    page.chatkit.start()
    page.wait(2.0)
    assert page.element.thread_id == "b"
    assert page.remembered == ("b", "b")


def test_an_answer_under_way_when_python_comes_is_seen() -> None:
    page = Page("/", owner=False, stored="a", starts=False)
    page.wait()
    page.server.answer_time = 30.0
    page.element.user_sends()
    page.wait()
    page.chatkit.start()
    page.wait(SETTLE_DELAY * 4)
    assert page.phase == "responding"
    assert page.element.thread_id == "new_1"
    assert page.asked() == []


def test_without_a_recorder_what_the_element_shows_is_unknown_not_none() -> None:
    page = Page("/", owner=False, starts=False)
    page.browser._recorder = False
    page.wait()
    page.element.user_opens("b")
    page.wait()
    page.chatkit.start()
    page.wait(2.0)
    assert page.phase == "idle"
    assert not page.snapshot.thread_known
    page.element.user_opens("c")
    page.wait()
    assert page.snapshot.thread_known
    assert page.remembered == ("c", "c")
