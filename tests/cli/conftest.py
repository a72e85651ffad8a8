"""A terminal whose database does not exist yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Somebody at a prompt, with an empty folder for the database."""
    return Terminal(tmp_path / "papers.db")
