"""From /start to the first digest: each step, each step skipped, and what it leaves."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.chat.widgets.city_buttons import CITY_ZONES
from bot.demo.emulator.faults import error_response
from bot.texts import supported_language
from bot.texts.dates import city_name, country_name, format_moment, zone_name
from storage import Store
from storage.records.chats import Cadence, MessageForm
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers
from tests.support.database import count_rows
from tests.support.running_bot import RunningBot, run_bot, store_sample


@pytest.fixture
async def tabled(store: Store) -> AsyncIterator[Conversation]:
    """A private chat with a bot whose digests are tables unless somebody chose otherwise."""
    async with run_bot(store, form=MessageForm.THREE_COLUMNS) as running_bot:
        ahead = await store_sample(running_bot)
        yield Conversation(running_bot, running_bot.create_person(), "en", ahead)


async def first_steps(conversation: Conversation) -> None:
    """As far as the question for the zone."""
    await conversation.ask(f"/sub {TOPIC}")
    answer = (await conversation.press_button("button-subscribe")).only_message
    assert answer.text == "\n\n".join(
        (conversation.text("guide-followed", topic=TOPIC), conversation.text("guide-where"))
    )


def when(conversation: Conversation, zone: str) -> str:
    """The question for the hour; arXiv announces at midnight in New York."""
    now = conversation.running_bot.clock.instant
    new_york = now.astimezone(ZoneInfo("America/New_York"))
    midnight = datetime.combine(new_york.date() + timedelta(days=1), time(), new_york.tzinfo)
    return conversation.text(
        "guide-when",
        clock=f"{midnight.astimezone(ZoneInfo(zone)):%H:%M}",
        zone=zone_name(conversation.language, zone),
    )


def number_of_words(text: str) -> float:
    """What is to be read: runs between blanks, and 1.6 Chinese characters as one word.

    Translators count so: a thousand characters become some six hundred words of English.
    """
    chinese_characters = re.findall(r"[\u4e00-\u9fff]", text)
    others = re.sub(r"[\u4e00-\u9fff]", " ", text).split()
    return len(chinese_characters) / 1.6 + sum(any(map(str.isalnum, run)) for run in others)


@covers("/start", "[field]", "[guide_zone]", "[guide_time]")
async def test_a_digest_comes_after_at_most_120_words(localized_chat: Conversation) -> None:
    """All messages and labels of buttons before it count, without the titles of papers."""
    seen = [hello := await localized_chat.ask("/start")]
    for label in (
        hello.button_labels[0],
        localized_chat.text("button-subscribe"),
        city_name(localized_chat.language, "Asia/Shanghai"),
        "13:30",
    ):
        answer = await localized_chat.press_button(label=label)
        seen += answer.changed_messages or answer.new_messages
    assert any(message.is_rich for message in answer.new_messages), "the digest is there"

    lines = [line for message in seen for line in message.text.split("\n")]
    titles = [line for line in lines if re.match(r"\d\. ", line)]
    labels = [label for message in seen for label in message.button_labels]
    words = sum(map(number_of_words, [*lines, *labels])) - sum(map(number_of_words, titles))
    assert len(seen) == 5
    assert titles, "the preview shows some"
    assert 60 < words <= 120, words


@covers("/start", "[guide_zone]", "[guide_time]")
async def test_four_taps_lead_from_start_to_a_digest(localized_chat: Conversation) -> None:
    """An example, Subscribe, a city, an hour."""
    hello = await localized_chat.ask("/start")
    for label in (
        hello.button_labels[0],
        localized_chat.text("button-subscribe"),
        city_name(localized_chat.language, "Asia/Shanghai"),
    ):
        await localized_chat.press_button(label=label)

    answer = await localized_chat.press_button(label="18:00")

    [digest, question] = answer.new_messages
    assert digest.is_rich, "a trial: only a person can tell whether a table shows"
    assert question.text == localized_chat.text("guide-table")
    assert answer.changed_messages[0].text.endswith(localized_chat.text("guide-sample"))
    [topic] = await localized_chat.topics()
    assert (topic.cadence, topic.zone) == (Cadence(times=(time(18),)), "Asia/Shanghai")
    chat = await localized_chat.running_bot.stored_chat(localized_chat.person)
    assert (chat.onboarded, chat.form, chat.zone) == (True, MessageForm.CLASSIC, "Asia/Shanghai")
    assert count_rows(localized_chat.running_bot.store, "receipts") == 0, (
        "the sample still comes with the topic"
    )


@covers("[sees]")
async def test_who_sees_the_table_gets_tables(localized_chat: Conversation) -> None:
    await first_steps(localized_chat)
    await localized_chat.press_button("button-skip")
    await localized_chat.press_button("button-announced")

    answer = await localized_chat.press_button("button-yes")

    assert answer.only_message.text == localized_chat.text("guide-table-yes")
    assert (
        await localized_chat.running_bot.stored_chat(localized_chat.person)
    ).form is MessageForm.TWO_COLUMNS
    assert (await localized_chat.ask("/digest diffusion")).is_rich


@covers("[sees]")
async def test_a_sample_of_one_paper_is_a_table_too(localized_chat: Conversation) -> None:
    await localized_chat.ask('/sub "erasure conversion"')
    for key in ("button-subscribe", "button-skip"):
        await localized_chat.press_button(key)
    sample, question = (await localized_chat.press_button("button-skip")).new_messages

    assert question.text == localized_chat.text("guide-table")
    assert localized_chat.text("digest-column-summary") in sample.text
    assert sample.button_labels[0] == "1"


@covers("[sees]")
async def test_who_sees_none_gets_the_same_as_text(localized_chat: Conversation) -> None:
    await first_steps(localized_chat)
    await localized_chat.press_button("button-skip")
    await localized_chat.press_button(label="08:00")

    answer = await localized_chat.press_button("button-no")

    assert answer.changed_messages[0].text == localized_chat.text("guide-table-no")
    [digest] = answer.new_messages
    assert not digest.is_rich
    assert localized_chat.text("digest-shown-all", matched=3) in digest.text
    assert (
        await localized_chat.running_bot.stored_chat(localized_chat.person)
    ).form is MessageForm.CLASSIC


@covers("[guide_zone]", "[guide_time]")
async def test_each_step_may_be_skipped(localized_chat: Conversation) -> None:
    await first_steps(localized_chat)
    await localized_chat.press_button("button-skip")
    await localized_chat.press_button("button-skip")

    [topic] = await localized_chat.topics()
    assert (topic.cadence, topic.zone) == (Cadence(), "UTC")
    assert (await localized_chat.running_bot.stored_chat(localized_chat.person)).onboarded


@covers("[guide_time]")
async def test_time_and_city_may_be_typed_and_typed_again(
    localized_chat: Conversation,
) -> None:
    await first_steps(localized_chat)
    which = await localized_chat.ask("Cambridge")
    assert which.text == localized_chat.text("settings-zone-which", given="Cambridge")
    assert which.button_labels[-1] == localized_chat.text("button-skip")
    asked = await localized_chat.ask("洛杉矶" if localized_chat.language == "zh" else "los angeles")
    assert asked.text == when(localized_chat, "America/Los_Angeles")
    await localized_chat.press_button("button-other")
    again = await localized_chat.ask("nonsense")
    assert again.button_labels == (localized_chat.text("button-skip"),)

    await localized_chat.send_text("7:30")

    [topic] = await localized_chat.topics()
    assert (topic.cadence.times, topic.zone) == ((time(7, 30),), "America/Los_Angeles")
    assert (await localized_chat.running_bot.stored_chat(localized_chat.person)).onboarded


@covers("[guide_town]")
async def test_of_several_towns_one_is_chosen_by_a_tap(localized_chat: Conversation) -> None:
    await first_steps(localized_chat)
    which = await localized_chat.ask("Cambridge")
    [british] = [
        label
        for label in which.button_labels
        if label.endswith(country_name(localized_chat.language, "GB"))
    ]

    asked = (await localized_chat.press_button(label=british)).only_message

    [topic] = await localized_chat.topics()
    assert topic.zone == "Europe/London"
    assert asked.text == when(localized_chat, "Europe/London")


@covers("[guide]")
async def test_start_again_resets_nothing_and_goes_on_with_the_steps(
    localized_chat: Conversation,
) -> None:
    await first_steps(localized_chat)
    before = localized_chat.store_rows("pending_questions")

    back = await localized_chat.ask("/start")

    assert localized_chat.store_rows("pending_questions") == before
    assert back.button_labels[0] == localized_chat.text("button-guide")
    answer = (await localized_chat.press_button("button-guide")).only_message
    assert localized_chat.text("guide-where") in answer.text
    await localized_chat.press_button("button-skip")
    await localized_chat.press_button("button-announced")
    settled = await localized_chat.ask("/start")
    assert localized_chat.text("button-guide") not in settled.button_labels


@covers("[guide_zone]")
async def test_what_is_no_city_is_another_topic(localized_chat: Conversation) -> None:
    """Who goes on typing topics is not held by a question."""
    await first_steps(localized_chat)
    preview = await localized_chat.ask("quantum error correction")
    assert localized_chat.text("button-subscribe") in preview.button_labels
    await localized_chat.press_button("button-subscribe")
    assert len(await localized_chat.topics()) == 2

    asked = await localized_chat.ask("Tokyo")

    assert asked.text == when(localized_chat, "Asia/Tokyo"), "the question is still open"
    assert localized_chat.text("button-guide") in (await localized_chat.ask("/start")).button_labels


@covers("[guide_time]")
async def test_a_city_or_a_topic_typed_for_an_hour_is_what_it_is(
    localized_chat: Conversation,
) -> None:
    await first_steps(localized_chat)
    await localized_chat.press_button("button-skip")

    preview = await localized_chat.ask("quantum error correction")
    which = await localized_chat.ask("Cambridge")
    asked = await localized_chat.ask("Berlin")
    await localized_chat.send_text("7:30")

    assert localized_chat.text("button-subscribe") in preview.button_labels
    assert which.text == localized_chat.text("settings-zone-which", given="Cambridge")
    assert asked.text == when(localized_chat, "Europe/Berlin")
    [topic] = await localized_chat.topics()
    assert (topic.cadence.times, topic.zone) == ((time(7, 30),), "Europe/Berlin")
    assert (await localized_chat.running_bot.stored_chat(localized_chat.person)).onboarded


@pytest.mark.parametrize(
    ("client_language", "zone"),
    [
        *(("zh-hans", "Asia/Shanghai"), ("zh-hant", "Asia/Taipei"), ("zh-hk", "Asia/Hong_Kong")),
        *(("ja", "Asia/Tokyo"), ("ko", "Asia/Seoul"), ("de", "Europe/Berlin")),
        *(("fr", "Europe/Paris"), ("it", "Europe/Rome"), ("pt-br", "America/Sao_Paulo")),
        *(("de-at", "Europe/Vienna"), ("ru", "Europe/Moscow"), ("uk", "Europe/Kyiv")),
    ],
)
@covers("[guide_town]")
async def test_the_language_of_the_client_suggests_the_zone(
    running_bot: RunningBot, client_language: str, zone: str
) -> None:
    person = running_bot.create_person(language=client_language)
    language = supported_language(client_language)
    conversation = Conversation(running_bot, person, language)
    await conversation.ask("/sub robots")
    asked = (await conversation.press_button("button-subscribe")).only_message
    city = city_name(language, zone)

    assert asked.button_labels[0] == city
    assert asked.button_labels.count(city) == 1
    await conversation.press_button(label=city)

    [topic] = await conversation.topics()
    assert topic.zone == zone


@pytest.mark.parametrize("client_language", ["en", "en-gb", "", "tlh", "x"])
async def test_a_language_of_no_one_place_suggests_none(
    running_bot: RunningBot, client_language: str
) -> None:
    conversation = Conversation(
        running_bot, running_bot.create_person(language=client_language), "en"
    )
    await conversation.ask("/sub robots")
    asked = (await conversation.press_button("button-subscribe")).only_message

    assert asked.button_labels[0] == city_name("en", CITY_ZONES["en"][0])


@covers("[guide_time]")
async def test_the_hour_after_the_announcement_comes_first(localized_chat: Conversation) -> None:
    await first_steps(localized_chat)
    asked = await localized_chat.ask("Shanghai")
    assert asked.button_labels[:3] == ("13:30", "08:00", "18:00")
    asked = await localized_chat.ask("Berlin")
    assert asked.button_labels[:3] == ("08:00", "13:30", "18:00")
    asked = await localized_chat.ask("Tokyo")
    assert asked.button_labels[:3] == ("18:00", "08:00", "13:30")


@covers("[guide_zone]", "[guide_time]")
async def test_old_buttons_of_the_steps_show_no_second_sample(localized_chat: Conversation) -> None:
    await first_steps(localized_chat)
    await localized_chat.press_button("button-skip")
    await localized_chat.press_button(label="08:00")

    for pressed in ("1guide_zone:99:0", "1guide_zone:7:1", "1guide_time:18:0"):
        answer = (await localized_chat.send_forged_callback(pressed)).only_message
        [topic] = await localized_chat.topics()
        assert topic.next_due
        assert answer.text == localized_chat.text(
            "subscribed",
            topic=TOPIC,
            next=format_moment(localized_chat.language, topic.next_due, topic.zone),
            zone=zone_name(localized_chat.language, topic.zone),
        )

    assert (topic.cadence.times, topic.zone) == ((time(18),), "Asia/Shanghai")
    assert (
        localized_chat.text("button-subscribe")
        in (await localized_chat.ask("Berlin")).button_labels
    ), "no question is open"


async def test_a_client_without_tables_gets_the_sample_as_text(conversation: Conversation) -> None:
    await first_steps(conversation)
    await conversation.press_button("button-skip")
    failure = error_response(404, "Not Found: method not found")
    conversation.running_bot.emulator.faults.schedule("sendRichMessage", failure)
    answer = await conversation.press_button("button-skip")
    [digest] = answer.new_messages
    assert not digest.is_rich
    assert conversation.text("guide-table") not in digest.text


async def test_the_second_topic_asks_nothing(localized_chat: Conversation) -> None:
    await localized_chat.subscribe()
    await localized_chat.ask("/sub robots")
    answer = (await localized_chat.press_button("button-subscribe")).only_message
    assert localized_chat.text("button-digest") in answer.button_labels


async def test_where_tables_are_the_rule_nobody_is_asked(tabled: Conversation) -> None:
    await first_steps(tabled)
    await tabled.press_button("button-skip")
    answer = await tabled.press_button("button-skip")
    [digest] = answer.new_messages
    assert digest.is_rich


async def test_a_topic_without_papers_has_no_sample(localized_chat: Conversation) -> None:
    await localized_chat.ask("/sub zymurgy")
    await localized_chat.press_button("button-subscribe")
    await localized_chat.press_button("button-skip")
    answer = (await localized_chat.press_button("button-skip")).only_message
    assert answer.text.endswith(localized_chat.text("guide-sample-none"))


async def test_a_group_is_not_led(conversation: Conversation) -> None:
    place = conversation.running_bot.emulator.people.create_group("Lab", conversation.person)
    place.add_bot()
    await conversation.running_bot.wait_until_idle()
    group_conversation = conversation.in_group(place)
    await group_conversation.send_text(f"/sub {TOPIC}")
    answer = (await group_conversation.press_button("button-subscribe")).only_message
    assert group_conversation.text("button-digest") in answer.button_labels


@covers("[groups]", "[group]", "[archive]", "[category]")
async def test_a_category_is_found_in_the_tree_and_marked(
    localized_chat: Conversation,
) -> None:
    chinese = localized_chat.language == "zh"
    hello = await localized_chat.ask("/start")
    tree = (await localized_chat.press_button("button-browse", message_id=hello.id)).only_message
    assert ("计算机科学" if chinese else "Computer Science") in tree.button_labels
    await localized_chat.press_button(label="物理学" if chinese else "Physics")
    second = (await localized_chat.press_button(label="›")).only_message
    assert "2/2" in second.button_labels
    await localized_chat.press_button("button-back")
    listed = (await localized_chat.press_button(label=tree.button_labels[0])).only_message
    assert listed.id == tree.id
    assert listed.button_labels[0] == localized_chat.text("browse-all", archive="cs")

    label = next(
        label for label in listed.button_labels if label.startswith("cs.CV") or "cs.AI" in label
    )
    shown = (await localized_chat.press_button(label=label)).only_message
    assert shown.id == tree.id
    assert shown.text.startswith("cat:cs.")
    assert shown.text.split("\n")[1] == label.partition(" ")[2], "the category's name"
    assert shown.button_labels[0] == localized_chat.text("button-subscribe")
    await localized_chat.running_bot.finish_onboarding(localized_chat.person)
    await localized_chat.press_button("button-subscribe")

    again = (await localized_chat.press_button("button-browse", message_id=hello.id)).new_messages[
        0
    ]
    assert again.button_labels[0].startswith("✓ ")
    inside = (await localized_chat.press_button(label=again.button_labels[0])).only_message
    assert f"✓ {label}" in inside.button_labels


@covers("[groups]", "[group]", "[archive]", "[category]", "[guide]", "[guide_zone]", "[guide_time]")
async def test_places_outside_the_tree_and_steps_without_a_topic_are_refused(
    conversation: Conversation,
) -> None:
    await conversation.ask("/start")
    before = conversation.store_rows()
    for forged in (
        "1group:8:0",
        "1group:4:2",
        "1archive:413:0",
        "1archive:0:6",
        "1category:0:41",
        "1guide:0:0",
        "1guide:2:0",
        "1guide_time:8:0",
        "1guide_time:32:0",
        "1guide_zone:0:0",
        "1guide_zone:99:0",
        "1sees:1:7",
    ):
        answer = await conversation.send_forged_callback(forged)
        assert answer.toast, forged
        assert answer.is_empty, forged
    assert conversation.store_rows() == before
