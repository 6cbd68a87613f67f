"""A thread that our own message with `newThread` is to create, beside the one that is shown.

The element shows it from the start of its response, and tells its id or, where it could not be
created, a `null` that nobody meant (measured). Somebody may talk or leave meanwhile.
"""


class Creation:
    """`is_on` from the message until the thread has its id, has failed, or was left."""

    def __init__(self) -> "None":
        self.is_on = False
        self._messages = 0
        self._has_begun = False
        self._is_left = False

    def asked(self) -> "None":
        """The message is on its way."""
        if not self.is_on:
            self._has_begun = False
        self.is_on = True
        self._messages += 1
        self._is_left = False

    def refused(self) -> "None":
        """The server has refused to create a thread, whether we have asked for it or the page's own
        call of the element.
        """
        self.is_on = self._has_begun = True

    def answered(self, outcome: "str") -> "None":
        """How the command has ended: refused, it has begun nothing."""
        self._messages -= 1
        is_refused = outcome in ("failed", "refused")
        self.is_on = self.is_on and (self._has_begun or not is_refused or self._messages > 0)

    def left(self) -> "None":
        """A new chat was asked for meanwhile: should the thread fail now, that is what is left."""
        self._is_left = True

    def typed(self) -> "None":
        """The response that has just started is of a message that somebody has typed; so ours,
        which was never answered, has not begun.
        """
        self.is_on = self.is_on and self._messages > 0

    def response_started(self) -> "None":
        """Ours, or that of a message which somebody has typed in the same moment."""
        self.is_on = self.is_on or self._messages > 0
        self._has_begun = True

    def response_ended(self) -> "None":
        """Before its own response has begun it is the one of the thread that was left, or of a
        message before it.
        """
        self.is_on = self.is_on and (self._messages > 0 or not self._has_begun)
        self._has_begun = self._has_begun and self._messages == 0

    def over(self) -> "None":
        """It has its id, or has failed."""
        self.is_on = False

    @property
    def may_fail(self) -> "bool":
        """Whether a `null` means that the thread could not be created."""
        return self.is_on and self._has_begun and not self._is_left
