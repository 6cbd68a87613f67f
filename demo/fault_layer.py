"""Where requests meet their faults: in front of the real endpoint, and in its answer.

On a connection that was open before, a browser repeats a request in silence when the connection
breaks without a word, and the page would never see the fault. So answers of a server with faults
close theirs; and since browsers open connections in reserve, a word comes before the end.
"""

import asyncio
import json

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .faults import Fault, Faults, Seen
from .streams import client_gone, hang_up, problem

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
"""The word: no answer, and after it Chromium repeats nothing (measured)."""
_MALFORMED = b'data: {"type": "thread.item.upd\n\n'


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
            await hang_up(scope, receive, CONTINUE)
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
