"""The live poll before updates by the schema, a third of them broken: it reads what can be read."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.app import lifecycle, running_bot
from bot.app.config import Config
from bot.chat.api.updates import UnreadableUpdate, parse_update
from bot.demo.emulator.bot_api import TOKEN
from storage import Store
from tests.chat.api.fake_bot_api import stub_bot_api
from tests.chat.api.odd_shapes import HttpAnswer
from tests.chat.api.random_updates import UpdateGenerator
from tests.conformance.bot_api_schema import BotApiSchema
from tests.support.clock import FakeClock
from tests.support.database import pending_updates
from tests.support.running_bot import NO_LIMITS

# The library warns once of what type some times will have one day; here each warning is an error.
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

NAME = "papers_bot"
ME = {"id": 1, "is_bot": True, "first_name": "Papers", "username": NAME}
FIRST = 1_000_000  # ids of updates, of their chats and of who asks there
BATCH = 100


@dataclass(slots=True)
class Telegram:
    """Hands out updates from an offset on, and counts what comes back to each chat."""

    updates: dict[int, str]
    handed: Counter[int] = field(default_factory=Counter)
    times_told: Counter[int] = field(default_factory=Counter)
    messages: int = 0
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    def answer(self, method: str, fields: dict[str, str]) -> HttpAnswer:
        """The answer to a call."""
        if method == "getUpdates":
            return self._next(int(fields["offset"]))
        result: object = True
        if method == "getMe":
            result = ME
        elif method.startswith("send"):
            self.messages += 1
            self.times_told[int(fields["chat_id"])] += 1
            result = {"message_id": self.messages, "date": 1, "chat": {"id": 1, "type": "private"}}
        elif method == "getChatMember":
            result = {"status": "member", "user": ME}
        return HttpAnswer(200, json.dumps({"ok": True, "result": result}).encode())

    def _next(self, offset: int) -> HttpAnswer:
        ids = [update for update in sorted(self.updates) if update >= offset][:BATCH]
        self.handed.update(ids)
        if not ids:
            self.finished.set()
        bodies = ",".join(self.updates[update_id] for update_id in ids)
        return HttpAnswer(200, f'{{"ok":true,"result":[{bodies}]}}'.encode())


async def lives_through(store: Store, updates: dict[int, str], questions: list[int]) -> int:
    """How many updates nobody could read, once the bot has been through all of them."""
    telegram = Telegram(updates)
    unreadable = set()
    for number, body in updates.items():
        try:
            parse_update(body, NAME)
        except UnreadableUpdate:
            unreadable.add(number)

    async with stub_bot_api(telegram.answer) as (bot, _):
        config = Config.model_validate({"TELEGRAM_BOT_TOKEN": TOKEN})
        running = running_bot.Bot(store, bot, config, FakeClock().now, user_limits=NO_LIMITS)
        serving = asyncio.create_task(lifecycle.serve(running, None))
        async with asyncio.timeout(600):
            while not serving.done():
                is_answered = running.inbox_worker is not None and running.inbox_worker.is_idle
                if telegram.finished.is_set() and is_answered and not pending_updates(store, 1):
                    break
                await asyncio.wait([serving], timeout=0.05)
        assert not serving.done()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    assert set(telegram.handed.values()) == {1}
    assert not [question for question in questions if telegram.times_told[question] != 1]
    assert store.inbox.unreadable_updates(1).count == len(unreadable)
    assert store.inbox.last_update_id(1) == max(updates)
    return len(unreadable)


def made(schema: BotApiSchema, count: int, seed: int) -> tuple[dict[int, str], list[int]]:
    """Updates by their ids, a third of them broken, and which of them ask something."""
    making = UpdateGenerator(schema, seed)
    updates: dict[int, str] = {}
    questions = []
    for number in range(FIRST, FIRST + count):
        if number % 3 == 0:
            updates[number] = making.broken_update_json(number)
        elif number % 3 == 1:
            updates[number] = json.dumps(making.valid_update(number), ensure_ascii=number % 2 == 0)
        else:
            updates[number] = json.dumps(making.help_command_update(number))
            questions.append(number)
    return updates, questions


@pytest.mark.parametrize("count", [120, pytest.param(3000, marks=pytest.mark.slow, id="all")])
async def test_each_update_that_can_be_read_is_answered_and_no_other_comes_again(
    store: Store, real_data: Path, count: int
) -> None:
    schema = BotApiSchema(real_data / "bot-api-10.3.json")
    updates, questions = made(schema, count, seed=count)

    assert await lives_through(store, updates, questions) >= count // 12


def test_every_update_that_fits_the_schema_can_be_read(real_data: Path) -> None:
    """Also with empty lists, and with what newer schemas add."""
    making = UpdateGenerator(BotApiSchema(real_data / "bot-api-10.3.json"), seed=1)
    for number in range(150):
        parse_update(json.dumps(making.valid_update(number)), NAME)
        assert parse_update(json.dumps(making.help_command_update(number)), NAME)
