"""By chance, in a browser: a person, the page, its server and another tab do what they like.

A story is made from a seed: acts, and what is waited for after each. Every answer of the server is
late by a time from the same seed. Then all becomes quiet, and what must hold is looked at: what
tests/unit/sync/test_memory_by_chance.py holds on fakes, as far as it can be seen from outside.
After a failure on its element an empty screen is excused here for as long as the element lives,
which the fakes know better; scopes, retries and the back/forward cache are told there alone.

The variable SEEDS says how many stories are told, a third of them without failures. A story that
fails is printed, with the times of its acts and of all that the page did meanwhile.
"""

import os
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Error, Page, expect

from .scene import START_LIMIT, TOOLBAR, Scene
from .threads import MODES, make, store

SEEDS = int(os.environ.get("SEEDS", "2"))
CALM_SEEDS = max(1, SEEDS // 3)
LENGTH = 25
KEY = "chatkit.threadId"

MISSING = "thr_missing"
TITLES = {"a": "Alpha", "b": "Beta", "c": "Gamma"}

CALM = """
opens-a opens-b opens-c opens-new new-chat
control-a control-b control-c control-new
says says says says-by-control stops
back back back forward back-two fragment reload
own-entry own-entry-with-ours own-replace
tab-a tab-b tab-clears
""".split()
STORMY = """
control-missing ill-a ill-b ill-c drops-a drops-b drops-c refuses well vanishes-c deletes-b
opens-a opens-b opens-c control-a control-b back reload
""".split()

PAUSES = [*["none"] * 8, *["sign"] * 6, *["idle"] * 4, "quiet"]
"""What is waited for after an act: mostly nothing, or the page's next sign of life."""

DELAYS = [0, 0, 0, 1, 3, 10, 30, 60, 100, 180, 300]
"""Milliseconds by which answers are late."""

# The page's half: late answers, a log that outlives the page, and the acts. An act answers true
# when it is done, or cannot be done; Playwright calls it again on every frame until then.
SCRIPT = """
(() => {
  const get = (name) => sessionStorage.getItem(name);
  const put = Storage.prototype.setItem;
  const drop = Storage.prototype.removeItem;
  const { pushState, replaceState } = History.prototype;
  const doc = crypto.randomUUID();
  const delays = DELAYS_OF_THE_STORY;
  let open = 0;
  let last = performance.now();
  let aim = 0;
  let lists = 0;

  function count(name) {
    const number = Number(get(name) ?? 0);
    put.call(sessionStorage, name, number + 1);
    return number;
  }
  function note(kind, what = {}) {
    last = performance.now();
    const entry = { at: Date.now(), doc, kind, ...what };
    put.call(sessionStorage, `story.${count("story.length")}`, JSON.stringify(entry));
    return true;
  }

  // Where in the tab's history we are: nobody may go back to what was before the story.
  const place = () => history.state?.storyAt;
  function arrive() {
    if (place() === undefined) {
      const state = { ...history.state, storyAt: Number(get("story.at") ?? -1) + 1 };
      replaceState.call(history, state, "");
    }
    put.call(sessionStorage, "story.at", place());
    aim = place();
  }
  function push(state, url) {
    pushState.call(history, { ...state, storyAt: place() + 1 }, "", url);
    arrive();
  }
  addEventListener("popstate", () => {
    arrive();
    note("popstate", { url: location.href });
  });
  addEventListener("pageshow", ({ persisted }) => {
    arrive();
    if (persisted) note("out of the cache", { url: location.href });
  });

  // What the library writes.
  History.prototype.pushState = function (state, _, url) {
    note("push", { url: String(url) });
    push(state, url);
  };
  History.prototype.replaceState = function (state, _, url) {
    note("replace", { url: String(url) });
    replaceState.call(this, state, "", url);
  };
  Storage.prototype.setItem = function (key, value) {
    if (this === localStorage) note("storage", { key, value: String(value) });
    return put.call(this, key, value);
  };
  Storage.prototype.removeItem = function (key) {
    if (this === localStorage) note("storage", { key, value: null });
    return drop.call(this, key);
  };

  // Answers are late, and every one is in the log before anybody else has it.
  const fetchNow = window.fetch.bind(window);
  const late = () => delays[count("story.answers") % delays.length];
  const pause = (ms) => ms && new Promise((resolve) => setTimeout(resolve, ms));
  window.fetch = async (input, init) => {
    if (!String(input).endsWith("/chatkit")) return fetchNow(input, init);
    const { type, params } = JSON.parse(init.body);
    const request = { type, thread: params.thread_id ?? null };
    // What the history panel lists is no matter of memory, and acts wait for it.
    const wait = type === "threads.list" ? 0 : late();
    open += 1;
    note("asked", { ...request, wait });
    try {
      const response = await fetchNow(input, init);
      await pause(wait);
      init.signal?.throwIfAborted();
      note("answered", { ...request, status: response.status });
      if (type === "threads.list") lists += 1;
      const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
      return isStream ? slowed(response) : response;
    } catch (reason) {
      const status = init.signal?.aborted ? null : 0;
      note("answered", { ...request, status });
      throw reason;
    } finally {
      open -= 1;
    }
  };
  function slowed(response) {
    const reader = response.body.getReader();
    let isOver = false;
    let chunks = 0;
    open += 1;
    const over = () => {
      if (isOver) return;
      isOver = true;
      open -= 1;
      note("stream over");
    };
    const body = new ReadableStream({
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (chunks++ % 12 === 3) await pause(late());
          if (done) {
            over();
            controller.close();
            return;
          }
          const created = /"thread.created".*?"id":\\s*"([^"]+)"/.exec(
            new TextDecoder().decode(value),
          );
          if (created) note("created", { thread: created[1] });
          controller.enqueue(value);
        } catch (reason) {
          over();
          controller.error(reason);
        }
      },
      cancel(reason) {
        over();
        return reader.cancel(reason);
      },
    });
    return new Response(body, { status: response.status, headers: response.headers });
  }

  // What can be heard.
  const NAMES =
    "ready error thread.change thread.load.start thread.load.end response.start response.end " +
    "response.stop";
  for (const name of NAMES.split(" "))
    addEventListener(
      `chatkit.${name}`,
      ({ detail }) => {
        const thread = detail?.threadId;
        note("event", { name, thread, error: detail?.error?.message });
      },
      true,
    );
  addEventListener("chatkit-sync", ({ detail }) => {
    const { phase, busy, thread_id, notice } = detail;
    note("snapshot", { phase, busy, thread_id, notice });
  });

  // The hand inside the chat.
  const frame = () => {
    const inside = document.querySelector("openai-chatkit")?.shadowRoot?.querySelector("iframe");
    const page = inside?.contentDocument;
    return page?.querySelector("[data-standin=new-chat]") ? page : null;
  };
  const part = (name, thread) =>
    frame()?.querySelector(
      `[data-standin=${name}]${thread ? `[data-thread-id="${thread}"]` : ""}`,
    );
  const isHistoryOpen = () => part("history")?.getAttribute("aria-expanded") === "true";
  function toggleHistory() {
    lists = 0;
    part("history").click();
  }
  const isNew = (row) => row && row.dataset.old === undefined;
  /** Presses something in a row of the history panel, as soon as the row is there. */
  function inHistory(name, thread) {
    if (!frame()) return false;
    if (!isHistoryOpen()) {
      toggleHistory();
      return false;
    }
    const button = part(name, thread);
    if (button) note("act", { act: name, thread });
    // The list is there and does not have it.
    else if (lists && frame().querySelector("[data-standin=thread]")) note("act", { not: name });
    else return false;
    button?.click();
    if (isHistoryOpen()) toggleHistory();
    return true;
  }

  window.story = {
    note,
    doc,
    opens: ([thread]) => inHistory("thread", thread),
    deletes: ([thread]) => inHistory("delete", thread),
    newChat() {
      if (!frame()) return false;
      note("act", { act: "New chat" });
      part("new-chat").click();
      return true;
    },
    says([text]) {
      if (!frame()) return false;
      const composer = part("composer");
      composer.value = text;
      composer.dispatchEvent(new Event("input", { bubbles: true }));
      const send = part("send");
      note("act", { act: "says", text, isOff: send.disabled });
      send.click();
      return true;
    },
    stops() {
      const stop = part("stop");
      note("act", { act: "stops", isOff: !stop || stop.hidden });
      if (stop && !stop.hidden) stop.click();
      return true;
    },
    control([id]) {
      const control = document.getElementById(id);
      if (!control) return false;
      note("act", { act: "control", id, off: control.dataset.chatkitOff });
      control.click();
      return true;
    },
    go([steps]) {
      const can = aim + steps >= 0;
      note("act", { act: "go", steps, isOff: !can });
      if (can) {
        aim += Math.min(steps, 0);
        history.go(steps);
      }
      return true;
    },
    fragment([number]) {
      const link = document.getElementById("fragment");
      if (!link) return false;
      link.href = `#part-${number}`;
      note("act", { act: "fragment", number });
      link.click();
      return true;
    },
    own([how, number]) {
      const ours = new URL(location.href).searchParams.get("threadId");
      const keeps = how !== "entry" && ours !== null;
      const url = `?own=${number}${keeps ? `&threadId=${ours}` : ""}`;
      note("act", { act: "own", how, url });
      if (how === "replace") replaceState.call(history, history.state, "", url);
      else push({ mine: number }, url);
      return true;
    },
    sign: ([before]) => Number(get("story.length")) > before || story.isStill(),
    isIdle() {
      const now = scene.snapshots.at(-1);
      return now?.phase === "idle" && !now.busy && open === 0;
    },
    isStill: () => story.isIdle() && performance.now() - last > STILL_MS,
    length: () => Number(get("story.length") ?? 0),
    log() {
      const entries = [];
      for (let n = 0; n < story.length(); n += 1) entries.push(JSON.parse(get(`story.${n}`)));
      return entries;
    },
    /** Whether the history panel lists these threads as they are now: its rows are new ones. */
    lists([threads]) {
      if (isHistoryOpen()) return threads.every((thread) => isNew(part("thread", thread)));
      for (const row of frame().querySelectorAll("[data-standin=thread]")) row.dataset.old = "";
      toggleHistory();
      return false;
    },
    look() {
      const texts = (name) => [...frame().querySelectorAll(`[data-standin=${name}]`)];
      const row = frame().querySelector("[data-standin=thread][aria-current=true]");
      const marked = document.querySelectorAll("[data-chatkit-thread][aria-current=true]");
      return {
        url: location.href,
        stored: localStorage.getItem("chatkit.threadId"),
        snapshot: scene.snapshots.at(-1),
        bar: document.getElementById("bar").dataset.chatkitState,
        marked: [...marked].map((control) => control.dataset.chatkitThread),
        listed: texts("thread").map((one) => one.dataset.threadId),
        shown: row?.dataset.threadId ?? null,
        title: part("title").textContent,
        messages: texts("message").map((one) => one.textContent),
      };
    },
  };
  arrive();
  note("load", { url: location.href });
})();
"""

SETTINGS = {"write_interval": 0.1}

CUT_OFF = ("dynamically imported module", "NetworkError when attempting", "could not be started")
"""What browsers say of a page that is left while Python is still on its way. Where that happens
to a page that stays, the story never becomes quiet."""

STILL = 450
"""Milliseconds without a sign after which nothing is pending: the settle delay (50), the write
interval (100) and the pause before a refused wish is tried again (250) have passed in them."""


def body(threads: dict[str, str]) -> str:
    """The toolbar, with controls for the story's threads and for one that never was."""
    opening = 'data-chatkit-action="open-thread"'
    controls = [
        f'<a id="control-{name}" href="?threadId={one}" {opening} data-chatkit-thread="{one}">'
        f"{name}</a>"
        for name, one in {**threads, "missing": MISSING}.items()
    ]
    return (
        TOOLBAR
        + f"<nav data-chatkit-toolbar aria-label='All'>{''.join(controls)}</nav>"
        + '<a id="fragment" href="#part">Down</a>'
    )


class Story:
    """One story: a tab of one person, its server, and a second tab."""

    def __init__(self, scene: Scene, owner: bool, seed: str) -> None:
        self.scene = scene
        self.page: Page = scene.page
        self.faults = scene.site.faults
        self.told: list[str] = []
        self.has_own_entries = False
        self.number = 0
        # Drawn apart, so that a shortened story meets the same answers.
        delays = random.Random(seed + " answers").choices(DELAYS, k=400)
        script = SCRIPT.replace("DELAYS_OF_THE_STORY", str(delays)).replace("STILL_MS", str(STILL))
        scene.site.add_page("/scene/story.js", script, "text/javascript")
        self.threads = dict(zip(TITLES, make(scene, *TITLES.values()), strict=True))
        scene.console.allow("|".join(CUT_OFF))
        self.tab = self.page.context.new_page()
        self.tab.goto(scene.site.url + "/scene/blank")
        # A tab that is not in front draws one frame a second.
        self.page.bring_to_front()
        scene.open(
            owner=owner,
            settings=SETTINGS,
            head='<script src="/scene/story.js"></script>',
            body=body(self.threads),
        )

    # The acts.

    def tell(self, acts: list[tuple[str, str]]) -> None:
        """Do them all, each as soon as it is possible."""
        for act, pause in acts:
            self.told.append(f"{act}, {pause}")
            before = self.ask("story.length()")
            self.act(act)
            self.pause(pause, before)
        self.faults.clear()
        self.note("act", act="all is well")
        self.pause("quiet")

    def act(self, act: str) -> None:
        """One act: in the page, or around it."""
        self.number += 1
        what, _, which = act.partition("-")
        self.has_own_entries = self.has_own_entries or what == "own"
        around = self.around(which).get(what)
        if around is None:
            name, *arguments = self.in_page(which)[what]
            # Tried on every frame, until it is possible.
            self.wait(
                "([name, args]) => window.story && document.body && story[name](args)",
                [name, arguments],
            )
        else:
            self.note("act", act=act)
            around()

    def in_page(self, which: str) -> dict[str, list[Any]]:
        """Acts by a function of the page's script, and what it is given."""
        says = ["control", "send"] if which else ["says", f"Message {self.number}"]
        return {
            "opens": ["opens", self.threads.get(which) or self.newest()],
            "deletes": ["deletes", self.threads.get(which)],
            "new": ["newChat"],
            "says": says,
            "stops": ["stops"],
            "control": ["control", "new" if which == "new" else f"control-{which}"],
            "back": ["go", -2 if which else -1],
            "forward": ["go", 1],
            "fragment": ["fragment", self.number],
            "own": ["own", which, self.number],
        }

    def around(self, which: str) -> dict[str, Callable[[], object]]:
        """Acts of the browser, the server and the other tab."""
        thread = self.threads.get(which)
        add = self.faults.add
        return {
            "reload": self.reload,
            "tab": lambda: self.another_tab(thread),
            "ill": lambda: add("threads.get_by_id", thread, status=500),
            "drops": lambda: add("threads.get_by_id", thread, drop=True),
            "refuses": lambda: add("threads.create", status=400),
            "well": self.faults.clear,
            "vanishes": lambda: self.tab.evaluate(VANISH, thread),
        }

    def newest(self) -> str:
        """The thread that was created last, or Alpha."""
        return (self.created() or [self.threads["a"]])[-1]

    def created(self) -> list[str]:
        """The threads that messages have created."""
        return [one["thread"] for one in self.log() if one["kind"] == "created"]

    def reload(self) -> None:
        """Load the page again; the next act may come before Python."""
        former = self.ask("story.doc")
        self.ask("void setTimeout(() => location.reload())")
        self.wait("(doc) => window.story && story.doc !== doc", former)

    def another_tab(self, thread: str | None) -> None:
        """In the log twice: what is written between the two may come before it or after."""
        self.note("tab", value=thread)
        self.tab.evaluate(
            "([key, to]) => to ? localStorage.setItem(key, to) : localStorage.clear()",
            [KEY, thread],
        )
        self.note("tab", value=thread)

    def pause(self, kind: str, before: int = 0) -> None:
        """What is waited for before the next act."""
        conditions = {"sign": "sign([before])", "idle": "isIdle()", "quiet": "isStill()"}
        if kind in conditions:
            self.wait(f"(before) => window.story?.{conditions[kind]}", before)

    # The page.

    def wait(self, condition: str, argument: Any = None) -> None:
        """Until something holds in the page, whichever is loaded by then."""
        self.page.wait_for_function(condition, arg=argument, timeout=START_LIMIT)

    def note(self, kind: str, **what: Any) -> None:
        """Into the page's log."""
        self.wait("([kind, what]) => window.story?.note(kind, what)", [kind, what])

    def ask(self, expression: str) -> Any:
        """A value of the page's; asked again where the page is just being left."""
        for _ in range(20):
            try:
                return self.page.evaluate(expression)
            except Error as error:
                problem = error
                self.wait("() => window.story")
        raise problem

    def log(self) -> list[dict[str, Any]]:
        """All that the page has noted, over all its loads."""
        log: list[dict[str, Any]] = self.ask("story.log()")
        return log

    def __str__(self) -> str:
        log = self.log()
        names = {one: name for name, one in self.threads.items()}
        lines = []
        for one in log:
            what = [f"{name}={value}" for name, value in one.items() if value is not None]
            # The first three are the time, the page and the kind.
            lines.append(f"{one['at'] - log[0]['at']:6} {one['kind']}: {' '.join(what[3:])}")
        text = "\n".join(["; ".join(self.told), *lines])
        made = {one: f"NEW-{number}" for number, one in enumerate(self.created())}
        for thread, name in (names | made).items():
            text = text.replace(thread, name.upper())
        return text

    # What must hold.

    def check(self, *, stormy: bool) -> None:
        """The invariants, once all is quiet."""
        log = self.log()
        here = element_log(log)
        self.check_writes(log)
        self.check_console(stormy=stormy)
        existing = [one for one in {*self.threads.values(), *self.created()} if self.is_there(one)]
        self.wait("(threads) => story.lists([threads])", existing)
        seen = self.ask("story.look()")
        shown = seen["snapshot"]["thread_id"]
        self.check_screen(seen, shown, existing, failed_loads(here))
        if not self.agrees(seen, shown, log):
            assert stormy, f"address, storage and screen differ: {seen}"
            may_differ = has_failed(here) if shown is None else shown in failed_loads(here)
            assert may_differ, f"address, storage and screen differ for no reason: {seen}"

    def check_writes(self, log: list[dict[str, Any]]) -> None:
        """Nothing is saved that no server has confirmed before, and nothing twice; stored is
        only what the server has confirmed when it was asked last.
        """
        occasions = [
            one
            for one in log
            if one.get("name") == "thread.change" or one["kind"] in ("load", "popstate")
        ]
        written = [one for one in log if one["kind"] in ("push", "replace")]
        assert len(written) <= len(occasions), "more is written than has happened"
        confirmed: set[str | None] = {None}
        ill: set[str | None] = set()
        stored: tuple[str | None] | None = None
        for one in log:
            if one["kind"] == "tab" or is_confirmation(one):
                confirmed.add(one.get("thread") or one.get("value"))
                ill.discard(one.get("thread") or one.get("value"))
            ill |= failed_loads([one])
            if one["kind"] == "tab":
                stored = None
            elif one["kind"] == "storage" and one["key"] == KEY:
                assert one["value"] in confirmed - ill, f"stored, and not confirmed: {one}"
                assert stored != (one["value"],), f"stored twice: {one}"
                stored = (one["value"],)
            elif one["kind"] in ("push", "replace"):
                assert named_in(one["url"]) in confirmed, f"in the address unconfirmed: {one}"

    def check_console(self, *, stormy: bool) -> None:
        """No uncaught error, and no report but of controls whose thread could not be loaded."""
        assert self.scene.console.unexpected() == []
        expected = [*CUT_OFF, *(['data-chatkit-action="open-thread"'] if stormy else [])]
        reports = self.scene.reports()
        assert [one for one in reports if not any(word in one for word in expected)] == []

    def check_screen(
        self, seen: dict[str, Any], shown: str | None, existing: list[str], failed: set[str]
    ) -> None:
        """Python, the page's controls and the chat itself know the same thread."""
        assert seen["snapshot"]["phase"] == seen["bar"] == "idle", seen
        has_control = shown in {*self.threads.values(), MISSING}
        assert seen["marked"] == ([shown] if has_control else []), seen
        if seen["shown"] is not None or shown in existing:
            assert seen["shown"] == shown, seen
        else:
            # A new chat has no row, and neither has a thread that is not there any more.
            assert (seen["title"] == "New chat") == (shown is None), seen
        if shown in existing and shown not in failed:
            first = self.scene.site.store.messages(shown)[0][1]
            assert seen["messages"][0] == first, seen

    def agrees(self, seen: dict[str, Any], shown: str | None, log: list[dict[str, Any]]) -> bool:
        """Whether address, storage and screen say the same, as far as each has an opinion."""
        named = named_in(seen["url"])
        # Between entries that differ in the page's own part there is no opinion: the chat stays.
        is_named = named == shown or (self.has_own_entries and named is None)
        # Another tab changes what the next visit restores, never the chat on screen.
        writers = [one["kind"] for one in log if one["kind"] in ("tab", "storage")]
        return is_named and (seen["stored"] == shown or writers[-1:] == ["tab"])

    def is_there(self, thread: str) -> bool:
        """Whether the server has a thread."""
        return bool(self.scene.site.store.messages(thread))


VANISH = """(thread_id) => fetch("/chatkit", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ type: "threads.delete", params: { thread_id } }),
}).then((response) => response.text())"""


def named_in(url: str) -> str | None:
    """The thread in an address."""
    return parse_qs(urlsplit(url).query).get("threadId", [None])[0]


def is_confirmation(one: dict[str, Any]) -> bool:
    """Whether the server has just said that a thread is there."""
    works = one["kind"] == "answered" and one["status"] == 200 and one["type"] != "threads.delete"
    return one["kind"] == "created" or (works and one.get("thread") is not None)


def element_log(log: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What belongs to the element that is in the page at the end."""
    here = [one for one in log if one["doc"] == log[-1]["doc"]]
    starts = [at for at, one in enumerate(here) if one.get("name") == "ready"]
    return here[starts[-1] :]


def has_failed(here: list[dict[str, Any]]) -> bool:
    """Whether a load has failed, or the creation of a thread."""
    return any(
        one["kind"] == "answered"
        and one["type"] in ("threads.get_by_id", "threads.create")
        and is_failure(one["status"])
        for one in here
    )


def failed_loads(here: list[dict[str, Any]]) -> set[str]:
    """The threads that this element may show empty."""
    loads = [one for one in here if one.get("type") == "threads.get_by_id"]
    return {
        one["thread"] for one in loads if one["kind"] == "answered" and is_failure(one["status"])
    }


def is_failure(status: int | None) -> bool:
    """Whether a request was answered by a failure, or by nobody; `None` is for one taken back."""
    return status is not None and (status == 0 or status >= 400)


def acts_of(seed: str, kinds: list[str]) -> list[tuple[str, str]]:
    """Acts, and what is waited for after each; first of all some entries to go back to."""
    rng = random.Random(seed)
    if rng.random() < 0.5:
        # Between the page's own entries many a Back has no opinion.
        kinds = [kind for kind in kinds if not kind.startswith("own")]
    walk = [(f"opens-{name}", "quiet" if name == "b" else "idle") for name in "ab"]
    return walk + [(rng.choice(kinds), rng.choice(PAUSES)) for _ in range(LENGTH - len(walk))]


def tell(scene: Scene, owner: bool, seed: str, *, stormy: bool) -> None:
    """Tell a story and look; one that goes wrong is added to the error."""
    story = Story(scene, owner, seed)
    try:
        story.tell(acts_of(seed, CALM + STORMY if stormy else CALM))
        story.check(stormy=stormy)
    except (AssertionError, Error) as error:
        error.add_note(str(story))
        raise


def seeds(kind: str, count: int) -> pytest.MarkDecorator:
    """The stories of a kind by their names."""
    return pytest.mark.parametrize("seed", [f"{kind}-{number:03}" for number in range(count)])


@MODES
@seeds("calm", CALM_SEEDS)
@pytest.mark.once
def test_without_failures_address_storage_and_screen_agree(
    scene: Scene, owner: bool, seed: str
) -> None:
    tell(scene, owner, seed, stormy=False)


@MODES
@seeds("stormy", SEEDS - CALM_SEEDS)
@pytest.mark.once
def test_with_failures_they_agree_or_the_screen_shows_less(
    scene: Scene, owner: bool, seed: str
) -> None:
    tell(scene, owner, seed, stormy=True)


@pytest.mark.once
def test_found_an_address_that_fails_is_kept_where_another_thread_was_opened_before_python(
    scene: Scene,
) -> None:
    """What is left of a story of a companion: the page was loaded again, and was used at once."""
    a, b = make(scene, "Alpha", "Beta")
    scene.site.faults.add("threads.get_by_id", thread_id=a, status=500)
    python = scene.hold_python()
    scene.open(query=f"?threadId={a}", wait=False)
    scene.frame_ready()
    scene.chat.open_history()
    scene.chat.part("thread", b).click()
    expect(scene.messages().first).to_contain_text("Beta asked")
    python.release()
    # The address goes before what the page has loaded; what could not be loaded now is kept.
    scene.expect_shown(b)
    assert scene.snapshot()["notice"] == "restore-unknown"
    assert scene.snapshot()["lost"] == a
    scene.expect_query(f"?threadId={a}")


@pytest.mark.once
def test_found_a_restore_of_what_failed_in_the_chat_before_python_is_not_believed(
    scene: Scene,
) -> None:
    """What is left of stormy-013 and stormy-042: the element calls an empty thread a success."""
    a, b = make(scene, "Alpha", "Beta")
    scene.site.faults.add("threads.get_by_id", thread_id=a, drop=True)
    store(scene, b)
    python = scene.hold_python()
    scene.open(query=f"?threadId={a}", wait=False)
    scene.frame_ready()
    scene.chat.open_history()
    scene.chat.part("thread", a).click()
    expect(scene.chat.part("title")).to_have_text("New chat")
    python.release()
    scene.expect_phase("idle", limit=START_LIMIT)
    scene.wait(lambda: bool(scene.snapshot()["notice"]), "a word about the restore")
    assert scene.snapshot()["retryable"], scene.snapshot()
    assert scene.stored() == b, "what nobody has confirmed is not stored"
