"""What is wrong, and what to do about it? One finding per part of the house."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot import app, arxiv_calendar, standby
from bot.account import account, told
from bot.chat import sender
from bot.condition import State
from bot.config import Config
from bot.ingest import FIRST, WHOLE
from storage import Store
from storage.errors import StorageError
from storage.model import Notice, ParcelState

LATELY = timedelta(days=1)
MISSED = 2  # feed days without papers before it is worth a word


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of the house, whether it is well, and the text that says so."""

    name: str
    is_good: bool
    notice: Notice


async def examine(config: Config, now: datetime, *, quick: bool) -> list[Finding]:
    """Looks at every part; ``quick`` only at whether the bot shows signs of life."""
    if quick:
        with app.opened(config) as store:
            return [_running(store, now)]
    settings = Finding("settings", True, Notice("doctor-settings-good"))
    return [settings, *_stored(config, now), await _telegram(config)]


def _stored(config: Config, now: datetime) -> list[Finding]:
    """What the store tells; where it cannot be opened, that it cannot and why."""
    try:
        with app.opened(config) as store:
            parts = [_database(store), _feeds(store, now), *_outbox(config, store)]
            parts += _updates(config, store, now)
            return [*parts, *_model(config, store, now), _running(store, now)]
    except StorageError as error:
        problem = (("problem", " ".join(str(error).splitlines())),)
        return [Finding("database", False, Notice("doctor-database-unusable", problem))]


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
    days = (arxiv_calendar.arxiv_day(now) - last).days
    return sum(arxiv_calendar.is_feed_day(last + timedelta(days=n)) for n in range(1, days + 1))


def _outbox(config: Config, store: Store) -> Iterator[Finding]:
    if config.token is None:
        return
    dead = store.outbox.counts(config.bot)[ParcelState.DEAD]
    key = "doctor-outbox-dead" if dead else "doctor-outbox-good"
    yield Finding("outbox", not dead, Notice(key, (("dead", dead),) if dead else ()))


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


def _running(store: Store, now: datetime) -> Finding:
    lease = store.leases.held(standby.DUTY)
    alive = lease is not None and lease.until > now
    return Finding("running", alive, Notice(f"doctor-running-{'good' if alive else 'none'}"))


async def _telegram(config: Config) -> Finding:
    if config.token is None:
        return Finding("telegram", False, Notice("doctor-telegram-none"))
    name, problem = await sender.probe(config.token.get_secret_value(), config.telegram_api)
    if problem == "InvalidToken":
        return Finding("telegram", False, Notice("cli-token-refused"))
    if problem:
        facts = (("server", config.telegram_api), ("problem", problem))
        return Finding("telegram", False, Notice("doctor-telegram-bad", facts))
    facts = (("username", name), ("server", config.telegram_api))
    return Finding("telegram", True, Notice("doctor-telegram-good", facts))
