"""Does the outbox move? The few figures that tell, cheap enough to ask for every few minutes."""

from __future__ import annotations

from datetime import datetime

from storage.columns import instant_or_none, micros
from storage.sqlite import Engine

# A chat's later parcels wait for its first one, so only the first of each chat can be late;
# one that was held back or is to be tried again later is not.
_OLDEST = """
    select min(p.next_at) as next_at from parcels p
    where p.bot = :bot and p.state = 'ready' and p.next_at between 1 and :now
        and not exists (select 1 from parcels e
            where e.bot = p.bot and e.chat = p.chat and e.state in ('ready', 'sending')
                and (e.turn, e.piece) < (p.turn, p.piece) and (e.rank < 0) = (p.rank < 0)
                and (e.edits = 0 or p.edits > 0 or e.state = 'sending' or e.lease_until > :now
                    or p.rank < 0))
        and not exists (select 1 from holds h
            where h.bot = p.bot and h.chat = p.chat
                and case when p.rank < 0 then h.told else h.until end > :now)
"""


class Vitals:
    """Signs of life of one bot's deliveries."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def waiting_since(self, bot: int, now: datetime) -> datetime | None:
        """Return since when the parcel that could leave first waits for somebody to send it."""
        row = self._engine.one(_OLDEST, bot=bot, now=micros(now))
        return instant_or_none(row["next_at"]) if row else None

    def last_sent(self, bot: int) -> datetime | None:
        """Return when a message left last that was no answer: those leave on another way."""
        row = self._engine.one(
            """
            select max(settled) as settled from parcels
            where bot = :bot and state = 'sent' and rank >= 0
            """,
            bot=bot,
        )
        return instant_or_none(row["settled"]) if row else None

    def died_since(self, bot: int, since: datetime) -> int:
        """Count the parcels that were given up since an instant."""
        row = self._engine.one(
            """
            select count(*) as n from parcels
            where bot = :bot and state = 'dead' and settled >= :since
            """,
            bot=bot,
            since=micros(since),
        )
        return int(row["n"]) if row else 0
