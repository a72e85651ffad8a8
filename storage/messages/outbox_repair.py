"""Messages that are given up and brought back, and what an operator asks about the outbox.

What is given up frees its entries in the ledger; what comes back reserves them again, and is
marked as a possible repeat where the chat has seen some of them meanwhile; it stays where it is as
long as another message is bringing some of them. Each change raises the fence: whoever still holds
such a parcel settles nothing.
"""

from __future__ import annotations

from datetime import datetime

from storage.digests.receipts import Ledger
from storage.engine.column_types import instant_or_none, micros
from storage.engine.sqlite import Engine, Value
from storage.messages.outbox_rows import parcel_of
from storage.records import Parcel, ParcelState

# ruff: noqa: S608 - only our own words are filled in; every value is a :name


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


def get(engine: Engine, key: int) -> Parcel | None:
    """Return a parcel by its key."""
    row = engine.one("select * from parcels where key = :key", key=key)
    return None if row is None else parcel_of(row)


def of_digest(engine: Engine, digest: int) -> list[Parcel]:
    """Return the parcels of a digest in their order."""
    rows = engine.all(
        "select * from parcels where digest = :digest order by turn, piece", digest=digest
    )
    return [parcel_of(row) for row in rows]


def bots(engine: Engine) -> list[int]:
    """Return the bots that have parcels; each is found by the index, not among all rows."""
    found: list[int] = []
    while True:
        rows = engine.all(
            "select min(bot) as bot from parcels where bot > :last", last=found[-1] if found else -1
        )
        if rows[0]["bot"] is None:
            return found
        found.append(int(rows[0]["bot"]))


def counts(engine: Engine, bot: int) -> dict[ParcelState, int]:
    """Count a bot's parcels by state, absent states as 0."""
    rows = engine.all(
        "select state, count(*) as n from parcels where bot = :bot group by state", bot=bot
    )
    found = {ParcelState(row["state"]): int(row["n"]) for row in rows}
    return {state: found.get(state, 0) for state in ParcelState}


def doubts(engine: Engine, bot: int) -> int:
    """Count the sends whose outcome nobody knows."""
    row = engine.one("select coalesce(sum(doubts), 0) as n from parcels where bot = :bot", bot=bot)
    return int(row["n"]) if row else 0


def in_state(engine: Engine, bot: int, state: ParcelState, limit: int) -> list[Parcel]:
    """Return a bot's parcels in a state, those first that came to it first."""
    rows = engine.all(
        """
        select * from parcels where bot = :bot and state = :state
        order by settled, key limit :limit
        """,
        bot=bot,
        state=state,
        limit=limit,
    )
    return [parcel_of(row) for row in rows]


def oldest_due(engine: Engine, bot: int, now: datetime) -> datetime | None:
    """Return since when the longest waiting parcel could have left."""
    row = engine.one(
        """
        select min(next_at) as next_at from parcels
        where bot = :bot and state = 'ready' and next_at between 1 and :now
        """,
        bot=bot,
        now=micros(now),
    )
    return instant_or_none(row["next_at"]) if row else None


def retire(engine: Engine, bot: int, state: ParcelState, before: datetime, limit: int) -> int:
    """Delete the parcels of a state that were settled first, if before an instant."""
    return engine.change(
        """
        delete from parcels where key in (select key from parcels
            where bot = :bot and state = :state and settled < :before
            order by settled, key limit :limit)
        """,
        bot=bot,
        state=state,
        before=micros(before),
        limit=limit,
    )
