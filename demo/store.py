"""Threads in one SQLite file, as the store that OpenAI's server SDK asks for.

    store = ThreadStore(Path("var/demo.sqlite"))
    thread_id = store.make_thread("Invoices", [("user", "Hello"), ("assistant", "Hello!")])

Every call is one short synchronous statement, so nothing is awaited inside a cancelled stream.
"""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

from chatkit.store import NotFoundError, Store, default_generate_id
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageItem,
    Attachment,
    FeedbackKind,
    InferenceOptions,
    Page,
    ThreadItem,
    ThreadMetadata,
    UserMessageItem,
    UserMessageTextContent,
)
from pydantic import TypeAdapter
from typing_extensions import override

from .context import Context
from .database import Database

Role = Literal["user", "assistant"]

_ITEM: TypeAdapter[ThreadItem] = TypeAdapter(ThreadItem)


def text_of(item: UserMessageItem | AssistantMessageItem) -> str:
    """What a message says, as plain text."""
    return "".join(part.text for part in item.content)


class ThreadStore(Store[Context]):
    """Keeps threads, items and feedback; may be called from any thread of the process.

    Raises ``NotFoundError`` for a thread or an item that is not there, and
    ``sqlite3.Error`` where the file cannot be used.
    """

    def __init__(self, database: Path) -> None:
        self._database = Database(database)
        self._deleted: set[str] = set()

    def close(self) -> None:
        """Let go of the file. The store is of no use afterwards."""
        self._database.close()

    # Threads

    @override
    async def load_thread(self, thread_id: str, context: Context) -> ThreadMetadata:
        """The thread's metadata, without its items."""
        rows = self._database.rows("SELECT data FROM threads WHERE id = ?", thread_id)
        if not rows:
            raise _no_thread(thread_id)
        return ThreadMetadata.model_validate_json(rows[0][0])

    @override
    async def save_thread(self, thread: ThreadMetadata, context: Context) -> None:
        """Insert or replace; a thread deleted meanwhile (its answer still runs) stays deleted."""
        self._save_thread(thread)

    @override
    async def load_threads(
        self, limit: int, after: str | None, order: str, context: Context
    ) -> Page[ThreadMetadata]:
        """One page of threads in the order of their creation."""
        rows, page_end = self._database.page("threads", "1 = 1", (), limit, after, order)
        data = [ThreadMetadata.model_validate_json(row[1]) for row in rows]
        return Page(data=data, has_more=page_end is not None, after=page_end)

    @override
    async def delete_thread(self, thread_id: str, context: Context) -> None:
        """Delete the thread with all that belongs to it; one that is gone already is no error."""
        with self._database.lock:
            self._deleted.add(thread_id)
            self._database.rows("DELETE FROM threads WHERE id = ?", thread_id)

    # Items

    @override
    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: Context
    ) -> Page[ThreadItem]:
        """One page of a thread's items in the order of their creation."""
        self._check_thread(thread_id)
        rows, page_end = self._database.page(
            "items", "thread_id = ?", (thread_id,), limit, after, order
        )
        data = [_ITEM.validate_json(row[1]) for row in rows]
        return Page(data=data, has_more=page_end is not None, after=page_end)

    @override
    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: Context) -> None:
        """Append an item, or replace the one of that id at its place."""
        self._save_item(thread_id, item)

    @override
    async def save_item(self, thread_id: str, item: ThreadItem, context: Context) -> None:
        """The same as ``add_thread_item``."""
        self._save_item(thread_id, item)

    @override
    async def load_item(self, thread_id: str, item_id: str, context: Context) -> ThreadItem:
        """One item of a thread."""
        rows = self._database.rows(
            "SELECT data FROM items WHERE thread_id = ? AND id = ?", thread_id, item_id
        )
        if not rows:
            raise NotFoundError(f"Item {item_id} not found in thread {thread_id}")
        return _ITEM.validate_json(rows[0][0])

    @override
    async def delete_thread_item(self, thread_id: str, item_id: str, context: Context) -> None:
        """Delete one item; one that is gone already is no error."""
        self._database.rows("DELETE FROM items WHERE thread_id = ? AND id = ?", thread_id, item_id)

    def save_feedback(self, thread_id: str, item_ids: Iterable[str], kind: FeedbackKind) -> None:
        """Keep what the reader thinks of these items; the last word counts."""
        self._check_thread(thread_id)
        for item_id in item_ids:
            self._database.rows(
                "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?)", thread_id, item_id, kind
            )

    def feedback(self, thread_id: str) -> dict[str, str]:
        """The feedback of a thread by item id."""
        rows = self._database.rows(
            "SELECT item_id, kind FROM feedback WHERE thread_id = ?", thread_id
        )
        return dict(rows)

    # Attachments: the demo takes none, and the SDK wants to be told

    @override
    async def save_attachment(self, attachment: Attachment, context: Context) -> None:
        """Refused."""
        raise NotFoundError("This demo keeps no attachments")

    @override
    async def load_attachment(self, attachment_id: str, context: Context) -> Attachment:
        """Refused."""
        raise NotFoundError(f"Attachment {attachment_id} not found: this demo keeps none")

    @override
    async def delete_attachment(self, attachment_id: str, context: Context) -> None:
        """Nothing to do."""

    # For the assistant and for tests

    def make_thread(
        self,
        title: str | None,
        messages: Iterable[tuple[Role, str]] = (),
        thread_id: str | None = None,
    ) -> str:
        """Put a whole conversation into the store; returns its id."""
        thread = ThreadMetadata(
            id=thread_id or default_generate_id("thread"), title=title, created_at=datetime.now()
        )
        with self._database.lock:
            self._deleted.discard(thread.id)
            self._save_thread(thread)
            for role, text in messages:
                self._save_item(thread.id, _message(thread.id, role, text))
        return thread.id

    def messages(self, thread_id: str) -> list[tuple[Role, str]]:
        """The conversation as ``make_thread`` takes it; empty for a missing thread."""
        rows = self._database.rows(
            "SELECT data FROM items WHERE thread_id = ? ORDER BY seq", thread_id
        )
        said: list[tuple[Role, str]] = []
        for (data,) in rows:
            item = _ITEM.validate_json(data)
            if isinstance(item, UserMessageItem):
                said.append(("user", text_of(item)))
            elif isinstance(item, AssistantMessageItem):
                said.append(("assistant", text_of(item)))
        return said

    # What the two above share

    def _check_thread(self, thread_id: str) -> None:
        if not self._database.rows("SELECT 1 FROM threads WHERE id = ?", thread_id):
            raise _no_thread(thread_id)

    def _save_thread(self, thread: ThreadMetadata) -> None:
        # The SDK may hand over a whole Thread; stored with its items it could not be read again.
        data = thread.model_dump_json(include=set(ThreadMetadata.model_fields))
        with self._database.lock:
            if thread.id in self._deleted:
                raise _no_thread(thread.id)
            self._database.rows(
                "INSERT INTO threads (id, data) VALUES (?, ?)"
                " ON CONFLICT (id) DO UPDATE SET data = excluded.data",
                thread.id,
                data,
            )

    def _save_item(self, thread_id: str, item: ThreadItem) -> None:
        try:
            self._database.rows(
                "INSERT INTO items (id, thread_id, data) VALUES (?, ?, ?)"
                " ON CONFLICT (thread_id, id) DO UPDATE SET data = excluded.data",
                item.id,
                thread_id,
                item.model_dump_json(),
            )
        except sqlite3.IntegrityError as error:
            raise _no_thread(thread_id) from error


def _no_thread(thread_id: str) -> NotFoundError:
    return NotFoundError(f"Thread {thread_id} not found")


def _message(thread_id: str, role: Role, text: str) -> UserMessageItem | AssistantMessageItem:
    item_id = default_generate_id("message")
    now = datetime.now()
    if role == "user":
        return UserMessageItem(
            id=item_id,
            thread_id=thread_id,
            created_at=now,
            content=[UserMessageTextContent(text=text)],
            inference_options=InferenceOptions(),
        )
    return AssistantMessageItem(
        id=item_id,
        thread_id=thread_id,
        created_at=now,
        content=[AssistantMessageContent(text=text)],
    )
