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
from bot.ingest.request_pace import Pace
from tests.ingest.sources.offline import reply

BASE = "http://arxiv.test"
API = f"{BASE}/api/query"
_SPACES = {
    "xmlns": "http://www.w3.org/2005/Atom",
    "xmlns:opensearch": "http://a9.com/-/spec/opensearch/1.1/",
    "xmlns:arxiv": "http://arxiv.org/schemas/atom",
}
_TIMES = re.compile(r"submittedDate:\[(\d{12}) TO (\d{12})\]")

Answer = Callable[[], httpx.Response]


@dataclass(slots=True)
class Arxiv:
    """What was submitted when, what the feeds show, and how the next questions go wrong.

    ``trouble`` is used up one question at a time; None lets a question through. ``asked`` and
    ``etags`` tell what was asked for.
    """

    submitted: dict[str, datetime] = field(default_factory=dict)
    feeds: dict[str, bytes] = field(default_factory=dict)
    page: int = 2000
    trouble: list[Answer | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    etags: list[str] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer to a question, or the trouble that stands before it."""
        self.etags.append(request.headers.get("if-none-match", ""))
        path = request.url.path
        if path.startswith("/rss/"):
            self.asked.append(path.removeprefix("/rss/"))
            usual = self._feed(path.removeprefix("/rss/"), self.etags[-1])
        else:
            question = {k: v[0] for k, v in parse_qs(request.url.query.decode()).items()}
            self.asked.append(f"{_day(question)} from {question['start']}")
            usual = self._found(question)
        trouble = self.trouble.pop(0) if self.trouble else None
        return trouble() if trouble else usual

    def _feed(self, name: str, etag: str) -> httpx.Response:
        body = self.feeds[name]
        own = f"{len(body)}"
        if etag == own:
            return reply(304, headers={"etag": own})
        return reply(200, body, {"etag": own})

    def _found(self, question: dict[str, str]) -> httpx.Response:
        first, last = _times(question)
        names = [name for name, at in self.submitted.items() if first <= at < last]
        start = int(question["start"])
        return reply(200, self._page(names, start, names[start : start + self.page]))

    def _page(self, names: Sequence[str], start: int, shown: Sequence[str]) -> bytes:
        root = Tree.Element("feed", _SPACES)
        _put(root, "id", "https://arxiv.org/api/emulated")
        _put(root, "title", "arXiv Query: search_query=all")
        _put(root, "opensearch:totalResults", str(len(names)))
        _put(root, "opensearch:startIndex", str(start))
        for name in shown:
            entry = _put(root, "entry", "")
            at = f"{self.submitted[name]:%Y-%m-%dT%H:%M:%SZ}"
            _put(entry, "id", f"http://arxiv.org/abs/{name}v1")
            _put(entry, "title", f"A Kettle {name}")
            _put(entry, "summary", "It boils.")
            _put(entry, "published", at)
            _put(entry, "updated", at)
            Tree.SubElement(entry, "arxiv:primary_category", term="cs.CV")
        return bytes(Tree.tostring(root, encoding="utf-8", xml_declaration=True))

    def hole(self, day: str, start: int) -> Answer:
        """A page of a day that is missing although there is more."""
        names = [name for name, at in self.submitted.items() if f"{at:%m-%d}" == day]
        return lambda: reply(200, self._page(names, start, ()))


@contextmanager
def asking(arxiv: Arxiv) -> Iterator[Fetcher]:
    """Somebody who asks this arXiv, at once and as often as the network would be asked."""
    with stamina.set_testing(True, attempts=1):
        yield Fetcher(transport=httpx.MockTransport(arxiv.answer), bases=[BASE], pace=Pace(0.0))


def status(code: int, **headers: str) -> Answer:
    """An answer without a body."""
    told = {name.replace("_", "-"): text for name, text in headers.items()}
    return lambda: reply(code, headers=told)


def page(body: bytes) -> Answer:
    """An answer with another body."""
    return lambda: reply(200, body)


def silence() -> httpx.Response:
    """No answer: the network is down."""
    raise httpx.ConnectError("down")


def _put(parent: Tree.Element, name: str, text: str) -> Tree.Element:
    child = Tree.SubElement(parent, name)
    child.text = text
    return child


def _times(question: dict[str, str]) -> tuple[datetime, datetime]:
    found = _TIMES.search(question["search_query"])
    assert found, question
    first, last = (
        datetime.strptime(text, "%Y%m%d%H%M").replace(tzinfo=UTC) for text in found.groups()
    )
    return first, last


def _day(question: dict[str, str]) -> str:
    return f"{_times(question)[0]:%m-%d}"
