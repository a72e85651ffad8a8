"""A digest as JSON, for programs; the keys below stay, others may be added.

``number revision topic query issued first_day last_day seen matched shown imported entries``,
and of an entry ``position shown id version kind title abstract authors categories link
submitted revised comment journal doi licence partial reasons topics glosses``. Texts are as
announced, with their TeX. Times are ISO 8601 in UTC, days arXiv days, unknown ones null.
``matched`` counts all entries, ``shown`` those within the limit.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from bot.render.digest_heading import numbered
from bot.render.telegram.rich_blocks import JSON
from storage.records import Digest, Entry, Gloss


def render(digest: Digest, languages: tuple[str, ...]) -> str:
    """The digest as a JSON object, with the glosses in these languages."""
    return json.dumps(data(digest, languages), ensure_ascii=False, indent=2) + "\n"


def data(digest: Digest, languages: tuple[str, ...]) -> dict[str, JSON]:
    """The digest as JSON values."""
    shown = len(digest.entries)
    return {
        "number": digest.number,
        "revision": digest.revision,
        "topic": digest.topic,
        "query": digest.query,
        "issued": _time(digest.issued),
        "first_day": digest.first_day.isoformat() if digest.first_day else None,
        "last_day": digest.last_day.isoformat() if digest.last_day else None,
        "seen": digest.seen,
        "matched": digest.matched,
        "shown": shown,
        "imported": digest.imported,
        "entries": [
            {"position": at, "shown": at <= shown, **_entry(entry, languages)}
            for at, entry in enumerate(numbered(digest), start=1)
        ],
    }


def _entry(entry: Entry, languages: tuple[str, ...]) -> dict[str, JSON]:
    paper = entry.paper
    glosses = {gloss.language: _gloss(gloss) for gloss in entry.glosses}
    return {
        "id": paper.id,
        "version": paper.version or None,
        "kind": entry.kind.value,
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": list(paper.authors),
        "categories": list(paper.categories),
        "link": paper.link,
        "submitted": _time(paper.submitted),
        "revised": _time(paper.revised),
        "comment": paper.comment,
        "journal": paper.journal,
        "doi": paper.doi,
        "licence": paper.licence,
        "partial": paper.partial,
        "reasons": [{"field": reason.field.value, "word": reason.word} for reason in entry.reasons],
        "topics": list(entry.topics),
        "glosses": {language: glosses.get(language) for language in languages},
    }


def _gloss(gloss: Gloss) -> dict[str, JSON]:
    return {
        "title": gloss.title,
        "gist": gloss.gist,
        "abstract": gloss.abstract,
        "maker": gloss.maker,
        "made": _time(gloss.made),
    }


def _time(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z") if instant else None
