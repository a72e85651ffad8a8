"""Pause topics whose stored query cannot be read any more, and notify their chats once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from storage import Store
from storage.records.chats import Chat, Subscription
from storage.records.messages import Notice, notice_message


def pause_unreadable_topic(store: Store, chat: Chat, topic: Subscription, now: datetime) -> None:
    """Pause a topic and tell its chat why; its cursor stays, so that no paper is missed.

    A topic that was changed meanwhile is left for the next tick.
    """
    if not store.subscriptions.update(replace(topic, paused=True)):
        return
    notice = Notice("topic-unreadable-paused", (("topic", topic.name), ("query", topic.query)))
    message = notice_message(
        chat,
        notice,
        period=f"unreadable/{topic.key}/{topic.row_version}",
        thread=topic.thread,
        zone=topic.zone,
    )
    store.outbox.put_once(message, due_at=now)
