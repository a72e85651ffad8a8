"""How does one formula read in Unicode? ``L^2`` is L², ``\\frac{a}{b}`` is a/b.

Whatever is not surely understood is a doubt, and a formula in doubt is left to its reader as
it was written.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.latex.symbols import alphabetic, hatted, lowered, raised, symbol

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_MOST_NESTED = 20
_STYLES = frozenset(
    (
        "mathrm",
        "text",
        "textrm",
        "textup",
        "mbox",
        "hbox",
        "operatorname",
        "mathop",
        "mathit",
        "textit",
        "mathsf",
        "textsf",
        "mathtt",
        "texttt",
        "mathbf",
        "textbf",
        "boldsymbol",
        "bm",
        "textsc",
        "emph",
        "underline",
        "mathbb",
        "mathcal",
        "mathfrak",
        "mathscr",
        "textnormal",
        "mathnormal",
        "pmb",
    )
)
_MARKS = frozenset(
    (
        "hat",
        "bar",
        "tilde",
        "vec",
        "dot",
        "ddot",
        "widehat",
        "widetilde",
        "check",
        "breve",
        "acute",
        "grave",
    )
)
_SILENT = frozenset(
    (
        "left",
        "right",
        "big",
        "Big",
        "bigg",
        "Bigg",
        "bigl",
        "bigr",
        "Bigl",
        "Bigr",
        "displaystyle",
        "textstyle",
        "scriptstyle",
        "limits",
        "nolimits",
        "rm",
        "it",
        "bf",
    )
)
_SPACES = frozenset(["\\,", "\\;", "\\:", "\\ ", "\\>", "\\quad", "\\qquad", "~"])
_ROOTS = {"2": "√", "3": "∛", "4": "∜"}


class Doubt(Exception):
    """Something in the formula is not surely understood."""


@lru_cache(maxsize=2048)
def formula(source: str) -> str:
    """The formula in Unicode; empty when in doubt."""
    try:
        reader = _Reader(_TOKEN.findall(source.strip()))
        text = reader.run("")
    except Doubt:
        return ""
    return re.sub(r"\s+", " ", text).strip()


class _Reader:
    """Walks over the tokens of one formula."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def run(self, end: str) -> str:
        """The text up to the token ``end``, or to the end of the formula."""
        self._depth += 1
        if self._depth > _MOST_NESTED:
            raise Doubt
        text, after = "", False
        while (token := self._take()) != end:
            if not token:
                raise Doubt
            is_apart = text[-1:].isspace()
            piece = self._piece(token)
            is_function = _is_function(token, piece)
            if text[-1:].isalnum() and (is_function or (after and _runs_on(token, piece))):
                text += " "
            text, after = text + piece, is_function
            if token[0] == "\\" and token[1:].isalpha() and not is_apart:
                self._skip_space()  # TeX takes no notice of it: "a\\leq b" is a≤b
        self._depth -= 1
        return text

    def _take(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1] if self._at <= len(self._tokens) else ""

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _skip_space(self) -> None:
        while self._peek().isspace():
            self._at += 1

    def _argument(self) -> str:
        self._skip_space()
        token = self._take()
        if token in ("", "}", "^", "_", "&"):
            raise Doubt
        return self._piece(token)

    def _term(self) -> str:
        """A part of a fraction; letters without braces might be a word."""
        self._skip_space()
        if not (self._peek() == "{" or self._peek().isdecimal()):
            raise Doubt
        return self._argument()

    def _piece(self, token: str) -> str:
        match token:
            case "{":
                return self.run("}")
            case "^":
                return raised(self._argument())
            case "_":
                return lowered(self._argument())
            case "'":
                return "′"
            case "-":
                return "−"
            case "}" | "&" | "$" | "\\\\":
                raise Doubt
        if token in _SPACES or token.isspace():
            return " "
        return self._command(token[1:]) if token.startswith("\\") else token

    def _command(self, name: str) -> str:
        if name in "{}%$&#_":
            return name
        if name in _SILENT or name in "!/":
            return self._silent(name)
        if name in _STYLES:
            return self._styled(name)
        if name in _MARKS:
            return hatted(name, self._argument()) or _doubt()
        if name in ("frac", "dfrac", "tfrac"):
            return f"{_grouped(self._term())}/{_grouped(self._term())}"
        if name == "sqrt":
            return self._root()
        if name == "pmod":
            return f"(mod {self._argument()})"
        return symbol(name) or _doubt()

    def _silent(self, name: str) -> str:
        if name in ("left", "right") and self._peek() == ".":
            self._take()
        return ""

    def _styled(self, name: str) -> str:
        if self._peek() == "*":
            self._take()
        return alphabetic(name, self._argument())

    def _root(self) -> str:
        degree = "2"
        if self._peek() == "[":
            self._take()
            degree = self.run("]")
        if degree not in _ROOTS:
            raise Doubt
        return _ROOTS[degree] + _grouped(self._argument())


def _doubt() -> str:
    raise Doubt


def _grouped(text: str) -> str:
    return text if re.fullmatch(r"[\w.]*", text) else f"({text})"


def _is_function(token: str, piece: str) -> bool:
    """Whether ``\\log`` became ``log``, which must not run into a letter."""
    return len(piece) > 1 and piece == token[1:]


def _runs_on(token: str, piece: str) -> bool:
    return token not in ("^", "_") and piece[:1].isalnum()
