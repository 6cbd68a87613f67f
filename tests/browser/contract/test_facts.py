"""The ten facts that decide the library's design, where the tables do not say them already."""

import pytest

from .driver import StandInDriver
from .probe import Chat, Element

row = pytest.mark.row

HELLO = {"text": "hello"}
COMMANDS: dict[str, list[object]] = {
    "focusComposer": [],
    "setThreadId": [None],
    "sendUserMessage": [HELLO],
    "setComposerValue": [HELLO],
    "fetchUpdates": [],
    "sendCustomAction": [{"type": "test"}],
    "showHistory": [],
    "hideHistory": [],
}


def assert_all_hang(chat: Chat, dead: Element) -> None:
    """Every command hangs: a healthy element beside it has a whole conversation meanwhile."""
    calls = {name: dead.call(name, *args) for name, args in COMMANDS.items()}
    healthy = chat.idle(chat.thread("healthy"))
    healthy.run("sendUserMessage", HELLO)
    healthy.wait("response.end")
    assert {name: call.now()["state"] for name, call in calls.items()} == dict.fromkeys(
        COMMANDS, "pending"
    )


@row("fact 1")
@row("events: chatkit.ready")
def test_only_ready_bubbles_and_is_composed(chat: Chat) -> None:
    element = chat.mount(chat.thread("a"), shadow=True)
    element.wait("load.end a")
    chat.fault("threads.add_user_message", error_event="ill", times=1)
    element.run("sendUserMessage", HELLO)
    element.wait("response.end")
    element.run("setThreadId", None)
    element.fence()
    flags = {(e["name"], e["bubbles"], e["composed"]) for e in element.events()}
    assert flags == {
        ("ready", True, True),
        ("thread.load.start", False, False),
        ("thread.load.end", False, False),
        ("response.start", False, False),
        ("error", False, False),
        ("response.end", False, False),
        ("thread.change", False, False),
    }


@row("fact 1")
def test_a_listener_further_up_hears_nothing_but_ready(chat: Chat) -> None:
    element = chat.mount(chat.thread("a"))
    element.wait("load.end a")
    element.run("setThreadId", None)
    element.fence()
    assert chat.js("() => contract.overheard") == {"document": ["ready"], "window": ["ready"]}
    # Registered with capture, the harness heard them all.
    assert element.so_far() == ["ready", "load.start a", "load.end a", "change null", "resolved"]


@row("fact 2")
def test_the_attribute_comes_just_before_ready_and_stays(chat: Chat) -> None:
    element = chat.mount()
    element.wait("ready")
    assert element.at_mount()["loaded"] is None
    [ready] = element.events("ready")
    assert ready["loaded"] == "true"
    assert element.js("element.getAttribute('data-loaded')") == "true"


@row("fact 2")
@pytest.mark.parametrize("how", ["404", "refused", "script"])
def test_a_broken_frame_is_ready_and_hangs_for_ever(
    chat: Chat, hand: StandInDriver, how: str
) -> None:
    # Firefox reports the refusal as an error of the page.
    chat.console.allow("X-Frame-Options|does not match the recipient window")
    hand.break_frame(how)
    dead = chat.mount()
    dead.wait("ready")
    assert dead.events("ready")[0]["loaded"] == "true"
    hand.mend_frame()
    assert_all_hang(chat, dead)
    assert dead.so_far() == ["ready"]


@row("fact 6")
@pytest.mark.parametrize("first", ["as initialThread", "by setThreadId"])
def test_an_id_that_failed_once_resolves_empty_from_then_on(chat: Chat, first: str) -> None:
    element, x, b = poisoned(chat, first)
    element.run("setThreadId", b)
    element.mark()
    loads = len(chat.bodies("threads.get_by_id"))
    assert element.run("setThreadId", x)["state"] == "resolved"
    assert element.story() == ["change x", "resolved"]
    # Leaving and coming back changes nothing.
    element.run("setThreadId", b)
    element.mark()
    element.run("setThreadId", x)
    assert element.story() == ["change x", "resolved"]
    assert len(chat.bodies("threads.get_by_id")) == loads


@row("fact 6")
@row("commands: fetchUpdates")
def test_fetch_updates_of_a_poisoned_thread_rejects_while_the_failure_lasts(chat: Chat) -> None:
    element, x, _b = poisoned(chat, "by setThreadId")
    element.run("setThreadId", x)
    failing = chat.fault("threads.get_by_id", thread_id=x, status=500, message="still ill")
    outcome = element.run("fetchUpdates")
    assert (outcome["state"], failing.hits > 0) == ("rejected", True)
    chat.site.faults.clear()
    assert element.run("fetchUpdates")["state"] == "resolved"


@row("fact 6")
def test_a_poisoned_thread_gets_its_title_back_but_not_its_messages(
    chat: Chat, hand: StandInDriver
) -> None:
    element, x, _b = poisoned(chat, "by setThreadId")
    element.run("setThreadId", x)
    assert hand.messages() == []
    element.run("fetchUpdates")
    element.fence()
    assert hand.title() == "Thread x"
    assert hand.messages() == []


@row("fact 6")
def test_a_fresh_element_shows_a_thread_that_failed_on_another(chat: Chat) -> None:
    _element, x, _b = poisoned(chat, "by setThreadId")
    fresh = chat.mount(x)
    fresh.wait("load.end x")
    assert fresh.story() == ["ready", "load.start x", "load.end x"]


@row("fact 6")
def test_a_reload_shows_a_thread_that_failed(chat: Chat) -> None:
    _element, x, _b = poisoned(chat, "as initialThread")
    chat.open()
    again = chat.mount(x)
    again.wait("load.end x")
    assert again.story() == ["ready", "load.start x", "load.end x"]


def poisoned(chat: Chat, first: str) -> tuple[Element, str, str]:
    """An element on which x has failed once, though the server could serve it now; x, and b."""
    x, b = chat.threads("x", "b")
    chat.fault("threads.get_by_id", thread_id=x, status=500, message="ill", times=1)
    if first == "as initialThread":
        element = chat.mount(x)
        element.wait("change null")
        element.fence()
        element.run("setThreadId", b)
    else:
        element = chat.idle(b)
        assert element.run("setThreadId", x)["state"] == "rejected"
    element.fence()
    element.mark()
    return element, x, b


@row("fact 10")
@row("fact 2")
@pytest.mark.parametrize(
    "how",
    {
        "removed and put back": "element.remove(), document.body.append(element)",
        "moved": "document.body.append(element)",
        "moved to the front": "document.body.prepend(element)",
    }.items(),
    ids=lambda how: how[0],
)
def test_an_element_that_left_its_place_is_dead(chat: Chat, how: tuple[str, str]) -> None:
    dead = chat.idle(chat.thread("a"))
    dead.js(f"({how[1]}, null)")
    assert_all_hang(chat, dead)
    assert dead.so_far() == []


@row("fact 10")
def test_two_elements_keep_their_events_apart(chat: Chat) -> None:
    a, b = chat.threads("a", "b")
    first, second = chat.idle(a), chat.idle(b)
    first.run("sendUserMessage", HELLO)
    first.wait("response.end")
    second.run("setThreadId", None)
    first_story = [w for w in first.story() if w != "resolved"]
    assert first_story == ["response.start", "response.end"]
    assert second.story() == ["change null", "resolved"]
