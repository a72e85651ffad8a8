"""Progress displays on the terminal while a command works."""

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
    """Return a display of the current step and its duration."""
    return _progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())


def bar_progress() -> Progress:
    """Return a display of how many are done, and the cost so far."""
    return _progress(BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[cost]}"))


def _progress(*columns: ProgressColumn) -> Progress:
    """Return a display on standard error, for terminals only, removed at the end."""
    return Progress(
        *columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    )
