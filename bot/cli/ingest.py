"""``papergram ingest``: read announcements now."""

from __future__ import annotations

import asyncio
import json

import click

from bot.app import wiring
from bot.app.config import Config
from bot.arxiv.combined_feeds import feed_groups
from bot.cli.options import FAILED, as_json, database, echo, settings, speaker
from bot.cli.progress import spinner
from bot.concurrency import trusted_clock
from bot.ingest.catch_up.unreadable_items import fetch_outstanding
from bot.ingest.ingest_source import Ingested
from bot.ingest.ingest_source import ingest as ingest_source
from bot.ingest.sources.addresses import Source, feed, resolve
from bot.ingest.sources.source_batch import SKIPPED
from storage.records import Kind


@click.command()
@click.argument("sources", metavar="SOURCE...", nargs=-1)
@as_json
@database
def ingest(sources: tuple[str, ...], as_json: bool, database: str | None) -> None:
    """Read announcements now: a category, a URL, or a file (also .gz).

    Without a source, every feed of the settings is read once.

    \b
    papergram ingest cs.CV hep-th
    papergram ingest feed.xml.gz --json
    """
    config = settings(database)
    wanted = [resolve(source, base=config.arxiv_rss) for source in sources] or [
        feed(group, base=config.arxiv_rss) for group in feed_groups(config.categories)
    ]
    reports = asyncio.run(_ingested(config, wanted))
    for report in reports:
        if as_json:
            echo(_json(report))
        else:
            _tell(config, report)
    if not all(report.is_usable for report in reports):
        raise SystemExit(FAILED)


async def _ingested(config: Config, sources: list[Source]) -> list[Ingested]:
    speak = speaker(config)
    with wiring.opened(config) as store, spinner() as progress:
        async with wiring.fetcher(config) as asker:
            reports = []
            task = progress.add_task("", total=None)
            for source in sources:
                progress.update(task, description=speak("cli-working", source=source.name))
                reports.append(
                    await ingest_source(store, asker, source, trusted_clock.wall_clock())
                )
            if any(warning.key == SKIPPED for one in reports for warning in one.warnings):
                await fetch_outstanding(
                    store,
                    asker,
                    config.categories,
                    trusted_clock.wall_clock(),
                    api=config.arxiv_api,
                    archive=config.arxiv_oai,
                )
            return reports


def _json(report: Ingested) -> str:
    """The answer as a line of JSON; warnings are keys of texts with their values."""
    notices = (report.reason, *report.warnings)
    return json.dumps(
        {
            "source": report.source,
            "condition": str(report.condition),
            "day": report.day.isoformat() if report.day else None,
            "new": report.counts[Kind.NEW],
            "cross": report.counts[Kind.CROSS],
            "replace": report.counts[Kind.REPLACE],
            "replace_cross": report.counts[Kind.REPLACE_CROSS],
            "stored": report.added.stored,
            "updated": report.added.updated,
            "known": report.added.known,
            "warnings": [{"key": one.key, **dict(one.values)} for one in notices if one],
        },
        ensure_ascii=False,
    )


def _tell(config: Config, report: Ingested) -> None:
    """The counts of an answer, or why it has none; what is wrong goes to standard error."""
    speak = speaker(config)
    said = [speak(one.key, **dict(one.values)) for one in (report.reason, *report.warnings) if one]
    if any(report.counts.values()):
        echo(_counts(config, report))
        for sentence in said:
            echo(f"  {sentence}", err=True)
        return
    problem = " ".join(said) or speak("cli-feed-unchanged")
    told = speak("cli-feed-nothing", source=report.source, problem=problem)
    echo(told, err=not report.is_usable)


def _counts(config: Config, report: Ingested) -> str:
    return speaker(config)(
        "cli-feed-counts",
        source=report.source,
        day=report.day.isoformat() if report.day else "–",
        new=report.counts[Kind.NEW],
        cross=report.counts[Kind.CROSS],
        replace=report.counts[Kind.REPLACE],
        replacecross=report.counts[Kind.REPLACE_CROSS],
        stored=report.added.stored,
        updated=report.added.updated,
        known=report.added.known,
    )
