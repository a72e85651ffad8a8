"""The outbox: which messages may leave now, who has claimed them, and what came of them.

A claim is a lease with a fence: it may run out, after which another holder claims the message
and the former one's settlement is not accepted. What is held back is in nobody's hands.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from storage.engine.column_types import micros, seconds
from storage.engine.sqlite import Engine, Value
from storage.messages import outbox_answers, outbox_repair, outbox_rows, outcomes
from storage.messages.outbox_rows import parcel_of
from storage.records import (
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

# ruff: noqa: S608 - only our own words are filled in; every value is a :name


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


_OVER = (ParcelState.SENT, ParcelState.DROPPED)  # nobody will ask for these again


class Outbox:
    """Every message from the moment it is issued until its outcome is known."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put_once(self, parcel: Parcel, *, due: datetime | None = None) -> bool:
        """Queue a parcel; False when this bot, chat, period, part and piece was queued before.

        Without ``due`` it may leave at once, and waits since its digest was issued.
        """
        return outbox_rows.put(self._engine, parcel, due)

    def answer(
        self, answers: Sequence[Parcel], *, now: datetime, holder: str, lasts: float
    ) -> list[Parcel]:
        """Queue the answers to an update, in the transaction that applies it.

        Return them leased to a holder for some seconds, to be sent at once in their order; none
        where an earlier answer to the chat, or Telegram's word to wait, goes first.
        """
        return outbox_answers.put(self._engine, answers, now, holder, lasts)

    def is_answering(self, bot: int, chat: int) -> bool:
        """Whether an answer to a chat, or a file for it, has not left yet."""
        return outbox_answers.is_waiting(self._engine, bot, chat)

    def drop_following(self, answer: Parcel, last: int, *, now: datetime) -> None:
        """Drop the messages of the same answer behind this one, up to a last part."""
        outbox_answers.drop_following(self._engine, answer, last, now)

    def stale_answers(self, bot: int, since: datetime) -> int:
        """Count the answers that were dropped since an instant because they were late."""
        return outbox_answers.stale_since(self._engine, bot, since)

    def claim(
        self,
        bot: int,
        holder: str,
        now: datetime,
        lasts: float,
        limit: int = 1,
        *,
        without: Collection[int] = (),
        most_asked: int | None = None,
    ) -> list[Parcel]:
        """Lease parcels to a holder for some seconds, by rank and age: the first ones of a chat.

        Those are one answer and one other parcel. ``without`` names chats to pass over;
        ``most_asked`` bounds those that somebody waits for. What another left in ``sending``
        when its lease ran out comes back with one more doubt, and answers that nobody waits for
        any more are dropped.
        """
        with self._engine.writing():
            doubt(self._engine, bot, now)
            outbox_answers.expire(self._engine, bot, now)
            free = heads(self._engine, bot, now, limit, without, most_asked)
            return [lease(self._engine, key, holder, now, lasts) for key in free]

    def begin(
        self, parcel: Parcel, now: datetime, *, within: float = 0.0, lasts: float = 0.0
    ) -> bool:
        """Commit that the send begins; False when the lease will not last ``within`` seconds.

        From now on it lasts for as many as the send may take.
        """
        return begin(self._engine, parcel, now, within, lasts)

    def settle(
        self,
        parcel: Parcel,
        outcome: Outcome,
        now: datetime,
        *,
        resend: bool = True,
        wait: float = 0.0,
        instead: Sequence[Parcel] = (),
    ) -> bool:
        """Record what came of a send; False when another holder has claimed the parcel since.

        ``resend`` is the policy for an unknown outcome: once more after ``wait`` seconds, or
        never. ``instead`` are the parcels that take the place of a refused one.
        """
        with self._engine.writing():
            match outcome:
                case Sent():
                    return outcomes.sent(self._engine, parcel, outcome, now)
                case Later():
                    return outcomes.later(self._engine, parcel, outcome, now)
                case Unknown():
                    return outcomes.unknown(
                        self._engine, parcel, outcome, now, resend=resend, wait=wait
                    )
                case Moved():
                    return outcomes.moved(self._engine, parcel, outcome, now)
                case Gone():
                    return outcomes.gone(self._engine, parcel, outcome, now)
                case Refused():
                    return outcomes.refused(self._engine, parcel, outcome, now, instead)

    def hold(self, bot: int, chat: int, until: datetime, *, is_told: bool = False) -> None:
        """Let nothing out to a chat before an instant; chat 0 holds every chat of the bot.

        Answers are held only where Telegram itself told us to wait.
        """
        hold(self._engine, bot, chat, until, is_told=is_told)

    def pull_back(self, bot: int, now: datetime, latest: datetime) -> None:
        """Let out what is held or put off beyond an instant: a clock that was ahead did it."""
        pull_back(self._engine, bot, now, latest)

    def recover(self, bot: int) -> int:
        """Take over what a former sender left: what it was sending comes back in doubt.

        For the one process that has the duty of sending. What a former holder settles is no
        longer accepted, but for a parcel that had come back in doubt before and was not
        claimed since: late word that it arrived is welcome there, it spares the repeat.
        """
        return recover(self._engine, bot)

    def release(self, parcel: Parcel) -> bool:
        """Free a parcel that was claimed and is not going to be sent now."""
        return release(self._engine, parcel)

    def let_go(self, holder: str) -> int:
        """Free the parcels a holder claimed and has not begun to send, as it stops."""
        return let_go(self._engine, holder)

    def get(self, key: int) -> Parcel | None:
        """Return a parcel by its key."""
        return outbox_repair.get(self._engine, key)

    def of_digest(self, digest: int) -> list[Parcel]:
        """Return the parcels of a digest in their order."""
        return outbox_repair.of_digest(self._engine, digest)

    def bots(self) -> list[int]:
        """Return the bots whose parcels the file holds."""
        return outbox_repair.bots(self._engine)

    def counts(self, bot: int) -> dict[ParcelState, int]:
        """Count a bot's parcels by state, absent states as 0."""
        return outbox_repair.counts(self._engine, bot)

    def doubts(self, bot: int) -> int:
        """Count the sends whose outcome nobody knows: each may have become a repeat."""
        return outbox_repair.doubts(self._engine, bot)

    def in_state(self, bot: int, state: ParcelState, limit: int = 100) -> list[Parcel]:
        """Return a bot's parcels in a state, those first that were settled or queued first."""
        return outbox_repair.in_state(self._engine, bot, state, limit)

    def retry(self, key: int, *, now: datetime) -> bool:
        """Make a dead, dropped or unknown parcel ready again; False when it is none of these.

        It is marked as a possible repeat where the chat has seen some of its papers meanwhile;
        False also as long as another message is bringing some of them.
        """
        return outbox_repair.retry(self._engine, key, now)

    def revive(self, bot: int, chat: int, *, now: datetime) -> int:
        """Make ready again what was dropped when a chat could not be reached; return how many.

        What was dropped by hand, or replaced by a simpler form, stays dropped.
        """
        return outbox_repair.revive(self._engine, bot, chat, now)

    def withdraw(self, bot: int, chat: int, *, now: datetime, reason: str) -> int:
        """Give up all that waits for a chat and free its entries; return how many."""
        return outbox_repair.withdraw(self._engine, bot, chat, now, reason)

    def drop(self, key: int, *, now: datetime, reason: str = outbox_repair.BY_HAND) -> bool:
        """Give a waiting or dead parcel up and free its entries; False when it is neither."""
        return outbox_repair.drop(self._engine, key, now, reason)

    def oldest_due(self, bot: int, now: datetime) -> datetime | None:
        """Return since when the longest waiting parcel could have left."""
        return outbox_repair.oldest_due(self._engine, bot, now)

    def retire(self, bot: int, before: datetime, limit: int = 1000) -> int:
        """Delete some parcels that were sent or dropped before an instant; return how many."""
        with self._engine.writing():
            return sum(outbox_repair.retire(self._engine, bot, one, before, limit) for one in _OVER)

    def retire_answers(
        self, bot: int, before: datetime, limit: int = 1000, *, sent: bool = False
    ) -> int:
        """Delete some answers that were settled before an instant, or only those that were sent."""
        return outbox_answers.retire(self._engine, bot, before, limit, sent)
