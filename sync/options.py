"""The element's options across the border: plain data out, Python callbacks back in.

Options reach the element as JSON, with `{"$call": index}` where a function stands; `bridge.js` puts
a JavaScript function there that asks `Callbacks`. Arguments arrive as Python values, a result goes
back as JSON, an exception becomes a rejection with its message.
"""

import asyncio
import json

from .errors import ChatKitSettingsError
from .plain import problem
from .tasks import is_coroutine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .browser import Browser
    from .tasks import Tasks

TOOL_TIMEOUT = 60.0
"""Seconds for a client tool, and for a function that makes headers. A tool that never settles locks
the thread (measured), and a request without its headers never begins."""

BOUNDED = ("options.onClientTool", "headers")
"""Functions whose silence would keep the chat waiting for ever."""

FREE_FORM = ("data", "payload", "accept", "maxSize", "max_size", "headers")
"""Members whose keys are the page's own words."""


def camel(name: "str") -> "str":
    """`initial_thread` as `initialThread`; anything that is no snake_case stays."""
    first, *others = name.split("_")
    if not first or not all(part and part[0].isalpha() for part in others):
        return name
    return first + "".join([part[0].upper() + part[1:] for part in others])


class Callbacks:
    """The functions found in one set of options."""

    def __init__(self, browser: "Browser", tasks: "Tasks", *, tool_timeout: "float" = TOOL_TIMEOUT):
        self._browser = browser
        self._tasks = tasks
        self._tool_timeout = tool_timeout
        self._functions: "list[tuple[str, Callable[..., Any]]]" = []
        self.page_fetch: "object" = None

    def prepare(self, options: "dict[str, Any]") -> "dict[str, object]":
        """The options as data that JSON can carry. Raises `ChatKitSettingsError` with the place.

        `None` members are left out. `api.fetch` may be a JavaScript function, which is handed over
        untouched (`page_fetch`), or a Python one, which gets and returns JavaScript objects.
        """
        if not isinstance(options, dict):
            raise ChatKitSettingsError(f"options must be a dict, not {type(options).__name__}.")
        return self._members(options, "options")

    def prepare_headers(self, headers: "dict[str, str] | Callable[[], Any] | None") -> "object":
        """Headers for every request, or the function that is asked for them each time."""
        return None if headers is None else self._value(headers, "headers")

    def _members(self, members: "dict[str, Any]", place: "str") -> "dict[str, object]":
        out: "dict[str, object]" = {}
        for key, value in members.items():
            name = str(key) if _is_free_form(place) else camel(str(key))
            if value is not None:
                out[name] = self._value(value, f"{place}.{name}")
        return {name: value for name, value in out.items() if value is not _LEFT_OUT}

    def _value(self, value: "Any", place: "str") -> "object":
        if isinstance(value, dict):
            return self._members(value, place)
        if isinstance(value, (list, tuple)):
            return [self._value(one, f"{place}[{at}]") for at, one in enumerate(value)]
        if isinstance(value, (str, int, float, bool)) or value is None:
            return value
        if place == "options.api.fetch" and type(value).__name__ == "JsProxy":
            self.page_fetch = value
            return _LEFT_OUT
        if not callable(value):
            raise ChatKitSettingsError(
                f"{place} is a {type(value).__name__}, which cannot cross into the element: use "
                "dict, list, str, number, bool, None, or a function where the types have one."
            )
        self._functions.append((place, value))
        mark = {"options.api.fetch": "$fetch", "options.onClientTool": "$tool"}.get(place, "$call")
        index: "dict[str, object]" = {mark: len(self._functions) - 1}
        return index | {"$limit": self._tool_timeout} if place in BOUNDED else index

    def called(self, index: "int", parameters: "list[Any]", answer: "Any") -> "None":
        """The element calls one of the functions; `answer` has `resolve`, `reject`, `object`."""
        place, function = self._functions[index]
        self._tasks.run(self._run(place, function, parameters, answer), f"in {place}")

    async def _run(
        self, place: "str", function: "Callable[..., Any]", parameters: "list[Any]", answer: "Any"
    ) -> "None":
        is_fetch = place == "options.api.fetch"
        is_tool = place == "options.onClientTool"
        given = list(answer.object) if is_fetch else parameters
        try:
            done = self._browser.on_cut(lambda: answer.reject("JavaScript has thrown in it"))
            try:
                result = function(*given)
            finally:
                done()
            if is_coroutine(result):
                limit = self._tool_timeout if place in BOUNDED else None
                result = await (asyncio.wait_for(result, limit) if limit else result)
            if is_fetch:
                answer.resolve(result, True)
            else:
                said = problem(result, f"the result of {place}")
                if said:
                    raise TypeError(said)
                answer.resolve(json.dumps(result), False)
        except Exception as error:
            message = _message(error, self._tool_timeout)
            self._browser.report_exception(error, f"in {place}")
            if is_tool:
                # A rejection would lock the thread (measured); the model can read this instead.
                answer.resolve(json.dumps({"error": message}), False)
            else:
                answer.reject(message)


def _is_free_form(place: "str") -> "bool":
    return any(part.partition("[")[0] in FREE_FORM for part in place.split("."))


class _LeftOut:
    pass


_LEFT_OUT = _LeftOut()


def _message(error: "Exception", seconds: "float") -> "str":
    if isinstance(error, asyncio.TimeoutError):
        return f"no answer within {seconds:g} s"
    return str(error) or type(error).__name__
