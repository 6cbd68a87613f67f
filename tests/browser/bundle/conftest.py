"""The bundle, built once, and nginx that serves it beside the site."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tools.nginx import Nginx

from ..conftest import Console
from ..scenarios.scene import Scene
from ..site import Site

FOLDER = "/some/folder/"


@pytest.fixture(scope="session")
def nginx(bundle: Path, _site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """A static host in front of the tests' site."""
    work = tmp_path_factory.mktemp("nginx")
    with Nginx(work, _site.url, {FOLDER: bundle}, elsewhere=bundle) as nginx:
        yield nginx


@pytest.fixture
def page(browser: Browser, console: Console) -> Iterator[Page]:
    """A page in a context of its own: nothing stored, nothing cached."""
    context = browser.new_context()
    console.watch(context)
    yield context.new_page()
    context.close()


class Fronted:
    """The site as a browser sees it through nginx."""

    def __init__(self, site: Site, nginx: Nginx) -> None:
        self._site = site
        self.url = nginx.url

    def __getattr__(self, name: str) -> Any:
        """All else is the site's."""
        return getattr(self._site, name)

    def add_page(self, path: str, *arguments: Any, **more: Any) -> str:
        """See `Site`."""
        self._site.add_page(path, *arguments, **more)
        return self.url + path


@pytest.fixture
def fronted(site: Site, nginx: Nginx) -> Any:
    """The site behind nginx; in all but its address it is the one it stands for."""
    return Fronted(site, nginx)


@pytest.fixture
def scene(
    fronted: Any, nginx: Nginx, laid: None, page: Page, console: Console, runtime: str
) -> Iterator[Scene]:
    """A scenario whose tag is the bundle's."""
    scene = Scene(fronted, page, console, runtime, f"{nginx.url}{FOLDER}sync/embed.js")
    page.goto(fronted.add_page("/scene/blank", "<!doctype html><title>Blank</title>"))
    yield scene
    assert scene.reports() == [], "the library said what the test did not expect"
