"""Issue a digest: store it with its receipts and queue its messages.

The ``prepare_`` functions read outside any transaction and change no digest; the ``issue_``
functions write inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.digests.chat_digest import ChatDigest, build_chat_digest, refresh_chat_digest
from bot.digests.new_announcements import NewAnnouncements, recent_matches
from bot.digests.order_matches import order_matches
from bot.digests.select_entries import assemble_digest
from bot.digests.shared_digest import WIDEST_NUMBER, SharedDigests, with_best_summaries
from bot.render.display_options import DisplayOptions
from bot.render.telegram.split_into_messages import Part, digest_parts
from bot.texts import Refusal, say
from bot.topics.query.parser import parse
from storage import Store
from storage.engine.query_time_limit import QueryBudgetExceeded
from storage.records.chats import Chat, Subscription
from storage.records.digests import Digest, EntryOrder
from storage.records.messages import OutboxMessage, Priority
from storage.records.queries import Query

ON_DEMAND_LIMIT = 12
MAX_LEFT_OUT = 200  # stored for a digest without a topic; further entries are only counted
MISSED_DAYS = 30
MISSED_PERIOD_PREFIX = "missed/"


@dataclass(frozen=True, slots=True)
class DigestOccasion:
    """The period that a topic's digest is issued for, and the priority of its messages."""

    period: str
    priority: Priority = Priority.SCHEDULED


def issue_digest(
    store: Store, chat: Chat, chat_digest: ChatDigest, occasion: DigestOccasion, now: datetime
) -> Digest | None:
    """Issue a topic's digest with receipts and messages; None if nothing is left for the chat.

    A chat that has received none of a shared digest gets a copy of it.
    """
    topic, remaining_digest = chat_digest.topic, refresh_chat_digest(store, chat_digest).remaining
    if not remaining_digest.digest.entries:
        return None
    addressed_digest = replace(
        remaining_digest.digest,
        topic=topic.name,
        period=occasion.period,
        bot=chat.bot,
        chat=chat.id,
        thread=topic.thread,
        subscription=topic.key,
        languages=display_options_of(chat, topic).languages,
    )
    digest_number = store.digests.issue(addressed_digest, copy_of=remaining_digest.number)
    remaining_digest.number = digest_number
    digest = replace(addressed_digest, number=digest_number)
    store.receipts.reserve_entries(digest_number, now=now)
    message_parts = remaining_digest.message_parts(
        digest.topic, display_options_of(chat, topic), full=chat.full_entries
    )
    _queue_messages(store, chat, digest, message_parts, occasion.priority, topic)
    return digest


def display_options_of(chat: Chat, topic: Subscription | None = None) -> DisplayOptions:
    """Return how a chat sees its digests: a topic's own form and languages precede the chat's."""
    return DisplayOptions(
        form=(topic.form if topic else None) or chat.form,
        language=chat.language,
        languages=(topic.languages if topic else None) or chat.languages,
        zone=chat.zone,
    )


def _queue_messages(
    store: Store,
    chat: Chat,
    digest: Digest,
    message_parts: Sequence[Part],
    priority: Priority,
    topic: Subscription | None = None,
) -> None:
    """Queue each message of the digest; only the first one makes a sound."""
    display_options = display_options_of(chat, topic)
    is_silent = topic.silent if topic and topic.silent is not None else chat.silent
    for part_index, message_part in enumerate(message_parts):
        store.outbox.put_once(
            OutboxMessage(
                bot=chat.bot,
                chat=chat.id,
                thread=digest.thread,
                period=digest.period,
                part=message_part.number,
                form=display_options.form,
                language=display_options.language,
                languages=display_options.languages,
                zone=display_options.zone,
                digest=digest.number,
                first_entry=message_part.first_entry,
                last_entry=message_part.last_entry,
                silent=is_silent or part_index > 0,
                priority=priority,
            ),
            due_at=digest.issued_at,
        )


@dataclass(frozen=True, slots=True)
class PreparedDigest:
    """A digest that no topic issues, with its message parts; nothing of it is stored yet."""

    digest: Digest
    message_parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class TopicNews:
    """What is new for a topic up to a position, and a digest of the last days to show instead."""

    chat_digest: ChatDigest
    last_position: int
    recent_digest: PreparedDigest | None = None


def prepare_news(
    store: Store, chat: Chat, topics: Sequence[Subscription], now: datetime
) -> tuple[TopicNews, ...]:
    """Return what is new for topics of a chat since their last digests, in the chat's order.

    A topic that never issued a digest shows the last days instead of nothing. The result ends
    before the first topic that exceeds the time for queries, because somebody is waiting.

    Raises:
        Refusal: the first topic alone exceeds the time for queries.
    """
    shown_versions: dict[int, int] = {}
    prepared_news: list[TopicNews] = []
    for topic in topics:
        try:
            announcements = NewAnnouncements(store, topic.cursor, only_query=topic.query)
            chat_digest = build_chat_digest(
                store,
                topic,
                SharedDigests(store, announcements, now).for_topic(topic),
                shown_versions=shown_versions,
            )
            recent_digest = None
            if chat_digest.remaining.digest.entries:
                chat_digest.remaining.message_parts(
                    topic.name, display_options_of(chat, topic), full=chat.full_entries
                )
            elif store.digests.last_issued(chat.bot, chat.id, topic.key) is None:
                recent_digest = prepare_recent(
                    store, chat, parse(topic.query), now, topic.entry_order, topic.limit
                )
        except QueryBudgetExceeded:
            if prepared_news:
                break
            raise Refusal("digest-too-dear", topic=topic.name) from None
        shown_versions |= chat_digest.shown_versions
        prepared_news.append(TopicNews(chat_digest, announcements.last_position, recent_digest))
    return tuple(prepared_news)


def issue_news(
    store: Store, chat: Chat, news: TopicNews, now: datetime, *, thread: int = 0
) -> Digest | None:
    """Issue what is new for a topic; advance its cursor, but not the time when it is due."""
    topic = news.chat_digest.topic
    store.subscriptions.advance_cursor(
        topic, cursor=max(topic.cursor, news.last_position), next_due=topic.next_due
    )
    occasion = DigestOccasion(f"{topic.key}/asked/{topic.cursor}", priority=Priority.INTERACTIVE)
    digest = issue_digest(store, chat, news.chat_digest, occasion, now)
    if digest is None and news.recent_digest:
        return issue_recent(store, chat, news.recent_digest, now, thread=thread)
    return digest


def prepare_recent(
    store: Store,
    chat: Chat,
    query: Query,
    now: datetime,
    entry_order: EntryOrder = EntryOrder.RELEVANCE,
    limit: int = ON_DEMAND_LIMIT,
) -> PreparedDigest | None:
    """Return the digest of what a query matched in the last days, as no topic issues it."""
    digest = limit_left_out(recent_digest(store, query, now, entry_order, limit))
    return _prepare_messages(chat, digest) if digest.entries else None


def issue_recent(
    store: Store,
    chat: Chat,
    prepared: PreparedDigest,
    now: datetime,
    *,
    thread: int = 0,
    occasion: str = "",
) -> Digest:
    """Issue the digest of a query; once only for each ``occasion``, if one is given.

    It moves no cursor and adds no receipts: what is shown here still comes with a topic.
    """
    period = f"words/{prepared.digest.query}/{occasion or timestamp(now)}"
    return _issue_prepared(store, chat, prepared, period, thread)


def prepare_missed(store: Store, chat: Chat, now: datetime, newest: int) -> PreparedDigest | None:
    """Return the next page of what the chat's digests of the last weeks left out or lost.

    ``newest`` is the number of the chat's newest digest: receipts change with it.
    """
    entries = store.entries.missed_entries(chat.bot, chat.id, now - timedelta(days=MISSED_DAYS))
    if not entries:
        return None
    digest = Digest(
        topic=say(chat.language, "missed-title"),
        query="",
        issued_at=now,
        entries=tuple(entries[:ON_DEMAND_LIMIT]),
        left_out=tuple(entries[ON_DEMAND_LIMIT:]),
    )
    return _prepare_messages(chat, with_best_summaries(store, digest, now))


def issue_missed(
    store: Store, chat: Chat, prepared: PreparedDigest, now: datetime, *, thread: int = 0
) -> Digest:
    """Issue a page of missed entries, with receipts: what it shows does not come again."""
    digest = _issue_prepared(
        store, chat, prepared, f"{MISSED_PERIOD_PREFIX}{timestamp(now)}", thread
    )
    store.receipts.reserve_entries(digest.number, now=now)
    return digest


def _issue_prepared(
    store: Store, chat: Chat, prepared: PreparedDigest, period: str, thread: int
) -> Digest:
    addressed_digest = replace(
        prepared.digest,
        period=period,
        bot=chat.bot,
        chat=chat.id,
        thread=thread,
        languages=display_options_of(chat).languages,
    )
    digest = replace(addressed_digest, number=store.digests.issue(addressed_digest))
    _queue_messages(store, chat, digest, prepared.message_parts, Priority.INTERACTIVE)
    return digest


def _prepare_messages(chat: Chat, digest: Digest) -> PreparedDigest:
    message_parts = digest_parts(
        replace(digest, number=WIDEST_NUMBER),
        display_options_of(chat),
        with_entries=chat.full_entries,
    )
    return PreparedDigest(digest, message_parts)


def timestamp(now: datetime) -> str:
    """Return an instant as the periods of digests without a topic have it."""
    return f"{now:%Y-%m-%dT%H:%M:%S.%f}"


def limit_left_out(digest: Digest) -> Digest:
    """Return the digest with the left-out entries that are stored for a digest without a topic."""
    beyond = tuple(entry.kind for entry in digest.left_out[MAX_LEFT_OUT:])
    return replace(digest, left_out=digest.left_out[:MAX_LEFT_OUT], unstored_kinds=beyond)


def recent_digest(
    store: Store,
    query: Query,
    now: datetime,
    entry_order: EntryOrder = EntryOrder.RELEVANCE,
    limit: int = ON_DEMAND_LIMIT,
    *,
    save: bool = True,
) -> Digest:
    """Return the digest of what a query matched in the last days, with summaries but not issued.

    Summaries that are made for it are stored if ``save``.
    """
    matches, explain_matches = recent_matches(store, query, now)
    digest = assemble_digest(
        order_matches(matches, entry_order),
        topic=query.text,
        query=query.text,
        issued=now,
        limit=limit,
        received_versions={},
        entry_order=entry_order,
        explain_matches=explain_matches,
    )
    return with_best_summaries(store, digest, now, save=save)
