r"""What counts as a word: the one analyser behind topics, matching and the stored index.

A text becomes tokens: compatibility forms, case and accents are evened out, TeX accents
(``Cram\'er``) and Greek commands (``\alpha``) are resolved, other commands are dropped,
control characters are ignored. Parts around a hyphen are words of their own, every CJK
character is one, ``C++`` and ``C#`` stay whole. There are no stop words: phrases need them.
A short first part with its hyphen dropped is a further way to write a word (``U-Net``,
``unet``; ``pre-training``, ``pretraining``); the index keeps it behind the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from threading import Lock
from typing import NamedTuple, Protocol, cast

import snowballstemmer

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(
    rf"[{_CJK}]|(?<![^\W_])[cf]\#|[^\W_{_CJK}]+(?:\+\+)?(?:(?<=[^\W\d_])['’]s(?![^\W_]))?"
)
# The same for evened text of ASCII alone, with less to try at each letter; and as it is written.
_ASCII_TOKEN = re.compile(
    r"[a-z0-9]+(?:\+\+|(?<=(?<![a-z0-9])[cf])\#)?(?:(?<=[a-z])'s(?![a-z0-9]))?"
)
_ASCII_WRITTEN = re.compile(
    r"[A-Za-z0-9]+(?:\+\+|(?<=(?<![A-Za-z0-9])[CFcf])\#)?(?:(?<=[A-Za-z])'[Ss](?![A-Za-z0-9]))?"
)
# Looked for by the hyphen, of which there are few: a pattern for the whole tries every letter.
_HYPHENED = re.compile(r"-([^\W_]{1,18})(?![^\W_])(?!-)")
_SHORT = re.compile(r"(?<![^\W_])(?<!-)[^\W_]{1,5}\Z")
_PLAIN = re.compile(r"[\t\n\r\x20-\x5b\x5d-\x7e]*\Z")  # ASCII, no TeX, no control characters
_RUN = re.compile(r"([\t\n\r\x20-\x7e]+)|[^\t\n\r\x20-\x7e]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

_BREAK = "\ue000"  # private use: one token for the index, never a part of a word for us

_ACCENT = r"""\\[`'^"~=.]\s*(?:\{\s*\\?([A-Za-z])\s*\}|\\?([A-Za-z]))"""
_LETTER_ACCENT = r"\\[uvHtcdbkr](?:\s*\{\s*\\?([A-Za-z])\s*\}|[ \t]+\\?([A-Za-z])(?![A-Za-z]))"
_LETTER = r"\\(ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j|dh|DH|th|TH|dj|DJ)(?![A-Za-z])[ \t]?(?:\{\})?"
_TEX = re.compile(
    rf"\{{(?:{_ACCENT}|{_LETTER_ACCENT}|{_LETTER})\}}|{_ACCENT}|{_LETTER_ACCENT}|{_LETTER}"
    r"|\\([A-Za-z]+)|\\-"
)
_KEPT = re.compile(
    r"alpha|beta|gamma|delta|(?:var)?epsilon|zeta|eta|(?:var)?theta|iota|kappa|lambda|mu|nu|xi"
    r"|pi|(?:var)?rho|sigma|tau|upsilon|(?:var)?phi|chi|psi|omega|ell|hbar|nabla|infty|(?:la)?tex"
)
_PLAINER = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ȷ": "j"}
    | {"\u2010": "-", "\u2011": "-"}
)


class Token(NamedTuple):  # a tuple, for they are made by the hundred thousand
    """A word of a text: evened out, its stem, and where it stands in the text."""

    word: str
    stem: str
    start: int
    end: int


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 (the library's name)


_LONGEST_REMEMBERED = 32  # letters
_stemmer = cast("_Stemmer", snowballstemmer.stemmer("english"))
_stemming = Lock()  # the accelerated stemmer keeps a cache of its own and is not thread-safe


def words(text: str) -> list[str]:
    """The stems of the text in order; equal lists mean equal words for every search."""
    return list(map(stem, surface(text)))


def surface(text: str) -> list[str]:
    """The words of the text in order, evened out but not stemmed: what prefixes and names see."""
    return _words_of(_even(text)[0])


def tokens(text: str) -> list[Token]:
    """The words of the text with their places in it, for highlighting and for reasons."""
    even, starts, ends = _even(text)
    found = []
    for match in _TOKEN.finditer(even):
        word = match.group()
        if word.endswith("s"):
            word = _bare(word)
        first = match.start()
        last = first + len(word)
        if starts:
            first, last = starts[first], ends[last - 1]
        found.append(Token(word, stem(word), first, last))
    return found


def written(text: str) -> list[str]:
    """The words of the text in order as they stand in it, one for each of ``words``."""
    if _PLAIN.match(text):
        found: list[str] = _ASCII_WRITTEN.findall(text)
        return list(map(_bare, found)) if "'" in text else found
    return [text[token.start : token.end] for token in tokens(text)]


def compounds(text: str) -> list[Token]:
    """Hyphened words with a short first part, written as one: where and how they stand."""
    even, starts, ends = _even(text)
    found = []
    for word, first, last in _joined(even):
        start, end = (starts[first], ends[last - 1]) if starts else (first, last)
        found.append(Token(word, stem(word), start, end))
    return found


def indexed(text: str) -> str:
    """The analysed text as a full-text index keeps it: tokens joined by single spaces.

    Compounds follow the text, each behind a break, so that no phrase reaches across.
    """
    even = _even(text)[0]
    parts = list(map(stem, _words_of(even)))
    for compound in dict.fromkeys(stem(word) for word, _, _ in _joined(even)):
        parts += _BREAK, compound
    return " ".join(parts)


def stem(word: str) -> str:
    """The stem of one evened word, spelled so that any index takes it for one token."""
    # What is longer is no word that comes again, and would only fill the memory.
    return _remembered_stem(word) if len(word) <= _LONGEST_REMEMBERED else _stem(word)


@lru_cache(maxsize=1 << 17)
def _remembered_stem(word: str) -> str:
    return _stem(word)


def _stem(word: str) -> str:
    if word.endswith("++"):
        return word[:-2] + "plusplus"
    if word.endswith("#"):
        return word[:-1] + "sharp"
    with _stemming:
        stemmed = _stemmer.stemWord(word)
    return stemmed if stemmed.isascii() else "".join(map(_indexable, stemmed))


def has_han(text: str) -> bool:
    """Whether the text holds a Chinese character."""
    return _HAN.search(text) is not None


def analyser_mark() -> str:
    """Changes whenever stems change, so that a stored index knows when to be built anew."""
    probe = "universities generalised skiing pre-training C++ C# Cram\\'er 扩散 naïve dying news's"
    return sha256(indexed(probe).encode()).hexdigest()[:12]


def _words_of(even: str) -> list[str]:
    found: list[str] = (_ASCII_TOKEN if even.isascii() else _TOKEN).findall(even)
    return list(map(_bare, found)) if "'" in even or "’" in even else found


def _joined(even: str) -> Iterator[tuple[str, int, int]]:
    """The compounds of an evened text, written as one, each with its place."""
    for match in _HYPHENED.finditer(even):
        hyphen = match.start()
        first = _SHORT.search(even, max(0, hyphen - 5), hyphen)
        if first:
            yield first.group() + match[1], first.start(), match.end()


def _bare(word: str) -> str:
    return word[:-2] if word.endswith(("'s", "’s", "'S")) else word


def _even(text: str) -> tuple[str, list[int], list[int]]:
    """The evened text, and for each of its characters where it began and ended in the text.

    Plain ASCII keeps its places: both lists are empty then.
    """
    if _PLAIN.match(text):
        return text.lower(), [], []
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece, start, end in _pieces(text):
        pieces.append(piece)
        one_to_one = len(piece) == end - start
        starts.extend(range(start, end) if one_to_one else [start] * len(piece))
        ends.extend(range(start + 1, end + 1) if one_to_one else [end] * len(piece))
    return "".join(pieces), starts, ends


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Parts of the text, evened out: runs of plain characters, others one by one, TeX resolved."""
    done = 0
    for match in _TEX.finditer(text) if "\\" in text else ():
        yield from _untexed(text, done, match.start())
        yield _resolved(match), match.start(), match.end()
        done = match.end()
    yield from _untexed(text, done, len(text))


def _untexed(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    for run in _RUN.finditer(text, start, end):
        part = run.group()
        yield part.lower() if run[1] else _fold(part), run.start(), run.end()


def _resolved(match: re.Match[str]) -> str:
    *letters, command = match.groups()
    letter = next(filter(None, letters), "")
    if letter:
        return letter.lower()
    name = (command or "").lower()
    return f" {name} " if _KEPT.fullmatch(name) else " " if name else ""


@lru_cache(maxsize=1 << 15)
def _fold(character: str) -> str:
    """The character without width, case and accent; "" for marks and control characters."""
    if character.isspace():
        return " "
    if "\uac00" <= character <= "\ud7a3":
        return character  # a Hangul syllable would fall apart
    folded = character
    for _ in range(4):  # folding case can bring a new form to decompose
        spread = unicodedata.normalize("NFKD", folded.translate(_PLAINER))
        folded, before = "".join(c for c in spread if _stays(c)).casefold(), folded
        if folded == before:
            break
    return folded.translate(_PLAINER)


def _stays(character: str) -> bool:
    return unicodedata.category(character) not in {"Mn", "Me", "Cc", "Cf", "Cs", "Co"}


def _indexable(character: str) -> str:
    """Scripts younger than the index's tables are spelled out, else they would split a token."""
    old = unicodedata.ucd_3_2_0.category(character)[0]
    return character if old in "LN" else f"x{ord(character):x}x"
