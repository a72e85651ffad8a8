"""Convert one formula to Unicode: ``L^2`` is L², ``\\frac{a}{b}`` is a/b.

The meaning of a formula decides its form: an index that would swallow what follows is bracketed or
set apart, and so is a fraction beside a factor. Only a formula whose braces do not match is in
doubt, and left as written.
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
    BLANK_COMMANDS,
    BRACKET_COMMANDS,
    FONT_SWITCHES,
    HIDDEN_ARGUMENT_COUNTS,
    MATRIX_BRACKETS,
    SILENT_COMMANDS,
    TEXT_COMMANDS,
    WORD_COMMANDS,
)
from bot.latex.symbols import (
    MATH_ACCENTS,
    TEXT_ACCENTS,
    accent_letter,
    accent_math,
    alphabet_letter,
    is_script_like,
    macro_symbol,
    subscript,
    superscript,
)

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|---?|.", re.DOTALL)
_MAX_NESTING = 20
_SPACE_TOKENS = frozenset(("\\,", "\\;", "\\:", "\\ ", "\\>", "\\\n", "~"))
_ROOT_SIGNS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
_HIGHER_ROOT = re.compile(r"[^\s(√]+√")
_OPENING_SIGNS = ("(", "[", "{", "⟨", "⌊", "⌈", "√", "∛", "∜", "/")
_CLOSING_SIGNS = (")", "]", "}", "⟩", "⌋", "⌉", "/")
_ERROR_BOUNDS = re.compile(r"([+±])[\d.].*/([−∓])[\d.].*|([−∓])[\d.].*/([+±])[\d.].*", re.DOTALL)
_TEXT_LETTERS = frozenset(("O", "L", "o", "l", "i", "j", "t", *filter(str.isalpha, TEXT_ACCENTS)))
"""Text commands that are an author's own in a formula."""


class UnreadableFormula(Exception):
    """The formula cannot be read with certainty."""


class _PartKind(Enum):
    """How a part is spaced from its neighbours."""

    LETTER = auto()
    """A plain letter, digit or word."""
    SCRIPTED = auto()
    """A letter with a closed index or exponent, which cannot absorb what follows."""
    OPEN_ENDED = auto()
    """A letter with an open script, which would absorb a letter that follows."""
    NAME = auto()
    """A function name, separated from a letter by a space."""
    FRACTION = auto()
    """A fraction, bracketed beside a factor."""
    SYMBOL = auto()
    BLANK = auto()


class _Part(NamedTuple):
    text: str
    kind: _PartKind = _PartKind.LETTER


_Parts = list[_Part]


@lru_cache(maxsize=2048)
def formula_to_unicode(source: str) -> str | None:
    """Return the formula in Unicode, or None when in doubt."""
    try:
        text = _join_parts(_FormulaReader(_TOKEN.findall(source.strip())).read_until(""))
    except UnreadableFormula:
        return None
    return re.sub(r"\s+", " ", text)


class _FormulaReader:
    """Reads the tokens of one formula."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens
        self._position = 0
        self._depth = 0
        self._in_text = False  # within \text{...}
        self._in_roman = False  # within \mathrm{...}, where a hyphen joins words

    def read_until(self, end: str) -> _Parts:
        """Return the parts up to the lexeme ``end``, or to the end of the formula."""
        self._depth += 1
        if self._depth > _MAX_NESTING:
            raise UnreadableFormula
        modes = self._in_text, self._in_roman
        parts: _Parts = []
        while (lexeme := self._next_token()) != end:
            if not lexeme:
                raise UnreadableFormula
            if lexeme == "}" and not end:
                continue  # a slip: there is nothing to close
            if lexeme == "\\over":
                parts = [_fraction(parts, self.read_until(end))]
                break
            if lexeme[1:] in ALPHABETS and not lexeme.startswith("\\math"):
                self._skip_blank()
                if self._peek() == "{":
                    parts += _in_alphabet(lexeme[1:], self._argument())
                    parts += self.read_until(end)
                else:
                    parts += _in_alphabet(lexeme[1:], self.read_until(end))
                break
            if lexeme in ("^", "_", "'") and not self._in_text:
                self._position -= 1
                self._add_scripts(parts)
                continue
            is_after_blank = bool(parts) and parts[-1].kind is _PartKind.BLANK
            parts += self._parts(lexeme)
            if not (is_after_blank or self._in_text):
                self._skip_command_blank(self._tokens[self._position - 1])
        self._depth -= 1
        self._in_text, self._in_roman = modes
        return parts

    def _next_token(self) -> str:
        self._position += 1
        return self._tokens[self._position - 1] if self._position <= len(self._tokens) else ""

    def _peek(self, ahead: int = 0) -> str:
        position = self._position + ahead
        return self._tokens[position] if position < len(self._tokens) else ""

    def _skip_blank(self) -> None:
        while self._peek().isspace():
            self._position += 1

    def _skip_command_blank(self, lexeme: str) -> None:
        """Skip the space that only ends a command: "a\\leq b" is a≤b, "\\alpha = 1" is α = 1."""
        if not (lexeme[0] == "\\" and lexeme[1:].isalpha() and self._peek().isspace()):
            return
        following = self._peek(1)
        symbol = macro_symbol(following[1:]) if following.startswith("\\") else following
        # Authors set a sign such as = or \leq apart.
        is_operator = (
            len(symbol) == 1 and unicodedata.category(symbol) == "Sm" and symbol not in "∂∇∞√∑∏∫"
        )
        if not (is_operator or (following == "-" and self._peek(2).isspace())):
            self._next_token()

    def _argument(self) -> _Parts:
        """Return what TeX takes for the argument of a command: a group or one lexeme."""
        self._skip_blank()
        lexeme = self._next_token()
        while lexeme[1:] in SILENT_COMMANDS:
            self._skip_blank()
            lexeme = self._next_token()
        if lexeme == "{":
            return self.read_until("}")
        if lexeme in ("", "}", "^", "_", "&") or self._depth > _MAX_NESTING:
            raise UnreadableFormula
        self._depth += 1  # "\\hat\\hat\\hat" nests as well
        parts = self._parts(lexeme)
        self._depth -= 1
        return parts

    def _group(self) -> _Parts | None:
        """Return a group if one begins here."""
        if self._peek() != "{":
            return None
        self._next_token()
        return self.read_until("}")

    def _literal_argument(self) -> str:
        """Return an argument verbatim: an address, a number, a name."""
        self._skip_blank()
        if self._peek() != "{":
            raise UnreadableFormula
        start = self._position + 1
        while (lexeme := self._next_token()) != "}":
            if not lexeme:
                raise UnreadableFormula
        return "".join(self._tokens[start : self._position - 1])

    def _optional_argument(self) -> _Parts | None:
        """Return the argument in brackets after a command, if any."""
        if self._peek() != "[":
            return None
        self._next_token()
        return self.read_until("]")

    def _parts(self, lexeme: str) -> _Parts:
        if lexeme == "{":
            return self.read_until("}")
        if lexeme == "}":
            raise UnreadableFormula
        if lexeme in _SPACE_TOKENS or lexeme.isspace():
            return [_Part(" ", _PartKind.BLANK)]
        if lexeme.startswith("\\"):
            return self._command(lexeme[1:])
        if lexeme in ("--", "---"):
            return [_Part("–" if lexeme == "--" else "—", _PartKind.SYMBOL)]
        if lexeme == "$":  # a formula within text within a formula
            if not self._in_text or "$" not in self._tokens[self._position :]:
                return []
            self._in_text = False
            parts = self.read_until("$")
            self._in_text = True
            return parts
        if lexeme == "-":
            previous = self._tokens[self._position - 2] if self._position > 1 else ""
            joins_words = self._in_roman and previous.isalpha() and self._peek().isalpha()
            return [_Part("-" if self._in_text or joins_words else "−", _PartKind.SYMBOL)]
        if self._in_text and lexeme in "'`":
            return [_Part("’" if lexeme == "'" else "‘")]
        return [_Part(lexeme, _PartKind.LETTER if lexeme.isalnum() else _PartKind.SYMBOL)]

    def _command(self, name: str) -> _Parts:
        if self._in_text and name in TEXT_ACCENTS:
            letter = _join_parts(self._argument())
            return [_Part(accent_letter(name, letter) or letter)]
        if name in "{}%$&#_":
            return [_Part(name, _PartKind.SYMBOL)]
        if name == "\\":
            self._optional_argument()
            return [_Part("; ", _PartKind.SYMBOL)]
        if name == "|":
            return [_Part("‖", _PartKind.SYMBOL)]
        if not name.isalpha():
            return []
        if name in BLANK_COMMANDS:
            return [_Part(" ", _PartKind.BLANK)]
        if name in SILENT_COMMANDS:
            return self._silent_command(name)
        if name in HIDDEN_ARGUMENT_COUNTS:
            return self._hidden_command(name)
        if name in TEXT_COMMANDS or name in WORD_COMMANDS:
            return self._text_command(name)
        if name in ALPHABETS:
            return _in_alphabet(name, self._argument())
        if name in MATH_ACCENTS:
            return _with_accent(name, self._argument())
        if name in BRACKET_COMMANDS and self._peek() == "{":
            before, after = BRACKET_COMMANDS[name][:1], BRACKET_COMMANDS[name][1:]
            inside = self._argument()
            return [_Part(before, _PartKind.SYMBOL), *inside, _Part(after, _PartKind.SYMBOL)]
        match name:
            case "frac" | "dfrac" | "tfrac" | "cfrac" | "nicefrac" | "sfrac":
                return [_fraction(self._argument(), self._argument())]
            case "sqrt":
                return [_root(self._optional_argument() or [], self._argument())]
            case "binom" | "dbinom" | "tbinom":
                above, below = _join_parts(self._argument()), _join_parts(self._argument())
                return [_Part(f"({above} choose {below})", _PartKind.SYMBOL)]
            case "pmod":
                return [_Part(f" (mod {_join_parts(self._argument())})", _PartKind.SYMBOL)]
            case "overset" | "stackrel":
                script = _join_parts(self._argument())
                return _with_scripts(self._argument(), {"^": script})
            case "underset":
                script = _join_parts(self._argument())
                return _with_scripts(self._argument(), {"_": script})
            case "not":
                self._skip_blank()
                text = _join_parts(self._argument())
                negated = unicodedata.normalize("NFC", f"{text[:1]}\u0338{text[1:]}")
                return [_Part(negated, _PartKind.SYMBOL)]
            case "begin":
                return self._environment()
            case "end":
                raise UnreadableFormula
            case "href":
                address, words_position = self._literal_argument(), self._position
                if self._peek() == "{" and self._literal_argument() == address:
                    return [_Part(address, _PartKind.SYMBOL)]
                self._position = words_position
                return [*self._argument(), _Part(f" ({address})", _PartKind.SYMBOL)]
            case "url":
                return [_Part(self._literal_argument(), _PartKind.SYMBOL)]
            case "unicode":
                return self._unicode_character()
            case "deg":  # a function's name, and what authors write for ° after a number
                before = self._tokens[self._position - 2] if self._position > 1 else ""
                return [_Part("°") if before.isdecimal() else _Part("deg", _PartKind.NAME)]
        if name.startswith("x") and name.endswith("arrow") and (arrow := macro_symbol(name[1:])):
            scripts = {
                "_": _join_parts(self._optional_argument() or []),
                "^": _join_parts(self._argument()),
            }
            return _with_scripts([_Part(arrow, _PartKind.SYMBOL)], scripts)
        if name not in _TEXT_LETTERS and (rendered := macro_symbol(name)):
            if len(rendered) > 1:
                return [_Part(rendered, _PartKind.NAME if rendered == name else _PartKind.SYMBOL)]
            is_letter = rendered.isalnum() or rendered in "∂∇∞ℏ°′"
            return [_Part(rendered, _PartKind.LETTER if is_letter else _PartKind.SYMBOL)]
        return self._unknown_command(name)

    def _unknown_command(self, name: str) -> _Parts:
        """Return the arguments of an author's own command, or its name if it has none."""
        if self._peek() == "*":
            self._next_token()
        if self._peek().isspace() and self._peek(1) == "{":
            self._next_token()
        parts: _Parts = []
        while (group := self._group()) is not None:
            if parts and group:
                parts.append(_Part(" ", _PartKind.BLANK))
            parts += group
        if parts:
            return parts
        rendered = ABBREVIATIONS.get(name, name)
        return [_Part(rendered, _PartKind.LETTER if len(name) == 1 else _PartKind.NAME)]

    def _silent_command(self, name: str) -> _Parts:
        if name in ("left", "right") and self._peek() == ".":
            self._next_token()
        if name in ("left", "right", "middle") and self._peek() in ("<", ">"):
            return [_Part("⟨" if self._next_token() == "<" else "⟩", _PartKind.SYMBOL)]
        if name in FONT_SWITCHES:
            self._in_roman = True
            self._skip_blank()
        return []

    def _hidden_command(self, name: str) -> _Parts:
        if self._peek() == "*":
            self._next_token()
        if name.endswith(("kern", "skip")):  # "\mkern-2mu"
            while re.fullmatch(r"[-+.\d]|\s+", self._peek()):
                self._next_token()
            self._position += 2 * self._peek().isalpha()
            return [_Part(" ", _PartKind.BLANK)] if name.endswith("skip") else []
        self._optional_argument()
        for _ in range(HIDDEN_ARGUMENT_COUNTS[name]):
            if self._group() is None:
                break
        return [_Part(" ", _PartKind.BLANK)] if name in ("hspace", "phantom") else []

    def _text_command(self, name: str) -> _Parts:
        """Return the argument as one word or as text."""
        if self._peek() == "*":
            self._next_token()
        modes = self._in_text, self._in_roman
        self._in_text, self._in_roman = name in TEXT_COMMANDS or modes[0], name in WORD_COMMANDS
        parts = self._argument()
        self._in_text, self._in_roman = modes
        if name == "underline" and len(parts) == 1 and len(parts[0].text) == 1:
            return _with_accent(name, parts)
        if any(
            part.kind in (_PartKind.FRACTION, _PartKind.SCRIPTED, _PartKind.OPEN_ENDED)
            for part in parts
        ):
            return parts
        text = _join_parts(parts)
        if name.startswith("operatorname"):
            return [_Part(text, _PartKind.NAME)]
        return [_Part(text)] if text.isalnum() else parts

    def _environment(self) -> _Parts:
        name = self._literal_argument().rstrip("*")
        if name in ("array", "tabular"):
            self._optional_argument()
            self._group()
        rows = re.sub(r"\s*([;&])\s*", r"\1 ", _join_parts(self.read_until("\\end"))).replace(
            "&", ""
        )
        self._group()
        chars = MATRIX_BRACKETS.get(name, "  ")
        return [_Part(f"{chars[0]}{rows.strip()}{chars[1]}", _PartKind.SYMBOL)]

    def _unicode_character(self) -> _Parts:
        """Return the character that ``\\unicode{x2013}`` names by number."""
        digits = self._literal_argument()
        try:
            number = int(digits[1:], 16) if digits.startswith("x") else int(digits)
            character = chr(number)
        except (ValueError, OverflowError):
            raise UnreadableFormula from None
        if not character.isprintable():
            raise UnreadableFormula
        return [_Part(character, _PartKind.LETTER if character.isalnum() else _PartKind.SYMBOL)]

    def _add_scripts(self, parts: _Parts) -> None:
        """Attach the indices and exponents that follow to the last part."""
        scripts: dict[str, str] = {}
        while True:
            lexeme = self._peek()
            if lexeme == "'":
                self._next_token()
                scripts["^"] = scripts.get("^", "") + "′"
            elif lexeme in ("^", "_"):
                self._next_token()
                scripts[lexeme] = scripts.get(lexeme, "") + _join_parts(self._argument())
            elif lexeme.isspace() and self._peek(1) in ("^", "_"):
                self._next_token()
            else:
                break
        blank = parts.pop() if parts and parts[-1].kind is _PartKind.BLANK else None
        base = [parts.pop()] if parts else []
        if blank and (not base or base[0].kind is _PartKind.SYMBOL):
            parts += [*base, blank]
            base = []
        parts += _with_scripts(base, scripts)


def _join_parts(parts: _Parts) -> str:
    """Join the parts into one text, with the spaces and brackets that keep them apart."""
    text = ""
    for index, part in enumerate(parts):
        previous = parts[index - 1] if index else _Part("", _PartKind.SYMBOL)
        rendered = part.text
        if part.kind is _PartKind.FRACTION:
            rendered = _bracketed_fraction(parts, index)
        needs_blank = (
            previous.kind is _PartKind.OPEN_ENDED
            or _PartKind.NAME in (previous.kind, part.kind)
            or _HIGHER_ROOT.match(part.text) is not None
        )
        last = text[-1:]
        ends_in_letter = (
            last.isalnum() or is_script_like(last) or unicodedata.combining(last or " ") > 0
        )
        if needs_blank and ends_in_letter and rendered[:1].isalnum():
            text += " "
        text += rendered
    return text


def _bracketed_fraction(parts: _Parts, index: int) -> str:
    """Return a fraction, in brackets where a neighbour would otherwise join it."""
    text = parts[index].text
    previous = next((p for p in reversed(parts[:index]) if p.kind is not _PartKind.BLANK), None)
    next_part = next((p for p in parts[index + 1 :] if p.kind is not _PartKind.BLANK), None)
    follows = next_part and (
        next_part.kind is not _PartKind.SYMBOL or next_part.text.startswith(_OPENING_SIGNS)
    )
    precedes = previous and (
        previous.kind is not _PartKind.SYMBOL or previous.text.endswith(_CLOSING_SIGNS)
    )
    if not (follows or precedes):
        return text
    if not follows and previous and previous.text.isdecimal() and re.fullmatch(r"\d+/\d+", text):
        return text if index and parts[index - 1].kind is _PartKind.BLANK else f" {text}"
    return f"({text})"


def _trim_blanks(parts: _Parts) -> _Parts:
    first, last = 0, len(parts)
    while first < last and parts[first].kind is _PartKind.BLANK:
        first += 1
    while first < last and parts[last - 1].kind is _PartKind.BLANK:
        last -= 1
    return parts[first:last]


def _fraction(above: _Parts, below: _Parts) -> _Part:
    above, below = _trim_blanks(above), _trim_blanks(below)
    numerator, denominator = _join_parts(above), _join_parts(below)
    if not _is_product(above):
        numerator = f"({numerator})"
    is_derivative = (
        len(below) == 2 and below[0].text in ("d", "∂") and numerator[:1] == below[0].text[:1]
    )
    if not (_is_single_factor(below) or is_derivative):
        denominator = f"({denominator})"
    return _Part(f"{numerator}/{denominator}", _PartKind.FRACTION)


def _is_single_factor(parts: _Parts) -> bool:
    """Return whether the parts are a number or letter with its indices, or a bracketed group."""
    if len(parts) > 2 and parts[-1].kind is _PartKind.SCRIPTED and parts[-2].text == ")":
        parts = parts[:-1]  # (a+b)²
    text = _join_parts(parts)
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return True
    if len(parts) == 1:
        return parts[0].kind not in (_PartKind.FRACTION, _PartKind.SYMBOL)
    return (
        text.startswith("(") and text.endswith(")") and all(char not in text[1:-1] for char in "()")
    )


def _is_product(parts: _Parts) -> bool:
    """Return whether the parts can be a numerator without brackets: "2πr", "−1", "f(x)"."""
    if len(parts) == 1:
        return parts[0].kind is not _PartKind.FRACTION
    factors = parts[1:] if parts and parts[0].text == "−" else parts
    return all(
        part.kind in (_PartKind.LETTER, _PartKind.SCRIPTED)
        or (part.kind is _PartKind.OPEN_ENDED and part is parts[-1])
        or part.text in ("(", ")", ".")
        for part in factors
    )


def _root(degree: _Parts, inside: _Parts) -> _Part:
    degree_text = _join_parts(degree).strip()
    root_sign = _ROOT_SIGNS.get(degree_text) or f"{superscript(degree_text).removeprefix('^')}√"
    inside = _trim_blanks(inside)
    if _is_single_factor(inside) and not any(part.kind is _PartKind.SCRIPTED for part in inside):
        return _Part(root_sign + _join_parts(inside), _PartKind.OPEN_ENDED)
    return _Part(f"{root_sign}({_join_parts(inside)})", _PartKind.SCRIPTED)


def _with_scripts(base: _Parts, scripts: dict[str, str]) -> _Parts:
    """Return a base with its index and exponent, in an unambiguous order."""
    scripts = {char: text for char, text in scripts.items() if text.strip()}
    if not scripts:
        return base
    base_text = _join_parts(base)
    if len(scripts) == 2 and (not base_text or base_text[-1].isdigit() or base_text[-1] in ").%"):
        above, below = scripts["^"].strip(), scripts["_"].strip()
        if _ERROR_BOUNDS.fullmatch(f"{above}/{below}"):  # 72.0^{+1.4}_{-2.1}
            return [*base, _Part(f" ({above}/{below})".replace("  ", " "), _PartKind.SYMBOL)]
    last = base[-1] if base else _Part("", _PartKind.LETTER)
    if last.kind in (_PartKind.SCRIPTED, _PartKind.OPEN_ENDED, _PartKind.FRACTION):
        base_text = f"({base_text})"
    rendered = {
        char: (superscript if char == "^" else subscript)(text) for char, text in scripts.items()
    }
    order = (
        sorted(rendered, key=lambda char: _is_open_ended(rendered[char]))
        if len(rendered) == 2
        else [*rendered]
    )
    if len(order) == 2 and _is_open_ended(rendered[order[0]]):  # T_eff^max might be one index
        rendered[order[0]] = f"{order[0]}({rendered[order[0]][1:]})"
    text = base_text + "".join(rendered[char] for char in order)
    if last.kind is _PartKind.NAME:
        return [_Part(text, _PartKind.NAME)]
    if (
        last.kind is _PartKind.SYMBOL
        and not base_text[-1:].isalnum()
        and base_text not in ("∑", "∏", "∫")
    ):
        return [
            _Part(base_text, _PartKind.SYMBOL),
            _Part(text[len(base_text) :], _script_kind(rendered[order[-1]])),
        ]
    return [_Part(text, _script_kind(rendered[order[-1]]))]


def _is_open_ended(rendered: str) -> bool:
    """Return whether a script is written after its sign without brackets."""
    return rendered[:1] in ("^", "_") and rendered[1:2] != "("


def _script_kind(rendered: str) -> _PartKind:
    return (
        _PartKind.OPEN_ENDED
        if _is_open_ended(rendered) or is_script_like(rendered[-1])
        else _PartKind.SCRIPTED
    )


def _in_alphabet(name: str, parts: _Parts) -> _Parts:
    """Return one letter or a short name in a special alphabet."""
    letters = sum(part.text.isascii() and part.text.isalpha() for part in parts)
    if letters > 3:
        return parts
    return [
        _Part(alphabet_letter(ALPHABETS[name], part.text), part.kind)
        if len(part.text) == 1 and part.kind is _PartKind.LETTER
        else part
        for part in parts
    ]


def _with_accent(name: str, parts: _Parts) -> _Parts:
    """Put a mark on each letter, or bracket a longer formula under it."""
    parts = _trim_blanks(parts)
    if any(part.kind in (_PartKind.SYMBOL, _PartKind.BLANK, _PartKind.FRACTION) for part in parts):
        return [_Part(accent_math(name, _join_parts(parts), is_whole=True), _PartKind.SYMBOL)]
    return [_Part(accent_math(name, part.text), part.kind) for part in parts]
