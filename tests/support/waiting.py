"""Waiting for what nothing announces."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_POLL_INTERVAL = 0.005  # seconds between looks


async def wait_until(
    condition: Callable[[], bool],
    failure_message: Callable[[], str] | str,
    *,
    timeout_seconds: float = 20.0,
) -> None:
    """Wait until a condition holds, and fail the test when it never does."""
    try:
        async with asyncio.timeout(timeout_seconds):
            while not condition():  # noqa: ASYNC110 - nothing rings when another process has done it
                await asyncio.sleep(_POLL_INTERVAL)
    except TimeoutError:
        raise AssertionError(
            failure_message if isinstance(failure_message, str) else failure_message()
        ) from None
