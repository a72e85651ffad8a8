"""A group or channel that is managed from the private chat."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.api.callback_data import decode_action, encode_action
from bot.chat.dispatch.managed_chats import (
    ManagedChat,
    adapt_reply_for_manager,
    parse_chat_argument,
)
from bot.chat.handler_table import COMMANDS
from bot.chat.widgets.short_reply import Line, short_reply
from bot.demo.emulator.faults import error_response
from bot.demo.people.groups_and_channels import GroupOrChannel
from bot.render.telegram.keyboard import ManagedChatAction
from bot.texts import say
from storage.records.chats import ChatKind, MessageForm, PendingQuestion
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers


@pytest.fixture
async def channel(localized_chat: Conversation) -> GroupOrChannel:
    """Ada's channel, where the bot may post."""
    return await localized_chat.create_channel()


async def _in(conversation: Conversation, place: GroupOrChannel) -> Conversation:
    return replace(conversation, group=place)


@covers("/sub", "/list", "/unsub", "/digest", "[subscribe]", "[digest]", "[stop]", "[list]")
async def test_a_channel_is_followed_read_and_left_from_the_private_chat(
    localized_chat: Conversation, channel: GroupOrChannel
) -> None:
    above = localized_chat.text("there-managing", title="Papers")

    preview = await localized_chat.ask(f"/sub @papers {TOPIC}")
    assert preview.text.startswith(f"{above}\n\n{TOPIC}\n\n")
    await localized_chat.press_button("button-subscribe")
    group_conversation = await _in(localized_chat, channel)
    [topic] = await group_conversation.topics()
    assert (topic.chat, topic.name) == (channel.id, TOPIC)
    assert await localized_chat.topics() == []

    listed = await localized_chat.ask("/list @Papers")
    assert listed.text.startswith(f"{above}\n\n")
    assert f"1. {TOPIC}" in listed.text

    answer = await localized_chat.ask(f"/digest {channel.id}")
    assert answer.text == localized_chat.text("there-posted", title="Papers")
    [posted] = [
        message for message in localized_chat.person.messages(channel) if message.is_from_bot
    ]
    assert posted.text.startswith(TOPIC)

    stopped = await localized_chat.ask("/unsub @papers 1")
    assert stopped.text == f"{above}\n\n" + localized_chat.text("unsubscribed", topic=TOPIC)
    await localized_chat.press_button("button-undo")
    assert [topic.name for topic in await group_conversation.topics()] == [TOPIC]


@covers("/settings", "/time", "/timezone", "/lang", "/pause", "/resume", "[set]", "[settings]")
async def test_each_setting_of_a_channel_is_its_own(
    localized_chat: Conversation, channel: GroupOrChannel
) -> None:
    await localized_chat.ask("/start")
    chat = await localized_chat.running_bot.stored_chat(localized_chat.person)

    await localized_chat.ask("/settings @papers")
    await localized_chat.press_button("button-form-rich")
    await localized_chat.ask("/timezone @papers Asia/Tokyo")
    await localized_chat.ask("/time @papers 21:30")
    await localized_chat.ask(
        "/lang @papers zh" if localized_chat.language == "en" else "/lang @papers en"
    )
    paused = await localized_chat.ask("/pause @papers")

    stored_chat = await localized_chat.running_bot.stored_chat(channel)
    assert (stored_chat.kind, stored_chat.title) == (ChatKind.CHANNEL, "Papers")
    assert (stored_chat.form, stored_chat.zone, stored_chat.pause_reason) == (
        MessageForm.THREE_COLUMNS,
        "Asia/Tokyo",
        "asked",
    )
    assert stored_chat.cadence.times[0].isoformat("minutes") == "21:30"
    assert stored_chat.language != localized_chat.language
    assert paused.text.endswith(localized_chat.text("paused")), "told in the manager's language"
    assert await localized_chat.running_bot.stored_chat(localized_chat.person) == chat

    await localized_chat.ask("/resume @papers")
    assert (await localized_chat.running_bot.stored_chat(channel)).pause_reason == ""


async def test_who_is_no_administrator_there_is_refused_and_sees_nothing(
    localized_chat: Conversation, channel: GroupOrChannel
) -> None:
    await localized_chat.send_text(f"/sub @papers {TOPIC}")
    await localized_chat.press_button("button-subscribe")
    group_conversation = await _in(localized_chat, channel)
    [topic] = await group_conversation.topics()
    eve = localized_chat.as_person(
        localized_chat.running_bot.create_person("Eve", localized_chat.language)
    )
    channel.set_member(eve.person.user)
    await eve.ask("/start")
    before = eve.store_rows()
    refusal = eve.text("there-not-admin", title="Papers")

    for name, route in COMMANDS.items():
        if route.accepts_chat_argument:
            assert (await eve.ask(f"/{name} @papers 1")).text == refusal, name
    for verb in ("stop", "list", "settings", "set", "digest"):
        answer = await eve.send_forged_callback(f"1{verb}:{topic.key}:0:{channel.id}")
        assert (answer.toast, answer.is_empty) == (refusal, True), verb

    assert eve.store_rows() == before


async def test_a_chat_that_cannot_be_used_is_refused_with_what_to_do(
    conversation: Conversation,
) -> None:
    people = conversation.running_bot.emulator.people
    closed = people.create_channel("Closed", conversation.person, username="closed")
    silent = people.create_supergroup("Silent", conversation.person)
    silent.add_bot()
    silent.restrict_bot()
    conversation.running_bot.create_person("Bob").send_text("/start")
    await conversation.ask("/start")

    for given_, key, values in (
        ("@nowhere", "there-unknown", {"given": "@nowhere"}),
        ("-100123", "there-unknown", {"given": "-100123"}),
        ("@closed", "there-unknown", {"given": "@closed"}),
        (str(silent.id), "there-no-post", {"title": "Silent"}),
    ):
        answer = await conversation.ask(f"/sub {given_} robots")
        assert answer.text == conversation.text(key, **values)
    assert closed.chat.members.get(conversation.running_bot.bot.telegram.id) is None


async def test_what_cannot_be_done_there_says_where(
    localized_chat: Conversation, channel: GroupOrChannel
) -> None:
    above = localized_chat.text("there-managing", title="Papers")

    answer = await localized_chat.ask("/time @papers half past eight")

    assert answer.text == f"{above}\n\n{localized_chat.text('settings-time-word', word='half')}"


async def test_rights_that_were_taken_away_end_the_management_of_old_buttons(
    localized_chat: Conversation, channel: GroupOrChannel
) -> None:
    await localized_chat.send_text(f"/sub @papers {TOPIC}")
    channel.demote_bot()
    await localized_chat.running_bot.wait_until_idle()
    assert (await localized_chat.running_bot.stored_chat(channel)).pause_reason == "blocked"

    answer = await localized_chat.press_button("button-subscribe")

    assert answer.toast == localized_chat.text("there-no-post", title="Papers")
    assert await (await _in(localized_chat, channel)).topics() == []


async def test_old_buttons_of_ones_own_chat_stay_with_it(conversation: Conversation) -> None:
    """Nothing is remembered between two messages: each button carries its chat."""
    group = conversation.running_bot.emulator.people.create_supergroup("Lab", conversation.person)
    group.add_bot()
    await conversation.running_bot.wait_until_idle()
    answer = await conversation.ask("/settings")
    await conversation.ask(f"/settings {group.id}")

    await conversation.press_button("button-form-rich", message_id=answer.id)

    assert (
        await conversation.running_bot.stored_chat(conversation.person)
    ).form is MessageForm.THREE_COLUMNS
    assert (await conversation.running_bot.stored_chat(group)).form is MessageForm.CLASSIC


async def test_in_a_group_a_name_is_only_a_word(conversation: Conversation) -> None:
    """Who writes in a group means that group."""
    group = conversation.running_bot.emulator.people.create_supergroup("Lab", conversation.person)
    channel = conversation.running_bot.emulator.people.create_channel(
        "Papers", conversation.person, username="papers"
    )
    channel.add_bot(is_administrator=True)
    group.add_bot()
    await conversation.running_bot.wait_until_idle()

    await conversation.in_group(group).send_text("/pause @papers")

    assert (await conversation.running_bot.stored_chat(channel)).pause_reason == ""


async def test_an_open_question_about_a_channel_is_asked_of_its_administrators_only(
    conversation: Conversation,
) -> None:
    channel = conversation.running_bot.emulator.people.create_channel("Papers", conversation.person)
    channel.add_bot(is_administrator=True)
    await conversation.running_bot.wait_until_idle()
    await conversation.ask("/start")
    store, ada = conversation.running_bot.store, conversation.person.id
    about = PendingQuestion("rename", 1, 0, about_chat=channel.id)
    with store.transaction():
        store.pending_questions.put(
            conversation.running_bot.bot.telegram.id,
            ada,
            ada,
            about,
            conversation.running_bot.clock.instant,
        )
    channel.set_member(conversation.person.user)

    answer = await conversation.ask("new name")

    assert answer.text == conversation.text("there-not-admin", title="Papers")


async def test_who_adds_the_bot_to_a_channel_is_told_in_private_and_nobody_else(
    localized_chat: Conversation,
) -> None:
    await localized_chat.ask("/start")
    channel = localized_chat.running_bot.emulator.people.create_channel(
        "Papers", localized_chat.person
    )

    channel.add_bot(is_administrator=True)
    await localized_chat.running_bot.wait_until_idle()

    notice = localized_chat.person.messages()[-1]
    assert notice.text == localized_chat.text("there-added", title="Papers", chat=channel.id)
    assert localized_chat.person.messages(channel) == ()


async def test_a_stranger_who_adds_the_bot_to_a_channel_is_not_written_to(
    conversation: Conversation,
) -> None:
    channel = conversation.running_bot.emulator.people.create_channel("Papers", conversation.person)
    channel.add_bot(is_administrator=True)
    await conversation.running_bot.wait_until_idle()
    assert conversation.person.messages() == ()


async def test_telegrams_silence_is_a_refusal_too(conversation: Conversation) -> None:
    channel = conversation.running_bot.emulator.people.create_channel(
        "Papers", conversation.person, username="papers"
    )
    channel.add_bot(is_administrator=True)
    await conversation.running_bot.wait_until_idle()  # the greeting that a new channel brings
    conversation.running_bot.emulator.faults.schedule(
        "getChatMember", error_response(500, "Internal Server Error")
    )

    answer = await conversation.ask("/list @papers")

    assert answer.text == conversation.text("refusal-unasked")


@given(
    st.from_regex(r"[a-z_]{1,10}", fullmatch=True),
    st.integers(0, 10**10),
    st.integers(0, 10**7),
    st.integers(-(2**52), -1),
)
def test_a_press_that_acts_elsewhere_comes_back_and_fits(
    verb: str, first: int, second: int, chat: int
) -> None:
    pressed = ManagedChatAction(verb, first, second, chat)
    assert decode_action(encode_action(pressed)) == pressed
    assert len(encode_action(pressed).encode()) <= 64


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("@papers robots OR gan", ("@papers", "robots OR gan")),
        ("@papers", ("@papers", "")),
        ("-1001234567890 2", ("-1001234567890", "2")),
        ("-survey", None),
        ("@me", None),
        ("robots @papers", None),
        ("-12 robots", None),
        ("", None),
    ],
)
def test_a_chat_is_named_by_the_first_word(words: str, expected: tuple[str, str] | None) -> None:
    assert parse_chat_argument(words) == expected


def test_links_take_no_room_from_the_name_of_the_chat() -> None:
    """Telegram counts what is seen, and the addresses of links are not."""
    channel = ManagedChat(-1_000_000_000_001, ChatKind.CHANNEL, "Papers")
    reply = short_reply([Line("a paper", link=f"https://example.org/{'a' * 300}")] * 20)

    [message] = adapt_reply_for_manager(reply, channel, "en").messages

    assert message.html.startswith(f"<i>{say('en', 'there-managing', title='Papers')}</i>")
