"""Cite papers as RIS records, which Zotero and EndNote read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.arxiv.author_names import Person
from bot.render.documents.citation import citation
from bot.render.entry_content import display, shown_title
from storage.records import Paper


def ris(papers: Iterable[Paper]) -> bytes:
    """Return the records of papers as one file in UTF-8, its lines ending with CR LF."""
    return b"".join(_written(paper) for paper in papers)


def _written(paper: Paper) -> bytes:
    """One record as bytes: a single 𝔼 would make a text of thousands four times as large."""
    return "".join(f"{line}\r\n" for line in (*_record(paper), "ER  - ", "")).encode()


def _record(paper: Paper) -> Iterator[str]:
    yield "TY  - UNPB"  # has not appeared in a journal
    cited = citation(paper)
    date = [f"{part:02}" for part in cited.date]
    named = [
        ("TI", shown_title(paper)),
        *(("AU", _author(author)) for author in cited.authors),
        ("PY", "".join(date[:1])),
        ("DA", "/".join(date[:3]) if len(date) > 1 else ""),
        ("AB", display(paper.abstract)),
        *(("KW", display(category)) for category in paper.categories),
        ("PB", "arXiv" if cited.arxiv else ""),
        ("AN", f"arXiv:{cited.arxiv}" if cited.arxiv else ""),
        ("DO", cited.doi),
        ("UR", cited.address),
    ]
    yield from (f"{tag}  - {value}" for tag, value in named if value)


def _author(author: Person | str) -> str:
    """Return ``de la Cruz, José, Jr.``; a group's name has no comma, which would part it."""
    if isinstance(author, str):
        return author.replace(",", "")
    return ", ".join(filter(None, (author.family, author.given, author.suffix)))
