"""The demo page: what a person sees, hears and reaches with the keyboard, in every phase."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, FrameLocator, Locator, Page, ViewportSize, expect

from demo.assistant import COMMANDS
from demo.faults import Fault

from .conftest import CHECKOUT, Console
from .site import Site

START_LIMIT = 60_000
SIZES: list[ViewportSize] = [{"width": 1400, "height": 900}, {"width": 360, "height": 740}]
SUMMARY = "Summarise the mail “Two boxes, one order” from Marta Lindqvist."


@dataclass
class Demo:
    """The demo page, open in a browser."""

    page: Page
    site: Site
    runtime: str

    def settings(self, **settings: float) -> None:
        """Give the page other settings, from its next load on."""
        given = (CHECKOUT / "pyscript.toml").read_text()
        lines = [f"{name} = {value}" for name, value in settings.items()]
        assert given.count("[chatkit]\n") == 1
        text = given.replace("[chatkit]\n", "\n".join(["[chatkit]", *lines, ""]))
        self.site.add_page("/pyscript.toml", text, "application/toml")

    def open(self, *, phase: str | None = "idle", thread: str | None = None) -> None:
        """Load the page and wait for a phase."""
        query = f"?runtime={self.runtime}" + (f"&threadId={thread}" if thread else "")
        self.page.goto(f"{self.site.url}/{query}")
        if phase:
            self.expect_phase(phase)

    def expect_phase(self, phase: str) -> None:
        """Wait until every toolbar says so."""
        toolbars = self.page.locator("[data-chatkit-toolbar]")
        others = self.page.locator(
            f'[data-chatkit-toolbar]:not([data-chatkit-state="{phase}"]), '
            "[data-chatkit-toolbar]:not([aria-busy])"
        )
        expect(toolbars.first).to_have_attribute("data-chatkit-state", phase, timeout=START_LIMIT)
        expect(others).to_have_count(0)

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("openai-chatkit iframe")

    def inside(self, hook: str) -> Locator:
        """A part of the stand-in's frame."""
        return self.frame.locator(f'[data-standin="{hook}"]')

    @property
    def answer(self) -> Locator:
        return self.frame.locator('[data-standin="message"][data-role="assistant"]')

    @property
    def status(self) -> Locator:
        return self.page.locator("[data-chatkit-status]")

    def control(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def cell(self, name: str) -> Locator:
        """A value in the inspector."""
        return self.page.locator(
            "#inspector-body div", has=self.page.locator(f"dt >> text=/^{name}$/")
        ).locator("dd")

    def say(self, text: str) -> None:
        """Type a message and send it, as a person does."""
        self.inside("composer").fill(text)
        self.inside("send").click()

    def hold_answer(self) -> Fault:
        """From now on answers stop after their first events, until the fault is released."""
        return self.site.faults.add("threads.create", hold_after=3)

    def thread_in_address(self) -> str:
        """The thread that the address names; an empty text for none."""
        found = re.search(r"[?&]threadId=([^&#]+)", self.page.url)
        return found[1] if found else ""


@pytest.fixture
def demo(site: Site, page: Page, runtime: str) -> Demo:
    """The demo page on the interpreter asked for, not yet opened."""
    page.set_viewport_size({"width": 1400, "height": 900})
    return Demo(page, site, runtime)


@pytest.fixture
def view(site: Site, page: Page) -> Demo:
    """The same on MicroPython always, where the interpreter is not the subject."""
    page.set_viewport_size({"width": 1400, "height": 900})
    return Demo(page, site, "mpy")


# What a person does


@pytest.mark.core
def test_a_typed_message_is_answered_and_is_there_after_a_reload(demo: Demo) -> None:
    demo.open()
    demo.say("Hello")
    expect(demo.answer).to_contain_text("answer from your own words")
    demo.expect_phase("idle")
    expect(demo.page).to_have_url(re.compile("threadId=thr_"))
    thread = demo.thread_in_address()
    demo.page.reload()
    demo.expect_phase("idle")
    expect(demo.answer).to_contain_text("answer from your own words")
    assert demo.thread_in_address() == thread
    assert demo.page.evaluate("localStorage['chatkit.threadId']") == thread
    expect(demo.cell("thread_id")).to_have_text(thread)


def test_the_inspector_shows_the_snapshot_and_never_what_was_written(demo: Demo) -> None:
    demo.open()
    name = {"mpy": "MicroPython", "py": "Pyodide"}[demo.runtime]
    expect(demo.page.locator("#runtime")).to_contain_text(name)
    expect(demo.cell("thread_id")).to_have_text("none")
    held = demo.hold_answer()
    demo.say("My secret garden")
    expect(demo.cell("phase")).to_have_text("responding")
    expect(demo.cell("busy")).to_have_text("yes")
    held.release()
    expect(demo.cell("phase")).to_have_text("idle")
    expect(demo.page).to_have_url(re.compile("threadId=thr_"))
    thread = demo.thread_in_address()
    expect(demo.cell("thread_id")).to_have_text(thread)
    expect(demo.cell("address")).to_have_text(f"threadId = {thread}")
    expect(demo.cell("localStorage")).to_have_text(f"chatkit.threadId = {thread}")
    events = demo.page.locator("#inspector-body pre")
    for event in ("ready", "response.start", "composer.submit", "log", "response.end"):
        expect(events).to_contain_text(event)
    expect(demo.page.locator("#inspector-body")).not_to_contain_text("secret")


def test_a_closed_inspector_is_not_drawn_and_catches_up_when_opened(demo: Demo) -> None:
    demo.open()
    expect(demo.cell("phase")).to_have_text("idle")
    fold = demo.page.locator("#inspector")
    fold.locator("summary").click()
    demo.page.evaluate(
        """() => {
            globalThis.writes = 0;
            const body = document.getElementById("inspector-body");
            new MutationObserver((records) => { writes += records.length; })
                .observe(body, {subtree: true, childList: true, characterData: true});
        }"""
    )
    demo.say("Hello")
    expect(demo.answer).to_contain_text("Hello!")
    demo.expect_phase("idle")
    assert demo.page.evaluate("writes") == 0
    fold.locator("summary").click()
    expect(demo.page.locator("#inspector-body pre")).to_contain_text("response.end")


def test_while_an_answer_streams_all_controls_are_off_and_the_pages_own_stay_as_they_were(
    demo: Demo,
) -> None:
    demo.open()
    # What is hidden has nothing to do at the moment: "Try again".
    controls = demo.page.locator(
        "[data-chatkit-toolbar] :is([data-chatkit-action], [data-chatkit-gate]):not([hidden])"
    )
    on = demo.page.locator(
        "[data-chatkit-toolbar] :is([data-chatkit-action], [data-chatkit-gate])"
        ":not([aria-disabled='true'])"
    )
    expect(on).to_have_count(controls.count())
    held = demo.hold_answer()
    demo.control("Summarise this mail").click()
    demo.expect_phase("responding")
    expect(on).to_have_count(0)
    expect(demo.status).to_have_text("The assistant is answering…")
    demo.control("Archive").click(force=True)
    expect(demo.page.locator("[data-count]")).to_have_text("5")
    held.release()
    demo.expect_phase("idle")
    expect(on).to_have_count(controls.count())
    expect(demo.control("Undo")).to_have_attribute("disabled", "")
    expect(demo.status).to_have_text("")
    assert demo.site.store.messages(str(demo.page.evaluate("localStorage['chatkit.threadId']")))[
        0
    ] == ("user", SUMMARY)


def test_the_toolbar_writes_drafts_begins_and_opens_the_history(demo: Demo) -> None:
    demo.open(thread=demo.site.store.make_thread("Kept", [("user", "Hi"), ("assistant", "Hi!")]))
    demo.control("Write").click()
    expect(demo.inside("composer")).to_be_focused()
    demo.control("I need help with…").click()
    expect(demo.inside("composer")).to_have_value("I need help with ")
    expect(demo.inside("composer")).to_be_focused()
    demo.control("History").click()
    expect(demo.inside("thread").filter(has_text="Kept").first).to_be_visible()
    demo.control("New chat").click()
    expect(demo.page).not_to_have_url(re.compile("threadId"))
    expect(demo.answer).to_have_count(0)
    demo.page.go_back()
    expect(demo.answer).to_have_text("Hi!")


def test_the_spoken_commands_are_listed_and_at_hand(view: Demo) -> None:
    view.open()
    view.page.locator("#commands summary").click()
    rows = view.page.locator("[data-commands] li")
    expect(rows).to_have_count(len(COMMANDS))
    for command in COMMANDS:
        expect(rows.filter(has_text=command.does)).to_contain_text(command.say)
    view.control("Write “tool NAME”").click()
    expect(view.inside("composer")).to_have_value("tool ")
    view.control("Send “help”").click()
    expect(view.answer).to_contain_text(COMMANDS[0].does)


def test_the_inbox_goes_on_without_the_chat(view: Demo) -> None:
    view.page.route("**/sync/**", lambda route: route.abort())
    view.page.route("**/demo/chatkit.js", lambda route: route.abort())
    view.open(phase=None)
    view.page.get_by_role("button", name="Jonas Okafor").click()
    expect(view.page.get_by_role("heading", name="Room for the Thursday workshop?")).to_be_visible()
    view.page.keyboard.press("ArrowDown")
    expect(view.page.get_by_role("heading", name="Invoice 2041")).to_be_visible()
    for left in "43210":
        view.control("Archive").click()
        expect(view.page.locator("[data-count]")).to_have_text(left)
    expect(view.control("Undo")).to_be_focused()
    for left in "12345":
        view.control("Undo").click()
        expect(view.page.locator("[data-count]")).to_have_text(left)
    expect(view.control("Archive")).to_be_focused()


def test_the_assistant_can_use_the_tools_of_the_page(demo: Demo, console: Console) -> None:
    demo.open()
    demo.say("tool shown_mail")
    expect(demo.answer).to_contain_text("Two boxes, one order")
    demo.expect_phase("idle")
    demo.say("tool list_mails")
    expect(demo.answer.last).to_contain_text("Your book is waiting")
    demo.expect_phase("idle")
    demo.say("tool coffee")
    expect(demo.answer.last).to_contain_text("this page has no tool")
    demo.expect_phase("idle")
    assert [text for text in console.texts("error") if "ValueError in options.onClientTool" in text]


# Keyboard and ear


def test_the_focus_stays_on_a_control_that_goes_off(demo: Demo) -> None:
    demo.open()
    held = demo.hold_answer()
    summarise = demo.control("Summarise this mail")
    summarise.focus()
    demo.page.keyboard.press("Enter")
    demo.expect_phase("responding")
    expect(summarise).to_have_attribute("aria-disabled", "true")
    expect(summarise).to_be_focused()
    demo.page.keyboard.press("Enter")
    held.release()
    demo.expect_phase("idle")
    expect(summarise).to_be_focused()
    sent = [seen.type for seen in demo.site.faults.requests]
    assert [one for one in sent if one != "threads.get_by_id"] == ["threads.create"]


def test_a_phase_that_lasts_is_said_once(demo: Demo) -> None:
    demo.open()
    demo.page.evaluate(
        """() => {
            globalThis.said = [];
            const status = document.querySelector("[data-chatkit-status]");
            new MutationObserver(() => said.push(status.textContent))
                .observe(status, {childList: true, characterData: true, subtree: true});
        }"""
    )
    held = demo.hold_answer()
    demo.say("Hello")
    expect(demo.status).to_have_text("The assistant is answering…")
    held.release()
    demo.expect_phase("idle")
    expect(demo.status).to_have_text("")
    assert demo.page.evaluate("said") == ["The assistant is answering…", ""]


def test_the_first_tab_leads_to_the_chat(view: Demo) -> None:
    view.open()
    view.page.keyboard.press("Tab")
    skip = view.page.get_by_role("link", name="Skip to the chat")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    view.page.keyboard.press("Enter")
    view.page.keyboard.press("Tab")
    expect(view.control("New chat")).to_be_focused()


# Every stop of the Tab key

STOPS = """() => {
  const all = [...document.querySelectorAll(
    "a[href], button:enabled, summary, [tabindex='0'], openai-chatkit")];
  const controls = all.map((one) => (one.shadowRoot ?? one).querySelector("iframe") ?? one)
    .filter((one) => one.checkVisibility({visibilityProperty: true}));
  const inside = controls.flatMap((one) =>
    [...(one.contentDocument?.querySelectorAll("*") ?? [])]);
  const look = (one) => {
    const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(one);
    return `${outlineStyle === "none" ? "no" : outlineWidth} outline, ${boxShadow}`;
  };
  const unfocused = new Map([...controls, ...inside].map((one) => [one, look(one)]));
  const differs = (one) => look(one) !== (unfocused.get(one) ?? "no outline, none");
  const seen = (one) => {
    // The frame's stops are the controls inside; there a field is marked by what holds it, too.
    const inner = one.contentDocument?.activeElement;
    return differs(inner ?? one) || !!inner && differs(inner.closest("form") ?? inner);
  };
  globalThis.stop = () => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    const {scrollWidth, clientWidth, scrollHeight, clientHeight} = at;
    const scrolls = scrollWidth > clientWidth || scrollHeight > clientHeight;
    const known = controls.includes(at);
    return {
      at: at === document.body ? "end" : known ? controls.indexOf(at) : scrolls ? "scroller" : -1,
      seen: !known || seen(at),
      html: (at.contentDocument?.activeElement ?? at).outerHTML.slice(0, 120),
    };
  };
  return controls.map((one, number) => {
    const holder = one.getRootNode().host ?? one;
    const section = holder.closest("main > *, body > *:not(main)").getBoundingClientRect();
    const {left, top, bottom, height} = one.getBoundingClientRect();
    return {number, left, top, height, column: Math.round(section.left), shelf: section.top,
      // A link for the keyboard alone comes first.
      isAway: bottom <= 0};
  });
}"""


def in_visible_order(boxes: list[dict[str, Any]]) -> list[int]:
    """Columns from left to right, each from top to bottom, rows from left to right."""
    boxes = sorted(boxes, key=lambda box: (not box["isAway"], box["column"], box["shelf"]))
    rows: list[list[dict[str, Any]]] = []
    for _, section in groupby(boxes, key=itemgetter("isAway", "column", "shelf")):
        rows.append([])
        for box in sorted(section, key=itemgetter("top")):
            first = (rows[-1] or [box])[0]
            if box["top"] >= first["top"] + first["height"] / 2:
                rows.append([])
            rows[-1].append(box)
    return [box["number"] for row in rows for box in sorted(row, key=itemgetter("left"))]


def walk(page: Page, key: str) -> list[int]:
    """Press a key until the focus has left the page or come round; the controls on the way."""
    walked: list[int] = []
    for _ in range(80):
        page.keyboard.press(key)
        stop = page.evaluate("stop()")
        if stop["at"] == "end" or (len(walked) > 1 and stop["at"] == walked[0]):
            return walked
        assert stop["at"] != -1, f"neither a control nor what scrolls: {stop['html']}"
        assert stop["seen"], f"nothing shows the focus: {stop['html']}"
        if stop["at"] != "scroller" and [stop["at"]] != walked[-1:]:
            walked.append(stop["at"])
    raise AssertionError("the focus never leaves the page")


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize(
    ("path", "sends"),
    [("/?runtime=mpy", "Summarise this mail"), ("/demo/companion.html", "Help")],
    ids=["owner", "companion"],
)
def test_tab_reaches_every_control_in_visible_order_also_those_that_are_off(
    view: Demo, width: int, path: str, sends: str, browser_name: str
) -> None:
    if browser_name == "firefox":
        pytest.skip("Playwright's Firefox never lets Tab out of a frame again (measured)")
    view.page.set_viewport_size({"width": width, "height": 800})
    view.page.goto(view.site.url + path)
    view.expect_phase("idle")
    expect(view.inside("composer")).to_be_visible()
    order = in_visible_order(view.page.evaluate(STOPS))
    assert len(order) > 4
    assert walk(view.page, "Tab") == order
    assert walk(view.page, "Shift+Tab") == order[::-1]

    held = view.hold_answer()
    asking = view.control(sends)
    asking.focus()
    view.page.keyboard.press("Enter")
    view.expect_phase("responding")
    expect(asking).to_have_attribute("aria-disabled", "true")
    expect(asking).to_be_focused()
    at = order.index(view.page.evaluate("stop()")["at"])
    assert walk(view.page, "Tab") == order[at + 1 :]
    assert walk(view.page, "Tab") == order, "what is off is reached as well"
    held.release()
    view.expect_phase("idle")


# Every phase, for eyes and for axe


def starting(view: Demo) -> None:
    view.page.route("**/sync/bridge.js", lambda route: None)
    view.open(phase="starting")


def idle(view: Demo) -> None:
    view.open(thread=view.site.store.make_thread("Kept", [("user", "Hi"), ("assistant", "Hi!")]))


def loading(view: Demo) -> None:
    thread = view.site.store.make_thread("Held", [("user", "Hi"), ("assistant", "Hi!")])
    view.open()
    view.site.faults.add("threads.get_by_id", thread_id=thread, hold_after=0)
    view.control("History").click()
    view.frame.locator(f'[data-standin="thread"][data-thread-id="{thread}"]').click()
    view.expect_phase("loading")
    expect(view.status).to_have_text("Loading the conversation…")


def responding(view: Demo) -> None:
    view.open()
    view.hold_answer()
    view.control("Summarise this mail").click()
    view.expect_phase("responding")
    expect(view.status).to_have_text("The assistant is answering…")


def stalled(view: Demo) -> None:
    view.settings(stall_after=0.3)
    view.open()
    view.hold_answer()
    view.control("Summarise this mail").click()
    view.expect_phase("stalled")
    expect(view.status).to_contain_text("You can start a new chat.")
    expect(view.control("New chat")).not_to_have_attribute("aria-disabled", "true")


def without_its_script(view: Demo) -> None:
    view.page.route("**/demo/chatkit.js", lambda route: route.fulfill(status=404))
    view.settings(ready_timeout=0.3)
    view.open(phase="failed")
    expect(view.page.locator("#why")).to_contain_text("did not load")


def with_a_dead_frame(view: Demo) -> None:
    view.page.route("**/demo/chatkit-frame.html", lambda route: route.fulfill(status=404))
    view.settings(restore_timeout=0.3)
    view.open(phase="failed", thread="thr_1")
    expect(view.page.locator("#why")).to_contain_text("its frame shows something else")
    expect(view.page.locator("openai-chatkit")).to_be_hidden()


def without_python(view: Demo) -> None:
    view.page.route("**/vendor/pyscript/core.js", lambda route: route.abort())
    html = (CHECKOUT / "index.html").read_text().replace("data-main", 'data-limit="0.3" data-main')
    view.site.add_page("/", html)
    view.open(phase="failed")
    expect(view.status).to_contain_text("could not start")


PHASES = [
    starting,
    idle,
    loading,
    responding,
    stalled,
    without_its_script,
    with_a_dead_frame,
    without_python,
]


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.__name__)
def test_axe_finds_nothing(view: Demo, phase: Callable[[Demo], None]) -> None:
    phase(view)
    for size in SIZES:
        view.page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            view.page.emulate_media(color_scheme=scheme)
            found = violations(view.page)
            assert not found, f"{scheme}, {size['width']} px: {found}"
            assert view.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def violations(place: Page | Frame) -> str:
    """What axe finds, readable; an empty text for nothing."""
    results = Axe().run(place)
    return results.generate_report() if results.violations_count else ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_inside_the_frame_and_its_colours_are_the_pages(
    view: Demo, scheme: Any, browser_name: str
) -> None:
    if browser_name == "firefox" and scheme == "dark":
        pytest.skip("Playwright cannot give this Firefox a colour scheme (measured)")
    view.page.emulate_media(color_scheme=scheme)
    view.open(thread=view.site.store.make_thread("Kept", [("user", "Hi"), ("assistant", "Hi!")]))
    expect(view.answer).to_have_text("Hi!")
    expect(view.frame.locator(":root")).to_have_attribute("data-theme", scheme)
    frame = next(one for one in view.page.frames if "chatkit-frame" in one.url)
    assert not violations(frame)


def test_with_everything_open_nothing_overflows_a_phone(view: Demo) -> None:
    view.page.set_viewport_size({"width": 360, "height": 740})
    view.open()
    expect(view.page.locator("#inspector")).not_to_have_attribute("open", "")
    view.page.locator("#inspector summary").click()
    expect(view.cell("phase")).to_have_text("idle")
    chat, inbox = (
        view.page.locator(".chat").bounding_box(),
        view.page.locator(".list").bounding_box(),
    )
    assert chat
    assert inbox
    assert chat["y"] < inbox["y"]
    assert view.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    view.page.locator("#commands summary").click()
    assert view.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


# The same tag on a page that configures its chat itself


def test_a_companion_page_keeps_its_thread_too(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/demo/companion.html")
    demo = Demo(page, site, "mpy")
    demo.expect_phase("idle")
    demo.say("Hello")
    expect(demo.answer).to_contain_text("Hello!")
    expect(page).to_have_url(re.compile("threadId=thr_"))
    page.reload()
    demo.expect_phase("idle")
    expect(demo.answer).to_contain_text("Hello!")
    expect(page).to_have_title("Companion")
    assert not violations(page)
