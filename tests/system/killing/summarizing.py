"""A model server in a process of its own, papers that want summaries, and both accounts."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.digests.publish import mark_feed_round_complete
from storage import Store
from storage.records.chats import Cadence, Subscription
from storage.records.papers import Announcement, AnnouncementKind, Paper
from storage.records.summaries import DailySpending
from tests.models.server import KEY, MODEL
from tests.support.builders import BOT, create_chat, subscribe_chat
from tests.support.database import open_bot_store

PAPERS = 200
LANGUAGES = ("zh", "en")
SUMMARIES_WANTED = PAPERS * len(LANGUAGES)
CONCURRENCY = 8
LATENCY = 0.08  # seconds until the model answers
_TITLE = "DeepFlow-2: Learning to route messages with graph networks"
_ABSTRACT = (
    "Routing messages in large networks is slow when the topology changes. We propose DeepFlow-2, "
    "a graph network that learns routes from $k$-hop observations. On {number} networks it reduces "
    "the delay by 37.5% and its memory stays below 1,024 MB."
)


def count_calls_by_paper(log: Path) -> Counter[tuple[str, str]]:
    """How often the server was asked for each paper and language, by its log."""
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return Counter((row["paper"], row["language"]) for row in rows if row["event"] == "call")


def count_calls(log: Path) -> int:
    """How many calls have come so far."""
    return log.read_bytes().count(b'"call"') if log.exists() else 0


def model_settings(url: str) -> dict[str, str]:
    """The settings that name the model."""
    return {"llm_url": url, "llm_key": KEY, "llm_model": MODEL, "llm_at_once": str(CONCURRENCY)}


def fill_database(database: Path, people: list[int], *, due_at: datetime | None = None) -> None:
    """Readers of both languages, and papers that each of them is to be shown."""
    now = datetime.now(UTC)
    due_at = due_at or now + timedelta(hours=3)
    store = open_bot_store(database)
    try:
        for person in people:
            with store.transaction():
                reader = replace(
                    create_chat(store, person),
                    languages=LANGUAGES,
                    cadence=Cadence(times=(due_at.time(),)),
                )
                store.chats.update(reader)
            topic = subscribe_chat(store, reader, "network", now=now - timedelta(days=1))
            _set_due(store, topic, due_at)
        announcements = [
            Announcement(_paper(number), "cs.NI", AnnouncementKind.NEW, now.date())
            for number in _paper_numbers()
        ]
        with store.transaction():
            store.papers.add_announcements(announcements, seen_at=now)
        mark_feed_round_complete(store, now)
    finally:
        store.close()


def _set_due(store: Store, topic: Subscription, due_at: datetime) -> None:
    with store.transaction():
        assert store.subscriptions.update(replace(topic, limit=PAPERS, next_due=due_at))


def _paper_numbers() -> range:
    return range(1101, 1101 + PAPERS)


def _paper(number: int) -> Paper:
    return Paper(
        f"arxiv:2611.9{number:04}",
        1,
        _TITLE,
        _ABSTRACT.format(number=number),
        ("Ada Lovelace",),
        ("cs.NI",),
    )


def summaries_made(store: Store) -> Counter[tuple[str, str]]:
    """How often each paper was summarized in each language, by the model."""
    counts: Counter[tuple[str, str]] = Counter()
    for number in _paper_numbers():
        paper = store.papers.get(f"arxiv:2611.9{number:04}")
        assert paper
        summaries = store.summaries.best_of_version(paper.key, 1)
        counts.update(
            (paper.id, summary.language) for summary in summaries if summary.producer == MODEL
        )
    return counts


def stored_spending(store: Store) -> DailySpending:
    """What the store says was paid, of all days."""
    today = datetime.now(UTC).date()
    rows = store.spending.between(today - timedelta(days=1), today + timedelta(days=1))
    assert rows
    return replace(
        rows[0],
        calls=sum(row.calls for row in rows),
        unusable_answers=sum(row.unusable_answers for row in rows),
    )


def count_digests(store: Store, person: int) -> int:
    """How many digests a reader was issued."""
    return len(store.digests.headings_of_chat(BOT, person, limit=100))
