"""Commands that only read load what they use, for each library costs every call its import."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.app import wiring
from bot.app.config import Config
from tests.cli.terminal import Terminal, process_environment

HEAVY = {"telegram", "aiohttp", "httpx", "openai", "apscheduler", "pydantic", "sqlite_utils"}
FOR_A_PROBE = HEAVY | {
    "asyncio",
    "babel",
    "fluent",
    "storage.store",
    "storage.records",
    "bot.topics.query.parser",
}
SCRIPT = """
import sys
from bot.cli import main
try:
    main(sys.argv[1:])
finally:
    print("loaded:", *sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        ("--help", FOR_A_PROBE),
        ("doctor --quick", FOR_A_PROBE),
        ("search boats", HEAVY),
        ("show 1", HEAVY),
        ("outbox list", HEAVY),
        ("digest boats", HEAVY),
    ],
)
def test_a_reading_command_loads_what_it_uses(
    terminal: Terminal, words: str, unwanted: set[str]
) -> None:
    with wiring.open_indexed_store(Config(database=f"sqlite:///{terminal.database}")):
        pass

    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words.split()],
        env=process_environment(terminal),
        capture_output=True,
        text=True,
        check=False,
    )

    loaded = set(ran.stderr.rpartition("loaded: ")[2].split())
    assert "bot.cli.terminal.options" in loaded
    assert loaded & unwanted == set()
