"""A model in a process of its own, as the real ones are."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def model_process(log: Path, *, latency: float) -> AsyncIterator[str]:
    """The URL of a good model that takes so many seconds; its calls are logged to a file."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.models.server", "--latency", str(latency), "--log", str(log)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()
