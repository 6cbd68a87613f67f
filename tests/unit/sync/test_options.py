"""Options: plain data out, callbacks back in, and whatever a callback does settles."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from sync.errors import ChatKitSettingsError
from sync.options import CLIENT_TOOL, FETCH, Callbacks, merged
from sync.schema import camel
from sync.tasks import Tasks
from tests.fakes import FakeBrowser, in_loop, settle_loop
from tests.fakes.browser import Answer


def callbacks(tool_timeout: float = 60.0) -> tuple[Callbacks, FakeBrowser]:
    browser = FakeBrowser()
    return Callbacks(browser, Tasks(browser), tool_timeout=tool_timeout), browser


class JsProxy:
    """Both interpreters give this name to what is JavaScript's (measured)."""

    def __call__(self) -> None: ...


TOOL = {"onClientTool": {"$tool": CLIENT_TOOL}}
"""What stands in all options: a tool that nobody answers locks the thread."""


def prepared(options: dict[str, Any]) -> dict[str, Any]:
    return callbacks()[0].prepare(options)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("initial_thread", "initialThread"),
        ("initialThread", "initialThread"),
        ("on_client_tool", "onClientTool"),
        ("api", "api"),
        ("x_2", "x_2"),
        ("_private", "_private"),
        ("trailing_", "trailing_"),
        ("a__b", "a__b"),
        ("get_client_secret", "getClientSecret"),
        ("text/x_y", "text/x_y"),
    ],
)
def test_snake_case_becomes_camel_case_and_anything_else_stays(name: str, told: str) -> None:
    assert camel(name) == told


def test_keys_become_camel_case_at_every_depth_and_in_lists() -> None:
    prompts = [{"label": "Hi", "prompt": "Hello"}]
    tools = [{"id": "t", "label": "T", "icon": "x", "short_label": "t"}]
    assert prepared(
        {
            "start_screen": {"prompts": prompts},
            "theme": {"color_scheme": "dark"},
            "composer": {"tools": tools},
        }
    ) == TOOL | {
        "startScreen": {"prompts": prompts},
        "theme": {"colorScheme": "dark"},
        "composer": {"tools": [{"id": "t", "label": "T", "icon": "x", "shortLabel": "t"}]},
    }


def test_the_pages_own_words_stay_as_they_are() -> None:
    accept = {"text/x_y": [".x_y"]}
    content = [{"type": "input_tag", "text": "A", "data": {"my_key": {"other_key": 1}}}]
    options = {
        "composer": {"attachments": {"enabled": True, "accept": accept, "max_size": {"a_b": 1}}},
        "start_screen": {"prompts": [{"label": "A", "prompt": content}]},
    }
    out = prepared(options)
    assert out["composer"]["attachments"]["accept"] == accept
    assert out["composer"]["attachments"]["maxSize"] == {"a_b": 1}
    assert out["startScreen"]["prompts"][0]["prompt"] == content


def test_none_is_null_where_the_types_have_null_and_left_out_elsewhere() -> None:
    options = {"header": None, "initial_thread": None, "api": {"url": "/c", "domain_key": None}}
    assert prepared(options) == TOOL | {"api": {"url": "/c"}, "initialThread": None}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"theme": object()}, "options.theme is an object, and has to be one of light, dark or a"),
        ({"api": {"url": b"/c"}}, "options.api.url is a bytes, and has to be text"),
        ({"composer": {"tools": [{"id": {1}}]}}, "options.composer.tools[0].id is a set"),
        ({"header": {"enabled": 1}}, "options.header.enabled is an int, and has to be true or fal"),
        ({"on_client_tool": "x"}, "options.onClientTool is a str, and has to be a function"),
        ({"locale": len}, "options.locale is a builtin_function_or_method, and has to be text"),
        ({"composer": {"tools": {}}}, "options.composer.tools is a dict, and has to be a list"),
        ({"history": True}, "options.history is True, and has to be a dict"),
        ({"composer": {"attachments": {"maxCount": float("nan")}}}, "maxCount is nan, which is no"),
        ({"composer": {"attachments": {"accept": {1: []}}}}, "accept has the key 1"),
        ({"frame_title": "a", "frameTitle": "b"}, "options.frameTitle is there twice"),
        ({"api": {"url": "/c", "get_client_secret": len}}, "options.api has url and getClientSec"),
        ({"x_new": {"deep": [object()]}}, "options.xNew.deep[0] is an object, which cannot cross"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(options: dict[str, Any], said: str) -> None:
    held, _ = callbacks()
    held.prepare({"entities": {"on_click": print}})
    with pytest.raises(ChatKitSettingsError) as caught:
        held.prepare(options)
    assert said in str(caught.value)
    assert "options.entities.onClick" in held._functions, "nothing has changed"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"frame_titel": "x"}, "options.frame_titel is unknown; perhaps frame_title is meant"),
        ({"frameTitel": "x"}, "options.frameTitel is unknown; perhaps frameTitle is meant"),
        ({"header": {"zzzzzz": 1}}, "options.header.zzzzzz is unknown; known: enabled, title, le"),
        ({"theme": {"radius": "round-ish"}}, "options.theme.radius is 'round-ish'; known: pill,"),
        ({"theme": {"color": {"accent": {"primary": "red"}}}}, "accent has no level, which the t"),
        ({"header": {"left_action": {"icon": "x"}}}, "leftAction has no onClick"),
    ],
)
def test_what_is_unknown_goes_to_the_element_and_is_told_once(
    options: dict[str, Any], said: str
) -> None:
    held, browser = callbacks()
    first = held.prepare({"api": {"url": "/c"}} | options)
    assert held.prepare({"api": {"url": "/c"}} | options) == first
    [heard] = browser.reports
    assert said in heard
    [name] = options
    assert camel(name) in first


def test_functions_of_a_newer_element_are_functions_too() -> None:
    options = prepared({"api": {"url": "/c"}, "voice": {"onSpeak": [print], "snake_case": 1}})
    place = "options.voice.onSpeak[0]"
    assert options["voice"] == {"onSpeak": [{"$call": place}], "snake_case": 1}


def test_options_merge_dict_by_dict_and_none_takes_away() -> None:
    options = {
        "api": {"url": "/c"},
        "start_screen": {"greeting": "a", "prompts": [1]},
        "theme": "x",
    }
    changes = {"startScreen": {"prompts": [2], "greeting": None}, "theme": {"radius": "pill"}}
    assert merged(options, changes) == {
        "api": {"url": "/c"},
        "start_screen": {"prompts": [2]},
        "theme": {"radius": "pill"},
    }
    assert options["start_screen"] == {"greeting": "a", "prompts": [1]}, "is the page's own"
    kinds = {"attachments": {"accept": {"text/x_y": [".x"]}}}
    more = {"attachments": {"accept": {"image/a_b": [".b"]}}}
    assert merged(kinds, more) == {
        "attachments": {"accept": {"text/x_y": [".x"], "image/a_b": [".b"]}}
    }


@pytest.mark.parametrize("nonsense", [None, [], "x", 7])
def test_options_are_a_dict(nonsense: Any) -> None:
    with pytest.raises(ChatKitSettingsError, match="options must be a dict"):
        prepared(nonsense)


async def called(
    function: Callable[..., Any], *parameters: Any, tool_timeout: float = 60.0, place: str = "tool"
) -> tuple[Answer, FakeBrowser]:
    """Calls a callback as the element would and waits until it has settled."""
    held, browser = callbacks(tool_timeout)
    places: dict[str, dict[str, Any]] = {
        "tool": {"on_client_tool": function},
        "search": {"entities": {"on_tag_search": function}},
    }
    options: Any = held.prepare(places[place])
    told: Any = options["entities"]["onTagSearch"] if place == "search" else options["onClientTool"]
    answer = Answer()
    held.called(told.get("$call", told.get("$tool")), list(parameters), answer)
    await asyncio.wait_for(answer.settled.wait(), 10.0)
    return answer, browser


@pytest.mark.parametrize("result", [None, {"ok": True}, [1, "two", None], "text", 7, False])
@pytest.mark.parametrize("is_async", [False, True])
@in_loop
async def test_a_result_crosses_back_as_plain_data(result: Any, is_async: bool) -> None:
    async def later(call: dict[str, Any]) -> Any:
        await asyncio.sleep(0)
        return result

    answer, browser = await called(later if is_async else lambda call: result, {"name": "x"})
    assert answer.resolved == [result]
    assert answer.rejected == []
    assert browser.exceptions == []


@in_loop
async def test_arguments_arrive_as_python_values() -> None:
    seen: list[Any] = []
    await called(seen.append, {"name": "look_up", "params": {"q": None}})
    assert seen == [{"name": "look_up", "params": {"q": None}}]


@pytest.mark.parametrize("is_async", [False, True])
@in_loop
async def test_an_exception_becomes_a_rejection_with_its_message(is_async: bool) -> None:
    def broken(text: str) -> None:
        raise ValueError(f"no {text}")

    async def broken_later(text: str) -> None:
        raise ValueError(f"no {text}")

    answer, browser = await called(broken_later if is_async else broken, "cat", place="search")
    assert answer.rejected == ["no cat"]
    assert answer.resolved == []
    assert [where for _, where in browser.exceptions] == ["in options.entities.onTagSearch"]


@in_loop
async def test_an_exception_without_words_is_told_by_its_name() -> None:
    def broken(text: str) -> None:
        raise KeyError

    answer, _ = await called(broken, "cat", place="search")
    assert answer.rejected == ["KeyError"]


@in_loop
async def test_a_client_tool_that_raises_settles_because_a_rejection_would_lock_the_thread() -> (
    None
):
    def broken(call: dict[str, Any]) -> None:
        raise ValueError("no such tool")

    answer, browser = await called(broken, {"name": "x"})
    assert answer.rejected == ["no such tool"], "bridge.js makes an answer of it"
    assert len(browser.exceptions) == 1


@in_loop
async def test_a_client_tool_that_hangs_settles_in_time() -> None:
    async def hang(call: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    answer, _ = await called(hang, {"name": "x"}, tool_timeout=0.01)
    assert answer.rejected == ["no answer within 0.01 s"]
    assert answer.expected == 0.01


@in_loop
async def test_an_answer_that_was_cancelled_settles_too() -> None:
    """A debounced search cancels the one before it."""

    async def search(text: str) -> list[str]:
        lookup = asyncio.create_task(asyncio.sleep(60.0))
        asyncio.get_running_loop().call_soon(lookup.cancel)
        await lookup
        return []

    for place in ("search", "tool"):
        answer, browser = await called(
            search, "cat" if place == "search" else {"name": "x", "params": {}}, place=place
        )
        assert answer.rejected == ["CancelledError"]
        assert len(browser.exceptions) == 1


@in_loop
async def test_a_time_limit_of_the_functions_own_keeps_its_words() -> None:
    async def late(call: dict[str, Any]) -> None:
        raise TimeoutError("the index is slow")

    async def later(call: dict[str, Any]) -> None:
        await asyncio.wait_for(asyncio.Event().wait(), 0.001)

    answer, _ = await called(late, {"name": "x", "params": {}})
    assert answer.rejected == ["the index is slow"]
    answer, _ = await called(later, {"name": "x", "params": {}})
    assert answer.rejected == ["TimeoutError"]


@in_loop
async def test_a_task_or_a_future_is_awaited_as_well() -> None:
    async def find(text: str) -> list[str]:
        return [text]

    answer, _ = await called(lambda text: asyncio.create_task(find(text)), "cat", place="search")
    assert answer.resolved == [["cat"]]

    def soon(text: str) -> asyncio.Future[list[str]]:
        future: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
        future.set_result([text])
        return future

    answer, _ = await called(soon, "cat", place="search")
    assert answer.resolved == [["cat"]]


@in_loop
async def test_other_callbacks_may_take_as_long_as_they_like() -> None:
    go_on = asyncio.Event()

    async def slow(text: str) -> list[str]:
        await go_on.wait()
        return [text]

    held, _ = callbacks(tool_timeout=0.0)
    held.prepare({"entities": {"on_tag_search": slow}})
    answer = Answer()
    held.called("options.entities.onTagSearch", ["cat"], answer)
    await settle_loop()
    assert answer.resolved == []
    go_on.set()
    await settle_loop()
    assert answer.resolved == [["cat"]]


@in_loop
async def test_a_result_that_cannot_cross_settles_too() -> None:
    answer, _ = await called(lambda call: {1, 2}, {"name": "x"})
    assert "is a set, which cannot cross" in answer.rejected[0]
    answer, _ = await called(lambda text: [{1, 2}], "cat", place="search")
    assert "is a set, which cannot cross" in answer.rejected[0]


def test_each_function_is_known_by_its_place() -> None:
    options = prepared(
        {
            "on_client_tool": lambda call: None,
            "entities": {"on_click": lambda entity: None},
            "header": {"left_action": {"icon": "home", "on_click": lambda: None}},
        }
    )
    assert options["onClientTool"] == {"$tool": "options.onClientTool"}
    assert options["entities"]["onClick"] == {"$call": "options.entities.onClick"}
    place = "options.header.leftAction.onClick"
    assert options["header"]["leftAction"]["onClick"] == {"$call": place}


@in_loop
async def test_the_function_that_stands_at_a_place_now_is_called() -> None:
    held, _ = callbacks()
    held.prepare({"entities": {"on_tag_search": lambda text: ["old"]}})
    held.prepare({"entities": {"on_tag_search": lambda text: ["new"]}})
    answer, gone = Answer(), Answer()
    held.called("options.entities.onTagSearch", ["x"], answer)
    await settle_loop()
    assert answer.resolved == [["new"]]
    held.prepare({})
    held.called("options.entities.onTagSearch", ["x"], gone)
    assert gone.rejected == ["options.entities.onTagSearch has been taken away"]


@in_loop
async def test_tools_have_their_own_functions_limits_and_answers() -> None:
    held, browser = callbacks(tool_timeout=9.0)
    seen: list[Any] = []
    held.tools["look"] = (lambda params: seen.append(params), 2.0)
    held.prepare({})
    answer, other = Answer(), Answer()
    held.called(CLIENT_TOOL, [{"name": "look", "params": {"q": 1}}], answer)
    held.called(CLIENT_TOOL, [{"name": "jump", "params": {}}], other)
    await settle_loop()
    assert (seen, answer.resolved, answer.expected) == ([{"q": 1}], [None], 2.0)
    assert other.rejected == ["this page has no client tool 'jump'; it has look"]
    assert other.expected == 9.0
    [(_, where)] = browser.exceptions
    assert where == "in options.onClientTool"
    # The option takes what has no function of its own.
    held.prepare({"on_client_tool": lambda call: {"by": call["name"]}})
    last = Answer()
    held.called(CLIENT_TOOL, [{"name": "jump", "params": {}}], last)
    await settle_loop()
    assert last.resolved == [{"by": "jump"}]


@in_loop
async def test_a_python_fetch_gets_and_returns_javascripts_own_objects() -> None:
    seen: list[Any] = []
    response = JsProxy()

    async def fetch(url: str, init: object) -> object:
        seen.append((url, init))
        return response

    held, _ = callbacks()
    options: Any = held.prepare({"api": {"url": "/c", "fetch": fetch}})
    assert held.page_fetch is None
    init = object()
    answer = Answer(["/c", init])
    assert options["api"]["fetch"] == {"$fetch": FETCH}
    held.called(FETCH, [], answer)
    await settle_loop()
    assert seen == [("/c", init)]
    assert answer.resolved == [response]


@in_loop
async def test_a_request_that_the_chat_has_ended_is_nothing_that_went_wrong() -> None:
    async def fetch(url: str) -> None:
        raise OSError("aborted")

    held, browser = callbacks()
    held.prepare({"api": {"url": "/c", "fetch": fetch}})
    answer = Answer(["/c"])
    answer.aborted = True
    held.called(FETCH, [], answer)
    await settle_loop()
    assert answer.rejected == ["aborted"]
    assert browser.exceptions == []


@in_loop
async def test_a_python_fetch_that_raises_rejects_as_a_fetch_does() -> None:
    def fetch(url: str) -> None:
        raise OSError("offline")

    held, _ = callbacks()
    held.prepare({"api": {"url": "/c", "fetch": fetch}})
    answer = Answer(["/c"])
    held.called(FETCH, [], answer)
    await settle_loop()
    assert answer.rejected == ["offline"]


def test_a_javascript_fetch_is_handed_over_untouched() -> None:
    fetch = JsProxy()
    held, _ = callbacks()
    assert held.prepare({"api": {"url": "/c", "fetch": fetch}}) == TOOL | {"api": {"url": "/c"}}
    assert held.page_fetch is fetch
