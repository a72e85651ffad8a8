"""Convert versions of papers to rows and back; rows are added, never changed."""

from __future__ import annotations

from datetime import date

from storage.engine.column_types import (
    from_micros_or_none,
    texts_from_json,
)
from storage.engine.sqlite import Row
from storage.records.papers import Paper

SORT_KEYS_PER_DAY = 1_000_000  # more than any day announces
_EPOCH_DAY = date(1970, 1, 1)

PAPER_COLUMNS = """
    p.key, p.id, v.version, v.partial, v.title, v.abstract, v.authors, v.categories, v.link,
    v.submitted_at, v.revised_at, v.comment, v.journal_ref, v.doi, v.licence
"""
CURRENT_VERSIONS = """
    papers p join versions v
        on v.paper = p.key and v.version = p.version and v.partial = p.partial
"""


def paper_from_row(row: Row) -> Paper:
    """Read a paper from its row and its version's row."""
    return Paper(
        id=row["id"],
        version=row["version"],
        title=row["title"],
        abstract=row["abstract"],
        authors=texts_from_json(row["authors"]),
        categories=texts_from_json(row["categories"]),
        link=row["link"],
        submitted_at=from_micros_or_none(row["submitted_at"]),
        revised_at=from_micros_or_none(row["revised_at"]),
        comment=row["comment"],
        journal_ref=row["journal_ref"],
        doi=row["doi"],
        licence=row["licence"],
        partial=bool(row["partial"]),
        key=row["key"],
    )


def sort_key_before(day: date) -> int:
    """Return the sort key that precedes those of papers first announced on a day."""
    return (day - _EPOCH_DAY).days * SORT_KEYS_PER_DAY
