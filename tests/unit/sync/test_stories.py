"""Whole stories at random: whatever a person, a server and a page do, all ends in step."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import FakeElement, Server
from tests.unit.sync.page import Page

both = pytest.mark.parametrize("owner", [True, False], ids=["owner", "companion"])

PAUSES = st.sampled_from([0.0, 0.001, 0.01, 0.06, 0.11, 0.4, 2.0])
CALM = st.sampled_from(
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
    ]
)
STORMY = st.one_of(
    CALM, st.sampled_from(["opens x", "down", "up", "refuses", "replaced", "deletes"])
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


def told(page: Page, story: list[tuple[str, float]]) -> None:
    """The story, and then a long calm with a server that works."""
    for act, pause in story:
        if act == "opens x":
            page.wait(0.2)
        if page.current.loaded or act in ("back", "forward", "down", "up"):
            do(page, act)
        # A load that fails after its thread was left is told by nothing that a companion hears,
        # and what the element makes of it has not been measured: here the person waits for it,
        # and nothing else is on its way.
        page.wait(max(pause, 0.2) if act == "opens x" else pause)
    page.server.down = False
    page.wait(120.0)
    assert page.browser.exceptions == []
    assert page.phase == "idle"
    assert not page.snapshot.busy
    assert page.snapshot.thread_id == page.current.thread_id


@both
@settings(max_examples=100, deadline=None)
@given(story=st.lists(st.tuples(CALM, PAUSES), max_size=12))
def test_without_failures_screen_address_and_storage_say_the_same(
    owner: bool, story: list[tuple[str, float]]
) -> None:
    page = Page("/?threadId=a", owner=owner)
    told(page, story)
    shown = page.current.thread_id
    assert page.remembered == (shown, shown)
    again = page.reload()
    assert again.current.thread_id == shown


@both
@settings(max_examples=150, deadline=None)
@given(story=st.lists(st.tuples(STORMY, PAUSES), max_size=12))
def test_with_failures_nothing_that_never_loaded_is_remembered(
    owner: bool, story: list[tuple[str, float]]
) -> None:
    page = Page("/?threadId=a", owner=owner, server=Server("a", "b", "c"))
    told(page, story)
    assert page.stored != "x"
    assert not any(value == "x" for _, value in page.storage.writes)
    # An element that shows an id which it could not load is believed in nothing.
    assert page.named == page.stored or page.current.thread_id in page.current.poisoned
    # Where a deletion was not seen in time, its id is kept and marked for the next visit.
    assert page.stored is None or page.stored in page.server.ever


@both
@settings(max_examples=100, deadline=None)
@given(
    story=st.lists(st.tuples(STORMY, PAUSES), max_size=10),
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
