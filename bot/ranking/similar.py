"""Find the distinctive words of a paper and the stored papers that share them.

There are no hidden weights: the words are shown, and they form a query like any other.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.arxiv.author_names import name_without_degree
from bot.topics.query.analyzer import analyze, stem
from bot.topics.query.normal_form import iterate_terms
from bot.topics.query.parser import MAX_WORD_LENGTH, QueryError, parse, query_from_clause
from storage import Store
from storage.records.papers import Paper
from storage.records.queries import Or, QueryField, Term

MAX_EXCLUDED_WORDS = 3  # words of a title offered for exclusion
_MAX_QUERY_WORDS = 8  # words in the query for similar papers
_COMMON_WORD_PAPERS = 2000  # papers; a more frequent word says little about any of them
_MIN_WORD_LENGTH = 4
_STOP_WORDS_TEXT = (
    "about after also among based between beyond both case does each from have into like more "
    "most over than that their them then there these they this through toward towards under "
    "using very what when where which while with within without your approach method methods "
    "model models study analysis novel new paper results data learning via"
)
_STOP_WORDS = frozenset(_STOP_WORDS_TEXT.split())


def distinctive_words(store: Store, paper: Paper) -> list[Term]:
    """Return the words of a paper's title, the rarest among the stored papers first."""
    word_counts: list[tuple[int, int, Term]] = []
    for position, word in enumerate(_title_words(paper)):
        count = store.paper_search.count_matches(word, limit=_COMMON_WORD_PAPERS)
        word_counts.append((count, position, word))
    return [word for _, _, word in sorted(word_counts, key=lambda item: item[:2])]


def _title_words(paper: Paper) -> list[Term]:
    """Return the meaningful words of a title, each once."""
    terms_by_stem: dict[str, Term] = {}
    for token in analyze(paper.title):
        if (
            _MIN_WORD_LENGTH <= len(token.word) <= MAX_WORD_LENGTH
            and token.word not in _STOP_WORDS
            and token.word.isalpha()
        ):
            terms_by_stem.setdefault(
                stem(token.word), Term(QueryField.ANY, token.word, (token.stem,))
            )
    return list(terms_by_stem.values())[: 2 * _MAX_QUERY_WORDS]


def similar_papers(store: Store, paper: Paper, *, limit: int) -> list[Paper]:
    """Return stored papers that share the rarest words of a paper's title, closest first."""
    words = distinctive_words(store, paper)[:_MAX_QUERY_WORDS]
    if not words:
        return []
    query = query_from_clause(words[0] if len(words) == 1 else Or(tuple(words)))
    candidates = store.paper_search.search_by_relevance(query.clause, limit=limit + 1)
    return [candidate for candidate in candidates if candidate.id != paper.id][:limit]


def suggested_exclusions(paper: Paper, words: Sequence[Term], query: str) -> list[str]:
    """Suggest words, the first author and the category as exclusions from a query.

    Each is written as in a topic; none of them excludes all that the query finds.
    """
    query_words = {word for item in iterate_terms(parse(query).clause) for word in item.words}
    candidates = [word.text for word in words if not query_words & set(word.words)][
        :MAX_EXCLUDED_WORDS
    ]
    if paper.authors:
        name = name_without_degree(paper.authors[0])
        candidates.append(f'au:"{" ".join(name.replace(chr(34), " ").split())}"')
    if len(paper.categories) and paper.categories[0] not in query_words:
        candidates.append(f"cat:{paper.categories[0]}")
    return [item for item in map(_canonical_or_empty, candidates) if item]


def _canonical_or_empty(words: str) -> str:
    """Return the words in canonical form, or "" if they cannot stand in a query."""
    try:
        return parse(words).text
    except QueryError:
        return ""
