"""Serve: poll, answer, publish, deliver and make summaries, then shut down in order."""

from __future__ import annotations

import asyncio
import logging
from math import ceil

from bot.app.leader_election import ENRICH_LEASE, is_lease_held
from bot.app.periodic_jobs import PeriodicJob, create_scheduler
from bot.app.running_bot import Bot
from bot.chat.api.polling import poll
from bot.chat.dispatch.command_menu import publish_menu
from bot.chat.dispatch.inbox_worker import InboxWorker
from bot.concurrency.wake_event import AsyncJob
from bot.delivery.worker import DeliveryWorker
from bot.summaries import jobs
from bot.topics.query.analyzer import analyzer_version

log = logging.getLogger(__name__)

PUBLISH_INTERVAL = 5.0  # seconds between checks for due chats: a digest leaves within its minute
OUTBOX_INTERVAL = 1.0  # seconds between checks for messages that may be retried
FEEDS_INTERVAL = 60.0  # seconds between checks whether a feed is due
SETTLED_CLEANUP_INTERVAL = 60.0  # seconds between deletions of settled updates and replies
RETENTION_INTERVAL = 3600.0  # seconds between deletions of expired rows
HEALTH_INTERVAL = 300.0  # seconds between health checks
PREFETCH_INTERVAL = 60.0  # seconds between checks which summaries will be needed
SHUTDOWN_TIMEOUT = 8.0  # seconds that a shutdown waits for work in flight
MIN_WORKERS = 8  # minimum messages in flight: more gain nothing at Telegram's free rate
SEND_LATENCY = 0.064  # seconds that Telegram may take for each message at a paid rate


def delivery_workers_for(messages_per_second: float) -> int:
    """Return the fewest workers that sustain a rate: a kill leaves each one's message in doubt."""
    return max(MIN_WORKERS, ceil(messages_per_second * SEND_LATENCY))


async def serve(bot: Bot, feed_job: AsyncJob | None) -> None:
    """Poll, answer, publish and deliver until cancelled, then finish what was begun.

    ``feed_job`` polls the sources that are due; without it the bot uses what is stored.

    Raises:
        Conflict: another process polls with the same token.
        InvalidToken: Telegram does not know the token.
    """
    async with bot.telegram:
        log.info("polling", extra={"bot": bot.telegram.username})
        await bot.store.run(bot.store.outbox.recover_claims, bot.telegram.id)
        await bot.store.run(bot.store.paper_index.begin_reindex, analyzer_version())
        if (gateway := bot.model_gateway) is not None:
            gateway.is_stopping.clear()
            if not await bot.store.run(is_lease_held, bot.store, ENRICH_LEASE, bot.now()):
                await bot.store.run(bot.store.summary_jobs.release_all_claims)
        # From here to the ``try`` nothing is awaited, so that no failure leaves workers behind.
        bot.is_stopping = False
        delivery_context = bot.delivery_context()
        worker_count = delivery_workers_for(bot.config.messages_per_second)
        delivery_worker = DeliveryWorker(delivery_context)
        inbox_worker = bot.inbox_worker = InboxWorker(
            bot.services(), delivery_worker.send_reply, bot.inbox_wake.set, sleep=bot.sleep
        )
        worker_tasks = [
            asyncio.create_task(bot.inbox_wake.run_forever(inbox_worker.start_pending)),
            asyncio.create_task(
                bot.outbox_wake.run_forever(
                    lambda: delivery_worker.drain(workers=worker_count, wake=bot.outbox_wake.event)
                )
            ),
            asyncio.create_task(publish_menu(bot.telegram, bot.config.operator or 0)),
        ]
        if gateway is not None:
            worker_tasks.append(
                asyncio.create_task(
                    bot.jobs_wake.run_forever(lambda: jobs.run_summary_jobs(gateway))
                )
            )
        scheduler = create_scheduler(_periodic_jobs(bot, feed_job))
        scheduler.start()
        bot.inbox_wake.set()  # updates that were stored and not answered when the last run ended
        bot.outbox_wake.set()
        try:
            await poll(
                bot.telegram,
                bot.store,
                bot.inbox_wake.set,
                sleep=bot.sleep,
                monotonic=bot.monotonic,
            )
        finally:
            scheduler.shutdown(wait=False)
            bot.is_stopping = True
            delivery_context.is_stopping.set()
            if bot.model_gateway:
                bot.model_gateway.is_stopping.set()
            await asyncio.shield(_shut_down(bot, inbox_worker, worker_tasks))


def _periodic_jobs(bot: Bot, feed_job: AsyncJob | None) -> list[PeriodicJob]:
    async def wake_delivery() -> None:
        bot.outbox_wake.set()

    jobs = [
        PeriodicJob("tick", PUBLISH_INTERVAL, bot.publish_due),
        PeriodicJob("post", OUTBOX_INTERVAL, wake_delivery),
        PeriodicJob("catch up", PUBLISH_INTERVAL, bot.publish_chats_behind),
        PeriodicJob("index", RETENTION_INTERVAL, bot.reindex_papers, run_at_start=True),
        PeriodicJob("answered", SETTLED_CLEANUP_INTERVAL, bot.delete_settled),
        PeriodicJob("sweep", RETENTION_INTERVAL, bot.apply_retention),
    ]
    if feed_job:
        jobs += [
            PeriodicJob("feeds", FEEDS_INTERVAL, feed_job, run_at_start=True),
            PeriodicJob("health", HEALTH_INTERVAL, bot.check_health),
        ]
    if bot.model_gateway:
        jobs.append(
            PeriodicJob(
                "glosses", PREFETCH_INTERVAL, bot.prefetch_and_edit_summaries, run_at_start=True
            )
        )
    return jobs


async def _shut_down(
    bot: Bot, inbox_worker: InboxWorker, worker_tasks: list[asyncio.Task[None]]
) -> None:
    """Wait ``SHUTDOWN_TIMEOUT`` for messages in flight, then release the claimed ones."""
    try:
        async with asyncio.timeout(SHUTDOWN_TIMEOUT):
            await inbox_worker.drain()
            await bot.outbox_wake.wait_idle()
    except TimeoutError:
        log.warning("stopped before everything in flight was settled")
    for task in worker_tasks:
        task.cancel()
    await asyncio.gather(*worker_tasks, return_exceptions=True)
    await bot.store.run(bot.store.outbox.release_holder, bot.lease_holder)
    await bot.store.run(bot.store.outbox.release_holder, bot.inbox_lease_holder)
