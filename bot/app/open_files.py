"""How many files may be open at a time, and how many of them connections may take."""

from __future__ import annotations

import logging
import sys

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)

TARGET_LIMIT = 1024  # files; more than the process opens at its busiest
RESERVED_FILES = (
    48  # files that are no connections to Telegram: the store's, feeds, a model, the log
)
MIN_CONNECTIONS = 2  # connections to Telegram, however few files may be open


def raise_open_files_limit() -> int:
    """Let the process open more files, where it may; return how many."""
    if sys.platform == "win32":
        return TARGET_LIMIT
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    if soft == unlimited:
        return TARGET_LIMIT
    target = TARGET_LIMIT if hard == unlimited else min(TARGET_LIMIT, hard)
    if target > soft:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))
        except (OSError, ValueError):
            return soft
        return target
    return soft


def connections_within_limit(open_files_limit: int, max_connections: int) -> int:
    """As many connections as fit beside the other files, at most ``max_connections``; says where it
    is few.
    """
    allowed = max(MIN_CONNECTIONS, min(max_connections, open_files_limit - RESERVED_FILES))
    if allowed < max_connections:
        log.warning(
            "only few files may be open at a time: raise the limit, for example by ulimit -n 1024",
            extra={"files": open_files_limit, "connections": allowed},
        )
    return allowed
