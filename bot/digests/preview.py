"""The verb: words → what a topic would have brought, before anything is stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from bot.arxiv import calendar
from bot.digests.issue_digest import bounded, drawn
from bot.digests.new_announcements import FRESH, RECENT_DAYS
from bot.topics.edit_subscriptions import is_unread, refuse_unread
from bot.topics.matching import Index
from bot.topics.query.parser import QueryError, has_chinese, parse, parse_typed
from bot.topics.query_suggestions import Suggestion, stored, suggestions, together
from storage import Store
from storage.engine.query_budget import OverBudget
from storage.records import Digest, Paper, Query, Subscriber, Subscription

MANY = 30 * RECENT_DAYS  # more than this and a digest is never read to its end
READ = 60  # candidates that are analysed where the index alone cannot tell: a tenth of a second
LOOK = 12  # candidates for the examples


@dataclass(frozen=True, slots=True)
class Preview:
    """What a topic would have brought, before anything is stored."""

    query: Query
    papers: int
    is_exact: bool  # else there are about so many
    days: int  # asked for
    held: int  # arXiv days the store really holds among them
    examples: tuple[Paper, ...]
    chinese: bool
    is_whole: bool = True  # else some papers are still being indexed anew
    stored: int = 0  # papers of all days, where those of these days are none
    suggestions: tuple[Suggestion, ...] = ()  # other readings of the words
    together: Suggestion | None = None  # the words near each other, which finds clearly fewer


def preview(store: Store, words: str, now: datetime, *, polled: Collection[str]) -> Preview:
    """Shows what the topic ``words`` would have brought in the last days; stores nothing.

    Raises:
        QueryError: the words cannot be understood; it points at the character.
        Refusal: the words name a category that this bot does not read.
    """
    query = parse_typed(words)
    refuse_unread(query, polled)
    first, last = _week(now)
    papers, is_exact = counted(store, query, now)
    near = Index(store.papers.newest(query.clause, first, last, LOOK))
    shown = Preview(
        query=query,
        papers=papers,
        is_exact=is_exact,
        days=RECENT_DAYS,
        held=sum(first <= day <= last for day, _ in store.papers.days()),
        examples=tuple(match.announcement.paper for match in near.find(query, FRESH)[:3]),
        chinese=has_chinese(query),
        is_whole=not store.papers.is_renewing(),
    )
    try:
        ever = 0 if papers else stored(store, query)
    except OverBudget:
        return shown  # what is only offered does not cost the preview
    return replace(
        shown,
        stored=ever,
        suggestions=suggested(store, words, now, papers=papers or ever, polled=polled),
        together=together(query, partial(_weekly, store, now), papers=papers),
    )


def suggested(
    store: Store, words: str, now: datetime, *, papers: int, polled: Collection[str]
) -> tuple[Suggestion, ...]:
    """Other readings of words, with the papers of the last days; ``papers`` find they themselves.

    A reading that asks for categories which are not read is none to follow.
    """
    found = suggestions(store, words, partial(_weekly, store, now), papers=papers)
    return tuple(one for one in found if not is_unread(one.query, polled))


def _weekly(store: Store, now: datetime, query: Query) -> int:
    return counted(store, query, now)[0]


@dataclass(slots=True)
class Volumes:
    """How many papers each topic finds in a week, counted once an arXiv day.

    Names and begun words cost up to a tenth of a second: a list of topics counts a few that are
    not known yet, and the others when it is shown next.
    """

    known: dict[str, tuple[date, int]] = field(default_factory=dict)
    most: int = 10_000  # topics that are remembered

    def note(self, query: str, papers: int, now: datetime) -> None:
        """Remembers what was counted for another reason."""
        if query not in self.known and len(self.known) >= self.most:
            self.known.pop(next(iter(self.known)), None)  # the one noted first
        self.known[query] = calendar.arxiv_day(now), papers

    def of(
        self, store: Store, queries: Sequence[str], now: datetime, *, count: int
    ) -> dict[str, int]:
        """The weekly papers of those topics that are known, and of ``count`` that were not."""
        known = self.counted(queries, now)
        if store.papers.is_renewing():
            return known  # what is counted now is too little, and would be remembered for the day
        unknown = [query for query in queries if query not in known]
        for query in unknown[:count]:
            try:
                self.note(query, volume(store, query, now), now)
            except OverBudget:
                break  # a list is shown without it
        return self.counted(queries, now)

    def counted(self, queries: Sequence[str], now: datetime) -> dict[str, int]:
        """The weekly papers of those topics that are known."""
        today = calendar.arxiv_day(now)
        known = {query: self.known.get(query, (None, 0)) for query in queries}
        return {query: papers for query, (day, papers) in known.items() if day == today}


def volume(store: Store, query: str, now: datetime) -> int:
    """How many papers a topic found in the last days; none where it cannot be read any more."""
    try:
        asked = parse(query)
    except QueryError:
        return 0
    return counted(store, asked, now)[0]


def counted(store: Store, query: Query, now: datetime) -> tuple[int, bool]:
    """How many papers a query finds in the last days, and whether that is exact.

    The index counts what it can tell by itself. For the rest it brings candidates; where there
    are very many, the share of the newest ones that are meant stands for all.
    """
    first, last = _week(now)
    papers, is_exact = store.papers.brought(query.clause, first, last)
    if is_exact or not papers:
        return papers, True
    some = Index(store.papers.newest(query.clause, first, last, READ))
    meant = len(some.find(query, FRESH))
    if papers <= len(some):
        return meant, True
    return round(meant * papers / len(some)), False


def sample(
    store: Store, subscriber: Subscriber, topic: Subscription, now: datetime
) -> Digest | None:
    """The digest of what a topic would have brought in the last days.

    It moves no cursor and enters no ledger: what is shown here still comes with the topic.
    """
    found = bounded(drawn(store, parse(topic.query), now))
    if not found.entries:
        return None
    period = f"sample/{topic.key}/{now:%Y-%m-%dT%H:%M:%S.%f}"
    return replace(
        found,
        topic=topic.name,
        period=period,
        bot=subscriber.bot,
        chat=subscriber.chat,
        thread=topic.thread,
    )


def _week(now: datetime) -> tuple[date, date]:
    last = calendar.arxiv_day(now)
    return last - timedelta(days=RECENT_DAYS - 1), last
