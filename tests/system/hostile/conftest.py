"""The store that every attack begins with, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.hostile.ground import fill_database


@pytest.fixture(scope="session")
def corpus(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the 77,357 papers of the real data; copy it before it is opened."""
    if not (real_data / "corpus").is_dir():
        pytest.skip("PAPERGRAM_TEST_DATA names a folder without corpus/")
    database = tmp_path_factory.mktemp("corpus") / "papergram.db"
    fill_database(database, real_data)
    return database
