"""Who wants to know: handlers of named events, and subscribers of the snapshot.

Every one is isolated: an exception is reported with its traceback and the others still run.
"""

import asyncio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .browser import Browser


ARGUMENTS = {
    "error": ("name", "message"),
    "thread.change": ("threadId",),
    "thread.load.start": ("threadId",),
    "thread.load.end": ("threadId",),
    "composer.submit": ("threadId",),
    "tool.change": ("toolId",),
    "effect": ("name", "data"),
    "deeplink": ("name", "data"),
    "log": ("name", "data"),
    "http.error": ("type", "thread", "status"),
}
"""What a handler of an event is called with: members of its detail. None for those not named."""


def arguments(name: "str", detail: "dict[str, Any]") -> "list[object]":
    """The arguments for a handler of this event."""
    return [detail.get(member) for member in ARGUMENTS.get(name, ())]


class Listeners:
    """An ordered set of functions, sync or async, under names."""

    def __init__(self, browser: "Browser") -> "None":
        self._browser = browser
        self._functions: "dict[str, list[Callable[..., Any]]]" = {}

    def add(self, name: "str", function: "Callable[..., Any]") -> "Callable[[], None]":
        """Adds a function under a name and returns its own undo."""
        if not callable(function):
            raise TypeError(f"a listener is a function, not {type(function).__name__}")
        entry = [function]
        listed = self._functions.setdefault(name, [])
        listed.append(entry)  # type: ignore[arg-type]

        def undo() -> "None":
            if any(one is entry for one in listed):
                listed.remove(entry)  # type: ignore[arg-type]

        return undo

    def tell(self, name: "str", arguments: "list[object]") -> "None":
        """Calls every function under a name; those added meanwhile wait for the next time."""
        for entry in list(self._functions.get(name, ())):
            function = entry[0]  # type: ignore[index]
            try:
                result = function(*arguments)
            except Exception as error:
                self._report(error, name)
                continue
            if hasattr(result, "send") and hasattr(result, "close"):
                asyncio.create_task(self._finish(result, name))

    async def _finish(self, coroutine: "Any", name: "str") -> "None":
        try:
            await coroutine
        except Exception as error:
            self._report(error, name)

    def _report(self, error: "Exception", name: "str") -> "None":
        self._browser.report_exception(error, f"in a listener of {name!r}")
