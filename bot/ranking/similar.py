"""The verb: one paper → the words that set it apart, and the stored papers that share them.

No hidden weights: the words are shown, and what they find is a query like any other.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.arxiv.author_names import plain_name
from bot.topics.query.analyzer import stem, tokens
from bot.topics.query.normal_form import terms
from bot.topics.query.parser import QueryError, compose, parse
from storage import Store
from storage.records import Field, Or, Paper, Term

SHOWN = 3  # words of a title that may be excluded
_ASKED = 8  # words that a similar paper is looked for by
_COMMON = 2000  # papers; a word in more says little about one of them
_LONG_ENOUGH = 4
_SAYING_LITTLE = (
    "about after also among based between beyond both case does each from have into like more "
    "most over than that their them then there these they this through toward towards under "
    "using very what when where which while with within without your approach method methods "
    "model models study analysis novel new paper results data learning via"
)
_STOP = frozenset(_SAYING_LITTLE.split())


def distinctive(store: Store, paper: Paper) -> list[Term]:
    """The words of a paper's title, the rarest among the stored papers first."""
    counted: list[tuple[int, int, Term]] = []
    for place, word in enumerate(_title_words(paper)):
        count = store.papers.frequency(word, most=_COMMON)
        counted.append((count, place, word))
    return [word for _, _, word in sorted(counted, key=lambda one: one[:2])]


def _title_words(paper: Paper) -> list[Term]:
    """Words that could mean something, each once."""
    found: dict[str, Term] = {}
    for token in tokens(paper.title):
        if len(token.word) >= _LONG_ENOUGH and token.word not in _STOP and token.word.isalpha():
            found.setdefault(stem(token.word), Term(Field.ANY, token.word, (token.stem,)))
    return list(found.values())[: 2 * _ASKED]


def similar(store: Store, paper: Paper, *, limit: int) -> list[Paper]:
    """Stored papers that share the rarest words of a paper's title, the closest first."""
    words = distinctive(store, paper)[:_ASKED]
    if not words:
        return []
    query = compose(words[0] if len(words) == 1 else Or(tuple(words)))
    found = store.papers.best(query.clause, limit=limit + 1)
    return [one for one in found if one.id != paper.id][:limit]


def exclusions(paper: Paper, words: Sequence[Term], query: str) -> list[str]:
    """What a topic could leave out: words, the first author, the category; never what it asks.

    Each as it is written in a topic; none that would leave nothing to ask for.
    """
    asked = {word for one in terms(parse(query).clause) for word in one.words}
    offered = [word.text for word in words if not asked & set(word.words)][:SHOWN]
    if paper.authors:
        name = plain_name(paper.authors[0])
        offered.append(f'au:"{" ".join(name.replace(chr(34), " ").split())}"')
    if len(paper.categories) and paper.categories[0] not in asked:
        offered.append(f"cat:{paper.categories[0]}")
    return [one for one in map(_usable, offered) if one]


def _usable(words: str) -> str:
    """The words as a topic prints them; nothing where they cannot stand in one."""
    try:
        return parse(words).text
    except QueryError:
        return ""
