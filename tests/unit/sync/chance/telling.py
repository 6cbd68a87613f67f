"""A story, from its beginning until all is quiet, judged."""

from __future__ import annotations

import asyncio
from unittest import mock

from sync import remembering
from tests.fakes import settle_loop

from .acts import do
from .tab import Chat, Tab

Story = list[tuple[str, float]]

QUIET = 200.0
"""Seconds after which everything has ended: answers, retries, the limits of commands."""


def tell(story: Story, *owners: bool, initial: str | None = None) -> Tab:
    """Tells a story, lets a server that works again come to rest, and looks.

    `owners` says for each chat of the page whether its element is ours.
    """
    return asyncio.run(_told(story, owners, initial))


async def _told(story: Story, owners: tuple[bool, ...], initial: str | None) -> Tab:
    tab = Tab(owners, initial)
    with mock.patch.object(remembering, "Memory", tab.memory):
        await tab.live(0.5)
        for act, pause in story:
            do(tab, act)
            await tab.live(pause)
        await _rest(tab)
        wanted = [_wanted(chat) for chat in tab.chats]
        tab.note("* the next visit")
        tab.load()
        await _rest(tab)
        for chat, thread in zip(tab.chats, wanted, strict=True):
            if thread != chat.element.thread_id and thread not in chat.server.refused:
                tab.complain(f"{chat.name}: {thread} is not restored at the next visit")
    for page in tab.pages:
        for error, where in page.exceptions:
            tab.complain(f"{error!r} {where}")
    assert tab.complaints == [], "\n".join([*tab.complaints, "", *tab.diary])
    return tab


async def _rest(tab: Tab) -> None:
    tab.note("* all becomes quiet")
    for chat in tab.chats:
        chat.server.down = False
        chat.server.failing.clear()
        chat.server.creating = 200
    await tab.live(QUIET)
    await settle_loop()
    for chat in tab.chats:
        _is_at_rest(tab, chat)
        chat.ledger.quiet()


def _wanted(chat: Chat) -> str | None:
    """What the next visit has to show: the address wins over storage, also where it asks for a new
    chat; what the page itself loads comes last where it hands it to us, and before storage where it
    hands it to the element.
    """
    own = chat.id_of(chat.initial) if chat.initial else None
    new_chat = chat.tab.browser.new_chat(chat.parameter)
    if chat.named is None and new_chat is not None:
        became = chat.tab.history.session.get(new_chat)
        return became if chat.owner or became else own
    return chat.named or (chat.stored or own if chat.owner else own or chat.stored)


def _is_at_rest(tab: Tab, chat: Chat) -> None:
    """The page works, and Python knows what the element shows."""
    assert chat.chatkit is not None
    snapshot = chat.chatkit.snapshot
    if snapshot.phase != "idle" or snapshot.busy:
        tab.complain(f"{chat.name}: is not at rest: {snapshot}")
    if snapshot.thread_id != chat.element.thread_id:
        tab.complain(f"{chat.name}: {snapshot.thread_id} is believed to be shown")
