"""Where updates are answered: what every answer needs of the house."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import telegram

from bot.chat.request_and_reply import BotInfo, Reply, Request
from bot.chat.user_limits import DAY, RATES_PER_DAY, Cost, UserLimits
from bot.summaries.gateway.model_gateway import ModelGateway
from bot.summaries.on_demand import ModelUnavailable
from bot.texts import Refusal
from storage import Store
from storage.records import MessageForm, Paper


def _daily_limits() -> UserLimits:
    return UserLimits(RATES_PER_DAY, period=DAY)


@dataclass(frozen=True, slots=True)
class ExternalServices:
    """The ways out of the house: arXiv's papers by id, files that people send, and the model.

    None where there is no way, as in the demo without a network.
    """

    fetch_papers: Callable[[Sequence[str]], Awaitable[list[Paper]]] | None = None  # by their ids
    fetch_file: Callable[[str], Awaitable[bytes]] | None = None  # Telegram's file id → its bytes
    model_gateway: ModelGateway | None = None  # who asks the model, and what it may cost
    daily_limits: UserLimits = field(
        default_factory=_daily_limits
    )  # what one person may have the model do

    @contextmanager
    def charge_model_call(self, request: Request, cost: Cost) -> Iterator[ModelGateway]:
        """Counts one question for the model to who asks; where it is not asked, it is none.

        Raises:
            Refusal: there is no model, or the person has had too much for a day.
        """
        account_id = request.person.id or request.chat.id
        if self.model_gateway is None:
            raise Refusal("consult-not-now")
        if excess := self.daily_limits.charge(account_id, [cost]):
            raise Refusal(f"limit-{excess.cost}", most=excess.limit)
        try:
            yield self.model_gateway
        except ModelUnavailable:
            self.daily_limits.refund(account_id, cost)
            raise


@dataclass(frozen=True, slots=True)
class Services:
    """Where updates are answered: the bot, its house and store, and what time it is."""

    bot: telegram.Bot
    bot_info: BotInfo
    store: Store
    now: Callable[[], datetime]
    wake_delivery: Callable[[], None]  # parcels were put
    lease_holder: str  # this process, by which it leases what it sends at once
    lease_seconds: float = 120.0  # seconds
    message_ttl: timedelta = timedelta(minutes=10)  # then nobody waits for it any more
    file_ttl: timedelta = timedelta(hours=24)
    default_form: MessageForm = MessageForm.CLASSIC  # of chats that have not chosen
    external_services: ExternalServices = field(default_factory=ExternalServices)
    user_limits: UserLimits = field(default_factory=UserLimits)


FollowUpHandler = Callable[[ExternalServices, Store, Request, str], Awaitable[Reply]]
