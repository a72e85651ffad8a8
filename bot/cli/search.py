"""``papergram search``: stored papers by words."""

from __future__ import annotations

import json

import click

from bot.cli.options import Failed, as_json, basics, database, echo, opened_for_reading, speaker
from bot.cli.query_argument import AsksQuery, query
from bot.topics.matching import matches
from storage import Store
from storage.records import Paper, Query


@click.command(cls=AsksQuery)
@query
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@as_json
@database
def search(query: Query, limit: int, as_json: bool, database: str | None) -> None:
    """Find stored papers, the newest first, in the same words as a topic.

    \b
    papergram search ti:attention -survey
    papergram search 'au:"He, Kaiming"' --json
    """
    config = basics(database)
    with opened_for_reading(config, searches=True) as store:
        found = _found(store, query, limit)
        is_whole = not store.papers.is_renewing()
    if not is_whole:
        echo(speaker(config)("cli-search-renewing"), err=True)
    if not found:
        raise Failed(speaker(config)("cli-search-none", query=query.text))
    for paper in found:
        echo(_json(paper) if as_json else f"{paper.id:22} {paper.title or '–'}")


def _found(store: Store, query: Query, limit: int) -> list[Paper]:
    """Papers that match, page by page: the index may bring more than the query means."""
    found: list[Paper] = []
    offset = 0
    while len(found) < limit:
        page = store.papers.search(query.clause, limit=limit, offset=offset)
        glosses = store.papers.glosses([paper.key for paper in page])
        found += [
            paper for paper in page if matches(query, paper, glosses.get(paper.key, ())) is not None
        ]
        if len(page) < limit:
            break
        offset += limit
    return found[:limit]


def _json(paper: Paper) -> str:
    return json.dumps(
        {
            "id": paper.id,
            "version": paper.version,
            "title": paper.title,
            "authors": list(paper.authors),
            "categories": list(paper.categories),
            "link": paper.link,
            "abstract": paper.abstract,
        },
        ensure_ascii=False,
    )
