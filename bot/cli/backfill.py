"""``papergram backfill``: feed days of the past, from arXiv's archive."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import click
from rich.progress import Progress, TaskID

from bot.app import wiring
from bot.app.config import Config
from bot.app.leader_election import holder
from bot.arxiv import taxonomy
from bot.arxiv.calendar import arxiv_day
from bot.arxiv.combined_feeds import feed_groups
from bot.cli.options import FAILED, Failed, Misused, as_json, database, echo, settings, speaker
from bot.cli.progress import spinner
from bot.concurrency import trusted_clock
from bot.ingest.catch_up.backfill import DUTY, Stage, Walked, days_of, held_walk
from bot.ingest.catch_up.missed_days import harvests
from bot.ingest.catch_up.unreadable_items import fetch_outstanding
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import rests
from bot.ingest.sources.source_batch import SKIPPED
from bot.texts import Refusal
from storage import Store
from storage.records import Harvest

MANY = 31  # days; more are asked for twice
EARLIEST = date(2005, 9, 16)  # of the archive: what is older was changed on that day


@click.command()
@click.option("--from", "first", metavar="DATE", required=True, help="The first feed day.")
@click.option("--to", "last", metavar="DATE", help="The last one; by default the same.")
@click.option("--category", "codes", metavar="CODE", multiple=True, help="Only these; repeatable.")
@click.option("--yes", is_flag=True, help="Fetch more than 31 days.")
@as_json
@database
def backfill(
    first: str,
    last: str | None,
    codes: tuple[str, ...],
    yes: bool,
    as_json: bool,
    database: str | None,
) -> None:
    """Fetch what arXiv announced on days of the past; topics are told of it next time.

    Without a category, those of the settings. A call that was stopped goes on where it was.

    \b
    papergram backfill --from 2026-11-16 --to 2026-11-20
    papergram backfill --from 2026-11-20 --category cs.CV --category hep-th
    """
    config = settings(database)
    now = trusted_clock.wall_clock()
    days = _day(first, config), _day(last or first, config)
    _refuse_bad(*days, now, yes=yes)
    feeds = feed_groups(_categories(codes) or config.categories)
    wanted = harvests(feeds, *days, now)
    if not days_of(wanted[0]):
        raise Refusal("cli-backfill-quiet", first=str(days[0]), last=str(days[1]))
    reports: list[Walked] = []
    try:
        asyncio.run(_fetch(config, wanted, reports))
    finally:  # what was fetched before the archive was found busy
        for report in reports:
            _tell(config, report, as_json=as_json)
    if any(report.stage is Stage.RESTING for report in reports):
        raise SystemExit(FAILED)


def _day(text: str, config: Config) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Misused(speaker(config)("cli-date-wrong", given=text[:40])) from None


def _refuse_bad(first: date, last: date, now: datetime, *, yes: bool) -> None:
    """Raises a Refusal for days in the wrong order, too early, to come, or too many."""
    today = arxiv_day(now)
    if first > last:
        raise Refusal("cli-backfill-range", first=str(first), last=str(last))
    if last > today:
        raise Refusal("cli-backfill-ahead", last=str(last), latest=str(today))
    if first < EARLIEST:
        raise Refusal("cli-backfill-early", first=str(first), earliest=str(EARLIEST))
    number = (last - first).days + 1
    if number > MANY and not yes:
        raise Refusal("cli-backfill-many", days=number)


def _categories(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The categories that are named, an archive's classes for its name."""
    active = taxonomy.categories()
    found: list[str] = []
    for code in codes:
        spellings = taxonomy.expand(code)
        if not spellings:
            near = ", ".join(taxonomy.nearest(code[:40]))
            raise Refusal("cli-backfill-category", given=code[:40], nearest=near or "cs.CV")
        found += [one for one in spellings if one in active and one not in found]
    return tuple(found)


async def _fetch(config: Config, wanted: tuple[Harvest, ...], found: list[Walked]) -> None:
    """Makes the harvests one after the other; the first that arXiv leaves open is the last."""
    with wiring.opened(config) as store, spinner() as progress:
        async with wiring.fetcher(config) as asker:
            task = progress.add_task("", total=None)
            tell = _teller(config, progress, task)
            for harvest in wanted:
                begun = await store.run(_begun, store, harvest, trusted_clock.wall_clock())
                found.append(await _made(store, asker, config, begun, tell))
                if found[-1].stage is Stage.RESTING:
                    break
            if any(warning.key == SKIPPED for one in found for warning in one.warnings):
                await fetch_outstanding(
                    store,
                    asker,
                    config.categories,
                    trusted_clock.wall_clock(),
                    api=config.arxiv_api,
                    archive=config.arxiv_oai,
                )


def _begun(store: Store, harvest: Harvest, now: datetime) -> Harvest:
    """A harvest as far as it has come; one that was done on an earlier day begins again."""
    store.harvests.plan(harvest)
    known = store.harvests.get(harvest) or harvest
    if known.done is None or (known.asked or known.done).date() >= now.date():
        return known
    again = replace(known, token="", pages=0, made=now, done=None)
    store.harvests.keep(again)
    return again


async def _made(
    store: Store,
    asker: Fetcher,
    config: Config,
    harvest: Harvest,
    tell: Callable[[Walked], None],
) -> Walked:
    """Walks through a harvest page by page, each under the clock's time."""
    total = Walked(Stage.TOMORROW if harvest.done else Stage.ON_THE_WAY, harvest)
    while total.stage is Stage.ON_THE_WAY:
        tell(total)
        now, own = trusted_clock.wall_clock(), None
        if not await rests(store, DUTY, now):
            own = await held_walk(
                store, asker, total.harvest, now, holder=holder(), base=config.arxiv_oai, most=1
            )
        if own is None:
            raise Failed(await store.run(_busy, store, config, now))
        total = total.plus(own)
    return total


def _busy(store: Store, config: Config, now: datetime) -> str:
    """That somebody else asks the archive, or nobody may, and until when."""
    lease = store.leases.held(DUTY)
    until = lease.until if lease else now
    return speaker(config)("cli-backfill-busy", until=f"{until:%Y-%m-%d %H:%M}")


def _teller(config: Config, progress: Progress, task: TaskID) -> Callable[[Walked], None]:
    speak = speaker(config)

    def tell(walked: Walked) -> None:
        told = speak(
            "cli-backfill-working",
            set=walked.harvest.set or speak("cli-backfill-all"),
            pages=walked.harvest.pages + 1,
            announcements=walked.announcements,
        )
        progress.update(task, description=told)

    return tell


def _tell(config: Config, walked: Walked, *, as_json: bool) -> None:
    """A set's counts, or why it has none; what is wrong goes to standard error."""
    speak = speaker(config)
    name = walked.harvest.set or speak("cli-backfill-all")
    if as_json:
        echo(_json(walked))
    elif walked.stage is Stage.DONE:
        counts = {
            "announcements": walked.announcements,
            "records": walked.records,
            "stored": walked.added.stored,
            "updated": walked.added.updated,
        }
        echo(speak("cli-backfill-done", set=name, **counts))
    elif walked.stage is Stage.TOMORROW:
        echo(speak("cli-backfill-today", set=name))
    if walked.reason:
        problem = speak(walked.reason.key, **dict(walked.reason.values))
        echo(speak("cli-backfill-stopped", set=name, problem=problem), err=True)


def _json(walked: Walked) -> str:
    return json.dumps(
        {
            "set": walked.harvest.set,
            "from": walked.harvest.first.isoformat(),
            "to": walked.harvest.last.isoformat(),
            "stage": str(walked.stage),
            "pages": walked.pages,
            "records": walked.records,
            "announcements": walked.announcements,
            "stored": walked.added.stored,
            "updated": walked.added.updated,
            "problem": walked.reason.key if walked.reason else None,
        },
        ensure_ascii=False,
    )
