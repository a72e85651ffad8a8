"""Parcels that are given up, and brought back: by hand, or with the chat that could not be reached.

What is given up frees its entries in the ledger; what comes back reserves them again, and is
marked as a possible repeat where the chat has seen some of them meanwhile; it stays where it is as
long as another message is bringing some of them. Each change raises the fence: whoever still holds
such a parcel settles nothing.
"""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from datetime import datetime

from storage.columns import micros
from storage.ledger import Ledger
from storage.model import Parcel
from storage.parcels import parcel_of
from storage.sqlite import Engine, Value

BY_HAND = "dropped by hand"
# Every period is meant. Naming it lets SQLite go by the chat, which has few parcels, not by the
# state, which thousands may have.
_OF_CHAT = "bot = :bot and chat = :chat and period >= ''"
# The parcels of a refused one that were put in its place.
_REPLACED = """
    exists (select 1 from parcels p
        where p.bot = parcels.bot and p.chat = parcels.chat
            and p.period = parcels.period and p.part = parcels.part
            and p.revision = parcels.revision and p.piece > parcels.piece)
"""


def retry(engine: Engine, key: int, now: datetime) -> bool:
    """Make a dead, dropped or unknown parcel ready again; False when it is none of these.

    Or when another message is bringing some of its papers.
    """
    which = "key = :key and state in ('dead', 'dropped', 'unknown')"
    return bool(_bring_back(engine, which, now, key=key))


def revive(engine: Engine, bot: int, chat: int, now: datetime) -> int:
    """Make ready again what was dropped with its chat; return how many."""
    which = f"""
        {_OF_CHAT} and state = 'dropped' and error <> :by_hand and edits = 0
        and not {_REPLACED}
    """
    return _bring_back(engine, which, now, bot=bot, chat=chat, by_hand=BY_HAND)


def _bring_back(engine: Engine, which: str, now: datetime, **values: Value) -> int:
    """One after the other: what the first brings, the second does not."""
    with engine.writing():
        # What an answer said is gone.
        rows = engine.all(
            f"select * from parcels where {which} and rank >= 0 order by turn, piece", **values
        )
        return sum(_bring(engine, parcel, now) for parcel in map(parcel_of, rows))


def _bring(engine: Engine, parcel: Parcel, now: datetime) -> bool:
    ledger, of = Ledger(engine), (parcel.digest, parcel.first, parcel.last)
    if ledger.is_bringing(*of):
        return False
    engine.change(
        """
        update parcels set state = 'ready', attempts = 0, next_at = :now, settled = null,
            error = '', fence = fence + 1, doubts = case doubts when 0 then :doubts else doubts end
        where key = :key
        """,
        now=micros(now),
        doubts=int(not parcel.edits and ledger.has_sent(*of)),
        key=parcel.key,
    )
    ledger.reserve(parcel.digest, now=now, first=parcel.first, last=parcel.last)
    return True


def drop(engine: Engine, key: int, now: datetime, reason: str) -> bool:
    """Give a waiting or dead parcel up; False when it is neither."""
    which = "key = :key and state in ('ready', 'dead', 'unknown')"
    return bool(_give_up(engine, which, now, reason, key=key))


def withdraw(engine: Engine, bot: int, chat: int, now: datetime, reason: str) -> int:
    """Give up all that waits for a chat; return how many."""
    which = f"{_OF_CHAT} and state = 'ready'"
    return _give_up(engine, which, now, reason, bot=bot, chat=chat)


def _give_up(engine: Engine, which: str, now: datetime, reason: str, **values: Value) -> int:
    with engine.writing():
        rows = engine.changed(
            f"""
            update parcels set state = 'dropped', settled = :now, error = :reason, content = null,
                holder = '', lease_until = 0, fence = fence + 1
            where {which} returning *
            """,
            now=micros(now),
            reason=reason,
            **values,
        )
        for parcel in map(parcel_of, rows):
            Ledger(engine).release(parcel.digest, parcel.first, parcel.last)
    return len(rows)
