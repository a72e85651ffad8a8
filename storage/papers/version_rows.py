"""Versions of papers as rows: added, never changed."""

from __future__ import annotations

from datetime import datetime

from storage.engine.column_types import instant_or_none, micros, micros_or_null, text_list, texts
from storage.engine.sqlite import Engine, Row
from storage.records import Paper

PAPER = """
    p.key, p.id, v.version, v.partial, v.title, v.abstract, v.authors, v.categories, v.link,
    v.submitted, v.revised, v.comment, v.journal, v.doi, v.licence
"""
CURRENT = """
    papers p join versions v
        on v.paper = p.key and v.version = p.version and v.partial = p.partial
"""


def keep_version(engine: Engine, key: int, paper: Paper, seen: datetime) -> None:
    """Keep a version of a stored paper unless it is there."""
    engine.change(
        """
        insert into versions (paper, version, partial, title, abstract, authors, categories,
            link, submitted, revised, comment, journal, doi, licence, seen)
        values (:paper, :version, :partial, :title, :abstract, :authors, :categories,
            :link, :submitted, :revised, :comment, :journal, :doi, :licence, :seen)
        on conflict do nothing
        """,
        paper=key,
        version=paper.version,
        partial=int(paper.partial),
        title=paper.title,
        abstract=paper.abstract,
        authors=text_list(paper.authors),
        categories=text_list(paper.categories),
        link=paper.link,
        submitted=micros_or_null(paper.submitted),
        revised=micros_or_null(paper.revised),
        comment=paper.comment,
        journal=paper.journal,
        doi=paper.doi,
        licence=paper.licence,
        seen=micros(seen),
    )


def paper_of(row: Row) -> Paper:
    """Read a paper from its row and its version's row."""
    return Paper(
        id=row["id"],
        version=row["version"],
        title=row["title"],
        abstract=row["abstract"],
        authors=texts(row["authors"]),
        categories=texts(row["categories"]),
        link=row["link"],
        submitted=instant_or_none(row["submitted"]),
        revised=instant_or_none(row["revised"]),
        comment=row["comment"],
        journal=row["journal"],
        doi=row["doi"],
        licence=row["licence"],
        partial=bool(row["partial"]),
        key=row["key"],
    )
