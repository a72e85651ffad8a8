"""The demo's clock without a browser: it goes on to a chat's next digest, and stops at none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import httpx
import pytest

from bot.app.config import Config
from bot.demo.start import start_demo

TIMEOUT = 15.0


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A client at the page of a running demo."""
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    config = Config(database="sqlite://")
    running = asyncio.create_task(start_demo(config, 0, live=False, on_ready=address.set_result))
    try:
        async with httpx.AsyncClient(base_url=await address, timeout=TIMEOUT) as web:
            yield web
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def keys(client: httpx.AsyncClient, verb: str) -> Sequence[Mapping[str, object]]:
    """The presses that buttons of a verb would be, once there is such a button."""
    async with asyncio.timeout(TIMEOUT):
        while True:
            state = (await client.get("/page/state")).json()
            data_keys = [
                {"message": message["message_id"], "data": key["callback_data"]}
                for message in state["messages"]
                for row in message.get("reply_markup", {}).get("inline_keyboard", [])
                for key in row
                if key.get("callback_data", "").startswith(f"1{verb}:")
            ]
            if data_keys:
                return data_keys
            await client.get("/page/events", params={"after": state["event"]})


async def skip(client: httpx.AsyncClient) -> tuple[bool, datetime]:
    """Goes to the next digest; whether there was one, and when."""
    page_state = (await client.post("/page/do/next", json={})).json()
    return page_state["came"], datetime.fromisoformat(page_state["now"])


async def test_the_clock_goes_from_digest_to_digest(client: httpx.AsyncClient) -> None:
    came, begun = await skip(client)
    assert not came

    await client.post("/page/do/say", json={"text": "/sub model* OR robot* OR learn*"})
    [subscribe] = await keys(client, "subscribe")
    await client.post("/page/do/press", json=subscribe)
    moments = []
    while True:
        came, now = await skip(client)
        if not came:
            break
        moments.append(now)

    assert len(moments) >= 2
    assert moments == sorted(moments)
    assert all(now > begun and now.hour == 8 for now in moments)
    assert len(await keys(client, "entry")) > 2
