"""The thread in the address bar: spellings, Back and Forward, the page's own entries, limits."""

import pytest
from playwright.sync_api import expect

from .scene import START_LIMIT, TOOLBAR, Scene
from .threads import MODES, bar, length, make, store

# The fake shows whatever it is asked for, and `shows(threadId)` is a switch by its own history.
# A command's events never come before it returns.
SHOWS = """<script>
  window.shows = (threadId) => {
    fake.say("thread.change", { threadId });
    if (threadId)
      for (const end of ["start", "end"]) fake.say(`thread.load.${end}`, { threadId });
  };
  fake.answers.setThreadId = async (threadId) => {
    await null;
    shows(threadId);
  };
</script>"""

# What is written where, in order: the test reads that something never was.
RECORDER = """<script>
  window.writes = [];
  for (const name of ["pushState", "replaceState"]) {
    const real = history[name];
    History.prototype[name] = function (...given) {
      writes.push([name, String(given[2])]);
      return real.apply(this, given);
    };
  }
  const setItem = Storage.prototype.setItem;
  Storage.prototype.setItem = function (key, value) {
    writes.push([key, value]);
    return setItem.call(this, key, value);
  };
</script>"""


def expect_href(scene: Scene, rest: str) -> None:
    """Wait until the address behind the origin is this, byte for byte."""
    read = "location.href.slice(location.origin.length)"
    scene.wait(lambda: bool(scene.js(read) == rest), f"the address {rest}")


def expect_settled(scene: Scene, thread_id: str | None, query: str) -> None:
    """Wait until the chat, the address and the storage agree."""
    scene.expect_shown(thread_id)
    scene.expect_query(query)
    scene.expect_stored(thread_id)


def links(threads: list[str]) -> str:
    """A toolbar with a link for each thread: the first is `#open-0`."""
    opening = 'data-chatkit-action="open-thread"'
    controls = [
        f'<a id="open-{n}" href="?threadId={one}" {opening} data-chatkit-thread="{one}">{n}</a>'
        for n, one in enumerate(threads)
    ]
    return TOOLBAR + f"<nav data-chatkit-toolbar aria-label='All'>{''.join(controls)}</nav>"


def visit(scene: Scene, threads: list[str]) -> None:
    """Open one after the other, so that each has its entry."""
    for number, thread in enumerate(threads):
        scene.press(f"#open-{number}")
        scene.expect_shown(thread)
        scene.expect_query(f"?threadId={thread}")


# 13: only our own key=value is touched.

# The address, the thread that it names, the address with another thread, and with none.
SPELLINGS = [
    ("", None, "?threadId=X", ""),
    ("?", None, "?threadId=X", ""),
    ("#top", None, "?threadId=X#top", "#top"),
    (
        "?flag&q=a%20b&e=#part?threadId=thr_1",
        None,
        "?flag&q=a%20b&e=&threadId=X#part?threadId=thr_1",
        "?flag&q=a%20b&e=#part?threadId=thr_1",
    ),
    (
        "?threadId=thr_1&flag&q=a%20b&e=",
        "thr_1",
        "?threadId=X&flag&q=a%20b&e=",
        "?flag&q=a%20b&e=",
    ),
    (
        "?flag&q=a%20b&threadId=thr_1&e=#/a/b",
        "thr_1",
        "?flag&q=a%20b&threadId=X&e=#/a/b",
        "?flag&q=a%20b&e=#/a/b",
    ),
    (
        "?flag&q=a%20b&e=&threadId=thr_1",
        "thr_1",
        "?flag&q=a%20b&e=&threadId=X",
        "?flag&q=a%20b&e=",
    ),
    (
        "?threadId=thr_1&flag&threadId=thr_2&q=a%20b&e=&threadId=thr_1#top",
        "thr_1",
        "?threadId=X&flag&q=a%20b&e=#top",
        "?flag&q=a%20b&e=#top",
    ),
    ("?flag&threadId=&q=a%20b&e=", None, "?flag&threadId=X&q=a%20b&e=", "?flag&q=a%20b&e="),
    ("?flag&threadId&q=a%20b&e=", None, "?flag&threadId=X&q=a%20b&e=", "?flag&q=a%20b&e="),
    (
        "?flag&thread%49d=%74hr%5F1&q=a%20b&e=",
        "thr_1",
        "?flag&threadId=X&q=a%20b&e=",
        "?flag&q=a%20b&e=",
    ),
    # What only looks like ours.
    (
        "?threadid=no&a=threadId=no&threadId+=no&%zz=%&&x=1+2",
        None,
        "?threadid=no&a=threadId=no&threadId+=no&%zz=%&&x=1+2&threadId=X",
        "?threadid=no&a=threadId=no&threadId+=no&%zz=%&&x=1+2",
    ),
]


@pytest.mark.once
def test_13_every_spelling_of_the_parameter_is_read_and_every_other_byte_is_kept(
    scene: Scene,
) -> None:
    scene.open(fake=True, foot=SHOWS, settings={"write_interval": 0, "settle_delay": 0.01})
    for number, (spelling, named, switched, cleared) in enumerate(SPELLINGS):
        # The page's own entry. An empty address would mean the one that is there.
        scene.js(
            "([number, url]) => history.pushState({ mine: number }, '', url)",
            [number, scene.path + spelling],
        )
        entries = length(scene)
        other = f"thr_x{number}"
        scene.js("shows", other)
        expect_href(scene, scene.path + switched.replace("X", other))
        assert length(scene) == entries + (named is not None), spelling
        if named is not None:
            scene.go(-1)
            expect_href(scene, scene.path + spelling)
            scene.expect_shown(named)
            assert scene.calls()[-1] == ["setThreadId", named]
        scene.js("shows(null)")
        expect_href(scene, scene.path + cleared)
        state = scene.js("history.state")
        assert state.pop("chatkit-sync").keys() == {"threadId"}, "the mark of a new chat's entry"
        assert state == {"mine": number}, spelling


@pytest.mark.once
def test_13_a_restore_reads_an_encoded_parameter_and_keeps_bytes_hash_and_state(
    scene: Scene,
) -> None:
    a, b = make(scene, "Alpha", "Beta")
    encoded = "".join(f"%{ord(letter):02x}" for letter in a)
    query = "?flag&thread%49d=" + encoded + "&q=a%20b&threadId=thr_other&e=#part?x"
    scene.open(body=bar(a, b), query=query)
    scene.js("history.replaceState({ mine: [1, { deep: true }] }, '')")
    scene.reload()
    scene.expect_shown(a)
    scene.expect_stored(a)
    assert scene.query() == query, "what names the thread already is not written"
    scene.press("#open-b")
    expect_href(scene, f"{scene.path}?flag&threadId={b}&q=a%20b&e=#part?x")
    assert scene.js("history.state") == {"mine": [1, {"deep": True}]}


# 14: Back and Forward.


@pytest.mark.core
def test_14_back_and_forward_lead_through_five_threads_and_a_new_chat(scene: Scene) -> None:
    threads = make(scene, "Alpha", "Beta", "Gamma", "Delta", "Epsilon")
    scene.open(body=links(threads), query="?page=1")
    entries = length(scene)
    walk: list[str | None] = [*threads, None]
    queries = [f"?page=1&threadId={thread}" if thread else "?page=1" for thread in walk]
    for number, thread in enumerate(threads):
        scene.press(f"#open-{number}")
        expect_settled(scene, thread, queries[number])
        assert length(scene) == entries + number, "the first is replaced, the others are pushed"
    scene.press("#new")
    expect_settled(scene, None, "?page=1")
    assert length(scene) == entries + 5
    place = 5
    for steps in (-1, -1, -1, -1, -1, 1, 1, 1, 1, 1, -5, 4, -2):
        place += steps
        stored = scene.stored()
        scene.go(steps)
        scene.expect_shown(walk[place])
        scene.expect_query(queries[place])
        scene.expect_stored(walk[place] or stored)
    assert length(scene) == entries + 5, "arriving writes no entry"
    expect(scene.messages().first).to_contain_text("Gamma asked")


@pytest.mark.once
def test_14_back_while_a_load_runs_is_at_once_and_its_late_end_changes_nothing(
    scene: Scene,
) -> None:
    a, b, c = threads = make(scene, "Alpha", "Beta", "Gamma")
    scene.open(body=links(threads), head=RECORDER)
    visit(scene, [a, b])
    entries = length(scene)
    fault = scene.site.faults.add("threads.get_by_id", thread_id=c, hold_after=0)
    scene.press("#open-2")
    fault.wait_hit()
    scene.expect_phase("loading")
    scene.go(-1)
    scene.wait(lambda: scene.snapshot()["thread_id"] == a, "Alpha while Gamma still loads")
    assert scene.snapshot()["phase"] == "loading"
    fault.release()
    expect_settled(scene, a, f"?threadId={a}")
    expect(scene.messages().first).to_contain_text("Alpha asked")
    scene.go(1)
    expect_settled(scene, b, f"?threadId={b}")
    assert length(scene) == entries
    assert not any(c in where for _, where in scene.js("writes")), "what was left has no trace"


@pytest.mark.once
def test_14_forward_again_before_the_thread_of_a_back_is_there(scene: Scene) -> None:
    a, b = threads = make(scene, "Alpha", "Beta")
    scene.open(body=links(threads))
    visit(scene, threads)
    # A fresh element has visited nothing but what it restores.
    scene.reload()
    scene.expect_shown(b)
    fault = scene.site.faults.add("threads.get_by_id", thread_id=a, hold_after=0)
    scene.go(-1)
    fault.wait_hit()
    scene.go(1)
    scene.expect_query(f"?threadId={b}")
    fault.release()
    expect_settled(scene, b, f"?threadId={b}")
    scene.go(-1)
    expect_settled(scene, a, f"?threadId={a}")
    expect(scene.messages().first).to_contain_text("Alpha asked")


def test_14_back_while_an_answer_streams_is_at_once(scene: Scene) -> None:
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
    expect_settled(scene, a, f"?threadId={a}")
    scene.go(1)
    scene.expect_phase("responding")
    fault.release()
    expect_settled(scene, b, f"?threadId={b}")
    expect(scene.messages()).to_have_count(4)


# Three Backs as quick as the browser takes them.
THREE = """async () => {
  for (let step = 0; step < 3; step++) {
    const arrived = new Promise((resolve) => addEventListener("popstate", resolve, { once: true }));
    history.back();
    await arrived;
  }
}"""


def test_14_of_three_quick_backs_the_last_wins(scene: Scene) -> None:
    threads = make(scene, "Alpha", "Beta", "Gamma", "Delta", "Epsilon")
    scene.open(body=links(threads), head=RECORDER)
    visit(scene, threads)
    entries = length(scene)
    scene.reload()
    scene.expect_shown(threads[4])
    scene.js("writes.length = 0")
    faults = [
        scene.site.faults.add("threads.get_by_id", thread_id=thread, hold_after=0)
        for thread in threads[1:4]
    ]
    scene.js(THREE)
    for fault in faults:
        fault.wait_hit()
    # Their loads end in another order than they were begun in.
    for fault in (faults[0], faults[2], faults[1]):
        fault.release()
    expect_settled(scene, threads[1], f"?threadId={threads[1]}")
    expect(scene.messages().first).to_contain_text("Beta asked")
    scene.go(3)
    expect_settled(scene, threads[4], f"?threadId={threads[4]}")
    assert length(scene) == entries
    writes = [["chatkit.threadId", threads[1]], ["chatkit.threadId", threads[4]]]
    assert scene.js("writes") == writes


DELETE = """(thread_id) => fetch("/chatkit", {
  method: "POST",
  body: JSON.stringify({ type: "threads.delete", params: { thread_id } }),
}).then((answer) => answer.status)"""


def expect_requested(scene: Scene, thread_id: str, times: int) -> None:
    """Wait until the server has been asked for this thread so often."""

    def holds() -> bool:
        asked = [seen.thread_id for seen in scene.site.faults.requests if "get" in seen.type]
        return asked.count(thread_id) == times

    scene.wait(holds, f"{times} requests for {thread_id}")


@MODES
def test_14_back_to_a_thread_that_is_gone_or_fails_corrects_the_entry(
    scene: Scene, owner: bool
) -> None:
    gone, ill, last = threads = make(scene, "Gone", "Ill", "Last")
    scene.open(owner=owner, body=links(threads))
    visit(scene, threads)
    entries = length(scene)
    assert scene.js(DELETE, gone) == 200
    scene.site.faults.add("threads.get_by_id", thread_id=ill, status=500)
    scene.reload()
    scene.expect_shown(last)
    # An owner's element is mounted late, which costs an entry in Chromium (measured).
    swallowed = length(scene) - entries
    failed = "That conversation could not be opened."
    # A companion sees no status.
    missed = "That conversation no longer exists." if owner else failed
    for steps, thread, words in ((-1 - swallowed, ill, failed), (-1, gone, missed)):
        scene.js("scene.snapshots.length = 0")
        scene.go(steps)
        expect_requested(scene, thread, 2)
        expect_settled(scene, last, f"?threadId={last}")
        expect(scene.locate("#status")).to_have_text(words)
    expect(scene.messages().first).to_contain_text("Last asked")
    for steps in (1, 1):
        scene.go(steps)
        expect_settled(scene, last, f"?threadId={last}")
    assert length(scene) == entries + swallowed, "both were replaced"


OPEN = """(id) => {
  document.querySelector("#chat").setThreadId(id).catch(() => scene.notes.push("failed"));
}"""


@MODES
def test_14_back_to_a_thread_whose_load_already_runs_and_fails_corrects_the_entry(
    scene: Scene, owner: bool
) -> None:
    """The page itself has asked for it. Storage keeps what another tab has written meanwhile."""
    b, a = threads = make(scene, "Beta", "Alpha")
    scene.open(owner=owner, head=RECORDER, body=links(threads))
    visit(scene, threads)
    entries = length(scene)
    scene.reload()
    scene.expect_shown(a)
    # An owner's element is mounted late, which costs an entry in Chromium (measured).
    swallowed = length(scene) - entries
    ill = scene.site.faults.add("threads.get_by_id", thread_id=b, status=500, hold_after=0)
    scene.js(OPEN, b)
    ill.wait_hit()
    # Not before: the restored thread may still be about to settle.
    store(scene, "thr_elsewhere")
    scene.js("writes.length = 0")
    scene.go(-1 - swallowed)
    scene.expect_query(f"?threadId={b}")
    scene.expect_phase("loading")
    ill.release()
    scene.page.wait_for_function("writes.length")
    scene.expect_shown(a)
    scene.expect_query(f"?threadId={a}")
    expect(scene.messages().first).to_contain_text("Alpha asked")
    expect(scene.locate("#status")).to_have_text("That conversation could not be opened.")
    assert scene.js("scene.notes") == ["failed"]
    assert scene.stored() == "thr_elsewhere"
    scene.go(1)
    expect(scene.locate("#status")).to_have_text("That conversation could not be opened.")
    scene.press("#send")
    expect(scene.messages()).to_have_count(4)
    # Whoever talks in a thread has used it last: the first write to storage.
    expect_settled(scene, a, f"?threadId={a}")
    assert [what for what, _ in scene.js("writes")] == ["replaceState", "chatkit.threadId"]
    assert length(scene) == entries + swallowed
    assert ill.hits == 1


@pytest.mark.once
def test_14_who_chooses_another_thread_while_the_one_of_a_back_loads_stays_there(
    scene: Scene,
) -> None:
    """… whoever has asked for that load."""
    a, b, c = threads = make(scene, "Alpha", "Beta", "Gamma")
    scene.open(body=links(threads))
    visit(scene, [a, b])
    entries = length(scene)
    scene.reload()
    scene.expect_shown(b)
    slow = scene.site.faults.add("threads.get_by_id", thread_id=a, hold_after=0)
    scene.js(OPEN, a)
    slow.wait_hit()
    scene.go(-1)
    scene.expect_query(f"?threadId={a}")
    scene.js(OPEN, c)
    scene.page.wait_for_function("(id) => scene.snapshots.at(-1).thread_id === id", arg=c)
    slow.release()
    expect_settled(scene, c, f"?threadId={c}")
    expect(scene.messages().first).to_contain_text("Gamma asked")
    scene.press("#send")
    expect(scene.messages()).to_have_count(4)
    expect_settled(scene, c, f"?threadId={c}")
    assert length(scene) == entries


@pytest.mark.once
def test_14_back_between_two_entries_of_one_thread_leads_away_from_what_loads(
    scene: Scene,
) -> None:
    """A fragment has made two entries of b; a is being loaded. A click on one changes nothing."""
    a, b = threads = make(scene, "Alpha", "Beta")
    scene.open(body=links(threads), query=f"?threadId={b}")
    scene.expect_shown(b)
    scene.js("location.hash = 'one'")
    slow = scene.site.faults.add("threads.get_by_id", thread_id=a, hold_after=0)
    scene.js(OPEN, a)
    slow.wait_hit()
    scene.js("location.hash = 'two'")
    scene.page.wait_for_function("(id) => scene.snapshots.at(-1).thread_id === id", arg=a)
    scene.go(-1)
    scene.page.wait_for_function("(id) => scene.snapshots.at(-1).thread_id === id", arg=b)
    slow.release()
    expect_settled(scene, b, f"?threadId={b}#one")
    expect(scene.messages().first).to_contain_text("Beta asked")


SLOWLY = """<script>
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const works = fake.answers.setThreadId;
  fake.answers.setThreadId = async (threadId) => {
    if (threadId !== "thr_bad") return works(threadId);
    await null;
    fake.say("thread.change", { threadId });
    fake.say("thread.load.start", { threadId });
    await pause(10);
    fake.say("thread.load.end", { threadId });
    await pause(20);
    fake.say("thread.change", { threadId: "thr_a" });
    throw new Error("Thread not found");
  };
</script>"""


@pytest.mark.once
def test_14_a_failed_back_that_is_taken_back_slowly_is_said_all_the_same(scene: Scene) -> None:
    """On a busy machine more than 0.1 ms pass between the end of a failed load and the way back."""
    former = """<script>
      history.replaceState(null, "", "?threadId=thr_bad");
      history.pushState(null, "", "?threadId=thr_a");
    </script>"""
    scene.open(fake=True, foot=former + SHOWS + SLOWLY)
    expect_settled(scene, "thr_a", "?threadId=thr_a")
    scene.go(-1)
    expect(scene.locate("#status")).to_have_text("That conversation could not be opened.")
    expect_settled(scene, "thr_a", "?threadId=thr_a")
    scene.js("shows('thr_b')")
    expect_settled(scene, "thr_b", "?threadId=thr_b")
    scene.go(-1)
    expect_settled(scene, "thr_a", "?threadId=thr_a")
    assert [call[1] for call in scene.calls()] == ["thr_a", "thr_bad", "thr_a"]


def test_14_back_during_the_start_is_remembered(scene: Scene) -> None:
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
    scene.expect_phase("idle", limit=START_LIMIT)
    expect_settled(scene, a, f"?threadId={a}")
    expect(scene.messages().first).to_contain_text("Alpha asked")


# 15: fragments, and the page's own entries.


@pytest.mark.once
def test_15_a_fragment_and_the_pages_own_entries_switch_nothing(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    jump = '<a id="jump" href="#part">Jump</a>'
    scene.open(body=bar(a, b) + jump, query=f"?threadId={a}")
    expect_settled(scene, a, f"?threadId={a}")
    scene.press("#jump")
    scene.expect_query(f"?threadId={a}#part")
    scene.js("history.pushState({ mine: 1 }, '', '?own=1')")
    scene.press("#open-b")
    expect_settled(scene, b, f"?own=1&threadId={b}")
    assert scene.js("history.state") == {"mine": 1}, "the page's state stays"
    scene.go(-1)
    expect_settled(scene, a, f"?threadId={a}#part")
    expect(scene.locate('[aria-current="true"]')).to_have_attribute("id", "open-a")


# A write that waits for its turn would meet whatever entry the page has pushed by then.
AT_ONCE = {"write_interval": 0}
FRAGMENTS = '<a id="jump" href="#part">Jump</a><a id="top" href="#">Top</a>'


def own(scene: Scene, method: str, url: str, state: object = None) -> None:
    """The page writes an address of its own."""
    scene.js("([method, state, url]) => history[method](state, '', url)", [method, state, url])


@pytest.mark.once
def test_15_the_pages_own_entries_mean_a_thread_or_nothing(scene: Scene) -> None:
    body = TOOLBAR + FRAGMENTS
    scene.open(fake=True, foot=SHOWS, settings=AT_ONCE, body=body, query="?tab=1")
    scene.js("shows('thr_a')")
    expect_settled(scene, "thr_a", "?tab=1&threadId=thr_a")
    here, entries = scene.path, length(scene)
    expected: list[list[str | None]] = []

    def expect_asked(*asked: str) -> None:
        expected.extend(["setThreadId", thread] for thread in asked)
        scene.expect_calls(*expected)
        for thread in asked:
            scene.expect_shown(thread)
            scene.expect_stored(thread)

    def arrive(steps: int, rest: str, *asked: str) -> None:
        """Go there; `asked` is what the element must be asked for, if it must be."""
        scene.go(steps)
        expect_href(scene, rest)
        expect_asked(*asked)

    scene.press("#jump")
    expect_href(scene, f"{here}?tab=1&threadId=thr_a#part")
    scene.press("#top")
    expect_href(scene, f"{here}?tab=1&threadId=thr_a#")
    arrive(-1, f"{here}?tab=1&threadId=thr_a#part")
    arrive(-1, f"{here}?tab=1&threadId=thr_a")
    # What names no thread has no opinion, in either direction, whatever else it says.
    own(scene, "pushState", "?tab=2")
    arrive(-1, f"{here}?tab=1&threadId=thr_a")
    arrive(1, f"{here}?tab=2")
    # What names another one asks for it as soon as the page writes it.
    own(scene, "pushState", "/other/path?threadId=thr_b")
    expect_asked("thr_b")
    arrive(-1, f"{here}?tab=2")
    arrive(1, "/other/path?threadId=thr_b")
    own(scene, "pushState", "/other/path", {"panel": True})
    arrive(-1, "/other/path?threadId=thr_b")
    arrive(1, "/other/path")
    own(scene, "replaceState", f"{here}?tab=3&threadId=thr_c")
    expect_asked("thr_c")
    arrive(-1, "/other/path?threadId=thr_b", "thr_b")
    arrive(1, f"{here}?tab=3&threadId=thr_c", "thr_c")
    assert length(scene) == entries + 3, "the page's own entries, and none of ours"


@pytest.mark.once
def test_15_without_the_navigation_api_the_next_event_tells_of_an_address(scene: Scene) -> None:
    scene.open(fake=True, foot=SHOWS, settings=AT_ONCE, head=NO_NAVIGATION)
    scene.js("shows('thr_a')")
    expect_settled(scene, "thr_a", "?threadId=thr_a")
    own(scene, "pushState", "?own=1&threadId=thr_b")
    scene.js("fake.say('log', { name: 'anything' })")
    scene.expect_calls(["setThreadId", "thr_b"])
    expect_settled(scene, "thr_b", "?own=1&threadId=thr_b")


NO_NAVIGATION = "<script>Object.defineProperty(window, 'navigation', { value: undefined })</script>"
KEEPS = {
    "jump link": '<a id="step" href="#chat">Chat with us</a>',
    "empty fragment": '<a id="step" href="#">Top</a>',
    "hash route": '<a id="step" href="#/settings">Settings</a>',
    "panel": """<button id="step"
        onclick="history.pushState({chatPanel: true}, '')">Open</button>""",
    "panel that keeps the state": """<button id="step"
        onclick="history.pushState({...history.state, chatPanel: true}, '')">Open</button>""",
}
"""A page's own step that makes an entry."""


@pytest.mark.core
@MODES
@pytest.mark.parametrize("first", ["nothing", "New chat"])
@pytest.mark.parametrize("how", KEEPS)
def test_15_back_from_an_entry_that_the_page_made_keeps_the_conversation(
    scene: Scene, owner: bool, first: str, how: str
) -> None:
    """Kind 1 of the pages that failed: the address, the chat and storage lost the thread."""
    [a] = make(scene, "Alpha")
    query = f"?threadId={a}" if first == "New chat" else ""
    scene.open(owner=owner, body=bar(a) + KEEPS[how], query=query)
    scene.expect_shown(a if query else None)
    if query:
        scene.press("#new")
        expect_settled(scene, None, "")
    scene.locate("#step").click()
    scene.say("The first message")
    scene.wait(lambda: scene.stored() not in (None, a), "the new thread")
    thread = scene.wait_stored()
    scene.expect_shown(thread)
    for step in (-1, 1, -1):
        scene.go(step)
        scene.expect_shown(thread)
        assert scene.stored() == thread
    scene.reload()
    expect_settled(scene, thread, f"?threadId={thread}{scene.js('location.hash')}")
    expect(scene.messages().first).to_contain_text("The first message")


@pytest.mark.core
@MODES
def test_15_our_new_chats_entry_is_one_after_a_reload_and_clears_no_storage(
    scene: Scene, owner: bool
) -> None:
    [a] = make(scene, "Alpha")
    scene.open(owner=owner, body=bar(a), query=f"?threadId={a}")
    scene.expect_shown(a)
    scene.press("#new")
    expect_settled(scene, None, "")
    scene.go(-1)
    expect_settled(scene, a, f"?threadId={a}")
    scene.go(1)
    scene.expect_shown(None)
    scene.expect_query("")
    assert scene.stored() == a, "a walk through the history clears nothing"
    scene.reload()
    scene.expect_shown(None)
    assert scene.query() == ""
    if owner:
        # Chromium's entry for the frame that is made after the load stands in between.
        return
    scene.go(-1)
    expect_settled(scene, a, f"?threadId={a}")
    scene.go(1)
    scene.expect_shown(None)


@pytest.mark.core
@MODES
@pytest.mark.parametrize("method", ["pushState", "replaceState"])
def test_15_a_thread_that_the_page_names_is_opened(scene: Scene, owner: bool, method: str) -> None:
    """Kind 3 of the pages that failed: the address named one thread and the chat showed another."""
    a, b = make(scene, "Alpha", "Beta")
    scene.open(owner=owner, body=bar(a, b), query=f"?threadId={b}")
    scene.expect_shown(b)
    own(scene, method, f"?list=1&threadId={a}")
    expect_settled(scene, a, f"?list=1&threadId={a}")
    expect(scene.locate('[aria-current="true"]')).to_have_attribute("id", "open-a")
    own(scene, method, "?list=1")
    own(scene, method, f"?list=2&threadId={b}")
    expect_settled(scene, b, f"?list=2&threadId={b}")
    own(scene, method, f"?list=3&threadId={a}x")
    expect(scene.locate("#status")).not_to_have_text("")
    scene.expect_query(f"?list=3&threadId={b}")
    assert scene.stored() == b


NAVIGATES = """<script>
  window.offers = [];
  addEventListener("chatkit-navigate", (event) => {
    const { url, replace, thread_id } = event.detail;
    offers.push([event.target.localName, url.slice(location.origin.length), replace, thread_id]);
    if (!window.isOurs) return;
    event.preventDefault();
    // As a router does, a moment later.
    setTimeout(() => history[replace ? "replaceState" : "pushState"]({ own: 1 }, "", url));
  });
</script>"""


@pytest.mark.core
def test_15_the_page_may_write_the_address_itself(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.open(body=bar(a, b), head=NAVIGATES, query=f"?threadId={a}")
    scene.expect_shown(a)
    scene.js("window.isOurs = true")
    entries = length(scene)
    scene.press("#open-b")
    expect_settled(scene, b, f"?threadId={b}")
    assert scene.js("history.state") == {"own": 1}
    assert length(scene) == entries + 1
    scene.js("window.isOurs = false")
    scene.press("#new")
    expect_settled(scene, None, "")
    assert scene.js("offers") == [
        ["openai-chatkit", f"{scene.path}?threadId={b}", False, b],
        ["openai-chatkit", scene.path, False, None],
    ]


PYTHON_NAVIGATES = """
from pyscript import window
from sync import running

offers = []
chatkit = running()[0]


@chatkit.on("navigate")
def navigate(url, replace, thread_id):
    offers.append([replace, thread_id])
    if len(offers) == 1:
        window.history.pushState(None, "", url + "#python")
        return True
    window.JSON.parse("{")  # JavaScript throws, which passes all Python on MicroPython


@probe
def offered():
    return offers
"""


@pytest.mark.core
def test_15_the_pages_python_may_write_the_address_and_what_it_raises_stops_nothing(
    scene: Scene,
) -> None:
    a, b = make(scene, "Alpha", "Beta")
    scene.console.allow("JSON")
    scene.open(body=bar(a, b), python=PYTHON_NAVIGATES, query=f"?threadId={a}")
    scene.expect_shown(a)
    scene.press("#open-b")
    expect_settled(scene, b, f"?threadId={b}#python")
    for _ in range(3):
        scene.press("#open-a")
        expect_settled(scene, a, f"?threadId={a}#python")
        scene.press("#open-b")
        expect_settled(scene, b, f"?threadId={b}#python")
    scene.say("It still works")
    scene.expect_phase("idle")
    assert scene.attempt("command", "set_thread_id", ["no such thread"], {})["ok"] is False
    assert scene.python("offered")[:2] == [[False, b], [False, a]]
    reports = scene.reports()
    if scene.runtime == "py":
        assert all("in a listener of 'navigate'" in text for text in reports), reports
    else:
        # It is the window's: MicroPython never sees it.
        assert len(scene.console.errors) == len(scene.python("offered")) - 1


@pytest.mark.once
@pytest.mark.parametrize("how", ["attribute", "setting", "off"])
def test_15_threads_make_no_entries_where_the_page_does_not_want_them(
    scene: Scene, how: str
) -> None:
    a, b = make(scene, "Alpha", "Beta")
    settings: dict[str, dict[str, object]] = {
        "attribute": {},
        "setting": {"history": "replace"},
        "off": {"history": False},
    }
    scene.open(
        body=bar(a, b),
        query=f"?threadId={a}",
        settings=settings[how],
        attributes='data-history="replace"' if how == "attribute" else "",
    )
    scene.expect_shown(None if how == "off" else a)
    entries = length(scene)
    scene.press("#open-b")
    expect_settled(scene, b, f"?threadId={a}" if how == "off" else f"?threadId={b}")
    assert length(scene) == entries


# 16: the browser's limits.

BURST = """async (count) => {
  const began = performance.now();
  for (let number = 0; number < count; number++) {
    const threadId = `thr_${number}`;
    shows(threadId);
    // Each is settled before the next one comes: none is left out by the settling.
    while (localStorage.getItem("chatkit.threadId") !== threadId)
      await new Promise((resolve) => setTimeout(resolve));
  }
  return (performance.now() - began) / 1000;
}"""


@pytest.mark.once
def test_16_of_500_changes_few_reach_the_address_and_the_last_one_does(scene: Scene) -> None:
    scene.open(fake=True, foot=SHOWS, head=RECORDER, settings={"settle_delay": 0})
    entries = length(scene)
    scene.js("for (let n = 0; n < 500; n++) shows(`thr_sync_${n}`)")
    scene.expect_query("?threadId=thr_sync_499")
    address = "([where]) => where.endsWith('State')"
    assert len(scene.js(f"writes.filter({address})")) == 1, "what never settled is not written"
    scene.js("writes.length = 0")
    seconds = scene.js(BURST, 500)
    scene.expect_query("?threadId=thr_499")
    assert scene.stored() == "thr_499"
    written = scene.js(f"writes.filter({address})")
    assert len(scene.js("writes")) - len(written) == 500, "every change was settled and stored"
    assert 1 <= len(written) <= seconds / 0.35 + 2, (seconds, written)
    assert length(scene) <= min(entries + len(written), 50)


REFUSAL = """<script>
  const real = { pushState: history.pushState, replaceState: history.replaceState };
  window.refused = [];
  window.refuse = (how) => {
    for (const name in real)
      History.prototype[name] = (state, title, url) => {
        refused.push([how, name]);
        if (how === "throws") throw new DOMException("too many calls", "SecurityError");
      };
  };
  window.allow = () => Object.assign(History.prototype, real);
</script>"""


@pytest.mark.once
def test_16_a_write_that_is_ignored_or_refused_is_tried_again(scene: Scene) -> None:
    scene.open(fake=True, foot=SHOWS, head=REFUSAL)
    entries = length(scene)
    scene.js("refuse('ignores')")
    scene.js("shows('thr_a')")
    scene.wait(lambda: len(scene.js("refused")) == 1, "the write that is ignored")
    scene.expect_stored("thr_a")
    scene.js("refuse('throws')")
    scene.wait(lambda: len(scene.js("refused")) == 2, "the write that throws")
    assert scene.js("refused") == [["ignores", "replaceState"], ["throws", "replaceState"]]
    assert scene.query() == ""
    scene.js("allow()")
    scene.expect_query("?threadId=thr_a")
    assert length(scene) == entries
    # What is settled meanwhile overtakes what still waits, in one entry.
    scene.js("refuse('ignores')")
    scene.js("shows('thr_b')")
    scene.wait(lambda: len(scene.js("refused")) == 3, "the push that is ignored")
    scene.js("shows('thr_c')")
    scene.wait(lambda: len(scene.js("refused")) >= 4, "the next one")
    scene.js("allow()")
    scene.expect_query("?threadId=thr_c")
    assert length(scene) == entries + 1
    scene.go(-1)
    expect_settled(scene, "thr_a", "?threadId=thr_a")


# 17: other names, and off.


@pytest.mark.once
def test_17_parameter_and_key_have_other_names(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    store(scene, a, "mine:u1")
    settings = {"parameter": "chat", "key": "mine", "scope": "u1"}
    scene.open(body=bar(a, b), settings=settings, query="?threadId=other")
    scene.expect_shown(a)
    scene.expect_query(f"?threadId=other&chat={a}")
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_query(f"?threadId=other&chat={b}")
    scene.expect_stored(b, "mine:u1")
    scene.go(-1)
    scene.expect_shown(a)
    scene.expect_stored(a, "mine:u1")
    assert scene.stored() is None


@pytest.mark.once
@pytest.mark.parametrize("owner", [False, True], ids=["companion", "owner"])
def test_17_without_the_parameter_storage_alone_serves(scene: Scene, owner: bool) -> None:
    a, b = make(scene, "Alpha", "Beta")
    store(scene, a)
    settings = {"parameter": False}
    scene.open(owner=owner, settings=settings, body=bar(a, b), query=f"?threadId={b}")
    scene.expect_shown(a)
    entries = length(scene)
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_stored(b)
    # Back and Forward are the page's alone.
    scene.js("history.pushState(null, '', '?threadId=thr_page')")
    scene.expect_query("?threadId=thr_page")
    scene.go(-1)
    scene.expect_query(f"?threadId={b}")
    scene.press("#new")
    scene.expect_shown(None)
    scene.expect_stored(None)
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_stored(b)
    scene.expect_query(f"?threadId={b}")
    assert length(scene) == entries + 1, "the page's own"
    scene.reload()
    scene.expect_shown(b)


@pytest.mark.once
def test_17_without_storage_the_address_alone_serves(scene: Scene) -> None:
    a, b = make(scene, "Alpha", "Beta")
    store(scene, a)
    scene.open(settings={"key": None}, body=bar(a, b))
    scene.expect_shown(None)
    scene.press("#open-b")
    scene.expect_shown(b)
    scene.expect_query(f"?threadId={b}")
    scene.reload()
    scene.expect_shown(b)
    scene.press("#new")
    scene.expect_shown(None)
    scene.expect_query("")
    assert scene.js("Object.entries(localStorage)") == [["chatkit.threadId", a]], "not ours"


@pytest.mark.once
def test_17_without_both_nothing_is_remembered(scene: Scene) -> None:
    """… said on the element itself, which goes before the settings."""
    a, b = make(scene, "Alpha", "Beta")
    store(scene, b)
    element = '<openai-chatkit id="chat" data-chatkit-parameter="" data-chatkit-key="">'
    scene.open(body=bar(a, b), element=element + "</openai-chatkit>", query=f"?threadId={b}")
    scene.expect_shown(None)
    scene.press("#open-a")
    scene.expect_shown(a)
    expect(scene.messages().first).to_contain_text("Alpha asked")
    scene.expect_query(f"?threadId={b}")
    scene.reload()
    scene.expect_shown(None)
    assert scene.js("Object.entries(localStorage)") == [["chatkit.threadId", b]]
