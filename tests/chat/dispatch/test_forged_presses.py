"""Presses that no button of ours made, by people who may not: nothing posts, nothing changes."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from bot.chat.api.updates import UpdateKind, parse_update
from bot.chat.handler_table import BUTTONS, COMMANDS, Route
from bot.demo.emulator.faults import error_response
from bot.demo.emulator.json_encoding import JsonObject
from bot.demo.people.groups_and_channels import GroupOrChannel
from bot.topics.query.parser import parse
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Conversation
from tests.support.database import IGNORED_TABLES, RowsByTable, dump_tables

RECORD = json.dumps(
    {
        "format": "papergram topics",
        "topics": [{"query": "the", "told": 0, "times": [], "limit": 1, "name": "x"}],
    }
)


@covers("[undo]", "[subscribe]", "/sub")
async def test_words_that_look_like_our_record_of_stopped_topics_are_words(
    talk: Conversation,
) -> None:
    """They are anybody's: no cursor of theirs is believed."""
    preview = await talk.ask(f"/sub {RECORD}")
    [subscribe] = [
        button.data
        for row in preview.button_rows
        for button in row
        if button.label == talk.text("button-subscribe")
    ]
    before = talk.store_rows()

    undone = await talk.send_forged_callback(subscribe.replace("subscribe", "undo"))

    assert (undone.toast, undone.is_empty) == (talk.text("undo-gone"), True)
    assert talk.store_rows() == before
    await talk.send_forged_callback(subscribe)
    [topic] = await talk.topics()
    assert (topic.query, topic.cursor) == (
        parse(RECORD).text,
        talk.running_bot.store.papers.last_seq(),
    )


@covers("[undo]", "[draft]", "[change]", "[subscribe]", "[reword]", "[include]", "[exclude]")
@pytest.mark.parametrize("verb", ["draft", "change", "subscribe", "reword", "include", "exclude"])
async def test_our_record_of_stopped_topics_is_nobodys_words(talk: Conversation, verb: str) -> None:
    topic = await talk.subscribe("robots")
    await talk.subscribe(TOPIC)
    undo = (await talk.ask("/unsub 2")).button_rows[0][0].data
    key = undo.split(":")[1]
    before = talk.store_rows()
    is_second = verb in ("reword", "include", "exclude")

    answer = await talk.send_forged_callback(
        f"1{verb}:{topic.key}:{key}" if is_second else f"1{verb}:{key}:0"
    )

    assert (answer.toast, answer.is_empty) == (talk.text("preview-gone"), True)
    assert talk.store_rows() == before
    await talk.send_forged_callback(undo)
    assert [one.name for one in await talk.topics()] == ["robots", TOPIC]


# Every button with numbers that exist: a digest, a topic, drafts and papers count from 1.
PRESSES = tuple(
    f"1{verb}:{first}:{second}" for verb in BUTTONS for first, second in ((0, 1), (1, 1), (2, 1))
)
OWN = (*IGNORED_TABLES, "people", "saved_papers")  # tables of the presser's own


async def _read(talk: Conversation, place: GroupOrChannel) -> Conversation:
    """A place with a topic, a digest, a search and previews in it, whose ids are small."""
    there = talk.in_group(place)
    if place.chat.kind == "channel":
        for said in (f"/sub {TOPIC}", "/search robots", "/digest language"):
            place.post_message(said)
            await talk.running_bot.wait_until_idle()
        await there.press_button("button-subscribe")
    else:
        await there.subscribe()
        await there.send_text("/search robots")
        await there.send_text("/digest language")
    return there


async def _storm(talk: Conversation, presses: Sequence[str], message: int = 1) -> dict[str, str]:
    """Sends many presses at once and returns the toast of each."""
    made = {data: talk.person.press_forged(data, message, talk.group) for data in presses}
    toasts = {data: (await pressed).text for data, pressed in made.items()}
    await talk.running_bot.wait_until_idle()
    return toasts


def _rows(talk: Conversation) -> RowsByTable:
    return dump_tables(talk.running_bot.store, ignored_tables=OWN)


async def test_a_press_of_whoever_may_not_write_in_a_group_posts_nothing(
    talk: Conversation,
) -> None:
    lab = talk.running_bot.emulator.people.create_supergroup("Lab", talk.person)
    lab.add_bot(is_administrator=True)
    await talk.running_bot.wait_until_idle()
    there = await _read(talk, lab)
    member, muted, silenced, gone = (
        there.as_new_member(name) for name in ("Bob", "Mia", "Sue", "Gus")
    )
    lab.set_member(muted.person.user, "restricted")
    lab.set_member(gone.person.user, "restricted", is_member=False, can_send_messages=True)
    kicked, stranger = (
        there.as_new_member("Kim"),
        there.as_person(talk.running_bot.create_person("Eve")),
    )
    lab.set_member(kicked.person.user, "kicked")
    assert (await member.send_forged_callback("1entry:1:1")).new_messages, (
        "who may write may have it posted"
    )
    lab.forbid_permissions("can_send_messages")
    assert (await there.send_forged_callback("1entry:1:1")).new_messages, (
        "the owner may write all the same"
    )
    shown, rows = talk.person.messages(lab), _rows(talk)
    posting = [one for one in PRESSES if _entrance(one).requires_write_access]

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
        assert {toasts[one] for one in presses if _entrance(one).requires_write_access} == {refusal}
    assert talk.person.messages(lab) == shown
    assert _rows(talk) == rows


def _entrance(data: str) -> Route:
    return BUTTONS[data[1:].partition(":")[0]]


async def test_who_may_write_again_is_served_again(lab: Conversation) -> None:
    """Nothing is remembered of a right."""
    await lab.subscribe()
    await lab.send_text("/digest")
    bob = lab.as_new_member()
    assert lab.group
    lab.group.set_member(bob.person.user, "restricted")
    refused = await bob.send_forged_callback("1entry:1:1")
    lab.group.set_member(bob.person.user, "restricted", can_send_messages=True)

    served = await bob.send_forged_callback("1entry:1:1")

    assert (refused.toast, refused.is_empty) == (bob.text("refusal-not-writer"), True)
    assert len(served.new_messages) == 1


@pytest.mark.parametrize(
    ("method", "code", "key"),
    [
        ("getChatMember", 400, "refusal-unseen"),
        ("getChatMember", 500, "refusal-unasked"),
        ("getChat", 500, "refusal-unasked"),
    ],
)
async def test_where_telegram_does_not_say_who_may_write_nothing_is_posted(
    lab: Conversation, method: str, code: int, key: str
) -> None:
    """The members of a group may be hidden from a bot that is no administrator."""
    await lab.subscribe()
    await lab.send_text("/digest")
    bob = lab.as_new_member()
    lab.running_bot.emulator.faults.schedule(
        method, error_response(code, "Bad Request: member list is inaccessible")
    )

    answer = await bob.send_forged_callback("1entry:1:1")

    assert (answer.toast, answer.is_empty) == (bob.text(key), True)


async def test_an_administrator_who_may_not_post_in_a_channel_has_nothing_posted_there(
    talk: Conversation,
) -> None:
    channel = await talk.create_channel()
    there = await _read(talk, channel)
    topics = await there.topics()
    guest = there.as_person(talk.running_bot.create_person("Ian"))
    channel.set_member(guest.person.user, "administrator", can_post_messages=False)
    shown, rows = talk.person.messages(channel), _rows(talk)

    toasts = await _storm(guest, PRESSES)

    refusal = talk.text("refusal-not-poster")
    open_to_readers = ("entry", "save", "files", "versions")
    for data, toast in toasts.items():
        if data[1:].partition(":")[0] not in (*open_to_readers, "users"):
            assert toast == refusal, data
    assert talk.person.messages(channel) == shown
    assert _rows(talk) == rows

    alone = talk.as_person(guest.person)
    await alone.ask("/start")
    rows = _rows(talk)
    refusal = talk.text("there-not-poster", title="Papers")
    for name, entrance in COMMANDS.items():
        if entrance.accepts_chat_argument:
            assert (await alone.ask(f"/{name} @papers 1")).text == refusal, name
    answer = await alone.send_forged_callback(f"1digest:{topics[0].key}:0:{channel.id}")
    assert (answer.toast, answer.is_empty) == (refusal, True)
    assert talk.person.messages(channel) == shown
    assert _rows(talk) == rows

    channel.set_member(guest.person.user, "administrator")
    assert (await alone.ask("/digest @papers")).text == talk.text("there-posted", title="Papers")


async def test_a_stranger_hears_one_sentence_of_whatever_group(either: Conversation) -> None:
    """Whether there is one, whether the bot is in it and what it is called is not theirs."""
    people = either.running_bot.emulator.people
    eve = either.as_person(either.running_bot.create_person("Eve", either.language))
    await eve.ask("/start")
    places = {
        "with the bot": people.create_supergroup("Secret", either.person),
        "without it": people.create_supergroup("Secret", either.person),
        "left": people.create_supergroup("Secret", either.person),
        "thrown out": people.create_supergroup("Secret", either.person),
        "restricted before they left": people.create_supergroup("Secret", either.person),
        "a channel": people.create_channel("Secret", either.person),
    }
    for name, place in places.items():
        if name != "without it":
            place.add_bot(is_administrator=place.chat.kind == "channel")
    places["left"].set_member(eve.person.user, "left")
    places["thrown out"].set_member(eve.person.user, "kicked")
    places["restricted before they left"].set_member(eve.person.user, "restricted", is_member=False)
    grown = people.create_group("Secret", either.person)
    grown.add_bot()
    grown.migrate()
    await either.running_bot.wait_until_idle()
    numbers = [-100123, *(place.id for place in places.values()), -either.person.id]

    for number in (*numbers, grown.id):
        for said in (f"/list {number}", f"/sub {number} robots") if number in numbers else ():
            told = await eve.ask(said)
            assert told.text == eve.text("there-unknown", given=str(number)), number
        answer = await eve.send_forged_callback(f"1list:0:0:{number}")
        assert answer.toast == eve.text("there-unknown", given=str(number)), number


FORWARDED = {"type": "hidden_user", "sender_user_name": "Eve", "date": 1}
OTHER_BOT = {"id": 5, "is_bot": True, "first_name": "Other", "username": "other_bot"}


@pytest.mark.parametrize("how", [{"forward_origin": FORWARDED}, {"via_bot": OTHER_BOT}])
async def test_a_command_that_another_wrote_is_not_done(
    either: Conversation, how: dict[str, JsonObject]
) -> None:
    place = either.running_bot.emulator.people.create_supergroup("Lab", either.person)
    place.add_bot(is_administrator=True)  # so that it hears everything
    await either.ask("/start")
    before = either.store_rows()
    command: JsonObject = {"text": "/timezone Asia/Tokyo", **how}

    either.person.send_content(command)
    [told] = await either.running_bot.wait_for_replies(either.person)
    either.person.send_content(command, place)
    in_group = await either.running_bot.wait_for_replies(either.person, place)

    assert told.text == either.text("refusal-passed-on")
    assert in_group == []
    assert either.store_rows() == before


@covers("/import")
async def test_a_file_that_was_forwarded_to_the_bot_in_private_is_read(talk: Conversation) -> None:
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
    found = parse_update(json.dumps({"update_id": 1, "message": message}), "papergram_bot")
    assert found
    assert (found.kind, found.words) == (UpdateKind.FILE, "f")


async def test_another_bot_is_not_answered(lab: Conversation) -> None:
    """Two bots would talk until a limit stops them."""
    other = lab.as_new_member("Other")
    other.person.user.is_bot = True
    assert await other.send_text("/help") == []

    other.person.user.is_bot = False
    assert await other.send_text("/help") != []


@covers("[rename]")
async def test_who_leads_without_a_name_answers_without_a_name(lab: Conversation) -> None:
    """Telegram has a bot of its own write for them, and names the group beside it."""
    assert lab.group
    lab.group.promote_bot()
    topic = await lab.subscribe()
    lab.group.set_member(lab.person.user, "creator", is_anonymous=True)
    asked_for = (await lab.send_forged_callback(f"1rename:{topic.key}:0")).only_message
    voice: JsonObject = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    answer: JsonObject = {
        "text": "Mine",
        "from": voice,
        "reply_to_message": lab.group.chat.messages[asked_for.id],
    }

    lab.person.send_content(answer, lab.group)
    await lab.running_bot.wait_until_idle()
    assert [one.name for one in await lab.topics()] == [topic.name], "any bot could say so"
    lab.person.send_content({**answer, "sender_chat": lab.group.chat.as_json()}, lab.group)
    await lab.running_bot.wait_until_idle()

    assert [one.name for one in await lab.topics()] == ["Mine"]


def test_a_title_and_a_name_are_one_line() -> None:
    message = {
        "message_id": 1,
        "date": 0,
        "chat": {"id": -7, "type": "group", "title": "Lab\n9. Other\t(5)\u202e"},
        "from": {"id": 7, "is_bot": False, "first_name": "Ada\n", "last_name": "\nLovelace"},
        "text": "/help",
    }
    found = parse_update(json.dumps({"update_id": 1, "message": message}), "papergram_bot")
    assert found
    assert (found.title, found.name) == ("Lab 9. Other (5)", "Ada Lovelace")
