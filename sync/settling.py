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

Where a thread is shown without a load and `Proof` does not know it, the server is asked first.

It is told every event of one element and of our commands, and calls `settled(thread_id, how)`,
where `how` is "switch", "creation" for a new thread, or "failed" for one that the element shows
empty, and that is none.
"""

from .creation import Creation
from .proof import Proof
from .state import thread_of
from .switch import LoadEnd, Switch

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

TAKEN_UP = 1.0
"""Seconds until an element has begun with a switch that it was asked for. Measured a few
milliseconds; one that hangs must not keep what somebody opens meanwhile from being remembered."""


class Settling:
    """Decides for one element which shown thread is settled.

    Duties: `observe` every event, `command_started` and `command_ended` for our own commands,
    `rest` when the first restore has ended, `stop` at the end. `proof` is what is known of
    the element's threads, `has_fallen_back` whether the last change only took back one that
    has failed. `confirm(thread_id, answered)` asks the server about the shown
    thread and calls `answered(is_there)`; `calmed()` is called when nothing is on its way any more.
    """

    def __init__(
        self,
        browser: "Browser",
        settled: "Callable[[str | None, str], None]",
        confirm: "Callable[[str, Callable[[bool | None], None]], None]",
        calmed: "Callable[[], None]",
        *,
        delay: "float" = SETTLE_DELAY,
    ):
        self.proof = Proof()
        self.has_fallen_back = False
        self._browser = browser
        self._settled = settled
        self._confirm = confirm
        self._calmed = calmed
        self._delay = delay
        self._timer: "object" = None
        self._resting = False
        self._shown: "str | None" = None
        self._is_shown_known = True
        self._agrees = True
        self._switch: "Switch | None" = None
        self._loading: "set[str | None]" = set()
        self._last_loaded: "str | None" = None
        self._initial_failed = False
        self._late: "str | None" = None
        self._asked: "list[str | None]" = []
        self._asked_at = 0.0
        self._creation = Creation()
        self._deleted: "set[str | None]" = set()

    def rest(
        self,
        shown: "str | None",
        *,
        known: "bool" = True,
        agrees: "bool" = True,
        late: "str | None" = None,
    ) -> "None":
        """From now on switches count. `shown` is what the element shows at this moment; with
        `known` false another switch is on its way, or nobody knows, and with `agrees` false
        something else stays remembered. `late` is the thread of a restore whose time is over.
        """
        self._resting = True
        self._late = late
        self._agrees = agrees
        self._shown = shown
        self._is_shown_known = known
        if known and agrees:
            self.proof.saw(shown)
            if self._switch is not None and self._switch.is_over(shown):
                # Its own load, which has ended: believed a second time it would go into whatever
                # entry the page has pushed since.
                self._drop()

    @property
    def is_creating(self) -> "bool":
        """Whether our own message is making a new thread, so that it is not for the shown one."""
        return self._creation.is_on

    @property
    def asked(self) -> "list[str | None]":
        """What our own commands are asking the element for."""
        return self._asked

    def forget(self) -> "None":
        """What is on its way is nobody's any more: the user has changed."""
        self._drop()

    def stop(self) -> "None":
        """Forgets what is pending: the element is gone."""
        self._drop()
        self._resting = False

    def deleting(self, thread_id: "str", *, failed: "bool" = False) -> "None":
        """The thread's deletion was seen in `api.fetch`, or that the server has refused it."""
        if failed:
            self._deleted.discard(thread_id)
        else:
            self._deleted.add(thread_id)
            self.proof.deleted(thread_id)

    def creation_refused(self) -> "None":
        """The server has refused to create a thread: the `null` that follows means no new chat."""
        self._creation.refused()

    @property
    def unloaded(self) -> "str | None":
        """The thread of a switch that is on its way, where nothing was ever loaded for it."""
        switch = self._switch
        if switch is None or switch.is_loading or switch.is_doubted:
            return None
        if self.proof.has_met(switch.thread_id):
            return None
        return switch.thread_id if switch.load_end is None else None

    def has_deleted(self, thread_id: "str | None") -> "bool":
        """Whether somebody has deleted a thread here, as far as an owner can see."""
        return thread_id in self._deleted

    def command_started(
        self, command: "str", thread_id: "str | None", new_thread: "bool"
    ) -> "None":
        """Our own `set_thread_id(thread_id)`, or a message with `new_thread`, is on its way."""
        if command == "set_thread_id":
            self._asked.append(thread_id)
            self._asked_at = self._browser.now()
        elif new_thread:
            self._creation.asked()

    def command_ended(
        self,
        command: "str",
        thread_id: "str | None",
        new_thread: "bool",
        outcome: "str",
        shown: "str | None",
    ) -> "None":
        """How a command ended and the thread shown by then: "resolved", "failed" where the thread
        could not be loaded, "refused" for another reason, or "unknown".
        """
        if new_thread:
            self._creation.answered(outcome)
        if command != "set_thread_id":
            return
        if thread_id in self._asked:
            self._asked.remove(thread_id)
        if outcome == "failed":
            self.proof.command_failed(thread_id)
        elif outcome == "resolved" and thread_id is None:
            self._creation.left()
        if self._asked:
            # A newer question is on its way, and its answer decides.
            return
        if thread_id in self._loading:
            # Somebody else's, which has made our command resolve at once (measured): its end tells.
            pass
        elif outcome == "resolved" and shown == thread_id and self._resting:
            self._believe(thread_id)
        elif self._switch is not None and not self._switch.is_loading:
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
                self.proof.load_failed(initial)
        elif name == "thread.change":
            self._change(before, thread_id, at)
        elif name == "thread.load.start":
            self._load_start(thread_id)
        elif name == "thread.load.end":
            self._load_end(thread_id, at)
        elif name == "response.start":
            self._response_start()
        elif name == "composer.submit":
            self._creation.typed()
        elif name == "response.end":
            self._response_end()

    def _response_start(self) -> "None":
        self._creation.response_started()
        if self._switch is not None and self._switch.is_doubted:
            # The question may be answered for another thread, one that is being created.
            self._rest_at(self._switch.thread_id)
            self._drop()

    def _response_end(self) -> "None":
        # Told for the thread that was left, too: then the shown one is none that was made, and
        # somebody has opened it.
        if self._switch is not None:
            self._switch.is_chosen = self._switch.is_created
            self._switch.is_created = False
        self._creation.response_ended()
        self._reconsider()

    def _reconsider(self) -> "None":
        """An answer has ended in a thread that was not believed: it may be there by now."""
        if self.is_quiet and not (self._agrees or self._creation.is_on) and self._shown is not None:
            self._ask_about(self._shown)

    def handled(self) -> "None":
        """The event has been handled, and only now the next one is heard."""
        if self._switch is not None and self._switch.load_end is not None:
            self._switch.load_end.handled()

    def _change(self, before: "Snapshot", thread_id: "str | None", at: "float") -> "None":
        is_told = before.thread_known or before.responding
        left = self._switch
        self.has_fallen_back = False
        if thread_id is None and (self._initial_failed or self._creation.may_fail):
            # A restore that failed late, or a new thread that could not be created: nobody meant
            # to leave, so what was remembered stays remembered.
            self._initial_failed = False
            self._creation.over()
            self._drop()
            self._rest_at(None)
        elif self._switch is not None and self._is_taken_back(self._switch, thread_id, at):
            self.has_fallen_back = True
            self.proof.load_failed(self._switch.thread_id)
            is_rest = self._is_shown_known or self._switch.is_meant
            is_back = self._switch.came_from == (thread_id,) and not self._is_late(self._switch)
            self._drop()
            if thread_id is None and not (is_back and is_rest):
                # The first restore, whose time had run out, or the thread before is lost on the
                # way: nobody meant this null either.
                self._rest_at(None)
            elif not self._is_at_rest(thread_id):
                self._pend(thread_id, self._delay)
        elif thread_id is None and before.thread_id is None and is_told:
            # A first message that could not create its thread: nothing has been left.
            self._drop()
        elif before.responding and (before.thread_id is None or self._creation.is_on):
            self._creation.over()
            self._pend(thread_id, AT_ONCE, is_created=True)
        else:
            self._pend(thread_id, self._delay)
        if self._switch is not None:
            self._switch.came_from = (before.thread_id,)
            # A thread was left before its load had ended: no failure has led back from it.
            self._switch.is_meant = (
                left is not None and left.thread_id == before.thread_id and left.load_end is None
            )

    def _rest_at(self, thread_id: "str | None") -> "None":
        """This is shown, and something else stays remembered."""
        self._shown = thread_id
        self._is_shown_known = True
        self._agrees = False

    def _is_taken_back(self, switch: "Switch", thread_id: "str | None", at: "float") -> "bool":
        if thread_id in self._asked:
            # Our own command, which has waited for that load to end.
            return False
        if thread_id is None and self._is_late(switch) and switch.load_end is not None:
            # Nobody can have seen the thread, to leave it.
            return True
        return switch.is_taken_back(thread_id, at)

    def _is_late(self, switch: "Switch") -> "bool":
        """Whether it is a restore's whose time was over."""
        return switch.thread_id is not None and switch.thread_id == self._late

    def _pend(
        self, thread_id: "str | None", delay: "float", *, is_created: "bool" = False
    ) -> "None":
        self._drop()
        if thread_id is not None and thread_id.startswith("client_thread_"):
            return
        switch = self._switch = Switch(thread_id)
        switch.is_created = is_created
        # Two quick switches, and the second was taken back: the first may still be loading.
        switch.is_loading = thread_id in self._loading
        if not switch.is_loading:
            self._wait(delay)

    def _load_start(self, thread_id: "str | None") -> "None":
        self.proof.load_started(thread_id)
        self._loading.add(thread_id)
        if self._switch is None or self._switch.thread_id != thread_id:
            self._pend(thread_id, self._delay)
        self._stop_waiting()
        if self._switch is not None:
            self._switch.is_loading = True
            self._switch.is_doubted = self._switch.is_created = False
            self._switch.stop()
            self._switch.load_end = None

    def _load_end(self, thread_id: "str | None", at: "float") -> "None":
        self._last_loaded = thread_id
        self._loading.discard(thread_id)
        switch = self._switch
        if switch is not None and switch.thread_id == thread_id:
            switch.is_loading = False
            switch.stop()
            switch.load_end = LoadEnd(self._browser, at)
            self._wait(self._delay)

    def _wait(self, delay: "float") -> "None":
        self._stop_waiting()
        self._timer = self._browser.later(delay, self._calm)

    def _stop_waiting(self) -> "None":
        self._browser.cancel(self._timer)
        self._timer = None

    def _calm(self) -> "None":
        self._timer = None
        switch = self._switch
        if switch is None:
            return
        if switch.load_end is not None and switch.load_end.is_open:
            # The page was busy for so long that we are called before what was told long ago.
            self._wait(self._delay)
            return
        if self._waits_for_answer(switch):
            if self._patience > 0:
                self._wait(self._patience)
            return
        # Also what is at rest already: the person may have gone to another entry meanwhile.
        is_change = switch.is_meant or switch.is_chosen or not self._is_at_rest(switch.thread_id)
        if self._resting and (self._agrees or is_change):
            self._believe(switch.thread_id)
        else:
            self._drop_proved()
        self._tell_calm()

    def _waits_for_answer(self, switch: "Switch") -> "bool":
        # Whoever has opened another thread during the load that we have asked for is the newer one.
        is_newer = self._loading.issuperset(self._asked) or self._patience <= 0
        if self._resting and is_newer:
            return switch.thread_id in self._asked
        return bool(self._asked)

    @property
    def _patience(self) -> "float":
        """Seconds until the element counts as deaf to what it was asked."""
        return self._asked_at + TAKEN_UP - self._browser.now()

    def _tell_calm(self) -> "None":
        if self.is_quiet:
            self._calmed()

    def _believe(self, thread_id: "str | None") -> "None":
        how = "switch" if self._switch is None else self._switch.how
        self._drop_proved()
        if thread_id is None or not self.proof.is_unknown(thread_id):
            self._settle(thread_id, how)
        elif self._creation.is_on:
            # The question would be answered for a thread that is not there yet.
            self._rest_at(thread_id)
        else:
            self._ask_about(thread_id)

    def _drop_proved(self) -> "None":
        # While a thread is being created the view is that one's: no change tells of a failed load.
        if self._switch is not None and self._switch.is_proved and not self._creation.is_on:
            self.proof.saw(self._switch.thread_id)
        self._drop()

    def _ask_about(self, thread_id: "str") -> "None":
        # A switch still, so that nobody takes it for quiet, and whatever comes next ends the doubt.
        switch = self._switch = Switch(thread_id)
        switch.is_doubted = True

        def answered(is_there: "bool | None") -> "None":
            if switch is not self._switch or not switch.is_doubted:
                return
            self._drop()
            if is_there is None:
                self._rest_at(thread_id)
            else:
                self.proof.judge(thread_id, is_there)
                self._settle(thread_id, "switch")
            self._tell_calm()

        self._confirm(thread_id, answered)

    def consider(self, thread_id: "str | None") -> "None":
        """Something is shown whose switch nobody has seen: it counts as one of this moment."""
        if self._switch is None:
            self._pend(thread_id, self._delay)

    @property
    def is_quiet(self) -> "bool":
        """Whether nothing is on its way, so that what the element shows may be believed."""
        return self._resting and self._switch is None and not self._asked

    @property
    def agrees(self) -> "bool":
        """Whether what the element shows is what is remembered, or ought to be."""
        return self._agrees

    def _is_at_rest(self, thread_id: "str | None") -> "bool":
        return self._is_shown_known and thread_id == self._shown

    def _settle(self, thread_id: "str | None", how: "str") -> "None":
        self._shown = thread_id
        self._is_shown_known = True
        self._agrees = thread_id not in self.proof.failed
        self._settled(thread_id, how if self._agrees else "failed")

    def _drop(self) -> "None":
        self._stop_waiting()
        if self._switch is not None:
            self._switch.stop()
        self._switch = None
