"""Any stored paper by words, id or link; the last announcement; earlier digests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from bot.chat.handlers.papers.search import fetch_and_open, find_page
from bot.chat.request_and_reply import Request
from bot.chat.services import ExternalServices
from bot.chat.widgets.paper_list import PAGE_SIZE
from bot.ranking.search_order import MAX_RANKED
from bot.texts.dates import format_day, format_days
from bot.topics.query.parser import parse
from storage import Store
from storage.records.chats import Person
from storage.records.papers import Paper
from tests.chat.conversation import TOPIC, Conversation
from tests.chat.covered import covers
from tests.support.builders import announce
from tests.support.database import count_rows

MANY = "cs.LG OR cs.CV OR cs.CL OR cs.RO OR quant-ph"
KNOWN = "2611.90302"


@covers("/search", "[paper]")
async def test_search_lists_and_opens(localized_chat: Conversation) -> None:
    before = localized_chat.store_rows()["digests"]

    answer = await localized_chat.ask("/search language")

    assert answer.text.startswith(f"language\n{localized_chat.text('search-best')}")
    [opened] = (await localized_chat.press_button(label="1")).new_messages
    assert opened.button_labels[0] == localized_chat.text("entry-button-save")
    assert localized_chat.store_rows()["digests"] == before


@covers("/search")
async def test_search_asks_for_words_and_takes_the_next_ones(
    localized_chat: Conversation,
) -> None:
    assert (await localized_chat.ask("/search")).text == localized_chat.text("search-usage")
    assert (await localized_chat.ask("language")).text.startswith("language\n")
    none = await localized_chat.ask("/find zymurgy")
    assert none.text == localized_chat.text("search-none", query="zymurgy")
    wrong = await localized_chat.ask('/search "open')
    assert wrong.text.startswith(localized_chat.text("query-quote-unclosed"))


@covers("[search]", "[draft]")
async def test_a_search_is_turned_ordered_and_followed(
    localized_chat: Conversation,
) -> None:
    first = await localized_chat.ask(f"/search {MANY}")
    assert first.button_labels[:10] == tuple(map(str, range(1, 11)))

    second = (await localized_chat.press_button("button-following")).only_message
    assert second.id == first.id
    assert second.button_labels[0] == "11"
    newest = (await localized_chat.press_button("button-newest")).only_message
    assert localized_chat.text("search-newest") in newest.text
    assert newest.button_labels[0] == "11", "the page stays"
    best = (await localized_chat.press_button("button-best")).only_message
    assert best.text == second.text
    again = (await localized_chat.press_button("button-previous")).only_message
    assert again.text == first.text

    [preview] = (await localized_chat.press_button("button-follow")).new_messages
    assert localized_chat.text("button-subscribe") in preview.button_labels
    assert await localized_chat.topics() == []


@covers("[search]")
async def test_the_best_is_what_has_the_words_in_its_title(conversation: Conversation) -> None:
    best = await conversation.ask("/search epoch")
    assert best.text.splitlines()[3].startswith("1. The Second Epoch Problem")


@covers("/search")
async def test_where_none_has_all_words_those_with_most_are_shown_and_said_so(
    localized_chat: Conversation,
) -> None:
    answer = await localized_chat.ask("/search epoch zymurgy")

    assert localized_chat.text("search-loosened", some="no", matching=0) in answer.text
    assert "The Second Epoch Problem" in answer.text
    assert localized_chat.text("button-newest") not in answer.button_labels
    excluded = await localized_chat.ask("/search epoch zymurgy -epoch")
    assert excluded.text == localized_chat.text("search-none", query="epoch zymurgy -epoch")


def test_papers_with_most_words_follow_those_with_all(store: Store) -> None:
    titles = ("Dwarf galaxies by diffusion", "Dwarf galaxies", "Ink")
    announce(
        store,
        [
            Paper(f"arxiv:2611.9000{number}", 1, title, "", ("Ada",), ("cs.CV",))
            for number, title in enumerate(titles)
        ],
    )
    query = parse("dwarf galaxies diffusion")

    best = find_page(store, query, 0, newest_first=False)
    newest = find_page(store, query, 0, newest_first=True)

    assert [one.title for one in best.papers] == list(titles[:2])
    assert (best.matching_count, best.has_matches, best.has_more) == (1, True, False)
    assert [one.title for one in newest.papers] == [titles[0]]


def test_none_of_the_papers_with_all_words_is_said_to_lack_some(store: Store) -> None:
    """More match than are ranked; the last of them are found with the newest first."""
    announce(
        store,
        [
            Paper(f"arxiv:2611.9{number:04}", 1, "Notes", "Dwarf galaxies.", ("Ada",), ("cs.CV",))
            for number in range(MAX_RANKED + 5)
        ],
    )
    query = parse("dwarf galaxies")
    last_page = MAX_RANKED // PAGE_SIZE - 1

    last = find_page(store, query, last_page, newest_first=False)
    beyond = find_page(store, query, last_page + 1, newest_first=False)
    newest = find_page(store, query, last_page + 1, newest_first=True)

    assert (last.matching_count, last.has_more) == (PAGE_SIZE, False)
    assert beyond.papers == ()
    assert len(newest.papers) == 5


@pytest.mark.parametrize("second", [41, 9999, 10**17])
@covers("[search]")
async def test_no_page_is_forged_beyond_the_last(conversation: Conversation, second: int) -> None:
    reply = await conversation.ask("/search language")
    pressed = next(b.data for row in reply.button_rows for b in row if b.data.startswith("1search"))
    before = conversation.store_rows()

    answer = await conversation.send_forged_callback(f"{pressed.rpartition(':')[0]}:{second}")

    assert (answer.toast, answer.is_empty) == (conversation.text("preview-gone"), True)
    assert conversation.store_rows() == before


@covers("/paper")
async def test_paper_says_what_it_needs_and_what_it_cannot(
    localized_chat: Conversation,
) -> None:
    assert (await localized_chat.ask("/paper")).text == localized_chat.text("paper-usage")
    assert (await localized_chat.ask(KNOWN)).text.startswith("The Second")
    unread = await localized_chat.ask("/paper diffusion")
    assert unread.text == localized_chat.text("paper-unread", given="diffusion")
    question, none = await localized_chat.send_text("/paper 2402.12844")
    assert question.text == localized_chat.text("paper-fetching", id="2402.12844")
    assert none.text == localized_chat.text("paper-no-way", id="2402.12844")


@covers("/paper")
async def test_a_paper_from_arxiv_is_kept_and_opened(conversation: Conversation) -> None:
    await conversation.send_text("/start")
    store = conversation.running_bot.store
    fetched_paper = Paper("arxiv:2402.12844", 2, "Paper Boats", "They drift.", ("Ana",), ("cs.RO",))

    async def fetch(ids: Sequence[str]) -> list[Paper]:
        return [fetched_paper] if "2402.12844" in ids else []

    chat = await conversation.running_bot.stored_chat(conversation.person)
    bot_info = conversation.running_bot.bot.services().bot_info
    ask = Request(
        bot_info,
        chat,
        Person(bot_info.bot_id, conversation.person.id),
        conversation.running_bot.clock.instant,
    )
    reply = await fetch_and_open(ExternalServices(fetch_papers=fetch), store, ask, "2402.12844")
    none = await fetch_and_open(ExternalServices(fetch_papers=fetch), store, ask, "2402.12845")

    assert "Paper Boats" in reply.messages[0].html
    assert none.messages[0].html == conversation.text("paper-not-there", id="2402.12845")
    assert store.papers.get("arxiv:2402.12844")


@covers("/today")
async def test_today_shows_the_last_announcement_and_moves_nothing(
    localized_chat: Conversation,
) -> None:
    none = await localized_chat.ask("/today")
    assert none.text == localized_chat.text("today-no-topic")
    topic = await localized_chat.subscribe(MANY)
    before = localized_chat.store_rows()

    answer = await localized_chat.ask("/today")

    assert answer.text.startswith(localized_chat.text("today-title"))
    assert "[1] " in answer.text
    [after] = await localized_chat.topics()
    assert after == topic
    assert localized_chat.store_rows()["receipts"] == before["receipts"]
    [opened] = (await localized_chat.press_button(label="1")).new_messages
    assert opened.text.startswith("[1] ")
    nothing = await localized_chat.ask("/today zymurgy")
    today = format_day(localized_chat.language, localized_chat.running_bot.clock.instant.date())
    assert nothing.text == localized_chat.text("today-none", day=today)


@covers("/today")
async def test_other_days_are_shown_by_their_dates(localized_chat: Conversation) -> None:
    """The clock stands at Mon 23 Nov 2026; the digests before name their days."""
    await localized_chat.subscribe(MANY)
    last_week = format_days(localized_chat.language, date(2026, 11, 16), date(2026, 11, 20))
    friday = format_day(localized_chat.language, date(2026, 11, 20))

    answer = await localized_chat.ask("/today 2026-11-20")
    week = await localized_chat.ask("/today 2026-11-20 2026-11-16 robot*")
    weekend = await localized_chat.ask("/today 2026-11-21")
    much = await localized_chat.ask("/today 2026-11-01 2026-11-08 robot*")
    several = await localized_chat.ask("/today 2026-11-19 2026-11-20")

    digest_heading = localized_chat.text(
        "digest-heading", topic=localized_chat.text("today-topics"), days=friday
    )
    assert answer.text.startswith(digest_heading)
    assert week.text.startswith(
        localized_chat.text("digest-heading", topic="robot*", days=last_week)
    )
    saturday = format_day(localized_chat.language, date(2026, 11, 21))
    assert weekend.text == localized_chat.text("today-none", day=saturday)
    assert much.text == several.text == localized_chat.text("today-long", most=7)


@covers("/today")
async def test_a_paper_of_two_topics_stands_once_and_names_the_other(
    conversation: Conversation,
) -> None:
    await conversation.subscribe("cs.LG OR cs.CV OR cs.CL")
    await conversation.subscribe("cs.CL OR cs.CV OR cs.LG OR cs.RO")
    answer = await conversation.ask("/today")
    rows = [line for line in answer.text.splitlines() if line.startswith("[")]
    assert len(rows) == len(set(rows))
    assert count_rows(conversation.running_bot.store, "entries") >= len(rows)
    [opened] = (await conversation.press_button(label="1")).new_messages
    assert "Also in your topics: cs.CL OR" in opened.text


@covers("/history", "[history]", "[reopen]")
async def test_history_opens_any_digest_as_it_was(localized_chat: Conversation) -> None:
    assert (await localized_chat.ask("/history")).text == localized_chat.text("history-none")
    sent = await localized_chat.ask(f"/digest {TOPIC}")
    for _ in range(11):
        localized_chat.running_bot.clock.instant += timedelta(seconds=1)
        await localized_chat.ask("/digest language")

    answer = await localized_chat.ask("/history")
    assert answer.text.startswith(localized_chat.text("history-title"))
    older = (await localized_chat.press_button("button-older")).only_message
    assert older.is_edited
    assert older.button_labels == ("1", "2", localized_chat.text("button-latest"))
    [again] = (await localized_chat.press_button(label="2", message_id=answer.id)).new_messages
    assert again.text == sent.text
    newest = (await localized_chat.press_button("button-latest", message_id=answer.id)).only_message
    assert newest.text == answer.text


@covers("[reopen]")
async def test_another_chats_digest_stays_closed(conversation: Conversation) -> None:
    await conversation.ask(f"/digest {TOPIC}")
    eve = conversation.as_person(conversation.running_bot.create_person("Eve"))
    await eve.ask("/start")

    refused = await eve.send_forged_callback("1reopen:1:0")

    assert (refused.toast, refused.is_empty) == (eve.text("digest-gone"), True)
