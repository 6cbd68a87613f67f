"""The one tag on pages that are not ours: other origins and paths, policies, PyScript of their own.

On each of them the whole has to work: restore, gating, a message and a switch.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from demo.serving import ServerThread
from tools.setup import NODE_MODULES

from .scene import CONTROLS, ELEMENT, LIMIT, START_LIMIT, Scene
from .threads import bar, make

pytestmark = pytest.mark.checkout

CHECKOUT = Path(__file__).parents[3]
PYSCRIPT = CHECKOUT / "vendor" / "pyscript"
NAMES = {"mpy": "micropython", "py": "cpython"}
OTHER = {"mpy": "py", "py": "mpy"}


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """Our files on another origin, in a folder: a plain static host that lets others fetch."""
    app = Starlette(
        routes=[Mount("/some/folder", StaticFiles(directory=CHECKOUT))],
        middleware=[Middleware(CORSMiddleware, allow_origins=["*"])],
    )
    with ServerThread(app) as server:
        yield f"{server.url}/some/folder"


@pytest.fixture
def their_core(scene: Scene) -> str:
    """PyScript as a page has it by itself: the same version in another place."""
    for path in PYSCRIPT.glob("*.js"):
        scene.site.add_page(f"/theirs/{path.name}", path.read_text(), "text/javascript")
    return "/theirs/core.js"


def everything(scene: Scene, a: str, b: str) -> None:
    """Restore, gating, a switch and a message, on a page that was opened with thread a."""
    scene.wait(lambda: shown(scene) == a, f"{a} restored")
    scene.expect_on(*CONTROLS)
    scene.press("#open-b")
    scene.wait(lambda: shown(scene) == b, f"{b} opened")
    scene.expect_query(f"?threadId={b}")
    answer = scene.site.faults.add("threads.add_user_message", hold_after=0)
    scene.press("#send")
    answer.wait_hit()
    scene.expect_off(*CONTROLS)
    answer.release()
    expect(scene.messages()).to_have_count(4)
    scene.expect_phase("idle")
    scene.expect_on(*CONTROLS)
    scene.wait(lambda: scene.stored() == b, f"{b} in storage")


def shown(scene: Scene) -> str | None:
    """The thread of a chat at rest. A strict policy lets nothing wait in the page by a text."""
    last = scene.js("scene.snapshots.at(-1) ?? null")
    at_rest = last is not None and last["phase"] == "idle" and not last["busy"]
    return last["thread_id"] if at_rest else None


def test_from_another_origin(scene: Scene, elsewhere: str) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(tag=f"{elsewhere}/sync/embed.js", body=bar(a, b), query=f"?threadId={a}")
    everything(scene, a, b)


def test_from_a_sub_path_to_a_page_in_another_folder(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(
        path="/scene/deeper/page.html", tag="../../sync/embed.js", body=bar(a, b),
        query=f"?threadId={a}", head='<base href="/scene/deeper/">',
    )  # fmt: skip
    everything(scene, a, b)


STRICT = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self';"
    " style-src 'self'; img-src 'self' data:; frame-src 'self';"
    " require-trusted-types-for 'script'"
)
STRICT_PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Strict</title>
    <link rel="icon" href="data:,">
    <script src="/scene/scene.js"></script>
    <script src="{tag}" data-runtime="{runtime}"></script>
    <script src="/stand-in/chatkit.js" async></script>
    <script type="module" src="/scene/companion.js"></script>
  </head>
  <body>{body}<main>{element}</main></body>
</html>
"""
COMPANION = """
await customElements.whenDefined("openai-chatkit");
document.querySelector("openai-chatkit").setOptions({
  api: { url: "/chatkit", domainKey: "local" },
});
"""


HEARS_VIOLATIONS = """
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  (window.violations ??= []).push(`${violatedDirective} ${blockedURI}`));
"""


def open_strict(
    scene: Scene, policy: str, a: str, b: str, header: str = "content-security-policy"
) -> None:
    """A page without a line of script of its own, under this policy."""
    scene.build()
    scene.site.add_page("/scene/companion.js", COMPANION, "text/javascript")
    element = ELEMENT.replace(' style="height: 300px"', "")
    html = STRICT_PAGE.format(tag=scene.tag, runtime=scene.runtime, body=bar(a, b), element=element)
    scene.page.add_init_script(HEARS_VIOLATIONS)
    headers = {header: policy}
    scene.page.goto(scene.site.add_page(scene.path, html, headers=headers) + f"?threadId={a}")


@pytest.mark.core
def test_under_a_strict_policy_with_trusted_types(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    open_strict(scene, STRICT, a, b)
    scene.expect_phase("idle", limit=START_LIMIT)
    everything(scene, a, b)
    assert scene.js("window.violations ?? []") == []


def test_a_policy_without_wasm_is_named_as_the_cause_at_once(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.console.allow(".*")
    open_strict(scene, STRICT.replace("'wasm-unsafe-eval'", ""), a, b)
    expect(scene.locate("#status")).to_have_text(
        "The chat helpers could not start.", timeout=START_LIMIT
    )
    scene.expect_report("error: ", "Python could not be started", "wasm-eval")
    assert scene.js("violations") != []
    scene.expect_on("open-a", "gate")


def test_a_policy_that_only_reports_keeps_nothing_from_starting(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.console.allow(".*")
    policy = STRICT.replace("'wasm-unsafe-eval'", "")
    open_strict(scene, policy, a, b, header="content-security-policy-report-only")
    scene.expect_phase("idle", limit=START_LIMIT)
    everything(scene, a, b)
    assert scene.reports() == []


def test_what_a_policy_blocks_is_not_kept_where_nobody_asks_for_it(scene: Scene) -> None:
    """A page without a chat may live long, and have many."""
    # Firefox counts it among the errors that nobody caught.
    scene.console.allow("img-src")
    with urlopen(scene.build(body="", element="")) as answer:
        html = answer.read().decode()
    policy = {"content-security-policy-report-only": "img-src 'none'"}
    scene.page.goto(scene.site.add_page("/scene/blocked.html", html, headers=policy))
    blocked = """new Promise((resolve) => {
      addEventListener("securitypolicyviolation", resolve, { once: true });
      new Image().src = "/nothing.png";
    }).then(() => window[Symbol.for("chatkit-sync")].violations.length)"""
    assert scene.js(blocked) == 0


@pytest.mark.parametrize("more", ["", " 'strict-dynamic'"], ids=["nonce", "strict-dynamic"])
def test_under_a_policy_of_nonces(scene: Scene, more: str) -> None:
    """What the tag sends for early is trusted as the tag is."""
    a, b = make(scene, "Alpha", "Beta")
    scene.build()
    scene.site.add_page("/scene/companion.js", COMPANION, "text/javascript")
    html = STRICT_PAGE.format(tag=scene.tag, runtime=scene.runtime, body=bar(a, b), element=ELEMENT)
    html = html.replace("<script ", '<script nonce="abc" ').replace(' style="height: 300px"', "")
    scene.page.add_init_script(HEARS_VIOLATIONS)
    scripts = f"script-src 'nonce-abc' 'wasm-unsafe-eval'{more}"
    # The chat's frame has scripts of its own, and is under no policy of nonces.
    policy = STRICT.replace("script-src 'self' 'wasm-unsafe-eval'", scripts)
    address = scene.site.add_page(scene.path, html, headers={"content-security-policy": policy})
    scene.page.goto(address + f"?threadId={a}")
    scene.expect_phase("idle", limit=START_LIMIT)
    everything(scene, a, b)
    assert scene.reports() == []
    assert scene.js("window.violations ?? []") == []


def test_a_policy_that_forbids_our_files_is_named(scene: Scene, elsewhere: str) -> None:
    """The likeliest mistake with the files on another host: its scripts are allowed, no more."""
    scene.console.allow(".*")
    policy = STRICT.replace("script-src 'self'", f"script-src 'self' {elsewhere}/")
    a, b = make(scene, "Alpha", "Beta")
    scene.tag = f"{elsewhere}/sync/embed.js"
    open_strict(scene, policy, a, b)
    scene.expect_report("error: ", "Python could not be started", "blocks", "(connect-src)")


IMPORT_MAP = """<script type="importmap">{"imports": {"greeting": "/scene/greeting.js"}}</script>
<script type="module">
  import word from "greeting";
  document.body.dataset.own = word;
</script>"""


@pytest.mark.core
def test_before_an_import_map_of_the_pages(scene: Scene) -> None:
    """Firefox takes none once a module is on its way (measured)."""
    a, b = make(scene, "Alpha", "Beta")
    scene.site.add_page("/scene/greeting.js", 'export default "hello";', "text/javascript")
    scene.open(body=IMPORT_MAP + bar(a, b), query=f"?threadId={a}")
    expect(scene.locate("body")).to_have_attribute("data-own", "hello")
    everything(scene, a, b)


def test_a_core_js_that_the_page_may_import_later_is_not_run(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    core = "document.body.dataset.own = 'was run';"
    scene.site.add_page("/editor/core.js", core, "text/javascript")
    head = '<script type="module">window.edit = () => import("/editor/core.js");</script>'
    scene.open(body=bar(a, b), query=f"?threadId={a}", head=head)
    everything(scene, a, b)
    assert scene.locate("body").get_attribute("data-own") is None


OWN = """<script type="{type}" config='{config}'>
import sys
from pyscript import config, document, window

document.body.dataset.own = sys.implementation.name + " " + config["mine"]["word"]
def again(event):
    document.body.dataset.again = "heard"
from pyscript.ffi import create_proxy
window.addEventListener("own", create_proxy(again))
</script>"""
CONFIG = '{"interpreter": "/runtime.mjs", "mine": {"word": "hello"}}'


def expect_unharmed(scene: Scene, runtime: str) -> None:
    """The page's own Python has run, with its own configuration, and still hears."""
    own = scene.locate("body")
    expect(own).to_have_attribute("data-own", f"{NAMES[runtime]} hello", timeout=START_LIMIT)
    scene.js("dispatchEvent(new Event('own'))")
    expect(own).to_have_attribute("data-again", "heard", timeout=LIMIT)


@pytest.mark.core
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("same", [True, False], ids=["same", "other"])
def test_beside_the_pages_own_pyscript(
    scene: Scene, their_core: str, before: bool, same: bool
) -> None:
    a, b = make(scene, "Alpha", "Beta")
    runtime = scene.runtime if same else OTHER[scene.runtime]
    core = f'<script type="module" src="{their_core}"></script>'
    theirs = core + OWN.format(type=runtime, config=CONFIG)
    requests: list[str] = []
    scene.page.on("request", lambda request: requests.append(request.url))
    head, foot = (theirs, "") if before else ("", theirs)
    scene.open(body=bar(a, b), query=f"?threadId={a}", head=head, foot=foot)
    everything(scene, a, b)
    expect_unharmed(scene, runtime)
    cores = [url for url in requests if url.endswith("/core.js")]
    assert cores == [scene.site.url + their_core]


WORKER = """<script type="{type}" worker config='{{"interpreter": "/runtime.mjs"}}'>
print("from the worker")
</script>"""


STOCK = {"mpy": "/vendor/micropython/micropython.mjs", "py": "/vendor/pyodide/pyodide.mjs"}


def test_beside_the_pages_own_pyscript_with_an_interpreter_as_it_comes(
    scene: Scene, their_core: str
) -> None:
    """The whole standard library, WebAssembly's stacks, and nothing of ours but our Python."""
    requests: list[str] = []
    scene.page.on("request", lambda request: requests.append(request.url))
    a, b = make(scene, "Alpha", "Beta")
    config = CONFIG.replace("/runtime.mjs", STOCK[scene.runtime])
    theirs = f'<script type="module" src="{their_core}"></script>' + OWN.format(
        type=scene.runtime, config=config
    )
    scene.open(body=bar(a, b), query=f"?threadId={a}", foot=theirs)
    everything(scene, a, b)
    expect_unharmed(scene, scene.runtime)
    assert [url for url in requests if url.endswith(("/runtime.mjs", "compiled.zip"))] == []


@pytest.mark.parametrize("beside", [True, False], ids=["with-main", "alone"])
def test_beside_a_worker_of_the_pages(scene: Scene, their_core: str, beside: bool) -> None:
    """It is told to have come before the interpreter of the page has."""
    a, b = make(scene, "Alpha", "Beta")
    own = OWN.format(type=scene.runtime, config=CONFIG) if beside else ""
    core = f'<script type="module" src="{their_core}"></script>'
    head = core + WORKER.format(type=scene.runtime) + own
    scene.open(body=bar(a, b), query=f"?threadId={a}", head=head)
    everything(scene, a, b)
    if beside:
        expect_unharmed(scene, scene.runtime)
    scene.wait(lambda: "from the worker" in scene.console.texts("log"), "the worker has run")


OLDER = {
    "core": NODE_MODULES / "pyscript-core-of-2025" / "dist",
    "pyodide": NODE_MODULES / "pyodide-of-2025",
    "micropython": NODE_MODULES / "micropython-of-2025",
}
INTERPRETER = {"py": "/older/pyodide/pyodide.mjs", "mpy": "/older/micropython/micropython.mjs"}


def test_beside_an_older_pyscript_with_its_interpreter(scene: Scene) -> None:
    """A page that nobody has touched for a year: our Python runs in what it has."""
    for name, folder in OLDER.items():
        scene.site.lay_folder(f"/older/{name}/", folder)
    a, b = make(scene, "Alpha", "Beta")
    config = CONFIG.replace("/runtime.mjs", INTERPRETER[scene.runtime])
    theirs = '<script type="module" src="/older/core/core.js"></script>' + OWN.format(
        type=scene.runtime, config=config
    )
    requests: list[str] = []
    scene.page.on("request", lambda request: requests.append(request.url))
    scene.open(body=bar(a, b), query=f"?threadId={a}", head=theirs)
    everything(scene, a, b)
    expect_unharmed(scene, scene.runtime)
    # Nothing of ours came in its place.
    assert [url for url in requests if "/vendor/" in url] == []


def test_beside_a_core_that_only_an_attribute_can_name(scene: Scene, their_core: str) -> None:
    a, b = make(scene, "Alpha", "Beta")
    theirs = """<script type="module">
      const name = "co" + "re";
      await import(`/theirs/${name}.js`);
    </script>""" + OWN.format(type=scene.runtime, config=CONFIG)
    scene.open(
        body=bar(a, b),
        query=f"?threadId={a}",
        foot=theirs,
        attributes=f'data-core="{their_core}"',
    )
    everything(scene, a, b)
    expect_unharmed(scene, scene.runtime)


def test_beside_a_configuration_in_an_element_and_no_script(scene: Scene, their_core: str) -> None:
    a, b = make(scene, "Alpha", "Beta")
    theirs = (
        f'<script type="module" src="{their_core}"></script>'
        f"<{scene.runtime}-config hidden>{CONFIG}</{scene.runtime}-config>"
    )
    scene.open(body=bar(a, b), query=f"?threadId={a}", foot=theirs)
    everything(scene, a, b)


@pytest.mark.parametrize("how", ["bare", "at-the-root"])
def test_a_core_that_an_inline_module_names_in_its_own_way(
    scene: Scene, their_core: str, how: str
) -> None:
    a, b = make(scene, "Alpha", "Beta")
    imports = {"pyscript/core.js": their_core, "/core.js": their_core}
    name = "pyscript/core.js" if how == "bare" else "/core.js"
    # In front of every module of the page: Firefox takes no map afterwards.
    head = f"""<script type="importmap">{json.dumps({"imports": imports})}</script>
      <script type="module">
        import {{
          hooks,
        }} from "{name}";
      </script>"""
    own = OWN.format(type=scene.runtime, config=CONFIG)
    scene.open(body=bar(a, b), query=f"?threadId={a}", head=head, foot=own)
    everything(scene, a, b)
    expect_unharmed(scene, scene.runtime)


def test_a_core_in_a_comment_is_none(scene: Scene) -> None:
    """It is neither asked for, nor does anything else change."""
    requests: list[str] = []
    scene.page.on("request", lambda request: requests.append(request.url))
    head = """<script type="module">
      // import "/gone/core.js";
      /* Once it was: import "/gone/core.js";
       * import "/gone/core.js"; */
    </script>"""
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b), query=f"?threadId={a}", head=head)
    everything(scene, a, b)
    assert [url for url in requests if "/gone/" in url] == []
    assert scene.js("window[Symbol.for('chatkit-sync')].isShared") is False


def test_a_file_named_core_that_is_not_pyscripts(scene: Scene) -> None:
    """PyScript comes as where there is no such file: without its plugins."""
    requests: list[str] = []
    scene.page.on("request", lambda request: requests.append(request.url))
    a, b = make(scene, "Alpha", "Beta")
    scene.site.add_page("/scene/core.js", "export const mine = 1;", "text/javascript")
    head = '<script type="module" src="/scene/core.js"></script>'
    scene.open(body=bar(a, b), query=f"?threadId={a}", head=head)
    everything(scene, a, b)
    assert [url for url in requests if re.search("donkey|py-editor|py-game", url)] == []
    assert scene.locate(f"{scene.runtime}-script").count() == 0


def test_a_core_that_is_named_and_not_there_is_told(scene: Scene) -> None:
    """The page's author means it: ours in its place would be a second one, where theirs runs."""
    # Firefox 153 speaks of the kind of the page that says 404.
    scene.console.allow(".*404.*|disallowed MIME type")
    scene.open(attributes='data-core="/gone/core.js"', wait=False)
    scene.expect_report("error: ", "Python could not be started", "/gone/core.js")


def test_a_core_that_is_named_and_is_none_is_told(scene: Scene) -> None:
    scene.site.add_page("/scene/chunk.js", "export const mine = 1;", "text/javascript")
    scene.open(attributes='data-core="/scene/chunk.js"', wait=False)
    scene.expect_report("error: ", 'data-core="/scene/chunk.js" is no core of PyScript')


def test_what_only_looks_like_a_core_and_is_not_there(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    # Firefox 153 speaks of the kind of the page that says 404.
    scene.console.allow(".*404.*|disallowed MIME type")
    head = '<script type="module" src="/optional/core.js"></script>'
    scene.open(body=bar(a, b), query=f"?threadId={a}", head=head)
    everything(scene, a, b)


def wait_for_ours(scene: Scene) -> None:
    """Until all our JavaScript has run, as far as it can before the page's core is there."""
    scene.page.wait_for_function("window[Symbol.for('chatkit-sync')].settings")
    scene.js("import('/sync/python.js').then(() => null)")


def test_a_core_js_of_the_pages_runs_behind_its_deferred_scripts(scene: Scene) -> None:
    """Whatever it is, the tag does not run it before its turn."""
    a, b = make(scene, "Alpha", "Beta")
    scene.site.add_page("/scene/jquery.js", "window.$ = () => 'hello';", "text/javascript")
    core = "document.body.dataset.own = $();"
    scene.site.add_page("/scene/core.js", core, "text/javascript")
    head = """<script defer src="/scene/jquery.js"></script>
      <script type="module" src="/scene/core.js"></script>"""
    deferred = scene.hold("**/scene/jquery.js")
    scene.open(body=bar(a, b), query=f"?threadId={a}", head=head, wait=False)
    wait_for_ours(scene)
    deferred.release()
    everything(scene, a, b)
    assert scene.locate("body").get_attribute("data-own") == "hello"


READS = """<script type="{type}" config='{config}'>
from pyscript import document, window

document.body.dataset.own = getattr(window, "word", "nothing")
</script>"""


def test_the_pages_pyscript_runs_behind_its_deferred_scripts(scene: Scene, their_core: str) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.site.add_page("/scene/setup.js", "window.word = 'hello';", "text/javascript")
    head = f"""<script defer src="/scene/setup.js"></script>
      <script type="module" src="{their_core}"></script>"""
    deferred = scene.hold("**/scene/setup.js")
    own = READS.format(type=scene.runtime, config=CONFIG)
    scene.open(body=bar(a, b) + own, query=f"?threadId={a}", head=head, wait=False)
    wait_for_ours(scene)
    has_run = "globalThis[Symbol.for('polyscript.js_modules')] !== undefined"
    assert scene.js(f"fetch('/theirs/core.js').then(() => {has_run})") is False
    deferred.release()
    everything(scene, a, b)
    assert scene.locate("body").get_attribute("data-own") == "hello"


BRINGS = """const script = document.createElement("script");
script.type = "%s";
script.setAttribute("config", '%s');
script.textContent = `
from pyscript import config, document

document.body.dataset.own = config["mine"]["word"]
`;
document.body.append(script);"""


@pytest.mark.parametrize("late", [False, True], ids=["in-time", "behind-ours"])
def test_pyscript_that_a_module_adds_in_front_of_the_core(
    scene: Scene, their_core: str, late: bool
) -> None:
    """As without the tag the page's configuration is the only one; or the cause is told at once."""
    a, b = make(scene, "Alpha", "Beta")
    code = BRINGS % (scene.runtime, CONFIG)
    scene.site.add_page("/scene/app.js", code, "text/javascript")
    head = f"""<script type="module" src="/scene/app.js"></script>
      <script type="module" src="{their_core}"></script>"""
    ours = scene.hold("**/sync/start.js")
    theirs = scene.hold("**/scene/app.js")
    scene.open(
        body=bar(a, b),
        query=f"?threadId={a}",
        head=head,
        wait=False,
        attributes='data-limit="3"' if late else "",
    )
    if late:
        ours.release()
        wait_for_ours(scene)
        theirs.release()
        told = "A PyScript configuration has come later"
        scene.expect_report(f"warning: [chatkit-sync] {told}", f"3 s. {told}", count=2)
        return
    theirs.release()
    scene.page.wait_for_function("document.querySelector('script[config]')")
    ours.release()
    everything(scene, a, b)
    assert scene.locate("body").get_attribute("data-own") == "hello"


def installed(runtime: str) -> str:
    """The folder of packages."""
    if runtime == "mpy":
        return "/lib"
    lock = json.loads((CHECKOUT / "vendor/pyodide/pyodide-lock.json").read_text())
    version = ".".join(lock["info"]["python"].split(".")[:2])
    return f"/lib/python{version}/site-packages"


@pytest.mark.parametrize("is_installed", [False, True], ids=["beside", "installed"])
def test_a_module_of_the_pages_named_sync(
    scene: Scene, their_core: str, is_installed: bool
) -> None:
    """Our package under another name leaves it alone; under its own it would take its place."""
    a, b = make(scene, "Alpha", "Beta")
    scene.site.add_page("/scene/sync.py", 'WORD = "mine"', "text/x-python")
    folder = installed(scene.runtime) if is_installed else "."
    files = json.dumps({"/scene/sync.py": f"{folder}/sync.py"})
    config = f'{{"interpreter": "/runtime.mjs", "files": {files}}}'
    theirs = f"""<script type="module" src="{their_core}"></script>
      <script type="{scene.runtime}" config='{config}'>
import sync
from pyscript import document
document.body.dataset.own = sync.WORD
</script>"""
    scene.open(body=bar(a, b), foot=theirs, wait=False)
    expect(scene.locate("body")).to_have_attribute("data-own", "mine", timeout=START_LIMIT)
    scene.expect_report("error: ", 'has a module "sync"', "data-package")
    scene.open(
        body=bar(a, b), foot=theirs, query=f"?threadId={a}", attributes='data-package="chat_sync"'
    )
    expect(scene.locate("body")).to_have_attribute("data-own", "mine", timeout=START_LIMIT)
    everything(scene, a, b)


def test_two_tags_are_one(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(
        body=bar(a, b), query=f"?threadId={a}", foot='<script src="/sync/embed.js"></script>'
    )
    scene.expect_report("warning: ", "A second tag")
    everything(scene, a, b)


LATER = """
const core = document.createElement("script");
core.type = "module";
core.src = "/theirs/core.js";
document.head.append(core);
"""


def test_pyscript_that_comes_later_is_told_of(scene: Scene, their_core: str) -> None:
    """It cannot work: the first core stays the page's only one."""
    a, b = make(scene, "Alpha", "Beta")
    scene.console.allow("polyscript.js_modules")
    scene.open(body=bar(a, b), query=f"?threadId={a}")
    scene.js(LATER)
    scene.expect_report("error: ", "A second PyScript", "data-core")
    everything(scene, a, b)


def test_a_core_that_a_script_of_the_pages_brings_is_told_of_and_can_be_named(
    scene: Scene, their_core: str
) -> None:
    """What an external module imports cannot be seen. However late it comes, ours is not before it:
    of two cores the second throws, and takes the page's code with it.
    """
    a, b = make(scene, "Alpha", "Beta")
    # Firefox's word for what a page that is left was still asking for.
    scene.console.allow("^NetworkError when attempting")
    app = f'import "{their_core}"; document.body.dataset.own = "ran";'
    scene.site.add_page("/scene/app.js", app, "text/javascript")
    head = '<script type="module" src="/scene/app.js"></script>'
    theirs = scene.hold("**/theirs/core.js")
    scene.open(body=bar(a, b), head=head, wait=False)
    scene.page.wait_for_function(
        "performance.getEntriesByType('resource').some((one) => /\\.wasm$/.test(one.name))",
        timeout=START_LIMIT,
    )
    theirs.release()
    scene.expect_report("error: ", "PyScript runs on this page", "data-core names it")
    expect(scene.locate("body")).to_have_attribute("data-own", "ran")
    # By the page's own hand: Playwright's goto breaks off in Firefox where a page still loads.
    scene.site.add_page("/scene/between", "<!doctype html><title>-</title>")
    scene.js("location.assign('/scene/between')")
    scene.page.wait_for_url("**/scene/between")
    scene.reports()
    named = f'data-core="{their_core}"'
    scene.open(body=bar(a, b), head=head, query=f"?threadId={a}", attributes=named)
    everything(scene, a, b)
    expect(scene.locate("body")).to_have_attribute("data-own", "ran")


def test_what_a_script_of_the_pages_brings_has_its_own_configuration(
    scene: Scene, their_core: str
) -> None:
    """A core that cannot be seen, and Python in front of it: ours does not come in between."""
    a, b = make(scene, "Alpha", "Beta")
    code = BRINGS % (scene.runtime, CONFIG)
    scene.site.add_page("/scene/adds.js", code, "text/javascript")
    app = f'import "/scene/adds.js"; import "{their_core}";'
    scene.site.add_page("/scene/app.js", app, "text/javascript")
    theirs = scene.hold("**/theirs/core.js")
    head = '<script type="module" src="/scene/app.js"></script>'
    scene.open(body=bar(a, b), head=head, wait=False)
    wait_for_ours(scene)
    theirs.release()
    own = scene.locate("body")
    expect(own).to_have_attribute("data-own", "hello", timeout=START_LIMIT)
    scene.expect_report("error: ", "PyScript runs on this page", "data-core names it")


@pytest.mark.parametrize("container", ["", "<main><p>Text</p></main>"], ids=["body", "inside"])
@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_a_configuration_that_comes_later_is_told_of(
    scene: Scene, their_core: str, container: str, whose: str
) -> None:
    a, b = make(scene, "Alpha", "Beta")
    head = f'<script type="module" src="{their_core}"></script>' if whose == "theirs" else ""
    scene.open(body=bar(a, b), query=f"?threadId={a}", head=head)
    scene.js(
        "([type, container]) => { const script = document.createElement('script');"
        " script.type = type; script.setAttribute('config', '{}');"
        " const template = document.createElement('template'); template.innerHTML = container;"
        " const inside = template.content.firstElementChild; inside?.append(script);"
        " document.body.append(inside ?? script); }",
        [scene.runtime, container],
    )
    scene.expect_report("warning: ", "configuration", "is not read")
    everything(scene, a, b)


SLOW_PYTHON = """
import asyncio
from pyscript import window

window.scene.notes.push("begun")
while window.scene.notes.length < 2:
    await asyncio.sleep(0.01)
window.scene.notes.push("ended")
"""


@pytest.mark.core
def test_a_script_that_runs_while_the_pages_python_awaits_knows_itself(scene: Scene) -> None:
    """PyScript puts its own element into `document.currentScript` meanwhile (measured)."""
    scene.site.add_page(
        "/scene/late.js",
        "scene.notes.push(document.currentScript?.src ?? 'nobody')",
        "text/javascript",
    )
    scene.open(python=SLOW_PYTHON)
    scene.wait(lambda: scene.js("scene.notes") == ["begun"], "Python has begun")
    scene.js(
        "() => { const late = document.createElement('script');"
        " late.src = '/scene/late.js'; document.head.append(late); }"
    )
    scene.wait(lambda: "ended" in scene.js("scene.notes"), "Python has ended")
    assert scene.js("scene.notes[1]") == f"{scene.site.url}/scene/late.js"


def test_pyscript_that_a_page_without_a_chat_brings_later_is_its_own(
    scene: Scene, their_core: str
) -> None:
    code = BRINGS % (scene.runtime, CONFIG)
    code += f'\naddEventListener("load", () => setTimeout(() => import("{their_core}")));'
    scene.site.add_page("/scene/app.js", code, "text/javascript")
    head = '<script type="module" src="/scene/app.js"></script>'
    scene.open(body="", element="", head=head, companion=False, wait=False)
    own = scene.locate("body")
    expect(own).to_have_attribute("data-own", "hello", timeout=START_LIMIT)
    assert scene.js("window[Symbol.for('chatkit-sync')].began ?? null") is None
