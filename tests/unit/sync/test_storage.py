"""Storage: what the next visit restores, and browsers that deny, fill up or spoil it."""

import pytest

from sync.storage import LATER, ThreadStore
from tests.fakes import FakeBrowser, Storage


def opened(
    storage: Storage, key: str | None = "chat", scope: str | None = None
) -> tuple[ThreadStore, FakeBrowser]:
    browser = FakeBrowser(storage=storage)
    return ThreadStore(browser, key, scope), browser


def test_what_one_visit_writes_the_next_one_reads() -> None:
    storage = Storage()
    opened(storage)[0].write("thr_1")
    assert opened(storage)[0].read() == "thr_1"
    opened(storage)[0].write(None)
    assert storage.items == {}


def test_an_equal_value_is_not_written_again() -> None:
    storage = Storage(chat="a")
    store, _ = opened(storage)
    store.write("a")
    assert storage.writes == []


def test_another_tabs_choice_is_what_the_next_visit_restores() -> None:
    storage = Storage()
    here, _ = opened(storage)
    there, _ = opened(storage)
    here.write("a")
    there.write("b")
    assert here.read() == "b"


def test_scopes_never_see_each_other() -> None:
    storage = Storage()
    store, _ = opened(storage, scope="user-7")
    store.write("a")
    store.set_scope("user-8")
    assert store.read() is None
    store.write("b")
    store.set_scope(None)
    assert store.read() is None
    assert storage.items == {"chat:user-7": "a", "chat:user-8": "b"}


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_nothing_is_kept(key: str | None) -> None:
    storage = Storage()
    store, browser = opened(storage, key=key, scope="user-7")
    store.write("a")
    assert store.read() is None
    assert not store.failed_before("a")
    assert not store.failed_before("a")
    assert storage.items == {}
    assert browser.reports == []


@pytest.mark.parametrize("value", ["", "{json}", "a b", "x" * 257, "é"])
def test_what_another_script_wrote_is_ignored_and_reported_once(value: str) -> None:
    storage = Storage(chat=value)
    store, browser = opened(storage)
    assert store.read() is None
    assert store.read() is None
    assert len(browser.reports) == 1
    assert "is no thread id" in browser.reports[0]
    store.write("a")
    assert storage.items == {"chat": "a"}
    assert store.read() == "a"


@pytest.mark.parametrize("trouble", ["denied", "full"])
def test_memory_serves_where_the_browser_does_not_and_one_report_says_so(trouble: str) -> None:
    storage = Storage()
    setattr(storage, trouble, True)
    store, browser = opened(storage)
    assert store.read() is None
    store.write("a")
    assert store.read() == "a"
    store.write("b")
    assert store.read() == "b"
    store.write(None)
    assert store.read() is None
    assert len(browser.reports) == 1
    assert "will not find this one" in browser.reports[0]


def test_a_full_storage_does_not_bring_an_older_thread_back() -> None:
    storage = Storage(chat="old")
    storage.full = True
    store, _ = opened(storage)
    store.write("new")
    assert store.read() == "new"


def test_storage_that_is_cleared_under_way_restores_nothing() -> None:
    storage = Storage()
    store, _ = opened(storage)
    store.write("a")
    storage.clear()
    assert store.read() is None
    store.write("a")
    assert storage.items == {"chat": "a"}


def test_a_second_failure_on_a_later_visit_is_the_second_time() -> None:
    storage = Storage(chat="a")
    store, browser = opened(storage)
    assert not store.failed_before("a")
    at = int(browser.date())
    assert storage.items == {"chat": "a", "chat.failed": f"a {at}"}
    assert not opened(storage)[0].failed_before("a")
    storage.items["chat.failed"] = f"a {at - LATER + 1:.0f}"
    assert not opened(storage)[0].failed_before("a")
    storage.items["chat.failed"] = f"a {at - LATER:.0f}"
    assert opened(storage)[0].failed_before("a")


@pytest.mark.parametrize("mark", ["a", "a ", "a soon", "a 99999999999"])
def test_a_mark_without_a_time_that_can_be_is_an_old_one(mark: str) -> None:
    assert opened(Storage(**{"chat.failed": mark}))[0].failed_before("a")


def test_another_threads_failure_does_not_count() -> None:
    storage = Storage()
    assert not opened(storage)[0].failed_before("a")
    assert not opened(storage)[0].failed_before("b")
    assert not opened(storage)[0].failed_before("a")


def test_a_thread_that_was_shown_in_between_starts_counting_anew() -> None:
    storage = Storage(chat="a")
    assert not opened(storage)[0].failed_before("a")
    opened(storage)[0].write("a")
    assert "chat.failed" not in storage.items
    assert not opened(storage)[0].failed_before("a")
