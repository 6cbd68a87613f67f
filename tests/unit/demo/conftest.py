from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.unit.demo.client import Demo


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    """Starts servers on one folder; they end with the test."""
    with ExitStack() as stack:

        def start_one(**settings: Any) -> Demo:
            demo = Demo(tmp_path, **settings)
            stack.callback(demo.server.stop)
            return demo

        yield start_one


@pytest.fixture
def demo(start: Callable[..., Demo]) -> Demo:
    return start()
