"""Index one field of a batch of papers: postings of terms and the text they match.

An index maps each token to the papers that contain it, and keeps the texts for phrases and for the
words as written. Papers are numbered by their position in the batch. Rarely needed data (prefixes,
positions) is prepared on first use.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from bot.topics.query.analyzer import (
    AnalyzedWord,
    analyze,
    compound_words,
    has_word_with_prefix,
    index_text,
    may_have_word,
    surface_words,
    written_words,
)
from storage.engine.query_time_limit import within_budget
from storage.records.queries import Term

PaperNumbers = set[int]

NO_PAPERS: PaperNumbers = set()

_PASSAGE_BREAK = " \ue001 "  # private use: between passages, never part of a word
_MAX_SCANNED_STEMS = 12  # stems looked up by reading all texts before postings are built
# A prefix or a name is looked for in the texts of a page of papers. Where there are more papers, or
# more is asked of them, an index of their words is made first.
_MAX_SCANNED_PAPERS = 100
_MAX_SCANS = 2
# Queries on words index the papers of a week again and again.
cached_index_text = lru_cache(maxsize=4096)(index_text)
_WORD_GAP = re.compile(r"(?:['’][sS])?[\W_]*")


class TextIndex:
    """Titles or abstracts: words by their stems, phrases by word order.

    The text of a paper may be several passages; no phrase spans two of them.
    """

    def __init__(
        self, texts: Sequence[tuple[str, ...]], index_texts: Mapping[str, str] | None = None
    ) -> None:
        """Index the texts; ``index_texts`` has the analysed words of those that were analysed."""
        self._texts = texts
        known = index_texts or {}
        self._index_texts = [
            f" {_PASSAGE_BREAK.join(known.get(t) or cached_index_text(t) for t in passages)} "
            for passages in within_budget(texts)
        ]
        # Cached because many terms match the same texts. Joined, because as lists they would be ten
        # times the size of the texts.
        self._written_words: dict[str, str] = {}
        self._scanned_stems: dict[str, PaperNumbers] = {}
        self._papers_by_stem: dict[str, PaperNumbers] | None = None
        self._papers_by_word: dict[str, PaperNumbers] = {}
        self._sorted_words: list[str] = []
        self._scans = 0

    def postings(self, term: Term) -> PaperNumbers:
        """Return the papers whose text has the word, the phrase, or a word with the prefix."""
        if not term.prefix:
            return set().union(
                *(self._phrase_postings(words, term.max_gap) for words in term.variants)
            )
        stem_postings = [self._stem_postings(stem) for stem in term.words[:-1]]
        candidates = _intersect_postings([*stem_postings, self._prefix_postings(term.words[-1])])
        if not stem_postings:
            return candidates
        return {
            number
            for number in within_budget(candidates)
            if any(next(_term_spans(text, term), None) for text in self._texts[number])
        }

    def _phrase_postings(self, words: tuple[str, ...], max_gap: int) -> PaperNumbers:
        candidate_postings = _intersect_postings([self._stem_postings(stem) for stem in words])
        if len(words) == 1 or not candidate_postings:
            return candidate_postings
        if max_gap:
            return {
                number
                for number in within_budget(candidate_postings)
                if any(
                    next(_word_windows(passage.split(), words, max_gap), None)
                    for passage in self._index_texts[number].split(_PASSAGE_BREAK)
                )
            }
        phrase = f" {' '.join(words)} "
        return {number for number in candidate_postings if phrase in self._index_texts[number]}

    def _stem_postings(self, stem: str) -> PaperNumbers:
        """Return the papers with a stem, by reading for the first few stems, then by postings."""
        if (
            self._papers_by_stem is None
            and stem not in self._scanned_stems
            and len(self._scanned_stems) == _MAX_SCANNED_STEMS
        ):
            self._papers_by_stem = {}
            for text_number, index_text in enumerate(within_budget(self._index_texts)):
                _add_postings(self._papers_by_stem, index_text.split(), text_number)
        if self._papers_by_stem is not None:
            return self._papers_by_stem.get(stem, NO_PAPERS)
        if stem not in self._scanned_stems:
            padded_stem = f" {stem} "
            self._scanned_stems[stem] = {
                text_number
                for text_number, index_text in enumerate(self._index_texts)
                if padded_stem in index_text
            }
        return self._scanned_stems[stem]

    def indexed_text(self, number: int) -> str:
        """Return the analysed words of this paper's text, with spaces between."""
        return self._index_texts[number].strip()

    def matched_text(self, term: Term, number: int) -> str:
        """Return the words, as written, that the term first matches in this paper."""
        texts = self._texts[number]
        if len(texts) == 1:  # a single passage, as in every batch
            return self._matched_in_passage(term, texts[0], self._index_texts[number])
        passages = zip(texts, self._index_texts[number].split(_PASSAGE_BREAK), strict=True)
        matching_texts = (
            self._matched_in_passage(term, text, f" {index_text.strip()} ")
            for text, index_text in passages
        )
        return next(filter(None, matching_texts))

    def _matched_in_passage(self, term: Term, text: str, index_text: str) -> str:
        """Return the words of a passage that the term first matches, or ""."""
        if term.max_gap:
            if next(_word_windows(index_text.split(), term.words, term.max_gap), None) is None:
                return ""
            # Alternative spellings count as standing after the text, as in the index.
            passage_words: list[AnalyzedWord | None] = [*analyze(text)]
            for token in {token.stem: token for token in reversed(compound_words(text))}.values():
                passage_words += (None, token)
            sequence_stems = [token.stem if token else "" for token in passage_words]
            window = next(_word_windows(sequence_stems, term.words, term.max_gap))
            near_words = [
                token for token in (passage_words[position] for position in window) if token
            ]
            return " … ".join(
                " ".join(text[token.start : token.end].split()) for token in near_words
            )
        for stems in () if term.prefix else term.variants:
            phrase_start = index_text.find(f" {' '.join(stems)} ")
            if phrase_start < 0:
                continue
            word_index = index_text.count(" ", 0, phrase_start)
            joined_words = self._written_words.get(text)
            if joined_words is None:
                joined_words = self._written_words[text] = _PASSAGE_BREAK.join(written_words(text))
            matched_words = joined_words.split(_PASSAGE_BREAK)[word_index : word_index + len(stems)]
            if len(matched_words) == 1:
                return matched_words[0]
            if matched_words:  # otherwise a compound, which is indexed after the text
                return " ".join(_text_span(text, matched_words).split()) or " ".join(matched_words)
        span_start, span_end = next(_term_spans(text, term), (0, 0))
        return " ".join(text[span_start:span_end].split())

    def _prefix_postings(self, prefix: str) -> PaperNumbers:
        if len(self._texts) <= _MAX_SCANNED_PAPERS and self._scans < _MAX_SCANS:
            self._scans += 1
            return {
                number
                for number, passages in enumerate(within_budget(self._texts))
                if any(has_word_with_prefix(text, prefix) for text in passages)
            }
        if not self._sorted_words:
            for index, passages in enumerate(within_budget(self._texts)):
                for text in passages:
                    _add_postings(
                        self._papers_by_word,
                        (*surface_words(text), *(t.word for t in compound_words(text))),
                        index,
                    )
            self._sorted_words = sorted(self._papers_by_word)
        prefix_papers: PaperNumbers = set()
        for index in range(bisect_left(self._sorted_words, prefix), len(self._sorted_words)):
            if not self._sorted_words[index].startswith(prefix):
                break
            prefix_papers |= self._papers_by_word[self._sorted_words[index]]
        return prefix_papers


class AuthorIndex:
    """Authors: every word of a name in any order, single letters as initials."""

    def __init__(self, authors: Sequence[tuple[str, ...]]) -> None:
        self._authors = authors
        self._name_word_lists: dict[int, list[list[str]]] = {}  # of papers whose names were read
        self._papers_by_word: dict[str, PaperNumbers] = {}
        self._scans = 0

    def postings(self, term: Term) -> PaperNumbers:
        """Return the papers with an author whose name has all the words."""
        if len(self._authors) <= _MAX_SCANNED_PAPERS and self._scans < _MAX_SCANS:
            self._scans += 1
            longest_first = sorted(term.words, key=len, reverse=True)
            return {
                number
                for number, names in enumerate(within_budget(self._authors))
                if any(
                    _name_matches(_name_words(name), term)
                    for name in names
                    if all(may_have_word(name, word) for word in longest_first)
                )
            }
        if not self._papers_by_word:
            for number in within_budget(range(len(self._authors))):
                words = chain.from_iterable(self._words_of_names(number))
                _add_postings(self._papers_by_word, words, number)
        whole_words = term.words[:-1] if term.prefix else term.words
        word_postings = [
            self._papers_by_word.get(word, NO_PAPERS)
            for word in whole_words
            if not _is_initial(word)
        ]
        candidates = (
            _intersect_postings(word_postings) if word_postings else range(len(self._authors))
        )
        return {
            number
            for number in within_budget(candidates)
            if any(_name_matches(name, term) for name in self._words_of_names(number))
        }

    def matched_text(self, term: Term, number: int) -> str:
        """Return the first matching author of this paper, as written."""
        authors_and_words = zip(self._authors[number], self._words_of_names(number), strict=True)
        return next(written for written, name in authors_and_words if _name_matches(name, term))

    def _words_of_names(self, number: int) -> list[list[str]]:
        """Return the words of each author of a paper, read once."""
        if number not in self._name_word_lists:
            self._name_word_lists[number] = list(map(_name_words, self._authors[number]))
        return self._name_word_lists[number]


class CodeIndex:
    """Categories or ids, in any accepted spelling."""

    def __init__(self, codes: Sequence[tuple[str, ...]]) -> None:
        self._codes = codes
        self._papers_by_code: dict[str, PaperNumbers] = {}
        for number, paper_codes in enumerate(codes):
            _add_postings(self._papers_by_code, paper_codes, number)

    def postings(self, term: Term) -> PaperNumbers:
        """Return the papers that carry one of the codes."""
        return set().union(*(self._papers_by_code.get(code, NO_PAPERS) for code in term.words))

    def matched_text(self, term: Term, number: int) -> str:
        """Return the first matching code of this paper."""
        return next(code for code in self._codes[number] if code in term.words)


FieldIndex = TextIndex | AuthorIndex | CodeIndex


def _name_words(name: str) -> list[str]:
    return [*surface_words(name), *(token.word for token in compound_words(name))]


def _name_matches(name: Sequence[str], term: Term) -> bool:
    """Return whether a name has every word asked for; an initial may match a word not yet used."""
    unmatched_words = list(name)
    whole_words = term.words[:-1] if term.prefix else term.words
    initials = [word for word in whole_words if _is_initial(word)]
    for word in whole_words:
        if word in unmatched_words:
            unmatched_words.remove(word)
            initials = _without_first(initials, word)
        elif not _is_initial(word):
            return False
    if not term.prefix:
        return _covers_initials(initials, unmatched_words)
    words_with_prefix = [word for word in unmatched_words if word.startswith(term.words[-1])]
    return any(
        _covers_initials(initials, _without_first(unmatched_words, word))
        for word in words_with_prefix
    )


def _term_spans(text: str, term: Term) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each occurrence of a word, phrase or prefix in a text."""
    text_words = analyze(text)
    for words in term.variants:
        *leading_stems, last_stem = words
        word_count = len(words)
        for first_position in range(len(text_words) - word_count + 1):
            last_word = text_words[first_position + word_count - 1]
            is_last_match = (
                last_word.word.startswith(last_stem) if term.prefix else last_word.stem == last_stem
            )
            if is_last_match and all(
                text_words[first_position + n].stem == stem for n, stem in enumerate(leading_stems)
            ):
                yield text_words[first_position].start, last_word.end
        for token in compound_words(text) if word_count == 1 else ():
            if token.word.startswith(last_stem) if term.prefix else token.stem == last_stem:
                yield token.start, token.end


def _word_windows(stems: Sequence[str], words: Sequence[str], max_gap: int) -> Iterator[list[int]]:
    """Yield the positions of all stems where at most ``max_gap`` other words stand among them."""
    required_stems = set(words)
    last_positions: dict[str, int] = {}
    for word_position, stem in enumerate(stems):
        if stem in required_stems:
            last_positions[stem] = word_position
            if (
                len(last_positions) == len(required_stems)
                and word_position - min(last_positions.values()) - 1 <= max_gap
            ):
                yield sorted(last_positions.values())


def _text_span(text: str, words: list[str]) -> str:
    """Return the text from the first of these consecutive words to the last."""
    span_start = text.find(words[0])
    while span_start >= 0:
        span_end = span_start + len(words[0])
        for word in words[1:]:
            gap_match = _WORD_GAP.match(text, span_end)
            span_end = gap_match.end() if gap_match else span_end
            if not text.startswith(word, span_end):
                break
            span_end += len(word)
        else:
            return text[span_start:span_end]
        span_start = text.find(words[0], span_start + 1)
    return ""


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isascii() and word.isalpha()


def _covers_initials(initials: list[str], unmatched: list[str]) -> bool:
    first_letters = [word[0] for word in unmatched]
    return all(initials.count(letter) <= first_letters.count(letter) for letter in initials)


def _without_first(items: list[str], item: str) -> list[str]:
    item_index = items.index(item) if item in items else len(items)
    return items[:item_index] + items[item_index + 1 :]


def _add_postings(postings: dict[str, PaperNumbers], keys: Iterable[str], number: int) -> None:
    for key in set(keys):
        postings.setdefault(key, set()).add(number)


def _intersect_postings(postings: list[PaperNumbers]) -> PaperNumbers:
    smallest, *larger = sorted(postings, key=len)
    return smallest.intersection(*larger) if larger else smallest
