"""Measure how fast digests leave, and what it costs.

    python -m tests.bench.delivery

Digests of several papers leave through the whole road, from the outbox over the real sender to a
Bot API that answers after 50 ms: with paid broadcast as fast as they can, beside the client's own
transport that only sends the same messages; and 1,000 chats due in the same minute at the free
pace. The server is a process of its own, on a processor of its own where there are two.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import monotonic, perf_counter, process_time

import telegram
from telegram.request import HTTPXRequest

from bot.app.lifecycle import delivery_workers_for
from bot.chat.api import send_and_edit
from bot.concurrency.circuit_breaker import CircuitBreaker
from bot.concurrency.rate_limiter import RateLimiter
from bot.delivery.telegram_floods import TelegramFloods
from bot.delivery.worker import DeliveryWorker
from bot.delivery.worker_context import DeliveryContext
from bot.digests.publish import mark_feed_round_complete, publish_due_chats
from bot.render.telegram.fallback_forms import render_outbox_message
from bot.render.telegram.reply_encoding import ReplyContent
from bot.render.telegram.split_into_messages import Message
from bot.topics.query.analyzer import index_text
from bot.topics.query.parser import parse
from storage import Store, open_store
from storage.records.chats import Cadence, Chat, ChatKind, Subscription
from storage.records.messages import OutboxMessage, SendOutcome, Sent
from storage.records.papers import Announcement, AnnouncementKind, Paper
from tests.bench.sending import TOKEN, pin_to_processor, stub_process

BOT = 1
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
PAPERS_PER_DIGEST = 5  # in a digest
ANSWER_MILLISECONDS = 50  # milliseconds
PAID_RATE, FREE_RATE = 1_000.0, 30.0  # messages a second
RUNS, SENDS = 5, 2_000
FREE_RATE_RUNS, CHATS_DUE = 3, 1_000  # runs at the free pace, and chats due at once
MINIMUM_SECONDS = (CHATS_DUE - 1) / FREE_RATE  # seconds that Telegram's own limit takes for them
_ABSTRACT = "We study how a model of many words learns from few examples. It works. " * 15


def issue_digests(store: Store, chats: range) -> None:
    """Let chats follow a topic, announce what it finds, and issue their digests."""
    words = parse("diffusion").text
    with store.transaction():
        for chat in chats:
            store.chats.get_or_add(Chat(BOT, chat, ChatKind.PRIVATE))
            store.subscriptions.add(Subscription(BOT, chat, words, words, Cadence(), "UTC", 0, NOW))
    store.papers.add_announcements(
        [_announcement(number) for number in range(PAPERS_PER_DIGEST)], seen_at=NOW
    )
    mark_feed_round_complete(store, NOW)
    assert publish_due_chats(store, BOT, NOW).digests == len(chats)


def _announcement(number: int) -> Announcement:
    paper = Paper(
        f"arxiv:2611.9{number:04}",
        1,
        f"Diffusion models of the kind {number} for images, words and whatever else there is",
        _ABSTRACT,
        ("Ada Lovelace", "Grace Hopper", "Emmy Noether"),
        ("cs.CV", "cs.LG"),
        link=f"https://arxiv.org/abs/2611.9{number:04}",
    )
    return Announcement(paper, "cs.CV", AnnouncementKind.NEW, date(2026, 11, 20))


def paper_link(paper: int, version: int) -> str:
    """What opens a paper."""
    return f"https://t.me/bench_bot?start=p_{paper}_{version}"


def delivery_worker(
    store: Store, client: telegram.Bot, rate: float, arrivals: list[float]
) -> DeliveryContext:
    """A desk as the bot has it; each arrival is noted."""
    started_at = perf_counter()

    async def send(outbox_message: OutboxMessage, message: ReplyContent) -> SendOutcome:
        outcome = await send_and_edit.send_outbox_message(
            client, outbox_message, message, paid=rate > FREE_RATE
        )
        assert isinstance(outcome, Sent), outcome
        arrivals.append(perf_counter() - started_at)
        return outcome

    return DeliveryContext(
        store=store,
        bot=BOT,
        paper_link=paper_link,
        holder="bench",
        send=send,
        now=lambda: NOW + timedelta(seconds=perf_counter() - started_at),
        rate_limiter=RateLimiter(rate, monotonic=monotonic),
        circuit_breaker=CircuitBreaker(monotonic=monotonic),
        telegram_floods=TelegramFloods(monotonic=monotonic),
    )


async def deliver_digests(base: str, rate: float, count: int) -> tuple[float, float]:
    """Seconds until the last of ``count`` digests has arrived, and processor seconds."""
    with tempfile.TemporaryDirectory() as directory:
        store = open_store(f"sqlite:///{directory}/bench.db", analyze=index_text)
        try:
            issue_digests(store, range(1, count + 1))
            gc.collect()
            async with send_and_edit.create_client(TOKEN, base) as client:
                arrivals: list[float] = []
                worker = delivery_worker(store, client, rate, arrivals)
                cpu_seconds = process_time()
                await DeliveryWorker(worker).drain(workers=delivery_workers_for(rate))
                cpu_seconds = process_time() - cpu_seconds
            assert len(arrivals) == count
            return arrivals[-1], cpu_seconds
        finally:
            store.close()


def digest_messages(count: int) -> Iterator[Message]:
    """The messages of as many digests."""
    store = open_store("sqlite://", analyze=index_text)
    try:
        issue_digests(store, range(1, count + 1))
        for message in store.outbox.claim(BOT, "bench", NOW, 60.0, count):
            yield render_outbox_message(message, store.digests.get(message.digest), paper_link)
    finally:
        store.close()


async def send_messages(base: str, messages: list[Message], workers: int) -> tuple[float, float]:
    """Seconds and processor seconds for messages that the client sends as it comes."""
    remaining = iter(messages)
    client = telegram.Bot(
        TOKEN, f"{base}/bot", request=HTTPXRequest(), get_updates_request=HTTPXRequest()
    )

    async def work() -> None:
        for message in remaining:
            await client.send_message(7, message.html, parse_mode="HTML")

    async with client:
        started_at, cpu_seconds = perf_counter(), process_time()
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(work())
        return perf_counter() - started_at, process_time() - cpu_seconds


async def print_throughput() -> None:
    """Print messages a second; the two alternate, so that a busy machine is busy for both."""
    workers, messages = delivery_workers_for(PAID_RATE), list(digest_messages(SENDS // 10))
    delivery_runs, client_runs = [], []
    async with stub_process(ANSWER_MILLISECONDS) as base:
        for _ in range(RUNS):
            delivery_runs.append(await deliver_digests(base, PAID_RATE, SENDS))
            client_runs.append(await send_messages(base, messages, workers))
    _print_runs(
        "the whole road",
        [(SENDS / elapsed, cpu_seconds / SENDS) for elapsed, cpu_seconds in delivery_runs],
    )
    _print_runs(
        "PTB's own transport",
        [
            (len(messages) / elapsed, cpu_seconds / len(messages))
            for elapsed, cpu_seconds in client_runs
        ],
    )


def _print_runs(label: str, runs: list[tuple[float, float]]) -> None:
    rates, costs = zip(*runs, strict=True)
    print(
        f"  {label}: {median(rates):.0f} messages/s ({min(rates):.0f}-{max(rates):.0f}),"
        f" {median(costs) * 1e6:.0f} us of processor each",
        flush=True,
    )


async def print_free_rate() -> None:
    """Print when the last of many chats has its digest, and what that costs."""
    async with stub_process(ANSWER_MILLISECONDS) as base:
        runs = [await deliver_digests(base, FREE_RATE, CHATS_DUE) for _ in range(FREE_RATE_RUNS)]
    elapsed = median(run[0] for run in runs)
    share = median(cpu_seconds / seconds for seconds, cpu_seconds in runs)
    print(
        f"  {CHATS_DUE} chats due at once, {FREE_RATE:.0f} a second: the last after {elapsed:.2f} s"
        f" (the limit's own time is {MINIMUM_SECONDS:.1f} s), {share * 100:.1f} % of a processor",
        flush=True,
    )


def main() -> None:
    """Print the medians."""
    pin_to_processor(0)
    print(
        f"delivery: digests of {PAPERS_PER_DIGEST} papers, answers after {ANSWER_MILLISECONDS}"
        " ms, medians:"
    )
    asyncio.run(print_throughput())
    asyncio.run(print_free_rate())


if __name__ == "__main__":
    main()
