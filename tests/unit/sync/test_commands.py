"""Commands: resolve, reject with anything, throw, hang; refused, waiting, in order, cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from sync.commands import TIMEOUTS, TRY_AGAIN, WAITING, Commands
from sync.errors import (
    ChatKitBusy,
    ChatKitError,
    ChatKitUnavailable,
    CommandRejected,
    CommandTimeout,
    rejection_kind,
)
from sync.gate import COMMANDS, REASONS, THREAD_COMMANDS
from sync.limit import LATE
from sync.state import Snapshot, advance, replace
from tests.fakes import FakeBrowser, FakeElement, Server, in_loop, passing, settle_loop

IDLE = Snapshot(ready=True, proven=True, restored=True, thread_known=True, thread_id="a")


class Chat:
    """What the commands need of a session, around one element that is ready."""

    def __init__(self, snapshot: Snapshot = IDLE, timeout: float | None = None) -> None:
        self.browser = FakeBrowser()
        self.page_element = self.browser.mount(FakeElement(Server("a", "b")))
        self.browser.clock.advance(1.0)
        self.snapshot = snapshot
        self.element: int | None = self.browser.adopt(self.page_element)
        self.scope: str | None = None
        self.log: list[tuple[Any, ...]] = []
        self.commands = Commands(self.browser, self, timeout)
        self.tasks: list[asyncio.Task[None]] = []

    def command_started(self, command: str, parameters: list[object]) -> None:
        self.log.append(("started", command))

    def command_ended(self, command: str, parameters: list[object], outcome: str) -> None:
        self.log.append(("ended", command, outcome))

    def told(self, name: str, **detail: Any) -> None:
        self.snapshot = advance(self.snapshot, name, detail)
        self.commands.wake()

    def why_not_ready(self) -> str:
        return "frame"

    def run(self, command: str, *parameters: object, **how: Any) -> asyncio.Task[None]:
        task = asyncio.create_task(self.commands.run(command, list(parameters), **how))
        self.tasks.append(task)
        return task

    async def wait(self, seconds: float = 0.1) -> None:
        await passing(self.browser.clock, seconds)

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.browser.called]

    def nothing_is_left(self) -> None:
        counts = self.browser.counts()
        assert (counts["handlers"], counts["timers"]) == (0, 0)
        assert self.snapshot.commands == 0
        assert self.browser.exceptions == []


async def error_of(awaited: Coroutine[Any, Any, None] | asyncio.Task[None]) -> ChatKitError:
    with pytest.raises(ChatKitError) as caught:
        await awaited
    return caught.value


PARAMETERS: dict[str, list[object]] = {
    "send_user_message": [{"text": "Hello"}],
    "set_composer_value": [{"text": "Hello"}],
    "set_thread_id": ["thr_1"],
    "send_custom_action": [{"type": "wave", "payload": {"hand": "left"}}, "item_1"],
}


@pytest.mark.parametrize("command", COMMANDS)
@in_loop
async def test_each_command_calls_its_method_and_returns_nothing(command: str) -> None:
    chat = Chat()
    parameters = PARAMETERS.get(command, [])
    chat.page_element.plan(COMMANDS[command], resolves=True)
    task = chat.run(command, *parameters)
    await chat.wait()
    assert task.result() is None
    assert chat.browser.called == [(COMMANDS[command], parameters)]
    chat.nothing_is_left()


@pytest.mark.parametrize("command", COMMANDS)
@in_loop
async def test_only_commands_that_work_on_the_thread_make_the_chat_busy(command: str) -> None:
    chat = Chat()
    chat.page_element.plan(COMMANDS[command], hangs=True)
    chat.run(command, None)
    await settle_loop()
    assert chat.snapshot.busy is (command in THREAD_COMMANDS)
    chat.commands.stop()
    await asyncio.gather(*chat.tasks, return_exceptions=True)


@pytest.mark.parametrize(
    ("outcome", "reason", "name", "message"),
    [
        ({"name": "Error", "message": "no"}, object(), "Error", "no"),
        ({"name": "string", "message": "no"}, "no", "string", "no"),
        ({"name": "null", "message": "null"}, None, "null", "null"),
        ({"name": "undefined", "message": "undefined"}, None, "undefined", "undefined"),
        (
            {"name": "object", "message": "[object Object]"},
            {"code": 7},
            "object",
            "[object Object]",
        ),
    ],
)
@pytest.mark.parametrize("how", ["rejects", "throws"])
@in_loop
async def test_whatever_it_rejects_with_is_command_rejected(
    how: str, outcome: dict[str, str], reason: object, name: str, message: str
) -> None:
    chat = Chat()
    chat.page_element.plan("focusComposer", reason=reason, **{how: outcome})
    task = chat.run("focus_composer")
    await chat.wait()
    error = await error_of(task)
    assert isinstance(error, CommandRejected)
    assert (error.command, error.name, error.message) == ("focus_composer", name, message)
    assert error.original is reason
    assert "focus_composer() was refused by ChatKit" in str(error)
    chat.nothing_is_left()


@pytest.mark.parametrize(
    ("command", "name", "message", "kind"),
    [
        (
            "send_user_message",
            "IntegrationError",
            "ChatKit: sendUserMessage() ignored - already responding.",
            "already-responding",
        ),
        ("send_user_message", "", "… ignored - thread is loading.", "thread-is-loading"),
        ("send_user_message", "", "… ignored - message empty.", "message-empty"),
        ("send_custom_action", "", "sendAction() ignored - no active thread.", "no-active-thread"),
        ("show_history", "Error", "not available for the profile", "not-available"),
        ("show_history", "", "Command onShowHistory not supported", "not-available"),
        ("hide_history", "TypeError", "x.hideHistory is not a function", "not-available"),
        ("set_thread_id", "Error", "Thread not found", "load-failed"),
        ("fetch_updates", "TypeError", "Failed to fetch", "load-failed"),
        ("send_user_message", "Error", "something else", "other"),
    ],
)
def test_a_rejection_has_a_kind_that_can_be_tested(
    command: str, name: str, message: str, kind: str
) -> None:
    assert rejection_kind(command, name, message) == kind
    assert CommandRejected(command, name, message).kind == kind


@pytest.mark.parametrize("command", [name for name, limit in TIMEOUTS.items() if limit])
@in_loop
async def test_a_command_that_never_answers_ends_in_time(command: str) -> None:
    chat = Chat()
    chat.page_element.plan(COMMANDS[command], hangs=True)
    task = chat.run(command, None)
    limit = TIMEOUTS[command] or 0.0
    await chat.wait(limit - 0.1)
    assert not task.done()
    await chat.wait(0.1)
    error = await error_of(task)
    assert isinstance(error, CommandTimeout)
    assert (error.command, error.seconds) == (command, limit)
    assert chat.log[-1] == ("ended", command, "unknown")
    chat.nothing_is_left()


@in_loop
async def test_an_answer_that_comes_too_late_is_dropped() -> None:
    chat = Chat()
    task = chat.run("set_thread_id", "b", timeout=0.05)
    await chat.wait(0.06)
    assert isinstance(await error_of(task), CommandTimeout)
    await chat.wait(10.0)
    assert chat.log == [("started", "set_thread_id"), ("ended", "set_thread_id", "unknown")]
    chat.nothing_is_left()


@in_loop
async def test_a_timeout_of_ones_own_goes_before_the_setting_and_the_setting_before_ours() -> None:
    chat = Chat(timeout=3.0)
    plans: list[tuple[dict[str, Any], float]] = [({}, 3.0), ({"timeout": 1.0}, 1.0)]
    for plan, seconds in plans:
        chat.page_element.plan("focusComposer", hangs=True)
        task = chat.run("focus_composer", **plan)
        await chat.wait(seconds)
        error = await error_of(task)
        assert isinstance(error, CommandTimeout)
        assert error.seconds == seconds


@in_loop
async def test_a_custom_action_has_no_limit_of_its_own_until_the_chat_stalls() -> None:
    chat = Chat()
    chat.page_element.plan("sendCustomAction", hangs=True)
    task = chat.run("send_custom_action", {"type": "x"})
    await chat.wait(3600.0)
    assert not task.done()
    chat.told("own.stalled")
    assert isinstance(await error_of(task), CommandTimeout)
    chat.nothing_is_left()


BUSY: list[tuple[dict[str, Any], str]] = [
    ({"loading": ("a",)}, "loading"),
    ({"responding": True}, "responding"),
    ({"responding": True, "stalled": True}, "stalled"),
    ({"locked": True}, "locked"),
    ({"commands": 1}, "command"),
]


@pytest.mark.parametrize(("changes", "reason"), BUSY)
@in_loop
async def test_a_busy_chat_refuses_before_the_element_is_touched(
    changes: dict[str, Any], reason: str
) -> None:
    chat = Chat(replace(IDLE, changes))
    error = await error_of(chat.commands.run("send_user_message", [{"text": "x"}]))
    assert isinstance(error, ChatKitBusy)
    assert (error.command, error.reason) == ("send_user_message", reason)
    assert chat.browser.called == []


@pytest.mark.parametrize(
    ("changes", "reason"), [({"gone": True}, "gone"), ({"failure": "frame"}, "frame")]
)
@pytest.mark.parametrize("when_busy", ["refuse", "wait"])
@in_loop
async def test_without_a_usable_element_a_command_fails_at_once(
    changes: dict[str, Any], reason: str, when_busy: str
) -> None:
    chat = Chat(replace(IDLE, changes))
    error = await error_of(chat.commands.run("focus_composer", [], when_busy=when_busy))
    assert isinstance(error, ChatKitUnavailable)
    assert error.reason == reason
    assert chat.browser.called == []


@in_loop
async def test_a_stalled_chat_can_be_left() -> None:
    chat = Chat(Snapshot(responding=True, stalled=True, ready=True, restored=True, thread_id="a"))
    task = chat.run("set_thread_id", None)
    await chat.wait()
    assert task.result() is None


@in_loop
async def test_while_the_chat_starts_a_command_waits_and_then_runs() -> None:
    chat = Chat(Snapshot())
    task = chat.run("focus_composer")
    await chat.wait(5.0)
    assert chat.browser.called == []
    chat.told("own.ready")
    chat.told("own.restored")
    await chat.wait()
    assert task.result() is None
    chat.nothing_is_left()


@in_loop
async def test_a_start_that_never_ends_is_a_timeout() -> None:
    chat = Chat(Snapshot(ready=True))
    task = chat.run("focus_composer")
    await chat.wait(TIMEOUTS["focus_composer"] or 0.0)
    error = await error_of(task)
    assert isinstance(error, CommandTimeout)
    assert error.reason == "the chat is starting"
    assert chat.browser.called == []


@in_loop
async def test_an_element_that_is_not_ready_is_named_with_what_keeps_it() -> None:
    chat = Chat(Snapshot())
    task = chat.run("focus_composer")
    await chat.wait(TIMEOUTS["focus_composer"] or 0.0)
    error = await error_of(task)
    assert isinstance(error, CommandTimeout)
    assert error.reason == REASONS["frame"]
    assert "focus_composer" in str(error)


@in_loop
async def test_asked_to_wait_a_command_runs_when_the_answer_has_ended() -> None:
    chat = Chat(replace(IDLE, {"responding": True}))
    task = chat.run("send_user_message", {"text": "x"}, when_busy="wait")
    await chat.wait(5.0)
    assert chat.browser.called == []
    chat.told("response.end")
    await chat.wait()
    assert task.result() is None


@in_loop
async def test_waiting_too_long_says_what_it_waited_for() -> None:
    chat = Chat(replace(IDLE, {"responding": True}))
    task = chat.run("send_user_message", {"text": "x"}, when_busy="wait", timeout=2.0)
    await chat.wait(2.0)
    error = await error_of(task)
    assert isinstance(error, ChatKitBusy)
    assert error.reason == "responding"
    chat.nothing_is_left()


@in_loop
async def test_those_that_wait_run_in_the_order_of_asking() -> None:
    chat = Chat(replace(IDLE, {"responding": True}))
    for text in ("1", "2", "3"):
        chat.run("fetch_updates", text, when_busy="wait")
        await settle_loop()
    chat.told("response.end")
    await chat.wait(5.0)
    assert [parameters for _, parameters in chat.browser.called] == [["1"], ["2"], ["3"]]
    assert all(task.done() for task in chat.tasks)
    chat.nothing_is_left()


@pytest.mark.parametrize(
    "changes", [{"locked": True}, {"responding": True, "stalled": True}], ids=["locked", "stalled"]
)
@in_loop
async def test_leaving_a_thread_does_not_queue_behind_a_message_that_waits_for_just_that(
    changes: dict[str, Any],
) -> None:
    chat = Chat(replace(IDLE, changes))
    waiting = chat.run("send_user_message", {"text": "x"}, when_busy="wait")
    await settle_loop()
    leaving = chat.run("set_thread_id", None)
    await chat.wait(0.1)
    assert leaving.done()
    assert chat.methods[0] == "setThreadId"
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


@in_loop
async def test_what_the_gate_lets_pass_does_not_queue_behind_what_it_holds() -> None:
    chat = Chat(replace(IDLE, {"locked": True}))
    waiting = chat.run("send_user_message", {"text": "x"}, when_busy="wait")
    await settle_loop()
    focus = chat.run("focus_composer")
    await chat.wait(0.1)
    assert focus.done(), "its control is on, so it has to run"
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


@in_loop
async def test_the_second_of_two_sends_in_one_tick_is_refused_not_sent() -> None:
    chat = Chat()
    one = chat.run("send_user_message", {"text": "1"})
    other = chat.run("send_user_message", {"text": "2"})
    await chat.wait()
    assert one.result() is None
    error = await error_of(other)
    assert isinstance(error, ChatKitBusy)
    assert error.reason == "command"
    assert chat.methods == ["sendUserMessage"]


@in_loop
async def test_a_message_into_a_new_thread_passes_a_streaming_answer() -> None:
    chat = Chat(replace(IDLE, {"responding": True}))
    task = chat.run("send_user_message", {"text": "x", "newThread": True}, new_thread=True)
    await chat.wait()
    assert task.result() is None


@in_loop
async def test_a_lock_that_no_event_tells_is_known_after_the_first_refusal() -> None:
    chat = Chat()
    chat.page_element.locked = True
    chat.page_element.thread_id = "a"
    error = await error_of_waiting(chat, "send_user_message", {"text": "x"})
    assert isinstance(error, CommandRejected)
    assert error.kind == "already-responding"
    assert chat.snapshot.locked
    again = await error_of(chat.commands.run("send_user_message", [{"text": "x"}]))
    assert isinstance(again, ChatKitBusy)
    assert again.reason == "locked"
    assert chat.methods == ["sendUserMessage"]


async def error_of_waiting(chat: Chat, command: str, *parameters: object) -> ChatKitError:
    task = chat.run(command, *parameters)
    await chat.wait()
    return await error_of(task)


@in_loop
async def test_asked_to_wait_a_locked_thread_is_waited_for_until_it_is_left() -> None:
    chat = Chat()
    chat.page_element.locked = True
    chat.page_element.thread_id = "a"
    task = chat.run("send_user_message", {"text": "x"}, when_busy="wait")
    await chat.wait()
    assert not task.done()
    chat.page_element.locked = False
    chat.told("thread.change", threadId="b")
    await chat.wait()
    assert task.result() is None
    assert chat.methods == ["sendUserMessage", "sendUserMessage"]


@in_loop
async def test_an_element_that_leaves_ends_what_runs_and_what_waits() -> None:
    chat = Chat()
    chat.page_element.plan("setThreadId", hangs=True)
    running = chat.run("set_thread_id", "b")
    await settle_loop()
    waiting = chat.run("set_thread_id", "a", when_busy="wait")
    await settle_loop()
    chat.element = None
    chat.told("own.gone")
    for task in (running, waiting):
        error = await error_of(task)
        assert isinstance(error, ChatKitUnavailable)
        assert error.reason == "gone"
    chat.nothing_is_left()


@in_loop
async def test_stop_ends_what_runs() -> None:
    chat = Chat()
    chat.page_element.plan("setThreadId", hangs=True)
    running = chat.run("set_thread_id", "b")
    await settle_loop()
    chat.commands.stop()
    error = await error_of(running)
    assert isinstance(error, ChatKitUnavailable)
    assert error.reason == "stopped"
    assert chat.browser.counts()["handlers"] == 0


@pytest.mark.parametrize("when_busy", ["refuse", "wait"])
@in_loop
async def test_a_cancelled_command_leaves_nothing_that_holds_the_chat(when_busy: str) -> None:
    chat = Chat()
    chat.page_element.plan("fetchUpdates", hangs=True)
    task = chat.run("fetch_updates", when_busy=when_busy)
    await settle_loop()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    chat.nothing_is_left()
    after = chat.run("fetch_updates")
    await chat.wait()
    assert after.result() is None


@in_loop
async def test_a_command_that_the_interpreter_has_lost_holds_nobody_for_longer_than_its_limit() -> (
    None
):
    """As MicroPython does with a coroutine in which JavaScript has thrown (measured)."""
    chat = Chat(replace(IDLE, {"responding": True}))
    lost = chat.commands.run("fetch_updates", [], timeout=5.0, when_busy="wait")
    lost.send(None)
    chat.told("response.end")
    await chat.wait(6.0)
    task = chat.run("focus_composer")
    await chat.wait(1.0)
    assert task.done()
    assert chat.methods == ["focusComposer"]
    lost.close()


@in_loop
async def test_a_command_cancelled_in_the_queue_lets_the_next_one_pass() -> None:
    chat = Chat(replace(IDLE, {"responding": True}))
    first = chat.run("fetch_updates", 1, when_busy="wait")
    second = chat.run("fetch_updates", 2, when_busy="wait")
    await settle_loop()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    chat.told("response.end")
    await chat.wait()
    assert second.result() is None
    assert chat.browser.called == [("fetchUpdates", [2])]
    chat.nothing_is_left()


@in_loop
async def test_two_ways_to_be_busy_and_no_third() -> None:
    with pytest.raises(ValueError, match='"refuse" or "wait"'):
        await Chat().commands.run("focus_composer", [], when_busy="never")


ANSWERING = {
    "name": "IntegrationError",
    "message": "ChatKit: sendUserMessage() ignored - already responding.",
}


@in_loop
async def test_who_is_refused_by_the_element_and_asks_again_keeps_the_place() -> None:
    chat = Chat()
    chat.page_element.plan("sendUserMessage", rejects=ANSWERING)
    chat.run("send_user_message", {"text": "first"}, when_busy="wait")
    chat.run("send_user_message", {"text": "second"}, when_busy="wait")
    await chat.wait(1.0)
    assert chat.snapshot.locked
    chat.told("thread.change", threadId="b")
    await chat.wait(1.0)
    texts = [parameters[0]["text"] for _, parameters in chat.browser.called]
    assert texts == ["first", "first", "second"]


@pytest.mark.parametrize("changes", [{"ready": False}, {"locked": True}, {"responding": True}])
@in_loop
async def test_what_has_no_limit_does_not_wait_for_its_turn_for_ever(
    changes: dict[str, Any],
) -> None:
    chat = Chat(replace(IDLE, changes))
    task = chat.run("send_custom_action", {"type": "x"}, when_busy="wait")
    await chat.wait(WAITING - 0.1)
    assert not task.done()
    await chat.wait(0.2)
    assert isinstance(await error_of(task), CommandTimeout | ChatKitBusy)
    chat.nothing_is_left()


@in_loop
async def test_the_time_of_a_machine_that_sleeps_is_not_used_up() -> None:
    chat = Chat()
    chat.page_element.plan("fetchUpdates", hangs=True)
    task = chat.run("fetch_updates")
    await settle_loop()
    chat.browser.clock.sleep(3600.0)
    await chat.wait(LATE - 0.1)
    assert not task.done(), "what has come meanwhile is heard now"
    await chat.wait(0.2)
    assert isinstance(await error_of(task), CommandTimeout)


LOADING = {
    "name": "IntegrationError",
    "message": "ChatKit: sendUserMessage() ignored - thread is loading.",
}


@in_loop
async def test_what_is_busy_although_no_event_says_so_is_asked_again_within_the_bound() -> None:
    chat = Chat()
    for _ in range(3):
        chat.page_element.plan("sendUserMessage", rejects=LOADING)
    task = chat.run("send_user_message", {"text": "x"}, when_busy="wait")
    await chat.wait(3 * TRY_AGAIN + 0.1)
    assert task.result() is None
    assert len(chat.browser.called) == 4
    for _ in range(1000):
        chat.page_element.plan("sendUserMessage", rejects=LOADING)
    chat.told("response.end")
    task = chat.run("send_user_message", {"text": "x"}, when_busy="wait")
    await chat.wait(31.0)
    assert isinstance(await error_of(task), ChatKitError)
    chat.nothing_is_left()
