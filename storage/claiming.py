"""Which parcels may leave now, and who has claimed them.

A claim is a lease with a fence: it may run out, after which another holder claims the parcel
and the former one's settlement is not accepted. What is held back is in nobody's hands.
"""

# ruff: noqa: S608 - only our own words are filled in; every value is a :name

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from storage.columns import micros, seconds
from storage.model import Parcel, Rank
from storage.parcels import parcel_of
from storage.sqlite import Engine, Value

# The first of each chat among those in motion, if it is ready, free and not held back. Answers
# are ordered among themselves, beside the digests: what one of both waits for holds no other. An
# edit of a digest that waits holds no message.
_HEADS = """
    select p.key, p.chat from parcels p
    where p.bot = :bot and p.rank = :rank and p.state = 'ready'
        and p.next_at <= :now and p.lease_until <= :now
        and not exists (select 1 from parcels e
            where e.bot = p.bot and e.chat = p.chat and e.state in ('ready', 'sending')
                and (e.turn, e.piece) < (p.turn, p.piece) and (e.rank < 0) = (p.rank < 0)
                and (e.edits = 0 or p.edits > 0 or e.state = 'sending' or e.lease_until > :now
                    or p.rank < 0))
        and not exists (select 1 from holds h
            where h.bot = p.bot and (h.chat = p.chat or h.chat = 0)
                and case when p.rank < 0 then h.told else h.until end > :now)
    order by p.next_at, p.turn, p.piece limit :limit
"""


def heads(
    engine: Engine,
    bot: int,
    now: datetime,
    limit: int,
    without: Collection[int],
    most_asked: int | None = None,
) -> list[int]:
    """Return the parcels that may leave, by rank and age: of each chat one answer, one other.

    What somebody waits for goes first, but leaves a third to the rest while there is some, and is
    no more than ``most_asked``.
    """
    most = limit if most_asked is None else min(limit, most_asked)
    asked = _first(engine, _ASKED, bot, now, most, without)
    share = max(1, limit - (limit + 2) // 3)
    if len(asked) <= share:
        return asked + _first(engine, _REST, bot, now, limit - len(asked), without)
    rest = _first(engine, _REST, bot, now, limit - share, without)
    return asked[: limit - len(rest)] + rest


_ASKED, _REST = (Rank.ANSWER, Rank.ASKED), (Rank.DUE, Rank.EDIT)


def _first(
    engine: Engine,
    ranks: tuple[Rank, ...],
    bot: int,
    now: datetime,
    limit: int,
    without: Collection[int],
) -> list[int]:
    found: list[int] = []
    for rank in ranks:
        most = limit - len(found) + len(without)
        if len(found) >= limit:
            break
        rows = engine.all(_HEADS, bot=bot, rank=rank, now=micros(now), limit=most)
        found += [row["key"] for row in rows if row["chat"] not in without]
    return found[:limit]


def doubt(engine: Engine, bot: int, now: datetime) -> None:
    """Make ready again, with one more doubt, what was left in the middle of a send."""
    engine.change(
        """
        update parcels set state = 'ready', doubts = doubts + (edits = 0), holder = '',
            lease_until = 0
        where bot = :bot and state = 'sending' and lease_until <= :now
        """,
        bot=bot,
        now=micros(now),
    )


def lease(engine: Engine, key: int, holder: str, now: datetime, lasts: float) -> Parcel:
    """Give a parcel to a holder for some seconds and raise its fence."""
    [row] = engine.changed(
        """
        update parcels set holder = :holder, lease_until = :until, fence = fence + 1
        where key = :key returning *
        """,
        key=key,
        holder=holder,
        until=micros(now) + seconds(lasts),
    )
    return parcel_of(row)


def begin(engine: Engine, parcel: Parcel, now: datetime, within: float, lasts: float) -> bool:
    """Mark that the send begins; False when the lease will not last ``within`` seconds.

    From now on it lasts for as many as the send may take.
    """
    return bool(
        engine.change(
            """
            update parcels set state = 'sending',
                lease_until = case when lease_until < :ends then :ends else lease_until end
            where key = :key and fence = :fence and state = 'ready' and lease_until > :until
                and (expires is null or expires > :now)
            """,
            key=parcel.key,
            fence=parcel.fence,
            until=micros(now) + seconds(within),
            ends=micros(now) + seconds(lasts),
            now=micros(now),
        )
    )


def recover(engine: Engine, bot: int) -> int:
    """Raise the fence of all that is claimed; what was being sent comes back in doubt."""
    with engine.writing():
        engine.change(
            """
            update parcels set holder = '', lease_until = 0, fence = fence + 1
            where bot = :bot and state = 'ready' and holder <> ''
            """,
            bot=bot,
        )
        return engine.change(
            """
            update parcels set state = 'ready', doubts = doubts + (edits = 0), holder = '',
                lease_until = 0, fence = fence + 1
            where bot = :bot and state = 'sending'
            """,
            bot=bot,
        )


def release(engine: Engine, parcel: Parcel) -> bool:
    """Free a parcel that was claimed and is not going to be sent now."""
    return bool(
        engine.change(
            """
            update parcels set holder = '', lease_until = 0
            where key = :key and fence = :fence and state = 'ready'
            """,
            key=parcel.key,
            fence=parcel.fence,
        )
    )


def let_go(engine: Engine, holder: str) -> int:
    """Free what a holder claimed and has not begun to send; return how many."""
    return engine.change(
        """
        update parcels set holder = '', lease_until = 0
        where state = 'ready' and holder = :holder
        """,
        holder=holder,
    )


def hold(engine: Engine, bot: int, chat: int, until: datetime, *, is_told: bool) -> None:
    """Hold a chat back until an instant, or all chats for chat 0; the longer hold counts.

    What Telegram itself told us to wait holds the answers too.
    """
    engine.change(
        """
        insert into holds (bot, chat, until, told) values (:bot, :chat, :until, :told)
        on conflict (bot, chat) do update set
            until = case when excluded.until > holds.until then excluded.until
                else holds.until end,
            told = case when excluded.told > holds.told then excluded.told else holds.told end
            where excluded.until > holds.until or excluded.told > holds.told
        """,
        bot=bot,
        chat=chat,
        until=micros(until),
        told=micros(until) if is_told else 0,
    )


def pull_back(engine: Engine, bot: int, now: datetime, latest: datetime) -> None:
    """Let out what is held or put off beyond an instant; nothing is written where nothing is."""
    values: dict[str, Value] = {"bot": bot, "latest": micros(latest)}
    if engine.one("select 1 from holds where bot = :bot and until > :latest", **values):
        engine.change("delete from holds where bot = :bot and until > :latest", **values)
    late = "bot = :bot and state = 'ready' and next_at > :latest"
    if engine.one(f"select 1 from parcels where {late} limit 1", **values):
        engine.change(f"update parcels set next_at = :now where {late}", now=micros(now), **values)
