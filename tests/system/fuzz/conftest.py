"""What was tried is told at the end of a run."""

from __future__ import annotations

import pytest

from tests.system.fuzz.tally import FuzzStatistics

_TALLY_KEY = pytest.StashKey[FuzzStatistics]()


@pytest.fixture(scope="session")
def fuzz_statistics(pytestconfig: pytest.Config) -> FuzzStatistics:
    """Counts what was tried."""
    return pytestconfig.stash.setdefault(_TALLY_KEY, FuzzStatistics())


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tells how many examples there were, and how hostile."""
    tally_of_run = config.stash.get(_TALLY_KEY, None)
    for line in tally_of_run.report_lines() if tally_of_run else ():
        terminalreporter.write_line(line)
