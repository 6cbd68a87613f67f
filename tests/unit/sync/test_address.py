"""Ids and parameters as text. What a URL keeps, and what an entry means: test_memory_address.py."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.address import (
    ID_CHARACTERS,
    entry_kind,
    is_thread_id,
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


IDS = st.text(alphabet=ID_CHARACTERS, min_size=1, max_size=20)


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
