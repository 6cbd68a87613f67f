"""One switch of the thread on its way: what is seen of it until it is believed or taken back."""

TAKEN_BACK = 0.005
"""Seconds between the end of a failed load and the change back. Measured 0.0001; a page that
answers a load by a switch of its own needs a round trip through the frame."""


class Switch:
    """What `Settling` notes of one switch.

    `came_from` is empty where that was not seen. `is_meant` says that what was left had not ended
    its load, so that no failure leads here; `is_chosen` that a new thread was left for it before it
    was there, which a load of its own may still show to be a failure; `is_doubted` that the server
    is being asked about it.
    """

    def __init__(self, thread_id: "str | None"):
        self.thread_id = thread_id
        self.came_from: "tuple[str | None] | tuple[()]" = ()
        self.is_created = False
        self.is_meant = False
        self.is_chosen = False
        self.is_doubted = False
        self.is_loading = False
        self.load_ended_at: "float | None" = None
        self.is_load_end_handled = True

    @property
    def how(self) -> "str":
        """What `settled` is told."""
        return "creation" if self.is_created else "switch"

    @property
    def is_proved(self) -> "bool":
        """Whether it was seen that the server has this thread."""
        return self.is_created or self.load_ended_at is not None

    def is_taken_back(self, thread_id: "str | None", at: "float") -> "bool":
        """Whether a change to a thread at this time means that the load has failed: to the one
        before, or to none, where the element has lost that.
        """
        is_back = thread_id is None or self.came_from == (thread_id,)
        ended = self.load_ended_at
        has_just_ended = ended is not None and at - ended <= TAKEN_BACK
        return is_back and thread_id != self.thread_id and has_just_ended
