"""From a feed to the store: when it is asked, what is kept, and what an interruption costs."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import arxiv
from bot.app.config import Config
from bot.arxiv.combined_feeds import MAX_PAPERS, feed_groups
from bot.arxiv.taxonomy import categories
from bot.ingest.ingest_source import (
    CHUNK_SIZE,
    IngestReport,
    poll_due_feeds,
    store_batch,
)
from bot.ingest.sources.registry import parse_batch
from bot.ingest.sources.source_batch import Batch, BatchStatus
from storage import Store, open_store
from storage.papers.papers import Papers
from storage.records.papers import Announcement, AnnouncementKind, IngestCounts
from tests.ingest.sources.feeds import rss_feed, rss_item
from tests.support.arxiv_server import (
    BASE,
    FakeArxiv,
    MakeResponse,
    arxiv_fetcher,
    body_response,
    connection_error,
    status_response,
)
from tests.support.database import count_rows, dump_tables

MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # 01:00 in New York on a feed day
TUESDAY = MONDAY + timedelta(days=1)
MINUTE = timedelta(minutes=1)


def day(papers: Iterable[str] = ("2611.90001v1",), on: str = "Mon, 23 Nov 2026") -> bytes:
    """A feed of a day that announces these papers."""
    return rss_feed([rss_item(paper) for paper in papers], day=on)


def many(number: int) -> list[str]:
    return [f"2611.{n:05}v1" for n in range(1, number + 1)]


async def due(store: Store, source: FakeArxiv, now: datetime, *names: str) -> list[IngestReport]:
    with arxiv_fetcher(source) as fetcher:
        return await poll_due_feeds(store, fetcher, names or ("cs.CV",), now, base=BASE)


async def test_a_feed_is_asked_often_until_its_day_is_seen_and_then_rarely(store: Store) -> None:
    source = FakeArxiv(feeds={"cs.CV": day([], "Mon, 23 Nov 2026")})

    for minutes in (0, 1, 19, 20, 40):
        await due(store, source, MONDAY + minutes * MINUTE)
    assert len(source.requests) == 3, "at 0, 20 and 40 minutes"

    source.feeds["cs.CV"] = day()
    [report] = await due(store, source, MONDAY + 60 * MINUTE)
    assert (report.batch.status, report.added) == (BatchStatus.FRESH, IngestCounts(stored=1))

    assert await due(store, source, MONDAY + 90 * MINUTE) == []
    [again] = await due(store, source, MONDAY + 240 * MINUTE)
    assert again.batch.status is BatchStatus.UNCHANGED


async def test_the_etag_goes_back_as_it_came(store: Store) -> None:
    source = FakeArxiv(feeds={"cs.CV": day()})

    await due(store, source, MONDAY)
    [report] = await due(store, source, MONDAY + timedelta(hours=4))

    assert source.etags == ["", str(len(source.feeds["cs.CV"]))]
    assert (report.batch.status, report.batch.is_usable) == (BatchStatus.UNCHANGED, True)
    assert store.feed_cursors.get("cs.CV").checked_at == MONDAY + timedelta(hours=4)


async def test_each_feed_is_asked_in_its_own_time(store: Store) -> None:
    """Two feeds too large for one question; only one of them is due again."""
    source = FakeArxiv(feeds={"cs": day(), "math": day(["2611.90002v1"])})
    await due(store, source, MONDAY, "cs")

    reports = await due(store, source, MONDAY + MINUTE, "cs", "math")

    assert [report.batch.source for report in reports] == ["math"]


async def test_yesterdays_papers_under_todays_date_are_stale_and_store_nothing(
    store: Store,
) -> None:
    source = FakeArxiv(feeds={"cs.CV": day()})
    await due(store, source, MONDAY)
    before = dump_tables(store, ignored_tables=("feed_cursors",))

    source.feeds["cs.CV"] = day(on="Tue, 24 Nov 2026") + b"\n"
    [report] = await due(store, source, TUESDAY)

    assert report.batch.status is BatchStatus.STALE
    assert report.added == IngestCounts()
    assert dump_tables(store, ignored_tables=("feed_cursors",)) == before
    assert store.feed_cursors.get("cs.CV").last_day == date(2026, 11, 23), (
        "still waiting for Tuesday"
    )
    assert await due(store, source, TUESDAY + 20 * MINUTE), "and asks again"


async def test_what_is_whole_of_a_broken_answer_is_kept_and_the_rest_asked_for(
    store: Store,
) -> None:
    complete_feed = day(many(3))
    source = FakeArxiv(
        feeds={"cs.CV": complete_feed},
        scripted_responses=[body_response(complete_feed[: complete_feed.rindex(b"<guid>")])],
    )

    [first] = await due(store, source, MONDAY)
    assert (first.batch.status, first.batch.is_usable) == (BatchStatus.PARTIAL, False)
    assert first.added == IngestCounts(stored=2)

    [second] = await due(store, source, MONDAY + 20 * MINUTE)
    assert source.etags == ["", ""], "an etag of half an answer would keep the whole away"
    assert second.added == IngestCounts(stored=1, unchanged=2)
    assert count_rows(store, "announcements") == 3


@pytest.mark.parametrize(
    ("trouble", "condition"),
    [
        (status_response(503, retry_after="120"), BatchStatus.LIMITED),
        (status_response(403), BatchStatus.LIMITED),
        (connection_error, BatchStatus.UNREACHABLE),
        (status_response(500), BatchStatus.UNREACHABLE),
        (body_response(b""), BatchStatus.BROKEN),
        (body_response(b"<html></html>"), BatchStatus.NOT_A_FEED),
        (body_response(b"Rate exceeded."), BatchStatus.LIMITED),
    ],
)
async def test_a_bad_answer_changes_nothing_and_the_next_one_brings_all(
    store: Store, trouble: MakeResponse, condition: BatchStatus
) -> None:
    source = FakeArxiv(feeds={"cs.CV": day()}, scripted_responses=[trouble])
    before = dump_tables(store, ignored_tables=("feed_cursors", "leases"))

    [report] = await due(store, source, MONDAY)

    assert (report.batch.status, report.batch.is_usable) == (condition, False)
    assert report.batch.reason
    assert dump_tables(store, ignored_tables=("feed_cursors", "leases")) == before
    assert store.feed_cursors.get("cs.CV").last_day is None

    [healed] = await due(store, source, MONDAY + 20 * MINUTE)
    assert healed.added == IngestCounts(stored=1)


async def test_a_limit_stops_the_round_and_arxiv_rests_as_long_as_it_said(store: Store) -> None:
    source = FakeArxiv(
        feeds={"cs": day(), "math": day(["2611.90002v1"])},
        scripted_responses=[status_response(429, retry_after="1800")],
    )

    assert len(await due(store, source, MONDAY, "cs", "math")) == 1
    assert await due(store, source, MONDAY + 29 * MINUTE, "cs", "math") == []
    assert source.requests == ["cs"]

    reports = await due(store, source, MONDAY + 30 * MINUTE, "cs", "math")
    assert [report.added for report in reports] == [IngestCounts(stored=1), IngestCounts(stored=1)]


class Crash(Exception):
    """The process ends here."""


@dataclass(slots=True)
class Watched:
    """The papers of a store: how many came in each transaction, and where the process ends."""

    papers: Papers
    ends_at: int = 10**9
    sizes: list[int] = field(default_factory=list)

    def add_announcements(
        self, announcements: Sequence[Announcement], *, seen_at: datetime
    ) -> IngestCounts:
        self.sizes.append(len(announcements))
        added = self.papers.add_announcements(announcements, seen_at=seen_at)
        if len(self.sizes) == self.ends_at:
            raise Crash
        return added


def batch(papers: Iterable[str]) -> Batch:
    return parse_batch(day(papers), source="cs.CV")


async def test_a_bulk_load_goes_in_short_transactions(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(store.papers)
    monkeypatch.setattr(store, "papers", watched)

    report = await store_batch(store, batch(many(2 * CHUNK_SIZE + 1)), MONDAY)

    assert watched.sizes == [CHUNK_SIZE, CHUNK_SIZE, 1]
    assert report.added == IngestCounts(stored=2 * CHUNK_SIZE + 1)


@settings(max_examples=15)
@given(number=st.integers(1, 3 * CHUNK_SIZE), ends_at=st.integers(1, 3))
def test_a_crash_between_chunks_loses_nothing_and_a_repeat_adds_nothing(
    number: int, ends_at: int
) -> None:
    store = open_store("sqlite://")
    complete_batch, papers = batch(many(number)), store.papers
    try:
        with pytest.MonkeyPatch.context() as patch, suppress(Crash):
            patch.setattr(store, "papers", Watched(papers, ends_at))
            asyncio.run(store_batch(store, complete_batch, MONDAY))
        is_done = store.feed_cursors.get("cs.CV").last_day is not None
        assert is_done == (ends_at > -(-number // CHUNK_SIZE)), (
            "the cursor moves with the last chunk"
        )

        report = asyncio.run(store_batch(store, complete_batch, MONDAY))

        assert report.added.stored + report.added.unchanged == number
        assert papers.count() == count_rows(store, "announcements") == number
        assert store.feed_cursors.get("cs.CV").last_day == date(2026, 11, 23)
        assert asyncio.run(store_batch(store, complete_batch, MONDAY)).added == IngestCounts(
            unchanged=number
        )
    finally:
        store.close()


async def test_kinds_are_counted_by_the_feeds_word(store: Store) -> None:
    kinds = ("new", "cross", "replace", "replace", "replace-cross")
    body = rss_feed(rss_item(f"2611.9000{n}v1", kind=kind) for n, kind in enumerate(kinds))

    report = await store_batch(store, parse_batch(body, source="cs.CV"), MONDAY)

    assert [report.batch.counts_by_kind[kind] for kind in AnnouncementKind] == [1, 1, 2, 1]
    stored = store.announcements.on_days(date(2026, 11, 23), date(2026, 11, 23))
    assert Counter(paper.kind for paper in stored) == report.batch.counts_by_kind


def test_the_feeds_of_the_default_settings_hold_every_category_and_none_is_cut() -> None:
    polled = Config.model_validate({}).categories
    groups = feed_groups(polled)
    papers = json.loads(Path(arxiv.__file__).with_name("papers_per_day.json").read_text())

    assert sorted("+".join(groups).split("+")) == sorted(categories())
    assert all(sum(papers[code] for code in group.split("+")) <= MAX_PAPERS for group in groups)
    assert len(groups) < 20, "few questions: each takes three seconds"
