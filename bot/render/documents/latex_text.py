"""Convert announced text to LaTeX that compiles and only prints.

A formula stays a formula if each of its parts is known to be harmless and in its place, and is
written anew; everything else is written as the text that readers see. Letters are ASCII, because
BibTeX cuts names into bytes. A document needs ``amsmath`` and ``amssymb``, and the T1 encoding for
letters such as đ; scripts that LaTeX has no letters for stay as they are, for LuaLaTeX.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from functools import lru_cache
from itertools import groupby
from string import ascii_letters

from pylatexenc.latexencode import get_builtin_uni2latex_dict

from bot.latex import Piece, display_pieces
from bot.latex.symbols import TEXT_ACCENTS
from bot.render.entry_content import strip_invisible

log = logging.getLogger(__name__)

_FORMULA = re.compile(r"\$\$?([^$]+)\$\$?|\\\((.+)\\\)|\\\[(.+)\\\]", re.DOTALL)
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_CHARACTER_WITH_ACCENTS = re.compile(r".[\u0300-\u036f]*", re.DOTALL)
_OPENING_QUOTE = re.compile(r'(?<![^\s(\[{-])"')
_MAX_DEPTH = 20
_SCRIPT_COMMANDS = {"<super>": "^", "<sub>": "_"}
_SMALL_CHARACTER_CATEGORIES = frozenset({"Lm", "No", "Pe", "Ps", "Sm"})
_SPECIAL_CHARACTERS = frozenset('\\{}$&#%^_`"')  # ASCII that does not print in a formula

# Commands of LaTeX and the AMS packages that only print.
_SAFE_COMMANDS = frozenset(
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
# BibTeX would count the braces and collapse the blank; the others only MathJax knows.
_REPLACEMENTS = {" ": "~", "{": r"\lbrace", "}": r"\rbrace", "lt": "<", "gt": ">"}
_ARGUMENT_COUNTS = {
    **dict.fromkeys(("mathbb", "mathcal", "mathfrak", "mathrm", "mathbf", "mathsf", "mathtt"), 1),
    **dict.fromkeys(("mathit", "boldsymbol", "hat", "bar", "tilde", "vec", "dot", "ddot"), 1),
    **dict.fromkeys(("check", "breve", "acute", "grave", "widehat", "widetilde", "overline"), 1),
    **dict.fromkeys(("underline", "overrightarrow", "pmod", "sqrt"), 1),
    **dict.fromkeys(("frac", "dfrac", "tfrac", "binom", "stackrel", "overset", "underset"), 2),
}
_EQUIVALENT_COMMANDS = {
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
_FONT_SWITCHES = {"rm": "mathrm", "it": "mathit", "bf": "mathbf", "sf": "mathsf", "tt": "mathtt"}
_FONT_SWITCHES |= {"cal": "mathcal"}
_IGNORED_COMMANDS = frozenset(
    (
        *("left", "right", "middle", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr"),
        *("biggl", "biggr", "Biggl", "Biggr", "displaystyle", "textstyle", "scriptstyle"),
        *("limits", "nolimits"),
    )
)
# The scripts that may precede each: TeX allows one superscript, after primes, and one subscript.
_ALLOWED_EARLIER_SCRIPTS = {
    "'": re.compile(r"_?'*"),
    "^": re.compile(r"_?'*"),
    "_": re.compile(r"'*\^?"),
}
_SAFE_ESCAPES = frozenset(("\\%", "\\#", "\\&", "\\_", "\\,", "\\;", "\\:", "\\!", "\\>", "\\|"))

_TEXT_REPLACEMENTS = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{character: "\\" + character for character in "$&%#_"},
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
_ACCENTS = {accent: command for command, accent in TEXT_ACCENTS.items()}


class UnsafeFormula(Exception):
    """A part of the formula is not known to be harmless."""


def latex_text(text: str) -> str:
    """Return one line of LaTeX that prints ``text``: harmless commands and balanced braces."""
    one_line_text = " ".join(strip_invisible(text).split())
    try:
        display_parts = list(display_pieces(one_line_text))
    except Exception:
        log.exception("TeX not readable", extra={"length": len(one_line_text)})
        display_parts = [Piece(one_line_text, 0, len(one_line_text))]
    latex_parts, prose = [], ""
    for shown_text, part_start, part_end in display_parts:
        match = _FORMULA.fullmatch(one_line_text, part_start, part_end)
        formula = _safe_formula(match[match.lastindex or 0]) if match else ""
        if formula:
            latex_parts += [_prose_latex(prose), f"${formula}$"]
            prose = ""
        else:
            prose += shown_text
    return "".join([*latex_parts, _prose_latex(prose)])


def _prose_latex(text: str) -> str:
    """Return text without TeX as LaTeX."""
    quoted_text = _OPENING_QUOTE.sub("“", text).replace('"', "”")
    cleaned_text = unicodedata.normalize("NFC", strip_invisible(quoted_text))
    return "".join(
        rf"\ensuremath{{{script_command}{{{''.join(map(_baseline_latex, letters))}}}}}"
        if script_command
        else "".join(map(_letter_latex, letters))
        for script_command, letters in groupby(
            _CHARACTER_WITH_ACCENTS.findall(cleaned_text), _script_command
        )
    )


def _script_command(character: str) -> str:
    """Return TeX's command for a superscript or subscript such as ² (but not ™); "" for others."""
    if len(character) > 1:
        return ""
    decomposition_kind = unicodedata.decomposition(character).partition(" ")[0]
    is_small = unicodedata.category(character) in _SMALL_CHARACTER_CATEGORIES
    return (
        _SCRIPT_COMMANDS.get(decomposition_kind, "")
        if is_small and _baseline_latex(character)
        else ""
    )


def _baseline_latex(character: str) -> str:
    return _formula_character(unicodedata.normalize("NFKD", character))


@lru_cache(4096)
def _letter_latex(character: str) -> str:
    """Return a character with its accents as LaTeX; one that LaTeX has no name for stays."""
    if character in _TEXT_REPLACEMENTS or character.isascii():
        return _TEXT_REPLACEMENTS.get(character, character)
    letter, *accents = list(unicodedata.normalize("NFD", character))
    if accents and letter in ascii_letters and all(accent in _ACCENTS for accent in accents):
        is_accent_above = unicodedata.combining(accents[0]) == 230
        accented_latex = f"\\{letter}" if letter in "ij" and is_accent_above else letter
        for command in map(_ACCENTS.__getitem__, accents):  # \'e, \v{c}, \~{\^e}
            needs_no_braces = not command.isalpha() and accented_latex in (letter, f"\\{letter}")
            accented_latex = (
                f"\\{command}{accented_latex if needs_no_braces else f'{{{accented_latex}}}'}"
            )
        return f"{{{accented_latex}}}"
    if len(character) > 1:
        return _letter_latex(character[0]) + character[1:]
    if unicodedata.category(character) == "Cf":  # such as a zero-width joiner
        return ""
    latex_name = str(get_builtin_uni2latex_dict().get(ord(character), ""))
    # Names of letters of other scripts need encodings that few documents load.
    symbol_match = re.fullmatch(r"\\ensuremath\{(.+)\}", latex_name)
    if formula := _safe_formula(symbol_match[1]) if symbol_match else "":
        return rf"{{\ensuremath{{{formula}}}}}"
    return f"{{{latex_name}}}" if latex_name in _TEXT_SYMBOLS else character


def _formula_character(character: str) -> str:
    """Return a character as it is written in a formula; "" if it has no place in one."""
    if character.isascii():
        return "" if character in _SPECIAL_CHARACTERS else character
    match = re.fullmatch(r"\{?\\ensuremath\{([^_^].*?)\}\}?", _letter_latex(character[:1]))
    return match[1] if match and len(character) == 1 else ""


def _safe_formula(source: str) -> str:
    """Return a formula written anew; "" if any part of it is doubtful."""
    try:
        formula = _FormulaWriter(_TOKEN.findall(source.strip())).write_until("")
    except UnsafeFormula:
        return ""
    return " ".join(formula.split())


class _FormulaWriter:
    """Writes a formula anew from its tokens, if all of them are known to be harmless."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens[::-1]
        self._depth = 0

    def write_until(self, end: str, *, in_words: bool = False) -> str:
        """Return the LaTeX up to the token ``end``, or to the end of the formula."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise UnsafeFormula
        formula, scripts = "", ""
        while (lexeme := self._take_token()) != end:
            if lexeme in ("^", "_", "'"):
                if not _ALLOWED_EARLIER_SCRIPTS[lexeme].fullmatch(scripts):
                    raise UnsafeFormula
                scripts += lexeme
                formula += lexeme if lexeme == "'" else f"{lexeme}{{{self._write_argument()}}}"
                continue
            atom_latex = self._write_atom(lexeme, end, in_words=in_words)
            if atom_latex.strip():
                scripts = ""
            if atom_latex[:1].isalpha() and re.search(r"\\[A-Za-z]+$", formula):
                formula += " "  # or the letter would become part of the command before it
            formula += atom_latex
            if lexeme[1:] in _FONT_SWITCHES and lexeme[0] == "\\":
                break  # a font switch consumes the rest
        self._depth -= 1
        return formula

    def _take_token(self) -> str:
        return self._tokens.pop() if self._tokens else ""

    def _peek_token(self) -> str:
        return self._tokens[-1] if self._tokens else ""

    def _skip_space(self) -> None:
        while self._peek_token().isspace():
            self._take_token()

    def _write_atom(self, part: str, end: str, *, in_words: bool) -> str:
        if not part:
            raise UnsafeFormula
        if part.isspace():
            return "~" if in_words else " "
        match part:
            case "{":
                return f"{{{self.write_until('}', in_words=in_words)}}}"
            case "%" | "#":
                return "\\" + part
            case "-" if in_words:
                return r"\mbox{-}"
        if part in _SAFE_ESCAPES:
            return part
        if part[0] == "\\":
            return self._write_command(part[1:], end)
        if character_latex := _formula_character(part):
            return character_latex
        raise UnsafeFormula

    def _write_command(self, name: str, end: str) -> str:
        if name in _SAFE_COMMANDS:
            return _REPLACEMENTS.get(name, "\\" + name)
        if name in _FONT_SWITCHES:
            self._skip_space()
            return f"\\{_FONT_SWITCHES[name]}{{{self.write_until(end)}}}"
        if name in _IGNORED_COMMANDS:
            if self._peek_token() == ".":
                self._take_token()
            return ""
        if name in _EQUIVALENT_COMMANDS:
            return f"\\{_EQUIVALENT_COMMANDS[name]}{{{self._write_argument(in_words=True)}}}"
        if name not in _ARGUMENT_COUNTS:
            raise UnsafeFormula
        degree = ""
        if name == "sqrt" and self._peek_token() == "[":
            self._take_token()
            degree = f"[{self.write_until(']')}]"
        arguments = [f"{{{self._write_argument()}}}" for _ in range(_ARGUMENT_COUNTS[name])]
        return "".join([f"\\{name}{degree}", *arguments])

    def _write_argument(self, *, in_words: bool = False) -> str:
        """Return an argument: what is in braces, or the single letter or command there instead."""
        self._skip_space()
        lexeme = self._take_token()
        if lexeme == "{":
            return self.write_until("}", in_words=in_words)
        if lexeme in ("^", "_", "'") or lexeme[1:] in _FONT_SWITCHES:
            raise UnsafeFormula
        return self._write_atom(lexeme, "", in_words=in_words)
