"""The composition root: opens what the settings name, starts it, and closes it in reverse."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot import deliver, ingest, publish
from bot.chat import sender
from bot.chat.answering import Counter, answer_pending
from bot.chat.buttons import link
from bot.chat.context import House
from bot.chat.menu import publish_menu
from bot.chat.polling import Conflict, InvalidToken, NetworkError, poll
from bot.clock import Beat, heartbeat
from bot.config import Config
from bot.query import indexed
from bot.render.message import Message
from bot.sources import Fetcher
from bot.taxonomy import categories, expand
from storage import Store, open_store
from storage.model import Outcome, Parcel

__all__ = ["Conflict", "InvalidToken", "NetworkError"]

log = logging.getLogger(__name__)

TICK = 5.0  # seconds between looks for due chats: a digest leaves in its minute
SWEEP = 1.0  # seconds between looks for parcels that may leave again
FEEDS = 60.0  # seconds between looks whether a feed is due
PULSE = 20.0  # seconds between signs of life
ALIVE = 90.0  # seconds a sign of life lasts
HEARTBEAT = "heartbeat"

Now = Callable[[], datetime]
Work = Callable[[], Awaitable[object]]


def wall_clock() -> datetime:
    """The instant it is."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Bell:
    """Wakes a worker: rung any number of times, it is answered once."""

    rung: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self) -> None:
        """There is something to do."""
        self.rung.set()

    async def answer(self, work: Work) -> None:
        """Does the work each time the bell was rung, for ever; a failure is noted."""
        while True:
            await self.rung.wait()
            self.rung.clear()
            try:
                await work()
            except Exception:
                log.exception("work failed")


@contextmanager
def opened(config: Config) -> Iterator[Store]:
    """The store that the settings name, closed at the end of the block."""
    store = open_store(config.database, words=indexed)
    try:
        yield store
    finally:
        store.close()


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

    @property
    def holder(self) -> str:
        """This process, by a name that no other has."""
        return f"{socket.gethostname()}:{os.getpid()}"

    def counter(self) -> Counter:
        """Where updates are answered."""
        polled = read_categories(self.config)
        read = frozenset(code for one in polled for code in (one, *expand(one)))
        return Counter(
            bot=self.telegram,
            house=House(self.telegram.id, self.telegram.username, read),
            store=self.store,
            now=self.now,
            wake=self.post.ring,
            form=self.config.form,
        )

    def desk(self) -> deliver.Desk:
        """Where parcels are sent from."""

        async def send(parcel: Parcel, message: Message) -> Outcome:
            return await sender.deliver_parcel(self.telegram, parcel, message)

        return deliver.Desk(
            store=self.store,
            bot=self.telegram.id,
            link=lambda paper, version: link(self.telegram.username, paper, version),
            holder=self.holder,
            send=send,
            pace=deliver.Pace(monotonic=time.monotonic),
            now=self.now,
        )

    async def tick(self) -> None:
        """Issues what is due and wakes the delivery."""
        published = await self.store.run(publish.publish, self.store, self.telegram.id, self.now())
        if published.digests:
            self.post.ring()

    async def pulse(self) -> None:
        """Leaves a sign of life for ``papergram doctor --quick``."""
        leases = self.store.leases
        await self.store.run(leases.take, HEARTBEAT, "running", self.now(), ALIVE)


async def serve(bot: Bot, feeds: Work | None) -> None:
    """Polls, answers, publishes and delivers until it is cancelled.

    ``feeds`` asks the sources that are due; without it the bot lives from what is stored.

    Raises:
        telegram.error.Conflict: another process polls with the same token.
    """
    await bot.telegram.initialize()
    log.info("polling", extra={"bot": bot.telegram.username})
    counter, desk = bot.counter(), bot.desk()
    beats = [
        Beat("tick", TICK, bot.tick),
        Beat("sweep", SWEEP, _ring(bot.post)),
        Beat("pulse", PULSE, bot.pulse),
    ]
    if feeds:
        beats.append(Beat("feeds", FEEDS, feeds))
    scheduler = heartbeat(beats)
    scheduler.start()
    bot.letters.ring()  # updates that were stored and not answered when the last run ended
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(poll(bot.telegram, bot.store, bot.letters.ring))
            group.create_task(bot.letters.answer(lambda: answer_pending(counter)))
            group.create_task(bot.post.answer(lambda: deliver.deliver(desk)))
            group.create_task(publish_menu(bot.telegram))
            group.create_task(bot.pulse())
            if feeds:
                group.create_task(_once(feeds))
    finally:
        scheduler.shutdown(wait=False)
        await bot.store.run(bot.store.outbox.let_go, bot.holder)
        await bot.telegram.shutdown()


def _ring(bell: Bell) -> Work:
    async def ring() -> None:
        bell.ring()

    return ring


async def _once(work: Work) -> None:
    try:
        await work()
    except Exception:
        log.exception("work failed")


def live_feeds(store: Store, asker: Fetcher, config: Config, now: Now) -> Work:
    """Asks arXiv what is due: the last days first where the store is new, then the feeds."""
    polled = read_categories(config)

    async def work() -> None:
        instant = now()
        await ingest.fill(store, asker, polled, instant, base=config.arxiv_api)
        await ingest.ingest_due(store, asker, polled, instant, base=config.arxiv_rss)

    return work


async def run(config: Config) -> None:
    """Runs the bot of the settings until SIGTERM or SIGINT."""
    assert config.token is not None
    async with AsyncExitStack() as stack:
        store = stack.enter_context(opened(config))
        asker = await stack.enter_async_context(fetcher(config))
        client = sender.client(config.token.get_secret_value(), config.telegram_api)
        bot = Bot(store, client, config, wall_clock)
        await until_stopped(serve(bot, live_feeds(store, asker, config, wall_clock)))


async def until_stopped(work: Awaitable[None]) -> None:
    """Lets work run until it ends by itself or the process is asked to stop."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        log.info("stopped")
