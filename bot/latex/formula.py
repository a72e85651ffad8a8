"""Read one formula as Unicode: ``L^2`` is L², ``\\frac{a}{b}`` is a/b.

What the formula means decides its form: an index that would swallow what follows is bracketed or
set apart, and so is a fraction beside a factor. Only a formula whose braces do not match is in
doubt, and left as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from bot.latex.commands import (
    ABBREVIATIONS,
    ALPHABETS,
    BLANKS,
    BRACKETS,
    HIDDEN,
    MATRICES,
    ROMAN,
    SILENT,
    SWITCHES,
    TEXT,
)
from bot.latex.symbols import (
    COMBINING,
    MARKS,
    accented,
    alphabetic,
    is_raised_itself,
    lowered,
    marked,
    raised,
    symbol,
)

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|---?|.", re.DOTALL)
_MOST_NESTED = 20
_SPACES = frozenset(("\\,", "\\;", "\\:", "\\ ", "\\>", "\\\n", "~"))
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
_HIGHER_ROOT = re.compile(r"[^\s(√]+√")
_OPENING = ("(", "[", "{", "⟨", "⌊", "⌈", "√", "∛", "∜", "/")
_CLOSING = (")", "]", "}", "⟩", "⌋", "⌉", "/")
_ERRORS = re.compile(r"([+±])[\d.].*/([−∓])[\d.].*|([−∓])[\d.].*/([+±])[\d.].*", re.DOTALL)
_TEXT_LETTERS = frozenset("OLolijcvHkurdbt")
"""Commands of text that have no meaning in a formula: there they are an author's own."""


class Doubt(Exception):
    """The formula is not surely understood."""


class _Kind(Enum):
    """What a part wants beside it."""

    LETTER = auto()
    """A letter, a digit or a word as it stands."""
    SCRIPTED = auto()
    """One with an index or an exponent that nothing can be mistaken for a part of."""
    OPEN = auto()
    """One that ends so that a letter behind it would be read as a part of its end."""
    NAME = auto()
    """The name of a function: a blank between it and a letter."""
    FRACTION = auto()
    """Brackets where it stands beside a factor."""
    SIGN = auto()
    BLANK = auto()


class _Part(NamedTuple):
    text: str
    kind: _Kind = _Kind.LETTER


_Parts = list[_Part]


@lru_cache(maxsize=2048)
def formula(source: str) -> str | None:
    """Return the formula in Unicode, or nothing when in doubt."""
    try:
        text = _joined(_Reader(_TOKEN.findall(source.strip())).run(""))
    except Doubt:
        return None
    return re.sub(r"\s+", " ", text)


class _Reader:
    """Walks over the tokens of one formula."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._is_text = False  # within \text{...}
        self._is_roman = False  # within \mathrm{...}, where a hyphen joins words

    def run(self, end: str) -> _Parts:
        """The parts up to the lexeme ``end``, or to the end of the formula."""
        self._depth += 1
        if self._depth > _MOST_NESTED:
            raise Doubt
        modes = self._is_text, self._is_roman
        parts: _Parts = []
        while (lexeme := self._take()) != end:
            if not lexeme:
                raise Doubt
            if lexeme == "}" and not end:
                continue  # a slip: there is nothing that it could close
            if lexeme == "\\over":
                parts = [_fraction(parts, self.run(end))]
                break
            if lexeme[1:] in ALPHABETS and not lexeme.startswith("\\math"):
                parts += self._switched(lexeme[1:], end)
                break
            if lexeme in ("^", "_", "'") and not self._is_text:
                self._at -= 1
                self._add_scripts(parts)
                continue
            was_apart = bool(parts) and parts[-1].kind is _Kind.BLANK
            parts += self._parts(lexeme)
            if not (was_apart or self._is_text):
                self._pass_blank(self._tokens[self._at - 1])
        self._depth -= 1
        self._is_text, self._is_roman = modes
        return parts

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1] if self._at <= len(self._tokens) else ""

    def _peek(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else ""

    def _skip_blank(self) -> None:
        while self._peek().isspace():
            self._at += 1

    def _pass_blank(self, lexeme: str) -> None:
        """Skip the blank that only ends a command: "a\\leq b" is a≤b, "\\alpha = 1" α = 1."""
        if not (lexeme[0] == "\\" and lexeme[1:].isalpha() and self._peek().isspace()):
            return
        following = self._peek(1)
        if not (_is_operator(following) or (following == "-" and self._peek(2).isspace())):
            self._take()

    def _argument(self) -> _Parts:
        """What TeX takes for the argument of a command: a group, or one lexeme."""
        self._skip_blank()
        lexeme = self._take()
        while lexeme[1:] in SILENT:
            self._skip_blank()
            lexeme = self._take()
        if lexeme == "{":
            return self.run("}")
        if lexeme in ("", "}", "^", "_", "&") or self._depth > _MOST_NESTED:
            raise Doubt
        self._depth += 1  # "\\hat\\hat\\hat" nests as well
        parts = self._parts(lexeme)
        self._depth -= 1
        return parts

    def _group(self) -> _Parts | None:
        """A group, if one stands here."""
        if self._peek() != "{":
            return None
        self._take()
        return self.run("}")

    def _verbatim(self) -> str:
        """An argument as it is written: an address, a number, a name."""
        self._skip_blank()
        if self._peek() != "{":
            raise Doubt
        start = self._at + 1
        while (lexeme := self._take()) != "}":
            if not lexeme:
                raise Doubt
        return "".join(self._tokens[start : self._at - 1])

    def _option(self) -> _Parts | None:
        """What stands in brackets behind the name of a command."""
        if self._peek() != "[":
            return None
        self._take()
        return self.run("]")

    def _parts(self, lexeme: str) -> _Parts:
        if lexeme == "{":
            return self.run("}")
        if lexeme == "}":
            raise Doubt
        if lexeme in _SPACES or lexeme.isspace():
            return [_Part(" ", _Kind.BLANK)]
        if lexeme.startswith("\\"):
            return self._command(lexeme[1:])
        if lexeme in ("--", "---"):
            return [_Part("–" if lexeme == "--" else "—", _Kind.SIGN)]
        if lexeme == "$":  # a formula within the prose of a formula
            return self._inner() if self._is_text else []
        if lexeme == "-":
            return [_Part("-" if self._is_hyphen() else "−", _Kind.SIGN)]
        if self._is_text and lexeme in "'`":
            return [_Part("’" if lexeme == "'" else "‘")]
        return [_Part(lexeme, _Kind.LETTER if lexeme.isalnum() else _Kind.SIGN)]

    def _inner(self) -> _Parts:
        if "$" not in self._tokens[self._at :]:
            return []
        self._is_text = False
        parts = self.run("$")
        self._is_text = True
        return parts

    def _is_hyphen(self) -> bool:
        if self._is_text:
            return True
        before = self._tokens[self._at - 2] if self._at > 1 else ""
        return self._is_roman and before.isalpha() and self._peek().isalpha()

    def _command(self, name: str) -> _Parts:
        if self._is_text and name in COMBINING:
            letter = _joined(self._argument())
            return [_Part(accented(name, letter) or letter)]
        if name in "{}%$&#_":
            return [_Part(name, _Kind.SIGN)]
        if name == "\\":
            self._option()
            return [_Part("; ", _Kind.SIGN)]
        if name == "|":
            return [_Part("‖", _Kind.SIGN)]
        if not name.isalpha():
            return []
        if name in BLANKS:
            return [_Part(" ", _Kind.BLANK)]
        if name in SILENT:
            return self._silent(name)
        if name in HIDDEN:
            return self._hidden(name)
        if name in TEXT or name in ROMAN:
            return self._worded(name)
        if name in ALPHABETS:
            return _lettered(name, self._argument())
        if name in MARKS:
            return _marked(name, self._argument())
        if name in BRACKETS and self._peek() == "{":
            before, after = BRACKETS[name][:1], BRACKETS[name][1:]
            inside = self._argument()
            return [_Part(before, _Kind.SIGN), *inside, _Part(after, _Kind.SIGN)]
        match name:
            case "frac" | "dfrac" | "tfrac" | "cfrac" | "nicefrac" | "sfrac":
                return [_fraction(self._argument(), self._argument())]
            case "sqrt":
                return [_root(self._option() or [], self._argument())]
            case "binom" | "dbinom" | "tbinom":
                above, below = _joined(self._argument()), _joined(self._argument())
                return [_Part(f"({above} choose {below})", _Kind.SIGN)]
            case "pmod":
                return [_Part(f" (mod {_joined(self._argument())})", _Kind.SIGN)]
            case "overset" | "stackrel":
                script = _joined(self._argument())
                return _with_scripts(self._argument(), {"^": script})
            case "underset":
                script = _joined(self._argument())
                return _with_scripts(self._argument(), {"_": script})
            case "not":
                return self._negated()
            case "begin":
                return self._environment()
            case "end":
                raise Doubt
            case "href":
                address, words_at = self._verbatim(), self._at
                if self._peek() == "{" and self._verbatim() == address:
                    return [_Part(address, _Kind.SIGN)]
                self._at = words_at
                return [*self._argument(), _Part(f" ({address})", _Kind.SIGN)]
            case "url":
                return [_Part(self._verbatim(), _Kind.SIGN)]
            case "unicode":
                return self._numbered()
            case "deg":  # a function's name, and what authors write for ° behind a number
                before = self._tokens[self._at - 2] if self._at > 1 else ""
                return [_Part("°") if before.isdecimal() else _Part("deg", _Kind.NAME)]
        if name.startswith("x") and name.endswith("arrow") and (arrow := symbol(name[1:])):
            scripts = {"_": _joined(self._option() or []), "^": _joined(self._argument())}
            return _with_scripts([_Part(arrow, _Kind.SIGN)], scripts)
        if name not in _TEXT_LETTERS and (shown := symbol(name)):
            return [_Part(shown, _kind(name, shown))]
        return self._unknown(name)

    def _unknown(self, name: str) -> _Parts:
        """An author's own command: its arguments, or else its name."""
        if self._peek() == "*":
            self._take()
        if self._peek().isspace() and self._peek(1) == "{":
            self._take()
        parts: _Parts = []
        while (group := self._group()) is not None:
            if parts and group:
                parts.append(_Part(" ", _Kind.BLANK))
            parts += group
        if parts:
            return parts
        shown = ABBREVIATIONS.get(name, name)
        return [_Part(shown, _Kind.LETTER if len(name) == 1 else _Kind.NAME)]

    def _silent(self, name: str) -> _Parts:
        if name in ("left", "right") and self._peek() == ".":
            self._take()
        if name in ("left", "right", "middle") and self._peek() in ("<", ">"):
            return [_Part("⟨" if self._take() == "<" else "⟩", _Kind.SIGN)]
        if name in SWITCHES:
            self._is_roman = True
            self._skip_blank()
        return []

    def _hidden(self, name: str) -> _Parts:
        if self._peek() == "*":
            self._take()
        if name.endswith(("kern", "skip")):  # "\mkern-2mu"
            while re.fullmatch(r"[-+.\d]|\s+", self._peek()):
                self._take()
            self._at += 2 * self._peek().isalpha()
            return [_Part(" ", _Kind.BLANK)] if name.endswith("skip") else []
        self._option()
        for _ in range(HIDDEN[name]):
            if self._group() is None:
                break
        return [_Part(" ", _Kind.BLANK)] if name in ("hspace", "phantom") else []

    def _worded(self, name: str) -> _Parts:
        """The argument as one word or some prose."""
        if self._peek() == "*":
            self._take()
        modes = self._is_text, self._is_roman
        self._is_text, self._is_roman = name in TEXT or modes[0], name in ROMAN
        parts = self._argument()
        self._is_text, self._is_roman = modes
        if name == "underline" and len(parts) == 1 and len(parts[0].text) == 1:
            return _marked(name, parts)
        if any(part.kind in (_Kind.FRACTION, _Kind.SCRIPTED, _Kind.OPEN) for part in parts):
            return parts
        text = _joined(parts)
        if name.startswith("operatorname"):
            return [_Part(text, _Kind.NAME)]
        return [_Part(text)] if text.isalnum() else parts

    def _switched(self, name: str, end: str) -> _Parts:
        """``\\cal`` holds to the end of its group, or for the group that follows it."""
        self._skip_blank()
        if self._peek() != "{":
            return _lettered(name, self.run(end))
        return [*_lettered(name, self._argument()), *self.run(end)]

    def _negated(self) -> _Parts:
        self._skip_blank()
        parts = self._argument()
        text = _joined(parts)
        return [_Part(unicodedata.normalize("NFC", f"{text[:1]}\u0338{text[1:]}"), _Kind.SIGN)]

    def _environment(self) -> _Parts:
        name = self._verbatim().rstrip("*")
        if name in ("array", "tabular"):
            self._option()
            self._group()
        rows = re.sub(r"\s*([;&])\s*", r"\1 ", _joined(self.run("\\end"))).replace("&", "")
        self._group()
        signs = MATRICES.get(name, "  ")
        return [_Part(f"{signs[0]}{rows.strip()}{signs[1]}", _Kind.SIGN)]

    def _numbered(self) -> _Parts:
        """``\\unicode{x2013}`` is the character of that number."""
        digits = self._verbatim()
        try:
            number = int(digits[1:], 16) if digits.startswith("x") else int(digits)
            character = chr(number)
        except (ValueError, OverflowError):
            raise Doubt from None
        if not character.isprintable():
            raise Doubt
        return [_Part(character, _Kind.LETTER if character.isalnum() else _Kind.SIGN)]

    def _add_scripts(self, parts: _Parts) -> None:
        """Give the last part the indices and exponents that stand here."""
        scripts: dict[str, str] = {}
        while True:
            lexeme = self._peek()
            if lexeme == "'":
                self._take()
                scripts["^"] = scripts.get("^", "") + "′"
            elif lexeme in ("^", "_"):
                self._take()
                scripts[lexeme] = scripts.get(lexeme, "") + _joined(self._argument())
            elif lexeme.isspace() and self._peek(1) in ("^", "_"):
                self._take()
            else:
                break
        blank = parts.pop() if parts and parts[-1].kind is _Kind.BLANK else None
        base = [parts.pop()] if parts else []
        if blank and (not base or base[0].kind is _Kind.SIGN):
            parts += [*base, blank]
            base = []
        parts += _with_scripts(base, scripts)


def _is_operator(lexeme: str) -> bool:
    """Whether a lexeme is a sign that authors set apart, such as = or \\leq."""
    shown = symbol(lexeme[1:]) if lexeme.startswith("\\") else lexeme
    return len(shown) == 1 and unicodedata.category(shown) == "Sm" and shown not in "∂∇∞√∑∏∫"


def _kind(name: str, shown: str) -> _Kind:
    if len(shown) > 1:
        return _Kind.NAME if shown == name else _Kind.SIGN
    return _Kind.LETTER if shown.isalnum() or shown in "∂∇∞ℏ°′" else _Kind.SIGN


def _joined(parts: _Parts) -> str:
    """The parts as one text, with the blanks and brackets that keep them apart."""
    text = ""
    for at, part in enumerate(parts):
        before = parts[at - 1] if at else _Part("", _Kind.SIGN)
        shown = part.text
        if part.kind is _Kind.FRACTION:
            shown = _beside(parts, at)
        needs_blank = (
            before.kind is _Kind.OPEN
            or _Kind.NAME in (before.kind, part.kind)
            or _HIGHER_ROOT.match(part.text) is not None
        )
        if needs_blank and _ends_in_letter(text) and shown[:1].isalnum():
            text += " "
        text += shown
    return text


def _ends_in_letter(text: str) -> bool:
    last = text[-1:]
    return last.isalnum() or is_raised_itself(last) or unicodedata.combining(last or " ") > 0


def _beside(parts: _Parts, at: int) -> str:
    """A fraction, in brackets where what stands beside it would join its parts."""
    text = parts[at].text
    before = next((p for p in reversed(parts[:at]) if p.kind is not _Kind.BLANK), None)
    after = next((p for p in parts[at + 1 :] if p.kind is not _Kind.BLANK), None)
    follows = after and (after.kind is not _Kind.SIGN or after.text.startswith(_OPENING))
    precedes = before and (before.kind is not _Kind.SIGN or before.text.endswith(_CLOSING))
    if not (follows or precedes):
        return text
    if not follows and before and before.text.isdecimal() and re.fullmatch(r"\d+/\d+", text):
        return text if at and parts[at - 1].kind is _Kind.BLANK else f" {text}"
    return f"({text})"


def _trimmed(parts: _Parts) -> _Parts:
    first, last = 0, len(parts)
    while first < last and parts[first].kind is _Kind.BLANK:
        first += 1
    while first < last and parts[last - 1].kind is _Kind.BLANK:
        last -= 1
    return parts[first:last]


def _fraction(above: _Parts, below: _Parts) -> _Part:
    above, below = _trimmed(above), _trimmed(below)
    over, under = _joined(above), _joined(below)
    if not _is_product(above):
        over = f"({over})"
    is_derivative = (
        len(below) == 2 and below[0].text in ("d", "∂") and over[:1] == below[0].text[:1]
    )
    if not (_is_one(below) or is_derivative):
        under = f"({under})"
    return _Part(f"{over}/{under}", _Kind.FRACTION)


def _is_one(parts: _Parts) -> bool:
    """Whether the parts are one number or one letter, with its indices, or stand in brackets."""
    if len(parts) > 2 and parts[-1].kind is _Kind.SCRIPTED and parts[-2].text == ")":
        parts = parts[:-1]  # (a+b)²
    text = _joined(parts)
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return True
    if len(parts) == 1:
        return parts[0].kind not in (_Kind.FRACTION, _Kind.SIGN)
    return (
        text.startswith("(") and text.endswith(")") and all(sign not in text[1:-1] for sign in "()")
    )


def _is_product(parts: _Parts) -> bool:
    """Whether the parts stand above a stroke without brackets: "2πr", "−1", "f(x)"."""
    if len(parts) == 1:
        return parts[0].kind is not _Kind.FRACTION
    rest = parts[1:] if parts and parts[0].text == "−" else parts
    return all(
        part.kind in (_Kind.LETTER, _Kind.SCRIPTED)
        or (part.kind is _Kind.OPEN and part is parts[-1])
        or part.text in ("(", ")", ".")
        for part in rest
    )


def _root(degree: _Parts, inside: _Parts) -> _Part:
    root = _joined(degree).strip()
    sign = _ROOTS.get(root) or f"{raised(root).removeprefix('^')}√"
    inside = _trimmed(inside)
    if _is_one(inside) and not any(part.kind is _Kind.SCRIPTED for part in inside):
        return _Part(sign + _joined(inside), _Kind.OPEN)
    return _Part(f"{sign}({_joined(inside)})", _Kind.SCRIPTED)


def _with_scripts(base: _Parts, scripts: dict[str, str]) -> _Parts:
    """A base with its index and its exponent, in the order that leaves no doubt."""
    scripts = {sign: text for sign, text in scripts.items() if text.strip()}
    if not scripts:
        return base
    head = _joined(base)
    if len(scripts) == 2 and (not head or head[-1].isdigit() or head[-1] in ").%"):
        above, below = scripts["^"].strip(), scripts["_"].strip()
        if _ERRORS.fullmatch(f"{above}/{below}"):  # 72.0^{+1.4}_{-2.1}
            return [*base, _Part(f" ({above}/{below})".replace("  ", " "), _Kind.SIGN)]
    last = base[-1] if base else _Part("", _Kind.LETTER)
    if last.kind in (_Kind.SCRIPTED, _Kind.OPEN, _Kind.FRACTION):
        head = f"({head})"
    shown = {sign: (raised if sign == "^" else lowered)(text) for sign, text in scripts.items()}
    order = sorted(shown, key=lambda sign: _is_open(shown[sign])) if len(shown) == 2 else [*shown]
    if len(order) == 2 and _is_open(shown[order[0]]):  # T_eff^max might be one index
        shown[order[0]] = f"{order[0]}({shown[order[0]][1:]})"
    text = head + "".join(shown[sign] for sign in order)
    if last.kind is _Kind.NAME:
        return [_Part(text, _Kind.NAME)]
    if last.kind is _Kind.SIGN and not head[-1:].isalnum() and head not in ("∑", "∏", "∫"):
        return [_Part(head, _Kind.SIGN), _Part(text[len(head) :], _script_kind(shown[order[-1]]))]
    return [_Part(text, _script_kind(shown[order[-1]]))]


def _is_open(shown: str) -> bool:
    """Whether a script is written behind its sign without brackets."""
    return shown[:1] in ("^", "_") and shown[1:2] != "("


def _script_kind(shown: str) -> _Kind:
    return _Kind.OPEN if _is_open(shown) or is_raised_itself(shown[-1]) else _Kind.SCRIPTED


def _lettered(name: str, parts: _Parts) -> _Parts:
    """The letters of one or of a short name in an alphabet of their own."""
    letters = sum(part.text.isascii() and part.text.isalpha() for part in parts)
    if letters > 3:
        return parts
    return [
        _Part(alphabetic(ALPHABETS[name], part.text), part.kind)
        if len(part.text) == 1 and part.kind is _Kind.LETTER
        else part
        for part in parts
    ]


def _marked(name: str, parts: _Parts) -> _Parts:
    """The argument under a mark: each letter, or the bracket around a longer formula."""
    parts = _trimmed(parts)
    if any(part.kind in (_Kind.SIGN, _Kind.BLANK, _Kind.FRACTION) for part in parts):
        return [_Part(marked(name, _joined(parts), is_whole=True), _Kind.SIGN)]
    return [_Part(marked(name, part.text), part.kind) for part in parts]
