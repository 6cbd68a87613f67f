"""Getting a thread back: from address and storage, after failures, and out of the middle of things.

A test's name begins with the number of what it holds in the list of memory: 1 to 7.
"""

from typing import Any

import pytest
from playwright.sync_api import expect

from sync.storage import LATER

from .scene import OPTIONS, START_LIMIT, TOOLBAR, Scene
from .test_memory_saving import WRITES, choose, saved, writes
from .threads import MODES, bar, length, make, store

FAILED = "The conversation could not be loaded. Try again in a moment."
UNKNOWN = "The conversation could not be loaded. Try again in a moment."
GIVEN_UP = "The conversation still cannot be loaded."
GONE = "That conversation no longer exists."

RETRY = TOOLBAR.replace(
    "</nav>",
    '<button id="retry" data-chatkit-action="retry" data-chatkit-show="retry">Try again</button>'
    "</nav>",
)

# `thread.change` does not bubble: only a capturing listener hears it from outside.
CHANGES = """<script>
  const note = ({ detail }) => scene.notes.push(detail.threadId);
  addEventListener("chatkit.thread.change", note, { capture: true });
</script>"""


def loads(scene: Scene) -> list[str | None]:
    """The threads that the server was asked for."""
    seen = scene.site.faults.requests
    return [one.thread_id for one in seen if one.type == "threads.get_by_id"]


def expect_told(scene: Scene, text: str) -> None:
    """Wait until the status says this."""
    expect(scene.locate("#status")).to_have_text(text)


def expect_asked(scene: Scene, word: str) -> None:
    """Wait until the chat shows a message of this thread."""
    expect(scene.messages().first).to_contain_text(f"{word} asked")


# 1: which thread.


@MODES
def test_01_the_thread_of_the_address_is_shown(scene: Scene, owner: bool) -> None:
    [a] = make(scene, "Alpha")
    scene.open(owner=owner, head=WRITES, query=f"?threadId={a}")
    scene.expect_shown(a)
    expect_asked(scene, "Alpha")
    scene.expect_stored(a)
    scene.expect_query(f"?threadId={a}")
    assert loads(scene) == [a]
    assert writes(scene) == [("setItem chatkit.threadId", a)]


@MODES
def test_01_the_thread_of_storage_is_shown_and_put_into_the_address(
    scene: Scene, owner: bool
) -> None:
    """… where every byte of the page's own stays, and no entry is added."""
    [a] = make(scene, "Alpha")
    store(scene, a)
    scene.open(owner=owner, head=WRITES, query="?flag&q=a%20b+c&x=&ü=%zz#part?threadId=1")
    scene.expect_shown(a)
    expect_asked(scene, "Alpha")
    scene.wait(lambda: "threadId=" + a in scene.page.url, "the thread in the address")
    query = scene.js("location.search + location.hash")
    assert query == f"?flag&q=a%20b+c&x=&%C3%BC=%zz&threadId={a}#part?threadId=1"
    assert loads(scene) == [a]
    assert writes(scene) == [("replaceState", a)]


@MODES
def test_01_the_address_wins_over_storage(scene: Scene, owner: bool) -> None:
    a, b = make(scene, "Alpha", "Beta")
    store(scene, a)
    scene.open(owner=owner, query=f"?threadId={b}")
    scene.expect_shown(b)
    expect_asked(scene, "Beta")
    scene.expect_stored(b)
    scene.expect_query(f"?threadId={b}")
    assert loads(scene) == [b], "what storage held was never asked for"


@MODES
def test_01_with_neither_the_chat_is_new_and_nothing_is_written(scene: Scene, owner: bool) -> None:
    """… until there is a thread, which is there after the server was restarted as well."""
    scene.open(owner=owner, head=WRITES, query="?page=1")
    scene.expect_shown(None)
    assert writes(scene) == []
    scene.say("Before the restart")
    expect(scene.messages()).to_have_count(2)
    scene.expect_phase("idle")
    thread = scene.wait_stored()
    assert loads(scene) == []
    scene.site.restart()
    scene.reload()
    scene.expect_shown(thread)
    expect(scene.messages().first).to_contain_text("Before the restart")


# 2: known without an event.


@pytest.mark.parametrize("by", ["memory", "page"])
def test_02_a_restored_thread_is_known_without_a_change(scene: Scene, by: str) -> None:
    """`initialThread` tells none: ours of an owner, and the page's own beside a companion."""
    [a] = make(scene, "Alpha")
    if by == "memory":
        store(scene, a)
        scene.open(owner=True, head=CHANGES, body=bar(a))
    else:
        scene.open(options={**OPTIONS, "initialThread": a}, head=CHANGES, body=bar(a))
    scene.expect_shown(a)
    expect(scene.locate('[aria-current="true"]')).to_have_attribute("id", "open-a")
    scene.expect_query(f"?threadId={a}")
    scene.expect_stored(a)
    scene.press("#send")
    expect(scene.messages()).to_have_count(4)
    scene.expect_shown(a)
    assert scene.js("scene.notes") == [], "nothing has told of it"
    scene.press("#new")
    scene.expect_shown(None)
    assert scene.js("scene.notes") == [None], "the ear was open"


# 3: what comes early, and what comes late.

EARLY_NULL = """<script>
  fake.answers.setThreadId = async (threadId) => fake.say("thread.change", { threadId });
  fake.say("thread.change", { threadId: null });
  fake.element.dataset.loaded = "true";
  fake.say("ready");
  fake.say("thread.change", { threadId: null });
</script>"""


@MODES
@pytest.mark.parametrize("held", [False, True], ids=["", "before Python"])
def test_03_an_early_null_wipes_nothing(scene: Scene, owner: bool, held: bool) -> None:
    store(scene, "thr_first")
    python = scene.hold_python()
    if not held:
        python.release()
    not_ready = "<script>fake.ready = false;</script>"
    scene.open(
        owner=owner,
        fake=True,
        head=WRITES,
        body=TOOLBAR + not_ready,
        foot=EARLY_NULL,
        wait=False,
    )
    if held:
        scene.expect_off("send", reason="starting")
        python.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    if owner:
        # It gets its thread with the options, and says no more than it has said.
        assert scene.js("fake.options[0].initialThread") == "thr_first"
    else:
        scene.expect_shown("thr_first")
    # A later switch is saved; before it nothing but the restored thread was written.
    scene.js("fake.say('thread.change', { threadId: 'thr_second' })")
    scene.expect_stored("thr_second")
    saved = [value for what, value in writes(scene) if what == "setItem chatkit.threadId"]
    assert saved == ["thr_second"]
    assert "removeItem chatkit.threadId" not in [what for what, _ in writes(scene)]


@MODES
def test_03_pythons_late_start_wipes_nothing(scene: Scene, owner: bool) -> None:
    """A companion's chat is there before Python, new and empty; an owner's waits for it."""
    [a] = make(scene, "Alpha")
    store(scene, a)
    python = scene.hold_python()
    scene.open(owner=owner, head=WRITES, wait=False)
    if not owner:
        scene.frame_ready()
        # A person who looks around: this tells a null as well.
        scene.chat.new_chat()
    scene.expect_off("send", reason="starting")
    assert scene.stored() == a
    assert writes(scene) == []
    python.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.expect_shown(a)
    expect_asked(scene, "Alpha")
    scene.expect_query(f"?threadId={a}")
    assert writes(scene) == [("replaceState", a)]


@pytest.mark.parametrize("where", ["storage", "address"])
def test_03_who_began_to_talk_before_python_goes_on(scene: Scene, where: str) -> None:
    """The new thread takes the place of the one that was saved, which the address leads back to."""
    [a] = make(scene, "Alpha")
    store(scene, a)
    python = scene.hold_python()
    scene.open(wait=False, query="" if where == "storage" else f"?threadId={a}")
    scene.frame_ready()
    entries = length(scene)
    scene.say("I was here first")
    expect(scene.messages()).to_have_count(2)
    assert scene.stored() == a
    python.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.wait(lambda: scene.stored() != a, "the new thread in storage")
    thread = scene.stored()
    scene.expect_shown(thread)
    expect(scene.messages().first).to_contain_text("I was here first")
    scene.expect_query(f"?threadId={thread}")
    if where == "address":
        assert length(scene) == entries + 1
        scene.go(-1)
        scene.expect_shown(a)


BY_COMMAND = """<script type="module">
  await customElements.whenDefined("openai-chatkit");
  const element = document.querySelector("openai-chatkit");
  element.addEventListener("chatkit.ready", () => element.setThreadId("{thread}"));
</script>"""


@pytest.mark.parametrize(
    ("by", "held"),
    [("options", False), ("options", True), ("command", True)],
    ids=["options", "options before Python", "command before Python"],
)
def test_03_a_page_that_loads_a_thread_itself_goes_before_storage_and_after_the_address(
    scene: Scene, by: str, held: bool
) -> None:
    a, b = make(scene, "Alpha", "Beta")
    store(scene, a)
    parts: dict[str, Any] = (
        {"options": {**OPTIONS, "initialThread": b}}
        if by == "options"
        else {"foot": BY_COMMAND.replace("{thread}", b)}
    )
    for query, thread, word in (("", b, "Beta"), (f"?threadId={a}", a, "Alpha")):
        python = scene.hold_python()
        scene.open(wait=False, query=query, **parts)
        if held:
            expect_asked(scene, "Beta")
        python.release()
        scene.expect_phase("idle", limit=START_LIMIT)
        scene.expect_shown(thread)
        expect_asked(scene, word)
        scene.expect_query(f"?threadId={thread}")
        scene.expect_stored(thread)


def test_03_a_page_whose_own_thread_fails_wipes_nothing(scene: Scene) -> None:
    """All of it is over before Python comes, and ends in a null."""
    [a] = make(scene, "Alpha")
    store(scene, a)
    python = scene.hold_python()
    scene.open(
        options={**OPTIONS, "initialThread": "thr_missing"},
        head=WRITES + CHANGES,
        wait=False,
    )
    scene.wait(lambda: scene.js("scene.notes") == [None], "the failed thread taken back")
    python.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.say("A thread of its own")
    expect(scene.messages().last).to_contain_text("A thread of its own")
    scene.expect_phase("idle")
    thread = scene.snapshot()["thread_id"]
    scene.wait(lambda: scene.stored() == thread, "the new thread in storage")
    assert "removeItem chatkit.threadId" not in [what for what, _ in writes(scene)]


TWICE = """<script type="module">
  await customElements.whenDefined("openai-chatkit");
  const element = document.querySelector("openai-chatkit");
  element.addEventListener("chatkit.ready", async () => {
    await element.setThreadId("{thread}").catch(() => scene.notes.push("failed"));
    await element.setThreadId("{thread}");
    scene.notes.push("shown empty");
  });
</script>"""


STANDS_STILL = """<script>
  addEventListener("chatkit.thread.load.end", () => {
    const until = performance.now() + 100;
    while (performance.now() < until);
  }, true);
</script>"""


@pytest.mark.parametrize("script", ["", STANDS_STILL], ids=["quick", "stands still"])
def test_03_what_failed_before_python_came_is_not_believed(scene: Scene, script: str) -> None:
    """The page has asked for a thread twice by then, and was told the second time that all is
    well (fact 6): nothing is saved, and nothing wiped. Nor where the page did so much at the end
    of the load that the change back came late.
    """
    a, b = make(scene, "Alpha", "Beta")
    store(scene, b)
    scene.site.faults.add("threads.get_by_id", thread_id=a, status=500)
    for query in ("", f"?threadId={a}"):
        python = scene.hold_python()
        twice = TWICE.replace("{thread}", a)
        scene.open(wait=False, query=query, head=WRITES + script, body=bar(a), foot=twice)
        scene.page.wait_for_function("scene.notes.join() === 'failed,shown empty'")
        python.release()
        scene.expect_phase("idle", limit=START_LIMIT)
        scene.expect_shown(a)
        expect(scene.messages()).to_have_count(0)
        if query:
            expect_told(scene, UNKNOWN)
        assert scene.query() == query
        choose(scene, b)
        scene.expect_shown(b)
        scene.expect_query(f"?threadId={b}")
        how = "pushState" if query else "replaceState"
        assert [one for one in writes(scene) if "failed" not in one[0]] == [(how, b)]
        assert scene.stored() == b
    assert loads(scene) == [a, b] * 2, "nobody asks in vain"
    # The page does not ask for it any more, so the visit that the control makes can show it.
    scene.site.faults.clear()
    scene.build()
    with scene.page.expect_navigation():
        scene.press("#open-a")
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.expect_shown(a)
    expect_asked(scene, "Alpha")
    scene.expect_stored(a)


# 4: gone.


@pytest.mark.parametrize("status", [404, 403])
def test_04_a_thread_that_is_gone_is_forgotten_in_both_places_once(
    scene: Scene, status: int
) -> None:
    """An owner sees the status. It never comes back by a reload, and never loops."""
    [a] = make(scene, "Alpha")
    store(scene, a)
    fault = scene.site.faults.add("threads.get_by_id", status=status)
    scene.open(owner=True, head=WRITES, body=RETRY, query=f"?page=1&threadId={a}#part")
    expect_told(scene, GONE)
    scene.expect_shown(None)
    assert scene.snapshot()["notice"] == "thread-gone"
    assert scene.snapshot()["retryable"] is False
    expect(scene.locate("#retry")).to_be_hidden()
    scene.expect_query("?page=1#part")
    assert scene.stored() is None
    assert writes(scene) == saved(None, "replaceState")
    assert fault.hits == 1
    scene.reload()
    scene.expect_shown(None)
    expect_told(scene, "")
    assert fault.hits == 1, "nobody asks for it again"
    assert writes(scene) == []
    scene.say("Then a new one")
    expect(scene.messages()).to_have_count(2)
    scene.expect_phase("idle")
    thread = scene.wait_stored()
    scene.expect_query(f"?page=1&threadId={thread}#part")


def test_04_a_thread_that_the_server_itself_does_not_know_is_gone(scene: Scene) -> None:
    """… where storage alone remembered it: no entry, no write to the address."""
    store(scene, "thr_missing")
    scene.open(owner=True, head=WRITES, query="?page=1")
    expect_told(scene, GONE)
    scene.expect_shown(None)
    scene.expect_stored(None)
    assert writes(scene) == [("removeItem chatkit.threadId", "")]
    scene.press("#send")
    expect(scene.messages()).to_have_count(2)
    expect_told(scene, "")


def test_04_a_companion_learns_at_the_second_visit_that_a_thread_is_gone(scene: Scene) -> None:
    """It sees no status: the first failure keeps the id and marks it."""
    store(scene, "thr_missing")
    scene.open(body=RETRY)
    expect_told(scene, UNKNOWN)
    scene.expect_shown(None)
    assert scene.stored() == "thr_missing"
    scene.reload()
    expect_told(scene, UNKNOWN)
    later(scene)
    scene.reload()
    expect_told(scene, GIVEN_UP)
    scene.expect_stored(None)
    assert scene.stored("chatkit.threadId.failed") is None
    scene.expect_query("")
    expect(scene.locate("#retry")).to_be_visible()
    scene.reload()
    scene.expect_shown(None)
    expect_told(scene, "")
    assert loads(scene) == ["thr_missing"] * 3, "one for each visit, and no fourth"


# 5: not now.

ILL = pytest.mark.parametrize(
    "fault",
    [pytest.param({"status": 500}, marks=pytest.mark.core), {"drop": True}],
    ids=["500", "offline"],
)


def later(scene: Scene) -> None:
    """As if the failure that is marked were a minute old."""
    marked, at = (scene.stored("chatkit.threadId.failed") or "").split(" ")
    store(scene, f"{marked} {int(at) - LATER:.0f}", "chatkit.threadId.failed")


def try_again(scene: Scene, *, owner: bool) -> None:
    """Press the control and wait for what follows: of an owner the snapshots after the press."""
    if owner:
        scene.js("scene.snapshots.length = 0")
        scene.locate("#retry").click()
    else:
        with scene.page.expect_navigation():
            scene.locate("#retry").click()
        scene.expect_phase("idle", limit=START_LIMIT)


@ILL
@MODES
def test_05_what_could_not_be_loaded_now_is_kept_and_trying_again_shows_the_messages(
    scene: Scene, owner: bool, fault: dict[str, Any]
) -> None:
    """A fresh element for an owner, the page loaded again for a companion.

    A companion does not see a status of 500: it says so, and a failed retry is no second failure.
    """
    [a] = make(scene, "Alpha")
    store(scene, a)
    is_unknown = "status" in fault and not owner
    text = UNKNOWN if is_unknown else FAILED
    notice = "restore-unknown" if is_unknown else "restore-failed"
    scene.site.faults.add("threads.get_by_id", **fault)
    scene.open(owner=owner, head=WRITES, body=RETRY, query=f"?threadId={a}")
    origin = scene.js("performance.timeOrigin")
    for visit in (1, 2):
        expect_told(scene, text)
        scene.expect_shown(None)
        expect(scene.locate("#retry")).to_be_visible()
        assert (scene.snapshot()["notice"], scene.snapshot()["retryable"]) == (notice, True)
        scene.expect_query(f"?threadId={a}")
        assert scene.stored() == a
        assert loads(scene) == [a] * visit
        if visit == 2:
            scene.site.faults.clear()
        try_again(scene, owner=owner)
    scene.expect_shown(a)
    expect_asked(scene, "Alpha")
    expect_told(scene, "")
    expect(scene.locate("#retry")).to_be_hidden()
    assert (scene.js("performance.timeOrigin") == origin) is owner
    assert scene.stored("chatkit.threadId.failed") is None
    scene.press("#send")
    expect(scene.messages()).to_have_count(4)
    scene.expect_shown(a)
    assert [what for what, _ in writes(scene) if "failed" not in what] == []


@pytest.mark.once
def test_05_who_tries_again_by_keyboard_keeps_the_focus(scene: Scene) -> None:
    [a] = make(scene, "Alpha")
    scene.site.faults.add("threads.get_by_id", status=500)
    scene.open(owner=True, body=RETRY + '<button id="next">Next</button>', query=f"?threadId={a}")
    expect_told(scene, FAILED)
    scene.site.faults.clear()
    retry = scene.locate("#retry")
    retry.focus()
    scene.page.keyboard.press("Enter")
    scene.expect_shown(a)
    expect_told(scene, "")
    expect(retry).to_be_focused()
    expect(retry).to_have_attribute("data-chatkit-off", "nothing-to-retry")
    scene.page.keyboard.press("Tab")
    expect(retry).not_to_be_focused()
    expect(retry).to_be_hidden()


@MODES
def test_05_a_thread_of_storage_alone_can_be_tried_again(scene: Scene, owner: bool) -> None:
    """The address does not name what never was shown; a companion's reload has to say it."""
    [a] = make(scene, "Alpha")
    store(scene, a)
    scene.site.faults.add("threads.get_by_id", drop=True, times=1)
    scene.open(owner=owner, head=WRITES, body=RETRY, query="?page=1")
    expect_told(scene, FAILED)
    scene.expect_shown(None)
    scene.expect_query("?page=1")
    assert writes(scene) == []
    try_again(scene, owner=owner)
    scene.expect_shown(a)
    expect_asked(scene, "Alpha")
    scene.expect_query(f"?page=1&threadId={a}")
    assert scene.stored() == a


@MODES
def test_05_a_later_visit_shows_what_was_kept(scene: Scene, owner: bool) -> None:
    [a] = make(scene, "Alpha")
    store(scene, a)
    scene.site.faults.add("threads.get_by_id", status=500, times=1)
    scene.open(owner=owner)
    expect_told(scene, FAILED if owner else UNKNOWN)
    assert scene.stored() == a
    scene.reload()
    scene.expect_shown(a)
    expect_asked(scene, "Alpha")
    assert scene.stored("chatkit.threadId.failed") is None


def test_05_a_companion_forgets_at_the_second_failure_in_a_row(scene: Scene) -> None:
    """A visit between them that works begins the count anew."""
    [a] = make(scene, "Alpha")
    store(scene, a)
    scene.site.faults.add("threads.get_by_id", status=500)
    scene.open()
    expect_told(scene, UNKNOWN)
    scene.site.faults.clear()
    scene.reload()
    scene.expect_shown(a)
    ill = scene.site.faults.add("threads.get_by_id", status=500)
    scene.reload()
    expect_told(scene, UNKNOWN)
    scene.expect_shown(None)
    scene.expect_query(f"?threadId={a}")
    assert scene.stored() == a
    later(scene)
    scene.reload()
    expect_told(scene, GIVEN_UP)
    scene.expect_shown(None)
    scene.expect_query("")
    scene.expect_stored(None)
    assert scene.stored("chatkit.threadId.failed") is None
    assert ill.hits == 2


@MODES
def test_05_a_restore_that_fails_after_its_time_is_told_and_can_be_tried_again(
    scene: Scene, owner: bool
) -> None:
    """The chat could be used meanwhile; nobody has, so what was remembered stays remembered."""
    [a] = make(scene, "Alpha")
    store(scene, a)
    late = scene.site.faults.add("threads.get_by_id", status=500, hold_after=0)
    scene.open(
        owner=owner,
        head=WRITES,
        body=RETRY,
        query=f"?threadId={a}",
        settings={"restore_timeout": 1.0},
        wait=False,
    )
    # No longer starting: its time is over.
    scene.expect_phase("loading", limit=START_LIMIT)
    expect_told(scene, "Loading the conversation…")
    late.release()
    expect_told(scene, FAILED if owner else UNKNOWN)
    scene.expect_shown(None)
    assert scene.snapshot()["notice"] == ("restore-failed" if owner else "restore-unknown")
    scene.expect_query(f"?threadId={a}")
    assert [what for what, _ in writes(scene) if "failed" not in what] == []
    scene.site.faults.clear()
    try_again(scene, owner=owner)
    scene.expect_shown(a)
    expect_asked(scene, "Alpha")
    expect_told(scene, "")
    assert scene.stored() == a


def test_05_an_owners_own_first_thread_that_fails_can_be_tried_again(scene: Scene) -> None:
    """The page's `initialThread`: what is remembered too, besides another one, and alone."""
    a, b = make(scene, "Alpha", "Beta")
    own = {**OPTIONS, "initialThread": a}
    for remembered, word in ((a, "Alpha"), (b, "Beta"), (None, "Alpha")):
        if remembered is None:
            scene.js("localStorage.clear()")
        else:
            store(scene, remembered)
        thread = remembered or a
        scene.site.faults.reset()
        scene.site.faults.add("threads.get_by_id", status=500)
        scene.open(owner=True, options=own, head=WRITES, body=RETRY)
        expect_told(scene, FAILED)
        scene.expect_shown(None)
        scene.expect_query("")
        assert writes(scene) == []
        scene.site.faults.clear()
        try_again(scene, owner=True)
        scene.expect_shown(thread)
        expect_asked(scene, word)
        scene.expect_query(f"?threadId={thread}")
        scene.expect_stored(thread)
        expect(scene.locate("#retry")).to_be_hidden()
        assert loads(scene) == [thread] * 2, "the other one is never asked for"


HOSTED = """
from sync import start

start({"options": {"api": {"get_client_secret": lambda secret: "a secret"}}})
"""


def test_05_an_owner_whose_api_is_hosted_forgets_at_the_second_visit(scene: Scene) -> None:
    """Its requests do not pass through us: no status, as for a companion. Trying again is no
    visit, and shows what was given up as well.
    """
    [a] = make(scene, "Alpha")
    store(scene, a)
    ill = scene.site.faults.add("threads.get_by_id", status=500)
    scene.open(
        companion=False,
        attributes='data-start="page"',
        python=HOSTED,
        body=RETRY,
        query=f"?threadId={a}",
    )
    for visit in (1, 2):
        # The notice stays while the fresh element begins.
        ill.wait_hit(visit)
        expect_told(scene, UNKNOWN)
        scene.expect_shown(None)
        assert scene.snapshot()["notice"] == "restore-unknown"
        scene.expect_query(f"?threadId={a}")
        assert scene.stored() == a
        if visit == 1:
            try_again(scene, owner=True)
    later(scene)
    scene.reload()
    expect_told(scene, GIVEN_UP)
    scene.expect_query("")
    scene.expect_stored(None)
    scene.site.faults.clear()
    try_again(scene, owner=True)
    scene.expect_shown(a)
    expect_asked(scene, "Alpha")
    scene.expect_query(f"?threadId={a}")
    scene.expect_stored(a)


SLOWLY = """<script>
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  fake.answers.setThreadId = async (threadId) => {
    fake.say("thread.change", { threadId });
    fake.say("thread.load.start", { threadId });
    await pause(300);
    fake.say("thread.load.end", { threadId });
    await pause(20);
    fake.say("thread.change", { threadId: null });
    throw new Error("Thread not found");
  };
</script>"""


def test_05_a_failed_restore_that_is_taken_back_slowly_is_kept(scene: Scene) -> None:
    """On a busy machine more than 0.1 ms pass between the end of a failed load and the way back.

    … also of one whose time was over, so that nobody waits for the command's answer any more.
    """
    for settings in ({}, {"restore_timeout": 0.1}):
        scene.js("localStorage.clear()")
        store(scene, "thr_first")
        scene.open(fake=True, head=WRITES, foot=SLOWLY, settings=settings)
        expect_told(scene, UNKNOWN)
        scene.expect_shown(None)
        scene.press("#open-b")
        scene.expect_report("warning: ", 'data-chatkit-action="open-thread"')
        scene.expect_shown(None)
        assert scene.stored() == "thr_first"
        assert [what for what, _ in writes(scene) if "failed" not in what] == []


# 6: nonsense.


@pytest.mark.once
@pytest.mark.parametrize("nonsense", ["%3Cscript%3E", "x" * 257])
def test_06_nonsense_in_the_address_is_taken_out_and_told_once(scene: Scene, nonsense: str) -> None:
    """… and storage says what to restore."""
    [a] = make(scene, "Alpha")
    store(scene, a)
    entries = length(scene)
    scene.open(query=f"?q=a%20b&threadId={nonsense}#top")
    scene.expect_report("warning: ", "'threadId' that is no thread id")
    scene.expect_shown(a)
    scene.wait(lambda: f"threadId={a}" in scene.page.url, "the stored thread in the address")
    assert scene.js("location.search + location.hash") == f"?q=a%20b&threadId={a}#top"
    assert length(scene) == entries + 1, "the goto alone"


@pytest.mark.once
@MODES
def test_06_nonsense_alone_is_a_new_chat(scene: Scene, owner: bool) -> None:
    """Whatever it is, nobody is asked for it, and an entry that holds it later is told no more."""
    [a] = make(scene, "Alpha")
    scene.open(owner=owner, head=WRITES, body=bar(a), query="?threadId=a%00%22b&page=1")
    scene.expect_report("warning: ", "'threadId' that is no thread id")
    scene.expect_shown(None)
    scene.expect_query("?page=1")
    assert writes(scene) == [("replaceState", None)]
    entries = length(scene)
    assert scene.stored() is None
    # An entry of the page's own that holds some names no thread: cleaned once more, the chat stays.
    scene.js("history.pushState({}, '', '?page=1&threadId=%2E%2E%2F')")
    scene.js(f"history.pushState({{}}, '', '?page=1&threadId={a}')")
    scene.expect_shown(a)
    scene.expect_stored(a)
    scene.go(-1)
    scene.expect_query("?page=1")
    scene.expect_shown(a)
    assert length(scene) == entries + 2
    scene.go(1)
    scene.expect_shown(a)
    assert set(loads(scene)) == {a}


# 7: in the middle.


@MODES
def test_07_a_reload_in_a_load_or_in_an_answer(scene: Scene, owner: bool) -> None:
    """In a load the thread that was settled before, in a stream that thread."""
    a, b = make(scene, "Alpha", "Beta")
    store(scene, a)
    restore = scene.site.faults.add("threads.get_by_id", thread_id=a, hold_after=0)
    scene.open(owner=owner, body=bar(a, b), wait=False)
    restore.wait_hit()
    scene.reload(wait=False)
    restore.wait_hit(2)
    scene.site.faults.clear()
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.expect_shown(a)
    scene.expect_query(f"?threadId={a}")
    switch = scene.site.faults.add("threads.get_by_id", thread_id=b, hold_after=0)
    scene.press("#open-b")
    scene.expect_phase("loading")
    switch.wait_hit()
    scene.reload()
    # Firefox ends a page's requests before the page: the control's load has failed then.
    assert all('data-chatkit-action="open-thread"' in report for report in scene.reports())
    scene.expect_shown(a)
    expect_asked(scene, "Alpha")
    scene.expect_query(f"?threadId={a}")
    scene.site.faults.clear()
    scene.site.faults.add("threads.add_user_message", hold_after=1)
    scene.say("Go on")
    scene.expect_phase("responding")
    scene.reload()
    scene.expect_shown(a)
    expect_asked(scene, "Alpha")
    expect(scene.messages().nth(2)).to_contain_text("Go on")
    scene.expect_query(f"?threadId={a}")
    assert scene.stored() == a


@MODES
def test_07_a_reload_in_the_first_message(scene: Scene, owner: bool) -> None:
    """Before it has its id a new chat, after it that thread."""
    [a] = make(scene, "Alpha")
    scene.open(owner=owner, query=f"?threadId={a}")
    scene.press("#new")
    scene.expect_shown(None)
    scene.expect_query("")
    before = scene.site.faults.add("threads.create", hold_after=0)
    scene.say("Without an id")
    before.wait_hit()
    scene.expect_phase("responding")
    scene.reload()
    scene.expect_shown(None)
    scene.expect_query("")
    assert scene.stored() is None
    scene.site.faults.clear()
    after = scene.site.faults.add("threads.create", hold_after=2)
    scene.say("With an id")
    after.wait_hit()
    thread = scene.wait_stored()
    scene.expect_phase("responding")
    scene.expect_query(f"?threadId={thread}")
    scene.reload()
    scene.expect_shown(thread)
    expect(scene.messages().first).to_contain_text("With an id")
    scene.expect_query(f"?threadId={thread}")
    assert scene.stored() == thread
