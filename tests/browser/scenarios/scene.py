"""A page with the tag, built for one scenario and served beside the checkout.

    scene.open()                                  # a companion: the page calls setOptions
    scene.open(owner=True, query="?threadId=x")   # an owner: options through data-config
    scene.say("Hello")                            # a person types into the chat
    scene.expect_phase("idle")

The page has a toolbar with a control of every action (`TOOLBAR`), a status, and the element.
Waiting is for what a person or the page's script could see, never for time.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Request, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from ..conftest import Console
from ..contract.driver import StandInDriver
from ..site import Site

HERE = Path(__file__).parent
PATH = "/scene.html"

# A first start compiles ten megabytes of WebAssembly, on a machine that may be busy.
START_LIMIT = 60_000
LIMIT = 10_000

OPTIONS = {"api": {"url": "/chatkit", "domainKey": "local"}, "history": {"enabled": True}}

# A real id is hexadecimal behind its prefix: none begins like these two.
TOOLBAR = """
<nav data-chatkit-toolbar id="bar" aria-label="Chat">
  <button id="new" data-chatkit-action="new-thread">New chat</button>
  <button id="write" data-chatkit-action="focus-composer">Write</button>
  <button id="send" data-chatkit-action="send" data-chatkit-text="Said by a control">Send</button>
  <button id="draft" data-chatkit-action="draft" data-chatkit-text="A draft">Draft</button>
  <a id="open-a" href="?threadId=thr_first" data-chatkit-action="open-thread"
     data-chatkit-thread="thr_first">A</a>
  <a id="open-b" href="?threadId=thr_second" data-chatkit-action="open-thread"
     data-chatkit-thread="thr_second">B</a>
  <button id="show-history" data-chatkit-action="show-history">History</button>
  <button id="hide-history" data-chatkit-action="hide-history">No history</button>
  <button id="fetch" data-chatkit-action="fetch-updates">Update</button>
  <button id="action" data-chatkit-action="custom-action"
     data-chatkit-payload='{"type": "wave", "payload": {"hand": "left"}}'>Wave</button>
  <button id="gate" data-chatkit-gate>The page's own</button>
  <button id="page-disabled" data-chatkit-gate disabled>Off by the page</button>
  <button id="page-off" data-chatkit-action="send" data-chatkit-text="Never"
     aria-disabled="true">Off by the page</button>
  <span id="busy" data-chatkit-show="busy">Working…</span>
  <span id="answering" data-chatkit-show="responding">Answering…</span>
</nav>
<output id="status" data-chatkit-status></output>
"""

# Everything in the toolbar that the page itself has not switched off.
CONTROLS = "new write send draft open-a open-b show-history hide-history fetch action gate".split()
# … but the page's own: what needs a chat.
ACTIONS = [name for name in CONTROLS if name != "gate"]

PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Scene</title>
    <link rel="icon" href="data:,">
    <script src="/scene/scene.js"></script>
    <script>globalThis.chatkitStandIn = {stand_in};</script>
    {head}
    <script src="{tag}" {attributes}></script>
    {chatkit}
  </head>
  <body>
    {body}
    <main>{element}</main>
    {foot}
  </body>
</html>
"""

COMPANION = """<script type="module">
  await customElements.whenDefined("openai-chatkit");
  for (const element of document.querySelectorAll("openai-chatkit"))
    element.setOptions({options});
</script>"""

STAND_IN = '<script src="/stand-in/chatkit.js" async></script>'
FAKE = '<script src="/scene/fake.js"></script>'
ELEMENT = '<openai-chatkit id="chat" style="height: 300px"></openai-chatkit>'

# What a failed send takes 25 s for by default.
STAND_IN_SETTINGS = {"retryDelays": [1, 1]}


class Hold:
    """Requests that wait until the test lets them go."""

    def __init__(self) -> None:
        self._routes: list[Route] = []
        self._released = False
        self.asked = 0

    def __call__(self, route: Route, request: Request) -> None:
        self.asked += 1
        if self._released:
            route.continue_()
        else:
            self._routes.append(route)

    def release(self) -> None:
        """Let go what waits, and everything later."""
        self._released = True
        for route in self._routes:
            route.continue_()
        self._routes.clear()


class Scene:
    """One page, its chat, and what the console says about both."""

    def __init__(self, site: Site, page: Page, console: Console, runtime: str, tag: str) -> None:
        self.site = site
        self.page = page
        self.console = console
        self.runtime = runtime
        self.chat = StandInDriver(page)
        self.path = PATH
        self.tag = tag
        self._heard = 0

    # The page.

    def build(
        self,
        *,
        owner: bool = False,
        companion: bool = True,
        options: dict[str, Any] | None = None,
        settings: dict[str, Any] | None = None,
        attributes: str = "",
        tag: str | None = None,
        head: str = "",
        body: str = TOOLBAR,
        element: str = ELEMENT,
        foot: str = "",
        fake: bool = False,
        chatkit: str = STAND_IN,
        python: str | None = None,
        stand_in: dict[str, Any] | None = None,
        path: str = PATH,
    ) -> str:
        """Serve a page and what it needs; returns its address.

        `settings` go into the JSON of `data-config`, with the options where we own the element.
        `chatkit` is the tag of the script that defines the element.
        `python` is the page's own (put behind probe.py); without it the page has none. Without
        `owner` and `companion` nobody calls setOptions but the page's own Python.
        """
        add = self.site.add_page
        add("/scene/scene.js", (HERE / "scene.js").read_text(), "text/javascript")
        add("/scene/fake.js", (HERE / "fake.js").read_text(), "text/javascript")
        chosen = {**(settings or {}), **({"options": options or OPTIONS} if owner else {})}
        words = [f'data-runtime="{self.runtime}"', attributes]
        if chosen:
            add("/scene/settings.json", json.dumps(chosen), "application/json")
            words.append('data-config="/scene/settings.json"')
        if python is not None:
            add(
                "/scene/page.py", (HERE / "probe.py").read_text() + "\n\n" + python, "text/x-python"
            )
            words.append('data-main="/scene/page.py"')
        configure = COMPANION.replace("{options}", json.dumps(options or OPTIONS))
        parts = {
            "stand_in": json.dumps({**STAND_IN_SETTINGS, **(stand_in or {})}),
            "head": head,
            "tag": tag or self.tag,
            "attributes": " ".join(words),
            "chatkit": FAKE if fake else chatkit,
            "body": body,
            "element": element,
            "foot": (configure if companion and not owner else "") + foot,
        }
        html = PAGE
        for name, text in parts.items():
            html = html.replace("{" + name + "}", text)
        self.path = path
        return add(path, html)

    def open(self, *, query: str = "", wait: bool = True, **parts: Any) -> None:
        """Build the page, go there, and wait until the chat is idle."""
        # A file that the test holds back would hold back the page's load event as well.
        until: Literal["load", "commit"] = "load" if wait else "commit"
        self.page.goto(self.build(**parts) + query, wait_until=until)
        self.page.wait_for_function("document.readyState !== 'loading'")
        if wait:
            self.expect_phase("idle", limit=START_LIMIT)

    def reload(self, *, wait: bool = True) -> None:
        """Load the page again."""
        self.page.reload(wait_until="load" if wait else "commit")
        self.page.wait_for_function("document.readyState !== 'loading'")
        if wait:
            self.expect_phase("idle", limit=START_LIMIT)

    def go(self, steps: int) -> None:
        """Back or Forward, as a person does."""
        # Playwright's go_back waits for ever in Debian's Firefox.
        # Not at once: a page that is loaded anew would take the answer with it.
        self.page.evaluate("(steps) => { setTimeout(() => history.go(steps)); }", steps)

    def hold(self, pattern: str) -> Hold:
        """Keep requests waiting."""
        hold = Hold()
        self.page.route(pattern, hold)
        return hold

    def hold_python(self) -> Hold:
        """Keep Python from coming."""
        return self.hold("**/pyscript*/core.js")

    def js(self, expression: str, argument: Any = None) -> Any:
        """Run JavaScript in the page."""
        return self.page.evaluate(expression, argument)

    def python(self, name: str, *arguments: Any) -> Any:
        """Call a function of the page's Python; raises AssertionError with what it raised."""
        outcome = self.attempt(name, *arguments)
        assert outcome["ok"], outcome
        return outcome["value"]

    def attempt(self, name: str, *arguments: Any) -> dict[str, Any]:
        """Call a function of the page's Python; the outcome as data."""
        outcome: dict[str, Any] = self.js(
            "([name, args]) => scene.call(name, args)", [name, list(arguments)]
        )
        return outcome

    def command(self, name: str, *arguments: Any, **keywords: Any) -> dict[str, Any]:
        """One of the eight commands, from Python; the outcome as data."""
        return self.attempt("command", name, list(arguments), keywords)

    # What a person does.

    def locate(self, selector: str) -> Locator:
        """A part of the page."""
        return self.page.locator(selector)

    def press(self, selector: str) -> None:
        """Click, on whatever is off as well: Playwright would wait until it is on."""
        self.locate(selector).click(force=True)

    def say(self, text: str) -> None:
        """Type a message into the chat and send it."""
        self.frame_ready()
        self.chat.type(text)

    def frame_ready(self) -> None:
        """Wait until the chat's frame can be used."""
        frame = self.page.frame_locator("openai-chatkit iframe").first
        expect(frame.locator('[data-standin="composer"]')).to_be_visible(timeout=LIMIT)

    def messages(self) -> Locator:
        """The messages that the chat shows."""
        frame = self.page.frame_locator("openai-chatkit iframe").first
        return frame.locator('[data-standin="message"]')

    # What can be seen.

    def expect_phase(self, phase: str, bar: str = "#bar", limit: int = LIMIT) -> None:
        """Wait for a phase; for idle also until nothing is under way."""
        toolbar = self.locate(bar)
        expect(toolbar).to_have_attribute("data-chatkit-state", phase, timeout=limit)
        if phase == "idle":
            expect(toolbar).to_have_attribute("aria-busy", "false", timeout=limit)

    def expect_on(self, *ids: str) -> None:
        """Wait until these controls are on."""
        for name in ids:
            expect(
                self.locate(f"#{name}:not([data-chatkit-off]):not([aria-disabled])")
            ).to_have_count(1)

    def expect_off(self, *ids: str, reason: str | None = None) -> None:
        """Wait until these controls are off, for a reason where it matters."""
        mark = "[data-chatkit-off]" if reason is None else f'[data-chatkit-off="{reason}"]'
        for name in ids:
            expect(self.locate(f'#{name}[aria-disabled="true"]{mark}')).to_have_count(1)

    def expect_unusable(self, reason: str | None = None) -> None:
        """Wait until all is off that needs a chat; the page's own has nothing to wait for."""
        self.expect_off(*ACTIONS, reason=reason)
        self.expect_on("gate")

    def expect_query(self, query: str) -> None:
        """Wait until the address has this query."""
        expect(self.page).to_have_url(self.site.url + self.path + query, timeout=LIMIT)

    def query(self) -> str:
        """The address's query and hash."""
        parts = urlsplit(self.page.url)
        return (f"?{parts.query}" if parts.query else "") + (
            f"#{parts.fragment}" if parts.fragment else ""
        )

    def stored(self, key: str = "chatkit.threadId") -> str | None:
        """What the next visit would restore."""
        value: str | None = self.js("(key) => localStorage.getItem(key)", key)
        return value

    def expect_stored(self, value: str | None, key: str = "chatkit.threadId") -> None:
        """Wait until the storage holds this."""
        self.wait(lambda: self.stored(key) == value, f"{key} is {value!r}")

    def wait_stored(self) -> str:
        """Wait until a thread is remembered; returns it."""
        self.wait(lambda: self.stored() is not None, "a thread in storage")
        return self.stored() or ""

    def expect_shown(self, thread_id: str | None) -> None:
        """Wait until the chat is at rest and shows this thread."""
        try:
            self.page.wait_for_function(
                "(id) => { const last = scene.snapshots.at(-1);"
                " return last?.phase === 'idle' && !last.busy && last.thread_id === id; }",
                arg=thread_id,
                timeout=LIMIT,
            )
        except PlaywrightTimeout as error:
            error.add_note(f"the last snapshots: {self.js('scene.snapshots.slice(-3)')}")
            raise

    def snapshot(self) -> dict[str, Any]:
        """The newest snapshot as the page's script got it."""
        last: dict[str, Any] = self.js("scene.snapshots.at(-1)")
        return last

    def wait(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds that only Python on this side can tell."""
        for _ in range(LIMIT // 20):
            if holds():
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f"not within {LIMIT} ms: {what}")

    def calls(self) -> list[list[Any]]:
        """What the fake element was asked, in order."""
        calls: list[list[Any]] = self.js("fake.calls")
        return calls

    def expect_calls(self, *calls: list[Any]) -> None:
        """Wait until the fake element has been asked just this."""
        self.wait(lambda: len(self.calls()) >= len(calls), f"{len(calls)} calls: {self.calls()}")
        asked = self.calls()
        assert asked == list(calls), asked

    # The console.

    def reports(self) -> list[str]:
        """The library's messages since the last call; a test must take each that it causes."""
        mine = [m for m in self.console.messages if m.text.startswith("[chatkit-sync]")]
        new = [f"{m.type}: {m.text}" for m in mine[self._heard :]]
        self._heard = len(mine)
        return new

    def expect_report(self, *words: str, count: int = 1) -> list[str]:
        """Wait until the library has said something; exactly `count` messages, with these words."""
        heard: list[str] = []

        def listen() -> bool:
            heard.extend(self.reports())
            return len(heard) >= count

        self.wait(listen, f"{count} reports; heard {heard}")
        assert len(heard) == count, heard
        for word in words:
            assert any(word in text for text in heard), (word, heard)
        return heard
