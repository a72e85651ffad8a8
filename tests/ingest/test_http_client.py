"""Asking politely, and what is done with answers that are too much, too late or elsewhere."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import pairwise

import httpx
import pytest
import stamina

from bot.ingest.http_client import MAX_ATTEMPTS, Fetcher, FetchResponse
from bot.ingest.http_errors import (
    AnswerTooLarge,
    FetchError,
    FetchTimeout,
    RedirectRefused,
    SourceUnreachable,
    SourceUnreadable,
)
from bot.ingest.request_pace import RequestPace
from tests.ingest.sources.offline import streamed_response
from tests.support.clock import FakeClock

URL = "https://rss.arxiv.org/rss/cs.CV"
KILOBYTE = 1024
DATE = "Fri, 20 Nov 2037 08:00:00 GMT"
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def _no_waits() -> Iterator[None]:
    """Attempts follow one another at once."""
    with stamina.set_testing(True, attempts=MAX_ATTEMPTS):
        yield


def pace(clock: FakeClock | None = None) -> RequestPace:
    clock = clock or FakeClock(elapsed=100.0)
    return RequestPace(clock=clock.monotonic, sleep=clock.sleep)


async def fetch(answer: Answer, url: str = URL, *, etag: str = "", base: str = "") -> FetchResponse:
    transport = httpx.MockTransport(answer)
    bases = (base,) if base else ()
    async with Fetcher(
        transport=transport, request_pace=pace(), bases=bases, max_bytes=KILOBYTE
    ) as fetcher:
        return await fetcher.get(url, etag=etag)


def always(status: int, **headers: str) -> tuple[Answer, list[str]]:
    """An answer that never changes, and the list of who asked."""
    requested_urls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requested_urls.append(str(request.url))
        return streamed_response(
            status, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )

    return answer, requested_urls


async def test_it_says_who_asks() -> None:
    agents: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        agents.append(request.headers["user-agent"])
        return streamed_response(200)

    async with Fetcher(
        contact="mailto:me@example.org", transport=httpx.MockTransport(answer), request_pace=pace()
    ) as fetcher:
        await fetcher.get(URL)

    assert agents[0].startswith("Papergram/")
    assert agents[0].endswith(" (+mailto:me@example.org)")


async def test_an_unquoted_etag_goes_back_as_it_came() -> None:
    tag = "0a1b" * 16

    def answer(request: httpx.Request) -> httpx.Response:
        is_known = request.headers.get("if-none-match") == tag
        return streamed_response(304 if is_known else 200, headers={"etag": tag})

    first = await fetch(answer)
    second = await fetch(answer, etag=first.etag)

    assert (first.status, first.etag, second.status) == (200, tag, 304)


async def test_questions_to_arxiv_begin_three_seconds_apart() -> None:
    clock, moments = FakeClock(elapsed=100.0), list[float]()

    def answer(request: httpx.Request) -> httpx.Response:
        moments.append(clock.elapsed)
        return streamed_response(200)

    async with Fetcher(transport=httpx.MockTransport(answer), request_pace=pace(clock)) as fetcher:
        await asyncio.gather(*(fetcher.get(URL) for _ in range(4)))

    assert moments == [100.0, 103.0, 106.0, 109.0]


@pytest.mark.parametrize(
    "url",
    [
        "https://mirror.example/arxiv/rss/cs.CV",
        "http://mirror.example:80/api/query?id_list=2611.90001",
        "https://export.arxiv.org./api/query?id_list=2611.90001",
    ],
)
async def test_a_configured_mirror_keeps_the_pace_of_arxiv(url: str) -> None:
    """It may pass each question on; no spelling of a host is an exception."""
    clock, moments = FakeClock(elapsed=100.0), list[float]()

    def answer(request: httpx.Request) -> httpx.Response:
        moments.append(clock.elapsed)
        return streamed_response(200)

    bases = ["https://mirror.example/arxiv", "http://other.example/oai"]
    transport = httpx.MockTransport(answer)
    async with Fetcher(transport=transport, request_pace=pace(clock), bases=bases) as fetcher:
        await asyncio.gather(
            *(fetcher.get(requested_url) for requested_url in (url, URL, url, bases[1]))
        )

    assert moments == [100.0, 103.0, 106.0, 109.0]


async def test_attempts_and_redirects_keep_the_pace_too() -> None:
    clock, moments = FakeClock(elapsed=100.0), list[float]()

    def answer(request: httpx.Request) -> httpx.Response:
        moments.append(clock.elapsed)
        if request.url.path == "/rss/cs.CV":
            return streamed_response(301, headers={"location": "/moved"})
        return streamed_response(500)

    async with Fetcher(transport=httpx.MockTransport(answer), request_pace=pace(clock)) as fetcher:
        await fetcher.get(URL)

    assert [later - sooner for sooner, later in pairwise(moments)] == [3.0] * 5


async def test_other_hosts_are_asked_without_delay_but_one_at_a_time() -> None:
    clock, open_now, most_open = FakeClock(elapsed=100.0), 0, 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal open_now, most_open
        open_now += 1
        most_open = max(most_open, open_now)
        await asyncio.sleep(0)
        open_now -= 1
        return streamed_response(200)

    async with Fetcher(transport=httpx.MockTransport(answer), request_pace=pace(clock)) as fetcher:
        await asyncio.gather(*(fetcher.get("http://127.0.0.1:8081/rss/cs.CV") for _ in range(5)))

    assert (clock.elapsed, most_open) == (100.0, 1)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_passing_trouble_is_tried_again_and_then_told(status: int) -> None:
    answer, requested_urls = always(status)

    assert (await fetch(answer)).status == status
    assert len(requested_urls) == MAX_ATTEMPTS


@pytest.mark.parametrize("status", [200, 304, 400, 403, 404])
async def test_a_plain_answer_is_asked_for_once(status: int) -> None:
    answer, requested_urls = always(status)

    assert (await fetch(answer)).status == status
    assert len(requested_urls) == 1


async def test_trouble_that_passes_is_not_told() -> None:
    statuses = iter([503, 200])

    assert (await fetch(lambda request: streamed_response(next(statuses)))).status == 200


@pytest.mark.parametrize(
    ("headers", "seconds", "attempts"),
    [
        ({"retry_after": "0"}, 0.0, MAX_ATTEMPTS),
        ({"retry_after": "30"}, 30.0, MAX_ATTEMPTS),
        ({"retry_after": "3600"}, 3600.0, 1),
        ({"retry_after": "9" * 40}, 604800.0, 1),
        (
            {
                "retry_after": "Mon, 23 Nov 2026 06:10:00 GMT",
                "date": "Mon, 23 Nov 2026 06:00:00 GMT",
            },
            600.0,
            1,
        ),
        ({"retry_after": "Mon, 23 Nov 2026 06:10:00 GMT"}, None, MAX_ATTEMPTS),
        ({"retry_after": "soon"}, None, MAX_ATTEMPTS),
        (
            {
                "retry_after": "Mon, 99999999999 Nov 2026 06:10:00 GMT",
                "date": "Mon, 23 Nov 2026 06:00:00 GMT",
            },
            None,
            MAX_ATTEMPTS,
        ),
        ({}, None, MAX_ATTEMPTS),
    ],
)
async def test_a_long_wait_is_left_to_the_caller(
    headers: dict[str, str], seconds: float | None, attempts: int
) -> None:
    answer, requested_urls = always(429, **headers)

    response = await fetch(answer)

    assert (response.retry_after, len(requested_urls)) == (seconds, attempts)


async def test_a_gzip_answer_is_unpacked() -> None:
    packed = gzip.compress(b"a feed", mtime=0)

    response = await fetch(
        lambda request: streamed_response(200, packed, headers={"content-encoding": "gzip"})
    )

    assert response.body == b"a feed"


class Endless(httpx.AsyncByteStream):
    """A body that goes on for ever, and counts what was taken of it."""

    def __init__(self, piece: bytes) -> None:
        self.piece = piece
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.taken += len(self.piece)
            yield self.piece


async def test_an_endless_body_is_dropped_at_the_bound() -> None:
    endless = Endless(b"x" * 100)

    with pytest.raises(AnswerTooLarge):
        await fetch(lambda request: httpx.Response(200, stream=endless))

    assert endless.taken <= KILOBYTE + 100


async def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"0" * 300 * KILOBYTE, mtime=0)
    assert len(bomb) < KILOBYTE

    with pytest.raises(AnswerTooLarge):
        await fetch(
            lambda request: streamed_response(200, bomb, headers={"content-encoding": "gzip"})
        )


@pytest.mark.parametrize(
    ("content", "encoding"),
    [(b"junk", "gzip"), (gzip.compress(b"abc", mtime=0)[:-4], "gzip"), (b"x", "br")],
)
async def test_what_cannot_be_unpacked_is_told(content: bytes, encoding: str) -> None:
    with pytest.raises(SourceUnreadable):
        await fetch(
            lambda request: streamed_response(200, content, headers={"content-encoding": encoding})
        )


class Dripping(httpx.AsyncByteStream):
    """A byte now and then, each within any read time-out."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.001)
            yield b"x"


async def test_a_drip_ends_with_the_total_time() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=Dripping()))

    async with Fetcher(transport=transport, request_pace=pace(), total_timeout=0.05) as fetcher:
        with pytest.raises(FetchTimeout):
            await fetcher.get(URL)


async def test_after_a_drip_the_next_question_gets_its_turn() -> None:
    streams = iter([httpx.Response(200, stream=Dripping()), streamed_response(200, b"feed")])
    transport = httpx.MockTransport(lambda request: next(streams))

    async with Fetcher(transport=transport, request_pace=pace(), total_timeout=0.05) as fetcher:
        with pytest.raises(FetchTimeout):
            await fetcher.get(URL)

        assert (await fetcher.get(URL)).body == b"feed"


def redirects(target: str) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url) == target:
            return streamed_response(200, b"there")
        return streamed_response(302, headers={"location": target})

    return answer


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://arxiv.org/rss/cs.CV", "https://rss.arxiv.org/rss/cs.CV"),
        ("http://export.arxiv.org/rss/cs.CV", "https://export.arxiv.org/rss/cs.CV"),
        ("https://rss.arxiv.org/rss/cs.CV", "http://127.0.0.1:8081/rss/cs.CV"),
        ("http://papers.example/feed", "https://papers.example/new-feed"),
    ],
)
async def test_redirects_lead_to_arxiv_the_configured_host_or_the_same(
    url: str, target: str
) -> None:
    response = await fetch(redirects(target), url, base="http://127.0.0.1:8081/")

    assert (response.body, response.url) == (b"there", target)


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/latest/meta-data",
        "http://[::1]/",
        "https://arxiv.org.example.net/rss",
        "https://notarxiv.org/",
        "https://rss.arxiv.org:8443/rss/cs.CV",
        "https://user@evil.example/",
        "file:///etc/passwd",
        "ftp://rss.arxiv.org/rss/cs.CV",
        "http://[broken/",
    ],
)
async def test_redirects_lead_nowhere_else(target: str) -> None:
    requested_urls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requested_urls.append(str(request.url))
        return streamed_response(302, headers={"location": target})

    with pytest.raises(RedirectRefused):
        await fetch(answer)

    assert requested_urls == [URL]


async def test_a_circle_of_redirects_ends_after_three() -> None:
    answer, requested_urls = always(301, location="/rss/cs.CV")

    with pytest.raises(RedirectRefused):
        await fetch(answer)

    assert len(requested_urls) == 4


async def test_a_broken_connection_is_tried_again_and_then_told() -> None:
    requested_urls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requested_urls.append(str(request.url))
        raise httpx.ConnectError("no route to host")

    with pytest.raises(SourceUnreachable) as caught:
        await fetch(answer)

    assert len(requested_urls) == MAX_ATTEMPTS
    assert caught.value.notice.text_key == "source-unreachable"
    assert dict(caught.value.notice.values) == {"place": URL, "fact": "no route to host"}


@pytest.mark.parametrize("url", ["http://[broken", "gopher://arxiv.org/", "http://a:port/"])
async def test_an_address_that_is_none_is_told(url: str) -> None:
    answer, requested_urls = always(200)

    with pytest.raises(FetchError):
        await fetch(answer, url)

    assert requested_urls == []


@pytest.mark.parametrize(
    ("url", "heard"), [(URL, [DATE]), ("http://127.0.0.1:8000/feed", []), ("http://a.org/f", [])]
)
async def test_the_date_of_an_encrypted_answer_is_heard(url: str, heard: list[str]) -> None:
    """Any other may be forged, or tell the time of this very machine."""
    dates: list[str] = []
    transport = httpx.MockTransport(lambda _: streamed_response(headers={"date": DATE}))
    async with Fetcher(
        transport=transport,
        request_pace=pace(),
        on_server_date=lambda date, took: dates.append(date),
    ) as fetcher:
        await fetcher.get(url)

    assert dates == heard
