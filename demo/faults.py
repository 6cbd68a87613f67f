"""Requests that fail on purpose. They exist only where a test hands a ``Faults`` to the server.

    faults = Faults()
    fault = faults.add("threads.get_by_id", status=500, message="No luck", times=1)
    ...
    assert fault.hits == 1

The test holds the object while the server runs in another thread; all of it may be called from
any thread. Answers of such a server close their connection: a browser repeats a request in
silence when a connection that it used before breaks, and would count as two hits.
"""

import asyncio
import json
import threading
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .streams import client_gone, hang_up, problem

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

_MALFORMED = b'data: {"type": "thread.item.upd\n\n'


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


class FaultLayer:
    """Stands before the real endpoint and lets requests run into their faults."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as its fault wants it if it has one."""
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        fault = self._faults.meet(_seen(request, body))
        if fault is None:
            await self._app(scope, _again(body, receive), send)
            return
        stops_first = fault.silence or fault.hold_after == 0
        if stops_first and not await _released(fault, receive):
            return
        if fault.drop:
            await hang_up(scope, receive)
        elif answer := _made_up(fault):
            await answer(scope, receive, send)
        else:
            bent = _BentAnswer(fault, scope, receive, send)
            await self._app(scope, _again(body, receive), bent.send)


class _BentAnswer:
    """The real answer, until it reaches the event where the fault is."""

    def __init__(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        self._fault = fault
        self._scope = scope
        self._receive = receive
        self._send = send
        self._events = 0
        self._over = False

    async def send(self, message: Message) -> None:
        """Pass a message on and do there what the fault says; swallow all that comes later."""
        if self._over:
            return
        ended = message["type"] == "http.response.body" and not message.get("more_body")
        await self._send(message)
        self._events += bool(message.get("body"))
        if not ended:
            await self._bend()

    async def _bend(self) -> None:
        fault, here = self._fault, self._events
        if here and fault.hold_after == here:
            await _released(fault, self._receive)
        if fault.cut_after == here:
            self._over = True
            await hang_up(self._scope, self._receive)
        elif fault.end_after == here:
            await self._end(b"")
        elif fault.malformed_after == here:
            await self._end(_MALFORMED)
        elif fault.error_after == here and fault.error_event is not None:
            await self._end(_error_event(fault.error_event))

    async def _end(self, last: bytes) -> None:
        # Once the answer is complete, the server tells the endpoint that its client is gone.
        self._over = True
        await self._send({"type": "http.response.body", "body": last, "more_body": False})


class CloseAfterAnswer:
    """Middleware: no connection is used twice (why, the module's first lines say)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and say in the answer that the connection ends with it."""

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), (b"connection", b"close")]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, closing)


def _seen(request: Request, body: bytes) -> Seen:
    try:
        data = json.loads(body)
        thread_id = data.get("params", {}).get("thread_id")
        return Seen(str(data.get("type")), thread_id, dict(request.headers), data)
    except (ValueError, AttributeError):
        return Seen("", None, dict(request.headers), {})


def _again(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that tells a body which has been read already."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _released(fault: Fault, receive: Receive) -> bool:
    """Wait for the release; False if the client has gone instead."""
    gone = asyncio.create_task(client_gone(receive))
    opened = asyncio.create_task(fault.gate.wait())
    try:
        await asyncio.wait({gone, opened}, return_when=asyncio.FIRST_COMPLETED)
        return not gone.done()
    finally:
        gone.cancel()
        opened.cancel()


def _made_up(fault: Fault) -> Response | None:
    """The answer of a fault that needs no real one."""
    if fault.status is not None:
        return problem(fault.status, fault.message)
    if fault.not_a_stream:
        return Response("<!doctype html><title>Not a stream</title>", media_type="text/html")
    if fault.error_event is not None and fault.error_after is None:
        return Response(_error_event(fault.error_event), media_type="text/event-stream")
    return None


def _error_event(message: str) -> bytes:
    event = {"type": "error", "code": "custom", "message": message, "allow_retry": False}
    return b"data: " + json.dumps(event).encode() + b"\n\n"
