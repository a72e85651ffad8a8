"""Work out from what arXiv told what had to come into each chat and when, and compare.

The auditor reads the announcements, the readers' wishes and the messages; of the bot it knows
only at which instants it was looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.system.year.announced import AnnouncementIndex
from tests.system.year.calendar import (
    EASTERN,
    FIRST_POLL,
    MINUTE,
    WEEKEND,
    ReaderSchedule,
    eastern_day,
    instant_of,
    is_near_clock_change,
    quiet_reason,
    wall_time,
)
from tests.system.year.evidence import AuditFault, ChatEvidence, Finding, collect_evidence
from tests.system.year.life import YearRecord
from tests.system.year.readers import ChangeKind, Reader, ReaderChange, TopicWish
from tests.system.year.script import (
    FEED_BUSY,
    FEED_OUTAGES,
    FEED_STALE,
    RETRY_INTERVAL,
    TELEGRAM_FLOODS,
    TELEGRAM_OUTAGES,
    overlapping_period,
)
from tests.system.year.telegram import ReceivedMessage

_LONGEST_RETRY = timedelta(minutes=6)  # the longest that a bot waits before it tries Telegram again
_LONGEST_CHAT_DELAY = timedelta(minutes=2)  # the longest that one chat's trouble may last


@dataclass(slots=True)
class AuditReport:
    """What was found, and what was counted."""

    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(slots=True)
class _ExpectedTopic:
    wish: TopicWish
    limit: int
    kinds: frozenset[str]
    rhythm: ReaderSchedule
    zone: str
    cursor: int = 0
    due_at: datetime | None = None


class _ExpectedChat:
    """One chat through the year, as it should have been."""

    def __init__(self, reader: Reader, changes: Sequence[ReaderChange], auditor: Auditor) -> None:
        self._reader = reader
        self._zone = reader.zone
        self._changes = list(changes)
        self._auditor = auditor
        self._evidence = auditor.evidence[reader.chat]
        self._received_versions: dict[str, int] = {}
        self._is_paused = False
        self._is_delay_excused = False  # what is due was put off by the reader
        self._paused_until: date | None = None
        begin = auditor.year_record.script.begin
        self._topics = [
            _ExpectedTopic(
                reader_topic.wish,
                reader_topic.limit,
                reader_topic.kinds,
                reader.schedule,
                reader.zone,
                0,
                reader.schedule.first_after(reader.zone, begin),
            )
            for reader_topic in reader.topics
        ]

    def audit_year(self) -> None:
        """Goes through all looks, and at last asks what is left."""
        for tick_time, announcement_count in self._auditor.year_record.ticks:
            while self._changes and self._changes[0].changed_at <= tick_time:
                self._apply_change(self._changes.pop(0))
            self._end_pause(tick_time)
            if not self._is_paused:
                self._audit_tick(tick_time, announcement_count)
        for delivery in self._evidence.deliveries:
            self._report_finding(AuditFault.UNEXPECTED, delivery.first_at, delivery.digest_heading)
        for notice in self._evidence.notices:
            self._report_finding(AuditFault.NOTICE, notice.received_at, notice.digest_heading)

    def _report_finding(self, fault: AuditFault, moment: datetime, details: str) -> None:
        self._auditor.report.findings.append(Finding(fault, self._reader.chat, moment, details))

    def _apply_change(self, change: ReaderChange) -> None:
        match change.kind:
            case ChangeKind.PAUSE:
                self._is_paused, self._paused_until = True, change.until
            case ChangeKind.RESUME:
                self._is_paused, self._is_delay_excused = False, True
            case ChangeKind.EDIT_QUERY:
                assert change.wish
                self._topics[0].wish = change.wish
            case ChangeKind.CHANGE_ZONE:
                self._change_zone(change.zone, change.changed_at)
            case ChangeKind.CHANGE_TIMES:
                assert change.schedule
                for topic in self._topics:
                    topic.rhythm = change.schedule
                    topic.due_at = change.schedule.first_after(topic.zone, change.changed_at)

    def _change_zone(self, zone: str, moment: datetime) -> None:
        """What was told by the old clock is not told again by the new one."""
        for topic in self._topics:
            if topic.due_at:
                last_wall_time = topic.rhythm.last_wall_before(topic.zone, topic.due_at)
                assert last_wall_time
                topic.due_at = topic.rhythm.first_after_wall(zone, moment, last_wall_time)
            topic.zone = zone
        self._zone = zone

    def _end_pause(self, tick_time: datetime) -> None:
        """A pause until a day ends with the first occasion on that day."""
        if (
            not (self._is_paused and self._paused_until)
            or wall_time(self._zone, tick_time).date() < self._paused_until
        ):
            return
        for topic in self._topics:
            if topic.due_at and topic.due_at <= tick_time:
                topic.due_at = topic.rhythm.first_on_or_after(topic.zone, self._paused_until)
        self._is_paused, self._paused_until = False, None

    def _audit_tick(self, tick_time: datetime, announcement_count: int) -> None:
        due_topics = [
            topic
            for topic in self._topics
            if (
                topic.due_at <= tick_time
                if topic.due_at
                else not topic.rhythm.times and topic.cursor < announcement_count
            )
        ]
        if not due_topics:
            return
        digest_results = [
            self._audit_digest(topic, tick_time, announcement_count) for topic in due_topics
        ]
        if not any(digest_results) and any(
            due_topic.rhythm.wants_notices and due_topic.rhythm.times for due_topic in due_topics
        ):
            self._audit_notice(tick_time)
        self._is_delay_excused = False

    def _audit_digest(
        self, topic: _ExpectedTopic, tick_time: datetime, announcement_count: int
    ) -> bool:
        """Compares a digest with what it should be; False where there should be none."""
        if topic.due_at and topic.due_at < tick_time and not self._is_delay_excused:
            is_absent = any(
                topic.due_at in absence
                for absence in self._auditor.year_record.script.bot_absences()
            )
            if not is_absent:
                self._report_finding(
                    AuditFault.LATE, tick_time, f"{topic.wish.query_text} was due at {topic.due_at}"
                )
        matches = self._auditor.announcement_index.matching_papers(
            topic.wish, topic.cursor, announcement_count
        )
        expected_versions = {
            paper_id: version
            for paper_id, (version, kind) in matches.items()
            if self._is_expected(topic, paper_id, version, kind)
        }
        topic.cursor, topic.due_at = (
            announcement_count,
            topic.rhythm.first_after(topic.zone, tick_time),
        )
        if not expected_versions:
            return False
        self._compare_delivery(topic, tick_time, expected_versions)
        return True

    def _is_expected(self, topic: _ExpectedTopic, paper_id: str, version: int, kind: str) -> bool:
        received_version = self._received_versions.get(paper_id)
        is_newer = kind.startswith("replace") and version > (received_version or 0)
        return kind in topic.kinds and (received_version is None or is_newer)

    def _compare_delivery(
        self, topic: _ExpectedTopic, tick_time: datetime, expected_versions: Mapping[str, int]
    ) -> None:
        deadline = self._auditor.deadline(self._reader.chat, tick_time)
        delivery = self._evidence.take_delivery(topic.wish.query_text, tick_time, deadline)
        if delivery is None:
            details = (
                f"{topic.wish.query_text}: {len(expected_versions)} papers in no digest:"
                f" {sorted(expected_versions)[:5]}"
            )
            self._report_finding(AuditFault.LOST, tick_time, details)
            return
        shown_ids = set(delivery.papers)
        for paper_id in shown_ids - expected_versions.keys():
            fault = (
                AuditFault.REPEATED if paper_id in self._received_versions else AuditFault.UNWANTED
            )
            self._report_finding(fault, delivery.first_at, f"{topic.wish.query_text}: {paper_id}")
        expected_count = min(topic.limit, len(expected_versions))
        if len(delivery.papers) != expected_count or delivery.total != len(expected_versions):
            fault = AuditFault.LOST if delivery.total < len(expected_versions) else AuditFault.COUNT
            details = (
                f"{len(delivery.papers)} of {delivery.total} shown,"
                f" not {expected_count} of {len(expected_versions)}"
            )
            missing = (
                sorted(expected_versions.keys() - shown_ids)[:5]
                if len(shown_ids) < expected_count
                else []
            )
            self._report_finding(
                fault, delivery.first_at, f"{topic.wish.query_text}: {details} {missing}"
            )
        if delivery.last_at >= deadline:
            self._report_finding(
                AuditFault.LATE, delivery.last_at, f"{topic.wish.query_text}, due at {tick_time}"
            )
        self._received_versions |= {
            received_id: expected_versions[received_id]
            for received_id in shown_ids & expected_versions.keys()
        }
        self._count_digest(
            topic,
            tick_time,
            shown_ids,
            expected_versions,
            is_late=delivery.first_at >= tick_time + MINUTE,
        )

    def _count_digest(
        self,
        topic: _ExpectedTopic,
        tick_time: datetime,
        shown_ids: set[str],
        expected_versions: Mapping[str, int],
        *,
        is_late: bool,
    ) -> None:
        counts = self._auditor.report.counts
        counts["digests"] += 1
        counts["papers shown"] += len(shown_ids)
        counts["papers left out"] += len(expected_versions) - len(shown_ids)
        counts["digests after an outage of Telegram or the bot"] += is_late
        counts["digests within 12 hours of a clock change"] += is_near_clock_change(
            topic.zone, tick_time
        )

    def _audit_notice(self, tick_time: datetime) -> None:
        deadline = self._auditor.deadline(self._reader.chat, tick_time)
        notice = self._evidence.take_notice(tick_time, deadline)
        reason = quiet_reason(eastern_day(tick_time))
        if notice is None:
            self._report_finding(AuditFault.NOTICE, tick_time, f"none came ({reason})")
        elif not _is_notice_of(notice.digest_heading, reason, self._reader.language):
            self._report_finding(
                AuditFault.NOTICE, tick_time, f"{notice.digest_heading} (not {reason})"
            )
        else:
            self._auditor.report.counts["notices"] += 1
            counts = self._auditor.report.counts
            counts["notices of holidays"] += reason not in ("", WEEKEND)
            counts["notices within 12 hours of a clock change"] += is_near_clock_change(
                self._zone, tick_time
            )


def _is_notice_of(text: str, reason: str, language: str) -> bool:
    """Whether a notice speaks of a quiet day, and of the reason where arXiv named one."""
    if language == "zh":
        return "没有新论文" in text and ("arXiv 当天休息" in text) == bool(reason)
    return f"announces nothing ({reason})" in text if reason else text.startswith("Nothing new")


class Auditor:
    """The whole account: what arXiv told in time, and what came into every chat."""

    def __init__(self, year_record: YearRecord) -> None:
        self.year_record = year_record
        self.report = AuditReport()
        self.announcement_index = AnnouncementIndex(year_record.arxiv.announcements)
        messages: dict[int, list[ReceivedMessage]] = defaultdict(list)
        for message in year_record.telegram.messages:
            messages[message.chat].append(message)
        chats = [reader.chat for reader in year_record.script.all_readers]
        self.evidence: dict[int, ChatEvidence] = {
            chat: collect_evidence(chat, messages[chat]) for chat in chats
        }
        self._delays = sorted(year_record.telegram.delays)

    def deadline(self, chat: int, due_at: datetime) -> datetime:
        """Before when something must have come: within its minute, or soon after an outage."""
        end = due_at + MINUTE
        spans = [*TELEGRAM_OUTAGES, *self.year_record.script.bot_absences()]
        if span := overlapping_period(spans, due_at, end):
            end = span.end + _LONGEST_RETRY
        for delayed_at, delayed_chat in sorted(self._delays):
            # In a flood one chat after the other makes everybody wait.
            is_delayed = delayed_chat == chat or any(delayed_at in span for span in TELEGRAM_FLOODS)
            if is_delayed and due_at <= delayed_at < end:
                end = max(end, delayed_at + _LONGEST_CHAT_DELAY)
        return end

    def audit(self) -> AuditReport:
        """Everything that is wrong, and the counts."""
        self._audit_feeds()
        changes: dict[int, list[ReaderChange]] = defaultdict(list)
        for change in self.year_record.script.changes:
            changes[change.chat].append(change)
        for reader in self.year_record.script.all_readers:
            _ExpectedChat(reader, changes[reader.chat], self).audit_year()
            self.report.findings += self.evidence[reader.chat].findings
            self.report.counts["marked repeats"] += self.evidence[reader.chat].marked_repeats
        counts, arxiv = self.report.counts, self.year_record.arxiv
        counts["papers"] = len({announcement.paper.id for announcement in arxiv.announcements})
        counts["announcements"] = len(arxiv.announcements)
        counts["messages"] = len(self.year_record.telegram.messages)
        counts["looks"] = len(self.year_record.ticks)
        counts["left in the outbox"] = self.year_record.unsent_count
        return self.report

    def _audit_feeds(self) -> None:
        """Every announced version was told: at the day's first poll, or soon after an outage."""
        announced_at: dict[tuple[str, date], datetime] = {}
        for announcement in self.year_record.arxiv.announcements:
            announced_at.setdefault(
                (announcement.paper.id, announcement.day), announcement.announced_at
            )
        spans = [*FEED_OUTAGES, *FEED_STALE, *FEED_BUSY, *self.year_record.script.bot_absences()]
        for paper in self.year_record.arxiv.works:
            for day in paper.days:
                first_poll = instant_of(EASTERN, day, FIRST_POLL)
                if day > self.year_record.script.last or quiet_reason(day):
                    continue
                span = overlapping_period(spans, first_poll, first_poll)
                latest = span.end + 2 * RETRY_INTERVAL if span else first_poll
                first_announced = announced_at.get((paper.id, day))
                if first_announced is None or first_announced > latest:
                    self.report.findings.append(
                        Finding(AuditFault.LOST, 0, first_poll, f"{paper.id}: {first_announced}")
                    )


def audit_year(year_record: YearRecord) -> AuditReport:
    """Everything that is wrong with a year, and its counts."""
    return Auditor(year_record).audit()
