"""Run a call once for all tasks that want its result at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Result = TypeVar("Result")


class SingleFlight(Generic[Key, Result]):
    """Calls in progress, by key."""

    def __init__(self) -> None:
        self._in_flight: dict[Key, asyncio.Future[Result | Exception]] = {}

    async def run(self, key: Key, call: Callable[[], Awaitable[Result]]) -> Result:
        """Return the result or raise the error of ``call``, shared by all who ask before it ends.

        If the task that runs it is cancelled, the next one runs it again.
        """
        while future := self._in_flight.get(key):
            await asyncio.wait([future])
            if not future.cancelled():
                outcome = future.result()
                if isinstance(outcome, Exception):
                    raise outcome
                return outcome
        return await self._start(key, call)

    async def _start(self, key: Key, call: Callable[[], Awaitable[Result]]) -> Result:
        future = self._in_flight[key] = asyncio.get_running_loop().create_future()
        try:
            call_result = await call()
        except Exception as error:
            future.set_result(error)  # as a value: a future's exception must be retrieved
            raise
        except BaseException:
            future.cancel()
            raise
        else:
            future.set_result(call_result)
            return call_result
        finally:
            del self._in_flight[key]
