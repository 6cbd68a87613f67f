"""What else is known: requests, storage, domains, and the session history."""

import pytest

from .driver import StandInDriver
from .probe import RECORDED, Chat
from .test_facts import assert_all_hang

row = pytest.mark.row

HELLO = {"text": "hello"}


@row("rest: requests by the host page")
def test_requests_pass_through_the_pages_fetch_with_their_status(chat: Chat) -> None:
    a, b = chat.threads("a", "b")
    element = chat.idle(a, api=RECORDED)
    chat.fault("threads.get_by_id", thread_id=b, status=404)
    element.run("setThreadId", b)
    requests = chat.js("() => contract.requests")
    seen = [
        (r["body"]["type"], r["body"]["params"].get("thread_id"), r["status"]) for r in requests
    ]
    assert seen == [("threads.get_by_id", a, 200), ("threads.get_by_id", b, 404)]


@row("rest: requests by the host page")
def test_the_abort_signal_fires_after_a_normal_end_too(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"), api=RECORDED)
    element.run("sendUserMessage", HELLO)
    element.wait("response.end")
    chat.wait_for_abort("threads.add_user_message")
    [sent] = chat.requests("threads.add_user_message")
    assert (sent["status"], sent["aborted"]) == (200, True)


@row("rest: no getters, no storage")
def test_the_element_tells_nothing_of_itself(chat: Chat) -> None:
    element = chat.idle(chat.thread("a"))
    names = element.js("""(() => {
        const found = [];
        for (let at = element; at !== HTMLElement.prototype; at = Object.getPrototypeOf(at)) {
            for (const [name, it] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
                if (typeof it.value !== "function") found.push(name);
            }
        }
        return found;
    })()""")
    telling = ("thread", "busy", "ready", "load", "respond", "stream")
    assert [name for name in names if any(word in name.lower() for word in telling)] == []


@row("rest: no getters, no storage")
def test_the_element_stores_nothing(chat: Chat) -> None:
    element = chat.idle()
    element.run("sendUserMessage", HELLO)
    element.wait("response.end")
    kept = element.js("[localStorage.length, sessionStorage.length, document.cookie]")
    assert kept == [0, 0, ""]
    assert chat.js("async () => (await indexedDB.databases()).length") == 0


@row("rest: domain verification")
def test_a_refused_domain_removes_the_frame_inside_the_load(
    chat: Chat, hand: StandInDriver
) -> None:
    chat.open(refuseDomain=True)
    dead = chat.mount(chat.thread("a"))
    dead.wait("load.start a")
    dead.wait("error DomainVerificationRequestError")
    chat.settings()
    assert_all_hang(chat, dead)
    assert "load.end a" not in dead.so_far()
    assert dead.js("(element.shadowRoot ?? element).querySelector('iframe')") is None


@row("rest: secure context")
@pytest.mark.only_browser("chromium")
def test_on_plain_http_the_element_breaks(chat: Chat, hand: StandInDriver) -> None:
    chat.open(host="insecure.test")
    assert chat.js("() => isSecureContext") is False
    chat.console.allow("randomUUID")
    broken = chat.mount(chat.thread("a"))
    calls = [broken.call("focusComposer"), broken.call("setThreadId", None)]
    # A second request of the page's own has been answered meanwhile.
    chat.js("() => fetch('/chatkit', {method: 'POST', body: '{}'}).then((a) => a.status)")
    assert [call.now()["state"] for call in calls] == ["pending", "pending"]
    assert broken.so_far() == []


@row("rest: undefined, relative url")
@pytest.mark.parametrize("url", ["/chatkit", "../chatkit"])
def test_the_api_url_may_be_relative(chat: Chat, url: str) -> None:
    element = chat.mount(chat.thread("a"), api=f"{{url: '{url}', domainKey: 'local'}}")
    element.wait("load.end a")
    assert element.story() == ["ready", "load.start a", "load.end a"]


@row("rest: session history entry")
@pytest.mark.only_browser("chromium")
def test_mounting_late_adds_a_session_history_entry(chat: Chat) -> None:
    chat.open(fresh=True)
    before = chat.js("() => history.length")
    element = chat.mount(chat.thread("a"))
    element.wait("load.end a")
    assert chat.js("() => history.length") == before + 1
