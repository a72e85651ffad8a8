"""Export what is stored about a chat and a person as JSON, for them to read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.render.telegram.rich_blocks import JSON
from storage.records.chats import Chat, Person, SavedPaper, Subscription
from storage.records.digests import DigestHeading


def personal_data_json(
    chat: Chat,
    topics: Iterable[Subscription],
    digests: Iterable[DigestHeading],
    person: Person | None,
    saved: Sequence[SavedPaper],
    now: datetime,
) -> bytes:
    """Return everything that concerns the chat or the person as JSON; ``person`` may be None."""
    personal_data: dict[str, JSON] = {
        "written": now.isoformat(),
        "chat": {
            "id": chat.id,
            "kind": chat.kind,
            "title": chat.title,
            "language": chat.language,
            "entry_languages": list(chat.languages),
            "zone": chat.zone,
            "form": chat.form,
            "times": [clock_time.isoformat("minutes") for clock_time in chat.cadence.times],
            "weekdays": list(chat.cadence.weekdays),
            "quiet_days": chat.cadence.on_quiet_days,
            "silent": chat.silent,
            "full": chat.full_entries,
            "paused": chat.pause_reason,
            "paused_until": chat.paused_until.isoformat() if chat.paused_until else None,
        },
        "topics": [
            {
                "name": topic.name,
                "query": topic.query,
                "thread": topic.thread,
                "times": [clock_time.isoformat("minutes") for clock_time in topic.cadence.times],
                "weekdays": list(topic.cadence.weekdays),
                "quiet_days": topic.cadence.on_quiet_days,
                "zone": topic.zone,
                "next": topic.next_due.isoformat() if topic.next_due else None,
                "limit": topic.limit,
                "kinds": [str(kind) for kind in sorted(topic.kinds)],
                "order": topic.entry_order,
                "form": topic.form,
                "languages": None if topic.languages is None else list(topic.languages),
                "silent": topic.silent,
                "paused": topic.paused,
            }
            for topic in topics
        ],
        "digests": [
            {
                "number": digest.number,
                "issued": digest.issued_at.isoformat(),
                "topic": digest.topic,
                "query": digest.query,
                "shown": digest.shown_count,
                "left_out": digest.left_out_count,
            }
            for digest in digests
        ],
    }
    if person:
        personal_data["person"] = {
            "id": person.id,
            "name": person.name,
            "language": person.language,
        }
        personal_data["library"] = [
            {
                "paper": saved_paper.paper.id,
                "title": saved_paper.paper.title,
                "link": saved_paper.paper.link,
                "saved": saved_paper.saved_at.isoformat(),
            }
            for saved_paper in saved
        ]
    return (json.dumps(personal_data, ensure_ascii=False, indent=2) + "\n").encode()
