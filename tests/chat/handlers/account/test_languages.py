"""Entries in any language that the operator offers; the bot itself speaks two."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.chat.widgets.language_buttons import choices, named, usual
from bot.topics import export_file
from storage import Store
from storage.records import Gloss
from tests.chat.covered import covers
from tests.chat.handlers.topics.test_export_import import sends
from tests.chat.talk import Talk
from tests.support.running_bot import MONDAY, opening, staged

OFFERED = ("en", "zh", "de", "fr")


@pytest.fixture
async def either(store: Store, language: str) -> AsyncIterator[Talk]:
    """A private chat with a bot that offers German and French too, once in each language."""
    async with staged(store, settings={"languages": "zh, de fr"}) as house:
        ahead = await opening(house)
        yield Talk(house, house.person(language=language), language, ahead)


@pytest.mark.parametrize(
    ("offered", "expected"),
    [
        (("en",), (("en",),)),
        (("en", "zh"), (("en",), ("zh",), ("zh", "en"))),
        (
            ("en", "de", "zh-Hant"),
            (("en",), ("de",), ("zh-Hant",), ("de", "en"), ("zh-Hant", "en")),
        ),
    ],
)
def test_each_language_alone_and_each_other_with_english(
    offered: tuple[str, ...], expected: tuple[tuple[str, ...], ...]
) -> None:
    assert choices(offered) == expected


@pytest.mark.parametrize(
    ("code", "offered", "expected"),
    [
        ("zh-hans", ("en", "zh"), ("zh", "en")),
        ("zh", ("en", "de"), ("en",)),
        ("de", ("en", "de"), ("en",)),
        (None, ("en", "zh"), ("en",)),
    ],
)
def test_a_chat_begins_with_what_the_bot_speaks_to_it_and_offers(
    code: str | None, offered: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert usual(code, offered) == expected


@pytest.mark.parametrize("words", ["de", "DE", "Deutsch", "german", " 德语 ", "deutsch"])
def test_a_language_goes_by_its_code_and_its_names(words: str) -> None:
    assert named(words, OFFERED) == "de"
    assert named(words, ("en", "zh")) is None


@covers("/settings", "[set]")
async def test_every_choice_is_a_button_and_can_be_read(either: Talk) -> None:
    told = await either.hears("/settings")
    assert either.text("settings-languages-both") in told.buttons

    for name, tongues in (("Deutsch", ("de",)), ("Français + English", ("fr", "en"))):
        shown = (await either.presses(label=name)).one
        assert either.text("settings-languages", value=name) in shown.text
        assert (await either.house.chat(either.person)).languages == tongues
    await either.presses("settings-languages-zh")
    assert (await either.house.chat(either.person)).languages == ("zh",)


@covers("[looks]", "[tune]")
async def test_a_topic_has_languages_of_its_own(either: Talk) -> None:
    await either.follows()
    await either.hears("/list")
    await either.presses(label="1")
    await either.presses("button-looks")

    page = (await either.presses(label="Deutsch + English")).one

    assert "✓ Deutsch + English" in page.buttons
    [topic] = await either.topics()
    assert topic.languages == ("de", "en")
    await either.presses("looks-languages-chat")
    [topic] = await either.topics()
    assert topic.languages is None


@covers("/lang")
async def test_lang_says_what_can_be_read_and_what_can_be_spoken(either: Talk) -> None:
    name = "德语" if either.language == "zh" else "German"

    told = await either.hears("/lang de")

    assert told.text == either.text("settings-lang-entries", name=name)
    assert told.buttons == ("Deutsch", "Deutsch + English")
    await either.presses(label="Deutsch")
    chat = await either.house.chat(either.person)
    assert (chat.language, chat.languages) == (either.language, ("de",))
    refused = await either.hears("/lang es")
    assert refused.text == either.text("settings-lang-usage")


@covers("[entry]")
async def test_entries_come_in_the_language_or_say_that_it_lacks(either: Talk) -> None:
    await either.hears("/lang de")
    await either.presses(label="Deutsch + English")
    paper = either.house.store.papers.get("arxiv:2611.90302")
    assert paper
    german = Gloss(0, 0, "de", "Das Problem", "Ein Satz.", "Eine Übersetzung.", "m", MONDAY)
    await either.house.announce([], {"arxiv:2611.90302": german})

    told = await either.hears("/paper 2611.90302")
    other = await either.hears("/paper 2611.90303")

    assert "Das Problem\nEin Satz.\n\nEine Übersetzung." in told.text
    assert told.text.index("Übersetzung") < told.text.index(paper.abstract[:40])
    assert either.text("entry-untranslated") in other.text


@covers("[tune]", "[set]")
async def test_what_is_offered_no_more_is_kept_and_marked_nowhere(either: Talk) -> None:
    topic = await either.follows()
    store = either.house.store
    with store.transaction():
        store.subscriptions.change(replace(topic, languages=("ja", "en")))
        chat = store.subscribers.get(topic.bot, topic.chat)
        assert chat
        store.subscribers.change(replace(chat, languages=("ja",)))

    told = await either.hears("/settings")
    await either.hears("/list")
    await either.presses(label="1")
    page = (await either.presses("button-looks")).one

    assert either.text("settings-languages", value="日本語") in told.text
    assert sum(label.startswith("✓") for label in page.buttons) == 2, "form and sound"
    assert (await either.forges("1set:3:7")).toast == either.text("refusal-button-old")
    assert (await either.forges(f"1tune:{topic.key}:108")).toast == (
        either.text("refusal-button-old")
    )


@covers("/import")
async def test_a_file_brings_only_languages_of_this_house(either: Talk) -> None:
    topics = [
        {"query": "robots", "languages": ["de", "en"]},
        {"query": "diffusion", "languages": ["ja", "en"]},
        {"query": "splatting", "languages": ["ja"]},
        {"query": "proof", "languages": ["xx"]},
    ]
    file = json.dumps({"format": export_file.FORMAT, "topics": topics}).encode()

    await either.hears("/start")
    [told] = await sends(either, file)

    assert either.text("import-field", field="languages") in told.text
    kept = {topic.query: topic.languages for topic in await either.topics()}
    assert kept == {"robots": ("de", "en"), "diffusion": ("en",), "splatting": None}
