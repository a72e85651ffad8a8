"""A paper that somebody names is asked of arXiv, and a bad answer is no "no such paper"."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import httpx
import pytest

from bot.ingest.http_client import Fetcher
from bot.ingest.paper_lookup import fetch_papers_by_id
from bot.ingest.request_pace import RequestPace
from bot.texts import Refusal
from tests.ingest.sources.offline import streamed_response
from tests.support.arxiv_archive import ArchivedPaper, records_page, utc

FEEDS = Path(__file__).parent.parent / "data" / "feeds"
ARCHIVE = "https://oaipmh.arxiv.org/oai"
BASE = "https://export.arxiv.org/api/query"


def answering(status: int, body: bytes) -> Fetcher:
    """An arXiv that always gives this answer."""
    return Fetcher(transport=httpx.MockTransport(lambda _: streamed_response(status, body)))


async def test_the_paper_comes_as_arxiv_tells_it() -> None:
    async with answering(200, (FEEDS / "api-new.xml").read_bytes()) as arxiv:
        papers = await fetch_papers_by_id(arxiv, ["2611.90001"], base=BASE, archive=ARCHIVE)
    assert papers
    assert papers[0].id.startswith("arxiv:")
    assert papers[0].authors


async def test_a_paper_without_a_title_is_no_silence_of_arxiv() -> None:
    answer = (FEEDS / "api-new.xml").read_bytes()
    untitled = answer.replace(b"<title>Fog Models: Attending to &lt;mist&gt;</title>", b"")

    async with answering(200, untitled) as arxiv:
        [paper] = await fetch_papers_by_id(arxiv, ["2611.90012"], base=BASE, archive=ARCHIVE)

    assert (paper.id, paper.title) == ("arxiv:2611.90012", "")


async def test_what_the_api_says_unreadably_is_asked_of_the_archive() -> None:
    """The answer's markup is damaged: only the id can be told."""
    damaged = (FEEDS / "api-new.xml").read_bytes().replace(b"</summary>", b"</smmary>")
    requested_ids: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requested_ids.append(str(request.url))
        filed = ArchivedPaper("2611.90012", (utc(11, 15),), date(2026, 11, 17))
        listed = records_page([filed]).replace(b"ListRecords>", b"GetRecord>")
        return streamed_response(200, damaged if request.url.path == "/api/query" else listed)

    async with Fetcher(
        request_pace=RequestPace(0.0), transport=httpx.MockTransport(answer)
    ) as arxiv:
        [paper] = await fetch_papers_by_id(arxiv, ["2611.90012"], base=BASE, archive=ARCHIVE)

    assert (paper.id, paper.title) == ("arxiv:2611.90012", "A Kettle")
    assert requested_ids[1:] == [
        f"{ARCHIVE}?verb=GetRecord&metadataPrefix=arXivRaw&identifier=oai%3AarXiv.org%3A2611.90012"
    ]


async def test_what_arxiv_does_not_know_is_none() -> None:
    async with answering(400, (FEEDS / "api-error.xml").read_bytes()) as arxiv:
        assert await fetch_papers_by_id(arxiv, ["9999.99999"], base=BASE, archive=ARCHIVE) == []


async def test_several_papers_are_asked_for_together() -> None:
    requested_ids: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requested_ids.append(request.url.params["id_list"])
        return streamed_response(200, (FEEDS / "api-new.xml").read_bytes())

    async with Fetcher(transport=httpx.MockTransport(answer)) as arxiv:
        await fetch_papers_by_id(
            arxiv, ["2611.90012", "hep-th/9901001", "2402.12844v2"], base=BASE, archive=ARCHIVE
        )

    assert requested_ids == ["2611.90012,hep-th/9901001,2402.12844v2"]


async def test_an_id_that_is_refused_hides_no_other_one() -> None:
    """Each is asked for alone where arXiv refuses all of them for one."""
    requested_ids: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requested_ids.append(request.url.params["id_list"])
        is_known = requested_ids[-1] == "2611.90012"
        name, status = ("api-new.xml", 200) if is_known else ("api-error.xml", 400)
        return streamed_response(status, (FEEDS / name).read_bytes())

    async with Fetcher(
        request_pace=RequestPace(0.0), transport=httpx.MockTransport(answer)
    ) as arxiv:
        papers = await fetch_papers_by_id(
            arxiv, ["9999.99999", "2611.90012"], base=BASE, archive=ARCHIVE
        )

    assert requested_ids == ["9999.99999,2611.90012", "9999.99999", "2611.90012"]
    assert [paper.id for paper in papers] == ["arxiv:2611.90012"]


@pytest.mark.parametrize("body", [b"", b"<html><body>busy</body></html>"])
async def test_an_answer_that_is_none_is_told_as_such(body: bytes) -> None:
    async with answering(200, body) as arxiv:
        with pytest.raises(Refusal) as refused:
            await fetch_papers_by_id(arxiv, ["2402.12844"], base=BASE, archive=ARCHIVE)
    assert refused.value.key == "paper-unreachable"
