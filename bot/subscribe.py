"""The verb: what a person asks for → subscriptions and settings.

Every function here runs inside the caller's transaction and raises ``Refusal`` for a person.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import arxiv_calendar, schedule, zones
from bot.publish import RECENT_DAYS, recent
from bot.query import QueryError, has_chinese, parse
from bot.texts import Refusal
from storage import Store
from storage.model import (
    Cadence,
    Clause,
    Field,
    Form,
    Not,
    Paper,
    Query,
    Subscriber,
    Subscription,
    Term,
)

MANY = 30 * RECENT_DAYS  # more than this and a digest is never read to its end


@dataclass(frozen=True, slots=True)
class Preview:
    """What a topic would have brought, before anything is stored."""

    query: Query
    papers: int
    days: int  # asked for
    held: int  # arXiv days the store really holds among them
    examples: tuple[Paper, ...]
    known: Subscription | None
    chinese: bool


def preview(
    store: Store,
    subscriber: Subscriber,
    words: str,
    now: datetime,
    *,
    polled: Collection[str],
    thread: int = 0,
) -> Preview:
    """Shows what the topic ``words`` would have brought in the last days; stores nothing.

    Raises:
        QueryError: the words cannot be understood; it points at the character.
        Refusal: the words name a category that this bot does not read.
    """
    query = parse(words)
    _refuse_unread(query, polled)
    last = arxiv_calendar.arxiv_day(now)
    first = last - timedelta(days=RECENT_DAYS - 1)
    found = recent(store, query, now)
    return Preview(
        query=query,
        papers=len(found),
        days=RECENT_DAYS,
        held=sum(first <= day <= last for day, _ in store.papers.days()),
        examples=tuple(match.announcement.paper for match in found[:3]),
        known=_same(store, subscriber, query, thread),
        chinese=has_chinese(query),
    )


def _refuse_unread(query: Query, polled: Collection[str]) -> None:
    """A topic on categories that nobody reads would stay silent for ever; so it is refused."""
    asked = categories(query.clause)
    if asked and not any(code in polled for code in asked):
        raise Refusal(
            "topic-unread",
            categories=", ".join(asked[:5]),
            read=", ".join(sorted(polled)[:12]),
        )


def categories(clause: Clause) -> tuple[str, ...]:
    """The categories a query asks for (not those it excludes), each once, in its order."""
    if isinstance(clause, Term):
        return clause.words if clause.field is Field.CATEGORY else ()
    if isinstance(clause, Not):
        return ()
    return tuple(dict.fromkeys(code for part in clause.clauses for code in categories(part)))


def subscribe(
    store: Store,
    subscriber: Subscriber,
    words: str,
    now: datetime,
    *,
    polled: Collection[str],
    limit: int,
    thread: int = 0,
    cursor: int | None = None,
) -> tuple[Subscription, bool]:
    """Adds a topic to a chat; the flag is False when the chat follows it already.

    ``cursor`` is where a topic that was stopped goes on; a new one begins with what comes.

    Raises:
        QueryError: the words cannot be understood.
        Refusal: the chat follows as many topics as it may, or the bot reads no such category.
    """
    query = parse(words)
    _refuse_unread(query, polled)
    known = _same(store, subscriber, query, thread)
    if known:
        return known, False
    held = store.subscriptions.of(subscriber.bot, subscriber.chat)
    if len(held) >= limit:
        raise Refusal("topic-limit", limit=limit)
    cadence = subscriber.cadence
    wanted = Subscription(
        bot=subscriber.bot,
        chat=subscriber.chat,
        query=query.text,
        name=query.text,
        cadence=cadence,
        zone=subscriber.zone,
        cursor=store.papers.last_seq() if cursor is None else cursor,
        next_due=schedule.next_due(cadence, subscriber.zone, now),
        thread=thread,
        position=max((topic.position for topic in held), default=0) + 1,
    )
    return store.subscriptions.add(wanted)


def unsubscribe(store: Store, subscriber: Subscriber, key: int) -> Subscription:
    """Removes a topic of this chat and returns what it was.

    Raises:
        Refusal: this chat has no such topic.
    """
    topic = topic_of(store, subscriber, key)
    store.subscriptions.remove(topic.key)
    return topic


def topic_of(store: Store, subscriber: Subscriber, key: int) -> Subscription:
    """The topic with this key, if it is this chat's own; anything else is refused."""
    topic = store.subscriptions.get(key)
    if topic is None or (topic.bot, topic.chat) != (subscriber.bot, subscriber.chat):
        raise Refusal("topic-gone")
    return topic


def named(store: Store, subscriber: Subscriber, words: str) -> Subscription | None:
    """The chat's topic that a person names by its number in /list, its name or its words."""
    topics = store.subscriptions.of(subscriber.bot, subscriber.chat)
    if words.isdecimal() and 1 <= int(words) <= len(topics):
        return topics[int(words) - 1]
    folded = words.casefold().strip()
    for topic in topics:
        if folded in (topic.name.casefold(), topic.query.casefold()):
            return topic
    try:
        text = parse(words).text
    except QueryError:
        return None
    return next((topic for topic in topics if topic.query == text), None)


def _same(store: Store, chat: Subscriber, query: Query, thread: int) -> Subscription | None:
    topics = store.subscriptions.of(chat.bot, chat.chat)
    return next((t for t in topics if t.query == query.text and t.thread == thread), None)


def set_zone(store: Store, subscriber: Subscriber, words: str, now: datetime) -> Subscriber:
    """Moves the chat and all its topics to the zone that ``words`` name.

    A digest that came today does not come again because the clock was turned back.
    """
    zone = zones.valid_zone(words)
    if zone is None:
        near = zones.suggested_zones(words, now) or ("Asia/Shanghai",)
        raise Refusal("settings-zone-unknown", given=words[:60], example=near[0])
    changed = replace(subscriber, zone=zone)
    store.subscribers.change(changed)
    for topic in store.subscriptions.of(subscriber.bot, subscriber.chat):
        due = schedule.next_due_after_change(
            topic.cadence, zone, now, served=now, old_zone=topic.zone
        )
        store.subscriptions.change(replace(topic, zone=zone, next_due=due))
    return changed


def set_cadence(
    store: Store, subscriber: Subscriber, cadence: Cadence, now: datetime
) -> Subscriber:
    """Brings every topic of the chat, and those to come, at these times of its zone."""
    changed = replace(subscriber, cadence=cadence)
    store.subscribers.change(changed)
    for topic in store.subscriptions.of(subscriber.bot, subscriber.chat):
        due = schedule.next_due(cadence, topic.zone, now)
        store.subscriptions.change(replace(topic, cadence=cadence, next_due=due))
    return changed


def set_form(store: Store, subscriber: Subscriber, form: Form) -> Subscriber:
    """Shows the chat's digests as a table (rich) or as text (classic)."""
    changed = replace(subscriber, form=form)
    store.subscribers.change(changed)
    return changed


def set_language(store: Store, subscriber: Subscriber, language: str) -> Subscriber:
    """Speaks to the chat in ``language``; what its entries are written in stays."""
    changed = replace(subscriber, language=language)
    store.subscribers.change(changed)
    return changed


def set_languages(store: Store, subscriber: Subscriber, languages: tuple[str, ...]) -> Subscriber:
    """Writes the chat's entries in ``languages``, the first one in the table."""
    changed = replace(subscriber, languages=languages)
    store.subscribers.change(changed)
    return changed
