"""All tables that name a chat or a person: what to delete, and what to hand over."""

from __future__ import annotations

from storage.engine.sqlite import Engine

# Children before parents. An update keeps its id and state, or it would be taken for new and
# the one that asks to be forgotten could not be marked; its row then says nothing. Bans and
# allowances are the operator's and stay: nobody may shed a ruling by being forgotten.
_ERASE_CHAT = (
    "delete from holds where bot = :bot and chat = :chat",
    "delete from drafts where bot = :bot and chat = :chat",
    "delete from asks where bot = :bot and (chat = :chat or about = :chat)",
    "delete from parcels where bot = :bot and chat = :chat",
    "delete from ledger where bot = :bot and chat = :chat",
    """
    delete from entry_glosses
    where digest in (select number from digests where bot = :bot and chat = :chat)
    """,
    """
    delete from entries
    where digest in (select number from digests where bot = :bot and chat = :chat)
    """,
    "delete from digests where bot = :bot and chat = :chat",
    "delete from subscriptions where bot = :bot and chat = :chat",
    "delete from subscribers where bot = :bot and chat = :chat",
    """
    update updates set chat = 0, error = '', errand = '',
        body = case when state = 'pending' then '{"update_id": ' || id || '}' else '' end
    where bot = :bot and chat = :chat
    """,
)
_ERASE_PERSON = (
    "delete from library where bot = :bot and person = :person",
    "delete from asks where bot = :bot and person = :person",
    "delete from people where bot = :bot and person = :person",
    # What they said in groups and was set aside when it could not be answered.
    """
    update updates set body = '' where bot = :bot and state = 'failed'
        and (instr(body, '"id": ' || :person || ',') > 0
            or instr(body, '"id": ' || :person || '}') > 0)
    """,
)
# Rows that both chats have stay with the new one; the old one's are then deleted.
_MOVE_CHAT = (
    """
    insert into subscribers (bot, chat, kind, title, language, languages, zone, form, times,
        weekdays, quiet, silent, "full", settled, paused, paused_until, bounces, bounced)
    select bot, :new, 'supergroup', title, language, languages, zone, form, times,
        weekdays, quiet, silent, "full", settled, paused, paused_until, 0, null
    from subscribers where bot = :bot and chat = :old
    on conflict do nothing
    """,
    """
    update subscriptions set chat = :new, fence = fence + 1
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
    # The same occasion in both chats: both digests stay, the old one without its occasion.
    "update digests set chat = :new, period = '' where bot = :bot and chat = :old",
    """
    insert into ledger (bot, chat, paper, version, state, digest, place, since)
    select bot, :new, paper, version, state, digest, place, since
    from ledger where bot = :bot and chat = :old
    on conflict do nothing
    """,
    "delete from ledger where bot = :bot and chat = :old",
    # The new chat counts its messages anew: an edit would change another one, and an answer is
    # given as a new message.
    """
    update parcels set edits = 0
    where bot = :bot and chat = :old and rank < 0 and state in ('ready', 'sending')
    """,
    """
    delete from parcels
    where bot = :bot and chat = :old and edits > 0 and state in ('ready', 'sending')
    """,
    """
    update parcels set chat = :new, message = 0
    where bot = :bot and chat = :old and not exists (select 1 from parcels p
        where p.bot = :bot and p.chat = :new and p.period = parcels.period
            and p.part = parcels.part and p.piece = parcels.piece
            and p.revision = parcels.revision)
    """,
    # A message of the same occasion is told once. What only the old chat's would have shown is
    # missed, not lost: it is no longer reserved.
    """
    delete from ledger where bot = :bot and chat = :new and state = 'reserved'
        and digest in (select digest from parcels where bot = :bot and chat = :old)
        and exists (select 1 from parcels p
            where p.bot = :bot and p.chat = :old and p.digest = ledger.digest
                and ledger.place between p."first" and p."last")
        and not exists (select 1 from parcels p
            where p.bot = :bot and p.chat = :new and p.digest = ledger.digest
                and ledger.place between p."first" and p."last"
                and p.state in ('ready', 'sending', 'unknown', 'sent'))
    """,
    "delete from parcels where bot = :bot and chat = :old",
    """
    insert into holds (bot, chat, until, told)
    select bot, :new, until, told from holds where bot = :bot and chat = :old
    on conflict (bot, chat) do update set until = excluded.until, told = excluded.told
        where excluded.until > holds.until
    """,
    "delete from holds where bot = :bot and chat = :old",
    # Buttons of the old group's messages cannot be pressed in the new one.
    "delete from drafts where bot = :bot and chat = :old",
    "delete from asks where bot = :bot and (chat = :old or about = :old)",
    """
    insert into allowances (bot, chat, topics)
    select bot, :new, topics from allowances where bot = :bot and chat = :old
    on conflict do nothing
    """,
    "delete from allowances where bot = :bot and chat = :old",
    """
    insert into bans (bot, who, made, told)
    select bot, :new, made, told from bans where bot = :bot and who = :old
    on conflict do nothing
    """,
    "delete from bans where bot = :bot and who = :old",
    "update updates set chat = :new where bot = :bot and chat = :old",
    "delete from subscribers where bot = :bot and chat = :old",
)


def erase_chat(engine: Engine, bot: int, chat: int) -> None:
    """Delete every row that names the chat, in one transaction."""
    with engine.ensure_transaction():
        for statement in _ERASE_CHAT:
            engine.execute(statement, bot=bot, chat=chat)


def erase_person(engine: Engine, bot: int, person: int) -> None:
    """Delete every row that names the person, in one transaction."""
    with engine.ensure_transaction():
        for statement in _ERASE_PERSON:
            engine.execute(statement, bot=bot, person=person)


def move_chat(engine: Engine, bot: int, old_chat: int, new_chat: int) -> None:
    """Hand everything of one chat to another, in one transaction; a repeat changes nothing."""
    if old_chat == new_chat:
        return
    with engine.ensure_transaction():
        for statement in _MOVE_CHAT:
            values = {"bot": bot, "old": old_chat, "new": new_chat}
            used_values = {name: value for name, value in values.items() if f":{name}" in statement}
            engine.execute(statement, **used_values)
