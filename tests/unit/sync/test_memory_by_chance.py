"""By chance: whatever a person, a server, the page and other tabs do, in any order and timing.

Each story is a list of acts with pauses between them, told on fakes with a fake clock over any
number of loads of the page; every write is judged when it happens, then all becomes quiet, and
what must hold is looked at. The variable SEQUENCES says how many stories are told, 500 without it.
They are the same every time, so that nobody's change fails by another's bad luck; CHANCE=new draws
others, which is how new faults are looked for.
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
own-entry own-with own-replace panel names-a names-b
tab-a tab-b tab-clears tab-a cache
""".split()
PACES = "slow-a slow-b quick brisk sluggish".split()
PASSING = [*"down up replaced routed-c retry retries".split(), *PACES]
STORMY = """
missing control-x link-x link-nonsense deletes refuses fails accepts ill-a ill-b well vanishes-b
""".split()
USERS = "login-user login-nobody".split()
KEEPING = (
    """
opens-a opens-b opens-c control-a control-b asks-c sends says stops
back forward fragment reload cache own-with
down up replaced routed-c retry retries
""".split()
    + PACES
)

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
        derandomize=os.environ.get("CHANCE") != "new",
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


# Each was a fault of the library, at its shortest: what it was stands before it.
FOUND: dict[str, tuple[Story, str | None]] = {
    "a Back to what is just being opened, and on to what has failed": (
        [
            *[("opens-a", 0.0), ("missing", 0.4), ("control-b", 0.11)],
            *[("opens-a", 0.0), ("back", 0.0), ("missing", 0.0)],
        ],
        None,
    ),
    "a Back to what a failure leads to, and on to what has failed": (
        [
            *[("opens-a", 2.0), ("opens-c", 0.2), ("down", 0.0)],
            *[("opens-a", 0.0), ("opens-b", 0.11), ("back", 0.0), ("opens-b", 0.0)],
        ],
        None,
    ),
    "a Back to a former user's entry, before the new chat is there": (
        [("opens-a", 0.2), ("saysanew", 0.0), ("login-user", 0.0), ("back", 0.0)],
        "b",
    ),
    "an element replaced within a visit is no later visit": (
        [("tab-a", 2.0), ("ill-a", 2.0), ("reload", 2.0), ("replaced", 2.0)],
        None,
    ),
    "what is settled while a wish is open gets into the address": (
        [("tab-b", 2.0), ("cache", 0.01), ("replaced", 2.0)],
        None,
    ),
    "a deletion during a restore": ([("opens-a", 2.0), ("replaced", 0.11), ("deletes", 2.0)], None),
    "a deletion, then a failed switch": (
        [("opens-b", 2.0), ("control-x", 0.0), ("deletes", 2.0)],
        None,
    ),
    "a deletion as soon as a restore has settled": ([("deletes", 2.0)], "b"),
    "a deletion before our new thread has begun": (
        [("opens-a", 2.0), ("fails", 2.0), ("saysanew", 0.0001), ("deletes", 30.0)],
        None,
    ),
    "a page's own entry after a restore": ([("own-entry", 0.0)], "b"),
    "a control that meets somebody's own load, which fails": (
        [("tab-a", 2.0), ("control-x", 0.0), ("missing", 2.0)],
        None,
    ),
    "a load that fails while our new thread is made": (
        [("fails", 2.0), ("saysanew", 0.0), ("missing", 2.0)],
        None,
    ),
    "a new thread that is left for one that fails": (
        [("opens-b", 2.0), ("saysanew", 0.06), ("missing", 2.0)],
        None,
    ),
    "somebody types as our new thread is made, and fails": (
        [("opens-b", 2.0), ("fails", 2.0), ("saysanew", 0.0001), ("sends", 30.0)],
        None,
    ),
    "a login as the restore's load has ended": ([("link-a", 0.22), ("login-user", 2.0)], None),
    "a login while a switch is on its way": (
        [
            ("opens-b", 2.0),
            ("opens-a", 2.0),
            ("saysanew", 0.0001),
            ("opens-b", 0.01),
            ("login-user", 2.0),
        ],
        None,
    ),
    "Back to what a former user had left before it settled": (
        [("link-a", 0.11), ("opens-b", 0.2), ("login-user", 0.0), ("back", 0.0)],
        None,
    ),
    "a login, and a wish that fails before the new chat": (
        [("link-a", 0.11), ("login-user", 0.0), ("back", 0.0), ("missing", 0.0)],
        "b",
    ),
    "a message that is stopped before the server has taken it": (
        [("opens-a", 0.2), ("tab-b", 0.0), ("sends", 0.0), ("stops", 0.0)],
        None,
    ),
    "login, logout, login, Back": (
        [
            ("link-a", 2.0),
            ("opens-b", 2.0),
            ("login-user", 2.0),
            ("login-nobody", 2.0),
            ("login-user", 2.0),
            ("back", 2.0),
        ],
        None,
    ),
    "a New chat after a thread that overtook the restore": (
        [("opens-a", 2.0), ("replaced", 0.2), ("opens-b", 0.11), ("new", 2.0)],
        None,
    ),
    "a thread that somebody comes back to from a new one that is not there yet": (
        [("opens-a", 0.11), ("saysanew", 0.06), ("opens-a", 0.0)],
        None,
    ),
    "a former user's thread whose answer ends at once": (
        [("brisk", 0.0), ("login-user", 0.0), ("sends", 0.0), ("login-nobody", 0.0)],
        None,
    ),
    "a second new thread while the first one's answer is still to end": (
        [("opens-a", 0.0), ("fails", 0.2), ("saysanew", 0.0), ("opens-b", 0.2), ("saysanew", 0.0)],
        None,
    ),
    "a first message in the start, left by a Back that fails": (
        [
            ("link-a", 0.0),
            ("link-nonsense", 0.11),
            ("ill-a", 0.0),
            ("sends", 0.0),
            ("back", 0.11),
        ],
        None,
    ),
    "a deletion as soon as the page's own thread is loaded": (
        [("reload", 0.2), ("opens-a", 0.01), ("deletes", 0.0)],
        "b",
    ),
    "a New chat while the page's own thread loads": (
        [("slow-b", 0.0), ("reload", 0.12), ("new", 3.0)],
        "b",
    ),
    "a New chat, then a control whose thread fails": (
        [("reload", 0.06), ("control-x", 0.11), ("new", 2.0)],
        "b",
    ),
    "a New chat after a failed restore and a thread left at once": (
        [("down", 2.0), ("link-a", 2.0), ("opens-b", 0.0), ("new", 2.0)],
        None,
    ),
}


@both
@pytest.mark.parametrize("what", FOUND)
def test_what_chance_has_found_stays_mended(owner: bool, what: str) -> None:
    story, own = FOUND[what]
    tell(story, owner, initial=own)


@both
@by_chance(share=0.2)
@given(story=stories(*CALM, *PACES), own=OWN)
def test_without_failures_address_storage_and_screen_agree(
    owner: bool, story: Story, own: str | None
) -> None:
    [chat] = tell(story, owner, initial=own).chats
    shown = chat.element.thread_id
    assert chat.named == shown
    # A walk to the entry of a new chat has cleared nothing.
    assert chat.stored == shown or chat.tab.browser.new_chat(chat.parameter) is not None


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
