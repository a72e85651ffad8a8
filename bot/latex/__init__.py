"""Read TeX as plain text: accents, commands and formulas become Unicode.

What a reader is shown and what the analyser of words reads are the same pieces. Abstracts are
prose with some TeX in it, so nothing is parsed as a whole: at each place where TeX may begin,
the rules are asked in turn, and what no rule is sure of stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from bot.latex.commands import (
    ABBREVIATIONS,
    ALPHABETS,
    BLANKS,
    BRACKETS,
    HIDDEN,
    ROMAN,
    SILENT,
    TEXT_SYMBOLS,
)
from bot.latex.formula import formula
from bot.latex.symbols import COMBINING, MARKS, accented, lowered, raised, symbol


class Piece(NamedTuple):
    """Some of a text as it is shown, and the place in the source that it stands for."""

    shown: str
    start: int
    end: int


Made = tuple[list[Piece], int]
"""What a rule shows instead of the source, and where it ends there."""

Rule = Callable[[str, int, int], Made | None]  # text, place, depth

_MOST_NESTED = 8
_LONGEST_GROUP = 3000
_INSIDE = r"[^{}\\]++|\\."
_GROUPED = f"(?:{_INSIDE})*+"
for _ in range(_MOST_NESTED):
    _GROUPED = rf"(?:{_INSIDE}|\{{{_GROUPED}\}})*+"
_GROUP = re.compile(rf"\{{({_GROUPED})\}}", re.DOTALL)
# One set of characters first: the engine looks for that many times faster than for a choice.
_START = re.compile(r"[\\$`~{'^_-](?:(?<=[\\$`~{])|(?<=-)(?=-)|(?<=')(?=')|(?<=[\^_])(?=\{))")
_MATH = (
    re.compile(r"\$\$([^$]{1,600})\$\$"),
    re.compile(r"\\\(((?:[^\\]|\\[^()]){1,600})\\\)"),
    re.compile(r"\\\[((?:[^\\]|\\[^\[\]]){1,600})\\\]"),
    re.compile(
        r"\\begin\{((?:equation|align|eqnarray|gather|multline|displaymath|math)\*?)\}"
        r"(?P<inside>.{1,1500}?)\\end\{\1\}",
        re.DOTALL,
    ),
)
_DOLLARS = re.compile(r"\$((?:[^$\\]|\\.){1,600})\$", re.DOTALL)
_FURTHER = re.compile(r"((?:[^$\\]|\\.){0,400})\$", re.DOTALL)
_PROSE = re.compile(r"(?<!\S)[a-z]{2,}(?=[\s,.;:]|$)")
_SIGNS = re.compile(r"\\[A-Za-z]+|[\^_]")
_ARGUMENT = re.compile(r"\{[^{}]*\}")
_MARK = r"""(?:[`'^"~=.]\s?|[cvHkurdbt](?=[{\s\\]))"""
_INNER = rf"\\{_MARK}\s*\{{?\s*[A-Za-z]\s*\}}?"  # an accent under an accent, as in Vietnamese
_LETTER = (
    rf"(?:\{{\s*(?P<in>[A-Za-z]|\\(?:[ij]|aa|AA)|{_INNER})\s*\}}"
    r"|\s?(?P<bare>[A-Za-z]|\\[ij](?![A-Za-z])\s?))"
)
_ACCENTS = (
    re.compile(rf"\{{\\(?P<mark>{_MARK}){_LETTER}\}}"),
    re.compile(rf"\\(?P<mark>{_MARK}){_LETTER}"),
)
_ACCENTED = re.compile(rf"(?:\\(?P<mark>{_MARK})\s*\{{?\s*)?(?P<letter>[A-Za-z]|\\[A-Za-z]+)")
# "Levy\'s" and "d\'Alembert" are no Polish: an ending of English, or a capital within a word.
_APOSTROPHE = re.compile(r"(?<=[A-Za-z}])\\'(?=(?:s|t|d|m|ll|re|ve)?(?![A-Za-z{\\])|[A-Z][a-z])")
_LETTERS = "ss|ae|AE|oe|OE|aa|AA|dh|DH|dj|DJ|th|TH|ng|NG|o|O|l|L|i|j"
_SPECIAL = re.compile(
    rf"\{{\\(?P<a>{_LETTERS})\s*\}}|\\(?P<b>{_LETTERS})(?![A-Za-z])(?:\{{\}}|[ ](?=[a-z]))?"
)
_FOOTNOTE = re.compile(r"\\footnote\s*(?=\{)")
_LINK = re.compile(r"\\href\s*(?=\{)")
_URL = re.compile(r"\\url\s*(?=\{)")
_SHIFT = re.compile(r"\\text(?:super|sub)script\s*(?=\{)")
_SCRIPT = re.compile(r"(?<=[\w)\]])([\^_])\{([^{}$]{1,60})\}")
_MATH_COMMAND = re.compile(
    r"\\(?P<name>[A-Za-z]+)(?:\[[^\[\]{}$]{1,20}\])?(?:\{[^{}$]{1,60}\}){1,2}"
    r"(?:[\^_](?:\{[^{}$]{1,40}\}|[A-Za-z0-9]))*"
)
_MATH_NAMES = (
    frozenset(("sqrt", "frac", "dfrac", "tfrac", "boldsymbol", "binom"))
    | frozenset(ALPHABETS)
    | frozenset(MARKS) - {"underline"}
    | frozenset(BRACKETS) - {"enquote"}
    | ROMAN
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?")
_ALPHABET = re.compile(rf"\\(?:{'|'.join(ALPHABETS)})(?![A-Za-z])")
_OPTION = re.compile(r"\[[^\[\]]{0,80}\]")
_PATH = re.compile(r"(?<!\\)(?<![A-Za-z])[A-Za-z0-9]+\Z|[:\\]\Z")  # "and\or", "C:\Users"
_EMPTY = re.compile(r"\{\}|\\(?=\s)")
_BLANK = re.compile(r"\s{0,9}")
_REFERENCE = re.compile(
    r"\\(?:[Cc]ite[A-Za-z]{0,12}|(?:eq|page|auto|[cC]|name|v)?ref|nocite)\*?\s?(?:\[[^\[\]]{0,80}\]){0,2}"
    r"\{[^{}]{0,300}\}"
)
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s?\{[A-Za-z]{1,20}\*?\}(?:\[[^\[\]]{0,40}\])?\s{0,9}")
_ITEM = re.compile(r"\\item(?![A-Za-z])\s{0,9}")
_PROTECTED = re.compile(r"\{([A-Za-z0-9][A-Za-z0-9-]{0,40})\}")
_ESCAPED = re.compile(r"\\([%&_#${}])")
_SPACING = re.compile(r"\\[ ,;:\n]|\\\\(?:\[[\d.]{1,4}[a-z]{2}\])?")
_NOTHING = re.compile(r"\\[-/@!]")
_QUOTES = (
    (re.compile(r"``((?:[^`]|`(?!`)){1,400}?)(?:''|\"(?![\w\"]))"), "“”"),
    (re.compile(r"(?<![\w'])''(?=[\w$\\{])([^`'\"]{1,400})(?:''|\"(?!\w))"), "“”"),
    (re.compile(r"(?<![\w`])`(?=[\w$\\])([^`'\"]{1,120})'(?![\w'])"), "‘’"),
)
_TIE = re.compile(r"(?<=[^\s/~=<>≈∼≃+±*|&(\[{\\-])~+(?=[^\s~,.;:)=<>-])")
_RANGE = re.compile(r"(?:(?<=\d)|(?<=\d[%$])|(?<=\d\\%))~\$?\d")  # "3~5" is no tie
_DASH = re.compile(
    r"(?<!-)---(?!-)"
    r"|(?<=[\w$)}\]%.'\"°])--(?=[\w$(\[{\\.+~])(?!-)"
    r"|(?<= )--(?= )|(?<=[\w$)}\]]{2})--(?= )"
)


def to_unicode(text: str) -> str:
    """Return ``text`` for display: TeX as Unicode, doubtful TeX as it stands, every word kept."""
    return "".join(piece.shown for piece in pieces(text))


def pieces(text: str) -> Iterator[Piece]:
    """Yield the text for display in order, each part with the place that it stands for.

    What lies between two places, such as the name of a font, shows nothing.
    """
    return _pieces(text, 0)


def _pieces(text: str, depth: int, offset: int = 0) -> Iterator[Piece]:
    """The pieces of a text that begins at ``offset`` of the whole."""
    at = 0
    while found := _START.search(text, at):
        start = found.start()
        made = _first(text, start, depth)
        if start > at:
            plain = text[at:start]
            if made and not made[0] and _REFERENCE.match(text, start):
                plain = plain.rstrip()  # "as in [3]", without the number and the blank before it
            yield Piece(plain, offset + at, offset + at + len(plain))
        if made is None:
            at = start + 1
            yield Piece(text[start], offset + start, offset + at)
            continue
        for shown, first, last in made[0]:
            yield Piece(shown, offset + first, offset + last)
        at = made[1]
    if at < len(text):
        yield Piece(text[at:], offset + at, offset + len(text))


def _first(text: str, at: int, depth: int) -> Made | None:
    """What the first rule that is sure writes, and where it ends."""
    if depth > _MOST_NESTED:
        return None
    rules = _RULES[text[at]]
    return next((made for rule in rules if (made := rule(text, at, depth)) is not None), None)


def _one(shown: str, at: int, end: int) -> Made:
    """One piece for the whole of what was read."""
    return [Piece(shown, at, end)], end


def _math(text: str, at: int, _: int) -> Made | None:
    for pattern in _MATH:
        if found := pattern.match(text, at):
            return _formula(found[found.lastindex or 1], text, at, found.end())
    found = _DOLLARS.match(text, at)
    if not found or _is_money(found[1], text[found.end() : found.end() + 1]):
        return None
    end = found.end()
    for _further in range(4):  # dollars within braces belong to a formula within the formula
        inside = text[at + 1 : end - 1]
        if inside.count("{") <= inside.count("}"):
            break
        further = _FURTHER.match(text, end)
        if not further:
            break
        end = further.end()
    made = _formula(text[at + 1 : end - 1], text, at, end)
    return made or _one(found[0], at, found.end())


def _formula(inside: str, text: str, at: int, end: int) -> Made | None:
    """A formula between its signs; the blanks at its ends count where the text has none."""
    shown = formula(inside)
    if shown is None:
        return None
    if not at or text[at - 1].isspace() or text[at - 1] in "(~":
        shown = shown.lstrip()
    if not text[end : end + 1].isalnum():
        shown = shown.rstrip()
    return _one(shown, at, end)


def _is_money(inside: str, following: str) -> bool:
    """Whether two dollar signs are prices or names: "$5 and $10", "$3/$15", "US$ and A$"."""
    if following.isdecimal() and not inside.startswith("\\") and re.search(r"\w", inside):
        return True
    if not (inside[0].isspace() or inside[0].isdecimal()):
        return False
    words = _PROSE.findall(_ARGUMENT.sub("", inside))
    return len(words) > len(_SIGNS.findall(inside))


def _apostrophe(text: str, at: int, _: int) -> Made | None:
    found = _APOSTROPHE.match(text, at)
    return _one("'", at, found.end()) if found else None


def _accent(text: str, at: int, _: int) -> Made | None:
    for pattern in _ACCENTS:
        found = pattern.match(text, at)
        if found:
            under = _ACCENTED.match(found["in"] or found["bare"])
            marks = found["mark"].strip() + ((under["mark"] or "").strip() if under else "")
            shown = accented(marks, under["letter"]) if under else ""
            return _one(shown, at, found.end()) if shown else None
    return None


def _special(text: str, at: int, _: int) -> Made | None:
    found = _SPECIAL.match(text, at)
    return _one(symbol(found["a"] or found["b"]), at, found.end()) if found else None


def _groups(
    pattern: re.Pattern[str], count: int, text: str, at: int
) -> tuple[list[tuple[str, int]], int] | None:
    """The arguments in braces that follow a command, where each begins, and where they end."""
    found = pattern.match(text, at)
    if not found:
        return None
    end, inside = found.end(), []
    for _ in range(count):
        group = _group(text, end)
        if group is None:
            return None
        inside.append((group, end + 1))
        end += len(group) + 2
    return inside, end


def _group(text: str, at: int) -> str | None:
    """What stands between the brace at ``at`` and its partner."""
    found = _GROUP.match(text, at, at + _LONGEST_GROUP)
    return found[1] if found else None


def _footnote(text: str, at: int, depth: int) -> Made | None:
    made = _groups(_FOOTNOTE, 1, text, at)
    if not made:
        return None
    [(words, start)], end = made
    inner = _pieces(words, depth + 1, start)
    return [Piece(" (", at, start), *inner, Piece(")", end - 1, end)], end


def _address(text: str, at: int, _: int) -> Made | None:
    made = _groups(_URL, 1, text, at)
    return _one(made[0][0][0], at, made[1]) if made else None


def _link(text: str, at: int, depth: int) -> Made | None:
    """``\\href{address}{words}`` as words (address), or as the address where it is both."""
    made = _groups(_LINK, 2, text, at)
    if not made:
        return None
    [(address, _), (words, start)], end = made
    if words == address:
        return [Piece(address, start, end - 1)], end
    return [*_pieces(words, depth + 1, start), Piece(f" ({address})", end - 1, end)], end


def _shift(text: str, at: int, depth: int) -> Made | None:
    made = _groups(_SHIFT, 1, text, at)
    if not made:
        return None
    inside = "".join(piece.shown for piece in _pieces(made[0][0][0], depth + 1))
    is_raised = text.startswith("\\textsup", at)
    return _one(raised(inside) if is_raised else lowered(inside), at, made[1])


def _script(text: str, at: int, _: int) -> Made | None:
    """An index or an exponent in braces outside a formula: "10^{-3}"."""
    found = _SCRIPT.match(text, at)
    shown = formula(found[0]) if found else None
    return _one(shown, at, found.end()) if found and shown else None


def _reference(text: str, at: int, _: int) -> Made | None:
    """The number of a paper or a section, which nobody can look up here."""
    found = _REFERENCE.match(text, at)
    return ([], found.end()) if found else None


def _layout(text: str, at: int, _: int) -> Made | None:
    """The ends of a list, and the points of it."""
    if found := _ENVIRONMENT.match(text, at):
        return _one(" ", at, found.end())
    found = _ITEM.match(text, at)
    return _one("• ", at, found.end()) if found else None


def _mathematics(text: str, at: int, _: int) -> Made | None:
    """A command of mathematics that stands outside a formula."""
    found = _MATH_COMMAND.match(text, at)
    shown = formula(found[0]) if found and found["name"] in _MATH_NAMES else None
    return _one(shown, at, found.end()) if found and shown else None


def _command(text: str, at: int, depth: int) -> Made | None:
    """Any other command: its symbol, its arguments or its name."""
    found = _COMMAND.match(text, at)
    if not found:
        return None
    name, end = found[1], found.end()
    if shown := TEXT_SYMBOLS.get(name) or symbol(name):
        empty = _EMPTY.match(text, end)
        return _one(shown, at, empty.end() if empty else end)
    if name in BLANKS or name in SILENT:
        end = _after_blank(text, end)
        return _one(" ", at, end) if name in BLANKS else ([], end)
    if name in HIDDEN and (option := _OPTION.match(text, end)):
        end = option.end()
    if name in COMBINING and (group := _group(text, end)) and (letter := symbol(name + group)):
        return _one(letter, at, end + len(group) + 2)  # "\b{eta}" was "\beta" once
    made: list[Piece] = []
    hidden = HIDDEN.get(name, 0)
    while (group := _group(text, end)) is not None:
        if hidden:
            hidden -= 1
        else:
            if made and group:
                made.append(Piece(" ", end, end))
            made += _pieces(group, depth + 1, end + 1)
        end += len(group) + 2
    if name == "enquote":
        made = [Piece("“", at, at), *made, Piece("”", end, end)]
    if made or name in HIDDEN:
        return made, end
    if text.startswith("{", end):
        return None  # never closed
    if name in COMBINING:
        return [], _after_blank(text, end)
    if _PATH.search(text, max(0, at - 40), at):
        return None
    if name in ABBREVIATIONS and text.startswith(".", end):
        end += 1
    empty = _EMPTY.match(text, end)
    return _one(ABBREVIATIONS.get(name, name), at, empty.end() if empty else end)


def _after_blank(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _braces(text: str, at: int, depth: int) -> Made | None:
    """Braces that TeX does not print: "{B}ayesian", "{\\em words}"."""
    found = _PROTECTED.match(text, at)
    if found:
        is_beside = text[at - 1 : at].isalpha() or text[found.end() : found.end() + 1].isalpha()
        is_name = re.search("[A-Z0-9]", found[1][1:]) and not found[1].isdecimal()
        return (
            ([Piece(found[1], at + 1, found.end() - 1)], found.end())
            if is_beside or is_name
            else None
        )
    inside = _group(text, at) if _COMMAND.match(text, at + 1) else None
    if inside is None:
        return None
    end = at + len(inside) + 2
    if _ALPHABET.match(inside) and (shown := formula(inside)):
        return _one(shown, at, end)
    return list(_pieces(inside, depth + 1, at + 1)), end


def _quote(text: str, at: int, depth: int) -> Made | None:
    for pattern, marks in _QUOTES:
        if found := pattern.match(text, at):
            start, stop = found.span(1)
            inner = _pieces(found[1], depth + 1, start)
            return [
                Piece(marks[0], at, start),
                *inner,
                Piece(marks[1], stop, found.end()),
            ], found.end()
    return None


def _tie(text: str, at: int, _: int) -> Made | None:
    found = _TIE.match(text, at)
    if not found or _RANGE.match(text, at):
        return None
    return (
        [] if _REFERENCE.match(text, found.end()) else [Piece(" ", at, found.end())]
    ), found.end()


def _dash(text: str, at: int, _: int) -> Made | None:
    found = _DASH.match(text, at)
    return _one("–" if len(found[0]) == 2 else "—", at, found.end()) if found else None


def _plain(pattern: re.Pattern[str], shown: str | None, text: str, at: int, _: int) -> Made | None:
    """A mark that stands for ``shown``, or for the character it escapes."""
    found = pattern.match(text, at)
    return _one(found[1] if shown is None else shown, at, found.end()) if found else None


_RULES: dict[str, tuple[Rule, ...]] = {
    "\\": (
        _math,
        _apostrophe,
        _accent,
        _special,
        _shift,
        _footnote,
        _link,
        _address,
        partial(_plain, _ESCAPED, None),
        partial(_plain, _SPACING, " "),
        partial(_plain, _NOTHING, ""),
        _reference,
        _layout,
        _mathematics,
        _command,
    ),
    "$": (_math,),
    "{": (_accent, _special, _braces),
    "`": (_quote,),
    "'": (_quote,),
    "~": (_tie,),
    "-": (_dash,),
    "^": (_script,),
    "_": (_script,),
}
