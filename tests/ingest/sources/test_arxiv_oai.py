"""Records of arXiv's archive: what is read, what is passed over, and what is no record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.sources import arxiv_oai
from bot.ingest.sources.arxiv_oai import MAX_UNREADABLE_RECORDS, OaiPage, PaperVersion, parse
from bot.ingest.sources.source_batch import BatchStatus
from tests.ingest.sources.offline import streamed_response
from tests.support.arxiv_archive import (
    BASE,
    XML_HEAD,
    ArchivedPaper,
    FakeArchive,
    archive_fetcher,
    error_page,
    records_page,
    utc,
)

KETTLE = ArchivedPaper("2611.00001", (utc(11, 15), utc(11, 17)), date(2026, 11, 18), "cs.CV cs.LG")


def test_a_record_holds_the_paper_as_it_is_now_and_its_history() -> None:
    page = parse(records_page([KETTLE]))

    [record] = page.records
    assert page.status is BatchStatus.FRESH
    assert record.paper.id == "arxiv:2611.00001"
    assert (record.paper.version, record.paper.title) == (2, "A Kettle")
    assert record.paper.abstract == "It boils water.\n  And tea."
    assert record.paper.authors == ("Cara Nimbus", "Odo Quill")
    assert record.paper.categories == ("cs.CV", "cs.LG")
    assert record.paper.link == "https://arxiv.org/abs/2611.00001"
    assert (record.paper.submitted_at, record.paper.revised_at) == KETTLE.versions
    assert record.versions == (PaperVersion(1, utc(11, 15)), PaperVersion(2, utc(11, 17)))
    assert record.changed_on == date(2026, 11, 18)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("I. Csiszar, F. Hiai and D. Petz", ("I. Csiszar", "F. Hiai", "D. Petz")),
        ("Ada Lovelace, Bo Li, and Cy Twombly", ("Ada Lovelace", "Bo Li", "Cy Twombly")),
        ("Ada Lovelace (Mill and Gear), Bo Li", ("Ada Lovelace", "Bo Li")),
        ("Anders Andersson", ("Anders Andersson",)),
        ("Ada Lovelace and and Bo Li", ("Ada Lovelace", "Bo Li")),
        ("Rand Grand\n and Sandy Band", ("Rand Grand", "Sandy Band")),
        ("The Mill and Gear Collaboration", ("The Mill and Gear Collaboration",)),
        ("Gear Team: Ada Lovelace, Jr., et al", ("Gear Team", "Ada Lovelace Jr.")),
    ],
)
def test_one_line_of_authors_becomes_names(line: str, names: tuple[str, ...]) -> None:
    [record] = parse(records_page([replace(KETTLE, authors=line)])).records

    assert record.paper.authors == names


def test_classes_of_other_schemes_are_no_categories() -> None:
    [record] = parse(
        records_page([replace(KETTLE, categories="math.NA 68T45 I.2.6 cmp-lg")])
    ).records

    assert record.paper.categories == ("math.NA", "cmp-lg")


def test_text_comes_as_it_was_written() -> None:
    title = "<think> if a<b & Q&A\\& $\\alpha$"
    [record] = parse(records_page([replace(KETTLE, title=title)])).records

    assert record.paper.title == title


def test_an_old_id_keeps_its_slash() -> None:
    [record] = parse(records_page([replace(KETTLE, id="hep-th/9901001")])).records

    assert record.paper.id == "arxiv:hep-th/9901001"


def test_a_deleted_record_is_passed_over() -> None:
    body = records_page([KETTLE]).replace(b"<header>", b"<header status='deleted'>")

    page = parse(body)

    assert (page.status, page.records, page.warnings) == (BatchStatus.FRESH, (), ())


@pytest.mark.parametrize("title", [b"", b"<title/>", b"<title> </title>"])
def test_a_record_without_a_title_is_kept(title: bytes) -> None:
    page = parse(records_page([KETTLE]).replace(b"<title>A Kettle</title>", title))

    [record] = page.records
    assert (record.paper.id, record.paper.title) == ("arxiv:2611.00001", "")
    assert page.warnings == ()


@pytest.mark.parametrize(
    ("good", "bad", "fact"),
    [
        (b"2611.00002", b"nothing", "oai:arXiv.org:nothing (id)"),
        (b"Sun, 15 Nov 2026 12:00:00 GMT", b"yesterday", "2611.00002 (version)"),
        (b"Sun, 15 Nov 2026 12:00:00 GMT", b"Sun, 15 Nov 0001 12:00 +9900", "2611.00002 (version)"),
        (b"arXivRaw", b"arXivCooked", "2611.00002 (arXivRaw)"),
    ],
)
def test_a_record_that_lacks_something_is_named_and_costs_no_other(
    good: bytes, bad: bytes, fact: str
) -> None:
    other = ArchivedPaper("2611.00002", (utc(11, 15),), date(2026, 11, 17)).record_xml()
    body = records_page([KETTLE]).replace(b"<resum", other.encode().replace(good, bad) + b"<resum")

    page = parse(body)

    assert [record.paper.id for record in page.records] == ["arxiv:2611.00001"]
    assert [warning.text_key for warning in page.warnings] == ["source-skipped"]
    assert dict(page.warnings[0].values) == {"items": 1, "names": fact}
    assert [item.id for item in page.skipped_items] == ["" if "nothing" in fact else "2611.00002"]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"<id>2611.00001</id>", b"<id>nothing</id>"),
        (b"oai:arXiv.org:2611.00001", b"nothing"),
        (b"<datestamp>2026-11-18", b"<datestamp>18/11"),
    ],
)
def test_what_a_record_says_twice_is_read_where_it_can_be(good: bytes, bad: bytes) -> None:
    body = records_page([KETTLE])
    assert good in body

    page = parse(body.replace(good, bad))

    [record] = page.records
    assert (record.paper.id, page.warnings) == ("arxiv:2611.00001", ())
    assert record.changed_on in (date(2026, 11, 18), date(2026, 11, 17))


def test_a_page_of_which_nothing_can_be_read_is_no_empty_page() -> None:
    papers = [
        replace(KETTLE, id=f"2611.{number:05}") for number in range(MAX_UNREADABLE_RECORDS + 1)
    ]

    page = parse(records_page(papers, "more").replace(b"arXivRaw", b"arXivCooked"))
    few = parse(records_page(papers[1:], "more").replace(b"arXivRaw", b"arXivCooked"))

    assert (page.status, page.is_usable) == (BatchStatus.BROKEN, False)
    assert (few.status, few.resumption_token, few.records) == (BatchStatus.FRESH, "more", ())
    assert [item.id for item in few.skipped_items] == [paper.id for paper in papers[1:]]


def test_a_token_comes_back_as_it_was_given() -> None:
    token = "verb%3DListRecords%26from%3D2026-11-17%26skip%3D1"

    page = parse(records_page([KETTLE], token))
    url = arxiv_oai.next_page_url(page.resumption_token, base=BASE)

    assert page.resumption_token == token
    assert parse_qs(urlsplit(url).query) == {"verb": ["ListRecords"], "resumptionToken": [token]}


def test_an_abstract_that_speaks_of_tokens_leads_nowhere() -> None:
    title = "<resumptionToken>elsewhere</resumptionToken>"

    assert parse(records_page([replace(KETTLE, title=title)])).resumption_token == ""


def test_the_first_question_names_the_day_and_the_set() -> None:
    url = arxiv_oai.first_page_url(date(2026, 11, 17), "cs:cs:CV", base=BASE)

    remainder = {key: value for key, [value] in parse_qs(urlsplit(url).query).items()}
    assert remainder == {
        "verb": "ListRecords",
        "metadataPrefix": "arXivRaw",
        "from": "2026-11-17",
        "set": "cs:cs:CV",
    }
    assert "set" not in arxiv_oai.first_page_url(date(2026, 11, 17), base=BASE)


def test_errors_come_with_status_200_and_are_told_apart() -> None:
    none, expired, wrong = (
        parse(error_page(code, "So it is."))
        for code in ("noRecordsMatch", "badResumptionToken", "x")
    )

    assert (none.status, none.is_usable, none.is_token_expired) == (BatchStatus.EMPTY, True, False)
    assert (expired.is_usable, expired.is_token_expired) == (False, True)
    assert (wrong.status, wrong.is_token_expired) == (BatchStatus.ERROR_FEED, False)
    assert wrong.reason
    assert dict(wrong.reason.values) == {"said": "x: So it is."}


@pytest.mark.parametrize(
    ("body", "condition"),
    [
        (b"", BatchStatus.BROKEN),
        (b"Rate exceeded.", BatchStatus.LIMITED),
        (b"<html><body>We are down.</body></html>", BatchStatus.NOT_A_FEED),
        (b"<rss><channel/></rss>", BatchStatus.NOT_A_FEED),
        (XML_HEAD.encode() + b"<Identify/></OAI-PMH>", BatchStatus.NOT_A_FEED),
        (XML_HEAD.encode(), BatchStatus.BROKEN),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><OAI-PMH>&b;</OAI-PMH>", BatchStatus.NOT_A_FEED),
        (b"<OAI-PMH>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</OAI-PMH>", BatchStatus.BROKEN),
        (b"<OAI-PMH>" + b"<record/>" * 20_000 + b"</OAI-PMH>", BatchStatus.BROKEN),
        (b"\xff\xfe\x00", BatchStatus.NOT_A_FEED),
        (records_page([KETTLE]).replace(b"OAI/arXivRaw", b"OAI/}arXivRaw"), BatchStatus.BROKEN),
    ],
)
def test_what_is_no_page_says_what_it_is(body: bytes, condition: BatchStatus) -> None:
    page = parse(body)

    assert (page.status, page.records, page.resumption_token) == (condition, (), "")
    assert page.reason


def test_a_page_that_broke_off_gives_its_whole_records_and_no_token() -> None:
    papers = [replace(KETTLE, id=f"2611.0000{number}") for number in range(5)]
    body = records_page(papers, "more")

    page = parse(body[: body.index(b"2611.00003")])

    assert (page.status, page.is_usable, page.resumption_token) == (
        BatchStatus.PARTIAL,
        False,
        "",
    )
    assert len(page.records) == 3


def test_one_forbidden_byte_costs_no_record() -> None:
    page = parse(records_page([replace(KETTLE, title="A \x0b Kettle")]))

    assert [record.paper.title for record in page.records] == ["A  Kettle"]


def test_one_broken_record_does_not_hide_the_next_page() -> None:
    papers = [replace(KETTLE, id=f"2611.0000{number}") for number in range(3)]
    body = records_page(papers, "more").replace(b"<id>2611.00001</id>", b"<id>2611.00001</di>")

    page = parse(body)

    assert (page.status, page.resumption_token, len(page.records)) == (
        BatchStatus.FRESH,
        "more",
        2,
    )
    assert [warning.text_key for warning in page.warnings] == ["source-skipped"]


@given(st.data())
def test_no_damage_makes_it_raise(data: st.DataObject) -> None:
    body = records_page([KETTLE, replace(KETTLE, id="2611.00002")], "token")
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 200)))
    noise = data.draw(st.binary(max_size=20))

    page = parse(body[:start] + noise + body[end:])

    assert isinstance(page, OaiPage)
    assert page.is_usable or page.reason


@given(st.lists(st.integers(0, 100 * 365 * 86400), min_size=1, max_size=9))
def test_every_date_of_a_version_comes_back(seconds: list[int]) -> None:
    instants = tuple(
        datetime(1991, 8, 1, tzinfo=UTC) + timedelta(seconds=second) for second in seconds
    )

    [record] = parse(records_page([replace(KETTLE, versions=instants)])).records

    assert tuple(version.submitted_at for version in record.versions) == instants


@pytest.mark.parametrize(
    ("status", "condition"),
    [
        (503, BatchStatus.LIMITED),
        (429, BatchStatus.LIMITED),
        (403, BatchStatus.LIMITED),
        (500, BatchStatus.UNREACHABLE),
        (404, BatchStatus.UNREACHABLE),
    ],
)
async def test_a_status_is_said_and_its_wait_kept(status: int, condition: BatchStatus) -> None:
    archive = FakeArchive(
        scripted_responses=[lambda: streamed_response(status, headers={"retry-after": "600"})]
    )

    with archive_fetcher(archive) as fetcher:
        outcome = await arxiv_oai.fetch_page(
            arxiv_oai.first_page_url(date(2026, 11, 17), base=BASE), fetcher
        )

    assert (outcome.status, outcome.retry_after) == (condition, 600.0)


async def test_no_answer_is_said() -> None:
    def silence() -> httpx.Response:
        raise httpx.ConnectError("down")

    with archive_fetcher(FakeArchive(scripted_responses=[silence])) as fetcher:
        outcome = await arxiv_oai.fetch_page(
            arxiv_oai.first_page_url(date(2026, 11, 17), base=BASE), fetcher
        )

    assert outcome.status is BatchStatus.UNREACHABLE
