"""What was announced since a position, and what each query finds in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from bot.arxiv import calendar
from bot.topics.matching import Index
from bot.topics.query.parser import parse, printed_anew
from storage import Store
from storage.records import Announcement, Kind, Match, Paper, Query, Subscription

RECENT_DAYS = 7  # of a preview, and of a digest of words that nobody follows
FRESH = frozenset({Kind.NEW, Kind.CROSS})
TOGETHER = 10_000  # announcements that are indexed together: about 80 MB
SLICE = 3_000  # papers of a slice
MOST = 250_000  # matches that are kept while slices are read: some 40 MB, and a topic's papers

_Asked: TypeAlias = tuple[str, frozenset[Kind], int]
"""What topics ask for that find the same: words, kinds and cursor."""

Explain = Callable[[Iterable[Match]], list[Match]]
"""Adds to matches why they are there; asked for what is shown only, for it reads their texts."""


class Gathered:
    """Announcements after a position, indexed once for all that ask.

    For a single topic an index of everything is waste: ``only`` names what it asks for.
    """

    def __init__(self, store: Store, after: int, only: str = "") -> None:
        self._store = store
        self._after = after
        self._seen: dict[int, int] = {}
        self.head = max(after, store.papers.last_seq())
        if only:
            near = store.papers.announced_after(parse(only).clause, after, self.head)
        else:
            near = store.papers.announced_between(after, self.head)
        self._index = Index(near)

    def covers(self, topic: Subscription) -> bool:
        """Whether all that a topic may find was gathered."""
        return topic.cursor >= self._after

    def find(self, query: Query, kinds: frozenset[Kind], after: int) -> list[Match]:
        """What a query finds after a cursor, best first."""
        return self._index.find(query, kinds, after=after)

    def explain(self, query: Query) -> Explain:
        """What adds to a query's matches why they are there."""
        return explainer(self._index, query)

    def seen(self, cursor: int) -> int:
        """How many papers were announced after a cursor."""
        if cursor not in self._seen:
            self._seen[cursor] = self._store.papers.count_announced(cursor, self.head)
        return self._seen[cursor]


class Sliced:
    """Announcements after a position far back, read in slices of papers, for what is asked.

    A slice holds all announcements of its papers, so that each topic finds in it what it would
    find among all of them. The texts of what it finds are let go of, and read again where they
    are explained. Where more is found than there is room for, the widest topics are left for
    another time; those asked ``first`` are not.
    """

    def __init__(
        self,
        store: Store,
        asked: Iterable[Subscription],
        *,
        first: Iterable[Subscription] = (),
        goes_on: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._found = {_asked(topic): list[Match]() for topic in asked}
        self._broken: dict[_Asked, Exception] = {}
        self._seen: dict[int, int] = {}
        self._after = min(cursor for _, _, cursor in self._found)
        self.head = max(self._after, store.papers.last_seq())
        self.is_whole = True
        kept = {_asked(topic) for topic in first}
        for low in range(0, store.papers.last_key(), SLICE):
            if not goes_on():
                self.is_whole = False
                break
            self._read(low)
            while sum(map(len, self._found.values())) > MOST and self._found.keys() - kept:
                widest = max(self._found.keys() - kept, key=lambda one: len(self._found[one]))
                del self._found[widest]
        for matches in self._found.values():
            matches.sort(key=_best_first)

    def _read(self, low: int) -> None:
        """Asks everything of the slice of papers that begins behind a key."""
        announced = self._store.papers.announced_between(
            self._after, self.head, papers=(low, low + SLICE)
        )
        index, light = Index(announced), dict[int, Announcement]()
        for (query, kinds, cursor), matches in self._found.items():
            try:
                found = index.find(parse(query), kinds, after=cursor)
            except Exception as error:  # told where the topic is published
                self._broken[query, kinds, cursor] = error
                continue
            for match in found:
                seq = match.announcement.seq
                if seq not in light:
                    light[seq] = _without_texts(match.announcement)
                matches.append(Match(light[seq], match.kind, match.score))

    def covers(self, topic: Subscription) -> bool:
        """Whether all that a topic may find was gathered."""
        return _asked(topic) in self._found

    def find(self, query: Query, kinds: frozenset[Kind], after: int) -> list[Match]:
        """What a query finds after a cursor, best first."""
        asked = query.text, kinds, after
        if asked in self._broken:
            raise self._broken[asked]
        return self._found[asked]

    def explain(self, query: Query) -> Explain:
        """What adds to a query's matches their papers, and why they are there."""
        return partial(self._explained, query)

    def _explained(self, query: Query, matches: Iterable[Match]) -> list[Match]:
        matches = list(matches)
        announced = [
            announcement
            for key in sorted(match.announcement.paper.key for match in matches)
            for announcement in self._store.papers.announced_between(
                self._after, self.head, papers=(key - 1, key)
            )
        ]
        return Index(announced).explained(query, matches)

    def seen(self, cursor: int) -> int:
        """How many papers were announced after a cursor."""
        if cursor not in self._seen:
            self._seen[cursor] = self._store.papers.count_announced(cursor, self.head)
        return self._seen[cursor]


def _asked(topic: Subscription) -> _Asked:
    return printed_anew(topic.query), topic.kinds, topic.cursor


def _without_texts(announcement: Announcement) -> Announcement:
    paper = announcement.paper
    bare = Paper(paper.id, paper.version, "", "", partial=paper.partial, key=paper.key)
    return replace(announcement, paper=bare)


def _best_first(match: Match) -> tuple[float, int, str]:
    announcement = match.announcement
    return -match.score, -announcement.day.toordinal(), announcement.paper.id


def explainer(index: Index, query: Query) -> Explain:
    """What adds to a query's matches why they are there."""
    return lambda matches: index.explained(query, matches)


def recent(store: Store, query: Query, now: datetime) -> tuple[list[Match], Explain]:
    """What a query finds among the papers of the last seven days, best first."""
    last = calendar.arxiv_day(now)
    first = last - timedelta(days=RECENT_DAYS - 1)
    index = Index(store.papers.announced(query.clause, first, last))
    return index.find(query, FRESH), explainer(index, query)
