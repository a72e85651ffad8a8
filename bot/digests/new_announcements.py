"""Read what was announced since a position, and find what each query matches in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeAlias

from bot.arxiv import calendar
from bot.digests.order_matches import score_by_relevance
from bot.ranking.topic_relevance import TopicRelevance
from bot.topics.matching import AnnouncementIndex
from bot.topics.query.parser import canonical_text, parse
from storage import Store
from storage.records.chats import Subscription
from storage.records.papers import FRESH_KINDS, Announcement, AnnouncementKind, Paper
from storage.records.queries import Match, Query

RECENT_DAYS = 7  # for previews, and for digests of a query that is no topic
MAX_INDEXED_ANNOUNCEMENTS = 10_000  # indexed together: about 80 MB
SLICE_PAPERS = 3_000
MAX_KEPT_MATCHES = 250_000  # while slices are read: about 40 MB

_QueryKey: TypeAlias = tuple[str, frozenset[AnnouncementKind], int]
"""Query text, kinds and cursor: topics that agree in these match the same papers."""

ExplainMatches = Callable[[Iterable[Match]], list[Match]]
"""Adds the reasons to matches; called only for those that are shown, because it reads texts."""


class NewAnnouncements:
    """Announcements after a position, indexed once for all queries.

    For a single topic an index of everything is waste: ``only_query`` limits it to one query.
    """

    def __init__(self, store: Store, after: int, only_query: str = "") -> None:
        self._store = store
        self._after = after
        self.last_position = max(after, store.announcements.last_seq())
        if only_query:
            announcements = store.paper_search.find_announcements_between(
                parse(only_query).clause, after, self.last_position
            )
        else:
            announcements = store.announcements.between(after, self.last_position)
        self._index = AnnouncementIndex(announcements)

    def covers(self, topic: Subscription) -> bool:
        """Return whether everything that a topic may match was read."""
        return topic.cursor >= self._after

    def find(self, query: Query, kinds: frozenset[AnnouncementKind], after: int) -> list[Match]:
        """Return what a query matches after a cursor, scored by relevance."""
        return score_by_relevance(
            self._store, query, self._index, self._index.find(query, kinds, after=after)
        )

    def explainer(self, query: Query) -> ExplainMatches:
        """Return a function that adds the reasons to a query's matches."""
        return partial(self._index.explain, query)


class SlicedAnnouncements:
    """Announcements after a position far back, read in slices of papers, for the given topics.

    A slice holds all announcements of its papers, so that each topic matches in it what it would
    match among all of them. The texts of matched papers are dropped, and read again when the
    matches are explained. Where there are more matches than ``MAX_KEPT_MATCHES``, the topics with
    most of them are left for another time; those in ``required`` are not.
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
        self._after = min(cursor for _, _, cursor in self._matches)
        self.last_position = max(self._after, store.announcements.last_seq())
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

    def _read_slice(self, after_key: int) -> None:
        """Match every query against the slice of papers that begins after a key."""
        announcements = self._store.announcements.between(
            self._after, self.last_position, paper_keys=(after_key, after_key + SLICE_PAPERS)
        )
        announcement_index, light_announcements = (
            AnnouncementIndex(announcements),
            dict[int, Announcement](),
        )
        for (query, kinds, cursor), matches in self._matches.items():
            try:
                parsed_query = parse(query)
                slice_matches = announcement_index.find(parsed_query, kinds, after=cursor)
            except Exception as error:  # raised again where the topic is published
                self._errors[query, kinds, cursor] = error
                continue
            relevance = TopicRelevance(parsed_query.clause)
            for match in slice_matches:
                announcement, paper = match.announcement, match.announcement.paper
                if announcement.seq not in light_announcements:
                    bare_paper = Paper(
                        paper.id, paper.version, "", "", partial=paper.partial, key=paper.key
                    )
                    light_announcements[announcement.seq] = replace(announcement, paper=bare_paper)
                score = (
                    relevance.nearness(*announcement_index.indexed_texts(paper))
                    if relevance.has_words
                    else 0
                )
                matches.append(Match(light_announcements[announcement.seq], match.kind, score))

    def covers(self, topic: Subscription) -> bool:
        """Return whether everything that a topic may match was read."""
        return _query_key(topic) in self._matches

    def find(self, query: Query, kinds: frozenset[AnnouncementKind], after: int) -> list[Match]:
        """Return what a query matches after a cursor, scored by its words alone."""
        matches_key = query.text, kinds, after
        if matches_key in self._errors:
            raise self._errors[matches_key]
        return self._matches[matches_key]

    def explainer(self, query: Query) -> ExplainMatches:
        """Return a function that adds papers and reasons to a query's matches."""
        return partial(self._explain_matches, query)

    def _explain_matches(self, query: Query, matches: Iterable[Match]) -> list[Match]:
        matches = list(matches)
        announcements = [
            announcement
            for key in sorted(match.announcement.paper.key for match in matches)
            for announcement in self._store.announcements.between(
                self._after, self.last_position, paper_keys=(key - 1, key)
            )
        ]
        return AnnouncementIndex(announcements).explain(query, matches)


def _query_key(topic: Subscription) -> _QueryKey:
    return canonical_text(topic.query), topic.kinds, topic.cursor


def oldest_indexed_position(store: Store) -> int:
    """Return the position after which announcements are few enough to be indexed together."""
    return store.announcements.seq_before_newest(MAX_INDEXED_ANNOUNCEMENTS)


def recent_days(now: datetime) -> tuple[date, date]:
    """Return the first and the last of the recent arXiv days."""
    last = calendar.arxiv_day(now)
    return last - timedelta(days=RECENT_DAYS - 1), last


def recent_matches(store: Store, query: Query, now: datetime) -> tuple[list[Match], ExplainMatches]:
    """Return what a query matches among the papers of the last seven days, scored by relevance."""
    first_day, last_day = recent_days(now)
    announcement_index = AnnouncementIndex(
        store.paper_search.find_announcements_on_days(query.clause, first_day, last_day)
    )
    matches = score_by_relevance(
        store, query, announcement_index, announcement_index.find(query, FRESH_KINDS)
    )
    return matches, partial(announcement_index.explain, query)
