"""`localStorage` as the tabs of one origin share it, and as browsers spoil it."""

from __future__ import annotations


class Denied(Exception):
    """What a browser throws; it never reaches Python, which gets an outcome."""


class Storage:
    """Texts by key. `denied` throws on everything, `full` on writing, `forgetful` keeps nothing."""

    def __init__(self, **items: str) -> None:
        self.items: dict[str, str] = dict(items)
        self.denied = False
        self.full = False
        self.forgetful = False
        self.writes: list[tuple[str, str | None]] = []

    def get(self, key: str) -> str | None:
        """The text, or `None`."""
        if self.denied:
            raise Denied("SecurityError: The operation is insecure.")
        return self.items.get(key)

    def put(self, key: str, value: str | None) -> None:
        """Sets, or removes for `None`. Removing works in a full storage, too."""
        if self.denied:
            raise Denied("SecurityError: The operation is insecure.")
        if self.full and value is not None:
            raise Denied("QuotaExceededError: The quota has been exceeded.")
        self.writes.append((key, value))
        if value is None:
            self.items.pop(key, None)
        elif not self.forgetful:
            self.items[key] = value

    def clear(self) -> None:
        """The person empties the site's data."""
        self.items.clear()
