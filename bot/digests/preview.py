"""Preview what a topic would have matched in the last days, before anything is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from itertools import accumulate, pairwise
from typing import TypeAlias

from bot.arxiv import calendar
from bot.digests.issue_digest import limit_left_out, recent_digest, timestamp
from bot.digests.new_announcements import RECENT_DAYS, recent_days
from bot.topics.edit_subscriptions import asks_only_unpolled, refuse_unpolled
from bot.topics.matching import AnnouncementIndex
from bot.topics.query.parser import QueryError, has_chinese, parse
from bot.topics.query_suggestions import (
    Suggestion,
    count_stored_papers,
    find_suggestions,
    suggest_words_near,
)
from storage import Store
from storage.engine.query_time_limit import QueryBudgetExceeded
from storage.records.chats import Chat, Subscription
from storage.records.digests import Digest
from storage.records.papers import FRESH_KINDS, Paper
from storage.records.queries import Query

MANY_PAPERS = 30 * RECENT_DAYS  # with more, nobody reads a digest to its end
SAMPLE_CANDIDATES = 60  # analysed where the index cannot count: takes a tenth of a second
EXAMPLE_CANDIDATES = 12

PapersByDay: TypeAlias = tuple[int, ...]
"""How many papers each of the last arXiv days brought that the store holds, the oldest first."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a topic would have matched in the last days."""

    query: Query
    papers_by_day: PapersByDay
    is_exact: bool  # else they are estimates
    days: int  # requested
    examples: tuple[Paper, ...]
    has_chinese: bool
    is_index_complete: bool = True  # False while papers are being reindexed
    stored_papers: int = 0  # matches of all days, counted if these days have none
    suggestions: tuple[Suggestion, ...] = ()  # other readings of the words
    near_suggestion: Suggestion | None = None  # with the words near each other: far fewer papers

    @property
    def papers(self) -> int:
        """How many papers the days brought together."""
        return sum(self.papers_by_day)


def preview(
    store: Store, query: Query, words: str, now: datetime, *, polled_categories: Collection[str]
) -> Preview:
    """Return what a topic would have matched in the last days, and other readings of its words.

    Raises:
        Refusal: the query names a category that this bot does not poll.
    """
    refuse_unpolled(query, polled_categories)
    first_day, last_day = recent_days(now)
    papers_by_day, is_exact = count_recent_papers(store, query, now)
    paper_count = sum(papers_by_day)
    announcement_index = AnnouncementIndex(
        store.paper_search.newest_matches(query.clause, first_day, last_day, EXAMPLE_CANDIDATES)
    )
    base_preview = Preview(
        query=query,
        papers_by_day=papers_by_day,
        is_exact=is_exact,
        days=RECENT_DAYS,
        examples=tuple(
            match.announcement.paper for match in announcement_index.find(query, FRESH_KINDS)[:3]
        ),
        has_chinese=has_chinese(query),
        is_index_complete=not store.paper_index.is_reindexing(),
    )
    try:
        stored_papers = 0 if paper_count else count_stored_papers(store, query)
    except QueryBudgetExceeded:
        return base_preview  # suggestions are optional
    return replace(
        base_preview,
        stored_papers=stored_papers,
        suggestions=suggest_other_readings(
            store,
            words,
            now,
            papers=paper_count or stored_papers,
            polled_categories=polled_categories,
        ),
        near_suggestion=suggest_words_near(
            query, partial(_weekly_count, store, now), papers=paper_count
        ),
    )


def suggest_other_readings(
    store: Store, words: str, now: datetime, *, papers: int, polled_categories: Collection[str]
) -> tuple[Suggestion, ...]:
    """Return other readings of the words; ``papers`` is how many the words themselves match.

    Readings that ask only for categories which are not polled are left out.
    """
    readings = find_suggestions(store, words, partial(_weekly_count, store, now), papers=papers)
    return tuple(
        reading for reading in readings if not asks_only_unpolled(reading.query, polled_categories)
    )


def _weekly_count(store: Store, now: datetime, query: Query) -> int:
    return sum(count_recent_papers(store, query, now)[0])


@dataclass(slots=True)
class WeeklyPaperCounts:
    """How many papers each topic matches on the days of a week, counted once an arXiv day.

    Names and prefixes cost up to a tenth of a second: each call counts a few topics that are not
    known yet, and leaves the others to the next.
    """

    counts: dict[str, tuple[date, PapersByDay]] = field(default_factory=dict)
    max_topics: int = 10_000

    def remember(self, query: str, papers_by_day: PapersByDay, now: datetime) -> None:
        """Store a count that was made elsewhere."""
        if query not in self.counts and len(self.counts) >= self.max_topics:
            self.counts.pop(next(iter(self.counts)), None)  # the oldest
        self.counts[query] = calendar.arxiv_day(now), papers_by_day

    def counts_for(
        self, store: Store, queries: Sequence[str], now: datetime, *, count: int
    ) -> dict[str, PapersByDay]:
        """Return the known weekly counts, after counting at most ``count`` unknown ones."""
        known_counts = self.known_counts(queries, now)
        if store.paper_index.is_reindexing():
            return known_counts  # a count made now is too low, and would be kept for the day
        unknown_queries = [query for query in queries if query not in known_counts]
        for query in unknown_queries[:count]:
            try:
                self.remember(query, weekly_papers(store, query, now), now)
            except QueryBudgetExceeded:
                break  # the list is shown without it
        return self.known_counts(queries, now)

    def known_counts(self, queries: Sequence[str], now: datetime) -> dict[str, PapersByDay]:
        """Return the weekly counts that are known."""
        today = calendar.arxiv_day(now)
        counts = {query: self.counts.get(query, (None, ())) for query in queries}
        return {query: by_day for query, (day, by_day) in counts.items() if day == today}


def weekly_papers(store: Store, query: str, now: datetime) -> PapersByDay:
    """Return what a topic matched on each of the last days; nothing if it is no longer a query."""
    try:
        parsed_query = parse(query)
    except QueryError:
        return ()
    return count_recent_papers(store, parsed_query, now)[0]


def count_recent_papers(store: Store, query: Query, now: datetime) -> tuple[PapersByDay, bool]:
    """Return how many papers a query matches on each of the last days, and whether that is exact.

    Some queries the index counts by itself. For the others it yields candidates; where these are
    very many, the share of matches among the newest ones is applied to all.
    """
    first_day, last_day = recent_days(now)
    days = store.announcements.days_between(first_day, last_day)
    candidates_on_day, is_exact = store.paper_search.count_new_matches(
        query.clause, first_day, last_day
    )
    candidate_counts = [candidates_on_day.get(day, 0) for day in days]
    if is_exact or not any(candidate_counts):
        return tuple(candidate_counts), True
    sample = store.paper_search.newest_matches(query.clause, first_day, last_day, SAMPLE_CANDIDATES)
    sample_index = AnnouncementIndex(sample)
    matches = sample_index.find(query, FRESH_KINDS)
    if sum(candidate_counts) <= len(sample_index):
        newest_first = sorted(sample, key=lambda announcement: announcement.day, reverse=True)
        day_of_paper = {announcement.paper.id: announcement.day for announcement in newest_first}
        matches_on_day = Counter(day_of_paper[match.announcement.paper.id] for match in matches)
        return tuple(matches_on_day[day] for day in days), True
    # Sums are rounded instead of days, or a few papers on many days would be none.
    sums = [
        round(len(matches) * candidates / len(sample_index))
        for candidates in accumulate(candidate_counts)
    ]
    return tuple(after - before for before, after in pairwise([0, *sums])), False


def sample_digest(store: Store, chat: Chat, topic: Subscription, now: datetime) -> Digest | None:
    """Return the digest of what a topic would have matched in the last days; None without a match.

    It moves no cursor and adds no receipts: what is shown here still comes with the topic.
    """
    digest = limit_left_out(
        recent_digest(store, parse(topic.query), now, topic.entry_order, topic.limit)
    )
    if not digest.entries:
        return None
    period = f"sample/{topic.key}/{timestamp(now)}"
    return replace(
        digest,
        topic=topic.name,
        period=period,
        bot=chat.bot,
        chat=chat.id,
        thread=topic.thread,
    )
