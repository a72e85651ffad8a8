"""``papergram backfill``: fetch past feed days from arXiv's archive."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime

import click
from rich.progress import Progress, TaskID

from bot.app import wiring
from bot.app.config import Config
from bot.app.leader_election import process_name
from bot.arxiv import taxonomy
from bot.arxiv.calendar import arxiv_day
from bot.arxiv.combined_feeds import feed_groups
from bot.cli.ingest import fetch_skipped_papers
from bot.cli.terminal.options import (
    EXIT_FAILED,
    CommandFailed,
    database_option,
    echo,
    echo_json,
    json_option,
    load_config,
    parse_day,
    translator,
)
from bot.cli.terminal.progress import spinner_progress
from bot.concurrency import trusted_clock
from bot.ingest.catch_up.backfill import (
    BACKFILL_LEASE,
    BackfillResult,
    BackfillStage,
    feed_days_of,
    run_backfill_exclusively,
)
from bot.ingest.catch_up.missed_days import backfills_of_days
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import is_paused
from bot.texts import Refusal
from storage import Store
from storage.records.feeds import Backfill

CONFIRM_DAYS = 31  # days; more need confirmation
EARLIEST_DAY = date(2005, 9, 16)  # of the archive: anything older was changed on that day


@click.command()
@click.option("--from", "first", metavar="DATE", required=True, help="The first feed day.")
@click.option("--to", "last", metavar="DATE", help="The last one; by default the same.")
@click.option("--category", "codes", metavar="CODE", multiple=True, help="Only these; repeatable.")
@click.option("--yes", is_flag=True, help="Fetch more than 31 days.")
@json_option
@database_option
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
    config = load_config(database)
    now = trusted_clock.system_clock()
    first_day, last_day = parse_day(first, config), parse_day(last or first, config)
    today = arxiv_day(now)
    if first_day > last_day:
        raise Refusal("cli-backfill-range", first=str(first_day), last=str(last_day))
    if last_day > today:
        raise Refusal("cli-backfill-ahead", last=str(last_day), latest=str(today))
    if first_day < EARLIEST_DAY:
        raise Refusal("cli-backfill-early", first=str(first_day), earliest=str(EARLIEST_DAY))
    day_count = (last_day - first_day).days + 1
    if day_count > CONFIRM_DAYS and not yes:
        raise Refusal("cli-backfill-many", days=day_count)
    feeds = feed_groups(_expand_categories(codes) or config.categories)
    planned_backfills = backfills_of_days(feeds, first_day, last_day, now)
    if not feed_days_of(planned_backfills[0]):
        raise Refusal("cli-backfill-quiet", first=str(first_day), last=str(last_day))
    backfill_results: list[BackfillResult] = []
    try:
        asyncio.run(_run_backfills(config, planned_backfills, backfill_results))
    finally:  # what was fetched before the archive was found busy
        for backfill_result in backfill_results:
            _print_result(config, backfill_result, as_json=as_json)
    if any(backfill_result.stage is BackfillStage.PAUSED for backfill_result in backfill_results):
        raise SystemExit(EXIT_FAILED)


def _expand_categories(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the named categories, with archives expanded to their classes."""
    active_categories = taxonomy.categories()
    expanded_codes: list[str] = []
    for given_code in codes:
        spellings = taxonomy.all_spellings(given_code)
        if not spellings:
            suggestions = ", ".join(taxonomy.nearest_codes(given_code[:40]))
            raise Refusal(
                "cli-backfill-category", given=given_code[:40], nearest=suggestions or "cs.CV"
            )
        expanded_codes += [
            spelling
            for spelling in spellings
            if spelling in active_categories and spelling not in expanded_codes
        ]
    return tuple(expanded_codes)


async def _run_backfills(
    config: Config, planned_backfills: tuple[Backfill, ...], results: list[BackfillResult]
) -> None:
    """Run the backfills one after the other; stop at the first that arXiv leaves unfinished."""
    with wiring.open_indexed_store(config) as store, spinner_progress() as progress:
        async with wiring.create_fetcher(config) as fetcher:
            task = progress.add_task("", total=None)
            for planned_backfill in planned_backfills:
                started_backfill = await store.run(
                    _start_backfill, store, planned_backfill, trusted_clock.system_clock()
                )
                results.append(
                    await _run_backfill(store, fetcher, config, started_backfill, progress, task)
                )
                if results[-1].stage is BackfillStage.PAUSED:
                    break
            warnings = [warning for result in results for warning in result.warnings]
            await fetch_skipped_papers(store, fetcher, config, warnings)


def _start_backfill(store: Store, planned_backfill: Backfill, now: datetime) -> Backfill:
    """Plan a backfill and return its progress; one completed on an earlier day begins again."""
    store.backfills.plan(planned_backfill)
    stored_backfill = store.backfills.get(planned_backfill) or planned_backfill
    if (
        stored_backfill.done_at is None
        or (stored_backfill.first_page_at or stored_backfill.done_at).date() >= now.date()
    ):
        return stored_backfill
    restarted_backfill = replace(
        stored_backfill, resumption_token="", pages=0, created_at=now, done_at=None
    )
    store.backfills.save_progress(restarted_backfill)
    return restarted_backfill


async def _run_backfill(
    store: Store,
    fetcher: Fetcher,
    config: Config,
    started_backfill: Backfill,
    progress: Progress,
    task: TaskID,
) -> BackfillResult:
    """Run a backfill page by page, each under the current time."""
    translate = translator(config)
    backfill_result = BackfillResult(
        BackfillStage.WAITS_FOR_TOMORROW if started_backfill.done_at else BackfillStage.IN_PROGRESS,
        started_backfill,
    )
    while backfill_result.stage is BackfillStage.IN_PROGRESS:
        task_description = translate(
            "cli-backfill-working",
            set=backfill_result.backfill.set_spec or translate("cli-backfill-all"),
            pages=backfill_result.backfill.pages + 1,
            announcements=backfill_result.announcements,
        )
        progress.update(task, description=task_description)
        now, page_result = trusted_clock.system_clock(), None
        if not await is_paused(store, BACKFILL_LEASE, now):
            page_result = await run_backfill_exclusively(
                store,
                fetcher,
                backfill_result.backfill,
                now,
                holder=process_name(),
                base=config.arxiv_oai,
                max_pages=1,
            )
        if page_result is None:
            # Another process holds the archive's lease, or the archive is paused until then.
            lease = await store.run(store.leases.get, BACKFILL_LEASE)
            until = lease.expires_at if lease else now
            raise CommandFailed(translate("cli-backfill-busy", until=f"{until:%Y-%m-%d %H:%M}"))
        backfill_result = backfill_result.plus(page_result)
    return backfill_result


def _print_result(config: Config, result: BackfillResult, *, as_json: bool) -> None:
    """Print a set's counts, or why it has none; problems go to standard error."""
    translate = translator(config)
    set_name = result.backfill.set_spec or translate("cli-backfill-all")
    if as_json:
        echo_json(
            {
                "set": result.backfill.set_spec,
                "from": result.backfill.first_day.isoformat(),
                "to": result.backfill.last_day.isoformat(),
                "stage": str(result.stage),
                "pages": result.pages,
                "records": result.records,
                "announcements": result.announcements,
                "stored": result.added.stored,
                "updated": result.added.updated,
                "problem": result.reason.text_key if result.reason else None,
            }
        )
    elif result.stage is BackfillStage.DONE:
        paper_counts = {
            "announcements": result.announcements,
            "records": result.records,
            "stored": result.added.stored,
            "updated": result.added.updated,
        }
        echo(translate("cli-backfill-done", set=set_name, **paper_counts))
    elif result.stage is BackfillStage.WAITS_FOR_TOMORROW:
        echo(translate("cli-backfill-today", set=set_name))
    if result.reason:
        problem = translate(result.reason.text_key, **dict(result.reason.values))
        echo(translate("cli-backfill-stopped", set=set_name, problem=problem), err=True)
