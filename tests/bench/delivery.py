"""How fast do digests leave, and what does it cost?

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

from bot.app.lifecycle import in_flight
from bot.chat.api import client as sender
from bot.concurrency.rate_limiter import Breaker, Floods, Pace
from bot.delivery.worker import Desk, deliver
from bot.digests.publish import publish, settle
from bot.render.telegram.fallback_forms import written
from bot.render.telegram.split_into_messages import Message
from bot.render.telegram.stored_answer import Said
from bot.topics.query.parser import indexed, parse
from storage import Store, open_store
from storage.records import (
    Announcement,
    Cadence,
    ChatKind,
    Kind,
    Outcome,
    Paper,
    Parcel,
    Sent,
    Subscriber,
    Subscription,
)
from tests.bench.sending import TOKEN, pin, served

BOT = 1
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
PAPERS = 5  # in a digest
ANSWER = 50  # milliseconds
PAID, FREE = 1_000.0, 30.0  # messages a second
RUNS, SENDS = 5, 2_000
MINUTES, DUE = 3, 1_000  # runs at the free pace, and chats due at once
LIMIT = (DUE - 1) / FREE  # seconds that Telegram's own limit takes for them
_ABSTRACT = "We study how a model of many words learns from few examples. It works. " * 15


def fill(store: Store, chats: range) -> None:
    """Let chats follow a topic, announce what it finds, and issue their digests."""
    words = parse("diffusion").text
    with store.transaction():
        for chat in chats:
            store.subscribers.ensure(Subscriber(BOT, chat, ChatKind.PRIVATE))
            store.subscriptions.add(Subscription(BOT, chat, words, words, Cadence(), "UTC", 0, NOW))
    store.papers.add([_announced(number) for number in range(PAPERS)], seen=NOW)
    settle(store, NOW)
    assert publish(store, BOT, NOW).digests == len(chats)


def _announced(number: int) -> Announcement:
    paper = Paper(
        f"arxiv:2611.9{number:04}",
        1,
        f"Diffusion models of the kind {number} for images, words and whatever else there is",
        _ABSTRACT,
        ("Ada Lovelace", "Grace Hopper", "Emmy Noether"),
        ("cs.CV", "cs.LG"),
        link=f"https://arxiv.org/abs/2611.9{number:04}",
    )
    return Announcement(paper, "cs.CV", Kind.NEW, date(2026, 11, 20))


def opens(paper: int, version: int) -> str:
    """What opens a paper."""
    return f"https://t.me/bench_bot?start=p_{paper}_{version}"


def desk(store: Store, client: telegram.Bot, rate: float, arrivals: list[float]) -> Desk:
    """A desk as the bot has it; each arrival is noted."""
    began = perf_counter()

    async def send(parcel: Parcel, message: Said) -> Outcome:
        outcome = await sender.deliver_parcel(client, parcel, message, paid=rate > FREE)
        assert isinstance(outcome, Sent), outcome
        arrivals.append(perf_counter() - began)
        return outcome

    return Desk(
        store=store,
        bot=BOT,
        link=opens,
        holder="bench",
        send=send,
        now=lambda: NOW + timedelta(seconds=perf_counter() - began),
        pace=Pace(rate, monotonic=monotonic),
        breaker=Breaker(monotonic=monotonic),
        floods=Floods(monotonic=monotonic),
    )


async def leave(base: str, rate: float, count: int) -> tuple[float, float]:
    """Seconds until the last of ``count`` digests has arrived, and processor seconds."""
    with tempfile.TemporaryDirectory() as place:
        store = open_store(f"sqlite:///{place}/bench.db", words=indexed)
        try:
            fill(store, range(1, count + 1))
            gc.collect()
            async with sender.client(TOKEN, base) as client:
                arrivals: list[float] = []
                at = desk(store, client, rate, arrivals)
                spent = process_time()
                await deliver(at, workers=in_flight(rate))
                spent = process_time() - spent
            assert len(arrivals) == count
            return arrivals[-1], spent
        finally:
            store.close()


def texts(count: int) -> Iterator[Message]:
    """The messages of as many digests."""
    store = open_store("sqlite://", words=indexed)
    try:
        fill(store, range(1, count + 1))
        for parcel in store.outbox.claim(BOT, "bench", NOW, 60.0, count):
            yield written(parcel, store.digests.get(parcel.digest), opens)
    finally:
        store.close()


async def only_send(base: str, messages: list[Message], workers: int) -> tuple[float, float]:
    """Seconds and processor seconds for messages that the client sends as it comes."""
    left = iter(messages)
    client = telegram.Bot(
        TOKEN, f"{base}/bot", request=HTTPXRequest(), get_updates_request=HTTPXRequest()
    )

    async def work() -> None:
        for message in left:
            await client.send_message(7, message.html, parse_mode="HTML")

    async with client:
        began, spent = perf_counter(), process_time()
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(work())
        return perf_counter() - began, process_time() - spent


async def flat_out() -> None:
    """Print messages a second; the two alternate, so that a busy machine is busy for both."""
    workers, few = in_flight(PAID), list(texts(SENDS // 10))
    whole, alone = [], []
    async with served(ANSWER) as base:
        for _ in range(RUNS):
            whole.append(await leave(base, PAID, SENDS))
            alone.append(await only_send(base, few, workers))
    _tell("the whole road", [(SENDS / took, spent / SENDS) for took, spent in whole])
    _tell("PTB's own transport", [(len(few) / took, spent / len(few)) for took, spent in alone])


def _tell(what: str, runs: list[tuple[float, float]]) -> None:
    rates, costs = zip(*runs, strict=True)
    print(
        f"  {what}: {median(rates):.0f} messages/s ({min(rates):.0f}-{max(rates):.0f}),"
        f" {median(costs) * 1e6:.0f} us of processor each",
        flush=True,
    )


async def at_the_free_pace() -> None:
    """Print when the last of many chats has its digest, and what that costs."""
    async with served(ANSWER) as base:
        runs = [await leave(base, FREE, DUE) for _ in range(MINUTES)]
    took = median(run[0] for run in runs)
    share = median(spent / seconds for seconds, spent in runs)
    print(
        f"  {DUE} chats due at once, {FREE:.0f} a second: the last after {took:.2f} s"
        f" (the limit's own time is {LIMIT:.1f} s), {share * 100:.1f} % of a processor",
        flush=True,
    )


def main() -> None:
    """Print the medians."""
    pin(0)
    print(f"delivery: digests of {PAPERS} papers, answers after {ANSWER} ms, medians:")
    asyncio.run(flat_out())
    asyncio.run(at_the_free_pace())


if __name__ == "__main__":
    main()
