"""Split an abstract into its sentences.

``sentencex`` knows the full stops and common abbreviations of many languages. It does not know
papers: formulas, "Eq. (2)" and running lists "(1) ... (2) ..." mislead it. It is therefore given a
copy of the text, of the same length, in which these are replaced by plain words.
"""

import re
from itertools import pairwise

from sentencex import segment

from bot.summaries.extractive.truncate import FORMULA

_URL = re.compile(r"(?:https?://|www\.)\S*[\w/]")

# After these, a capital, digit or bracket continues the sentence, unless a sentence opener follows.
_ABBREVIATION = re.compile(
    r"\b(?:eqn?s?|figs?|secs|sects?|chap|refs?|props|thms?|defs|nos|vol|pp|vs|cf|resp|approx|ca|al"
    r"|viz|incl|avg|dept|univ|e\.g|i\.e|w\.r\.t|s\.t)\."
    r"(?=\s*[\[({\d]|\s+[^\W\d_])(?!\s+(?:We|Our|The|This|These|In|It|Here|However)\b)"
    # These may also be words at the end of a sentence: "no", "max".
    r"|\b(?:alg|app|ch|conj|cor|def|ex|lem|max|min|no|prop|rem|sec|tab)\.(?=\s*[\[({\d])",
    re.IGNORECASE,
)

# "Commun. Math. Phys. 12": journal names are abbreviated words, followed by a number.
_JOURNAL = re.compile(
    r"\b[A-Z][a-z]{1,9}\.(?=\s(?:[A-Z]\.\s?)*[A-Z][a-z]{1,9}\.(?:[\s,;)\]]|$))"
    r"|\b(?:Phys|Math|Commun|Nat|Rev|Lett|Ann|Proc|Sci|Chem|Astrophys|Astron|Soc|Acad|Trans|Bull"
    r"|Appl|Adv|Comput|Mod|Int|Eur|Mon|Not|Anal|Funct|Geom|Stat|Theor|Mech|Biol|Res|Nucl|Opt)\."
    r"(?=\s?[\d\[(])"
)

# The library never splits between an opening bracket or apostrophe and the next that could close
# it: "models' ... users'". In lists "(1) ... 2) ..." that is the whole rest of the text.
_OPENING_CHARS = "([{'‘`"
_WITHOUT_BRACKETS = str.maketrans(dict.fromkeys(_OPENING_CHARS + ")]}’", " "))

# "... in MRI and CT. RoMed ...": the library reads short acronyms as initials.
_ACRONYM = re.compile(r"\b[A-Z]{2,}s?(?=[.?!])")

# The library needs UTF-8, which cannot encode lone surrogates.
_HALF_PAIR = re.compile(r"[\ud800-\udfff]")

# "... are missing.To address this ...": common where an abstract was pasted from a PDF.
_MISSING_SPACE = re.compile(r"(?<=[a-z]{2}[.?!])(?=[A-Z][a-z]*\s)")

_SENTENCE_OPENER = (
    r"(?:We|Our|The|This|These|Those|In|It|Its|Here|However|A|An|To|As|For|By|With|Using|Both|All|I|From"
    r"|Moreover|Furthermore|Finally|Results|Methods|Conclusions?|Thus|Hence|Therefore)\s"
)

# The library reads letters as initials and units as abbreviations: "of type A. We", "3 mm. It".
_SHORT_WORD_END = re.compile(
    rf"\b\w\.\s(?={_SENTENCE_OPENER})|\d[\s~-]?(?:[a-zµ]|[a-zA-Zµ]{{2,3}})\)?\.\s(?=[A-Z])"
)

# "... hold. (ii) We prove ...", "... hold. 2) We prove ...".
_NUMBERED_START = re.compile(r"[.!?]\s(?=\(?(?:[ivx]{1,4}|\d|[a-h])\)\s[A-Z])")

# A full stop inside brackets ends no sentence.
_BRACKETED = re.compile(r"\([^()]{1,300}\)|\[[^\[\]]{1,300}\]")

_CONTINUATION = re.compile(r"[a-z]+[\s,;:.]|[,;:)\]]")
_STOPS_WITHOUT_SPACE = "。！？｡"


def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, white space collapsed and no other character lost."""
    one_line = " ".join(text.split())
    masked_text = _mask_false_stops(one_line)
    boundaries = {0, len(one_line)}
    boundaries.update(match.start() for match in _MISSING_SPACE.finditer(masked_text))
    for pattern in (_SHORT_WORD_END, _NUMBERED_START):
        boundaries.update(match.end() for match in pattern.finditer(masked_text))
    text_without_brackets = masked_text.translate(_WITHOUT_BRACKETS)
    sentence_end = 0
    for piece in segment("en", text_without_brackets):
        sentence_end += len(piece)
        if _CONTINUATION.match(text_without_brackets, sentence_end):
            continue
        sentence_start = sentence_end  # of the next sentence, including its opening bracket
        while sentence_start and one_line[sentence_start - 1] in _OPENING_CHARS:
            sentence_start -= 1
        preceding_character = one_line[sentence_start - 1 : sentence_start]
        if preceding_character.isspace() or (
            preceding_character and preceding_character in _STOPS_WITHOUT_SPACE
        ):
            boundaries.add(sentence_start)
    for match in _BRACKETED.finditer(masked_text):
        boundaries.difference_update(range(match.start() + 1, match.end()))
    pieces = (
        one_line[sentence_start:sentence_end].strip()
        for sentence_start, sentence_end in pairwise(sorted(boundaries))
    )
    return tuple(piece for piece in pieces if piece)


def _mask_false_stops(text: str) -> str:
    """Return a text of the same length in which only real full stops look like full stops."""
    text = _HALF_PAIR.sub("x", text)
    text = FORMULA.sub(_placeholder_word, text)
    text = _URL.sub(_placeholder_word, text)
    text = _ACRONYM.sub(_placeholder_word, text)
    for abbreviation in (_ABBREVIATION, _JOURNAL):
        text = abbreviation.sub(lambda match: match[0].replace(".", "_"), text)
    return text


def _placeholder_word(match: re.Match[str]) -> str:
    """Return a word in place of a match; a full stop just inside a formula's end is kept."""
    masked_content = match[0].rstrip("$\\])").rstrip()
    ends_sentence = match[0].endswith("$") and masked_content.endswith(".")
    return "X" + "x" * (len(match[0]) - 2) + ("." if ends_sentence else "x")
