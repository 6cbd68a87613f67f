"""Keeps a web page in step with OpenAI's `<openai-chatkit>`, in Python, in the browser.

General layout, from the outside in; imports run from the left to the right, never back:

    chatkit     ChatKit: the public face            state      Snapshot, advance()        pure
    events      … who listens to it                 gate       may this run now?          pure
    session     the order of things; changes
    remembering the thread that survives            address    a thread id in a URL       pure
    restoring, settling, wishes, losses             errors     what can go wrong
    leaving, switch, creation, proof                plain      what can cross the border  pure
    memory, places, address_bar, storage
    owning      what an owner does and sees
    commands, toolbar, options, schema, listeners
    tasks, watchdog, limit, answer
    browser     the only module that knows PyScript; bridge.js, controls.js
    embed.js    the tag; start.js, python.js, files.js bring Python

    from sync import start
    start({"parameter": "conversation"})
"""

from .chatkit import ChatKit, check_settings
from .errors import (
    ChatKitBusy,
    ChatKitError,
    ChatKitSettingsError,
    ChatKitUnavailable,
    CommandError,
    CommandRejected,
    CommandTimeout,
)
from .state import Snapshot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .browser import Browser
    from .types import ChatKitOptions

__all__ = [
    "ChatKit",
    "ChatKitBusy",
    "ChatKitError",
    "ChatKitSettingsError",
    "ChatKitUnavailable",
    "CommandError",
    "CommandRejected",
    "CommandTimeout",
    "Snapshot",
    "running",
    "start",
]

_running: "list[ChatKit]" = []


def start(
    settings: "dict[str, Any] | None" = None,
    *,
    options: "ChatKitOptions | None" = None,
    browser: "Browser | None" = None,
    **more: "Any",
) -> "ChatKit":
    """Keeps the page's elements in step, and returns the started `ChatKit` of the first.

    Every further element gets one of its own, now and later: see `running`.
    `settings` are those of `session.DEFAULTS`, `element` (a selector, default the page's first
    `openai-chatkit`) and `options` (which make us the owner), in a dict or as arguments. The tag's
    own attributes and JSON go before them. A setting that makes no sense is reported in the console
    and left out.
    """
    if browser is None:
        from .browser import shared

        browser = shared()
    given = (settings or {}) | more
    if options is not None:
        given["options"] = options
    chosen = _sensible(given | browser.settings(), browser)
    target = chosen.pop("element", None)
    options = chosen.pop("options", None)

    def serve(one: "str | int") -> "ChatKit":
        chatkit = ChatKit(one, options=options, browser=browser, **chosen)
        _running.append(chatkit.start())
        return chatkit

    def serve_other(element: "int") -> "None":
        chosen["scope"] = first.scope
        chatkit = serve(element)

        def left(snapshot: "Snapshot") -> "None":
            # A fresh element in its place is another one, and gets a ChatKit of its own.
            # Listeners are told a moment later, when a retry's may be there already.
            if chatkit.snapshot.gone and not chatkit.is_retrying:
                chatkit.stop()

        chatkit.subscribe(left)

    first = serve(target or "openai-chatkit")
    if target is None:
        first.at_end(browser.others(serve_other))
    return first


def running() -> "list[ChatKit]":
    """The ChatKits that `start` has started and nobody has stopped, in order."""
    _running[:] = [chatkit for chatkit in _running if not chatkit.is_stopped]
    return list(_running)


def _sensible(settings: "dict[str, Any]", browser: "Browser") -> "dict[str, Any]":
    sensible = {}
    for name, value in settings.items():
        try:
            if name not in ("element", "options"):
                check_settings({name: value})
            elif not isinstance(value, str if name == "element" else dict):
                raise ChatKitSettingsError(f"{name} has a wrong kind of value: {value!r}.")
            sensible[name] = value
        except ChatKitSettingsError as error:
            browser.report(f"In the settings: {error} It is left out.")
    return sensible
