"""The thread id in the address bar: committed ids go in, ids that entries ask for come out.

    bar = AddressBar(browser, "threadId", chat)
    bar.start()
    bar.settled("thr_1", correcting=False)     # pushes or replaces, as the entry asks for
    bar.stop()

An entry of the history asks for a thread where it names one, and for a new chat only where our own
New chat has pushed it. Every other entry is the page's: jump links, hash routes, panels that Back
closes. It says nothing about the chat.
"""

from .address import entry_kind, is_thread_id, read, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from .browser import Browser, Undo

    class Chat(Protocol):
        """What the address bar needs of the chat whose thread it names."""

        @property
        def is_connected(self) -> bool:
            """Whether the page has the element now."""

        def stays(self, thread_id: str) -> bool:
            """Whether the element shows a thread, or is not on its way to another."""

        def asked(self, thread_id: str | None) -> None:
            """The user or the page has gone to an entry that asks for this thread."""

        def offer(
            self,
            url: str,
            replace: bool,
            thread_id: str | None,
            answered: Callable[[bool], None],
        ) -> None:
            """Asks whether the page writes an address itself: see `ChatKit.on("navigate")`."""


WRITE_INTERVAL = 0.35
"""Seconds between two writes. Safari allows 100 in 30 s, Chromium ignores calls past 200 in a
burst (measured): changes settled within one interval become one entry."""

RETRY_AFTER = 2.0
"""Seconds until a write that the browser ignored, or that the page has taken over, is looked at."""

RETRIES = 5


class AddressBar:
    """Keeps one parameter of the page's URL.

    `parameter` is its name, `None` switches the address bar off. `history` is "push", "replace", or
    `None` for what the page's router can live with. `asks` reads, `settled` writes, `start` and
    `stop` frame the listening for Back, Forward, and what the page writes itself.
    """

    def __init__(
        self,
        browser: "Browser",
        parameter: "str | None",
        chat: "Chat",
        *,
        interval: "float" = WRITE_INTERVAL,
        history: "str | None" = None,
    ):
        self.parameter = parameter
        self._browser = browser
        self._chat = chat
        self._interval = interval
        self._history = history
        self._seen = browser.address()
        self._new_chat: "str | None" = None
        self._waiting = False
        self._wanted: "str | None" = None
        self._correcting = True
        self._retries = 0
        self._timer: "object" = None
        self._undo: "Undo | None" = None
        self._reported = False
        self._is_refusal_told = False

    def start(self) -> "None":
        """Listens for Back, Forward, and addresses that the page writes."""
        if self.parameter and self._undo is None:
            self._seen = self._browser.address()
            self._new_chat = self._browser.new_chat(self.parameter)
            self._undo = self._browser.on_entry(self._arrived, self._page_moved)

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
            self._timer = self._browser.later(RETRY_AFTER, self._offer)
        return None

    def asks(self) -> "tuple[str | None, bool]":
        """The thread that the present entry asks for, and whether it asks at all: `None` with true
        is a new chat.

        An entry of a new chat that has become a thread since, under an entry of the page's own,
        asks for that thread.
        """
        named = self.id_now()
        if named is not None or not self.parameter:
            return named, named is not None
        new_chat = self._browser.new_chat(self.parameter)
        if new_chat is None:
            return None, False
        became = self._browser.thread_of(new_chat)
        return became if is_thread_id(became) else None, True

    def chosen_by_page(self) -> "str | None":
        """The id that the page itself has put into the address since we wrote or read it last.
        What still waited to be written is out of date then.
        """
        before, self._seen = self._seen, self._browser.address()
        named = self.id_now()
        if named is None or named == read(before, self.parameter or ""):
            return None
        self._drop()
        self._new_chat = None
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
        current = read(address, self.parameter)
        if thread_id is not None and self._new_chat is not None:
            # Entries that the page has pushed over the new chat show the same conversation. Now,
            # and not when it is written: the user may press Back before that.
            if current is None:
                self._browser.became(self._new_chat, thread_id)
            self._new_chat = None
        if current == thread_id:
            # Waiting, it would join with the next change, or go into an entry of the page's own.
            self._drop()
            self._seen = address
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
            self._offer()
        else:
            self._timer = self._browser.later(wait, self._write_soon)

    def flush(self) -> "None":
        """Writes what still waits, now, whatever the page would say."""
        self._browser.cancel(self._timer)
        self._timer = None
        kind = self._due()
        if kind is not None:
            self._write(self._wanted, push=kind == "push")
            self._look_back()

    def _due(self) -> "str | None":
        """How what waits has to be written now: "push", "replace", or `None` for not at all."""
        if not self._waiting or not self.parameter:
            return None
        self._seen = self._browser.address()
        current = read(self._seen, self.parameter)
        kind = entry_kind(current, self._wanted, correcting=self._correcting)
        self._waiting = kind is not None
        is_push = kind == "push" and (self._history or self._browser.usual_history()) == "push"
        return kind and ("push" if is_push else "replace")

    def _offer(self) -> "None":
        """Writes what waits, unless the page does."""
        self._timer = None
        kind = self._due()
        if kind is None:
            return
        thread_id = self._wanted
        url = write(self._seen, self.parameter or "", thread_id)

        def answered(is_taken: "bool") -> "None":
            if not is_taken:
                self.flush()
            elif self._waiting and self._wanted == thread_id:
                self._browser.written_at = self._browser.now()
                self._seen = self._browser.address()
                self._look_back()

        self._chat.offer(url, kind == "replace", thread_id, answered)

    def _look_back(self) -> "None":
        """Past its limit a browser ignores a write in silence (measured), and a page may forget it:
        what is not there is written again later.
        """
        self._browser.cancel(self._timer)
        self._timer = None
        self._waiting = read(self._seen, self.parameter or "") != self._wanted
        if not self._waiting:
            return
        if self._retries < RETRIES:
            self._retries += 1
            self._timer = self._browser.later(RETRY_AFTER, self._offer)
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
        is_new_chat = push and thread_id is None
        self._seen = self._browser.write_address(url, parameter, push=push, is_new_chat=is_new_chat)
        if is_new_chat:
            self._new_chat = self._browser.new_chat(parameter)
        return read(self._seen, parameter) == thread_id

    def _page_moved(self) -> "None":
        # The next element asks for itself, as a visit does: see `Memory.wanted`.
        chosen = self.chosen_by_page() if self._chat.is_connected else None
        if chosen is not None:
            self._chat.asked(chosen)

    def _arrived(self, left: "str | None", traversed: "bool") -> "None":
        # A browser without the Navigation API cannot tell which entry was left: then it is the
        # last one that we have seen.
        left, self._seen = left or self._seen, self._browser.address()
        thread_id, is_asking = self.asks()
        named = self.id_now()
        if named is not None and named == read(left, self.parameter or ""):
            # `popstate` also fires for a click on a `#fragment` (measured), which asks for nothing.
            # Back and Forward between two entries of one thread lead away from what is loading.
            is_elsewhere = not (self.id_soon() == named and self._chat.stays(named))
            is_asking = traversed and is_elsewhere
        if not is_asking:
            return
        # Back and Forward overtake whatever was still to be written.
        self._drop()
        self._new_chat = self._browser.new_chat(self.parameter or "") if thread_id is None else None
        self._chat.asked(thread_id)
