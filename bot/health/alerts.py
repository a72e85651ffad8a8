"""The verb: troubles → one message to the operator, and one more when they are over.

The same trouble is told at most once in six hours; what was told survives a restart. The message
is a parcel like any other, so it is retried, and the log has it in any case.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.texts import say
from storage import Store
from storage.records import Form, Notice, Parcel, ToldTrouble, Trouble

log = logging.getLogger(__name__)

PAUSE = timedelta(hours=6)  # between two tellings of one trouble
_MOST = 12  # troubles in one message


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be told now: troubles to name, troubles that are over, and what to remember."""

    told: tuple[Trouble, ...]
    healed: tuple[Trouble, ...]
    keep: tuple[ToldTrouble, ...]
    drop: tuple[str, ...]


def judged(found: Sequence[Trouble], known: Sequence[ToldTrouble], now: datetime) -> Verdict:
    """Tells apart what is new or due again, what goes on, and what is over."""
    before = {one.trouble.name: one for one in known}
    current = {trouble.name for trouble in found}
    told = tuple(trouble for trouble in found if _is_due(before.get(trouble.name), now))
    over = [one for one in known if one.trouble.name not in current]
    healed = tuple(one for one in over if one.healed is None)
    return Verdict(
        told,
        tuple(one.trouble for one in healed),
        (
            *(ToldTrouble(trouble, now) for trouble in told),
            *(replace(one, healed=now) for one in healed),
        ),
        # A trouble that comes and goes is remembered while it may not be told again.
        tuple(one.trouble.name for one in over if one.healed and not _is_recent(one, now)),
    )


def _is_due(known: ToldTrouble | None, now: datetime) -> bool:
    return known is None or not _is_recent(known, now)


def _is_recent(known: ToldTrouble, now: datetime) -> bool:
    """Whether it was told lately; told in the future means that the clock was set back."""
    return timedelta() <= now - known.told < PAUSE


def sound(
    store: Store, bot: int, operator: int | None, found: Sequence[Trouble], now: datetime
) -> int:
    """Tells the operator what changed, in the log and in the chat; returns the parcels put."""
    verdict = judged(found, store.troubles.all(), now)
    _log(verdict)  # before the store is asked for room: it may be the disk that is full
    with store.transaction():
        for told in verdict.keep:
            store.troubles.keep(told)
        for name in verdict.drop:
            store.troubles.drop(name)
        return 0 if operator is None else _put(store, bot, operator, verdict, now)


def _put(store: Store, bot: int, operator: int, verdict: Verdict, now: datetime) -> int:
    reader = store.subscribers.get(bot, operator)
    language = reader.language if reader else "en"
    groups = (("alarm-troubles", verdict.told), ("alarm-healed", verdict.healed))
    letters = [
        Parcel(
            bot=bot,
            chat=operator,
            period=f"alarm/{now.isoformat()}",
            part=part,
            form=Form.CLASSIC,
            language=language,
            languages=(language,),
            zone=reader.zone if reader else "UTC",
            notice=_notice(key, troubles, language),
        )
        for part, (key, troubles) in enumerate(groups, start=1)
        if troubles
    ]
    return sum(store.outbox.put_once(letter, due=now) for letter in letters)


def _notice(key: str, troubles: Sequence[Trouble], language: str) -> Notice:
    """One message for all of them, a line each."""
    lines = [f"• {_said(trouble, language)}" for trouble in troubles[:_MOST]]
    return Notice(key, (("count", len(troubles)), ("lines", "\n".join(lines))))


def _said(trouble: Trouble, language: str) -> str:
    return say(language, trouble.notice.key, **dict(trouble.notice.values))


def _log(verdict: Verdict) -> None:
    for trouble in verdict.told:
        facts = dict(trouble.notice.values)
        log.error("trouble", extra={"trouble": trouble.name, "facts": facts})
    for trouble in verdict.healed:
        log.info("trouble is over", extra={"trouble": trouble.name})
