"""Situations of the store: small papers, chats, topics, digests and parcels."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from storage import Store
from storage.records import (
    Announcement,
    Cadence,
    ChatKind,
    Digest,
    Entry,
    Form,
    Gloss,
    Kind,
    Paper,
    Parcel,
    Subscriber,
    Subscription,
)

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


def announced(of: Paper, kind: Kind = Kind.NEW, day: date = DAY, feed: str = "rss") -> Announcement:
    """Announce a paper."""
    return Announcement(of, feed, kind, day)


def stored(store: Store, papers: Iterable[Paper]) -> list[Paper]:
    """Announce papers and return them as the store has them."""
    papers = list(papers)
    store.papers.add([announced(one) for one in papers], seen=NOW)
    found = [store.papers.get(one.id, one.version) for one in papers]
    return [one for one in found if one is not None]


def gloss(
    of: Paper,
    language: str = "zh",
    title: str = "图像扩散模型",
    maker: str = "model-x",
    **more: str,
) -> Gloss:
    """Say something about a stored paper."""
    return Gloss(
        paper=of.key,
        version=of.version,
        language=language,
        title=title,
        gist=more.get("gist", "本文训练了一个模型。"),
        abstract=more.get("abstract", "我们训练模型。"),
        maker=maker,
        made=NOW,
        prompt=more.get("prompt", ""),
    )


def chat(store: Store, number: int = CHAT, bot: int = BOT) -> Subscriber:
    """Let a chat be known."""
    return store.subscribers.ensure(Subscriber(bot, number, ChatKind.SUPERGROUP))


def topic(
    store: Store,
    query: str = "diffusion",
    number: int = CHAT,
    cadence: Cadence | None = None,
    next_due: datetime | None = NOW,
    position: int = 0,
    thread: int = 0,
) -> Subscription:
    """Let a chat follow a query."""
    added, _ = store.subscriptions.add(
        Subscription(
            bot=BOT,
            chat=number,
            query=query,
            name=query.title(),
            cadence=cadence or Cadence(),
            zone="Europe/Berlin",
            cursor=0,
            next_due=next_due,
            position=position,
            thread=thread,
        )
    )
    return added


def issued(
    store: Store,
    entries: Iterable[Paper],
    period: str = "1/2026-11-20",
    number: int = CHAT,
    rest: Iterable[Paper] = (),
) -> int:
    """Issue a digest of stored papers to a chat and reserve them."""
    digest = Digest(
        topic="Diffusion",
        query="diffusion",
        issued=NOW,
        entries=tuple(Entry(one, Kind.NEW) for one in entries),
        rest=tuple(Entry(one, Kind.CROSS) for one in rest),
        period=period,
        bot=BOT,
        chat=number,
        subscription=1,
    )
    stored_as = store.digests.issue(digest)
    store.digests.reserve(stored_as, now=NOW)
    return stored_as


def parcel(
    number: int = CHAT,
    period: str = "1/2026-11-20",
    part: int = 1,
    digest: int = 0,
    first: int = 0,
    last: int = 0,
    piece: int = 0,
) -> Parcel:
    """Pack a part of a digest."""
    return Parcel(
        bot=BOT,
        chat=number,
        period=period,
        part=part,
        form=Form.RICH,
        language="zh",
        languages=("zh", "en"),
        zone="Asia/Shanghai",
        digest=digest,
        first=first,
        last=last,
        piece=piece,
    )
