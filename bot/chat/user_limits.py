"""How much may one person ask for? Token buckets in memory, so that nobody keeps others waiting."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from bot.concurrency.rate_limiter import Monotonic

K = TypeVar("K")
V = TypeVar("V")

MINUTE, DAY = 60.0, 86400.0
PEOPLE = 10_000  # of whom something is remembered; the one quiet for longest is forgotten


class Cost(StrEnum):
    """What is counted, each for itself."""

    COMMAND = "command"
    BUTTON = "button"
    WORDLESS = "wordless"
    PREVIEW = "preview"
    SEARCH = "search"
    NOTE = "note"
    ENGLISH = "english"
    TIME = "time"  # seconds of processor time that queries take


# In a minute.
RATES: Mapping[Cost, int] = {
    Cost.COMMAND: 20,
    Cost.BUTTON: 60,
    Cost.WORDLESS: 1,  # an album comes as ten messages and wants one answer
    Cost.PREVIEW: 12,
    Cost.SEARCH: 6,
    Cost.TIME: 2,
}
# In a day: what costs the operator money. What was written before costs nothing and counts not.
DAILY: Mapping[Cost, int] = {Cost.NOTE: 20, Cost.ENGLISH: 40}


@dataclass(frozen=True, slots=True)
class Excess:
    """Somebody asked for too much: of what, how much of it is allowed, and whether to say so."""

    cost: Cost
    most: int  # in the span
    is_said: bool


class Limits:
    """So much of each in a span for everybody, spread evenly after a first burst.

    It forgets everything when the process ends, which harms nobody.
    """

    def __init__(
        self,
        rates: Mapping[Cost, int] = RATES,
        *,
        span: float = MINUTE,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._rates = rates
        self._span = span
        self._monotonic = monotonic
        self._left: OrderedDict[tuple[int, Cost], tuple[float, float]] = OrderedDict()
        self._said: OrderedDict[int, float] = OrderedDict()

    def excess(self, who: int, costs: Sequence[Cost]) -> Excess | None:
        """Counts one thing that somebody asks for; None when they may.

        What is refused spends nothing, and the refusal is said once a minute; that of what has
        no words is not said.
        """
        now = self._monotonic()
        lefts = [self._refilled(who, cost, now) for cost in costs]
        for cost, left in zip(costs, lefts, strict=True):
            if left < 1.0:
                is_said = cost is not Cost.WORDLESS and self._is_due(who, now)
                return Excess(cost, self._rates[cost], is_said)
        for cost, left in zip(costs, lefts, strict=True):
            _keep(self._left, (who, cost), (left - 1.0, now), PEOPLE * len(Cost))
        return None

    def is_spent(self, who: int, cost: Cost) -> bool:
        """Whether nothing is left of what is only known afterwards."""
        return self._refilled(who, cost, self._monotonic()) <= 0.0

    def spend(self, who: int, cost: Cost, amount: float) -> None:
        """Counts what something took; beyond what was left, it is owed."""
        now = self._monotonic()
        left = self._refilled(who, cost, now) - amount
        _keep(self._left, (who, cost), (left, now), PEOPLE * len(Cost))

    def give_back(self, who: int, cost: Cost) -> None:
        """Takes back one thing that was counted and did not happen."""
        left, at = self._left.get((who, cost), (float(self._rates[cost]), 0.0))
        self._left[who, cost] = (left + 1.0, at)

    def _refilled(self, who: int, cost: Cost, now: float) -> float:
        most = float(self._rates[cost])
        left, at = self._left.get((who, cost), (most, now))
        return min(most, left + (now - at) * most / self._span)

    def _is_due(self, who: int, now: float) -> bool:
        said = self._said.get(who)
        if said is not None and now - said < MINUTE:
            return False
        _keep(self._said, who, now, PEOPLE)
        return True


def _keep(kept: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)
