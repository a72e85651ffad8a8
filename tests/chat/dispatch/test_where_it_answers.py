"""Groups and channels: who may do what, and when the bot keeps silent."""

from __future__ import annotations

import pytest

from bot.chat.handler_table import COMMANDS
from bot.demo.emulator.json_encoding import JsonObject
from bot.demo.people.person import Person
from bot.demo.people.places import Place
from bot.demo.people.visible_messages import Visible
from storage.records import ChatKind
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Talk

OURS = {name: entrance for name, entrance in COMMANDS.items() if not entrance.operator}
CHANGING = sorted(name for name, entrance in OURS.items() if entrance.changes)
OPEN = sorted(name for name, entrance in OURS.items() if not entrance.changes)


@pytest.fixture
def member(lab: Talk) -> Talk:
    """Bob, an ordinary member of Ada's group."""
    return lab.member()


def anonymously(ada: Person, text: str, place: Place) -> None:
    """Lets an administrator write in the name of the group."""
    world = ada.world
    command: JsonObject = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
    content: JsonObject = {"text": text, "sender_chat": place.chat.as_json()}
    message = world.post(place.chat, ada.user, {**content, "entities": [command]})
    message["from"] = {
        "id": 1087968824,
        "is_bot": True,
        "first_name": "Group",
        "username": "GroupAnonymousBot",
    }
    world.updates.push("message", message)


@pytest.mark.parametrize("command", CHANGING)
async def test_changes_are_for_administrators(member: Talk, command: str) -> None:
    before = member.rows()

    told = await member.hears(f"/{command} robots")

    assert told.text == member.text("refusal-not-admin")
    after = member.rows()
    assert {name for name in after if after[name] != before[name]} <= {"people", "subscribers"}
    assert await member.topics() == []


@pytest.mark.parametrize("command", OPEN)
async def test_everybody_may_ask(member: Talk, command: str) -> None:
    answers = await member.says(f"/{command}")
    assert answers
    assert all(member.text("refusal-not-admin") != one.text for one in answers)


@covers("/start", "/sub", "/digest", "/list", "/unsub", "[subscribe]", "[stop]", "[entry]")
async def test_an_administrator_follows_a_topic_that_all_read(lab: Talk, member: Talk) -> None:
    assert (await lab.hears("/start")).text == lab.text("start-group")
    await lab.follows()
    [topic] = await lab.topics()
    assert lab.place
    assert topic.chat == lab.place.id
    known = await lab.house.chat(lab.place)
    assert (known.kind, known.title) == (ChatKind.SUPERGROUP, "Lab")

    assert "3 papers" in (await member.hears("/digest")).text
    [opened] = (await member.presses(label="1")).new
    assert opened.text.startswith("[1] ")

    await lab.says("/list")
    refused = await member.presses(label="1")
    assert (refused.toast, refused.is_nothing) == (lab.text("refusal-not-admin"), True)
    await lab.presses(label="1")
    refused = await member.presses("digest-button-stop")
    assert (refused.toast, refused.is_nothing) == (lab.text("refusal-not-admin"), True)
    told = (await lab.presses("digest-button-stop")).one
    assert told.text == lab.text("unsubscribed", topic=TOPIC)
    refused = await member.presses("button-undo")
    assert refused.toast == lab.text("refusal-not-admin")
    assert await lab.topics() == []


@covers("[change]", "[cancel]", "[subscribe]")
async def test_a_preview_belongs_to_the_administrators(lab: Talk, member: Talk) -> None:
    await lab.hears(f"/sub {TOPIC}")
    for key in ("button-subscribe", "button-change", "button-cancel"):
        answer = await member.presses(key)
        assert (answer.toast, answer.is_nothing) == (lab.text("refusal-not-admin"), True)


async def test_an_anonymous_administrator_is_one(lab: Talk) -> None:
    assert lab.place
    anonymously(lab.person, "/sub robots", lab.place)
    [preview] = await lab.house.answered(lab.person, lab.place)
    assert preview.text.startswith("robots\n\n")
    assert await lab.presses("button-subscribe")
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
async def test_in_a_group_the_bot_keeps_out_of_other_talk(lab: Talk, text: str) -> None:
    before = lab.rows()
    assert await lab.says(text) == []
    after = lab.rows()
    assert {name for name in after if after[name] != before[name]} <= {"people", "subscribers"}


async def test_a_bot_that_reads_all_still_answers_only_commands(lab: Talk) -> None:
    assert lab.place
    lab.place.promote_bot()
    await lab.house.settled()
    before = lab.rows()
    assert await lab.says("diffusion models") == []
    assert lab.rows() == before


async def test_a_command_may_name_this_bot(lab: Talk) -> None:
    assert (await lab.hears("/start@Papergram_Demo_Bot")).text == lab.text("start-group")


async def test_a_topic_of_a_forum_gets_its_own_digests(talk: Talk) -> None:
    forum = talk.house.emulator.people.supergroup("Forum", talk.person, is_forum=True)
    forum.add_bot()
    await talk.house.settled()
    thread = forum.open_topic("papers")
    there = talk.at(forum)
    talk.person.say(f"/sub {TOPIC}", forum, thread=thread)
    [preview] = await there.house.answered(talk.person, forum)
    assert preview.thread == thread
    await there.presses("button-subscribe")

    digest = (await there.presses("button-digest")).one

    [topic] = await there.topics()
    assert (topic.thread, digest.thread) == (thread, thread)


@covers("/start", "/sub", "/digest", "/time", "[subscribe]")
async def test_a_channel_is_served_by_its_posts(talk: Talk) -> None:
    channel = talk.house.emulator.people.channel("Papers", talk.person)
    channel.add_bot(is_administrator=True)
    there = talk.at(channel)

    assert (await _posts(there, channel, "/start")).text == talk.text("start-group")
    assert (await _posts(there, channel, f"/sub {TOPIC}")).buttons[0] == "Subscribe"
    await there.presses("button-subscribe")
    [topic] = await there.topics()
    assert (topic.chat, (await there.house.chat(channel)).kind) == (channel.id, ChatKind.CHANNEL)
    assert "3 papers" in (await _posts(there, channel, "/digest")).text

    eve = there.by(talk.house.person("Eve"))
    channel.join(eve.person.user)
    refused = await eve.forges(f"1stop:{topic.key}:0")
    assert refused.toast == talk.text("refusal-not-admin")
    assert [one.key for one in await there.topics()] == [topic.key]


async def _posts(talk: Talk, channel: Place, text: str) -> Visible:
    """Lets the channel's owner post; the bot's one answer below it."""
    number = channel.post(text)
    await talk.house.settled()
    [answer] = [one for one in talk.person.reads(channel) if one.id > number]
    return answer


async def test_a_group_that_becomes_a_supergroup_keeps_its_topics(talk: Talk) -> None:
    group = talk.house.emulator.people.group("Lab", talk.person)
    group.add_bot()
    await talk.at(group).follows()

    moved = talk.at(group.migrate())
    await talk.house.settled()

    assert [topic.name for topic in await moved.topics()] == [TOPIC]
    assert f"1. {TOPIC}" in (await moved.hears("/list")).text


async def test_a_group_that_throws_the_bot_out_is_paused_until_it_is_back(lab: Talk) -> None:
    await lab.follows()
    assert lab.place
    lab.place.remove_bot()
    await lab.house.settled()
    assert (await lab.house.chat(lab.place)).paused == "blocked"

    lab.place.add_bot()
    await lab.house.settled()
    assert (await lab.house.chat(lab.place)).paused == ""
