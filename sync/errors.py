"""What can go wrong, and whose turn it is.

    ChatKitError
    ├── ChatKitBusy            your call came too soon: ask again, or pass when_busy="wait"
    ├── ChatKitUnavailable     there is no usable element: gone, failed, or stopped
    ├── CommandError           the element was asked
    │   ├── CommandRejected    … and refused
    │   └── CommandTimeout     … and never answered
    └── ChatKitSettingsError   the page or its settings are wrong

Every message is one sentence for a developer: what, where, what to do.
"""


class ChatKitError(Exception):
    """The root of everything that this library raises on purpose."""


class ChatKitBusy(ChatKitError):
    """The chat is doing something else, so the element was not asked.

    `command` is the refused command's name, `reason` a key of `gate.REASONS`.
    """

    def __init__(self, command: "str", reason: "str", message: "str"):
        super().__init__(f"{command}() was not sent: {message}.")
        self.command = command
        self.reason = reason


class ChatKitUnavailable(ChatKitError):
    """There is no element that could answer.

    `reason` is "gone", "stopped", "scope" for a thread of a scope that was left, or one of the
    reasons for the phase `failed`.
    """

    def __init__(self, command: "str", reason: "str", message: "str", *, was_asked: "bool" = False):
        what = "was asked, and will not be answered" if was_asked else "cannot run"
        super().__init__(f"{command}() {what}: {message}.")
        self.command = command
        self.reason = reason


class CommandError(ChatKitError):
    """The element was asked and the command did not succeed. `command` is its name."""

    def __init__(self, command: "str", message: "str"):
        super().__init__(message)
        self.command = command


class CommandRejected(CommandError):
    """The element refused: its promise was rejected, or the call threw at once.

    `name` and `message` describe the reason (`message` also where the reason is no `Error`),
    `original` is the reason as it came from JavaScript, and `kind` is one of `REJECTIONS`' kinds
    or "other".
    """

    def __init__(self, command: "str", name: "str", message: "str", original: "object" = None):
        super().__init__(command, f"{command}() was refused by ChatKit: {name}: {message}")
        self.name = name
        self.message = message
        self.original = original
        self.kind = rejection_kind(command, name, message)


class CommandTimeout(CommandError):
    """The element did not answer within `seconds`. `reason` says what is the likely cause."""

    def __init__(self, command: "str", seconds: "float", reason: "str"):
        super().__init__(command, f"{command}() got no answer within {seconds:g} s: {reason}.")
        self.seconds = seconds
        self.reason = reason


class ChatKitSettingsError(ChatKitError):
    """A setting or an option makes no sense. The message names the place."""


# Measured on the element: the wording is all that tells these apart.
REJECTIONS = (
    ("already responding", "already-responding"),
    ("thread is loading", "thread-is-loading"),
    ("message empty", "message-empty"),
    ("no active thread", "no-active-thread"),
    ("not available", "not-available"),
    ("not supported", "not-available"),
    ("is not a function", "not-available"),
)


BUSY_KINDS = ("already-responding", "thread-is-loading")
"""Kinds that say "not now": whoever waits for its turn asks again."""


def rejection_kind(command: "str", name: "str", message: "str") -> "str":
    """The testable kind of a rejection: one of `REJECTIONS`, "load-failed", or "other".

    `setThreadId` and `fetchUpdates` reject for nothing but a failed load (measured).
    """
    for words, kind in REJECTIONS:
        if words in message:
            return kind
    if command in ("set_thread_id", "fetch_updates"):
        return "load-failed"
    return "other"
