"""Whatever is asked of the library from inside a handler of its own events works.

One handler at a time, every event once and in order, and each handler meets a whole snapshot.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from sync import ChatKit, ChatKitBusy
from sync.state import ELEMENT_EVENTS, Snapshot
from tests.fakes import FakeBrowser, FakeElement, in_loop
from tests.unit.sync.page import OPTIONS, Page, both

Act = Callable[["Inside"], Any]


class Inside:
    """A page whose events are all heard, and where `act` is done in the first handler of one."""

    def __init__(self, page: Page, event: str, act: Act) -> None:
        self.page = page
        self.heard: list[tuple[str, Any]] = []
        self.snapshots: list[Snapshot] = []
        self.outcomes: list[Any] = []
        self._event = event
        self._act = act
        self._depth = 0
        self._before = len(page.element.told)
        on: Any = page.chatkit.on
        for name in ELEMENT_EVENTS:
            on(name, lambda *given, name=name: self._hear(name, given))
        self.undo = page.chatkit.subscribe(self._change)

    def _hear(self, name: str, given: tuple[Any, ...]) -> None:
        self._enter(name)
        self.heard.append((name, given[0] if given else None))
        self._leave(name)

    def _change(self, snapshot: Snapshot) -> None:
        self._enter("snapshot")
        assert snapshot == self.page.snapshot, "half-updated, or out of date"
        assert not self.snapshots or self.snapshots[-1] != snapshot, "told twice"
        self.snapshots.append(snapshot)
        self._leave("snapshot")

    def _enter(self, name: str) -> None:
        assert self._depth == 0, f"{name} inside another handler"
        self._depth += 1

    def _leave(self, name: str) -> None:
        if name == self._event:
            self._event = ""
            self._act(self)
        self._depth -= 1

    def does(self, coroutine: Any) -> None:
        """Runs a command and notes how it ends."""

        async def run() -> None:
            try:
                self.outcomes.append(await coroutine)
            except Exception as error:
                self.outcomes.append(type(error).__name__)

        self._task = asyncio.create_task(run())

    def told(self) -> list[tuple[str, Any]]:
        """What the first element has told since."""
        events = self.page.element.told[self._before :]
        return [
            (name.removeprefix("chatkit."), (detail or {}).get("threadId"))
            for name, detail in events
        ]


def switches(inside: Inside) -> None:
    inside.does(inside.page.chatkit.set_thread_id("c", when_busy="wait"))


def sends(inside: Inside) -> None:
    inside.does(inside.page.chatkit.send_user_message("And then?", when_busy="wait"))


def listens(inside: Inside) -> None:
    inside.undo()
    inside.page.chatkit.on("response.end", lambda: None)
    inside.undo = inside.page.chatkit.subscribe(inside._change)


def goes_on(inside: Inside) -> None:
    """The page's own code makes the element tell more, at once."""
    inside.page.element.emit("response.start")
    inside.page.element.emit("response.end")


def begins_another(inside: Inside) -> None:
    element = inside.page.browser.mount(FakeElement(inside.page.server), configured=False)
    number = inside.page.browser.adopt(element)
    options = OPTIONS if inside.page.owner else None
    inside.other = ChatKit(  # type: ignore[attr-defined]
        number, browser=inside.page.browser, options=options, key=None, parameter=None
    ).start()


def asks_everything(inside: Inside) -> None:
    chatkit = inside.page.chatkit
    assert chatkit.snapshot == inside.page.snapshot
    chatkit.retry()
    chatkit.start()
    assert not chatkit.is_stopped
    assert chatkit.scope is None


ACTS: list[Act] = [switches, sends, listens, goes_on, begins_another, asks_everything]
EVENTS = [
    "thread.change",
    "thread.load.start",
    "thread.load.end",
    "response.start",
    "response.end",
    "snapshot",
]


@both
@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("act", ACTS)
@in_loop
async def test_it_works(owner: bool, event: str, act: Act) -> None:
    page = Page("/?threadId=a", owner=owner)
    inside = Inside(page, event, act)
    page.element.user_opens("b")
    await page.live(1.0)
    page.element.user_sends()
    await page.live(20.0)
    assert inside.heard == inside.told(), "lost, doubled or out of order"
    assert page.phase == "idle"
    assert not page.browser.reports, page.browser.reports
    shown = page.element.thread_id
    assert page.snapshot.thread_id == shown
    assert page.remembered == (shown, shown)
    assert inside.snapshots[-1] == page.snapshot
    if act is switches:
        assert (inside.outcomes, shown) == ([None], "c")
    if act is sends:
        assert inside.outcomes == [None]
        assert len(page.asked("sendUserMessage")) == 1


@both
@in_loop
async def test_a_command_in_a_handler_of_a_start_is_refused_by_what_has_just_begun(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner)
    outcomes: list[str] = []

    async def ask() -> None:
        try:
            await page.chatkit.send_user_message("At once")
        except ChatKitBusy as error:
            outcomes.append(error.reason)

    page.chatkit.on("response.start", ask)
    page.element.user_sends()
    await page.live(5.0)
    assert outcomes == ["responding"]


@both
@in_loop
async def test_a_handler_may_wait_for_what_only_later_events_bring(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    order: list[str] = []

    async def wait() -> None:
        order.append("asked")
        await page.chatkit.set_composer_value("Next", when_busy="wait")
        order.append("done")

    page.chatkit.on("response.start", wait)
    page.chatkit.on("response.end", lambda: order.append("end"))
    page.element.user_sends()
    await page.live(10.0)
    assert order == ["asked", "end", "done"]


@both
def test_a_listener_that_another_has_taken_away_is_not_called_any_more(owner: bool) -> None:
    """As with `removeEventListener` (DOM standard)."""
    page = Page("/?threadId=a", owner=owner)
    called: list[str] = []
    second: Callable[[], None]
    page.chatkit.on("response.start", lambda: second())
    second = page.chatkit.on("response.start", lambda: called.append("second"))
    page.chatkit.on("response.start", lambda: called.append("third"))
    page.element.user_sends()
    assert called == ["third"]


@both
def test_another_user_in_a_handler_leaves_nothing_of_the_former(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, scope="one")
    heard: list[Any] = []

    def log_in(thread: str | None) -> None:
        if thread:
            page.chatkit.set_scope("two")

    page.chatkit.on("thread.change", log_in)
    page.chatkit.on("thread.change", heard.append)
    page.element.user_opens("b")
    page.wait(5.0)
    assert heard == ["b", None]
    assert page.element.thread_id is page.snapshot.thread_id is page.named is None
    assert page.storage.items.get("chatkit.threadId:two") is None


@both
def test_an_element_that_is_taken_away_in_a_handler(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    phases: list[str] = []
    page.chatkit.subscribe(lambda snapshot: phases.append(snapshot.phase))
    page.chatkit.on("response.start", lambda: page.browser.remove(page.element))
    page.element.user_sends()
    page.wait(1.0)
    assert phases == ["responding", "gone"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda chatkit, element: chatkit.set_scope("user"),
        lambda chatkit, element: chatkit.on("response.start", print),
        lambda chatkit, element: chatkit.snapshot,
        lambda chatkit, element: chatkit.stop(),
        lambda chatkit, element: element.emit("response.start"),
    ],
    ids=["scope", "on", "snapshot", "stop", "event"],
)
def test_what_comes_right_behind_an_event_finds_it_handled(
    ask: Callable[[ChatKit, FakeElement], object],
) -> None:
    """Controls are switched at once, and the rest may wait until the event has been handed around:
    the page's own listeners come between.
    """
    browser = FakeBrowser()
    element = browser.mount(FakeElement())
    chatkit = ChatKit(browser=browser).start()
    browser.clock.advance(1.0)
    heard: list[object] = []
    chatkit.on("thread.change", heard.append)
    browser.is_deferring = True
    element.emit("thread.change", {"threadId": "a"})
    assert browser.drawings[browser.adopt(element)][-1]["thread"] == "a"
    assert heard == []
    ask(chatkit, element)
    assert heard == ["a"]
    browser.catch_up()
    assert heard == ["a"]


def test_what_is_asked_while_controls_are_drawn_finds_the_event_handled() -> None:
    """A control may be an element of the page's own, which calls the page's Python."""
    browser = FakeBrowser()
    element = browser.mount(FakeElement())
    chatkit = ChatKit(browser=browser).start()
    browser.clock.advance(1.0)
    browser.is_deferring = True
    told: list[tuple[str, str | None]] = []
    chatkit.subscribe(lambda snapshot: told.append((snapshot.phase, snapshot.notice)))
    draw = browser.draw

    def asks(element: int, text: str) -> None:
        browser.draw = draw  # type: ignore[method-assign]
        draw(element, text)
        chatkit._session.told("own.notice", {"notice": "refused"})

    browser.draw = asks  # type: ignore[method-assign]
    element.emit("response.start")
    browser.catch_up()
    assert told == [("responding", None), ("responding", "refused")]
