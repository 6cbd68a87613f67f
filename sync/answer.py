"""Something that is given once, and awaited."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .browser import Browser


class Answer:
    """Awaited by one, wherever that one was called from: see `Browser.waiting`."""

    def __init__(self, browser: "Browser"):
        self._browser = browser
        self._is_given = False
        self._value: "Any" = None
        self._wake: "Callable[[], None] | None" = None

    def give(self, value: "object") -> "None":
        """Ends the waiting; only the first counts."""
        if not self._is_given:
            self._is_given = True
            self._value = value
            if self._wake is not None:
                self._wake()

    async def get(self) -> "Any":
        """What was given, as soon as it is."""
        if not self._is_given:
            awaitable, wake = self._browser.waiting()
            self._wake = wake
            try:
                await awaitable
            finally:
                # Cancelled: nothing is kept for who does not wait any more.
                wake()
        return self._value
