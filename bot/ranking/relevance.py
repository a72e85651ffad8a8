"""Score how close texts are to one text: by the words they share, and by words used alike.

Only whole numbers are added and compared, so that every machine gives the same order; equal scores
are ordered by paper id, by whoever sorts. Texts are analysed words, as the full-text index keeps
them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import exp, isqrt
from operator import mul

from bot.ranking.word_table import IDF_SCALE, WordTable

WHOLE = 10_000
"""The score of a text that has all the words, as often, in one of usual length."""

# BM25's usual parameters, in hundredths; the length is that of an abstract with its title.
_SATURATION = 120
_LENGTH_WEIGHT = 75
_USUAL_LENGTH = 115  # words that count
_NAME_IDF = 5 * IDF_SCALE  # of a word in one of 150 texts
_MAX_COUNTED_FREQUENCY = 15
_FREQUENCY_FACTORS = (0, 100, 169, 210, 239, 261, 279, 295, 308, 320, 330, 340, 348, 356, 364, 371)
"""1 + log n in hundredths, for a word that a text has n times."""


class TextRelevance:
    """How close other texts are to one text, in parts of ``WHOLE``.

    Words that the table does not know weigh nothing, except for ``names``: words of a title, which
    may be a newer method's name.
    """

    def __init__(
        self, table: WordTable, words: Sequence[str], *, names: Iterable[str] = ()
    ) -> None:
        self._table = table
        self._names = sorted({name for name in names if name not in table})
        known_words = self._weigh_words(words)
        self.weights = {word: weight for word, (_, weight) in known_words.items()}
        """What each known word of the text weighs."""
        self._idf_weights = {
            word: weight * (table.idf(word) or _NAME_IDF) for word, weight in self.weights.items()
        }
        self._vector = table.vector(self.weights)
        self._whole = 1  # until it is known what the text's own words score
        self._whole = self._shared_score(words) // WHOLE or 1

    def score(self, words: Sequence[str]) -> int:
        """Return how close a text is: its shared words, and half its likeness of use."""
        return self._shared_score(words) + self._likeness(words) // 2

    def scores(self, texts: Mapping[str, Sequence[str]], *, most: int) -> dict[str, int]:
        """Return how close texts are, by their ids.

        The likeness of use, which takes longest, is added for the ``most`` texts that are closest
        by the words they share.
        """
        scores = {text_id: self._shared_score(words) for text_id, words in texts.items()}
        closest = sorted(scores, key=lambda text_id: (-scores[text_id], text_id))[:most]
        return scores | {
            text_id: scores[text_id] + self._likeness(texts[text_id]) // 2 for text_id in closest
        }

    def shared_words(self, words: Iterable[str]) -> list[str]:
        """Return the words that both texts have, those first that bring them closest."""
        shared = self.weights.keys() & set(words)
        return sorted(shared, key=lambda word: (-self._idf_weights[word], word))

    def _weigh_words(self, words: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Return how often a text has each known word, and what it weighs: rare words more.

        The table has no stop words.
        """
        counts = Counter(words)
        weighed = _known_weights(self._table, counts)
        for name in self._names:
            if count := counts[name]:
                factor = _FREQUENCY_FACTORS[min(count, _MAX_COUNTED_FREQUENCY)]
                weighed[name] = count, _NAME_IDF * factor
        return weighed

    def _shared_score(self, words: Sequence[str]) -> int:
        """Return BM25 of the words that a text shares, in parts of ``WHOLE``."""
        counts = Counter(filter(self._idf_weights.__contains__, words))
        length = sum(map(self._table.idf_by_word.__contains__, words))
        length += sum(counts[name] for name in self._names)
        length_part = (
            _SATURATION
            * ((100 - _LENGTH_WEIGHT) * _USUAL_LENGTH + _LENGTH_WEIGHT * length)
            // _USUAL_LENGTH
        )
        total = 0
        for word, count in counts.items():
            part = count * 1_000_000 // (count * 10_000 + length_part)
            total += self._idf_weights[word] * part
        return total * WHOLE // self._whole

    def _likeness(self, words: Sequence[str]) -> int:
        """Return the cosine of both texts' vectors in parts of ``WHOLE``, 0 if it is negative."""
        weights = {word: weight for word, (_, weight) in self._weigh_words(words).items()}
        return cosine(self._vector, self._table.vector(weights))


def _known_weights(table: WordTable, counts: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Return how often a text has each word of the table, and what it weighs."""
    idf_of = table.idf_by_word.get
    return {
        word: (count, idf * _FREQUENCY_FACTORS[min(count, _MAX_COUNTED_FREQUENCY)])
        for word, count in counts.items()
        if (idf := idf_of(word))
    }


def use_vector(table: WordTable, words: Iterable[str]) -> tuple[int, ...]:
    """Return the vector of a text: what its words are used with, rare words more."""
    weights = _known_weights(table, Counter(words))
    return table.vector({word: weight for word, (_, weight) in weights.items()})


def cosine(vector: Sequence[int], other_vector: Sequence[int]) -> int:
    """Return the cosine of two vectors in parts of ``WHOLE``, 0 if it is negative."""
    square = sum(map(mul, vector, vector)) * sum(map(mul, other_vector, other_vector))
    product = sum(map(mul, vector, other_vector))
    return max(0, product) * WHOLE // isqrt(square) if square else 0


def heaviest_words(
    table: WordTable, weights: Mapping[str, int], *, limit: int, max_share: int
) -> dict[str, int]:
    """Return the words that weigh most, with their weights.

    ``max_share`` limits how many papers have them, each word's papers added up, in parts of
    ``WHOLE`` of all papers: reading the papers of frequent words is what takes time.
    """
    heaviest: dict[str, int] = {}
    share = 0
    for word in sorted(weights, key=lambda word: (-weights[word], word)):
        word_share = paper_share(table, word)
        if len(heaviest) < limit and share + word_share <= max_share:
            heaviest[word] = weights[word]
            share += word_share
    return heaviest


def paper_share(table: WordTable, word: str) -> int:
    """Return which part of ``WHOLE`` of all papers have a word, 0 for an unknown one."""
    idf = table.idf(word)
    return round(WHOLE * exp(-idf / IDF_SCALE)) if idf else 0


def nearness(words: Sequence[str], meanings: Mapping[str, str]) -> int:
    """Return how near each other words of all meanings stand in a text, in parts of ``WHOLE``.

    ``meanings`` has what each wanted word stands for; words of one meaning may stand for each
    other. All of them side by side are ``WHOLE``; each other word in between takes away, and so
    does each meaning that is missing.
    """
    positions = [
        (position, meanings[word]) for position, word in enumerate(words) if word in meanings
    ]
    present = {meaning for _, meaning in positions}
    if not present:
        return 0
    window: Counter[str] = Counter()
    start, shortest = 0, len(words)
    for end, meaning in positions:
        window[meaning] += 1
        while window[positions[start][1]] > 1:
            window[positions[start][1]] -= 1
            start += 1
        if len(window) == len(present):
            shortest = min(shortest, end - positions[start][0] + 1)
    return WHOLE * len(present) * len(present) // (len(set(meanings.values())) * shortest)
