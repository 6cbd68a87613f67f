"""The address bar and the session history of one page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

ORIGIN = "https://page.example"

ESCAPED = ' "<>`'
"""What browsers write as %XX in an address, whatever a script hands them."""


class Refused(Exception):
    """What `pushState` throws in a sandboxed frame, or in Firefox past its limit."""


def normalised(url: str) -> str:
    """The URL as `location.href` gives it back."""
    return "".join(
        "".join(f"%{byte:02X}" for byte in c.encode()) if c in ESCAPED or ord(c) > 126 else c
        for c in url
    )


class History:
    """Entries and which of them is shown.

    `left` is the entry before the last push or traversal, as the Navigation API tells it.
    `ignoring` is Chromium past 200 calls in a burst: nothing happens and nothing is said.
    `refusing` throws. `limit` ignores what comes after that many writes until `forgive`.
    `session` is the tab's `sessionStorage`.
    """

    def __init__(self, url: str = "/") -> None:
        self.entries = [normalised(urljoin(ORIGIN, url))]
        self.states: list[object] = [None]
        self.index = 0
        self.left = self.entries[0]
        self.traversed = False
        self.ignoring = False
        self.refusing = False
        self.limit: int | None = None
        self.writes: list[tuple[str, str]] = []
        self._calls = 0
        self.session: dict[str, str] = {}
        self._popstate: list[Callable[[], None]] = []
        self._entrychange: list[Callable[[], None]] = []

    @property
    def href(self) -> str:
        """The whole address of the shown entry."""
        return self.entries[self.index]

    @property
    def url(self) -> str:
        """The address without the origin, which tests do not care for."""
        parts = urlsplit(self.href)
        return self.href[len(f"{parts.scheme}://{parts.netloc}") :]

    @property
    def urls(self) -> list[str]:
        """All entries without the origin."""
        return [entry[len(ORIGIN) :] for entry in self.entries]

    def on_popstate(self, function: Callable[[], None]) -> Callable[[], None]:
        """Listens; returns the undo."""
        self._popstate.append(function)

        def undo() -> None:
            if function in self._popstate:
                self._popstate.remove(function)

        return undo

    def on_entrychange(self, function: Callable[[], None]) -> None:
        """Listens to every write, as the Navigation API's `currententrychange`."""
        self._entrychange.append(function)

    def forget_listeners(self) -> None:
        """The page that has listened is gone; its entries stay with the tab."""
        self._popstate.clear()
        self._entrychange.clear()

    def write(self, url: str, *, push: bool, state: object = None) -> None:
        """`pushState` or `replaceState`. `popstate` does not tell of it, as in a browser."""
        self._calls += 1
        if self.refusing:
            raise Refused("SecurityError: The operation is insecure.")
        if self.ignoring or (self.limit is not None and self._calls > self.limit):
            return
        whole = normalised(urljoin(self.href, url))
        self.writes.append(("push" if push else "replace", whole[len(ORIGIN) :]))
        if push:
            self.left, self.traversed = self.href, False
            self._append(whole, state)
        else:
            self.entries[self.index] = whole
            self.states[self.index] = state
        for function in list(self._entrychange):
            function()

    @property
    def state(self) -> object:
        """`history.state`."""
        return self.states[self.index]

    def forgive(self) -> None:
        """The browser's interval is over: its limit counts from nothing again."""
        self._calls = 0

    def click_fragment(self, fragment: str) -> None:
        """A click on `#fragment`: a new entry, and popstate (measured)."""
        self.left = self.href
        self.traversed = False
        self._append(self.href.partition("#")[0] + "#" + fragment, None)
        self._fire()

    def go(self, steps: int) -> None:
        """Back (-1) and Forward (1), as far as there are entries."""
        index = self.index + steps
        if 0 <= index < len(self.entries):
            self.left, self.index, self.traversed = self.href, index, True
            self._fire()

    def back(self) -> None:
        """One entry back."""
        self.go(-1)

    def forward(self) -> None:
        """One entry forward."""
        self.go(1)

    def _append(self, whole: str, state: object) -> None:
        del self.entries[self.index + 1 :], self.states[self.index + 1 :]
        self.entries.append(whole)
        self.states.append(state)
        self.index += 1

    def _fire(self) -> None:
        for function in list(self._popstate):
            function()
