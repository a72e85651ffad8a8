"""How is a paper given to a reference manager? A RIS record, which Zotero and EndNote read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.author_names import is_group, person
from bot.render.bibtex import year
from bot.render.spoken import address, display, shown_title
from storage.model import Paper


def ris(papers: Iterable[Paper]) -> bytes:
    """The records of papers as one file in UTF-8; its lines end with CR LF, as the format asks."""
    return b"".join(_written(paper) for paper in papers)


def _written(paper: Paper) -> bytes:
    """One record as bytes: a single 𝔼 would make a text of thousands four times as large."""
    return "".join(f"{line}\r\n" for line in (*_record(paper), "ER  - ", "")).encode()


def _record(paper: Paper) -> Iterator[str]:
    yield "TY  - UNPB"  # has not appeared in a journal
    scheme, _, number = paper.id.partition(":")
    named = [
        ("TI", shown_title(paper)),
        *(("AU", _inverted(display(author))) for author in paper.authors),
        ("PY", str(year(paper) or "")),
        ("DA", f"{paper.submitted:%Y/%m/%d}" if paper.submitted else ""),
        ("AB", display(paper.abstract)),
        *(("KW", display(category)) for category in paper.categories),
        ("PB", "arXiv" if scheme == "arxiv" else ""),
        ("AN", f"arXiv:{number}" if scheme == "arxiv" else ""),
        ("DO", display(paper.doi or (number if scheme == "doi" else ""))),
        ("UR", address(paper)),
    ]
    yield from (f"{tag}  - {value}" for tag, value in named if value)


def _inverted(name: str) -> str:
    """``José de la Cruz Jr.`` → ``de la Cruz, José, Jr.``; a group's name stays."""
    if is_group(name):
        return name
    parts = person(name)
    return ", ".join(filter(None, (parts.family, parts.given, parts.suffix))) or name
