"""Commands from Python: whatever the element does becomes a value or one of our exceptions."""

from typing import Any

import pytest

from .scene import START_LIMIT, Scene

# What the element's promise is rejected with, or how its call fails; and what Python gets.
FAILURES: list[tuple[str, dict[str, str]]] = [
    (
        "() => Promise.reject({ code: 7, message: 'plain' })",
        {"name": "object", "message": "plain", "kind": "load-failed"},
    ),
    ("() => Promise.reject('words')", {"name": "string", "message": "words"}),
    ("() => Promise.reject(null)", {"name": "null", "message": "null"}),
    ("() => Promise.reject(undefined)", {"name": "undefined", "message": "undefined"}),
    ("() => Promise.reject(0)", {"name": "number", "message": "0"}),
    (
        "() => Promise.reject(new DOMException('no clone', 'DataCloneError'))",
        {"name": "DataCloneError", "message": "no clone"},
    ),
    (
        "() => Promise.reject(new TypeError('Failed to fetch'))",
        {"name": "TypeError", "message": "Failed to fetch"},
    ),
    (
        "() => { throw Object.assign(new Error('not available for the profile'),"
        " { name: 'IntegrationError' }); }",
        {"name": "IntegrationError", "kind": "not-available"},
    ),
    ("() => { throw 'at once'; }", {"name": "string", "message": "at once"}),
    ("() => { throw undefined; }", {"name": "undefined"}),
    (
        "() => Promise.reject(Object.create(null))",
        {"name": "object"},
    ),
    (
        "() => Promise.reject({ get message() { throw new Error('a trap'); } })",
        {"name": "object"},
    ),
]

# At once or later, thenables included.
SUCCESSES = [
    "() => Promise.resolve(null)",
    "() => undefined",
    "() => ({ then(resolve) { resolve({ deep: [document.body] }); } })",
    "() => new Promise((resolve) => setTimeout(resolve, 5, Symbol('odd')))",
]


def answer(scene: Scene, method: str, function: str) -> None:
    """Make the outcome of the fake element's command."""
    scene.js(f"() => {{ fake.answers.{method} = {function}; }}")


@pytest.mark.core
def test_every_failure_is_one_of_our_exceptions(scene: Scene) -> None:
    """It must show 6."""
    scene.open(fake=True, python="")
    for function, expected in FAILURES:
        answer(scene, "fetchUpdates", function)
        outcome = scene.command("fetch_updates", timeout=20)
        told = {"error": "CommandRejected", "command": "fetch_updates", **expected}
        assert {key: outcome.get(key) for key in told} == told, function
        scene.expect_phase("idle")
    answer(scene, "fetchUpdates", "() => new Promise(() => {})")
    outcome = scene.command("fetch_updates", timeout=0.2)
    assert (outcome["error"], outcome["seconds"]) == ("CommandTimeout", 0.2)
    # The chat is as usable as before, and every success is a value.
    for function in SUCCESSES:
        answer(scene, "fetchUpdates", function)
        assert scene.command("fetch_updates") == {"ok": True, "value": None}, function
        scene.expect_phase("idle")


def test_all_eight_cross_as_the_types_say(scene: Scene) -> None:
    scene.open(fake=True, python="")
    run = scene.command
    content = [{"type": "input_text", "text": "Hi"}]
    told: list[tuple[dict[str, Any], list[Any]]] = [
        (
            run("send_user_message", "Hi", reply="r", model="m", tool_choice="t"),
            [
                "sendUserMessage",
                {"text": "Hi", "reply": "r", "toolChoice": {"id": "t"}, "model": "m"},
            ],
        ),
        (
            run("send_user_message", content=content, new_thread=True),
            ["sendUserMessage", {"content": content, "newThread": True}],
        ),
        (run("set_thread_id", "thr_x"), ["setThreadId", "thr_x"]),
        (run("set_thread_id", None), ["setThreadId", None]),
        (run("focus_composer"), ["focusComposer"]),
        (
            run("set_composer_value", "Draft", selected_tool_id="t", selected_model_id="m"),
            [
                "setComposerValue",
                {"text": "Draft", "selectedToolId": "t", "selectedModelId": "m"},
            ],
        ),
        (
            run("set_composer_value", "", clear_tool=True),
            ["setComposerValue", {"text": "", "selectedToolId": None}],
        ),
        (run("fetch_updates"), ["fetchUpdates"]),
        (
            run("send_custom_action", {"type": "a", "payload": {"b": [1, None]}}, "item_1"),
            ["sendCustomAction", {"type": "a", "payload": {"b": [1, None]}}, "item_1"],
        ),
        (run("show_history"), ["showHistory"]),
        (run("hide_history"), ["hideHistory"]),
    ]
    assert [outcome for outcome, _ in told if not outcome["ok"]] == []
    assert scene.calls() == [call for _, call in told]


LISTENERS = """
from pyscript import when

@when("click", "#first")
async def first(event):
    await running()[0].send_user_message("First", when_busy="wait")
    window.scene.notes.push("first")

@when("click", "#second")
async def second(event):
    await running()[0].wait_for(lambda snapshot: snapshot.phase == "idle", timeout=20)
    await running()[0].set_composer_value("Second", when_busy="wait")
    window.scene.notes.push("second")
"""


@pytest.mark.core
def test_what_async_listeners_of_the_page_await_overlaps(scene: Scene) -> None:
    """MicroPython loses one of two that await asyncio's own (measured); ours is none of that."""
    own = '<button id="first">First</button><button id="second">Second</button>'
    scene.open(fake=True, python=LISTENERS, foot=own)
    scene.js("fake.say('response.start')")
    scene.expect_phase("responding")
    scene.press("#first")
    scene.press("#second")
    scene.js("fake.say('response.end')")
    scene.wait(lambda: sorted(scene.js("scene.notes")) == ["first", "second"], "both have gone on")
    assert sorted(name for name, *_ in scene.calls()) == ["sendUserMessage", "setComposerValue"]
    assert scene.command("focus_composer")["ok"]


FILES = """
@probe
async def draft_with_file():
    # Made by the page: how Python calls a constructor differs between the interpreters.
    files = window.scene.files
    await running()[0].set_composer_value("With a file", files=files)
    await running()[0].set_composer_value("With a list", files=[files[0], files[1]])
"""


@pytest.mark.core
def test_files_cross_as_they_are(scene: Scene) -> None:
    scene.open(fake=True, python=FILES)
    scene.js("() => { scene.files = ['note', 'more'].map((name) => new File(['text'], name)); }")
    scene.python("draft_with_file")
    assert scene.js("fake.calls[0][1].text") == "With a file"
    for at in (0, 1):
        files = f"fake.calls[{at}][1].files"
        assert scene.js(f"{files}.every((file) => file instanceof File)")
        assert scene.js(f"{files}.map((file) => file.name)") == ["note", "more"]
        assert scene.js(f"Array.isArray({files})")


def test_while_the_chat_answers_a_command_is_refused_or_waits(scene: Scene) -> None:
    scene.open(fake=True, python="")
    scene.js("fake.say('response.start')")
    scene.expect_phase("responding")
    for name, arguments in (
        ("send_user_message", ["Hi"]),
        ("set_thread_id", ["thr_x"]),
        ("fetch_updates", []),
        ("focus_composer", []),
    ):
        outcome = scene.command(name, *arguments)
        assert (outcome["error"], outcome["reason"]) == ("ChatKitBusy", "responding"), name
    late = scene.command("send_user_message", "Hi", when_busy="wait", timeout=0.1)
    assert (late["error"], late["reason"]) == ("ChatKitBusy", "responding")
    assert scene.calls() == [], "the element was not touched"
    assert scene.command("send_user_message", "New", new_thread=True)["ok"]
    scene.js(
        """() => {
          scene.waiting = Promise.all(["First", "Second"].map((text) =>
            scene.call("command", ["send_user_message", [text], { when_busy: "wait" }])));
        }"""
    )
    # Both have asked by the time a later call has been refused.
    assert scene.command("fetch_updates")["error"] == "ChatKitBusy"
    scene.js("fake.say('response.end')")
    assert [outcome["ok"] for outcome in scene.js("scene.waiting")] == [True, True]
    assert [call[1]["text"] for call in scene.calls()] == ["New", "First", "Second"]


def test_a_command_of_the_start_waits_for_ready(scene: Scene) -> None:
    scene.open(wait=False, fake=True, python="", element="")
    scene.js(
        """() => {
          scene.waiting = scene.call("command", ["send_user_message", ["Early"], {}]);
        }"""
    )
    missing = scene.command("fetch_updates", timeout=0.2)
    assert missing["error"] == "CommandTimeout"
    scene.js("document.body.append(document.createElement('openai-chatkit'))")
    assert scene.js("scene.waiting") == {"ok": True, "value": None}
    scene.expect_phase("idle", limit=START_LIMIT)
    assert scene.calls() == [["sendUserMessage", {"text": "Early"}]]


def test_a_command_ends_when_its_element_leaves(scene: Scene) -> None:
    scene.open(fake=True, python="")
    answer(scene, "fetchUpdates", "() => new Promise(() => {})")
    scene.js("() => { scene.waiting = scene.call('command', ['fetch_updates', [], {}]); }")
    scene.wait(lambda: bool(scene.calls()), "the call")
    scene.js("fake.element.remove()")
    outcome = scene.js("scene.waiting")
    assert (outcome["error"], outcome["reason"]) == ("ChatKitUnavailable", "gone")
    assert scene.command("fetch_updates")["reason"] == "gone"
    scene.expect_unusable("gone")


def test_a_locked_thread_is_noticed(scene: Scene) -> None:
    """The element says "already responding" although no event does."""
    scene.open(fake=True, python="")
    answer(
        scene,
        "sendUserMessage",
        "() => Promise.reject(new Error("
        "'ChatKit: sendUserMessage() ignored - already responding.'))",
    )
    outcome = scene.command("send_user_message", "Hi")
    assert (outcome["error"], outcome["kind"]) == ("CommandRejected", "already-responding")
    scene.expect_off("send", "action", "gate", reason="locked")
    scene.expect_on("new", "open-a", "draft", "write")
    scene.js("fake.say('thread.change', { threadId: null })")
    scene.expect_on("send", "action", "gate")


def test_a_stalled_answer_lets_the_thread_be_left(scene: Scene) -> None:
    scene.open(fake=True, python="", settings={"stall_after": 0.2, "announce_after": 0})
    scene.js("fake.say('response.start')")
    scene.expect_phase("stalled")
    scene.expect_on("new", "open-a")
    scene.expect_off("send", "draft", "gate", reason="stalled")
    assert scene.command("set_thread_id", "thr_x")["ok"]
    # A sign of life, however late.
    scene.js("fake.say('response.end')")
    scene.expect_phase("idle")


def test_on_the_demos_element_commands_do_what_they_say(scene: Scene) -> None:
    thread = scene.site.store.make_thread("Old", [("user", "Hi"), ("assistant", "Hello")])
    scene.open(python="")
    assert scene.command("send_user_message", "Hello from Python")["ok"]
    scene.wait(lambda: scene.stored() is not None, "a thread")
    scene.expect_phase("idle")
    assert scene.command("set_thread_id", thread)["ok"]
    scene.expect_shown(thread)
    missing = scene.command("set_thread_id", "thr_missing")
    assert (missing["error"], missing["kind"]) == ("CommandRejected", "load-failed")
    empty = scene.command("send_user_message", "")
    assert (empty["error"], empty["kind"]) == ("CommandRejected", "message-empty")
    scene.expect_shown(thread)
    assert scene.command("set_composer_value", "A draft")["ok"]
    assert scene.command("focus_composer")["ok"]
    assert scene.chat.draft() == "A draft"
    assert scene.js("document.activeElement.localName") == "openai-chatkit"


INSIDE = """
order = []
chatkit = running()[0]

async def later():
    await chatkit.set_composer_value("Next", when_busy="wait")
    order.append("done")

@chatkit.on("response.start")
def started():
    order.append("start")
    tasks.append(asyncio.create_task(later()))
    # The page's own code makes the element tell more, at once.
    window.fake.say("effect")
    order.append("said")

@chatkit.on("effect")
def seen(name, data):
    order.append("effect")

@chatkit.on("response.end")
async def ended():
    order.append("end")
    chatkit.subscribe(lambda snapshot: order.append(snapshot.phase))()
    await chatkit.focus_composer()
    order.append("focused")

@probe
def told():
    return order
"""


@pytest.mark.core
def test_handlers_may_ask_for_whatever_they_like(scene: Scene) -> None:
    """No handler inside another one, across the border and back as well; and nothing is lost."""
    scene.open(fake=True, python=INSIDE)
    scene.python("told")
    scene.js("fake.say('response.start')")
    scene.wait(lambda: scene.python("told") == ["start", "said", "effect"], "one after the other")
    assert scene.calls() == []
    scene.js("fake.say('response.end')")
    scene.wait(lambda: len(scene.python("told")) == 6, "all")
    assert sorted(scene.python("told")[3:]) == ["done", "end", "focused"]
    assert sorted(scene.calls()) == [["focusComposer"], ["setComposerValue", {"text": "Next"}]]


HEARS = """
running()[0].on("tool.change", lambda tool: window.scene.notes.push(tool))
"""
HEARD_SOON = """async () => {
  fake.say("tool.change", { toolId: "first" });
  await new Promise((resolve) => setTimeout(resolve));
  return scene.notes;
}"""


@pytest.mark.core
@pytest.mark.checkout
def test_an_event_that_switches_nothing_is_handled_without_a_next_one(scene: Scene) -> None:
    """It changes the snapshot, as the chat's first sign of life, and nothing is drawn for it."""
    scene.open(fake=True, python=HEARS)
    assert scene.js(HEARD_SOON) == ["first"]
