"""From what the element shows to what is remembered, and back: the memory of one ChatKit.

`Remembering` puts together what each decides for itself: `Memory` (the two places), `Restoring`
(the first restore), `Settling` (which switch counts), `Wishes` (Back and Forward) and `Losses`
(what could not be shown), over any number of elements, one after the other.
"""

from .address_bar import WRITE_INTERVAL
from .commands import TRY_AGAIN
from .leaving import Leaving
from .losses import Losses
from .memory import Memory
from .owning import is_error, is_talk
from .places import Places
from .plain import OFF
from .restoring import RESTORE_TIMEOUT, Restoring
from .settling import SETTLE_DELAY, Settling
from .state import thread_of
from .wishes import Wishes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from . import losses
    from .commands import Commands
    from .state import Snapshot

    class Teller(losses.Teller, Protocol):
        """What the memory needs of the session that it belongs to."""

        commands: Commands

        @property
        def sees_requests(self) -> bool: ...  # noqa: D102
        def offer(self, write: list[object], answered: Callable[[bool], None]) -> None: ...  # noqa: D102


DEFAULTS: "dict[str, Any]" = {
    "parameter": "threadId",
    "key": "chatkit.threadId",
    "scope": None,
    "history": None,
    "restore_timeout": RESTORE_TIMEOUT,
    "settle_delay": SETTLE_DELAY,
    "write_interval": WRITE_INTERVAL,
}
"""The settings of memory and their defaults; times in seconds."""


class Remembering:
    """What is remembered of one ChatKit's thread, and what is made of it.

    Duties: `appeared` for every element (it returns the thread to begin with), `caught_up` when
    what it told before has been heard, `left` when it is gone; `observe` and then `follow` for
    every event, `command_started` and `command_ended` for our own commands, `stop` at the end.
    """

    def __init__(self, session: "Teller", settings: "dict[str, Any]"):
        self._session = session
        self._browser = session.browser
        self._settings = settings | {"scope": _scope(settings["scope"])}
        self._memory: "Memory | None" = None
        self._settling: "Settling | None" = None
        self._restoring: "Restoring | None" = None
        self.losses = Losses(session, self._wish)
        self._wishes = Wishes(
            self._soon,
            lambda: session.snapshot,
            self._ask_for,
            self.can_show,
            lambda: self._settling is None or self._settling.is_quiet,
            self.losses.wish_refused,
        )
        self._undos: "list[Callable[[], None]]" = []
        self._is_stopped = False
        self._leaving = Leaving(lambda: session.snapshot)
        self._late: "str | None" = None
        self._ready_at = 0.0
        self.is_replaying = False

    # Elements.

    def appeared(self, about: "dict[str, Any]") -> "str | None":
        """An element is there, and `about` is what can be seen of it: returns the thread that it
        has to show first.
        """
        again = self._memory is not None
        memory = self._memory = self._memory or self._open(about)
        losses = self.losses
        losses.memory = self._leaving.memory = memory
        wanted, from_address = memory.wanted(again=again, wish=self._wishes.take())
        if losses.afresh is not None:
            wanted, from_address, losses.afresh = losses.afresh, True, None
        session, settings = self._session, self._settings
        if not (wanted or from_address) and session.owning is not None and memory.is_fresh:
            initial = session.owning.initial_thread
            wanted = None if memory.is_former(initial) else initial
        self._settling = Settling(
            self._browser,
            self._settled,
            self._confirm,
            self.follow,
            delay=settings["settle_delay"],
        )
        self._restoring = Restoring(
            self._browser,
            wanted,
            self._restored,
            delay=settings["settle_delay"],
            timeout=settings["restore_timeout"],
            from_address=from_address,
            # `initialThread` counts in the first setOptions only (measured), and an element that
            # is loaded has had that.
            load=self._load if session.owning is None or about["loaded"] else None,
        )
        self.is_replaying = True
        return wanted

    def left(self) -> "None":
        """The element is gone, and with it whatever was on its way."""
        if self._settling is not None:
            self._settling.stop()
        if self._restoring is not None:
            self._restoring.stop()
        if self._leaving.element_left():
            self._wishes.forget()

    def stop(self) -> "None":
        """Writes what still waits, and lets go of the browser."""
        self._is_stopped = True
        self.left()
        for undo in self._undos:
            undo()
        self._undos = []

    def _open(self, about: "dict[str, Any]") -> "Memory":
        places = Places(self._browser, self._settings, about, self)
        self._undos += [places.close, self._browser.on_return(self._returned)]
        return Memory(
            self._browser,
            places.bar,
            places.store,
            self.scope,
            known=places.known,
            is_wish_open=lambda: self._wishes.is_open,
        )

    # Events.

    def observe(
        self, before: "Snapshot", name: "str", detail: "dict[str, Any]", at: "float"
    ) -> "None":
        """One event that the snapshot `before` met, after the session has advanced."""
        memory, settling, restoring = self._memory, self._settling, self._restoring
        if memory is None or settling is None or restoring is None:
            return
        after = self._session.snapshot
        if after.ready and not before.ready:
            self._ready_at = at
        self._observe_requests(memory, settling, name, detail)
        if after.ready and not self.is_replaying:
            restoring.ready(self._ready_at)
        if name == "thread.load.start" and not self.is_former(after.thread_id):
            # Whether or not it will settle: nobody else gets there by Back.
            memory.know(after.thread_id, self.scope)
        restoring.observe(before, name, detail, at)
        is_creating = settling.is_creating
        settling.observe(before, name, detail, at)
        is_talk = before.responding and (before.thread_id is None or is_creating)
        if name == "thread.change" and not (is_talk or settling.has_fallen_back):
            self._changed(settling, before, after.thread_id)
        if self._late is not None and not self.can_show(self._late):
            late, self._late = self._late, None
            self.losses.restore_failed(late, "")
        if name == "response.start" and not (self._session.sees_requests or settling.is_creating):
            memory.used(after.thread_id)
        self._leaving.observe(before, name, settling.unloaded)

    def _changed(self, settling: "Settling", before: "Snapshot", thread_id: "str | None") -> "None":
        if before.thread_id in before.loading:
            self._wishes.overtaken(before.thread_id)
        if thread_id not in settling.asked:
            self._wishes.changed(thread_id)

    def _observe_requests(
        self, memory: "Memory", settling: "Settling", name: "str", detail: "dict[str, Any]"
    ) -> "None":
        """What an owner sees of them."""
        if name == "own.deleting":
            settling.deleting(detail["thread"])
        elif name == "own.http" and detail["type"] == "threads.delete" and is_error(detail):
            settling.deleting(detail["thread"], failed=True)
        elif name == "own.http" and detail["type"] == "threads.create" and is_error(detail):
            if self._session.snapshot.responding:
                settling.creation_refused()
        elif name == "own.http" and is_talk(detail):
            memory.used(detail["thread"])
        elif name == "thread.load.end" and self._has_seen_fail(thread_of(detail)):
            settling.proof.load_failed(thread_of(detail))

    def caught_up(self) -> "None":
        """What the element told before we came has been heard: only now it may be asked, for
        whoever has begun to talk meanwhile goes on.
        """
        self.is_replaying = False
        if self._restoring is not None and self._session.snapshot.ready:
            self._restoring.ready(self._ready_at)

    def follow(self) -> "None":
        """An event has been handled: grants a wish that waits; when all is quiet, corrects the
        entry and says what is owed.
        """
        settling = self._settling
        if settling is not None and not self.is_replaying:
            # What is told again has happened at its own times.
            settling.handled()
            if self._restoring is not None:
                self._restoring.handled()
        if settling is None or settling.is_quiet:
            # Not in the middle of a switch: it may be taken back the next moment.
            self._wishes.observe(self._session.snapshot)
        if settling is not None and settling.is_quiet and not self._wishes.is_open:
            if self._wishes.is_overtaken:
                # … by what has failed: the entry still names what is not shown.
                self._wishes.is_overtaken = False
                self.losses.owes_correction = True
            self.losses.pay(agrees=settling.agrees)
            if self._leaving.is_still_shown():
                # The new chat of leaving was overtaken by a wish, and that has failed.
                self._wish(None)
            if self._memory is not None and not self._wishes.is_asked:
                self._memory.release()

    def command_started(self, command: "str", parameters: "list[Any]") -> "None":
        """One of our commands is on its way to the element."""
        if self._settling is not None:
            thread_id, new_thread = _subject(command, parameters)
            self._settling.command_started(command, thread_id, new_thread)

    def command_ended(self, command: "str", parameters: "list[Any]", outcome: "str") -> "None":
        """… and has ended: "resolved", "failed" (it did not load), "refused" or "unknown"."""
        if self._settling is not None:
            thread_id, new_thread = _subject(command, parameters)
            shown = self._session.snapshot.thread_id
            self._settling.command_ended(command, thread_id, new_thread, outcome, shown)
        if command == "send_user_message":
            self._leaving.message_ended()

    # What is settled.

    def _settled(self, thread_id: "str | None", how: "str") -> "None":
        was_open = self._wishes.is_open
        self._wishes.settled(thread_id)
        if how == "failed":
            if was_open and not self._wishes.is_open:
                # Gone on from an entry to what cannot be shown: the entry names what is not.
                self.losses.owes_correction = True
            self.losses.could_not_open(thread_id)
            return
        if self._leaving.gives_back(thread_id, is_created=how == "creation"):
            self._wish(None)
            return
        memory, settling = self._memory, self._settling
        if self._leaving.settled(thread_id) or memory is None or settling is None:
            return
        is_news = memory.is_news(thread_id)
        # Where a wished thread could not be shown, this is what the element fell back to; and an
        # entry whose thread is deleted leads nowhere.
        is_deletion = thread_id is None and settling.has_deleted(memory.named)
        correcting = is_deletion or self.losses.owes_correction
        memory.remember(thread_id, correcting=correcting, walking=self._wishes.walks_to(thread_id))
        if is_news and self._session.snapshot.notice is not None:
            # A switch that has worked: what was to be said is over. Not so where the element has
            # only gone back to what it showed.
            self._session.told("own.lost")

    def _has_seen_fail(self, thread_id: "str | None") -> "bool":
        status = self.losses.status_of(thread_id)
        return status is not None and not 0 < status < 400

    def _confirm(self, thread_id: "str", answered: "Callable[[bool | None], None]") -> "None":
        """Whether the server has the shown thread, `None` where nobody can tell. An owner has seen
        how its load was answered; `fetchUpdates` rejects while a load fails, for good or for the
        moment (measured).
        """
        status = self.losses.status_of(thread_id)
        if status is not None:
            answered(not self._has_seen_fail(thread_id))
            return
        commands = self._session.commands
        commands.ask(
            "fetch_updates",
            [],
            lambda how, outcome, reason: answered(True if how == "resolved" else None),
            seconds=commands.limit("fetch_updates"),
        )

    # The first restore.

    def _load(self, thread_id: "str", answered: "Callable[[str, Any], None]") -> "None":
        self._session.commands.ask(
            "set_thread_id",
            [thread_id],
            lambda how, outcome, reason: answered(how, outcome),
            seconds=self._settings["restore_timeout"],
        )

    def _restored(self, how: "str", thread_id: "str | None", error: "str") -> "None":
        session, memory, settling = self._session, self._memory, self._settling
        restoring = self._restoring
        if memory is None or settling is None or restoring is None:
            return
        if how == "none" and session.owning is not None:
            # We have asked for a new chat, and the element tells nothing of it.
            session.told("own.known")
        session.told("own.restored")
        if how == "shown" and not self.can_show(thread_id):
            # It has failed on this element before we came: shown empty, and called a success.
            how = "failed"
        shown = session.snapshot.thread_id
        is_known = how in ("shown", "failed") or (how == "none" and shown is None)
        late = thread_id if how in ("late", "silent") else None
        settling.rest(shown, known=is_known, agrees=how != "failed", late=late)
        if not restoring.is_former:
            self._judge(memory, settling, how, thread_id, error)
        # Whoever has gone Back meanwhile has waited for this.
        self.follow()

    def _judge(
        self,
        memory: "Memory",
        settling: "Settling",
        how: "str",
        thread_id: "str | None",
        error: "str",
    ) -> "None":
        session = self._session
        self._late = thread_id if how in ("late", "silent") else None
        if how == "shown":
            # In a fresh element it may be another one than was shown before.
            memory.remember(thread_id, correcting=memory.last in (None, thread_id))
        elif how == "silent" and thread_id is not None:
            session.told("own.failed", {"reason": "no-answer"})
        elif how == "failed" and thread_id is not None:
            self.losses.restore_failed(thread_id, error)
        elif session.snapshot.thread_id is not None and not session.snapshot.loading:
            # Somebody else has opened it, before we were there to see it.
            settling.consider(session.snapshot.thread_id)

    # Back and Forward.

    def asked(self, thread_id: "str | None") -> "None":
        """The user has gone Back or Forward, or the page to an address, that asks for a thread."""
        if self.is_former(thread_id):
            self.losses.wish_refused(thread_id)
        else:
            self._wishes.wish(thread_id, self._session.snapshot, is_walk=True)

    def _wish(self, thread_id: "str | None") -> "None":
        self._wishes.wish(thread_id, self._session.snapshot)

    @property
    def is_connected(self) -> "bool":
        """Whether the page has the element now."""
        return self._session.element is not None

    def offer(
        self,
        url: "str",
        replace: "bool",
        thread_id: "str | None",
        answered: "Callable[[bool], None]",
    ) -> "None":
        """Asks whether the page writes an address itself: see `Session.offer`."""
        self._session.offer([url, replace, thread_id], answered)

    def stays(self, thread_id: "str") -> "bool":
        """Whether the element shows a thread, or is not on its way to another."""
        snapshot = self._session.snapshot
        is_quiet = self._settling is None or self._settling.is_quiet
        return snapshot.thread_id == thread_id or not snapshot.thread_known or is_quiet

    def _returned(self) -> "None":
        """Out of the back/forward cache, as a visit: another page may have moved on meanwhile."""
        snapshot = self._session.snapshot
        if self._memory is None or not snapshot.restored:
            return
        wanted, from_address = self._memory.wanted()
        if wanted not in (None, snapshot.thread_id) and (from_address or not snapshot.busy):
            self.asked(wanted)

    def _soon(self, function: "Callable[[], None]") -> "None":
        if not self._is_stopped:
            self._browser.later(TRY_AGAIN, function)

    def _ask_for(
        self, thread_id: "str | None", answered: "Callable[[str, Any, object], None]"
    ) -> "None":
        commands = self._session.commands
        seconds = commands.limit("set_thread_id")
        commands.ask("set_thread_id", [thread_id], answered, seconds=seconds)

    def can_show(self, thread_id: "str | None") -> "bool":
        """Whether the element can still show a thread: one that has failed there it shows empty,
        and calls that a success (measured).
        """
        return self._settling is None or thread_id not in self._settling.proof.failed

    # Scopes.

    @property
    def scope(self) -> "str | None":
        """The present user's."""
        scope: "str | None" = self._settings["scope"]
        return scope

    def set_scope(self, scope: "str | None") -> "None":
        """See `ChatKit.set_scope`."""
        scope = _scope(scope)
        former = self.scope
        if scope == former:
            return
        self._settings["scope"] = scope
        if self._memory is None:
            return
        asked = [] if self._settling is None else list(self._settling.asked)
        if self._restoring is not None and not self._restoring.is_over:
            asked.append(self._restoring.wanted)
            self._restoring.disown()
        sending = self._session.commands.running("send_user_message")
        self._leaving.begin(former, scope, asked, sending)
        if self._settling is not None:
            self._settling.forget()
        self.losses.forget()
        self._late = None
        if self._session.element is None:
            # The next one begins with what is the new user's.
            self._wishes.forget()
        else:
            self._wish(None)

    def is_former(self, thread_id: "str | None") -> "bool":
        """Whether an id belongs to a scope that was left."""
        return self._memory is not None and self._memory.is_former(thread_id)


def _scope(name: "str | None") -> "str | None":
    return None if name in OFF else name


def _subject(command: "str", parameters: "list[Any]") -> "tuple[str | None, bool]":
    if command == "set_thread_id":
        return parameters[0], False
    new_thread = command == "send_user_message" and bool(parameters[0].get("newThread"))
    return None, new_thread
