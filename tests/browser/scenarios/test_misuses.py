"""Every misuse of the table in a page: the same one message on both interpreters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.misuses import MISUSES, Misuse, source

from .scene import Scene

PYTHON = """
from pyscript import document
from sync import ChatKit, start

OPTIONS = {"api": {"url": "/chatkit", "domain_key": "local"}}
chats = []
start({"element": "#first", "options": OPTIONS})

@probe
async def begin():
    while chats:
        chats.pop().stop()
        document.querySelector("#row").remove()
    element = document.createElement("openai-chatkit")
    element.id = "row"
    document.body.append(element)
    chats.append(ChatKit(element, options=OPTIONS, parameter=False, key=False).start())
    await chats[0].wait_for(lambda snapshot: snapshot.phase == "idle", timeout=20)

@probe
async def misuse(source):
    names = {}
    exec(source, names)
    await names["misuse"](chats[0], ChatKit, document)

@probe
def phase():
    return chats[0].snapshot.phase
"""

CALL = """async ([place, parameters]) => {
  const names = place.split(".").slice(1);
  const last = names.pop();
  const parent = names.reduce((inside, name) => inside[name], fake.options.at(-1));
  try { return { value: await parent[last](...parameters) }; }
  catch (reason) { return { reason: reason.message }; }
}"""


@pytest.mark.core
def test_misuses_are_told_once_and_by_their_place(scene: Scene) -> None:
    element = '<openai-chatkit id="first"></openai-chatkit>'
    page = 'data-start="page"'
    scene.open(fake=True, element=element, attributes=page, python=PYTHON, companion=False)
    wrong = []
    for misuse in MISUSES:
        scene.python("begin")
        scene.reports()
        told = [one.split("\n")[0] for one in told_of(scene, misuse)]
        is_clear = len(told) == 1 and misuse.place in told[0] and misuse.said in told[0]
        if not is_clear or scene.python("phase") != "idle":
            wrong.append((misuse.place, misuse.said, told))
    assert not wrong, "\n".join(map(str, wrong))


def told_of(scene: Scene, misuse: Misuse) -> list[str]:
    """What the author is told: an exception, or the console."""
    outcome = scene.attempt("misuse", source(misuse))
    told = [] if outcome["ok"] else [outcome["says"]]
    if misuse.called is not None:
        is_option = misuse.place.startswith("options.")
        place = misuse.place if is_option else "options.onClientTool"
        answer: dict[str, Any] = scene.js(CALL, [place, list(misuse.called)])
        # A rejection of a tool would lock the thread.
        is_tool = place == "options.onClientTool"
        answered = answer["value"]["error"] if is_tool else answer["reason"]
        told = scene.expect_report()
        # The chat, or the model, reads what the author is told; a KeyError's text is the key alone.
        assert answered.removeprefix("KeyError: ")
        assert answered.removeprefix("KeyError: ") in told[0], (answered, told)
    return told + scene.reports()
