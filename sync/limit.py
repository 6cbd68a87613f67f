"""A time limit that a machine which sleeps does not use up."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .browser import Browser

LATE = 5.0
"""Seconds by which a timer is late only where the machine slept or the tab was frozen; as long a
page then has to hear what it has missed."""


class Limit:
    """Calls `over()` once after so many seconds, unless `cancel` comes first. A timer that was
    late by more than `LATE` gives that much more time, once: in a hidden tab every one may be late.
    """

    def __init__(self, browser: "Browser", seconds: "float", over: "Callable[[], None]"):
        self._browser = browser
        self._over = over
        self._is_extended = False
        self._wait(max(0.0, seconds))

    def cancel(self) -> "None":
        """Ends it; more than once is fine."""
        self._browser.cancel(self._timer)

    def _wait(self, seconds: "float") -> "None":
        self._due = self._browser.now() + seconds
        self._timer = self._browser.later(seconds, self._check)

    def _check(self) -> "None":
        if self._browser.now() - self._due > LATE and not self._is_extended:
            self._is_extended = True
            self._wait(LATE)
        else:
            self._over()
