"""Digests before they have a reader: made once for all the chats that ask the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from bot.digests.new_announcements import ExplainMatches, NewAnnouncements, SlicedAnnouncements
from bot.digests.select_entries import SOON_READ_ENTRIES, assemble_digest
from bot.render.display_options import DisplayOptions
from bot.render.telegram.split_into_messages import Part, parts
from bot.summaries.fill_missing import fill_missing_summaries
from bot.topics.query.parser import parse
from storage import Store
from storage.records import AnnouncementKind, Digest, Entry, Match, Subscription, Summary

MAX_CACHED_DIGESTS = 25_000  # editions, of about 10 kB each; beyond them the oldest are made anew
WIDEST_NUMBER = 10**12  # a number that leaves room for any other, and for what another clock says

SummariesByPaper: TypeAlias = Mapping[int, tuple[Summary, ...]]
"""What is said of papers, by their keys."""


@dataclass(slots=True)
class SharedDigest:
    """What a chat gets that asks this: all of it, where it has received nothing of it.

    ``paper_keys`` are the keys of what was found; ``number`` is that of a digest which was issued
    from it, 0 before the first.
    """

    matches: Sequence[Match]
    explain_matches: ExplainMatches
    digest: Digest
    number: int = 0
    paper_keys: Sequence[int] = field(init=False)
    _parts_cache: dict[tuple[object, ...], tuple[Part, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.paper_keys = [match.announcement.paper.key for match in self.matches]

    def message_parts(
        self, topic: str, display_options: DisplayOptions, *, full: bool
    ) -> tuple[Part, ...]:
        """The messages it makes for readers whose looks differ in their clocks alone."""
        key = (
            topic,
            display_options.form,
            display_options.language,
            display_options.languages,
            full,
        )
        if key not in self._parts_cache:
            widest = replace(self.digest, topic=topic, number=WIDEST_NUMBER)
            self._parts_cache[key] = parts(widest, display_options, with_entries=full)
        return self._parts_cache[key]


class SharedDigests:
    """The editions of a tick.

    They are made outside of any transaction, for what they take: the texts of many papers are
    read, and papers that nobody was shown yet get their glosses. Nothing here refers back to it,
    so the many papers of a tick are let go of at its end.
    """

    def __init__(
        self, store: Store, announcements: NewAnnouncements | SlicedAnnouncements, now: datetime
    ) -> None:
        self._store = store
        self._announcements = announcements
        self._now = now
        self._summaries: dict[int, tuple[Summary, ...]] = {}
        self._cache: dict[tuple[str, frozenset[AnnouncementKind], int, int], SharedDigest] = {}

    def for_topic(self, topic: Subscription) -> SharedDigest:
        """The edition of what a topic finds after its cursor."""
        key = (topic.query, topic.kinds, topic.cursor, topic.limit)
        if key not in self._cache:
            if len(self._cache) >= MAX_CACHED_DIGESTS:
                del self._cache[next(iter(self._cache))]
            self._cache[key] = self._build(*key)
        return self._cache[key]

    def _build(
        self, query: str, kinds: frozenset[AnnouncementKind], cursor: int, limit: int
    ) -> SharedDigest:
        parsed = parse(query)
        matches = self._announcements.find(parsed, kinds, cursor)
        explain_matches = self._announcements.explainer(parsed)
        digest = assemble_digest(
            matches,
            topic="",
            query=query,
            issued=self._now,
            limit=limit,
            received_versions={},
            explain_matches=explain_matches,
        )
        summarized = with_summaries(digest, self._summaries_for(digest))
        return SharedDigest(
            matches,
            explain_matches,
            replace(summarized, announced_count=self._announcements.count_papers(cursor)),
        )

    def _summaries_for(self, digest: Digest) -> SummariesByPaper:
        soon_entries, late_entries = split_soon_read(digest)
        new_papers = [
            entry.paper for entry in soon_entries if entry.paper.key not in self._summaries
        ]
        self._summaries |= fill_missing_summaries(self._store, new_papers, self._now)
        late_keys = [
            entry.paper.key for entry in late_entries if entry.paper.key not in self._summaries
        ]
        return (
            self._summaries | self._store.papers.best_summaries_without_text(late_keys)
            if late_keys
            else self._summaries
        )


def remaining_for_chat(
    store: Store,
    shared: SharedDigest,
    received_versions: Mapping[int, int],
    other_topics: Mapping[int, Sequence[str]],
    limit: int,
) -> SharedDigest:
    """What an edition leaves for a chat that has received some of it, with its other topics named.

    What the edition says of a paper is said again; only who moves up is explained and glossed.
    """
    full_digest = shared.digest
    explained_entries = {entry.paper.key: entry for entry in split_soon_read(full_digest)[0]}
    selected = assemble_digest(
        shared.matches,
        topic=full_digest.topic,
        query=full_digest.query,
        issued=full_digest.issued_at,
        limit=limit,
        received_versions=received_versions,
        other_topics=other_topics,
        explain_matches=lambda matches: _explain_remaining(shared, explained_entries, matches),
    )
    summaries = {
        entry.paper.key: entry.summaries for entry in (*full_digest.entries, *full_digest.left_out)
    }
    new_papers = [
        entry.paper
        for entry in split_soon_read(selected)[0]
        if entry.paper.key not in explained_entries
    ]
    if new_papers:
        summaries |= fill_missing_summaries(store, new_papers, full_digest.issued_at)
    remaining = replace(
        with_summaries(selected, summaries), announced_count=full_digest.announced_count
    )
    return SharedDigest(shared.matches, shared.explain_matches, remaining)


def _explain_remaining(
    shared: SharedDigest, explained_entries: Mapping[int, Entry], matches: Sequence[Match]
) -> list[Match]:
    """The matches with their reasons, which are looked for where the edition does not tell them."""
    newly_explained = shared.explain_matches(
        [m for m in matches if m.announcement.paper.key not in explained_entries]
    )
    matches_by_paper = {match.announcement.paper.key: match for match in newly_explained}
    return [
        matches_by_paper.get(key) or _match_from_entry(match, explained_entries[key])
        for match in matches
        for key in (match.announcement.paper.key,)
    ]


def _match_from_entry(match: Match, shared_entry: Entry) -> Match:
    announcement = replace(match.announcement, paper=shared_entry.paper)
    return replace(match, announcement=announcement, reasons=shared_entry.reasons)


def split_soon_read(digest: Digest) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """The entries that are shown or soon asked for, and those far down among the left-out."""
    return (*digest.entries, *digest.left_out[:SOON_READ_ENTRIES]), digest.left_out[
        SOON_READ_ENTRIES:
    ]


def with_summaries(digest: Digest, summaries: SummariesByPaper) -> Digest:
    """The digest with what is said about its papers."""
    entries, left_out = (
        tuple(replace(entry, summaries=summaries.get(entry.paper.key, ())) for entry in group)
        for group in (digest.entries, digest.left_out)
    )
    return replace(digest, entries=entries, left_out=left_out)


def with_best_summaries(
    store: Store, digest: Digest, now: datetime, *, save: bool = True
) -> Digest:
    """The digest with the best glosses of its papers, and a made one where it is soon read.

    Far down among hundreds that were left out, the beginning of the abstract does as well.
    """
    soon_entries, late_entries = split_soon_read(digest)
    stored = store.papers.best_summaries([entry.paper.key for entry in late_entries])
    created = fill_missing_summaries(store, [entry.paper for entry in soon_entries], now, save=save)
    return with_summaries(digest, {**stored, **created})
