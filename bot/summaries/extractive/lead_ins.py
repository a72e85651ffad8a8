"""Remove the words that only lead in to a sentence: "To address this gap, we" -> "We".

The rest is what the authors wrote, from some word on to the end, with a capital letter. Of "This
paper proposes X" remains "Proposes X": readers of a list of papers know the subject, and any other
form would need words that nobody wrote. Nothing else is rewritten.
"""

import re

from bot.summaries.extractive.cues import PAPER_NOUN

_THIS_PAPER_PHRASE = (
    rf"[Ii]n (?:this|our|the present|the current) (?:[\w-]+ ){{0,3}}?{PAPER_NOUN}(?: {PAPER_NOUN})?"
)

# A word or phrase that connects sentences; after its comma a whole sentence follows.
_ORDERING_ADVERB = re.compile(
    r"(?:Therefore|Thus|Hence|Consequently|Accordingly|Finally|Lastly|Last|First|Firstly|Second"
    r"|Secondly|Third|Thirdly|Next|Then|Moreover|Furthermore|Further|However|Nevertheless"
    r"|Nonetheless|Instead|Additionally|Besides|Also|Specifically|Concretely|Notably|Importantly"
    r"|Crucially|Meanwhile|Conversely|Overall|Indeed|Herein|Here|Now"
    r"|In (?:addition|particular|summary|conclusion|short|fact|contrast|response|turn|other words"
    r"|(?:this|that) (?:context|regard|respect|direction|spirit|setting|sense|vein))"
    r"|By contrast|As a result|As such|On the other hand|On this basis|At the same time"
    r"|More (?:precisely|specifically|generally|importantly)"
    r"|(?:To|Towards?|For|With) (?:this|that|these) (?:end|ends|aim|goal|purpose|reason|in mind)"
    r"|To (?:do (?:so|this|that)|achieve this)|In (?:order to do so))"
    rf"(?:,\s|\s(?=(?:we|I|the authors?)\s|{_THIS_PAPER_PHRASE}))"
)
_FOR_THIS_PHRASE = re.compile(
    r"(?:For|From|With|Using|In|On|At|Under) (?:this|these) (?:[\w-]+ ){1,2}(?=we )"
)
_IN_THIS_PAPER = re.compile(
    rf"{_THIS_PAPER_PHRASE}(?:,\s|\s(?!(?:and|or|is|are|was|that|which|of|on|to)\b))"
)

# After these, everything before the main clause only says why the work was done.
_REASON_PHRASE = re.compile(
    r"(?:(?:In order to|To)\s(?:\w+ly\s)?(?:address|tackle|overcome|solve|resolve|bridge|fill|close"
    r"|narrow|mitigate|alleviate|remedy|combat|counter|circumvent|handle|meet|respond to|cope with"
    r"|deal with|answer)"
    r"|Motivated by|Building (?:up)?on|In (?:response to|light of|view of)"
    r"|(?:Inspired|Prompted|Encouraged|Driven|Guided) by (?:this|these|such|the above)"
    r"|(?:Based|Building|Leveraging|Given|Following|Using|With|Despite|Against|Under|From|Beyond)"
    r"\s(?:upon\s|on\s)?(?:this|these|those|such)"
    r"|(?:In|For|On|At) (?:this|that|these)|[A-Z][a-z]+ing (?:this|these)"
    r"|(?:In order to|To) (?:[\w-]+ ){1,5}?(?:this|these|those))\b"
)
_MAIN_CLAUSE_START = re.compile(
    rf",\s(?=(?:(?:we|I|the authors?|(?:this|the present) (?:[\w-]+ ){{0,2}}{PAPER_NOUN})\s"
    rf"|here,?\s|{_THIS_PAPER_PHRASE}))"
)
# "To address this growing gap, X ...": the phrase is complete, whatever follows.
_CLOSED_PHRASE = re.compile(
    r"[^,]{0,60}?\b(?:this|these|those|such(?! as)|the above)\b(?:\s[\w-]+){0,5},\s"
    r"(?!(?:and|or|namely|including|such|i\.e|e\.g|which|where|as|especially|particularly|while|but"
    r"|without|\w+ing)\b)"
)
# Another subject counts only if a verb follows; otherwise it is an item of a list.
_OTHER_SUBJECT = re.compile(
    r",\s(?=our\s|(?:a|an|the|two|three|several|it)\s[^,]{1,160}?\s(?:is|are|was|were|has been"
    r"|have been|can be)\s)"
)
_SEARCH_LIMIT = 280

_THIS_PAPER = re.compile(
    rf"(?:This|The present|The current|The(?= (?:paper|article) )) (?:[\w-]+ )?{PAPER_NOUN} "
    r"(?:(?:also|first|then|further|thus|therefore|hence)\s)?"
    r"(?=(?!(?:is|was|has|does|thus|as|address|discuss)\s)(?:\w+ly\s)?[a-z]{2,}(?:s|ed)\s)"
)
_DEPENDENT_CLAUSE = re.compile(
    r"(?:While|Although|Though|Whereas|Because|Since|As|When|Where|If|Unlike|By|Using|With|Without"
    r"|Through|Given|Based|From|For|Under|Despite|Rather|Instead|To|In|On|At|Among|After|Before"
    r"|Beyond|Via|Within|Across|Over|During|[A-Z]\w+(?:ing|ed by|ed on))\s"
)
_LIST_NUMBER = re.compile(r"(?:\(?(?:[ivx]{1,4}|\d|[a-h])\)|[%*•·])\s+")  # "(ii)", a bullet

_LOWERCASE_START = re.compile(r"[a-z](?=[a-z]+(?:[\s,-]|$)|\s)")
_MAX_LEAD_INS = 5  # "Finally, to address this, in this paper, we"


def without_lead_in(sentence: str) -> str:
    """Return the sentence from its main clause on, with a capital letter."""
    sentence_start = 0
    for _ in range(_MAX_LEAD_INS):
        remainder = sentence[sentence_start:]
        capitalized_text = _capitalize(remainder)
        lead_in_end = _lead_in_end(capitalized_text)
        if not lead_in_end or not any(map(str.isalpha, remainder[lead_in_end:])):
            break
        sentence_start += lead_in_end
    return _capitalize(sentence[sentence_start:]) if sentence_start else sentence


def main_clause(sentence: str) -> str:
    """Return the sentence without the clause before its "we"; unchanged if there is none."""
    match = _DEPENDENT_CLAUSE.match(sentence) and _MAIN_CLAUSE_START.search(sentence)
    return _capitalize(sentence[match.end() :]) if match else sentence


def _lead_in_end(sentence: str) -> int:
    """Return where the lead-in ends; 0 if there is none."""
    for pattern in (_ORDERING_ADVERB, _IN_THIS_PAPER, _FOR_THIS_PHRASE, _THIS_PAPER, _LIST_NUMBER):
        if match := pattern.match(sentence):
            return match.end()
    reason = _REASON_PHRASE.match(sentence)
    if not reason:
        return 0
    match = (
        _MAIN_CLAUSE_START.search(sentence, reason.end(), _SEARCH_LIMIT)
        or _CLOSED_PHRASE.match(sentence)
        or _OTHER_SUBJECT.search(sentence, reason.end(), _SEARCH_LIMIT)
    )
    return match.end() if match else 0


def _capitalize(sentence: str) -> str:
    """Return the sentence with a capital letter, except for "p-adic" and "mRNA"."""
    return sentence[0].upper() + sentence[1:] if _LOWERCASE_START.match(sentence) else sentence
