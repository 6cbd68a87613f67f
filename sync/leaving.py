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
    """Duties: `begin` when the scope changes; `observe`, `message_ended` and `settled` for what
    follows.
    """

    def __init__(self, snapshot: "Callable[[], Snapshot]"):
        self._snapshot = snapshot
        self.memory: "Memory | None" = None
        self._former: "tuple[str | None] | tuple[()]" = ()
        self._sending = 0
        self._made: "str | None" = None
        self._expelled: "str | None" = None
        self._awaits_new_chat = False

    def begin(
        self,
        former: "str | None",
        scope: "str | None",
        asked: "Collection[str | None]",
        sending: "int" = 0,
    ) -> "None":
        """From one scope to another; `asked` are the threads that are on their way, and `sending`
        is how many messages are.
        """
        if self.memory is None:
            return
        snapshot = self._snapshot()
        # Of two changes in one moment the first tells whose the response is.
        is_talk = snapshot.responding or sending > 0
        self._former = (self._former or (former,)) if is_talk else ()
        self._sending = sending
        self._made = None
        for thread_id in {snapshot.lost, snapshot.thread_id} | set(snapshot.loading) | set(asked):
            # What is still shown of a user before is not this one's either.
            if not self.memory.is_former(thread_id):
                self.memory.know(thread_id, former)
        self._expelled = None
        self.memory.set_scope(scope)
        # Over an empty screen with a first message in it a new chat is not asked for.
        is_first = snapshot.thread_known and snapshot.thread_id is None and snapshot.responding
        self._awaits_new_chat = not (is_first or snapshot.gone)

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
        if self.memory is not None and self._former and shown is not None and shown == self._made:
            # Nobody has confirmed it, but whose it is is certain.
            self._give_back(self.memory, shown)
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
        self._give_back(self.memory, thread_id)
        self._awaits_new_chat = True
        return True

    def _give_back(self, memory: "Memory", thread_id: "str") -> "None":
        memory.know(thread_id, *self._former)
        self._former = ()
        self._made = None

    def observe(self, before: "Snapshot", name: "str", unloaded: "str | None") -> "None":
        """One event of the element. `unloaded` is the thread of a switch that is on its way, where
        nothing was ever loaded for it: it may have just been created.
        """
        if name == "response.end":
            self._made = unloaded
            if unloaded is None:
                self._is_over()
        elif name == "response.start" and not before.responding:
            # Where no message of the former user's waits, this is the present one's.
            self._is_over()
        elif name == "thread.load.start" and self._made is not None:
            # It was not created: the former user's message was left for it (measured: the end of
            # the response comes before the load).
            self._made = None
            self._is_over()

    def _is_over(self) -> "None":
        if not self._sending:
            self._former = ()

    def message_ended(self) -> "None":
        """The element has answered a message, in order of asking: the former user's come first."""
        self._sending = max(0, self._sending - 1)
        if not (self._sending or self._snapshot().responding):
            # Refused, it creates nothing.
            self._former = ()
