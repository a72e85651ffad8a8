"""What did arXiv's archive change since a day? Its OAI-PMH questions, and the records it answers.

The archive lists papers by the day of their last change, whatever that was, so a record comes
with the dates of all versions of its paper (format ``arXivRaw``): ``history`` reads from them
what was announced. Errors come with HTTP status 200.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, ParseError, XMLParser

from bot.arxiv import announcement_text, author_list
from bot.arxiv.taxonomy import filed_under
from bot.ingest.http_client import Fetcher
from bot.ingest.http_errors import FetchError
from bot.ingest.sources.feed_envelope import OAI, Unusable, opened
from bot.ingest.sources.field_limits import shortened
from bot.ingest.sources.source_batch import Condition, Skip, Unread, left_over, warnings
from storage.records import Notice, Paper

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"
_TOKEN = re.compile(rb"<resumptionToken\b[^>]{0,300}>([^<]{0,2000})</resumptionToken>")
_VERSION = re.compile(r"v([1-9]\d{0,2})", re.ASCII)
FEW = 20  # records of a page that may all be unread; more would not be single records' fault
_PIECE = 64 * 1024
_EXPIRED, _NONE = "badResumptionToken", "noRecordsMatch"
_WAIT = frozenset({406, 429, 503})  # how arXiv says: too many questions
_YEARS = range(1986, 2200)  # arXiv's oldest papers were older than arXiv


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a paper and when it was submitted."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """A paper as it is now, the history of its versions, and the day of its last change."""

    paper: Paper
    versions: tuple[Version, ...]  # the first one first; a few numbers may be missing
    changed: date


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: records, and the token that leads to the next page, "" on the last one."""

    condition: Condition
    records: tuple[Record, ...] = ()
    token: str = ""
    is_expired: bool = False  # the token was of an earlier day: begin again from the date
    reason: Notice | None = None
    warnings: tuple[Notice, ...] = ()
    unread: tuple[Unread, ...] = ()  # records that could not be used
    retry_after: float | None = None  # seconds

    @property
    def is_usable(self) -> bool:
        """The page is whole; a page that broke off must be asked for again."""
        return self.condition in (Condition.FRESH, Condition.EMPTY)


def first_page(since: date, set: str = "", *, base: str) -> str:
    """The question for all records of a set that changed on a day or after it."""
    asked = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": since.isoformat()}
    return f"{base}?{urlencode(asked | ({'set': set} if set else {}))}"


def next_page(token: str, *, base: str) -> str:
    """The question that a token stands for; what the token says already is not said again."""
    return f"{base}?{urlencode({'verb': 'ListRecords', 'resumptionToken': token})}"


def one_record(id: str, *, base: str) -> str:
    """The question for the record of one paper."""
    asked = {
        "verb": "GetRecord",
        "metadataPrefix": "arXivRaw",
        "identifier": f"oai:arXiv.org:{id}",
    }
    return f"{base}?{urlencode(asked)}"


async def ask(url: str, fetcher: Fetcher) -> Page:
    """The page behind a question, whatever goes wrong on the way."""
    try:
        answer = await fetcher.get(url)
    except FetchError as error:
        return Page(Condition.UNREACHABLE, reason=error.notice)
    if answer.status in _WAIT or answer.status == 403:
        key = "source-forbidden" if answer.status == 403 else "source-limited"
        return Page(Condition.LIMITED, reason=Notice(key), retry_after=answer.retry_after)
    if answer.status != 200:
        reason = Notice("source-status", (("status", answer.status),))
        return Page(Condition.UNREACHABLE, reason=reason, retry_after=answer.retry_after)
    return await asyncio.to_thread(parse, answer.body)


def parse(body: bytes) -> Page:
    """The records in an answer, or what the answer is instead; it never raises."""
    try:
        envelope = opened(body, OAI)
        root = _tree(envelope.body)
    except Unusable as error:
        notices = warnings(error.lost, False)
        return Page(error.condition, reason=error.reason, warnings=notices, unread=error.lost)
    except ParseError:  # a brace in a namespace's name, which only this parser minds
        return Page(Condition.BROKEN, reason=Notice("source-broken"))
    wrong = root.find(f"{_OAI}error")
    if wrong is not None:
        return _error(wrong.get("code", ""), announcement_text.one_line(wrong.text or ""))
    listed = root.find(f"{_OAI}ListRecords")
    if listed is None:
        listed = root.find(f"{_OAI}GetRecord")
    if listed is None:
        return Page(Condition.NOT_A_FEED, reason=Notice("source-foreign"))
    skipped, cut = list(envelope.lost), list[str]()
    records = tuple(_readable(listed, skipped, cut))
    unread = left_over(skipped, {record.paper.id for record in records})
    notices = warnings(unread, envelope.has_bad_bytes, cut)
    if not records and (len(unread) > FEW or not all(one.id for one in unread)):
        # Another format than was asked for, or worse.
        reason = Notice("source-broken")
        return Page(Condition.BROKEN, reason=reason, warnings=notices, unread=unread)
    token = _TOKEN.search(body, max(body.rfind(b"</record>"), 0))
    if not envelope.is_whole:
        reason = Notice("source-partial", (("papers", len(records)),))
        return Page(Condition.PARTIAL, records, reason=reason, warnings=notices, unread=unread)
    following = html.unescape(token[1].decode("utf-8", "replace")).strip() if token else ""
    return Page(Condition.FRESH, records, following, warnings=notices, unread=unread)


def _tree(body: bytes) -> Element:
    """The elements of a page, read in pieces so that other threads have their turn in between."""
    parser = XMLParser()  # noqa: S314 - opened() refused what could harm
    for start in range(0, len(body), _PIECE):
        parser.feed(body[start : start + _PIECE])
    root: Element = parser.close()
    return root


def _error(code: str, said: str) -> Page:
    if code == _NONE:
        return Page(Condition.EMPTY)
    reason = Notice("source-error-feed", (("said", f"{code}: {said}"[:300]),))
    return Page(Condition.ERROR_FEED, is_expired=code == _EXPIRED, reason=reason)


def _readable(listed: Element, skipped: list[Unread], cut: list[str]) -> Iterator[Record]:
    """The records that can be used; the others are named, deleted ones passed over."""
    for found in listed.iterfind(f"{_OAI}record"):
        header = found.find(f"{_OAI}header")
        if header is not None and header.get("status") == "deleted":
            continue
        try:
            yield _record(found, cut)
        except Skip as skip:
            skipped.append(skip.unread)


def _record(found: Element, cut: list[str]) -> Record:
    raw = found.find(f"{_OAI}metadata/{_RAW}arXivRaw")
    said = _text(found, f"{_OAI}header/{_OAI}identifier")
    named = announcement_text.identity(said)
    if raw is not None and (own := announcement_text.identity(_text(raw, f"{_RAW}id"))):
        named = own
    if named is None:
        raise Skip(Unread(f"{said[:40] or '?'} (id)"))
    if raw is None:
        raise Skip(Unread(f"{named.id} (arXivRaw)", named.id))
    versions = tuple(_versions(raw))
    if not versions:
        raise Skip(Unread(f"{named.id} (version)", named.id))
    paper = Paper(
        id=f"arxiv:{named.id}",
        version=versions[-1].number,
        title=_text(raw, f"{_RAW}title"),
        abstract=announcement_text.unwrapped(raw.findtext(f"{_RAW}abstract") or ""),
        authors=author_list.split(_text(raw, f"{_RAW}authors")),
        categories=filed_under(_text(raw, f"{_RAW}categories").split()),
        link=f"https://arxiv.org/abs/{named.id}",
        submitted=versions[0].at if versions[0].number == 1 else None,
        revised=versions[-1].at,
        comment=_text(raw, f"{_RAW}comments"),
        journal=_text(raw, f"{_RAW}journal-ref"),
        doi=_text(raw, f"{_RAW}doi"),
        licence=_text(raw, f"{_RAW}license"),
    )
    return Record(shortened(paper, cut), versions, _changed(found, versions[-1].at.date()))


def _text(element: Element, path: str) -> str:
    return announcement_text.one_line(element.findtext(path) or "")


def _changed(found: Element, revised: date) -> date:
    """The day of a record's last change; of its last version where that cannot be read."""
    try:
        return date.fromisoformat(_text(found, f"{_OAI}header/{_OAI}datestamp")[:10])
    except ValueError:
        return revised


def _versions(raw: Element) -> Iterator[Version]:
    """The versions whose number and date can be understood, by number."""
    dated: dict[int, datetime] = {}
    for version in raw.iterfind(f"{_RAW}version"):
        number = _VERSION.fullmatch(version.get("version", ""))
        at = _instant(_text(version, f"{_RAW}date"))
        if number and at:
            dated.setdefault(int(number[1]), at)
    return (Version(number, dated[number]) for number in sorted(dated))


def _instant(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text[:60])
        at = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at.year in _YEARS else None
