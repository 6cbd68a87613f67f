"""The SQLite file under the store: its tables, one statement at a time, and rows in pages."""

import sqlite3
import threading
from pathlib import Path
from typing import Any, Literal

from chatkit.store import NotFoundError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS threads (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS items (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL,
    thread_id TEXT NOT NULL REFERENCES threads(id) ON DELETE CASCADE,
    data TEXT NOT NULL, UNIQUE (thread_id, id));
CREATE TABLE IF NOT EXISTS feedback (
    thread_id TEXT NOT NULL REFERENCES threads(id) ON DELETE CASCADE,
    item_id TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (thread_id, item_id));
"""
_LARGEST_PAGE = 200

Row = tuple[Any, ...]


class Database:
    """One open file, for all threads of the process. Raises ``sqlite3.Error`` as it comes.

    Whoever needs several statements in one piece holds ``lock``.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self._connection = sqlite3.connect(
            path, check_same_thread=False, isolation_level=None, timeout=10
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        with self.lock:
            self._connection.close()

    def rows(self, statement: str, *values: object) -> list[Row]:
        """Run one statement; returns what it selects."""
        with self.lock:
            return self._connection.execute(statement, values).fetchall()

    def page(
        self,
        table: Literal["threads", "items"],
        where: str,
        values: tuple[str, ...],
        limit: int,
        after: str | None,
        order: str,
    ) -> tuple[list[Row], str | None]:
        """Rows of (seq, data), and the cursor of the next page if there is one.

        Raises ``NotFoundError`` for a cursor that leads nowhere.
        """
        limit = max(1, min(limit, _LARGEST_PAGE))
        direction, beyond = ("ASC", ">") if order == "asc" else ("DESC", "<")
        start: tuple[int, ...] = ()
        if after is not None:
            start = (self._position(table, after),)
            where += f" AND seq {beyond} ?"
        rows = self.rows(
            f"SELECT seq, data FROM {table} WHERE {where} ORDER BY seq {direction} LIMIT ?",
            *values,
            *start,
            limit + 1,
        )
        more = len(rows) > limit
        rows = rows[:limit]
        return rows, str(rows[-1][0]) if more else None

    def _position(self, table: Literal["threads", "items"], after: str) -> int:
        """Where a page begins; the id of a row is taken as well as a cursor of ours.

        Our cursors are positions, so that deleting a row breaks no paging.
        """
        if after.isdecimal():
            return int(after)
        rows = self.rows(f"SELECT seq FROM {table} WHERE id = ?", after)
        if not rows:
            raise NotFoundError(f"Nothing is known of the page after {after}")
        return int(rows[0][0])
