"""Build the digest of what a chat's topics match among the announcements of given days.

It changes no cursor and no receipts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.arxiv import calendar
from bot.digests.issue_digest import MAX_LEFT_OUT, ON_DEMAND_LIMIT, timestamp
from bot.digests.order_matches import order_matches, score_by_relevance
from bot.digests.select_entries import SOON_READ_ENTRIES
from bot.summaries.fill_missing import fill_missing_summaries
from bot.topics.matching import AnnouncementIndex
from bot.topics.query.parser import QueryError, parse
from storage import Store
from storage.records.chats import Chat, Subscription
from storage.records.digests import Digest, Entry, EntryOrder
from storage.records.papers import FRESH_KINDS, AnnouncementKind


@dataclass(frozen=True, slots=True)
class DayQuery:
    """A query to run over the days, and the name it is shown under."""

    name: str
    query: str
    kinds: frozenset[AnnouncementKind] = FRESH_KINDS
    entry_order: EntryOrder = EntryOrder.RELEVANCE


def day_queries(topics: Sequence[Subscription]) -> list[DayQuery]:
    """Return the queries of a chat's topics, in its order."""
    return [DayQuery(topic.name, topic.query, topic.kinds, topic.entry_order) for topic in topics]


def last_announced_day(store: Store, now: datetime) -> date | None:
    """Return the newest announced day up to today; None before the first announcement."""
    today = calendar.arxiv_day(now)
    return max(
        (day for day, _ in store.announcements.counts_by_day() if day <= today), default=None
    )


def build_digest_for_days(
    store: Store,
    chat: Chat,
    queries: Sequence[DayQuery],
    days: tuple[date, date],
    now: datetime,
    *,
    title: str,
    thread: int = 0,
) -> Digest | None:
    """Return the digest of the days from the first to the last, each paper under its first topic.

    None if nothing matches. It moves no cursor and adds no receipts: what is shown here still comes
    with its topic.
    """
    entries = _build_entries(store, queries, days)
    if not entries:
        return None
    stored_entries = entries[: ON_DEMAND_LIMIT + MAX_LEFT_OUT]
    papers = [entry.paper for entry in entries[:ON_DEMAND_LIMIT]]
    summaries = store.summaries.best_of_papers([entry.paper.key for entry in stored_entries])
    summaries |= fill_missing_summaries(store, papers, now)
    with_summaries = tuple(
        replace(entry, summaries=summaries.get(entry.paper.key, ())) for entry in stored_entries
    )
    return Digest(
        topic=title,
        query=" OR ".join(f"({day_query.query})" for day_query in queries)[:2000],
        issued_at=now,
        entries=with_summaries[:ON_DEMAND_LIMIT],
        left_out=with_summaries[ON_DEMAND_LIMIT:],
        unstored_kinds=tuple(entry.kind for entry in entries[ON_DEMAND_LIMIT + MAX_LEFT_OUT :]),
        first_day=days[0],
        last_day=days[1],
        period=f"today/{timestamp(now)}",
        bot=chat.bot,
        chat=chat.id,
        thread=thread,
        entry_order=queries[0].entry_order if len(queries) == 1 else None,
    )


def _build_entries(
    store: Store, queries: Sequence[DayQuery], days: tuple[date, date]
) -> list[Entry]:
    """Return each matched paper once: its first topic gives the reasons, the others are named.

    Reasons are added only where they are likely to be read soon.
    """
    explained_limit = ON_DEMAND_LIMIT + SOON_READ_ENTRIES
    entries_by_paper: dict[int, Entry] = {}
    for day_query in queries:
        try:
            query = parse(day_query.query)
        except QueryError:
            continue  # written for an older version of the query language
        announcement_index = AnnouncementIndex(
            store.paper_search.find_announcements_on_days(query.clause, *days)
        )
        matches = order_matches(
            score_by_relevance(
                store, query, announcement_index, announcement_index.find(query, day_query.kinds)
            ),
            day_query.entry_order,
        )
        new_matches = [m for m in matches if m.announcement.paper.key not in entries_by_paper]
        room = max(explained_limit - len(entries_by_paper), 0)
        explained_matches = announcement_index.explain(query, new_matches[:room])
        reasons_by_paper = {
            match.announcement.paper.key: match.reasons for match in explained_matches
        }
        for match in matches:
            paper = match.announcement.paper
            entry = entries_by_paper.get(paper.key)
            if entry is None:
                entries_by_paper[paper.key] = Entry(
                    paper, match.kind, reasons=reasons_by_paper.get(paper.key, ())
                )
            elif day_query.name not in entry.other_topics:
                entries_by_paper[paper.key] = replace(
                    entry, other_topics=(*entry.other_topics, day_query.name)
                )
    return list(entries_by_paper.values())
