"""Word patterns that tell whether a sentence says what was done or found.

Every row is (points, pattern, reason); patterns and texts are in lower case. Only the first claim
that matches counts, and the strongest come first, so that a long sentence does not win by
enumeration; all hints that match are added. Context penalties are matched against the sentence as
it would be shown, without its lead-in; hints and claims against the whole.
"""

import re
from typing import NamedTuple


class Cue(NamedTuple):
    """A pattern of words and the points that it adds or subtracts."""

    points: float
    pattern: re.Pattern[str]
    reason: str


def _make_cue(points: float, pattern: str, reason: str) -> Cue:
    return Cue(points, re.compile(pattern), reason)


_MAKE_VERBS = (
    r"(?:propos|present|introduc|develop|design|devis|formulat|creat|build|built|construct"
    r"|contribut|offer|advocat|put forward)\w*"
)
_FIND_VERBS = (
    r"(?:show|prov(?!id)|demonstrat|establish|find|found|discover|deriv|obtain|reveal|report"
    r"|determin|characteri[sz]|classif|disprov|solv|resolv|confirm|identif|conclud|detect)\w*"
)
_STUDY_VERBS = (
    r"(?:stud|investigat|explor|examin|analy[sz]|consider|review|survey|revisit|address|evaluat"
    r"|assess|compar|discuss|describ|generali[sz]|extend|comput|measur|provid|calculat|argu"
    r"|observ|focus|appl|formali[sz]|combin|perform|test|conduct|implement|simulat|model|employ"
    r"|estimat|benchmark|leverag|adopt)\w*"
)
PAPER_NOUN = (
    r"(?:paper|work|article|study|letter|note|thesis|survey|review|report|manuscript|monograph"
    r"|dissertation|tutorial|chapter|research|preprint|contribution)"
)
"""A pattern of the words with which a paper refers to itself."""

_THIS_PAPER = (
    r"(?:this|our|the present|the current|the(?=\s(?:paper|article)\b))\s+(?:\w+\s+)?"
    rf"{PAPER_NOUN}\b"
)
_ADVERBS = r"(?:\w+ly|also|then|first|here|thus|instead|next|have|had)\s+"
_AUTHORS_SUBJECT = rf"\b(?:we|i|the authors?)\s+(?:{_ADVERBS}){{0,2}}"
_PAPER_SUBJECT = rf"\b{_THIS_PAPER}\s+(?:\w+ly\s+)?"
_BE_VERBS = r"\b(?:is|are|was|were)\s+(?:\w+ly\s+)?"

CLAIMS: tuple[Cue, ...] = (
    _make_cue(6, _AUTHORS_SUBJECT + _MAKE_VERBS, "the authors say what they made"),
    _make_cue(5.5, _PAPER_SUBJECT + _MAKE_VERBS, "the work says what it brings"),
    _make_cue(5, _BE_VERBS + r"(?:propos|introduc|present)ed\b", "the same in the passive"),
    _make_cue(
        5,
        r"\b(?:this|these) (?:\w+ ){1,3}by (?:\w+ly )?(?:propos|introduc|present|develop)ing\b",
        "the authors meet a need with what they made",
    ),
    _make_cue(5, _AUTHORS_SUBJECT + _FIND_VERBS, "the authors say what they found"),
    _make_cue(5, _PAPER_SUBJECT + _FIND_VERBS, "the work says what it found"),
    _make_cue(
        5,
        rf"\b(?:aim|goal|purpose|objective)s? of {_THIS_PAPER}|^we (?:aim|seek)\b",
        "the stated aim",
    ),
    _make_cue(4, _AUTHORS_SUBJECT + _STUDY_VERBS, "the authors say what they looked at"),
    _make_cue(4, _PAPER_SUBJECT + _STUDY_VERBS, "the work says what it is about"),
    _make_cue(4, r"\bit is (?:shown|proved|proven|found|demonstrated|established)\b", "a finding"),
    _make_cue(
        3.5,
        r"\b(?:results?|experiments?|findings?|evaluations?|simulations?|observations?|data"
        rf"|analys[ei]s|theorem)\s+(?:\w+\s+)?{_FIND_VERBS}",
        "results, often without the idea behind them",
    ),
    _make_cue(3.5, _PAPER_SUBJECT + r"\w+(?:s|ed)\b", "the work does something"),
    _make_cue(
        3,
        _AUTHORS_SUBJECT
        + r"(?!(?:need|can|are|were|live|may|must|should|will|do|call|know|thank|note)\b)\w+",
        "the authors do something",
    ),
    _make_cue(
        3,
        _BE_VERBS
        + r"(?:studied|investigated|derived|obtained|analy[sz]ed|developed|described|examined"
        r"|discussed|considered|constructed|calculated|computed|measured|proved|shown|reported"
        r"|established|characteri[sz]ed)\b",
        "the authors do something, in the passive that physicists prefer",
    ),
    _make_cue(
        3,
        r"\b(?:nous|on) (?:\w+ )?(?:propos|présent|montr|prouv|démontr|étudi|introdui"
        r"|établi|développ)"
        r"|\b(?:proponemos|presentamos|mostramos|demostramos|probamos|estudiamos|introducimos"
        r"|propomos|apresentamos|demonstramos|provamos|estudamos|introduzimos|desenvolvemos"
        r"|desarrollamos|proponiamo|presentiamo|mostriamo|dimostriamo|studiamo|introduciamo)\b"
        r"|\bwir (?:\w+ )?(?:zeigen|beweisen|stellen|untersuchen|präsentieren|entwickeln)"
        r"|\b(?:zeigen|beweisen|untersuchen|präsentieren|entwickeln|stellen) wir\b"
        r"|\b(?:este|neste|nesse) (?:trabajo|trabalho|artículo|artigo)\b"
        r"|\bquesto (?:lavoro|articolo)\b"
        r"|\b(?:cet article|ce travail|diese[rs]? (?:arbeit|artikel))\b",
        "the authors do something, in another language",
    ),
    _make_cue(2.5, rf"\bin {_THIS_PAPER}", "something done in this paper"),
    _make_cue(
        2.5,
        r"\bour\s+(?:[\w-]+\s+){1,3}(?:achiev|outperform|improv|enabl)\w+"
        r"|\bthe proposed \w+|\bour (?:\w+ )?(?:method|approach|framework|model|insight|idea)\b",
        "a gain or property of the authors' work",
    ),
)

HINTS: tuple[Cue, ...] = (
    _make_cue(1.5, rf"\bin {_THIS_PAPER}", "the turn from others' work to this one"),
    _make_cue(1, r"^(?:here|herein)\b", "the same turn, shorter"),
    _make_cue(
        1,
        r"\bto (?:address|overcome|tackle|bridge|fill|solve|mitigate|this end)\b"
        r"|\b(?:motivated by|inspired by|building on)\b",
        "a proposal that also names its problem",
    ),
    _make_cue(1, r"\b(?:novel|a new|the first|for the first time|first-ever)\b", "what is new"),
    _make_cue(
        -3,
        r"\b(?:recent years|(?:we|has|have) recently|increasingly|widely used|plays? an? \w+ role"
        r"|(?:has|have) (?:become|emerged|attracted|shown|achieved|revolutioni[sz]ed|gained|made"
        r"|advanced|been widely|demonstrated)|is (?:crucial|essential|critical|important"
        r"|fundamental))\b|^recently\b|^(?:with )?the (?:\w+ )?(?:advent|proliferation|rise"
        r"|growth|emergence|development)\b",
        "background",
    ),
    _make_cue(
        -2.5,
        r"^(?:however|despite|although|while|yet|existing|current|traditional|conventional|prior"
        r"|previous|recent|most|many|unfortunately|background|motivation)\b(?!.*\bwe\b)",
        "what others did, or lacked",
    ),
    _make_cue(
        -2.5,
        r"\b(?:remains?|is still|are still) (?:\w+ ){0,2}(?:challeng|open|unclear|unexplored"
        r"|underexplored|unknown|elusive|limited|difficult|problem)|\b(?:suffers?|struggles?"
        r"|fails? to|often|typically|lack of)\b",
        "the problem, not the answer",
    ),
    _make_cue(
        -4,
        r"\b(?:code|data|datasets?|models?|materials?|software|demos?|page|videos?|website|weights"
        r"|source|package)\b[^.]{0,80}\b(?:available|released?|accessible|open-sourced?)\b"
        r"|https?://|\b(?:we|will)(?: \w+)? (?:release|open-source)",
        "where things are available, not what they are",
    ),
    _make_cue(-3, r"\bfuture (?:work|research)\b|\bwe (?:hope|believe|expect)\b", "outlook"),
    _make_cue(
        -2,
        r"^(?:specifically|in particular|finally|moreover|furthermore|additionally|in addition"
        r"|first|firstly|second|secondly|third|thirdly|lastly|next|then|also|besides|notably"
        r"|as an application|as a (?:side|consequence|corollary|by-?product)|for example"
        r"|for instance)\b"
        r"|\b(?:we|paper|work|study) (?:\w+ )?(?:also|further|then|additionally)\b|\bcorollary\b"
        r"|^to (?:establish|prove|show|do|achieve|obtain|validate|demonstrate|verify|illustrate"
        r"|facilitate)\b"
        r"|^(?:in|for) the (?:\w+ ){1,2}(?:case|setting|regime|track)\b",
        "a detail of something said elsewhere",
    ),
    _make_cue(
        -1,
        r"\b(?:extensive|comprehensive) (?:experiments|evaluations?)\b|^experiment",
        "an experiment",
    ),
    _make_cue(
        -2,
        r"\b(?:insights?|promising|usefulness|several (?:methods|solutions|directions)"
        r"|steps? towards?|paves? the way|lays? the (?:foundation|groundwork)|opens (?:up|the|new)"
        r"|potential of|the (?:effectiveness|importance) of|implications)\b|\bcontributions?\.$",
        "praise without content",
    ),
    _make_cue(
        -3,
        r"^(?!.*\b(?:the|of|and|we)\b)(?:.*?\b(?:les|des|une|nous|dans|sur|pour|avec|est|sont|que|qui"
        r"|le|du|et|el|los|las|para|con|por|la|de|uma|um|os|em|não|der|die|das|den|und|ist|wir|eine"
        r"|mit|von|della|delle|sono|che)\b){3}",
        "another language: English sentences are preferred",
    ),
    _make_cue(-1, _AUTHORS_SUBJECT + r"(?:ask|question)\b", "an indirect question"),
    _make_cue(-5, r"\?[\"'”’)]*$", "a question"),
    _make_cue(-2, r":$", "announces a list"),
    _make_cue(-1.5, r"^\(?(?:[ivx]{1,4}|\d|[a-h])\)\s", "an item of a list"),
    _make_cue(-3, r"\\(?:no)?cite\w*\{", "needs a citation that is not shown"),
)

CONTEXT_PENALTIES: tuple[Cue, ...] = (
    _make_cue(
        -1.5,
        r"^(?:they|these|those|such|its|their|the former|the latter|both|there)\b"
        r"|^(?:in|on|for|across|with|under|of) (?:both|each|these|those|them)\b"
        r"|^(?:the|our) \w+ we\b|^it\b(?! is (?:shown|proved|proven|found|demonstrated))"
        rf"|^(?!{_THIS_PAPER})this\b",
        "refers to the sentence before",
    ),
    _make_cue(
        -0.75,
        r"\b(?:address|tackl|fill|bridg|overcom|solv|resolv|clos|mitigat|alleviat|stud|test|examin"
        r"|investigat|explor|answer|us|evaluat)\w* (?:this|these)\b"
        r"|\b(?:thereof|aforementioned|the (?:latter|former|above)|one (?:reason|explanation))\b"
        rf"|^(?:\S+ ){{1,2}}(?!{_THIS_PAPER})(?:this|these|those|such)\b(?! (?:as|that)\b)",
        "mentions what only the sentence before explains",
    ),
)
