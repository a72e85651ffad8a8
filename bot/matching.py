"""Which announced papers does a topic find, and why?

An index is made of a batch of announcements once; each distinct query is then answered from
its dicts. A paper announced several times is one match, with its highest version and its
newest announcement. Matching knows the announced texts only; ranking knows no statistics of
the batch: a term found in a title or among the authors counts 3, in an abstract, a category
or an id 1, each once a field, whatever the neighbours of the paper are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot import canonical
from bot.lookup import Codes, Column, Names, Papers, Text, places
from storage.model import (
    And,
    Announcement,
    Clause,
    Field,
    Gloss,
    Kind,
    Match,
    Not,
    Or,
    Paper,
    Query,
    Reason,
    Term,
)

SCORES = {
    Field.TITLE: 3.0,
    Field.AUTHOR: 3.0,
    Field.ABSTRACT: 1.0,
    Field.CATEGORY: 1.0,
    Field.ID: 1.0,
}

_FRESH = frozenset({Kind.NEW, Kind.CROSS})
_EVERY = frozenset(Kind)

_Key = tuple[Field, tuple[str, ...], bool]


class Index:
    """A batch of announcements, ready to be asked."""

    def __init__(self, announcements: Iterable[Announcement]) -> None:
        by_paper: dict[str, list[Announcement]] = {}
        for announcement in announcements:
            by_paper.setdefault(announcement.paper.id, []).append(announcement)
        self._announced = [sorted(known, key=_age) for known in by_paper.values()]
        self._papers = [max((a.paper for a in k), key=_version) for k in self._announced]
        self._lot = _Lot(self._papers)

    def __len__(self) -> int:
        return len(self._papers)

    def find(self, query: Query, kinds: frozenset[Kind] = _EVERY, *, after: int = 0) -> list[Match]:
        """The papers the query finds among the announcements after a sequence, best first."""
        found = []
        wanted = _categories(query.clause)
        for at, (score, reasons) in self._lot.found(query.clause).items():
            announced = [a for a in self._announced[at] if a.seq > after or not after]
            if not announced:
                continue
            kind = _kind(announced, self._papers[at], wanted)
            if kind in kinds:
                newest = replace(announced[-1], paper=self._papers[at])
                found.append(Match(newest, kind, score, reasons))
        return sorted(found, key=_rank)


def index(announcements: Iterable[Announcement]) -> Index:
    """An index over a batch of announcements."""
    return Index(announcements)


def matches(query: Query, paper: Paper, glosses: Sequence[Gloss] = ()) -> tuple[Reason, ...] | None:
    """Why the query finds this one paper, or None; glosses are read as further text of it."""
    told = replace(
        paper,
        title="\n".join([paper.title, *(gloss.title for gloss in glosses)]),
        abstract="\n".join([paper.abstract, *(f"{g.gist}\n{g.abstract}" for g in glosses)]),
    )
    found = _Lot([told]).found(query.clause)
    return found[0][1] if 0 in found else None


def highlight(text: str, query: Query, field: Field = Field.ABSTRACT) -> list[tuple[int, int]]:
    """Where a title or abstract shows what the query asks for: spans in order, not touching."""
    asked = canonical.terms(query.clause, excluded=False)
    spans = (places(text, term) for term in asked if term.field in {Field.ANY, field})
    joined: list[tuple[int, int]] = []
    for start, end in sorted(span for found in spans for span in found):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


class _Lot:
    """Papers side by side, with what each term found among them."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._all: Papers = set(range(len(papers)))
        self._columns: dict[Field, Column] = {
            Field.TITLE: Text([paper.title for paper in papers]),
            Field.ABSTRACT: Text([paper.abstract for paper in papers]),
            Field.AUTHOR: Names([paper.authors for paper in papers]),
            Field.CATEGORY: Codes([paper.categories for paper in papers]),
            Field.ID: Codes([(paper.id,) for paper in papers]),
        }
        self._holders: dict[_Key, dict[Field, Papers]] = {}
        self._reasons: dict[tuple[_Key, Field, int], Reason] = {}

    def found(self, clause: Clause) -> dict[int, tuple[float, tuple[Reason, ...]]]:
        """The papers that the clause finds, with score and reasons."""
        grounds: dict[_Key, tuple[Term, Papers]] = {}
        hits = self._hits(clause)
        for term, held in self._because(clause, hits):
            key = _key(term)
            grounds[key] = term, held | grounds[key][1] if key in grounds else held
        scores = dict.fromkeys(hits, 0.0)
        reasons: dict[int, dict[Reason, None]] = {at: {} for at in hits}
        for key, (term, held) in grounds.items():
            for field, holders in self._held(term).items():
                for at in held & holders:
                    scores[at] += SCORES[field]
                    reasons[at][self._reason(key, term, field, at)] = None
        return {at: (scores[at], tuple(reasons[at])) for at in hits}

    def _hits(self, clause: Clause) -> Papers:
        match clause:
            case Term():
                return set().union(*self._held(clause).values())
            case Not(inner):
                return self._all - self._hits(inner)
            case Or(clauses):
                return set().union(*map(self._hits, clauses))
            case And(clauses):
                return self._all.intersection(*map(self._hits, clauses))

    def _because(self, clause: Clause, within: Papers) -> Iterator[tuple[Term, Papers]]:
        """The terms that speak for the papers within: not those of an alternative that failed."""
        match clause:
            case Term():
                yield clause, within
            case And(clauses):
                for inner in clauses:
                    yield from self._because(inner, within)
            case Or(clauses):
                for inner in clauses:
                    yield from self._because(inner, within & self._hits(inner))

    def _held(self, term: Term) -> dict[Field, Papers]:
        key = _key(term)
        if key not in self._holders:
            anywhere = (Field.TITLE, Field.ABSTRACT)
            fields = anywhere if term.field is Field.ANY else (term.field,)
            self._holders[key] = {f: self._columns[f].holding(term) for f in fields}
        return self._holders[key]

    def _reason(self, key: _Key, term: Term, field: Field, at: int) -> Reason:
        known = self._reasons.get((key, field, at))
        if known is None:
            known = Reason(field, self._columns[field].standing(term, at))
            self._reasons[key, field, at] = known
        return known


def _kind(announced: list[Announcement], paper: Paper, wanted: frozenset[str]) -> Kind:
    """The kind as this query sees it.

    Whether it is a replacement is the feed's word, for arXiv lists second versions as new or
    cross-listed where a reader of that category has not seen the first; a paper first listed
    and then replaced in one batch is still unseen, so it is not a replacement either.
    """
    fresh = any(announcement.kind in _FRESH for announcement in announced)
    primary = not wanted or not paper.categories or paper.categories[0] in wanted
    if fresh:
        return Kind.NEW if primary else Kind.CROSS
    return Kind.REPLACE if primary else Kind.REPLACE_CROSS


def _categories(clause: Clause) -> frozenset[str]:
    asked = canonical.terms(clause, excluded=False)
    return frozenset(code for t in asked if t.field is Field.CATEGORY for code in t.words)


def _key(term: Term) -> _Key:
    return term.field, term.words, term.prefix


def _age(announcement: Announcement) -> tuple[int, int]:
    return announcement.day.toordinal(), announcement.seq


def _version(paper: Paper) -> int:
    return paper.version


def _rank(match: Match) -> tuple[float, int, str]:
    announcement = match.announcement
    return -match.score, -announcement.day.toordinal(), announcement.paper.id
