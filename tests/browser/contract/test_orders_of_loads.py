"""The table of orders: first loads, and switches between threads."""

import pytest

from .driver import StandInDriver
from .probe import RECORDED, Chat

row = pytest.mark.row

FAILURES = {"404": {"status": 404}, "500": {"status": 500}, "offline": {"drop": True}}
failures = pytest.mark.parametrize("fault", FAILURES.values(), ids=FAILURES)


@row("orders: first load, no thread")
def test_without_a_thread_there_is_ready_and_nothing_more(chat: Chat) -> None:
    element = chat.mount()
    element.wait("ready")
    assert element.story() == ["ready"]


@row("orders: first load, initialThread ok")
@row("fact 3")
def test_initial_thread_loads_without_a_change(chat: Chat) -> None:
    element = chat.mount(chat.thread("a"))
    element.wait("load.end a")
    assert element.story() == ["ready", "load.start a", "load.end a"]


@row("orders: first load, 404/500/offline")
@row("fact 4")
@failures
def test_initial_thread_that_cannot_be_loaded(chat: Chat, fault: dict[str, object]) -> None:
    a = chat.thread("a")
    chat.fault("threads.get_by_id", message="out of order", **fault)
    element = chat.mount(a)
    element.wait("change null")
    assert element.story() == [
        "ready",
        "load.start a",
        "load.end a",
        "error InitialThreadLoadError",
        "change null",
    ]
    message = element.events("error")[0]["detail"]["message"]
    assert message.startswith("Failed to load initial thread: ")
    if "status" in fault:
        assert message == "Failed to load initial thread: out of order"


@row("orders: switch, idle")
@row("commands: setThreadId")
def test_switch_resolves_when_the_thread_is_loaded(chat: Chat) -> None:
    a, b = chat.threads("a", "b")
    element = chat.idle(a)
    held = chat.fault("threads.get_by_id", thread_id=b, hold_after=0)
    switch = element.call("setThreadId", b)
    element.wait("load.start b")
    element.fence()
    assert switch.now()["state"] == "pending"
    held.release()
    switch.settled()
    assert element.story() == ["change b", "load.start b", "load.end b", "resolved"]


@row("orders: switch, thread already visited")
@row("rest: load.start follows its change")
def test_switch_to_a_visited_thread_loads_nothing(chat: Chat) -> None:
    a, b = chat.threads("a", "b")
    element = chat.idle(a)
    element.run("setThreadId", b)
    element.mark()
    element.run("setThreadId", a)
    assert element.story() == ["change a", "resolved"]


@row("orders: switch to the same id")
def test_switch_to_the_same_id_is_silent(chat: Chat) -> None:
    a, b = chat.threads("a", "b")
    element = chat.idle(a)
    element.run("setThreadId", a)
    # A later switch tells its events, so the first one had none.
    element.run("setThreadId", b)
    assert element.story() == ["resolved", "change b", "load.start b", "load.end b", "resolved"]


@row("orders: switch while A streams")
@row("fact 8")
def test_leaving_a_stream_tells_a_false_end_and_coming_back_a_new_start(chat: Chat) -> None:
    a, b = chat.threads("a", "b")
    element, held = chat.streaming(a)
    element.run("setThreadId", b)
    assert element.story() == [
        "change b",
        "response.end",
        "load.start b",
        "load.end b",
        "resolved",
    ]
    element.mark()
    element.call("setThreadId", a, label="back")
    element.wait("response.start")
    assert [w for w in element.story() if w != "back resolved"] == ["change a", "response.start"]
    element.mark()
    held.release()
    element.wait("response.end")
    assert element.story() == ["response.end"]


@row("fact 8")
def test_a_stream_that_was_left_goes_on_unseen(chat: Chat) -> None:
    a, b = chat.threads("a", "b")
    element, held = chat.streaming(a, api=RECORDED)
    element.run("setThreadId", b)
    element.fence()
    assert [r["aborted"] for r in chat.requests("threads.add_user_message")] == [False]
    element.mark()
    held.release()
    # The signal fires after the stream's end; the end itself is not told.
    chat.wait_for_abort("threads.add_user_message")
    assert element.story() == []


@row("orders: two quick switches")
@row("events: chatkit.thread.load.start / .end")
@pytest.mark.parametrize("ends", [("b", "c"), ("c", "b")], ids=["b first", "c first"])
def test_two_quick_switches_end_in_the_servers_order(chat: Chat, ends: tuple[str, str]) -> None:
    a, b, c = chat.threads("a", "b", "c")
    element = chat.idle(a)
    held = {
        "b": chat.fault("threads.get_by_id", thread_id=b, hold_after=0),
        "c": chat.fault("threads.get_by_id", thread_id=c, hold_after=0),
    }
    element.call("setThreadId", b, label="b")
    element.call("setThreadId", c, label="c")
    element.wait("load.start c")
    for letter in ends:
        held[letter].release()
        element.wait(f"load.end {letter}")
    words = [w for w in element.story() if "resolved" not in w]
    assert words == [
        "change b",
        "load.start b",
        "change c",
        "load.start c",
        *(f"load.end {letter}" for letter in ends),
    ]


@row("orders: switch during the first load")
@pytest.mark.parametrize("ends", [("a", "b"), ("b", "a")], ids=["a first", "b first"])
def test_switch_during_the_first_load(chat: Chat, ends: tuple[str, str]) -> None:
    a, b = chat.threads("a", "b")
    held = {
        "a": chat.fault("threads.get_by_id", thread_id=a, hold_after=0),
        "b": chat.fault("threads.get_by_id", thread_id=b, hold_after=0),
    }
    element = chat.mount(a)
    element.wait("load.start a")
    element.mark()
    element.call("setThreadId", b)
    element.wait("load.start b")
    for letter in ends:
        held[letter].release()
        element.wait(f"load.end {letter}")
    words = [w for w in element.story() if w != "resolved"]
    assert words == ["change b", "load.start b", *(f"load.end {letter}" for letter in ends)]


@row("orders: switch to a missing thread")
@row("fact 5")
@row("commands: setThreadId")
def test_switch_to_a_missing_thread_is_taken_back_and_rejects(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    x = chat.missing("x")
    chat.fault("threads.get_by_id", thread_id=x, status=404, message="no such thread")
    outcome = element.run("setThreadId", x)
    assert element.story() == [
        "change x",
        "load.start x",
        "load.end x",
        "change a",
        "rejected Error",
    ]
    assert outcome["message"] == "no such thread"
    assert outcome["isError"]


@row("orders: switch to a missing thread")
def test_switch_to_a_thread_that_the_server_itself_refuses(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    outcome = element.run("setThreadId", chat.missing("x"))
    assert outcome["state"] == "rejected"
    assert element.story()[-2:] == ["change a", "rejected Error"]


@row("orders: switch, network down")
@row("events: error names")
def test_switch_with_the_network_down_rejects_with_the_networks_error(
    chat: Chat, browser_name: str
) -> None:
    a, b = chat.threads("a", "b")
    element = chat.idle(a)
    chat.fault("threads.get_by_id", thread_id=b, drop=True)
    outcome = element.run("setThreadId", b)
    assert element.story() == [
        "change b",
        "load.start b",
        "load.end b",
        "change a",
        "rejected TypeError",
    ]
    if browser_name == "chromium":
        assert outcome["message"] == "Failed to fetch"


@row("fact 5")
def test_a_failed_switch_is_taken_back_right_after_its_end(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    element.run("setThreadId", chat.missing("x"))
    end, back = element.events()[-2:]
    assert [end["words"], back["words"]] == ["load.end x", "change a"]
    # Measured: 0.1 ms. What the library's 50 ms of waiting rests on.
    assert back["at"] - end["at"] < 10


@row("rest: load.start follows its change")
def test_load_start_follows_its_change_at_once(chat: Chat) -> None:
    a, b = chat.threads("a", "b")
    element = chat.idle(a)
    element.run("setThreadId", b)
    change, start, _end = element.events()
    assert [change["words"], start["words"]] == ["change b", "load.start b"]
    assert start["at"] - change["at"] < 10


@row("orders: setThreadId null")
@row("rest: undefined, relative url")
@pytest.mark.parametrize("nothing", ["null", "undefined"])
def test_new_chat_by_command(chat: Chat, nothing: str) -> None:
    element = chat.idle(chat.thread("a"))
    element.call_js("setThreadId", f"[{nothing}]").settled()
    assert element.story() == ["change null", "resolved"]


@row("orders: setThreadId null")
def test_new_chat_while_streaming_also_ends_the_response(chat: Chat) -> None:
    element, _held = chat.streaming(chat.thread("a"))
    element.run("setThreadId", None)
    words = element.story()
    assert sorted(words) == ["change null", "resolved", "response.end"]
    assert words[0] == "change null"


@row("orders: setThreadId null")
def test_new_chat_in_a_new_chat_is_silent(chat: Chat) -> None:
    a = chat.thread("a")
    element = chat.idle()
    element.run("setThreadId", None)
    element.run("setThreadId", a)
    assert element.story() == ["resolved", "change a", "load.start a", "load.end a", "resolved"]


@row("orders: active thread deleted")
@row("fact 4")
def test_deleting_the_shown_thread_is_told_at_once(chat: Chat, hand: StandInDriver) -> None:
    a = chat.thread("a")
    element = chat.idle(a)
    held = chat.fault("threads.delete", hold_after=0)
    hand.delete(a)
    element.wait("change null")
    assert "change null" in element.so_far()
    held.release()
    words = [w for w in element.story() if not w.startswith("history.")]
    assert words == ["change null"]


@row("orders: New chat button")
def test_new_chat_by_hand(chat: Chat, hand: StandInDriver) -> None:
    element = chat.idle(chat.thread("a"))
    hand.new_chat()
    element.wait("change null")
    assert element.story() == ["change null"]
