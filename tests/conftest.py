"""Command line options of the whole suite.

They live here and not beside the browser tests because pytest takes options only from the
conftest files that it meets first.
"""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which interpreter, which browser engine, and whose element."""
    group = parser.getgroup("chatkit sync")
    group.addoption(
        "--runtime",
        choices=["mpy", "py", "both"],
        default="mpy",
        help="interpreter of the tests that run Python in the page (default: mpy)",
    )
    group.addoption(
        "--engine",
        choices=["chromium", "firefox"],
        default="chromium",
        help="browser engine (default: chromium)",
    )
    group.addoption(
        "--chatkit",
        metavar="URL",
        default=None,
        help="script that defines <openai-chatkit> for the contract suite (default: the stand-in)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Say our marks, and tell pytest-playwright which engine to use."""
    config.addinivalue_line("markers", "core: the marked core, which runs on Pyodide too")
    config.addinivalue_line("markers", "once: once per engine, the same on both interpreters")
    config.addinivalue_line("markers", "row(key): the row of the behaviour page that a test holds")
    config.addinivalue_line("markers", "checkout: the tag of the checkout, not of the bundle")
    config.addinivalue_line("markers", "long: not in `make test`, for the time that it takes")
    config.addinivalue_line("markers", "fault(name): the row of `make faults` that a test makes")
    config.addinivalue_line("markers", "hand: needs a hand inside the element; stand-in only")
    if hasattr(config.option, "browser"):
        config.option.browser = [config.getoption("--engine")]
