"""What does one TeX macro stand for? Symbols, accents and the blackboard alphabets.

pylatexenc is asked about one macro at a time, never about running text: there it takes ``%``
for a comment, and every fifth abstract holds one.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from pylatexenc.latex2text import LatexNodes2Text, get_default_latex_context_db

_EXTRA = {"deg": "°", "degree": "°", "prime": "′", "lt": "<", "gt": ">", "|": "‖", "top": "⊤"}
_COMBINING = {
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
_ALPHABETS = frozenset({"mathbb", "mathcal", "mathfrak", "mathscr"})
_SUPERS = dict(
    zip(
        "0123456789+-−=()niabcdefghjklmoprstuvwxyzABDEGHIJKLMNOPRTUVW∘′β",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ°′ᵝ",
        strict=True,
    )
)
_SUBS = dict(
    zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)


@lru_cache(maxsize=1)
def _reader() -> LatexNodes2Text:
    return LatexNodes2Text()


@lru_cache(maxsize=4096)
def symbol(name: str) -> str:
    """The character or word that a macro without arguments is; empty when it is unknown."""
    if name in _EXTRA:
        return _EXTRA[name]
    known = get_default_latex_context_db().get_macro_spec(name)
    text = getattr(known, "simplify_repl", None)
    # A macro that wants an argument has a function or a pattern there, "<cit.>" or a bare accent.
    if not isinstance(text, str) or any(map(unicodedata.combining, text)):
        return ""
    return text if len(text) == 1 or text.isalpha() else ""


@lru_cache(maxsize=4096)
def accented(accents: str, letter: str) -> str:
    """A letter under TeX accents, the outermost first, as one character; else empty."""
    text = {"\\i": "i", "\\j": "j", "\\aa": "å", "\\AA": "Å"}.get(letter, letter)
    for accent in reversed(accents):
        text = unicodedata.normalize("NFC", text + _COMBINING.get(accent, ""))
    return text if len(text) == 1 and text != letter else ""


@lru_cache(maxsize=4096)
def hatted(accent: str, letter: str) -> str:
    """A letter under a mark of mathematics, combined where Unicode has no single character."""
    text = unicodedata.normalize("NFC", str(_reader().latex_to_text(f"\\{accent}{{{letter}}}")))
    return text if len(text) <= 2 and text != letter else ""


@lru_cache(maxsize=4096)
def alphabetic(macro: str, letter: str) -> str:
    """A letter of a special alphabet: ``mathbb`` ``R`` is ℝ; other styles leave it as it is."""
    if macro not in _ALPHABETS or len(letter) != 1 or not letter.isascii():
        return letter
    return str(_reader().latex_to_text(f"\\{macro}{{{letter}}}")) or letter


def raised(text: str) -> str:
    """A superscript: Unicode's where it is short and has them, else after a caret."""
    return _shifted(text, _SUPERS, "^")


def lowered(text: str) -> str:
    """A subscript: Unicode's where it is short and has them, else after an underscore."""
    return _shifted(text, _SUBS, "_")


def _shifted(text: str, characters: dict[str, str], sign: str) -> str:
    text = text.strip()
    letters = sum(c.isalpha() for c in text)
    if text and letters <= 2 and all(c in characters for c in text):
        return "".join(characters[c] for c in text)
    return f"{sign}{text}" if len(text) == 1 or text.isalnum() else f"{sign}({text})"
