"""Situations as the bot brings them about: announced papers, chats, topics, what reached them.

Bare records for the store's own tests are built in ``tests/storage/builders.py``, which knows
nothing of the bot; digests whose every word is pinned by golden files in ``tests/render``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from bot.concurrency.circuit_breaker import CircuitBreaker
from bot.concurrency.rate_limiter import RateLimiter
from bot.delivery.telegram_floods import TelegramFloods
from bot.delivery.worker import DeliveryCounts, DeliveryWorker
from bot.delivery.worker_context import DeliveryContext
from bot.digests import issue_digest, publish
from bot.render.telegram.reply_encoding import ReplyContent
from bot.render.telegram.split_into_messages import Message
from bot.topics import edit_subscriptions
from storage import Store
from storage.records.chats import Chat, ChatKind, MessageForm, Subscription
from storage.records.digests import Digest, Entry
from storage.records.messages import OutboxMessage, SendOutcome, Sent
from storage.records.papers import Announcement, AnnouncementKind, Paper

BOT = 4_242_424_242
NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
TODAY = NOW.date()
DUE_AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # of a topic that began now, in UTC
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
POLLED_CATEGORIES = frozenset({"cs.CV", "cs.LG", "cs.CL"})


def papers(
    *numbers: int,
    word: str = "diffusion",
    version: int = 1,
    categories: tuple[str, ...] = ("cs.CV", "cs.LG"),
) -> list[Paper]:
    """Papers that differ by their number and have a word in their title."""
    return [
        Paper(
            id=f"arxiv:2611.8{number:04}",
            version=version,
            title=f"Study {number} of {word}",
            abstract=f"We study {word}. It works in {number} cases.",
            authors=("Ada Lovelace",),
            categories=categories,
            link=f"https://arxiv.org/abs/2611.8{number:04}",
        )
        for number in numbers
    ]


def announce(
    store: Store,
    announced_papers: Iterable[Paper],
    *,
    day: date = TODAY,
    kind: AnnouncementKind = AnnouncementKind.NEW,
    feed: str = "cs.CV",
) -> None:
    """Stores papers as a feed announces them."""
    with store.transaction():
        store.papers.add_announcements(
            [Announcement(paper, feed, kind, day) for paper in announced_papers], seen_at=NOW
        )
    publish.mark_feed_round_complete(store, NOW)


def create_chat(
    store: Store, number: int = 1, *, form: MessageForm = MessageForm.CLASSIC, full: bool = False
) -> Chat:
    """Lets a chat be known; a negative number is a group."""
    kind = ChatKind.PRIVATE if number > 0 else ChatKind.SUPERGROUP
    return store.chats.get_or_add(Chat(BOT, number, kind, form=form, full_entries=full))


def subscribe_chat(
    store: Store, reader: Chat, words: str = "diffusion", *, now: datetime = NOW
) -> Subscription:
    """Lets a chat follow a topic from now on."""
    with store.transaction():
        topic, added = edit_subscriptions.subscribe(
            store, reader, words, now, polled_categories=POLLED_CATEGORIES, limit=50
        )
    assert added
    return topic


def set_topic_limit(store: Store, topic: Subscription, limit: int) -> Subscription:
    """Lets a topic show at most so many papers."""
    with store.transaction():
        assert store.subscriptions.update(replace(topic, limit=limit))
    stored_topic = store.subscriptions.get(topic.key)
    assert stored_topic
    return stored_topic


def issue_on_demand(
    store: Store, reader: Chat, topic: Subscription, now: datetime
) -> Digest | None:
    """What /digest issues for a topic."""
    stored_topic = store.subscriptions.get(topic.key)
    assert stored_topic
    [announcements] = issue_digest.prepare_news(store, reader, (stored_topic,), now)
    with store.transaction():
        return issue_digest.issue_news(
            store, reader, replace(announcements, recent_digest=None), now
        )


def issued_digests(store: Store, reader: Chat) -> list[Digest]:
    """What a chat was issued, the oldest first."""
    digest_headings = store.digests.headings_of_chat(reader.bot, reader.id, limit=1000)
    all_digests = [store.digests.get(heading.number) for heading in reversed(digest_headings)]
    return [digest for digest in all_digests if digest]


def paper_numbers(entries: Iterable[Entry]) -> list[int]:
    """Which of ``papers`` these entries show, in their order."""
    return [int(entry.paper.id.partition(".8")[2]) for entry in entries]


def issued_paper_numbers(store: Store, reader: Chat) -> list[list[int]]:
    """Which of ``papers`` each digest of a chat shows, the oldest digest first."""
    return [paper_numbers(digest.entries) for digest in issued_digests(store, reader)]


@dataclass
class FakeSender:
    """Sends nothing and keeps what it was given; what is scripted is answered first."""

    store: Store
    now: datetime = NOW
    script: list[SendOutcome | Exception] = field(default_factory=list)
    scripted_chat: int = 0  # the only chat that the script is for; 0 is any
    sent_messages: list[tuple[OutboxMessage, Message]] = field(default_factory=list)

    async def send(self, outbox_message: OutboxMessage, message: ReplyContent) -> SendOutcome:
        """Keeps what it was given."""
        assert isinstance(message, Message)
        self.sent_messages.append((outbox_message, message))
        if self.script and self.scripted_chat in (0, outbox_message.chat):
            outcome = self.script.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        return Sent(1000 + len(self.sent_messages))

    async def deliver_once(self, *, workers: int = 4) -> DeliveryCounts:
        """Delivers what may leave now."""
        return await DeliveryWorker(self.delivery_worker()).drain(workers=workers)

    async def deliver_repeatedly(self, rounds: int = 60, *, step: timedelta = SECOND) -> None:
        """Delivers again and again while time passes."""
        for _ in range(rounds):
            await self.deliver_once()
            self.now += step

    def recipient_chats(self) -> list[int]:
        """Whom the messages went to, in their order."""
        return [message.chat for message, _ in self.sent_messages]

    def delivery_worker(self) -> DeliveryContext:
        return DeliveryContext(
            store=self.store,
            bot=BOT,
            paper_link=lambda paper, version: f"https://t.me/papergram?start=p_{paper}_{version}",
            holder="postman",
            send=self.send,
            rate_limiter=RateLimiter(monotonic=lambda: 0.0, sleep=_no_sleep),
            circuit_breaker=CircuitBreaker(monotonic=lambda: 0.0, threshold=1000),
            telegram_floods=TelegramFloods(monotonic=lambda: 0.0, min_chats=1000),
            now=lambda: self.now,
        )


async def _no_sleep(_: float) -> None:
    """Waits for nothing."""
