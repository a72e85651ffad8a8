"""The verb: due chats → digests and parcels, one transaction a chat.

The window of a topic is "announced since its cursor", never the clock: downtime, weekends and
late papers need no special case. What a digest shows is reserved in the ledger, so that the same
paper reaches the same chat once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import arxiv_calendar, schedule
from bot.gather import Gathered
from bot.issue import Draft, issue
from bot.texts import day, moment, say
from storage import Store
from storage.errors import Busy, Full
from storage.model import (
    Form,
    Match,
    Notice,
    OnQuietDays,
    Parcel,
    SourceCursor,
    Subscriber,
    Subscription,
)

log = logging.getLogger(__name__)

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
    gathered = Gathered(store, oldest)
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


def _publish_chat(
    store: Store,
    chat: Subscriber,
    topics: Sequence[Subscription],
    gathered: Gathered,
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
            seen, others = gathered.seen(topic.cursor), _others(topic, found)
            draft = Draft(period, seen, matches, gathered.explain(topic), others)
            issued += issue(store, chat, topic, draft, now) is not None
        if not issued:
            _tell_quiet(store, chat, topics, now)
    return Published(chats=1, digests=issued, failed=len(unreadable))


def _found(
    gathered: Gathered, topics: Sequence[Subscription]
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
