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
        formula_text = _join_parts(_FormulaReader(_TOKEN.findall(source.strip())).read_until(""))
    except UnreadableFormula:
        return None
    return re.sub(r"\s+", " ", formula_text)


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
        formula_parts: _Parts = []
        while (lexeme := self._next_token()) != end:
            if not lexeme:
                raise UnreadableFormula
            if lexeme == "}" and not end:
                continue  # a slip: there is nothing to close
            if lexeme == "\\over":
                formula_parts = [_make_fraction(formula_parts, self.read_until(end))]
                break
            if lexeme[1:] in ALPHABETS and not lexeme.startswith("\\math"):
                self._skip_blank()
                if self._peek() == "{":
                    formula_parts += _in_alphabet(lexeme[1:], self._read_argument())
                    formula_parts += self.read_until(end)
                else:
                    formula_parts += _in_alphabet(lexeme[1:], self.read_until(end))
                break
            if lexeme in ("^", "_", "'") and not self._in_text:
                self._position -= 1
                self._add_scripts(formula_parts)
                continue
            is_after_blank = bool(formula_parts) and formula_parts[-1].kind is _PartKind.BLANK
            formula_parts += self._read_atom(lexeme)
            if not (is_after_blank or self._in_text):
                self._skip_command_blank(self._tokens[self._position - 1])
        self._depth -= 1
        self._in_text, self._in_roman = modes
        return formula_parts

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

    def _read_argument(self) -> _Parts:
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
        atom_parts = self._read_atom(lexeme)
        self._depth -= 1
        return atom_parts

    def _read_group(self) -> _Parts | None:
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
        argument_start = self._position + 1
        while (lexeme := self._next_token()) != "}":
            if not lexeme:
                raise UnreadableFormula
        return "".join(self._tokens[argument_start : self._position - 1])

    def _optional_argument(self) -> _Parts | None:
        """Return the argument in brackets after a command, if any."""
        if self._peek() != "[":
            return None
        self._next_token()
        return self.read_until("]")

    def _read_atom(self, lexeme: str) -> _Parts:
        if lexeme == "{":
            return self.read_until("}")
        if lexeme == "}":
            raise UnreadableFormula
        if lexeme in _SPACE_TOKENS or lexeme.isspace():
            return [_Part(" ", _PartKind.BLANK)]
        if lexeme.startswith("\\"):
            return self._read_command(lexeme[1:])
        if lexeme in ("--", "---"):
            return [_Part("–" if lexeme == "--" else "—", _PartKind.SYMBOL)]
        if lexeme == "$":  # a formula within text within a formula
            if not self._in_text or "$" not in self._tokens[self._position :]:
                return []
            self._in_text = False
            inner_parts = self.read_until("$")
            self._in_text = True
            return inner_parts
        if lexeme == "-":
            previous = self._tokens[self._position - 2] if self._position > 1 else ""
            joins_words = self._in_roman and previous.isalpha() and self._peek().isalpha()
            return [_Part("-" if self._in_text or joins_words else "−", _PartKind.SYMBOL)]
        if self._in_text and lexeme in "'`":
            return [_Part("’" if lexeme == "'" else "‘")]
        return [_Part(lexeme, _PartKind.LETTER if lexeme.isalnum() else _PartKind.SYMBOL)]

    def _read_command(self, name: str) -> _Parts:
        if self._in_text and name in TEXT_ACCENTS:
            letter = _join_parts(self._read_argument())
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
            return _in_alphabet(name, self._read_argument())
        if name in MATH_ACCENTS:
            return _with_accent(name, self._read_argument())
        if name in BRACKET_COMMANDS and self._peek() == "{":
            opening_bracket, closing_bracket = (
                BRACKET_COMMANDS[name][:1],
                BRACKET_COMMANDS[name][1:],
            )
            bracketed_parts = self._read_argument()
            return [
                _Part(opening_bracket, _PartKind.SYMBOL),
                *bracketed_parts,
                _Part(closing_bracket, _PartKind.SYMBOL),
            ]
        match name:
            case "frac" | "dfrac" | "tfrac" | "cfrac" | "nicefrac" | "sfrac":
                return [_make_fraction(self._read_argument(), self._read_argument())]
            case "sqrt":
                return [_make_root(self._optional_argument() or [], self._read_argument())]
            case "binom" | "dbinom" | "tbinom":
                above, below = (
                    _join_parts(self._read_argument()),
                    _join_parts(self._read_argument()),
                )
                return [_Part(f"({above} choose {below})", _PartKind.SYMBOL)]
            case "pmod":
                return [_Part(f" (mod {_join_parts(self._read_argument())})", _PartKind.SYMBOL)]
            case "overset" | "stackrel":
                script = _join_parts(self._read_argument())
                return _with_scripts(self._read_argument(), {"^": script})
            case "underset":
                script = _join_parts(self._read_argument())
                return _with_scripts(self._read_argument(), {"_": script})
            case "not":
                self._skip_blank()
                text = _join_parts(self._read_argument())
                negated = unicodedata.normalize("NFC", f"{text[:1]}\u0338{text[1:]}")
                return [_Part(negated, _PartKind.SYMBOL)]
            case "begin":
                return self._read_environment()
            case "end":
                raise UnreadableFormula
            case "href":
                address, words_position = self._literal_argument(), self._position
                if self._peek() == "{" and self._literal_argument() == address:
                    return [_Part(address, _PartKind.SYMBOL)]
                self._position = words_position
                return [*self._read_argument(), _Part(f" ({address})", _PartKind.SYMBOL)]
            case "url":
                return [_Part(self._literal_argument(), _PartKind.SYMBOL)]
            case "unicode":
                return self._unicode_character()
            case "deg":  # a function's name, and what authors write for ° after a number
                opening_bracket = self._tokens[self._position - 2] if self._position > 1 else ""
                return [_Part("°") if opening_bracket.isdecimal() else _Part("deg", _PartKind.NAME)]
        if name.startswith("x") and name.endswith("arrow") and (arrow := macro_symbol(name[1:])):
            scripts = {
                "_": _join_parts(self._optional_argument() or []),
                "^": _join_parts(self._read_argument()),
            }
            return _with_scripts([_Part(arrow, _PartKind.SYMBOL)], scripts)
        if name not in _TEXT_LETTERS and (symbol := macro_symbol(name)):
            if len(symbol) > 1:
                return [_Part(symbol, _PartKind.NAME if symbol == name else _PartKind.SYMBOL)]
            is_letter = symbol.isalnum() or symbol in "∂∇∞ℏ°′"
            return [_Part(symbol, _PartKind.LETTER if is_letter else _PartKind.SYMBOL)]
        return self._unknown_command(name)

    def _unknown_command(self, name: str) -> _Parts:
        """Return the arguments of an author's own command, or its name if it has none."""
        if self._peek() == "*":
            self._next_token()
        if self._peek().isspace() and self._peek(1) == "{":
            self._next_token()
        argument_parts: _Parts = []
        while (group := self._read_group()) is not None:
            if argument_parts and group:
                argument_parts.append(_Part(" ", _PartKind.BLANK))
            argument_parts += group
        if argument_parts:
            return argument_parts
        written_name = ABBREVIATIONS.get(name, name)
        return [_Part(written_name, _PartKind.LETTER if len(name) == 1 else _PartKind.NAME)]

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
            if self._read_group() is None:
                break
        return [_Part(" ", _PartKind.BLANK)] if name in ("hspace", "phantom") else []

    def _text_command(self, name: str) -> _Parts:
        """Return the argument as one word or as text."""
        if self._peek() == "*":
            self._next_token()
        outer_modes = self._in_text, self._in_roman
        self._in_text, self._in_roman = (
            name in TEXT_COMMANDS or outer_modes[0],
            name in WORD_COMMANDS,
        )
        argument_parts = self._read_argument()
        self._in_text, self._in_roman = outer_modes
        if name == "underline" and len(argument_parts) == 1 and len(argument_parts[0].text) == 1:
            return _with_accent(name, argument_parts)
        if any(
            part.kind in (_PartKind.FRACTION, _PartKind.SCRIPTED, _PartKind.OPEN_ENDED)
            for part in argument_parts
        ):
            return argument_parts
        argument_text = _join_parts(argument_parts)
        if name.startswith("operatorname"):
            return [_Part(argument_text, _PartKind.NAME)]
        return [_Part(argument_text)] if argument_text.isalnum() else argument_parts

    def _read_environment(self) -> _Parts:
        environment_name = self._literal_argument().rstrip("*")
        if environment_name in ("array", "tabular"):
            self._optional_argument()
            self._read_group()
        rows = re.sub(r"\s*([;&])\s*", r"\1 ", _join_parts(self.read_until("\\end"))).replace(
            "&", ""
        )
        self._read_group()
        chars = MATRIX_BRACKETS.get(environment_name, "  ")
        return [_Part(f"{chars[0]}{rows.strip()}{chars[1]}", _PartKind.SYMBOL)]

    def _unicode_character(self) -> _Parts:
        """Return the character that ``\\unicode{x2013}`` names by number."""
        digits = self._literal_argument()
        try:
            code_point = int(digits[1:], 16) if digits.startswith("x") else int(digits)
            character = chr(code_point)
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
                scripts[lexeme] = scripts.get(lexeme, "") + _join_parts(self._read_argument())
            elif lexeme.isspace() and self._peek(1) in ("^", "_"):
                self._next_token()
            else:
                break
        blank = parts.pop() if parts and parts[-1].kind is _PartKind.BLANK else None
        base_parts = [parts.pop()] if parts else []
        if blank and (not base_parts or base_parts[0].kind is _PartKind.SYMBOL):
            parts += [*base_parts, blank]
            base_parts = []
        parts += _with_scripts(base_parts, scripts)


def _join_parts(parts: _Parts) -> str:
    """Join the parts into one text, with the spaces and brackets that keep them apart."""
    joined_text = ""
    for index, part in enumerate(parts):
        previous_part = parts[index - 1] if index else _Part("", _PartKind.SYMBOL)
        part_text = part.text
        if part.kind is _PartKind.FRACTION:
            part_text = _bracketed_fraction(parts, index)
        needs_blank = (
            previous_part.kind is _PartKind.OPEN_ENDED
            or _PartKind.NAME in (previous_part.kind, part.kind)
            or _HIGHER_ROOT.match(part.text) is not None
        )
        last_character = joined_text[-1:]
        ends_in_letter = (
            last_character.isalnum()
            or is_script_like(last_character)
            or unicodedata.combining(last_character or " ") > 0
        )
        if needs_blank and ends_in_letter and part_text[:1].isalnum():
            joined_text += " "
        joined_text += part_text
    return joined_text


def _bracketed_fraction(parts: _Parts, index: int) -> str:
    """Return a fraction, in brackets where a neighbour would otherwise join it."""
    fraction_text = parts[index].text
    previous_part = next(
        (p for p in reversed(parts[:index]) if p.kind is not _PartKind.BLANK), None
    )
    next_part = next((p for p in parts[index + 1 :] if p.kind is not _PartKind.BLANK), None)
    is_followed_by_factor = next_part and (
        next_part.kind is not _PartKind.SYMBOL or next_part.text.startswith(_OPENING_SIGNS)
    )
    is_preceded_by_factor = previous_part and (
        previous_part.kind is not _PartKind.SYMBOL or previous_part.text.endswith(_CLOSING_SIGNS)
    )
    if not (is_followed_by_factor or is_preceded_by_factor):
        return fraction_text
    if (
        not is_followed_by_factor
        and previous_part
        and previous_part.text.isdecimal()
        and re.fullmatch(r"\d+/\d+", fraction_text)
    ):
        return (
            fraction_text
            if index and parts[index - 1].kind is _PartKind.BLANK
            else f" {fraction_text}"
        )
    return f"({fraction_text})"


def _trim_blanks(parts: _Parts) -> _Parts:
    kept_start, kept_end = 0, len(parts)
    while kept_start < kept_end and parts[kept_start].kind is _PartKind.BLANK:
        kept_start += 1
    while kept_start < kept_end and parts[kept_end - 1].kind is _PartKind.BLANK:
        kept_end -= 1
    return parts[kept_start:kept_end]


def _make_fraction(above: _Parts, below: _Parts) -> _Part:
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
    joined_text = _join_parts(parts)
    if re.fullmatch(r"\d+(?:\.\d+)?", joined_text):
        return True
    if len(parts) == 1:
        return parts[0].kind not in (_PartKind.FRACTION, _PartKind.SYMBOL)
    return (
        joined_text.startswith("(")
        and joined_text.endswith(")")
        and all(char not in joined_text[1:-1] for char in "()")
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


def _make_root(degree: _Parts, inside: _Parts) -> _Part:
    degree_text = _join_parts(degree).strip()
    root_sign = _ROOT_SIGNS.get(degree_text) or f"{superscript(degree_text).removeprefix('^')}√"
    inside = _trim_blanks(inside)
    if _is_single_factor(inside) and not any(part.kind is _PartKind.SCRIPTED for part in inside):
        return _Part(root_sign + _join_parts(inside), _PartKind.OPEN_ENDED)
    return _Part(f"{root_sign}({_join_parts(inside)})", _PartKind.SCRIPTED)


def _with_scripts(base: _Parts, scripts: dict[str, str]) -> _Parts:
    """Return a base with its index and exponent, in an unambiguous order."""
    scripts = {
        char: text_with_scripts
        for char, text_with_scripts in scripts.items()
        if text_with_scripts.strip()
    }
    if not scripts:
        return base
    base_text = _join_parts(base)
    if len(scripts) == 2 and (not base_text or base_text[-1].isdigit() or base_text[-1] in ").%"):
        upper_bound, lower_bound = scripts["^"].strip(), scripts["_"].strip()
        if _ERROR_BOUNDS.fullmatch(f"{upper_bound}/{lower_bound}"):  # 72.0^{+1.4}_{-2.1}
            return [
                *base,
                _Part(f" ({upper_bound}/{lower_bound})".replace("  ", " "), _PartKind.SYMBOL),
            ]
    last_part = base[-1] if base else _Part("", _PartKind.LETTER)
    if last_part.kind in (_PartKind.SCRIPTED, _PartKind.OPEN_ENDED, _PartKind.FRACTION):
        base_text = f"({base_text})"
    rendered_scripts = {
        char: (superscript if char == "^" else subscript)(text_with_scripts)
        for char, text_with_scripts in scripts.items()
    }
    script_order = (
        sorted(rendered_scripts, key=lambda char: _is_open_ended(rendered_scripts[char]))
        if len(rendered_scripts) == 2
        else [*rendered_scripts]
    )
    if len(script_order) == 2 and _is_open_ended(
        rendered_scripts[script_order[0]]
    ):  # T_eff^max might be one index
        rendered_scripts[script_order[0]] = (
            f"{script_order[0]}({rendered_scripts[script_order[0]][1:]})"
        )
    text_with_scripts = base_text + "".join(rendered_scripts[char] for char in script_order)
    if last_part.kind is _PartKind.NAME:
        return [_Part(text_with_scripts, _PartKind.NAME)]
    if (
        last_part.kind is _PartKind.SYMBOL
        and not base_text[-1:].isalnum()
        and base_text not in ("∑", "∏", "∫")
    ):
        return [
            _Part(base_text, _PartKind.SYMBOL),
            _Part(
                text_with_scripts[len(base_text) :],
                _script_kind(rendered_scripts[script_order[-1]]),
            ),
        ]
    return [_Part(text_with_scripts, _script_kind(rendered_scripts[script_order[-1]]))]


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
    letter_count = sum(part.text.isascii() and part.text.isalpha() for part in parts)
    if letter_count > 3:
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
