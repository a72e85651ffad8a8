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

from bot.arxiv.oai_sets import covering
from bot.ingest.http_client import Fetcher
from bot.ingest.request_pace import Pace
from tests.ingest.sources.offline import reply

BASE = "http://arxiv.test/oai"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>2026-11-18T06:00:00Z</responseDate><request>http://arxiv.test/oai</request>"
)
Answer = Callable[[], httpx.Response]


def utc(month: int, day: int, hour: int = 12) -> datetime:
    """An instant of 2026."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filed:
    """A paper in the archive: when its versions were submitted, and when it last changed."""

    id: str
    versions: tuple[datetime, ...]
    changed: date
    categories: str = "cs.CV"
    title: str = "A Kettle"
    authors: str = "Cara Nimbus and Odo Quill"

    def xml(self) -> str:
        """The record of the paper."""
        dates = "".join(
            f'<version version="v{number}"><date>{at:%a, %d %b %Y %H:%M:%S} GMT</date>'
            "<size>9kb</size></version>"
            for number, at in enumerate(self.versions, start=1)
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
class Archive:
    """What is filed, how much stands on a page, and how the next questions go wrong.

    ``trouble`` is used up one question at a time; None lets a question through. A token is
    good for what ``epoch`` it was given in. ``asked`` tells what was asked for.
    """

    papers: Sequence[Filed] = ()
    size: int = 2500
    epoch: int = 1
    trouble: list[Answer | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer to a question, or the trouble that stands before it."""
        question = {key: found[0] for key, found in parse_qs(request.url.query.decode()).items()}
        assert question.pop("verb") == "ListRecords"
        token = question.get("resumptionToken")
        said = {key: found[0] for key, found in parse_qs(unquote(token or "")).items()}
        told = said or question
        start = int(told.get("skip", "0"))
        self.asked.append(f"{told.get('set', 'all')} {told['from']} +{start}")
        trouble = self.trouble.pop(0) if self.trouble else None
        if trouble:
            return trouble()
        if token and said["epoch"] != str(self.epoch):
            return reply(200, error("badResumptionToken", "The token expired."))
        assert told["metadataPrefix"] == "arXivRaw"
        return reply(200, self._page(told["from"], told.get("set", ""), start))

    def _page(self, since: str, name: str, start: int) -> bytes:
        found = [
            paper
            for paper in self.papers
            if str(paper.changed) >= since and _is_inside(name, paper.categories)
        ]
        if not found:
            return error("noRecordsMatch", "An empty list.")
        skip = start + self.size
        following = {"metadataPrefix": "arXivRaw", "from": since, "skip": skip, "epoch": self.epoch}
        token = quote(urlencode(following | ({"set": name} if name else {})), safe="")
        return page(found[start:skip], token if skip < len(found) else "")


def page(papers: Sequence[Filed], token: str = "") -> bytes:
    """A page of records with the token that leads to the next one."""
    records = "".join(paper.xml() for paper in papers)
    following = f"<resumptionToken expirationDate='x'>{token}</resumptionToken>"
    rest = f"{following if token else '<resumptionToken/>'}</ListRecords></OAI-PMH>"
    return f"{HEAD}<ListRecords>{records}{rest}".encode()


def error(code: str, said: str) -> bytes:
    """An error, which comes with status 200."""
    return f"{HEAD}<error code='{code}'>{said}</error></OAI-PMH>".encode()


@contextmanager
def asking(archive: Archive) -> Iterator[Fetcher]:
    """Somebody who asks this archive, at once and without a second attempt."""
    with stamina.set_testing(True, attempts=1):
        yield Fetcher(transport=httpx.MockTransport(archive.answer), bases=[BASE], pace=Pace(0.0))


def _is_inside(name: str, categories: str) -> bool:
    sets = [one for code in categories.split() for one in covering([code])]
    return any(one == name or one.startswith(f"{name}:") or not name for one in sets)
