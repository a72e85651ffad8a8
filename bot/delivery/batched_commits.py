"""Write changes that are ready at the same time in one commit: one disk sync serves many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from storage import Store
from storage.errors import DatabaseBusy, DatabaseNotWritable

StoreChange = Callable[[], bool]


class BatchedCommits:
    """Collects changes while a commit is running, and then commits all of them together.

    No change waits for others: one that comes alone is committed alone, at once. A change that
    fails is rolled back by itself; if the store cannot write at all, every caller gets the error.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pending: list[_PendingChange] = []
        self._commit_task: asyncio.Task[None] | None = None

    async def submit(self, change: StoreChange) -> bool:
        """Commit a change, and return what it returned.

        The change runs on a thread of the store, even if its caller has been cancelled.
        """
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._pending.append(_PendingChange(change, future))
        if self._commit_task is None:
            self._commit_task = asyncio.create_task(self._commit_pending())
        return await future

    async def _commit_pending(self) -> None:
        while self._pending:
            pending_batch, self._pending = self._pending, []
            try:
                change_results = await self._store.run(
                    apply_changes,
                    self._store,
                    [pending_change.change for pending_change in pending_batch],
                )
            except Exception as error:
                change_results = [error] * len(pending_batch)
            for pending_change, change_result in zip(pending_batch, change_results, strict=True):
                pending_change.resolve(change_result)
        self._commit_task = None


@dataclass(frozen=True, slots=True)
class _PendingChange:
    """A change, and the future of its caller."""

    change: StoreChange
    future: asyncio.Future[bool]

    def resolve(self, result: bool | Exception) -> None:
        """Set the result or exception of the future, unless it was cancelled."""
        if self.future.done():
            return
        if isinstance(result, Exception):
            self.future.set_exception(result)
        else:
            self.future.set_result(result)


def apply_changes(store: Store, changes: Sequence[StoreChange]) -> list[bool | Exception]:
    """Apply changes in one transaction; return the result or exception of each, in order."""
    change_results: list[bool | Exception] = []
    with store.transaction():
        for change in changes:
            try:
                with store.savepoint():
                    change_results.append(change())
            except (DatabaseBusy, DatabaseNotWritable):
                raise  # affects the whole batch, not this change alone
            except Exception as error:
                change_results.append(error)
    return change_results
