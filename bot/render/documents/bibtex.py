"""Cite a paper as a BibTeX entry that any BibTeX can read, whatever the title holds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.arxiv.author_names import Person
from bot.render.documents.citation import Citation, citation, citations
from bot.render.documents.latex_text import latex_text
from bot.render.entry_content import display, plain
from storage.records import Paper

_IN_FIELD = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


def bibtex(paper: Paper) -> str:
    """Return the entry of a paper; its key is made of the author, the year, the title, the id."""
    return _entry(paper, citation(paper))


def bibliography(papers: Iterable[Paper]) -> str:
    """Return the entries of papers as one file, no key twice."""
    return "\n".join(_entry(paper, cited) for paper, cited in citations(papers))


def _entry(paper: Paper, cited: Citation) -> str:
    primary = paper.categories[0] if cited.arxiv and paper.categories else ""
    fields = (
        ("title", _title(paper)),
        ("author", " and ".join(map(_author, cited.authors))),
        ("year", str(cited.date[0]) if cited.date else ""),
        ("eprint", _bare(cited.arxiv)),
        ("archivePrefix", "arXiv" if cited.arxiv else ""),
        ("primaryClass", _bare(primary)),
        ("doi", cited.doi),
        ("url", cited.address.translate(_IN_FIELD)),
    )
    lines = [f"  {field} = {{{value}}}" for field, value in fields if value]
    return "@misc{" + ",\n".join([cited.key, *lines]) + "\n}\n"


def _title(paper: Paper) -> str:
    """Return the title, braced once more, that its capitals stay."""
    written = latex_text(paper.title if display(paper.title) else paper.id)
    # BibTeX takes what begins with a brace and a command for one accented letter.
    return f"{{{{}}{written}}}" if written.startswith("\\") else f"{{{written}}}"


def _author(author: Person | str) -> str:
    """Return ``family, suffix, given``; what BibTeX would take apart is braced."""
    if isinstance(author, str):
        return f"{{{latex_text(author)}}}"
    return ", ".join(map(latex_text, filter(None, (author.family, author.suffix, author.given))))


def _bare(text: str) -> str:
    """Return an id without what would end the field."""
    return re.sub(r"[{}\s\\]", "", plain(text))
