"""Cite papers as RIS records, which Zotero and EndNote import."""

from __future__ import annotations

from collections.abc import Iterable

from bot.arxiv.author_names import PersonName
from bot.render.documents.citation import citation
from bot.render.entry_content import display_text, display_title
from storage.records.papers import Paper


def ris_records(papers: Iterable[Paper]) -> bytes:
    """Return the records of papers as one file in UTF-8 with CR LF line ends."""
    return b"".join(map(_encoded_record, papers))


def _encoded_record(paper: Paper) -> bytes:
    """Return one record as bytes.

    One wide character would quadruple the memory of a ``str`` that joins thousands of records.
    """
    paper_citation = citation(paper)
    date = [f"{part:02}" for part in paper_citation.date]
    tagged_values = [
        ("TY", "UNPB"),  # unpublished
        ("TI", display_title(paper)),
        *(("AU", _ris_author(author)) for author in paper_citation.authors),
        ("PY", "".join(date[:1])),
        ("DA", "/".join(date[:3]) if len(date) > 1 else ""),
        ("AB", display_text(paper.abstract)),
        *(("KW", display_text(category)) for category in paper.categories),
        ("PB", "arXiv" if paper_citation.arxiv_id else ""),
        ("AN", f"arXiv:{paper_citation.arxiv_id}" if paper_citation.arxiv_id else ""),
        ("DO", paper_citation.doi),
        ("UR", paper_citation.url),
    ]
    lines = [f"{tag}  - {value}" for tag, value in tagged_values if value]
    return "".join(f"{line}\r\n" for line in (*lines, "ER  - ", "")).encode()


def _ris_author(author: PersonName | str) -> str:
    """Return ``de la Cruz, José, Jr.``; a comma would split a group's name and is removed."""
    if isinstance(author, str):
        return author.replace(",", "")
    return ", ".join(filter(None, (author.family_name, author.given_name, author.suffix)))
