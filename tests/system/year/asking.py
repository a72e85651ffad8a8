"""What the readers ask of the bot, through its own verbs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.topics import edit_subscriptions
from storage import Store
from storage.records.chats import Cadence, Chat, ChatKind, MessageForm, QuietDayPolicy
from storage.records.papers import AnnouncementKind
from tests.system.year.calendar import ReaderSchedule
from tests.system.year.corpus import CATEGORIES
from tests.system.year.readers import ChangeKind, Reader, ReaderChange, ReaderTopic

POLLED = frozenset(CATEGORIES)


def register_reader(store: Store, bot: int, reader: Reader, now: datetime) -> None:
    """Lets a reader begin, with all their topics."""
    with store.transaction():
        chat = store.chats.get_or_add(_subscriber(bot, reader))
        for reader_topic in reader.topics:
            _subscribe(store, chat, reader_topic, now)


def _subscribe(store: Store, chat: Chat, reader_topic: ReaderTopic, now: datetime) -> None:
    words = reader_topic.wish.query_text
    topic, _ = edit_subscriptions.subscribe(
        store, chat, words, now, polled_categories=POLLED, limit=50
    )
    kinds = frozenset(AnnouncementKind(kind) for kind in reader_topic.kinds)
    edit_subscriptions.save_topic(
        store, replace(topic, name=words, limit=reader_topic.limit, kinds=kinds)
    )


def apply_change(store: Store, bot: int, change: ReaderChange) -> None:
    """Lets a reader change what they want changed."""
    chat = store.chats.get(bot, change.chat)
    assert chat
    with store.transaction():
        match change.kind:
            case ChangeKind.PAUSE:
                store.chats.pause(bot, chat.id, "asked", change.until)
            case ChangeKind.RESUME:
                store.chats.resume(bot, chat.id)
            case ChangeKind.EDIT_QUERY:
                assert change.wish
                [first_topic, *_] = store.subscriptions.of_chat(bot, chat.id)
                words = change.wish.query_text
                edit_subscriptions.edit_query(
                    store, chat, first_topic.key, words, polled_categories=POLLED
                )
                edit_subscriptions.rename_topic(store, chat, first_topic.key, words)
            case ChangeKind.CHANGE_ZONE:
                edit_subscriptions.set_zone(store, chat, change.zone, change.changed_at)
            case ChangeKind.CHANGE_TIMES:
                assert change.schedule
                edit_subscriptions.set_cadence(
                    store, chat, _cadence(change.schedule), change.changed_at
                )


def _subscriber(bot: int, reader: Reader) -> Chat:
    return Chat(
        bot,
        reader.chat,
        ChatKind.PRIVATE if reader.chat > 0 else ChatKind.SUPERGROUP,
        language=reader.language,
        languages=("zh", "en") if reader.language == "zh" else ("en",),
        zone=reader.zone,
        form=MessageForm.THREE_COLUMNS if reader.is_rich else MessageForm.CLASSIC,
        cadence=_cadence(reader.schedule),
        onboarded=True,
    )


def _cadence(rhythm: ReaderSchedule) -> Cadence:
    quiet = QuietDayPolicy.NOTICE if rhythm.wants_notices else QuietDayPolicy.SILENCE
    return Cadence(rhythm.times, rhythm.weekdays, quiet)
