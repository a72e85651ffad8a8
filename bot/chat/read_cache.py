"""Run a handler's reads before its transaction, within a time budget.

A handler runs in the transaction that applies its update and blocks every other writer. It asks for
slow queries with ``request.read``: that rolls the transaction back, the query runs outside of it,
and the update is applied again with the result at hand. The handler takes the arguments of the
query from the store inside the transaction, so a change in between leads to another read.
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
from storage.engine.query_time_limit import QueryBudgetExceeded

P = ParamSpec("P")
T = TypeVar("T")

QUERY_SECONDS = 0.25  # processor time for one query
MULTI_QUERY_SECONDS = 2.0  # for all topics of a chat, or a copy of a person's data
MAX_REREADS = 3  # repeats of a read whose arguments changed in between


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A call that reads; calls with the same function and arguments are equal."""

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
    """Raised when a handler needs a read that has not run yet; rolls back its transaction."""

    def __init__(self, call: ReadCall) -> None:
        super().__init__(call.function)
        self.call = call


class ReadCache:
    """The results of the reads for one update."""

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
        """Return the result of ``function`` for these arguments.

        Raises:
            ReadRequired: the read has not run yet.
            QueryError | Refusal: the read failed, exceeded its budget, or was repeated too often.
        """
        read_call = ReadCall(function, args, kwargs, seconds)
        for cached_result in self._results:
            if cached_result.call == read_call:
                if cached_result.error:
                    raise cached_result.error
                return cast("T", cached_result.value)
        if (
            sum(cached_result.call.function == function for cached_result in self._results)
            > MAX_REREADS
        ):
            raise Refusal("refusal-changing")
        raise ReadRequired(read_call)

    def read(self, store: Store, call: ReadCall) -> None:
        """Run a call within its budget and the person's quota, and keep the result."""
        if self._limits and self._limits.is_exhausted(self._account_id, Cost.QUERY_TIME):
            refusal = Refusal("limit-time", seconds=RATES_PER_MINUTE[Cost.QUERY_TIME])
            self._results.append(_ReadResult(call, error=refusal))
            return
        started_at = thread_time()
        try:
            with store.query_time_limit(call.seconds):
                returned_value = call.function(store, *call.arguments, **call.keyword_arguments)
            read_result = _ReadResult(call, returned_value)
        except (QueryError, Refusal) as error:
            read_result = _ReadResult(call, error=error)
        except QueryBudgetExceeded:
            read_result = _ReadResult(call, error=Refusal("query-too-dear"))
        finally:
            if self._limits:
                self._limits.charge_amount(
                    self._account_id, Cost.QUERY_TIME, thread_time() - started_at
                )
        self._results.append(read_result)


async def run_with_reads(store: Store, read_cache: ReadCache, apply: Callable[[ReadCache], T]) -> T:
    """Run ``apply`` on the store until every read that it requires has been made."""
    while True:
        try:
            return await store.run(apply, read_cache)
        except ReadRequired as error:
            await store.run_query(read_cache.read, store, error.call)
