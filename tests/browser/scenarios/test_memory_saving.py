"""What is saved and when: new entries and old, failed switches, late ends, streams that were left.

A test's name begins with the number of what it holds in the list of memory: 8 to 12.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from .scene import ELEMENT, OPTIONS, START_LIMIT, Scene
from .threads import MODES, bar, length, make, store

NOT_OPENED = "That conversation could not be opened."

# What anybody writes into the history (by the thread that the address names then) and the storage.
WRITES = """<script>
  scene.writes = [];
  for (const name of ["pushState", "replaceState"]) {
    const write = History.prototype[name];
    History.prototype[name] = function (state, unused, url) {
      const query = new URL(url ?? location.href, location.href).searchParams;
      scene.writes.push([name, query.get("threadId")]);
      return write.call(this, state, unused, url);
    };
  }
  for (const name of ["setItem", "removeItem"]) {
    const write = Storage.prototype[name];
    Storage.prototype[name] = function (key, value = "") {
      scene.writes.push([`${name} ${key}`, value]);
      return write.call(this, key, value);
    };
  }
</script>"""


def writes(scene: Scene) -> list[tuple[str, str | None]]:
    """What was written in a page with `WRITES` since it was loaded or the list was emptied.

    Sorted: which of the two places goes first is nobody's business.
    """
    return sorted([(what, value) for what, value in scene.js("scene.writes")], key=str)


def saved(thread: str | None, how: str) -> list[tuple[str, str | None]]:
    """What `writes` holds when both places were written once, the address in this way."""
    kept = ("setItem", thread) if thread else ("removeItem", "")
    return sorted([(how, thread), (f"{kept[0]} chatkit.threadId", kept[1])], key=str)


def begin(scene: Scene, **parts: Any) -> int:
    """Open a page with ears on the writes; returns the history's length."""
    scene.open(head=WRITES, **parts)
    scene.frame_ready()
    scene.js("scene.writes.length = 0")
    return length(scene)


def choose(scene: Scene, thread: str) -> None:
    """A person chooses a thread in the chat's own list."""
    scene.chat.open_history()
    scene.chat.part("thread", thread).click()


def expect_saved(scene: Scene, thread: str | None) -> None:
    """Wait until the chat is at rest with this thread, and both places name it."""
    scene.expect_shown(thread)
    scene.expect_query(f"?threadId={thread}" if thread else "")
    scene.expect_stored(thread)


def talk(scene: Scene, thread: str | None) -> None:
    """A later event: a message in the shown thread, up to the end of its answer."""
    count = scene.messages().count()
    scene.say("And then?")
    expect(scene.messages()).to_have_count(count + 2)
    scene.expect_phase("idle")
    assert scene.site.faults.requests[-1].thread_id == thread


# 8: push or replace.


@MODES
def test_08_a_first_message_replaces_an_entry_that_names_no_thread(
    scene: Scene, owner: bool
) -> None:
    """It is saved as soon as it has its id, during the answer, and shown again."""
    entries = begin(scene, owner=owner)
    fault = scene.site.faults.add("threads.create", hold_after=2)
    scene.say("Remember me")
    thread = scene.wait_stored()
    scene.expect_query(f"?threadId={thread}")
    scene.expect_phase("responding")
    assert length(scene) == entries
    fault.release()
    scene.expect_phase("idle")
    assert writes(scene) == saved(thread, "replaceState")
    scene.reload()
    scene.expect_shown(thread)
    expect(scene.messages().first).to_contain_text("Remember me")
    expect(scene.messages()).to_have_count(2)
    scene.expect_query(f"?threadId={thread}")
    assert scene.stored() == thread


@pytest.mark.once
@MODES
def test_08_every_switch_pushes_and_back_leads_to_what_was_left(scene: Scene, owner: bool) -> None:
    """By control, link, command, the chat's own list, New chat here and there, and `new_thread`."""
    a, b, c, d, e = make(scene, "Alpha", "Beta", "Gamma", "Delta", "Epsilon")
    button = (
        f'<button id="c" data-chatkit-action="open-thread" data-chatkit-thread="{c}">C</button>'
    )
    body = bar(a, b).replace("</nav>", button + "</nav>")
    entries = begin(scene, owner=owner, body=body, python="")
    origin = scene.js("performance.timeOrigin")
    scene.press("#open-a")
    expect_saved(scene, a)
    assert length(scene) == entries, "the entry named no thread"
    ways: list[tuple[Callable[[], object], str | None]] = [
        (lambda: scene.press("#open-b"), b),
        (lambda: scene.press("#c"), c),
        (lambda: scene.command("set_thread_id", d), d),
        (lambda: choose(scene, e), e),
        (lambda: scene.press("#new"), None),
    ]
    for number, (way, thread) in enumerate(ways, 1):
        way()
        expect_saved(scene, thread)
        assert length(scene) == entries + number
    # Back leads to each of them in turn, and writes no entry.
    for thread in (e, d, c, b, a):
        scene.go(-1)
        expect_saved(scene, thread)
    assert length(scene) == entries + len(ways)
    scene.go(1)
    expect_saved(scene, b)
    # From here the entries that follow are other ones.
    scene.chat.new_chat()
    expect_saved(scene, None)
    assert length(scene) == entries + 2
    scene.go(-1)
    expect_saved(scene, b)
    assert scene.command("send_user_message", "Elsewhere", new_thread=True)["ok"]
    scene.wait(lambda: scene.stored() != b, "the new thread in storage")
    thread = scene.stored()
    expect_saved(scene, thread)
    assert length(scene) == entries + 2
    scene.go(-1)
    expect_saved(scene, b)
    assert scene.js("performance.timeOrigin") == origin, "all of it in one page"


@pytest.mark.once
def test_08_a_plain_link_is_a_visit_and_back_leads_to_what_was_left(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    entries = begin(
        scene, body=bar(a, b) + f'<a id="plain" href="?threadId={b}">B</a>', query=f"?threadId={a}"
    )
    scene.locate("#plain").click()
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.page.wait_for_function("id => window.scene?.snapshots.at(-1)?.thread_id === id", arg=b)
    expect_saved(scene, b)
    assert length(scene) == entries + 1
    assert writes(scene) == [("setItem chatkit.threadId", b)]
    scene.go(-1)
    scene.expect_query(f"?threadId={a}")
    scene.page.wait_for_function("id => window.scene?.snapshots.at(-1)?.thread_id === id", arg=a)
    expect_saved(scene, a)


DELETING = {**OPTIONS, "history": {"enabled": True, "showDelete": True}}


@MODES
def test_08_a_deletion_replaces_where_it_was_seen(scene: Scene, owner: bool) -> None:
    """An owner sees the deletion go by and replaces; a companion takes it for a new chat."""
    a, b = make(scene, "Alpha", "Beta")
    entries = begin(scene, owner=owner, options=DELETING, body=bar(a, b), query=f"?threadId={a}")
    scene.press("#open-b")
    expect_saved(scene, b)
    scene.js("scene.writes.length = 0")
    scene.chat.delete(b)
    expect_saved(scene, None)
    assert length(scene) == entries + (1 if owner else 2)
    assert writes(scene) == saved(None, "replaceState" if owner else "pushState")
    if owner:
        scene.go(-1)
        expect_saved(scene, a)


@MODES
def test_08_a_corrected_switch_replaces_the_entry_that_asked_for_it(
    scene: Scene, owner: bool
) -> None:
    """Back to an entry whose thread cannot be loaded: the entry names what is shown."""
    a, b = make(scene, "Alpha", "Beta")
    # As a link to a conversation of another user's would have left it, before this visit.
    former = """<script>
      history.replaceState(null, "", "?threadId=thr_missing");
      history.pushState(null, "", "?threadId={a}");
      window.missing = history.length - 2;
    </script>""".replace("{a}", a)
    begin(scene, owner=owner, body=former + bar(a, b), query=f"?threadId={a}")
    scene.press("#open-b")
    expect_saved(scene, b)
    entries = length(scene)
    scene.js("scene.writes.length = 0")
    scene.go(scene.js("missing - history.length + 1"))
    scene.wait(lambda: bool(writes(scene)), "the correction")
    expect_saved(scene, b)
    expect(scene.locate("#status")).to_have_text(
        "That conversation no longer exists." if owner else NOT_OPENED
    )
    assert writes(scene) == [("replaceState", b)]
    assert length(scene) == entries
    scene.go(1)
    expect_saved(scene, a)


# 9: what failed leaves no trace.


@MODES
def test_09_a_failed_switch_leaves_no_trace(scene: Scene, owner: bool) -> None:
    """By control, by command, and in the chat's own list; gone, ill, and without a network."""
    a, b, c, d = make(scene, "Alpha", "Beta", "Gamma", "Delta")
    entries = begin(
        scene, owner=owner, body=bar(a, "thr_missing"), query=f"?threadId={a}", python=""
    )
    store(scene, "thr_elsewhere")
    scene.js("scene.writes.length = 0")
    scene.press("#open-b")
    expect(scene.locate("#status")).to_have_text(
        "That conversation no longer exists." if owner else NOT_OPENED
    )
    scene.expect_report("warning: ", 'data-chatkit-action="open-thread"')
    scene.expect_shown(a)
    scene.site.faults.add("threads.get_by_id", thread_id=b, status=500, message="out of order")
    refused = scene.command("set_thread_id", b)
    assert refused.get("kind") == "load-failed", refused
    assert "out of order" in refused["says"]
    scene.expect_shown(a)
    ill = scene.site.faults.add("threads.get_by_id", thread_id=c, drop=True)
    choose(scene, c)
    ill.wait_hit()
    scene.expect_shown(a)
    # The next that works is the first that is written, whatever another tab has written.
    talk(scene, a)
    assert writes(scene) == [("setItem chatkit.threadId", a)]
    scene.js("scene.writes.length = 0")
    assert length(scene) == entries
    choose(scene, d)
    expect_saved(scene, d)
    assert writes(scene) == saved(d, "pushState")
    scene.go(-1)
    expect_saved(scene, a)


SLOWLY = """<script>
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const say = (name, threadId) => fake.say(`thread.${name}`, { threadId });
  fake.answers.setThreadId = async (threadId) => {
    say("change", threadId);
    say("load.start", threadId);
    await pause(10);
    say("load.end", threadId);
    if (threadId !== "thr_second") return;
    await pause(20);
    say("change", "thr_first");
    throw new Error("Thread not found");
  };
</script>"""


def test_09_a_failed_switch_that_is_taken_back_slowly_is_told_and_leaves_no_trace(
    scene: Scene,
) -> None:
    """On a busy machine more than 0.1 ms pass between the end of a failed load and the way back."""
    scene.open(fake=True, head=WRITES, foot=SLOWLY, query="?threadId=thr_first")
    scene.expect_stored("thr_first")
    scene.press("#open-b")
    scene.expect_report("warning: ", 'data-chatkit-action="open-thread"')
    expect(scene.locate("#status")).to_have_text(NOT_OPENED)
    scene.expect_shown("thr_first")
    assert writes(scene) == [("setItem chatkit.threadId", "thr_first")]


BLOCKS = """for (const chat of document.querySelectorAll("openai-chatkit"))
  chat.addEventListener("chatkit.thread.load.end", () => {
    const start = performance.now();
    while (performance.now() - start < 50);
  })"""


@MODES
def test_09_a_failure_is_known_though_the_page_is_busy_when_its_load_ends(
    scene: Scene, owner: bool
) -> None:
    """A listener of the page's own, or a slow machine, keeps the news waiting."""
    a, b = make(scene, "Alpha", "Beta")
    begin(scene, owner=owner, body=bar(a, b), query=f"?threadId={a}", python="")
    scene.js(BLOCKS)
    fault = scene.site.faults.add("threads.get_by_id", thread_id=b, status=500)
    choose(scene, b)
    fault.wait_hit()
    scene.expect_shown(a)
    scene.site.faults.clear()
    refused = scene.command("set_thread_id", b)
    assert refused.get("kind") == "load-failed", refused


@MODES
def test_09_a_poisoned_thread_that_is_chosen_again_in_the_chat_leaves_no_trace(
    scene: Scene, owner: bool
) -> None:
    """The element shows it empty, without a load, and says that all is well (fact 6)."""
    a, b = make(scene, "Alpha", "Beta")
    entries = begin(scene, owner=owner, body=bar(a, b), query=f"?threadId={a}", python="")
    fault = scene.site.faults.add("threads.get_by_id", thread_id=b, status=500)
    choose(scene, b)
    fault.wait_hit()
    scene.expect_shown(a)
    scene.site.faults.clear()
    choose(scene, b)
    scene.expect_shown(b)
    expect(scene.messages()).to_have_count(0)
    # A command for it asks nobody: it would come back with nothing and call that a success.
    refused = scene.command("set_thread_id", b)
    assert refused.get("kind") == "load-failed", refused
    choose(scene, a)
    scene.expect_shown(a)
    refused = scene.command("set_thread_id", b)
    assert refused.get("kind") == "load-failed", refused
    talk(scene, a)
    assert writes(scene) == []
    assert length(scene) == entries
    scene.expect_query(f"?threadId={a}")
    assert scene.stored() == a
    assert fault.hits == 1


@MODES
def test_09_a_control_opens_a_poisoned_thread_afresh(scene: Scene, owner: bool) -> None:
    """An owner in a fresh element, a companion by loading the page at its address."""
    a, b = make(scene, "Alpha", "Beta")
    entries = begin(scene, owner=owner, body=bar(a, b), query=f"?threadId={a}")
    origin = scene.js("performance.timeOrigin")
    fault = scene.site.faults.add("threads.get_by_id", thread_id=b, status=500)
    scene.press("#open-b")
    expect(scene.locate("#status")).to_have_text(NOT_OPENED)
    scene.expect_report("warning: ", 'data-chatkit-action="open-thread"')
    scene.expect_shown(a)
    assert writes(scene) == []
    assert fault.hits == 1
    scene.site.faults.clear()
    if owner:
        scene.press("#open-b")
    else:
        with scene.page.expect_navigation():
            scene.press("#open-b")
        scene.expect_phase("idle", limit=START_LIMIT)
    expect_saved(scene, b)
    expect(scene.messages().first).to_contain_text("Beta asked")
    expect(scene.locate("#status")).to_have_text("")
    assert (scene.js("performance.timeOrigin") == origin) is owner
    if owner:
        # Not by its length: the fresh element's frame is an entry more in Chromium (measured).
        assert writes(scene) == saved(b, "pushState")
    else:
        assert length(scene) == entries + 1
    scene.go(-1)
    scene.page.wait_for_function("id => window.scene?.snapshots.at(-1)?.thread_id === id", arg=a)
    expect_saved(scene, a)
    expect(scene.messages().first).to_contain_text("Alpha asked")


# 10: a new thread that could not be created.


@MODES
def test_10_a_new_thread_that_cannot_be_created_keeps_the_former(scene: Scene, owner: bool) -> None:
    """The one allowed disagreement: the screen is empty, address and storage keep the thread.

    Refused, ill and without a network, and while the former thread's answer streams.
    """
    [a] = make(scene, "Alpha")
    begin(scene, owner=owner, query=f"?threadId={a}", python="")
    for fault in ({"status": 403}, {"status": 500}, {"drop": True}):
        scene.site.faults.add("threads.create", **fault)
        assert scene.command("send_user_message", "Hello", new_thread=True)["ok"]
        scene.expect_shown(None)
        assert scene.stored() == a
        scene.expect_query(f"?threadId={a}")
        choose(scene, a)
        scene.expect_shown(a)
        scene.site.faults.clear()
    stream = scene.site.faults.add("threads.add_user_message", hold_after=1)
    scene.site.faults.add("threads.create", status=403)
    scene.say("Go on")
    scene.expect_phase("responding")
    assert scene.command("send_user_message", "Hello", new_thread=True)["ok"]
    scene.expect_shown(None)
    stream.release()
    scene.site.faults.clear()
    assert writes(scene) == []
    scene.reload()
    scene.expect_shown(a)
    expect(scene.messages().first).to_contain_text("Alpha asked")


@pytest.mark.core
def test_10_the_pages_own_call_that_creates_no_thread_keeps_the_former(scene: Scene) -> None:
    """Kind 7 of the pages that failed: an owner has seen the refusal."""
    [a] = make(scene, "Alpha")
    begin(scene, owner=True, query=f"?threadId={a}")
    call = "document.querySelector('#chat').sendUserMessage({ text: 'no', newThread: true })"
    for fault in ({"status": 400}, {"status": 404}, {"drop": True}):
        scene.site.faults.add("threads.create", **fault)
        scene.js(call)
        scene.expect_shown(None)
        assert scene.stored() == a
        scene.expect_query(f"?threadId={a}")
        choose(scene, a)
        scene.expect_shown(a)
        scene.site.faults.clear()
    scene.js(call)
    scene.wait(lambda: scene.stored() not in (a, None), "the thread that is created")
    scene.expect_query(f"?threadId={scene.stored()}")


def test_10_after_it_the_next_new_thread_is_saved_and_back_leads_to_the_former(
    scene: Scene,
) -> None:
    [a] = make(scene, "Alpha")
    entries = begin(scene, query=f"?threadId={a}", python="")
    assert scene.command("send_user_message", "refuse", new_thread=True)["ok"]
    scene.expect_shown(None)
    scene.say("Hello again")
    # The next thread that does come to be shows that the failed one has written nothing.
    expect(scene.messages()).to_have_count(2)
    scene.expect_phase("idle")
    scene.wait(lambda: scene.stored() not in (a, None), "the new thread in storage")
    thread = scene.stored()
    expect_saved(scene, thread)
    assert writes(scene) == saved(thread, "pushState")
    assert length(scene) == entries + 1
    scene.go(-1)
    expect_saved(scene, a)


def test_10_a_first_message_that_fails_leaves_nothing_behind(scene: Scene) -> None:
    entries = begin(scene)
    scene.say("refuse")
    scene.wait(lambda: "responding" in scene.js("scene.phases"), "the message on its way")
    scene.expect_shown(None)
    scene.expect_query("")
    scene.say("Hello")
    thread = scene.wait_stored()
    expect_saved(scene, thread)
    assert writes(scene) == saved(thread, "replaceState")
    assert length(scene) == entries


# 11: two quick switches.


@MODES
@pytest.mark.parametrize("late", [{}, {"status": 500}], ids=["", "and fails"])
def test_11_of_two_quick_switches_the_last_wins_and_a_late_end_changes_nothing(
    scene: Scene, owner: bool, late: dict[str, Any]
) -> None:
    """The ends come in the wrong order, the first one's long after the last is saved."""
    a, b, c = make(scene, "Alpha", "Beta", "Gamma")
    entries = begin(scene, owner=owner, body=bar(a, b), query=f"?threadId={a}")
    first = scene.site.faults.add("threads.get_by_id", thread_id=b, hold_after=0, **late)
    last = scene.site.faults.add("threads.get_by_id", thread_id=c, hold_after=0)
    choose(scene, b)
    first.wait_hit()
    choose(scene, c)
    last.wait_hit()
    last.release()
    scene.expect_query(f"?threadId={c}")
    scene.expect_stored(c)
    expect(scene.messages().first).to_contain_text("Gamma asked")
    first.release()
    scene.expect_shown(c)
    talk(scene, c)
    assert writes(scene) == saved(c, "pushState")
    assert length(scene) == entries + 1
    scene.go(-1)
    expect_saved(scene, a)


@MODES
def test_11_a_command_that_a_person_overtakes_saves_nothing(scene: Scene, owner: bool) -> None:
    """Both loads end in the order in which they began, and the command resolves late."""
    a, b, c = make(scene, "Alpha", "Beta", "Gamma")
    entries = begin(scene, owner=owner, body=bar(a, b), query=f"?threadId={a}")
    first = scene.site.faults.add("threads.get_by_id", thread_id=b, hold_after=0)
    last = scene.site.faults.add("threads.get_by_id", thread_id=c, hold_after=0)
    scene.press("#open-b")
    first.wait_hit()
    choose(scene, c)
    last.wait_hit()
    first.release()
    scene.page.wait_for_function("scene.snapshots.at(-1).loading.length === 1")
    last.release()
    expect_saved(scene, c)
    talk(scene, c)
    assert writes(scene) == saved(c, "pushState")
    assert length(scene) == entries + 1


@MODES
def test_11_a_load_that_ended_while_another_was_shown_is_proved_before_it_is_remembered(
    scene: Scene, owner: bool
) -> None:
    """The element shows it again without a load. An owner has seen how the server answered, a
    companion asks; what the server does not have is never remembered.
    """
    a, b, c, d = make(scene, "Alpha", "Beta", "Gamma", "Delta")
    entries = begin(scene, owner=owner, query=f"?threadId={a}")

    def requests(thread: str) -> int:
        seen = scene.site.faults.requests
        return [one.thread_id for one in seen if one.type == "threads.get_by_id"].count(thread)

    ill = scene.site.faults.add("threads.get_by_id", thread_id=b, status=404, hold_after=0)
    slow = scene.site.faults.add("threads.get_by_id", thread_id=c, hold_after=0)
    for fault, thread in ((ill, b), (slow, c)):
        choose(scene, thread)
        fault.wait_hit()
    choose(scene, d)
    scene.expect_query(f"?threadId={d}")
    for fault in (ill, slow):
        fault.release()
    expect_saved(scene, d)
    scene.js("scene.writes.length = 0")
    choose(scene, b)
    scene.expect_shown(b)
    expect(scene.messages()).to_have_count(0)
    scene.wait(lambda: requests(b) == (1 if owner else 2), "the question")
    choose(scene, c)
    expect_saved(scene, c)
    expect(scene.messages().first).to_contain_text("Gamma asked")
    talk(scene, c)
    assert writes(scene) == saved(c, "pushState")
    assert length(scene) == entries + 2
    assert requests(b) == requests(c) == (1 if owner else 2)


# 12: a stream that is left.


@MODES
def test_12_leaving_a_streaming_thread_and_coming_back(scene: Scene, owner: bool) -> None:
    """Back while it streams, and again when it has ended unseen: each time what is shown."""
    a, b = make(scene, "Alpha", "Beta")
    entries = begin(scene, owner=owner, query=f"?threadId={a}")
    stream = scene.site.faults.add("threads.add_user_message", hold_after=1)
    scene.say("Go on")
    scene.expect_phase("responding")
    choose(scene, b)
    expect_saved(scene, b)
    assert length(scene) == entries + 1
    choose(scene, a)
    scene.expect_phase("responding")
    scene.expect_query(f"?threadId={a}")
    scene.expect_stored(a)
    assert length(scene) == entries + 2
    choose(scene, b)
    expect_saved(scene, b)
    stream.release()
    # Its end is told to nobody: the next thing that b tells shows that nothing was written.
    talk(scene, b)
    assert length(scene) == entries + 3
    pushes = scene.js("scene.writes.filter(([what]) => what === 'pushState')")
    assert [thread for _, thread in pushes] == [b, a, b]
    choose(scene, a)
    expect_saved(scene, a)
    expect(scene.messages()).to_have_count(4)
    scene.reload()
    scene.expect_shown(a)
    expect(scene.messages()).to_have_count(4)


@MODES
def test_12_a_first_message_that_is_left(scene: Scene, owner: bool) -> None:
    """Before its thread has an id the id is never told, and never saved; later it is."""
    a, b = make(scene, "Alpha", "Beta")
    entries = begin(scene, owner=owner)
    early = scene.site.faults.add("threads.create", hold_after=0, times=1)
    scene.say("Left before it was created")
    early.wait_hit()
    scene.expect_phase("responding")
    choose(scene, a)
    expect_saved(scene, a)
    early.release()
    scene.wait(lambda: len(scene.site.store.messages(b)) == 2, "the server's turn")
    talk(scene, a)
    assert writes(scene) == saved(a, "replaceState")
    scene.chat.new_chat()
    expect_saved(scene, None)
    later = scene.site.faults.add("threads.create", hold_after=2)
    scene.say("Left while it is answered")
    scene.wait(lambda: scene.stored() is not None, "the new thread in storage")
    thread = scene.stored() or ""
    scene.expect_query(f"?threadId={thread}")
    choose(scene, b)
    expect_saved(scene, b)
    choose(scene, thread)
    scene.expect_phase("responding")
    later.release()
    expect_saved(scene, thread)
    expect(scene.messages()).to_have_count(2)
    # a for the empty entry, a new chat behind it, whose entry the new thread takes, and two more.
    assert length(scene) == entries + 3
    scene.go(-1)
    expect_saved(scene, b)


SIDE_BY_SIDE = """<nav id="bar" data-chatkit-toolbar="#chat"></nav>
<nav id="bar2" data-chatkit-toolbar="#two">
  <a id="open-b" href="#b" data-chatkit-action="open-thread" data-chatkit-thread="thr_second">B</a>
  <button id="send" data-chatkit-action="send" data-chatkit-text="And then?">Send</button>
</nav>"""
TWO = '<openai-chatkit id="two" data-chatkit-parameter="t" data-chatkit-key="t">'


def test_09_a_further_element_is_renewed_and_kept(scene: Scene) -> None:
    """What comes in the place of one of several is that one still."""
    [b] = make(scene, "Beta")
    body = SIDE_BY_SIDE.replace("thr_second", b)
    scene.open(owner=True, body=body, element=ELEMENT + TWO + "</openai-chatkit>")
    scene.expect_phase("idle", bar="#bar2")
    scene.site.faults.add("threads.get_by_id", thread_id=b, status=500)
    scene.press("#open-b")
    scene.expect_report("warning: ", 'data-chatkit-action="open-thread"')
    scene.site.faults.clear()
    scene.press("#open-b")
    messages = scene.page.frame_locator("#two iframe").locator('[data-standin="message"]')
    expect(messages.first).to_contain_text("Beta asked")
    scene.expect_phase("idle", bar="#bar2")
    scene.press("#send")
    expect(messages).to_have_count(4)
    scene.expect_phase("idle", bar="#bar2")
    assert scene.js("Object.fromEntries(new URL(location).searchParams)") == {"t": b}
