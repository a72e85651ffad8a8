"""Handlers without an event loop: what they read is read as the bot does, outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.chat.prepared_reads import Readings, Unread
from storage import Store

T = TypeVar("T")


def with_readings(store: Store, apply: Callable[[Readings], T]) -> T:
    """What comes of an update or a handler once all it reads is there."""
    readings = Readings()
    while True:
        try:
            return apply(readings)
        except Unread as unread:
            readings.make(store, unread.wanted)
