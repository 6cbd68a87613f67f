"""Memory: the address over storage, storage over a new thread, and what a failed restore means."""

from unittest import mock

import pytest

from sync.address_bar import AddressBar
from sync.memory import Memory
from sync.storage import ThreadStore
from tests.fakes import FakeBrowser, Storage


def remembered(url: str = "/", storage: Storage | None = None) -> tuple[Memory, FakeBrowser]:
    browser = FakeBrowser(url, storage=storage)
    chat = mock.MagicMock()
    chat.offer = lambda url, replace, thread_id, answered: answered(False)
    bar = AddressBar(browser, "threadId", chat)
    return Memory(browser, bar, ThreadStore(browser, "chat")), browser


@pytest.mark.parametrize(
    ("url", "stored", "wanted"),
    [
        ("/?threadId=a", "b", ("a", True)),
        ("/", "b", ("b", False)),
        ("/?threadId=%3C", "b", ("b", False)),
        ("/", "not an id", (None, False)),
        ("/", None, (None, False)),
    ],
)
def test_the_address_wins_over_storage_and_storage_over_a_new_thread(
    url: str, stored: str | None, wanted: tuple[str | None, bool]
) -> None:
    storage = Storage() if stored is None else Storage(chat=stored)
    memory, _ = remembered(url, storage)
    assert memory.wanted() == wanted


def test_a_settled_thread_is_in_both_places_at_once() -> None:
    memory, browser = remembered()
    memory.remember("a")
    assert browser.history.url == "/?threadId=a"
    assert browser.store.items == {"chat": "a"}
    browser.clock.advance(1.0)
    memory.remember(None)
    assert browser.history.url == "/"
    assert browser.store.items == {}


@pytest.mark.parametrize("odd", ["a b", "x" * 257, "<script>", "é"])
def test_an_odd_id_from_the_server_is_not_remembered_and_reported_once(odd: str) -> None:
    memory, browser = remembered("/?threadId=a", Storage(chat="a"))
    memory.remember(odd)
    memory.remember(odd)
    assert browser.history.url == "/?threadId=a"
    assert browser.store.items == {"chat": "a"}
    assert len(browser.reports) == 1


@pytest.mark.parametrize(
    ("error", "status", "notice", "kept"),
    [
        ("InitialThreadLoadError", 404, "thread-gone", False),
        ("InitialThreadLoadError", 403, "thread-gone", False),
        ("InitialThreadLoadError", 401, "restore-failed", True),
        ("InitialThreadLoadError", 500, "restore-failed", True),
        ("InitialThreadLoadError", 503, "restore-failed", True),
        ("InitialThreadLoadError", 0, "restore-failed", True),
        ("TypeError", None, "restore-failed", True),
        ("Error", None, "restore-unknown", True),
    ],
)
def test_a_failed_restore_forgets_what_is_gone_and_nothing_else(
    error: str, status: int | None, notice: str, kept: bool
) -> None:
    memory, browser = remembered("/?threadId=a", Storage(chat="a"))
    assert memory.lost("a", error, status) == notice
    assert browser.history.urls == (["/?threadId=a"] if kept else ["/"])
    assert browser.store.items.get("chat") == ("a" if kept else None)


def test_a_failure_of_unknown_cause_is_forgotten_on_the_second_visit() -> None:
    storage = Storage(chat="a")
    assert remembered("/", storage)[0].lost("a", "Error", None) == "restore-unknown"
    storage.items["chat.failed"] = "a 0"
    assert remembered("/", storage)[0].lost("a", "Error", None) == "restore-given-up"
    assert storage.items == {}


def test_a_passing_failure_counts_for_nothing_on_the_next_visit() -> None:
    storage = Storage(chat="a")
    assert remembered("/", storage)[0].lost("a", "TypeError", None) == "restore-failed"
    assert remembered("/", storage)[0].lost("a", "Error", None) == "restore-unknown"


def test_another_scope_has_nothing_of_the_former_one() -> None:
    memory, browser = remembered("/?q=1")
    memory.remember("a")
    memory.set_scope("user-7")
    browser.clock.advance(1.0)
    assert browser.history.urls == ["/?q=1"]
    assert memory.wanted() == (None, False)
    assert memory.is_former("a")
    browser.history.write("/?q=1&threadId=a", push=True)
    assert memory.wanted() == (None, False)
