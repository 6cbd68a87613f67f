"""The order of things: one event after the other, each through every part.

A `Session` belongs to one ChatKit. It is told everything (the element's events, our commands),
advances the snapshot, and lets memory, commands, controls and listeners follow, always in this
order and one event at a time.
"""

from . import remembering
from . import watchdog as limits
from .changes import Readers
from .commands import Commands
from .gate import REASONS
from .listeners import ARGUMENTS, Listeners, arguments, named
from .options import TOOL_TIMEOUT
from .owning import Owning, is_error, notice_after
from .remembering import Remembering
from .state import Snapshot, advance, is_life
from .tasks import Tasks
from .toolbar import ANNOUNCE_AFTER, Toolbar
from .watchdog import Watchdog

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .browser import Browser

DEFAULTS: "dict[str, Any]" = remembering.DEFAULTS | {
    "texts": {},
    "headers": None,
    "command_timeout": None,
    "ready_timeout": limits.READY_TIMEOUT,
    "stall_after": None,
    "announce_after": ANNOUNCE_AFTER,
    "tool_timeout": TOOL_TIMEOUT,
}
"""Every setting of a ChatKit and its default; times in seconds, `None` for each part's own."""

UNOPENED = ("missing", "no-script", "frame")
"""What keeps an element from being ready that the page opens its chat later, which is no failure:
after consent, or with a drawer. Keys of `gate.REASONS`."""

NAMED = ("effect", "deeplink")
"""Events that may have handlers by the name that they carry."""

MISSING_AFTER = 3.0
"""Seconds until a page without the element is told so."""

WAITING_AFTER = 0.4
"""Seconds until a chat without a sign of being configured counts as one that is opened later. Most
pages configure it as soon as its script has come, and their controls are not to flicker; but before
the start is announced: see `toolbar.ANNOUNCE_AFTER`."""


class Session:
    """Everything behind one ChatKit, from `start` to `stop`, over any number of elements."""

    def __init__(
        self,
        browser: "Browser",
        target: "str | int",
        options: "Any",
        settings: "dict[str, Any]",
        perform: "Callable[[dict[str, Any], bool], None]",
    ):
        self.browser = browser
        self.snapshot = Snapshot()
        self.readers = Readers(browser, self.snapshot)
        self._unhandled: "set[str]" = set()
        self.element: "int | None" = None
        self.tasks = Tasks(browser)
        self.listeners = Listeners(browser, self.tasks)
        self.commands = Commands(browser, self, settings["command_timeout"])
        self.owning: "Owning | None" = None
        if options is not None:
            self.owning = Owning(
                browser, self.tasks, options, settings["tool_timeout"], settings["headers"]
            )
        elif settings["headers"] is not None:
            browser.report("headers are not sent: only an owner of the element can, with options.")
        self._target = target
        self._settings = settings
        self._toolbar = Toolbar(
            browser,
            perform,
            owner=lambda: self.sees_requests,
            texts=settings["texts"],
            announce_after=settings["announce_after"],
        )
        self._watchdog = Watchdog(
            browser,
            self._never_ready,
            lambda: self.told("own.stalled"),
            ready_timeout=settings["ready_timeout"],
            stall_after=self._stall_after,
        )
        self.memory = Remembering(self, settings)
        self._is_taken = False
        self._stopping = False
        self._stopped = False
        self._queue: "list[tuple[str, dict[str, Any], float]]" = []
        self._draining = False
        self._undos: "list[Callable[[], None]]" = []
        self._element_undos: "list[Callable[[], None]]" = []
        self._ends: "list[Callable[[], None]]" = []

    @property
    def sees_requests(self) -> "bool":
        """Whether we are the owner, and requests pass through us."""
        return self.owning is not None and self.owning.sees_requests

    def _stall_after(self) -> "float":
        # Only who sees the bytes of an answer may call a minute of silence a stall.
        usual = limits.STALL_OWNER if self.sees_requests else limits.STALL_COMPANION
        return self._settings["stall_after"] or usual

    def offer(self, write: "list[object]", answered: "Callable[[bool], None]") -> "None":
        """Asks whether the page writes an address itself: its Python, and then the listeners of
        `chatkit-navigate`. `write` has the arguments of "navigate".
        """
        self.browser.offer(
            self._toolbar.element,
            {name: write[at] for at, name in enumerate(ARGUMENTS["navigate"])},
            lambda: self.listeners.ask("navigate", write),
            answered,
        )

    @property
    def scope(self) -> "str | None":
        """Whose threads are remembered now."""
        return self.memory.scope

    # The life of the session and of its elements.

    def start(self) -> "None":
        """Looks for the element, now and whenever the page changes."""
        problem, undo = self.browser.watch(self._target, self._appeared, self._left)
        self._undos.append(undo)
        if problem:
            self.browser.report(f"{self._target!r} is no selector ({problem}).")
        self.browser.soon(self._report_taken)
        missing = self.browser.later(MISSING_AFTER, self._report_missing)
        self._undos.append(lambda: self.browser.cancel(missing))

    def stop(self) -> "None":
        """Lets go of everything; whatever waits ends with an error.

        From inside a listener it does so when the events that have come are handled.
        """
        self.browser.catch_up()
        self._stopping = True
        self.told("own.stopped")

    def at_end(self, function: "Callable[[], None]") -> "None":
        """Calls `function` when everything else has been let go; at once where it has been."""
        if self._stopped:
            function()
        else:
            self._ends.append(function)

    def forget_clicks(self) -> "None":
        """What a former user has clicked while the chat started is not done."""
        self._toolbar.forget_clicks()

    def _let_go(self) -> "None":
        self._stopped = True
        self.readers.tell(None)
        self.commands.stop()
        self._release_element()
        self.memory.stop()
        self._watchdog.stop()
        self._toolbar.stop(self.snapshot)
        # Only now: the end is told where the element is.
        self.browser.release(self._toolbar.element)
        for undo in self._undos:
            undo()
        self._undos = []
        ends, self._ends = self._ends, []
        for function in ends:
            try:
                function()
            except Exception as error:
                self.browser.report_exception(error, "in what at_end was given")

    def _report_taken(self) -> "None":
        if self.element is None and self.browser.is_served(self._target):
            self._is_taken = True
            self.browser.report(
                f"Another ChatKit has the element {self._target!r} already; this one waits for the"
                ' next. The tag starts one by itself: with data-start="page" it leaves that to the'
                " page's Python."
            )

    def _report_missing(self) -> "None":
        if self.element is None and not self._is_taken:
            self.browser.report(
                f"No element matches {self._target!r} yet. It is taken up as soon as there is one."
            )
            self.told("own.waiting")

    def _appeared(self, element: "int") -> "None":
        self.element = element
        self._toolbar.attach(element)
        about = self.browser.about(element)
        self.told("own.element")
        wanted = self.memory.appeared(about)
        self._watchdog.start()
        undos = self._element_undos
        undos.append(self.browser.listen(element, self._element_told, self._toolbar.clicked))
        if not about["framed"]:
            waiting = self.browser.later(WAITING_AFTER, self._look_for_options)
            undos.append(lambda: self.browser.cancel(waiting))
        self.memory.caught_up()
        if self.owning is not None and not self._stopped:
            undos.append(self.owning.configure(element, wanted, self.told))
        if self._stopped:
            self._release_element()
            return
        if about["loaded"]:
            # It was ready before anybody listened: what it shows is unknown, not none.
            self.told("own.ready")
        self._toolbar.draw(self.snapshot)
        self._toolbar.follow()

    def _left(self, element: "int") -> "None":
        self._release_element()
        self.told("own.gone")

    def _release_element(self) -> "None":
        self.element = None
        for undo in self._element_undos:
            undo()
        self._element_undos = []
        self.memory.left()

    def _look_for_options(self) -> "None":
        if self.why_not_ready() in UNOPENED:
            self.told("own.waiting")

    def _never_ready(self) -> "None":
        why = self.why_not_ready()
        if why in UNOPENED:
            self.told("own.waiting")
            self.browser.report(f"The chat is not there yet: {REASONS[why]}.")
        else:
            self.told("own.failed", {"reason": why})

    def why_not_ready(self) -> "str":
        """What keeps the element from being ready, as far as can be seen: a key of `REASONS`."""
        if self.element is None:
            return "missing"
        about = self.browser.about(self.element)
        if not about["secure"]:
            return "origin"
        if not about["defined"]:
            return "script" if about["scripted"] else "no-script"
        return "never-ready" if about["framed"] else "frame"

    # One event at a time.

    def told(self, name: "str", detail: "dict[str, Any] | None" = None) -> "None":
        """An event of ours."""
        self._heard(name, detail or {}, self.browser.now())

    def _element_told(self, name: "str", detail: "dict[str, Any]", at: "float") -> "None":
        """An event of the element: controls are switched first, and then comes the rest."""
        if self._stopped or self._draining or self.memory.is_replaying:
            self._heard(name, detail, at)
            return
        before = self._advance(name, detail)
        event = (before, name, detail, at)
        if self.snapshot is before:
            self._drain(event)
        else:
            # Deferred first: a control that is drawn may be the page's own, and call us.
            self.browser.defer(lambda: self._drain(event))
            self._toolbar.draw(self.snapshot)

    def _heard(self, name: "str", detail: "dict[str, Any]", at: "float") -> "None":
        if not self._draining:
            # What the element has told before.
            self.browser.catch_up()
        if self._stopped:
            return
        self._queue.append((name, detail, at))
        if not self._draining:
            self._drain()

    def _advance(self, name: "str", detail: "dict[str, Any]") -> "Snapshot":
        """Goes on to the next snapshot, and returns the one before."""
        before = self.snapshot
        self.snapshot = advance(before, name, detail)
        return before

    def _drain(self, drawn: "tuple[Snapshot, str, dict[str, Any], float] | None" = None) -> "None":
        """Handles an event that has been drawn, and then whatever waits or is told meanwhile."""
        if self._stopped:
            return
        self._draining = True
        try:
            if drawn is not None:
                self._follow(*drawn)
            while self._queue:
                name, detail, at = self._queue.pop(0)
                before = self._advance(name, detail)
                if self.snapshot is not before:
                    self._toolbar.draw(self.snapshot)
                self._follow(before, name, detail, at)
        finally:
            self._draining = False
        if self._stopping:
            self._let_go()

    def _follow(
        self, before: "Snapshot", name: "str", detail: "dict[str, Any]", at: "float"
    ) -> "None":
        """Everybody else does what an event asks of them."""
        after = self.snapshot
        if not name.startswith("own.") or is_life(after, name, detail):
            self._watchdog.alive()
        self._watchdog.observe(after)
        if after.failure not in (before.failure, None, "stopped"):
            said = f" ({detail['message']})" if detail.get("message") else ""
            problem = REASONS[after.failure or ""] + said
            self.browser.report(f"The chat cannot be used: {problem}.", error=True)
        self._note_request(name, detail)
        self.memory.observe(before, name, detail, at)
        if after is not before:
            self.commands.wake()
            self._toolbar.follow()
        if before.waiting and not after.waiting:
            self._watchdog.start()
        public = "http.error" if name == "own.http" and is_error(detail) else name
        if not public.startswith("own."):
            self.listeners.tell(public, arguments(public, detail))
        if public in NAMED:
            self._tell_named(public, detail)
        if after is not before:
            self.readers.tell(after)
            self.listeners.tell("own.snapshot", [after])
        self.memory.follow()

    def _tell_named(self, event: "str", detail: "dict[str, Any]") -> "None":
        name = named(event, detail.get("name") or "")
        self.listeners.tell(name, [detail.get("data")])
        known = [one for one in self.listeners.names() if one.startswith(event + " ")]
        if not known or name in known or name in self._unhandled:
            return
        if event not in self.listeners.names():
            self._unhandled.add(name)
            self.browser.report(f"Nobody handles the {name!r}; there is {', '.join(known)}.")

    def _note_request(self, name: "str", request: "dict[str, Any]") -> "None":
        if name == "own.http":
            notice = notice_after(request, self.snapshot.notice)
            if notice != self.snapshot.notice:
                self.told("own.notice", {"notice": notice})

    def command_started(self, command: "str", parameters: "list[Any]") -> "None":
        """One of our commands is on its way to the element."""
        self.browser.catch_up()
        self.memory.command_started(command, parameters)

    def command_ended(self, command: "str", parameters: "list[Any]", outcome: "str") -> "None":
        """… and has ended: "resolved", "failed" (it did not load), "refused" or "unknown"."""
        self.memory.command_ended(command, parameters, outcome)
        if command == "set_thread_id" and outcome == "resolved" and self.snapshot.stalled:
            self.told("own.left", {"threadId": parameters[0]})
