"""Which threads the server has, as far as one element has shown it.

The element tells a failed load by nothing but a change back, and shows an id that failed once as an
empty thread from then on, called a success (both measured). What it shows without a load has been
loaded before, and was perhaps left before that load had ended: only the server knows.
"""


class Proof:
    """For one element: the threads that were seen to be there, and those that failed.

    `failed` holds the ids that this element can no longer show.
    """

    def __init__(self) -> "None":
        self.failed: "set[str | None]" = set()
        self._seen: "set[str | None]" = set()
        self._begun: "set[str | None]" = set()

    def load_started(self, thread_id: "str | None") -> "None":
        """A real load shows the messages: whatever failed before, this id has a new chance."""
        self.failed.discard(thread_id)
        self._begun.add(thread_id)

    def load_failed(self, thread_id: "str | None") -> "None":
        """It can no longer be shown here."""
        self.failed.add(thread_id)

    def command_failed(self, thread_id: "str | None") -> "None":
        """Our own command for it has failed: refused without a load it is as good as before."""
        if thread_id in self._begun:
            self.failed.add(thread_id)

    def saw(self, thread_id: "str | None") -> "None":
        """It was shown by a load that has ended well, or was created here."""
        if thread_id not in self.failed:
            self._seen.add(thread_id)

    def is_unknown(self, thread_id: "str | None") -> "bool":
        """Whether nobody can tell yet: only the server knows."""
        return thread_id not in self._seen and thread_id not in self.failed

    def has_met(self, thread_id: "str | None") -> "bool":
        """Whether it was shown or loaded here before, so that it cannot have been created now."""
        return thread_id in self._seen or thread_id in self._begun or thread_id in self.failed

    def deleted(self, thread_id: "str") -> "None":
        """Somebody has deleted it: what was seen before tells nothing any more."""
        self._seen.discard(thread_id)

    def judge(self, thread_id: "str", is_there: "bool") -> "None":
        """The server has been asked."""
        if is_there:
            self.failed.discard(thread_id)
            self._seen.add(thread_id)
        else:
            self.failed.add(thread_id)
