"""Have a model take notes on a paper, and put search words into English."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from typing import TYPE_CHECKING

from bot.summary import numbers, prompts
from bot.summary.asking import UNREADABLE, Asker, Unfit
from bot.summary.faults import Fault
from bot.summary.glossing import TRIES, is_linked, reasons
from bot.summary.languages import is_english, is_in, script_of
from bot.summary.protecting import keeps_some, restore
from bot.summary.reply import Usage
from bot.summary.source import Source, source
from bot.summary.strays import strays
from storage.model import Paper

if TYPE_CHECKING:
    from bot.summary.llm import Model

_ROOM = 1_200  # tokens
_LONGEST_SECTION = 600
_LONGEST_SOURCE = 20_000
_LONGEST_WORDS = 100
_DECIMAL_COMMA = frozenset({"Latn", "Cyrl", "Grek"})
_WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 '+./-]*")


@dataclass(frozen=True, slots=True)
class Note:
    """One or two sentences on each; ``limits`` is empty where the paper names none."""

    problem: str
    method: str
    result: str
    limits: str


async def noted(model: Model, paper: Paper, language: str, spend: Callable[[Usage], None]) -> Note:
    """A note on a paper, in a language.

    Raises:
        Unfit: the model's answers fail the checks, or there is no abstract of a usual length.
        ModelError: it cannot be asked.
    """
    if not 0 < len(paper.abstract.strip()) <= _LONGEST_SOURCE:
        raise Unfit("no_abstract")
    words, asker = source(paper), Asker(model, spend, calls=TRIES)
    prompt = prompts.note(words.title, words.abstract, language)
    wrong: tuple[str, ...] = ()
    for _ in range(TRIES):
        fields = (await asker.ask(prompt.again(reasons(wrong)), _ROOM)).fields
        wrong = _faults(fields, paper, words, language)
        if not wrong:
            return Note(**{key: restore(text, words.kept) for key, text in fields.items()})
    raise Unfit(*wrong)


async def in_english(model: Model, words: str, spend: Callable[[Usage], None]) -> str:
    """Search words in English for words in any language; empty where the model has none.

    Raises:
        ModelError: it cannot be asked.
    """
    prompt = prompts.search_words(words[:_LONGEST_WORDS])
    answer = await Asker(model, spend, calls=1).ask(prompt, _LONGEST_WORDS)
    found = answer.fields.get("words", "").strip(" .")
    is_plain = len(found) <= _LONGEST_WORDS and _WORDS.fullmatch(found)
    return found if is_plain and not is_linked(found) and not strays(found, "") else ""


def _faults(
    fields: Mapping[str, str], paper: Paper, words: Source, language: str
) -> tuple[str, ...]:
    """What is wrong with any section of a note."""
    if fields.keys() != {field.name for field in dataclass_fields(Note)}:
        return (UNREADABLE,)
    found: set[Fault] = set()
    for key, text in fields.items():
        if text or key != "limits":
            found |= _section_faults(text, paper, words, language)
    return tuple(fault for fault in Fault if fault in found)


def _section_faults(masked: str, paper: Paper, words: Source, language: str) -> set[Fault]:
    origin = f"{paper.title}\n{paper.abstract}"
    text = restore(masked, words.kept)
    found = strays(text, origin)
    judged = {
        Fault.EMPTY: not text,
        Fault.TOO_LONG: len(text) > _LONGEST_SECTION,
        Fault.LINK: is_linked(text),
        Fault.MARK_LOST: not keeps_some(words.title + words.abstract, masked, words.kept),
        Fault.WRONG_LANGUAGE: bool(text) and not is_in(text, language),
        Fault.NUMBER_CHANGED: _has_new_number(text, origin, language),
    }
    return found | {fault for fault, is_so in judged.items() if is_so}


def _has_new_number(text: str, origin: str, language: str) -> bool:
    known = numbers.known(origin)
    comma = script_of(language) in _DECIMAL_COMMA and not is_english(language)
    said = (*numbers.written(text, decimal_comma=comma), *numbers.claimed(text))
    return any(not readings & known for readings in said)
