"""What an answer reads before its transaction: one at a time, within a budget, and once.

A handler runs in the transaction that applies its update, where everybody waits for it. What
takes time it asks for with ``ask.read``: that undoes the transaction, the reading is made outside
of it, and the update is applied anew with the reading at hand. The fence are the arguments: the
handler takes them from the store inside of the transaction, so that what changed meanwhile asks
for another reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import thread_time
from typing import Concatenate, ParamSpec, TypeVar, cast

from bot.chat.user_limits import RATES, Cost, Limits
from bot.texts import Refusal
from bot.topics.query.parser import QueryError
from storage import Store
from storage.engine.query_budget import OverBudget

P = ParamSpec("P")
T = TypeVar("T")

QUERY = 0.25  # seconds of processor time that a query may take
SEVERAL = 2.0  # that all of a chat's topics may take together, or a copy of what a person keeps
ANEW = 3  # times that an update is applied anew, because what it depends on has changed


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that reads: two are the same that ask the same function for the same."""

    function: Callable[..., object]
    arguments: tuple[object, ...]
    named: Mapping[str, object]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Reading:
    wanted: Wanted
    value: object = None
    error: Exception | None = None


class Unread(Exception):
    """A handler needs what is not read yet: its transaction is undone."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__(wanted.function)
        self.wanted = wanted


class Readings:
    """What was read for one update, whoever asks for it again."""

    def __init__(self, who: int = 0, limits: Limits | None = None) -> None:
        self._who = who
        self._limits = limits
        self._made: list[_Reading] = []

    def get(
        self,
        seconds: float,
        function: Callable[Concatenate[Store, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """What a function reads for these arguments.

        Raises:
            Unread: it has not read it yet.
            QueryError | Refusal: it refused, took too long, or too much keeps changing.
        """
        wanted = Wanted(function, args, kwargs, seconds)
        for made in self._made:
            if made.wanted == wanted:
                if made.error:
                    raise made.error
                return cast("T", made.value)
        if sum(made.wanted.function == function for made in self._made) > ANEW:
            raise Refusal("refusal-changing")
        raise Unread(wanted)

    def make(self, store: Store, wanted: Wanted) -> None:
        """Reads what is wanted, within its budget and what is left of the person's minute."""
        self._made.append(self._read(store, wanted))

    def _read(self, store: Store, wanted: Wanted) -> _Reading:
        if self._limits and self._limits.is_spent(self._who, Cost.TIME):
            return _Reading(wanted, error=Refusal("limit-time", seconds=RATES[Cost.TIME]))
        began = thread_time()
        try:
            with store.limited(wanted.seconds):
                value = wanted.function(store, *wanted.arguments, **wanted.named)
            return _Reading(wanted, value)
        except (QueryError, Refusal) as error:
            return _Reading(wanted, error=error)
        except OverBudget:
            return _Reading(wanted, error=Refusal("query-too-dear"))
        finally:
            if self._limits:
                self._limits.spend(self._who, Cost.TIME, thread_time() - began)


async def with_readings(store: Store, readings: Readings, apply: Callable[[Readings], T]) -> T:
    """Applies something in its transaction, with what it reads made outside of it."""
    while True:
        try:
            return await store.run(apply, readings)
        except Unread as unread:
            await store.run_query(readings.make, store, unread.wanted)
