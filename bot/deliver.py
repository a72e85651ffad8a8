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

from bot.desk import Desk
from bot.render.message import Message
from bot.render.parcel import written
from bot.settlement import ATTEMPTS, BACKOFF, report, settle
from bot.together import Together
from storage.errors import Busy, Full, StorageError
from storage.model import Form, Gone, Later, Moved, Outcome, Parcel, Refused, Sent, Unknown

__all__ = ["ATTEMPTS", "BACKOFF", "Delivered", "Desk", "deliver"]

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
    async with asyncio.TaskGroup() as group:
        run = _Run(desk, group)
        for _ in range(workers):
            group.create_task(run.work())
    await run.give_back()
    return run.done


@dataclass(frozen=True, slots=True)
class _Ready:
    """A claimed parcel with its message, or with why there is none."""

    parcel: Parcel
    message: Message | Refused


class _Run:
    """What the workers of one run share: the parcels at hand, and their writes."""

    def __init__(self, desk: Desk, group: asyncio.TaskGroup) -> None:
        self.done = Delivered()
        self._desk = desk
        self._group = group
        self._hand: deque[_Ready] = deque()
        self._fetching: asyncio.Task[bool] | None = None
        self._together = Together(desk.store)

    async def work(self) -> None:
        """Sends one parcel after the other until none is left."""
        while ready := await self._next():
            try:
                await self._deliver(ready)
            except StorageError as error:
                # Busy or full for now: the next run goes on, and what others have in flight
                # is not torn from their hands.
                log.warning("delivery waits", extra={"error": type(error).__name__})
                self._hand.append(ready)
                return

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
        """Claims the next parcels and writes their messages; False when there are none now."""
        breaker = self._desk.breaker
        try:
            is_trial = breaker.is_open
            if not breaker.allows():
                return False
            limit = 1 if is_trial else AT_HAND
            ready = await self._desk.store.run(_claimed, self._desk, limit)
            if not ready:
                breaker.unused()
            self._hand.extend(ready)
            if breaker.is_open and not is_trial:
                await self.give_back()
            return bool(ready)
        except StorageError as error:
            log.warning("delivery waits", extra={"error": type(error).__name__})
            return False
        finally:
            self._fetching = None

    async def _deliver(self, ready: _Ready) -> None:
        outcome = await self._tried(ready)
        if outcome is None:
            outcome = Later(0.0, "the lease ended before the send")
        else:
            await asyncio.shield(self._recorded(ready.parcel, outcome))
        if isinstance(outcome, Later) and outcome.answered:
            await self.give_back()  # who has to wait is known now, and may be at hand
        self.done = self.done.plus(outcome)

    async def _tried(self, ready: _Ready) -> Outcome | None:
        """What came of a parcel; None when its lease would not have lasted for the send."""
        desk, parcel = self._desk, ready.parcel
        if isinstance(ready.message, Refused):
            return ready.message
        if parcel.form is Form.RICH and desk.classic_only.is_set():
            return Refused("rich messages unknown")
        await desk.pace.turn()
        if not await self._together.write(partial(_begun, desk, parcel)):
            return None
        outcome = await _sent(desk, parcel, ready.message)
        desk.breaker.note(reached=_reached(outcome))
        if desk.breaker.is_open:
            await self.give_back()
        return outcome

    async def _recorded(self, parcel: Parcel, outcome: Outcome) -> None:
        """Settles, however long the store cannot write: what is not recorded is sent again."""
        while True:
            try:
                accepted = await self._together.write(partial(settle, self._desk, parcel, outcome))
            except (Busy, Full) as error:
                log.warning("outcome not recorded yet", extra={"error": type(error).__name__})
                await self._desk.sleep(UNRECORDED)
            else:
                report(parcel, outcome, accepted=accepted)
                return


def _claimed(desk: Desk, limit: int) -> Sequence[_Ready]:
    """The next parcels, claimed and rendered; their lease begins when the store is ours."""
    outbox = desk.store.outbox
    with desk.store.transaction():
        claimed = outbox.claim(desk.bot, desk.holder, desk.now(), desk.lease, limit)
    return [_Ready(parcel, _message(desk, parcel)) for parcel in claimed]


def _begun(desk: Desk, parcel: Parcel) -> bool:
    """Marks a parcel as being sent, in the caller's transaction: the time is when that is ours.

    False when its lease would not last for the send by then.
    """
    return desk.store.outbox.begin(parcel, desk.now(), within=desk.longest)


def _message(desk: Desk, parcel: Parcel) -> Message | Refused:
    """The message of a parcel, from the digest as it was issued."""
    try:
        return written(parcel, desk.store.digests.get(parcel.digest, last=parcel.last), desk.link)
    except StorageError:
        raise
    except Exception as error:
        # One parcel that cannot be rendered is kept aside; the others go on.
        log.exception("parcel cannot be rendered", extra={"parcel": parcel.key})
        return Refused(f"cannot be rendered: {type(error).__name__}")


async def _sent(desk: Desk, parcel: Parcel, message: Message) -> Outcome:
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
