"""What is wrong, and what to do about it? One finding per part of the house."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot import app, arxiv_calendar
from bot.chat import sender
from bot.config import Config
from bot.ingest import FIRST, WHOLE
from storage import Store
from storage.model import Notice, ParcelState

MISSED = 2  # feed days without papers before it is worth a word


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of the house, whether it is well, and the text that says so."""

    name: str
    is_good: bool
    notice: Notice


async def examine(config: Config, *, quick: bool) -> list[Finding]:
    """Looks at every part; ``quick`` only at whether the bot shows signs of life."""
    with app.opened(config) as store:
        if quick:
            return [_running(store)]
        findings = [
            Finding("settings", True, Notice("doctor-settings-good")),
            _database(store),
            _feeds(store),
            *_outbox(config, store),
            _running(store),
        ]
    return [*findings, await _telegram(config)]


def _database(store: Store) -> Finding:
    health = store.check()
    facts = (
        ("path", str(store.path)),
        ("papers", health.papers),
        ("days", len(store.papers.days())),
        ("sqlite", health.library),
    )
    if health.damage:
        return Finding("database", False, Notice("doctor-database-damaged", facts))
    return Finding("database", True, Notice("doctor-database-good", facts))


def _feeds(store: Store) -> Finding:
    days = [cursor.day for cursor in store.cursors.all() if cursor.day and cursor.source != FIRST]
    first = store.cursors.get(FIRST)
    if not days:
        if first.day and first.batch != WHOLE:
            return Finding("feeds", True, Notice("doctor-feeds-filling"))
        return Finding("feeds", False, Notice("doctor-feeds-none"))
    last, today = max(days), arxiv_calendar.arxiv_day(app.wall_clock())
    missed = sum(
        arxiv_calendar.is_feed_day(last + timedelta(days=n))
        for n in range(1, max((today - last).days, 0) + 1)
    )
    told = (("day", last.isoformat()), ("missed", missed))
    if missed >= MISSED:
        return Finding("feeds", False, Notice("doctor-feeds-stale", told))
    return Finding("feeds", True, Notice("doctor-feeds-good", told[:1]))


def _outbox(config: Config, store: Store) -> Iterator[Finding]:
    if config.token is None:
        return
    bot = int(config.token.get_secret_value().partition(":")[0] or 0)
    dead = store.outbox.counts(bot)[ParcelState.DEAD]
    key = "doctor-outbox-dead" if dead else "doctor-outbox-good"
    yield Finding("outbox", not dead, Notice(key, (("dead", dead),) if dead else ()))


def _running(store: Store) -> Finding:
    lease = store.leases.held(app.HEARTBEAT)
    alive = lease is not None and lease.until > app.wall_clock()
    return Finding("running", alive, Notice(f"doctor-running-{'good' if alive else 'none'}"))


async def _telegram(config: Config) -> Finding:
    if config.token is None:
        return Finding("telegram", False, Notice("doctor-telegram-none"))
    name, problem = await sender.probe(config.token.get_secret_value(), config.telegram_api)
    if problem:
        facts = (("server", config.telegram_api), ("problem", problem))
        return Finding("telegram", False, Notice("doctor-telegram-bad", facts))
    facts = (("username", name), ("server", config.telegram_api))
    return Finding("telegram", True, Notice("doctor-telegram-good", facts))
