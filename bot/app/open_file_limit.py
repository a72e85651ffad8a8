"""Limit the connections to what the open file limit allows."""

from __future__ import annotations

import logging
import sys

if sys.platform != "win32":
    import resource

log = logging.getLogger(__name__)

TARGET_LIMIT = 1024  # files; more than the process opens at its busiest
# Files other than connections to Telegram: the store's, feeds, a model, the log.
RESERVED_FILES = 48
MIN_CONNECTIONS = 2  # connections to Telegram, however low the limit


def raise_open_files_limit() -> int:
    """Raise the process's open file limit if possible; return the limit."""
    if sys.platform == "win32":
        return TARGET_LIMIT
    soft_limit, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    no_limit = resource.RLIM_INFINITY
    if soft_limit == no_limit:
        return TARGET_LIMIT
    target_limit = TARGET_LIMIT if hard_limit == no_limit else min(TARGET_LIMIT, hard_limit)
    if target_limit > soft_limit:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (target_limit, hard_limit))
        except (OSError, ValueError):
            return soft_limit
        return target_limit
    return soft_limit


def connections_within_limit(open_files_limit: int, max_connections: int) -> int:
    """Return how many connections fit, at most ``max_connections``; warn where that is few."""
    allowed_connections = max(
        MIN_CONNECTIONS, min(max_connections, open_files_limit - RESERVED_FILES)
    )
    if allowed_connections < max_connections:
        log.warning(
            "only few files may be open at a time: raise the limit, for example by ulimit -n 1024",
            extra={"files": open_files_limit, "connections": allowed_connections},
        )
    return allowed_connections
