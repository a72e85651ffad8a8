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
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers
from tests.support.database import IGNORED_TABLES, RowsByTable, dump_tables

RECORD = json.dumps(
    {
        "format": "papergram topics",
        "topics": [{"query": "the", "told": 0, "times": [], "limit": 1, "name": "x"}],
    }
)


@covers("[undo]", "[subscribe]", "/sub")
async def test_words_that_look_like_our_record_of_stopped_topics_are_words(
    conversation: Conversation,
) -> None:
    """They are anybody's: no cursor of theirs is believed."""
    preview = await conversation.ask(f"/sub {RECORD}")
    [subscribe] = [
        button.data
        for row in preview.button_rows
        for button in row
        if button.label == conversation.text("button-subscribe")
    ]
    before = conversation.store_rows()

    undone = await conversation.send_forged_callback(subscribe.replace("subscribe", "undo"))

    assert (undone.toast, undone.is_empty) == (conversation.text("undo-gone"), True)
    assert conversation.store_rows() == before
    await conversation.send_forged_callback(subscribe)
    [topic] = await conversation.topics()
    assert (topic.query, topic.cursor) == (
        parse(RECORD).text,
        conversation.running_bot.store.announcements.last_seq(),
    )


@covers("[undo]", "[draft]", "[change]", "[subscribe]", "[reword]", "[include]", "[exclude]")
@pytest.mark.parametrize("verb", ["draft", "change", "subscribe", "reword", "include", "exclude"])
async def test_our_record_of_stopped_topics_is_nobodys_words(
    conversation: Conversation, verb: str
) -> None:
    topic = await conversation.subscribe("robots")
    await conversation.subscribe(TOPIC)
    undo = (await conversation.ask("/unsub 2")).button_rows[0][0].data
    key = undo.split(":")[1]
    before = conversation.store_rows()
    is_second = verb in ("reword", "include", "exclude")

    answer = await conversation.send_forged_callback(
        f"1{verb}:{topic.key}:{key}" if is_second else f"1{verb}:{key}:0"
    )

    assert (answer.toast, answer.is_empty) == (conversation.text("preview-gone"), True)
    assert conversation.store_rows() == before
    await conversation.send_forged_callback(undo)
    assert [topic.name for topic in await conversation.topics()] == ["robots", TOPIC]


# Every button with numbers that exist: a digest, a topic, drafts and papers count from 1.
PRESSES = tuple(
    f"1{verb}:{first}:{second}" for verb in BUTTONS for first, second in ((0, 1), (1, 1), (2, 1))
)
OWN = (*IGNORED_TABLES, "people", "saved_papers")  # tables of the presser's own


async def _read(conversation: Conversation, place: GroupOrChannel) -> Conversation:
    """A place with a topic, a digest, a search and previews in it, whose ids are small."""
    group_conversation = conversation.in_group(place)
    if place.chat.kind == "channel":
        for command in (f"/sub {TOPIC}", "/search robots", "/digest language"):
            place.post_message(command)
            await conversation.running_bot.wait_until_idle()
        await group_conversation.press_button("button-subscribe")
    else:
        await group_conversation.subscribe()
        await group_conversation.send_text("/search robots")
        await group_conversation.send_text("/digest language")
    return group_conversation


async def _storm(conversation: Conversation, presses: Sequence[str]) -> dict[str, str]:
    """Sends many presses of the first message at once and returns the toast of each."""
    made = {data: conversation.person.press_forged(data, 1, conversation.group) for data in presses}
    toasts = {data: (await pressed).text for data, pressed in made.items()}
    await conversation.running_bot.wait_until_idle()
    return toasts


def _rows(conversation: Conversation) -> RowsByTable:
    return dump_tables(conversation.running_bot.store, ignored_tables=OWN)


async def test_a_press_of_whoever_may_not_write_in_a_group_posts_nothing(
    conversation: Conversation,
) -> None:
    group = conversation.running_bot.emulator.people.create_supergroup("Lab", conversation.person)
    group.add_bot(is_administrator=True)
    await conversation.running_bot.wait_until_idle()
    group_conversation = await _read(conversation, group)
    member, muted, silenced, gone = (
        group_conversation.as_new_member(name) for name in ("Bob", "Mia", "Sue", "Gus")
    )
    group.set_member(muted.person.user, "restricted")
    group.set_member(gone.person.user, "restricted", is_member=False, can_send_messages=True)
    kicked, stranger = (
        group_conversation.as_new_member("Kim"),
        group_conversation.as_person(conversation.running_bot.create_person("Eve")),
    )
    group.set_member(kicked.person.user, "kicked")
    assert (await member.send_forged_callback("1entry:1:1")).new_messages, (
        "who may write may have it posted"
    )
    group.forbid_permissions("can_send_messages")
    assert (await group_conversation.send_forged_callback("1entry:1:1")).new_messages, (
        "the owner may write all the same"
    )
    shown, rows = conversation.person.messages(group), _rows(conversation)
    posting = [data for data in PRESSES if _route(data).requires_write_access]

    for who, presses in (
        (muted, PRESSES),
        (silenced, posting),
        (gone, posting[::4]),
        (kicked, posting[1::4]),
        (stranger, posting[2::4]),
    ):
        toasts = await _storm(who, presses)

        assert [data for data, toast in toasts.items() if not toast] == []
        refusal = conversation.text("refusal-not-writer")
        assert {toasts[data] for data in presses if _route(data).requires_write_access} == {refusal}
    assert conversation.person.messages(group) == shown
    assert _rows(conversation) == rows


def _route(data: str) -> Route:
    return BUTTONS[data[1:].partition(":")[0]]


async def test_who_may_write_again_is_served_again(group_conversation: Conversation) -> None:
    """Nothing is remembered of a right."""
    await group_conversation.subscribe()
    await group_conversation.send_text("/digest")
    bob = group_conversation.as_new_member()
    assert group_conversation.group
    group_conversation.group.set_member(bob.person.user, "restricted")
    refused = await bob.send_forged_callback("1entry:1:1")
    group_conversation.group.set_member(bob.person.user, "restricted", can_send_messages=True)

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
    group_conversation: Conversation, method: str, code: int, key: str
) -> None:
    """The members of a group may be hidden from a bot that is no administrator."""
    await group_conversation.subscribe()
    await group_conversation.send_text("/digest")
    bob = group_conversation.as_new_member()
    group_conversation.running_bot.emulator.faults.schedule(
        method, error_response(code, "Bad Request: member list is inaccessible")
    )

    answer = await bob.send_forged_callback("1entry:1:1")

    assert (answer.toast, answer.is_empty) == (bob.text(key), True)


async def test_an_administrator_who_may_not_post_in_a_channel_has_nothing_posted_there(
    conversation: Conversation,
) -> None:
    channel = await conversation.create_channel()
    group_conversation = await _read(conversation, channel)
    topics = await group_conversation.topics()
    guest = group_conversation.as_person(conversation.running_bot.create_person("Ian"))
    channel.set_member(guest.person.user, "administrator", can_post_messages=False)
    shown, rows = conversation.person.messages(channel), _rows(conversation)

    toasts = await _storm(guest, PRESSES)

    refusal = conversation.text("refusal-not-poster")
    open_to_readers = ("entry", "save", "files", "versions")
    for data, toast in toasts.items():
        if data[1:].partition(":")[0] not in (*open_to_readers, "users"):
            assert toast == refusal, data
    assert conversation.person.messages(channel) == shown
    assert _rows(conversation) == rows

    alone = conversation.as_person(guest.person)
    await alone.ask("/start")
    rows = _rows(conversation)
    refusal = conversation.text("there-not-poster", title="Papers")
    for name, route in COMMANDS.items():
        if route.accepts_chat_argument:
            assert (await alone.ask(f"/{name} @papers 1")).text == refusal, name
    answer = await alone.send_forged_callback(f"1digest:{topics[0].key}:0:{channel.id}")
    assert (answer.toast, answer.is_empty) == (refusal, True)
    assert conversation.person.messages(channel) == shown
    assert _rows(conversation) == rows

    channel.set_member(guest.person.user, "administrator")
    assert (await alone.ask("/digest @papers")).text == conversation.text(
        "there-posted", title="Papers"
    )


async def test_a_stranger_hears_one_sentence_of_whatever_group(
    localized_chat: Conversation,
) -> None:
    """Whether there is one, whether the bot is in it and what it is called is not theirs."""
    people = localized_chat.running_bot.emulator.people
    eve = localized_chat.as_person(
        localized_chat.running_bot.create_person("Eve", localized_chat.language)
    )
    await eve.ask("/start")
    places = {
        "with the bot": people.create_supergroup("Secret", localized_chat.person),
        "without it": people.create_supergroup("Secret", localized_chat.person),
        "left": people.create_supergroup("Secret", localized_chat.person),
        "thrown out": people.create_supergroup("Secret", localized_chat.person),
        "restricted before they left": people.create_supergroup("Secret", localized_chat.person),
        "a channel": people.create_channel("Secret", localized_chat.person),
    }
    for name, place in places.items():
        if name != "without it":
            place.add_bot(is_administrator=place.chat.kind == "channel")
    places["left"].set_member(eve.person.user, "left")
    places["thrown out"].set_member(eve.person.user, "kicked")
    places["restricted before they left"].set_member(eve.person.user, "restricted", is_member=False)
    grown = people.create_group("Secret", localized_chat.person)
    grown.add_bot()
    grown.migrate()
    await localized_chat.running_bot.wait_until_idle()
    numbers = [-100123, *(place.id for place in places.values()), -localized_chat.person.id]

    for number in (*numbers, grown.id):
        for command in (f"/list {number}", f"/sub {number} robots") if number in numbers else ():
            reply = await eve.ask(command)
            assert reply.text == eve.text("there-unknown", given=str(number)), number
        answer = await eve.send_forged_callback(f"1list:0:0:{number}")
        assert answer.toast == eve.text("there-unknown", given=str(number)), number


FORWARDED = {"type": "hidden_user", "sender_user_name": "Eve", "date": 1}
OTHER_BOT = {"id": 5, "is_bot": True, "first_name": "Other", "username": "other_bot"}


@pytest.mark.parametrize("how", [{"forward_origin": FORWARDED}, {"via_bot": OTHER_BOT}])
async def test_a_command_that_another_wrote_is_not_done(
    localized_chat: Conversation, how: dict[str, JsonObject]
) -> None:
    place = localized_chat.running_bot.emulator.people.create_supergroup(
        "Lab", localized_chat.person
    )
    place.add_bot(is_administrator=True)  # so that it hears everything
    await localized_chat.ask("/start")
    before = localized_chat.store_rows()
    command: JsonObject = {"text": "/timezone Asia/Tokyo", **how}

    localized_chat.person.send_content(command)
    [answer] = await localized_chat.running_bot.wait_for_replies(localized_chat.person)
    localized_chat.person.send_content(command, place)
    in_group = await localized_chat.running_bot.wait_for_replies(localized_chat.person, place)

    assert answer.text == localized_chat.text("refusal-passed-on")
    assert in_group == []
    assert localized_chat.store_rows() == before


@covers("/import")
async def test_a_file_that_was_forwarded_to_the_bot_in_private_is_read(
    conversation: Conversation,
) -> None:
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
    update = parse_update(json.dumps({"update_id": 1, "message": message}), "papergram_bot")
    assert update
    assert (update.kind, update.words) == (UpdateKind.FILE, "f")


async def test_another_bot_is_not_answered(group_conversation: Conversation) -> None:
    """Two bots would talk until a limit stops them."""
    other = group_conversation.as_new_member("Other")
    other.person.user.is_bot = True
    assert await other.send_text("/help") == []

    other.person.user.is_bot = False
    assert await other.send_text("/help") != []


@covers("[rename]")
async def test_who_leads_without_a_name_answers_without_a_name(
    group_conversation: Conversation,
) -> None:
    """Telegram has a bot of its own write for them, and names the group beside it."""
    assert group_conversation.group
    group_conversation.group.promote_bot()
    topic = await group_conversation.subscribe()
    group_conversation.group.set_member(
        group_conversation.person.user, "creator", is_anonymous=True
    )
    asked_for = (
        await group_conversation.send_forged_callback(f"1rename:{topic.key}:0")
    ).only_message
    voice: JsonObject = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    answer: JsonObject = {
        "text": "Mine",
        "from": voice,
        "reply_to_message": group_conversation.group.chat.messages[asked_for.id],
    }

    group_conversation.person.send_content(answer, group_conversation.group)
    await group_conversation.running_bot.wait_until_idle()
    assert [topic.name for topic in await group_conversation.topics()] == [topic.name], (
        "any bot could say so"
    )
    group_conversation.person.send_content(
        {**answer, "sender_chat": group_conversation.group.chat.as_json()}, group_conversation.group
    )
    await group_conversation.running_bot.wait_until_idle()

    assert [topic.name for topic in await group_conversation.topics()] == ["Mine"]


def test_a_title_and_a_name_are_one_line() -> None:
    message = {
        "message_id": 1,
        "date": 0,
        "chat": {"id": -7, "type": "group", "title": "Lab\n9. Other\t(5)\u202e"},
        "from": {"id": 7, "is_bot": False, "first_name": "Ada\n", "last_name": "\nLovelace"},
        "text": "/help",
    }
    update = parse_update(json.dumps({"update_id": 1, "message": message}), "papergram_bot")
    assert update
    assert (update.title, update.name) == ("Lab 9. Other (5)", "Ada Lovelace")
