"""Requests that fail on purpose. They exist only where a test hands a ``Faults`` to the server.

    faults = Faults()
    fault = faults.add("threads.get_by_id", status=500, message="No luck", times=1)
    ...
    assert fault.hits == 1

The test holds the object while the server runs in another thread; all of it may be called from
any thread. How a request meets its fault is told in ``fault_layer.py``.
"""

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Any

STREAMED = frozenset(
    {
        "threads.create",
        "threads.add_user_message",
        "threads.add_client_tool_output",
        "threads.add_structured_input",
        "threads.retry_after_item",
        "threads.custom_action",
    }
)
"""The request types that are answered with a stream of events."""


class Gate:
    """Closed until somebody, in whatever thread, opens it for good."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = False
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def open(self) -> None:
        """Let everybody through, now and later."""
        with self._lock:
            self._open = True
            for loop, event in self._waiting:
                loop.call_soon_threadsafe(event.set)
            self._waiting.clear()

    async def wait(self) -> None:
        """Return once the gate is open."""
        event = asyncio.Event()
        entry = (asyncio.get_running_loop(), event)
        with self._lock:
            if self._open:
                return
            self._waiting.append(entry)
        try:
            await event.wait()
        finally:
            with self._lock:
                if entry in self._waiting:
                    self._waiting.remove(entry)


@dataclass(frozen=True)
class Seen:
    """One request as it arrived; headers by their lower-case names."""

    type: str
    thread_id: str | None
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Fault:
    """What happens to the requests it meets; made by ``Faults.add``, which explains each field."""

    type: str | None
    thread_id: str | None = None
    times: int | None = None
    status: int | None = None
    message: str = "Made to fail by a test"
    drop: bool = False
    silence: bool = False
    not_a_stream: bool = False
    error_event: str | None = None
    error_after: int | None = None
    cut_after: int | None = None
    end_after: int | None = None
    malformed_after: int | None = None
    hold_after: int | None = None
    hits: int = 0
    gate: Gate = field(default_factory=Gate, repr=False)
    _met: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def release(self) -> None:
        """What this fault holds goes on, and it holds nothing any more."""
        self.gate.open()

    def wait_hit(self, count: int = 1, timeout: float = 10) -> None:
        """Block this thread until the fault has met so many requests; TimeoutError if not."""
        with self._met:
            if not self._met.wait_for(lambda: self.hits >= count, timeout):
                raise TimeoutError(f"{self.hits} of {count} requests came in {timeout} s: {self}")

    def hit(self) -> None:
        """Count one request."""
        with self._met:
            self.hits += 1
            self._met.notify_all()

    def matches(self, seen: Seen) -> bool:
        """Whether this request is to fail."""
        return (
            self.type in (None, seen.type)
            and self.thread_id in (None, seen.thread_id)
            and (self.times is None or self.hits < self.times)
        )

    def check(self) -> None:
        """Raise ValueError for a fault that could never do what it says."""
        bends = [self.error_event, self.cut_after, self.end_after, self.malformed_after]
        given = [self.drop, self.silence, self.not_a_stream, self.status is not None]
        given += [bend is not None for bend in bends]
        if sum(given) > 1 or (not any(given) and self.hold_after is None):
            raise ValueError(f"Say one thing that goes wrong, not {sum(given)}: {self}")
        late = self.hold_after or any(bend is not None for bend in (self.error_after, *bends))
        if late and self.type not in STREAMED and self.cut_after != 0:
            raise ValueError(f"{self.type} is not answered with a stream: {self}")


class Faults:
    """The faults of one server, and the requests that it has seen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._requests: list[Seen] = []

    def add(
        self,
        type: str | None,  # noqa: A002 - the protocol's own word
        thread_id: str | None = None,
        **what: Any,
    ) -> Fault:
        """Make requests of this type (None: of any), and of this thread if given, go wrong.

        The first added fault that matches wins; ``times`` ends it after so many hits. One of:

        - ``status=503, message="…"``: that answer
        - ``drop=True``: the connection is closed without an answer
        - ``silence=True``: no answer, until released or the client goes
        - ``not_a_stream=True``: 200 with text/html
        - ``error_event="…"``: a stream of one error event; with ``error_after=N`` the real
          answer up to N events, and then that error
        - ``cut_after=N``: the real answer, its connection closed after N events
        - ``end_after=N``: the real answer, ended in good order after N events
        - ``malformed_after=N``: the real answer, a broken line after N events, then the end

        ``hold_after=N`` may come alone or with one of them: a pause after N events until
        ``release()``. With N = 0 the pause comes before the server does anything, and works for
        requests that are not streamed as well.
        """
        fault = Fault(type, thread_id, **what)
        fault.check()
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Take all faults away and release what they hold."""
        with self._lock:
            faults, self._faults = self._faults, []
        for fault in faults:
            fault.release()

    def reset(self) -> None:
        """``clear``, and forget the requests seen: as new, for the next test."""
        self.clear()
        with self._lock:
            self._requests.clear()

    @property
    def requests(self) -> list[Seen]:
        """All requests seen so far, in order: a copy."""
        with self._lock:
            return list(self._requests)

    def meet(self, seen: Seen) -> Fault | None:
        """Note a request; returns the fault that it runs into."""
        with self._lock:
            self._requests.append(seen)
            fault = next((fault for fault in self._faults if fault.matches(seen)), None)
            if fault is not None:
                fault.hit()
        return fault
