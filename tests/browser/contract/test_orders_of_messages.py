"""The table of orders: messages, answers, and how they fail."""

import pytest

from .driver import StandInDriver
from .probe import Chat

row = pytest.mark.row

HELLO = {"text": "hello"}
REFUSALS = [400, 401, 403, 404, 422]


@row("orders: first message, by command")
@row("events: chatkit.composer.submit")
def test_first_message_by_command(chat: Chat) -> None:
    element = chat.idle()
    element.call("sendUserMessage", HELLO)
    element.wait("response.end")
    assert element.story() == ["response.start", "resolved", "change new", "response.end"]


@row("orders: first message, typed")
@row("events: chatkit.composer.submit")
def test_first_message_typed(chat: Chat, hand: StandInDriver) -> None:
    element = chat.idle()
    hand.type("hello")
    element.wait("response.end")
    words = element.story()
    assert [w.split()[0] for w in words] == [
        "response.start",
        "composer.submit",
        "change",
        "response.end",
    ]
    assert words[2] == "change new"


@row("orders: create answers 4xx")
@row("fact 4")
@row("fact 7")
@pytest.mark.parametrize("status", REFUSALS)
def test_first_message_refused(chat: Chat, status: int) -> None:
    element = chat.idle()
    refusing = chat.fault("threads.create", status=status, message="refused")
    element.call("sendUserMessage", HELLO)
    element.wait("response.end")
    assert refusing.hits == 1
    words = [w for w in element.story() if w != "resolved"]
    assert words == ["response.start", "change null", "response.end"]
    # What is shown now is a new chat: to ask for one is nothing new.
    element.mark()
    element.run("setThreadId", None)
    assert element.story() == ["resolved"]


@row("orders: create answers 5xx or no SSE")
@row("fact 4")
@pytest.mark.parametrize("fault", [{"status": 503}, {"not_a_stream": True}], ids=["5xx", "no SSE"])
def test_first_message_is_tried_five_times_more(chat: Chat, fault: dict[str, object]) -> None:
    element = chat.idle()
    failing = chat.fault("threads.create", **fault)
    element.call("sendUserMessage", HELLO)
    element.wait("response.end")
    assert failing.hits == 6
    words = [w for w in element.story() if w != "resolved"]
    assert words == ["response.start", "change null", "response.end"]


@row("orders: create answers 5xx or no SSE")
def test_a_retry_that_succeeds_makes_the_thread(chat: Chat) -> None:
    element = chat.idle()
    failing = chat.fault("threads.create", status=503, times=2)
    element.call("sendUserMessage", HELLO)
    element.wait("response.end")
    assert failing.hits == 2
    words = [w for w in element.story() if w != "resolved"]
    assert words == ["response.start", "change new", "response.end"]


@row("orders: create, network down")
@row("fact 4")
def test_first_message_with_the_network_down(chat: Chat) -> None:
    element = chat.idle()
    chat.fault("threads.create", drop=True)
    element.call("sendUserMessage", HELLO)
    element.wait("response.end")
    words = [w for w in element.story() if w != "resolved"]
    assert words == ["response.start", "error StreamError", "change null", "response.end"]


@row("orders: newThread: true from A fails")
@row("fact 4")
def test_new_thread_from_a_that_fails_loses_a_from_view(chat: Chat) -> None:
    a = chat.thread("a")
    element = chat.idle(a)
    chat.fault("threads.create", status=403, message="refused")
    element.call("sendUserMessage", {**HELLO, "newThread": True})
    element.wait("response.end")
    words = [w for w in element.story() if w != "resolved"]
    assert words == ["response.start", "change null", "response.end"]
    # A is gone from view: showing it again is a change.
    element.mark()
    element.run("setThreadId", a)
    assert element.story()[0] == "change a"


@row("orders: left before it was created")
def test_a_new_thread_that_was_left_is_never_told(chat: Chat) -> None:
    b = chat.thread("b")
    element = chat.idle()
    held = chat.fault("threads.create", hold_after=0)
    element.call("sendUserMessage", HELLO)
    element.wait("response.start")
    element.fence()
    element.mark()
    element.call("setThreadId", b, label="b")
    element.wait("b resolved")
    held.release()
    # A whole answer later nothing has been told of it.
    element.run("sendUserMessage", HELLO)
    element.wait("response.start")
    element.wait("response.end")
    words = [w for w in element.story() if w != "resolved"]
    assert words == [
        "change b",
        "response.end",
        "load.start b",
        "load.end b",
        "b resolved",
        "response.start",
        "response.end",
    ]


@row("orders: second message")
def test_second_message(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    element.call("sendUserMessage", HELLO)
    element.wait("response.end")
    words = [w for w in element.story() if w != "resolved"]
    assert words == ["response.start", "response.end"]


@row("fact 7")
@pytest.mark.parametrize("status", REFUSALS)
def test_a_message_refused_in_a_thread_is_silent(chat: Chat, status: int) -> None:
    element = chat.idle(chat.thread("a"))
    refusing = chat.fault("threads.add_user_message", status=status, message="refused")
    element.call("sendUserMessage", HELLO)
    element.wait("response.end")
    assert refusing.hits == 1
    words = [w for w in element.story() if w != "resolved"]
    assert words == ["response.start", "response.end"]


@row("orders: error event in the stream")
@row("fact 8")
def test_an_error_event_in_the_stream(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    chat.fault("threads.add_user_message", error_event="the model is ill")
    element.call("sendUserMessage", HELLO)
    element.wait("response.end")
    words = [w for w in element.story() if w != "resolved"]
    assert words == ["response.start", "error StreamError", "response.end"]
    assert element.events("error")[0]["detail"]["message"] == "the model is ill"


@row("orders: stream closed early")
@row("fact 8")
def test_a_stream_that_is_closed_early(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    chat.fault("threads.add_user_message", cut_after=2)
    element.call("sendUserMessage", HELLO)
    element.wait("response.end")
    words = [w for w in element.story() if w != "resolved"]
    assert words == ["response.start", "response.end"]


@row("orders: Stop pressed")
@row("events: chatkit.response.stop")
@row("fact 8")
def test_stop_is_told_before_the_end(chat: Chat, hand: StandInDriver) -> None:
    element, _held = chat.streaming(chat.thread("a"))
    hand.stop()
    element.wait("response.end")
    assert element.story() == ["response.stop", "response.end"]
    assert element.events("response.stop")[0]["detail"] is None


@row("fact 8")
def test_a_stream_that_never_ends_responds_for_ever(chat: Chat) -> None:
    a, b = chat.threads("a", "b")
    first = chat.idle(a)
    chat.fault("threads.add_user_message", thread_id=a, silence=True)
    first.run("sendUserMessage", HELLO)
    # A whole answer in another element later it is still responding.
    second = chat.idle(b)
    second.run("sendUserMessage", HELLO)
    second.wait("response.end")
    assert first.story() == ["response.start", "resolved"]
    assert "already responding" in first.run("sendUserMessage", HELLO)["message"]


@row("orders: client tool")
@row("commands: results of callbacks")
def test_a_client_tool_runs_between_two_responses(chat: Chat) -> None:
    a = chat.thread("a")
    tool = """{onClientTool: ({name}) => {
        contract.note(`tool ${name}`, 0);
        return {found: 3, nothing: null};
    }}"""
    element = chat.idle(a, options=tool)
    element.run("sendUserMessage", {"text": "tool lookup"})
    element.wait("response.end")
    element.wait("response.end")
    words = [w for w in element.story() if w != "resolved"]
    assert words == [
        "response.start",
        "response.end",
        "tool lookup",
        "response.start",
        "response.end",
    ]
    [output] = chat.bodies("threads.add_client_tool_output")
    assert output["params"]["result"] == {"found": 3, "nothing": None}


LOCKS = {
    "throws": "() => { throw new Error('broken tool'); }",
    "rejects": "() => Promise.reject(new Error('broken tool'))",
    "hangs": "() => new Promise(() => {})",
    "gives what cannot be cloned": "() => ({callback: () => {}})",
}


@row("fact 9")
@row("commands: results of callbacks")
@pytest.mark.parametrize("tool", LOCKS.values(), ids=LOCKS)
def test_a_broken_client_tool_locks_the_thread_until_it_is_left(chat: Chat, tool: str) -> None:
    a, b = chat.threads("a", "b")
    element = chat.idle(a, options=f"{{onClientTool: {tool}}}")
    element.run("sendUserMessage", {"text": "tool lookup"})
    element.wait("response.end")
    element.fence()
    outcome = element.run("sendUserMessage", HELLO)
    assert outcome["name"] == "IntegrationError"
    assert outcome["message"].endswith("already responding.")
    element.run("setThreadId", b)
    assert element.run("sendUserMessage", HELLO)["state"] == "resolved"
    element.wait("response.end")
    element.run("setThreadId", a)
    assert element.run("sendUserMessage", HELLO)["state"] == "resolved"
    element.wait("response.end")
    told = [w for w in element.so_far() if w.startswith("response")]
    assert told == ["response.start", "response.end"] * 3
