"""HTTP to a Bot API server: bounded, timed, and silent about the token.

It stands in for the client's own transport, whose pool costs more with every request in flight.
Whatever breaks is told by one of two causes that hold no address, for addresses hold the token:
``NotSent`` never left this machine, ``Unanswered`` may have arrived. Answers come from whatever
stands before Telegram as well, so nothing is believed of their shape.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from typing import TypeAlias, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import certifi
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, RequestData

from bot.concurrency.trusted_clock import Heard, elapsed

CONNECT = 10.0  # seconds at most for a connection: a free one, or a new one with its handshake
UPLOAD = 60.0  # seconds more for a request that carries files
PAUSE = timedelta(seconds=5)  # where a server asks to wait and does not say how long
LONGEST_PAUSE = timedelta(days=1)  # what asks for more is no Telegram
MOST_BYTES = 32 * 1024 * 1024  # of an answer; a file has 20 MB at most, 100 updates have less
TOLD = 500  # characters of an error that are kept: Telegram's own have less than a hundred
LARGEST = 2**63 - 1  # of a number that the store keeps
IDLE = 15.0  # seconds an unused connection is kept: shorter than servers keep theirs

# All of them are raised before the first byte of a request is written.
_NEVER_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)

_Body: TypeAlias = bytes | aiohttp.FormData | None
_JSON = {"Content-Type": "application/json"}
# Statuses below 500 that a gateway gives as well when it stopped waiting for Telegram's answer.
_UNSURE = (HTTPStatus.REQUEST_TIMEOUT, 499)


class Broken(Exception):
    """A request without a whole answer; its text is the kind of failure and nothing else."""


class NotSent(Broken):
    """Nothing of the request left this machine."""


class Unanswered(Broken):
    """The request may have arrived, and may have been carried out."""


class Declined(NetworkError):
    """The request was not carried out, for a reason that the client has no error of its own for."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Flooded(RetryAfter):
    """Telegram asks to wait; its time is of the type that the client's own will have one day.

    The client's own error warns of that type whenever one is made.
    """

    __slots__ = ("_wait",)

    def __init__(self, wait: timedelta) -> None:
        self._wait = wait
        super().__init__(wait)

    @property
    def retry_after(self) -> timedelta:
        """How long to wait."""
        return self._wait


class Fields(RequestData):  # type: ignore[misc]  # final, for how the client fills it may change
    """The parameters of a call by the names of the Bot API, each a text or JSON already."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__()
        self._fields = fields

    @property
    def json_parameters(self) -> dict[str, str]:
        """The parameters as they are."""
        return dict(self._fields)


class Transport(BaseRequest):
    """The connections to one Bot API server, at most ``connections`` at a time.

    A request ends within ``longest`` seconds, whatever the server does, and is never repeated
    here; a third of them, and no more than ``CONNECT``, may pass before it has a connection.
    ``heard`` is told the date of each answer that came encrypted: any other may be forged, or be
    of a server on this machine, which goes by this machine's clock.
    """

    __slots__ = ("_base", "_connect", "_connections", "_heard", "_read", "_secret", "_session")

    def __init__(
        self,
        base: str,
        token: str,
        *,
        connections: int,
        longest: float,
        heard: Heard | None = None,
    ) -> None:
        self._base = base
        self._heard = heard if urlsplit(base).scheme == "https" else None
        self._secret = token.partition(":")[2].encode()
        self._connections = connections
        self._connect = min(CONNECT, longest / 3)
        self._read = longest - self._connect
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds from a connection to the end of the answer."""
        return self._read

    async def initialize(self) -> None:
        """Opens the pool; connections are made when they are needed."""
        if self._session is not None:
            return
        secure = urlsplit(self._base).scheme == "https"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._connections,
                keepalive_timeout=IDLE,
                ssl=trusted() if secure else True,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.USER_AGENT},
            proxy=proxy_for(self._base),
        )

    async def shutdown(self) -> None:
        """Closes every connection; a request in flight ends as unanswered."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status, which is one of success, and the bytes that the server answers.

        Raises:
            TimedOut, NetworkError: there was no whole answer; the cause is a ``Broken``.
            TelegramError: the answer is a refusal, of the class that it means.
        """
        if self._session is None:
            raise RuntimeError("the transport is not initialized")
        uploads = request_data is not None and request_data.contains_files
        limits = self._limits(uploads, read_timeout, connect_timeout)
        body = _body(request_data)
        headers = _JSON if isinstance(body, bytes) else None
        began = elapsed()
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=limits, allow_redirects=False
            ) as answer:
                status = answer.status
                if self._heard is not None:
                    self._heard(answer.headers.get("Date", ""), elapsed() - began)
                payload = self._cleared(method, status, await _read(answer))
        except Exception as error:
            failed, cause = _told(error)
        else:
            if not 200 <= status < 300:
                raise _refusal(status, _object(payload) or {})
            return status, payload
        # Outside of the handler: inside it, the library's error would become our context.
        raise failed from cause

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """The JSON of a call that succeeded, which holds its ``result``.

        Raises:
            TelegramError: it is a refusal under a status of success, or of another shape.
        """
        answer = _object(payload)
        if answer is not None and answer.get("ok", True) is True and "result" in answer:
            return cast("dict[str, object]", answer)
        code = (answer or {}).get("error_code")
        if answer is not None and isinstance(code, int) and 400 <= code < 600:
            raise _refusal(code, answer)
        raise NetworkError("no result") from Unanswered("no result")

    def _limits(self, uploads: bool, read: object, connect: object) -> aiohttp.ClientTimeout:
        """A caller's own limits go first; ``None`` is no limit to him, and the usual one here."""
        reading = float(read) if isinstance(read, int | float) else self._read
        connecting = float(connect) if isinstance(connect, int | float) else self._connect
        total = connecting + reading + (UPLOAD if uploads else 0.0)
        # The library would round up what is longer than some seconds; a lease does not.
        return aiohttp.ClientTimeout(total, connecting, ceil_threshold=total + 1)

    def _cleared(self, method: str, status: int, payload: bytes) -> bytes:
        """An answer that will be read as JSON, and quoted in errors, without the token.

        Pages of proxies and gateways quote the address that was asked for.
        """
        if method == "GET" and status == 200:
            return payload  # the bytes of a file, handed on as they are
        return payload.replace(self._secret, b"[secret]") if self._secret else payload


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """The bytes of an answer, unless there are more than any has."""
    payload = bytearray()
    async for piece in answer.content.iter_any():
        payload += piece
        if len(payload) > MOST_BYTES:
            raise aiohttp.ClientPayloadError
    return bytes(payload)


def _object(payload: bytes) -> Mapping[str, object] | None:
    """The JSON object in an answer; None where it is anything else."""
    try:
        content = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _refusal(status: int, answer: Mapping[str, object]) -> TelegramError:
    """The error that a refusal means, by its status and by what it says."""
    told = answer.get("description")
    message = HTTPStatus(status).phrase if status in list(HTTPStatus) else "No answer"
    message = f"{message} ({status})"
    if told and isinstance(told, str):  # half characters, which JSON may hold, no store keeps
        message = told[:TOLD].encode("utf-8", "replace").decode()
    parameters = answer.get("parameters")
    values = parameters if isinstance(parameters, dict) else {}
    moved_to = values.get("migrate_to_chat_id")
    if type(moved_to) is int and 0 < abs(moved_to) <= LARGEST:  # no bool
        return ChatMigrated(moved_to)
    wait = values.get("retry_after")
    if isinstance(wait, int | float) and wait > 0:  # which no NaN is
        return Flooded(timedelta(seconds=min(wait, LONGEST_PAUSE.total_seconds())))
    match status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return Flooded(PAUSE)
        case HTTPStatus.FORBIDDEN:
            return Forbidden(message)
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.NOT_FOUND:
            return InvalidToken(message)
        case HTTPStatus.BAD_REQUEST:
            return BadRequest(message)
        case HTTPStatus.CONFLICT:
            return Conflict(message)
        case _ if 400 <= status < 500 and status not in _UNSURE:
            return Declined(status, message)
        case _:
            return NetworkError(message)


def _body(request: RequestData | None) -> _Body:
    """The parameters as JSON, or as a form in several parts when there are files among them."""
    if request is None:
        return None
    if not request.contains_files:
        return json.dumps(request.json_parameters).encode()
    # Names of files as they are: Telegram shows what stands there and decodes no percent signs.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in request.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


def _told(error: Exception) -> tuple[NetworkError, Broken]:
    """The client's own error for a failure, and its cause by the kind of failure alone."""
    kind = type(error).__name__
    cause = NotSent(kind) if isinstance(error, _NEVER_LEFT) else Unanswered(kind)
    return (TimedOut(kind) if isinstance(error, TimeoutError) else NetworkError(kind)), cause


@cache
def trusted() -> ssl.SSLContext:
    """TLS that verifies: by the certificates of this machine and by Mozilla's list."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def proxy_for(base: str) -> str | None:
    """The proxy that the system's usual settings (``HTTPS_PROXY``, ``NO_PROXY``) name."""
    parts = urlsplit(base)
    if proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
