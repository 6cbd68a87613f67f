"""The contract suite's own fixtures.

`chat` is a page with the harness and the element's script, on which a test mounts elements;
`hand` is a hand inside the element, which only the stand-in lends: its tests are skipped where
`--chatkit` names another element.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ..conftest import CHECKOUT, Console
from ..site import Site
from .driver import StandInDriver
from .probe import Chat

HARNESS = Path(__file__).with_name("harness.js")
STAND_IN = "/demo/chatkit.js"
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}

# A real element comes over the network and takes its 25 s of retries.
OWN_LIMIT, REAL_LIMIT = 15_000, 60_000


def is_foreign(config: pytest.Config) -> bool:
    """Whether the suite runs on an element that is not the stand-in."""
    return config.getoption("--chatkit") is not None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a hand inside the element."""
    for item in items:
        if "hand" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.hand)


@pytest.fixture(scope="session")
def _contract_console() -> Console:
    return Console()


@pytest.fixture(scope="session")
def _contract_page(browser: Browser, _contract_console: Console) -> Iterator[Page]:
    context = browser.new_context()
    _contract_console.watch(context)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def _files() -> dict[str, tuple[str, str]]:
    """Content and type of the harness and of the stand-in's files, by their paths."""
    stand_in = {f"/demo/{file.name}": file for file in (CHECKOUT / "demo").glob("chatkit*.*")}
    files = {"/contract/harness.js": HARNESS, **stand_in}
    return {path: (file.read_text(), TYPES[file.suffix]) for path, file in files.items()}


@pytest.fixture
def chat(
    _contract_page: Page,
    _contract_console: Console,
    _files: dict[str, tuple[str, str]],
    site: Site,
    pytestconfig: pytest.Config,
) -> Iterator[Chat]:
    """A page for elements, loaded afresh: the session's own, because a new one takes longer."""
    # Kept by the browser: asking for a dozen files again at every mount is half of the time.
    for path, (content, media_type) in _files.items():
        site.add_page(path, content, media_type, {"cache-control": "max-age=3600"})
    _contract_console.forget()
    # An IntegrationError that was handled reaches the window all the same.
    _contract_console.allow("ChatKit: .* ignored|not supported|options were refused")
    script = pytestconfig.getoption("--chatkit") or STAND_IN
    limit = REAL_LIMIT if script.startswith("http") else OWN_LIMIT
    chat = Chat(_contract_page, site, script, _contract_console, limit)
    chat.open()
    yield chat
    _contract_page.unroute_all()
    if chat.page != _contract_page:
        chat.page.close()
    assert not _contract_console.unexpected(), "uncaught errors in the page"


@pytest.fixture
def hand(chat: Chat, pytestconfig: pytest.Config) -> StandInDriver:
    """A hand inside the stand-in; skips the test on any other element."""
    if is_foreign(pytestconfig):
        pytest.skip("needs a hand inside the element, which only the stand-in lends")
    return StandInDriver(chat.page)
