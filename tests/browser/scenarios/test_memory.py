"""The thread survives reloads, links and Back, and what failed wipes nothing."""

import pytest
from playwright.sync_api import expect

from .scene import Scene
from .threads import MODES, bar, length, make, store


@pytest.mark.core
@MODES
def test_a_new_thread_is_saved_and_shown_again(scene: Scene, owner: bool) -> None:
    scene.open(owner=owner)
    entries = length(scene)
    fault = scene.site.faults.add("threads.create", hold_after=2)
    scene.say("Remember me")
    scene.wait(lambda: scene.stored() is not None, "a thread in storage while it answers")
    thread = scene.stored()
    scene.expect_query(f"?threadId={thread}")
    assert length(scene) == entries, "an entry that named no thread is replaced"
    fault.release()
    scene.expect_phase("idle")
    scene.reload()
    scene.expect_shown(thread)
    expect(scene.messages().first).to_contain_text("Remember me")
    expect(scene.messages()).to_have_count(2)
    scene.expect_query(f"?threadId={thread}")
    assert scene.stored() == thread


def test_the_thread_is_there_after_the_server_was_restarted(scene: Scene) -> None:
    scene.open()
    scene.say("Before the restart")
    expect(scene.messages()).to_have_count(2)
    scene.expect_phase("idle")
    scene.site.restart()
    scene.reload()
    expect(scene.messages().first).to_contain_text("Before the restart")


@MODES
def test_storage_is_restored_and_put_into_the_address(scene: Scene, owner: bool) -> None:
    """… where every byte of the page's own stays, and no entry is added."""
    [a] = make(scene, "Alpha")
    store(scene, a)
    scene.open(owner=owner, query="?flag&q=a%20b+c&x=&ü=%zz#part?threadId=1")
    scene.expect_shown(a)
    expect(scene.messages().first).to_contain_text("Alpha asked")
    scene.wait(lambda: "threadId=" + a in scene.page.url, "the thread in the address")
    query = scene.js("location.search + location.hash")
    assert query == f"?flag&q=a%20b+c&x=&%C3%BC=%zz&threadId={a}#part?threadId=1"


@MODES
def test_the_address_wins_over_storage(scene: Scene, owner: bool) -> None:
    a, b = make(scene, "Alpha", "Beta")
    store(scene, a)
    scene.open(owner=owner, query=f"?threadId={b}")
    scene.expect_shown(b)
    expect(scene.messages().first).to_contain_text("Beta asked")
    scene.expect_stored(b)
    scene.expect_query(f"?threadId={b}")


@pytest.mark.core
def test_back_and_forward_return_to_threads(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b), query="?page=1")
    entries = length(scene)
    scene.press("#open-a")
    scene.expect_shown(a)
    scene.expect_query(f"?page=1&threadId={a}")
    assert length(scene) == entries
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_query(f"?page=1&threadId={b}")
    assert length(scene) == entries + 1
    scene.press("#new")
    scene.expect_shown(None)
    scene.expect_query("?page=1")
    scene.expect_stored(None)
    assert length(scene) == entries + 2
    for steps, thread in ((-1, b), (-1, a), (2, None), (-2, a), (1, b)):
        scene.go(steps)
        scene.expect_shown(thread)
        scene.expect_query("?page=1" + (f"&threadId={thread}" if thread else ""))
        scene.expect_stored(thread)
    assert length(scene) == entries + 2, "arriving writes no entry"
    expect(scene.messages().first).to_contain_text("Beta asked")


def test_back_while_an_answer_streams_is_at_once(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b))
    scene.press("#open-a")
    scene.expect_query(f"?threadId={a}")
    scene.press("#open-b")
    scene.expect_query(f"?threadId={b}")
    fault = scene.site.faults.add("threads.add_user_message", hold_after=1)
    scene.say("Go on")
    scene.expect_phase("responding")
    scene.go(-1)
    scene.expect_shown(a)
    scene.go(1)
    scene.expect_phase("responding")
    fault.release()
    scene.expect_shown(b)
    scene.expect_query(f"?threadId={b}")
    expect(scene.messages()).to_have_count(4)


def test_back_during_the_start_is_remembered(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b))
    scene.press("#open-a")
    scene.expect_query(f"?threadId={a}")
    scene.press("#open-b")
    scene.expect_query(f"?threadId={b}")
    python = scene.hold_python()
    scene.reload(wait=False)
    scene.expect_off("send", reason="starting")
    scene.go(-1)
    scene.expect_query(f"?threadId={a}")
    python.release()
    scene.expect_phase("idle", limit=60_000)
    scene.expect_shown(a)
    expect(scene.messages().first).to_contain_text("Alpha asked")
    scene.expect_query(f"?threadId={a}")


def test_a_switch_inside_the_chat_is_saved(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(query=f"?threadId={a}")
    entries = length(scene)
    scene.chat.open_history()
    scene.chat.part("thread", b).click()
    scene.expect_shown(b)
    scene.expect_query(f"?threadId={b}")
    scene.expect_stored(b)
    assert length(scene) == entries + 1
    scene.chat.new_chat()
    scene.expect_shown(None)
    scene.expect_query("")
    scene.expect_stored(None)
    scene.go(-1)
    scene.expect_shown(b)


@MODES
def test_a_deleted_thread_is_forgotten(scene: Scene, owner: bool) -> None:
    [a] = make(scene, "Alpha")
    options = {
        "api": {"url": "/chatkit", "domainKey": "local"},
        "history": {"enabled": True, "showDelete": True},
    }
    scene.open(owner=owner, options=options, query=f"?threadId={a}")
    scene.frame_ready()
    entries = length(scene)
    scene.chat.delete(a)
    scene.expect_shown(None)
    scene.expect_stored(None)
    scene.expect_query("")
    # An owner sees the deletion go by and replaces; a companion takes it for a new chat.
    assert length(scene) == entries + (0 if owner else 1)


def test_an_owner_forgets_what_is_gone(scene: Scene) -> None:
    store(scene, "thr_missing")
    scene.open(owner=True, query="?page=1")
    expect(scene.locate("#status")).to_have_text("That conversation no longer exists.")
    scene.expect_shown(None)
    scene.expect_stored(None)
    scene.expect_query("?page=1")
    scene.say("Then a new one")
    expect(scene.messages()).to_have_count(2)


def test_an_owner_keeps_what_could_not_be_loaded_now(scene: Scene) -> None:
    [a] = make(scene, "Alpha")
    fault = scene.site.faults.add("threads.get_by_id", status=500)
    scene.open(owner=True, query=f"?threadId={a}")
    expect(scene.locate("#status")).to_have_text(
        "The last conversation could not be loaded. Try again in a moment."
    )
    scene.expect_shown(None)
    scene.expect_query(f"?threadId={a}")
    scene.site.faults.clear()
    assert fault.hits == 1
    scene.reload()
    scene.expect_shown(a)
    expect(scene.messages().first).to_contain_text("Alpha asked")
    scene.expect_stored(a)


def test_a_companion_forgets_at_the_second_failure(scene: Scene) -> None:
    """It sees no status: the first failure keeps the id and marks it."""
    store(scene, "thr_missing")
    scene.open()
    expect(scene.locate("#status")).to_have_text(
        "The last conversation could not be loaded. Reload the page to try again."
    )
    assert scene.stored() == "thr_missing"
    scene.reload()
    expect(scene.locate("#status")).to_have_text("That conversation no longer exists.")
    scene.expect_stored(None)
    assert scene.stored("chatkit.threadId.failed") is None
    scene.expect_query("")


def test_a_companion_without_a_network_keeps_the_thread(scene: Scene) -> None:
    [a] = make(scene, "Alpha")
    store(scene, a)
    fault = scene.site.faults.add("threads.get_by_id", drop=True)
    scene.open()
    scene.expect_shown(None)
    expect(scene.locate("#status")).to_have_text(
        "The last conversation could not be loaded. Try again in a moment."
    )
    assert fault.hits >= 1
    scene.site.faults.clear()
    scene.reload()
    scene.expect_shown(a)
    assert scene.stored() == a


def test_a_control_for_a_missing_thread_changes_nothing(scene: Scene) -> None:
    [a] = make(scene, "Alpha")
    scene.open(body=bar(a, "thr_missing"), query=f"?threadId={a}")
    entries = length(scene)
    scene.press("#open-b")
    scene.expect_report("warning: ", "open-thread")
    expect(scene.locate("#status")).to_have_text("The chat did not accept that.")
    scene.expect_shown(a)
    scene.expect_query(f"?threadId={a}")
    assert scene.stored() == a
    assert length(scene) == entries


def test_a_first_message_that_fails_leaves_nothing_behind(scene: Scene) -> None:
    scene.open()
    scene.say("refuse")
    scene.wait(lambda: "responding" in scene.js("scene.phases"), "the message on its way")
    scene.expect_shown(None)
    scene.expect_query("")
    assert scene.stored() is None


def test_a_new_thread_that_cannot_be_created_keeps_the_former(scene: Scene) -> None:
    """The one allowed disagreement: the screen is empty, address and storage keep the thread."""
    [a] = make(scene, "Alpha")
    scene.open(query=f"?threadId={a}", python="")
    assert scene.command("send_user_message", "refuse", new_thread=True)["ok"]
    scene.expect_shown(None)
    scene.say("Hello again")
    # The next thread that does come to be shows that the failed one has written nothing.
    expect(scene.messages()).to_have_count(2)
    scene.expect_phase("idle")
    scene.wait(lambda: scene.stored() not in (a, None), "the new thread in storage")
    scene.go(-1)
    scene.expect_shown(a)


@pytest.mark.parametrize("nonsense", ["%3Cscript%3E", "x" * 257])
def test_nonsense_in_the_address_is_taken_out_and_told_once(scene: Scene, nonsense: str) -> None:
    [a] = make(scene, "Alpha")
    store(scene, a)
    entries = length(scene)
    scene.open(query=f"?q=a%20b&threadId={nonsense}#top")
    scene.expect_report("warning: ", "'threadId' that is no thread id")
    scene.expect_shown(a)
    scene.wait(lambda: f"threadId={a}" in scene.page.url, "the stored thread in the address")
    assert scene.js("location.search + location.hash") == f"?q=a%20b&threadId={a}#top"
    assert length(scene) == entries + 1, "the goto alone"


DENIED = """<script>
  Object.defineProperty(window, "localStorage", {
    get() { throw new DOMException("denied", "SecurityError"); },
  });
</script>"""
FULL = """<script>
  Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
</script>"""


@pytest.mark.parametrize(
    ("head", "what"),
    [pytest.param(DENIED, "read", marks=pytest.mark.core), (FULL, "written")],
    ids=["denied", "full"],
)
def test_without_storage_the_chat_goes_on(scene: Scene, head: str, what: str) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(head=head, body=bar(a, b))
    scene.press("#open-a")
    scene.expect_shown(a)
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_query(f"?threadId={b}")
    scene.expect_report("warning: ", f"localStorage cannot be {what}")


def test_corrupt_storage_is_ignored_and_told_once(scene: Scene) -> None:
    store(scene, '{"not": "an id"}')
    scene.open()
    scene.expect_report("warning: ", "localStorage['chatkit.threadId']")
    scene.expect_shown(None)
    scene.say("Hello")
    expect(scene.messages()).to_have_count(2)
    scene.expect_phase("idle")
    scene.wait(lambda: (scene.stored() or "").startswith("thr"), "a thread in storage")


def test_a_fragment_and_the_pages_own_entries_switch_nothing(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b) + '<a id="jump" href="#part">Jump</a>', query=f"?threadId={a}")
    scene.press("#jump")
    scene.expect_query(f"?threadId={a}#part")
    scene.js("history.pushState({ mine: 1 }, '', '?own=1')")
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_query(f"?own=1&threadId={b}")
    assert scene.js("history.state") == {"mine": 1}, "the page's state stays"
    scene.go(-1)
    scene.expect_shown(a)
    expect(scene.locate('[aria-current="true"]')).to_have_attribute("id", "open-a")


def test_other_names_a_scope_and_off(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    store(scene, a, "mine:u1")
    settings = {"parameter": "chat", "key": "mine", "scope": "u1"}
    scene.open(body=bar(a, b), settings=settings, query="?threadId=other")
    scene.expect_shown(a)
    scene.expect_query(f"?threadId=other&chat={a}")
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_stored(b, "mine:u1")
    assert scene.stored() is None
    scene.open(body=bar(a, b), settings={"parameter": None, "key": False}, query=f"?threadId={b}")
    scene.expect_shown(None)
    scene.press("#open-a")
    scene.expect_shown(a)
    scene.expect_query(f"?threadId={b}")
    assert scene.stored() is None


SCOPE = """
@probe
def set_scope(scope):
    running()[0].set_scope(scope)
"""


def test_another_user_begins_with_a_new_chat(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b), query=f"?threadId={a}", python=SCOPE)
    scene.expect_shown(a)
    scene.expect_stored(a)
    scene.python("set_scope", "u2")
    scene.expect_shown(None)
    scene.expect_query("")
    assert scene.stored() == a, "the former user's entry is kept"
    assert scene.stored("chatkit.threadId:u2") is None
    refused = scene.command("set_thread_id", a)
    assert (refused["error"], refused["reason"]) == ("ChatKitUnavailable", "scope")
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_stored(b, "chatkit.threadId:u2")
    assert scene.stored() == a


def test_a_reload_in_the_middle(scene: Scene) -> None:
    """In a load the thread before it, in a stream that thread."""
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b), query=f"?threadId={a}")
    fault = scene.site.faults.add("threads.get_by_id", thread_id=b, hold_after=0)
    scene.press("#open-b")
    scene.expect_phase("loading")
    fault.wait_hit()
    scene.reload()
    # Firefox ends a page's requests before the page: the control's load has failed then.
    assert all("The control 'open-thread'" in report for report in scene.reports())
    scene.expect_shown(a)
    scene.site.faults.clear()
    scene.site.faults.add("threads.add_user_message", hold_after=1)
    scene.say("Go on")
    scene.expect_phase("responding")
    scene.reload()
    scene.expect_shown(a)
    scene.site.faults.clear()


def test_another_tab_changes_the_next_visit_only(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b), query=f"?threadId={a}")
    other = scene.page.context.new_page()
    other.goto(scene.site.url + "/scene/blank")
    other.evaluate("(id) => localStorage.setItem('chatkit.threadId', id)", b)
    scene.expect_stored(b)
    scene.expect_shown(a)
    scene.expect_query(f"?threadId={a}")
    scene.page.goto(scene.site.url + scene.path)
    scene.expect_phase("idle", limit=60_000)
    scene.expect_shown(b)


def test_a_page_that_loads_a_thread_itself_goes_before_storage(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    store(scene, a)
    options = {"api": {"url": "/chatkit", "domainKey": "local"}, "initialThread": b}
    scene.open(options=options)
    scene.expect_shown(b)
    scene.expect_query(f"?threadId={b}")
    # … and our address before the page.
    scene.open(options=options, query=f"?threadId={a}")
    scene.expect_shown(a)
    scene.expect_query(f"?threadId={a}")


SLOWLY = """<script>
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  fake.answers.setThreadId = async (threadId) => {
    fake.say("thread.change", { threadId });
    fake.say("thread.load.start", { threadId });
    await pause(10);
    fake.say("thread.load.end", { threadId });
    await pause(20);
    fake.say("thread.change", { threadId: null });
    throw new Error("Thread not found");
  };
</script>"""


def test_a_failed_restore_that_is_taken_back_slowly(scene: Scene) -> None:
    """On a busy machine more than 0.1 ms pass between the end of a failed load and the way back."""
    store(scene, "thr_first")
    scene.open(fake=True, foot=SLOWLY)
    expect(scene.locate("#status")).to_have_text(
        "The last conversation could not be loaded. Reload the page to try again."
    )
    assert scene.stored() == "thr_first"
