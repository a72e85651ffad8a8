"""Groups and channels: who may do what, and when the bot keeps silent."""

from __future__ import annotations

import pytest

from bot.chat.handler_table import COMMANDS
from bot.demo.emulator.json_encoding import JsonObject
from bot.demo.people.groups_and_channels import GroupOrChannel
from bot.demo.people.person import Person
from bot.demo.people.visible_messages import VisibleMessage
from storage.records import ChatKind
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Conversation

OURS = {name: entrance for name, entrance in COMMANDS.items() if not entrance.operator_only}
CHANGING = sorted(name for name, entrance in OURS.items() if entrance.admin_only)
OPEN = sorted(name for name, entrance in OURS.items() if not entrance.admin_only)


@pytest.fixture
def member(lab: Conversation) -> Conversation:
    """Bob, an ordinary member of Ada's group."""
    return lab.as_new_member()


def anonymously(ada: Person, text: str, place: GroupOrChannel) -> None:
    """Lets an administrator write in the name of the group."""
    world = ada.state
    command: JsonObject = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
    content: JsonObject = {"text": text, "sender_chat": place.chat.as_json()}
    message = world.post_message(place.chat, ada.user, {**content, "entities": [command]})
    message["from"] = {
        "id": 1087968824,
        "is_bot": True,
        "first_name": "Group",
        "username": "GroupAnonymousBot",
    }
    world.updates.push("message", message)


@pytest.mark.parametrize("command", CHANGING)
async def test_changes_are_for_administrators(member: Conversation, command: str) -> None:
    before = member.store_rows()

    told = await member.ask(f"/{command} robots")

    assert told.text == member.text("refusal-not-admin")
    after = member.store_rows()
    assert {name for name in after if after[name] != before[name]} <= {"people", "chats"}
    assert await member.topics() == []


@pytest.mark.parametrize("command", OPEN)
async def test_everybody_may_ask(member: Conversation, command: str) -> None:
    answers = await member.send_text(f"/{command}")
    assert answers
    assert all(member.text("refusal-not-admin") != one.text for one in answers)


@covers("/start", "/sub", "/digest", "/list", "/unsub", "[subscribe]", "[stop]", "[entry]")
async def test_an_administrator_follows_a_topic_that_all_read(
    lab: Conversation, member: Conversation
) -> None:
    assert (await lab.ask("/start")).text == lab.text("start-group")
    await lab.subscribe()
    [topic] = await lab.topics()
    assert lab.group
    assert topic.chat == lab.group.id
    known = await lab.running_bot.stored_chat(lab.group)
    assert (known.kind, known.title) == (ChatKind.SUPERGROUP, "Lab")

    assert "3 papers" in (await member.ask("/digest")).text
    [opened] = (await member.press_button(label="1")).new_messages
    assert opened.text.startswith("[1] ")

    await lab.send_text("/list")
    refused = await member.press_button(label="1")
    assert (refused.toast, refused.is_empty) == (lab.text("refusal-not-admin"), True)
    await lab.press_button(label="1")
    refused = await member.press_button("digest-button-stop")
    assert (refused.toast, refused.is_empty) == (lab.text("refusal-not-admin"), True)
    told = (await lab.press_button("digest-button-stop")).only_message
    assert told.text == lab.text("unsubscribed", topic=TOPIC)
    refused = await member.press_button("button-undo")
    assert refused.toast == lab.text("refusal-not-admin")
    assert await lab.topics() == []


@covers("[change]", "[cancel]", "[subscribe]")
async def test_a_preview_belongs_to_the_administrators(
    lab: Conversation, member: Conversation
) -> None:
    await lab.ask(f"/sub {TOPIC}")
    for key in ("button-subscribe", "button-change", "button-cancel"):
        answer = await member.press_button(key)
        assert (answer.toast, answer.is_empty) == (lab.text("refusal-not-admin"), True)


async def test_an_anonymous_administrator_is_one(lab: Conversation) -> None:
    assert lab.group
    anonymously(lab.person, "/sub robots", lab.group)
    [preview] = await lab.running_bot.wait_for_replies(lab.person, lab.group)
    assert preview.text.startswith("robots\n\n")
    assert await lab.press_button("button-subscribe")
    assert [topic.name for topic in await lab.topics()] == ["robots"]


@pytest.mark.parametrize(
    "text",
    [
        "/sub@another_bot robots",
        "/start@another_bot",
        "/nonsense",
        "/",
        "/ban @eve",
        "good morning",
        "@papergram_demo_bot what do you think?",
    ],
)
async def test_in_a_group_the_bot_keeps_out_of_other_talk(lab: Conversation, text: str) -> None:
    before = lab.store_rows()
    assert await lab.send_text(text) == []
    after = lab.store_rows()
    assert {name for name in after if after[name] != before[name]} <= {"people", "chats"}


async def test_a_bot_that_reads_all_still_answers_only_commands(lab: Conversation) -> None:
    assert lab.group
    lab.group.promote_bot()
    await lab.running_bot.wait_until_idle()
    before = lab.store_rows()
    assert await lab.send_text("diffusion models") == []
    assert lab.store_rows() == before


async def test_a_command_may_name_this_bot(lab: Conversation) -> None:
    assert (await lab.ask("/start@Papergram_Demo_Bot")).text == lab.text("start-group")


async def test_a_topic_of_a_forum_gets_its_own_digests(talk: Conversation) -> None:
    forum = talk.running_bot.emulator.people.create_supergroup("Forum", talk.person, is_forum=True)
    forum.add_bot()
    await talk.running_bot.wait_until_idle()
    thread = forum.open_topic("papers")
    there = talk.in_group(forum)
    talk.person.send_text(f"/sub {TOPIC}", forum, thread_id=thread)
    [preview] = await there.running_bot.wait_for_replies(talk.person, forum)
    assert preview.thread_id == thread
    await there.press_button("button-subscribe")

    digest = (await there.press_button("button-digest")).only_message

    [topic] = await there.topics()
    assert (topic.thread, digest.thread_id) == (thread, thread)


@covers("/start", "/sub", "/digest", "/time", "[subscribe]")
async def test_a_channel_is_served_by_its_posts(talk: Conversation) -> None:
    channel = talk.running_bot.emulator.people.create_channel("Papers", talk.person)
    channel.add_bot(is_administrator=True)
    there = talk.in_group(channel)

    assert (await _posts(there, channel, "/start")).text == talk.text("start-group")
    assert (await _posts(there, channel, f"/sub {TOPIC}")).button_labels[0] == "Subscribe"
    await there.press_button("button-subscribe")
    [topic] = await there.topics()
    assert (topic.chat, (await there.running_bot.stored_chat(channel)).kind) == (
        channel.id,
        ChatKind.CHANNEL,
    )
    assert "3 papers" in (await _posts(there, channel, "/digest")).text

    eve = there.as_person(talk.running_bot.create_person("Eve"))
    channel.set_member(eve.person.user)
    refused = await eve.send_forged_callback(f"1stop:{topic.key}:0")
    assert refused.toast == talk.text("refusal-not-admin")
    assert [one.key for one in await there.topics()] == [topic.key]


async def _posts(talk: Conversation, channel: GroupOrChannel, text: str) -> VisibleMessage:
    """Lets the channel's owner post; the bot's one answer below it."""
    number = channel.post_message(text)
    await talk.running_bot.wait_until_idle()
    [answer] = [one for one in talk.person.messages(channel) if one.id > number]
    return answer


async def test_a_group_that_becomes_a_supergroup_keeps_its_topics(talk: Conversation) -> None:
    group = talk.running_bot.emulator.people.create_group("Lab", talk.person)
    group.add_bot()
    await talk.in_group(group).subscribe()

    moved = talk.in_group(group.migrate())
    await talk.running_bot.wait_until_idle()

    assert [topic.name for topic in await moved.topics()] == [TOPIC]
    assert f"1. {TOPIC}" in (await moved.ask("/list")).text


async def test_a_group_that_throws_the_bot_out_is_paused_until_it_is_back(
    lab: Conversation,
) -> None:
    await lab.subscribe()
    assert lab.group
    lab.group.remove_bot()
    await lab.running_bot.wait_until_idle()
    assert (await lab.running_bot.stored_chat(lab.group)).pause_reason == "blocked"

    lab.group.add_bot()
    await lab.running_bot.wait_until_idle()
    assert (await lab.running_bot.stored_chat(lab.group)).pause_reason == ""
