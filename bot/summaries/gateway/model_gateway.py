"""Where glosses are made: the model that is asked, what it may cost, and how it has answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.concurrency.rate_limiter import Breaker, Monotonic
from bot.concurrency.single_flight import Flights
from bot.summaries.gateway.budget import Budget, Price
from bot.summaries.gateway.model_state import State
from bot.summaries.llm.errors import (
    KeyRefused,
    ModelError,
    ModelUnknown,
    OutOfCredit,
    Overloaded,
    Usage,
)
from storage import Store
from storage.records import Note, Spending

if TYPE_CHECKING:  # it loads a library that only those need who have a model
    from bot.summaries.llm.client import Model

log = logging.getLogger(__name__)

CLOSED = 600.0  # seconds until a model that refused the key or the name is asked again
BUSY = 30.0  # seconds, where a model that has too much to do does not say
LONGEST = 3600.0  # seconds that a model may tell to wait


@dataclass(slots=True)
class Workshop:
    """Where glosses are made: who is asked, what it may cost, and how it has answered."""

    store: Store
    model: Model
    price: Price
    budget: Budget
    now: Callable[[], datetime]
    monotonic: Monotonic
    breaker: Breaker
    at_once: int = 8
    state: State = State.GOOD
    rests_until: float = 0.0
    tokens: int = 0  # of all calls so far, and what they cost
    money: int = 0
    closing: asyncio.Event = field(default_factory=asyncio.Event)  # begins nothing more
    # By paper, version and language: the notes that are being written.
    notes: Flights[tuple[int, int, str], Note] = field(default_factory=Flights)

    def is_able(self) -> bool:
        """Whether it is worth a digest's while to wait for a gloss."""
        return self.state is State.GOOD and not self.breaker.is_open and not self.rest

    @property
    def rest(self) -> float:
        """Seconds until the model may be asked again."""
        return max(0.0, self.rests_until - self.monotonic())

    def may_begin(self) -> bool:
        """Whether the model may be asked now."""
        return not self.closing.is_set() and not self.rest and self.breaker.allows()

    def is_spent(self) -> bool:
        """Whether the day's budget leaves nothing for another call; reads the store."""
        today = self.now().astimezone(UTC).date()
        return self.budget.is_spent(self.store.spending.between(today, today))

    def answered(self) -> None:
        """The model said something: nothing stands in the way of the next question.

        Unless it has begun to rest meanwhile: then this answer is from before its trouble.
        """
        self.breaker.note(reached=True)
        if not self.rest:
            self.state = State.GOOD

    def stop(self, state: State, seconds: float) -> None:
        """Asks nothing for a while, and remembers why."""
        self.state = state
        self.rests_until = max(self.rests_until, self.monotonic() + seconds)


@dataclass(slots=True)
class Usages:
    """What the calls for one gloss cost so far."""

    calls: int = 0
    asked: int = 0
    answered: int = 0

    def add(self, usage: Usage) -> None:
        """One more paid call."""
        self.calls += 1
        self.asked += usage.asked
        self.answered += usage.answered


def spent(shop: Workshop, paid: Usages, *, unused: int = 0) -> Spending:
    """What calls cost, as a row of today's."""
    money = shop.price.of(paid.asked, paid.answered)
    shop.tokens += paid.asked + paid.answered
    shop.money += money
    return Spending(
        day=shop.now().astimezone(UTC).date(),
        model=shop.model.name,
        calls=paid.calls,
        asked=paid.asked,
        answered=paid.answered,
        money=money,
        unused=unused,
    )


def stood_back(shop: Workshop, error: ModelError | TimeoutError) -> bool:
    """Lets the shop rest after a trouble; false where it may be of this one request."""
    match error:
        case KeyRefused():
            shop.stop(State.KEY_REFUSED, CLOSED)
        case ModelUnknown():
            shop.stop(State.MODEL_UNKNOWN, CLOSED)
        case OutOfCredit():
            shop.stop(State.OUT_OF_CREDIT, CLOSED)
        case Overloaded(seconds=seconds):
            shop.stop(State.OVERLOADED, min(seconds or BUSY, LONGEST))
        case _:
            shop.breaker.note(reached=False)
            if not shop.breaker.is_open:
                return False
            shop.state = State.UNREACHABLE
    log.warning("model cannot be asked", extra={"state": shop.state})
    return True
