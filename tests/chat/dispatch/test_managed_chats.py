"""A group or channel that is managed from the private chat."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.api.callback_data import action, data
from bot.chat.dispatch.managed_chats import named
from bot.chat.handler_table import COMMANDS
from bot.demo.emulator.faults import refused
from bot.demo.people.places import Place
from bot.render.telegram.keyboard import Elsewhere
from storage.records import ChatKind, Form, Question
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Talk


@pytest.fixture
async def channel(either: Talk) -> Place:
    """Ada's channel, where the bot may post."""
    return await either.channel()


async def _in(talk: Talk, place: Place) -> Talk:
    return replace(talk, place=place)


@covers("/sub", "/list", "/unsub", "/digest", "[subscribe]", "[digest]", "[stop]", "[list]")
async def test_a_channel_is_followed_read_and_left_from_the_private_chat(
    either: Talk, channel: Place
) -> None:
    above = either.text("there-managing", title="Papers")

    preview = await either.hears(f"/sub @papers {TOPIC}")
    assert preview.text.startswith(f"{above}\n\n{TOPIC}\n\n")
    await either.presses("button-subscribe")
    there = await _in(either, channel)
    [topic] = await there.topics()
    assert (topic.chat, topic.name) == (channel.id, TOPIC)
    assert await either.topics() == []

    listed = await either.hears("/list @Papers")
    assert listed.text.startswith(f"{above}\n\n")
    assert f"1. {TOPIC}" in listed.text

    told = await either.hears(f"/digest {channel.id}")
    assert told.text == either.text("there-posted", title="Papers")
    [posted] = [one for one in either.person.reads(channel) if one.is_from_bot]
    assert posted.text.startswith(TOPIC)

    stopped = await either.hears("/unsub @papers 1")
    assert stopped.text == f"{above}\n\n" + either.text("unsubscribed", topic=TOPIC)
    await either.presses("button-undo")
    assert [one.name for one in await there.topics()] == [TOPIC]


@covers("/settings", "/time", "/timezone", "/lang", "/pause", "/resume", "[set]", "[settings]")
async def test_each_setting_of_a_channel_is_its_own(either: Talk, channel: Place) -> None:
    await either.hears("/start")
    own = await either.house.chat(either.person)

    await either.hears("/settings @papers")
    await either.presses("button-form-rich")
    await either.hears("/timezone @papers Asia/Tokyo")
    await either.hears("/time @papers 21:30")
    await either.hears("/lang @papers zh" if either.language == "en" else "/lang @papers en")
    paused = await either.hears("/pause @papers")

    there = await either.house.chat(channel)
    assert (there.kind, there.title) == (ChatKind.CHANNEL, "Papers")
    assert (there.form, there.zone, there.paused) == (Form.RICH, "Asia/Tokyo", "asked")
    assert there.cadence.times[0].isoformat("minutes") == "21:30"
    assert there.language != either.language
    assert paused.text.endswith(either.text("paused")), "told in the manager's language"
    assert await either.house.chat(either.person) == own

    await either.hears("/resume @papers")
    assert (await either.house.chat(channel)).paused == ""


async def test_who_is_no_administrator_there_is_refused_and_sees_nothing(
    either: Talk, channel: Place
) -> None:
    await either.says(f"/sub @papers {TOPIC}")
    await either.presses("button-subscribe")
    there = await _in(either, channel)
    [topic] = await there.topics()
    eve = either.by(either.house.person("Eve", either.language))
    channel.join(eve.person.user)
    await eve.hears("/start")
    before = eve.rows()
    refusal = eve.text("there-not-admin", title="Papers")

    for name, entrance in COMMANDS.items():
        if entrance.acts_elsewhere:
            assert (await eve.hears(f"/{name} @papers 1")).text == refusal, name
    for verb in ("stop", "list", "settings", "set", "digest"):
        answer = await eve.forges(f"1{verb}:{topic.key}:0:{channel.id}")
        assert (answer.toast, answer.is_nothing) == (refusal, True), verb

    assert eve.rows() == before


async def test_a_chat_that_cannot_be_used_is_refused_with_what_to_do(talk: Talk) -> None:
    people = talk.house.emulator.people
    closed = people.channel("Closed", talk.person, username="closed")
    silent = people.supergroup("Silent", talk.person)
    silent.add_bot()
    silent.restrict_bot()
    talk.house.person("Bob").say("/start")
    await talk.hears("/start")

    for given_, key, values in (
        ("@nowhere", "there-unknown", {"given": "@nowhere"}),
        ("-100123", "there-unknown", {"given": "-100123"}),
        ("@closed", "there-unknown", {"given": "@closed"}),
        (str(silent.id), "there-no-post", {"title": "Silent"}),
    ):
        told = await talk.hears(f"/sub {given_} robots")
        assert told.text == talk.text(key, **values)
    assert closed.chat.members.get(talk.house.bot.telegram.id) is None


async def test_what_cannot_be_done_there_says_where(either: Talk, channel: Place) -> None:
    above = either.text("there-managing", title="Papers")

    told = await either.hears("/time @papers half past eight")

    assert told.text == f"{above}\n\n{either.text('settings-time-usage')}"


async def test_rights_that_were_taken_away_end_the_management_of_old_buttons(
    either: Talk, channel: Place
) -> None:
    await either.says(f"/sub @papers {TOPIC}")
    channel.demote_bot()
    await either.house.settled()
    assert (await either.house.chat(channel)).paused == "blocked"

    answer = await either.presses("button-subscribe")

    assert answer.toast == either.text("there-no-post", title="Papers")
    assert await (await _in(either, channel)).topics() == []


async def test_old_buttons_of_ones_own_chat_stay_with_it(talk: Talk) -> None:
    """Nothing is remembered between two messages: each button carries its chat."""
    group = talk.house.emulator.people.supergroup("Lab", talk.person)
    group.add_bot()
    await talk.house.settled()
    own = await talk.hears("/settings")
    await talk.hears(f"/settings {group.id}")

    await talk.presses("button-form-rich", message=own.id)

    assert (await talk.house.chat(talk.person)).form is Form.RICH
    assert (await talk.house.chat(group)).form is Form.CLASSIC


async def test_in_a_group_a_name_is_only_a_word(talk: Talk) -> None:
    """Who writes in a group means that group."""
    group = talk.house.emulator.people.supergroup("Lab", talk.person)
    channel = talk.house.emulator.people.channel("Papers", talk.person, username="papers")
    channel.add_bot(is_administrator=True)
    group.add_bot()
    await talk.house.settled()

    await talk.at(group).says("/pause @papers")

    assert (await talk.house.chat(channel)).paused == ""


async def test_an_open_question_about_a_channel_is_asked_of_its_administrators_only(
    talk: Talk,
) -> None:
    channel = talk.house.emulator.people.channel("Papers", talk.person)
    channel.add_bot(is_administrator=True)
    await talk.house.settled()
    await talk.hears("/start")
    store, ada = talk.house.store, talk.person.id
    about = Question("rename", 1, 0, about=channel.id)
    with store.transaction():
        store.asks.put(talk.house.bot.telegram.id, ada, ada, about, talk.house.clock.at)
    channel.join(talk.person.user)

    told = await talk.hears("new name")

    assert told.text == talk.text("there-not-admin", title="Papers")


async def test_who_adds_the_bot_to_a_channel_is_told_in_private_and_nobody_else(
    either: Talk,
) -> None:
    await either.hears("/start")
    channel = either.house.emulator.people.channel("Papers", either.person)

    channel.add_bot(is_administrator=True)
    await either.house.settled()

    told = either.person.reads()[-1]
    assert told.text == either.text("there-added", title="Papers", chat=channel.id)
    assert either.person.reads(channel) == ()


async def test_a_stranger_who_adds_the_bot_to_a_channel_is_not_written_to(talk: Talk) -> None:
    channel = talk.house.emulator.people.channel("Papers", talk.person)
    channel.add_bot(is_administrator=True)
    await talk.house.settled()
    assert talk.person.reads() == ()


async def test_telegrams_silence_is_a_refusal_too(talk: Talk) -> None:
    channel = talk.house.emulator.people.channel("Papers", talk.person, username="papers")
    channel.add_bot(is_administrator=True)
    await talk.house.settled()  # the greeting that a new channel brings
    talk.house.emulator.faults.next("getChatMember", refused(500, "Internal Server Error"))

    told = await talk.hears("/list @papers")

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
    pressed = Elsewhere(verb, first, second, chat)
    assert action(data(pressed)) == pressed
    assert len(data(pressed).encode()) <= 64


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
    assert named(words) == found
