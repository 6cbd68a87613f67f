"""A server of two users, and an element of which is noted what it has really shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sync.settling import SETTLE_DELAY
from sync.switch import TAKEN_BACK
from tests.fakes import FakeElement, Server
from tests.fakes.server import DOWN

if TYPE_CHECKING:
    from .tab import Chat

USER = "u"
"""The scope of somebody who has logged in; without one it is `None`."""

LETTERS = "abc"

MEANT = ("meant", "deleted")
"""Of what a `null` can mean: what somebody wants to be remembered."""

OK = 200

AT_ONCE = 0.001
"""Seconds: a `null` between the end of a failed load and its error is anybody's."""

End = Callable[[dict[str, Any] | None], None]


class Account(Server):
    """One chat's threads, of two users: each user's are forbidden to the other.

    Ids say whose they are: `a` is nobody's, `u_a` the user's, `2a` and `2u_a` the second chat's.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self.user: str | None = None
        super().__init__(*(self.id_of(letter, user) for user in (None, USER) for letter in LETTERS))
        self.refused: set[str] = set()

    def id_of(self, letter: str, user: str | None) -> str:
        """The whole id of a thread."""
        return self.place + (f"{user}_" if user else "") + letter

    def belongs(self, thread_id: str | None, user: str | None) -> bool:
        """Whether a thread is this chat's and this user's."""
        if thread_id is None:
            return True
        place = "2" if thread_id.startswith("2") else ""
        is_users = thread_id[len(place) :].startswith(f"{USER}_")
        return place == self.place and is_users == (user == USER)

    def status_of(self, thread_id: str) -> int:
        """The status of loading it now; of what is not theirs people are told nothing."""
        is_theirs = self.belongs(thread_id, self.user)
        status = DOWN if self.down else super().status_of(thread_id) if is_theirs else 403
        if status in (403, 404):
            self.refused.add(thread_id)
        return status

    def takes(self, thread_id: str | None) -> bool:
        """Whether a message in a thread would be taken now."""
        return not self.down and thread_id in self.threads and thread_id not in self.failing

    def next_id(self) -> str:
        """Return the id of a thread of the present user."""
        return self.id_of(super().next_id(), self.user)


class Watched(FakeElement):
    """An element of which is noted what its `null` means and what it has really shown."""

    def __init__(self, chat: Chat) -> None:
        second = bool(chat.server.place)
        super().__init__(
            chat.server,
            selectors=(chat.selector,),
            parameter=chat.parameter if second else None,
            key=chat.key if second else None,
        )
        self.chat = chat
        self.account = chat.server
        self.null = "start"
        self.deleted: str | None = None
        self.proven: set[str] = set()
        self.fell_back = False
        self._is_by_hand = False
        self._meant_at = 0.0
        self._load_ended_at = 0.0
        self._authors: dict[int, str | None] = {}
        self._asks: list[str | None] = []

    def call(self, method: str, parameters: list[Any], told: Any) -> None:
        """See `FakeElement`. Whoever has asked is the author, whoever is logged in by then."""
        if method == "sendUserMessage":
            self._asks.append(self.account.user)
        super().call(method, parameters, told)

    def _send(self, message: dict[str, Any]) -> dict[str, Any] | None:
        user, self.account.user = self.account.user, self._asks.pop(0)
        refused = super()._send(message)
        self.account.user = user
        return refused

    def leaves(self) -> None:
        """Another user: an empty screen is no new chat of theirs."""
        if self.thread_id is None and self.null in MEANT:
            self.null = "left"

    def fresh(self) -> FakeElement:
        """See `FakeElement`."""
        return Watched(self.chat)

    def emit(self, name: str, detail: Any = None) -> None:
        """See `FakeElement`."""
        if not self.dead:
            self.chat.tab.note(f"{self.chat.name}:     {name} {detail or ''}")
        if name == "thread.load.end":
            self._load_ended_at = self.chat.tab.clock.now()
        is_null = name == "thread.change" and detail["threadId"] is None
        if is_null and self.null in MEANT and self._is_soon_after_a_load(TAKEN_BACK):
            self.null = "unseen"
        super().emit(name, detail)

    def user_deletes(self, thread_id: str) -> None:
        """See `FakeElement`."""
        if self.thread_id == thread_id:
            # Of a thread that never settled: whatever was remembered has no part in it.
            is_settled = self.chat.ledger.settled == (thread_id,)
            self.null, self.deleted = "deleted" if is_settled else "unseen", thread_id
        super().user_deletes(thread_id)

    def _switch(self, thread_id: str | None, end: End) -> None:
        if thread_id is None and self.thread_id is not None:
            self._meant_at = self.chat.tab.clock.now()
            # A failed load is taken back as soon after its end, or a little later where the page
            # is slow and something is kept from another failure: nobody can tell them apart.
            keeps = self.null == "creating" or self.chat.ledger.settled_on is not self
            limit = SETTLE_DELAY if keeps else TAKEN_BACK
            self.null = "unseen" if self._is_soon_after_a_load(limit) else "meant"
        elif thread_id is None and not self._is_by_hand and self.null not in MEANT:
            # An empty screen is made a new chat by our command alone: a click there tells nothing.
            self.null = "meant"
            self.chat.switches += 1
        super()._switch(thread_id, end)

    def _is_soon_after_a_load(self, limit: float) -> bool:
        return self.chat.tab.clock.now() - self._load_ended_at <= limit

    def user_opens(self, thread_id: str | None) -> None:
        """See `FakeElement`."""
        self._is_by_hand = True
        super().user_opens(thread_id)
        self._is_by_hand = False

    def _change(self, thread_id: str | None) -> None:
        self.chat.switches += 1
        self.fell_back = False
        super()._change(thread_id)

    def _go_back(self, thread_id: str | None) -> None:
        self.chat.switches -= 2  # the change and its taking back
        if thread_id is None and self.null == "creating":
            # A new thread was left before it was there, for one that fails: nobody has measured
            # where that leads, and an idle null of unseen cause counts as a new chat.
            self.null = "unseen"
            self.chat.switches += 1
        super()._go_back(thread_id)
        self.fell_back = True

    def _initial_done(self, thread_id: str, status: int) -> None:
        self.chat.switches += 1
        self.chat.ledger.failed_wishes += status != 200
        is_at_once = self.chat.tab.clock.now() - self._meant_at < AT_ONCE
        if status != 200 and self.thread_id == thread_id:
            self.null = "failed"
        elif status != 200 and is_at_once:
            self.null = "unseen"
        super()._initial_done(thread_id, status)

    def _begin_answer(self, *, typed: bool = False, new_thread: bool = False) -> None:
        if not self.chat.owner and not new_thread and self.account.takes(self.thread_id):
            self.chat.ledger.speaks(self.thread_id)
        if new_thread and self.thread_id is not None:
            self.null = "creating"
        super()._begin_answer(typed=typed, new_thread=new_thread)
        self._authors[id(self._new)] = self.account.user

    def request(self, kind: str, thread_id: str | None, status: int) -> None:
        """See `FakeElement`. An owner sees whether the server has taken a message."""
        if self.chat.owner and kind == "threads.add_user_message" and status == OK:
            self.chat.ledger.speaks(thread_id)
        super().request(kind, thread_id, status)

    def _created(self, token: object) -> None:
        # Whoever has asked for it, whoever is logged in by now.
        user, self.account.user = self.account.user, self._authors[id(token)]
        super()._created(token)
        self.account.user = user

    def _stream(self, thread_id: str) -> None:
        self.proven.add(thread_id)
        super()._stream(thread_id)

    def _fetch_updates(self, end: End) -> None:
        shown = self.thread_id
        if shown is not None:
            self.unproven.discard(shown)
            if self.account.status_of(shown) == OK:
                self.proven.add(shown)
        super()._fetch_updates(end)

    def user_stops(self) -> None:
        """See `FakeElement`. Stop before a thread exists has not been measured."""
        if self.thread_id is not None:
            super().user_stops()

    def is_worth_remembering(self) -> bool:
        """Whether what is shown is more than what a failure has left."""
        shown = self.thread_id
        if shown is None:
            return self.null in MEANT
        return shown in self.visited and shown not in self.poisoned | self.unproven

    def why_not_remembered(self, thread_id: str | None) -> str:
        """Why a thread may not be remembered at this moment; nothing where it may."""
        if thread_id is None:
            is_meant = self.thread_id is None and self.null in (*MEANT, "unseen")
            return "" if is_meant else f"though nobody means it ({self.null})"
        if self.thread_id not in (thread_id, None):
            # Also a restore whose thread was left within the time that it takes to be believed.
            return f"though {self.thread_id} is shown"
        is_restored = self.chat.ledger.settled_on is not self and thread_id in self.visited
        if self.thread_id is None and not (self.responding or is_restored):
            return "though nothing is shown"
        if thread_id in self.poisoned - self.proven:
            return "though it has failed on this element"
        return ""
