"""Which announced papers does a topic find, and why?

An index is made of a batch of announcements once; each distinct query is then answered from
its dicts. A paper announced several times is one match, with its highest version and its
newest announcement. Matching knows the announced texts only; ranking knows no statistics of
the batch: a term found in a title or among the authors counts 3, in an abstract, a category
or an id 1, each once a field, whatever the neighbours of the paper are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.topics.matching.evaluate import Lot
from bot.topics.matching.inverted_index import places
from bot.topics.query import normal_form
from storage.records import Announcement, Clause, Field, Gloss, Kind, Match, Paper, Query, Reason

_FRESH = frozenset({Kind.NEW, Kind.CROSS})
_EVERY = frozenset(Kind)


class Index:
    """A batch of announcements, ready to be asked."""

    def __init__(self, announcements: Iterable[Announcement]) -> None:
        by_paper: dict[str, list[Announcement]] = {}
        for announcement in announcements:
            by_paper.setdefault(announcement.paper.id, []).append(announcement)
        told = [sorted(known, key=_age) for known in by_paper.values()]
        # Papers are numbered in the order in which equal scores rank.
        self._announced = sorted(told, key=lambda known: _rank(known[-1]))
        self._newest = [_newest(known) for known in self._announced]
        self._is_fresh = [_is_fresh(known) for known in self._announced]
        self._first = min((a.seq for known in told for a in known), default=0)
        self._numbers = {a.paper.id: at for at, a in enumerate(self._newest)}
        self._lot = Lot([announcement.paper for announcement in self._newest])

    def __len__(self) -> int:
        return len(self._newest)

    def find(self, query: Query, kinds: frozenset[Kind] = _EVERY, *, after: int = 0) -> list[Match]:
        """The papers the query finds among the announcements after a sequence, best first.

        They come without reasons, which cost more than the search: ``explained`` adds them.
        """
        scores = self._lot.scores(query.clause)
        wanted = _categories(query.clause)
        found = []
        for at in sorted(sorted(scores), key=scores.__getitem__, reverse=True):
            fresh = self._freshness(at, after)
            if fresh is None:
                continue
            announcement = self._newest[at]
            kind = _kind(fresh, announcement.paper, wanted)
            if kind in kinds:
                found.append(Match(announcement, kind, scores[at]))
        return found

    def explained(self, query: Query, matches: Iterable[Match]) -> list[Match]:
        """Matches that the query found here, each with the words that it found."""
        found = {self._numbers[match.announcement.paper.id]: match for match in matches}
        reasons = self._lot.reasons(query.clause, set(found))
        return [Match(self._newest[at], m.kind, m.score, reasons[at]) for at, m in found.items()]

    def _freshness(self, at: int, after: int) -> bool | None:
        """Whether the announcements after a sequence bring a paper anew; None without any."""
        if not after or after < self._first:
            return self._is_fresh[at]
        announced = [a for a in self._announced[at] if a.seq > after]
        return _is_fresh(announced) if announced else None


def index(announcements: Iterable[Announcement]) -> Index:
    """An index over a batch of announcements."""
    return Index(announcements)


def matches(query: Query, paper: Paper, glosses: Sequence[Gloss] = ()) -> tuple[Reason, ...] | None:
    """Why the query finds this one paper, or None; glosses are read as further text of it."""
    lot = Lot([paper], [glosses])
    return lot.reasons(query.clause, {0})[0] if lot.scores(query.clause) else None


def highlight(text: str, query: Query, field: Field = Field.ABSTRACT) -> list[tuple[int, int]]:
    """Where a title or abstract shows what the query asks for: spans in order, not touching."""
    asked = normal_form.terms(query.clause, excluded=False)
    spans = (places(text, term) for term in asked if term.field in {Field.ANY, field})
    joined: list[tuple[int, int]] = []
    for start, end in sorted(span for found in spans for span in found):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _newest(announced: Sequence[Announcement]) -> Announcement:
    """The newest announcement of a paper, with the paper's highest version."""
    paper = max((one.paper for one in announced), key=lambda paper: paper.version)
    newest = announced[-1]
    return newest if newest.paper is paper else replace(newest, paper=paper)


def _is_fresh(announced: Iterable[Announcement]) -> bool:
    """Whether the announcements bring a paper to readers for the first time.

    It is the feed's word, for arXiv lists second versions as new or cross-listed where a
    reader of that category has not seen the first; a paper first listed and then replaced
    in one batch is still unseen, so it is not a replacement either.
    """
    return any(announcement.kind in _FRESH for announcement in announced)


def _kind(fresh: bool, paper: Paper, wanted: frozenset[str]) -> Kind:
    """The kind as a query sees it that names these categories, or none."""
    primary = not wanted or not paper.categories or paper.categories[0] in wanted
    if fresh:
        return Kind.NEW if primary else Kind.CROSS
    return Kind.REPLACE if primary else Kind.REPLACE_CROSS


def _categories(clause: Clause) -> frozenset[str]:
    asked = normal_form.terms(clause, excluded=False)
    return frozenset(code for t in asked if t.field is Field.CATEGORY for code in t.words)


def _age(announcement: Announcement) -> tuple[int, int]:
    return announcement.day.toordinal(), announcement.seq


def _rank(newest: Announcement) -> tuple[int, str]:
    return -newest.day.toordinal(), newest.paper.id
