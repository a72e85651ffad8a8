"""Have a model write notes on a paper, and translate search words into English."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from typing import TYPE_CHECKING

from bot.summaries.llm import prompts
from bot.summaries.llm.ask_for_fields import UNREADABLE, AnswerRejected, FieldRequester
from bot.summaries.llm.errors import Usage
from bot.summaries.llm.mask_formulas import has_only_allowed_marks, unmask
from bot.summaries.llm.paper_for_prompt import MaskedPaper, mask_paper
from bot.summaries.llm.summarize import MAX_ATTEMPTS, has_link, retry_reasons
from bot.summaries.verify.findings import Finding
from bot.summaries.verify.foreign_content import find_foreign_content
from bot.summaries.verify.language import is_in_language
from bot.summaries.verify.run_checks import find_new_facts
from storage.records.papers import Paper

if TYPE_CHECKING:
    from bot.summaries.llm.client import ModelClient

_MAX_NOTE_TOKENS = 1_200
_MAX_SECTION_LENGTH = 600
_MAX_SOURCE_LENGTH = 20_000
_MAX_WORDS_LENGTH = 100
_PLAIN_WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 '+./-]*")
_OPERATOR = re.compile(r"\b(?:AND|OR|NOT)\b|(?<!\S)-")  # of the query language


@dataclass(frozen=True, slots=True)
class NoteText:
    """The sections of a note, one or two sentences each; ``limits`` may be empty."""

    problem: str
    method: str
    result: str
    limits: str


async def write_note(
    model: ModelClient, paper: Paper, language: str, record_usage: Callable[[Usage], None]
) -> NoteText:
    """Return a note on a paper, in a language.

    Raises:
        AnswerRejected: the answers fail the checks, or the abstract is missing or too long.
        ModelError: the model cannot be asked.
    """
    if not 0 < len(paper.abstract.strip()) <= _MAX_SOURCE_LENGTH:
        raise AnswerRejected("no_abstract")
    masked_paper = mask_paper(paper)
    requester = FieldRequester(model, record_usage, max_calls=MAX_ATTEMPTS)
    prompt = prompts.note_prompt(masked_paper.title, masked_paper.abstract, language)
    findings: tuple[str, ...] = ()
    for _ in range(MAX_ATTEMPTS):
        retry_prompt = prompt.with_reasons(retry_reasons(findings))
        answer = await requester.request_fields(retry_prompt, _MAX_NOTE_TOKENS)
        findings = _note_findings(answer.fields, paper, masked_paper, language)
        if not findings:
            sections = {key: unmask(text, masked_paper.runs) for key, text in answer.fields.items()}
            return NoteText(**sections)
    raise AnswerRejected(*findings)


async def translate_search_words(
    model: ModelClient, words: str, record_usage: Callable[[Usage], None]
) -> str:
    """Return English search words for words in any language; "" if the model has none.

    Raises:
        ModelError: the model cannot be asked.
    """
    prompt = prompts.search_words_prompt(words[:_MAX_WORDS_LENGTH])
    answer = await FieldRequester(model, record_usage, max_calls=1).request_fields(
        prompt, _MAX_WORDS_LENGTH
    )
    translation = answer.fields.get("words", "").strip(" .")
    # Plain words, without query syntax or links.
    is_usable = (
        len(translation) <= _MAX_WORDS_LENGTH
        and _PLAIN_WORDS.fullmatch(translation)
        and not _OPERATOR.search(translation)
        and not has_link(translation)
        and not find_foreign_content(translation, "")
    )
    return translation if is_usable else ""


def _note_findings(
    fields: Mapping[str, str], paper: Paper, masked_paper: MaskedPaper, language: str
) -> tuple[str, ...]:
    """Return what is wrong with any section of a note."""
    if fields.keys() != {field.name for field in dataclass_fields(NoteText)}:
        return (UNREADABLE,)
    source_text = f"{paper.title}\n{paper.abstract}"
    masked_source = masked_paper.title + masked_paper.abstract
    findings: set[Finding] = set()
    for section_key, masked_text in fields.items():
        if not masked_text and section_key == "limits":
            continue
        unmasked_text = unmask(masked_text, masked_paper.runs)
        if len(unmasked_text) > _MAX_SECTION_LENGTH:
            findings.add(Finding.TOO_LONG)  # checking a megabyte would take too long
            continue
        findings |= find_foreign_content(unmasked_text, source_text) | find_new_facts(
            unmasked_text, source_text, language
        )
        if not unmasked_text:
            findings.add(Finding.EMPTY)
        elif not is_in_language(unmasked_text, language):
            findings.add(Finding.WRONG_LANGUAGE)
        if has_link(unmasked_text):
            findings.add(Finding.LINK)
        if not has_only_allowed_marks(masked_source, masked_text, masked_paper.runs):
            findings.add(Finding.MARK_LOST)
    return tuple(finding for finding in Finding if finding in findings)
