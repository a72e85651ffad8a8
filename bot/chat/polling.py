"""Long polling: every update is in the store before Telegram is told that we have it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import telegram
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.chat.asked import ALLOWED_UPDATES
from storage import Store
from storage.errors import StorageError
from storage.model import Update

__all__ = ["Conflict", "InvalidToken", "NetworkError", "poll"]

log = logging.getLogger(__name__)

WAIT = 30  # seconds a poll may last
_PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)


async def poll(
    bot: telegram.Bot,
    store: Store,
    received: Callable[[], None],
    *,
    wait: int = WAIT,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Stores updates for ever and calls ``received`` for each batch.

    Asking for the next offset is the acknowledgement; it follows the commit. Ends only by
    cancellation, or by ``Conflict`` when another process polls with this token.
    """
    failures = 0
    while True:
        try:
            offset = await store.run(store.inbox.last, bot.id) + 1
            updates = await bot.get_updates(
                offset=offset, timeout=wait, allowed_updates=list(ALLOWED_UPDATES)
            )
            await store.run(store.inbox.put, [_stored(bot.id, update) for update in updates])
        except Conflict:
            raise
        except StorageError as error:
            # Not acknowledged: Telegram keeps them for a day.
            await sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
            failures += 1
            log.warning("updates not stored", extra={"error": type(error).__name__})
            continue
        except TelegramError as error:
            await sleep(_pause(error, failures))
            failures += 1
            log.warning("poll failed", extra={"error": type(error).__name__, "in_row": failures})
            continue
        failures = 0
        if updates:
            received()


def _pause(error: TelegramError, failures: int) -> float:
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return float(wait) if isinstance(wait, int | float) else wait.total_seconds()
    if isinstance(error, NetworkError):
        return _PAUSES[min(failures, len(_PAUSES) - 1)]
    return _PAUSES[-1]


def _stored(bot: int, update: telegram.Update) -> Update:
    chat = update.effective_chat
    return Update(bot, update.update_id, chat.id if chat else 0, update.to_json())
