"""Show which sentences stand for the newest papers, and how an earlier version chose.

Run as ``python -m tests.bench.sentences [REVISION]`` with $PAPERGRAM_TEST_DATA set. Printed are
the shares of sentences that begin with a lead-in and of those that are cut, over all papers since
the first of June 2026, and the time that one paper takes. With a revision of the repository
the sentences of its code are made as well, and put beside ours under ``build/``:

- ``sentences.md``: 300 papers announced after the middle of June, before and after;
- ``sentences_blind.md``: 100 pairs that differ with title and abstract, as A and B in any order;
- ``sentences_key.tsv``: which of the two is ours.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import process_time
from typing import NamedTuple

from bot.summaries.extractive.select import extract_tldr

FIRST_DAY, SHOWN_AFTER = "2026-06-01", "2026-06-15"
SHOWN_PAPERS, JUDGED_PAIRS = 300, 100
BUILD = Path("build")

LEAD_INS = {
    "to address": r"(?:To|In order to) (?:\w+ly )?(?:address|tackle|overcome|solve|bridge|fill"
    r"|mitigate|alleviate|this end)\b[^.]*,",
    "in this paper": r"In this (?:[\w-]+ ){0,2}?"
    r"(?:paper|work|study|article|letter|report|thesis)\b",
    "here": r"Here(?:,| we\b)",
    "this paper presents": r"This (?:paper|work|study|article) (?!is\b|was\b|has\b)\w+(?:s|ed)\b",
    "motivated by": r"Motivated by [^.]*,",
    "building on": r"Building (?:up)?on [^.]*,",
    "therefore": r"(?:Therefore|Thus|Hence|Finally|First|Second|Moreover|Furthermore|However),",
}
ELLIPSIS = "…"


class Paper(NamedTuple):
    """What is asked of a paper here."""

    id: str
    title: str
    abstract: str
    comment: str
    day: str


def corpus_papers(data: Path) -> list[Paper]:
    """Return the papers of the corpus since June, in its order."""
    with gzip.open(data / "corpus" / "papers_2025_2026.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Paper(row["id"], row["title"], row["abstract"], row.get("comment") or "", row["published"])
        for row in rows
        if row["published"] >= FIRST_DAY
    ]


def sentences_at_revision(revision: str, selected_papers: Sequence[Paper]) -> list[str]:
    """Return the sentences that an earlier version of this repository chooses."""
    code = (
        "import json, sys; from bot.summaries.extractive.select import gist\n"
        "for line in sys.stdin: print(json.dumps(gist(*json.loads(line))))"
    )
    archive = subprocess.run(["git", "archive", revision, "bot"], capture_output=True, check=True)
    with TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        input_lines = "\n".join(
            json.dumps([paper.title, paper.abstract]) for paper in selected_papers
        )
        answer = subprocess.run(
            [sys.executable, "-c", code],
            cwd=folder,
            input=input_lines,
            text=True,
            capture_output=True,
            check=True,
            env=os.environ | {"PYTHONPATH": folder},
        )
    return [json.loads(line) for line in answer.stdout.splitlines()]


def fault_shares(chosen_sentences: Sequence[str]) -> dict[str, float]:
    """Return the share of sentences with each fault, in percent."""
    counts = {
        name: sum(bool(re.match(pattern, sentence)) for sentence in chosen_sentences)
        for name, pattern in LEAD_INS.items()
    }
    counts["any lead-in"] = sum(counts.values())
    counts["cut"] = sum(sentence.endswith(ELLIPSIS) for sentence in chosen_sentences)
    return {name: 100 * count / len(chosen_sentences) for name, count in counts.items()}


def write_comparison(rows: Sequence[tuple[Paper, str, str]]) -> None:
    """Write what differs between two versions, to be read and to be judged blind."""
    BUILD.mkdir(exist_ok=True)
    rng = Random(2026)
    late_rows = [row for row in rows if row[0].day > SHOWN_AFTER]
    sampled_rows = rng.sample(late_rows, min(SHOWN_PAPERS, len(late_rows)))
    (BUILD / "sentences.md").write_text(
        "\n\n".join(
            f"**{paper.title}** ({paper.id})\n- before: {old_text}\n- after: {new_text}"
            for paper, old_text, new_text in sampled_rows
        ),
        encoding="utf-8",
    )
    different = [row for row in late_rows if row[1] != row[2]]
    pairs, key_lines = [], []
    for number, (paper, old_sentence, new_sentence) in enumerate(
        rng.sample(different, min(JUDGED_PAIRS, len(different))), start=1
    ):
        our_letter = rng.choice("AB")
        first, second = (
            (new_sentence, old_sentence) if our_letter == "A" else (old_sentence, new_sentence)
        )
        pairs.append(
            f"## {number}. {' '.join(paper.title.split())}\n\n- A: {first}\n- B: {second}\n\n"
            f"> {' '.join(paper.abstract.split())}"
        )
        key_lines.append(f"{number}\t{paper.id}\t{our_letter}")
    (BUILD / "sentences_blind.md").write_text("\n\n".join(pairs), encoding="utf-8")
    (BUILD / "sentences_key.tsv").write_text("\n".join(key_lines), encoding="utf-8")


def main() -> None:
    """Print the shares, beside those of a revision where one is named."""
    selected_papers = corpus_papers(Path(os.environ["PAPERGRAM_TEST_DATA"]))
    started_at = process_time()
    our_sentences = [
        extract_tldr(paper.title, paper.abstract, paper.comment) for paper in selected_papers
    ]
    milliseconds_each = (process_time() - started_at) * 1000 / len(selected_papers)
    old_sentences = sentences_at_revision(sys.argv[1], selected_papers) if len(sys.argv) > 1 else []
    print(f"{len(selected_papers)} papers since {FIRST_DAY}, {milliseconds_each:.1f} ms each")
    old_shares = fault_shares(old_sentences) if old_sentences else {}
    for name, share in fault_shares(our_sentences).items():
        print(
            f"{name:20} {share:5.2f} %", f"(was {old_shares[name]:.2f} %)" if old_sentences else ""
        )
    if old_sentences:
        changed_count = sum(
            old_sentence != new_sentence
            for old_sentence, new_sentence in zip(old_sentences, our_sentences, strict=True)
        )
        print(f"{'changed':20} {100 * changed_count / len(our_sentences):5.2f} %")
        write_comparison(list(zip(selected_papers, old_sentences, our_sentences, strict=True)))


if __name__ == "__main__":
    main()
