"""What is kept about a chat and a person, written out for them as JSON; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.render.telegram.rich_blocks import JSON
from storage.records import Heading, Person, SavedPaper, Subscriber, Subscription


def written(
    chat: Subscriber,
    topics: Iterable[Subscription],
    digests: Iterable[Heading],
    person: Person | None,
    saved: Sequence[SavedPaper],
    now: datetime,
) -> bytes:
    """Everything that names the chat or the person, in words rather than in columns."""
    told: dict[str, JSON] = {
        "written": now.isoformat(),
        "chat": _chat(chat),
        "topics": [_topic(topic) for topic in topics],
        "digests": [_digest(digest) for digest in digests],
    }
    if person:
        told["person"] = {"id": person.person, "name": person.name, "language": person.language}
        told["library"] = [_saved(paper) for paper in saved]
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def _chat(chat: Subscriber) -> JSON:
    return {
        "id": chat.chat,
        "kind": chat.kind,
        "title": chat.title,
        "language": chat.language,
        "entry_languages": list(chat.languages),
        "zone": chat.zone,
        "form": chat.form,
        "times": [at.isoformat("minutes") for at in chat.cadence.times],
        "weekdays": list(chat.cadence.weekdays),
        "quiet_days": chat.cadence.quiet,
        "silent": chat.silent,
        "full": chat.full,
        "paused": chat.paused,
        "paused_until": chat.paused_until.isoformat() if chat.paused_until else None,
    }


def _topic(topic: Subscription) -> JSON:
    return {
        "name": topic.name,
        "query": topic.query,
        "thread": topic.thread,
        "times": [at.isoformat("minutes") for at in topic.cadence.times],
        "zone": topic.zone,
        "next": topic.next_due.isoformat() if topic.next_due else None,
        "limit": topic.limit,
        "kinds": [str(kind) for kind in sorted(topic.kinds)],
        "paused": topic.paused,
    }


def _digest(digest: Heading) -> JSON:
    return {
        "number": digest.number,
        "issued": digest.issued.isoformat(),
        "topic": digest.topic,
        "query": digest.query,
        "shown": digest.shown,
        "left_out": digest.left_out,
    }


def _saved(kept: SavedPaper) -> JSON:
    return {
        "paper": kept.paper.id,
        "title": kept.paper.title,
        "link": kept.paper.link,
        "saved": kept.saved.isoformat(),
    }
