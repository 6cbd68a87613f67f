"""The listening half of `ChatKit`, with the arguments of each event: see events.py."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar, overload

from .changes import Changes
from .owning import Owning
from .session import Session
from .state import Snapshot

_Nothing = TypeVar("_Nothing", bound=Callable[[], Any])
_Thread = TypeVar("_Thread", bound=Callable[[str | None], Any])
_Named = TypeVar("_Named", bound=Callable[[str, dict[str, Any] | None], Any])
_Error = TypeVar("_Error", bound=Callable[[str, str], Any])
_Http = TypeVar("_Http", bound=Callable[[str, str | None, int], Any])
_Navigate = TypeVar("_Navigate", bound=Callable[[str, bool, str | None], Any])
_Effect = TypeVar("_Effect", bound=Callable[[dict[str, Any] | None], Any])
_Tool = TypeVar("_Tool", bound=Callable[[dict[str, Any]], Any])
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
    _whole: Session
    @property
    def _session(self) -> Session: ...
    @overload
    def on(self, name: _WithNothing, function: None = None) -> Callable[[_Nothing], _Nothing]: ...
    @overload
    def on(self, name: _WithThread, function: None = None) -> Callable[[_Thread], _Thread]: ...
    @overload
    def on(self, name: _WithData, function: None = None) -> Callable[[_Named], _Named]: ...
    @overload
    def on(self, name: Literal["error"], function: None = None) -> Callable[[_Error], _Error]: ...
    @overload
    def on(
        self, name: Literal["tool.change"], function: None = None
    ) -> Callable[[_Thread], _Thread]: ...
    @overload
    def on(
        self, name: Literal["http.error"], function: None = None
    ) -> Callable[[_Http], _Http]: ...
    @overload
    def on(
        self, name: Literal["navigate"], function: None = None
    ) -> Callable[[_Navigate], _Navigate]: ...
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
    def on(
        self, name: Literal["navigate"], function: Callable[[str, bool, str | None], Any]
    ) -> _Undo: ...
    @overload
    def effect(self, name: str, function: None = None) -> Callable[[_Effect], _Effect]: ...
    @overload
    def effect(self, name: str, function: Callable[[_Data], Any]) -> _Undo: ...
    @overload
    def deeplink(self, name: str, function: None = None) -> Callable[[_Effect], _Effect]: ...
    @overload
    def deeplink(self, name: str, function: Callable[[_Data], Any]) -> _Undo: ...
    @overload
    def client_tool(
        self, name: str, function: None = None, *, timeout: float | None = None
    ) -> Callable[[_Tool], _Tool]: ...
    @overload
    def client_tool(
        self,
        name: str,
        function: Callable[[dict[str, Any]], Any],
        *,
        timeout: float | None = None,
    ) -> _Undo: ...
    def subscribe(self, function: Callable[[Snapshot], Any]) -> _Undo: ...
    def _owning(self, what: str) -> Owning: ...
    async def wait_for(
        self, condition: Callable[[Snapshot], Any], *, timeout: float | None = None
    ) -> Snapshot: ...
    def changes(self) -> Changes: ...
