"""The two places that one element's thread is remembered in: the address and storage.

Each has a name, which no other element of the page may use.
"""

from .address_bar import AddressBar
from .plain import OFF
from .storage import ThreadStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .address_bar import Chat
    from .browser import Browser


class Places:
    """`bar` and `store`, from the settings or the element's own attributes, until `close`;
    `known` are the threads by their scopes.

    `chat` is told which thread the address asks for: see `address_bar.Chat`.
    """

    def __init__(
        self,
        browser: "Browser",
        settings: "dict[str, Any]",
        about: "dict[str, Any]",
        chat: "Chat",
    ):
        self._browser = browser
        self._claims: "list[str]" = []
        history = settings["history"]
        is_off = history is not None and history in OFF
        parameter = None if is_off else self._claim("parameter", settings, about)
        key = self._claim("key", settings, about)
        interval = settings["write_interval"]
        self.bar = AddressBar(browser, parameter, chat, interval=interval, history=history)
        self.store = ThreadStore(browser, key, settings["scope"])
        # For as long as the page lives, whichever element has these names by then.
        self.known = browser.known.setdefault(f"{parameter} {key}", {})
        self.bar.start()

    def close(self) -> "None":
        """Writes what still waits, and gives the names back."""
        self.bar.stop()
        self._browser.claims.difference_update(self._claims)

    def _claim(
        self, what: "str", settings: "dict[str, Any]", about: "dict[str, Any]"
    ) -> "str | None":
        name = settings[what] if about[what] is None else about[what]
        if name in OFF:
            return None
        claim = f"{what} {name}"
        if claim in self._browser.claims:
            self._browser.report(
                f"Two elements share the {what} {name!r}, so the second remembers nothing there; "
                f'give it its own: data-chatkit-{what}="…" on the element.'
            )
            return None
        self._browser.claims.add(claim)
        self._claims.append(claim)
        return str(name)
