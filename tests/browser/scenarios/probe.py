"""Runs in the page, on either interpreter: calls functions for the test and hands back outcomes.

A test's own Python is put behind this text; its functions under `@probe` can be called by name.
Both interpreters read this, so it keeps to what MicroPython knows.
"""

import asyncio
import json

from pyscript import window
from pyscript.ffi import create_proxy

from sync import running

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

functions: "dict[str, Any]" = {}
tasks: "list[Any]" = []


def probe(function: "Any") -> "Any":
    """Lets the test call this function, sync or async."""
    functions[function.__name__] = function
    return function


def failure(error: "Exception") -> "dict[str, Any]":
    """An exception as plain data, with the members that the library's own have."""
    told: dict[str, Any] = {"error": type(error).__name__, "says": str(error)}
    for member in ("command", "name", "message", "kind", "reason", "seconds"):
        if isinstance(getattr(error, member, None), (str, int, float)):
            told[member] = getattr(error, member)
    return told


async def outcome(number: "int", name: "str", arguments: "list[Any]") -> "None":
    """Calls and replies."""
    try:
        result = functions[name](*arguments)
        if hasattr(result, "send"):
            result = await result
        told = {"ok": True, "value": result}
    except Exception as error:
        told = {"ok": False} | failure(error)
    window.scene.reply(number, json.dumps(told))


def receive(number: "int", name: "str", text: "str") -> "None":
    """The page's JavaScript asks."""
    tasks.append(asyncio.create_task(outcome(number, name, json.loads(text))))


@probe
async def command(name: "str", arguments: "list[Any]", keywords: "dict[str, Any]") -> "None":
    """One of the eight commands of the first ChatKit."""
    await getattr(running()[0], name)(*arguments, **keywords)


@probe
def stop() -> "None":
    """Stops the first ChatKit."""
    running()[0].stop()


@probe
def counts() -> "dict[str, int]":
    """What the page's one browser holds."""
    from sync.browser import shared

    return shared().counts()


window.scene.open(create_proxy(receive))
