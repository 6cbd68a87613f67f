"""The watchdog: never ready, and busy without a sign of life."""

from sync.limit import LATE
from sync.state import Snapshot
from sync.watchdog import Watchdog
from tests.fakes import FakeBrowser

READY = Snapshot(ready=True)
BUSY = Snapshot(ready=True, responding=True)


class Watched:
    """A watchdog with 30 s for ready and 60 s for silence, and when it barked."""

    def __init__(self, stall_after: float = 60.0) -> None:
        self.browser = FakeBrowser()
        self.barks: list[str] = []
        self.dog = Watchdog(
            self.browser,
            lambda: self.barks.append("never ready"),
            lambda: self.barks.append("stalled"),
            ready_timeout=30.0,
            stall_after=lambda: stall_after,
        )
        self.dog.start()

    def wait(self, seconds: float) -> None:
        self.browser.clock.advance(seconds)

    def sleep(self, seconds: float) -> None:
        self.browser.clock.sleep(seconds)


def test_an_element_that_is_never_ready_is_told_once() -> None:
    watched = Watched()
    watched.wait(29.9)
    assert watched.barks == []
    watched.wait(600.0)
    assert watched.barks == ["never ready"]


def test_a_sign_of_life_ends_the_wait_for_ready() -> None:
    watched = Watched()
    watched.dog.observe(READY)
    watched.wait(600.0)
    assert watched.barks == []


def test_a_fresh_element_has_its_whole_time() -> None:
    watched = Watched()
    watched.wait(20.0)
    watched.dog.start()
    watched.wait(29.9)
    assert watched.barks == []
    watched.wait(0.1)
    assert watched.barks == ["never ready"]


def test_a_busy_chat_without_a_sign_of_life_stalls_at_its_limit() -> None:
    watched = Watched()
    watched.dog.observe(BUSY)
    watched.wait(59.9)
    assert watched.barks == []
    watched.wait(0.1)
    assert watched.barks == ["stalled"]


def test_each_sign_of_life_gives_the_whole_time_again_with_one_timer() -> None:
    watched = Watched()
    watched.dog.observe(BUSY)
    for _ in range(100):
        watched.wait(50.0)
        watched.dog.alive()
        watched.dog.observe(BUSY)
        assert watched.browser.counts()["timers"] == 1
    watched.wait(59.9)
    assert watched.barks == []
    watched.wait(0.1)
    assert watched.barks == ["stalled"]


def test_an_idle_chat_may_be_silent_for_ever() -> None:
    watched = Watched()
    watched.dog.observe(BUSY)
    watched.wait(30.0)
    watched.dog.observe(READY)
    watched.wait(86400.0)
    assert watched.barks == []


def test_the_next_answer_has_its_own_time() -> None:
    watched = Watched()
    watched.dog.observe(BUSY)
    watched.wait(50.0)
    watched.dog.observe(READY)
    watched.wait(50.0)
    watched.dog.observe(BUSY)
    watched.wait(59.9)
    assert watched.barks == []


def test_a_stall_is_told_again_after_a_sign_of_life_and_silence() -> None:
    watched = Watched()
    watched.dog.observe(BUSY)
    watched.wait(60.0)
    watched.dog.observe(Snapshot(ready=True, responding=True, stalled=True))
    watched.wait(600.0)
    assert watched.barks == ["stalled"]
    watched.dog.alive()
    watched.dog.observe(BUSY)
    watched.wait(60.0)
    assert watched.barks == ["stalled", "stalled"]


def test_stop_ends_both_watches() -> None:
    watched = Watched()
    watched.dog.observe(Snapshot(responding=True))
    watched.dog.stop()
    watched.wait(600.0)
    assert watched.barks == []
    assert watched.browser.counts()["timers"] == 0


def test_a_load_stalls_after_a_minute_however_long_an_answer_may_be_silent() -> None:
    watched = Watched(stall_after=600.0)
    watched.dog.observe(BUSY)
    watched.wait(30.0)
    watched.dog.observe(Snapshot(ready=True, loading=("a",)))
    watched.wait(29.0)
    assert watched.barks == []
    watched.wait(1.0)
    assert watched.barks == ["stalled"]


def test_a_machine_that_slept_has_a_moment_to_hear_what_it_has_missed() -> None:
    watched = Watched()
    watched.dog.observe(BUSY)
    watched.wait(10.0)
    watched.sleep(7200.0)
    watched.wait(0.0)
    assert watched.barks == []
    watched.dog.alive()
    watched.wait(59.0)
    assert watched.barks == []
    watched.wait(1.0)
    assert watched.barks == ["stalled"]


def test_a_machine_that_slept_and_hears_nothing_has_stalled() -> None:
    watched = Watched()
    watched.dog.observe(BUSY)
    watched.sleep(7200.0)
    watched.wait(LATE - 0.1)
    assert watched.barks == []
    watched.wait(0.2)
    assert watched.barks == ["stalled"]
