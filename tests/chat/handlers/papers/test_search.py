"""Any stored paper by words, id or link; the last announcement; earlier digests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from bot.chat.handlers.papers.search import fetched
from bot.chat.request_and_reply import Ask
from bot.chat.services import Outside
from bot.texts.dates import day, days
from storage.records import Paper, Person
from tests.chat.covered import covers
from tests.chat.talk import TOPIC, Talk
from tests.support.database import count

MANY = "cs.LG OR cs.CV OR cs.CL OR cs.RO OR quant-ph"
KNOWN = "2611.90302"


@covers("/search", "[paper]")
async def test_search_lists_and_opens(either: Talk) -> None:
    before = either.rows()["digests"]

    told = await either.hears("/search language")

    assert told.text.startswith(f"language\n{either.text('search-newest')}")
    [opened] = (await either.presses(label="1")).new
    assert opened.buttons[0] == either.text("entry-button-save")
    assert either.rows()["digests"] == before


@covers("/search")
async def test_search_asks_for_words_and_takes_the_next_ones(either: Talk) -> None:
    assert (await either.hears("/search")).text == either.text("search-usage")
    assert (await either.hears("language")).text.startswith("language\n")
    none = await either.hears("/find zymurgy")
    assert none.text == either.text("search-none", query="zymurgy")
    wrong = await either.hears('/search "open')
    assert wrong.text.startswith(either.text("query-quote-unclosed"))


@covers("[search]", "[draft]")
async def test_a_search_is_turned_ordered_and_followed(either: Talk) -> None:
    first = await either.hears(f"/search {MANY}")
    assert first.buttons[:10] == tuple(map(str, range(1, 11)))

    second = (await either.presses("button-following")).one
    assert second.id == first.id
    assert second.buttons[0] == "11"
    best = (await either.presses("button-best")).one
    assert either.text("search-best") in best.text
    assert best.buttons[0] == "1"
    newest = (await either.presses("button-newest")).one
    assert newest.text == first.text

    [preview] = (await either.presses("button-follow")).new
    assert either.text("button-subscribe") in preview.buttons
    assert await either.topics() == []


@covers("[search]")
async def test_the_best_is_what_has_the_words_in_its_title(talk: Talk) -> None:
    await talk.hears("/search epoch")
    best = (await talk.presses("button-best")).one
    assert best.text.splitlines()[3].startswith("1. The Second Epoch Problem")


@pytest.mark.parametrize("second", [41, 9999, 10**17])
@covers("[search]")
async def test_no_page_is_forged_beyond_the_last(talk: Talk, second: int) -> None:
    told = await talk.hears("/search language")
    pressed = next(b.data for row in told.rows for b in row if b.data.startswith("1search"))
    before = talk.rows()

    answer = await talk.forges(f"{pressed.rpartition(':')[0]}:{second}")

    assert (answer.toast, answer.is_nothing) == (talk.text("preview-gone"), True)
    assert talk.rows() == before


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
async def test_a_paper_opens_by_any_form_of_its_id(either: Talk, said: str) -> None:
    opened = await either.hears(said)
    assert opened.text.startswith("The Second Epoch Problem")
    assert opened.buttons[0] == either.text("entry-button-save")


@covers("/paper")
async def test_paper_says_what_it_needs_and_what_it_cannot(either: Talk) -> None:
    assert (await either.hears("/paper")).text == either.text("paper-usage")
    assert (await either.hears(KNOWN)).text.startswith("The Second")
    unread = await either.hears("/paper diffusion")
    assert unread.text == either.text("paper-unread", given="diffusion")
    asked, none = await either.says("/paper 2402.12844")
    assert asked.text == either.text("paper-fetching", id="2402.12844")
    assert none.text == either.text("paper-no-way", id="2402.12844")


@covers("/paper")
async def test_a_paper_from_arxiv_is_kept_and_opened(talk: Talk) -> None:
    await talk.says("/start")
    store = talk.house.store
    found = Paper("arxiv:2402.12844", 2, "Paper Boats", "They drift.", ("Ana",), ("cs.RO",))

    async def asked(ids: Sequence[str]) -> list[Paper]:
        return [found] if "2402.12844" in ids else []

    chat = await talk.house.chat(talk.person)
    house = talk.house.bot.counter().house
    ask = Ask(house, chat, Person(house.bot, talk.person.id), talk.house.clock.at)
    reply = await fetched(Outside(papers=asked), store, ask, "2402.12844")
    none = await fetched(Outside(papers=asked), store, ask, "2402.12845")

    assert "Paper Boats" in reply.messages[0].html
    assert none.messages[0].html == talk.text("paper-not-there", id="2402.12845")
    assert store.papers.get("arxiv:2402.12844")


@covers("/today")
async def test_today_shows_the_last_announcement_and_moves_nothing(either: Talk) -> None:
    none = await either.hears("/today")
    assert none.text == either.text("today-no-topic")
    topic = await either.follows(MANY)
    before = either.rows()

    told = await either.hears("/today")

    assert told.text.startswith(either.text("today-title"))
    assert "[1] " in told.text
    [after] = await either.topics()
    assert after == topic
    assert either.rows()["ledger"] == before["ledger"]
    [opened] = (await either.presses(label="1")).new
    assert opened.text.startswith("[1] ")
    nothing = await either.hears("/today zymurgy")
    today = day(either.language, either.house.clock.at.date())
    assert nothing.text == either.text("today-none", day=today)


@covers("/today")
async def test_other_days_are_shown_by_their_dates(either: Talk) -> None:
    """The clock stands at Mon 23 Nov 2026; the digests before name their days."""
    await either.follows(MANY)
    last_week = days(either.language, date(2026, 11, 16), date(2026, 11, 20))
    friday = day(either.language, date(2026, 11, 20))

    one = await either.hears("/today 2026-11-20")
    week = await either.hears("/today 2026-11-20 2026-11-16 robot*")
    weekend = await either.hears("/today 2026-11-21")
    much = await either.hears("/today 2026-11-01 2026-11-08 robot*")
    several = await either.hears("/today 2026-11-19 2026-11-20")

    heading = either.text("digest-heading", topic=either.text("today-topics"), days=friday)
    assert one.text.startswith(heading)
    assert week.text.startswith(either.text("digest-heading", topic="robot*", days=last_week))
    saturday = day(either.language, date(2026, 11, 21))
    assert weekend.text == either.text("today-none", day=saturday)
    assert much.text == several.text == either.text("today-long", most=7)


@covers("/today")
async def test_a_paper_of_two_topics_stands_once_and_names_the_other(talk: Talk) -> None:
    await talk.follows("cs.LG OR cs.CV OR cs.CL")
    await talk.follows("cs.CL OR cs.CV OR cs.LG OR cs.RO")
    told = await talk.hears("/today")
    rows = [line for line in told.text.splitlines() if line.startswith("[")]
    assert len(rows) == len(set(rows))
    assert count(talk.house.store, "entries") >= len(rows)
    [opened] = (await talk.presses(label="1")).new
    assert "Also in your topics: cs.CL OR" in opened.text


@covers("/history", "[history]", "[reopen]")
async def test_history_opens_any_digest_as_it_was(either: Talk) -> None:
    assert (await either.hears("/history")).text == either.text("history-none")
    sent = await either.hears(f"/digest {TOPIC}")
    for _ in range(11):
        either.house.clock.at += timedelta(seconds=1)
        await either.hears("/digest language")

    told = await either.hears("/history")
    assert told.text.startswith(either.text("history-title"))
    older = (await either.presses("button-older")).one
    assert older.is_edited
    assert older.buttons == ("1", "2", either.text("button-latest"))
    [again] = (await either.presses(label="2", message=told.id)).new
    assert again.text == sent.text
    newest = (await either.presses("button-latest", message=told.id)).one
    assert newest.text == told.text


@covers("[reopen]")
async def test_another_chats_digest_stays_closed(talk: Talk) -> None:
    await talk.hears(f"/digest {TOPIC}")
    eve = talk.by(talk.house.person("Eve"))
    await eve.hears("/start")

    refused = await eve.forges("1reopen:1:0")

    assert (refused.toast, refused.is_nothing) == (eve.text("digest-gone"), True)
