"""Silence, measured: an element that is never ready, a chat that is busy without a sign of life.

Ready is no more than an iframe's load, `load.end` may never come, and a server may never close its
stream (measured), so nothing but time can tell these from patience.
"""

from .limit import LATE, Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .browser import Browser
    from .state import Snapshot

READY_TIMEOUT = 30.0
"""Seconds until an element that has given no sign of life counts as failed."""

STALL_OWNER = 60.0
"""Seconds of silence while busy. An owner sees the bytes of an answer as signs of life."""

STALL_COMPANION = 600.0
"""The same for a companion, who sees nothing between the start and the end of an answer."""


class Watchdog:
    """Tells `never_ready()` and `stalled()`; both may be followed by a sign of life after all.

    Duties: `start` for a fresh element, `alive` for every sign of life, `observe` every snapshot,
    `stop`.
    """

    def __init__(
        self,
        browser: "Browser",
        never_ready: "Callable[[], None]",
        stalled: "Callable[[], None]",
        *,
        ready_timeout: "float" = READY_TIMEOUT,
        stall_after: "Callable[[], float]" = lambda: STALL_OWNER,
    ):
        self._browser = browser
        self._never_ready = never_ready
        self._stalled = stalled
        self._ready_timeout = ready_timeout
        self._stall_after = stall_after
        self._ready: "Limit | None" = None
        self._stall_timer: "object" = None
        self._life_at = 0.0
        self._limit = 0.0
        self._due = 0.0

    def start(self) -> "None":
        """From now on the element has its time to become ready."""
        self.stop()
        self._ready = Limit(self._browser, self._ready_timeout, self._never_ready)

    def stop(self) -> "None":
        """Ends both watches."""
        self._end_ready()
        self._browser.cancel(self._stall_timer)
        self._stall_timer = None

    def _end_ready(self) -> "None":
        if self._ready is not None:
            self._ready.cancel()
        self._ready = None

    def alive(self) -> "None":
        """A sign of life, now."""
        self._life_at = self._browser.now()

    def observe(self, snapshot: "Snapshot") -> "None":
        """The snapshot after an event: starts and ends the watches that it asks for."""
        if snapshot.ready:
            self._end_ready()
        watched = snapshot.occupied and not snapshot.stalled
        if not watched:
            self._browser.cancel(self._stall_timer)
            self._stall_timer = None
            return
        # Everybody sees a load's beginning and end; only an answer can be long and silent.
        is_load = snapshot.loading and not snapshot.responding
        self._limit = min(self._stall_after(), STALL_OWNER) if is_load else self._stall_after()
        if self._stall_timer is None:
            self._life_at = self._browser.now()
            self._look_in(self._limit)
        elif self._life_at + self._limit < self._due:
            self._browser.cancel(self._stall_timer)
            self._look_in(self._life_at + self._limit - self._browser.now())

    def _look_in(self, seconds: "float") -> "None":
        self._due = self._browser.now() + seconds
        self._stall_timer = self._browser.later(max(0.0, seconds), self._check)

    def _check(self) -> "None":
        now = self._browser.now()
        if now - self._due > LATE:
            # While the machine slept nothing could be heard; what has come meanwhile follows.
            self._life_at = max(self._life_at, now - self._limit + LATE)
        silent = now - self._life_at
        if silent >= self._limit:
            self._stall_timer = None
            self._stalled()
        else:
            # One timer, however many events: it looks again when the last one is old enough.
            self._look_in(self._limit - silent)
