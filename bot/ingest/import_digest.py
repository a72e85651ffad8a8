"""Store an imported digest document with its papers and summaries."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from bot.arxiv.author_list import parse_author_elements
from bot.arxiv.taxonomy import arxiv_categories_in
from storage import Store
from storage.records.digests import Digest


def import_digest(store: Store, digest: Digest) -> int:
    """Store an imported document with its papers and summaries; return its number.

    Importing the same document again returns the existing one. No messages are queued.
    """
    with store.transaction():
        # An older version wrote classes of other schemes there, and authors that are none.
        normalized_papers = [
            replace(
                entry.paper,
                authors=parse_author_elements(entry.paper.authors),
                categories=arxiv_categories_in(entry.paper.categories),
            )
            for entry in digest.entries
        ]
        papers = store.papers.upsert(normalized_papers, seen_at=digest.issued_at)
        entries = tuple(
            replace(
                entry,
                paper=paper,
                summaries=tuple(replace(summary, paper=paper.key) for summary in entry.summaries),
            )
            for entry, paper in zip(digest.entries, papers, strict=True)
        )
        entries_text = "\n".join(repr(entry.verbatim or entry.paper.id) for entry in digest.entries)
        fingerprint = hashlib.sha256((digest.source_document or entries_text).encode()).hexdigest()[
            :16
        ]
        period = f"import/{digest.topic}/{digest.issued_at:%Y-%m-%dT%H:%MZ}/{fingerprint}"
        return store.digests.issue(replace(digest, entries=entries, period=period))
