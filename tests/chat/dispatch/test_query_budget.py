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
from bot.chat.read_cache import MAX_REREADS, ReadCache, run_with_reads
from bot.chat.user_limits import RATES_PER_MINUTE, Cost, UserLimits
from bot.digests import issue_digest
from bot.digests.new_announcements import NewAnnouncements
from bot.texts import Refusal
from bot.topics.query.parser import parse
from storage import Store
from storage.engine.query_time_limit import QueryBudgetExceeded
from storage.records.chats import Subscription
from storage.records.papers import Announcement, AnnouncementKind, Paper
from tests.chat.conversation import Conversation
from tests.support.clock import FakeClock
from tests.support.database import count_rows
from tests.support.running_bot import run_bot, store_sample

BOUND = 1e-9  # seconds, which any query takes


@pytest.mark.parametrize(
    "words", ["/search diffusion", "/sub diffusion", "/digest diffusion", "/today diffusion"]
)
async def test_a_query_over_its_budget_is_told_and_changes_nothing(
    localized_chat: Conversation, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    await localized_chat.send_text("/start")
    before = localized_chat.store_rows()
    with monkeypatch.context() as patch:
        patch.setattr("bot.chat.request_and_reply.QUERY_SECONDS", BOUND)

        assert (await localized_chat.ask(words)).text == localized_chat.text("query-too-dear")

    assert localized_chat.store_rows() == before
    assert (await localized_chat.send_text(words))[0].text != localized_chat.text("query-too-dear")


async def test_a_press_over_its_budget_is_told_in_a_toast(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    await conversation.send_text("/search diffusion")
    route = replace(BUTTONS["search"], read_budget_seconds=BOUND)
    monkeypatch.setitem(BUTTONS, "search", route)

    assert (await conversation.press_button("button-newest")).toast == conversation.text(
        "query-too-dear"
    )


async def test_a_topic_with_too_much_to_look_through_waits_for_its_digest(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = await conversation.subscribe()
    await conversation.advance_to_tomorrow()
    monkeypatch.setattr("bot.chat.request_and_reply.MULTI_QUERY_SECONDS", BOUND)

    answer = await conversation.ask("/digest 1")

    assert answer.text == conversation.text("digest-too-dear", topic=topic.name)
    assert await conversation.topics() == [topic]


async def test_topics_that_there_is_no_time_for_are_counted_beside_the_others(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ("diffusion", "robots", "gan"):
        await conversation.subscribe(words)

    class OnlyTheFirst(NewAnnouncements):
        """Takes too long for all topics but the first."""

        def __init__(self, store: Store, after: int, only_query: str = "") -> None:
            if only_query != "diffusion":
                raise QueryBudgetExceeded
            super().__init__(store, after, only_query)

    monkeypatch.setattr(issue_digest, "NewAnnouncements", OnlyTheFirst)
    texts = [message.text for message in await conversation.send_text("/digest")]

    assert any(
        conversation.text("digest-too-dear-topics", topics=2, number=2) in text for text in texts
    )
    assert not any(conversation.text("refusal-failed") in text for text in texts)


async def test_lists_and_cards_are_shown_whatever_a_count_costs(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = await conversation.subscribe("diffusion*")
    monkeypatch.setattr("bot.chat.request_and_reply.QUERY_SECONDS", BOUND)
    conversation.running_bot.bot.services().bot_info.weekly_paper_counts.counts.clear()

    assert topic.name in (await conversation.ask("/list")).text
    assert topic.name in (await conversation.press_button(label="1")).only_message.text


async def test_others_are_answered_while_a_query_is_read(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what they change, which needs the one write transaction."""
    begun, goes_on = threading.Event(), threading.Event()
    find_page = finding.find_page

    def slow(*args: Any, **kwargs: Any) -> finding.SearchPage:
        begun.set()
        assert goes_on.wait(10)
        return find_page(*args, **kwargs)

    monkeypatch.setattr(finding, "find_page", slow)
    search = asyncio.create_task(conversation.person.ask("/search diffusion"))
    assert await asyncio.to_thread(begun.wait, 10)

    bob = conversation.running_bot.create_person("Bob")
    assert (await asyncio.wait_for(bob.ask("/help"), 5)).text.startswith(
        conversation.text("help-title")
    )
    assert (await asyncio.wait_for(bob.ask("/lang zh"), 5)).text
    assert not search.done()
    goes_on.set()

    assert "diffusion" in (await search).text.lower()


async def test_what_changed_meanwhile_is_read_anew(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A topic gets other words while what gathered for it is read: the digest is of those."""
    await conversation.subscribe("diffusion")
    await conversation.advance_to_tomorrow()
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
    await conversation.send_text("/digest")

    assert drawn == ["diffusion", "splatting"]
    [topic] = await conversation.topics()
    last = conversation.running_bot.store.digests.last_issued(topic.bot, topic.chat, topic.key)
    assert last is None or last.query == "splatting"


async def test_what_keeps_changing_is_refused_after_three_more_tries(store: Store) -> None:
    tried = 0

    def reads(store: Store, instant: int) -> int:
        return instant

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
) -> AsyncIterator[tuple[Conversation, UserLimits, FakeClock]]:
    """A bot where a person's minute is measured by a clock that stands."""
    clock = FakeClock()
    rates = dict.fromkeys(Cost, 10**9) | {Cost.QUERY_TIME: RATES_PER_MINUTE[Cost.QUERY_TIME]}
    limits = UserLimits(rates, monotonic=clock.monotonic)
    async with run_bot(store, limits=limits) as running_bot:
        await store_sample(running_bot)
        yield (
            Conversation(running_bot, running_bot.create_person(language=language), language),
            limits,
            clock,
        )


async def test_a_person_has_so_much_time_a_minute(
    watched: tuple[Conversation, UserLimits, FakeClock],
) -> None:
    conversation, limits, clock = watched
    assert (await conversation.send_text("/search diffusion"))[0].button_rows
    assert 0 < RATES_PER_MINUTE[Cost.QUERY_TIME] - _left(limits, conversation.person.id) < 1, (
        "what it took is counted"
    )

    limits.charge_amount(conversation.person.id, Cost.QUERY_TIME, RATES_PER_MINUTE[Cost.QUERY_TIME])
    answer = await conversation.ask("/search diffusion")
    assert answer.text == conversation.text("limit-time", seconds=RATES_PER_MINUTE[Cost.QUERY_TIME])
    assert await conversation.send_text("/help"), "what takes no time goes on"
    bob = conversation.as_person(
        conversation.running_bot.create_person("Bob", conversation.language)
    )
    assert (await bob.send_text("/search diffusion"))[0].button_rows

    clock.elapsed = 61.0
    assert (await conversation.send_text("/search diffusion"))[0].button_rows


def _left(limits: UserLimits, who: int) -> float:
    return limits._current_tokens(who, Cost.QUERY_TIME, 0.0)


@pytest.mark.parametrize("command", ["/search", "/sub", "/digest", "/today"])
async def test_a_word_that_nobody_writes_is_named(
    localized_chat: Conversation, command: str
) -> None:
    await localized_chat.send_text("/start")
    before = localized_chat.store_rows("button_payloads")
    word = "ab" * 30 + "c"

    answer = await localized_chat.ask(f"{command} diffusion {word}*")

    assert answer.text.startswith(
        localized_chat.text("query-word-long", given=word[:39] + "…", most=60)
    )
    assert localized_chat.store_rows("button_payloads") == before
    assert parse(word).text == word, "stored topics are still read"


async def test_what_a_command_stores_is_bounded_and_short_lived(conversation: Conversation) -> None:
    day = conversation.running_bot.clock.instant.date()
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
    await conversation.running_bot.announce(many)

    [shown] = await conversation.send_text("/today turbulence cat:cs.LG")

    store = conversation.running_bot.store
    assert "300" in shown.text
    assert conversation.text("digest-button-rest", count=200) in str(shown.button_rows)
    assert count_rows(store, "entries") == 212
    [digest_heading] = store.digests.headings_of_chat(
        conversation.running_bot.bot.telegram.id, conversation.person.id
    )
    assert (digest_heading.shown_count, digest_heading.left_out_count) == (12, 288)
    digest = store.digests.get(digest_heading.number)
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
        conversation.running_bot.bot.telegram.id,
        conversation.running_bot.clock.instant + TOPICLESS_DIGESTS_RETENTION + timedelta(hours=1),
    )
    assert count_rows(store, "entries") == 0
