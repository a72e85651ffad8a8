r"""Restore TeX that JSON took for its own: ``"\rightarrow"`` is a line break and "ightarrow".

Models that answer in JSON forget to double the backslash of a command. Where its name begins
with the letter of one of JSON's escapes, a control character takes the place of both.
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
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LETTERS = {control: letter for letter, control in _CONTROLS.items()}


def _truncated_names_pattern(letter: str) -> str:
    """Return the names that begin with a letter without it, as a pattern."""
    return "|".join(name[1:] for name in _COMMAND_NAMES.split() if name[0] == letter)


_LOST_ESCAPE = re.compile(
    # Nobody puts these two into a text; but lines do begin with words, and are indented.
    r"[\b\f](?=[A-Za-z])"
    + "".join(
        rf"|{_CONTROLS[letter]}(?=(?:{_truncated_names_pattern(letter)})(?![A-Za-z]))"
        for letter in "nrt"
    )
)
# What may also be a word or an index of its own: of "fbox", "text", "nexists" and the like.
_WORDS = frozenset(("box", "lat", "ext", "exists", "angle", "parallel", "orm", "oot"))
_TRUNCATED_NAMES = frozenset(name[1:] for name in _COMMAND_NAMES.split()) - _WORDS
_NAME = re.compile(r"(?<![A-Za-z\\])[A-Za-z]{3,}")


def restore_commands(text: str) -> str:
    """Return ``text`` with the commands whose beginning became a control character."""
    return _LOST_ESCAPE.sub(lambda match: "\\" + _LETTERS[match[0]], text)


def has_truncated_command(text: str, source: str) -> bool:
    """Tell whether a formula holds a command without its beginning, as its source does not."""
    truncated_names = {
        name
        for formula in FORMULA.finditer(text)
        for name in _NAME.findall(formula[0])
        if name in _TRUNCATED_NAMES
    }
    return bool(truncated_names) and not truncated_names <= set(_NAME.findall(source))
