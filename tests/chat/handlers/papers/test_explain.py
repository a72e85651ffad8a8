"""What the model does when somebody asks: a note on a paper, a topic put into English."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.chat.request_and_reply import Request
from bot.chat.services import ExternalServices
from bot.chat.user_limits import DAY, Cost, UserLimits
from bot.chat.widgets.query_translation import translate_words
from bot.summaries.llm.client import ModelClient
from storage import Store
from storage.records import Chat, ChatKind, Person
from tests.chat.covered import covers
from tests.chat.talk import Conversation
from tests.models.server import KEY, MODEL, ModelServer, model_server
from tests.support.database import count_rows
from tests.support.running_bot import run_bot, store_sample

PAPER = "arxiv:2611.90302"


@asynccontextmanager
async def conversation(
    store: Store, server: ModelServer, language: str = "en", **settings: str
) -> AsyncIterator[Conversation]:
    """A private chat with a bot that asks the server's model."""
    async with (
        ModelClient(server.url, KEY, MODEL) as model,
        run_bot(store, model=model, settings=settings) as house,
    ):
        ahead = await store_sample(house)
        yield Conversation(house, house.create_person(language=language), language, ahead)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    """A model that answers as it should, until it plays another script."""
    async with model_server() as server:
        yield server


@pytest.fixture
async def either(store: Store, server: ModelServer, language: str) -> AsyncIterator[Conversation]:
    """A private chat with a bot that has a model, once in each language."""
    async with conversation(store, server, language) as talk:
        yield talk


@pytest.fixture
async def talk(store: Store, server: ModelServer) -> AsyncIterator[Conversation]:
    """Ada's private chat, in English."""
    async with conversation(store, server) as talk:
        yield talk


def asks(talk: Conversation) -> Request:
    """What somebody asks there."""
    house = talk.running_bot.bot.services().bot_info
    return Request(
        house, Chat(1, 2, ChatKind.PRIVATE), Person(1, 2), talk.running_bot.clock.instant
    )


async def opened(talk: Conversation) -> None:
    """A paper of the sample by its link."""
    paper = talk.running_bot.store.papers.get(PAPER)
    assert paper
    talk.person.open_deep_link(f"p_{paper.key}_1")
    await talk.running_bot.wait_for_replies(talk.person)


@covers("[explain]")
async def test_a_note_comes_below_the_entry_and_leads_back_to_it(either: Conversation) -> None:
    await opened(either)
    entry = either.person.messages()[-1]

    answer = await either.press_button("button-explain")

    assert answer.toast == either.text("note-moment")
    note = answer.only_message
    assert not note.is_edited
    assert note.text.startswith("The Second Epoch Problem")
    for section in ("problem", "method", "result", "limits"):
        assert f"\n{either.text(f'note-{section}')}\n" in note.text
    assert note.text.endswith(either.text("note-maker", model=MODEL))
    assert note.button_labels == (either.text("button-entry"),)
    back = (await either.press_button("button-entry")).only_message
    assert (back.id, back.text, back.button_labels) == (note.id, entry.text, entry.button_labels)


@covers("[explain]")
async def test_the_second_reader_pays_nothing_and_waits_for_nothing(
    talk: Conversation, server: ModelServer
) -> None:
    await opened(talk)
    first = (await talk.press_button("button-explain")).only_message
    bob = talk.as_person(talk.running_bot.create_person("Bob"))
    await opened(bob)
    spent = talk.store_rows()["spending"]

    answer = await bob.press_button("button-explain")

    assert (answer.toast, answer.only_message.text) == ("", first.text)
    assert len(server.calls) == 1
    assert talk.store_rows()["spending"] == spent
    assert count_rows(talk.running_bot.store, "paper_notes") == 1


@covers("[explain]")
async def test_a_note_is_in_the_first_language_of_the_entries(either: Conversation) -> None:
    await either.send_text("/settings")
    await either.press_button("settings-languages-both")
    await opened(either)

    await either.press_button("button-explain")

    paper = either.running_bot.store.papers.get(PAPER)
    assert paper
    assert either.running_bot.store.paper_notes.get(paper.key, 1, "zh")
    assert count_rows(either.running_bot.store, "paper_notes") == 1


@covers("[explain]")
async def test_a_table_has_its_notes_in_the_same_form(talk: Conversation) -> None:
    await talk.use_table_form()
    await opened(talk)

    note = (await talk.press_button("button-explain")).only_message

    assert note.is_rich
    assert talk.text("note-maker", model=MODEL) in note.text


@pytest.mark.parametrize(
    ("script", "key"),
    [
        ("unauthorized", "consult-not-now"),
        ("unknown-model", "consult-not-now"),
        ("rate-limit=1", "consult-not-now"),
        ("quota", "consult-not-now"),
        ("server-error", "consult-not-now"),
        ("reset-body", "consult-not-now"),
        ("empty", "consult-not-now"),
        ("wrong-language", "consult-unfit"),
        ("refusal", "consult-unfit"),
        ("links", "consult-unfit"),
    ],
)
@covers("[explain]")
async def test_each_failure_has_its_sentence_and_keeps_nothing(
    either: Conversation, server: ModelServer, script: str, key: str
) -> None:
    server.set_script(script)
    await opened(either)

    said = (await either.press_button("button-explain")).only_message

    assert said.text == either.text(key)
    assert count_rows(either.running_bot.store, "paper_notes") == 0
    server.set_script("good")


@covers("[explain]")
async def test_a_trouble_rests_the_model_and_is_asked_no_more(
    talk: Conversation, server: ModelServer
) -> None:
    server.set_script("unauthorized ...")
    await opened(talk)
    await talk.press_button("button-explain")

    said = await talk.press_button("button-explain", message_id=talk.person.messages()[-2].id)

    assert said.only_message.text == talk.text("consult-not-now")
    assert len(server.calls) == 1


@covers("[explain]")
async def test_what_was_paid_counts_against_the_budget(
    store: Store, server: ModelServer, language: str
) -> None:
    server.set_script("wrong-language ...")
    async with conversation(store, server, language, llm_budget="100") as talk:
        await opened(talk)
        entry = talk.person.messages()[-1].id
        unfit = (await talk.press_button("button-explain")).only_message
        spent = (await talk.press_button("button-explain", message_id=entry)).only_message

        assert unfit.text == talk.text("consult-unfit")
        assert spent.text == talk.text("consult-spent")
        calls = len(server.calls)
        assert count_rows(store, "spending", calls=calls, unused=1) == 1
        talk.running_bot.clock.instant += timedelta(days=1)
        server.set_script("good")
        again = (await talk.press_button("button-explain", message_id=entry)).only_message
        assert again.text.endswith(talk.text("note-maker", model=MODEL))


@covers("[explain]")
async def test_one_person_has_so_many_new_notes_a_day_and_kept_ones_are_free(
    either: Conversation, server: ModelServer
) -> None:
    known = either.running_bot.store.papers
    numbers = [f"2611.90{number}" for number in range(101, 313)]
    stored = [number for number in numbers if known.get(f"arxiv:{number}")][:21]
    for number in stored:
        await either.ask(f"/paper {number}")
        said = (await either.press_button("button-explain")).only_message

    assert said.text == either.text("limit-note", most=20)
    assert len(server.calls) == 20
    await either.ask(f"/paper {stored[0]}")
    kept = (await either.press_button("button-explain")).only_message
    assert kept.text.endswith(either.text("note-maker", model=MODEL))


@covers("[explain]")
async def test_in_a_group_the_note_stands_below_for_all(lab: Conversation) -> None:
    bob = lab.as_new_member()
    await lab.ask("/digest language")
    await lab.press_button(label="1")

    note = (await bob.press_button("button-explain")).only_message

    assert note.text.endswith(lab.text("note-maker", model=MODEL))
    assert note.button_labels == (lab.text("button-entry"),)


@covers("[explain]")
async def test_in_a_channel_only_an_administrator_has_a_note_posted(
    talk: Conversation, server: ModelServer
) -> None:
    channel = talk.running_bot.emulator.people.create_channel("News", talk.person)
    channel.add_bot(is_administrator=True)
    await talk.running_bot.wait_until_idle()
    news = talk.in_group(channel)
    await news.send_text("/digest language")
    stranger = talk.running_bot.create_person("Eve")
    channel.set_member(stranger.user)

    refused = await news.as_person(stranger).send_forged_callback("1explain:1:1")
    posted = await news.send_forged_callback("1explain:1:1")

    assert (refused.toast, refused.is_empty) == (talk.text("refusal-not-admin"), True)
    assert posted.only_message.text.endswith(talk.text("note-maker", model=MODEL))
    assert len(server.calls) == 1


@pytest.mark.parametrize("data", ["1explain:1:1", "1explain:0:999999001", "1explain:0:0"])
@covers("[explain]")
async def test_no_note_is_forged(talk: Conversation, server: ModelServer, data: str) -> None:
    """Another chat's digest, or a paper that is not there."""
    await talk.ask("/digest language")
    eve = talk.as_person(talk.running_bot.create_person("Eve"))
    await eve.ask("/start")
    before = eve.store_rows()

    refused = await eve.send_forged_callback(data)

    assert refused.toast in (talk.text("digest-gone"), talk.text("entry-gone"))
    assert refused.is_empty
    assert (eve.store_rows(), server.calls) == (before, [])


@covers("/sub")
async def test_a_topic_in_chinese_is_offered_in_english(either: Conversation) -> None:
    moment, preview = await either.send_text("/sub 扩散模型")

    assert moment.text == either.text("english-moment")
    said = either.text("english-looking", words="diffusion model")
    assert preview.text.startswith(f"{said}\n\ndiffusion model\n")
    await either.running_bot.finish_onboarding(either.person)
    await either.press_button("button-subscribe")
    [topic] = await either.topics()
    assert (topic.name, topic.query) == ("diffusion model", "diffusion model")


@covers("/sub", "[change]", "[cancel]")
async def test_words_alone_are_a_topic_in_chinese_too(either: Conversation) -> None:
    _, preview = await either.send_text("图像分割 cat:cs.CV -综述")
    assert "\n\nimage segmentation cat:cs.CV -" in preview.text
    assert preview.button_labels == tuple(
        map(either.text, ("button-subscribe", "button-change", "button-cancel"))
    )
    await either.press_button("button-change")
    assert await either.topics() == []


@pytest.mark.parametrize("script", ["unauthorized", "server-error", "not-json", "links"])
@covers("/sub")
async def test_without_english_the_advice_comes_as_ever(
    either: Conversation, server: ModelServer, script: str
) -> None:
    server.set_script(f"{script} ...")

    _, preview = await either.send_text("/sub 扩散模型")

    assert either.text("preview-chinese") in preview.text
    assert preview.button_labels[0] == either.text("button-subscribe")


@covers("/sub")
async def test_what_cannot_be_read_is_not_paid_for(
    either: Conversation, server: ModelServer
) -> None:
    told = await either.ask('/sub "扩散模型')
    assert told.text.startswith(either.text("query-quote-unclosed"))
    assert server.calls == []


@covers("/search")
async def test_a_search_looks_into_glosses_first_and_asks_then(
    either: Conversation, server: ModelServer
) -> None:
    glossed = await either.ask("/search 模型")
    assert (glossed.text.startswith("模型\n"), server.calls) == (True, [])

    _, found = await either.send_text("/search 图像扩散")

    words = either.text("english-looking", words="image diffusion")
    assert found.text.startswith(f"{words}\n\ndiffusion image\n")
    assert found.button_labels[0] == "1"
    assert len(server.calls) == 1
    _, none = await either.send_text("/search 图像纠错视频")
    assert either.text("search-none", query="correction error image video") in none.text


@covers("/digest")
async def test_a_digest_of_chinese_words_is_one_of_english_words(either: Conversation) -> None:
    moment, said, digest = await either.send_text("/digest 扩散模型")

    assert moment.text == either.text("english-moment")
    assert said.text == either.text("english-looking", words="diffusion model")
    assert digest.text.startswith("diffusion model")


@covers("/sub")
async def test_a_group_asks_in_chinese_too(either: Conversation) -> None:
    place = either.running_bot.emulator.people.create_supergroup("Lab", either.person)
    place.add_bot()
    await either.running_bot.wait_until_idle()
    lab = either.in_group(place)

    _, preview = await lab.send_text("/sub 扩散模型")

    assert "\n\ndiffusion model\n" in preview.text
    await lab.press_button("button-subscribe")
    assert [topic.query for topic in await lab.topics()] == ["diffusion model"]
    assert await either.topics() == []


@covers("/sub")
async def test_a_channel_is_managed_in_chinese_from_the_private_chat(either: Conversation) -> None:
    channel = either.running_bot.emulator.people.create_channel("News", either.person)
    channel.add_bot(is_administrator=True)
    await either.running_bot.wait_until_idle()
    await either.send_text("/start")

    _, preview = await either.send_text(f"/sub {channel.id} 扩散模型")

    assert preview.text.startswith(either.text("there-managing", title="News"))
    assert "\n\ndiffusion model\n" in preview.text
    await either.press_button("button-subscribe")
    assert [topic.query for topic in await either.in_group(channel).topics()] == ["diffusion model"]


@covers("/digest")
async def test_a_digest_of_chinese_words_is_for_the_channel_that_was_named(
    either: Conversation,
) -> None:
    channel = either.running_bot.emulator.people.create_channel("News", either.person)
    channel.add_bot(is_administrator=True)
    await either.running_bot.wait_until_idle()
    await either.send_text("/start")

    _, said = await either.send_text(f"/digest {channel.id} 扩散模型")

    assert either.text("english-looking", words="diffusion model") in said.text
    posted = either.person.messages(channel)[-1]
    assert posted.text.startswith("diffusion model")


@covers("[draft]")
async def test_a_search_in_chinese_becomes_a_topic_in_english(either: Conversation) -> None:
    await either.ask("/search 模型")

    moment, preview = (await either.press_button("button-follow")).new_messages

    assert moment.text == either.text("english-moment")
    assert "\n\nmodel\n" in preview.text


@covers("/sub")
async def test_one_person_has_words_put_into_english_so_often_a_day(talk: Conversation) -> None:
    daily = UserLimits({Cost.TRANSLATION: 1}, period=DAY)
    ask = asks(talk)
    outside = ExternalServices(model_gateway=talk.running_bot.bot.model_gateway, daily_limits=daily)

    first = await translate_words(outside, ask, "视频")
    second = await translate_words(outside, ask, "图像")
    without = await translate_words(ExternalServices(), ask, "图像")

    assert (first.text, first.is_english) == ("video", True)
    assert [second.text, *(line.text for line in second.note_lines)] == [
        "图像",
        talk.text("limit-english", most=1),
    ]
    assert [line.text for line in without.note_lines] == [talk.text("consult-not-now")]


@covers("/sub")
async def test_what_was_not_asked_does_not_count(talk: Conversation, server: ModelServer) -> None:
    server.set_script("unauthorized good")
    outside = ExternalServices(
        model_gateway=talk.running_bot.bot.model_gateway,
        daily_limits=UserLimits({Cost.TRANSLATION: 2}, period=DAY),
    )
    ask = asks(talk)

    said = [(await translate_words(outside, ask, "视频")).note_lines[0].text for _ in range(5)]

    assert said == [talk.text("consult-not-now")] * 5
    assert len(server.calls) == 1


@covers("/about")
async def test_about_says_what_the_model_is_given(either: Conversation) -> None:
    told = await either.ask("/about")
    assert told.text.endswith(either.text("about-model", model=MODEL))
