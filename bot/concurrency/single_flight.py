"""What several ask for in the same moment is made once: who comes second waits for the first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Made = TypeVar("Made")


class Flights(Generic[Key, Made]):
    """What is being made now, each by its key."""

    def __init__(self) -> None:
        self._under_way: dict[Key, asyncio.Future[Made | Exception]] = {}

    async def once(self, key: Key, make: Callable[[], Awaitable[Made]]) -> Made:
        """What ``make`` returns or raises, for all who ask before it has.

        Where the one who makes it is cancelled, the next one makes it.
        """
        while flight := self._under_way.get(key):
            await asyncio.wait([flight])
            if not flight.cancelled():
                return _told(flight.result())
        return await self._made(key, make)

    async def _made(self, key: Key, make: Callable[[], Awaitable[Made]]) -> Made:
        flight = self._under_way[key] = asyncio.get_running_loop().create_future()
        try:
            made = await make()
        except Exception as error:
            flight.set_result(error)  # as a value: nobody has to ask for it
            raise
        except BaseException:
            flight.cancel()
            raise
        else:
            flight.set_result(made)
            return made
        finally:
            del self._under_way[key]


def _told(landed: Made | Exception) -> Made:
    if isinstance(landed, Exception):
        raise landed
    return landed
