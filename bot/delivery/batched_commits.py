"""What is ready at the same time is written in one commit: one wait for the disk serves many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from storage import Store
from storage.errors import DatabaseBusy, DatabaseNotWritable

StoreChange = Callable[[], bool]


class BatchedCommits:
    """Gathers changes while the store is at work, and then hands it all of them.

    Nobody waits for company: what comes alone is written alone, at once. A change that fails
    undoes itself and no other; where the store cannot write at all, every one of them is told.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pending: list[_PendingChange] = []
        self._commit_task: asyncio.Task[None] | None = None

    async def submit(self, change: StoreChange) -> bool:
        """What a change returns, once it is committed.

        It is made on a thread of the store, and also when nobody waits for it any more.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._pending.append(_PendingChange(change, future))
        if self._commit_task is None:
            self._commit_task = asyncio.create_task(self._commit_pending())
        return await future

    async def _commit_pending(self) -> None:
        while self._pending:
            batch, self._pending = self._pending, []
            try:
                results = await self._store.run(
                    apply_changes, self._store, [pending.change for pending in batch]
                )
            except Exception as error:
                results = [error] * len(batch)
            for pending, result in zip(batch, results, strict=True):
                pending.resolve(result)
        self._commit_task = None


@dataclass(frozen=True, slots=True)
class _PendingChange:
    """A change, and who waits for it."""

    change: StoreChange
    future: asyncio.Future[bool]

    def resolve(self, result: bool | Exception) -> None:
        """Lets the one who waits go on, unless nobody does."""
        if self.future.done():
            return
        if isinstance(result, Exception):
            self.future.set_exception(result)
        else:
            self.future.set_result(result)


def apply_changes(store: Store, changes: Sequence[StoreChange]) -> list[bool | Exception]:
    """What came of each change, in their order, all in one transaction."""
    with store.transaction():
        return [_apply_change(store, change) for change in changes]


def _apply_change(store: Store, change: StoreChange) -> bool | Exception:
    try:
        with store.savepoint():
            return change()
    except (DatabaseBusy, DatabaseNotWritable):
        raise  # no fault of this one: the others could not be kept either
    except Exception as error:
        return error
