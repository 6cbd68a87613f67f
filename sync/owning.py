"""Owner mode: the element's options, and what its requests tell.

Requests are made by the page through `options.api.fetch`: the one place where an HTTP status can be
seen (measured). Bodies stay in JavaScript; type, thread and status come here.
"""

from .errors import ChatKitSettingsError
from .options import Callbacks, merged
from .plain import kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .browser import Browser
    from .options import Tool
    from .tasks import Tasks


GONE = 404


class Owning:
    """Configures one element after the other with the same options."""

    def __init__(
        self,
        browser: "Browser",
        tasks: "Tasks",
        options: "Any",
        tool_timeout: "float",
        headers: "dict[str, str] | Callable[[], Any] | None" = None,
    ):
        self._browser = browser
        self._callbacks = Callbacks(browser, tasks, tool_timeout=tool_timeout)
        self._given = options
        self._accepted: "Any" = None
        self._options = self._callbacks.prepare(options)
        self._initial: "str | None" = None
        self._apply: "Callable[[dict[str, object], object], None] | None" = None
        self._headers = self._callbacks.prepare_headers(headers)
        if headers is not None and not self.sees_requests:
            browser.report("headers are not sent: ChatKit itself makes the requests of this page.")
        self._statuses: "dict[str, int]" = {}

    @property
    def tools(self) -> "dict[str, Tool]":
        """The client tools by name."""
        return self._callbacks.tools

    def update(self, changes: "Any") -> "None":
        """Merges changes into the options, and gives the element all of them if anything differs.

        A function in the place of another is called from now on, which the element need not know.
        """
        if not isinstance(changes, dict):
            raise ChatKitSettingsError(f"update() takes a dict, not {kind_of(changes)}.")
        fetch = self._callbacks.page_fetch
        given = merged(self._given, changes)
        options = self._callbacks.prepare(given)
        former = self._all()
        self._given, self._options = given, options
        is_same = self._all() == former and fetch is self._callbacks.page_fetch
        if self._apply is not None and not is_same:
            self._apply(self._all(), self._callbacks.page_fetch)

    def _take_back(self, problem: "str") -> "None":
        """The chat goes on with what it had, and so does every fresh element."""
        self._browser.report(f"update() was refused by the element: {problem}", error=True)
        self._given = self._accepted
        self._options = self._callbacks.prepare(self._given)

    def _all(self) -> "dict[str, object]":
        options = self._options | {"initialThread": self._initial}
        return options if self._headers is None else options | {"$headers": self._headers}

    @property
    def initial_thread(self) -> "str | None":
        """The page's own first thread, shown where nothing is remembered."""
        initial = self._options.get("initialThread")
        return initial if isinstance(initial, str) else None

    @property
    def sees_requests(self) -> "bool":
        """Whether requests pass through us: where ChatKit hosts the API they do not."""
        api = self._options.get("api")
        return isinstance(api, dict) and "getClientSecret" not in api

    def configure(
        self,
        element: "int",
        initial_thread: "str | None",
        told: "Callable[[str, dict[str, Any]], None]",
    ) -> "Callable[[], None]":
        """Gives the element all of its options, and returns the undo.

        `told(name, detail)` gets `own.http` with `type`, `thread` and `status` (0 for no
        connection), `own.deleting` with `thread` when a deletion is asked for, `own.alive` for
        bytes of an answer, `own.cut` where they broke off, both with `thread`, and `own.failed`
        for refused options.
        """

        def heard(value: "dict[str, Any]", extra: "Any") -> "None":
            if "call" in value:
                self._callbacks.called(value["call"], value["parameters"], extra)
            elif "http" in value:
                self._note(value["http"])
                told("own.http", value["http"])
            elif "deleting" in value:
                told("own.deleting", {"thread": value["deleting"]})
            elif "alive" in value:
                told("own.alive", {"thread": value["alive"]})
            elif "cut" in value:
                told("own.cut", {"thread": value["cut"]})
            elif value["configured"]["ok"]:
                self._accepted = self._given
            elif self._accepted is None:
                problem = value["configured"]["message"]
                told("own.failed", {"reason": "options", "message": problem})
            else:
                self._take_back(value["configured"]["message"])

        self._initial = initial_thread
        self._accepted = None
        fetch = self._callbacks.page_fetch
        self._apply, undo = self._browser.configure(element, self._all(), fetch, heard)

        def release() -> "None":
            self._apply = None
            undo()

        return release

    def status_of(self, thread_id: "str") -> "int | None":
        """How the last load of a thread was answered, or whatever has worked on it since, which is
        404 for its deletion; `None` where nothing was seen.
        """
        return self._statuses.get(thread_id)

    def _note(self, request: "dict[str, Any]") -> "None":
        thread_id, status = request["thread"], request["status"]
        is_load = request["type"] == "threads.get_by_id"
        if thread_id is not None and (is_load or not is_error(request)):
            is_deleted = request["type"] == "threads.delete"
            self._statuses[thread_id] = GONE if is_deleted else status


TALK = (
    "threads.add_user_message",
    "threads.add_client_tool_output",
    "threads.retry_after_item",
    "threads.custom_action",
)
"""Requests of `openai-chatkit` that go on with a thread that is there."""


def is_talk(request: "dict[str, Any]") -> "bool":
    """Whether a thread was used, and the server has taken what it was sent."""
    return request["type"] in TALK and not is_error(request)


def is_error(request: "dict[str, Any]") -> "bool":
    """Whether a request has failed: 4xx, 5xx, or no connection."""
    status: "int" = request["status"]
    return status == 0 or status >= 400


NOTICES = {401: "signed-out", 429: "too-many"}

SENDS = TALK + ("threads.create",)


def notice_after(request: "dict[str, Any]", notice: "str | None") -> "str | None":
    """The notice (a key of `toolbar.TEXTS`) after a request, `notice` being the present one.

    What the server makes of a message is silent on the page otherwise (measured).
    """
    status = request["status"]
    if status in NOTICES:
        return NOTICES[status]
    if status == 0 or status >= 500:
        return "unavailable"
    if status == GONE and request["type"] in TALK:
        # Deleted in another tab, and still on this screen; the next visit forgets it.
        return "thread-gone"
    if is_error(request):
        return "refused" if request["type"] in SENDS else notice
    return None if notice in ("signed-out", "unavailable", "too-many", "refused") else notice
