"""Every fault that is named, in a browser: what the page says of it, and that it heals.

A row of each is kept for `make faults`. Rows at the border between JavaScript and Python run on
both interpreters, the others once per engine.
"""

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from demo import assistant
from sync.limit import LATE
from sync.toolbar import TEXTS

from ..site import WORD_DELAY
from .faults import Row
from .scene import CONTROLS, START_LIMIT, TOOLBAR, Scene
from .test_elements import CYCLES, FRESH
from .threads import make


def fault(name: str, *values: Any, both: bool = False) -> Any:
    """A named fault as a parameter: once per engine, unless it stands at the border."""
    marks = [pytest.mark.fault(name)] + ([] if both else [pytest.mark.once])
    return pytest.param(*values, marks=marks, id=name)


def works(scene: Scene, messages: int = 2) -> None:
    """A click on a control reaches the chat, which answers."""
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.press("#send")
    expect(scene.messages()).to_have_count(messages, timeout=10_000)
    scene.expect_phase("idle")
    scene.expect_on(*CONTROLS)


def asks(scene: Scene) -> None:
    """A click on a control reaches the fake element."""
    before = len(scene.calls())
    scene.press("#send")
    said = ["sendUserMessage", {"text": "Said by a control"}]
    scene.wait(lambda: scene.calls()[before:] == [said], "the click")
    scene.expect_phase("idle")
    scene.expect_on(*CONTROLS)


# The element's script and frame.


@pytest.mark.fault("element script missing")
@pytest.mark.once
def test_an_element_script_that_is_missing(scene: Scene, row: Row) -> None:
    scene.page.route("**/stand-in/chatkit.js", lambda route: route.abort())
    scene.open(settings={"ready_timeout": 0.3}, wait=False)
    row.says(TEXTS["failed-script"])
    scene.expect_report("error: ", "the script that defines <openai-chatkit> did not load")
    scene.expect_unusable("script")
    row.ends("off, and says why")


@pytest.mark.fault("element script failing")
@pytest.mark.once
def test_an_element_script_that_fails(scene: Scene, row: Row) -> None:
    scene.console.allow("broken on purpose")
    broken = "throw new Error('broken on purpose');"
    scene.page.route(
        "**/stand-in/chatkit.js",
        lambda route: route.fulfill(body=broken, content_type="text/javascript"),
    )
    scene.open(settings={"ready_timeout": 0.3}, wait=False)
    row.says(TEXTS["failed-script"])
    scene.expect_report("error: ", "the script that defines <openai-chatkit> did not load")
    row.ends("off, and says why")


@pytest.mark.fault("element script late")
@pytest.mark.once
def test_an_element_script_that_is_late(scene: Scene, row: Row) -> None:
    script = scene.hold("**/stand-in/chatkit.js")
    scene.open(settings={"ready_timeout": 0.3}, wait=False)
    row.says(TEXTS["failed-script"])
    scene.expect_report("error: ", "did not load")
    script.release()
    works(scene)
    row.ends("healed")


@pytest.mark.fault("element script twice")
@pytest.mark.once
def test_an_element_script_that_comes_twice(scene: Scene, row: Row) -> None:
    # The second definition is the page's error, whichever element it is.
    scene.console.allow("already been (used|defined)|openai-chatkit")
    scene.open(foot='<script src="/stand-in/chatkit.js?again" async></script>')
    works(scene)
    row.ends("went on")


@pytest.mark.parametrize("how", [fault("iframe 404", "404"), fault("iframe refused", "refused")])
def test_a_frame_that_is_none(scene: Scene, row: Row, how: str) -> None:
    """It is ready all the same, and every command hangs: the restore finds it out."""
    scene.chat.break_frame(how)
    # What Firefox says of a frame that may not be shown.
    scene.console.allow("X-Frame-Options|target origin")
    [a] = make(scene, "Alpha")
    settings = {"restore_timeout": 0.3, "ready_timeout": 2.0}
    scene.open(query=f"?threadId={a}", wait=False, settings=settings)
    row.says(TEXTS["failed"])
    scene.expect_report("error: ", "The chat cannot be used")
    scene.expect_unusable()
    row.ends("off, and says why")


@pytest.mark.fault("iframe 404")
@pytest.mark.once
def test_a_frame_that_is_none_is_found_out_by_the_first_command(scene: Scene, row: Row) -> None:
    """… where nothing is to be restored; and a sign of life heals it."""
    scene.chat.break_frame("404")
    scene.open(settings={"command_timeout": 0.3})
    scene.press("#send")
    row.says(TEXTS["failed"])
    assert len(scene.expect_report("does not answer", count=2)) == 2
    scene.expect_unusable("no-answer")
    for name in ("response.start", "response.end"):
        event = f"new CustomEvent('chatkit.{name}')"
        scene.js(f"document.querySelector('#chat').dispatchEvent({event})")
    row.says("")
    scene.expect_on(*CONTROLS)
    row.ends("healed")


@pytest.mark.fault("options refused")
def test_options_that_are_refused(scene: Scene, row: Row) -> None:
    scene.console.allow("options were refused")
    scene.open(owner=True, wait=False, stand_in={"refuseOptions": True})
    row.says(TEXTS["failed-options"])
    scene.expect_report("error: ", "the element refused its options")
    row.ends("off, and says why")


# Ready, and the element's other events.

NOT_READY = "<script>fake.ready = false;</script>"


@pytest.mark.fault("ready never")
@pytest.mark.once
def test_an_element_that_is_never_ready(scene: Scene, row: Row) -> None:
    framed = '<script>fake.element.append(document.createElement("iframe"))</script>'
    parts: dict[str, Any] = {"body": TOOLBAR + NOT_READY, "foot": framed}
    scene.open(fake=True, **parts, settings={"ready_timeout": 0.3}, wait=False)
    row.says(TEXTS["failed"])
    scene.expect_report("error: ", "the element was never ready")
    scene.js("fake.say('ready')")
    asks(scene)
    row.says("")
    row.ends("healed")


@pytest.mark.fault("ready twice")
def test_an_element_that_is_ready_twice(scene: Scene, row: Row) -> None:
    scene.open(fake=True, python="")
    scene.js("fake.say('ready'); fake.say('ready')")
    asks(scene)
    assert scene.python("counts")["elements"] == 1
    row.ends("went on")


@pytest.mark.fault("events before, between and after")
def test_events_at_any_moment_of_the_start(scene: Scene, row: Row) -> None:
    python = scene.hold_python()
    scene.open(fake=True, wait=False)
    scene.js("fake.say('thread.change', { threadId: 'thr_first' }); fake.say('response.start')")
    python.release()
    scene.expect_phase("responding", limit=START_LIMIT)
    row.says(TEXTS["responding"])
    scene.js("fake.say('response.end')")
    scene.expect_shown("thr_first")
    scene.js("fake.say('thread.change', { threadId: 'thr_second' })")
    scene.expect_query("?threadId=thr_second")
    asks(scene)
    row.ends("went on")


SWITCHES = """
  fake.answers.setThreadId = async (threadId) => {
    fake.say("thread.change", { threadId });
    if (threadId) {
      fake.say("thread.load.start", { threadId });
      fake.say("thread.load.end", { threadId });
    }
  };
"""
STALLS = {"stall_after": 0.5, "announce_after": 0.05}


@pytest.mark.parametrize(
    ("events", "said"),
    [
        fault(
            "load.end missing",
            ["thread.change", "thread.load.start"],
            TEXTS["loading"],
        ),
        fault("response.end missing", ["response.start"], TEXTS["responding"]),
        fault("start without end", ["response.start", "response.start"], TEXTS["responding"]),
    ],
)
def test_an_end_that_never_comes(scene: Scene, row: Row, events: list[str], said: str) -> None:
    """It stalls, and New chat leads out."""
    # Every control is looked at before the stall, one by one.
    scene.open(fake=True, settings={**STALLS, "stall_after": 3})
    scene.js(f"() => {{ {SWITCHES} }}")
    for name in events:
        scene.js("(name) => fake.say(name, { threadId: 'thr_first' })", name)
    row.says(said)
    scene.expect_off(*CONTROLS)
    row.says(TEXTS["stalled-companion"])
    scene.expect_on("new", "open-b")
    scene.expect_off("send", "gate", reason="stalled")
    scene.press("#new")
    scene.expect_phase("idle")
    asks(scene)
    row.ends("healed")


@pytest.mark.parametrize(
    "events",
    [
        fault("load.end doubled", ["change a", "start a", "end a", "end a"]),
        fault(
            "load.end reordered",
            ["change a", "start a", "change b", "start b", "end b", "end a"],
        ),
    ],
)
def test_ends_of_loads_that_are_odd(scene: Scene, row: Row, events: list[str]) -> None:
    names = {"change": "thread.change", "start": "thread.load.start", "end": "thread.load.end"}
    threads = {"a": "thr_first", "b": "thr_second"}
    scene.open(fake=True)
    for event in events:
        what, which = event.split()
        detail = {"threadId": threads[which]}
        scene.js("([name, detail]) => fake.say(name, detail)", [names[what], detail])
    shown = threads[events[-2].split()[1]]
    scene.expect_shown(shown)
    scene.expect_query(f"?threadId={shown}")
    asks(scene)
    row.ends("went on")


@pytest.mark.fault("end without start")
@pytest.mark.once
def test_ends_without_their_starts(scene: Scene, row: Row) -> None:
    scene.open(fake=True)
    scene.js("fake.say('response.end'); fake.say('thread.load.end', { threadId: 'thr_first' })")
    asks(scene)
    scene.expect_query("")
    row.ends("went on")


# Commands.


@pytest.mark.parametrize(
    "answer",
    [
        fault("command throws at once", "() => { throw new Error('odd'); }", both=True),
        fault("command rejects with an Error", "() => Promise.reject(new Error('odd'))", both=True),
        fault("command rejects with a string", "() => Promise.reject('odd')", both=True),
        fault("command rejects with an object", "() => Promise.reject({ odd: true })", both=True),
        fault("command rejects with null", "() => Promise.reject(null)", both=True),
        fault("command rejects with undefined", "() => Promise.reject()", both=True),
        fault(
            "command rejects with a DOMException",
            "() => Promise.reject(new DOMException('odd', 'DataCloneError'))",
            both=True,
        ),
        fault("command never settles", "() => new Promise(() => {})", both=True),
    ],
)
def test_a_command_that_fails(scene: Scene, row: Row, answer: str) -> None:
    scene.open(fake=True, settings={"command_timeout": 0.3})
    # It has done more than being ready: a command that hangs is this command's trouble.
    scene.js("fake.say('history.open')")
    scene.js(f"() => {{ fake.answers.sendUserMessage = {answer}; }}")
    scene.press("#send")
    row.says(TEXTS["refused"])
    scene.expect_report("warning: ", 'data-chatkit-action="send"')
    scene.js("() => { delete fake.answers.sendUserMessage; }")
    asks(scene)
    scene.js("fake.say('response.start'); fake.say('response.end')")
    row.says("")
    row.ends("healed")


# What an owner's requests meet.

OWNER: dict[str, Any] = {"owner": True, "settings": {"announce_after": 0.05}}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        fault("HTTP 400", 400, "refused"),
        fault("HTTP 401", 401, "signed-out"),
        fault("HTTP 403", 403, "refused"),
        fault("HTTP 404", 404, "thread-gone"),
        fault("HTTP 409", 409, "refused"),
        fault("HTTP 429", 429, "too-many"),
        fault("HTTP 500", 500, "unavailable"),
        fault("HTTP 503", 503, "unavailable"),
    ],
)
def test_a_message_that_meets_a_status(scene: Scene, row: Row, status: int, said: str) -> None:
    [a] = make(scene, "Alpha")
    scene.site.faults.add("threads.add_user_message", status=status)
    scene.open(query=f"?threadId={a}", **OWNER)
    scene.press("#send")
    row.says(TEXTS[said])
    scene.expect_shown(a)
    scene.expect_on(*CONTROLS)
    scene.site.faults.clear()
    scene.press("#send")
    scene.wait(lambda: len(scene.site.store.messages(a)) >= 4, "the message, and its answer")
    row.says("")
    row.ends("healed")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        fault("not a stream", {"not_a_stream": True}, "unavailable"),
        fault("cut in the middle", {"cut_after": 4}, "cut-off"),
        fault("malformed event", {"malformed_after": 4}, "answer-failed"),
    ],
)
def test_an_answer_that_is_none(
    scene: Scene, row: Row, what: dict[str, Any], said: str, browser_name: str
) -> None:
    [a] = make(scene, "Alpha")
    scene.site.faults.add("threads.add_user_message", **what)
    scene.open(query=f"?threadId={a}", **OWNER)
    scene.press("#send")
    scene.wait(lambda: "responding" in scene.js("scene.phases"), "the answer begins")
    scene.expect_phase("idle")
    if browser_name == "chromium" or said != "cut-off":
        row.says(TEXTS[said])
    # To Firefox an answer whose connection was closed is sometimes a whole one (measured).
    scene.site.faults.clear()
    before = len(scene.site.store.messages(a))
    scene.press("#send")
    scene.wait(lambda: len(scene.site.store.messages(a)) >= before + 2, "an answer")
    row.says("")
    row.ends("healed")


@pytest.mark.fault("silent for ever")
@pytest.mark.once
def test_an_answer_that_never_comes(scene: Scene, row: Row) -> None:
    silent = scene.site.faults.add("threads.add_user_message", silence=True)
    [a] = make(scene, "Alpha")
    scene.open(owner=True, settings=STALLS, query=f"?threadId={a}")
    scene.press("#send")
    silent.wait_hit()
    row.says(TEXTS["stalled"])
    scene.expect_on("new")
    scene.press("#new")
    scene.expect_shown(None)
    scene.site.faults.clear()
    works(scene)
    row.ends("healed")


@pytest.mark.fault("slow drip")
@pytest.mark.once
def test_an_answer_that_drips(scene: Scene, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes are signs of life to an owner: more than twice the limit is no stall."""
    # Its words take about four seconds, so that a busy machine may take a second over one of them.
    monkeypatch.setattr(assistant, "SLOWER", 0.1 / WORD_DELAY)
    scene.open(owner=True, settings={"stall_after": 1.5, "announce_after": 0.05})
    scene.say("slow")
    row.says(TEXTS["responding"])
    begun = time.monotonic()
    scene.expect_phase("idle", limit=40_000)
    assert time.monotonic() - begun > 3, "twice the limit"
    assert "stalled" not in scene.js("scene.phases")
    row.ends("went on")


@pytest.mark.fault("network off and on again")
@pytest.mark.once
def test_a_network_that_goes_and_comes_again(scene: Scene, row: Row) -> None:
    [a] = make(scene, "Alpha")
    scene.open(query=f"?threadId={a}", **OWNER)
    scene.page.context.set_offline(True)
    try:
        scene.press("#send")
        row.says(TEXTS["unavailable"])
        scene.expect_on(*CONTROLS)
    finally:
        scene.page.context.set_offline(False)
    scene.press("#send")
    scene.wait(lambda: len(scene.site.store.messages(a)) == 4, "the message, and its answer")
    row.says("")
    row.ends("healed")


@pytest.mark.fault("network off and on again")
@pytest.mark.once
def test_a_network_that_goes_in_the_middle_of_an_answer(
    scene: Scene, row: Row, browser_name: str
) -> None:
    [a] = make(scene, "Alpha")
    answer = scene.site.faults.add("threads.add_user_message", hold_after=4)
    scene.open(query=f"?threadId={a}", **OWNER)
    scene.press("#send")
    answer.wait_hit()
    row.says(TEXTS["responding"])
    scene.site.stop()
    try:
        if browser_name == "chromium":
            row.says(TEXTS["cut-off"])
        # To Firefox the answer of a server that goes down is a whole one (measured).
        scene.expect_phase("idle")
        scene.expect_on(*CONTROLS)
        scene.press("#send")
        row.says(TEXTS["unavailable"])
        scene.expect_shown(a)
    finally:
        scene.site.faults.clear()
        scene.site.resume()
    before = len(scene.site.store.messages(a))
    scene.press("#send")
    scene.wait(lambda: len(scene.site.store.messages(a)) >= before + 2, "an answer")
    row.says("")
    row.ends("healed")


# An element that leaves.

TO_SEND = """
@probe
async def sends():
    try:
        await running()[0].send_user_message("Never answered")
    except Exception as error:
        return type(error).__name__

@probe
def begin():
    tasks.append(asyncio.create_task(remembered()))

told = []
async def remembered():
    told.append(await sends())

@probe
def outcomes():
    return told
"""


@pytest.mark.parametrize(
    ("events", "said"),
    [
        fault("removal in the middle of a command", [], "", both=True),
        fault("removal in the middle of a load", ["thread.change", "thread.load.start"], "loading"),
        fault("removal in the middle of an answer", ["response.start"], "responding"),
    ],
)
def test_an_element_that_is_removed(scene: Scene, row: Row, events: list[str], said: str) -> None:
    scene.open(fake=True, python=TO_SEND, settings={"announce_after": 0.05})
    for name in events:
        scene.js("(name) => fake.say(name, { threadId: 'thr_first' })", name)
    if said:
        row.says(TEXTS[said])
    else:
        scene.js("() => { fake.answers.sendUserMessage = () => new Promise(() => {}); }")
        scene.python("begin")
        scene.wait(lambda: len(scene.calls()) == 1, "the command")
    scene.js("fake.element.remove()")
    row.says(TEXTS["gone"])
    scene.expect_unusable("gone")
    if not said:
        scene.wait(lambda: scene.python("outcomes") == ["ChatKitUnavailable"], "its end")
        scene.js("() => { delete fake.answers.sendUserMessage; }")
    scene.js(FRESH, "fresh")
    asks(scene)
    row.says("")
    row.ends("healed")


# Functions of the page's.

RAISES = """
def odd(snapshot):
    raise ValueError("on purpose")

running()[0].subscribe(odd)
"""


@pytest.mark.fault("subscriber that raises")
def test_a_subscriber_that_raises(scene: Scene, row: Row) -> None:
    scene.open(fake=True, python=RAISES)
    # The page's Python is there, whatever it has heard of the start.
    scene.python("counts")
    scene.reports()
    scene.js("fake.say('response.start')")
    scene.expect_phase("responding")
    scene.js("fake.say('response.end')")
    scene.expect_phase("idle")
    scene.js("fake.say('thread.change', { threadId: 'thr_first' })")
    scene.expect_query("?threadId=thr_first")
    scene.wait(lambda: len(scene.console.texts("error")) >= 3, "each failure is said")
    assert all("ValueError" in text and "on purpose" in text for text in scene.reports())
    scene.expect_on(*CONTROLS)
    row.ends("went on")


THROWS = """
from pyscript import window
chatkit = running()[0]

@chatkit.on("response.start")
def odd():
    window.JSON.parse("{")

chatkit.on("response.start", lambda: heard.append("the next one"))
heard = []

def odder(snapshot):
    window.JSON.parse("{")

chatkit.subscribe(odder)

@probe
def told():
    return heard
"""


@pytest.mark.fault("subscriber that raises")
def test_a_subscriber_whose_javascript_throws(scene: Scene, row: Row) -> None:
    """What MicroPython can neither catch nor clean up after."""
    # What JavaScript throws there is the window's, besides what we say.
    scene.console.allow("JSON")
    scene.open(fake=True, python=THROWS)
    scene.python("counts")
    scene.js("fake.say('response.start')")
    scene.expect_phase("responding")
    scene.js("fake.say('response.end')")
    scene.expect_phase("idle")
    assert scene.python("told") == ["the next one"]
    scene.js("fake.say('thread.change', { threadId: 'thr_first' })")
    scene.expect_query("?threadId=thr_first")
    scene.wait(lambda: len(scene.console.texts("error")) >= 4, "each failure is said")
    assert all("a listener of" in text for text in scene.reports())
    scene.expect_on(*CONTROLS)
    row.ends("went on")


HEADERS = """
from sync import start

calls = []

async def headers():
    calls.append(len(calls))
    if HOW == "raises" and len(calls) == 1:
        raise ValueError("no token")
    if HOW == "hangs" and len(calls) == 1:
        await asyncio.sleep(3600)
    if HOW == "throws" and len(calls) == 1:
        await asyncio.sleep(0)
        window.JSON.parse("{")
    return {"X-Token": f"token {len(calls)}"}

start({
    "options": {"api": {"url": "/chatkit", "domain_key": "local"}},
    "headers": headers,
    "tool_timeout": 0.3,
    "announce_after": 0.05,
})
"""


@pytest.mark.parametrize(
    ("how", "said"),
    [
        fault("callback that raises", "raises", "ValueError in headers: no token", both=True),
        fault("callback that hangs", "hangs", "in headers", both=True),
        fault("callback that raises", "throws", "", both=True),
    ],
)
def test_a_callback_that_fails(scene: Scene, row: Row, how: str, said: str) -> None:
    """The page's own login, asked for each request: the request fails, and the next one works."""
    python = HEADERS.replace("HOW", repr(how))
    if how == "throws":
        # MicroPython loses the coroutine, and its error is the window's.
        scene.console.allow("JSON")
    scene.open(attributes='data-start="page"', python=python, companion=False)
    scene.press("#send")
    row.says(TEXTS["unavailable"])
    if said:
        scene.expect_report("error: ", said)
    scene.reports()
    scene.press("#send")
    scene.wait(lambda: scene.stored() is not None, "a thread")
    row.says("")
    seen = scene.site.faults.requests
    tokens = [one.headers.get("x-token") for one in seen if one.type == "threads.create"]
    assert tokens == ["token 2"] or set(tokens) <= {f"token {number}" for number in range(2, 9)}
    row.ends("healed")


# Very much, very long, very often.


@pytest.mark.fault("10,000 events in one second")
def test_ten_thousand_events(scene: Scene, row: Row) -> None:
    scene.open(fake=True)
    scene.js(
        """() => {
          for (let at = 0; at < 2500; at += 1) {
            fake.say("response.start");
            fake.say("log", { name: "step", data: { at } });
            fake.say("effect", { name: "step", data: { at } });
            fake.say("response.end");
          }
          fake.say("thread.change", { threadId: "thr_first" });
        }"""
    )
    scene.expect_shown("thr_first")
    scene.expect_query("?threadId=thr_first")
    assert scene.js("scene.snapshots.length") < 100, "drawn together"
    asks(scene)
    row.ends("went on")


STALL_AFTER = 1.0
ANSWERS_AND_FREEZES = """(time) => {
  fake.say("response.start");
  const begun = performance.now();
  while (performance.now() - begun < time);
  scene.notes.push("awake");
  // The answer has gone on meanwhile, and its end is heard a moment later.
  setTimeout(() => {
    scene.notes.push("told");
    fake.say("response.end");
  }, 100);
}"""


@pytest.mark.fault("a tab in the background for long")
@pytest.mark.once
def test_a_tab_in_the_background(scene: Scene, row: Row) -> None:
    """Events that come while another tab is in front are known when it comes back."""
    scene.open(fake=True, settings={"stall_after": STALL_AFTER})
    other = scene.page.context.new_page()
    other.goto(scene.site.url + "/scene/blank")
    other.bring_to_front()
    scene.js("fake.say('response.start')")
    scene.js("fake.say('thread.change', { threadId: 'thr_first' })")
    scene.js("fake.say('response.end')")
    scene.page.bring_to_front()
    other.close()
    scene.expect_shown("thr_first")
    scene.expect_query("?threadId=thr_first")
    # Frozen, a tab runs nothing (Page Lifecycle), and a loop that lets nothing else run is the
    # same to it: no browser without a screen freezes a tab for us.
    scene.js(ANSWERS_AND_FREEZES, 1000 * (STALL_AFTER + LATE + 1.0))
    scene.expect_phase("idle")
    assert scene.js("scene.notes") == ["awake", "told"]
    assert "stalled" not in scene.js("scene.phases")
    asks(scene)
    row.ends("went on")


CLOCKS = """<script>
  window.jump = 0;
  const { now } = performance;
  performance.now = () => now.call(performance) + jump;
  const date = Date.now;
  Date.now = () => date() - 10 * jump;
</script>"""


@pytest.mark.fault("the clock jumping")
@pytest.mark.once
def test_a_clock_that_jumps(scene: Scene, row: Row) -> None:
    """Two hours of sleep in an answer, and a wall clock that goes back: nothing has stalled."""
    scene.open(fake=True, head=CLOCKS, settings={"stall_after": 1.0, "announce_after": 0.05})
    scene.js("fake.say('response.start')")
    row.says(TEXTS["responding"])
    scene.js("() => { jump = 7_200_000; }")
    # The watch would have barked within a second.
    scene.js("() => new Promise((resolve) => setTimeout(resolve, 1500))")
    assert "stalled" not in scene.js("scene.phases")
    scene.js("fake.say('response.end')")
    asks(scene)
    row.ends("went on")


COUNTS = """<script>
  // What Python cannot count: listeners that no signal has taken away yet, observers at work.
  window.held = { listeners: 0, observers: new Set() };
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    addEventListener.call(this, type, listener, options);
    const signal = options?.signal;
    if (!signal || signal.aborted) return;
    held.listeners += 1;
    addEventListener.call(signal, "abort", () => { held.listeners -= 1; });
  };
  const { observe, disconnect } = MutationObserver.prototype;
  MutationObserver.prototype.observe = function (...given) {
    held.observers.add(this);
    observe.apply(this, given);
  };
  MutationObserver.prototype.disconnect = function () {
    held.observers.delete(this);
    disconnect.call(this);
  };
</script>"""
HELD = "[held.listeners, held.observers.size]"


@pytest.mark.fault("a thousand start/stop cycles")
@pytest.mark.parametrize("hundreds", [1, pytest.param(10, marks=pytest.mark.long)])
def test_starts_and_stops_leave_nothing(scene: Scene, row: Row, hundreds: int) -> None:
    scene.open(fake=True, python=CYCLES, head=COUNTS)
    assert scene.js("held.listeners") > 10, "they are counted"
    scene.python("stop")
    nothing = {"handlers": 0, "elements": 0, "running": 0, "timers": 0}
    scene.wait(lambda: scene.python("counts") == nothing, "nothing left over")
    scene.js("scene.snapshots.length = 0")
    held = scene.js(HELD)
    for _ in range(hundreds):
        scene.python("cycles", 100)
    scene.wait(lambda: scene.python("counts") == nothing, "nothing left over")
    assert scene.js(HELD) == held
    scene.python("start_again")
    asks(scene)
    row.ends("went on")


MEMORY = """
import gc
import sys

@probe
def used():
    gc.collect()
    if sys.implementation.name == "micropython":
        return gc.mem_alloc()
    # Blocks are small objects: no more than 512 bytes each.
    return sys.getallocatedblocks() * 512
"""

MANY = """(count) => {
  for (let at = 0; at < count; at += 5) {
    fake.say("response.start");
    fake.say("log", { name: "step", data: { at } });
    fake.say("effect", { name: "step", data: { at } });
    fake.say("response.end");
    fake.say("thread.change", { threadId: at % 2 ? "thr_first" : "thr_second" });
  }
}"""

MEGABYTE = 2**20


@pytest.mark.long
def test_a_hundred_thousand_events_leave_no_memory_behind(scene: Scene, browser_name: str) -> None:
    """Since the first 10,000: less than a megabyte in Python, and in JavaScript where it tells."""
    scene.open(fake=True, python=MEMORY)
    chromium = browser_name == "chromium"
    tools = scene.page.context.new_cdp_session(scene.page) if chromium else None

    def used() -> tuple[int, int]:
        scene.expect_phase("idle", limit=START_LIMIT)
        scene.js("scene.snapshots.length = 1; scene.phases.length = 1;")
        if tools is None:
            return scene.python("used"), 0
        tools.send("HeapProfiler.collectGarbage")
        return scene.python("used"), int(tools.send("Runtime.getHeapUsage")["usedSize"])

    for _ in range(10):
        scene.js(MANY, 1000)
    before = used()
    for _ in range(90):
        scene.js(MANY, 1000)
    after = used()
    assert after[0] - before[0] < MEGABYTE, (before, after)
    assert after[1] - before[1] < MEGABYTE, (before, after)
