"""May what a model says about a paper be shown?

Nothing here understands a text: each check finds one thing that models are known to get wrong.
How many good answers they refuse and how many bad ones they miss is measured on thousands of
real ones by ``python -m tests.bench.gloss_checks``.
"""

from __future__ import annotations

import re

from bot.summaries.extractive.sentences import sentences
from bot.summaries.extractive.truncate import FORMULA
from bot.summaries.verify import lengths, numbers, proper_names
from bot.summaries.verify.findings import Fault, Told
from bot.summaries.verify.foreign_content import strays
from bot.summaries.verify.language import is_english, is_in, script_of
from storage.records import Paper

__all__ = ["Fault", "faults", "novelties"]

_LONGEST = 6_000  # characters of any field: beyond, nothing else is looked at
_MOST_NUMBERS_LOST = 0.34
_NUMBERS_LOST = 2
_LEAST_NAMES_KEPT = 0.34
_NAMES_JUDGED = 3
_LEAST_RELATED_TITLE = 0.13
_LEAST_RELATED_GIST = 0.25
_PIECES_JUDGED = 3
_COPY_LENGTH = 12

_DECIMAL_COMMA = frozenset({"Latn", "Cyrl", "Grek", "Armn", "Geor"})
_PIECE = re.compile(r"[^\W_]+")
_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_STEM = 5
# What any title may hold says nothing of its subject: "based on", "method", "network" and so on.
_IDLE = (
    "基于学习模型方法网络研究数据一种分析通过使用系统进行算法框架"
    "应用问题生成任务语言用于实现深度神经训练评估优化"
)
_IDLE_PAIRS = frozenset(_IDLE[at : at + 2] for at in range(0, len(_IDLE), 2))


def faults(told: Told, paper: Paper, language: str) -> tuple[Fault, ...]:
    """Return what is wrong with an answer, worst first; nothing where it may be shown.

    For English the gist alone is judged: title and abstract are the paper's own.
    """
    english = is_english(language)
    translated = () if english else (told.abstract,)
    titled = (told.title,) if paper.title.strip() and not english else ()
    fields = (told.gist, *translated, *titled)
    if not all(field.strip() for field in fields):
        return (Fault.EMPTY,)
    if any(len(field) > max(_LONGEST, 3 * len(paper.abstract)) for field in fields):
        return (Fault.TOO_LONG,)
    source = f"{paper.title}\n{paper.abstract}"
    # The end of an imported abstract may be missing: what its translation tells of it is not new.
    rest = told.abstract if paper.partial and not lengths.is_whole(paper.abstract) else ""
    found = strays(told.gist, source) | _of_gist(told, paper, source + rest, language)
    if not english:
        found |= _of_translation(told, paper, source, source + rest, language)
    return tuple(fault for fault in Fault if fault in found)


def _of_gist(told: Told, paper: Paper, source: str, language: str) -> set[Fault]:
    found = lengths.of_gist(told.gist, language) | novelties(told.gist, source, language)
    if not is_in(told.gist, language):
        found.add(Fault.WRONG_LANGUAGE)
    if _is_copied(told.gist, told, paper, is_english(language)):
        found.add(Fault.COPY)
    return found


def _of_translation(told: Told, paper: Paper, source: str, whole: str, language: str) -> set[Fault]:
    both = f"{told.title}\n{told.abstract}"
    known_links = {Fault.LINK} if whole != source else set()
    found = strays(told.title, source) | (strays(told.abstract, source) - known_links)
    found |= lengths.of_title(told.title, paper.title, language)
    found |= lengths.of_abstract(told.abstract, paper.abstract, language)
    found |= novelties(told.title, source, language) | novelties(told.abstract, whole, language)
    if not is_in(told.title, language, title=True) or not is_in(told.abstract, language):
        found.add(Fault.WRONG_LANGUAGE)
    if _has_lost_numbers(both, source):
        found.add(Fault.NUMBER_CHANGED)
    if _has_lost_names(told, paper):
        found.add(Fault.NAME_CHANGED)
    if not _is_one(told):
        found.add(Fault.UNRELATED)
    if both.count("$") % 2 > source.count("$") % 2:
        found.add(Fault.MARK_LOST)
    return found


def novelties(text: str, source: str, language: str) -> set[Fault]:
    """Return whether a text has numbers or names that the source does not hold."""
    found = set()
    if _has_new_number(text, source, language):
        found.add(Fault.NUMBER_CHANGED)
    if _has_new_name(text, source):
        found.add(Fault.NAME_CHANGED)
    return found


def _has_new_number(text: str, source: str, language: str) -> bool:
    known = numbers.known(source)
    comma = script_of(language) in _DECIMAL_COMMA and not is_english(language)
    said = (*numbers.written(text, decimal_comma=comma), *numbers.claimed(text))
    return any(not readings & known for readings in said)


def _has_lost_numbers(text: str, source: str) -> bool:
    said = numbers.known(text)
    wanted = set(numbers.weighty(source))
    lost = sum(not readings & said for readings in wanted)
    return lost >= _NUMBERS_LOST and lost > len(wanted) * _MOST_NUMBERS_LOST


def _has_new_name(text: str, source: str) -> bool:
    return any(
        not (
            proper_names.is_everyday(name)
            or proper_names.holds(source, name)
            or proper_names.is_short_for(name, source)
        )
        for name in proper_names.names(text)
    )


def _has_lost_names(told: Told, paper: Paper) -> bool:
    """Tell whether the title lost its heading, or title and abstract most of their names."""
    heading = proper_names.heading(paper.title)
    if heading and not proper_names.holds(told.title, heading):
        return True
    prose = f"{paper.title}\n{paper.abstract}"
    there = [name for name in proper_names.names(prose) if not proper_names.is_everyday(name)]
    kept = {name for name in there if proper_names.holds(f"{told.title}\n{told.abstract}", name)}
    # Abbreviations may be written out; but hardly ever are all of them.
    proper = {name for name in there if not proper_names.is_short_for(name, prose)}
    return (len(there) >= _NAMES_JUDGED and not kept) or (
        len(proper) >= _NAMES_JUDGED and len(proper & kept) < len(proper) * _LEAST_NAMES_KEPT
    )


def _is_copied(gist: str, told: Told, paper: Paper, english: bool) -> bool:
    """Tell whether a gist says nothing that title or abstract do not say in these very words."""
    said = proper_names.squeezed(gist)
    if said in (proper_names.squeezed(told.title), proper_names.squeezed(paper.title)):
        return True
    abstract = proper_names.squeezed(paper.abstract if english else told.abstract)
    if english:
        return said == abstract and len(sentences(paper.abstract)) > 1
    return len(said) >= _COPY_LENGTH and abstract.startswith(said) and said != abstract


def _is_one(told: Told) -> bool:
    """Tell whether title, gist and abstract are about the same."""
    title, gist, abstract = map(_pieces, (told.title, told.gist, told.abstract))
    return _is_related(title, gist | abstract, _LEAST_RELATED_TITLE) and _is_related(
        gist, title | abstract, _LEAST_RELATED_GIST
    )


def _is_related(pieces: frozenset[str], others: frozenset[str], least: float) -> bool:
    """Tell whether enough pieces of a text come again in another about the same."""
    return len(pieces) < _PIECES_JUDGED or len(pieces & others) >= least * len(pieces)


def _pieces(text: str) -> frozenset[str]:
    """Pairs of signs where there are no spaces, and the beginnings of words elsewhere."""
    found: set[str] = set()
    for run in _PIECE.findall(FORMULA.sub(" ", text)):
        if _SIGN.search(run):
            found.update(run[at : at + 2] for at in range(len(run) - 1))
            found -= _IDLE_PAIRS
        elif len(run) > 3:
            found.add(run[:_STEM].lower())
    return frozenset(found)
