"""The tests' half of the harness: a page with elements, their commands, and one log.

Waiting is for a line of the log, never for time. The end of a story is shown by a later answer
of the element itself: `story()` ends with a command of no consequence and the element's reply.
"""

import json
from typing import Any

from playwright.sync_api import Page

from demo.faults import Fault
from demo.store import Role

from ..conftest import Console
from ..site import Site

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Contract</title>
<script>globalThis.chatkitStandIn = {settings};</script>
<script src="/contract/harness.js"></script>
<body><script src="{script}" async></script></body></html>
"""
# What the real element takes 25 s for; it reads no such setting and takes its time.
SETTINGS = {"retryDelays": [1, 1, 1, 1, 1]}

# Options whose requests pass through the harness, which keeps them.
RECORDED = "{url: '/chatkit', domainKey: 'local', fetch: contract.fetch}"

Outcome = dict[str, Any]
Conversation = list[tuple[Role, str]]
SAID: Conversation = [("user", "A question"), ("assistant", "Its answer.")]


class Call:
    """One call of a command on its way."""

    def __init__(self, chat: "Chat", number: int) -> None:
        self._chat = chat
        self._number = number

    def settled(self) -> Outcome:
        """Wait for the outcome: `state` is "resolved", "rejected" or "threw"."""
        found: Outcome = self._chat.js(
            "([n, limit]) => contract.settled(n, limit)", [self._number, ...]
        )
        return found

    def now(self) -> Outcome:
        """The outcome so far: `state` may be "pending"."""
        found: Outcome = self._chat.js("(n) => contract.calls[n]", self._number)
        return found


class Element:
    """One mounted element: its commands, and its part of the log."""

    def __init__(self, chat: "Chat", number: int) -> None:
        self._chat = chat
        self.number = number
        self._from = 0
        self._cursor = 0

    def call(self, command: str, *args: Any, label: str = "") -> Call:
        """Call a command and go on; the log tells its outcome after the label."""
        number = self._chat.js(
            "([n, command, args, label]) => contract.call(n, command, args, label)",
            [self.number, command, list(args), label],
        )
        return Call(self._chat, number)

    def call_js(self, command: str, args: str, label: str = "") -> Call:
        """The same with arguments that only JavaScript can write."""
        number = self._chat.js(
            f"([n, command, label]) => contract.call(n, command, {args}, label)",
            [self.number, command, label],
        )
        return Call(self._chat, number)

    def run(self, command: str, *args: Any) -> Outcome:
        """Call a command and wait for its outcome."""
        return self.call(command, *args).settled()

    def wait(self, words: str) -> None:
        """Wait for the next line of the log with these words."""
        self._cursor = self._chat.js(
            "([n, words, from, limit]) => contract.line(n, words, from, limit)",
            [self.number, words, self._cursor, ...],
        )

    def mark(self) -> None:
        """Let the story begin here."""
        self._from = self._cursor = self._chat.js("() => contract.log.length")

    def entries(self) -> list[dict[str, Any]]:
        """The log of this element since the mark, diagnostic events left out."""
        log = self._chat.js("() => contract.log")
        return [
            entry
            for entry in log[self._from :]
            if entry["element"] == self.number
            and entry.get("name") != "log"
            and entry["words"] != "mounted"
        ]

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        """The events since the mark, all or those of one name."""
        return [e for e in self.entries() if e["kind"] == "event" and name in (None, e["name"])]

    def at_mount(self) -> dict[str, Any]:
        """What was noted when the element had just been put in the page."""
        log: list[dict[str, Any]] = self._chat.js("() => contract.log")
        return next(e for e in log if (e["element"], e["words"]) == (self.number, "mounted"))

    def logs(self) -> list[dict[str, Any]]:
        """The details of the diagnostic events since the mark."""
        log = self._chat.js("() => contract.log")[self._from :]
        mine = [e for e in log if e["element"] == self.number and e.get("name") == "log"]
        return [entry["detail"] for entry in mine]

    def so_far(self) -> list[str]:
        """The words of the log since the mark, as far as it has come."""
        return [e["words"] for e in self.entries() if not e["words"].startswith("fence")]

    def fence(self) -> None:
        """One way there and back through the frame: what came before it has arrived."""
        outcome = self.call("focusComposer", label="fence").settled()
        assert outcome["state"] == "resolved", outcome

    def story(self) -> list[str]:
        """All words since the mark, and nothing more to come."""
        self.fence()
        return self.so_far()

    def set_options(self, options: str) -> Outcome:
        """Call `setOptions` with a JavaScript expression; tells how it went, at once."""
        call = self.call_js("setOptions", f"[{options}]", label="options")
        return call.settled()

    def js(self, expression: str) -> Any:
        """Evaluate an expression in which `element` is this element."""
        return self._chat.js(
            f"(n) => {{ const element = contract.elements[n]; return {expression}; }}",
            self.number,
        )


class Chat:
    """The page: threads with letters, faults of the backend, and elements."""

    def __init__(self, page: Page, site: Site, script: str, console: Console, limit: int) -> None:
        self.page = page
        self.site = site
        self.console = console
        self._script = script
        self._limit = limit
        self._names: dict[str, str] = {}

    def open(self, host: str | None = None, *, fresh: bool = False, **settings: Any) -> None:
        """Load the page afresh, by another host name if given, with settings for the stand-in.

        A fresh one is a page that has no session history yet.
        """
        if fresh:
            self.page = self.page.context.new_page()
        told = json.dumps({**SETTINGS, **settings})
        url = self.site.add_page("/contract/", PAGE.format(settings=told, script=self._script))
        self.page.goto(url.replace("127.0.0.1", host) if host else url)
        self.js("() => customElements.whenDefined('openai-chatkit').then(() => true)")
        self.js("(names) => contract.name(names)", self._names)

    def js(self, code: str, arg: Any = None) -> Any:
        """Evaluate in the page; an ellipsis in the arguments stands for the time limit."""
        if isinstance(arg, list):
            arg = [self._limit if value is ... else value for value in arg]
        return self.page.evaluate(code, arg)

    def threads(self, *letters: str) -> list[str]:
        """Make threads on the server and give them letters in the log; their ids."""
        return [self.thread(letter) for letter in letters]

    def thread(self, letter: str, said: Conversation = SAID) -> str:
        """Make one thread on the server; its id."""
        made = self.site.store.make_thread(f"Thread {letter}", said)
        self._call(letter, made)
        return made

    def missing(self, letter: str) -> str:
        """The id of a thread that the server does not know."""
        self._call(letter, f"thr_missing_{letter}")
        return self._names[letter]

    def settings(self, **settings: Any) -> None:
        """Change the stand-in's settings on the loaded page."""
        told = {**SETTINGS, **settings}
        self.js("(told) => { globalThis.chatkitStandIn = told; }", told)

    def calls_at_once(self, element: Element, *calls: tuple[str, list[Any]]) -> list[Call]:
        """Call several commands in one tick."""
        numbers = self.js(
            "([n, calls]) => calls.map(([name, args]) => contract.call(n, name, args, ''))",
            [element.number, calls],
        )
        return [Call(self, number) for number in numbers]

    def requests(self, request: str | None = None) -> list[dict[str, Any]]:
        """The recorded requests, all or those of a type: body, status, aborted."""
        made: list[dict[str, Any]] = self.js("() => contract.requests")
        return [r for r in made if request in (None, r["body"]["type"])]

    def wait_for_abort(self, request: str) -> None:
        """Wait until the signal of a recorded request has fired."""
        self.js("([words, limit]) => contract.line(-1, words, 0, limit)", [f"abort {request}", ...])

    def fault(self, request: str | None, **what: Any) -> Fault:
        """Let requests of a type go wrong, see demo/faults.py."""
        return self.site.faults.add(request, **what)

    def bodies(self, request: str) -> list[dict[str, Any]]:
        """The requests of a type that the server has seen since the test began."""
        return [seen.body for seen in self.site.faults.requests if seen.type == request]

    def mount(
        self,
        initial: str | None = None,
        *,
        options: str = "{}",
        api: str = "{url: '/chatkit', domainKey: 'local'}",
        shadow: bool = False,
        early: list[Any] | None = None,
    ) -> Element:
        """Mount an element with the common options and these JavaScript ones.

        An early command, its name and arguments, is called in the same tick.
        """
        first = f"initialThread: {json.dumps(initial)}, " if initial else ""
        given = f"Object.assign({{api: {api}, {first}}}, {options})"
        place = json.dumps({"shadow": shadow, "early": early})
        return Element(self, self.js(f"() => contract.mount({given}, {place})"))

    def mount_bare(self) -> Element:
        """Mount an element that is never given options."""
        return Element(self, self.js("() => contract.mount(null)"))

    def idle(self, initial: str | None = None, **how: Any) -> Element:
        """Mount an element, wait until it rests, and let its story begin there."""
        element = self.mount(initial, **how)
        if initial:
            element.wait(f"load.end {self._letter(initial)}")
        else:
            element.wait("ready")
        element.fence()
        element.mark()
        return element

    def streaming(self, thread_id: str, **how: Any) -> tuple[Element, Fault]:
        """An element in whose thread an answer streams until the fault is released."""
        element = self.idle(thread_id, **how)
        held = self.fault("threads.add_user_message", thread_id=thread_id, hold_after=1)
        element.run("sendUserMessage", {"text": "hello"})
        held.wait_hit()
        element.wait("response.start")
        element.fence()
        element.mark()
        return element, held

    def _call(self, letter: str, thread_id: str) -> None:
        self._names[letter] = thread_id
        self.js("(names) => contract.name(names)", self._names)

    def _letter(self, thread_id: str) -> str:
        return next(letter for letter, known in self._names.items() if known == thread_id)
