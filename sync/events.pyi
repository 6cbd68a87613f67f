"""The listening half of `ChatKit`, with the arguments of each event: see events.py."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar, overload

from .changes import Changes
from .session import Session
from .state import Snapshot

_F = TypeVar("_F", bound=Callable[..., Any])
_Undo = Callable[[], None]
_Data = dict[str, Any] | None

TYPE_CHECKING: bool
UNDOCUMENTED_EVENTS: tuple[str, ...]
OWN_EVENTS: tuple[str, ...]

_WithNothing = Literal[
    "ready", "response.start", "response.end", "response.stop", "history.open", "history.close"
]
_WithThread = Literal["thread.change", "thread.load.start", "thread.load.end", "composer.submit"]
_WithData = Literal["effect", "deeplink", "log"]

def added(
    add: Callable[[Callable[..., Any]], _Undo],
    what: str,
    name: str,
    function: Callable[..., Any] | None,
) -> Any: ...

class Events:
    _session: Session

    @overload
    def on(
        self,
        name: _WithNothing
        | _WithThread
        | _WithData
        | Literal["error", "tool.change", "http.error"],
        function: None = None,
    ) -> Callable[[_F], _F]: ...
    @overload
    def on(self, name: _WithNothing, function: Callable[[], Any]) -> _Undo: ...
    @overload
    def on(self, name: _WithThread, function: Callable[[str | None], Any]) -> _Undo: ...
    @overload
    def on(self, name: _WithData, function: Callable[[str, _Data], Any]) -> _Undo: ...
    @overload
    def on(self, name: Literal["error"], function: Callable[[str, str], Any]) -> _Undo: ...
    @overload
    def on(self, name: Literal["tool.change"], function: Callable[[str | None], Any]) -> _Undo: ...
    @overload
    def on(
        self, name: Literal["http.error"], function: Callable[[str, str | None, int], Any]
    ) -> _Undo: ...
    @overload
    def effect(self, name: str, function: None = None) -> Callable[[_F], _F]: ...
    @overload
    def effect(self, name: str, function: Callable[[_Data], Any]) -> _Undo: ...
    @overload
    def deeplink(self, name: str, function: None = None) -> Callable[[_F], _F]: ...
    @overload
    def deeplink(self, name: str, function: Callable[[_Data], Any]) -> _Undo: ...
    def subscribe(self, function: Callable[[Snapshot], Any]) -> _Undo: ...
    async def wait_for(
        self, condition: Callable[[Snapshot], Any], *, timeout: float | None = None
    ) -> Snapshot: ...
    def changes(self) -> Changes: ...
