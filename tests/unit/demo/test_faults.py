"""Each kind of fault, over a real socket."""

import http.client
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from demo.faults import Faults
from tests.unit.demo.client import Demo, answer, events, read_until_cut, until


def started(call: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Run a request in a thread of its own; the list gets its result."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(call()), daemon=True)
    thread.start()
    return thread, results


def test_a_status_with_its_message(demo: Demo) -> None:
    fault = demo.faults.add(type="threads.list", status=503, message="Away", times=1)
    response = demo.post("threads.list")
    assert response.status == 503
    assert json.loads(response.read()) == {"error": {"message": "Away"}}
    assert demo.json("threads.list")["data"] == []
    assert fault.hits == 1


def test_the_first_fault_with_times_left_wins_for_its_thread(demo: Demo) -> None:
    a, b = demo.store.make_thread("A"), demo.store.make_thread("B")
    one = demo.faults.add("threads.get_by_id", a, status=500, times=1)
    two = demo.faults.add("threads.get_by_id", status=404, times=2)
    statuses = [
        demo.post("threads.get_by_id", thread_id=one_id).status for one_id in (b, a, a, a, b)
    ]
    assert statuses == [404, 500, 404, 200, 200]
    assert (one.hits, two.hits) == (1, 2)


def test_a_dropped_connection_has_no_answer(demo: Demo) -> None:
    demo.faults.add(type=None, drop=True, times=2)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        demo.post("threads.list")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        demo.say("Hello")
    assert demo.json("threads.list")["data"] == []


@pytest.mark.parametrize("kind", ["threads.list", "threads.create"])
def test_silence_lasts_until_it_is_cleared(demo: Demo, kind: str) -> None:
    fault = demo.faults.add(kind, silence=True)

    def ask() -> Any:
        return demo.json(kind) if kind == "threads.list" else answer(demo.say("Hello"))

    thread, results = started(ask)
    fault.wait_hit()
    assert demo.request("GET", "/tasks").status == 200  # others are answered meanwhile
    assert results == []
    demo.faults.clear()
    thread.join(10)
    assert len(results) == 1


def test_a_silent_request_ends_with_its_client(demo: Demo) -> None:
    fault = demo.faults.add("threads.list", silence=True)
    before = demo.tasks()
    connection = http.client.HTTPConnection("127.0.0.1", demo.server.port)
    connection.request("POST", "/chatkit", json.dumps({"type": "threads.list", "params": {}}))
    fault.wait_hit()
    assert demo.tasks() > before
    connection.close()
    until(lambda: demo.tasks() == before)


def test_an_answer_that_is_not_a_stream(demo: Demo) -> None:
    demo.faults.add("threads.create", not_a_stream=True)
    response = demo.say("Hello")
    assert (response.status, response.headers.get_content_type()) == (200, "text/html")


def test_an_error_event_alone_or_within_the_answer(demo: Demo) -> None:
    demo.faults.add("threads.create", error_event="It broke", times=1)
    [only] = events(demo.say("Hello"))
    assert (only["type"], only["message"]) == ("error", "It broke")
    demo.faults.add("threads.create", error_event="Later", error_after=2)
    kinds = [event["type"] for event in events(demo.say("Hello"))]
    assert kinds == ["thread.created", "thread.item.done", "error"]


@pytest.mark.parametrize("number", [0, 1, 5])
def test_an_answer_cut_after_some_events(demo: Demo, number: int) -> None:
    before = demo.tasks()
    demo.faults.add("threads.create", cut_after=number)
    assert len(read_until_cut(demo.say("Hello"))) == number
    until(lambda: demo.tasks() == before)


def test_a_plain_answer_can_be_cut_before_its_body(demo: Demo) -> None:
    demo.faults.add("threads.list", cut_after=0)
    with pytest.raises(http.client.IncompleteRead):
        demo.post("threads.list").read()


def test_an_answer_ended_early_in_good_order(demo: Demo) -> None:
    before = demo.tasks()
    demo.faults.add("threads.create", end_after=2)
    assert [event["type"] for event in events(demo.say("never answer"))] == [
        "thread.created",
        "thread.item.done",
    ]
    until(lambda: demo.tasks() == before)


def test_a_malformed_line(demo: Demo) -> None:
    demo.faults.add("threads.create", malformed_after=1)
    stream = events(demo.say("Hello"))
    assert next(stream)["type"] == "thread.created"
    with pytest.raises(json.JSONDecodeError):
        next(stream)
    assert list(stream) == []


def test_an_answer_held_and_released(demo: Demo) -> None:
    fault = demo.faults.add("threads.create", hold_after=2)
    stream = events(demo.say("Hello"))
    assert [next(stream)["type"], next(stream)["type"]] == ["thread.created", "thread.item.done"]
    thread, results = started(lambda: list(stream))
    assert demo.json("threads.list")["data"][0].get("title") is None  # no third event was made
    assert results == []
    fault.release()
    thread.join(10)
    assert results[0][-1]["type"] == "thread.item.done"


@pytest.mark.parametrize("what", [{}, {"status": 500}])
def test_a_request_held_before_anything_happens(demo: Demo, what: dict[str, Any]) -> None:
    thread_id = demo.store.make_thread("Before")
    fault = demo.faults.add("threads.update", hold_after=0, **what)
    thread, results = started(
        lambda: demo.post("threads.update", thread_id=thread_id, title="After").status
    )
    fault.wait_hit()
    assert demo.json("threads.get_by_id", thread_id=thread_id)["title"] == "Before"
    fault.release()
    thread.join(10)
    assert results == [what.get("status", 200)]


def test_a_held_answer_ends_with_its_client(demo: Demo) -> None:
    before = demo.tasks()
    demo.faults.add("threads.create", hold_after=1)
    response = demo.say("Hello")
    next(events(response))
    assert demo.tasks() > before
    response.close()
    until(lambda: demo.tasks() == before)


def test_requests_are_recorded_in_order_until_reset(demo: Demo) -> None:
    demo.request(
        "POST", "/chatkit", '{"type": "threads.list", "params": {}}', {"X-Key": "7"}
    ).read()
    demo.post("threads.get_by_id", thread_id="thr_1").read()
    demo.request("POST", "/chatkit", "no json").read()
    seen = demo.faults.requests
    assert [(one.type, one.thread_id) for one in seen] == [
        ("threads.list", None),
        ("threads.get_by_id", "thr_1"),
        ("", None),
    ]
    assert seen[0].headers["x-key"] == "7"
    demo.faults.reset()
    assert (demo.faults.requests, len(seen)) == ([], 3)


@pytest.mark.parametrize(
    "what",
    [
        {},
        {"status": 500, "drop": True},
        {"type": "threads.list", "cut_after": 1},
        {"type": "threads.list", "hold_after": 1},
        {"type": "threads.list", "malformed_after": 0},
        {"type": "threads.list", "error_event": "x"},
    ],
)
def test_a_fault_that_could_not_happen_is_refused(what: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"threads\.\w+"):
        Faults().add(**{"type": "threads.create", **what})


def test_waiting_for_a_hit_that_never_comes_says_so() -> None:
    fault = Faults().add("threads.list", drop=True)
    with pytest.raises(TimeoutError, match="0 of 1"):
        fault.wait_hit(timeout=0.01)


def test_a_server_with_open_answers_ends_at_once(demo: Demo) -> None:
    for _ in range(3):
        next(events(demo.say("never answer")))
    fault = demo.faults.add("threads.list", silence=True)

    def ask() -> None:
        with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
            demo.post("threads.list")

    thread, results = started(ask)
    fault.wait_hit()
    demo.server.stop()
    thread.join(10)
    assert results == [None]
