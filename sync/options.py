"""The element's options across the border: plain data out, Python callbacks back in.

Options reach the element as JSON, with `{"$call": place}` where a function stands; `bridge.js` puts
a JavaScript function there, the same one for as long as the place has one, that asks `Callbacks`.
Arguments arrive as Python values, a result goes back as JSON, an exception becomes a rejection with
its message.
"""

import asyncio
import json

from .errors import ChatKitSettingsError
from .plain import is_foreign, kind_of
from .schema import Fitting, camel, fit_result
from .tasks import is_awaitable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .browser import Browser
    from .tasks import Tasks

    Tool = tuple[Callable[[dict[str, Any]], Any], float | None]

TOOL_TIMEOUT = 60.0
"""Seconds for a client tool, and for a function that makes headers. A tool that never settles locks
the thread (measured), and a request without its headers never begins."""

FETCH = "options.api.fetch"
CLIENT_TOOL = "options.onClientTool"
MARKS = {FETCH: "$fetch", CLIENT_TOOL: "$tool"}
HEADERS = "headers"


def merged(options: "dict[str, Any]", changes: "dict[str, Any]") -> "dict[str, Any]":
    """The options with changes, dict by dict; anything else is replaced, and `None` takes a member
    away. A key may be in snake_case here and in camelCase there.
    """
    written = {camel(str(key)): key for key in options}
    out = dict(options)
    for key, value in changes.items():
        name = written.get(camel(str(key)), key)
        former = out.get(name)
        if value is None:
            out.pop(name, None)
        elif isinstance(value, dict) and isinstance(former, dict):
            out[name] = merged(former, value)
        else:
            out[name] = value
    return out


class Callbacks:
    """The functions of the options, and the client tools."""

    def __init__(self, browser: "Browser", tasks: "Tasks", *, tool_timeout: "float" = TOOL_TIMEOUT):
        self._browser = browser
        self._tasks = tasks
        self._tool_timeout = tool_timeout
        self._functions: "dict[str, Callable[..., Any]]" = {}
        self._said: "set[str]" = set()
        self.tools: "dict[str, Tool]" = {}
        self.page_fetch: "object" = None

    def prepare(self, options: "dict[str, Any]") -> "dict[str, Any]":
        """The options as data that JSON can carry, those functions being called from now on.

        `None` members are left out where the types have no `null`. `api.fetch` may be a JavaScript
        function, which is handed over untouched (`page_fetch`), or a Python one, which gets and
        returns JavaScript objects. Raises `ChatKitSettingsError` with the place, and changes
        nothing then; what is unknown is told in the console.
        """
        if not isinstance(options, dict):
            raise ChatKitSettingsError(f"options must be a dict, not {kind_of(options)}.")
        api = options.get("api")
        fetch = api.get("fetch") if isinstance(api, dict) else None
        is_page_fetch = is_foreign(fetch)
        functions: "dict[str, Callable[..., Any]]" = {}

        def placed(place: "str", function: "Callable[..., Any]") -> "object":
            functions[place] = function
            return {MARKS.get(place, "$call"): place}

        try:
            out: "dict[str, Any]" = Fitting(self._warn, placed).fit(
                options, "ChatKitOptions", "options"
            )
        except TypeError as error:
            raise ChatKitSettingsError(f"{error}.") from None
        has_secret, has_url = [name in out.get("api", {}) for name in ("getClientSecret", "url")]
        if has_secret and has_url:
            said = "options.api has url and getClientSecret, and only one of them can be meant."
            raise ChatKitSettingsError(said)
        if "api" in out and not (has_secret or has_url):
            self._warn("options.api has neither url nor getClientSecret")
        if is_page_fetch:
            del out["api"]["fetch"]
            del functions[FETCH]
        self.page_fetch = fetch if is_page_fetch else None
        headers = self._functions.get(HEADERS)
        self._functions = functions if headers is None else functions | {HEADERS: headers}
        # A tool that nobody answers locks the thread (measured), so somebody always does.
        return out | {"onClientTool": {"$tool": CLIENT_TOOL}}

    def prepare_headers(self, headers: "dict[str, str] | Callable[[], Any] | None") -> "object":
        """Headers for every request, or the function that is asked for them each time."""
        if not callable(headers):
            return headers
        self._functions[HEADERS] = headers
        return {"$call": HEADERS}

    def _warn(self, message: "str") -> "None":
        if message not in self._said:
            self._said.add(message)
            self._browser.report(f"{message}.")

    def called(self, place: "str", parameters: "list[Any]", answer: "Any") -> "None":
        """The element calls one of the functions; `answer` has `resolve`, `reject`, `expect`,
        `is_aborted`, and `object`, an array of what it was called with.
        """
        function = self._functions.get(place)
        limit = self._tool_timeout if place == HEADERS else None
        if place == CLIENT_TOOL:
            function, parameters, limit, place = self._tool(parameters[0])
        if function is None:
            answer.reject(f"{place} has been taken away")
            return
        if limit is not None:
            # MicroPython may lose a coroutine (measured); JavaScript then answers in its stead.
            answer.expect(limit)
        given = list(answer.object) if place == FETCH else parameters
        self._tasks.run(self._run(place, function, given, limit, answer), f"in {place}")

    def _tool(self, call: "dict[str, Any]") -> "tuple[Any, list[Any], float, str]":
        name = call["name"]
        function, timeout = self.tools.get(name, (None, None))
        limit = self._tool_timeout if timeout is None else timeout
        if function is not None:
            return function, [call["params"]], limit, f"the client tool {name!r}"
        if CLIENT_TOOL in self._functions:
            return self._functions[CLIENT_TOOL], [call], limit, CLIENT_TOOL
        known = ", ".join(sorted(self.tools)) or "none"

        def unknown(call: "object") -> "None":
            raise LookupError(f"this page has no client tool {name!r}; it has {known}")

        return unknown, [call], limit, CLIENT_TOOL

    async def _run(
        self,
        place: "str",
        function: "Callable[..., Any]",
        parameters: "list[Any]",
        limit: "float | None",
        answer: "Any",
    ) -> "None":
        try:
            done = self._browser.on_cut(lambda: answer.reject("JavaScript has thrown in it"))
            try:
                result = function(*parameters)
            finally:
                done()
            if is_awaitable(result):
                result = await (result if limit is None else _within(result, limit))
            if place == FETCH:
                if not is_foreign(result):
                    raise TypeError(f"the result of {place} is {kind_of(result)}, and no Response")
                answer.resolve(result, True)
            else:
                answer.resolve(json.dumps(fit_result(place, result, self._warn)), False)
        except (Exception, asyncio.CancelledError) as error:
            # A request that the chat itself has ended is nothing that went wrong.
            if not answer.is_aborted():
                self._browser.report_exception(error, f"in {place}")
            # Of a client tool it is what the model reads: a rejection would lock the thread.
            answer.reject(_message(error))


async def _within(awaitable: "Any", seconds: "float") -> "Any":
    """What it comes to; raises `TimeoutError` in words after so many seconds."""
    raised = []

    async def kept() -> "Any":
        try:
            return await awaitable
        except Exception as error:
            # Apart: it may be a TimeoutError of its own.
            raised.append(error)

    try:
        result = await asyncio.wait_for(kept(), seconds)
    except asyncio.TimeoutError:
        raise asyncio.TimeoutError(f"no answer within {seconds:g} s") from None
    if raised:
        raise raised[0]
    return result


def _message(error: "BaseException") -> "str":
    name, text = type(error).__name__, str(error)
    # A KeyError's text is the key alone.
    return f"{name}: {text}" if isinstance(error, KeyError) and text else text or name
