"""The verb: what was announced on a day, or on a few → what of it a chat's topics find.

Nothing is moved by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.arxiv import calendar
from bot.digests.issue_digest import ASKED_LIMIT, LEFT_OUT
from bot.digests.new_announcements import FRESH, Explain, explainer
from bot.digests.select_entries import NEAR
from bot.summaries.fill_missing import enrich
from bot.topics.matching import Index
from bot.topics.query.parser import QueryError, parse
from storage import Store
from storage.records import Digest, Entry, Kind, Match, Subscriber, Subscription


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for on a day, and the name it is shown under."""

    name: str
    query: str
    kinds: frozenset[Kind] = FRESH


def wanted(topics: Sequence[Subscription]) -> list[Wanted]:
    """The topics of a chat, in its order."""
    return [Wanted(topic.name, topic.query, topic.kinds) for topic in topics]


def last_day(store: Store, now: datetime) -> date | None:
    """The newest announced day that has come, None before the first announcement."""
    today = calendar.arxiv_day(now)
    return max((day for day, _ in store.papers.days() if day <= today), default=None)


def draw_today(
    store: Store,
    chat: Subscriber,
    asked: Sequence[Wanted],
    days: tuple[date, date],
    now: datetime,
    *,
    title: str,
    thread: int = 0,
) -> Digest | None:
    """The digest of what was announced from a day to another, each paper under its first topic.

    It moves no cursor and enters no ledger: what is shown here still comes with its topic.
    """
    entries = _entries(store, asked, days)
    if not entries:
        return None
    kept = entries[: ASKED_LIMIT + LEFT_OUT]
    papers = [entry.paper for entry in entries[:ASKED_LIMIT]]
    glosses = dict(store.papers.glosses([entry.paper.key for entry in kept]))
    glosses |= enrich(store, papers, now)
    told = tuple(replace(one, glosses=glosses.get(one.paper.key, ())) for one in kept)
    return Digest(
        topic=title,
        query=" OR ".join(f"({one.query})" for one in asked)[:2000],
        issued=now,
        entries=told[:ASKED_LIMIT],
        rest=told[ASKED_LIMIT:],
        beyond=tuple(entry.kind for entry in entries[ASKED_LIMIT + LEFT_OUT :]),
        first_day=days[0],
        last_day=days[1],
        period=f"today/{now:%Y-%m-%dT%H:%M:%S.%f}",
        bot=chat.bot,
        chat=chat.chat,
        thread=thread,
    )


def _entries(store: Store, asked: Sequence[Wanted], days: tuple[date, date]) -> list[Entry]:
    """Each paper once: its first topic gives the reasons, the others are named.

    Reasons are looked for where they are soon read.
    """
    near = ASKED_LIMIT + NEAR
    found: dict[int, Entry] = {}
    for one in asked:
        matches, explain = _matches(store, one, days)
        first = [m for m in matches if m.announcement.paper.key not in found]
        room = max(near - len(found), 0)
        reasons = {m.announcement.paper.key: m.reasons for m in explain(first[:room])}
        for match in matches:
            paper = match.announcement.paper
            known = found.get(paper.key)
            if known is None:
                found[paper.key] = Entry(paper, match.kind, reasons=reasons.get(paper.key, ()))
            elif one.name not in known.topics:
                found[paper.key] = replace(known, topics=(*known.topics, one.name))
    return list(found.values())


def _matches(store: Store, one: Wanted, days: tuple[date, date]) -> tuple[list[Match], Explain]:
    try:
        query = parse(one.query)
    except QueryError:
        return [], list  # of an older version of the language
    index = Index(store.papers.announced(query.clause, *days))
    return index.find(query, one.kinds), explainer(index, query)
