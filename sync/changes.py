"""Every snapshot in order, for whoever wants to wait for the next.

A chain from each snapshot to the next would leave it to the interpreter what to keep; but
MicroPython takes any number that looks like the address of something old for a reference to it, and
then the whole chain from there on stays (measured: 59,000 snapshots, and a page that collected
garbage and did nothing else). So the last ones are kept in one list, and a reader is a place in it.
"""

from .answer import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .browser import Browser
    from .state import Snapshot

BEHIND = 500
"""Snapshots that are kept for readers who are slow; who is further behind misses the oldest."""


class Readers:
    """The latest snapshot, `None` after the end, and the last ones where anybody reads."""

    def __init__(self, browser: "Browser", snapshot: "Snapshot"):
        self.latest: "Snapshot | None" = snapshot
        self.count = 0
        self._browser = browser
        self._recent: "list[Snapshot | None]" = []
        self._reading = 0
        self._waiting: "list[Answer]" = []

    def tell(self, snapshot: "Snapshot | None") -> "None":
        """The next one; `None` for the end."""
        self.latest = snapshot
        self.count += 1
        if self._reading:
            self._recent.append(snapshot)
            if len(self._recent) >= 2 * BEHIND:
                self._recent = self._recent[BEHIND:]
        for answer in self._waiting:
            answer.give(None)

    def add(self) -> "Changes":
        """One who reads every snapshot from now on."""
        self._reading += 1
        return Changes(self, self._browser)

    def leave(self) -> "None":
        """One of those reads no more. Who walks away does not say so."""
        self._reading -= 1
        if not self._reading:
            self._recent = []

    def oldest(self) -> "int":
        """The number of the first that is kept."""
        return self.count - len(self._recent)

    def at(self, number: "int") -> "Snapshot | None":
        """The one of this number, which is kept."""
        return self._recent[number - self.oldest()]

    async def wait(self, over: "Answer") -> "None":
        """Until there is another one, or `over` is given."""
        self._waiting.append(over)
        try:
            await over.get()
        finally:
            self._waiting.remove(over)


class Changes:
    """An asynchronous iterator; MicroPython has no asynchronous generators (measured)."""

    def __init__(self, readers: "Readers", browser: "Browser"):
        self._readers = readers
        self._browser = browser
        self._next = readers.count

    async def wait(self, over: "Answer") -> "bool":
        """Whether there is something to read, as soon as there is, or when `over` is given."""
        if not self._has_come():
            await self._readers.wait(over)
        return self._has_come()

    def read(self) -> "Snapshot | None":
        """The next of those that have come; `None` at the end, for good."""
        readers = self._readers
        self._next = max(self._next, readers.oldest())
        if self._next == readers.count:
            return readers.latest
        snapshot = readers.at(self._next)
        if snapshot is not None:
            self._next += 1
        return snapshot

    def _has_come(self) -> "bool":
        return self._next < self._readers.count or self._readers.latest is None

    def __aiter__(self) -> "Changes":
        return self

    async def __anext__(self) -> "Snapshot":
        while not await self.wait(Answer(self._browser)):
            pass
        snapshot = self.read()
        if snapshot is None:
            raise StopAsyncIteration
        return snapshot
