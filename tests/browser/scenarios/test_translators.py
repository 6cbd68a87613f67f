"""Kind 4 of the pages that failed: something rewrites our text, and we do not fight for it."""

import pytest
from playwright.sync_api import expect

from .scene import TOOLBAR, Scene

# A page translator as browsers and extensions have it: each text node becomes two <font>s.
TRANSLATOR = """<script>
  const done = new WeakSet();
  const translate = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (node.data.trim() && !done.has(node) && !node.parentElement.closest("script,style"))
        found.push(node);
    setTimeout(() => {
      for (const node of found) {
        if (!node.isConnected) continue;
        const [outer, inner] = [document.createElement("font"), document.createElement("font")];
        inner.textContent = `ü${node.data.toUpperCase()}`;
        done.add(inner.firstChild);
        outer.append(inner);
        node.replaceWith(outer);
      }
    }, 20);
  };
  addEventListener("load", () => {
    translate(document.body);
    new MutationObserver((records) => {
      for (const { target } of records) translate(target.parentElement ?? target);
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
  });
</script>"""
# An extension that puts something of its own into every element.
EXTENSION = """<script>
  addEventListener("load", () => {
    const add = () => {
      const status = document.querySelector("#status");
      if (!status.querySelector("i")) status.append(document.createElement("i"), "⭐");
    };
    add();
    new MutationObserver(add).observe(document.querySelector("#status"), { childList: true });
  });
</script>"""
# A page that has other words for everything, whenever anything is written.
WORDS = """<script>
  addEventListener("load", () => {
    const status = document.querySelector("#status");
    new MutationObserver(() => {
      if (status.textContent && status.textContent !== "Own words")
        status.textContent = "Own words";
    }).observe(status, { childList: true, characterData: true, subtree: true });
  });
</script>"""
REWRITERS = {
    "translator": (TRANSLATOR, "üSTILL ANSWERING."),
    "extension": (EXTENSION, "Still answering.⭐"),
    "words": (WORDS, "Own words"),
}

COUNTS = """() => {
  window.written = 0;
  new MutationObserver((records) => (written += records.length)).observe(
    document.querySelector("#status"),
    { childList: true, characterData: true, subtree: true },
  );
}"""
TURN = """() => new Promise((resolve) => {
  const paragraph = document.createElement("p");
  document.body.append(paragraph);
  setTimeout(resolve, 50);
})"""


@pytest.mark.core
@pytest.mark.parametrize("who", REWRITERS)
def test_a_status_is_written_once_and_whoever_rewrites_it_wins(scene: Scene, who: str) -> None:
    script, said = REWRITERS[who]
    scene.open(fake=True, head=script, settings={"texts": {"responding": TEXT}})
    scene.js(COUNTS)
    scene.js("fake.say('response.start')")
    expect(scene.locate("#status")).to_have_text(said)
    settled = scene.js("written")
    for _ in range(10):
        # Whatever goes on in the page and in the chat: our text is the one that it was.
        scene.js("fake.say('log', { name: 'anything' })")
        scene.js(TURN)
    assert scene.js("written") == settled, "the text is fought for"
    expect(scene.locate("#status")).to_have_text(said)
    scene.js("fake.say('response.end')")
    scene.expect_phase("idle")
    expect(scene.locate("#status")).not_to_have_text(said)


TEXT = "Still answering."

STRIPS = """() => {
  window.stripped = 0;
  setInterval(() => {
    for (const node of document.querySelectorAll("#bar [data-chatkit-off]")) {
      stripped += 1;
      node.removeAttribute("aria-disabled");
    }
  }, 10);
}"""


def test_what_is_taken_away_every_few_milliseconds_is_left_alone(scene: Scene) -> None:
    """A task each, so that a guard which counts within a task would count to one for ever."""
    scene.open(fake=True, body=TOOLBAR)
    scene.js(STRIPS)
    scene.js("fake.say('response.start')")
    scene.expect_report("is changed again and again by the page")
    scene.page.wait_for_function("stripped > 300")
    off = "document.querySelectorAll('#bar [data-chatkit-off][aria-disabled=true]').length"
    assert scene.js(off) == 0
    scene.press("#send")
    scene.js("fake.say('response.end')")
    scene.expect_phase("idle")
    assert scene.calls() == [], "off is off, whatever it looks like"
