"""The updates that wait for the bot, and how it fetches them."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.demo.emulator.json_encoding import ApiError, Json, JsonObject

# Kinds that Telegram leaves out unless a bot names them.
_UNASKED = {"chat_member", "message_reaction", "message_reaction_count"}
_KEPT = timedelta(hours=24)
_CONFLICT = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
_WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates are posted instead of being fetched."""

    url: str
    secret: str = ""
    max_connections: int = 40


@dataclass(frozen=True, slots=True)
class _Waiting:
    id: int
    at: datetime
    value: JsonObject


@dataclass(slots=True)
class _Poll:
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    is_terminated: bool = False


class Updates:
    """A queue of updates with Telegram's rules for fetching."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.webhook: Webhook | None = None
        self.allowed: tuple[str, ...] = ()
        self.last_error = ""
        self.is_closed = False
        self._now = now
        self._next = 1
        self._queue: deque[_Waiting] = deque()
        self._poll: _Poll | None = None
        self.arrived = asyncio.Event()

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def is_polled(self) -> bool:
        """Whether a fetch is waiting for an update."""
        return self._poll is not None

    def push(self, kind: str, value: Json) -> None:
        """Queue an update, unless the bot asked not to hear of its kind."""
        wanted = kind in self.allowed if self.allowed else kind not in _UNASKED
        if not wanted:
            return
        update: JsonObject = {"update_id": self._next, kind: value}
        self._queue.append(_Waiting(self._next, self._now(), update))
        self._next += 1
        self.arrived.set()
        self._wake()

    def close(self) -> None:
        """Let every waiting fetch end with what there is."""
        self.is_closed = True
        self.arrived.set()
        self._wake()

    def clear(self) -> None:
        """Forget every waiting update."""
        self._queue.clear()

    def first(self) -> tuple[int, JsonObject] | None:
        """Give the oldest waiting update with its number."""
        return (self._queue[0].id, self._queue[0].value) if self._queue else None

    def acknowledge(self, below: int) -> None:
        """Drop the updates with numbers below the given one, and those too old to keep."""
        oldest = self._now() - _KEPT
        while self._queue and (self._queue[0].id < below or self._queue[0].at < oldest):
            self._queue.popleft()

    async def fetch(self, offset: int, limit: int, patience: int) -> list[JsonObject]:
        """Give waiting updates, waiting up to ``patience`` seconds for the first."""
        if self.webhook is not None:
            raise ApiError(409, _WEBHOOK_ACTIVE)
        self._terminate_other()
        self._settle(offset)
        if not self._queue and patience > 0 and not self.is_closed:
            await self._wait(patience)
        return [waiting.value for waiting in self._queue][:limit]

    def _settle(self, offset: int) -> None:
        """Take an offset as acknowledgement; a negative one keeps only the last updates."""
        if offset < 0:
            offset = self._queue[max(len(self._queue) + offset, 0)].id if self._queue else 0
        self.acknowledge(offset)

    def _terminate_other(self) -> None:
        if self._poll is not None:
            self._poll.is_terminated = True
            self._poll.woken.set()

    async def _wait(self, patience: int) -> None:
        poll = self._poll = _Poll()
        try:
            async with asyncio.timeout(min(patience, 50)):
                await poll.woken.wait()
        except TimeoutError:
            pass
        finally:
            if self._poll is poll:
                self._poll = None
        if poll.is_terminated:
            raise ApiError(409, _CONFLICT)

    def _wake(self) -> None:
        if self._poll is not None:
            self._poll.woken.set()
