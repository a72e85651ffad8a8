"""From a source's name to its batch: files, addresses, statuses and groups of feeds."""

from __future__ import annotations

import gzip
from contextlib import suppress
from datetime import date
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv import taxonomy
from bot.arxiv.combined_feeds import feed_groups
from bot.ingest.http_client import Fetcher, FetchResponse
from bot.ingest.sources.addresses import arxiv_feed, resolve_source
from bot.ingest.sources.fetch_batch import batch_of_answer, fetch_batch
from bot.ingest.sources.registry import parse_batch
from bot.ingest.sources.source_batch import BatchStatus
from bot.texts import Refusal
from storage.records.feeds import FeedCursor
from tests.ingest.sources.feeds import read_feed
from tests.ingest.sources.offline import streamed_response

PREVIOUS = FeedCursor("cs.CV", etag="old", last_day=date(2026, 11, 20), batch_fingerprint="b")


def offline(answer: httpx.Response) -> Fetcher:
    return Fetcher(transport=httpx.MockTransport(lambda request: answer))


async def test_a_feed_is_read_from_its_address_with_its_etag() -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return streamed_response(200, read_feed("day.rss.xml"), {"etag": "new"})

    async with Fetcher(transport=httpx.MockTransport(answer)) as fetcher:
        batch = await fetch_batch(arxiv_feed("cs.CV+cs.LG"), fetcher, PREVIOUS)

    assert str(requests[0].url) == "https://rss.arxiv.org/rss/cs.CV+cs.LG"
    assert requests[0].headers["if-none-match"] == "old"
    assert (batch.status, batch.source) == (BatchStatus.FRESH, "cs.CV+cs.LG")
    assert (batch.cursor.etag, batch.cursor.last_day) == ("new", date(2026, 11, 23))


async def test_a_file_is_read_packed_or_not(tmp_path: Path) -> None:
    (tmp_path / "day.xml").write_bytes(read_feed("day.rss.xml"))
    (tmp_path / "day.gz").write_bytes(gzip.compress(read_feed("day.rss.xml")))

    async with offline(streamed_response(500)) as fetcher:
        plain = await fetch_batch(resolve_source(str(tmp_path / "day.xml")), fetcher)
        packed = await fetch_batch(resolve_source(str(tmp_path / "day.gz")), fetcher)

    assert plain.announcements == packed.announcements
    assert len(plain.announcements) == 4


async def test_a_file_that_went_away_is_a_batch_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "day.xml"
    path.write_bytes(b"<rss/>")
    source = resolve_source(str(path))
    path.unlink()

    async with offline(streamed_response(500)) as fetcher:
        batch = await fetch_batch(source, fetcher)

    assert batch.status is BatchStatus.UNREACHABLE
    assert batch.reason
    assert batch.reason.text_key == "source-unreadable"


@pytest.mark.parametrize(
    ("answer", "condition", "key"),
    [
        (FetchResponse(304, b""), BatchStatus.UNCHANGED, None),
        (FetchResponse(429, b"Rate exceeded."), BatchStatus.LIMITED, "source-limited"),
        (FetchResponse(406, b""), BatchStatus.LIMITED, "source-limited"),
        (FetchResponse(503, b"<html>"), BatchStatus.LIMITED, "source-limited"),
        (FetchResponse(403, b""), BatchStatus.LIMITED, "source-forbidden"),
        (FetchResponse(200, b"Rate exceeded."), BatchStatus.LIMITED, "source-limited"),
        (
            FetchResponse(400, read_feed("error.rss.xml")),
            BatchStatus.ERROR_FEED,
            "source-error-feed",
        ),
        (
            FetchResponse(400, read_feed("api-error.xml")),
            BatchStatus.ERROR_FEED,
            "source-error-feed",
        ),
        (FetchResponse(400, b"<html>bad"), BatchStatus.UNREACHABLE, "source-status"),
        (FetchResponse(404, read_feed("day.rss.xml")), BatchStatus.UNREACHABLE, "source-status"),
        (FetchResponse(500, b""), BatchStatus.UNREACHABLE, "source-status"),
        (FetchResponse(200, read_feed("page.html")), BatchStatus.NOT_A_FEED, "source-page"),
        (FetchResponse(200, read_feed("empty.rss.xml")), BatchStatus.EMPTY, "source-empty"),
    ],
)
def test_status_and_body_are_judged_together(
    answer: FetchResponse, condition: BatchStatus, key: str | None
) -> None:
    batch = batch_of_answer(answer, "cs.CV", PREVIOUS)

    assert batch.status is condition
    assert (batch.reason.text_key if batch.reason else None) == key
    assert batch.announcements == ()


def test_the_wait_that_a_host_asks_for_is_passed_on() -> None:
    assert batch_of_answer(FetchResponse(429, b"", retry_after=90.0), "x").retry_after == 90.0
    assert (
        batch_of_answer(FetchResponse(200, b"Rate exceeded.", retry_after=5.0), "x").retry_after
        == 5.0
    )


def test_the_etag_of_a_damaged_answer_is_forgotten() -> None:
    cut = read_feed("day.rss.xml")[:-100]

    batch = batch_of_answer(FetchResponse(200, cut, etag="damaged"), "cs.CV", PREVIOUS)

    assert batch.status is BatchStatus.PARTIAL
    assert batch.cursor == PREVIOUS


def test_an_answer_of_the_api_is_told_by_its_body() -> None:
    assert len(parse_batch(read_feed("api-old.xml"), source="x").announcements) == 2


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("cs.cv", "cs.CV"),
        (" hep-th ", "hep-th"),
        ("CS.LG+cs.cv+cs.LG", "cs.LG+cs.CV"),
        ("math", "math"),
    ],
)
def test_categories_are_a_source_in_any_spelling(typed: str, name: str) -> None:
    source = resolve_source(typed)

    assert (source.name, source.url) == (name, f"https://rss.arxiv.org/rss/{name}")


def test_an_address_is_a_source() -> None:
    assert resolve_source("https://example.org/feed?a=1").url == "https://example.org/feed?a=1"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("cs.XX", "source-unknown"),
        ("cs.CV+cs.XX", "source-unknown"),
        ("", "source-unknown"),
        ("nonsense", "source-unknown"),
        ("missing.xml", "source-no-file"),
        ("./missing", "source-no-file"),
        ("a\0b.xml", "source-no-file"),
        ("http://", "source-bad-address"),
        ("https://a b/", "source-bad-address"),
        ("http://[broken", "source-bad-address"),
        ("http://a:99999/", "source-bad-address"),
    ],
)
def test_what_is_no_source_is_refused_with_its_name(typed: str, key: str) -> None:
    with pytest.raises(Refusal) as caught:
        resolve_source(typed)

    assert caught.value.key == key
    assert caught.value.values["given"] == typed


@given(st.text(max_size=80))
def test_no_text_breaks_the_search_for_its_source(text: str) -> None:
    with suppress(Refusal):
        assert resolve_source(text).name


def test_every_category_is_polled_once_and_big_ones_apart() -> None:
    groups = feed_groups(taxonomy.categories())

    assert "+".join(groups).split("+") == list(taxonomy.categories())
    assert not any({"cs.AI", "cs.LG"} <= set(group.split("+")) for group in groups)
    assert len(groups) < 20
    assert max(map(len, groups)) < 1000


def test_a_category_larger_than_a_group_and_an_archive_stand_alone() -> None:
    assert feed_groups(["cs.GL", "cs.LG", "cs.OS"], max_papers=100) == ("cs.GL", "cs.LG", "cs.OS")
    assert feed_groups(["hep-th", "cs", "gr-qc"]) == ("hep-th", "cs", "gr-qc")
