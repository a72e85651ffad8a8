r"""Restore TeX commands that JSON read as escapes: ``"\rightarrow"`` became "ightarrow".

Models that answer in JSON forget to double the backslash of a command. Where its name begins with
the letter of a JSON escape, a control character replaces both.
"""

from __future__ import annotations

import re

from bot.summaries.extractive.truncate import FORMULA

_COMMAND_NAMES = """
bar begin beta bf bigcap bigcup bigoplus binom boldsymbol bot bullet
fbox flat forall frac frown
nabla natural ne nearrow neg neq newcommand newline nexists ngeq ngtr ni nleq nless nmid noindent
nolimits nonumber norm normalfont not notin nparallel nsim nsubseteq nu num nwarrow
raise rangle rbrace rbrack rceil ref renewcommand rfloor rho right rightarrow rightharpoonup
rightleftarrows rightleftharpoons rightrightarrows rm root rtimes rule rvert rVert
tan tau tbinom text textbf textit textnormal textrm textsc textsf texttt textup tfrac theta tilde
times to top triangle triangleleft triangleright
"""
_CONTROL_CHARS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_NAMES_WITHOUT_FIRST_LETTER = {
    letter: "|".join(name[1:] for name in _COMMAND_NAMES.split() if name[0] == letter)
    for letter in "nrt"
}
_ESCAPE_LETTERS = {control: letter for letter, control in _CONTROL_CHARS.items()}


_LOST_ESCAPE = re.compile(
    # These two never occur in a text; the others do, so the rest of the name must follow.
    r"[\b\f](?=[A-Za-z])"
    + "".join(
        rf"|{_CONTROL_CHARS[letter]}(?=(?:{names})(?![A-Za-z]))"
        for letter, names in _NAMES_WITHOUT_FIRST_LETTER.items()
    )
)
# Rests that may be words or indices by themselves: of "fbox", "text", "nexists" and the like.
_REAL_WORDS = frozenset(("box", "lat", "ext", "exists", "angle", "parallel", "orm", "oot"))
_TRUNCATED_NAMES = frozenset(name[1:] for name in _COMMAND_NAMES.split()) - _REAL_WORDS
_POSSIBLE_NAME = re.compile(r"(?<![A-Za-z\\])[A-Za-z]{3,}")


def restore_commands(text: str) -> str:
    """Return ``text`` with the commands whose beginning became a control character."""
    return _LOST_ESCAPE.sub(lambda match: "\\" + _ESCAPE_LETTERS[match[0]], text)


def has_truncated_command(text: str, source: str) -> bool:
    """Return whether a formula has a command without its first letter that its source lacks."""
    truncated_names = {
        name
        for formula in FORMULA.finditer(text)
        for name in _POSSIBLE_NAME.findall(formula[0])
        if name in _TRUNCATED_NAMES
    }
    return bool(truncated_names) and not truncated_names <= set(_POSSIBLE_NAME.findall(source))
