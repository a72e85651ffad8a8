"""Papers with Chinese summaries written by people, and how an honest model would answer them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import bot.demo.sample
from bot.summaries.llm.mask_formulas import unmask
from bot.summaries.llm.paper_for_prompt import mask_paper
from bot.summaries.verify.findings import SummaryText
from storage.records.papers import Paper

_FOLDER = Path(bot.demo.sample.__file__).parent


def sample_summaries() -> Iterator[tuple[Paper, SummaryText]]:
    """The papers of the demonstration with their Chinese summaries."""
    summaries = {row["id"]: row for row in _read_rows("translations.zh.jsonl")}
    for row in _read_rows("papers.jsonl"):
        if summary := summaries.get(row["id"]):
            yield (
                Paper(row["id"], 1, row["title"], row["abstract"]),
                SummaryText(summary["title"], summary["gist"], summary["abstract"]),
            )


def answer_fields(paper: Paper, summary: SummaryText) -> dict[str, str]:
    """The fields of an answer that tells this: with marks where the paper has runs."""
    masked_runs = mask_paper(paper).runs
    fields = {"title": summary.title, "gist": summary.tldr, "abstract": summary.abstract}
    for name, text in fields.items():
        for number, masked_run in enumerate(masked_runs, start=1):
            if name != "abstract" or unmask(f"⟦{number}⟧", masked_runs) in text:
                text = text.replace(masked_run, f"⟦{number}⟧", 1)
        fields[name] = text
    return fields


def _read_rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (_FOLDER / name).read_text("utf-8").splitlines()]
