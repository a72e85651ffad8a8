"""Updates → effects and replies: each applied once, in order within a chat.

The effect of an update, its mark as applied and its reply are stored in one transaction; the reply
leaves after it. What has to be fetched for a reply is stored too, and taken up again at the next
start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.chat.api import client
from bot.chat.api.updates import UnreadableUpdate, Update, UpdateKind, parse_update
from bot.chat.dispatch.apply_update import (
    complete_follow_up,
    mark_update_failed,
    read_and_apply_update,
    rebuild_request,
    reject_over_limit,
)
from bot.chat.dispatch.authorize import authorize, costs_of
from bot.chat.dispatch.managed_chats import ManagedChat, adapt_reply_for_manager
from bot.chat.dispatch.send_reply import stored_follow_up
from bot.chat.handler_table import FOLLOW_UP_HANDLERS
from bot.chat.request_and_reply import FollowUp, Reply, Request
from bot.chat.services import Services
from bot.chat.widgets.short_reply import Line, short_reply
from bot.concurrency.rate_limiter import Sleep
from bot.texts import Refusal, say, supported_language
from storage.errors import DatabaseBusy, DatabaseNotWritable, InvalidValue, StorageError
from storage.records import ChatKind, InboxUpdate, OutboxMessage

log = logging.getLogger(__name__)

MAX_CONCURRENT_CHATS = 100  # chats answered side by side
MAX_ATTEMPTS = 6  # a machine that fails again and again ends three about the same update by chance
SUSPECT_ATTEMPTS = 2  # attempts that ended the process, or stood beside another that did
MAX_FOLLOW_UP_ATTEMPTS = 2  # each may have been paid for
ATTEMPTS_EXHAUSTED = "attempts spent"


class InboxWorker:
    """Answers stored updates: chats side by side, each chat in order.

    A slow command holds its own chat and nobody else. ``send`` sends stored answers, and tells
    whether all of them have left; ``rebuild_request`` is called when a chat was answered, for what
    came meanwhile.
    """

    def __init__(
        self,
        services: Services,
        send: Callable[[Sequence[OutboxMessage]], Awaitable[bool]],
        wake: Callable[[], None],
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._services = services
        self._send = send
        self._wake = wake
        self._sleep = sleep
        self._tasks_by_chat: dict[int, asyncio.Task[None]] = {}
        self._toast_tasks: set[asyncio.Task[None]] = set()
        self._suspect_lock = asyncio.Lock()
        self._started_ids: set[int] = set()  # updates counted by this process, and still pending

    @property
    def is_idle(self) -> bool:
        """Whether no chat is being answered."""
        return not self._tasks_by_chat

    async def start_pending(self) -> None:
        """Begins to answer every chat that has something pending and is not being answered."""
        store, bot = self._services.store, self._services.bot_info.bot_id
        oldest_updates = await store.run(
            store.inbox.next_of_each_chat, bot, MAX_CONCURRENT_CHATS + len(self._tasks_by_chat)
        )
        ready_updates = [
            inbox_update
            for inbox_update in oldest_updates
            if inbox_update.chat not in self._tasks_by_chat
        ]
        suspects = [
            inbox_update for inbox_update in ready_updates if self._is_suspect(inbox_update)
        ]
        try:
            counted_updates = await self._count_attempts(
                [inbox_update for inbox_update in ready_updates if inbox_update not in suspects]
            )
        except StorageError as error:
            await self._wait_for_store(error)
            self._wake()
            return
        for inbox_update in counted_updates:
            self._tasks_by_chat[inbox_update.chat] = asyncio.create_task(
                self._process(inbox_update)
            )
        for inbox_update in suspects:
            self._tasks_by_chat[inbox_update.chat] = asyncio.create_task(
                self._process(inbox_update, is_suspect=True)
            )
        if len(counted_updates) + len(suspects) < len(ready_updates):
            self._wake()  # behind those that were settled since they were read

    async def _process(self, inbox_update: InboxUpdate, *, is_suspect: bool = False) -> None:
        try:
            if is_suspect:
                follow_up = await self._process_suspect(inbox_update)
            elif inbox_update.follow_up:
                follow_up = self._resume_follow_up(inbox_update)
            else:
                follow_up = await self._process_update(inbox_update)
            if follow_up:
                await follow_up
            self._started_ids.discard(inbox_update.id)
        except StorageError as error:
            await self._wait_for_store(error)
        except Exception:
            log.exception("answering failed", extra={"update": inbox_update.id})
            await self._sleep(1.0)
        finally:
            del self._tasks_by_chat[inbox_update.chat]
            self._wake()

    def _is_suspect(self, inbox_update: InboxUpdate) -> bool:
        """Whether processes before this one ended while the update was begun, more than once."""
        earlier_attempts = inbox_update.attempts - (inbox_update.id in self._started_ids)
        return not inbox_update.follow_up and earlier_attempts >= SUSPECT_ATTEMPTS

    async def _process_suspect(self, inbox_update: InboxUpdate) -> Awaitable[None] | None:
        """One suspect at a time: the next end of the process counts for no other one."""
        async with self._suspect_lock:
            counted_updates = await self._count_attempts([inbox_update])
            return await self._process_update(counted_updates[0]) if counted_updates else None

    async def _count_attempts(self, updates: Sequence[InboxUpdate]) -> list[InboxUpdate]:
        """Those that are still pending, with this attempt at them.

        Counted once a process, and together, for each commit is waited for by everybody: a store
        that cannot write for a while spends no attempts.
        """
        new_ids = [
            inbox_update.id for inbox_update in updates if inbox_update.id not in self._started_ids
        ]
        store, bot = self._services.store, self._services.bot_info.bot_id
        attempts_by_id = (
            await store.run(store.inbox.count_attempts, bot, new_ids) if new_ids else {}
        )
        self._started_ids.update(
            update_id for update_id, attempt in attempts_by_id.items() if attempt
        )
        return [
            replace(
                inbox_update, attempts=attempts_by_id.get(inbox_update.id, inbox_update.attempts)
            )
            for inbox_update in updates
            if inbox_update.id in self._started_ids
        ]

    async def _wait_for_store(self, error: StorageError) -> None:
        """Leaves updates pending: busy or full now, answered when the store can write again."""
        log.warning("update waits", extra={"error": type(error).__name__})
        await self._sleep(1.0)

    async def drain(self) -> None:
        """Waits until what was begun is answered."""
        await asyncio.gather(*self._tasks_by_chat.values(), return_exceptions=True)
        await asyncio.gather(*self._toast_tasks, return_exceptions=True)

    async def _process_update(self, inbox_update: InboxUpdate) -> Awaitable[None] | None:
        """One update: a mistake of ours is noted and told, and holds nobody else.

        One that ended the process each time is set aside for those behind it, and told. Returns
        what fetches the rest of the answer, if anything.
        """
        services, run_in_store = self._services, self._services.store.run
        update: Update | None = None
        managed_chat: ManagedChat | None = None
        if inbox_update.attempts > MAX_ATTEMPTS + 1:  # telling it has ended the process too
            await run_in_store(
                services.store.inbox.mark_failed,
                inbox_update.bot,
                inbox_update.id,
                ATTEMPTS_EXHAUSTED,
            )
            return None
        is_exhausted = inbox_update.attempts > MAX_ATTEMPTS
        try:
            update = parse_update(inbox_update.body, services.bot_info.username)
            if update is None:
                await run_in_store(
                    services.store.inbox.mark_applied, inbox_update.bot, inbox_update.id
                )
                return None
            excess = services.user_limits.charge(update.person or update.chat, costs_of(update))
            if is_exhausted:
                log.error("update set aside", extra={"update": inbox_update.id})
                reply = await run_in_store(
                    mark_update_failed, services, inbox_update, update, ATTEMPTS_EXHAUSTED
                )
            elif excess:
                reply = await run_in_store(
                    reject_over_limit, services, inbox_update, update, excess
                )
            else:
                authorization = await authorize(services, update)
                update, managed_chat = authorization.request, authorization.managed_chat
                reply = await read_and_apply_update(
                    services, inbox_update, update, managed_chat, authorization.refusal
                )
        except UnreadableUpdate as error:
            log.warning(
                "update cannot be read", extra={"update": inbox_update.id, "error": str(error)}
            )
            await run_in_store(
                services.store.inbox.mark_unreadable,
                inbox_update.bot,
                inbox_update.id,
                services.now(),
            )
            return None
        except Exception as error:
            if isinstance(error, StorageError) and not isinstance(error, InvalidValue):
                raise
            log.exception("update failed", extra={"update": inbox_update.id})
            if update is None:
                await run_in_store(
                    services.store.inbox.mark_failed, inbox_update.bot, inbox_update.id, "exception"
                )
                return None
            try:
                reply = await run_in_store(
                    mark_update_failed, services, inbox_update, update, "exception"
                )
            except (DatabaseBusy, DatabaseNotWritable):
                raise
            except Exception:
                log.exception("failure not told", extra={"update": inbox_update.id})
                await run_in_store(
                    services.store.inbox.mark_failed, inbox_update.bot, inbox_update.id, "exception"
                )
                return None
        await self._send_reply(update, reply)
        return (
            self._complete_follow_up(inbox_update, update, managed_chat, reply.follow_up)
            if reply.follow_up
            else None
        )

    async def _resume_follow_up(self, inbox_update: InboxUpdate) -> None:
        """An errand that a former process left: it is run once more, unless it ended that too."""
        services, store = self._services, self._services.store
        try:
            update = parse_update(inbox_update.body, services.bot_info.username)
        except UnreadableUpdate:  # it was read once: by another version, or its bytes were changed
            log.exception("errand cannot be read", extra={"update": inbox_update.id})
            chat = await store.run(store.chats.get, inbox_update.bot, inbox_update.chat)
            kind, language = (chat.kind, chat.language) if chat else (ChatKind.PRIVATE, "")
            update = Update(UpdateKind.COMMAND, inbox_update.chat, kind, language=language)
            await self._send_follow_up_reply(inbox_update, update, _failure_reply(update))
            return
        if update is None:  # its chat is forgotten
            await store.run(store.inbox.mark_follow_up_done, inbox_update.bot, inbox_update.id)
            return
        if inbox_update.attempts > MAX_FOLLOW_UP_ATTEMPTS:
            await self._send_follow_up_reply(inbox_update, update, _failure_reply(update))
            return
        try:
            authorization, follow_up = (
                await authorize(services, update),
                stored_follow_up(inbox_update),
            )
        except (DatabaseBusy, DatabaseNotWritable):
            raise
        except Exception:
            log.exception("errand not taken up", extra={"update": inbox_update.id})
            await self._send_follow_up_reply(inbox_update, update, _failure_reply(update))
            return
        if authorization.refusal:
            reply = short_reply(
                [Line(authorization.refusal.say(supported_language(update.language)))]
            )
            await self._send_follow_up_reply(inbox_update, update, reply)
            return
        await self._complete_follow_up(
            inbox_update, authorization.request, authorization.managed_chat, follow_up
        )

    async def _complete_follow_up(
        self,
        inbox_update: InboxUpdate,
        update: Update,
        managed_chat: ManagedChat | None,
        follow_up: FollowUp,
    ) -> None:
        """Fetches what a reply asked for, outside every transaction, and answers with it.

        Raises:
            Busy | DatabaseNotWritable: nothing was fetched yet.
        """
        services, reply = self._services, Reply()
        try:
            request = await services.store.run(rebuild_request, services, update, managed_chat)
            if request is not None:
                reply = await self._run_follow_up(
                    follow_up, replace(request, update_id=inbox_update.id)
                )
                if managed_chat:
                    reply = adapt_reply_for_manager(reply, managed_chat, request.language)
        except (DatabaseBusy, DatabaseNotWritable):
            raise
        except Exception:
            log.exception("errand failed", extra={"errand": follow_up.verb})
            reply = _failure_reply(update)
        await self._send_follow_up_reply(inbox_update, update, reply)

    async def _run_follow_up(self, follow_up: FollowUp, request: Request) -> Reply:
        """What an errand brings; run anew where the store could not keep it, and not for ever."""
        for _ in range(MAX_FOLLOW_UP_ATTEMPTS):
            try:
                handler = FOLLOW_UP_HANDLERS[follow_up.verb]
                return await handler(
                    self._services.external_services,
                    self._services.store,
                    request,
                    follow_up.argument,
                )
            except Refusal as refusal:
                return short_reply([Line(refusal.say(request.language))])
            except (DatabaseBusy, DatabaseNotWritable) as error:
                await self._wait_for_store(error)
            except Exception:
                log.exception("errand failed", extra={"errand": follow_up.verb})
                break
        return short_reply([Line(request.say("refusal-failed"))])

    async def _send_follow_up_reply(
        self, inbox_update: InboxUpdate, update: Update, reply: Reply
    ) -> None:
        """Answers with what was fetched, however long the store cannot write: it was paid for.

        An answer that the store can never keep is given up with a word, or else without one.
        """
        replies = [reply, _failure_reply(update), Reply()]
        while True:
            try:
                stored_reply = await self._services.store.run(
                    complete_follow_up, self._services, inbox_update, update, replies[0]
                )
            except (DatabaseBusy, DatabaseNotWritable) as error:
                await self._wait_for_store(error)
            except Exception as error:
                if len(replies) == 1:  # not even the mark: run again, it would be paid for again
                    log.warning("errand not marked", extra={"error": type(error).__name__})
                    await self._sleep(1.0)
                    continue
                log.exception("answer of an errand not stored", extra={"update": inbox_update.id})
                del replies[0]
            else:
                await self._send_reply(replace(update, callback_query_id=""), stored_reply)
                return

    async def _send_reply(self, update: Update, reply: Reply) -> None:
        """Answers the press, and sends what is stored and ours to send."""
        if update.callback_query_id:
            toast_answer = client.answer_callback_query(
                self._services.bot,
                update.callback_query_id,
                reply.toast,
                url=reply.url,
                sleep=self._sleep,
            )
            task = asyncio.create_task(toast_answer)
            self._toast_tasks.add(task)
            task.add_done_callback(self._toast_tasks.discard)
        all_sent = await self._send(reply.outbox_messages)
        if reply.wakes_delivery or not all_sent or len(reply.outbox_messages) < _part_count(reply):
            self._services.wake_delivery()


def _part_count(reply: Reply) -> int:
    return len(reply.messages) + len(reply.documents)


def _failure_reply(update: Update) -> Reply:
    return short_reply([Line(say(supported_language(update.language), "refusal-failed"))])
