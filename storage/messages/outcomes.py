"""What an outcome does to a parcel, its chat and the ledger, all in one transaction.

Every change asks for the fence of the claim it belongs to, so a former holder changes
nothing once another has claimed the parcel.
"""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.chats.erase_chat import move_chat
from storage.digests.receipts import Ledger
from storage.engine.column_types import micros, seconds
from storage.engine.sqlite import Engine
from storage.messages import outbox_answers, outbox_rows
from storage.records import Gone, Later, Moved, Parcel, Rank, Refused, Sent, Unknown

_FREE = "holder = '', lease_until = 0"
_MINE = "key = :key and fence = :fence and state in ('ready', 'sending')"


def sent(engine: Engine, parcel: Parcel, outcome: Sent, now: datetime) -> bool:
    """Keep the message's id, empty the payload, count the entries as received."""
    taken = engine.change(
        f"""
        update parcels set state = 'sent', message = :message, error = '', notice = null,
            content = null, settled = :now, {_FREE}
        where {_MINE}
        """,
        message=outcome.message,
        now=micros(now),
        key=parcel.key,
        fence=parcel.fence,
    )
    if taken:
        if parcel.rank is Rank.ANSWER:
            outbox_answers.forget_stranger(engine, parcel.key)
        else:
            Ledger(engine).deliver(parcel.digest, parcel.first, parcel.last, now=now)
        engine.change(
            """
            update subscribers set bounces = 0, bounced = null
            where bot = :bot and chat = :chat and bounces > 0
            """,
            bot=parcel.bot,
            chat=parcel.chat,
        )
    return bool(taken)


def later(engine: Engine, parcel: Parcel, outcome: Later, now: datetime) -> bool:
    """Make the parcel ready again after a while, counting the attempt where it counts."""
    return bool(
        engine.change(
            f"""
            update parcels set state = 'ready', next_at = :next_at, error = :reason,
                attempts = attempts + :counted, {_FREE}
            where {_MINE}
            """,
            next_at=micros(now) + seconds(outcome.seconds),
            reason=outcome.reason,
            counted=int(outcome.counted),
            key=parcel.key,
            fence=parcel.fence,
        )
    )


def unknown(
    engine: Engine, parcel: Parcel, outcome: Unknown, now: datetime, *, resend: bool, wait: float
) -> bool:
    """Count the doubt; send once more, or keep it visible and its entries as received.

    An answer is not kept: it says nothing to who looks at it later.
    """
    ended = "dropped" if parcel.rank is Rank.ANSWER else "unknown"
    taken = engine.change(
        f"""
        update parcels set state = :state, doubts = doubts + 1, attempts = attempts + 1,
            next_at = :next_at, settled = :settled, error = :reason,
            content = case when :resend then content else null end, {_FREE}
        where {_MINE}
        """,
        state="ready" if resend else ended,
        settled=None if resend else micros(now),
        next_at=micros(now) + seconds(wait),
        resend=int(resend),
        reason=outcome.reason,
        key=parcel.key,
        fence=parcel.fence,
    )
    if taken and not resend:
        Ledger(engine).deliver(parcel.digest, parcel.first, parcel.last, now=now)
        outbox_answers.forget_stranger(engine, parcel.key)
    return bool(taken)


def moved(engine: Engine, parcel: Parcel, outcome: Moved, now: datetime) -> bool:
    """Make the parcel ready at once and give everything of its chat to the new id."""
    taken = later(engine, parcel, Later(0, parcel.error, counted=False), now)
    if taken:
        move_chat(engine, parcel.bot, parcel.chat, outcome.chat)
    return taken


def gone(engine: Engine, parcel: Parcel, outcome: Gone, now: datetime) -> bool:
    """Pause the chat, drop what waits for it and free the entries nobody will see."""
    if not _close(engine, parcel, "dropped", outcome.reason, now):
        return False
    engine.change(
        """
        update subscribers set paused = :reason, paused_until = null
        where bot = :bot and chat = :chat and paused = ''
        """,
        reason=outcome.reason,
        bot=parcel.bot,
        chat=parcel.chat,
    )
    dropped = engine.changed(
        f"""
        update parcels set state = 'dropped', error = :reason, settled = :now, content = null,
            {_FREE}
        where bot = :bot and chat = :chat and state in ('ready', 'sending')
        returning *
        """,
        reason=outcome.reason,
        now=micros(now),
        bot=parcel.bot,
        chat=parcel.chat,
    )
    for one in (parcel, *map(outbox_rows.parcel_of, dropped)):
        Ledger(engine).release(one.digest, one.first, one.last)
        outbox_answers.forget_stranger(engine, one.key)
    return True


def refused(
    engine: Engine, parcel: Parcel, outcome: Refused, now: datetime, instead: Sequence[Parcel]
) -> bool:
    """Put other parcels in its place and turn, or keep it as a dead letter and free its entries.

    An edit is given up: what it would have changed has been delivered. So is an answer.
    """
    row = engine.one("select turn from parcels where key = :key", key=parcel.key)
    state = "dropped" if parcel.edits or parcel.rank is Rank.ANSWER else "dead"
    if row is None or not _close(engine, parcel, state, outcome.reason, now):
        return False
    if sum(outbox_rows.put(engine, one, now, turn=row["turn"]) for one in instead):
        engine.change("update parcels set state = 'dropped' where key = :key", key=parcel.key)
    Ledger(engine).release(parcel.digest, parcel.first, parcel.last)
    outbox_answers.forget_stranger(engine, parcel.key)
    return True


def _close(engine: Engine, parcel: Parcel, state: str, reason: str, now: datetime) -> bool:
    return bool(
        engine.change(
            f"""
            update parcels set state = :state, error = :reason, settled = :now, content = null,
                {_FREE}
            where {_MINE}
            """,
            state=state,
            reason=reason,
            now=micros(now),
            key=parcel.key,
            fence=parcel.fence,
        )
    )
