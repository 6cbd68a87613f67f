"""The server behind a FakeElement: which threads there are, and what goes wrong."""

from __future__ import annotations

DOWN = 0
"""The status of a request that met no server."""


class Server:
    """`threads` are there; any other id is a 404. `ever` holds the deleted ones, too.

    `down` answers nothing at all. `failing[id]` is the status that loading this thread, or a
    message in it, gets, `creating` the status of creating one. `latency` is seconds for a request,
    `answer_time` for an answer's stream, which never ends where it is `None`. `confirmed` are the
    ids of which it has said that they are there.
    """

    def __init__(self, *threads: str) -> None:
        self.threads = list(threads)
        self.ever = set(threads)
        self.confirmed: set[str] = set()
        self.down = False
        self.failing: dict[str, int] = {}
        self.creating = 200
        self.latency = 0.1
        self.latencies: dict[str, float] = {}
        self.answer_time: float | None = 1.0
        self.retry_time = 25.0
        self._made = 0

    def status_of(self, thread_id: str) -> int:
        """The HTTP status of loading a thread, or of a message in it, now."""
        if self.down:
            return DOWN
        if thread_id in self.failing:
            return self.failing[thread_id]
        if thread_id not in self.threads:
            return 404
        self.confirmed.add(thread_id)
        return 200

    def next_id(self) -> str:
        """Return the id of the thread that is being made."""
        return f"new_{self._made}"

    def create(self) -> tuple[int, str]:
        """Makes a thread: the status, and its id where that is 200."""
        if self.down:
            return DOWN, ""
        if self.creating != 200:
            return self.creating, ""
        self._made += 1
        made = self.next_id()
        self.threads.append(made)
        self.ever.add(made)
        self.confirmed.add(made)
        return 200, made
