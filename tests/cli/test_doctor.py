"""The doctor's findings, each good and bad, and the exit code that health checks trust."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.app import leader_election
from bot.app.config import Config
from bot.arxiv.calendar import arxiv_day
from bot.cli.doctor_checks import run_diagnostics
from bot.demo import Emulator
from bot.health.health_checks import save_confirmed_time
from bot.ingest.ingest_source import COMPLETE_MARK, FIRST_FILL
from bot.summaries.gateway.model_state import ModelStatus, record_model_state
from bot.texts import say
from storage import Store, open_store
from storage.records.feeds import FeedCursor
from storage.records.messages import InboxUpdate, MessageRejected
from storage.records.summaries import DailySpending, SummaryJob
from tests.cli.terminal import TOKEN, Terminal
from tests.storage.builders import (
    BOT,
    create_chat,
    issue_digest,
    outbox_message,
    paper,
    store_papers,
)

NOW = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)  # Wednesday, noon in New York
DAY = timedelta(days=1)
NOWHERE = "http://127.0.0.1:9"


@contextmanager
def opened(terminal: Terminal) -> Iterator[Store]:
    store = open_store(f"sqlite:///{terminal.database}")
    try:
        yield store
    finally:
        store.close()


def findings_by_name(
    terminal: Terminal, *, token: str = "", server: str = NOWHERE
) -> dict[str, tuple[bool, str]]:
    """Each finding by its name: whether it is good, and the key of its text."""
    config = Config.model_validate(
        {
            "TELEGRAM_BOT_TOKEN": token or None,
            "telegram_api": server,
            "database": f"sqlite:///{terminal.database}",
        }
    )
    findings = asyncio.run(run_diagnostics(config, NOW))
    return {finding.name: (finding.is_good, finding.notice.text_key) for finding in findings}


def test_a_new_store_has_no_papers_no_bot_and_no_token(terminal: Terminal) -> None:
    with opened(terminal):
        pass

    assert findings_by_name(terminal) == {
        "settings": (True, "doctor-settings-good"),
        "database": (True, "doctor-database-good"),
        "clock": (True, "doctor-clock-good"),
        "feeds": (False, "doctor-feeds-none"),
        "outbox": (True, "doctor-outbox-good"),
        "model": (True, "doctor-model-none"),
        "running": (False, "doctor-running-none"),
        "telegram": (False, "doctor-telegram-none"),
    }


@pytest.mark.parametrize(
    ("cursors", "finding"),
    [
        ([FeedCursor(FIRST_FILL, last_day=date(2026, 11, 20))], (True, "doctor-feeds-filling")),
        (
            [FeedCursor(FIRST_FILL, last_day=date(2026, 11, 24), batch_fingerprint=COMPLETE_MARK)],
            (True, "doctor-feeds-good"),
        ),
        (
            [FeedCursor(FIRST_FILL, last_day=date(2026, 11, 20), batch_fingerprint=COMPLETE_MARK)],
            (False, "doctor-feeds-stale"),
        ),
        ([FeedCursor("cs.CV", checked_at=NOW)], (False, "doctor-feeds-none")),
        ([FeedCursor("cs.CV", last_day=date(2026, 11, 25))], (True, "doctor-feeds-good")),
        ([FeedCursor("cs.CV", last_day=date(2026, 11, 24))], (True, "doctor-feeds-good")),
        ([FeedCursor("cs.CV", last_day=date(2026, 11, 23))], (False, "doctor-feeds-stale")),
        (
            [
                FeedCursor("cs.CV", last_day=date(2026, 11, 2)),
                FeedCursor("hep-th", last_day=date(2026, 11, 25)),
            ],
            (True, "doctor-feeds-good"),
        ),
    ],
)
def test_feeds_are_as_good_as_the_last_batch(
    terminal: Terminal, cursors: list[FeedCursor], finding: tuple[bool, str]
) -> None:
    with opened(terminal) as store:
        for cursor in cursors:
            store.feed_cursors.put(cursor)

    assert findings_by_name(terminal)["feeds"] == finding


@pytest.mark.parametrize(("seconds", "alive"), [(60.0, True), (-60.0, False)])
def test_the_bot_runs_as_long_as_its_sign_of_life_lasts(
    terminal: Terminal, seconds: float, alive: bool
) -> None:
    with opened(terminal) as store:
        store.leases.acquire(
            leader_election.LEADER_LEASE, "host:1", NOW + timedelta(seconds=seconds - 60), 60.0
        )

    key = "doctor-running-good" if alive else "doctor-running-none"
    assert findings_by_name(terminal)["running"] == (alive, key)


def test_undeliverable_messages_are_counted(terminal: Terminal) -> None:
    token = f"{BOT}:{TOKEN.partition(':')[2]}"
    with opened(terminal) as store:
        create_chat(store)
        store.outbox.put_once(outbox_message())
    assert findings_by_name(terminal, token=token)["outbox"] == (True, "doctor-outbox-good")

    with opened(terminal) as store:
        [claimed] = store.outbox.claim(BOT, "host:1", NOW, 60.0)
        assert store.outbox.mark_sending(claimed, NOW)
        assert store.send_outcomes.record(claimed, MessageRejected("too long"), NOW)
    assert findings_by_name(terminal, token=token)["outbox"] == (False, "doctor-outbox-dead")


@pytest.mark.parametrize(("days", "is_good"), [(0, False), (2, True)])
def test_updates_that_nobody_could_read_are_counted(
    terminal: Terminal, days: int, is_good: bool
) -> None:
    """Lately a trouble; long ago only told."""
    token = f"{BOT}:{TOKEN.partition(':')[2]}"
    assert "updates" not in findings_by_name(terminal, token=token)

    with opened(terminal) as store:
        store.inbox.put(InboxUpdate(BOT, number, 0, "{") for number in (1, 2))
        for number in (1, 2, 2):
            store.inbox.mark_unreadable(BOT, number, NOW - timedelta(days=days))
        assert store.inbox.unreadable_updates(BOT).count == 2
    assert findings_by_name(terminal, token=token)["updates"] == (
        is_good,
        "doctor-updates-unreadable",
    )


def test_a_database_that_cannot_be_opened_is_a_finding_beside_the_others(
    terminal: Terminal,
) -> None:
    terminal.database.write_text("Dear diary,\n")

    assert findings_by_name(terminal) == {
        "settings": (True, "doctor-settings-good"),
        "database": (False, "doctor-database-unusable"),
        "telegram": (False, "doctor-telegram-none"),
    }
    assert terminal("doctor", "--quick").exit_code == 1
    assert terminal.database.read_text() == "Dear diary,\n"


def test_a_server_that_is_not_there_is_named(terminal: Terminal) -> None:
    assert findings_by_name(terminal, token=TOKEN)["telegram"] == (False, "doctor-telegram-bad")


async def test_a_server_answers_for_its_bot_and_refuses_others(terminal: Terminal) -> None:
    async with Emulator.serve() as emulator:
        url = emulator.url
        good = await asyncio.to_thread(findings_by_name, terminal, token=emulator.token, server=url)
        bad = await asyncio.to_thread(findings_by_name, terminal, token=TOKEN, server=url)

    assert good["telegram"] == (True, "doctor-telegram-good")
    assert bad["telegram"] == (False, "cli-token-refused")


def test_findings_are_printed_in_lines_or_json(terminal: Terminal) -> None:
    with opened(terminal) as store:
        store_papers(store, [paper()])
    environment = {"TELEGRAM_BOT_TOKEN": TOKEN, "PAPERGRAM_TELEGRAM_API": NOWHERE}

    result = terminal("doctor", **environment)
    rows = terminal("doctor", "--json", **environment).json_objects()

    assert result.exit_code == 1
    assert [row["check"] for row in rows] == [
        "settings",
        "database",
        "clock",
        "feeds",
        "outbox",
        "model",
        "running",
        "telegram",
    ]
    assert len(result.lines) == len(rows)
    for line, row in zip(result.lines, rows, strict=True):
        assert line.endswith(str(row["says"]))
        assert ("trouble" in line) == (not row["good"])
    assert TOKEN.partition(":")[2] not in result.stdout + result.stderr


async def test_all_good_exits_0(terminal: Terminal) -> None:
    now = datetime.now(UTC)
    with opened(terminal) as store:
        store.feed_cursors.put(FeedCursor("cs.CV", last_day=arxiv_day(now)))
        store.leases.acquire(leader_election.LEADER_LEASE, "host:1", now, 60.0)

    async with Emulator.serve() as emulator:
        environment = {
            "TELEGRAM_BOT_TOKEN": emulator.token,
            "PAPERGRAM_TELEGRAM_API": emulator.url,
            "LANG": "zh_CN.UTF-8",
        }
        result = await asyncio.to_thread(terminal, "doctor", **environment)

    assert (result.exit_code, result.stderr) == (0, "")
    assert [line.split()[1] for line in result.lines[:4]] == ["正常"] * 4
    assert "@papergram_demo_bot" in result.lines[-1]


@pytest.mark.parametrize(
    ("ahead", "good"), [(-DAY * 300, True), (DAY / 2, True), (DAY * 2, False), (DAY * 3650, False)]
)
def test_a_clock_behind_what_the_bot_was_certain_of_is_wrong(
    terminal: Terminal, ahead: timedelta, good: bool
) -> None:
    """Ahead of it the clock may be: then the bot has been off."""
    with opened(terminal) as store:
        save_confirmed_time(store, NOW + ahead)

    key = "doctor-clock-good" if good else "doctor-clock-wrong"
    assert findings_by_name(terminal)["clock"] == (good, key)


async def test_a_running_bot_is_known_by_its_process_where_the_clock_is_wrong(
    terminal: Terminal,
) -> None:
    """Or a health check would end a bot that goes by the right time."""
    bot = await asyncio.create_subprocess_exec("sleep", "60")
    name = f"{socket.gethostname()}:{bot.pid}"
    with opened(terminal) as store:
        lease = store.leases.acquire(leader_election.LEADER_LEASE, name, NOW + 3650 * DAY, 60.0)
        assert lease
        alive = await asyncio.to_thread(terminal, "doctor", "--quick")
        bot.kill()
        await bot.wait()
        gone = await asyncio.to_thread(terminal, "doctor", "--quick")

    assert (alive.exit_code, gone.exit_code) == (0, 1)


def test_quick_is_one_line_for_health_checks(terminal: Terminal) -> None:
    dead = terminal("doctor", "--quick")
    with opened(terminal) as store:
        store.leases.acquire(leader_election.LEADER_LEASE, "host:1", datetime.now(UTC), 60.0)
    alive = terminal("doctor", "--quick")

    assert (dead.exit_code, len(dead.lines)) == (1, 1)
    assert (alive.exit_code, len(alive.lines)) == (0, 1)


def test_a_model_is_told_with_what_its_summaries_reach_and_cost(terminal: Terminal) -> None:
    with opened(terminal) as store:
        [stored_paper] = store_papers(store, [paper()])
        issue_digest(store, [stored_paper])
        store.summary_jobs.enqueue([SummaryJob(stored_paper.key, 1, "zh", NOW)])
        store.spending.add(
            DailySpending(
                NOW.date(), "m", 1, prompt_tokens=900, completion_tokens=100, cost_micros=360
            )
        )
        record_model_state(store, ModelStatus.KEY_REFUSED, "m", NOW)
    config = Config.model_validate(
        {
            "database": f"sqlite:///{terminal.database}",
            "TELEGRAM_BOT_TOKEN": f"{BOT}:{TOKEN.partition(':')[2]}",
            "telegram_api": NOWHERE,
            "llm_model": "m",
            "llm_price": "0.27/1.10 USD",
        }
    )

    findings = asyncio.run(run_diagnostics(config, NOW))

    notices = [
        (finding.is_good, say("en", finding.notice.text_key, **dict(finding.notice.values)))
        for finding in findings
        if finding.name in ("model", "glosses")
    ]
    assert notices == [
        (False, "Model m: refuses the key"),
        (True, "Glosses waiting: 1, 0 of them tried before · given up: 0"),
        (True, "en: 0 % of 1 papers shown in 7 days"),
        (True, "zh: 0 % of 1 papers shown in 7 days"),
        (True, "Today: 1,000 tokens, 0.0004 USD of 1000000"),
        (True, "This month: 1,000 tokens, 0.0004 USD, 0.0004 USD a digest"),
    ]
