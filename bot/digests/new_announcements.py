"""What was announced since a position, and what each query finds in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from bot.arxiv import calendar
from bot.topics.matching import AnnouncementIndex
from bot.topics.query.parser import canonical_text, parse
from storage import Store
from storage.records import Announcement, AnnouncementKind, Match, Paper, Query, Subscription

RECENT_DAYS = 7  # of a preview, and of a digest of words that nobody follows
FRESH_KINDS = frozenset({AnnouncementKind.NEW, AnnouncementKind.CROSS})
MAX_INDEXED_ANNOUNCEMENTS = 10_000  # announcements that are indexed together: about 80 MB
SLICE_PAPERS = 3_000  # papers of a slice
MAX_KEPT_MATCHES = (
    250_000  # matches that are kept while slices are read: some 40 MB, and a topic's papers
)

_QueryKey: TypeAlias = tuple[str, frozenset[AnnouncementKind], int]
"""What topics ask for that find the same: words, kinds and cursor."""

ExplainMatches = Callable[[Iterable[Match]], list[Match]]
"""Adds to matches why they are there; asked for what is shown only, for it reads their texts."""


class NewAnnouncements:
    """Announcements after a position, indexed once for all that ask.

    For a single topic an index of everything is waste: ``only`` names what it asks for.
    """

    def __init__(self, store: Store, after: int, only_query: str = "") -> None:
        self._store = store
        self._after = after
        self._paper_counts: dict[int, int] = {}
        self.last_position = max(after, store.papers.last_seq())
        if only_query:
            announcements = store.papers.find_announcements_between(
                parse(only_query).clause, after, self.last_position
            )
        else:
            announcements = store.papers.announcements_between(after, self.last_position)
        self._index = AnnouncementIndex(announcements)

    def covers(self, topic: Subscription) -> bool:
        """Whether all that a topic may find was gathered."""
        return topic.cursor >= self._after

    def find(self, query: Query, kinds: frozenset[AnnouncementKind], after: int) -> list[Match]:
        """What a query finds after a cursor, best first."""
        return self._index.find(query, kinds, after=after)

    def explainer(self, query: Query) -> ExplainMatches:
        """What adds to a query's matches why they are there."""
        return make_explainer(self._index, query)

    def count_papers(self, cursor: int) -> int:
        """How many papers were announced after a cursor."""
        if cursor not in self._paper_counts:
            self._paper_counts[cursor] = self._store.papers.count_papers_between(
                cursor, self.last_position
            )
        return self._paper_counts[cursor]


class SlicedAnnouncements:
    """Announcements after a position far back, read in slices of papers, for what is asked.

    A slice holds all announcements of its papers, so that each topic finds in it what it would
    find among all of them. The texts of what it finds are let go of, and read again where they
    are explained. Where more is found than there is room for, the widest topics are left for
    another time; those asked ``first`` are not.
    """

    def __init__(
        self,
        store: Store,
        topics: Iterable[Subscription],
        *,
        required: Iterable[Subscription] = (),
        should_continue: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._matches = {_query_key(topic): list[Match]() for topic in topics}
        self._errors: dict[_QueryKey, Exception] = {}
        self._paper_counts: dict[int, int] = {}
        self._after = min(cursor for _, _, cursor in self._matches)
        self.last_position = max(self._after, store.papers.last_seq())
        self.is_complete = True
        required_keys = {_query_key(topic) for topic in required}
        for after_key in range(0, store.papers.last_key(), SLICE_PAPERS):
            if not should_continue():
                self.is_complete = False
                break
            self._read_slice(after_key)
            while (
                sum(map(len, self._matches.values())) > MAX_KEPT_MATCHES
                and self._matches.keys() - required_keys
            ):
                widest = max(
                    self._matches.keys() - required_keys, key=lambda key: len(self._matches[key])
                )
                del self._matches[widest]
        for matches in self._matches.values():
            matches.sort(key=_ranking_key)

    def _read_slice(self, after_key: int) -> None:
        """Asks everything of the slice of papers that begins behind a key."""
        announcements = self._store.papers.announcements_between(
            self._after, self.last_position, paper_keys=(after_key, after_key + SLICE_PAPERS)
        )
        index, light_announcements = AnnouncementIndex(announcements), dict[int, Announcement]()
        for (query, kinds, cursor), matches in self._matches.items():
            try:
                slice_matches = index.find(parse(query), kinds, after=cursor)
            except Exception as error:  # told where the topic is published
                self._errors[query, kinds, cursor] = error
                continue
            for match in slice_matches:
                seq = match.announcement.seq
                if seq not in light_announcements:
                    light_announcements[seq] = _without_texts(match.announcement)
                matches.append(Match(light_announcements[seq], match.kind, match.score))

    def covers(self, topic: Subscription) -> bool:
        """Whether all that a topic may find was gathered."""
        return _query_key(topic) in self._matches

    def find(self, query: Query, kinds: frozenset[AnnouncementKind], after: int) -> list[Match]:
        """What a query finds after a cursor, best first."""
        key = query.text, kinds, after
        if key in self._errors:
            raise self._errors[key]
        return self._matches[key]

    def explainer(self, query: Query) -> ExplainMatches:
        """What adds to a query's matches their papers, and why they are there."""
        return partial(self._explain_matches, query)

    def _explain_matches(self, query: Query, matches: Iterable[Match]) -> list[Match]:
        matches = list(matches)
        announcements = [
            announcement
            for key in sorted(match.announcement.paper.key for match in matches)
            for announcement in self._store.papers.announcements_between(
                self._after, self.last_position, paper_keys=(key - 1, key)
            )
        ]
        return AnnouncementIndex(announcements).explain(query, matches)

    def count_papers(self, cursor: int) -> int:
        """How many papers were announced after a cursor."""
        if cursor not in self._paper_counts:
            self._paper_counts[cursor] = self._store.papers.count_papers_between(
                cursor, self.last_position
            )
        return self._paper_counts[cursor]


def _query_key(topic: Subscription) -> _QueryKey:
    return canonical_text(topic.query), topic.kinds, topic.cursor


def _without_texts(announcement: Announcement) -> Announcement:
    paper = announcement.paper
    bare_paper = Paper(paper.id, paper.version, "", "", partial=paper.partial, key=paper.key)
    return replace(announcement, paper=bare_paper)


def _ranking_key(match: Match) -> tuple[float, int, str]:
    announcement = match.announcement
    return -match.score, -announcement.day.toordinal(), announcement.paper.id


def make_explainer(index: AnnouncementIndex, query: Query) -> ExplainMatches:
    """What adds to a query's matches why they are there."""
    return lambda matches: index.explain(query, matches)


def recent_matches(store: Store, query: Query, now: datetime) -> tuple[list[Match], ExplainMatches]:
    """What a query finds among the papers of the last seven days, best first."""
    last = calendar.arxiv_day(now)
    first = last - timedelta(days=RECENT_DAYS - 1)
    index = AnnouncementIndex(store.papers.find_announcements_on_days(query.clause, first, last))
    return index.find(query, FRESH_KINDS), make_explainer(index, query)
