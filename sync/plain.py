"""Values that can cross into the element: what JSON carries, and nothing else.

MicroPython's `json.dumps` writes text that is no JSON for anything it does not know (measured), and
CPython's raises without naming the place, so values are looked at before they leave.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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
        return f"{place} is a {type(value).__name__}, which cannot cross into JavaScript"
    return next((one for one in found if one), "")
