"""Threads that could not be shown: what is said, what the entry gets instead, how to try again.

An id that failed once on an element is poisoned there: it is shown as an empty thread, and called a
success; only a fresh element or a reload shows its messages again (measured).
"""

from .address import is_thread_id
from .memory import is_gone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from .browser import Browser
    from .memory import Memory
    from .owning import Owning
    from .state import Snapshot

    class Teller(Protocol):
        """What is needed of the session."""

        browser: Browser
        element: int | None
        owning: Owning | None
        snapshot: Snapshot

        def told(self, name: str, detail: dict[str, Any] | None = None) -> None: ...  # noqa: D102


class Losses:
    """For one ChatKit, over any number of elements.

    Duties: `restore_failed`, `wish_refused` and `could_not_open` for each kind of failure, `pay`
    when all is quiet, `retry` when somebody asks for it. `afresh` is the thread that the next
    element has to show. `wish(thread_id)` asks the element for a thread.
    """

    def __init__(self, session: "Teller", wish: "Callable[[str | None], None]"):
        self._session = session
        self._wish = wish
        self._owed_notice: "dict[str, Any] | None" = None
        self.memory: "Memory | None" = None
        self.owes_correction = False
        self.afresh: "str | None" = None

    def restore_failed(self, thread_id: "str", error: "str") -> "None":
        """The first restore of an element has failed, with the error's name."""
        if self.memory is None:
            return
        former = self.memory.last
        notice = self.memory.lost(thread_id, error, self.status_of(thread_id))
        loss = self._loss(thread_id, notice)
        if former in (None, thread_id):
            self._session.told("own.lost", loss)
            return
        # A fresh element was tried for it: what was shown before comes back, and its load would
        # wipe away what is said now.
        self._owed_notice = loss
        self._wish(former)

    def wish_refused(self, thread_id: "str | None") -> "None":
        """A wished thread cannot be shown: the entry is corrected to the one that is, as soon as
        nothing else is on its way.
        """
        self.owes_correction = True
        self.could_not_open(thread_id)

    def could_not_open(self, thread_id: "str | None") -> "None":
        """A switch has failed: says so, and whether it is worth trying again."""
        is_over = is_gone(self.status_of(thread_id))
        notice = "thread-gone" if is_over else "switch-failed"
        self._session.told("own.lost", self._loss(thread_id, notice))

    def _loss(self, thread_id: "str | None", notice: "str") -> "dict[str, Any]":
        worth_it = notice != "thread-gone" and self.can_reach(thread_id)
        return {"threadId": thread_id if worth_it else None, "notice": notice}

    def pay(self, *, agrees: "bool") -> "None":
        """All is quiet: corrects the entry and says what is owed. `agrees` is false where the
        element shows something that is not worth remembering.
        """
        if self.owes_correction and self.memory is not None:
            self.owes_correction = False
            self.memory.correct(self._session.snapshot.thread_id, agrees=agrees)
        if self._owed_notice is not None:
            owed, self._owed_notice = self._owed_notice, None
            self._session.told("own.lost", owed)

    def forget(self) -> "None":
        """Another user: what a former one has missed is not said to this one."""
        self.afresh = self._owed_notice = None
        if self._session.snapshot.notice is not None or self._session.snapshot.lost is not None:
            self._session.told("own.lost")
            self._session.told("own.notice")

    def status_of(self, thread_id: "str | None") -> "int | None":
        """The HTTP status that an owner has seen for a thread."""
        owning = self._session.owning
        return owning.status_of(thread_id) if owning and thread_id else None

    def can_reach(self, thread_id: "str | None") -> "bool":
        """Whether `retry` can show a thread: none of a former user's, and a companion can only load
        the page, at its address or for what is remembered.
        """
        if self.memory is None or not is_thread_id(thread_id) or self.memory.is_former(thread_id):
            return False
        return self._session.owning is not None or self.memory.can_visit(thread_id or "")

    def retry(self, thread_id: "str | None" = None) -> "None":
        """Shows a thread afresh, by default the one that was lost last: in a fresh element as its
        owner, by loading the page as a companion.
        """
        session = self._session
        thread_id = thread_id or session.snapshot.lost
        if thread_id is None or self.memory is None or not self.can_reach(thread_id):
            return
        self.memory.forgive()
        if session.owning is not None and session.element is not None:
            self.afresh = thread_id
            session.browser.renew(session.element)
        else:
            session.browser.visit(self.memory.url_of(thread_id))
