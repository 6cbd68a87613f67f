"""Every snapshot in order, for whoever wants to wait for the next."""

from .answer import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .browser import Browser
    from .state import Snapshot


class Change:
    """One snapshot, and the way to the next: who holds an old one finds all that came after it."""

    def __init__(self, snapshot: "Snapshot | None"):
        self.snapshot = snapshot
        self.next: "Change | None" = None
        self._waiting: "list[Answer]" = []

    def follow(self, snapshot: "Snapshot | None") -> "Change":
        """The next one; `None` for the end."""
        self.next = Change(snapshot)
        for answer in self._waiting:
            answer.give(None)
        return self.next

    async def wait(self, over: "Answer") -> "Change | None":
        """The next one, when it is there; `None` where `over` was given before."""
        if self.next is None:
            self._waiting.append(over)
            try:
                await over.get()
            finally:
                self._waiting.remove(over)
        return self.next


class Changes:
    """An asynchronous iterator; MicroPython has no asynchronous generators (measured)."""

    def __init__(self, last: "Change", browser: "Browser"):
        self._last = last
        self._browser = browser

    def __aiter__(self) -> "Changes":
        return self

    async def __anext__(self) -> "Snapshot":
        if self._last.snapshot is not None:
            self._last = await self._last.wait(Answer(self._browser)) or self._last
        if self._last.snapshot is None:
            raise StopAsyncIteration
        return self._last.snapshot
