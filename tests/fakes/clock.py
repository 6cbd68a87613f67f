"""A clock that moves only when a test says so."""

from __future__ import annotations

from collections.abc import Callable


class Timer:
    """One call that is still to come."""

    def __init__(self, due: float, number: int, function: Callable[[], object]) -> None:
        self.due = due
        self.number = number
        self.function = function

    @property
    def order(self) -> tuple[float, int]:
        """Sorts by time, and in order of asking for the same time."""
        return self.due, self.number


class Clock:
    """Time in seconds. Timers fire inside `advance`, one after the other, each at its own time."""

    def __init__(self, start: float = 100.0) -> None:
        self._now = start
        self._timers: list[Timer] = []
        self._soon: list[Callable[[], object]] = []
        self._last = 0

    def now(self) -> float:
        """Seconds; never goes back."""
        return self._now

    def later(self, seconds: float, function: Callable[[], object]) -> Timer:
        """Calls `function` once after so many seconds."""
        self._last += 1
        # As a browser: never in the past, and nanoseconds do not decide the order.
        timer = Timer(round(self._now + max(0.0, seconds), 9), self._last, function)
        self._timers.append(timer)
        return timer

    def soon(self, function: Callable[[], object]) -> None:
        """Calls `function` when what runs now has ended, before any timer: a microtask."""
        self._soon.append(function)

    def cancel(self, timer: object) -> None:
        """Ends a timer; `None`, and one that has fired, are fine."""
        if timer in self._timers:
            self._timers.remove(timer)

    @property
    def pending(self) -> int:
        """How many timers wait."""
        return len(self._timers)

    def step(self, until: float) -> bool:
        """Fires the next timer that is due by then; false, and at that time, where none is."""
        self._settle()
        due = [timer for timer in self._timers if timer.due <= until]
        if not due:
            self._now = max(self._now, until)
            return False
        timer = min(due, key=lambda one: one.order)
        self._timers.remove(timer)
        self._now = max(self._now, timer.due)
        timer.function()
        self._settle()
        return True

    def _settle(self) -> None:
        while self._soon:
            self._soon.pop(0)()

    def sleep(self, seconds: float) -> None:
        """The machine sleeps: time passes, and what came due fires when it is awake again."""
        self._now = round(self._now + seconds, 9)

    def advance(self, seconds: float) -> None:
        """Lets time pass: every timer fires that comes due, those set meanwhile included."""
        until = round(self._now + seconds, 9)
        while self.step(until):
            pass
