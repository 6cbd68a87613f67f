"""The official guides as pages in Python, on either interpreter."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .site import Site

START = 60_000


class Example:
    """One of the pages under examples/."""

    def __init__(self, page: Page, site: Site, runtime: str) -> None:
        self.page = page
        self.site = site
        self._runtime = runtime
        self.frame = page.frame_locator("openai-chatkit iframe")

    def open(self, name: str) -> None:
        """Open it and wait until the chat can be used."""
        self.page.goto(f"{self.site.url}/examples/{name}.html?runtime={self._runtime}")
        expect(self.inside("composer")).to_be_visible(timeout=START)
        self.page.wait_for_function("() => window.idle", timeout=START)

    def inside(self, name: str) -> Locator:
        """A part of the chat."""
        return self.frame.locator(f'[data-standin="{name}"]')

    def say(self, text: str, answers: int) -> None:
        """Say something, and wait until so many messages stand there and the chat is idle."""
        self.inside("composer").fill(text)
        self.inside("composer").press("Enter")
        expect(self.inside("message")).to_have_count(answers)
        self.page.wait_for_function("() => window.idle")

    def has(self, selector: str, text: Any) -> None:
        """A part of the page has this text."""
        expect(self.page.locator(selector)).to_have_text(text)


@pytest.fixture
def example(page: Page, console: Any, site: Site, runtime: str) -> Example:
    page.add_init_script(
        "addEventListener('chatkit-sync', ({ detail }) => {"
        " window.idle = detail.phase === 'idle' && !detail.busy; })"
    )
    return Example(page, site, runtime)


def test_keep_your_app_in_sync(example: Example) -> None:
    example.open("in_sync")
    example.has("#phase", "idle")
    example.has("#thread", "none")
    example.say("Hello", answers=2)
    example.has("#answers", "1")
    expect(example.page.locator("#thread")).to_contain_text("thr_")
    expect(example.page.locator("#log li").first).to_contain_text("thread thr_")
    example.inside("tool").select_option("search")
    example.has("#tool", "search")
    example.page.get_by_role("button", name="New chat", exact=True).first.click()
    example.has("#thread", "none")


def test_draft_and_send_messages(example: Example) -> None:
    example.open("draft_and_send")
    example.page.locator("#draft").click()
    expect(example.inside("composer")).to_have_value("What is in the second box?")
    expect(example.inside("composer")).to_be_focused()
    answer = example.site.faults.add("threads.create", hold_after=0)
    example.page.locator("#send").click()
    example.has("#said", "Sent.")
    answer.wait_hit()
    example.page.locator("#send").click()
    example.has("#said", "send_user_message() was not sent: the assistant is answering.")
    answer.release()
    expect(example.inside("message")).to_have_count(2)
    example.page.locator("#fresh").click()
    expect(example.inside("message")).to_have_count(2)
    example.page.locator("#twice").click()
    example.has("#said", "Both are answered.")
    expect(example.inside("message")).to_have_count(6)


def test_browse_past_threads(example: Example) -> None:
    example.open("browse_threads")
    example.say("First of all", answers=2)
    example.page.get_by_role("button", name="New chat", exact=True).first.click()
    expect(example.inside("message")).to_have_count(0)
    example.say("Second of all", answers=2)
    links = example.page.locator("#threads a")
    expect(links).to_have_text(["Conversation 1", "Conversation 2"])
    expect(links.nth(1)).to_have_attribute("aria-current", "true")
    expect(links.nth(1)).to_have_attribute("href", re.compile(r"\?runtime=.*&threadId="))
    links.nth(0).click()
    expect(example.inside("message").first).to_have_text("First of all")
    expect(links.nth(0)).to_have_attribute("aria-current", "true")
    example.page.get_by_role("button", name="History", exact=True).first.click()
    example.has("#history", "The history is open.")
    example.page.get_by_role("button", name="Back to the chat").click()
    example.has("#history", "The history is closed.")


def test_update_the_client_during_a_response(example: Example) -> None:
    example.open("update_during_response")
    example.inside("composer").fill("tool list_boxes")
    example.inside("composer").press("Enter")
    expect(example.inside("message").last).to_contain_text('{"boxes": ["books", "lamps"]}')
    example.page.wait_for_function("() => window.idle")
    example.say("effect highlight", answers=4)
    example.has("#boxes .highlighted", "A box of books")
    example.inside("composer").fill("tool list_boxes")
    example.inside("composer").press("Enter")
    expect(example.inside("message")).to_have_count(6)
    expect(example.inside("message").last).to_contain_text('{"boxes": ["books", "lamps"]}')
    example.frame.get_by_text("the second box").click()
    example.has("#link", "second")
