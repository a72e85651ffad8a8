"""Have a model summarize a paper: its title, a one-sentence TL;DR and its abstract, in a language.

Every answer is checked; one that fails is requested once more with the reasons, and given up after
that. An answer that is cut short is requested in pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.summaries.llm import prompts
from bot.summaries.llm.ask_for_fields import (
    CUT_SHORT,
    TOO_MANY_CALLS,
    UNREADABLE,
    AnswerRejected,
    FieldRequester,
)
from bot.summaries.llm.errors import Usage
from bot.summaries.llm.mask_formulas import has_all_marks, has_only_allowed_marks, unmask
from bot.summaries.llm.paper_for_prompt import (
    LONG_ABSTRACT,
    MaskedPaper,
    mask_paper,
    split_halves,
    split_pieces,
)
from bot.summaries.verify.findings import Finding, SummaryText
from bot.summaries.verify.language import is_english
from bot.summaries.verify.run_checks import check_summary
from bot.texts.telegram_autolinks import find_autolinks
from storage.records.papers import Paper

if TYPE_CHECKING:
    from bot.summaries.llm.client import ModelClient

PROMPT_VERSION = prompts.VERSION
"""The version of the prompts; changes whenever their wording changes."""

MAX_ATTEMPTS = 2
_MAX_SOURCE_LENGTH = 20_000  # characters; no paper's abstract is longer
_TLDR_TOKENS = 400  # enough in any language
_TOKENS_PER_CHAR = 1.5  # of an answer per character of its source, in the costliest scripts

_REASONS = {UNREADABLE: "It was not the JSON object with these keys."}
_FATAL_FINDINGS = frozenset({CUT_SHORT, TOO_MANY_CALLS})  # another attempt would fail as well


async def summarize(
    model: ModelClient, paper: Paper, language: str, record_usage: Callable[[Usage], None]
) -> SummaryText:
    """Return a model's summary of a paper; in English, title and abstract are the paper's own.

    Raises:
        AnswerRejected: the answers fail the checks, or the abstract is missing or too long.
        ModelError: the model cannot be asked.
    """
    if not paper.abstract.strip():
        raise AnswerRejected("no_abstract")
    if len(paper.abstract) + len(paper.title) > _MAX_SOURCE_LENGTH:
        raise AnswerRejected(Finding.TOO_LONG)
    summary_request = _SummaryRequest(
        FieldRequester(model, record_usage), paper, mask_paper(paper), language
    )
    findings: tuple[str, ...] = ()
    for _ in range(MAX_ATTEMPTS):
        try:
            return await summary_request.attempt(retry_reasons(findings))
        except AnswerRejected as rejection:
            findings = rejection.findings
        if _FATAL_FINDINGS.intersection(findings):
            break
    raise AnswerRejected(*findings)


def retry_reasons(findings: Sequence[str]) -> tuple[str, ...]:
    """Return what a model must do better, in our words."""
    answer_reasons = (_REASONS.get(finding, "") for finding in findings)
    finding_reasons = (Finding(finding).reason for finding in findings if finding in set(Finding))
    return tuple(reason for reason in (*answer_reasons, *finding_reasons) if reason)


def has_link(text: str) -> bool:
    """Return whether clients would show a link in the text.

    A TL;DR must have none, not even to the paper: it is seen by people who did not ask for the
    paper, and a stranger wrote it.
    """
    return any(True for _ in find_autolinks(text))


class _SummaryRequest:
    """The requests for the summary of one paper in one language."""

    def __init__(
        self, requester: FieldRequester, paper: Paper, masked_paper: MaskedPaper, language: str
    ) -> None:
        self._requester = requester
        self._paper = paper
        self._masked_paper = masked_paper
        self._language = language
        self._is_long = len(masked_paper.abstract) > LONG_ABSTRACT

    async def attempt(self, reasons: tuple[str, ...]) -> SummaryText:
        """Return a summary, asking with the reasons why an earlier one failed.

        Raises:
            AnswerRejected: this one fails the checks too.
        """
        paper, masked_paper = self._paper, self._masked_paper
        answered_fields = await self._request_fields(reasons)
        masked_tldr = answered_fields["gist"]
        masked_title = answered_fields.get("title", masked_paper.title)
        masked_abstract = answered_fields.get("abstract", masked_paper.abstract)
        tldr = unmask(masked_tldr, masked_paper.runs)
        if is_english(self._language):
            summary = SummaryText(paper.title, tldr, paper.abstract)
        else:
            summary = SummaryText(
                unmask(masked_title, masked_paper.runs),
                tldr,
                unmask(masked_abstract, masked_paper.runs),
            )
        findings: tuple[Finding, ...] = check_summary(summary, paper, self._language)
        if Finding.TOO_LONG not in findings:  # checking a megabyte would take too long
            if has_link(tldr):
                findings = (Finding.LINK, *findings)
            if not (
                has_all_marks(masked_paper.title, masked_title)
                and has_all_marks(masked_paper.abstract, masked_abstract)
                and has_only_allowed_marks(
                    masked_paper.title + masked_paper.abstract, masked_tldr, masked_paper.runs
                )
            ):
                findings = (Finding.MARK_LOST, *findings)
        if findings:
            raise AnswerRejected(*dict.fromkeys(findings))
        return summary

    async def _request_fields(self, reasons: tuple[str, ...]) -> dict[str, str]:
        """Return title, gist and abstract as answered, in one call or several."""
        if is_english(self._language):
            return await self._request_short_fields(("gist",), reasons)
        answered_fields: dict[str, str] = {}
        short_keys = ("title", "gist") if self._masked_paper.title else ("gist",)
        if not self._is_long:
            requested_keys = (*short_keys, "abstract")
            answered_fields = await self._request_once(requested_keys, reasons)
            if set(requested_keys) <= set(answered_fields):
                return answered_fields
            self._is_long = True  # another attempt would be cut as well
        if not set(short_keys) <= set(answered_fields):
            answered_fields = await self._request_short_fields(short_keys, reasons)
        translated_pieces = [
            await self._translate_piece(text, reasons)
            for text in split_pieces(self._masked_paper.abstract)
        ]
        return answered_fields | {"abstract": self._join_pieces(translated_pieces)}

    async def _request_short_fields(
        self, keys: tuple[str, ...], reasons: tuple[str, ...]
    ) -> dict[str, str]:
        """Return short fields; an answer that is cut off before their end is rejected."""
        answered_fields = await self._request_once(keys, reasons)
        if not set(keys) <= set(answered_fields):
            raise AnswerRejected(CUT_SHORT)
        return answered_fields

    async def _request_once(
        self, keys: tuple[str, ...], reasons: tuple[str, ...]
    ) -> dict[str, str]:
        """Return the fields of one call; some may be missing only if it was cut short."""
        masked_paper = self._masked_paper
        prompt = prompts.summary_prompt(
            masked_paper.title, masked_paper.abstract, keys, self._language
        ).with_reasons(reasons)
        source_length = len(masked_paper.title) + (
            len(masked_paper.abstract) if "abstract" in keys else 0
        )
        answer = await self._requester.request_fields(
            prompt, _TLDR_TOKENS + _token_limit(source_length)
        )
        if not answer.is_cut and not set(keys) <= set(answer.fields):
            raise AnswerRejected(UNREADABLE)
        return dict(answer.fields)

    async def _translate_piece(self, text: str, reasons: tuple[str, ...]) -> str:
        """Return a translated piece, in halves if even that is cut short."""
        prompt = prompts.piece_prompt(self._masked_paper.title, text, self._language).with_reasons(
            reasons
        )
        answer = await self._requester.request_fields(
            prompt, _TLDR_TOKENS + _token_limit(len(text))
        )
        if "text" in answer.fields:
            return answer.fields["text"]
        if not answer.is_cut:
            raise AnswerRejected(UNREADABLE)
        if (text_halves := split_halves(text)) is None:
            raise AnswerRejected(CUT_SHORT)
        return self._join_pieces(
            [await self._translate_piece(half, reasons) for half in text_halves]
        )

    def _join_pieces(self, translated_pieces: Sequence[str]) -> str:
        return ("" if prompts.is_unspaced(self._language) else " ").join(translated_pieces)


def _token_limit(characters: int) -> int:
    return round(characters * _TOKENS_PER_CHAR)
