"""Who listens to a ChatKit: events by name, effects, deep links, and changes to wait for."""

from .answer import Answer
from .errors import ChatKitSettingsError, ChatKitUnavailable, CommandTimeout
from .gate import REASONS
from .limit import Limit
from .listeners import named
from .plain import check_function, check_timeout, kind_of
from .schema import hint
from .state import ELEMENT_EVENTS
from .tasks import is_coroutine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .changes import Changes
    from .owning import Owning
    from .session import Session
    from .state import Snapshot

UNDOCUMENTED_EVENTS = ("response.stop", "composer.submit")
"""Events of the element that are not among the published types (measured)."""

OWN_EVENTS = ("http.error", "navigate")
"""Events of ours: see `Events.on`."""


class Events:
    """The listening half of `ChatKit`."""

    _whole: "Session"

    @property
    def _session(self) -> "Session":
        """What is behind it, with everything handled that the element has told by now."""
        self._whole.browser.catch_up()
        return self._whole

    def on(self, name: "str", function: "Callable[..., Any] | None" = None) -> "Any":
        """Calls `function` for an event of the element, named without its `chatkit.`.

        Its arguments are those of `listeners.ARGUMENTS`: `thread.change` calls
        `function(thread_id)`, `effect` calls `function(name, data)`, `response.end` `function()`.
        Beside the thirteen of the published type `ChatKitEvents` these are `UNDOCUMENTED_EVENTS`
        and, in owner mode, `http.error`: `function(type, thread_id, status)`, status 0 for no
        connection. `navigate` calls `function(url, replace, thread_id)` before the address is
        written: where it returns `True`, the page writes that URL itself, as with
        `preventDefault()` of `chatkit-navigate`. As a decorator it returns the function, else the
        undo. An async function runs as a task; errors are reported, not raised. Raises `ValueError`
        for a name that is none, and `TypeError` for what is no function.
        """
        known = ELEMENT_EVENTS + OWN_EVENTS
        if isinstance(name, str) and name not in known:
            said = hint(name.replace("chatkit.", ""), known)
            raise ValueError(f"on({name!r}) is for no event; {said}")
        if name == "http.error" and not self._session.sees_requests:
            said = "only an owner with options.api.url sees requests"
            self._session.browser.report(f"on({name!r}) hears nothing: {said}.")
        return self._listen("on", name, name, function)

    def effect(self, name: "str", function: "Callable[[Any], Any] | None" = None) -> "Any":
        """Calls `function(data)` for the client effect of this name, which the server fires without
        waiting for an answer (the SDK's `ClientEffectEvent`). `data` is a dict, or None. Decorator,
        undo and errors as in `on`. One that nobody handles is reported where others are.
        """
        return self._listen("effect", name, named("effect", name), function)

    def deeplink(self, name: "str", function: "Callable[[Any], Any] | None" = None) -> "Any":
        """Calls `function(data)` when a link `chatkit-link://name?…` is clicked, as `effect`."""
        return self._listen("deeplink", name, named("deeplink", name), function)

    def client_tool(
        self,
        name: "str",
        function: "Callable[[dict[str, Any]], Any] | None" = None,
        *,
        timeout: "float | None" = None,
    ) -> "Any":
        """Answers the client tool of this name with what `function(params)` returns, sync or async:
        a dict, or `None` for an empty one.

        An exception, a result that cannot cross, silence for `timeout` seconds (default: the
        setting `tool_timeout`) and a tool that nobody has are answered with `{"error": …}`, for the
        model to read, and reported: without an answer the thread would be locked (measured). Tools
        without a function of their own go to the option `on_client_tool`. As a decorator it returns
        the function, else the undo. Raises `ValueError` for a second function of one name and for a
        `timeout` that makes no sense, `TypeError` for what is no function, and
        `ChatKitSettingsError` for a companion.
        """
        tools = self._owning("client_tool").tools
        check_timeout(timeout, f"client_tool({name!r})")

        def add(given: "Callable[[dict[str, Any]], Any]") -> "Callable[[], None]":
            if name in tools:
                raise ValueError(f"client_tool({name!r}) has a function already")
            entry = tools[name] = (given, timeout)

            def undo() -> "None":
                # Another one may have its name by now.
                if tools.get(name) is entry:
                    del tools[name]

            return undo

        return added(add, "client_tool", name, function)

    def _owning(self, what: "str") -> "Owning":
        if self._session.owning is None:
            said = f"{what} needs options: only who gave them to ChatKit configures the element."
            raise ChatKitSettingsError(said)
        return self._session.owning

    def subscribe(self, function: "Callable[[Snapshot], Any]") -> "Callable[[], None]":
        """Calls `function(snapshot)` after every change; returns the undo. Equal snapshots are not
        told. An async function runs as a task; errors are reported, not raised. Raises `TypeError`
        for what is no function.
        """
        check_function(function, "subscribe()")
        return self._session.listeners.add("own.snapshot", function)

    async def wait_for(
        self, condition: "Callable[[Snapshot], Any]", *, timeout: "float | None" = None
    ) -> "Snapshot":
        """The first snapshot, the present one included, of which `condition` is true.

        `timeout` is in seconds. Raises `CommandTimeout` when they are over, `ChatKitUnavailable`
        when this ChatKit is stopped first, and whatever `condition` raises.
        """
        check_function(condition, "wait_for()")
        check_timeout(timeout, "wait_for()")
        browser, readers = self._session.browser, self._session.readers
        until = None if timeout is None else browser.now() + timeout
        changes, snapshot = readers.add(), readers.latest
        try:
            while snapshot is not None and not self._holds(condition, snapshot):
                over = Answer(browser)
                limit = None
                if until is not None:
                    limit = Limit(browser, until - browser.now(), lambda: over.give(None))  # noqa: B023
                try:
                    has_come = await changes.wait(over)
                finally:
                    if limit is not None:
                        limit.cancel()
                if not has_come:
                    reason = "the condition did not become true"
                    raise CommandTimeout("wait_for", timeout or 0.0, reason)
                snapshot = changes.read()
        finally:
            readers.leave()
        if snapshot is None:
            raise ChatKitUnavailable("wait_for", "stopped", REASONS["stopped"])
        return snapshot

    def _holds(self, condition: "Callable[[Snapshot], Any]", snapshot: "Snapshot") -> "bool":
        result = condition(snapshot)
        if is_coroutine(result):
            # It would always be true.
            result.close()
            raise TypeError("wait_for() takes a function that is not async")
        return bool(result)

    def changes(self) -> "Changes":
        """Every snapshot from now on, in order, for `async for`; it ends when this is stopped.

        None is left out for who is slow, but of more than 500 the oldest. Who walks away needs not
        say so.
        """
        return self._session.readers.add()

    def _listen(
        self, what: "str", name: "str", kept: "str", function: "Callable[..., Any] | None"
    ) -> "Any":
        return added(lambda given: self._session.listeners.add(kept, given), what, name, function)


def added(
    add: "Callable[[Callable[..., Any]], Callable[[], None]]",
    what: "str",
    name: "str",
    function: "Callable[..., Any] | None",
) -> "Any":
    """What `add` returns for a function; without one a decorator that adds, and returns its own.
    Raises `TypeError`, and names the method by `what`, for a name that is no text and for what is
    no function.
    """
    if not isinstance(name, str):
        raise TypeError(f"{what}() takes a name first, not {kind_of(name)}")

    def listed(given: "Callable[..., Any]") -> "Callable[[], None]":
        check_function(given, f"{what}({name!r})")
        return add(given)

    if function is not None:
        return listed(function)

    def decorate(decorated: "Callable[..., Any]") -> "Callable[..., Any]":
        listed(decorated)
        return decorated

    return decorate
