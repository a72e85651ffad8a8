"""How much was tried? Examples by test, and how many of them held each sort of hostility."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.system.fuzz.hostile import sorts_of


@dataclass
class Tally:
    """Counts as the tests run; examples that came twice count once."""

    examples: Counter[str] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)
    sorts: dict[str, Counter[str]] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    def example(self, test: str, texts: Iterable[str]) -> None:
        """Counts an example by the texts in it."""
        given = tuple(texts)
        mark = hash((test, given))
        if mark in self._seen:
            return
        self._seen.add(mark)
        self.examples[test] += 1
        self.sorts.setdefault(test, Counter()).update(sorts_of(given))

    def messages(self, test: str, count: int = 1) -> None:
        """Counts what stood before the judges."""
        self.judged[test] += count

    def lines(self) -> Iterator[str]:
        """The counts, a paragraph for each test."""
        for test, examples in self.examples.items():
            yield f"{test}: {examples} different examples, {self.judged[test]} messages judged"
            shares = (
                f"{sort} {100 * count // examples} %"
                for sort, count in self.sorts[test].most_common()
            )
            yield "  " + ", ".join(shares)
