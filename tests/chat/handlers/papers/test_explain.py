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
from storage.records.chats import Chat, ChatKind, Person
from tests.chat.conversation import Conversation
from tests.chat.covered import covers
from tests.models.server import KEY, MODEL, ModelServer, model_server
from tests.support.database import count_rows
from tests.support.running_bot import run_bot, store_sample

PAPER = "arxiv:2611.90302"


@asynccontextmanager
async def open_conversation(
    store: Store, server: ModelServer, language: str = "en", **settings: str
) -> AsyncIterator[Conversation]:
    """A private chat with a bot that asks the server's model."""
    async with (
        ModelClient(server.url, KEY, MODEL) as model,
        run_bot(store, model=model, settings=settings) as running_bot,
    ):
        ahead = await store_sample(running_bot)
        yield Conversation(
            running_bot, running_bot.create_person(language=language), language, ahead
        )


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    """A model that answers as it should, until it plays another script."""
    async with model_server() as server:
        yield server


@pytest.fixture
async def localized_chat(
    store: Store, server: ModelServer, language: str
) -> AsyncIterator[Conversation]:
    """A private chat with a bot that has a model, once in each language."""
    async with open_conversation(store, server, language) as conversation:
        yield conversation


@pytest.fixture
async def conversation(store: Store, server: ModelServer) -> AsyncIterator[Conversation]:
    """Ada's private chat, in English."""
    async with open_conversation(store, server) as conversation:
        yield conversation


def asks(conversation: Conversation) -> Request:
    """What somebody asks there."""
    bot_info = conversation.running_bot.bot.services().bot_info
    return Request(
        bot_info,
        Chat(1, 2, ChatKind.PRIVATE),
        Person(1, 2),
        conversation.running_bot.clock.instant,
    )


async def opened(conversation: Conversation) -> None:
    """A paper of the sample by its link."""
    paper = conversation.running_bot.store.papers.get(PAPER)
    assert paper
    conversation.person.open_deep_link(f"p_{paper.key}_1")
    await conversation.running_bot.wait_for_replies(conversation.person)


@covers("[explain]")
async def test_a_note_comes_below_the_entry_and_leads_back_to_it(
    localized_chat: Conversation,
) -> None:
    await opened(localized_chat)
    entry = localized_chat.person.messages()[-1]

    answer = await localized_chat.press_button("button-explain")

    assert answer.toast == localized_chat.text("note-moment")
    note = answer.only_message
    assert not note.is_edited
    assert note.text.startswith("The Second Epoch Problem")
    for section in ("problem", "method", "result", "limits"):
        assert f"\n{localized_chat.text(f'note-{section}')}\n" in note.text
    assert note.text.endswith(localized_chat.text("note-maker", model=MODEL))
    assert note.button_labels == (localized_chat.text("button-entry"),)
    back = (await localized_chat.press_button("button-entry")).only_message
    assert (back.id, back.text, back.button_labels) == (note.id, entry.text, entry.button_labels)


@covers("[explain]")
async def test_the_second_reader_pays_nothing_and_waits_for_nothing(
    conversation: Conversation, server: ModelServer
) -> None:
    await opened(conversation)
    first = (await conversation.press_button("button-explain")).only_message
    bob = conversation.as_person(conversation.running_bot.create_person("Bob"))
    await opened(bob)
    spent = conversation.store_rows()["spending"]

    answer = await bob.press_button("button-explain")

    assert (answer.toast, answer.only_message.text) == ("", first.text)
    assert len(server.calls) == 1
    assert conversation.store_rows()["spending"] == spent
    assert count_rows(conversation.running_bot.store, "paper_notes") == 1


@covers("[explain]")
async def test_a_note_is_in_the_first_language_of_the_entries(
    localized_chat: Conversation,
) -> None:
    await localized_chat.send_text("/settings")
    await localized_chat.press_button("settings-languages-both")
    await opened(localized_chat)

    await localized_chat.press_button("button-explain")

    paper = localized_chat.running_bot.store.papers.get(PAPER)
    assert paper
    assert localized_chat.running_bot.store.paper_notes.get(paper.key, 1, "zh")
    assert count_rows(localized_chat.running_bot.store, "paper_notes") == 1


@covers("[explain]")
async def test_a_table_has_its_notes_in_the_same_form(conversation: Conversation) -> None:
    await conversation.use_table_form()
    await opened(conversation)

    note = (await conversation.press_button("button-explain")).only_message

    assert note.is_rich
    assert conversation.text("note-maker", model=MODEL) in note.text


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
    localized_chat: Conversation, server: ModelServer, script: str, key: str
) -> None:
    server.set_script(script)
    await opened(localized_chat)

    answer = (await localized_chat.press_button("button-explain")).only_message

    assert answer.text == localized_chat.text(key)
    assert count_rows(localized_chat.running_bot.store, "paper_notes") == 0
    server.set_script("good")


@covers("[explain]")
async def test_a_trouble_rests_the_model_and_is_asked_no_more(
    conversation: Conversation, server: ModelServer
) -> None:
    server.set_script("unauthorized ...")
    await opened(conversation)
    await conversation.press_button("button-explain")

    answer = await conversation.press_button(
        "button-explain", message_id=conversation.person.messages()[-2].id
    )

    assert answer.only_message.text == conversation.text("consult-not-now")
    assert len(server.calls) == 1


@covers("[explain]")
async def test_what_was_paid_counts_against_the_budget(
    store: Store, server: ModelServer, language: str
) -> None:
    server.set_script("wrong-language ...")
    async with open_conversation(store, server, language, llm_budget="100") as conversation:
        await opened(conversation)
        entry = conversation.person.messages()[-1].id
        unfit = (await conversation.press_button("button-explain")).only_message
        spent = (await conversation.press_button("button-explain", message_id=entry)).only_message

        assert unfit.text == conversation.text("consult-unfit")
        assert spent.text == conversation.text("consult-spent")
        calls = len(server.calls)
        assert count_rows(store, "spending", calls=calls, unusable_answers=1) == 1
        conversation.running_bot.clock.instant += timedelta(days=1)
        server.set_script("good")
        again = (await conversation.press_button("button-explain", message_id=entry)).only_message
        assert again.text.endswith(conversation.text("note-maker", model=MODEL))


@covers("[explain]")
async def test_one_person_has_so_many_new_notes_a_day_and_kept_ones_are_free(
    localized_chat: Conversation, server: ModelServer
) -> None:
    stored_papers = localized_chat.running_bot.store.papers
    numbers = [f"2611.90{number}" for number in range(101, 313)]
    stored = [number for number in numbers if stored_papers.get(f"arxiv:{number}")][:21]
    for number in stored:
        await localized_chat.ask(f"/paper {number}")
        answer = (await localized_chat.press_button("button-explain")).only_message

    assert answer.text == localized_chat.text("limit-note", most=20)
    assert len(server.calls) == 20
    await localized_chat.ask(f"/paper {stored[0]}")
    reply = (await localized_chat.press_button("button-explain")).only_message
    assert reply.text.endswith(localized_chat.text("note-maker", model=MODEL))


@covers("[explain]")
async def test_in_a_group_the_note_stands_below_for_all(group_conversation: Conversation) -> None:
    bob = group_conversation.as_new_member()
    await group_conversation.ask("/digest language")
    await group_conversation.press_button(label="1")

    note = (await bob.press_button("button-explain")).only_message

    assert note.text.endswith(group_conversation.text("note-maker", model=MODEL))
    assert note.button_labels == (group_conversation.text("button-entry"),)


@covers("[explain]")
async def test_in_a_channel_only_an_administrator_has_a_note_posted(
    conversation: Conversation, server: ModelServer
) -> None:
    channel = conversation.running_bot.emulator.people.create_channel("News", conversation.person)
    channel.add_bot(is_administrator=True)
    await conversation.running_bot.wait_until_idle()
    news = conversation.in_group(channel)
    await news.send_text("/digest language")
    stranger = conversation.running_bot.create_person("Eve")
    channel.set_member(stranger.user)

    refused = await news.as_person(stranger).send_forged_callback("1explain:1:1")
    posted = await news.send_forged_callback("1explain:1:1")

    assert (refused.toast, refused.is_empty) == (conversation.text("refusal-not-admin"), True)
    assert posted.only_message.text.endswith(conversation.text("note-maker", model=MODEL))
    assert len(server.calls) == 1


@pytest.mark.parametrize("data", ["1explain:1:1", "1explain:0:999999001", "1explain:0:0"])
@covers("[explain]")
async def test_no_note_is_forged(
    conversation: Conversation, server: ModelServer, data: str
) -> None:
    """Another chat's digest, or a paper that is not there."""
    await conversation.ask("/digest language")
    eve = conversation.as_person(conversation.running_bot.create_person("Eve"))
    await eve.ask("/start")
    before = eve.store_rows()

    refused = await eve.send_forged_callback(data)

    assert refused.toast in (conversation.text("digest-gone"), conversation.text("entry-gone"))
    assert refused.is_empty
    assert (eve.store_rows(), server.calls) == (before, [])


@covers("/sub")
async def test_a_topic_in_chinese_is_offered_in_english(
    localized_chat: Conversation,
) -> None:
    moment, preview = await localized_chat.send_text("/sub 扩散模型")

    assert moment.text == localized_chat.text("english-moment")
    text = localized_chat.text("english-looking", words="diffusion model")
    assert preview.text.startswith(f"{text}\n\ndiffusion model\n")
    await localized_chat.running_bot.finish_onboarding(localized_chat.person)
    await localized_chat.press_button("button-subscribe")
    [topic] = await localized_chat.topics()
    assert (topic.name, topic.query) == ("diffusion model", "diffusion model")


@covers("/sub", "[change]", "[cancel]")
async def test_words_alone_are_a_topic_in_chinese_too(localized_chat: Conversation) -> None:
    _, preview = await localized_chat.send_text("图像分割 cat:cs.CV -综述")
    assert "\n\nimage segmentation cat:cs.CV -" in preview.text
    assert preview.button_labels == tuple(
        map(localized_chat.text, ("button-subscribe", "button-change", "button-cancel"))
    )
    await localized_chat.press_button("button-change")
    assert await localized_chat.topics() == []


@pytest.mark.parametrize("script", ["unauthorized", "server-error", "not-json", "links"])
@covers("/sub")
async def test_without_english_the_advice_comes_as_ever(
    localized_chat: Conversation, server: ModelServer, script: str
) -> None:
    server.set_script(f"{script} ...")

    _, preview = await localized_chat.send_text("/sub 杭州")

    assert localized_chat.text("preview-chinese") in preview.text
    assert localized_chat.text("button-subscribe") not in preview.button_labels


@covers("/sub")
async def test_what_cannot_be_read_is_not_paid_for(
    localized_chat: Conversation, server: ModelServer
) -> None:
    answer = await localized_chat.ask('/sub "扩散模型')
    assert answer.text.startswith(localized_chat.text("query-quote-unclosed"))
    assert server.calls == []


@covers("/search")
async def test_a_search_looks_into_summaries_first_and_asks_then(
    localized_chat: Conversation, server: ModelServer
) -> None:
    summarized = await localized_chat.ask("/search 模型")
    assert (summarized.text.startswith("模型\n"), server.calls) == (True, [])

    _, result_message = await localized_chat.send_text("/search 图像扩散")

    words = localized_chat.text("english-looking", words="image diffusion")
    assert result_message.text.startswith(f"{words}\n\ndiffusion image\n")
    assert result_message.button_labels[0] == "1"
    assert len(server.calls) == 1
    _, loosened = await localized_chat.send_text("/search 图像纠错视频")
    assert localized_chat.text("search-loosened", some="no", matching=0) in loosened.text


@covers("/digest")
async def test_a_digest_of_chinese_words_is_one_of_english_words(
    localized_chat: Conversation,
) -> None:
    moment, answer_text, digest = await localized_chat.send_text("/digest 扩散模型")

    assert moment.text == localized_chat.text("english-moment")
    assert answer_text.text == localized_chat.text("english-looking", words="diffusion model")
    assert digest.text.startswith("diffusion model")


@covers("/sub")
async def test_a_group_asks_in_chinese_too(localized_chat: Conversation) -> None:
    place = localized_chat.running_bot.emulator.people.create_supergroup(
        "Lab", localized_chat.person
    )
    place.add_bot()
    await localized_chat.running_bot.wait_until_idle()
    group_conversation = localized_chat.in_group(place)

    _, preview = await group_conversation.send_text("/sub 扩散模型")

    assert "\n\ndiffusion model\n" in preview.text
    await group_conversation.press_button("button-subscribe")
    assert [topic.query for topic in await group_conversation.topics()] == ["diffusion model"]
    assert await localized_chat.topics() == []


@covers("/sub")
async def test_a_channel_is_managed_in_chinese_from_the_private_chat(
    localized_chat: Conversation,
) -> None:
    channel = localized_chat.running_bot.emulator.people.create_channel(
        "News", localized_chat.person
    )
    channel.add_bot(is_administrator=True)
    await localized_chat.running_bot.wait_until_idle()
    await localized_chat.send_text("/start")

    _, preview = await localized_chat.send_text(f"/sub {channel.id} 扩散模型")

    assert preview.text.startswith(localized_chat.text("there-managing", title="News"))
    assert "\n\ndiffusion model\n" in preview.text
    await localized_chat.press_button("button-subscribe")
    assert [topic.query for topic in await localized_chat.in_group(channel).topics()] == [
        "diffusion model"
    ]


@covers("/digest")
async def test_a_digest_of_chinese_words_is_for_the_channel_that_was_named(
    localized_chat: Conversation,
) -> None:
    channel = localized_chat.running_bot.emulator.people.create_channel(
        "News", localized_chat.person
    )
    channel.add_bot(is_administrator=True)
    await localized_chat.running_bot.wait_until_idle()
    await localized_chat.send_text("/start")

    _, answer = await localized_chat.send_text(f"/digest {channel.id} 扩散模型")

    assert localized_chat.text("english-looking", words="diffusion model") in answer.text
    posted = localized_chat.person.messages(channel)[-1]
    assert posted.text.startswith("diffusion model")


@covers("[draft]")
async def test_a_search_in_chinese_becomes_a_topic_in_english(
    localized_chat: Conversation,
) -> None:
    await localized_chat.ask("/search 模型")

    moment, preview = (await localized_chat.press_button("button-follow")).new_messages

    assert moment.text == localized_chat.text("english-moment")
    assert "\n\nmodel\n" in preview.text


@covers("/sub")
async def test_one_person_has_words_put_into_english_so_often_a_day(
    conversation: Conversation,
) -> None:
    daily = UserLimits({Cost.TRANSLATION: 1}, period=DAY)
    ask = asks(conversation)
    outside = ExternalServices(
        model_gateway=conversation.running_bot.bot.model_gateway, daily_limits=daily
    )

    first = await translate_words(outside, ask, "视频")
    second = await translate_words(outside, ask, "图像")
    without = await translate_words(ExternalServices(), ask, "图像")

    assert (first.text, first.is_english) == ("video", True)
    assert [second.text, *(line.text for line in second.note_lines)] == [
        "图像",
        conversation.text("limit-english", most=1),
    ]
    assert [line.text for line in without.note_lines] == [conversation.text("consult-not-now")]


@covers("/sub")
async def test_what_was_not_asked_does_not_count(
    conversation: Conversation, server: ModelServer
) -> None:
    server.set_script("unauthorized good")
    outside = ExternalServices(
        model_gateway=conversation.running_bot.bot.model_gateway,
        daily_limits=UserLimits({Cost.TRANSLATION: 2}, period=DAY),
    )
    ask = asks(conversation)

    answers = [(await translate_words(outside, ask, "视频")).note_lines[0].text for _ in range(5)]

    assert answers == [conversation.text("consult-not-now")] * 5
    assert len(server.calls) == 1


@covers("/about")
async def test_about_says_what_the_model_is_given(localized_chat: Conversation) -> None:
    answer = await localized_chat.ask("/about")
    assert answer.text.endswith(localized_chat.text("about-model", model=MODEL))
