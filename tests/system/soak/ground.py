"""What the soak begins with: papers, people who talk, and people whose digests come due in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot.digests.publish import mark_feed_round_complete
from bot.summaries.fill_missing import fill_missing_summaries
from bot.topics.edit_subscriptions import subscribe
from bot.topics.query.analyzer import analyzer_version
from storage import Store
from storage.records.chats import Cadence, Chat, ChatKind
from storage.records.papers import Announcement
from tests.support.database import open_bot_store
from tests.system.soak.papers import CATEGORIES, TOPICS, PaperGenerator

BOT = 4_242_424_242
TOKEN = f"{BOT}:soak-token-of-nobody"
OLD_PAPERS, NEW_PAPERS = 4_000, 1_000  # papers before and after the topics that come due
READERS_PER_MINUTE = 120  # whose digests come due in each minute
_BATCH_SIZE = 500


def fill_database(
    database: Path, paper_generator: PaperGenerator, talkers: Iterable[int], minutes: int
) -> None:
    """Keeps papers and people; READERS of them have a digest due in each of the minutes.

    The papers have their summaries, as where the bot has worked for days.
    """
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    store = open_bot_store(database)
    try:
        store.paper_index.begin_reindex(
            analyzer_version()
        )  # or the bot would analyse all of it once more
        _announce(store, paper_generator.new_announcements(OLD_PAPERS, now))
        far_cadence = Cadence(times=(time((now.hour + 12) % 24),))
        with store.transaction():
            for number in talkers:
                _create_chat(store, number, far_cadence)
        for minute in range(minutes):
            _create_readers(
                store,
                range(1 + minute * READERS_PER_MINUTE, 1 + (minute + 1) * READERS_PER_MINUTE),
                now,
                minute,
            )
        _announce(store, paper_generator.new_announcements(NEW_PAPERS, now, days=1))
        announcements = store.announcements.between(0, store.announcements.last_seq())
        fill_missing_summaries(store, [announcement.paper for announcement in announcements], now)
    finally:
        store.close()


def _announce(store: Store, announcements: Sequence[Announcement]) -> None:
    for start in range(0, len(announcements), _BATCH_SIZE):
        store.papers.add_announcements(
            announcements[start : start + _BATCH_SIZE], seen_at=datetime.now(UTC)
        )
    mark_feed_round_complete(store, datetime.now(UTC))


def _create_chat(store: Store, number: int, cadence: Cadence) -> Chat:
    chat = Chat(BOT, number, ChatKind.PRIVATE, cadence=cadence)
    store.chats.get_or_add(chat)
    store.chats.update(chat)
    return chat


def _create_readers(store: Store, numbers: Iterable[int], now: datetime, minute: int) -> None:
    """They follow a topic since yesterday, and are sent it in this minute of the soak."""
    due_at = now + timedelta(minutes=minute)
    cadence = Cadence(times=(time(due_at.hour, due_at.minute),))
    with store.transaction():
        for number in numbers:
            chat = _create_chat(store, number, cadence)
            words = TOPICS[number % len(TOPICS)]
            since = due_at - timedelta(hours=23)
            subscribe(store, chat, words, since, polled_categories=CATEGORIES, limit=50)
