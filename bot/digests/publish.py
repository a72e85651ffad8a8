"""Issue the digests of chats that are due; each chat is published whole or not at all.

The window of a topic is "announced since its cursor", never the clock: downtime, weekends and late
papers need no special case. What a digest shows is reserved in the receipts, so that the same paper
reaches the same chat once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import chain, islice, takewhile

from bot.digests.chat_digest import ChatDigest, build_chat_digest, other_topics_by_paper
from bot.digests.issue_digest import DigestOccasion, display_options_of, issue_digest
from bot.digests.new_announcements import (
    NewAnnouncements,
    SlicedAnnouncements,
    oldest_indexed_position,
)
from bot.digests.notices import notify_quiet_day
from bot.digests.shared_digest import SharedDigest, SharedDigests
from bot.digests.wait_for_summaries import SummaryWait
from bot.topics import next_due
from bot.topics.ask_for_place import ask_for_places
from bot.topics.query.parser import QueryError
from bot.topics.reschedule import correct_far_due_times, end_pauses, postpone_topic
from bot.topics.unreadable_topics import pause_unreadable_topic
from storage import Store
from storage.errors import DatabaseBusy, DatabaseNotWritable
from storage.records.chats import Chat, Subscription
from storage.records.feeds import FeedCursor

log = logging.getLogger(__name__)

CHATS_PER_TRANSACTION = 32  # other writers wait for each transaction
CATCH_UP_CHATS = 10_000  # chats far behind that share one pass over the slices
RETRY_FAILED_AFTER = timedelta(minutes=15)
FEED_ROUND_CURSOR = "settled"  # not a source: the mark of the last complete round of feeds


@dataclass(frozen=True, slots=True)
class PublishResult:
    """Counts of what a tick did."""

    chats: int = 0
    digests: int = 0
    failed: int = 0

    def __add__(self, other: PublishResult) -> PublishResult:
        """Return the sums of these counts and another's."""
        return PublishResult(
            self.chats + other.chats, self.digests + other.digests, self.failed + other.failed
        )


def publish_due_chats(
    store: Store,
    bot: int,
    now: datetime,
    *,
    should_continue: Callable[[], bool] = lambda: True,
    summary_wait: SummaryWait | None = None,
) -> PublishResult:
    """Issue the digests of every due chat; a chat that fails delays no other.

    Chats whose cursors lie far back are left to ``publish_chats_behind``.

    ``should_continue`` is called between chats; once it returns False, the rest stay due. With
    ``summary_wait``, a chat whose summaries are being made also stays due, for a short while.
    """
    end_pauses(store, bot, now)
    correct_far_due_times(store, bot, now)
    ask_for_places(store, bot, now)
    last_round = last_feed_round(store)
    due_chats = store.subscriptions.due_chats(bot, now, last_seq=last_round)
    oldest_position = oldest_indexed_position(store) if due_chats else 0
    due_chats = [
        (chat, cursor)
        for chat, cursor in due_chats
        if cursor >= oldest_position and not (summary_wait and summary_wait.is_waiting(chat, now))
    ]
    if not due_chats:
        return PublishResult()
    announcements = NewAnnouncements(store, min(cursor for _, cursor in due_chats))
    publish_run = _PublishRun(store, bot, now, last_round, announcements, summary_wait)
    return publish_run.publish(
        [chat for chat, _ in due_chats],
        should_continue,
        chats_per_transaction=CHATS_PER_TRANSACTION,
    )


def publish_chats_behind(
    store: Store, bot: int, now: datetime, *, should_continue: Callable[[], bool] = lambda: True
) -> PublishResult:
    """Issue the digests of due chats whose cursors lie far back.

    The announcements they missed are read in slices, however many there are. That takes a while, so
    it is kept out of the tick that all other chats wait for; the digests are the same, but
    only the topic's words order them.
    """
    last_round = last_feed_round(store)
    oldest_position = oldest_indexed_position(store)
    due_chats = store.subscriptions.due_chats(bot, now, last_seq=last_round)
    chats_behind = [chat for chat, cursor in due_chats if cursor < oldest_position]
    publish_result = PublishResult()
    while chats_behind and should_continue():
        topics_by_chat = {
            chat: store.subscriptions.due(bot, chat, now, last_seq=last_round)
            for chat in chats_behind[:CATCH_UP_CHATS]
        }
        first_topics = next((topics for topics in topics_by_chat.values() if topics), [])
        if not first_topics:
            chats_behind = chats_behind[CATCH_UP_CHATS:]
            continue
        announcements = SlicedAnnouncements(
            store,
            chain.from_iterable(topics_by_chat.values()),
            required=first_topics,
            should_continue=should_continue,
        )
        if not announcements.is_complete:
            break
        ready_chats = [
            chat
            for chat, topics in topics_by_chat.items()
            if all(map(announcements.covers, topics))
        ]
        publish_run = _PublishRun(store, bot, now, last_round, announcements, None)
        # One chat a transaction: each writes thousands of rows.
        publish_result += publish_run.publish(ready_chats, should_continue, chats_per_transaction=1)
        published_chats = set(ready_chats)
        chats_behind = [chat for chat in chats_behind if chat not in published_chats]
    return publish_result


def mark_feed_round_complete(store: Store, now: datetime) -> None:
    """Record that a round of feeds is complete; "as soon as announced" topics are due up to here.

    Without this mark they would get a digest for each feed of the round.
    """
    last_seq = store.announcements.last_seq()
    if last_seq != last_feed_round(store):
        store.feed_cursors.put(
            FeedCursor(FEED_ROUND_CURSOR, resumption_token=str(last_seq), checked_at=now)
        )


def last_feed_round(store: Store) -> int:
    """Return the position of the last announcement of the last complete round of feeds."""
    return int(store.feed_cursors.get(FEED_ROUND_CURSOR).resumption_token or 0)


@dataclass(frozen=True, slots=True)
class _DueChat:
    """A chat with the digests of its due topics, and the topics that failed."""

    chat: Chat
    chat_digests: list[ChatDigest] = field(default_factory=list)
    failed: list[Subscription] = field(default_factory=list)
    unreadable: list[Subscription] = field(default_factory=list)

    @property
    def topics(self) -> list[Subscription]:
        """Return all topics of the chat that are due."""
        return [
            *(chat_digest.topic for chat_digest in self.chat_digests),
            *self.failed,
            *self.unreadable,
        ]

    def set_aside(self, topic: Subscription, error: Exception) -> None:
        """Note a topic that has no digest, to be postponed or paused, and log why."""
        if isinstance(error, QueryError):
            log.warning("topic cannot be read", extra={"topic": topic.key})
            self.unreadable.append(topic)
        else:
            log.error("topic not published", exc_info=error, extra={"topic": topic.key})
            self.failed.append(topic)


class _PublishRun:
    """Publishes the chats that are due at one instant, a few in each transaction."""

    def __init__(
        self,
        store: Store,
        bot: int,
        now: datetime,
        last_round: int,
        announcements: NewAnnouncements | SlicedAnnouncements,
        summary_wait: SummaryWait | None,
    ) -> None:
        self._store = store
        self._bot = bot
        self._now = now
        self._last_round = last_round
        self._summary_wait = summary_wait
        self._announced_at = store.feed_cursors.get(FEED_ROUND_CURSOR).checked_at
        self._announcements = announcements
        self._shared_digests = SharedDigests(store, announcements, now)
        self._next_due = cache(lambda cadence, zone: next_due.next_due(cadence, zone, now))
        self._period_name = cache(next_due.period_name)

    def publish(
        self,
        chats: Iterable[int],
        should_continue: Callable[[], bool],
        *,
        chats_per_transaction: int,
    ) -> PublishResult:
        """Publish the chats in batches, until ``should_continue`` returns False.

        Each chat is published whole or not at all, whatever happens to the others of its batch.
        """
        publish_result, remaining_chats = PublishResult(), iter(chats)
        while chat_batch := list(
            takewhile(lambda _: should_continue(), islice(remaining_chats, chats_per_transaction))
        ):
            due_chats: list[_DueChat] = []
            for chat_id in chat_batch:  # digests are built before the store is locked
                try:
                    due_chat = self._prepare_chat(chat_id)
                except (DatabaseBusy, DatabaseNotWritable):
                    raise
                except Exception:  # such as a row that cannot be read
                    log.exception("chat not published", extra={"chat": chat_id})
                    publish_result += PublishResult(failed=1)
                    continue
                if due_chat:
                    due_chats.append(due_chat)
            with self._store.transaction():
                for due_chat in due_chats:
                    try:
                        with self._store.savepoint():
                            publish_result += self._issue_digests(due_chat)
                    except (DatabaseBusy, DatabaseNotWritable):
                        raise  # affects every chat: the next tick goes on with those that are left
                    except Exception:
                        log.exception("chat not published", extra={"chat": due_chat.chat.id})
                        for chat_digest in due_chat.chat_digests:
                            chat_digest.shared.number = 0  # rolled back: the number is free again
                        for topic in due_chat.topics:
                            postpone_topic(self._store, topic, self._now + RETRY_FAILED_AFTER)
                        publish_result += PublishResult(failed=1)
        return publish_result

    def _prepare_chat(self, chat_id: int) -> _DueChat | None:
        """Build the digests of a chat's due topics, in its order, and order missing summaries.

        Return None if nothing is due any more, or the chat waits for summaries.
        """
        chat = self._store.chats.get(self._bot, chat_id)
        due_topics = self._store.subscriptions.due(
            self._bot, chat_id, self._now, last_seq=self._last_round
        )
        # Announcements that were not read would be skipped: a topic that was resumed or got
        # another cadence meanwhile is due at the next tick.
        topics = [topic for topic in due_topics if self._announcements.covers(topic)]
        if not chat or not topics:  # stopped or published a moment ago
            return None

        due_chat = _DueChat(chat)
        topic_digests: list[tuple[Subscription, SharedDigest]] = []
        for topic in topics:
            try:
                topic_digests.append((topic, self._shared_digests.for_topic(topic)))
            except (DatabaseBusy, DatabaseNotWritable):
                raise
            except Exception as error:
                due_chat.set_aside(topic, error)

        other_topics = other_topics_by_paper(topic_digests)
        shown_versions: dict[int, int] = {}
        for topic, shared_digest in topic_digests:
            try:
                chat_digest = build_chat_digest(
                    self._store,
                    topic,
                    shared_digest,
                    shown_versions=shown_versions,
                    other_topics=other_topics[topic.key],
                )
                if chat_digest.remaining.digest.entries:  # cut and cache its messages now
                    chat_digest.remaining.message_parts(
                        topic.name, display_options_of(chat, topic), full=chat.full_entries
                    )
            except (DatabaseBusy, DatabaseNotWritable):
                raise
            except Exception as error:
                due_chat.set_aside(topic, error)
                continue
            shown_versions |= chat_digest.shown_versions
            due_chat.chat_digests.append(chat_digest)

        if self._summary_wait and due_chat.chat_digests:
            digests = [
                (chat_digest.topic, chat_digest.remaining.digest)
                for chat_digest in due_chat.chat_digests
            ]
            try:
                self._summary_wait.order_missing(chat, digests, self._announced_at, self._now)
            except (DatabaseBusy, DatabaseNotWritable):
                raise
            except Exception:  # a digest never depends on summaries by a model
                log.exception("glosses not waited for", extra={"chat": chat_id})
            if self._summary_wait.is_waiting(chat_id, self._now):
                return None
        return due_chat

    def _issue_digests(self, due_chat: _DueChat) -> PublishResult:
        """Issue the digests of a chat's due topics and advance their cursors."""
        chat = due_chat.chat
        for topic in due_chat.failed:
            postpone_topic(self._store, topic, self._now + RETRY_FAILED_AFTER)
        for topic in due_chat.unreadable:
            pause_unreadable_topic(self._store, chat, topic, self._now)
        failed_count = len(due_chat.failed) + len(due_chat.unreadable)
        issued_count = changed_count = 0
        for chat_digest in due_chat.chat_digests:
            topic = chat_digest.topic
            is_advanced = self._store.subscriptions.advance_cursor(
                topic,
                cursor=max(topic.cursor, self._announcements.last_position),
                next_due=self._next_due(topic.cadence, topic.zone),
            )
            if not is_advanced:  # edited a moment ago: the next tick reads its new state
                changed_count += 1
                continue
            # The cursor makes the period unique; a local time alone is not: the zone may change,
            # and two batches announced within a minute are two occasions.
            period = self._period_name(topic.cadence, topic.zone, topic.next_due or self._now)
            occasion = DigestOccasion(f"{topic.key}/{period}/{topic.cursor}")
            if issue_digest(self._store, chat, chat_digest, occasion, self._now):
                issued_count += 1
        # A topic that was changed a moment ago or could not be read may still have papers.
        if not (issued_count or changed_count or failed_count):
            notify_quiet_day(self._store, chat, due_chat.topics, self._now)
        return PublishResult(chats=1, digests=issued_count, failed=failed_count)
