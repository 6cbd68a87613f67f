"""Calls to the element whose every outcome is a value or one of our exceptions, in time.

The element's promises resolve, reject with anything, throw at once, or never settle (measured).
`Commands.ask` makes each of these one call of a function, and `Commands.run` awaits it behind the
gate: refused at once, or waiting its turn.
"""

from .answer import Answer
from .errors import (
    BUSY_KINDS,
    ChatKitBusy,
    ChatKitUnavailable,
    CommandRejected,
    CommandTimeout,
    rejection_kind,
)
from .gate import COMMANDS, REASONS, THREAD_COMMANDS, is_final, refusal
from .limit import Limit
from .plain import check_timeout
from .schema import fit_parameters
from .state import PENDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from .browser import Browser
    from .state import Snapshot

    class Owner(Protocol):
        """What the commands need of the session that they belong to."""

        snapshot: Snapshot
        element: int | None

        @property
        def scope(self) -> str | None: ...  # noqa: D102
        def command_started(self, command: str, parameters: list[object]) -> None: ...  # noqa: D102
        def command_ended(self, command: str, parameters: list[object], outcome: str) -> None: ...  # noqa: D102
        def told(self, name: str) -> None: ...  # noqa: D102
        def why_not_ready(self) -> str: ...  # noqa: D102


TIMEOUTS: "dict[str, float | None]" = {
    "send_user_message": 30.0,
    "set_thread_id": 30.0,
    "focus_composer": 10.0,
    "set_composer_value": 10.0,
    "fetch_updates": 30.0,
    # Resolves when the action's stream ends, however long that is; a stall ends it.
    "send_custom_action": None,
    "show_history": 10.0,
    "hide_history": 10.0,
}
"""Seconds that each command may take, waiting included; `None` for no limit of its own."""

ENOUGH = 0.5
"""The part of a command's limit after which no answer means that nobody is there."""

TRY_AGAIN = 0.25
"""Seconds until what the element has refused as busy is tried again, where nothing tells when."""

WAITING = 30.0
"""Seconds that a command without a limit of its own may wait for its turn."""


class _Ticket:
    """A place in the queue."""

    def __init__(
        self, number: "int", command: "str", new_thread: "bool", may_wait: "bool", turn: "Answer"
    ):
        self.number = number
        self.command = command
        self.new_thread = new_thread
        self.may_wait = may_wait
        self.turn = turn
        self.is_late = False

    def expire(self) -> "None":
        self.is_late = True
        self.turn.give(None)


class Commands:
    """The guarded calls of one ChatKit."""

    def __init__(self, browser: "Browser", owner: "Owner", timeout: "float | None" = None):
        self._browser = browser
        self._owner = owner
        self._timeout = timeout
        self._queue: "list[_Ticket]" = []
        self._last = 0
        self._unheard: "list[Callable[[], None]]" = []
        self._running: "list[tuple[str, Callable[[str, Any, object], None]]]" = []

    def running(self, command: "str") -> "int":
        """How often the element has been asked and has not answered yet."""
        return len([name for name, _ in self._running if name == command])

    def limit(self, command: "str") -> "float | None":
        """The command's time limit in seconds."""
        limit = TIMEOUTS[command]
        return limit if limit is None or self._timeout is None else self._timeout

    async def run(
        self,
        command: "str",
        parameters: "list[object]",
        *,
        timeout: "float | None" = None,
        when_busy: "str" = "refuse",
        new_thread: "bool" = False,
        files: "object" = None,
        check: "Callable[[], None]" = lambda: None,
    ) -> "None":
        """Asks the element, as soon as the gate lets it.

        While the chat starts it waits; while it is busy it raises `ChatKitBusy`, or waits with
        `when_busy="wait"`, in order of asking. `timeout` is in seconds and covers waiting and
        running; where there is none, `WAITING` limits the waiting. `check` may raise: now, when its
        turn has come, and when it has resolved. Raises `ChatKitBusy`, `ChatKitUnavailable`,
        `CommandRejected`, `CommandTimeout`, `TypeError` for a parameter that cannot cross into
        JavaScript, and `ValueError` for a `timeout` or `when_busy` that makes no sense.
        """
        if when_busy not in ("refuse", "wait"):
            raise ValueError(f'{command}() takes when_busy="refuse" or "wait", not {when_busy!r}')
        check_timeout(timeout, f"{command}()")
        parameters = fit_parameters(
            command, parameters, lambda said: self._browser.report(f"{said}.")
        )
        check()
        scope = self._owner.scope
        seconds = self.limit(command) if timeout is None else timeout
        asked_at = self._browser.now()
        waiting = WAITING if seconds is None else seconds
        self._last += 1
        turn = Answer(self._browser)
        ticket = _Ticket(self._last, command, new_thread, when_busy == "wait", turn)
        while True:
            self._enqueue(ticket)
            try:
                await self._turn(ticket, asked_at + waiting, waiting)
                if scope is not None and self._owner.scope != scope:
                    # What a user wanted to say is not said as another.
                    raise ChatKitUnavailable(command, "scope", "the user has changed meanwhile")
                check()
                answer = Answer(self._browser)
                give_up = self.ask(
                    command,
                    parameters,
                    lambda how, outcome, reason, give=answer.give: give((how, outcome, reason)),  # type: ignore[misc]
                    seconds=None if seconds is None else asked_at + seconds - self._browser.now(),
                    is_patient=timeout is None,
                    files=files,
                )
            finally:
                self._queue.remove(ticket)
                self.wake()
            try:
                given = await answer.get()
            finally:
                # Cancelled: the element goes on, and its own events tell what comes of it.
                give_up()
            took = self._browser.now() - asked_at if seconds is None else seconds
            error = self._error(command, took, given)
            if error is None:
                check()
                return
            kind = error.kind if isinstance(error, CommandRejected) else ""
            if when_busy != "wait" or kind not in BUSY_KINDS or is_final(self._owner.snapshot):
                raise error
            if refusal(self._owner.snapshot, command, new_thread=new_thread) is None:
                # Busy, although no event says so.
                await self._pause()

    async def _pause(self) -> "None":
        over = Answer(self._browser)
        timer = self._browser.later(TRY_AGAIN, lambda: over.give(None))
        try:
            await over.get()
        finally:
            self._browser.cancel(timer)

    def _enqueue(self, ticket: "_Ticket") -> "None":
        # Who was refused by the element and asks again keeps the place.
        later = [at for at, one in enumerate(self._queue) if one.number > ticket.number]
        self._queue.insert(later[0] if later else len(self._queue), ticket)

    async def _turn(self, ticket: "_Ticket", deadline: "float", seconds: "float") -> "None":
        limit = Limit(self._browser, deadline - self._browser.now(), ticket.expire)
        try:
            while True:
                snapshot = self._owner.snapshot
                reason = refusal(snapshot, ticket.command, new_thread=ticket.new_thread)
                if is_final(snapshot):
                    raise ChatKitUnavailable(ticket.command, str(reason), REASONS[str(reason)])
                if reason is None and self._is_next(ticket):
                    return
                if reason is not None and reason not in PENDING and not ticket.may_wait:
                    raise ChatKitBusy(ticket.command, str(reason), REASONS[str(reason)])
                if ticket.is_late:
                    raise self._late(ticket, seconds)
                ticket.turn = Answer(self._browser)
                await ticket.turn.get()
        finally:
            limit.cancel()

    def _is_next(self, ticket: "_Ticket") -> "bool":
        """Order counts among those that the gate lets pass; what it holds holds nobody else."""
        for other in self._queue:
            if other is ticket:
                return True
            held = refusal(self._owner.snapshot, other.command, new_thread=other.new_thread)
            # One that is late and still there will never go: MicroPython has lost its coroutine.
            if held is None and not other.is_late:
                return False
        return True

    def _late(self, ticket: "_Ticket", seconds: "float") -> "Exception":
        reason = refusal(self._owner.snapshot, ticket.command, new_thread=ticket.new_thread)
        if reason is None or reason in PENDING:
            is_waiting = reason is not None and not self._owner.snapshot.ready
            cause = self._owner.why_not_ready() if is_waiting else reason or "command"
            return CommandTimeout(ticket.command, seconds, REASONS[cause])
        return ChatKitBusy(ticket.command, reason, REASONS[reason])

    def wake(self) -> "None":
        """The snapshot has changed: whoever waits looks again."""
        snapshot = self._owner.snapshot
        if is_final(snapshot):
            self.end(snapshot.failure or "gone")
        elif snapshot.stalled:
            self._end_unlimited()
        for ticket in self._queue:
            ticket.turn.give(None)

    def ask(
        self,
        command: "str",
        parameters: "list[object]",
        answered: "Callable[[str, Any, object], None]",
        *,
        seconds: "float | None",
        is_patient: "bool" = True,
        files: "object" = None,
    ) -> "Callable[[], None]":
        """Calls the element now, whatever the gate says; returns what lets go of its answer.

        `answered(how, outcome, reason)` comes exactly once; `how` is "resolved", "rejected",
        "late", "cancelled" where the answer was let go of, or why there is no element to answer (a
        key of `gate.REASONS`).
        """
        owner = self._owner
        timers: "list[Callable[[], None]]" = []
        undo: "list[Callable[[], None]]" = []
        counted = command in THREAD_COMMANDS

        def end(how: "str", outcome: "Any", reason: "object") -> "None":
            if entry not in self._running:
                return
            self._running.remove(entry)
            _call_each(timers)
            self._let_go(how, undo)
            owner.command_ended(command, parameters, _outcome(command, how, outcome))
            if counted:
                owner.told("own.command.end")
            self._tell_lock(command, how, outcome)
            self._tell_life(command, how, seconds if is_patient else 0.0)
            answered(how, outcome, reason)

        def heard(outcome: "Any", reason: "object") -> "None":
            if entry not in self._running:
                owner.told("own.answered")
            end("resolved" if outcome["ok"] else "rejected", outcome, reason)

        entry = (command, end)
        self._running.append(entry)
        if owner.element is None:
            end("gone", None, None)
            return lambda: None
        if seconds is not None:
            timers.append(Limit(self._browser, seconds, lambda: end("late", None, None)).cancel)
        owner.command_started(command, parameters)
        if counted:
            owner.told("own.command.start")
        undo.append(
            self._browser.command(owner.element, COMMANDS[command], parameters, heard, files)
        )
        return lambda: end("cancelled", None, None)

    def _let_go(self, how: "str", undo: "list[Callable[[], None]]") -> "None":
        if how == "late" and not self._owner.snapshot.proven:
            # An answer that still comes is a sign of life, and perhaps the only one.
            self._unheard += undo
        else:
            _call_each(undo)

    def _tell_lock(self, command: "str", how: "str", outcome: "Any") -> "None":
        # Now, and not when somebody has the answer: the events go on.
        if how == "rejected" and _kind(command, outcome) == "already-responding":
            self._owner.told("own.locked")

    def _tell_life(self, command: "str", how: "str", seconds: "float | None") -> "None":
        # A caller may be impatient, or have waited long for its turn: only most of our own limit
        # says something of the element. Told as 0 seconds for who was impatient.
        if how == "late" and (seconds is None or seconds >= (self.limit(command) or 0.0) * ENOUGH):
            self._owner.told("own.silent")
        elif how in ("resolved", "rejected") and not self._owner.snapshot.proven:
            self._owner.told("own.answered")

    def end(self, reason: "str") -> "None":
        """Ends every running command: there is no element any more that could be used."""
        if reason in ("gone", "stopped"):
            _call_each(self._unheard)
            self._unheard = []
        for _, end in list(self._running):
            end(reason, None, None)

    def stop(self) -> "None":
        """Ends every running and every waiting command."""
        self.end("stopped")
        self.wake()

    def _end_unlimited(self) -> "None":
        for command, end in list(self._running):
            if self.limit(command) is None:
                end("late", None, None)

    def _error(
        self, command: "str", seconds: "float", answer: "tuple[str, Any, object]"
    ) -> "Exception | None":
        how, outcome, reason = answer
        if how == "resolved":
            return None
        if how == "rejected":
            return CommandRejected(command, outcome["name"], outcome["message"], reason)
        if how == "late":
            # An element that has done more than being ready is there, and slow.
            cause = "slow" if self._owner.snapshot.proven else "no-answer"
            return CommandTimeout(command, seconds, REASONS[cause])
        return ChatKitUnavailable(command, how, REASONS.get(how, how), was_asked=True)


def _call_each(functions: "list[Callable[[], None]]") -> "None":
    for function in functions:
        function()


def _outcome(command: "str", how: "str", outcome: "Any") -> "str":
    if how != "rejected":
        return how if how == "resolved" else "unknown"
    return "failed" if _kind(command, outcome) == "load-failed" else "refused"


def _kind(command: "str", outcome: "Any") -> "str":
    return rejection_kind(command, outcome["name"], outcome["message"])
