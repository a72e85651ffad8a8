"""The demo: the same bot over the same HTTP, with an emulated Telegram and a clock to turn.

The sample's last days lie ahead: they are announced when the clock is moved to them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.app import components, lifecycle, wiring
from bot.app.config import Config
from bot.arxiv import calendar
from bot.chat.api import client as sender
from bot.demo.emulator.bot_api import Emulator
from bot.demo.page import demo_accounts
from bot.demo.sample import load
from bot.digests import publish
from storage import Store
from storage.records import Announcement, Form, Gloss

Sample = tuple[list[Announcement], dict[str, Gloss]]

AHEAD = 3  # feed days of the sample that are still to come
SKIPS = 10  # times a chat is due with nothing to tell, before it is given up


class MovedClock:
    """A clock that shows the time and can be moved forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The instant it is in the demo."""
        return datetime.now(UTC) + self._ahead

    def forward(self, by: timedelta) -> None:
        """Moves the clock; it never goes back."""
        self._ahead += max(by, timedelta())


async def rehearse(config: Config, port: int, *, live: bool, ready: Callable[[str], None]) -> None:
    """Serves the demo's page on loopback until the process is asked to stop.

    ``ready`` is told the page's address. With ``live`` the papers come from arXiv.
    """
    clock = MovedClock()
    async with AsyncExitStack() as stack:
        store = stack.enter_context(wiring.opened(config))
        stage = _Stage(store, clock, None if live else _sample(clock.now()))
        emulator = await stack.enter_async_context(
            Emulator.serve(port=port, now=clock.now, advance=stage.advance)
        )
        shown = config.pretending(emulator.token, emulator.url, Form.RICH)
        client = sender.client(emulator.token, emulator.url)
        demo_accounts.enter(emulator.people, emulator.pages.view)
        emulator.pages.to_next = stage.to_next
        emulator.pages.is_invented = not live
        bot = components.Bot(store, client, shown, clock.now)
        if shown.contract:
            bot.shop = await stack.enter_async_context(wiring.workshop(store, shown, clock.now))
        feeds = None
        if live:
            asker = bot.asker = await stack.enter_async_context(wiring.fetcher(config))
            feeds = wiring.live_feeds(store, asker, config, clock.now)
        await stage.announce()
        stage.bot = bot
        ready(emulator.url)
        await wiring.until_stopped(lifecycle.serve(bot, feeds))


def _sample(now: datetime) -> Sample:
    """The sample, so placed that its last days are still to come."""
    day = calendar.arxiv_day(now)
    for _ in range(AHEAD):
        day = calendar.arxiv_day(calendar.next_feed(calendar.midnight(day) + timedelta(hours=1)))
    return load(day)


class _Stage:
    """What happens when the demo's clock moves: papers are announced, digests fall due."""

    def __init__(self, store: Store, clock: MovedClock, sample: Sample | None) -> None:
        self._store = store
        self._clock = clock
        self._sample = sample
        self._announced: date | None = None
        self.bot: components.Bot | None = None

    async def advance(self, by: timedelta) -> None:
        """Moves the clock and lets everything happen that is due by then."""
        self._clock.forward(by)
        await self.announce()
        if self.bot:
            await self.bot.tick()

    async def to_next(self, chat: int) -> bool:
        """Moves the clock until a digest of a chat is issued; false when none is in sight."""
        for _ in range(SKIPS):
            due = await self._store.run(self._due, chat)
            if due is None:
                return False
            before = await self._store.run(self._newest, chat)
            await self.advance(due - self._clock.now() + timedelta(seconds=1))
            if await self._store.run(self._newest, chat) != before:
                return True
        return False

    def _due(self, chat: int) -> datetime | None:
        """When a chat's next digest may come: a topic without a time waits for the feed."""
        now = self._clock.now()
        topics = self._store.subscriptions.of(self._telegram, chat)
        times = [topic.next_due or calendar.next_feed(now) for topic in topics if not topic.paused]
        return min(times, default=None)

    def _newest(self, chat: int) -> int:
        """The number of a chat's newest digest, 0 where it has none."""
        return max(
            (one.number for one in self._store.digests.of(self._telegram, chat, limit=1)), default=0
        )

    @property
    def _telegram(self) -> int:
        assert self.bot is not None
        return self.bot.telegram.id

    async def announce(self) -> None:
        """Stores the sample's papers of the days that have come."""
        if self._sample:
            await self._store.run(self._keep, self._sample, calendar.arxiv_day(self._clock.now()))

    def _keep(self, sample: Sample, today: date) -> None:
        announcements, glosses = sample
        new = [
            one
            for one in announcements
            if one.day <= today and (self._announced is None or one.day > self._announced)
        ]
        self._announced = today
        now = self._clock.now()
        with self._store.transaction():
            self._store.papers.add(new, seen=now)
            for announcement in new:
                paper = self._store.papers.get(announcement.paper.id)
                gloss = glosses.get(announcement.paper.id)
                if paper and gloss:
                    said = replace(gloss, paper=paper.key, version=paper.version, made=now)
                    self._store.papers.add_gloss(said)
        publish.settle(self._store, now)
