"""Pause topics whose stored query cannot be read any more, and notify their chats once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from storage import Store
from storage.records.chats import Chat, MessageForm, Subscription
from storage.records.messages import Notice, OutboxMessage


def pause_unreadable_topic(store: Store, chat: Chat, topic: Subscription, now: datetime) -> None:
    """Pause a topic and tell its chat why; its cursor stays, so that no paper is missed.

    A topic that was changed meanwhile is left for the next tick.
    """
    if not store.subscriptions.update(replace(topic, paused=True)):
        return
    store.outbox.put_once(
        OutboxMessage(
            bot=chat.bot,
            chat=chat.id,
            thread=topic.thread,
            period=f"unreadable/{topic.key}/{topic.row_version}",
            part=1,
            form=MessageForm.CLASSIC,
            language=chat.language,
            languages=chat.languages,
            zone=topic.zone,
            notice=Notice(
                "topic-unreadable-paused", (("topic", topic.name), ("query", topic.query))
            ),
        ),
        due_at=now,
    )
