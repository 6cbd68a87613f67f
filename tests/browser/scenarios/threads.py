"""Threads for the scenarios of memory, and what a visit has left."""

import pytest

from .scene import TOOLBAR, Scene

MODES = pytest.mark.parametrize("owner", [False, True], ids=["companion", "owner"])


def make(scene: Scene, *titles: str) -> list[str]:
    """Threads with a question and an answer that name them."""
    return [
        scene.site.store.make_thread(
            title, [("user", f"{title} asked"), ("assistant", f"{title} told")]
        )
        for title in titles
    ]


def store(scene: Scene, value: str, key: str = "chatkit.threadId") -> None:
    """What an earlier visit has left in storage."""
    scene.js("([key, value]) => localStorage.setItem(key, value)", [key, value])


def length(scene: Scene) -> int:
    """How many entries the tab's history has."""
    count: int = scene.js("history.length")
    return count


def bar(a: str, b: str = "thr_second") -> str:
    """The toolbar with controls for these threads."""
    return TOOLBAR.replace("thr_first", a).replace("thr_second", b)
