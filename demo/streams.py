"""Answers on their way to the client.

``EventStream`` sends what the SDK yields, one server-sent event at a time, and ends the work
behind it as soon as the client is gone. ``hang_up`` closes a connection without an end.
"""

import asyncio
import contextvars
from collections.abc import AsyncIterator
from typing import Any, Self

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

TRANSPORT = "demo.transport"
"""The key of the connection in a request's scope; ``demo.serving`` puts it there."""

NO_STORE = {"cache-control": "no-store"}
_STREAM_HEADERS = {**NO_STORE, "x-accel-buffering": "no"}


def problem(status: int, message: str) -> JSONResponse:
    """An error as ChatKit servers tell it: the message is what the reader sees."""
    return JSONResponse({"error": {"message": message}}, status, headers=NO_STORE)


async def client_gone(receive: Receive) -> None:
    """Return once the client has closed the connection, or has its whole answer."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def hang_up(scope: Scope, receive: Receive, last: bytes = b"") -> None:
    """Close the connection: what was sent arrives, and ``last``; an end of the answer does not."""
    transport = scope.get(TRANSPORT)
    if transport is None:
        raise ConnectionAbortedError("Only a server of demo.serving can hang up")
    transport.write(last)
    transport.close()
    await client_gone(receive)


class EventStream(Response):
    """A stream of server-sent events; each chunk of ``events`` is one whole event."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[bytes], cut: asyncio.Event | None = None) -> None:
        super().__init__(headers=_STREAM_HEADERS)
        del self.headers["content-length"]
        self._events = events
        self._cut = cut or asyncio.Event()
        self._first: bytes | None = None
        # The SDK sets a context variable in one event and resets it in another.
        self._context = contextvars.copy_context()

    async def begin(self) -> Self:
        """Wait for the first event; raises what fails before it, while a status can tell it."""
        self._first = await self._pull()
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all events, unless the client goes or the assistant cuts the connection."""
        gone = asyncio.create_task(client_gone(receive))
        cut = asyncio.create_task(self._cut.wait())
        try:
            start = {"status": self.status_code, "headers": self.raw_headers}
            await send({"type": "http.response.start", **start})
            chunk = self._first
            while chunk or chunk is None:
                if chunk:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                chunk = await self._next_unless(gone, cut)
            if cut.done():
                await hang_up(scope, receive)
            elif not gone.done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            cut.cancel()

    async def _next_unless(self, *ends: "asyncio.Task[Any]") -> bytes:
        """The next event; nothing after the last one, and nothing once an end has come."""
        pull = self._pull()
        try:
            await asyncio.wait({pull, *ends}, return_when=asyncio.FIRST_COMPLETED)
            if not any(end.done() for end in ends):
                return pull.result()
        except asyncio.CancelledError:
            await self._halt(pull)
            raise
        await self._halt(pull)
        return b""

    def _pull(self) -> "asyncio.Task[bytes]":
        async def pull() -> bytes:
            return await anext(self._events, b"")

        return asyncio.create_task(pull(), context=self._context)

    async def _halt(self, pull: "asyncio.Task[bytes]") -> None:
        """Cancel the work where it waits: so the SDK learns of it and keeps what was said.

        A pull that has just ended cannot be cancelled; then the next one is.
        """
        while not pull.cancel():
            if pull.exception() or not pull.result():
                return
            pull = self._pull()
            await asyncio.sleep(0)
        await asyncio.wait({pull})
