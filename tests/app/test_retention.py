"""What is no longer of use goes; what somebody may still ask for stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app.retention import ANSWERED, RECEIVED, SAID, SENT, TOLD, TOPICLESS, sweep, sweep_answered
from storage import Store
from storage.records import Commission, Digest, Entry, Kind, Outcome, Rank, Refused, Sent, Update
from tests.storage.builders import BOT, CHAT, MINUTE, NOW, chat, issued, paper, parcel, stored
from tests.support.database import count


def delivered(store: Store, period: str = "1/2026-11-20") -> int:
    [one] = stored(store, [paper()])
    number = issued(store, [one], period)
    store.outbox.put_once(parcel(digest=number, period=period, first=1, last=1), due=NOW)
    [sent] = store.outbox.claim(BOT, "me", NOW, 60.0, 1)
    assert store.outbox.begin(sent, NOW)
    assert store.outbox.settle(sent, Sent(7), NOW)
    return number


def test_messages_leave_no_trace_after_three_months_and_digests_stay(store: Store) -> None:
    number = delivered(store)

    assert sweep(store, BOT, NOW + SENT) == 0
    assert sweep(store, BOT, NOW + SENT + MINUTE) == 1

    assert store.outbox.of_digest(number) == []
    assert store.digests.get(number) is not None
    assert count(store, "ledger", chat=CHAT) == 1


def test_what_waits_or_failed_stays(store: Store) -> None:
    [one] = stored(store, [paper()])
    number = issued(store, [one])
    store.outbox.put_once(parcel(digest=number, first=1, last=1), due=NOW)

    assert sweep(store, BOT, NOW + timedelta(days=1000)) == 0
    assert len(store.outbox.of_digest(number)) == 1
    assert count(store, "ledger", chat=CHAT) == 1  # reserved


def test_receipts_are_kept_for_longer_than_papers_come_back(store: Store) -> None:
    delivered(store)
    sweep(store, BOT, NOW + RECEIVED)
    assert count(store, "ledger", chat=CHAT) == 1

    sweep(store, BOT, NOW + RECEIVED + MINUTE)

    assert count(store, "ledger", chat=CHAT) == 0


def test_answered_updates_go_but_for_the_newest_and_those_that_wait(store: Store) -> None:
    store.inbox.put([Update(BOT, id, CHAT, "{}") for id in range(1, ANSWERED + 6)])
    for id in (1, 2, 4):
        store.inbox.applied(BOT, id)

    assert sweep_answered(store, BOT, NOW) == 3
    assert count(store, "updates") == ANSWERED + 2


def test_answers_that_were_sent_go_soon_and_others_after_a_week(store: Store) -> None:
    known = chat(store)
    outcomes: tuple[Outcome, ...] = (Sent(1), Refused("no"))
    for part, outcome in enumerate(outcomes, start=1):
        answer = replace(
            parcel(known.chat, part=part),
            digest=0,
            rank=Rank.ANSWER,
            content="x",
            expires=NOW + TOLD,
        )
        assert store.outbox.put_once(answer, due=NOW)
        [claimed] = store.outbox.claim(BOT, "host:1", NOW, 60.0)
        assert store.outbox.begin(claimed, NOW)
        assert store.outbox.settle(claimed, outcome, NOW)

    assert sweep_answered(store, BOT, NOW + SAID) == 0
    assert sweep_answered(store, BOT, NOW + SAID + MINUTE) == 1
    assert sweep(store, BOT, NOW + TOLD) == 0
    assert sweep(store, BOT, NOW + TOLD + MINUTE) == 1


def test_words_behind_old_buttons_and_old_orders_go(store: Store) -> None:
    [one] = stored(store, [paper()])
    store.drafts.put(BOT, CHAT, "diffusion", NOW)
    store.commissions.order([Commission(one.key, 1, "zh", NOW)])

    assert sweep(store, BOT, NOW + SENT) == 0
    assert sweep(store, BOT, NOW + SENT + MINUTE) == 2


@pytest.mark.parametrize("turns", [0, 1])
def test_it_stops_between_two_transactions(store: Store, turns: int) -> None:
    store.inbox.put([Update(BOT, id, CHAT, "{}") for id in range(1, ANSWERED + 1501)])
    for id in range(1, 1501):
        store.inbox.applied(BOT, id)
    asked = iter([True] * turns + [False] * 10)

    assert sweep_answered(store, BOT, NOW, goes_on=lambda: next(asked)) == 1000 * turns


@pytest.mark.parametrize("subscription", [0, 1])
def test_digests_of_no_topic_go_after_a_week(store: Store, subscription: int) -> None:
    """Those of topics stay, and what is still on its way or counts as received."""
    entries = tuple(Entry(one, Kind.NEW) for one in stored(store, [paper()]))
    digest = Digest("Words", "words", NOW, entries, bot=BOT, chat=CHAT, subscription=subscription)
    numbers = [
        store.digests.issue(replace(digest, period=period))
        for period in ("today", "words", "missed")
    ]
    store.outbox.put_once(parcel(digest=numbers[1], period="words", first=1, last=1), due=NOW)
    store.digests.reserve(numbers[2], now=NOW)

    assert sweep(store, BOT, NOW + TOPICLESS) == 0
    assert sweep(store, BOT, NOW + TOPICLESS + MINUTE) == (0 if subscription else 1)

    left = [store.digests.get(number) is not None for number in numbers]
    assert left == [bool(subscription), True, True]
    assert count(store, "entries") == sum(left)
