"""What comes back on the next visit, and what is made of what cannot: items 1 to 7 on fakes."""

import asyncio
from typing import Any

import pytest

from sync import ChatKit
from sync.storage import LATER
from sync.toolbar import TEXTS
from tests.fakes import Clock, FakeBrowser, FakeElement, Server, Storage, in_loop
from tests.unit.sync.page import KEY, OPTIONS, Page, both

READY = 0.1
"""Seconds until the frame of a fake element is there."""

Writes = tuple[list[tuple[str, str]], list[tuple[str, str | None]]]


def writes(page: Page) -> Writes:
    """Every write that the address bar and storage took."""
    return page.browser.history.writes, page.storage.writes


def visited_again(page: Page, seconds: float = 0.0) -> Page:
    """A reload: of the page that is left nothing runs any more."""
    page.current.die()
    for timer in list(page.browser._timers):
        page.browser.cancel(timer)
    page.browser.history.writes.clear()
    page.storage.writes.clear()
    again = page.reload()
    again.wait(seconds)
    return again


def starting(url: str = "/", **how: Any) -> Page:
    """A page whose Python has begun this very moment."""
    page = Page(url, starts=False, **how)
    page.chatkit.start()
    return page


class HostedElement(FakeElement):
    """ChatKit hosts the API: the page makes no requests, so nobody sees a status."""

    def fresh(self) -> FakeElement:
        """Another one of its kind."""
        return HostedElement(self.server)

    def request(self, kind: str, thread_id: str | None, status: int) -> None:
        """Unseen."""


# 1. Which thread to show.


@both
@pytest.mark.parametrize(
    ("url", "stored", "shown", "in_address", "in_storage"),
    [
        ("/?threadId=a", None, "a", [], [(KEY, "a")]),
        ("/", "b", "b", [("replace", "/?threadId=b")], []),
        ("/?threadId=a", "b", "a", [], [(KEY, "a")]),
        ("/?threadId=a", "a", "a", [], []),
        ("/", None, None, [], []),
    ],
    ids=["address", "storage", "both, different", "both, the same", "neither"],
)
def test_01_the_address_wins_over_storage_and_storage_over_a_new_chat(
    owner: bool,
    url: str,
    stored: str | None,
    shown: str | None,
    in_address: list[Any],
    in_storage: list[Any],
) -> None:
    page = Page(url, owner=owner, stored=stored)
    page.wait(60.0)
    assert page.element.thread_id == shown
    assert page.snapshot.thread_id == shown
    assert page.element.visited == ({shown} if shown else set()), "loaded, and nothing else"
    assert page.phase == "idle"
    assert page.remembered == (shown, shown)
    assert writes(page) == (in_address, in_storage), "what is there already is not written"
    assert len(page.urls) == 1
    assert page.snapshot.notice is None
    assert page.browser.reports == []
    assert page.browser.exceptions == []


def test_01_an_owner_hands_the_thread_over_and_a_companion_asks_for_it() -> None:
    owner = Page("/?threadId=a", owner=True)
    assert owner.element.options is not None
    assert owner.element.options["initialThread"] == "a"
    assert owner.asked() == []
    companion = Page("/?threadId=a", owner=False)
    assert companion.element.options == {}
    assert companion.asked() == ["a"]


@pytest.mark.parametrize(
    ("url", "stored", "shown"),
    [("/", None, "p"), ("/", "b", "b"), ("/?threadId=a", "b", "a"), ("/?threadId=a", None, "a")],
)
def test_01_an_owners_own_first_thread_comes_after_everything_remembered(
    url: str, stored: str | None, shown: str
) -> None:
    storage = Storage() if stored is None else Storage(**{KEY: stored})
    browser = FakeBrowser(url, storage=storage)
    element = browser.mount(FakeElement(Server("a", "b", "p")), configured=False)
    chatkit = ChatKit(browser=browser, options=OPTIONS | {"initial_thread": "p"}).start()
    browser.clock.advance(2.0)
    assert element.thread_id == chatkit.snapshot.thread_id == shown
    assert browser.history.urls == [f"/?threadId={shown}"]
    assert storage.items == {KEY: shown}


def test_01_a_new_owner_of_a_loaded_element_restores_by_asking_it() -> None:
    page = Page("/?threadId=a", owner=True)
    page.chatkit.stop()
    page.browser.history.write("/?threadId=b", push=True)
    second = ChatKit(browser=page.browser, options=OPTIONS).start()
    page.wait(3.0)
    assert second.snapshot.phase == "idle"
    assert page.element.thread_id == "b"


@both
def test_01_a_restore_that_takes_too_long_lets_the_person_go_on_and_wipes_nothing(
    owner: bool,
) -> None:
    server = Server("a", "b")
    server.latencies["a"] = 1000.0
    page = Page("/?threadId=a", owner=owner, stored="a", server=server, restore_timeout=3.0)
    assert page.phase == "starting"
    page.wait(5.0)
    assert page.phase == "loading"
    assert writes(page) == ([], [])
    page.element.user_opens("b")
    page.wait()
    assert page.remembered == ("b", "b")


@both
def test_01_a_restore_that_ends_after_its_time_is_remembered_all_the_same(owner: bool) -> None:
    server = Server("a", "b")
    server.latency = 5.0
    page = Page("/?threadId=a", owner=owner, stored="b", server=server, restore_timeout=3.0)
    page.wait(10.0)
    assert page.phase == "idle"
    assert page.snapshot.thread_id == "a"
    assert page.remembered == ("a", "a")
    assert page.storage.writes == [(KEY, "a")]


# 2. The snapshot.


def test_02_an_owner_knows_its_thread_though_the_element_tells_no_change() -> None:
    page = starting("/?threadId=a", owner=True)
    heard: list[Any] = []
    changes: list[Any] = []
    page.chatkit.subscribe(lambda snapshot: heard.append(snapshot.thread_id))
    page.chatkit.on("thread.change", changes.append)
    page.wait(2.0)
    assert [name for name, _ in page.element.told] == [
        "ready",
        "thread.load.start",
        "thread.load.end",
    ]
    assert changes == []
    assert page.snapshot.thread_id == "a"
    assert page.snapshot.thread_known
    assert heard[-1] == "a"
    assert page.browser.shown()["thread"] == "a", "aria-current"


def test_02_a_companion_knows_the_pages_own_thread_though_no_change_is_told() -> None:
    page = Page("/", owner=False, page_options={"initialThread": "b"})
    assert "thread.change" not in [name for name, _ in page.element.told]
    assert page.snapshot.thread_id == "b"
    assert page.snapshot.thread_known
    assert page.remembered == ("b", "b")
    assert writes(page) == ([("replace", "/?threadId=b")], [(KEY, "b")])


@both
def test_02_the_thread_is_known_from_the_start_of_its_load(owner: bool) -> None:
    server = Server("a")
    server.latency = 5.0
    page = Page("/?threadId=a", owner=owner, server=server)
    assert page.phase == "starting"
    assert page.snapshot.thread_id == "a"
    assert page.snapshot.thread_known
    assert page.snapshot.loading == ("a",)


def test_02_an_owner_knows_that_it_shows_a_new_chat_and_a_companion_cannot() -> None:
    assert Page("/", owner=True).snapshot.thread_known
    assert not Page("/", owner=False).snapshot.thread_known, "unknown, not none"


def test_02_without_a_recorder_what_the_element_shows_is_unknown_not_none() -> None:
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


@both
@in_loop
async def test_02_what_has_happened_before_python_came_is_judged_by_its_own_times(
    owner: bool,
) -> None:
    # Told all at once; but half a second lay between the load's end and the way back.
    page = Page("/?threadId=a", owner=owner, starts=False)
    page.wait(READY)
    for thread_id in ("a", "b", "a"):
        page.element.user_opens(thread_id)
        page.wait(0.5)
    page.chatkit.start()
    page.wait(2.0)
    await asyncio.gather(page.chatkit.set_thread_id("b"), page.live())
    assert page.remembered == ("b", "b")


# 3. What must never wipe what was saved.


@pytest.mark.parametrize(
    ("owner", "url", "moment"),
    [
        (True, "/", READY / 10),
        (True, "/?threadId=a", READY / 10),
        (True, "/", READY),
        (True, "/?threadId=a", READY),
        (False, "/", READY / 10),
        (False, "/?threadId=a", READY / 10),
        (False, "/", READY),
        (False, "/?threadId=a", READY),
        # Between ready and our question; later, and for an owner, it would be a New chat.
        (False, "/", READY + 0.02),
    ],
)
def test_03_an_early_null_of_the_element_never_wipes_what_was_saved(
    owner: bool, url: str, moment: float
) -> None:
    page = starting(url, owner=owner, stored="a")
    page.wait(moment)
    page.element.emit("thread.change", {"threadId": None})
    page.wait(2.0)
    assert page.phase == "idle"
    assert page.element.thread_id == page.snapshot.thread_id == "a"
    assert page.remembered == ("a", "a")
    assert page.storage.writes == []
    assert len(page.urls) == 1


@both
def test_03_an_early_null_before_a_slow_first_load_never_wipes_what_was_saved(owner: bool) -> None:
    server = Server("a")
    server.latency = 5.0
    page = starting("/?threadId=a", owner=owner, stored="a", server=server)
    page.wait(READY)
    page.element.emit("thread.change", {"threadId": None})
    page.wait(2.0)
    assert writes(page) == ([], [])
    page.wait(5.0)
    assert page.snapshot.thread_id == "a"
    assert writes(page) == ([], [])


@both
@pytest.mark.parametrize("told_null", [False, True])
@pytest.mark.parametrize("recorder", [True, False])
def test_03_pythons_late_start_never_wipes_what_was_saved(
    owner: bool, told_null: bool, recorder: bool
) -> None:
    page = Page("/", owner=owner, stored="a", starts=False)
    page.browser._recorder = recorder
    page.wait(30.0)
    if told_null:
        page.element.emit("thread.change", {"threadId": None})
    page.wait(30.0)
    page.chatkit.start()
    page.wait(2.0)
    assert page.element.thread_id == "a"
    assert page.remembered == ("a", "a")
    assert page.storage.writes == []


@both
def test_03_nothing_is_written_before_the_first_restore_has_ended(owner: bool) -> None:
    server = Server("a")
    server.latency = 5.0
    page = Page("/?q=1", owner=owner, stored="a", server=server)
    assert page.phase == "starting"
    assert writes(page) == ([], [])
    page.wait(5.0)
    assert page.remembered == ("a", "a")
    assert writes(page) == ([("replace", "/?q=1&threadId=a")], [])


@both
def test_03_a_null_after_a_restore_that_failed_wipes_nothing(owner: bool) -> None:
    # Fact 4: a first message that cannot create its thread either.
    server = Server("a")
    server.down = True
    page = Page("/?threadId=a", owner=owner, stored="a", server=server)
    page.current.user_sends()
    page.wait(60.0)
    assert ("thread.change", {"threadId": None}) in page.current.told
    assert page.remembered == ("a", "a")


def test_03_a_restore_that_fails_after_its_time_wipes_nothing_however_slowly_it_is_taken_back() -> (
    None
):
    """The command has ended, so its rejection tells nothing any more: a companion's only sign is
    a null that nobody can have meant.
    """
    server = Server("a")
    server.latency = 5.0
    server.failing["a"] = 500
    element = FakeElement(server)
    go_back = element._go_back
    element._go_back = lambda thread_id: element._after(0.02, lambda: go_back(thread_id))  # type: ignore[method-assign]
    page = Page(
        "/?threadId=a", owner=False, stored="a", server=server, restore_timeout=3.0, element=element
    )
    page.wait(20.0)
    assert page.remembered == ("a", "a")
    assert page.snapshot.notice == "restore-unknown"
    assert page.snapshot.lost == "a"


@both
def test_03_a_restore_that_fails_after_its_time_wipes_nothing(owner: bool) -> None:
    server = Server("a")
    server.latency = 5.0
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=owner, stored="a", server=server, restore_timeout=3.0)
    page.wait(10.0)
    assert page.snapshot.thread_id is None
    assert page.remembered == ("a", "a")
    assert [value for key, value in page.storage.writes if key == KEY] == []


@pytest.mark.parametrize("late", [False, True], ids=["at once", "late Python"])
def test_03_a_companions_page_whose_own_thread_fails_wipes_nothing(late: bool) -> None:
    page = Page("/", owner=False, stored="a", page_options={"initialThread": "x"}, starts=not late)
    page.wait(60.0)
    page.chatkit.start()
    page.wait(2.0)
    assert page.stored == "a"
    assert [value for key, value in page.storage.writes if key == KEY] == []


@pytest.mark.parametrize("late", [False, True], ids=["at once", "late Python"])
def test_03_a_companions_page_with_a_thread_of_its_own_goes_before_storage(late: bool) -> None:
    page = Page("/", owner=False, stored="a", page_options={"initialThread": "b"}, starts=not late)
    page.wait(60.0)
    page.chatkit.start()
    page.wait(2.0)
    assert page.element.thread_id == "b"
    assert page.asked() == []
    assert page.snapshot.thread_id == "b"
    assert page.remembered == ("b", "b")
    assert writes(page) == ([("replace", "/?threadId=b")], [(KEY, "b")])


@pytest.mark.parametrize("late", [False, True], ids=["at once", "late Python"])
def test_03_the_address_goes_before_the_thread_of_a_companions_page(late: bool) -> None:
    page = Page("/?threadId=a", owner=False, page_options={"initialThread": "b"}, starts=not late)
    page.wait(60.0)
    page.chatkit.start()
    page.wait(2.0)
    assert page.element.thread_id == "a"
    assert page.remembered == ("a", "a")
    assert writes(page) == ([], [(KEY, "a")])


def test_03_an_address_that_fails_beside_the_pages_own_thread_is_judged_as_any_other() -> None:
    page = Page("/?threadId=x", owner=False, page_options={"initialThread": "b"})
    assert page.element.thread_id == "b"
    assert page.snapshot.notice == "restore-unknown"
    assert page.named == "x", "kept once"


def test_03_a_thread_opened_before_python_came_stays_open_and_is_remembered() -> None:
    page = Page("/", owner=False, starts=False)
    page.wait()
    page.element.user_opens("b")
    page.wait()
    page.chatkit.start()
    page.wait(2.0)
    assert page.element.thread_id == "b"
    assert page.remembered == ("b", "b")


def test_03_an_answer_under_way_when_python_comes_goes_before_storage() -> None:
    page = Page("/", owner=False, stored="a", starts=False)
    page.wait()
    page.server.answer_time = 30.0
    page.element.user_sends()
    page.wait()
    page.chatkit.start()
    page.wait(0.2)
    assert page.phase == "responding"
    assert page.element.thread_id == "new_1"
    assert page.asked() == []
    assert page.remembered == ("new_1", "new_1")


# 4. The thread is gone.


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize(
    ("url", "stored"),
    [("/?q=1&threadId=x", "x"), ("/?q=1&threadId=x", None), ("/?q=1", "x")],
    ids=["both", "address", "storage"],
)
def test_04_a_thread_that_is_gone_is_forgotten_in_both_places_once(
    status: int, url: str, stored: str | None
) -> None:
    server = Server("a")
    server.failing["x"] = status
    page = Page(url, owner=True, stored=stored, server=server)
    page.wait(60.0)
    assert page.phase == "idle"
    assert page.snapshot.thread_id is None
    assert page.snapshot.thread_known
    assert page.remembered == (None, None)
    assert page.urls == ["/?q=1"]
    assert page.storage.items == {}
    in_address = [("replace", "/?q=1")] if "x" in url else []
    assert writes(page) == (in_address, [(KEY, None)] if stored else [])


def test_04_a_link_to_a_thread_that_is_gone_leaves_the_one_in_storage() -> None:
    page = Page("/?threadId=x", owner=True, stored="a")
    assert page.snapshot.notice == "thread-gone"
    assert page.snapshot.thread_id is None
    assert page.remembered == (None, "a")
    assert writes(page) == ([("replace", "/")], [])
    again = visited_again(page)
    assert again.element.thread_id == "a"
    assert again.remembered == ("a", "a")


@pytest.mark.parametrize("status", [403, 404])
def test_04_the_page_is_told_that_a_thread_is_gone(status: int) -> None:
    server = Server()
    server.failing["x"] = status
    page = starting("/?threadId=x", owner=True, server=server)
    failed: list[Any] = []
    notices: list[str | None] = []
    page.chatkit.on("http.error", lambda *arguments: failed.append(arguments))
    page.chatkit.subscribe(lambda snapshot: notices.append(snapshot.notice))
    page.wait(2.0)
    assert failed == [("threads.get_by_id", "x", status)]
    assert notices[-1] == page.snapshot.notice == "thread-gone"
    assert page.browser.shown()["text"] == TEXTS["thread-gone"]
    assert not page.snapshot.retryable


@pytest.mark.parametrize("status", [403, 404])
def test_04_after_a_thread_that_is_gone_a_reload_starts_with_a_new_chat(status: int) -> None:
    server = Server()
    server.failing["x"] = status
    page = visited_again(Page("/?threadId=x", owner=True, stored="x", server=server), 60.0)
    assert page.element.options is not None
    assert page.element.options["initialThread"] is None
    assert [name for name, _ in page.element.told] == ["ready"], "nothing is loaded"
    assert writes(page) == ([], [])
    assert page.snapshot.notice is None
    assert page.phase == "idle"


def test_04_after_a_thread_that_is_gone_a_first_message_makes_a_thread_that_stays() -> None:
    page = Page("/?threadId=x", owner=True, stored="x")
    page.element.user_sends()
    page.wait(5.0)
    assert page.remembered == ("new_1", "new_1")
    assert page.urls == ["/?threadId=new_1"]
    assert page.snapshot.notice is None


@pytest.mark.parametrize(
    ("url", "stored"), [("/?q=1&threadId=x", "x"), ("/?q=1&threadId=x", None), ("/?q=1", "x")]
)
def test_04_a_companion_forgets_what_is_gone_at_its_second_visit_once(
    url: str, stored: str | None
) -> None:
    first = Page(url, owner=False, stored=stored)
    assert first.phase == "idle"
    assert first.snapshot.thread_id is None
    assert first.remembered == ("x" if "x" in url else None, stored), "kept once"
    assert first.browser.history.writes == []
    first.wait(LATER)
    again = visited_again(first, 60.0)
    assert again.snapshot.thread_id is None
    assert again.remembered == (None, None)
    assert again.urls == ["/?q=1"]
    assert again.storage.items == {}, "the mark is gone as well"
    assert again.browser.history.writes == ([("replace", "/?q=1")] if "x" in url else [])
    assert [one for one in again.storage.writes if one[0] == KEY] == (
        [(KEY, None)] if stored else []
    )
    assert again.snapshot.notice == "restore-given-up"
    assert again.browser.shown()["text"] == TEXTS["restore-given-up"]
    third = visited_again(again, 60.0)
    assert third.asked() == [], "no loop"
    assert writes(third) == ([], [])
    assert third.snapshot.notice is None


def test_04_an_owner_whose_api_is_hosted_cannot_tell_and_forgets_at_the_second_visit() -> None:
    def visit(url: str) -> tuple[FakeBrowser, ChatKit]:
        browser = FakeBrowser(url, storage=storage, clock=clock)
        browser.mount(HostedElement(Server()), configured=False)
        options: Any = {"api": {"get_client_secret": lambda secret: "s"}}
        chatkit = ChatKit(browser=browser, options=options).start()
        browser.clock.advance(2.0)
        return browser, chatkit

    storage, clock = Storage(**{KEY: "x"}), Clock()
    browser, chatkit = visit("/?threadId=x")
    assert chatkit.snapshot.notice == "restore-unknown"
    assert storage.items[KEY] == "x"
    clock.advance(LATER)
    browser, chatkit = visit(browser.history.url)
    assert chatkit.snapshot.notice == "restore-given-up"
    assert browser.history.urls == ["/"]
    assert storage.items == {}


# 5. The server is ill, or the network is down.


@both
@pytest.mark.parametrize("status", [0, 500, 503])
@pytest.mark.parametrize("url", ["/", "/?threadId=a"], ids=["storage", "both"])
def test_05_a_passing_failure_forgets_nothing_and_is_said(
    owner: bool, status: int, url: str
) -> None:
    server = Server("a")
    server.failing["a"] = status
    page = Page(url, owner=owner, stored="a", server=server)
    page.wait(60.0)
    assert page.phase == "idle"
    assert page.snapshot.thread_id is None
    assert page.stored == "a"
    assert page.browser.history.writes == []
    assert [one for one in page.storage.writes if one[0] == KEY] == []
    notice = "restore-failed" if owner or status == 0 else "restore-unknown"
    assert page.snapshot.notice == notice
    assert page.browser.shown()["text"] == TEXTS[notice]
    assert page.snapshot.retryable
    assert page.browser.shown()["off"]["retry"] is None, "there is something to try again"
    del server.failing["a"]
    again = visited_again(page)
    assert again.element.thread_id == "a"
    assert "a" in again.element.visited
    assert again.remembered == ("a", "a")
    assert again.snapshot.notice is None
    assert not again.snapshot.retryable


@both
@pytest.mark.parametrize("status", [401, 429])
def test_05_whoever_is_signed_out_or_too_quick_loses_nothing(owner: bool, status: int) -> None:
    server = Server("a")
    server.failing["a"] = status
    page = Page("/?threadId=a", owner=owner, stored="a", server=server)
    page.wait(60.0)
    assert page.remembered == ("a", "a")
    assert page.snapshot.retryable
    if owner:
        for _ in range(3):
            page = visited_again(page)
        assert page.remembered == ("a", "a")


@pytest.mark.parametrize(("owner", "status"), [(True, 500), (True, 0), (False, 0)])
def test_05_a_failure_that_is_known_to_pass_is_kept_at_every_visit(
    owner: bool, status: int
) -> None:
    server = Server("a")
    server.failing["a"] = status
    page = Page("/?threadId=a", owner=owner, stored="a", server=server)
    for _ in range(4):
        page = visited_again(page)
        assert page.snapshot.notice == "restore-failed"
        assert page.remembered == ("a", "a")
        assert writes(page) == ([], [])


@both
def test_05_where_nothing_has_failed_there_is_nothing_to_try_again(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    assert not page.snapshot.retryable
    assert page.browser.shown()["off"]["retry"] is not None


@pytest.mark.parametrize("by", ["python", "control"])
@pytest.mark.parametrize("status", [0, 500])
@in_loop
async def test_05_trying_again_as_an_owner_shows_the_thread_in_a_fresh_element(
    by: str, status: int
) -> None:
    server = Server("a", "b")
    server.failing["a"] = status
    page = Page("/?threadId=a", owner=True, stored="a", server=server)
    server.failing.clear()
    if by == "python":
        page.chatkit.retry()
    else:
        assert page.browser.click("retry")
    await page.live(2.0)
    assert page.current is not page.element
    assert page.element.dead
    assert page.current.options is not None
    assert page.current.options["initialThread"] == "a"
    assert page.current.thread_id == page.snapshot.thread_id == "a"
    assert "a" in page.current.visited, "loaded, not an empty thread"
    assert page.phase == "idle"
    assert page.snapshot.notice is None
    assert not page.snapshot.retryable
    assert page.remembered == ("a", "a")
    assert writes(page) == ([], [])
    page.current.user_opens("b")
    page.wait()
    assert page.remembered == ("b", "b"), "and it goes on as ever"


def test_05_trying_again_while_the_server_is_still_ill_forgets_nothing() -> None:
    server = Server("a")
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=True, stored="a", server=server)
    for _ in range(3):
        page.chatkit.retry()
        page.wait(2.0)
        assert page.snapshot.notice == "restore-failed"
        assert page.snapshot.retryable
        assert page.remembered == ("a", "a")
    server.failing.clear()
    page.chatkit.retry()
    page.wait(2.0)
    assert page.snapshot.thread_id == "a"
    assert writes(page) == ([], [])


@pytest.mark.parametrize("by", ["python", "control"])
@pytest.mark.parametrize("url", ["/?q=1&threadId=a", "/?q=1"], ids=["both", "storage"])
@in_loop
async def test_05_trying_again_as_a_companion_loads_the_page_at_the_threads_address(
    by: str, url: str
) -> None:
    server = Server("a")
    server.failing["a"] = 500
    page = Page(url, owner=False, stored="a", server=server)
    if by == "python":
        page.chatkit.retry()
    else:
        assert page.browser.click("retry")
    await page.live(0.1)
    assert page.browser.visits == ["https://page.example/?q=1&threadId=a"]
    assert page.current is page.element, "a companion makes no element"
    server.failing.clear()
    again = visited_again(page)
    assert again.element.thread_id == "a"
    assert "a" in again.element.visited
    assert again.remembered == ("a", "a")
    assert again.snapshot.notice is None


def test_05_a_failure_that_a_companion_cannot_judge_is_forgotten_at_the_second_visit() -> None:
    server = Server("a")
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=False, stored="a", server=server)
    assert page.remembered == ("a", "a")
    page.wait(LATER)
    again = visited_again(page)
    assert again.remembered == (None, None)
    assert again.snapshot.notice == "restore-given-up"
    assert again.storage.items == {}


def test_05_reloads_and_tabs_within_one_outage_are_one_failure_to_a_companion() -> None:
    server = Server("a")
    server.failing["a"] = 500
    first = Page("/?threadId=a", owner=False, stored="a", server=server)
    tab = Page(
        "/?threadId=a",
        owner=False,
        server=server,
        storage=first.storage,
        clock=first.browser.clock,
    )
    for page in (tab, visited_again(first), visited_again(first)):
        assert page.remembered == ("a", "a")
        assert page.snapshot.notice == "restore-unknown"
    first.wait(LATER)
    assert visited_again(first).remembered == (None, None)


def test_05_whoever_asks_for_a_thread_that_was_given_up_gets_it() -> None:
    """Nothing opens it by itself any more; but the server may have been ill, and is well again."""
    server = Server("a")
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=False, stored="a", server=server)
    page.wait(LATER)
    page = visited_again(page)
    assert page.snapshot.notice == "restore-given-up"
    assert page.snapshot.lost == "a"
    server.failing.clear()
    page.chatkit.retry()
    assert page.browser.visits == ["https://page.example/?threadId=a"]
    page = Page("/?threadId=a", owner=False, server=server)
    assert page.element.thread_id == "a"
    assert page.remembered == ("a", "a")


def test_05_a_retry_is_no_second_visit_however_often_it_fails() -> None:
    server = Server("a")
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=False, stored="a", server=server)
    for _ in range(3):
        page.wait(LATER)
        page.chatkit.retry()
        page = visited_again(page)
        assert page.snapshot.notice == "restore-unknown"
        assert page.remembered == ("a", "a")
    page.wait(LATER)
    page = visited_again(page)
    assert page.remembered == (None, None), "this one nobody has asked for"


def test_05_a_retry_in_a_hosted_owners_fresh_element_is_no_second_visit() -> None:
    storage = Storage(**{KEY: "x"})
    browser = FakeBrowser("/?threadId=x", storage=storage)
    element = HostedElement(Server())
    browser.mount(element, configured=False)
    options: Any = {"api": {"get_client_secret": lambda secret: "s"}}
    chatkit = ChatKit(browser=browser, options=options).start()
    browser.clock.advance(2.0)
    for _ in range(2):
        assert chatkit.snapshot.notice == "restore-unknown"
        assert storage.items[KEY] == "x"
        chatkit.retry()
        browser.clock.advance(5.0)
    assert element not in browser.document, "a fresh one stands in its place"


def test_05_a_restore_in_between_that_works_clears_the_mark() -> None:
    server = Server("a")
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=False, stored="a", server=server)
    server.failing.clear()
    page = visited_again(page)
    server.failing["a"] = 500
    assert visited_again(page).remembered == ("a", "a")


def test_05_the_mark_of_one_thread_does_not_count_for_another() -> None:
    server = Server("a", "b")
    server.failing.update({"a": 500, "b": 500})
    page = Page("/?threadId=a", owner=False, stored="a", server=server)
    other = Page("/?threadId=b", owner=False, server=server, storage=page.storage)
    assert other.snapshot.notice == "restore-unknown"
    assert other.named == "b"


@both
def test_05_whoever_goes_on_elsewhere_is_followed(owner: bool) -> None:
    server = Server("a", "b")
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=owner, stored="a", server=server)
    page.element.user_opens("b")
    page.wait()
    assert page.remembered == ("b", "b")
    assert page.urls == ["/?threadId=a", "/?threadId=b"]
    assert page.snapshot.notice is None
    assert not page.snapshot.retryable


@both
@in_loop
async def test_05_a_new_chat_that_is_asked_for_gives_up_what_could_not_be_loaded(
    owner: bool,
) -> None:
    server = Server("a")
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=owner, stored="a", server=server)
    page.browser.click("new-thread")
    await page.live()
    assert page.remembered == (None, None)
    assert not page.snapshot.retryable


# 6. The id is nonsense.


NONSENSE = ["%3Cscript%3E", "a%20b", "a/b", "%C3%A4", "%00", "%zz", "%ff", "x" * 257]


@both
@pytest.mark.parametrize("nonsense", NONSENSE)
def test_06_a_nonsensical_id_in_the_address_is_ignored_reported_once_and_taken_out(
    owner: bool, nonsense: str
) -> None:
    page = Page(f"/?q=1&threadId={nonsense}&r#top", owner=owner)
    page.wait(60.0)
    assert page.phase == "idle"
    assert page.element.thread_id is None
    assert page.asked() == []
    assert writes(page) == ([("replace", "/?q=1&r#top")], [])
    assert len(page.browser.reports) == 1
    assert page.snapshot.notice is None
    again = visited_again(page)
    assert again.browser.reports == []
    assert writes(again) == ([], [])


@both
def test_06_beside_a_nonsensical_address_storage_serves(owner: bool) -> None:
    page = Page("/?q=1&threadId=%3Cscript%3E", owner=owner, stored="b")
    assert page.element.thread_id == "b"
    assert page.urls == ["/?q=1&threadId=b"]
    assert {kind for kind, _ in page.browser.history.writes} == {"replace"}
    assert page.storage.writes == []
    assert len(page.browser.reports) == 1


@both
def test_06_a_nonsensical_id_in_storage_is_ignored_and_reported_once(owner: bool) -> None:
    page = Page("/", owner=owner, stored="<script>")
    assert page.element.thread_id is None
    assert page.asked() == []
    assert page.phase == "idle"
    assert page.browser.history.writes == []
    assert len(page.browser.reports) == 1
    page.element.user_opens("b")
    page.wait()
    assert page.remembered == ("b", "b")


@both
@pytest.mark.parametrize("odd", ["no/slash", "ä", "x" * 257])
def test_06_an_odd_id_from_the_server_is_shown_not_remembered_and_reported_once(
    owner: bool, odd: str
) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a", server=Server("a", odd))
    for thread_id in (odd, "a", odd):
        page.element.user_opens(thread_id)
        page.wait()
    assert page.snapshot.thread_id == odd
    assert page.remembered == ("a", "a")
    assert writes(page) == ([], [])
    assert len(page.browser.reports) == 1


# 7. A reload at any moment.


@both
@pytest.mark.parametrize("before", ["a", None])
@pytest.mark.parametrize("by", ["history", "control", "command"])
@in_loop
async def test_07_a_reload_during_a_load_shows_the_thread_settled_before(
    owner: bool, before: str | None, by: str
) -> None:
    page = Page(f"/?threadId={before}" if before else "/", owner=owner, stored=before)
    page.server.latency = 5.0
    task = None
    if by == "history":
        page.element.user_opens("b")
    elif by == "control":
        page.browser.click("open-thread", thread="b")
    else:
        task = asyncio.create_task(page.chatkit.set_thread_id("b"))
    await page.live()
    assert page.phase == "loading"
    assert page.snapshot.thread_id == "b"
    assert writes(page) == ([], [])
    page.server.latency = 0.1
    again = visited_again(page, 60.0)
    assert again.element.thread_id == again.snapshot.thread_id == before
    assert again.remembered == (before, before)
    assert writes(again) == ([], [])
    if task is not None:
        task.cancel()


@both
@pytest.mark.parametrize(("url", "stored"), [("/?threadId=a", None), ("/", "a")])
def test_07_a_reload_during_the_first_load_shows_the_same_thread(
    owner: bool, url: str, stored: str | None
) -> None:
    server = Server("a")
    server.latency = 5.0
    page = Page(url, owner=owner, stored=stored, server=server)
    assert page.phase == "starting"
    assert writes(page) == ([], [])
    server.latency = 0.1
    again = visited_again(page)
    assert again.element.thread_id == "a"
    assert again.remembered == ("a", "a")


@both
def test_07_a_reload_in_the_middle_of_a_visit_keeps_the_history_behind_it(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens("b")
    page.wait()
    again = visited_again(page)
    assert again.element.thread_id == "b"
    assert writes(again) == ([], [])
    assert again.snapshot.notice is None


@both
def test_07_a_reload_during_an_answer_shows_its_thread(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a")
    page.server.answer_time = None
    page.element.user_sends()
    page.wait()
    assert page.phase == "responding"
    assert writes(page) == ([], [])
    again = visited_again(page, 60.0)
    assert again.element.thread_id == "a"
    assert again.remembered == ("a", "a")
    assert writes(again) == ([], [])


@both
def test_07_a_reload_after_a_streaming_thread_was_left_shows_where_the_person_is(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.server.answer_time = None
    page.element.user_sends()
    page.wait()
    page.element.user_opens("b")
    page.wait()
    assert visited_again(page).element.thread_id == "b"


@both
@pytest.mark.parametrize("by", ["typed", "command", "control"])
@pytest.mark.parametrize(("after", "shown"), [(0.05, None), (0.2, "new_1"), (0.9, "new_1")])
@in_loop
async def test_07_a_reload_during_a_first_message_shows_its_thread_once_it_has_an_id(
    owner: bool, by: str, after: float, shown: str | None
) -> None:
    page = Page("/", owner=owner)
    task = None
    if by == "typed":
        page.element.user_sends()
    elif by == "control":
        page.browser.click("send", text="Hello")
    else:
        task = asyncio.create_task(page.chatkit.send_user_message("Hello"))
    await page.live(after)
    assert page.phase == "responding"
    again = visited_again(page, 60.0)
    assert again.element.thread_id == again.snapshot.thread_id == shown
    assert again.remembered == (shown, shown)
    assert writes(again) == ([], [])
    if task is not None:
        task.cancel()


@both
@pytest.mark.parametrize(("after", "shown"), [(0.05, None), (0.2, "new_1")])
def test_07_after_new_chat_a_reload_during_the_first_message_does_not_go_back(
    owner: bool, after: float, shown: str | None
) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a")
    page.element.user_opens(None)
    page.wait()
    page.element.user_sends()
    page.wait(after)
    again = visited_again(page)
    assert again.element.thread_id == shown
    assert again.remembered == (shown, shown)


@both
def test_07_a_reload_before_a_switch_is_settled_shows_the_thread_settled_before(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner, stored="a")
    page.element.user_opens("b")
    page.wait()
    page.element.user_opens("a")
    page.wait(0.01)
    assert visited_again(page).element.thread_id == "b"


# 5, again: failures that hide.


@pytest.mark.parametrize("status", [404, 500])
@pytest.mark.parametrize("url", ["/", "/?threadId=a"])
def test_05_a_page_that_loads_the_remembered_thread_itself_is_told_of_its_failure(
    url: str, status: int
) -> None:
    server = Server("b")
    server.failing["a"] = status
    server.latency = 0.3
    options = {"initialThread": "a"}
    page = Page(url, owner=False, stored="a", server=server, page_options=options)
    assert page.snapshot.notice == "restore-unknown"
    assert page.snapshot.lost == "a"
    assert page.stored == "a"
    assert page.browser.history.writes == []


@both
def test_05_a_restore_that_fails_after_its_time_is_told_and_can_be_tried_again(
    owner: bool,
) -> None:
    server = Server("a")
    server.latency = 5.0
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=owner, stored="a", server=server, restore_timeout=3.0)
    page.wait(10.0)
    assert page.snapshot.notice == ("restore-failed" if owner else "restore-unknown")
    assert page.snapshot.lost == "a"
    assert page.remembered == ("a", "a")


def test_05_what_failed_before_python_came_is_not_believed_when_it_seems_to_work() -> None:
    page = Page("/?threadId=x", owner=False, stored="b", starts=False)
    page.wait()
    page.element.user_opens("x")
    page.wait()
    page.element.user_opens("x")
    page.wait()
    page.chatkit.start()
    page.wait(2.0)
    assert page.element.thread_id == "x", "an empty thread (fact 6)"
    assert page.snapshot.notice == "restore-unknown"
    assert page.stored == "b"


@both
@in_loop
async def test_05_what_is_no_id_is_never_put_into_the_address_by_a_retry(owner: bool) -> None:
    odd = "x y&admin=1#z"
    page = Page("/?threadId=a", owner=owner, server=Server("a"))
    page.browser.click("open-thread", thread=odd)
    await page.live()
    assert page.snapshot.lost is None
    page.chatkit.retry()
    await page.live(2.0)
    assert all("admin" not in url for url in [*page.browser.visits, *page.urls])


def test_01_a_new_chat_stays_one_in_a_fresh_element_whatever_the_owners_first_thread_is() -> None:
    page = Page("/", owner=True, starts=False)
    options = OPTIONS | {"initial_thread": "c"}
    ChatKit(browser=page.browser, options=options).start()
    page.wait(2.0)
    page.current.user_opens(None)
    page.wait()
    page.browser.remove(page.current)
    page.browser.mount(FakeElement(page.server), configured=False)
    page.wait(2.0)
    assert page.current.thread_id is None
    assert page.remembered == (None, None)


@in_loop
async def test_05_a_restore_that_the_chat_does_not_take_is_no_failed_load() -> None:
    """Refused for another reason, the thread has not even been asked for."""
    page = Page("/?threadId=a", owner=False, stored="a", starts=False)
    for _ in range(2):
        page.current.plan(
            "setThreadId",
            rejects={"name": "IntegrationError", "message": "Command onSetThreadId not supported"},
        )
        page.chatkit.start()
        await page.live(3.0)
        assert page.remembered == ("a", "a")
        assert KEY + ".failed" not in page.storage.items
        page.browser.unload()
        page = Page(
            page.browser.history.url,
            owner=False,
            server=page.server,
            storage=page.storage,
            clock=page.browser.clock,
            starts=False,
        )


@both
@in_loop
async def test_05_with_nothing_to_try_again_a_retry_does_nothing(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    await page.live()
    element = page.current
    page.chatkit.retry()
    await page.live()
    assert page.current is element
    assert page.browser.visits == []
