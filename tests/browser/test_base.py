"""The base itself: what a test of the page may rely on."""

import json
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Page

from .conftest import Console
from .site import Site

PAGE = "<!doctype html><html lang=en><title>Base</title><script>{}</script>"


def test_a_page_of_a_test_is_served_beside_the_checkout(site: Site, page: Page) -> None:
    page.goto(site.add_page("/mine/", PAGE.format("")))
    assert page.title() == "Base"
    assert page.evaluate("fetch('/demo/chatkit.js').then((answer) => answer.status)") == 200


def test_a_thread_outlives_a_restart_on_the_same_port(site: Site) -> None:
    made = site.store.make_thread("Kept", [("user", "Hello"), ("assistant", "Hello!")])
    url = site.url
    site.restart()
    assert site.url == url
    assert site.store.messages(made) == [("user", "Hello"), ("assistant", "Hello!")]


def test_a_fault_meets_its_request_and_is_gone_in_the_next_test(site: Site) -> None:
    fault = site.faults.add("threads.list", status=503)
    request = urllib.request.Request(
        site.url + "/chatkit", json.dumps({"type": "threads.list", "params": {}}).encode()
    )
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(request)
    assert fault.hits == 1
    assert [seen.type for seen in site.faults.requests] == ["threads.list"]


@pytest.mark.parametrize("script", ["throw new Error('lost')", "Promise.reject(new Error('lost'))"])
def test_an_uncaught_error_is_heard_and_can_be_allowed(
    site: Site, page: Page, console: Console, script: str
) -> None:
    page.goto(site.add_page("/mine/", PAGE.format(script)))
    page.evaluate("1")
    assert [error for error in console.unexpected() if "lost" in error]
    console.allow("lost")
    assert console.unexpected() == []
