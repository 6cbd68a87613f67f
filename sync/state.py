"""What the chat is doing, as one frozen value and one pure function.

`Snapshot` is everything that controls, address bar, storage and subscribers are drawn from, and
`advance(snapshot, name, detail)` is the only way from one snapshot to the next.

    shown = advance(Snapshot(), "thread.load.start", {"threadId": "thr_1"})
    shown.phase        # "starting": the first restore has not ended

Events are the element's own, without their prefix `chatkit.`, and ours, which begin with `own.`.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

ELEMENT_EVENTS = (
    "ready",
    "error",
    "thread.change",
    "thread.load.start",
    "thread.load.end",
    "response.start",
    "response.end",
    "response.stop",
    "composer.submit",
    "history.open",
    "history.close",
    "tool.change",
    "effect",
    "deeplink",
    "log",
)

PHASES = ("gone", "failed", "stalled", "waiting", "starting", "loading", "responding", "idle")

PENDING = ("waiting", "starting")
"""Phases in which commands and clicks wait for the chat."""

FIELDS = (
    "thread_id",
    "thread_known",
    "loading",
    "responding",
    "commands",
    "locked",
    "stalled",
    "waiting",
    "ready",
    "proven",
    "restored",
    "failure",
    "gone",
    "notice",
    "lost",
)


class Snapshot:
    """What the element shows and does, at one moment. Never changes; compare with `==`.

    Equal ones are one object as long as few are different (`INTERNED`).

    - `thread_id`: the shown thread, `None` for a new chat. Meaningless while `thread_known` is
      false: what the element did before we came is unknown, not none.
    - `loading`: ids of the threads being loaded, in order of their start; loads overlap and end
      in any order (measured).
    - `responding`: an answer streams for the shown thread.
    - `commands`: how many of our own commands that work on the thread have had no answer yet.
    - `locked`: the element says "already responding" although no event does (measured, after a
      client tool that failed); leaving the thread unlocks.
    - `stalled`: busy without a sign of life past the limit.
    - `waiting`: the page has not configured the chat yet: there is no element, no script that
      defines it, or `setOptions` was not called, so that it has no frame (measured).
    - `ready`: the element has given a sign of life.
    - `proven`: it has done more than being ready, which a frame with a 404 in it is as well
      (measured).
    - `restored`: the first restore has ended or run out of time.
    - `failure`: why the element never became usable (a key of `gate.REASONS`), else `None`.
    - `gone`: the element has left the document.
    - `notice`: what a person should be told although the chat goes on (a key of
      `toolbar.TEXTS`), else `None`.
    - `lost`: the thread that could not be shown and may be tried again, else `None`.
    """

    thread_id: "str | None"
    thread_known: "bool"
    loading: "tuple[str, ...]"
    responding: "bool"
    commands: "int"
    locked: "bool"
    stalled: "bool"
    waiting: "bool"
    ready: "bool"
    proven: "bool"
    restored: "bool"
    failure: "str | None"
    gone: "bool"
    notice: "str | None"
    lost: "str | None"

    # What follows it, by event, and what has been made of it, by function: no part of its value.
    _once: "dict[Any, Any]"

    __slots__ = FIELDS + ("_once",)

    def __init__(
        self,
        *,
        thread_id: "str | None" = None,
        thread_known: "bool" = False,
        loading: "tuple[str, ...]" = (),
        responding: "bool" = False,
        commands: "int" = 0,
        locked: "bool" = False,
        stalled: "bool" = False,
        waiting: "bool" = False,
        ready: "bool" = False,
        proven: "bool" = False,
        restored: "bool" = False,
        failure: "str | None" = None,
        gone: "bool" = False,
        notice: "str | None" = None,
        lost: "str | None" = None,
    ):
        put = object.__setattr__
        put(self, "thread_id", thread_id)
        put(self, "thread_known", thread_known)
        put(self, "loading", loading)
        put(self, "responding", responding)
        put(self, "commands", commands)
        put(self, "locked", locked)
        put(self, "stalled", stalled)
        put(self, "waiting", waiting)
        put(self, "ready", ready)
        put(self, "proven", proven)
        put(self, "restored", restored)
        put(self, "failure", failure)
        put(self, "gone", gone)
        put(self, "notice", notice)
        put(self, "lost", lost)
        put(self, "_once", {})

    def __setattr__(self, name: "str", value: "object") -> "None":
        raise AttributeError("a Snapshot does not change; use replace()")

    def __eq__(self, other: "object") -> "bool":
        if not isinstance(other, Snapshot):
            return False
        return as_dict(self) == as_dict(other)

    def __hash__(self) -> "int":
        return hash((self.thread_id, self.loading, self.responding, self.commands))

    def __repr__(self) -> "str":
        return f"Snapshot(phase={self.phase!r}, thread_id={self.thread_id!r}, busy={self.busy!r})"

    @property
    def phase(self) -> "str":
        """The first of `PHASES` that holds."""
        if self.gone:
            return "gone"
        if self.failure is not None:
            return "failed"
        if self.stalled:
            return "stalled"
        if self.waiting:
            return "waiting"
        if not (self.ready and self.restored):
            return "starting"
        if self.loading:
            return "loading"
        return "responding" if self.responding else "idle"

    @property
    def occupied(self) -> "bool":
        """Something runs whose end we wait for, so that its silence can be a stall."""
        return bool(self.loading) or self.responding or self.commands > 0

    @property
    def retryable(self) -> "bool":
        """Whether something could not be shown and may be tried again: `ChatKit.retry`."""
        return self.lost is not None

    @property
    def busy(self) -> "bool":
        """Whether the chat is at work, or believes that it is."""
        return self.occupied or self.stalled or self.locked


def once(snapshot: "Snapshot", work_out: "Callable[[Snapshot], Any]") -> "Any":
    """What a function returns for a snapshot, worked out once and kept with it."""
    if work_out not in snapshot._once:
        snapshot._once[work_out] = work_out(snapshot)
    return snapshot._once[work_out]


def as_dict(snapshot: "Snapshot") -> "dict[str, object]":
    """The snapshot's fields as a dict, without `phase`, `busy` and `retryable`, which follow."""
    return {name: getattr(snapshot, name) for name in FIELDS}


def replace(snapshot: "Snapshot", changes: "dict[str, object]") -> "Snapshot":
    """The snapshot with some fields changed; the same object where nothing differs."""
    for name, value in changes.items():
        if getattr(snapshot, name) != value:
            return _one_of(as_dict(snapshot) | changes)
    return snapshot


_interned: "dict[tuple[object, ...], Snapshot]" = {}


def _one_of(fields: "dict[str, Any]") -> "Snapshot":
    # A chat comes back to the same few states. What has been worked out for them, and what follows
    # them, was a quarter of the time until controls are switched (measured on both interpreters).
    values = tuple([fields[name] for name in FIELDS])
    if values not in _interned:
        if len(_interned) >= INTERNED:
            _interned.clear()
        _interned[values] = Snapshot(**fields)
    return _interned[values]


def thread_of(detail: "dict[str, object]") -> "str | None":
    """The thread id that an event tells; `None` for a new chat, and for what is no text."""
    thread_id = detail.get("threadId")
    return thread_id if isinstance(thread_id, str) else None


def is_of_shown(snapshot: "Snapshot", detail: "dict[str, object]") -> "bool":
    """Whether what an owner sees of a stream is of the shown thread: one of a thread that was left
    goes on (measured). A new thread's has no id yet.
    """
    thread = detail.get("thread")
    return snapshot.responding if thread is None else thread == snapshot.thread_id


def is_life(snapshot: "Snapshot", name: "str", detail: "dict[str, object]") -> "bool":
    """Whether what an owner sees of the requests is a sign of life of what is shown."""
    return name in ("own.alive", "own.http") and is_of_shown(snapshot, detail)


def advance(
    snapshot: "Snapshot", name: "str", detail: "dict[str, object] | None" = None
) -> "Snapshot":
    """The snapshot after one event.

    `name` is one of `ELEMENT_EVENTS` or `own.…`; an unknown name changes nothing. `detail` is the
    event's detail as Python values. Any order of events is taken: what a fault leaves out or
    doubles must not leave a state behind that nothing can end.
    """
    if detail:
        return _after(snapshot, name, detail)
    if name not in snapshot._once:
        snapshot._once[name] = _after(snapshot, name, {})
    following: "Snapshot" = snapshot._once[name]
    return following


def _after(snapshot: "Snapshot", name: "str", detail: "dict[str, object]") -> "Snapshot":
    rule = _RULES.get(name)
    changes = rule(snapshot, detail) if rule else {}
    if name in ELEMENT_EVENTS and (name != "error" or detail.get("name") not in FATAL):
        proven = snapshot.proven or name not in ("ready", "log")
        # What its own app has given up does not come back by a late event.
        failure = snapshot.failure if snapshot.failure in FOR_GOOD else None
        signs = {"ready": True, "proven": proven, "failure": failure, "stalled": False}
        changes = signs | {"waiting": False} | changes
    elif name == "error":
        changes = {"stalled": False, "waiting": False} | changes
    after = replace(snapshot, changes)
    # A stall is silence in the middle of something; when the something has ended, so has it.
    return replace(after, {"stalled": False}) if after.stalled and not after.occupied else after


INTERNED = 64
"""Snapshots of which no second one is made. When there are as many, all are forgotten."""

FOR_GOOD = ("app", "domain", "stopped")
"""Failures after which nothing comes: a domain that is refused has no frame any more (measured)."""

LASTING = ("signed-out", "unavailable", "too-many")
"""Notices that hold for every thread, until a request works."""

FATAL = ("IntegrationError", "DomainVerificationRequestError", "FatalAppError")
"""The element's errors that are no sign of life: what is refused, and what has ended."""

ANSWER_ERRORS = ("StreamError", "StreamEventParsingError")
"""The element's errors that end an answer; it shows them in the chat, far from our controls."""


def _error(snapshot: "Snapshot", detail: "dict[str, object]") -> "dict[str, object]":
    # Refused commands reject; what is told as an error before anything else is the options.
    name = detail.get("name")
    if snapshot.failure is not None:
        return {}
    if name == "IntegrationError" and not snapshot.proven:
        return {"failure": "options"}
    if name == "DomainVerificationRequestError":
        return {"failure": "domain"}
    if name in ANSWER_ERRORS and snapshot.responding and snapshot.notice is None:
        # What an owner has seen of the request says more, and came before.
        return {"notice": "answer-failed"}
    return {"failure": "app"} if name == "FatalAppError" else {}


def _thread_change(snapshot: "Snapshot", detail: "dict[str, object]") -> "dict[str, object]":
    changes = {"thread_id": thread_of(detail), "thread_known": True, "locked": False}
    return changes | (_left(snapshot, detail) if snapshot.stalled else {})


def _left(snapshot: "Snapshot", detail: "dict[str, object]") -> "dict[str, object]":
    # What has been silent past the limit is left behind: its end may never come. Only a new
    # thread's id is no leaving, however late it comes.
    shown, thread_id = snapshot.thread_id, thread_of(detail)
    is_new = shown is None or shown.startswith("client_thread_")
    is_created = snapshot.responding and is_new and thread_id is not None
    return {"loading": (), "responding": is_created}


def _load_start(snapshot: "Snapshot", detail: "dict[str, object]") -> "dict[str, object]":
    # A load is always of the shown thread, and an initial one is told by nothing else: the
    # element emits no thread.change for it (measured).
    thread_id = thread_of(detail)
    if thread_id is None:
        return {}
    others = tuple([one for one in snapshot.loading if one != thread_id])
    return {
        "thread_id": thread_id,
        "thread_known": True,
        "loading": others + (thread_id,),
        "notice": _lasting(snapshot),
        "lost": None,
    }


def _load_end(snapshot: "Snapshot", detail: "dict[str, object]") -> "dict[str, object]":
    ended = thread_of(detail)
    return {"loading": tuple([one for one in snapshot.loading if one != ended])}


def _response_start(snapshot: "Snapshot", detail: "dict[str, object]") -> "dict[str, object]":
    notice = _lasting(snapshot)
    return {"responding": True, "locked": False, "notice": notice, "lost": None}


def _lasting(snapshot: "Snapshot") -> "str | None":
    return snapshot.notice if snapshot.notice in LASTING else None


def _response_end(snapshot: "Snapshot", detail: "dict[str, object]") -> "dict[str, object]":
    return {"responding": False}


def _command_end(snapshot: "Snapshot", detail: "dict[str, object]") -> "dict[str, object]":
    return {"commands": max(0, snapshot.commands - 1)}


_RULES: "dict[str, Callable[[Snapshot, dict[str, object]], dict[str, object]]]" = {
    "error": _error,
    "thread.change": _thread_change,
    "thread.load.start": _load_start,
    "thread.load.end": _load_end,
    "response.start": _response_start,
    "response.end": _response_end,
    # Ours. A fresh element starts from nothing, but the notice stays for the person to read.
    "own.element": lambda s, d: as_dict(Snapshot(notice=s.notice)),
    "own.known": lambda s, d: {"thread_id": thread_of(d), "thread_known": True},
    "own.waiting": lambda s, d: {"waiting": not (s.ready or s.gone)},
    "own.configured": lambda s, d: {"waiting": False},
    "own.ready": lambda s, d: {"ready": True, "waiting": False},
    "own.restored": lambda s, d: {"restored": True},
    "own.gone": lambda s, d: as_dict(Snapshot(gone=True, notice=s.notice)),
    "own.failed": lambda s, d: {"failure": s.failure or d["reason"]},
    "own.stopped": lambda s, d: as_dict(Snapshot(failure="stopped")),
    # A command without an answer finds out a ready that was only a frame's load (measured).
    "own.silent": lambda s, d: {} if s.proven else {"failure": s.failure or "no-answer"},
    "own.answered": lambda s, d: {
        "proven": True,
        "failure": None if s.failure == "no-answer" else s.failure,
    },
    "own.stalled": lambda s, d: {"stalled": True},
    "own.alive": lambda s, d: {"stalled": False} if is_of_shown(s, d) else {},
    "own.http": lambda s, d: {"stalled": False} if is_of_shown(s, d) else {},
    # Our own switch away from a stall has resolved; the element tells no change where it shows
    # that thread already (measured for a new chat).
    "own.left": _left,
    "own.cut": lambda s, d: {"notice": "cut-off"} if is_of_shown(s, d) else {},
    "own.locked": lambda s, d: {"locked": not s.responding},
    "own.lost": lambda s, d: {"lost": thread_of(d), "notice": d.get("notice") or _lasting(s)},
    "own.notice": lambda s, d: {"notice": d.get("notice")},
    "own.command.start": lambda s, d: {"commands": s.commands + 1},
    "own.command.end": _command_end,
}
