"""Find incidents that an operator should know of, each with its text."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from bot.arxiv.calendar import (
    Expectation,
    arxiv_day,
    day_forecast,
    eastern_midnight,
    first_unlisted_year,
)
from bot.arxiv.combined_feeds import feed_groups
from bot.ingest.sources.source_batch import BatchStatus
from bot.summaries.gateway.model_state import ModelStatus, current_model_state
from storage import Store
from storage.records.feeds import FeedCursor
from storage.records.messages import Notice
from storage.records.operations import Incident

LATE_AFTER = timedelta(hours=6)  # after the feed switched, the day's papers should be there
MIN_OUTAGE = timedelta(hours=2)  # a feed that fails for less recovers by itself
MAX_REPAIR_TIME = timedelta(hours=24)
STALLED_AFTER = timedelta(minutes=15)  # a message has waited this long
QUIET_AFTER = timedelta(minutes=5)  # and nothing was sent: Telegram's rate limit alone is no stall
INTEGRITY_CHECK_SECONDS = 24 * 3600.0  # seconds between integrity checks of the whole file
MAX_NAMED_PAPERS = 5  # papers of an incident
MAX_FAILED_MESSAGES = 5  # messages given up within an hour
CALENDAR_HORIZON = timedelta(days=14)  # the calendar should reach this far
CLOCK_CURSOR = "clock"  # not a source: the last instant that a server confirmed
_MEGABYTE = 1024 * 1024
MIN_FREE_BYTES, ENOUGH_FREE_BYTES = 500 * _MEGABYTE, 10 * 1024 * _MEGABYTE
MIN_FREE_SHARE = 0.05  # of a disk, up to ENOUGH_FREE_BYTES

# Failures of a feed that may last a while, with the texts about them.
_FEED_INCIDENT_KEYS: Mapping[str, str] = {
    BatchStatus.STALE: "trouble-feed-stale",
    BatchStatus.PARTIAL: "trouble-feed-broken",
    BatchStatus.BROKEN: "trouble-feed-broken",
    BatchStatus.NOT_A_FEED: "trouble-feed-broken",
    BatchStatus.ERROR_FEED: "trouble-feed-broken",
    BatchStatus.LIMITED: "trouble-feed-limited",
    BatchStatus.UNREACHABLE: "trouble-feed-unreachable",
}
_OPERATOR_STATUSES = (
    ModelStatus.KEY_REFUSED,
    ModelStatus.MODEL_UNKNOWN,
    ModelStatus.OUT_OF_CREDIT,
    ModelStatus.BUDGET_SPENT,
)
_TRANSIENT_STATUSES = (ModelStatus.OVERLOADED, ModelStatus.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """The total and free bytes of a disk."""

    free: int
    total: int


def disk_space(path: Path) -> DiskSpace:
    """Return the space on the disk that holds a file."""
    usage = shutil.disk_usage(path.parent)
    return DiskSpace(usage.free, usage.total)


def find_incidents(
    store: Store,
    bot: int,
    categories: Collection[str],
    now: datetime,
    disk: DiskSpace,
    *,
    damage: str = "",
    clock_error: timedelta = timedelta(),
) -> tuple[Incident, ...]:
    """Return all incidents of feeds, deliveries, file, disk, clock and calendar.

    ``damage`` is the result of the last integrity check; ``clock_error`` is how far the system
    clock is ahead of ``now``, where it is not followed.
    """
    feeds = feed_groups(categories)
    incidents = [*_late_feeds(store, feeds, now), *_failing_feeds(store, feeds, now)]
    stalled_backfills = [
        backfill
        for backfill in store.backfills.unfinished()
        if now - backfill.created_at >= MAX_REPAIR_TIME
    ]
    if stalled_backfills:
        first_stalled_day = min(backfill.first_day for backfill in stalled_backfills)
        last_stalled_day = max(backfill.last_day for backfill in stalled_backfills)
        incidents.append(
            _make_incident(
                "trouble-repair",
                first=first_stalled_day.isoformat(),
                last=last_stalled_day.isoformat(),
            )
        )
    # Announced papers that could be neither read nor fetched; one may be missing in several feeds.
    missing_ids = dict.fromkeys(
        paper.id
        for paper in store.missing_papers.unfinished()
        if now - paper.noted_at >= MAX_REPAIR_TIME
    )
    if missing_ids:
        named_ids = ", ".join(islice(missing_ids, MAX_NAMED_PAPERS))
        incidents.append(
            _make_incident("trouble-outstanding", papers=len(missing_ids), ids=named_ids)
        )
    waiting_since = store.delivery_statistics.oldest_waiting_since(bot, now)
    if waiting_since is not None and now - waiting_since >= STALLED_AFTER:
        last_sent = store.delivery_statistics.last_sent_at(bot)
        if last_sent is None or now - last_sent >= QUIET_AFTER:
            incidents.append(
                _make_incident("trouble-standstill", since=f"{waiting_since:%Y-%m-%d %H:%M}")
            )
    failed_count = store.delivery_statistics.count_dead_since(bot, now - timedelta(hours=1))
    if failed_count >= MAX_FAILED_MESSAGES:
        incidents.append(_make_incident("trouble-errors", dead=failed_count))
    # Of the model: at once if only the operator can help, else when it lasts.
    model_state = current_model_state(store)
    if model_state.status in _OPERATOR_STATUSES or (
        model_state.status in _TRANSIENT_STATUSES and now - (model_state.since or now) >= MIN_OUTAGE
    ):
        incidents.append(
            _make_incident(f"trouble-model-{model_state.status}", model=model_state.model)
        )
    if damage:
        incidents.append(_make_incident("trouble-damaged", problem=" ".join(damage.split())[:200]))
    enough_free = min(disk.total * MIN_FREE_SHARE, ENOUGH_FREE_BYTES)
    if disk.free < max(MIN_FREE_BYTES, enough_free):
        incidents.append(_make_incident("trouble-disk", megabytes=disk.free // _MEGABYTE))
    if clock_error:
        incidents.append(_make_incident("trouble-clock", **clock_error_values(now, clock_error)))
    today = arxiv_day(now)
    year = first_unlisted_year(today, today + CALENDAR_HORIZON)
    if year is not None:
        incidents.append(_make_incident("calendar-unlisted-year", year=year))
    return tuple(incidents)


def _late_feeds(store: Store, feeds: Collection[str], now: datetime) -> Iterator[Incident]:
    """Yield feeds that have brought none of the papers expected hours ago."""
    today = arxiv_day(now)
    if (
        day_forecast(today).expectation is not Expectation.PAPERS
        or now < eastern_midnight(today) + LATE_AFTER
    ):
        return
    statuses = store.feed_health.statuses()
    late_feeds = [
        feed for feed in feeds if not store.feed_health.announced_days(feed, today, today)
    ]
    if len(late_feeds) == len(feeds):
        yield _make_incident("trouble-nothing", day=today.isoformat())
        return
    for feed in late_feeds:
        feed_status = statuses.get(feed)
        # If other feeds brought papers, an empty answer is a quiet day of a small archive.
        if feed_status is None or feed_status.status != BatchStatus.EMPTY:
            yield _make_incident(
                "trouble-feed-late", feed, feed=_short_feed_name(feed), day=today.isoformat()
            )


def _failing_feeds(store: Store, feeds: Collection[str], now: datetime) -> Iterator[Incident]:
    """Yield feeds that have failed for a while, and feeds that were cut."""
    for feed, feed_status in store.feed_health.statuses().items():
        if feed not in feeds:
            continue
        incident_key = _FEED_INCIDENT_KEYS.get(feed_status.status)
        if incident_key and now - feed_status.since >= MIN_OUTAGE:
            since = f"{feed_status.since:%Y-%m-%d %H:%M}"
            yield _make_incident(incident_key, feed, feed=_short_feed_name(feed), since=since)
        if feed_status.truncated_day is not None and feed_status.truncated_day >= arxiv_day(now):
            day = feed_status.truncated_day.isoformat()
            yield _make_incident("trouble-feed-cut", feed, feed=_short_feed_name(feed), day=day)


def clock_error_values(now: datetime, error: timedelta) -> dict[str, str]:
    """Return the values for the texts about a wrong system clock."""
    return {"shown": f"{now + error:%Y-%m-%d %H:%M}", "time": f"{now:%Y-%m-%d %H:%M}"}


def last_confirmed_time(store: Store) -> datetime | None:
    """Return the last instant that a server confirmed to a running bot."""
    return store.feed_cursors.get(CLOCK_CURSOR).checked_at


def save_confirmed_time(store: Store, instant: datetime) -> None:
    """Store an instant that a server has confirmed, for the next start."""
    store.feed_cursors.put(FeedCursor(CLOCK_CURSOR, checked_at=instant))


def _make_incident(key: str, subject: str = "", /, **values: str | int) -> Incident:
    """Return an incident with the key of its text and, where several may have it, its subject."""
    return Incident(f"{key}/{subject}" if subject else key, Notice(key, tuple(values.items())))


def _short_feed_name(feed: str) -> str:
    """Return a feed's name for a sentence: the first categories of many."""
    first_code, *other_codes = feed.split("+")
    return f"{first_code}+…+{other_codes[-1]}" if len(other_codes) > 2 else feed
