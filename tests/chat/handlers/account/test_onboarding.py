"""From /start to the first digest: each step, each step skipped, and what it leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import time

import pytest

from bot.demo.emulator.faults import error_response
from bot.texts.dates import city_name
from storage import Store
from storage.records import Cadence, MessageForm
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Conversation
from tests.support.database import count_rows
from tests.support.running_bot import run_bot, store_sample


@pytest.fixture
async def tabled(store: Store) -> AsyncIterator[Conversation]:
    """A private chat with a bot whose digests are tables unless somebody chose otherwise."""
    async with run_bot(store, form=MessageForm.RICH) as house:
        ahead = await store_sample(house)
        yield Conversation(house, house.create_person(), "en", ahead)


async def first_steps(talk: Conversation) -> None:
    """As far as the question for the time."""
    await talk.ask(f"/sub {TOPIC}")
    asked = (await talk.press_button("button-subscribe")).only_message
    assert asked.text == "\n\n".join(
        (talk.text("guide-followed", topic=TOPIC), talk.text("guide-when"))
    )


@covers("/start", "[guide]", "[guide_zone]")
async def test_four_taps_lead_from_start_to_a_digest(either: Conversation) -> None:
    """An example, Subscribe, a time, a city."""
    hello = await either.ask("/start")
    taps = [hello.button_labels[0], either.text("button-subscribe"), either.text("button-evening")]
    for label in taps:
        await either.press_button(label=label)

    where = city_name(either.language, "Asia/Shanghai")
    answer = await either.press_button(label=where)

    assert len([*taps, where]) <= 4
    [digest, question] = answer.new_messages
    assert digest.is_rich, "a trial: only a person can tell whether a table shows"
    assert question.text == either.text("guide-table")
    assert answer.changed_messages[0].text.endswith(either.text("guide-sample"))
    [topic] = await either.topics()
    assert (topic.cadence, topic.zone) == (Cadence(times=(time(18),)), "Asia/Shanghai")
    chat = await either.running_bot.stored_chat(either.person)
    assert (chat.onboarded, chat.form, chat.zone) == (True, MessageForm.CLASSIC, "Asia/Shanghai")
    assert count_rows(either.running_bot.store, "receipts") == 0, (
        "the sample still comes with the topic"
    )


@covers("[sees]")
async def test_who_sees_the_table_gets_tables(either: Conversation) -> None:
    await first_steps(either)
    await either.press_button("button-announced")
    await either.press_button("button-skip")

    answer = await either.press_button("button-yes")

    assert answer.only_message.text == either.text("guide-table-yes")
    assert (await either.running_bot.stored_chat(either.person)).form is MessageForm.RICH
    assert (await either.ask("/digest diffusion")).is_rich


@covers("[sees]")
async def test_who_sees_none_gets_the_same_as_text(either: Conversation) -> None:
    await first_steps(either)
    await either.press_button("button-morning")
    await either.press_button("button-skip")

    answer = await either.press_button("button-no")

    assert answer.changed_messages[0].text == either.text("guide-table-no")
    [digest] = answer.new_messages
    assert not digest.is_rich
    assert either.text("digest-shown-all", matched=3) in digest.text
    assert (await either.running_bot.stored_chat(either.person)).form is MessageForm.CLASSIC


@covers("[guide]", "[guide_zone]")
async def test_each_step_may_be_skipped(either: Conversation) -> None:
    await first_steps(either)
    await either.press_button("button-skip")
    await either.press_button("button-skip")

    [topic] = await either.topics()
    assert (topic.cadence, topic.zone) == (Cadence(), "UTC")
    assert (await either.running_bot.stored_chat(either.person)).onboarded


@covers("[guide]", "[guide_zone]")
async def test_time_and_city_may_be_typed_and_typed_again(either: Conversation) -> None:
    await first_steps(either)
    await either.press_button("button-other")
    again = await either.ask("nonsense")
    assert again.button_labels == (either.text("button-skip"),)
    where = await either.ask("7:30")
    assert either.text("guide-where") in where.text
    unknown = await either.ask("Atlantis")
    assert "Atlantis" in unknown.text

    await either.send_text("洛杉矶" if either.language == "zh" else "los angeles")

    [topic] = await either.topics()
    assert (topic.cadence.times, topic.zone) == ((time(7, 30),), "America/Los_Angeles")
    assert (await either.running_bot.stored_chat(either.person)).onboarded


@covers("[guide]")
async def test_start_again_resets_nothing_and_goes_on_with_the_steps(either: Conversation) -> None:
    await first_steps(either)
    before = either.store_rows()

    back = await either.ask("/start")

    assert either.store_rows() == before
    assert back.button_labels[0] == either.text("button-guide")
    asked = (await either.press_button("button-guide")).only_message
    assert either.text("guide-when") in asked.text
    await either.press_button("button-announced")
    await either.press_button("button-skip")
    settled = await either.ask("/start")
    assert either.text("button-guide") not in settled.button_labels


@covers("[guide_zone]")
async def test_what_is_no_city_is_another_topic(either: Conversation) -> None:
    """Who goes on typing topics is not held by a question."""
    await first_steps(either)
    await either.press_button("button-morning")
    preview = await either.ask("quantum error correction")
    assert either.text("button-subscribe") in preview.button_labels
    await either.press_button("button-subscribe")
    assert len(await either.topics()) == 2
    assert either.text("button-guide") in (await either.ask("/start")).button_labels


async def test_a_client_without_tables_gets_the_sample_as_text(talk: Conversation) -> None:
    await first_steps(talk)
    await talk.press_button("button-skip")
    failure = error_response(404, "Not Found: method not found")
    talk.running_bot.emulator.faults.schedule("sendRichMessage", failure)
    answer = await talk.press_button("button-skip")
    [digest] = answer.new_messages
    assert not digest.is_rich
    assert talk.text("guide-table") not in digest.text


async def test_the_second_topic_asks_nothing(either: Conversation) -> None:
    await either.subscribe()
    await either.ask("/sub robots")
    told = (await either.press_button("button-subscribe")).only_message
    assert either.text("button-digest") in told.button_labels


async def test_where_tables_are_the_rule_nobody_is_asked(tabled: Conversation) -> None:
    await first_steps(tabled)
    await tabled.press_button("button-skip")
    answer = await tabled.press_button("button-skip")
    [digest] = answer.new_messages
    assert digest.is_rich


async def test_a_topic_without_papers_has_no_sample(either: Conversation) -> None:
    await either.ask("/sub zymurgy")
    await either.press_button("button-subscribe")
    await either.press_button("button-skip")
    told = (await either.press_button("button-skip")).only_message
    assert told.text.endswith(either.text("guide-sample-none"))


async def test_a_group_is_not_led(talk: Conversation) -> None:
    place = talk.running_bot.emulator.people.create_group("Lab", talk.person)
    place.add_bot()
    await talk.running_bot.wait_until_idle()
    lab = talk.in_group(place)
    await lab.send_text(f"/sub {TOPIC}")
    told = (await lab.press_button("button-subscribe")).only_message
    assert lab.text("button-digest") in told.button_labels


@covers("[groups]", "[group]", "[archive]", "[category]")
async def test_a_category_is_found_in_the_tree_and_marked(either: Conversation) -> None:
    chinese = either.language == "zh"
    hello = await either.ask("/start")
    tree = (await either.press_button("button-browse", message_id=hello.id)).only_message
    assert ("计算机科学" if chinese else "Computer Science") in tree.button_labels
    await either.press_button(label="物理学" if chinese else "Physics")
    second = (await either.press_button(label="›")).only_message
    assert "2/2" in second.button_labels
    await either.press_button("button-back")
    listed = (await either.press_button(label=tree.button_labels[0])).only_message
    assert listed.id == tree.id
    assert listed.button_labels[0] == either.text("browse-all", archive="cs")

    label = next(one for one in listed.button_labels if one.startswith("cs.CV") or "cs.AI" in one)
    shown = (await either.press_button(label=label)).only_message
    assert shown.id == tree.id
    assert shown.text.startswith("cat:cs.")
    assert shown.text.split("\n")[1] == label.partition(" ")[2], "the category's name"
    assert shown.button_labels[0] == either.text("button-subscribe")
    await either.running_bot.finish_onboarding(either.person)
    await either.press_button("button-subscribe")

    again = (await either.press_button("button-browse", message_id=hello.id)).new_messages[0]
    assert again.button_labels[0].startswith("✓ ")
    inside = (await either.press_button(label=again.button_labels[0])).only_message
    assert f"✓ {label}" in inside.button_labels


@covers("[groups]", "[group]", "[archive]", "[category]", "[guide]", "[guide_zone]")
async def test_places_outside_the_tree_and_steps_without_a_topic_are_refused(
    talk: Conversation,
) -> None:
    await talk.ask("/start")
    before = talk.store_rows()
    for forged in (
        "1group:8:0",
        "1group:4:2",
        "1archive:413:0",
        "1archive:0:6",
        "1category:0:41",
        "1guide:2:0",
        "1guide_zone:0:0",
        "1guide_zone:99:0",
        "1sees:1:7",
    ):
        answer = await talk.send_forged_callback(forged)
        assert answer.toast, forged
        assert answer.is_empty, forged
    assert talk.store_rows() == before
