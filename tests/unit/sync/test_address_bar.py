"""The address bar: when it pushes, when it replaces, how often, and what Back asks for."""

import itertools
from collections.abc import Callable
from unittest import mock

import pytest

from sync.address_bar import RETRIES, RETRY_AFTER, WRITE_INTERVAL, AddressBar
from tests.fakes import FakeBrowser
from tests.fakes.history import ORIGIN


class Page:
    """A browser, its address bar, and the wishes that came out; it is the bar's chat, too."""

    is_connected = True

    def __init__(
        self, url: str = "/", parameter: str | None = "threadId", history: str | None = None
    ) -> None:
        self.browser = FakeBrowser(url)
        self.wishes: list[str | None] = []
        self.offers: list[tuple[str, bool, str | None]] = []
        self.is_navigating = False
        self.bar = AddressBar(self.browser, parameter, self, history=history)
        self.bar.start()

    def stays(self, thread_id: str) -> bool:
        return True

    def asked(self, thread_id: str | None) -> None:
        self.wishes.append(thread_id)

    def offer(
        self, url: str, replace: bool, thread_id: str | None, answered: Callable[[bool], None]
    ) -> None:
        self.offers.append((url.removeprefix(ORIGIN), replace, thread_id))
        answered(self.is_navigating)

    def settle(self, thread_id: str | None, *, correcting: bool = False) -> None:
        self.bar.settled(thread_id, correcting=correcting)

    def wait(self, seconds: float = WRITE_INTERVAL) -> None:
        self.browser.clock.advance(seconds)

    @property
    def urls(self) -> list[str]:
        return self.browser.history.urls

    @property
    def writes(self) -> list[tuple[str, str]]:
        return self.browser.history.writes


def test_the_first_thread_replaces_and_the_next_one_pushes() -> None:
    page = Page("/?q=a%20b#top")
    page.settle("a")
    assert page.writes == [("replace", "/?q=a%20b&threadId=a#top")]
    page.wait()
    page.settle("b")
    assert page.urls == ["/?q=a%20b&threadId=a#top", "/?q=a%20b&threadId=b#top"]


def test_leaving_a_thread_for_a_new_chat_pushes() -> None:
    page = Page("/?threadId=a")
    page.settle(None)
    assert page.urls == ["/?threadId=a", "/"]


def test_a_restore_or_a_deletion_replaces() -> None:
    page = Page("/?threadId=a")
    page.settle(None, correcting=True)
    assert page.urls == ["/"]


def test_an_equal_value_writes_nothing() -> None:
    page = Page("/?threadId=a")
    page.settle("a")
    page.wait()
    page.settle("a", correcting=True)
    assert page.writes == []


def test_history_state_of_the_page_stays() -> None:
    page = Page("/")
    page.browser.history.states[0] = {"mine": 1}
    page.settle("a")
    page.wait()
    page.settle("b")
    assert page.browser.history.states == [{"mine": 1}, {"mine": 1}]


@pytest.mark.parametrize("state", [None, {"mine": 1}])
def test_only_the_entry_of_a_new_chat_has_a_key_of_ours_in_its_state(state: object) -> None:
    page = Page("/?threadId=a")
    page.browser.history.states[0] = state
    page.settle(None)
    mine = state if isinstance(state, dict) else {}
    assert page.browser.history.state == mine | {"chatkit-sync": {"threadId": mock.ANY}}
    page.wait()
    page.settle("b")
    assert page.browser.history.states == [state, state]


@pytest.mark.parametrize("state", ["text", 1, ["list"]])
def test_a_state_that_takes_no_key_stays_and_its_entry_asks_for_nothing(state: object) -> None:
    page = Page("/?threadId=a")
    page.browser.history.states[0] = state
    page.settle(None)
    assert page.browser.history.states == [state, state]
    page.browser.history.back()
    page.browser.history.forward()
    assert page.wishes == ["a"]


def test_changes_within_one_interval_become_one_entry() -> None:
    page = Page("/?threadId=a")
    page.settle("b")
    page.settle("c")
    page.settle("d")
    assert page.urls == ["/?threadId=a", "/?threadId=b"]
    page.wait()
    assert page.urls == ["/?threadId=a", "/?threadId=b", "/?threadId=d"]


def test_coming_back_within_one_interval_writes_nothing_more() -> None:
    page = Page("/?threadId=a")
    page.settle("b")
    page.settle("c")
    page.settle("b")
    page.wait(10.0)
    assert page.writes == [("push", "/?threadId=b")]


def test_a_correction_before_a_switch_in_one_interval_is_a_switch() -> None:
    page = Page("/?threadId=a")
    page.settle("b")
    page.settle(None, correcting=True)
    page.settle("c")
    page.wait()
    assert page.writes[-1] == ("push", "/?threadId=c")


def test_a_correction_after_a_switch_that_still_waits_does_not_eat_the_entry_before() -> None:
    page = Page("/?threadId=a")
    page.settle("b")
    page.settle("c")
    page.settle("d", correcting=True)
    page.wait()
    assert page.urls == ["/?threadId=a", "/?threadId=b", "/?threadId=d"]


def test_five_hundred_changes_stay_far_below_what_browsers_allow() -> None:
    page = Page("/?threadId=a")
    for number in range(500):
        page.settle(f"t{number}")
        page.browser.clock.advance(0.01)
    page.wait()
    assert page.browser.history.url == "/?threadId=t499"
    assert len(page.writes) <= 5.0 / WRITE_INTERVAL + 2


def test_a_write_that_the_browser_ignored_is_tried_again() -> None:
    page = Page("/?threadId=a")
    page.browser.history.ignoring = True
    page.settle("b")
    assert page.browser.history.url == "/?threadId=a"
    page.browser.history.ignoring = False
    page.wait(RETRY_AFTER)
    assert page.urls == ["/?threadId=a", "/?threadId=b"]
    assert page.browser.reports == []


def test_a_browser_past_its_limit_gets_the_newest_thread_when_it_forgives() -> None:
    page = Page("/?threadId=a")
    page.browser.history.limit = 1
    page.settle("b")
    page.wait()
    page.settle("c")
    page.wait()
    page.settle("d")
    assert page.browser.history.url == "/?threadId=b"
    page.browser.history.forgive()
    page.wait(RETRY_AFTER + WRITE_INTERVAL)
    assert page.urls[-2:] == ["/?threadId=b", "/?threadId=d"]


@pytest.mark.parametrize("how", ["ignoring", "refusing"])
def test_a_browser_that_never_lets_us_write_is_reported_once_and_left_alone(how: str) -> None:
    page = Page("/")
    setattr(page.browser.history, how, True)
    page.settle("a")
    page.wait(RETRY_AFTER * (RETRIES + 2))
    assert len(page.browser.reports) == 1
    assert "does not let the address be changed" in page.browser.reports[0]
    assert page.browser.clock.pending == 0


def test_nonsense_that_the_browser_does_not_let_us_take_out_is_tried_again() -> None:
    page = Page("/?q=1&threadId=%20")
    page.browser.history.ignoring = True
    assert page.bar.id_now() is None
    assert page.browser.history.url == "/?q=1&threadId=%20"
    page.browser.history.ignoring = False
    page.wait(RETRY_AFTER)
    assert page.urls == ["/?q=1"]
    assert len(page.browser.reports) == 1


def test_a_thread_that_settles_beside_nonsense_takes_its_place() -> None:
    page = Page("/?q=1&threadId=%20")
    page.browser.history.ignoring = True
    assert page.bar.id_now() is None
    page.settle("b")
    page.browser.history.ignoring = False
    page.wait(RETRY_AFTER)
    assert page.urls == ["/?q=1&threadId=b"]
    page.wait(60.0)
    assert len(page.browser.reports) == 1


def test_back_and_forward_ask_for_the_entrys_thread() -> None:
    page = Page("/?threadId=a")
    page.settle("b")
    page.browser.history.back()
    page.browser.history.forward()
    assert page.wishes == ["a", "b"]


def test_forward_to_a_new_chats_entry_asks_for_a_new_chat() -> None:
    page = Page("/?threadId=a")
    page.settle(None)
    page.browser.history.back()
    page.browser.history.forward()
    assert page.wishes == ["a", None]


def test_a_new_chat_that_becomes_a_thread_is_one_entry() -> None:
    page = Page("/?threadId=a")
    page.settle(None)
    page.wait()
    page.settle("b")
    assert page.urls == ["/?threadId=a", "/?threadId=b"]


def test_an_entry_of_the_pages_own_has_no_opinion() -> None:
    page = Page("/inbox?threadId=a")
    page.browser.history.write("/mail/1?threadId=a", push=True)
    page.settle("b")
    page.browser.history.write("/mail/2", push=True)
    page.browser.history.back()
    page.wishes.clear()
    page.browser.history.forward()
    assert page.wishes == []


def test_a_click_on_a_fragment_asks_for_nothing_and_the_fragment_stays() -> None:
    page = Page("/?threadId=a")
    page.browser.history.click_fragment("section")
    assert page.wishes == []
    page.settle("b")
    assert page.urls == ["/?threadId=a", "/?threadId=a#section", "/?threadId=b#section"]


def test_back_overtakes_a_write_that_still_waits() -> None:
    page = Page("/?threadId=a")
    page.settle("b")
    page.settle("c")
    page.browser.history.back()
    assert page.wishes == ["a"]
    page.wait(10.0)
    assert page.urls == ["/?threadId=a", "/?threadId=b"]
    assert page.browser.history.index == 0


def test_a_fragment_click_leaves_a_waiting_write_alone() -> None:
    page = Page("/?threadId=a")
    page.settle("b")
    page.settle("c")
    page.browser.history.click_fragment("x")
    page.wait()
    assert page.browser.history.url == "/?threadId=c#x"


@pytest.mark.parametrize("navigation", [True, False])
@pytest.mark.parametrize("push", [True, False])
def test_an_id_that_the_page_writes_is_asked_for(navigation: bool, push: bool) -> None:
    page = Page("/?threadId=a")
    page.browser.navigation = navigation
    page.browser.history.write("/mail?threadId=b", push=push)
    if not navigation:
        assert page.wishes == []
        page.browser.notice()
    assert page.wishes == ["b"]
    page.browser.history.write("/mail/2?threadId=b", push=push)
    page.browser.history.write("/mail/3", push=push)
    page.browser.history.write("/mail/3?threadId=%20", push=push)
    page.browser.notice()
    assert page.wishes == ["b"]


def test_an_id_that_the_page_writes_overtakes_a_write_that_still_waits() -> None:
    page = Page("/?threadId=a")
    page.settle("b")
    page.settle("c")
    page.browser.history.write("/mail?threadId=d", push=True)
    page.wait(10.0)
    assert page.wishes == ["d"]
    assert page.urls[-1] == "/mail?threadId=d"


def test_no_thread_is_asked_for_where_the_element_has_left_the_page() -> None:
    page = Page("/?threadId=a")
    page.is_connected = False
    page.browser.history.write("/mail?threadId=b", push=True)
    assert page.wishes == []
    assert page.bar.chosen_by_page() == "b", "the next element begins with it"


@pytest.mark.parametrize("above", ["/#part", "/panel", "/"])
def test_entries_that_the_page_pushes_over_a_new_chat_get_its_thread_and_so_does_its_entry(
    above: str,
) -> None:
    page = Page("/?threadId=a")
    page.settle(None)
    page.wait()
    page.browser.history.write(above, push=True)
    page.settle("b")
    page.browser.history.back()
    assert page.wishes == ["b"]
    assert page.bar.asks() == ("b", True)
    page.browser.history.back()
    page.browser.history.forward()
    assert page.wishes == ["b", "a", "b"]


def test_back_before_the_thread_of_a_new_chat_is_written_finds_it() -> None:
    page = Page("/?threadId=a")
    page.settle(None)
    page.browser.history.click_fragment("part")
    page.settle("b")
    assert page.urls[-1] == "/#part", "it waits for its turn"
    page.browser.history.back()
    assert page.wishes == ["b"]


def test_what_became_of_a_new_chat_outlives_the_page() -> None:
    page = Page("/?threadId=a")
    page.settle(None)
    page.wait()
    page.browser.history.click_fragment("part")
    page.settle("b")
    page.browser.history.back()
    page.browser.unload()
    page.browser = FakeBrowser(history=page.browser.history)
    bar = AddressBar(page.browser, "threadId", page)
    assert bar.asks() == ("b", True)
    page.browser.history.session.clear()
    assert bar.asks() == (None, True)


def test_a_thread_that_is_opened_from_another_entry_makes_no_new_chat_its_own() -> None:
    page = Page("/?threadId=a")
    page.settle(None)
    page.browser.history.back()
    page.browser.history.write("/panel", push=True)
    page.settle("b")
    assert page.browser.history.session == {}


def test_where_entries_of_ours_are_not_wanted_every_write_replaces() -> None:
    for page in (Page("/?threadId=a", history="replace"), Page("/?threadId=a")):
        page.browser.usual = "replace"
        page.settle("b")
        page.wait()
        page.settle(None)
        page.wait()
        assert page.urls == ["/"]
        assert page.browser.history.states == [None]
    page = Page("/?threadId=a", history="push")
    page.browser.usual = "replace"
    page.settle("b")
    assert page.urls == ["/?threadId=a", "/?threadId=b"]


def test_the_page_may_write_an_address_itself_and_is_looked_at_as_the_browser_is() -> None:
    page = Page("/?threadId=a")
    page.is_navigating = True
    page.settle("b")
    assert page.offers == [("/?threadId=b", False, "b")]
    assert page.urls == ["/?threadId=a"]
    page.browser.history.write("/own?threadId=b", push=False)
    page.wait(RETRY_AFTER * 2)
    assert page.urls == ["/own?threadId=b"]
    assert len(page.offers) == 1
    page.settle(None, correcting=True)
    page.wait(RETRY_AFTER * (RETRIES + 2))
    assert page.offers[1:] == [("/own", True, None)] * (RETRIES + 1)
    assert len(page.browser.reports) == 1
    assert page.browser.clock.pending == 0


def test_back_works_when_the_page_has_pushed_entries_of_its_own_meanwhile() -> None:
    page = Page("/?threadId=b")
    page.browser.history.write("/mail/3", push=True)
    page.settle(None)
    page.browser.history.back()
    assert page.wishes == ["b"]


@pytest.mark.parametrize("value", ["%3Cb%3E", "a%20b", "x" * 257, "%ff"])
def test_an_odd_id_is_taken_out_and_reported_once(value: str) -> None:
    page = Page(f"/?q=1&threadId={value}#top")
    assert page.bar.id_now() is None
    assert page.writes == [("replace", "/?q=1#top")]
    page.browser.history.write(f"/?threadId={value}", push=False)
    assert page.bar.id_now() is None
    assert len(page.browser.reports) == 1
    assert value not in page.browser.reports[0]


def test_without_a_parameter_nothing_is_read_written_or_heard() -> None:
    page = Page("/?threadId=a", parameter=None)
    page.settle("b")
    page.browser.history.write("/?threadId=c", push=True)
    page.browser.history.back()
    assert page.bar.id_now() is None
    assert page.wishes == []
    assert page.urls[0] == "/?threadId=a"
    assert page.browser.counts()["running"] == 0


def test_stop_writes_what_waits_and_lets_go_of_everything() -> None:
    page = Page("/?threadId=a")
    page.settle("b")
    page.settle("c")
    page.bar.stop()
    assert page.browser.history.url == "/?threadId=c"
    assert page.browser.counts()["handlers"] == 0
    page.browser.history.back()
    assert page.wishes == []


def test_stop_leaves_nothing_behind_where_the_browser_ignores_the_last_write() -> None:
    page = Page("/?threadId=a")
    page.browser.history.ignoring = True
    page.settle("b")
    page.bar.stop()
    page.wait(60.0)
    assert page.browser.counts()["timers"] == 0


def test_a_second_start_listens_once() -> None:
    page = Page("/?threadId=a")
    page.bar.start()
    page.settle("b")
    page.browser.history.back()
    assert page.wishes == ["a"]


def test_two_bars_of_one_page_keep_one_pace() -> None:
    browser = FakeBrowser("/")
    bars = [AddressBar(browser, name, Page()) for name in ("left", "right")]
    at: list[float] = []
    write = browser.history.write

    def noted(url: str, *, push: bool, state: object = None) -> None:
        at.append(browser.now())
        write(url, push=push, state=state)

    browser.history.write = noted  # type: ignore[method-assign]
    for number in range(40):
        for bar in bars:
            bar.settled(f"t{number}", correcting=False)
        browser.clock.advance(0.1)
    browser.clock.advance(5.0)
    assert len(at) > 4
    assert all(b - a >= WRITE_INTERVAL - 1e-6 for a, b in itertools.pairwise(at))
    assert browser.history.url == "/?left=t39&right=t39"


def test_clearing_is_at_once_and_what_still_waited_is_never_written() -> None:
    page = Page("/?q=1&threadId=a")
    page.settle("b")
    page.settle("c")
    page.bar.clear()
    assert page.urls == ["/?q=1&threadId=a", "/?q=1"]
    page.wait(10.0)
    assert page.urls == ["/?q=1&threadId=a", "/?q=1"]


def test_clearing_where_nothing_is_named_writes_nothing_and_one_that_is_ignored_is_repeated() -> (
    None
):
    page = Page("/?q=1")
    page.bar.clear()
    assert page.writes == []
    page = Page("/?q=1&threadId=a")
    page.browser.history.ignoring = True
    page.bar.clear()
    page.browser.history.ignoring = False
    page.wait(10.0)
    assert page.urls == ["/?q=1"]
