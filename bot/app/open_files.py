"""How many files may be open at a time, and how many of them connections may take."""

from __future__ import annotations

import logging
import sys

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)

ENOUGH = 1024  # files; more than the process opens at its busiest
OTHERS = 48  # files that are no connections to Telegram: the store's, feeds, a model, the log
FEWEST = 2  # connections to Telegram, however few files may be open


def raise_limit() -> int:
    """Let the process open more files, where it may; return how many."""
    if sys.platform == "win32":
        return ENOUGH
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    if soft == unlimited:
        return ENOUGH
    wanted = ENOUGH if hard == unlimited else min(ENOUGH, hard)
    if wanted > soft:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            return soft
        return wanted
    return soft


def connections(files: int, most: int) -> int:
    """As many connections as fit beside the other files, at most ``most``; says where it is few."""
    fit = max(FEWEST, min(most, files - OTHERS))
    if fit < most:
        log.warning(
            "only few files may be open at a time: raise the limit, for example by ulimit -n 1024",
            extra={"files": files, "connections": fit},
        )
    return fit
