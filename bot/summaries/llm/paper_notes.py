"""Have a model take notes on a paper, and put search words into English."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from typing import TYPE_CHECKING

from bot.summaries.llm import prompts
from bot.summaries.llm.ask_for_fields import UNREADABLE, Asker, Unfit
from bot.summaries.llm.errors import Usage
from bot.summaries.llm.mask_formulas import keeps_some, restore
from bot.summaries.llm.paper_for_prompt import Source, source
from bot.summaries.llm.summarize import TRIES, is_linked, reasons
from bot.summaries.verify.findings import Fault
from bot.summaries.verify.foreign_content import strays
from bot.summaries.verify.language import is_in
from bot.summaries.verify.run_checks import novelties
from storage.records import Paper

if TYPE_CHECKING:
    from bot.summaries.llm.client import Model

_ROOM = 1_200  # tokens
_LONGEST_SECTION = 600
_LONGEST_SOURCE = 20_000
_LONGEST_WORDS = 100
_WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 '+./-]*")
_OPERATOR = re.compile(r"\b(?:AND|OR|NOT)\b|(?<!\S)-")  # of the language of topics


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
    return found if _is_plain(found) else ""


def _is_plain(found: str) -> bool:
    """Whether these are some words, and nothing that means more to a topic or a client."""
    if len(found) > _LONGEST_WORDS or not _WORDS.fullmatch(found) or _OPERATOR.search(found):
        return False
    return not is_linked(found) and not strays(found, "")


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
    if len(text) > _LONGEST_SECTION:
        return {Fault.TOO_LONG}  # a server may send a megabyte: nothing else is looked at
    found = strays(text, origin) | novelties(text, origin, language)
    judged = {
        Fault.EMPTY: not text,
        Fault.LINK: is_linked(text),
        Fault.MARK_LOST: not keeps_some(words.title + words.abstract, masked, words.kept),
        Fault.WRONG_LANGUAGE: bool(text) and not is_in(text, language),
    }
    return found | {fault for fault, is_so in judged.items() if is_so}
