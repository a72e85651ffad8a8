"""The composition root: opens what the settings name, starts it, and closes it in reverse."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

from bot.app import open_files
from bot.app.components import Bot, Now
from bot.app.config import Config
from bot.app.leader_election import holder, on_duty
from bot.app.lifecycle import serve
from bot.chat.api import client as sender
from bot.chat.api.polling import Conflict, InvalidToken, NetworkError
from bot.concurrency.rate_limiter import Breaker
from bot.concurrency.trusted_clock import Heard, TrustedClock, wall_clock
from bot.concurrency.wake_event import Work
from bot.digests import publish
from bot.health import troubles
from bot.ingest import ingest_source
from bot.ingest.catch_up import missed_days, unreadable_items
from bot.ingest.http_client import Fetcher
from bot.summaries import choose
from bot.summaries.gateway import model_state
from bot.summaries.gateway.model_gateway import Workshop
from bot.topics.query.analyzer import analyser_mark, indexed
from storage import Store, open_store

__all__ = ["Conflict", "InvalidToken", "NetworkError"]

log = logging.getLogger(__name__)

LOOK = 1.0  # seconds between looks whether the database is at its place


@contextmanager
def opened(config: Config) -> Iterator[Store]:
    """The store that the settings name, all of it indexed, closed at the end of the block."""
    with opened_for_work(config) as store:
        renewed = 0
        while count := store.papers.renew(analyser_mark()):
            renewed += count
        if renewed:
            log.info("words indexed anew", extra={"papers": renewed})
        yield store


@contextmanager
def opened_for_work(config: Config) -> Iterator[Store]:
    """The same at once: papers with the words of an older version are indexed anew meanwhile."""
    store = open_store(config.database, words=indexed)
    try:
        yield store
    finally:
        store.close()


def fetcher(config: Config, heard: Heard | None = None) -> Fetcher:
    """The one who asks arXiv, at the addresses of the settings."""
    bases = (config.arxiv_rss, config.arxiv_api, config.arxiv_oai)
    return Fetcher(contact=config.contact, bases=bases, heard=heard)


@asynccontextmanager
async def workshop(store: Store, config: Config, now: Now) -> AsyncIterator[Workshop]:
    """Where the model of the settings makes glosses."""
    key = config.llm_key.get_secret_value() if config.llm_key else ""
    async with choose(config.llm_url, key, config.llm_model) as model:
        yield Workshop(
            store,
            model,
            config.llm_price,
            config.llm_budget,
            now,
            time.monotonic,
            Breaker(monotonic=time.monotonic),
            at_once=config.llm_at_once,
        )


def live_feeds(store: Store, asker: Fetcher, config: Config, now: Now) -> Work:
    """Asks arXiv what is due: a new store's first days, feeds, what they lacked, missed days."""
    polled = config.categories

    async def work() -> None:
        instant = now()
        await store.run(missed_days.plan, store, polled, instant)
        await ingest_source.fill(store, asker, polled, instant, base=config.arxiv_api)
        reports = await ingest_source.ingest_due(
            store, asker, polled, instant, base=config.arxiv_rss
        )
        # A long repair holds no topic that waits for today.
        await store.run(publish.settle, store, now())
        await store.run(missed_days.note, store, reports, instant)
        await unreadable_items.fetch_outstanding(
            store, asker, polled, instant, api=config.arxiv_api, archive=config.arxiv_oai
        )
        await missed_days.repair(store, asker, instant, holder=holder(), base=config.arxiv_oai)
        await store.run(publish.settle, store, now())

    return work


async def run(config: Config) -> None:
    """Runs the bot of the settings until SIGTERM or SIGINT."""
    assert config.token is not None
    async with AsyncExitStack() as stack:
        store = stack.enter_context(opened_for_work(config))
        clock = TrustedClock(wall_clock, last=troubles.last_certain(store))
        asker = await stack.enter_async_context(fetcher(config, clock.hear_feed))
        client = sender.client(
            config.token.get_secret_value(),
            config.telegram_api,
            longest=config.send_timeout,
            connections=open_files.connections(open_files.raise_limit(), sender.CONNECTIONS),
            heard=clock.hear_telegram,
        )
        bot = Bot(store, client, config, clock.now, asker=asker, clock=clock)
        if config.contract:
            bot.shop = await stack.enter_async_context(workshop(store, config, clock.now))
        else:
            model_state.note(store, model_state.State.GOOD, "", clock.now())
        feeds = live_feeds(store, asker, config, clock.now)
        duty = on_duty(store, lambda: serve(bot, feeds), now=clock.now, lasts=config.lease)
        await until_stopped(while_in_place(store, duty))


async def while_in_place(store: Store, work: Awaitable[None], *, look: float = LOOK) -> None:
    """Lets work run until it ends by itself, or the store's file is not at its place any more.

    Raises:
        Replaced: the file was deleted or replaced; the work was ended in order.
    """
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            store.require_in_place()
            await asyncio.wait([task], timeout=look)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    task.result()


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
