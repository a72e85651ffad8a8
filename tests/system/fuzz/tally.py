"""Count the examples of each test, and how many of them held each sort of hostility."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.system.fuzz.hostile import hostility_sorts


@dataclass
class FuzzStatistics:
    """Counts as the tests run; examples that came twice count once."""

    examples: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    sorts: dict[str, Counter[str]] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    def count_example(self, test: str, texts: Iterable[str]) -> None:
        """Counts an example by the texts in it."""
        example_texts = tuple(texts)
        fingerprint = hash((test, example_texts))
        if fingerprint in self._seen:
            return
        self._seen.add(fingerprint)
        self.examples[test] += 1
        self.sorts.setdefault(test, Counter()).update(hostility_sorts(example_texts))

    def count_messages(self, test: str, count: int = 1) -> None:
        """Counts what stood before the judges."""
        self.checked[test] += count

    def report_lines(self) -> Iterator[str]:
        """The counts, a paragraph for each test."""
        for test, examples in self.examples.items():
            yield f"{test}: {examples} different examples, {self.checked[test]} messages judged"
            shares = (
                f"{sort} {100 * count // examples} %"
                for sort, count in self.sorts[test].most_common()
            )
            yield "  " + ", ".join(shares)
