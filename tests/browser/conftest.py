"""The base of all browser tests: the system's browser, our server, and an ear on the console.

Fixtures: `site` (the test server, see site.py), `page` (a fresh one in the context that all tests
share, whose cache makes a start cheaper; its storage is emptied before each), `runtime` ("mpy" or
"py", for tests that run Python in the page) and `console` (what the page said; an uncaught page
error fails the test unless it was allowed).
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, WebError

from tools.browsers import NoBrowser, launch_options
from tools.dist.bundle import build
from tools.esbuild import bundled

from .site import Site

CHECKOUT = Path(__file__).resolve().parents[2]
BLANK = '<!doctype html><html lang="en"><title>Blank</title><link rel="icon" href="data:,">'

# A fresh browser asks its maker's servers for updates and lists at every start; a test machine
# has no way out, and each refusal costs time.
QUIET_CHROMIUM = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # A host that is not this machine's own name: plain http there is no secure context.
    "--host-resolver-rules=MAP insecure.test 127.0.0.1",
]
# A page of Debian's Chromium brings two more for the list under its address bar: a third of the
# time that a new page takes. Only the last of these options counts, so Playwright's own follow.
SPARED_FEATURES = """
    WebUIOmniboxPopup WebUIOmniboxAimPopup
    AvoidUnnecessaryBeforeUnloadCheckSync BoundaryEventDispatchTracksNodeRemoval
    DestroyProfileOnBrowserClose DialMediaRouteProvider GlobalMediaControls HttpsUpgrades
    LensOverlay MediaRouter PaintHolding ThirdPartyStoragePartitioning
    BlockOriginHeaderModificationOnRedirect Translate AutoDeElevate OptimizationHints
""".split()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests that use `runtime` once per interpreter asked for."""
    if "runtime" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--runtime")
        runtimes = ["mpy", "py"] if wanted == "both" else [wanted]
        metafunc.parametrize("runtime", runtimes)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--runtime py`, leave out what mpy has run: no interpreter in it, or marked `once`."""
    if config.getoption("--runtime") != "py":
        return
    here = Path(__file__).parent
    left_out = [item for item in items if here in item.path.parents and is_the_same_on_both(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def is_the_same_on_both(item: pytest.Item) -> bool:
    """Whether a test has nothing to do with the interpreter in the page."""
    return (
        "runtime" not in getattr(item, "fixturenames", ())
        or item.get_closest_marker("once") is not None
    )


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], browser_name: str
) -> dict[str, Any]:
    """How the machine's browser is started in place of Playwright's own download."""
    try:
        found = launch_options(browser_name)
    except NoBrowser as error:
        pytest.exit(str(error), returncode=1)
    args = {**browser_type_launch_args, **found}
    if browser_name == "chromium":
        spared = f"--disable-features={','.join(SPARED_FEATURES)}"
        args["args"] = [*QUIET_CHROMIUM, spared, *args.get("args", [])]
        # Playwright turns the back/forward cache off; people have it on.
        args["ignore_default_args"] = ["--disable-back-forward-cache"]
    return args


@pytest.fixture(scope="session")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(CHECKOUT, tmp_path_factory.mktemp("site") / "chatkit.sqlite")
    yield site
    site.stop()


@pytest.fixture
def site(_site: Site) -> Iterator[Site]:
    """The test server; the session's, with no faults and no pages of other tests."""
    _site.faults.reset()
    yield _site
    _site.faults.reset()
    _site.clear_pages()


class Console:
    """What the pages of one context said: messages, and errors that nobody caught."""

    def __init__(self) -> None:
        self.messages: list[ConsoleMessage] = []
        self.errors: list[str] = []
        self._allowed: list[re.Pattern[str]] = []

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of the context from now on."""
        context.on("console", self._on_message)
        context.on("weberror", self._on_error)

    def allow(self, pattern: str) -> None:
        """Let uncaught errors that match the pattern pass in this test."""
        self._allowed.append(re.compile(pattern))

    def texts(self, kind: str | None = None) -> list[str]:
        """Messages as text, of one kind ("warning", "error", "log", …) or all."""
        return [m.text for m in self.messages if kind in (None, m.type)]

    def unexpected(self) -> list[str]:
        """Uncaught errors that the test did not allow."""
        return [e for e in self.errors if not any(p.search(e) for p in self._allowed)]

    def forget(self) -> None:
        """Start again with nothing heard and nothing allowed."""
        self.messages.clear()
        self.errors.clear()
        self._allowed.clear()

    def _on_message(self, message: ConsoleMessage) -> None:
        self.messages.append(message)

    def _on_error(self, error: WebError) -> None:
        self.errors.append(str(error.error))


# Playwright has no more than "Error" of an error in Firefox's console (measured).
ERRORS_IN_WORDS = """(() => {
  const { error } = console;
  const words = (value) => (value instanceof Error ? `${value}` : value);
  console.error = (...given) => error.apply(console, given.map(words));
})();"""


@pytest.fixture(scope="session")
def _warm_console() -> Console:
    return Console()


@pytest.fixture(scope="session")
def _warm_context(browser: Browser, _warm_console: Console) -> Iterator[BrowserContext]:
    context = browser.new_context()
    if browser.browser_type.name == "firefox":
        context.add_init_script(ERRORS_IN_WORDS)
    _warm_console.watch(context)
    yield context
    context.close()


@pytest.fixture
def console(_warm_console: Console) -> Iterator[Console]:
    """The ear on the pages of the shared context."""
    _warm_console.forget()
    yield _warm_console
    assert not _warm_console.unexpected(), "uncaught errors in the page"


@pytest.fixture
def page(_warm_context: BrowserContext, console: Console, site: Site) -> Iterator[Page]:
    """A page in the shared context, with nothing stored."""
    page = _warm_context.new_page()
    page.goto(site.add_page("/scene/blank", BLANK))
    page.evaluate("localStorage.clear()")
    yield page
    for one in _warm_context.pages:
        one.close()


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make dist` makes; the run's own, where it has made one for all its workers."""
    if "CHATKIT_BUNDLE" in os.environ:
        return Path(os.environ["CHATKIT_BUNDLE"])
    target = tmp_path_factory.mktemp("bundle") / "dist"
    build(target)
    return target


@pytest.fixture(scope="session")
def laid(_site: Site, bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Serves the bundle, and the stand-in as a host of its own would: its app as one file."""
    stand_in = tmp_path_factory.mktemp("stand-in")
    for file in (CHECKOUT / "demo").glob("chatkit*.*"):
        (stand_in / file.name).write_bytes(file.read_bytes())
    bundled(CHECKOUT / "demo" / "chatkit-frame.js", stand_in / "chatkit-frame.js")
    _site.lay_folder("/bundle/", bundle)
    _site.lay_folder("/stand-in/", stand_in)
