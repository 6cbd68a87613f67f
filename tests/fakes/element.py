"""An element that plays `chatkit-behaviour.md`: its orders, its failures, its commands.

    element = browser.mount(FakeElement(Server("a", "b")))
    element.user_opens("b")
    element.plan("focusComposer", throws="not available")

Every command answers once, or never. Events of one moment are TICK apart, as measured.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .browser import Answer
from .server import DOWN, Server

if TYPE_CHECKING:
    from .browser import FakeBrowser

TICK = 0.0001
HOP = 0.002
"""Seconds for a message into the frame and back."""

Told = Callable[[dict[str, Any], object], None]


def rejection(name: str, message: str) -> dict[str, Any]:
    """A rejection with an `Error`, as bridge.js describes it."""
    return {"ok": False, "name": name, "message": message}


class FakeElement:
    """One `<openai-chatkit>`.

    `selectors` are those that match it; `parameter` and `key` its own attributes; without
    `defined` its script has not come; with `never_loads` its frame stays empty.
    """

    def __init__(
        self,
        server: Server | None = None,
        *,
        selectors: tuple[str, ...] = ("openai-chatkit",),
        parameter: str | None = None,
        key: str | None = None,
        frame_time: float = 0.1,
        defined: bool = True,
        never_loads: bool = False,
    ) -> None:
        self.server = server or Server()
        self.selectors = selectors
        self.parameter = parameter
        self.key = key
        self.frame_time = frame_time
        self.defined = defined
        self.never_loads = never_loads
        self.framed = False
        self.scripted = True
        self.loaded = False
        self.dead = False
        self.broken_frame = False
        self.refuses_options = False
        self.options: dict[str, Any] | None = None
        self.page_fetch: object = None
        self.thread_id: str | None = None
        self.responding = False
        self.locked = False
        self.poisoned: set[str] = set()
        self.visited: set[str] = set()
        self.failures = 0
        self.unproven: set[str] = set()
        self.loading: list[str] = []
        self.streaming: set[str | None] = set()
        self.told: list[tuple[str, Any]] = []
        self._browser: FakeBrowser | None = None
        self._tell: Callable[..., None] | None = None
        self._waiting: list[Callable[[], None]] = []
        self._plans: dict[str, list[dict[str, Any]]] = {}
        self._answer_ends: dict[str | None, object] = {}
        self._new: object = None

    # Its life in the page.

    @property
    def browser(self) -> FakeBrowser:
        """The page that it is in."""
        assert self._browser is not None, "not in a page"
        return self._browser

    def connect(self, browser: FakeBrowser) -> None:
        """Into the page."""
        self._browser = browser
        self._load_frame()

    def die(self) -> None:
        """Out of the page, for good: no event and no answer ever again (measured)."""
        self.dead = True

    def fresh(self) -> FakeElement:
        """A clone that has done nothing yet."""
        return FakeElement(
            self.server,
            selectors=self.selectors,
            parameter=self.parameter,
            key=self.key,
            frame_time=self.frame_time,
        )

    def set_options(
        self, options: dict[str, Any], tell: Callable[..., None] | None = None
    ) -> dict[str, Any]:
        """`setOptions`: does not merge, and `initialThread` counts in the first call only."""
        if self.refuses_options:
            return rejection("IntegrationError", "Invalid options")
        first, self.options, self._tell = self.options is None, options, tell
        if first:
            self._load_frame()
        return {"ok": True, "value": None}

    def _load_frame(self) -> None:
        if self._browser is not None and self.options is not None and not self.framed:
            self.framed = True
            self._browser.framed(self)
            self._after(self.frame_time, self._frame_loaded)

    def _frame_loaded(self) -> None:
        if self.never_loads:
            return
        self.loaded = True
        self.emit("ready")
        if self.broken_frame:
            return
        initial = (self.options or {}).get("initialThread")
        if initial is not None:
            self.thread_id = initial
            self._after(TICK, lambda: self._load(initial, self._initial_done))
        for waiting in self._waiting:
            self._after(HOP, waiting)
        self._waiting = []

    def _initial_done(self, thread_id: str, status: int) -> None:
        if status == 200:
            return
        self.poisoned.add(thread_id)
        self.failures += 1
        self.error("InitialThreadLoadError", "Failed to load initial thread: Not found")
        if self.thread_id == thread_id:
            self._after(TICK, lambda: self._go_back(None))

    # Events.

    def emit(self, name: str, detail: Any = None) -> None:
        """Dispatches an event now."""
        if not self.dead:
            self.told.append((name, detail))
            self.browser.event(self, name, detail)

    def error(self, name: str, message: str) -> None:
        """`chatkit.error`, as the border describes its `Error`."""
        self.emit("error", {"name": name, "message": message})

    def request(self, kind: str, thread_id: str | None, status: int) -> None:
        """A request of the host page has been answered; an owner can see it."""
        if self._tell is not None and not self.dead:
            self._tell({"http": {"type": kind, "thread": thread_id, "status": status}})

    def deleting(self, thread_id: str) -> None:
        """A deletion is asked for; an owner can see that as well."""
        if self._tell is not None and not self.dead:
            self._tell({"deleting": thread_id})

    def alive(self, thread_id: str | None = None) -> None:
        """Bytes of a stream, seen by an owner; of a new thread's where there is no id."""
        if self._tell is not None:
            self._tell({"alive": thread_id})

    def cut(self, thread_id: str | None = None) -> None:
        """The bytes of a stream break off, seen by an owner."""
        if self._tell is not None:
            self._tell({"cut": thread_id})

    def callback(self, place: str, *parameters: Any, js_object: object = None) -> Answer:
        """The element calls one of the functions in its options, `{"$call": place}`."""
        assert self._tell is not None, "nobody has configured it"
        answer = Answer(js_object)
        self._tell({"call": place, "parameters": list(parameters)}, answer)
        return answer

    # What a person does inside.

    def user_opens(self, thread_id: str | None) -> None:
        """A click in the history, or on New chat for `None`."""
        self._switch(thread_id, lambda outcome: None)

    def user_sends(self) -> None:
        """A message typed by hand."""
        self._begin_answer(typed=True)

    def user_stops(self) -> None:
        """The Stop button."""
        if self.responding:
            self.emit("response.stop")
            self._end_answer(self.thread_id)

    def user_deletes(self, thread_id: str) -> None:
        """Delete in the history."""
        self.server.threads.remove(thread_id)
        # Shown again it would be loaded again, as the stand-in does.
        self.visited.discard(thread_id)
        self.deleting(thread_id)
        if self.thread_id == thread_id:
            # At once, before the server has answered.
            self._change(None)
            self._leave_stream()
        self.request("threads.delete", thread_id, 200)

    def tool_fails(self) -> None:
        """A client tool threw: the answer's events have ended, the thread is locked (measured)."""
        if self.responding:
            self._end_answer(self.thread_id)
        self.locked = True

    def server_closes(self, message: str = "") -> None:
        """The stream of the shown thread ends early; with an error event where there is a text."""
        if message:
            self.error("StreamError", message)
        self._end_answer(self.thread_id)

    # Commands.

    def plan(self, method: str, **outcome: Any) -> None:
        """What the next call of a method does, once.

        `throws` and `rejects` take a message, or a dict with `name` and `message`; `reason` is
        what JavaScript rejected with; `hangs` never answers; `resolves` answers without doing;
        `after` is how many seconds that takes.
        """
        self._plans.setdefault(method, []).append(outcome)

    def call(self, method: str, parameters: list[Any], told: Told) -> None:
        """A method of the element is called; `told` gets the outcome, later or never."""
        planned = self._plans.get(method)
        if planned:
            self._follow(planned.pop(0), told)
        elif self.loaded and not self.broken_frame:
            self._after(HOP, lambda: self._run(method, parameters, told))
        else:
            self._waiting.append(lambda: self._run(method, parameters, told))

    def _follow(self, plan: dict[str, Any], told: Told) -> None:
        if "hangs" in plan:
            return
        wrong = plan.get("throws", plan.get("rejects"))
        outcome: dict[str, Any] = {"ok": True}
        if isinstance(wrong, dict):
            outcome = {"ok": False} | wrong
        elif wrong is not None:
            outcome = rejection("Error", wrong)
        # Nothing is told inside the call itself: bridge.js waits for a promise in any case.
        usual = 0 if "throws" in plan else HOP
        self._after(plan.get("after", usual), lambda: told(outcome, plan.get("reason")))

    def _run(self, method: str, parameters: list[Any], told: Told) -> None:
        def end(outcome: dict[str, Any] | None) -> None:
            if not self.dead:
                told(outcome or {"ok": True}, None)

        if method == "sendUserMessage":
            end(self._send(parameters[0]))
        elif method == "setThreadId":
            self._switch(parameters[0], end)
        elif method == "fetchUpdates":
            self._fetch_updates(end)
        elif method == "sendCustomAction":
            self._act(end)
        else:
            end(None)

    def _busy(self, command: str, *, new_thread: bool = False) -> dict[str, Any] | None:
        why = "already responding." if self.responding or self.locked else ""
        if not why and self.thread_id in self.loading:
            why = "thread is loading."
        if not why or new_thread:
            return None
        return rejection("IntegrationError", f"ChatKit: {command}() ignored - {why}")

    def _send(self, message: dict[str, Any]) -> dict[str, Any] | None:
        if not message.get("text") and not message.get("content"):
            return rejection(
                "IntegrationError", "ChatKit: sendUserMessage() ignored - message empty."
            )
        new_thread = bool(message.get("newThread"))
        refused = self._busy("sendUserMessage", new_thread=new_thread)
        if refused is None:
            self._begin_answer(new_thread=new_thread)
        return refused

    def _fetch_updates(self, end: Callable[[dict[str, Any] | None], None]) -> None:
        shown = self.thread_id
        if shown is None:
            end(None)
            return
        status = self.server.status_of(shown)
        failed = None if status == 200 else rejection("Error", f"HTTP {status}")
        if failed is not None:
            self.unproven.add(shown)
        self._after(self.server.latency, lambda: end(failed))

    def _act(self, end: Callable[[dict[str, Any] | None], None]) -> None:
        if self.thread_id is None:
            end(rejection("IntegrationError", "ChatKit: sendAction() ignored - no active thread."))
            return
        refused = self._busy("sendAction")
        if refused is not None:
            end(refused)
        elif self.server.answer_time is not None:
            self._after(self.server.answer_time, lambda: end(None))

    # Switches.

    def _switch(self, thread_id: str | None, end: Callable[[dict[str, Any] | None], None]) -> None:
        previous = self.thread_id
        if thread_id == previous:
            end(None)
            return
        self.locked = False
        self._new = None
        self._change(thread_id)
        self._leave_stream()
        if thread_id is None or thread_id in self.poisoned or thread_id in self.visited:
            if thread_id in self.streaming:
                self.responding = True
                self.emit("response.start")
            end(None)
            return

        def done(loaded: str, status: int) -> None:
            if status == 200:
                end(None)
                return
            self.poisoned.add(loaded)
            self.failures += 1
            if self.thread_id == loaded:
                self._go_back(previous)
            name = "TypeError" if status == DOWN else "Error"
            end(rejection(name, "Failed to fetch" if status == DOWN else "Not found"))

        # Measured: within 0.1 ms, so that nothing comes between a change and its load.
        self._load(thread_id, done)

    def _leave_stream(self) -> None:
        if self.responding:
            # Told for the thread that is left; its stream goes on (measured).
            self.responding = False
            self.emit("response.end")

    def _go_back(self, thread_id: str | None) -> None:
        self._change(thread_id)
        self._leave_stream()

    def _change(self, thread_id: str | None) -> None:
        self.thread_id = thread_id
        self.emit("thread.change", {"threadId": thread_id})

    def _load(self, thread_id: str, done: Callable[[str, int], None]) -> None:
        self.loading.append(thread_id)
        self.emit("thread.load.start", {"threadId": thread_id})

        def answered() -> None:
            status = self.server.status_of(thread_id)
            self.request("threads.get_by_id", thread_id, status)
            self.loading.remove(thread_id)
            if status == 200:
                self.visited.add(thread_id)
            self.emit("thread.load.end", {"threadId": thread_id})
            self._after(TICK, lambda: done(thread_id, status))

        self._after(self.server.latencies.get(thread_id, self.server.latency), answered)

    # Answers.

    def _begin_answer(self, *, typed: bool = False, new_thread: bool = False) -> None:
        if new_thread:
            self._leave_stream()
        self.responding = True
        self.emit("response.start")
        if typed:
            temporary = self.thread_id or "client_thread_1"
            self.emit("composer.submit", {"threadId": temporary})
        if self.thread_id is None or new_thread:
            self.thread_id = None  # A is out of view, and no event says so (measured)
            self._new = token = object()
            slow = self.server.creating >= 500 and not self.server.down
            wait = self.server.retry_time if slow else self.server.latency
            self._after(wait, lambda: self._created(token))
        else:
            self._ask(self.thread_id, self.server.latency, is_last=False)

    def _ask(self, thread_id: str, seconds: float, *, is_last: bool) -> None:
        """A message in a thread that there is, answered after so many seconds."""

        def answered() -> None:
            status = self.server.status_of(thread_id)
            self.request("threads.add_user_message", thread_id, status)
            if status == 200:
                self._stream(thread_id)
            elif status >= 500 and not is_last:
                # It tries again before it gives up (measured); of five tries this tells the last.
                self._ask(thread_id, self.server.retry_time, is_last=True)
            else:
                # Silent on the page, unless no server was met (measured).
                if status == DOWN:
                    self.error("StreamError", "Failed to fetch")
                self._end_answer(thread_id)

        self.streaming.add(thread_id)
        self._answer_ends[thread_id] = self.browser.clock.later(seconds, answered)

    def _created(self, token: object) -> None:
        status, made = self.server.create()
        self.request("threads.create", None, status)
        if self._new is not token:
            return  # left before it was created: its id is never told (measured)
        self._new = None
        if status == 200:
            self.visited.add(made)
            self._change(made)
            self._stream(made)
            return
        self.failures += 1
        if status == DOWN:
            self.error("StreamError", "Failed to fetch")
        self._change(None)
        self.responding = False
        self.emit("response.end")

    def _stream(self, thread_id: str) -> None:
        self.streaming.add(thread_id)
        if self.server.answer_time is not None:
            self._answer_ends[thread_id] = self.browser.clock.later(
                self.server.answer_time, lambda: self._end_answer(thread_id)
            )

    def _end_answer(self, thread_id: str | None) -> None:
        self.browser.clock.cancel(self._answer_ends.pop(thread_id, None))
        self.streaming.discard(thread_id)
        if self.responding and self.thread_id == thread_id:
            self.responding = False
            self.emit("response.end")

    def _after(self, seconds: float, function: Callable[[], None]) -> None:
        self.browser.clock.later(seconds, lambda: None if self.dead else function())
