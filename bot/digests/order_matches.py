"""Order a topic's matches: by kind, then the closest to the topic or the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.ranking.topic_relevance import EarlierPapers, TopicRelevance
from bot.topics.matching import AnnouncementIndex
from storage import Store
from storage.engine.query_time_limit import within_budget
from storage.records.digests import EntryOrder
from storage.records.papers import AnnouncementKind
from storage.records.queries import Match, Query

EARLIER_PAPERS = 20
CROWDED = 12  # matches; more do not fit the usual digest, so that earlier papers are read, too
MAX_COMPARED = 50  # matches that are compared with them, as many as the largest digest shows
MAX_COMPARED_WITHOUT_WORDS = 200  # where the topic has no words that tell which come first

_KIND_POSITIONS = {kind: position for position, kind in enumerate(AnnouncementKind)}


def score_by_relevance(
    store: Store, query: Query, index: AnnouncementIndex, matches: Sequence[Match]
) -> list[Match]:
    """Return matches of this index with how close each is to the topic, in any order.

    What counts is how near the topic's words stand and, where many papers match, how alike the text
    is to the newest ones that the query found on earlier days: the same for every chat that asks
    this.
    """
    if len(matches) < 2:
        return list(matches)
    relevance = TopicRelevance(query.clause)
    scored_matches = [
        replace(
            match,
            score=relevance.nearness(*index.indexed_texts(match.announcement.paper))
            if relevance.has_words
            else 0,
        )
        for match in within_budget(matches)
    ]
    if len(matches) <= CROWDED:
        return scored_matches
    first_day = min(match.announcement.day for match in matches)
    earlier_papers = store.paper_search.newest_before(query.clause, first_day, limit=EARLIER_PAPERS)
    if not earlier_papers:
        return scored_matches
    ordered_matches = order_matches(scored_matches, EntryOrder.RELEVANCE)
    compared_count = MAX_COMPARED if relevance.has_words else MAX_COMPARED_WITHOUT_WORDS
    likeness = EarlierPapers([paper.words for paper in earlier_papers]).likeness
    compared = [
        (match, " ".join(index.indexed_texts(match.announcement.paper)))
        for match in ordered_matches[:compared_count]
    ]
    return [
        replace(match, score=match.score + likeness(text.split()))
        for match, text in within_budget(compared)
    ] + ordered_matches[compared_count:]


def order_matches(matches: Sequence[Match], order: EntryOrder) -> list[Match]:
    """Return scored matches in the order in which a digest shows them.

    New papers come before cross-listed and revised ones. Equal scores are ordered by day, the
    newest first, and by paper id.
    """
    by_relevance = order is EntryOrder.RELEVANCE
    return sorted(
        matches,
        key=lambda match: (
            _KIND_POSITIONS[match.kind],
            -match.score if by_relevance else 0,
            -match.announcement.day.toordinal(),
            match.announcement.paper.id,
        ),
    )
