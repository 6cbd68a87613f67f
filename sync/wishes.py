"""Back and Forward as wishes: the newest wins, and a refused one is tried again at idle.

A wish goes to the element at once, also while it loads or answers; only while the chat starts it is
remembered.
"""

from .errors import BUSY_KINDS, rejection_kind
from .state import PENDING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from .state import Snapshot

    class Answered(Protocol):
        """What `Commands.ask` calls when the element has answered."""

        def __call__(self, how: str, outcome: Any, reason: object) -> None: ...  # noqa: D102


TRIES = 20
"""How often a wish that the element refuses as busy is tried again."""


class Wishes:
    """Holds at most one wish; `is_open` while it has not been granted yet, `is_overtaken` while
    nobody can tell whether what has overtaken it holds.

    `ask(thread_id, answered)` asks the element for a thread, `can_show(thread_id)` says whether it
    still can, `is_quiet()` whether no switch of its own is on its way, `refused(thread_id)` is
    called when a wish has to be given up, and `soon(function)` calls later, for an element that
    says that it is busy although no event does.
    """

    def __init__(
        self,
        soon: "Callable[[Callable[[], None]], None]",
        snapshot: "Callable[[], Snapshot]",
        ask: "Callable[[str | None, Answered], None]",
        can_show: "Callable[[str | None], bool]",
        is_quiet: "Callable[[], bool]",
        refused: "Callable[[str | None], None]",
    ):
        self._soon = soon
        self._snapshot = snapshot
        self._tries = 0
        self._ask = ask
        self._can_show = can_show
        self._is_quiet = is_quiet
        self._refused = refused
        self.is_open = False
        self.is_overtaken = False
        self._is_walk = False
        self._thread_id: "str | None" = None
        self._number = 0
        self._asked_for: "tuple[str | None] | tuple[()]" = ()
        self._awaited: "tuple[str | None] | tuple[()]" = ()
        self._rival: "tuple[str | None] | tuple[()]" = ()

    @property
    def is_asked(self) -> "bool":
        """Whether the element has been asked for what is wished, and has not answered yet."""
        return self._asked_for != ()

    def walks_to(self, thread_id: "str | None") -> "bool":
        """Whether the element has been asked for the thread of an entry, and not answered yet."""
        return self._is_walk and self._asked_for == (thread_id,)

    def wish(
        self, thread_id: "str | None", snapshot: "Snapshot", *, is_walk: "bool" = False
    ) -> "None":
        """A thread is asked for; `is_walk` is true where an entry does that."""
        self._is_walk = is_walk
        if self._asked_for == (thread_id,):
            # Asked twice, the element would call the load that still runs a success (measured).
            return
        self._asked_for = self._awaited = self._rival = ()
        self.is_overtaken = False
        self.is_open = True
        self._thread_id = thread_id
        self._number += 1
        self._tries = 0
        if snapshot.phase not in ("gone", "failed") + PENDING:
            self._grant(snapshot)

    def overtaken(self, thread_id: "str | None") -> "None":
        """Somebody has opened another thread while this one was loading: that is the newer wish."""
        if (thread_id,) in (self._awaited, self._asked_for):
            self.forget()
            self.is_overtaken = True

    def changed(self, thread_id: "str | None") -> "None":
        """Somebody has gone to another thread in the chat, if that holds."""
        self._rival = (thread_id,) if self.is_open and thread_id != self._thread_id else ()

    def settled(self, thread_id: "str | None") -> "None":
        """It holds: a wish that still waits is older."""
        self.is_overtaken = False
        if self._rival == (thread_id,):
            self.forget()

    def forget(self) -> "None":
        """Nobody wishes for anything any more; an answer that still comes is nobody's."""
        self._awaited = self._asked_for = self._rival = ()
        self.is_open = False
        self._number += 1

    def take(self) -> "tuple[str | None] | tuple[()]":
        """The thread of a wish that still waits, for another element, which grants it at once."""
        waiting = (self._thread_id,) if self.is_open else ()
        self.forget()
        return waiting

    def observe(self, snapshot: "Snapshot") -> "None":
        """The snapshot after an event: at idle an open wish is granted."""
        if self.is_open and snapshot.phase == "idle":
            self._grant(snapshot)

    def _is_shown(self, snapshot: "Snapshot") -> "bool":
        return snapshot.thread_id == self._thread_id and snapshot.thread_known

    def _grant(self, snapshot: "Snapshot") -> "None":
        thread_id, number = self._thread_id, self._number
        if thread_id is not None and thread_id in snapshot.loading and self._is_shown(snapshot):
            # Somebody has asked for it already, and it may fail: judged when its load has ended.
            self._awaited = (thread_id,)
            return
        self._awaited = ()
        if self._is_shown(snapshot) and not self._is_quiet():
            # Somebody has just opened it, and may go on before it is believed.
            return
        self.is_open = False
        if not self._can_show(thread_id):
            # The element would show an empty thread and call that a success (measured).
            self._refused(thread_id)
            return
        # An empty screen may be what a failure has left: asked for, it is a new chat.
        is_clear = thread_id is not None or snapshot.responding
        if self._is_shown(snapshot) and not snapshot.commands and is_clear:
            return
        self._asked_for = (thread_id,)
        self._ask(
            thread_id,
            lambda how, outcome, reason: self._answered(thread_id, number, how, outcome),
        )

    def _answered(
        self, thread_id: "str | None", number: "int", how: "str", outcome: "Any"
    ) -> "None":
        if number != self._number:
            return
        self._asked_for = ()
        kind = ""
        if how == "rejected":
            kind = rejection_kind("set_thread_id", outcome["name"], outcome["message"])
        if kind in BUSY_KINDS and self._tries < TRIES:
            self._tries += 1
            self.is_open = True
            self._soon(lambda: self.observe(self._snapshot()))
        elif how == "resolved" and thread_id in self._snapshot().loading:
            # Somebody had asked for it a moment before: judged when its load has ended.
            self._awaited = (thread_id,)
            self.is_open = True
        elif how in ("rejected", "late"):
            self._refused(thread_id)
        elif how == "gone":
            # A fresh element may come in its place, and the person still stands there.
            self.is_open = True
