"""Papers with Chinese glosses written by people, and how an honest model would answer them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import bot.demo.sample
from bot.summaries.llm.mask_formulas import restore
from bot.summaries.llm.paper_for_prompt import source
from bot.summaries.verify.findings import Told
from storage.records import Paper

_FOLDER = Path(bot.demo.sample.__file__).parent


def sample() -> Iterator[tuple[Paper, Told]]:
    """The papers of the demonstration with their Chinese glosses."""
    glosses = {row["id"]: row for row in _rows("translations.zh.jsonl")}
    for row in _rows("papers.jsonl"):
        if gloss := glosses.get(row["id"]):
            yield (
                Paper(row["id"], 1, row["title"], row["abstract"]),
                Told(gloss["title"], gloss["gist"], gloss["abstract"]),
            )


def answered(paper: Paper, told: Told) -> dict[str, str]:
    """The fields of an answer that tells this: with marks where the paper has runs."""
    kept = source(paper).kept
    fields = {"title": told.title, "gist": told.gist, "abstract": told.abstract}
    for name, text in fields.items():
        for number, run in enumerate(kept, start=1):
            if name != "abstract" or restore(f"⟦{number}⟧", kept) in text:
                text = text.replace(run, f"⟦{number}⟧", 1)
        fields[name] = text
    return fields


def _rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (_FOLDER / name).read_text("utf-8").splitlines()]
