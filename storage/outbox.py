"""The outbox: parcels put once, claimed under a lease, settled with an outcome.

Ready parcels of a chat leave in the order they were queued, one claim at a time, and the
chats take turns. A claim is a lease with a fence: it may run out, after which another
holder claims the parcel and the former one's settlement is not accepted. ``sending`` is
committed before each send; a parcel found in it after its lease is in doubt.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from storage import answering, claiming, parcels, redress, settling, stock
from storage.model import (
    Gone,
    Later,
    Moved,
    Outcome,
    Parcel,
    ParcelState,
    Refused,
    Sent,
    Unknown,
)
from storage.sqlite import Engine

_OVER = (ParcelState.SENT, ParcelState.DROPPED)  # nobody will ask for these again


class Outbox:
    """Every message from the moment it is issued until its outcome is known."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put_once(self, parcel: Parcel, *, due: datetime | None = None) -> bool:
        """Queue a parcel; False when this bot, chat, period, part and piece was queued before.

        Without ``due`` it may leave at once, and waits since its digest was issued.
        """
        return parcels.put(self._engine, parcel, due)

    def answer(
        self, answers: Sequence[Parcel], *, now: datetime, holder: str, lasts: float
    ) -> list[Parcel]:
        """Queue the answers to an update, in the transaction that applies it.

        Return them leased to a holder for some seconds, to be sent at once in their order; none
        where an earlier answer to the chat, or Telegram's word to wait, goes first.
        """
        return answering.put(self._engine, answers, now, holder, lasts)

    def is_answering(self, bot: int, chat: int) -> bool:
        """Whether an answer to a chat, or a file for it, has not left yet."""
        return answering.is_waiting(self._engine, bot, chat)

    def drop_following(self, answer: Parcel, last: int, *, now: datetime) -> None:
        """Drop the messages of the same answer behind this one, up to a last part."""
        answering.drop_following(self._engine, answer, last, now)

    def stale_answers(self, bot: int, since: datetime) -> int:
        """Count the answers that were dropped since an instant because they were late."""
        return answering.stale_since(self._engine, bot, since)

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
            claiming.doubt(self._engine, bot, now)
            answering.expire(self._engine, bot, now)
            free = claiming.heads(self._engine, bot, now, limit, without, most_asked)
            return [claiming.lease(self._engine, key, holder, now, lasts) for key in free]

    def begin(
        self, parcel: Parcel, now: datetime, *, within: float = 0.0, lasts: float = 0.0
    ) -> bool:
        """Commit that the send begins; False when the lease will not last ``within`` seconds.

        From now on it lasts for as many as the send may take.
        """
        return claiming.begin(self._engine, parcel, now, within, lasts)

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
                    return settling.sent(self._engine, parcel, outcome, now)
                case Later():
                    return settling.later(self._engine, parcel, outcome, now)
                case Unknown():
                    return settling.unknown(
                        self._engine, parcel, outcome, now, resend=resend, wait=wait
                    )
                case Moved():
                    return settling.moved(self._engine, parcel, outcome, now)
                case Gone():
                    return settling.gone(self._engine, parcel, outcome, now)
                case Refused():
                    return settling.refused(self._engine, parcel, outcome, now, instead)

    def hold(self, bot: int, chat: int, until: datetime, *, is_told: bool = False) -> None:
        """Let nothing out to a chat before an instant; chat 0 holds every chat of the bot.

        Answers are held only where Telegram itself told us to wait.
        """
        claiming.hold(self._engine, bot, chat, until, is_told=is_told)

    def pull_back(self, bot: int, now: datetime, latest: datetime) -> None:
        """Let out what is held or put off beyond an instant: a clock that was ahead did it."""
        claiming.pull_back(self._engine, bot, now, latest)

    def recover(self, bot: int) -> int:
        """Take over what a former sender left: what it was sending comes back in doubt.

        For the one process that has the duty of sending. What a former holder settles is no
        longer accepted, but for a parcel that had come back in doubt before and was not
        claimed since: late word that it arrived is welcome there, it spares the repeat.
        """
        return claiming.recover(self._engine, bot)

    def release(self, parcel: Parcel) -> bool:
        """Free a parcel that was claimed and is not going to be sent now."""
        return claiming.release(self._engine, parcel)

    def let_go(self, holder: str) -> int:
        """Free the parcels a holder claimed and has not begun to send, as it stops."""
        return claiming.let_go(self._engine, holder)

    def get(self, key: int) -> Parcel | None:
        """Return a parcel by its key."""
        return stock.get(self._engine, key)

    def of_digest(self, digest: int) -> list[Parcel]:
        """Return the parcels of a digest in their order."""
        return stock.of_digest(self._engine, digest)

    def bots(self) -> list[int]:
        """Return the bots whose parcels the file holds."""
        return stock.bots(self._engine)

    def counts(self, bot: int) -> dict[ParcelState, int]:
        """Count a bot's parcels by state, absent states as 0."""
        return stock.counts(self._engine, bot)

    def doubts(self, bot: int) -> int:
        """Count the sends whose outcome nobody knows: each may have become a repeat."""
        return stock.doubts(self._engine, bot)

    def in_state(self, bot: int, state: ParcelState, limit: int = 100) -> list[Parcel]:
        """Return a bot's parcels in a state, those first that were settled or queued first."""
        return stock.in_state(self._engine, bot, state, limit)

    def retry(self, key: int, *, now: datetime) -> bool:
        """Make a dead, dropped or unknown parcel ready again; False when it is none of these.

        It is marked as a possible repeat where the chat has seen some of its papers meanwhile;
        False also as long as another message is bringing some of them.
        """
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
        return stock.oldest_due(self._engine, bot, now)

    def retire(self, bot: int, before: datetime, limit: int = 1000) -> int:
        """Delete some parcels that were sent or dropped before an instant; return how many."""
        with self._engine.writing():
            return sum(stock.retire(self._engine, bot, one, before, limit) for one in _OVER)

    def retire_answers(
        self, bot: int, before: datetime, limit: int = 1000, *, sent: bool = False
    ) -> int:
        """Delete some answers that were settled before an instant, or only those that were sent."""
        return answering.retire(self._engine, bot, before, limit, sent)
