"""Reschedule topics after a pause, a failure or a wrong clock."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.topics import next_due
from storage import Store
from storage.errors import DatabaseBusy, DatabaseNotWritable
from storage.records.chats import Chat, Subscription

log = logging.getLogger(__name__)

MAX_DUE_AHEAD = timedelta(days=8)  # every topic is due at least once a week
MAX_CHAT_HOLD = timedelta(days=2)  # Telegram's longest rate limits last for hours


def postpone_topic(store: Store, topic: Subscription, until: datetime | None) -> None:
    """Postpone a topic instead of retrying at each tick; its cursor stays."""
    store.subscriptions.advance_cursor(topic, cursor=topic.cursor, next_due=until)


def end_pauses(store: Store, bot: int, now: datetime) -> None:
    """End the pauses whose last day is over in the reader's zone; a failure delays no other."""
    for chat in store.chats.paused_until_day(bot):
        try:
            _end_pause(store, chat, now)
        except (DatabaseBusy, DatabaseNotWritable):
            raise
        except Exception:  # such as a zone that this machine no longer knows
            log.exception("pause not ended", extra={"chat": chat.id})


def _end_pause(store: Store, chat: Chat, now: datetime) -> None:
    today = now.astimezone(ZoneInfo(chat.zone)).date()
    if chat.paused_until is None or chat.paused_until > today:
        return
    with store.transaction():
        # Overdue topics come at their next time, not at midnight.
        for topic in store.subscriptions.of_chat(chat.bot, chat.id):
            if topic.next_due and topic.next_due <= now:
                due = next_due.first_due_on(topic.cadence, topic.zone, chat.paused_until)
                postpone_topic(store, topic, due)
        store.chats.resume(chat.bot, chat.id)
        # The pause may have hidden that the bot was blocked.
        store.outbox_repair.requeue_dropped(chat.bot, chat.id, now=now)


def correct_far_due_times(store: Store, bot: int, now: datetime) -> None:
    """Correct due times that a clock running ahead put too far into the future."""
    for topic in store.subscriptions.due_after(bot, now + MAX_DUE_AHEAD):
        try:
            due = next_due.next_due(topic.cadence, topic.zone, now)
        except Exception:  # such as a zone that this machine no longer knows
            log.exception("due time not corrected", extra={"topic": topic.key})
            continue
        postpone_topic(store, topic, due)
    store.outbox.release_far_holds(bot, now, now + MAX_CHAT_HOLD)
