"""A model's server as a process of its own, papers whose glosses are wanted, and both accounts."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.digests.publish import settle
from bot.topics.query.parser import indexed
from storage import Store, open_store
from storage.records import Announcement, Cadence, Kind, Paper, Spending, Subscription
from tests.models.server import KEY, MODEL
from tests.support.builders import BOT, chat, follow

PAPERS = 200
LANGUAGES = ("zh", "en")
WANTED = PAPERS * len(LANGUAGES)
AT_ONCE = 8
LATENCY = 0.08  # seconds until the model answers
_TITLE = "DeepFlow-2: Learning to route messages with graph networks"
_ABSTRACT = (
    "Routing messages in large networks is slow when the topology changes. We propose DeepFlow-2, "
    "a graph network that learns routes from $k$-hop observations. On {number} networks it reduces "
    "the delay by 37.5% and its memory stays below 1,024 MB."
)


@dataclass(frozen=True, slots=True)
class Bill:
    """The server's own account: what was asked, and what it had answered."""

    asked: Counter[tuple[str, str]]  # by paper and language
    answered: int

    @property
    def calls(self) -> int:
        """All that came."""
        return self.asked.total()


def bill(log: Path) -> Bill:
    """The account of a server's log."""
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    asked = Counter((row["paper"], row["language"]) for row in rows if row["event"] == "call")
    return Bill(asked, sum(row["event"] == "end" and row["outcome"] == "200" for row in rows))


def calls(log: Path) -> int:
    """How many calls have come so far."""
    return log.read_bytes().count(b'"call"') if log.exists() else 0


def settings(url: str) -> dict[str, str]:
    """The settings that name the model."""
    return {"llm_url": url, "llm_key": KEY, "llm_model": MODEL, "llm_at_once": str(AT_ONCE)}


def opened(database: Path) -> Store:
    """The bot's own store; the caller closes it."""
    return open_store(f"sqlite:///{database}", words=indexed)


def fill(database: Path, people: list[int], *, due: datetime | None = None) -> None:
    """Readers of both languages, and papers that each of them is to be shown."""
    now = datetime.now(UTC)
    due = due or now + timedelta(hours=3)
    store = opened(database)
    try:
        for person in people:
            with store.transaction():
                reader = replace(
                    chat(store, person), languages=LANGUAGES, cadence=Cadence(times=(due.time(),))
                )
                store.subscribers.change(reader)
            topic = follow(store, reader, "network", now=now - timedelta(days=1))
            _due(store, topic, due)
        announcements = [Announcement(_paper(n), "cs.NI", Kind.NEW, now.date()) for n in _numbers()]
        with store.transaction():
            store.papers.add(announcements, seen=now)
        settle(store, now)
    finally:
        store.close()


def _due(store: Store, topic: Subscription, due: datetime) -> None:
    with store.transaction():
        assert store.subscriptions.change(replace(topic, limit=PAPERS, next_due=due))


def _numbers() -> range:
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


def made(store: Store) -> Counter[tuple[str, str]]:
    """How often each paper was glossed in each language, by the model."""
    found: Counter[tuple[str, str]] = Counter()
    for number in _numbers():
        paper = store.papers.get(f"arxiv:2611.9{number:04}")
        assert paper
        said = store.papers.glosses_of(paper.key, 1)
        found.update((paper.id, gloss.language) for gloss in said if gloss.maker == MODEL)
    return found


def spent(store: Store) -> Spending:
    """What the store says was paid, of all days."""
    today = datetime.now(UTC).date()
    rows = store.spending.between(today - timedelta(days=1), today + timedelta(days=1))
    assert rows
    return replace(
        rows[0],
        calls=sum(row.calls for row in rows),
        unused=sum(row.unused for row in rows),
    )


def digests(store: Store, person: int) -> int:
    """How many digests a reader was issued."""
    return len(store.digests.of(BOT, person, limit=100))
