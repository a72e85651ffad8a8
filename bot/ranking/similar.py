"""Find the stored papers that are closest to a paper, and the distinctive words of a paper.

There are no hidden weights: the shared words are shown, and the distinctive ones form a query like
any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.arxiv.author_names import name_without_degree
from bot.ranking.relevance import TextRelevance, heaviest_words
from bot.ranking.stop_words import is_counted
from bot.ranking.word_table import shipped_table
from bot.topics.query.analyzer import analyze, index_text, stem
from bot.topics.query.normal_form import iterate_terms
from bot.topics.query.parser import MAX_WORD_LENGTH, QueryError, parse
from storage import Store
from storage.records.papers import Paper
from storage.records.queries import QueryField, Term

MAX_EXCLUDED_WORDS = 3  # words of a title offered for exclusion
_MAX_TITLE_WORDS = 16
_MAX_CANDIDATES = 200  # papers that are compared
_MAX_COMPARED_BY_USE = 100  # papers whose words' use is compared, too
_MAX_CANDIDATE_WORDS = 40  # words by which they are found
_MAX_PAPER_SHARE = 3000  # of 10,000 papers that have these words, each word's added up
_MIN_SCORE = 2500  # of the score's WHOLE; of two papers chosen by chance one pair in 16 is closer
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
        paper_count = store.paper_search.count_matches(word, limit=_COMMON_WORD_PAPERS)
        word_counts.append((paper_count, position, word))
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
    return list(terms_by_stem.values())[:_MAX_TITLE_WORDS]


@dataclass(frozen=True, slots=True)
class SimilarPaper:
    """A stored paper that is close to another one; ``shared_words`` say why."""

    paper: Paper
    shared_words: tuple[str, ...]  # as the other paper writes them, the most telling first


def similar_papers(store: Store, paper: Paper, *, limit: int) -> list[SimilarPaper]:
    """Return the stored papers whose texts are closest to a paper's, closest first.

    The store finds candidates by the paper's rarest words; these are compared as whole texts. What
    is no closer than chance is left out, so there may be none.
    """
    relevance = relevance_to(paper)
    candidates = store.paper_search.with_heaviest_words(
        heaviest_words(
            shipped_table(),
            relevance.weights,
            limit=_MAX_CANDIDATE_WORDS,
            max_share=_MAX_PAPER_SHARE,
        ),
        limit=_MAX_CANDIDATES,
    )
    paper_scores = relevance.scores(
        {each.id: each.words for each in candidates if each.id != paper.id},
        most=_MAX_COMPARED_BY_USE,
    )
    written_words = {word.stem: word.word for word in reversed(analyze(_title_and_abstract(paper)))}
    chosen_papers: list[SimilarPaper] = []
    for candidate in sorted(candidates, key=lambda each: (-paper_scores.get(each.id, 0), each.id)):
        if len(chosen_papers) == limit or paper_scores.get(candidate.id, 0) < _MIN_SCORE:
            break
        similar_paper = store.papers.get_by_key(candidate.key)
        assert similar_paper is not None
        shared_words = relevance.shared_words(candidate.words)
        words = [written_words[word] for word in shared_words if word in written_words]
        chosen_papers.append(SimilarPaper(similar_paper, tuple(words)))
    return chosen_papers


def has_comparable_words(paper: Paper) -> bool:
    """Tell whether a paper has words by which similar ones can be found."""
    return bool(relevance_to(paper).weights)


def relevance_to(paper: Paper) -> TextRelevance:
    """Return how close other texts are to a paper; its title may hold a new name."""
    possible_names = (
        word
        for word in index_text(paper.title).split()
        if is_counted(word) and _MIN_WORD_LENGTH <= len(word) <= MAX_WORD_LENGTH
    )
    return TextRelevance(
        shipped_table(), index_text(_title_and_abstract(paper)).split(), names=possible_names
    )


def _title_and_abstract(paper: Paper) -> str:
    return f"{paper.title}\n{paper.abstract}"


def suggested_exclusions(paper: Paper, words: Sequence[Term], query: str) -> list[str]:
    """Suggest words, the first author and the category as exclusions from a query.

    Each is written as in a topic; none of them excludes all that the query finds.
    """
    query_words = {word for item in iterate_terms(parse(query).clause) for word in item.words}
    exclusions = [word.text for word in words if not query_words & set(word.words)][
        :MAX_EXCLUDED_WORDS
    ]
    if paper.authors:
        author_name = name_without_degree(paper.authors[0])
        exclusions.append(f'au:"{" ".join(author_name.replace(chr(34), " ").split())}"')
    if len(paper.categories) and paper.categories[0] not in query_words:
        exclusions.append(f"cat:{paper.categories[0]}")
    return [item for item in map(_canonical_or_empty, exclusions) if item]


def _canonical_or_empty(words: str) -> str:
    """Return the words in canonical form, or "" if they cannot stand in a query."""
    try:
        return parse(words).text
    except QueryError:
        return ""
