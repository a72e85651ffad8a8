"""Cite papers as CSL-JSON, which Zotero, pandoc and every citation processor read."""

from __future__ import annotations

import json
from collections.abc import Iterable

from bot.arxiv.author_names import PersonName
from bot.render.documents.citation import citations
from bot.render.entry_content import display_text, display_title
from storage.records.papers import Paper


def csl_json(papers: Iterable[Paper]) -> str:
    """Return papers as one JSON list, each under its BibTeX key."""
    csl_items = []
    for paper, paper_citation in citations(papers):
        facts = {
            "id": paper_citation.key,
            "type": "article",  # CSL's type for preprints
            "title": display_title(paper),
            "author": [_csl_author(author) for author in paper_citation.authors],
            "issued": {"date-parts": [paper_citation.date]} if paper_citation.date else None,
            "abstract": display_text(paper.abstract),
            "keyword": ", ".join(filter(None, map(display_text, paper.categories))),
            "publisher": "arXiv" if paper_citation.arxiv_id else "",
            "number": f"arXiv:{paper_citation.arxiv_id}" if paper_citation.arxiv_id else "",
            "DOI": paper_citation.doi,
            "URL": paper_citation.url,
        }
        csl_items.append({name: fact for name, fact in facts.items() if fact})
    return json.dumps(csl_items, ensure_ascii=False, indent=2) + "\n"


def _csl_author(author: PersonName | str) -> dict[str, str]:
    """Return the parts of a name; particles are separate, for styles that sort without them."""
    if isinstance(author, str):
        return {"literal": author}
    family_words = author.family_name.split()
    family_start = next((index for index, word in enumerate(family_words) if not word.islower()), 0)
    name_parts = {
        "family": " ".join(family_words[family_start:]),
        "given": author.given_name,
        "non-dropping-particle": " ".join(family_words[:family_start]),
        "suffix": author.suffix,
    }
    return {name: part for name, part in name_parts.items() if part}
