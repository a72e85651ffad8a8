"""Situations of the verbs: papers as they are announced, chats, topics, and what reached them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from bot.concurrency.rate_limiter import Breaker, Floods, Pace
from bot.delivery.worker import Delivered, Desk, deliver
from bot.digests import issue_digest, publish
from bot.render.telegram.split_into_messages import Message
from bot.render.telegram.stored_answer import Said
from bot.topics import edit_subscriptions
from storage import Store
from storage.records import (
    Announcement,
    ChatKind,
    Digest,
    Entry,
    Form,
    Kind,
    Outcome,
    Paper,
    Parcel,
    Sent,
    Subscriber,
    Subscription,
)

BOT = 4_242_424_242
NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
TODAY = NOW.date()
DUE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # of a topic that began now, in UTC
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
POLLED = frozenset({"cs.CV", "cs.LG", "cs.CL"})


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
    of: Iterable[Paper],
    *,
    day: date = TODAY,
    kind: Kind = Kind.NEW,
    feed: str = "cs.CV",
) -> None:
    """Stores papers as a feed announces them."""
    with store.transaction():
        store.papers.add([Announcement(paper, feed, kind, day) for paper in of], seen=NOW)
    publish.settle(store, NOW)


def chat(
    store: Store, number: int = 1, *, form: Form = Form.CLASSIC, full: bool = False
) -> Subscriber:
    """Lets a chat be known; a negative number is a group."""
    kind = ChatKind.PRIVATE if number > 0 else ChatKind.SUPERGROUP
    return store.subscribers.ensure(Subscriber(BOT, number, kind, form=form, full=full))


def follow(
    store: Store, reader: Subscriber, words: str = "diffusion", *, now: datetime = NOW
) -> Subscription:
    """Lets a chat follow a topic from now on."""
    with store.transaction():
        topic, added = edit_subscriptions.subscribe(
            store, reader, words, now, polled=POLLED, limit=50
        )
    assert added
    return topic


def limited(store: Store, topic: Subscription, limit: int) -> Subscription:
    """Lets a topic show at most so many papers."""
    with store.transaction():
        assert store.subscriptions.change(replace(topic, limit=limit))
    changed = store.subscriptions.get(topic.key)
    assert changed
    return changed


def asked(store: Store, reader: Subscriber, topic: Subscription, now: datetime) -> Digest | None:
    """What /digest issues for a topic."""
    current = store.subscriptions.get(topic.key)
    assert current
    [news] = issue_digest.draw_news(store, reader, (current,), now)
    with store.transaction():
        return issue_digest.issue_news(store, reader, replace(news, recent=None), now)


def digests(store: Store, reader: Subscriber) -> list[Digest]:
    """What a chat was issued, the oldest first."""
    headings = store.digests.of(reader.bot, reader.chat, limit=1000)
    found = [store.digests.get(heading.number) for heading in reversed(headings)]
    return [digest for digest in found if digest]


def numbers(entries: Iterable[Entry]) -> list[int]:
    """Which of ``papers`` these entries show, in their order."""
    return [int(entry.paper.id.partition(".8")[2]) for entry in entries]


@dataclass
class Postman:
    """Sends nothing and keeps what it was given; what is scripted is answered first."""

    store: Store
    at: datetime = NOW
    script: list[Outcome | Exception] = field(default_factory=list)
    troubled: int = 0  # the only chat that the script is for; 0 is any
    sent: list[tuple[Parcel, Message]] = field(default_factory=list)

    async def send(self, parcel: Parcel, message: Said) -> Outcome:
        """Keeps what it was given."""
        assert isinstance(message, Message)
        self.sent.append((parcel, message))
        if self.script and self.troubled in (0, parcel.chat):
            outcome = self.script.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        return Sent(1000 + len(self.sent))

    async def goes_round(self, *, workers: int = 4) -> Delivered:
        """Delivers what may leave now."""
        return await deliver(self.desk(), workers=workers)

    async def goes_on(self, rounds: int = 60, *, step: timedelta = SECOND) -> None:
        """Delivers again and again while time passes."""
        for _ in range(rounds):
            await self.goes_round()
            self.at += step

    def chats(self) -> list[int]:
        """Whom the messages went to, in their order."""
        return [parcel.chat for parcel, _ in self.sent]

    def desk(self) -> Desk:
        return Desk(
            store=self.store,
            bot=BOT,
            link=lambda paper, version: f"https://t.me/papergram?start=p_{paper}_{version}",
            holder="postman",
            send=self.send,
            pace=Pace(monotonic=lambda: 0.0, sleep=_at_once),
            breaker=Breaker(monotonic=lambda: 0.0, after=1000),
            floods=Floods(monotonic=lambda: 0.0, chats=1000),
            now=lambda: self.at,
        )


async def _at_once(_: float) -> None:
    """Waits for nothing."""
