"""An arXiv without a network: feeds and API from a table of papers, with faults on demand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs
from xml.etree import ElementTree as Tree

import httpx
import stamina

from bot.ingest.http_client import Fetcher
from bot.ingest.request_pace import RequestPace
from tests.ingest.sources.offline import streamed_response

BASE = "http://arxiv.test"
API = f"{BASE}/api/query"
_NAMESPACES = {
    "xmlns": "http://www.w3.org/2005/Atom",
    "xmlns:opensearch": "http://a9.com/-/spec/opensearch/1.1/",
    "xmlns:arxiv": "http://arxiv.org/schemas/atom",
}
_SUBMITTED_RANGE = re.compile(r"submittedDate:\[(\d{12}) TO (\d{12})\]")

MakeResponse = Callable[[], httpx.Response]


@dataclass(slots=True)
class FakeArxiv:
    """What was submitted when, what the feeds show, and how the next questions go wrong.

    ``scripted_responses`` is used up one question at a time; None lets a question through.
    ``requests`` and ``etags`` tell what was asked for.
    """

    submission_times: dict[str, datetime] = field(default_factory=dict)
    feeds: dict[str, bytes] = field(default_factory=dict)
    page_size: int = 2000
    scripted_responses: list[MakeResponse | None] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    etags: list[str] = field(default_factory=list)

    def respond(self, request: httpx.Request) -> httpx.Response:
        """The answer to a question, or the trouble that stands before it."""
        self.etags.append(request.headers.get("if-none-match", ""))
        path = request.url.path
        if path.startswith("/rss/"):
            self.requests.append(path.removeprefix("/rss/"))
            response = self._feed_response(path.removeprefix("/rss/"), self.etags[-1])
        else:
            query = {key: values[0] for key, values in parse_qs(request.url.query.decode()).items()}
            self.requests.append(f"{_requested_day(query)} from {query['start']}")
            response = self._search_response(query)
        scripted = self.scripted_responses.pop(0) if self.scripted_responses else None
        return scripted() if scripted else response

    def _feed_response(self, name: str, etag: str) -> httpx.Response:
        body = self.feeds[name]
        current_etag = f"{len(body)}"
        if etag == current_etag:
            return streamed_response(304, headers={"etag": current_etag})
        return streamed_response(200, body, {"etag": current_etag})

    def _search_response(self, query: dict[str, str]) -> httpx.Response:
        first, last = _requested_range(query)
        paper_ids = [
            name
            for name, submitted_at in self.submission_times.items()
            if first <= submitted_at < last
        ]
        start = int(query["start"])
        return streamed_response(
            200, self._page_body(paper_ids, start, paper_ids[start : start + self.page_size])
        )

    def _page_body(self, paper_ids: Sequence[str], start: int, page_ids: Sequence[str]) -> bytes:
        root = Tree.Element("feed", _NAMESPACES)
        _add_element(root, "id", "https://arxiv.org/api/emulated")
        _add_element(root, "title", "arXiv Query: search_query=all")
        _add_element(root, "opensearch:totalResults", str(len(paper_ids)))
        _add_element(root, "opensearch:startIndex", str(start))
        for name in page_ids:
            entry = _add_element(root, "entry", "")
            submitted_at = f"{self.submission_times[name]:%Y-%m-%dT%H:%M:%SZ}"
            _add_element(entry, "id", f"http://arxiv.org/abs/{name}v1")
            _add_element(entry, "title", f"A Kettle {name}")
            _add_element(entry, "summary", "It boils.")
            _add_element(entry, "published", submitted_at)
            _add_element(entry, "updated", submitted_at)
            Tree.SubElement(entry, "arxiv:primary_category", term="cs.CV")
        return bytes(Tree.tostring(root, encoding="utf-8", xml_declaration=True))

    def empty_page(self, day: str, start: int) -> MakeResponse:
        """A page of a day that is missing although there is more."""
        paper_ids = [
            name
            for name, submitted_at in self.submission_times.items()
            if f"{submitted_at:%m-%d}" == day
        ]
        return lambda: streamed_response(200, self._page_body(paper_ids, start, ()))


@contextmanager
def arxiv_fetcher(arxiv: FakeArxiv) -> Iterator[Fetcher]:
    """Somebody who asks this arXiv, at once and as often as the network would be asked."""
    with stamina.set_testing(True, attempts=1):
        yield Fetcher(
            transport=httpx.MockTransport(arxiv.respond),
            bases=[BASE],
            request_pace=RequestPace(0.0),
        )


def status_response(code: int, **headers: str) -> MakeResponse:
    """An answer without a body."""
    response_headers = {name.replace("_", "-"): text for name, text in headers.items()}
    return lambda: streamed_response(code, headers=response_headers)


def body_response(body: bytes) -> MakeResponse:
    """An answer with another body."""
    return lambda: streamed_response(200, body)


def connection_error() -> httpx.Response:
    """No answer: the network is down."""
    raise httpx.ConnectError("down")


def _add_element(parent: Tree.Element, name: str, text: str) -> Tree.Element:
    child = Tree.SubElement(parent, name)
    child.text = text
    return child


def _requested_range(query: dict[str, str]) -> tuple[datetime, datetime]:
    match = _SUBMITTED_RANGE.search(query["search_query"])
    assert match, query
    first, last = (
        datetime.strptime(text, "%Y%m%d%H%M").replace(tzinfo=UTC) for text in match.groups()
    )
    return first, last


def _requested_day(query: dict[str, str]) -> str:
    return f"{_requested_range(query)[0]:%m-%d}"
