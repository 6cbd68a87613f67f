"""The snapshot: every rule of `advance`, the table of phases, and what holds after any events."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import state
from sync.state import (
    ELEMENT_EVENTS,
    FIELDS,
    INTERNED,
    PHASES,
    Snapshot,
    advance,
    as_dict,
    replace,
)

IDLE = Snapshot(ready=True, proven=True, restored=True, thread_known=True)


def after(*events: tuple[str, dict[str, Any] | None], start: Snapshot = IDLE) -> Snapshot:
    snapshot = start
    for name, detail in events:
        snapshot = advance(snapshot, name, detail)
    return snapshot


def thread(thread_id: str | None) -> dict[str, Any]:
    return {"threadId": thread_id}


def test_a_snapshot_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="does not change"):
        IDLE.responding = True


def test_equal_snapshots_are_equal_and_have_one_hash() -> None:
    one, other = Snapshot(thread_id="a", ready=True), Snapshot(thread_id="a", ready=True)
    assert one == other
    assert hash(one) == hash(other)
    assert one != Snapshot(thread_id="a")
    assert one != "a"


def test_replacing_nothing_gives_the_same_object() -> None:
    assert replace(IDLE, {"responding": False}) is IDLE
    assert replace(IDLE, {"responding": True}) is not IDLE


def test_a_chat_that_comes_back_to_a_state_has_the_same_snapshot() -> None:
    answering = after(("thread.change", thread("thr_1")), ("response.start", None))
    idle = advance(answering, "response.end")
    assert advance(idle, "response.start") is answering
    assert advance(answering, "response.end") is idle
    assert advance(idle, "thread.change", thread("thr_2")) != idle


def test_states_without_end_are_not_kept_without_end() -> None:
    for number in range(3 * INTERNED):
        shown = advance(IDLE, "thread.change", thread(f"thr_{number}"))
        assert shown == replace(IDLE, {"thread_id": f"thr_{number}"})
        assert advance(shown, "response.start").thread_id == f"thr_{number}"
    assert len(state._interned) <= INTERNED


def test_fields_names_every_field_once() -> None:
    assert sorted(FIELDS) == sorted(set(FIELDS))
    assert set(as_dict(IDLE)) == set(FIELDS)


# What each row has, laid over everything that lies below it.
TABLE: list[tuple[str, dict[str, Any]]] = [
    ("gone", {"gone": True}),
    ("failed", {"failure": "frame"}),
    ("stalled", {"stalled": True}),
    ("waiting", {"waiting": True}),
    ("starting", {"ready": False}),
    ("starting", {"restored": False}),
    ("loading", {"loading": ("a",)}),
    ("responding", {"responding": True}),
    ("idle", {}),
]


@pytest.mark.parametrize(("row", "phase"), list(enumerate(phase for phase, _ in TABLE)))
def test_the_phase_is_the_first_that_holds(row: int, phase: str) -> None:
    below: dict[str, Any] = {}
    for _, changes in TABLE[row:]:
        below |= changes
    assert replace(IDLE, TABLE[row][1]).phase == phase
    assert replace(IDLE, below).phase == phase


def test_the_phases_are_in_the_order_of_the_table() -> None:
    assert list(dict.fromkeys(phase for phase, _ in TABLE)) == list(PHASES)


@pytest.mark.parametrize(
    ("changes", "busy"),
    [
        ({}, False),
        ({"loading": ("a",)}, True),
        ({"responding": True}, True),
        ({"stalled": True}, True),
        ({"commands": 1}, True),
        ({"locked": True}, True),
        ({"ready": False}, False),
        ({"failure": "frame"}, False),
        ({"gone": True}, False),
    ],
)
def test_busy_is_loading_responding_stalled_a_command_or_locked(
    changes: dict[str, Any], busy: bool
) -> None:
    assert replace(IDLE, changes).busy is busy


def test_a_thread_change_is_believed_as_shown() -> None:
    shown = after(("thread.change", thread("a")), start=Snapshot())
    assert (shown.thread_id, shown.thread_known) == ("a", True)


def test_a_restored_thread_is_known_from_its_load_because_no_change_is_told() -> None:
    shown = after(("ready", None), ("thread.load.start", thread("a")), start=Snapshot())
    assert (shown.thread_id, shown.thread_known, shown.loading) == ("a", True, ("a",))


def test_loads_overlap_and_end_in_either_order() -> None:
    both = after(
        ("thread.change", thread("b")),
        ("thread.load.start", thread("b")),
        ("thread.change", thread("c")),
        ("thread.load.start", thread("c")),
    )
    assert both.loading == ("b", "c")
    assert after(("thread.load.end", thread("b")), start=both).phase == "loading"
    assert after(("thread.load.end", thread("c")), start=both).phase == "loading"
    done = after(("thread.load.end", thread("c")), ("thread.load.end", thread("b")), start=both)
    assert (done.phase, done.thread_id) == ("idle", "c")


def test_an_end_that_nobody_began_changes_nothing() -> None:
    assert after(("thread.load.end", thread("z"))) is IDLE
    assert after(("response.end", None)) is IDLE


def test_a_load_told_twice_ends_once() -> None:
    twice = after(("thread.load.start", thread("a")), ("thread.load.start", thread("a")))
    assert twice.loading == ("a",)
    assert after(("thread.load.end", thread("a")), start=twice).phase == "idle"


def test_a_stop_alone_does_not_end_the_answer() -> None:
    stopped = after(("response.start", None), ("response.stop", None))
    assert stopped.phase == "responding"
    assert after(("response.end", None), start=stopped).phase == "idle"


@pytest.mark.parametrize("name", [name for name in ELEMENT_EVENTS if name != "error"])
def test_any_event_is_a_sign_of_life(name: str) -> None:
    silent = Snapshot(failure="never-ready", restored=True)
    assert after((name, None), start=silent).ready
    assert after((name, None), start=silent).failure is None
    stalled = replace(IDLE, {"responding": True, "stalled": True})
    assert not after((name, None), start=stalled).stalled


def test_an_error_ends_a_stall_but_does_not_make_a_failed_element_usable() -> None:
    failed = Snapshot(failure="options")
    assert after(("error", {"name": "FatalAppError"}), start=failed).failure == "options"
    stalled = replace(IDLE, {"responding": True, "stalled": True})
    assert not after(("error", {"name": "StreamError"}), start=stalled).stalled


def test_a_stall_ends_with_what_it_waited_for() -> None:
    stalled = after(("own.command.start", None), ("own.stalled", None))
    assert stalled.phase == "stalled"
    assert after(("own.command.end", None), start=stalled) == IDLE


def test_a_stall_of_nothing_is_none() -> None:
    assert after(("own.stalled", None)).phase == "idle"


def test_bytes_of_an_answer_end_a_stall() -> None:
    stalled = after(("response.start", None), ("own.stalled", None))
    assert after(("own.alive", None), start=stalled).phase == "responding"


def test_a_lock_lasts_until_the_thread_is_left_or_answers() -> None:
    locked = after(("own.locked", None))
    assert locked.busy
    assert locked.phase == "idle"
    assert not after(("thread.change", thread("b")), start=locked).busy
    assert not after(("response.start", None), start=locked).locked


def test_a_streaming_thread_is_not_called_locked() -> None:
    assert not after(("response.start", None), ("own.locked", None)).locked


def test_commands_are_counted_and_never_below_nothing() -> None:
    two = after(("own.command.start", None), ("own.command.start", None))
    assert two.commands == 2
    ends: list[tuple[str, None]] = [("own.command.end", None)] * 3
    assert after(*ends, start=two).commands == 0


def test_a_fresh_element_starts_from_nothing_and_keeps_the_notice() -> None:
    used = replace(IDLE, {"thread_id": "a", "responding": True, "notice": "restore-failed"})
    assert after(("own.element", None), start=used) == Snapshot(notice="restore-failed")


def test_an_element_that_has_left_is_gone_whatever_it_did() -> None:
    used = replace(IDLE, {"thread_id": "a", "responding": True, "loading": ("b",)})
    left = after(("own.gone", None), start=used)
    assert (left.phase, left.busy, left.loading) == ("gone", False, ())


def test_it_has_started_once_ready_and_restored() -> None:
    ready = after(("own.ready", None), start=Snapshot())
    assert ready.phase == "starting"
    assert after(("own.restored", None), start=ready).phase == "idle"
    assert after(("own.restored", None), start=Snapshot()).phase == "starting"


def test_a_failure_and_a_notice_say_what_they_are_told() -> None:
    assert after(("own.failed", {"reason": "frame"})).failure == "frame"
    told = after(("own.notice", {"notice": "signed-out"}))
    assert told.notice == "signed-out"
    assert after(("own.notice", {}), start=told).notice is None


def test_an_unknown_event_changes_nothing() -> None:
    assert after(("thread.rename", thread("x")), ("own.nonsense", None)) is IDLE


def test_telling_an_equal_thing_gives_the_same_snapshot() -> None:
    shown = after(("thread.change", thread("a")))
    assert advance(shown, "thread.change", thread("a")) is shown


IDS = st.sampled_from([None, "a", "b", "client_thread_1"])
OWN_EVENTS = (
    "own.element own.known own.ready own.restored own.gone own.stalled own.alive own.locked "
    "own.notice own.command.start own.command.end own.unknown"
).split()
EVENTS = st.one_of(
    st.tuples(st.sampled_from([*ELEMENT_EVENTS, *OWN_EVENTS]), IDS.map(thread)),
    st.tuples(st.just("own.failed"), st.just({"reason": "frame"})),
)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


def check(snapshot: Snapshot) -> None:
    """What holds whatever has happened."""
    assert snapshot.phase in PHASES
    working = snapshot.loading or snapshot.responding or snapshot.commands
    assert snapshot.occupied == bool(working)
    assert snapshot.busy == bool(working or snapshot.stalled or snapshot.locked)
    assert len(set(snapshot.loading)) == len(snapshot.loading)
    assert snapshot.commands >= 0
    assert not snapshot.stalled or snapshot.occupied
    assert not (snapshot.locked and snapshot.responding)
    assert (snapshot.phase == "gone") == snapshot.gone
    assert snapshot.phase != "idle" or (snapshot.ready and snapshot.restored)
    if snapshot.phase == "idle":
        assert snapshot.busy == bool(snapshot.commands or snapshot.locked)
    hash(snapshot)


@settings(max_examples=300, deadline=None)
@given(st.lists(EVENTS, max_size=40))
def test_any_events_in_any_order_keep_the_invariants(
    events: list[tuple[str, dict[str, Any]]],
) -> None:
    snapshot = Snapshot()
    for name, detail in events:
        before, fields = snapshot, as_dict(snapshot)
        snapshot = advance(before, name, detail)
        assert as_dict(before) == fields, "the former snapshot has changed"
        check(snapshot)


@settings(max_examples=200, deadline=None)
@given(st.lists(EVENTS, max_size=40))
def test_when_all_that_runs_has_ended_the_chat_is_not_busy(
    events: list[tuple[str, dict[str, Any]]],
) -> None:
    snapshot = after(*events, start=Snapshot())
    for loading in snapshot.loading:
        snapshot = advance(snapshot, "thread.load.end", thread(loading))
    for _ in range(snapshot.commands):
        snapshot = advance(snapshot, "own.command.end")
    snapshot = advance(snapshot, "response.end")
    assert not snapshot.occupied
    assert not advance(snapshot, "thread.change", thread(None)).busy


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(ELEMENT_EVENTS),
            st.none() | st.dictionaries(st.sampled_from(["threadId", "name", "error", "x"]), ODD),
        ),
        max_size=10,
    )
)
def test_odd_details_never_raise_and_keep_the_invariants(
    events: list[tuple[str, dict[str, Any] | None]],
) -> None:
    snapshot = Snapshot(restored=True)
    for name, detail in events:
        snapshot = advance(snapshot, name, detail)
        check(snapshot)
        assert snapshot.thread_id is None or isinstance(snapshot.thread_id, str)
