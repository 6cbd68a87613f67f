"""Calls to the element whose every outcome is a value or one of our exceptions, in time.

The element's promises resolve, reject with anything, throw at once, or never settle (measured).
`Commands.ask` makes each of these one call of a function, and `Commands.run` awaits it behind the
gate: refused at once, or waiting its turn.
"""

import asyncio

from .errors import (
    BUSY_KINDS,
    ChatKitBusy,
    ChatKitUnavailable,
    CommandRejected,
    CommandTimeout,
    rejection_kind,
)
from .gate import COMMANDS, REASONS, THREAD_COMMANDS, is_final, refusal
from .plain import problem

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


class _Answer:
    """Something that is given once and awaited by one."""

    def __init__(self) -> "None":
        self._given = asyncio.Event()
        self._value: "Any" = None

    def give(self, value: "object") -> "None":
        if not self._given.is_set():
            self._value = value
            self._given.set()

    async def get(self) -> "Any":
        await self._given.wait()
        return self._value


class _Ticket:
    """A place in the queue."""

    def __init__(self, command: "str", new_thread: "bool", may_wait: "bool"):
        self.command = command
        self.new_thread = new_thread
        self.may_wait = may_wait
        self.turn = _Answer()
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
        running. `check` may raise, now, when its turn has come and when it has resolved. Raises
        `ChatKitBusy`, `ChatKitUnavailable`, `CommandRejected`, `CommandTimeout`, and `TypeError`
        for a parameter that cannot cross into JavaScript.
        """
        if when_busy not in ("refuse", "wait"):
            raise ValueError(f'when_busy is "refuse" or "wait", not {when_busy!r}')
        for parameter in parameters:
            said = problem(parameter, "a parameter")
            if said:
                raise TypeError(f"{command}(): {said}")
        check()
        scope = self._owner.scope
        seconds = self.limit(command) if timeout is None else timeout
        deadline = None if seconds is None else self._browser.now() + seconds
        while True:
            ticket = _Ticket(command, new_thread, when_busy == "wait")
            self._queue.append(ticket)
            try:
                await self._turn(ticket, deadline, seconds)
                if scope is not None and self._owner.scope != scope:
                    # What a user wanted to say is not said as another.
                    raise ChatKitUnavailable(command, "scope", "the user has changed meanwhile")
                check()
                answer = _Answer()
                self.ask(
                    command,
                    parameters,
                    lambda how, outcome, reason, give=answer.give: give((how, outcome, reason)),  # type: ignore[misc]
                    seconds=None if deadline is None else deadline - self._browser.now(),
                    files=files,
                )
            finally:
                self._queue.remove(ticket)
                self.wake()
            error = self._error(command, seconds, await answer.get())
            if error is None:
                check()
                return
            kind = error.kind if isinstance(error, CommandRejected) else ""
            if kind == "already-responding":
                self._owner.told("own.locked")
            refused = refusal(self._owner.snapshot, command, new_thread=new_thread)
            waits = when_busy == "wait" and kind in BUSY_KINDS
            if not waits or refused is None or is_final(self._owner.snapshot):
                raise error

    async def _turn(
        self,
        ticket: "_Ticket",
        deadline: "float | None",
        seconds: "float | None",
    ) -> "None":
        timer = None
        if deadline is not None:
            timer = self._browser.later(max(0.0, deadline - self._browser.now()), ticket.expire)
        try:
            while True:
                snapshot = self._owner.snapshot
                reason = refusal(snapshot, ticket.command, new_thread=ticket.new_thread)
                if is_final(snapshot):
                    raise ChatKitUnavailable(ticket.command, str(reason), REASONS[str(reason)])
                if reason is None and self._is_next(ticket):
                    return
                if reason not in (None, "starting") and not ticket.may_wait:
                    raise ChatKitBusy(ticket.command, str(reason), REASONS[str(reason)])
                if ticket.is_late:
                    raise self._late(ticket, seconds or 0.0)
                ticket.turn = _Answer()
                await ticket.turn.get()
        finally:
            self._browser.cancel(timer)

    def _is_next(self, ticket: "_Ticket") -> "bool":
        """Order counts among those that the gate lets pass; what it holds holds nobody else."""
        for other in self._queue:
            if other is ticket:
                return True
            held = refusal(self._owner.snapshot, other.command, new_thread=other.new_thread)
            if held is None:
                return False
        return True

    def _late(self, ticket: "_Ticket", seconds: "float") -> "Exception":
        reason = refusal(self._owner.snapshot, ticket.command, new_thread=ticket.new_thread)
        if reason in (None, "starting"):
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
        files: "object" = None,
    ) -> "None":
        """Calls the element now, whatever the gate says.

        `answered(how, outcome, reason)` comes exactly once; `how` is "resolved", "rejected",
        "late", or why there is no element to answer (a key of `gate.REASONS`).
        """
        owner = self._owner
        undo: "list[Callable[[], None]]" = []
        timer: "object" = None
        counted = command in THREAD_COMMANDS
        asked_at = self._browser.now()

        def end(how: "str", outcome: "Any", reason: "object") -> "None":
            if entry not in self._running:
                return
            self._running.remove(entry)
            self._browser.cancel(timer)
            for function in undo:
                function()
            owner.command_ended(command, parameters, _outcome(command, how, outcome))
            if counted:
                owner.told("own.command.end")
            self._tell_life(command, how, self._browser.now() - asked_at)
            answered(how, outcome, reason)

        def heard(outcome: "Any", reason: "object") -> "None":
            end("resolved" if outcome["ok"] else "rejected", outcome, reason)

        entry = (command, end)
        self._running.append(entry)
        if owner.element is None:
            end("gone", None, None)
            return
        if seconds is not None:
            timer = self._browser.later(max(0.0, seconds), lambda: end("late", None, None))
        owner.command_started(command, parameters)
        if counted:
            owner.told("own.command.start")
        undo.append(
            self._browser.command(owner.element, COMMANDS[command], parameters, heard, files)
        )

    def _tell_life(self, command: "str", how: "str", seconds: "float") -> "None":
        # A caller may be impatient; only our own limit says something of the element.
        if how == "late" and seconds >= (self.limit(command) or 0.0):
            self._owner.told("own.silent")
        elif how in ("resolved", "rejected") and not self._owner.snapshot.proven:
            self._owner.told("own.answered")

    def end(self, reason: "str") -> "None":
        """Ends every running command: there is no element any more."""
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
        self, command: "str", seconds: "float | None", answer: "tuple[str, Any, object]"
    ) -> "Exception | None":
        how, outcome, reason = answer
        if how == "resolved":
            return None
        if how == "rejected":
            return CommandRejected(command, outcome["name"], outcome["message"], reason)
        if how == "late":
            return CommandTimeout(command, seconds or 0.0, REASONS["no-answer"])
        return ChatKitUnavailable(command, how, REASONS.get(how, how))


def _outcome(command: "str", how: "str", outcome: "Any") -> "str":
    if how != "rejected":
        return how if how == "resolved" else "unknown"
    kind = rejection_kind(command, outcome["name"], outcome["message"])
    return "failed" if kind == "load-failed" else "refused"
