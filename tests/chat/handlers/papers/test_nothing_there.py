"""What is asked for and is not there gets one clear answer, and no flood of others."""

from __future__ import annotations

import pytest

from bot.chat.handlers.topics.topic_list import unsub
from bot.chat.request_and_reply import BotInfo, Request
from bot.render.telegram.html_message import escape
from bot.texts import say
from bot.topics.edit_subscriptions import subscribe
from storage import Store
from storage.records import Person
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Conversation
from tests.support.builders import BOT, DUE_AT, create_chat

WIDE = "learning OR models OR policies OR quantum"
MOST_BUTTONS = 100  # that Telegram takes under a message


@covers("/digest")
async def test_topics_without_news_are_named_in_one_message(either: Conversation) -> None:
    """Their last digests, one after the other, would be what nobody asked for."""
    await either.subscribe()
    await either.subscribe(WIDE)
    await either.advance_to_tomorrow()
    await either.send_text("/digest")
    await either.running_bot.advance_clock(seconds=30)

    told = await either.ask("/digest")

    assert either.text("digest-none-topics", topics=2) in told.text
    assert either.text("digest-none-number") in told.text
    assert TOPIC in told.text
    assert WIDE in told.text


@covers("/digest")
async def test_a_number_without_a_topic_is_no_word_to_look_for(either: Conversation) -> None:
    await either.subscribe()
    told = await either.ask("/digest 7")
    assert told.text == either.text("topic-unknown", given="7")


@covers("/digest")
async def test_a_topic_that_never_had_a_digest_has_no_last_one(talk: Conversation) -> None:
    await talk.subscribe("zymurgy")
    told = await talk.ask("/digest")
    assert "last digest" not in told.text
    assert told.text.startswith("Nothing for zymurgy so far.")


@covers("/today")
@pytest.mark.parametrize("words", ["2026-02-30", "2026-13-01 robots", "2026-11-16 2026-11-31"])
async def test_a_day_that_is_none_is_refused(either: Conversation, words: str) -> None:
    told = await either.ask(f"/today {words}")
    given = next(word for word in words.split() if word not in ("2026-11-16", "robots"))
    assert told.text == either.text("today-no-date", given=given)


@covers("/today")
async def test_an_earlier_days_announcement_is_not_called_todays(either: Conversation) -> None:
    """On a weekend, or while arXiv is late."""
    assert (await either.ask("/today cat:cs.CV")).text.startswith("cat:cs.CV")
    await either.subscribe(WIDE)
    today = await either.ask("/today")
    await either.running_bot.advance_clock(days=2)

    later = await either.ask("/today")

    assert today.text.startswith(either.text("today-title"))
    assert later.text.startswith(either.text("today-last"))


@covers("/unsub")
def test_the_choice_of_many_topics_fits_a_message(store: Store) -> None:
    reader = create_chat(store)
    with store.transaction():
        for number in range(MOST_BUTTONS + 20):
            subscribe(store, reader, f"robot{number}", DUE_AT, polled_categories=(), limit=1000)
    house = BotInfo(bot_id=BOT, username="papergram_bot", polled_categories=frozenset())
    ask = Request(house, reader, Person(BOT, reader.id), DUE_AT)

    [message] = unsub(store, ask).messages

    assert 0 < sum(len(row) for row in message.buttons) <= MOST_BUTTONS
    assert escape(say(reader.language, "unsub-more")) in message.html


@covers("[undo]")
async def test_what_has_no_room_any_more_is_told_beside_what_came_back(
    either: Conversation,
) -> None:
    for words in ("robots", "diffusion"):
        await either.subscribe(words)
    await either.send_text("/unsub_all")
    await either.press_button("button-unsub-all")
    rulings, bot = either.running_bot.store.bans_and_quotas, either.running_bot.bot.telegram.id
    with either.running_bot.store.transaction():
        rulings.set_topic_quota(bot, either.person.id, 1)

    told = (await either.press_button("button-undo")).only_message

    assert either.text("topic-limit", limit=1) in told.text
    assert either.text("list-title", topics=1) in told.text
    assert [one.name for one in await either.topics()] == ["robots"]


@covers("/history")
async def test_only_start_reads_a_deep_link(talk: Conversation) -> None:
    for words in ("robots", "diffusion"):
        await talk.send_text(f"/digest {words}")
        await talk.running_bot.advance_clock(seconds=5)
    plain = await talk.ask("/history")
    assert plain.text == (await talk.ask("/history p_2_1")).text


@covers("[guide_zone]")
async def test_a_papers_link_is_no_city(talk: Conversation) -> None:
    [paper] = [one.paper for one in talk.upcoming[:1]]
    await talk.send_text(f"/sub {TOPIC}")
    await talk.press_button("button-subscribe")
    await talk.press_button("button-morning")

    told = (await talk.send_text(f"https://arxiv.org/abs/{paper.id.removeprefix('arxiv:')}"))[0]

    assert told.text.startswith("I do not hold "), told.text


@covers("[words]")
async def test_words_that_are_refused_are_asked_for_once_more(either: Conversation) -> None:
    await either.subscribe()
    await either.subscribe("robots")
    await either.ask("/list")
    await either.press_button(label="1")
    await either.press_button("button-words")
    same = await either.ask("Robots")
    assert same.text == either.text("topic-same", topic="robots")
    assert same.button_labels == (either.text("button-back"),)

    shown = await either.ask("models diffusion")

    assert either.text("card-words-stay") in shown.text


@covers("[subscribe]", "/pause")
async def test_a_topic_of_a_paused_chat_is_named(either: Conversation) -> None:
    await either.subscribe()
    await either.ask("/pause")
    await either.send_text("/sub robots")
    told = (await either.press_button("button-subscribe")).only_message
    assert told.text == either.text("subscribed-paused", topic="robots")
    assert "robots" in told.text
