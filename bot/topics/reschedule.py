"""When does a topic come that is not due as planned? After a pause, a failure, a wrong clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.topics import next_due
from storage import Store
from storage.records import Chat, Subscription

MAX_DUE_AHEAD = timedelta(days=8)  # a topic comes every week at least
MAX_CHAT_HOLD = timedelta(days=2)  # Telegram's longest floods last for hours


def postpone_topic(store: Store, topic: Subscription, until: datetime | None) -> None:
    """Tries a topic again later rather than each tick; what it has not been told of stays."""
    store.subscriptions.advance_cursor(topic, cursor=topic.cursor, next_due=until)


def end_pauses(store: Store, bot: int, now: datetime) -> None:
    """Ends the pauses whose day has come on the reader's calendar."""
    for chat in store.chats.paused_until_day(bot):
        today = now.astimezone(ZoneInfo(chat.zone)).date()
        if chat.paused_until and chat.paused_until <= today:
            with store.transaction():
                _postpone_overdue(store, chat, chat.paused_until, now)
                store.chats.resume(bot, chat.id)
                store.outbox.requeue_dropped(
                    bot, chat.id, now=now
                )  # a block that the pause had hidden


def _postpone_overdue(store: Store, chat: Chat, until: date, now: datetime) -> None:
    """Lets what a pause made overdue come at the first of its times after it, not at midnight."""
    for topic in store.subscriptions.of_chat(chat.bot, chat.id):
        if topic.next_due and topic.next_due <= now:
            postpone_topic(store, topic, next_due.first_due_on(topic.cadence, topic.zone, until))


def correct_far_due_times(store: Store, bot: int, now: datetime) -> None:
    """Mends what a clock that was ahead has put off for longer than anything is."""
    for topic in store.subscriptions.due_after(bot, now + MAX_DUE_AHEAD):
        postpone_topic(store, topic, next_due.next_due(topic.cadence, topic.zone, now))
    store.outbox.release_far_holds(bot, now, now + MAX_CHAT_HOLD)
