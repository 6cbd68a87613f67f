"""The library as the element's owner: options and callbacks in Python, and what never works."""

from typing import Any

import pytest
from playwright.sync_api import expect

from sync.toolbar import TEXTS

from .scene import CONTROLS, OPTIONS, START_LIMIT, Scene
from .test_elements import FRESH
from .threads import make

# The page's own Python starts the library itself, with what only Python can give.
BY_PAGE = 'data-start="page"'

TOOLS = """
import asyncio
from sync import start

async def on_client_tool(call):
    if call["name"] == "hang":
        await asyncio.sleep(3600)
    if call["name"] == "fail":
        raise ValueError("no such drawer")
    if call["name"] == "odd":
        return {"seen": {1, 2}}
    await asyncio.sleep(0)
    return {"name": call["name"], "params": call["params"], "list": [1, None, "ü"]}

def left():
    window.scene.notes.push("left")

async def right():
    await asyncio.sleep(0)
    window.scene.notes.push("right")

start({"options": {
    "api": {"url": "/chatkit", "domain_key": "local"},
    "on_client_tool": on_client_tool,
    "header": {
        "left_action": {"icon": "menu", "on_click": left},
        "right_action": {"icon": "settings-cog", "onClick": right},
    },
}, "tool_timeout": 0.3})
"""


@pytest.mark.core
def test_client_tools_in_python_always_settle(scene: Scene) -> None:
    """Async, raising, and never answering: none of them locks the thread."""
    scene.open(attributes=BY_PAGE, python=TOOLS, companion=False)
    scene.say("tool lamp")
    expect(scene.messages().last).to_contain_text("returned")
    for word in ('"lamp"', '"params": {}', '[1, null, "ü"]'):
        expect(scene.messages().last).to_contain_text(word)
    scene.expect_phase("idle")
    scene.say("tool fail")
    expect(scene.messages().last).to_contain_text("no such drawer")
    scene.expect_report("error: ", "ValueError in options.onClientTool: no such drawer")
    scene.expect_phase("idle")
    scene.say("tool odd")
    expect(scene.messages().last).to_contain_text("cannot cross into JavaScript")
    scene.expect_report("error: ", "options.onClientTool.seen is a set")
    scene.expect_phase("idle")
    scene.say("tool hang")
    expect(scene.messages().last).to_contain_text("no answer within 0.3 s")
    scene.expect_report("error: ", "in options.onClientTool")
    scene.expect_phase("idle")
    scene.say("Still there?")
    scene.wait(lambda: scene.messages().count() >= 10, "an answer in the same thread")
    assert len({seen.thread_id for seen in scene.site.faults.requests if seen.thread_id}) == 1


def test_headers_of_the_pages_own_go_with_every_request(scene: Scene) -> None:
    [a] = make(scene, "Alpha")
    headers = {"Authorization": "Bearer 7", "x_team": "blue", "Accept": "text/event-stream"}
    scene.open(owner=True, settings={"headers": headers}, query=f"?threadId={a}")
    scene.press("#send")
    expect(scene.messages()).to_have_count(4)
    scene.expect_phase("idle")
    seen = [one.headers for one in scene.site.faults.requests]
    assert {"threads.get_by_id", "threads.add_user_message"} <= {
        one.type for one in scene.site.faults.requests
    }
    for name, value in headers.items():
        assert {one.get(name.lower()) for one in seen} == {value}, name
    assert {one["content-type"] for one in seen} == {"application/json"}, "the element's own stay"


def test_headers_without_options_are_told_to_be_in_vain(scene: Scene) -> None:
    scene.open(settings={"headers": {"x": "y"}})
    scene.expect_report("warning: ", "headers are not sent")


def test_header_actions_in_python(scene: Scene) -> None:
    scene.open(attributes=BY_PAGE, python=TOOLS, companion=False)
    scene.frame_ready()
    frame = scene.page.frame_locator("openai-chatkit iframe")
    buttons = frame.locator("header button")
    scene.wait(lambda: buttons.count() >= 2, "the header's buttons")
    for number in range(buttons.count()):
        if buttons.nth(number).get_attribute("data-standin") is None:
            buttons.nth(number).click()
    scene.wait(lambda: len(scene.js("scene.notes")) == 2, "both callbacks")
    assert scene.js("scene.notes") == ["left", "right"]


FETCH = """
from sync import start

async def fetch(url, init):
    window.scene.stamp(init)
    return await window.fetch(url, init)

start({"options": {"api": {"url": "/chatkit", "domain_key": "local", "fetch": fetch}}})
"""
PAGE_FETCH = """
from sync import start

start({"options": {"api": {"url": "/chatkit", "domain_key": "local",
    "fetch": window.scene.fetch}}})
"""
STAMP = """<script>
  scene.stamp = (init) => { init.headers["X-Page"] = "stamped"; };
  scene.fetch = (url, init) => { scene.stamp(init); return fetch(url, init); };
</script>"""


@pytest.mark.parametrize(
    "python",
    [pytest.param(FETCH, marks=pytest.mark.core), PAGE_FETCH],
    ids=["python", "javascript"],
)
def test_a_fetch_of_the_pages_own(scene: Scene, python: str) -> None:
    """It gets and returns JavaScript's objects, and is still watched."""
    scene.open(attributes=BY_PAGE, python=python, companion=False, head=STAMP)
    scene.say("Hello")
    expect(scene.messages()).to_have_count(2)
    scene.expect_phase("idle")
    assert scene.site.faults.requests[0].headers["x-page"] == "stamped"
    scene.site.faults.add("threads.add_user_message", status=503)
    scene.say("Again")
    expect(scene.locate("#status")).to_have_text("The chat service is unavailable at the moment.")


LISTENERS = """
chatkit = running()[0]

@chatkit.on("http.error")
def failed(kind, thread_id, status):
    window.scene.notes.push(json.dumps([kind, thread_id is not None, status]))

@chatkit.on("response.start")
async def begun():
    await asyncio.sleep(0)
    window.scene.notes.push("begun")

@chatkit.on("effect")
def effect(name, data):
    window.scene.notes.push(json.dumps([name, sorted(data)]))

def broken(snapshot):
    raise KeyError("a subscriber of the page's")

undo = chatkit.subscribe(broken)

@probe
def undone():
    undo()
"""


def test_listeners_in_python(scene: Scene) -> None:
    scene.open(owner=True, python=LISTENERS)
    scene.say("effect confetti")
    scene.expect_shown(scene.wait_stored())
    scene.wait(lambda: len(scene.js("scene.notes")) >= 2, "an effect")
    assert scene.js("scene.notes") == ["begun", '["confetti", ["threadId"]]']
    reports = scene.reports()
    assert reports
    assert all("KeyError in a listener of 'own.snapshot'" in text for text in reports)
    scene.python("undone")
    scene.reports()
    scene.site.faults.add("threads.add_user_message", status=403)
    scene.say("Once more")
    scene.wait(lambda: len(scene.js("scene.notes")) >= 4, "an error")
    assert scene.js("scene.notes.slice(2)") == ["begun", '["threads.add_user_message", true, 403]']


def test_options_cross_as_the_types_say(scene: Scene) -> None:
    """snake_case becomes camelCase, null is said, and there is one call only."""
    options: dict[str, Any] = {
        "api": {"url": "/chatkit", "domain_key": "local"},
        "start_screen": {"prompts": [{"label": "A", "prompt": "B"}]},
        "thread_item_actions": {"feedback": False},
    }
    scene.open(owner=True, fake=True, options=options)
    told = scene.js("fake.options")
    assert len(told) == 1
    assert told[0]["initialThread"] is None
    assert told[0]["api"]["domainKey"] == "local"
    assert told[0]["startScreen"] == options["start_screen"]
    assert told[0]["threadItemActions"] == {"feedback": False}


def test_a_thread_of_the_options_comes_after_what_is_remembered(scene: Scene) -> None:
    a = scene.site.store.make_thread("Alpha", [("user", "Alpha asked"), ("assistant", "Told")])
    b = scene.site.store.make_thread("Beta", [("user", "Beta asked"), ("assistant", "Told")])
    options = {**OPTIONS, "initialThread": a}
    scene.open(owner=True, options=options)
    scene.expect_shown(a)
    scene.expect_query(f"?threadId={a}")
    scene.open(owner=True, options=options, query=f"?threadId={b}")
    scene.expect_shown(b)


def test_set_options_that_throws(scene: Scene) -> None:
    scene.open(
        owner=True,
        fake=True,
        wait=False,
        foot="<script>fake.answers.setOptions = () => { throw new TypeError('odd'); }</script>",
    )
    scene.expect_phase("failed", limit=START_LIMIT)
    scene.expect_report("error: ", "the element refused its options (odd)")
    scene.expect_unusable()
    expect(scene.locate("#status")).to_have_text("The chat is not available on this page.")
    for part in ("#bar", "#status"):
        expect(scene.locate(part)).to_have_attribute("data-chatkit-reason", "options")


def test_a_page_that_calls_set_options_of_an_owned_element_is_told_once(scene: Scene) -> None:
    """What it gives takes the place of ours, so nothing of ours in it would work any more."""
    scene.open(owner=True, fake=True)
    given = {"api": {"url": "/other", "domainKey": "local"}}
    for _ in range(2):
        scene.js("(given) => fake.element.setOptions(given)", given)
    assert scene.js("fake.options.slice(1)") == [given, given]
    scene.expect_report("warning: ", "calls setOptions on an element that our options configure")
    scene.press("#send")
    scene.expect_calls(["sendUserMessage", {"text": "Said by a control"}])
    assert scene.reports() == []


BEFORE_US = """<script type="module">
  await customElements.whenDefined("openai-chatkit");
  document.querySelector("#chat").setOptions({ api: { url: "/chatkit", domainKey: "local" } });
</script>"""


def test_a_page_that_has_called_set_options_before_we_came_is_told(scene: Scene) -> None:
    """A companion's page to which somebody has added options."""
    python = scene.hold_python()
    scene.open(owner=True, foot=BEFORE_US, wait=False)
    scene.frame_ready()
    python.release()
    scene.expect_report("warning: ", "calls setOptions on an element that our options configure")
    scene.expect_phase("idle", limit=START_LIMIT)


def test_an_element_that_leaves_while_it_is_asked_has_refused_nothing(scene: Scene) -> None:
    scene.open(fake=True)
    scene.js(
        """() => {
          fake.answers.sendUserMessage = () => {
            fake.element.remove();
            return new Promise(() => {});
          };
        }"""
    )
    scene.press("#send")
    scene.expect_phase("gone")
    scene.expect_report('id="send"', "was asked, and will not be answered: the element has left")
    assert scene.snapshot()["notice"] is None
    expect(scene.locate("[data-chatkit-reason]")).to_have_count(0)


@pytest.mark.parametrize("owner", [False, True], ids=["companion", "owner"])
def test_options_that_the_app_refuses(scene: Scene, owner: bool) -> None:
    """It is ready, and then rejects whatever it is asked."""
    scene.console.allow("options were refused")
    scene.open(owner=owner, wait=False, stand_in={"refuseOptions": True})
    scene.expect_phase("failed", limit=START_LIMIT)
    scene.expect_unusable()
    scene.expect_report("error: ", "the element refused its options")


@pytest.mark.parametrize("query", ["", "?threadId=thr_first"])
def test_a_domain_that_is_not_verified(scene: Scene, query: str) -> None:
    """The iframe goes in the middle of the first load, whose end never comes."""
    scene.open(owner=True, wait=False, query=query, stand_in={"refuseDomain": True})
    scene.expect_phase("failed", limit=START_LIMIT)
    scene.expect_unusable()
    scene.expect_report("error: ", "the domain could not be verified")


def test_a_script_that_does_not_load_is_a_failure(scene: Scene) -> None:
    scene.page.route("**/stand-in/chatkit.js", lambda route: route.abort())
    scene.open(settings={"ready_timeout": 0.5}, wait=False)
    scene.expect_phase("failed", limit=START_LIMIT)
    scene.expect_unusable()
    scene.expect_report("error: ", "the script that defines <openai-chatkit> did not load")


def test_options_that_do_not_come_are_no_failure(scene: Scene) -> None:
    """The page may open its chat later: see test_later.py."""
    scene.open(settings={"ready_timeout": 0.5}, wait=False, companion=False)
    scene.expect_report("warning: ", "the element made no frame")
    scene.expect_phase("waiting")
    scene.expect_unusable(reason="waiting")


def test_a_page_without_the_element_is_told_so_and_one_that_comes_late_is_taken_up(
    scene: Scene,
) -> None:
    """Many pages open their chat on demand: to have none yet is no failure."""
    scene.open(fake=True, element="", wait=False, settings={"ready_timeout": 0.5})
    scene.expect_report("warning: ", "No element matches 'openai-chatkit' yet")
    scene.expect_phase("waiting")
    scene.expect_unusable()
    scene.js(FRESH, "late")
    scene.expect_phase("idle")
    scene.expect_on("send", "gate")


@pytest.mark.parametrize("how", ["404", "refused", "script"])
def test_a_frame_that_is_none_is_found_out(scene: Scene, how: str) -> None:
    """It is ready all the same, and every command hangs."""
    scene.chat.break_frame(how)
    # What Firefox says of a frame that may not be shown.
    scene.console.allow("X-Frame-Options|target origin")
    scene.open(query="?threadId=thr_first", wait=False, settings={"restore_timeout": 0.5})
    scene.expect_phase("failed", limit=START_LIMIT)
    scene.expect_unusable()
    scene.expect_report("error: ", "the element does not answer")


def test_late_ready_heals(scene: Scene) -> None:
    script = scene.hold("**/stand-in/chatkit.js")
    scene.open(settings={"ready_timeout": 0.3}, wait=False)
    scene.expect_phase("failed", limit=START_LIMIT)
    scene.expect_report("error: ", "the script that defines <openai-chatkit> did not load")
    script.release()
    scene.expect_phase("idle")
    scene.expect_on(*CONTROLS)
    expect(scene.locate("#status")).to_have_text("")
    scene.press("#send")
    expect(scene.messages()).to_have_count(2)


RETRY = """
@probe
def retry():
    running()[0].retry()
"""


@pytest.mark.parametrize("owner", [False, True], ids=["companion", "owner"])
def test_trying_again_shows_the_messages(scene: Scene, owner: bool) -> None:
    """A fresh element for an owner, a reload for a companion."""
    a = scene.site.store.make_thread("Alpha", [("user", "Alpha asked"), ("assistant", "Told")])
    scene.site.faults.add("threads.get_by_id", status=500, times=1)
    scene.open(owner=owner, python=RETRY, query=f"?threadId={a}")
    expect(scene.locate("#status")).to_contain_text("could not be loaded")
    origin = scene.js("performance.timeOrigin")
    scene.js("() => { scene.call('retry', []); }")
    scene.expect_phase("idle", limit=START_LIMIT)
    expect(scene.messages().first).to_contain_text("Alpha asked")
    expect(scene.locate("#status")).to_have_text("")
    assert (scene.js("performance.timeOrigin") == origin) is owner
    scene.expect_shown(a)


LOGIN = """
from sync import start

def headers():
    return NONSENSE

start({"options": {"api": {"url": "/chatkit", "domain_key": "local"}}, "headers": headers})
"""


@pytest.mark.parametrize(
    ("nonsense", "said"),
    [
        ("'Bearer x'", "they are no table of texts"),
        ("[1, 2]", "they are no table of texts"),
        ("{'Authorization': None}", "Authorization is no text"),
        ("{'bad name': 'x'}", "cannot be sent"),
        ("{'X-Token': 'one\\ntwo'}", "cannot be sent"),
    ],
)
def test_headers_that_make_no_sense_are_told_and_nothing_is_sent_without_them(
    scene: Scene, nonsense: str, said: str
) -> None:
    python = LOGIN.replace("NONSENSE", nonsense)
    scene.open(attributes='data-start="page"', python=python, companion=False)
    scene.press("#send")
    [report] = scene.expect_report("error: ", "headers: ", said)
    assert "two" not in report, "a value may be a secret"
    expect(scene.locate("#status")).to_have_text(TEXTS["unavailable"])
    scene.expect_on(*CONTROLS)
    assert scene.site.faults.requests == []


TOKENS = """
from sync import running, start

start({
    "options": {"api": {"url": "/chatkit", "domain_key": "local"}},
    "headers": lambda: {"X-Token": "mine"},
})

@probe
def stop():
    running()[0].stop()
"""


def test_the_chat_goes_on_after_stop_with_the_headers_that_it_had(scene: Scene) -> None:
    scene.open(attributes='data-start="page"', python=TOKENS, companion=False)
    scene.say("Hello")
    expect(scene.messages()).to_have_count(2)
    scene.python("stop")
    scene.say("And now?")
    expect(scene.messages()).to_have_count(4)
    assert scene.site.faults.requests[-1].headers["x-token"] == "mine"


THROWING_TOOL = """
from pyscript import window
from sync import start

async def tool(call):
    await asyncio.sleep(0)
    window.JSON.parse("{")

start({
    "options": {"api": {"url": "/chatkit", "domain_key": "local"}, "on_client_tool": tool},
    "tool_timeout": 0.3,
})
"""


def test_a_client_tool_whose_javascript_throws_is_answered(scene: Scene) -> None:
    """MicroPython loses the coroutine; the thread must not be locked for that (fact 9)."""
    scene.console.allow("JSON")
    scene.open(attributes='data-start="page"', python=THROWING_TOOL, companion=False)
    scene.say("tool lamp")
    expect(scene.messages().last).to_contain_text('returned {"error":', timeout=10_000)
    scene.expect_phase("idle")
    scene.reports()


OWN_FETCH = """
from sync import running, start

async def fetch(url, init):
    raise ValueError("no way through")

async def tool(call):
    return {"seen": True}

OPTIONS = {"url": "/chatkit", "domain_key": "local", "fetch": fetch}
start({"options": {"api": OPTIONS, "on_client_tool": tool}})
"""
ASKED = """async () => {
  const { api, onClientTool } = fake.options.at(-1);
  const reason = (init) => api.fetch("/chatkit", init).catch((reason) => String(reason));
  const ended = { method: "POST", signal: AbortSignal.abort() };
  return [await reason({}), await reason(ended), await onClientTool({ name: "x", params: {} })];
}"""


def test_pythons_fetch_rejects_as_fetch_does_and_nothing_is_asked_after_stop(scene: Scene) -> None:
    page = 'data-start="page"'
    scene.open(fake=True, attributes=page, python=OWN_FETCH, companion=False)
    failed, ended, answer = scene.js(ASKED)
    assert failed == "TypeError: no way through"
    assert ended.startswith("AbortError")
    assert answer == {"seen": True}
    scene.expect_report("ValueError in options.api.fetch: no way through")
    scene.python("stop")
    failed, ended, answer = scene.js(ASKED)
    assert failed == ended == "Error: the page has stopped its ChatKit"
    assert answer == {"error": "the page has stopped its ChatKit"}


WITH_A_REASON = """<script>
  const { abort } = AbortController.prototype;
  AbortController.prototype.abort = function () {
    abort.call(this, "somebody has pressed Stop");
  };
  addEventListener("chatkit.response.stop", () => scene.notes.push("Stop"), true);
</script>"""


def test_an_answer_that_is_stopped_with_a_reason_was_not_cut_off(scene: Scene) -> None:
    """An abort's reason may be anything (DOM standard), not only an `AbortError`."""
    [a] = make(scene, "Alpha")
    answer = scene.site.faults.add("threads.add_user_message", hold_after=4)
    scene.open(owner=True, head=WITH_A_REASON, query=f"?threadId={a}", python="")
    scene.press("#send")
    answer.wait_hit()
    scene.expect_phase("responding")
    scene.chat.stop()
    scene.wait(lambda: scene.js("scene.notes") == ["Stop"], "the click on Stop")
    scene.expect_phase("idle")
    scene.site.faults.clear()
    assert scene.command("focus_composer")["ok"]
    assert scene.js("scene.snapshots.every((one) => one.notice === null)")
