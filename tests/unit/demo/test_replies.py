import pytest

from demo.replies import compose, title_of


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello", "Hello"),
        (" two\n lines ", "two lines"),
        ("   ", None),
        ("x" * 60, "x" * 48 + "…"),
        ("word " * 20, "word word word word word word word word word…"),
    ],
)
def test_a_title_is_one_short_line(text: str, title: str | None) -> None:
    assert title_of(text) == title


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("Good morning to you", "Hello!"),
        ("hiking is fun", "You wrote “hiking is fun”: 3 words, the longest of them “hiking”."),
        ("Thanks a lot", "You are welcome."),
        ("Summarise this page", "In short:"),
        ("Why?", "You asked “Why?”: one word."),
        ("…", "You wrote “…”: 0 words."),
        ("", "You wrote “”: 0 words."),
    ],
)
def test_an_answer_is_made_from_the_message(text: str, opening: str) -> None:
    assert compose(text, 1).startswith(opening)


def test_only_the_first_answer_explains_the_demo() -> None:
    assert "help" in compose("Fine", 1)
    assert compose("Fine", 3).endswith("That was your message number 3 in this conversation.")
