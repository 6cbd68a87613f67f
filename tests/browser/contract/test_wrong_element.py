"""The suite fails on an element that is wrong: each mistake is caught by the tests named here."""

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Error, Page

from ..conftest import CHECKOUT, Console
from ..site import Site
from . import test_commands as commands
from . import test_events as events
from . import test_facts as facts
from . import test_orders_of_loads as loads
from . import test_orders_of_messages as messages
from . import test_rest as rest
from .probe import Chat

WRONG = "/tests/browser/contract/wrong_element.js"

Caught = Callable[[Chat], None]


def given(test: Callable[..., None], **arguments: Any) -> Caught:
    """A parametrized test with its arguments."""
    return lambda chat: test(chat, **arguments)


CAUGHT_BY: dict[str, list[Caught]] = {
    "everything bubbles": [
        facts.test_only_ready_bubbles_and_is_composed,
        facts.test_a_listener_further_up_hears_nothing_but_ready,
    ],
    "ready comes twice": [events.test_ready_comes_once_and_carries_nothing],
    "no data-loaded": [facts.test_the_attribute_comes_just_before_ready_and_stays],
    "the initial thread is a change": [loads.test_initial_thread_loads_without_a_change],
    "no change null after a failure": [
        given(loads.test_initial_thread_that_cannot_be_loaded, fault={"status": 500}),
        given(messages.test_first_message_refused, status=403),
        given(loads.test_new_chat_by_command, nothing="null"),
    ],
    "a failed switch resolves": [
        loads.test_switch_to_a_missing_thread_is_taken_back_and_rejects,
        loads.test_switch_to_a_thread_that_the_server_itself_refuses,
    ],
    "a failed switch is not taken back": [
        loads.test_switch_to_a_missing_thread_is_taken_back_and_rejects,
        loads.test_a_failed_switch_is_taken_back_right_after_its_end,
    ],
    "a failed id is tried again": [
        given(
            facts.test_an_id_that_failed_once_resolves_empty_from_then_on, first="by setThreadId"
        ),
    ],
    "HTTP errors are told": [
        given(messages.test_a_message_refused_in_a_thread_is_silent, status=403),
        given(messages.test_first_message_refused, status=403),
    ],
    "leaving a stream tells no end": [
        loads.test_leaving_a_stream_tells_a_false_end_and_coming_back_a_new_start,
        messages.test_a_new_thread_that_was_left_is_never_told,
    ],
    "visited threads load again": [loads.test_switch_to_a_visited_thread_loads_nothing],
    "the same id is a change": [
        loads.test_switch_to_the_same_id_is_silent,
        loads.test_new_chat_in_a_new_chat_is_silent,
    ],
    "no second try": [
        given(messages.test_first_message_is_tried_five_times_more, fault={"status": 503})
    ],
    "a sent message was submitted": [messages.test_first_message_by_command],
    "sending resolves with the answer": [
        given(commands.test_sending_resolves_when_the_request_has_started, where="first message")
    ],
    "a busy element keeps silent": [
        commands.test_a_message_while_responding_is_refused,
        commands.test_a_message_while_loading_is_refused,
        commands.test_of_two_messages_in_one_tick_the_first_is_taken,
        given(commands.test_an_empty_message_is_refused, text=""),
    ],
    "a locked thread lets messages pass": [
        given(
            messages.test_a_broken_client_tool_locks_the_thread_until_it_is_left,
            tool=messages.LOCKS["throws"],
        )
    ],
    "reloading does not wait": [
        commands.test_fetch_updates_resolves_after_the_reload,
        commands.test_fetch_updates_waits_for_the_responses_end,
    ],
    "commands do not wait for ready": [commands.test_a_command_before_ready_is_queued],
    "dead elements answer": [
        commands.test_without_options_every_command_hangs,
    ],
    "options merge": [commands.test_set_options_answers_at_once_and_does_not_merge],
    "parameters travel as JSON": [
        commands.test_parameters_that_cannot_be_cloned_are_a_data_clone_error
    ],
    "every rejection is an Error": [
        given(commands.test_a_rejection_can_be_anything_that_can_be_cloned, reason="{code: 7}")
    ],
    "errors are texts": [events.test_error_carries_an_error_under_its_own_name],
    "it remembers its thread": [rest.test_the_element_stores_nothing],
    "it tells its thread": [rest.test_the_element_tells_nothing_of_itself],
}


@pytest.fixture
def wrong(
    _contract_page: Page,
    _contract_console: Console,
    _files: dict[str, tuple[str, str]],
    site: Site,
) -> Callable[[str], Chat]:
    """Gives a page with the wrong element, as `chat` gives one with the element under test."""
    for path, (content, media_type) in _files.items():
        site.add_page(path, content, media_type, {"cache-control": "max-age=3600"})

    def make(mistake: str) -> Chat:
        script = f"{WRONG}?only={quote(mistake)}"
        chat = Chat(_contract_page, site, script, _contract_console, limit=2_500)
        chat.open()
        return chat

    return make


@pytest.mark.parametrize("mistake", CAUGHT_BY)
def test_a_mistake_is_caught(wrong: Callable[[str], Chat], site: Site, mistake: str) -> None:
    for test in CAUGHT_BY[mistake]:
        site.faults.reset()
        with pytest.raises((AssertionError, Error)):
            test(wrong(mistake))


def test_every_mistake_of_the_element_is_looked_for() -> None:
    source = (CHECKOUT / WRONG.lstrip("/")).read_text()
    table = source[source.index("const MISTAKES") :]
    assert re.findall(r'^    "([^"]+)": \(', table, re.MULTILINE) == list(CAUGHT_BY)


def test_the_suite_as_it_is_called_fails_on_the_wrong_element(browser_name: str) -> None:
    wrong = f"{WRONG}?only={quote('the initial thread is a change')}"
    result = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "tests/browser/contract", "-q"),
            *("-p", "no:cacheprovider", "--engine", browser_name, "--chatkit", wrong),
            *("-k", "test_initial_thread_loads_without_a_change or test_second_message"),
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == pytest.ExitCode.TESTS_FAILED, result.stdout
    assert "1 failed, 1 passed" in result.stdout
