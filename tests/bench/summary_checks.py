"""Count the real summaries that pass the checks, and the planted faults that they find.

Run as ``python -m tests.bench.summary_checks`` with $PAPERGRAM_TEST_DATA set. The summaries are
those of real digest documents, made by models of 2023 to 2026; faults are planted in those that
pass. With ``--show FAULT`` it prints what failed so.
"""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bot.render.documents import markdown
from bot.render.documents.markdown_layout import DocumentError
from bot.summaries.verify.findings import Finding, SummaryText
from bot.summaries.verify.lengths import ends_as_sentence
from bot.summaries.verify.run_checks import check_summary
from storage.records.digests import Entry
from storage.records.papers import Paper
from tests.bench.spoiled_summaries import SPOILED_SUMMARIES

LANGUAGE = "zh"
ISSUED_AT = datetime(2024, 1, 1, tzinfo=UTC)


class CheckedSummary(NamedTuple):
    """A real summary, its paper, and what the checks say."""

    paper: Paper
    summary: SummaryText
    findings: tuple[Finding, ...]


class PassCounts(NamedTuple):
    """How many summaries there are, pass, and would if two sentences were no fault."""

    total: int
    passed: int
    passed_but_for_sentences: int
    findings: Counter[Finding]


def check_summaries(data: Path) -> list[CheckedSummary]:
    """Every different summary of the real documents, judged."""
    summaries = {
        (entry.paper.id, entry_summary.tldr): (
            entry.paper,
            SummaryText(entry_summary.title, entry_summary.tldr, entry_summary.abstract),
        )
        for path in sorted([*data.glob("digests/*.md"), *data.glob("seeds/*.md")])
        for entry in _document_entries(path)
        for entry_summary in entry.summaries
        if entry_summary.language == LANGUAGE
    }
    return [
        CheckedSummary(paper, summary, check_summary(summary, paper, LANGUAGE))
        for paper, summary in summaries.values()
    ]


def count_passes(summaries: Sequence[CheckedSummary]) -> PassCounts:
    """Count what passes and what does not."""
    findings = Counter(finding for checked in summaries for finding in checked.findings)
    return PassCounts(
        len(summaries),
        sum(not checked.findings for checked in summaries),
        sum(set(checked.findings) <= {Finding.SEVERAL_SENTENCES} for checked in summaries),
        findings,
    )


def count_detections(
    summaries: Sequence[CheckedSummary], step: int = 1
) -> dict[str, tuple[int, int]]:
    """For every plant, in how many of the good summaries it could be planted and was found.

    Only abstracts of which nothing is missing are used, as those are that a feed announces;
    of these each ``step``-th.
    """
    rng = random.Random(7)
    sound_summaries = [
        (replace(checked.paper, partial=False), checked.summary)
        for checked in summaries
        if not checked.findings and ends_as_sentence(checked.paper.abstract)
    ][::step]
    result = {}
    for name, plant in SPOILED_SUMMARIES.items():
        pairs = [
            (paper, plant(summary, paper, rng.choice(sound_summaries)[1], rng))
            for paper, summary in sound_summaries
        ]
        spoiled_pairs = [(paper, spoiled) for paper, spoiled in pairs if spoiled is not None]
        hits = sum(
            bool(check_summary(spoiled, paper, LANGUAGE)) for paper, spoiled in spoiled_pairs
        )
        result[name] = (len(spoiled_pairs), hits)
    return result


def _document_entries(path: Path) -> tuple[Entry, ...]:
    try:
        return markdown.parse(path.read_bytes().decode(), issued=ISSUED_AT).entries
    except DocumentError:
        return ()  # the first two days had another grammar


def main() -> None:
    """Print both tables, or the summaries that failed in one way."""
    summaries = check_summaries(Path(os.environ["PAPERGRAM_TEST_DATA"]))
    if "--show" in sys.argv:
        _print_failures(summaries, Finding(sys.argv[sys.argv.index("--show") + 1]))
        return
    for name, selection in (
        ("all", summaries),
        (
            "abstract whole",
            [checked for checked in summaries if ends_as_sentence(checked.paper.abstract)],
        ),
    ):
        counts = count_passes(selection)
        print(f"{name}: {counts.total} glosses, {counts.passed / counts.total:.1%} pass;", end=" ")
        print(
            f"{counts.passed_but_for_sentences / counts.total:.1%} if two sentences were no fault"
        )
        for fault, count in counts.findings.most_common():
            print(f"  {fault:18} {count:5}")
    print("planted in good glosses, found")
    for name, (planted, hits) in count_detections(summaries).items():
        print(f"  {name:42} {hits:4} of {planted:4}  {hits / max(planted, 1):6.1%}")


def _print_failures(summaries: Sequence[CheckedSummary], fault: Finding) -> None:
    for paper, summary, findings in summaries:
        if fault in findings:
            print(f"## {paper.id} {', '.join(findings)}")
            print(
                f"{paper.title}\n{paper.abstract}\n{summary.title}\n{summary.tldr}\n{summary.abstract}\n"
            )


if __name__ == "__main__":
    main()
