"""Convert versions of papers to rows and back; rows are added, never changed."""

from __future__ import annotations

from datetime import datetime

from storage.engine.column_types import (
    from_micros_or_none,
    texts_from_json,
    to_json_list,
    to_micros,
    to_micros_or_null,
)
from storage.engine.sqlite import Engine, Row
from storage.records.papers import Paper

PAPER_COLUMNS = """
    p.key, p.id, v.version, v.partial, v.title, v.abstract, v.authors, v.categories, v.link,
    v.submitted_at, v.revised_at, v.comment, v.journal_ref, v.doi, v.licence
"""
CURRENT_VERSIONS = """
    papers p join versions v
        on v.paper = p.key and v.version = p.version and v.partial = p.partial
"""


def insert_version(engine: Engine, key: int, paper: Paper, seen_at: datetime) -> None:
    """Store a version of a stored paper unless it is there."""
    engine.execute(
        """
        insert into versions (paper, version, partial, title, abstract, authors, categories,
            link, submitted_at, revised_at, comment, journal_ref, doi, licence, seen_at)
        values (:paper, :version, :partial, :title, :abstract, :authors, :categories,
            :link, :submitted_at, :revised_at, :comment, :journal_ref, :doi, :licence, :seen_at)
        on conflict do nothing
        """,
        paper=key,
        version=paper.version,
        partial=int(paper.partial),
        title=paper.title,
        abstract=paper.abstract,
        authors=to_json_list(paper.authors),
        categories=to_json_list(paper.categories),
        link=paper.link,
        submitted_at=to_micros_or_null(paper.submitted_at),
        revised_at=to_micros_or_null(paper.revised_at),
        comment=paper.comment,
        journal_ref=paper.journal_ref,
        doi=paper.doi,
        licence=paper.licence,
        seen_at=to_micros(seen_at),
    )


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
