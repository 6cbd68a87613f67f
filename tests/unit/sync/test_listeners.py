"""Listeners and tasks: isolated, in order, each with its own undo."""

from sync.events import OWN_EVENTS
from sync.listeners import ARGUMENTS, Listeners, arguments
from sync.state import ELEMENT_EVENTS
from sync.tasks import Tasks, is_coroutine
from tests.fakes import FakeBrowser, in_loop, settle_loop


def listeners() -> tuple[Listeners, FakeBrowser]:
    browser = FakeBrowser()
    return Listeners(browser, Tasks(browser)), browser


def test_each_is_called_in_order_with_the_arguments() -> None:
    told, _ = listeners()
    heard: list[tuple[str, str]] = []
    told.add("effect", lambda name, data: heard.append(("one", name)))
    told.add("effect", lambda name, data: heard.append(("two", data)))
    told.tell("effect", ["flash", "red"])
    told.tell("log", ["x", "y"])
    assert heard == [("one", "flash"), ("two", "red")]


def test_one_that_raises_is_reported_and_the_others_still_run() -> None:
    told, browser = listeners()
    heard: list[str] = []

    def broken() -> None:
        raise RuntimeError("mine")

    told.add("response.end", broken)
    told.add("response.end", lambda: heard.append("two"))
    told.tell("response.end", [])
    assert heard == ["two"]
    [(error, where)] = browser.exceptions
    assert (str(error), where) == ("mine", "in a listener of 'response.end'")


@in_loop
async def test_an_async_one_runs_as_a_task_and_its_error_is_reported() -> None:
    told, browser = listeners()
    heard: list[str] = []

    async def slow(thread_id: str) -> None:
        await settle_loop()
        heard.append(thread_id)
        raise RuntimeError("late")

    told.add("thread.change", slow)
    told.tell("thread.change", ["a"])
    assert heard == []
    for _ in range(3):
        await settle_loop()
    assert heard == ["a"]
    assert [str(error) for error, _ in browser.exceptions] == ["late"]


def test_the_undo_takes_out_that_one_only_and_can_be_called_twice() -> None:
    told, _ = listeners()
    heard: list[str] = []

    def same() -> None:
        heard.append("x")

    first = told.add("ready", same)
    told.add("ready", same)
    first()
    first()
    told.tell("ready", [])
    assert heard == ["x"]


def test_one_that_is_added_while_telling_waits_for_the_next_time() -> None:
    told, _ = listeners()
    heard: list[str] = []
    told.add("ready", lambda: told.add("ready", lambda: heard.append("later")))
    told.tell("ready", [])
    assert heard == []
    told.tell("ready", [])
    assert heard == ["later"]


def test_arguments_are_members_of_the_detail_and_missing_ones_none() -> None:
    assert arguments("effect", {"name": "flash"}) == ["flash", None]
    assert arguments("thread.change", {"threadId": "a"}) == ["a"]
    assert arguments("response.end", {}) == []


def test_every_named_event_is_one_that_exists() -> None:
    assert set(ARGUMENTS) - set(ELEMENT_EVENTS) == set(OWN_EVENTS)


@in_loop
async def test_a_coroutine_is_told_from_what_is_none() -> None:
    async def work() -> None: ...

    coroutine = work()
    assert is_coroutine(coroutine)
    await coroutine
    assert not is_coroutine(None)
    assert not is_coroutine([])
