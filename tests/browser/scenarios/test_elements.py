"""Elements that leave, come back or are moved; and what stop() lets go of."""

from typing import Any

import pytest
from playwright.sync_api import expect

from .scene import CONTROLS, TOOLBAR, Scene

FRESH = """(id) => {
  const fresh = document.createElement("openai-chatkit");
  fresh.id = id;
  fresh.style.height = "300px";
  document.querySelector("main").append(fresh);
  return customElements.whenDefined("openai-chatkit").then(() => {
    if (!window.fake) fresh.setOptions({ api: { url: "/chatkit", domainKey: "local" } });
  });
}"""
OWNED = FRESH.replace("if (!window.fake)", "if (false)")


@pytest.mark.parametrize(
    "owner",
    [False, True],
    ids=["companion", "owner"],
)
def test_an_element_that_leaves_and_a_new_one(scene: Scene, owner: bool) -> None:
    """The new one is taken up by itself, with the thread."""
    a = scene.site.store.make_thread("Alpha", [("user", "Alpha asked"), ("assistant", "Told")])
    scene.open(owner=owner, query=f"?threadId={a}")
    scene.js("document.querySelector('#chat').remove()")
    scene.expect_phase("gone")
    scene.expect_unusable("gone")
    expect(scene.locate("#status")).to_have_text("The chat has left this page.")
    scene.js(OWNED if owner else FRESH, "again")
    scene.expect_phase("idle")
    scene.expect_shown(a)
    expect(scene.messages().first).to_contain_text("Alpha asked")
    scene.expect_on(*CONTROLS)
    scene.press("#send")
    expect(scene.messages()).to_have_count(4)
    scene.expect_query(f"?threadId={a}")


def test_a_toolbar_that_names_what_was_replaced_says_so(scene: Scene) -> None:
    """The other element is served, and is not this toolbar's."""
    named = TOOLBAR.replace("data-chatkit-toolbar", 'data-chatkit-toolbar="#chat"', 1)
    scene.open(fake=True, body=named)
    scene.js(
        """() => {
          const other = document.createElement("openai-chatkit");
          other.id = "other";
          document.querySelector("#chat").replaceWith(other);
        }"""
    )
    scene.expect_phase("gone")
    scene.expect_off("send", reason="gone")
    scene.expect_report("warning: ", 'names "#chat", which no element matches')


def test_a_moved_element_is_dead(scene: Scene) -> None:
    scene.open(fake=True)
    scene.js(
        """() => {
          const moved = document.querySelector("#chat");
          document.querySelector("main").before(moved);
        }"""
    )
    scene.expect_phase("gone")
    scene.expect_unusable("gone")
    # Nothing that it says from now on counts.
    scene.js("fake.say('response.start')")
    scene.js(FRESH, "fresh")
    scene.expect_phase("idle")
    scene.expect_on(*CONTROLS)
    scene.press("#send")
    scene.expect_calls(["sendUserMessage", {"text": "Said by a control"}])


def test_a_framework_replaces_everything_at_once(scene: Scene) -> None:
    scene.open(fake=True)
    scene.js("fake.say('response.start')")
    scene.expect_off("send", reason="responding")
    scene.js("document.body.innerHTML = document.body.innerHTML")
    scene.expect_phase("idle")
    scene.expect_on(*CONTROLS)
    expect(scene.locate("#busy")).to_be_hidden()
    scene.press("#send")
    scene.expect_calls(["sendUserMessage", {"text": "Said by a control"}])


CYCLES = """
from sync import ChatKit

@probe
async def cycles(count):
    for _ in range(count):
        chatkit = ChatKit("#chat", key=None, parameter=None).start()
        chatkit.on("response.start", lambda: None)
        chatkit.subscribe(lambda snapshot: None)
        await chatkit.focus_composer()
        chatkit.stop()
        await asyncio.sleep(0)

@probe
def start_again():
    ChatKit("#chat").start()
"""


@pytest.mark.parametrize(
    "owner",
    [pytest.param(False, marks=pytest.mark.core), True],
    ids=["companion", "owner"],
)
def test_stop_lets_go_of_everything(scene: Scene, owner: bool) -> None:
    scene.open(fake=True, owner=owner, python=CYCLES)
    scene.python("stop")
    scene.wait(lambda: scene.python("counts")["timers"] == 0, "no timer")
    assert scene.python("counts") == {"handlers": 0, "elements": 0, "running": 0, "timers": 0}
    # The controls are the page's alone again.
    scene.expect_on(*CONTROLS)
    expect(scene.locate('#page-off[aria-disabled="true"]:not([data-chatkit-off])')).to_have_count(1)
    scene.js("fake.say('response.start'); fake.say('response.end')")
    calls = len(scene.calls())
    scene.press("#send")
    scene.python("cycles", 10)
    assert scene.python("counts") == {"handlers": 0, "elements": 0, "running": 0, "timers": 0}
    assert scene.calls()[calls:] == [["focusComposer"]] * 10, "nobody has run the click"
    scene.python("start_again")
    scene.expect_phase("idle")
    scene.press("#send")
    scene.wait(lambda: scene.calls()[-1][0] == "sendUserMessage", "the click")


@pytest.mark.parametrize("owner", [False, True], ids=["companion", "owner"])
def test_nothing_is_taken_up_after_stop(scene: Scene, owner: bool) -> None:
    """… and what comes then is the page's alone, not off for ever."""
    scene.open(fake=True, owner=owner, python=CYCLES)
    scene.python("stop")
    scene.wait(lambda: scene.python("counts")["timers"] == 0, "no timer")
    calls = scene.calls()
    scene.js("document.body.innerHTML = document.body.innerHTML")
    scene.expect_on(*CONTROLS)
    scene.js("fake.say('response.start')")
    scene.expect_on(*CONTROLS)
    scene.js("fake.say('response.end')")
    scene.press("#send")
    assert scene.python("counts") == {"handlers": 0, "elements": 0, "running": 0, "timers": 0}
    assert scene.calls() == calls, "nobody has run the click"
    scene.python("start_again")
    scene.expect_phase("idle")
    assert scene.calls() == calls, "nor was it kept for later"
    scene.press("#send")
    scene.wait(lambda: scene.calls() != calls, "the click")


def test_elements_that_come_and_go_leave_nothing_behind(scene: Scene) -> None:
    scene.open(fake=True, python="")
    before = scene.python("counts")
    for number in range(5):
        scene.js("fake.element.remove()")
        scene.expect_phase("gone")
        scene.js(FRESH, f"chat{number}")
        scene.expect_phase("idle")
    # The status of having gone is announced by a timer that the last idle has ended.
    scene.wait(lambda: scene.python("counts") == before, f"{before}: {scene.python('counts')}")


TELLS = """() => {
  window.heard = [];
  addEventListener("chatkit-sync", ({ detail }) => heard.push(detail.failure ?? detail.phase));
}"""


TELLS_WHERE = """() => {
  addEventListener("chatkit-sync", ({ target }) => (window.where = target.id));
}"""


@pytest.mark.parametrize("owner", [False, True], ids=["companion", "owner"])
def test_a_page_that_only_listens_hears_that_the_chat_has_gone_and_of_the_stop(
    scene: Scene, owner: bool
) -> None:
    scene.open(fake=True, owner=owner, python="")
    scene.js(TELLS)
    scene.js("fake.element.remove()")
    scene.wait(lambda: scene.js("heard.at(-1)") == "gone", "gone")
    scene.js(FRESH, "fresh")
    scene.wait(lambda: scene.js("heard.at(-1)") == "idle", "idle")
    scene.js(TELLS_WHERE)
    scene.python("stop")
    scene.wait(lambda: scene.js("heard.at(-1)") == "stopped", "stopped")
    assert scene.js("where") == "fresh", "it is told where the element is"


COUNTS_DRAWINGS = """() => {
  window.drawn = [];
  const bar = document.querySelector("#bar");
  new MutationObserver((records) => drawn.push(records.length)).observe(bar, {
    attributes: true,
    attributeFilter: ["data-chatkit-state"],
  });
}"""


def test_what_changes_in_one_task_is_drawn_and_told_once(scene: Scene) -> None:
    scene.open(fake=True, python="")
    scene.expect_phase("idle")
    scene.js(TELLS)
    scene.js(COUNTS_DRAWINGS)
    scene.js("for (const what of ['start', 'end', 'start']) fake.say(`response.${what}`)")
    scene.expect_phase("responding")
    assert scene.js("[heard, drawn]") == [["responding"], [1]]


CHANGES_AND_STOPS = """
@probe
def change_and_stop():
    window.fake.say("response.start")
    running()[0].stop()


window.stopFirst = create_proxy(stop)
"""


def test_a_stop_in_the_task_of_a_change_leaves_the_controls_to_the_page(scene: Scene) -> None:
    scene.open(fake=True, python=CHANGES_AND_STOPS)
    scene.expect_phase("idle")
    scene.js(TELLS)
    scene.python("change_and_stop")
    scene.wait(lambda: scene.js("heard.at(-1)") == "stopped", "stopped")
    assert scene.js("heard") == ["stopped"]
    expect(scene.locate("#bar [data-chatkit-off]")).to_have_count(0)


def test_a_listener_may_stop_the_chat_of_which_it_hears(scene: Scene) -> None:
    """The end is told behind what was before, to every listener."""
    scene.open(fake=True, python=CHANGES_AND_STOPS)
    scene.js(
        """() => {
          scene.heard = [];
          const note = ({ detail }) => scene.heard.push(detail.failure ?? detail.phase);
          fake.element.addEventListener("chatkit-sync", () => stopFirst(), { once: true });
          fake.element.addEventListener("chatkit-sync", note);
          fake.say("response.start");
        }"""
    )
    scene.wait(lambda: scene.js("scene.heard.at(-1)") == "stopped", "stopped")
    assert scene.js("scene.heard") == ["responding", "stopped"]


ONE_OF_TWO = """
from sync import ChatKit

kits = [ChatKit("#chat").start(), ChatKit("#two", parameter=None, key=None).start()]

@probe
def stop_first():
    kits[0].stop()


def stop_second(event):
    kits[1].stop()


window.stopSecond = create_proxy(stop_second)
"""
TWO: dict[str, Any] = {
    "companion": False,
    "attributes": 'data-start="page"',
    "python": ONE_OF_TWO,
    "body": """<nav id="bar" data-chatkit-toolbar="#chat"><b id="gate" data-chatkit-gate>X</b></nav>
      <nav id="bar2" data-chatkit-toolbar="#two"><b id="gate2" data-chatkit-gate>X</b></nav>""",
    "element": '<openai-chatkit id="chat"></openai-chatkit><openai-chatkit id="two">'
    "</openai-chatkit>",
}


def test_one_of_two_is_stopped_and_its_region_replaced(scene: Scene) -> None:
    """Its controls are the page's alone; the other's go on."""
    scene.open(fake=True, **TWO)
    scene.python("stop_first")
    scene.js("fake.element.outerHTML = fake.element.outerHTML")
    scene.expect_on("gate")
    scene.js("fake.say('response.start', null, document.querySelector('#two'))")
    scene.expect_off("gate2", reason="responding")
    scene.expect_on("gate")


def test_a_toolbar_without_a_name_goes_on_with_the_chat_that_is_not_stopped(scene: Scene) -> None:
    body = '<nav id="bar" data-chatkit-toolbar><b id="gate" data-chatkit-gate>X</b></nav>'
    scene.open(fake=True, **TWO | {"body": body})
    scene.js("fake.say('response.start', null, document.querySelector('#two'))")
    scene.expect_report("warning: ", "belongs to the first of several elements")
    scene.expect_on("gate")
    scene.python("stop_first")
    scene.expect_off("gate", reason="responding")


def test_who_hears_of_one_chat_may_stop_the_other(scene: Scene) -> None:
    """All in one task: the other's changes that were still to come are not drawn after its end."""
    scene.open(fake=True, **TWO)
    scene.js(
        """() => {
          scene.heard = [];
          const two = document.querySelector("#two");
          two.addEventListener("chatkit-sync", ({ detail }) =>
            scene.heard.push(detail.failure ?? detail.phase));
          fake.element.addEventListener("chatkit-sync", stopSecond, { once: true });
          fake.say("response.start");
          for (const what of ["start", "end", "start"]) fake.say(`response.${what}`, null, two);
        }"""
    )
    scene.expect_off("gate", reason="responding")
    scene.expect_on("gate2")
    assert scene.js("scene.heard") == ["stopped"]
