"""The order of things: one event after the other, each through every part.

A `Session` belongs to one ChatKit. It is told everything (the element's events, our commands, the
browser's entries), advances the snapshot, and lets memory, commands, controls and listeners follow,
always in this order and one event at a time.
"""

from . import watchdog as limits
from .address_bar import WRITE_INTERVAL, AddressBar
from .commands import Commands
from .gate import REASONS
from .listeners import Listeners, arguments
from .memory import Memory, is_gone
from .options import TOOL_TIMEOUT
from .owning import Owning, is_error, notice_after
from .restoring import RESTORE_TIMEOUT, Restoring
from .settling import SETTLE_DELAY, Settling
from .state import Snapshot, advance
from .storage import ThreadStore
from .tasks import Tasks
from .toolbar import ANNOUNCE_AFTER, Toolbar
from .watchdog import Watchdog
from .wishes import Wishes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .browser import Browser

DEFAULTS: "dict[str, Any]" = {
    "parameter": "threadId",
    "key": "chatkit.threadId",
    "scope": None,
    "texts": {},
    "command_timeout": None,
    "ready_timeout": limits.READY_TIMEOUT,
    "restore_timeout": RESTORE_TIMEOUT,
    "stall_after": None,
    "settle_delay": SETTLE_DELAY,
    "write_interval": WRITE_INTERVAL,
    "announce_after": ANNOUNCE_AFTER,
    "tool_timeout": TOOL_TIMEOUT,
}
"""Every setting of a ChatKit and its default; times in seconds, `None` for each part's own."""

TRY_AGAIN = 0.25
"""Seconds until the element is asked again for a thread that it has refused as busy."""

MISSING_AFTER = 3.0
"""Seconds until a page without the element is told so."""


class Session:
    """Everything behind one ChatKit, from `start` to `stop`, over any number of elements."""

    def __init__(
        self,
        browser: "Browser",
        target: "str | int",
        options: "dict[str, Any] | None",
        settings: "dict[str, Any]",
        perform: "Callable[[dict[str, Any], bool], None]",
    ):
        self.browser = browser
        self.snapshot = Snapshot()
        self.element: "int | None" = None
        self.tasks = Tasks(browser)
        self.listeners = Listeners(browser, self.tasks)
        self.commands = Commands(browser, self, settings["command_timeout"])
        self.owning: "Owning | None" = None
        if options is not None:
            self.owning = Owning(browser, self.tasks, options, settings["tool_timeout"])
        # Only who sees the bytes of an answer may call a minute of silence a stall.
        sees_requests = self.owning is not None and self.owning.sees_requests
        self._target = target
        self._settings = settings
        self._toolbar = Toolbar(
            browser,
            perform,
            owner=sees_requests,
            texts=settings["texts"],
            announce_after=settings["announce_after"],
        )
        stall = limits.STALL_OWNER if sees_requests else limits.STALL_COMPANION
        self._watchdog = Watchdog(
            browser,
            self._never_ready,
            lambda: self.told("own.stalled"),
            ready_timeout=settings["ready_timeout"],
            stall_after=settings["stall_after"] or stall,
        )
        self._wishes = Wishes(
            self._soon, lambda: self.snapshot, self._ask_for, self._can_show, self._correct
        )
        self._stopping = False
        self._stopped = False
        self._leaves_scope = False
        self._owes_correction = False
        self._queue: "list[tuple[str, dict[str, Any], float]]" = []
        self._draining = False
        self._undos: "list[Callable[[], None]]" = []
        self._element_undos: "list[Callable[[], None]]" = []
        self._memory: "Memory | None" = None
        self._settling: "Settling | None" = None
        self._restoring: "Restoring | None" = None

    # The life of the session and of its elements.

    def start(self) -> "None":
        """Looks for the element, now and whenever the page changes."""
        problem, undo = self.browser.watch(self._target, self._appeared, self._left)
        self._undos.append(undo)
        if problem:
            self.browser.report(f"{self._target!r} is no selector ({problem}).")
        missing = self.browser.later(MISSING_AFTER, self._report_missing)
        self._undos.append(lambda: self.browser.cancel(missing))

    def stop(self) -> "None":
        """Lets go of everything; whatever waits ends with an error.

        From inside a listener it does so when the events that have come are handled.
        """
        self._stopping = True
        self.told("own.stopped")

    def _let_go(self) -> "None":
        self._stopped = True
        self.commands.stop()
        self._release_element()
        self.browser.release(self._toolbar.element)
        self._watchdog.stop()
        self._toolbar.stop()
        for undo in self._undos:
            undo()
        self._undos = []

    def _report_missing(self) -> "None":
        if self.element is None:
            self.browser.report(
                f"No element matches {self._target!r} yet. It is taken up as soon as there is one."
            )

    def _appeared(self, element: "int") -> "None":
        self.element = element
        about = self.browser.about(element)
        again = self._memory is not None
        if self._memory is None:
            self._memory = self._make_memory(about)
        self.told("own.element")
        wanted = self._begin_restore(self._memory, again=again, loaded=about["loaded"])
        self._watchdog.start()
        self._toolbar.attach(element)
        undos = self._element_undos
        undos.append(self.browser.listen(element, self._heard, self._toolbar.clicked))
        if self.owning is not None and not self._stopped:
            undos.append(self.owning.configure(element, wanted, self.told))
        if self._stopped:
            self._release_element()
            return
        if about["loaded"]:
            # It was ready before anybody listened: what it shows is unknown, not none.
            self.told("own.ready")
        self._toolbar.draw(self.snapshot)

    def _begin_restore(self, memory: "Memory", *, again: "bool", loaded: "bool") -> "str | None":
        settings = self._settings
        wanted, goes_first = memory.wanted(again=again)
        if wanted is None and self.owning is not None:
            wanted = self.owning.initial_thread
        self._settling = Settling(self.browser, self._settled, delay=settings["settle_delay"])
        self._restoring = Restoring(
            self.browser,
            wanted,
            self._restored,
            delay=settings["settle_delay"],
            timeout=settings["restore_timeout"],
            from_address=goes_first,
            # `initialThread` counts in the first setOptions only (measured), and an element that
            # is loaded has had that.
            load=self._load if self.owning is None or loaded else None,
        )
        return wanted

    def _make_memory(self, about: "dict[str, Any]") -> "Memory":
        settings = self._settings
        parameter = self._claim("parameter", about["parameter"])
        key = self._claim("key", about["key"])
        bar = AddressBar(self.browser, parameter, self._wished, interval=settings["write_interval"])
        bar.start()
        self._undos.append(bar.stop)
        scope = settings["scope"]
        return Memory(self.browser, bar, ThreadStore(self.browser, key, scope), scope)

    def _claim(self, what: "str", attribute: "str | None") -> "str | None":
        """The name for our address parameter or storage key, which no other element may use."""
        name = self._settings[what] if attribute is None else attribute
        if not name:
            return None
        claim = f"{what} {name}"
        if claim in self.browser.claims:
            self.browser.report(
                f"Two elements share the {what} {name!r}, so the second remembers nothing there; "
                f'give it its own: data-chatkit-{what}="…" on the element.'
            )
            return None
        self.browser.claims.add(claim)
        self._undos.append(lambda: self.browser.claims.discard(claim))
        return str(name)

    def _left(self, element: "int") -> "None":
        self._release_element()
        self.told("own.gone")

    def _release_element(self) -> "None":
        self.element = None
        for undo in self._element_undos:
            undo()
        self._element_undos = []
        if self._settling is not None:
            self._settling.stop()
        if self._restoring is not None:
            self._restoring.stop()

    def _never_ready(self) -> "None":
        about = self.browser.about(self.element or 0)
        reason = "never-ready"
        if not about["secure"]:
            reason = "origin"
        elif not about["defined"]:
            reason = "script"
        elif not about["framed"]:
            reason = "frame"
        self.told("own.failed", {"reason": reason})

    # One event at a time.

    def told(self, name: "str", detail: "dict[str, Any] | None" = None) -> "None":
        """An event of ours."""
        self._heard(name, detail or {}, self.browser.now())

    def _heard(self, name: "str", detail: "dict[str, Any]", at: "float") -> "None":
        if self._stopped:
            return
        self._queue.append((name, detail, at))
        if self._draining:
            return
        self._draining = True
        try:
            while self._queue:
                self._handle(*self._queue.pop(0))
        finally:
            self._draining = False
        if self._stopping:
            self._let_go()

    def _handle(self, name: "str", detail: "dict[str, Any]", at: "float") -> "None":
        before = self.snapshot
        self.snapshot = after = advance(before, name, detail)
        if not name.startswith("own.") or name == "own.alive":
            self._watchdog.alive()
        self._watchdog.observe(after)
        if after.failure not in (before.failure, None, "stopped"):
            said = f" ({detail['message']})" if detail.get("message") else ""
            problem = REASONS[after.failure or ""] + said
            self.browser.report(f"The chat cannot be used: {problem}.", error=True)
        self._note_request(name, detail)
        if self._restoring is not None and self._settling is not None:
            if after.ready:
                self._restoring.ready(after)
            self._restoring.observe(before, name, detail)
            self._settling.observe(before, name, detail, at)
        if after is not before:
            self.commands.wake()
            self._toolbar.draw(after)
        public = "http.error" if name == "own.http" and is_error(detail) else name
        if not public.startswith("own."):
            self.listeners.tell(public, arguments(public, detail))
        if after is not before:
            self.listeners.tell("own.snapshot", [after])
        self._wishes.observe(after)
        self._correct_if_quiet()

    def _note_request(self, name: "str", request: "dict[str, Any]") -> "None":
        if name == "own.deleting" and self._settling is not None:
            self._settling.deleting(request["thread"])
        if name != "own.http":
            return
        if request["type"] == "threads.delete" and is_error(request) and self._settling is not None:
            self._settling.deleting(request["thread"], failed=True)
        notice = notice_after(request, self.snapshot.notice)
        if notice != self.snapshot.notice:
            self.told("own.notice", {"notice": notice})

    # Memory.

    def _load(self, thread_id: "str", answered: "Callable[[str, Any], None]") -> "None":
        self.commands.ask(
            "set_thread_id",
            [thread_id],
            lambda how, outcome, reason: answered(how, outcome),
            seconds=self._settings["restore_timeout"],
        )

    def _restored(self, how: "str", thread_id: "str | None", error: "str") -> "None":
        memory, settling, snapshot = self._memory, self._settling, self.snapshot
        if memory is None or settling is None:
            return
        memory.is_wish_open = self._wishes.is_open
        if how == "none" and self.owning is not None:
            # We have asked for a new chat, and the element tells nothing of it.
            self.told("own.known")
        self.told("own.restored")
        settling.rest(
            snapshot.thread_id, known=how in ("none", "shown", "failed"), agrees=how != "failed"
        )
        if self.is_former(thread_id):
            return
        if how == "shown":
            memory.remember(thread_id, correcting=True)
        elif how == "none" and snapshot.thread_id is not None and not snapshot.loading:
            memory.remember(snapshot.thread_id, correcting=True)
        elif how == "silent" and thread_id is not None:
            self.told("own.failed", {"reason": "no-answer"})
        elif how == "failed" and thread_id is not None:
            status = None if self.owning is None else self.owning.status_of(thread_id)
            self.told("own.notice", {"notice": memory.lost(thread_id, error, status)})
        memory.is_wish_open = False

    def _settled(self, thread_id: "str | None", how: "str") -> "None":
        leaving, self._leaves_scope = self._leaves_scope, False
        if self._memory is not None and not (leaving and thread_id is None):
            self._memory.remember(thread_id, correcting=how == "deletion")
        if self.snapshot.notice is not None:
            # A switch that has worked: what was to be said is over.
            self.told("own.notice")

    def command_started(self, command: "str", parameters: "list[Any]") -> "None":
        """One of our commands is on its way to the element."""
        if self._settling is not None:
            thread_id, new_thread = _subject(command, parameters)
            self._settling.command_started(command, thread_id, new_thread)

    def command_ended(self, command: "str", parameters: "list[Any]", outcome: "str") -> "None":
        """… and has ended: "resolved", "failed" (its thread could not be loaded) or "unknown"."""
        if self._settling is not None:
            thread_id, _ = _subject(command, parameters)
            self._settling.command_ended(command, thread_id, outcome, self.snapshot.thread_id)

    def set_scope(self, scope: "str | None") -> "None":
        """See `ChatKit.set_scope`."""
        if scope == self._settings["scope"]:
            return
        self._settings["scope"] = scope
        if self._memory is None:
            return
        if self._restoring is not None and self._restoring.wanted is not None:
            self._memory.know(self._restoring.wanted)
        self._memory.set_scope(scope)
        # The new chat that follows is not what the new scope had remembered.
        self._leaves_scope = True
        self._wished(None)

    def is_former(self, thread_id: "str | None") -> "bool":
        """Whether an id belongs to a scope that was left."""
        return self._memory is not None and self._memory.is_former(thread_id)

    # Back and Forward.

    def _wished(self, thread_id: "str | None") -> "None":
        if self.is_former(thread_id):
            self._correct(thread_id)
        else:
            self._wishes.wish(thread_id, self.snapshot)

    def _soon(self, function: "Callable[[], None]") -> "None":
        if not self._stopped:
            self.browser.later(TRY_AGAIN, function)

    def _ask_for(
        self, thread_id: "str | None", answered: "Callable[[str, Any, object], None]"
    ) -> "None":
        seconds = self.commands.limit("set_thread_id")
        self.commands.ask("set_thread_id", [thread_id], answered, seconds=seconds)

    def _can_show(self, thread_id: "str | None") -> "bool":
        return self._settling is None or thread_id not in self._settling.failed

    def _correct_if_quiet(self) -> "None":
        if self._owes_correction and self._settling is not None and self._settling.is_quiet:
            self._owes_correction = False
            if self._memory is not None and not self._wishes.is_open:
                self._memory.remember(self.snapshot.thread_id, correcting=True)

    def _correct(self, thread_id: "str | None") -> "None":
        """A wished thread cannot be shown: the entry is corrected to the one that is, as soon as
        nothing else is on its way.
        """
        status = self.owning.status_of(thread_id) if self.owning and thread_id else None
        self._owes_correction = True
        self.told("own.notice", {"notice": "thread-gone" if is_gone(status) else "switch-failed"})


def _subject(command: "str", parameters: "list[Any]") -> "tuple[str | None, bool]":
    if command == "set_thread_id":
        return parameters[0], False
    new_thread = command == "send_user_message" and bool(parameters[0].get("newThread"))
    return None, new_thread
