"""Digests before they have a reader: made once for all the chats that ask the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from bot.digests.new_announcements import Explain, Gathered, Sliced
from bot.digests.select_entries import NEAR, assemble
from bot.render.display_options import Look
from bot.render.telegram.split_into_messages import Part, parts
from bot.summaries.fill_missing import enrich
from bot.topics.query.parser import parse
from storage import Store
from storage.records import Digest, Entry, Gloss, Kind, Match, Subscription

AT_HAND = 25_000  # editions, of about 10 kB each; beyond them the oldest are made anew
WIDEST = 10**12  # a number that leaves room for any other, and for what another clock says

Glosses: TypeAlias = Mapping[int, tuple[Gloss, ...]]
"""What is said of papers, by their keys."""


@dataclass(slots=True)
class Edition:
    """What a chat gets that asks this: all of it, where it has received nothing of it.

    ``papers`` are the keys of what was found; ``number`` is that of a digest which was issued
    from it, 0 before the first.
    """

    matches: Sequence[Match]
    explain: Explain
    digest: Digest
    number: int = 0
    papers: Sequence[int] = field(init=False)
    _parts: dict[tuple[object, ...], tuple[Part, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.papers = [match.announcement.paper.key for match in self.matches]

    def parts(self, topic: str, look: Look, *, full: bool) -> tuple[Part, ...]:
        """The messages it makes for readers whose looks differ in their clocks alone."""
        key = (topic, look.form, look.language, look.languages, full)
        if key not in self._parts:
            widest = replace(self.digest, topic=topic, number=WIDEST)
            self._parts[key] = parts(widest, look, full=full)
        return self._parts[key]


class Editions:
    """The editions of a tick.

    They are made outside of any transaction, for what they take: the texts of many papers are
    read, and papers that nobody was shown yet get their glosses. Nothing here refers back to it,
    so the many papers of a tick are let go of at its end.
    """

    def __init__(self, store: Store, gathered: Gathered | Sliced, now: datetime) -> None:
        self._store = store
        self._gathered = gathered
        self._now = now
        self._glosses: dict[int, tuple[Gloss, ...]] = {}
        self._made: dict[tuple[str, frozenset[Kind], int, int], Edition] = {}

    def of(self, topic: Subscription) -> Edition:
        """The edition of what a topic finds after its cursor."""
        asked = (topic.query, topic.kinds, topic.cursor, topic.limit)
        if asked not in self._made:
            if len(self._made) >= AT_HAND:
                del self._made[next(iter(self._made))]
            self._made[asked] = self._make(*asked)
        return self._made[asked]

    def _make(self, query: str, kinds: frozenset[Kind], cursor: int, limit: int) -> Edition:
        parsed = parse(query)
        matches = self._gathered.find(parsed, kinds, cursor)
        explain = self._gathered.explain(parsed)
        digest = assemble(
            matches,
            topic="",
            query=query,
            issued=self._now,
            limit=limit,
            received={},
            explain=explain,
        )
        glossed = told(digest, self._known(digest))
        return Edition(matches, explain, replace(glossed, seen=self._gathered.seen(cursor)))

    def _known(self, digest: Digest) -> Glosses:
        near, far = soon_read(digest)
        new = [entry.paper for entry in near if entry.paper.key not in self._glosses]
        self._glosses |= enrich(self._store, new, self._now)
        rest = [entry.paper.key for entry in far if entry.paper.key not in self._glosses]
        return self._glosses | self._store.papers.gloss_keys(rest) if rest else self._glosses


def left_of(
    store: Store,
    edition: Edition,
    received: Mapping[int, int],
    others: Mapping[int, Sequence[str]],
    limit: int,
) -> Edition:
    """What an edition leaves for a chat that has received some of it, with its other topics named.

    What the edition says of a paper is said again; only who moves up is explained and glossed.
    """
    whole = edition.digest
    said = {entry.paper.key: entry for entry in soon_read(whole)[0]}
    found = assemble(
        edition.matches,
        topic=whole.topic,
        query=whole.query,
        issued=whole.issued,
        limit=limit,
        received=received,
        others=others,
        explain=lambda matches: _explained(edition, said, matches),
    )
    glosses = {entry.paper.key: entry.glosses for entry in (*whole.entries, *whole.rest)}
    new = [entry.paper for entry in soon_read(found)[0] if entry.paper.key not in said]
    if new:
        glosses |= enrich(store, new, whole.issued)
    left = replace(told(found, glosses), seen=whole.seen)
    return Edition(edition.matches, edition.explain, left)


def _explained(
    edition: Edition, said: Mapping[int, Entry], matches: Sequence[Match]
) -> list[Match]:
    """The matches with their reasons, which are looked for where the edition does not tell them."""
    new = edition.explain([m for m in matches if m.announcement.paper.key not in said])
    known = {match.announcement.paper.key: match for match in new}
    return [
        known.get(key) or _said_again(match, said[key])
        for match in matches
        for key in (match.announcement.paper.key,)
    ]


def _said_again(match: Match, entry: Entry) -> Match:
    announcement = replace(match.announcement, paper=entry.paper)
    return replace(match, announcement=announcement, reasons=entry.reasons)


def soon_read(digest: Digest) -> tuple[Sequence[Entry], Sequence[Entry]]:
    """The entries that are shown or soon asked for, and those far down among the left-out."""
    return (*digest.entries, *digest.rest[:NEAR]), digest.rest[NEAR:]


def told(digest: Digest, glosses: Glosses) -> Digest:
    """The digest with what is said about its papers."""
    entries, rest = (
        tuple(replace(one, glosses=glosses.get(one.paper.key, ())) for one in some)
        for some in (digest.entries, digest.rest)
    )
    return replace(digest, entries=entries, rest=rest)


def glossed(store: Store, digest: Digest, now: datetime, *, keep: bool = True) -> Digest:
    """The digest with the best glosses of its papers, and a made one where it is soon read.

    Far down among hundreds that were left out, the beginning of the abstract does as well.
    """
    near, far = soon_read(digest)
    known = store.papers.glosses([entry.paper.key for entry in far])
    made = enrich(store, [entry.paper for entry in near], now, keep=keep)
    return told(digest, {**known, **made})
