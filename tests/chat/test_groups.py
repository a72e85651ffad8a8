"""Groups: the greeting, rights, threads, and what becomes of a chat that changes."""

from __future__ import annotations

import pytest

from bot.demo.people.groups_and_channels import GroupOrChannel
from bot.demo.people.person import Person
from bot.demo.people.visible_messages import VisibleMessage
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers
from tests.support.database import dump_tables


@pytest.fixture
async def forum(conversation: Conversation) -> GroupOrChannel:
    """Ada's forum with the bot in it."""
    place = conversation.running_bot.emulator.people.create_supergroup(
        "Forum", conversation.person, is_forum=True
    )
    place.add_bot()
    await conversation.running_bot.wait_until_idle()
    return place


async def _in_thread(
    conversation: Conversation, forum: GroupOrChannel, thread: int, text: str
) -> list[VisibleMessage]:
    conversation.person.send_text(text, forum, thread_id=thread)
    return await conversation.running_bot.wait_for_replies(conversation.person, forum)


def _said(person: Person, place: GroupOrChannel) -> list[str]:
    return [message.text for message in person.messages(place) if message.is_from_bot]


async def test_a_group_is_greeted_once(localized_chat: Conversation) -> None:
    group = localized_chat.running_bot.emulator.people.create_group("Lab", localized_chat.person)
    for _ in range(2):
        group.add_bot()
        await localized_chat.running_bot.wait_until_idle()
        group.remove_bot()
        await localized_chat.running_bot.wait_until_idle()

    assert _said(localized_chat.person, group) == [localized_chat.text("start-group")]
    assert (await localized_chat.running_bot.stored_chat(group)).pause_reason == "blocked"


async def test_a_bot_that_may_not_write_is_paused_and_greets_when_it_may(
    conversation: Conversation,
) -> None:
    group = conversation.running_bot.emulator.people.create_supergroup("Lab", conversation.person)
    group.add_bot()
    await conversation.in_group(group).subscribe()

    group.restrict_bot()
    await conversation.running_bot.wait_until_idle()
    assert (await conversation.running_bot.stored_chat(group)).pause_reason == "blocked"
    group.promote_bot()
    await conversation.running_bot.wait_until_idle()

    assert (await conversation.running_bot.stored_chat(group)).pause_reason == ""
    assert [topic.name for topic in await conversation.in_group(group).topics()] == [TOPIC]


async def test_a_pause_that_was_asked_for_outlives_the_bots_absence(
    conversation: Conversation,
) -> None:
    group = conversation.running_bot.emulator.people.create_supergroup("Lab", conversation.person)
    group.add_bot()
    await conversation.in_group(group).send_text("/pause")

    group.remove_bot()
    group.add_bot()
    await conversation.running_bot.wait_until_idle()

    assert (await conversation.running_bot.stored_chat(group)).pause_reason == "asked"


@covers("/sub", "/list", "/digest", "[subscribe]")
async def test_answers_and_digests_stay_in_the_thread_where_they_were_asked_for(
    conversation: Conversation, forum: GroupOrChannel
) -> None:
    thread = forum.open_topic("papers")
    [preview] = await _in_thread(conversation, forum, thread, f"/sub {TOPIC}")
    await conversation.in_group(forum).press_button("button-subscribe")
    [listed] = await _in_thread(conversation, forum, thread, "/list")

    await conversation.advance_to_tomorrow()
    await conversation.running_bot.wait_until_idle()
    [digest] = await _in_thread(conversation, forum, forum.open_topic("other"), "/digest")

    assert {preview.thread_id, listed.thread_id, digest.thread_id} == {thread}
    assert conversation.text("list-thread") not in listed.text
    [elsewhere] = await conversation.in_group(forum).send_text("/list")
    assert (conversation.text("list-thread"), f"https://t.me/c/1/{thread}") in elsewhere.links


async def test_a_thread_that_was_deleted_falls_back_to_the_chat(
    conversation: Conversation, forum: GroupOrChannel
) -> None:
    thread = forum.open_topic("papers")
    await _in_thread(conversation, forum, thread, f"/sub {TOPIC}")
    await conversation.in_group(forum).press_button("button-subscribe")
    forum.delete_topic(thread)
    await conversation.advance_to_tomorrow()

    [digest] = await conversation.in_group(forum).send_text("/digest")

    assert not digest.thread_id
    assert (await conversation.running_bot.stored_chat(forum)).pause_reason == ""


async def test_a_chain_of_replies_is_no_thread(conversation: Conversation) -> None:
    """In a plain supergroup a reply has a thread number, which must not be answered to."""
    group = conversation.running_bot.emulator.people.create_supergroup("Lab", conversation.person)
    group.add_bot()
    await conversation.running_bot.wait_until_idle()
    group_conversation = conversation.in_group(group)
    preview = await group_conversation.ask(f"/sub {TOPIC}")
    group.chat.messages[preview.id]["message_thread_id"] = preview.id

    await group_conversation.press_button("button-subscribe")

    [topic] = await group_conversation.topics()
    assert topic.thread == 0


async def test_migration_leaves_no_row_behind(conversation: Conversation) -> None:
    group = conversation.running_bot.emulator.people.create_group("Lab", conversation.person)
    group.add_bot()
    group_conversation = conversation.in_group(group)
    await group_conversation.subscribe()
    await group_conversation.send_text("/digest")
    store, bot = conversation.running_bot.store, conversation.running_bot.bot.telegram.id
    with store.transaction():
        store.bans_and_quotas.set_topic_quota(bot, group.id, 7)

    moved = group.migrate()
    await conversation.running_bot.wait_until_idle()

    assert [topic.name for topic in await conversation.in_group(moved).topics()] == [TOPIC]
    assert store.bans_and_quotas.topic_quota(bot, moved.id) == 7
    rows = [row for table in dump_tables(store).values() for row in table]
    assert not [row for row in rows if group.id in row]


async def test_a_shared_digests_buttons_act_for_whoever_presses(conversation: Conversation) -> None:
    group = conversation.running_bot.emulator.people.create_supergroup("Lab", conversation.person)
    group.add_bot()
    topic = await conversation.in_group(group).subscribe()
    await conversation.in_group(group).ask("/digest")
    bob = conversation.as_person(conversation.running_bot.create_person("Bob")).in_group(group)
    group.set_member(bob.person.user)

    opened = (await bob.press_button(label="1")).new_messages
    refused = await bob.send_forged_callback(f"1stop:{topic.key}:0")

    assert opened[0].text.startswith("[1] ")
    assert refused.toast == bob.text("refusal-not-admin")
