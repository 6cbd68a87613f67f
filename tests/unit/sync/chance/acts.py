"""What people, servers, the page and other tabs do, by name: `what`, `what-which`, `what@2`.

`@2` does it in the page's second chat. What cannot be done at the moment is not done.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from sync import ChatKitError

from .element import USER
from .tab import Chat, Tab

Acts = dict[str, Callable[[], Any]]


def do(tab: Tab, act: str) -> None:
    """One act."""
    tab.note(f"* {act}")
    name, _, number = act.partition("@")
    what, _, which = name.partition("-")
    chat = tab.chats[1 if number else 0]
    for table in (_in_the_chat, _from_the_page, _around_the_chat, _in_the_tab):
        acts = table(tab, chat, which)
        if what in acts:
            acts[what]()
            return
    raise LookupError(act)


def _in_the_chat(tab: Tab, chat: Chat, which: str) -> Acts:
    element, threads = chat.element, chat.server.threads

    def opens() -> None:
        # Nobody opens what the history does not list.
        if element.loaded and chat.id_of(which) in threads:
            element.user_opens(chat.id_of(which))

    def missing() -> None:
        # Twice at once has not been measured: which of the two failures is taken back to what.
        if element.loaded and chat.id_of("x") not in element.loading:
            element.user_opens(chat.id_of("x"))

    def sends() -> None:
        if element.loaded and not element.responding and not element.loading:
            element.user_sends()

    def deletes() -> None:
        if element.loaded and element.thread_id in threads:
            element.user_deletes(element.thread_id)

    return {
        "opens": opens,
        "missing": missing,
        "new": lambda: element.user_opens(None) if element.loaded else None,
        "sends": sends,
        "stops": element.user_stops,
        "deletes": deletes,
    }


def _from_the_page(tab: Tab, chat: Chat, which: str) -> Acts:
    browser, element, chatkit = tab.browser, chat.element, chat.chatkit
    assert chatkit is not None

    def runs(command: Coroutine[Any, Any, None]) -> None:
        chatkit._session.tasks.run(_ignoring(command), "in a story")

    def control() -> None:
        if which == "new":
            browser.click("new-thread", control=1, element=element)
        else:
            thread = chat.id_of(which)
            browser.click("open-thread", thread=thread, control=ord(which), element=element)

    def replaced() -> None:
        browser.remove(element)
        chat.mount()

    def routed() -> None:
        # A page's router: another entry, and a fresh element.
        before = chat.named
        tab.write(f"/own?{chat.parameter}={chat.id_of(which)}", push=True)
        if chat.named != before:
            chat.ledger.chosen()
        replaced()

    def names() -> None:
        # A link of the page's own, which its router takes.
        tab.write(f"/?q=1&{chat.parameter}={chat.id_of(which)}", push=True)

    def panel() -> None:
        # Over whatever is shown, with the state of the entry below; Back closes it.
        state = tab.history.state
        below = state if isinstance(state, dict) else {}
        tab.write("/?q=1", push=True, state={**below, "panel": True})

    return {
        "routed": routed,
        "names": names,
        "panel": panel,
        "control": control,
        "says": lambda: browser.click("send", text="Hello", element=element),
        "saysanew": lambda: runs(chatkit.send_user_message("Hello", new_thread=True)),
        "asks": lambda: runs(chatkit.set_thread_id(chat.id_of(which))),
        "retry": lambda: browser.click("retry", control=99, element=element),
        "retries": chatkit.retry,
        "replaced": replaced,
    }


async def _ignoring(command: Any) -> None:
    with contextlib.suppress(ChatKitError):
        await command


def _around_the_chat(tab: Tab, chat: Chat, which: str) -> Acts:
    server, thread = chat.server, chat.id_of(which) if len(which) == 1 else ""

    def tab_writes() -> None:
        if which == "clears":
            tab.storage.clear()
        else:
            tab.storage.items[chat.key_now] = thread
            server.confirmed.add(thread)  # over there
        for one in tab.chats:
            if one is chat or which == "clears":
                one.ledger.tab_wrote(one.stored)

    def paced(latency: float, answer_time: float) -> None:
        server.latency, server.answer_time = latency, answer_time

    def vanishes() -> None:
        if thread in server.threads:
            server.threads.remove(thread)

    return {
        "tab": tab_writes,
        "down": lambda: setattr(server, "down", True),
        "up": lambda: setattr(server, "down", False),
        "refuses": lambda: setattr(server, "creating", 400),
        "fails": lambda: setattr(server, "creating", 500),
        "accepts": lambda: setattr(server, "creating", 200),
        "ill": lambda: server.failing.update({thread: 500}),
        "well": server.failing.clear,
        "slow": lambda: server.latencies.update({thread: 1.5}),
        "quick": server.latencies.clear,
        "brisk": lambda: paced(0.003, 0.004),
        "sluggish": lambda: paced(0.7, 6.0),
        "vanishes": vanishes,
    }


def _in_the_tab(tab: Tab, chat: Chat, which: str) -> Acts:
    history = tab.history

    def own() -> None:
        query = history.url.partition("?")[2].partition("#")[0]
        ours = "&".join(one for one in query.split("&") if one.partition("=")[0] in names)
        path = "/own" if which == "replace" else f"/own{len(history.entries)}"
        is_ours = which in ("with", "replace") and ours
        tab.write(f"{path}?{ours}" if is_ours else path, push=which != "replace")

    def link() -> None:
        named = "%20!" if which == "nonsense" else chat.id_of(which)
        tab.visit(f"/?q=1&{chat.parameter}={named}")

    def fragment() -> None:
        for one in tab.chats:
            one.ledger.arrived(history.href, history.href, None, walked=False)
        history.click_fragment("x")

    def cache() -> None:
        for one in tab.chats:
            one.ledger.failed_wishes += 1
        tab.browser.come_back()

    def login() -> None:
        former, tab.scope = tab.scope, USER if which == "user" else None
        for one in tab.chats:
            one.server.user = tab.scope
            if tab.scope != former:
                one.element.leaves()
            assert one.chatkit is not None
            one.chatkit.set_scope(tab.scope)

    names = [one.parameter for one in tab.chats]
    return {
        "back": lambda: tab.go(-2 if which else -1),
        "forward": lambda: tab.go(1),
        "fragment": fragment,
        "reload": tab.load,
        "own": own,
        "link": link,
        "cache": cache,
        "login": login,
    }
