"""Who wants to know: handlers of named events, and subscribers of the snapshot.

Every one is isolated: an exception is reported with its traceback and the others still run. They
are called in a microtask of their own, with nothing of ours below them: what JavaScript throws in
one passes `try` and `finally` on MicroPython (measured), and takes with it whatever has called.
"""

from .tasks import is_coroutine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .browser import Browser
    from .tasks import Tasks


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
    "navigate": ("url", "replace", "thread_id"),
}
"""What a handler of an event is called with: members of its detail. None for those not named."""


def arguments(name: "str", detail: "dict[str, Any]") -> "list[object]":
    """The arguments for a handler of this event."""
    return [detail.get(member) for member in ARGUMENTS.get(name, ())]


def named(event: "str", name: "str") -> "str":
    """What the handlers of one effect or deep link are kept under."""
    return f"{event} {name}"


class Listeners:
    """An ordered set of functions, sync or async, under names."""

    def __init__(self, browser: "Browser", tasks: "Tasks"):
        self._browser = browser
        self._tasks = tasks
        self._functions: "dict[str, list[list[Callable[..., Any]]]]" = {}
        self._due: "list[tuple[list[Callable[..., Any]], str, list[object]]]" = []
        self._is_coming = False

    def add(self, name: "str", function: "Callable[..., Any]") -> "Callable[[], None]":
        """Adds a function under a name and returns its own undo."""
        entry = [function]
        listed = self._functions.setdefault(name, [])
        listed.append(entry)

        def undo() -> "None":
            # By identity: the same function may be there twice.
            for at, one in enumerate(listed):
                if one is entry:
                    del listed[at]
                    break
            entry.clear()

        return undo

    def names(self) -> "list[str]":
        """Names under which somebody listens."""
        return [name for name, functions in self._functions.items() if functions]

    def tell(self, name: "str", arguments: "list[object]") -> "None":
        """Calls every function under a name as soon as our own work is done; those added meanwhile
        wait for the next time, and those taken away are not called (as DOM's
        `removeEventListener`).
        """
        for entry in self._functions.get(name, ()):
            self._due.append((entry, name, arguments))
        self._go_on_soon()

    def ask(self, name: "str", arguments: "list[object]") -> "bool":
        """Calls every function under a name now; whether one of them has returned `True`. What an
        async one returns comes too late to count. To be called with nothing of ours below it.
        """
        answers = []
        for entry in list(self._functions.get(name, ())):
            if entry:
                answers.append(self._call(entry[0], arguments, f"in a listener of {name!r}"))
        return any(answer is True for answer in answers)

    def _go_on_soon(self) -> "None":
        if self._due and not self._is_coming:
            self._is_coming = True
            self._browser.soon(self._go_on)

    def _go_on(self) -> "None":
        self._is_coming = False
        name = ""

        def was_cut() -> "None":
            self._browser.report(f"JavaScript has thrown in a listener of {name!r}.", error=True)
            self._go_on_soon()

        done = self._browser.on_cut(was_cut)
        while self._due:
            entry, name, arguments = self._due.pop(0)
            if entry:
                self._call(entry[0], arguments, f"in a listener of {name!r}")
        done()

    def _call(
        self, function: "Callable[..., Any]", arguments: "list[object]", where: "str"
    ) -> "object":
        try:
            result = function(*arguments)
        except Exception as error:
            self._browser.report_exception(error, where)
            return None
        if is_coroutine(result):
            self._tasks.run(result, where)
        return result
