"""Fixtures of the scenarios: `scene`, a page built for one test.

Whatever the library says in the console must be asked for: a message that a test did not take
fails it.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from ..conftest import Console
from ..site import Site
from .faults import Row
from .scene import Scene


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
