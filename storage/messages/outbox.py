"""Queue messages: which may leave now, who has claimed them, and which wait for what.

A claim is a lease with a fencing token: it may expire, after which another holder claims the
message and an outcome from the former holder is not accepted.

Replies have a priority of their own: ordered among themselves within a chat, independent of its
digests. Their content is emptied when they are settled, and nothing is left of a chat that is not
stored.
"""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.engine.column_types import (
    seconds_to_micros,
    to_json_list,
    to_micros,
    to_micros_or_null,
)
from storage.engine.sqlite import Engine, Value
from storage.messages.notice_column import notice_to_json
from storage.messages.outbox_rows import IS_FIRST_OF_CHAT, message_from_row
from storage.records.messages import MessageState, OutboxMessage, Priority

REASON_EXPIRED = "nobody waits for it any more"
REASON_REPLACED = "replaced by a later one"
_INTERACTIVE_PRIORITIES = (Priority.REPLY, Priority.INTERACTIVE)
_SCHEDULED_PRIORITIES = (Priority.SCHEDULED, Priority.EDIT)

# The first waiting message of each chat, if it is ready, unclaimed and not held back.
_SELECT_SENDABLE = f"""
    select p.key from outbox_messages p
    where p.bot = :bot and p.priority = :priority and p.state = 'ready'
        and p.next_at <= :now and p.lease_until <= :now
        and {IS_FIRST_OF_CHAT}
        and not exists (select 1 from chat_holds h
            where h.bot = p.bot and (h.chat = p.chat or h.chat = 0)
                and case when p.priority < 0 then h.held_by_telegram_until
                    else h.held_until end > :now)
    order by p.next_at, p.queue_position, p.fallback_part limit :limit
"""


class Outbox:
    """Every message from the moment it is issued until its outcome is known."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put_once(
        self,
        message: OutboxMessage,
        *,
        due_at: datetime | None = None,
        queue_position: int | None = None,
    ) -> bool:
        """Queue a message; False when it was queued before (same bot, chat, period and parts).

        Without ``due_at`` it may leave at once, and counts as waiting since its digest was issued.
        It waits behind all others, or at a position that another message had.
        """
        return bool(
            self._engine.execute(
                """
                insert into outbox_messages (bot, chat, thread, period, part, fallback_part,
                    revision, edited_message_id, digest, first_entry, last_entry, form, language,
                    languages, zone, notice, silent, state, queue_position, attempts,
                    unknown_sends, fencing_token, holder, lease_until, next_at, message_id, error,
                    priority, reply_content, expires_at)
                values (:bot, :chat, :thread, :period, :part, :fallback_part,
                    :revision, :edited_message_id, :digest, :first_entry, :last_entry, :form,
                    :language, :languages, :zone, :notice, :silent, 'ready',
                    coalesce(:queue_position,
                        (select coalesce(max(queue_position), 0) + 1 from outbox_messages)),
                    0, 0, 0, '', 0,
                    coalesce(:due, (select issued_at from digests where number = :digest), 0),
                    0, '', :priority, :reply_content, :expires_at)
                on conflict do nothing
                """,
                bot=message.bot,
                chat=message.chat,
                thread=message.thread,
                period=message.period,
                part=message.part,
                fallback_part=message.fallback_part,
                revision=message.revision,
                edited_message_id=message.edited_message_id,
                digest=message.digest,
                first_entry=message.first_entry,
                last_entry=message.last_entry,
                form=message.form,
                language=message.language,
                languages=to_json_list(message.languages),
                zone=message.zone,
                notice=notice_to_json(message.notice) if message.notice else None,
                silent=int(message.silent),
                queue_position=queue_position,
                due=to_micros_or_null(due_at),
                priority=message.priority,
                reply_content=message.reply_content or None,
                expires_at=to_micros_or_null(message.expires_at),
            )
        )

    def put_replies(
        self, replies: Sequence[OutboxMessage], *, now: datetime, holder: str, lease_seconds: float
    ) -> list[OutboxMessage]:
        """Queue the replies to an update, in the transaction that applies it.

        Return them leased to a holder for some seconds, to be sent at once in their order; none
        where an earlier reply to the chat or a wait that Telegram asked for goes first. An edit
        replaces a waiting edit of the same message.
        """
        first_reply = replies[0]
        for reply in replies:
            if reply.edited_message_id:
                self.drop_replaced_edits(reply, now)
        is_first = not self.has_waiting_reply(first_reply.bot, first_reply.chat)
        is_chat_free = not self.is_held_by_telegram(first_reply.bot, first_reply.chat, now)
        for reply in replies:
            self.put_once(reply, due_at=now)
        if not (is_first and is_chat_free):
            return []
        rows = self._engine.execute_returning(
            """
            update outbox_messages
            set holder = :holder, lease_until = :until, fencing_token = fencing_token + 1
            where bot = :bot and chat = :chat and period = :period
            returning *
            """,
            holder=holder,
            until=to_micros(now) + seconds_to_micros(lease_seconds),
            bot=first_reply.bot,
            chat=first_reply.chat,
            period=first_reply.period,
        )
        return sorted(map(message_from_row, rows), key=lambda reply: reply.part)

    def has_waiting_reply(self, bot: int, chat: int) -> bool:
        """Tell whether a reply to a chat, or a file for it, has not left yet."""
        return self._engine.has_row(
            """
            select 1 from outbox_messages
            where bot = :bot and chat = :chat and priority = :priority
                and state in ('ready', 'sending')
            limit 1
            """,
            bot=bot,
            chat=chat,
            priority=Priority.REPLY,
        )

    def is_held_by_telegram(self, bot: int, chat: int, now: datetime) -> bool:
        """Tell whether Telegram asked to wait, for this chat or for all of them."""
        return self._engine.has_row(
            """
            select 1 from chat_holds
            where bot = :bot and held_by_telegram_until > :now and (chat = :chat or chat = 0)
            """,
            bot=bot,
            chat=chat,
            now=to_micros(now),
        )

    def drop_expired_replies(self, bot: int, now: datetime) -> None:
        """Drop the expired replies that no holder is about to send."""
        self._drop_replies(
            "expires_at <= :now and lease_until <= :now", now, REASON_EXPIRED, bot=bot
        )

    def drop_replaced_edits(self, reply: OutboxMessage, now: datetime) -> None:
        """Drop the waiting edits of the message that a reply edits."""
        self._drop_replies(
            "chat = :chat and edited_message_id = :edited_message_id",
            now,
            REASON_REPLACED,
            bot=reply.bot,
            chat=reply.chat,
            edited_message_id=reply.edited_message_id,
        )

    def drop_following_replies(
        self, reply: OutboxMessage, last_part: int, *, now: datetime
    ) -> None:
        """Drop the later messages of the same reply, up to a last part."""
        self._drop_replies(
            "chat = :chat and period = :period and part > :part and part <= :last",
            now,
            REASON_REPLACED,
            bot=reply.bot,
            chat=reply.chat,
            period=reply.period,
            part=reply.part,
            last=last_part,
        )

    def _drop_replies(self, condition: str, now: datetime, reason: str, **values: Value) -> None:
        rows = self._engine.execute_returning(
            f"""
            update outbox_messages set state = 'dropped', error = :reason, settled_at = :now,
                reply_content = null, holder = '', lease_until = 0,
                fencing_token = fencing_token + 1
            where bot = :bot and priority = {Priority.REPLY:d} and state = 'ready' and {condition}
            returning key
            """,
            reason=reason,
            now=to_micros(now),
            **values,
        )
        for row in rows:
            self.delete_reply_to_unknown_chat(row["key"])

    def delete_reply_to_unknown_chat(self, key: int) -> None:
        """Delete a settled reply to a chat that is not stored, and the chat's hold."""
        rows = self._engine.execute_returning(
            """
            delete from outbox_messages
            where key = :key and priority < 0 and state not in ('ready', 'sending')
                and not exists (select 1 from chats s
                    where s.bot = outbox_messages.bot and s.chat = outbox_messages.chat)
            returning bot, chat
            """,
            key=key,
        )
        for row in rows:
            self._engine.execute(
                "delete from chat_holds where bot = :bot and chat = :chat",
                bot=row["bot"],
                chat=row["chat"],
            )

    def claim(
        self,
        bot: int,
        holder: str,
        now: datetime,
        lease_seconds: float,
        limit: int = 1,
        *,
        max_interactive: int | None = None,
    ) -> list[OutboxMessage]:
        """Lease messages to a holder for some seconds, by priority and age: the first of each chat.

        That is one reply and one other message per chat. Interactive messages go first, but leave a
        third to the rest while there are any, and are no more than ``max_interactive``. What
        another holder left in ``sending`` when its lease expired comes back with one more unknown
        send, and expired replies are dropped.
        """
        with self._engine.ensure_transaction():
            self.requeue_interrupted_sends(bot, now)
            self.drop_expired_replies(bot, now)
            interactive_limit = limit if max_interactive is None else min(limit, max_interactive)
            interactive_share = max(1, limit - (limit + 2) // 3)
            interactive_keys = self._sendable_keys(
                _INTERACTIVE_PRIORITIES, bot, now, interactive_limit
            )
            scheduled_limit = limit - min(len(interactive_keys), interactive_share)
            scheduled_keys = self._sendable_keys(_SCHEDULED_PRIORITIES, bot, now, scheduled_limit)
            messages: list[OutboxMessage] = []
            for message_key in (*interactive_keys[: limit - len(scheduled_keys)], *scheduled_keys):
                [row] = self._engine.execute_returning(
                    """
                    update outbox_messages
                    set holder = :holder, lease_until = :until, fencing_token = fencing_token + 1
                    where key = :key returning *
                    """,
                    key=message_key,
                    holder=holder,
                    until=to_micros(now) + seconds_to_micros(lease_seconds),
                )
                messages.append(message_from_row(row))
        return messages

    def _sendable_keys(
        self, priorities: tuple[Priority, ...], bot: int, now: datetime, limit: int
    ) -> list[int]:
        keys: list[int] = []
        for priority in priorities:
            if len(keys) >= limit:
                break
            rows = self._engine.fetch_all(
                _SELECT_SENDABLE,
                bot=bot,
                priority=priority,
                now=to_micros(now),
                limit=limit - len(keys),
            )
            keys += [row["key"] for row in rows]
        return keys

    def requeue_interrupted_sends(self, bot: int, now: datetime) -> None:
        """Make ready again, with one more unknown send, what was left in the middle of a send."""
        self._engine.execute(
            """
            update outbox_messages set state = 'ready',
                unknown_sends = unknown_sends + (edited_message_id = 0), holder = '',
                lease_until = 0
            where bot = :bot and state = 'sending' and lease_until <= :now
            """,
            bot=bot,
            now=to_micros(now),
        )

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
        return bool(
            self._engine.execute(
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

    def recover_claims(self, bot: int) -> int:
        """Take over from a former sender; what it was sending gets one more unknown send.

        For the one process that leads sending. An outcome from a former holder is no longer
        accepted, but for a message that had come back before and was not claimed since: a late
        success spares the repeat.
        """
        with self._engine.ensure_transaction():
            self._engine.execute(
                """
                update outbox_messages
                set holder = '', lease_until = 0, fencing_token = fencing_token + 1
                where bot = :bot and state = 'ready' and holder <> ''
                """,
                bot=bot,
            )
            return self._engine.execute(
                """
                update outbox_messages set state = 'ready',
                    unknown_sends = unknown_sends + (edited_message_id = 0), holder = '',
                    lease_until = 0, fencing_token = fencing_token + 1
                where bot = :bot and state = 'sending'
                """,
                bot=bot,
            )

    def release_message(self, message: OutboxMessage) -> bool:
        """Release a message that was claimed and is not going to be sent now."""
        return bool(
            self._engine.execute(
                """
                update outbox_messages set holder = '', lease_until = 0
                where key = :key and fencing_token = :fencing_token and state = 'ready'
                """,
                key=message.key,
                fencing_token=message.fencing_token,
            )
        )

    def release_holder(self, holder: str) -> int:
        """Release what a stopping holder claimed and has not begun to send; return how many."""
        return self._engine.execute(
            """
            update outbox_messages set holder = '', lease_until = 0
            where state = 'ready' and holder = :holder
            """,
            holder=holder,
        )

    def hold_chat(self, bot: int, chat: int, until: datetime, *, by_telegram: bool = False) -> None:
        """Hold back a chat until an instant, or all chats for chat 0; the longer hold counts.

        Replies are held only where Telegram itself asked to wait.
        """
        self._engine.execute(
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

    def release_far_holds(self, bot: int, now: datetime, latest: datetime) -> None:
        """Release what is held or postponed beyond an instant: a wrong clock did it.

        Nothing is written where nothing is.
        """
        parameters: dict[str, Value] = {"bot": bot, "latest": to_micros(latest)}
        condition = "bot = :bot and held_until > :latest"
        if self._engine.fetch_one(f"select 1 from chat_holds where {condition}", **parameters):
            self._engine.execute(f"delete from chat_holds where {condition}", **parameters)
        condition = "bot = :bot and state = 'ready' and next_at > :latest"
        if self._engine.fetch_one(
            f"select 1 from outbox_messages where {condition} limit 1", **parameters
        ):
            self._engine.execute(
                f"update outbox_messages set next_at = :now where {condition}",
                now=to_micros(now),
                **parameters,
            )

    def messages_of_digest(self, digest: int) -> list[OutboxMessage]:
        """Return the messages of a digest in order."""
        rows = self._engine.fetch_all(
            """
            select * from outbox_messages where digest = :digest
            order by queue_position, fallback_part
            """,
            digest=digest,
        )
        return [message_from_row(row) for row in rows]

    def messages_in_state(
        self, bot: int, state: MessageState, limit: int = 100
    ) -> list[OutboxMessage]:
        """Return a bot's messages in a state, in the order in which they were settled or queued."""
        rows = self._engine.fetch_all(
            """
            select * from outbox_messages where bot = :bot and state = :state
            order by settled_at, key limit :limit
            """,
            bot=bot,
            state=state,
            limit=limit,
        )
        return [message_from_row(row) for row in rows]

    def counts_by_state(self, bot: int) -> dict[MessageState, int]:
        """Count a bot's messages by state, absent states as 0."""
        rows = self._engine.fetch_all(
            "select state, count(*) as n from outbox_messages where bot = :bot group by state",
            bot=bot,
        )
        known_counts = {MessageState(row["state"]): int(row["n"]) for row in rows}
        return {state: known_counts.get(state, 0) for state in MessageState}

    def bots_with_messages(self) -> list[int]:
        """Return the bots that have messages in the file, each found by the index."""
        bot_ids: list[int] = []
        while True:
            rows = self._engine.fetch_all(
                "select min(bot) as bot from outbox_messages where bot > :last",
                last=bot_ids[-1] if bot_ids else -1,
            )
            if rows[0]["bot"] is None:
                return bot_ids
            bot_ids.append(int(rows[0]["bot"]))

    def count_expired_replies(self, bot: int, since: datetime) -> int:
        """Count the replies that were dropped since an instant because they were late."""
        return self._engine.fetch_number(
            """
            select count(*) as n from outbox_messages
            where bot = :bot and priority < 0 and settled_at >= :since and state = 'dropped'
                and error = :reason
            """,
            bot=bot,
            since=to_micros(since),
            reason=REASON_EXPIRED,
        )

    def delete_settled(self, bot: int, before: datetime, limit: int = 1000) -> int:
        """Delete some messages that were sent or dropped before an instant; return how many.

        Of each of these states, those that were settled first.
        """
        with self._engine.ensure_transaction():
            return sum(
                self._engine.execute(
                    """
                    delete from outbox_messages where key in (select key from outbox_messages
                        where bot = :bot and state = :state and settled_at < :before
                        order by settled_at, key limit :limit)
                    """,
                    bot=bot,
                    state=state,
                    before=to_micros(before),
                    limit=limit,
                )
                for state in (MessageState.SENT, MessageState.DROPPED)
            )

    def delete_settled_replies(
        self, bot: int, before: datetime, limit: int = 1000, *, only_sent: bool = False
    ) -> int:
        """Delete some replies settled before an instant, or only those that were sent."""
        return self._engine.execute(
            """
            delete from outbox_messages where key in (select key from outbox_messages
                where bot = :bot and priority < 0 and settled_at < :before
                    and (:sent = 0 or state = 'sent')
                order by settled_at limit :limit)
            """,
            bot=bot,
            before=to_micros(before),
            limit=limit,
            sent=int(only_sent),
        )
