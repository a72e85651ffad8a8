"""Every command in a private chat, with words and without."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.chat.handler_table import COMMANDS
from bot.chat.handlers.account.welcome_and_help import EXAMPLES
from bot.texts.dates import city, day
from bot.topics import cadence_text
from storage.records import Cadence, Form
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Talk
from tests.support.database import count


@covers("/start")
async def test_start_greets_once_and_never_resets(either: Talk) -> None:
    hello = await either.hears("/start")
    assert hello.text == f"{either.text('start-hello')}\n\n{either.text('start-try')}"
    assert hello.buttons[: len(EXAMPLES)] == EXAMPLES
    await either.follows()
    before = either.rows()

    back = await either.hears("/start")

    assert back.text == either.text("start-back", topics=1)
    assert back.buttons == (either.text("button-list"), either.text("button-settings"))
    assert either.rows() == before


@covers("/start")
async def test_a_deep_link_opens_a_paper_for_anybody(either: Talk) -> None:
    store = either.house.store
    paper = store.papers.get("arxiv:2611.90302")
    assert paper

    either.person.opens(f"p_{paper.key}_1")
    [opened] = await either.house.answered(either.person)

    assert opened.text.startswith("The Second Epoch Problem")
    assert opened.buttons[0] == either.text("entry-button-save")
    assert count(store, "digests") == 0

    either.person.opens("p_999999_1")
    [gone] = await either.house.answered(either.person)
    assert gone.text == either.text("entry-gone")


@covers("/help")
async def test_help_names_what_can_be_asked_for(either: Talk) -> None:
    told = await either.hears("/help")
    assert told.text.startswith(either.text("help-title"))
    listed = {name for name, one in COMMANDS.items() if one.listed and not one.operator}
    named = set(re.findall(r"(?<!\w)/(\w+)", told.text))
    assert listed - {"help"} <= named <= set(COMMANDS)


@covers("/sub")
async def test_sub_shows_a_preview_and_without_words_how_to_ask(either: Talk) -> None:
    assert (await either.hears("/sub")).text == either.text("sub-usage")

    shown = await either.hears(f"/sub {TOPIC}")

    assert shown.text.startswith(f"{TOPIC}\n\n{either.text('preview-count', papers=3, days=7)}")
    assert either.text("preview-examples") in shown.text
    assert next(url for _, url in shown.links).startswith("https://arxiv.org/abs/")
    assert await either.topics() == []


@pytest.mark.parametrize("command", ["/SUB", "/subscribe", "/add", "/sub@papergram_demo_bot", ""])
@covers("/sub")
async def test_sub_has_other_names_and_in_private_needs_none(talk: Talk, command: str) -> None:
    shown = await talk.hears(f"{command} {TOPIC}".strip())
    assert shown.buttons == ("Subscribe", "Change", "Cancel")


@covers("/sub")
async def test_a_preview_gives_advice(either: Talk) -> None:
    assert either.text("preview-none") in (await either.hears("/sub zymurgy")).text
    assert either.text("preview-chinese") in (await either.hears("/sub 扩散模型")).text
    await either.follows()
    known = await either.hears("/sub Splatting OR Diffusion")
    assert either.text("preview-known") in known.text
    assert known.buttons == ()


@covers("/list")
async def test_list_shows_each_topic_with_its_next_time(either: Talk) -> None:
    empty = await either.hears("/list")
    assert empty.text == either.text("list-none")
    await either.follows()
    await either.follows("robots")

    told = await either.hears("/list")

    assert f"1. {TOPIC}\n" in told.text
    assert "2. robots\n" in told.text
    assert told.text.endswith(either.text("list-choose"))
    assert either.text("list-zone", zone="UTC") in told.text
    assert either.text("list-state", papers=3, state="")[:-2] in told.text
    assert [len(row) for row in told.rows] == [2, 2]


@covers("/list", "/pause", "/resume")
async def test_pause_stops_the_digests_until_resume(either: Talk) -> None:
    await either.follows()

    assert (await either.hears("/pause")).text == either.text("paused")
    assert either.text("list-paused") in (await either.hears("/list")).text
    await either.house.move_to(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    assert count(either.house.store, "digests") == 0

    assert (await either.hears("/resume")).text == either.text("resumed")
    await either.house.announce(either.ahead)
    await either.house.passes(seconds=5)
    assert count(either.house.store, "digests") == 1, "what is overdue comes with the next tick"
    assert (await either.house.chat(either.person)).paused == ""


@covers("/pause")
async def test_a_pause_may_end_on_a_day(either: Talk) -> None:
    await either.follows()
    told = await either.hears("/pause 2026-11-25")
    assert told.text == either.text("paused-until", day=day(either.language, date(2026, 11, 25)))

    await either.tomorrow()
    await either.house.move_to(datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
    assert count(either.house.store, "digests") == 0
    await either.house.move_to(datetime(2026, 11, 25, 8, 0, tzinfo=UTC))
    assert (await either.house.chat(either.person)).paused == ""
    assert count(either.house.store, "digests") == 1


@covers("/pause")
async def test_blocking_and_coming_back_does_not_end_a_pause_that_was_asked_for(talk: Talk) -> None:
    await talk.follows()
    await talk.says("/pause")

    talk.person.blocks()
    await talk.house.settled()
    talk.person.unblocks()
    await talk.says("/list")

    assert (await talk.house.chat(talk.person)).paused == "asked"


@covers("/start")
async def test_who_comes_back_is_sent_digests_again(talk: Talk) -> None:
    await talk.follows()
    talk.person.blocks()
    await talk.house.settled()
    assert (await talk.house.chat(talk.person)).paused == "blocked"

    talk.person.unblocks()
    await talk.says("/start")

    assert (await talk.house.chat(talk.person)).paused == ""


@covers("/digest")
async def test_digest_without_topics_says_how_to_begin(either: Talk) -> None:
    assert (await either.hears("/digest")).text == either.text("list-none")


@covers("/digest")
async def test_digest_of_words_that_nobody_follows(either: Talk) -> None:
    shown = await either.hears("/digest erasure conversion")
    assert either.text("digest-shown-all", matched=1) in shown.text
    either.house.clock.at += timedelta(seconds=5)
    none = await either.hears("/digest zymurgy")
    assert none.text == either.text("digest-query-none", days=7, topic="zymurgy")
    assert await either.topics() == []
    assert count(either.house.store, "ledger") == 0


@covers("/digest")
async def test_digest_again_shows_the_last_one_and_the_next_time(talk: Talk) -> None:
    await talk.follows()
    await talk.tomorrow()

    first = await talk.hears("/digest")
    again, same = await talk.says("/digest 1")

    assert "2 papers · 8 announced by arXiv" in first.text
    assert again.text == (
        f"Nothing new for {TOPIC} since your last digest; here it is again."
        " Next: Tue 24 Nov 08:00 (UTC)."
    )
    assert same.text == first.text


@covers("/missed")
async def test_missed_brings_what_was_left_out_once(either: Talk) -> None:
    assert (await either.hears("/missed")).text == either.text("missed-none", days=30)
    topic = await either.follows("learning OR models OR policies OR quantum")
    with either.house.store.transaction():
        either.house.store.subscriptions.change(replace(topic, limit=2))
    await either.tomorrow()
    digest = await either.hears("/digest")
    either.house.clock.at += timedelta(seconds=2)

    missed = await either.hears("/missed")

    assert either.text("missed-title") in missed.text
    assert {url for _, url in missed.links}.isdisjoint({url for _, url in digest.links})
    either.house.clock.at += timedelta(seconds=2)
    assert (await either.hears("/missed")).text == either.text("missed-none", days=30)


@covers("/unsub")
async def test_unsub_by_choice_number_and_name(either: Talk) -> None:
    assert (await either.hears("/unsub")).text == either.text("unsub-none")
    for words in ("robots", "diffusion", "splatting"):
        await either.follows(words)

    choice = await either.hears("/unsub")
    assert (choice.text, choice.buttons) == (
        either.text("unsub-which"),
        ("robots", "diffusion", "splatting"),
    )
    answer = await either.presses(label="diffusion")
    assert answer.one.id == choice.id
    assert answer.one.text.startswith(either.text("unsubscribed", topic="diffusion"))
    assert answer.one.buttons == ("robots", "splatting", either.text("button-undo"))
    assert (await either.hears("/unsub 2")).text == either.text("unsubscribed", topic="splatting")
    assert (await either.hears("/unsub Robots")).text == either.text("unsubscribed", topic="robots")
    assert await either.topics() == []


@covers("/settings")
async def test_settings_show_how_things_stand(either: Talk) -> None:
    told = await either.hears("/settings")
    for key, value in (
        ("settings-language", either.text(f"language-{either.language}")),
        ("settings-form", either.text("settings-form-classic")),
        ("settings-time", cadence_text.told(Cadence(), either.language)),
        ("settings-zone", "UTC"),
    ):
        assert either.text(key, value=value) in told.text
    assert [len(row) for row in told.rows] == [2, 3, 2]


@covers("/time")
async def test_time_by_words_and_by_choice(either: Talk) -> None:
    choice = await either.hears("/time")
    assert choice.text.startswith(either.text("settings-time-choose"))
    assert "07:00" in choice.buttons

    told = await either.hears("/time 7:30")
    wanted = Cadence(times=(time(7, 30),))
    assert told.text == either.text(
        "settings-time-set", cadence=cadence_text.told(wanted, either.language), zone="UTC"
    )
    assert (await either.follows()).cadence == wanted


@covers("/timezone")
async def test_timezone_by_words_and_by_choice(either: Talk) -> None:
    choice = await either.hears("/timezone")
    assert choice.text == either.text("settings-zone-choose")
    assert city(either.language, "Asia/Shanghai") in choice.buttons

    told = await either.hears("/tz new york")
    assert told.text == either.text("settings-zone-set", zone="America/New_York", clock="08:00")
    assert (await either.follows()).zone == "America/New_York"


@pytest.mark.parametrize(
    ("words", "spoken"), [("", "zh"), ("zh", "zh"), ("en", "en"), ("中文", "zh"), ("English", "en")]
)
@covers("/lang")
async def test_lang_changes_what_the_bot_speaks(talk: Talk, words: str, spoken: str) -> None:
    await talk.hears("/start")
    told = await talk.hears(f"/lang {words}".strip())

    chat = await talk.house.chat(talk.person)
    assert chat.language == spoken
    assert chat.languages == ("en",), "what entries are written in stays"
    title = {"en": "Settings", "zh": "设置"}[spoken]
    assert told.text.startswith(title)


async def test_a_setting_for_the_form_shows_in_the_next_digest(talk: Talk) -> None:
    await talk.says("/settings")
    await talk.presses("button-form-rich")
    assert (await talk.house.chat(talk.person)).form is Form.RICH
    assert (await talk.hears("/digest diffusion")).is_rich
