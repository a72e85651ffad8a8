"""Every command in a private chat, with words and without."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.chat.handler_table import COMMANDS
from bot.chat.widgets.named_fields import EXAMPLES
from bot.texts.dates import city_name, format_day
from bot.topics import cadence_text
from storage.records.chats import Cadence, MessageForm
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers
from tests.support.database import count_rows


@covers("/start")
async def test_start_greets_once_and_never_resets(localized_chat: Conversation) -> None:
    hello = await localized_chat.ask("/start")
    greeting, example = (localized_chat.text(key) for key in ("start-hello", "start-try"))
    assert hello.text == f"{greeting}\n\n{example}"
    fields = tuple(localized_chat.text(name_key) for name_key, _ in EXAMPLES)
    assert hello.button_labels[: len(fields)] == fields
    await localized_chat.subscribe()
    before = localized_chat.store_rows()

    back = await localized_chat.ask("/start")

    assert back.text == localized_chat.text("start-back", topics=1)
    assert back.button_labels == (
        localized_chat.text("button-list"),
        localized_chat.text("button-settings"),
    )
    assert localized_chat.store_rows() == before


@covers("/start")
async def test_a_deep_link_opens_a_paper_for_anybody(localized_chat: Conversation) -> None:
    store = localized_chat.running_bot.store
    paper = store.papers.get("arxiv:2611.90302")
    assert paper

    localized_chat.person.open_deep_link(f"p_{paper.key}_1")
    [opened] = await localized_chat.running_bot.wait_for_replies(localized_chat.person)

    assert opened.text.startswith("The Second Epoch Problem")
    assert opened.button_labels[0] == localized_chat.text("entry-button-save")
    assert count_rows(store, "digests") == 0

    localized_chat.person.open_deep_link("p_999999_1")
    [gone] = await localized_chat.running_bot.wait_for_replies(localized_chat.person)
    assert gone.text == localized_chat.text("entry-gone")


@covers("/help")
async def test_help_names_what_can_be_asked_for(localized_chat: Conversation) -> None:
    answer = await localized_chat.ask("/help")
    assert answer.text.startswith(localized_chat.text("help-title"))
    listed = {
        name
        for name, route in COMMANDS.items()
        if route.in_command_menu and not route.operator_only
    }
    named = set(re.findall(r"(?<!\w)/(\w+)", answer.text))
    assert listed - {"help"} <= named <= set(COMMANDS)


@covers("/sub")
async def test_sub_shows_a_preview_and_without_words_how_to_ask(
    localized_chat: Conversation,
) -> None:
    assert (await localized_chat.ask("/sub")).text == localized_chat.text("sub-usage")

    shown = await localized_chat.ask(f"/sub {TOPIC}")

    assert shown.text.startswith(
        f"{TOPIC}\n\n{localized_chat.text('preview-count', papers=3, days=7)}"
    )
    assert localized_chat.text("preview-examples") in shown.text
    assert next(url for _, url in shown.links).startswith("https://arxiv.org/abs/")
    assert await localized_chat.topics() == []


@pytest.mark.parametrize("command", ["/SUB", "/subscribe", "/add", "/sub@papergram_demo_bot", ""])
@covers("/sub")
async def test_sub_has_other_names_and_in_private_needs_none(
    conversation: Conversation, command: str
) -> None:
    shown = await conversation.ask(f"{command} {TOPIC}".strip())
    assert shown.button_labels == ("Subscribe", "Change", "Cancel")


@covers("/sub")
async def test_a_preview_gives_advice(localized_chat: Conversation) -> None:
    assert localized_chat.text("preview-none") in (await localized_chat.ask("/sub zymurgy")).text
    chinese = await localized_chat.ask("/sub 杭州")
    assert localized_chat.text("preview-chinese") in chinese.text
    assert localized_chat.text("button-subscribe") not in chinese.button_labels
    await localized_chat.subscribe()
    answer = await localized_chat.ask("/sub Splatting OR Diffusion")
    assert localized_chat.text("preview-known") in answer.text
    assert answer.button_labels == ()


@covers("/start", "[field]", "[subscribe]")
async def test_a_named_field_becomes_a_topic_of_that_name(localized_chat: Conversation) -> None:
    """Its query is never shown before the topic is edited."""
    await localized_chat.ask("/start")
    name = localized_chat.text("field-diffusion")

    preview = (await localized_chat.press_button(label=name)).only_message
    await localized_chat.running_bot.finish_onboarding(localized_chat.person)
    await localized_chat.press_button("button-subscribe")

    assert preview.text.startswith(f"{name}\n")
    assert '"' not in preview.text.partition("\n1. ")[0]
    [topic] = await localized_chat.topics()
    assert (topic.name, topic.query) == (name, '"diffusion model"')


@covers("/sub")
async def test_chinese_terms_are_read_as_english(localized_chat: Conversation) -> None:
    preview = await localized_chat.ask("/sub 扩散模型")
    await localized_chat.running_bot.finish_onboarding(localized_chat.person)
    await localized_chat.press_button("button-subscribe")
    english = localized_chat.text("english-looking", words='"diffusion model"')

    assert english in preview.text
    [topic] = await localized_chat.topics()
    assert (topic.name, topic.query) == ("扩散模型", '"diffusion model"')
    found = await localized_chat.ask("/search 图像修复")
    assert localized_chat.text("english-looking", words='"image restoration"') in found.text


@covers("/digest", "/today")
async def test_digests_of_chinese_terms_are_those_of_their_english(
    localized_chat: Conversation,
) -> None:
    explanation, digest = await localized_chat.send_text("/digest 扩散模型")
    of_days = await localized_chat.ask("/today 2026-11-16 2026-11-20 扩散模型")
    unknown = await localized_chat.ask("/digest 匪夷所思模型")

    assert explanation.text == localized_chat.text("english-looking", words='"diffusion model"')
    for message in (digest, of_days):
        assert message.text.startswith('"diffusion model"')
        assert "A Survey of Diffusion Models for Image Restoration" in message.text
    assert localized_chat.text("digest-query-none", days=7, topic="匪夷所思模型") in unknown.text


@covers("/list")
async def test_list_shows_each_topic_with_its_next_time(
    localized_chat: Conversation,
) -> None:
    empty = await localized_chat.ask("/list")
    assert empty.text == localized_chat.text("list-none")
    await localized_chat.subscribe()
    await localized_chat.subscribe("robots")

    answer = await localized_chat.ask("/list")

    assert f"1. {TOPIC}\n" in answer.text
    assert "2. robots\n" in answer.text
    assert answer.text.endswith(localized_chat.text("list-choose"))
    assert localized_chat.text("list-zone", zone="UTC") in answer.text
    assert localized_chat.text("list-state", papers=3, state="")[:-2] in answer.text
    assert [len(row) for row in answer.button_rows] == [2, 2]


@covers("/list", "/pause", "/resume")
async def test_pause_stops_the_digests_until_resume(localized_chat: Conversation) -> None:
    await localized_chat.subscribe()

    assert (await localized_chat.ask("/pause")).text == localized_chat.text("paused")
    assert localized_chat.text("list-paused") in (await localized_chat.ask("/list")).text
    await localized_chat.running_bot.move_clock_to(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    assert count_rows(localized_chat.running_bot.store, "digests") == 0

    assert (await localized_chat.ask("/resume")).text == localized_chat.text("resumed")
    await localized_chat.running_bot.announce(localized_chat.upcoming)
    await localized_chat.running_bot.advance_clock(seconds=5)
    assert count_rows(localized_chat.running_bot.store, "digests") == 1, (
        "what is overdue comes with the next tick"
    )
    assert (await localized_chat.running_bot.stored_chat(localized_chat.person)).pause_reason == ""


@covers("/pause")
async def test_a_pause_may_end_on_a_day(localized_chat: Conversation) -> None:
    await localized_chat.subscribe()
    answer = await localized_chat.ask("/pause 2026-11-25")
    assert answer.text == localized_chat.text(
        "paused-until", day=format_day(localized_chat.language, date(2026, 11, 25))
    )

    await localized_chat.advance_to_tomorrow()
    await localized_chat.running_bot.move_clock_to(datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
    assert count_rows(localized_chat.running_bot.store, "digests") == 0
    await localized_chat.running_bot.move_clock_to(datetime(2026, 11, 25, 8, 0, tzinfo=UTC))
    assert (await localized_chat.running_bot.stored_chat(localized_chat.person)).pause_reason == ""
    assert count_rows(localized_chat.running_bot.store, "digests") == 1


@covers("/pause")
async def test_blocking_and_coming_back_does_not_end_a_pause_that_was_asked_for(
    conversation: Conversation,
) -> None:
    await conversation.subscribe()
    await conversation.send_text("/pause")

    conversation.person.block_bot()
    await conversation.running_bot.wait_until_idle()
    conversation.person.unblock_bot()
    await conversation.send_text("/list")

    assert (await conversation.running_bot.stored_chat(conversation.person)).pause_reason == "asked"


@covers("/start")
async def test_who_comes_back_is_sent_digests_again(conversation: Conversation) -> None:
    await conversation.subscribe()
    conversation.person.block_bot()
    await conversation.running_bot.wait_until_idle()
    assert (
        await conversation.running_bot.stored_chat(conversation.person)
    ).pause_reason == "blocked"

    conversation.person.unblock_bot()
    await conversation.send_text("/start")

    assert (await conversation.running_bot.stored_chat(conversation.person)).pause_reason == ""


@covers("/digest")
async def test_digest_without_topics_says_how_to_begin(
    localized_chat: Conversation,
) -> None:
    assert (await localized_chat.ask("/digest")).text == localized_chat.text("list-none")


@covers("/digest")
async def test_digest_of_words_that_nobody_follows(localized_chat: Conversation) -> None:
    shown = await localized_chat.ask("/digest erasure conversion")
    assert localized_chat.text("digest-shown-all", matched=1) in shown.text
    localized_chat.running_bot.clock.instant += timedelta(seconds=5)
    none = await localized_chat.ask("/digest zymurgy")
    assert none.text == localized_chat.text("digest-query-none", days=7, topic="zymurgy")
    assert await localized_chat.topics() == []
    assert count_rows(localized_chat.running_bot.store, "receipts") == 0


@covers("/digest")
async def test_digest_again_shows_the_last_one_and_the_next_time(
    conversation: Conversation,
) -> None:
    await conversation.subscribe()
    await conversation.advance_to_tomorrow()

    first = await conversation.ask("/digest")
    again, same = await conversation.send_text("/digest 1")

    assert "2 papers · 8 announced by arXiv" in first.text
    assert again.text == (
        f"Nothing new for {TOPIC} since your last digest; here it is again."
        " Next: Tue 24 Nov 08:00 (UTC)."
    )
    assert same.text == first.text


@covers("/missed")
async def test_missed_brings_what_was_left_out_once(localized_chat: Conversation) -> None:
    assert (await localized_chat.ask("/missed")).text == localized_chat.text("missed-none", days=30)
    topic = await localized_chat.subscribe("learning OR models OR policies OR quantum")
    with localized_chat.running_bot.store.transaction():
        localized_chat.running_bot.store.subscriptions.update(replace(topic, limit=2))
    await localized_chat.advance_to_tomorrow()
    digest = await localized_chat.ask("/digest")
    localized_chat.running_bot.clock.instant += timedelta(seconds=2)

    missed = await localized_chat.ask("/missed")

    assert localized_chat.text("missed-title") in missed.text
    assert {url for _, url in missed.links}.isdisjoint({url for _, url in digest.links})
    localized_chat.running_bot.clock.instant += timedelta(seconds=2)
    assert (await localized_chat.ask("/missed")).text == localized_chat.text("missed-none", days=30)


@covers("/unsub")
async def test_unsub_by_choice_number_and_name(localized_chat: Conversation) -> None:
    assert (await localized_chat.ask("/unsub")).text == localized_chat.text("unsub-none")
    for words in ("robots", "diffusion", "splatting"):
        await localized_chat.subscribe(words)

    choice = await localized_chat.ask("/unsub")
    assert (choice.text, choice.button_labels) == (
        localized_chat.text("unsub-which"),
        ("robots", "diffusion", "splatting"),
    )
    answer = await localized_chat.press_button(label="diffusion")
    assert answer.only_message.id == choice.id
    assert answer.only_message.text.startswith(
        localized_chat.text("unsubscribed", topic="diffusion")
    )
    assert answer.only_message.button_labels == (
        "robots",
        "splatting",
        localized_chat.text("button-undo"),
    )
    assert (await localized_chat.ask("/unsub 2")).text == localized_chat.text(
        "unsubscribed", topic="splatting"
    )
    assert (await localized_chat.ask("/unsub Robots")).text == localized_chat.text(
        "unsubscribed", topic="robots"
    )
    assert await localized_chat.topics() == []


@covers("/settings")
async def test_settings_show_how_things_stand(localized_chat: Conversation) -> None:
    answer = await localized_chat.ask("/settings")
    for key, value in (
        (
            "settings-language",
            localized_chat.text(f"language-{localized_chat.language}"),
        ),
        ("settings-form", localized_chat.text("settings-form-classic")),
        (
            "settings-time",
            cadence_text.describe_cadence(Cadence(), localized_chat.language),
        ),
        ("settings-zone", "UTC"),
    ):
        assert localized_chat.text(key, value=value) in answer.text
    assert [len(row) for row in answer.button_rows] == [1, 2, 3, 2]


@covers("/time")
async def test_time_by_words_and_by_choice(localized_chat: Conversation) -> None:
    choice = await localized_chat.ask("/time")
    assert choice.text.startswith(localized_chat.text("settings-time-choose"))
    assert "07:00" in choice.button_labels

    answer = await localized_chat.ask("/time 7:30")
    expected_cadence = Cadence(times=(time(7, 30),))
    assert answer.text == localized_chat.text(
        "settings-time-set",
        cadence=cadence_text.describe_cadence(expected_cadence, localized_chat.language),
        zone="UTC",
    )
    assert (await localized_chat.subscribe()).cadence == expected_cadence


@covers("/timezone", "[town]")
async def test_of_several_towns_and_of_misspelt_ones_one_is_chosen(
    localized_chat: Conversation,
) -> None:
    await localized_chat.subscribe()
    which = await localized_chat.ask("/timezone EST")
    assert which.text == localized_chat.text("settings-zone-which", given="EST")

    answer = (await localized_chat.press_button(label=which.button_labels[0])).only_message

    assert city_name(localized_chat.language, "America/New_York") in answer.text
    [topic] = await localized_chat.topics()
    assert topic.zone == "America/New_York"
    misspelt = await localized_chat.ask("/timezone Berlinn")
    assert misspelt.text == localized_chat.text("settings-zone-similar", given="Berlinn")
    assert len(misspelt.button_labels) == 1


@covers("/timezone")
async def test_timezone_by_words_and_by_choice(localized_chat: Conversation) -> None:
    choice = await localized_chat.ask("/timezone")
    assert choice.text == localized_chat.text("settings-zone-choose")
    assert city_name(localized_chat.language, "Asia/Shanghai") in choice.button_labels

    answer = await localized_chat.ask("/tz new york")
    assert answer.text == localized_chat.text(
        "settings-zone-set",
        zone=city_name(localized_chat.language, "America/New_York"),
        clock="08:00",
    )
    assert (await localized_chat.subscribe()).zone == "America/New_York"


@pytest.mark.parametrize(
    ("words", "entry_content"),
    [("", "zh"), ("zh", "zh"), ("en", "en"), ("中文", "zh"), ("English", "en")],
)
@covers("/lang")
async def test_lang_changes_what_the_bot_speaks(
    conversation: Conversation, words: str, entry_content: str
) -> None:
    await conversation.ask("/start")
    answer = await conversation.ask(f"/lang {words}".strip())

    chat = await conversation.running_bot.stored_chat(conversation.person)
    assert chat.language == entry_content
    assert chat.languages == ("en",), "what entries are written in stays"
    title = {"en": "Settings", "zh": "设置"}[entry_content]
    assert answer.text.startswith(title)


async def test_a_setting_for_the_form_shows_in_the_next_digest(conversation: Conversation) -> None:
    await conversation.send_text("/settings")
    await conversation.press_button("button-form-rich")
    assert (
        await conversation.running_bot.stored_chat(conversation.person)
    ).form is MessageForm.THREE_COLUMNS
    assert (await conversation.ask("/digest diffusion")).is_rich
