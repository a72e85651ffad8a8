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

from bot.chat.user_limits import RATES_PER_MINUTE, Cost, UserLimits
from bot.texts import Refusal
from bot.topics.query.parser import QueryError
from storage import Store
from storage.engine.query_budget import QueryBudgetExceeded

P = ParamSpec("P")
T = TypeVar("T")

QUERY_SECONDS = 0.25  # seconds of processor time that a query may take
MULTI_QUERY_SECONDS = (
    2.0  # that all of a chat's topics may take together, or a copy of what a person keeps
)
MAX_REREADS = 3  # times that an update is applied anew, because what it depends on has changed


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A call that reads: two are the same that ask the same function for the same."""

    function: Callable[..., object]
    arguments: tuple[object, ...]
    keyword_arguments: Mapping[str, object]
    seconds: float


@dataclass(frozen=True, slots=True)
class _ReadResult:
    call: ReadCall
    value: object = None
    error: Exception | None = None


class ReadRequired(Exception):
    """A handler needs what is not read yet: its transaction is undone."""

    def __init__(self, call: ReadCall) -> None:
        super().__init__(call.function)
        self.call = call


class ReadCache:
    """What was read for one update, whoever asks for it again."""

    def __init__(self, account_id: int = 0, limits: UserLimits | None = None) -> None:
        self._account_id = account_id
        self._limits = limits
        self._results: list[_ReadResult] = []

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
        call = ReadCall(function, args, kwargs, seconds)
        for result in self._results:
            if result.call == call:
                if result.error:
                    raise result.error
                return cast("T", result.value)
        if sum(result.call.function == function for result in self._results) > MAX_REREADS:
            raise Refusal("refusal-changing")
        raise ReadRequired(call)

    def read(self, store: Store, call: ReadCall) -> None:
        """Reads what is wanted, within its budget and what is left of the person's minute."""
        self._results.append(self._run_call(store, call))

    def _run_call(self, store: Store, call: ReadCall) -> _ReadResult:
        if self._limits and self._limits.is_exhausted(self._account_id, Cost.QUERY_TIME):
            return _ReadResult(
                call, error=Refusal("limit-time", seconds=RATES_PER_MINUTE[Cost.QUERY_TIME])
            )
        started = thread_time()
        try:
            with store.query_time_limit(call.seconds):
                value = call.function(store, *call.arguments, **call.keyword_arguments)
            return _ReadResult(call, value)
        except (QueryError, Refusal) as error:
            return _ReadResult(call, error=error)
        except QueryBudgetExceeded:
            return _ReadResult(call, error=Refusal("query-too-dear"))
        finally:
            if self._limits:
                self._limits.charge_amount(
                    self._account_id, Cost.QUERY_TIME, thread_time() - started
                )


async def run_with_reads(store: Store, read_cache: ReadCache, apply: Callable[[ReadCache], T]) -> T:
    """Applies something in its transaction, with what it reads made outside of it."""
    while True:
        try:
            return await store.run(apply, read_cache)
        except ReadRequired as error:
            await store.run_query(read_cache.read, store, error.call)
