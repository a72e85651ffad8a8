"""Texts above and below a digest's table: topic, days, counts that add up, notes."""

from __future__ import annotations

from collections import Counter
from datetime import date

from bot.render.display_options import DisplayOptions
from bot.render.entry_content import LINE_UNITS, display_text, is_translated
from bot.render.size_limits import shorten
from bot.texts import say
from bot.texts.dates import format_days, format_moment
from storage.records.digests import Digest, Entry
from storage.records.papers import AnnouncementKind


def numbered_entries(digest: Digest) -> tuple[Entry, ...]:
    """Return the entries by position: the shown ones, then the left-out ones as far as loaded."""
    return digest.entries + digest.left_out


def is_single_paper(digest: Digest) -> bool:
    """Return whether this stands for one paper and no digest: its entry then has no number."""
    return not (digest.number or digest.topic or digest.query)


def heading_text(digest: Digest, options: DisplayOptions) -> str:
    """Return the topic and the arXiv days; without days, the local time of issue."""
    topic = shorten(display_text(digest.topic) or display_text(digest.query), LINE_UNITS)
    first = digest.first_day or digest.last_day
    last = digest.last_day or digest.first_day
    date_text = _days_text(first, last, options) or format_moment(
        options.language, digest.issued_at, options.zone
    )
    return say(options.language, "digest-heading", topic=topic, days=date_text)


def _days_text(first: date | None, last: date | None, options: DisplayOptions) -> str:
    return format_days(options.language, first, last) if first and last else ""


def counts_text(digest: Digest, first: int, last: int, options: DisplayOptions) -> str:
    """Return how many papers matched, how many are shown, of which kinds, out of how many."""
    matched = digest.matched_count
    facts = [_shown_text(digest, first, last, matched, options.language)]
    kinds = Counter(
        (
            *(entry.kind for entry in numbered_entries(digest)),
            *digest.unloaded_kinds,
            *digest.unstored_kinds,
        )
    )
    if matched and set(kinds) != {AnnouncementKind.NEW}:
        facts += [
            say(options.language, f"digest-count-{kind}", count=kinds[kind])
            for kind in AnnouncementKind
            if kinds[kind]
        ]
    if digest.announced_count:
        facts.append(say(options.language, "digest-seen", seen=digest.announced_count))
    return " · ".join(facts)


def _shown_text(digest: Digest, first: int, last: int, matched: int, language: str) -> str:
    if not matched:
        return say(language, "digest-shown-none")
    if (first, last) == (1, matched):
        return say(language, "digest-shown-all", matched=matched)
    if (first, last) == (1, len(digest.entries)):
        return say(language, "digest-shown-some", shown=last, matched=matched)
    return say(language, "digest-shown-range", first=first, last=last, matched=matched)


def untranslated_text(digest: Digest, first: int, last: int, options: DisplayOptions) -> str:
    """Return the note on rows in English for lack of a translation; "" if there are none."""
    entries = numbered_entries(digest)[max(first - 1, 0) : last]
    missing = sum(not is_translated(entry, options.languages[0]) for entry in entries)
    return say(options.language, "digest-untranslated", count=missing) if missing else ""


def footer_text(digest: Digest, options: DisplayOptions) -> str:
    """Return the digest's number and the local time of issue."""
    issued_text = format_moment(options.language, digest.issued_at, options.zone)
    if digest.number:
        return say(options.language, "digest-footer", number=str(digest.number), issued=issued_text)
    return say(options.language, "digest-footer-plain", issued=issued_text)
