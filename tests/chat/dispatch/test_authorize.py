"""Ways around a right: each of them is closed, and says why."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import telegram

from bot.chat.api.updates import Asked, What, asked
from bot.chat.dispatch.apply_update import answered
from bot.chat.dispatch.authorize import standing
from bot.chat.request_and_reply import House
from bot.chat.services import Counter
from bot.chat.user_limits import Cost, Limits
from bot.demo.emulator.faults import closed, refused
from bot.demo.people.places import Place
from bot.render.telegram.keyboard import Action
from storage import Store
from storage.records import ChatKind, Question, Update
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Talk
from tests.support.running_bot import opening, staged

OPERATOR = 700_000_001  # who is met first in an emulated Telegram


@pytest.fixture
async def channel(talk: Talk) -> Place:
    """Ada's channel, where the bot may post."""
    return await talk.channel()


@covers("/ban", "/resume")
@pytest.mark.parametrize("said", ["/resume @papers", "/pause @papers", f"/sub @papers {TOPIC}"])
async def test_a_banned_channel_is_not_managed_from_the_private_chat(
    store: Store, said: str
) -> None:
    async with staged(store, operator=OPERATOR) as house:
        await opening(house)
        operator = Talk(house, house.person("Olga"), "en")
        ada = operator.by(house.person("Ada"))
        papers = house.emulator.people.channel("Papers", ada.person, username="papers")
        papers.add_bot(is_administrator=True)
        await ada.hears(f"/sub @papers {TOPIC}")
        await ada.presses("button-subscribe")
        await operator.hears(f"/ban {papers.id}")
        before = ada.rows()

        told = await ada.hears(said)

        above = ada.text("there-managing", title="Papers")
        assert told.text == f"{above}\n\n{ada.text('there-banned')}"
        assert (await house.chat(papers)).paused == "banned"
        assert ada.rows() == before


@covers("[draft]")
async def test_a_channels_reader_makes_it_post_nothing(talk: Talk, channel: Place) -> None:
    channel.post("/search robots")
    await talk.house.settled()
    reader = talk.by(talk.house.person("Eve")).at(channel)
    channel.join(reader.person.user)

    answer = await reader.presses("button-follow")

    assert (answer.toast, answer.is_nothing) == (reader.text("refusal-not-admin"), True)


async def test_who_is_banned_is_not_told_of_limits(store: Store) -> None:
    limits = Limits({**dict.fromkeys(Cost, 10**9), Cost.COMMAND: 2})
    async with staged(store, operator=OPERATOR, limits=limits) as house:
        operator = Talk(house, house.person("Olga"), "en")
        ada = operator.by(house.person("Ada"))
        await operator.hears(f"/ban {ada.person.id}")
        assert (await ada.hears("/list")).text == ada.text("refusal-banned")

        assert [await ada.says("/list") for _ in range(3)] == [[], [], []]


@pytest.mark.parametrize("fault", [closed, lambda: refused(500, "Internal Server Error")])
async def test_where_telegram_does_not_say_who_leads_nobody_is_accused(
    lab: Talk, fault: object
) -> None:
    assert callable(fault)
    lab.house.emulator.faults.next("getChatMember", fault())

    told = await lab.hears("/pause")

    assert told.text == lab.text("refusal-unasked")
    assert lab.place
    assert (await lab.house.chat(lab.place)).paused == ""


@covers("[change]")
async def test_words_that_are_changed_go_where_the_preview_was_for(
    talk: Talk, channel: Place
) -> None:
    await talk.hears(f"/sub @papers {TOPIC}")

    told = (await talk.presses("button-change")).one

    wanted = f"/sub {channel.id} {TOPIC}"
    assert talk.text("preview-change", query=wanted) in told.text
    await talk.hears(wanted)
    await talk.presses("button-subscribe")
    assert [one.chat for one in await talk.at(channel).topics()] == [channel.id]


@covers("/lang")
async def test_a_channel_changes_from_its_own_language_to_the_other(
    talk: Talk, channel: Place
) -> None:
    await talk.hears("/lang @papers zh")

    await talk.hears("/lang @papers")

    assert (await talk.house.chat(channel)).language == "en"


@covers("[zone]")
async def test_a_city_stays_the_same_city_in_another_language(talk: Talk) -> None:
    shown = await talk.hears("/timezone")
    await talk.hears("/lang zh")

    await talk.presses(label="New York", message=shown.id)

    assert (await talk.house.chat(talk.person)).zone == "America/New_York"


def test_what_a_group_gets_from_its_channel_asks_for_nothing() -> None:
    """A channel's posts appear in its discussion group by themselves, commands among them."""
    message = {
        "message_id": 5,
        "date": 1,
        "chat": {"id": -1001, "type": "supergroup", "title": "Talk"},
        "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"},
        "sender_chat": {"id": -1002, "type": "channel", "title": "Papers"},
        "text": "/sub robots",
    }
    copied = {**message, "is_automatic_forward": True}

    assert asked(json.dumps({"update_id": 1, "message": message}), "papergram_bot")
    assert asked(json.dumps({"update_id": 2, "message": copied}), "papergram_bot") is None


@covers("[rename]", "/import")
async def test_in_a_group_one_is_told_to_reply(lab: Talk) -> None:
    """The bot does not see what else is said there."""
    topic = await lab.follows()
    await lab.hears("/list")
    await lab.presses(label="1")

    asked_for = (await lab.presses("button-rename")).one
    file = await lab.hears("/import")

    assert lab.text("card-rename", topic=topic.name) in asked_for.text
    assert asked_for.text.endswith(lab.text("answer-by-reply"))
    assert file.text.endswith(lab.text("answer-by-reply"))


@covers("[rename]")
async def test_who_leads_no_more_has_no_answer_to_give(lab: Talk) -> None:
    """The right is looked at when the answer comes, not only when the question was asked."""
    await lab.follows()
    bob = lab.member()
    assert lab.place
    lab.place.join(bob.person.user, "administrator")
    await bob.hears("/list")
    await bob.presses(label="1")
    asked_for = (await bob.presses("button-rename")).one
    lab.place.join(bob.person.user, "member")

    bob.person.say("Mine now", lab.place, reply_to=asked_for.id)
    [told] = await lab.house.answered(bob.person, lab.place)

    assert told.text == lab.text("refusal-not-admin")
    assert [one.name for one in await lab.topics()] == [TOPIC]


@covers("[rename]", "[words]", "[topic_other]", "/import")
async def test_a_channel_is_asked_for_words_in_private(talk: Talk, channel: Place) -> None:
    """What is posted in a channel is read by all, and answers nobody."""
    channel.post(f"/sub {TOPIC}")
    await talk.house.settled()
    there = talk.at(channel)
    await there.presses("button-subscribe")
    [topic] = await there.topics()

    for verb in ("rename", "words", "topic_other"):
        answer = await there.forges(f"1{verb}:{topic.key}:0")
        wanted = talk.text("answer-in-private", example=f"/list {channel.id}")
        assert (answer.toast, answer.is_nothing) == (wanted, True)
    channel.post("/import")
    await talk.house.settled()
    last = talk.person.reads(channel)[-1]
    assert last.text == talk.text("answer-in-private", example=f"/import {channel.id}")


class Hiding(telegram.Bot):
    """A Telegram in which everybody leads their group without a name."""

    async def get_chat_member(self, *_: object, **__: object) -> telegram.ChatMember:
        return telegram.ChatMemberOwner(telegram.User(7, "Ada", is_bot=False), is_anonymous=True)


async def test_who_leads_without_a_name_can_answer_what_they_pressed(store: Store) -> None:
    """Telegram names who presses, and does not name who writes."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    house = House(bot=1, username="papergram_bot", feeds=frozenset())
    counter = Counter(Hiding("1:token"), house, store, lambda: now, lambda: None, "test")
    pressed = Asked(
        What.BUTTON, -1001, ChatKind.SUPERGROUP, person=7, action=Action("rename", 1), query="1"
    )
    written = Asked(What.WORDS, -1001, ChatKind.SUPERGROUP, words="robots", speaks_for_chat=True)

    presser = (await standing(counter, pressed)).request.person
    store.inbox.put([Update(1, 5, -1001, "{}")])
    store.asks.put(1, -1001, presser, Question("import"), now)
    reply = await answered(counter, Update(1, 5, -1001, "{}"), written)

    assert "robots" in reply.messages[0].html
