"""``papergram search``: search the stored papers."""

from __future__ import annotations

import click

from bot.cli.terminal.options import (
    CommandFailed,
    database_option,
    echo,
    echo_json,
    json_option,
    load_basic_settings,
    open_store_for_reading,
    translator,
)
from bot.cli.terminal.query_argument import QueryCommand, query_argument
from bot.topics.matching import matching_papers
from storage.records.papers import Paper
from storage.records.queries import Query


@click.command(cls=QueryCommand)
@query_argument
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@json_option
@database_option
def search(query: Query, limit: int, as_json: bool, database: str | None) -> None:
    """Find stored papers, the newest first, in the same words as a topic.

    \b
    papergram search ti:attention -survey
    papergram search 'au:"He, Kaiming"' --json
    """
    config = load_basic_settings(database)
    with open_store_for_reading(config, for_search=True) as store:
        papers: list[Paper] = []
        page_offset = 0
        while len(papers) < limit:  # the index may return more than the query means
            page_papers = store.paper_search.search(query.clause, limit=limit, offset=page_offset)
            summaries = store.summaries.best_of_papers([paper.key for paper in page_papers])
            papers += matching_papers(query.clause, page_papers, summaries)
            if len(page_papers) < limit:
                break
            page_offset += limit
        is_index_complete = not store.paper_index.is_reindexing()
    if not is_index_complete:
        echo(translator(config)("cli-search-renewing"), err=True)
    if not papers:
        raise CommandFailed(translator(config)("cli-search-none", query=query.text))
    for paper in papers[:limit]:
        if not as_json:
            echo(f"{paper.id:22} {paper.title or '–'}")
            continue
        echo_json(
            {
                "id": paper.id,
                "version": paper.version,
                "title": paper.title,
                "authors": list(paper.authors),
                "categories": list(paper.categories),
                "link": paper.link,
                "abstract": paper.abstract,
            }
        )
