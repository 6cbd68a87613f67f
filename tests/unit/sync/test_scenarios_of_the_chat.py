"""Scenarios of the chat on fakes: controls, clicks, silence, failure, listeners, and the end."""

import asyncio
from typing import Any

import pytest

from sync import (
    ChatKit,
    ChatKitBusy,
    ChatKitSettingsError,
    ChatKitUnavailable,
    CommandRejected,
    CommandTimeout,
    Snapshot,
)
from sync.gate import ACTIONS, COMMANDS
from sync.session import DEFAULTS, MISSING_AFTER
from sync.toolbar import TEXTS
from sync.watchdog import READY_TIMEOUT, STALL_COMPANION, STALL_OWNER
from tests.fakes import FakeBrowser, FakeElement, Server, in_loop, passing
from tests.unit.sync.page import OPTIONS, Page, both

# Controls.


@both
@pytest.mark.parametrize("what", ["answer", "load"])
def test_while_it_works_every_control_is_off_and_afterwards_on_again(
    owner: bool, what: str
) -> None:
    page = Page("/?threadId=a", owner=owner)
    idle = dict.fromkeys(ACTIONS) | {"retry": "nothing-to-retry"}
    assert {action: page.browser.off(action) for action in ACTIONS} == idle
    if what == "answer":
        page.element.user_sends()
    else:
        page.element.user_opens("b")
    page.wait(0.05)
    phase = "responding" if what == "answer" else "loading"
    assert {page.browser.off(action) for action in ACTIONS} == {phase}
    assert page.browser.shown()["gate"] == phase
    assert page.browser.shown()["busy"] is True
    page.wait(5.0)
    idle = dict.fromkeys(ACTIONS) | {"retry": "nothing-to-retry"}
    assert {action: page.browser.off(action) for action in ACTIONS} == idle
    assert page.browser.shown()["gate"] is None


@both
def test_the_status_says_what_lasts_and_falls_silent_afterwards(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.server.answer_time = 5.0
    page.element.user_sends()
    page.wait(0.4)
    assert page.browser.shown()["text"] == ""
    page.wait(0.2)
    assert page.browser.shown()["text"] == TEXTS["responding"]
    page.wait(5.0)
    assert page.browser.shown()["text"] == ""


@both
@in_loop
async def test_a_click_sends_its_text(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    assert page.browser.click("send", text="Summarise this page")
    await page.live(0.1)
    assert page.asked("sendUserMessage") == [{"text": "Summarise this page"}]
    assert not page.browser.click("send", text="too soon"), "off"
    await page.live(5.0)
    assert page.phase == "idle"


@both
@in_loop
async def test_a_click_opens_a_thread_or_a_new_chat(owner: bool) -> None:
    page = Page("/", owner=owner)
    page.browser.click("open-thread", thread="b")
    await page.live()
    assert page.element.thread_id == "b"
    assert page.browser.shown()["thread"] == "b"
    page.browser.click("new-thread")
    await page.live()
    assert page.element.thread_id is None
    assert page.browser.shown()["thread"] is None


@both
@in_loop
async def test_every_action_calls_its_command(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    for action, command in ACTIONS.items():
        if command not in COMMANDS:
            continue
        page.browser.called.clear()
        page.browser.click(action, thread="b", text="Hello", payload='{"type": "x"}')
        await page.live(5.0)
        assert page.browser.called[0][0] == COMMANDS[command], action


@both
@in_loop
async def test_a_draft_is_followed_by_the_focus(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.browser.click("draft", text="I need help with ")
    await page.live()
    assert page.browser.called[-2:] == [
        ("setComposerValue", [{"text": "I need help with "}]),
        ("focusComposer", []),
    ]


NO_ACTIONS = [None, "", "{", "[]", '{"payload": {}}', '{"type": 7}']


@both
@pytest.mark.parametrize(
    ("action", "member", "given", "command"),
    [
        *[("send", "text", text, "sendUserMessage") for text in (None, "")],
        *[("custom-action", "payload", payload, "sendCustomAction") for payload in NO_ACTIONS],
    ],
)
@in_loop
async def test_a_control_without_what_its_action_needs_is_reported(
    owner: bool, action: str, member: str, given: str | None, command: str
) -> None:
    page = Page("/?threadId=a", owner=owner)
    attribute: dict[str, Any] = {member: given}
    page.browser.click(action, **attribute)
    await page.live()
    assert page.asked(command) == []
    assert len(page.browser.reports) == 1
    assert f"needs data-chatkit-{member}" in page.browser.reports[0]
    assert page.browser.exceptions == []


@both
@in_loop
async def test_a_click_that_the_element_refuses_is_said_and_reported(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.plan("showHistory", throws="Command onShowHistory not supported")
    page.browser.click("show-history")
    await page.live()
    assert page.snapshot.notice == "refused"
    assert page.browser.shown()["text"] == TEXTS["refused"]
    assert 'data-chatkit-action="show-history"' in page.browser.reports[0]


@both
@in_loop
async def test_clicks_made_while_the_chat_starts_run_when_it_has_started(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, starts=False)
    page.browser.click("open-thread", thread="c", control=1)
    page.browser.click("send", text="Hello", control=2)
    page.wait(0.05)
    page.chatkit.start()
    await page.live(0.01)
    page.browser.click("send", text="Hello", control=2)
    page.browser.click("open-thread", thread="b", control=3)
    await page.live(10.0)
    assert page.asked("sendUserMessage") == [{"text": "Hello"}]
    assert page.asked()[-1] == "b"
    assert "c" not in page.asked()
    assert page.element.thread_id == "b"
    assert page.phase == "idle"
    assert page.browser.exceptions == []


@in_loop
async def test_the_focus_is_not_taken_from_where_the_person_is_by_now() -> None:
    page = Page("/", owner=False, starts=False)
    page.browser.click("focus-composer")
    page.browser.focus = "search"
    page.chatkit.start()
    await page.live(2.0)
    assert page.asked("focusComposer") == []
    assert page.browser.called == []


# Commands.


@both
@in_loop
async def test_whatever_the_element_does_a_command_ends_in_time(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.plan("setThreadId", rejects={"name": "object", "message": "[object Object]"})
    page.element.plan("setThreadId", throws="not available")
    page.element.plan("setThreadId", hangs=True)
    for expected in (CommandRejected, CommandRejected, CommandTimeout):
        task = asyncio.create_task(page.chatkit.set_thread_id("b"))
        await page.live(31.0)
        assert type(task.exception()) is expected
    assert page.snapshot.commands == 0
    assert page.phase == "idle"
    assert page.remembered == ("a", "a")


@both
@in_loop
async def test_a_busy_chat_refuses_or_waits_as_asked(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.server.answer_time = 5.0
    page.element.user_sends()
    page.wait(0.1)
    with pytest.raises(ChatKitBusy) as caught:
        await page.chatkit.send_user_message("now")
    assert caught.value.reason == "responding"
    task = asyncio.create_task(page.chatkit.send_user_message("later", when_busy="wait"))
    await page.live(1.0)
    assert page.asked("sendUserMessage") == []
    await page.live(5.0)
    assert task.done()
    assert page.asked("sendUserMessage") == [{"text": "later"}]


@both
@in_loop
async def test_a_tool_that_failed_locks_the_thread_until_it_is_left(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_sends()
    page.wait(0.1)
    page.element.tool_fails()
    page.wait()
    assert not page.snapshot.busy, "no event tells of the lock (fact 9)"
    task = asyncio.create_task(page.chatkit.send_user_message("x"))
    await page.live()
    assert isinstance(task.exception(), CommandRejected)
    assert page.snapshot.locked
    assert page.browser.off("send") == "locked"
    assert page.browser.off("open-thread") is None
    assert page.browser.shown()["text"] == TEXTS["locked"]
    await page.live(1.0)
    page.element.user_opens("b")
    await page.live()
    assert not page.snapshot.busy


@in_loop
async def test_parameters_cross_as_the_types_have_them() -> None:
    page = Page("/?threadId=a", owner=False)
    page.browser.called.clear()
    content: Any = [{"type": "input_text", "text": "x"}]
    sends = page.chatkit.send_user_message(
        "Hello", content=content, tool_choice="search", model="big", reply="r", new_thread=True
    )
    task = asyncio.create_task(sends)
    await page.live(5.0)
    await task
    value = page.chatkit.set_composer_value(
        text="x", selected_tool_id="t", selected_model_id="m", attachments=[]
    )
    for one in (
        value,
        page.chatkit.set_composer_value(clear_tool=True),
        page.chatkit.send_custom_action({"type": "x", "payload": {"my_key": None}}, "item_1"),
    ):
        task = asyncio.create_task(one)
        await page.live(5.0)
        await task
    assert page.browser.called == [
        (
            "sendUserMessage",
            [
                {
                    "text": "Hello",
                    "content": content,
                    "toolChoice": {"id": "search"},
                    "model": "big",
                    "reply": "r",
                    "newThread": True,
                }
            ],
        ),
        (
            "setComposerValue",
            [{"text": "x", "attachments": [], "selectedToolId": "t", "selectedModelId": "m"}],
        ),
        ("setComposerValue", [{"selectedToolId": None}]),
        ("sendCustomAction", [{"type": "x", "payload": {"my_key": None}}, "item_1"]),
    ]


# Elements that are never usable, and silence.


def failed(page: Page) -> str | None:
    page.wait(READY_TIMEOUT + 30.0)
    assert page.phase == "failed"
    assert len(page.browser.reports) == 1
    assert {page.browser.off(action) for action in ACTIONS} == {page.snapshot.failure}
    return page.snapshot.failure


@pytest.mark.parametrize("scripted", [True, False])
@in_loop
async def test_a_chat_that_is_opened_later_waits_and_fails_nothing(scripted: bool) -> None:
    """After consent, or with a drawer; its script may be there already."""
    browser = FakeBrowser("/?threadId=a")
    element = FakeElement(Server("a", "b"), defined=scripted)
    element.scripted = scripted
    browser.mount(element, configured=False)
    chatkit = ChatKit(browser=browser).start()
    await passing(browser.clock, 0.3)
    assert chatkit.snapshot.phase == "starting", "most pages are about to configure it"
    await passing(browser.clock, READY_TIMEOUT + 1.0)
    assert chatkit.snapshot.phase == "waiting"
    assert chatkit.snapshot.failure is None
    assert browser.shown()["gate"] is None
    assert browser.off("send") == "waiting"
    drawn = [state for states in browser.drawings.values() for state in states]
    assert {state["text"] for state in drawn} == {""}, "the live region is silent"
    assert len(browser.reports) == 1
    assert "not there yet" in browser.reports[0]
    await passing(browser.clock, 300.0)
    assert len(browser.reports) == 1
    assert browser.click("open-thread", thread="b"), "kept until the chat is there"
    element.defined = True
    element.set_options({})
    assert chatkit.snapshot.phase == "starting"
    assert browser.shown()["gate"] == "starting"
    await passing(browser.clock, 3.0)
    assert (chatkit.snapshot.phase, chatkit.snapshot.thread_id) == ("idle", "b")


def test_a_chat_that_is_opened_later_has_its_whole_time_to_become_ready() -> None:
    browser = FakeBrowser()
    element = browser.mount(FakeElement(never_loads=True), configured=False)
    chatkit = ChatKit(browser=browser).start()
    browser.clock.advance(READY_TIMEOUT - 1.0)
    element.set_options({})
    browser.clock.advance(READY_TIMEOUT - 1.0)
    assert chatkit.snapshot.phase == "starting"
    browser.clock.advance(2.0)
    assert chatkit.snapshot.failure == "never-ready"


@both
def test_the_script_that_defines_the_element_does_not_come(owner: bool) -> None:
    page = Page("/", owner=owner, element=FakeElement(defined=False))
    assert failed(page) == "script"


@both
def test_the_page_is_no_secure_context(owner: bool) -> None:
    page = Page("/", owner=owner, element=FakeElement(never_loads=True))
    page.browser.secure = False
    assert failed(page) == "origin"


@both
def test_the_frame_of_the_element_never_loads(owner: bool) -> None:
    page = Page("/", owner=owner, element=FakeElement(never_loads=True))
    assert failed(page) == "never-ready"


@both
def test_a_frame_that_shows_something_else_fails_a_restore_with_no_answer(owner: bool) -> None:
    # Fact 2: ready is the iframe's load and nothing more; every command hangs.
    page = Page("/?threadId=a", owner=owner, starts=False)
    page.element.broken_frame = True
    page.chatkit.start()
    assert failed(page) == "no-answer"
    assert page.named == "a"


def test_an_element_that_refuses_its_options_has_failed_at_once() -> None:
    page = Page("/", owner=True, starts=False)
    page.element.refuses_options = True
    page.chatkit.start()
    page.wait(0.1)
    assert page.snapshot.failure == "options"
    assert "refused its options" in page.browser.reports[0]


@both
def test_an_element_that_is_ready_after_all_is_used(owner: bool) -> None:
    late = FakeElement(Server("a"), frame_time=READY_TIMEOUT + 10.0)
    page = Page("/?threadId=a", owner=owner, element=late)
    page.wait(READY_TIMEOUT)
    assert page.phase == "failed"
    page.wait(20.0)
    assert page.phase == "idle"
    assert page.element.thread_id == "a"
    assert page.remembered == ("a", "a")


def test_a_page_without_the_element_is_told_and_served_when_it_comes() -> None:
    browser = FakeBrowser()
    chatkit = ChatKit(browser=browser).start()
    browser.clock.advance(MISSING_AFTER)
    assert len(browser.reports) == 1
    assert "No element matches" in browser.reports[0]
    browser.mount(FakeElement())
    browser.clock.advance(2.0)
    assert chatkit.snapshot.phase == "idle"


@pytest.mark.parametrize(
    ("owner", "limit", "words"),
    [(True, STALL_OWNER, "stalled"), (False, STALL_COMPANION, "stalled-companion")],
)
def test_an_answer_without_a_sign_of_life_stalls_and_can_be_left(
    owner: bool, limit: float, words: str
) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.server.answer_time = None
    page.element.user_sends()
    page.wait(limit - 1.0)
    assert page.phase == "responding"
    page.wait(2.0)
    assert page.phase == "stalled"
    assert page.browser.shown()["text"] == TEXTS[words]
    assert page.browser.off("send") == "stalled"
    assert page.browser.off("new-thread") is None


def test_bytes_of_an_answer_keep_an_owner_patient_and_end_a_stall() -> None:
    page = Page("/?threadId=a", owner=True)
    page.server.answer_time = None
    page.element.user_sends()
    for _ in range(10):
        page.wait(50.0)
        page.element.alive("a")
    assert page.phase == "responding"
    page.wait(STALL_OWNER + 1.0)
    assert page.phase == "stalled"
    page.element.alive("a")
    assert page.phase == "responding"


def test_an_element_that_loses_its_frame_during_a_load_stalls() -> None:
    # The end of the load never comes (a domain that could not be verified).
    page = Page("/", owner=True)
    page.server.latency = 10000.0
    page.element.user_opens("b")
    page.wait(STALL_OWNER + 1.0)
    assert page.phase == "stalled"


# The way out of a stall.


@both
@in_loop
async def test_new_chat_leads_out_of_a_load_whose_end_never_comes(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.server.latency = 10000.0
    page.element.user_opens("b")
    page.wait(STALL_OWNER + 1.0)
    assert page.phase == "stalled"
    page.browser.click("new-thread")
    await page.live(1.0)
    assert (page.phase, page.snapshot.busy, page.snapshot.thread_id) == ("idle", False, None)


@both
@in_loop
async def test_new_chat_leads_out_of_a_first_message_that_nobody_answers(owner: bool) -> None:
    page = Page("/", owner=owner, stall_after=5.0)
    page.element.emit("response.start")
    page.wait(6.0)
    assert page.phase == "stalled"
    page.browser.click("new-thread")
    await page.live(1.0)
    assert (page.phase, page.snapshot.busy) == ("idle", False)


@both
def test_a_new_thread_that_comes_after_a_stall_is_still_being_answered(owner: bool) -> None:
    page = Page("/", owner=owner, stall_after=5.0)
    page.element.emit("response.start")
    page.element.emit("composer.submit", {"threadId": "client_thread_1"})
    page.wait(6.0)
    assert page.phase == "stalled"
    page.element.emit("thread.change", {"threadId": "new_1"})
    assert (page.phase, page.snapshot.thread_id) == ("responding", "new_1")


# What an owner sees of the requests.


@pytest.mark.parametrize(
    ("status", "notice"),
    [(400, "refused"), (403, "refused"), (409, "refused"), (404, "thread-gone")],
)
def test_an_owner_says_that_a_message_was_not_taken(status: int, notice: str) -> None:
    page = Page("/?threadId=a", owner=True)
    page.element.request("threads.add_user_message", "a", status)
    assert page.snapshot.notice == notice
    page.element.emit("response.start")
    assert page.snapshot.notice is None


def test_an_answer_whose_connection_breaks_is_said_to_be_cut_off() -> None:
    page = Page("/?threadId=a", owner=True)
    page.element.user_sends()
    page.wait(0.5)
    page.element.cut("a")
    page.element.server_closes()
    page.wait()
    assert page.phase == "idle"
    assert page.browser.shown()["text"] == TEXTS["cut-off"]
    page.element.user_sends()
    page.wait(5.0)
    assert page.snapshot.notice is None


@both
@pytest.mark.parametrize("name", ["StreamError", "StreamEventParsingError"])
def test_an_answer_that_ends_in_an_error_is_said_to_have_failed(owner: bool, name: str) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.emit("response.start")
    page.element.error(name, "The model is away")
    page.element.emit("response.end")
    page.wait(0.1)
    assert page.browser.shown()["text"] == TEXTS["answer-failed"]
    page.element.emit("response.start")
    assert page.snapshot.notice is None


def test_what_an_owner_has_seen_of_a_failed_answer_says_more() -> None:
    page = Page("/?threadId=a", owner=True)
    page.element.emit("response.start")
    page.element.request("threads.add_user_message", "a", 503)
    page.element.error("StreamError", "Failed to fetch")
    page.element.emit("response.end")
    assert page.snapshot.notice == "unavailable"


def test_an_error_without_an_answer_is_the_chats_own_matter() -> None:
    page = Page("/?threadId=a", owner=False)
    for name in ("StreamError", "HistoryViewError", "WidgetItemError", "FileAttachmentError"):
        page.element.error(name, "odd")
    assert page.snapshot.notice is None


@pytest.mark.parametrize(
    ("status", "notice"),
    [
        (401, "signed-out"),
        (500, "unavailable"),
        (0, "unavailable"),
        (429, "too-many"),
        (400, None),
        (404, None),
        (409, None),
    ],
)
def test_an_owner_says_what_its_requests_meet_until_one_succeeds(
    status: int, notice: str | None
) -> None:
    page = Page("/", owner=True)
    heard: list[Any] = []
    page.chatkit.on("http.error", lambda *arguments: heard.append(arguments))
    page.element.request("threads.list", None, status)
    assert page.snapshot.notice == notice
    assert heard == [("threads.list", None, status)]
    page.element.request("threads.list", None, 200)
    assert page.snapshot.notice is None
    assert len(heard) == 1


@in_loop
async def test_a_client_tool_in_python_is_asked_and_answers() -> None:
    async def tool(call: dict[str, Any]) -> dict[str, Any]:
        return {"seen": call["name"]}

    browser = FakeBrowser()
    element = browser.mount(FakeElement(), configured=False)
    ChatKit(browser=browser, options=OPTIONS | {"on_client_tool": tool}).start()
    browser.clock.advance(2.0)
    assert element.options is not None
    answer = element.callback(element.options["onClientTool"]["$tool"], {"name": "look"})
    await Page("/", owner=True).live(0.1)
    assert answer.resolved == [{"seen": "look"}]


def test_options_that_cannot_cross_are_an_error_with_their_place() -> None:
    with pytest.raises(ChatKitSettingsError, match=r"^options\.api\.url is an object"):
        ChatKit(browser=FakeBrowser(), options={"api": {"url": object()}})  # type: ignore[arg-type]


# Listeners.


@both
def test_listeners_get_the_arguments_of_their_event(owner: bool) -> None:
    page = Page("/", owner=owner)
    heard: list[Any] = []
    for name in ("thread.change", "response.end", "effect", "error", "tool.change"):
        page.chatkit.on(name, lambda *arguments, name=name: heard.append((name, arguments)))
    page.element.user_opens(None)
    page.element.user_opens("b")
    page.element.emit("response.end")
    page.element.emit("effect", {"name": "flash"})
    page.element.emit("tool.change", {"toolId": None})
    page.element.error("StreamError", "lost")
    assert heard == [
        ("thread.change", ("b",)),
        ("response.end", ()),
        ("effect", ("flash", None)),
        ("tool.change", (None,)),
        ("error", ("StreamError", "lost")),
    ]


@both
def test_subscribers_are_told_each_change_once(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    heard: list[Snapshot] = []
    undo = page.chatkit.subscribe(heard.append)
    page.element.user_sends()
    page.wait(5.0)
    page.element.emit("log", {"name": "x"})
    assert [one.phase for one in heard] == ["responding", "idle"]
    undo()
    page.element.user_sends()
    page.wait()
    assert len(heard) == 2


@both
def test_a_listener_sees_the_snapshot_that_its_event_has_made(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    seen: list[str] = []
    page.chatkit.on("response.start", lambda: seen.append(page.phase))
    page.element.user_sends()
    assert seen == ["responding"]


@both
def test_a_listener_that_raises_changes_nothing_for_the_chat(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)

    def broken(*arguments: object) -> None:
        raise RuntimeError("mine")

    page.chatkit.on("thread.change", broken)
    page.chatkit.subscribe(broken)
    page.element.user_opens("b")
    page.wait()
    assert page.remembered == ("b", "b")
    assert {str(error) for error, _ in page.browser.exceptions} == {"mine"}


def test_on_is_a_decorator_too() -> None:
    page = Page("/", owner=False)
    heard: list[str | None] = []

    @page.chatkit.on("thread.change")
    def changed(thread_id: str | None) -> None:
        heard.append(thread_id)

    page.element.user_opens("b")
    assert heard == ["b"]
    changed("called by hand")
    assert heard[-1] == "called by hand"


# The end.


@both
@in_loop
async def test_after_stop_nothing_is_held_and_nothing_happens(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.plan("setThreadId", hangs=True)
    running = asyncio.create_task(page.chatkit.set_thread_id("b"))
    await page.live(0.1)
    waiting = asyncio.create_task(page.chatkit.focus_composer(when_busy="wait"))
    late = asyncio.create_task(page.chatkit.fetch_updates(when_busy="wait"))
    await page.live(0.1)
    page.chatkit.stop()
    page.chatkit.stop()
    await page.live(0.1)
    assert waiting.exception() is None, "it did not have to wait"
    for task in (running, late):
        error = task.exception()
        assert isinstance(error, ChatKitUnavailable)
        assert error.reason == "stopped"
    assert set(page.browser.counts().values()) == {0}
    assert page.browser.claims == set()
    drawn = {number: len(drawings) for number, drawings in page.browser.drawings.items()}
    page.element.user_opens("c")
    page.browser.history.click_fragment("x")
    await page.live(700.0)
    assert page.remembered == ("a", "a")
    assert drawn == {number: len(all_of) for number, all_of in page.browser.drawings.items()}
    with pytest.raises(ChatKitUnavailable):
        await page.chatkit.focus_composer()


@both
@pytest.mark.parametrize("moment", [0.0, 0.05, 0.1, 0.15, 0.25])
def test_stop_at_any_moment_of_the_start_holds_nothing(owner: bool, moment: float) -> None:
    page = Page("/?threadId=a", owner=owner, starts=False)
    page.chatkit.start()
    page.wait(moment)
    page.chatkit.stop()
    assert set(page.browser.counts().values()) == {0}
    page.wait(700.0)
    assert set(page.browser.counts().values()) == {0}
    assert page.browser.exceptions == []


def test_a_stopped_one_cannot_be_started_again() -> None:
    page = Page("/?threadId=a", owner=False)
    page.chatkit.stop()
    page.chatkit.start()
    page.wait()
    assert set(page.browser.counts().values()) == {0}


@both
def test_what_is_asked_of_a_stopped_one_is_refused_and_changes_nothing(owner: bool) -> None:
    server = Server("a")
    server.failing["a"] = 500
    page = Page("/?threadId=a", owner=owner, stored="a", server=server, scope="ann")
    page.wait(30.0)
    assert page.snapshot.lost == "a"
    page.chatkit.stop()
    page.wait()
    before = (page.urls, dict(page.storage.items), list(page.browser.called), page.current)
    with pytest.raises(ChatKitUnavailable, match=r"set_scope\(\) .* stop\(\) was called"):
        page.chatkit.set_scope("bob")
    with pytest.raises(ChatKitUnavailable, match=r"retry\(\) .* stop\(\) was called"):
        page.chatkit.retry()
    with pytest.raises(ChatKitUnavailable, match=r"update\(\) .* stop\(\) was called"):
        page.chatkit.update({"theme": "dark"})
    page.wait(700.0)
    after = (page.urls, dict(page.storage.items), list(page.browser.called), page.current)
    assert before == after
    assert page.browser.visits == []
    assert set(page.browser.counts().values()) == {0}


@both
def test_another_one_can_take_over_after_stop(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.chatkit.stop()
    other = ChatKit(browser=page.browser).start()
    page.wait(2.0)
    page.element.user_opens("b")
    page.wait()
    assert other.snapshot.thread_id == "b"
    assert page.remembered == ("b", "b")


# Several elements, and settings.


def test_a_selector_that_is_none_is_reported_once() -> None:
    browser = FakeBrowser()
    ChatKit("[", browser=browser).start()
    browser.clock.advance(60.0)
    assert sum("is no selector" in report for report in browser.reports) == 1


def test_an_element_can_be_handed_over_itself() -> None:
    browser = FakeBrowser()
    browser.mount(FakeElement())
    mine = browser.mount(FakeElement(selectors=("#mine",)))
    chatkit = ChatKit(mine, browser=browser).start()
    browser.clock.advance(2.0)
    mine.emit("response.start")
    assert chatkit.snapshot.responding


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"paramter": "x"}, "'paramter' is no setting; did you mean 'parameter'?"),
        (
            {"colour": "x"},
            "'colour' is no setting; known: announce_after, command_timeout, element",
        ),
        ({"parameter": 7}, "parameter must be a text"),
        ({"key": ["x"]}, "key must be a text"),
        ({"ready_timeout": "soon"}, "ready_timeout must be a number of seconds"),
        ({"ready_timeout": -1}, "ready_timeout must be a number of seconds"),
        ({"settle_delay": True}, "settle_delay must be a number of seconds"),
        ({"command_timeout": "soon"}, "command_timeout must be a number of seconds"),
        ({"stall_after": -5}, "stall_after must be a number of seconds"),
        ({"stall_after": float("inf")}, "stall_after must be a number of seconds"),
        ({"stall_after": float("nan")}, "stall_after must be a number of seconds"),
        ({"texts": "x"}, "texts must be a table"),
        ({"texts": {"idel": "x"}}, "idel"),
    ],
)
def test_settings_that_make_no_sense_are_an_error_with_their_name(
    settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(ChatKitSettingsError, match=words):
        ChatKit(browser=FakeBrowser(), **settings)


def test_every_limit_is_a_setting() -> None:
    assert {name for name, value in DEFAULTS.items() if isinstance(value, float)} >= {
        "ready_timeout",
        "restore_timeout",
        "settle_delay",
        "write_interval",
        "announce_after",
        "tool_timeout",
    }
    page = Page("/?threadId=a", owner=True, stall_after=2.0)
    page.server.answer_time = None
    page.element.user_sends()
    page.wait(2.5)
    assert page.phase == "stalled"
