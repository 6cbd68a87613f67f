"""Scenarios on fakes: an element gone and back, and what was before Python."""

from typing import Any

import pytest

from sync.settling import SETTLE_DELAY
from tests.fakes import FakeElement
from tests.unit.sync.page import Page

both = pytest.mark.parametrize("owner", [True, False], ids=["owner", "companion"])


# Gone and back.


@both
def test_a_new_element_in_the_place_of_a_removed_one_shows_the_same_thread(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.browser.remove(page.element)
    page.wait()
    assert page.phase == "gone"
    assert page.remembered == ("a", "a")
    fresh = page.browser.mount(FakeElement(page.server), configured=not owner)
    page.wait(2.0)
    assert fresh.thread_id == "a"
    assert page.phase == "idle"
    assert page.snapshot.thread_id == "a"
    fresh.user_opens("b")
    page.wait()
    assert page.remembered == ("b", "b")


@both
def test_a_moved_element_is_dead_and_not_taken_for_a_new_one(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.browser.move(page.element)
    page.wait(5.0)
    assert page.phase == "gone"


@both
def test_an_element_that_leaves_in_the_middle_of_its_restore_is_replaced_all_the_same(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner, starts=False)
    page.chatkit.start()
    page.wait(0.12)
    page.browser.remove(page.element)
    fresh = page.browser.mount(FakeElement(page.server), configured=not owner)
    page.wait(3.0)
    assert fresh.thread_id == "a"
    assert page.phase == "idle"
    assert page.remembered == ("a", "a")


# What was before Python.


@both
def test_events_before_python_are_told_in_order_when_it_comes(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, starts=False)
    told: list[Any] = []
    for name in ("ready", "thread.load.start", "thread.load.end"):
        page.chatkit.on(name, lambda *arguments, name=name: told.append(name))
    page.wait(5.0)
    page.chatkit.start()
    page.wait(2.0)
    if owner:
        assert told == ["ready", "thread.load.start", "thread.load.end"]
    else:
        assert told[0] == "ready"
    assert page.element.thread_id == "a"
    assert page.phase == "idle"
    assert page.remembered == ("a", "a")


def test_a_thread_opened_before_python_came_stays_open_and_is_remembered() -> None:
    page = Page("/", owner=False, starts=False)
    page.wait()
    page.element.user_opens("b")
    page.wait()
    page.chatkit.start()
    page.wait(2.0)
    assert page.element.thread_id == "b"
    assert page.remembered == ("b", "b")


def test_an_answer_under_way_when_python_comes_is_seen() -> None:
    page = Page("/", owner=False, stored="a", starts=False)
    page.wait()
    page.server.answer_time = 30.0
    page.element.user_sends()
    page.wait()
    page.chatkit.start()
    page.wait(SETTLE_DELAY * 4)
    assert page.phase == "responding"
    assert page.element.thread_id == "new_1"
    assert page.asked() == []


def test_without_a_recorder_what_the_element_shows_is_unknown_not_none() -> None:
    page = Page("/", owner=False, starts=False)
    page.browser._recorder = False
    page.wait()
    page.element.user_opens("b")
    page.wait()
    page.chatkit.start()
    page.wait(2.0)
    assert page.phase == "idle"
    assert not page.snapshot.thread_known
    page.element.user_opens("c")
    page.wait()
    assert page.snapshot.thread_known
    assert page.remembered == ("c", "c")
