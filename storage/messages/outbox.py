"""The outbox: which messages may leave now, who has claimed them, and what came of them.

A claim is a lease with a fence: it may run out, after which another holder claims the message
and the former one's settlement is not accepted. What is held back is in nobody's hands.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from storage.engine.column_types import seconds_to_micros, to_micros
from storage.engine.sqlite import Engine, Value
from storage.messages import outbox_answers, outbox_repair, outbox_rows, outcomes
from storage.messages.outbox_rows import message_from_row
from storage.records import (
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


# The first of each chat among those in motion, if it is ready, free and not held back. Answers
# are ordered among themselves, beside the digests: what one of both waits for holds no other. An
# edit of a digest that waits holds no message.
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
    """Return the parcels that may leave, by rank and age: of each chat one answer, one other.

    What somebody waits for goes first, but leaves a third to the rest while there is some, and is
    no more than ``max_interactive``.
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
    """Make ready again, with one more doubt, what was left in the middle of a send."""
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
    """Give a parcel to a holder for some seconds and raise its fence."""
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
    """Mark that the send begins; False when the lease will not last ``min_lease_seconds`` seconds.

    From now on it lasts for as many as the send may take.
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
    """Raise the fence of all that is claimed; what was being sent comes back in doubt."""
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
    """Free a parcel that was claimed and is not going to be sent now."""
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
    """Free what a holder claimed and has not begun to send; return how many."""
    return engine.execute(
        """
        update outbox_messages set holder = '', lease_until = 0
        where state = 'ready' and holder = :holder
        """,
        holder=holder,
    )


def hold_chat(engine: Engine, bot: int, chat: int, until: datetime, *, by_telegram: bool) -> None:
    """Hold a chat back until an instant, or all chats for chat 0; the longer hold counts.

    What Telegram itself told us to wait holds the answers too.
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
    """Let out what is held or put off beyond an instant; nothing is written where nothing is."""
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


_FINAL_STATES = (MessageState.SENT, MessageState.DROPPED)  # nobody will ask for these again


class Outbox:
    """Every message from the moment it is issued until its outcome is known."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put_once(self, message: OutboxMessage, *, due_at: datetime | None = None) -> bool:
        """Queue a parcel; False when this bot, chat, period, part and piece was queued before.

        Without ``due_at`` it may leave at once, and waits since its digest was issued.
        """
        return outbox_rows.insert_message(self._engine, message, due_at)

    def put_replies(
        self, replies: Sequence[OutboxMessage], *, now: datetime, holder: str, lease_seconds: float
    ) -> list[OutboxMessage]:
        """Queue the answers to an update, in the transaction that applies it.

        Return them leased to a holder for some seconds, to be sent at once in their order; none
        where an earlier answer to the chat, or Telegram's word to wait, goes first.
        """
        return outbox_answers.insert_replies(self._engine, replies, now, holder, lease_seconds)

    def has_waiting_reply(self, bot: int, chat: int) -> bool:
        """Whether an answer to a chat, or a file for it, has not left yet."""
        return outbox_answers.has_waiting_reply(self._engine, bot, chat)

    def drop_following_replies(
        self, reply: OutboxMessage, last_part: int, *, now: datetime
    ) -> None:
        """Drop the messages of the same answer behind this one, up to a last part."""
        outbox_answers.drop_following_replies(self._engine, reply, last_part, now)

    def count_expired_replies(self, bot: int, since: datetime) -> int:
        """Count the answers that were dropped since an instant because they were late."""
        return outbox_answers.count_expired_since(self._engine, bot, since)

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
        """Lease parcels to a holder for some seconds, by rank and age: the first ones of a chat.

        Those are one answer and one other parcel. ``excluded_chats`` names chats to pass over;
        ``max_interactive`` bounds those that somebody waits for. What another left in ``sending``
        when its lease ran out comes back with one more doubt, and answers that nobody waits for
        any more are dropped.
        """
        with self._engine.ensure_transaction():
            requeue_interrupted_sends(self._engine, bot, now)
            outbox_answers.drop_expired_replies(self._engine, bot, now)
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
        """Commit that the send begins; False when the lease will not last ``min_lease_seconds``
        seconds.

        From now on it lasts for as many as the send may take.
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
        """Record what came of a send; False when another holder has claimed the parcel since.

        ``resend`` is the policy for an unknown outcome: once more after ``resend_delay`` seconds,
        or never. ``replacements`` are the parcels that take the place of a refused one.
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
        """Let nothing out to a chat before an instant; chat 0 holds every chat of the bot.

        Answers are held only where Telegram itself told us to wait.
        """
        hold_chat(self._engine, bot, chat, until, by_telegram=by_telegram)

    def release_far_holds(self, bot: int, now: datetime, latest: datetime) -> None:
        """Let out what is held or put off beyond an instant: a clock that was ahead did it."""
        release_far_holds(self._engine, bot, now, latest)

    def recover_claims(self, bot: int) -> int:
        """Take over what a former sender left: what it was sending comes back in doubt.

        For the one process that has the duty of sending. What a former holder settles is no
        longer accepted, but for a parcel that had come back in doubt before and was not
        claimed since: late word that it arrived is welcome there, it spares the repeat.
        """
        return recover_claims(self._engine, bot)

    def release_message(self, message: OutboxMessage) -> bool:
        """Free a parcel that was claimed and is not going to be sent now."""
        return release_message(self._engine, message)

    def release_holder(self, holder: str) -> int:
        """Free the parcels a holder claimed and has not begun to send, as it stops."""
        return release_holder(self._engine, holder)

    def get(self, key: int) -> OutboxMessage | None:
        """Return a parcel by its key."""
        return outbox_repair.get_message(self._engine, key)

    def messages_of_digest(self, digest: int) -> list[OutboxMessage]:
        """Return the parcels of a digest in their order."""
        return outbox_repair.messages_of_digest(self._engine, digest)

    def bots_with_messages(self) -> list[int]:
        """Return the bots whose parcels the file holds."""
        return outbox_repair.bots_with_messages(self._engine)

    def counts_by_state(self, bot: int) -> dict[MessageState, int]:
        """Count a bot's parcels by state, absent states as 0."""
        return outbox_repair.counts_by_state(self._engine, bot)

    def count_unknown_sends(self, bot: int) -> int:
        """Count the sends whose outcome nobody knows: each may have become a repeat."""
        return outbox_repair.count_unknown_sends(self._engine, bot)

    def messages_in_state(
        self, bot: int, state: MessageState, limit: int = 100
    ) -> list[OutboxMessage]:
        """Return a bot's parcels in a state, those first that were settled or queued first."""
        return outbox_repair.messages_in_state(self._engine, bot, state, limit)

    def retry_message(self, key: int, *, now: datetime) -> bool:
        """Make a dead, dropped or unknown parcel ready again; False when it is none of these.

        It is marked as a possible repeat where the chat has seen some of its papers meanwhile;
        False also as long as another message is bringing some of them.
        """
        return outbox_repair.retry_message(self._engine, key, now)

    def requeue_dropped(self, bot: int, chat: int, *, now: datetime) -> int:
        """Make ready again what was dropped when a chat could not be reached; return how many.

        What was dropped by hand, or replaced by a simpler form, stays dropped.
        """
        return outbox_repair.requeue_dropped(self._engine, bot, chat, now)

    def drop_waiting_of_chat(self, bot: int, chat: int, *, now: datetime, reason: str) -> int:
        """Give up all that waits for a chat and free its entries; return how many."""
        return outbox_repair.drop_waiting_of_chat(self._engine, bot, chat, now, reason)

    def drop_message(
        self, key: int, *, now: datetime, reason: str = outbox_repair.REASON_BY_HAND
    ) -> bool:
        """Give a waiting or dead parcel up and free its entries; False when it is neither."""
        return outbox_repair.drop_message(self._engine, key, now, reason)

    def oldest_due_at(self, bot: int, now: datetime) -> datetime | None:
        """Return since when the longest waiting parcel could have left."""
        return outbox_repair.oldest_due_at(self._engine, bot, now)

    def delete_settled(self, bot: int, before: datetime, limit: int = 1000) -> int:
        """Delete some parcels that were sent or dropped before an instant; return how many."""
        with self._engine.ensure_transaction():
            return sum(
                outbox_repair.delete_settled(self._engine, bot, state, before, limit)
                for state in _FINAL_STATES
            )

    def delete_settled_replies(
        self, bot: int, before: datetime, limit: int = 1000, *, only_sent: bool = False
    ) -> int:
        """Delete some answers that were settled before an instant, or only those that were sent."""
        return outbox_answers.delete_settled_replies(self._engine, bot, before, limit, only_sent)
