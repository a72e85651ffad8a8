"""What the hostile tests begin with: 77,357 real papers, announced in the last weeks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import chain, islice, repeat
from pathlib import Path
from sys import maxsize

from bot.arxiv.calendar import arxiv_day, recent_feed_days
from bot.digests.publish import settle
from bot.topics.query.analyzer import analyser_mark
from bot.topics.query.parser import indexed
from storage import Store, open_store
from storage.records import Announcement
from tests.bench.search import announcements
from tests.ingest.sources.feeds import rss

BOT = 4_242_424_242
TOKEN = f"{BOT}:hostile-token-of-nobody"
PAPERS = 77_357
USUAL, LAST = 1_400, 5_000  # papers of an announced day, and of the last one
_SLICE = 200


def opened(database: Path) -> Store:
    """The store of the bot."""
    return open_store(f"sqlite:///{database}", words=indexed)


def announced_days(papers: int, now: datetime) -> tuple[date, ...]:
    """The days on which so many papers were announced, the oldest first."""
    return recent_feed_days(arxiv_day(now), 1 + -(-max(papers - LAST, 0) // USUAL))


def announced(folder: Path, papers: int, now: datetime) -> Iterator[Announcement]:
    """So many papers of the corpus in their order, as many a day as arXiv announces."""
    *usual, last = announced_days(papers, now)
    first = max(papers - LAST, 0)
    days = chain(islice(chain.from_iterable(repeat(d, USUAL) for d in usual), first), repeat(last))
    for announcement, day in zip(announcements(folder, papers), days, strict=False):
        yield replace(announcement, feed="cs", day=day)


def fill(database: Path, folder: Path, papers: int = maxsize) -> None:
    """Keeps the papers as if feeds had brought them."""
    now = datetime.now(UTC)
    store = opened(database)
    try:
        store.papers.begin_renewal(analyser_mark())  # or the bot would analyse all of it once more
        batch = announced(folder, min(papers, PAPERS), now)
        while part := list(islice(batch, _SLICE)):
            store.papers.add(part, seen=now)
        settle(store, now)
    finally:
        store.close()


def no_news(path: str) -> bytes | None:
    """What arXiv answers to one who asks on a day without papers."""
    day = f"{arxiv_day(datetime.now(UTC)):%a, %d %b %Y}"
    return rss([], day) if path.startswith("/rss/") else None
