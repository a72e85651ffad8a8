"""Render a digest as JSON, for programs; the keys below stay, others may be added.

``number revision topic query issued first_day last_day seen matched shown imported entries``,
and of an entry ``position shown id version kind title abstract authors categories link
submitted revised comment journal doi licence partial reasons topics glosses``. Texts are as
announced, with their TeX. Times are ISO 8601 in UTC, days arXiv days, unknown ones null.
``matched`` counts all entries, ``shown`` those within the limit.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from bot.render.digest_heading import numbered_entries
from bot.render.telegram.rich_blocks import JSON
from storage.records.digests import Digest, Entry


def render_json(digest: Digest, languages: tuple[str, ...]) -> str:
    """Return the digest as a JSON object, with the summaries in these languages."""
    shown_count = len(digest.entries)
    digest_data: dict[str, JSON] = {
        "number": digest.number,
        "revision": digest.revision,
        "topic": digest.topic,
        "query": digest.query,
        "issued": _iso_time(digest.issued_at),
        "first_day": digest.first_day.isoformat() if digest.first_day else None,
        "last_day": digest.last_day.isoformat() if digest.last_day else None,
        "seen": digest.announced_count,
        "matched": digest.matched_count,
        "shown": shown_count,
        "imported": digest.imported,
        "entries": [
            {
                "position": position,
                "shown": position <= shown_count,
                **_entry_data(entry, languages),
            }
            for position, entry in enumerate(numbered_entries(digest), start=1)
        ],
    }
    return json.dumps(digest_data, ensure_ascii=False, indent=2) + "\n"


def _entry_data(entry: Entry, languages: tuple[str, ...]) -> dict[str, JSON]:
    paper = entry.paper
    summaries_data: dict[str, JSON] = {
        summary.language: {
            "title": summary.title,
            "gist": summary.tldr,
            "abstract": summary.abstract,
            "maker": summary.producer,
            "made": _iso_time(summary.created_at),
        }
        for summary in entry.summaries
    }
    return {
        "id": paper.id,
        "version": paper.version or None,
        "kind": entry.kind.value,
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": list(paper.authors),
        "categories": list(paper.categories),
        "link": paper.link,
        "submitted": _iso_time(paper.submitted_at),
        "revised": _iso_time(paper.revised_at),
        "comment": paper.comment,
        "journal": paper.journal_ref,
        "doi": paper.doi,
        "licence": paper.licence,
        "partial": paper.partial,
        "reasons": [{"field": reason.field.value, "word": reason.word} for reason in entry.reasons],
        "topics": list(entry.other_topics),
        "glosses": {language: summaries_data.get(language) for language in languages},
    }


def _iso_time(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z") if instant else None
