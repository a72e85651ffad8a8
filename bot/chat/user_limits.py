"""Limit how much one person may ask for, with token buckets in memory."""

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
MAX_REMEMBERED_PEOPLE = 10_000  # beyond that, those inactive for longest are forgotten


class Cost(StrEnum):
    """What is counted; each has a bucket of its own."""

    COMMAND = "command"
    BUTTON = "button"
    NON_TEXT = "wordless"
    PREVIEW = "preview"
    SEARCH = "search"
    NOTE = "note"
    TRANSLATION = "english"
    QUERY_TIME = "time"  # processor time of queries, in seconds


RATES_PER_MINUTE: Mapping[Cost, int] = {
    Cost.COMMAND: 20,
    Cost.BUTTON: 60,
    Cost.NON_TEXT: 1,  # an album arrives as up to ten messages and needs one answer
    Cost.PREVIEW: 12,
    Cost.SEARCH: 6,
    Cost.QUERY_TIME: 2,
}
# These cost the operator money; a stored result is free and not counted.
RATES_PER_DAY: Mapping[Cost, int] = {Cost.NOTE: 20, Cost.TRANSLATION: 40}


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit that was exceeded, and whether to tell the person."""

    cost: Cost
    limit: int  # per period
    should_notify: bool


class UserLimits:
    """One token bucket per account and cost, refilled evenly over ``period`` seconds.

    The state is lost when the process ends, which does no harm.
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
        """Take one token for each cost; return None if the account had them all.

        A refused request takes nothing. The person is told once a minute, and never about messages
        without text.
        """
        now = self._monotonic()
        token_balances = [self._current_tokens(account_id, cost, now) for cost in costs]
        for cost, available_tokens in zip(costs, token_balances, strict=True):
            if available_tokens >= 1.0:
                continue
            last_notice = self._last_notices.get(account_id, float("-inf"))
            should_notify = cost is not Cost.NON_TEXT and now - last_notice >= MINUTE
            if should_notify:
                _put_bounded(self._last_notices, account_id, now, MAX_REMEMBERED_PEOPLE)
            return Excess(cost, self._rates[cost], should_notify)
        for cost, available_tokens in zip(costs, token_balances, strict=True):
            self._put_tokens(account_id, cost, available_tokens - 1.0, now)
        return None

    def is_exhausted(self, account_id: int, cost: Cost) -> bool:
        """Return whether a bucket is empty, for a cost known only afterwards."""
        return self._current_tokens(account_id, cost, self._monotonic()) <= 0.0

    def charge_amount(self, account_id: int, cost: Cost, amount: float) -> None:
        """Take ``amount`` from a bucket, which may leave it in debt."""
        now = self._monotonic()
        self._put_tokens(
            account_id, cost, self._current_tokens(account_id, cost, now) - amount, now
        )

    def refund(self, account_id: int, cost: Cost) -> None:
        """Give back one token for something that did not happen."""
        current_tokens, refilled_at = self._buckets.get(
            (account_id, cost), (float(self._rates[cost]), 0.0)
        )
        self._buckets[account_id, cost] = (current_tokens + 1.0, refilled_at)

    def _current_tokens(self, account_id: int, cost: Cost, now: float) -> float:
        token_limit = float(self._rates[cost])
        earlier_tokens, refilled_at = self._buckets.get((account_id, cost), (token_limit, now))
        return min(token_limit, earlier_tokens + (now - refilled_at) * token_limit / self._period)

    def _put_tokens(self, account_id: int, cost: Cost, tokens: float, now: float) -> None:
        _put_bounded(
            self._buckets, (account_id, cost), (tokens, now), MAX_REMEMBERED_PEOPLE * len(Cost)
        )


def _put_bounded(entries: OrderedDict[K, V], key: K, value: V, max_size: int) -> None:
    entries[key] = value
    entries.move_to_end(key)
    if len(entries) > max_size:
        entries.popitem(last=False)
