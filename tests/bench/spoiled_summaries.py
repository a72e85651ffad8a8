"""Faults to plant in good Chinese summaries: what models are known to get wrong."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.summaries.extractive.select import extract_tldr
from bot.summaries.extractive.sentences import split_sentences
from bot.summaries.verify import proper_names
from bot.summaries.verify.findings import SummaryText
from storage.records.papers import Paper

SpoilSummary = Callable[[SummaryText, Paper, SummaryText, random.Random], SummaryText | None]
"""A gloss, its paper, another paper's gloss and luck: the spoiled gloss, where it can be."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SENTENCE_END = re.compile("[。！？]")
_NAME = re.compile(r"[A-Z][A-Za-z]*[A-Z][A-Za-z]*(?:-\d+)?")


def _copy_fields(*fields: str) -> SpoilSummary:
    def spoil(
        summary: SummaryText, paper: Paper, other_summary: SummaryText, rng: random.Random
    ) -> SummaryText | None:
        if other_summary == summary:
            return None
        return replace(summary, **{field: getattr(other_summary, field) for field in fields})

    return spoil


def _edit_field(field: str, change: Callable[[str], str]) -> SpoilSummary:
    def spoil(
        summary: SummaryText, paper: Paper, other_summary: SummaryText, rng: random.Random
    ) -> SummaryText | None:
        old_text = getattr(summary, field)
        new_text = change(old_text)
        return None if new_text == old_text else replace(summary, **{field: new_text})

    return spoil


def _change_number(field: str) -> SpoilSummary:
    def spoil(
        summary: SummaryText, paper: Paper, other_summary: SummaryText, rng: random.Random
    ) -> SummaryText | None:
        text = getattr(summary, field)
        matches = list(_NUMBER.finditer(text))
        if not matches:
            return None
        match = rng.choice(matches)
        digits = match[0]
        digit_index = rng.randrange(len(digits)) if "." not in digits else len(digits) - 1
        digit = str((int(digits[digit_index]) + rng.randrange(1, 9)) % 10)
        new_digits = digits[:digit_index] + digit + digits[digit_index + 1 :]
        return replace(summary, **{field: text[: match.start()] + new_digits + text[match.end() :]})

    return spoil


def _multiply_number(
    summary: SummaryText, paper: Paper, other_summary: SummaryText, rng: random.Random
) -> SummaryText | None:
    match = re.search(r"(?<![\d.])\d+(?=\s?[万亿])", summary.abstract)
    return match and replace(
        summary, abstract=f"{summary.abstract[: match.end()]}0{summary.abstract[match.end() :]}"
    )


def _cut_at_sentence(text: str) -> str:
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, len(text) * 6 // 10)]
    return text[: ends[-1]] if ends else text


def _drop_sentence(
    summary: SummaryText, paper: Paper, other_summary: SummaryText, rng: random.Random
) -> SummaryText | None:
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(summary.abstract))]
    if len(ends) < 4:
        return None
    sentence_index = rng.randrange(1, len(ends) - 2)
    return replace(
        summary,
        abstract=summary.abstract[: ends[sentence_index]]
        + summary.abstract[ends[sentence_index + 1] :],
    )


def _use_english_field(field: str) -> SpoilSummary:
    def spoil(
        summary: SummaryText, paper: Paper, other_summary: SummaryText, rng: random.Random
    ) -> SummaryText | None:
        english = {
            "title": paper.title,
            "tldr": extract_tldr(paper.title, paper.abstract),
            "abstract": paper.abstract,
        }
        return replace(summary, **{field: english[field]})

    return spoil


def _append_english_sentence(
    summary: SummaryText, paper: Paper, other_summary: SummaryText, rng: random.Random
) -> SummaryText | None:
    last = split_sentences(paper.abstract)[-1]
    ends = [match.end() for match in _SENTENCE_END.finditer(summary.abstract)]
    if len(ends) < 2 or len(last.split()) < 8:
        return None
    return replace(summary, abstract=f"{summary.abstract[: ends[-2]]} {last}")


def _drop_heading(
    summary: SummaryText, paper: Paper, other_summary: SummaryText, rng: random.Random
) -> SummaryText | None:
    digest_heading = proper_names.title_heading(paper.title)
    if not digest_heading:
        return None
    title_without_heading = re.sub(
        re.escape(digest_heading), "", summary.title, flags=re.IGNORECASE
    ).lstrip(" ：:")
    return (
        replace(summary, title=title_without_heading)
        if title_without_heading != summary.title
        else None
    )


def _replace_name(
    summary: SummaryText, paper: Paper, other_summary: SummaryText, rng: random.Random
) -> SummaryText | None:
    new_tldr = _NAME.sub("PaLM-2", summary.tldr, count=1)
    return replace(summary, tldr=new_tldr) if new_tldr != summary.tldr else None


def _use_first_sentence(
    summary: SummaryText, paper: Paper, other_summary: SummaryText, rng: random.Random
) -> SummaryText | None:
    end = _SENTENCE_END.search(summary.abstract)
    return replace(summary, tldr=summary.abstract[: end.end()]) if end else None


SPOILED_SUMMARIES: Mapping[str, SpoilSummary] = {
    "whole gloss of another paper": _copy_fields("title", "tldr", "abstract"),
    "title of another paper": _copy_fields("title"),
    "gist of another paper": _copy_fields("tldr"),
    "abstract of another paper": _copy_fields("abstract"),
    "another number in the gist": _change_number("tldr"),
    "another number in the abstract": _change_number("abstract"),
    "ten times as many": _multiply_number,
    "abstract cut at 60 % of its signs": _edit_field(
        "abstract", lambda text: text[: len(text) * 6 // 10]
    ),
    "abstract cut at a sentence before 60 %": _edit_field("abstract", _cut_at_sentence),
    "one sentence of the abstract left out": _drop_sentence,
    "abstract ends in dots": _edit_field("abstract", lambda text: f"{text[:-1]}……"),
    "gist cut": _edit_field("tldr", lambda text: f"{text[: len(text) // 2]}..."),
    "title left in English": _use_english_field("title"),
    "gist left in English": _use_english_field("tldr"),
    "abstract left in English": _use_english_field("abstract"),
    "last sentence left in English": _append_english_sentence,
    "name before the colon lost": _drop_heading,
    "another name in the gist": _replace_name,
    "link after the gist": _edit_field("tldr", lambda text: f"{text} https://evil.example/win"),
    "link in the abstract": _edit_field("abstract", lambda text: f"{text}详见t.me/freecoins。"),
    "other paper's number": _edit_field("abstract", lambda text: f"{text}另见arXiv 2101.00001。"),
    "bold in the gist": _edit_field("tldr", lambda text: f"**{text[:6]}**{text[6:]}"),
    "HTML in the abstract": _edit_field("abstract", lambda text: f"<b>{text[:8]}</b>{text[8:]}"),
    "talk before the title": _edit_field("title", lambda text: f"以下是翻译：{text}"),
    "talk before the abstract": _edit_field(
        "abstract", lambda text: f"好的，以下是摘要的翻译：{text}"
    ),
    "refusal as gist": _edit_field(
        "tldr", lambda text: "作为一个AI语言模型，我无法访问这篇论文的内容。"
    ),
    "apology as abstract": _edit_field(
        "abstract", lambda text: "抱歉，我不能翻译这段文字，请提供摘要内容。"
    ),
    "label of the feed": _edit_field("abstract", lambda text: f"公告类型：新 摘要：{text}"),
    "label before the gist": _edit_field("tldr", lambda text: f"摘要：{text}"),
    "two sentences": _edit_field("tldr", lambda text: f"{text.rstrip('。')}。实验验证了其有效性。"),
    "title as gist": lambda summary, paper, other_summary, rng: replace(
        summary, tldr=summary.title
    ),
    "first sentence as gist": _use_first_sentence,
    "the same again and again": _edit_field("abstract", lambda text: text + text[-12:] * 4),
    "signs of direction": _edit_field("title", lambda text: f"\u202e{text}\u202c"),
    "nothing": _edit_field("abstract", lambda text: " "),
}
