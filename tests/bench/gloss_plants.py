"""Faults to plant in good Chinese glosses: what models are known to get wrong."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.summaries.extractive.select import gist
from bot.summaries.extractive.sentences import sentences
from bot.summaries.verify import proper_names
from bot.summaries.verify.findings import Told
from storage.records import Paper

Plant = Callable[[Told, Paper, Told, random.Random], Told | None]
"""A gloss, its paper, another paper's gloss and luck: the spoiled gloss, where it can be."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SENTENCE_END = re.compile("[。！？]")
_NAME = re.compile(r"[A-Z][A-Za-z]*[A-Z][A-Za-z]*(?:-\d+)?")


def _swap(*fields: str) -> Plant:
    def plant(told: Told, paper: Paper, other: Told, luck: random.Random) -> Told | None:
        if other == told:
            return None
        return replace(told, **{field: getattr(other, field) for field in fields})

    return plant


def _edit(field: str, change: Callable[[str], str]) -> Plant:
    def plant(told: Told, paper: Paper, other: Told, luck: random.Random) -> Told | None:
        before = getattr(told, field)
        after = change(before)
        return None if after == before else replace(told, **{field: after})

    return plant


def _other_number(field: str) -> Plant:
    def plant(told: Told, paper: Paper, other: Told, luck: random.Random) -> Told | None:
        text = getattr(told, field)
        found = list(_NUMBER.finditer(text))
        if not found:
            return None
        chosen = luck.choice(found)
        digits = chosen[0]
        place = luck.randrange(len(digits)) if "." not in digits else len(digits) - 1
        digit = str((int(digits[place]) + luck.randrange(1, 9)) % 10)
        changed = digits[:place] + digit + digits[place + 1 :]
        return replace(told, **{field: text[: chosen.start()] + changed + text[chosen.end() :]})

    return plant


def _ten_times(told: Told, paper: Paper, other: Told, luck: random.Random) -> Told | None:
    found = re.search(r"(?<![\d.])\d+(?=\s?[万亿])", told.abstract)
    return found and replace(
        told, abstract=f"{told.abstract[: found.end()]}0{told.abstract[found.end() :]}"
    )


def _cut_at_sentence(text: str) -> str:
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, len(text) * 6 // 10)]
    return text[: ends[-1]] if ends else text


def _without_sentence(told: Told, paper: Paper, other: Told, luck: random.Random) -> Told | None:
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(told.abstract))]
    if len(ends) < 4:
        return None
    at = luck.randrange(1, len(ends) - 2)
    return replace(told, abstract=told.abstract[: ends[at]] + told.abstract[ends[at + 1] :])


def _left_english(field: str) -> Plant:
    def plant(told: Told, paper: Paper, other: Told, luck: random.Random) -> Told | None:
        english = {
            "title": paper.title,
            "gist": gist(paper.title, paper.abstract),
            "abstract": paper.abstract,
        }
        return replace(told, **{field: english[field]})

    return plant


def _half_english(told: Told, paper: Paper, other: Told, luck: random.Random) -> Told | None:
    last = sentences(paper.abstract)[-1]
    ends = [match.end() for match in _SENTENCE_END.finditer(told.abstract)]
    if len(ends) < 2 or len(last.split()) < 8:
        return None
    return replace(told, abstract=f"{told.abstract[: ends[-2]]} {last}")


def _without_heading(told: Told, paper: Paper, other: Told, luck: random.Random) -> Told | None:
    heading = proper_names.heading(paper.title)
    if not heading:
        return None
    bare = re.sub(re.escape(heading), "", told.title, flags=re.IGNORECASE).lstrip(" ：:")
    return replace(told, title=bare) if bare != told.title else None


def _other_name(told: Told, paper: Paper, other: Told, luck: random.Random) -> Told | None:
    changed = _NAME.sub("PaLM-2", told.gist, count=1)
    return replace(told, gist=changed) if changed != told.gist else None


def _first_sentence(told: Told, paper: Paper, other: Told, luck: random.Random) -> Told | None:
    end = _SENTENCE_END.search(told.abstract)
    return replace(told, gist=told.abstract[: end.end()]) if end else None


PLANTS: Mapping[str, Plant] = {
    "whole gloss of another paper": _swap("title", "gist", "abstract"),
    "title of another paper": _swap("title"),
    "gist of another paper": _swap("gist"),
    "abstract of another paper": _swap("abstract"),
    "another number in the gist": _other_number("gist"),
    "another number in the abstract": _other_number("abstract"),
    "ten times as many": _ten_times,
    "abstract cut at 60 % of its signs": _edit(
        "abstract", lambda text: text[: len(text) * 6 // 10]
    ),
    "abstract cut at a sentence before 60 %": _edit("abstract", _cut_at_sentence),
    "one sentence of the abstract left out": _without_sentence,
    "abstract ends in dots": _edit("abstract", lambda text: f"{text[:-1]}……"),
    "gist cut": _edit("gist", lambda text: f"{text[: len(text) // 2]}..."),
    "title left in English": _left_english("title"),
    "gist left in English": _left_english("gist"),
    "abstract left in English": _left_english("abstract"),
    "last sentence left in English": _half_english,
    "name before the colon lost": _without_heading,
    "another name in the gist": _other_name,
    "link after the gist": _edit("gist", lambda text: f"{text} https://evil.example/win"),
    "link in the abstract": _edit("abstract", lambda text: f"{text}详见t.me/freecoins。"),
    "other paper's number": _edit("abstract", lambda text: f"{text}另见arXiv 2101.00001。"),
    "bold in the gist": _edit("gist", lambda text: f"**{text[:6]}**{text[6:]}"),
    "HTML in the abstract": _edit("abstract", lambda text: f"<b>{text[:8]}</b>{text[8:]}"),
    "talk before the title": _edit("title", lambda text: f"以下是翻译：{text}"),
    "talk before the abstract": _edit("abstract", lambda text: f"好的，以下是摘要的翻译：{text}"),
    "refusal as gist": _edit("gist", lambda text: "作为一个AI语言模型，我无法访问这篇论文的内容。"),
    "apology as abstract": _edit(
        "abstract", lambda text: "抱歉，我不能翻译这段文字，请提供摘要内容。"
    ),
    "label of the feed": _edit("abstract", lambda text: f"公告类型：新 摘要：{text}"),
    "label before the gist": _edit("gist", lambda text: f"摘要：{text}"),
    "two sentences": _edit("gist", lambda text: f"{text.rstrip('。')}。实验验证了其有效性。"),
    "title as gist": lambda told, paper, other, luck: replace(told, gist=told.title),
    "first sentence as gist": _first_sentence,
    "the same again and again": _edit("abstract", lambda text: text + text[-12:] * 4),
    "signs of direction": _edit("title", lambda text: f"\u202e{text}\u202c"),
    "nothing": _edit("abstract", lambda text: " "),
}
