"""Texts above and below a digest's table: topic, days, counts that add up, notes."""

from __future__ import annotations

from collections import Counter

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
    date_text = format_days(options.language, first, last) if first and last else ""
    date_text = date_text or format_moment(options.language, digest.issued_at, options.zone)
    return say(options.language, "digest-heading", topic=topic, days=date_text)


def counts_text(digest: Digest, first: int, last: int, options: DisplayOptions) -> str:
    """Return how many papers matched, how many are shown, of which kinds, out of how many."""
    language, matched = options.language, digest.matched_count
    if not matched:
        facts = [say(language, "digest-shown-none")]
    elif (first, last) == (1, matched):
        facts = [say(language, "digest-shown-all", matched=matched)]
    elif (first, last) == (1, len(digest.entries)):
        order = digest.entry_order or "unknown"
        facts = [say(language, "digest-shown-some", shown=last, matched=matched, order=order)]
    else:
        facts = [say(language, "digest-shown-range", first=first, last=last, matched=matched)]
    kinds = Counter(
        (
            *(entry.kind for entry in numbered_entries(digest)),
            *digest.unloaded_kinds,
            *digest.unstored_kinds,
        )
    )
    if matched and set(kinds) != {AnnouncementKind.NEW}:
        facts += [
            say(language, f"digest-count-{kind}", count=kinds[kind])
            for kind in AnnouncementKind
            if kinds[kind]
        ]
    if digest.announced_count:
        facts.append(say(language, "digest-seen", seen=digest.announced_count))
    return " · ".join(facts)


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
