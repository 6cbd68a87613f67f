"""Coroutines that nobody awaits: kept until they end, and their exceptions reported."""

import asyncio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .browser import Browser


def is_coroutine(value: "object") -> "bool":
    """Whether a call has to be awaited. MicroPython's `inspect` cannot tell for all of its own."""
    return hasattr(value, "send") and hasattr(value, "close")


def is_awaitable(value: "object") -> "bool":
    """Whether Python has to await it: a coroutine, a task, a future. What is JavaScript's is not
    meant: a promise goes back as it came.
    """
    kind = type(value)
    return is_coroutine(value) or hasattr(kind, "__await__") or kind.__name__ == "Task"


class Tasks:
    """What runs on its own for one ChatKit."""

    def __init__(self, browser: "Browser") -> "None":
        self._browser = browser
        self._last = 0
        self._running: "dict[int, object]" = {}

    def run(self, coroutine: "Any", where: "str") -> "None":
        """Runs a coroutine; `where` names it in the report of an exception."""
        self._last += 1
        # The event loop holds its tasks weakly: one that is not kept may vanish (asyncio's docs).
        self._running[self._last] = asyncio.create_task(self._guard(self._last, coroutine, where))

    async def _guard(self, number: "int", coroutine: "Any", where: "str") -> "None":
        try:
            await coroutine
        except Exception as error:
            self._browser.report_exception(error, where)
        finally:
            self._running.pop(number, None)
