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
        category_codes = query_categories(query.clause)
        raise Refusal(
            "topic-unread",
            categories=", ".join(category_codes[:5]),
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
    existing_topic = find_same_topic(store, chat, query, thread)
    if existing_topic:
        return existing_topic, False
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
    old_topic = get_own_topic(store, chat, key)
    same_topic = find_same_topic(store, chat, query, old_topic.thread)
    if same_topic and same_topic.key != old_topic.key:
        raise Refusal("topic-same", topic=same_topic.name)
    new_name = old_topic.name
    if _is_default_name(old_topic):
        topics = store.subscriptions.of_chat(chat.bot, chat.id)
        new_name = _free_name((topic_name(words), clean_words(words), query.text), topics, key)
    return old_topic, save_topic(store, replace(old_topic, query=query.text, name=new_name))


def _free_name(names: Sequence[str], topics: Sequence[Subscription], key: int = 0) -> str:
    """Return the first name that no other topic has, else the last one."""
    taken_names = {topic.name.casefold() for topic in topics if topic.key != key}
    cut_names = [default_name[:MAX_NAME_LENGTH] for default_name in names]
    return next(
        (default_name for default_name in cut_names if default_name.casefold() not in taken_names),
        cut_names[-1],
    )


def _is_default_name(topic: Subscription) -> bool:
    """Return whether a topic's name is merely its query, in whatever order."""
    if is_cut(topic.name) or _words_of(topic.name) == _words_of(topic_name(topic.query)):
        return True
    try:
        canonical_query = parse(in_english(topic.name) or topic.name).text
        return canonical_query == canonical_text(topic.query) or topic.query.startswith(topic.name)
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
    folded_words = words.casefold().strip()
    for topic in topics:
        if folded_words in (topic.name.casefold(), topic.query.casefold()):
            return topic
    try:
        canonical_query = parse(words).text
    except QueryError:
        return None
    return next((topic for topic in topics if canonical_text(topic.query) == canonical_query), None)


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
    updated_chat = replace(chat, zone=zone)
    store.chats.update(updated_chat)
    for topic in store.subscriptions.of_chat(chat.bot, chat.id):
        # Not the last served time: a second change of zone would forget the first one's.
        old_due = topic.next_due
        previous_due_time = (
            next_due.previous_due(topic.cadence, topic.zone, old_due) if old_due else now
        )
        old_due = next_due.next_due_after_zone_change(
            topic.cadence, zone, now, last_served=previous_due_time or now, old_zone=topic.zone
        )
        store.subscriptions.update(replace(topic, zone=zone, next_due=old_due))
    return updated_chat


def set_cadence(store: Store, chat: Chat, cadence: Cadence, now: datetime) -> Chat:
    """Set the cadence of the chat's current and future topics.

    A topic with a cadence of its own keeps it.
    """
    updated_chat = replace(chat, cadence=cadence)
    store.chats.update(updated_chat)
    for topic in store.subscriptions.of_chat(chat.bot, chat.id):
        if topic.cadence != chat.cadence:
            continue
        due_at = next_due.next_due(cadence, topic.zone, now)
        store.subscriptions.update(replace(topic, cadence=cadence, next_due=due_at))
    return updated_chat


def set_form(store: Store, chat: Chat, form: MessageForm) -> Chat:
    """Show the chat's digests as one of the tables or as text."""
    updated_chat = replace(chat, form=form)
    store.chats.update(updated_chat)
    return updated_chat


def set_language(store: Store, chat: Chat, language: str) -> Chat:
    """Set the language of the chat's messages; the languages of its entries stay."""
    updated_chat = replace(chat, language=language)
    store.chats.update(updated_chat)
    return updated_chat


def set_languages(store: Store, chat: Chat, languages: tuple[str, ...]) -> Chat:
    """Set the languages of the chat's entries; the first is the table's."""
    updated_chat = replace(chat, languages=languages)
    store.chats.update(updated_chat)
    return updated_chat


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
    topic_index = next(
        (n for n, listed_topic in enumerate(topics) if listed_topic.key == topic.key), 0
    )
    if topic_index == 0:
        return
    topics[topic_index - 1], topics[topic_index] = topics[topic_index], topics[topic_index - 1]
    for position, listed_topic in enumerate(topics, start=1):
        if listed_topic.position != position:
            save_topic(store, replace(listed_topic, position=position))


def set_topic_cadence(
    store: Store, topic: Subscription, cadence: Cadence, now: datetime
) -> Subscription:
    """Give one topic a cadence of its own."""
    due_at = next_due.next_due(cadence, topic.zone, now)
    return save_topic(store, replace(topic, cadence=cadence, next_due=due_at))


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
    last_seq = store.announcements.last_seq()
    cursor = min(removed_topic.cursor, last_seq) if removed_topic.cursor >= 0 else last_seq
    due_at = next_due.next_due(removed_topic.cadence, removed_topic.zone, now)
    position = removed_topic.position or max((topic.position for topic in topics), default=0) + 1
    store.subscriptions.add(
        replace(removed_topic, cursor=cursor, next_due=due_at, position=position)
    )
    return True
