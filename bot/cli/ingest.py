"""``papergram ingest``: read announcements now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import click

from bot.app import wiring
from bot.app.config import Config
from bot.arxiv.combined_feeds import feed_groups
from bot.cli.terminal.options import (
    EXIT_FAILED,
    database_option,
    echo,
    echo_json,
    json_option,
    load_config,
    translator,
)
from bot.cli.terminal.progress import spinner_progress
from bot.concurrency import trusted_clock
from bot.ingest.catch_up.missing_papers import fetch_missing_papers
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import IngestReport, ingest_source
from bot.ingest.sources.addresses import Source, arxiv_feed, resolve_source
from bot.ingest.sources.source_batch import SKIPPED_WARNING
from storage import Store
from storage.records.messages import Notice
from storage.records.papers import AnnouncementKind


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1)
@json_option
@database_option
def ingest(sources: tuple[str, ...], as_json: bool, database: str | None) -> None:
    """Read announcements now: a category, a URL, or a file (also .gz).

    Without a source, every feed of the settings is read once.

    \b
    papergram ingest cs.CV hep-th
    papergram ingest feed.xml.gz --json
    """
    config = load_config(database)
    requested_sources = [resolve_source(source, base=config.arxiv_rss) for source in sources] or [
        arxiv_feed(group, base=config.arxiv_rss) for group in feed_groups(config.categories)
    ]
    reports = asyncio.run(_ingest_sources(config, requested_sources))
    for report in reports:
        if not as_json:
            _print_report(config, report)
            continue
        notices = (report.batch.reason, *report.batch.warnings)
        echo_json(
            {
                "source": report.batch.source,
                "condition": str(report.batch.status),
                "day": report.batch.day.isoformat() if report.batch.day else None,
                "new": report.batch.counts_by_kind[AnnouncementKind.NEW],
                "cross": report.batch.counts_by_kind[AnnouncementKind.CROSS],
                "replace": report.batch.counts_by_kind[AnnouncementKind.REPLACE],
                "replace_cross": report.batch.counts_by_kind[AnnouncementKind.REPLACE_CROSS],
                "stored": report.added.stored,
                "updated": report.added.updated,
                "known": report.added.unchanged,
                "warnings": [
                    {"key": notice.text_key, **dict(notice.values)} for notice in notices if notice
                ],
            }
        )
    if not all(report.batch.is_usable for report in reports):
        raise SystemExit(EXIT_FAILED)


async def _ingest_sources(config: Config, sources: list[Source]) -> list[IngestReport]:
    translate = translator(config)
    with wiring.open_indexed_store(config) as store, spinner_progress() as progress:
        async with wiring.create_fetcher(config) as fetcher:
            reports = []
            task = progress.add_task("", total=None)
            for source in sources:
                progress.update(task, description=translate("cli-working", source=source.name))
                reports.append(
                    await ingest_source(store, fetcher, source, trusted_clock.system_clock())
                )
            warnings = [warning for report in reports for warning in report.batch.warnings]
            await fetch_skipped_papers(store, fetcher, config, warnings)
            return reports


async def fetch_skipped_papers(
    store: Store, fetcher: Fetcher, config: Config, warnings: Iterable[Notice]
) -> None:
    """Fetch the papers whose items could not be read, if a warning tells of any."""
    if any(warning.text_key == SKIPPED_WARNING for warning in warnings):
        await fetch_missing_papers(
            store,
            fetcher,
            config.categories,
            trusted_clock.system_clock(),
            api=config.arxiv_api,
            archive=config.arxiv_oai,
        )


def _print_report(config: Config, report: IngestReport) -> None:
    """Print an answer's counts, or why it has none; problems go to standard error."""
    translate = translator(config)
    sentences = [
        translate(notice.text_key, **dict(notice.values))
        for notice in (report.batch.reason, *report.batch.warnings)
        if notice
    ]
    if any(report.batch.counts_by_kind.values()):
        echo(
            translate(
                "cli-feed-counts",
                source=report.batch.source,
                day=report.batch.day.isoformat() if report.batch.day else "–",
                new=report.batch.counts_by_kind[AnnouncementKind.NEW],
                cross=report.batch.counts_by_kind[AnnouncementKind.CROSS],
                replace=report.batch.counts_by_kind[AnnouncementKind.REPLACE],
                replacecross=report.batch.counts_by_kind[AnnouncementKind.REPLACE_CROSS],
                stored=report.added.stored,
                updated=report.added.updated,
                known=report.added.unchanged,
            )
        )
        for sentence in sentences:
            echo(f"  {sentence}", err=True)
        return
    problem = " ".join(sentences) or translate("cli-feed-unchanged")
    report_text = translate("cli-feed-nothing", source=report.batch.source, problem=problem)
    echo(report_text, err=not report.batch.is_usable)
