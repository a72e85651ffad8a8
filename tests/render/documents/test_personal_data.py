"""A person's copy of their own data holds every setting of the chat and of its topics."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, time

import pytest

from bot.render.documents.personal_data import personal_data_json
from storage.records.chats import (
    Cadence,
    Chat,
    ChatKind,
    MessageForm,
    QuietDayPolicy,
    Subscription,
)
from storage.records.digests import EntryOrder
from storage.records.papers import AnnouncementKind

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CHAT = Chat(1, 2, ChatKind.PRIVATE)
TOPIC = Subscription(1, 2, "robots", "Robots", Cadence(), "UTC", cursor=0, next_due=None)
CADENCE = Cadence((time(9),), (0, 3), QuietDayPolicy.NOTICE)
OTHER_CHAT = Chat(
    bot=1,
    id=3,
    kind=ChatKind.GROUP,
    title="Lab",
    language="zh",
    languages=("zh", "en"),
    zone="Asia/Shanghai",
    form=MessageForm.THREE_COLUMNS,
    cadence=CADENCE,
    silent=True,
    full_entries=True,
    onboarded=True,
    pause_reason="asked",
    paused_until=date(2026, 7, 1),
)
OTHER_TOPIC = Subscription(
    bot=1,
    chat=3,
    query="qubits",
    name="Qubits",
    cadence=CADENCE,
    zone="Asia/Shanghai",
    cursor=7,
    next_due=NOW,
    thread=9,
    limit=24,
    kinds=frozenset({AnnouncementKind.REPLACE}),
    form=MessageForm.THREE_COLUMNS,
    languages=("zh",),
    silent=True,
    paused=True,
    entry_order=EntryOrder.NEWEST,
    position=3,
    row_version=4,
    key=5,
)
INTERNAL = {"bot", "chat", "cursor", "position", "row_version", "key", "onboarded"}


def own_data(chat: Chat, topic: Subscription) -> bytes:
    return personal_data_json(chat, [topic], [], None, [], NOW)


@pytest.mark.parametrize("name", sorted({f.name for f in fields(Chat)} - INTERNAL))
def test_each_setting_of_a_chat_is_in_its_copy(name: str) -> None:
    changed = replace(CHAT, **{name: getattr(OTHER_CHAT, name)})

    assert own_data(changed, TOPIC) != own_data(CHAT, TOPIC)


@pytest.mark.parametrize("name", [f.name for f in fields(Cadence)])
@pytest.mark.parametrize("owner", ["chat", "topic"])
def test_each_time_setting_is_in_the_copy(owner: str, name: str) -> None:
    cadence = replace(Cadence(), **{name: getattr(CADENCE, name)})
    chat = replace(CHAT, cadence=cadence) if owner == "chat" else CHAT
    topic = replace(TOPIC, cadence=cadence) if owner == "topic" else TOPIC

    assert own_data(chat, topic) != own_data(CHAT, TOPIC)


@pytest.mark.parametrize("name", sorted({f.name for f in fields(Subscription)} - INTERNAL))
def test_each_setting_of_a_topic_is_in_the_copy(name: str) -> None:
    changed = replace(TOPIC, **{name: getattr(OTHER_TOPIC, name)})

    assert own_data(CHAT, changed) != own_data(CHAT, TOPIC)
