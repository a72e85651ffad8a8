"""The composition root: opens what the settings name, starts it, and closes it in reverse."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil

from bot import alarm, deliver, health, ingest, lookup, publish, repair, versions
from bot.chat import sender
from bot.chat.answering import Answering
from bot.chat.buttons import link
from bot.chat.context import House
from bot.chat.counter import Counter
from bot.chat.errands import Outside
from bot.chat.limits import Limits
from bot.chat.menu import publish_menu
from bot.chat.polling import Conflict, InvalidToken, NetworkError, poll
from bot.chat.receiving import fetch
from bot.clock import Beat, heartbeat
from bot.config import Config, Doubt
from bot.pace import Breaker, Floods, Monotonic, Pace, Sleep
from bot.query.words import analyser_mark, indexed
from bot.render.message import Message
from bot.sources import Fetcher
from bot.standby import holder, on_duty
from bot.taxonomy import categories, expand
from bot.topic_file import LARGEST
from storage import Store, open_store
from storage.model import Outcome, Paper, Parcel

__all__ = ["Conflict", "InvalidToken", "NetworkError"]

log = logging.getLogger(__name__)

TICK = 5.0  # seconds between looks for due chats: a digest leaves in its minute
SWEEP = 1.0  # seconds between looks for parcels that may leave again
FEEDS = 60.0  # seconds between looks whether a feed is due
HEALTH = 300.0  # seconds between looks whether something is wrong
GRACE = 8.0  # seconds that a stop waits for what is in flight
WORKERS = 8  # messages in flight at least: more gain nothing at Telegram's free pace
ANSWER = 0.064  # seconds that Telegram may take for each message at a paid pace

Now = Callable[[], datetime]
Work = Callable[[], Awaitable[object]]


def wall_clock() -> datetime:
    """The instant it is."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Bell:
    """Wakes a worker: rung any number of times, it is answered once."""

    rung: asyncio.Event = field(default_factory=asyncio.Event)
    working: asyncio.Lock = field(default_factory=asyncio.Lock)

    def ring(self) -> None:
        """There is something to do."""
        self.rung.set()

    async def answer(self, work: Work) -> None:
        """Does the work each time the bell was rung, for ever; a failure is noted."""
        while True:
            await self.rung.wait()
            self.rung.clear()
            async with self.working:
                try:
                    await work()
                except Exception:
                    log.exception("work failed")

    async def drained(self) -> None:
        """Waits until the work at hand is done."""
        async with self.working:
            return


@contextmanager
def opened(config: Config) -> Iterator[Store]:
    """The store that the settings name, closed at the end of the block."""
    store = open_store(config.database, words=indexed)
    try:
        _renew_index(store)
        yield store
    finally:
        store.close()


def _renew_index(store: Store) -> None:
    """Indexes the stored papers anew where another version of the analyser wrote their words.

    In slices, so that a process that has the store open meanwhile goes on.
    """
    mark, renewed = analyser_mark(), 0
    while count := store.papers.reindex(mark):
        renewed += count
    if renewed:
        log.info("words indexed anew", extra={"papers": renewed})


def fetcher(config: Config) -> Fetcher:
    """The one who asks arXiv, at the addresses of the settings."""
    bases = (config.arxiv_rss, config.arxiv_api, config.arxiv_oai)
    return Fetcher(contact=config.contact, bases=bases)


def read_categories(config: Config) -> tuple[str, ...]:
    """The categories that are polled: those of the settings, else all of arXiv's."""
    return config.feeds or categories()


@dataclass(slots=True)
class Bot:
    """A running bot: what its beats and workers share."""

    store: Store
    telegram: sender.Client
    config: Config
    now: Now
    post: Bell = field(default_factory=Bell)
    letters: Bell = field(default_factory=Bell)
    answering: Answering | None = None  # while it serves
    limits: Limits = field(default_factory=Limits)
    asker: Fetcher | None = None  # asks arXiv for papers that people name
    monotonic: Monotonic = time.monotonic
    sleep: Sleep = asyncio.sleep
    is_closing: bool = False  # what is half done is left as it is

    @property
    def holder(self) -> str:
        """This process, by a name that no other has."""
        return holder()

    def counter(self) -> Counter:
        """Where updates are answered."""
        polled = read_categories(self.config)
        read = frozenset(code for one in polled for code in (one, *expand(one)))
        return Counter(
            bot=self.telegram,
            house=House(
                self.telegram.id,
                self.telegram.username,
                read,
                operator=self.config.operator or 0,
            ),
            store=self.store,
            now=self.now,
            wake=self.post.ring,
            form=self.config.form,
            limits=self.limits,
            errands=Outside(papers=self.papers if self.asker else None, file=self.file),
        )

    async def file(self, name: str) -> bytes:
        """The bytes of a file that a person sent."""
        return await fetch(self.telegram, name, LARGEST)

    async def papers(self, id: str) -> list[Paper]:
        """A paper that somebody named, from arXiv."""
        assert self.asker is not None
        return await lookup.looked_up(self.asker, id, base=self.config.arxiv_api)

    def desk(self) -> deliver.Desk:
        """Where parcels are sent from."""

        async def send(parcel: Parcel, message: Message) -> Outcome:
            paid = self.config.paid_broadcast
            return await sender.deliver_parcel(self.telegram, parcel, message, paid=paid)

        return deliver.Desk(
            store=self.store,
            bot=self.telegram.id,
            link=lambda paper, version: link(self.telegram.username, paper, version),
            holder=self.holder,
            send=send,
            now=self.now,
            pace=Pace(self.config.pace, monotonic=self.monotonic, sleep=self.sleep),
            breaker=Breaker(monotonic=self.monotonic),
            floods=Floods(monotonic=self.monotonic),
            lease=self.config.lease,
            longest=self.config.send_timeout,
            sleep=self.sleep,
            resend=self.config.doubt is Doubt.AGAIN,
        )

    async def tick(self) -> None:
        """Issues what is due and wakes the delivery."""
        store, bot = self.store, self.telegram.id
        published = await store.run(
            publish.publish, store, bot, self.now(), goes_on=lambda: not self.is_closing
        )
        told = await self.store.run(
            versions.tell_versions, self.store, self.telegram.id, self.now()
        )
        if published.digests or told:
            self.post.ring()

    async def watch(self) -> None:
        """Looks for what is wrong, and tells the operator."""
        store, bot, now = self.store, self.telegram.id, self.now()
        disk = health.room(store.path)
        read = read_categories(self.config)
        found = await store.run(health.health, store, bot, read, now, disk)
        if await store.run(alarm.sound, store, bot, self.config.operator, found, now):
            self.post.ring()


def in_flight(pace: float) -> int:
    """As many messages under way as keep a pace, and no more: a kill leaves each in doubt."""
    return max(WORKERS, ceil(pace * ANSWER))


async def serve(bot: Bot, feeds: Work | None) -> None:
    """Polls, answers, publishes and delivers until it is cancelled; then finishes what it began.

    ``feeds`` asks the sources that are due; without it the bot lives from what is stored.

    Raises:
        Conflict: another process polls with the same token.
        InvalidToken: Telegram does not know the token.
    """
    async with bot.telegram:
        await _serve(bot, feeds)


async def _serve(bot: Bot, feeds: Work | None) -> None:
    log.info("polling", extra={"bot": bot.telegram.username})
    await bot.store.run(bot.store.outbox.recover, bot.telegram.id)
    bot.is_closing = False
    desk = bot.desk()
    many = in_flight(bot.config.pace)
    answering = bot.answering = Answering(bot.counter(), bot.letters.ring, sleep=bot.sleep)
    workers = [
        asyncio.create_task(bot.letters.answer(answering.begin)),
        asyncio.create_task(bot.post.answer(lambda: deliver.deliver(desk, workers=many))),
        asyncio.create_task(publish_menu(bot.telegram, bot.config.operator or 0)),
    ]
    scheduler = heartbeat(_beats(bot, feeds))
    scheduler.start()
    bot.letters.ring()  # updates that were stored and not answered when the last run ended
    bot.post.ring()
    try:
        await poll(
            bot.telegram,
            bot.store,
            bot.letters.ring,
            sleep=bot.sleep,
            monotonic=bot.monotonic,
        )
    finally:
        scheduler.shutdown(wait=False)
        bot.is_closing = True
        desk.closing.set()
        await asyncio.shield(_finished(bot, answering, workers))


def _beats(bot: Bot, feeds: Work | None) -> list[Beat]:
    beats = [Beat("tick", TICK, bot.tick), Beat("sweep", SWEEP, _ring(bot.post))]
    if feeds:
        beats += [Beat("feeds", FEEDS, feeds, at_once=True), Beat("health", HEALTH, bot.watch)]
    return beats


async def _finished(bot: Bot, answering: Answering, workers: list[asyncio.Task[None]]) -> None:
    """Lets the messages in flight come home, within ``GRACE``, and gives back what was claimed."""
    try:
        async with asyncio.timeout(GRACE):
            await answering.drained()
            await bot.post.drained()
    except TimeoutError:
        log.warning("stopped before everything in flight was settled")
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    await bot.store.run(bot.store.outbox.let_go, bot.holder)


def _ring(bell: Bell) -> Work:
    async def ring() -> None:
        bell.ring()

    return ring


def live_feeds(store: Store, asker: Fetcher, config: Config, now: Now) -> Work:
    """Asks arXiv what is due: first days of a new store, then the feeds, then missed days."""
    polled = read_categories(config)

    async def work() -> None:
        instant = now()
        await store.run(repair.plan, store, polled, instant)
        await ingest.fill(store, asker, polled, instant, base=config.arxiv_api)
        reports = await ingest.ingest_due(store, asker, polled, instant, base=config.arxiv_rss)
        await store.run(publish.settle, store)  # a long repair holds no topic that waits for today
        await store.run(repair.note, store, reports, instant)
        await repair.repair(store, asker, instant, holder=holder(), base=config.arxiv_oai)
        await store.run(publish.settle, store)

    return work


async def run(config: Config) -> None:
    """Runs the bot of the settings until SIGTERM or SIGINT."""
    assert config.token is not None
    async with AsyncExitStack() as stack:
        store = stack.enter_context(opened(config))
        asker = await stack.enter_async_context(fetcher(config))
        token, longest = config.token.get_secret_value(), config.send_timeout
        client = sender.client(token, config.telegram_api, longest=longest)
        bot = Bot(store, client, config, wall_clock, asker=asker)
        feeds = live_feeds(store, asker, config, wall_clock)
        duty = on_duty(store, lambda: serve(bot, feeds), now=wall_clock, lasts=config.lease)
        await until_stopped(duty)


async def until_stopped(work: Awaitable[None]) -> None:
    """Lets work run until it ends by itself or the process is asked to stop.

    Asked again, it goes on stopping: that takes a few seconds, and sends are settled in them.
    """
    task = asyncio.ensure_future(work)
    asked = False

    def stop() -> None:
        nonlocal asked
        log.info("still stopping" if asked else "stopping")
        if not asked:
            asked = True
            task.cancel()

    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    try:
        await task
    except asyncio.CancelledError:
        log.info("stopped")
