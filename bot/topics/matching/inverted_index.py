"""Which papers of a lot hold a term, and how does it stand there?

A column holds one field of all papers: a dict from token to the papers that have it, and the
texts themselves for phrases and for the words as they are written. Papers are numbered by
their place in the lot. What is asked for rarely (prefixes, places) is prepared on first use.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from bot.topics.query.analyzer import Token, compounds, indexed, surface, tokens, written
from storage.engine.query_budget import within_budget
from storage.records import Term

Papers = set[int]

NOBODY: Papers = set()

_GAP = " \ue001 "  # private use: between passages, never a part of a word
_FEW = 12  # different words that are read through all texts, before they are posted
# The papers of a week are asked for again and again, by everybody who asks for words.
_evened = lru_cache(maxsize=4096)(indexed)
_BETWEEN = re.compile(r"(?:['’][sS])?[\W_]*")


class Text:
    """Titles or abstracts: words by their stems, phrases by the order of the words.

    The text of a paper may be several passages; no phrase reaches from one to the next.
    """

    def __init__(self, texts: Sequence[tuple[str, ...]]) -> None:
        self._texts = texts
        self._even = [f" {_GAP.join(map(_evened, passages))} " for passages in within_budget(texts)]
        self._as_written: dict[str, str] = {}  # joined: as lists they would be ten times the texts
        self._looked_up: dict[str, Papers] = {}
        self._stems: dict[str, Papers] | None = None
        self._words: dict[str, Papers] = {}
        self._sorted: list[str] = []

    def holding(self, term: Term) -> Papers:
        """The papers whose text has the word, the phrase, or a word that begins so."""
        if not term.prefix:
            return set().union(*(self._with_phrase(words, term.near) for words in term.ways))
        holders = [self._having(stem) for stem in term.words[:-1]]
        found = _shared([*holders, self._beginning(term.words[-1])])
        if not holders:
            return found
        return {
            at for at in within_budget(found) if any(_shows(text, term) for text in self._texts[at])
        }

    def _with_phrase(self, words: tuple[str, ...], near: int) -> Papers:
        found = _shared([self._having(stem) for stem in words])
        if len(words) == 1 or not found:
            return found
        if near:
            return {at for at in within_budget(found) if self._stand_near(at, words, near)}
        phrase = f" {' '.join(words)} "
        return {at for at in found if phrase in self._even[at]}

    def _stand_near(self, at: int, words: tuple[str, ...], near: int) -> bool:
        passages = self._even[at].split(_GAP)
        return any(next(_windows(even.split(), words, near), None) for even in passages)

    def _having(self, stem: str) -> Papers:
        """The papers with a stem: read for the few words of one query, posted for those of many."""
        if self._stems is None and stem not in self._looked_up and len(self._looked_up) == _FEW:
            self._stems = {}
            for at, even in enumerate(within_budget(self._even)):
                _post(self._stems, even.split(), at)
        if self._stems is not None:
            return self._stems.get(stem, NOBODY)
        if stem not in self._looked_up:
            alone = f" {stem} "
            self._looked_up[stem] = {at for at, even in enumerate(self._even) if alone in even}
        return self._looked_up[stem]

    def standing(self, term: Term, at: int) -> str:
        """The words in this paper that the term found first, as they are written."""
        texts = self._texts[at]
        if len(texts) == 1:  # as in every batch: no passage to look for
            return self._shown(term, texts[0], self._even[at])
        passages = zip(texts, self._even[at].split(_GAP), strict=True)
        shown = (self._shown(term, text, f" {even.strip()} ") for text, even in passages)
        return next(filter(None, shown))

    def _shown(self, term: Term, text: str, even: str) -> str:
        """The words of a passage that the term found first; "" where it found none."""
        if term.near:
            if next(_windows(even.split(), term.words, term.near), None) is None:
                return ""
            first = next(_near(term, tokens(text), compounds(text)))
            return " … ".join(" ".join(text[token.start : token.end].split()) for token in first)
        for asked in () if term.prefix else term.ways:
            begin = even.find(f" {' '.join(asked)} ")
            if begin < 0:
                continue
            run = even.count(" ", 0, begin)
            words = self._written(text)[run : run + len(asked)]
            if len(words) == 1:
                return words[0]
            if words:  # else a compound, which stands behind the text
                return " ".join(_stretch(text, words).split()) or " ".join(words)
        return next((" ".join(text[start:end].split()) for start, end in places(text, term)), "")

    def _written(self, text: str) -> list[str]:
        """The words as they are written; many terms of a batch find the same texts."""
        known = self._as_written.get(text)
        if known is None:
            known = self._as_written[text] = _GAP.join(written(text))
        return known.split(_GAP)

    def _beginning(self, prefix: str) -> Papers:
        if not self._sorted:
            for at, passages in enumerate(within_budget(self._texts)):
                for text in passages:
                    _post(self._words, (*surface(text), *(t.word for t in compounds(text))), at)
            self._sorted = sorted(self._words)
        found: Papers = set()
        for at in range(bisect_left(self._sorted, prefix), len(self._sorted)):
            if not self._sorted[at].startswith(prefix):
                break
            found |= self._words[self._sorted[at]]
        return found


class Names:
    """Authors: every word of a name in any order, single letters as initials."""

    def __init__(self, authors: Sequence[tuple[str, ...]]) -> None:
        self._authors = authors
        self._names = [[_name_words(name) for name in names] for names in within_budget(authors)]
        self._words: dict[str, Papers] = {}
        for at, names in enumerate(self._names):
            _post(self._words, (word for name in names for word in name), at)

    def holding(self, term: Term) -> Papers:
        """The papers with one author who bears all words of the name."""
        whole = term.words[:-1] if term.prefix else term.words
        holders = [self._words.get(word, NOBODY) for word in whole if not _is_initial(word)]
        found = _shared(holders) if holders else range(len(self._names))
        return {
            at for at in within_budget(found) if any(bears(name, term) for name in self._names[at])
        }

    def standing(self, term: Term, at: int) -> str:
        """The first author of this paper who bears the name, as written."""
        pairs = zip(self._authors[at], self._names[at], strict=True)
        return next(written for written, name in pairs if bears(name, term))


class Codes:
    """Categories or ids: any of the spellings that count."""

    def __init__(self, codes: Sequence[tuple[str, ...]]) -> None:
        self._codes = codes
        self._papers: dict[str, Papers] = {}
        for at, held in enumerate(codes):
            _post(self._papers, held, at)

    def holding(self, term: Term) -> Papers:
        """The papers that carry one of the codes."""
        return set().union(*(self._papers.get(code, NOBODY) for code in term.words))

    def standing(self, term: Term, at: int) -> str:
        """The first code of this paper that counts."""
        return next(code for code in self._codes[at] if code in term.words)


Column = Text | Names | Codes


def places(text: str, term: Term) -> Iterator[tuple[int, int]]:
    """Where the words of a text term stand in a text: start and end of each occurrence."""
    return _matching(term, tokens(text), compounds(text))


def bears(name: Sequence[str], term: Term) -> bool:
    """Whether a name has every asked word, initials counting for words not asked otherwise."""
    left = list(name)
    whole = term.words[:-1] if term.prefix else term.words
    initials = [word for word in whole if _is_initial(word)]
    for word in whole:
        if word in left:
            left.remove(word)
            initials = _without(initials, word)
        elif not _is_initial(word):
            return False
    if not term.prefix:
        return _cover(initials, left)
    begun = [word for word in left if word.startswith(term.words[-1])]
    return any(_cover(initials, _without(left, word)) for word in begun)


def _matching(term: Term, running: list[Token], joined: list[Token]) -> Iterator[tuple[int, int]]:
    if term.near:
        for window in _near(term, running, joined):
            yield from ((token.start, token.end) for token in window)
        return
    for words in term.ways:
        *before, last = words
        size = len(words)
        for at in range(len(running) - size + 1):
            end = running[at + size - 1]
            fits = end.word.startswith(last) if term.prefix else end.stem == last
            if fits and all(running[at + n].stem == stem for n, stem in enumerate(before)):
                yield running[at].start, end.end
        for token in joined if size == 1 else ():
            if token.word.startswith(last) if term.prefix else token.stem == last:
                yield token.start, token.end


def _near(term: Term, running: list[Token], joined: list[Token]) -> Iterator[list[Token]]:
    """Each of the windows in which a term's words stand near each other, in order.

    What is a further way to write a word counts as standing behind the text, as in the index.
    """
    line: list[Token | None] = [*running]
    for token in {token.stem: token for token in reversed(joined)}.values():
        line += (None, token)
    stems = [token.stem if token else "" for token in line]
    for window in _windows(stems, term.words, term.near):
        yield [token for token in (line[at] for at in window) if token]


def _windows(stems: Sequence[str], words: Sequence[str], near: int) -> Iterator[list[int]]:
    """The places of all words, wherever at most ``near`` others stand within them."""
    asked = set(words)
    last: dict[str, int] = {}
    for at, stem in enumerate(stems):
        if stem in asked:
            last[stem] = at
            if len(last) == len(asked) and at - min(last.values()) - 1 <= near:
                yield sorted(last.values())


def _shows(text: str, term: Term) -> bool:
    return next(places(text, term), None) is not None


def _stretch(text: str, words: list[str]) -> str:
    """The text from the first of these words to the last, where they follow each other."""
    start = text.find(words[0])
    while start >= 0:
        end = start + len(words[0])
        for word in words[1:]:
            gap = _BETWEEN.match(text, end)
            end = gap.end() if gap else end
            if not text.startswith(word, end):
                break
            end += len(word)
        else:
            return text[start:end]
        start = text.find(words[0], start + 1)
    return ""


def _name_words(name: str) -> list[str]:
    return [*surface(name), *(token.word for token in compounds(name))]


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isascii() and word.isalpha()


def _cover(initials: list[str], left: list[str]) -> bool:
    letters = [word[0] for word in left]
    return all(initials.count(letter) <= letters.count(letter) for letter in initials)


def _without(items: list[str], item: str) -> list[str]:
    at = items.index(item) if item in items else len(items)
    return items[:at] + items[at + 1 :]


def _post(postings: dict[str, Papers], keys: Iterable[str], at: int) -> None:
    for key in set(keys):
        postings.setdefault(key, set()).add(at)


def _shared(holders: list[Papers]) -> Papers:
    smallest, *others = sorted(holders, key=len)
    return smallest.intersection(*others) if others else smallest
