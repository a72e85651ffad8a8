"""The verb: papers without a gloss → glosses.

The embedded one needs no key and no network: the sentence of the abstract that says what was
done. It is made when a paper is first shown, so that no digest ever waits for it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.summaries.extractive.select import gist
from storage import Store
from storage.engine.query_budget import unbudgeted
from storage.records import Gloss, Paper

log = logging.getLogger(__name__)

EXTRACTIVE = "extractive"


def enrich(
    store: Store, papers: Iterable[Paper], now: datetime, *, keep: bool = True
) -> Mapping[int, tuple[Gloss, ...]]:
    """Returns the best gloss per language of each paper, by its key; English is never missing.

    What is made here is kept, but for a command that only reads.
    """
    wanted = {paper.key: paper for paper in papers}
    known = store.papers.glosses(wanted)
    bare = [
        paper
        for key, paper in wanted.items()
        if not any(gloss.language == "en" for gloss in known.get(key, ()))
    ]
    if not bare:
        return known
    with unbudgeted():  # what is made once for all readers is nobody's query
        made = [extracted(paper, now) for paper in bare]
        if not keep:
            return {**known, **{one.paper: (*known.get(one.paper, ()), one) for one in made}}
        store.papers.add_glosses(made)
        return known | store.papers.glosses([paper.key for paper in bare])


def extracted(paper: Paper, now: datetime) -> Gloss:
    """The English gloss that the abstract itself holds."""
    return Gloss(
        paper=paper.key,
        version=paper.version,
        language="en",
        title=paper.title,
        gist=_gist(paper),
        abstract=paper.abstract,
        maker=EXTRACTIVE,
        made=now,
    )


def _gist(paper: Paper) -> str:
    """The sentence that says what was done; without one, a digest shows the abstract's start."""
    try:
        return gist(paper.title, paper.abstract, paper.comment)
    except Exception:
        log.exception("no gist", extra={"paper": paper.id})
        return ""
