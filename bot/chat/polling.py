"""Long polling: every update is in the store before Telegram is told that we have it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import telegram
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.chat.asked import ALLOWED_UPDATES
from bot.chat.outcomes import seconds
from storage import Store
from storage.errors import StorageError
from storage.model import Update

__all__ = ["Conflict", "InvalidToken", "NetworkError", "poll"]

log = logging.getLogger(__name__)

WAIT = 30  # seconds a poll may last
RIVALRY = 60.0  # seconds after which a conflict that does not end is believed
_PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)


@dataclass(slots=True)
class Rivalry:
    """Tells which of two pollers gives way: the one that came last.

    Telegram ends the poll that began first, so a conflict alone does not tell who is new: it is
    who has never been answered. One conflict is nobody's end, for a process that was killed or
    halted may have left a poll behind.
    """

    monotonic: Callable[[], float] = time.monotonic
    _is_settled: bool = False
    _first: float = 0.0
    _last: float = 0.0
    _count: int = 0

    def answered(self) -> None:
        """A poll came to its end."""
        self._is_settled = True

    def lost(self) -> bool:
        """Counts a conflict; True when it is for us to give way."""
        now = self.monotonic()
        if not self._count or now - self._last > RIVALRY:
            self._first, self._count = now, 0
        self._last = now
        self._count += 1
        return now - self._first >= RIVALRY if self._is_settled else self._count > 1


async def poll(
    bot: telegram.Bot,
    store: Store,
    received: Callable[[], None],
    *,
    wait: int = WAIT,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Stores updates for ever and calls ``received`` for each batch.

    Asking for the next offset is the acknowledgement; it follows the commit. Ends only by
    cancellation, or by ``Conflict`` when another process keeps polling with this token.
    """
    failures = 0
    rivalry = Rivalry(monotonic)
    while True:
        try:
            offset = await store.run(store.inbox.last, bot.id) + 1
            updates = await bot.get_updates(
                offset=offset, timeout=wait, allowed_updates=list(ALLOWED_UPDATES)
            )
            await store.run(store.inbox.put, [_stored(bot.id, update) for update in updates])
        except Conflict:
            if rivalry.lost():
                raise
            log.warning("another process polls with this token")
            await sleep(_PAUSES[0])
            continue
        except StorageError as error:
            # Not acknowledged: Telegram keeps them for a day.
            log.warning("updates not stored", extra={"error": type(error).__name__})
            await sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
            failures += 1
            continue
        except TelegramError as error:
            facts = {"error": type(error).__name__, "in_row": failures + 1}
            log.warning("poll failed", extra=facts)
            await sleep(_pause(error, failures))
            failures += 1
            continue
        failures = 0
        rivalry.answered()
        if updates:
            received()


def _pause(error: TelegramError, failures: int) -> float:
    if isinstance(error, RetryAfter):
        return seconds(error)
    if isinstance(error, NetworkError):
        return _PAUSES[min(failures, len(_PAUSES) - 1)]
    return _PAUSES[-1]


def _stored(bot: int, update: telegram.Update) -> Update:
    chat = update.effective_chat
    return Update(bot, update.update_id, chat.id if chat else 0, update.to_json())
