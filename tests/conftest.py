"""Situations every test may ask for: the real data where it is, a store, and no network."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.topics.query.analyzer import analyzer_version, index_text
from storage import Store, open_store
from tests.support.running_bot import RunningBot, run_bot

settings.register_profile(
    "papergram",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    # Where a change is judged, luck has no say; everywhere else each run tries other examples.
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("papergram")

_cached_indexed = lru_cache(maxsize=4096)(index_text)  # many tests store the same papers

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real feeds, digests and papers named by ``PAPERGRAM_TEST_DATA``."""
    folder = os.environ.get("PAPERGRAM_TEST_DATA")
    if not folder:
        pytest.skip("PAPERGRAM_TEST_DATA names no folder of real feeds and digests")
    return Path(folder)


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store into which nothing was put yet."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    new_store = open_store(f"sqlite:///{path}", analyze=index_text)
    new_store.paper_index.begin_reindex(analyzer_version())
    new_store.close()
    return path


@pytest.fixture
def store(tmp_path: Path, empty_store: Path) -> Iterator[Store]:
    """An empty store in a file of its own, on the engine under test."""
    path = shutil.copyfile(empty_store, tmp_path / "papergram.db")
    new_store = open_store(f"sqlite:///{path}", analyze=_cached_indexed)
    yield new_store
    new_store.close()


@pytest.fixture
async def running_bot(store: Store) -> AsyncIterator[RunningBot]:
    """The whole bot of the store before an emulated Telegram, with the settings it comes with."""
    async with run_bot(store) as running_bot:
        yield running_bot


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails a test that would leave this machine."""
    connect = socket.socket.connect

    def guarded_connect(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else None
        if host is not None and host not in _LOOPBACK:
            pytest.fail(f"a test tried to reach {host}", pytrace=False)
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
