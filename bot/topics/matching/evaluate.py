"""Evaluate clauses over a batch of papers: which papers, how well, and by which words.

Each distinct term is looked up once; a clause is then set algebra over the results. Reasons are
read from the texts only for papers that are to be explained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.topics.matching.field_indexes import (
    NO_PAPERS,
    AuthorIndex,
    CodeIndex,
    FieldIndex,
    PaperNumbers,
    TextIndex,
    cached_index_text,
)
from storage.engine.query_time_limit import check_budget
from storage.records.papers import Paper
from storage.records.queries import And, Clause, MatchReason, Not, Or, QueryField, Term
from storage.records.summaries import Summary

FIELD_SCORES: Mapping[QueryField, float] = {
    QueryField.TITLE: 3.0,
    QueryField.AUTHOR: 3.0,
    QueryField.ABSTRACT: 1.0,
    QueryField.CATEGORY: 1.0,
    QueryField.ID: 1.0,
}

_TEXT_FIELDS = (QueryField.TITLE, QueryField.ABSTRACT)

_TermKey = tuple[QueryField, tuple[str, ...], bool, int]


@dataclass(frozen=True, slots=True)
class _TermPostings:
    """The papers that contain a term, in total and by field."""

    term: Term
    papers: PaperNumbers
    by_field: tuple[tuple[QueryField, PaperNumbers], ...]


class InvertedIndex:
    """The indexed fields of a batch of papers, with the postings of each term looked up."""

    def __init__(
        self,
        papers: Sequence[Paper],
        summaries: Sequence[Sequence[Summary]] = (),
        index_texts: Mapping[str, str] | None = None,
    ) -> None:
        """Index the papers and the ``summaries`` of each as further text of it.

        ``index_texts`` has the analysed words of titles and abstracts that were analysed before.
        """
        self._index_texts = index_texts
        paper_summaries = summaries or [()] * len(papers)
        self._papers_with_summaries = list(zip(papers, paper_summaries, strict=True))
        self._all_papers: PaperNumbers = set(range(len(papers)))
        self._field_indexes: dict[QueryField, FieldIndex] = {}
        self._postings_by_term: dict[_TermKey, _TermPostings] = {}
        self._reasons_by_term: dict[_TermKey, dict[int, tuple[MatchReason, ...]]] = {}

    def scores(self, clause: Clause) -> dict[int, float]:
        """Return the papers that the clause finds, each with its score."""
        hits = self._matching_papers(clause)
        scores_by_paper = dict.fromkeys(hits, 0.0)
        for term_postings, supported_papers in self._supporting_terms(clause, hits):
            for field, papers in term_postings.by_field:
                field_points = FIELD_SCORES[field]
                for paper_number in supported_papers & papers:
                    scores_by_paper[paper_number] += field_points
        return scores_by_paper

    def reasons(self, clause: Clause, hits: PaperNumbers) -> dict[int, tuple[MatchReason, ...]]:
        """Return why the clause finds these papers: each reason once, in order."""
        reasons_by_paper: dict[int, list[MatchReason]] = {paper_number: [] for paper_number in hits}
        for term_postings, supported_papers in self._supporting_terms(clause, hits):
            known_reasons = self._reasons_by_term.setdefault(_term_key(term_postings.term), {})
            for paper_number in supported_papers:
                if paper_number not in known_reasons:
                    known_reasons[paper_number] = tuple(
                        MatchReason(
                            field,
                            self._field_index(field).matched_text(term_postings.term, paper_number),
                        )
                        for field, papers in term_postings.by_field
                        if paper_number in papers
                    )
                reasons_by_paper[paper_number] += known_reasons[paper_number]
        return {
            paper_number: tuple(dict.fromkeys(reasons))
            for paper_number, reasons in reasons_by_paper.items()
        }

    def indexed_texts(self, number: int) -> tuple[str, str]:
        """Return the analysed words of a paper's title and of its abstract, with spaces between."""
        paper = self._papers_with_summaries[number][0]
        title_index = self._field_indexes.get(QueryField.TITLE)
        abstract_index = self._field_indexes.get(QueryField.ABSTRACT)
        return (
            title_index.indexed_text(number)
            if isinstance(title_index, TextIndex)
            else cached_index_text(paper.title),
            abstract_index.indexed_text(number)
            if isinstance(abstract_index, TextIndex)
            else cached_index_text(paper.abstract),
        )

    def _field_index(self, field: QueryField) -> FieldIndex:
        """Return the index of a field, built on first use: a single query needs few."""
        if field not in self._field_indexes:
            self._field_indexes[field] = _build_field_index(
                field, self._papers_with_summaries, self._index_texts
            )
        return self._field_indexes[field]

    def _matching_papers(self, clause: Clause) -> PaperNumbers:
        match clause:
            case Term():
                return self._term_postings(clause).papers
            case Not(inner):
                return self._all_papers - self._matching_papers(inner)
            case Or(clauses):
                return set().union(*map(self._matching_papers, clauses))
            case And(clauses):
                remaining_papers = self._all_papers
                for inner_clause in clauses:
                    if not remaining_papers:
                        break
                    if isinstance(inner_clause, Not):
                        remaining_papers = remaining_papers - self._matching_papers(
                            inner_clause.clause
                        )
                    else:
                        remaining_papers = remaining_papers & self._matching_papers(inner_clause)
                return remaining_papers

    def _supporting_terms(
        self, clause: Clause, hits: PaperNumbers
    ) -> Iterable[tuple[_TermPostings, PaperNumbers]]:
        """Yield the terms that support the papers, each once, with the papers it supports."""
        support: dict[_TermKey, tuple[_TermPostings, PaperNumbers]] = {}
        for term, supported_papers in self._terms_in_support(clause, hits) if hits else ():
            term_key = _term_key(term)
            earlier_support = support.get(term_key)
            support[term_key] = (
                (earlier_support[0], earlier_support[1] | supported_papers)
                if earlier_support
                else (self._term_postings(term), supported_papers)
            )
        return support.values()

    def _terms_in_support(
        self, clause: Clause, within: PaperNumbers
    ) -> Iterator[tuple[Term, PaperNumbers]]:
        """Yield the terms that support papers; those of a failed alternative do not."""
        match clause:
            case Term():
                yield clause, within
            case And(clauses):
                for inner_clause in clauses:
                    yield from self._terms_in_support(inner_clause, within)
            case Or(clauses):
                for inner_clause in clauses:
                    supported_papers = within & self._matching_papers(inner_clause)
                    if supported_papers:
                        yield from self._terms_in_support(inner_clause, supported_papers)

    def _term_postings(self, term: Term) -> _TermPostings:
        term_key = _term_key(term)
        postings = self._postings_by_term.get(term_key)
        if postings is None:
            check_budget()
            searched_fields = _TEXT_FIELDS if term.field is QueryField.ANY else (term.field,)
            field_postings = [
                (field, self._field_index(field).postings(term)) for field in searched_fields
            ]
            by_field = tuple((field, papers) for field, papers in field_postings if papers)
            papers = (
                by_field[0][1]
                if len(by_field) == 1
                else NO_PAPERS.union(*(papers for _, papers in by_field))
            )
            postings = self._postings_by_term[term_key] = _TermPostings(term, papers, by_field)
        return postings


def _build_field_index(
    field: QueryField,
    pairs: Sequence[tuple[Paper, Sequence[Summary]]],
    index_texts: Mapping[str, str] | None,
) -> FieldIndex:
    match field:
        case QueryField.TITLE:
            return TextIndex(
                [(p.title, *(s.title for s in summaries)) for p, summaries in pairs], index_texts
            )
        case QueryField.ABSTRACT:
            return TextIndex(
                [
                    (p.abstract, *(text for s in summaries for text in (s.tldr, s.abstract)))
                    for p, summaries in pairs
                ],
                index_texts,
            )
        case QueryField.AUTHOR:
            return AuthorIndex([paper.authors for paper, _ in pairs])
        case QueryField.CATEGORY:
            return CodeIndex([paper.categories for paper, _ in pairs])
        case QueryField.ID:
            return CodeIndex([(paper.id,) for paper, _ in pairs])
        case QueryField.ANY:
            raise ValueError("no column holds them all")


def _term_key(term: Term) -> _TermKey:
    return term.field, term.words, term.prefix, term.max_gap
