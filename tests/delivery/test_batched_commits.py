"""Changes that are ready together share a commit, and none pays for another's failure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from bot.delivery.batched_commits import BatchedCommits
from storage import Store
from storage.errors import DatabaseBusy, DatabaseNotWritable
from tests.support.builders import BOT, NOW
from tests.support.database import count_rows


@pytest.fixture
def commits(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many transactions the store has been asked for so far, as the length of a list."""
    begun: list[int] = []
    transaction = store.transaction

    @contextmanager
    def counted() -> Iterator[None]:
        begun.append(len(begun))
        with transaction():
            yield

    monkeypatch.setattr(store, "transaction", counted)
    return begun


def recording(store: Store, chat: int, *, fails: Exception | None = None) -> Callable[[], bool]:
    """A change that leaves a row for a chat, and may fail after that."""

    def change() -> bool:
        store.outbox.hold_chat(BOT, chat, NOW + timedelta(seconds=chat))
        if fails:
            raise fails
        return True

    return change


async def test_what_comes_alone_is_written_at_once(store: Store, commits: list[int]) -> None:
    together = BatchedCommits(store)

    assert await together.submit(recording(store, 1))
    assert await together.submit(recording(store, 2))

    assert len(commits) == 2
    assert count_rows(store, "chat_holds") == 2


async def test_what_comes_meanwhile_is_written_in_one_commit(
    store: Store, commits: list[int]
) -> None:
    together = BatchedCommits(store)

    results = await asyncio.gather(*(together.submit(recording(store, n)) for n in range(1, 41)))

    assert results == [True] * 40
    assert len(commits) < 4
    assert count_rows(store, "chat_holds") == 40


async def test_a_change_that_fails_undoes_itself_alone(store: Store) -> None:
    together = BatchedCommits(store)
    changes = [recording(store, n, fails=LookupError("no") if n == 2 else None) for n in (1, 2, 3)]

    results = await asyncio.gather(*map(together.submit, changes), return_exceptions=True)

    assert [isinstance(result, LookupError) for result in results] == [False, True, False]
    assert [count_rows(store, "chat_holds", chat=n) for n in (1, 2, 3)] == [1, 0, 1]
    assert await together.submit(recording(store, 4)), "the next ones go on"


@pytest.mark.parametrize("trouble", [DatabaseBusy("locked"), DatabaseNotWritable("no room")])
async def test_a_store_that_cannot_write_tells_everybody(store: Store, trouble: Exception) -> None:
    together = BatchedCommits(store)
    changes = [recording(store, 1), recording(store, 2, fails=trouble), recording(store, 3)]

    results = await asyncio.gather(*map(together.submit, changes), return_exceptions=True)

    assert results == [trouble] * 3
    assert count_rows(store, "chat_holds") == 0, "what was told to have failed was not kept"


async def test_nobody_is_told_before_the_commit(store: Store) -> None:
    """What a worker learns of a change, another process can read already."""
    together = BatchedCommits(store)

    async def looks(chat: int) -> int:
        await together.submit(recording(store, chat))
        return await store.run(count_rows, store, "chat_holds", chat=chat)

    assert await asyncio.gather(*map(looks, range(1, 11))) == [1] * 10


async def test_a_change_is_made_for_those_who_no_longer_wait(store: Store) -> None:
    together = BatchedCommits(store)
    leaves = asyncio.create_task(together.submit(recording(store, 1)))
    stays = asyncio.create_task(together.submit(recording(store, 2)))
    await asyncio.sleep(0)
    leaves.cancel()

    assert await stays

    assert leaves.cancelled()
    assert count_rows(store, "chat_holds") == 2
