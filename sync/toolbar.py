"""The page's controls and its status: what they show, and what their clicks ask for.

Python sends one small map per change, `{action: reason or None}` with the phase, and `controls.js`
brings every control into its state, however many there are. Clicks come back as plain data.
"""

import json

from .gate import controls, page_refusal
from .state import PENDING, as_dict, once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .browser import Browser
    from .state import Snapshot

TEXTS = {
    "starting": "The chat is starting…",
    "loading": "Loading the conversation…",
    "responding": "The assistant is answering…",
    "stalled": "The assistant has not been heard of for a while. You can start a new chat.",
    "stalled-companion": "This answer is taking long. You can wait, or start a new chat.",
    "locked": "This conversation waits for something that does not answer. Open another one.",
    "failed": "The chat is not available right now. Reloading the page may help.",
    "failed-script": "The chat could not be loaded. Reloading the page may help.",
    "failed-options": "The chat is not available on this page.",
    "failed-origin": "The chat is not available on this page: it needs a secure connection.",
    "failed-domain": "The chat is not available on this page.",
    "failed-app": "The chat has stopped working. Reloading the page may help.",
    "gone": "The chat has left this page.",
    "thread-gone": "That conversation no longer exists.",
    "switch-failed": "That conversation could not be opened.",
    "restore-failed": "The conversation could not be loaded. Try again in a moment.",
    "restore-unknown": "The conversation could not be loaded. Try again in a moment.",
    "restore-given-up": "The conversation still cannot be loaded.",
    "signed-out": "You are signed out. Sign in to go on.",
    "unavailable": "The chat service is unavailable at the moment.",
    "refused": "The chat did not accept that.",
    "too-many": "Too many messages at once. Try again in a moment.",
    "answer-failed": "The answer failed. The chat may say why.",
    "cut-off": "The connection was lost before the answer was complete.",
    # Said by controls.js, which has it from the JSON that the tag's data-config names.
    "no-python": "The chat helpers could not start.",
}
"""Every text that a person is shown, by key; a page replaces them with `[chatkit.texts]`."""

ANNOUNCE_AFTER = 0.5
"""Seconds that a phase lasts before it is announced: shorter ones would only be noise."""

NO_ELEMENT = 0
"""What stands for the element while the page has none: its controls are drawn all the same."""

CLICK_AGE = 15.0
"""Seconds after which a click that was kept while the chat started is forgotten."""


def status_key(snapshot: "Snapshot", *, owner: "bool") -> "str | None":
    """The key of the text for a snapshot, `None` where there is nothing to say.

    A companion cannot see the bytes of a long answer, so its words for a stall are milder.
    """
    phase = snapshot.phase
    if phase == "waiting":
        return None
    if phase == "stalled":
        return "stalled" if owner else "stalled-companion"
    if phase == "failed" and f"failed-{snapshot.failure}" in TEXTS:
        return f"failed-{snapshot.failure}"
    if phase != "idle":
        return phase
    return "locked" if snapshot.locked else snapshot.notice


def worth_running(
    clicks: "list[dict[str, Any]]", now: "float", *, focus_unmoved: "bool"
) -> "list[dict[str, Any]]":
    """Which clicks that were made while the chat started are still meant, in order.

    Repeats of one control count once, of several switches the last counts, the composer gets the
    focus only if it has not moved since, and nothing is older than `CLICK_AGE`.
    """
    chosen: "list[dict[str, Any]]" = []
    for click in clicks:
        action = click["action"]
        if now - click["at"] > CLICK_AGE or (action == "focus-composer" and not focus_unmoved):
            continue
        if is_switch(click):
            chosen = [one for one in chosen if not is_switch(one)]
        elif any(one["control"] == click["control"] for one in chosen):
            continue
        chosen.append(click)
    return chosen


def is_switch(click: "dict[str, Any]") -> "bool":
    """Whether a click asks for another thread."""
    return click["action"] in ("new-thread", "open-thread")


class Toolbar:
    """Draws snapshots and collects clicks for one element at a time.

    Duties: `attach` an element (it is `element` from then on), `draw` every snapshot before anybody
    else does anything about it, `follow` when they have, `clicked` for every click.
    `perform(click, waits)` is called for those that count; `waits` is true for clicks that were
    made while the chat started.
    """

    def __init__(
        self,
        browser: "Browser",
        perform: "Callable[[dict[str, Any], bool], None]",
        *,
        owner: "Callable[[], bool]",
        texts: "dict[str, str] | None" = None,
        announce_after: "float" = ANNOUNCE_AFTER,
    ):
        self._browser = browser
        self._perform = perform
        self._owner = owner
        self._texts = TEXTS | (texts or {})
        self._announce_after = announce_after
        self.element = NO_ELEMENT
        self._kept: "list[dict[str, Any]]" = []
        self._drawn = ""
        self._key: "str | None" = None
        self._text = ""
        self._notice: "str | None" = None
        self._is_unsaid = False
        self._timer: "object" = None
        self._snapshot: "Snapshot | None" = None
        self._told: "Snapshot | None" = None

    def attach(self, element: "int") -> "None":
        """Another element is served from now on."""
        self.element = element
        self._drawn = ""
        self._told = None

    def stop(self, snapshot: "Snapshot") -> "None":
        """Lets go of the timer and of clicks that wait, and tells the page's scripts the end."""
        if self._told is not None:
            self._browser.announce(self.element, once(snapshot, plain))
        self._browser.cancel(self._timer)
        self._timer = None
        self._kept = []
        self._snapshot = None

    def forget_clicks(self) -> "None":
        """Those that wait are not meant any more."""
        self._kept = []

    def clicked(self, click: "dict[str, Any]") -> "None":
        """A click on a control that is on, or on any while the chat starts."""
        if self._snapshot is None or self._snapshot.phase in PENDING:
            self._kept.append(click)
        else:
            self._perform(click, False)

    def draw(self, snapshot: "Snapshot") -> "None":
        """Brings controls and status in step with a snapshot: one crossing, and only if needed."""
        self._snapshot = snapshot
        key = status_key(snapshot, owner=self._owner())
        if key != self._key:
            self._key = key
            # A notice is a result, not a phase that may be over in a moment.
            self._notice = snapshot.notice
            is_result = key is not None and key == self._notice
            self._text = self._texts.get(key or "", "") if is_result else ""
            self._is_unsaid = True
        self._send()

    def follow(self) -> "None":
        """What has been drawn is told to the page's scripts, and to people if it lasts; clicks that
        have waited for it run.
        """
        snapshot = self._snapshot
        if snapshot is not None and snapshot is not self._told:
            self._told = snapshot
            self._browser.announce(self.element, once(snapshot, plain))
        if self._is_unsaid:
            self._is_unsaid = False
            self._browser.cancel(self._timer)
            self._timer = None
            if self._key is not None and self._key != self._notice:
                self._timer = self._browser.later(self._announce_after, self._announce)
        if self._kept and snapshot is not None and snapshot.phase not in PENDING:
            self._release(snapshot)

    def _announce(self) -> "None":
        self._timer = None
        self._text = self._texts.get(self._key or "", "")
        self._send()

    def _send(self) -> "None":
        snapshot = self._snapshot
        if snapshot is None:
            return
        text = picture(snapshot, self._text)
        if text != self._drawn:
            self._drawn = text
            self._browser.draw(self.element, text)

    def _release(self, snapshot: "Snapshot") -> "None":
        kept, self._kept = self._kept, []
        if snapshot.phase in ("gone", "failed"):
            return
        unmoved = self._browser.focus_unmoved()
        for click in worth_running(kept, self._browser.now(), focus_unmoved=unmoved):
            self._perform(click, True)


def reason_of(snapshot: "Snapshot") -> "str | None":
    """Why the chat is not as it should be, in a word for CSS: the failure (a key of
    `gate.REASONS`), "stalled", "locked", or the notice; `None` where all is well.
    """
    if snapshot.failure is not None:
        return snapshot.failure
    if snapshot.stalled or snapshot.locked:
        return "stalled" if snapshot.stalled else "locked"
    return snapshot.notice


def picture(snapshot: "Snapshot", text: "str") -> "str":
    """A snapshot as `controls.js` draws it, as JSON."""
    shown = once(snapshot, _picture)
    return f'{{{shown}, "text": {json.dumps(text)}}}'


def _picture(snapshot: "Snapshot") -> "str":
    shown = {
        "phase": snapshot.phase,
        "busy": snapshot.busy,
        "thread": snapshot.thread_id,
        "reason": reason_of(snapshot),
        "off": controls(snapshot),
        "gate": page_refusal(snapshot),
    }
    return json.dumps(shown)[1:-1]


def plain(snapshot: "Snapshot") -> "str":
    """A snapshot as JSON, for listeners of `chatkit-sync`."""
    derived = {
        "phase": snapshot.phase,
        "busy": snapshot.busy,
        "retryable": snapshot.retryable,
        "loading": list(snapshot.loading),
    }
    return json.dumps(as_dict(snapshot) | derived)
