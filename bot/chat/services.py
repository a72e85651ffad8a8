"""The running bot's services that dispatch and handlers use."""

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
from storage.records.chats import MessageForm
from storage.records.papers import Paper


@dataclass(frozen=True, slots=True)
class ExternalServices:
    """The services outside this process: arXiv by paper id, uploaded files and the model.

    Each is None where it is unavailable, as in the demo without a network.
    """

    fetch_papers: Callable[[Sequence[str]], Awaitable[list[Paper]]] | None = None  # by their ids
    fetch_file: Callable[[str], Awaitable[bytes]] | None = None  # Telegram's file id → its bytes
    model_gateway: ModelGateway | None = None
    daily_limits: UserLimits = field(  # of a person's model calls
        default_factory=lambda: UserLimits(RATES_PER_DAY, period=DAY)
    )

    @contextmanager
    def charge_model_call(self, request: Request, cost: Cost) -> Iterator[ModelGateway]:
        """Charge one model call to the person who asks; refund it if the model is unavailable.

        Raises:
            Refusal: there is no model, or the person's daily limit is used up.
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
    """What updates are answered with: the bot, its store, its limits and its clock."""

    bot: telegram.Bot
    bot_info: BotInfo
    store: Store
    now: Callable[[], datetime]
    wake_delivery: Callable[[], None]  # called after messages were queued
    lease_holder: str  # the name under which this process leases the replies that it sends at once
    lease_seconds: float = 120.0
    message_ttl: timedelta = timedelta(minutes=10)  # after that nobody waits for a reply
    file_ttl: timedelta = timedelta(hours=24)
    default_form: MessageForm = MessageForm.CLASSIC  # of chats that have not chosen one
    external_services: ExternalServices = field(default_factory=ExternalServices)
    user_limits: UserLimits = field(default_factory=UserLimits)


FollowUpHandler = Callable[[ExternalServices, Store, Request, str], Awaitable[Reply]]
