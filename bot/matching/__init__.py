"""Which announced papers does a topic find, and why?

An index is made of a batch of announcements once; each distinct query is then answered from
its dicts. A paper announced several times is one match, with its highest version and its
newest announcement. Matching knows the announced texts only; ranking knows no statistics of
the batch: a term found in a title or among the authors counts 3, in an abstract, a category
or an id 1, each once a field, whatever the neighbours of the paper are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.matching.columns import Codes, Column, Names, Papers, Text, places
from bot.query import canonical
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
        self._newest = [
            known[-1] if known[-1].paper is paper else replace(known[-1], paper=paper)
            for known, paper in zip(self._announced, self._papers, strict=True)
        ]
        self._is_fresh = [_is_fresh(known) for known in self._announced]
        self._lot = _Lot(self._papers)

    def __len__(self) -> int:
        return len(self._papers)

    def find(self, query: Query, kinds: frozenset[Kind] = _EVERY, *, after: int = 0) -> list[Match]:
        """The papers the query finds among the announcements after a sequence, best first."""
        found = []
        wanted = _categories(query.clause)
        for at, (score, reasons) in self._lot.found(query.clause).items():
            fresh = self._is_fresh[at]
            if after:
                announced = [a for a in self._announced[at] if a.seq > after]
                if not announced:
                    continue
                fresh = _is_fresh(announced)
            kind = _kind(fresh, self._papers[at], wanted)
            if kind in kinds:
                found.append(Match(self._newest[at], kind, score, reasons))
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
        self._answers: dict[_Key, _Answer] = {}

    def found(self, clause: Clause) -> dict[int, tuple[float, tuple[Reason, ...]]]:
        """The papers that the clause finds, with score and reasons."""
        hits = self._hits(clause)
        if not hits:
            return {}
        grounds: dict[_Key, Papers] = {}
        for term, held in self._because(clause, hits):
            key = _key(term)
            grounds[key] = held | grounds[key] if key in grounds else held
        scores = dict.fromkeys(hits, 0.0)
        reasons: dict[int, list[Reason]] = {at: [] for at in hits}
        for key, held in grounds.items():
            answer = self._answers[key]
            for found in answer.found:
                for at in held & found.papers:
                    scores[at] += SCORES[found.field]
                    reasons[at].append(found.reason(answer.term, at))
        return {at: (scores[at], _once(reasons[at])) for at in hits}

    def _hits(self, clause: Clause) -> Papers:
        match clause:
            case Term():
                return self._answer(clause).papers
            case Not(inner):
                return self._all - self._hits(inner)
            case Or(clauses):
                return set().union(*map(self._hits, clauses))
            case And(clauses):
                return self._common(clauses)

    def _common(self, clauses: Sequence[Clause]) -> Papers:
        left = self._all
        for clause in clauses:
            if not left:
                break
            if isinstance(clause, Not):
                left = left - self._hits(clause.clause)
            else:
                left = left & self._hits(clause)
        return left

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
                    part = within & self._hits(inner)
                    if part:
                        yield from self._because(inner, part)

    def _answer(self, term: Term) -> _Answer:
        key = _key(term)
        if key not in self._answers:
            anywhere = (Field.TITLE, Field.ABSTRACT)
            fields = anywhere if term.field is Field.ANY else (term.field,)
            found = [_Found(field, self._columns[field], term) for field in fields]
            papers = set().union(*(one.papers for one in found))
            self._answers[key] = _Answer(term, found, papers)
        return self._answers[key]


class _Found:
    """The papers that hold a term in one field, and the reasons told so far."""

    def __init__(self, field: Field, column: Column, term: Term) -> None:
        self.field = field
        self.papers = column.holding(term)
        self._column = column
        self._reasons: dict[int, Reason] = {}

    def reason(self, term: Term, at: int) -> Reason:
        """The reason for one paper, read from its text the first time."""
        known = self._reasons.get(at)
        if known is None:
            known = self._reasons[at] = Reason(self.field, self._column.standing(term, at))
        return known


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a term found, field by field and together."""

    term: Term
    found: list[_Found]
    papers: Papers


def _is_fresh(announced: list[Announcement]) -> bool:
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


def _once(reasons: list[Reason]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reasons)) if len(reasons) > 1 else tuple(reasons)


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
