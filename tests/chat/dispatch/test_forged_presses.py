"""Presses that no button of ours made, by people who may not: nothing posts, nothing changes."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from bot.chat.api.updates import What, asked
from bot.chat.handler_table import BUTTONS, COMMANDS, Entrance
from bot.demo.emulator.faults import refused
from bot.demo.emulator.json_encoding import JsonObject
from bot.demo.people.places import Place
from bot.topics.query.parser import parse
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Talk
from tests.support.database import BESIDE, Tables, dump

RECORD = json.dumps(
    {
        "format": "papergram topics",
        "topics": [{"query": "the", "told": 0, "times": [], "limit": 1, "name": "x"}],
    }
)


@covers("[undo]", "[subscribe]", "/sub")
async def test_words_that_look_like_our_record_of_stopped_topics_are_words(talk: Talk) -> None:
    """They are anybody's: no cursor of theirs is believed."""
    preview = await talk.hears(f"/sub {RECORD}")
    [subscribe] = [
        button.data
        for row in preview.rows
        for button in row
        if button.label == talk.text("button-subscribe")
    ]
    before = talk.rows()

    undone = await talk.forges(subscribe.replace("subscribe", "undo"))

    assert (undone.toast, undone.is_nothing) == (talk.text("undo-gone"), True)
    assert talk.rows() == before
    await talk.forges(subscribe)
    [topic] = await talk.topics()
    assert (topic.query, topic.cursor) == (parse(RECORD).text, talk.house.store.papers.last_seq())


@covers("[undo]", "[draft]", "[change]", "[subscribe]", "[reword]", "[include]", "[exclude]")
@pytest.mark.parametrize("verb", ["draft", "change", "subscribe", "reword", "include", "exclude"])
async def test_our_record_of_stopped_topics_is_nobodys_words(talk: Talk, verb: str) -> None:
    topic = await talk.follows("robots")
    await talk.follows(TOPIC)
    undo = (await talk.hears("/unsub 2")).rows[0][0].data
    key = undo.split(":")[1]
    before = talk.rows()
    is_second = verb in ("reword", "include", "exclude")

    answer = await talk.forges(f"1{verb}:{topic.key}:{key}" if is_second else f"1{verb}:{key}:0")

    assert (answer.toast, answer.is_nothing) == (talk.text("preview-gone"), True)
    assert talk.rows() == before
    await talk.forges(undo)
    assert [one.name for one in await talk.topics()] == ["robots", TOPIC]


# Every button with numbers that exist: a digest, a topic, drafts and papers count from 1.
PRESSES = tuple(
    f"1{verb}:{first}:{second}" for verb in BUTTONS for first, second in ((0, 1), (1, 1), (2, 1))
)
OWN = (*BESIDE, "people", "library")  # tables of the presser's own


async def _read(talk: Talk, place: Place) -> Talk:
    """A place with a topic, a digest, a search and previews in it, whose ids are small."""
    there = talk.at(place)
    if place.chat.kind == "channel":
        for said in (f"/sub {TOPIC}", "/search robots", "/digest language"):
            place.post(said)
            await talk.house.settled()
        await there.presses("button-subscribe")
    else:
        await there.follows()
        await there.says("/search robots")
        await there.says("/digest language")
    return there


async def _storm(talk: Talk, presses: Sequence[str], message: int = 1) -> dict[str, str]:
    """Sends many presses at once and returns the toast of each."""
    made = {data: talk.person.presses_forged(data, message, talk.place) for data in presses}
    toasts = {data: (await pressed).text for data, pressed in made.items()}
    await talk.house.settled()
    return toasts


def _rows(talk: Talk) -> Tables:
    return dump(talk.house.store, without=OWN)


async def test_a_press_of_whoever_may_not_write_in_a_group_posts_nothing(talk: Talk) -> None:
    lab = talk.house.emulator.people.supergroup("Lab", talk.person)
    lab.add_bot(is_administrator=True)
    await talk.house.settled()
    there = await _read(talk, lab)
    member, muted, silenced, gone = (there.member(name) for name in ("Bob", "Mia", "Sue", "Gus"))
    lab.join(muted.person.user, "restricted")
    lab.join(gone.person.user, "restricted", is_member=False, can_send_messages=True)
    kicked, stranger = there.member("Kim"), there.by(talk.house.person("Eve"))
    lab.join(kicked.person.user, "kicked")
    assert (await member.forges("1entry:1:1")).new, "who may write may have it posted"
    lab.forbid("can_send_messages")
    assert (await there.forges("1entry:1:1")).new, "the owner may write all the same"
    shown, rows = talk.person.reads(lab), _rows(talk)
    posting = [one for one in PRESSES if _entrance(one).posts]

    for who, presses in (
        (muted, PRESSES),
        (silenced, posting),
        (gone, posting[::4]),
        (kicked, posting[1::4]),
        (stranger, posting[2::4]),
    ):
        toasts = await _storm(who, presses)

        assert [one for one, toast in toasts.items() if not toast] == []
        refusal = talk.text("refusal-not-writer")
        assert {toasts[one] for one in presses if _entrance(one).posts} == {refusal}
    assert talk.person.reads(lab) == shown
    assert _rows(talk) == rows


def _entrance(data: str) -> Entrance:
    return BUTTONS[data[1:].partition(":")[0]]


async def test_who_may_write_again_is_served_again(lab: Talk) -> None:
    """Nothing is remembered of a right."""
    await lab.follows()
    await lab.says("/digest")
    bob = lab.member()
    assert lab.place
    lab.place.join(bob.person.user, "restricted")
    refused = await bob.forges("1entry:1:1")
    lab.place.join(bob.person.user, "restricted", can_send_messages=True)

    served = await bob.forges("1entry:1:1")

    assert (refused.toast, refused.is_nothing) == (bob.text("refusal-not-writer"), True)
    assert len(served.new) == 1


@pytest.mark.parametrize(
    ("method", "code", "key"),
    [
        ("getChatMember", 400, "refusal-unseen"),
        ("getChatMember", 500, "refusal-unasked"),
        ("getChat", 500, "refusal-unasked"),
    ],
)
async def test_where_telegram_does_not_say_who_may_write_nothing_is_posted(
    lab: Talk, method: str, code: int, key: str
) -> None:
    """The members of a group may be hidden from a bot that is no administrator."""
    await lab.follows()
    await lab.says("/digest")
    bob = lab.member()
    lab.house.emulator.faults.next(
        method, refused(code, "Bad Request: member list is inaccessible")
    )

    answer = await bob.forges("1entry:1:1")

    assert (answer.toast, answer.is_nothing) == (bob.text(key), True)


async def test_an_administrator_who_may_not_post_in_a_channel_has_nothing_posted_there(
    talk: Talk,
) -> None:
    channel = await talk.channel()
    there = await _read(talk, channel)
    topics = await there.topics()
    guest = there.by(talk.house.person("Ian"))
    channel.join(guest.person.user, "administrator", can_post_messages=False)
    shown, rows = talk.person.reads(channel), _rows(talk)

    toasts = await _storm(guest, PRESSES)

    refusal = talk.text("refusal-not-poster")
    open_to_readers = ("entry", "save", "files", "versions")
    for data, toast in toasts.items():
        if data[1:].partition(":")[0] not in (*open_to_readers, "users"):
            assert toast == refusal, data
    assert talk.person.reads(channel) == shown
    assert _rows(talk) == rows

    alone = talk.by(guest.person)
    await alone.hears("/start")
    rows = _rows(talk)
    refusal = talk.text("there-not-poster", title="Papers")
    for name, entrance in COMMANDS.items():
        if entrance.acts_elsewhere:
            assert (await alone.hears(f"/{name} @papers 1")).text == refusal, name
    answer = await alone.forges(f"1digest:{topics[0].key}:0:{channel.id}")
    assert (answer.toast, answer.is_nothing) == (refusal, True)
    assert talk.person.reads(channel) == shown
    assert _rows(talk) == rows

    channel.join(guest.person.user, "administrator")
    assert (await alone.hears("/digest @papers")).text == talk.text("there-posted", title="Papers")


async def test_a_stranger_hears_one_sentence_of_whatever_group(either: Talk) -> None:
    """Whether there is one, whether the bot is in it and what it is called is not theirs."""
    people = either.house.emulator.people
    eve = either.by(either.house.person("Eve", either.language))
    await eve.hears("/start")
    places = {
        "with the bot": people.supergroup("Secret", either.person),
        "without it": people.supergroup("Secret", either.person),
        "left": people.supergroup("Secret", either.person),
        "thrown out": people.supergroup("Secret", either.person),
        "restricted before they left": people.supergroup("Secret", either.person),
        "a channel": people.channel("Secret", either.person),
    }
    for name, place in places.items():
        if name != "without it":
            place.add_bot(is_administrator=place.chat.kind == "channel")
    places["left"].join(eve.person.user, "left")
    places["thrown out"].join(eve.person.user, "kicked")
    places["restricted before they left"].join(eve.person.user, "restricted", is_member=False)
    grown = people.group("Secret", either.person)
    grown.add_bot()
    grown.migrate()
    await either.house.settled()
    numbers = [-100123, *(place.id for place in places.values()), -either.person.id]

    for number in (*numbers, grown.id):
        for said in (f"/list {number}", f"/sub {number} robots") if number in numbers else ():
            told = await eve.hears(said)
            assert told.text == eve.text("there-unknown", given=str(number)), number
        answer = await eve.forges(f"1list:0:0:{number}")
        assert answer.toast == eve.text("there-unknown", given=str(number)), number


FORWARDED = {"type": "hidden_user", "sender_user_name": "Eve", "date": 1}
OTHER_BOT = {"id": 5, "is_bot": True, "first_name": "Other", "username": "other_bot"}


@pytest.mark.parametrize("how", [{"forward_origin": FORWARDED}, {"via_bot": OTHER_BOT}])
async def test_a_command_that_another_wrote_is_not_done(
    either: Talk, how: dict[str, JsonObject]
) -> None:
    place = either.house.emulator.people.supergroup("Lab", either.person)
    place.add_bot(is_administrator=True)  # so that it hears everything
    await either.hears("/start")
    before = either.rows()
    command: JsonObject = {"text": "/timezone Asia/Tokyo", **how}

    either.person.shows(command)
    [told] = await either.house.answered(either.person)
    either.person.shows(command, place)
    in_group = await either.house.answered(either.person, place)

    assert told.text == either.text("refusal-passed-on")
    assert in_group == []
    assert either.rows() == before


@covers("/import")
async def test_a_file_that_was_forwarded_to_the_bot_in_private_is_read(talk: Talk) -> None:
    """Such as the one that /export posted in a group."""
    document = {"file_id": "f", "file_unique_id": "u", "file_size": 9}
    message = {
        "message_id": 1,
        "date": 0,
        "chat": {"id": 7, "type": "private"},
        "from": {"id": 7, "is_bot": False, "first_name": "Ada"},
        "forward_origin": FORWARDED,
        "document": document,
    }
    found = asked(json.dumps({"update_id": 1, "message": message}), "papergram_bot")
    assert found
    assert (found.what, found.words) == (What.FILE, "f")


async def test_another_bot_is_not_answered(lab: Talk) -> None:
    """Two bots would talk until a limit stops them."""
    other = lab.member("Other")
    other.person.user.is_bot = True
    assert await other.says("/help") == []

    other.person.user.is_bot = False
    assert await other.says("/help") != []


@covers("[rename]")
async def test_who_leads_without_a_name_answers_without_a_name(lab: Talk) -> None:
    """Telegram has a bot of its own write for them, and names the group beside it."""
    assert lab.place
    lab.place.promote_bot()
    topic = await lab.follows()
    lab.place.join(lab.person.user, "creator", is_anonymous=True)
    asked_for = (await lab.forges(f"1rename:{topic.key}:0")).one
    voice: JsonObject = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    answer: JsonObject = {
        "text": "Mine",
        "from": voice,
        "reply_to_message": lab.place.chat.messages[asked_for.id],
    }

    lab.person.shows(answer, lab.place)
    await lab.house.settled()
    assert [one.name for one in await lab.topics()] == [topic.name], "any bot could say so"
    lab.person.shows({**answer, "sender_chat": lab.place.chat.as_json()}, lab.place)
    await lab.house.settled()

    assert [one.name for one in await lab.topics()] == ["Mine"]


def test_a_title_and_a_name_are_one_line() -> None:
    message = {
        "message_id": 1,
        "date": 0,
        "chat": {"id": -7, "type": "group", "title": "Lab\n9. Other\t(5)\u202e"},
        "from": {"id": 7, "is_bot": False, "first_name": "Ada\n", "last_name": "\nLovelace"},
        "text": "/help",
    }
    found = asked(json.dumps({"update_id": 1, "message": message}), "papergram_bot")
    assert found
    assert (found.title, found.name) == ("Lab 9. Other (5)", "Ada Lovelace")
