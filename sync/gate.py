"""May this run now, and if not, why? One pure table for commands and controls alike.

refusal(snapshot, "send_user_message")     # None: go on; else a key of REASONS
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .state import Snapshot

# The commands of the published type `OpenAIChatKit`, and the method that each calls.
COMMANDS = {
    "send_user_message": "sendUserMessage",
    "set_thread_id": "setThreadId",
    "focus_composer": "focusComposer",
    "set_composer_value": "setComposerValue",
    "fetch_updates": "fetchUpdates",
    "send_custom_action": "sendCustomAction",
    "show_history": "showHistory",
    "hide_history": "hideHistory",
}

# Those that work on the thread: while one is under way the chat is busy, and a second one
# of them would be refused by the element (measured: two sends in one tick).
THREAD_COMMANDS = ("send_user_message", "set_thread_id", "fetch_updates", "send_custom_action")

# What a control does, as the command behind it, or the method of ChatKit.
ACTIONS = {
    "new-thread": "set_thread_id",
    "open-thread": "set_thread_id",
    "focus-composer": "focus_composer",
    "send": "send_user_message",
    "draft": "set_composer_value",
    "show-history": "show_history",
    "hide-history": "hide_history",
    "fetch-updates": "fetch_updates",
    "custom-action": "send_custom_action",
    "retry": "retry",
}

REASONS = {
    "waiting": "the page has not configured the chat yet",
    "starting": "the chat is starting",
    "loading": "a conversation is being loaded",
    "responding": "the assistant is answering",
    "stalled": "the chat has not given a sign of life for long",
    "locked": "the conversation is locked by a tool that has not answered; open another one",
    "command": "another command is still running",
    "nothing-to-retry": "every conversation that was asked for could be shown",
    "gone": "the element has left the page",
    "stopped": "stop() was called",
    "missing": "the page has no such element",
    "no-script": "the page has no script that defines <openai-chatkit>",
    "script": "the script that defines <openai-chatkit> did not load",
    "frame": "the element made no frame: setOptions was not called, its options were refused, or "
    "the element was moved before",
    "never-ready": "the element was never ready",
    "no-answer": "the element does not answer: its frame shows something else than the chat",
    "slow": "the chat has not answered; its server may be slow, or away",
    "options": "the element refused its options",
    "origin": "the page is not a secure context, and ChatKit needs https or localhost",
    "domain": "the domain could not be verified",
    "app": "the element's own app has failed",
}


def refusal(snapshot: "Snapshot", command: "str", *, new_thread: "bool" = False) -> "str | None":
    """Why `command` may not run now, as a key of `REASONS`; `None` where it may.

    `new_thread` is `sendUserMessage`'s own parameter, which passes a streaming answer (measured).
    """
    phase = snapshot.phase
    if phase == "failed":
        return snapshot.failure
    if command == "retry" and phase == "idle":
        return None if snapshot.lost is not None else "nothing-to-retry"
    if phase == "stalled":
        return None if command == "set_thread_id" else "stalled"
    if phase == "responding":
        return None if new_thread else "responding"
    if phase != "idle":
        return phase
    if snapshot.locked and command in ("send_user_message", "send_custom_action"):
        return None if new_thread else "locked"
    return "command" if snapshot.commands and command in THREAD_COMMANDS else None


def page_refusal(snapshot: "Snapshot") -> "str | None":
    """Why the page's own gated controls are off now; `None` where they are on. A chat that has
    failed or left, or that the page opens later, is not busy: the page's own goes on without it.
    """
    if is_final(snapshot) or snapshot.phase == "waiting":
        return None
    if snapshot.phase == "idle" and snapshot.busy:
        return "locked" if snapshot.locked else "command"
    return None if snapshot.phase == "idle" else snapshot.failure or snapshot.phase


def controls(snapshot: "Snapshot") -> "dict[str, str | None]":
    """For each of `ACTIONS`, why its controls are off, or `None`."""
    return {action: refusal(snapshot, command) for action, command in ACTIONS.items()}


def is_final(snapshot: "Snapshot") -> "bool":
    """Whether waiting is pointless: the element is gone or never became usable."""
    return snapshot.phase in ("gone", "failed")
