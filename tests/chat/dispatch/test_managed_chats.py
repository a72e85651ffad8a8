"""A group or channel that is managed from the private chat."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.api.callback_data import decode_action, encode_action
from bot.chat.dispatch.managed_chats import parse_chat_argument
from bot.chat.handler_table import COMMANDS
from bot.demo.emulator.faults import error_response
from bot.demo.people.groups_and_channels import GroupOrChannel
from bot.render.telegram.keyboard import ManagedChatAction
from storage.records import ChatKind, MessageForm, PendingQuestion
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Conversation


@pytest.fixture
async def channel(either: Conversation) -> GroupOrChannel:
    """Ada's channel, where the bot may post."""
    return await either.create_channel()


async def _in(talk: Conversation, place: GroupOrChannel) -> Conversation:
    return replace(talk, group=place)


@covers("/sub", "/list", "/unsub", "/digest", "[subscribe]", "[digest]", "[stop]", "[list]")
async def test_a_channel_is_followed_read_and_left_from_the_private_chat(
    either: Conversation, channel: GroupOrChannel
) -> None:
    above = either.text("there-managing", title="Papers")

    preview = await either.ask(f"/sub @papers {TOPIC}")
    assert preview.text.startswith(f"{above}\n\n{TOPIC}\n\n")
    await either.press_button("button-subscribe")
    there = await _in(either, channel)
    [topic] = await there.topics()
    assert (topic.chat, topic.name) == (channel.id, TOPIC)
    assert await either.topics() == []

    listed = await either.ask("/list @Papers")
    assert listed.text.startswith(f"{above}\n\n")
    assert f"1. {TOPIC}" in listed.text

    told = await either.ask(f"/digest {channel.id}")
    assert told.text == either.text("there-posted", title="Papers")
    [posted] = [one for one in either.person.messages(channel) if one.is_from_bot]
    assert posted.text.startswith(TOPIC)

    stopped = await either.ask("/unsub @papers 1")
    assert stopped.text == f"{above}\n\n" + either.text("unsubscribed", topic=TOPIC)
    await either.press_button("button-undo")
    assert [one.name for one in await there.topics()] == [TOPIC]


@covers("/settings", "/time", "/timezone", "/lang", "/pause", "/resume", "[set]", "[settings]")
async def test_each_setting_of_a_channel_is_its_own(
    either: Conversation, channel: GroupOrChannel
) -> None:
    await either.ask("/start")
    own = await either.running_bot.stored_chat(either.person)

    await either.ask("/settings @papers")
    await either.press_button("button-form-rich")
    await either.ask("/timezone @papers Asia/Tokyo")
    await either.ask("/time @papers 21:30")
    await either.ask("/lang @papers zh" if either.language == "en" else "/lang @papers en")
    paused = await either.ask("/pause @papers")

    there = await either.running_bot.stored_chat(channel)
    assert (there.kind, there.title) == (ChatKind.CHANNEL, "Papers")
    assert (there.form, there.zone, there.pause_reason) == (MessageForm.RICH, "Asia/Tokyo", "asked")
    assert there.cadence.times[0].isoformat("minutes") == "21:30"
    assert there.language != either.language
    assert paused.text.endswith(either.text("paused")), "told in the manager's language"
    assert await either.running_bot.stored_chat(either.person) == own

    await either.ask("/resume @papers")
    assert (await either.running_bot.stored_chat(channel)).pause_reason == ""


async def test_who_is_no_administrator_there_is_refused_and_sees_nothing(
    either: Conversation, channel: GroupOrChannel
) -> None:
    await either.send_text(f"/sub @papers {TOPIC}")
    await either.press_button("button-subscribe")
    there = await _in(either, channel)
    [topic] = await there.topics()
    eve = either.as_person(either.running_bot.create_person("Eve", either.language))
    channel.set_member(eve.person.user)
    await eve.ask("/start")
    before = eve.store_rows()
    refusal = eve.text("there-not-admin", title="Papers")

    for name, entrance in COMMANDS.items():
        if entrance.accepts_chat_argument:
            assert (await eve.ask(f"/{name} @papers 1")).text == refusal, name
    for verb in ("stop", "list", "settings", "set", "digest"):
        answer = await eve.send_forged_callback(f"1{verb}:{topic.key}:0:{channel.id}")
        assert (answer.toast, answer.is_empty) == (refusal, True), verb

    assert eve.store_rows() == before


async def test_a_chat_that_cannot_be_used_is_refused_with_what_to_do(talk: Conversation) -> None:
    people = talk.running_bot.emulator.people
    closed = people.create_channel("Closed", talk.person, username="closed")
    silent = people.create_supergroup("Silent", talk.person)
    silent.add_bot()
    silent.restrict_bot()
    talk.running_bot.create_person("Bob").send_text("/start")
    await talk.ask("/start")

    for given_, key, values in (
        ("@nowhere", "there-unknown", {"given": "@nowhere"}),
        ("-100123", "there-unknown", {"given": "-100123"}),
        ("@closed", "there-unknown", {"given": "@closed"}),
        (str(silent.id), "there-no-post", {"title": "Silent"}),
    ):
        told = await talk.ask(f"/sub {given_} robots")
        assert told.text == talk.text(key, **values)
    assert closed.chat.members.get(talk.running_bot.bot.telegram.id) is None


async def test_what_cannot_be_done_there_says_where(
    either: Conversation, channel: GroupOrChannel
) -> None:
    above = either.text("there-managing", title="Papers")

    told = await either.ask("/time @papers half past eight")

    assert told.text == f"{above}\n\n{either.text('settings-time-usage')}"


async def test_rights_that_were_taken_away_end_the_management_of_old_buttons(
    either: Conversation, channel: GroupOrChannel
) -> None:
    await either.send_text(f"/sub @papers {TOPIC}")
    channel.demote_bot()
    await either.running_bot.wait_until_idle()
    assert (await either.running_bot.stored_chat(channel)).pause_reason == "blocked"

    answer = await either.press_button("button-subscribe")

    assert answer.toast == either.text("there-no-post", title="Papers")
    assert await (await _in(either, channel)).topics() == []


async def test_old_buttons_of_ones_own_chat_stay_with_it(talk: Conversation) -> None:
    """Nothing is remembered between two messages: each button carries its chat."""
    group = talk.running_bot.emulator.people.create_supergroup("Lab", talk.person)
    group.add_bot()
    await talk.running_bot.wait_until_idle()
    own = await talk.ask("/settings")
    await talk.ask(f"/settings {group.id}")

    await talk.press_button("button-form-rich", message_id=own.id)

    assert (await talk.running_bot.stored_chat(talk.person)).form is MessageForm.RICH
    assert (await talk.running_bot.stored_chat(group)).form is MessageForm.CLASSIC


async def test_in_a_group_a_name_is_only_a_word(talk: Conversation) -> None:
    """Who writes in a group means that group."""
    group = talk.running_bot.emulator.people.create_supergroup("Lab", talk.person)
    channel = talk.running_bot.emulator.people.create_channel(
        "Papers", talk.person, username="papers"
    )
    channel.add_bot(is_administrator=True)
    group.add_bot()
    await talk.running_bot.wait_until_idle()

    await talk.in_group(group).send_text("/pause @papers")

    assert (await talk.running_bot.stored_chat(channel)).pause_reason == ""


async def test_an_open_question_about_a_channel_is_asked_of_its_administrators_only(
    talk: Conversation,
) -> None:
    channel = talk.running_bot.emulator.people.create_channel("Papers", talk.person)
    channel.add_bot(is_administrator=True)
    await talk.running_bot.wait_until_idle()
    await talk.ask("/start")
    store, ada = talk.running_bot.store, talk.person.id
    about = PendingQuestion("rename", 1, 0, about_chat=channel.id)
    with store.transaction():
        store.pending_questions.put(
            talk.running_bot.bot.telegram.id, ada, ada, about, talk.running_bot.clock.instant
        )
    channel.set_member(talk.person.user)

    told = await talk.ask("new name")

    assert told.text == talk.text("there-not-admin", title="Papers")


async def test_who_adds_the_bot_to_a_channel_is_told_in_private_and_nobody_else(
    either: Conversation,
) -> None:
    await either.ask("/start")
    channel = either.running_bot.emulator.people.create_channel("Papers", either.person)

    channel.add_bot(is_administrator=True)
    await either.running_bot.wait_until_idle()

    told = either.person.messages()[-1]
    assert told.text == either.text("there-added", title="Papers", chat=channel.id)
    assert either.person.messages(channel) == ()


async def test_a_stranger_who_adds_the_bot_to_a_channel_is_not_written_to(
    talk: Conversation,
) -> None:
    channel = talk.running_bot.emulator.people.create_channel("Papers", talk.person)
    channel.add_bot(is_administrator=True)
    await talk.running_bot.wait_until_idle()
    assert talk.person.messages() == ()


async def test_telegrams_silence_is_a_refusal_too(talk: Conversation) -> None:
    channel = talk.running_bot.emulator.people.create_channel(
        "Papers", talk.person, username="papers"
    )
    channel.add_bot(is_administrator=True)
    await talk.running_bot.wait_until_idle()  # the greeting that a new channel brings
    talk.running_bot.emulator.faults.schedule(
        "getChatMember", error_response(500, "Internal Server Error")
    )

    told = await talk.ask("/list @papers")

    assert told.text == talk.text("refusal-unasked")


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
    ("words", "found"),
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
def test_a_chat_is_named_by_the_first_word(words: str, found: tuple[str, str] | None) -> None:
    assert parse_chat_argument(words) == found
