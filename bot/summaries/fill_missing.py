"""The verb: papers without a gloss → glosses.

The embedded one needs no key and no network: the sentence of the abstract that says what was
done. It is made when a paper is first shown, so that no digest ever waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.summaries.extractive.select import extract_tldr
from storage import Store
from storage.engine.query_budget import outside_query_budget
from storage.records import Paper, Summary

log = logging.getLogger(__name__)

EXTRACTIVE = "extractive"


def fill_missing_summaries(
    store: Store, papers: Iterable[Paper], now: datetime, *, save: bool = True
) -> Mapping[int, tuple[Summary, ...]]:
    """Returns the best gloss per language of each paper, by its key; English is never missing.

    What is made here is kept, but for a command that only reads.
    """
    papers_by_key = {paper.key: paper for paper in papers}
    stored = store.papers.best_summaries(papers_by_key)
    missing = [
        paper
        for key, paper in papers_by_key.items()
        if not any(summary.language == "en" for summary in stored.get(key, ()))
    ]
    if not missing:
        return stored
    with outside_query_budget():  # what is made once for all readers is nobody's query
        created = [extractive_summary(paper, now) for paper in missing]
        if not save:
            return {
                **stored,
                **{summary.paper: (*stored.get(summary.paper, ()), summary) for summary in created},
            }
        store.papers.add_summaries(created)
        return stored | store.papers.best_summaries([paper.key for paper in missing])


def extractive_summary(paper: Paper, now: datetime) -> Summary:
    """The English gloss that the abstract itself holds."""
    return Summary(
        paper=paper.key,
        version=paper.version,
        language="en",
        title=paper.title,
        tldr=_tldr_or_empty(paper),
        abstract=paper.abstract,
        producer=EXTRACTIVE,
        created_at=now,
    )


def _tldr_or_empty(paper: Paper) -> str:
    """The sentence that says what was done; without one, a digest shows the abstract's start."""
    try:
        return extract_tldr(paper.title, paper.abstract, paper.comment)
    except Exception:
        log.exception("no gist", extra={"paper": paper.id})
        return ""
