"""Kind 5 of the pages that failed: a chat that is not opened yet is no failure."""

import pytest
from playwright.sync_api import expect

from .scene import STAND_IN, Scene
from .threads import bar, make, store

SCRIPT = "/stand-in/chatkit.js"
# What the page does when the user consents, or opens the drawer.
OPENS = {
    "consent": f"""async () => {{
      const script = document.createElement("script");
      script.src = "{SCRIPT}";
      document.head.append(script);
      await customElements.whenDefined("openai-chatkit");
      configure();
    }}""",
    "drawer": "() => configure()",
}
CONFIGURE = """<script>
  const configure = () => document.querySelector("openai-chatkit").setOptions({
    api: { url: "/chatkit", domainKey: "local" },
    history: { enabled: true },
  });
</script>"""
# As consent managers write it: nothing runs until they change the type.
BLOCKED = f'<script type="text/plain" data-category="chat" src="{SCRIPT}"></script>'


@pytest.mark.core
@pytest.mark.parametrize("how", OPENS)
def test_a_chat_that_is_opened_later_holds_nothing_and_says_nothing(scene: Scene, how: str) -> None:
    a, b = make(scene, "Alpha", "Beta")
    script = BLOCKED if how == "consent" else STAND_IN
    scene.open(
        companion=False,
        head=CONFIGURE,
        body=bar(a, b),
        settings={"ready_timeout": 1.5, "announce_after": 0.0},
        chatkit=script,
        query=f"?threadId={a}",
        wait=False,
    )
    scene.expect_phase("waiting", limit=60_000)
    scene.expect_on("gate")
    scene.expect_off("new", "send", "open-b", reason="waiting")
    scene.expect_report("warning: ", "not there yet")
    scene.expect_phase("waiting")
    expect(scene.locate("#status")).to_have_text("")
    scene.press("#open-b")
    scene.js(OPENS[how])
    scene.expect_shown(b)
    scene.expect_query(f"?threadId={b}")
    assert scene.stored() == b
    scene.expect_on("gate", "new", "send")
    phases = scene.js("scene.phases")
    assert phases[:2] == ["waiting", "starting"] or phases[:3] == [
        "starting",
        "waiting",
        "starting",
    ]
    assert "failed" not in phases
    scene.go(-1)
    scene.expect_shown(a)


@pytest.mark.core
def test_what_is_remembered_is_shown_when_the_chat_is_opened(scene: Scene) -> None:
    [a] = make(scene, "Alpha")
    store(scene, a)
    scene.open(companion=False, head=CONFIGURE, body=bar(a), wait=False)
    scene.expect_phase("waiting", limit=60_000)
    assert scene.stored() == a
    scene.js(OPENS["drawer"])
    scene.expect_shown(a)
    scene.expect_query(f"?threadId={a}")
