"""What the readers ask of the bot, through its own verbs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.topics import edit_subscriptions
from storage import Store
from storage.records import Cadence, ChatKind, Form, Kind, OnQuietDays, Subscriber
from tests.system.year.calendar import Rhythm
from tests.system.year.corpus import CATEGORIES
from tests.system.year.readers import Asked, Change, Does, Reader

POLLED = frozenset(CATEGORIES)


def meet(store: Store, bot: int, reader: Reader, now: datetime) -> None:
    """Lets a reader begin, with all their topics."""
    with store.transaction():
        chat = store.subscribers.ensure(_subscriber(bot, reader))
        for asked in reader.topics:
            _follow(store, chat, asked, now)


def _follow(store: Store, chat: Subscriber, asked: Asked, now: datetime) -> None:
    words = asked.wish.text
    topic, _ = edit_subscriptions.subscribe(store, chat, words, now, polled=POLLED, limit=50)
    kinds = frozenset(Kind(kind) for kind in asked.kinds)
    edit_subscriptions.change(store, replace(topic, limit=asked.limit, kinds=kinds))


def alter(store: Store, bot: int, change: Change) -> None:
    """Lets a reader change what they want changed."""
    chat = store.subscribers.get(bot, change.chat)
    assert chat
    with store.transaction():
        match change.does:
            case Does.PAUSE:
                store.subscribers.pause(bot, chat.chat, "asked", change.until)
            case Does.RESUME:
                store.subscribers.resume(bot, chat.chat)
            case Does.EDIT:
                assert change.wish
                [first, *_] = store.subscriptions.of(bot, chat.chat)
                edit_subscriptions.edit_query(
                    store, chat, first.key, change.wish.text, polled=POLLED
                )
            case Does.MOVE:
                edit_subscriptions.set_zone(store, chat, change.zone, change.at)
            case Does.RETIME:
                assert change.rhythm
                edit_subscriptions.set_cadence(store, chat, _cadence(change.rhythm), change.at)


def _subscriber(bot: int, reader: Reader) -> Subscriber:
    return Subscriber(
        bot,
        reader.chat,
        ChatKind.PRIVATE if reader.chat > 0 else ChatKind.SUPERGROUP,
        language=reader.language,
        languages=("zh", "en") if reader.language == "zh" else ("en",),
        zone=reader.zone,
        form=Form.RICH if reader.is_rich else Form.CLASSIC,
        cadence=_cadence(reader.rhythm),
        settled=True,
    )


def _cadence(rhythm: Rhythm) -> Cadence:
    quiet = OnQuietDays.NOTICE if rhythm.notices else OnQuietDays.SILENCE
    return Cadence(rhythm.times, rhythm.weekdays, quiet)
