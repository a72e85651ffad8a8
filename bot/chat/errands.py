"""The ways out of the house, for what a reply needs after its transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.chat.context import Ask, Reply
from bot.chat.limits import DAILY, DAY, Cost, Limits
from bot.summaries.gateway.model_gateway import Workshop
from bot.summaries.on_demand import NotAsked
from bot.texts import Refusal
from storage import Store
from storage.records import Paper


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


Runner = Callable[[Outside, Store, Ask, str], Awaitable[Reply]]
