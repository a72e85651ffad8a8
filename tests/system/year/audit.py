"""What had to come into each chat, and when? Computed from what arXiv told, and compared.

The auditor reads the announcements, the readers' wishes and the messages; of the bot it knows
only at which instants it was looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.system.year.announced import Announced
from tests.system.year.calendar import (
    EASTERN,
    FIRST_POLL,
    MINUTE,
    WEEKEND,
    Rhythm,
    eastern_day,
    instant,
    is_changing,
    quiet_reason,
    wall_of,
)
from tests.system.year.evidence import Evidence, Fault, Finding, collected
from tests.system.year.life import Account
from tests.system.year.readers import Change, Does, Reader, Wish
from tests.system.year.script import (
    FEED_BUSY,
    FEED_DOWN,
    FEED_STALE,
    FLOODED,
    RETRY,
    TELEGRAM_DOWN,
    overlaps,
)
from tests.system.year.telegram import Got

_REST = timedelta(minutes=6)  # the longest that a bot waits before it tries Telegram again
_HELD = timedelta(minutes=2)  # the longest that one chat's trouble may last


@dataclass(slots=True)
class Report:
    """What was found, and what was counted."""

    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(slots=True)
class _Topic:
    wish: Wish
    limit: int
    kinds: frozenset[str]
    rhythm: Rhythm
    zone: str
    cursor: int = 0
    due: datetime | None = None


class _Chat:
    """One chat through the year, as it should have been."""

    def __init__(self, reader: Reader, changes: Sequence[Change], auditor: Auditor) -> None:
        self._reader = reader
        self._zone = reader.zone
        self._changes = list(changes)
        self._auditor = auditor
        self._evidence = auditor.evidence[reader.chat]
        self._received: dict[str, int] = {}
        self._is_paused = False
        self._excused = False  # what is due was put off by the reader
        self._until: date | None = None
        begin = auditor.account.script.begin
        self._topics = [
            _Topic(
                a.wish,
                a.limit,
                a.kinds,
                reader.rhythm,
                reader.zone,
                0,
                reader.rhythm.after(reader.zone, begin),
            )
            for a in reader.topics
        ]

    def live(self) -> None:
        """Goes through all looks, and at last asks what is left."""
        for look, told in self._auditor.account.looks:
            while self._changes and self._changes[0].at <= look:
                self._change(self._changes.pop(0))
            self._wake(look)
            if not self._is_paused:
                self._look(look, told)
        for one in self._evidence.deliveries:
            self._found(Fault.STRAY, one.at, one.heading)
        for notice in self._evidence.notices:
            self._found(Fault.NOTICE, notice.at, notice.heading)

    def _found(self, fault: Fault, at: datetime, told: str) -> None:
        self._auditor.report.findings.append(Finding(fault, self._reader.chat, at, told))

    def _change(self, change: Change) -> None:
        match change.does:
            case Does.PAUSE:
                self._is_paused, self._until = True, change.until
            case Does.RESUME:
                self._is_paused, self._excused = False, True
            case Does.EDIT:
                assert change.wish
                self._topics[0].wish = change.wish
            case Does.MOVE:
                self._move(change.zone, change.at)
            case Does.RETIME:
                assert change.rhythm
                for topic in self._topics:
                    topic.rhythm = change.rhythm
                    topic.due = change.rhythm.after(topic.zone, change.at)

    def _move(self, zone: str, at: datetime) -> None:
        """What was told by the old clock is not told again by the new one."""
        for topic in self._topics:
            if topic.due:
                told = topic.rhythm.last_before(topic.zone, topic.due)
                assert told
                topic.due = topic.rhythm.untold(zone, at, told)
            topic.zone = zone
        self._zone = zone

    def _wake(self, look: datetime) -> None:
        """A pause until a day ends with the first occasion on that day."""
        if not (self._is_paused and self._until) or wall_of(self._zone, look).date() < self._until:
            return
        for topic in self._topics:
            if topic.due and topic.due <= look:
                topic.due = topic.rhythm.on_or_after(topic.zone, self._until)
        self._is_paused, self._until = False, None

    def _look(self, look: datetime, told: int) -> None:
        due = [
            topic
            for topic in self._topics
            if (topic.due <= look if topic.due else not topic.rhythm.times and topic.cursor < told)
        ]
        if not due:
            return
        issued = [self._digest(topic, look, told) for topic in due]
        if not any(issued) and any(t.rhythm.notices and t.rhythm.times for t in due):
            self._notice(look)
        self._excused = False

    def _digest(self, topic: _Topic, look: datetime, told: int) -> bool:
        """Compares a digest with what it should be; False where there should be none."""
        if topic.due and topic.due < look and not self._excused:
            absent = any(topic.due in one for one in self._auditor.account.script.absences())
            if not absent:
                self._found(Fault.LATE, look, f"{topic.wish.text} was due at {topic.due}")
        found = self._auditor.announced.matching(topic.wish, topic.cursor, told)
        wanted = {id: v for id, (v, kind) in found.items() if self._is_wanted(topic, id, v, kind)}
        topic.cursor, topic.due = told, topic.rhythm.after(topic.zone, look)
        if not wanted:
            return False
        self._compare(topic, look, wanted)
        return True

    def _is_wanted(self, topic: _Topic, id: str, version: int, kind: str) -> bool:
        had = self._received.get(id)
        is_newer = kind.startswith("replace") and version > (had or 0)
        return kind in topic.kinds and (had is None or is_newer)

    def _compare(self, topic: _Topic, look: datetime, wanted: Mapping[str, int]) -> None:
        until = self._auditor.deadline(self._reader.chat, look)
        came = self._evidence.take(topic.wish.text, look, until)
        if came is None:
            told = f"{topic.wish.text}: {len(wanted)} papers in no digest: {sorted(wanted)[:5]}"
            self._found(Fault.LOST, look, told)
            return
        shown = set(came.papers)
        for id in shown - wanted.keys():
            fault = Fault.REPEATED if id in self._received else Fault.UNASKED
            self._found(fault, came.at, f"{topic.wish.text}: {id}")
        most = min(topic.limit, len(wanted))
        if len(came.papers) != most or came.total != len(wanted):
            fault = Fault.LOST if came.total < len(wanted) else Fault.COUNT
            told = f"{len(came.papers)} of {came.total} shown, not {most} of {len(wanted)}"
            missing = sorted(wanted.keys() - shown)[:5] if len(shown) < most else []
            self._found(fault, came.at, f"{topic.wish.text}: {told} {missing}")
        if came.last >= until:
            self._found(Fault.LATE, came.last, f"{topic.wish.text}, due at {look}")
        self._received |= {id: wanted[id] for id in shown & wanted.keys()}
        self._count(topic, look, shown, wanted, late=came.at >= look + MINUTE)

    def _count(
        self,
        topic: _Topic,
        look: datetime,
        shown: set[str],
        wanted: Mapping[str, int],
        *,
        late: bool,
    ) -> None:
        counts = self._auditor.report.counts
        counts["digests"] += 1
        counts["papers shown"] += len(shown)
        counts["papers left out"] += len(wanted) - len(shown)
        counts["digests after an outage of Telegram or the bot"] += late
        counts["digests within 12 hours of a clock change"] += is_changing(topic.zone, look)

    def _notice(self, look: datetime) -> None:
        until = self._auditor.deadline(self._reader.chat, look)
        notice = self._evidence.notice(look, until)
        reason = quiet_reason(eastern_day(look))
        if notice is None:
            self._found(Fault.NOTICE, look, f"none came ({reason})")
        elif not _says(notice.heading, reason, self._reader.language):
            self._found(Fault.NOTICE, look, f"{notice.heading} (not {reason})")
        else:
            self._auditor.report.counts["notices"] += 1
            counts = self._auditor.report.counts
            counts["notices of holidays"] += reason not in ("", WEEKEND)
            counts["notices within 12 hours of a clock change"] += is_changing(self._zone, look)


def _says(text: str, reason: str, language: str) -> bool:
    """Whether a notice speaks of a quiet day, and of the reason where arXiv named one."""
    if language == "zh":
        return "没有新论文" in text and ("arXiv 当天休息" in text) == bool(reason)
    return f"announces nothing ({reason})" in text if reason else text.startswith("Nothing new")


class Auditor:
    """The whole account: what arXiv told in time, and what came into every chat."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.report = Report()
        self.announced = Announced(account.arxiv.told)
        messages: dict[int, list[Got]] = defaultdict(list)
        for got in account.telegram.got:
            messages[got.chat].append(got)
        chats = [reader.chat for reader in account.script.everybody]
        self.evidence: dict[int, Evidence] = {c: collected(c, messages[c]) for c in chats}
        self._troubles = sorted(account.telegram.troubled)

    def deadline(self, chat: int, due: datetime) -> datetime:
        """Before when something must have come: within its minute, or soon after an outage."""
        end = due + MINUTE
        spans = [*TELEGRAM_DOWN, *self.account.script.absences()]
        if span := overlaps(spans, due, end):
            end = span.end + _REST
        for at, one in sorted(self._troubles):
            # In a flood one chat after the other makes everybody wait.
            is_held = one == chat or any(at in span for span in FLOODED)
            if is_held and due <= at < end:
                end = max(end, at + _HELD)
        return end

    def audit(self) -> Report:
        """Everything that is wrong, and the counts."""
        self._feeds()
        changes: dict[int, list[Change]] = defaultdict(list)
        for change in self.account.script.changes:
            changes[change.chat].append(change)
        for reader in self.account.script.everybody:
            _Chat(reader, changes[reader.chat], self).live()
            self.report.findings += self.evidence[reader.chat].findings
            self.report.counts["marked repeats"] += self.evidence[reader.chat].marked
        counts, arxiv = self.report.counts, self.account.arxiv
        counts["papers"] = len({one.work.id for one in arxiv.told})
        counts["announcements"] = len(arxiv.told)
        counts["messages"] = len(self.account.telegram.got)
        counts["looks"] = len(self.account.looks)
        counts["left in the outbox"] = self.account.left
        return self.report

    def _feeds(self) -> None:
        """Every announced version was told: at the day's first poll, or soon after an outage."""
        told: dict[tuple[str, date], datetime] = {}
        for one in self.account.arxiv.told:
            told.setdefault((one.work.id, one.day), one.at)
        spans = [*FEED_DOWN, *FEED_STALE, *FEED_BUSY, *self.account.script.absences()]
        for work in self.account.arxiv.works:
            for day in work.days:
                first = instant(EASTERN, day, FIRST_POLL)
                if day > self.account.script.last or quiet_reason(day):
                    continue
                span = overlaps(spans, first, first)
                latest = span.end + 2 * RETRY if span else first
                at = told.get((work.id, day))
                if at is None or at > latest:
                    self.report.findings.append(Finding(Fault.LOST, 0, first, f"{work.id}: {at}"))


def audit(account: Account) -> Report:
    """Everything that is wrong with a year, and its counts."""
    return Auditor(account).audit()
