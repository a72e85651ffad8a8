"""What somebody who watches a terminal is shown while a command works."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)


def spinner_progress() -> Progress:
    """What is being done, and for how long."""
    return _progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())


def bar_progress() -> Progress:
    """How many are done, and what that cost so far."""
    return _progress(BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[cost]}"))


def _progress(*columns: ProgressColumn) -> Progress:
    """On standard error, for people only, and gone at the end."""
    return Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
