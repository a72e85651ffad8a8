"""Check every part of an installation, and say what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.app.config import Config
from bot.arxiv import calendar
from bot.chat.api import send_and_edit
from bot.chat.api.polling import InvalidToken, TelegramError
from bot.concurrency.trusted_clock import MAX_UNCONFIRMED_STEP, TrustedClock
from bot.health.health_checks import clock_error_values, last_confirmed_time
from bot.ingest.ingest_source import COMPLETE_MARK, FIRST_FILL
from bot.summaries.gateway.cost_report import build_cost_report, cost_report_notices
from bot.summaries.gateway.model_state import ModelStatus
from storage import Store, open_for_reading
from storage.engine.driver import SQLITE_VERSION
from storage.engine.file_checks import newest_backup, supports_shared_writing
from storage.engine.liveness_probe import RUN_LEASE, BotStatus, probe_bot
from storage.errors import StorageError
from storage.records.messages import MessageState, Notice

RECENT = timedelta(days=1)
MAX_MISSED_DAYS = 2  # feed days without papers before they are reported


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of the installation, whether it is well, and the text that says so."""

    name: str
    is_good: bool
    notice: Notice


async def run_diagnostics(config: Config, now: datetime) -> list[Finding]:
    """Check every part; the database is read as a whole, and nothing is written."""
    settings = Finding("settings", True, Notice("doctor-settings-good"))
    clock = TrustedClock(lambda: now)
    telegram = await _telegram_finding(config, clock)
    try:
        with closing(open_for_reading(config.database)) as store:
            findings = [*_database_findings(store), _clock_finding(store, now, clock)]
            findings += [_feeds_finding(store, now), *_message_findings(config, store, now)]
            findings += _model_findings(config, store, now)
            bot_status = probe_bot(config.database, RUN_LEASE, now)
            is_running = bot_status is not BotStatus.ABSENT
            findings.append(Finding("running", is_running, Notice(f"doctor-running-{bot_status}")))
    except StorageError as error:
        problem = (("problem", " ".join(str(error).splitlines())),)
        findings = [Finding("database", False, Notice("doctor-database-unusable", problem))]
    return [settings, *findings, telegram]


def _database_findings(store: Store) -> Iterator[Finding]:
    health = store.check_health()
    facts = (
        ("path", str(store.path)),
        ("papers", health.papers),
        ("days", len(store.announcements.counts_by_day())),
        ("sqlite", health.sqlite_version),
    )
    if health.damage:
        backup_copy = newest_backup(store.path)
        text_key = "doctor-database-damaged-copy" if backup_copy else "doctor-database-damaged"
        copy_values = (("copy", str(backup_copy)),) if backup_copy else ()
        yield Finding("database", False, Notice(text_key, (*facts, *copy_values)))
    else:
        yield Finding("database", True, Notice("doctor-database-good", facts))
    if not supports_shared_writing(SQLITE_VERSION):
        yield Finding(
            "sqlite", True, Notice("doctor-sqlite-alone", (("version", health.sqlite_version),))
        )


def _clock_finding(store: Store, now: datetime, clock: TrustedClock) -> Finding:
    """Check whether Telegram disputes the time, or a later one was confirmed before."""
    error, last_confirmed = clock.system_clock_error(), last_confirmed_time(store)
    if (
        clock.confirmed_now() is None
        and last_confirmed
        and last_confirmed - now > MAX_UNCONFIRMED_STEP
    ):
        error = now - last_confirmed
    text_key = "doctor-clock-wrong" if error else "doctor-clock-good"
    return Finding(
        "clock", not error, Notice(text_key, tuple(clock_error_values(now - error, error).items()))
    )


def _feeds_finding(store: Store, now: datetime) -> Finding:
    """Check the age of the last batch; the first fill counts until a feed has brought papers."""
    first_fill = store.feed_cursors.get(FIRST_FILL)
    last_days = [
        cursor.last_day
        for cursor in store.feed_cursors.all()
        if cursor.last_day and cursor.source != FIRST_FILL
    ]
    if not last_days and first_fill.last_day:
        if first_fill.batch_fingerprint != COMPLETE_MARK:
            return Finding("feeds", True, Notice("doctor-feeds-filling"))
        last_days = [first_fill.last_day]
    if not last_days:
        return Finding("feeds", False, Notice("doctor-feeds-none"))
    last_day = max(last_days)
    following_days = (  # including today
        last_day + timedelta(days=number)
        for number in range(1, (calendar.arxiv_day(now) - last_day).days + 1)
    )
    missed_count = sum(map(calendar.is_feed_day, following_days))
    facts = (("day", last_day.isoformat()), ("missed", missed_count))
    if missed_count >= MAX_MISSED_DAYS:
        return Finding("feeds", False, Notice("doctor-feeds-stale", facts))
    return Finding("feeds", True, Notice("doctor-feeds-good", facts[:1]))


def _message_findings(config: Config, store: Store, now: datetime) -> Iterator[Finding]:
    """Check for undeliverable messages, and for updates that nobody could read lately."""
    bots = [config.bot] if config.token else store.outbox.bots_with_messages()
    dead_count = sum(store.outbox.counts_by_state(bot)[MessageState.DEAD] for bot in bots)
    if dead_count:
        yield Finding("outbox", False, Notice("doctor-outbox-dead", (("dead", dead_count),)))
    else:
        yield Finding("outbox", True, Notice("doctor-outbox-good"))
    unreadable = store.inbox.unreadable_updates(config.bot) if config.token else None
    if unreadable and unreadable.last_at:
        facts = (("updates", unreadable.count), ("day", f"{unreadable.last_at:%Y-%m-%d}"))
        is_good = now - unreadable.last_at > RECENT
        yield Finding("updates", is_good, Notice("doctor-updates-unreadable", facts))


def _model_findings(config: Config, store: Store, now: datetime) -> Iterator[Finding]:
    """Yield how the model answers, how far its summaries reach and what they cost."""
    if config.llm_settings is None:
        yield Finding("model", True, Notice("doctor-model-none"))
        return
    cost_report = build_cost_report(store, config.bot, config.llm_settings, now)
    model_notice, *notices = cost_report_notices(cost_report)
    yield Finding("model", cost_report.status is ModelStatus.AVAILABLE, model_notice)
    for notice in notices:
        yield Finding("glosses", True, notice)


async def _telegram_finding(config: Config, clock: TrustedClock) -> Finding:
    if config.token is None:
        return Finding("telegram", False, Notice("doctor-telegram-none"))
    try:
        username = await send_and_edit.fetch_username(
            config.token.get_secret_value(),
            config.telegram_api,
            on_server_date=clock.observe_telegram_date,
        )
    except InvalidToken:
        return Finding("telegram", False, Notice("cli-token-refused"))
    except TelegramError as error:  # only its kind: the text may name anything
        facts = (("server", config.telegram_api), ("problem", type(error).__name__))
        return Finding("telegram", False, Notice("doctor-telegram-bad", facts))
    facts = (("username", username), ("server", config.telegram_api))
    return Finding("telegram", True, Notice("doctor-telegram-good", facts))
