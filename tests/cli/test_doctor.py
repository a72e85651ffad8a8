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
from bot.cli.doctor_checks import examine
from bot.demo import Emulator
from bot.health.troubles import note_certain
from bot.ingest.ingest_source import FIRST, WHOLE
from bot.summaries.gateway.model_state import State, note
from bot.texts import say
from storage import Store, open_store
from storage.records import Commission, Refused, SourceCursor, Spending, Update
from tests.cli.terminal import TOKEN, Terminal
from tests.storage.builders import BOT, chat, issued, paper, parcel, stored

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


def found(
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
    findings = asyncio.run(examine(config, NOW))
    return {one.name: (one.is_good, one.notice.key) for one in findings}


def test_a_new_store_has_no_papers_no_bot_and_no_token(terminal: Terminal) -> None:
    with opened(terminal):
        pass

    assert found(terminal) == {
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
        ([SourceCursor(FIRST, day=date(2026, 11, 20))], (True, "doctor-feeds-filling")),
        ([SourceCursor(FIRST, day=date(2026, 11, 24), batch=WHOLE)], (True, "doctor-feeds-good")),
        ([SourceCursor(FIRST, day=date(2026, 11, 20), batch=WHOLE)], (False, "doctor-feeds-stale")),
        ([SourceCursor("cs.CV", checked=NOW)], (False, "doctor-feeds-none")),
        ([SourceCursor("cs.CV", day=date(2026, 11, 25))], (True, "doctor-feeds-good")),
        ([SourceCursor("cs.CV", day=date(2026, 11, 24))], (True, "doctor-feeds-good")),
        ([SourceCursor("cs.CV", day=date(2026, 11, 23))], (False, "doctor-feeds-stale")),
        (
            [
                SourceCursor("cs.CV", day=date(2026, 11, 2)),
                SourceCursor("hep-th", day=date(2026, 11, 25)),
            ],
            (True, "doctor-feeds-good"),
        ),
    ],
)
def test_feeds_are_as_good_as_the_last_batch(
    terminal: Terminal, cursors: list[SourceCursor], finding: tuple[bool, str]
) -> None:
    with opened(terminal) as store:
        for cursor in cursors:
            store.cursors.put(cursor)

    assert found(terminal)["feeds"] == finding


@pytest.mark.parametrize(("seconds", "alive"), [(60.0, True), (-60.0, False)])
def test_the_bot_runs_as_long_as_its_sign_of_life_lasts(
    terminal: Terminal, seconds: float, alive: bool
) -> None:
    with opened(terminal) as store:
        store.leases.take(
            leader_election.DUTY, "host:1", NOW + timedelta(seconds=seconds - 60), 60.0
        )

    key = "doctor-running-good" if alive else "doctor-running-none"
    assert found(terminal)["running"] == (alive, key)


def test_undeliverable_messages_are_counted(terminal: Terminal) -> None:
    token = f"{BOT}:{TOKEN.partition(':')[2]}"
    with opened(terminal) as store:
        chat(store)
        store.outbox.put_once(parcel())
    assert found(terminal, token=token)["outbox"] == (True, "doctor-outbox-good")

    with opened(terminal) as store:
        [claimed] = store.outbox.claim(BOT, "host:1", NOW, 60.0)
        assert store.outbox.begin(claimed, NOW)
        assert store.outbox.settle(claimed, Refused("too long"), NOW)
    assert found(terminal, token=token)["outbox"] == (False, "doctor-outbox-dead")


@pytest.mark.parametrize(("days", "is_good"), [(0, False), (2, True)])
def test_updates_that_nobody_could_read_are_counted(
    terminal: Terminal, days: int, is_good: bool
) -> None:
    """Lately a trouble; long ago only told."""
    token = f"{BOT}:{TOKEN.partition(':')[2]}"
    assert "updates" not in found(terminal, token=token)

    with opened(terminal) as store:
        store.inbox.put(Update(BOT, number, 0, "{") for number in (1, 2))
        for number in (1, 2, 2):
            store.inbox.unreadable(BOT, number, NOW - timedelta(days=days))
        assert store.inbox.unread(BOT).updates == 2
    assert found(terminal, token=token)["updates"] == (is_good, "doctor-updates-unreadable")


def test_a_database_that_cannot_be_opened_is_a_finding_beside_the_others(
    terminal: Terminal,
) -> None:
    terminal.database.write_text("Dear diary,\n")

    assert found(terminal) == {
        "settings": (True, "doctor-settings-good"),
        "database": (False, "doctor-database-unusable"),
        "telegram": (False, "doctor-telegram-none"),
    }
    assert terminal("doctor", "--quick").code == 1
    assert terminal.database.read_text() == "Dear diary,\n"


def test_a_server_that_is_not_there_is_named(terminal: Terminal) -> None:
    assert found(terminal, token=TOKEN)["telegram"] == (False, "doctor-telegram-bad")


async def test_a_server_answers_for_its_bot_and_refuses_others(terminal: Terminal) -> None:
    async with Emulator.serve() as emulator:
        url = emulator.url
        good = await asyncio.to_thread(found, terminal, token=emulator.token, server=url)
        bad = await asyncio.to_thread(found, terminal, token=TOKEN, server=url)

    assert good["telegram"] == (True, "doctor-telegram-good")
    assert bad["telegram"] == (False, "cli-token-refused")


def test_findings_are_printed_in_lines_or_json(terminal: Terminal) -> None:
    with opened(terminal) as store:
        stored(store, [paper()])
    environment = {"TELEGRAM_BOT_TOKEN": TOKEN, "PAPERGRAM_TELEGRAM_API": NOWHERE}

    said = terminal("doctor", **environment)
    rows = terminal("doctor", "--json", **environment).json()

    assert said.code == 1
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
    assert len(said.lines) == len(rows)
    for line, row in zip(said.lines, rows, strict=True):
        assert line.endswith(str(row["says"]))
        assert ("trouble" in line) == (not row["good"])
    assert TOKEN.partition(":")[2] not in said.out + said.err


async def test_all_good_exits_0(terminal: Terminal) -> None:
    now = datetime.now(UTC)
    with opened(terminal) as store:
        store.cursors.put(SourceCursor("cs.CV", day=arxiv_day(now)))
        store.leases.take(leader_election.DUTY, "host:1", now, 60.0)

    async with Emulator.serve() as emulator:
        environment = {
            "TELEGRAM_BOT_TOKEN": emulator.token,
            "PAPERGRAM_TELEGRAM_API": emulator.url,
            "LANG": "zh_CN.UTF-8",
        }
        said = await asyncio.to_thread(terminal, "doctor", **environment)

    assert (said.code, said.err) == (0, "")
    assert [line.split()[1] for line in said.lines[:4]] == ["正常"] * 4
    assert "@papergram_demo_bot" in said.lines[-1]


@pytest.mark.parametrize(
    ("ahead", "good"), [(-DAY * 300, True), (DAY / 2, True), (DAY * 2, False), (DAY * 3650, False)]
)
def test_a_clock_behind_what_the_bot_was_certain_of_is_wrong(
    terminal: Terminal, ahead: timedelta, good: bool
) -> None:
    """Ahead of it the clock may be: then the bot has been off."""
    with opened(terminal) as store:
        note_certain(store, NOW + ahead)

    key = "doctor-clock-good" if good else "doctor-clock-wrong"
    assert found(terminal)["clock"] == (good, key)


async def test_a_running_bot_is_known_by_its_process_where_the_clock_is_wrong(
    terminal: Terminal,
) -> None:
    """Or a health check would end a bot that goes by the right time."""
    bot = await asyncio.create_subprocess_exec("sleep", "60")
    name = f"{socket.gethostname()}:{bot.pid}"
    with opened(terminal) as store:
        lease = store.leases.take(leader_election.DUTY, name, NOW + 3650 * DAY, 60.0)
        assert lease
        alive = await asyncio.to_thread(terminal, "doctor", "--quick")
        bot.kill()
        await bot.wait()
        gone = await asyncio.to_thread(terminal, "doctor", "--quick")

    assert (alive.code, gone.code) == (0, 1)


def test_quick_is_one_line_for_health_checks(terminal: Terminal) -> None:
    dead = terminal("doctor", "--quick")
    with opened(terminal) as store:
        store.leases.take(leader_election.DUTY, "host:1", datetime.now(UTC), 60.0)
    alive = terminal("doctor", "--quick")

    assert (dead.code, len(dead.lines)) == (1, 1)
    assert (alive.code, len(alive.lines)) == (0, 1)


def test_a_model_is_told_with_what_its_glosses_reach_and_cost(terminal: Terminal) -> None:
    with opened(terminal) as store:
        [one] = stored(store, [paper()])
        issued(store, [one])
        store.commissions.order([Commission(one.key, 1, "zh", NOW)])
        store.spending.add(Spending(NOW.date(), "m", 1, asked=900, answered=100, money=360))
        note(store, State.KEY_REFUSED, "m", NOW)
    config = Config.model_validate(
        {
            "database": f"sqlite:///{terminal.database}",
            "TELEGRAM_BOT_TOKEN": f"{BOT}:{TOKEN.partition(':')[2]}",
            "telegram_api": NOWHERE,
            "llm_model": "m",
            "llm_price": "0.27/1.10 USD",
        }
    )

    findings = asyncio.run(examine(config, NOW))

    said = [
        (one.is_good, say("en", one.notice.key, **dict(one.notice.values)))
        for one in findings
        if one.name in ("model", "glosses")
    ]
    assert said == [
        (False, "Model m: refuses the key"),
        (True, "Glosses waiting: 1, 0 of them tried before · given up: 0"),
        (True, "en: 0 % of 1 papers shown in 7 days"),
        (True, "zh: 0 % of 1 papers shown in 7 days"),
        (True, "Today: 1,000 tokens, 0.0004 USD of 1000000"),
        (True, "This month: 1,000 tokens, 0.0004 USD, 0.0004 USD a digest"),
    ]
