"""The program on a machine whose system clock is off by the seconds that a file holds."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import apscheduler.schedulers.base

from bot.cli import main
from bot.concurrency import trusted_clock

ERROR = Path(os.environ["CLOCK_ERROR"])


class SystemClock(datetime):
    """What the two places see that read the system clock."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """The time, and the error."""
        shown = datetime.now(UTC) + timedelta(seconds=float(ERROR.read_text()))
        return shown.astimezone(tz)


if __name__ == "__main__":
    for module in (apscheduler.schedulers.base, trusted_clock):
        vars(module)["datetime"] = SystemClock
    main(sys.argv[1:])
