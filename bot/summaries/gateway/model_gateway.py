"""Where glosses are made: the model that is asked, what it may cost, and how it has answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.concurrency.rate_limiter import CircuitBreaker, MonotonicClock
from bot.concurrency.single_flight import SingleFlight
from bot.summaries.gateway.budget import Budget, Price
from bot.summaries.gateway.model_state import ModelStatus
from bot.summaries.llm.errors import (
    KeyRefused,
    ModelError,
    ModelUnknown,
    OutOfCredit,
    Overloaded,
    Usage,
)
from storage import Store
from storage.records import DailySpending, PaperNote

if TYPE_CHECKING:  # it loads a library that only those need who have a model
    from bot.summaries.llm.client import ModelClient

log = logging.getLogger(__name__)

REFUSED_PAUSE_SECONDS = (
    600.0  # seconds until a model that refused the key or the name is asked again
)
OVERLOADED_PAUSE_SECONDS = 30.0  # seconds, where a model that has too much to do does not say
MAX_PAUSE_SECONDS = 3600.0  # seconds that a model may tell to wait


@dataclass(slots=True)
class ModelGateway:
    """Where glosses are made: who is asked, what it may cost, and how it has answered."""

    store: Store
    model: ModelClient
    price: Price
    budget: Budget
    now: Callable[[], datetime]
    monotonic: MonotonicClock
    circuit_breaker: CircuitBreaker
    max_concurrent: int = 8
    status: ModelStatus = ModelStatus.AVAILABLE
    paused_until: float = 0.0
    tokens: int = 0  # of all calls so far, and what they cost
    cost_micros: int = 0
    is_stopping: asyncio.Event = field(default_factory=asyncio.Event)  # begins nothing more
    # By paper, version and language: the notes that are being written.
    note_flights: SingleFlight[tuple[int, int, str], PaperNote] = field(
        default_factory=SingleFlight
    )

    def is_available(self) -> bool:
        """Whether it is worth a digest's while to wait for a gloss."""
        return (
            self.status is ModelStatus.AVAILABLE
            and not self.circuit_breaker.is_open
            and not self.pause_seconds
        )

    @property
    def pause_seconds(self) -> float:
        """Seconds until the model may be asked again."""
        return max(0.0, self.paused_until - self.monotonic())

    def try_begin(self) -> bool:
        """Whether the model may be asked now."""
        return (
            not self.is_stopping.is_set()
            and not self.pause_seconds
            and self.circuit_breaker.take_attempt()
        )

    def is_budget_spent(self) -> bool:
        """Whether the day's budget leaves nothing for another call; reads the store."""
        today = self.now().astimezone(UTC).date()
        return self.budget.is_exhausted(self.store.spending.between(today, today))

    def record_answer(self) -> None:
        """The model said something: nothing stands in the way of the next question.

        Unless it has begun to rest meanwhile: then this answer is from before its trouble.
        """
        self.circuit_breaker.record_attempt(reached=True)
        if not self.pause_seconds:
            self.status = ModelStatus.AVAILABLE

    def pause(self, status: ModelStatus, seconds: float) -> None:
        """Asks nothing for a while, and remembers why."""
        self.status = status
        self.paused_until = max(self.paused_until, self.monotonic() + seconds)


@dataclass(slots=True)
class UsageTotal:
    """What the calls for one gloss cost so far."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, usage: Usage) -> None:
        """One more paid call."""
        self.calls += 1
        self.prompt_tokens += usage.prompt_tokens
        self.completion_tokens += usage.completion_tokens


def charge_usage(gateway: ModelGateway, usage: UsageTotal, *, unused: int = 0) -> DailySpending:
    """What calls cost, as a row of today's."""
    cost_micros = gateway.price.cost(usage.prompt_tokens, usage.completion_tokens)
    gateway.tokens += usage.prompt_tokens + usage.completion_tokens
    gateway.cost_micros += cost_micros
    return DailySpending(
        day=gateway.now().astimezone(UTC).date(),
        model=gateway.model.name,
        calls=usage.calls,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        cost_micros=cost_micros,
        unusable_answers=unused,
    )


def pause_after_error(gateway: ModelGateway, error: ModelError | TimeoutError) -> bool:
    """Lets the shop rest after a trouble; false where it may be of this one request."""
    match error:
        case KeyRefused():
            gateway.pause(ModelStatus.KEY_REFUSED, REFUSED_PAUSE_SECONDS)
        case ModelUnknown():
            gateway.pause(ModelStatus.MODEL_UNKNOWN, REFUSED_PAUSE_SECONDS)
        case OutOfCredit():
            gateway.pause(ModelStatus.OUT_OF_CREDIT, REFUSED_PAUSE_SECONDS)
        case Overloaded(seconds=seconds):
            gateway.pause(
                ModelStatus.OVERLOADED, min(seconds or OVERLOADED_PAUSE_SECONDS, MAX_PAUSE_SECONDS)
            )
        case _:
            gateway.circuit_breaker.record_attempt(reached=False)
            if not gateway.circuit_breaker.is_open:
                return False
            gateway.status = ModelStatus.UNREACHABLE
    log.warning("model cannot be asked", extra={"state": gateway.status})
    return True
