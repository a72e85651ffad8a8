"""How does TeX read as plain text? Accents, commands and formulas become Unicode.

What a reader is shown and what the analyser of words reads are the same pieces. Abstracts are
prose with some TeX in it, so nothing is parsed as a whole: at each place where TeX may begin,
the rules are asked in turn, and what no rule is sure of stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from bot.latex.formula import formula
from bot.latex.symbols import accented, lowered, raised, symbol


class Piece(NamedTuple):
    """Some of a text as it is shown, and the place in the source that it stands for."""

    shown: str
    start: int
    end: int


Made = tuple[list[Piece], int]
"""What a rule shows instead of the source, and where it ends there."""

Rule = Callable[[str, int, int], Made | None]  # text, place, depth

_MOST_NESTED = 8
_LONGEST_GROUP = 600
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_START = re.compile(r"[\\$`~]|\{\\|--")
_MATH = (
    re.compile(r"\$\$([^$]{1,600})\$\$"),
    re.compile(r"\\\(((?:[^\\]|\\[^()]){1,600})\\\)"),
    re.compile(r"\\\[((?:[^\\]|\\[^\[\]]){1,600})\\\]"),
    re.compile(r"\$((?:[^$\\]|\\.){1,400})\$", re.DOTALL),
)
_PROSE = re.compile(r"(?<![\\A-Za-z{])[a-z]{2,}(?![a-z]*\})")
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
_LETTERS = "ss|ae|AE|oe|OE|aa|AA|dh|DH|dj|DJ|th|TH|ng|NG|o|O|l|L|i|j"
_SPECIAL = re.compile(
    rf"\{{\\(?P<a>{_LETTERS})\s*\}}|\\(?P<b>{_LETTERS})(?![A-Za-z])(?:\{{\}}|[ ](?=[a-z]))?"
)
_FONT = re.compile(
    r"\\(?:emph|text(?:bf|it|tt|sc|rm|sf|sl|up|md|normal)?|underline|uline|mbox|textquote)\s*(?=\{)"
)
_SWITCH = re.compile(r"\{\\(?:em|bf|it|tt|sc|rm|sf|sl|bfseries|itshape|ttfamily|scshape)\s+")
_FOOTNOTE = re.compile(r"\\footnote\s*(?=\{)")
_LINK = re.compile(r"\\href\s*(?=\{)")
_URL = re.compile(r"\\url\s*(?=\{)")
_SHIFT = re.compile(r"\\text(?:super|sub)script\s*(?=\{)")
_MATH_COMMAND = re.compile(r"\\(?:math[a-z]+|sqrt|frac|boldsymbol)(?:\{[^{}$]{1,60}\}){1,2}")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_ESCAPED = re.compile(r"\\([%&_#${}])")
_SPACING = re.compile(r"\\[ ,;:]")
_NOTHING = re.compile(r"\\[-/@!]")
_QUOTE = re.compile(r"``([^`]{1,400}?)''")
_TIE = re.compile(r"(?<=[A-Za-z.])~(?=[A-Za-z0-9\[\\$(])")
_DASH = re.compile(r"(?<=\w)(---?)(?=\w)|(?<= )(---?)(?= )")


def to_unicode(text: str) -> str:
    """``text`` for display: TeX as Unicode, doubtful TeX as it stands, every word kept."""
    return "".join(piece.shown for piece in pieces(text))


def pieces(text: str) -> Iterator[Piece]:
    """The text for display in order, each part with the place in the text that it stands for.

    What lies between two places, such as the name of a font, shows nothing.
    """
    return _pieces(text, 0)


def _pieces(text: str, depth: int, offset: int = 0) -> Iterator[Piece]:
    """The pieces of a text that begins at ``offset`` of the whole."""
    at = 0
    while found := _START.search(text, at):
        start = found.start()
        if start > at:
            yield Piece(text[at:start], offset + at, offset + start)
        made = _first(text, start, depth)
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
    return next((made for rule in _RULES if (made := rule(text, at, depth)) is not None), None)


def _one(shown: str, at: int, end: int) -> Made:
    """One piece for the whole of what was read."""
    return [Piece(shown, at, end)], end


def _math(text: str, at: int, _: int) -> Made | None:
    for pattern in _MATH:
        found = pattern.match(text, at)
        if found and not _is_money(found[1], text[found.end() : found.end() + 1]):
            return _one(formula(found[1]) or found[0], at, found.end())
    return None


def _is_money(inside: str, following: str) -> bool:
    """Whether two dollar signs are prices or names: "$5 and $10", "$3/$15", "US$ and A$"."""
    if following.isdecimal() and not inside.startswith("\\"):
        return True
    starts_so = re.match(r"\s|\d", inside) is not None
    return starts_so and _PROSE.search(inside) is not None


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
    depth = 0
    for found in _BRACE.finditer(text, at, at + _LONGEST_GROUP):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if found.start() == at and not depth:
            return None
        if depth == 0:
            return text[at + 1 : found.start()]
    return None


def _font(text: str, at: int, depth: int) -> Made | None:
    made = _groups(_FONT, 1, text, at)
    if not made:
        return None
    [(words, start)], end = made
    return list(_pieces(words, depth + 1, start)), end


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
    """``\\href{address}{words}`` as words (address)."""
    made = _groups(_LINK, 2, text, at)
    if not made:
        return None
    [(address, _), (words, start)], end = made
    return [*_pieces(words, depth + 1, start), Piece(f" ({address})", end - 1, end)], end


def _shift(text: str, at: int, depth: int) -> Made | None:
    made = _groups(_SHIFT, 1, text, at)
    if not made:
        return None
    inside = "".join(piece.shown for piece in _pieces(made[0][0][0], depth + 1))
    is_raised = text.startswith("\\textsup", at)
    return _one(raised(inside) if is_raised else lowered(inside), at, made[1])


def _switch(text: str, at: int, depth: int) -> Made | None:
    """``{\\em words}`` as words."""
    found = _SWITCH.match(text, at)
    inside = _group(text, at) if found else None
    if found is None or inside is None:
        return None
    end = at + len(inside) + 2
    return list(_pieces(text[found.end() : end - 1], depth + 1, found.end())), end


def _command(text: str, at: int, _: int) -> Made | None:
    """A command of mathematics that stands outside a formula."""
    found = _MATH_COMMAND.match(text, at)
    if found and (shown := formula(found[0])):
        return _one(shown, at, found.end())
    name = _COMMAND.match(text, at)
    shown = symbol(name[1]) if name else ""
    return _one(shown, at, name.end()) if name and shown else None


def _quote(text: str, at: int, depth: int) -> Made | None:
    found = _QUOTE.match(text, at)
    if not found:
        return None
    start, stop = found.span(1)
    inner = _pieces(found[1], depth + 1, start)
    return [Piece("“", at, start), *inner, Piece("”", stop, found.end())], found.end()


def _dash(text: str, at: int, _: int) -> Made | None:
    found = _DASH.match(text, at)
    return _one("–" if len(found[0]) == 2 else "—", at, found.end()) if found else None


def _plain(pattern: re.Pattern[str], shown: str | None, text: str, at: int, _: int) -> Made | None:
    """A mark that stands for ``shown``, or for the character it escapes."""
    found = pattern.match(text, at)
    return _one(found[1] if shown is None else shown, at, found.end()) if found else None


_RULES: tuple[Rule, ...] = (
    _math,
    _accent,
    _special,
    _font,
    _switch,
    _shift,
    _footnote,
    _link,
    _address,
    partial(_plain, _ESCAPED, None),
    partial(_plain, _SPACING, " "),
    partial(_plain, _NOTHING, ""),
    _command,
    _quote,
    partial(_plain, _TIE, " "),
    _dash,
)
