"""Ways around a right: each of them is closed, and says why."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import telegram

from bot.chat.api.updates import Update, UpdateKind, parse_update
from bot.chat.dispatch.apply_update import read_and_apply_update
from bot.chat.dispatch.authorize import Authorization, authorize
from bot.chat.handler_table import route_of
from bot.chat.request_and_reply import BotInfo
from bot.chat.services import Services
from bot.chat.user_limits import Cost, UserLimits
from bot.demo.emulator.faults import connection_closed, error_response
from bot.demo.people.groups_and_channels import GroupOrChannel
from bot.render.telegram.keyboard import Action
from storage import Store
from storage.records.chats import ChatKind, PendingQuestion
from storage.records.messages import InboxUpdate
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers
from tests.support.running_bot import run_bot, store_sample

OPERATOR = 700_000_001  # who is met first in an emulated Telegram


@pytest.fixture
async def channel(conversation: Conversation) -> GroupOrChannel:
    """Ada's channel, where the bot may post."""
    return await conversation.create_channel()


@covers("/ban", "/resume")
@pytest.mark.parametrize("command", ["/resume @papers", "/pause @papers", f"/sub @papers {TOPIC}"])
async def test_a_banned_channel_is_not_managed_from_the_private_chat(
    store: Store, command: str
) -> None:
    async with run_bot(store, operator=OPERATOR) as running_bot:
        await store_sample(running_bot)
        operator = Conversation(running_bot, running_bot.create_person("Olga"), "en")
        ada = operator.as_person(running_bot.create_person("Ada"))
        papers = running_bot.emulator.people.create_channel("Papers", ada.person, username="papers")
        papers.add_bot(is_administrator=True)
        await ada.ask(f"/sub @papers {TOPIC}")
        await ada.press_button("button-subscribe")
        await operator.ask(f"/ban {papers.id}")
        before = ada.store_rows()

        answer = await ada.ask(command)

        above = ada.text("there-managing", title="Papers")
        assert answer.text == f"{above}\n\n{ada.text('there-banned')}"
        assert (await running_bot.stored_chat(papers)).pause_reason == "banned"
        assert ada.store_rows() == before


@covers("[draft]")
async def test_a_channels_reader_makes_it_post_nothing(
    conversation: Conversation, channel: GroupOrChannel
) -> None:
    channel.post_message("/search robots")
    await conversation.running_bot.wait_until_idle()
    reader = conversation.as_person(conversation.running_bot.create_person("Eve")).in_group(channel)
    channel.set_member(reader.person.user)

    answer = await reader.press_button("button-follow")

    assert (answer.toast, answer.is_empty) == (reader.text("refusal-not-admin"), True)


async def test_who_is_banned_is_not_told_of_limits(store: Store) -> None:
    limits = UserLimits({**dict.fromkeys(Cost, 10**9), Cost.COMMAND: 2})
    async with run_bot(store, operator=OPERATOR, limits=limits) as running_bot:
        operator = Conversation(running_bot, running_bot.create_person("Olga"), "en")
        ada = operator.as_person(running_bot.create_person("Ada"))
        await operator.ask(f"/ban {ada.person.id}")
        assert (await ada.ask("/list")).text == ada.text("refusal-banned")

        assert [await ada.send_text("/list") for _ in range(3)] == [[], [], []]


@pytest.mark.parametrize(
    "fault", [connection_closed, lambda: error_response(500, "Internal Server Error")]
)
async def test_where_telegram_does_not_say_who_leads_nobody_is_accused(
    group_conversation: Conversation, fault: object
) -> None:
    assert callable(fault)
    group_conversation.running_bot.emulator.faults.schedule("getChatMember", fault())

    answer = await group_conversation.ask("/pause")

    assert answer.text == group_conversation.text("refusal-unasked")
    assert group_conversation.group
    assert (
        await group_conversation.running_bot.stored_chat(group_conversation.group)
    ).pause_reason == ""


@covers("[change]")
async def test_words_that_are_changed_go_where_the_preview_was_for(
    conversation: Conversation, channel: GroupOrChannel
) -> None:
    await conversation.ask(f"/sub @papers {TOPIC}")

    answer = (await conversation.press_button("button-change")).only_message

    expected_command = f"/sub {channel.id} {TOPIC}"
    assert conversation.text("preview-change", query=expected_command) in answer.text
    await conversation.ask(expected_command)
    await conversation.press_button("button-subscribe")
    assert [topic.chat for topic in await conversation.in_group(channel).topics()] == [channel.id]


@covers("/lang")
async def test_a_channel_changes_from_its_own_language_to_the_other(
    conversation: Conversation, channel: GroupOrChannel
) -> None:
    await conversation.ask("/lang @papers zh")

    await conversation.ask("/lang @papers")

    assert (await conversation.running_bot.stored_chat(channel)).language == "en"


@covers("[zone]")
async def test_a_city_stays_the_same_city_in_another_language(conversation: Conversation) -> None:
    shown = await conversation.ask("/timezone")
    await conversation.ask("/lang zh")

    await conversation.press_button(label="New York", message_id=shown.id)

    assert (
        await conversation.running_bot.stored_chat(conversation.person)
    ).zone == "America/New_York"


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

    assert parse_update(json.dumps({"update_id": 1, "message": message}), "papergram_bot")
    assert parse_update(json.dumps({"update_id": 2, "message": copied}), "papergram_bot") is None


@covers("[rename]", "/import")
async def test_in_a_group_one_is_told_to_reply(group_conversation: Conversation) -> None:
    """The bot does not see what else is said there."""
    topic = await group_conversation.subscribe()
    await group_conversation.ask("/list")
    await group_conversation.press_button(label="1")

    asked_for = (await group_conversation.press_button("button-rename")).only_message
    file = await group_conversation.ask("/import")

    assert group_conversation.text("card-rename", topic=topic.name) in asked_for.text
    assert asked_for.text.endswith(group_conversation.text("answer-by-reply"))
    assert file.text.endswith(group_conversation.text("answer-by-reply"))


@covers("[rename]")
async def test_who_leads_no_more_has_no_answer_to_give(group_conversation: Conversation) -> None:
    """The right is looked at when the answer comes, not only when the question was asked."""
    await group_conversation.subscribe()
    bob = group_conversation.as_new_member()
    assert group_conversation.group
    group_conversation.group.set_member(bob.person.user, "administrator")
    await bob.ask("/list")
    await bob.press_button(label="1")
    asked_for = (await bob.press_button("button-rename")).only_message
    group_conversation.group.set_member(bob.person.user, "member")

    bob.person.send_text("Mine now", group_conversation.group, reply_to_id=asked_for.id)
    [answer] = await group_conversation.running_bot.wait_for_replies(
        bob.person, group_conversation.group
    )

    assert answer.text == group_conversation.text("refusal-not-admin")
    assert [topic.name for topic in await group_conversation.topics()] == [TOPIC]


@covers("[rename]", "[words]", "[topic_other]", "/import")
async def test_a_channel_is_asked_for_words_in_private(
    conversation: Conversation, channel: GroupOrChannel
) -> None:
    """What is posted in a channel is read by all, and answers nobody."""
    channel.post_message(f"/sub {TOPIC}")
    await conversation.running_bot.wait_until_idle()
    group_conversation = conversation.in_group(channel)
    await group_conversation.press_button("button-subscribe")
    [topic] = await group_conversation.topics()

    for verb in ("rename", "words", "topic_other"):
        answer = await group_conversation.send_forged_callback(f"1{verb}:{topic.key}:0")
        text = conversation.text("answer-in-private", example=f"/list {channel.id}")
        assert (answer.toast, answer.is_empty) == (text, True)
    channel.post_message("/import")
    await conversation.running_bot.wait_until_idle()
    last = conversation.person.messages(channel)[-1]
    assert last.text == conversation.text("answer-in-private", example=f"/import {channel.id}")


class Hiding(telegram.Bot):
    """A Telegram in which everybody leads their group without a name."""

    async def get_chat_member(self, *_: object, **__: object) -> telegram.ChatMember:
        return telegram.ChatMemberOwner(telegram.User(7, "Ada", is_bot=False), is_anonymous=True)


async def test_who_leads_without_a_name_can_answer_what_they_pressed(store: Store) -> None:
    """Telegram names who presses, and does not name who writes."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    bot_info = BotInfo(bot_id=1, username="papergram_bot", polled_categories=frozenset())
    counter = Services(Hiding("1:token"), bot_info, store, lambda: now, lambda: None, "test")
    pressed = Update(
        UpdateKind.BUTTON,
        -1001,
        ChatKind.SUPERGROUP,
        person=7,
        action=Action("rename", 1),
        callback_query_id="1",
    )
    written = Update(
        UpdateKind.TEXT, -1001, ChatKind.SUPERGROUP, words="robots", speaks_for_chat=True
    )

    presser = (await authorize(counter, pressed, route_of(pressed))).update.person
    store.inbox.put([InboxUpdate(1, 5, -1001, "{}")])
    store.pending_questions.put(1, -1001, presser, PendingQuestion("import"), now)
    authorization = Authorization(written, route_of(written))
    reply = await read_and_apply_update(counter, InboxUpdate(1, 5, -1001, "{}"), authorization)

    assert "robots" in reply.messages[0].html
