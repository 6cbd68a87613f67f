"""The first restore: every way in which it ends, for an owner and for a companion."""

from collections.abc import Callable
from typing import Any

import pytest

from sync.restoring import HOPS, RESTORE_TIMEOUT, Restoring
from sync.settling import SETTLE_DELAY
from sync.state import Snapshot, advance
from sync.switch import TAKEN_BACK
from tests.fakes import FakeBrowser


class Restore:
    """A Restoring that is told events as a session would, and its end."""

    def __init__(self, wanted: str | None, *, owner: bool, from_address: bool = False) -> None:
        self.browser = FakeBrowser()
        self.ends: list[tuple[str, str | None, str]] = []
        self.loads: list[tuple[str, Callable[[str, Any], None]]] = []
        self.snapshot = Snapshot()
        self.restoring = Restoring(
            self.browser,
            wanted,
            lambda how, thread_id, error: self.ends.append((how, thread_id, error)),
            delay=SETTLE_DELAY,
            from_address=from_address,
            load=None if owner else lambda thread_id, told: self.loads.append((thread_id, told)),
        )

    @property
    def how(self) -> list[str]:
        return [how for how, _, _ in self.ends]

    def tell(
        self, name: str, thread_id: str | None = None, /, ago: float = 0.0, **detail: Any
    ) -> None:
        before = self.snapshot
        detail = {"threadId": thread_id} | detail if name.startswith("thread") else detail
        self.snapshot = advance(before, name, detail)
        if self.snapshot.ready:
            self.restoring.ready(self.browser.now() - ago)
        self.restoring.observe(before, name, detail, self.browser.now())
        self.restoring.handled()

    def wait(self, seconds: float) -> None:
        self.browser.clock.advance(seconds)


def owner(wanted: str | None) -> Restore:
    restore = Restore(wanted, owner=True)
    restore.tell("ready")
    return restore


def companion(wanted: str | None, *, from_address: bool = False) -> Restore:
    restore = Restore(wanted, owner=False, from_address=from_address)
    restore.tell("ready")
    return restore


def test_nothing_ends_before_the_element_is_ready() -> None:
    restore = Restore("a", owner=True)
    restore.wait(600.0)
    assert restore.ends == []


def test_an_owner_with_nothing_to_restore_is_done_when_ready() -> None:
    assert owner(None).ends == [("none", None, "")]


def test_an_owners_thread_is_there_a_moment_after_its_load() -> None:
    restore = owner("a")
    restore.tell("thread.load.start", "a")
    restore.tell("thread.load.end", "a")
    assert restore.ends == [], "a failure is told after the end of the load"
    restore.wait(SETTLE_DELAY)
    assert restore.ends == [("shown", "a", "")]


def test_an_owners_thread_that_cannot_be_loaded_has_failed() -> None:
    restore = owner("x")
    restore.tell("thread.load.start", "x")
    restore.tell("thread.load.end", "x")
    restore.tell("error", name="InitialThreadLoadError", message="Failed to load")
    restore.tell("thread.change", None)
    restore.wait(60.0)
    assert restore.ends == [("failed", "x", "InitialThreadLoadError")]


def test_nothing_is_believed_while_a_busy_page_keeps_an_owners_failure_waiting() -> None:
    restore = owner("a")
    restore.tell("thread.load.start", "a")
    restore.tell("thread.load.end", "a")
    restore.browser.clock.sleep(2 * SETTLE_DELAY)
    # As in Firefox: the timers that are due come before the message that has been waiting.
    for _ in range(2):
        restore.browser.clock.step(restore.browser.now())
    restore.tell("error", name="InitialThreadLoadError")
    restore.tell("thread.change", None)
    restore.wait(1.0)
    assert restore.ends == [("failed", "a", "InitialThreadLoadError")]


def test_an_owners_failure_is_told_even_if_no_change_follows_it() -> None:
    restore = owner("x")
    restore.tell("error", name="InitialThreadLoadError", message="Failed to load")
    restore.wait(SETTLE_DELAY)
    assert restore.how == ["failed"]


@pytest.mark.parametrize("events", [[("thread.change", "b")], [("thread.change", None)]])
def test_a_person_who_opens_another_thread_overtakes_an_owners_restore(
    events: list[tuple[str, str | None]],
) -> None:
    restore = owner("a")
    restore.tell("thread.load.start", "a")
    for name, thread_id in events:
        restore.tell(name, thread_id)
    assert restore.how == ["overtaken"]


def test_a_load_without_an_end_is_late_and_silence_is_silence() -> None:
    late = owner("a")
    late.tell("thread.load.start", "a")
    late.wait(RESTORE_TIMEOUT)
    assert late.ends == [("late", "a", "")]
    silent = owner("a")
    silent.wait(RESTORE_TIMEOUT)
    assert silent.ends == [("silent", "a", "")]


def test_a_companion_asks_at_once_for_what_the_address_names() -> None:
    restore = companion("a", from_address=True)
    assert [thread_id for thread_id, _ in restore.loads] == ["a"]


def test_a_companion_lets_the_page_go_first_before_asking_for_what_storage_holds() -> None:
    restore = companion("a")
    assert restore.loads == []
    restore.wait(SETTLE_DELAY)
    assert [thread_id for thread_id, _ in restore.loads] == ["a"]


def test_of_the_moment_after_ready_only_what_is_left_is_waited_for() -> None:
    restore = Restore("a", owner=False)
    restore.tell("ready", ago=SETTLE_DELAY - 0.01)
    restore.wait(0.009)
    assert restore.loads == []
    restore.wait(0.001)
    assert [thread_id for thread_id, _ in restore.loads] == ["a"]


@pytest.mark.parametrize("ago", [0.0, 1.0])
def test_when_the_moment_is_over_what_is_on_its_way_is_still_heard(ago: float) -> None:
    restore = Restore("a", owner=False)
    waiting: list[Callable[[], None]] = []
    restore.browser.after_messages = waiting.append  # type: ignore[assignment]
    restore.tell("ready", ago=ago)
    restore.wait(max(SETTLE_DELAY - ago, TAKEN_BACK))
    for _ in range(HOPS):
        assert restore.loads == []
        waiting.pop()()
    assert [thread_id for thread_id, _ in restore.loads] == ["a"]


def test_the_pages_own_load_goes_before_storage_however_long_ago_it_was_ready() -> None:
    restore = Restore("a", owner=False)
    restore.tell("ready", ago=1.0)
    restore.tell("thread.load.start", "p")
    restore.wait(1.0)
    assert restore.loads == []
    assert restore.how == ["overtaken"]


def test_a_companion_with_nothing_to_restore_is_done_a_moment_after_ready() -> None:
    restore = companion(None)
    restore.wait(SETTLE_DELAY)
    assert restore.ends == [("none", None, "")]
    assert restore.loads == []


def test_a_companions_thread_is_there_when_its_command_resolves() -> None:
    restore = companion("a", from_address=True)
    restore.tell("thread.change", "a")
    restore.tell("thread.load.start", "a")
    restore.tell("thread.load.end", "a")
    restore.wait(1.0)
    assert restore.ends == []
    restore.loads[0][1]("resolved", {"ok": True})
    assert restore.ends == [("shown", "a", "")]


def test_a_companions_thread_that_cannot_be_loaded_has_failed_by_name() -> None:
    restore = companion("x", from_address=True)
    restore.tell("thread.change", "x")
    restore.tell("thread.load.start", "x")
    restore.tell("thread.load.end", "x")
    restore.tell("thread.change", None)
    restore.loads[0][1]("rejected", {"ok": False, "name": "TypeError", "message": "Failed"})
    restore.wait(60.0)
    assert restore.ends == [("failed", "x", "TypeError")]


def test_the_pages_own_load_goes_before_storage() -> None:
    restore = companion("a")
    restore.tell("thread.load.start", "p")
    restore.tell("thread.load.end", "p")
    restore.wait(60.0)
    assert restore.how == ["overtaken"]
    assert restore.loads == []


def test_the_address_goes_before_the_pages_own_load() -> None:
    restore = companion("a", from_address=True)
    restore.loads[0][1]("resolved", {"ok": True})
    assert restore.how == ["shown"]


def test_the_address_goes_before_a_page_that_began_to_load_before_our_question_arrived() -> None:
    restore = companion("a", from_address=True)
    restore.tell("thread.load.start", "p")
    restore.tell("thread.change", "a")
    restore.tell("thread.load.start", "a")
    restore.tell("thread.load.end", "p")
    restore.tell("thread.load.end", "a")
    restore.loads[0][1]("resolved", {"ok": True})
    assert restore.how == ["shown"]


@pytest.mark.parametrize("from_address", [True, False])
def test_whoever_has_begun_to_talk_goes_before_everything(from_address: bool) -> None:
    restore = companion("a", from_address=from_address)
    restore.tell("response.start")
    assert restore.how == ["overtaken"]


def test_a_companions_command_that_never_answers_runs_out_of_time() -> None:
    restore = companion("a", from_address=True)
    restore.wait(RESTORE_TIMEOUT)
    assert restore.how == ["silent"]
    restore.loads[0][1]("resolved", {"ok": True})
    assert restore.how == ["silent"], "told once"


def test_stop_tells_nothing_more_and_leaves_no_timer() -> None:
    restore = companion("a")
    restore.restoring.stop()
    restore.wait(60.0)
    assert restore.ends == []
    assert restore.browser.counts()["timers"] == 0


def test_after_the_end_nothing_is_left_to_fire() -> None:
    restore = owner("a")
    restore.tell("thread.load.start", "a")
    restore.tell("thread.load.end", "a")
    restore.wait(SETTLE_DELAY)
    assert restore.browser.counts()["timers"] == 0
