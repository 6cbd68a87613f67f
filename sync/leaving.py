"""A user is left for another: login, logout.

What the former one had open is not shown to the next; a thread that is being created is still the
former one's, although its id comes later.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from .memory import Memory
    from .state import Snapshot


class Leaving:
    """Duties: `begin` when the scope changes, `settled` and `response_ended` for what follows."""

    def __init__(self, snapshot: "Callable[[], Snapshot]"):
        self._snapshot = snapshot
        self.memory: "Memory | None" = None
        self._former: "tuple[str | None] | tuple[()]" = ()
        self._made: "str | None" = None
        self._expelled: "str | None" = None
        self._awaits_new_chat = False

    def begin(
        self, former: "str | None", scope: "str | None", asked: "Collection[str | None]"
    ) -> "None":
        """From one scope to another; `asked` are the threads that are on their way."""
        if self.memory is None:
            return
        snapshot = self._snapshot()
        # Of two changes in one moment the first tells whose the response is.
        self._former = (self._former or (former,)) if snapshot.responding else ()
        for thread_id in {snapshot.lost, snapshot.thread_id} | set(snapshot.loading) | set(asked):
            # What is still shown of a user before is not this one's either.
            if not self.memory.is_former(thread_id):
                self.memory.know(thread_id, former)
        self._expelled = None
        self.memory.set_scope(scope)
        shows_one = snapshot.thread_id is not None or not snapshot.thread_known
        self._awaits_new_chat = shows_one and not snapshot.gone

    def settled(self, thread_id: "str | None") -> "bool":
        """Whether what is settled is part of leaving: a former user's thread, or the new chat,
        which is not what the next scope had remembered.
        """
        if self.memory is not None and self.memory.is_former(thread_id):
            return True
        awaited, self._awaits_new_chat = self._awaits_new_chat, False
        return awaited and thread_id is None

    def is_still_shown(self) -> "bool":
        """Whether the element shows a former user's thread; each is told once."""
        shown = self._snapshot().thread_id
        if self.memory is None or not self.memory.is_former(shown) or shown == self._expelled:
            return False
        self._expelled = shown
        self._awaits_new_chat = True
        return True

    def element_left(self) -> "bool":
        """Whether the new chat of leaving was still to come: the next element begins afresh."""
        awaited, self._awaits_new_chat = self._awaits_new_chat, False
        return awaited

    def gives_back(self, thread_id: "str | None", *, is_created: "bool") -> "bool":
        """Whether a thread that was just created is the former scope's; a new chat is due then."""
        is_created = is_created or thread_id == self._made
        if not self._former or thread_id is None or self.memory is None or not is_created:
            return False
        self.memory.know(thread_id, *self._former)
        self._former = ()
        self._awaits_new_chat = True
        return True

    def response_ended(self, unloaded: "str | None") -> "None":
        """What is created from now on is the present scope's; `unloaded` may have been created just
        before, and is not settled yet.
        """
        self._made = unloaded
        if unloaded is None:
            self._former = ()
