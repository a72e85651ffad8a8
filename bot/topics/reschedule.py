"""When does a topic come that is not due as planned? After a pause, a failure, a wrong clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.topics import next_due
from storage import Store
from storage.records import Subscriber, Subscription

FARTHEST = timedelta(days=8)  # a topic comes every week at least
LONGEST_HOLD = timedelta(days=2)  # Telegram's longest floods last for hours


def postpone(store: Store, topic: Subscription, until: datetime | None) -> None:
    """Tries a topic again later rather than each tick; what it has not been told of stays."""
    store.subscriptions.advance(topic, cursor=topic.cursor, next_due=until)


def wake(store: Store, bot: int, now: datetime) -> None:
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
            postpone(store, topic, next_due.first_due(topic.cadence, topic.zone, until))


def pull_back(store: Store, bot: int, now: datetime) -> None:
    """Mends what a clock that was ahead has put off for longer than anything is."""
    for topic in store.subscriptions.ahead(bot, now + FARTHEST):
        postpone(store, topic, next_due.next_due(topic.cadence, topic.zone, now))
    store.outbox.pull_back(bot, now, now + LONGEST_HOLD)
