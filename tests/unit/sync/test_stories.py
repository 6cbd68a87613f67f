"""Stop, in the middle of whatever a person, a server and a page do; test_memory_by_chance.py tells
what is remembered of it.
"""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import FakeElement
from tests.unit.sync.page import Page

both = pytest.mark.parametrize("owner", [True, False], ids=["owner", "companion"])

PAUSES = st.sampled_from([0.0, 0.001, 0.01, 0.06, 0.11, 0.4, 2.0])
ACTS = st.sampled_from(
    [
        "opens a",
        "opens b",
        "opens c",
        "new chat",
        "sends",
        "stops",
        "back",
        "forward",
        "fragment",
        "opens x",
        "down",
        "up",
        "refuses",
        "replaced",
        "deletes",
    ]
)


def do(page: Page, act: str) -> None:
    """One act of the story."""
    element, history, server = page.current, page.browser.history, page.server
    if act.startswith("opens "):
        if act[6:] in [*server.threads, "x"]:  # nobody opens what the history does not list
            element.user_opens(act[6:])
    elif act == "sends" and not element.responding and element.thread_id not in element.loading:
        element.user_sends()
    elif act == "deletes" and element.thread_id in server.threads:
        element.user_deletes(element.thread_id)
    elif act == "replaced":
        page.browser.remove(element)
        page.browser.mount(FakeElement(server), configured=not page.owner)
    else:
        others: dict[str, Callable[[], object]] = {
            "new chat": lambda: element.user_opens(None),
            "stops": element.user_stops,
            "back": history.back,
            "forward": history.forward,
            "fragment": lambda: history.click_fragment("x"),
            "down": lambda: setattr(server, "down", True),
            "up": lambda: setattr(server, "down", False),
            "refuses": lambda: setattr(server, "creating", 400),
        }
        others.get(act, bool)()


@both
@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    story=st.lists(st.tuples(ACTS, PAUSES), max_size=10),
    left_after=st.floats(min_value=0.0, max_value=3.0),
)
def test_stop_in_the_middle_of_any_story_holds_nothing(
    owner: bool, story: list[tuple[str, float]], left_after: float
) -> None:
    page = Page("/?threadId=a", owner=owner)
    for act, pause in story:
        if act == "opens x":
            page.wait(0.2)
        if page.current.loaded:
            do(page, act)
        page.wait(pause)
    page.wait(left_after)
    page.chatkit.stop()
    assert set(page.browser.counts().values()) == {0}
    remembered = page.remembered
    page.wait(700.0)
    assert page.remembered == remembered
    assert set(page.browser.counts().values()) == {0}
    assert page.browser.exceptions == []
