"""The table of commands: when each resolves, and with what it rejects."""

import pytest

from .driver import StandInDriver
from .probe import RECORDED, Chat, Outcome

row = pytest.mark.row

HELLO = {"text": "hello"}


def ignored(outcome: Outcome, command: str, why: str) -> bool:
    """Whether a call was refused with the element's words for it."""
    return (outcome["state"], outcome["name"], outcome["message"]) == (
        "rejected",
        "IntegrationError",
        f"ChatKit: {command}() ignored - {why}.",
    )


@row("commands: wait for ready")
def test_a_command_before_ready_is_queued(chat: Chat) -> None:
    element = chat.mount(chat.thread("a"), early=["setComposerValue", HELLO])
    element.wait("early resolved")
    assert element.so_far()[0] == "ready"


@row("commands: wait for ready")
def test_without_options_every_command_hangs(chat: Chat) -> None:
    bare = chat.mount_bare()
    calls = [bare.call("focusComposer"), bare.call("setThreadId", None)]
    healthy = chat.idle(chat.thread("a"))
    healthy.run("sendUserMessage", HELLO)
    healthy.wait("response.end")
    assert [call.now()["state"] for call in calls] == ["pending", "pending"]


@row("commands: setOptions")
def test_set_options_answers_at_once_and_does_not_merge(chat: Chat) -> None:
    a = chat.thread("a")
    element = chat.idle(a, api=RECORDED)
    asked = len(chat.requests())
    assert asked > 0
    assert element.js("element.setOptions({api: {url: '/chatkit', domainKey: 'local'}})") is None
    element.run("fetchUpdates")
    # The page's fetch was not among the new options, so it is not asked any more.
    assert len(chat.bodies("threads.get_by_id")) == 2
    assert len(chat.requests()) == asked


@row("commands: setOptions")
def test_a_changed_initial_thread_has_no_effect(chat: Chat) -> None:
    a, b, c = chat.threads("a", "b", "c")
    element = chat.idle(a)
    element.js(f"""element.setOptions({{
        api: {{url: '/chatkit', domainKey: 'local'}}, initialThread: '{b}'
    }})""")
    element.run("setThreadId", c)
    assert element.story() == ["change c", "load.start c", "load.end c", "resolved"]


@row("commands: sendUserMessage")
@pytest.mark.parametrize("where", ["first message", "second message"])
def test_sending_resolves_when_the_request_has_started(chat: Chat, where: str) -> None:
    element = chat.idle(chat.thread("a") if where == "second message" else None)
    held = chat.fault(None, hold_after=0)
    assert element.run("sendUserMessage", HELLO)["state"] == "resolved"
    element.wait("response.start")
    held.wait_hit()
    assert "response.end" not in element.story()
    held.release()
    element.wait("response.end")


@row("commands: sendUserMessage")
@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_message_is_refused(chat: Chat, text: str) -> None:
    element = chat.idle(chat.thread("a"))
    assert ignored(
        element.run("sendUserMessage", {"text": text}), "sendUserMessage", "message empty"
    )
    assert chat.bodies("threads.add_user_message") == []


@row("commands: sendUserMessage")
def test_a_message_while_responding_is_refused(chat: Chat) -> None:
    element, _held = chat.streaming(chat.thread("a"))
    assert ignored(element.run("sendUserMessage", HELLO), "sendUserMessage", "already responding")


@row("commands: sendUserMessage")
def test_a_message_while_loading_is_refused(chat: Chat) -> None:
    a = chat.thread("a")
    chat.fault("threads.get_by_id", hold_after=0)
    element = chat.mount(a)
    element.wait("load.start a")
    assert ignored(element.run("sendUserMessage", HELLO), "sendUserMessage", "thread is loading")


@row("commands: sendUserMessage")
def test_a_new_thread_passes_responding(chat: Chat) -> None:
    element, _held = chat.streaming(chat.thread("a"))
    outcome = element.run("sendUserMessage", {**HELLO, "newThread": True})
    assert outcome["state"] == "resolved"
    element.wait("change new")


@row("commands: sendUserMessage")
def test_a_new_thread_passes_loading(chat: Chat) -> None:
    a = chat.thread("a")
    chat.fault("threads.get_by_id", thread_id=a, hold_after=0)
    element = chat.mount(a)
    element.wait("load.start a")
    outcome = element.run("sendUserMessage", {**HELLO, "newThread": True})
    assert outcome["state"] == "resolved"
    element.wait("change new")


@row("commands: setThreadId")
def test_a_switch_is_never_refused_for_being_busy(chat: Chat) -> None:
    a, b, c = chat.threads("a", "b", "c")
    element, _held = chat.streaming(a)
    chat.fault("threads.get_by_id", thread_id=b, hold_after=0)
    element.call("setThreadId", b)
    element.wait("load.start b")
    assert element.run("setThreadId", c)["state"] == "resolved"


@row("commands: focusComposer, setComposerValue")
def test_focus_and_draft_resolve_while_loading_and_responding(chat: Chat) -> None:
    a, b = chat.threads("a", "b")
    element, _held = chat.streaming(a)
    assert element.run("focusComposer")["state"] == "resolved"
    assert element.run("setComposerValue", HELLO)["state"] == "resolved"
    chat.fault("threads.get_by_id", thread_id=b, hold_after=0)
    element.call("setThreadId", b)
    element.wait("load.start b")
    assert element.run("focusComposer")["state"] == "resolved"
    assert element.run("setComposerValue", HELLO)["state"] == "resolved"


@row("commands: focusComposer, setComposerValue")
def test_a_draft_replaces_the_one_before(chat: Chat, hand: StandInDriver) -> None:
    element = chat.idle(chat.thread("a"))
    element.run("setComposerValue", {"text": "first"})
    element.run("setComposerValue", {"text": "second"})
    assert hand.draft() == "second"


@row("commands: fetchUpdates")
def test_fetch_updates_resolves_after_the_reload(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    held = chat.fault(None, hold_after=0)
    reload = element.call("fetchUpdates")
    held.wait_hit()
    element.fence()
    assert reload.now()["state"] == "pending"
    held.release()
    assert reload.settled()["state"] == "resolved"


@row("commands: fetchUpdates")
def test_fetch_updates_waits_for_the_responses_end(chat: Chat) -> None:
    element, held = chat.streaming(chat.thread("a"))
    element.call("fetchUpdates", label="reload")
    element.fence()
    assert element.so_far() == []
    held.release()
    element.wait("reload resolved")
    words = element.story()
    assert words.index("response.end") < words.index("reload resolved")


@row("commands: fetchUpdates")
@pytest.mark.parametrize(
    ("fault", "name"),
    [({"status": 500, "message": "out of order"}, "Error"), ({"drop": True}, "TypeError")],
    ids=["http", "network"],
)
def test_fetch_updates_rejects_where_the_reload_fails(
    chat: Chat, fault: dict[str, object], name: str
) -> None:
    element = chat.idle(chat.thread("a"))
    chat.fault("threads.get_by_id", **fault)
    outcome = element.run("fetchUpdates")
    assert (outcome["state"], outcome["name"]) == ("rejected", name)


@row("commands: sendCustomAction")
def test_a_custom_action_resolves_when_its_stream_ends(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    held = chat.fault("threads.custom_action", hold_after=1)
    action = element.call("sendCustomAction", {"type": "pay", "payload": {"amount": 7}})
    held.wait_hit()
    element.fence()
    assert action.now()["state"] == "pending"
    held.release()
    assert action.settled()["state"] == "resolved"
    [body] = chat.bodies("threads.custom_action")
    assert body["params"]["action"] == {"type": "pay", "payload": {"amount": 7}}


@row("commands: sendCustomAction")
def test_a_custom_action_is_refused_without_a_thread(chat: Chat) -> None:
    element = chat.idle()
    outcome = element.run("sendCustomAction", {"type": "pay"})
    assert ignored(outcome, "sendAction", "no active thread")


@row("commands: sendCustomAction")
def test_a_custom_action_is_refused_while_responding(chat: Chat) -> None:
    element, _held = chat.streaming(chat.thread("a"))
    outcome = element.run("sendCustomAction", {"type": "pay"})
    assert ignored(outcome, "sendAction", "already responding")


@row("commands: sendCustomAction")
def test_a_custom_action_is_refused_while_loading(chat: Chat) -> None:
    a = chat.thread("a")
    chat.fault("threads.get_by_id", hold_after=0)
    element = chat.mount(a)
    element.wait("load.start a")
    outcome = element.run("sendCustomAction", {"type": "pay"})
    assert ignored(outcome, "sendAction", "thread is loading")


@row("commands: showHistory, hideHistory")
def test_history_commands_wait_for_no_server(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    chat.fault(None, hold_after=0)
    assert element.run("showHistory")["state"] == "resolved"
    assert element.run("hideHistory")["state"] == "resolved"


@row("commands: outside the profile")
@row("commands: showHistory, hideHistory")
def test_a_command_outside_the_profile_throws_at_once(chat: Chat, hand: StandInDriver) -> None:
    chat.open(profile=["focusComposer", "setThreadId"])
    element = chat.idle(chat.thread("a"))
    outcome = element.run("showHistory")
    assert outcome["state"] == "threw"
    assert "not available" in outcome["message"]
    assert "profile" in outcome["message"]


@row("commands: two messages in one tick")
def test_of_two_messages_in_one_tick_the_first_is_taken(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    answer = chat.fault("threads.add_user_message", hold_after=1)
    first, second = chat.calls_at_once(
        element, ("sendUserMessage", [HELLO]), ("sendUserMessage", [{"text": "again"}])
    )
    assert first.settled()["state"] == "resolved"
    assert ignored(second.settled(), "sendUserMessage", "already responding")
    # The promise resolves once the request has started; the server sees it a moment later.
    answer.wait_hit()
    assert len(chat.bodies("threads.add_user_message")) == 1


@row("commands: rejection of any kind")
@pytest.mark.parametrize("reason", ["{code: 7}", "'no way'", "null", "['a', 'b']"])
def test_a_rejection_can_be_anything_that_can_be_cloned(chat: Chat, reason: str) -> None:
    a, b = chat.threads("a", "b")
    failing = f"(url, init) => contract.failing ? Promise.reject({reason}) : fetch(url, init)"
    element = chat.idle(a, api=f"{{url: '/chatkit', domainKey: 'local', fetch: {failing}}}")
    chat.js("() => { contract.failing = true; }")
    outcome = element.run("setThreadId", b)
    assert (outcome["state"], outcome["isError"]) == ("rejected", False)
    assert outcome["reason"] == chat.js(f"() => ({reason})")


@row("commands: plain parameters")
def test_parameters_that_cannot_be_cloned_are_a_data_clone_error(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    calls = [
        element.call_js("sendUserMessage", "[{text: 'hello', then: {callback: () => {}}}]"),
        element.call_js("setComposerValue", "[{text: new Proxy({}, {})}]"),
        element.call_js("sendCustomAction", "[{type: 'pay', payload: {on: () => {}}}]"),
    ]
    for call in calls:
        outcome = call.settled()
        assert outcome["state"] in {"rejected", "threw"}
        assert outcome["name"] == "DataCloneError"
    assert chat.bodies("threads.add_user_message") == []


@row("commands: plain parameters")
def test_options_travel_as_json(chat: Chat, hand: StandInDriver) -> None:
    element = chat.idle(options="{composer: {placeholder: undefined}}")
    assert hand.placeholder() == "Message the AI"
    element.js("""element.setOptions({
        api: {url: '/chatkit', domainKey: 'local'},
        composer: {placeholder: {toJSON: () => 'Spoken as JSON'}},
    })""")
    element.fence()
    assert hand.placeholder() == "Spoken as JSON"


@row("commands: results of callbacks")
def test_what_a_client_tool_returns_crosses_as_plain_data(chat: Chat) -> None:
    tool = "{onClientTool: async () => ({list: [1, {deep: 'b'}], gone: undefined, no: null})}"
    element = chat.idle(chat.thread("a"), options=tool)
    element.run("sendUserMessage", {"text": "tool lookup"})
    element.wait("response.end")
    element.wait("response.end")
    [output] = chat.bodies("threads.add_client_tool_output")
    assert output["params"]["result"] == {"list": [1, {"deep": "b"}], "no": None}
