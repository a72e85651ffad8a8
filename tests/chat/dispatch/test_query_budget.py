"""No stranger's question holds anybody else: what is dear is read apart, and ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.app.retention import TOPICLESS, sweep
from bot.chat.handler_table import BUTTONS
from bot.chat.handlers.papers import search as finding
from bot.chat.prepared_reads import ANEW, Readings, with_readings
from bot.chat.user_limits import RATES, Cost, Limits
from bot.digests import issue_digest
from bot.digests.new_announcements import Gathered
from bot.texts import Refusal
from bot.topics.query.parser import parse
from storage import Store
from storage.engine.query_budget import OverBudget
from storage.records import Announcement, Kind, Paper, Subscription
from tests.chat.talk import Talk
from tests.chat.test_user_limits import Watch
from tests.support.database import count
from tests.support.running_bot import opening, staged

BOUND = 1e-9  # seconds, which any query takes


@pytest.mark.parametrize(
    "words", ["/search diffusion", "/sub diffusion", "/digest diffusion", "/today diffusion"]
)
async def test_a_query_over_its_budget_is_told_and_changes_nothing(
    either: Talk, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    await either.says("/start")
    before = either.rows()
    with monkeypatch.context() as patch:
        patch.setattr("bot.chat.request_and_reply.QUERY", BOUND)

        assert (await either.hears(words)).text == either.text("query-too-dear")

    assert either.rows() == before
    assert (await either.says(words))[0].text != either.text("query-too-dear")


async def test_a_press_over_its_budget_is_told_in_a_toast(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await talk.says("/search diffusion")
    entrance = replace(BUTTONS["search"], reads=BOUND)
    monkeypatch.setitem(BUTTONS, "search", entrance)

    assert (await talk.presses("button-best")).toast == talk.text("query-too-dear")


async def test_a_topic_with_too_much_to_look_through_waits_for_its_digest(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = await talk.follows()
    await talk.tomorrow()
    monkeypatch.setattr("bot.chat.request_and_reply.SEVERAL", BOUND)

    answer = await talk.hears("/digest 1")

    assert answer.text == talk.text("digest-too-dear", topic=topic.name)
    assert await talk.topics() == [topic]


async def test_topics_that_there_is_no_time_for_are_counted_beside_the_others(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ("diffusion", "robots", "gan"):
        await talk.follows(words)

    class OnlyTheFirst(Gathered):
        """Takes too long for all topics but the first."""

        def __init__(self, store: Store, after: int, only: str = "") -> None:
            if only != "diffusion":
                raise OverBudget
            super().__init__(store, after, only)

    monkeypatch.setattr(issue_digest, "Gathered", OnlyTheFirst)
    told = [message.text for message in await talk.says("/digest")]

    assert any(talk.text("digest-too-dear-topics", topics=2, number=2) in text for text in told)
    assert not any(talk.text("refusal-failed") in text for text in told)


async def test_lists_and_cards_are_shown_whatever_a_count_costs(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = await talk.follows("diffusion*")
    monkeypatch.setattr("bot.chat.request_and_reply.QUERY", BOUND)
    talk.house.bot.counter().house.volumes.known.clear()

    assert topic.name in (await talk.hears("/list")).text
    assert topic.name in (await talk.presses(label="1")).one.text


async def test_others_are_answered_while_a_query_is_read(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what they change, which needs the one write transaction."""
    begun, goes_on = threading.Event(), threading.Event()
    found = finding.found

    def slow(*args: Any, **kwargs: Any) -> finding.Page:
        begun.set()
        assert goes_on.wait(10)
        return found(*args, **kwargs)

    monkeypatch.setattr(finding, "found", slow)
    search = asyncio.create_task(talk.person.ask("/search diffusion"))
    assert await asyncio.to_thread(begun.wait, 10)

    bob = talk.house.person("Bob")
    assert (await asyncio.wait_for(bob.ask("/help"), 5)).text.startswith(talk.text("help-title"))
    assert (await asyncio.wait_for(bob.ask("/lang zh"), 5)).text
    assert not search.done()
    goes_on.set()

    assert "diffusion" in (await search).text.lower()


async def test_what_changed_meanwhile_is_read_anew(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A topic gets other words while what gathered for it is read: the digest is of those."""
    await talk.follows("diffusion")
    await talk.tomorrow()
    drawn: list[str] = []
    draw = issue_digest.draw_news

    def and_meanwhile(
        store: Store, chat: Any, topics: tuple[Subscription, ...], now: Any
    ) -> tuple[issue_digest.News, ...]:
        news = draw(store, chat, topics, now)
        if not drawn:
            with store.transaction():
                store.subscriptions.change(replace(topics[0], query="splatting"))
        drawn.append(topics[0].query)
        return news

    monkeypatch.setattr(issue_digest, "draw_news", and_meanwhile)
    await talk.says("/digest")

    assert drawn == ["diffusion", "splatting"]
    [topic] = await talk.topics()
    last = talk.house.store.digests.last(topic.bot, topic.chat, topic.key)
    assert last is None or last.query == "splatting"


async def test_what_keeps_changing_is_refused_after_three_more_tries(store: Store) -> None:
    tried = 0

    def reads(store: Store, at: int) -> int:
        return at

    def apply(readings: Readings) -> int:
        nonlocal tried
        tried += 1
        return readings.get(1.0, reads, tried)

    with pytest.raises(Refusal, match="refusal-changing"):
        await with_readings(store, Readings(), apply)

    assert tried == 1 + ANEW + 1, "the first reading, three anew, and the refusal"


@pytest.fixture
async def watched(store: Store, language: str) -> AsyncIterator[tuple[Talk, Limits, Watch]]:
    """A house where a person's minute is measured by a clock that stands."""
    watch = Watch()
    rates = dict.fromkeys(Cost, 10**9) | {Cost.TIME: RATES[Cost.TIME]}
    limits = Limits(rates, monotonic=watch)
    async with staged(store, limits=limits) as house:
        await opening(house)
        yield Talk(house, house.person(language=language), language), limits, watch


async def test_a_person_has_so_much_time_a_minute(
    watched: tuple[Talk, Limits, Watch],
) -> None:
    talk, limits, watch = watched
    assert (await talk.says("/search diffusion"))[0].rows
    assert 0 < RATES[Cost.TIME] - _left(limits, talk.person.id) < 1, "what it took is counted"

    limits.spend(talk.person.id, Cost.TIME, RATES[Cost.TIME])
    answer = await talk.hears("/search diffusion")
    assert answer.text == talk.text("limit-time", seconds=RATES[Cost.TIME])
    assert await talk.says("/help"), "what takes no time goes on"
    bob = talk.by(talk.house.person("Bob", talk.language))
    assert (await bob.says("/search diffusion"))[0].rows

    watch.at = 61.0
    assert (await talk.says("/search diffusion"))[0].rows


def _left(limits: Limits, who: int) -> float:
    return limits._refilled(who, Cost.TIME, 0.0)


@pytest.mark.parametrize("command", ["/search", "/sub", "/digest", "/today"])
async def test_a_word_that_nobody_writes_is_named(either: Talk, command: str) -> None:
    await either.says("/start")
    before = either.rows("drafts")
    word = "ab" * 30 + "c"

    answer = await either.hears(f"{command} diffusion {word}*")

    assert answer.text.startswith(either.text("query-word-long", given=word[:39] + "…", most=60))
    assert either.rows("drafts") == before
    assert parse(word).text == word, "stored topics are still read"


async def test_what_a_command_stores_is_bounded_and_short_lived(talk: Talk) -> None:
    day = talk.house.clock.at.date()
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
            Kind.NEW,
            day,
        )
        for n in range(300)
    ]
    await talk.house.announce(many)

    [shown] = await talk.says("/today turbulence cat:cs.LG")

    store = talk.house.store
    assert "300" in shown.text
    assert talk.text("digest-button-rest", count=200) in str(shown.rows)
    assert count(store, "entries") == 212
    [heading] = store.digests.of(talk.house.bot.telegram.id, talk.person.id)
    assert (heading.shown, heading.left_out) == (12, 288)
    digest = store.digests.get(heading.number)
    assert digest
    assert (digest.matched, digest.numbered, len(digest.beyond)) == (300, 212, 88)
    kinds = [e.kind for e in (*digest.entries, *digest.rest)] + list(digest.beyond)
    assert kinds.count(Kind.CROSS) == 60

    sweep(store, talk.house.bot.telegram.id, talk.house.clock.at + TOPICLESS + timedelta(hours=1))
    assert count(store, "entries") == 0
