"""Incidents, leases, counts and the state of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.records.chats import ChatKind
from storage.records.messages import Notice


@dataclass(frozen=True, slots=True)
class Incident:
    """Something an operator should know, identified by its name."""

    name: str
    notice: Notice


@dataclass(frozen=True, slots=True)
class NotifiedIncident:
    """An incident that the operator was notified of, and of its end."""

    incident: Incident
    notified_at: datetime
    resolved_at: datetime | None = None


MAX_LEASE_DURATION = timedelta(days=8)  # arXiv may ask for a rest of a week


@dataclass(frozen=True, slots=True)
class Lease:
    """Who leads some work, and until when."""

    name: str  # "send", "poll", "ingest"
    holder: str
    expires_at: datetime
    fencing_token: int

    def is_valid(self, now: datetime) -> bool:
        """Tell whether it is in force; one that ends implausibly late was set by a wrong clock."""
        return now < self.expires_at <= now + MAX_LEASE_DURATION


@dataclass(frozen=True, slots=True)
class UsageCounts:
    """Counts of chats, people and topics; ``distinct_queries`` are the topics that differ."""

    chats: Mapping[ChatKind, int]
    paused_chats: int
    people: int
    topics: int
    distinct_queries: int


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """The state of the store's file; ``damage`` is "" when it is intact."""

    path: str
    damage: str
    size_bytes: int  # with the write-ahead log
    papers: int
    announcements: int
    chats: int
    subscriptions: int
    digests: int
    waiting_messages: int
    sqlite_version: str
