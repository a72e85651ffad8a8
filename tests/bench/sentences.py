"""Which sentences stand for the newest papers, and how do they differ from an earlier version's?

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

from bot.summaries.extractive.select import gist

SINCE, SHOWN_AFTER = "2026-06-01", "2026-06-15"
SHOWN, JUDGED = 300, 100
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
CUT = "…"


class Paper(NamedTuple):
    """What is asked of a paper here."""

    id: str
    title: str
    abstract: str
    comment: str
    day: str


def papers(data: Path) -> list[Paper]:
    """Return the papers of the corpus since June, in its order."""
    with gzip.open(data / "corpus" / "papers_2025_2026.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Paper(row["id"], row["title"], row["abstract"], row.get("comment") or "", row["published"])
        for row in rows
        if row["published"] >= SINCE
    ]


def before(revision: str, wanted: Sequence[Paper]) -> list[str]:
    """Return the sentences that an earlier version of this repository chooses."""
    code = (
        "import json, sys; from bot.summaries.extractive.select import gist\n"
        "for line in sys.stdin: print(json.dumps(gist(*json.loads(line))))"
    )
    archive = subprocess.run(["git", "archive", revision, "bot"], capture_output=True, check=True)
    with TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        asked = "\n".join(json.dumps([paper.title, paper.abstract]) for paper in wanted)
        answer = subprocess.run(
            [sys.executable, "-c", code],
            cwd=folder,
            input=asked,
            text=True,
            capture_output=True,
            check=True,
            env=os.environ | {"PYTHONPATH": folder},
        )
    return [json.loads(line) for line in answer.stdout.splitlines()]


def shares(made: Sequence[str]) -> dict[str, float]:
    """Return the share of sentences with each fault, in percent."""
    counts = {
        name: sum(bool(re.match(pattern, sentence)) for sentence in made)
        for name, pattern in LEAD_INS.items()
    }
    counts["any lead-in"] = sum(counts.values())
    counts["cut"] = sum(sentence.endswith(CUT) for sentence in made)
    return {name: 100 * count / len(made) for name, count in counts.items()}


def put_side_by_side(rows: Sequence[tuple[Paper, str, str]]) -> None:
    """Write what differs between two versions, to be read and to be judged blind."""
    BUILD.mkdir(exist_ok=True)
    chance = Random(2026)
    late = [row for row in rows if row[0].day > SHOWN_AFTER]
    shown = chance.sample(late, min(SHOWN, len(late)))
    (BUILD / "sentences.md").write_text(
        "\n\n".join(
            f"**{paper.title}** ({paper.id})\n- before: {old}\n- after: {new}"
            for paper, old, new in shown
        ),
        encoding="utf-8",
    )
    different = [row for row in late if row[1] != row[2]]
    pairs, key = [], []
    for number, (paper, old, new) in enumerate(
        chance.sample(different, min(JUDGED, len(different))), start=1
    ):
        ours = chance.choice("AB")
        first, second = (new, old) if ours == "A" else (old, new)
        pairs.append(
            f"## {number}. {' '.join(paper.title.split())}\n\n- A: {first}\n- B: {second}\n\n"
            f"> {' '.join(paper.abstract.split())}"
        )
        key.append(f"{number}\t{paper.id}\t{ours}")
    (BUILD / "sentences_blind.md").write_text("\n\n".join(pairs), encoding="utf-8")
    (BUILD / "sentences_key.tsv").write_text("\n".join(key), encoding="utf-8")


def main() -> None:
    """Print the shares, beside those of a revision where one is named."""
    wanted = papers(Path(os.environ["PAPERGRAM_TEST_DATA"]))
    begun = process_time()
    made = [gist(paper.title, paper.abstract, paper.comment) for paper in wanted]
    each = (process_time() - begun) * 1000 / len(wanted)
    former = before(sys.argv[1], wanted) if len(sys.argv) > 1 else []
    print(f"{len(wanted)} papers since {SINCE}, {each:.1f} ms each")
    old_shares = shares(former) if former else {}
    for name, share in shares(made).items():
        print(f"{name:20} {share:5.2f} %", f"(was {old_shares[name]:.2f} %)" if former else "")
    if former:
        changed = sum(old != new for old, new in zip(former, made, strict=True))
        print(f"{'changed':20} {100 * changed / len(made):5.2f} %")
        put_side_by_side(list(zip(wanted, former, made, strict=True)))


if __name__ == "__main__":
    main()
