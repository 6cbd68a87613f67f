"""The demo page's own Python: the chat's options, and the inspector.

The tag's `data-main` names this file, and `data-start="page"` leaves the start to it. With options
we are the element's owner, so they can depend on the page (its colour scheme) and hold Python
functions (the tools that the assistant may call).

The inspector shows what Python sees: the snapshot, the last events with their times, and what is
remembered where. What a user has written never appears: of an event it takes names and thread ids.
It must not slow the page: changes are drawn together, a value is written only where it differs,
and a closed fold is not drawn at all.
"""

import sys

from pyscript import config, document, window
from pyscript.ffi import create_proxy

from sync import start
from sync.address import read
from sync.browser import shared
from sync.gate import REASONS
from sync.session import DEFAULTS
from sync.state import ELEMENT_EVENTS, FIELDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from sync import ChatKit, Snapshot

EVENTS_SHOWN = 40
SAVED_AFTER = 0.6
"""Seconds after a change until address and storage have followed: a settled change is written
after the write interval, and nothing tells when it was."""

SHOWN_ARGUMENTS = {"log": 1, "effect": 1, "deeplink": 1}
"""How many arguments of an event are shown, where not all: `log` named `composer.submit` carries
what the user has written."""


def options() -> "dict[str, Any]":
    """What `setOptions` of the element takes; keys in snake_case, functions in Python."""
    dark = window.matchMedia("(prefers-color-scheme: dark)").matches
    return {
        "api": {"url": "/chatkit", "domain_key": "local"},
        "frame_title": "Assistant",
        "theme": "dark" if dark else "light",
        "history": {"enabled": True, "show_delete": True, "show_rename": True},
        "start_screen": {
            "greeting": "What shall we look at?",
            "prompts": [
                {"label": "What can you do?", "prompt": "help", "icon": "circle-question"},
                {"label": "Take your time", "prompt": "slow", "icon": "clock"},
            ],
        },
        "composer": {"placeholder": "Write to the assistant"},
        "disclaimer": {"text": "Answers are made from your own words; no model is asked."},
        "on_client_tool": use_tool,
    }


def use_tool(call: "dict[str, Any]") -> "dict[str, object]":
    """The tools of this page, for the assistant: "tool list_mails", "tool shown_mail"."""
    rows = document.querySelectorAll(".list li:not([hidden]) .subject")
    if call["name"] == "list_mails":
        return {"mails": [rows.item(at).textContent for at in range(rows.length)]}
    if call["name"] == "shown_mail":
        return {"mail": document.querySelector(".row[aria-current] .subject").textContent}
    raise ValueError(f"this page has no tool {call['name']!r}, only list_mails and shown_mail")


class Inspector:
    """The fold's content: three parts, drawn from one ChatKit."""

    def __init__(self, chatkit: "ChatKit", fold: "Any", body: "Any"):
        self._chatkit = chatkit
        self._browser = shared()
        self._fold = fold
        self._due = False
        self._saved_timer: "object" = None
        self._events: "list[str]" = []
        self._drawn: "dict[str, str]" = {}
        self._phase = ""
        body.replaceChildren()
        self._cells = _table(body, "The snapshot", ("phase", "busy") + FIELDS)
        self._cells.update(_table(body, "What is remembered", ("address", "localStorage")))
        self._cells["events"] = _log(body, "The last events")
        self._cells["why"] = document.getElementById("why")

    def start(self) -> "None":
        """Listens, and draws what is already there."""
        for name in ELEMENT_EVENTS + ("http.error",):
            listen: "Any" = self._chatkit.on
            listen(name, self._listener(name))
        self._chatkit.subscribe(self._changed)
        self._fold.addEventListener("toggle", create_proxy(lambda event: self._ask()))
        self._changed(self._chatkit.snapshot)

    def _listener(self, name: "str") -> "Any":
        def happened(*arguments: "object") -> "None":
            self._note(name, arguments[: SHOWN_ARGUMENTS.get(name, len(arguments))])

        return happened

    def _note(self, name: "str", arguments: "tuple[object, ...]") -> "None":
        words = " ".join([_short(_text(one)) for one in arguments])
        # Padded by hand: MicroPython has no str.ljust.
        line = f"{self._browser.now():6.2f}  {name}{' ' * max(0, 17 - len(name))} {words}"
        self._events.insert(0, line)
        del self._events[EVENTS_SHOWN:]
        self._ask()

    def _changed(self, snapshot: "Snapshot") -> "None":
        if snapshot.phase != self._phase:
            self._phase = snapshot.phase
            self._note("= " + snapshot.phase, ())
        self._browser.cancel(self._saved_timer)
        self._saved_timer = self._browser.later(SAVED_AFTER, self._ask)
        self._ask()

    def _ask(self) -> "None":
        """Draws soon, once for all changes of the moment."""
        if not self._due:
            self._due = True
            self._browser.later(0, self._draw)

    def _draw(self) -> "None":
        self._due = False
        snapshot = self._chatkit.snapshot
        self._write("why", _reason(snapshot))
        if not self._fold.open:
            return
        for name in ("phase", "busy") + FIELDS:
            self._write(name, _text(getattr(snapshot, name)))
        parameter, key = DEFAULTS["parameter"], DEFAULTS["key"]
        self._write("address", f"{parameter} = {_text(read(self._browser.address(), parameter))}")
        self._write(
            "localStorage", f"{key} = {_text(self._browser.read_storage(key).get('value'))}"
        )
        self._write("events", "\n".join(self._events))

    def _write(self, name: "str", text: "str") -> "None":
        if self._drawn.get(name, "") != text:
            self._drawn[name] = text
            self._cells[name].textContent = text


def _text(value: "object") -> "str":
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join([str(one) for one in value]) or "none"
    return str(value)


def _short(text: "str") -> "str":
    """A temporary id is twice as long as its line, and its beginning says all."""
    return f"{text[:14]}…" if text.startswith("client_thread_") else text


def _reason(snapshot: "Snapshot") -> "str":
    reason = REASONS.get(snapshot.failure or "", "")
    return f"What happened: {reason}." if reason else ""


def _make(kind: "str", text: "str" = "") -> "Any":
    made = document.createElement(kind)
    made.textContent = text
    return made


def _part(body: "Any", title: "str") -> "Any":
    part = _make("section")
    part.append(_make("h3", title))
    body.append(part)
    return part


def _table(body: "Any", title: "str", names: "tuple[str, ...]") -> "dict[str, Any]":
    table = _make("dl")
    cells = {}
    for name in names:
        row = _make("div")
        cells[name] = _make("dd")
        row.append(_make("dt", name), cells[name])
        table.append(row)
    _part(body, title).append(table)
    return cells


def _log(body: "Any", title: "str") -> "Any":
    log = _make("pre")
    log.tabIndex = 0
    log.setAttribute("role", "group")
    log.setAttribute("aria-label", title)
    _part(body, title).append(log)
    return log


def _runtime() -> "str":
    if sys.implementation.name == "micropython":
        return "MicroPython " + ".".join([str(part) for part in sys.implementation.version[:3]])
    import pyodide

    return f"Pyodide {pyodide.__version__}"


document.getElementById("runtime").textContent = _runtime()
chatkit = start(config.get("chatkit", {}) | {"options": options()})
Inspector(
    chatkit, document.getElementById("inspector"), document.getElementById("inspector-body")
).start()
