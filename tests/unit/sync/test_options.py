"""Options: plain data out, callbacks back in, and whatever a callback does settles."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from sync.errors import ChatKitSettingsError
from sync.options import Callbacks, camel
from sync.tasks import Tasks
from tests.fakes import FakeBrowser, in_loop, settle_loop
from tests.fakes.browser import Answer


def callbacks(tool_timeout: float = 60.0) -> tuple[Callbacks, FakeBrowser]:
    browser = FakeBrowser()
    return Callbacks(browser, Tasks(browser), tool_timeout=tool_timeout), browser


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
    ],
)
def test_snake_case_becomes_camel_case_and_anything_else_stays(name: str, told: str) -> None:
    assert camel(name) == told


def test_keys_become_camel_case_at_every_depth_and_in_lists() -> None:
    assert prepared(
        {"start_screen": {"prompts": [{"label": "Hi", "icon_name": "x"}]}, "color_scheme": "dark"}
    ) == {"startScreen": {"prompts": [{"label": "Hi", "iconName": "x"}]}, "colorScheme": "dark"}


def test_the_pages_own_words_stay_as_they_are() -> None:
    data = {"my_key": {"other_key": 1}, "accept": {"text/x_y": [".x_y"]}}
    options = {"entities": [{"data": data}]}
    assert prepared(options) == options


def test_none_members_are_left_out_because_null_would_arrive() -> None:
    assert prepared({"header": None, "api": {"url": "/c", "domain_key": None}}) == {
        "api": {"url": "/c"}
    }


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"theme": object()}, "options.theme"),
        ({"api": {"url": b"/c"}}, "options.api.url"),
        ({"composer": {"tools": [{"id": {1}}]}}, "options.composer.tools[0].id"),
    ],
)
def test_what_cannot_cross_is_refused_with_its_place(options: dict[str, Any], place: str) -> None:
    with pytest.raises(ChatKitSettingsError) as caught:
        prepared(options)
    assert str(caught.value).startswith(place + " is a ")


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
    told: Any = options.get("onClientTool") or options["entities"]["onTagSearch"]
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
    assert answer.resolved == [{"error": "no such tool"}]
    assert answer.rejected == []
    assert len(browser.exceptions) == 1


@in_loop
async def test_a_client_tool_that_hangs_settles_in_time() -> None:
    async def hang(call: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    answer, _ = await called(hang, {"name": "x"}, tool_timeout=0.01)
    assert answer.resolved == [{"error": "no answer within 0.01 s"}]


@in_loop
async def test_other_callbacks_may_take_as_long_as_they_like() -> None:
    go_on = asyncio.Event()

    async def slow(text: str) -> list[str]:
        await go_on.wait()
        return [text]

    held, _ = callbacks(tool_timeout=0.0)
    held.prepare({"entities": {"on_tag_search": slow}})
    answer = Answer()
    held.called(0, ["cat"], answer)
    await settle_loop()
    assert answer.resolved == []
    go_on.set()
    await settle_loop()
    assert answer.resolved == [["cat"]]


@in_loop
async def test_a_result_that_cannot_cross_settles_too() -> None:
    answer, _ = await called(lambda call: {1, 2}, {"name": "x"})
    assert "is a set, which cannot cross" in answer.resolved[0]["error"]
    answer, _ = await called(lambda text: {1, 2}, "cat", place="search")
    assert "is a set, which cannot cross" in answer.rejected[0]


def test_each_function_has_its_own_number() -> None:
    options = prepared(
        {
            "on_client_tool": lambda call: None,
            "entities": {"on_click": lambda entity: None},
            "header": {"left_action": {"on_click": lambda: None}},
        }
    )
    numbers = [
        options["onClientTool"]["$tool"],
        options["entities"]["onClick"]["$call"],
        options["header"]["leftAction"]["onClick"]["$call"],
    ]
    assert sorted(numbers) == [0, 1, 2]


@in_loop
async def test_a_python_fetch_gets_and_returns_javascripts_own_objects() -> None:
    seen: list[Any] = []
    response = object()

    async def fetch(url: str, init: object) -> object:
        seen.append((url, init))
        return response

    held, _ = callbacks()
    options: Any = held.prepare({"api": {"url": "/c", "fetch": fetch}})
    assert held.page_fetch is None
    init = object()
    answer = Answer(["/c", init])
    held.called(options["api"]["fetch"]["$fetch"], [], answer)
    await settle_loop()
    assert seen == [("/c", init)]
    assert answer.resolved == [response]


@in_loop
async def test_a_python_fetch_that_raises_rejects_as_a_fetch_does() -> None:
    def fetch(url: str) -> None:
        raise OSError("offline")

    held, _ = callbacks()
    held.prepare({"api": {"url": "/c", "fetch": fetch}})
    answer = Answer(["/c"])
    held.called(0, [], answer)
    await settle_loop()
    assert answer.rejected == ["offline"]


class JsProxy:
    """Both interpreters give this name to what is JavaScript's (measured)."""

    def __call__(self) -> None: ...


def test_a_javascript_fetch_is_handed_over_untouched() -> None:
    fetch = JsProxy()
    held, _ = callbacks()
    assert held.prepare({"api": {"url": "/c", "fetch": fetch}}) == {"api": {"url": "/c"}}
    assert held.page_fetch is fetch
