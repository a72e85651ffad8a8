"""The verb: topics that are due soon → the glosses that their digests will want.

Ordered hours before, so that a digest seldom has to wait for them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby, islice, takewhile
from typing import TypeAlias

from bot.digests import new_announcements
from bot.digests.chat_digest import share
from bot.digests.new_announcements import Gathered
from bot.digests.shared_digest import Editions
from bot.summaries.fill_missing import EXTRACTIVE
from bot.topics.matching import Index
from bot.topics.query.parser import parse
from storage import Store
from storage.errors import Busy, Full
from storage.records import Commission, Digest, Entry, Gloss, Match, Paper, Subscriber, Subscription

log = logging.getLogger(__name__)

GoesOn: TypeAlias = Callable[[], bool]
"""Asked now and then; whoever hears no stops between two things."""

Offered: TypeAlias = Collection[str] | None
"""The languages that the operator pays for; None for every one."""

AHEAD = timedelta(hours=12)
LATELY = timedelta(minutes=5)  # more than lies between two looks
TOGETHER = 100  # commissions in a transaction, which others wait for


def foresee(
    store: Store,
    bot: int,
    now: datetime,
    *,
    offered: Offered = None,
    goes_on: GoesOn = lambda: True,
) -> int:
    """Orders the glosses that the digests of the next hours will show; returns how many are new.

    Asked between two topics whether it ``goes_on``, it leaves the others for the next look.
    """
    found = wanted(store, bot, now, now + AHEAD, offered=offered, goes_on=goes_on)
    return order(store, found, goes_on=goes_on)


def make_up(store: Store, bot: int, now: datetime, *, offered: Offered = None) -> int:
    """Orders what the latest digests lack, also those that somebody asked for out of turn.

    Nobody foresaw them; what is said of their papers later is edited in.
    """
    lack = store.commissions.unsaid(bot, now - LATELY)
    return order(store, [one for one in lack if offered is None or one.language in offered])


def wanted(
    store: Store,
    bot: int,
    now: datetime,
    horizon: datetime,
    *,
    offered: Offered = None,
    goes_on: GoesOn = lambda: True,
) -> list[Commission]:
    """The glosses that digests due before an instant lack, each once.

    A topic that breaks is told in the log and hides no other.
    """
    edge = store.papers.position_before(
        new_announcements.TOGETHER
    )  # beyond it, nobody waits for glosses
    due = [one for one in store.subscriptions.due_chats(bot, horizon) if one[1] >= edge]
    if not due:
        return []
    editions = Editions(store, Gathered(store, min(cursor for _, cursor in due)), now)
    drawn = (
        (chat, topic, digest)
        for number, _ in due
        if (chat := store.subscribers.get(bot, number))
        for topic, digest in outlook(store, chat, editions, horizon)
    )
    return merged(
        one
        for chat, topic, digest in takewhile(lambda _: goes_on(), drawn)
        for one in lacking(chat, topic, digest, topic.next_due or now, offered)
    )


def outlook(
    store: Store, chat: Subscriber, editions: Editions, horizon: datetime
) -> Iterator[tuple[Subscription, Digest]]:
    """What the topics of a chat would show now that are due before an instant."""
    shown: dict[int, int] = {}
    for topic in store.subscriptions.due(chat.bot, chat.chat, horizon):
        try:
            found = share(store, topic, editions.of(topic), shown=shown)
        except (Busy, Full):
            raise
        except Exception:  # which the others need not suffer; publishing tells its reader
            log.exception("topic not foreseen", extra={"topic": topic.key})
            continue
        shown |= found.shown
        yield topic, found.own.digest


def wanted_since(
    store: Store, bot: int, first: date, languages: Sequence[str], now: datetime
) -> list[Commission]:
    """The glosses that all topics would have shown since an arXiv day, in these languages.

    As many a day as a digest of the topic has entries, the newest day first.
    """
    announcements = store.papers.on_days(first, now.date() + timedelta(days=1))
    index, shown = Index(announcements), dict[int, Paper]()
    for query, kinds, limit in store.subscriptions.asked(bot):
        try:
            found = index.find(parse(query), kinds)
        except (Busy, Full):
            raise
        except Exception:  # several topics may ask it, and all others ask something else
            log.exception("query not looked back with", extra={"query": query})
            continue
        for _, matches in groupby(sorted(found, key=_day), key=_day):
            shown |= {
                m.announcement.paper.key: m.announcement.paper for m in islice(matches, limit)
            }
    glosses = store.papers.glosses(shown)
    return [
        Commission(paper.key, paper.version, language, now)
        for paper in sorted(shown.values(), key=lambda paper: -paper.key)
        for language in languages
        if not _has(glosses.get(paper.key, ()), paper.version, language)
    ]


def _day(match: Match) -> date:
    return match.announcement.day


def merged(commissions: Iterable[Commission]) -> list[Commission]:
    """Each gloss once, as early as it is wanted."""
    found: dict[tuple[int, int, str], Commission] = {}
    for one in commissions:
        known = found.get(key := (one.paper, one.version, one.language))
        if known is None or one.wanted < known.wanted:
            found[key] = one
    return list(found.values())


def lacking(
    chat: Subscriber,
    topic: Subscription,
    digest: Digest,
    due: datetime,
    offered: Offered = None,
) -> Iterator[Commission]:
    """The glosses of a digest's entries that nobody made, in the languages its readers chose.

    A language that is no longer offered is shown as untranslated, at nobody's cost.
    """
    chosen = topic.languages or chat.languages
    languages = [one for one in chosen if offered is None or one in offered]
    for entry in digest.entries:
        for language in languages:
            if not is_made(entry, language):
                yield Commission(entry.paper.key, entry.paper.version, language, due)


def is_made(entry: Entry, language: str) -> bool:
    """Whether a model or a person glossed this very version."""
    return _has(entry.glosses, entry.paper.version, language)


def made(store: Store, one: Commission) -> bool:
    """Whether a gloss that was wanted is there by now."""
    return _has(store.papers.glosses_of(one.paper, one.version), one.version, one.language)


def _has(glosses: Iterable[Gloss], version: int, language: str) -> bool:
    return any(
        gloss.language == language
        and gloss.version == version
        and gloss.maker != EXTRACTIVE
        and bool(gloss.gist)
        for gloss in glosses
    )


def order(
    store: Store, commissions: Iterable[Commission], *, goes_on: GoesOn = lambda: True
) -> int:
    """Orders glosses, some in each transaction; returns how many are new."""
    new, left = 0, iter(commissions)
    while goes_on() and (some := list(islice(left, TOGETHER))):
        with store.transaction():
            new += store.commissions.order(some)
    return new
