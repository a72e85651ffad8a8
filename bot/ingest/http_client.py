"""Fetch from sources politely, within limits of size, time and hosts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx
import stamina

from bot import __version__
from bot.concurrency.http_headers import retry_after_seconds
from bot.concurrency.trusted_clock import OnServerDate, elapsed_seconds
from bot.ingest.http_errors import (
    MAX_BYTES,
    FetchTimeout,
    RedirectRefused,
    SourceUnreachable,
    SourceUnreadable,
    gunzip,
    too_large_error,
)
from bot.ingest.request_pace import RequestPace
from storage.records.messages import Notice

TOTAL_TIMEOUT = 120.0  # seconds for one fetch with all its attempts, waits and redirects
MAX_ATTEMPTS = 3
MAX_REDIRECTS = 3
_MAX_RETRY_WAIT = 30.0  # seconds; a longer Retry-After is left to the caller
_MAX_RETRY_AFTER = 7 * 86400.0  # seconds
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_RATE_LIMIT_STATUSES = frozenset({406, 429, 503})  # arXiv's "too many requests"
_TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class FetchResponse:
    """A response of any status."""

    status: int
    body: bytes
    etag: str = ""
    retry_after: float | None = None  # seconds
    url: str = ""  # the final address

    @property
    def refusal(self) -> Notice | None:
        """Why arXiv refuses requests for a while; None if it does not."""
        if self.status == 403:
            return Notice("source-forbidden")
        return Notice("source-limited") if self.status in _RATE_LIMIT_STATUSES else None


class _RetryableResponse(Exception):
    """A response that may succeed if retried."""

    def __init__(self, response: FetchResponse) -> None:
        super().__init__(response.status)
        self.response = response


class Fetcher:
    """An HTTP client that keeps arXiv's pace, its own limits, and to permitted hosts.

    ``bases`` are the configured addresses, asked as slowly as arXiv; redirects may lead to their
    hosts, to arXiv, or to the host asked, and nowhere else. ``transport`` replaces the network.
    ``on_server_date`` receives the date of each encrypted response.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        bases: Iterable[str] = (),
        request_pace: RequestPace | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        total_timeout: float = TOTAL_TIMEOUT,
        max_bytes: int = MAX_BYTES,
        on_server_date: OnServerDate | None = None,
    ) -> None:
        self._hosts = frozenset(_host_and_port(urlsplit(base)) for base in bases)
        self._request_pace = request_pace or RequestPace()
        self._total_timeout = total_timeout
        self._max_bytes = max_bytes
        self._on_server_date = on_server_date
        agent = f"Papergram/{__version__}" + (f" (+{contact})" if contact else "")
        self._client = httpx.AsyncClient(
            transport=transport,
            headers={"User-Agent": agent, "Accept-Encoding": "gzip", "Accept": "*/*"},
            timeout=httpx.Timeout(30.0),
            limits=httpx.Limits(max_connections=1),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get(self, url: str, *, etag: str = "") -> FetchResponse:
        """Return the response to a request, retried a few times where that may help.

        Raises:
            FetchError: there is no readable response.
        """
        attempts = stamina.retry_context(
            on=_retry_decision, attempts=MAX_ATTEMPTS, timeout=None, wait_initial=2.0, wait_max=20.0
        )
        try:
            async with asyncio.timeout(self._total_timeout):
                async for attempt in attempts:
                    with attempt:
                        response = await self._follow_redirects(url, etag)
                        if response.status in _TRANSIENT_STATUSES:
                            raise _RetryableResponse(response)
                        return response
        except _RetryableResponse as error:
            return error.response
        except TimeoutError as error:
            raise FetchTimeout(url, seconds=round(self._total_timeout)) from error
        raise AssertionError("stamina attempts at least once")

    async def _follow_redirects(self, url: str, etag: str) -> FetchResponse:
        """Return the response after at most three redirects, to permitted hosts."""
        current_url = url
        for _ in range(MAX_REDIRECTS + 1):
            response, target_url = await self._request(current_url, etag)
            if not target_url:
                return response
            try:
                current_url = urljoin(current_url, target_url)
                url_parts = _http_parts(current_url)
                is_allowed = _is_arxiv(url_parts) or _host_and_port(url_parts) in {
                    *self._hosts,
                    _host_and_port(urlsplit(url)),
                }
            except ValueError as error:
                raise RedirectRefused(url, target=target_url[:200]) from error
            if not is_allowed:
                raise RedirectRefused(url, target=target_url[:200])
        raise RedirectRefused(url, target=current_url)

    async def _request(self, url: str, etag: str) -> tuple[FetchResponse, str]:
        """Return one response, unpacked, and the address it redirects to.

        Reading stops once the body is too large, packed or unpacked.
        """
        # arXiv's etags are not quoted as HTTP requires, and are returned as received.
        request_headers = {"If-None-Match": etag} if etag else {}
        started_at = elapsed_seconds()
        try:
            url_parts = _http_parts(url)
            # A mirror may pass requests on to arXiv.
            is_paced = _is_arxiv(url_parts) or _host_and_port(url_parts) in self._hosts
            async with (
                self._request_pace.slot(keep_interval=is_paced),
                self._client.stream("GET", url, headers=request_headers) as response,
            ):
                if self._on_server_date is not None and response.url.scheme == "https":
                    self._on_server_date(
                        response.headers.get("date", ""), elapsed_seconds() - started_at
                    )
                received_bytes = bytearray()
                async for chunk in response.aiter_raw():
                    received_bytes += chunk
                    if len(received_bytes) > self._max_bytes:
                        raise too_large_error(url, self._max_bytes)
                response_body = bytes(received_bytes)
                content_encoding = (
                    response.headers.get("content-encoding", "identity").strip().lower()
                )
                if response_body and content_encoding in ("gzip", "x-gzip"):
                    response_body = await asyncio.to_thread(
                        gunzip, response_body, location=url, max_bytes=self._max_bytes
                    )
                elif response_body and content_encoding not in ("identity", ""):
                    raise SourceUnreadable(url, fact=f"content-encoding {content_encoding[:40]}")
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as error:
            raise SourceUnreadable(url, fact=str(error)[:200]) from error
        except httpx.TransportError as error:
            error_text = str(error) or type(error).__name__
            raise SourceUnreachable(url, fact=error_text[:200]) from error
        retry_after = retry_after_seconds(response.headers)
        fetch_response = FetchResponse(
            response.status_code,
            response_body,
            response.headers.get("etag", ""),
            None if retry_after is None else min(retry_after, _MAX_RETRY_AFTER),
            url,
        )
        is_redirect = response.status_code in _REDIRECT_STATUSES
        return fetch_response, response.headers.get("location", "") if is_redirect else ""


def _retry_decision(error: Exception) -> bool | float:
    """Return whether to retry, or after how many seconds if the host named them."""
    if isinstance(error, _RetryableResponse):
        wait_seconds = error.response.retry_after
        return (
            wait_seconds
            if wait_seconds is not None and wait_seconds <= _MAX_RETRY_WAIT
            else wait_seconds is None
        )
    return isinstance(error, SourceUnreachable)


def _http_parts(url: str) -> SplitResult:
    """Split an HTTP address; raise ValueError for any other."""
    url_parts = urlsplit(url)
    if url_parts.scheme not in ("http", "https") or not url_parts.hostname:
        raise ValueError("no http address")
    return url_parts


def _host_and_port(parts: SplitResult) -> tuple[str, int | None]:
    """Return host and port; http and https of one host are the same."""
    return (_host_name(parts), None if parts.port in (80, 443) else parts.port)


def _host_name(parts: SplitResult) -> str:
    """Return a host's name without a trailing full stop."""
    return (parts.hostname or "").removesuffix(".")


def _is_arxiv(parts: SplitResult) -> bool:
    host = _host_name(parts)
    return (host == "arxiv.org" or host.endswith(".arxiv.org")) and parts.port in (None, 80, 443)
