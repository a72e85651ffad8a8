"""Groups and channels: who may do what, and when the bot keeps silent."""

from __future__ import annotations

import pytest

from bot.chat.handler_table import COMMANDS
from bot.demo.emulator.json_encoding import JsonObject
from bot.demo.people.groups_and_channels import GroupOrChannel
from bot.demo.people.person import Person
from bot.demo.people.visible_messages import VisibleMessage
from storage.records.chats import ChatKind
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers

OURS = {name: route for name, route in COMMANDS.items() if not route.operator_only}
CHANGING = sorted(name for name, route in OURS.items() if route.admin_only)
OPEN = sorted(name for name, route in OURS.items() if not route.admin_only)


@pytest.fixture
def member(group_conversation: Conversation) -> Conversation:
    """Bob, an ordinary member of Ada's group."""
    return group_conversation.as_new_member()


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

    answer = await member.ask(f"/{command} robots")

    assert answer.text == member.text("refusal-not-admin")
    after = member.store_rows()
    assert {name for name in after if after[name] != before[name]} <= {"people", "chats"}
    assert await member.topics() == []


@pytest.mark.parametrize("command", OPEN)
async def test_everybody_may_ask(member: Conversation, command: str) -> None:
    answers = await member.send_text(f"/{command}")
    assert answers
    assert all(member.text("refusal-not-admin") != message.text for message in answers)


@covers("/start", "/sub", "/digest", "/list", "/unsub", "[subscribe]", "[stop]", "[entry]")
async def test_an_administrator_follows_a_topic_that_all_read(
    group_conversation: Conversation, member: Conversation
) -> None:
    assert (await group_conversation.ask("/start")).text == group_conversation.text("start-group")
    await group_conversation.subscribe()
    [topic] = await group_conversation.topics()
    assert group_conversation.group
    assert topic.chat == group_conversation.group.id
    chat = await group_conversation.running_bot.stored_chat(group_conversation.group)
    assert (chat.kind, chat.title) == (ChatKind.SUPERGROUP, "Lab")

    assert "3 papers" in (await member.ask("/digest")).text
    [opened] = (await member.press_button(label="1")).new_messages
    assert opened.text.startswith("[1] ")

    await group_conversation.send_text("/list")
    refused = await member.press_button(label="1")
    assert (refused.toast, refused.is_empty) == (group_conversation.text("refusal-not-admin"), True)
    await group_conversation.press_button(label="1")
    refused = await member.press_button("digest-button-stop")
    assert (refused.toast, refused.is_empty) == (group_conversation.text("refusal-not-admin"), True)
    answer = (await group_conversation.press_button("digest-button-stop")).only_message
    assert answer.text == group_conversation.text("unsubscribed", topic=TOPIC)
    refused = await member.press_button("button-undo")
    assert refused.toast == group_conversation.text("refusal-not-admin")
    assert await group_conversation.topics() == []


@covers("[change]", "[cancel]", "[subscribe]")
async def test_a_preview_belongs_to_the_administrators(
    group_conversation: Conversation, member: Conversation
) -> None:
    await group_conversation.ask(f"/sub {TOPIC}")
    for key in ("button-subscribe", "button-change", "button-cancel"):
        answer = await member.press_button(key)
        assert (answer.toast, answer.is_empty) == (
            group_conversation.text("refusal-not-admin"),
            True,
        )


async def test_an_anonymous_administrator_is_one(group_conversation: Conversation) -> None:
    assert group_conversation.group
    anonymously(group_conversation.person, "/sub robots", group_conversation.group)
    [preview] = await group_conversation.running_bot.wait_for_replies(
        group_conversation.person, group_conversation.group
    )
    assert preview.text.startswith("robots\n\n")
    assert await group_conversation.press_button("button-subscribe")
    assert [topic.name for topic in await group_conversation.topics()] == ["robots"]


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
async def test_in_a_group_the_bot_keeps_out_of_other_conversation(
    group_conversation: Conversation, text: str
) -> None:
    before = group_conversation.store_rows()
    assert await group_conversation.send_text(text) == []
    after = group_conversation.store_rows()
    assert {name for name in after if after[name] != before[name]} <= {"people", "chats"}


async def test_a_bot_that_reads_all_still_answers_only_commands(
    group_conversation: Conversation,
) -> None:
    assert group_conversation.group
    group_conversation.group.promote_bot()
    await group_conversation.running_bot.wait_until_idle()
    before = group_conversation.store_rows()
    assert await group_conversation.send_text("diffusion models") == []
    assert group_conversation.store_rows() == before


async def test_a_command_may_name_this_bot(group_conversation: Conversation) -> None:
    assert (
        await group_conversation.ask("/start@Papergram_Demo_Bot")
    ).text == group_conversation.text("start-group")


async def test_a_topic_of_a_forum_gets_its_own_digests(conversation: Conversation) -> None:
    forum = conversation.running_bot.emulator.people.create_supergroup(
        "Forum", conversation.person, is_forum=True
    )
    forum.add_bot()
    await conversation.running_bot.wait_until_idle()
    thread = forum.open_topic("papers")
    group_conversation = conversation.in_group(forum)
    conversation.person.send_text(f"/sub {TOPIC}", forum, thread_id=thread)
    [preview] = await group_conversation.running_bot.wait_for_replies(conversation.person, forum)
    assert preview.thread_id == thread
    await group_conversation.press_button("button-subscribe")

    digest = (await group_conversation.press_button("button-digest")).only_message

    [topic] = await group_conversation.topics()
    assert (topic.thread, digest.thread_id) == (thread, thread)


@covers("/start", "/sub", "/digest", "/time", "[subscribe]")
async def test_a_channel_is_served_by_its_posts(conversation: Conversation) -> None:
    channel = conversation.running_bot.emulator.people.create_channel("Papers", conversation.person)
    channel.add_bot(is_administrator=True)
    group_conversation = conversation.in_group(channel)

    assert (await _posts(group_conversation, channel, "/start")).text == conversation.text(
        "start-group"
    )
    assert (await _posts(group_conversation, channel, f"/sub {TOPIC}")).button_labels[
        0
    ] == "Subscribe"
    await group_conversation.press_button("button-subscribe")
    [topic] = await group_conversation.topics()
    assert (topic.chat, (await group_conversation.running_bot.stored_chat(channel)).kind) == (
        channel.id,
        ChatKind.CHANNEL,
    )
    assert "3 papers" in (await _posts(group_conversation, channel, "/digest")).text

    eve = group_conversation.as_person(conversation.running_bot.create_person("Eve"))
    channel.set_member(eve.person.user)
    refused = await eve.send_forged_callback(f"1stop:{topic.key}:0")
    assert refused.toast == conversation.text("refusal-not-admin")
    assert [topic.key for topic in await group_conversation.topics()] == [topic.key]


async def _posts(conversation: Conversation, channel: GroupOrChannel, text: str) -> VisibleMessage:
    """Lets the channel's owner post; the bot's one answer below it."""
    number = channel.post_message(text)
    await conversation.running_bot.wait_until_idle()
    [answer] = [message for message in conversation.person.messages(channel) if message.id > number]
    return answer


async def test_a_group_that_throws_the_bot_out_is_paused_until_it_is_back(
    group_conversation: Conversation,
) -> None:
    await group_conversation.subscribe()
    assert group_conversation.group
    group_conversation.group.remove_bot()
    await group_conversation.running_bot.wait_until_idle()
    assert (
        await group_conversation.running_bot.stored_chat(group_conversation.group)
    ).pause_reason == "blocked"

    group_conversation.group.add_bot()
    await group_conversation.running_bot.wait_until_idle()
    assert (
        await group_conversation.running_bot.stored_chat(group_conversation.group)
    ).pause_reason == ""
