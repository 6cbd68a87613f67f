"""One switch of the thread on its way: what is seen of it until it is believed or taken back."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .browser import Browser

TAKEN_BACK = 0.005
"""Seconds between the end of a failed load and the change back. Measured 0.0001; a page that
answers a load by a switch of its own needs a round trip through the frame."""


class LoadEnd:
    """The end of a load, and the moment after it in which a change tells that the load has failed.

    The change is told 0.1 ms later (measured), but it waits behind whatever the page is doing by
    then. So the moment lasts until a timer has fired, and all that was sent by then has been heard.
    `at` is when the end was told, in seconds; while `is_open` nothing is believed yet.
    """

    def __init__(self, browser: "Browser", at: "float"):
        self._browser = browser
        self._at = at
        self.is_open = False
        self._timer: "object" = None

    def handled(self) -> "None":
        """We are done with it, and only now hear what comes next."""
        if self._timer is None:
            self.is_open = True
            self._timer = self._browser.later(TAKEN_BACK, self._turn)

    def _turn(self) -> "None":
        self._timer = self._browser.after_messages(self._close)

    def _close(self) -> "None":
        self.is_open = False

    def is_just_before(self, at: "float") -> "bool":
        """Whether what was told at this time belongs to it."""
        return self.is_open or at - self._at <= TAKEN_BACK

    def stop(self) -> "None":
        """Lets go of the timer."""
        self._browser.cancel(self._timer)


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
        self.load_end: "LoadEnd | None" = None

    @property
    def how(self) -> "str":
        """What `settled` is told."""
        return "creation" if self.is_created else "switch"

    @property
    def is_proved(self) -> "bool":
        """Whether it was seen that the server has this thread."""
        return self.is_created or self.load_end is not None

    def is_taken_back(self, thread_id: "str | None", at: "float") -> "bool":
        """Whether a change to a thread at this time means that the load has failed: to the one
        before, or to none, where the element has lost that.
        """
        is_back = thread_id is None or self.came_from == (thread_id,)
        has_just_ended = self.load_end is not None and self.load_end.is_just_before(at)
        return is_back and thread_id != self.thread_id and has_just_ended

    def is_over(self, thread_id: "str | None") -> "bool":
        """Whether it has led to this thread and nothing of it is on its way any more."""
        return self.thread_id == thread_id and not (self.is_loading or self.is_doubted)

    def stop(self) -> "None":
        """Lets go of the timer, where one runs."""
        if self.load_end is not None:
            self.load_end.stop()
