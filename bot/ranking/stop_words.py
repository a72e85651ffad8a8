"""List the stems that say nothing about a paper's subject.

English function words, and the words of talk about research: we propose, a novel approach, results
show. The analyser keeps them all, because phrases need them; ranking does not count them.
"""

from __future__ import annotations

from bot.topics.query.analyzer import stem

_FUNCTION_WORDS = (
    "a about above after again against all almost along already also although always am among "
    "an and another any are around as at be became because become becomes been before being "
    "below between beyond both but by came can cannot could did do does doing done down due "
    "during each either else enough etc even ever every few for from further get give given "
    "gives go had has have having he hence her here hers him his how however i if in indeed "
    "instead into is it its itself just keep last later least less let like likely made mainly "
    "make makes making many may me might more moreover most mostly much must my near nearly "
    "neither never next no nor not now of off often on once one ones only onto or other others "
    "otherwise our ours out over own per perhaps put quite rather really same see seem seems "
    "seen several shall she should since so some still such than that the their theirs them "
    "themselves then there thereby therefore these they this those though three through "
    "throughout thus to together too toward towards two under unless until up upon us use used "
    "useful user uses using usually various very via was way ways we well were what when where "
    "whereas wherein whether which while who whole whom whose why will with within without "
    "would yet you your e g ie eg vs s t re ve ll d m"
)
_RESEARCH_WORDS = (
    "abstract achieve achieved achieves achieving address addresses addressing allow allows "
    "analysis analyze approach approaches article author available based best better challenge "
    "challenges challenging code compare compared comprehensive consider contribution current "
    "datasets demonstrate demonstrated demonstrates develop developed different effective "
    "effectiveness efficient enable enables enabling ensure evaluate evaluation existing "
    "experiment experimental experiments explore extensive find finding findings first focus "
    "framework furthermore github https http good high highly www com org html important "
    "improve improved improvement improvements improves include including increase interest "
    "interested introduce introduces introducing investigate issue issues key large leverage "
    "leverages leveraging limit limitation limitations limited look looking main method methods "
    "model models need needs new novel obtain offer outperform outperforming outperforms paper "
    "papers perform performance performs possible potential present presents previous prior "
    "problem problems project propose proposed proposes proposing provide provides providing "
    "publicly recent recently release remain remains require required requires research result "
    "results second show showing shown shows significant significantly simple specific "
    "specifically state study studies superior support technique techniques term terms today "
    "typically want widely work works"
)

STOP_STEMS = frozenset(map(stem, f"{_FUNCTION_WORDS} {_RESEARCH_WORDS}".split()))


def is_counted(word: str) -> bool:
    """Tell whether an analysed word may say what a paper is about."""
    return len(word) > 1 and word.isalnum() and not word.isdigit() and word not in STOP_STEMS
