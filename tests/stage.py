"""The whole bot against the emulator over HTTP, with a clock that tests move."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot import app
from bot.chat import sender
from bot.config import Config
from bot.demo.emulator import Emulator
from bot.demo.people import Person, Place
from bot.demo.reading import Visible
from bot.demo.sample import load
from storage import Store
from storage.model import Announcement, Form, Gloss, Subscriber, Subscription

MONDAY = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)  # a feed day, 08:00 in New York


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class House:
    """A running bot, its emulated Telegram, its store and its clock."""

    emulator: Emulator
    bot: app.Bot
    store: Store
    clock: Clock

    def person(self, name: str = "Ada", language: str = "en") -> Person:
        """Somebody who has not met the bot."""
        return self.emulator.people.person(name, language=language)

    async def move_to(self, at: datetime) -> None:
        """Moves the clock and lets what is due happen."""
        self.clock.at = at
        await self.bot.tick()
        self.bot.post.ring()

    async def announce(
        self, announcements: Sequence[Announcement], glosses: dict[str, Gloss] | None = None
    ) -> None:
        """Stores what a feed announced."""
        await self.store.run(self._announce, announcements, glosses or {})

    def _announce(
        self, announcements: Sequence[Announcement], glosses: dict[str, Gloss]
    ) -> None:
        with self.store.transaction():
            self.store.papers.add(announcements, seen=self.clock.at)
            for name, gloss in glosses.items():
                paper = self.store.papers.get(name)
                if paper:
                    said = replace(gloss, paper=paper.key, version=paper.version)
                    self.store.papers.add_gloss(said)

    async def chat(self, person: Person) -> Subscriber:
        """How the store knows a person's private chat."""
        bot = self.bot.telegram.id
        found = await self.store.run(self.store.subscribers.get, bot, person.id)
        assert found is not None
        return found

    async def topics(self, chat: int) -> list[Subscription]:
        """The topics of a chat in the store."""
        return await self.store.run(self.store.subscriptions.of, self.bot.telegram.id, chat)

    async def settled(self) -> None:
        """Waits until every update was answered and every parcel that may leave has left."""
        bot = self.bot.telegram.id
        while True:
            waiting = await self.store.run(self.store.inbox.pending, bot)
            unsent = await self.store.run(
                self.store.outbox.oldest_due, bot, self.clock.at
            )
            if not waiting and not unsent:
                return
            self.bot.post.ring()
            await asyncio.sleep(0)


@asynccontextmanager
async def staged(
    store: Store, *, at: datetime = MONDAY, form: Form = Form.CLASSIC, feeds: str = ""
) -> AsyncIterator[House]:
    """The bot of a store, answering until the block ends."""
    clock = Clock(at)
    async with Emulator.serve(now=clock.now) as emulator:
        config = Config.model_validate(
            {
                "TELEGRAM_BOT_TOKEN": emulator.token,
                "telegram_api": emulator.url,
                "form": form,
                "feeds": feeds,
            }
        )
        bot = app.Bot(store, sender.client(emulator.token, emulator.url), config, clock.now)
        serving = asyncio.create_task(app.serve(bot, None))
        try:
            yield House(emulator, bot, store, clock)
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


def sample(last: date) -> tuple[list[Announcement], dict[str, Gloss]]:
    """The sample's papers up to an arXiv day, with their Chinese glosses."""
    return load(last)
