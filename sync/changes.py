"""Every snapshot in order, for whoever wants to wait for the next.

Each reader has a list of its own. In a chain from every snapshot to the next nobody would have to
be known; but MicroPython takes any number that looks like the address of something old for a
reference to it, and the whole chain from there on stays (measured: 59,000 snapshots, and a page
that collected garbage and did nothing else).
"""

from .answer import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .browser import Browser
    from .state import Snapshot

BEHIND = 1000
"""Snapshots that are kept for a reader. Who is further behind has most likely walked away, which
nothing tells, and otherwise goes on with the latest.
"""


class Readers:
    """The latest snapshot, `None` after the end, and who reads on."""

    def __init__(self, browser: "Browser", snapshot: "Snapshot"):
        self.latest: "Snapshot | None" = snapshot
        self._browser = browser
        self._readers: "list[Changes]" = []

    def tell(self, snapshot: "Snapshot | None") -> "None":
        """The next one; `None` for the end."""
        self.latest = snapshot
        for reader in list(self._readers):
            reader.told(snapshot)

    def add(self) -> "Changes":
        """One who reads every snapshot from now on."""
        return Changes(self, self._browser)

    def join(self, reader: "Changes") -> "None":
        """It is told what comes."""
        self._readers.append(reader)

    def leave(self, reader: "Changes") -> "None":
        """It is told nothing more; more than once is fine."""
        if reader in self._readers:
            self._readers.remove(reader)


class Changes:
    """An asynchronous iterator; MicroPython has no asynchronous generators (measured)."""

    def __init__(self, readers: "Readers", browser: "Browser"):
        self._readers = readers
        self._browser = browser
        self._due: "list[Snapshot | None]" = [None] if readers.latest is None else []
        self._waiting: "list[Answer]" = []
        self._is_behind = False
        readers.join(self)

    def told(self, snapshot: "Snapshot | None") -> "None":
        """Keeps it until it is read."""
        if len(self._due) < BEHIND:
            self._due.append(snapshot)
        else:
            self._is_behind = True
            self.leave()
        for answer in self._waiting:
            answer.give(None)

    def leave(self) -> "None":
        """Nothing more is read."""
        self._readers.leave(self)

    async def wait(self, over: "Answer") -> "bool":
        """Whether there is something to read, as soon as there is, or when `over` is given."""
        if not self._due:
            self._waiting.append(over)
            try:
                await over.get()
            finally:
                self._waiting.remove(over)
        return bool(self._due)

    def read(self) -> "Snapshot | None":
        """The next of those that have come; `None` at the end, for good."""
        snapshot = self._due[0]
        if snapshot is not None:
            self._due.pop(0)
            if self._is_behind and not self._due:
                self._is_behind = False
                self._readers.join(self)
                if self._readers.latest is not snapshot:
                    self._due.append(self._readers.latest)
        return snapshot

    def __aiter__(self) -> "Changes":
        return self

    async def __anext__(self) -> "Snapshot":
        while not await self.wait(Answer(self._browser)):
            pass
        snapshot = self.read()
        if snapshot is None:
            raise StopAsyncIteration
        return snapshot
