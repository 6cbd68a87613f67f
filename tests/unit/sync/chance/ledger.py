"""What one chat of a story has remembered, and whether it had a reason to.

The border is the settled change: what `Memory` is told, beside what the element has really shown.
Each duty may be followed by one write into each of the two places; every write is judged when it
happens, and all that may be left different at the end has a reason that ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync.address import is_thread_id
from sync.memory import Memory
from sync.storage import LATER

if TYPE_CHECKING:
    from .element import Watched
    from .tab import Chat

Place = str | None

INTERVAL = 0.35
"""Seconds within which settled changes become one entry."""


class Told(Memory):
    """Memory that tells the ledger of its chat first whatever it is told."""

    def __init__(self, ledger: Ledger, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._ledger = ledger

    def remember(
        self, thread_id: str | None, *, correcting: bool = False, walking: bool = False
    ) -> None:
        """A settled change."""
        self._ledger.remember(thread_id, correcting=correcting, walking=walking)
        super().remember(thread_id, correcting=correcting, walking=walking)
        if self._is_withheld:
            self._ledger.withhold()

    def release(self) -> None:
        """The wish is over."""
        if self._is_withheld and self._last:
            self._ledger.release(self._last[0])
        super().release()

    def correct(self, shown: str | None, *, agrees: bool) -> None:
        """The entry gets what is shown."""
        self._ledger.correct(shown if agrees else None, agrees=agrees)
        super().correct(shown, agrees=agrees)

    def used(self, thread_id: str | None) -> None:
        """A message in a thread."""
        self._ledger.used(thread_id)
        super().used(thread_id)

    def _forget(self, thread_id: str) -> None:
        self._ledger.forget(thread_id)
        super()._forget(thread_id)

    def set_scope(self, scope: str | None) -> None:
        """Another user."""
        self._ledger.leave()
        super().set_scope(scope)


class Ledger:
    """Duties: `load` for every load of the page; `arrived`, `moved`, `tab_wrote`, `speaks` for
    what others do; the five that `Told` calls; `address` and `storage` for every write; `quiet`.
    """

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._marked: tuple[str, int, float] | None = None
        self.silent = False
        self.load()

    def load(self) -> None:
        """A page that knows nothing but what is in the two places."""
        self.settled: tuple[Place] | tuple[()] = ()
        self.settled_on: object = None
        # What may be written into the address: a time, the allowed ids, and whether it replaces.
        self._owed: list[tuple[float, set[Place], bool]] = []
        self._is_address_due = False
        self._stores: tuple[Place] | tuple[()] = ()
        self.news = 0
        self.corrections = 0
        self.failed_wishes = 0
        self._foreign: tuple[Place] | tuple[()] = ()
        self._has_left = False
        self._has_forgotten = False
        self._gone: set[str] = set()
        # An entry without an opinion has none only for a chat that shows something already.
        self.silent = False

    def _complain(self, what: str) -> None:
        self._chat.tab.complain(f"{self._chat.name}: {what}")

    def _note(self, what: str) -> None:
        self._chat.tab.note(f"{self._chat.name}: {what}")

    # What others do.

    def arrived(self, left: str, entry: str, new_chat: str | None, *, walked: bool) -> None:
        """Back, Forward, or a fragment: what the entry asks for, said a second time. `new_chat` is
        the number of the new chat whose entry it is.
        """
        chat = self._chat
        before, now = chat.named_in(left), chat.named_in(entry)
        became = chat.tab.history.session.get(new_chat or "")
        self._gone.discard(now or became or "")
        # An entry that names nothing may stand where a thread is shown: it is the page's own, or
        # that of a new chat which has become this thread.
        self.silent = now is None and (new_chat is None or became is not None)
        is_asking = now is not None or new_chat is not None
        # Two entries of one thread: the user walks away from what is loading.
        is_away = walked and now is not None and now != chat.element.thread_id
        if (is_asking and (now is None or now != before)) or is_away:
            # Overtakes whatever was still to be written.
            self._owe_nothing()
            self.failed_wishes += 1

    def moved(self, before: Place, named: Place) -> None:
        """The page is about to write an address of its own, which names another thread or none."""
        self.silent = named is None
        if named not in (None, before):
            self._owe_nothing()
            self.failed_wishes += 1

    def chosen(self) -> None:
        """The page itself has chosen another thread for a fresh element: a visit of its own."""
        if self.settled != (self._chat.named,):
            self.settled = ()
            self._owe_nothing()

    def tab_wrote(self, value: Place) -> None:
        """Another tab: what was used last is over there, until this one is used again."""
        self._foreign = (value,)
        self._gone.discard(value or "")

    def speaks(self, thread_id: Place) -> None:
        """A message of this tab makes its thread the one that was used last."""
        if thread_id is not None and self.settled == (thread_id,):
            self._foreign = ()

    # What memory is told.

    def remember(self, thread_id: Place, *, correcting: bool, walking: bool) -> None:
        """A settled change: only what the element shows and the server has confirmed."""
        self._note(f"remembers {thread_id}" + (", correcting" if correcting else ""))
        element = self._chat.element
        # A null where nothing is remembered anyway costs nobody anything.
        is_idle = {thread_id, *self.settled, self._chat.named, self._chat.stored} == {None}
        if self.settled != (thread_id,) and not is_idle:
            self.news += 1
            why_not = element.why_not_remembered(thread_id)
            if why_not:
                self._complain(f"remembers {thread_id}, {why_not}")
        self._gone.discard(thread_id or "")
        if self._chat.named not in (None, thread_id) and self.settled != (thread_id,):
            self._judge_replacing(thread_id, correcting=correcting)
        self.settled = (thread_id,)
        self.settled_on = element
        self._has_left = False
        is_kept = walking and thread_id is None
        self._foreign = (self._chat.stored,) if is_kept else ()
        self._owe({thread_id}, correcting=correcting)
        self._stores = () if is_kept else (thread_id,)
        if self.silent and self._chat.named is None:
            self.silent = False

    def withhold(self) -> None:
        """The address belongs to the entry that somebody has gone to."""
        self._owe_nothing()

    def release(self, thread_id: Place) -> None:
        """It is ours again."""
        self._owe({thread_id}, correcting=False)

    def _judge_replacing(self, thread_id: Place, *, correcting: bool) -> None:
        """A restore, a correction and a deletion that was seen replace, and nothing else does."""
        chat, element = self._chat, self._chat.element
        is_deletion = chat.owner and thread_id is None and element.deleted is not None
        is_restore = self.settled_on is not element
        if is_deletion and element.null == "deleted" and not correcting:
            self._complain("a deletion that was seen does not replace")
        if correcting and not (is_deletion or is_restore or self.failed_wishes):
            self._complain(f"{thread_id} replaces without a reason")

    def correct(self, shown: Place, *, agrees: bool) -> None:
        """A wish that cannot be granted: not more often than there was one."""
        self._note(f"corrects the entry to {shown}")
        self.corrections += 1
        if self.corrections > self.failed_wishes:
            self._complain("corrects an entry that nobody has gone to")
        if agrees or self.settled or self._has_forgotten:
            here = None if self._has_left else shown
            self._owe({here, *self.settled}, correcting=True)

    def used(self, thread_id: Place) -> None:
        """A message in what was settled last."""
        if self.settled == (thread_id,):
            self._stores = (thread_id,)

    def forget(self, thread_id: str) -> None:
        """Only what is gone, or has failed on an earlier visit that nobody asked for."""
        self._note(f"forgets {thread_id}")
        gone = {*self._chat.server.refused, self._chat.element.deleted}
        is_gone = self._chat.owner and thread_id in gone
        marked, load, at = self._marked or ("", 0, 0.0)
        is_later = load < self._chat.tab.loads and self._chat.tab.clock.now() - at > LATER - 1
        if not is_gone and not (marked == thread_id and is_later):
            self._complain(f"forgets {thread_id}, which a passing failure may have kept back")
        if self.settled == (thread_id,):
            self.settled = (None,)
        self._gone.add(thread_id)
        self._has_forgotten = True
        self._owe({None}, correcting=True)
        self._stores = (None,)

    def leave(self) -> None:
        """Another user: nothing of the former one's is owed any more."""
        self._note("leaves the scope")
        self.settled = ()
        self._has_left = True
        self._foreign = ()
        self._stores = ()
        self._gone.clear()
        self._owe_nothing()
        self._owe({None}, correcting=True)
        self.failed_wishes += 1
        self.silent = False

    def _owe(self, allowed: set[Place], *, correcting: bool) -> None:
        if allowed == {self._chat.named} and not correcting:
            # The entry names it already: no change, and whatever waited is out of date.
            self._owe_nothing()
            return
        if self._owed and self._owed[-1][1] == allowed:
            # What waits as a correction stays one, whoever asks for the same thread meanwhile.
            correcting = correcting or self._owed[-1][2]
        self._owed.append((self._chat.tab.clock.now(), allowed, correcting))
        self._is_address_due = True

    def _owe_nothing(self) -> None:
        self._owed = []
        self._is_address_due = False

    # What is written.

    def address(self, before: str | None, after: Place, push: bool) -> None:
        """One write into the address, which changes our parameter in it."""
        self._note(f"{'pushes' if push else 'replaces'} {before} by {after}")
        names_one = is_thread_id(before)
        if before is not None and not names_one:
            if after is not None or push:
                self._complain("nonsense is not just taken out")
            return
        if not self._is_address_due:
            self._complain(f"{after} is a second write for one settled change, or for none")
            return
        at, allowed, correcting = self._owed[-1]
        # Two chats keep one pace, so each may wait for the other's write.
        recent = [one for one in self._owed if one[0] >= at - 2 * INTERVAL]
        if after not in allowed:
            self._complain(f"{after} is not what was settled")
        if push and (not names_one or all(one[2] for one in recent)):
            self._complain(f"{after} is pushed where it has to replace")
        if not push and names_one and not correcting:
            self._complain(f"{after} replaces an entry that names {before}")
        self._judge_id(after, self._chat.tab.scope)
        self._owe_nothing()

    def storage(self, key: str, before: str | None, after: Place) -> None:
        """One write into storage."""
        chat = self._chat
        self._note(f"{key} = {after}")
        if key.endswith(".failed"):
            marked = None if after is None else after.partition(" ")[0]
            self._marked = (
                None if marked is None else (marked, chat.tab.loads, chat.tab.clock.now())
            )
            return
        if key != chat.key_now:
            self._complain(f"{key} is another scope's or chat's key")
        if before == after:
            self._complain(f"{after} is written into storage, where it is already")
        if self._stores != (after,):
            self._complain(f"{after} is a second write for one settled change, or for none")
        self._stores = ()
        self._judge_id(after, chat.tab.scope)

    def _judge_id(self, thread_id: Place, scope: str | None) -> None:
        if thread_id is None:
            return
        if thread_id not in self._chat.server.confirmed:
            self._complain(f"{thread_id} is saved, which no server has confirmed")
        if not self._chat.server.belongs(thread_id, scope):
            self._complain(f"{thread_id} is saved, which is another user's or another chat's")

    # When all is quiet.

    def quiet(self) -> None:
        """Address, storage and screen agree; where they do not, the reason still holds."""
        chat, element = self._chat, self._chat.element
        shown, named, stored = element.thread_id, chat.named, chat.stored
        self._note(f"shows {shown}, address {named}, storage {stored}, settled {self.settled}")
        # One that the server has refused is shown empty: the page itself may have asked for it.
        if not chat.server.belongs(shown, chat.tab.scope) and shown not in element.poisoned:
            self._complain(f"shows {shown}, which is another user's")
        if element.is_worth_remembering() and not self._is_remembered(element):
            self._complain(f"{shown} is shown and was not remembered")
        if self.settled and named != self.settled[0] and not self._has_reason(named, element):
            self._complain(f"the address has {named}, not {self.settled[0]}")
        if self.settled and (stored,) not in (self.settled, self._foreign):
            self._complain(f"storage has {stored}, not {self.settled[0]}")
        if {named, stored} & self._gone:
            self._complain(f"{named} or {stored} is gone and was not forgotten")
        if self.news > chat.switches:
            self._complain(f"{self.news} settled changes of {chat.switches} switches")

    def _is_remembered(self, element: Watched) -> bool:
        shown = element.thread_id
        if self.settled == (shown,):
            return True
        if shown is None and self.settled == ():
            # Nothing was to be forgotten, or it is another user's: what is left was a new chat.
            return self._has_left or {self._chat.named, self._chat.stored} == {None}
        # What the page itself shows where a restore has failed is not worth what was wanted.
        return element.fell_back and self.settled_on is not element

    def _has_reason(self, named: Place, element: Watched) -> bool:
        """Whether the address may say something else than what was settled last."""
        if named is None:
            # … or to an empty chat, where a failure has left one: what it was kept for stays kept.
            is_left = element.thread_id is None and element.null in ("unseen", "creating")
            return self.silent or is_left
        # Somebody has gone to what the element shows without a load, and no server confirms it.
        return named == element.thread_id and named in element.poisoned | element.unproven
