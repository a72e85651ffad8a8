"""Erase a chat or a person from every table that names them, or move a chat to a new id."""

from __future__ import annotations

# Children before parents. An update keeps its id and state, or it would count as new and the one
# that asks to erase the chat could not be marked; only its content is deleted. An update that was
# not begun came after that one, and is answered as a newcomer's. Bans and quotas are the operator's
# and stay: nobody can escape a ban by erasing their data.
ERASE_CHAT = (
    "delete from chat_holds where bot = :bot and chat = :chat",
    "delete from button_payloads where bot = :bot and chat = :chat",
    "delete from pending_questions where bot = :bot and (chat = :chat or about_chat = :chat)",
    "delete from outbox_messages where bot = :bot and chat = :chat",
    "delete from receipts where bot = :bot and chat = :chat",
    """
    delete from entry_summaries
    where digest in (select number from digests where bot = :bot and chat = :chat)
    """,
    """
    delete from entries
    where digest in (select number from digests where bot = :bot and chat = :chat)
    """,
    "delete from digests where bot = :bot and chat = :chat",
    "delete from subscriptions where bot = :bot and chat = :chat",
    "delete from chats where bot = :bot and chat = :chat",
    """
    update inbox_updates set chat = 0, error = '', follow_up = '',
        body = case when state = 'pending' then '{"update_id": ' || id || '}' else '' end
    where bot = :bot and chat = :chat and not (state = 'pending' and attempts = 0)
    """,
)
ERASE_PERSON = (
    "delete from saved_papers where bot = :bot and person = :person",
    "delete from pending_questions where bot = :bot and person = :person",
    "delete from people where bot = :bot and person = :person",
    # What they wrote in groups, in updates that failed.
    """
    update inbox_updates set body = '' where bot = :bot and state = 'failed'
        and (instr(body, '"id": ' || :person || ',') > 0
            or instr(body, '"id": ' || :person || '}') > 0)
    """,
)
# Of rows that both chats have, the new chat's stay; the old chat's are then deleted.
MOVE_CHAT = (
    """
    insert into chats (bot, chat, kind, title, language, languages, zone, form, times,
        weekdays, on_quiet_days, silent, full_entries, onboarded, pause_reason, paused_until,
        bounces, last_bounce_day, asked_for_place)
    select bot, :new, 'supergroup', title, language, languages, zone, form, times,
        weekdays, on_quiet_days, silent, full_entries, onboarded, pause_reason, paused_until,
        0, null, asked_for_place
    from chats where bot = :bot and chat = :old
    on conflict do nothing
    """,
    """
    update subscriptions set chat = :new, row_version = row_version + 1
    where bot = :bot and chat = :old and not exists (select 1 from subscriptions s
        where s.bot = :bot and s.chat = :new and s.thread = subscriptions.thread
            and s.query = subscriptions.query)
    """,
    "delete from subscriptions where bot = :bot and chat = :old",
    """
    update digests set chat = :new
    where bot = :bot and chat = :old and not exists (select 1 from digests d
        where d.bot = :bot and d.chat = :new and d.subscription = digests.subscription
            and d.period = digests.period and d.period <> '')
    """,
    # The same period in both chats: both digests stay, the old one without its period.
    "update digests set chat = :new, period = '' where bot = :bot and chat = :old",
    """
    insert into receipts (bot, chat, paper, version, state, digest, position, since)
    select bot, :new, paper, version, state, digest, position, since
    from receipts where bot = :bot and chat = :old
    on conflict do nothing
    """,
    "delete from receipts where bot = :bot and chat = :old",
    # The new chat numbers its messages anew: an edit would change another one, so a reply leaves
    # as a new message.
    """
    update outbox_messages set edited_message_id = 0
    where bot = :bot and chat = :old and priority < 0 and state in ('ready', 'sending')
    """,
    """
    delete from outbox_messages
    where bot = :bot and chat = :old and edited_message_id > 0 and state in ('ready', 'sending')
    """,
    """
    update outbox_messages set chat = :new, message_id = 0
    where bot = :bot and chat = :old and not exists (select 1 from outbox_messages p
        where p.bot = :bot and p.chat = :new and p.period = outbox_messages.period
            and p.part = outbox_messages.part
            and p.fallback_part = outbox_messages.fallback_part
            and p.revision = outbox_messages.revision)
    """,
    # A message for the same period is sent once. Papers that only the old chat's message would have
    # shown are missed, not lost: they are no longer reserved.
    """
    delete from receipts where bot = :bot and chat = :new and state = 'reserved'
        and digest in (select digest from outbox_messages where bot = :bot and chat = :old)
        and exists (select 1 from outbox_messages p
            where p.bot = :bot and p.chat = :old and p.digest = receipts.digest
                and receipts.position between p.first_entry and p.last_entry)
        and not exists (select 1 from outbox_messages p
            where p.bot = :bot and p.chat = :new and p.digest = receipts.digest
                and receipts.position between p.first_entry and p.last_entry
                and p.state in ('ready', 'sending', 'unknown', 'sent'))
    """,
    "delete from outbox_messages where bot = :bot and chat = :old",
    """
    insert into chat_holds (bot, chat, held_until, held_by_telegram_until)
    select bot, :new, held_until, held_by_telegram_until
    from chat_holds where bot = :bot and chat = :old
    on conflict (bot, chat) do update set held_until = excluded.held_until,
        held_by_telegram_until = excluded.held_by_telegram_until
        where excluded.held_until > chat_holds.held_until
    """,
    "delete from chat_holds where bot = :bot and chat = :old",
    # Buttons of the old group's messages cannot be pressed in the new one.
    "delete from button_payloads where bot = :bot and chat = :old",
    "delete from pending_questions where bot = :bot and (chat = :old or about_chat = :old)",
    """
    insert into topic_quotas (bot, chat, quota)
    select bot, :new, quota from topic_quotas where bot = :bot and chat = :old
    on conflict do nothing
    """,
    "delete from topic_quotas where bot = :bot and chat = :old",
    """
    insert into bans (bot, target, created_at, notified)
    select bot, :new, created_at, notified from bans where bot = :bot and target = :old
    on conflict do nothing
    """,
    "delete from bans where bot = :bot and target = :old",
    "update inbox_updates set chat = :new where bot = :bot and chat = :old",
    "delete from chats where bot = :bot and chat = :old",
)
