"""What the element asks of ``/chatkit``, over loopback HTTP."""

import json
from collections.abc import Callable

import pytest

from tests.unit.demo.client import Demo, answer, events, spoken, until


def test_a_first_message_makes_a_thread_with_a_title_and_streams_an_answer(demo: Demo) -> None:
    response = demo.say("Where is the invoice of last week, please?")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"
    assert response.headers["content-encoding"] is None
    stream = list(events(response))
    assert stream[0]["type"] == "thread.created"
    assert stream[-1]["type"] == "thread.item.done"
    deltas = [event for event in stream if "text_delta" in str(event.get("update"))]
    assert len(deltas) > 10
    thread = demo.json("threads.get_by_id", thread_id=stream[0]["thread"]["id"])
    assert thread["title"] == "Where is the invoice of last week, please?"
    said = [item["content"][0]["text"] for item in thread["items"]["data"]]
    assert said == ["Where is the invoice of last week, please?", spoken(stream)]


def test_a_second_message_is_answered_in_the_same_thread(demo: Demo) -> None:
    thread_id = demo.store.make_thread("Old", [("user", "One"), ("assistant", "Two")])
    assert "your message number 2" in answer(demo.say("Three", thread_id))
    assert [role for role, _ in demo.store.messages(thread_id)] == ["user", "assistant"] * 2
    assert demo.json("threads.get_by_id", thread_id=thread_id)["title"] == "Old"


def test_threads_and_items_are_listed_in_pages(demo: Demo) -> None:
    made = [demo.store.make_thread(f"T{number}") for number in range(5)]
    first = demo.json("threads.list", limit=3)
    assert [thread["id"] for thread in first["data"]] == made[:1:-1]
    demo.json("threads.delete", thread_id=made[2])  # the last row of the page that was read
    second = demo.json("threads.list", limit=3, after=first["after"])
    assert ([thread["id"] for thread in second["data"]], second["has_more"]) == (made[1::-1], False)
    full = demo.store.make_thread("Long", [("user", str(number)) for number in range(25)])
    opened = demo.json("threads.get_by_id", thread_id=full)["items"]
    rest = demo.json("items.list", thread_id=full, order="asc", after=opened["after"])
    both = [item["content"][0]["text"] for item in opened["data"] + rest["data"]]
    assert both == [str(number) for number in range(25)]


def test_a_page_may_begin_after_an_items_id(demo: Demo) -> None:
    thread_id = demo.store.make_thread("T", [("user", "a"), ("user", "b"), ("user", "c")])
    items = demo.json("items.list", thread_id=thread_id)["data"]
    older = demo.json("items.list", thread_id=thread_id, after=items[0]["id"])["data"]
    assert older == items[1:]


def test_rename_feedback_and_delete(demo: Demo) -> None:
    thread_id = demo.store.make_thread("Before", [("assistant", "Hello")])
    item_id = demo.json("items.list", thread_id=thread_id)["data"][0]["id"]
    assert demo.json("threads.update", thread_id=thread_id, title="After")["title"] == "After"
    demo.json("items.feedback", thread_id=thread_id, item_ids=[item_id], kind="positive")
    assert demo.store.feedback(thread_id) == {item_id: "positive"}
    assert demo.json("threads.delete", thread_id=thread_id) == {}
    assert demo.json("threads.list")["data"] == []
    assert demo.json("threads.delete", thread_id=thread_id) == {}


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("threads.get_by_id", {}),
        ("threads.update", {"title": "New"}),
        ("items.list", {}),
        ("threads.custom_action", {"action": {"type": "go"}}),
        ("threads.add_client_tool_output", {"result": 1}),
    ],
)
def test_a_missing_thread_is_404_with_a_message(
    demo: Demo, kind: str, params: dict[str, object]
) -> None:
    response = demo.post(kind, thread_id="thr_none", **params)
    assert response.status == 404
    assert json.loads(response.read()) == {"error": {"message": "Thread thr_none not found"}}


def test_a_message_to_a_missing_thread_is_404_before_the_stream(demo: Demo) -> None:
    assert demo.say("Hello", "thr_none").status == 404


@pytest.mark.parametrize("body", ["", "no json", "[]", '{"type": "threads.none", "params": {}}'])
def test_what_is_not_the_protocol_is_400(demo: Demo, body: str) -> None:
    response = demo.request("POST", "/chatkit", body)
    assert response.status == 400
    assert "ChatKit protocol" in json.loads(response.read())["error"]["message"]


def test_attachments_are_refused(demo: Demo) -> None:
    assert demo.post("attachments.create", name="a", size=1, mime_type="b/c").status == 501


def test_a_tools_output_continues_the_run_once(demo: Demo) -> None:
    done = [event["item"] for event in events(demo.say("tool get_Weather")) if "item" in event]
    call = done[-1]
    assert (call["type"], call["status"]) == ("client_tool_call", "pending")
    assert (call["name"], call["arguments"]) == ("get_Weather", {})
    output = {"thread_id": call["thread_id"], "result": {"degrees": 21}}
    told = answer(demo.post("threads.add_client_tool_output", **output))
    assert told == 'The tool “get_Weather” returned {"degrees": 21}.'
    again = demo.post("threads.add_client_tool_output", **output)
    assert again.status == 409


def test_a_custom_action_is_answered_with_what_came(demo: Demo) -> None:
    thread_id = demo.store.make_thread("T")
    action = {"type": "approve", "payload": {"id": 7}}
    told = answer(demo.post("threads.custom_action", thread_id=thread_id, action=action))
    assert told == 'The action “approve” came with {"id": 7}.'
    taken = demo.json("threads.sync_custom_action", thread_id=thread_id, action=action)
    assert taken == {}


def test_an_answer_can_be_asked_for_again(demo: Demo) -> None:
    stream = list(events(demo.say("Hello")))
    thread_id, item_id = stream[0]["thread"]["id"], stream[1]["item"]["id"]
    answer(demo.post("threads.retry_after_item", thread_id=thread_id, item_id=item_id))
    assert [role for role, _ in demo.store.messages(thread_id)] == ["user", "assistant"]


def test_the_work_ends_with_its_client(start: Callable[..., Demo]) -> None:
    demo = start(word_delay=60)
    before = demo.tasks()
    thread_id = demo.store.make_thread("T")
    response = demo.say("Hello", thread_id)
    next(events(response))
    assert demo.tasks() > before
    response.close()
    until(lambda: demo.tasks() == before)
    assert demo.store.messages(thread_id) == [("user", "Hello")]


def test_a_client_that_goes_between_two_words_ends_the_work_too(demo: Demo) -> None:
    before = demo.tasks()
    thread_id = demo.store.make_thread("T")
    demo.faults.add("threads.add_user_message", hold_after=7)
    response = demo.say("slow", thread_id)
    stream = events(response)
    seen = [next(stream) for _ in range(7)]
    response.close()
    until(lambda: demo.tasks() == before)
    kept = demo.store.messages(thread_id)[1][1]
    assert kept.startswith(spoken(seen))
    assert len(kept.split()) < 10


def test_a_stopped_answer_is_kept_as_far_as_it_went(start: Callable[..., Demo]) -> None:
    demo = start(word_delay=0.01)
    thread_id = demo.store.make_thread("T")
    response = demo.say("slow", thread_id)
    stream = []
    for event in events(response):
        stream.append(event)
        if len(spoken(stream).split()) == 3:
            break
    response.close()
    until(lambda: len(demo.store.messages(thread_id)) == 2)
    assert demo.store.messages(thread_id)[1][1].startswith(spoken(stream))
    # A later answer is an ordinary one.
    assert answer(demo.say("Hello", thread_id)).startswith("Hello!")


def test_a_thread_deleted_during_its_answer_stays_deleted(start: Callable[..., Demo]) -> None:
    demo = start(word_delay=0.05)
    response = demo.say("Hello")
    stream = events(response)
    thread_id = next(stream)["thread"]["id"]
    demo.json("threads.delete", thread_id=thread_id)
    assert any(event["type"] == "error" for event in stream)
    assert demo.json("threads.list")["data"] == []


def test_threads_are_there_after_a_restart(start: Callable[..., Demo]) -> None:
    first = start()
    stream = list(events(first.say("Keep this")))
    thread_id = stream[0]["thread"]["id"]
    before = first.json("threads.get_by_id", thread_id=thread_id)
    first.server.stop()
    second = start(port=first.server.port)
    assert second.json("threads.get_by_id", thread_id=thread_id) == before
    assert second.store.messages(thread_id)[0] == ("user", "Keep this")
