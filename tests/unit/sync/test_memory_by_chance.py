"""By chance: whatever a person, a server, the page and other tabs do, in any order and timing.

Each story is a list of acts with pauses between them, told on fakes with a fake clock over any
number of loads of the page; then all becomes quiet, and what must hold is looked at. The variable
SEQUENCES says how many stories are told: without it 500, the same every time.
"""

import asyncio
import contextlib
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync import ChatKitError
from tests.fakes import Clock, FakeElement, History, Server, Storage, passing, settle_loop
from tests.unit.sync.page import KEY, Page

both = pytest.mark.parametrize("owner", [True, False], ids=["owner", "companion"])

SEQUENCES = os.environ.get("SEQUENCES")

QUIET = 200.0
"""Seconds after which everything has ended: answers, retries, the limits of commands."""

PAUSES = st.sampled_from([0.0, 0.0001, 0.003, 0.01, 0.06, 0.11, 0.2, 0.4, 2.0, 30.0])

CALM = """
opens-a opens-b opens-c opens-new control-a control-b control-new new-chat
sends sends-by-control sends-new-thread stops
back forward back-two fragment reload
own-entry own-entry-with-ours own-replace
tab-a tab-b tab-clears cache
""".split()
PASSING = "down up replaced retry slow-a slow-b quick".split()
STORMY = "missing-x control-x deletes refuses accepts ill-a ill-b well vanishes-b".split()


class World:
    """One tab of one person, its server, and what other tabs do to the storage."""

    def __init__(self, owner: bool) -> None:
        self.owner = owner
        self.clock = Clock()
        self.server = Server("a", "b", "c")
        self.storage = Storage()
        self.history = History("/?q=1")
        self.has_own_entries = False
        self.pages: list[Page] = []
        self.load()

    @property
    def page(self) -> Page:
        """The page that is loaded now."""
        return self.pages[-1]

    def load(self) -> None:
        """The page is loaded, again."""
        if self.pages:
            self.page.browser.unload()
        page = Page(
            owner=self.owner,
            server=self.server,
            storage=self.storage,
            clock=self.clock,
            history=self.history,
            starts=False,
        )
        self.pages.append(page)
        page.chatkit.start()

    async def live(self, seconds: float) -> None:
        """Time passes; a visit that the library asks for is made."""
        await passing(self.clock, seconds)
        while self.page.browser.visits:
            self.visit(self.page.browser.visits[-1])
            await passing(self.clock, seconds)

    def visit(self, url: str) -> None:
        """Another load: of the same entry, or of a new one."""
        if url != self.history.href:
            self.history.write(url, push=True)
            self.history.writes.pop()
        self.load()

    def do(self, act: str) -> None:
        """One act."""
        page, what, _, which = self.page, *act.partition("-")
        for table in (self._in_the_chat, self._on_the_page, self._around):
            acts = table(page, which)
            if what in acts:
                acts[what]()
                return
        raise LookupError(act)

    def _in_the_chat(self, page: Page, which: str) -> dict[str, Any]:
        element = page.current

        def opens() -> None:
            # Nobody opens what the history does not list.
            made = sorted(one for one in self.server.threads if one.startswith("new_"))
            thread = (made or ["a"])[-1] if which == "new" else which
            if element.loaded and thread in self.server.threads:
                element.user_opens(thread)

        def sends() -> None:
            if which == "by-control":
                page.browser.click("send", text="Hello")
            elif which == "new-thread":
                sent = page.chatkit.send_user_message("Hello", new_thread=True)
                page.chatkit._session.tasks.run(self._ignoring(sent), "in a story")
            elif element.loaded and not element.responding and not element.loading:
                element.user_sends()

        def deletes() -> None:
            if element.loaded and element.thread_id in self.server.threads:
                element.user_deletes(element.thread_id)

        return {
            "opens": opens,
            "missing": lambda: element.user_opens("x") if element.loaded else None,
            "new": lambda: element.user_opens(None) if element.loaded else None,
            "sends": sends,
            "stops": lambda: element.user_stops(),
            "deletes": deletes,
        }

    def _on_the_page(self, page: Page, which: str) -> dict[str, Any]:
        browser, history = page.browser, self.history

        def control() -> None:
            if which == "new":
                browser.click("new-thread", control=1)
            else:
                browser.click("open-thread", thread=which, control=ord(which))

        def own() -> None:
            self.has_own_entries = True
            ours = f"threadId={page.named}" if page.named else ""
            if which == "replace":
                history.write(f"/own?{ours}" if ours else "/own", push=False)
            elif which == "entry":
                history.write(f"/own{len(history.entries)}", push=True)
            else:
                history.write(f"/own{len(history.entries)}?{ours}", push=True)
            history.writes.pop()

        def replaced() -> None:
            browser.remove(page.current)
            browser.mount(FakeElement(self.server), configured=not self.owner)

        return {
            "control": control,
            "back": lambda: history.go(-2 if which else -1),
            "forward": history.forward,
            "fragment": lambda: history.click_fragment("x"),
            "reload": self.load,
            "own": own,
            "replaced": replaced,
            "retry": lambda: browser.click("retry", control=99),
            "cache": browser.come_back,
        }

    def _around(self, page: Page, which: str) -> dict[str, Any]:
        server = self.server

        def tab() -> None:
            if which == "clears":
                self.storage.clear()
            else:
                self.storage.items[KEY] = which
                server.confirmed.add(which)  # over there
            self.storage.writes.append(("another tab", which))

        def vanishes() -> None:
            if which in server.threads:
                server.threads.remove(which)

        return {
            "tab": tab,
            "down": lambda: setattr(server, "down", True),
            "up": lambda: setattr(server, "down", False),
            "refuses": lambda: setattr(server, "creating", 400),
            "accepts": lambda: setattr(server, "creating", 200),
            "ill": lambda: server.failing.update({which: 500}),
            "well": server.failing.clear,
            "slow": lambda: server.latencies.update({which: 1.5}),
            "quick": server.latencies.clear,
            "vanishes": vanishes,
        }

    async def _ignoring(self, command: Any) -> None:
        with contextlib.suppress(ChatKitError):
            await command

    # What must hold.

    def check_writes(self) -> None:
        """Nothing is saved that no server has confirmed, and nothing twice."""
        for key, value in self.storage.writes:
            assert key != KEY or value is None or self.is_known(value), value
        for before, after in zip(self.storage.writes, self.storage.writes[1:], strict=False):
            assert before != after or before[0] == "another tab", "written twice"
        for _, url in self.history.writes:
            named = url.partition("threadId=")[2].partition("#")[0].partition("&")[0]
            assert not named or self.is_known(named), url

    def is_known(self, thread_id: str) -> bool:
        """Whether the server has said that a thread is there."""
        return thread_id in self.server.confirmed

    def agrees(self) -> bool:
        """Whether address, storage and screen say the same, as far as each has an opinion."""
        page, shown = self.page, self.page.current.thread_id
        # Between entries that differ in the page's own part there is no opinion: the chat stays.
        named = page.named == shown or (self.has_own_entries and page.named is None)
        # Another tab changes what the next visit restores, never the chat on screen.
        last = self.storage.writes[-1][0] if self.storage.writes else ""
        stored = page.stored == shown or last == "another tab"
        return named and stored

    def may_differ(self) -> bool:
        """Whether the screen shows less than is remembered, and there is a reason for it."""
        element = self.page.current
        if element.thread_id is None:
            return element.failures > 0
        # An empty thread that calls itself a success (fact 6), or one that nobody could confirm.
        return element.thread_id in element.poisoned | element.unproven

    def is_at_rest(self) -> None:
        """The page works, and Python knows what the element shows."""
        page = self.page
        for one in self.pages:
            assert one.browser.exceptions == []
        assert page.phase == "idle", page.snapshot
        assert not page.snapshot.busy
        assert page.snapshot.thread_id == page.current.thread_id


def tell(owner: bool, story: list[tuple[str, float]]) -> World:
    """Tells a story, lets a server that works again come to rest, and looks."""

    async def told() -> World:
        world = World(owner)
        await world.live(0.5)
        for act, pause in story:
            world.do(act)
            await world.live(pause)
        world.server.down = False
        world.server.failing.clear()
        world.server.creating = 200
        await world.live(QUIET)
        await settle_loop()
        world.is_at_rest()
        world.check_writes()
        return world

    return asyncio.run(told())


def stories(*acts: str) -> st.SearchStrategy[list[tuple[str, float]]]:
    """Stories of these acts."""
    return st.lists(st.tuples(st.sampled_from(acts), PAUSES), max_size=14)


def by_chance(*, share: float = 1.0) -> settings:
    """How many stories a test tells, of owner and companion together."""
    number = int(SEQUENCES or "500") * share / 2
    return settings(
        max_examples=max(10, int(number)),
        derandomize=SEQUENCES is None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@both
@by_chance(share=0.2)
@given(story=stories(*CALM))
def test_without_failures_address_storage_and_screen_agree(
    owner: bool, story: list[tuple[str, float]]
) -> None:
    world = tell(owner, story)
    assert world.agrees()


@both
@by_chance()
@given(story=stories(*CALM, *PASSING, *STORMY))
def test_with_failures_they_agree_or_the_screen_shows_less(
    owner: bool, story: list[tuple[str, float]]
) -> None:
    world = tell(owner, story)
    assert world.agrees() or world.may_differ()
    assert world.page.stored is None or world.page.stored in world.server.ever


KEEPING = """
opens-a opens-b opens-c control-a control-b sends sends-by-control stops
back forward fragment reload cache own-entry-with-ours
down up replaced retry slow-a slow-b quick
""".split()


@both
@by_chance(share=0.2)
@given(story=stories(*KEEPING))
def test_a_passing_failure_never_loses_the_thread(
    owner: bool, story: list[tuple[str, float]]
) -> None:
    """Nobody means a null in these: what was remembered once is never nothing again."""
    world = tell(owner, [("opens-a", 2.0), *story])
    assert not any(key == KEY and value is None for key, value in world.storage.writes)
    assert world.page.stored is not None
