"""Records for the store's own tests: small papers, chats, topics, digests and messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from storage import Store
from storage.records.chats import Cadence, Chat, ChatKind, MessageForm, Subscription
from storage.records.digests import Digest, Entry
from storage.records.messages import OutboxMessage
from storage.records.papers import Announcement, AnnouncementKind, Paper
from storage.records.summaries import Summary

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
BOT, CHAT = 7_000_000_001, -1_001_234_567_890
MINUTE = timedelta(minutes=1)


def paper(
    number: int = 1,
    version: int = 1,
    title: str = "Diffusion models for images",
    abstract: str = "We train a model. It works.",
    authors: tuple[str, ...] = ("Ada Lovelace",),
    categories: tuple[str, ...] = ("cs.CV", "cs.LG"),
    partial: bool = False,
) -> Paper:
    """Make a paper arxiv:2611.9xxxx that differs by its number."""
    return Paper(
        id=f"arxiv:2611.9{number:04}",
        version=version,
        title=title,
        abstract=abstract,
        authors=authors,
        categories=categories,
        partial=partial,
    )


def announcement(
    announced_paper: Paper,
    kind: AnnouncementKind = AnnouncementKind.NEW,
    day: date = DAY,
    feed: str = "rss",
) -> Announcement:
    """Announce a paper."""
    return Announcement(announced_paper, feed, kind, day)


def store_papers(store: Store, papers: Iterable[Paper]) -> list[Paper]:
    """Announce papers and return them as the store has them."""
    papers = list(papers)
    store.papers.add_announcements(
        [announcement(stored_paper) for stored_paper in papers], seen_at=NOW
    )
    stored_papers = [
        store.papers.get(stored_paper.id, stored_paper.version) for stored_paper in papers
    ]
    return [stored_paper for stored_paper in stored_papers if stored_paper is not None]


def summary(
    summarized_paper: Paper,
    language: str = "zh",
    title: str = "图像扩散模型",
    maker: str = "model-x",
    **more: str,
) -> Summary:
    """Say something about a stored paper."""
    return Summary(
        paper=summarized_paper.key,
        version=summarized_paper.version,
        language=language,
        title=title,
        tldr=more.get("gist", "本文训练了一个模型。"),
        abstract=more.get("abstract", "我们训练模型。"),
        producer=maker,
        created_at=NOW,
        prompt_version=more.get("prompt", ""),
    )


def create_chat(store: Store, chat_id: int = CHAT) -> Chat:
    """Let a chat be known."""
    return store.chats.get_or_add(Chat(BOT, chat_id, ChatKind.SUPERGROUP))


def create_topic(
    store: Store,
    query: str = "diffusion",
    chat_id: int = CHAT,
    cadence: Cadence | None = None,
    next_due: datetime | None = NOW,
    position: int = 0,
) -> Subscription:
    """Let a chat follow a query."""
    subscription, _ = store.subscriptions.add(
        Subscription(
            bot=BOT,
            chat=chat_id,
            query=query,
            name=query.title(),
            cadence=cadence or Cadence(),
            zone="Europe/Berlin",
            cursor=0,
            next_due=next_due,
            position=position,
        )
    )
    return subscription


def issue_digest(
    store: Store,
    entries: Iterable[Paper],
    period: str = "1/2026-11-20",
    chat_id: int = CHAT,
    left_out: Iterable[Paper] = (),
) -> int:
    """Issue a digest of stored papers to a chat and reserve them."""
    digest = Digest(
        topic="Diffusion",
        query="diffusion",
        issued_at=NOW,
        entries=tuple(Entry(entry_paper, AnnouncementKind.NEW) for entry_paper in entries),
        left_out=tuple(Entry(entry_paper, AnnouncementKind.CROSS) for entry_paper in left_out),
        period=period,
        bot=BOT,
        chat=chat_id,
        subscription=1,
    )
    digest_number = store.digests.issue(digest)
    store.receipts.reserve_entries(digest_number, now=NOW)
    return digest_number


def outbox_message(
    chat_id: int = CHAT,
    period: str = "1/2026-11-20",
    part: int = 1,
    digest: int = 0,
    first: int = 0,
    last: int = 0,
    piece: int = 0,
) -> OutboxMessage:
    """Pack a part of a digest."""
    return OutboxMessage(
        bot=BOT,
        chat=chat_id,
        period=period,
        part=part,
        form=MessageForm.THREE_COLUMNS,
        language="zh",
        languages=("zh", "en"),
        zone="Asia/Shanghai",
        digest=digest,
        first_entry=first,
        last_entry=last,
        fallback_part=piece,
    )
