"""Where one bot's messages leave from: where parcels are, who sends, and what time it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.concurrency.rate_limiter import CircuitBreaker, RateLimiter, Sleep, TelegramFloods
from bot.render.telegram.stored_answer import ReplyContent
from storage import Store
from storage.records import OutboxMessage, SendOutcome

SendMessage = Callable[[OutboxMessage, ReplyContent], Awaitable[SendOutcome]]


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What the delivery of one bot needs."""

    store: Store
    bot: int
    paper_link: Callable[[int, int], str]  # a paper's key and version → what opens it
    holder: str
    send: SendMessage
    now: Callable[[], datetime]
    rate_limiter: RateLimiter
    circuit_breaker: CircuitBreaker
    telegram_floods: TelegramFloods
    lease_seconds: float = 120.0  # seconds a claim lasts
    send_timeout: float = 40.0  # seconds a send may take; as much of the lease must be left
    upload_timeout: float = 60.0  # seconds more that a file may take
    resend_unknown: bool = True  # what may have been delivered is sent once more, marked
    sleep: Sleep = asyncio.sleep
    is_stopping: asyncio.Event = field(default_factory=asyncio.Event)  # claims nothing more
    is_rich_unsupported: asyncio.Event = field(
        default_factory=asyncio.Event
    )  # no rich messages here
