"""What is wrong, if anything? Troubles that an operator should know of, each with its text."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.arxiv.calendar import Verdict, arxiv_day, expected, midnight, unlisted_year
from bot.arxiv.combined_feeds import feed_groups
from bot.ingest.sources.source_batch import Condition
from bot.summaries.gateway.model_state import State, condition
from storage import Store
from storage.records import Answer, Notice, SourceCursor, Trouble

LATE = timedelta(hours=6)  # after the feed turned, papers of the day should be there
LASTING = timedelta(hours=2)  # a feed that answers badly for less mends by itself
UNREPAIRED = timedelta(hours=24)
STILL = timedelta(minutes=15)  # a parcel waits so long
QUIET = timedelta(minutes=5)  # and nothing was sent: Telegram's pace alone is no standstill
HOUR = timedelta(hours=1)
WHOLE_CHECK = 24 * 3600.0  # seconds between readings of the whole file
NAMED = 5  # papers of a trouble
DEAD = 5  # parcels given up within an hour
AHEAD = timedelta(days=14)  # a calendar should reach so far
CLOCK = "clock"  # not a source: the mark of the last instant that a server confirmed
_MEGABYTE = 1024 * 1024
SCARCE, PLENTY = 500 * _MEGABYTE, 10 * 1024 * _MEGABYTE
SHARE = 0.05  # of a disk; where that is more than PLENTY it is no trouble

# How a feed may answer for a while, and the text that says so.
_BAD = {
    Condition.STALE: "trouble-feed-stale",
    Condition.PARTIAL: "trouble-feed-broken",
    Condition.BROKEN: "trouble-feed-broken",
    Condition.NOT_A_FEED: "trouble-feed-broken",
    Condition.ERROR_FEED: "trouble-feed-broken",
    Condition.LIMITED: "trouble-feed-limited",
    Condition.UNREACHABLE: "trouble-feed-unreachable",
}


_OPERATORS = (State.KEY_REFUSED, State.MODEL_UNKNOWN, State.OUT_OF_CREDIT, State.SPENT)
_PASSING = (State.OVERLOADED, State.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a disk is free, in bytes."""

    free: int
    total: int


def room(path: Path) -> Room:
    """The room where a file lies."""
    usage = shutil.disk_usage(path.parent)
    return Room(usage.free, usage.total)


def health(
    store: Store,
    bot: int,
    categories: Collection[str],
    now: datetime,
    disk: Room,
    *,
    damage: str = "",
    clock_error: timedelta = timedelta(),
) -> tuple[Trouble, ...]:
    """Everything that is wrong with feeds, deliveries, file, disk, clock and calendar.

    ``damage`` is what was broken in the file when all of it was read last; ``clock_error`` is how
    far the system clock is ahead of ``now``, where it is not followed.
    """
    feeds = feed_groups(categories)
    return (
        *_unread(store, feeds, now),
        *_answers(store, feeds, now),
        *_unrepaired(store, now),
        *_outstanding(store, now),
        *_deliveries(store, bot, now),
        *_model(store, now),
        *_damage(damage),
        *_disk(disk),
        *_clock(now, clock_error),
        *_calendar(arxiv_day(now)),
    )


def _unread(store: Store, feeds: Collection[str], now: datetime) -> Iterator[Trouble]:
    """Papers were to be announced, and hours later a feed has brought none of them."""
    today = arxiv_day(now)
    if expected(today).verdict is not Verdict.YES or now < midnight(today) + LATE:
        return
    answers = store.feeds.answers()
    lacking = [feed for feed in feeds if not store.feeds.days(feed, today, today)]
    if len(lacking) == len(feeds):
        yield _trouble("trouble-nothing", day=today.isoformat())
        return
    for feed in lacking:
        answer = answers.get(feed)
        # Where other feeds brought papers, an honest empty answer is a small archive's quiet day.
        if answer is None or answer.condition != Condition.EMPTY:
            yield _trouble("trouble-feed-late", feed, feed=_short(feed), day=today.isoformat())


def _answers(store: Store, feeds: Collection[str], now: datetime) -> Iterator[Trouble]:
    """Feeds that have answered badly for a while, and feeds that were cut."""
    for feed, answer in store.feeds.answers().items():
        if feed not in feeds:
            continue
        key = _key(answer)
        if key and now - answer.since >= LASTING:
            since = f"{answer.since:%Y-%m-%d %H:%M}"
            yield _trouble(key, feed, feed=_short(feed), since=since)
        if answer.cut is not None and answer.cut >= arxiv_day(now):
            day = answer.cut.isoformat()
            yield _trouble("trouble-feed-cut", feed, feed=_short(feed), day=day)


def _key(answer: Answer) -> str | None:
    known = {str(condition): key for condition, key in _BAD.items()}
    return known.get(answer.condition)


def _unrepaired(store: Store, now: datetime) -> Iterator[Trouble]:
    waiting = [one for one in store.harvests.open() if now - one.made >= UNREPAIRED]
    if waiting:
        first, last = min(one.first for one in waiting), max(one.last for one in waiting)
        yield _trouble("trouble-repair", first=first.isoformat(), last=last.isoformat())


def _outstanding(store: Store, now: datetime) -> Iterator[Trouble]:
    """Papers that were announced, could not be read, and are not to be had by their ids."""
    waiting = [one.id for one in store.outstanding.open() if now - one.noted >= UNREPAIRED]
    ids = list(dict.fromkeys(waiting))
    if ids:
        yield _trouble("trouble-outstanding", papers=len(ids), ids=", ".join(ids[:NAMED]))


def _deliveries(store: Store, bot: int, now: datetime) -> Iterator[Trouble]:
    waits = store.vitals.waiting_since(bot, now)
    if waits is not None and now - waits >= STILL:
        sent = store.vitals.last_sent(bot)
        if sent is None or now - sent >= QUIET:
            yield _trouble("trouble-standstill", since=f"{waits:%Y-%m-%d %H:%M}")
    dead = store.vitals.died_since(bot, now - HOUR)
    if dead >= DEAD:
        yield _trouble("trouble-errors", dead=dead)


def _model(store: Store, now: datetime) -> Iterator[Trouble]:
    """What only the operator can mend is told at once, what may pass by itself when it lasts."""
    found = condition(store)
    lasts = now - (found.since or now)
    if found.state in _OPERATORS or (found.state in _PASSING and lasts >= LASTING):
        yield _trouble(f"trouble-model-{found.state}", model=found.model)


def _damage(problem: str) -> Iterator[Trouble]:
    if problem:
        yield _trouble("trouble-damaged", problem=" ".join(problem.split())[:200])


def _disk(disk: Room) -> Iterator[Trouble]:
    if disk.free < SCARCE or disk.free < min(disk.total * SHARE, PLENTY):
        yield _trouble("trouble-disk", megabytes=disk.free // _MEGABYTE)


def _clock(now: datetime, error: timedelta) -> Iterator[Trouble]:
    if error:
        yield _trouble("trouble-clock", **clock_facts(now, error))


def clock_facts(now: datetime, error: timedelta) -> dict[str, str]:
    """What a wrong system clock shows, and what time it is."""
    return {"shown": f"{now + error:%Y-%m-%d %H:%M}", "time": f"{now:%Y-%m-%d %H:%M}"}


def last_certain(store: Store) -> datetime | None:
    """The last instant that a server confirmed to a running bot."""
    return store.cursors.get(CLOCK).checked


def note_certain(store: Store, instant: datetime) -> None:
    """Keeps an instant that a server has confirmed, for the next start."""
    store.cursors.put(SourceCursor(CLOCK, checked=instant))


def _calendar(today: date) -> Iterator[Trouble]:
    year = unlisted_year(today, today + AHEAD)
    if year is not None:
        yield _trouble("calendar-unlisted-year", year=year)


def _trouble(key: str, subject: str = "", /, **values: str | int) -> Trouble:
    """A trouble by the key of its text, and by what it is about where several may have it."""
    return Trouble(f"{key}/{subject}" if subject else key, Notice(key, tuple(values.items())))


def _short(feed: str) -> str:
    """A feed's name for a sentence: the first categories of many."""
    first, *others = feed.split("+")
    return f"{first}+…+{others[-1]}" if len(others) > 2 else feed
