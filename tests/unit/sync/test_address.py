"""A thread id in a URL: every byte that is not ours stays, whatever it is."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.address import (
    ID_CHARACTERS,
    entry_kind,
    is_thread_id,
    meaning,
    parameter_text,
    read,
    write,
)

PARAMETER = "threadId"


@pytest.mark.parametrize("good", ["thr_1", "a", "x" * 256, "A-Z.a:z~0_9"])
def test_ids_of_known_characters_are_trusted(good: str) -> None:
    assert is_thread_id(good)


@pytest.mark.parametrize(
    "bad", ["", "x" * 257, "a b", "a/b", "<b>", "é", "a\n", "a%20", "a+b", "a&b", None, 7, ["a"]]
)
def test_anything_else_is_no_id(bad: object) -> None:
    assert not is_thread_id(bad)


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
        ("/?threadid=a", None),
        ("/?xthreadId=a", None),
        ("/#threadId=a", None),
        ("/#?threadId=a", None),
        ("/?q=%26threadId=a", None),
        ("/?thread%49d=a", "a"),
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
def test_the_first_appearance_is_read_and_decoded(url: str, found: str | None) -> None:
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
        ("/?q=1&threadId=x&r=2&threadId=y", "t", "/?q=1&threadId=t&r=2"),
        ("/?thread%49d=x", "t", "/?threadId=t"),
        ("/?q=1&&r=2", "t", "/?q=1&&r=2&threadId=t"),
        ("/?flag&q=a%20b&e=&threadId=x#h", None, "/?flag&q=a%20b&e=#h"),
        ("/?threadId=x", None, "/"),
        ("/?threadId=x&threadId=y#h?threadId=z", None, "/#h?threadId=z"),
        ("/?q=1", None, "/?q=1"),
    ],
)
def test_only_our_own_piece_of_the_query_is_written(
    url: str, thread_id: str | None, written: str
) -> None:
    assert write(url, PARAMETER, thread_id) == written


@pytest.mark.parametrize("url", ["/", "/?", "/?q", "/?&", "/#h", "/?a=%20+&b#h"])
def test_taking_out_what_is_not_there_changes_no_byte(url: str) -> None:
    assert write(url, PARAMETER, None) == url


QUERY_TEXT = st.text(
    alphabet=st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="#&?"),
    max_size=8,
)
PIECES = st.lists(QUERY_TEXT.filter(lambda piece: read("/?" + piece, PARAMETER) is None))
IDS = st.text(alphabet=ID_CHARACTERS, min_size=1, max_size=20)
FRAGMENTS = st.sampled_from(["", "#", "#top", "#?threadId=no", "#a=b&threadId=c"])


@settings(max_examples=300, deadline=None)
@given(PIECES, IDS, FRAGMENTS, st.integers(min_value=0))
def test_what_is_written_is_read_and_taking_it_out_gives_every_byte_back(
    pieces: list[str], thread_id: str, fragment: str, place: int
) -> None:
    pieces = [piece for piece in pieces if piece.partition("=")[0] != PARAMETER]
    url = "/p" + ("?" + "&".join(pieces) if any(pieces) else "") + fragment
    written = write(url, PARAMETER, thread_id)
    assert read(written, PARAMETER) == thread_id
    assert write(written, PARAMETER, None) == url
    at = place % (len(pieces) + 1)
    among = [*pieces[:at], f"{PARAMETER}=old", *pieces[at:]]
    moved = write("/p?" + "&".join(among) + fragment, PARAMETER, thread_id)
    among[at] = f"{PARAMETER}={thread_id}"
    assert moved == "/p?" + "&".join(among) + fragment


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), IDS)
def test_any_text_at_all_is_an_address(url: str, thread_id: str) -> None:
    written = write(url, PARAMETER, thread_id)
    assert read(written, PARAMETER) == thread_id
    assert read(write(url, PARAMETER, None), PARAMETER) is None
    assert write(written, PARAMETER, thread_id) == written


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1, max_size=8), IDS)
def test_a_parameter_of_any_name_is_one_that_browsers_read_alike(name: str, thread_id: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:  # half a surrogate pair is no name
        return
    written = write("/?q=1", name, thread_id)
    if name == "q":
        return
    assert read(written, name) == thread_id
    assert parse_qs(urlsplit(written).query)[name] == [thread_id]
    assert parameter_text(name) == quote(name, safe="-._~")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=12))
def test_reading_agrees_with_the_standards_own_reading(value: str) -> None:
    try:
        url = "/?threadId=" + quote(value, safe="")
    except UnicodeEncodeError:
        return
    assert read(url, PARAMETER) == (value or None)


@pytest.mark.parametrize(
    ("left", "entry", "asks"),
    [
        # An entry that names another thread asks for it, whatever else differs.
        ("/?threadId=a", "/?threadId=b", ("thread", "b")),
        ("/", "/?threadId=b", ("thread", "b")),
        ("/p?threadId=a", "/q?x=1&threadId=b", ("thread", "b")),
        # The same name asks for nothing: a fragment, the page's own parameter.
        ("/?threadId=a", "/?threadId=a#top", ("nothing", None)),
        ("/?threadId=a", "/?x=1&threadId=a", ("nothing", None)),
        ("/", "/#top", ("nothing", None)),
        ("/", "/other", ("nothing", None)),
        # Without our parameter: a new chat only where nothing else differs.
        ("/?threadId=a", "/", ("new", None)),
        ("/?q=1&threadId=a", "/?q=1", ("new", None)),
        ("/?threadId=a#x", "/#y", ("new", None)),
        ("/?threadId=a", "/?q=1", ("nothing", None)),
        ("/p?threadId=a", "/q", ("nothing", None)),
        # Nonsense in our parameter names no thread.
        ("/?threadId=a", "/?threadId=%3Cb%3E", ("new", None)),
        ("/?threadId=a", "/q?threadId=%3Cb%3E", ("nothing", None)),
        ("/?threadId=a", "/?threadId=", ("new", None)),
    ],
)
def test_what_an_entry_asks_for(left: str, entry: str, asks: tuple[str, str | None]) -> None:
    assert meaning(left, entry, PARAMETER) == asks


@pytest.mark.parametrize(
    ("current", "settled", "correcting", "kind"),
    [
        ("a", "a", False, None),
        (None, None, False, None),
        (None, "a", False, "replace"),
        (None, "a", True, "replace"),
        ("a", "b", False, "push"),
        ("a", None, False, "push"),
        ("a", "b", True, "replace"),
        ("a", None, True, "replace"),
    ],
)
def test_a_switch_pushes_and_a_first_thread_or_a_correction_replaces(
    current: str | None, settled: str | None, correcting: bool, kind: str | None
) -> None:
    assert entry_kind(current, settled, correcting=correcting) == kind
