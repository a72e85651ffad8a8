r"""What counts as a word: the one analyser behind topics, matching and the stored index.

A text becomes tokens: it is read as it is shown (``bot.latex``), compatibility forms, case and
accents are evened out, Greek letters become their names, commands that are not shown are dropped,
control characters are ignored. Parts around a hyphen are words of their own, every CJK character
is one, ``C++``, ``C#`` and ``A*`` stay whole. There are no stop words: phrases need them.

A short first part with its hyphen dropped is a further way to write a word (``U-Net``, ``unet``;
``pre-training``, ``pretraining``), so is a Greek letter with what stands beside it (``σ8``,
``sigma8``) and a name with its umlaut written out (``Schröder``, ``Schroeder``); the index keeps
these behind the text.
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

from bot import latex
from bot.topics.query.spellings import APART, ONE, STARTS, usual

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
_SEAM = "\ue002"  # private use: on both sides of a Greek letter's name
# Looked for by the hyphen, of which there are few: a pattern for the whole tries every letter.
_HYPHENED = re.compile(r"-([^\W_]{1,18})(?![^\W_])(?!-)")
_SEAMED = re.compile(rf"{_SEAM}+-?{_SEAM}*|-{_SEAM}+")
_LONGEST_FIRST = 7  # letters of the part before the hyphen
_SHORT = re.compile(rf"(?<![^\W_])(?<!-)[^\W_]{{1,{_LONGEST_FIRST}}}\Z")
_BEFORE = re.compile(r"[^\W_]{1,18}\Z")
_AFTER = re.compile(r"[^\W_]{1,18}")
_PLAIN = re.compile(r"[\t\n\r\x20-\x23\x25-\x29\x2b-\x5b\x5d\x60-\x7a\x7c-\x7e]*\Z")
"""ASCII without TeX, a star, an index or control characters."""
_RUN = re.compile(r"([\t\n\r\x20-\x7e]+)|[\u0370-\u03ff\u1f00-\u1fff]+|[^\t\n\r\x20-\x7e]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

_BREAK = "\ue000"  # private use: one token for the index, never a part of a word for us

# What is read as one word: H_0, \sigma_8, A*; and commands that nothing is shown for.
_SIGN = re.compile(
    r"(?<=[^\W_])[_^]\{?(?P<index>\d{1,2})(?:\}|(?=[A-Z])|(?![^\W_]))"
    r"|(?<![^\W_])(?P<starred>[A-Za-z])\^?\{?\*\}?(?![^\W_*])"
    r"|\\[A-Za-z]+|\\-"
)
_STARRED = re.compile(r"(?<![^\W_])[A-Za-z]\*\Z")
_INDEXED = re.compile(rf"(?:(?<![^\W_])[^\W\d_]{{1,3}}|{_SEAM})\Z")
_GREEK_WORD = 3  # Greek letters side by side are a word of that language
_GREEK_LETTERS = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma"
    " tau upsilon phi chi psi omega"
)
_GREEK = {
    **dict(zip("αβγδεζηθικλμνξοπρστυφχψω", _GREEK_LETTERS.split(), strict=True)),
    "∞": "infty",
    "∇": "nabla",
    "ℏ": "hbar",
    "ħ": "hbar",
}
_UMLAUT = re.compile(r"[^\W\d_]*[äöüøåÄÖÜØÅ][^\W\d_]*")
WRITTEN_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
    | {"Ä": "ae", "Ö": "oe", "Ü": "ue", "Ø": "oe", "Å": "aa"}
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
_BEGUN = 5  # letters of an American word, which its stem has in all its forms
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
    """The further ways to write what stands in the text, each with its place."""
    even, starts, ends = _even(text)
    found = []
    for word, first, last in _joined(even):
        start, end = (starts[first], ends[last - 1]) if starts else (first, last)
        found.append(Token(word, stem(word), start, end))
    found += (Token(word, stem(word), start, end) for word, start, end in _written_out(text))
    return found


def indexed(text: str) -> str:
    """The analysed text as a full-text index keeps it: tokens joined by single spaces.

    Compounds follow the text, each behind a break, so that no phrase reaches across.
    """
    even = _even(text)[0]
    parts = list(map(stem, _words_of(even)))
    further = (*_joined(even), *_written_out(text))
    for compound in dict.fromkeys(stem(word) for word, _, _ in further):
        parts += _BREAK, compound
    return " ".join(parts)


def stem(word: str) -> str:
    """The stem of one evened word, spelled so that any index takes it for one token."""
    # What is longer is no word that comes again, and would only fill the memory.
    return _remembered_stem(word) if len(word) <= _LONGEST_REMEMBERED else _stem(word)


@lru_cache(maxsize=1 << 14)
def former_stem(word: str) -> str:
    """The stem that was kept of a word before spellings were read as one."""
    with _stemming:
        return _stemmer.stemWord(word)


@lru_cache(maxsize=1 << 17)
def _remembered_stem(word: str) -> str:
    return _stem(word)


def _stem(word: str) -> str:
    if word.endswith("++"):
        return word[:-2] + "plusplus"
    if word.endswith("#"):
        return word[:-1] + "sharp"
    if word in APART:
        return APART[word]
    with _stemming:
        stemmed = _stemmer.stemWord(usual(word))
    return stemmed if stemmed.isascii() else "".join(map(_indexable, stemmed))


def further_stems(prefix: str) -> list[str]:
    """The stems of words that begin so and that no ending of English leads to."""
    words = [word for word in (*ONE, *APART) if word.startswith(prefix)]
    begun = [
        stem(american)[:_BEGUN]
        for british, american in STARTS.items()
        if british.startswith(prefix) or prefix.startswith(british)
    ]
    root, ending, _ = prefix.rpartition("is")
    return sorted({*map(stem, words), *begun, *([f"{root}iz"] if ending and root else [])})


def is_starred(text: str) -> bool:
    """Whether the star at the end of a text belongs to a single letter, as in A*."""
    return _STARRED.search(text) is not None


def has_han(text: str) -> bool:
    """Whether the text holds a Chinese character."""
    return _HAN.search(text) is not None


@lru_cache(maxsize=1)
def analyser_mark() -> str:
    """Changes whenever stems change, so that a stored index knows when to be built anew."""
    probe = "universities generalised skiing pre-training C++ C# Cram\\'er 扩散 naïve dying news's"
    spelled = " ".join((*ONE, *APART, *STARTS))
    signs = "σ8 $H_0$ CO$_2$ ΛCDM A* Schröder spatio-temporal LLMs optimise Mart\\'\\i nez"
    tex = r"{B}ayesian \ours{} Levy\'s $\mathbb{F}_{q}^2$ $\text{pre-train}$ \cite{a} $x_{ab}c$"
    return sha256(indexed(f"{probe} {signs} {tex} {spelled}").encode()).hexdigest()[:12]


def _words_of(even: str) -> list[str]:
    found: list[str] = (_ASCII_TOKEN if even.isascii() else _TOKEN).findall(even)
    return list(map(_bare, found)) if "'" in even or "’" in even else found


def _joined(even: str) -> Iterator[tuple[str, int, int]]:
    """The compounds of an evened text, written as one, each with its place."""
    for match in _HYPHENED.finditer(even):
        hyphen = match.start()
        first = _SHORT.search(even, max(0, hyphen - _LONGEST_FIRST), hyphen)
        if first:
            yield first.group() + match[1], first.start(), match.end()
    if _SEAM in even:
        yield from _seamed(even)


def _seamed(even: str) -> Iterator[tuple[str, int, int]]:
    """Greek letters with what stands on one side of them, and with what stands on both."""
    before, start, reached = "", 0, -1
    for seam in _SEAMED.finditer(even):
        first = _BEFORE.search(even, max(0, seam.start() - 18), seam.start())
        last = _AFTER.match(even, seam.end())
        if not (first and last):
            continue
        yield first.group() + last.group(), first.start(), last.end()
        if reached == first.end():
            yield before + first.group() + last.group(), start, last.end()
        before, start, reached = first.group(), first.start(), last.end()


def _written_out(text: str) -> Iterator[tuple[str, int, int]]:
    """The words with an umlaut as they are written where there are none."""
    if text.isascii() and "\\" not in text:
        return
    shown, starts, ends = _shown(text)
    for match in _UMLAUT.finditer(shown):
        word = "".join(_fold(c) for c in match.group().translate(WRITTEN_OUT))
        start, end = match.span()
        yield word, starts[start] if starts else start, ends[end - 1] if ends else end


def _bare(word: str) -> str:
    return word[:-2] if word.endswith(("'s", "’s", "'S")) else word


def _even(text: str) -> tuple[str, list[int], list[int]]:
    """The evened text, and for each of its characters where it began and ended in the text.

    Plain ASCII keeps its places: both lists are empty then.
    """
    if _PLAIN.match(text):
        return text.lower(), [], []
    shown, shown_starts, shown_ends = _shown(text)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece, start, end in _pieces(shown):
        pieces.append(piece)
        if len(piece) == end - start:
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))
    if shown_starts:
        starts = [shown_starts[at] for at in starts]
        ends = [shown_ends[at - 1] for at in ends]
    return "".join(pieces), starts, ends


def _shown(text: str) -> tuple[str, list[int], list[int]]:
    """The text as readers see it, and where each of its characters began and ended.

    Both lists are empty where it is shown as it is written.
    """
    if "\\" not in text and "$" not in text and "{" not in text:
        return text, [], []
    shown: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece, start, end in latex.pieces(text):
        shown.append(piece)
        if text.startswith(piece, start, end):
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))
    return "".join(shown), starts, ends


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Parts of the text, evened out: runs of plain characters, others one by one."""
    done, tail = 0, ""
    for sign in _SIGN.finditer(text):
        for part in _evened(text, done, sign.start()):
            yield part
            tail = (tail + part[0])[-4:]
        done = sign.end()
        tail = _read(sign, tail)
        yield tail, sign.start(), done
    yield from _evened(text, done, len(text))


def _read(sign: re.Match[str], tail: str) -> str:
    """An index joined to a short symbol before it, a starred letter as a word, else a space."""
    if sign["index"]:
        return sign["index"] if _INDEXED.search(tail) else f" {sign['index']}"
    if sign["starred"]:
        return f"{sign['starred'].lower()}star"
    return "" if sign[0] == "\\-" else " "


def _evened(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    for run in _RUN.finditer(text, start, end):
        part, at = run.group(), run.start()
        if run[1]:
            yield part.lower(), at, run.end()
        elif len(part) < _GREEK_WORD:
            for character in part:
                yield _named(character), at, at + 1
                at += 1
        else:
            for character in part:
                yield _fold(character), at, at + 1
                at += 1


def _named(character: str) -> str:
    folded = _fold(character)
    name = _GREEK.get(folded)
    return f"{_SEAM}{name}{_SEAM}" if name else folded


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
