"""Stand-ins for what the library lives between, on one clock that only tests move.

    clock      Clock: now, later, cancel, advance; the only source of time and of order
    loop       in_loop, settle_loop, passing: asyncio beside that clock, without sleeping
    history    History: entries, Back, fragment clicks; a browser that ignores or refuses writes
    storage    Storage: what tabs of one origin share; denied, full, corrupt
    browser    FakeBrowser: every method of `sync.browser.Browser`, for one page
    element    FakeElement: plays `chatkit-behaviour.md`, its orders and its failures
    server     Server: which threads there are, and what goes wrong with them

They misbehave as the real things do, because that is what the library is for. Whatever crosses
the border between JavaScript and Python crosses it here as JSON, too.
"""

from .browser import FakeBrowser
from .clock import Clock
from .element import FakeElement
from .history import History
from .loop import in_loop, passing, settle_loop
from .server import Server
from .storage import Storage

__all__ = [
    "Clock",
    "FakeBrowser",
    "FakeElement",
    "History",
    "Server",
    "Storage",
    "in_loop",
    "passing",
    "settle_loop",
]
