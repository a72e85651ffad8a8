"""Entries in any language that the operator offers; the bot itself speaks two."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.chat.widgets.language_buttons import default_languages, find_language, language_choices
from bot.topics import export_file
from storage import Store
from storage.records import Summary
from tests.chat.covered import covers
from tests.chat.handlers.topics.test_export_import import sends
from tests.chat.talk import Conversation
from tests.support.running_bot import MONDAY_AFTERNOON, run_bot, store_sample

OFFERED = ("en", "zh", "de", "fr")


@pytest.fixture
async def either(store: Store, language: str) -> AsyncIterator[Conversation]:
    """A private chat with a bot that offers German and French too, once in each language."""
    async with run_bot(store, settings={"languages": "zh, de fr"}) as house:
        ahead = await store_sample(house)
        yield Conversation(house, house.create_person(language=language), language, ahead)


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
    assert language_choices(offered) == expected


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
    assert default_languages(code, offered) == expected


@pytest.mark.parametrize("words", ["de", "DE", "Deutsch", "german", " 德语 ", "deutsch"])
def test_a_language_goes_by_its_code_and_its_names(words: str) -> None:
    assert find_language(words, OFFERED) == "de"
    assert find_language(words, ("en", "zh")) is None


@covers("/settings", "[set]")
async def test_every_choice_is_a_button_and_can_be_read(either: Conversation) -> None:
    told = await either.ask("/settings")
    assert either.text("settings-languages-both") in told.button_labels

    for name, tongues in (("Deutsch", ("de",)), ("Français + English", ("fr", "en"))):
        shown = (await either.press_button(label=name)).only_message
        assert either.text("settings-languages", value=name) in shown.text
        assert (await either.running_bot.stored_chat(either.person)).languages == tongues
    await either.press_button("settings-languages-zh")
    assert (await either.running_bot.stored_chat(either.person)).languages == ("zh",)


@covers("[looks]", "[tune]")
async def test_a_topic_has_languages_of_its_own(either: Conversation) -> None:
    await either.subscribe()
    await either.ask("/list")
    await either.press_button(label="1")
    await either.press_button("button-looks")

    page = (await either.press_button(label="Deutsch + English")).only_message

    assert "✓ Deutsch + English" in page.button_labels
    [topic] = await either.topics()
    assert topic.languages == ("de", "en")
    await either.press_button("looks-languages-chat")
    [topic] = await either.topics()
    assert topic.languages is None


@covers("/lang")
async def test_lang_says_what_can_be_read_and_what_can_be_spoken(either: Conversation) -> None:
    name = "德语" if either.language == "zh" else "German"

    told = await either.ask("/lang de")

    assert told.text == either.text("settings-lang-entries", name=name)
    assert told.button_labels == ("Deutsch", "Deutsch + English")
    await either.press_button(label="Deutsch")
    chat = await either.running_bot.stored_chat(either.person)
    assert (chat.language, chat.languages) == (either.language, ("de",))
    refused = await either.ask("/lang es")
    assert refused.text == either.text("settings-lang-usage")


@covers("[entry]")
async def test_entries_come_in_the_language_or_say_that_it_lacks(either: Conversation) -> None:
    await either.ask("/lang de")
    await either.press_button(label="Deutsch + English")
    paper = either.running_bot.store.papers.get("arxiv:2611.90302")
    assert paper
    german = Summary(
        0, 0, "de", "Das Problem", "Ein Satz.", "Eine Übersetzung.", "m", MONDAY_AFTERNOON
    )
    await either.running_bot.announce([], {"arxiv:2611.90302": german})

    told = await either.ask("/paper 2611.90302")
    other = await either.ask("/paper 2611.90303")

    assert "Das Problem\nEin Satz.\n\nEine Übersetzung." in told.text
    assert told.text.index("Übersetzung") < told.text.index(paper.abstract[:40])
    assert either.text("entry-untranslated") in other.text


@covers("[tune]", "[set]")
async def test_what_is_offered_no_more_is_kept_and_marked_nowhere(either: Conversation) -> None:
    topic = await either.subscribe()
    store = either.running_bot.store
    with store.transaction():
        store.subscriptions.update(replace(topic, languages=("ja", "en")))
        chat = store.chats.get(topic.bot, topic.chat)
        assert chat
        store.chats.update(replace(chat, languages=("ja",)))

    told = await either.ask("/settings")
    await either.ask("/list")
    await either.press_button(label="1")
    page = (await either.press_button("button-looks")).only_message

    assert either.text("settings-languages", value="日本語") in told.text
    assert sum(label.startswith("✓") for label in page.button_labels) == 2, "form and sound"
    assert (await either.send_forged_callback("1set:3:7")).toast == either.text(
        "refusal-button-old"
    )
    assert (await either.send_forged_callback(f"1tune:{topic.key}:108")).toast == (
        either.text("refusal-button-old")
    )


@covers("/import")
async def test_a_file_brings_only_languages_of_this_house(either: Conversation) -> None:
    topics = [
        {"query": "robots", "languages": ["de", "en"]},
        {"query": "diffusion", "languages": ["ja", "en"]},
        {"query": "splatting", "languages": ["ja"]},
        {"query": "proof", "languages": ["xx"]},
    ]
    file = json.dumps({"format": export_file.FORMAT_NAME, "topics": topics}).encode()

    await either.ask("/start")
    [told] = await sends(either, file)

    assert either.text("import-field", field="languages") in told.text
    kept = {topic.query: topic.languages for topic in await either.topics()}
    assert kept == {"robots": ("de", "en"), "diffusion": ("en",), "splatting": None}
