"""What is asked for and is not there gets one clear answer, and no flood of others."""

from __future__ import annotations

import pytest

from bot.chat.handlers.topics.topic_list import unsub
from bot.chat.request_and_reply import BotInfo, Request
from bot.render.telegram.html_message import escape
from bot.texts import say
from bot.topics.edit_subscriptions import subscribe
from storage import Store
from storage.records.chats import Person
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers
from tests.support.builders import BOT, DUE_AT, create_chat

WIDE = "learning OR models OR policies OR quantum"
MOST_BUTTONS = 100  # that Telegram takes under a message


@covers("/digest")
async def test_topics_without_news_are_named_in_one_message(
    localized_chat: Conversation,
) -> None:
    """Their last digests, one after the other, would be what nobody asked for."""
    await localized_chat.subscribe()
    await localized_chat.subscribe(WIDE)
    await localized_chat.advance_to_tomorrow()
    await localized_chat.send_text("/digest")
    await localized_chat.running_bot.advance_clock(seconds=30)

    answer = await localized_chat.ask("/digest")

    assert localized_chat.text("digest-none-topics", topics=2) in answer.text
    assert localized_chat.text("digest-none-number") in answer.text
    assert TOPIC in answer.text
    assert WIDE in answer.text


@covers("/digest")
async def test_a_number_without_a_topic_is_no_word_to_look_for(
    localized_chat: Conversation,
) -> None:
    await localized_chat.subscribe()
    answer = await localized_chat.ask("/digest 7")
    assert answer.text == localized_chat.text("topic-unknown", given="7")


@covers("/digest")
async def test_a_topic_that_never_had_a_digest_has_no_last_one(conversation: Conversation) -> None:
    await conversation.subscribe("zymurgy")
    answer = await conversation.ask("/digest")
    assert "last digest" not in answer.text
    assert answer.text.startswith("Nothing for zymurgy so far.")


@covers("/today")
@pytest.mark.parametrize("words", ["2026-02-30", "2026-13-01 robots", "2026-11-16 2026-11-31"])
async def test_a_day_that_is_none_is_refused(localized_chat: Conversation, words: str) -> None:
    answer = await localized_chat.ask(f"/today {words}")
    remainder = next(word for word in words.split() if word not in ("2026-11-16", "robots"))
    assert answer.text == localized_chat.text("today-no-date", given=remainder)


@covers("/today")
async def test_an_earlier_days_announcement_is_not_called_todays(
    localized_chat: Conversation,
) -> None:
    """On a weekend, or while arXiv is late."""
    assert (await localized_chat.ask("/today cat:cs.CV")).text.startswith("cat:cs.CV")
    await localized_chat.subscribe(WIDE)
    today = await localized_chat.ask("/today")
    await localized_chat.running_bot.advance_clock(days=2)

    later = await localized_chat.ask("/today")

    assert today.text.startswith(localized_chat.text("today-title"))
    assert later.text.startswith(localized_chat.text("today-last"))


@covers("/unsub")
def test_the_choice_of_many_topics_fits_a_message(store: Store) -> None:
    reader = create_chat(store)
    with store.transaction():
        for number in range(MOST_BUTTONS + 20):
            subscribe(store, reader, f"robot{number}", DUE_AT, polled_categories=(), limit=1000)
    bot_info = BotInfo(bot_id=BOT, username="papergram_bot", polled_categories=frozenset())
    ask = Request(bot_info, reader, Person(BOT, reader.id), DUE_AT)

    [message] = unsub(store, ask).messages

    assert 0 < sum(len(row) for row in message.buttons) <= MOST_BUTTONS
    assert escape(say(reader.language, "unsub-more")) in message.html


@covers("[undo]")
async def test_what_has_no_room_any_more_is_told_beside_what_came_back(
    localized_chat: Conversation,
) -> None:
    for words in ("robots", "diffusion"):
        await localized_chat.subscribe(words)
    await localized_chat.send_text("/unsub_all")
    await localized_chat.press_button("button-unsub-all")
    rulings, bot = (
        localized_chat.running_bot.store.bans_and_quotas,
        localized_chat.running_bot.bot.telegram.id,
    )
    with localized_chat.running_bot.store.transaction():
        rulings.set_topic_quota(bot, localized_chat.person.id, 1)

    answer = (await localized_chat.press_button("button-undo")).only_message

    assert localized_chat.text("topic-limit", limit=1) in answer.text
    assert localized_chat.text("list-title", topics=1) in answer.text
    assert [topic.name for topic in await localized_chat.topics()] == ["robots"]


@covers("/history")
async def test_only_start_reads_a_deep_link(conversation: Conversation) -> None:
    for words in ("robots", "diffusion"):
        await conversation.send_text(f"/digest {words}")
        await conversation.running_bot.advance_clock(seconds=5)
    plain = await conversation.ask("/history")
    assert plain.text == (await conversation.ask("/history p_2_1")).text


@covers("[guide_zone]")
async def test_a_papers_link_is_no_city(conversation: Conversation) -> None:
    [paper] = [entry.paper for entry in conversation.upcoming[:1]]
    await conversation.send_text(f"/sub {TOPIC}")
    await conversation.press_button("button-subscribe")

    answer = (
        await conversation.send_text(f"https://arxiv.org/abs/{paper.id.removeprefix('arxiv:')}")
    )[0]

    assert answer.text.startswith("I do not hold "), answer.text


@covers("[words]")
async def test_words_that_are_refused_are_asked_for_once_more(
    localized_chat: Conversation,
) -> None:
    await localized_chat.subscribe()
    await localized_chat.subscribe("robots")
    await localized_chat.ask("/list")
    await localized_chat.press_button(label="1")
    await localized_chat.press_button("button-words")
    same = await localized_chat.ask("Robots")
    assert same.text == localized_chat.text("topic-same", topic="robots")
    assert same.button_labels == (localized_chat.text("button-back"),)

    shown = await localized_chat.ask("models diffusion")

    assert localized_chat.text("card-words-stay") in shown.text


@covers("[subscribe]", "/pause")
async def test_a_topic_of_a_paused_chat_is_named(localized_chat: Conversation) -> None:
    await localized_chat.subscribe()
    await localized_chat.ask("/pause")
    await localized_chat.send_text("/sub robots")
    answer = (await localized_chat.press_button("button-subscribe")).only_message
    assert answer.text == localized_chat.text("subscribed-paused", topic="robots")
    assert "robots" in answer.text
