"""Where does a sentence of an abstract end?

``sentencex`` knows the stops and the common abbreviations of many languages. It does not
know papers: formulas, "Eq. (2)" and running lists "(1) ... (2) ..." mislead it. It is
therefore shown a shadow of the text, of the same length, in which these are plain words.
"""

import re
from collections.abc import Iterator

from sentencex import segment

# A formula longer than this is a slip of the dollar key and may be split like any text.
_LONGEST_FORMULA = 250

# A closing dollar is not followed by a digit: "from $5 to $7" is money.
_DOLLARS = rf"(?<!\\)(\$\$?)[^$]{{1,{_LONGEST_FORMULA}}}?(?<!\\)\1(?!\d)"
_BRACKETS = rf"\\\(.{{1,{_LONGEST_FORMULA}}}?\\\)|\\\[.{{1,{_LONGEST_FORMULA}}}?\\\]"
FORMULA = re.compile(rf"{_DOLLARS}|{_BRACKETS}")
"""A run of TeX mathematics that must stay whole."""

_URL = re.compile(r"(?:https?://|www\.)\S*[\w/]")

# After these a capital, a digit or a bracket goes on with the sentence, unless it opens one.
_ABBREVIATION = re.compile(
    r"\b(?:eqn?s?|figs?|secs|sects?|chap|refs?|props|thms?|defs|nos|vol|pp|vs|cf|resp|approx|ca|al"
    r"|viz|incl|avg|dept|univ|e\.g|i\.e|w\.r\.t|s\.t)\."
    r"(?=\s*[\[({\d]|\s+[^\W\d_])(?!\s+(?:We|Our|The|This|These|In|It|Here|However)\b)"
    # Words as well, where they end a sentence: "no", "max".
    r"|\b(?:alg|app|ch|conj|cor|def|ex|lem|max|min|no|prop|rem|sec|tab)\.(?=\s*[\[({\d])",
    re.IGNORECASE,
)

# "(1)", "(iv)", "b)": the library would run the list's last item on to the end of the text.
_LIST_MARK = re.compile(r"(?<!\S)\(?(?:\d{1,2}|[ivx]{1,4}|[a-h])\)(?=\s)", re.IGNORECASE)

# The library speaks UTF-8, in which half a character pair cannot be written.
_HALF_PAIR = re.compile(r"[\ud800-\udfff]")

_GOES_ON = re.compile(r"[a-z]+[\s,;:]|[,;:)\]]")
_STOPS_WITHOUT_SPACE = "。！？｡"


def sentences(text: str) -> tuple[str, ...]:
    """Split a text into its sentences, white space folded and no other character lost."""
    folded = " ".join(text.split())
    starts = [0, *_borders(_shadow(folded)), len(folded)]
    pieces = (folded[a:b].strip() for a, b in zip(starts, starts[1:], strict=False))
    return tuple(piece for piece in pieces if piece)


def _borders(shadow: str) -> Iterator[int]:
    """Yield the positions at which a new sentence starts, in order."""
    position = 0
    for piece in segment("en", shadow):
        position += len(piece)
        ends = piece[-1:].isspace() or piece[-1:] in _STOPS_WITHOUT_SPACE
        if ends and not _GOES_ON.match(shadow, position):
            yield position


def _shadow(text: str) -> str:
    """Return a text of the same length in which only real stops look like stops."""
    text = _HALF_PAIR.sub("x", text)
    text = FORMULA.sub(_word, text)
    text = _URL.sub(_word, text)
    text = _LIST_MARK.sub(_word, text)
    return _ABBREVIATION.sub(lambda match: match[0].replace(".", "_"), text)


def _word(match: re.Match[str]) -> str:
    """Stand in for a match with a word; a stop just inside a formula's end remains a stop."""
    inside = match[0].rstrip("$\\])").rstrip()
    ends_sentence = match[0].endswith("$") and inside.endswith(".")
    return "X" + "x" * (len(match[0]) - 2) + ("." if ends_sentence else "x")
