"""The verb: what a person asks for → subscriptions and settings.

Every function here runs inside the caller's transaction and raises ``Refusal`` for a person.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bot.texts import Refusal
from bot.texts.dates import zone_of_city
from bot.topics import next_due, time_zones
from bot.topics.query.parser import QueryError, parse, printed_anew
from storage import Store
from storage.records import Cadence, Clause, Field, Form, Not, Query, Subscriber, Subscription, Term

NAME = 120  # characters of a topic's name; its words may be longer
LIMITS = (6, 12, 24, 50)  # papers of a digest


def cleaned(words: str) -> str:
    """A person's words in their own order, on one line."""
    return " ".join(words.split())


def is_unread(query: Query, polled: Collection[str]) -> bool:
    """Whether a query asks for categories of which none is read."""
    asked = categories(query.clause)
    return bool(asked) and not any(code in polled for code in asked)


def refuse_unread(query: Query, polled: Collection[str]) -> None:
    """A topic on categories that nobody reads would stay silent for ever; so it is refused."""
    if is_unread(query, polled):
        asked = categories(query.clause)
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
) -> tuple[Subscription, bool]:
    """Adds a topic that begins with what comes; the flag is False when it is followed already.

    Raises:
        QueryError: the words cannot be understood.
        Refusal: the chat follows as many topics as it may, or the bot reads no such category.
    """
    query = parse(words)
    refuse_unread(query, polled)
    known = same(store, subscriber, query, thread)
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
        name=cleaned(words)[:NAME],
        cadence=cadence,
        zone=subscriber.zone,
        cursor=store.papers.last_seq(),
        next_due=next_due.next_due(cadence, subscriber.zone, now),
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


def is_readable(topic: Subscription) -> bool:
    """Whether a topic's stored words can be read by this version."""
    try:
        parse(topic.query)
    except QueryError:
        return False
    return True


def edit_query(
    store: Store, subscriber: Subscriber, key: int, words: str, *, polled: Collection[str]
) -> tuple[Subscription, Subscription]:
    """Lets a topic ask for other words and returns it as it was and as it is.

    What it has been told of stays told. A name that a person chose stays too; one that was
    only the words becomes the new words.

    Raises:
        QueryError: the words cannot be understood.
        Refusal: it is not the chat's topic, another one asks for the same, or nobody reads
            these categories.
    """
    query = parse(words)
    refuse_unread(query, polled)
    old = topic_of(store, subscriber, key)
    known = same(store, subscriber, query, old.thread)
    if known and known.key != old.key:
        raise Refusal("topic-same", topic=known.name)
    name = cleaned(words)[:NAME] if _is_only_words(old) else old.name
    return old, change(store, replace(old, query=query.text, name=name))


def _is_only_words(topic: Subscription) -> bool:
    """Whether a topic's name is nothing but the words it asks for."""
    try:
        text = parse(topic.name).text
        return text == printed_anew(topic.query) or topic.query.startswith(topic.name)
    except QueryError:
        return False


def change(store: Store, topic: Subscription) -> Subscription:
    """Keeps a topic as it is given now.

    Raises:
        Refusal: it was changed or removed a moment ago.
    """
    if not store.subscriptions.change(topic):
        raise Refusal("topic-changed")
    return store.subscriptions.get(topic.key) or topic


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
    return next((topic for topic in topics if printed_anew(topic.query) == text), None)


def same(store: Store, chat: Subscriber, query: Query, thread: int) -> Subscription | None:
    """The topic with which a chat's thread asks for the same already, in whatever words."""
    topics = store.subscriptions.of(chat.bot, chat.chat)
    here = (topic for topic in topics if topic.thread == thread)
    return next((topic for topic in here if printed_anew(topic.query) == query.text), None)


def set_zone(store: Store, subscriber: Subscriber, words: str, now: datetime) -> Subscriber:
    """Moves the chat and all its topics to the zone that ``words`` name.

    A digest that came today does not come again because the clock was turned back.
    """
    zone = time_zones.valid_zone(words) or zone_of_city(words)
    if zone is None:
        near = time_zones.suggested_zones(words, now) or ("Asia/Shanghai",)
        raise Refusal("settings-zone-unknown", given=words[:60], example=near[0])
    changed = replace(subscriber, zone=zone)
    store.subscribers.change(changed)
    for topic in store.subscriptions.of(subscriber.bot, subscriber.chat):
        # Not what the clock says was served: a second change would forget the first one's.
        due = topic.next_due
        served = next_due.last_before(topic.cadence, topic.zone, due) if due else now
        due = next_due.next_due_after_change(
            topic.cadence, zone, now, served=served or now, old_zone=topic.zone
        )
        store.subscriptions.change(replace(topic, zone=zone, next_due=due))
    return changed


def set_cadence(
    store: Store, subscriber: Subscriber, cadence: Cadence, now: datetime
) -> Subscriber:
    """Brings the chat's topics, and those to come, at these times of its zone.

    A topic with times of its own keeps them.
    """
    changed = replace(subscriber, cadence=cadence)
    store.subscribers.change(changed)
    for topic in store.subscriptions.of(subscriber.bot, subscriber.chat):
        if topic.cadence != subscriber.cadence:
            continue
        due = next_due.next_due(cadence, topic.zone, now)
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
    due = next_due.next_due(cadence, topic.zone, now)
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
    due = next_due.next_due(wanted.cadence, wanted.zone, now)
    placed = wanted.position or max((topic.position for topic in held), default=0) + 1
    store.subscriptions.add(replace(wanted, cursor=cursor, next_due=due, position=placed))
    return True
