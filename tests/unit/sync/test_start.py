"""`sync.start`: settings through one door, one ChatKit for each element."""

from collections.abc import Iterator
from typing import Any

import pytest

import sync
from tests.fakes import FakeBrowser, FakeElement, Server, Storage

OPTIONS: Any = {"api": {"url": "/chatkit", "domain_key": "local"}}


@pytest.fixture(autouse=True)
def _nothing_runs_yet() -> Iterator[None]:
    sync._running.clear()
    yield
    sync._running.clear()


def started(
    settings: dict[str, Any] | None = None,
    *,
    tag: dict[str, Any] | None = None,
    elements: int = 1,
    url: str = "/?threadId=a&c=b",
) -> tuple[list[sync.ChatKit], FakeBrowser]:
    for former in sync.running():
        former.stop()
    browser = FakeBrowser(url, settings=tag, storage=Storage())
    page_configures = not isinstance((settings or {}).get("options"), dict)
    for number in range(elements):
        one = FakeElement(Server("a", "b"), selectors=("openai-chatkit", f"#chat{number}"))
        browser.mount(one, configured=page_configures)
    first = sync.start(settings, browser=browser)
    browser.clock.advance(2.0)
    assert sync.running()[0] is first
    return sync.running(), browser


def test_without_settings_the_first_element_is_kept_in_step() -> None:
    chatkits, browser = started()
    assert [chatkit.snapshot.thread_id for chatkit in chatkits] == ["a"]
    assert sync.running() == chatkits
    assert browser.reports == []
    assert not chatkits[0].is_owner


def test_the_tags_attributes_go_before_the_settings() -> None:
    chatkits, browser = started({"parameter": "other", "key": "mine"}, tag={"parameter": "c"})
    assert chatkits[0].snapshot.thread_id == "b"
    assert browser.store.items == {"mine": "b"}


def test_options_make_an_owner() -> None:
    chatkits, browser = started({"options": {"api": {"url": "/chatkit"}}})
    assert chatkits[0].is_owner
    assert browser.document[0].options == {
        "api": {"url": "/chatkit"},
        "initialThread": "a",
        "onClientTool": {"$tool": "options.onClientTool"},
    }


def test_the_element_can_be_named() -> None:
    chatkits, browser = started({"element": "#chat1"}, elements=2)
    assert len(chatkits) == 1
    browser.document[1].emit("response.start")
    assert chatkits[0].snapshot.responding


def test_every_further_element_has_a_chatkit_of_its_own() -> None:
    chatkits, browser = started(elements=3)
    assert len(chatkits) == 3
    browser.document[2].emit("response.start")
    assert [chatkit.snapshot.responding for chatkit in chatkits] == [False, False, True]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"optoins": {}}, "'optoins' is no setting; did you mean 'options'?"),
        ({"ready_timeout": "soon"}, "ready_timeout must be a number"),
        ({"element": 7}, "element has a wrong kind of value: 7"),
        ({"options": "x"}, "options has a wrong kind of value: 'x'"),
    ],
)
def test_a_setting_that_makes_no_sense_is_reported_and_left_out(
    settings: dict[str, Any], words: str
) -> None:
    chatkits, browser = started(settings | {"key": "mine"})
    assert chatkits[0].snapshot.phase == "idle"
    assert browser.store.items == {"mine": "a"}
    assert len(browser.reports) == 1
    assert words in browser.reports[0]
    assert browser.reports[0].startswith("In the settings: ")


def test_options_and_settings_are_arguments_as_well() -> None:
    browser = FakeBrowser()
    element = browser.mount(FakeElement(Server("a")), configured=False)
    chatkit = sync.start({"key": "k"}, options=OPTIONS, parameter="p", browser=browser)
    browser.clock.advance(2.0)
    assert chatkit.is_owner
    element.user_opens("a")
    browser.clock.advance(2.0)
    assert browser.history.url == "/?p=a"
    assert browser.store.items == {"k": "a"}
    chatkit.stop()


@pytest.mark.parametrize("name", ["api", "on_client_tool", "startScreen"])
def test_an_option_among_the_settings_is_told_where_it_belongs(name: str) -> None:
    browser = FakeBrowser()
    sync.start({name: {}}, browser=browser).stop()
    assert browser.reports == [
        f"In the settings: {name!r} is no setting; it belongs into options. It is left out."
    ]


def test_a_second_start_for_an_element_is_told_at_once_whose_it_is() -> None:
    browser = FakeBrowser()
    browser.mount(FakeElement(Server("a")))
    first = sync.start(browser=browser)
    browser.clock.advance(1.0)
    second = sync.start(options=OPTIONS, browser=browser)
    assert len(browser.reports) == 1
    assert 'data-start="page"' in browser.reports[0]
    browser.clock.advance(60.0)
    assert len(browser.reports) == 1
    first.stop()
    second.stop()
