"""All topics as a file, back from a file, and the end of all of them."""

from __future__ import annotations

import json
from dataclasses import replace
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
from storage.records import AnnouncementKind, Cadence, MessageForm, QuietDayPolicy, Subscription
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Conversation
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
    form=MessageForm.RICH,
    languages=("zh", "en"),
    silent=False,
    paused=True,
    thread=9,
    position=3,
)


async def sends(
    talk: Conversation, content: bytes, *, place: GroupOrChannel | None = None, reply_to: int = 0
) -> list[VisibleMessage]:
    """Lets the person send a document; what the bot writes because of it."""
    world = talk.person.state
    chat = place.chat if place else talk.person.chat
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
    world.updates.push("message", world.post_message(chat, talk.person.user, message))
    return await talk.running_bot.wait_for_replies(talk.person, place)


def exported(talk: Conversation) -> bytes:
    """The newest file that the bot sent."""
    return list(talk.person.state.files.values())[-1].content


@covers("/export", "/import", "/unsub_all", "[unsub_all]")
async def test_all_topics_end_and_come_back_from_the_file(either: Conversation) -> None:
    await either.subscribe("splatting OR diffusion")
    await either.subscribe("robots")
    before = await either.topics()

    question, file = await either.send_text("/unsub_all")
    assert question.text == either.text("unsub-all-ask", topics=2)
    assert file.document == EXPORT_FILE_NAME
    assert len(await either.topics()) == 2, "nothing ends before the second word"
    kept = exported(either)
    done = (await either.press_button("button-unsub-all")).only_message
    assert done.text == either.text("unsub-all-done", topics=2)
    assert await either.topics() == []

    assert (await either.ask("/import")).text == either.text("import-ask")
    [told] = await sends(either, kept)

    assert told.text == "\n".join(
        (either.text("import-added", topics=2), either.text("import-begins"))
    )
    after = await either.topics()
    assert [(t.name, t.query, t.cadence, t.next_due) for t in after] == [
        (t.name, t.query, t.cadence, t.next_due) for t in before
    ]


@covers("[undo]", "[unsub_all]")
async def test_undo_brings_all_back_from_where_they_were(either: Conversation) -> None:
    await either.subscribe()
    await either.subscribe("robots")
    before = await either.topics()
    await either.send_text("/unsub_all")
    question = either.person.messages()[-2].id
    await either.press_button("button-unsub-all", message_id=question)

    listed = (await either.press_button("button-undo", message_id=question)).only_message

    assert listed.text.startswith(either.text("list-title", topics=2))
    assert [(t.query, t.cursor) for t in await either.topics()] == [
        (t.query, t.cursor) for t in before
    ]


@covers("/unsub_all", "[unsub_all]")
async def test_cancelled_and_old_questions_stop_nothing(either: Conversation) -> None:
    assert (await either.ask("/unsub_all")).text == either.text("unsub-none")
    await either.subscribe()
    await either.send_text("/unsub_all")
    await either.subscribe("robots")
    old = await either.press_button("button-unsub-all")
    assert (old.toast, old.is_empty) == (either.text("refusal-button-old"), True)
    kept = (await either.press_button("button-cancel")).only_message
    assert kept.text == either.text("unsub-all-kept")
    assert len(await either.topics()) == 2


@covers("/export")
async def test_an_export_says_what_it_is(either: Conversation) -> None:
    assert (await either.ask("/export")).text == either.text("export-none")
    await either.subscribe()
    file = await either.ask("/export")
    assert file.document == EXPORT_FILE_NAME
    assert json.loads(exported(either))["topics"][0]["query"] == TOPIC


@covers("/import")
async def test_what_is_known_or_unusable_is_said_topic_by_topic(either: Conversation) -> None:
    await either.subscribe()
    topics = [
        {"query": TOPIC},
        {"query": "robots", "limit": 6},
        {"query": "(a", "name": "broken"},
        {"query": "diffusion", "zone": "Moon/Base", "name": "far"},
        7,
    ]
    file = json.dumps({"format": export_file.FORMAT_NAME, "topics": topics}).encode()

    [told] = await sends(either, file)  # in private a file needs no question

    for key, number in (("import-added", 1), ("import-known", 1), ("import-refused", 3)):
        assert either.text(key, topics=number) in told.text
    assert f"broken: {either.text('query-open-unclosed')}" in told.text
    assert f"far: {either.text('import-field', field='zone')}" in told.text
    assert [(t.query, t.limit) for t in await either.topics()] == [(TOPIC, 12), ("robots", 6)]


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
    talk: Conversation, content: bytes, key: str
) -> None:
    await talk.ask("/import")
    before = count_rows(talk.running_bot.store, "subscriptions")
    [told] = await sends(talk, content)
    assert told.text == talk.text(key, kilobytes=MAX_BYTES // 1000)
    assert count_rows(talk.running_bot.store, "subscriptions") == before


@covers("/import")
async def test_an_import_stops_at_the_limit(talk: Conversation) -> None:
    await talk.ask("/import")
    topics = [{"query": f"word{number}"} for number in range(52)]
    file = json.dumps({"format": export_file.FORMAT_NAME, "topics": topics}).encode()
    [told] = await sends(talk, file)
    assert talk.text("import-added", topics=50) in told.text
    assert talk.text("topic-limit", limit=50) in told.text
    assert len(await talk.topics()) == 50


@covers("/import")
async def test_words_instead_of_the_file_are_a_topic(talk: Conversation) -> None:
    await talk.ask("/import")
    assert (await talk.ask("robots")).button_labels[0] == talk.text("button-subscribe")


@covers("/import", "/export")
async def test_in_a_group_a_file_is_an_administrators_answer(talk: Conversation) -> None:
    place = talk.running_bot.emulator.people.create_supergroup("Lab", talk.person)
    place.add_bot()
    await talk.running_bot.wait_until_idle()
    lab = talk.in_group(place)
    bob = lab.as_person(talk.running_bot.create_person("Bob"))
    place.set_member(bob.person.user)
    topics = [{"query": "robots"}]
    file = json.dumps({"format": export_file.FORMAT_NAME, "topics": topics}).encode()
    asked = await lab.ask("/import")

    assert await sends(bob, file, place=place, reply_to=asked.id) == []
    assert await sends(lab, file, place=place) == [], "not an answer"
    [told] = await sends(lab, file, place=place, reply_to=asked.id)

    assert lab.text("import-added", topics=1) in told.text
    assert [topic.query for topic in await lab.topics()] == ["robots"]


def test_a_topic_comes_back_from_its_file() -> None:
    [kept] = export_file.parse_topics_file(
        export_file.export_topics([WHOLE], with_cursors=True), 1, 2
    )
    assert kept == WHOLE
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
def test_any_value_is_read_or_refused_with_a_sentence(given: dict[str, object], query: str) -> None:
    file = json.dumps({"format": export_file.FORMAT_NAME, "topics": [{"query": query} | given]})
    [one] = export_file.parse_topics_file(file, 1, 2)
    if isinstance(one, RejectedTopic):
        assert all(one.reason.say(language) for language in LANGUAGES)
    else:
        again = export_file.parse_topics_file(
            export_file.export_topics([one], with_cursors=True), 1, 2
        )
        assert again == [one]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with pytest.raises(Refusal, match="import-unreadable"):
        export_file.parse_topics_file(content, 1, 2)


def test_a_file_holds_no_more_topics_than_are_looked_at() -> None:
    file = {"format": export_file.FORMAT_NAME, "topics": [{}] * (MAX_TOPICS + 1)}
    with pytest.raises(Refusal) as refusal:
        export_file.parse_topics_file(json.dumps(file), 1, 2)
    assert refusal.value.key == "import-many"
