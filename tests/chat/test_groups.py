"""Groups: the greeting, rights, threads, and what becomes of a chat that changes."""

from __future__ import annotations

import pytest

from bot.demo.people.person import Person
from bot.demo.people.places import Place
from bot.demo.people.visible_messages import Visible
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Talk
from tests.support.database import dump


@pytest.fixture
async def forum(talk: Talk) -> Place:
    """Ada's forum with the bot in it."""
    place = talk.house.emulator.people.supergroup("Forum", talk.person, is_forum=True)
    place.add_bot()
    await talk.house.settled()
    return place


async def _in_thread(talk: Talk, forum: Place, thread: int, text: str) -> list[Visible]:
    talk.person.say(text, forum, thread=thread)
    return await talk.house.answered(talk.person, forum)


def _said(person: Person, place: Place) -> list[str]:
    return [one.text for one in person.reads(place) if one.is_from_bot]


async def test_a_group_is_greeted_once(either: Talk) -> None:
    lab = either.house.emulator.people.group("Lab", either.person)
    for _ in range(2):
        lab.add_bot()
        await either.house.settled()
        lab.remove_bot()
        await either.house.settled()

    assert _said(either.person, lab) == [either.text("start-group")]
    assert (await either.house.chat(lab)).paused == "blocked"


async def test_a_bot_that_may_not_write_is_paused_and_greets_when_it_may(talk: Talk) -> None:
    lab = talk.house.emulator.people.supergroup("Lab", talk.person)
    lab.add_bot()
    await talk.at(lab).follows()

    lab.restrict_bot()
    await talk.house.settled()
    assert (await talk.house.chat(lab)).paused == "blocked"
    lab.promote_bot()
    await talk.house.settled()

    assert (await talk.house.chat(lab)).paused == ""
    assert [topic.name for topic in await talk.at(lab).topics()] == [TOPIC]


async def test_a_pause_that_was_asked_for_outlives_the_bots_absence(talk: Talk) -> None:
    lab = talk.house.emulator.people.supergroup("Lab", talk.person)
    lab.add_bot()
    await talk.at(lab).says("/pause")

    lab.remove_bot()
    lab.add_bot()
    await talk.house.settled()

    assert (await talk.house.chat(lab)).paused == "asked"


@covers("/sub", "/list", "/digest", "[subscribe]")
async def test_answers_and_digests_stay_in_the_thread_where_they_were_asked_for(
    talk: Talk, forum: Place
) -> None:
    thread = forum.open_topic("papers")
    [preview] = await _in_thread(talk, forum, thread, f"/sub {TOPIC}")
    await talk.at(forum).presses("button-subscribe")
    [listed] = await _in_thread(talk, forum, thread, "/list")

    await talk.tomorrow()
    await talk.house.settled()
    [digest] = await _in_thread(talk, forum, forum.open_topic("other"), "/digest")

    assert {preview.thread, listed.thread, digest.thread} == {thread}
    assert talk.text("list-thread") not in listed.text
    [elsewhere] = await talk.at(forum).says("/list")
    assert (talk.text("list-thread"), f"https://t.me/c/1/{thread}") in elsewhere.links


async def test_a_thread_that_was_deleted_falls_back_to_the_chat(talk: Talk, forum: Place) -> None:
    thread = forum.open_topic("papers")
    await _in_thread(talk, forum, thread, f"/sub {TOPIC}")
    await talk.at(forum).presses("button-subscribe")
    forum.delete_topic(thread)
    await talk.tomorrow()

    [digest] = await talk.at(forum).says("/digest")

    assert not digest.thread
    assert (await talk.house.chat(forum)).paused == ""


async def test_a_chain_of_replies_is_no_thread(talk: Talk) -> None:
    """In a plain supergroup a reply has a thread number, which must not be answered to."""
    lab = talk.house.emulator.people.supergroup("Lab", talk.person)
    lab.add_bot()
    await talk.house.settled()
    there = talk.at(lab)
    preview = await there.hears(f"/sub {TOPIC}")
    lab.chat.messages[preview.id]["message_thread_id"] = preview.id

    await there.presses("button-subscribe")

    [topic] = await there.topics()
    assert topic.thread == 0


async def test_migration_leaves_no_row_behind(talk: Talk) -> None:
    lab = talk.house.emulator.people.group("Lab", talk.person)
    lab.add_bot()
    there = talk.at(lab)
    await there.follows()
    await there.says("/digest")
    store, bot = talk.house.store, talk.house.bot.telegram.id
    with store.transaction():
        store.rulings.allow(bot, lab.id, 7)

    moved = lab.migrate()
    await talk.house.settled()

    assert [topic.name for topic in await talk.at(moved).topics()] == [TOPIC]
    assert store.rulings.allowed(bot, moved.id) == 7
    rows = [row for table in dump(store).values() for row in table]
    assert not [row for row in rows if lab.id in row]


async def test_a_shared_digests_buttons_act_for_whoever_presses(talk: Talk) -> None:
    lab = talk.house.emulator.people.supergroup("Lab", talk.person)
    lab.add_bot()
    topic = await talk.at(lab).follows()
    await talk.at(lab).hears("/digest")
    bob = talk.by(talk.house.person("Bob")).at(lab)
    lab.join(bob.person.user)

    opened = (await bob.presses(label="1")).new
    refused = await bob.forges(f"1stop:{topic.key}:0")

    assert opened[0].text.startswith("[1] ")
    assert refused.toast == bob.text("refusal-not-admin")
