"""Entries in any language that the operator offers; the bot itself speaks two."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.chat.widgets.language_buttons import default_languages, find_language, language_choices
from bot.topics import export_file
from storage import Store
from storage.records.summaries import Summary
from tests.chat.conversation import Conversation
from tests.chat.covered import covers
from tests.chat.handlers.topics.test_export_import import sends
from tests.support.clock import MONDAY_AFTERNOON
from tests.support.running_bot import run_bot, store_sample

OFFERED = ("en", "zh", "de", "fr")


@pytest.fixture
async def localized_chat(store: Store, language: str) -> AsyncIterator[Conversation]:
    """A private chat with a bot that offers German and French too, once in each language."""
    async with run_bot(store, settings={"languages": "zh, de fr"}) as running_bot:
        ahead = await store_sample(running_bot)
        yield Conversation(
            running_bot, running_bot.create_person(language=language), language, ahead
        )


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
async def test_every_choice_is_a_button_and_can_be_read(
    localized_chat: Conversation,
) -> None:
    answer = await localized_chat.ask("/settings")
    assert localized_chat.text("settings-languages-both") in answer.button_labels

    for name, tongues in (("Deutsch", ("de",)), ("Français + English", ("fr", "en"))):
        shown = (await localized_chat.press_button(label=name)).only_message
        assert localized_chat.text("settings-languages", value=name) in shown.text
        assert (
            await localized_chat.running_bot.stored_chat(localized_chat.person)
        ).languages == tongues
    await localized_chat.press_button("settings-languages-zh")
    assert (await localized_chat.running_bot.stored_chat(localized_chat.person)).languages == (
        "zh",
    )


@covers("[looks]", "[tune]")
async def test_a_topic_has_languages_of_its_own(localized_chat: Conversation) -> None:
    await localized_chat.subscribe()
    await localized_chat.ask("/list")
    await localized_chat.press_button(label="1")
    await localized_chat.press_button("button-looks")

    page = (await localized_chat.press_button(label="Deutsch + English")).only_message

    assert "✓ Deutsch + English" in page.button_labels
    [topic] = await localized_chat.topics()
    assert topic.languages == ("de", "en")
    await localized_chat.press_button("looks-languages-chat")
    [topic] = await localized_chat.topics()
    assert topic.languages is None


@covers("/lang")
async def test_lang_says_what_can_be_read_and_what_can_be_spoken(
    localized_chat: Conversation,
) -> None:
    name = "德语" if localized_chat.language == "zh" else "German"

    answer = await localized_chat.ask("/lang de")

    assert answer.text == localized_chat.text("settings-lang-entries", name=name)
    assert answer.button_labels == ("Deutsch", "Deutsch + English")
    await localized_chat.press_button(label="Deutsch")
    chat = await localized_chat.running_bot.stored_chat(localized_chat.person)
    assert (chat.language, chat.languages) == (localized_chat.language, ("de",))
    refused = await localized_chat.ask("/lang es")
    assert refused.text == localized_chat.text("settings-lang-usage")


@covers("[entry]")
async def test_entries_come_in_the_language_or_say_that_it_lacks(
    localized_chat: Conversation,
) -> None:
    await localized_chat.ask("/lang de")
    await localized_chat.press_button(label="Deutsch + English")
    paper = localized_chat.running_bot.store.papers.get("arxiv:2611.90302")
    assert paper
    german = Summary(
        0, 0, "de", "Das Problem", "Ein Satz.", "Eine Übersetzung.", "m", MONDAY_AFTERNOON
    )
    await localized_chat.running_bot.announce([], {"arxiv:2611.90302": german})

    answer = await localized_chat.ask("/paper 2611.90302")
    other = await localized_chat.ask("/paper 2611.90303")

    assert "Das Problem\nEin Satz.\n\nEine Übersetzung." in answer.text
    assert answer.text.index("Übersetzung") < answer.text.index(paper.abstract[:40])
    assert localized_chat.text("entry-untranslated") in other.text


@covers("[tune]", "[set]")
async def test_what_is_offered_no_more_is_kept_and_marked_nowhere(
    localized_chat: Conversation,
) -> None:
    topic = await localized_chat.subscribe()
    store = localized_chat.running_bot.store
    with store.transaction():
        store.subscriptions.update(replace(topic, languages=("ja", "en")))
        chat = store.chats.get(topic.bot, topic.chat)
        assert chat
        store.chats.update(replace(chat, languages=("ja",)))

    answer = await localized_chat.ask("/settings")
    await localized_chat.ask("/list")
    await localized_chat.press_button(label="1")
    page = (await localized_chat.press_button("button-looks")).only_message

    assert localized_chat.text("settings-languages", value="日本語") in answer.text
    assert sum(label.startswith("✓") for label in page.button_labels) == 2, "form and sound"
    assert (await localized_chat.send_forged_callback("1set:3:7")).toast == localized_chat.text(
        "refusal-button-old"
    )
    assert (await localized_chat.send_forged_callback(f"1tune:{topic.key}:108")).toast == (
        localized_chat.text("refusal-button-old")
    )


@covers("/import")
async def test_a_file_brings_only_supported_languages(
    localized_chat: Conversation,
) -> None:
    topics = [
        {"query": "robots", "languages": ["de", "en"]},
        {"query": "diffusion", "languages": ["ja", "en"]},
        {"query": "splatting", "languages": ["ja"]},
        {"query": "proof", "languages": ["xx"]},
    ]
    file = json.dumps({"format": export_file.FORMAT_NAME, "topics": topics}).encode()

    await localized_chat.ask("/start")
    [import_answer] = await sends(localized_chat, file)

    assert localized_chat.text("import-field", field="languages") in import_answer.text
    stored_languages = {topic.query: topic.languages for topic in await localized_chat.topics()}
    assert stored_languages == {"robots": ("de", "en"), "diffusion": ("en",), "splatting": None}
