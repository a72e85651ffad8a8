"""The verb: parcels → messages in chats, each once, at Telegram's pace.

A parcel is claimed under a lease, marked ``sending`` in a commit of its own, rendered, sent, and
settled by what came of it. A process killed in between leaves at most the messages in flight in
doubt: they are sent once more, marked as a possible repeat (losing would be worse).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.pace import Breaker, Floods, Pace, Sleep
from bot.render.message import Message
from bot.render.parcel import simpler, written
from storage import Store
from storage.errors import Busy, Full, StorageError
from storage.model import (
    Form,
    Gone,
    Later,
    Moved,
    Outcome,
    Parcel,
    Refused,
    Sent,
    Unknown,
)

log = logging.getLogger(__name__)

ATTEMPTS = 6
BOUNCES = 3  # days on which a chat refused before it is given up
BOUNCED = 6 * 3600.0  # seconds until a chat that refused is tried again
UNRECORDED = 1.0  # seconds until an outcome that the store could not keep is tried again
BACKOFF = (15.0, 60.0, 300.0, 900.0, 3600.0)
PRIVATE_GAP, GROUP_GAP = 1.0, 3.0  # one message a second to a person, 20 a minute to a group

Send = Callable[[Parcel, Message], Awaitable[Outcome]]


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


@dataclass(frozen=True, slots=True)
class Desk:
    """What the delivery of one bot needs: where parcels are, who sends, and what time it is."""

    store: Store
    bot: int
    link: Callable[[int, int], str]  # a paper's key and version → what opens it
    holder: str
    send: Send
    now: Callable[[], datetime]
    pace: Pace
    breaker: Breaker
    floods: Floods
    lease: float = 120.0  # seconds a claim lasts
    longest: float = 40.0  # seconds a send may take; as much of the lease must be left
    resend: bool = True  # what may have been delivered is sent once more, marked
    sleep: Sleep = asyncio.sleep
    closing: asyncio.Event = field(default_factory=asyncio.Event)  # claims nothing more
    classic_only: asyncio.Event = field(default_factory=asyncio.Event)  # no rich messages here


async def deliver(desk: Desk, *, workers: int = 4) -> Delivered:
    """Sends every parcel that may leave now; returns when none is left.

    One chat's parcels keep their order; a chat that must wait holds nobody else.
    """
    counts = Delivered()

    async def work() -> None:
        nonlocal counts
        try:
            while outcome := await _next(desk):
                counts = counts.plus(outcome)
        except StorageError as error:
            # Busy or full for now: the next round goes on, and what others have in flight
            # is not torn from their hands.
            log.warning("delivery waits", extra={"error": type(error).__name__})

    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(work())
    return counts


async def _next(desk: Desk) -> Outcome | None:
    """Claims, sends and settles one parcel; None when there is nothing to send now."""
    store = desk.store
    if desk.closing.is_set() or not desk.breaker.allows():
        return None
    claimed = await store.run(store.outbox.claim, desk.bot, desk.holder, desk.now(), desk.lease, 1)
    if not claimed:
        desk.breaker.unused()
        return None
    outcome = await _tried(desk, claimed[0])
    if outcome is None:
        return Later(0.0, "the lease ended before the send")
    await asyncio.shield(_recorded(desk, claimed[0], outcome))
    return outcome


async def _tried(desk: Desk, parcel: Parcel) -> Outcome | None:
    """What came of a parcel; None when its lease would not have lasted for the send."""
    store = desk.store
    if parcel.form is Form.RICH and desk.classic_only.is_set():
        return Refused("rich messages unknown")
    try:
        message = await store.run(_rendered, desk, parcel)
    except StorageError:
        raise
    except Exception as error:
        # One parcel that cannot be rendered is kept aside; the others go on.
        log.exception("parcel cannot be rendered", extra={"parcel": parcel.key})
        return Refused(f"cannot be rendered: {type(error).__name__}")
    await desk.pace.turn()
    if not await store.run(store.outbox.begin, parcel, desk.now(), within=desk.longest):
        return None
    outcome = await _sent(desk, parcel, message)
    desk.breaker.note(reached=_reached(outcome))
    return outcome


async def _recorded(desk: Desk, parcel: Parcel, outcome: Outcome) -> None:
    """Settles, however long the store cannot write: what is not recorded is sent again."""
    while True:
        try:
            await desk.store.run(_settle, desk, parcel, outcome)
        except (Busy, Full) as error:
            log.warning("outcome not recorded yet", extra={"error": type(error).__name__})
            await desk.sleep(UNRECORDED)
        else:
            return


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


def _rendered(desk: Desk, parcel: Parcel) -> Message:
    """The message of a parcel, from the digest as it was issued."""
    return written(parcel, desk.store.digests.get(parcel.digest), desk.link)


def _instead(desk: Desk, parcel: Parcel) -> Sequence[Parcel]:
    """The same entries in a simpler form; what cannot even be written is kept aside."""
    try:
        return simpler(parcel, desk.store.digests.get(parcel.digest), desk.link)
    except StorageError:
        raise
    except Exception:
        log.exception("parcel has no simpler form", extra={"parcel": parcel.key})
        return ()


def _settle(desk: Desk, parcel: Parcel, outcome: Outcome) -> None:
    """Records what came of a send, in one transaction with what follows from it."""
    store, now = desk.store, desk.now()
    with store.transaction():
        match outcome:
            case Later(seconds=seconds, answered=answered):
                if answered:
                    _hold(desk, parcel, now + timedelta(seconds=seconds))
                accepted = store.outbox.settle(parcel, _spent(parcel, outcome), now)
            case Refused(always=always):
                if always:
                    desk.classic_only.set()
                instead = _instead(desk, parcel)
                accepted = store.outbox.settle(parcel, outcome, now, instead=instead)
            case Unknown():
                # Sent once more, marked; ever later, for each time may bring it once more.
                resend = desk.resend and parcel.attempts < ATTEMPTS
                accepted = store.outbox.settle(parcel, outcome, now, resend=resend)
                store.outbox.hold(parcel.bot, parcel.chat, now + timedelta(seconds=_wait(parcel)))
            case Gone(reason=reason, sure=False):
                accepted = store.outbox.settle(parcel, _bounced(desk, parcel, reason), now)
            case Moved():
                accepted = store.outbox.settle(parcel, outcome, now)
            case _:
                accepted = store.outbox.settle(parcel, outcome, now)
                gap = GROUP_GAP if parcel.chat < 0 else PRIVATE_GAP
                store.outbox.hold(parcel.bot, parcel.chat, now + timedelta(seconds=gap))
    _report(parcel, outcome, accepted)


def _hold(desk: Desk, parcel: Parcel, until: datetime) -> None:
    """Lets the chat rest as long as Telegram said; everybody, when several chats are told to."""
    desk.store.outbox.hold(parcel.bot, parcel.chat, until)
    if desk.floods.note(parcel.chat):
        desk.store.outbox.hold(parcel.bot, 0, until)


def _bounced(desk: Desk, parcel: Parcel, reason: str) -> Outcome:
    """A refusal that may pass: tried again for some days, then the chat is given up."""
    day = desk.now().date()
    if desk.store.subscribers.bounce(parcel.bot, parcel.chat, day) >= BOUNCES:
        return Gone(reason)
    return Later(BOUNCED, reason, counted=False, answered=True)


def _spent(parcel: Parcel, outcome: Later) -> Outcome:
    """A failure waits longer each time, and ends as refused when its attempts are spent."""
    if not outcome.counted:
        return outcome
    if parcel.attempts >= ATTEMPTS:
        return Refused(f"{parcel.attempts} attempts failed, the last one: {outcome.reason}")
    return replace(outcome, seconds=max(_wait(parcel), outcome.seconds))


def _wait(parcel: Parcel) -> float:
    return BACKOFF[min(parcel.attempts, len(BACKOFF) - 1)]


def _report(parcel: Parcel, outcome: Outcome, accepted: bool) -> None:
    facts = {"parcel": parcel.key, "digest": parcel.digest, "attempt": parcel.attempts}
    if not accepted:
        log.warning("a settlement came too late and was not taken", extra=facts)
    match outcome:
        case Sent(message=message):
            log.debug("parcel sent", extra=facts | {"sent_as": message})
        case Later(reason=reason) | Unknown(reason=reason) | Gone(reason=reason):
            log.info("parcel not sent", extra=facts | {"reason": reason})
        case Refused(reason=reason):
            log.error("parcel refused", extra=facts | {"reason": reason})
        case Moved():
            log.info("chat moved", extra=facts)
