"""One tab of one person, with one chat or two, over any number of loads of the page.

What happens is kept as a diary, for whoever has to read a story that has failed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sync import ChatKit
from sync.address import is_thread_id
from tests.fakes import Clock, FakeBrowser, History, Storage, passing
from tests.fakes.browser import MARK

from .element import Account, Watched
from .ledger import Ledger, Told


def new_chat_in(state: object, parameter: str) -> str | None:
    """The number of the new chat that an entry's state says it is of."""
    return state.get(MARK, {}).get(parameter) if isinstance(state, dict) else None


class Spied(FakeBrowser):
    """A page whose writes are told to its tab."""

    def __init__(self, tab: Tab) -> None:
        super().__init__(clock=tab.clock, storage=tab.storage, history=tab.history)
        self.is_deferring = True
        self._tab = tab

    def later(self, seconds: float, function: Callable[[], None]) -> object:
        """See `Browser`. No timer is finer than a microsecond: what is left of a subtraction
        would fire for ever at one moment of a clock that does not move meanwhile.
        """
        return super().later(max(seconds, 1e-6) if seconds > 0 else seconds, function)

    def write_address(self, url: str, parameter: str, *, push: bool, is_new_chat: bool) -> str:
        """See `Browser`."""
        before = self.history.href
        after = super().write_address(url, parameter, push=push, is_new_chat=is_new_chat)
        self._tab.wrote(before, after, push)
        return after

    def write_storage(self, key: str, value: str | None) -> dict[str, Any]:
        """See `Browser`."""
        before = self.store.items.get(key)
        outcome = super().write_storage(key, value)
        self._tab.stored(key, before, value)
        return outcome


class Chat:
    """One chat of the page, over all its loads; `initial` is the page's own first thread."""

    def __init__(self, tab: Tab, place: str, owner: bool, initial: str | None) -> None:
        self.tab = tab
        self.owner = owner
        self.initial = initial
        self.selector = "#second" if place else "openai-chatkit"
        self.parameter = "second" if place else "threadId"
        self.key = "second.key" if place else "chatkit.threadId"
        self.name = f"{place or '1'} {'owner' if owner else 'companion'}"
        self.server = Account(place)
        self.switches = 0
        self.ledger = Ledger(self)
        self.chatkit: ChatKit | None = None

    def load(self) -> None:
        """Into a page that is loaded."""
        self.switches = 0
        self.ledger.load()
        self.mount()
        options: Any = {"api": {"url": "/chatkit", "domain_key": "local"}}
        if self.initial:
            options["initial_thread"] = self.id_of(self.initial)
        self.chatkit = ChatKit(
            self.selector,
            browser=self.tab.browser,
            options=options if self.owner else None,
            scope=self.tab.scope,
        ).start()

    def mount(self) -> None:
        """A new element; as a companion's the page configures it."""
        element = self.tab.browser.mount(Watched(self), configured=False)
        if not self.owner:
            own = {"initialThread": self.id_of(self.initial)} if self.initial else {}
            element.set_options(own)

    def id_of(self, letter: str) -> str:
        """A thread of the present user; `new` is the last one that was made."""
        if letter == "new":
            mine = [one for one in self.server.threads if self.server.belongs(one, self.tab.scope)]
            return mine[-1] if mine and "new_" in mine[-1] else self.id_of("a")
        return self.server.id_of(letter, self.tab.scope)

    @property
    def element(self) -> Watched:
        """The element that is in the page now."""
        here = [one for one in self.tab.browser.document if self.selector in one.selectors]
        assert isinstance(here[0], Watched)
        return here[0]

    @property
    def key_now(self) -> str:
        """The present user's entry in storage."""
        return self.key if self.tab.scope is None else f"{self.key}:{self.tab.scope}"

    @property
    def stored(self) -> str | None:
        """The thread in storage."""
        return self.tab.storage.items.get(self.key_now)

    @property
    def named(self) -> str | None:
        """The thread in the address."""
        return self.named_in(self.tab.history.href)

    def raw_in(self, url: str) -> str | None:
        """What an entry says of this chat, sense or nonsense."""
        return dict(parse_qsl(urlsplit(url).query)).get(self.parameter)

    def named_in(self, url: str) -> str | None:
        """The thread that an entry names."""
        named = self.raw_in(url)
        return named if is_thread_id(named) else None


class Tab:
    """`owners` says for each chat of the page whether we own its element."""

    def __init__(self, owners: tuple[bool, ...], initial: str | None = None) -> None:
        self.clock = Clock()
        self.storage = Storage()
        self.history = History("/?q=1")
        self.scope: str | None = None
        self.loads = 0
        self.complaints: list[str] = []
        self.diary: list[str] = []
        self.pages: list[Spied] = []
        places = ("", "2")
        self.chats = [
            Chat(self, place, owner, initial) for place, owner in zip(places, owners, strict=False)
        ]
        self.load()

    @property
    def browser(self) -> Spied:
        """The page that is loaded now."""
        return self.pages[-1]

    def note(self, what: str) -> None:
        """A line of the diary."""
        self.diary.append(f"{self.clock.now():9.4f}  {what}")

    def complain(self, what: str) -> None:
        """Something must not be; told at the end, for the library would catch an exception."""
        self.note(f"WRONG: {what}")
        self.complaints.append(what)

    def memory(self, browser: Any, bar: Any, store: Any, *given: Any, **named: Any) -> Told:
        """In the place of `Memory`: the one of the chat that has this name in storage."""
        chat = next(one for one in self.chats if one.key == store.key.partition(":")[0])
        return Told(chat.ledger, browser, bar, store, *given, **named)

    # What happens to the page.

    def load(self) -> None:
        """The page is loaded, again."""
        if self.pages:
            self.browser.unload()
        self.loads += 1
        self.pages.append(Spied(self))
        for chat in self.chats:
            chat.load()

    async def live(self, seconds: float) -> None:
        """Time passes; a visit that the library asks for is made."""
        await passing(self.clock, seconds)
        while self.browser.visits:
            self.visit(self.browser.visits[-1])
            await passing(self.clock, seconds)

    def visit(self, url: str) -> None:
        """Another load: of the same entry, or of a new one."""
        self.note(f"the page is loaded at {url}")
        # A load of the page is no write of the one that is left.
        self.history.forget_listeners()
        if url != self.history.href:
            self.history.write(url, push=True)
        self.load()

    def go(self, steps: int) -> None:
        """Back or Forward. Whose entries they are is known before anybody hears of it."""
        index = self.history.index + steps
        if 0 <= index < len(self.history.entries):
            for chat in self.chats:
                entry = self.history.entries[index]
                new_chat = new_chat_in(self.history.states[index], chat.parameter)
                chat.ledger.arrived(self.history.href, entry, new_chat, walked=True)
        self.history.go(steps)

    def write(self, url: str, *, push: bool, state: object = None) -> None:
        """An entry of the page's own."""
        former = [chat.named for chat in self.chats]
        named = [chat.named_in(url) for chat in self.chats]
        for chat, before, now in zip(self.chats, former, named, strict=True):
            chat.ledger.moved(before, now)
        self.history.write(url, push=push, state=state)

    def wrote(self, before: str, after: str, push: bool) -> None:
        """The library has written the address: the parameter of one chat, and nothing else."""
        values = [(chat, chat.raw_in(before), chat.raw_in(after)) for chat in self.chats]
        changed = [one for one in values if one[1] != one[2]]
        if len(changed) != 1:
            self.complain(f"{before} becomes {after}: {len(changed)} chats' parameters change")
        if self.page_part(before) != self.page_part(after):
            self.complain(f"{before} becomes {after}: something else changes")
        for chat, former, now in changed:
            chat.ledger.address(former, now, push)

    def stored(self, key: str, before: str | None, after: str | None) -> None:
        """The library has written storage."""
        for chat in self.chats:
            if key.startswith(chat.key):
                chat.ledger.storage(key, before, after)
                return
        self.complain(f"{key} is nobody's key")

    def page_part(self, url: str) -> tuple[str, list[tuple[str, str]]]:
        """What of an address is the page's own."""
        parts = urlsplit(url)
        ours = [chat.parameter for chat in self.chats]
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        return parts.path, [pair for pair in pairs if pair[0] not in ours]
