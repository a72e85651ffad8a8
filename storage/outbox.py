"""The outbox: parcels put once, claimed under a lease, settled with an outcome.

Ready parcels of a chat leave in the order they were queued, one claim at a time, and the
chats take turns. A claim is a lease with a fence: it may run out, after which another
holder claims the parcel and the former one's settlement is not accepted. ``sending`` is
committed before each send; a parcel found in it after its lease is in doubt.
"""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from storage import parcels, redress, settling
from storage.columns import instant_or_none, micros, seconds
from storage.model import (
    Gone,
    Later,
    Moved,
    Outcome,
    Parcel,
    ParcelState,
    Rank,
    Refused,
    Sent,
    Unknown,
)
from storage.parcels import parcel_of
from storage.sqlite import Engine, Value

# The first of each chat among those in motion, if it is ready, free and not held back. An edit
# that waits holds no message.
_HEADS = """
    select p.key, p.chat from parcels p
    where p.bot = :bot and p.rank = :rank and p.state = 'ready'
        and p.next_at <= :now and p.lease_until <= :now
        and not exists (select 1 from parcels e
            where e.bot = p.bot and e.chat = p.chat and e.state in ('ready', 'sending')
                and (e.turn, e.piece) < (p.turn, p.piece)
                and (e.edits = 0 or p.edits > 0 or e.state = 'sending' or e.lease_until > :now))
        and not exists (select 1 from holds h
            where h.bot = p.bot and h.until > :now and (h.chat = p.chat or h.chat = 0))
    order by p.next_at, p.turn, p.piece limit :limit
"""


class Outbox:
    """Every message from the moment it is issued until its outcome is known."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put_once(self, parcel: Parcel, *, due: datetime | None = None) -> bool:
        """Queue a parcel; False when this bot, chat, period, part and piece was queued before.

        Without ``due`` it may leave at once, and waits since its digest was issued.
        """
        return parcels.put(self._engine, parcel, due)

    def claim(
        self,
        bot: int,
        holder: str,
        now: datetime,
        lasts: float,
        limit: int = 1,
        *,
        without: Collection[int] = (),
    ) -> list[Parcel]:
        """Lease parcels to a holder for some seconds, at most one a chat, by rank and age.

        ``without`` names chats to pass over. What another left in ``sending`` when its lease
        ran out comes back with one more doubt.
        """
        with self._engine.writing():
            self._doubt(bot, now)
            free = self._heads(bot, now, limit, without)
            return [self._lease(key, holder, now, lasts) for key in free]

    def _heads(self, bot: int, now: datetime, limit: int, without: Collection[int]) -> list[int]:
        found: list[int] = []
        for rank in Rank:
            most = limit - len(found) + len(without)
            heads = self._engine.all(_HEADS, bot=bot, rank=rank, now=micros(now), limit=most)
            found += [row["key"] for row in heads if row["chat"] not in without]
            if len(found) >= limit:
                break
        return found[:limit]

    def _doubt(self, bot: int, now: datetime) -> None:
        self._engine.change(
            """
            update parcels set state = 'ready', doubts = doubts + (edits = 0), holder = '',
                lease_until = 0
            where bot = :bot and state = 'sending' and lease_until <= :now
            """,
            bot=bot,
            now=micros(now),
        )

    def _lease(self, key: int, holder: str, now: datetime, lasts: float) -> Parcel:
        [row] = self._engine.changed(
            """
            update parcels set holder = :holder, lease_until = :until, fence = fence + 1
            where key = :key returning *
            """,
            key=key,
            holder=holder,
            until=micros(now) + seconds(lasts),
        )
        return parcel_of(row)

    def begin(self, parcel: Parcel, now: datetime, *, within: float = 0.0) -> bool:
        """Commit that the send begins; False when the lease will not last that many seconds."""
        return bool(
            self._engine.change(
                """
                update parcels set state = 'sending'
                where key = :key and fence = :fence and state = 'ready' and lease_until > :until
                """,
                key=parcel.key,
                fence=parcel.fence,
                until=micros(now) + seconds(within),
            )
        )

    def settle(
        self,
        parcel: Parcel,
        outcome: Outcome,
        now: datetime,
        *,
        resend: bool = True,
        instead: Sequence[Parcel] = (),
    ) -> bool:
        """Record what came of a send; False when another holder has claimed the parcel since.

        ``resend`` is the policy for an unknown outcome: once more, or never. ``instead`` are
        the parcels that take the place of a refused one.
        """
        with self._engine.writing():
            match outcome:
                case Sent():
                    return settling.sent(self._engine, parcel, outcome, now)
                case Later():
                    return settling.later(self._engine, parcel, outcome, now)
                case Unknown():
                    return settling.unknown(self._engine, parcel, outcome, now, resend=resend)
                case Moved():
                    return settling.moved(self._engine, parcel, outcome, now)
                case Gone():
                    return settling.gone(self._engine, parcel, outcome, now)
                case Refused():
                    return settling.refused(self._engine, parcel, outcome, now, instead)

    def hold(self, bot: int, chat: int, until: datetime) -> None:
        """Let nothing out to a chat before an instant; chat 0 holds every chat of the bot."""
        self._engine.change(
            """
            insert into holds (bot, chat, until) values (:bot, :chat, :until)
            on conflict (bot, chat) do update set until = excluded.until
                where excluded.until > holds.until
            """,
            bot=bot,
            chat=chat,
            until=micros(until),
        )

    def pull_back(self, bot: int, now: datetime, latest: datetime) -> None:
        """Let out what is held or put off beyond an instant: a clock that was ahead did it."""
        values: dict[str, Value] = {"bot": bot, "latest": micros(latest)}
        if self._engine.one("select 1 from holds where bot = :bot and until > :latest", **values):
            self._engine.change("delete from holds where bot = :bot and until > :latest", **values)
        late = "bot = :bot and state = 'ready' and next_at > :latest"
        if self._engine.one(f"select 1 from parcels where {late} limit 1", **values):
            self._engine.change(
                f"update parcels set next_at = :now where {late}", now=micros(now), **values
            )

    def recover(self, bot: int) -> int:
        """Take over what a former sender left: what it was sending comes back in doubt.

        For the one process that has the duty of sending. What a former holder settles is no
        longer accepted, but for a parcel that had come back in doubt before and was not
        claimed since: late word that it arrived is welcome there, it spares the repeat.
        """
        with self._engine.writing():
            self._engine.change(
                """
                update parcels set holder = '', lease_until = 0, fence = fence + 1
                where bot = :bot and state = 'ready' and holder <> ''
                """,
                bot=bot,
            )
            return self._engine.change(
                """
                update parcels set state = 'ready', doubts = doubts + (edits = 0), holder = '',
                    lease_until = 0, fence = fence + 1
                where bot = :bot and state = 'sending'
                """,
                bot=bot,
            )

    def let_go(self, holder: str) -> int:
        """Free the parcels a holder claimed and has not begun to send, as it stops."""
        return self._engine.change(
            """
            update parcels set holder = '', lease_until = 0
            where state = 'ready' and holder = :holder
            """,
            holder=holder,
        )

    def get(self, key: int) -> Parcel | None:
        """Return a parcel by its key."""
        row = self._engine.one("select * from parcels where key = :key", key=key)
        return None if row is None else parcel_of(row)

    def of_digest(self, digest: int) -> list[Parcel]:
        """Return the parcels of a digest in their order."""
        rows = self._engine.all(
            "select * from parcels where digest = :digest order by turn, piece", digest=digest
        )
        return [parcel_of(row) for row in rows]

    def counts(self, bot: int) -> dict[ParcelState, int]:
        """Count a bot's parcels by state, absent states as 0."""
        rows = self._engine.all(
            "select state, count(*) as n from parcels where bot = :bot group by state", bot=bot
        )
        found = {ParcelState(row["state"]): int(row["n"]) for row in rows}
        return {state: found.get(state, 0) for state in ParcelState}

    def doubts(self, bot: int) -> int:
        """Count the sends whose outcome nobody knows: each may have become a repeat."""
        row = self._engine.one(
            "select coalesce(sum(doubts), 0) as n from parcels where bot = :bot", bot=bot
        )
        return int(row["n"]) if row else 0

    def in_state(self, bot: int, state: ParcelState, limit: int = 100) -> list[Parcel]:
        """Return a bot's parcels in a state, the oldest first."""
        rows = self._engine.all(
            """
            select * from parcels where bot = :bot and state = :state order by key limit :limit
            """,
            bot=bot,
            state=state,
            limit=limit,
        )
        return [parcel_of(row) for row in rows]

    def retry(self, key: int, *, now: datetime) -> bool:
        """Make a dead, dropped or unknown parcel ready again; False when it is none of these."""
        return redress.retry(self._engine, key, now)

    def revive(self, bot: int, chat: int, *, now: datetime) -> int:
        """Make ready again what was dropped when a chat could not be reached; return how many.

        What was dropped by hand, or replaced by a simpler form, stays dropped.
        """
        return redress.revive(self._engine, bot, chat, now)

    def withdraw(self, bot: int, chat: int, *, now: datetime, reason: str) -> int:
        """Give up all that waits for a chat and free its entries; return how many."""
        return redress.withdraw(self._engine, bot, chat, now, reason)

    def drop(self, key: int, *, now: datetime, reason: str = redress.BY_HAND) -> bool:
        """Give a waiting or dead parcel up and free its entries; False when it is neither."""
        return redress.drop(self._engine, key, now, reason)

    def oldest_due(self, bot: int, now: datetime) -> datetime | None:
        """Return since when the longest waiting parcel could have left."""
        row = self._engine.one(
            """
            select min(next_at) as next_at from parcels
            where bot = :bot and state = 'ready' and next_at between 1 and :now
            """,
            bot=bot,
            now=micros(now),
        )
        return instant_or_none(row["next_at"]) if row else None

    def retire(self, bot: int, before: datetime, limit: int = 1000) -> int:
        """Delete some parcels that were sent or dropped before an instant; return how many.

        The oldest of each state tells whether there is any: most days nothing is read but that.
        """
        with self._engine.writing():
            return sum(self._retire(bot, state, before, limit) for state in ("sent", "dropped"))

    def _retire(self, bot: int, state: str, before: datetime, limit: int) -> int:
        oldest = self._engine.one(
            "select settled from parcels where bot = :bot and state = :state order by key limit 1",
            bot=bot,
            state=state,
        )
        if oldest is None or oldest["settled"] >= micros(before):
            return 0
        return self._engine.change(
            """
            delete from parcels where key in (select key from parcels
                where bot = :bot and state = :state and settled < :before
                order by key limit :limit)
            """,
            bot=bot,
            state=state,
            before=micros(before),
            limit=limit,
        )
