"""Many chats due in the same minute: how long until each has its message?

    python -m tests.bench.delivery [chats]

Lets chats (100,000 by default) follow 1,000 distinct queries, announces 200 papers, and measures
the tick that issues their digests, a tick with nothing due, and memory. Then parcels leave through
a stub that answers after 50 ms: flat out, with the event loop's lag beside it, and 1,000 chats at
Telegram's own pace of 30 a second.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from statistics import median, quantiles
from time import monotonic, perf_counter, process_time

from bot.app import in_flight
from bot.deliver import Desk, deliver
from bot.pace import Breaker, Floods, Pace
from bot.publish import publish
from bot.query import indexed, parse
from bot.render.message import Message
from storage import (
    Announcement,
    Cadence,
    ChatKind,
    Kind,
    Outcome,
    Paper,
    Parcel,
    Sent,
    Store,
    Subscriber,
    Subscription,
    open_store,
)

BOT = 1
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
QUERIES, PAPERS, RUNS = 1_000, 200, 5
ANSWER = 0.05
SLICE = 500  # chats in a transaction
FLAT_OUT, FREE = 1_000.0, 30.0


def fill(store: Store, chats: int) -> None:
    """Let each chat follow one of the queries, due now, and announce what they find."""
    for first in range(0, chats, SLICE):
        with store.transaction():
            for number in range(first + 1, min(first + SLICE, chats) + 1):
                store.subscribers.ensure(Subscriber(BOT, number, ChatKind.PRIVATE))
                words = parse(f"word{number % QUERIES}").text
                store.subscriptions.add(
                    Subscription(BOT, number, words, words, Cadence(), "UTC", 0, NOW)
                )
    for number in range(PAPERS):
        words = " ".join(f"word{one}" for one in range(number, QUERIES, PAPERS))
        paper = Paper(f"arxiv:bench.{number}", 1, f"On {words}", "We study it. It works.")
        store.papers.add([Announcement(paper, "bench", Kind.NEW, date(2026, 11, 20))], seen=NOW)


def issue(store: Store, chats: int) -> None:
    """Print how long the tick takes that issues everything, and how long one that issues none."""
    began, spent = perf_counter(), process_time()
    published = publish(store, BOT, NOW)
    took, spent = perf_counter() - began, process_time() - spent
    assert published.digests == chats
    idle = []
    for _ in range(RUNS):
        again = perf_counter()
        publish(store, BOT, NOW)
        idle.append((perf_counter() - again) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"publish for {chats} chats: {took:.1f} s ({spent:.1f} s of processor,"
        f" {took / chats * 1e6:.0f} us a chat); a tick with nothing due: {median(idle):.2f} ms;"
        f" peak memory {peak:.0f} MiB",
        flush=True,
    )


def desk(store: Store, rate: float, arrivals: list[float], started: float) -> Desk:
    """A desk whose messages arrive after a while; each arrival is noted."""

    async def send(_: Parcel, __: Message) -> Outcome:
        await asyncio.sleep(ANSWER)
        arrivals.append(perf_counter() - started)
        return Sent(len(arrivals))

    return Desk(
        store=store,
        bot=BOT,
        link=lambda paper, version: f"https://t.me/bench?start=p_{paper}_{version}",
        holder="bench",
        send=send,
        now=lambda: NOW + timedelta(seconds=perf_counter() - started),
        pace=Pace(rate, monotonic=monotonic),
        breaker=Breaker(monotonic=monotonic),
        floods=Floods(monotonic=monotonic),
    )


async def leave(store: Store, rate: float, count: int) -> tuple[list[float], list[float], float]:
    """When each of ``count`` messages arrived, how late the loop was, and processor seconds."""
    arrivals: list[float] = []
    lags: list[float] = []
    at = desk(store, rate, arrivals, perf_counter())
    watching = asyncio.create_task(_watch(lags))
    spent = process_time()
    working = asyncio.create_task(deliver(at, workers=in_flight(rate)))
    while len(arrivals) < count and not working.done():  # noqa: ASYNC110 - a look costs nothing
        await asyncio.sleep(0.01)
    spent = process_time() - spent
    at.closing.set()
    await working
    watching.cancel()
    return arrivals[:count], lags, spent


async def _watch(lags: list[float]) -> None:
    """How many milliseconds later than asked the loop comes back, again and again."""
    while True:
        began = perf_counter()
        await asyncio.sleep(0.01)
        lags.append((perf_counter() - began - 0.01) * 1000)


def flat_out(store: Store, count: int) -> None:
    """Print messages a second, as the median of runs."""
    rates, costs, lags = [], [], []
    for _ in range(RUNS):
        arrivals, late, spent = asyncio.run(leave(store, FLAT_OUT, count))
        rates.append(len(arrivals) / arrivals[-1])
        costs.append(spent / len(arrivals) * 1e6)
        lags += late
    cuts = quantiles(lags, n=100)
    print(
        f"{count} messages at {ANSWER * 1000:.0f} ms each, {in_flight(FLAT_OUT)} in flight:"
        f" {median(rates):.0f}/s ({min(rates):.0f}-{max(rates):.0f}),"
        f" {median(costs):.0f} us of processor each;"
        f" the event loop is late by {median(lags):.1f} ms, p99 {cuts[98]:.1f},"
        f" worst {max(lags):.1f} (n={len(lags)})",
        flush=True,
    )


def at_pace(store: Store) -> None:
    """Print when the last of 1,000 chats has its message at the free pace."""
    arrivals, _, spent = asyncio.run(leave(store, FREE, 1_000))
    print(
        f"1,000 chats at {FREE:.0f} a second: the last after {arrivals[-1]:.1f} s,"
        f" {spent / arrivals[-1] * 100:.1f} % of a processor"
    )


def main() -> None:
    """Print the figures."""
    chats = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as place:
        store = open_store(f"sqlite:///{place}/bench.db", words=indexed)
        try:
            fill(store, chats)
            issue(store, chats)
            flat_out(store, min(3_000, chats // (2 * RUNS)))
            at_pace(store)
        finally:
            store.close()


if __name__ == "__main__":
    main()
