"""Change a chat's subscriptions and settings as a person asks.

Every function here runs inside the caller's transaction and raises ``Refusal`` for a person.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.texts import Refusal
from bot.topics import next_due
from bot.topics.query.chinese_terms import in_english
from bot.topics.query.normal_form import query_categories
from bot.topics.query.parser import QueryError, canonical_text, parse
from bot.topics.topic_name import is_cut, topic_name
from storage import Store
from storage.records.chats import Cadence, Chat, MessageForm, Subscription
from storage.records.queries import Query

MAX_NAME_LENGTH = 120  # characters of a topic's name; its query may be longer
DIGEST_LIMITS = (6, 12, 24, 50)  # papers per digest


def clean_words(words: str) -> str:
    """Return a person's words in their own order, on one line."""
    return " ".join(words.split())


def asks_only_unpolled(query: Query, polled_categories: Collection[str]) -> bool:
    """Return whether a query requires categories of which none is polled."""
    codes = query_categories(query.clause)
    return bool(codes) and not any(code in polled_categories for code in codes)


def refuse_unpolled(query: Query, polled_categories: Collection[str]) -> None:
    """Refuse a topic on categories that are not polled: it would never find anything."""
    if asks_only_unpolled(query, polled_categories):
        codes = query_categories(query.clause)
        raise Refusal(
            "topic-unread",
            categories=", ".join(codes[:5]),
            read=", ".join(sorted(polled_categories)[:12]),
        )


def subscribe(
    store: Store,
    chat: Chat,
    words: str,
    now: datetime,
    *,
    polled_categories: Collection[str],
    limit: int,
    thread: int = 0,
    name: str = "",
) -> tuple[Subscription, bool]:
    """Add a topic that begins with the next announcements; return False if already followed.

    Chinese words are read as English if all of them are known. Without a name the topic is called
    after its words.

    Raises:
        QueryError: the words cannot be understood.
        Refusal: the chat follows as many topics as it may, or no such category is polled.
    """
    query = parse(in_english(words) or words)
    refuse_unpolled(query, polled_categories)
    existing = find_same_topic(store, chat, query, thread)
    if existing:
        return existing, False
    topics = store.subscriptions.of_chat(chat.bot, chat.id)
    if len(topics) >= limit:
        raise Refusal("topic-limit", limit=limit)
    cadence = chat.cadence
    subscription = Subscription(
        bot=chat.bot,
        chat=chat.id,
        query=query.text,
        name=_free_name((name or topic_name(words), clean_words(words), query.text), topics),
        cadence=cadence,
        zone=chat.zone,
        cursor=store.announcements.last_seq(),
        next_due=next_due.next_due(cadence, chat.zone, now),
        thread=thread,
        position=max((topic.position for topic in topics), default=0) + 1,
    )
    return store.subscriptions.add(subscription)


def unsubscribe(store: Store, chat: Chat, key: int) -> Subscription:
    """Remove a topic of this chat and return it as it was.

    Raises:
        Refusal: this chat has no such topic.
    """
    topic = get_own_topic(store, chat, key)
    store.subscriptions.remove(topic.key)
    return topic


def get_own_topic(store: Store, chat: Chat, key: int) -> Subscription:
    """Return this chat's topic with the key, or raise Refusal."""
    topic = store.subscriptions.get(key)
    if topic is None or (topic.bot, topic.chat) != (chat.bot, chat.id):
        raise Refusal("topic-gone")
    return topic


def is_parsable(topic: Subscription) -> bool:
    """Return whether this version can parse a topic's stored query."""
    try:
        parse(topic.query)
    except QueryError:
        return False
    return True


def edit_query(
    store: Store, chat: Chat, key: int, words: str, *, polled_categories: Collection[str]
) -> tuple[Subscription, Subscription]:
    """Change a topic's query; return the topic as it was and as it is.

    Its cursor stays. So does a name that a person chose; a name that was only the query becomes the
    new query. Chinese words are read as for a new topic.

    Raises:
        QueryError: the words cannot be understood.
        Refusal: it is not the chat's topic, another one has the same query, or none of its
            categories is polled.
    """
    query = parse(in_english(words) or words)
    refuse_unpolled(query, polled_categories)
    old = get_own_topic(store, chat, key)
    duplicate = find_same_topic(store, chat, query, old.thread)
    if duplicate and duplicate.key != old.key:
        raise Refusal("topic-same", topic=duplicate.name)
    name = old.name
    if _is_default_name(old):
        topics = store.subscriptions.of_chat(chat.bot, chat.id)
        name = _free_name((topic_name(words), clean_words(words), query.text), topics, key)
    return old, save_topic(store, replace(old, query=query.text, name=name))


def _free_name(names: Sequence[str], topics: Sequence[Subscription], key: int = 0) -> str:
    """Return the first name that no other topic has, else the last one."""
    taken_names = {topic.name.casefold() for topic in topics if topic.key != key}
    cut_names = [name[:MAX_NAME_LENGTH] for name in names]
    return next((name for name in cut_names if name.casefold() not in taken_names), cut_names[-1])


def _is_default_name(topic: Subscription) -> bool:
    """Return whether a topic's name is merely its query, in whatever order."""
    if is_cut(topic.name) or _words_of(topic.name) == _words_of(topic_name(topic.query)):
        return True
    try:
        text = parse(in_english(topic.name) or topic.name).text
        return text == canonical_text(topic.query) or topic.query.startswith(topic.name)
    except QueryError:
        return False


def _words_of(name: str) -> list[str]:
    return sorted(name.casefold().split())


def save_topic(store: Store, topic: Subscription) -> Subscription:
    """Store a topic as given and return it.

    Raises:
        Refusal: it was changed or removed meanwhile.
    """
    if not store.subscriptions.update(topic):
        raise Refusal("topic-changed")
    return store.subscriptions.get(topic.key) or topic


def find_topic(store: Store, chat: Chat, words: str) -> Subscription | None:
    """Return the chat's topic with this number in /list, name or query, if any."""
    topics = store.subscriptions.of_chat(chat.bot, chat.id)
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
    return next((topic for topic in topics if canonical_text(topic.query) == text), None)


def find_same_topic(store: Store, chat: Chat, query: Query, thread: int) -> Subscription | None:
    """Return the topic with an equivalent query in a chat's thread, if any."""
    return _same_topic(store.subscriptions.of_chat(chat.bot, chat.id), query, thread)


def _same_topic(topics: Sequence[Subscription], query: Query, thread: int) -> Subscription | None:
    thread_topics = (topic for topic in topics if topic.thread == thread)
    return next(
        (topic for topic in thread_topics if canonical_text(topic.query) == query.text), None
    )


def set_zone(store: Store, chat: Chat, zone: str, now: datetime) -> Chat:
    """Move the chat and all its topics to an IANA zone.

    A digest that came today does not come again because the clock was turned back.
    """
    updated = replace(chat, zone=zone)
    store.chats.update(updated)
    for topic in store.subscriptions.of_chat(chat.bot, chat.id):
        # Not the last served time: a second change of zone would forget the first one's.
        due = topic.next_due
        served = next_due.previous_due(topic.cadence, topic.zone, due) if due else now
        due = next_due.next_due_after_zone_change(
            topic.cadence, zone, now, last_served=served or now, old_zone=topic.zone
        )
        store.subscriptions.update(replace(topic, zone=zone, next_due=due))
    return updated


def set_cadence(store: Store, chat: Chat, cadence: Cadence, now: datetime) -> Chat:
    """Set the cadence of the chat's current and future topics.

    A topic with a cadence of its own keeps it.
    """
    updated = replace(chat, cadence=cadence)
    store.chats.update(updated)
    for topic in store.subscriptions.of_chat(chat.bot, chat.id):
        if topic.cadence != chat.cadence:
            continue
        due = next_due.next_due(cadence, topic.zone, now)
        store.subscriptions.update(replace(topic, cadence=cadence, next_due=due))
    return updated


def set_form(store: Store, chat: Chat, form: MessageForm) -> Chat:
    """Show the chat's digests as one of the tables or as text."""
    updated = replace(chat, form=form)
    store.chats.update(updated)
    return updated


def set_language(store: Store, chat: Chat, language: str) -> Chat:
    """Set the language of the chat's messages; the languages of its entries stay."""
    updated = replace(chat, language=language)
    store.chats.update(updated)
    return updated


def set_languages(store: Store, chat: Chat, languages: tuple[str, ...]) -> Chat:
    """Set the languages of the chat's entries; the first is the table's."""
    updated = replace(chat, languages=languages)
    store.chats.update(updated)
    return updated


def rename_topic(store: Store, chat: Chat, key: int, name: str) -> Subscription:
    """Rename a topic; without a name, name it after its query."""
    topic = get_own_topic(store, chat, key)
    topics = store.subscriptions.of_chat(chat.bot, chat.id)
    chosen_name = clean_words(name)[:MAX_NAME_LENGTH]
    return save_topic(
        store,
        replace(
            topic,
            name=chosen_name or _free_name((topic_name(topic.query), topic.query), topics, key),
        ),
    )


def move_topic_up(store: Store, chat: Chat, topic: Subscription) -> None:
    """Move a topic one place up in the chat's order; the first one stays."""
    topics = store.subscriptions.of_chat(chat.bot, chat.id)
    index = next((n for n, other in enumerate(topics) if other.key == topic.key), 0)
    if index == 0:
        return
    topics[index - 1], topics[index] = topics[index], topics[index - 1]
    for position, other in enumerate(topics, start=1):
        if other.position != position:
            save_topic(store, replace(other, position=position))


def set_topic_cadence(
    store: Store, topic: Subscription, cadence: Cadence, now: datetime
) -> Subscription:
    """Give one topic a cadence of its own."""
    due = next_due.next_due(cadence, topic.zone, now)
    return save_topic(store, replace(topic, cadence=cadence, next_due=due))


def restore_topic(
    store: Store,
    removed_topic: Subscription,
    now: datetime,
    *,
    polled_categories: Collection[str],
    limit: int,
) -> bool:
    """Restore a topic that a chat removed; return False if it is already followed.

    It continues from its cursor, or from the next announcements if its cursor is below 0.

    Raises:
        Refusal: the chat follows as many topics as it may, or no such category is polled.
    """
    query = parse(removed_topic.query)
    refuse_unpolled(query, polled_categories)
    topics = store.subscriptions.of_chat(removed_topic.bot, removed_topic.chat)
    if _same_topic(topics, query, removed_topic.thread):
        return False
    if len(topics) >= limit:
        raise Refusal("topic-limit", limit=limit)
    last = store.announcements.last_seq()
    cursor = min(removed_topic.cursor, last) if removed_topic.cursor >= 0 else last
    due = next_due.next_due(removed_topic.cadence, removed_topic.zone, now)
    position = removed_topic.position or max((topic.position for topic in topics), default=0) + 1
    store.subscriptions.add(replace(removed_topic, cursor=cursor, next_due=due, position=position))
    return True
