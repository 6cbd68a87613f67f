"""Pages whose region with toolbar, status and chat is replaced or morphed by htmx, Turbo and React.

The real libraries, from npm. None of them knows of us, and nobody calls us: what the document
shows has to be enough.
"""

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from .scene import ELEMENT, START_LIMIT, Scene
from .threads import MODES, make

CHECKOUT = Path(__file__).parents[3]
MODULES = CHECKOUT / "node_modules"
REACT_PAGE = Path(__file__).with_name("region.jsx")

REGION = """<section id="region">
<nav data-chatkit-toolbar id="bar" aria-label="Chat">
  <button id="new" data-chatkit-action="new-thread">New chat</button>
  <button id="send" data-chatkit-action="send" data-chatkit-text="Said by a control">Send</button>
  <a id="open-a" href="?threadId={a}" data-chatkit-action="open-thread"
     data-chatkit-thread="{a}">A</a>
  <a id="open-b" href="?threadId={b}" data-chatkit-action="open-thread"
     data-chatkit-thread="{b}">B</a>
  <button id="page-off" data-chatkit-action="send" data-chatkit-text="Never"
     aria-disabled="true">Off by the page</button>
  <span id="busy" data-chatkit-show="busy">Working…</span>
</nav>
<output id="status" data-chatkit-status></output>
<p id="version">{version}</p>
{element}
</section>"""
CONTROLS = ["new", "send", "open-a", "open-b"]

# What a companion's page has to do for each chat that comes, whoever brings it.
CONFIGURE = """<script type="module">
  await customElements.whenDefined("openai-chatkit");
  const known = new WeakSet();
  const configure = () => {
    for (const element of document.querySelectorAll("openai-chatkit"))
      if (!known.has(element)) {
        known.add(element);
        element.setOptions({ api: { url: "/chatkit", domainKey: "local" } });
      }
  };
  new MutationObserver(configure).observe(document, { childList: true, subtree: true });
  configure();
</script>"""


def region(a: str, b: str, version: str = "first") -> str:
    """The region as the server sends it."""
    return REGION.format(a=a, b=b, version=version, element=ELEMENT)


def library(scene: Scene, path: str) -> str:
    """A library of npm's; returns its tag."""
    scene.site.add_page(f"/scene/{path}", (MODULES / path).read_text(), "text/javascript")
    return f'<script src="/scene/{path}"></script>'


def lives(scene: Scene, a: str, b: str) -> None:
    """Everything works: a restored thread, a message, the gate, a switch, New chat."""
    scene.expect_shown(a)
    scene.expect_on(*CONTROLS)
    expect(scene.locate("#open-a")).to_have_attribute("aria-current", "true")
    count = scene.messages().count()
    scene.press("#send")
    expect(scene.messages()).to_have_count(count + 2)
    scene.expect_phase("idle")
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_query(f"?threadId={b}")
    scene.expect_stored(b)
    scene.press("#new")
    scene.expect_shown(None)
    scene.expect_query("")
    scene.press("#open-a")
    scene.expect_shown(a)
    scene.expect_on(*CONTROLS)
    expect(scene.locate("#busy")).to_be_hidden()
    expect(scene.locate("#status")).to_have_text("")


def starts_to_answer(scene: Scene) -> None:
    """An answer that goes on until the faults are cleared."""
    fault = scene.site.faults.add("threads.add_user_message", hold_after=1)
    scene.press("#send")
    fault.wait_hit()
    scene.expect_phase("responding")
    scene.expect_off("send", reason="responding")


def shows_answering(scene: Scene) -> None:
    """Controls, status and what is shown, as they are during an answer."""
    scene.expect_off("send", "open-a", reason="responding")
    expect(scene.locate("#busy")).to_be_visible()
    expect(scene.locate("#bar")).to_have_attribute("aria-busy", "true")
    expect(scene.locate("#bar")).to_have_attribute("data-chatkit-state", "responding")
    expect(scene.locate("#status")).not_to_have_text("")


def open_region(
    scene: Scene, a: str, b: str, *, owner: bool, head: str, foot: str = "", shown: str | None
) -> None:
    scene.open(
        owner=owner,
        companion=False,
        body="",
        element=region(a, b),
        head=head + ("" if owner else CONFIGURE),
        foot=foot,
        query=f"?threadId={shown}" if shown else "",
    )
    scene.expect_shown(shown)


HTMX = "htmx.org/dist/htmx.js"
FETCHES = """<button id="swap" hx-get="/scene/part.html" hx-target="{target}" hx-swap="{how}">Again
</button>"""


@MODES
@pytest.mark.parametrize("how", ["outerHTML", "innerHTML"])
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "answering"])
def test_htmx_replaces_the_region(scene: Scene, owner: bool, how: str, busy: bool) -> None:
    a, b = make(scene, "Alpha", "Beta")
    target = "#region" if how == "outerHTML" else "main"
    scene.site.add_page("/scene/part.html", region(a, b, "second"))
    button = FETCHES.format(target=target, how=how)
    open_region(
        scene,
        a,
        b,
        owner=owner,
        head=library(scene, HTMX),
        foot=button,
        shown=a,
    )
    if busy:
        starts_to_answer(scene)
    scene.press("#swap")
    expect(scene.locate("#version")).to_have_text("second")
    scene.site.faults.clear()
    lives(scene, a, b)


@MODES
@pytest.mark.parametrize("how", ["outerMorph", "innerMorph"])
def test_htmx_morphs_the_region_during_an_answer(scene: Scene, owner: bool, how: str) -> None:
    """The chat stays, and everything that we had written is taken away at once."""
    a, b = make(scene, "Alpha", "Beta")
    markup = region(a, b, "second")
    inner = markup.removeprefix('<section id="region">').removesuffix("</section>")
    scene.site.add_page("/scene/part.html", markup if how == "outerMorph" else inner)
    button = FETCHES.format(target="#region", how=how)
    open_region(scene, a, b, owner=owner, head=library(scene, HTMX), foot=button, shown=a)
    scene.js("window.chat = document.querySelector('#chat')")
    starts_to_answer(scene)
    scene.press("#swap")
    expect(scene.locate("#version")).to_have_text("second")
    assert scene.js("chat.isConnected && chat === document.querySelector('#chat')")
    shows_answering(scene)
    expect(scene.locate("#page-off")).to_have_attribute("aria-disabled", "true")
    scene.site.faults.clear()
    scene.expect_shown(a)
    expect(scene.locate("#page-off:not([data-chatkit-off])")).to_have_attribute(
        "aria-disabled", "true"
    )
    lives(scene, a, b)


TAG = '<script src="{tag}" data-runtime="{runtime}"></script>'


def open_with_tag_in_body(scene: Scene, a: str, head: str, body: str) -> str:
    """A companion's page whose tag stands in the body; returns the body."""
    tag = TAG.format(tag=scene.tag, runtime=scene.runtime)
    address = scene.build(companion=False, head=head + CONFIGURE, body=tag + body, element="")
    with urlopen(address) as answer:
        html = answer.read().decode()
    first = f"{tag[:-10]} ></script>"
    assert first in html
    scene.site.add_page(scene.path, html.replace(first, ""))
    scene.page.goto(f"{address}?threadId={a}")
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.expect_shown(a)
    return tag + body


def test_htmx_replaces_the_whole_body_with_the_tag_in_it(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    button = FETCHES.format(target="body", how="innerHTML")
    body = open_with_tag_in_body(scene, a, library(scene, HTMX), region(a, b) + button)
    scene.site.add_page("/scene/part.html", body.replace("first", "second"))
    scene.locate("#swap").click()
    expect(scene.locate("#version")).to_have_text("second")
    lives(scene, a, b)


def test_turbo_replaces_the_whole_body_with_the_tag_in_it(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    link = f'<a id="go" href="/scene/other.html?threadId={a}">Other</a>'
    open_with_tag_in_body(scene, a, library(scene, TURBO), region(a, b) + link)
    with urlopen(scene.site.url + scene.path) as answer:
        html = answer.read().decode()
    scene.path = "/scene/other.html"
    scene.site.add_page(scene.path, html.replace("first", "second"))
    scene.locate("#go").click()
    expect(scene.locate("#version")).to_have_text("second")
    lives(scene, a, b)


TURBO = "@hotwired/turbo/dist/turbo.es2017-umd.js"
MORPHS = '<meta name="turbo-refresh-method" content="morph">'
STREAM = """<turbo-stream action="replace" target="region"{method}>
<template>{markup}</template></turbo-stream>"""


NOTES_READY = """addEventListener(
  "chatkit.ready", () => scene.notes.push(scene.phases.at(-1)), true)"""


def turbo_pages(scene: Scene, owner: bool, head: str = "", *, new: bool = False) -> tuple[str, str]:
    """Three pages of one site: with the chat, with the chat again, and without one."""
    a, b = make(scene, "Alpha", "Beta")
    head = library(scene, TURBO) + head
    common: dict[str, Any] = {"owner": owner, "companion": False, "element": ""}
    common["head"] = head + ("" if owner else CONFIGURE)
    links = """<a id="to-second" href="/scene/second.html">Second</a>
<a id="to-none" href="/scene/none.html">None</a>"""
    scene.build(path="/scene/none.html", body="<h1 id='version'>none</h1>", **common)
    scene.build(path="/scene/second.html", body=region(a, b, "second"), **common)
    open_region(scene, a, b, owner=owner, head=head, foot=links, shown=None if new else a)
    return a, b


LISTENS = """
from pyscript import window
from sync import {names}

{begin}


@chatkit.on("response.end")
def ended():
    window.scene.notes.push("ended")


window.scene.notes.push("begun")
"""
BEGINS = """chatkit = ChatKit(options={"api": {"url": "/chatkit", "domain_key": "local"}})
chatkit.start()"""


@pytest.mark.core
@pytest.mark.parametrize("pages", [False, True], ids=["joins", "starts-us"])
def test_turbo_goes_back_while_python_is_on_its_way(scene: Scene, pages: bool) -> None:
    """What is put back is a copy of all that stood there; all the same the Python runs once."""
    a, b = make(scene, "Alpha", "Beta")
    names, begin = ("ChatKit", BEGINS) if pages else ("running", "chatkit = running()[0]")
    common: dict[str, Any] = {"owner": False, "companion": False, "element": region(a, b)}
    common["head"] = library(scene, TURBO) + ("" if pages else CONFIGURE)
    common["python"] = LISTENS.format(names=names, begin=begin)
    common["attributes"] = 'data-start="page"' if pages else ""
    link = '<a id="to-none" href="/scene/none.html">None</a>'
    none = "<h1 id='version'>none</h1>"
    scene.build(path="/scene/none.html", body="", **common | {"element": none})
    interpreter = scene.hold("**/*.wasm")
    scene.open(wait=False, body="", foot=link, query=f"?threadId={a}", **common)
    # All that the tag puts into the page stands there.
    scene.page.wait_for_function(f"document.querySelector('{scene.runtime}-script')")
    scene.wait(lambda: interpreter.asked > 0, "the interpreter")
    scene.press("#to-none")
    expect(scene.locate("#version")).to_have_text("none")
    scene.go(-1)
    expect(scene.locate("#version")).to_have_text("first")
    interpreter.release()
    lives(scene, a, b)
    assert scene.js("scene.notes.filter((note) => note === 'begun').length") == 1
    assert scene.js("scene.notes.filter((note) => note === 'ended').length") == 1


@MODES
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "answering"])
def test_turbo_goes_to_another_page_with_a_chat(scene: Scene, owner: bool, busy: bool) -> None:
    a, b = turbo_pages(scene, owner)
    origin = scene.js("performance.timeOrigin")
    if busy:
        starts_to_answer(scene)
    scene.press("#to-second")
    expect(scene.locate("#version")).to_have_text("second")
    scene.path = "/scene/second.html"
    scene.site.faults.clear()
    scene.expect_shown(a)
    scene.expect_query(f"?threadId={a}")
    lives(scene, a, b)
    assert scene.js("performance.timeOrigin") == origin, "the page has been loaded anew"


@MODES
@pytest.mark.parametrize("new", [False, True], ids=["thread", "new-chat"])
def test_turbo_leaves_for_a_page_without_a_chat_and_comes_back(
    scene: Scene, owner: bool, new: bool
) -> None:
    """What Turbo shows on the way back is a copy, and a copy has loaded nothing."""
    a, b = turbo_pages(scene, owner, new=new)
    scene.press("#to-none")
    expect(scene.locate("#version")).to_have_text("none")
    frames = scene.hold("**/chatkit-frame.html")
    scene.js("scene.phases.length = 0")
    scene.js(NOTES_READY)
    scene.go(-1)
    expect(scene.locate("#version")).to_have_text("first")
    scene.expect_phase("starting")
    scene.expect_off("send", "open-a", reason="starting")
    frames.release()
    scene.expect_phase("idle")
    assert scene.js("scene.phases") == ["starting", "idle"]
    assert scene.js("scene.notes") == ["starting"], "ready before it was"
    scene.expect_query("" if new else f"?threadId={a}")
    if new:
        scene.press("#open-a")
    lives(scene, a, b)
    expect(scene.locate('#page-off[aria-disabled="true"]:not([data-chatkit-off])')).to_have_count(1)


@MODES
@pytest.mark.parametrize("method", ["", ' method="morph"'], ids=["replace", "morph"])
def test_a_turbo_stream_renews_the_region(scene: Scene, owner: bool, method: str) -> None:
    a, b = turbo_pages(scene, owner)
    scene.js("window.chat = document.querySelector('#chat')")
    starts_to_answer(scene)
    stream = STREAM.format(method=method, markup=region(a, b, "second"))
    scene.js("(stream) => Turbo.renderStreamMessage(stream)", stream)
    expect(scene.locate("#version")).to_have_text("second")
    if method:
        assert scene.js("chat === document.querySelector('#chat')")
        shows_answering(scene)
    scene.site.faults.clear()
    lives(scene, a, b)


@MODES
def test_turbo_refreshes_the_page_by_morphing(scene: Scene, owner: bool) -> None:
    """As after a form, or when the server says that something has changed."""
    a, b = turbo_pages(scene, owner, MORPHS)
    scene.js("window.chat = document.querySelector('#chat')")
    starts_to_answer(scene)
    scene.js("document.querySelector('#version').textContent = 'stale'")
    scene.js("Turbo.visit(location.href, { action: 'replace' })")
    expect(scene.locate("#version")).to_have_text("first")
    assert scene.js("chat === document.querySelector('#chat')")
    shows_answering(scene)
    scene.site.faults.clear()
    lives(scene, a, b)


@pytest.fixture(scope="session")
def react_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """region.jsx with React and OpenAI's binding, as a page's own tools would bundle it."""
    out = tmp_path_factory.mktemp("react") / "page.js"
    command = [str(MODULES / ".bin" / "esbuild"), str(REACT_PAGE), "--bundle", f"--outfile={out}"]
    command += ["--jsx=automatic", "--log-level=warning"]
    subprocess.run(command, check=True)
    return out.read_text()


def open_react(scene: Scene, bundle: str) -> tuple[str, str]:
    a, b = make(scene, "Alpha", "Beta")
    scene.site.add_page("/scene/react.js", bundle, "text/javascript")
    threads = json.dumps([a, b])
    scene.open(
        companion=False,
        element="",
        body=f"<div id='root' data-threads='{threads}'></div>",
        foot='<script src="/scene/react.js"></script>',
        query=f"?threadId={a}",
    )
    scene.expect_shown(a)
    return a, b


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "answering"])
def test_react_renders_a_fresh_region(scene: Scene, react_page: str, busy: bool) -> None:
    a, b = open_react(scene, react_page)
    scene.js("window.chat = document.querySelector('#chat')")
    if busy:
        starts_to_answer(scene)
    scene.js("page({ generation: 1 })")
    scene.wait(lambda: not scene.js("chat.isConnected"), "another element")
    scene.site.faults.clear()
    lives(scene, a, b)


def test_react_renders_the_same_region_again(scene: Scene, react_page: str) -> None:
    """Controls come and go, and the page switches one of its own, during an answer."""
    a, b = open_react(scene, react_page)
    scene.js("window.chat = document.querySelector('#chat')")
    starts_to_answer(scene)
    scene.js("(shown) => page({ shown, busyElsewhere: true })", [a])
    expect(scene.locate("#open-b")).to_have_count(0)
    scene.expect_off("send", "open-a", reason="responding")
    scene.js("(shown) => page({ shown })", [a, b])
    scene.expect_off("send", "open-a", "open-b", reason="responding")
    scene.site.faults.clear()
    scene.expect_shown(a)
    # The page's own wish is what is left.
    expect(scene.locate('#send[aria-disabled="true"]:not([data-chatkit-off])')).to_have_count(1)
    scene.js("page({ busyElsewhere: false })")
    assert scene.js("chat === document.querySelector('#chat')")
    lives(scene, a, b)


TAKES_AWAY = """() => {
  for (const node of document.querySelectorAll("#region *"))
    for (const { name } of [...node.attributes])
      if (/^(aria-disabled|hidden|data-chatkit-(off|page-disabled))$/.test(name))
        node.removeAttribute(name);
  for (const name of ["aria-busy", "data-chatkit-state"])
    document.querySelector("#bar").removeAttribute(name);
  document.querySelector("#open-a").removeAttribute("aria-current");
  document.querySelector("#status").textContent = "";
}"""


def test_what_the_page_takes_away_comes_back(scene: Scene) -> None:
    """By hand, as any other library that brings a page up to date may do it."""
    scene.open(body=region("thr_first", "thr_second"), element="", fake=True)
    scene.js("fake.say('response.start')")
    scene.expect_phase("responding")
    scene.js(TAKES_AWAY)
    shows_answering(scene)
    # The page's markup has nothing against this control any more …
    scene.js("fake.say('response.end')")
    scene.expect_phase("idle")
    scene.expect_on("page-off", *CONTROLS)
    expect(scene.locate("#busy")).to_be_hidden()
    # … and during an answer it says so of another one.
    scene.js("fake.say('response.start')")
    scene.expect_off("send", reason="responding")
    scene.js("document.querySelector('#send').setAttribute('aria-disabled', 'true')")
    scene.js("fake.say('response.end')")
    scene.expect_phase("idle")
    expect(scene.locate('#send[aria-disabled="true"]:not([data-chatkit-off])')).to_have_count(1)


TAKES_MARKS_AWAY = """() => {
  for (const node of document.querySelectorAll("[data-chatkit-off]"))
    for (const { name } of [...node.attributes])
      if (/^data-chatkit-(off|page-disabled)$/.test(name)) node.removeAttribute(name);
}"""


def test_what_takes_our_marks_away_and_leaves_aria_disabled_has_no_say(scene: Scene) -> None:
    """As what cleans markup of attributes that it does not know."""
    scene.open(fake=True)
    scene.js("fake.say('response.start')")
    scene.expect_off(*CONTROLS, reason="responding")
    scene.js(TAKES_MARKS_AWAY)
    scene.expect_off(*CONTROLS, "page-off", reason="responding")
    scene.js("fake.say('response.end')")
    scene.expect_phase("idle")
    scene.expect_on(*CONTROLS)
    expect(scene.locate('#page-off[aria-disabled="true"]:not([data-chatkit-off])')).to_have_count(1)


TWO = """<nav id="bar" data-chatkit-toolbar="#chat"></nav>
<nav id="bar2" data-chatkit-toolbar="#two">
  <button id="send" data-chatkit-action="send" data-chatkit-text="x">Send</button>
</nav>"""
SECOND = '<openai-chatkit id="two" data-chatkit-parameter="t" data-chatkit-key="k">'
TAKES_AWAY_BESIDE = """() => {
  fake.say("response.start", null, document.querySelector("#chat"));
  const control = document.querySelector("#send");
  for (const name of ["aria-disabled", "data-chatkit-off"]) control.removeAttribute(name);
}"""


def test_what_is_taken_away_while_another_toolbar_is_drawn_comes_back(scene: Scene) -> None:
    scene.open(fake=True, body=TWO, element=ELEMENT + SECOND)
    scene.expect_phase("idle", bar="#bar2")
    scene.js("fake.say('response.start', null, document.querySelector('#two'))")
    scene.expect_phase("responding", bar="#bar2")
    scene.js(TAKES_AWAY_BESIDE)
    scene.expect_phase("responding")
    scene.expect_off("send", reason="responding")


FIGHTS = """() => {
  new MutationObserver(() => {
    for (const node of document.querySelectorAll("#bar [aria-disabled]"))
      node.removeAttribute("aria-disabled");
  }).observe(document.querySelector("#bar"), { attributes: true, subtree: true });
}"""


def test_a_page_that_insists_is_told_and_does_not_freeze(scene: Scene) -> None:
    scene.open(body=region("thr_first", "thr_second"), element="", fake=True)
    scene.js(FIGHTS)
    scene.js("fake.say('response.start')")
    scene.expect_report("is changed again and again by the page")
    scene.press("#send")
    scene.js("fake.say('response.end')")
    scene.expect_phase("idle")
    scene.expect_on(*CONTROLS)
    assert scene.calls() == [], "off is off, whatever it looks like"
