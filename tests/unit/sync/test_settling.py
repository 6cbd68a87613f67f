"""When a switch is settled: the table of DESIGN.md, and the element's facts 3 to 6."""

from collections.abc import Callable
from typing import Any

import pytest

from sync.settling import AT_ONCE, SETTLE_DELAY, Settling
from sync.state import Snapshot, advance
from sync.switch import TAKEN_BACK
from tests.fakes import FakeBrowser

TICK = 0.0001


class Told:
    """A Settling that is told events as a session would, and what it has settled."""

    def __init__(self, shown: str | None = "a", *, rests: bool = True) -> None:
        self.browser = FakeBrowser()
        self.settled: list[tuple[str | None, str]] = []
        self.questions: list[str] = []
        self.is_there: bool | None = True
        self.settling = Settling(
            self.browser,
            lambda one, how: self.settled.append((one, how)),
            self.confirm,
            lambda: None,
        )
        self.snapshot = Snapshot(ready=True, restored=True, thread_known=True, thread_id=shown)
        if rests:
            self.settling.rest(shown)

    @property
    def ids(self) -> list[str | None]:
        return [thread_id for thread_id, _ in self.settled]

    def confirm(self, thread_id: str, answered: Callable[[bool], None]) -> None:
        """The server is asked; with `is_there` None it has not answered yet."""
        self.questions.append(thread_id)
        self.answer = answered
        if self.is_there is not None:
            answered(self.is_there)

    def tell(self, name: str, thread_id: str | None = None, /, **detail: Any) -> None:
        before = self.snapshot
        detail = {"threadId": thread_id} | detail if name.startswith("thread") else detail
        self.snapshot = advance(before, name, detail)
        self.settling.observe(before, name, detail, self.browser.now())
        self.settling.handled()

    def wait(self, seconds: float) -> None:
        self.browser.clock.advance(seconds)

    def change(self, thread_id: str | None) -> None:
        self.tell("thread.change", thread_id)

    def load(self, thread_id: str, seconds: float = 0.1) -> None:
        """A load, from its start to its end."""
        self.wait(TICK)
        self.tell("thread.load.start", thread_id)
        self.wait(seconds)
        self.tell("thread.load.end", thread_id)

    def command(self, thread_id: str | None) -> None:
        self.settling.command_started("set_thread_id", thread_id, False)

    def answered(self, thread_id: str | None, outcome: str) -> None:
        self.settling.command_ended(
            "set_thread_id", thread_id, False, outcome, self.snapshot.thread_id
        )


def test_a_switch_by_our_command_is_settled_when_it_resolves() -> None:
    told = Told()
    told.command("b")
    told.change("b")
    told.load("b")
    assert told.settled == []
    told.answered("b", "resolved")
    assert told.settled == [("b", "switch")]
    told.wait(1.0)
    assert told.ids == ["b"]


def test_our_command_is_not_settled_before_it_resolves_however_long_that_takes() -> None:
    told = Told()
    told.command("b")
    told.change("b")
    told.wait(60.0)
    assert told.settled == []


def test_our_command_to_the_shown_thread_is_settled_without_any_event() -> None:
    told = Told()
    told.command("a")
    told.answered("a", "resolved")
    assert told.ids == ["a"]


def test_our_command_that_resolves_after_another_switch_settles_nothing_of_its_own() -> None:
    told = Told()
    told.command("b")
    told.change("b")
    told.change("c")
    told.answered("b", "resolved")
    assert told.settled == []
    told.wait(SETTLE_DELAY)
    assert told.ids == ["c"]


def test_a_rejected_command_leaves_no_trace() -> None:
    told = Told()
    told.command("x")
    told.change("x")
    told.load("x")
    told.wait(TICK)
    told.change("a")
    told.answered("x", "failed")
    told.wait(1.0)
    assert told.settled == []
    assert told.settling.proof.failed == {"x"}


def test_an_id_that_has_failed_is_not_believed_when_its_command_resolves() -> None:
    told = Told()
    told.command("x")
    told.change("x")
    told.load("x")
    told.change("a")
    told.answered("x", "failed")
    told.command("x")
    told.change("x")
    told.answered("x", "resolved")
    told.wait(1.0)
    assert told.settled == [("x", "failed")]


def test_an_id_that_has_failed_is_not_believed_when_it_is_opened_inside_either() -> None:
    told = Told()
    told.settling.proof.failed.add("x")
    told.change("x")
    told.wait(1.0)
    assert told.settled == [("x", "failed")]


def test_a_real_load_gives_a_failed_id_a_new_chance() -> None:
    told = Told()
    told.settling.proof.failed.add("x")
    told.change("x")
    told.load("x")
    told.wait(SETTLE_DELAY)
    assert told.ids == ["x"]


def test_a_new_threads_id_is_settled_at_once_during_its_response() -> None:
    told = Told(None)
    told.tell("response.start")
    told.wait(0.1)
    told.change("new")
    told.wait(AT_ONCE)
    assert told.settled == [("new", "creation")]
    assert told.snapshot.responding


def test_a_new_threads_id_is_settled_at_once_in_a_message_beside_a_thread() -> None:
    told = Told("a")
    told.settling.command_started("send_user_message", None, True)
    told.tell("response.start")
    told.settling.command_ended("send_user_message", None, True, "resolved", "a")
    told.change("new")
    told.wait(AT_ONCE)
    assert told.ids == ["new"]


def test_a_first_message_that_is_left_is_no_new_thread() -> None:
    # thread change b, response end, load …: the id that changes is another thread's.
    told = Told(None)
    told.tell("response.start")
    told.change("b")
    told.tell("response.end")
    told.wait(TICK)
    told.tell("thread.load.start", "b")
    told.wait(1.0)
    assert told.settled == []
    told.tell("thread.load.end", "b")
    told.wait(SETTLE_DELAY)
    assert told.ids == ["b"]


def test_a_switch_inside_with_a_load_is_settled_a_moment_after_its_end() -> None:
    told = Told()
    told.change("b")
    told.load("b", seconds=10.0)
    told.wait(SETTLE_DELAY - TICK)
    assert told.settled == []
    told.wait(TICK)
    assert told.ids == ["b"]


def test_a_switch_inside_without_a_load_is_settled_a_moment_after_the_change() -> None:
    told = Told()
    told.change("b")
    told.wait(SETTLE_DELAY - TICK)
    assert told.settled == []
    told.wait(TICK)
    assert told.ids == ["b"]


def test_a_new_chat_inside_is_settled_a_moment_after_the_change() -> None:
    told = Told()
    told.change(None)
    told.wait(SETTLE_DELAY)
    assert told.settled == [(None, "switch")]


def test_a_failed_switch_inside_is_taken_back_and_leaves_no_trace() -> None:
    told = Told()
    told.change("x")
    told.load("x")
    told.wait(TICK)
    told.change("a")
    told.wait(1.0)
    assert told.settled == []
    assert told.settling.proof.failed == {"x"}


def test_a_failed_switch_from_a_new_chat_is_no_new_chat_that_anybody_meant() -> None:
    told = Told(None)
    told.change("x")
    told.load("x")
    told.wait(TICK)
    told.change(None)
    told.wait(1.0)
    assert told.settled == []


def test_a_person_who_switches_soon_after_a_load_is_not_taken_for_a_failure() -> None:
    told = Told()
    told.change("b")
    told.load("b")
    told.wait(TAKEN_BACK + 0.002)
    told.change("c")
    told.wait(SETTLE_DELAY)
    assert told.ids == ["c"]
    assert told.settling.proof.failed == set()


def test_only_the_last_of_two_quick_switches_is_settled() -> None:
    told = Told()
    for thread_id in ("b", "c"):
        told.change(thread_id)
        told.wait(TICK)
        told.tell("thread.load.start", thread_id)
    told.wait(0.1)
    told.tell("thread.load.end", "b")
    told.wait(1.0)
    assert told.settled == []
    told.tell("thread.load.end", "c")
    told.wait(SETTLE_DELAY)
    assert told.ids == ["c"]


def test_leaving_a_streaming_thread_and_coming_back_settles_both() -> None:
    told = Told()
    told.tell("response.start")
    told.change("b")
    told.tell("response.end")
    told.load("b")
    told.wait(SETTLE_DELAY)
    told.change("a")
    told.tell("response.start")
    told.wait(SETTLE_DELAY)
    assert told.ids == ["b", "a"]


def test_a_temporary_id_is_never_settled() -> None:
    told = Told(None)
    told.tell("response.start")
    told.change("client_thread_7")
    told.wait(60.0)
    assert told.settled == []
    told.change("new")
    told.wait(SETTLE_DELAY)
    assert told.ids == ["new"]


def test_nothing_is_settled_before_the_first_restore_has_ended() -> None:
    told = Told(None, rests=False)
    told.change(None)
    told.wait(1.0)
    told.change("b")
    told.wait(1.0)
    assert told.settled == []


def test_a_null_for_a_restore_that_failed_late_settles_nothing() -> None:
    told = Told("a")
    told.tell("error", name="InitialThreadLoadError", message="Failed")
    told.change(None)
    told.wait(1.0)
    assert told.settled == []
    assert told.settling.proof.failed == {"a"}


def test_a_new_chat_after_a_restore_that_failed_late_is_meant_again() -> None:
    told = Told("a")
    told.tell("error", name="InitialThreadLoadError", message="Failed")
    told.change(None)
    told.change("b")
    told.wait(SETTLE_DELAY)
    told.change(None)
    told.wait(SETTLE_DELAY)
    assert told.ids == ["b", None]


@pytest.mark.parametrize("streaming", [False, True])
def test_a_new_thread_that_could_not_be_created_beside_another_settles_nothing(
    streaming: bool,
) -> None:
    told = Told("a")
    if streaming:
        told.tell("response.start")
    told.settling.command_started("send_user_message", None, True)
    if streaming:
        told.tell("response.end")  # of the thread that is left
    told.tell("response.start")
    told.settling.command_ended("send_user_message", None, True, "resolved", "a")
    told.wait(0.1)
    told.change(None)
    told.tell("response.end")
    told.wait(1.0)
    assert told.settled == []


def test_a_first_thread_that_could_not_be_created_settles_nothing() -> None:
    # What is remembered may be another thread, whose restore has failed.
    told = Told(None)
    told.tell("response.start")
    told.wait(0.1)
    told.change(None)
    told.tell("response.end")
    told.wait(1.0)
    assert told.settled == []


def test_a_deletion_is_one_until_the_server_refuses_it() -> None:
    told = Told("a")
    told.settling.deleting("a")
    told.settling.deleting("b")
    told.change(None)
    told.wait(SETTLE_DELAY)
    assert told.settled == [(None, "switch")]
    assert told.settling.has_deleted("a")
    told.settling.deleting("a", failed=True)
    assert not told.settling.has_deleted("a")
    assert told.settling.has_deleted("b")


def test_a_command_that_never_answers_leaves_the_switch_to_its_events() -> None:
    told = Told()
    told.command("b")
    told.change("b")
    told.answered("b", "unknown")
    told.wait(SETTLE_DELAY)
    assert told.ids == ["b"]


def test_a_command_given_up_during_its_load_is_not_believed_before_the_load_has_ended() -> None:
    told = Told()
    told.command("x")
    told.change("x")
    told.wait(TICK)
    told.tell("thread.load.start", "x")
    told.wait(30.0)
    told.answered("x", "unknown")
    told.wait(1.0)
    assert told.settled == []
    told.tell("thread.load.end", "x")
    told.wait(TICK)
    told.change("a")
    told.wait(1.0)
    assert told.settled == []


def test_stop_forgets_what_is_pending_and_leaves_no_timer() -> None:
    told = Told()
    told.change("b")
    told.settling.stop()
    told.wait(1.0)
    assert told.settled == []
    assert told.browser.counts()["timers"] == 0


def test_events_that_were_kept_while_python_started_are_judged_by_their_own_time() -> None:
    # Told all at once, but half a second lay between the load's end and the person's New chat.
    told = Told()
    for name, thread_id, at in [
        ("thread.change", "b", 100.0),
        ("thread.load.start", "b", 100.0001),
        ("thread.load.end", "b", 100.1),
        ("thread.change", None, 100.6),
    ]:
        before = told.snapshot
        detail: dict[str, object] = {"threadId": thread_id}
        told.snapshot = advance(before, name, detail)
        told.settling.observe(before, name, detail, at)
    told.wait(SETTLE_DELAY)
    assert told.ids == [None]
    assert told.settling.proof.failed == set()


def test_a_failed_load_is_taken_back_however_long_the_page_keeps_the_news_waiting() -> None:
    told = Told("a")
    told.change("x")
    told.wait(TICK)
    told.tell("thread.load.start", "x")
    told.tell("thread.load.end", "x")
    told.browser.clock.sleep(0.03)  # a slow page: no timer has fired, and no message was heard
    told.change("a")
    told.wait(1.0)
    assert told.settled == []
    assert told.settling.proof.failed == {"x"}
    assert told.browser.counts()["timers"] == 0


def test_nothing_is_believed_while_a_busy_page_keeps_the_news_waiting() -> None:
    told = Told("a")
    told.change("x")
    told.wait(TICK)
    told.tell("thread.load.start", "x")
    told.tell("thread.load.end", "x")
    told.browser.clock.sleep(2 * SETTLE_DELAY)
    # As in Firefox: the timers that are due come before the message that has been waiting.
    for _ in range(2):
        told.browser.clock.step(told.browser.now())
    told.change("a")
    told.wait(1.0)
    assert told.settled == []
    assert told.settling.proof.failed == {"x"}


@pytest.mark.parametrize(("known", "agrees"), [(False, True), (True, False)])
def test_what_a_restore_has_left_unproved_is_asked_for(known: bool, agrees: bool) -> None:
    told = Told("x", rests=False)
    told.settling.rest("x", known=known, agrees=agrees)
    told.change("b")
    told.load("b")
    told.wait(1.0)
    told.change("x")
    told.wait(1.0)
    assert told.questions == ["x"]


def test_a_response_ends_a_doubt_whose_answer_would_be_another_threads() -> None:
    told = Told("a")
    told.is_there = None
    told.change("b")
    told.wait(SETTLE_DELAY)
    assert told.questions == ["b"]
    told.tell("response.start")
    told.answer(True)
    told.wait(SETTLE_DELAY)
    assert told.settled == []


def test_what_is_on_its_way_is_forgotten_when_the_user_changes() -> None:
    told = Told("a")
    told.change(None)
    told.settling.forget()
    told.wait(1.0)
    assert told.settled == []


def test_our_command_that_resolves_during_somebody_elses_load_proves_nothing() -> None:
    told = Told("a")
    told.change("x")
    told.wait(TICK)
    told.tell("thread.load.start", "x")
    told.command("x")
    told.answered("x", "resolved")
    told.wait(1.0)
    assert told.settled == []
    told.tell("thread.load.end", "x")
    told.wait(TICK)
    told.change("a")
    told.wait(1.0)
    assert told.settled == []
    assert told.settling.proof.failed == {"x"}
