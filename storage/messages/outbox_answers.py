"""Answers in the outbox: queued with the update they belong to, replaced, and dropped when stale.

They are parcels of a rank of their own: ordered among themselves within a chat, and beside its
digests. Their content is emptied when they are settled, and of a chat that is not known (any more)
nothing is left behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.engine.column_types import micros, seconds
from storage.engine.sqlite import Engine, Value
from storage.messages import outbox_rows
from storage.records import Parcel, Rank

STALE = "nobody waits for it any more"
REPLACED = "replaced by a later one"


def put(
    engine: Engine, answers: Sequence[Parcel], now: datetime, holder: str, lasts: float
) -> list[Parcel]:
    """Queue the answers to one update in their order, and lease them to a holder.

    Return the leased ones; none where an earlier answer to the chat, or Telegram's word to wait,
    goes first. An edit replaces a waiting one of the same message.
    """
    first = answers[0]
    for answer in answers:
        if answer.edits:
            _replace(engine, answer, now)
    is_first = not is_waiting(engine, first.bot, first.chat)
    is_free = not is_held(engine, first.bot, first.chat, now)
    for answer in answers:
        outbox_rows.put(engine, answer, now)
    if not (is_first and is_free):
        return []
    rows = engine.changed(
        """
        update parcels set holder = :holder, lease_until = :until, fence = fence + 1
        where bot = :bot and chat = :chat and period = :period
        returning *
        """,
        holder=holder,
        until=micros(now) + seconds(lasts),
        bot=first.bot,
        chat=first.chat,
        period=first.period,
    )
    return sorted(map(outbox_rows.parcel_of, rows), key=lambda one: one.part)


def is_waiting(engine: Engine, bot: int, chat: int) -> bool:
    """Whether an answer to a chat has not left yet."""
    row = engine.one(
        """
        select 1 from parcels
        where bot = :bot and chat = :chat and rank = :rank and state in ('ready', 'sending')
        limit 1
        """,
        bot=bot,
        chat=chat,
        rank=Rank.ANSWER,
    )
    return row is not None


def is_held(engine: Engine, bot: int, chat: int, now: datetime) -> bool:
    """Whether Telegram told us to wait, for this chat or for all of them."""
    row = engine.one(
        "select 1 from holds where bot = :bot and told > :now and (chat = :chat or chat = 0)",
        bot=bot,
        chat=chat,
        now=micros(now),
    )
    return row is not None


def expire(engine: Engine, bot: int, now: datetime) -> None:
    """Drop the answers that nobody waits for any more and nobody is about to send."""
    _drop(engine, "expires <= :now and lease_until <= :now", now, STALE, bot=bot)


def _replace(engine: Engine, answer: Parcel, now: datetime) -> None:
    which = "chat = :chat and edits = :edits"
    values = {"bot": answer.bot, "chat": answer.chat, "edits": answer.edits}
    _drop(engine, which, now, REPLACED, **values)


def drop_following(engine: Engine, answer: Parcel, last: int, now: datetime) -> None:
    """Drop the messages of the same answer behind a part, up to a last one."""
    which = "chat = :chat and period = :period and part > :part and part <= :last"
    _drop(
        engine,
        which,
        now,
        REPLACED,
        bot=answer.bot,
        chat=answer.chat,
        period=answer.period,
        part=answer.part,
        last=last,
    )


def _drop(engine: Engine, which: str, now: datetime, reason: str, **values: Value) -> None:
    rows = engine.changed(
        f"""
        update parcels set state = 'dropped', error = :reason, settled = :now, content = null,
            holder = '', lease_until = 0, fence = fence + 1
        where bot = :bot and rank = {Rank.ANSWER:d} and state = 'ready' and {which}
        returning key
        """,  # noqa: S608 - only our own words are filled in; every value is a :name
        reason=reason,
        now=micros(now),
        **values,
    )
    for row in rows:
        forget_stranger(engine, row["key"])


def forget_stranger(engine: Engine, key: int) -> None:
    """Delete a settled answer, and what holds it back, of a chat that the store does not know."""
    rows = engine.changed(
        """
        delete from parcels
        where key = :key and rank < 0 and state not in ('ready', 'sending')
            and not exists (select 1 from subscribers s
                where s.bot = parcels.bot and s.chat = parcels.chat)
        returning bot, chat
        """,
        key=key,
    )
    for row in rows:
        engine.change(
            "delete from holds where bot = :bot and chat = :chat", bot=row["bot"], chat=row["chat"]
        )


def stale_since(engine: Engine, bot: int, since: datetime) -> int:
    """Count the answers that were dropped since an instant because they were late."""
    row = engine.one(
        """
        select count(*) as n from parcels
        where bot = :bot and rank < 0 and settled >= :since and state = 'dropped'
            and error = :reason
        """,
        bot=bot,
        since=micros(since),
        reason=STALE,
    )
    return int(row["n"]) if row else 0


def retire(engine: Engine, bot: int, before: datetime, limit: int, sent: bool) -> int:
    """Delete some answers that were settled before an instant, or only those that were sent."""
    return engine.change(
        """
        delete from parcels where key in (select key from parcels
            where bot = :bot and rank < 0 and settled < :before and (:sent = 0 or state = 'sent')
            order by settled limit :limit)
        """,
        bot=bot,
        before=micros(before),
        limit=limit,
        sent=int(sent),
    )
