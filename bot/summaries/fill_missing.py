"""Fill in missing summaries with the sentence of the abstract that says what was done.

This needs no key and no network. It happens when a paper is first shown, so that no digest has to
wait for it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.summaries.extractive.select import extract_tldr
from storage import Store
from storage.engine.query_time_limit import outside_query_budget
from storage.records.papers import Paper
from storage.records.summaries import Summary

log = logging.getLogger(__name__)

EXTRACTIVE = "extractive"


def fill_missing_summaries(
    store: Store, papers: Iterable[Paper], now: datetime, *, save: bool = True
) -> Mapping[int, tuple[Summary, ...]]:
    """Return the best summary per language of each paper, by paper key; English is always there.

    Summaries that are made here are stored if ``save``.
    """
    papers_by_key = {paper.key: paper for paper in papers}
    stored_summaries = store.summaries.best_of_papers(papers_by_key)
    papers_without_summary = [
        paper
        for key, paper in papers_by_key.items()
        if not any(summary.language == "en" for summary in stored_summaries.get(key, ()))
    ]
    if not papers_without_summary:
        return stored_summaries
    with outside_query_budget():  # made once for all readers, not for this query
        created_summaries = [extractive_summary(paper, now) for paper in papers_without_summary]
        if not save:
            return {
                **stored_summaries,
                **{
                    summary.paper: (*stored_summaries.get(summary.paper, ()), summary)
                    for summary in created_summaries
                },
            }
        store.summaries.add_all(created_summaries)
        return stored_summaries | store.summaries.best_of_papers(
            [paper.key for paper in papers_without_summary]
        )


def extractive_summary(paper: Paper, now: datetime) -> Summary:
    """Return the English summary that consists of the abstract's own words."""
    try:
        tldr = extract_tldr(paper.title, paper.abstract, paper.comment)
    except Exception:  # a bug of ours must not delay a digest
        log.exception("no gist", extra={"paper": paper.id})
        tldr = ""
    return Summary(
        paper=paper.key,
        version=paper.version,
        language="en",
        title=paper.title,
        tldr=tldr,
        abstract=paper.abstract,
        producer=EXTRACTIVE,
        created_at=now,
    )
