"""The two places' names: whose they are, and what stands for none."""

from typing import Any
from unittest import mock

import pytest

from sync.places import Places
from tests.fakes import FakeBrowser, Storage

SETTINGS: dict[str, Any] = {
    "parameter": "threadId",
    "key": "chatkit.threadId",
    "scope": None,
    "history": None,
    "write_interval": 0,
}


def places(browser: FakeBrowser, history: str | bool | None = None, **about: Any) -> Places:
    """Those of an element with these attributes."""
    attributes = {"parameter": None, "key": None} | about
    return Places(browser, SETTINGS | {"history": history}, attributes, mock.MagicMock())


def test_the_settings_name_them_and_an_elements_own_attributes_go_before() -> None:
    browser = FakeBrowser()
    first, second = places(browser), places(browser, parameter="second", key="second.key")
    assert (first.bar.parameter, first.store.key) == ("threadId", "chatkit.threadId")
    assert (second.bar.parameter, second.store.key) == ("second", "second.key")
    assert browser.reports == []


@pytest.mark.parametrize("off", ["", "false", False])
def test_no_history_is_no_parameter(off: str | bool) -> None:
    browser = FakeBrowser("/?threadId=a")
    assert places(browser, history=off).bar.parameter is None
    assert places(browser, history="replace").bar.parameter == "threadId"


@pytest.mark.parametrize("off", ["", "false", False])
def test_what_stands_for_none(off: str | bool) -> None:
    storage = Storage()
    browser = FakeBrowser("/?false=a&threadId=b", storage=storage)
    one = places(browser, parameter=off, key=off)
    assert one.bar.id_now() is None
    one.store.write("a")
    assert storage.items == {}
    assert browser.claims == set()


def test_a_name_has_one_owner_and_is_given_back() -> None:
    browser = FakeBrowser()
    first = places(browser)
    second = places(browser, key="second.key")
    assert (second.bar.parameter, second.store.key) == (None, "second.key")
    assert len(browser.reports) == 1
    second.close()
    assert "parameter threadId" in browser.claims, "it is the first one's"
    first.close()
    assert browser.claims == set()
    assert places(browser).bar.parameter == "threadId"
