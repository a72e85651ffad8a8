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

from tests.ingest.sources.offline import reply
from tests.system.year.calendar import EASTERN, Stretch, eastern_day, submitted
from tests.system.year.corpus import Work

BASE = "http://arxiv.test"
PAGE = 300
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_RSS = 'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'


@dataclass(frozen=True, slots=True)
class Told:
    """An answer told of a paper's version that a feed announced on a day."""

    at: datetime
    feed: str
    work: Work
    version: int
    is_fresh: bool
    day: date


@dataclass(slots=True)
class Arxiv:
    """Answers as arXiv does at the instant it is, and notes what it told.

    ``down`` are stretches without a connection, ``stale`` those in which the feeds show the
    day before under today's date, ``busy`` those in which it asks to wait.
    """

    works: Sequence[Work]
    now: Callable[[], datetime]
    down: Sequence[Stretch] = ()
    stale: Sequence[Stretch] = ()
    busy: Sequence[Stretch] = ()
    told: list[Told] = field(default_factory=list)
    served: dict[tuple[str, date], datetime] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    _days: dict[date, list[tuple[Work, int]]] = field(default_factory=lambda: defaultdict(list))
    _known: set[tuple[str, str, date]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for work in self.works:
            for version, day in enumerate(work.days, start=1):
                self._days[day].append((work, version))

    @property
    def days(self) -> list[date]:
        """The days on which something was announced."""
        return sorted(self._days)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer to any question, for ``httpx.MockTransport``."""
        now = self.now()
        if any(now in one for one in self.down):
            raise httpx.ConnectError("down")
        if any(now in one for one in self.busy):
            return reply(429, b"Rate exceeded.", {"retry-after": "1800"})
        self.asked.append(request.url.path)
        if request.url.path == "/oai":
            return self._archive({k: v[0] for k, v in parse_qs(request.url.query.decode()).items()})
        return self._feed(request.url.path.removeprefix("/rss/"), request, now)

    def _feed(self, feed: str, request: httpx.Request, now: datetime) -> httpx.Response:
        today = eastern_day(now)
        is_stale = any(now in one for one in self.stale)
        shown = max(day for day in self._days if day < today) if is_stale else today
        items = [(w, v) for w, v in self._days.get(shown, ()) if _belongs(w, feed)]
        items.sort(key=lambda item: item[0].id)
        body = self._rss(feed, today, items)
        mark = hashlib.sha256(body).hexdigest()
        if request.headers.get("if-none-match") == mark:
            return reply(304, headers={"etag": mark})
        if items and not is_stale:
            self.served.setdefault((feed, today), now)
            for work, version in items:
                self._tell(Told(now, feed, work, version, version == 1, today))
        return reply(200, body, {"etag": mark})

    def _tell(self, told: Told) -> None:
        known = (told.feed, told.work.id, told.day)
        if known not in self._known:
            self._known.add(known)
            self.told.append(told)

    def _rss(self, feed: str, today: date, items: Sequence[tuple[Work, int]]) -> bytes:
        midnight = datetime(today.year, today.month, today.day, tzinfo=ZoneInfo(EASTERN))
        names = ", ".join(feed.split("+"))
        shown = "".join(_item(work, version, feed) for work, version in items)
        return (
            f'{_HEAD}<rss version="2.0" {_RSS}><channel><title>{names} updates on arXiv.org</title>'
            f"<pubDate>{format_datetime(midnight)}</pubDate>{shown}</channel></rss>"
        ).encode()

    def _archive(self, question: Mapping[str, str]) -> httpx.Response:
        token = question.get("resumptionToken")
        since, name, start = (
            unquote(token).split("|") if token else (question["from"], question.get("set", ""), "0")
        )
        found = list(self._changed(date.fromisoformat(since), name))
        if not found:
            return reply(200, _oai('<error code="noRecordsMatch">An empty list.</error>'))
        page = found[int(start) : int(start) + PAGE]
        for work, version in page:
            self._tell_missed(work, version, date.fromisoformat(since))
        following = quote(f"{since}|{name}|{int(start) + PAGE}", safe="")
        rest = following if int(start) + PAGE < len(found) else ""
        records = "".join(_record(work, version) for work, version in page)
        said = f"{records}<resumptionToken>{rest}</resumptionToken>"
        return reply(200, _oai(f"<ListRecords>{said}</ListRecords>"))

    def _changed(self, since: date, name: str) -> Iterator[tuple[Work, int]]:
        """The papers of a set that changed on a day or after it, each at its newest version."""
        today = eastern_day(self.now())
        for work in self.works:
            version = sum(day <= today for day in work.days)
            if version and work.days[version - 1] >= since and _is_in_set(work, name):
                yield work, version

    def _tell_missed(self, work: Work, version: int, since: date) -> None:
        """Notes what a record tells of days that no feed showed, in the words of now."""
        today = eastern_day(self.now())
        for feed in {feed for feed, _ in self.served}:
            for number, day in enumerate(work.days[:version], start=1):
                missed = since <= day < today and (feed, day) not in self.served
                if missed and _belongs(work, feed):
                    self._tell(Told(self.now(), feed, work, version, number == 1, day))


def _belongs(work: Work, feed: str) -> bool:
    return not set(feed.split("+")).isdisjoint(work.categories)


def _is_in_set(work: Work, name: str) -> bool:
    parts = name.split(":")
    if len(parts) == 3:
        return f"{parts[1]}.{parts[2]}" in work.categories
    return not name or any(code.startswith(f"{parts[-1]}.") for code in work.categories)


def _item(work: Work, version: int, feed: str) -> str:
    kind = "new" if version == 1 else "replace"
    if work.categories[0] not in feed.split("+"):
        kind = {"new": "cross", "replace": "replace-cross"}[kind]
    title, abstract = map(escape, work.text(version))
    categories = "".join(f"<category>{code}</category>" for code in work.categories)
    return (
        f"<item><title>{title}</title><link>https://arxiv.org/abs/{work.id}</link>"
        f"<description>arXiv:{work.id}v{version} Announce Type: {kind} \nAbstract: {abstract}"
        f'</description><guid isPermaLink="false">oai:arXiv.org:{work.id}v{version}</guid>'
        f"{categories}<arxiv:announce_type>{kind}</arxiv:announce_type>"
        f"<dc:creator>{escape(', '.join(work.authors))}</dc:creator></item>"
    )


def _record(work: Work, version: int) -> str:
    title, abstract = map(escape, work.text(version))
    dates = "".join(
        f'<version version="v{number}"><date>{submitted(day):%a, %d %b %Y %H:%M:%S} GMT</date>'
        "<size>9kb</size></version>"
        for number, day in enumerate(work.days[:version], start=1)
    )
    return (
        f"<record><header><identifier>oai:arXiv.org:{work.id}</identifier>"
        f"<datestamp>{work.days[version - 1]}</datestamp></header><metadata>"
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{work.id}</id>{dates}'
        f"<title>{title}</title><authors>{escape(', '.join(work.authors))}</authors>"
        f"<categories>{' '.join(work.categories)}</categories>"
        f"<abstract>{abstract}</abstract></arXivRaw></metadata></record>"
    )


def _oai(inside: str) -> bytes:
    return (
        f'{_HEAD}<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        "<responseDate>2026-01-01T00:00:00Z</responseDate>"
        f"<request>{BASE}/oai</request>{inside}</OAI-PMH>"
    ).encode()
