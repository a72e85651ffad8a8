"""Translate single TeX macros: symbols, accents and special alphabets.

pylatexenc is given one macro at a time, never running text: there it takes ``%`` for a comment, and
every fifth abstract contains one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from pylatexenc.latex2text import LatexNodes2Text, get_default_latex_context_db

_SYMBOL_TABLE = (
    "degree ° arcdeg ° prime ′ arcmin ′ arcsec ″ lt < gt > | ‖ top ⊤ bot ⊥ ne ≠ colon : neg ¬"
    " land ∧ lor ∨ implies ⇒ impliedby ⇐ iff ⇔ coloneqq ≔ coloneq ≔ lll ⋘ ggg ⋙ nsim ≁ Box □"
    " Diamond ◇ triangle △ models ⊨ vDash ⊨ Vdash ⊩ dag † ddag ‡ ddagger ‡ checkmark ✓ slash /"
    " micro µ upmu µ sun ☉ Sun ☉ earth ⊕ Earth ⊕ copyright © circledR ® pounds £ euro €"
    " texteuro € thicksim ∼ thickapprox ≈ lesseqgtr ⋚ doteq ≐ hdots … dotsc … dotso … dotsb ⋯"
    " dotsm ⋯ llbracket ⟦ rrbracket ⟧ bigstar ★ lbrack [ rbrack ] lbrace { rbrace } vert |"
    " lvert | rvert | mathsection § Re Re Im Im arg arg dim dim gcd gcd hom hom ker ker lcm lcm"
    " argmin argmin argmax argmax limsup limsup liminf liminf Pr Pr"
)
_NAMES_AND_SYMBOLS = _SYMBOL_TABLE.split()
_EXTRA_SYMBOLS = dict(zip(_NAMES_AND_SYMBOLS[::2], _NAMES_AND_SYMBOLS[1::2], strict=True))
TEXT_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
}
"""The combining character of each accent command of text."""
MATH_ACCENTS = {
    **dict.fromkeys(("hat", "widehat", "Hat"), TEXT_ACCENTS["^"]),
    **dict.fromkeys(("bar", "Bar"), TEXT_ACCENTS["="]),
    **dict.fromkeys(("tilde", "widetilde", "Tilde"), TEXT_ACCENTS["~"]),
    **dict.fromkeys(("vec", "Vec", "overrightarrow"), "\u20d7"),
    **dict.fromkeys(("dot", "Dot"), TEXT_ACCENTS["."]),
    **dict.fromkeys(("check", "widecheck"), TEXT_ACCENTS["v"]),
    **dict.fromkeys(("underline", "underbar"), "\u0332"),
    "overline": "\u0305",
    "overleftarrow": "\u20d6",
    "ddot": TEXT_ACCENTS['"'],
    "dddot": "\u20db",
    "breve": TEXT_ACCENTS["u"],
    "acute": TEXT_ACCENTS["'"],
    "grave": TEXT_ACCENTS["`"],
    "mathring": TEXT_ACCENTS["r"],
}
"""Mathematical accents over or under a letter."""
_LINE_ACCENTS = frozenset(("overline", "underline"))  # drawn through all letters
_SCRIPT_LIKE_CHARS = "*∗⋆★†‡⊙⊕☉"
_SUPERSCRIPTS = dict(
    zip(
        "0123456789+-−=()niabcdefghjklmoprstuvwxyzABDEGHIJKLMNOPRTUVW∘′β",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ°′ᵝ",
        strict=True,
    )
) | {c: c for c in "*∗⋆★†‡″"}
_SUBSCRIPTS = dict(
    zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
) | {c: c for c in "⊙⊕☉⋆★"}
_SCRIPT_CHARS = frozenset("".join((*_SUPERSCRIPTS.values(), *_SUBSCRIPTS.values())))


@cache
def _latex_converter() -> LatexNodes2Text:
    return LatexNodes2Text()


@lru_cache(maxsize=4096)
def macro_symbol(name: str) -> str:
    """Return the text of a macro without arguments, or "" if unknown."""
    if name in _EXTRA_SYMBOLS:
        return _EXTRA_SYMBOLS[name]
    macro_spec = get_default_latex_context_db().get_macro_spec(name)
    replacement = getattr(macro_spec, "simplify_repl", None)
    # For a macro that wants an argument it has a function or a pattern, "<cit.>" or a bare accent.
    if not isinstance(replacement, str) or any(map(unicodedata.combining, replacement)):
        return ""
    return replacement if len(replacement) == 1 or replacement.isalpha() else ""


@lru_cache(maxsize=4096)
def accent_letter(accents: str, letter: str) -> str:
    """Return a letter under TeX accents, outermost first, as one character, or ""."""
    base_letter = {"\\i": "i", "\\j": "j", "\\aa": "å", "\\AA": "Å"}.get(letter, letter)
    for accent in reversed(accents):
        base_letter = unicodedata.normalize("NFC", base_letter + TEXT_ACCENTS.get(accent, ""))
    return base_letter if len(base_letter) == 1 and base_letter != letter else ""


@lru_cache(maxsize=4096)
def accent_math(name: str, text: str, *, is_whole: bool = False) -> str:
    """Put an accent over each letter before a script, or after a bracketed ``is_whole`` text."""
    accent = MATH_ACCENTS[name]
    if is_whole and name not in _LINE_ACCENTS:
        return f"({text}){accent}"
    script_positions = (
        index for index, c in enumerate(text) if index and (c in "^_" or c in _SCRIPT_CHARS)
    )
    accented_end = len(text) if is_whole else next(script_positions, len(text))
    accented_letters = (
        c if c.isspace() or unicodedata.combining(c) else c + accent for c in text[:accented_end]
    )
    return unicodedata.normalize("NFC", "".join(accented_letters)) + text[accented_end:]


@lru_cache(maxsize=4096)
def alphabet_letter(alphabet: str, letter: str) -> str:
    """Return a letter of a special alphabet: ``mathbb`` ``R`` is ℝ."""
    if not (letter.isascii() and letter.isalnum()):
        return letter
    return str(_latex_converter().latex_to_text(f"\\{alphabet}{{{letter}}}")) or letter


def superscript(text: str) -> str:
    """Return a superscript in Unicode if short and available, else after a caret."""
    return _to_script(text, _SUPERSCRIPTS, "^")


def subscript(text: str) -> str:
    """Return a subscript in Unicode if short and available, else after an underscore."""
    return _to_script(text, _SUBSCRIPTS, "_")


def is_script_like(character: str) -> bool:
    """Return whether a character is itself used as an index or exponent: C*, M⊙."""
    return character != "" and character in _SCRIPT_LIKE_CHARS


def _to_script(text: str, characters: dict[str, str], script_sign: str) -> str:
    text = text.strip()
    compact_text = text.replace(" ", "")
    letter_count = sum(c.isalpha() for c in compact_text)
    if compact_text and letter_count <= 2 and all(c in characters for c in compact_text):
        return "".join(characters[c] for c in compact_text)
    # An exponent within an index ends with it: q² alone would be read as (index q)².
    if re.fullmatch(r"\([^()]*\)", text):
        return script_sign + text
    is_word = text.isalnum() and not any(c in _SCRIPT_CHARS for c in text)
    return f"{script_sign}{text}" if len(text) == 1 or is_word else f"{script_sign}({text})"
