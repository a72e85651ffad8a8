"""Notice that Telegram slows down everybody, by a monotonic clock that is passed in."""

from __future__ import annotations

from collections import deque

from bot.concurrency.rate_limiter import MonotonicClock


class TelegramFloods:
    """Detects that Telegram slows down everybody: several chats rate-limited at once."""

    def __init__(
        self, *, monotonic: MonotonicClock, min_chats: int = 3, window_seconds: float = 5.0
    ) -> None:
        self._monotonic = monotonic
        self._min_chats = min_chats
        self._window_seconds = window_seconds
        self._recent_floods: deque[tuple[float, int]] = deque()

    def record_flood(self, chat: int) -> bool:
        """Record a rate-limited chat; return whether more than one chat is affected."""
        now = self._monotonic()
        self._recent_floods.append((now, chat))
        while self._recent_floods[0][0] < now - self._window_seconds:
            self._recent_floods.popleft()
        return len({flooded_chat for _, flooded_chat in self._recent_floods}) >= self._min_chats
