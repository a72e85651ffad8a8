"""What several ask for in the same moment is made once: who comes second waits for the first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Result = TypeVar("Result")


class SingleFlight(Generic[Key, Result]):
    """What is being made now, each by its key."""

    def __init__(self) -> None:
        self._in_flight: dict[Key, asyncio.Future[Result | Exception]] = {}

    async def run(self, key: Key, call: Callable[[], Awaitable[Result]]) -> Result:
        """What ``call`` returns or raises, for all who ask before it has.

        Where the one who makes it is cancelled, the next one makes it.
        """
        while future := self._in_flight.get(key):
            await asyncio.wait([future])
            if not future.cancelled():
                return _result_or_raise(future.result())
        return await self._start(key, call)

    async def _start(self, key: Key, call: Callable[[], Awaitable[Result]]) -> Result:
        future = self._in_flight[key] = asyncio.get_running_loop().create_future()
        try:
            result = await call()
        except Exception as error:
            future.set_result(error)  # as a value: nobody has to ask for it
            raise
        except BaseException:
            future.cancel()
            raise
        else:
            future.set_result(result)
            return result
        finally:
            del self._in_flight[key]


def _result_or_raise(outcome: Result | Exception) -> Result:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
