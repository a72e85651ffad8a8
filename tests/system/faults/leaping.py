"""The program on a machine whose system clock is off by the seconds that a file holds."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import apscheduler.schedulers.base

from bot.cli import main
from bot.concurrency import trusted_clock

CLOCK_ERROR_FILE = Path(os.environ["CLOCK_ERROR"])


class ShiftedClock(datetime):
    """What the two places see that read the system clock.

    In a process of its own, where no test can move a ``FakeClock``.
    """

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """The time, and the error."""
        shifted_time = datetime.now(UTC) + timedelta(seconds=float(CLOCK_ERROR_FILE.read_text()))
        return shifted_time.astimezone(tz)


if __name__ == "__main__":
    for module in (apscheduler.schedulers.base, trusted_clock):
        vars(module)["datetime"] = ShiftedClock
    main(sys.argv[1:])
