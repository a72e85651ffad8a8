"""What is kept about people is theirs: a copy, and an end that leaves no row."""

from __future__ import annotations

import json

import pytest

from bot import __version__
from bot.demo.people.groups_and_channels import GroupOrChannel
from storage import Store
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers
from tests.support.database import dump_tables


def _naming(store: Store, number: int) -> dict[str, int]:
    """The tables with rows in which any cell holds the number, updates included."""
    tables = dump_tables(store, ignored_tables=())
    rows_by_table = {
        name: sum(any(str(abs(number)) in str(cell) for cell in row) for row in rows)
        for name, rows in tables.items()
    }
    return {name: rows for name, rows in rows_by_table.items() if rows}


async def _lives(conversation: Conversation) -> None:
    """Lets somebody leave rows wherever they can."""
    await conversation.subscribe()
    await conversation.ask("/digest")
    await conversation.press_button(label="1")
    await conversation.press_button("entry-button-save")
    await conversation.ask("/sub robots")
    await conversation.ask("/import")


@covers("/forget", "[forget]")
async def test_a_copy_comes_first_and_then_no_row_is_left(localized_chat: Conversation) -> None:
    other = localized_chat.as_person(
        localized_chat.running_bot.create_person("Bob", localized_chat.language)
    )
    await _lives(other)
    await _lives(localized_chat)
    other_rows = _naming(localized_chat.running_bot.store, other.person.id)

    question, copy = await localized_chat.send_text("/forget")

    assert question.text == localized_chat.text("forget-ask-person")
    assert copy.document == "papergram-data.json"
    content = json.loads(localized_chat.newest_file())
    assert content["chat"]["id"] == content["person"]["id"] == localized_chat.person.id
    assert [topic["name"] for topic in content["topics"]] == [TOPIC]
    assert len(content["digests"]) == 1
    assert len(content["library"]) == 1
    assert _naming(localized_chat.running_bot.store, localized_chat.person.id), (
        "nothing is deleted yet"
    )

    answer = (await localized_chat.press_button("button-forget")).only_message

    assert answer.text == localized_chat.text("forget-done")
    assert _naming(localized_chat.running_bot.store, localized_chat.person.id) == {}
    assert _naming(localized_chat.running_bot.store, other.person.id) == other_rows


async def test_who_cancels_keeps_everything(localized_chat: Conversation) -> None:
    await localized_chat.subscribe()
    await localized_chat.send_text("/forget")
    before = localized_chat.store_rows()

    answer = (await localized_chat.press_button("button-cancel")).only_message

    assert answer.text == localized_chat.text("forget-kept")
    assert localized_chat.store_rows() == before


@pytest.mark.parametrize("first", [2, 999, 10**17])
async def test_no_forged_number_deletes(conversation: Conversation, first: int) -> None:
    await conversation.subscribe()
    before = conversation.store_rows()
    answer = await conversation.send_forged_callback(f"1forget:{first}:0")
    assert answer.toast == conversation.text("refusal-button-old")
    assert conversation.store_rows() == before


@pytest.fixture
async def group(conversation: Conversation) -> GroupOrChannel:
    """Ada's group with the bot in it."""
    place = conversation.running_bot.emulator.people.create_supergroup("Lab", conversation.person)
    place.add_bot()
    await conversation.running_bot.wait_until_idle()
    return place


@covers("/forget", "[forget]")
async def test_an_administrator_ends_a_group_and_nobody_elses_data(
    conversation: Conversation, group: GroupOrChannel
) -> None:
    await _lives(conversation)
    group_conversation = conversation.in_group(group)
    await group_conversation.subscribe()
    bob = group_conversation.as_person(conversation.running_bot.create_person("Bob"))
    group.set_member(bob.person.user)
    topics = await conversation.topics()

    assert (await bob.ask("/forget")).text == conversation.text("refusal-not-admin")
    question, _ = await group_conversation.send_text("/forget")
    assert question.text == conversation.text("forget-ask-chat")
    content = json.loads(conversation.newest_file())
    assert "person" not in content
    assert (await bob.press_button("button-forget")).toast == conversation.text("refusal-not-admin")
    await group_conversation.press_button("button-forget")

    assert _naming(conversation.running_bot.store, group.id) == {}
    assert await conversation.topics() == topics


async def test_a_channel_is_forgotten_from_the_private_chat(conversation: Conversation) -> None:
    channel = conversation.running_bot.emulator.people.create_channel(
        "Papers", conversation.person, username="papers"
    )
    channel.add_bot(is_administrator=True)
    await conversation.send_text(f"/sub @papers {TOPIC}")
    await conversation.press_button("button-subscribe")
    chat = await conversation.running_bot.stored_chat(conversation.person)

    await conversation.send_text("/forget @papers")
    await conversation.press_button("button-forget")

    assert _naming(conversation.running_bot.store, channel.id) == {}
    assert await conversation.running_bot.stored_chat(conversation.person) == chat


async def test_who_comes_back_begins_anew(conversation: Conversation) -> None:
    await conversation.subscribe()
    await conversation.send_text("/forget")
    await conversation.press_button("button-forget")

    assert (await conversation.ask("/list")).text == conversation.text("list-none")


@covers("/forget", "[forget]", "/limit")
async def test_an_operators_limit_outlives_the_data(localized_chat: Conversation) -> None:
    """Or everybody could shed it with two taps; and it is said that it stays."""
    await localized_chat.subscribe()
    store, bot = localized_chat.running_bot.store, localized_chat.running_bot.bot.telegram.id
    with store.transaction():
        store.bans_and_quotas.set_topic_quota(bot, localized_chat.person.id, 1)
    await localized_chat.send_text("/forget")

    answer = (await localized_chat.press_button("button-forget")).only_message

    stays = localized_chat.text("forget-limit-stays", topics=1)
    assert answer.text == f"{localized_chat.text('forget-done')}\n\n{stays}"
    assert _naming(store, localized_chat.person.id) == {"topic_quotas": 1}
    await localized_chat.subscribe("robots")
    await localized_chat.ask(f"/sub {TOPIC}")
    refused = await localized_chat.press_button("button-subscribe")
    assert refused.toast == localized_chat.text("topic-limit", limit=1)


@covers("/about")
async def test_about_says_whose_papers_which_version_and_what_is_kept(
    localized_chat: Conversation,
) -> None:
    answer = (await localized_chat.ask("/about")).text
    assert __version__ in answer
    for key in ("about-source", "about-licence", "about-kept", "about-shared"):
        assert localized_chat.text(key) in answer
