"""Faults for the auditor to find: each breaks one promise of the bot, at a public place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from bot.arxiv import calendar
from bot.chat.api import client
from bot.ingest.catch_up import missed_days
from bot.ingest.catch_up.backfill import Walked
from bot.render.telegram.split_into_messages import Message
from bot.topics import next_due as schedule
from bot.topics.matching import Index
from storage.digests.digests import Digests
from storage.messages.outbox import Outbox
from storage.papers.papers import Papers
from storage.records import (
    Added,
    Announcement,
    Cadence,
    Kind,
    Match,
    Outcome,
    Parcel,
    Query,
    Unknown,
)
from tests.system.year.evidence import Fault

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault, and what the auditor must call it."""

    name: str
    plant: Callable[[pytest.MonkeyPatch], None]
    found: Fault


def _drop_a_day(patch: pytest.MonkeyPatch) -> None:
    """Papers of one day are taken and not kept."""
    add = Papers.add

    def dropping(self: Papers, told: Iterable[Announcement], *, seen: datetime) -> Added:
        return add(self, [one for one in told if one.day != date(2025, 10, 22)], seen=seen)

    patch.setattr(Papers, "add", dropping)


def _repair_nothing(patch: pytest.MonkeyPatch) -> None:
    """Days that no feed showed any more are left alone."""

    async def nothing(*_: object, **__: object) -> list[Walked]:
        return []

    patch.setattr(missed_days, "repair", nothing)


def _forget_what_was_received(patch: pytest.MonkeyPatch) -> None:
    """The ledger is not asked."""

    def nothing(self: Digests, bot: int, chat: int, papers: Iterable[int]) -> dict[int, int]:
        return {}

    patch.setattr(Digests, "received", nothing)


def _lose_parcels(patch: pytest.MonkeyPatch) -> None:
    """Every tenth message is said to be queued and is not."""
    put, count = Outbox.put_once, [0]

    def losing(self: Outbox, parcel: Parcel, *, due: datetime | None = None) -> bool:
        count[0] += 1
        return count[0] % 10 == 0 or put(self, parcel, due=due)

    patch.setattr(Outbox, "put_once", losing)


def _doubt_what_was_sent(patch: pytest.MonkeyPatch) -> None:
    """Every tenth answer of Telegram is taken for none."""
    deliver, count = client.deliver_parcel, [0]

    async def doubting(bot: client.Client, parcel: Parcel, message: Message) -> Outcome:
        count[0] += 1
        outcome = await deliver(bot, parcel, message)
        return Unknown("planted") if count[0] % 10 == 0 else outcome

    patch.setattr(client, "deliver_parcel", doubting)


def _be_late(patch: pytest.MonkeyPatch) -> None:
    """Digests are due a minute after their time."""
    _change_due(patch, lambda due: due + MINUTE)


def _know_no_summer_time(patch: pytest.MonkeyPatch) -> None:
    """From the end of October on, digests are due as if no clock had been changed."""
    _change_due(patch, lambda due: due - 60 * MINUTE if due > _WINTER else due)


_WINTER = datetime.fromisoformat("2025-10-26T03:00:00+00:00")


def _change_due(patch: pytest.MonkeyPatch, change: Callable[[datetime], datetime]) -> None:
    next_due = schedule.next_due

    def changed(cadence: Cadence, zone: str, after: datetime) -> datetime | None:
        due = next_due(cadence, zone, after)
        return due and max(change(due), after + MINUTE)

    patch.setattr(schedule, "next_due", changed)


def _find_one_less(patch: pytest.MonkeyPatch) -> None:
    """The last paper that matches is overlooked where there are several."""
    find = Index.find

    def missing(
        self: Index, query: Query, kinds: frozenset[Kind] = frozenset(Kind), *, after: int = 0
    ) -> list[Match]:
        found = find(self, query, kinds, after=after)
        return found[:-1] if len(found) > 1 else found

    patch.setattr(Index, "find", missing)


def _find_any_kind(patch: pytest.MonkeyPatch) -> None:
    """Kinds are not looked at: who wants new papers gets revisions too."""
    find = Index.find

    def careless(
        self: Index, query: Query, kinds: frozenset[Kind] = frozenset(Kind), *, after: int = 0
    ) -> list[Match]:
        return find(self, query, after=after)

    patch.setattr(Index, "find", careless)


def _name_no_holiday(patch: pytest.MonkeyPatch) -> None:
    """A quiet day is told without its reason."""
    patch.setattr(calendar, "why_quiet", lambda day: None)


PLANTED = (
    Planted("a day dropped", _drop_a_day, Fault.LOST),
    Planted("no repair", _repair_nothing, Fault.LOST),
    Planted("no ledger", _forget_what_was_received, Fault.REPEATED),
    Planted("parcels lost", _lose_parcels, Fault.LOST),
    Planted("answers doubted", _doubt_what_was_sent, Fault.REPEATED),
    Planted("a minute late", _be_late, Fault.LOST),
    Planted("no summer time", _know_no_summer_time, Fault.STRAY),
    Planted("a match overlooked", _find_one_less, Fault.LOST),
    Planted("kinds ignored", _find_any_kind, Fault.STRAY),
    Planted("no reason given", _name_no_holiday, Fault.NOTICE),
)
