"""The thread in storage: what a browser denies, other tabs, the back/forward cache, scopes."""

import functools
import json
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from sync.toolbar import TEXTS

from .scene import CONTROLS, ELEMENT, START_LIMIT, TOOLBAR, Scene
from .test_memory_saving import WRITES, writes
from .threads import MODES, bar, length, make, store

KEY = "chatkit.threadId"

LEAVE = '<a id="leave" href="/scene/blank">Elsewhere</a>'

# Whether the page came out of the back/forward cache, each time that it was shown.
RETURNS = """<script>
  window.returns = [];
  addEventListener("pageshow", (event) => returns.push(event.persisted));
</script>"""


# Playwright knows neither the frames nor, in Firefox, the address of a page that came out of it.
ADDRESS = "location.search"
MESSAGES = """[...document.querySelector("#chat").shadowRoot.querySelector("iframe")
  .contentDocument.querySelectorAll("[data-standin=message]")].map((one) => one.textContent)"""


def open_keepable(scene: Scene, **parts: Any) -> None:
    """A page that the browser may keep: one with `no-store` that fetches goes for good."""
    address = scene.build(head=parts.pop("head", "") + RETURNS, **parts)
    with urlopen(address) as answer:
        html = answer.read().decode()
    scene.site.add_page(scene.path, html, headers={"cache-control": "no-cache"})
    scene.page.goto(address)
    scene.expect_phase("idle", limit=START_LIMIT)


class NotKept(Exception):
    """The browser has not kept the page: its own choice, on a busy machine (seen: "masked")."""


def while_kept(test: Callable[[Scene], None]) -> Callable[[Scene], None]:
    """Tells the whole story anew, up to five times, where the browser does not keep the page."""

    @functools.wraps(test)
    def told(scene: Scene) -> None:
        for _ in range(4):
            try:
                return test(scene)
            except NotKept:
                # A page without what this one has changed, and what it has said is not the next's.
                scene.page.goto(scene.site.url + "/scene/blank")
                scene.js("localStorage.clear()")
                scene.console.forget()
        return test(scene)

    return told


def leave_and_return(scene: Scene, meanwhile: str = "", argument: Any = None) -> None:
    """Follow the page's link, run JavaScript there, and come Back out of the cache."""
    times = len(scene.js("returns"))
    scene.press("#leave")
    scene.page.wait_for_function("location.pathname === '/scene/blank'")
    scene.js(f"(argument) => {{ {meanwhile} }}", argument)
    scene.js("() => { setTimeout(() => history.back()); }")
    scene.page.wait_for_function(
        "(times) => window.returns && (returns.length > times || !returns.at(-1))", arg=times
    )
    reasons = "JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons)"
    if scene.js("returns.length") <= times:
        raise NotKept(scene.js(reasons))
    assert scene.js("returns.at(-1)") is True, "the page was loaded again"


def expect_messages(scene: Scene, count: int, first: str) -> None:
    """Wait until the chat of a page from the cache shows so many messages."""

    def holds() -> bool:
        texts: list[str] = scene.js(MESSAGES)
        return len(texts) == count and first in texts[0]

    scene.wait(holds, f"{count} messages, the first with {first!r}")


STORE = f"localStorage.setItem('{KEY}', argument);"
CLEAR = "localStorage.clear();"


def expect_settled(scene: Scene, thread_id: str | None, query: str) -> None:
    """Wait until the chat, the address and the storage agree."""
    scene.expect_shown(thread_id)
    scene.wait(lambda: bool(scene.js(ADDRESS) == query), f"the address {query!r}")
    scene.expect_stored(thread_id)


# 18: storage that does not do what it should.

DENIED = """<script>
  Object.defineProperty(window, "localStorage", {
    get() { throw new DOMException("denied", "SecurityError"); },
  });
</script>"""
FULL = """<script>
  Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
</script>"""
WARNINGS = """<script>
  window.warnings = [];
  const { warn } = console;
  console.warn = (text) => {
    warnings.push(text);
    warn(text);
  };
</script>"""
UNREADABLE = """<script>
  Storage.prototype.getItem = () => { throw new DOMException("broken", "InvalidStateError"); };
</script>"""

RENEW = """() => {
  const fresh = document.createElement("openai-chatkit");
  fresh.id = "chat";
  document.querySelector("#chat").replaceWith(fresh);
  fresh.setOptions({ api: { url: "/chatkit", domainKey: "local" } });
}"""


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (DENIED, "cannot be read (denied)"),
        (FULL, "cannot be written (full)"),
        (UNREADABLE, "cannot be read (broken)"),
    ],
    ids=["denied", "full", "unreadable"],
)
def test_18_without_storage_the_chat_goes_on_with_one_report(
    scene: Scene, head: str, says: str
) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(head=head, body=bar(a, b))
    scene.press("#open-a")
    scene.expect_shown(a)
    scene.expect_query(f"?threadId={a}")
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_query(f"?threadId={b}")
    scene.press("#send")
    expect(scene.messages()).to_have_count(4)
    scene.expect_phase("idle")
    scene.go(-1)
    scene.expect_shown(a)
    scene.js(RENEW)
    scene.wait(lambda: "starting" in scene.js("scene.phases.slice(1)"), "the fresh element")
    scene.expect_shown(a)
    scene.expect_report("warning: ", f"localStorage {says}")


@pytest.mark.once
@while_kept
def test_18_memory_serves_for_what_a_full_storage_has_not_taken(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    store(scene, a)
    open_keepable(
        scene, head=FULL + WARNINGS, body=bar(a, b) + LEAVE, settings={"parameter": False}
    )
    scene.expect_shown(a)
    scene.press("#open-b")
    scene.expect_shown(b)
    # Coming back reads both places again, and what storage still holds is out of date.
    leave_and_return(scene)
    scene.press("#send")
    expect_messages(scene, 4, "Beta asked")
    scene.expect_shown(b)
    assert scene.stored() == a
    [told] = scene.js("warnings")
    assert "localStorage cannot be written (full)" in told
    # Playwright hears what a page has said once more when it comes out of the cache.
    assert set(scene.reports()) == {f"warning: {told}"}


def test_18_corrupt_storage_is_ignored_and_told_once(scene: Scene) -> None:
    store(scene, '{"not": "an id"}')
    scene.open()
    scene.expect_report("warning: ", f"localStorage['{KEY}']")
    scene.expect_shown(None)
    scene.say("Hello")
    expect(scene.messages()).to_have_count(2)
    scene.expect_phase("idle")
    scene.wait(lambda: (scene.stored() or "").startswith("thr"), "a thread in storage")


@pytest.mark.once
def test_18_what_another_script_empties_or_spoils_is_written_again(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b))
    scene.press("#open-a")
    expect_settled(scene, a, f"?threadId={a}")
    scene.js("localStorage.clear()")
    scene.press("#open-b")
    expect_settled(scene, b, f"?threadId={b}")
    scene.js(f"localStorage.setItem('{KEY}', '<nonsense>')")
    scene.press("#open-a")
    expect_settled(scene, a, f"?threadId={a}")
    scene.js("localStorage.clear()")
    scene.reload()
    expect_settled(scene, a, f"?threadId={a}")


# 19: other tabs.


def tab(scene: Scene) -> Scene:
    """Another tab of the same person, at the page's plain address."""
    page = scene.page.context.new_page()
    other = Scene(scene.site, page, scene.console, scene.runtime, scene.tag)
    other.path = scene.path
    visit(other)
    return other


def visit(scene: Scene) -> None:
    """Come to the page by a link that names no thread."""
    scene.page.goto(scene.site.url + scene.path)
    scene.expect_phase("idle", limit=START_LIMIT)


@pytest.mark.once
def test_19_each_tab_keeps_its_chat_and_a_third_opens_with_what_was_used_last(
    scene: Scene,
) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b), query=f"?threadId={a}")
    scene.expect_stored(a)
    second = tab(scene)
    expect_settled(second, a, f"?threadId={a}")
    second.press("#open-b")
    expect_settled(second, b, f"?threadId={b}")
    third = tab(scene)
    expect_settled(third, b, f"?threadId={b}")
    # A message makes its thread the one that was used last.
    scene.press("#send")
    expect(scene.messages()).to_have_count(4)
    expect_settled(scene, a, f"?threadId={a}")
    second.expect_shown(b)
    second.expect_query(f"?threadId={b}")
    visit(third)
    expect_settled(third, a, f"?threadId={a}")
    expect(third.messages()).to_have_count(4)


@pytest.mark.once
def test_19_another_tabs_clear_is_seen_by_whoever_reads_next(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b), query=f"?threadId={a}")
    scene.expect_stored(a)
    second = tab(scene)
    expect_settled(second, a, f"?threadId={a}")
    scene.js("localStorage.clear()")
    visit(second)
    expect_settled(second, None, "")
    assert scene.snapshot()["thread_id"] == a, "each tab keeps its own"
    # The tab whose thread was forgotten says again what it uses.
    scene.press("#send")
    expect(scene.messages()).to_have_count(4)
    expect_settled(scene, a, f"?threadId={a}")
    second.press("#open-b")
    expect_settled(second, b, f"?threadId={b}")
    scene.expect_shown(a)
    scene.reload()
    expect_settled(scene, a, f"?threadId={a}")


# 20: the back/forward cache.


@pytest.mark.once
@while_kept
def test_20_out_of_the_back_forward_cache_the_address_goes_before_storage(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    open_keepable(scene, body=bar(a, b) + LEAVE)
    # The address names nothing, and another page has opened a thread meanwhile.
    leave_and_return(scene, STORE, b)
    expect_settled(scene, b, f"?threadId={b}")
    expect_messages(scene, 2, "Beta asked")
    # The address names the thread that is shown.
    leave_and_return(scene, STORE, a)
    scene.press("#send")
    expect_messages(scene, 4, "Beta asked")
    expect_settled(scene, b, f"?threadId={b}")
    # Neither names one: the chat stays.
    scene.js("history.pushState(null, '', '?own=1')")
    leave_and_return(scene, CLEAR)
    scene.press("#send")
    expect_messages(scene, 6, "Beta asked")
    scene.expect_shown(b)
    # The address names another one than the screen, by the page's own hand.
    scene.js("(id) => history.replaceState(null, '', `?own=1&threadId=${id}`)", a)
    leave_and_return(scene)
    expect_settled(scene, a, f"?own=1&threadId={a}")
    # What comes afterwards is as ever.
    scene.press("#open-b")
    expect_settled(scene, b, f"?own=1&threadId={b}")
    scene.go(-1)
    expect_settled(scene, a, f"?own=1&threadId={a}")
    assert scene.js("returns") == [False, True, True, True, True]


@pytest.mark.once
@while_kept
def test_20_out_of_the_back_forward_cache_storage_alone_without_the_parameter(
    scene: Scene,
) -> None:
    a, b = make(scene, "Alpha", "Beta")
    open_keepable(scene, body=bar(a, b) + LEAVE, settings={"parameter": False})
    scene.js("history.replaceState(null, '', '?threadId=thr_none')")
    scene.press("#open-a")
    expect_settled(scene, a, "?threadId=thr_none")
    leave_and_return(scene, STORE, b)
    expect_settled(scene, b, "?threadId=thr_none")
    expect_messages(scene, 2, "Beta asked")
    leave_and_return(scene, CLEAR)
    scene.press("#send")
    expect_messages(scene, 4, "Beta asked")
    expect_settled(scene, b, "?threadId=thr_none")
    assert scene.js("returns") == [False, True, True]


# 21: scopes.

SCOPE = """
@probe
def set_scope(scope):
    running()[0].set_scope(scope)
"""


def expect_new_chat(scene: Scene) -> None:
    """Wait for a new chat that no address names."""
    scene.expect_shown(None)
    scene.expect_query("")


def test_21_another_user_begins_with_a_new_chat(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b), query=f"?threadId={a}", python=SCOPE)
    scene.expect_shown(a)
    scene.expect_stored(a)
    scene.python("set_scope", "u2")
    expect_new_chat(scene)
    assert scene.stored() == a, "the former user's entry is kept"
    assert scene.stored(f"{KEY}:u2") is None
    refused = scene.command("set_thread_id", a)
    assert (refused["error"], refused["reason"]) == ("ChatKitUnavailable", "scope")
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_stored(b, f"{KEY}:u2")
    assert scene.stored() == a


@pytest.mark.once
def test_21_login_change_of_user_and_logout_each_have_their_entry(scene: Scene) -> None:
    a, b, c = make(scene, "Alpha", "Beta", "Gamma")
    # Each user has another one from an earlier visit, and it is not what they begin with.
    store(scene, "thr_earlier", f"{KEY}:u2")
    scene.open(body=bar(b, c), query=f"?threadId={a}", python=SCOPE)
    scene.expect_stored(a)
    entries = length(scene)
    for user, control, thread in (("u1", "#open-a", b), ("u2", "#open-b", c)):
        scene.python("set_scope", user)
        expect_new_chat(scene)
        scene.press(control)
        scene.expect_shown(thread)
        scene.expect_query(f"?threadId={thread}")
        scene.expect_stored(thread, f"{KEY}:{user}")
    scene.python("set_scope", None)
    expect_new_chat(scene)
    assert length(scene) == entries, "each time the entry was replaced"
    assert json.loads(scene.js("JSON.stringify(localStorage)")) == {
        KEY: a,
        f"{KEY}:u1": b,
        f"{KEY}:u2": c,
    }
    for former in (b, c):
        refused = scene.command("set_thread_id", former)
        assert (refused["error"], refused["reason"]) == ("ChatKitUnavailable", "scope")
    # What this scope had itself is allowed, here and on the next visit.
    assert scene.command("set_thread_id", a)["ok"]
    scene.expect_shown(a)
    scene.expect_query(f"?threadId={a}")


@pytest.mark.once
def test_21_back_to_an_entry_of_the_former_user_shows_nothing_of_it(scene: Scene) -> None:
    a, b, c = make(scene, "Alpha", "Beta", "Gamma")
    side = f'<a id="open-c" data-chatkit-action="open-thread" data-chatkit-thread="{c}">C</a>'
    body = bar(a, b).replace("</nav>", side + "</nav>")
    scene.open(body=body, query=f"?threadId={a}", python=SCOPE)
    scene.press("#open-b")
    expect_settled(scene, b, f"?threadId={b}")
    entries = length(scene)
    scene.python("set_scope", "u1")
    expect_new_chat(scene)
    scene.press("#open-c")
    scene.expect_shown(c)
    scene.expect_query(f"?threadId={c}")
    scene.expect_stored(c, f"{KEY}:u1")
    scene.js("scene.snapshots.length = 0")
    scene.go(-1)
    expect(scene.locate("#status")).to_have_text("That conversation could not be opened.")
    scene.expect_shown(c)
    scene.expect_query(f"?threadId={c}")
    # Neither a control nor Forward leads to it.
    scene.press("#open-a")
    scene.expect_report("warning: ", "open-thread", "former scope")
    scene.go(1)
    scene.press("#send")
    expect(scene.messages()).to_have_count(4)
    scene.expect_shown(c)
    assert {one["thread_id"] for one in scene.js("scene.snapshots")} == {c}
    assert scene.query() == f"?threadId={c}"
    assert length(scene) == entries
    assert scene.stored() == b, "the former user's last thread"


RETRY = (
    '<button id="retry" data-chatkit-action="retry" data-chatkit-show="retry">Try again</button>'
    "</nav>"
)


@MODES
def test_21_what_the_former_user_could_not_see_is_not_offered_or_said_to_the_next(
    scene: Scene, owner: bool
) -> None:
    """… and Back to it is refused and corrected, in the address alone."""
    a, b = make(scene, "Alpha", "Beta")
    store(scene, a, f"{KEY}:u1")
    store(scene, "thr_earlier", f"{KEY}:u2")
    ill = scene.site.faults.add("threads.get_by_id", thread_id=a, status=500)
    scene.open(
        owner=owner,
        settings={"scope": "u1"},
        head=WRITES,
        body=bar(a, b).replace("</nav>", RETRY),
        query=f"?threadId={a}",
        python=SCOPE,
    )
    expect(scene.locate("#retry")).to_be_visible()
    scene.js("history.pushState(null, '', location.href)")
    entries = length(scene)
    scene.js("scene.writes.length = 0")
    scene.python("set_scope", "u2")
    expect_new_chat(scene)
    expect(scene.locate("#retry")).to_be_hidden()
    expect(scene.locate("#status")).to_have_text("")
    assert (scene.snapshot()["notice"], scene.snapshot()["lost"]) == (None, None)
    assert writes(scene) == [("replaceState", None)]
    scene.site.faults.clear()
    scene.press("#open-a")
    scene.expect_report("warning: ", "open-thread", "former scope")
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_query(f"?threadId={b}")
    scene.expect_stored(b, f"{KEY}:u2")
    # Another tab of the same user's.
    store(scene, "thr_elsewhere", f"{KEY}:u2")
    scene.js("scene.writes.length = 0")
    scene.go(-1)
    expect(scene.locate("#status")).to_have_text("That conversation could not be opened.")
    scene.wait(lambda: bool(writes(scene)), "the correction")
    scene.expect_query(f"?threadId={b}")
    expect(scene.locate("#retry")).to_be_hidden()
    scene.expect_shown(b)
    assert writes(scene) == [("replaceState", b)]
    assert length(scene) == entries
    assert ill.hits == 1, "nobody has asked for it again"
    assert scene.stored(f"{KEY}:u1") == a


@MODES
def test_21_what_fails_after_the_user_has_changed_is_not_the_next_users(
    scene: Scene, owner: bool
) -> None:
    """A restore whose time was over, and a thread that a control was opening."""
    a, b = make(scene, "Alpha", "Beta")
    slow = {
        thread: scene.site.faults.add(
            "threads.get_by_id", thread_id=thread, status=500, hold_after=0
        )
        for thread in (a, b)
    }
    scene.open(
        owner=owner,
        settings={"scope": "u1", "restore_timeout": 1.0},
        head=WRITES,
        body=bar(b),
        query=f"?threadId={a}",
        python=SCOPE,
        wait=False,
    )
    scene.expect_phase("loading", limit=START_LIMIT)
    for user, thread in (("u2", a), ("u3", b)):
        if thread == b:
            scene.press("#open-a")
        slow[thread].wait_hit()
        scene.js("scene.snapshots.length = scene.writes.length = 0")
        scene.python("set_scope", user)
        scene.page.wait_for_function("scene.snapshots.at(-1)?.thread_id === null")
        slow[thread].release()
        expect_new_chat(scene)
        assert [what for what, _ in writes(scene)] == ["replaceState"]
        scene.press("#send")
        expect(scene.messages()).to_have_count(2)
        scene.expect_phase("idle")
        created = scene.snapshot()["thread_id"]
        scene.expect_stored(created, f"{KEY}:{user}")
        scene.expect_query(f"?threadId={created}")
        seen = scene.js("scene.snapshots")
        # That the server is ill is nobody's secret.
        assert {one["notice"] for one in seen} <= {None, "unavailable"}
        assert {one["lost"] for one in seen} == {None}
        reports = scene.reports()
        assert all('data-chatkit-action="open-thread"' in report for report in reports), reports


def test_21_a_thread_that_was_being_created_for_the_former_user_is_given_back(
    scene: Scene,
) -> None:
    """Typed, its id is told when the next user is there; by `newThread` it is told to nobody."""
    [a] = make(scene, "Alpha")
    for user in ("u2", "u3"):
        store(scene, "thr_earlier", f"{KEY}:{user}")
    scene.open(settings={"scope": "u1"}, head=WRITES, query=f"?threadId={a}", python=SCOPE)
    scene.expect_shown(a)
    scene.press("#new")
    expect_new_chat(scene)
    entries = length(scene)
    for user, typed in (("u2", True), ("u3", False)):
        creation = scene.site.faults.add("threads.create", hold_after=0, times=1)
        if typed:
            scene.say("The former user's")
        else:
            said = scene.command("send_user_message", "The former user's", new_thread=True)
            assert said["ok"], said
        creation.wait_hit()
        scene.expect_phase("responding")
        before = scene.snapshot()["thread_id"]
        scene.js("scene.snapshots.length = scene.writes.length = 0")
        scene.python("set_scope", user)
        creation.release()
        if typed:
            scene.page.wait_for_function("scene.snapshots.some((one) => one.thread_id)")
            [former] = {one["thread_id"] for one in scene.js("scene.snapshots")} - {None}
            scene.expect_shown(None)
            refused = scene.command("set_thread_id", former)
            assert (refused["error"], refused["reason"]) == ("ChatKitUnavailable", "scope")
        expect_new_chat(scene)
        expect(scene.messages()).to_have_count(0)
        assert [what for what, _ in writes(scene)] == ([] if typed else ["replaceState"])
        scene.say("The next user's")
        expect(scene.messages()).to_have_count(2)
        scene.expect_phase("idle")
        created = scene.snapshot()["thread_id"]
        scene.expect_query(f"?threadId={created}")
        scene.expect_stored(created, f"{KEY}:{user}")
        assert created not in (before, former)
        assert length(scene) == entries
    assert scene.stored(f"{KEY}:u1") is None


# 22: two elements.

TWO = (
    ELEMENT
    + '<openai-chatkit id="other" style="height: 300px" data-chatkit-parameter="side"'
    + ' data-chatkit-key="side.thread"></openai-chatkit>'
)
TWO_BARS = (
    TOOLBAR.replace("data-chatkit-toolbar", 'data-chatkit-toolbar="#chat"').replace(
        "data-chatkit-status", 'data-chatkit-status="#chat"'
    )
    + """
<nav id="side" data-chatkit-toolbar="#other" aria-label="Side">
  <button id="side-send" data-chatkit-action="send" data-chatkit-text="To the side">Send</button>
  <button id="side-new" data-chatkit-action="new-thread">New</button>
</nav>"""
)

# What each of them shows.
SHOWN = """<script>
  window.shown = {};
  addEventListener("chatkit-sync", ({ target, detail }) => {
    shown[target.id] = detail.phase === "idle" && !detail.busy ? detail.thread_id : detail.phase;
  });
</script>"""


def expect_both(
    scene: Scene,
    chat: str | None,
    other: str | None,
    kept: tuple[str | None, str | None] = (None, None),
) -> None:
    """Wait until both chats are idle and agree with their places in address and storage; `kept` is
    what storage keeps where a walk has led to a new chat.
    """
    pairs = [("side", other), ("threadId", chat)]
    query = "&".join(f"{name}={thread}" for name, thread in pairs if thread)
    expected = {"chat": chat, "other": other}
    scene.wait(lambda: bool(scene.js("shown") == expected), f"both chats show {expected}")
    scene.expect_query("?" + query if query else "")
    scene.expect_stored(chat or kept[0])
    scene.expect_stored(other or kept[1], "side.thread")


def test_22_two_elements_with_names_of_their_own(scene: Scene) -> None:
    scene.open(element=TWO, body=TWO_BARS, head=SHOWN)
    scene.expect_phase("idle", "#side")
    fault = scene.site.faults.add("threads.create", hold_after=2)
    scene.press("#side-send")
    scene.expect_phase("responding", "#side")
    scene.expect_off("side-send", "side-new")
    scene.expect_on(*CONTROLS)
    fault.release()
    scene.expect_phase("idle", "#side")
    scene.wait(lambda: scene.stored("side.thread") is not None, "the side's thread")
    side = scene.stored("side.thread")
    expect_both(scene, None, side)
    scene.press("#send")
    first = scene.wait_stored()
    scene.expect_phase("idle")
    expect_both(scene, first, side)
    scene.reload()
    scene.expect_phase("idle", "#side")
    for number, words in ((0, "Said by a control"), (1, "To the side")):
        frame = scene.page.frame_locator("openai-chatkit iframe").nth(number)
        expect(frame.locator('[data-standin="message"]').first).to_contain_text(words)
    expect_both(scene, first, side)


@pytest.mark.once
def test_22_back_leads_each_of_two_elements_to_its_own_thread(scene: Scene) -> None:
    first, side = make(scene, "First", "Side")
    query = f"?side={side}&threadId={first}"
    scene.open(element=TWO, body=TWO_BARS, head=SHOWN, query=query)
    expect_both(scene, first, side)
    entries = length(scene)
    scene.press("#new")
    expect_both(scene, None, side)
    scene.press("#side-new")
    expect_both(scene, None, None)
    assert length(scene) == entries + 2
    walk = [(first, side), (None, side), (None, None)]
    place = 2
    for steps in (-1, -1, 1, 1, -2, 2):
        place += steps
        kept = (scene.stored(), scene.stored("side.thread"))
        scene.go(steps)
        expect_both(scene, *walk[place], kept)
    assert length(scene) == entries + 2


def test_22_what_one_of_two_elements_cannot_show_is_its_own_affair(scene: Scene) -> None:
    """Its thread cannot be had, is tried again, and is gone: the other goes on as if alone."""
    first, side = make(scene, "First", "Side")
    retry = (
        '<span data-chatkit-toolbar="#other"><button id="side-retry" data-chatkit-action="retry"'
        ' data-chatkit-show="retry">Try again</button></span>'
        '<output id="side-status" data-chatkit-status="#other"></output>'
    )
    scene.site.faults.add("threads.get_by_id", thread_id=side, status=500)
    query = f"?side={side}&threadId={first}"
    scene.open(owner=True, element=TWO, body=TWO_BARS + retry, head=SHOWN, query=query)
    scene.expect_phase("idle")
    expect(scene.locate("#side-status")).to_have_text(TEXTS["restore-failed"])
    expect(scene.locate("#status")).to_have_text("")
    scene.expect_query(query)
    before = scene.page.locator("#chat").element_handle()
    scene.site.faults.clear()
    scene.press("#side-retry")
    expect_both(scene, first, side)
    assert scene.js("shown.undefined") is None, "nothing is told where no element is"
    expect(scene.locate("#side-status")).to_have_text("")
    assert scene.page.evaluate("chat => chat.isConnected", before), "the first is the one it was"
    scene.site.faults.add("threads.get_by_id", thread_id=side, status=404)
    scene.reload()
    expect(scene.locate("#side-status")).to_have_text(TEXTS["thread-gone"])
    expect_both(scene, first, None)


def test_22_two_elements_that_share_names_are_told_and_the_first_remembers(scene: Scene) -> None:
    """One message for each place that they would share."""
    scene.open(
        fake=True, element=ELEMENT + '<openai-chatkit id="other"></openai-chatkit>', body=TWO_BARS
    )
    scene.expect_phase("idle", "#side")
    scene.expect_report("warning: ", "'threadId'", "'chatkit.threadId'", count=2)
    scene.press("#open-a")
    scene.wait(lambda: bool(scene.calls()), "the switch")
    scene.js("fake.say('thread.change', { threadId: 'thr_first' })")
    scene.expect_stored("thr_first")
    scene.press("#side-send")
    said = ["sendUserMessage", {"text": "To the side"}]
    scene.wait(lambda: said in scene.calls(), "the other's click")
