"""An emulator for its own tests: in process for most, over a socket where that matters."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import httpx
import pytest

from bot.demo.emulator.bot_api import Emulator
from bot.demo.emulator.json_encoding import Json, JsonObject
from tests.support.clock import FakeClock

CallMethod = Callable[..., Awaitable[JsonObject]]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def emulator(clock: FakeClock) -> Emulator:
    """An emulator that is not served; calls reach its application directly."""
    return Emulator(now=clock.now)


@pytest.fixture
async def call_method(emulator: Emulator) -> AsyncIterator[CallMethod]:
    """Calls a method with a JSON body and gives the whole answer."""
    transport = httpx.ASGITransport(app=emulator.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:

        async def call(method: str, **parameters: Json) -> JsonObject:
            response = await client.post(f"/bot{emulator.token}/{method}", json=parameters)
            answer: JsonObject = response.json()
            return answer

        yield call


@pytest.fixture
async def served_emulator(clock: FakeClock) -> AsyncIterator[Emulator]:
    """An emulator on a port of this machine."""
    async with Emulator.serve(now=clock.now) as emulator:
        yield emulator
