"""What one request carries through the SDK to the assistant."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Context:
    """One request. Setting ``cut`` ends its connection in the middle of the answer."""

    cut: asyncio.Event = field(default_factory=asyncio.Event)
