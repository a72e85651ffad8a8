"""What was tried is told at the end of a run."""

from __future__ import annotations

import pytest

from tests.system.fuzz.tally import Tally

_KEPT = pytest.StashKey[Tally]()


@pytest.fixture(scope="session")
def tally(pytestconfig: pytest.Config) -> Tally:
    """Counts what was tried."""
    return pytestconfig.stash.setdefault(_KEPT, Tally())


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tells how many examples there were, and how hostile."""
    kept = config.stash.get(_KEPT, None)
    for line in kept.lines() if kept else ():
        terminalreporter.write_line(line)
