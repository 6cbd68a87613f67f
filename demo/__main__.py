"""``python -m demo``: the demo page and its backend on ``http://localhost:8000``."""

import argparse
import contextlib
import errno
import signal
import socket
import sqlite3
import sys
from pathlib import Path

from .server import create_app
from .serving import DemoServer, listen

CHECKOUT = Path(__file__).resolve().parent.parent


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--port", type=_port, default=8000, help="8000 unless told; 0: a free one")
    parser.add_argument(
        "--database",
        type=Path,
        default=CHECKOUT / "var" / "demo.sqlite",
        help="the SQLite file with the threads; var/demo.sqlite unless told",
    )
    return parser.parse_args(words)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


def _listen(port: int) -> list[socket.socket] | str:
    """The sockets, or the one sentence that says why there are none."""
    try:
        return listen(port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} is taken: stop what uses it, or choose another port."
        return f"Port {port} cannot be used: {error.strerror}."


def main(words: list[str] | None = None) -> int:
    """Serve until interrupted; returns the exit code."""
    arguments = _arguments(words)
    sockets = _listen(arguments.port)
    if isinstance(sockets, str):
        print(sockets, file=sys.stderr)
        return 1
    port = sockets[0].getsockname()[1]
    try:
        app = create_app(database=arguments.database, site=CHECKOUT)
    except (OSError, sqlite3.Error) as error:
        for listener in sockets:
            listener.close()
        print(f"The database {arguments.database} cannot be used: {error}.", file=sys.stderr)
        return 1

    def ready() -> None:
        print(f"The demo is ready: http://localhost:{port} (Ctrl-C ends it)", flush=True)

    # `make` passes an end on as SIGTERM: both are an ordinary end.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        DemoServer(app, ready).run(sockets)
    return 0


if __name__ == "__main__":
    sys.exit(main())
