"""The thread id in the address bar: settled ids go in, wishes come out.

    bar = AddressBar(browser, "threadId", wished)
    bar.start()
    bar.settled("thr_1", correcting=False)     # pushes or replaces, as the entry asks for
    bar.stop()

`wished(thread_id)` is called when Back or Forward arrives at an entry that asks for a thread, or
for a new chat (`None`).
"""

from .address import entry_kind, is_thread_id, meaning, read, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .browser import Browser

WRITE_INTERVAL = 0.35
"""Seconds between two writes. Safari allows 100 in 30 s, Chromium ignores calls past 200 in a
burst (measured): changes settled within one interval become one entry."""

RETRY_AFTER = 2.0
"""Seconds until a write that the browser ignored is tried again."""

RETRIES = 5


class AddressBar:
    """Keeps one parameter of the page's URL.

    `parameter` is its name, `None` switches the address bar off. `id_now` reads, `settled`
    writes, `start` and `stop` frame the listening for Back and Forward, `others()` names the
    parameters of the page's other chats, and `stays(thread_id)` tells whether the chat shows a
    thread or is not on its way to another.
    """

    def __init__(
        self,
        browser: "Browser",
        parameter: "str | None",
        wished: "Callable[[str | None], None]",
        *,
        interval: "float" = WRITE_INTERVAL,
        others: "Callable[[], list[str]] | None" = None,
        stays: "Callable[[str], bool]" = lambda thread_id: True,
    ):
        self.parameter = parameter
        self._browser = browser
        self._others = others
        self._stays = stays
        self._wished = wished
        self._interval = interval
        self._left = browser.address()
        self._waiting = False
        self._wanted: "str | None" = None
        self._correcting = True
        self._retries = 0
        self._timer: "object" = None
        self._undo: "Callable[[], None] | None" = None
        self._reported = False
        self._is_refusal_told = False

    def start(self) -> "None":
        """Listens for Back and Forward."""
        if self.parameter and self._undo is None:
            self._left = self._browser.address()
            self._undo = self._browser.on_entry(self._arrived)

    def stop(self) -> "None":
        """Writes what still waits, then lets go of the browser."""
        self.flush()
        self._browser.cancel(self._timer)
        self._timer = None
        if self._undo is not None:
            self._undo()
            self._undo = None

    def id_soon(self) -> "str | None":
        """The id that the address has once it is in step."""
        return self._wanted if self._waiting else self.id_now()

    def id_now(self) -> "str | None":
        """The id that the address names; `None` where there is none that can be trusted.

        A nonsensical one is reported once and taken out of the address by replacing.
        """
        if not self.parameter:
            return None
        named = read(self._browser.address(), self.parameter)
        if named is None or is_thread_id(named):
            return named
        if not self._reported:
            self._reported = True
            self._browser.report(
                f"The address has a {self.parameter!r} that is no thread id; it is ignored and "
                "taken out. Ids are 1 to 256 of A-Z a-z 0-9 _ - . : ~"
            )
        if not (self._write(None, push=False) or self._waiting):
            self._clear_soon()
            self._timer = self._browser.later(RETRY_AFTER, self.flush)
        return None

    def chosen_by_page(self) -> "str | None":
        """The id that the page itself has put into the address since we wrote or read it last.
        What still waited to be written is out of date then.
        """
        named = self.id_now()
        if named is None or named == read(self._left, self.parameter or ""):
            return None
        self._drop()
        return named

    def url_of(self, thread_id: "str") -> "str":
        """The page's URL with a thread in it; as it is where the address is switched off."""
        address = self._browser.address()
        return write(address, self.parameter, thread_id) if self.parameter else address

    def settled(self, thread_id: "str | None", *, correcting: "bool") -> "None":
        """A thread is settled: brings the address in step, at once or when the interval is over.

        `correcting` replaces the current entry: a restore, a correction, a deletion.
        """
        if not self.parameter:
            return
        address = self._browser.address()
        if read(address, self.parameter) == thread_id:
            # Waiting, it would join with the next change, or go into an entry of the page's own.
            self._drop()
            self._left = address
            return
        if self._waiting and self._wanted == thread_id:
            return
        self._correcting = correcting and (self._correcting or not self._waiting)
        self._wanted = thread_id
        self._waiting = True
        self._retries = 0
        if self._timer is None:
            self._write_soon()

    def clear(self) -> "None":
        """Takes the id out of the current entry at once, and whatever still waits is not written:
        the next user of the page has no part in it.
        """
        self._drop()
        if self.parameter and read(self._browser.address(), self.parameter) is not None:
            self._clear_soon()
            self.flush()

    def _clear_soon(self) -> "None":
        self._wanted, self._correcting, self._waiting, self._retries = None, True, True, 0

    def _drop(self) -> "None":
        self._waiting = False
        self._browser.cancel(self._timer)
        self._timer = None

    def _write_soon(self) -> "None":
        self._timer = None
        # The browser counts for the whole page, however many chats there are.
        written_at = self._browser.written_at
        wait = 0.0 if written_at is None else written_at + self._interval - self._browser.now()
        if wait < 0.001:  # what a timer of the browser can tell
            self.flush()
        else:
            self._timer = self._browser.later(wait, self._write_soon)

    def flush(self) -> "None":
        """Writes what still waits, now."""
        self._browser.cancel(self._timer)
        self._timer = None
        if not self._waiting or not self.parameter:
            return
        # The page may have moved on by itself, which tells nobody.
        self._left = self._browser.address()
        current = read(self._left, self.parameter)
        kind = entry_kind(current, self._wanted, correcting=self._correcting)
        if kind is None or self._write(self._wanted, push=kind == "push"):
            self._waiting = False
        elif self._retries < RETRIES:
            self._retries += 1
            self._timer = self._browser.later(RETRY_AFTER, self.flush)
        else:
            self._waiting = False
            self._report_refusal()

    def _report_refusal(self) -> "None":
        if not self._is_refusal_told:
            self._is_refusal_told = True
            self._browser.report(
                "The browser does not let the address be changed; links to this "
                "conversation have to be made by other means."
            )

    def _write(self, thread_id: "str | None", *, push: "bool") -> "bool":
        parameter = self.parameter or ""
        url = write(self._browser.address(), parameter, thread_id)
        self._browser.written_at = self._browser.now()
        # Read back: past its limit a browser ignores the call in silence (measured).
        self._left = self._browser.write_address(url, push=push)
        return read(self._left, parameter) == thread_id

    def _arrived(self, left: "str | None", traversed: "bool") -> "None":
        # A browser without the Navigation API cannot tell which entry was left: then it is the
        # last one that we have seen, and a page that pushed its own since may be misread.
        left, self._left = left or self._left, self._browser.address()
        others = self._others() if self._others else []
        kind, thread_id = meaning(left, self._left, self.parameter or "", others)
        # Nonsense is taken out, and told once.
        named = self.id_now()
        is_elsewhere = named is not None and not (self.id_soon() == named and self._stays(named))
        if traversed and is_elsewhere:
            # Both entries name it, and somebody walks away from what is on its way instead.
            kind, thread_id = "thread", named
        if kind == "nothing":
            return
        # Back and Forward overtake whatever was still to be written.
        self._drop()
        self._wished(thread_id)
