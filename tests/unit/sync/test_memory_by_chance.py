"""By chance: whatever a person, a server, the page and other tabs do, in any order and timing.

Each story is a list of acts with pauses between them, told on fakes with a fake clock over any
number of loads of the page; every write is judged when it happens, then all becomes quiet, and
what must hold is looked at. The variable SEQUENCES says how many stories are told: without it 500,
the same every time.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .chance import tell

both = pytest.mark.parametrize("owner", [True, False], ids=["owner", "companion"])

SEQUENCES = os.environ.get("SEQUENCES")

PAUSES = st.sampled_from([0.0, 0.0001, 0.003, 0.01, 0.06, 0.11, 0.2, 0.4, 2.0, 30.0])

CALM = """
opens-a opens-b opens-c opens-new control-a control-b control-new new asks-c
sends says saysanew stops sends says
back forward back-two fragment reload link-a
own-entry own-with own-replace
tab-a tab-b tab-clears tab-a cache
""".split()
PASSING = "down up replaced retry retries slow-a slow-b quick".split()
STORMY = """
missing control-x link-x link-nonsense deletes refuses fails accepts ill-a ill-b well vanishes-b
""".split()
USERS = "login-user login-nobody".split()
KEEPING = """
opens-a opens-b opens-c control-a control-b asks-c sends says stops
back forward fragment reload cache own-with
down up replaced retry retries slow-a slow-b quick
""".split()

Story = list[tuple[str, float]]

OWN = st.sampled_from([None, None, "b"])
"""The thread that the page itself loads: an owner names it in the options, a companion's page in
its own call of `setOptions`."""


def stories(*acts: str) -> st.SearchStrategy[Story]:
    """Stories of these acts."""
    return st.lists(st.tuples(st.sampled_from(acts), PAUSES), max_size=14)


def by_chance(*, share: float = 1.0) -> settings:
    """How many stories a test tells, of owner and companion together."""
    number = int(SEQUENCES or "500") * share / 2
    return settings(
        max_examples=max(10, int(number)),
        derandomize=SEQUENCES is None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


@both
@by_chance(share=0.2)
@given(story=stories(*CALM), own=OWN)
def test_without_failures_address_storage_and_screen_agree(
    owner: bool, story: Story, own: str | None
) -> None:
    [chat] = tell(story, owner, initial=own).chats
    shown = chat.element.thread_id
    assert (chat.named, chat.stored) == (shown, shown)


@both
@by_chance()
@given(story=stories(*CALM, *PASSING, *STORMY), own=OWN)
def test_with_failures_they_agree_or_the_screen_shows_less(
    owner: bool, story: Story, own: str | None
) -> None:
    tell(story, owner, initial=own)


@both
@by_chance(share=0.2)
@given(story=stories(*KEEPING))
def test_a_passing_failure_never_loses_the_thread(owner: bool, story: Story) -> None:
    """Nobody means a null in these: what was remembered once is never nothing again."""
    tab = tell([("opens-a", 2.0), *story], owner)
    assert not any(value is None for key, value in tab.storage.writes if key == tab.chats[0].key)
    assert tab.chats[0].stored is not None


@both
@by_chance(share=0.4)
@given(story=stories(*CALM, *PASSING, *STORMY, *USERS * 6), own=OWN)
def test_nothing_of_a_former_user_is_shown_to_the_next_or_saved_for_them(
    owner: bool, story: Story, own: str | None
) -> None:
    tell(story, owner, initial=own)


TWO = [act + chat for act in (*CALM, *PASSING, *STORMY, *USERS) for chat in ("", "@2")]


@both
@by_chance(share=0.3)
@given(story=stories(*TWO), second=st.booleans(), own=OWN)
def test_each_of_two_chats_agrees_with_its_own_places_and_leaves_the_other_s_alone(
    owner: bool, second: bool, story: Story, own: str | None
) -> None:
    tell(story, owner, second, initial=own)
