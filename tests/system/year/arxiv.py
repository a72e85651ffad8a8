"""arXiv over a year: feeds of a day, an archive, outages, and a record of what each answer told."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import format_datetime
from html import escape
from urllib.parse import parse_qs, quote, unquote
from zoneinfo import ZoneInfo

import httpx

from tests.ingest.sources.offline import streamed_response
from tests.system.year.calendar import EASTERN, Period, eastern_day, submission_time
from tests.system.year.corpus import CorpusPaper

BASE = "http://arxiv.test"
PAGE = 300
_XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_RSS_NAMESPACES = (
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


@dataclass(frozen=True, slots=True)
class TimedAnnouncement:
    """An answer told of a paper's version that a feed announced on a day."""

    announced_at: datetime
    feed: str
    paper: CorpusPaper
    version: int
    is_fresh: bool
    day: date


@dataclass(slots=True)
class SimulatedArxiv:
    """Answers as arXiv does at the instant it is, and notes what it told.

    ``outages`` are stretches without a connection, ``stale_periods`` those in which the feeds show
    the day before under today's date, ``busy_periods`` those in which it asks to wait.
    """

    works: Sequence[CorpusPaper]
    now: Callable[[], datetime]
    outages: Sequence[Period] = ()
    stale_periods: Sequence[Period] = ()
    busy_periods: Sequence[Period] = ()
    announcements: list[TimedAnnouncement] = field(default_factory=list)
    first_served: dict[tuple[str, date], datetime] = field(default_factory=dict)
    requested_paths: list[str] = field(default_factory=list)
    _versions_by_day: dict[date, list[tuple[CorpusPaper, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _announced_keys: set[tuple[str, str, date]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for paper in self.works:
            for version, day in enumerate(paper.days, start=1):
                self._versions_by_day[day].append((paper, version))

    @property
    def days(self) -> list[date]:
        """The days on which something was announced."""
        return sorted(self._versions_by_day)

    def respond(self, request: httpx.Request) -> httpx.Response:
        """The answer to any question, for ``httpx.MockTransport``."""
        now = self.now()
        if any(now in period for period in self.outages):
            raise httpx.ConnectError("down")
        if any(now in period for period in self.busy_periods):
            return streamed_response(429, b"Rate exceeded.", {"retry-after": "1800"})
        self.requested_paths.append(request.url.path)
        if request.url.path == "/oai":
            return self._archive_response(
                {key: values[0] for key, values in parse_qs(request.url.query.decode()).items()}
            )
        return self._feed_response(request.url.path.removeprefix("/rss/"), request, now)

    def _feed_response(self, feed: str, request: httpx.Request, now: datetime) -> httpx.Response:
        today = eastern_day(now)
        is_stale = any(now in period for period in self.stale_periods)
        shown_day = max(day for day in self._versions_by_day if day < today) if is_stale else today
        items = [
            (work_of_day, version_of_day)
            for work_of_day, version_of_day in self._versions_by_day.get(shown_day, ())
            if _is_in_feed(work_of_day, feed)
        ]
        items.sort(key=lambda item: item[0].id)
        body = self._rss_body(feed, today, items)
        etag = hashlib.sha256(body).hexdigest()
        if request.headers.get("if-none-match") == etag:
            return streamed_response(304, headers={"etag": etag})
        if items and not is_stale:
            self.first_served.setdefault((feed, today), now)
            for paper, version in items:
                self._record_announcement(
                    TimedAnnouncement(now, feed, paper, version, version == 1, today)
                )
        return streamed_response(200, body, {"etag": etag})

    def _record_announcement(self, announcement: TimedAnnouncement) -> None:
        announcement_key = (announcement.feed, announcement.paper.id, announcement.day)
        if announcement_key not in self._announced_keys:
            self._announced_keys.add(announcement_key)
            self.announcements.append(announcement)

    def _rss_body(self, feed: str, today: date, items: Sequence[tuple[CorpusPaper, int]]) -> bytes:
        midnight = datetime(today.year, today.month, today.day, tzinfo=ZoneInfo(EASTERN))
        names = ", ".join(feed.split("+"))
        items_xml = "".join(_item_xml(paper, version, feed) for paper, version in items)
        return (
            f'{_XML_HEAD}<rss version="2.0" {_RSS_NAMESPACES}><channel>'
            f"<title>{names} updates on arXiv.org</title>"
            f"<pubDate>{format_datetime(midnight)}</pubDate>{items_xml}</channel></rss>"
        ).encode()

    def _archive_response(self, query: Mapping[str, str]) -> httpx.Response:
        token = query.get("resumptionToken")
        since, set_name, start = (
            unquote(token).split("|") if token else (query["from"], query.get("set", ""), "0")
        )
        changed_works = list(self._changed_works(date.fromisoformat(since), set_name))
        if not changed_works:
            return streamed_response(
                200, _oai_body('<error code="noRecordsMatch">An empty list.</error>')
            )
        page = changed_works[int(start) : int(start) + PAGE]
        for paper, version in page:
            self._record_missed(paper, version, date.fromisoformat(since))
        token_of_next_page = quote(f"{since}|{set_name}|{int(start) + PAGE}", safe="")
        next_token = token_of_next_page if int(start) + PAGE < len(changed_works) else ""
        records = "".join(_record_xml(paper, version) for paper, version in page)
        list_xml = f"{records}<resumptionToken>{next_token}</resumptionToken>"
        return streamed_response(200, _oai_body(f"<ListRecords>{list_xml}</ListRecords>"))

    def _changed_works(self, since: date, set_name: str) -> Iterator[tuple[CorpusPaper, int]]:
        """The papers of a set that changed on a day or after it, each at its newest version."""
        today = eastern_day(self.now())
        for paper in self.works:
            version = sum(day <= today for day in paper.days)
            if version and paper.days[version - 1] >= since and _is_in_set(paper, set_name):
                yield paper, version

    def _record_missed(self, paper: CorpusPaper, version: int, since: date) -> None:
        """Notes what a record tells of days that no feed showed, in the words of now."""
        today = eastern_day(self.now())
        for feed in {feed for feed, _ in self.first_served}:
            for number, day in enumerate(paper.days[:version], start=1):
                is_missed = since <= day < today and (feed, day) not in self.first_served
                if is_missed and _is_in_feed(paper, feed):
                    self._record_announcement(
                        TimedAnnouncement(self.now(), feed, paper, version, number == 1, day)
                    )


def _is_in_feed(paper: CorpusPaper, feed: str) -> bool:
    return not set(feed.split("+")).isdisjoint(paper.categories)


def _is_in_set(paper: CorpusPaper, set_name: str) -> bool:
    parts = set_name.split(":")
    if len(parts) == 3:
        return f"{parts[1]}.{parts[2]}" in paper.categories
    return not set_name or any(code.startswith(f"{parts[-1]}.") for code in paper.categories)


def _item_xml(paper: CorpusPaper, version: int, feed: str) -> str:
    kind = "new" if version == 1 else "replace"
    if paper.categories[0] not in feed.split("+"):
        kind = {"new": "cross", "replace": "replace-cross"}[kind]
    title, abstract = map(escape, paper.title_and_abstract(version))
    categories = "".join(f"<category>{code}</category>" for code in paper.categories)
    return (
        f"<item><title>{title}</title><link>https://arxiv.org/abs/{paper.id}</link>"
        f"<description>arXiv:{paper.id}v{version} Announce Type: {kind} \nAbstract: {abstract}"
        f'</description><guid isPermaLink="false">oai:arXiv.org:{paper.id}v{version}</guid>'
        f"{categories}<arxiv:announce_type>{kind}</arxiv:announce_type>"
        f"<dc:creator>{escape(', '.join(paper.authors))}</dc:creator></item>"
    )


def _record_xml(paper: CorpusPaper, version: int) -> str:
    title, abstract = map(escape, paper.title_and_abstract(version))
    dates = "".join(
        f'<version version="v{number}">'
        f"<date>{submission_time(day):%a, %d %b %Y %H:%M:%S} GMT</date>"
        "<size>9kb</size></version>"
        for number, day in enumerate(paper.days[:version], start=1)
    )
    return (
        f"<record><header><identifier>oai:arXiv.org:{paper.id}</identifier>"
        f"<datestamp>{paper.days[version - 1]}</datestamp></header><metadata>"
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{paper.id}</id>{dates}'
        f"<title>{title}</title><authors>{escape(', '.join(paper.authors))}</authors>"
        f"<categories>{' '.join(paper.categories)}</categories>"
        f"<abstract>{abstract}</abstract></arXivRaw></metadata></record>"
    )


def _oai_body(inner_xml: str) -> bytes:
    return (
        f'{_XML_HEAD}<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        "<responseDate>2026-01-01T00:00:00Z</responseDate>"
        f"<request>{BASE}/oai</request>{inner_xml}</OAI-PMH>"
    ).encode()
