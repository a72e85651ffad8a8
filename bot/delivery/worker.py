"""Send messages from the outbox, each once and within Telegram's rate limits.

A few messages are claimed at a time under a lease, and rendered. Each is marked ``sending``, sent,
and its outcome recorded; writes that are ready together share a commit. A process killed in between
leaves only the outcome of the messages in flight unknown: they are sent once more, marked as a
possible repeat, because losing them would be worse.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.delivery.batched_commits import BatchedCommits, StoreChange
from bot.delivery.record_outcome import log_outcome, record_outcome
from bot.delivery.worker_context import DeliveryContext
from bot.render.telegram import reply_encoding
from bot.render.telegram.fallback_forms import render_outbox_message
from bot.render.telegram.reply_encoding import Document, ReplyContent
from storage.errors import DatabaseBusy, DatabaseNotWritable, StorageError
from storage.records.messages import (
    ChatUnreachable,
    MessageRejected,
    MovedToSupergroup,
    OutboxMessage,
    Priority,
    RetryLater,
    SendOutcome,
    Sent,
    UnknownOutcome,
)

log = logging.getLogger(__name__)

CLAIM_BATCH_SIZE = 8  # so that the next messages are rendered before they are needed
RECORD_RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """What one run of the worker did, in messages."""

    sent: int = 0
    postponed: int = 0
    refused: int = 0
    gone: int = 0

    def plus_outcome(self, outcome: SendOutcome) -> DeliveryCounts:
        """Return these counts with one more outcome."""
        match outcome:
            case Sent():
                return replace(self, sent=self.sent + 1)
            case RetryLater() | UnknownOutcome() | MovedToSupergroup():
                return replace(self, postponed=self.postponed + 1)
            case ChatUnreachable():
                return replace(self, gone=self.gone + 1)
            case MessageRejected():
                return replace(self, refused=self.refused + 1)


class DeliveryWorker:
    """Sends one bot's messages: those in the outbox, and replies as soon as they are stored."""

    def __init__(self, context: DeliveryContext) -> None:
        self._context = context
        self._commits = BatchedCommits(context.store)

    async def drain(self, *, workers: int, wake: asyncio.Event | None = None) -> DeliveryCounts:
        """Send every message that may be sent now; return when none is left.

        The messages of a chat keep their order; a chat that must wait delays no other. ``wake``
        starts workers for new messages meanwhile, so that a hanging send delays no other.
        """
        async with asyncio.TaskGroup() as group:
            worker_pool = _WorkerPool(self, self._context, group, workers)
            worker_pool.start_worker()
            if wake:
                worker_pool.start_on_wake(wake)
        await worker_pool.release_claims()
        return worker_pool.counts

    async def send_reply(self, messages: Sequence[OutboxMessage]) -> bool:
        """Send the messages of an answer, which were stored with a lease, in their order.

        Return False if one must wait: it and those behind it are released for the workers.
        """
        for message_index, message in enumerate(messages):
            try:
                outcome = await self.attempt_send(message, _render_message(self._context, message))
            except (DatabaseBusy, DatabaseNotWritable) as error:
                log.warning("delivery waits", extra={"error": type(error).__name__})
                outcome = None
            if not isinstance(outcome, Sent):
                await asyncio.shield(self.release(messages[message_index:]))
                return False
        return True

    async def attempt_send(
        self, message: OutboxMessage, content: ReplyContent | MessageRejected
    ) -> SendOutcome | None:
        """Send a claimed message within the rate limits, and record its outcome.

        Return None if its lease is too short for the send, or it is no longer claimed.
        """
        context = self._context
        if isinstance(content, MessageRejected):
            outcome: SendOutcome = content
        elif message.form.is_rich and context.is_rich_unsupported.is_set():
            outcome = MessageRejected("rich messages unknown")
        else:
            await context.rate_limiter.acquire(interactive=message.priority <= Priority.INTERACTIVE)
            if not await self._commits.submit(partial(_mark_sending, context, message, content)):
                return None
            try:
                outcome = await context.send(message, content)
            except Exception as error:  # Telegram may have it
                log.exception("send broke off", extra={"parcel": message.key})
                outcome = UnknownOutcome(type(error).__name__)
            match outcome:
                case (
                    UnknownOutcome()
                    | RetryLater(requested_by_telegram=False, counts_as_attempt=False)
                ):
                    context.circuit_breaker.record_attempt(reached=False)
                case _:  # Telegram answered
                    context.circuit_breaker.record_attempt(reached=True)
        await asyncio.shield(self._record_outcome(message, outcome))
        return outcome

    async def _record_outcome(self, message: OutboxMessage, outcome: SendOutcome) -> None:
        """Record an outcome, retrying as long as the store cannot write: else it is sent again."""
        is_accepted = await self._commit_with_retry(
            partial(record_outcome, self._context, message, outcome)
        )
        log_outcome(message, outcome, accepted=is_accepted)

    async def release(self, messages: Sequence[OutboxMessage]) -> None:
        """Release claimed messages that will not be sent now."""
        for message in messages:
            await self._commit_with_retry(
                partial(self._context.store.outbox.release_message, message)
            )

    async def _commit_with_retry(self, change: StoreChange) -> bool:
        while True:
            try:
                return await self._commits.submit(change)
            except (DatabaseBusy, DatabaseNotWritable) as error:
                log.warning("outcome not recorded yet", extra={"error": type(error).__name__})
                await self._context.sleep(RECORD_RETRY_SECONDS)


@dataclass(frozen=True, slots=True)
class _PreparedMessage:
    """A claimed message with its content, or with the reason why there is none."""

    message: OutboxMessage
    content: ReplyContent | MessageRejected


class _WorkerPool:
    """What the workers of one run share: the claimed messages, and the number of active workers."""

    def __init__(
        self,
        worker: DeliveryWorker,
        context: DeliveryContext,
        group: asyncio.TaskGroup,
        max_workers: int,
    ) -> None:
        self.counts = DeliveryCounts()
        self._worker = worker
        self._context = context
        self._group = group
        self._max_workers = max_workers
        self._active_workers = 0
        self._interactive_sending = 0  # interactive messages being sent
        self._queue: deque[_PreparedMessage] = deque()
        self._claim_task: asyncio.Task[bool] | None = None
        self._watch_task: asyncio.Task[None] | None = None

    def start_worker(self) -> None:
        """Start one more worker, unless the maximum is reached."""
        if self._active_workers < self._max_workers:
            self._active_workers += 1
            self._group.create_task(self._send_until_empty())

    def start_on_wake(self, wake: asyncio.Event) -> None:
        """Start a worker whenever ``wake`` is set, as long as any worker is active."""

        async def start_workers() -> None:
            while True:
                await wake.wait()
                wake.clear()
                self.start_worker()

        self._watch_task = self._group.create_task(start_workers())

    async def _send_until_empty(self) -> None:
        """Send one message after the other until none is left."""
        try:
            while not self._context.is_stopping.is_set():
                if len(self._queue) < CLAIM_BATCH_SIZE // 2 and self._claim_task is None:
                    self._claim_task = self._group.create_task(self._claim_messages())
                if self._queue:
                    prepared_message = self._queue.popleft()
                elif self._claim_task and not await asyncio.shield(self._claim_task):
                    return
                else:
                    continue
                is_interactive = prepared_message.message.priority <= Priority.INTERACTIVE
                self._interactive_sending += is_interactive
                try:
                    outcome = await self._worker.attempt_send(
                        prepared_message.message, prepared_message.content
                    )
                    if outcome is None:
                        await asyncio.shield(self._worker.release([prepared_message.message]))
                        outcome = RetryLater(0.0, "the lease ended before the send")
                except StorageError as error:
                    # Busy or full: the next run goes on, and other workers finish their sends.
                    log.warning("delivery waits", extra={"error": type(error).__name__})
                    self._queue.append(prepared_message)
                    return
                finally:
                    self._interactive_sending -= is_interactive
                if self._context.circuit_breaker.is_open or (
                    isinstance(outcome, RetryLater) and outcome.requested_by_telegram
                ):
                    await self.release_claims()  # some of the claimed chats may have to wait now
                self.counts = self.counts.plus_outcome(outcome)
        finally:
            self._active_workers -= 1
            if not self._active_workers and self._watch_task:
                self._watch_task.cancel()

    async def release_claims(self) -> None:
        """Release claimed messages that will not be sent now; otherwise their leases run out."""
        if not self._queue:
            return
        self._queue.clear()
        try:
            await self._context.store.run(
                self._context.store.outbox.release_holder, self._context.holder
            )
        except StorageError as error:
            log.warning("parcels not given back", extra={"error": type(error).__name__})

    async def _claim_messages(self) -> bool:
        """Claim and render the next messages and start workers; return False if there are none."""
        breaker = self._context.circuit_breaker
        try:
            is_trial = breaker.is_open
            if not breaker.take_attempt():
                return False
            max_interactive = None
            if self._context.rate_limiter.limits_interactive:
                # Interactive messages, sent more slowly than others, would soon occupy all workers.
                queued_count = sum(
                    prepared.message.priority <= Priority.INTERACTIVE for prepared in self._queue
                )
                max_sending = max(1, self._max_workers // 3)
                max_interactive = max(0, max_sending - self._interactive_sending - queued_count)
            claimed_messages = await self._context.store.run(
                _claim_and_render,
                self._context,
                1 if is_trial else CLAIM_BATCH_SIZE,
                max_interactive,
            )
            if not claimed_messages:
                breaker.give_back_attempt()
            self._queue.extend(claimed_messages)
            if breaker.is_open and not is_trial:
                await self.release_claims()
            for _ in self._queue:
                self.start_worker()
            return bool(claimed_messages)
        except StorageError as error:
            log.warning("delivery waits", extra={"error": type(error).__name__})
            return False
        finally:
            self._claim_task = None


def _claim_and_render(
    context: DeliveryContext, limit: int, max_interactive: int | None
) -> Sequence[_PreparedMessage]:
    """Claim and render the next messages; the lease starts once the write lock is held."""
    outbox = context.store.outbox
    with context.store.transaction():
        claimed_messages = outbox.claim(
            context.bot,
            context.holder,
            context.now(),
            context.lease_seconds,
            limit,
            max_interactive=max_interactive,
        )
    return [
        _PreparedMessage(message, _render_message(context, message)) for message in claimed_messages
    ]


def _mark_sending(context: DeliveryContext, message: OutboxMessage, content: ReplyContent) -> bool:
    """Mark a message as being sent, at the time when the caller's transaction has the write lock.

    Return False if the rest of its lease is too short for a message; files are given more time.
    """
    send_seconds = (
        context.send_timeout + context.upload_timeout
        if isinstance(content, Document)
        else context.send_timeout
    )
    return context.store.outbox.mark_sending(
        message, context.now(), min_lease_seconds=context.send_timeout, send_seconds=send_seconds
    )


def _render_message(
    context: DeliveryContext, message: OutboxMessage
) -> ReplyContent | MessageRejected:
    """Return the content of a message: a stored answer, or the digest as it was issued."""
    try:
        if message.priority is Priority.REPLY:
            return reply_encoding.reply_content(message)
        return render_outbox_message(
            message,
            context.store.digests.get(message.digest, last_position=message.last_entry),
            context.paper_link,
        )
    except StorageError:
        raise
    except Exception as error:
        # A message that cannot be rendered is rejected; the others go on.
        log.exception("parcel cannot be rendered", extra={"parcel": message.key})
        return MessageRejected(f"cannot be rendered: {type(error).__name__}")
