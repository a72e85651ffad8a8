"""A bot that serves: polls, answers, publishes, delivers, has glosses made, and ends in order."""

from __future__ import annotations

import asyncio
import logging
from math import ceil

from bot.app.components import Bot
from bot.app.leader_election import GLOSSING, is_held
from bot.app.periodic_jobs import Beat, heartbeat
from bot.chat.api.polling import poll
from bot.chat.dispatch.command_menu import publish_menu
from bot.chat.dispatch.inbox_worker import Answering
from bot.concurrency.wake_event import Bell, Work
from bot.delivery import worker as deliver
from bot.summaries import jobs
from bot.topics.query.analyzer import analyser_mark

log = logging.getLogger(__name__)

TICK = 5.0  # seconds between looks for due chats: a digest leaves in its minute
POST = 1.0  # seconds between looks for parcels that may leave again
FEEDS = 60.0  # seconds between looks whether a feed is due
ANSWERED = 60.0  # seconds between looks for updates and answers that are done with
SWEEP = 3600.0  # seconds between looks for rows that are no longer of use
HEALTH = 300.0  # seconds between looks whether something is wrong
GLOSSES = 60.0  # seconds between looks which glosses will be wanted
GRACE = 8.0  # seconds that a stop waits for what is in flight
WORKERS = 8  # messages in flight at least: more gain nothing at Telegram's free pace
ANSWER = 0.064  # seconds that Telegram may take for each message at a paid pace


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
    await bot.store.run(bot.store.papers.begin_renewal, analyser_mark())
    bot.is_closing = False
    desk = bot.desk()
    many = in_flight(bot.config.pace)
    delivery = deliver.Delivery(desk)
    answering = bot.answering = Answering(
        bot.counter(), delivery.answer, bot.letters.ring, sleep=bot.sleep
    )
    workers = [
        asyncio.create_task(bot.letters.answer(answering.begin)),
        asyncio.create_task(
            bot.post.answer(lambda: delivery.drain(workers=many, rung=bot.post.rung))
        ),
        asyncio.create_task(publish_menu(bot.telegram, bot.config.operator or 0)),
    ]
    if (shop := bot.shop) is not None:
        shop.closing.clear()
        if not await bot.store.run(is_held, bot.store, GLOSSING, bot.now()):
            await bot.store.run(bot.store.commissions.recover)
        workers.append(asyncio.create_task(bot.orders.answer(lambda: jobs.fulfil(shop))))
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
        if bot.shop:
            bot.shop.closing.set()
        await asyncio.shield(_finished(bot, answering, workers))


def _beats(bot: Bot, feeds: Work | None) -> list[Beat]:
    beats = [Beat("tick", TICK, bot.tick), Beat("post", POST, _ring(bot.post))]
    beats.append(Beat("catch up", TICK, bot.catch_up))
    beats.append(Beat("index", SWEEP, bot.renew_index, at_once=True))
    beats.append(Beat("answered", ANSWERED, bot.clear_answered))
    beats.append(Beat("sweep", SWEEP, bot.clear))
    if feeds:
        beats += [Beat("feeds", FEEDS, feeds, at_once=True), Beat("health", HEALTH, bot.watch)]
    if bot.shop:
        beats.append(Beat("glosses", GLOSSES, bot.look_ahead, at_once=True))
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
    await bot.store.run(bot.store.outbox.let_go, bot.answers_holder)


def _ring(bell: Bell) -> Work:
    async def ring() -> None:
        bell.ring()

    return ring
