"""A thread id in a URL: reading it, writing it, and how it gets into the history.

Pure text work. `URLSearchParams` would rewrite everybody's parameters (`?flag` becomes `?flag=`,
`%20` becomes `+`; measured), so only our own `key=value` is ever touched, and every other byte of
the query and the hash stays.

    read("/?q=a%20b&threadId=thr_1#top", "threadId")            # "thr_1"
    write("/?q=a%20b&threadId=thr_1#top", "threadId", None)     # "/?q=a%20b#top"
"""

ID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:~"
ID_LENGTH = 256


def is_thread_id(text: "object") -> "bool":
    """Whether an id from outside can be trusted to be remembered and put into an address.

    1 to 256 of `A–Z a–z 0–9 _ - . : ~`. Anything else is ignored by the callers.
    """
    return (
        isinstance(text, str)
        and 0 < len(text) <= ID_LENGTH
        and all(character in ID_CHARACTERS for character in text)
    )


def read(url: "str", parameter: "str") -> "str | None":
    """The decoded value of the parameter's first appearance; `None` where absent or empty."""
    for piece in _split(url)[1]:
        name, _, value = piece.partition("=")
        if _decode(name) == parameter:
            return _decode(value) or None
    return None


def write(url: "str", parameter: "str", thread_id: "str | None") -> "str":
    """The URL with the parameter set to `thread_id`, or without it for `None`.

    It stays where it was, repeats of it go, and a new one is put at the end. The id must pass
    `is_thread_id`: its characters need no encoding.
    """
    start, pieces, fragment = _split(url)
    ours = parameter_text(parameter) + "=" + thread_id if thread_id is not None else None
    kept = []
    for piece in pieces:
        if _decode(piece.partition("=")[0]) != parameter:
            kept.append(piece)
        elif ours is not None:
            kept.append(ours)
            ours = None
    if ours is not None:
        if kept == [""]:
            kept = []
        kept.append(ours)
    if not kept:
        return start + fragment
    return start + "?" + "&".join(kept) + fragment


def entry_kind(current: "str | None", settled: "str | None", *, correcting: "bool") -> "str | None":
    """How a settled thread gets into the address: "push", "replace", or `None` for not at all.

    `current` is the id that the entry names now. `correcting` is true for a restore, a
    correction, or a deletion seen in `api.fetch`.
    """
    if current == settled:
        return None
    return "replace" if correcting or not is_thread_id(current) else "push"


def parameter_text(parameter: "str") -> "str":
    """The parameter's name as it is written into a URL."""
    plain = ID_CHARACTERS.replace(":", "")
    return "".join(
        [c if c in plain else "".join([f"%{b:02X}" for b in c.encode()]) for c in parameter]
    )


def _split(url: "str") -> "tuple[str, list[str], str]":
    before, mark, after = url.partition("#")
    start, question, query = before.partition("?")
    return start, query.split("&") if question else [], mark + after


def _decode(text: "str") -> "str":
    if "%" not in text and "+" not in text:
        return text
    data = text.replace("+", " ").encode()
    out = bytearray()
    at = 0
    while at < len(data):
        digits = "".join([chr(b) for b in data[at + 1 : at + 3]]) if data[at] == 0x25 else ""
        if len(digits) == 2 and all(d in "0123456789abcdefABCDEF" for d in digits):
            out.append(int(digits, 16))
            at += 3
        else:
            out.append(data[at])
            at += 1
    try:
        return bytes(out).decode()
    except UnicodeError:
        return "\ufffd"
