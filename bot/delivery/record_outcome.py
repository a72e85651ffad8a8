"""What follows from an outcome: for its parcel, for the chat, and for everybody."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.delivery.worker_context import Desk
from bot.render.telegram import stored_answer
from bot.render.telegram.fallback_forms import simpler
from storage.errors import StorageError
from storage.records import Gone, Later, Moved, Outcome, Parcel, Rank, Refused, Sent, Unknown

log = logging.getLogger(__name__)

ATTEMPTS = 6
BOUNCES = 3  # days on which a chat refused before it is given up
BOUNCED = 6 * 3600.0  # seconds until a chat that refused is tried again
BACKOFF = (15.0, 60.0, 300.0, 900.0, 3600.0)
ANSWER_BACKOFF = (2.0, 5.0, 15.0, 45.0, 120.0)  # somebody waits
PRIVATE_GAP, GROUP_GAP = 1.0, 3.0  # one message a second to a person, 20 a minute to a group


def settle(desk: Desk, parcel: Parcel, outcome: Outcome) -> bool:
    """Records what came of a send, in the caller's transaction, with all that follows from it.

    False when another holder has claimed the parcel since.
    """
    outbox, now = desk.store.outbox, desk.now()
    match outcome:
        case Later(seconds=seconds, answered=answered):
            if answered:
                _rest(desk, parcel, seconds)
            return outbox.settle(parcel, _spent(parcel, outcome), now)
        case Refused(always=always):
            if always:
                desk.classic_only.set()
            instead = _instead(desk, parcel)
            is_answer = parcel.rank is Rank.ANSWER and not parcel.edits
            if instead and is_answer:
                refused = stored_answer.read(parcel.content)
                if refused.plain and not refused.paired:
                    # The text says what all messages of the answer would have said.
                    outbox.drop_following(parcel, stored_answer.FILES, now=now)
            return outbox.settle(parcel, outcome, now, instead=instead)
        case Unknown(reason=reason) if parcel.edits:
            # Made twice, an edit is the same.
            return outbox.settle(parcel, _spent(parcel, Later(0.0, reason)), now)
        case Unknown():
            # Sent once more, marked; ever later, for each time may bring it once more.
            resend = desk.resend and parcel.attempts < ATTEMPTS
            if parcel.rank is Rank.ANSWER:  # only the answers behind it wait for it
                return outbox.settle(parcel, outcome, now, resend=resend, wait=_wait(parcel))
            outbox.hold(parcel.bot, parcel.chat, now + timedelta(seconds=_wait(parcel)))
            return outbox.settle(parcel, outcome, now, resend=resend)
        case Gone(reason=reason, sure=False) if parcel.rank is Rank.ANSWER:
            # The chat may take it again, hours from now; then nobody waits for the answer.
            return outbox.settle(parcel, Refused(reason), now)
        case Gone(reason=reason, sure=False):
            return outbox.settle(parcel, _bounced(desk, parcel, reason), now)
        case Moved():
            return outbox.settle(parcel, outcome, now)
        case Sent() if parcel.rank is Rank.ANSWER:  # a digest may follow at once, as ever
            return outbox.settle(parcel, outcome, now)
        case _:
            gap = GROUP_GAP if parcel.chat < 0 else PRIVATE_GAP
            outbox.hold(parcel.bot, parcel.chat, now + timedelta(seconds=gap))
            return outbox.settle(parcel, outcome, now)


def _instead(desk: Desk, parcel: Parcel) -> Sequence[Parcel]:
    """The same entries in a simpler form; what cannot even be written is kept aside.

    An edit of a digest that is refused has none: the message stays as it was.
    """
    try:
        if parcel.rank is Rank.ANSWER:
            return stored_answer.simpler(parcel)
        if parcel.edits:
            return ()
        return simpler(parcel, desk.store.digests.get(parcel.digest, last=parcel.last), desk.link)
    except StorageError:
        raise
    except Exception:
        log.exception("parcel has no simpler form", extra={"parcel": parcel.key})
        return ()


def _rest(desk: Desk, parcel: Parcel, seconds: float) -> None:
    """Lets the chat rest as long as Telegram said; everybody, when several chats are told to.

    Answers and groups do not count: anybody can have a few of their own told to wait.
    """
    until = desk.now() + timedelta(seconds=seconds)
    desk.store.outbox.hold(parcel.bot, parcel.chat, until, is_told=True)
    counts = parcel.chat > 0 and parcel.rank > Rank.ASKED
    if counts and desk.floods.note(parcel.chat):
        desk.store.outbox.hold(parcel.bot, 0, until, is_told=True)


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
    waits = ANSWER_BACKOFF if parcel.rank is Rank.ANSWER else BACKOFF
    return waits[min(parcel.attempts, len(waits) - 1)]


def report(parcel: Parcel, outcome: Outcome, *, accepted: bool) -> None:
    """Logs what came of a parcel, once that is recorded."""
    facts = {"parcel": parcel.key, "digest": parcel.digest, "attempt": parcel.attempts}
    if not accepted:
        log.warning("a settlement came too late and was not taken", extra=facts)
    match outcome:
        case Sent(message=message):
            log.debug("parcel sent", extra=facts | {"sent_as": message})
        case Later(reason=reason) | Unknown(reason=reason) | Gone(reason=reason):
            log.info("parcel not sent", extra=facts | {"reason": reason})
        case Refused(reason=reason) if parcel.rank is Rank.ANSWER:
            # A message that cannot be edited is answered anew: nothing is wrong.
            level = logging.INFO if parcel.edits else logging.WARNING
            log.log(level, "answer refused", extra=facts | {"reason": reason})
        case Refused(reason=reason):
            log.error("parcel refused", extra=facts | {"reason": reason})
        case Moved():
            log.info("chat moved", extra=facts)
