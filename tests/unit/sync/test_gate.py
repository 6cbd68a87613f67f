"""The gate: phase and command to a verdict, and what is said about it."""

from typing import Any

import pytest

from sync.gate import (
    ACTIONS,
    COMMANDS,
    REASONS,
    THREAD_COMMANDS,
    controls,
    is_final,
    page_refusal,
    refusal,
)
from sync.state import PHASES, Snapshot, replace

IDLE = Snapshot(ready=True, restored=True, thread_known=True)
IN = {
    "gone": replace(IDLE, {"gone": True}),
    "failed": replace(IDLE, {"failure": "frame"}),
    "stalled": replace(IDLE, {"responding": True, "stalled": True}),
    "waiting": Snapshot(waiting=True),
    "starting": Snapshot(),
    "loading": replace(IDLE, {"loading": ("a",)}),
    "responding": replace(IDLE, {"responding": True}),
    "idle": IDLE,
}

# The table of DESIGN.md: what each phase answers to set_thread_id, and to every other command.
VERDICTS: dict[str, tuple[str | None, str | None]] = {
    "gone": ("gone", "gone"),
    "failed": ("frame", "frame"),
    "stalled": (None, "stalled"),
    "waiting": ("waiting", "waiting"),
    "starting": ("starting", "starting"),
    "loading": ("loading", "loading"),
    "responding": ("responding", "responding"),
    "idle": (None, None),
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("command", COMMANDS)
def test_each_phase_answers_each_command_as_the_table_says(phase: str, command: str) -> None:
    switch, other = VERDICTS[phase]
    assert IN[phase].phase == phase
    assert refusal(IN[phase], command) == (switch if command == "set_thread_id" else other)


def test_a_message_into_a_new_thread_passes_a_streaming_answer() -> None:
    assert refusal(IN["responding"], "send_user_message", new_thread=True) is None
    assert refusal(IN["loading"], "send_user_message", new_thread=True) == "loading"
    assert refusal(IN["stalled"], "send_user_message", new_thread=True) == "stalled"


def test_a_locked_thread_takes_no_message_but_can_be_left_and_written_beside() -> None:
    locked = replace(IDLE, {"locked": True})
    assert refusal(locked, "send_user_message") == "locked"
    assert refusal(locked, "send_custom_action") == "locked"
    assert refusal(locked, "send_user_message", new_thread=True) is None
    free = set(COMMANDS) - {"send_user_message", "send_custom_action"}
    assert [command for command in free if refusal(locked, command)] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_a_running_command_holds_those_that_work_on_the_thread_and_no_others(command: str) -> None:
    expected = "command" if command in THREAD_COMMANDS else None
    assert refusal(replace(IDLE, {"commands": 1}), command) == expected


@pytest.mark.parametrize(
    ("snapshot", "reason"),
    [
        (IN["idle"], None),
        (replace(IDLE, {"commands": 1}), "command"),
        (replace(IDLE, {"locked": True}), "locked"),
        (IN["failed"], None),
        (IN["gone"], None),
        *((IN[phase], phase) for phase in ("stalled", "starting", "loading", "responding")),
    ],
)
def test_the_pages_own_controls_are_off_exactly_while_the_chat_starts_or_is_busy(
    snapshot: Snapshot, reason: str | None
) -> None:
    assert page_refusal(snapshot) == reason


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("changes", [{}, {"commands": 1}, {"locked": True}])
def test_a_control_is_off_exactly_where_its_command_would_be_refused(
    phase: str, changes: dict[str, Any]
) -> None:
    snapshot = replace(IN[phase], changes)
    assert controls(snapshot) == {
        action: refusal(snapshot, command) for action, command in ACTIONS.items()
    }


@pytest.mark.parametrize("phase", PHASES)
def test_every_reason_has_words(phase: str) -> None:
    for command in COMMANDS:
        reason = refusal(IN[phase], command)
        assert reason is None or REASONS[reason]


def test_only_gone_and_failed_are_final() -> None:
    assert [phase for phase in PHASES if is_final(IN[phase])] == ["gone", "failed"]
