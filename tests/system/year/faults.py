"""Faults for the auditor to find: each breaks one promise of the bot, at a public place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from bot.arxiv import calendar
from bot.chat.api import send_and_edit
from bot.chat.api.client import Client
from bot.ingest.catch_up import missed_days
from bot.ingest.catch_up.backfill import BackfillResult
from bot.ingest.http_client import Fetcher
from bot.render.telegram.reply_encoding import ReplyContent
from bot.topics import next_due as next_due_rules
from bot.topics.matching import AnnouncementIndex
from storage import Store
from storage.digests.receipts import Receipts
from storage.messages.outbox import Outbox
from storage.papers.papers import Papers
from storage.records.chats import Cadence
from storage.records.messages import OutboxMessage, SendOutcome, UnknownOutcome
from storage.records.papers import Announcement, AnnouncementKind, IngestCounts
from storage.records.queries import Match, Query
from tests.support.planted_bugs import plant_bug
from tests.system.year.evidence import AuditFault

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PlantedFault:
    """A fault, and what the auditor must call it."""

    name: str
    apply: Callable[[pytest.MonkeyPatch], None]
    expected_fault: AuditFault


def _drop_one_day(patch: pytest.MonkeyPatch) -> None:
    """Papers of one day are taken and not kept."""
    add = Papers.add_announcements

    def add_without_day(
        self: Papers, announcements: Iterable[Announcement], *, seen_at: datetime
    ) -> IngestCounts:
        return add(
            self,
            [
                announcement
                for announcement in announcements
                if announcement.day != date(2025, 10, 22)
            ],
            seen_at=seen_at,
        )

    plant_bug(patch, Papers, "add_announcements", add_without_day)


def _skip_repair(patch: pytest.MonkeyPatch) -> None:
    """Days that no feed showed any more are left alone."""

    async def repair_nothing(
        store: Store, fetcher: Fetcher, now: datetime, *, holder: str, base: str
    ) -> list[BackfillResult]:
        return []

    plant_bug(patch, missed_days, "run_planned_backfills", repair_nothing)


def _ignore_receipts(patch: pytest.MonkeyPatch) -> None:
    """The receipts is not asked."""

    def no_receipts(
        self: Receipts, bot: int, chat: int, paper_keys: Iterable[int]
    ) -> dict[int, int]:
        return {}

    plant_bug(patch, Receipts, "received_versions", no_receipts)


def _lose_messages(patch: pytest.MonkeyPatch) -> None:
    """Every tenth message is said to be queued and is not."""
    put_once, counter = Outbox.put_once, [0]

    def put_nine_of_ten(
        self: Outbox,
        message: OutboxMessage,
        *,
        due_at: datetime | None = None,
        queue_position: int | None = None,
    ) -> bool:
        counter[0] += 1
        return counter[0] % 10 == 0 or put_once(
            self, message, due_at=due_at, queue_position=queue_position
        )

    plant_bug(patch, Outbox, "put_once", put_nine_of_ten)


def _lose_telegram_answers(patch: pytest.MonkeyPatch) -> None:
    """Every tenth answer of Telegram is taken for none."""
    deliver, counter = send_and_edit.send_outbox_message, [0]

    async def deliver_with_doubt(
        bot: Client,
        outbox_message: OutboxMessage,
        content: ReplyContent,
        *,
        paid: bool = False,
    ) -> SendOutcome:
        counter[0] += 1
        outcome = await deliver(bot, outbox_message, content, paid=paid)
        return UnknownOutcome("planted") if counter[0] % 10 == 0 else outcome

    plant_bug(patch, send_and_edit, "send_outbox_message", deliver_with_doubt)


def _delay_digests(patch: pytest.MonkeyPatch) -> None:
    """Digests are due a minute after their time."""
    _patch_next_due(patch, lambda due: due + MINUTE)


def _ignore_clock_change(patch: pytest.MonkeyPatch) -> None:
    """From the end of October on, digests are due as if no clock had been changed."""
    _patch_next_due(patch, lambda due: due - 60 * MINUTE if due > _WINTER_TIME_BEGIN else due)


_WINTER_TIME_BEGIN = datetime.fromisoformat("2025-10-26T03:00:00+00:00")


def _patch_next_due(patch: pytest.MonkeyPatch, change: Callable[[datetime], datetime]) -> None:
    next_due = next_due_rules.next_due

    def changed_next_due(cadence: Cadence, zone: str, after: datetime) -> datetime | None:
        due = next_due(cadence, zone, after)
        return due and max(change(due), after + MINUTE)

    plant_bug(patch, next_due_rules, "next_due", changed_next_due)


def _overlook_last_match(patch: pytest.MonkeyPatch) -> None:
    """The last paper that matches is overlooked where there are several."""
    find = AnnouncementIndex.find

    def find_all_but_last(
        self: AnnouncementIndex,
        query: Query,
        kinds: frozenset[AnnouncementKind] = frozenset(AnnouncementKind),
        *,
        after: int = 0,
    ) -> list[Match]:
        matches = find(self, query, kinds, after=after)
        return matches[:-1] if len(matches) > 1 else matches

    plant_bug(patch, AnnouncementIndex, "find", find_all_but_last)


def _ignore_kinds(patch: pytest.MonkeyPatch) -> None:
    """Kinds are not looked at: who wants new papers gets revisions too."""
    find = AnnouncementIndex.find

    def find_any_kind(
        self: AnnouncementIndex,
        query: Query,
        kinds: frozenset[AnnouncementKind] = frozenset(AnnouncementKind),
        *,
        after: int = 0,
    ) -> list[Match]:
        return find(self, query, after=after)

    plant_bug(patch, AnnouncementIndex, "find", find_any_kind)


def _omit_quiet_reason(patch: pytest.MonkeyPatch) -> None:
    """A quiet day is told without its reason."""
    plant_bug(patch, calendar, "no_papers_reason", lambda day: None)


PLANTED_FAULTS = (
    PlantedFault("a day dropped", _drop_one_day, AuditFault.LOST),
    PlantedFault("no repair", _skip_repair, AuditFault.LOST),
    PlantedFault("no ledger", _ignore_receipts, AuditFault.REPEATED),
    PlantedFault("parcels lost", _lose_messages, AuditFault.LOST),
    PlantedFault("answers doubted", _lose_telegram_answers, AuditFault.REPEATED),
    PlantedFault("a minute late", _delay_digests, AuditFault.LOST),
    PlantedFault("no summer time", _ignore_clock_change, AuditFault.UNEXPECTED),
    PlantedFault("a match overlooked", _overlook_last_match, AuditFault.LOST),
    PlantedFault("kinds ignored", _ignore_kinds, AuditFault.UNEXPECTED),
    PlantedFault("no reason given", _omit_quiet_reason, AuditFault.NOTICE),
)
