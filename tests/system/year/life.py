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

from bot.app import running_bot, wiring
from bot.app.config import Config
from bot.chat.api import send_and_edit
from bot.chat.api.client import Client
from bot.delivery.worker import DeliveryWorker
from bot.delivery.worker_context import DeliveryContext
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import COMPLETE_MARK, FIRST_FILL
from bot.ingest.request_pace import RequestPace
from bot.render.telegram.reply_encoding import ReplyContent
from bot.topics.query.analyzer import index_text
from storage import Store, open_store
from storage.records.feeds import FeedCursor
from storage.records.messages import MessageState, OutboxMessage, SendOutcome
from tests.system.year.arxiv import BASE, SimulatedArxiv
from tests.system.year.asking import apply_change, register_reader
from tests.system.year.calendar import MINUTE
from tests.system.year.corpus import CATEGORIES, CorpusPaper
from tests.system.year.script import (
    FEED_BUSY,
    FEED_OUTAGES,
    FEED_STALE,
    TELEGRAM_FLOODS,
    TELEGRAM_OUTAGES,
    YearScript,
)
from tests.system.year.telegram import USER, ProcessKilled, RecordingRequest, current_message

BOT = int(str(USER["id"]))
TOKEN = f"{BOT}:abcdefghijklmnopqrstuvwxyz-0123456789_"
SECOND = timedelta(seconds=1)
WORKERS = 2  # messages in flight: few leave in the same minute


@dataclass(slots=True)
class YearRecord:
    """What happened: the looks that were made, and how far arXiv had told by each."""

    script: YearScript
    arxiv: SimulatedArxiv
    telegram: RecordingRequest
    ticks: list[tuple[datetime, int]] = field(default_factory=list)
    unsent_count: int = 0  # messages that never left


@dataclass(slots=True)
class _Process:
    """A running bot: what lives from a start to its end."""

    store: Store
    bot: running_bot.Bot
    delivery_worker: DeliveryContext


@dataclass(slots=True)
class YearSimulation:
    """The bot from the first to the last instant of a script, through starts and ends."""

    script: YearScript
    database_file: Path
    works: list[CorpusPaper]
    instant: datetime = field(init=False)
    year_record: YearRecord = field(init=False)
    _process: _Process | None = None

    def __post_init__(self) -> None:
        self.instant = self.script.begin
        arxiv = SimulatedArxiv(self.works, self.now, FEED_OUTAGES, FEED_STALE, FEED_BUSY)
        recorder = RecordingRequest(
            self.now,
            TELEGRAM_OUTAGES,
            TELEGRAM_FLOODS,
            self.script.lost_answer_instants(),
            self.script.kill_instants(),
        )
        self.year_record = YearRecord(self.script, arxiv, recorder)

    def now(self) -> datetime:
        """What time it is."""
        return self.instant

    def _monotonic(self) -> float:
        return (self.instant - self.script.begin).total_seconds()

    async def run(self) -> YearRecord:
        """Lives through the script."""
        with stamina.set_testing(True, attempts=1):
            async with self._fetcher() as fetcher:
                await self._run_script(fetcher)
        return self.year_record

    @asynccontextmanager
    async def _fetcher(self) -> AsyncIterator[Fetcher]:
        transport = httpx.MockTransport(self.year_record.arxiv.respond)
        async with Fetcher(
            transport=transport, bases=[BASE], request_pace=RequestPace(0.0)
        ) as fetcher:
            yield fetcher

    async def _run_script(self, fetcher: Fetcher) -> None:
        await self._start()
        for reader in self.script.all_readers:
            register_reader(self._live_process.store, BOT, reader, self.instant)
        polls = set(self.script.poll_instants())
        absences = self.script.bot_absences()
        restart_times = {
            absence.end for absence in absences if self.script.begin < absence.end < self.script.end
        }
        tick_times = sorted({*self.script.tick_instants(), *restart_times})
        for tick_time, next_tick in zip(
            tick_times, [*tick_times[1:], self.script.end], strict=True
        ):
            self.instant = max(self.instant, tick_time)
            if any(tick_time in absence for absence in absences):
                await self._stop()
                continue
            if self._process is None:
                await self._start()
            if tick_time in polls or tick_time in restart_times:
                await self._poll_feeds(fetcher)
            for change in self.script.changes_at(tick_time):
                apply_change(self._live_process.store, BOT, change)
            await self._tick(tick_time, next_tick)
        assert self._process
        message_counts = self._process.store.outbox.counts_by_state(BOT)
        self.year_record.unsent_count = (
            sum(message_counts.values()) - message_counts[MessageState.SENT]
        )
        await self._stop()

    async def _start(self) -> None:
        store = open_store(f"sqlite:///{self.database_file}", analyze=index_text)
        store.feed_cursors.put(
            FeedCursor(FIRST_FILL, last_day=date(2025, 1, 1), batch_fingerprint=COMPLETE_MARK)
        )
        client = Client(
            TOKEN,
            "https://api.telegram.org",
            request=self.year_record.telegram,
            polling=self.year_record.telegram,
        )
        await client.initialize()
        config = Config.model_validate(
            {"feeds": ",".join(CATEGORIES), "arxiv_rss": BASE, "arxiv_oai": f"{BASE}/oai"}
        )
        bot = running_bot.Bot(
            store, client, config, self.now, monotonic=self._monotonic, sleep=_no_sleep
        )

        async def send(outbox_message: OutboxMessage, message: ReplyContent) -> SendOutcome:
            current_message.set(outbox_message)
            return await send_and_edit.send_outbox_message(client, outbox_message, message)

        store.outbox.recover_claims(BOT)
        self._process = _Process(store, bot, replace(bot.delivery_context(), send=send))

    async def _stop(self) -> None:
        if self._process:
            self._process.store.close()
            self._process = None

    async def _poll_feeds(self, fetcher: Fetcher) -> None:
        process = self._live_process
        await wiring.make_feed_job(process.store, fetcher, process.bot.config, self.now)()

    async def _tick(self, tick_time: datetime, next_tick: datetime) -> None:
        """A tick, and then the delivery again and again until nothing is left or time is up."""
        process = self._live_process
        await process.bot.publish_due()
        self.year_record.ticks.append((tick_time, len(self.year_record.arxiv.announcements)))
        try:
            while self._has_unsent() and self.instant < next_tick:
                await DeliveryWorker(process.delivery_worker).drain(workers=WORKERS)
                self.instant += 30 * SECOND if self.year_record.telegram.is_down else SECOND
        except BaseExceptionGroup as group:
            if group.subgroup(ProcessKilled) is None:
                raise
            other_tasks = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.gather(*other_tasks, return_exceptions=True)
            await self._stop()
            self.instant = tick_time + MINUTE
            return
        self.instant = max(tick_time, min(self.instant, next_tick))

    def _has_unsent(self) -> bool:
        outbox = self._live_process.store.outbox
        return any(
            outbox.messages_in_state(BOT, state, limit=1)
            for state in (MessageState.READY, MessageState.SENDING)
        )

    @property
    def _live_process(self) -> _Process:
        assert self._process
        return self._process


async def _no_sleep(_: float) -> None:
    """Waits for nothing."""
