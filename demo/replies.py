"""What the assistant says to a message that is no command. Plain text in, plain text out."""

import re

_GREETING = re.compile(r"(hello|hi|hey|good (morning|afternoon|evening|day))\b", re.IGNORECASE)
_THANKS = re.compile(r"(thanks|thank you)\b", re.IGNORECASE)
_SUMMARY = re.compile(r"\bsumm?ar(y|i[sz]e)\b", re.IGNORECASE)
_LONGEST_TITLE = 48


def title_of(text: str) -> str | None:
    """A thread's title from its first message: one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= _LONGEST_TITLE:
        return line or None
    whole_words = line[:_LONGEST_TITLE].rsplit(" ", 1)[0]
    return whole_words.rstrip(" ,;:.") + "…"


def compose(text: str, number: int) -> str:
    """The answer to the ``number``-th message of a thread."""
    said = " ".join(text.split())
    if _GREETING.match(said):
        opening = "Hello! I am the assistant of this demo, and I answer from your own words."
    elif _THANKS.match(said):
        opening = "You are welcome."
    elif _SUMMARY.search(said):
        opening = (
            "In short: a chat, a toolbar that follows it, and Python in between."
            " The toolbar is off while I speak, and the thread is in the address."
        )
    else:
        opening = _about(said)
    return f"{opening}\n\n{_standing(number)}"


def _about(said: str) -> str:
    words = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", said)
    verb = "asked" if said.endswith("?") else "wrote"
    count = "one word" if len(words) == 1 else f"{len(words)} words"
    about = f"You {verb} “{_shortened(said)}”: {count}"
    if len(words) > 2:
        about += f", the longest of them “{max(words, key=len)}”"
    return about + "."


def _shortened(said: str) -> str:
    return said if len(said) <= 200 else said[:199].rstrip() + "…"


def _standing(number: int) -> str:
    if number <= 1:
        return "Reload the page and this conversation is still here. Say “help” for what I can do."
    return f"That was your message number {number} in this conversation."
