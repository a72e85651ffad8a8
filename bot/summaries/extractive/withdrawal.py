"""Find the sentence that says a paper was withdrawn, in its title, comment or abstract."""

import re

from bot.summaries.extractive.sentences import split_sentences

_WORK_NOUN = (
    r"(?:paper|article|manuscript|submission|pre-?print|e-?print|work|version|study|note|letter"
    r"|thesis|report|draft|document|entry)"
)
_WITHDRAWN = r"(?:withdrawn|retracted)"
_AUXILIARY_VERB = (
    r"(?:has|have|had|is|was|will|should|must|needs?|to|be|been|being|now|therefore|\w+ly)"
)
_THIS_WORK = rf"(?<!of )(?<!\bby )\b(?:this|our|my|the present) (?:[\w-]+ ){{0,2}}?{_WORK_NOUN}"
_WITHDRAWAL_HINT = re.compile(r"withdr[ae]w|retract|removed by arxiv", re.IGNORECASE)

# In an abstract it must be about this paper: others write about withdrawals and retractions.
_OWN_WITHDRAWAL = re.compile(
    rf"{_THIS_WORK}(?: \([^)]*\))?,? (?:{_AUXILIARY_VERB} ){{1,6}}{_WITHDRAWN}\b"
    r"(?! from (?!arxiv)\w)"
    rf"|^\W*(?:(?:this|the) )?(?:{_WORK_NOUN} )?(?:is |was |has been )?(?:\w+ly )?{_WITHDRAWN}\b"
    r"(?=\W*$|[.:;,)\]]|\s(?:by|due|because|for|as|pending|since|until|see|on|in order)\b)"
    rf"|\b(?:we|i|authors?)\b(?: [\w’']+){{0,8}}? (?:withdraw|withdrew|withdrawn|retract(?:ed)?)"
    rf" (?:this|our|my|the) (?:[\w-]+ )?{_WORK_NOUN}\b"
    rf"|{_THIS_WORK} (?:has been|was|is) removed by arxiv\b"
    rf"|\b(?:request|ask|decid)\w* (?:[\w’']+ ){{0,3}}withdrawal of (?:this|our|my) {_WORK_NOUN}\b",
    re.IGNORECASE,
)
# A comment is about its paper, unless it names another.
_COMMENTED_WITHDRAWAL = re.compile(
    rf"\b(?:{_AUXILIARY_VERB} ){{1,4}}{_WITHDRAWN}\b(?! from (?!arxiv)\w)"
    rf"|\brequest\w* (?:its|the|a) withdrawal\b"
    rf"|\bwithdrawal of (?:the|this|our) {_WORK_NOUN}\b"
    rf"|\b{_WORK_NOUN} {_WITHDRAWN}\b(?! from (?!arxiv)\w)",
    re.IGNORECASE,
)
_OTHER_PAPER = re.compile(
    r"\d{4}\.\d{4}|\b[a-z-]+/\d{7}\b|\b(?:supersede|replace|previous|earlier|another|former|older"
    r"|merged)\w*",
    re.IGNORECASE,
)
# "[Withdrawn] We prove ...": what follows is not part of it.
_BRACKETED_NOTICE = re.compile(
    rf"\s*([\[(*]+\s*(?:{_WORK_NOUN} )?(?:\w+ly )?{_WITHDRAWN}\b[^\])*]{{0,150}}[\])*]+)",
    re.IGNORECASE,
)


def find_withdrawal_notice(title: str, abstract: str, comment: str) -> str:
    """Return the sentence that says that the paper was withdrawn; "" if it was not."""
    if not _WITHDRAWAL_HINT.search(f"{title}\n{comment}\n{abstract}"):
        return ""
    for text in (comment, abstract, title):
        if notice := _BRACKETED_NOTICE.match(text):
            return notice[1]
    for sentence in split_sentences(comment):
        is_other = _OTHER_PAPER.search(sentence)
        if _OWN_WITHDRAWAL.search(sentence) or (
            _COMMENTED_WITHDRAWAL.search(sentence) and not is_other
        ):
            return sentence
    notices = (
        sentence for sentence in split_sentences(abstract) if _OWN_WITHDRAWAL.search(sentence)
    )
    return next(notices, title if _OWN_WITHDRAWAL.match(title) else "")
