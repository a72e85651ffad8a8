"""From /start to the first digest: each step, each step skipped, and what it leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import time

import pytest

from bot.demo.emulator.faults import refused
from bot.texts.dates import city
from storage import Store
from storage.records import Cadence, Form
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Talk
from tests.support.database import count
from tests.support.running_bot import opening, staged


@pytest.fixture
async def tabled(store: Store) -> AsyncIterator[Talk]:
    """A private chat with a bot whose digests are tables unless somebody chose otherwise."""
    async with staged(store, form=Form.RICH) as house:
        ahead = await opening(house)
        yield Talk(house, house.person(), "en", ahead)


async def first_steps(talk: Talk) -> None:
    """As far as the question for the time."""
    await talk.hears(f"/sub {TOPIC}")
    asked = (await talk.presses("button-subscribe")).one
    assert asked.text == "\n\n".join(
        (talk.text("guide-followed", topic=TOPIC), talk.text("guide-when"))
    )


@covers("/start", "[guide]", "[guide_zone]")
async def test_four_taps_lead_from_start_to_a_digest(either: Talk) -> None:
    """An example, Subscribe, a time, a city."""
    hello = await either.hears("/start")
    taps = [hello.buttons[0], either.text("button-subscribe"), either.text("button-evening")]
    for label in taps:
        await either.presses(label=label)

    where = city(either.language, "Asia/Shanghai")
    answer = await either.presses(label=where)

    assert len([*taps, where]) <= 4
    [digest, question] = answer.new
    assert digest.is_rich, "a trial: only a person can tell whether a table shows"
    assert question.text == either.text("guide-table")
    assert answer.changed[0].text.endswith(either.text("guide-sample"))
    [topic] = await either.topics()
    assert (topic.cadence, topic.zone) == (Cadence(times=(time(18),)), "Asia/Shanghai")
    chat = await either.house.chat(either.person)
    assert (chat.settled, chat.form, chat.zone) == (True, Form.CLASSIC, "Asia/Shanghai")
    assert count(either.house.store, "ledger") == 0, "the sample still comes with the topic"


@covers("[sees]")
async def test_who_sees_the_table_gets_tables(either: Talk) -> None:
    await first_steps(either)
    await either.presses("button-announced")
    await either.presses("button-skip")

    answer = await either.presses("button-yes")

    assert answer.one.text == either.text("guide-table-yes")
    assert (await either.house.chat(either.person)).form is Form.RICH
    assert (await either.hears("/digest diffusion")).is_rich


@covers("[sees]")
async def test_who_sees_none_gets_the_same_as_text(either: Talk) -> None:
    await first_steps(either)
    await either.presses("button-morning")
    await either.presses("button-skip")

    answer = await either.presses("button-no")

    assert answer.changed[0].text == either.text("guide-table-no")
    [digest] = answer.new
    assert not digest.is_rich
    assert either.text("digest-shown-all", matched=3) in digest.text
    assert (await either.house.chat(either.person)).form is Form.CLASSIC


@covers("[guide]", "[guide_zone]")
async def test_each_step_may_be_skipped(either: Talk) -> None:
    await first_steps(either)
    await either.presses("button-skip")
    await either.presses("button-skip")

    [topic] = await either.topics()
    assert (topic.cadence, topic.zone) == (Cadence(), "UTC")
    assert (await either.house.chat(either.person)).settled


@covers("[guide]", "[guide_zone]")
async def test_time_and_city_may_be_typed_and_typed_again(either: Talk) -> None:
    await first_steps(either)
    await either.presses("button-other")
    again = await either.hears("nonsense")
    assert again.buttons == (either.text("button-skip"),)
    where = await either.hears("7:30")
    assert either.text("guide-where") in where.text
    unknown = await either.hears("Atlantis")
    assert "Atlantis" in unknown.text

    await either.says("洛杉矶" if either.language == "zh" else "los angeles")

    [topic] = await either.topics()
    assert (topic.cadence.times, topic.zone) == ((time(7, 30),), "America/Los_Angeles")
    assert (await either.house.chat(either.person)).settled


@covers("[guide]")
async def test_start_again_resets_nothing_and_goes_on_with_the_steps(either: Talk) -> None:
    await first_steps(either)
    before = either.rows()

    back = await either.hears("/start")

    assert either.rows() == before
    assert back.buttons[0] == either.text("button-guide")
    asked = (await either.presses("button-guide")).one
    assert either.text("guide-when") in asked.text
    await either.presses("button-announced")
    await either.presses("button-skip")
    settled = await either.hears("/start")
    assert either.text("button-guide") not in settled.buttons


@covers("[guide_zone]")
async def test_what_is_no_city_is_another_topic(either: Talk) -> None:
    """Who goes on typing topics is not held by a question."""
    await first_steps(either)
    await either.presses("button-morning")
    preview = await either.hears("quantum error correction")
    assert either.text("button-subscribe") in preview.buttons
    await either.presses("button-subscribe")
    assert len(await either.topics()) == 2
    assert either.text("button-guide") in (await either.hears("/start")).buttons


async def test_a_client_without_tables_gets_the_sample_as_text(talk: Talk) -> None:
    await first_steps(talk)
    await talk.presses("button-skip")
    failure = refused(404, "Not Found: method not found")
    talk.house.emulator.faults.next("sendRichMessage", failure)
    answer = await talk.presses("button-skip")
    [digest] = answer.new
    assert not digest.is_rich
    assert talk.text("guide-table") not in digest.text


async def test_the_second_topic_asks_nothing(either: Talk) -> None:
    await either.follows()
    await either.hears("/sub robots")
    told = (await either.presses("button-subscribe")).one
    assert either.text("button-digest") in told.buttons


async def test_where_tables_are_the_rule_nobody_is_asked(tabled: Talk) -> None:
    await first_steps(tabled)
    await tabled.presses("button-skip")
    answer = await tabled.presses("button-skip")
    [digest] = answer.new
    assert digest.is_rich


async def test_a_topic_without_papers_has_no_sample(either: Talk) -> None:
    await either.hears("/sub zymurgy")
    await either.presses("button-subscribe")
    await either.presses("button-skip")
    told = (await either.presses("button-skip")).one
    assert told.text.endswith(either.text("guide-sample-none"))


async def test_a_group_is_not_led(talk: Talk) -> None:
    place = talk.house.emulator.people.group("Lab", talk.person)
    place.add_bot()
    await talk.house.settled()
    lab = talk.at(place)
    await lab.says(f"/sub {TOPIC}")
    told = (await lab.presses("button-subscribe")).one
    assert lab.text("button-digest") in told.buttons


@covers("[groups]", "[group]", "[archive]", "[category]")
async def test_a_category_is_found_in_the_tree_and_marked(either: Talk) -> None:
    chinese = either.language == "zh"
    hello = await either.hears("/start")
    tree = (await either.presses("button-browse", message=hello.id)).one
    assert ("计算机科学" if chinese else "Computer Science") in tree.buttons
    await either.presses(label="物理学" if chinese else "Physics")
    second = (await either.presses(label="›")).one
    assert "2/2" in second.buttons
    await either.presses("button-back")
    listed = (await either.presses(label=tree.buttons[0])).one
    assert listed.id == tree.id
    assert listed.buttons[0] == either.text("browse-all", archive="cs")

    label = next(one for one in listed.buttons if one.startswith("cs.CV") or "cs.AI" in one)
    shown = (await either.presses(label=label)).one
    assert shown.id == tree.id
    assert shown.text.startswith("cat:cs.")
    assert shown.text.split("\n")[1] == label.partition(" ")[2], "the category's name"
    assert shown.buttons[0] == either.text("button-subscribe")
    await either.house.settles(either.person)
    await either.presses("button-subscribe")

    again = (await either.presses("button-browse", message=hello.id)).new[0]
    assert again.buttons[0].startswith("✓ ")
    inside = (await either.presses(label=again.buttons[0])).one
    assert f"✓ {label}" in inside.buttons


@covers("[groups]", "[group]", "[archive]", "[category]", "[guide]", "[guide_zone]")
async def test_places_outside_the_tree_and_steps_without_a_topic_are_refused(talk: Talk) -> None:
    await talk.hears("/start")
    before = talk.rows()
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
        answer = await talk.forges(forged)
        assert answer.toast, forged
        assert answer.is_nothing, forged
    assert talk.rows() == before
