"""Measure how near to the model's own pace summaries are made, and in how much memory.

    python -m tests.bench.summarizing

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

from bot.concurrency.circuit_breaker import CircuitBreaker
from bot.digests.prefetch_summaries import order_jobs
from bot.summaries.gateway.budget import Budget, Price
from bot.summaries.gateway.model_gateway import ModelGateway
from bot.summaries.jobs import JobCounts, run_summary_jobs
from bot.summaries.llm.client import ModelClient
from bot.topics.query.analyzer import index_text
from storage import Store, open_store
from storage.records.papers import Announcement, AnnouncementKind, Paper
from storage.records.summaries import SummaryJob
from tests.models.apart import model_process
from tests.models.server import KEY, MODEL

PAPERS = int(os.environ.get("PAPERS", "2000"))
LANGUAGES = ("zh", "en")
LATENCY = 1.0  # seconds
CONCURRENCY = 32
CLIENT_CALLS = 20 * CONCURRENCY  # calls of the client by itself
CORPUS = "corpus/papers_2025_2026.jsonl.gz"
_SAMPLING_STEP = 7  # of the corpus, so that all of its days are in
_MEMORY_PAGE = os.sysconf("SC_PAGE_SIZE")


def load_papers() -> list[Paper]:
    """Real papers where there are some, else invented ones."""
    folder = os.environ.get("PAPERGRAM_TEST_DATA")
    if not folder:
        return [_invented_paper(number) for number in range(100, 100 + PAPERS)]
    with gzip.open(Path(folder) / CORPUS, "rt", encoding="utf-8") as file:
        rows = [
            json.loads(line) for line in islice(file, 0, _SAMPLING_STEP * PAPERS, _SAMPLING_STEP)
        ]
    return [
        Paper(f"arxiv:{row['id']}", 1, row["title"], row["abstract"], ("Ada",), ("cs.CV",))
        for row in rows
    ]


def _invented_paper(number: int) -> Paper:
    title = "DeepFlow-2: Learning to route messages with graph networks"
    abstract = (
        "Routing messages in large networks is slow when the topology changes. We propose "
        f"DeepFlow-2, a graph network that learns routes from $k$-hop observations. On {number} "
        "networks it reduces the delay by 37.5% and its memory stays below 1,024 MB."
    )
    return Paper(f"arxiv:2611.9{number:04}", 1, title, abstract, ("Ada",), ("cs.NI",))


def store_papers(store: Store) -> list[SummaryJob]:
    """Store the papers; what is wanted of them."""
    now, papers = datetime.now(UTC), load_papers()
    for start in range(0, len(papers), 100):
        announcements = [
            Announcement(paper, "cs.CV", AnnouncementKind.NEW, now.date())
            for paper in papers[start : start + 100]
        ]
        with store.transaction():
            store.papers.add_announcements(announcements, seen_at=now)
    keys = [stored_paper.key for paper in papers if (stored_paper := store.papers.get(paper.id))]
    return [SummaryJob(key, 1, language, now) for key in keys for language in LANGUAGES]


def resident_megabytes() -> float:
    """What this process holds in memory now."""
    return (
        int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _MEMORY_PAGE / 2**20
    )


class ProgressMonitor:
    """How long the loop was held at most, and how much memory there was on the way."""

    def __init__(self, total: int) -> None:
        self.memory: dict[int, float] = {}
        self.longest_block = 0.0
        self._total, self._count = total, 0

    def record_summary(self, _: SummaryJob, __: bool) -> None:
        """One more summary."""
        self._count += 1
        self.memory[100 * self._count // self._total] = resident_megabytes()

    async def watch_event_loop(self) -> None:
        """Notes how late it wakes, for ever."""
        while True:
            started_at = perf_counter()
            await asyncio.sleep(0.01)
            self.longest_block = max(self.longest_block, perf_counter() - started_at - 0.01)


async def run_jobs(
    store: Store, model: ModelClient, on_summary: Callable[[SummaryJob, bool], None]
) -> tuple[JobCounts, float, float]:
    """What one run made, its seconds, and those of the processor."""
    breaker = CircuitBreaker(monotonic=monotonic)
    gateway = ModelGateway(
        store,
        model,
        Price(1.0, 2.0),
        Budget(10**12),
        lambda: datetime.now(UTC),
        monotonic,
        breaker,
        max_concurrent=CONCURRENCY,
    )
    started_at, cpu_seconds = perf_counter(), process_time()
    result = await run_summary_jobs(gateway, on_job_finished=on_summary)
    return result, perf_counter() - started_at, process_time() - cpu_seconds


async def client_overhead(model: ModelClient) -> float:
    """How much longer the client takes than the model, where nothing is checked or kept."""
    remaining = iter(range(CLIENT_CALLS))

    async def work() -> None:
        for _ in remaining:
            await model.ask("Write in English.", "Write: We do it.", schema=None, max_tokens=100)

    started_at = perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(CONCURRENCY):
            group.create_task(work())
    return (perf_counter() - started_at) / (CLIENT_CALLS / CONCURRENCY * LATENCY)


async def run_benchmark(folder: Path) -> None:
    """Print both runs."""
    log = folder / "calls.jsonl"
    store = open_store(f"sqlite:///{folder}/bench.db", analyze=index_text)
    jobs = store_papers(store)
    async with model_process(log, latency=LATENCY) as url, ModelClient(url, KEY, MODEL) as model:
        order_jobs(store, jobs)
        monitor = ProgressMonitor(len(jobs))
        monitor_task = asyncio.create_task(monitor.watch_event_loop())
        first_run, elapsed, cpu_seconds = await run_jobs(store, model, monitor.record_summary)
        monitor_task.cancel()
        calls = _count_calls(log)
        minimum_seconds = calls / CONCURRENCY * LATENCY
        overhead = await client_overhead(model)
        calls_before = _count_calls(log)
        print(
            f"  {first_run.completed} glosses made, {first_run.failed} refused, {calls} calls:"
            f" {elapsed:.1f} s, "
            f"{elapsed / minimum_seconds:.3f} of the {minimum_seconds:.1f} s that the model"
            " takes (the client alone: "
            f"{overhead:.3f}); "
            f"{cpu_seconds / calls * 1e3:.2f} ms of processor a call; "
            f"the loop was held for {monitor.longest_block * 1e3:.0f} ms at most",
            flush=True,
        )
        marks = " ".join(f"{monitor.memory[percent]:.0f}" for percent in (1, 25, 50, 75, 100))
        print(f"  megabytes at 1, 25, 50, 75 and 100 %: {marks}", flush=True)
        new_jobs = order_jobs(store, jobs)
        second_run, elapsed, _ = await run_jobs(store, model, monitor.record_summary)
        print(
            f"  again: {new_jobs} new orders, {second_run.completed} made,"
            f" {_count_calls(log) - calls_before} calls"
        )
    store.close()


def _count_calls(log: Path) -> int:
    return log.read_bytes().count(b'"event": "call"')


def main() -> None:
    """Measure in a folder of its own."""
    print(f"summarizing: {PAPERS} papers in {len(LANGUAGES)} languages, {CONCURRENCY} at once:")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run_benchmark(Path(folder)))


if __name__ == "__main__":
    main()
