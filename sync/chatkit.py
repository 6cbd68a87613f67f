"""`ChatKit`: one `<openai-chatkit>` element, kept in step, from Python.

chatkit = ChatKit("#chatkit", options={"api": {"url": "/chatkit", "domain_key": "…"}})
chatkit.start()

@chatkit.on("response.end")
def refresh(): ...

await chatkit.send_user_message(text="Hello")
"""

import json

from .errors import (
    ChatKitBusy,
    ChatKitError,
    ChatKitSettingsError,
    ChatKitUnavailable,
    CommandRejected,
)
from .events import Events
from .gate import ACTIONS, REASONS, refusal
from .plain import OFF, check_function, is_foreign, is_seconds, kind_of
from .schema import hint, is_option
from .session import DEFAULTS, Session
from .toolbar import TEXTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .browser import Browser
    from .state import Snapshot
    from .types import (
        Attachment,
        ChatKitOptions,
        ChatKitOptionsChanges,
        ToolChoice,
        UserMessageContent,
    )


class ChatKit(Events):
    """Keeps the page in step with one element, and guards every call to it.

    `target` is a selector or an element. With `options` (the type `ChatKitOptions`, keys in
    snake_case or camelCase, callbacks in Python) it is the element's owner and alone calls
    `setOptions`; without, a companion that never does. Further settings are those of
    `session.DEFAULTS`. Raises `ChatKitSettingsError` for settings that make no sense.

    Every command takes `timeout`, in seconds, waiting and running together (the default is that of
    `commands.TIMEOUTS`, or the setting `command_timeout`), and `when_busy`: "refuse" raises where
    the chat is busy, "wait" waits for its turn, in order of asking. While the chat starts both
    wait. A task that is cancelled lets go of its command; what the element was asked it still does.
    Every command raises `ChatKitBusy` where the element was not asked, `ChatKitUnavailable` where
    there is none that could be, `CommandRejected` where it has refused, `CommandTimeout` where it
    has not answered in time, `TypeError` for a parameter that cannot cross into JavaScript, and
    `ValueError` for a `timeout` or `when_busy` that makes no sense.
    """

    def __init__(
        self,
        target: "object" = "openai-chatkit",
        *,
        options: "ChatKitOptions | None" = None,
        browser: "Browser | None" = None,
        **settings: "Any",
    ):
        if browser is None:
            from .browser import shared

            browser = shared()
        checked = check_settings(settings)
        # A number is an element that the browser has numbered: see `Browser.others`.
        known = target if isinstance(target, (str, int)) else browser.adopt(target)
        if not known:
            said = f"ChatKit() takes a selector or an element, not {kind_of(target)}."
            raise ChatKitSettingsError(said)
        self._whole = Session(browser, known, options, checked, self._perform)
        self._browser = browser
        self._started = False
        self._stopped = False
        self._kept: "list[dict[str, Any]]" = []

    def start(self) -> "ChatKit":
        """Begins, and returns itself. A second start changes nothing, nor does one after `stop`:
        make a new ChatKit then.
        """
        if not self._started and not self._stopped:
            self._started = True
            self._session.start()
        return self

    def stop(self) -> "None":
        """Ends: listeners, timers and proxies are let go, waiting commands raise
        `ChatKitUnavailable`. It cannot be started again. An owner's functions are not called any
        more: a client tool is answered with an error, any other call of theirs is rejected. The
        snapshot is `failed` from then on; `update`, `set_scope` and `retry` raise as the commands.
        """
        if not self._stopped:
            self._stopped = True
            self._session.stop()

    def at_end(self, function: "Callable[[], None]") -> "None":
        """Calls `function` once when this has been stopped and has let go of everything, at once
        where it has already. What it raises is reported. Raises `TypeError` for what is no
        function.
        """
        check_function(function, "at_end()")
        self._session.at_end(function)

    @property
    def snapshot(self) -> "Snapshot":
        """What the chat does at this moment."""
        return self._session.snapshot

    @property
    def is_stopped(self) -> "bool":
        """Whether `stop` was called."""
        return self._stopped

    @property
    def is_owner(self) -> "bool":
        """Whether options were given, so that we configure the element."""
        return self._session.owning is not None

    def update(self, changes: "ChatKitOptionsChanges") -> "None":
        """Merges changes into the options that were given, and gives the element all of them, for
        it does not merge (the type `OpenAIChatKit.setOptions`); nothing where nothing differs.

        Dicts are merged at every depth, anything else is replaced, and `None` takes a member away.
        `initial_thread` counts at the element's start alone (measured). Raises
        `ChatKitSettingsError` for what makes no sense, and for a companion; nothing changes then.
        Raises `ChatKitUnavailable` after `stop`.
        """
        self._check_lives("update")
        self._owning("update").update(changes)

    def set_scope(self, scope: "str | None") -> "None":
        """Another user or workspace: its own entry in storage, a new chat, and no way back to the
        threads of the former one for the rest of the page's life. What a former user has asked for,
        and what still waits, is not done as another. Raises `TypeError` for what is no text,
        `ChatKitUnavailable` after `stop`.
        """
        self._check_lives("set_scope")
        if scope is not None and not isinstance(scope, str):
            raise TypeError(f"set_scope() takes a text or None, not {kind_of(scope)}")
        if self.scope not in (None, scope):
            # The first one runs.
            del self._kept[1:]
            self._session.forget_clicks()
        self._session.memory.set_scope(scope)

    @property
    def scope(self) -> "str | None":
        """Whose threads are remembered: see `set_scope`."""
        return self._session.memory.scope

    @property
    def is_retrying(self) -> "bool":
        """Whether a fresh element is about to come, to show what could not be shown."""
        return self._session.memory.losses.afresh is not None

    def retry(self) -> "None":
        """Tries again to show what could not be loaded: with a fresh element as its owner, by
        loading the page as a companion. Nothing else shows the messages again (measured).
        Raises `ChatKitUnavailable` after `stop`.
        """
        self._check_lives("retry")
        self._session.memory.losses.retry()

    def _check_lives(self, method: "str") -> "None":
        if self._stopped:
            raise ChatKitUnavailable(method, "stopped", REASONS["stopped"])

    # The eight commands of the published type `OpenAIChatKit`.

    async def send_user_message(
        self,
        text: "str | None" = None,
        *,
        content: "list[UserMessageContent] | None" = None,
        reply: "str | None" = None,
        attachments: "list[Attachment] | None" = None,
        new_thread: "bool" = False,
        tool_choice: "ToolChoice | str | None" = None,
        model: "str | None" = None,
        timeout: "float | None" = None,
        when_busy: "str" = "refuse",
    ) -> "None":
        """Sends a user message; resolves once the request has started, long before the answer.

        `text`, or `content` as the type's list of parts; `reply` is the text that is answered to,
        `attachments` are those of the type, uploaded before; `tool_choice` is a tool's id or the
        type's dict, `model` a model's id. `new_thread=True` makes a new thread, and passes a
        streaming answer. Raises as every command; `CommandRejected` with the kind "message-empty",
        "already-responding" or "thread-is-loading" (measured).
        """
        parameters = {
            "text": text,
            "content": content,
            "reply": reply,
            "attachments": attachments,
            "newThread": new_thread or None,
            "toolChoice": {"id": tool_choice} if isinstance(tool_choice, str) else tool_choice,
            "model": model,
        }
        await self._session.commands.run(
            "send_user_message",
            [_given(parameters)],
            timeout=timeout,
            when_busy=when_busy,
            new_thread=new_thread,
        )

    async def set_thread_id(
        self,
        thread_id: "str | None",
        *,
        timeout: "float | None" = None,
        when_busy: "str" = "refuse",
    ) -> "None":
        """Shows a thread, or a new chat for `None`; resolves when it is loaded.

        Raises as every command; `CommandRejected` with the kind "load-failed" where it cannot be
        loaded, and the element then shows the previous one. One that has failed on this element is
        rejected without asking: the element would show it empty and call that a success (measured).
        `retry` shows it. `ChatKitUnavailable` for a thread of a scope that was left.
        """

        def check() -> "None":
            memory = self._session.memory
            if memory.is_former(thread_id):
                reason = "the thread is of a former scope"
                raise ChatKitUnavailable("set_thread_id", "scope", reason)
            if not memory.can_show(thread_id):
                reason = "it has failed on this element before"
                memory.losses.could_not_open(thread_id)
                raise CommandRejected("set_thread_id", "Error", reason)

        await self._session.commands.run(
            "set_thread_id", [thread_id], timeout=timeout, when_busy=when_busy, check=check
        )

    async def focus_composer(
        self, *, timeout: "float | None" = None, when_busy: "str" = "refuse"
    ) -> "None":
        """Puts the focus into the composer; resolves when it is there, and is never rejected
        (measured). Raises as every command.
        """
        await self._session.commands.run("focus_composer", [], timeout=timeout, when_busy=when_busy)

    async def set_composer_value(
        self,
        text: "str | None" = None,
        *,
        content: "list[UserMessageContent] | None" = None,
        reply: "str | None" = None,
        attachments: "list[Attachment] | None" = None,
        files: "object" = None,
        selected_tool_id: "str | None" = None,
        selected_model_id: "str | None" = None,
        clear_tool: "bool" = False,
        timeout: "float | None" = None,
        when_busy: "str" = "refuse",
    ) -> "None":
        """Replaces the draft without sending it; resolves when it stands in the composer, and is
        never rejected (measured). Raises as every command.

        `text`, `content`, `reply` and `attachments` as in `send_user_message`; `files` is a
        list of JavaScript's `File`s, or an array; the selected ids are those of the options, and
        `clear_tool` deselects the tool (the type's `selectedToolId: null`).
        """
        parameters = _given(
            {
                "text": text,
                "content": content,
                "reply": reply,
                "attachments": attachments,
                "selectedToolId": selected_tool_id,
                "selectedModelId": selected_model_id,
            }
        )
        for one in files if isinstance(files, (list, tuple)) else [files]:
            if one is not None and not is_foreign(one):
                said = f"set_composer_value().files takes Files of JavaScript's, not {kind_of(one)}"
                raise TypeError(said)
        if clear_tool:
            parameters["selectedToolId"] = None
        await self._session.commands.run(
            "set_composer_value", [parameters], timeout=timeout, when_busy=when_busy, files=files
        )

    async def fetch_updates(
        self, *, timeout: "float | None" = None, when_busy: "str" = "refuse"
    ) -> "None":
        """Loads the shown thread again; resolves when it is there, while an answer streams after
        its end. Raises as every command; `CommandRejected` with the kind "load-failed".
        """
        await self._session.commands.run("fetch_updates", [], timeout=timeout, when_busy=when_busy)

    async def send_custom_action(
        self,
        action: "dict[str, Any]",
        item_id: "str | None" = None,
        *,
        timeout: "float | None" = None,
        when_busy: "str" = "refuse",
    ) -> "None":
        """Sends `{"type": …, "payload": …}` to the server; resolves when the action's stream ends,
        so it has no time limit of its own: a stall ends it. `item_id` is the widget's item.

        Raises as every command; `CommandRejected` with the kind "no-active-thread",
        "already-responding" or "thread-is-loading" (measured).
        """
        parameters: "list[object]" = [action] if item_id is None else [action, item_id]
        await self._session.commands.run(
            "send_custom_action", parameters, timeout=timeout, when_busy=when_busy
        )

    async def show_history(
        self, *, timeout: "float | None" = None, when_busy: "str" = "refuse"
    ) -> "None":
        """Opens the history; resolves at once. Raises as every command; `CommandRejected` with the
        kind "not-available" where the element's profile has none (measured).
        """
        await self._session.commands.run("show_history", [], timeout=timeout, when_busy=when_busy)

    async def hide_history(
        self, *, timeout: "float | None" = None, when_busy: "str" = "refuse"
    ) -> "None":
        """Closes the history, as `show_history` opens it."""
        await self._session.commands.run("hide_history", [], timeout=timeout, when_busy=when_busy)

    # Clicks.

    def _perform(self, click: "dict[str, Any]", waits: "bool") -> "None":
        if not waits and not self._kept:
            self._session.tasks.run(self._run(click, "refuse"), "in a control")
            return
        self._kept.append(click)
        if len(self._kept) == 1:
            self._session.tasks.run(self._run_kept(), "in a control")

    async def _run_kept(self) -> "None":
        """The clicks of the start in order: each is over before the next is asked, but for actions,
        whose streams may last.
        """
        while self._kept:
            click = self._kept[0]
            if click["action"] == "custom-action":
                self._session.tasks.run(self._run(click, "wait"), "in a control")
            else:
                await self._run(click, "wait")
            self._kept.pop(0)

    async def _run(self, click: "dict[str, Any]", when_busy: "str") -> "None":
        memory = self._session.memory
        scope = memory.scope
        try:
            await self._do(click["action"], click, when_busy)
        except ChatKitBusy:
            # The click came in the moment before its control went off.
            pass
        except ChatKitError as error:
            self._browser.report(f"The control {click['place']}: {error}")
            is_gone = isinstance(error, ChatKitUnavailable) and error.reason == "gone"
            if memory.scope != scope or is_gone:
                # What a former user has asked for is not said to this one; and an element that has
                # left while it was asked may have done it, and refused nothing.
                pass
            elif isinstance(error, CommandRejected) and error.kind == "load-failed":
                memory.losses.could_not_open(click["thread"])
            else:
                self._session.told("own.notice", {"notice": "refused"})
        except Exception as error:
            self._browser.report_exception(error, f"in the control {click['place']}")

    async def _do(self, action: "str", click: "dict[str, Any]", when_busy: "str") -> "None":
        text, thread_id = click["text"], click["thread"]
        if action == "send":
            if not text:
                raise ChatKitSettingsError('a send needs data-chatkit-text="…".')
            await self.send_user_message(text, when_busy=when_busy)
        elif action == "draft":
            await self.set_composer_value(text or "", when_busy=when_busy)
            await self.focus_composer(when_busy="wait")
        elif action == "new-thread":
            await self.set_thread_id(None, when_busy=when_busy)
        elif action == "open-thread":
            await self._open(thread_id, when_busy)
        elif action == "retry":
            self.retry()
        elif action == "custom-action":
            await self.send_custom_action(_payload(click["payload"]), when_busy=when_busy)
        elif action in ACTIONS:
            command = getattr(self, ACTIONS[action])
            await command(when_busy=when_busy)

    async def _open(self, thread_id: "str | None", when_busy: "str") -> "None":
        memory = self._session.memory
        if not thread_id:
            return
        is_free = refusal(self.snapshot, "set_thread_id") is None
        if is_free and memory.losses.can_reach(thread_id) and not memory.can_show(thread_id):
            # Somebody asks for it again: the element would show it empty (measured).
            memory.losses.retry(thread_id)
            return
        await self.set_thread_id(thread_id, when_busy=when_busy)


def check_settings(settings: "dict[str, Any]") -> "dict[str, Any]":
    """The settings with their defaults. Raises `ChatKitSettingsError` for what makes no sense."""
    for name, value in settings.items():
        if name not in DEFAULTS:
            raise ChatKitSettingsError(f"{name!r} is no setting; {_what_it_is(name)}")
        if name == "texts":
            _check_texts(value)
        elif name == "headers":
            _check_headers(value)
        elif name in ("parameter", "key", "scope"):
            if value not in (None, False) and not isinstance(value, str):
                raise ChatKitSettingsError(f"{name} must be a text, or false, not {value!r}.")
        elif name == "history":
            if value not in ("push", "replace") and value not in OFF:
                said = f'history must be "push", "replace" or false, not {value!r}.'
                raise ChatKitSettingsError(said)
        elif not is_seconds(value) and not (value is None and DEFAULTS[name] is None):
            raise ChatKitSettingsError(f"{name} must be a number of seconds, not {value!r}.")
    return DEFAULTS | settings


def _what_it_is(name: "str") -> "str":
    if is_option(name):
        return "it belongs into options."
    return hint(name, sorted(set(DEFAULTS) | {"element", "options"}))


def _check_headers(headers: "Any") -> "None":
    if headers is None or callable(headers):
        return
    if not isinstance(headers, dict) or not all(
        isinstance(name, str) and isinstance(value, str) for name, value in headers.items()
    ):
        raise ChatKitSettingsError(
            f"headers must be a table of texts, or a function that returns one, not {headers!r}."
        )


def _check_texts(texts: "Any") -> "None":
    if not isinstance(texts, dict):
        raise ChatKitSettingsError("texts must be a table of texts by key.")
    for key, text in texts.items():
        if key not in TEXTS or not isinstance(text, str):
            known = ", ".join(sorted(TEXTS))
            raise ChatKitSettingsError(f"texts has {key!r}: {text!r}; keys are {known}.")


def _given(parameters: "dict[str, Any]") -> "dict[str, Any]":
    return {name: value for name, value in parameters.items() if value is not None}


def _payload(text: "str | None") -> "dict[str, Any]":
    try:
        action = json.loads(text or "")
    except ValueError:
        action = None
    if not isinstance(action, dict) or not isinstance(action.get("type"), str):
        raise ChatKitSettingsError(
            'a custom-action needs data-chatkit-payload=\'{"type": "…", "payload": {…}}\'.'
        )
    return action
