"""uvicorn around the application: on the command line, and in a thread of a test.

with ServerThread(create_app(...)) as server:
    urllib.request.urlopen(server.url)
"""

import asyncio
import errno
import socket
import threading
from collections.abc import Callable
from types import TracebackType

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .streams import TRANSPORT


class Connection(H11Protocol):
    """HTTP as uvicorn speaks it, except that the application may close its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hand the connection to every request that comes through it."""
        super().connection_made(transport)
        app = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, TRANSPORT: transport}, receive, send)

        self.app = with_transport


class DemoServer(uvicorn.Server):
    """A uvicorn server that says when it is ready, and whose end no open stream holds up."""

    def __init__(self, app: ASGIApp, on_ready: Callable[[], object]) -> None:
        config = uvicorn.Config(
            app, http=Connection, ws="none", log_level="warning", access_log=False, lifespan="on"
        )
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's; afterwards connections are answered."""
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, which would wait for the answers that still run: their clients are told."""
        for connection in list(self.server_state.connections):
            connection.transport.close()
        await super().shutdown(sockets)


def listen(port: int) -> list[socket.socket]:
    """Sockets for ``http://localhost:port``, in both families where the machine has both.

    Port 0 takes a free one. Raises ``OSError`` (EADDRINUSE) where the port is taken in either:
    a browser that asks for localhost may try each of them.
    """
    first = _bound(socket.AF_INET, "127.0.0.1", port)
    try:
        second = _bound(socket.AF_INET6, "::1", first.getsockname()[1])
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            first.close()
            raise
        return [first]
    return [first, second]


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        # Two listeners can be bound to one port before either listens.
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


class ServerThread:
    """A server in a thread of this process, on ``127.0.0.1``; port 0 takes a free one.

    It answers once the constructor has returned. ``stop()`` ends it with all its streams.
    """

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self._socket = _bound(socket.AF_INET, "127.0.0.1", port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        ready = threading.Event()
        self._server = DemoServer(app, ready.set)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="demo server", daemon=True
        )
        self._thread.start()
        if not ready.wait(20):
            raise TimeoutError("The demo's server did not start within 20 s")

    def stop(self) -> None:
        """End the server and wait for it; a second call does nothing."""
        self._server.should_exit = True
        self._thread.join(20)
        if self._thread.is_alive():
            raise TimeoutError("The demo's server did not end within 20 s")

    def __enter__(self) -> "ServerThread":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
