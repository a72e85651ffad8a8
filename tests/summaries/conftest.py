"""A scripted model, and the gateway through which it is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.concurrency.circuit_breaker import CircuitBreaker
from bot.summaries.gateway.budget import Budget, Price
from bot.summaries.gateway.model_gateway import ModelGateway
from bot.summaries.llm.client import ModelClient
from storage import Store
from tests.models.server import KEY, MODEL, ModelServer, model_server
from tests.support.clock import FakeClock


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    """A model that answers as it should, until it plays another script."""
    async with model_server() as server:
        yield server


@pytest.fixture
def clock() -> FakeClock:
    """The clock that pauses of the model are measured by."""
    return FakeClock()


@pytest.fixture
async def gateway(
    store: Store, server: ModelServer, clock: FakeClock
) -> AsyncIterator[ModelGateway]:
    """Where that model is asked, within a budget that no test spends."""
    async with ModelClient(server.url, KEY, MODEL) as model:
        yield ModelGateway(
            store,
            model,
            Price(1, 2),
            Budget(10**9),
            clock.now,
            clock.monotonic,
            CircuitBreaker(monotonic=clock.monotonic),
        )
