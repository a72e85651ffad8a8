"""What the model does when somebody asks: a note on a paper, a topic put into English."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.chat.request_and_reply import Ask
from bot.chat.services import Outside
from bot.chat.user_limits import DAY, Cost, Limits
from bot.chat.widgets.query_translation import put
from bot.summaries.llm.client import Model
from storage import Store
from storage.records import ChatKind, Person, Subscriber
from tests.chat.covered import covers
from tests.chat.talk import Talk
from tests.models.server import KEY, MODEL, Server, models
from tests.support.database import count
from tests.support.running_bot import opening, staged

PAPER = "arxiv:2611.90302"


@asynccontextmanager
async def conversation(
    store: Store, server: Server, language: str = "en", **settings: str
) -> AsyncIterator[Talk]:
    """A private chat with a bot that asks the server's model."""
    async with (
        Model(server.url, KEY, MODEL) as model,
        staged(store, model=model, settings=settings) as house,
    ):
        ahead = await opening(house)
        yield Talk(house, house.person(language=language), language, ahead)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A model that answers as it should, until it plays another script."""
    async with models() as server:
        yield server


@pytest.fixture
async def either(store: Store, server: Server, language: str) -> AsyncIterator[Talk]:
    """A private chat with a bot that has a model, once in each language."""
    async with conversation(store, server, language) as talk:
        yield talk


@pytest.fixture
async def talk(store: Store, server: Server) -> AsyncIterator[Talk]:
    """Ada's private chat, in English."""
    async with conversation(store, server) as talk:
        yield talk


def asks(talk: Talk) -> Ask:
    """What somebody asks there."""
    house = talk.house.bot.counter().house
    return Ask(house, Subscriber(1, 2, ChatKind.PRIVATE), Person(1, 2), talk.house.clock.at)


async def opened(talk: Talk) -> None:
    """A paper of the sample by its link."""
    paper = talk.house.store.papers.get(PAPER)
    assert paper
    talk.person.opens(f"p_{paper.key}_1")
    await talk.house.answered(talk.person)


@covers("[explain]")
async def test_a_note_comes_below_the_entry_and_leads_back_to_it(either: Talk) -> None:
    await opened(either)
    entry = either.person.reads()[-1]

    answer = await either.presses("button-explain")

    assert answer.toast == either.text("note-moment")
    note = answer.one
    assert not note.is_edited
    assert note.text.startswith("The Second Epoch Problem")
    for section in ("problem", "method", "result", "limits"):
        assert f"\n{either.text(f'note-{section}')}\n" in note.text
    assert note.text.endswith(either.text("note-maker", model=MODEL))
    assert note.buttons == (either.text("button-entry"),)
    back = (await either.presses("button-entry")).one
    assert (back.id, back.text, back.buttons) == (note.id, entry.text, entry.buttons)


@covers("[explain]")
async def test_the_second_reader_pays_nothing_and_waits_for_nothing(
    talk: Talk, server: Server
) -> None:
    await opened(talk)
    first = (await talk.presses("button-explain")).one
    bob = talk.by(talk.house.person("Bob"))
    await opened(bob)
    spent = talk.rows()["spending"]

    answer = await bob.presses("button-explain")

    assert (answer.toast, answer.one.text) == ("", first.text)
    assert len(server.calls) == 1
    assert talk.rows()["spending"] == spent
    assert count(talk.house.store, "notes") == 1


@covers("[explain]")
async def test_a_note_is_in_the_first_language_of_the_entries(either: Talk) -> None:
    await either.says("/settings")
    await either.presses("settings-languages-both")
    await opened(either)

    await either.presses("button-explain")

    paper = either.house.store.papers.get(PAPER)
    assert paper
    assert either.house.store.notes.get(paper.key, 1, "zh")
    assert count(either.house.store, "notes") == 1


@covers("[explain]")
async def test_a_table_has_its_notes_in_the_same_form(talk: Talk) -> None:
    await talk.tabled()
    await opened(talk)

    note = (await talk.presses("button-explain")).one

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
    either: Talk, server: Server, script: str, key: str
) -> None:
    server.play(script)
    await opened(either)

    said = (await either.presses("button-explain")).one

    assert said.text == either.text(key)
    assert count(either.house.store, "notes") == 0
    server.play("good")


@covers("[explain]")
async def test_a_trouble_rests_the_model_and_is_asked_no_more(talk: Talk, server: Server) -> None:
    server.play("unauthorized ...")
    await opened(talk)
    await talk.presses("button-explain")

    said = await talk.presses("button-explain", message=talk.person.reads()[-2].id)

    assert said.one.text == talk.text("consult-not-now")
    assert len(server.calls) == 1


@covers("[explain]")
async def test_what_was_paid_counts_against_the_budget(
    store: Store, server: Server, language: str
) -> None:
    server.play("wrong-language ...")
    async with conversation(store, server, language, llm_budget="100") as talk:
        await opened(talk)
        entry = talk.person.reads()[-1].id
        unfit = (await talk.presses("button-explain")).one
        spent = (await talk.presses("button-explain", message=entry)).one

        assert unfit.text == talk.text("consult-unfit")
        assert spent.text == talk.text("consult-spent")
        calls = len(server.calls)
        assert count(store, "spending", calls=calls, unused=1) == 1
        talk.house.clock.at += timedelta(days=1)
        server.play("good")
        again = (await talk.presses("button-explain", message=entry)).one
        assert again.text.endswith(talk.text("note-maker", model=MODEL))


@covers("[explain]")
async def test_one_person_has_so_many_new_notes_a_day_and_kept_ones_are_free(
    either: Talk, server: Server
) -> None:
    known = either.house.store.papers
    numbers = [f"2611.90{number}" for number in range(101, 313)]
    stored = [number for number in numbers if known.get(f"arxiv:{number}")][:21]
    for number in stored:
        await either.hears(f"/paper {number}")
        said = (await either.presses("button-explain")).one

    assert said.text == either.text("limit-note", most=20)
    assert len(server.calls) == 20
    await either.hears(f"/paper {stored[0]}")
    kept = (await either.presses("button-explain")).one
    assert kept.text.endswith(either.text("note-maker", model=MODEL))


@covers("[explain]")
async def test_in_a_group_the_note_stands_below_for_all(lab: Talk) -> None:
    bob = lab.member()
    await lab.hears("/digest language")
    await lab.presses(label="1")

    note = (await bob.presses("button-explain")).one

    assert note.text.endswith(lab.text("note-maker", model=MODEL))
    assert note.buttons == (lab.text("button-entry"),)


@covers("[explain]")
async def test_in_a_channel_only_an_administrator_has_a_note_posted(
    talk: Talk, server: Server
) -> None:
    channel = talk.house.emulator.people.channel("News", talk.person)
    channel.add_bot(is_administrator=True)
    await talk.house.settled()
    news = talk.at(channel)
    await news.says("/digest language")
    stranger = talk.house.person("Eve")
    channel.join(stranger.user)

    refused = await news.by(stranger).forges("1explain:1:1")
    posted = await news.forges("1explain:1:1")

    assert (refused.toast, refused.is_nothing) == (talk.text("refusal-not-admin"), True)
    assert posted.one.text.endswith(talk.text("note-maker", model=MODEL))
    assert len(server.calls) == 1


@pytest.mark.parametrize("data", ["1explain:1:1", "1explain:0:999999001", "1explain:0:0"])
@covers("[explain]")
async def test_no_note_is_forged(talk: Talk, server: Server, data: str) -> None:
    """Another chat's digest, or a paper that is not there."""
    await talk.hears("/digest language")
    eve = talk.by(talk.house.person("Eve"))
    await eve.hears("/start")
    before = eve.rows()

    refused = await eve.forges(data)

    assert refused.toast in (talk.text("digest-gone"), talk.text("entry-gone"))
    assert refused.is_nothing
    assert (eve.rows(), server.calls) == (before, [])


@covers("/sub")
async def test_a_topic_in_chinese_is_offered_in_english(either: Talk) -> None:
    moment, preview = await either.says("/sub 扩散模型")

    assert moment.text == either.text("english-moment")
    said = either.text("english-looking", words="diffusion model")
    assert preview.text.startswith(f"{said}\n\ndiffusion model\n")
    await either.house.settles(either.person)
    await either.presses("button-subscribe")
    [topic] = await either.topics()
    assert (topic.name, topic.query) == ("diffusion model", "diffusion model")


@covers("/sub", "[change]", "[cancel]")
async def test_words_alone_are_a_topic_in_chinese_too(either: Talk) -> None:
    _, preview = await either.says("图像分割 cat:cs.CV -综述")
    assert "\n\nimage segmentation cat:cs.CV -" in preview.text
    assert preview.buttons == tuple(
        map(either.text, ("button-subscribe", "button-change", "button-cancel"))
    )
    await either.presses("button-change")
    assert await either.topics() == []


@pytest.mark.parametrize("script", ["unauthorized", "server-error", "not-json", "links"])
@covers("/sub")
async def test_without_english_the_advice_comes_as_ever(
    either: Talk, server: Server, script: str
) -> None:
    server.play(f"{script} ...")

    _, preview = await either.says("/sub 扩散模型")

    assert either.text("preview-chinese") in preview.text
    assert preview.buttons[0] == either.text("button-subscribe")


@covers("/sub")
async def test_what_cannot_be_read_is_not_paid_for(either: Talk, server: Server) -> None:
    told = await either.hears('/sub "扩散模型')
    assert told.text.startswith(either.text("query-quote-unclosed"))
    assert server.calls == []


@covers("/search")
async def test_a_search_looks_into_glosses_first_and_asks_then(
    either: Talk, server: Server
) -> None:
    glossed = await either.hears("/search 模型")
    assert (glossed.text.startswith("模型\n"), server.calls) == (True, [])

    _, found = await either.says("/search 图像扩散")

    words = either.text("english-looking", words="image diffusion")
    assert found.text.startswith(f"{words}\n\ndiffusion image\n")
    assert found.buttons[0] == "1"
    assert len(server.calls) == 1
    _, none = await either.says("/search 图像纠错视频")
    assert either.text("search-none", query="correction error image video") in none.text


@covers("/digest")
async def test_a_digest_of_chinese_words_is_one_of_english_words(either: Talk) -> None:
    moment, said, digest = await either.says("/digest 扩散模型")

    assert moment.text == either.text("english-moment")
    assert said.text == either.text("english-looking", words="diffusion model")
    assert digest.text.startswith("diffusion model")


@covers("/sub")
async def test_a_group_asks_in_chinese_too(either: Talk) -> None:
    place = either.house.emulator.people.supergroup("Lab", either.person)
    place.add_bot()
    await either.house.settled()
    lab = either.at(place)

    _, preview = await lab.says("/sub 扩散模型")

    assert "\n\ndiffusion model\n" in preview.text
    await lab.presses("button-subscribe")
    assert [topic.query for topic in await lab.topics()] == ["diffusion model"]
    assert await either.topics() == []


@covers("/sub")
async def test_a_channel_is_managed_in_chinese_from_the_private_chat(either: Talk) -> None:
    channel = either.house.emulator.people.channel("News", either.person)
    channel.add_bot(is_administrator=True)
    await either.house.settled()
    await either.says("/start")

    _, preview = await either.says(f"/sub {channel.id} 扩散模型")

    assert preview.text.startswith(either.text("there-managing", title="News"))
    assert "\n\ndiffusion model\n" in preview.text
    await either.presses("button-subscribe")
    assert [topic.query for topic in await either.at(channel).topics()] == ["diffusion model"]


@covers("/digest")
async def test_a_digest_of_chinese_words_is_for_the_channel_that_was_named(either: Talk) -> None:
    channel = either.house.emulator.people.channel("News", either.person)
    channel.add_bot(is_administrator=True)
    await either.house.settled()
    await either.says("/start")

    _, said = await either.says(f"/digest {channel.id} 扩散模型")

    assert either.text("english-looking", words="diffusion model") in said.text
    posted = either.person.reads(channel)[-1]
    assert posted.text.startswith("diffusion model")


@covers("[draft]")
async def test_a_search_in_chinese_becomes_a_topic_in_english(either: Talk) -> None:
    await either.hears("/search 模型")

    moment, preview = (await either.presses("button-follow")).new

    assert moment.text == either.text("english-moment")
    assert "\n\nmodel\n" in preview.text


@covers("/sub")
async def test_one_person_has_words_put_into_english_so_often_a_day(talk: Talk) -> None:
    daily = Limits({Cost.ENGLISH: 1}, span=DAY)
    ask = asks(talk)
    outside = Outside(shop=talk.house.bot.shop, daily=daily)

    first = await put(outside, ask, "视频")
    second = await put(outside, ask, "图像")
    without = await put(Outside(), ask, "图像")

    assert (first.text, first.is_english) == ("video", True)
    assert [second.text, *(line.text for line in second.lines)] == [
        "图像",
        talk.text("limit-english", most=1),
    ]
    assert [line.text for line in without.lines] == [talk.text("consult-not-now")]


@covers("/sub")
async def test_what_was_not_asked_does_not_count(talk: Talk, server: Server) -> None:
    server.play("unauthorized good")
    outside = Outside(shop=talk.house.bot.shop, daily=Limits({Cost.ENGLISH: 2}, span=DAY))
    ask = asks(talk)

    said = [(await put(outside, ask, "视频")).lines[0].text for _ in range(5)]

    assert said == [talk.text("consult-not-now")] * 5
    assert len(server.calls) == 1


@covers("/about")
async def test_about_says_what_the_model_is_given(either: Talk) -> None:
    told = await either.hears("/about")
    assert told.text.endswith(either.text("about-model", model=MODEL))
