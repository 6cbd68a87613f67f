"""The library on MicroPython itself, under Node: it is imported there, and it computes the same."""

import json
import random
import subprocess
import textwrap
from pathlib import Path
from typing import Any

from sync import address
from sync.gate import COMMANDS, refusal
from sync.schema import camel
from sync.state import ELEMENT_EVENTS, FIELDS, Snapshot, advance, as_dict

HERE = Path(__file__).resolve().parent
SYNC = HERE.parents[2] / "sync"
MODULES = {path.stem: path.read_text() for path in sorted(SYNC.glob("*.py"))}


def run(program: str, data: Any = None) -> Any:
    """What a program prints as JSON, with the library at hand and `data` as its data."""
    files = {f"/lib_sync/{name}.py": text for name, text in MODULES.items()}
    task = {
        "files": files | {"/data.json": json.dumps(data)},
        "program": textwrap.dedent(
            """
            import json, sys
            sys.path.append("/")
            with open("/data.json") as file:
                data = json.load(file)
            """
        )
        + textwrap.dedent(program),
    }
    done = subprocess.run(
        ["node", str(HERE / "micropython.mjs")],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_module_can_be_imported_under_another_name() -> None:
    found = run(
        """
        imported = []
        for name in data:
            module = __import__("lib_sync." + name if name != "__init__" else "lib_sync")
            imported.append(name)
        import lib_sync
        print(json.dumps([imported, [name for name in lib_sync.__all__ if hasattr(lib_sync, name)],
                          sys.implementation.name]))
        """,
        list(MODULES),
    )
    import sync

    assert found == [list(MODULES), sync.__all__, "micropython"]


def urls(count: int) -> list[str]:
    chosen = random.Random(1)
    pieces = ["q=a%20b", "flag", "e=", "threadId=thr_1", "threadId=a", "threadId=%3Cb%3E", "", "+"]
    pieces += ["thread%49d=b", "ä=ö", "threadId=%ff", "threadId=100%", "x=1=2", "%"]
    return [
        "/p"
        + chosen.choice(["", "?"])
        + "&".join(chosen.choices(pieces, k=chosen.randrange(4)))
        + chosen.choice(["", "#top", "#?threadId=c"])
        for _ in range(count)
    ]


def test_addresses_are_read_written_and_understood_alike() -> None:
    made = urls(300)
    names = ["threadId", "mein Faden", "ä", "a:b", "x&y"]
    found = run(
        """
        from lib_sync.address import is_thread_id, parameter_text, read, write
        urls, names = data
        print(json.dumps([
            [read(url, "threadId") for url in urls],
            [write(url, "threadId", "t:1~") for url in urls],
            [write(url, "threadId", None) for url in urls],
            [parameter_text(name) for name in names],
            [is_thread_id(name) for name in names],
        ]))
        """,
        [made, names],
    )
    assert found == [
        [address.read(url, "threadId") for url in made],
        [address.write(url, "threadId", "t:1~") for url in made],
        [address.write(url, "threadId", None) for url in made],
        [address.parameter_text(name) for name in names],
        [address.is_thread_id(name) for name in names],
    ]


def test_events_lead_to_the_same_snapshots_and_verdicts() -> None:
    chosen = random.Random(2)
    own = ["own.ready", "own.restored", "own.stalled", "own.locked", "own.element", "own.gone"]
    own += ["own.command.start", "own.command.end", "own.alive", "own.restored", "own.ready"]
    events: list[tuple[str, dict[str, Any]]] = [
        (chosen.choice([*ELEMENT_EVENTS, *own]), {"threadId": chosen.choice([None, "a", "b"])})
        for _ in range(600)
    ]
    found = run(
        """
        from lib_sync.gate import COMMANDS, refusal
        from lib_sync.state import FIELDS, Snapshot, advance, as_dict
        shown, told = Snapshot(), []
        for name, detail in data:
            shown = advance(shown, name, detail)
            fields = as_dict(shown)
            told.append([[fields[field] for field in FIELDS], shown.phase, shown.busy,
                         {command: refusal(shown, command) for command in COMMANDS}])
        print(json.dumps(told))
        """,
        events,
    )
    shown, expected = Snapshot(), []
    for name, detail in events:
        shown = advance(shown, name, detail)
        fields = as_dict(shown)
        verdicts = {command: refusal(shown, command) for command in COMMANDS}
        expected.append([[fields[field] for field in FIELDS], shown.phase, shown.busy, verdicts])
    assert {one[1] for one in expected} >= {"starting", "gone", "loading", "responding", "idle"}
    assert found == json.loads(json.dumps(expected))


def test_names_of_options_are_made_alike() -> None:
    names = [
        "initial_thread",
        "x_2",
        "_private",
        "a__b",
        "onClientTool",
        "",
        "_",
        "é_x",
        "straße_ein",
        "text/x_y",
    ]
    program = """
        from lib_sync.schema import camel
        print(json.dumps([camel(name) for name in data]))
        """
    assert run(program, names) == [camel(name) for name in names]


# A page without a browser, small enough for MicroPython: enough for a whole session to run in.
TINY_PAGE = """
    import asyncio
    import lib_sync
    from lib_sync.chatkit import ChatKit

    class Page:
        def __init__(self):
            self.written_at = None
            self.claims, self.known, self.url, self.items = set(), {}, "/?threadId=a", {}
            self.said, self.timers, self.time, self.last = [], [], 0.0, 0
            self.calls, self.event, self.phases, self.deferred = [], None, [], []

        def now(self): return self.time
        def date(self): return self.time
        def announce(self, element, text): pass
        def after_messages(self, function): return self.later(0, function)
        def on_cut(self, resume): return lambda: None
        def waiting(self):
            event = asyncio.Event()
            return event.wait(), event.set
        def soon(self, function): function()
        def defer(self, function): self.deferred.append(function)
        def catch_up(self):
            while self.deferred:
                self.deferred.pop(0)()
        def later(self, seconds, function):
            self.last += 1
            self.timers.append((self.time + seconds, self.last, function))
            return self.last
        def cancel(self, timer):
            self.timers = [one for one in self.timers if one[1] != timer]
        def advance(self, seconds):
            until = self.time + seconds
            while True:
                due = [one for one in self.timers if one[0] <= until]
                if not due:
                    break
                first = min(due, key=lambda one: (one[0], one[1]))
                self.timers.remove(first)
                self.time = max(self.time, first[0])
                first[2]()
            self.time = until

        def is_served(self, target): return False
        def watch(self, target, appeared, left):
            self.later(0, lambda: appeared(1))
            return "", lambda: None
        def about(self, element):
            return {"defined": True, "loaded": False, "framed": True, "secure": True,
                    "parameter": None, "key": None}
        def listen(self, element, event, click):
            def tell(name, detail=None):
                event(name, detail or {}, self.time)
                self.catch_up()

            self.event = tell
            return lambda: None
        def draw(self, element, text):
            self.phases.append(json.loads(text)["phase"])
        def release(self, element): pass
        def focus_unmoved(self): return True
        def command(self, element, method, parameters, answered, files=None):
            self.calls.append([method, parameters])
            self.answered = answered
            return lambda: None
        def address(self): return self.url
        def write_address(self, url, parameter, push=False, is_new_chat=False):
            self.url = url
            return url
        def usual_history(self): return "push"
        def new_chat(self, parameter): return None
        def offer(self, element, detail, ask, answered): answered(ask())
        def on_entry(self, arrived, moved): return lambda: None
        def on_return(self, returned): return lambda: None
        def read_storage(self, key): return {"ok": True, "value": self.items.get(key)}
        def write_storage(self, key, value):
            if value is None:
                self.items.pop(key, None)
            else:
                self.items[key] = value
            return {"ok": True, "value": None}
        def settings(self): return {}
        def others(self): return []
        def report(self, message, error=False): self.said.append(message)
        def report_exception(self, error, where): self.said.append(repr(error) + where)

    async def settle():
        for _ in range(12):
            await asyncio.sleep(0)
"""


def test_a_session_restores_switches_sends_and_ends_there_too() -> None:
    found = run(
        TINY_PAGE
        + """
    async def story():
        page = Page()
        chatkit = ChatKit(browser=page).start()
        page.advance(0.1)
        page.event("ready")
        page.event("thread.change", {"threadId": "a"})
        page.event("thread.load.start", {"threadId": "a"})
        page.event("thread.load.end", {"threadId": "a"})
        page.answered({"ok": True}, None)
        page.advance(1.0)
        restored = [chatkit.snapshot.phase, page.url, dict(page.items)]
        heard = []
        chatkit.on("response.end", lambda: heard.append("end"))

        page.event("thread.change", {"threadId": "b"})
        page.event("thread.load.start", {"threadId": "b"})
        page.event("thread.load.end", {"threadId": "b"})
        page.advance(1.0)
        switched = [chatkit.snapshot.thread_id, page.url, dict(page.items)]

        task = asyncio.create_task(chatkit.send_user_message("Hello"))
        await settle()
        page.event("response.start")
        page.answered({"ok": True}, None)
        await task
        try:
            await chatkit.send_user_message("too soon")
            outcome = "sent"
        except lib_sync.ChatKitBusy as error:
            outcome = error.reason
        page.event("response.end")

        async def refused():
            try:
                await chatkit.focus_composer()
            except lib_sync.CommandRejected as error:
                return [error.name, error.message, error.kind]
        task = asyncio.create_task(refused())
        await settle()
        page.answered({"ok": False, "name": "object", "message": "not available"}, None)
        rejected = await task

        async def hanging():
            try:
                await chatkit.set_thread_id("c")
            except lib_sync.CommandTimeout as error:
                return error.seconds
        task = asyncio.create_task(hanging())
        await settle()
        page.advance(31.0)
        late = await task
        chatkit.stop()
        print(json.dumps([restored, switched, outcome, heard, rejected, late, page.calls,
                          page.said, len(page.timers), page.phases]))

    asyncio.create_task(story())
    """
    )
    assert found[:9] == [
        ["idle", "/?threadId=a", {"chatkit.threadId": "a"}],
        ["b", "/?threadId=b", {"chatkit.threadId": "b"}],
        "responding",
        ["end"],
        ["object", "not available", "not-available"],
        30.0,
        [
            ["setThreadId", ["a"]],
            ["sendUserMessage", [{"text": "Hello"}]],
            ["focusComposer", []],
            ["setThreadId", ["c"]],
        ],
        [],
        0,
    ]
    assert found[9][0] == "starting"
    assert "responding" in found[9]
