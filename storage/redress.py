"""Parcels that are given up, and brought back: by hand, or with the chat that could not be reached.

What is given up frees its entries in the ledger; what comes back reserves them again, and is
marked as a possible repeat where the chat has seen some of them meanwhile. Each change raises the
fence: whoever still holds such a parcel settles nothing.
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
    """Make a dead, dropped or unknown parcel ready again; False when it is none of these."""
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
    with engine.writing():
        rows = engine.changed(
            f"""
            update parcels set state = 'ready', attempts = 0, next_at = :now, settled = null,
                error = '', fence = fence + 1
            where {which} returning *
            """,
            now=micros(now),
            **values,
        )
        for parcel in map(parcel_of, rows):
            _reserve(engine, parcel, now)
    return len(rows)


def _reserve(engine: Engine, parcel: Parcel, now: datetime) -> None:
    ledger = Ledger(engine)
    if ledger.has(parcel.digest, parcel.first, parcel.last):
        engine.change(
            "update parcels set doubts = doubts + 1 where key = :key and edits = 0 and doubts = 0",
            key=parcel.key,
        )
    ledger.reserve(parcel.digest, now=now, first=parcel.first, last=parcel.last)


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
            update parcels set state = 'dropped', settled = :now, error = :reason,
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
