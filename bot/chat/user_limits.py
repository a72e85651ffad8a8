"""How much may one person ask for? Token buckets in memory, so that nobody keeps others waiting."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from bot.concurrency.rate_limiter import MonotonicClock

K = TypeVar("K")
V = TypeVar("V")

MINUTE, DAY = 60.0, 86400.0
MAX_REMEMBERED_PEOPLE = (
    10_000  # of whom something is remembered; the one quiet for longest is forgotten
)


class Cost(StrEnum):
    """What is counted, each for itself."""

    COMMAND = "command"
    BUTTON = "button"
    NON_TEXT = "wordless"
    PREVIEW = "preview"
    SEARCH = "search"
    NOTE = "note"
    TRANSLATION = "english"
    QUERY_TIME = "time"  # seconds of processor time that queries take


# In a minute.
RATES_PER_MINUTE: Mapping[Cost, int] = {
    Cost.COMMAND: 20,
    Cost.BUTTON: 60,
    Cost.NON_TEXT: 1,  # an album comes as ten messages and wants one answer
    Cost.PREVIEW: 12,
    Cost.SEARCH: 6,
    Cost.QUERY_TIME: 2,
}
# In a day: what costs the operator money. What was written before costs nothing and counts not.
RATES_PER_DAY: Mapping[Cost, int] = {Cost.NOTE: 20, Cost.TRANSLATION: 40}


@dataclass(frozen=True, slots=True)
class Excess:
    """Somebody asked for too much: of what, how much of it is allowed, and whether to say so."""

    cost: Cost
    limit: int  # in the span
    should_notify: bool


class UserLimits:
    """So much of each in a span for everybody, spread evenly after a first burst.

    It forgets everything when the process ends, which harms nobody.
    """

    def __init__(
        self,
        rates: Mapping[Cost, int] = RATES_PER_MINUTE,
        *,
        period: float = MINUTE,
        monotonic: MonotonicClock = time.monotonic,
    ) -> None:
        self._rates = rates
        self._period = period
        self._monotonic = monotonic
        self._buckets: OrderedDict[tuple[int, Cost], tuple[float, float]] = OrderedDict()
        self._last_notices: OrderedDict[int, float] = OrderedDict()

    def charge(self, account_id: int, costs: Sequence[Cost]) -> Excess | None:
        """Counts one thing that somebody asks for; None when they may.

        What is refused spends nothing, and the refusal is said once a minute; that of what has
        no words is not said.
        """
        now = self._monotonic()
        balances = [self._current_tokens(account_id, cost, now) for cost in costs]
        for cost, tokens in zip(costs, balances, strict=True):
            if tokens < 1.0:
                should_notify = cost is not Cost.NON_TEXT and self._claim_notice(account_id, now)
                return Excess(cost, self._rates[cost], should_notify)
        for cost, tokens in zip(costs, balances, strict=True):
            _put_bounded(
                self._buckets,
                (account_id, cost),
                (tokens - 1.0, now),
                MAX_REMEMBERED_PEOPLE * len(Cost),
            )
        return None

    def is_exhausted(self, account_id: int, cost: Cost) -> bool:
        """Whether nothing is left of what is only known afterwards."""
        return self._current_tokens(account_id, cost, self._monotonic()) <= 0.0

    def charge_amount(self, account_id: int, cost: Cost, amount: float) -> None:
        """Counts what something took; beyond what was left, it is owed."""
        now = self._monotonic()
        tokens = self._current_tokens(account_id, cost, now) - amount
        _put_bounded(
            self._buckets, (account_id, cost), (tokens, now), MAX_REMEMBERED_PEOPLE * len(Cost)
        )

    def refund(self, account_id: int, cost: Cost) -> None:
        """Takes back one thing that was counted and did not happen."""
        tokens, refilled_at = self._buckets.get((account_id, cost), (float(self._rates[cost]), 0.0))
        self._buckets[account_id, cost] = (tokens + 1.0, refilled_at)

    def _current_tokens(self, account_id: int, cost: Cost, now: float) -> float:
        limit = float(self._rates[cost])
        tokens, refilled_at = self._buckets.get((account_id, cost), (limit, now))
        return min(limit, tokens + (now - refilled_at) * limit / self._period)

    def _claim_notice(self, account_id: int, now: float) -> bool:
        last_notice = self._last_notices.get(account_id)
        if last_notice is not None and now - last_notice < MINUTE:
            return False
        _put_bounded(self._last_notices, account_id, now, MAX_REMEMBERED_PEOPLE)
        return True


def _put_bounded(entries: OrderedDict[K, V], key: K, value: V, max_size: int) -> None:
    entries[key] = value
    entries.move_to_end(key)
    if len(entries) > max_size:
        entries.popitem(last=False)
