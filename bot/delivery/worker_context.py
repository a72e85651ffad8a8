"""What the delivery of one bot's messages depends on: store, sender, limits and clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.concurrency.circuit_breaker import CircuitBreaker
from bot.concurrency.rate_limiter import RateLimiter, Sleep
from bot.delivery.telegram_floods import TelegramFloods
from bot.render.telegram.reply_encoding import ReplyContent
from storage import Store
from storage.records.messages import OutboxMessage, SendOutcome

SendMessage = Callable[[OutboxMessage, ReplyContent], Awaitable[SendOutcome]]


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What the delivery of one bot needs."""

    store: Store
    bot: int
    paper_link: Callable[[int, int], str]  # from a paper's key and version
    holder: str
    send: SendMessage
    now: Callable[[], datetime]
    rate_limiter: RateLimiter
    circuit_breaker: CircuitBreaker
    telegram_floods: TelegramFloods
    lease_seconds: float = 120.0
    send_timeout: float = 40.0  # seconds; at least as much of the lease must be left
    upload_timeout: float = 60.0  # further seconds for a file
    resend_unknown: bool = True  # a possibly delivered message is sent once more, marked
    sleep: Sleep = asyncio.sleep
    is_stopping: asyncio.Event = field(default_factory=asyncio.Event)
    is_rich_unsupported: asyncio.Event = field(default_factory=asyncio.Event)
