"""How many real glosses do the checks let pass, and how many planted faults do they find?

Run as ``python -m tests.bench.gloss_checks`` with $PAPERGRAM_TEST_DATA set. The glosses are
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
from bot.summaries.verify.findings import Fault, Told
from bot.summaries.verify.lengths import is_whole
from bot.summaries.verify.run_checks import faults
from storage.records import Entry, Paper
from tests.bench.gloss_plants import PLANTS

LANGUAGE = "zh"
ISSUED = datetime(2024, 1, 1, tzinfo=UTC)


class Judged(NamedTuple):
    """A real gloss, its paper, and what the checks say."""

    paper: Paper
    told: Told
    found: tuple[Fault, ...]


class Pass(NamedTuple):
    """How many glosses there are, pass, and would if two sentences were no fault."""

    glosses: int
    passed: int
    but_for_sentences: int
    found: Counter[Fault]


def judged(data: Path, language: str = LANGUAGE) -> list[Judged]:
    """Every different gloss of the real documents, judged."""
    glosses = {
        (entry.paper.id, gloss.gist): (entry.paper, Told(gloss.title, gloss.gist, gloss.abstract))
        for path in sorted([*data.glob("digests/*.md"), *data.glob("seeds/*.md")])
        for entry in _entries(path)
        for gloss in entry.glosses
        if gloss.language == language
    }
    return [Judged(paper, told, faults(told, paper, language)) for paper, told in glosses.values()]


def passing(glosses: Sequence[Judged]) -> Pass:
    """Count what passes and what does not."""
    found = Counter(fault for one in glosses for fault in one.found)
    return Pass(
        len(glosses),
        sum(not one.found for one in glosses),
        sum(set(one.found) <= {Fault.SEVERAL_SENTENCES} for one in glosses),
        found,
    )


def caught(glosses: Sequence[Judged], every: int = 1) -> dict[str, tuple[int, int]]:
    """For every plant, in how many of the good glosses it could be planted and was found.

    Only abstracts of which nothing is missing are used, as those are that a feed announces;
    of these each ``every``-th.
    """
    luck = random.Random(7)
    good = [
        (replace(one.paper, partial=False), one.told)
        for one in glosses
        if not one.found and is_whole(one.paper.abstract)
    ][::every]
    result = {}
    for name, plant in PLANTS.items():
        pairs = [(paper, plant(told, paper, luck.choice(good)[1], luck)) for paper, told in good]
        planted = [(paper, bad) for paper, bad in pairs if bad is not None]
        hits = sum(bool(faults(bad, paper, LANGUAGE)) for paper, bad in planted)
        result[name] = (len(planted), hits)
    return result


def _entries(path: Path) -> tuple[Entry, ...]:
    try:
        return markdown.parse(path.read_bytes().decode(), issued=ISSUED).entries
    except DocumentError:
        return ()  # the first two days had another grammar


def main() -> None:
    """Print both tables, or the glosses that failed in one way."""
    glosses = judged(Path(os.environ["PAPERGRAM_TEST_DATA"]))
    if "--show" in sys.argv:
        _show(glosses, Fault(sys.argv[sys.argv.index("--show") + 1]))
        return
    for name, some in (
        ("all", glosses),
        ("abstract whole", [one for one in glosses if is_whole(one.paper.abstract)]),
    ):
        counts = passing(some)
        print(
            f"{name}: {counts.glosses} glosses, {counts.passed / counts.glosses:.1%} pass;", end=" "
        )
        print(f"{counts.but_for_sentences / counts.glosses:.1%} if two sentences were no fault")
        for fault, count in counts.found.most_common():
            print(f"  {fault:18} {count:5}")
    print("planted in good glosses, found")
    for name, (planted, hits) in caught(glosses).items():
        print(f"  {name:42} {hits:4} of {planted:4}  {hits / max(planted, 1):6.1%}")


def _show(glosses: Sequence[Judged], fault: Fault) -> None:
    for paper, told, found in glosses:
        if fault in found:
            print(f"## {paper.id} {', '.join(found)}")
            print(f"{paper.title}\n{paper.abstract}\n{told.title}\n{told.gist}\n{told.abstract}\n")


if __name__ == "__main__":
    main()
