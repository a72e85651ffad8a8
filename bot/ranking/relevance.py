"""Score how close texts are to one text: by the words they share, and by words used alike.

Only whole numbers are added and compared, so that every machine gives the same order; equal scores
are ordered by paper id, by whoever sorts. Texts are analysed words, as the full-text index keeps
them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
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
        self.weights = self._weigh_words(words)
        """What each known word of the text weighs."""
        self._idf_weights = {
            word: weight * (table.idf(word) or _NAME_IDF) for word, weight in self.weights.items()
        }
        self._cosine_of_use = cosine_to(table.vector(self.weights))
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
        common_words = self.weights.keys() & set(words)
        return sorted(common_words, key=lambda word: (-self._idf_weights[word], word))

    def _weigh_words(self, words: Iterable[str]) -> dict[str, int]:
        """Return what each known word of a text weighs: rare words more.

        The table has no stop words.
        """
        word_counts = Counter(words)
        weights = _known_weights(self._table, word_counts)
        for named_word in self._names:
            if named_count := word_counts[named_word]:
                frequency_factor = _FREQUENCY_FACTORS[min(named_count, _MAX_COUNTED_FREQUENCY)]
                weights[named_word] = _NAME_IDF * frequency_factor
        return weights

    def _shared_score(self, words: Sequence[str]) -> int:
        """Return BM25 of the words that a text shares, in parts of ``WHOLE``."""
        word_counts = Counter(filter(self._idf_weights.__contains__, words))
        counted_length = sum(map(self._table.idf_by_word.__contains__, words))
        counted_length += sum(word_counts[name] for name in self._names)
        length_part = (
            _SATURATION
            * ((100 - _LENGTH_WEIGHT) * _USUAL_LENGTH + _LENGTH_WEIGHT * counted_length)
            // _USUAL_LENGTH
        )
        weighted_sum = 0
        for word, word_count in word_counts.items():
            word_part = word_count * 1_000_000 // (word_count * 10_000 + length_part)
            weighted_sum += self._idf_weights[word] * word_part
        return weighted_sum * WHOLE // self._whole

    def _likeness(self, words: Sequence[str]) -> int:
        """Return the cosine of both texts' vectors in parts of ``WHOLE``, 0 if it is negative."""
        return self._cosine_of_use(use_vector(self._table, words))


def _known_weights(table: WordTable, counts: Mapping[str, int]) -> dict[str, int]:
    """Return what each word of the table weighs in a text that has it so often."""
    idf_of = table.idf_by_word.get
    return {
        word: idf
        * _FREQUENCY_FACTORS[count if count < _MAX_COUNTED_FREQUENCY else _MAX_COUNTED_FREQUENCY]
        for word, count in counts.items()
        if (idf := idf_of(word))
    }


def use_vector(table: WordTable, words: Iterable[str]) -> tuple[int, ...]:
    """Return the vector of a text: what its words are used with, rare words more."""
    known_words = filter(table.idf_by_word.__contains__, words)
    return table.vector(_known_weights(table, Counter(known_words)))


def cosine_to(vector: Sequence[int]) -> Callable[[Sequence[int]], int]:
    """Return a function for a vector's cosine to others, in parts of ``WHOLE``.

    It is 0 where the cosine is negative.
    """
    squared_length = sum(map(mul, vector, vector))

    def cosine(other_vector: Sequence[int]) -> int:
        squares = squared_length * sum(map(mul, other_vector, other_vector))
        dot_product = sum(map(mul, vector, other_vector))
        return max(0, dot_product) * WHOLE // isqrt(squares) if squares else 0

    return cosine


def heaviest_words(
    table: WordTable, weights: Mapping[str, int], *, limit: int, max_share: int
) -> dict[str, int]:
    """Return the words that weigh most, with their weights.

    ``max_share`` limits how many papers have them, each word's papers added up, in parts of
    ``WHOLE`` of all papers: reading the papers of frequent words is what takes time.
    """
    heaviest: dict[str, int] = {}
    total_share = 0
    for word in sorted(weights, key=lambda word: (-weights[word], word)):
        word_share = paper_share(table, word)
        if len(heaviest) < limit and total_share + word_share <= max_share:
            heaviest[word] = weights[word]
            total_share += word_share
    return heaviest


def paper_share(table: WordTable, word: str) -> int:
    """Return which part of ``WHOLE`` of all papers have a word, 0 for an unknown one."""
    idf = table.idf(word)
    return round(WHOLE * exp(-idf / IDF_SCALE)) if idf else 0


def nearness(text: str, meanings: Mapping[str, str]) -> int:
    """Return how near each other words of all meanings stand in a text, in parts of ``WHOLE``.

    The text is analysed words, separated by spaces. ``meanings`` has what each wanted word stands
    for; words of one meaning may stand for each other. All of them side by side are ``WHOLE``; each
    other word in between takes away, and so does each meaning that is missing.
    """
    padded_text = f" {text} "
    found_words: list[tuple[int, str]] = []  # where they begin, and what they stand for
    for word, meaning in meanings.items():
        padded_word = f" {word} "
        window_start = padded_text.find(padded_word)
        while window_start >= 0:
            found_words.append((window_start, meaning))
            window_start = padded_text.find(padded_word, window_start + 1)
    present_meanings = {meaning for _, meaning in found_words}
    if not present_meanings:
        return 0
    shortest_window = 1
    if len(present_meanings) > 1:
        found_words.sort()
        positions = []
        position, counted_to = 0, 0
        for window_start, _ in found_words:
            position += padded_text.count(" ", counted_to, window_start)
            counted_to = window_start
            positions.append(position)
        meanings_in_window: Counter[str] = Counter()
        first, shortest_window = 0, position + 1
        for last, (_, meaning) in enumerate(found_words):
            meanings_in_window[meaning] += 1
            while meanings_in_window[found_words[first][1]] > 1:
                meanings_in_window[found_words[first][1]] -= 1
                first += 1
            if len(meanings_in_window) == len(present_meanings):
                shortest_window = min(shortest_window, positions[last] - positions[first] + 1)
    return (
        WHOLE
        * len(present_meanings)
        * len(present_meanings)
        // (len(set(meanings.values())) * shortest_window)
    )
