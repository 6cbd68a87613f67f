"""Pages with a router of their own: chat, address and router agree after each step of either.

A row of the table is a router, from npm, bundled as a page's own tools would bundle it; a column is
a test. Chat, toolbar and status stand in the page's layout, beside what the router changes.
"""

import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tools import router_pages

from .scene import START_LIMIT, Scene
from .test_frameworks import CONFIGURE
from .threads import bar, length, make

HERE = Path(__file__).parent / "routers"
ESBUILD = Path(__file__).parents[3] / "node_modules" / ".bin" / "esbuild"

ROUTERS = {
    "Vue Router": "vue.js",
    "React Router": "react.jsx",
    "TanStack Router": "tanstack.jsx",
    "wouter": "wouter.jsx",
    "Solid Router": "solid.js",
    "preact-iso": "preact.jsx",
}
"""Routers that go from page to page inside the document."""

HEAVY = {
    "Angular": "angular",
    "Next.js App Router": "next",
    "Next.js Pages Router": "next",
    "SvelteKit": "sveltekit",
}
"""Made by tools of their own, in these folders; `make test-all` alone makes and opens them."""

PAGES = {
    "Next.js App Router": ("/next/home/", "/next/other/"),
    "Next.js Pages Router": ("/next/old-home/", "/next/old-other/"),
    "SvelteKit": ("/sveltekit/home", "/sveltekit/other"),
}
"""Whole pages, where they are."""

WITHOUT_GUARD = ("wouter", "preact-iso", "Next.js App Router", "Next.js Pages Router")
"""Routers that offer none: these rows have no such cell."""

ASKS_OF_THREADS = ("React Router", "Solid Router")
"""Whose guard the page has made without looking where a step leads: Back to a thread asks."""

APP = """<label><input id="guarded" type="checkbox">Guard</label>
<output id="asked"></output><div id="app"></div>"""


def rows(without: tuple[str, ...] = ()) -> list[Any]:
    """The routers of a column, without those that have no such cell."""
    heavy = [pytest.param(name, marks=pytest.mark.long) for name in HEAVY if name not in without]
    return [*(name for name in ROUTERS if name not in without), *heavy]


routers = pytest.mark.parametrize("router", rows())
guarded = pytest.mark.parametrize("router", rows(WITHOUT_GUARD))


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Each router's page, by the name of its source."""
    out = tmp_path_factory.mktemp("routers")
    command = [str(ESBUILD), *(str(HERE / name) for name in ROUTERS.values()), "--bundle"]
    command += [f"--outdir={out}", "--jsx=automatic", "--format=esm", "--log-level=warning"]
    # What preact-iso needs on a server.
    command += ["--external:preact-render-to-string"]
    command += ["--define:__VUE_OPTIONS_API__=false", "--define:__VUE_PROD_DEVTOOLS__=false"]
    command += ["--define:__VUE_PROD_HYDRATION_MISMATCH_DETAILS__=false"]
    subprocess.run(command, check=True)
    return {name: (out / Path(name).with_suffix(".js")).read_text() for name in ROUTERS.values()}


class Routed:
    """A page with a router, and two threads."""

    home, other = "/scene.html", "/scene/other.html"

    def __init__(self, scene: Scene, bundle: str, router: str) -> None:
        self.scene = scene
        self.router = router
        self.a, self.b = make(scene, "Alpha", "Beta")
        self.lay(bundle)

    def lay(self, bundle: str) -> None:
        """Serve the two pages."""
        self.scene.site.add_page("/scene/router.js", bundle, "text/javascript")
        parts: dict[str, Any] = {
            "body": bar(self.a, self.b) + APP,
            "foot": '<script type="module" src="/scene/router.js"></script>',
        }
        self.scene.build(path=self.other, **parts)
        self.parts = parts

    def visit(self, query: str) -> None:
        """Go to the home page from outside."""
        self.scene.open(query=query, **self.parts)

    def open(self, thread: str | None) -> None:
        """The home page."""
        self.visit(f"?threadId={thread}" if thread else "")
        self.scene.expect_shown(thread)
        self.origin = self.scene.js("performance.timeOrigin")
        self.agrees(thread)

    def agrees(self, thread: str | None, *, also: str = "", page: str = "home") -> None:
        """The chat shows it, the address names it, the router knows it, nothing was loaded anew."""
        scene = self.scene
        scene.expect_shown(thread)
        query = "&".join(filter(None, [f"threadId={thread}" if thread else "", also]))
        where = self.other if page == "other" else self.home
        expect(scene.page).to_have_url(scene.site.url + where + (f"?{query}" if query else ""))
        expect(scene.locate("#knows")).to_have_text(query)
        expect(scene.locate("#where")).to_have_text(page)
        assert scene.js("performance.timeOrigin") == self.origin, "the page was loaded anew"

    def reloads(self, thread: str | None, **what: str) -> None:
        """A reload shows the same thread."""
        self.scene.reload()
        self.origin = self.scene.js("performance.timeOrigin")
        self.agrees(thread, **what)

    def opens(self, thread: str) -> None:
        """By a control."""
        self.scene.press("#open-a" if thread == self.a else "#open-b")
        self.agrees(thread)

    def types(self) -> None:
        """Unsaved text in the page's form."""
        self.scene.locate("#unsaved").fill("Unsaved text")

    def has_text(self) -> None:
        """It is still there."""
        expect(self.scene.locate("#unsaved")).to_have_value("Unsaved text")


class WholePage(Routed):
    """A page that a tool of the router's has made as files."""

    def lay(self, bundle: str) -> None:
        """Serve what was made, with the threads filled in."""
        self.home, self.other = PAGES[self.router]
        scene, out = self.scene, Path(bundle)
        for path in [*out.rglob("*.html"), *out.rglob("*.txt")]:
            text = path.read_text().replace("thr_first", self.a).replace("thr_second", self.b)
            place = f"/{out.name}/{path.relative_to(out).as_posix()}"
            kind = "text/html" if path.suffix == ".html" else "text/x-component"
            scene.site.add_page(place.removesuffix("index.html").removesuffix(".html"), text, kind)
        scene.site.lay_folder(f"/{out.name}/", out)
        scene.build()  # scene.js

    def visit(self, query: str) -> None:
        """Go to the home page from outside."""
        self.scene.path = self.home
        self.scene.page.goto(self.scene.site.url + self.home + query)
        self.scene.expect_phase("idle", limit=START_LIMIT)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What tools of the routers' make; the run's own, where it has made it for all its workers."""
    if "CHATKIT_ROUTER_PAGES" in os.environ:
        return Path(os.environ["CHATKIT_ROUTER_PAGES"])
    target = tmp_path_factory.mktemp("router-pages")
    router_pages.build(target)
    return target


@pytest.fixture
def routed(scene: Scene, router: str, request: pytest.FixtureRequest) -> Routed:
    """The page of the row."""
    if router in ROUTERS:
        return Routed(scene, request.getfixturevalue("bundles")[ROUTERS[router]], router)
    folder = request.getfixturevalue("made") / HEAVY[router]
    if router in PAGES:
        return WholePage(scene, str(folder), router)
    return Routed(scene, (folder / f"{HEAVY[router]}.js").read_text(), router)


@routers
@pytest.mark.once
def test_a_first_message_is_known_and_a_reload_shows_it(routed: Routed) -> None:
    routed.open(None)
    routed.types()
    routed.scene.say("Hello")
    thread = routed.scene.wait_stored()
    routed.agrees(thread)
    routed.has_text()
    routed.reloads(thread)


@routers
@pytest.mark.once
def test_a_switch_is_known_and_the_routers_own_step_keeps_it(routed: Routed) -> None:
    routed.open(routed.a)
    routed.types()
    routed.opens(routed.b)
    routed.has_text()
    routed.scene.locate("#keep").click()
    routed.agrees(routed.b, also="tab=two")
    routed.has_text()
    routed.reloads(routed.b, also="tab=two")
    routed.scene.go(-1)
    routed.agrees(routed.b)
    routed.scene.go(-1)
    routed.agrees(routed.a)


@routers
@pytest.mark.once
def test_a_new_chat_is_known_and_brings_no_thread_back(routed: Routed) -> None:
    routed.open(routed.a)
    routed.reloads(routed.a)
    routed.scene.press("#new")
    routed.agrees(None)
    routed.opens(routed.b)
    routed.scene.locate("#keep").click()
    routed.agrees(routed.b, also="tab=two")
    routed.scene.press("#new")
    routed.agrees(None, also="tab=two")
    routed.reloads(None, also="tab=two")


@routers
@pytest.mark.once
def test_back_and_forward_between_threads_and_pages(routed: Routed) -> None:
    routed.open(routed.a)
    routed.opens(routed.b)
    routed.scene.locate("#to-other").click()
    routed.agrees(routed.b, page="other")
    routed.scene.press("#open-a")
    routed.agrees(routed.a, page="other")
    for step, thread, page in [
        (-1, routed.b, "other"),
        (-1, routed.b, "home"),
        (-1, routed.a, "home"),
        (1, routed.b, "home"),
        (2, routed.a, "other"),
        (-3, routed.a, "home"),
    ]:
        routed.scene.go(step)
        routed.agrees(thread, page=page)


@routers
@pytest.mark.once
def test_unsaved_text_stays_while_threads_are_switched_and_walked(routed: Routed) -> None:
    routed.open(routed.a)
    routed.types()
    routed.opens(routed.b)
    routed.scene.go(-1)
    routed.agrees(routed.a)
    routed.scene.go(1)
    routed.agrees(routed.b)
    routed.has_text()


@routers
@pytest.mark.once
def test_threads_move_nothing_and_fetch_nothing_of_the_page(routed: Routed) -> None:
    scene = routed.scene
    routed.open(routed.a)
    scene.js("document.body.style.paddingBottom = '3000px'; scrollTo(0, 400)")
    asked: list[str] = []
    scene.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    # Not by the mouse, for which Playwright would scroll.
    scene.js("document.querySelector('#open-b').click()")
    routed.agrees(routed.b)
    assert scene.js("scrollY") == 400
    for step, thread in [(-1, routed.a), (1, routed.b)]:
        scene.go(step)
        routed.agrees(thread)
        assert scene.js("scrollY") == 400
    assert set(asked) <= {"/chatkit"}, asked


@guarded
@pytest.mark.once
def test_a_guard_still_guards_and_a_switch_does_not_ask(routed: Routed) -> None:
    scene = routed.scene
    routed.open(routed.a)
    scene.locate("#to-other").click()
    routed.agrees(routed.a, page="other")
    scene.locate("#to-home").click()
    routed.agrees(routed.a)
    routed.types()
    scene.locate("#guarded").check()
    routed.opens(routed.b)
    routed.has_text()
    if routed.router in ASKS_OF_THREADS:
        scene.go(-1)
        expect(scene.locate("#asked")).to_have_text("asked")
        routed.agrees(routed.b)
        scene.locate("#stay").click()
        scene.go(-1)
        expect(scene.locate("#asked")).to_have_text("asked asked")
        routed.agrees(routed.b)
        scene.locate("#leave").click()
        routed.agrees(routed.a)
        scene.locate("#guarded").uncheck()
        scene.go(1)
        routed.agrees(routed.b)
    else:
        scene.go(-1)
        routed.agrees(routed.a)
        scene.go(1)
        routed.agrees(routed.b)
        expect(scene.locate("#asked")).to_have_text("")
        scene.locate("#to-other").click()
        expect(scene.locate("#asked")).to_have_text("asked")
        routed.agrees(routed.b)
    routed.has_text()
    entries = length(scene)
    scene.say("Still here")
    scene.expect_phase("idle")
    routed.agrees(routed.b)
    assert length(scene) == entries


NOTES_GUARD = """() => {
  const { $router } = document.querySelector("#app").__vue_app__.config.globalProperties;
  $router.beforeEach(({ query }) => void scene.notes.push(query.threadId));
}"""


@pytest.mark.parametrize("router", ["Vue Router"])
@pytest.mark.once
def test_what_we_write_asks_no_guard_of_all_steps(routed: Routed) -> None:
    scene = routed.scene
    routed.open(routed.a)
    scene.js(NOTES_GUARD)
    routed.opens(routed.b)
    scene.press("#new")
    routed.agrees(None)
    scene.say("Hello")
    routed.agrees(scene.wait_stored())
    assert scene.js("scene.notes") == []
    scene.go(-1)
    routed.agrees(routed.b)
    assert scene.js("scene.notes") == [routed.b]


# Libraries that fetch a page wherever a step through the history leads.

MODULES = Path(__file__).parents[3] / "node_modules"
LINK = '<a id="to-other" href="/scene/other.html"{more}>Other</a>'
SWUPS = '<script>addEventListener("load", () => new Swup({animationSelector: false}))</script>'
PUSHES = ' hx-get="/scene/other.html" hx-target="#swup" hx-select="#swup" hx-push-url="true"'
PAGE_CHANGERS = {
    "Turbo": ("@hotwired/turbo/dist/turbo.es2017-umd.js", "", ""),
    "htmx": ("htmx.org/dist/htmx.js", "", PUSHES),
    "Swup": ("swup/dist/Swup.umd.js", SWUPS, ""),
}
"""The script, what starts it, and what its link says besides."""

page_changers = pytest.mark.parametrize("library", PAGE_CHANGERS)


BUTTON = '<button id="open-{0}" data-chatkit-action="open-thread" data-chatkit-thread="{1}">'


def page_of(scene: Scene, library: str, a: str, b: str, where: str) -> dict[str, Any]:
    """A page with a form beside the chat."""
    path, start, more = PAGE_CHANGERS[library]
    scene.site.add_page("/scene/library.js", (MODULES / path).read_text(), "text/javascript")
    form = '<textarea id="unsaved"></textarea>' if where == "home" else ""
    part = f'<div id="swup"><b id="where">{where}</b>{form}{LINK.format(more=more)}</div>'
    # Buttons, since links are theirs: Swup goes wherever one is clicked.
    controls = "".join(f"{BUTTON.format(*one)}Open</button>" for one in (("a", a), ("b", b)))
    toolbar = f'<nav data-chatkit-toolbar id="bar">{controls}</nav><output data-chatkit-status>'
    head = f'<script src="/scene/library.js"></script>{start}'
    return {"head": head, "body": f"{toolbar}</output>{part}"}


@page_changers
@pytest.mark.once
def test_threads_make_no_entries_where_a_step_back_would_fetch_the_page(
    scene: Scene, library: str
) -> None:
    a, b = make(scene, "Alpha", "Beta")
    parts = page_of(scene, library, a, b, "home")
    scene.build(path="/scene/other.html", **page_of(scene, library, a, b, "other"))
    scene.open(query=f"?threadId={a}", **parts)
    scene.expect_shown(a)
    if library == "htmx":
        # It marks an entry when it pushes one.
        scene.js("history.replaceState({ htmx: true }, '')")
    fetched: list[str] = []
    scene.page.on("request", lambda request: fetched.append(request.url))
    entries = length(scene)
    scene.locate("#unsaved").fill("Unsaved text")
    for _ in range(2):
        scene.press("#open-b")
        scene.expect_shown(b)
        scene.expect_query(f"?threadId={b}")
        scene.press("#open-a")
        scene.expect_shown(a)
        scene.expect_query(f"?threadId={a}")
    assert length(scene) == entries
    expect(scene.locate("#unsaved")).to_have_value("Unsaved text")
    assert [url for url in fetched if ".html" in url and "frame" not in url] == []


@page_changers
@pytest.mark.once
def test_back_from_another_page_finds_the_thread(
    scene: Scene, library: str, browser_name: str
) -> None:
    a, b = make(scene, "Alpha", "Beta")
    parts = page_of(scene, library, a, b, "home")
    # Turbo replaces the chat, which has to be configured again.
    parts["head"] += CONFIGURE
    other = page_of(scene, library, a, b, "other")
    other["head"] += CONFIGURE
    scene.build(path="/scene/other.html", companion=False, **other)
    scene.open(query=f"?threadId={a}", companion=False, **parts)
    scene.expect_shown(a)
    origin = scene.js("performance.timeOrigin")
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_query(f"?threadId={b}")
    scene.locate("#to-other").click()
    expect(scene.locate("#where")).to_have_text("other")
    scene.expect_shown(b)
    # Chromium has an entry more for the frame of a chat that was replaced.
    scene.go(-2 if library == "Turbo" and browser_name == "chromium" else -1)
    expect(scene.locate("#where")).to_have_text("home")
    scene.expect_query(f"?threadId={b}")
    scene.expect_shown(b)
    assert scene.js("performance.timeOrigin") == origin
    assert scene.stored() == b


OWN_STATES = [
    {"idx": 2},
    {"index": 1, "url": "elsewhere"},
    {"position": 3},
    {"current": "x"},
    {"navigationId": 1},
    7,
    "x",
]
NOTES_STEPS = """<script>
  addEventListener("popstate", ({ state }) => scene.notes.push(state));
</script>"""


@pytest.mark.once
@pytest.mark.parametrize("state", OWN_STATES, ids=str)
def test_what_a_page_keeps_itself_is_no_routers(scene: Scene, state: Any) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b), head=NOTES_STEPS, query=f"?threadId={a}")
    scene.expect_shown(a)
    scene.js("(state) => history.replaceState(state, '')", state)
    entries = length(scene)
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_query(f"?threadId={b}")
    assert length(scene) == entries + 1
    assert scene.js("history.state") == state
    assert scene.js("scene.notes") == [], "no step that the user has not made"
