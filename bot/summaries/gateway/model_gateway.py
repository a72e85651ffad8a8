"""Decide whether the model may be asked, and record its errors, pauses and costs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.concurrency.circuit_breaker import CircuitBreaker
from bot.concurrency.rate_limiter import MonotonicClock
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
from storage.records.summaries import DailySpending, PaperNote

if TYPE_CHECKING:  # it loads the openai library, which only those with a model need
    from bot.summaries.llm.client import ModelClient

log = logging.getLogger(__name__)

REFUSED_PAUSE_SECONDS = 600.0  # after the key or the model's name was refused
OVERLOADED_PAUSE_SECONDS = 30.0  # if the server names no time
MAX_PAUSE_SECONDS = 3600.0  # even if the server names more


@dataclass(slots=True)
class ModelGateway:
    """The model with its budget, limits and current state."""

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
    tokens: int = 0  # of all calls of this process
    cost_micros: int = 0  # of all calls of this process
    is_stopping: asyncio.Event = field(default_factory=asyncio.Event)
    # The notes that are being written, by paper, version and language.
    notes_in_progress: SingleFlight[tuple[int, int, str], PaperNote] = field(
        default_factory=SingleFlight
    )

    def is_available(self) -> bool:
        """Return whether a digest may expect a summary if it waits a little."""
        return (
            self.status is ModelStatus.AVAILABLE
            and not self.circuit_breaker.is_open
            and not self.pause_seconds
        )

    @property
    def pause_seconds(self) -> float:
        """Return the seconds until the model may be asked again."""
        return max(0.0, self.paused_until - self.monotonic())

    def try_begin(self) -> bool:
        """Return whether the model may be asked now, and if so take a circuit breaker attempt."""
        return (
            not self.is_stopping.is_set()
            and not self.pause_seconds
            and self.circuit_breaker.take_attempt()
        )

    def is_budget_spent(self) -> bool:
        """Return whether the day's budget leaves nothing for another call; reads the store."""
        today = self.now().astimezone(UTC).date()
        return self.budget.is_exhausted(self.store.spending.between(today, today))

    def record_answer(self) -> None:
        """Record that the model answered.

        If it was paused meanwhile, this answer is older than the error, and the status stays.
        """
        self.circuit_breaker.record_attempt(reached=True)
        if not self.pause_seconds:
            self.status = ModelStatus.AVAILABLE

    def pause(self, status: ModelStatus, seconds: float) -> None:
        """Ask nothing for some seconds, and remember why."""
        self.status = status
        self.paused_until = max(self.paused_until, self.monotonic() + seconds)


@dataclass(slots=True)
class UsageTotal:
    """The usage of all calls for one summary or answer."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, usage: Usage) -> None:
        """Add one paid call."""
        self.calls += 1
        self.prompt_tokens += usage.prompt_tokens
        self.completion_tokens += usage.completion_tokens


def charge_usage(gateway: ModelGateway, usage: UsageTotal, *, unused: int = 0) -> DailySpending:
    """Add usage to the gateway's totals, and return it as a row of today's spending."""
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
    """Pause the model after an error; return False if only this request may be at fault."""
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
