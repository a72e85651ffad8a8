"""Handlers without an event loop: what they read is read as the bot does, outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.chat.read_cache import ReadCache, ReadRequired
from storage import Store

Result = TypeVar("Result")


def run_with_readings(store: Store, apply: Callable[[ReadCache], Result]) -> Result:
    """What comes of an update or a handler once all it reads is there."""
    readings = ReadCache()
    while True:
        try:
            return apply(readings)
        except ReadRequired as unread:
            readings.read(store, unread.call)
