"""The assistant: answers made from the message, and commands that show the demo's teeth.

``COMMANDS`` is the whole list of spoken commands. Everything else that is said gets a friendly
answer. No model is asked and no key is needed.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from chatkit.actions import Action, ActionConfig
from chatkit.errors import CustomStreamError
from chatkit.server import ChatKitServer, NonStreamingResult, StreamingResult, stream_widget
from chatkit.store import NotFoundError, default_generate_id
from chatkit.types import (
    ChatKitReq,
    ClientEffectEvent,
    ClientToolCallItem,
    FeedbackKind,
    SyncCustomActionResponse,
    ThreadItem,
    ThreadItemDoneEvent,
    ThreadMetadata,
    ThreadsDeleteReq,
    ThreadStreamEvent,
    UserMessageItem,
    WidgetItem,
)
from chatkit.widgets import Button, Card, Text
from pydantic import TypeAdapter
from typing_extensions import override

from .context import Context
from .replies import compose, title_of
from .speech import say
from .store import ThreadStore, text_of


@dataclass(frozen=True)
class Command:
    """A spoken command: how it is said, and what it does."""

    name: str
    say: str
    does: str


COMMANDS = (
    Command("help", "help", "lists these commands"),
    Command("slow", "slow", "answers for about twenty seconds, a word at a time"),
    Command("fail half way", "fail half way", "breaks off with an error that says so"),
    Command("cut off", "cut off", "closes the connection in the middle of the answer"),
    Command("never answer", "never answer", "keeps the answer open and says nothing"),
    Command("refuse", "refuse", "refuses the message with HTTP 403"),
    Command("tool", "tool NAME", "calls the page's client tool of that name"),
    Command("effect", "effect NAME", "sends the page a client effect of that name"),
    Command("card", "card", "shows a card whose button asks the page"),
)
"""What the assistant understands besides conversation, in the order in which it is listed."""

SLOWER = 12.5
"""How much longer a word of "slow" takes: forty words of half a second by default."""

_WITH_NAME = re.compile(r"(tool|effect)\s+(\S+)", re.IGNORECASE)
_REQUEST: TypeAdapter[ChatKitReq] = TypeAdapter(ChatKitReq)


class RefusedError(Exception):
    """The assistant does not take this request; answered as HTTP 403."""


def commands() -> list[dict[str, str]]:
    """The commands as plain data, for the page."""
    return [asdict(command) for command in COMMANDS]


def command_in(text: str) -> tuple[str, str]:
    """Which command a message speaks, and the name that goes with it; two empty texts if none."""
    said = " ".join(text.split()).rstrip(".!")
    if match := _WITH_NAME.fullmatch(said):
        return match[1].lower(), match[2]
    spoken = (command.name for command in COMMANDS if command.name == command.say)
    return (said.lower(), "") if said.lower() in spoken else ("", "")


class Assistant(ChatKitServer[Context]):
    """OpenAI's server SDK with this assistant behind it; ``word_delay`` is in seconds."""

    def __init__(self, store: ThreadStore, word_delay: float) -> None:
        super().__init__(store)
        self.threads = store
        self._word_delay = word_delay

    @override
    async def process(
        self, request: str | bytes | bytearray, context: Context
    ) -> StreamingResult | NonStreamingResult:
        """As the SDK, but what is bound to fail does so before an answer has begun.

        Raises ``NotFoundError`` for a missing thread and ``RefusedError`` for "refuse".
        """
        parsed = _REQUEST.validate_json(request)
        thread_id = getattr(parsed.params, "thread_id", None)
        if thread_id is not None and not isinstance(parsed, ThreadsDeleteReq):
            await self.store.load_thread(thread_id, context)
        message = getattr(parsed.params, "input", None)
        said = "".join(part.text for part in getattr(message, "content", ()))
        if command_in(said)[0] == "refuse":
            raise RefusedError("The assistant refuses this message, as you asked.")
        return await super().process(request, context)

    @override
    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: Context
    ) -> AsyncIterator[ThreadStreamEvent]:
        """The answer to a message or, without one, to a client tool's result."""
        if input_user_message is None:
            answer = self._tell_result(thread, context)
        else:
            text = text_of(input_user_message)
            thread.title = thread.title or title_of(text)
            answer = self._answer(thread, text, context)
        async for event in answer:
            yield event

    @override
    async def action(
        self,
        thread: ThreadMetadata,
        action: Action[str, Any],
        sender: WidgetItem | None,
        context: Context,
    ) -> AsyncIterator[ThreadStreamEvent]:
        """Says which custom action arrived, and what came with it."""
        async for event in self._say(
            thread, f"The action “{action.type}” came with {_shown(action.payload)}."
        ):
            yield event

    @override
    async def sync_action(
        self,
        thread: ThreadMetadata,
        action: Action[str, Any],
        sender: WidgetItem | None,
        context: Context,
    ) -> SyncCustomActionResponse:
        """Taken, with nothing to change."""
        return SyncCustomActionResponse()

    @override
    async def add_feedback(
        self, thread_id: str, item_ids: list[str], feedback: FeedbackKind, context: Context
    ) -> None:
        """Keeps the feedback in the store."""
        self.threads.save_feedback(thread_id, item_ids, feedback)

    @override
    async def handle_stream_cancelled(
        self, thread: ThreadMetadata, pending_items: list[ThreadItem], context: Context
    ) -> None:
        """As the SDK, except that a thread deleted during its answer has nothing left to keep."""
        with contextlib.suppress(NotFoundError):
            await super().handle_stream_cancelled(thread, pending_items, context)

    # Answers

    def _answer(
        self, thread: ThreadMetadata, text: str, context: Context
    ) -> AsyncIterator[ThreadStreamEvent]:
        match command_in(text):
            case ("slow", _):
                return self._say(thread, _SLOW_TEXT, slower=SLOWER)
            case ("fail half way", _):
                return self._fail(thread)
            case ("cut off", _):
                return self._cut_off(thread, context)
            case ("never answer", _):
                return self._keep_silent()
            case ("tool", name):
                return self._call_tool(thread, name)
            case ("effect", name):
                return self._send_effect(thread, name)
            case ("card", _):
                return stream_widget(thread, _card())
            case ("help", _):
                return self._say(thread, _help_text())
            case _:
                asked = [said for role, said in self.threads.messages(thread.id) if role == "user"]
                return self._say(thread, compose(text, len(asked)))

    def _say(
        self, thread: ThreadMetadata, text: str, slower: float = 1, complete: bool = True
    ) -> AsyncIterator[ThreadStreamEvent]:
        return say(thread.id, text, self._word_delay * slower, complete)

    async def _fail(self, thread: ThreadMetadata) -> AsyncIterator[ThreadStreamEvent]:
        async for event in self._say(thread, "This answer goes well until", complete=False):
            yield event
        raise CustomStreamError("The answer failed half way, as you asked.", allow_retry=True)

    async def _cut_off(
        self, thread: ThreadMetadata, context: Context
    ) -> AsyncIterator[ThreadStreamEvent]:
        async for event in self._say(thread, "The connection closes after these", complete=False):
            yield event
        context.cut.set()
        await asyncio.Event().wait()

    async def _keep_silent(self) -> AsyncIterator[ThreadStreamEvent]:
        await asyncio.Event().wait()
        yield  # type: ignore[misc]  # never reached: it makes this an iterator

    async def _call_tool(
        self, thread: ThreadMetadata, name: str
    ) -> AsyncIterator[ThreadStreamEvent]:
        call = ClientToolCallItem(
            id=default_generate_id("tool_call"),
            thread_id=thread.id,
            created_at=datetime.now(),
            call_id=default_generate_id("tool_call"),
            name=name,
            arguments={},
        )
        yield ThreadItemDoneEvent(item=call)

    async def _tell_result(
        self, thread: ThreadMetadata, context: Context
    ) -> AsyncIterator[ThreadStreamEvent]:
        last = await self.store.load_thread_items(thread.id, None, 1, "desc", context)
        call = last.data[0] if last.data else None
        if isinstance(call, ClientToolCallItem):
            text = f"The tool “{call.name}” returned {_shown(call.output)}."
            async for event in self._say(thread, text):
                yield event

    async def _send_effect(
        self, thread: ThreadMetadata, name: str
    ) -> AsyncIterator[ThreadStreamEvent]:
        yield ClientEffectEvent(name=name, data={"threadId": thread.id})
        async for event in self._say(thread, f"I have sent the effect “{name}” to the page."):
            yield event


def _card() -> Card:
    asks_page = ActionConfig(type="tell", payload={"number": 7}, handler="client")
    button = Button(label="Tell the page", onClickAction=asks_page)
    return Card(children=[Text(value="What this button does is the page's."), button])


def _shown(value: object) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


def _help_text() -> str:
    lines = [f"- **{command.say}** {command.does}" for command in COMMANDS]
    return "\n".join(["Talk to me as you like, or say one of these:", "", *lines])


_SLOW_TEXT = (
    "I take my time with this one. While I speak, every control of the page is off and its status"
    " says why; press Stop, reload, or go back and forth, and see that nothing is lost. There, I am"
    " done."
)
