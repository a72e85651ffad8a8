"""What is ready at the same time is written in one commit: one wait for the disk serves many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from storage import Store
from storage.errors import Busy, Full

Change = Callable[[], bool]


class Together:
    """Gathers changes while the store is at work, and then hands it all of them.

    Nobody waits for company: what comes alone is written alone, at once. A change that fails
    undoes itself and no other; where the store cannot write at all, every one of them is told.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[_Write] = []
        self._working: asyncio.Task[None] | None = None

    async def write(self, change: Change) -> bool:
        """What a change returns, once it is committed.

        It is made on a thread of the store, and also when nobody waits for it any more.
        """
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Write(change, told))
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await told

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                results = await self._store.run(written, self._store, [w.change for w in batch])
            except Exception as error:
                results = [error] * len(batch)
            for one, result in zip(batch, results, strict=True):
                one.tell(result)
        self._working = None


@dataclass(frozen=True, slots=True)
class _Write:
    """A change, and who waits for it."""

    change: Change
    told: asyncio.Future[bool]

    def tell(self, result: bool | Exception) -> None:
        """Lets the one who waits go on, unless nobody does."""
        if self.told.done():
            return
        if isinstance(result, Exception):
            self.told.set_exception(result)
        else:
            self.told.set_result(result)


def written(store: Store, changes: Sequence[Change]) -> list[bool | Exception]:
    """What came of each change, in their order, all in one transaction."""
    with store.transaction():
        return [_made(store, change) for change in changes]


def _made(store: Store, change: Change) -> bool | Exception:
    try:
        with store.savepoint():
            return change()
    except (Busy, Full):
        raise  # no fault of this one: the others could not be kept either
    except Exception as error:
        return error
