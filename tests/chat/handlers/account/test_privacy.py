"""What is kept about people is theirs: a copy, and an end that leaves no row."""

from __future__ import annotations

import json

import pytest

from bot import __version__
from bot.demo.people.groups_and_channels import GroupOrChannel
from storage import Store
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Conversation
from tests.support.database import dump_tables


def _naming(store: Store, number: int) -> dict[str, int]:
    """The tables with rows in which any cell holds the number, updates included."""
    tables = dump_tables(store, ignored_tables=())
    found = {
        name: sum(any(str(abs(number)) in str(cell) for cell in row) for row in rows)
        for name, rows in tables.items()
    }
    return {name: rows for name, rows in found.items() if rows}


async def _lives(talk: Conversation) -> None:
    """Lets somebody leave rows wherever they can."""
    await talk.subscribe()
    await talk.ask("/digest")
    await talk.press_button(label="1")
    await talk.press_button("entry-button-save")
    await talk.ask("/sub robots")
    await talk.ask("/import")


@covers("/forget", "[forget]")
async def test_a_copy_comes_first_and_then_no_row_is_left(either: Conversation) -> None:
    other = either.as_person(either.running_bot.create_person("Bob", either.language))
    await _lives(other)
    await _lives(either)
    kept = _naming(either.running_bot.store, other.person.id)

    question, copy = await either.send_text("/forget")

    assert question.text == either.text("forget-ask-person")
    assert copy.document == "papergram-data.json"
    told = json.loads(_document(either))
    assert told["chat"]["id"] == told["person"]["id"] == either.person.id
    assert [topic["name"] for topic in told["topics"]] == [TOPIC]
    assert len(told["digests"]) == 1
    assert len(told["library"]) == 1
    assert _naming(either.running_bot.store, either.person.id), "nothing is deleted yet"

    done = (await either.press_button("button-forget")).only_message

    assert done.text == either.text("forget-done")
    assert _naming(either.running_bot.store, either.person.id) == {}
    assert _naming(either.running_bot.store, other.person.id) == kept


def _document(talk: Conversation) -> bytes:
    """The bytes of the file that was sent last."""
    return list(talk.person.state.files.values())[-1].content


async def test_who_cancels_keeps_everything(either: Conversation) -> None:
    await either.subscribe()
    await either.send_text("/forget")
    before = either.store_rows()

    kept = (await either.press_button("button-cancel")).only_message

    assert kept.text == either.text("forget-kept")
    assert either.store_rows() == before


@pytest.mark.parametrize("first", [2, 999, 10**17])
async def test_no_forged_number_deletes(talk: Conversation, first: int) -> None:
    await talk.subscribe()
    before = talk.store_rows()
    answer = await talk.send_forged_callback(f"1forget:{first}:0")
    assert answer.toast == talk.text("refusal-button-old")
    assert talk.store_rows() == before


@pytest.fixture
async def lab(talk: Conversation) -> GroupOrChannel:
    """Ada's group with the bot in it."""
    place = talk.running_bot.emulator.people.create_supergroup("Lab", talk.person)
    place.add_bot()
    await talk.running_bot.wait_until_idle()
    return place


@covers("/forget", "[forget]")
async def test_an_administrator_ends_a_group_and_nobody_elses_data(
    talk: Conversation, lab: GroupOrChannel
) -> None:
    await _lives(talk)
    there = talk.in_group(lab)
    await there.subscribe()
    bob = there.as_person(talk.running_bot.create_person("Bob"))
    lab.set_member(bob.person.user)
    own = await talk.topics()

    assert (await bob.ask("/forget")).text == talk.text("refusal-not-admin")
    question, _ = await there.send_text("/forget")
    assert question.text == talk.text("forget-ask-chat")
    told = json.loads(_document(talk))
    assert "person" not in told
    assert (await bob.press_button("button-forget")).toast == talk.text("refusal-not-admin")
    await there.press_button("button-forget")

    assert _naming(talk.running_bot.store, lab.id) == {}
    assert await talk.topics() == own


async def test_a_channel_is_forgotten_from_the_private_chat(talk: Conversation) -> None:
    channel = talk.running_bot.emulator.people.create_channel(
        "Papers", talk.person, username="papers"
    )
    channel.add_bot(is_administrator=True)
    await talk.send_text(f"/sub @papers {TOPIC}")
    await talk.press_button("button-subscribe")
    own = await talk.running_bot.stored_chat(talk.person)

    await talk.send_text("/forget @papers")
    await talk.press_button("button-forget")

    assert _naming(talk.running_bot.store, channel.id) == {}
    assert await talk.running_bot.stored_chat(talk.person) == own


async def test_who_comes_back_begins_anew(talk: Conversation) -> None:
    await talk.subscribe()
    await talk.send_text("/forget")
    await talk.press_button("button-forget")

    assert (await talk.ask("/list")).text == talk.text("list-none")


@covers("/forget", "[forget]", "/limit")
async def test_an_operators_limit_outlives_the_data(either: Conversation) -> None:
    """Or everybody could shed it with two taps; and it is said that it stays."""
    await either.subscribe()
    store, bot = either.running_bot.store, either.running_bot.bot.telegram.id
    with store.transaction():
        store.bans_and_quotas.set_topic_quota(bot, either.person.id, 1)
    await either.send_text("/forget")

    done = (await either.press_button("button-forget")).only_message

    stays = either.text("forget-limit-stays", topics=1)
    assert done.text == f"{either.text('forget-done')}\n\n{stays}"
    assert _naming(store, either.person.id) == {"topic_quotas": 1}
    await either.subscribe("robots")
    await either.ask(f"/sub {TOPIC}")
    refused = await either.press_button("button-subscribe")
    assert refused.toast == either.text("topic-limit", limit=1)


@covers("/about")
async def test_about_says_whose_papers_which_version_and_what_is_kept(either: Conversation) -> None:
    told = (await either.ask("/about")).text
    assert __version__ in told
    for key in ("about-source", "about-licence", "about-kept", "about-shared"):
        assert either.text(key) in told
