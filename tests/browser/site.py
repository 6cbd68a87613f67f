"""The server of the browser tests: the demo's own, in a thread, with pages that tests add.

    site.add_page("/mine/", "<!doctype html>…")
    page.goto(site.url + "/mine/")

`site.faults` makes requests fail, `site.store` holds the threads, and `site.restart()` is a
server that went down and came back on the same port with the same database.
"""

from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from demo.faults import Faults
from demo.server import create_app
from demo.serving import ServerThread
from demo.store import ThreadStore

WORD_DELAY = 0.002


class Pages:
    """The application with pages laid over it."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self._pages: dict[str, tuple[str, str, dict[str, str]]] = {}
        self._folders: dict[str, Path] = {}

    def add(self, path: str, content: str, media_type: str, headers: dict[str, str]) -> None:
        """Serve this text under a path, in place of what is there."""
        self._pages[path] = (content, media_type, headers)

    def lay(self, prefix: str, folder: Path) -> None:
        """Serve the files of a folder, for good."""
        self._folders[prefix] = folder

    def clear(self) -> None:
        """Take all pages away again."""
        self._pages.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the page of that path, else leave it to the application."""
        assert self.app is not None
        path = scope.get("path", "")
        page = self._pages.get(path)
        if page is None:
            prefix = next(filter(path.startswith, self._folders), None)
            if prefix is None:
                await self.app(scope, receive, send)
            elif not (place := self._folders[prefix] / path.removeprefix(prefix)).is_file():
                await Response("Not found", 404)(scope, receive, send)
            else:
                file = FileResponse(place)
                file.headers.update({"cache-control": "max-age=3600", "connection": "close"})
                await file(scope, receive, send)
            return
        content, media_type, headers = page
        always = {"cache-control": "no-store", "connection": "close"}
        response = Response(content, headers={**always, **headers}, media_type=media_type)
        await response(scope, receive, send)


class Site:
    """The running server: `url`, `faults`, `store`, and pages made by tests."""

    def __init__(self, checkout: Path, database: Path) -> None:
        self.faults = Faults()
        self._checkout = checkout
        self._database = database
        self._pages = Pages()
        self._server = self._start(port=0)

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return self._server.url

    @property
    def store(self) -> ThreadStore:
        """The threads: `make_thread(title, [("user", "Hello")])` gives an id, `messages(id)`."""
        return self._store

    def add_page(
        self,
        path: str,
        content: str,
        media_type: str = "text/html",
        headers: dict[str, str] | None = None,
    ) -> str:
        """Serve a text for the rest of the test; returns its whole address."""
        self._pages.add(path, content, media_type, headers or {})
        return self.url + path

    def lay_folder(self, prefix: str, folder: Path) -> None:
        """Serve the files of a folder under a prefix, for good; a browser may keep them."""
        self._pages.lay(prefix, folder)

    def clear_pages(self) -> None:
        """Take the added pages away."""
        self._pages.clear()

    def stop(self) -> None:
        """Go down: open streams break, new connections are refused."""
        self._server.stop()

    def restart(self) -> None:
        """Go down and come back, on the same port and with the same database."""
        self.stop()
        self.resume()

    def resume(self) -> None:
        """Come back after `stop`, on the same port and with the same database."""
        self._server = self._start(self._server.port)

    def _start(self, port: int) -> ServerThread:
        app = create_app(
            database=self._database, site=self._checkout, faults=self.faults, word_delay=WORD_DELAY
        )
        self._store: ThreadStore = app.state.store
        self._pages.app = app
        return ServerThread(self._pages, port)
