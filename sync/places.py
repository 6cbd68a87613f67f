"""The two places that one element's thread is remembered in: the address and storage.

Each has a name, which no other element of the page may use.
"""

from .address_bar import AddressBar
from .storage import ThreadStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .browser import Browser

OFF = (None, False, "", "false")
"""What stands for no parameter, no key or no scope: an attribute writes `false` as a text."""


class Places:
    """`bar` and `store`, from the settings or the element's own attributes, until `close`;
    `known` are the threads by their scopes.

    `wished(thread_id)` is called when somebody has gone Back or Forward to another thread than the
    one at which the chat `stays(thread_id)`.
    """

    def __init__(
        self,
        browser: "Browser",
        settings: "dict[str, Any]",
        about: "dict[str, Any]",
        wished: "Callable[[str | None], None]",
        stays: "Callable[[str], bool]",
    ):
        self._browser = browser
        self._claims: "list[str]" = []
        parameter = self._claim("parameter", settings, about)
        key = self._claim("key", settings, about)
        interval = settings["write_interval"]
        self.bar = AddressBar(
            browser, parameter, wished, interval=interval, others=self._parameters, stays=stays
        )
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

    def _parameters(self) -> "list[str]":
        """Those of all the page's chats."""
        split = [claim.partition(" ") for claim in self._browser.claims]
        return [name for what, _, name in split if what == "parameter"]
