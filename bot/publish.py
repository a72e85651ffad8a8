"""The verb: due chats → digests and parcels, one transaction a chat.

The window of a topic is "announced since its cursor", never the clock: downtime, weekends and
late papers need no special case. What a digest shows is reserved in the ledger, so that the same
paper reaches the same chat once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import arxiv_calendar, schedule
from bot.digest import assemble
from bot.enrich import enrich
from bot.matching import Index
from bot.query import parse
from bot.render.look import Look
from bot.render.message import parts
from bot.texts import day, moment, say
from storage import Store
from storage.errors import Busy, Full
from storage.model import (
    Announcement,
    Digest,
    Entry,
    Form,
    Kind,
    Match,
    Notice,
    OnQuietDays,
    Parcel,
    Query,
    SourceCursor,
    Subscriber,
    Subscription,
)

log = logging.getLogger(__name__)

RECENT_DAYS = 7  # of a preview, and of a digest of words that nobody follows
FRESH = frozenset({Kind.NEW, Kind.CROSS})
ASKED_LIMIT = 12
MISSED_DAYS = 30
MISSED = "missed/"  # the period of a page of /missed begins so
POSTPONED = timedelta(minutes=15)  # until a chat that failed is tried again
FARTHEST = timedelta(days=8)  # a topic comes every week at least
LONGEST_HOLD = timedelta(days=2)  # Telegram's longest floods last for hours
SETTLED = "settled"  # not a source: the mark of the last round of feeds


@dataclass(frozen=True, slots=True)
class Published:
    """What a tick did."""

    chats: int = 0
    digests: int = 0
    failed: int = 0

    def plus(self, other: Published) -> Published:
        """These counts and another's."""
        return Published(
            self.chats + other.chats, self.digests + other.digests, self.failed + other.failed
        )


def publish(
    store: Store, bot: int, now: datetime, *, goes_on: Callable[[], bool] = lambda: True
) -> Published:
    """Issues the digests of every chat that is due; a chat that fails holds nobody else.

    Asked between two chats whether it ``goes_on``, it leaves the others due.
    """
    _wake(store, bot, now)
    _pull_back(store, bot, now)
    due = store.subscriptions.due(bot, now, last_seq=settled(store))
    if not due:
        return Published()
    oldest = min(topic.cursor for _, topics in due for topic in topics)
    gathered = _Gathered(store, oldest)
    done = Published()
    for chat, topics in due:
        if not goes_on():
            break
        try:
            done = done.plus(_publish_chat(store, chat, topics, gathered, now))
        except (Busy, Full):
            raise  # everybody's trouble: the next tick goes on with those that are left
        except Exception:
            log.exception("chat not published", extra={"chat": chat.chat})
            _postpone(store, topics, now + POSTPONED)
            done = done.plus(Published(failed=1))
    return done


def _postpone(store: Store, topics: Iterable[Subscription], until: datetime | None) -> None:
    """Tries topics again later rather than each tick; what they have not been told of stays."""
    for topic in topics:
        store.subscriptions.advance(topic, cursor=topic.cursor, next_due=until)


def _pull_back(store: Store, bot: int, now: datetime) -> None:
    """Mends what a clock that was ahead has put off for longer than anything is."""
    for topic in store.subscriptions.ahead(bot, now + FARTHEST):
        due = schedule.next_due(topic.cadence, topic.zone, now)
        store.subscriptions.advance(topic, cursor=topic.cursor, next_due=due)
    store.outbox.pull_back(bot, now, now + LONGEST_HOLD)


def settle(store: Store) -> None:
    """Says that a round of feeds is over: "as soon as announced" means up to here.

    Topics that wait for the announcement would otherwise be told of each feed by itself.
    """
    last = store.papers.last_seq()
    if last != settled(store):
        store.cursors.put(SourceCursor(SETTLED, token=str(last)))


def settled(store: Store) -> int:
    """The last announcement of the last round of feeds that is over."""
    return int(store.cursors.get(SETTLED).token or 0)


def _wake(store: Store, bot: int, now: datetime) -> None:
    """Ends the pauses whose day has come on the reader's calendar."""
    for chat in store.subscribers.napping(bot):
        today = now.astimezone(ZoneInfo(chat.zone)).date()
        if chat.paused_until and chat.paused_until <= today:
            store.subscribers.resume(bot, chat.chat)


class _Gathered:
    """What was announced since a position, indexed once and asked once per distinct query."""

    def __init__(self, store: Store, after: int, only: str = "") -> None:
        self._announcements = store.papers.after(after)
        self._index = Index(self._near(store, after, only) if only else self._announcements)
        self._found: dict[tuple[str, frozenset[Kind], int], list[Match]] = {}
        self.head = self._announcements[-1].seq if self._announcements else after

    def _near(self, store: Store, after: int, query: str) -> list[Announcement]:
        """What one query may find: for a single topic an index of everything is waste."""
        days = [announcement.day for announcement in self._announcements]
        if not days:
            return []
        near = store.papers.announced(parse(query).clause, min(days), max(days))
        return [announcement for announcement in near if announcement.seq > after]

    def matches(self, topic: Subscription) -> list[Match]:
        """What a topic finds after its cursor, and why."""
        key = (topic.query, topic.kinds, topic.cursor)
        if key not in self._found:
            query = parse(topic.query)
            found = self._index.find(query, topic.kinds, after=topic.cursor)
            self._found[key] = self._index.explained(query, found)
        return self._found[key]

    def seen(self, cursor: int) -> int:
        """How many papers were announced after a cursor."""
        return len({a.paper.key for a in self._announcements if a.seq > cursor})


def _publish_chat(
    store: Store,
    chat: Subscriber,
    topics: Sequence[Subscription],
    gathered: _Gathered,
    now: datetime,
) -> Published:
    """One chat's due topics together, in its own order."""
    found, unreadable = _found(gathered, topics)
    issued = 0
    with store.transaction():
        for topic in unreadable:
            _postpone(store, [topic], schedule.next_due(topic.cadence, topic.zone, now))
        for topic, matches in found:
            due = topic.next_due or now
            next_due = schedule.next_due(topic.cadence, topic.zone, now)
            moved = store.subscriptions.advance(
                topic, cursor=max(topic.cursor, gathered.head), next_due=next_due
            )
            if not moved:  # edited a moment ago: the next tick sees it as it is now
                continue
            # With the cursor, because no local time is told once only: a zone may change, and
            # two batches that come within a minute are two occasions.
            occasion = schedule.period(topic.cadence, topic.zone, due)
            period = f"{topic.key}/{occasion}/{topic.cursor}"
            seen = gathered.seen(topic.cursor)
            others = _others(topic, found)
            issued += _issue(store, chat, topic, matches, period, seen, now, others) is not None
        if not issued:
            _tell_quiet(store, chat, topics, now)
    return Published(chats=1, digests=issued, failed=len(unreadable))


def _found(
    gathered: _Gathered, topics: Sequence[Subscription]
) -> tuple[list[tuple[Subscription, list[Match]]], list[Subscription]]:
    """What each topic finds; and the topics that cannot be asked, which hold no other."""
    found: list[tuple[Subscription, list[Match]]] = []
    unreadable: list[Subscription] = []
    for topic in topics:
        try:
            found.append((topic, gathered.matches(topic)))
        except Exception:
            log.exception("topic not published", extra={"topic": topic.key})
            unreadable.append(topic)
    return found, unreadable


def _tell_quiet(
    store: Store, chat: Subscriber, topics: Sequence[Subscription], now: datetime
) -> None:
    """One short notice for a chat that wants to hear of days without papers."""
    asking = [
        topic
        for topic in topics
        if topic.cadence.quiet is OnQuietDays.NOTICE and topic.cadence.times
    ]
    if not asking:
        return
    topic = asking[0]
    today = arxiv_calendar.arxiv_day(now)
    reason = arxiv_calendar.why_quiet(today)
    values: dict[str, str | int] = {
        "next": moment(chat.language, arxiv_calendar.next_feed(now), topic.zone)
    }
    if reason:
        values |= {"day": day(chat.language, today), "reason": say(chat.language, reason)}
    key = "calendar-quiet" if reason else "digest-quiet"
    occasion = schedule.period(topic.cadence, topic.zone, topic.next_due or now)
    store.outbox.put_once(
        Parcel(
            bot=chat.bot,
            chat=chat.chat,
            thread=topic.thread,
            period=f"quiet/{occasion}",
            part=1,
            form=Form.CLASSIC,
            language=chat.language,
            languages=chat.languages,
            zone=topic.zone,
            notice=Notice(key, tuple(values.items())),
            silent=True,
        ),
        due=now,
    )


def _others(
    topic: Subscription, found: Iterable[tuple[Subscription, list[Match]]]
) -> dict[int, tuple[str, ...]]:
    """Which of the chat's other topics found each paper too, by the paper's key."""
    named: dict[int, tuple[str, ...]] = {}
    for other, matches in found:
        if other.key != topic.key:
            for match in matches:
                key = match.announcement.paper.key
                named[key] = (*named.get(key, ()), other.name)
    return named


def _issue(
    store: Store,
    chat: Subscriber,
    topic: Subscription,
    matches: Sequence[Match],
    period: str,
    seen: int,
    now: datetime,
    others: dict[int, tuple[str, ...]],
) -> Digest | None:
    """Issues a topic's digest if it has an entry: digest, ledger, parcels."""
    received = store.digests.received(
        chat.bot, chat.chat, [match.announcement.paper.key for match in matches]
    )
    found = assemble(
        matches,
        topic=topic.name,
        query=topic.query,
        issued=now,
        limit=topic.limit,
        received=received,
        others=others,
    )
    if not found.entries:
        return None
    placed = replace(
        found,
        period=period,
        seen=seen,
        bot=chat.bot,
        chat=chat.chat,
        thread=topic.thread,
        subscription=topic.key,
    )
    glossed = _glossed(store, placed, now)
    digest = replace(glossed, number=store.digests.issue(glossed))
    store.digests.reserve(digest.number, now=now)
    _put_parcels(store, chat, digest, topic)
    return digest


def _glossed(store: Store, digest: Digest, now: datetime) -> Digest:
    """The digest with the best gloss of each of its papers per language."""
    papers = [entry.paper for entry in (*digest.entries, *digest.rest)]
    glosses = enrich(store, papers, now)

    def told(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple(replace(one, glosses=glosses.get(one.paper.key, ())) for one in entries)

    return replace(digest, entries=told(digest.entries), rest=told(digest.rest))


def _put_parcels(
    store: Store, chat: Subscriber, digest: Digest, topic: Subscription | None
) -> None:
    """A parcel for each message of the digest; only the first one makes a sound."""
    form = (topic.form if topic else None) or chat.form
    languages = (topic.languages if topic else None) or chat.languages
    silent = topic.silent if topic and topic.silent is not None else chat.silent
    look = Look(form=form, language=chat.language, languages=languages, zone=chat.zone)
    for index, part in enumerate(parts(digest, look, full=chat.full)):
        store.outbox.put_once(
            Parcel(
                bot=chat.bot,
                chat=chat.chat,
                thread=digest.thread,
                period=digest.period,
                part=part.number,
                form=form,
                language=chat.language,
                languages=languages,
                zone=chat.zone,
                digest=digest.number,
                first=part.first,
                last=part.last,
                silent=silent or index > 0,
            ),
            due=digest.issued,
        )


def issue_now(store: Store, chat: Subscriber, topic: Subscription, now: datetime) -> Digest | None:
    """What gathered for a topic since its last digest; moves its cursor, not its next time."""
    gathered = _Gathered(store, topic.cursor, only=topic.query)
    matches = gathered.matches(topic)
    store.subscriptions.advance(
        topic, cursor=max(topic.cursor, gathered.head), next_due=topic.next_due
    )
    period = f"{topic.key}/asked/{topic.cursor}"
    return _issue(store, chat, topic, matches, period, gathered.seen(topic.cursor), now, {})


def issue_recent(
    store: Store, chat: Subscriber, query: Query, now: datetime, *, thread: int = 0
) -> Digest | None:
    """What a query found in the last days, for somebody who does not follow it.

    It moves no cursor and enters no ledger: what is shown here still comes with a topic.
    """
    found = drawn(store, query, now)
    if not found.entries:
        return None
    period = f"words/{query.text}/{now:%Y-%m-%dT%H:%M:%S.%f}"
    placed = replace(found, period=period, bot=chat.bot, chat=chat.chat, thread=thread)
    digest = replace(placed, number=store.digests.issue(placed))
    _put_parcels(store, chat, digest, None)
    return digest


def issue_missed(
    store: Store, chat: Subscriber, now: datetime, *, thread: int = 0
) -> Digest | None:
    """The next page of what the chat's digests of the last weeks left out or lost on the way.

    What is shown here is received: it does not come again.
    """
    since = now - timedelta(days=MISSED_DAYS)
    entries = store.digests.missed(chat.bot, chat.chat, since)
    if not entries:
        return None
    title = say(chat.language, "missed-title")
    found = Digest(
        topic=title,
        query="",
        issued=now,
        entries=tuple(entries[:ASKED_LIMIT]),
        rest=tuple(entries[ASKED_LIMIT:]),
        period=f"{MISSED}{now:%Y-%m-%dT%H:%M:%S.%f}",
        bot=chat.bot,
        chat=chat.chat,
        thread=thread,
    )
    glossed = _glossed(store, found, now)
    digest = replace(glossed, number=store.digests.issue(glossed))
    store.digests.reserve(digest.number, now=now)
    _put_parcels(store, chat, digest, None)
    return digest


def drawn(store: Store, query: Query, now: datetime, *, limit: int = ASKED_LIMIT) -> Digest:
    """The digest of what a query found in the last days, glossed but not issued."""
    found = assemble(
        recent(store, query, now),
        topic=query.text,
        query=query.text,
        issued=now,
        limit=limit,
        received={},
    )
    return _glossed(store, found, now)


def recent(store: Store, query: Query, now: datetime) -> list[Match]:
    """What a query finds among the papers announced in the last seven days, best first."""
    last = arxiv_calendar.arxiv_day(now)
    first = last - timedelta(days=RECENT_DAYS - 1)
    index = Index(store.papers.announced(query.clause, first, last))
    return index.explained(query, index.find(query, FRESH))
