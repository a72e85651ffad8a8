"""Real answers of arXiv's OAI-PMH server: every record read, the token chain walked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs
from xml.etree import ElementTree as Tree

import httpx
import pytest
import stamina

from bot.arxiv.calendar import feed_day_of_submission
from bot.arxiv.taxonomy import categories
from bot.ingest.catch_up.backfill import BackfillStage, run_backfill
from bot.ingest.http_client import Fetcher
from bot.ingest.http_errors import read_file
from bot.ingest.request_pace import RequestPace
from bot.ingest.sources import arxiv_oai
from bot.ingest.sources.arxiv_oai import OaiPage, parse
from bot.ingest.sources.source_batch import BatchStatus
from storage import Store
from storage.records.feeds import Backfill
from tests.ingest.sources.offline import streamed_response
from tests.support.arxiv_archive import utc
from tests.support.database import announcements_after

PAGES = tuple(f"oai_arxivraw_page{number}.xml" for number in (1, 2, 3))
BASE = "http://arxiv.test/oai"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"


def body(real_data: Path, name: str) -> bytes:
    return read_file(real_data / "feeds" / "arxiv-generated" / name)


def records(real_data: Path) -> Iterator[arxiv_oai.OaiRecord]:
    for name in PAGES:
        yield from parse(body(real_data, name)).records


def test_three_pages_hold_503_records_and_two_tokens(real_data: Path) -> None:
    pages = [parse(body(real_data, name)) for name in PAGES]

    assert [len(page.records) for page in pages] == [200, 200, 103]
    assert [bool(page.resumption_token) for page in pages] == [True, True, False]
    assert all(page.status is BatchStatus.FRESH and page.warnings == () for page in pages)


def test_every_version_and_title_is_the_records_own(real_data: Path) -> None:
    """Read a second time by another way than the program's."""
    raw = [
        element
        for name in PAGES
        for element in Tree.fromstring(body(real_data, name)).iter(f"{_RAW}arXivRaw")
    ]

    for record, raw_record in zip(records(real_data), raw, strict=True):
        assert len(record.versions) == len(raw_record.findall(f"{_RAW}version"))
        assert record.paper.version == record.versions[-1].number
        assert record.paper.title.split() == (raw_record.findtext(f"{_RAW}title") or "").split()
        assert (
            record.paper.abstract.split() == (raw_record.findtext(f"{_RAW}abstract") or "").split()
        )
        assert record.paper.authors


def test_no_name_keeps_the_word_that_joined_it(real_data: Path) -> None:
    names = [name for record in records(real_data) for name in record.paper.authors]

    joined = [name for name in names if name.startswith("and ") or " and " in name]
    assert all("ollaboration" in name for name in joined)


async def test_the_token_chain_is_walked_to_its_end(real_data: Path, store: Store) -> None:
    queries: list[dict[str, list[str]]] = []
    tokens = ["", *(parse(body(real_data, name)).resumption_token for name in PAGES[:2])]

    def answer(request: httpx.Request) -> httpx.Response:
        queries.append(parse_qs(request.url.query.decode()))
        token = queries[-1].get("resumptionToken", [""])[0]
        return streamed_response(200, body(real_data, PAGES[tokens.index(token)]))

    busiest = _busiest_day(real_data)
    now = utc(11, 22)
    backfill = Backfill("", busiest, busiest, ("+".join(categories()),), now)
    store.backfills.plan(backfill)
    with stamina.set_testing(True, attempts=1):
        fetcher = Fetcher(
            transport=httpx.MockTransport(answer), bases=[BASE], request_pace=RequestPace(0.0)
        )
        outcome = await run_backfill(store, fetcher, backfill, now, base=BASE, max_pages=9)

    assert (outcome.stage, outcome.pages, outcome.records) == (BackfillStage.DONE, 3, 503)
    assert [set(question) for question in queries[1:]] == [{"verb", "resumptionToken"}] * 2
    assert outcome.announcements == store.announcements.last_seq() > 0
    assert {announcement.day for announcement in announcements_after(store)} == {busiest}


def _busiest_day(real_data: Path) -> date:
    days = Counter(
        feed_day_of_submission(version.submitted_at)
        for record in records(real_data)
        for version in record.versions
        if version.number <= 5
    )
    return days.most_common(1)[0][0]


@pytest.mark.parametrize(
    ("name", "condition", "is_expired"),
    [
        ("oai_error_badresumptiontoken.xml", BatchStatus.ERROR_FEED, True),
        ("oai_error_badverb.xml", BatchStatus.ERROR_FEED, False),
        ("oai_error_cannotdisseminate.xml", BatchStatus.ERROR_FEED, False),
        ("oai_error_from_in_future.xml", BatchStatus.ERROR_FEED, False),
        ("oai_error_norecordsmatch.xml", BatchStatus.EMPTY, False),
        ("oai_identify.xml", BatchStatus.NOT_A_FEED, False),
        ("oai_listsets.xml", BatchStatus.NOT_A_FEED, False),
        ("oai_listmetadataformats.xml", BatchStatus.NOT_A_FEED, False),
        ("oai_listrecords_arxiv_all.xml.gz", BatchStatus.BROKEN, False),  # without versions
    ],
)
def test_every_other_answer_says_what_it_is(
    real_data: Path, name: str, condition: BatchStatus, is_expired: bool
) -> None:
    page = parse(body(real_data, name))

    assert (page.status, page.is_token_expired, page.records) == (condition, is_expired, ())


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_page_that_broke_off_loses_only_what_is_not_there(real_data: Path, share: float) -> None:
    intact_page = body(real_data, PAGES[0])
    cut = intact_page[: int(len(intact_page) * share)]

    cut_page: OaiPage = parse(cut)

    assert cut_page.status is BatchStatus.PARTIAL
    assert len(cut_page.records) == cut.count(b"</record>")
