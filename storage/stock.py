"""What lies in the outbox: looked at, counted, and thinned out when it is old."""

from __future__ import annotations

from datetime import datetime

from storage.columns import instant_or_none, micros
from storage.model import Parcel, ParcelState
from storage.parcels import parcel_of
from storage.sqlite import Engine


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
