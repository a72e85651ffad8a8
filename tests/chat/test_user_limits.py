"""Nobody can keep others waiting: limits a minute, said once, and floods that hold nobody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.user_limits import DAILY, DAY, RATES, Cost, Excess, Limits
from bot.demo.emulator.faults import too_many_requests
from storage import Store
from storage.records import Update
from tests.chat.talk import Talk
from tests.support.database import count
from tests.support.running_bot import opening, staged


class Watch:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_after_a_burst_one_may_go_on_as_time_passes() -> None:
    watch = Watch()
    limits = Limits(monotonic=watch)

    assert [limits.excess(1, [Cost.SEARCH]) for _ in range(6)] == [None] * 6
    assert limits.excess(1, [Cost.SEARCH]) == Excess(Cost.SEARCH, 6, is_said=True)
    assert limits.excess(2, [Cost.SEARCH]) is None, "everybody for themselves"
    watch.at = 10.0
    assert limits.excess(1, [Cost.SEARCH]) is None
    assert limits.excess(1, [Cost.SEARCH]) == Excess(Cost.SEARCH, 6, is_said=False)


def test_it_is_said_once_a_minute() -> None:
    watch = Watch()
    limits = Limits({Cost.COMMAND: 1}, monotonic=watch)
    told = []
    for second in range(0, 180, 5):
        watch.at = float(second)
        for _ in range(20):
            excess = limits.excess(1, [Cost.COMMAND])
            if excess and excess.is_said:
                told.append(second)
    assert told == [0, 60, 120]


def test_what_is_refused_spends_nothing() -> None:
    limits = Limits({Cost.COMMAND: 2, Cost.PREVIEW: 1}, monotonic=Watch())
    assert limits.excess(1, [Cost.COMMAND, Cost.PREVIEW]) is None
    for _ in range(5):
        excess = limits.excess(1, [Cost.COMMAND, Cost.PREVIEW])
        assert excess
        assert excess.cost is Cost.PREVIEW
    assert limits.excess(1, [Cost.COMMAND]) is None
    assert limits.excess(1, []) is None


def test_what_a_day_allows_comes_back_over_the_day() -> None:
    watch = Watch()
    limits = Limits(DAILY, span=DAY, monotonic=watch)
    assert [limits.excess(1, [Cost.NOTE]) for _ in range(20)] == [None] * 20
    watch.at = DAY / 20 - 1.0
    assert limits.excess(1, [Cost.NOTE])
    watch.at = DAY / 20
    assert limits.excess(1, [Cost.NOTE]) is None
    assert limits.excess(1, [Cost.NOTE])


def test_what_did_not_happen_is_given_back_and_no_more() -> None:
    limits = Limits({Cost.NOTE: 1}, monotonic=Watch())
    limits.give_back(1, Cost.NOTE)
    for _ in range(3):
        assert limits.excess(1, [Cost.NOTE]) is None
        limits.give_back(1, Cost.NOTE)
    assert limits.excess(1, [Cost.NOTE]) is None
    assert limits.excess(1, [Cost.NOTE])


@given(st.lists(st.tuples(st.floats(0, 30), st.sampled_from(list(RATES))), max_size=200))
def test_never_more_in_a_minute_than_a_burst_and_a_refill(asked: list[tuple[float, Cost]]) -> None:
    watch = Watch()
    limits = Limits(monotonic=watch)
    granted: dict[Cost, list[float]] = {cost: [] for cost in RATES}
    for pause, cost in asked:
        watch.at += pause
        if limits.excess(7, [cost]) is None:
            granted[cost].append(watch.at)
    for cost, times in granted.items():
        for start in times:
            assert sum(start <= at < start + 60 for at in times) <= 2 * RATES[cost]


@pytest.fixture
async def strict(store: Store, language: str) -> AsyncIterator[Talk]:
    """A house with its real limits and a clock that stands."""
    async with staged(store, limits=Limits(monotonic=Watch())) as house:
        await opening(house)
        yield Talk(house, house.person(language=language), language)


async def test_too_many_commands_are_answered_once_and_then_with_silence(strict: Talk) -> None:
    for _ in range(20):
        assert await strict.says("/help")

    assert (await strict.hears("/help")).text == strict.text("limit-command", most=20)
    assert await strict.says("/help") == []
    other = strict.by(strict.house.person("Bob", strict.language))
    assert await other.says("/help")
    assert count(strict.house.store, "updates", state="pending") == 0


async def test_too_many_presses_are_told_in_a_toast(strict: Talk) -> None:
    await strict.says("/settings")
    for _ in range(60):
        await strict.forges("1times:0:0")

    first, second = await strict.forges("1times:0:0"), await strict.forges("1times:0:0")

    assert first.toast == strict.text("limit-button", most=60)
    assert (second.toast, second.is_nothing) == ("", True)


async def test_too_many_previews_store_nothing(strict: Talk) -> None:
    for _ in range(12):
        await strict.hears("/sub robots")
    before = strict.rows()
    assert (await strict.hears("/sub onemore")).text == strict.text("limit-preview", most=12)
    assert strict.rows() == before
    assert (await strict.hears("/help")).text.startswith(strict.text("help-title"))


async def test_a_flood_holds_nobody_else(strict: Talk) -> None:
    """Ten thousand updates of one person wait; another is answered at once."""
    eve, store = strict.person, strict.house.store
    await strict.hears("/start")
    bot = strict.house.bot.telegram.id
    chat = {"id": eve.id, "type": "private", "first_name": "Eve"}
    sender = {"id": eve.id, "is_bot": False, "first_name": "Eve"}
    message = {"message_id": 1, "date": 0, "chat": chat, "from": sender, "text": "/help"}
    flood = [_update(bot, number, eve.id, message) for number in range(10_000)]
    await store.run(store.inbox.put, flood)
    strict.house.letters.ring()

    bob = strict.house.person("Bob", strict.language)
    answer = await asyncio.wait_for(bob.ask("/help"), 5)

    assert answer.text.startswith(strict.text("help-title"))
    assert count(store, "updates", state="pending") > 5_000, "the flood was not over"


def _update(bot: int, number: int, chat: int, message: dict[str, object]) -> Update:
    return Update(bot, 10**9 + number, chat, json.dumps({"update_id": number, "message": message}))


async def test_an_answer_that_meets_a_flood_is_sent_once_more_in_its_order(store: Store) -> None:
    """What Telegram asks to wait is waited for, however long somebody looks."""
    async with staged(store) as house:
        talk = Talk(house, house.person(), "en")
        house.emulator.faults.next("sendMessage", too_many_requests(7))
        talk.person.say("/help")
        talk.person.say("/list")
        await house.settled()
        await house.passes(seconds=7)
        assert not [one for one in talk.person.reads() if one.is_from_bot]

        await house.passes(seconds=1)
        told = [one.text for one in talk.person.reads() if one.is_from_bot]
        assert [text.partition("\n")[0] for text in told] == [
            talk.text("help-title"),
            talk.text("list-none"),
        ]

        await talk.says("/settings")
        house.emulator.faults.next("editMessageText", too_many_requests(3))
        assert (await talk.presses("button-time")).is_nothing
        await house.passes(seconds=4)
        assert talk.person.reads()[-1].is_edited
