"""How near to the model's own pace are glosses made, and in how much memory?

    python -m tests.bench.glossing

2,000 papers in two languages, ordered in a store on disk and made by a server that answers after
a second, 32 questions at a time; then the same orders once more, which must ask nothing. Beside
it the client alone, which tells how busy the machine was. The server is a process of its own.
Papers are those of $PAPERGRAM_TEST_DATA, or invented ones; $PAPERS says how many.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import monotonic, perf_counter, process_time

from bot.concurrency.rate_limiter import Breaker
from bot.digests.prefetch_summaries import order
from bot.summaries.gateway.budget import Budget, Price
from bot.summaries.gateway.model_gateway import Workshop
from bot.summaries.jobs import Fulfilled, fulfil
from bot.summaries.llm.client import Model
from bot.topics.query.parser import indexed
from storage import Store, open_store
from storage.records import Announcement, Commission, Kind, Paper
from tests.models.apart import apart
from tests.models.server import KEY, MODEL

PAPERS = int(os.environ.get("PAPERS", "2000"))
LANGUAGES = ("zh", "en")
LATENCY = 1.0  # seconds
AT_ONCE = 32
ALONE = 20 * AT_ONCE  # calls of the client by itself
CORPUS = "corpus/papers_2025_2026.jsonl.gz"
_EVERY = 7  # of the corpus, so that all of its days are in
_PAGE = os.sysconf("SC_PAGE_SIZE")


def papers() -> list[Paper]:
    """Real papers where there are some, else invented ones."""
    folder = os.environ.get("PAPERGRAM_TEST_DATA")
    if not folder:
        return [_invented(number) for number in range(100, 100 + PAPERS)]
    with gzip.open(Path(folder) / CORPUS, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in islice(file, 0, _EVERY * PAPERS, _EVERY)]
    return [
        Paper(f"arxiv:{row['id']}", 1, row["title"], row["abstract"], ("Ada",), ("cs.CV",))
        for row in rows
    ]


def _invented(number: int) -> Paper:
    title = "DeepFlow-2: Learning to route messages with graph networks"
    abstract = (
        "Routing messages in large networks is slow when the topology changes. We propose "
        f"DeepFlow-2, a graph network that learns routes from $k$-hop observations. On {number} "
        "networks it reduces the delay by 37.5% and its memory stays below 1,024 MB."
    )
    return Paper(f"arxiv:2611.9{number:04}", 1, title, abstract, ("Ada",), ("cs.NI",))


def fill(store: Store) -> list[Commission]:
    """Store the papers; what is wanted of them."""
    now, found = datetime.now(UTC), papers()
    for start in range(0, len(found), 100):
        some = [
            Announcement(one, "cs.CV", Kind.NEW, now.date()) for one in found[start : start + 100]
        ]
        with store.transaction():
            store.papers.add(some, seen=now)
    keys = [stored.key for one in found if (stored := store.papers.get(one.id))]
    return [Commission(key, 1, language, now) for key in keys for language in LANGUAGES]


def megabytes() -> float:
    """What this process holds in memory now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 2**20


class Watch:
    """How long the loop was held at most, and how much memory there was on the way."""

    def __init__(self, whole: int) -> None:
        self.memory: dict[int, float] = {}
        self.longest = 0.0
        self._whole, self._count = whole, 0

    def told(self, _: Commission, __: bool) -> None:
        """One more gloss."""
        self._count += 1
        self.memory[100 * self._count // self._whole] = megabytes()

    async def looks(self) -> None:
        """Notes how late it wakes, for ever."""
        while True:
            began = perf_counter()
            await asyncio.sleep(0.01)
            self.longest = max(self.longest, perf_counter() - began - 0.01)


async def made(
    store: Store, model: Model, told: Callable[[Commission, bool], None]
) -> tuple[Fulfilled, float, float]:
    """What one run made, its seconds, and those of the processor."""
    breaker = Breaker(monotonic=monotonic)
    shop = Workshop(
        store,
        model,
        Price(1.0, 2.0),
        Budget(10**12),
        lambda: datetime.now(UTC),
        monotonic,
        breaker,
        at_once=AT_ONCE,
    )
    began, spent = perf_counter(), process_time()
    done = await fulfil(shop, told=told)
    return done, perf_counter() - began, process_time() - spent


async def alone(model: Model) -> float:
    """How much longer the client takes than the model, where nothing is checked or kept."""
    left = iter(range(ALONE))

    async def work() -> None:
        for _ in left:
            await model.ask("Write in English.", "Write: We do it.", schema=None, most=100)

    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())
    return (perf_counter() - began) / (ALONE / AT_ONCE * LATENCY)


async def bench(folder: Path) -> None:
    """Print both runs."""
    log = folder / "calls.jsonl"
    store = open_store(f"sqlite:///{folder}/bench.db", words=indexed)
    wanted = fill(store)
    async with apart(log, latency=LATENCY) as url, Model(url, KEY, MODEL) as model:
        order(store, wanted)
        watch = Watch(len(wanted))
        looking = asyncio.create_task(watch.looks())
        done, took, spent = await made(store, model, watch.told)
        looking.cancel()
        calls = _calls(log)
        bound = calls / AT_ONCE * LATENCY
        client = await alone(model)
        asked = _calls(log)
        print(
            f"  {done.made} glosses made, {done.failed} refused, {calls} calls: {took:.1f} s, "
            f"{took / bound:.3f} of the {bound:.1f} s that the model takes (the client alone: "
            f"{client:.3f}); "
            f"{spent / calls * 1e3:.2f} ms of processor a call; "
            f"the loop was held for {watch.longest * 1e3:.0f} ms at most",
            flush=True,
        )
        marks = " ".join(f"{watch.memory[at]:.0f}" for at in (1, 25, 50, 75, 100))
        print(f"  megabytes at 1, 25, 50, 75 and 100 %: {marks}", flush=True)
        new = order(store, wanted)
        again, took, _ = await made(store, model, watch.told)
        print(f"  again: {new} new orders, {again.made} made, {_calls(log) - asked} calls")
    store.close()


def _calls(log: Path) -> int:
    return log.read_bytes().count(b'"event": "call"')


def main() -> None:
    """Measure in a folder of its own."""
    print(f"glossing: {PAPERS} papers in {len(LANGUAGES)} languages, {AT_ONCE} at once:")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(bench(Path(folder)))


if __name__ == "__main__":
    main()
