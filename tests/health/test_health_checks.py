"""What an operator is told of: each trouble when it is one, and none when all is well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.health.health_checks import (
    MIN_FREE_BYTES,
    DiskSpace,
    disk_space,
    find_incidents,
    last_confirmed_time,
    save_confirmed_time,
)
from bot.ingest.catch_up.missed_days import plan_backfills, record_feed_answers
from bot.ingest.sources.source_batch import BatchStatus
from bot.summaries.gateway.model_state import ModelStatus, record_model_state
from bot.texts import LANGUAGES, say
from storage import Store
from storage.records.chats import MessageForm
from storage.records.messages import MessageRejected, MessageState, OutboxMessage, RetryLater, Sent
from storage.records.operations import Incident
from tests.ingest.catch_up.test_missed_days import read, report
from tests.support.arxiv_archive import utc
from tests.support.builders import BOT

TUESDAY = date(2026, 11, 17)
MONDAY = date(2026, 11, 16)
NOON = utc(11, 17, 17)  # 12:00 in the East
MORNING = utc(11, 17, 10)  # 05:00 in the East
GIGABYTE = 1024**3
ROOMY = DiskSpace(50 * GIGABYTE, 100 * GIGABYTE)
MINUTE = timedelta(minutes=1)


def troubles(
    store: Store, now: datetime = NOON, feeds: Sequence[str] = ("cs.CV",), disk: DiskSpace = ROOMY
) -> list[str]:
    """The names of what is wrong; every one can be said."""
    incidents = find_incidents(store, BOT, feeds, now, disk)
    for trouble in incidents:
        for language in LANGUAGES:
            assert text(trouble, language)
    return [trouble.name for trouble in incidents]


def text(trouble: Incident, language: str) -> str:
    return say(language, trouble.notice.text_key, **dict(trouble.notice.values))


def message(number: int = 1, chat: int = 7) -> OutboxMessage:
    return OutboxMessage(BOT, chat, f"test/{number}", 1, MessageForm.CLASSIC, "en", ("en",), "UTC")


def queued(store: Store, count: int = 1, *, due: datetime = NOON, chat: int = 7) -> None:
    for number in range(count):
        assert store.outbox.put_once(message(number, chat + number), due_at=due)


def settled(
    store: Store, outcome: Sent | MessageRejected | RetryLater, now: datetime, count: int = 1
) -> None:
    """Sends what is waiting, with this outcome."""
    for message in store.outbox.claim(BOT, "me", now, 60.0, count):
        assert store.outbox.mark_sending(message, now)
        assert store.send_outcomes.record(message, outcome, now)


def test_all_is_well_when_the_day_was_read(store: Store) -> None:
    read(store, MONDAY, TUESDAY)

    assert troubles(store) == []


def test_papers_that_do_not_come_are_missed_six_hours_after_the_feed_turned(store: Store) -> None:
    read(store, MONDAY)

    assert troubles(store, MORNING) == []
    assert troubles(store, NOON) == ["trouble-nothing"]


@pytest.mark.parametrize("day", [utc(11, 21, 17), utc(11, 22, 17), utc(11, 27, 17)])
def test_a_day_without_announcement_is_no_trouble(store: Store, day: datetime) -> None:
    """A Saturday, a Sunday, and the day after Thanksgiving."""
    assert troubles(store, day) == []


def test_one_feed_of_several_may_be_late(store: Store) -> None:
    feeds = ["math.ST", "cs.CV", "cs.LG"]  # the first two share a feed
    read(store, TUESDAY, feed="cs.LG")

    [late] = troubles(store, feeds=feeds)

    assert late.startswith("trouble-feed-late/")


def test_an_honest_empty_answer_of_one_feed_is_a_quiet_archive(store: Store) -> None:
    read(store, TUESDAY, feed="cs.LG")
    record_feed_answers(store, [report(BatchStatus.EMPTY)], NOON)

    assert troubles(store, feeds=["cs.CV", "cs.LG"]) == []


@pytest.mark.parametrize(
    ("condition", "key"),
    [
        (BatchStatus.STALE, "trouble-feed-stale"),
        (BatchStatus.BROKEN, "trouble-feed-broken"),
        (BatchStatus.PARTIAL, "trouble-feed-broken"),
        (BatchStatus.NOT_A_FEED, "trouble-feed-broken"),
        (BatchStatus.ERROR_FEED, "trouble-feed-broken"),
        (BatchStatus.LIMITED, "trouble-feed-limited"),
        (BatchStatus.UNREACHABLE, "trouble-feed-unreachable"),
    ],
)
def test_a_feed_that_answers_badly_is_a_trouble_when_it_lasts(
    store: Store, condition: BatchStatus, key: str
) -> None:
    read(store, TUESDAY)

    record_feed_answers(store, [report(condition)], NOON)

    assert troubles(store, NOON + 119 * MINUTE) == []
    assert troubles(store, NOON + 120 * MINUTE) == [f"{key}/cs.CV"]


@pytest.mark.parametrize("condition", [BatchStatus.FRESH, BatchStatus.UNCHANGED, BatchStatus.EMPTY])
def test_a_feed_that_answers_well_is_no_trouble(store: Store, condition: BatchStatus) -> None:
    read(store, TUESDAY)

    record_feed_answers(store, [report(condition)], NOON)

    assert troubles(store, NOON + timedelta(hours=5)) == []


def test_a_feed_that_is_no_longer_polled_is_no_trouble(store: Store) -> None:
    read(store, TUESDAY, feed="cs.LG")
    record_feed_answers(store, [report(BatchStatus.BROKEN)], MORNING)

    assert troubles(store, feeds=["cs.LG"]) == []


def test_a_cut_feed_is_told_on_its_day(store: Store) -> None:
    read(store, TUESDAY)
    record_feed_answers(store, [report(BatchStatus.FRESH, "source-cut")], NOON)

    assert troubles(store, NOON) == ["trouble-feed-cut/cs.CV"]
    read(store, date(2026, 11, 18))
    assert troubles(store, NOON + timedelta(days=1)) == []


def test_a_repair_that_takes_a_day_is_a_trouble(store: Store) -> None:
    read(store, MONDAY, date(2026, 11, 18), date(2026, 11, 19))
    made = utc(11, 18, 12)
    plan_backfills(store, ("cs.CV",), made)

    assert troubles(store, made + timedelta(hours=23)) == []
    assert troubles(store, made + timedelta(hours=24)) == ["trouble-repair"]


def test_deliveries_stand_still_when_a_message_waits_and_none_leaves(store: Store) -> None:
    read(store, TUESDAY)
    queued(store)

    assert troubles(store, NOON + 14 * MINUTE) == []
    assert troubles(store, NOON + 15 * MINUTE) == ["trouble-standstill"]


def test_a_long_queue_that_moves_is_no_standstill(store: Store) -> None:
    """At 30 messages a second the last of many waits for long."""
    read(store, TUESDAY)
    queued(store, 2)
    settled(store, Sent(1), NOON + 16 * MINUTE)

    assert troubles(store, NOON + 20 * MINUTE) == []
    assert troubles(store, NOON + 22 * MINUTE) == ["trouble-standstill"]


def test_a_chat_that_must_wait_is_no_standstill(store: Store) -> None:
    read(store, TUESDAY)
    queued(store)
    store.outbox.put_once(message(9), due_at=NOON)  # behind the first one
    settled(store, RetryLater(3600.0, "busy"), NOON)
    queued(store, chat=8)
    store.outbox.hold_chat(BOT, 8, NOON + 60 * MINUTE)

    assert troubles(store, NOON + 30 * MINUTE) == []


@pytest.mark.parametrize(("count", "names"), [(4, []), (5, ["trouble-errors"])])
def test_many_messages_given_up_in_an_hour_are_a_trouble(
    store: Store, count: int, names: list[str]
) -> None:
    read(store, TUESDAY)
    queued(store, count)
    settled(store, MessageRejected("bad"), NOON, count)

    assert store.outbox.counts_by_state(BOT)[MessageState.DEAD] == count
    assert troubles(store, NOON + 59 * MINUTE) == names
    assert troubles(store, NOON + 61 * MINUTE) == []


@pytest.mark.parametrize(
    ("free", "total", "names"),
    [
        (MIN_FREE_BYTES - 1, GIGABYTE, ["trouble-disk"]),
        (MIN_FREE_BYTES, GIGABYTE, []),
        (4 * GIGABYTE, 100 * GIGABYTE, ["trouble-disk"]),
        (5 * GIGABYTE, 100 * GIGABYTE, []),
        (11 * GIGABYTE, 10_000 * GIGABYTE, []),
    ],
)
def test_a_disk_that_is_nearly_full_is_a_trouble(
    store: Store, free: int, total: int, names: list[str]
) -> None:
    read(store, TUESDAY)

    assert troubles(store, disk=DiskSpace(free, total)) == names


def test_a_system_clock_that_is_not_followed_is_a_trouble(store: Store) -> None:
    error = timedelta(days=3650)
    [trouble] = find_incidents(store, BOT, (), MORNING, ROOMY, clock_error=error)

    assert trouble.name == "trouble-clock"
    for language in LANGUAGES:
        assert "2036-11-14 10:00" in text(trouble, language)
        assert "2026-11-17 10:00" in text(trouble, language)


def test_the_last_certain_instant_outlives_the_process(store: Store) -> None:
    assert last_confirmed_time(store) is None

    for instant in (NOON, MORNING):
        save_confirmed_time(store, instant)

        assert last_confirmed_time(store) == instant, "also one before a former one: that was wrong"


def test_the_disk_is_that_of_the_store(tmp_path: Path) -> None:
    space = disk_space(tmp_path / "papergram.db")

    assert 0 < space.free < space.total


def test_a_calendar_that_ends_soon_is_a_trouble(store: Store) -> None:
    [incident] = find_incidents(
        store, BOT, ("cs.CV",), datetime(2037, 3, 1, 3, tzinfo=NOON.tzinfo), ROOMY
    )

    assert incident.name == "calendar-unlisted-year"
    assert dict(incident.notice.values) == {"year": 2037}


def test_a_long_name_of_a_feed_is_shortened(store: Store) -> None:
    feeds = ["math.ST", "math.PR", "math.OC", "hep-th"]
    read(store, TUESDAY, feed="cs.LG")

    [name] = [
        incident
        for incident in find_incidents(store, BOT, [*feeds, "cs.LG"], NOON, ROOMY)
        if incident.name.startswith("trouble-feed-late")
    ]

    assert "math.ST+…+hep-th" in text(name, "en")


@pytest.mark.parametrize(
    "state", [ModelStatus.KEY_REFUSED, ModelStatus.MODEL_UNKNOWN, ModelStatus.OUT_OF_CREDIT]
)
def test_a_model_that_only_the_operator_can_mend_is_told_at_once(
    store: Store, state: ModelStatus
) -> None:
    read(store, MONDAY, TUESDAY)
    record_model_state(store, state, "model-x", NOON)

    assert troubles(store) == [f"trouble-model-{state}"]

    record_model_state(store, ModelStatus.AVAILABLE, "model-x", NOON)
    assert troubles(store) == []


@pytest.mark.parametrize("state", [ModelStatus.OVERLOADED, ModelStatus.UNREACHABLE])
def test_a_model_that_rests_is_told_when_it_lasts(store: Store, state: ModelStatus) -> None:
    read(store, MONDAY, TUESDAY)
    record_model_state(store, state, "model-x", NOON)
    record_model_state(store, state, "model-x", NOON + 119 * MINUTE)  # the same state goes on

    assert troubles(store, NOON + 119 * MINUTE) == []
    assert troubles(store, NOON + 120 * MINUTE) == [f"trouble-model-{state}"]
