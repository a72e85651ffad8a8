"""The verb: a topic that is followed → its name, place, times; one that was stopped → back.

Every function here runs inside the caller's transaction and raises ``Refusal`` for a person.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bot import schedule
from bot.query import parse
from bot.subscribe import NAME, change, cleaned, refuse_unread, topic_of
from bot.texts import Refusal
from storage import Store
from storage.records import Cadence, Subscriber, Subscription


def rename(store: Store, subscriber: Subscriber, key: int, name: str) -> Subscription:
    """Calls a topic by another name; without one, by its words again."""
    topic = topic_of(store, subscriber, key)
    return change(store, replace(topic, name=cleaned(name)[:NAME] or topic.query[:NAME]))


def move_up(store: Store, subscriber: Subscriber, topic: Subscription) -> None:
    """Puts a topic before the one above it in the chat's own order; the first one stays."""
    held = store.subscriptions.of(subscriber.bot, subscriber.chat)
    at = next((n for n, other in enumerate(held) if other.key == topic.key), 0)
    if at == 0:
        return
    held[at - 1], held[at] = held[at], held[at - 1]
    for position, other in enumerate(held, start=1):
        if other.position != position:
            change(store, replace(other, position=position))


def set_topic_cadence(
    store: Store, topic: Subscription, cadence: Cadence, now: datetime
) -> Subscription:
    """Brings one topic at times of its own."""
    due = schedule.next_due(cadence, topic.zone, now)
    return change(store, replace(topic, cadence=cadence, next_due=due))


def restore(
    store: Store, wanted: Subscription, now: datetime, *, polled: Collection[str], limit: int
) -> bool:
    """Brings back a topic that a chat had; False when it follows it already.

    It goes on where it was, or begins with what comes where its cursor is below 0.

    Raises:
        Refusal: the chat follows as many topics as it may, or the bot reads no such category.
    """
    query = parse(wanted.query)
    refuse_unread(query, polled)
    held = store.subscriptions.of(wanted.bot, wanted.chat)
    if any((t.query, t.thread) == (query.text, wanted.thread) for t in held):
        return False
    if len(held) >= limit:
        raise Refusal("topic-limit", limit=limit)
    last = store.papers.last_seq()
    cursor = min(wanted.cursor, last) if wanted.cursor >= 0 else last
    due = schedule.next_due(wanted.cadence, wanted.zone, now)
    placed = wanted.position or max((topic.position for topic in held), default=0) + 1
    store.subscriptions.add(replace(wanted, cursor=cursor, next_due=due, position=placed))
    return True
