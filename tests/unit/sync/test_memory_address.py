"""The address bar and the session history, items 13 to 17: on fakes, with a whole page or a table.

Every scenario ends with screen, snapshot, address and storage in agreement, and nothing on its way.
"""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.address import ID_CHARACTERS, read, write
from sync.address_bar import RETRIES, RETRY_AFTER
from tests.fakes import Server, in_loop
from tests.fakes.history import History, normalised
from tests.unit.sync.page import KEY, Page, both

PARAMETER = "threadId"
FIVE = ["a", "b", "c", "d", "e"]
WALK = [(-1, at) for at in (4, 3, 2, 1, 0)] + [(1, at) for at in (1, 2, 3, 4, 5)]
WALK += [(-3, 2), (3, 5), (-5, 0), (2, 2)]
"""Steps through six entries from the last one, and where each arrives."""


def agrees(page: Page, thread_id: str | None, *, stored: str | None = None) -> None:
    """The chat shows it, Python knows it, both places name it, and all is quiet. `stored` is what
    storage keeps where a walk has led to a new chat.
    """
    assert page.element.thread_id == thread_id
    assert page.snapshot.thread_id == thread_id
    assert page.remembered == (thread_id, thread_id or stored)
    assert page.phase == "idle"
    assert not page.snapshot.busy
    assert page.browser.exceptions == []


NEW_CHAT = {"chatkit-sync": {PARAMETER: "1"}}
"""The state of an entry that our New chat has pushed."""


def among(entries: list[str], at: int, *, owner: bool, **how: Any) -> Page:
    """A page that is loaded in the middle of a history that earlier visits have left."""
    page = Page(entries[0], owner=owner, starts=False, **how)
    history = page.browser.history
    for entry in entries[1:]:
        history.write(entry, push=True, state=None if read(entry, PARAMETER) else NEW_CHAT)
    history.go(at - len(entries) + 1)
    history.writes.clear()
    page.chatkit.start()
    page.wait(2.0)
    return page


def of_threads(*threads: str) -> list[str]:
    return [f"/?threadId={thread_id}" for thread_id in threads]


# 13. Every byte that is not ours.


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("/", None),
        ("/?", None),
        ("/?threadId", None),
        ("/?threadId=", None),
        ("/?threadId=thr_1", "thr_1"),
        ("/?q=1&threadId=thr_1#top", "thr_1"),
        ("/?threadId=a&threadId=b", "a"),
        ("/?threadId=&threadId=b", None),
        ("/?threadid=a", None),
        ("/?xthreadId=a", None),
        ("/#threadId=a", None),
        ("/#?threadId=a", None),
        ("/?q=%26threadId=a", None),
        ("/?thread%49d=a", "a"),
        ("/?%74hread%49d=%61", "a"),
        ("/?threadId=thr%5F1", "thr_1"),
        ("/?threadId=a%20b", "a b"),
        ("/?threadId=a+b", "a b"),
        ("/?threadId=a=b", "a=b"),
        ("/?threadId=%C3%A9", "é"),
        ("/?threadId=100%", "100%"),
        ("/?threadId=%zz", "%zz"),
        ("/?threadId=%ff", "\ufffd"),
        ("https://a.example/p?x#y?threadId=z", None),
    ],
)
def test_13_the_first_appearance_is_read_and_decoded(url: str, found: str | None) -> None:
    assert read(url, PARAMETER) == found


@pytest.mark.parametrize(
    ("url", "thread_id", "written"),
    [
        ("/", "t", "/?threadId=t"),
        ("/?", "t", "/?threadId=t"),
        ("/#top", "t", "/?threadId=t#top"),
        ("/?#top", "t", "/?threadId=t#top"),
        ("/?flag&q=a%20b&e=", "t", "/?flag&q=a%20b&e=&threadId=t"),
        ("/?threadId=x&q=a+b", "t", "/?threadId=t&q=a+b"),
        ("/?q=1&threadId=x&r=2", "t", "/?q=1&threadId=t&r=2"),
        ("/?q=1&threadId=x&r=2&threadId=y", "t", "/?q=1&threadId=t&r=2"),
        ("/?q=1&threadId=&r=2", "t", "/?q=1&threadId=t&r=2"),
        ("/?threadId&r", "t", "/?threadId=t&r"),
        ("/?thread%49d=x", "t", "/?threadId=t"),
        ("/?thread%49d=x&threadId=y&q", "t", "/?threadId=t&q"),
        ("/?q=1&&r=2", "t", "/?q=1&&r=2&threadId=t"),
        ("/?q=%e4%zz+%2B&", "t", "/?q=%e4%zz+%2B&&threadId=t"),
        ("/?flag&q=a%20b&e=&threadId=x#h", None, "/?flag&q=a%20b&e=#h"),
        ("/?threadId=x", None, "/"),
        ("/?threadId=x&threadId=y#h?threadId=z", None, "/#h?threadId=z"),
        ("/?thread%49d=x&q=%20", None, "/?q=%20"),
        ("/?q=1", None, "/?q=1"),
    ],
)
def test_13_only_our_own_piece_of_the_query_is_written(
    url: str, thread_id: str | None, written: str
) -> None:
    assert write(url, PARAMETER, thread_id) == written


@pytest.mark.parametrize("url", ["/", "/?", "/?q", "/?&", "/#h", "/?a=%20+&b#h"])
def test_13_taking_out_what_is_not_there_changes_no_byte(url: str) -> None:
    assert write(url, PARAMETER, None) == url


QUERY_TEXT = st.text(
    alphabet=st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="#&?"),
    max_size=8,
)
PIECES = st.lists(
    QUERY_TEXT.filter(
        lambda piece: read("/?" + piece, PARAMETER) is None and piece.partition("=")[0] != PARAMETER
    )
)
IDS = st.text(alphabet=ID_CHARACTERS, min_size=1, max_size=20)
FRAGMENTS = st.sampled_from(["", "#", "#top", "#?threadId=no", "#a=b&threadId=c"])


@settings(max_examples=300, deadline=None)
@given(PIECES, IDS, FRAGMENTS, st.integers(min_value=0))
def test_13_what_is_written_is_read_and_taking_it_out_gives_every_byte_back(
    pieces: list[str], thread_id: str, fragment: str, place: int
) -> None:
    url = "/p" + ("?" + "&".join(pieces) if any(pieces) else "") + fragment
    written = write(url, PARAMETER, thread_id)
    assert read(written, PARAMETER) == thread_id
    assert write(written, PARAMETER, None) == url
    at = place % (len(pieces) + 1)
    among_them = [*pieces[:at], f"{PARAMETER}=old", *pieces[at:]]
    moved = write("/p?" + "&".join(among_them) + fragment, PARAMETER, thread_id)
    among_them[at] = f"{PARAMETER}={thread_id}"
    assert moved == "/p?" + "&".join(among_them) + fragment


@both
@pytest.mark.parametrize(
    ("came", "restored", "switched", "left"),
    [
        (
            "/p?flag&q=a%20b&e=&threadId=a#top",
            "/p?flag&q=a%20b&e=&threadId=a#top",
            "/p?flag&q=a%20b&e=&threadId=b#top",
            "/p?flag&q=a%20b&e=#top",
        ),
        ("/?threadId=a&q=a+b", "/?threadId=a&q=a+b", "/?threadId=b&q=a+b", "/?q=a+b"),
        ("/?q&threadId=a&r=%zz", "/?q&threadId=a&r=%zz", "/?q&threadId=b&r=%zz", "/?q&r=%zz"),
        # Repeated: the first one counts, and the rest goes when we write.
        (
            "/?q=1&threadId=a&r=2&threadId=c",
            "/?q=1&threadId=a&r=2&threadId=c",
            "/?q=1&threadId=b&r=2",
            "/?q=1&r=2",
        ),
        # Encoded, by somebody who encodes more than he must.
        ("/?thread%49d=%61&q", "/?thread%49d=%61&q", "/?threadId=b&q", "/?q"),
        # Empty: no thread, so that storage serves, and its place is ours.
        ("/?q=1&threadId=&r=2", "/?q=1&threadId=a&r=2", "/?q=1&threadId=b&r=2", "/?q=1&r=2"),
        ("/?threadId#h", "/?threadId=a#h", "/?threadId=b#h", "/#h"),
        ("/?flag&q=a%20b&e=", "/?flag&q=a%20b&e=&threadId=a", None, "/?flag&q=a%20b&e="),
    ],
)
def test_13_a_whole_visit_leaves_every_other_byte_and_the_pages_state(
    owner: bool, came: str, restored: str, switched: str | None, left: str
) -> None:
    switched = switched or restored.replace("threadId=a", "threadId=b")
    page = Page(came, owner=owner, stored="a", starts=False)
    history = page.browser.history
    history.states[0] = {"mine": [1, {"two": None}]}
    page.chatkit.start()
    page.wait(2.0)
    agrees(page, "a")
    assert page.urls == [restored]
    page.element.user_opens("b")
    page.wait()
    page.element.user_opens(None)
    page.wait()
    assert page.urls == [restored, switched, left]
    mine = {"mine": [1, {"two": None}]}
    assert history.states[:2] == [mine] * 2
    assert history.states[2] == mine | {"chatkit-sync": {PARAMETER: mock.ANY}}
    history.go(-2)
    page.wait()
    agrees(page, "a")
    assert page.urls == [restored, switched, left]


@settings(max_examples=40, deadline=None)
@given(PIECES, FRAGMENTS.filter(lambda fragment: fragment != "#"))  # the fake history drops it
def test_13_no_restore_no_switch_and_no_new_chat_touches_what_is_the_pages(
    pieces: list[str], fragment: str
) -> None:
    url = normalised("/p" + ("?" + "&".join(pieces) if any(pieces) else "") + fragment)
    page = Page(url, owner=False, stored="a")
    for thread_id in ("b", "c", None):
        page.element.user_opens(thread_id)
        page.wait()
    agrees(page, None)
    assert [read(entry, PARAMETER) for entry in page.urls] == ["a", "b", "c", None]
    assert [write(entry, PARAMETER, None) for entry in page.urls] == [url] * 4


# 14. Back and Forward.


@both
@pytest.mark.parametrize("visited", [True, False], ids=["visited", "to be loaded"])
def test_14_back_and_forward_across_five_threads_and_a_new_chat_agree_at_every_entry(
    owner: bool, visited: bool
) -> None:
    entries = ["/?q=1&threadId=" + thread_id for thread_id in FIVE] + ["/?q=1"]
    if visited:
        page = Page("/?q=1", owner=owner, server=Server(*FIVE))
        for thread_id in (*FIVE, None):
            page.element.user_opens(thread_id)
            page.wait()
    else:
        page = among(entries, 5, owner=owner, server=Server(*FIVE))
    assert page.urls == entries
    for step, at in WALK:
        stored = page.stored
        page.browser.history.go(step)
        page.wait()
        agrees(page, [*FIVE, None][at], stored=stored)
        assert page.browser.history.index == at
    assert page.urls == entries
    assert page.browser.reports == []


@both
def test_14_back_while_a_load_runs_goes_at_once_and_the_late_load_changes_nothing(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens("b")
    page.wait()
    page.server.latencies["c"] = 5.0
    page.element.user_opens("c")
    page.wait()
    assert page.phase == "loading"
    page.browser.history.back()
    page.wait(0.05)
    assert page.element.thread_id == "a"
    page.wait(10.0)
    agrees(page, "a")
    assert page.urls == of_threads("a", "b")
    assert page.browser.history.index == 0


@both
def test_14_back_and_forward_while_their_own_loads_run_end_at_the_last_entry(owner: bool) -> None:
    page = among(of_threads(*FIVE), 4, owner=owner, server=Server(*FIVE))
    page.server.latency = 3.0
    for step in (-1, -1, 1, -2):
        page.browser.history.go(step)
        page.wait(0.5)
        assert page.phase == "loading"
    page.wait(10.0)
    agrees(page, "b")
    assert page.browser.history.index == 1
    assert page.urls == of_threads(*FIVE)


@both
def test_14_back_in_the_moment_before_a_switch_is_settled_is_the_newer_one(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens("b")
    page.wait()
    page.element.user_opens("c")
    page.wait(0.12)  # loaded, not yet believed
    assert page.named == "b"
    page.browser.history.back()
    page.wait()
    agrees(page, "a")
    assert page.urls == of_threads("a", "b")


@both
def test_14_back_while_an_answer_streams_goes_at_once_and_forward_finds_it_again(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens("b")
    page.wait()
    page.server.answer_time = 30.0
    page.element.user_sends()
    page.wait()
    assert page.phase == "responding"
    page.browser.history.back()
    page.wait(0.05)
    agrees(page, "a")
    page.browser.history.forward()
    page.wait(0.05)
    assert page.phase == "responding"
    page.wait(60.0)
    agrees(page, "b")
    assert page.urls == of_threads("a", "b")


@both
@pytest.mark.parametrize(("after", "named"), [(0.05, None), (0.5, "new_1")])
def test_14_back_during_a_first_message_leaves_it_where_it_is(
    owner: bool, after: float, named: str | None
) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens(None)
    page.wait()
    page.element.user_sends()
    page.wait(after)
    page.browser.history.back()
    page.wait(10.0)
    agrees(page, "a")
    page.browser.history.forward()
    page.wait(10.0)
    agrees(page, named, stored="a")
    assert page.urls == of_threads("a") + (of_threads(named) if named else ["/"])


@both
@pytest.mark.parametrize("pause", [0.0, 0.001, 0.02, 0.2])
@pytest.mark.parametrize(
    "latencies", [{}, {"c": 3.0, "b": 2.0, "a": 1.0}, {"c": 0.5, "b": 1.0, "a": 2.0}]
)
def test_14_of_three_quick_backs_the_last_wins(
    owner: bool, pause: float, latencies: dict[str, float]
) -> None:
    page = among(of_threads("a", "b", "c", "d"), 3, owner=owner, server=Server(*FIVE))
    page.server.latencies.update(latencies)
    for _ in range(3):
        page.browser.history.back()
        page.wait(pause)
    page.wait(10.0)
    agrees(page, "a")
    assert page.browser.history.index == 0
    assert page.urls == of_threads("a", "b", "c", "d")
    assert page.browser.history.writes == []


@both
def test_14_back_and_forward_in_quick_steps_end_where_the_person_ends(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    for thread_id in ("b", "c"):
        page.element.user_opens(thread_id)
        page.wait()
    page.browser.history.back()
    page.browser.history.back()
    page.browser.history.forward()
    page.wait(3.0)
    agrees(page, "b")
    assert page.urls == of_threads("a", "b", "c")


@both
def test_14_back_while_the_chat_starts_is_remembered_and_the_newest_wins(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, starts=False)
    for thread_id in ("b", "c"):
        page.browser.history.write(f"/?threadId={thread_id}", push=True)
    page.chatkit.start()
    page.wait(0.01)
    page.browser.history.back()
    page.browser.history.back()
    page.wait(3.0)
    agrees(page, "a")
    assert page.browser.history.index == 0
    assert page.urls == of_threads("a", "b", "c")


@both
@pytest.mark.parametrize("status", [404, 403])
def test_14_back_to_a_thread_that_is_gone_corrects_its_entry(owner: bool, status: int) -> None:
    page = among(of_threads("x", "b", "c"), 1, owner=owner)
    page.server.failing["x"] = status
    page.browser.history.back()
    page.wait()
    agrees(page, "b")
    assert page.urls == of_threads("b", "b", "c")
    assert page.browser.history.writes == [("replace", "/?threadId=b")]
    assert page.snapshot.notice == ("thread-gone" if owner else "switch-failed")
    page.browser.history.go(2)
    page.wait()
    agrees(page, "c")


@both
def test_14_back_to_a_thread_that_was_deleted_here_meanwhile(owner: bool) -> None:
    page = among(of_threads("a", "b"), 1, owner=owner)
    page.element.user_deletes("a")
    page.wait()
    agrees(page, "b")
    page.browser.history.back()
    page.wait()
    agrees(page, "b")
    assert page.urls == of_threads("b", "b")


@both
def test_14_back_from_a_new_chat_to_a_thread_that_is_gone_corrects_to_the_new_chat(
    owner: bool,
) -> None:
    page = among(["/?q=1&threadId=x", "/?q=1"], 1, owner=owner)
    page.browser.history.back()
    page.wait()
    agrees(page, None)
    assert page.urls == ["/?q=1", "/?q=1"]


@both
@in_loop
async def test_14_back_to_a_thread_that_is_gone_out_of_a_failed_new_thread_names_what_is_kept(
    owner: bool,
) -> None:
    page = among(of_threads("x", "a"), 1, owner=owner, stored="a")
    page.server.creating = 400
    await page.chatkit_sends("Hello", new_thread=True)
    await page.live(5.0)
    page.browser.history.back()
    await page.live(5.0)
    assert page.element.thread_id is None
    assert page.remembered == ("a", "a")
    assert page.urls == of_threads("a", "a")


@both
@pytest.mark.parametrize("status", [500, 503, 0])
@pytest.mark.parametrize("streaming", [False, True])
def test_14_back_to_a_thread_whose_load_fails_stays_and_says_so(
    owner: bool, status: int, streaming: bool
) -> None:
    page = among(of_threads("a", "b"), 1, owner=owner)
    page.server.failing["a"] = status
    if streaming:
        page.element.user_sends()
        page.wait(0.2)
        assert page.phase == "responding"
    page.browser.history.back()
    page.wait(5.0)
    agrees(page, "b")
    assert page.urls == of_threads("b", "b")
    assert page.snapshot.notice == "switch-failed"
    assert [value for _, value in page.storage.writes if value == "a"] == []


@both
@pytest.mark.parametrize("pause", [0.0, 0.01, 0.2])
def test_14_three_quick_backs_that_end_at_a_thread_that_fails_correct_that_entry_alone(
    owner: bool, pause: float
) -> None:
    page = among(of_threads("x", "a", "b", "c"), 3, owner=owner)
    page.server.latencies.update({"a": 0.5, "b": 0.3})
    for _ in range(3):
        page.browser.history.back()
        page.wait(pause)
    page.wait(10.0)
    shown = page.element.thread_id
    assert shown in ("a", "b", "c")
    agrees(page, shown)
    assert page.urls == [f"/?threadId={shown}", *of_threads("a", "b", "c")]


@both
def test_14_forward_before_the_failure_is_known_corrects_nothing(owner: bool) -> None:
    page = among(of_threads("x", "b"), 1, owner=owner)
    told: set[str | None] = set()
    page.chatkit.subscribe(lambda snapshot: told.add(snapshot.notice))
    page.browser.history.back()
    page.wait(0.01)
    page.browser.history.forward()
    page.wait(5.0)
    agrees(page, "b")
    assert page.urls == of_threads("x", "b")
    assert told == {None}, "nobody waits for it any more"


@both
def test_14_back_overtakes_a_switch_whose_write_still_waits(owner: bool) -> None:
    page = among(of_threads("a", "b"), 1, owner=owner, server=Server(*FIVE))
    page.server.latency = 0.01
    for thread_id in ("c", "d"):
        page.element.user_opens(thread_id)
        page.wait(0.1)
    assert page.remembered == ("c", "d"), "one write in an interval"
    page.server.latencies["a"] = 5.0
    page.browser.history.go(-2)
    page.wait(10.0)
    agrees(page, "a")
    assert page.urls == of_threads("a", "b", "c")


@both
def test_14_back_to_an_id_that_has_failed_here_does_not_show_an_empty_thread(owner: bool) -> None:
    page = among(of_threads("x", "a"), 1, owner=owner)
    page.element.user_opens("x")
    page.wait()
    page.browser.history.back()
    page.wait()
    agrees(page, "a")
    assert "x" not in page.asked(), "the element would resolve it, empty (fact 6)"
    assert page.urls == of_threads("a", "a")
    page.browser.history.write("/own?threadId=x", push=True)
    page.wait()
    agrees(page, "a")
    assert "x" not in page.asked()
    assert page.urls[1:] == ["/own?threadId=a"]


@both
def test_14_a_back_that_the_element_refuses_is_tried_again_at_idle(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens("b")
    page.wait()
    page.element.user_sends()
    page.wait(0.1)
    refused = "ChatKit: setThreadId() ignored - already responding."
    page.element.plan("setThreadId", rejects={"name": "IntegrationError", "message": refused})
    page.browser.history.back()
    page.wait(0.1)
    assert page.element.thread_id == "b"
    page.wait(5.0)
    agrees(page, "a")


@both
def test_14_a_back_that_gets_no_answer_leaves_the_address_with_what_is_shown(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens("b")
    page.wait()
    page.element.plan("setThreadId", hangs=True)
    page.browser.history.back()
    page.wait(60.0)
    agrees(page, "b")


@both
@pytest.mark.parametrize("loads", ["already", "by Back"])
def test_14_whoever_opens_another_thread_during_the_load_after_a_back_gets_that(
    owner: bool, loads: str
) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens("b")
    page.wait()
    page.element.visited.clear()
    page.server.latencies["a"] = 1.0
    if loads == "already":
        page.element.user_opens("a")
        page.wait(0.2)
    page.browser.history.back()
    page.wait(0.1)
    page.element.user_opens("c")
    page.wait(10.0)
    assert page.element.thread_id == page.named == page.stored == "c"
    assert page.urls == ["/?threadId=a", "/?threadId=c"]


@both
@in_loop
async def test_14_back_between_two_entries_of_one_thread_leads_away_from_what_loads(
    owner: bool,
) -> None:
    """A reload, or a fragment, has made two entries of b; a is being loaded, and is not settled."""
    page = Page("/?threadId=b", owner=owner)
    await page.live()
    page.browser.history.click_fragment("part")
    page.server.latencies["a"] = 3.0
    page.element.user_opens("a")
    await page.live(0.7)
    page.browser.history.click_fragment("other")
    await page.live(0.1)
    assert page.snapshot.thread_id == "a", "a click changes nothing"
    page.browser.history.back()
    await page.live(30.0)
    assert page.element.thread_id == page.named == page.stored == "b"
    assert page.urls == ["/?threadId=b", "/?threadId=b#part", "/?threadId=b#other"]


# 15. The page's own entries.


@both
def test_15_clicks_on_fragments_change_nothing_and_back_across_them_neither(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens("b")
    page.wait()
    asked = len(page.asked())
    page.browser.history.click_fragment("x")
    page.wait()
    page.browser.history.click_fragment("threadId=c")
    page.wait()
    agrees(page, "b")
    page.browser.history.go(-2)
    page.wait()
    page.browser.history.go(1)
    page.wait()
    agrees(page, "b")
    assert len(page.asked()) == asked
    assert page.urls == [
        *of_threads("a", "b"),
        "/?threadId=b#x",
        "/?threadId=b#threadId=c",
    ]
    page.browser.history.go(-2)
    page.wait()
    agrees(page, "a")


@both
def test_15_a_fragment_of_a_new_chat_and_during_an_answer_changes_nothing(owner: bool) -> None:
    page = Page("/", owner=owner)
    page.browser.history.click_fragment("x")
    page.element.user_sends()
    page.wait(0.5)
    page.browser.history.click_fragment("y")
    page.wait(0.1)
    assert page.phase == "responding"
    page.wait(5.0)
    agrees(page, "new_1")
    assert page.urls == ["/", "/?threadId=new_1#x", "/?threadId=new_1#y"]
    assert page.asked() == []


PUSHED: list[tuple[list[str], list[int], str | None]] = [
    # Entries that name no thread, whatever else they say: the chat stays.
    (["/mail/1"], [-1], "a"),
    (["/mail/1"], [-1, 1], "a"),
    (["/mail/1", "/mail/2", "/mail/1"], [-1, -1, 1, -2], "a"),
    (["/?x=1"], [-1, 1], "a"),
    (["/"], [-1], "a"),
    (["/"], [-1, 1], "a"),
    (["/#part"], [-1, 1], "a"),
    (["/", "/mail/1"], [-1], "a"),
    (["/?threadId="], [-1, 1], "a"),
    # Those that name the same one.
    (["/mail/1?threadId=a"], [-1, 1], "a"),
    (["/?threadId=a&x=1", "/?threadId=a&x=2"], [-1, -1, 2], "a"),
    # Those that name another one.
    (["/mail/1?threadId=b"], [], "b"),
    (["/mail/1?threadId=b"], [-1, 1], "b"),
    (["/mail/1?threadId=b"], [-1, 1, -1], "a"),
    (["/?threadId=a&threadId=b"], [-1, 1], "a"),
    (["/mail/1", "/mail/1?threadId=c"], [-2, 2], "c"),
    (["/mail/1", "/mail/1?threadId=b"], [-1], "b"),
    (["/mail/1?threadId=b", "/mail/1?threadId=c"], [], "c"),
]
"""Entries that the page pushes, steps through them, and the thread that is shown then."""


STAYS = {
    "jump link": lambda history: history.click_fragment("chat"),
    "empty fragment": lambda history: history.click_fragment(""),
    "panel": lambda history: history.write("", push=True, state={"panel": True}),
    "panel that keeps the state": lambda history: history.write(
        "", push=True, state={**(history.state or {}), "panel": True}
    ),
    "hash route": lambda history: history.write("/#/settings", push=True, state=None),
    "path": lambda history: history.write("/settings", push=True, state="any"),
}
"""How the page makes an entry of its own."""


@both
@pytest.mark.parametrize("navigation", [True, False])
@pytest.mark.parametrize("before", ["nothing", "New chat", "thread"])
@pytest.mark.parametrize("how", STAYS)
def test_15_back_from_an_entry_of_the_pages_own_keeps_the_conversation(
    owner: bool, navigation: bool, before: str, how: str
) -> None:
    page = Page("/", owner=owner, starts=False)
    page.browser.navigation = navigation
    page.chatkit.start()
    page.wait(2.0)
    if before != "nothing":
        page.element.user_opens("a")
        page.wait()
    if before == "New chat":
        page.element.user_opens(None)
        page.wait()
    STAYS[how](page.browser.history)
    page.wait()
    if before != "thread":
        page.element.user_sends()
        page.wait(10.0)
    shown = page.element.thread_id
    assert shown is not None
    for step in (-1, 1, -1):
        page.browser.history.go(step)
        page.wait()
        assert page.element.thread_id == page.snapshot.thread_id == page.stored == shown
    page = page.reload()
    agrees(page, shown)


@both
def test_15_a_walk_to_a_new_chat_never_clears_storage_and_a_reload_there_shows_it(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens(None)
    page.wait()
    agrees(page, None)
    page.browser.history.back()
    page.wait()
    agrees(page, "a")
    page.browser.history.forward()
    page.wait()
    agrees(page, None, stored="a")
    page = page.reload()
    agrees(page, None, stored="a")
    page.element.user_sends()
    page.wait(10.0)
    agrees(page, "new_1")
    assert page.urls == of_threads("a", "new_1")


@both
def test_15_what_the_page_takes_out_of_the_address_changes_nothing_in_the_chat(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner)
    asked = page.asked()
    for push in (False, True):
        page.browser.history.write("/own", push=push)
        page.wait()
        assert (page.element.thread_id, page.named, page.stored) == ("a", None, "a")
    assert page.asked() == asked
    agrees(page.reload(), "a")


@both
@pytest.mark.parametrize("push", [True, False])
@pytest.mark.parametrize("busy", [True, False])
def test_15_a_thread_that_the_page_names_is_opened_as_by_back(
    owner: bool, push: bool, busy: bool
) -> None:
    page = Page("/?threadId=a", owner=owner)
    if busy:
        page.element.user_sends()
        page.wait(0.05)
        assert page.phase == "responding"
    page.browser.history.write("/list?threadId=b", push=push)
    page.wait(20.0)
    agrees(page, "b")
    assert page.urls == ([*of_threads("a")] if push else []) + ["/list?threadId=b"]
    page.browser.history.write("/list?threadId=gone", push=False)
    page.wait(20.0)
    assert page.element.thread_id == page.stored == page.named == "b", "and the entry is corrected"
    assert page.snapshot.notice is not None


@both
def test_15_a_thread_that_the_page_names_in_the_start_goes_before_storage(owner: bool) -> None:
    page = Page("/", owner=owner, stored="a", starts=False)
    page.chatkit.start()
    page.wait(0.001)
    assert not page.snapshot.restored
    page.browser.history.write("/?threadId=b", push=True)
    page.wait(20.0)
    agrees(page, "b")


@both
def test_15_an_entry_that_the_page_pushes_right_after_a_restore_stays_as_it_is(owner: bool) -> None:
    """A restored thread is settled once, not again at the end of its load."""
    page = Page("/?threadId=a", owner=owner, starts=False)
    page.chatkit.start()
    while not page.snapshot.restored:
        page.wait(0.001)
    page.browser.history.write("/?own=1", push=True)
    page.wait(2.0)
    assert page.browser.history.url == "/?own=1"


@both
@pytest.mark.parametrize(
    ("navigation", "pushed", "steps", "shown"),
    [(navigation, *row) for navigation in (True, False) for row in PUSHED],
)
def test_15_entries_that_the_page_pushes_ask_for_what_they_say_and_for_nothing_more(
    owner: bool, navigation: bool, pushed: list[str], steps: list[int], shown: str | None
) -> None:
    page = Page("/?threadId=a", owner=owner, starts=False)
    page.browser.navigation = navigation
    page.chatkit.start()
    page.wait(2.0)
    for url in pushed:
        page.browser.history.write(url, push=True)
        # Without the Navigation API the next event tells.
        page.element.emit("log", {"name": "anything"})
        page.wait()
    for step in steps:
        page.browser.history.go(step)
        page.wait()
    assert page.element.thread_id == page.snapshot.thread_id == shown
    assert page.urls == ["/?threadId=a", *pushed]
    assert page.browser.exceptions == []
    assert page.named in (None, shown)
    assert page.stored == shown


@both
@pytest.mark.parametrize("navigation", [True, False])
def test_15_back_from_an_entry_of_the_pages_own_that_named_the_thread_before_us_leads_away(
    owner: bool, navigation: bool
) -> None:
    page = Page("/?threadId=a", owner=owner, starts=False)
    page.browser.navigation = navigation
    page.chatkit.start()
    page.wait(2.0)
    page.browser.history.write("/mail/1?threadId=b", push=True)
    page.element.user_opens("b")
    page.wait()
    agrees(page, "b")
    assert page.urls == ["/?threadId=a", "/mail/1?threadId=b"]
    page.browser.history.back()
    page.wait()
    agrees(page, "a")


@both
def test_15_a_switch_on_an_entry_of_the_pages_own_replaces_or_pushes_as_that_entry_says(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner)
    history = page.browser.history
    history.write("/mail/1", push=True)
    page.element.user_opens("b")
    page.wait()
    agrees(page, "b")
    assert page.urls == ["/?threadId=a", "/mail/1?threadId=b"]
    history.write("/mail/2?threadId=c&x", push=True)
    page.wait()
    agrees(page, "c")
    page.element.user_opens("a")
    page.wait()
    agrees(page, "a")
    assert page.urls[2:] == ["/mail/2?threadId=c&x", "/mail/2?threadId=a&x"]
    for shown in ("c", "b", "a"):
        history.back()
        page.wait()
        agrees(page, shown)


@both
def test_15_what_the_page_replaces_is_where_the_next_switch_starts_from(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    history = page.browser.history
    history.write("/p?q=%20", push=False)
    page.wait()
    assert page.element.thread_id == "a"
    page.element.user_opens("b")
    page.wait()
    assert page.urls == ["/p?q=%20&threadId=b"]
    history.write("/p?threadId=c", push=False)
    page.wait()
    agrees(page, "c")
    page.element.user_opens("a")
    page.wait()
    agrees(page, "a")
    assert page.urls == ["/p?threadId=c", "/p?threadId=a"]
    history.back()
    page.wait()
    agrees(page, "c")


@both
def test_15_back_to_an_entry_that_holds_nonsense_is_as_if_it_held_nothing(owner: bool) -> None:
    odd = "%3Cscript%3E"
    page = among([f"/?q=1&threadId={odd}", "/?q=1&threadId=a"], 1, owner=owner)
    page.browser.history.back()
    page.wait()
    assert page.element.thread_id == page.stored == "a", "the chat stays"
    assert page.urls == ["/?q=1", "/?q=1&threadId=a"]
    assert len(page.browser.reports) == 1
    assert odd not in page.browser.reports[0]
    page.browser.history.write(f"/?q=1&threadId={odd}", push=False)
    page.browser.history.forward()
    page.wait()
    agrees(page, "a")
    page.browser.history.back()
    page.wait()
    assert page.element.thread_id == page.stored == "a"
    assert page.urls == ["/?q=1", "/?q=1&threadId=a"]
    assert len(page.browser.reports) == 1, "once"


@both
def test_15_nonsense_on_another_path_of_the_page_is_taken_out_and_the_chat_stays(
    owner: bool,
) -> None:
    page = among(["/p?threadId=a%20b#h", "/?threadId=a"], 1, owner=owner)
    page.browser.history.back()
    page.wait()
    assert page.element.thread_id == "a"
    assert page.urls == ["/p#h", "/?threadId=a"]
    assert len(page.browser.reports) == 1
    page.browser.history.forward()
    page.wait()
    agrees(page, "a")


# 16. Browsers that limit, ignore and refuse.

ALLOWED = {"Safari": (100, 30.0), "Chromium": (200, 10.0), "Firefox": (1000, 10.0)}
"""Writes to the history, and the seconds in which a browser allows as many (measured)."""


class Counted:
    """When a page's history was written to, the refused writes included."""

    def __init__(self, page: Page) -> None:
        self.times: list[float] = []
        history: History = page.browser.history
        write_really = history.write

        def counting(url: str, *, push: bool, state: object = None) -> None:
            self.times.append(page.browser.clock.now())
            write_really(url, push=push, state=state)

        history.write = counting  # type: ignore[method-assign]

    def most(self, seconds: float) -> int:
        """The most writes in any so many seconds."""
        return max(
            sum(1 for other in self.times if 0 <= other - start < seconds) for start in self.times
        )


@both
@pytest.mark.parametrize("pause", [0.0, 0.001, 0.07, 0.12, 0.4])
def test_16_five_hundred_changes_never_reach_the_browsers_limit_and_the_last_is_named(
    owner: bool, pause: float
) -> None:
    threads = [f"t{number}" for number in range(500)]
    page = Page("/?threadId=a", owner=owner, server=Server("a", *threads))
    page.server.latency = 0.005
    counted = Counted(page)
    for thread_id in threads:
        page.element.user_opens(thread_id)
        page.wait(pause)
    page.wait()
    agrees(page, "t499")
    for name, (allowed, seconds) in ALLOWED.items():
        assert counted.most(seconds) < allowed, name
    assert page.browser.reports == []


@both
@pytest.mark.parametrize("how", ["ignoring", "refusing"])
def test_16_a_write_that_the_browser_ignored_or_refused_is_found_out_and_tried_again(
    owner: bool, how: str
) -> None:
    page = Page("/?threadId=a", owner=owner)
    setattr(page.browser.history, how, True)
    page.element.user_opens("b")
    page.wait()
    assert page.remembered == ("a", "b"), "read back, not believed"
    assert page.element.thread_id == "b"
    setattr(page.browser.history, how, False)
    page.wait(RETRY_AFTER)
    agrees(page, "b")
    assert page.urls == of_threads("a", "b")
    assert page.browser.reports == []
    page.browser.history.back()
    page.wait()
    agrees(page, "a")


@both
@pytest.mark.parametrize("how", ["ignoring", "refusing"])
def test_16_when_the_browser_forgives_the_newest_of_many_changes_becomes_one_entry(
    owner: bool, how: str
) -> None:
    page = Page("/?threadId=a", owner=owner)
    setattr(page.browser.history, how, True)
    for thread_id in ("b", "c", "a", "b"):
        page.element.user_opens(thread_id)
        page.wait(0.5)
    setattr(page.browser.history, how, False)
    page.wait(RETRY_AFTER)
    agrees(page, "b")
    assert page.urls == of_threads("a", "b")


@both
def test_16_past_a_limit_the_last_change_is_named_as_soon_as_there_is_room_again(
    owner: bool,
) -> None:
    threads = [f"t{number}" for number in range(20)]
    page = Page("/?threadId=a", owner=owner, server=Server("a", *threads))
    page.browser.history.limit = 5
    for thread_id in threads:
        page.element.user_opens(thread_id)
        page.wait(0.4)
    assert page.named == "t4"
    page.browser.history.forgive()
    page.wait(RETRY_AFTER)
    agrees(page, "t19")
    assert page.urls == of_threads("a", *threads[:5], "t19")
    assert page.browser.reports == []


@both
@pytest.mark.parametrize("how", ["ignoring", "refusing"])
def test_16_back_after_an_ignored_write_leaves_nothing_behind_to_be_tried_again(
    owner: bool, how: str
) -> None:
    page = among(of_threads("a", "b"), 1, owner=owner)
    setattr(page.browser.history, how, True)
    page.element.user_opens("c")
    page.wait()
    page.browser.history.back()
    setattr(page.browser.history, how, False)
    page.wait(RETRY_AFTER * 3)
    agrees(page, "a")
    assert page.urls == of_threads("a", "b")


@both
@pytest.mark.parametrize("how", ["ignoring", "refusing"])
def test_16_a_browser_that_never_lets_us_write_is_told_once_and_storage_serves(
    owner: bool, how: str
) -> None:
    page = Page("/", owner=owner)
    setattr(page.browser.history, how, True)
    for thread_id in ("a", "b"):
        page.element.user_opens(thread_id)
        page.wait(RETRY_AFTER * (RETRIES + 2))
    assert page.urls == ["/"]
    assert len(page.browser.reports) == 1
    assert page.browser.exceptions == []
    assert page.phase == "idle"
    assert page.browser.counts()["timers"] == 0, "given up"
    assert page.reload().element.thread_id == "b"


# 17. Renamed, and off.


@both
@pytest.mark.parametrize(
    ("name", "written"), [("conversation", "conversation"), ("chat id[]", "chat%20id%5B%5D")]
)
def test_17_a_renamed_parameter_is_the_only_one_that_is_read_and_written(
    owner: bool, name: str, written: str
) -> None:
    page = Page(f"/?threadId=c&{written}=a", owner=owner, parameter=name)
    assert page.element.thread_id == page.stored == "a"
    page.element.user_opens("b")
    page.wait()
    page.element.user_opens(None)
    page.wait()
    assert page.urls == [
        f"/?threadId=c&{written}=a",
        f"/?threadId=c&{written}=b",
        "/?threadId=c",
    ]
    page.browser.history.back()
    page.wait()
    assert page.element.thread_id == page.stored == "b"
    assert page.reload().element.thread_id == "b"
    assert page.browser.reports == []


@both
def test_17_a_renamed_key_is_the_only_one_that_is_read_and_written(owner: bool) -> None:
    page = Page("/", owner=owner, stored="c", key="mine")
    assert page.element.thread_id is None
    page.element.user_opens("b")
    page.wait()
    assert page.storage.items == {KEY: "c", "mine": "b"}
    page.browser.history.write("/", push=False)
    assert page.reload().element.thread_id == "b"


@in_loop
async def test_17_with_the_parameter_off_no_retry_is_offered_that_a_visit_could_not_grant() -> None:
    page = Page("/", owner=False, stored="a", parameter=False)
    page.server.failing["b"] = 500
    for _ in range(2):
        page.browser.click("open-thread", thread="b")
        await page.live()
        assert page.snapshot.notice == "switch-failed"
        assert not page.snapshot.retryable
    assert page.browser.visits == []
    assert page.element.thread_id == page.stored == "a"


@both
def test_17_with_the_parameter_off_the_address_is_the_pages_and_storage_serves(
    owner: bool,
) -> None:
    page = Page("/?threadId=a", owner=owner, stored="b", parameter=False)
    assert page.element.thread_id == "b"
    page.element.user_opens("c")
    page.wait()
    page.browser.history.write("/?threadId=%3Cx%3E", push=True)
    page.browser.history.back()
    page.browser.history.forward()
    page.wait()
    assert page.element.thread_id == page.snapshot.thread_id == page.stored == "c"
    assert page.urls == ["/?threadId=a", "/?threadId=%3Cx%3E"]
    assert len(page.browser.history.writes) == 1, "the page's own"
    assert page.reload().element.thread_id == "c"
    assert page.browser.reports == []


@both
def test_17_with_storage_off_the_address_serves(owner: bool) -> None:
    page = Page("/", owner=owner, stored="c", key=False)
    assert page.element.thread_id is None
    for thread_id in ("a", "b"):
        page.element.user_opens(thread_id)
        page.wait()
    page.browser.history.back()
    page.wait()
    assert page.element.thread_id == page.named == "a"
    assert page.reload().element.thread_id == "a"
    assert page.storage.items == {KEY: "c"}
    assert page.storage.writes == []
    assert page.browser.reports == []


def test_17_with_storage_off_no_mark_of_a_failure_is_kept_either() -> None:
    page = Page("/?threadId=x", owner=False, key=False)
    assert page.snapshot.notice == "restore-unknown"
    assert page.storage.writes == []


@both
def test_17_with_both_off_the_chat_works_and_every_visit_is_a_new_chat(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner, stored="b", parameter=False, key=False)
    assert page.element.thread_id is None
    page.element.user_opens("c")
    page.wait()
    page.element.user_sends()
    page.wait(5.0)
    page.browser.history.click_fragment("x")
    page.wait()
    page.browser.history.back()
    page.wait()
    assert page.element.thread_id == page.snapshot.thread_id == "c"
    assert page.phase == "idle"
    assert page.browser.history.writes == []
    assert page.storage.items == {KEY: "b"}
    assert page.storage.writes == []
    assert page.reload().element.thread_id is None
    assert page.browser.reports == []
    assert page.browser.exceptions == []


# 14, again: a thread that somebody has asked for already.


@both
@pytest.mark.parametrize("status", [404, 500, 0])
@pytest.mark.parametrize("by", ["inside", "control"])
@in_loop
async def test_14_back_to_a_thread_whose_load_already_runs_and_fails_corrects_the_entry(
    owner: bool, status: int, by: str
) -> None:
    page = among(of_threads("b", "a"), 1, owner=owner)
    page.server.latencies["b"] = 1.0
    page.server.failing["b"] = status
    if by == "inside":
        page.element.user_opens("b")
    else:
        page.browser.click("open-thread", thread="b")
    await page.live(0.3)
    page.browser.history.back()
    await page.live(10.0)
    assert page.element.thread_id == "a"
    assert page.named == "a"
    assert page.urls == of_threads("a", "a")
    assert page.snapshot.notice in ("switch-failed", "thread-gone")


@both
def test_14_a_failed_back_leaves_what_another_tab_has_stored(owner: bool) -> None:
    page = among(of_threads("x", "a"), 1, owner=owner)
    page.storage.items[KEY] = "c"
    page.browser.history.back()
    page.wait(5.0)
    assert page.named == "a"
    assert page.stored == "c"


@both
@in_loop
async def test_14_back_again_to_what_is_still_being_loaded_is_the_newest_wish(owner: bool) -> None:
    page = Page("/?threadId=a", owner=owner)
    page.element.user_opens("b")
    await page.live()
    page.element.visited.clear()
    page.server.latencies["a"] = 5.0
    page.browser.history.back()
    await page.live(0.2)
    page.element.user_opens("c")
    await page.live(1.0)
    assert page.named == "c"
    page.browser.history.back()
    await page.live(30.0)
    assert page.element.thread_id == page.named == page.stored == "a"
