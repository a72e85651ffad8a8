"""Write announced text as LaTeX that compiles and runs nothing.

Formulas stay formulas where each of their parts is surely harmless and in its place, written
anew; all else is written as the text that a reader is shown. The letters are of ASCII, because
BibTeX cuts names into bytes. A document needs ``amsmath`` and ``amssymb``, and the T1 encoding
for letters such as đ; scripts that LaTeX has no letters for stay as they are, for LuaLaTeX.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from string import ascii_letters

from pylatexenc.latexencode import get_builtin_uni2latex_dict

from bot.latex import Piece, pieces
from bot.render.entry_content import plain

log = logging.getLogger(__name__)

_FORMULA = re.compile(r"\$\$?([^$]+)\$\$?|\\\((.+)\\\)|\\\[(.+)\\\]", re.DOTALL)
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_WITH_MARKS = re.compile(r".[\u0300-\u036f]*", re.DOTALL)
_OPENING_QUOTE = re.compile(r'(?<![^\s(\[{-])"')
_MOST_NESTED = 20
_SHIFTS = {"<super>": "^", "<sub>": "_"}
_ACTIVE = frozenset('\\{}$&#%^_`"')  # of ASCII, what is no letter in a formula

# Commands of a formula: each is LaTeX's own or of the AMS, and only prints.
_SYMBOLS = frozenset(
    (
        *("alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta"),
        *("vartheta", "iota", "kappa", "lambda", "mu", "nu", "xi", "pi", "varpi", "rho"),
        *("varrho", "sigma", "varsigma", "tau", "upsilon", "phi", "varphi", "chi", "psi"),
        *("omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi"),
        *("Psi", "Omega", "aleph", "hbar", "ell", "Re", "Im", "partial", "nabla", "infty"),
        *("emptyset", "varnothing", "forall", "exists", "neg", "angle", "triangle", "prime"),
        *("top", "bot", "pm", "mp", "times", "div", "cdot", "ast", "star", "circ", "bullet"),
        *("oplus", "ominus", "otimes", "odot", "dagger", "ddagger", "cap", "cup", "sqcap"),
        *("sqcup", "wedge", "vee", "setminus", "wr", "amalg", "bigcap", "bigcup", "bigoplus"),
        *("bigotimes", "bigwedge", "ltimes", "rtimes", "boxtimes", "square", "Box", "diamond"),
        *("Diamond", "flat", "sharp", "le", "leq", "leqslant", "ge", "geq", "geqslant", "ll"),
        *("gg", "ne", "neq", "equiv", "sim", "simeq", "approx", "cong", "propto", "lesssim"),
        *("gtrsim", "prec", "succ", "in", "ni", "notin", "subset", "subseteq", "supset"),
        *("supseteq", "mid", "nmid", "parallel", "perp", "models", "vdash", "not", "colon", "lt"),
        *("gt", "to", "gets", "mapsto", "leftarrow", "rightarrow", "leftrightarrow", "Leftarrow"),
        *("Rightarrow", "Leftrightarrow", "longrightarrow", "longleftrightarrow"),
        *("Longrightarrow", "uparrow", "downarrow", "updownarrow", "hookrightarrow"),
        *("twoheadrightarrow", "rightleftharpoons", "rightharpoonup", "nearrow", "searrow"),
        *("iff", "implies", "sum", "prod", "coprod", "int", "iint", "oint", "ldots", "cdots"),
        *("vdots", "ddots", "dots", "langle", "rangle", "lceil", "rceil", "lfloor", "rfloor"),
        *("lvert", "rvert", "lVert", "rVert", "vert", "Vert", "backslash", "imath", "jmath"),
        *("arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "csc", "deg", "det", "dim"),
        *("exp", "gcd", "hom", "inf", "ker", "lg", "lim", "liminf", "limsup", "ln", "log", "max"),
        *("min", "Pr", "sec", "sin", "sinh", "sup", "tan", "tanh", "bmod", "quad", "qquad", "{"),
        *("}", "checkmark", "blacksquare", "heartsuit", " ", "natural", "bigstar", "oslash"),
        *("preceq", "succeq", "sqsubseteq", "sqsupseteq", "subsetneq", "supsetneq", "vDash"),
        *("nrightarrow", "smallsetminus", "Longleftrightarrow"),
    )
)
# What BibTeX would count as a brace, a blank that would be folded, and what only MathJax knows.
_SAME = {" ": "~", "{": r"\lbrace", "}": r"\rbrace", "lt": "<", "gt": ">"}
_WITH_ARGUMENTS = {
    **dict.fromkeys(("mathbb", "mathcal", "mathfrak", "mathrm", "mathbf", "mathsf", "mathtt"), 1),
    **dict.fromkeys(("mathit", "boldsymbol", "hat", "bar", "tilde", "vec", "dot", "ddot"), 1),
    **dict.fromkeys(("check", "breve", "acute", "grave", "widehat", "widetilde", "overline"), 1),
    **dict.fromkeys(("underline", "overrightarrow", "pmod", "sqrt"), 1),
    **dict.fromkeys(("frac", "dfrac", "tfrac", "binom", "stackrel", "overset", "underset"), 2),
}
_AS_OTHERS = {
    **dict.fromkeys(("text", "textrm", "textup", "textnormal", "mbox", "hbox"), "mathrm"),
    **dict.fromkeys(("operatorname", "mathop"), "mathrm"),
    "textit": "mathit",
    "emph": "mathit",
    "textbf": "mathbf",
    "textsf": "mathsf",
    "texttt": "mathtt",
    "bm": "boldsymbol",
    "pmb": "boldsymbol",
    "mathscr": "mathcal",
}
_SWITCHES = {"rm": "mathrm", "it": "mathit", "bf": "mathbf", "sf": "mathsf", "tt": "mathtt"}
_SWITCHES |= {"cal": "mathcal"}
_SIZES = frozenset(
    (
        *("left", "right", "middle", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr"),
        *("biggl", "biggr", "Biggl", "Biggr", "displaystyle", "textstyle", "scriptstyle"),
        *("limits", "nolimits"),
    )
)
# The scripts after which another may stand: TeX takes one above, after primes, and one below.
_FIRST_SCRIPT = {
    "'": re.compile(r"_?'*"),
    "^": re.compile(r"_?'*"),
    "_": re.compile(r"'*\^?"),
}
_ESCAPES = frozenset(("\\%", "\\#", "\\&", "\\_", "\\,", "\\;", "\\:", "\\!", "\\>", "\\|"))

_TEXT = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{sign: "\\" + sign for sign in "$&%#_"},
    "ˆ": r"\textasciicircum{}",
    "\u00a0": "~",
    "–": "--",
    "—": "---",
    "−": r"\ensuremath{-}",
    "…": r"\ldots{}",
    "′": "'",
    "″": "''",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "ß": r"{\ss}",
    "æ": r"{\ae}",
    "Æ": r"{\AE}",
    "œ": r"{\oe}",
    "Œ": r"{\OE}",
    "ø": r"{\o}",
    "Ø": r"{\O}",
    "ł": r"{\l}",
    "Ł": r"{\L}",
    "đ": r"{\dj}",
    "Đ": r"{\DJ}",
    "ı": r"{\i}",
    "ð": r"{\dh}",
    "Ð": r"{\DH}",
    "þ": r"{\th}",
    "Þ": r"{\TH}",
    "ŋ": r"{\ng}",
    "Ŋ": r"{\NG}",
}
_TEXT_SYMBOLS = frozenset(
    f"\\text{name}"
    for name in (
        *("bullet", "celsius", "cent", "copyright", "currency", "dagger", "daggerdbl", "degree"),
        *("div", "downarrow", "euro", "exclamdown", "florin", "leftarrow", "lnot", "mu"),
        *("numero", "onehalf", "onequarter", "openbullet", "ordfeminine", "ordmasculine"),
        *("paragraph", "periodcentered", "pertenthousand", "perthousand", "questiondown"),
        *("registered", "rightarrow", "section", "sterling", "threequarters", "times"),
        *("trademark", "uparrow", "won", "yen"),
    )
)
_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
    "\u0328": "k",
    "\u0331": "b",
}


class Doubt(Exception):
    """Something in the formula is not surely harmless."""


def latex_text(text: str) -> str:
    """Return one line of LaTeX that prints ``text``, of harmless commands and balanced braces."""
    line = " ".join(plain(text).split())
    try:
        parts = list(pieces(line))
    except Exception:
        log.exception("TeX not readable", extra={"length": len(line)})
        parts = [Piece(line, 0, len(line))]
    written, prose = [], ""
    for shown, start, end in parts:
        found = _FORMULA.fullmatch(line, start, end)
        formula = _formula(found[found.lastindex or 0]) if found else ""
        if formula:
            written += [_prose(prose), f"${formula}$"]
            prose = ""
        else:
            prose += shown
    return "".join([*written, _prose(prose)])


def _prose(text: str) -> str:
    """Return text without any TeX in it as LaTeX."""
    quoted = _OPENING_QUOTE.sub("“", text).replace('"', "”")
    line = unicodedata.normalize("NFC", plain(quoted))
    return "".join(
        rf"\ensuremath{{{shift}{{{''.join(map(_unshifted, letters))}}}}}"
        if shift
        else "".join(map(_letter, letters))
        for shift, letters in groupby(_WITH_MARKS.findall(line), _shift)
    )


def _shift(sign: str) -> str:
    """Return how TeX raises or lowers what is a small sign of its own, such as ² but not ™."""
    if len(sign) > 1:
        return ""
    kind = unicodedata.decomposition(sign).partition(" ")[0]
    is_small = unicodedata.category(sign) in ("Lm", "No", "Pe", "Ps", "Sm") and _unshifted(sign)
    return _SHIFTS.get(kind, "") if is_small else ""


def _unshifted(sign: str) -> str:
    return _in_formula(unicodedata.normalize("NFKD", sign))


@lru_cache(4096)
def _letter(sign: str) -> str:
    """Return a character with its marks as LaTeX; one that LaTeX has no name for stays."""
    if sign in _TEXT or sign.isascii():
        return _TEXT.get(sign, sign)
    letter, *marks = list(unicodedata.normalize("NFD", sign))
    if marks and letter in ascii_letters and all(mark in _ACCENTS for mark in marks):
        return f"{{{_accented(letter, marks)}}}"
    if len(sign) > 1:
        return _letter(sign[0]) + sign[1:]
    if unicodedata.category(sign) == "Cf":  # such as a blank without width
        return ""
    known = str(get_builtin_uni2latex_dict().get(ord(sign), ""))
    # Letters of other scripts have names in a few encodings only, which readers do not know.
    symbol = re.fullmatch(r"\\ensuremath\{(.+)\}", known)
    if formula := _formula(symbol[1]) if symbol else "":
        return rf"{{\ensuremath{{{formula}}}}}"
    return f"{{{known}}}" if known in _TEXT_SYMBOLS else sign


def _accented(letter: str, marks: Sequence[str]) -> str:
    """Return a letter under its accents, as in ``\\'e``, ``\\v{c}`` and ``\\~{\\^e}``."""
    is_above = unicodedata.combining(marks[0]) == 230
    written = f"\\{letter}" if letter in "ij" and is_above else letter
    for accent in map(_ACCENTS.__getitem__, marks):
        is_alone = not accent.isalpha() and written in (letter, f"\\{letter}")
        written = f"\\{accent}{written if is_alone else f'{{{written}}}'}"
    return written


def _in_formula(sign: str) -> str:
    """Return a character as it stands in a formula, or nothing where it is none of one."""
    if sign.isascii():
        return "" if sign in _ACTIVE else sign
    found = re.fullmatch(r"\{?\\ensuremath\{([^_^].*?)\}\}?", _letter(sign[:1]))
    return found[1] if found and len(sign) == 1 else ""


def _formula(source: str) -> str:
    """Return a formula written anew, or nothing where a part of it is in doubt."""
    try:
        written = _Formula(_TOKEN.findall(source.strip())).until("")
    except Doubt:
        return ""
    return " ".join(written.split())


class _Formula:
    """Walks over the tokens of one formula and writes what is surely harmless."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens[::-1]
        self._depth = 0

    def until(self, end: str, *, in_words: bool = False) -> str:
        """Return what stands before the token ``end``, or before the end of the formula."""
        self._depth += 1
        if self._depth > _MOST_NESTED:
            raise Doubt
        written, scripts = "", ""
        while (part := self._take()) != end:
            if part in ("^", "_", "'"):
                if not _FIRST_SCRIPT[part].fullmatch(scripts):
                    raise Doubt
                scripts += part
                written += part if part == "'" else f"{part}{{{self._argument()}}}"
                continue
            atom = self._atom(part, end, in_words=in_words)
            if atom.strip():
                scripts = ""
            written = _joined(written, atom)
            if part[1:] in _SWITCHES and part[0] == "\\":
                break  # it has taken the rest
        self._depth -= 1
        return written

    def _take(self) -> str:
        return self._tokens.pop() if self._tokens else ""

    def _peek(self) -> str:
        return self._tokens[-1] if self._tokens else ""

    def _skip_space(self) -> None:
        while self._peek().isspace():
            self._take()

    def _atom(self, part: str, end: str, *, in_words: bool) -> str:
        if not part:
            raise Doubt
        if part.isspace():
            return "~" if in_words else " "
        match part:
            case "{":
                return f"{{{self.until('}', in_words=in_words)}}}"
            case "%" | "#":
                return "\\" + part
            case "-" if in_words:
                return r"\mbox{-}"
        if part in _ESCAPES:
            return part
        if part[0] == "\\":
            return self._command(part[1:], end)
        if written := _in_formula(part):
            return written
        raise Doubt

    def _command(self, name: str, end: str) -> str:
        if name in _SYMBOLS:
            return _SAME.get(name, "\\" + name)
        if name in _SWITCHES:
            self._skip_space()
            return f"\\{_SWITCHES[name]}{{{self.until(end)}}}"
        if name in _SIZES:
            if self._peek() == ".":
                self._take()
            return ""
        if name in _AS_OTHERS:
            return f"\\{_AS_OTHERS[name]}{{{self._argument(in_words=True)}}}"
        if name not in _WITH_ARGUMENTS:
            raise Doubt
        degree = ""
        if name == "sqrt" and self._peek() == "[":
            self._take()
            degree = f"[{self.until(']')}]"
        arguments = [f"{{{self._argument()}}}" for _ in range(_WITH_ARGUMENTS[name])]
        return "".join([f"\\{name}{degree}", *arguments])

    def _argument(self, *, in_words: bool = False) -> str:
        """Return what stands in braces, or the one letter or command that is there instead."""
        self._skip_space()
        part = self._take()
        if part == "{":
            return self.until("}", in_words=in_words)
        if part in ("^", "_", "'") or part[1:] in _SWITCHES:
            raise Doubt
        return self._atom(part, "", in_words=in_words)


def _joined(written: str, more: str) -> str:
    """Set a blank where a letter would become part of the command before it."""
    runs_on = more[:1].isalpha() and re.search(r"\\[A-Za-z]+$", written)
    return f"{written} {more}" if runs_on else written + more
