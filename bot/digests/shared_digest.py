"""Build each digest once for all the chats whose topics ask the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from bot.digests.new_announcements import ExplainMatches, NewAnnouncements, SlicedAnnouncements
from bot.digests.order_matches import order_matches
from bot.digests.select_entries import SOON_READ_ENTRIES, assemble_digest
from bot.render.display_options import DisplayOptions
from bot.render.telegram.split_into_messages import Part, digest_parts
from bot.summaries.fill_missing import fill_missing_summaries
from bot.topics.query.parser import parse
from storage import Store
from storage.records.chats import Subscription
from storage.records.digests import Digest, Entry, EntryOrder
from storage.records.papers import AnnouncementKind
from storage.records.queries import Match
from storage.records.summaries import Summary

MAX_CACHED_DIGESTS = 25_000  # about 10 kB each; the oldest are dropped first
WIDEST_NUMBER = 10**12  # as wide as any digest number and the texts of any time zone

SummariesByPaper: TypeAlias = Mapping[int, tuple[Summary, ...]]
"""The summaries of papers, by paper key."""


@dataclass(slots=True)
class SharedDigest:
    """What a chat that asks this gets if it has received none of it.

    ``paper_keys`` are the keys of the matched papers; ``number`` is that of a digest which was
    issued from it, 0 before the first.
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
        """Return its messages; they depend on all display options but the time zone."""
        rendering_key = (
            topic,
            display_options.form,
            display_options.language,
            display_options.languages,
            full,
        )
        if rendering_key not in self._parts_cache:
            digest_with_widest_number = replace(self.digest, topic=topic, number=WIDEST_NUMBER)
            self._parts_cache[rendering_key] = digest_parts(
                digest_with_widest_number, display_options, with_entries=full
            )
        return self._parts_cache[rendering_key]


class SharedDigests:
    """The shared digests of a tick.

    They are built outside any transaction because that is slow: the texts of many papers are read,
    and papers that were never shown get their summaries. Nothing here refers back to this object,
    so that the papers of a tick are freed at its end.
    """

    def __init__(
        self, store: Store, announcements: NewAnnouncements | SlicedAnnouncements, now: datetime
    ) -> None:
        self._store = store
        self._announcements = announcements
        self._now = now
        self._summaries: dict[int, tuple[Summary, ...]] = {}
        self._paper_counts: dict[int, int] = {}  # by cursor
        self._cache: dict[
            tuple[str, frozenset[AnnouncementKind], int, int, EntryOrder], SharedDigest
        ] = {}

    def for_topic(self, topic: Subscription) -> SharedDigest:
        """Return the shared digest of what a topic matches after its cursor."""
        share_key = (topic.query, topic.kinds, topic.cursor, topic.limit, topic.entry_order)
        if share_key in self._cache:
            return self._cache[share_key]
        query = parse(topic.query)
        matches = order_matches(
            self._announcements.find(query, topic.kinds, topic.cursor), topic.entry_order
        )
        explain_matches = self._announcements.explainer(query)
        digest = assemble_digest(
            matches,
            topic="",
            query=topic.query,
            issued=self._now,
            limit=topic.limit,
            received_versions={},
            entry_order=topic.entry_order,
            explain_matches=explain_matches,
        )
        digest = replace(
            with_summaries(digest, self._summaries_for(digest)),
            announced_count=self._count_papers(topic.cursor),
        )
        if len(self._cache) >= MAX_CACHED_DIGESTS:
            del self._cache[next(iter(self._cache))]
        self._cache[share_key] = SharedDigest(matches, explain_matches, digest)
        return self._cache[share_key]

    def _count_papers(self, cursor: int) -> int:
        """Return how many papers were announced after a cursor."""
        if cursor not in self._paper_counts:
            self._paper_counts[cursor] = self._store.announcements.count_papers_between(
                cursor, self._announcements.last_position
            )
        return self._paper_counts[cursor]

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
            self._summaries | self._store.summaries.best_of_papers(late_keys, without_text=True)
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
    """Return what is left of a shared digest for a chat that has received part of it.

    Its other topics are named. Reasons and summaries are taken over from the shared digest; only
    the papers that move up are explained and summarized anew.
    """
    full_digest = shared.digest
    explained_entries = {entry.paper.key: entry for entry in split_soon_read(full_digest)[0]}
    selected_digest = assemble_digest(
        shared.matches,
        topic=full_digest.topic,
        query=full_digest.query,
        issued=full_digest.issued_at,
        limit=limit,
        received_versions=received_versions,
        entry_order=full_digest.entry_order or EntryOrder.RELEVANCE,
        other_topics=other_topics,
        explain_matches=lambda matches: _explain_remaining(shared, explained_entries, matches),
    )
    summaries = {
        entry.paper.key: entry.summaries for entry in (*full_digest.entries, *full_digest.left_out)
    }
    new_papers = [
        entry.paper
        for entry in split_soon_read(selected_digest)[0]
        if entry.paper.key not in explained_entries
    ]
    if new_papers:
        summaries |= fill_missing_summaries(store, new_papers, full_digest.issued_at)
    remaining_digest = replace(
        with_summaries(selected_digest, summaries), announced_count=full_digest.announced_count
    )
    return SharedDigest(shared.matches, shared.explain_matches, remaining_digest)


def _explain_remaining(
    shared: SharedDigest, explained_entries: Mapping[int, Entry], matches: Sequence[Match]
) -> list[Match]:
    """Return the matches with their reasons, looked up only where the shared digest lacks them."""
    newly_explained = shared.explain_matches(
        [m for m in matches if m.announcement.paper.key not in explained_entries]
    )
    matches_by_paper = {match.announcement.paper.key: match for match in newly_explained}
    explained_matches = []
    for match in matches:
        paper_key = match.announcement.paper.key
        if paper_key not in matches_by_paper:
            entry = explained_entries[paper_key]
            announcement = replace(match.announcement, paper=entry.paper)
            explained_matches.append(
                replace(match, announcement=announcement, reasons=entry.reasons)
            )
        else:
            explained_matches.append(matches_by_paper[paper_key])
    return explained_matches


def split_soon_read(digest: Digest) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """Return the entries that are shown or likely to be asked for soon, and the later ones."""
    return (*digest.entries, *digest.left_out[:SOON_READ_ENTRIES]), digest.left_out[
        SOON_READ_ENTRIES:
    ]


def with_summaries(digest: Digest, summaries: SummariesByPaper) -> Digest:
    """Return the digest with these summaries of its papers."""
    entries, left_out = (
        tuple(replace(entry, summaries=summaries.get(entry.paper.key, ())) for entry in group)
        for group in (digest.entries, digest.left_out)
    )
    return replace(digest, entries=entries, left_out=left_out)


def with_best_summaries(
    store: Store, digest: Digest, now: datetime, *, save: bool = True
) -> Digest:
    """Return the digest with the best summaries of its papers, made where they are soon read.

    For the later left-out entries the beginning of the abstract will do.
    """
    soon_entries, late_entries = split_soon_read(digest)
    stored_summaries = store.summaries.best_of_papers([entry.paper.key for entry in late_entries])
    created_summaries = fill_missing_summaries(
        store, [entry.paper for entry in soon_entries], now, save=save
    )
    return with_summaries(digest, {**stored_summaries, **created_summaries})
