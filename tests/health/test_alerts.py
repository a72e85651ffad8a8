"""The operator's alarm: one message, not too often, and quiet again when all is well."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.concurrency.trusted_clock import TrustedClock
from bot.health.alerts import REPEAT_AFTER, notify_operator, plan_alerts
from bot.health.health_checks import last_confirmed_time
from bot.topics.query.analyzer import index_text
from storage import Store, open_store
from storage.records.chats import Chat, ChatKind
from storage.records.messages import MessageState, Notice, Sent
from storage.records.operations import Incident, NotifiedIncident
from tests.ingest.catch_up.test_missed_days import read
from tests.support.builders import BOT, NOW, TODAY, FakeSender
from tests.support.running_bot import run_bot

OPERATOR = 99
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DISK = Incident("trouble-disk", Notice("trouble-disk", (("megabytes", 12),)))
ERRORS = Incident("trouble-errors", Notice("trouble-errors", (("dead", 7),)))


def messages(store: Store) -> list[Notice]:
    """What waits for the operator."""
    message = store.outbox.messages_in_state(BOT, MessageState.READY)
    assert all(outbox_message.chat == OPERATOR for outbox_message in message)
    return [outbox_message.notice for outbox_message in message if outbox_message.notice]


def heard(store: Store, *incidents: Incident, after: timedelta = timedelta()) -> list[str]:
    """The keys of what one health check adds for the operator."""
    before = len(messages(store))
    notify_operator(store, BOT, OPERATOR, incidents, NOW + after)
    return [notice.text_key for notice in messages(store)[before:]]


def test_what_is_wrong_is_told_in_one_message(store: Store) -> None:
    assert heard(store, DISK, ERRORS) == ["alarm-troubles"]

    [notice] = messages(store)
    values = dict(notice.values)
    assert values["count"] == 2
    assert str(values["lines"]).count("• ") == 2
    assert "12 MiB" in str(values["lines"])


def test_nothing_wrong_is_not_told(store: Store) -> None:
    assert heard(store) == []


def test_the_same_trouble_is_told_once_in_six_hours(store: Store) -> None:
    looks = [heard(store, DISK, after=n * HOUR / 2) for n in range(25)]

    assert [n / 2 for n, position in enumerate(looks) if position] == [0, 6, 12]


def test_another_trouble_does_not_repeat_the_first(store: Store) -> None:
    heard(store, DISK)

    assert heard(store, DISK, ERRORS, after=HOUR) == ["alarm-troubles"]
    lines = str(dict(messages(store)[-1].values)["lines"])
    assert "MiB" not in lines


def test_when_it_is_over_that_is_told_once(store: Store) -> None:
    heard(store, DISK)

    assert heard(store, after=HOUR) == ["alarm-healed"]
    assert heard(store, after=2 * HOUR) == []


def test_a_trouble_that_comes_and_goes_is_told_no_more_often(store: Store) -> None:
    heard(store, DISK)
    heard(store, after=HOUR)

    looks = [heard(store, *([DISK] if n % 2 else []), after=HOUR + n * HOUR / 2) for n in range(9)]

    assert looks == [[]] * 9
    assert heard(store, DISK, after=6 * HOUR) == ["alarm-troubles"]


def test_a_trouble_that_healed_long_ago_is_new_again(store: Store) -> None:
    heard(store, DISK)
    heard(store, after=HOUR)
    heard(store, after=7 * HOUR)

    assert store.incidents.all() == []
    assert heard(store, DISK, after=8 * HOUR) == ["alarm-troubles"]


def test_what_was_told_survives_a_restart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'papergram.db'}"
    first = open_store(url, analyze=index_text)
    notify_operator(first, BOT, OPERATOR, [DISK], NOW)
    first.close()

    second = open_store(url, analyze=index_text)
    try:
        assert heard(second, DISK, after=HOUR) == []
        assert heard(second, after=2 * HOUR) == ["alarm-healed"]
    finally:
        second.close()


def test_one_look_told_twice_is_one_message(store: Store) -> None:
    """A process killed after the commit looks again at the same instant."""
    heard(store, DISK)
    store.incidents.delete(DISK.name)

    assert heard(store, DISK) == []


def test_without_an_operator_the_log_has_it(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        notify_operator(store, BOT, None, [DISK], NOW)
        notify_operator(store, BOT, None, [DISK], NOW + HOUR)
        notify_operator(store, BOT, None, [], NOW + 2 * HOUR)

    events = [
        (record.levelname, record.getMessage())
        for record in caplog.records
        if record.name == "bot.health.alerts"
    ]
    assert events == [("ERROR", "trouble"), ("INFO", "trouble is over")]
    assert messages(store) == []


def test_an_operator_who_reads_chinese_is_told_in_chinese(store: Store) -> None:
    store.chats.get_or_add(Chat(BOT, OPERATOR, ChatKind.PRIVATE, language="zh"))

    heard(store, DISK)

    assert "磁盘" in str(dict(messages(store)[0].values)["lines"])


async def test_the_message_reaches_the_operator(store: Store) -> None:
    heard(store, DISK)
    postman = FakeSender(store, script=[Sent(1)])

    await postman.deliver_once()

    [(outbox_message, message)] = postman.sent_messages
    assert outbox_message.chat == OPERATOR
    assert message.html.startswith("⚠️ Something needs your attention:\n• The disk is nearly full")


def test_a_clock_set_back_does_not_silence_the_alarm() -> None:
    notified = [NotifiedIncident(DISK, NOW + 30 * HOUR)]

    assert plan_alerts([DISK], notified, NOW).raised == (DISK,)


@given(
    st.lists(
        st.tuples(st.integers(1, 400), st.sets(st.sampled_from("abc"))), min_size=1, max_size=40
    )
)
def test_no_trouble_is_told_twice_in_six_hours_and_none_is_forgotten(
    looks: list[tuple[int, set[str]]],
) -> None:
    memory: dict[str, NotifiedIncident] = {}
    last_told: dict[str, datetime] = {}
    now = NOW
    for minutes, names in looks:
        now += timedelta(minutes=minutes)
        incidents = [replace(DISK, name=name) for name in sorted(names)]

        verdict = plan_alerts(incidents, list(memory.values()), now)
        memory |= {saved.incident.name: saved for saved in verdict.to_save}
        memory = {name: saved for name, saved in memory.items() if name not in verdict.to_delete}

        for trouble in verdict.raised:
            assert trouble.name not in last_told or now - last_told[trouble.name] >= REPEAT_AFTER
            last_told[trouble.name] = now
        assert all(now - last_told[name] < REPEAT_AFTER for name in names), "each was told lately"


async def test_a_running_bot_tells_its_operator_and_says_when_it_is_over(store: Store) -> None:
    """arXiv was to announce papers this morning, and nobody has read any."""
    async with run_bot(store, instant=NOW, feeds="cs.CV") as running_bot:
        ada = running_bot.create_person()
        await running_bot.send_text(ada, "/start")
        shown = len(ada.messages())
        running_bot.bot.config = running_bot.bot.config.model_copy(update={"operator": ada.id})

        await running_bot.bot.check_health()
        await running_bot.bot.check_health()
        await running_bot.wait_until_idle()
        alarm = ada.messages()[shown:]
        read(store, TODAY)
        await running_bot.bot.check_health()
        await running_bot.advance_clock(seconds=5)

        assert ["nothing came" in text.text for text in alarm] == [True]
        assert ["nothing came" in message.text for message in ada.messages()[shown:]] == [
            True,
            True,
        ]
        assert ada.messages()[-1].text.startswith("✅ This is over:")


async def test_the_operator_is_told_of_a_wrong_system_clock(store: Store) -> None:
    """And what a server has confirmed is kept for the next start."""
    shown = NOW
    clock = TrustedClock(lambda: shown)
    async with run_bot(store, instant=NOW, feeds="cs.CV") as running_bot:
        ada = running_bot.create_person()
        await running_bot.send_text(ada, "/start")
        before = len(ada.messages())
        running_bot.bot.config = running_bot.bot.config.model_copy(update={"operator": ada.id})
        running_bot.bot.clock = clock

        await running_bot.bot.check_health()
        assert last_confirmed_time(store) is None
        clock.observe_telegram_date(format_datetime(NOW, usegmt=True), 0.1)
        shown = NOW + timedelta(days=3650)
        await running_bot.advance_clock(seconds=5)
        await running_bot.bot.check_health()
        await running_bot.advance_clock(seconds=5)

        certain = last_confirmed_time(store)
        assert certain
        assert timedelta() <= certain - NOW < MINUTE
        [alarm] = [message.text for message in ada.messages()[before:] if "clock" in message.text]
        assert "timedatectl" in alarm
