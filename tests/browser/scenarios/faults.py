"""The faults that are named, and one row for each: what the page said, and how it ended.

`make faults` prints the rows; a named fault without one is a test that is missing.
"""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from sync.gate import controls, page_refusal
from sync.state import FIELDS, Snapshot

from .scene import Scene

FAULTS = (
    "element script missing",
    "element script late",
    "element script twice",
    "element script failing",
    "iframe 404",
    "iframe refused",
    "options refused",
    "ready never",
    "ready twice",
    "events before, between and after",
    "load.end missing",
    "load.end doubled",
    "load.end reordered",
    "response.end missing",
    "start without end",
    "end without start",
    "command throws at once",
    "command rejects with an Error",
    "command rejects with a string",
    "command rejects with an object",
    "command rejects with null",
    "command rejects with undefined",
    "command rejects with a DOMException",
    "command never settles",
    "HTTP 400",
    "HTTP 401",
    "HTTP 403",
    "HTTP 404",
    "HTTP 409",
    "HTTP 429",
    "HTTP 500",
    "HTTP 503",
    "not a stream",
    "cut in the middle",
    "malformed event",
    "silent for ever",
    "slow drip",
    "network off and on again",
    "removal in the middle of a command",
    "removal in the middle of a load",
    "removal in the middle of an answer",
    "subscriber that raises",
    "callback that raises",
    "callback that hangs",
    "10,000 events in one second",
    "a tab in the background for long",
    "the clock jumping",
    "a thousand start/stop cycles",
)
"""The issue's own list, "No call hangs, no state lies"."""

BORDER = (
    *(fault for fault in FAULTS if fault.startswith(("command ", "callback "))),
    "removal in the middle of a command",
    "subscriber that raises",
    "options refused",
    "events before, between and after",
    "10,000 events in one second",
    "a thousand start/stop cycles",
)
"""Those that stand between JavaScript and Python: a row on each interpreter."""

OUTCOMES = ("healed", "went on", "off, and says why")
"""How a row may end: by itself or by the way out, as if nothing had been, or without a chat."""

ROWS = Path(__file__).parents[3] / "var" / "reports" / "faults"


class Row:
    """One fault on one interpreter in one engine.

    A test calls `says` for every text that the page shows, and `ends` last: every control has to
    be as the last snapshot asks for.
    """

    def __init__(self, scene: Scene, fault: str, engine: str) -> None:
        assert fault in FAULTS, fault
        self._scene = scene
        self._fault = fault
        self._engine = engine
        self._said: list[str] = []
        self.has_ended = False

    def says(self, text: str) -> None:
        """Wait until the status shows this text."""
        expect(self._scene.locate("#status")).to_have_text(text, timeout=10_000)
        self._said.append(text)

    def ends(self, outcome: str) -> None:
        """The page has come to its end: usable, or off for good."""
        assert outcome in OUTCOMES, outcome
        if outcome == "off, and says why":
            assert self._said, "it says nothing"
            expect(self._scene.locate("#bar")).to_have_attribute("data-chatkit-state", "failed")
        else:
            self._scene.expect_phase("idle")
            expect(self._scene.locate("#status")).to_have_text("")
        self._look()
        self.has_ended = True
        ROWS.mkdir(parents=True, exist_ok=True)
        row = [self._fault, self._scene.runtime, self._engine, self._said, outcome]
        with (ROWS / "rows.jsonl").open("a") as rows:
            rows.write(json.dumps(row) + "\n")

    def _look(self) -> None:
        seen = self._scene.js(LOOK)
        snapshot = Snapshot(**{name: plain(seen["snapshot"][name]) for name in FIELDS})
        assert snapshot.phase == seen["phase"]
        wanted = controls(snapshot) | {None: page_refusal(snapshot)}
        off = {one["id"]: wanted[one["action"]] for one in seen["controls"]}
        assert {one["id"]: one["off"] for one in seen["controls"]} == off
        for one in seen["controls"]:
            by_page = one["id"] == "page-off"
            is_off = one["off"] is not None or by_page
            assert (one["disabled"] == "true") is is_off, one


LOOK = """() => ({
  phase: document.querySelector("#bar").dataset.chatkitState,
  snapshot: scene.snapshots.at(-1),
  controls: [...document.querySelectorAll("#bar [data-chatkit-action], #bar [data-chatkit-gate]")]
    .map((control) => ({
      id: control.id,
      action: control.dataset.chatkitAction ?? null,
      off: control.getAttribute("data-chatkit-off"),
      disabled: control.getAttribute("aria-disabled"),
    })),
})"""


def plain(value: Any) -> Any:
    """A field of the snapshot as Python has it."""
    return tuple(value) if isinstance(value, list) else value
