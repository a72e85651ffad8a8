"""What stands above and below a digest's table? Topic, days, counts that reconcile, notes."""

from __future__ import annotations

from collections import Counter
from datetime import date

from bot.render.display_options import Look
from bot.render.entry_content import LINE_UNITS, display, is_translated
from bot.render.size_limits import shorten
from bot.texts import say
from bot.texts.dates import days, moment
from storage.records import Digest, Entry, Kind


def numbered(digest: Digest) -> tuple[Entry, ...]:
    """The entries by position: the shown ones, then those that were left out, as far as read."""
    return digest.entries + digest.rest


def is_alone(digest: Digest) -> bool:
    """Whether this is one paper and no digest: its entry then has no number."""
    return not (digest.number or digest.topic or digest.query)


def heading(digest: Digest, look: Look) -> str:
    """The topic and the arXiv days; without days, the moment of issue on the reader's clock."""
    topic = shorten(display(digest.topic) or display(digest.query), LINE_UNITS)
    first = digest.first_day or digest.last_day
    last = digest.last_day or digest.first_day
    when = _days(first, last, look) or moment(look.language, digest.issued, look.zone)
    return say(look.language, "digest-heading", topic=topic, days=when)


def _days(first: date | None, last: date | None, look: Look) -> str:
    return days(look.language, first, last) if first and last else ""


def counts(digest: Digest, first: int, last: int, look: Look) -> str:
    """How many papers there are, how many stand here, of which kinds, out of how many."""
    matched = digest.matched
    facts = [_shown(digest, first, last, matched, look.language)]
    kinds = Counter((*(entry.kind for entry in numbered(digest)), *digest.unread, *digest.beyond))
    if matched and set(kinds) != {Kind.NEW}:
        facts += [
            say(look.language, f"digest-count-{kind}", count=kinds[kind])
            for kind in Kind
            if kinds[kind]
        ]
    if digest.seen:
        facts.append(say(look.language, "digest-seen", seen=digest.seen))
    return " · ".join(facts)


def _shown(digest: Digest, first: int, last: int, matched: int, language: str) -> str:
    if not matched:
        return say(language, "digest-shown-none")
    if (first, last) == (1, matched):
        return say(language, "digest-shown-all", matched=matched)
    if (first, last) == (1, len(digest.entries)):
        return say(language, "digest-shown-some", shown=last, matched=matched)
    return say(language, "digest-shown-range", first=first, last=last, matched=matched)


def untranslated(digest: Digest, first: int, last: int, look: Look) -> str:
    """How many of the rows stand in English because their translation is missing; or nothing."""
    entries = numbered(digest)[max(first - 1, 0) : last]
    missing = sum(not is_translated(entry, look.languages[0]) for entry in entries)
    return say(look.language, "digest-untranslated", count=missing) if missing else ""


def footer(digest: Digest, look: Look) -> str:
    """The digest's number and its moment of issue on the reader's clock."""
    issued = moment(look.language, digest.issued, look.zone)
    if digest.number:
        return say(look.language, "digest-footer", number=str(digest.number), issued=issued)
    return say(look.language, "digest-footer-plain", issued=issued)
