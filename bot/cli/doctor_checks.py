"""What is wrong, and what to do about it? One finding per part of the house."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.app.config import Config
from bot.arxiv import calendar
from bot.chat.api import client
from bot.concurrency.trusted_clock import LEAP, TrustedClock
from bot.health.troubles import clock_facts, last_certain
from bot.ingest.ingest_source import FIRST, WHOLE
from bot.summaries.gateway.cost_report import account, told
from bot.summaries.gateway.model_state import State
from storage import Store, open_for_reading
from storage.engine.driver import VERSION
from storage.engine.file_checks import may_share, newest_copy
from storage.engine.liveness_probe import RUN_LEASE, Vitality, probe
from storage.errors import StorageError
from storage.records import Notice, ParcelState

LATELY = timedelta(days=1)
MISSED = 2  # feed days without papers before it is worth a word


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of the house, whether it is well, and the text that says so."""

    name: str
    is_good: bool
    notice: Notice


async def examine(config: Config, now: datetime) -> list[Finding]:
    """Looks at every part; the database is read as a whole, and nothing is written."""
    settings = Finding("settings", True, Notice("doctor-settings-good"))
    clock = TrustedClock(lambda: now)
    telegram = await _telegram(config, clock)
    return [settings, *_stored(config, now, clock), telegram]


def _stored(config: Config, now: datetime, clock: TrustedClock) -> list[Finding]:
    """What the store tells; where it cannot be opened, that it cannot and why."""
    try:
        with closing(open_for_reading(config.database)) as store:
            parts = [*_database(store), _clock(store, now, clock)]
            parts += [_feeds(store, now), _outbox(config, store)]
            parts += _updates(config, store, now)
            return [*parts, *_model(config, store, now), _running(config, now)]
    except StorageError as error:
        problem = (("problem", " ".join(str(error).splitlines())),)
        return [Finding("database", False, Notice("doctor-database-unusable", problem))]


def _database(store: Store) -> Iterator[Finding]:
    health = store.check()
    facts = (
        ("path", str(store.path)),
        ("papers", health.papers),
        ("days", len(store.papers.days())),
        ("sqlite", health.library),
    )
    if health.damage:
        copy = newest_copy(store.path)
        key = "doctor-database-damaged-copy" if copy else "doctor-database-damaged"
        place = (("copy", str(copy)),) if copy else ()
        yield Finding("database", False, Notice(key, (*facts, *place)))
    else:
        yield Finding("database", True, Notice("doctor-database-good", facts))
    if not may_share(VERSION):
        yield Finding("sqlite", True, Notice("doctor-sqlite-alone", (("version", health.library),)))


def _clock(store: Store, now: datetime, clock: TrustedClock) -> Finding:
    """Whether Telegram has denied the time, or the bot has been certain of a later one."""
    error, last = clock.error(), last_certain(store)
    if clock.certain() is None and last and last - now > LEAP:
        error = now - last
    key = "doctor-clock-wrong" if error else "doctor-clock-good"
    return Finding("clock", not error, Notice(key, tuple(clock_facts(now - error, error).items())))


def _feeds(store: Store, now: datetime) -> Finding:
    """How old the last batch is; papers of the first fill count until a feed brought some."""
    first = store.cursors.get(FIRST)
    days = [cursor.day for cursor in store.cursors.all() if cursor.day and cursor.source != FIRST]
    if not days and first.day:
        if first.batch != WHOLE:
            return Finding("feeds", True, Notice("doctor-feeds-filling"))
        days = [first.day]
    if not days:
        return Finding("feeds", False, Notice("doctor-feeds-none"))
    last = max(days)
    told = (("day", last.isoformat()), ("missed", _missed(last, now)))
    if _missed(last, now) >= MISSED:
        return Finding("feeds", False, Notice("doctor-feeds-stale", told))
    return Finding("feeds", True, Notice("doctor-feeds-good", told[:1]))


def _missed(last: date, now: datetime) -> int:
    """The feed days after the last batch, today's included."""
    days = (calendar.arxiv_day(now) - last).days
    return sum(calendar.is_feed_day(last + timedelta(days=n)) for n in range(1, days + 1))


def _outbox(config: Config, store: Store) -> Finding:
    """What could not be delivered: by this bot, or without a token by any."""
    bots = [config.bot] if config.token else store.outbox.bots()
    dead = sum(store.outbox.counts(bot)[ParcelState.DEAD] for bot in bots)
    key = "doctor-outbox-dead" if dead else "doctor-outbox-good"
    return Finding("outbox", not dead, Notice(key, (("dead", dead),) if dead else ()))


def _updates(config: Config, store: Store, now: datetime) -> Iterator[Finding]:
    """Updates that nobody could read, if there were any; those of long ago are no trouble."""
    unread = store.inbox.unread(config.bot) if config.token else None
    if unread and unread.last:
        facts = (("updates", unread.updates), ("day", f"{unread.last:%Y-%m-%d}"))
        notice = Notice("doctor-updates-unreadable", facts)
        yield Finding("updates", now - unread.last > LATELY, notice)


def _model(config: Config, store: Store, now: datetime) -> Iterator[Finding]:
    """How the model answers, how far its glosses reach and what they cost."""
    if config.contract is None:
        yield Finding("model", True, Notice("doctor-model-none"))
        return
    found = account(store, config.bot, config.contract, now)
    first, *others = told(found)
    yield Finding("model", found.state is State.GOOD, first)
    for line in others:
        yield Finding("glosses", True, line)


def _running(config: Config, now: datetime) -> Finding:
    vitality = probe(config.database, RUN_LEASE, now)
    is_alive = vitality is not Vitality.ABSENT
    return Finding("running", is_alive, Notice(f"doctor-running-{vitality}"))


async def _telegram(config: Config, clock: TrustedClock) -> Finding:
    if config.token is None:
        return Finding("telegram", False, Notice("doctor-telegram-none"))
    token, heard = config.token.get_secret_value(), clock.hear_telegram
    name, problem = await client.probe(token, config.telegram_api, heard=heard)
    if problem == "InvalidToken":
        return Finding("telegram", False, Notice("cli-token-refused"))
    if problem:
        facts = (("server", config.telegram_api), ("problem", problem))
        return Finding("telegram", False, Notice("doctor-telegram-bad", facts))
    facts = (("username", name), ("server", config.telegram_api))
    return Finding("telegram", True, Notice("doctor-telegram-good", facts))
