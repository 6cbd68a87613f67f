"""When is a switch of the thread settled, so that it may be remembered?

The element tells a switch before it knows whether it works: a failed one is taken back 0.1 ms
after the end of its load, and an id that failed once is then shown as an empty thread without any
load (both measured). Whoever saves on `thread.change` writes ids that never loaded, and wipes good
ones. `Settling` waits:

    the switch                                settled
    by our command                            when it resolves
    a new thread's id, during its response    at once
    inside the element, with a load           after load.end, once SETTLE_DELAY has passed
    inside the element, without a load        SETTLE_DELAY after the change
    a client_thread_… id, or one that failed  never

A thread without a load has been loaded before, and was perhaps left before its load had ended: a
failure is told by nothing then. Where its load was not seen to succeed, the server is asked first.

It is told every event of one element and of our commands, and calls `settled(thread_id, how)`,
where `how` is "switch", "deletion", or "creation" for a new thread.
"""

from .state import thread_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .browser import Browser
    from .state import Snapshot

SETTLE_DELAY = 0.05
"""Seconds without a change after which a switch inside the element is believed."""

AT_ONCE = 0.005
"""Seconds for "at once": a first message that is left before its thread exists looks like a new
thread's id until the load of the other thread starts, 0.1 ms later (measured)."""

TAKEN_BACK = 0.005
"""Seconds between the end of a failed load and the change back. Measured 0.0001; a page that
answers a load by a switch of its own needs a round trip through the frame."""


class Settling:
    """Decides for one element which shown thread is settled.

    Duties: `observe` every event, `command_started` and `command_ended` for our own commands,
    `rest` when the first restore has ended, `stop` at the end. `failed` holds the ids that this
    element can no longer show. `confirm(thread_id, answered)` asks the server about the shown
    thread and calls `answered(is_there)`; `calmed()` is called when nothing is on its way any more.
    """

    def __init__(
        self,
        browser: "Browser",
        settled: "Callable[[str | None, str], None]",
        confirm: "Callable[[str, Callable[[bool], None]], None]",
        calmed: "Callable[[], None]",
        *,
        delay: "float" = SETTLE_DELAY,
    ):
        self.failed: "set[str | None]" = set()
        self._browser = browser
        self._settled = settled
        self._confirm = confirm
        self._calmed = calmed
        self._confirmed: "set[str | None]" = {None}
        self._begun: "set[str | None]" = set()
        self._running: "set[str | None]" = set()
        self._doubt = 0
        self._is_doubted = False
        self._is_created = False
        self._is_ending = False
        self._delay = delay
        self._timer: "object" = None
        self._resting = False
        self._shown: "str | None" = None
        self._is_shown_known = True
        self._agrees = True
        self._is_pending = False
        self._pending: "str | None" = None
        self._previous: "tuple[str | None] | tuple[()]" = ()
        self._is_loading = False
        self._load_ended_at: "float | None" = None
        self._asked: "list[str | None]" = []
        self._creating = False
        self._creation_begun = False
        self._deleted: "set[str | None]" = set()
        self._initial_failed = False
        self._last_loaded: "str | None" = None

    def rest(self, shown: "str | None", *, known: "bool" = True, agrees: "bool" = True) -> "None":
        """From now on switches count. `shown` is what the element shows at this moment; with
        `known` false another switch is on its way, or nobody knows, and with `agrees` false
        something else stays remembered.
        """
        self._resting = True
        self._agrees = agrees
        self._shown = shown
        self._is_shown_known = known
        if known and agrees:
            self._confirmed.add(shown)

    def stop(self) -> "None":
        """Forgets what is pending: the element is gone."""
        self._drop()
        self._resting = False

    def deleting(self, thread_id: "str", *, failed: "bool" = False) -> "None":
        """The thread's deletion was seen in `api.fetch`: the `null` that follows is a deletion,
        unless the server has refused it meanwhile (`failed`).
        """
        if failed:
            self._deleted.discard(thread_id)
        else:
            self._deleted.add(thread_id)

    def command_started(
        self, command: "str", thread_id: "str | None", new_thread: "bool"
    ) -> "None":
        """Our own `set_thread_id(thread_id)`, or a message with `new_thread`, is on its way."""
        if command == "set_thread_id":
            self._asked.append(thread_id)
        elif new_thread:
            self._creating = True
            self._creation_begun = False

    def command_ended(
        self, command: "str", thread_id: "str | None", outcome: "str", shown: "str | None"
    ) -> "None":
        """How a command ended and the thread shown by then: "resolved", "failed" where the thread
        could not be loaded, or "unknown".
        """
        if command == "send_user_message":
            self._creating = self._creating and outcome == "resolved"
        if command != "set_thread_id":
            return
        if thread_id in self._asked:
            self._asked.remove(thread_id)
        if outcome == "failed" and thread_id in self._begun:
            # Refused without a load it is as good as before.
            self.failed.add(thread_id)
        if self._asked:
            # A newer question is on its way, and its answer decides.
            return
        if outcome == "resolved" and shown == thread_id and self._resting:
            self._believe(thread_id)
        elif self._is_pending and not self._is_loading:
            # What came meanwhile was not believed: it may have been taken back.
            self._wait(self._delay)
        self._tell_calm()

    def observe(
        self, before: "Snapshot", name: "str", detail: "dict[str, object]", at: "float"
    ) -> "None":
        """One event of the element: `before` is the snapshot that it met, `at` its time in
        seconds as the browser stamped it.
        """
        thread_id = thread_of(detail)
        if name == "error" and detail.get("name") == "InitialThreadLoadError":
            # Its load has just ended; by now somebody may have opened another thread.
            initial = before.thread_id if self._last_loaded is None else self._last_loaded
            self._initial_failed = before.thread_id == initial
            if initial is not None:
                self.failed.add(initial)
        elif name == "thread.change":
            self._change(before, thread_id, at)
        elif name == "thread.load.start":
            self._load_start(thread_id)
        elif name == "thread.load.end":
            self._load_end(thread_id, at)
        elif name == "response.start":
            self._creation_begun = True
            if self._is_doubted:
                # The question may be answered for another thread, one that is being created.
                self._rest_at(self._pending)
                self._drop()
        elif name == "response.end":
            # Told for the thread that was left, too: then the shown one is none that was made.
            self._is_created = False
            # Before the creation has begun it is the false one of the thread that was left.
            self._creating = self._creating and not self._creation_begun
            self._reconsider()

    def _reconsider(self) -> "None":
        """An answer has ended in a thread that was not believed: it may be there by now."""
        if self.is_quiet and not (self._agrees or self._creating) and self._shown is not None:
            self._ask_about(self._shown)

    def handled(self) -> "None":
        """The event has been handled. The next one may have waited for that: its time is counted
        from here.
        """
        if self._is_ending and self._load_ended_at is not None:
            self._load_ended_at = max(self._load_ended_at, self._browser.now())
        self._is_ending = False

    def _change(self, before: "Snapshot", thread_id: "str | None", at: "float") -> "None":
        is_told = before.thread_known or before.responding
        if thread_id is None and (self._initial_failed or self._creating):
            # A restore that failed late, or a new thread that could not be created: nobody meant
            # to leave, so what was remembered stays remembered.
            self._initial_failed = self._creating = False
            self._drop()
            self._rest_at(None)
        elif self._taken_back(thread_id, at):
            self.failed.add(self._pending)
            self._drop()
            if thread_id is None and not self._is_shown_known:
                # The first restore, whose time had run out: nobody meant this null either.
                self._rest_at(None)
            elif not self._is_at_rest(thread_id):
                self._pend(thread_id, self._delay)
        elif thread_id is None and before.thread_id is None and is_told:
            # A first message that could not create its thread: nothing has been left.
            self._drop()
        elif before.responding and (before.thread_id is None or self._creating):
            self._creating = False
            self._pend(thread_id, AT_ONCE)
            self._is_created = True
        else:
            self._pend(thread_id, self._delay)
        self._previous = (before.thread_id,)

    def _rest_at(self, thread_id: "str | None") -> "None":
        """This is shown, and something else stays remembered."""
        self._shown = thread_id
        self._is_shown_known = True
        self._agrees = False

    def _taken_back(self, thread_id: "str | None", at: "float") -> "bool":
        ended = self._load_ended_at
        is_back = self._previous == (thread_id,) and thread_id != self._pending
        if thread_id in self._asked:
            # Our own command, which has waited for that load to end.
            return False
        return is_back and ended is not None and at - ended <= TAKEN_BACK

    def _pend(self, thread_id: "str | None", delay: "float") -> "None":
        self._drop()
        if thread_id is not None and thread_id.startswith("client_thread_"):
            return
        self._is_pending = True
        self._pending = thread_id
        # Two quick switches, and the second was taken back: the first may still be loading.
        self._is_loading = thread_id in self._running
        if not self._is_loading:
            self._wait(delay)

    def _load_start(self, thread_id: "str | None") -> "None":
        if not self._is_pending or self._pending != thread_id:
            self._pend(thread_id, self._delay)
        # A real load shows the messages: whatever failed before, this id has a new chance.
        self.failed.discard(thread_id)
        self._begun.add(thread_id)
        self._running.add(thread_id)
        self._browser.cancel(self._timer)
        self._timer = None
        self._is_loading = True
        self._is_doubted = self._is_created = False
        self._load_ended_at = None

    def _load_end(self, thread_id: "str | None", at: "float") -> "None":
        self._last_loaded = thread_id
        self._running.discard(thread_id)
        if self._is_pending and self._pending == thread_id:
            self._is_loading = False
            self._load_ended_at = at
            self._is_ending = True
            self._wait(self._delay)

    def _wait(self, delay: "float") -> "None":
        self._browser.cancel(self._timer)
        self._timer = self._browser.later(delay, self._calm)

    def _calm(self) -> "None":
        self._timer = None
        if self._asked or not self._is_pending:
            return
        # Also what is at rest already: the person may have gone to another entry meanwhile.
        if self._resting and (self._agrees or not self._is_at_rest(self._pending)):
            self._believe(self._pending)
        else:
            self._note_proof()
            self._drop()
        self._tell_calm()

    def _tell_calm(self) -> "None":
        if self.is_quiet:
            self._calmed()

    def _note_proof(self) -> "None":
        has_loaded = self._load_ended_at is not None and self._pending not in self.failed
        if self._is_pending and (has_loaded or self._is_created):
            self._confirmed.add(self._pending)

    def _believe(self, thread_id: "str | None") -> "None":
        self._note_proof()
        is_created = self._is_created
        self._drop()
        if thread_id is None or thread_id in self._confirmed or thread_id in self.failed:
            self._settle(thread_id, is_created=is_created)
            return
        if self._creating:
            # The question would be answered for a thread that is not there yet.
            self._rest_at(thread_id)
        else:
            self._ask_about(thread_id)

    def _ask_about(self, thread_id: "str") -> "None":
        # Pending still, so that nobody takes it for quiet, and whatever comes next ends the doubt.
        self._is_pending = self._is_doubted = True
        self._pending = thread_id
        self._doubt = doubt = self._doubt + 1

        def answered(is_there: "bool") -> "None":
            if doubt == self._doubt and self._is_doubted:
                self._drop()
                if is_there:
                    self.failed.discard(thread_id)
                    self._confirmed.add(thread_id)
                else:
                    self.failed.add(thread_id)
                self._settle(thread_id)
                self._tell_calm()

        self._confirm(thread_id, answered)

    def consider(self, thread_id: "str | None") -> "None":
        """Something is shown whose switch nobody has seen: it counts as one of this moment."""
        if not self._is_pending:
            self._pend(thread_id, self._delay)

    @property
    def is_quiet(self) -> "bool":
        """Whether nothing is on its way, so that what the element shows may be believed."""
        return self._resting and not self._is_pending and not self._asked

    @property
    def agrees(self) -> "bool":
        """Whether what the element shows is what is remembered, or ought to be."""
        return self._agrees

    def _is_at_rest(self, thread_id: "str | None") -> "bool":
        return self._is_shown_known and thread_id == self._shown

    def _settle(self, thread_id: "str | None", *, is_created: "bool" = False) -> "None":
        how = "creation" if is_created else "switch"
        if thread_id is None and self._shown in self._deleted:
            how = "deletion"
        self._shown = thread_id
        self._is_shown_known = True
        self._agrees = thread_id not in self.failed
        if self._agrees:
            self._settled(thread_id, how)

    def _drop(self) -> "None":
        self._browser.cancel(self._timer)
        self._timer = None
        self._is_pending = self._is_loading = self._is_doubted = self._is_created = False
        self._load_ended_at = None
        self._previous = ()
