"""The first restore on one element: from what was remembered to what is shown.

An owner hands the id over as `initialThread`, a companion calls `setThreadId` after ready. Either
way the element tells little: no `thread.change` for a restored thread, and `thread.change null` for
a failure and for another wish alike (measured).
"""

from .errors import BUSY_KINDS, rejection_kind
from .limit import Limit
from .state import thread_of
from .switch import TAKEN_BACK, LoadEnd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .browser import Browser
    from .state import Snapshot

RESTORE_TIMEOUT = 20.0
"""Seconds for the first restore after ready; then the chat is used as it is."""

HOPS = 2
"""Messages from the page's own `setThreadId` at its ready to the event that tells of it: into the
frame, and back.
"""


class Restoring:
    """Watches the first restore and tells its end once: `ended(how, thread_id, error)`.

    `how`: "none" nothing was to be restored; "shown" it is there; "failed" it could not be
    loaded, with the error's name; "overtaken" somebody has opened another thread meanwhile; "late"
    its time is over; "silent" its time is over and the element has not even begun.
    """

    def __init__(
        self,
        browser: "Browser",
        wanted: "str | None",
        ended: "Callable[[str, str | None, str], None]",
        *,
        delay: "float",
        timeout: "float" = RESTORE_TIMEOUT,
        from_address: "bool" = False,
        load: "Callable[[str, Callable[[str, Any], None]], None] | None" = None,
    ):
        """`load(thread_id, answered)` is a companion's way; an owner has none."""
        self.wanted = wanted
        self.is_over = False
        self.is_former = False
        self._browser = browser
        self._ended = ended
        self._delay = delay
        self._timeout = timeout
        self._from_address = from_address
        self._load = load
        self._is_told_by_events = load is None
        self._asked = False
        self._begun = False
        self._is_loading = False
        self._load_end: "LoadEnd | None" = None
        self._is_overtaken = False
        self._error = ""
        self._timer: "object" = None
        self._limit: "Limit | None" = None

    def disown(self) -> "None":
        """The user has changed: whatever it comes to is nobody's any more, and what was not asked
        for yet is not.
        """
        self.is_former = True
        if not (self._asked or self._is_told_by_events):
            self.wanted = None

    def stop(self) -> "None":
        """Lets go of the timers; the end is not told any more."""
        self.is_over = True
        self._browser.cancel(self._timer)
        if self._limit is not None:
            self._limit.cancel()
        self._forget_load_end()

    def ready(self, at: "float") -> "None":
        """The element has given its first sign of life, `at` in seconds."""
        if self.is_over or self._limit is not None:
            return
        self._limit = Limit(self._browser, self._timeout, self._late)
        if self._is_told_by_events:
            if self.wanted is None:
                self._end("none", None)
        elif self.wanted is None or not self._from_address:
            # A thread that the page itself loads follows its ready at once, and goes before ours.
            # But where the page stands still meanwhile, a frame in our process does so as well and
            # answers in a later task; and timers overtake messages (measured in Firefox).
            remaining = self._delay - (self._browser.now() - at)
            wait = max(remaining, TAKEN_BACK)
            self._timer = self._browser.later(wait, lambda: self._ask_after(HOPS))
        else:
            self._ask()

    def observe(
        self, before: "Snapshot", name: "str", detail: "dict[str, Any]", at: "float"
    ) -> "None":
        """Every event of the element, after the snapshot has advanced; `at` in seconds."""
        if self.is_over:
            return
        thread_id = thread_of(detail)
        self._begun = self._begun or name.startswith(("thread.", "response."))
        if thread_id == self.wanted and name == "thread.load.start":
            self._is_loading = True
            self._forget_load_end()
        elif thread_id == self.wanted and name == "thread.load.end":
            self._is_loading = False
            self._forget_load_end()
            self._load_end = LoadEnd(self._browser, at)
        if not self._is_told_by_events:
            self._observe_companion(name, thread_id)
        elif name == "error" and detail.get("name") == "InitialThreadLoadError":
            self._error = "InitialThreadLoadError"
            self._wait("failed")
        elif name == "thread.load.end" and thread_id == self.wanted and not self._error:
            self._wait("shown")
        elif name == "thread.change" and self._error:
            self._end("failed", self.wanted)
        elif name == "thread.change" and (
            self._is_loading or self._is_left(at) or thread_id is not None
        ):
            # Before its load a null is the element's own beginning: nobody has left anything.
            self._end("overtaken", self.wanted)

    def _is_left(self, at: "float") -> "bool":
        """Whether a null now means that somebody has left what is loaded. The failure of an owner's
        load is told by an error before its null, that of another only by its coming at once.
        """
        if self._load_end is None:
            return False
        return self._load is None or not self._load_end.is_just_before(at)

    def handled(self) -> "None":
        """The event has been handled, and only now the next one is heard."""
        if self._load_end is not None and not self.is_over:
            self._load_end.handled()

    def _forget_load_end(self) -> "None":
        if self._load_end is not None:
            self._load_end.stop()
        self._load_end = None

    def _observe_companion(self, name: "str", thread_id: "str | None") -> "None":
        is_other = thread_id is not None and thread_id != self.wanted
        # Whoever has begun to talk goes before everything, who opens a thread after us before us,
        # and a thread that the page loads at its start before storage, not before the address.
        if name == "response.start":
            self._end("overtaken", self.wanted)
        elif name == "thread.change" and self._is_loading and not self._asked:
            # The page loads it of its own accord, and somebody leaves it.
            if thread_id != self.wanted:
                self._end("overtaken", self.wanted)
        elif name == "thread.change" and self._asked:
            # Another one's switch, if our load still runs; ours taken back, if it has just ended.
            is_another = thread_id != self.wanted
            self._is_overtaken = is_another and (self._is_loading or self._is_overtaken)
        elif is_other and not self._from_address and not self._asked:
            self._end("overtaken", self.wanted)

    def _ask_after(self, hops: "int") -> "None":
        ask = self._ask if hops == 1 else lambda: self._ask_after(hops - 1)
        self._timer = self._browser.after_messages(ask)

    def _ask(self) -> "None":
        self._timer = None
        if self.wanted is None or self._load is None:
            self._end("none", None)
            return
        if self._is_loading:
            # The page itself has asked for it. Asked a second time, the element would call the
            # load that still runs a success (measured): its own events tell, as for an owner.
            self._is_told_by_events = True
            return
        self._asked = True
        self._load(self.wanted, self._answered)

    def _answered(self, how: "str", outcome: "Any") -> "None":
        if how == "resolved" and self._is_loading and not self._is_overtaken:
            # As above: the page had asked a moment before us.
            self._is_told_by_events = True
        elif how == "resolved":
            self._end("overtaken" if self._is_overtaken else "shown", self.wanted)
        elif how == "rejected":
            kind = rejection_kind("set_thread_id", outcome["name"], outcome["message"])
            # Somebody talks, or has opened another thread: so it was not even tried.
            is_overtaken = self._is_overtaken or kind in BUSY_KINDS
            how = "overtaken" if is_overtaken else "failed" if kind == "load-failed" else "late"
            self._end(how, self.wanted, outcome["name"])

    def _wait(self, how: "str") -> "None":
        self._browser.cancel(self._timer)
        self._timer = self._browser.later(self._delay, lambda: self._calm(how))

    def _calm(self, how: "str") -> "None":
        if self._load_end is not None and self._load_end.is_open:
            # The page was busy for so long that we are called before what was told long ago.
            self._wait(how)
        else:
            self._end(how, self.wanted)

    def _late(self) -> "None":
        self._end("late" if self._begun else "silent", self.wanted)

    def _end(self, how: "str", thread_id: "str | None", error: "str" = "") -> "None":
        if not self.is_over:
            self.stop()
            self._ended(how, thread_id, error or self._error)
