"""Every command in a private chat, with words and without."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.chat.handler_table import COMMANDS
from bot.chat.handlers.account.welcome_and_help import EXAMPLES
from bot.texts.dates import city_name, format_day
from bot.topics import cadence_text
from storage.records import Cadence, MessageForm
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Conversation
from tests.support.database import count_rows


@covers("/start")
async def test_start_greets_once_and_never_resets(either: Conversation) -> None:
    hello = await either.ask("/start")
    assert hello.text == f"{either.text('start-hello')}\n\n{either.text('start-try')}"
    assert hello.button_labels[: len(EXAMPLES)] == EXAMPLES
    await either.subscribe()
    before = either.store_rows()

    back = await either.ask("/start")

    assert back.text == either.text("start-back", topics=1)
    assert back.button_labels == (either.text("button-list"), either.text("button-settings"))
    assert either.store_rows() == before


@covers("/start")
async def test_a_deep_link_opens_a_paper_for_anybody(either: Conversation) -> None:
    store = either.running_bot.store
    paper = store.papers.get("arxiv:2611.90302")
    assert paper

    either.person.open_deep_link(f"p_{paper.key}_1")
    [opened] = await either.running_bot.wait_for_replies(either.person)

    assert opened.text.startswith("The Second Epoch Problem")
    assert opened.button_labels[0] == either.text("entry-button-save")
    assert count_rows(store, "digests") == 0

    either.person.open_deep_link("p_999999_1")
    [gone] = await either.running_bot.wait_for_replies(either.person)
    assert gone.text == either.text("entry-gone")


@covers("/help")
async def test_help_names_what_can_be_asked_for(either: Conversation) -> None:
    told = await either.ask("/help")
    assert told.text.startswith(either.text("help-title"))
    listed = {
        name for name, one in COMMANDS.items() if one.in_command_menu and not one.operator_only
    }
    named = set(re.findall(r"(?<!\w)/(\w+)", told.text))
    assert listed - {"help"} <= named <= set(COMMANDS)


@covers("/sub")
async def test_sub_shows_a_preview_and_without_words_how_to_ask(either: Conversation) -> None:
    assert (await either.ask("/sub")).text == either.text("sub-usage")

    shown = await either.ask(f"/sub {TOPIC}")

    assert shown.text.startswith(f"{TOPIC}\n\n{either.text('preview-count', papers=3, days=7)}")
    assert either.text("preview-examples") in shown.text
    assert next(url for _, url in shown.links).startswith("https://arxiv.org/abs/")
    assert await either.topics() == []


@pytest.mark.parametrize("command", ["/SUB", "/subscribe", "/add", "/sub@papergram_demo_bot", ""])
@covers("/sub")
async def test_sub_has_other_names_and_in_private_needs_none(
    talk: Conversation, command: str
) -> None:
    shown = await talk.ask(f"{command} {TOPIC}".strip())
    assert shown.button_labels == ("Subscribe", "Change", "Cancel")


@covers("/sub")
async def test_a_preview_gives_advice(either: Conversation) -> None:
    assert either.text("preview-none") in (await either.ask("/sub zymurgy")).text
    assert either.text("preview-chinese") in (await either.ask("/sub 扩散模型")).text
    await either.subscribe()
    known = await either.ask("/sub Splatting OR Diffusion")
    assert either.text("preview-known") in known.text
    assert known.button_labels == ()


@covers("/list")
async def test_list_shows_each_topic_with_its_next_time(either: Conversation) -> None:
    empty = await either.ask("/list")
    assert empty.text == either.text("list-none")
    await either.subscribe()
    await either.subscribe("robots")

    told = await either.ask("/list")

    assert f"1. {TOPIC}\n" in told.text
    assert "2. robots\n" in told.text
    assert told.text.endswith(either.text("list-choose"))
    assert either.text("list-zone", zone="UTC") in told.text
    assert either.text("list-state", papers=3, state="")[:-2] in told.text
    assert [len(row) for row in told.button_rows] == [2, 2]


@covers("/list", "/pause", "/resume")
async def test_pause_stops_the_digests_until_resume(either: Conversation) -> None:
    await either.subscribe()

    assert (await either.ask("/pause")).text == either.text("paused")
    assert either.text("list-paused") in (await either.ask("/list")).text
    await either.running_bot.move_clock_to(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    assert count_rows(either.running_bot.store, "digests") == 0

    assert (await either.ask("/resume")).text == either.text("resumed")
    await either.running_bot.announce(either.upcoming)
    await either.running_bot.advance_clock(seconds=5)
    assert count_rows(either.running_bot.store, "digests") == 1, (
        "what is overdue comes with the next tick"
    )
    assert (await either.running_bot.stored_chat(either.person)).pause_reason == ""


@covers("/pause")
async def test_a_pause_may_end_on_a_day(either: Conversation) -> None:
    await either.subscribe()
    told = await either.ask("/pause 2026-11-25")
    assert told.text == either.text(
        "paused-until", day=format_day(either.language, date(2026, 11, 25))
    )

    await either.advance_to_tomorrow()
    await either.running_bot.move_clock_to(datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
    assert count_rows(either.running_bot.store, "digests") == 0
    await either.running_bot.move_clock_to(datetime(2026, 11, 25, 8, 0, tzinfo=UTC))
    assert (await either.running_bot.stored_chat(either.person)).pause_reason == ""
    assert count_rows(either.running_bot.store, "digests") == 1


@covers("/pause")
async def test_blocking_and_coming_back_does_not_end_a_pause_that_was_asked_for(
    talk: Conversation,
) -> None:
    await talk.subscribe()
    await talk.send_text("/pause")

    talk.person.block_bot()
    await talk.running_bot.wait_until_idle()
    talk.person.unblock_bot()
    await talk.send_text("/list")

    assert (await talk.running_bot.stored_chat(talk.person)).pause_reason == "asked"


@covers("/start")
async def test_who_comes_back_is_sent_digests_again(talk: Conversation) -> None:
    await talk.subscribe()
    talk.person.block_bot()
    await talk.running_bot.wait_until_idle()
    assert (await talk.running_bot.stored_chat(talk.person)).pause_reason == "blocked"

    talk.person.unblock_bot()
    await talk.send_text("/start")

    assert (await talk.running_bot.stored_chat(talk.person)).pause_reason == ""


@covers("/digest")
async def test_digest_without_topics_says_how_to_begin(either: Conversation) -> None:
    assert (await either.ask("/digest")).text == either.text("list-none")


@covers("/digest")
async def test_digest_of_words_that_nobody_follows(either: Conversation) -> None:
    shown = await either.ask("/digest erasure conversion")
    assert either.text("digest-shown-all", matched=1) in shown.text
    either.running_bot.clock.instant += timedelta(seconds=5)
    none = await either.ask("/digest zymurgy")
    assert none.text == either.text("digest-query-none", days=7, topic="zymurgy")
    assert await either.topics() == []
    assert count_rows(either.running_bot.store, "receipts") == 0


@covers("/digest")
async def test_digest_again_shows_the_last_one_and_the_next_time(talk: Conversation) -> None:
    await talk.subscribe()
    await talk.advance_to_tomorrow()

    first = await talk.ask("/digest")
    again, same = await talk.send_text("/digest 1")

    assert "2 papers · 8 announced by arXiv" in first.text
    assert again.text == (
        f"Nothing new for {TOPIC} since your last digest; here it is again."
        " Next: Tue 24 Nov 08:00 (UTC)."
    )
    assert same.text == first.text


@covers("/missed")
async def test_missed_brings_what_was_left_out_once(either: Conversation) -> None:
    assert (await either.ask("/missed")).text == either.text("missed-none", days=30)
    topic = await either.subscribe("learning OR models OR policies OR quantum")
    with either.running_bot.store.transaction():
        either.running_bot.store.subscriptions.update(replace(topic, limit=2))
    await either.advance_to_tomorrow()
    digest = await either.ask("/digest")
    either.running_bot.clock.instant += timedelta(seconds=2)

    missed = await either.ask("/missed")

    assert either.text("missed-title") in missed.text
    assert {url for _, url in missed.links}.isdisjoint({url for _, url in digest.links})
    either.running_bot.clock.instant += timedelta(seconds=2)
    assert (await either.ask("/missed")).text == either.text("missed-none", days=30)


@covers("/unsub")
async def test_unsub_by_choice_number_and_name(either: Conversation) -> None:
    assert (await either.ask("/unsub")).text == either.text("unsub-none")
    for words in ("robots", "diffusion", "splatting"):
        await either.subscribe(words)

    choice = await either.ask("/unsub")
    assert (choice.text, choice.button_labels) == (
        either.text("unsub-which"),
        ("robots", "diffusion", "splatting"),
    )
    answer = await either.press_button(label="diffusion")
    assert answer.only_message.id == choice.id
    assert answer.only_message.text.startswith(either.text("unsubscribed", topic="diffusion"))
    assert answer.only_message.button_labels == ("robots", "splatting", either.text("button-undo"))
    assert (await either.ask("/unsub 2")).text == either.text("unsubscribed", topic="splatting")
    assert (await either.ask("/unsub Robots")).text == either.text("unsubscribed", topic="robots")
    assert await either.topics() == []


@covers("/settings")
async def test_settings_show_how_things_stand(either: Conversation) -> None:
    told = await either.ask("/settings")
    for key, value in (
        ("settings-language", either.text(f"language-{either.language}")),
        ("settings-form", either.text("settings-form-classic")),
        ("settings-time", cadence_text.describe_cadence(Cadence(), either.language)),
        ("settings-zone", "UTC"),
    ):
        assert either.text(key, value=value) in told.text
    assert [len(row) for row in told.button_rows] == [2, 3, 2]


@covers("/time")
async def test_time_by_words_and_by_choice(either: Conversation) -> None:
    choice = await either.ask("/time")
    assert choice.text.startswith(either.text("settings-time-choose"))
    assert "07:00" in choice.button_labels

    told = await either.ask("/time 7:30")
    wanted = Cadence(times=(time(7, 30),))
    assert told.text == either.text(
        "settings-time-set",
        cadence=cadence_text.describe_cadence(wanted, either.language),
        zone="UTC",
    )
    assert (await either.subscribe()).cadence == wanted


@covers("/timezone")
async def test_timezone_by_words_and_by_choice(either: Conversation) -> None:
    choice = await either.ask("/timezone")
    assert choice.text == either.text("settings-zone-choose")
    assert city_name(either.language, "Asia/Shanghai") in choice.button_labels

    told = await either.ask("/tz new york")
    assert told.text == either.text("settings-zone-set", zone="America/New_York", clock="08:00")
    assert (await either.subscribe()).zone == "America/New_York"


@pytest.mark.parametrize(
    ("words", "spoken"), [("", "zh"), ("zh", "zh"), ("en", "en"), ("中文", "zh"), ("English", "en")]
)
@covers("/lang")
async def test_lang_changes_what_the_bot_speaks(
    talk: Conversation, words: str, spoken: str
) -> None:
    await talk.ask("/start")
    told = await talk.ask(f"/lang {words}".strip())

    chat = await talk.running_bot.stored_chat(talk.person)
    assert chat.language == spoken
    assert chat.languages == ("en",), "what entries are written in stays"
    title = {"en": "Settings", "zh": "设置"}[spoken]
    assert told.text.startswith(title)


async def test_a_setting_for_the_form_shows_in_the_next_digest(talk: Conversation) -> None:
    await talk.send_text("/settings")
    await talk.press_button("button-form-rich")
    assert (await talk.running_bot.stored_chat(talk.person)).form is MessageForm.RICH
    assert (await talk.ask("/digest diffusion")).is_rich
