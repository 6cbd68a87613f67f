"""Pages that are wrong somewhere: one clear message each, and everything else goes on working."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from .scene import ELEMENT, START_LIMIT, TOOLBAR, Scene

pytestmark = pytest.mark.checkout


def works(scene: Scene) -> None:
    """The rest of the page."""
    scene.expect_on("send", "new", "gate")
    scene.press("#send")
    scene.wait(lambda: bool(scene.calls()), "the click on a good control")
    assert scene.calls() == [["sendUserMessage", {"text": "Said by a control"}]]


WRONG = """
  <button data-chatkit-action="dance" id="dance">X</button>
  <span data-chatkit-show="always" id="always">X</span>
  <button data-chatkit-action="open-thread" id="nowhere">X</button>
</nav>
<nav id="lost" data-chatkit-toolbar="#nobody"><b data-chatkit-gate>X</b></nav>
<nav id="odd" data-chatkit-toolbar="###"><b data-chatkit-gate>X</b></nav>
"""
SAID = {
    "dance": 'has the unknown action "dance"; known: new-thread',
    "always": 'has the unknown data-chatkit-show "always"; known: busy',
    "nowhere": "has the action open-thread and no data-chatkit-thread",
    "lost": 'names "#nobody", which no element matches',
    "odd": 'names "###", which is no selector',
}


def test_wrong_controls_and_toolbars(scene: Scene) -> None:
    """One message each, and it says where."""
    scene.open(fake=True, body=TOOLBAR.replace("</nav>", WRONG))
    scene.press("#dance")
    scene.press("#nowhere")
    works(scene)
    reports = scene.expect_report("warning: ", count=len(SAID))
    for name, words in SAID.items():
        assert len([r for r in reports if f'id="{name}"' in r and words in r]) == 1, reports


def test_a_control_outside_any_toolbar(scene: Scene) -> None:
    stray = '<button id="stray" data-chatkit-action="send" data-chatkit-text="X">X</button>'
    scene.open(fake=True, body=TOOLBAR + stray)
    scene.press("#stray")
    works(scene)
    [report] = scene.expect_report("warning: ", "stands outside any [data-chatkit-toolbar]")
    assert 'id="stray"' in report


def test_a_status_inside_the_busy_region(scene: Scene) -> None:
    body = TOOLBAR.replace("</nav>", '<p id="inside" data-chatkit-status></p></nav>')
    scene.open(fake=True, body=body)
    works(scene)
    [report] = scene.expect_report("warning: ", "stands inside an aria-busy toolbar")
    assert 'id="inside"' in report


def test_a_toolbar_without_a_name_where_there_are_several(scene: Scene) -> None:
    other = '<openai-chatkit id="two" data-chatkit-parameter="t" data-chatkit-key="t">'
    body = '<nav id="bar" data-chatkit-toolbar><b id="gate" data-chatkit-gate>X</b></nav>'
    scene.open(fake=True, body=body, element=ELEMENT + other + "</openai-chatkit>")
    scene.js("fake.say('response.start')")
    scene.expect_off("gate", reason="responding")
    [report] = scene.expect_report("warning: ", "belongs to the first of several elements")
    assert 'id="bar"' in report


def test_a_toolbar_without_a_name_belongs_to_the_element_that_somebody_looks_for(
    scene: Scene,
) -> None:
    """The page's first element is another's here, and would leave the toolbar on and dead."""
    body = '<openai-chatkit id="other"></openai-chatkit>' + TOOLBAR
    scene.open(fake=True, body=body, attributes='data-element="#chat"')
    scene.js("fake.say('response.start', null, document.querySelector('#chat'))")
    scene.expect_off("send", reason="responding")
    scene.js("fake.say('response.end', null, document.querySelector('#chat'))")
    works(scene)
    assert scene.reports() == []


def test_a_toolbar_without_a_name_waits_for_the_element_that_somebody_looks_for(
    scene: Scene,
) -> None:
    body = '<openai-chatkit id="other"></openai-chatkit>' + TOOLBAR
    scene.open(fake=True, body=body, element="", attributes='data-element="#chat"', wait=False)
    scene.expect_report("warning: ", "No element matches '#chat' yet")
    scene.expect_off("send", reason="waiting")
    scene.expect_on("gate")
    scene.js(f"() => {{ document.querySelector('main').innerHTML += {json.dumps(ELEMENT)}; }}")
    scene.js("fake.say('ready', null, document.querySelector('#chat'))")
    works(scene)


def test_attributes_that_are_misspelt_are_told_with_the_nearest(scene: Scene) -> None:
    body = TOOLBAR + '<i data-chatkit-actions="send" data-chatkit-own="1">X</i>'
    scene.open(
        fake=True,
        body=f'<p data-chatkit-toolbr data-own="1"></p>{body}',
        attributes='data-paramater="thread" data-turbo-track="reload" data-cfasync="false"',
    )
    scene.expect_report(
        "The tag has the unknown data-paramater; did you mean data-parameter?",
        "has the unknown attribute data-chatkit-actions, perhaps for data-chatkit-action.",
        "has the unknown attribute data-chatkit-toolbr, perhaps for data-chatkit-toolbar.",
        count=3,
    )
    works(scene)


def test_a_toolbar_that_names_nothing_leaves_the_pages_own_on(scene: Scene) -> None:
    other = """<nav data-chatkit-toolbar="#misspelt" id="lost">
      <button id="lost-send" data-chatkit-action="send" data-chatkit-text="x">Send</button>
      <button id="lost-gate" data-chatkit-gate>Own</button></nav>"""
    scene.open(fake=True, body=TOOLBAR + other)
    scene.expect_report("warning: ", '"#misspelt", which no element matches')
    works(scene)
    scene.expect_on("lost-gate")
    scene.expect_off("lost-send", reason="waiting")


def test_a_page_without_the_element(scene: Scene) -> None:
    scene.open(fake=True, element="", wait=False)
    scene.expect_report("warning: ", "No element matches 'openai-chatkit' yet")
    scene.expect_off("send", reason="waiting")
    scene.js(f"() => {{ document.querySelector('main').innerHTML = {json.dumps(ELEMENT)}; }}")
    scene.expect_phase("idle", limit=START_LIMIT)
    works(scene)


def test_the_tag_twice(scene: Scene) -> None:
    scene.open(fake=True, foot='<script src="/sync/embed.js" data-runtime="mpy"></script>')
    works(scene)
    scene.expect_report("warning: ", "A second tag")


SETTINGS: dict[str, tuple[Any, str]] = {
    "colour": ("red", "'colour' is no setting; known: announce_after"),
    "parameter": (7, "parameter must be a text"),
    "settle_delay": ("soon", "settle_delay must be a number of seconds"),
    "ready_timeout": (-1, "ready_timeout must be a number of seconds"),
    "texts": (["no", "table"], "texts must be a table"),
    "command_timeout": ("long", "command_timeout must be"),
    "stall_after": ([], "stall_after must be"),
    "element": (5, "element has a wrong kind of value"),
    "options": ("none", "options has a wrong kind of value"),
}


def test_settings_that_make_no_sense_are_told_each_and_left_out(scene: Scene) -> None:
    wrong = {name: value for name, (value, _) in SETTINGS.items()}
    scene.open(fake=True, settings={**wrong, "key": "mine"})
    works(scene)
    words = ["In the settings: ", *[said for _, said in SETTINGS.values()]]
    scene.expect_report(*words, count=len(SETTINGS))
    scene.js("fake.say('thread.change', { threadId: 'thr_x' })")
    scene.expect_query("?threadId=thr_x")
    scene.expect_stored("thr_x", "mine")


def test_texts_that_are_none(scene: Scene) -> None:
    scene.open(fake=True, settings={"texts": {"idle": 7}})
    works(scene)
    scene.expect_report("warning: ", "In the settings: ", "texts")


@pytest.mark.parametrize("content", ["{not json", "[1, 2]", "null"])
def test_a_config_that_is_no_table_of_settings(scene: Scene, content: str) -> None:
    scene.site.add_page("/scene/odd.json", content, "application/json")
    scene.open(fake=True, attributes='data-config="/scene/odd.json"')
    works(scene)
    scene.expect_report("warning: ", 'data-config="/scene/odd.json"')


def test_a_config_that_is_not_there(scene: Scene) -> None:
    scene.open(fake=True, attributes='data-config="/scene/missing.json"')
    works(scene)
    scene.expect_report("warning: ", 'data-config="/scene/missing.json"')


@pytest.mark.parametrize("answer", ["refused", "silent"])
def test_a_config_that_the_server_does_not_give(scene: Scene, answer: str) -> None:
    """What is no answer is no table of settings, whatever it holds; and nobody waits for ever."""
    if answer == "refused":
        said: dict[str, Any] = {"status": 404, "json": {"detail": "Not Found"}}
        scene.page.route("**/scene/no.json", lambda route: route.fulfill(**said))
        scene.console.allow(".*404.*")
    else:
        scene.hold("**/scene/no.json")
    scene.open(fake=True, attributes='data-config="/scene/no.json" data-limit="6"')
    works(scene)
    scene.expect_report("warning: ", 'data-config="/scene/no.json"')


def test_a_tag_that_is_a_module(scene: Scene) -> None:
    """It comes late, and has no `document.currentScript`."""
    scene.open(fake=True, attributes='type="module"')
    works(scene)


def test_a_runtime_that_a_visitor_misspells_is_the_pages(scene: Scene) -> None:
    scene.open(fake=True, query="?runtime=ypm", attributes='data-runtime-parameter="runtime"')
    works(scene)
    scene.expect_report("warning: ", f'"ypm" is unknown; known: py, mpy. It is {scene.runtime}.')


def test_a_start_that_is_misspelt_starts_a_second_one(scene: Scene) -> None:
    """main.py runs as well then, and the element has its ChatKit."""
    python = "from sync import start\n\nstart()"
    scene.open(fake=True, attributes='data-start="pgae"', python=python)
    works(scene)
    unknown = 'data-start="pgae" is unknown; known: page, none.'
    scene.expect_report(unknown, "Another ChatKit has the element 'openai-chatkit'", count=2)


@pytest.mark.parametrize("seconds", ["soon", "-1", "0"])
def test_a_limit_that_makes_no_sense(scene: Scene, seconds: str) -> None:
    """Less than nothing would be over before Python could come."""
    scene.open(fake=True, attributes=f'data-limit="{seconds}"')
    works(scene)
    scene.expect_report("warning: ", f'data-limit="{seconds}" is no number of seconds; it is 30.')


@pytest.mark.core
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("chat-sync", "is no name that a Python package can have"),
        ("class", "is no name that a Python package can have"),
        ("json", 'has a module "json" here already; data-package'),
    ],
    ids=["no-name", "keyword", "pythons-own"],
)
def test_a_package_that_cannot_have_that_name(scene: Scene, name: str, words: str) -> None:
    # PyScript, too, is told why there is no interpreter.
    scene.console.allow(".*data-package.*")
    scene.open(fake=True, wait=False, attributes=f'data-package="{name}"')
    scene.expect_report("error: ", words)
    expect(scene.locate("#status")).to_have_text("The chat helpers could not start.")


def test_a_selector_that_is_none(scene: Scene) -> None:
    scene.open(fake=True, settings={"element": "###"}, wait=False)
    heard = scene.expect_report("'###' is no selector")
    assert heard


def test_an_odd_payload_of_a_custom_action(scene: Scene) -> None:
    body = TOOLBAR.replace("""'{"type": "wave", "payload": {"hand": "left"}}'""", "'wave'")
    scene.open(fake=True, body=body)
    scene.press("#action")
    scene.expect_report("warning: ", 'id="action"', "needs data-chatkit-payload")
    works(scene)


def test_a_send_without_a_text(scene: Scene) -> None:
    body = TOOLBAR.replace("</nav>", '<b id="mute" data-chatkit-action="send">X</b></nav>')
    scene.open(fake=True, body=body)
    scene.press("#mute")
    scene.expect_report("warning: ", 'id="mute"', "needs data-chatkit-text")
    works(scene)


def test_ids_of_the_server_that_cannot_be_remembered(scene: Scene) -> None:
    """Shown, not remembered, told once."""
    scene.open(fake=True, python="")
    scene.js(
        """() => {
          fake.answers.setThreadId = async (threadId) => fake.say("thread.change", { threadId });
        }"""
    )
    for thread_id in ("a b", "ü", "a b"):
        assert scene.command("set_thread_id", thread_id)["ok"]
        scene.expect_shown(thread_id)
    assert scene.command("set_thread_id", "good")["ok"]
    scene.expect_query("?threadId=good")
    scene.expect_stored("good")
    scene.expect_report("warning: ", "'a b' cannot be remembered")


def test_a_toolbar_that_is_given_another_name_is_no_longer_the_formers(scene: Scene) -> None:
    scene.open(fake=True)
    scene.js("document.querySelector('#bar').setAttribute('data-chatkit-toolbar', '#nobody')")
    scene.expect_report("warning: ", 'names "#nobody", which no element matches')
    scene.expect_off("send", "new", reason="waiting")
    scene.js("document.querySelector('#bar').setAttribute('data-chatkit-toolbar', '#chat')")
    works(scene)


def test_an_unknown_runtime(scene: Scene) -> None:
    scene.runtime = "ruby"
    scene.open(fake=True)
    works(scene)
    scene.expect_report("warning: ", 'The runtime "ruby" is unknown')
