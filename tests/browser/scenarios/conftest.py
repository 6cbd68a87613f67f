"""Fixtures of the scenarios: `scene`, a page built for one test.

All scenarios share one browser context, whose cache makes a start cheaper; its storage is emptied
before each. Whatever the library says in the console must be asked for: a message that a test
did not take fails it.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from ..conftest import Console
from ..site import Site
from .faults import Row
from .scene import Scene

BLANK = '<!doctype html><html lang="en"><title>Blank</title><link rel="icon" href="data:,">'


@pytest.fixture(scope="session")
def _warm_console() -> Console:
    return Console()


@pytest.fixture(scope="session")
def _warm_context(browser: Browser, _warm_console: Console) -> Iterator[BrowserContext]:
    context = browser.new_context()
    _warm_console.watch(context)
    yield context
    context.close()


@pytest.fixture
def console(_warm_console: Console) -> Iterator[Console]:
    """The ear on the scenarios' pages."""
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


@pytest.fixture
def scene(
    site: Site,
    laid: None,
    page: Page,
    console: Console,
    runtime: str,
    request: pytest.FixtureRequest,
) -> Iterator[Scene]:
    """What a scenario is told with: the tag is the bundle's, half of a start's cost, but in what is
    marked `checkout`.
    """
    is_checkout = request.node.get_closest_marker("checkout") is not None
    tag = "/sync/embed.js" if is_checkout else "/bundle/sync/embed.js"
    scene = Scene(site, page, console, runtime, tag)
    yield scene
    assert scene.reports() == [], "the library said what the test did not expect"


@pytest.fixture
def row(scene: Scene, request: pytest.FixtureRequest, browser_name: str) -> Iterator[Row]:
    """The row of the fault that the test is marked with."""
    mark = request.node.get_closest_marker("fault")
    row = Row(scene, mark.args[0], browser_name)
    yield row
    assert row.has_ended, "the test did not say how the fault ends"
