"""No stranger's question holds anybody else: what is dear is read apart, and ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.app.retention import TOPICLESS_DIGESTS_RETENTION, apply_retention
from bot.chat.handler_table import BUTTONS
from bot.chat.handlers.papers import search as finding
from bot.chat.prepared_reads import MAX_REREADS, ReadCache, run_with_reads
from bot.chat.user_limits import RATES_PER_MINUTE, Cost, UserLimits
from bot.digests import issue_digest
from bot.digests.new_announcements import NewAnnouncements
from bot.texts import Refusal
from bot.topics.query.parser import parse
from storage import Store
from storage.engine.query_budget import QueryBudgetExceeded
from storage.records import Announcement, AnnouncementKind, Paper, Subscription
from tests.chat.talk import Conversation
from tests.chat.test_user_limits import Watch
from tests.support.database import count_rows
from tests.support.running_bot import run_bot, store_sample

BOUND = 1e-9  # seconds, which any query takes


@pytest.mark.parametrize(
    "words", ["/search diffusion", "/sub diffusion", "/digest diffusion", "/today diffusion"]
)
async def test_a_query_over_its_budget_is_told_and_changes_nothing(
    either: Conversation, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    await either.send_text("/start")
    before = either.store_rows()
    with monkeypatch.context() as patch:
        patch.setattr("bot.chat.request_and_reply.QUERY_SECONDS", BOUND)

        assert (await either.ask(words)).text == either.text("query-too-dear")

    assert either.store_rows() == before
    assert (await either.send_text(words))[0].text != either.text("query-too-dear")


async def test_a_press_over_its_budget_is_told_in_a_toast(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk.send_text("/search diffusion")
    entrance = replace(BUTTONS["search"], read_budget_seconds=BOUND)
    monkeypatch.setitem(BUTTONS, "search", entrance)

    assert (await talk.press_button("button-best")).toast == talk.text("query-too-dear")


async def test_a_topic_with_too_much_to_look_through_waits_for_its_digest(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = await talk.subscribe()
    await talk.advance_to_tomorrow()
    monkeypatch.setattr("bot.chat.request_and_reply.MULTI_QUERY_SECONDS", BOUND)

    answer = await talk.ask("/digest 1")

    assert answer.text == talk.text("digest-too-dear", topic=topic.name)
    assert await talk.topics() == [topic]


async def test_topics_that_there_is_no_time_for_are_counted_beside_the_others(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ("diffusion", "robots", "gan"):
        await talk.subscribe(words)

    class OnlyTheFirst(NewAnnouncements):
        """Takes too long for all topics but the first."""

        def __init__(self, store: Store, after: int, only_query: str = "") -> None:
            if only_query != "diffusion":
                raise QueryBudgetExceeded
            super().__init__(store, after, only_query)

    monkeypatch.setattr(issue_digest, "NewAnnouncements", OnlyTheFirst)
    told = [message.text for message in await talk.send_text("/digest")]

    assert any(talk.text("digest-too-dear-topics", topics=2, number=2) in text for text in told)
    assert not any(talk.text("refusal-failed") in text for text in told)


async def test_lists_and_cards_are_shown_whatever_a_count_costs(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = await talk.subscribe("diffusion*")
    monkeypatch.setattr("bot.chat.request_and_reply.QUERY_SECONDS", BOUND)
    talk.running_bot.bot.services().bot_info.weekly_paper_counts.counts.clear()

    assert topic.name in (await talk.ask("/list")).text
    assert topic.name in (await talk.press_button(label="1")).only_message.text


async def test_others_are_answered_while_a_query_is_read(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what they change, which needs the one write transaction."""
    begun, goes_on = threading.Event(), threading.Event()
    found = finding.find_page

    def slow(*args: Any, **kwargs: Any) -> finding.SearchPage:
        begun.set()
        assert goes_on.wait(10)
        return found(*args, **kwargs)

    monkeypatch.setattr(finding, "find_page", slow)
    search = asyncio.create_task(talk.person.ask("/search diffusion"))
    assert await asyncio.to_thread(begun.wait, 10)

    bob = talk.running_bot.create_person("Bob")
    assert (await asyncio.wait_for(bob.ask("/help"), 5)).text.startswith(talk.text("help-title"))
    assert (await asyncio.wait_for(bob.ask("/lang zh"), 5)).text
    assert not search.done()
    goes_on.set()

    assert "diffusion" in (await search).text.lower()


async def test_what_changed_meanwhile_is_read_anew(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A topic gets other words while what gathered for it is read: the digest is of those."""
    await talk.subscribe("diffusion")
    await talk.advance_to_tomorrow()
    drawn: list[str] = []
    draw = issue_digest.prepare_news

    def and_meanwhile(
        store: Store, chat: Any, topics: tuple[Subscription, ...], now: Any
    ) -> tuple[issue_digest.TopicNews, ...]:
        news = draw(store, chat, topics, now)
        if not drawn:
            with store.transaction():
                store.subscriptions.update(replace(topics[0], query="splatting"))
        drawn.append(topics[0].query)
        return news

    monkeypatch.setattr(issue_digest, "prepare_news", and_meanwhile)
    await talk.send_text("/digest")

    assert drawn == ["diffusion", "splatting"]
    [topic] = await talk.topics()
    last = talk.running_bot.store.digests.last_issued(topic.bot, topic.chat, topic.key)
    assert last is None or last.query == "splatting"


async def test_what_keeps_changing_is_refused_after_three_more_tries(store: Store) -> None:
    tried = 0

    def reads(store: Store, at: int) -> int:
        return at

    def apply(readings: ReadCache) -> int:
        nonlocal tried
        tried += 1
        return readings.get(1.0, reads, tried)

    with pytest.raises(Refusal, match="refusal-changing"):
        await run_with_reads(store, ReadCache(), apply)

    assert tried == 1 + MAX_REREADS + 1, "the first reading, three anew, and the refusal"


@pytest.fixture
async def watched(
    store: Store, language: str
) -> AsyncIterator[tuple[Conversation, UserLimits, Watch]]:
    """A house where a person's minute is measured by a clock that stands."""
    watch = Watch()
    rates = dict.fromkeys(Cost, 10**9) | {Cost.QUERY_TIME: RATES_PER_MINUTE[Cost.QUERY_TIME]}
    limits = UserLimits(rates, monotonic=watch)
    async with run_bot(store, limits=limits) as house:
        await store_sample(house)
        yield Conversation(house, house.create_person(language=language), language), limits, watch


async def test_a_person_has_so_much_time_a_minute(
    watched: tuple[Conversation, UserLimits, Watch],
) -> None:
    talk, limits, watch = watched
    assert (await talk.send_text("/search diffusion"))[0].button_rows
    assert 0 < RATES_PER_MINUTE[Cost.QUERY_TIME] - _left(limits, talk.person.id) < 1, (
        "what it took is counted"
    )

    limits.charge_amount(talk.person.id, Cost.QUERY_TIME, RATES_PER_MINUTE[Cost.QUERY_TIME])
    answer = await talk.ask("/search diffusion")
    assert answer.text == talk.text("limit-time", seconds=RATES_PER_MINUTE[Cost.QUERY_TIME])
    assert await talk.send_text("/help"), "what takes no time goes on"
    bob = talk.as_person(talk.running_bot.create_person("Bob", talk.language))
    assert (await bob.send_text("/search diffusion"))[0].button_rows

    watch.at = 61.0
    assert (await talk.send_text("/search diffusion"))[0].button_rows


def _left(limits: UserLimits, who: int) -> float:
    return limits._current_tokens(who, Cost.QUERY_TIME, 0.0)


@pytest.mark.parametrize("command", ["/search", "/sub", "/digest", "/today"])
async def test_a_word_that_nobody_writes_is_named(either: Conversation, command: str) -> None:
    await either.send_text("/start")
    before = either.store_rows("button_payloads")
    word = "ab" * 30 + "c"

    answer = await either.ask(f"{command} diffusion {word}*")

    assert answer.text.startswith(either.text("query-word-long", given=word[:39] + "…", most=60))
    assert either.store_rows("button_payloads") == before
    assert parse(word).text == word, "stored topics are still read"


async def test_what_a_command_stores_is_bounded_and_short_lived(talk: Conversation) -> None:
    day = talk.running_bot.clock.instant.date()
    many = [
        Announcement(
            Paper(
                f"arxiv:2611.1{n:04}",
                1,
                f"On turbulence {n}",
                "A study.",
                ("Ada",),
                ("cs.CV", "cs.LG") if n % 5 == 0 else ("cs.LG",),
            ),
            "cs.LG",
            AnnouncementKind.NEW,
            day,
        )
        for n in range(300)
    ]
    await talk.running_bot.announce(many)

    [shown] = await talk.send_text("/today turbulence cat:cs.LG")

    store = talk.running_bot.store
    assert "300" in shown.text
    assert talk.text("digest-button-rest", count=200) in str(shown.button_rows)
    assert count_rows(store, "entries") == 212
    [heading] = store.digests.headings_of_chat(talk.running_bot.bot.telegram.id, talk.person.id)
    assert (heading.shown_count, heading.left_out_count) == (12, 288)
    digest = store.digests.get(heading.number)
    assert digest
    assert (digest.matched_count, digest.numbered_count, len(digest.unstored_kinds)) == (
        300,
        212,
        88,
    )
    kinds = [e.kind for e in (*digest.entries, *digest.left_out)] + list(digest.unstored_kinds)
    assert kinds.count(AnnouncementKind.CROSS) == 60

    apply_retention(
        store,
        talk.running_bot.bot.telegram.id,
        talk.running_bot.clock.instant + TOPICLESS_DIGESTS_RETENTION + timedelta(hours=1),
    )
    assert count_rows(store, "entries") == 0
