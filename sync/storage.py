"""The thread id in `localStorage`, with memory in front of it.

A browser may deny storage, have it full, or keep nothing; then memory serves for the rest of the
visit, one report says so, and nothing else changes. Where the browser does keep it, it is asked
every time: another tab may have written, or emptied it.
"""

from .address import is_thread_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .browser import Browser

LATER = 60.0
"""Seconds after which a visit is a later one. Whoever reloads again and again while a server is
ill, and tabs that a browser opens all at once, meet one failure."""


class ThreadStore:
    """What the next visit restores.

    `key` is the entry's name; `None` keeps nothing beyond the page. A scope (a user, a workspace)
    is put behind the key, so that two scopes never see each other's thread.
    """

    def __init__(self, browser: "Browser", key: "str | None", scope: "str | None" = None):
        self._browser = browser
        self._base = key
        self._memory: "dict[str, str | None]" = {}
        self._marked: "set[str]" = set()
        self._reported = False
        self.key: "str | None" = None
        self.set_scope(scope)

    def set_scope(self, scope: "str | None") -> "None":
        """Switches to another scope's entry; `None` is the entry without a scope."""
        self.key = self._base if not self._base or scope is None else f"{self._base}:{scope}"

    def read(self) -> "str | None":
        """The remembered id; `None` where there is none, or none that can be trusted."""
        if not self.key:
            return None
        value = self._get(self.key)
        if value is None or is_thread_id(value):
            return value
        self._report(f"localStorage[{self.key!r}] holds what is no thread id; it is ignored.")
        return None

    def write(self, thread_id: "str | None") -> "None":
        """Remembers an id, or forgets for `None`. An earlier failure of it no longer counts."""
        if not self.key:
            return
        if not self._holds(self.key, thread_id):
            self._put(self.key, thread_id)
        self.forgive()

    def failed_before(self, thread_id: "str") -> "bool":
        """Marks an id whose restore failed for an unknown reason; true at a later visit.

        The mark lives beside the entry (`<key>.failed`, with the time), so it survives until the
        next visit. In this one further elements may fail as well.
        """
        if not self.key:
            return False
        marked, _, since = (self._get(self.key + ".failed") or "").partition(" ")
        if marked == thread_id:
            return thread_id not in self._marked and self._is_later(since)
        self._put(self.key + ".failed", f"{thread_id} {int(self._browser.date())}")
        self._marked.add(thread_id)
        return False

    def _is_later(self, since: "str") -> "bool":
        # A clock that was set back tells nothing.
        passed = self._browser.date() - int(since) if since.isdigit() else LATER
        return not 0 <= passed < LATER

    def forgive(self) -> "None":
        """Takes a mark away: the next visit is one that somebody has asked for."""
        if self.key and self._get(self.key + ".failed") is not None:
            self._put(self.key + ".failed", None)

    def _holds(self, key: "str", value: "str | None") -> "bool":
        if key in self._memory:
            return self._memory[key] == value
        outcome = self._browser.read_storage(key)
        return bool(outcome["ok"]) and outcome["value"] == value

    def _get(self, key: "str") -> "str | None":
        if key in self._memory:
            return self._memory[key]
        outcome = self._browser.read_storage(key)
        if not outcome["ok"]:
            self._report_loss(f"cannot be read ({outcome['message']})")
            return None
        value: "str | None" = outcome["value"]
        return value

    def _put(self, key: "str", value: "str | None") -> "None":
        outcome = self._browser.write_storage(key, value)
        # Read back: a script or a browser may take a value and keep nothing.
        kept = self._browser.read_storage(key) if outcome["ok"] else outcome
        if kept["ok"] and kept["value"] == value:
            self._memory.pop(key, None)
            return
        self._memory[key] = value
        said = "keeps nothing" if kept["ok"] else f"cannot be written ({kept['message']})"
        self._report_loss(said)

    def _report_loss(self, what: "str") -> "None":
        self._report(
            f"localStorage {what}. The chat goes on; a visit whose address names no thread will "
            "not find this one."
        )

    def _report(self, what: "str") -> "None":
        if not self._reported:
            self._reported = True
            self._browser.report(what)
