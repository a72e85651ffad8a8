"""Any stored paper by words, id or link; the last announcement; earlier digests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from bot.chat.handlers.papers.search import fetch_and_open
from bot.chat.request_and_reply import Request
from bot.chat.services import ExternalServices
from bot.texts.dates import format_day, format_days
from storage.records import Paper, Person
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Conversation
from tests.support.database import count_rows

MANY = "cs.LG OR cs.CV OR cs.CL OR cs.RO OR quant-ph"
KNOWN = "2611.90302"


@covers("/search", "[paper]")
async def test_search_lists_and_opens(either: Conversation) -> None:
    before = either.store_rows()["digests"]

    told = await either.ask("/search language")

    assert told.text.startswith(f"language\n{either.text('search-newest')}")
    [opened] = (await either.press_button(label="1")).new_messages
    assert opened.button_labels[0] == either.text("entry-button-save")
    assert either.store_rows()["digests"] == before


@covers("/search")
async def test_search_asks_for_words_and_takes_the_next_ones(either: Conversation) -> None:
    assert (await either.ask("/search")).text == either.text("search-usage")
    assert (await either.ask("language")).text.startswith("language\n")
    none = await either.ask("/find zymurgy")
    assert none.text == either.text("search-none", query="zymurgy")
    wrong = await either.ask('/search "open')
    assert wrong.text.startswith(either.text("query-quote-unclosed"))


@covers("[search]", "[draft]")
async def test_a_search_is_turned_ordered_and_followed(either: Conversation) -> None:
    first = await either.ask(f"/search {MANY}")
    assert first.button_labels[:10] == tuple(map(str, range(1, 11)))

    second = (await either.press_button("button-following")).only_message
    assert second.id == first.id
    assert second.button_labels[0] == "11"
    best = (await either.press_button("button-best")).only_message
    assert either.text("search-best") in best.text
    assert best.button_labels[0] == "1"
    newest = (await either.press_button("button-newest")).only_message
    assert newest.text == first.text

    [preview] = (await either.press_button("button-follow")).new_messages
    assert either.text("button-subscribe") in preview.button_labels
    assert await either.topics() == []


@covers("[search]")
async def test_the_best_is_what_has_the_words_in_its_title(talk: Conversation) -> None:
    await talk.ask("/search epoch")
    best = (await talk.press_button("button-best")).only_message
    assert best.text.splitlines()[3].startswith("1. The Second Epoch Problem")


@pytest.mark.parametrize("second", [41, 9999, 10**17])
@covers("[search]")
async def test_no_page_is_forged_beyond_the_last(talk: Conversation, second: int) -> None:
    told = await talk.ask("/search language")
    pressed = next(b.data for row in told.button_rows for b in row if b.data.startswith("1search"))
    before = talk.store_rows()

    answer = await talk.send_forged_callback(f"{pressed.rpartition(':')[0]}:{second}")

    assert (answer.toast, answer.is_empty) == (talk.text("preview-gone"), True)
    assert talk.store_rows() == before


@pytest.mark.parametrize(
    "said",
    [
        f"/paper {KNOWN}",
        f"/get arXiv:{KNOWN}v1",
        f"/paper https://arxiv.org/pdf/{KNOWN}.pdf",
        f"https://arxiv.org/abs/{KNOWN}",
        KNOWN,
    ],
)
@covers("/paper")
async def test_a_paper_opens_by_any_form_of_its_id(either: Conversation, said: str) -> None:
    opened = await either.ask(said)
    assert opened.text.startswith("The Second Epoch Problem")
    assert opened.button_labels[0] == either.text("entry-button-save")


@covers("/paper")
async def test_paper_says_what_it_needs_and_what_it_cannot(either: Conversation) -> None:
    assert (await either.ask("/paper")).text == either.text("paper-usage")
    assert (await either.ask(KNOWN)).text.startswith("The Second")
    unread = await either.ask("/paper diffusion")
    assert unread.text == either.text("paper-unread", given="diffusion")
    asked, none = await either.send_text("/paper 2402.12844")
    assert asked.text == either.text("paper-fetching", id="2402.12844")
    assert none.text == either.text("paper-no-way", id="2402.12844")


@covers("/paper")
async def test_a_paper_from_arxiv_is_kept_and_opened(talk: Conversation) -> None:
    await talk.send_text("/start")
    store = talk.running_bot.store
    found = Paper("arxiv:2402.12844", 2, "Paper Boats", "They drift.", ("Ana",), ("cs.RO",))

    async def asked(ids: Sequence[str]) -> list[Paper]:
        return [found] if "2402.12844" in ids else []

    chat = await talk.running_bot.stored_chat(talk.person)
    house = talk.running_bot.bot.services().bot_info
    ask = Request(house, chat, Person(house.bot_id, talk.person.id), talk.running_bot.clock.instant)
    reply = await fetch_and_open(ExternalServices(fetch_papers=asked), store, ask, "2402.12844")
    none = await fetch_and_open(ExternalServices(fetch_papers=asked), store, ask, "2402.12845")

    assert "Paper Boats" in reply.messages[0].html
    assert none.messages[0].html == talk.text("paper-not-there", id="2402.12845")
    assert store.papers.get("arxiv:2402.12844")


@covers("/today")
async def test_today_shows_the_last_announcement_and_moves_nothing(either: Conversation) -> None:
    none = await either.ask("/today")
    assert none.text == either.text("today-no-topic")
    topic = await either.subscribe(MANY)
    before = either.store_rows()

    told = await either.ask("/today")

    assert told.text.startswith(either.text("today-title"))
    assert "[1] " in told.text
    [after] = await either.topics()
    assert after == topic
    assert either.store_rows()["receipts"] == before["receipts"]
    [opened] = (await either.press_button(label="1")).new_messages
    assert opened.text.startswith("[1] ")
    nothing = await either.ask("/today zymurgy")
    today = format_day(either.language, either.running_bot.clock.instant.date())
    assert nothing.text == either.text("today-none", day=today)


@covers("/today")
async def test_other_days_are_shown_by_their_dates(either: Conversation) -> None:
    """The clock stands at Mon 23 Nov 2026; the digests before name their days."""
    await either.subscribe(MANY)
    last_week = format_days(either.language, date(2026, 11, 16), date(2026, 11, 20))
    friday = format_day(either.language, date(2026, 11, 20))

    one = await either.ask("/today 2026-11-20")
    week = await either.ask("/today 2026-11-20 2026-11-16 robot*")
    weekend = await either.ask("/today 2026-11-21")
    much = await either.ask("/today 2026-11-01 2026-11-08 robot*")
    several = await either.ask("/today 2026-11-19 2026-11-20")

    heading = either.text("digest-heading", topic=either.text("today-topics"), days=friday)
    assert one.text.startswith(heading)
    assert week.text.startswith(either.text("digest-heading", topic="robot*", days=last_week))
    saturday = format_day(either.language, date(2026, 11, 21))
    assert weekend.text == either.text("today-none", day=saturday)
    assert much.text == several.text == either.text("today-long", most=7)


@covers("/today")
async def test_a_paper_of_two_topics_stands_once_and_names_the_other(talk: Conversation) -> None:
    await talk.subscribe("cs.LG OR cs.CV OR cs.CL")
    await talk.subscribe("cs.CL OR cs.CV OR cs.LG OR cs.RO")
    told = await talk.ask("/today")
    rows = [line for line in told.text.splitlines() if line.startswith("[")]
    assert len(rows) == len(set(rows))
    assert count_rows(talk.running_bot.store, "entries") >= len(rows)
    [opened] = (await talk.press_button(label="1")).new_messages
    assert "Also in your topics: cs.CL OR" in opened.text


@covers("/history", "[history]", "[reopen]")
async def test_history_opens_any_digest_as_it_was(either: Conversation) -> None:
    assert (await either.ask("/history")).text == either.text("history-none")
    sent = await either.ask(f"/digest {TOPIC}")
    for _ in range(11):
        either.running_bot.clock.instant += timedelta(seconds=1)
        await either.ask("/digest language")

    told = await either.ask("/history")
    assert told.text.startswith(either.text("history-title"))
    older = (await either.press_button("button-older")).only_message
    assert older.is_edited
    assert older.button_labels == ("1", "2", either.text("button-latest"))
    [again] = (await either.press_button(label="2", message_id=told.id)).new_messages
    assert again.text == sent.text
    newest = (await either.press_button("button-latest", message_id=told.id)).only_message
    assert newest.text == told.text


@covers("[reopen]")
async def test_another_chats_digest_stays_closed(talk: Conversation) -> None:
    await talk.ask(f"/digest {TOPIC}")
    eve = talk.as_person(talk.running_bot.create_person("Eve"))
    await eve.ask("/start")

    refused = await eve.send_forged_callback("1reopen:1:0")

    assert (refused.toast, refused.is_empty) == (eve.text("digest-gone"), True)
