"""The bot's life through a script: its own beats at the instants of a clock that never waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx
import stamina

from bot.app import components, wiring
from bot.app.config import Config
from bot.chat.api import client as sender
from bot.delivery.worker import Desk, deliver
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import FIRST, WHOLE
from bot.ingest.request_pace import Pace
from bot.render.telegram.stored_answer import Said
from bot.topics.query.parser import indexed
from storage import Store, open_store
from storage.records import Outcome, Parcel, ParcelState, SourceCursor
from tests.system.year.arxiv import BASE, Arxiv
from tests.system.year.asking import alter, meet
from tests.system.year.calendar import MINUTE
from tests.system.year.corpus import CATEGORIES, Work
from tests.system.year.script import (
    FEED_BUSY,
    FEED_DOWN,
    FEED_STALE,
    FLOODED,
    TELEGRAM_DOWN,
    Script,
)
from tests.system.year.telegram import USER, Killed, Recorder, sending

BOT = int(str(USER["id"]))
TOKEN = f"{BOT}:abcdefghijklmnopqrstuvwxyz-0123456789_"
SECOND = timedelta(seconds=1)
WORKERS = 2  # messages in flight: few leave in the same minute


@dataclass(slots=True)
class Account:
    """What happened: the looks that were made, and how far arXiv had told by each."""

    script: Script
    arxiv: Arxiv
    telegram: Recorder
    looks: list[tuple[datetime, int]] = field(default_factory=list)
    left: int = 0  # parcels that never left


@dataclass(slots=True)
class _Process:
    """A running bot: what lives from a start to its end."""

    store: Store
    bot: components.Bot
    desk: Desk


@dataclass(slots=True)
class Life:
    """The bot from the first to the last instant of a script, through starts and ends."""

    script: Script
    file: Path
    works: list[Work]
    at: datetime = field(init=False)
    account: Account = field(init=False)
    _process: _Process | None = None

    def __post_init__(self) -> None:
        self.at = self.script.begin
        arxiv = Arxiv(self.works, self.now, FEED_DOWN, FEED_STALE, FEED_BUSY)
        recorder = Recorder(
            self.now,
            TELEGRAM_DOWN,
            FLOODED,
            self.script.forgettings(),
            self.script.killings(),
        )
        self.account = Account(self.script, arxiv, recorder)

    def now(self) -> datetime:
        """What time it is."""
        return self.at

    def _monotonic(self) -> float:
        return (self.at - self.script.begin).total_seconds()

    async def run(self) -> Account:
        """Lives through the script."""
        with stamina.set_testing(True, attempts=1):
            async with self._fetcher() as fetcher:
                await self._lived(fetcher)
        return self.account

    @asynccontextmanager
    async def _fetcher(self) -> AsyncIterator[Fetcher]:
        transport = httpx.MockTransport(self.account.arxiv.answer)
        async with Fetcher(transport=transport, bases=[BASE], pace=Pace(0.0)) as fetcher:
            yield fetcher

    async def _lived(self, fetcher: Fetcher) -> None:
        await self._start()
        for reader in self.script.everybody:
            meet(self._running.store, BOT, reader, self.at)
        polls = set(self.script.polls())
        absences = self.script.absences()
        back = {one.end for one in absences if self.script.begin < one.end < self.script.end}
        looks = sorted({*self.script.looks(), *back})
        for look, following in zip(looks, [*looks[1:], self.script.end], strict=True):
            self.at = max(self.at, look)
            if any(look in one for one in absences):
                await self._stop()
                continue
            if self._process is None:
                await self._start()
            if look in polls or look in back:
                await self._feeds(fetcher)
            for change in self.script.changes_at(look):
                alter(self._running.store, BOT, change)
            await self._tick(look, following)
        assert self._process
        waiting = self._process.store.outbox.counts(BOT)
        self.account.left = sum(waiting.values()) - waiting[ParcelState.SENT]
        await self._stop()

    async def _start(self) -> None:
        store = open_store(f"sqlite:///{self.file}", words=indexed)
        store.cursors.put(SourceCursor(FIRST, day=date(2025, 1, 1), batch=WHOLE))
        client = sender.Client(
            TOKEN,
            "https://api.telegram.org",
            request=self.account.telegram,
            polling=self.account.telegram,
        )
        await client.initialize()
        config = Config.model_validate(
            {"feeds": ",".join(CATEGORIES), "arxiv_rss": BASE, "arxiv_oai": f"{BASE}/oai"}
        )
        bot = components.Bot(
            store, client, config, self.now, monotonic=self._monotonic, sleep=_at_once
        )

        async def send(parcel: Parcel, message: Said) -> Outcome:
            sending.set(parcel)
            return await sender.deliver_parcel(client, parcel, message)

        store.outbox.recover(BOT)
        self._process = _Process(store, bot, replace(bot.desk(), send=send))

    async def _stop(self) -> None:
        if self._process:
            self._process.store.close()
            self._process = None

    async def _feeds(self, fetcher: Fetcher) -> None:
        process = self._running
        await wiring.live_feeds(process.store, fetcher, process.bot.config, self.now)()

    async def _tick(self, look: datetime, following: datetime) -> None:
        """A tick, and then the delivery again and again until nothing is left or time is up."""
        process = self._running
        await process.bot.tick()
        self.account.looks.append((look, len(self.account.arxiv.told)))
        try:
            while self._waits() and self.at < following:
                await deliver(process.desk, workers=WORKERS)
                self.at += 30 * SECOND if self.account.telegram.is_down else SECOND
        except BaseExceptionGroup as group:
            if group.subgroup(Killed) is None:
                raise
            others = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.gather(*others, return_exceptions=True)
            await self._stop()
            self.at = look + MINUTE
            return
        self.at = max(look, min(self.at, following))

    def _waits(self) -> bool:
        outbox = self._running.store.outbox
        return any(
            outbox.in_state(BOT, state, limit=1)
            for state in (ParcelState.READY, ParcelState.SENDING)
        )

    @property
    def _running(self) -> _Process:
        assert self._process
        return self._process


async def _at_once(_: float) -> None:
    """Waits for nothing."""
