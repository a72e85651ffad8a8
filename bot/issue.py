"""The verb: matches → a digest in the store, with its ledger rows and parcels.

Every function runs inside the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.digest import assemble
from bot.editions import Edition, Editions, glossed
from bot.gather import Gathered, recent
from bot.render.look import Look
from bot.render.message import parts
from bot.shares import Share, share, up_to_date
from bot.texts import say
from storage import Store
from storage.model import Digest, Parcel, Query, Rank, Subscriber, Subscription

ASKED_LIMIT = 12
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
    )
    number = store.digests.issue(placed, like=edition.number)
    edition.number = number
    digest = replace(placed, number=number)
    store.digests.reserve(number, now=now)
    _put_parcels(store, chat, digest, occasion.rank, topic, edition)
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
    rank: Rank,
    topic: Subscription | None = None,
    edition: Edition | None = None,
) -> None:
    """A parcel for each message of the digest; only the first one makes a sound."""
    seen = look(chat, topic)
    silent = topic.silent if topic and topic.silent is not None else chat.silent
    if edition:
        cut = edition.parts(digest.topic, seen, full=chat.full)
    else:
        cut = parts(digest, seen, full=chat.full)
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


def issue_now(store: Store, chat: Subscriber, topic: Subscription, now: datetime) -> Digest | None:
    """What gathered for a topic since its last digest; moves its cursor, not its next time."""
    gathered = Gathered(store, topic.cursor, only=topic.query)
    edition = Editions(store, gathered, now).of(topic)
    store.subscriptions.advance(
        topic, cursor=max(topic.cursor, gathered.head), next_due=topic.next_due
    )
    occasion = Occasion(f"{topic.key}/asked/{topic.cursor}", rank=Rank.ASKED)
    return issue(store, chat, share(store, topic, edition), occasion, now)


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
    _put_parcels(store, chat, digest, Rank.ASKED)
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
    placed = glossed(store, found, now)
    digest = replace(placed, number=store.digests.issue(placed))
    store.digests.reserve(digest.number, now=now)
    _put_parcels(store, chat, digest, Rank.ASKED)
    return digest


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
