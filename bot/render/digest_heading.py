"""Texts above and below a digest's table: topic, days, counts that add up, notes."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

from bot.render.display_options import DisplayOptions
from bot.render.entry_content import LINE_UNITS, display_text, is_translated
from bot.render.size_limits import shorten
from bot.texts import say
from bot.texts.dates import format_days, format_days_briefly, format_moment
from storage.records.chats import MessageForm
from storage.records.digests import Digest, Entry
from storage.records.papers import AnnouncementKind

BRIEF_TOPIC_UNITS = 60  # two lines of a phone


def numbered_entries(digest: Digest) -> tuple[Entry, ...]:
    """Return the entries by position: the shown ones, then the left-out ones as far as loaded."""
    return digest.entries + digest.left_out


def is_single_paper(digest: Digest) -> bool:
    """Return whether this stands for one paper and no digest: its entry then has no number."""
    return not (digest.number or digest.topic or digest.query)


def is_shown_as_paper(digest: Digest, options: DisplayOptions) -> bool:
    """Return whether the one paper of a digest stands in place of a table."""
    is_alone = digest.matched_count == len(digest.entries) == 1
    return is_alone and options.form is MessageForm.TWO_COLUMNS


def heading_text(digest: Digest, options: DisplayOptions) -> str:
    """Return the topic and the arXiv days; without days, the local time of issue."""
    topic = shorten(display_text(digest.topic) or display_text(digest.query), LINE_UNITS)
    first_day = digest.first_day or digest.last_day
    last_day = digest.last_day or digest.first_day
    date_text = format_days(options.language, first_day, last_day) if first_day and last_day else ""
    date_text = date_text or format_moment(options.language, digest.issued_at, options.zone)
    return say(options.language, "digest-heading", topic=topic, days=date_text)


def counts_text(digest: Digest, first: int, last: int, options: DisplayOptions) -> str:
    """Return how many papers matched, how many are shown, of which kinds, out of how many."""
    language, matched_count = options.language, digest.matched_count
    if not matched_count:
        facts = [say(language, "digest-shown-none")]
    elif (first, last) == (1, matched_count):
        facts = [say(language, "digest-shown-all", matched=matched_count)]
    elif (first, last) == (1, len(digest.entries)):
        entry_order = digest.entry_order or "unknown"
        facts = [
            say(language, "digest-shown-some", shown=last, matched=matched_count, order=entry_order)
        ]
    else:
        facts = [say(language, "digest-shown-range", first=first, last=last, matched=matched_count)]
    return " · ".join(facts + _kind_facts(digest, language))


def _kind_facts(digest: Digest, language: str) -> list[str]:
    """Return how many papers of which kinds matched, unless all are new, out of how many."""
    facts = []
    kinds = Counter(
        (
            *(entry.kind for entry in numbered_entries(digest)),
            *digest.unloaded_kinds,
            *digest.unstored_kinds,
        )
    )
    if digest.matched_count and set(kinds) != {AnnouncementKind.NEW}:
        facts += [
            say(language, f"digest-count-{kind}", count=kinds[kind])
            for kind in AnnouncementKind
            if kinds[kind]
        ]
    if digest.announced_count:
        facts.append(say(language, "digest-seen", seen=digest.announced_count))
    return facts


def brief_heading_text(digest: Digest, first: int, last: int, options: DisplayOptions) -> str:
    """Return topic, days and how many papers are shown: one line of a phone for usual topics."""
    language, matched = options.language, digest.matched_count
    topic = shorten(display_text(digest.topic) or display_text(digest.query), BRIEF_TOPIC_UNITS)
    issue_day = digest.issued_at.astimezone(ZoneInfo(options.zone)).date()
    first_day = digest.first_day or digest.last_day or issue_day
    last_day = digest.last_day or first_day
    if not matched:
        counts = say(language, "digest-brief-none")
    elif (first, last) == (1, matched):
        counts = say(language, "digest-shown-all", matched=matched)
    elif (first, last) == (1, len(digest.entries)):
        counts = say(language, "digest-brief-some", shown=last, matched=matched)
    else:
        counts = say(language, "digest-brief-range", first=first, last=last, matched=matched)
    days_text = format_days_briefly(language, first_day, last_day)
    # A line may break after the points only.
    facts = (fact.replace(" ", "\u00a0") for fact in (days_text, counts))
    return "\u00a0· ".join(filter(None, (topic, *facts)))


def facts_text(digest: Digest, options: DisplayOptions) -> str:
    """Return what the brief heading leaves out: order, kinds, number and time of issue."""
    facts = _kind_facts(digest, options.language)
    if digest.entry_order and digest.matched_count > len(digest.entries):
        facts.insert(0, say(options.language, f"digest-order-{digest.entry_order}"))
    return " · ".join([*facts, footer_text(digest, options)])


def untranslated_text(digest: Digest, first: int, last: int, options: DisplayOptions) -> str:
    """Return the note on rows in English for lack of a translation; "" if there are none."""
    entries = numbered_entries(digest)[max(first - 1, 0) : last]
    missing_count = sum(not is_translated(entry, options.languages[0]) for entry in entries)
    return (
        say(options.language, "digest-untranslated", count=missing_count) if missing_count else ""
    )


def footer_text(digest: Digest, options: DisplayOptions) -> str:
    """Return the digest's number and the local time of issue."""
    issued_text = format_moment(options.language, digest.issued_at, options.zone)
    if digest.number:
        return say(options.language, "digest-footer", number=str(digest.number), issued=issued_text)
    return say(options.language, "digest-footer-plain", issued=issued_text)
