"""The verb: matches → a digest in the store, with its ledger rows and parcels.

What is drawn is read outside of any transaction, which stores nothing; what is issued is written
inside of the caller's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.digests.chat_digest import Share, share, up_to_date
from bot.digests.new_announcements import Gathered, recent
from bot.digests.select_entries import assemble
from bot.digests.shared_digest import WIDEST, Editions, glossed
from bot.render.display_options import Look
from bot.render.telegram.split_into_messages import Part, parts
from bot.texts import Refusal, say
from bot.topics.query.parser import parse
from storage import Store
from storage.engine.query_budget import OverBudget
from storage.records import Digest, Parcel, Query, Rank, Subscriber, Subscription

ASKED_LIMIT = 12
LEFT_OUT = 200  # entries that a digest of no topic keeps; further ones are counted
MISSED_DAYS = 30
MISSED = "missed/"  # the period of a page of /missed begins so


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a topic's digest is issued, and its haste."""

    period: str
    rank: Rank = Rank.DUE


def issue(
    store: Store, chat: Subscriber, found: Share, occasion: Occasion, now: datetime
) -> Digest | None:
    """Issues a topic's digest if something is left for the chat: digest, ledger, parcels.

    Who has received none of an edition gets it as it is, as all others do.
    """
    topic, edition = found.topic, up_to_date(store, found).own
    if not edition.digest.entries:
        return None
    placed = replace(
        edition.digest,
        topic=topic.name,
        period=occasion.period,
        bot=chat.bot,
        chat=chat.chat,
        thread=topic.thread,
        subscription=topic.key,
        languages=look(chat, topic).languages,
    )
    number = store.digests.issue(placed, like=edition.number)
    edition.number = number
    digest = replace(placed, number=number)
    store.digests.reserve(number, now=now)
    cut = edition.parts(digest.topic, look(chat, topic), full=chat.full)
    _put_parcels(store, chat, digest, cut, occasion.rank, topic)
    return digest


def look(chat: Subscriber, topic: Subscription | None = None) -> Look:
    """How a chat sees its digests: a topic's own form and languages before the chat's."""
    return Look(
        form=(topic.form if topic else None) or chat.form,
        language=chat.language,
        languages=(topic.languages if topic else None) or chat.languages,
        zone=chat.zone,
    )


def _put_parcels(
    store: Store,
    chat: Subscriber,
    digest: Digest,
    cut: Sequence[Part],
    rank: Rank,
    topic: Subscription | None = None,
) -> None:
    """A parcel for each message of the digest; only the first one makes a sound."""
    seen = look(chat, topic)
    silent = topic.silent if topic and topic.silent is not None else chat.silent
    for index, part in enumerate(cut):
        store.outbox.put_once(
            Parcel(
                bot=chat.bot,
                chat=chat.chat,
                thread=digest.thread,
                period=digest.period,
                part=part.number,
                form=seen.form,
                language=seen.language,
                languages=seen.languages,
                zone=seen.zone,
                digest=digest.number,
                first=part.first,
                last=part.last,
                silent=silent or index > 0,
                rank=rank,
            ),
            due=digest.issued,
        )


@dataclass(frozen=True, slots=True)
class Drawn:
    """A digest that no topic issues, and the messages it is cut into; nothing is stored yet."""

    digest: Digest
    cut: Sequence[Part]


@dataclass(frozen=True, slots=True)
class News:
    """What gathered for a topic up to an announcement, and what to show where that is nothing."""

    share: Share
    head: int
    recent: Drawn | None = None


def draw_news(
    store: Store, chat: Subscriber, topics: Sequence[Subscription], now: datetime
) -> tuple[News, ...]:
    """What gathered for topics of a chat since their last digests, in the chat's order.

    A topic that never brought a digest shows the last days instead of nothing. It ends before the
    first topic for which there is no time left while somebody waits.

    Raises:
        Refusal: the first of them alone is too much to be looked through.
    """
    shown: dict[int, int] = {}
    drawn: list[News] = []
    for topic in topics:
        try:
            gathered = Gathered(store, topic.cursor, only=topic.query)
            found = share(store, topic, Editions(store, gathered, now).of(topic), shown=shown)
            recent = None
            if found.own.digest.entries:
                found.own.parts(topic.name, look(chat, topic), full=chat.full)
            elif store.digests.last(chat.bot, chat.chat, topic.key) is None:
                recent = draw_recent(store, chat, parse(topic.query), now)
        except OverBudget:
            if drawn:
                break
            raise Refusal("digest-too-dear", topic=topic.name) from None
        shown |= found.shown
        drawn.append(News(found, gathered.head, recent))
    return tuple(drawn)


def issue_news(
    store: Store, chat: Subscriber, news: News, now: datetime, *, thread: int = 0
) -> Digest | None:
    """Issues what gathered for a topic; moves its cursor, not its next time."""
    topic = news.share.topic
    store.subscriptions.advance(topic, cursor=max(topic.cursor, news.head), next_due=topic.next_due)
    occasion = Occasion(f"{topic.key}/asked/{topic.cursor}", rank=Rank.ASKED)
    digest = issue(store, chat, news.share, occasion, now)
    if digest is None and news.recent:
        return issue_recent(store, chat, news.recent, now, thread=thread)
    return digest


def draw_recent(store: Store, chat: Subscriber, query: Query, now: datetime) -> Drawn | None:
    """What a query found in the last days, for somebody who does not follow it."""
    found = bounded(drawn(store, query, now))
    return _cut(chat, found) if found.entries else None


def issue_recent(
    store: Store,
    chat: Subscriber,
    found: Drawn,
    now: datetime,
    *,
    thread: int = 0,
    occasion: str = "",
) -> Digest:
    """Issues what words found; once where it is told on which occasion.

    It moves no cursor and enters no ledger: what is shown here still comes with a topic.
    """
    period = f"words/{found.digest.query}/{occasion or _moment(now)}"
    return _issue_drawn(store, chat, found, period, thread)


def draw_missed(store: Store, chat: Subscriber, now: datetime, newest: int) -> Drawn | None:
    """The next page of what the chat's digests of the last weeks left out or lost on the way.

    ``newest`` is the number of the chat's newest digest, by which others received more.
    """
    entries = store.digests.missed(chat.bot, chat.chat, now - timedelta(days=MISSED_DAYS))
    if not entries:
        return None
    found = Digest(
        topic=say(chat.language, "missed-title"),
        query="",
        issued=now,
        entries=tuple(entries[:ASKED_LIMIT]),
        rest=tuple(entries[ASKED_LIMIT:]),
    )
    return _cut(chat, glossed(store, found, now))


def issue_missed(
    store: Store, chat: Subscriber, found: Drawn, now: datetime, *, thread: int = 0
) -> Digest:
    """Issues a page of what was missed. What it shows is received: it does not come again."""
    digest = _issue_drawn(store, chat, found, f"{MISSED}{_moment(now)}", thread)
    store.digests.reserve(digest.number, now=now)
    return digest


def _issue_drawn(store: Store, chat: Subscriber, found: Drawn, period: str, thread: int) -> Digest:
    placed = replace(
        found.digest,
        period=period,
        bot=chat.bot,
        chat=chat.chat,
        thread=thread,
        languages=look(chat).languages,
    )
    digest = replace(placed, number=store.digests.issue(placed))
    _put_parcels(store, chat, digest, found.cut, Rank.ASKED)
    return digest


def _cut(chat: Subscriber, digest: Digest) -> Drawn:
    cut = parts(replace(digest, number=WIDEST), look(chat), full=chat.full)
    return Drawn(digest, cut)


def _moment(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%S.%f}"


def bounded(digest: Digest) -> Digest:
    """The digest with so many of its left-out entries as are kept of one that no topic issues."""
    beyond = tuple(entry.kind for entry in digest.rest[LEFT_OUT:])
    return replace(digest, rest=digest.rest[:LEFT_OUT], beyond=beyond)


def drawn(store: Store, query: Query, now: datetime, *, keep: bool = True) -> Digest:
    """The digest of what a query found in the last days, glossed but not issued.

    Glosses that are made for it are kept, but for a command that only reads.
    """
    matches, explain = recent(store, query, now)
    found = assemble(
        matches,
        topic=query.text,
        query=query.text,
        issued=now,
        limit=ASKED_LIMIT,
        received={},
        explain=explain,
    )
    return glossed(store, found, now, keep=keep)
