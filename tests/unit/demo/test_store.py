import asyncio
import json
import sqlite3
import threading
from datetime import datetime
from pathlib import Path

import pytest
from chatkit.store import NotFoundError
from chatkit.types import Page, Thread

from demo.context import Context
from demo.store import ThreadStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "folder" / "demo.sqlite"


def test_a_whole_thread_is_saved_without_its_items_and_can_be_loaded(path: Path) -> None:
    thread = Thread(id="thr_1", title="T", created_at=datetime.now(), items=Page())
    thread.metadata["kept"] = True
    store = ThreadStore(path)
    asyncio.run(store.save_thread(thread, Context()))
    [(data,)] = sqlite3.connect(path).execute("SELECT data FROM threads").fetchall()
    assert "items" not in json.loads(data)
    store.close()
    loaded = asyncio.run(ThreadStore(path).load_thread("thr_1", Context()))
    assert loaded.model_dump() == thread.model_dump(exclude={"items"})


def test_threads_are_made_from_any_thread(path: Path) -> None:
    store = ThreadStore(path)
    workers = [
        threading.Thread(target=store.make_thread, args=(f"T{number}", [("user", "Hello")]))
        for number in range(8)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    page = asyncio.run(store.load_threads(20, None, "asc", Context()))
    assert {thread.title for thread in page.data} == {f"T{number}" for number in range(8)}
    assert all(store.messages(thread.id) == [("user", "Hello")] for thread in page.data)


def test_a_thread_can_be_made_under_a_given_id_again_after_its_deletion(path: Path) -> None:
    store = ThreadStore(path)
    store.make_thread("T", [("user", "Old")], thread_id="thr_a")
    asyncio.run(store.delete_thread("thr_a", Context()))
    assert store.messages("thr_a") == []
    assert store.make_thread("T", thread_id="thr_a") == "thr_a"
    assert store.messages("thr_a") == []


def test_an_item_keeps_its_place_when_it_is_saved_again(path: Path) -> None:
    store = ThreadStore(path)
    thread_id = store.make_thread("T", [("user", "a"), ("user", "b")])
    page = asyncio.run(store.load_thread_items(thread_id, None, 1, "asc", Context()))
    asyncio.run(store.save_item(thread_id, page.data[0], Context()))
    assert store.messages(thread_id) == [("user", "a"), ("user", "b")]


def test_what_is_not_there_is_not_found(path: Path) -> None:
    store, context = ThreadStore(path), Context()
    thread_id = store.make_thread("T", [("user", "a")])
    item = asyncio.run(store.load_thread_items(thread_id, None, 1, "asc", context)).data[0]
    for missing in (
        store.load_thread("x", context),
        store.load_thread_items("x", None, 1, "asc", context),
        store.load_item(thread_id, "x", context),
        store.add_thread_item("x", item, context),
        store.load_threads(1, "x", "asc", context),
        store.load_attachment("x", context),
    ):
        with pytest.raises(NotFoundError):
            asyncio.run(missing)
