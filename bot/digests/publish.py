"""The verb: due chats → digests and parcels, each chat whole or not at all.

The window of a topic is "announced since its cursor", never the clock: downtime, weekends and
late papers need no special case. What a digest shows is reserved in the ledger, so that the same
paper reaches the same chat once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from functools import cache, partial
from itertools import chain, islice, takewhile
from typing import TypeVar

from bot.digests import new_announcements
from bot.digests.chat_digest import Others, Received, Share, others_of, share
from bot.digests.issue_digest import Occasion, issue, look
from bot.digests.new_announcements import Gathered, Sliced
from bot.digests.notices import tell_quiet
from bot.digests.shared_digest import Edition, Editions
from bot.digests.wait_for_summaries import Patience
from bot.topics import next_due
from bot.topics.query.parser import QueryError
from bot.topics.reschedule import postpone, pull_back, wake
from bot.topics.unreadable_topics import pause_unreadable
from storage import Store
from storage.errors import Busy, Full
from storage.records import SourceCursor, Subscriber, Subscription

T = TypeVar("T")

log = logging.getLogger(__name__)

TOGETHER = 32  # chats in a transaction, which others wait for
CHATS_BEHIND = 10_000  # of those told long ago, that share one reading of the slices
POSTPONED = timedelta(minutes=15)  # until a chat that failed is tried again
SETTLED = "settled"  # not a source: the mark of the last round of feeds


@dataclass(frozen=True, slots=True)
class Published:
    """What a tick did."""

    chats: int = 0
    digests: int = 0
    failed: int = 0

    def __add__(self, other: Published) -> Published:
        """These counts and another's."""
        return Published(
            self.chats + other.chats, self.digests + other.digests, self.failed + other.failed
        )


def publish(
    store: Store,
    bot: int,
    now: datetime,
    *,
    goes_on: Callable[[], bool] = lambda: True,
    patience: Patience | None = None,
) -> Published:
    """Issues the digests of every chat that is due; a chat that fails holds nobody else.

    Chats that were last told long ago are left to ``catch_up``.

    Asked between two chats whether it ``goes_on``, it leaves the others due. With ``patience``,
    a chat whose glosses are under way is left due as well, for a short while.
    """
    wake(store, bot, now)
    pull_back(store, bot, now)
    last = settled(store)
    due = store.subscriptions.due_chats(bot, now, last_seq=last)
    edge = store.papers.position_before(new_announcements.TOGETHER) if due else 0
    due = [
        (chat, cursor)
        for chat, cursor in due
        if cursor >= edge and not (patience and patience.is_asleep(chat, now))
    ]
    if not due:
        return Published()
    gathered = Gathered(store, min(cursor for _, cursor in due))
    tick = _Tick(store, bot, now, last, gathered, patience)
    return tick.publish_all([chat for chat, _ in due], goes_on, together=TOGETHER)


def catch_up(
    store: Store, bot: int, now: datetime, *, goes_on: Callable[[], bool] = lambda: True
) -> Published:
    """Issues the digests of chats that are due and were last told long ago.

    What they missed is read in slices, however much it is. That takes a while, so it is no part
    of the tick that all others wait for; the digests are the same.
    """
    last, edge = settled(store), store.papers.position_before(new_announcements.TOGETHER)
    due = store.subscriptions.due_chats(bot, now, last_seq=last)
    behind = [chat for chat, cursor in due if cursor < edge]
    done = Published()
    while behind and goes_on():
        asked = {
            chat: store.subscriptions.due(bot, chat, now, last_seq=last)
            for chat in behind[:CHATS_BEHIND]
        }
        first = next((topics for topics in asked.values() if topics), [])
        if not first:
            behind = behind[CHATS_BEHIND:]
            continue
        gathered = Sliced(store, chain.from_iterable(asked.values()), first=first, goes_on=goes_on)
        if not gathered.is_whole:
            break
        ready = [chat for chat, topics in asked.items() if all(map(gathered.covers, topics))]
        tick = _Tick(store, bot, now, last, gathered, None)
        done += tick.publish_all(ready, goes_on, together=1)  # thousands of rows in each
        told = set(ready)
        behind = [chat for chat in behind if chat not in told]
    return done


def settle(store: Store, now: datetime) -> None:
    """Says that a round of feeds is over: "as soon as announced" means up to here.

    Topics that wait for the announcement would otherwise be told of each feed by itself.
    """
    last = store.papers.last_seq()
    if last != settled(store):
        store.cursors.put(SourceCursor(SETTLED, token=str(last), checked=now))


def settled(store: Store) -> int:
    """The last announcement of the last round of feeds that is over."""
    return int(store.cursors.get(SETTLED).token or 0)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A chat with its share of what its due topics found, and the topics that broke."""

    chat: Subscriber
    shares: list[Share] = field(default_factory=list)
    held: list[Subscription] = field(default_factory=list)
    unreadable: list[Subscription] = field(default_factory=list)

    @property
    def topics(self) -> list[Subscription]:
        """All that are due."""
        return [*(one.topic for one in self.shares), *self.held, *self.unreadable]


class IssueResult(Enum):
    """What became of a due topic."""

    ISSUED = "issued"
    NOTHING_NEW = "nothing new"
    TOPIC_CHANGED = "topic changed"  # by somebody else, a moment ago: it stays due


class _Tick:
    """The chats that are due at one instant, a few in each transaction."""

    def __init__(
        self,
        store: Store,
        bot: int,
        now: datetime,
        last: int,
        gathered: Gathered | Sliced,
        patience: Patience | None,
    ) -> None:
        self._store = store
        self._bot = bot
        self._now = now
        self._last = last
        self._patience = patience
        self._announced = store.cursors.get(SETTLED).checked
        self._gathered = gathered
        self._editions = Editions(store, gathered, now)
        self._next_due = cache(lambda cadence, zone: next_due.next_due(cadence, zone, now))
        self._period = cache(next_due.period)

    def publish_all(
        self, chats: Iterable[int], goes_on: Callable[[], bool], *, together: int
    ) -> Published:
        """Publishes some chats at a time, and leaves those due for which time has run out."""
        done, left = Published(), iter(chats)
        while some := list(takewhile(lambda _: goes_on(), islice(left, together))):
            done += self.publish(some)
        return done

    def publish(self, chats: Iterable[int]) -> Published:
        """Publishes chats together; what they get is found before the store is locked."""
        ready = [one for one in map(self._ready, chats) if one]
        with self._store.transaction():
            done = [self._alone(one) for one in ready]
        return sum(done, Published())

    def _ready(self, chat: int) -> _Ready | None:
        subscriber = self._store.subscribers.get(self._bot, chat)
        due = self._store.subscriptions.due(self._bot, chat, self._now, last_seq=self._last)
        # What was not gathered would be passed over: a topic that a stop undone or another
        # cadence brought back meanwhile is due at the next tick.
        topics = [topic for topic in due if self._gathered.covers(topic)]
        if not subscriber or not topics:  # stopped or told a moment ago
            return None
        ready = _Ready(subscriber)
        self._find(ready, topics)
        return None if self._waits(ready) else ready

    def _find(self, ready: _Ready, topics: Iterable[Subscription]) -> None:
        """Shares out what the topics find, in the chat's order."""
        found = [
            (topic, edition)
            for topic in topics
            if (edition := self._tried(ready, topic, partial(self._editions.of, topic)))
        ]
        others, shown = others_of(found), dict[int, int]()
        for topic, whole in found:
            make = partial(self._share, ready.chat, topic, whole, shown, others[topic.key])
            if one := self._tried(ready, topic, make):
                shown |= one.shown
                ready.shares.append(one)

    def _share(
        self, chat: Subscriber, topic: Subscription, whole: Edition, shown: Received, others: Others
    ) -> Share:
        """The share of a topic, with the messages that it makes at hand."""
        one = share(self._store, topic, whole, shown=shown, others=others)
        if one.own.digest.entries:
            one.own.parts(topic.name, look(chat, topic), full=chat.full)
        return one

    def _tried(self, ready: _Ready, topic: Subscription, make: Callable[[], T]) -> T | None:
        """What is made for a topic; one that breaks is held, which holds no other."""
        try:
            return make()
        except (Busy, Full):
            raise
        except QueryError:
            log.warning("topic cannot be read", extra={"topic": topic.key})
            ready.unreadable.append(topic)
        except Exception:
            log.exception("topic not published", extra={"topic": topic.key})
            ready.held.append(topic)
        return None

    def _waits(self, ready: _Ready) -> bool:
        """Whether a chat is left due, because what its digests lack is being made."""
        if self._patience is None or not ready.shares:
            return False
        shown = [(one.topic, one.own.digest) for one in ready.shares]
        try:
            return self._patience.waits(ready.chat, shown, self._announced, self._now)
        except (Busy, Full):
            raise
        except Exception:  # a digest does not depend on what may be said of its papers
            log.exception("glosses not waited for", extra={"chat": ready.chat.chat})
            return False

    def _alone(self, ready: _Ready) -> Published:
        """One chat, whole or not at all, whatever becomes of those beside it."""
        try:
            with self._store.savepoint():
                return self._publish(ready)
        except (Busy, Full):
            raise  # everybody's trouble: the next tick goes on with those that are left
        except Exception:
            log.exception("chat not published", extra={"chat": ready.chat.chat})
            for one in ready.shares:
                one.whole.number = 0  # what was undone has no number, another gets it
            for topic in ready.topics:
                postpone(self._store, topic, self._now + POSTPONED)
            return Published(failed=1)

    def _publish(self, ready: _Ready) -> Published:
        """One chat's due topics together, in its own order."""
        for topic in ready.held:
            postpone(self._store, topic, self._now + POSTPONED)
        for topic in ready.unreadable:
            pause_unreadable(self._store, ready.chat, topic, self._now)
        held = ready.held + ready.unreadable
        results = [self._issue(ready.chat, one) for one in ready.shares]
        # A topic that was changed a moment ago, or could not be read, may have papers all the same.
        if not held and all(result is IssueResult.NOTHING_NEW for result in results):
            tell_quiet(self._store, ready.chat, ready.topics, self._now)
        issued = results.count(IssueResult.ISSUED)
        return Published(chats=1, digests=issued, failed=len(held))

    def _issue(self, chat: Subscriber, found: Share) -> IssueResult:
        topic = found.topic
        moved = self._store.subscriptions.advance(
            topic,
            cursor=max(topic.cursor, self._gathered.head),
            next_due=self._next_due(topic.cadence, topic.zone),
        )
        if not moved:  # edited a moment ago: the next tick sees it as it is now
            return IssueResult.TOPIC_CHANGED
        # With the cursor, because no local time is told once only: a zone may change, and
        # two batches that come within a minute are two occasions.
        period = self._period(topic.cadence, topic.zone, topic.next_due or self._now)
        occasion = Occasion(f"{topic.key}/{period}/{topic.cursor}")
        digest = issue(self._store, chat, found, occasion, self._now)
        return IssueResult.ISSUED if digest else IssueResult.NOTHING_NEW
