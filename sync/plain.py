"""Values that people hand over: whether they can cross into the element, which takes what JSON
carries and nothing else, and whether they are of the kind that is asked for.

MicroPython's `json.dumps` writes text that is no JSON for anything it does not know (measured), and
CPython's raises without naming the place, so values are looked at before they leave.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


OFF = (None, False, "", "false")
"""What stands for no parameter, key, scope or history: an attribute has `false` as a text."""


def problem(value: "Any", place: "str") -> "str":
    """Why a value cannot cross, naming the place; empty where it can.

    It may be a dict with text keys, a list, a tuple, a text, a finite number, a bool, or `None`.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return ""
    if isinstance(value, float):
        is_finite = value - value == 0.0
        return "" if is_finite else f"{place} is {value!r}, which is no number for JavaScript"
    if isinstance(value, (list, tuple)):
        found = [problem(one, f"{place}[{at}]") for at, one in enumerate(value)]
    elif isinstance(value, dict):
        odd = [f"{place} has the key {key!r}" for key in value if not isinstance(key, str)]
        found = odd + [problem(one, f"{place}.{key}") for key, one in value.items()]
    else:
        return f"{place} is {kind_of(value)}, which cannot cross into JavaScript"
    return next((one for one in found if one), "")


def kind_of(value: "Any") -> "str":
    """A value's kind as a message names it: "a list", "an int"."""
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def is_foreign(value: "Any") -> "bool":
    """Whether it is an object of JavaScript's; both interpreters name it so (measured)."""
    return type(value).__name__ == "JsProxy"


def is_seconds(value: "Any") -> "bool":
    """Whether it is a number of seconds that can pass."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and 0 <= value < float("inf")


def check_timeout(timeout: "Any", place: "str") -> "None":
    """Raises `ValueError` for what is neither `None` nor a number of seconds."""
    if timeout is not None and not is_seconds(timeout):
        raise ValueError(f"{place} takes a timeout in seconds, not {timeout!r}")


def check_function(value: "Any", place: "str") -> "None":
    """Raises `TypeError` for what cannot be called."""
    if not callable(value):
        raise TypeError(f"{place} takes a function, not {kind_of(value)}")
