"""What the page's controls show and do while the chat is busy, and after it."""

import re

import pytest
from playwright.sync_api import expect

from .scene import CONTROLS, TOOLBAR, Scene

# Ears of the page's own on its controls: what runs for a click, and whether it was prevented.
EARS = """<script>
  scene.clicks = [];
  for (const control of document.querySelectorAll("#bar button, #bar a")) {
    control.addEventListener("click", () => scene.clicks.push(control.id));
  }
  addEventListener("click", (event) => {
    if (!event.target.closest("#bar")) return;
    scene.clicks.push(`${event.target.id} ${event.defaultPrevented ? "stopped" : "goes on"}`);
    event.preventDefault();
  });
</script>"""


def expect_page_has_its_own_off(scene: Scene) -> None:
    """What the page has off is off, and nobody but the page wrote it."""
    assert scene.locate("#page-disabled").is_disabled()
    expect(scene.locate('#page-off[aria-disabled="true"]:not([data-chatkit-off])')).to_have_count(1)
    assert scene.js("scene.disabledWrites") == []


@pytest.mark.core
def test_while_an_answer_streams_every_control_is_off(scene: Scene) -> None:
    """It must show 4, for an answer."""
    scene.open()
    expect_page_has_its_own_off(scene)
    fault = scene.site.faults.add("threads.create", hold_after=2)
    scene.say("Hello")
    scene.expect_phase("responding")
    scene.expect_off(*CONTROLS, reason="responding")
    expect(scene.locate("#bar")).to_have_attribute("aria-busy", "true")
    expect(scene.locate("#status")).to_have_text("The assistant is answering…")
    expect(scene.locate("#busy")).to_be_visible()
    expect(scene.locate("#answering")).to_be_visible()
    fault.release()
    scene.expect_phase("idle")
    scene.expect_on(*CONTROLS)
    expect(scene.locate("#status")).to_have_text("")
    expect(scene.locate("#busy")).to_be_hidden()
    expect(scene.locate("#answering")).to_be_hidden()
    expect_page_has_its_own_off(scene)


@pytest.mark.core
@pytest.mark.checkout
def test_a_control_that_throws_takes_nothing_of_the_event_with_it(scene: Scene) -> None:
    scene.open(fake=True)
    scene.console.allow("mine")
    scene.js(
        """() => {
          document.querySelector("#new").setAttribute = () => { throw new Error("mine"); };
          fake.say("response.start");
          fake.say("thread.change", { threadId: "thr_made" });
          fake.say("response.end");
        }"""
    )
    scene.expect_query("?threadId=thr_made")
    scene.expect_stored("thr_made")
    scene.expect_shown("thr_made")


def test_a_control_that_throws_keeps_nothing_from_the_others(scene: Scene) -> None:
    """Drawn at once or later in the same task: the others are off, and the page's scripts hear."""
    scene.open(fake=True)
    scene.console.allow("mine")
    scene.js(
        """() => {
          scene.heard = [];
          addEventListener("chatkit-sync", ({ detail }) => scene.heard.push(detail.phase));
          document.querySelector("#new").setAttribute = () => { throw new Error("mine"); };
          fake.say("thread.change", { threadId: "thr_a" });
          fake.say("thread.load.start", { threadId: "thr_a" });
        }"""
    )
    scene.expect_off(*(one for one in CONTROLS if one != "new"), reason="loading")
    assert scene.js("scene.heard") == ["loading"]
    scene.js("fake.say('thread.load.end', { threadId: 'thr_a' })")
    scene.expect_phase("idle")
    scene.js("fake.say('response.start')")
    scene.expect_off(*(one for one in CONTROLS if one != "new"), reason="responding")
    assert scene.js("scene.heard") == ["loading", "idle", "responding"]


def many(count: int) -> str:
    """A toolbar with so many controls of the page's own."""
    controls = "".join(f'<button id="n{n}" data-chatkit-gate>{n}</button>' for n in range(count))
    return f'<nav id="bar" data-chatkit-toolbar>{controls}</nav>'


def test_what_the_page_does_to_one_of_very_many_controls_counts(scene: Scene) -> None:
    """Beyond some hundred controls nobody is told of each that we write ourselves."""
    scene.open(fake=True, body=many(600))
    scene.js("document.querySelector('#n1').setAttribute('aria-disabled', 'true')")
    off = scene.locate("#bar [data-chatkit-off=responding][aria-disabled=true]")
    for _ in range(2):
        scene.js("fake.say('response.start')")
        expect(off).to_have_count(600)
        scene.js(
            """() => {
              document.querySelector("#n7").removeAttribute("aria-disabled");
              for (const name of ["aria-disabled", "data-chatkit-off"])
                document.querySelector("#n8").removeAttribute(name);
            }"""
        )
        expect(off).to_have_count(600)
        scene.js("fake.say('response.end')")
        expect(scene.locate("#bar [data-chatkit-off]")).to_have_count(0)
        expect(scene.locate("#bar [aria-disabled]")).to_have_count(1)


def test_marks_taken_away_in_the_task_of_the_end_leave_nothing_behind(scene: Scene) -> None:
    scene.open(fake=True)
    scene.js("fake.say('response.start')")
    scene.expect_off(*CONTROLS, reason="responding")
    scene.js(
        """() => {
          document.querySelector("#send").removeAttribute("data-chatkit-off");
          fake.say("response.end");
        }"""
    )
    scene.expect_on(*CONTROLS)
    scene.js("fake.say('response.start')")
    scene.expect_off(*CONTROLS, reason="responding")


# A control of the page's own making, which calls the page's Python while it is drawn.
STOPS = """
def stop_all():
    running()[0].stop()


window.stopAll = create_proxy(stop_all)
"""
CALLS = """<script>
  customElements.define("page-control", class extends HTMLElement {
    static observedAttributes = ["aria-disabled"];
    attributeChangedCallback(name, before, after) {
      if (scene.armed && after === "true") stopAll();
    }
  });
</script>"""


@pytest.mark.parametrize("count", [4, 600])
def test_a_stop_while_controls_are_drawn_leaves_them_to_the_page(scene: Scene, count: int) -> None:
    own = '<page-control data-chatkit-gate tabindex="0">Mine</page-control>'
    body = many(count).replace("<nav id", f"{CALLS}<nav id").replace("toolbar>", f"toolbar>{own}")
    scene.open(fake=True, body=body, python=STOPS)
    scene.js("scene.armed = true")
    scene.js("fake.say('response.start')")
    expect(scene.locate("#bar [data-chatkit-off]")).to_have_count(0)
    expect(scene.locate("#bar [aria-disabled]")).to_have_count(0)


# In the place of bridge.js: the same, and what crosses the border in either direction.
COUNTED = """
import { connect as inner } from "./bridge.js?counted";
export function connect(receive) {
  window.crossed = [];
  const counted = (name, call) => (...given) => {
    crossed.push(name);
    return call(...given);
  };
  const methods = Object.entries(inner(counted("receive", receive)));
  return Object.fromEntries(methods.map(([name, call]) => [name, counted(name, call)]));
}
"""


@pytest.mark.core
@pytest.mark.checkout
def test_controls_are_switched_by_one_crossing_however_many(scene: Scene) -> None:
    scene.page.route(
        "**/sync/bridge.js",
        lambda route: route.fulfill(body=COUNTED, content_type="text/javascript"),
    )
    seen = []
    for count in (4, 1000):
        scene.open(fake=True, body=many(count))
        scene.js("crossed.length = 0")
        scene.js("fake.say('response.start')")
        expect(scene.locate("#bar [data-chatkit-off=responding]")).to_have_count(count)
        scene.js("fake.say('response.end')")
        expect(scene.locate("#bar [data-chatkit-off]")).to_have_count(0)
        seen.append(scene.js("crossed"))
    assert seen[0] == seen[1]
    assert seen[0].count("draw") == 2


SEARCHED = """() => {
  window.searched = [];
  const { querySelectorAll } = Document.prototype;
  Document.prototype.querySelectorAll = function (selector) {
    searched.push(selector);
    return querySelectorAll.call(this, selector);
  };
}"""


@pytest.mark.core
@pytest.mark.parametrize("count", [4, 600])
def test_an_event_searches_nothing_in_the_page(scene: Scene, count: int) -> None:
    """Three searches took 2 ms of 3 where the page has 20,000 other elements (measured)."""
    scene.open(fake=True, body=f"{many(count)}<output data-chatkit-status></output>")
    scene.js(SEARCHED)
    scene.js("fake.say('response.start')")
    expect(scene.locate("#bar [data-chatkit-off=responding]")).to_have_count(count)
    expect(scene.locate("output")).to_have_text("The assistant is answering…")
    scene.js("fake.say('response.end')")
    expect(scene.locate("#bar [data-chatkit-off]")).to_have_count(0)
    assert scene.js("searched") == []


# The page's own ear stands in front of Python's.
MOVES = """<div id="host"></div><script>
  scene.root = host.attachShadow({ mode: "open" });
  addEventListener("chatkit.response.start", () => {
    scene.root.append(away);
    const come = bar.cloneNode(true);
    come.id = "come";
    document.body.append(come);
  }, true);
</script>"""


def test_what_the_page_changes_while_an_event_is_told_counts_for_it(scene: Scene) -> None:
    """What comes is switched; what goes is the page's, and nothing is said of what it names."""
    nav = '<nav id="{0}" data-chatkit-toolbar="{1}"><button data-chatkit-gate>{0}</button></nav>'
    body = nav.format("bar", "") + nav.format("away", "#away ~ main openai-chatkit")
    scene.open(fake=True, body=body, foot=MOVES)
    expect(scene.locate("[data-chatkit-off]")).to_have_count(0)
    scene.js("fake.say('response.start')")
    expect(scene.locate(":is(#bar, #come) > [data-chatkit-off=responding]")).to_have_count(2)
    gone = "scene.root.querySelectorAll('#away > button:not([data-chatkit-off])').length"
    assert scene.js(gone) == 1
    scene.js("fake.say('response.end')")
    expect(scene.locate("[data-chatkit-off]")).to_have_count(0)


def test_while_a_thread_loads_every_control_is_off(scene: Scene) -> None:
    """It must show 4, for a load."""
    thread = scene.site.store.make_thread("Old", [("user", "Hi"), ("assistant", "Hello")])
    scene.open(body=TOOLBAR.replace("thr_first", thread))
    fault = scene.site.faults.add("threads.get_by_id", hold_after=0)
    scene.press("#open-a")
    scene.expect_phase("loading")
    scene.expect_off(*CONTROLS, reason="loading")
    expect(scene.locate("#bar")).to_have_attribute("aria-busy", "true")
    expect(scene.locate("#status")).to_have_text("Loading the conversation…")
    expect(scene.locate("#busy")).to_be_visible()
    expect(scene.locate("#answering")).to_be_hidden()
    fault.release()
    scene.expect_phase("idle")
    scene.expect_on(*CONTROLS)
    expect(scene.locate("#open-a")).to_have_attribute("aria-current", "true")
    expect(scene.locate("#open-b:not([aria-current])")).to_have_count(1)
    expect(scene.locate("#status")).to_have_text("")
    expect_page_has_its_own_off(scene)
    scene.press("#new")
    scene.expect_shown(None)
    expect(scene.locate("[aria-current]")).to_have_count(0)


def test_a_click_on_what_is_off_reaches_nobody(scene: Scene) -> None:
    scene.open(foot=EARS)
    fault = scene.site.faults.add("threads.create", hold_after=2)
    scene.say("Hello")
    scene.expect_phase("responding")
    pages = len(scene.page.context.pages)
    for name in CONTROLS:
        scene.press(f"#{name}")
    scene.locate("#gate").focus()
    scene.page.keyboard.press("Enter")
    scene.locate("#open-a").focus()
    scene.page.keyboard.press("Enter")
    assert scene.js("scene.clicks") == []
    fault.release()
    scene.expect_phase("idle")
    scene.press("#gate")
    # The library has taken the link's click for itself, the gate's is the page's own affair.
    assert scene.js("scene.clicks") == ["gate", "gate goes on"]
    assert [seen.type for seen in scene.site.faults.requests].count("threads.create") == 1
    assert len(scene.page.context.pages) == pages


def test_a_control_that_is_on_belongs_to_both(scene: Scene) -> None:
    """The page's own handlers run, and the browser does not follow the link."""
    thread = scene.site.store.make_thread("Old", [("user", "Hi"), ("assistant", "Hello")])
    scene.open(foot=EARS, body=TOOLBAR.replace("thr_first", thread))
    loads = scene.js("performance.timeOrigin")
    scene.press("#open-a")
    scene.expect_shown(thread)
    assert scene.js("scene.clicks") == ["open-a", "open-a stopped"]
    assert scene.js("performance.timeOrigin") == loads


def test_a_click_with_a_modifier_key_is_the_browsers(scene: Scene) -> None:
    scene.open(foot=EARS)
    fault = scene.site.faults.add("threads.create", hold_after=2)
    scene.say("Hello")
    scene.expect_phase("responding")
    scene.locate("#open-a").click(force=True, modifiers=["Shift"])
    assert scene.js("scene.clicks") == ["open-a", "open-a goes on"]
    fault.release()
    scene.expect_phase("idle")
    scene.locate("#open-a").click(modifiers=["Shift"])
    assert scene.js("scene.clicks.slice(2)") == ["open-a", "open-a goes on"]
    assert [seen.type for seen in scene.site.faults.requests] == ["threads.create"]


def test_what_the_page_has_off_does_nothing_on_click(scene: Scene) -> None:
    scene.open(fake=True)
    scene.press("#page-off")
    scene.press("#draft")
    scene.expect_calls(["setComposerValue", {"text": "A draft"}], ["focusComposer"])


def test_the_page_switches_its_control_while_the_chat_is_busy(scene: Scene) -> None:
    """What the page says last about its own control holds when the chat is idle again."""
    scene.open(fake=True)
    scene.js("fake.say('response.start')")
    scene.expect_off("gate", "page-off")
    scene.js("document.querySelector('#page-disabled').disabled = false")
    scene.js("document.querySelector('#gate').disabled = true")
    scene.js("fake.say('response.end')")
    scene.expect_on("gate", "page-disabled")
    assert scene.locate("#gate").is_disabled()
    assert scene.locate("#page-disabled").is_enabled()


def test_the_focus_stays_where_it_is(scene: Scene) -> None:
    scene.open(fake=True)
    scene.locate("#gate").focus()
    scene.js("fake.say('response.start')")
    scene.expect_off("gate", reason="responding")
    expect(scene.locate("#gate")).to_be_focused()
    scene.js("fake.say('response.end')")
    scene.expect_on("gate")
    expect(scene.locate("#gate")).to_be_focused()


def test_controls_that_come_later_are_kept_in_step(scene: Scene) -> None:
    scene.open(fake=True)
    scene.js("fake.say('response.start')")
    scene.expect_phase("responding")
    scene.js(
        """() => {
          const bar = document.querySelector("#bar");
          bar.insertAdjacentHTML("beforeend", '<button id="late" data-chatkit-gate>Late</button>');
          document.querySelector("#answering").outerHTML =
            '<span id="other" data-chatkit-show="idle">Idle</span>';
        }"""
    )
    scene.expect_off("late", reason="responding")
    expect(scene.locate("#other")).to_be_hidden()
    # A framework replaces the whole toolbar.
    scene.js(
        """() => {
          const bar = document.querySelector("#bar");
          bar.outerHTML = bar.outerHTML.replaceAll("late", "later");
        }"""
    )
    scene.expect_off("later", "send", reason="responding")
    scene.js("fake.say('response.end')")
    scene.expect_on("later", "send")
    expect(scene.locate("#other")).to_be_visible()
    scene.press("#send")
    scene.expect_calls(["sendUserMessage", {"text": "Said by a control"}])


def test_an_attribute_changed_by_the_page_counts_at_once(scene: Scene) -> None:
    scene.open(fake=True)
    scene.js("document.querySelector('#gate').removeAttribute('data-chatkit-gate')")
    scene.js("document.querySelector('#send').dataset.chatkitText = 'Other words'")
    scene.js("fake.say('response.start')")
    scene.expect_off("send")
    scene.expect_on("gate")
    scene.js("fake.say('response.end')")
    scene.expect_on("send")
    scene.press("#send")
    scene.expect_calls(["sendUserMessage", {"text": "Other words"}])


def test_any_number_of_toolbars_and_one_that_names_its_element(scene: Scene) -> None:
    scene.open(
        fake=True,
        body=TOOLBAR
        + """
        <p data-chatkit-toolbar id="second"><button id="again" data-chatkit-gate>Two</button></p>
        <p data-chatkit-toolbar="#chat" id="named">
          <button id="called" data-chatkit-action="send" data-chatkit-text="Hey">Three</button>
        </p>
        <p data-chatkit-status="#chat" id="heard"></p>""",
    )
    scene.js("fake.say('response.start')")
    for bar in ("#bar", "#second", "#named"):
        scene.expect_phase("responding", bar)
    scene.expect_off("send", "again", "called", reason="responding")
    expect(scene.locate("#heard")).to_have_text("The assistant is answering…")
    expect(scene.locate("#heard")).to_have_attribute("role", "status")
    scene.js("fake.say('response.end')")
    scene.expect_on("send", "again", "called")
    scene.press("#called")
    scene.expect_calls(["sendUserMessage", {"text": "Hey"}])


def test_every_action_asks_the_element(scene: Scene) -> None:
    scene.open(fake=True)
    expected = [
        ("send", ["sendUserMessage", {"text": "Said by a control"}]),
        ("open-a", ["setThreadId", "thr_first"]),
        ("new", ["setThreadId", None]),
        ("write", ["focusComposer"]),
        ("fetch", ["fetchUpdates"]),
        ("show-history", ["showHistory"]),
        ("hide-history", ["hideHistory"]),
        ("action", ["sendCustomAction", {"type": "wave", "payload": {"hand": "left"}}]),
    ]
    for count, (name, _) in enumerate(expected, 1):
        scene.press(f"#{name}")
        scene.wait(lambda count=count: len(scene.calls()) == count, f"{count} calls")  # type: ignore[misc]
        scene.expect_phase("idle")
    assert scene.calls() == [call for _, call in expected]


def test_a_short_phase_is_not_announced(scene: Scene) -> None:
    """One announcement for what lasts, none for what does not."""
    scene.open(fake=True)
    scene.js(
        """async () => {
          scene.said = [];
          const status = document.querySelector("#status");
          new MutationObserver(() => scene.said.push(status.textContent))
            .observe(status, { childList: true, characterData: true, subtree: true });
          fake.say("thread.load.start", { threadId: "thr_first" });
          for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
          fake.say("thread.load.end", { threadId: "thr_first" });
          fake.say("response.start");
        }"""
    )
    expect(scene.locate("#status")).to_have_text("The assistant is answering…")
    scene.js("fake.say('response.end')")
    expect(scene.locate("#status")).to_have_text("")
    assert scene.js("scene.said") == ["The assistant is answering…", ""]


def test_texts_are_the_pages_own(scene: Scene) -> None:
    scene.open(fake=True, settings={"texts": {"responding": "Es antwortet …"}, "announce_after": 0})
    scene.js("fake.say('response.start')")
    expect(scene.locate("#status")).to_have_text("Es antwortet …")


def test_the_look_can_be_overridden_by_any_rule(scene: Scene) -> None:
    scene.open(fake=True, head="<style>#bar > .mine { opacity: 1 }</style>")
    scene.js("document.querySelector('#gate').className = 'mine'")
    scene.js("fake.say('response.start')")
    scene.expect_off("send", "gate")
    expect(scene.locate("#send")).to_have_css("opacity", re.compile(r"0\.\d+"))
    expect(scene.locate("#gate")).to_have_css("opacity", "1")


def test_pages_with_javascript_only_hear_one_event(scene: Scene) -> None:
    """`chatkit-sync` on the element, with the snapshot as plain data."""
    scene.open(fake=True)
    scene.js("fake.say('thread.load.start', { threadId: 'thr_first' })")
    scene.expect_phase("loading")
    told = scene.snapshot()
    assert (told["phase"], told["busy"], told["thread_id"]) == ("loading", True, "thr_first")
    assert told["loading"] == ["thr_first"]
    scene.js("fake.say('thread.load.end', { threadId: 'thr_first' })")
    scene.expect_phase("idle")
    assert scene.js("scene.phases") == ["starting", "idle", "loading", "idle"]
    # An event that changes nothing tells nothing.
    count = scene.js("scene.snapshots.length")
    scene.js("fake.say('log', { name: 'x' }); fake.say('tool.change', { toolId: null })")
    scene.js("fake.say('response.start')")
    scene.expect_phase("responding")
    assert scene.js("scene.snapshots.length") == count + 1


FORMER = """(how) => {
  if (how === "attribute") document.querySelector("#gate").removeAttribute("data-chatkit-gate");
  if (how === "toolbar") document.querySelector("#bar").removeAttribute("data-chatkit-toolbar");
  if (how === "place") document.querySelector("main").append(document.querySelector("#gate"));
}"""


@pytest.mark.parametrize("how", ["attribute", "toolbar", "place"])
def test_what_is_ours_no_longer_is_the_pages_again(scene: Scene, how: str) -> None:
    """A control that the page takes from us while it is off must not stay off for ever."""
    scene.open(fake=True)
    scene.js("fake.say('response.start')")
    scene.expect_off("gate", reason="responding")
    scene.js(FORMER, how)
    scene.expect_on("gate")
    if how == "toolbar":
        scene.expect_on(*CONTROLS)
        page_off = '#page-off[aria-disabled="true"]:not([data-chatkit-off])'
        expect(scene.locate(page_off)).to_have_count(1)
        expect(scene.locate("#bar:not([aria-busy]):not([data-chatkit-state])")).to_have_count(1)
    if how != "attribute":
        assert all("outside any" in text for text in scene.reports())
