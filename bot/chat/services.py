"""Where updates are answered: what every answer needs of the house."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import telegram

from bot.chat.request_and_reply import Ask, House, Reply
from bot.chat.user_limits import DAILY, DAY, Cost, Limits
from bot.summaries.gateway.model_gateway import Workshop
from bot.summaries.on_demand import NotAsked
from bot.texts import Refusal
from storage import Store
from storage.records import Form, Paper


def _daily() -> Limits:
    return Limits(DAILY, span=DAY)


@dataclass(frozen=True, slots=True)
class Outside:
    """The ways out of the house: arXiv's papers by id, files that people send, and the model.

    None where there is no way, as in the demo without a network.
    """

    papers: Callable[[Sequence[str]], Awaitable[list[Paper]]] | None = None  # by their ids
    file: Callable[[str], Awaitable[bytes]] | None = None  # Telegram's file id → its bytes
    shop: Workshop | None = None  # who asks the model, and what it may cost
    daily: Limits = field(default_factory=_daily)  # what one person may have the model do

    @contextmanager
    def counted(self, ask: Ask, cost: Cost) -> Iterator[Workshop]:
        """Counts one question for the model to who asks; where it is not asked, it is none.

        Raises:
            Refusal: there is no model, or the person has had too much for a day.
        """
        who = ask.person.person or ask.chat.chat
        if self.shop is None:
            raise Refusal("consult-not-now")
        if excess := self.daily.excess(who, [cost]):
            raise Refusal(f"limit-{excess.cost}", most=excess.most)
        try:
            yield self.shop
        except NotAsked:
            self.daily.give_back(who, cost)
            raise


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


Runner = Callable[[Outside, Store, Ask, str], Awaitable[Reply]]
