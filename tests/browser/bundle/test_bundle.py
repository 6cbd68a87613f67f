"""The bundle on a static host: from a sub-path, from another origin, compressed, under a policy."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from tools.nginx import Nginx

from ...unit.test_dist import MOST
from ..conftest import CHECKOUT
from ..scenarios.scene import START_LIMIT, Scene
from ..scenarios.test_foreign_pages import STRICT, everything, open_strict
from ..scenarios.threads import bar, make
from ..test_demo import (  # noqa: F401 - run here as well, on the bundle
    Demo,
    test_a_closed_inspector_is_not_drawn_and_catches_up_when_opened,
    test_a_phase_that_lasts_is_said_once,
    test_a_typed_message_is_answered_and_is_there_after_a_reload,
    test_the_assistant_can_use_the_tools_of_the_page,
    test_the_focus_stays_on_a_control_that_goes_off,
    test_the_inspector_shows_the_snapshot_and_never_what_was_written,
    test_the_toolbar_writes_drafts_begins_and_opens_the_history,
    test_while_an_answer_streams_all_controls_are_off_and_the_pages_own_stay_as_they_were,
)
from .conftest import FOLDER

SMALLEST = 256
"""Bytes below which nginx compresses nothing: see tools/nginx.py."""
OURS = r"/sync/embed\.js$|/assets/(ours|sources|compiled)-"


@pytest.fixture
def demo(fronted: Any, nginx: Nginx, page: Page, runtime: str) -> Demo:
    """The demo page under a strict policy, with the tag of the bundle in a folder of another
    origin.
    """
    html = (CHECKOUT / "index.html").read_text()
    tag = f"{nginx.elsewhere}/sync/embed.js"
    assert html.count('src="sync/embed.js"') == 1
    html = html.replace('src="sync/embed.js"', f'src="{tag}"')
    policy = STRICT.replace("script-src 'self'", f"script-src 'self' {nginx.elsewhere}/").replace(
        "connect-src 'self'", f"connect-src 'self' {nginx.elsewhere}/"
    )
    fronted.add_page("/", html, headers={"content-security-policy": policy})
    page.set_viewport_size({"width": 1400, "height": 900})
    return Demo(page, fronted, runtime)


@pytest.mark.core
def test_from_a_folder_of_the_same_host(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b), query=f"?threadId={a}")
    everything(scene, a, b)


@pytest.mark.core
def test_from_another_origin_under_a_strict_policy(scene: Scene, nginx: Nginx) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.tag = f"{nginx.elsewhere}/sync/embed.js"
    here = f"'self' {nginx.elsewhere}/"
    policy = STRICT.replace("script-src 'self'", f"script-src {here}").replace(
        "connect-src 'self'", f"connect-src {here}"
    )
    open_strict(scene, policy, a, b)
    scene.expect_phase("idle", limit=START_LIMIT)
    everything(scene, a, b)
    assert scene.js("window.violations ?? []") == []


@pytest.mark.core
def test_a_visit_downloads_little_of_ours_and_nothing_twice(scene: Scene) -> None:
    answers: list[Response] = []
    scene.page.on("response", lambda response: answers.append(response))
    scene.open()
    addresses = [response.url for response in answers]
    assert len(addresses) == len(set(addresses))
    mine = [response for response in answers if FOLDER in response.url]
    assert len(mine) >= 8
    # What is compressed already is not again, nor what is as small as PyScript's core.js.
    plain = [one for one in mine if "content-encoding" not in one.headers]
    assert [
        one.url for one in plain if not one.url.endswith(".bin") and len(one.body()) >= SMALLEST
    ] == []
    sizes: dict[str, int] = scene.js(
        "Object.fromEntries(performance.getEntriesByType('resource')"
        ".map((one) => [one.name, one.encodedBodySize]))"
    )
    ours = {name: size for name, size in sizes.items() if re.search(OURS, name)}
    assert len(ours) == 3
    assert min(ours.values()) > 0
    assert sum(ours.values()) <= MOST[scene.runtime], ours
    # All but the tag may be kept for ever, and is.
    forever = [one.url for one in mine if "immutable" in one.headers["cache-control"]]
    [tag] = [one for one in mine if one.url not in forever]
    assert tag.url == scene.tag
    assert "stale-while-revalidate" in tag.headers["cache-control"]
    kept = [name for name in sizes if FOLDER in name and not name.endswith("embed.js")]
    assert [name for name in kept if not re.search(r"-[0-9a-f]{8}[./]", name)] == []


def test_the_example_page_is_whole(scene: Scene, nginx: Nginx) -> None:
    """OpenAI's own script is not to be had here; the stand-in comes in its place."""
    loader = (
        "document.head.append(Object.assign(document.createElement('script'), "
        "{ src: '/stand-in/chatkit.js' }))"
    )
    scene.page.route(
        "https://cdn.platform.openai.com/**",
        lambda route: route.fulfill(content_type="text/javascript", body=loader),
    )
    page = scene.page.goto(f"{nginx.url}{FOLDER}index.html")
    assert page is not None
    assert page.headers["cache-control"] == "no-cache"
    scene.expect_phase("idle", bar="nav", limit=START_LIMIT)
    scene.say("Hello")
    expect(scene.messages()).to_have_count(2)
    scene.expect_phase("idle", bar="nav")
    thread = scene.wait_stored()
    scene.page.reload()
    expect(scene.messages()).to_have_count(2, timeout=START_LIMIT)
    assert thread in scene.page.url
    scene.press("nav button >> nth=0")
    expect(scene.messages()).to_have_count(0)


def test_a_tag_with_its_integrity_from_the_list(scene: Scene, bundle: Path) -> None:
    digest = json.loads((bundle / "integrity.json").read_text())["sync/embed.js"]
    a, b = make(scene, "Alpha", "Beta")
    # An older one may be in the browser's cache under the bare address: the one to write.
    written = set(re.findall(r"sync/embed\.js(\?\w+)", (bundle / "README.md").read_text()))
    content = hashlib.sha256((bundle / "sync/embed.js").read_bytes()).hexdigest()
    assert written == {f"?{content[:8]}"}
    scene.tag += written.pop()
    scene.open(body=bar(a, b), query=f"?threadId={a}", attributes=f'integrity="{digest}"')
    everything(scene, a, b)


PYODIDE = """import * as runtime from "/runtime.mjs";
export const { loadMicroPython, version } = runtime;
export const loadPyodide = async (options) =>
  Object.defineProperty(await runtime.loadPyodide(options), "version", { value: "VERSION" });
"""
WHERE = """
@probe
def where():
    import sync
    return sync.__file__.rpartition(".")[2]
"""


@pytest.mark.core
@pytest.mark.parametrize("version", ["same", "other"])
def test_a_pyodide_of_the_pages_own_gets_byte_code_only_of_its_own_version(
    scene: Scene, version: str
) -> None:
    """MicroPython always gets sources."""
    package = json.loads((CHECKOUT / "node_modules/pyodide/package.json").read_text())
    module = PYODIDE.replace("VERSION", package["version"] if version == "same" else "0.1.0")
    scene.site.add_page("/scene/own.mjs", module, "text/javascript")
    own = f"""<script type="module" src="/vendor/pyscript/core.js"></script>
      <script type="{scene.runtime}" config='{{"interpreter": "/scene/own.mjs"}}'></script>"""
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b), query=f"?threadId={a}", head=own, python=WHERE)
    everything(scene, a, b)
    is_compiled = scene.runtime == "py" and version == "same"
    assert scene.python("where") == ("pyc" if is_compiled else "py")


WHEEL_PAGE = """
<script type="module" src="{folder}{core}"></script>
<script type="{runtime}" config="{folder}own.toml">
import sync
from pyscript import document

sync.start()
document.body.dataset.own = "hello"
</script>"""


def wheel_page(scene: Scene, bundle: Path, nginx: Nginx, *, bridge: str | None = "") -> str:
    """PyScript of the page's own with the configuration of the bundle's instructions; `bridge`
    follows our address, and where it is None the `js_modules` table is missing.
    """

    def path(pattern: str) -> str:
        [found] = bundle.glob(pattern)
        return found.relative_to(bundle).as_posix()

    [config] = re.findall(r"```toml\n(.*?)```", (bundle / "README.md").read_text(), re.DOTALL)
    ours = path("assets/ours-*.js")
    assert config.count(ours) == 2
    folder = f"{nginx.url}{FOLDER}"
    assert "https://your.host/some/folder/" in config
    config = config.replace("https://your.host/some/folder/", folder)
    config = config.replace(ours, f"{ours}{bridge or ''}")
    if bridge is None:
        config = config.partition("[js_modules.main]")[0]
    scene.page.route(f"{folder}own.toml", lambda route: route.fulfill(body=config))
    core = path("assets/pyscript-*/core.js")
    return WHEEL_PAGE.format(folder=folder, core=core, runtime=scene.runtime)


@pytest.mark.core
@pytest.mark.parametrize(
    "tag", ["", "other", "late", None], ids=["tag", "other-tag", "late-tag", "no-tag"]
)
def test_the_wheel_in_a_configuration_of_the_pages_own(
    scene: Scene, bundle: Path, nginx: Nginx, tag: str | None
) -> None:
    """The tag beside it records the start, and is told to bring no Python. It may be of another
    version: browsers keep the tag for a while, and the configuration names its files by itself.
    """
    a, b = make(scene, "Alpha", "Beta")
    # By another address it is another copy of all of it.
    foot = wheel_page(scene, bundle, nginx, bridge="?other" if tag else "")
    held = scene.hold("**/assets/ours-*.js") if tag == "late" else None
    attributes = 'data-start="none"'
    if tag is None:
        scene.tag, attributes = "data:text/javascript,", ""
    scene.open(body=bar(a, b), query=f"?threadId={a}", foot=foot, attributes=attributes, wait=False)
    scene.expect_phase("idle", limit=START_LIMIT)
    if held:
        held.release()
        scene.page.wait_for_function("window[Symbol.for('chatkit-sync')].settings")
    everything(scene, a, b)
    assert scene.locate("body").get_attribute("data-own") == "hello"


def test_the_wheel_says_what_its_configuration_lacks(
    scene: Scene, bundle: Path, nginx: Nginx, browser_name: str
) -> None:
    words = "chatkit_bridge is missing: [js_modules.main] has to name it"
    scene.console.allow(re.escape(words))
    foot = wheel_page(scene, bundle, nginx, bridge=None)
    scene.open(foot=foot, attributes='data-start="none"', wait=False)
    # PyScript writes it into the page as well as into the console.
    expect(scene.locate(".py-error, .mpy-error")).to_contain_text(words, timeout=START_LIMIT)
    if browser_name == "firefox":
        return  # of such an error Playwright has the word "Error" there (measured)
    scene.wait(
        lambda: any(words in text for text in scene.console.texts() + scene.console.errors),
        "what is missing",
    )
