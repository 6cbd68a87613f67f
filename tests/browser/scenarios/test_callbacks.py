"""Every function of the options, in Python: asked by the chat, answered, and heard of."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from .scene import START_LIMIT, Scene

BY_PAGE = 'data-start="page"'

HEAD = """
import asyncio
import json
from sync import start

heard = []

@probe
def told():
    return heard

def note(*what):
    heard.append(list(what))

"""
START = """
chatkit = start({"options": {"api": {"url": "/chatkit", "domain_key": "local"}} | OPTIONS})
"""


def open_with(scene: Scene, options: str, more: str = "", **parts: Any) -> None:
    """A page whose own Python starts the library with these options."""
    python = HEAD + options + START + more
    scene.open(attributes=BY_PAGE, python=python, companion=False, **parts)
    scene.frame_ready()


def inside(scene: Scene, name: str) -> Locator:
    """A part of the chat."""
    frame = scene.page.frame_locator("openai-chatkit iframe").first
    return frame.locator(f'[data-standin="{name}"]')


def expect_told(scene: Scene, *expected: Any) -> None:
    """What the page's Python has been asked."""
    scene.wait(
        lambda: scene.python("told") == list(expected), f"{expected}: {scene.python('told')}"
    )


ENTITIES = """
async def search(query):
    note("search", query)
    await asyncio.sleep(0)
    found = [{"id": "c1", "title": "Claim", "group": "Claims", "data": {"my_key": "kept"},
              "interactive": True}]
    return [one for one in found if one["title"].lower().startswith(query.lower())]

def preview(entity):
    note("preview", entity["id"], entity["data"])
    return {"preview": {"type": "Basic", "children": [{"type": "Text", "value": "Seven days old"}]}}

OPTIONS = {"entities": {
    "on_tag_search": search,
    "show_composer_menu": True,
    "onClick": lambda entity: note("click", entity["title"]),
    "on_request_preview": preview,
}}
"""


@pytest.mark.core
def test_entities_are_searched_previewed_and_clicked(scene: Scene) -> None:
    open_with(scene, ENTITIES)
    inside(scene, "mention").click()
    inside(scene, "tag").click()
    inside(scene, "send").click()
    expect_told(scene, ["search", ""])
    scene.expect_phase("idle")
    entity = inside(scene, "entity")
    entity.hover()
    expect(
        scene.page.frame_locator("openai-chatkit iframe").get_by_text("Seven days old")
    ).to_be_visible()
    entity.click()
    expect(entity).to_be_visible()
    scene.wait(lambda: scene.python("told")[-1] == ["click", "Claim"], "the click")
    assert ["preview", "c1", {"my_key": "kept"}] in scene.python("told")


COMMANDS = """
def search(query):
    note("search", query)
    return [{"id": "more", "label": "More…", "description": "A further menu"}]

async def select(command):
    note("select", command["id"])
    if command["id"] == "more":
        return {"type": "menu", "commands": [{"id": "claim", "label": "Claim"},
                                             {"id": "print", "label": "Print"}]}
    if command["id"] == "claim":
        return {"type": "entity", "entity": {"id": "c1", "title": "Claim"}}

OPTIONS = {"commands": {"enabled": True, "on_search": search, "on_select": select}}
"""


def test_commands_are_found_and_insert_lead_on_or_only_do_something(scene: Scene) -> None:
    open_with(scene, COMMANDS)
    composer = inside(scene, "composer")
    composer.fill("/m")
    inside(scene, "command").click()
    inside(scene, "command").filter(has_text="Claim").click()
    expect(composer).to_have_value("@Claim ")
    composer.fill("/")
    inside(scene, "command").click()
    inside(scene, "command").filter(has_text="Print").click()
    expect(composer).to_have_value("")
    expect_told(
        scene,
        ["search", "m"],
        ["select", "more"],
        ["select", "claim"],
        ["search", ""],
        ["select", "more"],
        ["select", "print"],
    )


WIDGETS = """
async def act(action, item):
    note("action", action, item["widget"]["type"])
    await chatkit.send_custom_action({"type": "told", "payload": {"n": 1}}, item["id"])

def header():
    note("header")

OPTIONS = {
    "widgets": {"on_action": act},
    "header": {"left_action": {"icon": "home", "on_click": header}},
}
"""


def test_a_widgets_action_reaches_the_page_and_goes_on_to_the_server(scene: Scene) -> None:
    open_with(scene, WIDGETS)
    scene.say("card")
    frame = scene.page.frame_locator("openai-chatkit iframe").first
    frame.get_by_role("button", name="Tell the page").click()
    expect(scene.messages().last).to_contain_text("told")
    frame.get_by_role("button", name="home").click()
    expect_told(scene, ["action", {"type": "tell", "payload": {"number": 7}}, "Card"], ["header"])


HOSTED = """
async def secret(current):
    note("secret", current)
    return "new" if current else "old"

OPTIONS = {}
chatkit = start({"options": {"api": {"get_client_secret": secret}}})
START = ""
"""


def test_the_hosted_api_asks_for_a_secret_and_again_when_it_has_expired(scene: Scene) -> None:
    seen: list[str | None] = []

    def guard(route: Any) -> None:
        seen.append(route.request.headers.get("authorization"))
        if seen[-1] == "Bearer old" and len(seen) > 1:
            route.fulfill(status=401)
        else:
            route.continue_()

    scene.page.route("**/chatkit", guard)
    python = HEAD + HOSTED
    scene.open(attributes=BY_PAGE, python=python, companion=False)
    scene.say("One")
    expect(scene.messages()).to_have_count(2)
    scene.expect_phase("idle")
    scene.say("Two")
    expect(scene.messages()).to_have_count(4)
    expect_told(scene, ["secret", None], ["secret", "old"])


BROKEN = """
async def search(query):
    if query == "raise":
        raise ValueError("no index")
    return [{"id": {1}}]

OPTIONS = {"entities": {"on_tag_search": search}}
"""


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("raise", "ValueError in options.entities.onTagSearch: no index"),
        ("odd", "the result of options.entities.onTagSearch[0].id is a set, which cannot cross"),
    ],
)
def test_a_callback_that_fails_is_a_rejection_and_is_told_with_its_place(
    scene: Scene, query: str, said: str
) -> None:
    more = """
@chatkit.on("error")
def failed(name, message):
    note(name, message)
"""
    open_with(scene, BROKEN, more)
    inside(scene, "composer").fill(f"@{query}")
    scene.expect_report("error: ", said, "Traceback")
    scene.wait(lambda: bool(scene.python("told")), "the error of the element")
    [[name, message]] = scene.python("told")
    assert name == "EntitySearchError"
    assert message
    assert message in said or said in message


TOOLS = """
OPTIONS = {}
"""
TOOLS_MORE = """
@chatkit.client_tool("look", timeout=0.3)
async def look(params):
    note("look", params)
    return {"seen": True}

@chatkit.client_tool("hang", timeout=0.3)
async def hang(params):
    await asyncio.sleep(3600)

@chatkit.effect("highlight")
def highlight(data):
    note("highlight", sorted(data))

async def follow():
    async for snapshot in chatkit.changes():
        if snapshot.phase == "responding":
            break
    await chatkit.wait_for(lambda snapshot: snapshot.phase == "idle", timeout=20)
    note("followed")

following = asyncio.create_task(follow())
"""


@pytest.mark.core
def test_tools_effects_and_changes_by_name(scene: Scene) -> None:
    open_with(scene, TOOLS, TOOLS_MORE)
    scene.say("tool look")
    expect(scene.messages().last).to_contain_text('"seen": true')
    scene.expect_phase("idle")
    scene.say("tool hang")
    expect(scene.messages().last).to_contain_text("no answer within 0.3 s")
    scene.expect_report("error: ", "in the client tool 'hang'")
    scene.expect_phase("idle")
    scene.say("tool jump")
    expect(scene.messages().last).to_contain_text("no client tool 'jump'; it has hang, look")
    scene.expect_report("error: ", "LookupError")
    scene.expect_phase("idle")
    scene.say("effect highlight")
    scene.expect_phase("idle")
    scene.wait(lambda: ["highlight", ["threadId"]] in scene.python("told"), "the effect")
    assert ["look", {}] in scene.python("told")
    assert ["followed"] in scene.python("told")


UPDATE = """
OPTIONS = {"header": {"left_action": {"icon": "home", "on_click": lambda: note("old")}}}

@probe
def update(changes):
    chatkit.update(changes)

@probe
def listen():
    chatkit.update({"header": {"left_action": {"on_click": lambda: note("new")}}})
"""
COUNT = """<script>
  scene.given = 0;
  customElements.whenDefined("openai-chatkit").then(() => {
    const element = customElements.get("openai-chatkit").prototype;
    const { setOptions } = element;
    element.setOptions = function (options) {
      scene.given++;
      setOptions.call(this, options);
    };
  });
</script>"""


def test_an_update_keeps_the_rest_and_the_chat_goes_on(scene: Scene) -> None:
    open_with(scene, UPDATE, head=COUNT)
    frame = scene.page.frame_locator("openai-chatkit iframe").first
    scene.say("slow")
    scene.expect_phase("responding")
    scene.python("update", {"theme": "dark", "frame_title": "Night"})
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark", timeout=START_LIMIT)
    assert scene.js("scene.given") == 2
    scene.python("update", {"theme": "dark"})
    scene.python("listen")
    frame.get_by_role("button", name="home").click()
    expect_told(scene, ["new"])
    assert scene.js("scene.given") == 2, "nothing that the element would have to know"
    scene.expect_phase("responding")
