"""The verb: topics that are due soon → the glosses that their digests will want.

Ordered hours before, so that a digest seldom waits. What lacks when it is due holds it for
a short grace and no longer: a digest never depends on a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from bot.digest import assemble
from bot.editions import Edition, Editions, told
from bot.enrich import EXTRACTIVE
from bot.gather import Gathered
from storage import Store
from storage.model import Commission, Digest, Entry, Subscriber, Subscription

AHEAD = timedelta(hours=12)
GRACE = timedelta(minutes=10)
ASKED_AGAIN = timedelta(seconds=15)  # until a chat that waits is looked at once more
TOGETHER = 100  # commissions in a transaction, which others wait for


def foresee(store: Store, bot: int, now: datetime) -> int:
    """Orders the glosses that the digests of the next hours will show; returns how many are new."""
    horizon = now + AHEAD
    due = store.subscriptions.due_chats(bot, horizon)
    if not due:
        return 0
    gathered = Gathered(store, min(cursor for _, cursor in due))
    editions = Editions(store, gathered, now)
    wanted: dict[tuple[int, int, str], Commission] = {}
    for number, _ in due:
        chat = store.subscribers.get(bot, number)
        for topic in store.subscriptions.due(bot, number, horizon) if chat else ():
            assert chat is not None
            digest = _drawn(store, topic, editions.of(topic), now)
            for one in lacking(chat, topic, digest, topic.next_due or now):
                known = wanted.get(key := (one.paper, one.version, one.language))
                if known is None or one.wanted < known.wanted:
                    wanted[key] = one
    return order(store, wanted.values())


def _drawn(store: Store, topic: Subscription, edition: Edition, now: datetime) -> Digest:
    """What a topic would show now: its edition, without what its chat has."""
    keys = [match.announcement.paper.key for match in edition.matches]
    received = store.digests.received(topic.bot, topic.chat, keys)
    if not received:
        return edition.digest
    found = assemble(
        edition.matches,
        topic=topic.name,
        query=topic.query,
        issued=now,
        limit=topic.limit,
        received=received,
    )
    return told(found, store.papers.glosses([entry.paper.key for entry in found.entries]))


def lacking(
    chat: Subscriber, topic: Subscription, digest: Digest, due: datetime
) -> Iterator[Commission]:
    """The glosses of a digest's entries that nobody made, in the languages its readers chose."""
    for entry in digest.entries:
        for language in topic.languages or chat.languages:
            if not is_made(entry, language):
                yield Commission(entry.paper.key, entry.paper.version, language, due)


def is_made(entry: Entry, language: str) -> bool:
    """Whether a model or a person glossed this very version."""
    return any(
        gloss.language == language
        and gloss.version == entry.paper.version
        and gloss.maker != EXTRACTIVE
        and bool(gloss.gist)
        for gloss in entry.glosses
    )


def order(store: Store, wanted: Iterable[Commission]) -> int:
    """Orders glosses, some in each transaction; returns how many are new."""
    new, left = 0, iter(wanted)
    while some := list(islice(left, TOGETHER)):
        with store.transaction():
            new += store.commissions.order(some)
    return new


@dataclass(slots=True)
class Patience:
    """Lets a chat wait for the glosses of its digests, for the grace at most."""

    store: Store
    is_able: Callable[[], bool]  # whether the model can be asked at all
    ring: Callable[[], None]  # something urgent was ordered
    _asleep: dict[int, datetime] = field(default_factory=dict)

    def is_asleep(self, chat: int, now: datetime) -> bool:
        """Whether a chat was told to wait a moment ago: it need not be looked at again yet."""
        until = self._asleep.get(chat)
        return until is not None and now < until <= now + ASKED_AGAIN

    def waits(
        self,
        chat: Subscriber,
        found: Iterable[tuple[Subscription, Digest]],
        announced: datetime | None,
        now: datetime,
    ) -> bool:
        """Whether a chat that is due should get its digests a little later.

        ``announced`` is since when topics are due that want papers as soon as they are there.
        """
        wanted: list[Commission] = []
        for topic, digest in found:
            due = topic.next_due or announced
            if due is None or now >= due + GRACE or not self.is_able():
                self._asleep.pop(chat.chat, None)
                return False
            wanted += lacking(chat, topic, digest, due)
        if wanted and order(self.store, wanted):
            self.ring()
        if not self.store.commissions.are_tried(wanted, now + ASKED_AGAIN):
            self._asleep.pop(chat.chat, None)
            return False
        self._asleep[chat.chat] = now + ASKED_AGAIN
        return True
