"""What arXiv told, in order: which papers does a wish find in a stretch of it?"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from tests.system.year.arxiv import Told
from tests.system.year.corpus import Work
from tests.system.year.readers import Wish


class Announced:
    """What arXiv told, in order, ready to be asked by wish and stretch."""

    def __init__(self, told: Sequence[Told]) -> None:
        self._told = told
        self._places: dict[str, list[int]] = defaultdict(list)
        self._hits: dict[Wish, list[int]] = {}
        for at, one in enumerate(told):
            self._places[one.work.id].append(at)

    def matching(self, wish: Wish, first: int, end: int) -> dict[str, tuple[int, str]]:
        """The papers between two places that a wish finds: the version and the kind of each."""
        if wish not in self._hits:
            told = enumerate(self._told)
            self._hits[wish] = [at for at, one in told if wish.is_met(one.work, one.version)]
        hits = self._hits[wish]
        near = hits[bisect_left(hits, first) : bisect_left(hits, end)]
        works = {self._told[at].work.id: self._told[at].work for at in near}
        found = {id: self._read(wish, work, first, end) for id, work in works.items()}
        return {id: told for id, told in found.items() if told}

    def _read(self, wish: Wish, work: Work, first: int, end: int) -> tuple[int, str] | None:
        told = [self._told[at] for at in self._places[work.id] if first <= at < end]
        version = max(one.version for one in told)
        if not wish.is_met(work, version):
            return None
        is_fresh = any(one.is_fresh for one in told)
        if wish.is_home(work):
            return version, "new" if is_fresh else "replace"
        return version, "cross" if is_fresh else "replace-cross"
