"""What came into one chat: digests put together from their messages, notices, repeats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tests.system.year.telegram import Got


class Fault(StrEnum):
    """What can be wrong with a year."""

    LOST = "lost"  # it was announced and matched, and nobody showed or counted it
    REPEATED = "repeated"
    UNASKED = "unasked"  # it does not match
    COUNT = "count"  # the digest's own numbers are wrong
    LATE = "late"
    NOTICE = "notice"  # of a quiet day: missing, wrong or not asked for
    STRAY = "stray"  # a digest for which there was no occasion


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, where and when."""

    fault: Fault
    chat: int
    at: datetime
    told: str


@dataclass(slots=True)
class Delivery:
    """A digest as a chat got it."""

    at: datetime
    heading: str
    papers: list[str]
    total: int
    last: datetime

    def is_of(self, topic: str) -> bool:
        """Whether its heading names this topic."""
        return self.heading.startswith((f"{topic}: ", f"{topic}：", f"{topic}:"))


@dataclass(slots=True)
class Evidence:
    """Everything that a chat got, in order; what is taken out has been accounted for."""

    chat: int
    deliveries: list[Delivery] = field(default_factory=list)
    notices: list[Got] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    marked: int = 0  # messages that came twice and say so

    def take(self, topic: str, after: datetime, until: datetime) -> Delivery | None:
        """The first digest of a topic, if it came between these instants."""
        for at, one in enumerate(self.deliveries):
            if one.is_of(topic):
                if not after <= one.at < until:
                    return None
                return self.deliveries.pop(at)
        return None

    def notice(self, after: datetime, until: datetime) -> Got | None:
        """The next notice, if it came between these instants."""
        if self.notices and after <= self.notices[0].at < until:
            return self.notices.pop(0)
        return None


def collected(chat: int, messages: Iterable[Got]) -> Evidence:
    """A chat's messages as digests and notices; a message twice is a fault unless it says so."""
    found = Evidence(chat)
    digests: dict[int, list[Got]] = {}
    for got in messages:
        if not got.digest:
            _note(found, got)
            continue
        parts = digests.setdefault(got.digest, [])
        twins = [one for one in parts if one.papers == got.papers]
        if not twins:
            parts.append(got)
        elif got.is_repeat and twins[-1].is_lost:
            found.marked += 1
        else:
            told = f"{got.heading}: the same message again"
            found.findings.append(Finding(Fault.REPEATED, chat, got.at, told))
    found.deliveries = [_delivery(digests[number]) for number in sorted(digests)]
    return found


def _note(found: Evidence, got: Got) -> None:
    """A notice, or once more the one whose sender was not told that it came."""
    if got.is_repeat and any(one.is_lost and one.heading == got.heading for one in found.notices):
        found.marked += 1
    else:
        found.notices.append(got)


def _delivery(parts: list[Got]) -> Delivery:
    papers = [paper for part in parts for paper in part.papers]
    first = parts[0]
    return Delivery(first.at, first.heading, papers, first.total, parts[-1].at)
