"""A client of the ChatKit protocol over real loopback HTTP, and the server it talks to."""

import asyncio
import http.client
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from demo.faults import Faults
from demo.server import create_app
from demo.serving import ServerThread
from demo.store import ThreadStore

LIMIT = 20.0


class Demo:
    """A running server with its store and faults; ``word_delay`` is 0 unless told."""

    def __init__(self, folder: Path, word_delay: float = 0, port: int = 0) -> None:
        self.faults = Faults()
        database = folder / "var" / "demo.sqlite"
        app = create_app(database=database, site=folder, faults=self.faults, word_delay=word_delay)
        app.routes.insert(0, Route("/tasks", _count_tasks))
        self.store: ThreadStore = app.state.store
        self.server = ServerThread(app, port)

    def request(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        """Send one request; its answer can be read piece by piece."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=LIMIT)
        connection.request(method, path, body, headers or {})
        return connection.getresponse()

    def post(self, type: str, **params: Any) -> http.client.HTTPResponse:  # noqa: A002
        """Send one request of the protocol."""
        return self.request("POST", "/chatkit", json.dumps({"type": type, "params": params}))

    def json(self, type: str, **params: Any) -> Any:  # noqa: A002
        """The answer of a request that is not streamed; it must succeed."""
        response = self.post(type, **params)
        body = response.read()
        assert response.status == 200, body
        return json.loads(body)

    def say(self, text: str, thread_id: str | None = None) -> http.client.HTTPResponse:
        """Send a message, to a new thread unless one is given."""
        message = {
            "content": [{"type": "input_text", "text": text}],
            "attachments": [],
            "inference_options": {},
        }
        if thread_id is None:
            return self.post("threads.create", input=message)
        return self.post("threads.add_user_message", input=message, thread_id=thread_id)

    def tasks(self) -> int:
        """How many tasks the server runs, the one that counts included."""
        return int(self.request("GET", "/tasks").read())


async def _count_tasks(_: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(asyncio.all_tasks())))


def events(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    """The events of a stream as they arrive."""
    assert response.status == 200, response.read()
    assert response.headers.get_content_type() == "text/event-stream"
    rest = b""
    # Not readline(): it takes a broken connection for an ordinary end.
    while piece := response.read1(65536):
        *whole, rest = (rest + piece).split(b"\n\n")
        for event in whole:
            assert event.startswith(b"data: ")
            yield json.loads(event.removeprefix(b"data: "))
    assert rest == b""


def read_until_cut(response: http.client.HTTPResponse) -> list[dict[str, Any]]:
    """The events of a stream whose connection must break before its end."""
    seen = []
    try:
        for event in events(response):
            seen.append(event)
    except http.client.IncompleteRead:
        return seen
    raise AssertionError(f"the stream ended in good order after {len(seen)} events")


def answer(response: http.client.HTTPResponse) -> str:
    """What the assistant has said in the end: its finished messages."""
    return "\n".join(
        part["text"]
        for event in events(response)
        if event["type"] == "thread.item.done" and event["item"]["type"] == "assistant_message"
        for part in event["item"]["content"]
    )


def spoken(stream: list[dict[str, Any]]) -> str:
    """What the assistant has said so far, finished or not."""
    updates = (event["update"] for event in stream if event["type"] == "thread.item.updated")
    return "".join(update.get("delta", "") for update in updates)


def until(holds: Callable[[], object]) -> None:
    """Ask until it holds; fails after the limit."""
    end = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.01)
