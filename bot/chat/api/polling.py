"""Long polling: every update is in the store before Telegram is told that we have it."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.chat.api.checked_bot import Client, members
from bot.chat.api.errors import seconds
from bot.chat.api.transport import LARGEST, Unanswered
from bot.chat.api.updates import ALLOWED_UPDATES
from storage import Store
from storage.errors import StorageError
from storage.records import Update

__all__ = ["Conflict", "InvalidToken", "NetworkError", "poll"]

log = logging.getLogger(__name__)

WAIT = 30  # seconds a poll may last
RIVALRY = 60.0  # seconds after which a conflict that does not end is believed
LAST_ID = 2**31 - 1  # of an update; a larger one would hide all that come after it
LONGEST = 300.0  # seconds that a poll waits at most, however long it is told to
EARLY = 1.0  # seconds after which Telegram does not say yet that there is nothing new
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
    bot: Client,
    store: Store,
    received: Callable[[], None],
    *,
    wait: int = WAIT,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Stores updates for ever and calls ``received`` for each batch.

    Asking for the next offset is the acknowledgement; it follows the commit. Ends only by
    cancellation, or by ``Conflict`` when another process keeps polling with this token. An answer
    of another shape than the Bot API's is a failure like every other, and is asked for again.
    """
    failures = 0
    rivalry = Rivalry(monotonic)
    loop = asyncio.get_running_loop()
    while True:
        try:
            offset = await store.run(store.inbox.last, bot.id) + 1
            asked = loop.time()
            answer = await bot.updates(offset, wait, ALLOWED_UPDATES)
            if not answer and loop.time() - asked < min(wait, EARLY):
                await sleep(EARLY)  # whoever answers so does not wait for updates
            updates, is_sure = numbered(bot.id, answer, offset)
            if answer and not updates:
                raise NetworkError("no update in the answer")
            if await store.run(store.inbox.put, updates):
                received()
            elif updates:
                raise NetworkError("updates that were acknowledged")
            if updates and not is_sure:
                raise NetworkError("updates without an id")
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
            told = error.__cause__ if isinstance(error.__cause__, Unanswered) else error
            facts = {"error": type(error).__name__, "said": told, "in_row": failures + 1}
            log.warning("poll failed", extra=facts)
            await sleep(_pause(error, failures))
            failures += 1
            continue
        failures = 0
        rivalry.answered()


def _pause(error: TelegramError, failures: int) -> float:
    if isinstance(error, RetryAfter):
        return min(seconds(error), LONGEST)
    if isinstance(error, NetworkError):
        return _PAUSES[min(failures, len(_PAUSES) - 1)]
    return _PAUSES[-1]


def numbered(bot: int, answer: Iterable[str], offset: int) -> tuple[list[Update], bool]:
    """The updates of an answer to a poll from ``offset`` on, as they came, each by its id.

    One whose id cannot be read has the lowest that it may have, for Telegram sends them in order:
    so it is acknowledged, and none that was not seen is. What is no update at all is left out.
    The second part tells whether any id could be read: where none could, the next poll may bring
    the same once more.
    """
    found: dict[int, Update] = {}
    least, is_sure = offset, False
    for body in answer:
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            content = None
        number = _id(body, content)
        if number is not None:
            found[number] = Update(bot, number, _chat(content), body)
            least, is_sure = max(least, number + 1), True
        elif _may_be_update(body):
            found.setdefault(least, Update(bot, least, 0, body))
            least += 1
    return [found[number] for number in sorted(found)], is_sure


def _id(body: str, content: object) -> int | None:
    """The id of an update; also of one whose other parts nobody can read."""
    if isinstance(content, dict):
        found = content.get("update_id")
    else:
        try:
            found = members(body).get("update_id", "").strip('"')
        except ValueError:
            return None
    if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) <= 10:
        found = int(found)
    return found if type(found) is int and 0 <= found <= LAST_ID else None


def _may_be_update(body: str) -> bool:
    """Whether it is an object with another one inside, as every update is."""
    try:
        return any(value.startswith("{") for value in members(body).values())
    except ValueError:
        return False


def _chat(content: object) -> int:
    """The chat of an update, 0 where it has none: what comes from one chat is answered in order."""
    match content:
        case (
            {"message": {"chat": {"id": int(chat)}}}
            | {"channel_post": {"chat": {"id": int(chat)}}}
            | {"callback_query": {"message": {"chat": {"id": int(chat)}}}}
            | {"my_chat_member": {"chat": {"id": int(chat)}}}
        ) if abs(chat) <= LARGEST:
            return chat
        case _:
            return 0
