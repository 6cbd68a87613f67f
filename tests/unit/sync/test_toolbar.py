"""The toolbar: which early clicks still count, one drawing per change, and words for the ear."""

import itertools
import json
from typing import Any

import pytest

from sync.gate import ACTIONS, REASONS, controls, page_refusal
from sync.state import PHASES, Snapshot, replace
from sync.toolbar import (
    ANNOUNCE_AFTER,
    CLICK_AGE,
    TEXTS,
    Toolbar,
    picture,
    plain,
    status_key,
    worth_running,
)
from tests.fakes import FakeBrowser, FakeElement

IDLE = Snapshot(ready=True, restored=True, thread_known=True)
LOADING = replace(IDLE, {"loading": ("a",)})
RESPONDING = replace(IDLE, {"responding": True})


def click(action: str, control: int = 1, at: float = 100.0, **more: Any) -> dict[str, Any]:
    plain = {"action": action, "thread": None, "text": None, "payload": None}
    return plain | {"control": control, "at": at} | more


def kept(*clicks: dict[str, Any], now: float = 100.0, focus_unmoved: bool = True) -> list[int]:
    return [one["control"] for one in worth_running(list(clicks), now, focus_unmoved=focus_unmoved)]


def test_repeats_of_one_control_count_once_in_their_first_place() -> None:
    assert kept(click("send", 1), click("draft", 2), click("send", 1)) == [1, 2]


def test_two_controls_of_one_action_both_count() -> None:
    assert kept(click("send", 1), click("send", 2)) == [1, 2]


def test_of_several_switches_the_last_counts_in_its_own_place() -> None:
    assert kept(click("open-thread", 1), click("send", 2), click("new-thread", 3)) == [2, 3]
    assert kept(click("new-thread", 1), click("send", 2), click("new-thread", 1)) == [2, 1]


def test_the_composer_gets_the_focus_only_if_it_has_not_moved() -> None:
    assert kept(click("focus-composer", 1), click("send", 2), focus_unmoved=False) == [2]
    assert kept(click("focus-composer", 1), click("send", 2)) == [1, 2]


def test_nothing_is_older_than_fifteen_seconds() -> None:
    assert CLICK_AGE == 15.0
    old = click("send", 1, at=84.9)
    assert kept(old, click("draft", 2, at=85.0)) == [2]
    assert kept(old, click("send", 1, at=99.0)) == [1], "an old one does not hide a young one"


def test_an_old_switch_does_not_count_as_the_last() -> None:
    assert kept(click("open-thread", 1, at=99.0), click("new-thread", 2, at=80.0)) == [1]


class Bar:
    """A toolbar on an element of a page, and what it asked for."""

    def __init__(
        self,
        *,
        owner: bool = True,
        texts: dict[str, str] | None = None,
        attached: bool = True,
    ) -> None:
        self.browser = FakeBrowser()
        self.element = self.browser.mount(FakeElement(), configured=False)
        self.number = self.browser.adopt(self.element)
        self.asked: list[tuple[str, bool]] = []
        self.toolbar = Toolbar(
            self.browser,
            lambda one, waits: self.asked.append((one["action"], waits)),
            owner=lambda: owner,
            texts=texts,
        )
        if attached:
            self.toolbar.attach(self.number)

    def show(self, snapshot: Snapshot) -> None:
        self.toolbar.draw(snapshot)
        self.toolbar.follow()

    @property
    def drawings(self) -> list[dict[str, Any]]:
        return self.browser.drawings.get(self.number, [])

    @property
    def texts(self) -> list[str]:
        said = [drawing["text"] for drawing in self.drawings]
        return [one for at, one in enumerate(said) if one and (at == 0 or said[at - 1] != one)]


def test_each_change_is_drawn_once_and_an_equal_snapshot_not_at_all() -> None:
    bar = Bar()
    for snapshot in (IDLE, IDLE, RESPONDING, RESPONDING, IDLE):
        bar.show(snapshot)
    assert [drawing["phase"] for drawing in bar.drawings] == ["idle", "responding", "idle"]


def test_without_an_element_nothing_is_drawn() -> None:
    bar = Bar(attached=False)
    bar.show(IDLE)
    assert bar.drawings == []


def test_another_element_is_drawn_even_in_the_same_state() -> None:
    bar = Bar()
    bar.show(IDLE)
    bar.toolbar.attach(bar.number)
    bar.show(IDLE)
    assert len(bar.drawings) == 2


def test_a_phase_is_announced_once_it_has_lasted_half_a_second() -> None:
    bar = Bar()
    bar.show(LOADING)
    bar.browser.clock.advance(ANNOUNCE_AFTER - 0.01)
    assert bar.texts == []
    bar.browser.clock.advance(0.01)
    assert bar.texts == [TEXTS["loading"]]
    bar.browser.clock.advance(60.0)
    bar.show(replace(LOADING, {"thread_id": "b"}))
    assert bar.texts == [TEXTS["loading"]]


def test_a_short_phase_is_not_announced() -> None:
    bar = Bar()
    bar.show(LOADING)
    bar.browser.clock.advance(0.4)
    bar.show(IDLE)
    bar.browser.clock.advance(60.0)
    assert bar.texts == []
    assert bar.browser.counts()["timers"] == 0


def test_a_result_is_said_at_once_and_for_as_long_as_it_holds() -> None:
    bar = Bar()
    bar.show(replace(IDLE, {"notice": "switch-failed"}))
    assert bar.texts == [TEXTS["switch-failed"]]
    bar.show(replace(LOADING, {"notice": "switch-failed"}))
    assert bar.drawings[-1]["text"] == ""
    bar.browser.clock.advance(60.0)
    bar.show(IDLE)
    assert bar.texts == [TEXTS["switch-failed"], TEXTS["loading"]]
    assert bar.browser.counts()["timers"] == 0


def test_the_text_goes_with_its_phase() -> None:
    bar = Bar()
    bar.show(RESPONDING)
    bar.browser.clock.advance(1.0)
    bar.show(IDLE)
    assert bar.drawings[-1]["text"] == ""


def test_a_text_can_be_replaced_by_its_key() -> None:
    bar = Bar(texts={"responding": "Antwort kommt …"})
    bar.show(RESPONDING)
    bar.browser.clock.advance(1.0)
    bar.show(LOADING)
    bar.browser.clock.advance(1.0)
    assert bar.texts == ["Antwort kommt …", TEXTS["loading"]]


@pytest.mark.parametrize(
    ("changes", "owner", "key"),
    [
        ({}, True, None),
        ({"locked": True}, True, "locked"),
        ({"notice": "thread-gone"}, True, "thread-gone"),
        ({"notice": "thread-gone", "responding": True}, True, "responding"),
        ({"responding": True, "stalled": True}, True, "stalled"),
        ({"responding": True, "stalled": True}, False, "stalled-companion"),
        ({"failure": "frame"}, True, "failed"),
        ({"failure": "script"}, True, "failed-script"),
        ({"failure": "domain"}, False, "failed-domain"),
        ({"gone": True}, True, "gone"),
        ({"ready": False}, True, "starting"),
    ],
)
def test_what_the_status_says(changes: dict[str, Any], owner: bool, key: str | None) -> None:
    assert status_key(replace(IDLE, changes), owner=owner) == key
    assert key is None or TEXTS[key]


def test_every_phase_has_words_but_those_in_which_nothing_is_wrong() -> None:
    assert [phase for phase in PHASES if phase not in TEXTS] == ["waiting", "idle"]
    assert status_key(Snapshot(waiting=True), owner=False) is None


def test_a_click_that_comes_while_the_chat_starts_waits_for_the_end_of_the_start() -> None:
    bar = Bar()
    bar.toolbar.clicked(click("send"))
    bar.show(Snapshot())
    assert bar.asked == []
    bar.show(RESPONDING)
    assert bar.asked == [("send", True)]
    bar.show(IDLE)
    assert bar.asked == [("send", True)]


def test_a_click_that_comes_later_does_not_wait() -> None:
    bar = Bar()
    bar.show(IDLE)
    bar.toolbar.clicked(click("send"))
    assert bar.asked == [("send", False)]


@pytest.mark.parametrize("changes", [{"failure": "frame"}, {"gone": True}])
def test_clicks_that_waited_for_an_element_that_never_came_are_forgotten(
    changes: dict[str, Any],
) -> None:
    bar = Bar()
    bar.show(Snapshot())
    bar.toolbar.clicked(click("send"))
    bar.show(Snapshot(**changes))
    bar.show(IDLE)
    assert bar.asked == []


def test_stop_forgets_clicks_and_leaves_no_timer() -> None:
    bar = Bar()
    bar.show(Snapshot())
    bar.toolbar.clicked(click("send"))
    bar.toolbar.stop(IDLE)
    assert bar.browser.counts()["timers"] == 0
    bar.show(IDLE)
    assert bar.asked == []


def test_a_picture_says_for_each_action_on_or_why_off_and_carries_plain_data() -> None:
    """In every combination, asked twice: what is kept for a state is that state's alone."""
    either = (False, True)
    choices: dict[str, tuple[Any, ...]] = {
        "thread_id": (None, "a"),
        "loading": ((), ("a",)),
        "responding": either,
        "commands": (0, 1, 2),
        "locked": either,
        "stalled": either,
        "ready": either,
        "restored": either,
        "failure": (None, "script", "app"),
        "gone": either,
        "notice": (None, "refused"),
        "lost": (None, "b"),
    }
    for values in [*itertools.product(*choices.values())] * 2:
        says_what_the_table_says(Snapshot(**dict(zip(choices, values, strict=True))))


def says_what_the_table_says(snapshot: Snapshot) -> None:
    drawn: dict[str, Any] = json.loads(picture(snapshot, "words"))
    assert drawn["off"] == controls(snapshot)
    assert set(drawn["off"]) == set(ACTIONS)
    assert {*drawn["off"].values(), None} <= {*REASONS, None}
    assert drawn["gate"] == page_refusal(snapshot)
    assert drawn["text"] == "words"
    told: dict[str, Any] = json.loads(plain(snapshot))
    assert told["phase"] == drawn["phase"] == snapshot.phase
    assert told["busy"] == drawn["busy"] == snapshot.busy
    assert isinstance(told["loading"], list)


def test_after_the_end_nothing_is_drawn() -> None:
    bar = Bar()
    bar.show(LOADING)
    bar.toolbar.stop(IDLE)
    bar.browser.clock.advance(ANNOUNCE_AFTER)
    assert len(bar.drawings) == 1
