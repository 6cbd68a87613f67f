"""The fakes are what they stand for: the browser's interface, and the element's table of orders."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from sync.browser import Browser
from tests.fakes import Clock, FakeBrowser, FakeElement, History, Server, Storage


def public(cls: type) -> dict[str, Callable[..., Any]]:
    return {
        name: member
        for name, member in vars(cls).items()
        if not name.startswith("_") and inspect.isfunction(member)
    }


def shape(function: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    parameters = inspect.signature(function).parameters.values()
    return [(one.name, one.kind, one.default) for one in parameters]


@pytest.mark.parametrize("name", public(Browser))
def test_the_fake_browser_has_each_method_itself_with_the_same_parameters(name: str) -> None:
    assert name in vars(FakeBrowser), "inherited: it would ask for a real browser"
    assert shape(vars(FakeBrowser)[name]) == shape(vars(Browser)[name])


# Clock.


def test_timers_fire_in_order_each_at_its_own_time() -> None:
    clock = Clock(0.0)
    fired: list[tuple[str, float]] = []

    def fire(name: str) -> None:
        fired.append((name, clock.now()))

    for name, seconds in (("c", 3.0), ("a", 1.0), ("b", 1.0)):
        clock.later(seconds, partial(fire, name))
    clock.advance(2.0)
    assert fired == [("a", 1.0), ("b", 1.0)]
    assert clock.now() == 2.0
    clock.advance(1.0)
    assert fired[-1] == ("c", 3.0)


def test_timers_that_timers_set_fire_in_the_same_advance() -> None:
    clock = Clock(0.0)
    fired: list[float] = []
    clock.later(1.0, lambda: clock.later(1.0, lambda: fired.append(clock.now())))
    clock.advance(5.0)
    assert fired == [2.0]


def test_a_cancelled_timer_does_not_fire_and_cancelling_nothing_is_fine() -> None:
    clock = Clock()
    timer = clock.later(1.0, lambda: pytest.fail("fired"))
    clock.cancel(timer)
    clock.cancel(timer)
    clock.cancel(None)
    clock.advance(5.0)
    assert clock.pending == 0


# History and storage.


def test_a_new_entry_drops_those_ahead_and_popstate_is_for_travel_only() -> None:
    history = History("/a")
    arrived: list[str] = []
    history.on_popstate(lambda: arrived.append(history.url))
    history.write("/b", push=True)
    history.write("/c", push=True)
    history.back()
    history.back()
    history.back()
    history.write("/d", push=True)
    history.forward()
    assert history.urls == ["/a", "/d"]
    assert arrived == ["/b", "/a"]


def test_a_browser_gives_an_address_back_in_its_own_spelling() -> None:
    assert History('/?q=a b"ä').url == "/?q=a%20b%22%C3%A4"


def test_pages_share_storage_as_tabs_do() -> None:
    storage = Storage()
    one, other = FakeBrowser(storage=storage), FakeBrowser(storage=storage)
    one.write_storage("k", "v")
    assert other.read_storage("k") == {"ok": True, "value": "v"}
    storage.denied = True
    assert other.read_storage("k")["ok"] is False
    assert one.write_storage("k", None)["ok"] is False


# The element: rows of "Orders" in chatkit-behaviour.md, as this page hears them.


class Heard:
    """A configured element in a page, and what it told since."""

    def __init__(self, *threads: str, initial: str | None = None) -> None:
        self.browser = FakeBrowser()
        self.server = Server(*threads)
        self.element = FakeElement(self.server)
        self.browser.mount(self.element, configured=False)
        self.element.set_options({"initialThread": initial})
        self.answers: list[dict[str, Any]] = []

    def run(self, seconds: float = 1.0) -> str:
        """Lets time pass; what was told, in the behaviour page's words."""
        self.browser.clock.advance(seconds)
        told = [self.word(name, detail) for name, detail in self.element.told]
        self.element.told.clear()
        return " > ".join(told)

    @staticmethod
    def word(name: str, detail: Any) -> str:
        subject = "null" if detail is None else detail.get("threadId", detail.get("name")) or "null"
        known = name.startswith("thread.") or name == "error"
        return name.removeprefix("thread.") + (f" {subject}" if known else "")

    def call(self, method: str, *parameters: Any) -> None:
        def told(outcome: dict[str, Any], reason: object) -> None:
            self.answers.append(outcome)
            self.element.told.append(("resolves" if outcome["ok"] else "REJECTS", None))

        self.element.call(method, list(parameters), told)


def test_first_load_without_a_thread() -> None:
    assert Heard().run() == "ready"


def test_first_load_with_an_initial_thread_tells_no_change() -> None:
    assert Heard("a", initial="a").run() == "ready > load.start a > load.end a"


def test_first_load_that_fails_tells_an_error_and_a_null() -> None:
    assert Heard(initial="x").run() == (
        "ready > load.start x > load.end x > error InitialThreadLoadError > change null"
    )


def test_a_first_message_resolves_before_its_thread_has_an_id() -> None:
    heard = Heard()
    heard.run()
    heard.call("sendUserMessage", {"text": "Hello"})
    assert heard.run(5.0) == "response.start > resolves > change new_1 > response.end"


def test_a_typed_message_tells_a_submit() -> None:
    heard = Heard()
    heard.run()
    heard.element.user_sends()
    assert heard.run(5.0) == ("response.start > composer.submit > change new_1 > response.end")


@pytest.mark.parametrize(
    ("status", "seconds", "order"),
    [
        (400, 1.0, "response.start > change null > response.end"),
        (500, 30.0, "response.start > change null > response.end"),
        (0, 1.0, "response.start > error StreamError > change null > response.end"),
    ],
)
def test_a_thread_that_cannot_be_created(status: int, seconds: float, order: str) -> None:
    heard = Heard()
    heard.run()
    heard.server.creating, heard.server.down = status, status == 0
    heard.element.user_sends()
    if status == 500:
        assert heard.run(24.0) == "response.start > composer.submit"
        order = order.removeprefix("response.start > ")
    else:
        order = order.replace("response.start", "response.start > composer.submit")
    assert heard.run(seconds) == order


@pytest.mark.parametrize(
    ("status", "seconds", "order"),
    [
        (200, 2.0, "response.start > composer.submit > response.end"),
        (404, 0.2, "response.start > composer.submit > response.end"),
        (500, 26.0, "response.start > composer.submit > response.end"),
        (0, 0.2, "response.start > composer.submit > error StreamError > response.end"),
    ],
)
def test_a_message_in_a_thread_and_the_status_that_an_owner_sees(
    status: int, seconds: float, order: str
) -> None:
    seen: list[Any] = []
    heard = Heard("a", initial="a")
    heard.run()
    heard.element.set_options({}, seen.append)
    heard.server.down = status == 0
    heard.server.failing["a"] = status
    heard.element.user_sends()
    assert heard.run(seconds) == order
    request = {"type": "threads.add_user_message", "thread": "a", "status": status}
    assert seen == [{"http": request}] * (2 if status == 500 else 1)


def test_a_message_that_is_stopped_before_its_answer_is_aborted_and_has_no_status() -> None:
    seen: list[Any] = []
    heard = Heard("a", initial="a")
    heard.run()
    heard.element.set_options({}, seen.append)
    heard.element.user_sends()
    heard.element.user_stops()
    heard.run(5.0)
    assert seen == []


def test_a_switch_and_back_to_a_thread_already_visited() -> None:
    heard = Heard("a", "b", initial="a")
    heard.run()
    heard.call("setThreadId", "b")
    assert heard.run() == "change b > load.start b > load.end b > resolves"
    heard.call("setThreadId", "a")
    assert heard.run() == "change a > resolves"
    heard.call("setThreadId", "a")
    assert heard.run() == "resolves"


def test_a_switch_while_a_streams_and_back() -> None:
    heard = Heard("a", "b", initial="a")
    heard.run()
    heard.server.answer_time = None
    heard.element.user_sends()
    heard.run()
    heard.element.user_opens("b")
    assert heard.run() == "change b > response.end > load.start b > load.end b"
    heard.element.user_opens("a")
    assert heard.run() == "change a > response.start"


def test_two_quick_switches_overlap() -> None:
    heard = Heard("b", "c")
    heard.run()
    heard.element.user_opens("b")
    heard.run(0.01)
    heard.element.user_opens("c")
    assert heard.run() == "change c > load.start c > load.end b > load.end c"


@pytest.mark.parametrize(("down", "name"), [(False, "Error"), (True, "TypeError")])
def test_a_switch_that_fails_is_taken_back_and_rejected_and_poisons(down: bool, name: str) -> None:
    heard = Heard("a", initial="a")
    heard.run()
    heard.server.down = down
    heard.call("setThreadId", "x")
    assert heard.run() == "change x > load.start x > load.end x > change a > REJECTS"
    assert heard.answers[-1]["name"] == name
    heard.call("setThreadId", "x")
    assert heard.run() == "change x > resolves"


def test_a_first_message_that_is_left_never_tells_its_thread() -> None:
    heard = Heard("b")
    heard.run()
    heard.element.user_sends()
    heard.run(0.01)
    heard.element.user_opens("b")
    assert heard.run(5.0) == "change b > response.end > load.start b > load.end b"


def test_stop_is_told_before_the_end() -> None:
    heard = Heard("a", initial="a")
    heard.run()
    heard.element.user_sends()
    heard.run(0.1)
    heard.element.user_stops()
    assert heard.run() == "response.stop > response.end"


@pytest.mark.parametrize("method", ["sendUserMessage", "setThreadId", "focusComposer"])
def test_a_dead_or_empty_element_never_answers(method: str) -> None:
    dead = Heard()
    dead.run()
    dead.browser.remove(dead.element)
    empty = Heard()
    empty.element.broken_frame = True
    empty.run()
    for heard in (dead, empty):
        heard.call(method, {"text": "x"})
        heard.browser.clock.advance(3600.0)
        assert heard.answers == []


def test_an_empty_message_is_refused_and_so_is_a_second_one() -> None:
    heard = Heard()
    heard.run()
    heard.call("sendUserMessage", {"text": ""})
    heard.call("sendUserMessage", {"text": "1"})
    heard.call("sendUserMessage", {"text": "2"})
    heard.run()
    assert [answer["ok"] for answer in heard.answers] == [False, True, False]
    assert "message empty" in heard.answers[0]["message"]
    assert "already responding" in heard.answers[2]["message"]
