"""Where one bot's messages leave from: where parcels are, who sends, and what time it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.concurrency.rate_limiter import Breaker, Floods, Pace, Sleep
from bot.render.telegram.stored_answer import Said
from storage import Store
from storage.records import Outcome, Parcel

Send = Callable[[Parcel, Said], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the delivery of one bot needs."""

    store: Store
    bot: int
    link: Callable[[int, int], str]  # a paper's key and version → what opens it
    holder: str
    send: Send
    now: Callable[[], datetime]
    pace: Pace
    breaker: Breaker
    floods: Floods
    lease: float = 120.0  # seconds a claim lasts
    longest: float = 40.0  # seconds a send may take; as much of the lease must be left
    upload: float = 60.0  # seconds more that a file may take
    resend: bool = True  # what may have been delivered is sent once more, marked
    sleep: Sleep = asyncio.sleep
    closing: asyncio.Event = field(default_factory=asyncio.Event)  # claims nothing more
    classic_only: asyncio.Event = field(default_factory=asyncio.Event)  # no rich messages here
