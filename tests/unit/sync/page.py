"""One page with one element and one ChatKit, on a fake clock: what the scenarios are told on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sync import ChatKit
from sync.address import read
from sync.state import Snapshot
from tests.fakes import Clock, FakeBrowser, FakeElement, History, Server, Storage, passing

KEY = "chatkit.threadId"
both = pytest.mark.parametrize("owner", [True, False], ids=["owner", "companion"])

OPTIONS: Any = {"api": {"url": "/chatkit", "domain_key": "local"}}


class Page:
    """`stored` and the URL are what a former visit has left."""

    def __init__(
        self,
        url: str = "/",
        *,
        owner: bool,
        stored: str | None = None,
        server: Server | None = None,
        storage: Storage | None = None,
        clock: Clock | None = None,
        history: History | None = None,
        page_options: dict[str, Any] | None = None,
        element: FakeElement | None = None,
        starts: bool = True,
        **settings: Any,
    ) -> None:
        self.owner = owner
        self.server = server or Server("a", "b", "c")
        self.storage = storage or Storage()
        if stored is not None:
            self.storage.items[KEY] = stored
        self.browser = FakeBrowser(url, clock=clock, storage=self.storage, history=history)
        self.element = self.browser.mount(element or FakeElement(self.server), configured=False)
        if not owner and self.element.defined:
            self.element.set_options(page_options or {})
        self.settings = settings
        options = OPTIONS if owner else None
        self.chatkit = ChatKit(browser=self.browser, options=options, **settings)
        if starts:
            self.chatkit.start()
            self.wait(2.0)

    def wait(self, seconds: float = 1.0) -> None:
        """Lets time pass."""
        self.browser.clock.advance(seconds)

    async def live(self, seconds: float = 1.0) -> None:
        """Lets time pass, and tasks run."""
        await passing(self.browser.clock, seconds)

    async def chatkit_sends(self, text: str, **how: Any) -> None:
        """`send_user_message`, until it has resolved."""
        task = asyncio.create_task(self.chatkit.send_user_message(text, **how))
        await self.live(0.01)
        await task

    def reload(self) -> Page:
        """The same address and storage in a page that has just been loaded; this one is left."""
        self.browser.unload()
        return Page(
            owner=self.owner,
            server=self.server,
            storage=self.storage,
            clock=self.browser.clock,
            history=self.browser.history,
            **self.settings,
        )

    @property
    def snapshot(self) -> Snapshot:
        """What Python believes."""
        return self.chatkit.snapshot

    @property
    def current(self) -> FakeElement:
        """The element that is in the page now."""
        return self.browser.document[0]

    @property
    def named(self) -> str | None:
        """The thread in the address."""
        return read(self.browser.history.url, "threadId")

    @property
    def stored(self) -> str | None:
        """The thread in storage."""
        return self.storage.items.get(KEY)

    @property
    def remembered(self) -> tuple[str | None, str | None]:
        """The thread in the address, and the one in storage."""
        return self.named, self.stored

    @property
    def urls(self) -> list[str]:
        """The session history."""
        return self.browser.history.urls

    @property
    def phase(self) -> str:
        """The snapshot's phase."""
        return self.snapshot.phase

    def asked(self, method: str = "setThreadId") -> list[Any]:
        """First parameters of our calls of a method."""
        return [parameters[0] for name, parameters in self.browser.called if name == method]
