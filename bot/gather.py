"""What was announced since a position, and what each query finds in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bot import arxiv_calendar
from bot.matching import Index
from bot.query import parse
from storage import Store
from storage.model import Announcement, Kind, Match, Query

RECENT_DAYS = 7  # of a preview, and of a digest of words that nobody follows
FRESH = frozenset({Kind.NEW, Kind.CROSS})

Explain = Callable[[Iterable[Match]], list[Match]]
"""Adds to matches why they are there; asked for what is shown only, for it reads their texts."""


class Gathered:
    """Announcements after a position, indexed once for all that ask."""

    def __init__(self, store: Store, after: int, only: str = "") -> None:
        self._announcements = store.papers.after(after)
        self._index = Index(self._near(store, after, only) if only else self._announcements)
        self._seen: dict[int, int] = {}
        self.head = self._announcements[-1].seq if self._announcements else after

    def _near(self, store: Store, after: int, query: str) -> list[Announcement]:
        """What one query may find: for a single topic an index of everything is waste."""
        days = [announcement.day for announcement in self._announcements]
        if not days:
            return []
        near = store.papers.announced(parse(query).clause, min(days), max(days))
        return [announcement for announcement in near if announcement.seq > after]

    def find(self, query: Query, kinds: frozenset[Kind], after: int) -> list[Match]:
        """What a query finds after a cursor, best first."""
        return self._index.find(query, kinds, after=after)

    def explain(self, query: Query) -> Explain:
        """What adds to a query's matches why they are there."""
        return explainer(self._index, query)

    def seen(self, cursor: int) -> int:
        """How many papers were announced after a cursor."""
        if cursor not in self._seen:
            papers = {a.paper.key for a in self._announcements if a.seq > cursor}
            self._seen[cursor] = len(papers)
        return self._seen[cursor]


def explainer(index: Index, query: Query) -> Explain:
    """What adds to a query's matches why they are there."""
    return lambda matches: index.explained(query, matches)


def recent(store: Store, query: Query, now: datetime) -> tuple[list[Match], Explain]:
    """What a query finds among the papers of the last seven days, best first."""
    last = arxiv_calendar.arxiv_day(now)
    first = last - timedelta(days=RECENT_DAYS - 1)
    index = Index(store.papers.announced(query.clause, first, last))
    return index.find(query, FRESH), explainer(index, query)
