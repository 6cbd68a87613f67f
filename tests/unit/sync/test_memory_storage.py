"""Storage, tabs, the back/forward cache, scopes and two elements, items 18 to 22: on fakes.

What a visit leaves is seen by the next one: by a reload, by another tab, by coming back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

import sync
from sync import ChatKit, ChatKitUnavailable
from tests.fakes import FakeBrowser, FakeElement, Server, Storage, in_loop
from tests.fakes.storage import Denied
from tests.unit.sync.page import KEY, OPTIONS, Page, both


def opens(page: Page, *threads: str | None) -> None:
    """A person opens threads inside the chat, one after the other."""
    for thread_id in threads:
        page.current.user_opens(thread_id)
        page.wait()


def shows(page: Page, thread_id: str | None) -> None:
    """The chat shows a thread, Python knows it, and all is quiet."""
    assert page.current.thread_id == thread_id
    assert page.snapshot.thread_id == thread_id
    assert page.phase == "idle"
    assert not page.snapshot.busy
    assert page.browser.exceptions == []


def beside(page: Page, url: str = "/", **how: Any) -> Page:
    """Another tab of the same browser."""
    return Page(
        url,
        owner=page.owner,
        server=page.server,
        storage=page.storage,
        clock=page.browser.clock,
        **(page.settings | how),
    )


# 18. Storage that does not do what it should.


class Unreadable(Storage):
    """Throws on reading alone."""

    def get(self, key: str) -> str | None:
        raise Denied("InvalidStateError: The database is damaged.")


def denied() -> Storage:
    storage = Storage()
    storage.denied = True
    return storage


def full() -> Storage:
    storage = Storage()
    storage.items[KEY] = "a"
    storage.full = True
    return storage


def forgetful() -> Storage:
    storage = Storage()
    storage.forgetful = True
    return storage


def corrupt() -> Storage:
    storage = Storage()
    storage.items[KEY] = '{"thread": "<b>"}'
    return storage


TROUBLES = pytest.mark.parametrize(
    "trouble", [denied, full, Unreadable, forgetful], ids=["denied", "full", "unreadable", "lossy"]
)


@both
@TROUBLES
def test_18_the_chat_goes_on_the_address_serves_and_one_report_says_so(
    owner: bool, trouble: type[Storage]
) -> None:
    page = Page("/?threadId=a", owner=owner, storage=trouble())
    shows(page, "a")
    opens(page, "b", "c", None)
    page.current.user_sends()
    page.wait(5.0)
    shows(page, "new_1")
    page.browser.history.back()
    page.wait()
    page.browser.come_back()
    page.wait()
    shows(page, "c")
    assert page.urls == [f"/?threadId={one}" for one in ("a", "b", "c", "new_1")]
    assert len(page.browser.reports) == 1
    assert "localStorage" in page.browser.reports[0]
    assert "will not find this one" in page.browser.reports[0]
    shows(page.reload(), "c")


@both
@TROUBLES
def test_18_memory_serves_the_page_that_comes_back_and_the_element_that_is_renewed(
    owner: bool, trouble: type[Storage]
) -> None:
    page = Page("/", owner=owner, storage=trouble(), parameter=False)
    opens(page, "b", "c")
    page.browser.come_back()
    page.wait()
    shows(page, "c")
    page.browser.remove(page.current)
    page.wait()
    page.browser.mount(FakeElement(page.server), configured=not owner)
    page.wait(2.0)
    shows(page, "c")
    assert len(page.browser.reports) == 1


@both
def test_18_what_could_not_be_read_for_a_moment_is_read_again(owner: bool) -> None:
    page = Page("/", owner=owner, storage=denied(), parameter=False)
    shows(page, None)
    page.storage.denied = False
    page.storage.items[KEY] = "b"
    page.browser.come_back()
    page.wait()
    shows(page, "b")


@both
def test_18_a_full_storage_does_not_bring_an_older_thread_back_to_this_page(owner: bool) -> None:
    page = Page("/", owner=owner, storage=full(), parameter=False)
    shows(page, "a")
    opens(page, "b")
    assert page.stored == "a", "all that the browser keeps"
    page.browser.come_back()
    page.wait()
    shows(page, "b")


@both
def test_18_a_full_storage_forgets_all_the_same(owner: bool) -> None:
    page = Page("/", owner=owner, storage=full())
    opens(page, None)
    assert page.stored is None, "removing needs no room"
    shows(page.reload(), None)
    assert page.browser.reports == []


@both
def test_18_what_cannot_be_read_is_written_and_serves_when_it_can_be_read_again(
    owner: bool,
) -> None:
    page = Page("/", owner=owner, storage=Unreadable())
    opens(page, "b")
    healthy = Storage()
    healthy.items = page.storage.items
    shows(Page("/", owner=owner, storage=healthy, server=page.server), "b")


@both
@pytest.mark.parametrize(
    "value", ["", " ", "{}", '"a"', "a b", "null\n", "x" * 257, "é", "<img src=x>", "a\x00"]
)
def test_18_corrupt_storage_is_a_new_chat_and_is_written_over(owner: bool, value: str) -> None:
    storage = Storage()
    storage.items[KEY] = value
    page = Page("/?q=1", owner=owner, storage=storage)
    shows(page, None)
    assert page.urls == ["/?q=1"]
    assert len(page.browser.reports) == 1
    assert value.strip() == "" or value not in page.browser.reports[0]
    opens(page, "b")
    assert page.remembered == ("b", "b")
    assert len(page.browser.reports) == 1
    again = page.reload()
    shows(again, "b")
    assert again.browser.reports == []


@both
def test_18_corrupt_storage_does_not_matter_to_a_link(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, storage=corrupt())
    shows(page, "a")
    assert page.remembered == ("a", "a")


def test_18_a_corrupt_mark_of_a_failure_is_no_second_failure() -> None:
    storage = Storage()
    storage.items.update({KEY: "x", KEY + ".failed": "<nonsense>"})
    page = Page("/", owner=False, storage=storage)
    assert page.snapshot.notice == "restore-unknown"
    assert page.stored == "x"
    assert storage.items[KEY + ".failed"].startswith("x ")


@both
def test_18_emptied_by_another_script_the_chat_stays_and_the_next_switch_is_kept(
    owner: bool,
) -> None:
    page = Page("/", owner=owner, stored="a", parameter=False)
    page.storage.clear()
    page.browser.come_back()
    page.wait()
    shows(page, "a")
    assert page.stored is None
    opens(page, "b")
    assert page.stored == "b"
    shows(page.reload(), "b")
    assert page.browser.reports == []


@both
def test_18_emptied_by_another_script_a_message_makes_its_thread_remembered_again(
    owner: bool,
) -> None:
    page = Page("/", owner=owner, stored="a", parameter=False)
    page.storage.clear()
    page.current.user_sends()
    page.wait(5.0)
    shows(page, "a")
    assert page.stored == "a"


@both
def test_18_memory_serves_only_for_the_key_on_which_the_browser_has_failed(owner: bool) -> None:
    page = Page("/", owner=owner, parameter=False, scope="u1")
    page.storage.full = True
    opens(page, "a")
    assert len(page.browser.reports) == 1
    page.storage.full = False
    page.chatkit.set_scope("u2")
    page.wait()
    opens(page, "b")
    page.storage.put(f"{KEY}:u2", "c")
    page.browser.come_back()
    page.wait()
    shows(page, "c")
    assert len(page.browser.reports) == 1


# 19. Several tabs.


@both
def test_19_two_tabs_keep_their_own_chats_and_a_third_opens_what_was_used_last(
    owner: bool,
) -> None:
    one = Page("/", owner=owner)
    opens(one, "a")
    two = beside(one)
    shows(two, "a")
    opens(two, "b")
    shows(one, "a")
    shows(two, "b")
    shows(beside(one), "b")
    opens(one, "c")
    shows(two, "b")
    shows(beside(one), "c")
    assert (one.urls, two.urls) == (
        ["/?threadId=a", "/?threadId=c"],
        ["/?threadId=a", "/?threadId=b"],
    )
    shows(one.reload(), "c")
    shows(two.reload(), "b")


@both
@pytest.mark.parametrize("typed", [True, False], ids=["typed", "by command"])
@in_loop
async def test_19_a_message_makes_its_thread_the_one_that_was_used_last(
    owner: bool, typed: bool
) -> None:
    one = Page("/", owner=owner)
    opens(one, "a")
    one.current.user_sends()
    await one.live(5.0)
    two = beside(one)
    opens(two, "b")
    if typed:
        one.current.user_sends()
    else:
        await one.chatkit_sends("Hello")
    await one.live(0.2)
    assert one.phase == "responding"
    shows(beside(one), "a")
    assert two.current.thread_id == "b"
    assert one.urls == ["/?threadId=a"]


@both
def test_19_without_the_address_the_last_used_is_what_each_tab_reloads_to(owner: bool) -> None:
    one = Page("/", owner=owner, parameter=False)
    opens(one, "a")
    two = beside(one)
    opens(two, "b")
    shows(one, "a")
    shows(one.reload(), "b")


@both
def test_19_a_new_chat_or_a_deletion_in_another_tab_changes_the_next_visit_alone(
    owner: bool,
) -> None:
    one = Page("/", owner=owner)
    opens(one, "a")
    two = beside(one)
    opens(two, None)
    shows(one, "a")
    shows(beside(one), None)
    opens(two, "b")
    two.current.user_deletes("b")
    two.wait()
    shows(one, "a")
    assert one.named == "a"
    assert one.stored is None
    shows(beside(one), None)


@both
def test_19_another_tabs_clear_is_seen_by_who_reads_next_and_never_on_screen(owner: bool) -> None:
    one = Page("/", owner=owner)
    opens(one, "a")
    two = beside(one)
    opens(two, "b")
    two.storage.clear()
    shows(one, "a")
    shows(two, "b")
    shows(beside(one), None)
    opens(one, "c")
    shows(beside(one), "c")
    assert one.browser.reports == two.browser.reports == []


@both
def test_19_another_tabs_clear_is_seen_after_a_failed_write_as_well(owner: bool) -> None:
    one = Page("/", owner=owner, parameter=False, stored="a")
    one.storage.full = True
    opens(one, "b")
    one.storage.full = False
    opens(one, "c")
    assert one.stored == "c", "the browser takes it again"
    one.storage.clear()
    one.browser.come_back()
    one.wait()
    shows(one, "c")
    assert one.stored is None
    shows(one.reload(), None)


# 20. Out of the back/forward cache.


@both
def test_20_the_address_is_read_again_and_wins_over_storage(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.browser.history.write("/?q=1&threadId=b", push=False)
    opens(beside(page), "c")
    page.browser.come_back()
    page.wait()
    shows(page, "b")
    assert page.urls == ["/?q=1&threadId=b"]


@both
@pytest.mark.parametrize("parameter", ["threadId", False], ids=["address", "no address"])
def test_20_storage_is_read_again_where_the_address_names_nothing(
    owner: bool, parameter: str | bool
) -> None:
    page = Page("/", owner=owner, parameter=parameter)
    shows(page, None)
    opens(beside(page), "b")
    page.browser.come_back()
    page.wait()
    shows(page, "b")
    assert page.urls == (["/?threadId=b"] if parameter else ["/"])
    assert page.stored == "b"


@both
def test_20_with_the_parameter_off_another_tabs_thread_is_shown(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, stored="b", parameter=False)
    opens(beside(page), "c")
    page.browser.come_back()
    page.wait()
    shows(page, "c")


@both
def test_20_what_is_shown_already_is_not_asked_for(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    asked = page.asked()
    for _ in range(3):
        page.browser.come_back()
        page.wait()
    shows(page, "a")
    assert page.asked() == asked
    assert page.browser.history.writes == []


@both
@pytest.mark.parametrize("parameter", ["threadId", False], ids=["address", "no address"])
def test_20_where_neither_names_a_thread_the_chat_stays(owner: bool, parameter: str | bool) -> None:
    page = Page("/", owner=owner, stored="a", parameter=parameter)
    page.browser.history.write("/", push=False)
    page.storage.clear()
    page.browser.come_back()
    page.wait()
    shows(page, "a")


@both
def test_20_nonsense_in_either_place_is_ignored_and_the_chat_stays(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.browser.history.write("/?q=1&threadId=%3Cb%3E", push=False)
    page.storage.items[KEY] = "<b>"
    page.browser.come_back()
    page.wait()
    shows(page, "a")
    assert "%3C" not in page.browser.history.url
    assert all("<b>" not in report for report in page.browser.reports)


@both
@pytest.mark.parametrize("busy", ["responding", "loading"])
def test_20_what_the_address_asks_for_is_shown_at_once_while_the_chat_is_busy(
    owner: bool, busy: str
) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.server.latencies["c"] = 20.0
    if busy == "responding":
        page.current.user_sends()
    else:
        page.current.user_opens("c")
    page.wait(0.2)
    assert page.phase == busy
    page.browser.history.write("/?threadId=b", push=False)
    page.browser.come_back()
    page.wait(0.3)
    assert page.current.thread_id == "b"
    page.wait(30.0)
    shows(page, "b")
    assert page.remembered == ("b", "b")


@both
@pytest.mark.parametrize(("busy", "shown"), [("responding", "a"), ("loading", "c")])
def test_20_what_storage_alone_asks_for_leaves_a_busy_chat_where_it_is(
    owner: bool, busy: str, shown: str
) -> None:
    page = Page("/", owner=owner, stored="a", parameter=False)
    asked = page.asked()
    page.server.latencies["c"] = 20.0
    if busy == "responding":
        page.current.user_sends()
    else:
        page.current.user_opens("c")
    page.wait(0.2)
    assert page.phase == busy
    page.storage.items[KEY] = "b"
    page.browser.come_back()
    page.wait(30.0)
    shows(page, shown)
    assert page.asked() == asked


@both
def test_20_a_thread_that_is_gone_meanwhile_leaves_chat_and_address_in_agreement(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.browser.history.write("/?threadId=x", push=False)
    page.browser.come_back()
    page.wait()
    shows(page, "a")
    assert page.remembered == ("a", "a")
    assert page.snapshot.notice == ("thread-gone" if owner else "switch-failed")


@both
def test_20_another_tabs_clear_leaves_what_the_address_names(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.storage.clear()
    page.browser.come_back()
    page.wait()
    shows(page, "a")
    assert page.named == "a"


# 21. Scopes.

SCOPES = pytest.mark.parametrize(
    ("former", "next_one"),
    [(None, "u1"), ("u1", None), ("u1", "u2"), ("u1", "u1:x")],
    ids=["login", "logout", "change of user", "a name with a colon"],
)


def key_of(scope: str | None) -> str:
    return KEY if scope is None else f"{KEY}:{scope}"


@both
@SCOPES
def test_21_another_scope_is_another_key_a_new_chat_and_nothing_in_the_entry(
    owner: bool, former: str | None, next_one: str | None
) -> None:
    page = Page("/?q=1&threadId=a&r#h", owner=owner, scope=former)
    page.browser.history.states[0] = {"mine": 1}
    page.chatkit.set_scope(next_one)
    page.wait()
    shows(page, None)
    assert page.urls == ["/?q=1&r#h"], "by replacing"
    assert page.browser.history.states == [{"mine": 1}]
    assert page.storage.items == {key_of(former): "a"}
    opens(page, "b")
    assert page.storage.items == {key_of(former): "a", key_of(next_one): "b"}
    assert page.urls == ["/?q=1&r&threadId=b#h"]
    assert page.browser.reports == []


@both
@SCOPES
def test_21_what_a_scope_had_remembered_is_its_next_visits_and_not_this_pages(
    owner: bool, former: str | None, next_one: str | None
) -> None:
    storage = Storage()
    storage.items.update({key_of(former): "a", key_of(next_one): "b"})
    page = Page("/", owner=owner, storage=storage, scope=former)
    shows(page, "a")
    page.chatkit.set_scope(next_one)
    page.wait()
    shows(page, None)
    assert page.named is None
    assert storage.items == {key_of(former): "a", key_of(next_one): "b"}
    page.settings["scope"] = next_one
    shows(page.reload(), "b")


@both
def test_21_a_scope_set_before_the_start_is_simply_the_scope(owner: bool) -> None:
    storage = Storage()
    storage.items[f"{KEY}:u7"] = "a"
    page = Page(owner=owner, storage=storage, starts=False)
    page.chatkit.set_scope("u7")
    page.chatkit.start()
    page.wait(2.0)
    shows(page, "a")
    assert storage.items == {f"{KEY}:u7": "a"}


@both
def test_21_the_same_scope_again_changes_nothing(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, scope="u1")
    asked = page.asked()
    page.chatkit.set_scope("u1")
    page.wait()
    shows(page, "a")
    assert page.asked() == asked
    assert page.urls == ["/?threadId=a"]


@both
def test_21_back_and_forward_to_the_former_scopes_threads_are_refused(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, scope="u1")
    opens(page, "b", "c")
    page.browser.history.back()
    page.wait()
    page.chatkit.set_scope("u2")
    page.wait()
    asked = len(page.asked())
    for step in (-1, 2):
        page.browser.history.go(step)
        page.wait()
        shows(page, None)
        assert page.named is None
    assert page.asked()[asked:] == [], "not even asked for"
    assert page.urls == ["/", "/", "/"]
    assert f"{KEY}:u2" not in page.storage.items


@both
@in_loop
async def test_21_a_command_for_a_former_scopes_thread_is_refused_and_says_why(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner, scope="u1")
    page.chatkit.set_scope("u2")
    await page.live(2.0)
    asked = page.asked()
    with pytest.raises(ChatKitUnavailable, match="former scope"):
        await page.chatkit.set_thread_id("a")
    page.browser.click("open-thread", thread="a")
    await page.live(2.0)
    shows(page, None)
    assert page.asked() == asked


@both
@in_loop
async def test_21_back_in_its_own_scope_a_thread_may_be_opened_again(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, scope="u1")
    for scope in ("u2", "u1"):
        page.chatkit.set_scope(scope)
        await page.live(2.0)
    opened = asyncio.create_task(page.chatkit.set_thread_id("a"))
    await page.live(2.0)
    await opened
    shows(page, "a")
    assert page.remembered[0] == "a"


@both
@pytest.mark.parametrize("restored", ["address", "storage"])
@pytest.mark.parametrize("after", [0.0, 0.01, 0.13, 0.16])
def test_21_a_scope_that_changes_during_the_restore_refuses_the_former_users_thread(
    owner: bool, restored: str, after: float
) -> None:
    storage = Storage()
    if restored == "storage":
        storage.items[f"{KEY}:u1"] = "a"
    url = "/?threadId=a" if restored == "address" else "/"
    page = Page(url, owner=owner, storage=storage, scope="u1", starts=False)
    page.chatkit.start()
    page.wait(after)
    page.chatkit.set_scope("u2")
    page.wait(3.0)
    shows(page, None)
    assert f"{KEY}:u2" not in storage.items
    assert page.named is None


@both
def test_21_a_scope_that_changes_during_a_load_starts_a_new_chat_all_the_same(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner, scope="u1")
    page.server.latencies["b"] = 5.0
    page.current.user_opens("b")
    page.wait()
    page.chatkit.set_scope("u2")
    page.wait(10.0)
    shows(page, None)
    assert page.urls == ["/"]
    assert page.storage.items == {f"{KEY}:u1": "a"}


@both
def test_21_a_scope_that_changes_during_an_answer_leaves_it(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, scope="u1")
    page.current.user_sends()
    page.wait(0.2)
    assert page.phase == "responding"
    page.chatkit.set_scope("u2")
    page.wait(0.2)
    shows(page, None)
    page.wait(10.0)
    shows(page, None)
    assert page.storage.items == {f"{KEY}:u1": "a"}


@both
@pytest.mark.parametrize("came_from", [None, "a"], ids=["a new chat", "newThread in a thread"])
@in_loop
async def test_21_a_first_message_under_way_when_the_user_changes_is_not_the_next_users(
    owner: bool, came_from: str | None
) -> None:
    page = Page(f"/?threadId={came_from}" if came_from else "/", owner=owner, scope="u1")
    if came_from:
        await page.chatkit_sends("Hello", new_thread=True)
    else:
        page.current.user_sends()
    await page.live(0.05)  # the thread has no id yet
    page.chatkit.set_scope("u2")
    await page.live(10.0)
    shows(page, None)
    assert page.named is None
    assert f"{KEY}:u2" not in page.storage.items
    for url in ("/?threadId=new_1", "/"):
        page.browser.history.write(url, push=True)
    page.browser.history.back()
    await page.live(2.0)
    shows(page, None)
    assert "new_1" not in page.asked()


@both
@pytest.mark.parametrize("place", ["address", "storage"])
def test_21_a_fresh_element_after_the_change_has_nothing_of_the_former_scope(
    owner: bool, place: str
) -> None:
    page = Page("/?threadId=a", owner=owner, scope="u1")
    page.chatkit.set_scope("u2")
    page.wait()
    if place == "address":
        page.browser.history.write("/?threadId=a", push=True)
    else:
        page.storage.items[f"{KEY}:u2"] = "a"
    page.browser.remove(page.current)
    page.wait()
    page.browser.mount(FakeElement(page.server), configured=not owner)
    page.wait(2.0)
    shows(page, None)


@both
def test_21_out_of_the_back_forward_cache_a_former_scopes_thread_is_refused(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, scope="u1")
    page.chatkit.set_scope("u2")
    page.wait()
    page.browser.history.write("/?threadId=a", push=False)
    page.browser.come_back()
    page.wait()
    shows(page, None)
    assert f"{KEY}:u2" not in page.storage.items


@both
def test_21_where_the_browser_lets_nothing_be_written_a_scope_still_has_its_own_chat(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner, scope="u1")
    page.storage.denied = True
    page.browser.history.ignoring = True
    page.chatkit.set_scope("u2")
    page.wait(60.0)
    shows(page, None)
    opens(page, "b")
    page.wait(60.0)
    shows(page, "b")
    assert page.storage.items == {f"{KEY}:u1": "a"}


# 22. Two elements.


@pytest.fixture(autouse=True)
def _nothing_runs_yet() -> Iterator[None]:
    sync._running.clear()
    yield
    sync._running.clear()


NOTHING = (None, None)


class Two:
    """A page with two elements, `left` and `right`, each with its own parameter and key."""

    def __init__(
        self,
        url: str = "/",
        *,
        owner: bool,
        storage: Storage | None = None,
        names: tuple[str | None, str | None] = ("left", "right"),
        **settings: Any,
    ) -> None:
        self.browser = FakeBrowser(url, storage=storage)
        self.server = Server(*"abcd")
        for name in names:
            key = name and f"chat.{name}"
            element = FakeElement(self.server, parameter=name, key=key)
            self.browser.mount(element, configured=not owner)
        options = {"options": {"api": {"url": "/chatkit"}}} if owner else {}
        sync.start(settings | options, browser=self.browser)
        self.wait(2.0)

    def wait(self, seconds: float = 1.0) -> None:
        self.browser.clock.advance(seconds)

    def opens(self, place: int, thread_id: str | None) -> None:
        self.browser.document[place].user_opens(thread_id)
        self.wait()

    @property
    def stored(self) -> tuple[str | None, str | None]:
        """What storage has of each."""
        items = self.browser.store.items
        return items.get("chat.left"), items.get("chat.right")

    @property
    def chatkits(self) -> list[ChatKit]:
        return sync.running()

    def show(
        self, left: str | None, right: str | None, *, kept: tuple[str | None, str | None] = NOTHING
    ) -> None:
        """Both chats, both snapshots, the address and storage say so; `kept` is what storage keeps
        where a walk has led to a new chat.
        """
        assert [one.thread_id for one in self.browser.document] == [left, right]
        assert [one.snapshot.thread_id for one in self.chatkits] == [left, right]
        assert [one.snapshot.phase for one in self.chatkits] == ["idle", "idle"]
        url = self.browser.history.url
        assert [sync.address.read(url, name) for name in ("left", "right")] == [left, right]
        assert self.stored == (left or kept[0], right or kept[1])
        assert self.browser.exceptions == []
        assert self.browser.reports == []

    def goes(self, steps: int) -> None:
        self.browser.history.go(steps)
        self.wait()


@both
def test_22_what_takes_the_place_of_the_second_knows_a_former_users_threads(owner: bool) -> None:
    two = Two("/?right=b", owner=owner, scope="u1")
    two.opens(1, "c")
    for chatkit in two.chatkits:
        chatkit.set_scope("u2")
    two.wait()
    two.browser.remove(two.browser.document[1])
    element = FakeElement(two.server, parameter="right", key="chat.right")
    two.browser.mount(element, configured=not owner)
    two.wait()
    two.goes(-1)
    assert element.thread_id is None
    assert "chat.right:u2" not in two.browser.store.items


@both
def test_22_each_has_its_own_address_and_storage(owner: bool) -> None:
    storage = Storage()
    storage.items["chat.right"] = "b"
    page = Two("/?q=%20&left=a#h", owner=owner, storage=storage)
    page.show("a", "b")
    assert page.browser.history.urls == ["/?q=%20&left=a&right=b#h"]
    page.opens(1, "c")
    page.show("a", "c")
    page.opens(0, None)
    page.show(None, "c")
    assert page.browser.history.urls == [
        "/?q=%20&left=a&right=b#h",
        "/?q=%20&left=a&right=c#h",
        "/?q=%20&right=c#h",
    ]


@both
@pytest.mark.parametrize(
    ("name", "parameter", "key"),
    [("left", "left", "chat.left"), (None, "threadId", KEY)],
    ids=["the same names", "no names of their own"],
)
def test_22_two_that_share_their_names_are_told_and_the_first_alone_remembers(
    owner: bool, name: str | None, parameter: str, key: str
) -> None:
    page = Two(f"/?{parameter}=a", owner=owner, names=(name, name))
    assert [one.thread_id for one in page.browser.document] == ["a", None]
    page.opens(1, "b")
    assert page.chatkits[1].snapshot.thread_id == "b"
    assert page.browser.history.urls == [f"/?{parameter}=a"]
    page.opens(0, "c")
    page.goes(-1)
    assert [one.thread_id for one in page.browser.document] == ["a", "b"]
    assert page.browser.history.urls == [f"/?{parameter}=a", f"/?{parameter}=c"]
    assert page.browser.store.items == {key: "a"}
    of_parameter, of_key = page.browser.reports
    assert f"share the parameter {parameter!r}" in of_parameter
    assert f"share the key {key!r}" in of_key


@both
def test_22_back_and_forward_across_both_bring_back_the_one_that_changed(owner: bool) -> None:
    page = Two("/?left=a&right=c", owner=owner)
    page.opens(0, "b")
    page.opens(1, "d")
    page.opens(0, "a")
    seen = [("a", "c"), ("b", "c"), ("b", "d"), ("a", "d")]
    at = 3
    for step in (-1, -1, -1, 1, 1, 1, -3, 2, -1):
        page.goes(step)
        at += step
        page.show(*seen[at])
    assert len(page.browser.history.urls) == 4


@both
def test_22_a_jump_over_changes_of_both_is_a_new_chat_where_it_says_nothing(owner: bool) -> None:
    page = Two("/?left=a&right=c", owner=owner)
    page.opens(0, None)
    page.opens(1, "d")
    page.opens(1, None)
    seen = [("a", "c"), (None, "c"), (None, "d"), (None, None)]
    at = 3
    for step in (-1, -1, -1, 2, -2, 3, -3, 1, 2):
        kept = page.stored
        page.goes(step)
        at += step
        page.show(*seen[at], kept=kept)
    assert page.browser.history.urls == [
        "/?left=a&right=c",
        "/?right=c",
        "/?right=d",
        "/",
    ]


@both
def test_22_both_change_in_the_same_moment_and_neither_is_lost(owner: bool) -> None:
    page = Two("/?left=a&right=c", owner=owner)
    page.browser.document[0].user_opens("b")
    page.browser.document[1].user_opens("d")
    page.wait()
    page.show("b", "d")
    page.goes(-len(page.browser.history.urls) + 1)
    page.show("a", "c")
    page.goes(len(page.browser.history.urls) - 1)
    page.show("b", "d")


@both
def test_22_back_while_one_answers_leaves_the_other_ones_answer_alone(owner: bool) -> None:
    page = Two("/?left=a&right=c", owner=owner)
    page.opens(0, "b")
    page.server.answer_time = 20.0
    page.browser.document[1].user_sends()
    page.wait()
    page.goes(-1)
    assert page.browser.document[0].thread_id == "a"
    assert page.chatkits[1].snapshot.phase == "responding"
    page.wait(30.0)
    page.show("a", "c")


@both
def test_22_an_entry_of_the_pages_own_has_no_opinion_on_either(owner: bool) -> None:
    page = Two("/p?left=a&right=c", owner=owner)
    page.browser.history.write("/mail/1", push=True)
    page.goes(-1)
    page.show("a", "c")
    page.goes(1)
    assert [one.thread_id for one in page.browser.document] == ["a", "c"]


@both
def test_22_a_thread_that_fails_in_one_is_nothing_to_the_other(owner: bool) -> None:
    page = Two("/?left=a&right=c", owner=owner)
    page.browser.document[0].user_opens("x")
    page.wait()
    page.show("a", "c")
    page.browser.history.write("/?left=x&right=d", push=True)
    page.browser.history.write("/?left=a&right=c", push=True)
    page.goes(-1)
    assert page.browser.document[1].thread_id == "d"
    assert page.browser.history.urls[1] == "/?left=a&right=d"
    assert page.browser.store.items["chat.right"] == "d"


@both
def test_22_another_scope_of_one_leaves_the_other_where_it_is(owner: bool) -> None:
    page = Two("/?left=a&right=c", owner=owner)
    page.chatkits[0].set_scope("u1")
    page.wait()
    assert [one.thread_id for one in page.browser.document] == [None, "c"]
    assert page.browser.history.urls == ["/?right=c"]
    assert page.browser.store.items == {"chat.left": "a", "chat.right": "c"}


@both
def test_22_out_of_the_back_forward_cache_each_reads_its_own_places(owner: bool) -> None:
    page = Two("/?left=a&right=c", owner=owner)
    page.browser.history.write("/?left=b", push=False)
    page.browser.store.put("chat.right", "d")
    page.browser.come_back()
    page.wait()
    page.show("b", "d")


@both
def test_22_one_that_leaves_the_page_takes_nothing_of_the_others(owner: bool) -> None:
    page = Two("/?left=a&right=c", owner=owner)
    page.browser.remove(page.browser.document[1])
    page.wait()
    page.opens(0, "b")
    page.goes(-1)
    assert page.browser.document[0].thread_id == "a"
    assert page.browser.store.items == {"chat.left": "a", "chat.right": "c"}
    assert page.browser.history.urls == ["/?left=a&right=c", "/?left=b&right=c"]


# 21, again: nothing of the former user's comes back by another door.


@both
@pytest.mark.parametrize("status", [403, 404])
@in_loop
async def test_19_a_message_that_the_server_has_not_taken_uses_nothing(
    owner: bool, status: int
) -> None:
    """Only who sees requests can tell: what another tab has stored works, and this one does not."""
    page = Page("/?threadId=a", owner=owner)
    page.server.failing["a"] = status
    page.storage.items[KEY] = "c"
    page.element.user_sends()
    await page.live(60.0)
    assert page.phase == "idle"
    assert page.stored == ("c" if owner else "a")


@both
@in_loop
async def test_21_what_the_former_user_could_not_see_is_not_offered_to_the_next(
    owner: bool,
) -> None:
    server = Server("a", "b")
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=owner, server=server, scope="u1")
    assert page.snapshot.lost == "a"
    page.chatkit.set_scope("u2")
    await page.live()
    assert not page.snapshot.retryable
    assert page.snapshot.notice is None
    server.failing.clear()
    page.browser.click("retry", control=8)
    page.chatkit.retry()
    page.browser.click("open-thread", thread="a", control=9)
    await page.live(5.0)
    assert page.browser.visits in ([], [page.browser.history.href])
    assert page.current.thread_id is None
    assert page.named is None
    assert f"{KEY}:u2" not in page.storage.items


@both
@in_loop
async def test_21_a_load_that_fails_after_the_change_is_not_said_to_the_next_user(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner, scope="u1")
    page.server.latencies["b"], page.server.failing["b"] = 2.0, 404
    page.browser.click("open-thread", thread="b")
    await page.live(0.3)
    page.chatkit.set_scope("u2")
    await page.live(10.0)
    assert page.snapshot.notice is None
    assert not page.snapshot.retryable
    assert page.chatkit._session.memory.is_former("b")
    assert page.snapshot.thread_id is None
    assert page.storage.items == {f"{KEY}:u1": "a"}


@both
def test_21_a_restore_that_fails_after_its_time_and_the_change_is_not_said_to_the_next_user(
    owner: bool,
) -> None:
    server = Server("a")
    server.latency = 5.0
    server.failing["a"] = 404
    page = Page("/?threadId=a", owner=owner, server=server, restore_timeout=3.0, scope="u1")
    page.wait(2.0)
    page.chatkit.set_scope("u2")
    page.wait(10.0)
    assert page.snapshot.notice is None
    assert not page.snapshot.retryable
    assert page.storage.items == {}


@both
def test_21_back_to_the_former_user_leaves_what_the_new_one_had_remembered(owner: bool) -> None:
    storage = Storage()
    storage.items[f"{KEY}:u2"] = "c"
    page = Page("/?threadId=a", owner=owner, storage=storage, scope="u1")
    page.element.user_opens("b")
    page.wait()
    page.chatkit.set_scope("u2")
    page.wait()
    page.browser.history.back()
    page.wait()
    assert page.current.thread_id is None
    assert storage.items[f"{KEY}:u2"] == "c"


@both
@in_loop
async def test_21_the_first_new_chat_after_a_change_at_a_new_chat_counts(owner: bool) -> None:
    storage = Storage()
    storage.items[f"{KEY}:u2"] = "c"
    page = Page("/", owner=owner, storage=storage, scope="u1")
    page.chatkit.set_scope("u2")
    await page.live()
    assert storage.items[f"{KEY}:u2"] == "c"
    page.element.user_opens("b")
    await page.live()
    page.element.user_opens(None)
    await page.live()
    assert f"{KEY}:u2" not in storage.items


def test_21_an_owners_own_first_thread_is_not_shown_to_the_next_user() -> None:
    page = Page("/", owner=True, starts=False, scope="u1")
    options = OPTIONS | {"initial_thread": "c"}
    chatkit = ChatKit(browser=page.browser, options=options, scope="u1").start()
    page.wait(2.0)
    assert chatkit.snapshot.thread_id == "c"
    chatkit.set_scope("u2")
    page.wait()
    page.browser.remove(page.current)
    page.browser.mount(FakeElement(page.server), configured=False)
    page.wait(2.0)
    assert page.current.thread_id is None
    assert f"{KEY}:u2" not in page.storage.items


@both
@in_loop
async def test_21_a_first_message_whose_answer_ends_at_once_is_not_the_next_users(
    owner: bool,
) -> None:
    page = Page("/", owner=owner)
    page.server.answer_time = 0.001
    page.element.user_sends()
    await page.live(0.05)
    page.chatkit.set_scope("u")
    await page.live(5.0)
    assert page.snapshot.thread_id is None
    assert page.remembered == (None, None)
    assert page.storage.items == {}
    assert page.chatkit._session.memory.is_former("new_1")


@both
@in_loop
async def test_21_of_two_changes_during_a_first_message_the_first_tells_whose_it_is(
    owner: bool,
) -> None:
    page = Page("/", owner=owner, scope="u1")
    page.element.user_sends()
    await page.live(0.05)
    page.chatkit.set_scope(None)
    page.chatkit.set_scope("u2")
    await page.live(5.0)
    page.chatkit.set_scope(None)
    assert page.chatkit._session.memory.is_former("new_1")
    page.chatkit.set_scope("u1")
    assert not page.chatkit._session.memory.is_former("new_1")


@both
@in_loop
async def test_21_a_change_between_two_elements_leaves_what_the_next_user_had(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    await page.live()
    page.storage.items[f"{KEY}:u"] = "b"
    page.browser.remove(page.current)
    page.chatkit.set_scope("u")
    page.browser.mount(FakeElement(page.server), configured=not owner)
    await page.live(5.0)
    assert page.current.thread_id == page.named == "b"
    assert page.storage.items == {KEY: "a", f"{KEY}:u": "b"}


@both
@in_loop
async def test_21_what_a_former_user_wanted_to_say_is_not_said_as_the_next(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, scope="u1")
    await page.live()
    page.element.user_sends()
    await page.live(0.2)
    said = asyncio.create_task(page.chatkit.send_user_message("secret", when_busy="wait"))
    await page.live(0.05)
    page.chatkit.set_scope("u2")
    await page.live(5.0)
    with pytest.raises(ChatKitUnavailable, match="the user has changed"):
        await said
    assert "sendUserMessage" not in [method for method, _ in page.browser.called]


def test_21_a_further_element_that_comes_after_a_login_is_the_new_users() -> None:
    browser = FakeBrowser("/", storage=Storage(second="b"))
    server = Server("a", "b")
    browser.mount(FakeElement(server))
    second = browser.mount(FakeElement(server, parameter="two", key="second"))
    sync.start({}, browser=browser)
    browser.clock.advance(2.0)
    assert second.thread_id == "b"
    for chatkit in sync.running():
        chatkit.set_scope("u")
    browser.clock.advance(2.0)
    browser.remove(second)
    third = browser.mount(FakeElement(server, parameter="two", key="second"))
    browser.clock.advance(3.0)
    assert third.thread_id is None
    assert [chatkit.scope for chatkit in sync.running()] == ["u", "u"]
    for chatkit in sync.running():
        chatkit.stop()


def test_22_a_further_elements_failed_thread_is_shown_in_its_fresh_element() -> None:
    browser = FakeBrowser("/?two=x")
    server = Server("a", "b", "x")
    server.failing["x"] = 500
    options = {"options": OPTIONS}
    browser.mount(FakeElement(server), configured=False)
    browser.mount(FakeElement(server, parameter="two", key="second"), configured=False)
    sync.start(options, browser=browser)
    browser.clock.advance(3.0)
    second = sync.running()[1]
    for _ in range(2):
        assert second.snapshot.lost == "x"
        second.retry()
        browser.clock.advance(3.0)
    server.failing.clear()
    second.retry()
    browser.clock.advance(3.0)
    assert sync.running()[1] is second
    assert [element.thread_id for element in browser.document] == [None, "x"]
    for chatkit in sync.running():
        chatkit.stop()


def test_18_a_new_chat_while_storage_cannot_be_read_is_remembered_for_the_page() -> None:
    page = Page("/?threadId=a", owner=True, stored="a")
    can_read = page.browser.read_storage
    page.browser.read_storage = lambda key: {"ok": False, "message": "denied"}  # type: ignore[method-assign]
    page.element.user_opens(None)
    page.wait()
    page.browser.read_storage = can_read  # type: ignore[method-assign]
    page.browser.come_back()
    page.wait()
    assert page.element.thread_id is None
    assert page.reload().element.thread_id is None


@both
def test_20_a_switch_that_still_waits_to_be_written_is_what_the_page_returns_to(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner, parameter="threadId")
    for thread_id in ("b", "c"):
        page.element.user_opens(thread_id)
        page.wait(0.2)
    assert page.named == "b"
    page.browser.come_back()
    page.wait(2.0)
    assert page.element.thread_id == page.named == page.stored == "c"


@both
@in_loop
async def test_21_the_next_users_own_first_message_is_theirs(owner: bool) -> None:
    page = Page("/", owner=owner, scope="u1")
    page.element.user_sends()
    await page.live(0.05)
    page.chatkit.set_scope("u2")
    await page.live(30.0)
    page.element.user_sends()
    await page.live(30.0)
    assert page.snapshot.thread_id == "new_2"
    assert page.storage.items == {f"{KEY}:u2": "new_2"}
    page.chatkit.set_scope("u3")
    assert page.chatkit._session.memory.is_former("new_2")


@both
@in_loop
async def test_21_a_new_chat_that_has_not_settled_is_not_the_next_users(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    await page.live()
    page.storage.items[f"{KEY}:u"] = "b"
    page.element.user_opens(None)
    await page.live(0.01)
    page.chatkit.set_scope("u")
    await page.live(5.0)
    assert page.storage.items == {KEY: "a", f"{KEY}:u": "b"}


@both
@in_loop
async def test_21_what_a_command_is_asking_for_is_the_former_users(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, scope="u1")
    await page.live()
    asked = asyncio.create_task(page.chatkit.set_thread_id("b"))
    await page.live(0.001)
    assert page.snapshot.thread_id == "a"
    page.chatkit.set_scope("u2")
    assert page.chatkit._session.memory.is_former("b")
    await page.live(5.0)
    await asyncio.gather(asked, return_exceptions=True)
    assert page.snapshot.thread_id is None
    assert f"{KEY}:u2" not in page.storage.items


@pytest.mark.parametrize("none", ["", "false", False])
def test_21_an_empty_scope_is_none(none: Any) -> None:
    page = Page("/?threadId=a", owner=True, scope=none)
    assert page.chatkit.scope is None
    page.element.user_opens("b")
    page.wait()
    assert page.storage.items == {KEY: "b"}
