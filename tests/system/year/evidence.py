"""What came into one chat: digests put together from their messages, notices, repeats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tests.system.year.telegram import ReceivedMessage


class AuditFault(StrEnum):
    """What can be wrong with a year."""

    LOST = "lost"  # it was announced and matched, and nobody showed or counted it
    REPEATED = "repeated"
    UNWANTED = "unasked"  # it does not match
    COUNT = "count"  # the digest's own numbers are wrong
    LATE = "late"
    NOTICE = "notice"  # of a quiet day: missing, wrong or not asked for
    UNEXPECTED = "stray"  # a digest for which there was no occasion


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, where and when."""

    fault: AuditFault
    chat: int
    found_at: datetime
    details: str


@dataclass(slots=True)
class Delivery:
    """A digest as a chat got it."""

    first_at: datetime
    digest_heading: str
    papers: list[str]
    total: int
    last_at: datetime

    def is_of(self, topic: str) -> bool:
        """Whether its heading names this topic."""
        return self.digest_heading.startswith((f"{topic}: ", f"{topic}：", f"{topic}:"))


@dataclass(slots=True)
class ChatEvidence:
    """Everything that a chat got, in order; what is taken out has been accounted for."""

    chat: int
    deliveries: list[Delivery] = field(default_factory=list)
    notices: list[ReceivedMessage] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    marked_repeats: int = 0  # messages that came twice and say so

    def take_delivery(self, topic: str, after: datetime, deadline: datetime) -> Delivery | None:
        """The first digest of a topic, if it came between these instants."""
        for index, delivery in enumerate(self.deliveries):
            if delivery.is_of(topic):
                if not after <= delivery.first_at < deadline:
                    return None
                return self.deliveries.pop(index)
        return None

    def take_notice(self, after: datetime, deadline: datetime) -> ReceivedMessage | None:
        """The next notice, if it came between these instants."""
        if self.notices and after <= self.notices[0].received_at < deadline:
            return self.notices.pop(0)
        return None


def collect_evidence(chat: int, messages: Iterable[ReceivedMessage]) -> ChatEvidence:
    """A chat's messages as digests and notices; a message twice is a fault unless it says so."""
    evidence = ChatEvidence(chat)
    digests: dict[int, list[ReceivedMessage]] = {}
    for message in messages:
        if not message.digest:
            _collect_notice(evidence, message)
            continue
        parts = digests.setdefault(message.digest, [])
        same_messages = [part for part in parts if part.papers == message.papers]
        if not same_messages:
            parts.append(message)
        elif message.is_repeat and same_messages[-1].is_lost:
            evidence.marked_repeats += 1
        else:
            details = f"{message.digest_heading}: the same message again"
            evidence.findings.append(
                Finding(AuditFault.REPEATED, chat, message.received_at, details)
            )
    evidence.deliveries = [_delivery(digests[number]) for number in sorted(digests)]
    return evidence


def _collect_notice(evidence: ChatEvidence, message: ReceivedMessage) -> None:
    """A notice, or once more the one whose sender was not told that it came."""
    if message.is_repeat and any(
        notice.is_lost and notice.digest_heading == message.digest_heading
        for notice in evidence.notices
    ):
        evidence.marked_repeats += 1
    else:
        evidence.notices.append(message)


def _delivery(parts: list[ReceivedMessage]) -> Delivery:
    papers = [paper for part in parts for paper in part.papers]
    first_part = parts[0]
    return Delivery(
        first_part.received_at,
        first_part.digest_heading,
        papers,
        first_part.total,
        parts[-1].received_at,
    )
