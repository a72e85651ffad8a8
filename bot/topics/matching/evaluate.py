"""Papers side by side: which of them does a clause find, how well, and by which words?

Each distinct term is looked up once; a clause is then set algebra over the answers. Reasons
are read out of the texts only for the papers that somebody wants explained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.topics.matching.inverted_index import NOBODY, Codes, Column, Names, Papers, Text
from storage.engine.query_budget import check_budget
from storage.records import And, Clause, Field, Gloss, Not, Or, Paper, Reason, Term

SCORES: Mapping[Field, float] = {
    Field.TITLE: 3.0,
    Field.AUTHOR: 3.0,
    Field.ABSTRACT: 1.0,
    Field.CATEGORY: 1.0,
    Field.ID: 1.0,
}

_ANYWHERE = (Field.TITLE, Field.ABSTRACT)

_Key = tuple[Field, tuple[str, ...], bool, int]


@dataclass(frozen=True, slots=True)
class _Answer:
    """The papers that hold a term, together and field by field."""

    term: Term
    papers: Papers
    fields: tuple[tuple[Field, Papers], ...]


class Lot:
    """Papers side by side, with what each term found among them."""

    def __init__(self, papers: Sequence[Paper], said: Sequence[Sequence[Gloss]] = ()) -> None:
        """``said`` are the glosses of each paper that are to be read as further text of it."""
        glosses = said or [()] * len(papers)
        self._pairs = list(zip(papers, glosses, strict=True))
        self._all: Papers = set(range(len(papers)))
        self._columns: dict[Field, Column] = {}
        self._answers: dict[_Key, _Answer] = {}
        self._said: dict[_Key, dict[int, tuple[Reason, ...]]] = {}

    def scores(self, clause: Clause) -> dict[int, float]:
        """The papers that the clause finds, each with its score."""
        hits = self._hits(clause)
        scores = dict.fromkeys(hits, 0.0)
        for answer, held in self._grounds(clause, hits):
            for where, papers in answer.fields:
                points = SCORES[where]
                for at in held & papers:
                    scores[at] += points
        return scores

    def reasons(self, clause: Clause, hits: Papers) -> dict[int, tuple[Reason, ...]]:
        """Why the clause finds these papers, which it does: each reason once, in its order."""
        told: dict[int, list[Reason]] = {at: [] for at in hits}
        for answer, held in self._grounds(clause, hits):
            said = self._said.setdefault(_key(answer.term), {})
            for at in held:
                if at not in said:
                    said[at] = tuple(self._told(answer, at))
                told[at] += said[at]
        return {at: _once(reasons) for at, reasons in told.items()}

    def _column(self, field: Field) -> Column:
        """The column of a field, made when it is first asked for: a single query asks for few."""
        if field not in self._columns:
            self._columns[field] = _column_of(field, self._pairs)
        return self._columns[field]

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

    def _grounds(self, clause: Clause, hits: Papers) -> Iterable[tuple[_Answer, Papers]]:
        """The terms that speak for papers, each once, and for which of them it speaks."""
        grounds: dict[_Key, tuple[_Answer, Papers]] = {}
        for term, held in self._speaking(clause, hits) if hits else ():
            key = _key(term)
            known = grounds.get(key)
            grounds[key] = (known[0], known[1] | held) if known else (self._answer(term), held)
        return grounds.values()

    def _speaking(self, clause: Clause, within: Papers) -> Iterator[tuple[Term, Papers]]:
        """The terms that speak for the papers within: not those of an alternative that failed."""
        match clause:
            case Term():
                yield clause, within
            case And(clauses):
                for inner in clauses:
                    yield from self._speaking(inner, within)
            case Or(clauses):
                for inner in clauses:
                    part = within & self._hits(inner)
                    if part:
                        yield from self._speaking(inner, part)

    def _told(self, answer: _Answer, at: int) -> Iterator[Reason]:
        """The words of one paper that a term found, field by field."""
        for where, papers in answer.fields:
            if at in papers:
                yield Reason(where, self._column(where).standing(answer.term, at))

    def _answer(self, term: Term) -> _Answer:
        key = _key(term)
        known = self._answers.get(key)
        if known is None:
            check_budget()
            asked = _ANYWHERE if term.field is Field.ANY else (term.field,)
            held = [(where, self._column(where).holding(term)) for where in asked]
            fields = tuple((where, papers) for where, papers in held if papers)
            known = self._answers[key] = _Answer(term, _united(fields), fields)
        return known


def _column_of(field: Field, pairs: Sequence[tuple[Paper, Sequence[Gloss]]]) -> Column:
    match field:
        case Field.TITLE:
            return Text([(p.title, *(g.title for g in told)) for p, told in pairs])
        case Field.ABSTRACT:
            return Text([(p.abstract, *_passages(told)) for p, told in pairs])
        case Field.AUTHOR:
            return Names([paper.authors for paper, _ in pairs])
        case Field.CATEGORY:
            return Codes([paper.categories for paper, _ in pairs])
        case Field.ID:
            return Codes([(paper.id,) for paper, _ in pairs])
        case Field.ANY:
            raise ValueError("no column holds them all")


def _passages(glosses: Sequence[Gloss]) -> Iterator[str]:
    for gloss in glosses:
        yield gloss.gist
        yield gloss.abstract


def _united(fields: tuple[tuple[Field, Papers], ...]) -> Papers:
    if len(fields) > 1:
        return set().union(*(papers for _, papers in fields))
    return fields[0][1] if fields else NOBODY


def _once(reasons: list[Reason]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reasons)) if len(reasons) > 1 else tuple(reasons)


def _key(term: Term) -> _Key:
    return term.field, term.words, term.prefix, term.near
