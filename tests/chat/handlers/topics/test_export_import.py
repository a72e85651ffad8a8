"""All topics as a file, back from a file, and the end of all of them."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.handlers.topics.export_import import EXPORT_FILE_NAME
from bot.demo.emulator.json_encoding import JsonObject
from bot.demo.emulator.telegram_state import StoredFile
from bot.demo.people.groups_and_channels import GroupOrChannel
from bot.demo.people.visible_messages import VisibleMessage
from bot.texts import LANGUAGES, Refusal
from bot.topics import export_file
from bot.topics.export_file import MAX_BYTES, MAX_TOPICS, RejectedTopic
from storage.records.chats import Cadence, MessageForm, QuietDayPolicy, Subscription
from storage.records.digests import EntryOrder
from storage.records.papers import AnnouncementKind
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers
from tests.support.database import count_rows

WHOLE = Subscription(
    bot=1,
    chat=2,
    query="diffusion cat:cs.CV -survey",
    name="Bilder aus Rauschen · 扩散",
    cadence=Cadence((time(8, 30), time(18)), (0, 3), QuietDayPolicy.NOTICE),
    zone="Asia/Shanghai",
    cursor=77,
    next_due=None,
    limit=24,
    kinds=frozenset({AnnouncementKind.NEW, AnnouncementKind.REPLACE}),
    form=MessageForm.THREE_COLUMNS,
    languages=("zh", "en"),
    silent=False,
    paused=True,
    thread=9,
    entry_order=EntryOrder.NEWEST,
    position=3,
)


async def sends(
    conversation: Conversation,
    content: bytes,
    *,
    place: GroupOrChannel | None = None,
    reply_to: int = 0,
) -> list[VisibleMessage]:
    """Lets the person send a document; what the bot writes because of it."""
    world = conversation.person.state
    chat = place.chat if place else conversation.person.chat
    file = StoredFile(
        f"file-{world.next_number('file')}", EXPORT_FILE_NAME, "application/json", content
    )
    world.files[file.id] = file
    document: JsonObject = {
        "file_id": file.id,
        "file_unique_id": f"unique-{file.id}",
        "file_name": file.name,
        "file_size": len(content),
    }
    message: JsonObject = {"document": document}
    if reply_to:
        message["reply_to_message"] = chat.messages[reply_to]
    world.updates.push("message", world.post_message(chat, conversation.person.user, message))
    return await conversation.running_bot.wait_for_replies(conversation.person, place)


@covers("/export", "/import", "/unsub_all", "[unsub_all]")
async def test_all_topics_end_and_come_back_from_the_file(localized_chat: Conversation) -> None:
    await localized_chat.subscribe("splatting OR diffusion")
    await localized_chat.subscribe("robots")
    before = await localized_chat.topics()

    question, file = await localized_chat.send_text("/unsub_all")
    assert question.text == localized_chat.text("unsub-all-ask", topics=2)
    assert file.document == EXPORT_FILE_NAME
    assert len(await localized_chat.topics()) == 2, "nothing ends before the second word"
    export = localized_chat.newest_file()
    answer = (await localized_chat.press_button("button-unsub-all")).only_message
    assert answer.text == localized_chat.text("unsub-all-done", topics=2)
    assert await localized_chat.topics() == []

    assert (await localized_chat.ask("/import")).text == localized_chat.text("import-ask")
    [import_reply] = await sends(localized_chat, export)

    assert import_reply.text == "\n".join(
        (localized_chat.text("import-added", topics=2), localized_chat.text("import-begins"))
    )
    after = await localized_chat.topics()
    assert [(t.name, t.query, t.cadence, t.next_due) for t in after] == [
        (t.name, t.query, t.cadence, t.next_due) for t in before
    ]


@covers("[undo]", "[unsub_all]")
async def test_undo_brings_all_back_from_where_they_were(localized_chat: Conversation) -> None:
    await localized_chat.subscribe()
    await localized_chat.subscribe("robots")
    before = await localized_chat.topics()
    await localized_chat.send_text("/unsub_all")
    question = localized_chat.person.messages()[-2].id
    await localized_chat.press_button("button-unsub-all", message_id=question)

    listed = (await localized_chat.press_button("button-undo", message_id=question)).only_message

    assert listed.text.startswith(localized_chat.text("list-title", topics=2))
    assert [(t.query, t.cursor) for t in await localized_chat.topics()] == [
        (t.query, t.cursor) for t in before
    ]


@covers("/unsub_all", "[unsub_all]")
async def test_cancelled_and_old_questions_stop_nothing(localized_chat: Conversation) -> None:
    assert (await localized_chat.ask("/unsub_all")).text == localized_chat.text("unsub-none")
    await localized_chat.subscribe()
    await localized_chat.send_text("/unsub_all")
    await localized_chat.subscribe("robots")
    old = await localized_chat.press_button("button-unsub-all")
    assert (old.toast, old.is_empty) == (localized_chat.text("refusal-button-old"), True)
    answer = (await localized_chat.press_button("button-cancel")).only_message
    assert answer.text == localized_chat.text("unsub-all-kept")
    assert len(await localized_chat.topics()) == 2


@covers("/export")
async def test_an_export_says_what_it_is(localized_chat: Conversation) -> None:
    assert (await localized_chat.ask("/export")).text == localized_chat.text("export-none")
    await localized_chat.subscribe()
    file = await localized_chat.ask("/export")
    assert file.document == EXPORT_FILE_NAME
    assert json.loads(localized_chat.newest_file())["topics"][0]["query"] == TOPIC


@covers("/import")
async def test_what_is_known_or_unusable_is_said_topic_by_topic(
    localized_chat: Conversation,
) -> None:
    await localized_chat.subscribe()
    topics = [
        {"query": TOPIC},
        {"query": "robots", "limit": 6},
        {"query": "(a", "name": "broken"},
        {"query": "diffusion", "zone": "Moon/Base", "name": "far"},
        7,
    ]
    file = json.dumps({"format": export_file.FORMAT_NAME, "topics": topics}).encode()

    [answer] = await sends(localized_chat, file)  # in private a file needs no question

    for key, number in (("import-added", 1), ("import-known", 1), ("import-refused", 3)):
        assert localized_chat.text(key, topics=number) in answer.text
    assert f"broken: {localized_chat.text('query-open-unclosed')}" in answer.text
    assert f"far: {localized_chat.text('import-field', field='zone')}" in answer.text
    assert [(t.query, t.limit) for t in await localized_chat.topics()] == [
        (TOPIC, 12),
        ("robots", 6),
    ]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "import-unreadable"),
        (b"\xff\x00", "import-unreadable"),
        (b"[" * 100_000, "import-unreadable"),
        (b'{"format": "other", "topics": []}', "import-unreadable"),
        (b'{"format": "papergram topics", "topics": []}', "import-nothing"),
        (b" " * (MAX_BYTES + 1), "import-large"),
    ],
)
@covers("/import")
async def test_a_file_that_is_none_changes_nothing(
    conversation: Conversation, content: bytes, key: str
) -> None:
    await conversation.ask("/import")
    before = count_rows(conversation.running_bot.store, "subscriptions")
    [answer] = await sends(conversation, content)
    assert answer.text == conversation.text(key, kilobytes=MAX_BYTES // 1000)
    assert count_rows(conversation.running_bot.store, "subscriptions") == before


@covers("/import")
async def test_an_import_stops_at_the_limit(conversation: Conversation) -> None:
    await conversation.ask("/import")
    topics = [{"query": f"word{number}"} for number in range(52)]
    file = json.dumps({"format": export_file.FORMAT_NAME, "topics": topics}).encode()
    [answer] = await sends(conversation, file)
    assert conversation.text("import-added", topics=50) in answer.text
    assert conversation.text("topic-limit", limit=50) in answer.text
    assert len(await conversation.topics()) == 50


@covers("/import")
async def test_words_instead_of_the_file_are_a_topic(conversation: Conversation) -> None:
    await conversation.ask("/import")
    assert (await conversation.ask("robots")).button_labels[0] == conversation.text(
        "button-subscribe"
    )


@covers("/import", "/export")
async def test_in_a_group_a_file_is_an_administrators_answer(conversation: Conversation) -> None:
    place = conversation.running_bot.emulator.people.create_supergroup("Lab", conversation.person)
    place.add_bot()
    await conversation.running_bot.wait_until_idle()
    group_conversation = conversation.in_group(place)
    bob = group_conversation.as_person(conversation.running_bot.create_person("Bob"))
    place.set_member(bob.person.user)
    topics = [{"query": "robots"}]
    file = json.dumps({"format": export_file.FORMAT_NAME, "topics": topics}).encode()
    answer = await group_conversation.ask("/import")

    assert await sends(bob, file, place=place, reply_to=answer.id) == []
    assert await sends(group_conversation, file, place=place) == [], "not an answer"
    [import_reply] = await sends(group_conversation, file, place=place, reply_to=answer.id)

    assert group_conversation.text("import-added", topics=1) in import_reply.text
    assert [topic.query for topic in await group_conversation.topics()] == ["robots"]


def test_a_topic_comes_back_from_its_file() -> None:
    plain_topic = Subscription(0, 0, "", "", Cadence(), "", 0, next_due=None)
    usual_fields = {
        field.name
        for field in fields(Subscription)
        if getattr(WHOLE, field.name) == getattr(plain_topic, field.name)
    }
    assert usual_fields == {"next_due", "row_version", "key"}, "a usual value may be lost unseen"

    [topic] = export_file.parse_topics_file(
        export_file.export_topics([WHOLE], with_cursors=True), 1, 2
    )
    assert topic == WHOLE
    [anew] = export_file.parse_topics_file(export_file.export_topics([WHOLE]), 1, 2)
    assert anew == replace(WHOLE, cursor=-1, position=0)


Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    sorted(json.loads(export_file.export_topics([WHOLE], with_cursors=True))["topics"][0])
)


@given(st.dictionaries(FIELDS, Json), st.text() | st.just("diffusion"))
def test_any_value_is_read_or_refused_with_a_sentence(value: dict[str, object], query: str) -> None:
    file = json.dumps({"format": export_file.FORMAT_NAME, "topics": [{"query": query} | value]})
    [topic] = export_file.parse_topics_file(file, 1, 2)
    if isinstance(topic, RejectedTopic):
        assert all(topic.reason.say(language) for language in LANGUAGES)
    else:
        again = export_file.parse_topics_file(
            export_file.export_topics([topic], with_cursors=True), 1, 2
        )
        assert again == [topic]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with pytest.raises(Refusal, match="import-unreadable"):
        export_file.parse_topics_file(content, 1, 2)


def test_a_file_holds_no_more_topics_than_are_looked_at() -> None:
    file = {"format": export_file.FORMAT_NAME, "topics": [{}] * (MAX_TOPICS + 1)}
    with pytest.raises(Refusal) as refusal:
        export_file.parse_topics_file(json.dumps(file), 1, 2)
    assert refusal.value.key == "import-many"
