"""From the first byte of the page to the first command: what is kept, run, dropped, and said."""

import contextlib
import random
from collections.abc import Callable
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Request, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from .scene import CONTROLS, ELEMENT, LIMIT, START_LIMIT, TOOLBAR, Scene

# The recorder's clock can be moved on: clicks and Python read it, events carry their own stamps.
SKEW = """<script>
  scene.skew = 0;
  const now = performance.now.bind(performance);
  performance.now = () => now() + scene.skew;
</script>"""

WASM = {"mpy": "micropython.wasm", "py": "pyodide.asm.wasm"}

pytestmark = pytest.mark.checkout


def test_controls_are_off_until_the_chat_is_ready(scene: Scene) -> None:
    python = scene.hold_python()
    scene.open(wait=False)
    scene.expect_off(*CONTROLS, reason="starting")
    expect(scene.locate("#bar")).to_have_attribute("data-chatkit-state", "starting")
    python.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.expect_on(*CONTROLS)
    assert scene.locate("#page-disabled").is_disabled()
    expect(scene.locate('#page-off[aria-disabled="true"]:not([data-chatkit-off])')).to_have_count(1)
    assert scene.js("scene.disabledWrites") == []


def test_no_frame_shows_a_control_that_looks_on(scene: Scene) -> None:
    """Off from the first paint on: looked at in every frame until the chat is ready."""
    look = """<script>
      scene.frames = [];
      (function look() {
        const send = document.querySelector("#send");
        const bar = document.querySelector("#bar");
        if (send) scene.frames.push([send.getAttribute("aria-disabled"),
          bar.getAttribute("data-chatkit-state"), getComputedStyle(send).cursor]);
        requestAnimationFrame(look);
      })();
    </script>"""
    module = scene.hold("**/sync/start.js")
    scene.open(wait=False, head=look)
    scene.page.wait_for_function("scene.frames.length > 2")
    module.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    frames = scene.js("scene.frames")
    early = [frame for frame in frames if frame[1] != "idle"]
    assert [frame for frame in early if frame[0] != "true"] == []


def test_a_page_in_another_folder(scene: Scene) -> None:
    scene.open(path="/scene/deeper/page.html")
    scene.expect_on(*CONTROLS)


@pytest.mark.core
def test_clicks_of_the_start_run_once_and_in_order(scene: Scene) -> None:
    python = scene.hold_python()
    scene.open(wait=False, fake=True)
    scene.expect_off(*CONTROLS)
    for name in ("new", "send", "open-a", "send", "new", "open-b", "draft", "draft", "page-off"):
        scene.press(f"#{name}")
    python.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.expect_calls(
        ["sendUserMessage", {"text": "Said by a control"}],
        ["setThreadId", "thr_second"],
        ["setComposerValue", {"text": "A draft"}],
        ["focusComposer"],
    )


def test_a_click_before_the_controls_are_known_is_kept_too(scene: Scene) -> None:
    """The recorder alone, without the module that brings the controls into their state."""
    module = scene.hold("**/sync/start.js")
    scene.open(wait=False, fake=True)
    scene.press("#send")
    scene.press("#gate")
    module.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.expect_calls(["sendUserMessage", {"text": "Said by a control"}])


def test_the_clicked_message_is_sent_and_the_thread_remembered(scene: Scene) -> None:
    python = scene.hold_python()
    scene.open(wait=False)
    scene.press("#send")
    python.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    expect(scene.messages()).to_have_count(2)
    scene.wait(lambda: scene.stored() is not None, "a thread in storage")
    scene.expect_query(f"?threadId={scene.stored()}")


@pytest.mark.parametrize("moved", [False, True])
def test_the_composer_gets_the_focus_only_where_it_has_not_moved(scene: Scene, moved: bool) -> None:
    python = scene.hold_python()
    scene.open(wait=False, fake=True, body=TOOLBAR + '<input id="mine" aria-label="Mine">')
    scene.expect_off("write")
    scene.press("#write")
    if moved:
        scene.locate("#mine").focus()
    python.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    # A later click ends the story: what has not run before it does not run.
    scene.js("document.querySelector('#fetch').click()")
    scene.wait(lambda: ["fetchUpdates"] in scene.calls(), "the last click")
    assert (["focusComposer"] in scene.calls()) is not moved


def test_a_click_older_than_fifteen_seconds_is_forgotten(scene: Scene) -> None:
    python = scene.hold_python()
    scene.open(wait=False, fake=True, head=SKEW)
    scene.expect_off(*CONTROLS)
    scene.press("#send")
    scene.js("scene.skew += 15_001")
    scene.press("#draft")
    python.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.expect_calls(["setComposerValue", {"text": "A draft"}], ["focusComposer"])


@pytest.mark.core
def test_what_happened_before_python_is_known_to_it(scene: Scene) -> None:
    """A person talks while Python is on its way: the new thread is saved all the same."""
    python = scene.hold_python()
    scene.open(wait=False)
    scene.say("I was here first")
    expect(scene.messages()).to_have_count(2)
    python.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.wait(lambda: scene.stored() is not None, "a thread in storage")
    scene.expect_query(f"?threadId={scene.stored()}")
    assert scene.site.store.messages(scene.stored() or "")[0] == ("user", "I was here first")


def test_an_answer_that_streams_when_python_comes(scene: Scene) -> None:
    python = scene.hold_python()
    scene.open(wait=False)
    fault = scene.site.faults.add("threads.create", hold_after=2)
    scene.say("Hello")
    fault.wait_hit()
    python.release()
    scene.expect_phase("responding", limit=START_LIMIT)
    scene.expect_off(*CONTROLS, reason="responding")
    fault.release()
    scene.expect_phase("idle")
    scene.wait(lambda: scene.stored() is not None, "a thread in storage")


def test_more_than_is_kept_for_python_is_said(scene: Scene) -> None:
    """Also where most of it is another element's: there is one record for all."""
    python = scene.hold_python()
    scene.open(wait=False, fake=True)
    scene.wait(lambda: scene.js("fake.element?.dataset.loaded === 'true'"), "the element")
    scene.js(
        """() => {
          for (let n = 0; n < 3000; n++) document.body.dispatchEvent(new Event("chatkit.log"));
          for (let n = 0; n < 2001; n++) fake.say("log", { name: "n", data: {} });
        }"""
    )
    python.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.expect_report("warning: ", "More has happened before Python came than is kept")


# This page wires by itself, with the public API: handlers stand before the start.
MAIN = """
import json
from pyscript import window
from sync import ChatKit

chatkit = ChatKit("#chat")
heard = []


def note(number):
    heard.append(number)
    window.scene.heard = json.dumps(heard)


@chatkit.on("log")
def hear(name, data):
    note(data["number"])


@chatkit.on("thread.change")
def change(thread_id):
    note(int(thread_id[4:]))


chatkit.start()
"""

# 100 controls, each with words of its own, so that repeats are not meant to count once.
HUNDRED = "".join(
    f'<button id="c{n}" data-chatkit-action="draft" data-chatkit-text="{n}">{n}</button>'
    for n in range(100)
)

# From right behind the element until well after the chat is ready, at random moments.
CROWD = """<script>
  // Random numbers that come again with the same seed (mulberry32).
  let state = SEED;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  scene.sent = 0;
  scene.clicked = [];
  scene.before = 0;
  // From here on Python may come: half of everything is kept for it.
  const isHalf = () => scene.sent >= 450 && left.length <= 50;
  const left = [...Array(100).keys()].sort(() => random() - 0.5);
  // Some change nothing, and some what the chat shows.
  const event = () => {
    const number = scene.sent++;
    if (random() < 0.7) fake.say("log", { name: "n", data: { number } });
    else fake.say("thread.change", { threadId: `thr_${number}` });
  };
  const click = () => {
    const number = left.pop();
    scene.clicked.push(String(number));
    document.querySelector(`#c${number}`).click();
  };
  const isIdle = () => scene.phases.at(-1) === "idle";
  let after = 0;
  (function step() {
    for (let n = Math.floor(random() * 20); n > 0; n--) event();
    // Half of the clicks at least belong to the start, however long it takes.
    if (left.length && random() < (isIdle() || left.length > 50 ? 0.3 : 0.03)) click();
    if (isIdle()) after++;
    else scene.before = scene.sent;
    scene.half ||= isHalf();
    if (after > 80 && scene.sent >= 900 && !left.length) scene.over = true;
    else if (random() < 0.1) queueMicrotask(step);
    else setTimeout(step, random() * 20);
  })();
</script>"""


# What the controls ask for; our own proof of a thread asks the element besides.
MEANT = "fake.calls.filter(([name]) => /Composer/.test(name))"


@pytest.mark.core
def test_nothing_of_the_start_is_lost_or_doubled(
    scene: Scene, record_property: Callable[[str, object], None]
) -> None:
    """A thousand events and clicks: each is heard, or run, once and in its order."""
    seed = random.randrange(2**32)
    record_property("seed", seed)
    scene.site.add_page("/main.py", MAIN, "text/x-python")
    python = scene.hold_python()
    scene.open(
        wait=False,
        fake=True,
        body=f'<nav id="bar" data-chatkit-toolbar>{HUNDRED}</nav>',
        foot=CROWD.replace("SEED", str(seed)),
    )
    scene.page.wait_for_function("scene.half", timeout=LIMIT)
    python.release()
    scene.page.wait_for_function("scene.over", timeout=START_LIMIT)
    sent = scene.js("scene.sent")
    assert sent >= 900
    assert scene.js("scene.before") >= 450
    # Each draft is followed by the focus. What does not come in time is counted as lost.
    is_all = f"(count) => JSON.parse(scene.heard).length >= count && {MEANT}.length >= 200"
    with contextlib.suppress(PlaywrightTimeout):
        scene.page.wait_for_function(is_all, arg=sent, timeout=LIMIT)
    heard = scene.js("JSON.parse(scene.heard)")
    drafts = [call[1]["text"] for call in scene.calls() if call[0] == "setComposerValue"]
    clicked = scene.js("scene.clicked")
    received = [*heard, *drafts]
    counts = {
        "sent": sent + len(clicked),
        "received": len(received),
        "lost": len({*range(sent), *clicked} - set(received)),
        "doubled": len(received) - len(set(received)),
    }
    for name, count in counts.items():
        record_property(name, count)
    assert (counts["lost"], counts["doubled"]) == (0, 0), f"seed {seed}: {counts}"
    assert heard == list(range(sent)), f"seed {seed}"
    assert drafts == clicked, f"seed {seed}"
    assert len(scene.js(MEANT)) == 200


@pytest.mark.parametrize("how", ["refused", "silent"])
def test_when_not_even_our_javascript_comes_the_page_has_what_is_its_own(
    scene: Scene, how: str
) -> None:
    """Links, and what is the page's; a control that needs us stays off. It heals, too."""
    if how == "refused":
        scene.page.route("**/sync/start.js", lambda route: route.abort())
    else:
        ours = scene.hold("**/sync/start.js")
    shows = """<span id="coming" data-chatkit-show="starting">On its way</span>
      <span id="here" data-chatkit-show="failed" hidden>Not here</span></nav>"""
    body = TOOLBAR.replace("</nav>", shows)
    scene.open(wait=False, fake=True, body=body, attributes='data-limit="1"')
    scene.expect_report("error: ", "start.js" if how == "refused" else "No answer.")
    expect(scene.locate("#status")).to_have_text("The chat helpers could not start.")
    scene.expect_on("open-a", "gate")
    scene.expect_off("new", "send", reason="starting")
    for part in ("#status", "#bar"):
        expect(scene.locate(part)).to_have_attribute("data-chatkit-reason", "no-python")
    scene.expect_phase("failed")
    expect(scene.locate("#coming")).to_be_hidden()
    expect(scene.locate("#here")).to_be_visible()
    expect(scene.locate('#page-off[aria-disabled="true"]')).to_have_count(1)
    scene.js("void (document.querySelector('#gate').onclick = () => scene.notes.push('mine'))")
    scene.locate("#gate").click()
    assert scene.js("scene.notes") == ["mine"]
    if how == "silent":
        ours.release()
        scene.expect_phase("idle", limit=START_LIMIT)
        scene.expect_on(*CONTROLS)
        expect(scene.locate("#status")).to_have_text("")
        expect(scene.locate("[data-chatkit-reason]")).to_have_count(0)
        expect(scene.locate("#here")).to_be_hidden()
        scene.reports()
        return
    scene.locate("#open-a").click()
    scene.expect_query("?threadId=thr_first")
    scene.expect_report("error: ", "The chat helpers could not start.", "start.js")


def test_what_our_javascript_takes_is_taken_off_the_limit(scene: Scene) -> None:
    """Python has what is left of it, not the whole once more."""
    ours = scene.hold("**/sync/start.js")
    scene.hold_python()
    head = """<script>
      const plain = setTimeout;
      window.setTimeout = (call, delay, ...rest) => {
        scene.notes.push(delay);
        return plain(call, delay, ...rest);
      };
    </script>"""
    scene.open(wait=False, fake=True, head=head, attributes='data-limit="5"')
    scene.wait(lambda: ours.asked > 0, "our JavaScript is asked for")
    spent = scene.js("performance.now() - window[Symbol.for('chatkit-sync')].began")
    scene.js("scene.notes.length = 0")
    ours.release()
    scene.expect_report("error: ", "Python did not start within 5 s")
    [left] = [delay for delay in scene.js("scene.notes") if 1000 < delay <= 5000]
    assert left <= 5000 - spent


def test_a_tag_on_a_page_without_a_chat_asks_for_nothing_until_there_is_one(scene: Scene) -> None:
    """It may stand in every page of a site, and Python is megabytes."""
    asked: list[str] = []
    scene.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    scene.open(wait=False, fake=True, body="<p>Text</p>", element="")
    scene.page.wait_for_load_state("load")
    scene.js("document.querySelector('main').innerHTML = '<b>More text</b>'")
    scene.js("fetch('/scene/scene.js').then(() => 0)")
    scene.wait(lambda: asked.count("/scene/scene.js") == 2, "what the page asks for last")
    of_ours = [path for path in asked if path.startswith(("/sync/", "/vendor/"))]
    assert of_ours == ["/sync/embed.js"]
    markup = TOOLBAR + ELEMENT
    scene.js("(markup) => { document.querySelector('main').innerHTML = markup; }", markup)
    scene.press("#send")
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.expect_calls(["sendUserMessage", {"text": "Said by a control"}])


def test_a_start_by_the_page_needs_the_pages_python(scene: Scene) -> None:
    scene.open(wait=False, fake=True, attributes='data-start="page"')
    scene.expect_report("error: ", 'data-start="page" needs data-main')
    expect(scene.locate("#status")).to_have_text("The chat helpers could not start.")


@pytest.mark.parametrize(
    "python",
    [
        "raise ValueError('mine')",
        "from sync import start\nstart({'options': {'api': {'url': 5}}})",
    ],
    ids=["nothing-asked", "refused"],
)
def test_the_pages_own_python_that_does_not_start_us_is_named(scene: Scene, python: str) -> None:
    scene.site.add_page("/scene/mine.py", python, "text/x-python")
    # Firefox tells MicroPython's error without its words.
    scene.console.allow(".*")
    attributes = 'data-start="page" data-main="/scene/mine.py" data-limit="4"'
    scene.open(wait=False, fake=True, attributes=attributes)
    expect(scene.locate("#status")).to_have_text("The chat helpers could not start.", timeout=LIMIT)
    scene.expect_off("new", "write", "send", reason="failed")
    scene.expect_on("open-a", "gate")
    scene.expect_report("error: ", "within 4 s", 'data-main="/scene/mine.py" runs, and has started')


def test_a_page_that_would_bring_python_itself_and_does_not(scene: Scene) -> None:
    scene.open(wait=False, fake=True, attributes='data-start="none" data-limit="1"')
    scene.expect_report("error: ", "within 1 s", "own PyScript has started no ChatKit")


def test_the_pages_own_python_that_is_not_there_is_named_at_once(scene: Scene) -> None:
    scene.console.allow(".*404.*")
    scene.open(wait=False, fake=True, attributes='data-start="page" data-main="/scene/gone.py"')
    scene.expect_report("error: ", "could not be started: ", 'data-main="/scene/gone.py"')
    expect(scene.locate("#status")).to_have_text("The chat helpers could not start.")


def test_when_python_never_comes_links_are_links(scene: Scene) -> None:
    scene.page.route(f"**/{WASM[scene.runtime]}", lambda route: route.abort())
    scene.console.allow(".*")
    thread = scene.site.store.make_thread("Old", [("user", "Hi"), ("assistant", "Hello")])
    scene.open(wait=False, body=TOOLBAR.replace("thr_first", thread))
    expect(scene.locate("#status")).to_have_text("The chat helpers could not start.", timeout=LIMIT)
    for part in ("#status", "#bar"):
        expect(scene.locate(part)).to_have_attribute("data-chatkit-reason", "no-python")
    scene.expect_off("new", "write", "send", "draft", "fetch", "action", reason="failed")
    scene.expect_on("open-a", "open-b", "gate")
    scene.press("#send")
    scene.expect_report("error: ", "Python could not be started: ")
    # The chat itself works without us.
    scene.say("Is anybody there?")
    expect(scene.messages()).to_have_count(2)
    scene.locate("#open-a").click()
    scene.expect_query(f"?threadId={thread}")
    expect(scene.locate("#status")).to_have_text("The chat helpers could not start.", timeout=LIMIT)
    scene.expect_report("error: ", "Python could not be started: ")
    sent = [seen for seen in scene.site.faults.requests if seen.type == "threads.create"]
    assert len(sent) == 1


@pytest.mark.parametrize("answer", ["missing", "another-page"])
def test_a_wasm_file_that_does_not_serve_is_named_at_once(scene: Scene, answer: str) -> None:
    """Hosts answer what they do not have with 404, or with the page of their application."""
    status = 404 if answer == "missing" else 200
    said = {"status": status, "content_type": "text/html", "body": "<!doctype html><p>Hello"}
    scene.page.route(f"**/{WASM[scene.runtime]}", lambda route: route.fulfill(**said))
    scene.console.allow(".*")
    scene.open(wait=False, fake=True)
    scene.expect_off("send", reason="failed")
    expect(scene.locate("#status")).to_have_text("The chat helpers could not start.")
    [told] = scene.expect_report("error: ", "Python could not be started: ")
    # MicroPython's own words name no file.
    assert scene.runtime == "mpy" or WASM["py"] in told, told


@pytest.mark.parametrize("kind", ["application/wasm; charset=utf-8", "application/octet-stream"])
def test_a_wasm_file_of_another_type_serves(scene: Scene, kind: str) -> None:
    def plain(route: Route) -> None:
        route.fulfill(response=route.fetch(), headers={"content-type": kind})

    scene.page.route(f"**/{WASM[scene.runtime]}", plain)
    scene.open(fake=True)
    scene.expect_on(*CONTROLS)


OWN_WASM = """() => WebAssembly.instantiateStreaming(fetch("/scene/no.wasm"), {}).catch(
  (error) => error.name
)"""


def test_webassembly_of_the_pages_own_is_left_alone(scene: Scene) -> None:
    """Also while Pyodide loads, and what it does not find is nothing to us."""
    scene.page.route("**/no.wasm", lambda route: route.fulfill(status=404, body="no"))
    scene.console.allow(".*404.*")
    wasm = scene.hold(f"**/{WASM[scene.runtime]}")
    scene.open(wait=False, fake=True)
    scene.wait(lambda: wasm.asked > 0, "the interpreter is asked for")
    if scene.runtime == "py":
        scene.wait(lambda: not is_native(scene), "Pyodide's own call is listened for")
    assert scene.js(OWN_WASM) == "TypeError"
    wasm.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    assert is_native(scene)


def is_native(scene: Scene) -> bool:
    """Whether the browser's own function is in its place."""
    return "native code" in scene.js("() => String(WebAssembly.instantiateStreaming)")


def test_main_that_cannot_start_a_chatkit_is_named(scene: Scene) -> None:
    """The settings come from the page, and options of a wrong kind raise."""
    scene.console.allow(".*")
    options = {"options": {"api": {"url": 5}}}
    scene.open(wait=False, fake=True, settings=options, attributes='data-limit="4"')
    scene.expect_report("error: ", "within 4 s", "main.py runs, and has started no ChatKit")


# What a browser answers where a module's memory cannot be had.
NO_MEMORY = """
const none = async () => {
  throw new RangeError("WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory");
};
WebAssembly.instantiate = none;
WebAssembly.instantiateStreaming = none;
"""


def test_too_little_memory_is_a_likely_cause(scene: Scene) -> None:
    scene.console.allow(".*")
    scene.page.add_init_script(NO_MEMORY)
    scene.open(wait=False, fake=True, attributes='data-limit="4"')
    scene.expect_off("send", reason="failed")
    # What the interpreter says, or where it says nothing, what is likely.
    said = {"mpy": "Out of memory", "py": "there is not enough memory"}
    scene.expect_report("error: ", said[scene.runtime])
    expect(scene.locate("#status")).to_have_text("The chat helpers could not start.")


def test_python_that_comes_late_heals(scene: Scene) -> None:
    python = scene.hold_python()
    scene.open(wait=False, fake=True, attributes='data-limit="1"')
    # On a busy machine our JavaScript may take so long, too.
    said = "Python did not start within 1 s"
    scene.wait(lambda: any(said in text for text in scene.reports()), said)
    scene.expect_off("send", reason="failed")
    python.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.expect_on(*CONTROLS)
    expect(scene.locate("#status")).to_have_text("")
    scene.press("#send")
    scene.expect_calls(["sendUserMessage", {"text": "Said by a control"}])


def test_pyscript_that_cannot_be_loaded_is_known_at_once(scene: Scene) -> None:
    """Not only when the limit is over."""
    scene.page.route("**/vendor/pyscript/core.js", lambda route: route.abort())
    scene.open(fake=True, wait=False)
    scene.expect_report("error: ", "Python could not be started: ", "core.js")
    expect(scene.locate("#status")).to_have_text("The chat helpers could not start.")
    scene.expect_on("open-a", "open-b", "gate")
    scene.expect_off("send", reason="failed")


@pytest.mark.core
def test_what_the_tag_sends_for_early_is_what_the_visit_needs_and_comes_once(scene: Scene) -> None:
    requests: list[str] = []

    def heard(request: Request) -> None:
        # Whether the compiled library exists is asked with HEAD.
        if request.method == "GET":
            requests.append(urlsplit(request.url).path)

    scene.page.on("request", heard)
    scene.open()
    early = scene.js(
        "[...document.querySelectorAll('link[rel=preload],link[rel=modulepreload]')]"
        ".map((link) => new URL(link.href).pathname)"
    )
    ours = [
        path
        for path in requests
        if path.startswith(("/vendor/", "/sync/", "/main.py", "/runtime.mjs", "/pyscript.toml"))
    ]
    assert len(ours) == len(set(ours)), "fetched twice"
    package = {path for path in ours if path.startswith("/sync/") and path.endswith(".py")}
    assert set(ours) - package - {"/sync/embed.js"} == set(early)
    unused = [text for text in scene.console.texts() if "preload" in text]
    assert unused == []


CHOICES = {
    "no Python of the page's": ("", "", "mpy"),
    "data-main": ("", 'data-main="/scene/own.py"', "py"),
    "its own MicroPython": ("mpy", "", "mpy"),
    "its own MicroPython and data-main": ("mpy", 'data-main="/scene/own.py"', "mpy"),
    "its own Pyodide": ("py", "", "py"),
    "said": ("py", 'data-runtime="mpy"', "mpy"),
    "no runtime at all": ("", 'data-runtime="ruby"', "mpy"),
}


@pytest.mark.once
@pytest.mark.parametrize("what", CHOICES)
def test_the_tag_chooses_the_interpreter_that_fits_the_page(scene: Scene, what: str) -> None:
    own, attributes, chosen = CHOICES[what]
    scene.site.add_page("/scene/own.py", "window = 1", "text/x-python")
    foot = f'<script type="{own}">1</script>' if own else ""
    address = scene.build(fake=True, attributes=attributes, foot=foot)
    with urlopen(address) as answer:
        html = answer.read().decode()
    said = f'data-runtime="{scene.runtime}" {attributes}'
    assert said in html
    scene.site.add_page(scene.path, html.replace(said, attributes))
    # The choice is made before anything comes, and the page is left then.
    scene.console.allow(".")
    scene.page.goto(address, wait_until="domcontentloaded")
    scene.wait(lambda: bool(scene.js("window[Symbol.for('chatkit-sync')].type")), "the choice")
    assert scene.js("window[Symbol.for('chatkit-sync')].type") == chosen
    scene.page.goto(scene.site.url + "/scene/blank")
    scene.reports()
