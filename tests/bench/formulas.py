"""Count the formulas of the corpus that are shown as another reader understands them.

    python -m tests.bench.formulas

Over the corpus in the folder named by PAPERGRAM_TEST_DATA: the share left as TeX, what is wrong
in the sight of pylatexenc, the names of authors' own commands that are kept, and the time that
2,000 abstracts take.
"""

from __future__ import annotations

import os
from collections import Counter
from itertools import islice
from pathlib import Path
from statistics import median
from time import process_time

from bot.latex import to_unicode
from bot.latex.formula import formula_to_unicode
from tests.latex.reference_reader import corpus_texts, formulas, kept_command_names, rendering_fault

RUNS = 5
TEXT_COUNT = 4_000  # titles and abstracts


def main() -> None:
    """Print the figures."""
    folder = Path(os.environ["PAPERGRAM_TEST_DATA"])
    faults: Counter[str] = Counter()
    names: Counter[str] = Counter()
    count = 0
    for text in corpus_texts(folder, None):
        for source in formulas(text):
            count += 1
            rendered = to_unicode(f"${source}$")
            kind = rendering_fault(source, rendered)
            faults[kind or "right"] += 1
            names.update(kept_command_names(source))
            if kind:
                print(f"{kind:10} {source[:100]!r} -> {rendered[:80]!r}")
    print(
        f"{count:,} formulas: "
        + ", ".join(f"{number:,} {kind}" for kind, number in faults.most_common())
    )
    print("names kept: " + ", ".join(f"{name} {number}" for name, number in names.most_common(60)))
    texts = list(islice(corpus_texts(folder, TEXT_COUNT), TEXT_COUNT))
    seconds = median(_conversion_seconds(texts) for _ in range(RUNS))
    print(f"{TEXT_COUNT // 2:,} abstracts with their titles: {seconds:.3f} s, median of {RUNS}")


def _conversion_seconds(texts: list[str]) -> float:
    formula_to_unicode.cache_clear()
    started_at = process_time()
    for text in texts:
        to_unicode(text)
    return process_time() - started_at


if __name__ == "__main__":
    main()
