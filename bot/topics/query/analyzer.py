r"""Analyse text into words, for topics, matching and the stored index alike.

A text becomes tokens: TeX is read as displayed (``bot.latex``), compatibility forms, case and
accents are normalised, Greek letters become their names, undisplayed commands are dropped, control
characters are ignored. Parts around a hyphen are words of their own, every CJK character is one,
``C++``, ``C#`` and ``A*`` stay whole. There are no stop words: phrases need them.

A short first part with its hyphen dropped is an alternative spelling (``U-Net``, ``unet``;
``pre-training``, ``pretraining``), and so are a Greek letter with its neighbour (``σ8``,
``sigma8``) and a name with its umlaut written out (``Schröder``, ``Schroeder``); the index keeps
these after the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from hashlib import sha256
from itertools import chain
from threading import Lock
from typing import NamedTuple, Protocol, cast

import snowballstemmer

from bot import latex
from bot.topics.query.spelling_variants import (
    AMERICAN_STARTS,
    CANONICAL_WORDS,
    DISTINCT_STEMS,
    canonical_spelling,
)

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(
    rf"[{_CJK}]|(?<![^\W_])[cf]\#|[^\W_{_CJK}]+(?:\+\+)?(?:(?<=[^\W\d_])['’]s(?![^\W_]))?"
)
# The same for normalised ASCII text, with fewer alternatives per letter; and for text as written.
_ASCII_TOKEN = re.compile(
    r"[a-z0-9]+(?:\+\+|(?<=(?<![a-z0-9])[cf])\#)?(?:(?<=[a-z])'s(?![a-z0-9]))?"
)
_ASCII_WORD = re.compile(
    r"[A-Za-z0-9]+(?:\+\+|(?<=(?<![A-Za-z0-9])[CFcf])\#)?(?:(?<=[A-Za-z])'[Ss](?![A-Za-z0-9]))?"
)
_GREEK_BORDER = "\ue002"  # private use: on both sides of a Greek letter's name
# Searched by the hyphen, which is rare: a pattern for the whole word would try every letter.
_HYPHENATED = re.compile(r"-([^\W_]{1,18})(?![^\W_])(?!-)")
_GREEK_BORDERS = re.compile(rf"{_GREEK_BORDER}+-?{_GREEK_BORDER}*|-{_GREEK_BORDER}+")
_MAX_PREFIX_LENGTH = 7  # letters of the part before the hyphen
_SHORT_PREFIX = re.compile(rf"(?<![^\W_])(?<!-)[^\W_]{{1,{_MAX_PREFIX_LENGTH}}}\Z")
_WORD_BEFORE = re.compile(r"[^\W_]{1,18}\Z")
_WORD_AFTER = re.compile(r"[^\W_]{1,18}")
_PLAIN_ASCII = re.compile(r"[\t\n\r\x20-\x23\x25-\x29\x2b-\x5b\x5d\x60-\x7a\x7c-\x7e]*\Z")
"""ASCII without TeX, stars, indices or control characters."""
_CHARACTER_RUN = re.compile(
    r"([\t\n\r\x20-\x7e]+)|[\u0370-\u03ff\u1f00-\u1fff]+|[^\t\n\r\x20-\x7e]"
)
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

_DROP_SEPARATORS = {
    code: None for code in range(128) if not (chr(code).isalnum() or chr(code) in "+#")
}
_COMPOUND_BREAK = "\ue000"  # private use: one token for the index, never part of a word here

# TeX read as one word: H_0, \sigma_8, A*; and commands that display nothing.
_TEX_SYMBOL = re.compile(
    r"(?<=[^\W_])[_^]\{?(?P<index>\d{1,2})(?:\}|(?=[A-Z])|(?![^\W_]))"
    r"|(?<![^\W_])(?P<starred>[A-Za-z])\^?\{?\*\}?(?![^\W_*])"
    r"|\\[A-Za-z]+|\\-"
)
_STARRED_LETTER = re.compile(r"(?<![^\W_])[A-Za-z]\*\Z")
_INDEXED_LETTER = re.compile(rf"(?:(?<![^\W_])[^\W\d_]{{1,3}}|{_GREEK_BORDER})\Z")
_MIN_GREEK_WORD = 3  # consecutive Greek letters are a Greek word
_GREEK_LETTERS = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma"
    " tau upsilon phi chi psi omega"
)
_GREEK_NAMES = {
    **dict(zip("αβγδεζηθικλμνξοπρστυφχψω", _GREEK_LETTERS.split(), strict=True)),
    "∞": "infty",
    "∇": "nabla",
    "ℏ": "hbar",
    "ħ": "hbar",
}
# It begins where a word begins, or a long word without an umlaut would be read at each letter.
_UMLAUT_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]*[äöüøåÄÖÜØÅ][^\W\d_]*")
UMLAUT_DIGRAPHS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
    | {"Ä": "ae", "Ö": "oe", "Ü": "ue", "Ø": "oe", "Å": "aa"}
)
_BASE_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ȷ": "j"}
    | {"\u2010": "-", "\u2011": "-"}
)
_DROPPED_CATEGORIES = frozenset(("Mn", "Me", "Cc", "Cf", "Cs", "Co"))


class AnalyzedWord(NamedTuple):  # a tuple, because hundreds of thousands are made
    """A word of a text: normalised, its stem, and its position in the text."""

    word: str
    stem: str
    start: int
    end: int


class _PositionedText(NamedTuple):
    """A text made of another one, and where each of its characters began and ended in that one.

    Both lists are empty where no position changed.
    """

    text: str
    starts: list[int]
    ends: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the other text that a span of this one stands for."""
        return (self.starts[start], self.ends[end - 1]) if self.starts else (start, end)


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 (the library's name)


_MAX_CACHED_LENGTH = 32  # letters
_AMERICAN_STEM_LENGTH = 5  # letters of an American word that begin the stem in all its forms
_stemmer = cast("_Stemmer", snowballstemmer.stemmer("english"))
_stemmer_lock = Lock()  # the accelerated stemmer caches and is not thread-safe


def stems(text: str) -> list[str]:
    """Return the stems of the text in order; equal lists match in every search."""
    return list(map(stem, surface_words(text)))


def surface_words(text: str) -> list[str]:
    """Return the normalised, unstemmed words of the text in order, for prefixes and names."""
    return _split_words(_normalize(text).text)


def analyze(text: str) -> list[AnalyzedWord]:
    """Return the words of the text with their positions, for highlighting and reasons."""
    normalized_text = _normalize(text)
    analyzed_words = []
    for match in _TOKEN.finditer(normalized_text.text):
        word = match.group()
        if word.endswith("s"):
            word = _without_possessive(word)
        start, end = normalized_text.span(match.start(), match.start() + len(word))
        analyzed_words.append(AnalyzedWord(word, stem(word), start, end))
    return analyzed_words


def written_words(text: str) -> list[str]:
    """Return the words of the text in order as written, one for each of ``stems``."""
    if _PLAIN_ASCII.match(text):
        raw_words: list[str] = _ASCII_WORD.findall(text)
        return list(map(_without_possessive, raw_words)) if "'" in text else raw_words
    return [text[token.start : token.end] for token in analyze(text)]


def compound_words(text: str) -> list[AnalyzedWord]:
    """Return the alternative spellings of words in the text, each with its position."""
    normalized_text = _normalize(text)
    spellings = [
        *(
            (word, *normalized_text.span(*span))
            for word, *span in _compound_spans(normalized_text.text)
        ),
        *_umlaut_variants(text),
    ]
    return [
        AnalyzedWord(word, stem(word), compound_start, compound_end)
        for word, compound_start, compound_end in spellings
    ]


def has_word_with_prefix(text: str, prefix: str) -> bool:
    """Tell whether a word of the text, or an alternative spelling of one, begins with a prefix."""
    if not may_have_word(text, prefix):
        return False
    normalized = _normalize(text).text
    variants: Iterator[tuple[str, int, int]] = _umlaut_variants(text)
    if prefix in normalized.replace("-", "").replace(_GREEK_BORDER, ""):
        if any(word.startswith(prefix) for word in _split_words(normalized)):
            return True
        variants = chain(_compound_spans(normalized), variants)
    return any(word.startswith(prefix) for word, _, _ in variants)


def may_have_word(text: str, part: str) -> bool:
    """Tell, without analysing, whether a word of the text may have this part; seldom wrongly so.

    Most texts are ASCII without commands or stars, of which no letter becomes another: then the
    part stands in the text's letters and digits.
    """
    if not text.isascii() or "\\" in text or "*" in text:
        return True
    return part in text.lower().translate(_DROP_SEPARATORS)


def index_text(text: str) -> str:
    """Return the analysed text as a full-text index keeps it: tokens joined by single spaces.

    Compounds follow the text, each after a break, so that no phrase spans them.
    """
    normalized_text = _normalize(text).text
    index_words = list(map(stem, _split_words(normalized_text)))
    variants = (*_compound_spans(normalized_text), *_umlaut_variants(text))
    for compound in dict.fromkeys(stem(word) for word, _, _ in variants):
        index_words += _COMPOUND_BREAK, compound
    return " ".join(index_words)


def stem(word: str) -> str:
    """Return the stem of one normalised word, spelled so that any index keeps it as one token."""
    # A longer word hardly recurs and would only fill the cache.
    return _cached_stem(word) if len(word) <= _MAX_CACHED_LENGTH else _stem(word)


@lru_cache(maxsize=1 << 14)
def legacy_stem(word: str) -> str:
    """Return the stem as stored before spellings were unified."""
    with _stemmer_lock:
        return _stemmer.stemWord(word)


def _stem(word: str) -> str:
    if word.endswith("++"):
        return word[:-2] + "plusplus"
    if word.endswith("#"):
        return word[:-1] + "sharp"
    if word in DISTINCT_STEMS:
        return DISTINCT_STEMS[word]
    with _stemmer_lock:
        stemmed = _stemmer.stemWord(canonical_spelling(word))
    return stemmed if stemmed.isascii() else "".join(map(_indexable_character, stemmed))


_cached_stem = lru_cache(maxsize=1 << 17)(_stem)


def extra_prefix_stems(prefix: str) -> list[str]:
    """Return stems of words with the prefix that no regular English ending produces."""
    matching_words = [
        word for word in (*CANONICAL_WORDS, *DISTINCT_STEMS) if word.startswith(prefix)
    ]
    american_stems = [
        stem(american)[:_AMERICAN_STEM_LENGTH]
        for british, american in AMERICAN_STARTS.items()
        if british.startswith(prefix) or prefix.startswith(british)
    ]
    root, ending, _ = prefix.rpartition("is")
    return sorted(
        {*map(stem, matching_words), *american_stems, *([f"{root}iz"] if ending and root else [])}
    )


def ends_with_starred_letter(text: str) -> bool:
    """Return whether the star at the end of a text belongs to a single letter, as in A*."""
    return _STARRED_LETTER.search(text) is not None


def has_han(text: str) -> bool:
    """Return whether the text contains a Chinese character."""
    return _HAN.search(text) is not None


@cache
def analyzer_version() -> str:
    """Return a version that changes whenever stems do, so that a stored index is rebuilt."""
    sample_text = (
        "universities generalised skiing pre-training C++ C# Cram\\'er 扩散 naïve dying news's"
    )
    spelling_tables = " ".join((*CANONICAL_WORDS, *DISTINCT_STEMS, *AMERICAN_STARTS))
    sample_symbols = "σ8 $H_0$ CO$_2$ ΛCDM A* Schröder spatio-temporal LLMs optimise Mart\\'\\i nez"
    sample_tex = (
        r"{B}ayesian \ours{} Levy\'s $\mathbb{F}_{q}^2$ $\text{pre-train}$ \cite{a} $x_{ab}c$"
    )
    return sha256(
        index_text(f"{sample_text} {sample_symbols} {sample_tex} {spelling_tables}").encode()
    ).hexdigest()[:12]


def _split_words(normalized: str) -> list[str]:
    raw_words: list[str] = (_ASCII_TOKEN if normalized.isascii() else _TOKEN).findall(normalized)
    return (
        list(map(_without_possessive, raw_words))
        if "'" in normalized or "’" in normalized
        else raw_words
    )


def _compound_spans(normalized: str) -> Iterator[tuple[str, int, int]]:
    """Yield the compounds of a normalised text, each with its position."""
    for match in _HYPHENATED.finditer(normalized):
        hyphen = match.start()
        prefix_match = _SHORT_PREFIX.search(normalized, max(0, hyphen - _MAX_PREFIX_LENGTH), hyphen)
        if prefix_match:
            yield prefix_match.group() + match[1], prefix_match.start(), match.end()
    if _GREEK_BORDER in normalized:
        yield from _greek_compounds(normalized)


def _greek_compounds(normalized: str) -> Iterator[tuple[str, int, int]]:
    """Yield Greek letters joined to what stands on one side or both."""
    previous_letter, compound_start, previous_end = "", 0, -1
    for border in _GREEK_BORDERS.finditer(normalized):
        word_before = _WORD_BEFORE.search(normalized, max(0, border.start() - 18), border.start())
        word_after = _WORD_AFTER.match(normalized, border.end())
        if not (word_before and word_after):
            continue
        yield word_before.group() + word_after.group(), word_before.start(), word_after.end()
        if previous_end == word_before.end():
            yield (
                previous_letter + word_before.group() + word_after.group(),
                compound_start,
                word_after.end(),
            )
        previous_letter = word_before.group()
        compound_start = word_before.start()
        previous_end = word_after.end()


def _umlaut_variants(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the words with an umlaut as spelled without it."""
    if text.isascii() and "\\" not in text:
        return
    rendered_text = _render_tex(text)
    for match in _UMLAUT_WORD.finditer(rendered_text.text):
        word = "".join(_fold_character(c) for c in match.group().translate(UMLAUT_DIGRAPHS))
        yield word, *rendered_text.span(*match.span())


def _without_possessive(word: str) -> str:
    return word[:-2] if word.endswith(("'s", "’s", "'S")) else word


def _normalize(text: str) -> _PositionedText:
    """Return the normalised text."""
    if _PLAIN_ASCII.match(text):
        return _PositionedText(text.lower(), [], [])
    rendered_text = _render_tex(text)
    normalized_texts: list[str] = []
    char_starts: list[int] = []
    char_ends: list[int] = []
    for piece, piece_start, piece_end in _normalized_pieces(rendered_text.text):
        normalized_texts.append(piece)
        if len(piece) == piece_end - piece_start:
            char_starts.extend(range(piece_start, piece_end))
            char_ends.extend(range(piece_start + 1, piece_end + 1))
        else:
            char_starts.extend([piece_start] * len(piece))
            char_ends.extend([piece_end] * len(piece))
    if rendered_text.starts:
        char_starts = [rendered_text.starts[position] for position in char_starts]
        char_ends = [rendered_text.ends[position - 1] for position in char_ends]
    return _PositionedText("".join(normalized_texts), char_starts, char_ends)


def _render_tex(text: str) -> _PositionedText:
    """Return the text as displayed."""
    if "\\" not in text and "$" not in text and "{" not in text:
        return _PositionedText(text, [], [])
    rendered_texts: list[str] = []
    char_starts: list[int] = []
    char_ends: list[int] = []
    for piece, piece_start, piece_end in latex.display_pieces(text):
        rendered_texts.append(piece)
        if text[piece_start:piece_end] == piece:
            char_starts.extend(range(piece_start, piece_end))
            char_ends.extend(range(piece_start + 1, piece_end + 1))
        else:
            char_starts.extend([piece_start] * len(piece))
            char_ends.extend([piece_end] * len(piece))
    return _PositionedText("".join(rendered_texts), char_starts, char_ends)


def _normalized_pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the text normalised in pieces: runs of plain characters, others one by one."""
    unread_start, previous_characters = 0, ""
    for symbol in _TEX_SYMBOL.finditer(text):
        for part in _normalized_runs(text, unread_start, symbol.start()):
            yield part
            previous_characters = (previous_characters + part[0])[-4:]
        unread_start = symbol.end()
        if symbol_index := symbol["index"]:  # joined to a short symbol before it
            previous_characters = (
                symbol_index if _INDEXED_LETTER.search(previous_characters) else f" {symbol_index}"
            )
        elif letter := symbol["starred"]:
            previous_characters = f"{letter.lower()}star"
        else:
            previous_characters = "" if symbol[0] == "\\-" else " "
        yield previous_characters, symbol.start(), unread_start
    yield from _normalized_runs(text, unread_start, len(text))


def _normalized_runs(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    for run_match in _CHARACTER_RUN.finditer(text, start, end):
        run_text = run_match.group()
        if run_match[1]:
            yield run_text.lower(), run_match.start(), run_match.end()
            continue
        is_greek_word = len(run_text) >= _MIN_GREEK_WORD
        for char_position, character in enumerate(run_text, start=run_match.start()):
            folded_text = _fold_character(character)
            if not is_greek_word and folded_text in _GREEK_NAMES:
                folded_text = f"{_GREEK_BORDER}{_GREEK_NAMES[folded_text]}{_GREEK_BORDER}"
            yield folded_text, char_position, char_position + 1


@lru_cache(maxsize=1 << 15)
def _fold_character(character: str) -> str:
    """Return the character without width, case and accent; "" for marks and control characters."""
    if character.isspace():
        return " "
    if "\uac00" <= character <= "\ud7a3":
        return character  # a Hangul syllable would be decomposed
    folded_text = character
    for _ in range(4):  # case folding can produce a new form to decompose
        decomposed_text = unicodedata.normalize("NFKD", folded_text.translate(_BASE_LETTERS))
        previous_text = folded_text
        kept_letters = (
            c for c in decomposed_text if unicodedata.category(c) not in _DROPPED_CATEGORIES
        )
        folded_text = "".join(kept_letters).casefold()
        if folded_text == previous_text:
            break
    return folded_text.translate(_BASE_LETTERS)


def _indexable_character(character: str) -> str:
    """Spell out a character newer than the index's tables, which would split a token."""
    category = unicodedata.ucd_3_2_0.category(character)[0]
    return character if category in "LN" else f"x{ord(character):x}x"
