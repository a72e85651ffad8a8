"""Ask a source politely, and take an answer that is neither too much, too late nor elsewhere's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx
import stamina

from bot import __version__
from bot.concurrency.trusted_clock import Heard, elapsed
from bot.ingest.http_errors import (
    MOST_BYTES,
    Elsewhere,
    TooSlow,
    Unreachable,
    Unreadable,
    gunzipped,
    too_large,
)
from bot.ingest.request_pace import Pace

TOTAL = 120.0  # seconds for one fetch with all its attempts, waits and redirects
ATTEMPTS = 3
HOPS = 3
_PATIENCE = 30.0  # a longer Retry-After is the caller's to wait for
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whatever its status."""

    status: int
    body: bytes
    etag: str = ""
    retry_after: float | None = None  # seconds
    url: str = ""  # where it came from in the end


class _Again(Exception):
    """An answer that may be better in a moment."""

    def __init__(self, answer: Fetched) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Fetcher:
    """The one who asks: keeps arXiv's pace, its own limits, and to the hosts it was given.

    ``bases`` are the configured addresses, asked as slowly as arXiv; redirects lead to their
    hosts, to arXiv, or to the host that was asked, and nowhere else. ``transport`` replaces the
    network. ``heard`` is told the date of each answer that came encrypted.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        bases: Iterable[str] = (),
        pace: Pace | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        total: float = TOTAL,
        most: int = MOST_BYTES,
        heard: Heard | None = None,
    ) -> None:
        self._hosts = frozenset(_host(urlsplit(base)) for base in bases)
        self._pace = pace or Pace()
        self._total = total
        self._most = most
        self._heard = heard
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
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get(self, url: str, *, etag: str = "") -> Fetched:
        """The answer to a question, after a few attempts where the trouble may pass.

        Raises:
            FetchError: there is no answer that can be read.
        """
        try:
            async with asyncio.timeout(self._total):
                return await self._insisted(url, etag)
        except TimeoutError as error:
            raise TooSlow(url, seconds=round(self._total)) from error

    async def _insisted(self, url: str, etag: str) -> Fetched:
        attempts = stamina.retry_context(
            on=_may_pass, attempts=ATTEMPTS, timeout=None, wait_initial=2.0, wait_max=20.0
        )
        try:
            async for attempt in attempts:
                with attempt:
                    answer = await self._followed(url, etag)
                    if answer.status in _PASSING:
                        raise _Again(answer)
                    return answer
        except _Again as last:
            return last.answer
        raise AssertionError("stamina attempts at least once")

    async def _followed(self, url: str, etag: str) -> Fetched:
        """The answer behind at most three redirects."""
        here = url
        for _ in range(HOPS + 1):
            answer, target = await self._asked(here, etag)
            if not target:
                return answer
            here = self._allowed(url, here, target)
        raise Elsewhere(url, target=here)

    def _allowed(self, asked: str, here: str, target: str) -> str:
        """A redirect's target, if it leads to arXiv, a configured host or the one asked."""
        try:
            there = urljoin(here, target)
            parts = _web(there)
            known = _is_arxiv(parts) or _host(parts) in {*self._hosts, _host(urlsplit(asked))}
        except ValueError as error:
            raise Elsewhere(asked, target=target[:200]) from error
        if not known:
            raise Elsewhere(asked, target=target[:200])
        return there

    def _keeps_pace(self, parts: SplitResult) -> bool:
        """Whether a host is arXiv, or configured in its place: a mirror may pass questions on."""
        return _is_arxiv(parts) or _host(parts) in self._hosts

    async def _asked(self, url: str, etag: str) -> tuple[Fetched, str]:
        """One answer, and where it redirects to."""
        # arXiv's etags are not quoted as HTTP has it, and go back as they came.
        headers = {"If-None-Match": etag} if etag else {}
        began = elapsed()
        try:
            async with (
                self._pace.turn(apart=self._keeps_pace(_web(url))),
                self._client.stream("GET", url, headers=headers) as response,
            ):
                if self._heard is not None and response.url.scheme == "https":
                    self._heard(response.headers.get("date", ""), elapsed() - began)
                body = await self._body(response, url)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as error:
            raise Unreadable(url, fact=str(error)[:200]) from error
        except httpx.TransportError as error:
            fact = str(error) or type(error).__name__
            raise Unreachable(url, fact=fact[:200]) from error
        found = Fetched(
            response.status_code,
            body,
            response.headers.get("etag", ""),
            _retry_after(response.headers),
            url,
        )
        moved = response.status_code in _REDIRECTS
        return found, response.headers.get("location", "") if moved else ""

    async def _body(self, response: httpx.Response, url: str) -> bytes:
        """The body unpacked, given up as soon as it is too large on the wire or unpacked."""
        wire = bytearray()
        async for piece in response.aiter_raw():
            wire += piece
            if len(wire) > self._most:
                raise too_large(url, self._most)
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding in ("identity", "") or not wire:
            return bytes(wire)
        if encoding not in ("gzip", "x-gzip"):
            raise Unreadable(url, fact=f"content-encoding {encoding[:40]}")
        return await asyncio.to_thread(gunzipped, bytes(wire), place=url, most=self._most)


def _may_pass(error: Exception) -> bool | float:
    """Whether to ask again: at once by the usual steps, or after the seconds the host named."""
    if isinstance(error, _Again):
        wait = error.answer.retry_after
        return wait if wait is not None and wait <= _PATIENCE else wait is None
    return isinstance(error, Unreachable)


def _retry_after(headers: httpx.Headers) -> float | None:
    """The seconds to wait that an answer names, as a number or as a date beside its own."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(min(int(value[:9]), 7 * 86400))
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, min(wait.total_seconds(), 7 * 86400.0))


def _web(url: str) -> SplitResult:
    """The parts of an address that can be asked; a ValueError for any other."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("no http address")
    return parts


def _host(parts: SplitResult) -> tuple[str, int | None]:
    """Host and port; http and https of one host are one host."""
    return (_name(parts), None if parts.port in (80, 443) else parts.port)


def _name(parts: SplitResult) -> str:
    """A host's name without the full stop that may end it."""
    return (parts.hostname or "").removesuffix(".")


def _is_arxiv(parts: SplitResult) -> bool:
    host = _name(parts)
    return (host == "arxiv.org" or host.endswith(".arxiv.org")) and parts.port in (None, 80, 443)
