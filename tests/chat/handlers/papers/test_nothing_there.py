"""What is asked for and is not there gets one clear answer, and no flood of others."""

from __future__ import annotations

import pytest

from bot.chat.handlers.topics.topic_list import unsub
from bot.chat.request_and_reply import Ask, House
from bot.render.telegram.html_message import escape
from bot.texts import say
from bot.topics.edit_subscriptions import subscribe
from storage import Store
from storage.records import Person
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Talk
from tests.support.builders import BOT, DUE, chat

WIDE = "learning OR models OR policies OR quantum"
MOST_BUTTONS = 100  # that Telegram takes under a message


@covers("/digest")
async def test_topics_without_news_are_named_in_one_message(either: Talk) -> None:
    """Their last digests, one after the other, would be what nobody asked for."""
    await either.follows()
    await either.follows(WIDE)
    await either.tomorrow()
    await either.says("/digest")
    await either.house.passes(seconds=30)

    told = await either.hears("/digest")

    assert either.text("digest-none-topics", topics=2) in told.text
    assert either.text("digest-none-number") in told.text
    assert TOPIC in told.text
    assert WIDE in told.text


@covers("/digest")
async def test_a_number_without_a_topic_is_no_word_to_look_for(either: Talk) -> None:
    await either.follows()
    told = await either.hears("/digest 7")
    assert told.text == either.text("topic-unknown", given="7")


@covers("/digest")
async def test_a_topic_that_never_had_a_digest_has_no_last_one(talk: Talk) -> None:
    await talk.follows("zymurgy")
    told = await talk.hears("/digest")
    assert "last digest" not in told.text
    assert told.text.startswith("Nothing for zymurgy so far.")


@covers("/today")
@pytest.mark.parametrize("words", ["2026-02-30", "2026-13-01 robots", "2026-11-16 2026-11-31"])
async def test_a_day_that_is_none_is_refused(either: Talk, words: str) -> None:
    told = await either.hears(f"/today {words}")
    given = next(word for word in words.split() if word not in ("2026-11-16", "robots"))
    assert told.text == either.text("today-no-date", given=given)


@covers("/today")
async def test_an_earlier_days_announcement_is_not_called_todays(either: Talk) -> None:
    """On a weekend, or while arXiv is late."""
    assert (await either.hears("/today cat:cs.CV")).text.startswith("cat:cs.CV")
    await either.follows(WIDE)
    today = await either.hears("/today")
    await either.house.passes(days=2)

    later = await either.hears("/today")

    assert today.text.startswith(either.text("today-title"))
    assert later.text.startswith(either.text("today-last"))


@covers("/unsub")
def test_the_choice_of_many_topics_fits_a_message(store: Store) -> None:
    reader = chat(store)
    with store.transaction():
        for number in range(MOST_BUTTONS + 20):
            subscribe(store, reader, f"robot{number}", DUE, polled=(), limit=1000)
    house = House(bot=BOT, username="papergram_bot", feeds=frozenset())
    ask = Ask(house, reader, Person(BOT, reader.chat), DUE)

    [message] = unsub(store, ask).messages

    assert 0 < sum(len(row) for row in message.buttons) <= MOST_BUTTONS
    assert escape(say(reader.language, "unsub-more")) in message.html


@covers("[undo]")
async def test_what_has_no_room_any_more_is_told_beside_what_came_back(either: Talk) -> None:
    for words in ("robots", "diffusion"):
        await either.follows(words)
    await either.says("/unsub_all")
    await either.presses("button-unsub-all")
    rulings, bot = either.house.store.rulings, either.house.bot.telegram.id
    with either.house.store.transaction():
        rulings.allow(bot, either.person.id, 1)

    told = (await either.presses("button-undo")).one

    assert either.text("topic-limit", limit=1) in told.text
    assert either.text("list-title", topics=1) in told.text
    assert [one.name for one in await either.topics()] == ["robots"]


@covers("/history")
async def test_only_start_reads_a_deep_link(talk: Talk) -> None:
    for words in ("robots", "diffusion"):
        await talk.says(f"/digest {words}")
        await talk.house.passes(seconds=5)
    plain = await talk.hears("/history")
    assert plain.text == (await talk.hears("/history p_2_1")).text


@covers("[guide_zone]")
async def test_a_papers_link_is_no_city(talk: Talk) -> None:
    [paper] = [one.paper for one in talk.ahead[:1]]
    await talk.says(f"/sub {TOPIC}")
    await talk.presses("button-subscribe")
    await talk.presses("button-morning")

    told = (await talk.says(f"https://arxiv.org/abs/{paper.id.removeprefix('arxiv:')}"))[0]

    assert told.text.startswith("I do not hold "), told.text


@covers("[words]")
async def test_words_that_are_refused_are_asked_for_once_more(either: Talk) -> None:
    await either.follows()
    await either.follows("robots")
    await either.hears("/list")
    await either.presses(label="1")
    await either.presses("button-words")
    same = await either.hears("Robots")
    assert same.text == either.text("topic-same", topic="robots")
    assert same.buttons == (either.text("button-back"),)

    shown = await either.hears("models diffusion")

    assert either.text("card-words-stay") in shown.text


@covers("[subscribe]", "/pause")
async def test_a_topic_of_a_paused_chat_is_named(either: Talk) -> None:
    await either.follows()
    await either.hears("/pause")
    await either.says("/sub robots")
    told = (await either.presses("button-subscribe")).one
    assert told.text == either.text("subscribed-paused", topic="robots")
    assert "robots" in told.text
