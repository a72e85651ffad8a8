"""What the soak begins with: papers, people who talk, and people whose digests come due in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot.digests.publish import settle
from bot.summaries.fill_missing import enrich
from bot.topics.edit_subscriptions import subscribe
from bot.topics.query.analyzer import analyser_mark
from bot.topics.query.parser import indexed
from storage import Store, open_store
from storage.records import Announcement, Cadence, ChatKind, Subscriber
from tests.system.soak.papers import CATEGORIES, TOPICS, Press

BOT = 4_242_424_242
TOKEN = f"{BOT}:soak-token-of-nobody"
KNOWN, NEW = 4_000, 1_000  # papers before and after the topics that come due
READERS = 120  # whose digests come due in each minute
_SLICE = 500


def opened(database: Path) -> Store:
    """The store of the bot."""
    return open_store(f"sqlite:///{database}", words=indexed)


def fill(database: Path, press: Press, talkers: Iterable[int], minutes: int) -> None:
    """Keeps papers and people; READERS of them have a digest due in each of the minutes.

    The papers have their glosses, as where the bot has worked for days.
    """
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    store = opened(database)
    try:
        store.papers.begin_renewal(analyser_mark())  # or the bot would analyse all of it once more
        _announce(store, press.announced(KNOWN, now))
        far = Cadence(times=(time((now.hour + 12) % 24),))
        with store.transaction():
            for number in talkers:
                _known(store, number, far)
        for minute in range(minutes):
            _readers(store, range(1 + minute * READERS, 1 + (minute + 1) * READERS), now, minute)
        _announce(store, press.announced(NEW, now, days=1))
        every = store.papers.announced_between(0, store.papers.last_seq())
        enrich(store, [announcement.paper for announcement in every], now)
    finally:
        store.close()


def _announce(store: Store, announcements: Sequence[Announcement]) -> None:
    for start in range(0, len(announcements), _SLICE):
        store.papers.add(announcements[start : start + _SLICE], seen=datetime.now(UTC))
    settle(store, datetime.now(UTC))


def _known(store: Store, number: int, cadence: Cadence) -> Subscriber:
    chat = Subscriber(BOT, number, ChatKind.PRIVATE, cadence=cadence)
    store.subscribers.ensure(chat)
    store.subscribers.change(chat)
    return chat


def _readers(store: Store, numbers: Iterable[int], now: datetime, minute: int) -> None:
    """They follow a topic since yesterday, and are sent it in this minute of the soak."""
    due = now + timedelta(minutes=minute)
    cadence = Cadence(times=(time(due.hour, due.minute),))
    with store.transaction():
        for number in numbers:
            chat = _known(store, number, cadence)
            words = TOPICS[number % len(TOPICS)]
            since = due - timedelta(hours=23)
            subscribe(store, chat, words, since, polled=CATEGORIES, limit=50)
