"""The verb: due chats → digests and parcels, each chat whole or not at all.

The window of a topic is "announced since its cursor", never the clock: downtime, weekends and
late papers need no special case. What a digest shows is reserved in the ledger, so that the same
paper reaches the same chat once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from bot import arxiv_calendar, schedule
from bot.editions import Edition, Editions
from bot.foresee import outlook
from bot.gather import Gathered
from bot.issue import Occasion, issue, look
from bot.patience import Patience
from bot.query import QueryError
from bot.texts import day, moment, say
from storage import Store
from storage.errors import Busy, Full
from storage.model import (
    Digest,
    Form,
    Notice,
    OnQuietDays,
    Parcel,
    SourceCursor,
    Subscriber,
    Subscription,
)

log = logging.getLogger(__name__)

TOGETHER = 16  # chats in a transaction, which others wait for
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

    Asked between two chats whether it ``goes_on``, it leaves the others due. With ``patience``,
    a chat whose glosses are under way is left due as well, for a short while.
    """
    _wake(store, bot, now)
    _pull_back(store, bot, now)
    last = settled(store)
    due = [
        (chat, cursor)
        for chat, cursor in store.subscriptions.due_chats(bot, now, last_seq=last)
        if not (patience and patience.is_asleep(chat, now))
    ]
    if not due:
        return Published()
    tick = _Tick(store, bot, now, last, min(cursor for _, cursor in due), patience)
    done = Published()
    left = iter(due)
    while chats := [chat for chat, _ in takewhile(lambda _: goes_on(), islice(left, TOGETHER))]:
        done += tick.publish(chats)
    return done


def _postpone(store: Store, topic: Subscription, until: datetime | None) -> None:
    """Tries a topic again later rather than each tick; what it has not been told of stays."""
    store.subscriptions.advance(topic, cursor=topic.cursor, next_due=until)


def _pull_back(store: Store, bot: int, now: datetime) -> None:
    """Mends what a clock that was ahead has put off for longer than anything is."""
    for topic in store.subscriptions.ahead(bot, now + FARTHEST):
        due = schedule.next_due(topic.cadence, topic.zone, now)
        store.subscriptions.advance(topic, cursor=topic.cursor, next_due=due)
    store.outbox.pull_back(bot, now, now + LONGEST_HOLD)


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


def _wake(store: Store, bot: int, now: datetime) -> None:
    """Ends the pauses whose day has come on the reader's calendar."""
    for chat in store.subscribers.napping(bot):
        today = now.astimezone(ZoneInfo(chat.zone)).date()
        if chat.paused_until and chat.paused_until <= today:
            with store.transaction():
                _put_off(store, chat, chat.paused_until, now)
                store.subscribers.resume(bot, chat.chat)
                store.outbox.revive(bot, chat.chat, now=now)  # a block that the pause had hidden


def _put_off(store: Store, chat: Subscriber, until: date, now: datetime) -> None:
    """Lets what a pause made overdue come at the first of its times after it, not at midnight."""
    for topic in store.subscriptions.of(chat.bot, chat.chat):
        if topic.next_due and topic.next_due <= now:
            _postpone(store, topic, schedule.first_due(topic.cadence, topic.zone, until))


@dataclass(frozen=True, slots=True)
class _Ready:
    """A chat with what each of its due topics finds, and until when others have to wait."""

    chat: Subscriber
    found: list[tuple[Subscription, Edition]]
    held: list[tuple[Subscription, datetime | None]]

    @property
    def topics(self) -> list[Subscription]:
        """All that are due."""
        return [topic for topic, _ in (*self.found, *self.held)]


class _Tick:
    """The chats that are due at one instant, a few in each transaction."""

    def __init__(
        self,
        store: Store,
        bot: int,
        now: datetime,
        last: int,
        oldest: int,
        patience: Patience | None,
    ) -> None:
        self._store = store
        self._bot = bot
        self._now = now
        self._last = last
        self._patience = patience
        self._announced = store.cursors.get(SETTLED).checked
        self._oldest = oldest
        self._gathered = Gathered(store, oldest)
        self._editions = Editions(store, self._gathered, now)
        self._next_due = cache(lambda cadence, zone: schedule.next_due(cadence, zone, now))

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
        topics = [topic for topic in due if topic.cursor >= self._oldest]
        if not subscriber or not topics:  # stopped or told a moment ago
            return None
        ready = _Ready(subscriber, [], [])
        for topic in topics:
            try:
                ready.found.append((topic, self._edition(subscriber, topic)))
            except (Busy, Full):
                raise
            except Exception as error:  # which holds no other topic
                log.exception("topic not published", extra={"topic": topic.key})
                ready.held.append((topic, self._again(topic, error)))
        return None if self._waits(ready) else ready

    def _waits(self, ready: _Ready) -> bool:
        """Whether a chat is left due, because what its digests lack is being made."""
        if self._patience is None or not ready.found:
            return False
        try:
            return self._patience.waits(
                ready.chat, list(self._outlook(ready)), self._announced, self._now
            )
        except (Busy, Full):
            raise
        except Exception:  # a digest does not depend on what may be said of its papers
            log.exception("glosses not waited for", extra={"chat": ready.chat.chat})
            return False

    def _outlook(self, ready: _Ready) -> Iterator[tuple[Subscription, Digest]]:
        shown: dict[int, int] = {}
        for topic, edition in ready.found:
            digest = outlook(self._store, topic, edition, shown, self._now)
            shown |= {entry.paper.key: entry.paper.version for entry in digest.entries}
            yield topic, digest

    def _edition(self, chat: Subscriber, topic: Subscription) -> Edition:
        edition = self._editions.of(topic)
        if edition.digest.entries:
            edition.parts(topic.name, look(chat, topic), full=chat.full)
        return edition

    def _again(self, topic: Subscription, error: Exception) -> datetime | None:
        """When a topic is tried again: words that cannot be read will not be read soon."""
        if isinstance(error, QueryError):
            return self._next_due(topic.cadence, topic.zone)
        return self._now + POSTPONED

    def _alone(self, ready: _Ready) -> Published:
        """One chat, whole or not at all, whatever becomes of those beside it."""
        try:
            with self._store.savepoint():
                return self._publish(ready)
        except (Busy, Full):
            raise  # everybody's trouble: the next tick goes on with those that are left
        except Exception:
            log.exception("chat not published", extra={"chat": ready.chat.chat})
            for _, edition in ready.found:
                edition.number = 0  # what was undone has no number, another gets it
            for topic in ready.topics:
                _postpone(self._store, topic, self._now + POSTPONED)
            return Published(failed=1)

    def _publish(self, ready: _Ready) -> Published:
        """One chat's due topics together, in its own order."""
        for topic, until in ready.held:
            _postpone(self._store, topic, until)
        issued = sum(self._issue(ready, topic, edition) for topic, edition in ready.found)
        if not issued:
            _tell_quiet(self._store, ready.chat, ready.topics, self._now)
        return Published(chats=1, digests=issued, failed=len(ready.held))

    def _issue(self, ready: _Ready, topic: Subscription, edition: Edition) -> bool:
        due = topic.next_due or self._now
        moved = self._store.subscriptions.advance(
            topic,
            cursor=max(topic.cursor, self._gathered.head),
            next_due=self._next_due(topic.cadence, topic.zone),
        )
        if not moved:  # edited a moment ago: the next tick sees it as it is now
            return False
        # With the cursor, because no local time is told once only: a zone may change, and
        # two batches that come within a minute are two occasions.
        period = schedule.period(topic.cadence, topic.zone, due)
        occasion = Occasion(f"{topic.key}/{period}/{topic.cursor}", _others(topic, ready.found))
        return issue(self._store, ready.chat, topic, edition, occasion, self._now) is not None


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
    topic: Subscription, found: Iterable[tuple[Subscription, Edition]]
) -> dict[int, tuple[str, ...]]:
    """Which of the chat's other topics found each paper too, by the paper's key."""
    named: dict[int, tuple[str, ...]] = {}
    for other, edition in found:
        if other.key != topic.key:
            for match in edition.matches:
                key = match.announcement.paper.key
                named[key] = (*named.get(key, ()), other.name)
    return named
