"""The verb: parcels → messages in chats, each once, at Telegram's pace.

A few parcels are claimed at a time under a lease, and rendered. Each is marked ``sending``, sent,
and settled by what came of it; marks and settlements that are ready together share a commit. A
process killed in between leaves at most the messages in flight in doubt: they are sent once more,
marked as a possible repeat (losing would be worse).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.delivery.batched_commits import Change, Together
from bot.delivery.record_outcome import ATTEMPTS, BACKOFF, report, settle
from bot.delivery.worker_context import Desk
from bot.render.telegram import stored_answer
from bot.render.telegram.fallback_forms import written
from bot.render.telegram.stored_answer import Document, Said
from storage.errors import Busy, Full, StorageError
from storage.records import Form, Gone, Later, Moved, Outcome, Parcel, Rank, Refused, Sent, Unknown

__all__ = ["ATTEMPTS", "BACKOFF", "Delivered", "Delivery", "Desk", "deliver"]

log = logging.getLogger(__name__)

AT_HAND = 8  # parcels claimed at a time: the next ones are ready before they are needed
UNRECORDED = 1.0  # seconds until an outcome that the store could not keep is tried again


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one run of ``deliver`` did, in messages."""

    sent: int = 0
    later: int = 0
    refused: int = 0
    gone: int = 0

    def plus(self, outcome: Outcome) -> Delivered:
        """These counts with one more outcome."""
        match outcome:
            case Sent():
                return replace(self, sent=self.sent + 1)
            case Later() | Unknown() | Moved():
                return replace(self, later=self.later + 1)
            case Gone():
                return replace(self, gone=self.gone + 1)
            case Refused():
                return replace(self, refused=self.refused + 1)


async def deliver(desk: Desk, *, workers: int = 4) -> Delivered:
    """Sends every parcel that may leave now; returns when none is left.

    One chat's parcels keep their order; a chat that must wait holds nobody else.
    """
    return await Delivery(desk).drain(workers=workers)


class Delivery:
    """What sends one bot's messages: workers for the outbox, and who has just answered somebody."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._together = Together(desk.store)

    async def drain(self, *, workers: int, rung: asyncio.Event | None = None) -> Delivered:
        """Sends every parcel that may leave now; returns when none is left.

        Meanwhile ``rung`` calls for what is new: a send that hangs holds nobody else.
        """
        async with asyncio.TaskGroup() as group:
            run = _Run(self, self._desk, group, workers)
            run.hire()
            if rung:
                run.watch(rung)
        await run.give_back()
        return run.done

    async def answer(self, parcels: Sequence[Parcel]) -> bool:
        """Sends the parcels of an answer that were leased as they were stored, in their order.

        False when some must wait: these are given back, and the workers go on with them.
        """
        for at, parcel in enumerate(parcels):
            try:
                outcome = await self.attempt(parcel, _written(self._desk, parcel))
            except (Busy, Full) as error:
                log.warning("delivery waits", extra={"error": type(error).__name__})
                outcome = None
            if not isinstance(outcome, Sent):
                await asyncio.shield(self.release(parcels[at:]))
                return False
        return True

    async def attempt(self, parcel: Parcel, message: Said | Refused) -> Outcome | None:
        """Sends a claimed parcel in its turn, and records what came of it.

        None when its lease would not have lasted for the send, or nobody waits for it any more.
        """
        desk = self._desk
        if isinstance(message, Refused):
            outcome: Outcome = message
        elif parcel.form is Form.RICH and desk.classic_only.is_set():
            outcome = Refused("rich messages unknown")
        else:
            await desk.pace.turn(asked=parcel.rank <= Rank.ASKED)
            if not await self._together.write(partial(_begun, desk, parcel, message)):
                return None
            outcome = await _sent(desk, parcel, message)
            desk.breaker.note(reached=_reached(outcome))
        await asyncio.shield(self._recorded(parcel, outcome))
        return outcome

    async def _recorded(self, parcel: Parcel, outcome: Outcome) -> None:
        """Settles, however long the store cannot write: what is not recorded is sent again."""
        accepted = await self._persisted(partial(settle, self._desk, parcel, outcome))
        report(parcel, outcome, accepted=accepted)

    async def release(self, parcels: Sequence[Parcel]) -> None:
        """Gives back what was claimed and is not going to be sent now."""
        for parcel in parcels:
            await self._persisted(partial(self._desk.store.outbox.release, parcel))

    async def _persisted(self, change: Change) -> bool:
        while True:
            try:
                return await self._together.write(change)
            except (Busy, Full) as error:
                log.warning("outcome not recorded yet", extra={"error": type(error).__name__})
                await self._desk.sleep(UNRECORDED)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A claimed parcel with its message, or with why there is none."""

    parcel: Parcel
    message: Said | Refused


class _Run:
    """What the workers of one run share: the parcels at hand, and who is still at work."""

    def __init__(
        self, delivery: Delivery, desk: Desk, group: asyncio.TaskGroup, workers: int
    ) -> None:
        self.done = Delivered()
        self._delivery = delivery
        self._desk = desk
        self._group = group
        self._most = workers
        self._working = 0
        self._asked = 0  # of those that somebody waits for, how many are being sent
        self._hand: deque[_Ready] = deque()
        self._fetching: asyncio.Task[bool] | None = None
        self._watching: asyncio.Task[None] | None = None

    def hire(self) -> None:
        """Lets one more worker look for parcels, if there may be one."""
        if self._working < self._most:
            self._working += 1
            self._group.create_task(self._work())

    def watch(self, rung: asyncio.Event) -> None:
        """Hires at each ring, as long as anybody is at work."""

        async def watch() -> None:
            while True:
                await rung.wait()
                rung.clear()
                self.hire()

        self._watching = self._group.create_task(watch())

    async def _work(self) -> None:
        """Sends one parcel after the other until none is left."""
        try:
            while ready := await self._next():
                try:
                    await self._deliver(ready)
                except StorageError as error:
                    # Busy or full for now: the next run goes on, and what others have in flight
                    # is not torn from their hands.
                    log.warning("delivery waits", extra={"error": type(error).__name__})
                    self._hand.append(ready)
                    return
        finally:
            self._working -= 1
            if not self._working and self._watching:
                self._watching.cancel()

    async def give_back(self) -> None:
        """Frees what was claimed and is not going to be sent now; else its lease runs out."""
        if not self._hand:
            return
        self._hand.clear()
        try:
            await self._desk.store.run(self._desk.store.outbox.let_go, self._desk.holder)
        except StorageError as error:
            log.warning("parcels not given back", extra={"error": type(error).__name__})

    async def _next(self) -> _Ready | None:
        """The next parcel at hand; None when there is nothing to send now."""
        while not self._desk.closing.is_set():
            if len(self._hand) < AT_HAND // 2 and self._fetching is None:
                self._fetching = self._group.create_task(self._fetch())
            if self._hand:
                return self._hand.popleft()
            if self._fetching and not await asyncio.shield(self._fetching):
                return None
        return None

    async def _fetch(self) -> bool:
        """Claims the next parcels, writes their messages and hires for them; False without any."""
        breaker = self._desk.breaker
        try:
            is_trial = breaker.is_open
            if not breaker.allows():
                return False
            limit = 1 if is_trial else AT_HAND
            ready = await self._desk.store.run(_claimed, self._desk, limit, self._most_asked())
            if not ready:
                breaker.unused()
            self._hand.extend(ready)
            if breaker.is_open and not is_trial:
                await self.give_back()
            for _ in self._hand:
                self.hire()
            return bool(ready)
        except StorageError as error:
            log.warning("delivery waits", extra={"error": type(error).__name__})
            return False
        finally:
            self._fetching = None

    def _most_asked(self) -> int | None:
        """How many more may be claimed for which somebody waits; None for any number.

        Where these leave more slowly than the rest, all workers would soon wait with one of them.
        """
        if not self._desk.pace.holds_asked:
            return None
        at_hand = sum(ready.parcel.rank <= Rank.ASKED for ready in self._hand)
        return max(0, max(1, self._most // 3) - self._asked - at_hand)

    async def _deliver(self, ready: _Ready) -> None:
        is_asked = ready.parcel.rank <= Rank.ASKED
        self._asked += is_asked
        try:
            outcome = await self._delivery.attempt(ready.parcel, ready.message)
        finally:
            self._asked -= is_asked
        if outcome is None:
            await asyncio.shield(self._delivery.release([ready.parcel]))
            outcome = Later(0.0, "the lease ended before the send")
        if self._desk.breaker.is_open or (isinstance(outcome, Later) and outcome.answered):
            await self.give_back()  # who has to wait is known now, and may be at hand
        self.done = self.done.plus(outcome)


def _claimed(desk: Desk, limit: int, most_asked: int | None) -> Sequence[_Ready]:
    """The next parcels, claimed and rendered; their lease begins when the store is ours."""
    outbox = desk.store.outbox
    with desk.store.transaction():
        claimed = outbox.claim(
            desk.bot, desk.holder, desk.now(), desk.lease, limit, most_asked=most_asked
        )
    return [_Ready(parcel, _written(desk, parcel)) for parcel in claimed]


def _begun(desk: Desk, parcel: Parcel, message: Said) -> bool:
    """Marks a parcel as being sent, in the caller's transaction: the time is when that is ours.

    False when its lease would not last for a message by then; a file is given what it may take.
    """
    lasts = desk.longest + desk.upload if isinstance(message, Document) else desk.longest
    return desk.store.outbox.begin(parcel, desk.now(), within=desk.longest, lasts=lasts)


def _written(desk: Desk, parcel: Parcel) -> Said | Refused:
    """What a parcel says: as it was stored, or from the digest as it was issued."""
    try:
        if parcel.rank is Rank.ANSWER:
            return stored_answer.written(parcel)
        return written(parcel, desk.store.digests.get(parcel.digest, last=parcel.last), desk.link)
    except StorageError:
        raise
    except Exception as error:
        # One parcel that cannot be rendered is kept aside; the others go on.
        log.exception("parcel cannot be rendered", extra={"parcel": parcel.key})
        return Refused(f"cannot be rendered: {type(error).__name__}")


async def _sent(desk: Desk, parcel: Parcel, message: Said) -> Outcome:
    """Sends; what the sender did not foresee may have happened after Telegram took it."""
    try:
        return await desk.send(parcel, message)
    except Exception as error:
        log.exception("send broke off", extra={"parcel": parcel.key})
        return Unknown(type(error).__name__)


def _reached(outcome: Outcome) -> bool:
    """Whether Telegram answered, with whatever word."""
    match outcome:
        case Unknown():
            return False
        case Later(answered=answered, counted=counted):
            return answered or counted
        case _:
            return True
