"""The composition root: open what the settings name, start it, and close it in reverse."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager

from bot.app import open_file_limit
from bot.app.config import Config
from bot.app.leader_election import process_name, run_as_leader
from bot.app.lifecycle import serve
from bot.app.running_bot import Bot, Clock
from bot.chat.api.send_and_edit import MAX_CONNECTIONS, create_client
from bot.concurrency.circuit_breaker import CircuitBreaker
from bot.concurrency.trusted_clock import OnServerDate, TrustedClock, system_clock
from bot.concurrency.wake_event import AsyncJob
from bot.digests import publish
from bot.health.health_checks import last_confirmed_time
from bot.ingest import ingest_source
from bot.ingest.catch_up import missed_days, missing_papers
from bot.ingest.http_client import Fetcher
from bot.summaries import create_model_client
from bot.summaries.gateway import model_state
from bot.summaries.gateway.model_gateway import ModelGateway
from bot.topics.query.analyzer import analyzer_version, index_text
from storage import Store, open_store

log = logging.getLogger(__name__)

FILE_CHECK_INTERVAL = 1.0  # seconds between checks that the database file is still in place


@contextmanager
def open_indexed_store(config: Config) -> Iterator[Store]:
    """Yield the configured store, fully indexed, and close it at the end of the block."""
    with open_configured_store(config) as store:
        reindexed_count = 0
        while batch_count := store.papers.reindex_some(analyzer_version()):
            reindexed_count += batch_count
        if reindexed_count:
            log.info("words indexed anew", extra={"papers": reindexed_count})
        yield store


def open_configured_store(config: Config) -> closing[Store]:
    """Open the configured store at once; papers that need reindexing are left to a job."""
    return closing(open_store(config.database, analyze=index_text))


def create_fetcher(config: Config, on_server_date: OnServerDate | None = None) -> Fetcher:
    """Create the fetcher for the configured addresses."""
    base_urls = (config.arxiv_rss, config.arxiv_api, config.arxiv_oai)
    return Fetcher(contact=config.contact, bases=base_urls, on_server_date=on_server_date)


@asynccontextmanager
async def open_model_gateway(
    store: Store, config: Config, now: Clock
) -> AsyncIterator[ModelGateway]:
    """Yield the model gateway of the settings."""
    api_key = config.llm_key.get_secret_value() if config.llm_key else ""
    async with create_model_client(config.llm_url, api_key, config.llm_model) as model_client:
        yield ModelGateway(
            store,
            model_client,
            config.llm_price,
            config.llm_budget,
            now,
            time.monotonic,
            CircuitBreaker(monotonic=time.monotonic),
            max_concurrent=config.llm_at_once,
        )


def make_feed_job(store: Store, fetcher: Fetcher, config: Config, now: Clock) -> AsyncJob:
    """Return the job that fetches what is due: first fill, feeds, missing papers, missed days."""
    polled_categories = config.categories

    async def poll_feeds() -> None:
        instant = now()
        await store.run(missed_days.plan_backfills, store, polled_categories, instant)
        await ingest_source.fill_first_days(
            store, fetcher, polled_categories, instant, base=config.arxiv_api
        )
        reports = await ingest_source.poll_due_feeds(
            store, fetcher, polled_categories, instant, base=config.arxiv_rss
        )
        # A long repair holds up no topic that waits for today.
        await store.run(publish.mark_feed_round_complete, store, now())
        await store.run(missed_days.record_feed_answers, store, reports, instant)
        await missing_papers.fetch_missing_papers(
            store,
            fetcher,
            polled_categories,
            instant,
            api=config.arxiv_api,
            archive=config.arxiv_oai,
        )
        await missed_days.run_planned_backfills(
            store, fetcher, instant, holder=process_name(), base=config.arxiv_oai
        )
        await store.run(publish.mark_feed_round_complete, store, now())

    return poll_feeds


async def run(config: Config) -> None:
    """Run the configured bot until SIGTERM or SIGINT."""
    assert config.token is not None
    async with AsyncExitStack() as stack:
        store = stack.enter_context(open_configured_store(config))
        clock = TrustedClock(system_clock, last_confirmed=last_confirmed_time(store))
        fetcher = await stack.enter_async_context(create_fetcher(config, clock.observe_feed_date))
        client = create_client(
            config.token.get_secret_value(),
            config.telegram_api,
            request_timeout=config.send_timeout,
            connections=open_file_limit.connections_within_limit(
                open_file_limit.raise_open_files_limit(), MAX_CONNECTIONS
            ),
            on_server_date=clock.observe_telegram_date,
        )
        bot = Bot(store, client, config, clock.now, fetcher=fetcher, clock=clock)
        if config.llm_settings:
            bot.model_gateway = await stack.enter_async_context(
                open_model_gateway(store, config, clock.now)
            )
        else:
            model_state.record_model_state(
                store, model_state.ModelStatus.AVAILABLE, "", clock.now()
            )
        feed_job = make_feed_job(store, fetcher, config, clock.now)
        leader_task = run_as_leader(
            store, lambda: serve(bot, feed_job), now=clock.now, lease_seconds=config.lease
        )
        await run_until_stopped(run_while_database_in_place(store, leader_task))


async def run_while_database_in_place(store: Store, work: Awaitable[None]) -> None:
    """Run ``work`` until it ends or the database file is no longer in place.

    Raises:
        ReplacedDatabase: the file was deleted or replaced; the work was ended in order.
    """
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            store.require_same_file()
            await asyncio.wait([task], timeout=FILE_CHECK_INTERVAL)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    task.result()


async def run_until_stopped(work: Awaitable[None]) -> None:
    """Run ``work`` until it ends or the process is asked to stop.

    Further signals are ignored: stopping takes a few seconds, in which sends are settled.
    """
    task = asyncio.ensure_future(work)
    stop_requested = False

    def stop() -> None:
        nonlocal stop_requested
        log.info("still stopping" if stop_requested else "stopping")
        if not stop_requested:
            stop_requested = True
            task.cancel()

    loop = asyncio.get_running_loop()
    for stop_signal in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop_signal, stop)
    try:
        await task
    except asyncio.CancelledError:
        log.info("stopped")
