"""Find the sentence that says a paper was withdrawn, in its title, comment or abstract."""

import re

from bot.summaries.extractive.sentences import sentences

_WORK = (
    r"(?:paper|article|manuscript|submission|pre-?print|e-?print|work|version|study|note|letter"
    r"|thesis|report|draft|document|entry)"
)
_GONE = r"(?:withdrawn|retracted)"
_BEEN = r"(?:has|have|had|is|was|will|should|must|needs?|to|be|been|being|now|therefore|\w+ly)"
_SELF = rf"(?<!of )(?<!\bby )\b(?:this|our|my|the present) (?:[\w-]+ ){{0,2}}?{_WORK}"
_HINT = re.compile(r"withdr[ae]w|retract|removed by arxiv", re.IGNORECASE)

# In an abstract only the paper's word about itself: others write of withdrawals and retractions.
_OF_ITSELF = re.compile(
    rf"{_SELF}(?: \([^)]*\))?,? (?:{_BEEN} ){{1,6}}{_GONE}\b(?! from (?!arxiv)\w)"
    rf"|^\W*(?:(?:this|the) )?(?:{_WORK} )?(?:is |was |has been )?(?:\w+ly )?{_GONE}\b"
    r"(?=\W*$|[.:;,)\]]|\s(?:by|due|because|for|as|pending|since|until|see|on|in order)\b)"
    rf"|\b(?:we|i|authors?)\b(?: [\w’']+){{0,8}}? (?:withdraw|withdrew|withdrawn|retract(?:ed)?)"
    rf" (?:this|our|my|the) (?:[\w-]+ )?{_WORK}\b"
    rf"|{_SELF} (?:has been|was|is) removed by arxiv\b"
    rf"|\b(?:request|ask|decid)\w* (?:[\w’']+ ){{0,3}}withdrawal of (?:this|our|my) {_WORK}\b",
    re.IGNORECASE,
)
# A comment speaks of its paper, unless it names another.
_OF_THE_PAPER = re.compile(
    rf"\b(?:{_BEEN} ){{1,4}}{_GONE}\b(?! from (?!arxiv)\w)|\brequest\w* (?:its|the|a) withdrawal\b"
    rf"|\bwithdrawal of (?:the|this|our) {_WORK}\b|\b{_WORK} {_GONE}\b(?! from (?!arxiv)\w)",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"\d{4}\.\d{4}|\b[a-z-]+/\d{7}\b|\b(?:supersede|replace|previous|earlier|another|former|older"
    r"|merged)\w*",
    re.IGNORECASE,
)
# "[Withdrawn] We prove ...": what follows is not part of it.
_IN_BRACKETS = re.compile(
    rf"\s*([\[(*]+\s*(?:{_WORK} )?(?:\w+ly )?{_GONE}\b[^\])*]{{0,150}}[\])*]+)", re.IGNORECASE
)


def withdrawal(title: str, abstract: str, comment: str) -> str:
    """Return the sentence in which a paper is withdrawn; empty where it stands."""
    if not _HINT.search(f"{title}\n{comment}\n{abstract}"):
        return ""
    for text in (comment, abstract, title):
        if notice := _IN_BRACKETS.match(text):
            return notice[1]
    for sentence in sentences(comment):
        is_other = _ANOTHER.search(sentence)
        if _OF_ITSELF.search(sentence) or (_OF_THE_PAPER.search(sentence) and not is_other):
            return sentence
    notices = (sentence for sentence in sentences(abstract) if _OF_ITSELF.search(sentence))
    return next(notices, title if _OF_ITSELF.match(title) else "")
