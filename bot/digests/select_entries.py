"""Select the matches that make up a topic's digest; pure, callers store and send it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from storage.records.digests import Digest, Entry, EntryOrder
from storage.records.papers import AnnouncementKind
from storage.records.queries import Match

SOON_READ_ENTRIES = 36  # entries past the limit: three pages of [Show the rest]
_REPLACEMENT_KINDS = frozenset({AnnouncementKind.REPLACE, AnnouncementKind.REPLACE_CROSS})


def assemble_digest(
    matches: Sequence[Match],
    *,
    topic: str,
    query: str,
    issued: datetime,
    limit: int,
    received_versions: Mapping[int, int],
    entry_order: EntryOrder = EntryOrder.RELEVANCE,
    other_topics: Mapping[int, Sequence[str]] | None = None,
    explain_matches: Callable[[Sequence[Match]], Sequence[Match]] = tuple,
) -> Digest:
    """Return the digest of these matches, first ones first: ``limit`` entries, the rest left out.

    ``received_versions`` maps paper keys to the version that the chat has received: such a paper
    does not come again unless a replacement brings a higher version. ``other_topics`` names the
    chat's other topics that matched a paper too. ``explain_matches`` adds the reasons to matches;
    it is called for those that are likely to be read soon.
    """
    new_matches = [match for match in matches if _is_new_to_chat(match, received_versions)]
    explained_count = limit + SOON_READ_ENTRIES
    topic_names = other_topics or {}
    entries = tuple(
        Entry(
            paper=match.announcement.paper,
            kind=match.kind,
            reasons=match.reasons,
            other_topics=tuple(topic_names.get(match.announcement.paper.key, ())),
        )
        for match in (
            *explain_matches(new_matches[:explained_count]),
            *new_matches[explained_count:],
        )
    )
    announced_days = [match.announcement.day for match in new_matches]
    return Digest(
        topic=topic,
        query=query,
        issued_at=issued,
        entries=entries[:limit],
        left_out=entries[limit:],
        first_day=min(announced_days, default=None),
        last_day=max(announced_days, default=None),
        entry_order=entry_order,
    )


def _is_new_to_chat(match: Match, received_versions: Mapping[int, int]) -> bool:
    """Return whether the chat lacks this paper, or the version that a replacement brings."""
    paper = match.announcement.paper
    received_version = received_versions.get(paper.key)
    return received_version is None or (
        match.kind in _REPLACEMENT_KINDS and paper.version > received_version
    )
