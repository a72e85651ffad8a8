"""Long polling: each update is stored before it is acknowledged to Telegram."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.chat.api.client import Client, split_json_object
from bot.chat.api.errors import retry_after_seconds
from bot.chat.api.transport import MAX_INT64, RequestUnanswered
from bot.chat.api.updates import ALLOWED_UPDATES
from storage import Store
from storage.errors import StorageError
from storage.records.messages import InboxUpdate

__all__ = ["Conflict", "InvalidToken", "NetworkError", "TelegramError", "poll"]

log = logging.getLogger(__name__)

POLL_SECONDS = 30  # that a poll may last
CONFLICT_SECONDS = 60.0  # after which a lasting conflict counts
MAX_UPDATE_ID = 2**31 - 1  # a larger id would hide all updates after it
MAX_WAIT_SECONDS = 300.0  # between polls, however long the server asks to wait
MIN_EMPTY_POLL_SECONDS = 1.0  # Telegram does not return an empty poll any sooner
_RETRY_DELAYS = (1.0, 2.0, 5.0, 15.0, 30.0)


@dataclass(slots=True)
class ConflictTracker:
    """Decide which of two pollers gives way: the one that started last.

    Telegram ends the older poll, so a conflict alone does not tell who is new; a process that never
    got an answer is. A single conflict decides nothing, because a process that was killed or
    suspended may have left a poll behind.
    """

    monotonic: Callable[[], float] = time.monotonic
    _has_been_answered: bool = False
    _first_conflict: float = 0.0
    _last_conflict: float = 0.0
    _conflict_count: int = 0

    def record_answer(self) -> None:
        """Record a poll that got its answer."""
        self._has_been_answered = True

    def record_conflict(self) -> bool:
        """Record a conflict; return whether this process must give way."""
        now = self.monotonic()
        if not self._conflict_count or now - self._last_conflict > CONFLICT_SECONDS:
            self._first_conflict, self._conflict_count = now, 0
        self._last_conflict = now
        self._conflict_count += 1
        return (
            now - self._first_conflict >= CONFLICT_SECONDS
            if self._has_been_answered
            else self._conflict_count > 1
        )


async def poll(
    bot: Client,
    store: Store,
    on_updates: Callable[[], None],
    *,
    timeout_seconds: int = POLL_SECONDS,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Store updates forever, and call ``on_updates`` after each batch.

    Asking for the next offset acknowledges a batch; it follows the commit. Ends only by
    cancellation, or by ``Conflict`` when another process keeps polling with this token. A response
    of an unexpected shape is retried like every other failure.
    """
    failures = 0
    conflicts = ConflictTracker(monotonic)
    loop = asyncio.get_running_loop()
    while True:
        try:
            next_update_id = await store.run(store.inbox.last_update_id, bot.id) + 1
            started_at = loop.time()
            answer = await bot.get_raw_updates(next_update_id, timeout_seconds, ALLOWED_UPDATES)
            if not answer and loop.time() - started_at < min(
                timeout_seconds, MIN_EMPTY_POLL_SECONDS
            ):
                await sleep(MIN_EMPTY_POLL_SECONDS)  # this server does not wait for updates
            updates, has_readable_id = parse_raw_updates(bot.id, answer, next_update_id)
            if answer and not updates:
                raise NetworkError("no update in the answer")
            if await store.run(store.inbox.put, updates):
                on_updates()
            elif updates:
                raise NetworkError("updates that were acknowledged")
            if updates and not has_readable_id:
                raise NetworkError("updates without an id")
        except Conflict:
            if conflicts.record_conflict():
                raise
            log.warning("another process polls with this token")
            await sleep(_RETRY_DELAYS[0])
            continue
        except StorageError as error:
            # Not acknowledged: Telegram keeps them for a day.
            log.warning("updates not stored", extra={"error": type(error).__name__})
            await sleep(_retry_delay(error, failures))
            failures += 1
            continue
        except TelegramError as error:
            cause = error.__cause__ if isinstance(error.__cause__, RequestUnanswered) else error
            facts = {"error": type(error).__name__, "said": cause, "in_row": failures + 1}
            log.warning("poll failed", extra=facts)
            await sleep(_retry_delay(error, failures))
            failures += 1
            continue
        failures = 0
        conflicts.record_answer()


def _retry_delay(error: TelegramError | StorageError, failures: int) -> float:
    if isinstance(error, RetryAfter):
        return min(retry_after_seconds(error), MAX_WAIT_SECONDS)
    if isinstance(error, NetworkError | StorageError):
        return _RETRY_DELAYS[min(failures, len(_RETRY_DELAYS) - 1)]
    return _RETRY_DELAYS[-1]


def parse_raw_updates(
    bot: int, answer: Iterable[str], offset: int
) -> tuple[list[InboxUpdate], bool]:
    """Return the updates of a poll from ``offset`` on, by id, and whether any id was readable.

    An update without a readable id gets the lowest possible one, because Telegram sends them in
    order: it is acknowledged so, and no unseen update is. Anything that is no update is left out.
    If no id was readable, the next poll may return the same updates again.
    """
    updates_by_id: dict[int, InboxUpdate] = {}
    next_id, has_readable_id = offset, False
    for update_body in answer:
        try:
            parsed_update = json.loads(update_body)
        except (ValueError, RecursionError):
            parsed_update = None
        update_id = _update_id(update_body, parsed_update)
        if update_id is not None:
            updates_by_id[update_id] = InboxUpdate(
                bot, update_id, _chat_id(parsed_update), update_body
            )
            next_id, has_readable_id = max(next_id, update_id + 1), True
            continue
        try:
            members = split_json_object(update_body)
        except ValueError:
            continue
        if any(value.startswith("{") for value in members.values()):  # as in every update
            updates_by_id.setdefault(next_id, InboxUpdate(bot, next_id, 0, update_body))
            next_id += 1
    return [updates_by_id[update_id] for update_id in sorted(updates_by_id)], has_readable_id


def _update_id(body: str, content: object) -> int | None:
    """Return the id of an update, even if the rest of it is unreadable."""
    if isinstance(content, dict):
        update_id = content.get("update_id")
    else:
        try:
            update_id = split_json_object(body).get("update_id", "").strip('"')
        except ValueError:
            return None
    if (
        isinstance(update_id, str)
        and update_id.isascii()
        and update_id.isdecimal()
        and len(update_id) <= 10
    ):
        update_id = int(update_id)
    return update_id if type(update_id) is int and 0 <= update_id <= MAX_UPDATE_ID else None


def _chat_id(content: object) -> int:
    """Return the chat of an update, 0 without one; updates of one chat are answered in order."""
    match content:
        case (
            {"message": {"chat": {"id": int(chat)}}}
            | {"channel_post": {"chat": {"id": int(chat)}}}
            | {"callback_query": {"message": {"chat": {"id": int(chat)}}}}
            | {"my_chat_member": {"chat": {"id": int(chat)}}}
        ) if abs(chat) <= MAX_INT64:
            return chat
        case _:
            return 0
