"""How far sources were read, and what is still to be fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from storage.records.papers import AnnouncementKind


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """How far a source has been read.

    ``batch_fingerprint`` is a fingerprint of the last non-empty batch's ids: a feed that shows the
    same ids under a new build date is stale.
    """

    source: str
    etag: str = ""
    resumption_token: str = ""  # OAI-PMH resumption
    last_day: date | None = None  # arXiv day of the last non-empty batch
    batch_fingerprint: str = ""
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """How a feed answered last, since when, and the last day that was truncated."""

    feed: str
    status: str
    since: datetime
    truncated_day: date | None = None


@dataclass(frozen=True, slots=True)
class Backfill:
    """A range of feed days to be fetched from a set of arXiv's archive, for some feeds.

    ``resumption_token`` leads to the next page; ``first_page_at`` is when the first one was
    answered.
    """

    set_spec: str  # "cs:cs:CV"; "" is all of arXiv
    first_day: date
    last_day: date
    feeds: tuple[str, ...]
    created_at: datetime
    resumption_token: str = ""
    pages: int = 0
    first_page_at: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MissingPaper:
    """A paper named by a feed item that could not be read; it is to be requested.

    ``kind`` is None where the paper's history tells what a feed announced on these days.
    """

    feed: str
    id: str  # without scheme and version; "" where the item lacks it
    first_day: date
    last_day: date
    noted_at: datetime
    version: int = 0
    kind: AnnouncementKind | None = None
    attempts: int = 0
    last_requested_at: datetime | None = None
    done_at: datetime | None = None
