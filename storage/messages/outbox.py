"""The outbox: which messages may leave now, who has claimed them, and their outcomes.

A claim is a lease with a fencing token: it may expire, after which another holder claims the
message and an outcome from the former holder is not accepted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from storage.engine.column_types import seconds_to_micros, to_micros
from storage.engine.sqlite import Engine, Value
from storage.messages import outbox_repair, outbox_replies, outbox_rows, outcomes
from storage.messages.outbox_rows import message_from_row
from storage.records.messages import (
    ChatUnreachable,
    MessageRejected,
    MessageState,
    MovedToSupergroup,
    OutboxMessage,
    Priority,
    RetryLater,
    SendOutcome,
    Sent,
    UnknownOutcome,
)

# ruff: noqa: S608 - only our own words are filled in; every value is a :name


# The first waiting message of each chat, if it is ready, unclaimed and not held back. Replies and
# digests of a chat are two separate queues: neither waits for the other. A waiting edit of a digest
# blocks no message.
_SELECT_SENDABLE = """
    select p.key, p.chat from outbox_messages p
    where p.bot = :bot and p.priority = :priority and p.state = 'ready'
        and p.next_at <= :now and p.lease_until <= :now
        and not exists (select 1 from outbox_messages e
            where e.bot = p.bot and e.chat = p.chat and e.state in ('ready', 'sending')
                and (e.queue_position, e.fallback_part) < (p.queue_position, p.fallback_part)
                and (e.priority < 0) = (p.priority < 0)
                and (e.edited_message_id = 0 or p.edited_message_id > 0 or e.state = 'sending'
                    or e.lease_until > :now or p.priority < 0))
        and not exists (select 1 from chat_holds h
            where h.bot = p.bot and (h.chat = p.chat or h.chat = 0)
                and case when p.priority < 0 then h.held_by_telegram_until
                    else h.held_until end > :now)
    order by p.next_at, p.queue_position, p.fallback_part limit :limit
"""


def sendable_keys(
    engine: Engine,
    bot: int,
    now: datetime,
    limit: int,
    excluded_chats: Collection[int],
    max_interactive: int | None = None,
) -> list[int]:
    """Return the messages that may leave, by priority and age: one reply and one other per chat.

    Interactive messages go first, but leave a third to the rest while there are any, and are no
    more than ``max_interactive``.
    """
    interactive_limit = limit if max_interactive is None else min(limit, max_interactive)
    interactive = _first_sendable_keys(
        engine, _INTERACTIVE_PRIORITIES, bot, now, interactive_limit, excluded_chats
    )
    interactive_share = max(1, limit - (limit + 2) // 3)
    if len(interactive) <= interactive_share:
        return interactive + _first_sendable_keys(
            engine, _SCHEDULED_PRIORITIES, bot, now, limit - len(interactive), excluded_chats
        )
    scheduled = _first_sendable_keys(
        engine, _SCHEDULED_PRIORITIES, bot, now, limit - interactive_share, excluded_chats
    )
    return interactive[: limit - len(scheduled)] + scheduled


_INTERACTIVE_PRIORITIES, _SCHEDULED_PRIORITIES = (
    (Priority.REPLY, Priority.INTERACTIVE),
    (Priority.SCHEDULED, Priority.EDIT),
)


def _first_sendable_keys(
    engine: Engine,
    priorities: tuple[Priority, ...],
    bot: int,
    now: datetime,
    limit: int,
    excluded_chats: Collection[int],
) -> list[int]:
    keys: list[int] = []
    for priority in priorities:
        fetch_limit = limit - len(keys) + len(excluded_chats)
        if len(keys) >= limit:
            break
        rows = engine.fetch_all(
            _SELECT_SENDABLE, bot=bot, priority=priority, now=to_micros(now), limit=fetch_limit
        )
        keys += [row["key"] for row in rows if row["chat"] not in excluded_chats]
    return keys[:limit]


def requeue_interrupted_sends(engine: Engine, bot: int, now: datetime) -> None:
    """Make ready again, with one more unknown send, what was left in the middle of a send."""
    engine.execute(
        """
        update outbox_messages set state = 'ready',
            unknown_sends = unknown_sends + (edited_message_id = 0), holder = '', lease_until = 0
        where bot = :bot and state = 'sending' and lease_until <= :now
        """,
        bot=bot,
        now=to_micros(now),
    )


def lease_message(
    engine: Engine, key: int, holder: str, now: datetime, lease_seconds: float
) -> OutboxMessage:
    """Lease a message to a holder for some seconds with a new fencing token."""
    [row] = engine.execute_returning(
        """
        update outbox_messages
        set holder = :holder, lease_until = :until, fencing_token = fencing_token + 1
        where key = :key returning *
        """,
        key=key,
        holder=holder,
        until=to_micros(now) + seconds_to_micros(lease_seconds),
    )
    return message_from_row(row)


def mark_sending(
    engine: Engine,
    message: OutboxMessage,
    now: datetime,
    min_lease_seconds: float,
    send_seconds: float,
) -> bool:
    """Mark that the send begins; False when less than ``min_lease_seconds`` of the lease remain.

    From now on the lease lasts for as long as the send may take.
    """
    return bool(
        engine.execute(
            """
            update outbox_messages set state = 'sending',
                lease_until = case when lease_until < :ends then :ends else lease_until end
            where key = :key and fencing_token = :fencing_token and state = 'ready'
                and lease_until > :until and (expires_at is null or expires_at > :now)
            """,
            key=message.key,
            fencing_token=message.fencing_token,
            until=to_micros(now) + seconds_to_micros(min_lease_seconds),
            ends=to_micros(now) + seconds_to_micros(send_seconds),
            now=to_micros(now),
        )
    )


def recover_claims(engine: Engine, bot: int) -> int:
    """Invalidate all claims; what was being sent becomes ready with one more unknown send."""
    with engine.ensure_transaction():
        engine.execute(
            """
            update outbox_messages
            set holder = '', lease_until = 0, fencing_token = fencing_token + 1
            where bot = :bot and state = 'ready' and holder <> ''
            """,
            bot=bot,
        )
        return engine.execute(
            """
            update outbox_messages set state = 'ready',
                unknown_sends = unknown_sends + (edited_message_id = 0), holder = '',
                lease_until = 0, fencing_token = fencing_token + 1
            where bot = :bot and state = 'sending'
            """,
            bot=bot,
        )


def release_message(engine: Engine, message: OutboxMessage) -> bool:
    """Release a message that was claimed and is not going to be sent now."""
    return bool(
        engine.execute(
            """
            update outbox_messages set holder = '', lease_until = 0
            where key = :key and fencing_token = :fencing_token and state = 'ready'
            """,
            key=message.key,
            fencing_token=message.fencing_token,
        )
    )


def release_holder(engine: Engine, holder: str) -> int:
    """Release what a holder claimed and has not begun to send; return how many."""
    return engine.execute(
        """
        update outbox_messages set holder = '', lease_until = 0
        where state = 'ready' and holder = :holder
        """,
        holder=holder,
    )


def hold_chat(engine: Engine, bot: int, chat: int, until: datetime, *, by_telegram: bool) -> None:
    """Hold a chat back until an instant, or all chats for chat 0; the longer hold counts.

    A wait that Telegram itself asked for also holds replies.
    """
    engine.execute(
        """
        insert into chat_holds (bot, chat, held_until, held_by_telegram_until)
        values (:bot, :chat, :until, :until_by_telegram)
        on conflict (bot, chat) do update set
            held_until = case when excluded.held_until > chat_holds.held_until
                then excluded.held_until else chat_holds.held_until end,
            held_by_telegram_until = case
                when excluded.held_by_telegram_until > chat_holds.held_by_telegram_until
                then excluded.held_by_telegram_until else chat_holds.held_by_telegram_until end
            where excluded.held_until > chat_holds.held_until
                or excluded.held_by_telegram_until > chat_holds.held_by_telegram_until
        """,
        bot=bot,
        chat=chat,
        until=to_micros(until),
        until_by_telegram=to_micros(until) if by_telegram else 0,
    )


def release_far_holds(engine: Engine, bot: int, now: datetime, latest: datetime) -> None:
    """Release what is held or postponed beyond an instant; write nothing where nothing is."""
    values: dict[str, Value] = {"bot": bot, "latest": to_micros(latest)}
    condition = "bot = :bot and held_until > :latest"
    if engine.fetch_one(f"select 1 from chat_holds where {condition}", **values):
        engine.execute(f"delete from chat_holds where {condition}", **values)
    condition = "bot = :bot and state = 'ready' and next_at > :latest"
    if engine.fetch_one(f"select 1 from outbox_messages where {condition} limit 1", **values):
        engine.execute(
            f"update outbox_messages set next_at = :now where {condition}",
            now=to_micros(now),
            **values,
        )


_FINAL_STATES = (MessageState.SENT, MessageState.DROPPED)  # messages that nobody will ask for again


class Outbox:
    """Every message from the moment it is issued until its outcome is known."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put_once(self, message: OutboxMessage, *, due_at: datetime | None = None) -> bool:
        """Queue a message; False when it was queued before (same bot, chat, period and parts).

        Without ``due_at`` it may leave at once, and counts as waiting since its digest was issued.
        """
        return outbox_rows.insert_message(self._engine, message, due_at)

    def put_replies(
        self, replies: Sequence[OutboxMessage], *, now: datetime, holder: str, lease_seconds: float
    ) -> list[OutboxMessage]:
        """Queue the replies to an update, in the transaction that applies it.

        Return them leased to a holder for some seconds, to be sent at once in their order; none
        where an earlier reply to the chat or a wait that Telegram asked for goes first.
        """
        return outbox_replies.insert_replies(self._engine, replies, now, holder, lease_seconds)

    def has_waiting_reply(self, bot: int, chat: int) -> bool:
        """Tell whether a reply to a chat, or a file for it, has not left yet."""
        return outbox_replies.has_waiting_reply(self._engine, bot, chat)

    def drop_following_replies(
        self, reply: OutboxMessage, last_part: int, *, now: datetime
    ) -> None:
        """Drop the later messages of the same reply, up to a last part."""
        outbox_replies.drop_following_replies(self._engine, reply, last_part, now)

    def count_expired_replies(self, bot: int, since: datetime) -> int:
        """Count the replies that were dropped since an instant because they were late."""
        return outbox_replies.count_expired_since(self._engine, bot, since)

    def claim(
        self,
        bot: int,
        holder: str,
        now: datetime,
        lease_seconds: float,
        limit: int = 1,
        *,
        excluded_chats: Collection[int] = (),
        max_interactive: int | None = None,
    ) -> list[OutboxMessage]:
        """Lease messages to a holder for some seconds, by priority and age: the first of each chat.

        That is one reply and one other message per chat. ``excluded_chats`` are passed over;
        ``max_interactive`` limits the interactive ones. What another holder left in ``sending``
        when its lease expired comes back with one more unknown send, and expired replies are
        dropped.
        """
        with self._engine.ensure_transaction():
            requeue_interrupted_sends(self._engine, bot, now)
            outbox_replies.drop_expired_replies(self._engine, bot, now)
            keys = sendable_keys(self._engine, bot, now, limit, excluded_chats, max_interactive)
            return [lease_message(self._engine, key, holder, now, lease_seconds) for key in keys]

    def mark_sending(
        self,
        message: OutboxMessage,
        now: datetime,
        *,
        min_lease_seconds: float = 0.0,
        send_seconds: float = 0.0,
    ) -> bool:
        """Commit that the send begins; False when too little of the lease remains.

        ``min_lease_seconds`` is what must remain; from now on it lasts for ``send_seconds``.
        """
        return mark_sending(self._engine, message, now, min_lease_seconds, send_seconds)

    def record_outcome(
        self,
        message: OutboxMessage,
        outcome: SendOutcome,
        now: datetime,
        *,
        resend: bool = True,
        resend_delay: float = 0.0,
        replacements: Sequence[OutboxMessage] = (),
    ) -> bool:
        """Record the outcome of a send; False when another holder has claimed the message since.

        ``resend`` is the policy for an unknown outcome: once more after ``resend_delay`` seconds,
        or never. ``replacements`` are the messages that replace a rejected one.
        """
        with self._engine.ensure_transaction():
            match outcome:
                case Sent():
                    return outcomes.record_sent(self._engine, message, outcome, now)
                case RetryLater():
                    return outcomes.record_retry(self._engine, message, outcome, now)
                case UnknownOutcome():
                    return outcomes.record_unknown(
                        self._engine,
                        message,
                        outcome,
                        now,
                        resend=resend,
                        resend_delay=resend_delay,
                    )
                case MovedToSupergroup():
                    return outcomes.record_chat_move(self._engine, message, outcome, now)
                case ChatUnreachable():
                    return outcomes.record_unreachable_chat(self._engine, message, outcome, now)
                case MessageRejected():
                    return outcomes.record_rejection(
                        self._engine, message, outcome, now, replacements
                    )

    def hold_chat(self, bot: int, chat: int, until: datetime, *, by_telegram: bool = False) -> None:
        """Hold back a chat until an instant; chat 0 holds every chat of the bot.

        Replies are held only where Telegram itself asked to wait.
        """
        hold_chat(self._engine, bot, chat, until, by_telegram=by_telegram)

    def release_far_holds(self, bot: int, now: datetime, latest: datetime) -> None:
        """Release what is held or postponed beyond an instant: a wrong clock did it."""
        release_far_holds(self._engine, bot, now, latest)

    def recover_claims(self, bot: int) -> int:
        """Take over from a former sender; what it was sending gets one more unknown send.

        For the one process that leads sending. An outcome from a former holder is no longer
        accepted, but for a message that had come back before and was not claimed since: a late
        success spares the repeat.
        """
        return recover_claims(self._engine, bot)

    def release_message(self, message: OutboxMessage) -> bool:
        """Release a message that was claimed and is not going to be sent now."""
        return release_message(self._engine, message)

    def release_holder(self, holder: str) -> int:
        """Release what a stopping holder claimed and has not begun to send."""
        return release_holder(self._engine, holder)

    def get(self, key: int) -> OutboxMessage | None:
        """Return a message by its key."""
        return outbox_repair.get_message(self._engine, key)

    def messages_of_digest(self, digest: int) -> list[OutboxMessage]:
        """Return the messages of a digest in order."""
        return outbox_repair.messages_of_digest(self._engine, digest)

    def bots_with_messages(self) -> list[int]:
        """Return the bots that have messages in the file."""
        return outbox_repair.bots_with_messages(self._engine)

    def counts_by_state(self, bot: int) -> dict[MessageState, int]:
        """Count a bot's messages by state, absent states as 0."""
        return outbox_repair.counts_by_state(self._engine, bot)

    def messages_in_state(
        self, bot: int, state: MessageState, limit: int = 100
    ) -> list[OutboxMessage]:
        """Return a bot's messages in a state, in the order in which they were settled or queued."""
        return outbox_repair.messages_in_state(self._engine, bot, state, limit)

    def retry_message(self, key: int, *, now: datetime) -> bool:
        """Make a dead, dropped or unknown message ready again; False when it is none of these.

        It is marked as a possible repeat where the chat has seen some of its papers meanwhile;
        False also while another message carries some of them.
        """
        return outbox_repair.retry_message(self._engine, key, now)

    def requeue_dropped(self, bot: int, chat: int, *, now: datetime) -> int:
        """Make ready again what was dropped when a chat could not be reached; return how many.

        What an operator dropped, or a simpler form replaced, stays dropped.
        """
        return outbox_repair.requeue_dropped(self._engine, bot, chat, now)

    def drop_waiting_of_chat(self, bot: int, chat: int, *, now: datetime, reason: str) -> int:
        """Drop all that waits for a chat and release its entries; return how many."""
        return outbox_repair.drop_waiting_of_chat(self._engine, bot, chat, now, reason)

    def drop_message(
        self, key: int, *, now: datetime, reason: str = outbox_repair.REASON_BY_HAND
    ) -> bool:
        """Drop a waiting or dead message and release its entries; False when it is neither."""
        return outbox_repair.drop_message(self._engine, key, now, reason)

    def delete_settled(self, bot: int, before: datetime, limit: int = 1000) -> int:
        """Delete some messages that were sent or dropped before an instant; return how many."""
        with self._engine.ensure_transaction():
            return sum(
                outbox_repair.delete_settled(self._engine, bot, state, before, limit)
                for state in _FINAL_STATES
            )

    def delete_settled_replies(
        self, bot: int, before: datetime, limit: int = 1000, *, only_sent: bool = False
    ) -> int:
        """Delete some replies settled before an instant, or only those that were sent."""
        return outbox_replies.delete_settled_replies(self._engine, bot, before, limit, only_sent)
