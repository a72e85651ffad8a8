"""What the hostile tests begin with: 77,357 real papers, announced in the last weeks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import chain, islice, repeat
from pathlib import Path

from bot.arxiv.calendar import arxiv_day, recent_feed_days
from bot.digests.publish import mark_feed_round_complete
from bot.topics.query.analyzer import analyzer_version
from storage.records.papers import Announcement
from tests.bench.search import read_corpus
from tests.ingest.sources.feeds import rss_feed
from tests.support.database import open_bot_store

BOT = 4_242_424_242
TOKEN = f"{BOT}:hostile-token-of-nobody"
PAPERS = 77_357
PAPERS_PER_DAY, PAPERS_ON_LAST_DAY = 1_400, 5_000  # papers of an announced day, and of the last one
_BATCH_SIZE = 200


def announcement_days(papers: int, now: datetime) -> tuple[date, ...]:
    """The days on which so many papers were announced, the oldest first."""
    return recent_feed_days(
        arxiv_day(now), 1 + -(-max(papers - PAPERS_ON_LAST_DAY, 0) // PAPERS_PER_DAY)
    )


def corpus_announcements(folder: Path, papers: int, now: datetime) -> Iterator[Announcement]:
    """So many papers of the corpus in their order, as many a day as arXiv announces."""
    *usual_days, last_day = announcement_days(papers, now)
    first_count = max(papers - PAPERS_ON_LAST_DAY, 0)
    days = chain(
        islice(
            chain.from_iterable(
                repeat(day_of_announcements, PAPERS_PER_DAY) for day_of_announcements in usual_days
            ),
            first_count,
        ),
        repeat(last_day),
    )
    for announcement, day in zip(read_corpus(folder, papers), days, strict=False):
        yield replace(announcement, feed="cs", day=day)


def fill_database(database: Path, folder: Path) -> None:
    """Keeps the papers as if feeds had brought them."""
    now = datetime.now(UTC)
    store = open_bot_store(database)
    try:
        store.paper_index.begin_reindex(
            analyzer_version()
        )  # or the bot would analyse all of it once more
        batch = corpus_announcements(folder, PAPERS, now)
        while announcements_part := list(islice(batch, _BATCH_SIZE)):
            store.papers.add_announcements(announcements_part, seen_at=now)
        mark_feed_round_complete(store, now)
    finally:
        store.close()


def empty_feed(path: str) -> bytes | None:
    """What arXiv answers to one who asks on a day without papers."""
    day = f"{arxiv_day(datetime.now(UTC)):%a, %d %b %Y}"
    return rss_feed([], day) if path.startswith("/rss/") else None
