"""asyncio beside a fake clock: coroutines run until nothing is ready, and nobody sleeps."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any

from .clock import Clock

ROUNDS = 12
"""More turns of the loop than any chain of awaits in the library needs."""

LIMIT = 10.0
"""Real seconds until a test that awaits what never comes has failed."""


def in_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Makes an async test one that pytest runs, in a loop of its own."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), LIMIT))

    return run


async def settle_loop() -> None:
    """Lets every task run that can run now."""
    for _ in range(ROUNDS):
        await asyncio.sleep(0)


async def passing(clock: Clock, seconds: float) -> None:
    """Lets time pass, and after each timer whatever it has woken."""
    await settle_loop()
    until = round(clock.now() + seconds, 9)
    while clock.step(until):
        await settle_loop()
