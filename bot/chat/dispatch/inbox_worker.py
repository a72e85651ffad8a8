"""Answer the updates in the inbox: each applied once, in order within a chat.

The effect of an update, its mark as applied and its reply are stored in one transaction; the reply
is sent afterwards. Follow-ups are stored too, and resumed after a restart.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.chat.api import send_and_edit
from bot.chat.api.updates import UnreadableUpdate, Update, UpdateKind, parse_update
from bot.chat.dispatch.apply_update import (
    complete_follow_up,
    failure_reply,
    mark_update_failed,
    read_and_apply_update,
    rebuild_request,
    reject_over_limit,
)
from bot.chat.dispatch.authorize import authorize, costs_of
from bot.chat.dispatch.managed_chats import ManagedChat, adapt_reply_for_manager
from bot.chat.dispatch.send_reply import stored_follow_up
from bot.chat.handler_table import FOLLOW_UP_HANDLERS, route_of
from bot.chat.request_and_reply import FollowUp, Reply, Request
from bot.chat.services import Services
from bot.chat.widgets.short_reply import Line, short_reply
from bot.concurrency.rate_limiter import Sleep
from bot.texts import Refusal, supported_language
from storage.errors import DatabaseBusy, DatabaseNotWritable, InvalidValue, StorageError
from storage.records.chats import ChatKind
from storage.records.messages import InboxUpdate, OutboxMessage

log = logging.getLogger(__name__)

MAX_CONCURRENT_CHATS = 100
MAX_ATTEMPTS = 6  # a machine that keeps crashing may hit the same update three times by chance
SUSPECT_ATTEMPTS = 2  # attempts during which the process died, whatever the cause
MAX_FOLLOW_UP_ATTEMPTS = 2  # each may have been paid for
ATTEMPTS_EXHAUSTED = "attempts spent"


class InboxWorker:
    """Answers stored updates: chats concurrently, each chat in order.

    A slow command delays only its own chat. ``send`` sends stored replies and returns whether all
    of them were sent; ``wake`` is called when a chat was answered, to look for further updates.
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
        self._started_ids: set[int] = set()  # counted by this process and still pending

    @property
    def is_idle(self) -> bool:
        """Whether no chat is being answered."""
        return not self._tasks_by_chat

    async def start_pending(self) -> None:
        """Start a task for every chat with pending updates and without a task."""
        store, bot = self._services.store, self._services.bot_info.bot_id
        oldest_updates = await store.run(
            store.inbox.next_of_each_chat, bot, MAX_CONCURRENT_CHATS + len(self._tasks_by_chat)
        )
        ready_updates = [
            inbox_update
            for inbox_update in oldest_updates
            if inbox_update.chat not in self._tasks_by_chat
        ]
        # During these, earlier processes died repeatedly.
        suspect_updates = [
            inbox_update
            for inbox_update in ready_updates
            if not inbox_update.follow_up
            and inbox_update.attempts - (inbox_update.id in self._started_ids) >= SUSPECT_ATTEMPTS
        ]
        try:
            counted_updates = await self._count_attempts(
                [
                    inbox_update
                    for inbox_update in ready_updates
                    if inbox_update not in suspect_updates
                ]
            )
        except StorageError as error:
            await self._wait_for_store(error)
            self._wake()
            return
        for inbox_update in counted_updates:
            self._tasks_by_chat[inbox_update.chat] = asyncio.create_task(
                self._process(inbox_update)
            )
        for inbox_update in suspect_updates:
            self._tasks_by_chat[inbox_update.chat] = asyncio.create_task(
                self._process(inbox_update, is_suspect=True)
            )
        if len(counted_updates) + len(suspect_updates) < len(ready_updates):
            self._wake()  # some were applied meanwhile; their chats may have further updates

    async def _process(self, inbox_update: InboxUpdate, *, is_suspect: bool = False) -> None:
        try:
            if is_suspect:
                async with self._suspect_lock:  # one at a time: a crash counts for one only
                    counted_updates = await self._count_attempts([inbox_update])
                    follow_up = (
                        await self._process_update(counted_updates[0]) if counted_updates else None
                    )
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

    async def _count_attempts(self, updates: Sequence[InboxUpdate]) -> list[InboxUpdate]:
        """Return the updates that are still pending, with this attempt counted.

        Attempts are counted once per process and in one commit, because everybody waits for a
        commit. A store that cannot write for a while uses up no attempts.
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
        """Log that the store cannot write, and wait a second."""
        log.warning("update waits", extra={"error": type(error).__name__})
        await self._sleep(1.0)

    async def drain(self) -> None:
        """Wait until the started updates are answered."""
        await asyncio.gather(*self._tasks_by_chat.values(), return_exceptions=True)
        await asyncio.gather(*self._toast_tasks, return_exceptions=True)

    async def _process_update(self, inbox_update: InboxUpdate) -> Awaitable[None] | None:
        """Apply one update and send its reply; return its follow-up, if it has one.

        An error of ours is logged and reported, and blocks no other update. An update that keeps
        killing the process is marked as failed.
        """
        services, store = self._services, self._services.store
        bot, update_id = inbox_update.bot, inbox_update.id

        async def mark_failed(reason: str) -> None:
            await store.run(store.inbox.mark_failed, bot, update_id, reason)

        update: Update | None = None
        managed_chat: ManagedChat | None = None
        if inbox_update.attempts > MAX_ATTEMPTS + 1:  # reporting the failure killed it too
            await mark_failed(ATTEMPTS_EXHAUSTED)
            return None
        try:
            update = parse_update(inbox_update.body, services.bot_info.username)
            if update is None:
                await store.run(store.inbox.mark_applied, bot, update_id)
                return None
            route = route_of(update)
            limit_excess = services.user_limits.charge(
                update.person or update.chat, costs_of(update, route)
            )
            if inbox_update.attempts > MAX_ATTEMPTS:
                log.error("update set aside", extra={"update": update_id})
                reply = await store.run(
                    mark_update_failed, services, inbox_update, update, ATTEMPTS_EXHAUSTED
                )
            elif limit_excess:
                reply = await store.run(
                    reject_over_limit, services, inbox_update, update, limit_excess
                )
            else:
                authorization = await authorize(services, update, route)
                update, managed_chat = authorization.update, authorization.managed_chat
                reply = await read_and_apply_update(services, inbox_update, authorization)
        except UnreadableUpdate as error:
            log.warning("update cannot be read", extra={"update": update_id, "error": str(error)})
            await store.run(store.inbox.mark_unreadable, bot, update_id, services.now())
            return None
        except Exception as error:
            if isinstance(error, StorageError) and not isinstance(error, InvalidValue):
                raise
            log.exception("update failed", extra={"update": update_id})
            if update is None:
                await mark_failed("exception")
                return None
            try:
                reply = await store.run(
                    mark_update_failed, services, inbox_update, update, "exception"
                )
            except (DatabaseBusy, DatabaseNotWritable):
                raise
            except Exception:
                log.exception("failure not told", extra={"update": update_id})
                await mark_failed("exception")
                return None
        await self._send_reply(update, reply)
        return (
            self._complete_follow_up(inbox_update, update, managed_chat, reply.follow_up)
            if reply.follow_up
            else None
        )

    async def _resume_follow_up(self, inbox_update: InboxUpdate) -> None:
        """Run a follow-up of an earlier process again, up to its attempts."""
        services, store = self._services, self._services.store
        try:
            update = parse_update(inbox_update.body, services.bot_info.username)
        except UnreadableUpdate:  # readable once: by another version, or its bytes have changed
            log.exception("errand cannot be read", extra={"update": inbox_update.id})
            chat = await store.run(store.chats.get, inbox_update.bot, inbox_update.chat)
            chat_kind, language = (chat.kind, chat.language) if chat else (ChatKind.PRIVATE, "")
            update = Update(UpdateKind.COMMAND, inbox_update.chat, chat_kind, language=language)
            await self._send_follow_up_reply(inbox_update, update, failure_reply(update))
            return
        if update is None:  # its chat was erased
            await store.run(store.inbox.mark_follow_up_done, inbox_update.bot, inbox_update.id)
            return
        if inbox_update.attempts > MAX_FOLLOW_UP_ATTEMPTS:
            await self._send_follow_up_reply(inbox_update, update, failure_reply(update))
            return
        try:
            authorization = await authorize(services, update, route_of(update))
            follow_up = stored_follow_up(inbox_update)
        except (DatabaseBusy, DatabaseNotWritable):
            raise
        except Exception:
            log.exception("errand not taken up", extra={"update": inbox_update.id})
            await self._send_follow_up_reply(inbox_update, update, failure_reply(update))
            return
        if authorization.refusal:
            reply = short_reply(
                [Line(authorization.refusal.say(supported_language(update.language)))]
            )
            await self._send_follow_up_reply(inbox_update, update, reply)
            return
        await self._complete_follow_up(
            inbox_update, authorization.update, authorization.managed_chat, follow_up
        )

    async def _complete_follow_up(
        self,
        inbox_update: InboxUpdate,
        update: Update,
        managed_chat: ManagedChat | None,
        follow_up: FollowUp,
    ) -> None:
        """Run a follow-up outside every transaction, and send its reply.

        Raises:
            DatabaseBusy | DatabaseNotWritable: the follow-up has not run yet.
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
            reply = failure_reply(update)
        await self._send_follow_up_reply(inbox_update, update, reply)

    async def _run_follow_up(self, follow_up: FollowUp, request: Request) -> Reply:
        """Run a follow-up, again if the store cannot write, up to its attempts."""
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
        """Store and send the reply of a follow-up, retrying while the store cannot write.

        If the reply can never be stored, an error message takes its place, or else nothing.
        """
        replies_to_try = [reply, failure_reply(update), Reply()]
        while True:
            try:
                stored_reply = await self._services.store.run(
                    complete_follow_up, self._services, inbox_update, update, replies_to_try[0]
                )
            except (DatabaseBusy, DatabaseNotWritable) as error:
                await self._wait_for_store(error)
            except Exception as error:
                if (
                    len(replies_to_try) == 1
                ):  # without its mark it would run, and be paid for, again
                    log.warning("errand not marked", extra={"error": type(error).__name__})
                    await self._sleep(1.0)
                    continue
                log.exception("answer of an errand not stored", extra={"update": inbox_update.id})
                del replies_to_try[0]
            else:
                await self._send_reply(replace(update, callback_query_id=""), stored_reply)
                return

    async def _send_reply(self, update: Update, reply: Reply) -> None:
        """Answer the press, and send the stored messages that are leased to us."""
        if update.callback_query_id:
            toast_answer = send_and_edit.answer_callback_query(
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
        unleased_parts = len(reply.messages) + len(reply.documents) - len(reply.outbox_messages)
        if reply.wakes_delivery or not all_sent or unleased_parts > 0:
            self._services.wake_delivery()
