"""arXiv's archive without a network: OAI-PMH from a table of papers, in pages, with faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from html import escape
from urllib.parse import parse_qs, quote, unquote, urlencode

import httpx
import stamina

from bot.arxiv.oai_sets import covering_sets
from bot.ingest.http_client import Fetcher
from bot.ingest.request_pace import RequestPace
from tests.ingest.sources.offline import streamed_response

BASE = "http://arxiv.test/oai"
XML_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>2026-11-18T06:00:00Z</responseDate><request>http://arxiv.test/oai</request>"
)
MakeResponse = Callable[[], httpx.Response]


def utc(month: int, day: int, hour: int = 12) -> datetime:
    """An instant of 2026."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ArchivedPaper:
    """A paper in the archive: when its versions were submitted, and when it last changed."""

    id: str
    versions: tuple[datetime, ...]
    changed: date
    categories: str = "cs.CV"
    title: str = "A Kettle"
    authors: str = "Cara Nimbus and Odo Quill"

    def record_xml(self) -> str:
        """The record of the paper."""
        dates = "".join(
            f'<version version="v{number}"><date>{submitted_at:%a, %d %b %Y %H:%M:%S} GMT</date>'
            "<size>9kb</size></version>"
            for number, submitted_at in enumerate(self.versions, start=1)
        )
        return (
            f"<record><header><identifier>oai:arXiv.org:{self.id}</identifier>"
            f"<datestamp>{self.changed}</datestamp></header><metadata>"
            f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{self.id}</id>'
            f"<submitter>Cara Nimbus</submitter>{dates}<title>{escape(self.title)}</title>"
            f"<authors>{escape(self.authors)}</authors><categories>{self.categories}</categories>"
            "<abstract>  It boils\nwater.\n  And tea.</abstract></arXivRaw></metadata></record>"
        )


@dataclass(slots=True)
class FakeArchive:
    """What is filed, how much stands on a page, and how the next questions go wrong.

    ``scripted_responses`` is used up one question at a time; None lets a question through. A token
    is good for what ``token_epoch`` it was given in. ``requests`` tells what was asked for.
    """

    papers: Sequence[ArchivedPaper] = ()
    page_size: int = 2500
    token_epoch: int = 1
    scripted_responses: list[MakeResponse | None] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def respond(self, request: httpx.Request) -> httpx.Response:
        """The answer to a question, or the trouble that stands before it."""
        query = {key: values[0] for key, values in parse_qs(request.url.query.decode()).items()}
        assert query.pop("verb") == "ListRecords"
        token = query.get("resumptionToken")
        token_query = {key: values[0] for key, values in parse_qs(unquote(token or "")).items()}
        arguments = token_query or query
        start = int(arguments.get("skip", "0"))
        self.requests.append(f"{arguments.get('set', 'all')} {arguments['from']} +{start}")
        scripted = self.scripted_responses.pop(0) if self.scripted_responses else None
        if scripted:
            return scripted()
        if token and token_query["epoch"] != str(self.token_epoch):
            return streamed_response(200, error_page("badResumptionToken", "The token expired."))
        assert arguments["metadataPrefix"] == "arXivRaw"
        return streamed_response(
            200, self._page(arguments["from"], arguments.get("set", ""), start)
        )

    def _page(self, since: str, set_name: str, start: int) -> bytes:
        papers = [
            paper
            for paper in self.papers
            if str(paper.changed) >= since and _is_inside(set_name, paper.categories)
        ]
        if not papers:
            return error_page("noRecordsMatch", "An empty list.")
        skip = start + self.page_size
        next_query = {
            "metadataPrefix": "arXivRaw",
            "from": since,
            "skip": skip,
            "epoch": self.token_epoch,
        }
        token = quote(urlencode(next_query | ({"set": set_name} if set_name else {})), safe="")
        return records_page(papers[start:skip], token if skip < len(papers) else "")


def records_page(papers: Sequence[ArchivedPaper], token: str = "") -> bytes:
    """A page of records with the token that leads to the next one."""
    records = "".join(paper.record_xml() for paper in papers)
    token_element = f"<resumptionToken expirationDate='x'>{token}</resumptionToken>"
    closing = f"{token_element if token else '<resumptionToken/>'}</ListRecords></OAI-PMH>"
    return f"{XML_HEAD}<ListRecords>{records}{closing}".encode()


def error_page(code: str, message: str) -> bytes:
    """An error, which comes with status 200."""
    return f"{XML_HEAD}<error code='{code}'>{message}</error></OAI-PMH>".encode()


@contextmanager
def archive_fetcher(archive: FakeArchive) -> Iterator[Fetcher]:
    """Somebody who asks this archive, at once and without a second attempt."""
    with stamina.set_testing(True, attempts=1):
        yield Fetcher(
            transport=httpx.MockTransport(archive.respond),
            bases=[BASE],
            request_pace=RequestPace(0.0),
        )


def _is_inside(set_name: str, categories: str) -> bool:
    sets = [oai_set for code in categories.split() for oai_set in covering_sets([code])]
    return any(
        oai_set == set_name or oai_set.startswith(f"{set_name}:") or not set_name
        for oai_set in sets
    )
