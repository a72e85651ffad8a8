"""The verb: matches → a digest in the store, with its ledger rows and parcels.

Every function runs inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.digest import NEAR, assemble
from bot.enrich import enrich
from bot.gather import Explain, Gathered, recent
from bot.render.look import Look
from bot.render.message import parts
from bot.texts import say
from storage import Store
from storage.model import Digest, Entry, Match, Parcel, Query, Subscriber, Subscription

ASKED_LIMIT = 12
MISSED_DAYS = 30
MISSED = "missed/"  # the period of a page of /missed begins so


@dataclass(frozen=True, slots=True)
class Draft:
    """What a topic's digest is made of: its occasion, what was found, and who else found it."""

    period: str
    seen: int  # papers announced meanwhile
    matches: Sequence[Match]
    explain: Explain
    others: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def issue(
    store: Store, chat: Subscriber, topic: Subscription, draft: Draft, now: datetime
) -> Digest | None:
    """Issues a topic's digest if it has an entry: digest, ledger, parcels."""
    received = store.digests.received(
        chat.bot, chat.chat, [match.announcement.paper.key for match in draft.matches]
    )
    found = assemble(
        draft.matches,
        topic=topic.name,
        query=topic.query,
        issued=now,
        limit=topic.limit,
        received=received,
        others=draft.others,
        explain=draft.explain,
    )
    if not found.entries:
        return None
    placed = replace(
        found,
        period=draft.period,
        seen=draft.seen,
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
    """The digest with the best glosses of its papers, and a made one where it is soon read.

    Far down among hundreds that were left out, the beginning of the abstract does as well.
    """
    near = [entry.paper for entry in (*digest.entries, *digest.rest[:NEAR])]
    far = [entry.paper.key for entry in digest.rest[NEAR:]]
    glosses = {**store.papers.glosses(far), **enrich(store, near, now)}

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
    gathered = Gathered(store, topic.cursor, only=topic.query)
    matches = gathered.matches(topic)
    store.subscriptions.advance(
        topic, cursor=max(topic.cursor, gathered.head), next_due=topic.next_due
    )
    period = f"{topic.key}/asked/{topic.cursor}"
    seen = gathered.seen(topic.cursor)
    return issue(store, chat, topic, Draft(period, seen, matches, gathered.explain(topic)), now)


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
    matches, explain = recent(store, query, now)
    found = assemble(
        matches,
        topic=query.text,
        query=query.text,
        issued=now,
        limit=limit,
        received={},
        explain=explain,
    )
    return _glossed(store, found, now)
