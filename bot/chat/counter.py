"""Where updates are answered: what every answer needs of the house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import telegram

from bot.chat.context import House
from bot.chat.errands import Outside
from bot.chat.limits import Limits
from storage import Store
from storage.records import Form


@dataclass(frozen=True, slots=True)
class Counter:
    """Where updates are answered: the bot, its house and store, and what time it is."""

    bot: telegram.Bot
    house: House
    store: Store
    now: Callable[[], datetime]
    wake: Callable[[], None]  # parcels were put
    holder: str  # this process, by which it leases what it sends at once
    lease: float = 120.0  # seconds
    message_lasts: timedelta = timedelta(minutes=10)  # then nobody waits for it any more
    file_lasts: timedelta = timedelta(hours=24)
    form: Form = Form.CLASSIC  # of chats that have not chosen
    errands: Outside = field(default_factory=Outside)
    limits: Limits = field(default_factory=Limits)
