"""Build OAI-PMH requests to arXiv's archive, and parse the records in its answers.

The archive lists papers by the day of their last change of any kind, so a record comes with the
dates of all versions of its paper (format ``arXivRaw``), from which ``arxiv_history`` reconstructs
what was announced. Errors come with HTTP status 200.
"""

from __future__ import annotations

import asyncio
import html
import re
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, ParseError, XMLParser

from bot.arxiv import announcement_text, author_list
from bot.arxiv.identifiers import parse_identity
from bot.arxiv.taxonomy import arxiv_categories_in
from bot.concurrency.http_headers import parse_date
from bot.ingest.http_client import Fetcher
from bot.ingest.http_errors import FetchError
from bot.ingest.sources.field_limits import shorten_paper
from bot.ingest.sources.recognize_feed import OAI_FORMATS, UnusableAnswer, recover_feed
from bot.ingest.sources.source_batch import (
    BatchStatus,
    SkipItem,
    SkippedItem,
    find_unread_items,
    warning_notices,
)
from storage.records.messages import Notice
from storage.records.papers import Paper

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"
_TOKEN = re.compile(rb"<resumptionToken\b[^>]{0,300}>([^<]{0,2000})</resumptionToken>")
_VERSION = re.compile(r"v([1-9]\d{0,2})", re.ASCII)
# Records of a page that may all be unreadable; more are not single records' fault.
MAX_UNREADABLE_RECORDS = 20
_CHUNK_SIZE = 64 * 1024
_EXPIRED_TOKEN, _NO_RECORDS = "badResumptionToken", "noRecordsMatch"
_PLAUSIBLE_YEARS = range(1986, 2200)  # arXiv's oldest papers predate arXiv


@dataclass(frozen=True, slots=True)
class PaperVersion:
    """A version of a paper and its submission time."""

    number: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class OaiRecord:
    """A paper's current text, its version history, and the day of its last change."""

    paper: Paper
    versions: tuple[PaperVersion, ...]  # the first one first; a few numbers may be missing
    changed_on: date


@dataclass(frozen=True, slots=True)
class OaiPage:
    """One answer: records, and the token of the next page, "" on the last one."""

    status: BatchStatus
    records: tuple[OaiRecord, ...] = ()
    resumption_token: str = ""
    is_token_expired: bool = False  # of an earlier day: begin again from the date
    reason: Notice | None = None
    warnings: tuple[Notice, ...] = ()
    skipped_items: tuple[SkippedItem, ...] = ()  # records that could not be read
    retry_after: float | None = None  # seconds

    @property
    def is_usable(self) -> bool:
        """Whether the page is complete; a partial one must be requested again."""
        return self.status in (BatchStatus.FRESH, BatchStatus.EMPTY)


def first_page_url(since: date, set_name: str = "", *, base: str) -> str:
    """Return the request for all records of a set changed on or after a day."""
    parameters = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": since.isoformat()}
    return f"{base}?{urlencode(parameters | ({'set': set_name} if set_name else {}))}"


def next_page_url(resumption_token: str, *, base: str) -> str:
    """Return the request for a token, which may not be combined with other arguments."""
    return f"{base}?{urlencode({'verb': 'ListRecords', 'resumptionToken': resumption_token})}"


def record_url(arxiv_id: str, *, base: str) -> str:
    """Return the request for one paper's record."""
    parameters = {
        "verb": "GetRecord",
        "metadataPrefix": "arXivRaw",
        "identifier": f"oai:arXiv.org:{arxiv_id}",
    }
    return f"{base}?{urlencode(parameters)}"


async def fetch_page(url: str, fetcher: Fetcher) -> OaiPage:
    """Fetch a page, whatever goes wrong on the way."""
    try:
        answer = await fetcher.get(url)
    except FetchError as error:
        return OaiPage(BatchStatus.UNREACHABLE, reason=error.notice)
    if answer.refusal:
        return OaiPage(BatchStatus.LIMITED, reason=answer.refusal, retry_after=answer.retry_after)
    if answer.status != 200:
        reason = Notice("source-status", (("status", answer.status),))
        return OaiPage(BatchStatus.UNREACHABLE, reason=reason, retry_after=answer.retry_after)
    return await asyncio.to_thread(parse, answer.body)


def parse(body: bytes) -> OaiPage:
    """Parse the records in an answer, or the reason why there are none; never raise."""
    try:
        recovered_feed = recover_feed(body, OAI_FORMATS)
        parser = XMLParser()  # noqa: S314 - recover_feed() refused what could harm
        for start in range(
            0, len(recovered_feed.body), _CHUNK_SIZE
        ):  # other threads get their turn
            parser.feed(recovered_feed.body[start : start + _CHUNK_SIZE])
        root: Element = parser.close()
    except UnusableAnswer as error:
        notices = warning_notices(error.skipped_items, False)
        return OaiPage(
            error.status, reason=error.reason, warnings=notices, skipped_items=error.skipped_items
        )
    except ParseError:  # a brace in a namespace name, which only this parser rejects
        return OaiPage(BatchStatus.BROKEN, reason=Notice("source-broken"))
    error_element = root.find(f"{_OAI}error")
    if error_element is not None:
        error_code = error_element.get("code", "")
        if error_code == _NO_RECORDS:
            return OaiPage(BatchStatus.EMPTY)
        message = announcement_text.one_line(error_element.text or "")
        return OaiPage(
            BatchStatus.ERROR_FEED,
            is_token_expired=error_code == _EXPIRED_TOKEN,
            reason=Notice("source-error-feed", (("said", f"{error_code}: {message}"[:300]),)),
        )
    list_element = root.find(f"{_OAI}ListRecords")
    if list_element is None:
        list_element = root.find(f"{_OAI}GetRecord")
    if list_element is None:
        return OaiPage(BatchStatus.NOT_A_FEED, reason=Notice("source-foreign"))
    skipped_items, shortened_ids = list(recovered_feed.skipped_items), list[str]()
    records: list[OaiRecord] = []
    for record_element in list_element.iterfind(f"{_OAI}record"):
        header = record_element.find(f"{_OAI}header")
        if header is not None and header.get("status") == "deleted":
            continue
        try:
            records.append(_parse_record(record_element, shortened_ids))
        except SkipItem as skipped:
            skipped_items.append(skipped.item)
    unread_items = find_unread_items(skipped_items, {record.paper.id for record in records})
    notices = warning_notices(unread_items, recovered_feed.has_bad_bytes, shortened_ids)
    if not records and (
        len(unread_items) > MAX_UNREADABLE_RECORDS or not all(item.id for item in unread_items)
    ):
        # Another format than requested, or worse.
        reason = Notice("source-broken")
        return OaiPage(
            BatchStatus.BROKEN, reason=reason, warnings=notices, skipped_items=unread_items
        )
    token_match = _TOKEN.search(body, max(body.rfind(b"</record>"), 0))
    if not recovered_feed.is_complete:
        reason = Notice("source-partial", (("papers", len(records)),))
        return OaiPage(
            BatchStatus.PARTIAL,
            tuple(records),
            reason=reason,
            warnings=notices,
            skipped_items=unread_items,
        )
    resumption_token = (
        html.unescape(token_match[1].decode("utf-8", "replace")).strip() if token_match else ""
    )
    return OaiPage(
        BatchStatus.FRESH,
        tuple(records),
        resumption_token,
        warnings=notices,
        skipped_items=unread_items,
    )


def _parse_record(record_element: Element, shortened_ids: list[str]) -> OaiRecord:
    raw_element = record_element.find(f"{_OAI}metadata/{_RAW}arXivRaw")
    header_identifier = _child_text(record_element, f"{_OAI}header/{_OAI}identifier")
    identity = parse_identity(header_identifier)
    if raw_element is not None and (
        raw_identity := parse_identity(_child_text(raw_element, f"{_RAW}id"))
    ):
        identity = raw_identity
    if identity is None:
        raise SkipItem(SkippedItem(f"{header_identifier[:40] or '?'} (id)"))
    if raw_element is None:
        raise SkipItem(SkippedItem(f"{identity.id} (arXivRaw)", identity.id))
    versions = _parse_versions(raw_element)
    if not versions:
        raise SkipItem(SkippedItem(f"{identity.id} (version)", identity.id))
    paper = Paper(
        id=f"arxiv:{identity.id}",
        version=versions[-1].number,
        title=_child_text(raw_element, f"{_RAW}title"),
        abstract=announcement_text.unwrap_lines(raw_element.findtext(f"{_RAW}abstract") or ""),
        authors=author_list.split_author_line(_child_text(raw_element, f"{_RAW}authors")),
        categories=arxiv_categories_in(_child_text(raw_element, f"{_RAW}categories").split()),
        link=f"https://arxiv.org/abs/{identity.id}",
        submitted_at=versions[0].submitted_at if versions[0].number == 1 else None,
        revised_at=versions[-1].submitted_at,
        comment=_child_text(raw_element, f"{_RAW}comments"),
        journal_ref=_child_text(raw_element, f"{_RAW}journal-ref"),
        doi=_child_text(raw_element, f"{_RAW}doi"),
        licence=_child_text(raw_element, f"{_RAW}license"),
    )
    try:
        changed_on = date.fromisoformat(
            _child_text(record_element, f"{_OAI}header/{_OAI}datestamp")[:10]
        )
    except ValueError:
        changed_on = versions[-1].submitted_at.date()
    return OaiRecord(shorten_paper(paper, shortened_ids), versions, changed_on)


def _child_text(element: Element, path: str) -> str:
    return announcement_text.one_line(element.findtext(path) or "")


def _parse_versions(raw_element: Element) -> tuple[PaperVersion, ...]:
    """Return the versions with a readable number and date, by number."""
    dates_by_number: dict[int, datetime] = {}
    for version_element in raw_element.iterfind(f"{_RAW}version"):
        number_match = _VERSION.fullmatch(version_element.get("version", ""))
        submitted_at = parse_date(_child_text(version_element, f"{_RAW}date")[:60])
        if number_match and submitted_at and submitted_at.year in _PLAUSIBLE_YEARS:
            dates_by_number.setdefault(int(number_match[1]), submitted_at)
    return tuple(PaperVersion(*version) for version in sorted(dates_by_number.items()))
