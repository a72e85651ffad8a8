"""Nobody can keep others waiting: limits a minute, said once, and floods that hold nobody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.user_limits import DAY, RATES_PER_DAY, RATES_PER_MINUTE, Cost, Excess, UserLimits
from bot.demo.emulator.faults import too_many_requests
from storage import Store
from storage.records.messages import InboxUpdate
from tests.chat.conversation import Conversation
from tests.support.clock import FakeClock
from tests.support.database import count_rows
from tests.support.running_bot import RunningBot, run_bot, store_sample


def test_after_a_burst_one_may_go_on_as_time_passes() -> None:
    clock = FakeClock()
    limits = UserLimits(monotonic=clock.monotonic)

    assert [limits.charge(1, [Cost.SEARCH]) for _ in range(6)] == [None] * 6
    assert limits.charge(1, [Cost.SEARCH]) == Excess(Cost.SEARCH, 6, should_notify=True)
    assert limits.charge(2, [Cost.SEARCH]) is None, "everybody for themselves"
    clock.elapsed = 10.0
    assert limits.charge(1, [Cost.SEARCH]) is None
    assert limits.charge(1, [Cost.SEARCH]) == Excess(Cost.SEARCH, 6, should_notify=False)


def test_it_is_said_once_a_minute() -> None:
    clock = FakeClock()
    limits = UserLimits({Cost.COMMAND: 1}, monotonic=clock.monotonic)
    refusals = []
    for second in range(0, 180, 5):
        clock.elapsed = float(second)
        for _ in range(20):
            excess = limits.charge(1, [Cost.COMMAND])
            if excess and excess.should_notify:
                refusals.append(second)
    assert refusals == [0, 60, 120]


def test_what_is_refused_spends_nothing() -> None:
    limits = UserLimits({Cost.COMMAND: 2, Cost.PREVIEW: 1}, monotonic=FakeClock().monotonic)
    assert limits.charge(1, [Cost.COMMAND, Cost.PREVIEW]) is None
    for _ in range(5):
        excess = limits.charge(1, [Cost.COMMAND, Cost.PREVIEW])
        assert excess
        assert excess.cost is Cost.PREVIEW
    assert limits.charge(1, [Cost.COMMAND]) is None
    assert limits.charge(1, []) is None


def test_what_a_day_allows_comes_back_over_the_day() -> None:
    clock = FakeClock()
    limits = UserLimits(RATES_PER_DAY, period=DAY, monotonic=clock.monotonic)
    assert [limits.charge(1, [Cost.NOTE]) for _ in range(20)] == [None] * 20
    clock.elapsed = DAY / 20 - 1.0
    assert limits.charge(1, [Cost.NOTE])
    clock.elapsed = DAY / 20
    assert limits.charge(1, [Cost.NOTE]) is None
    assert limits.charge(1, [Cost.NOTE])


def test_what_did_not_happen_is_given_back_and_no_more() -> None:
    limits = UserLimits({Cost.NOTE: 1}, monotonic=FakeClock().monotonic)
    limits.refund(1, Cost.NOTE)
    for _ in range(3):
        assert limits.charge(1, [Cost.NOTE]) is None
        limits.refund(1, Cost.NOTE)
    assert limits.charge(1, [Cost.NOTE]) is None
    assert limits.charge(1, [Cost.NOTE])


@given(st.lists(st.tuples(st.floats(0, 30), st.sampled_from(list(RATES_PER_MINUTE))), max_size=200))
def test_never_more_in_a_minute_than_a_burst_and_a_refill(
    requests: list[tuple[float, Cost]],
) -> None:
    clock = FakeClock()
    limits = UserLimits(monotonic=clock.monotonic)
    granted: dict[Cost, list[float]] = {cost: [] for cost in RATES_PER_MINUTE}
    for pause, cost in requests:
        clock.elapsed += pause
        if limits.charge(7, [cost]) is None:
            granted[cost].append(clock.elapsed)
    for cost, times in granted.items():
        for start in times:
            assert (
                sum(start <= instant < start + 60 for instant in times)
                <= 2 * RATES_PER_MINUTE[cost]
            )


@pytest.fixture
async def strict(store: Store, language: str) -> AsyncIterator[Conversation]:
    """A bot with its real limits and a clock that stands."""
    async with run_bot(store, limits=UserLimits(monotonic=FakeClock().monotonic)) as running_bot:
        await store_sample(running_bot)
        yield Conversation(running_bot, running_bot.create_person(language=language), language)


async def test_too_many_commands_are_answered_once_and_then_with_silence(
    strict: Conversation,
) -> None:
    for _ in range(20):
        assert await strict.send_text("/help")

    assert (await strict.ask("/help")).text == strict.text("limit-command", most=20)
    assert await strict.send_text("/help") == []
    other = strict.as_person(strict.running_bot.create_person("Bob", strict.language))
    assert await other.send_text("/help")
    assert count_rows(strict.running_bot.store, "inbox_updates", state="pending") == 0


async def test_too_many_presses_are_told_in_a_toast(strict: Conversation) -> None:
    await strict.send_text("/settings")
    for _ in range(60):
        await strict.send_forged_callback("1times:0:0")

    first, second = (
        await strict.send_forged_callback("1times:0:0"),
        await strict.send_forged_callback("1times:0:0"),
    )

    assert first.toast == strict.text("limit-button", most=60)
    assert (second.toast, second.is_empty) == ("", True)


async def test_too_many_previews_store_nothing(strict: Conversation) -> None:
    for _ in range(12):
        await strict.ask("/sub robots")
    before = strict.store_rows()
    assert (await strict.ask("/sub onemore")).text == strict.text("limit-preview", most=12)
    assert strict.store_rows() == before
    assert (await strict.ask("/help")).text.startswith(strict.text("help-title"))


async def test_a_flood_holds_nobody_else(strict: Conversation) -> None:
    """Ten thousand updates of one person wait; another is answered at once."""
    eve, store = strict.person, strict.running_bot.store
    await strict.ask("/start")
    bot = strict.running_bot.bot.telegram.id
    chat = {"id": eve.id, "type": "private", "first_name": "Eve"}
    sender = {"id": eve.id, "is_bot": False, "first_name": "Eve"}
    message = {"message_id": 1, "date": 0, "chat": chat, "from": sender, "text": "/help"}
    flood = [_update(bot, number, eve.id, message) for number in range(10_000)]
    await store.run(store.inbox.put, flood)
    strict.running_bot.inbox_event.set()

    bob = strict.running_bot.create_person("Bob", strict.language)
    answer = await asyncio.wait_for(bob.ask("/help"), 5)

    assert answer.text.startswith(strict.text("help-title"))
    assert count_rows(store, "inbox_updates", state="pending") > 5_000, "the flood was not over"


def _update(bot: int, number: int, chat: int, message: dict[str, object]) -> InboxUpdate:
    return InboxUpdate(
        bot, 10**9 + number, chat, json.dumps({"update_id": number, "message": message})
    )


async def test_an_answer_that_meets_a_flood_is_sent_once_more_in_its_order(
    running_bot: RunningBot,
) -> None:
    """What Telegram asks to wait is waited for, however long somebody looks."""
    conversation = Conversation(running_bot, running_bot.create_person(), "en")
    running_bot.emulator.faults.schedule("sendMessage", too_many_requests(7))
    conversation.person.send_text("/help")
    conversation.person.send_text("/list")
    await running_bot.wait_until_idle()
    await running_bot.advance_clock(seconds=7)
    assert not [message for message in conversation.person.messages() if message.is_from_bot]

    await running_bot.advance_clock(seconds=1)
    texts = [message.text for message in conversation.person.messages() if message.is_from_bot]
    assert [text.partition("\n")[0] for text in texts] == [
        conversation.text("help-title"),
        conversation.text("list-none"),
    ]

    await conversation.send_text("/settings")
    running_bot.emulator.faults.schedule("editMessageText", too_many_requests(3))
    assert (await conversation.press_button("button-time")).is_empty
    await running_bot.advance_clock(seconds=4)
    assert conversation.person.messages()[-1].is_edited
