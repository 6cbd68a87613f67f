"""A message of the assistant as the protocol streams it: opened, word by word, closed."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime

from chatkit.store import default_generate_id
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
)


async def say(
    thread_id: str, text: str, word_delay: float, complete: bool = True
) -> AsyncIterator[ThreadStreamEvent]:
    """Say the text with a pause before each word; an incomplete message stops without its end."""
    item = AssistantMessageItem(
        id=default_generate_id("message"),
        thread_id=thread_id,
        created_at=datetime.now(),
        content=[],
    )
    yield ThreadItemAddedEvent(item=item)
    empty = AssistantMessageContent(text="")
    opened = AssistantMessageContentPartAdded(content_index=0, content=empty)
    yield ThreadItemUpdatedEvent(item_id=item.id, update=opened)
    for word in re.findall(r"\S+\s*", text):
        await asyncio.sleep(word_delay)
        delta = AssistantMessageContentPartTextDelta(content_index=0, delta=word)
        yield ThreadItemUpdatedEvent(item_id=item.id, update=delta)
    if complete:
        content = AssistantMessageContent(text=text)
        done = AssistantMessageContentPartDone(content_index=0, content=content)
        yield ThreadItemUpdatedEvent(item_id=item.id, update=done)
        yield ThreadItemDoneEvent(item=item.model_copy(update={"content": [content]}))
