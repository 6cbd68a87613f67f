"""Each spoken command, and the list of them."""

import json
from collections.abc import Callable

import pytest

from demo.assistant import COMMANDS, command_in
from tests.unit.demo.client import Demo, answer, events, read_until_cut, spoken, until


def test_the_page_gets_the_list_of_commands(demo: Demo) -> None:
    response = demo.request("GET", "/demo/commands.json")
    listed = json.loads(response.read())
    assert [command["name"] for command in listed] == [command.name for command in COMMANDS]
    assert all(set(command) == {"name", "say", "does"} for command in listed)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("Slow", ("slow", "")),
        ("  fail   HALF way. ", ("fail half way", "")),
        ("never answer!", ("never answer", "")),
        ("Tool get_Weather", ("tool", "get_Weather")),
        ("effect confetti", ("effect", "confetti")),
        ("tool", ("", "")),
        ("how slow is it?", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_command_is_the_whole_message(text: str, command: tuple[str, str]) -> None:
    assert command_in(text) == command


def test_help_lists_every_command(demo: Demo) -> None:
    told = answer(demo.say("help"))
    assert all(command.say in told and command.does in told for command in COMMANDS)


def test_slow_says_forty_words_one_at_a_time(demo: Demo) -> None:
    stream = list(events(demo.say("slow")))
    deltas = [event for event in stream if event.get("update", {}).get("delta")]
    assert 35 <= len(deltas) <= 45
    assert stream[-1]["type"] == "thread.item.done"


def test_fail_half_way_ends_in_an_error_that_says_so(demo: Demo) -> None:
    stream = list(events(demo.say("fail half way")))
    assert spoken(stream)
    assert stream[-1]["type"] == "error"
    assert stream[-1]["message"] == "The answer failed half way, as you asked."


def test_cut_off_closes_the_connection_without_an_end(demo: Demo) -> None:
    before = demo.tasks()
    stream = read_until_cut(demo.say("cut off"))
    assert spoken(stream).startswith("The connection closes")
    until(lambda: demo.tasks() == before)
    # What had arrived is kept, as after any lost connection.
    [(_, kept)] = demo.store.messages(stream[0]["thread"]["id"])[1:]
    assert kept == spoken(stream)


def test_never_answer_keeps_the_stream_open_until_the_client_goes(demo: Demo) -> None:
    before = demo.tasks()
    response = demo.say("never answer")
    stream = events(response)
    assert [next(stream)["type"] for _ in range(3)] == [
        "thread.created",
        "thread.item.done",
        "stream_options",
    ]
    assert demo.tasks() > before
    response.close()
    until(lambda: demo.tasks() == before)


def test_refuse_is_403_before_the_stream_and_makes_no_thread(demo: Demo) -> None:
    response = demo.say("refuse")
    assert response.status == 403
    assert "as you asked" in json.loads(response.read())["error"]["message"]
    assert demo.json("threads.list")["data"] == []


def test_effect_sends_that_effect(demo: Demo) -> None:
    stream = list(events(demo.say("effect confetti")))
    [effect] = [event for event in stream if event["type"] == "client_effect"]
    assert effect["name"] == "confetti"
    assert effect["data"] == {"threadId": stream[0]["thread"]["id"]}
    assert "confetti" in spoken(stream)


def test_words_come_with_a_delay(start: Callable[..., Demo]) -> None:
    stream = events(start(word_delay=60).say("Hello"))
    kinds = [next(stream)["type"] for _ in range(6)]
    assert kinds[-1] == "thread.item.updated"
    # The next event is a word, a minute away: closing now must not wait for it.
