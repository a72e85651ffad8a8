"""Cite papers as CSL-JSON, which Zotero, pandoc and every citation processor read."""

from __future__ import annotations

import json
from collections.abc import Iterable

from bot.arxiv.author_names import Person
from bot.render.documents.citation import Citation, citations
from bot.render.entry_content import display, shown_title
from storage.records import Paper


def csl_json(papers: Iterable[Paper]) -> str:
    """Return papers as one JSON list, each under the key that BibTeX gives it."""
    items = [_item(paper, cited) for paper, cited in citations(papers)]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _item(paper: Paper, cited: Citation) -> dict[str, object]:
    """Return the facts that are known under the names of the CSL schema."""
    facts = {
        "id": cited.key,
        "type": "article",  # as CSL calls what has not appeared in a journal
        "title": shown_title(paper),
        "author": [_author(author) for author in cited.authors],
        "issued": {"date-parts": [cited.date]} if cited.date else None,
        "abstract": display(paper.abstract),
        "keyword": ", ".join(filter(None, map(display, paper.categories))),
        "publisher": "arXiv" if cited.arxiv else "",
        "number": f"arXiv:{cited.arxiv}" if cited.arxiv else "",
        "DOI": cited.doi,
        "URL": cited.address,
    }
    return {name: fact for name, fact in facts.items() if fact}


def _author(author: Person | str) -> dict[str, str]:
    """Return the parts of a name; its particles apart, for styles that sort without them."""
    if isinstance(author, str):
        return {"literal": author}
    words = author.family.split()
    first = next((at for at, word in enumerate(words) if not word.islower()), 0)
    parts = {
        "family": " ".join(words[first:]),
        "given": author.given,
        "non-dropping-particle": " ".join(words[:first]),
        "suffix": author.suffix,
    }
    return {name: part for name, part in parts.items() if part}
