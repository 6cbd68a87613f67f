"""The table of events: what each carries, and what brings it."""

import pytest

from .driver import StandInDriver
from .probe import Chat

row = pytest.mark.row

HELLO = {"text": "hello"}


@row("events: chatkit.ready")
@row("fact 2")
def test_ready_comes_once_and_carries_nothing(chat: Chat) -> None:
    element = chat.mount(chat.thread("a"))
    element.wait("load.end a")
    element.run("sendUserMessage", HELLO)
    element.wait("response.end")
    element.run("setThreadId", None)
    element.fence()
    assert [ready["detail"] for ready in element.events("ready")] == [None]


@row("events: chatkit.error")
def test_error_carries_an_error_under_its_own_name(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    chat.fault("threads.add_user_message", error_event="the model is ill")
    element.run("sendUserMessage", HELLO)
    element.wait("error StreamError")
    [error] = element.events("error")
    assert error["detail"] == {
        "keys": ["error"],
        "name": "StreamError",
        "message": "the model is ill",
        "isError": True,
    }


@row("events: chatkit.thread.change")
def test_thread_change_carries_a_string_or_null(chat: Chat) -> None:
    a, b = chat.threads("a", "b")
    element = chat.idle(a)
    element.run("setThreadId", b)
    element.run("setThreadId", None)
    element.fence()
    details = [e["detail"] for e in element.events("thread.change")]
    assert details == [{"threadId": b}, {"threadId": None}]


@row("events: chatkit.thread.load.start / .end")
def test_loads_carry_their_thread_and_end_on_failure_too(chat: Chat) -> None:
    a, b = chat.threads("a", "b")
    element = chat.mount(a)
    element.wait("load.end a")
    chat.fault("threads.get_by_id", thread_id=b, status=500)
    element.run("setThreadId", b)
    for edge in ("start", "end"):
        details = [e["detail"] for e in element.events(f"thread.load.{edge}")]
        assert details == [{"threadId": a}, {"threadId": b}]


@row("events: chatkit.response.start / .end")
def test_responses_carry_nothing(chat: Chat) -> None:
    element = chat.idle()
    element.run("sendUserMessage", HELLO)
    element.wait("response.end")
    assert [e["detail"] for e in element.events("response.start")] == [None]
    assert [e["detail"] for e in element.events("response.end")] == [None]


@row("events: chatkit.composer.submit")
def test_submit_carries_the_thread_or_a_temporary_id(chat: Chat, hand: StandInDriver) -> None:
    element = chat.idle()
    hand.type("hello")
    element.wait("response.end")
    hand.type("hello again")
    element.wait("response.end")
    first, second = [e["detail"]["threadId"] for e in element.events("composer.submit")]
    [change] = element.events("thread.change")
    assert first.startswith("client_thread_")
    assert second == change["detail"]["threadId"]


@row("events: chatkit.history.open / .close")
@row("commands: showHistory, hideHistory")
def test_history_is_shown_and_hidden(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    assert element.run("showHistory")["state"] == "resolved"
    element.wait("history.open")
    assert element.run("hideHistory")["state"] == "resolved"
    element.wait("history.close")
    words = [w for w in element.story() if w != "resolved"]
    assert words == ["history.open", "history.close"]
    assert [e["detail"] for e in element.events()] == [None, None]


@row("events: chatkit.tool.change")
def test_a_selected_tool_is_told(chat: Chat) -> None:
    tools = "{composer: {tools: [{id: 'search', label: 'Search', icon: 'search'}]}}"
    element = chat.idle(chat.thread("a"), options=tools)
    element.run("setComposerValue", {"selectedToolId": "search"})
    element.wait("tool.change search")
    element.run("setComposerValue", {"selectedToolId": None})
    element.wait("tool.change null")
    element.fence()
    details = [e["detail"] for e in element.events()]
    assert details == [{"toolId": "search"}, {"toolId": None}]


@row("events: chatkit.effect, chatkit.deeplink, chatkit.log")
def test_an_effect_carries_its_name_and_data(chat: Chat) -> None:
    a = chat.thread("a")
    element = chat.idle(a)
    element.run("sendUserMessage", {"text": "effect confetti"})
    element.wait("effect confetti")
    [effect] = element.events("effect")
    assert effect["detail"] == {"name": "confetti", "data": {"threadId": a}}


@row("events: chatkit.effect, chatkit.deeplink, chatkit.log")
def test_a_deeplink_carries_its_name_and_data(chat: Chat, hand: StandInDriver) -> None:
    said = "Look [here](chatkit-link://invoice?number=7)."
    a = chat.thread("a", said=[("assistant", said)])
    element = chat.idle(a)
    hand.follow_link("here")
    element.wait("deeplink invoice")
    [link] = element.events("deeplink")
    assert link["detail"] == {"name": "invoice", "data": {"number": "7"}}


@row("events: chatkit.effect, chatkit.deeplink, chatkit.log")
def test_the_log_of_a_submit_carries_the_users_text(chat: Chat, hand: StandInDriver) -> None:
    element = chat.idle(chat.thread("a"))
    hand.type("a secret")
    element.wait("log composer.submit")
    [entry] = element.logs()
    assert entry["name"] == "composer.submit"
    assert "a secret" in str(entry["data"])


@row("events: error names")
def test_a_malformed_event_has_an_error_name_of_its_own(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    chat.fault("threads.add_user_message", malformed_after=2)
    element.run("sendUserMessage", HELLO)
    element.wait("response.end")
    words = [w for w in element.story() if w != "resolved"]
    assert words == ["response.start", "error StreamEventParsingError", "response.end"]


@row("events: error names")
@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}], ids=["http", "network"])
def test_a_failed_reload_reaches_the_page_by_its_promise_only(
    chat: Chat, fault: dict[str, object]
) -> None:
    element = chat.idle(chat.thread("a"))
    chat.fault("threads.get_by_id", **fault)
    assert element.run("fetchUpdates")["state"] == "rejected"
    element.fence()
    assert element.events("error") == []


@row("events: IntegrationError")
@row("commands: options refused")
def test_an_app_that_refused_its_options(chat: Chat, hand: StandInDriver) -> None:
    chat.open(refuseOptions=True)
    element = chat.mount(chat.thread("a"))
    element.wait("error IntegrationError")
    outcomes = [
        element.run("setThreadId", None),
        element.run("sendUserMessage", HELLO),
        element.run("focusComposer"),
    ]
    for outcome in outcomes:
        assert (outcome["state"], outcome["name"]) == ("rejected", "IntegrationError")
        assert outcome["message"].startswith("Command on")
        assert outcome["message"].endswith("not supported")
    assert "IntegrationError" in {r["name"] for r in chat.js("() => contract.rejections")}
