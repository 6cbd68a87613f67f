"""One page in a browser, with every method of `sync.browser.Browser` and nothing behind it.

    browser = FakeBrowser("/?threadId=thr_1")
    element = browser.mount(FakeElement(Server("thr_1")))
    chatkit = ChatKit(browser=browser).start()
    browser.clock.advance(1.0)

What a person and the page do has methods of its own: `mount`, `remove`, `click`, `history`,
`come_back`. Whatever crosses the border crosses it as JSON, and an exception of a handler is
reported, as in the real one; `exceptions` keeps them, and most tests want it to stay empty.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from sync.browser import Browser
from sync.state import PENDING

from .clock import Clock
from .history import History, Refused, normalised
from .storage import Denied, Storage

if TYPE_CHECKING:
    from .element import FakeElement

Undo = Callable[[], None]

MARK = "chatkit-sync"
"""The key of ours in an entry's state: see entries.js."""

STARTING: dict[str, Any] = {"phase": "starting", "off": {}}
RELEASED: dict[str, Any] = {"phase": "idle", "off": {}, "released": True}


def crossed(value: Any) -> Any:
    """A value as it arrives on the other side of the border."""
    return json.loads(json.dumps(value))


class Answer:
    """What a callback gets to settle its promise with."""

    def __init__(self, js_object: object = None) -> None:
        self.object = js_object
        self.resolved: list[Any] = []
        self.rejected: list[str] = []
        self.expected: float | None = None
        self.aborted = False
        self.settled = asyncio.Event()

    def resolve(self, value: Any, is_object: bool) -> None:
        """JSON, or an object of JavaScript's."""
        self.resolved.append(value if is_object else json.loads(value))
        self.settled.set()

    def expect(self, seconds: float) -> None:
        """How long JavaScript waits."""
        self.expected = seconds

    def is_aborted(self) -> bool:
        """Whether the chat itself has ended the request."""
        return self.aborted

    def reject(self, message: str) -> None:
        """The text of an `Error`."""
        self.rejected.append(message)
        self.settled.set()


class FakeBrowser(Browser):
    """A page of its own; `storage` may be shared with other pages, as tabs do, and `history` is
    the tab's: a page that is loaded again finds its entries.
    """

    def __init__(
        self,
        url: str = "/",
        *,
        clock: Clock | None = None,
        storage: Storage | None = None,
        history: History | None = None,
        settings: dict[str, Any] | None = None,
        recorder: bool = True,
    ) -> None:
        self.clock = clock or Clock()
        self.history = history or History(url)
        self.history.on_entrychange(self._entry_changed)
        self._seen = self.history.href
        self._moved: list[Callable[[], None]] = []
        self.usual = "push"
        self.takes_navigation: Callable[[dict[str, Any]], bool] = lambda detail: False
        self.store = storage or Storage()
        self.tag_settings = settings or {}
        self.claims: set[str] = set()
        self.known: dict[str, dict[str | None, set[str]]] = {}
        self.written_at: float | None = None
        self.reports: list[str] = []
        self.announced: list[dict[str, Any]] = []
        self.exceptions: list[tuple[BaseException, str]] = []
        self.document: list[FakeElement] = []
        self.drawings: dict[int, list[dict[str, Any]]] = {}
        self.is_deferring = False
        self._deferred: list[Callable[[], None]] = []
        self.called: list[tuple[str, list[Any]]] = []
        self.visits: list[str] = []
        self.navigation = True
        self.secure = True
        self.focus = "body"
        self._focus_at_click: str | None = None
        self._recorder = recorder
        self._log: list[tuple[FakeElement, dict[str, Any]]] = []
        self._taken: set[FakeElement] = set()
        self._numbers: dict[int, FakeElement] = {}
        self._served: dict[FakeElement, object] = {}
        self._heirs: dict[FakeElement, FakeElement] = {}
        self._senders: dict[FakeElement, Callable[[dict[str, Any]], None]] = {}
        self._states: dict[FakeElement, dict[str, Any]] = {}
        self._looks: dict[int, Callable[[], None]] = {}
        self._returned: dict[int, Callable[[], None]] = {}
        self._live: dict[int, object] = {}
        self._timers: dict[int, object] = {}
        self._count = 0

    # What a person and the page do.

    def mount(self, element: FakeElement, *, configured: bool = True) -> FakeElement:
        """Puts an element into the page; the page configures it, unless told otherwise."""
        self._connect(element, len(self.document))
        if configured:
            element.set_options({})
        return element

    def remove(self, element: FakeElement) -> None:
        """Takes an element out of the page, which kills it (measured)."""
        self.document.remove(element)
        element.die()
        self._look_soon()

    def move(self, element: FakeElement) -> None:
        """Moves an element to the page's end; that is a removal, and kills it too (measured)."""
        self.document.remove(element)
        element.die()
        self.document.append(element)
        self._look_soon()

    def click(
        self,
        action: str,
        *,
        thread: str | None = None,
        text: str | None = None,
        payload: str | None = None,
        control: int = 1,
        element: FakeElement | None = None,
    ) -> bool:
        """A click on a control as `controls.js` treats it; false where it is stopped as off."""
        target = element or self.document[0]
        state = self._states.get(target, STARTING)
        reason = "starting" if state is STARTING else state["off"].get(action)
        if action == "focus-composer":
            self._focus_at_click = self.focus
        click = {"action": action, "thread": thread, "text": text, "payload": payload}
        place = f'<button data-chatkit-action="{action}">'
        told = {"click": click | {"control": control, "place": place, "at": self.clock.now()}}
        if (reason and reason not in PENDING) or "released" in state:
            return False
        if target in self._senders:
            self._senders[target](crossed(told))
        else:
            self._log.append((target, told))
        return True

    def unload(self) -> None:
        """The page is left: nothing of it happens any more."""
        self.catch_up()
        for timer in list(self._timers):
            self.cancel(timer)
        for element in self.document:
            element.die()
        self._live.clear()
        self._looks.clear()
        self.history.forget_listeners()

    def come_back(self) -> None:
        """Out of the back/forward cache: `pageshow` with `persisted`."""
        for returned in list(self._returned.values()):
            self._tell(returned)

    # What tests look at.

    @property
    def reloads(self) -> int:
        """How often the present address was to be loaded again."""
        return self.visits.count(self.history.href)

    def shown(self, element: FakeElement | None = None) -> dict[str, Any]:
        """The last state that was drawn for an element's controls."""
        return self._states[element or self.document[0]]

    def off(self, action: str) -> str | None:
        """Why the first element's controls with this action are off."""
        reason: str | None = self.shown()["off"][action]
        return reason

    # What the element does.

    def framed(self, element: FakeElement) -> None:
        """It has got its frame."""
        if element in self._senders:
            self._senders[element]({"configured": True})

    def event(self, element: FakeElement, name: str, detail: Any) -> None:
        """An event on an element, told now or kept by the tag's recorder."""
        told = {"event": name, "detail": detail or {}, "at": self.clock.now()}
        if not self.navigation:
            self._look_at_address()
        if element in self._senders:
            self._senders[element](crossed(told))
        elif self._recorder and element not in self._taken:
            self._log.append((element, told))

    # The interface.

    def now(self) -> float:
        """See `Browser`."""
        return self.clock.now()

    def date(self) -> float:
        """See `Browser`."""
        return 1_700_000_000 + self.clock.now()

    def later(self, seconds: float, function: Callable[[], None]) -> object:
        """See `Browser`."""
        number = self._next()

        def fire() -> None:
            self.catch_up()
            if self._timers.pop(number, None) is not None:
                self._guarded(function)

        self._timers[number] = self.clock.later(seconds, fire)
        return number

    def soon(self, function: Callable[[], None]) -> None:
        """See `Browser`: nothing can be seen in between."""
        function()

    def defer(self, function: Callable[[], None]) -> None:
        """See `Browser`; with `is_deferring` it waits for what runs now to end, as in a page."""
        self._deferred.append(function)
        if self.is_deferring:
            self.clock.soon(self.catch_up)

    def catch_up(self) -> None:
        """See `Browser`."""
        while self._deferred:
            self._guarded(self._deferred.pop(0))

    def cancel(self, timer: object) -> None:
        """See `Browser`."""
        self.clock.cancel(self._timers.pop(timer, None))  # type: ignore[call-overload]

    def counts(self) -> dict[str, int]:
        """See `Browser`."""
        return {
            "handlers": len(self._live) + len(self._timers),
            "elements": len(self._numbers),
            "running": len(self._live),
            "timers": len(self._timers),
        }

    def adopt(self, element: object) -> int:
        """See `Browser`."""
        return self._number(element) if hasattr(element, "set_options") else 0  # type: ignore[arg-type]

    def watch(
        self, target: str | int, appeared: Callable[[int], None], left: Callable[[int], None]
    ) -> tuple[str, Undo]:
        """See `Browser`."""
        number = self._hold("watch")
        if isinstance(target, str) and target.startswith("["):
            return f"SyntaxError: {target!r} is not a valid selector", self._undo_of(number)
        mine = object()
        current: list[FakeElement] = []
        heir: list[FakeElement | None] = [None]
        last = [0]

        def free(element: FakeElement) -> bool:
            return not element.dead and self._served.get(element, mine) is mine

        def find() -> FakeElement | None:
            if isinstance(target, int):
                found = heir[0] or self._numbers.get(target)
                return found if found in self.document else None
            matching = (one for one in self.document if target in one.selectors)
            return next(filter(free, matching), None)

        def look() -> None:
            if current and current[0].dead:
                heir[0] = self._heirs.get(current[0])
                current.clear()
                self._tell(lambda: left(last[0]))
            found = None if current else find()
            if found is None or not free(found):
                return
            current.append(found)
            self._served[found] = mine
            self._numbers.pop(last[0], None)
            last[0] = self._number(found)
            self._tell(lambda: appeared(last[0]))

        def undo() -> None:
            self._looks.pop(number, None)
            self._live.pop(number, None)
            self._numbers.pop(last[0], None)
            for one in current:
                self._served.pop(one, None)

        self._looks[number] = look
        self._look_soon()
        return "", undo

    def is_served(self, target: str | int) -> bool:
        """See `Browser`."""
        living = [one for one in self.document if target in one.selectors and not one.dead]
        return bool(living) and all(one in self._served for one in living)

    def release(self, element: int) -> None:
        """See `Browser`."""
        found = self._numbers.pop(element, None)
        if found is not None:
            self._states[found] = RELEASED

    def others(self, appeared: Callable[[int], None]) -> Callable[[], None]:
        """See `Browser`."""
        number = self._next()
        told: list[FakeElement] = []

        def look() -> None:
            for one in list(self.document):
                is_free = not one.dead and one not in self._served and one not in told
                if "openai-chatkit" in one.selectors and is_free:
                    told.append(one)
                    self._tell(lambda one=one: appeared(self._number(one)))  # type: ignore[misc]

        self._looks[number] = look
        self.clock.later(0, look)

        def undo() -> None:
            self._looks.pop(number, None)

        return undo

    def about(self, element: int) -> dict[str, Any]:
        """See `Browser`."""
        found = self._numbers.get(element)
        return {
            "defined": found is not None and found.defined,
            "loaded": found is not None and found.loaded,
            "scripted": found is not None and found.scripted,
            "framed": found is not None and found.framed,
            "secure": self.secure,
            "parameter": found and found.parameter,
            "key": found and found.key,
        }

    def listen(
        self,
        element: int,
        event: Callable[[str, dict[str, Any], float], None],
        click: Callable[[dict[str, Any]], None],
    ) -> Undo:
        """See `Browser`."""
        found = self._numbers[element]
        number = self._hold("listen")

        def send(value: dict[str, Any]) -> None:
            if "click" in value:
                self._tell(lambda: click(value["click"]))
            elif "configured" in value:
                self._tell(lambda: event("own.configured", {}, self.clock.now()))
            else:
                self._tell(lambda: event(value["event"], value["detail"], value["at"]))

        self._states[found] = STARTING
        self._taken.add(found)
        for _, told in [one for one in self._log if one[0] is found]:
            send(crossed(told))
        self._log = [one for one in self._log if one[0] is not found]
        self._senders[found] = send

        def undo() -> None:
            self._live.pop(number, None)
            if self._senders.get(found) is send:
                del self._senders[found]

        return undo

    def draw(self, element: int, text: str) -> None:
        """See `Browser`."""
        state = json.loads(text)
        self.drawings.setdefault(element, []).append(state)
        if element in self._numbers:
            self._states[self._numbers[element]] = state

    def focus_unmoved(self) -> bool:
        """See `Browser`."""
        return self._focus_at_click in (None, self.focus)

    def command(
        self,
        element: int,
        method: str,
        parameters: list[object],
        answered: Callable[[dict[str, Any], object], None],
        files: object = None,
    ) -> Undo:
        """See `Browser`."""
        self.called.append((method, crossed(parameters)))
        number = self._hold("command")

        def told(outcome: dict[str, Any], reason: object) -> None:
            self.catch_up()
            if self._live.pop(number, None) is not None:
                self._guarded(lambda: answered(crossed(outcome), reason))

        found = self._numbers.get(element)
        if found is None:
            words = {"ok": False, "name": "TypeError", "message": "undefined has no properties"}
            self.clock.later(0, lambda: told(words, None))
        else:
            found.call(method, crossed(parameters), told)
        return lambda: self._live.pop(number, None)  # type: ignore[return-value]

    def configure(
        self,
        element: int,
        options: dict[str, object],
        page_fetch: object,
        told: Callable[[dict[str, Any], Any], None],
    ) -> tuple[Callable[[dict[str, object], object], None], Undo]:
        """See `Browser`."""
        number = self._hold("configure")
        found = self._numbers[element]
        last: list[object] = []

        def tell(value: dict[str, Any], extra: Any = None) -> None:
            self.catch_up()
            if number in self._live:
                self._guarded(lambda: told(crossed(value), extra))

        def update(options: dict[str, object], page_fetch: object) -> None:
            def give() -> None:
                if number in self._live and found.defined and last[0] is options:
                    tell({"configured": found.set_options(crossed(options), tell)})

            last[:] = [options]
            found.page_fetch = page_fetch
            self.clock.later(0, give)

        update(options, page_fetch)
        return update, self._undo_of(number)

    def renew(self, element: int) -> None:
        """See `Browser`."""
        old = self._numbers[element]
        if old not in self.document:
            return  # has been replaced already, and a node without a parent is replaced by nothing
        place = self.document.index(old)
        fresh = self._heirs[old] = old.fresh()
        self._served[fresh] = self._served[old]
        self.document.remove(old)
        old.die()
        self._connect(fresh, place)

    def visit(self, url: str) -> None:
        """See `Browser`; the page stays, and the test makes the next one."""
        self.visits.append(url)

    def address(self) -> str:
        """See `Browser`."""
        return self.history.href

    def write_address(self, url: str, parameter: str, *, push: bool, is_new_chat: bool) -> str:
        """See `Browser`, and entries.js."""
        self._seen = normalised(urljoin(self.history.href, url))
        state = self._marked(self.history.state, parameter, is_new_chat)
        with contextlib.suppress(Refused):
            self.history.write(url, push=push, state=state)
        self._seen = self.history.href
        return self.history.href

    def _marked(self, state: object, parameter: str, is_new_chat: bool) -> object:
        if state is not None and not isinstance(state, dict):
            return state
        rest = dict(state or {})
        marks = dict(rest.pop(MARK, {}))
        marks.pop(parameter, None)
        if is_new_chat:
            marks[parameter] = f"{self.clock.now()} {self._next()}"
        if marks:
            return rest | {MARK: marks}
        return rest or (state if state == {} else None)

    def usual_history(self) -> str:
        """See `Browser`."""
        return self.usual

    def offer(
        self,
        element: int,
        detail: dict[str, object],
        ask: Callable[[], bool],
        answered: Callable[[bool], None],
    ) -> None:
        """See `Browser`: nothing can be seen in between."""
        is_taken = ask()
        answered(self.takes_navigation(crossed(detail)) or is_taken)

    def new_chat(self, parameter: str) -> str | None:
        """See `Browser`."""
        state = self.history.state
        marks = state.get(MARK, {}) if isinstance(state, dict) else {}
        return marks.get(parameter)

    def became(self, new_chat: str, thread_id: str) -> None:
        """See `Browser`."""
        self.history.session[new_chat] = thread_id

    def thread_of(self, new_chat: str) -> str | None:
        """See `Browser`."""
        return self.history.session.get(new_chat)

    def on_entry(
        self, arrived: Callable[[str | None, bool], None], moved: Callable[[], None]
    ) -> Undo:
        """See `Browser`."""
        number = self._hold("entry")

        def walked() -> None:
            self._seen = self.history.href
            if self.navigation:
                self._tell(lambda: arrived(self.history.left, self.history.traversed))
            else:
                self._tell(lambda: arrived(None, False))

        undo = self.history.on_popstate(walked)
        self._moved.append(moved)

        def end() -> None:
            if self._live.pop(number, None) is not None:
                self._moved.remove(moved)
                undo()

        return end

    def notice(self) -> None:
        """The next event: what the page has written is noticed at the latest now."""
        self._look_at_address()

    def _entry_changed(self) -> None:
        if self.navigation:
            self._look_at_address()

    def _look_at_address(self) -> None:
        if self._seen != self.history.href:
            self._seen = self.history.href
            for moved in list(self._moved):
                self._tell(moved)

    def on_return(self, returned: Callable[[], None]) -> Undo:
        """See `Browser`."""
        number = self._hold("return")
        self._returned[number] = returned

        def end() -> None:
            self._live.pop(number, None)
            self._returned.pop(number, None)

        return end

    def read_storage(self, key: str) -> dict[str, Any]:
        """See `Browser`."""
        try:
            return {"ok": True, "value": self.store.get(key)}
        except Denied as error:
            return {"ok": False, "name": "SecurityError", "message": str(error)}

    def write_storage(self, key: str, value: str | None) -> dict[str, Any]:
        """See `Browser`."""
        try:
            self.store.put(key, crossed(value))
        except Denied as error:
            return {"ok": False, "name": "SecurityError", "message": str(error)}
        return {"ok": True, "value": None}

    def settings(self) -> dict[str, Any]:
        """See `Browser`."""
        return dict(crossed(self.tag_settings))

    def report(self, message: str, *, error: bool = False) -> None:
        """See `Browser`."""
        self.reports.append(message)

    def report_exception(self, error: BaseException, where: str) -> None:
        """See `Browser`."""
        self.exceptions.append((error, where))

    # Inside.

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _hold(self, what: str) -> int:
        number = self._next()
        self._live[number] = what
        return number

    def _undo_of(self, number: int) -> Undo:
        return lambda: self._live.pop(number, None)  # type: ignore[return-value]

    def announce(self, element: int, text: str) -> None:
        """See `Browser`."""
        self.announced.append(json.loads(text))

    def after_messages(self, function: Callable[[], None]) -> object:
        """See `Browser`."""
        return self.later(0.0, function)

    def waiting(self) -> tuple[Any, Callable[[], None]]:
        """See `Browser`."""
        event = asyncio.Event()
        return event.wait(), event.set

    def on_cut(self, resume: Callable[[], None]) -> Undo:
        """See `Browser`. Nothing is cut off on CPython."""
        return lambda: None

    def _tell(self, function: Callable[[], None]) -> None:
        self.catch_up()
        self._guarded(function)
        if not self.is_deferring:
            self.catch_up()

    def _guarded(self, function: Callable[[], None]) -> None:
        try:
            function()
        except Exception as error:
            self.report_exception(error, "while handling what the browser told")

    def _number(self, element: FakeElement) -> int:
        for number, known in self._numbers.items():
            if known is element:
                return number
        number = self._next()
        self._numbers[number] = element
        return number

    def _connect(self, element: FakeElement, place: int) -> None:
        self.document.insert(place, element)
        element.connect(self)
        self._look_soon()

    def _look_soon(self) -> None:
        # As a MutationObserver: after whatever runs now, once for each watch.
        for look in list(self._looks.values()):
            self.clock.later(0, look)
