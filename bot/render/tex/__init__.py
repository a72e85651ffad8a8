"""How does TeX read as plain text? Accents, commands and formulas become Unicode.

Abstracts are prose with some TeX in it, so nothing is parsed as a whole: at each place where
TeX may begin, the rules are asked in turn, and what no rule is sure of stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from bot.render.tex.formula import formula
from bot.render.tex.symbols import accented, lowered, raised, symbol

Rule = Callable[[str, int, int], tuple[str, int] | None]  # text, place, depth → written, end

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
_ACCENT = r"""\\(?:(?P<mark>[`'^"~=.])\s?|(?P<name>[cvHkurdbt])(?=[{\s]))"""
_LETTER = r"(?:\{\s*(?P<in>[A-Za-z]|\\[ij])\s*\}|\s?(?P<bare>[A-Za-z]|\\[ij](?![A-Za-z])))"
_ACCENTS = (re.compile(rf"\{{{_ACCENT}{_LETTER}\}}"), re.compile(_ACCENT + _LETTER))
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
    return _converted(text, 0)


def _converted(text: str, depth: int) -> str:
    written: list[str] = []
    at = 0
    while found := _START.search(text, at):
        start = found.start()
        written.append(text[at:start])
        piece, at = _first(text, start, depth) or (text[start], start + 1)
        written.append(piece)
    return "".join([*written, text[at:]])


def _first(text: str, at: int, depth: int) -> tuple[str, int] | None:
    """What the first rule that is sure writes, and where it ends."""
    if depth > _MOST_NESTED:
        return None
    return next((made for rule in _RULES if (made := rule(text, at, depth)) is not None), None)


def _math(text: str, at: int, _: int) -> tuple[str, int] | None:
    for pattern in _MATH:
        found = pattern.match(text, at)
        if found and not _is_money(found[1], text[found.end() : found.end() + 1]):
            shown = formula(found[1])
            return (shown, found.end()) if shown else (found[0], found.end())
    return None


def _is_money(inside: str, following: str) -> bool:
    """Whether two dollar signs are prices or names: "$5 and $10", "$3/$15", "US$ and A$"."""
    if following.isdecimal() and not inside.startswith("\\"):
        return True
    starts_so = re.match(r"\s|\d", inside) is not None
    return starts_so and _PROSE.search(inside) is not None


def _accent(text: str, at: int, _: int) -> tuple[str, int] | None:
    for pattern in _ACCENTS:
        found = pattern.match(text, at)
        if found:
            shown = accented(found["mark"] or found["name"], found["in"] or found["bare"])
            return (shown, found.end()) if shown else None
    return None


def _special(text: str, at: int, _: int) -> tuple[str, int] | None:
    found = _SPECIAL.match(text, at)
    return (symbol(found["a"] or found["b"]), found.end()) if found else None


def _groups(
    pattern: re.Pattern[str], count: int, text: str, at: int
) -> tuple[list[str], int] | None:
    """The arguments in braces that follow a command, and where they end."""
    found = pattern.match(text, at)
    if not found:
        return None
    end, inside = found.end(), []
    for _ in range(count):
        group = _group(text, end)
        if group is None:
            return None
        inside.append(group)
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


def _font(text: str, at: int, depth: int) -> tuple[str, int] | None:
    made = _groups(_FONT, 1, text, at)
    return (_converted(made[0][0], depth + 1), made[1]) if made else None


def _footnote(text: str, at: int, depth: int) -> tuple[str, int] | None:
    made = _groups(_FOOTNOTE, 1, text, at)
    return (f" ({_converted(made[0][0], depth + 1)})", made[1]) if made else None


def _address(text: str, at: int, _: int) -> tuple[str, int] | None:
    made = _groups(_URL, 1, text, at)
    return (made[0][0], made[1]) if made else None


def _link(text: str, at: int, depth: int) -> tuple[str, int] | None:
    """``\\href{address}{words}`` as words (address)."""
    made = _groups(_LINK, 2, text, at)
    if not made:
        return None
    (address, words), end = made
    return f"{_converted(words, depth + 1)} ({address})", end


def _shift(text: str, at: int, depth: int) -> tuple[str, int] | None:
    made = _groups(_SHIFT, 1, text, at)
    if not made:
        return None
    inside = _converted(made[0][0], depth + 1)
    return raised(inside) if text.startswith("\\textsup", at) else lowered(inside), made[1]


def _switch(text: str, at: int, depth: int) -> tuple[str, int] | None:
    """``{\\em words}`` as words."""
    found = _SWITCH.match(text, at)
    inside = _group(text, at) if found else None
    if found is None or inside is None:
        return None
    end = at + len(inside) + 2
    return _converted(text[found.end() : end - 1], depth + 1), end


def _command(text: str, at: int, _: int) -> tuple[str, int] | None:
    """A command of mathematics that stands outside a formula."""
    found = _MATH_COMMAND.match(text, at)
    if found and (shown := formula(found[0])):
        return shown, found.end()
    name = _COMMAND.match(text, at)
    shown = symbol(name[1]) if name else ""
    return (shown, name.end()) if name and shown else None


def _quote(text: str, at: int, depth: int) -> tuple[str, int] | None:
    found = _QUOTE.match(text, at)
    return (f"“{_converted(found[1], depth + 1)}”", found.end()) if found else None


def _dash(text: str, at: int, _: int) -> tuple[str, int] | None:
    found = _DASH.match(text, at)
    return ("–" if len(found[0]) == 2 else "—", found.end()) if found else None


def _plain(
    pattern: re.Pattern[str], shown: str | None, text: str, at: int, _: int
) -> tuple[str, int] | None:
    """A mark that stands for ``shown``, or for the character it escapes."""
    found = pattern.match(text, at)
    return (found[1] if shown is None else shown, found.end()) if found else None


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
