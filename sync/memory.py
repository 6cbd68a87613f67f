"""What is remembered of the shown thread, in the address and in storage, and what is made of it.

What the element shows and what is worth restoring are two things. The address wins over storage,
storage over a new thread; ids from outside are untrusted.
"""

from .address import is_thread_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .address_bar import AddressBar
    from .browser import Browser
    from .storage import ThreadStore

GONE_STATUSES = (403, 404)
"""HTTP statuses that say that a thread is gone for good, so that it is forgotten."""


class Memory:
    """The two places as one. `remember` writes, `wanted` reads, `lost` judges a failed restore.

    While `is_wish_open()` the address belongs to the entry that somebody has gone to, not to us.
    """

    def __init__(
        self,
        browser: "Browser",
        bar: "AddressBar",
        store: "ThreadStore",
        scope: "str | None" = None,
        *,
        known: "dict[str | None, set[str]] | None" = None,
        is_wish_open: "Callable[[], bool]" = lambda: False,
    ):
        self._browser = browser
        self._is_wish_open = is_wish_open
        self._bar = bar
        self._store = store
        self._odd_reported = False
        self._is_withheld = False
        self._scope = scope
        self._last: "tuple[str | None] | tuple[()]" = ()
        self._known: "dict[str | None, set[str]]" = {} if known is None else known

    def wanted(
        self, *, again: "bool" = False, wish: "tuple[str | None] | tuple[()]" = ()
    ) -> "tuple[str | None, bool]":
        """The id to restore, and whether the address asks for it, so that it goes before what the
        page itself may load: `None` with true is the entry of a new chat.

        The address wins over storage. With `again`, for an element in the place of another, what
        was settled last on this page wins over both, unless the user or the page has gone to an
        entry that asks for another thread: `wish`, or what the address bar has not seen yet.
        """
        chosen = self._bar.chosen_by_page() if again else None
        if chosen is not None:
            wish = (chosen,)
        if wish and not self.is_former(wish[0]):
            # A visit of its own: what was shown before is left behind.
            self._last = ()
            return wish[0], True
        self._bar.flush()
        if again and self._last:
            return self._last[0], True
        asked, is_asking = self._bar.asks()
        if is_asking and not self.is_former(asked):
            return asked, True
        stored = self._store.read()
        return (None if self.is_former(stored) else stored), False

    @property
    def named(self) -> "str | None":
        """The thread that the present entry names, or is about to."""
        return self._bar.id_soon()

    def url_of(self, thread_id: "str") -> "str":
        """The page's URL with a thread in it; as it is where the address is switched off."""
        return self._bar.url_of(thread_id)

    def can_visit(self, thread_id: "str") -> "bool":
        """Whether a visit of `url_of(thread_id)` would restore it."""
        return bool(self._bar.parameter) or self._store.read() == thread_id

    def is_former(self, thread_id: "str | None") -> "bool":
        """Whether an id is known from another scope only, so that it may not be shown in this."""
        scopes = [scope for scope, ids in self._known.items() if thread_id in ids]
        return bool(scopes) and self._scope not in scopes

    def know(self, thread_id: "str | None", scope: "str | None") -> "None":
        """An id is of a scope."""
        if thread_id is not None:
            self._known.setdefault(scope, set()).add(thread_id)

    @property
    def last(self) -> "str | None":
        """The thread that was settled last on this page."""
        return self._last[0] if self._last else None

    @property
    def is_fresh(self) -> "bool":
        """Whether nothing was settled on this page yet, or for this user."""
        return not self._last

    def is_news(self, thread_id: "str | None") -> "bool":
        """Whether another thread was settled last, or none yet."""
        return self._last != (thread_id,)

    def remember(
        self, thread_id: "str | None", *, correcting: "bool" = False, walking: "bool" = False
    ) -> "None":
        """A thread is settled. `None` is meant: a new chat, a deletion, a thread that is gone.

        `walking` is true for what Back or Forward has asked for. It never clears storage: the user
        who walks to the entry of a new chat has not asked for the thread to be forgotten.
        """
        if thread_id is not None and not is_thread_id(thread_id):
            if not self._odd_reported:
                self._odd_reported = True
                self._browser.report(
                    f"The server's thread id {thread_id!r} cannot be remembered: ids are 1 to 256 "
                    "of A-Z a-z 0-9 _ - . : ~"
                )
            return
        self.know(thread_id, self._scope)
        self._last = (thread_id,)
        self._is_withheld = self._is_wish_open()
        if not self._is_withheld:
            self._bar.settled(thread_id, correcting=correcting)
        if thread_id is not None or not walking:
            self._store.write(thread_id)

    def release(self) -> "None":
        """The wish is over: what was settled meanwhile gets into the address as well."""
        if self._is_withheld and self._last:
            self._bar.settled(self._last[0], correcting=False)
        self._is_withheld = False

    def correct(self, shown: "str | None", *, agrees: "bool") -> "None":
        """The entry names a thread that cannot be shown: it gets the one that is. Storage has no
        part in it: nothing new is settled, and another tab may have written meanwhile.

        Where the element shows something that is not worth remembering, the entry gets what was
        settled last; where nothing was, it is kept as in a restore that has failed.
        """
        if self.is_former(shown):
            # Still there for the moment in which the new user's chat takes its place.
            shown = None
        if agrees and (shown is None or is_thread_id(shown)):
            self._bar.settled(shown, correcting=True)
        elif self._last and self._bar.id_now() is not None:
            self._bar.settled(self._last[0], correcting=True)

    def used(self, thread_id: "str | None") -> "None":
        """Somebody talks in a thread: where it is ours, it is the one that was used last, whatever
        another tab has opened meanwhile.
        """
        if thread_id is not None and self._last == (thread_id,) and is_thread_id(thread_id):
            self._store.write(thread_id)

    def lost(self, thread_id: "str", error: "str", status: "int | None") -> "str":
        """A restore has failed: forgets what is gone for good, and returns the notice's key.

        `status` is the load's HTTP status where one was seen (0 for no connection). Where none was,
        the id is kept once and forgotten when it fails again on a later visit.
        """
        if is_gone(status):
            self._forget(thread_id)
            return "thread-gone"
        if status is not None or error == "TypeError":
            return "restore-failed"
        if not self._store.failed_before(thread_id):
            return "restore-unknown"
        self._forget(thread_id)
        return "restore-given-up"

    def _forget(self, thread_id: "str") -> "None":
        # Where it is named: a link to a thread that is gone says nothing of the one in storage.
        if self._last in ((), (thread_id,)):
            self._last = (None,)
        if self._bar.id_now() == thread_id:
            self._bar.settled(None, correcting=True)
        self._store.forgive()
        if self._store.read() == thread_id:
            self._store.write(None)

    def forgive(self) -> "None":
        """The next visit is a retry: one that fails again for an unknown reason forgets nothing."""
        self._store.forgive()

    def set_scope(self, scope: "str | None") -> "None":
        """Login, logout: another entry in storage, nothing in the address, and none of the former
        scope's ids for the rest of the page's life.
        """
        self._scope = scope
        self._last = ()
        self._is_withheld = False
        self._store.set_scope(scope)
        self._bar.clear()


def is_gone(status: "int | None") -> "bool":
    """Whether a load's HTTP status says that the thread is gone for good."""
    return status in GONE_STATUSES
