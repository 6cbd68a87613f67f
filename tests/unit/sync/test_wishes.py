"""Back and Forward as wishes, alone: how often the element is asked, and whose answer counts."""

from typing import Any

from sync.state import Snapshot
from sync.wishes import Wishes

IDLE = Snapshot(ready=True, restored=True, thread_known=True, thread_id="c")


class Asked:
    """A Wishes whose element answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []
        self.answers: list[Any] = []
        self.refused: list[str | None] = []
        self.wishes = Wishes(
            lambda function: None,
            lambda: IDLE,
            self.ask,
            lambda thread_id: True,
            lambda: True,
            self.refused.append,
        )

    def ask(self, thread_id: str | None, answered: Any) -> None:
        self.asked.append(thread_id)
        self.answers.append(answered)

    def reject(self, number: int) -> None:
        self.answers[number]("rejected", {"name": "Error", "message": "Not found"}, None)


def test_a_wish_that_is_being_granted_is_not_asked_for_twice() -> None:
    told = Asked()
    told.wishes.wish("a", IDLE)
    told.wishes.wish("a", IDLE)
    assert told.asked == ["a"]
    told.reject(0)
    assert told.refused == ["a"]


def test_a_wish_that_was_overtaken_may_be_wished_again_and_its_first_answer_is_nobodys() -> None:
    told = Asked()
    told.wishes.wish("a", IDLE)
    told.wishes.overtaken("a")
    told.wishes.wish("a", IDLE)
    assert told.asked == ["a", "a"]
    told.reject(0)
    assert told.refused == []
    told.reject(1)
    assert told.refused == ["a"]


def test_the_answer_to_an_older_wish_is_nobodys() -> None:
    told = Asked()
    told.wishes.wish("a", IDLE)
    told.wishes.wish("b", IDLE)
    told.reject(0)
    assert told.refused == []
    assert not told.wishes.is_open


def test_what_is_forgotten_is_not_granted_any_more() -> None:
    told = Asked()
    told.wishes.wish("a", Snapshot())
    assert told.wishes.is_open
    told.wishes.forget()
    told.wishes.observe(IDLE)
    assert told.asked == []
