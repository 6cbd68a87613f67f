"""Every snapshot in order, for whoever wants to wait for the next."""

import asyncio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .state import Snapshot


class Change:
    """One snapshot, and the way to the next: who holds an old one finds all that came after it."""

    def __init__(self, snapshot: "Snapshot | None"):
        self.snapshot = snapshot
        self.next: "Change | None" = None
        self._has_next: "asyncio.Event | None" = None

    def follow(self, snapshot: "Snapshot | None") -> "Change":
        """The next one; `None` for the end."""
        self.next = Change(snapshot)
        if self._has_next is not None:
            self._has_next.set()
        return self.next

    async def wait(self) -> "Change":
        """The next one, when it is there."""
        while self.next is None:
            if self._has_next is None:
                self._has_next = asyncio.Event()
            await self._has_next.wait()
        return self.next


class Changes:
    """An asynchronous iterator; MicroPython has no asynchronous generators (measured)."""

    def __init__(self, last: "Change"):
        self._last = last

    def __aiter__(self) -> "Changes":
        return self

    async def __anext__(self) -> "Snapshot":
        if self._last.snapshot is not None:
            self._last = await self._last.wait()
        if self._last.snapshot is None:
            raise StopAsyncIteration
        return self._last.snapshot
