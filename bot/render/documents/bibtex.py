"""Cite a paper as a BibTeX entry that any BibTeX can parse, whatever its title contains."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.arxiv.author_names import PersonName
from bot.render.documents.citation import Citation, citation, citations
from bot.render.documents.latex_text import latex_text
from bot.render.entry_content import display_text, strip_invisible
from storage.records.papers import Paper

_URL_ESCAPES = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


def bibtex(paper: Paper) -> str:
    """Return the entry of a paper; its key consists of author, year, title and id."""
    return _bibtex_entry(paper, citation(paper))


def bibliography(papers: Iterable[Paper]) -> str:
    """Return the entries of papers as one file; no key occurs twice."""
    return "\n".join(
        _bibtex_entry(paper, paper_citation) for paper, paper_citation in citations(papers)
    )


def _bibtex_entry(paper: Paper, paper_citation: Citation) -> str:
    primary_category = paper.categories[0] if paper_citation.arxiv_id and paper.categories else ""
    latex_title = latex_text(paper.title if display_text(paper.title) else paper.id)
    if latex_title.startswith("\\"):
        # BibTeX reads a brace followed by a command as one accented letter.
        latex_title = f"{{}}{latex_title}"
    bibtex_fields = (
        ("title", f"{{{latex_title}}}"),  # in extra braces, which keep its capitals
        ("author", " and ".join(map(_bibtex_author, paper_citation.authors))),
        ("year", str(paper_citation.date[0]) if paper_citation.date else ""),
        ("eprint", _field_safe_id(paper_citation.arxiv_id)),
        ("archivePrefix", "arXiv" if paper_citation.arxiv_id else ""),
        ("primaryClass", _field_safe_id(primary_category)),
        ("doi", paper_citation.doi),
        ("url", paper_citation.url.translate(_URL_ESCAPES)),
    )
    lines = [f"  {field} = {{{value}}}" for field, value in bibtex_fields if value]
    return "@misc{" + ",\n".join([paper_citation.key, *lines]) + "\n}\n"


def _bibtex_author(author: PersonName | str) -> str:
    """Return ``family, suffix, given``; names that BibTeX would split are braced."""
    if isinstance(author, str):
        return f"{{{latex_text(author)}}}"
    return ", ".join(
        map(latex_text, filter(None, (author.family_name, author.suffix, author.given_name)))
    )


def _field_safe_id(text: str) -> str:
    """Return an id without characters that would end the field."""
    return re.sub(r"[{}\s\\]", "", strip_invisible(text))
