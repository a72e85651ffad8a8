"""Rank what a search finds: the closest papers first, then those with most of its words."""

from __future__ import annotations

from collections.abc import Collection

from bot.ranking.relevance import heaviest_words
from bot.ranking.stop_words import is_counted
from bot.ranking.topic_relevance import TopicRelevance
from bot.ranking.word_table import IDF_SCALE, shipped_table
from bot.topics.query.normal_form import iterate_terms
from storage import Store
from storage.records.papers import IndexedPaper
from storage.records.queries import TEXT_FIELDS, And, Clause, Not, Term

MAX_RANKED = 60  # the newest papers that may match, and as many that match in their titles
_MAX_NEARLY = 60  # papers with most of the words
_MAX_PAPER_SHARE = 1000  # of 10,000 papers that have the words by which these are found
_UNKNOWN_WORD_IDF = 5 * IDF_SCALE  # of a word that the table does not know


def closest_papers(store: Store, clause: Clause) -> list[IndexedPaper]:
    """Return papers that may match a clause, the closest first and of equals the newest."""
    candidates = store.paper_search.newest_with_title_matches(clause, limit=MAX_RANKED)
    relevance = TopicRelevance(clause)
    if not relevance.has_words:
        return candidates
    scores_by_paper = {
        paper.key: relevance.nearness(paper.title, paper.abstract) for paper in candidates
    }
    return sorted(candidates, key=lambda paper: -scores_by_paper[paper.key])


def papers_with_most_words(
    store: Store, clause: Clause, *, without: Collection[int]
) -> list[IndexedPaper]:
    """Return papers that have most of a clause's words but not all, the most telling first.

    ``without`` are keys of papers that are left out. Rare words count more, and what has less than
    half of their weight is left out. What else the clause asks for is left to the caller.
    """
    idf = shipped_table().idf
    word_weights = {
        word: idf(word) or _UNKNOWN_WORD_IDF
        for part in (clause.clauses if isinstance(clause, And) else (clause,))
        if isinstance(part, Term) and part.field in TEXT_FIELDS and not part.prefix
        for word in part.words
        if is_counted(word)
    }
    if len(word_weights) < 2:
        return []
    candidates = store.paper_search.with_heaviest_words(
        heaviest_words(
            shipped_table(), word_weights, limit=len(word_weights), max_share=_MAX_PAPER_SHARE
        ),
        limit=_MAX_NEARLY + len(without),
    )
    relevance = TopicRelevance(clause)
    scores_by_paper: dict[int, tuple[int, int]] = {}
    for paper in candidates:
        matched_weight = sum(word_weights[word] for word in word_weights.keys() & set(paper.words))
        if paper.key not in without and 2 * matched_weight >= sum(word_weights.values()):
            scores_by_paper[paper.key] = (
                matched_weight,
                relevance.nearness(paper.title, paper.abstract),
            )
    scored_papers = [paper for paper in candidates if paper.key in scores_by_paper]
    return sorted(
        scored_papers,
        key=lambda paper: (*(-score for score in scores_by_paper[paper.key]), paper.id),
    )[:_MAX_NEARLY]


def without_words(clause: Clause) -> Clause | None:
    """Return what a clause asks for besides words of the text; None where that is nothing."""
    clauses = clause.clauses if isinstance(clause, And) else (clause,)
    other_clauses = tuple(
        part
        for part in clauses
        if isinstance(part, Not)
        or all(term.field not in TEXT_FIELDS for term in iterate_terms(part))
    )
    return (
        And(other_clauses)
        if len(other_clauses) > 1
        else other_clauses[0]
        if other_clauses
        else None
    )
