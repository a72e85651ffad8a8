"""The queue of updates for the bot, and long polling."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.demo.emulator.json_encoding import ApiError, Json, JsonObject

# Kinds that Telegram sends only if a bot names them.
_OPT_IN_KINDS = {"chat_member", "message_reaction", "message_reaction_count"}
_RETENTION = timedelta(hours=24)
_CONFLICT = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


@dataclass(frozen=True, slots=True)
class _QueuedUpdate:
    id: int
    queued_at: datetime
    update: JsonObject


@dataclass(slots=True)
class _LongPoll:
    wake_event: asyncio.Event = field(default_factory=asyncio.Event)
    is_terminated: bool = False


class UpdateQueue:
    """A queue of updates with Telegram's rules for polling."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.allowed_kinds: tuple[str, ...] = ()
        self.is_closed = False
        self._now = now
        self._next_id = 1
        self._queue: deque[_QueuedUpdate] = deque()
        self._poll: _LongPoll | None = None

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def is_polled(self) -> bool:
        """Whether a poll is waiting for an update."""
        return self._poll is not None

    def push(self, kind: str, value: Json) -> None:
        """Queue an update, unless the bot excluded its kind."""
        is_wanted = kind in self.allowed_kinds if self.allowed_kinds else kind not in _OPT_IN_KINDS
        if not is_wanted:
            return
        update: JsonObject = {"update_id": self._next_id, kind: value}
        self._queue.append(_QueuedUpdate(self._next_id, self._now(), update))
        self._next_id += 1
        self._wake_poll()

    def close(self) -> None:
        """End every waiting poll with the updates at hand."""
        self.is_closed = True
        self._wake_poll()

    async def fetch(self, offset: int, limit: int, timeout_seconds: int) -> list[JsonObject]:
        """Return waiting updates from ``offset`` on, and drop those before it.

        Wait up to ``timeout_seconds`` for the first. A negative offset keeps only the last ones.
        """
        if self._poll is not None:
            self._poll.is_terminated = True
            self._poll.wake_event.set()
        if offset < 0:
            offset = self._queue[max(len(self._queue) + offset, 0)].id if self._queue else 0
        retention_start = self._now() - _RETENTION
        while self._queue and (
            self._queue[0].id < offset or self._queue[0].queued_at < retention_start
        ):
            self._queue.popleft()
        if not self._queue and timeout_seconds > 0 and not self.is_closed:
            poll = self._poll = _LongPoll()
            try:
                async with asyncio.timeout(min(timeout_seconds, 50)):
                    await poll.wake_event.wait()
            except TimeoutError:
                pass
            finally:
                if self._poll is poll:
                    self._poll = None
            if poll.is_terminated:
                raise ApiError(409, _CONFLICT)
        return [queued.update for queued in self._queue][:limit]

    def _wake_poll(self) -> None:
        if self._poll is not None:
            self._poll.wake_event.set()
