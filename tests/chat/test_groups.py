"""Groups: the greeting, rights, threads, and what becomes of a chat that changes."""

from __future__ import annotations

import pytest

from bot.demo.people.groups_and_channels import GroupOrChannel
from bot.demo.people.person import Person
from bot.demo.people.visible_messages import VisibleMessage
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Conversation
from tests.support.database import dump_tables


@pytest.fixture
async def forum(talk: Conversation) -> GroupOrChannel:
    """Ada's forum with the bot in it."""
    place = talk.running_bot.emulator.people.create_supergroup("Forum", talk.person, is_forum=True)
    place.add_bot()
    await talk.running_bot.wait_until_idle()
    return place


async def _in_thread(
    talk: Conversation, forum: GroupOrChannel, thread: int, text: str
) -> list[VisibleMessage]:
    talk.person.send_text(text, forum, thread_id=thread)
    return await talk.running_bot.wait_for_replies(talk.person, forum)


def _said(person: Person, place: GroupOrChannel) -> list[str]:
    return [one.text for one in person.messages(place) if one.is_from_bot]


async def test_a_group_is_greeted_once(either: Conversation) -> None:
    lab = either.running_bot.emulator.people.create_group("Lab", either.person)
    for _ in range(2):
        lab.add_bot()
        await either.running_bot.wait_until_idle()
        lab.remove_bot()
        await either.running_bot.wait_until_idle()

    assert _said(either.person, lab) == [either.text("start-group")]
    assert (await either.running_bot.stored_chat(lab)).pause_reason == "blocked"


async def test_a_bot_that_may_not_write_is_paused_and_greets_when_it_may(
    talk: Conversation,
) -> None:
    lab = talk.running_bot.emulator.people.create_supergroup("Lab", talk.person)
    lab.add_bot()
    await talk.in_group(lab).subscribe()

    lab.restrict_bot()
    await talk.running_bot.wait_until_idle()
    assert (await talk.running_bot.stored_chat(lab)).pause_reason == "blocked"
    lab.promote_bot()
    await talk.running_bot.wait_until_idle()

    assert (await talk.running_bot.stored_chat(lab)).pause_reason == ""
    assert [topic.name for topic in await talk.in_group(lab).topics()] == [TOPIC]


async def test_a_pause_that_was_asked_for_outlives_the_bots_absence(talk: Conversation) -> None:
    lab = talk.running_bot.emulator.people.create_supergroup("Lab", talk.person)
    lab.add_bot()
    await talk.in_group(lab).send_text("/pause")

    lab.remove_bot()
    lab.add_bot()
    await talk.running_bot.wait_until_idle()

    assert (await talk.running_bot.stored_chat(lab)).pause_reason == "asked"


@covers("/sub", "/list", "/digest", "[subscribe]")
async def test_answers_and_digests_stay_in_the_thread_where_they_were_asked_for(
    talk: Conversation, forum: GroupOrChannel
) -> None:
    thread = forum.open_topic("papers")
    [preview] = await _in_thread(talk, forum, thread, f"/sub {TOPIC}")
    await talk.in_group(forum).press_button("button-subscribe")
    [listed] = await _in_thread(talk, forum, thread, "/list")

    await talk.advance_to_tomorrow()
    await talk.running_bot.wait_until_idle()
    [digest] = await _in_thread(talk, forum, forum.open_topic("other"), "/digest")

    assert {preview.thread_id, listed.thread_id, digest.thread_id} == {thread}
    assert talk.text("list-thread") not in listed.text
    [elsewhere] = await talk.in_group(forum).send_text("/list")
    assert (talk.text("list-thread"), f"https://t.me/c/1/{thread}") in elsewhere.links


async def test_a_thread_that_was_deleted_falls_back_to_the_chat(
    talk: Conversation, forum: GroupOrChannel
) -> None:
    thread = forum.open_topic("papers")
    await _in_thread(talk, forum, thread, f"/sub {TOPIC}")
    await talk.in_group(forum).press_button("button-subscribe")
    forum.delete_topic(thread)
    await talk.advance_to_tomorrow()

    [digest] = await talk.in_group(forum).send_text("/digest")

    assert not digest.thread_id
    assert (await talk.running_bot.stored_chat(forum)).pause_reason == ""


async def test_a_chain_of_replies_is_no_thread(talk: Conversation) -> None:
    """In a plain supergroup a reply has a thread number, which must not be answered to."""
    lab = talk.running_bot.emulator.people.create_supergroup("Lab", talk.person)
    lab.add_bot()
    await talk.running_bot.wait_until_idle()
    there = talk.in_group(lab)
    preview = await there.ask(f"/sub {TOPIC}")
    lab.chat.messages[preview.id]["message_thread_id"] = preview.id

    await there.press_button("button-subscribe")

    [topic] = await there.topics()
    assert topic.thread == 0


async def test_migration_leaves_no_row_behind(talk: Conversation) -> None:
    lab = talk.running_bot.emulator.people.create_group("Lab", talk.person)
    lab.add_bot()
    there = talk.in_group(lab)
    await there.subscribe()
    await there.send_text("/digest")
    store, bot = talk.running_bot.store, talk.running_bot.bot.telegram.id
    with store.transaction():
        store.bans_and_quotas.set_topic_quota(bot, lab.id, 7)

    moved = lab.migrate()
    await talk.running_bot.wait_until_idle()

    assert [topic.name for topic in await talk.in_group(moved).topics()] == [TOPIC]
    assert store.bans_and_quotas.topic_quota(bot, moved.id) == 7
    rows = [row for table in dump_tables(store).values() for row in table]
    assert not [row for row in rows if lab.id in row]


async def test_a_shared_digests_buttons_act_for_whoever_presses(talk: Conversation) -> None:
    lab = talk.running_bot.emulator.people.create_supergroup("Lab", talk.person)
    lab.add_bot()
    topic = await talk.in_group(lab).subscribe()
    await talk.in_group(lab).ask("/digest")
    bob = talk.as_person(talk.running_bot.create_person("Bob")).in_group(lab)
    lab.set_member(bob.person.user)

    opened = (await bob.press_button(label="1")).new_messages
    refused = await bob.send_forged_callback(f"1stop:{topic.key}:0")

    assert opened[0].text.startswith("[1] ")
    assert refused.toast == bob.text("refusal-not-admin")
