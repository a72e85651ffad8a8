"""Record the outcome of a send, with its consequences for the message, the chat and all chats."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.delivery.worker_context import DeliveryContext
from bot.render.telegram import reply_encoding
from bot.render.telegram.fallback_forms import simpler_messages
from storage.errors import StorageError
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

MAX_ATTEMPTS = 6
MAX_BOUNCE_DAYS = 3  # days with a refusal before a chat is given up
BOUNCE_RETRY_SECONDS = 6 * 3600.0
BACKOFF = (15.0, 60.0, 300.0, 900.0, 3600.0)
REPLY_BACKOFF = (2.0, 5.0, 15.0, 45.0, 120.0)  # shorter: a person is waiting
PRIVATE_CHAT_INTERVAL = 1.0  # Telegram's limit: one message a second
GROUP_CHAT_INTERVAL = 3.0  # Telegram's limit: 20 messages a minute


def record_outcome(context: DeliveryContext, message: OutboxMessage, outcome: SendOutcome) -> bool:
    """Record the outcome of a send with its consequences, in the caller's transaction.

    Return False if another holder has claimed the message since.
    """
    outbox, send_outcomes = context.store.outbox, context.store.send_outcomes
    now = context.now()
    match outcome:
        case RetryLater(seconds=seconds, requested_by_telegram=requested_by_telegram):
            if requested_by_telegram:
                retry_at = now + timedelta(seconds=seconds)
                outbox.hold_chat(message.bot, message.chat, retry_at, by_telegram=True)
                # Pause all chats once several must wait. Answers and groups do not count: anybody
                # can provoke flood limits in their own chats.
                is_flood_sign = message.chat > 0 and message.priority > Priority.INTERACTIVE
                if is_flood_sign and context.telegram_floods.record_flood(message.chat):
                    outbox.hold_chat(message.bot, 0, retry_at, by_telegram=True)
            return send_outcomes.record(message, _retry_or_refuse(message, outcome), now)
        case MessageRejected(form_unsupported=form_unsupported):
            if form_unsupported:
                context.is_rich_unsupported.set()
            replacement_messages = _simpler_messages(context, message)
            is_reply = message.priority is Priority.REPLY and not message.edited_message_id
            if replacement_messages and is_reply:
                refused_part = reply_encoding.decode_reply_part(message.reply_content)
                if refused_part.fallback_messages and not refused_part.is_fallback_paired:
                    # The fallback text replaces all messages of the answer.
                    outbox.drop_following_replies(message, reply_encoding.FIRST_FILE_PART, now=now)
            return send_outcomes.record(message, outcome, now, replacements=replacement_messages)
        case UnknownOutcome(reason=reason) if message.edited_message_id:
            # An edit may safely be repeated.
            return send_outcomes.record(
                message, _retry_or_refuse(message, RetryLater(0.0, reason)), now
            )
        case UnknownOutcome():
            # Sent again with a mark, after growing delays, because each send may be a repeat.
            resend = context.resend_unknown and message.attempts < MAX_ATTEMPTS
            if message.priority is Priority.REPLY:  # only the replies behind it wait
                return send_outcomes.record(
                    message, outcome, now, resend=resend, resend_delay=_retry_delay(message)
                )
            outbox.hold_chat(
                message.bot, message.chat, now + timedelta(seconds=_retry_delay(message))
            )
            return send_outcomes.record(message, outcome, now, resend=resend)
        case ChatUnreachable(reason=reason, is_permanent=False) if (
            message.priority is Priority.REPLY
        ):
            # The chat may be reachable again hours from now, too late for an answer.
            return send_outcomes.record(message, MessageRejected(reason), now)
        case ChatUnreachable(reason=reason, is_permanent=False):
            bounce_days = context.store.chats.count_bounce(message.bot, message.chat, now.date())
            bounce_outcome: SendOutcome = (
                ChatUnreachable(reason)
                if bounce_days >= MAX_BOUNCE_DAYS
                else RetryLater(
                    BOUNCE_RETRY_SECONDS,
                    reason,
                    counts_as_attempt=False,
                    requested_by_telegram=True,
                )
            )
            return send_outcomes.record(message, bounce_outcome, now)
        case MovedToSupergroup():
            return send_outcomes.record(message, outcome, now)
        case Sent() if message.priority is Priority.REPLY:  # a digest may follow at once
            return send_outcomes.record(message, outcome, now)
        case _:
            interval = GROUP_CHAT_INTERVAL if message.chat < 0 else PRIVATE_CHAT_INTERVAL
            outbox.hold_chat(message.bot, message.chat, now + timedelta(seconds=interval))
            return send_outcomes.record(message, outcome, now)


def _simpler_messages(context: DeliveryContext, message: OutboxMessage) -> Sequence[OutboxMessage]:
    """Return the same entries in a simpler form; nothing if they cannot be rendered in any.

    A refused edit of a digest has none: the message stays as it was.
    """
    try:
        if message.priority is Priority.REPLY:
            return reply_encoding.simpler_replies(message)
        if message.edited_message_id:
            return ()
        return simpler_messages(
            message,
            context.store.digests.get(message.digest, last_position=message.last_entry),
            context.paper_link,
        )
    except StorageError:
        raise
    except Exception:
        log.exception("parcel has no simpler form", extra={"parcel": message.key})
        return ()


def _retry_or_refuse(message: OutboxMessage, outcome: RetryLater) -> SendOutcome:
    """Return a retry with a growing delay; a rejection once the attempts are used up."""
    if not outcome.counts_as_attempt:
        return outcome
    if message.attempts >= MAX_ATTEMPTS:
        return MessageRejected(
            f"{message.attempts} attempts failed, the last one: {outcome.reason}"
        )
    return replace(outcome, seconds=max(_retry_delay(message), outcome.seconds))


def _retry_delay(message: OutboxMessage) -> float:
    delays = REPLY_BACKOFF if message.priority is Priority.REPLY else BACKOFF
    return delays[min(message.attempts, len(delays) - 1)]


def log_outcome(message: OutboxMessage, outcome: SendOutcome, *, accepted: bool) -> None:
    """Log the recorded outcome of a send."""
    facts = {"parcel": message.key, "digest": message.digest, "attempt": message.attempts}
    if not accepted:
        log.warning("a settlement came too late and was not taken", extra=facts)
    match outcome:
        case Sent(message_id=message_id):
            log.debug("parcel sent", extra=facts | {"sent_as": message_id})
        case (
            RetryLater(reason=reason)
            | UnknownOutcome(reason=reason)
            | ChatUnreachable(reason=reason)
        ):
            log.info("parcel not sent", extra=facts | {"reason": reason})
        case MessageRejected(reason=reason) if message.priority is Priority.REPLY:
            # A message that cannot be edited is replaced by a new answer: nothing is wrong.
            log_level = logging.INFO if message.edited_message_id else logging.WARNING
            log.log(log_level, "answer refused", extra=facts | {"reason": reason})
        case MessageRejected(reason=reason):
            log.error("parcel refused", extra=facts | {"reason": reason})
        case MovedToSupergroup():
            log.info("chat moved", extra=facts)
