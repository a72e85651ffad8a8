"""HTTP to a Bot API server: bounded, timed, and silent about the token.

It stands in for the client's own transport, whose pool costs more with every request in flight.
Whatever breaks is told by one of two causes that hold no address, for addresses hold the token:
``RequestNotSent`` never left this machine, ``RequestUnanswered`` may have arrived. Answers come
from whatever stands before Telegram as well, so nothing is believed of their shape.
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

from bot.concurrency.trusted_clock import OnServerDate, elapsed_seconds

CONNECT_TIMEOUT = (
    10.0  # seconds at most for a connection: a free one, or a new one with its handshake
)
UPLOAD_TIMEOUT = 60.0  # seconds more for a request that carries files
DEFAULT_RETRY_AFTER = timedelta(seconds=5)  # where a server asks to wait and does not say how long
MAX_RETRY_AFTER = timedelta(days=1)  # what asks for more is no Telegram
MAX_RESPONSE_BYTES = (
    32 * 1024 * 1024
)  # of an answer; a file has 20 MB at most, 100 updates have less
MAX_ERROR_LENGTH = (
    500  # characters of an error that are kept: Telegram's own have less than a hundred
)
MAX_INT64 = 2**63 - 1  # of a number that the store keeps
IDLE_TIMEOUT = 15.0  # seconds an unused connection is kept: shorter than servers keep theirs

# All of them are raised before the first byte of a request is written.
_NOT_SENT_ERRORS = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)

_RequestBody: TypeAlias = bytes | aiohttp.FormData | None
_JSON = {"Content-Type": "application/json"}
# Statuses below 500 that a gateway gives as well when it stopped waiting for Telegram's answer.
_UNCERTAIN_STATUSES = (HTTPStatus.REQUEST_TIMEOUT, 499)


class RequestFailure(Exception):
    """A request without a whole answer; its text is the kind of failure and nothing else."""


class RequestNotSent(RequestFailure):
    """Nothing of the request left this machine."""


class RequestUnanswered(RequestFailure):
    """The request may have arrived, and may have been carried out."""


class RequestDeclined(NetworkError):
    """The request was not carried out, for a reason that the client has no error of its own for."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class FloodWait(RetryAfter):
    """Telegram asks to wait; its time is of the type that the client's own will have one day.

    The client's own error warns of that type whenever one is made.
    """

    __slots__ = ("_requested_wait",)

    def __init__(self, retry_after: timedelta) -> None:
        self._requested_wait = retry_after
        super().__init__(retry_after)

    @property
    def retry_after(self) -> timedelta:
        """How long to wait."""
        return self._requested_wait


class ApiParameters(RequestData):  # type: ignore[misc]  # final, for how the client fills it may change
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

    A request ends within ``longest`` seconds, whatever the server does, and is never repeated here;
    a third of them, and no more than ``CONNECT_TIMEOUT``, may pass before it has a connection.
    ``heard`` is told the date of each answer that came encrypted: any other may be forged, or be of
    a server on this machine, which goes by this machine's clock.
    """

    __slots__ = (
        "_base",
        "_connect_seconds",
        "_connections",
        "_on_server_date",
        "_read_seconds",
        "_session",
        "_token_secret",
    )

    def __init__(
        self,
        base: str,
        token: str,
        *,
        connections: int,
        total_timeout: float,
        on_server_date: OnServerDate | None = None,
    ) -> None:
        self._base = base
        self._on_server_date = on_server_date if urlsplit(base).scheme == "https" else None
        self._token_secret = token.partition(":")[2].encode()
        self._connections = connections
        self._connect_seconds = min(CONNECT_TIMEOUT, total_timeout / 3)
        self._read_seconds = total_timeout - self._connect_seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds from a connection to the end of the answer."""
        return self._read_seconds

    async def initialize(self) -> None:
        """Opens the pool; connections are made when they are needed."""
        if self._session is not None:
            return
        is_https = urlsplit(self._base).scheme == "https"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._connections,
                keepalive_timeout=IDLE_TIMEOUT,
                ssl=tls_context() if is_https else True,
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
            TimedOut, NetworkError: there was no whole answer; the cause is a ``RequestFailure``.
            TelegramError: the answer is a refusal, of the class that it means.
        """
        if self._session is None:
            raise RuntimeError("the transport is not initialized")
        has_files = request_data is not None and request_data.contains_files
        timeout = self._timeouts(has_files, read_timeout, connect_timeout)
        body = _request_body(request_data)
        headers = _JSON if isinstance(body, bytes) else None
        started = elapsed_seconds()
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                status = answer.status
                if self._on_server_date is not None:
                    self._on_server_date(
                        answer.headers.get("Date", ""), elapsed_seconds() - started
                    )
                payload = self._redact_token(method, status, await _read_body(answer))
        except Exception as error:
            client_error, cause = _translate_error(error)
        else:
            if not 200 <= status < 300:
                raise _error_of_refusal(status, _json_object(payload) or {})
            return status, payload
        # Outside of the handler: inside it, the library's error would become our context.
        raise client_error from cause

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """The JSON of a call that succeeded, which holds its ``result``.

        Raises:
            TelegramError: it is a refusal under a status of success, or of another shape.
        """
        answer = _json_object(payload)
        if answer is not None and answer.get("ok", True) is True and "result" in answer:
            return cast("dict[str, object]", answer)
        code = (answer or {}).get("error_code")
        if answer is not None and isinstance(code, int) and 400 <= code < 600:
            raise _error_of_refusal(code, answer)
        raise NetworkError("no result") from RequestUnanswered("no result")

    def _timeouts(
        self, has_files: bool, read_timeout: object, connect_timeout: object
    ) -> aiohttp.ClientTimeout:
        """A caller's own limits go first; ``None`` is no limit to him, and the usual one here."""
        read_seconds = (
            float(read_timeout) if isinstance(read_timeout, int | float) else self._read_seconds
        )
        connect_seconds = (
            float(connect_timeout)
            if isinstance(connect_timeout, int | float)
            else self._connect_seconds
        )
        total = connect_seconds + read_seconds + (UPLOAD_TIMEOUT if has_files else 0.0)
        # The library would round up what is longer than some seconds; a lease does not.
        return aiohttp.ClientTimeout(total, connect_seconds, ceil_threshold=total + 1)

    def _redact_token(self, method: str, status: int, payload: bytes) -> bytes:
        """An answer that will be read as JSON, and quoted in errors, without the token.

        Pages of proxies and gateways quote the address that was asked for.
        """
        if method == "GET" and status == 200:
            return payload  # the bytes of a file, handed on as they are
        return payload.replace(self._token_secret, b"[secret]") if self._token_secret else payload


async def _read_body(answer: aiohttp.ClientResponse) -> bytes:
    """The bytes of an answer, unless there are more than any has."""
    payload = bytearray()
    async for chunk in answer.content.iter_any():
        payload += chunk
        if len(payload) > MAX_RESPONSE_BYTES:
            raise aiohttp.ClientPayloadError
    return bytes(payload)


def _json_object(payload: bytes) -> Mapping[str, object] | None:
    """The JSON object in an answer; None where it is anything else."""
    try:
        content = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _error_of_refusal(status: int, answer: Mapping[str, object]) -> TelegramError:
    """The error that a refusal means, by its status and by what it says."""
    description = answer.get("description")
    message = HTTPStatus(status).phrase if status in list(HTTPStatus) else "No answer"
    message = f"{message} ({status})"
    if description and isinstance(
        description, str
    ):  # half characters, which JSON may hold, no store keeps
        message = description[:MAX_ERROR_LENGTH].encode("utf-8", "replace").decode()
    parameters = answer.get("parameters")
    values = parameters if isinstance(parameters, dict) else {}
    migrated_to = values.get("migrate_to_chat_id")
    if type(migrated_to) is int and 0 < abs(migrated_to) <= MAX_INT64:  # no bool
        return ChatMigrated(migrated_to)
    retry_after = values.get("retry_after")
    if isinstance(retry_after, int | float) and retry_after > 0:  # which no NaN is
        return FloodWait(timedelta(seconds=min(retry_after, MAX_RETRY_AFTER.total_seconds())))
    match status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return FloodWait(DEFAULT_RETRY_AFTER)
        case HTTPStatus.FORBIDDEN:
            return Forbidden(message)
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.NOT_FOUND:
            return InvalidToken(message)
        case HTTPStatus.BAD_REQUEST:
            return BadRequest(message)
        case HTTPStatus.CONFLICT:
            return Conflict(message)
        case _ if 400 <= status < 500 and status not in _UNCERTAIN_STATUSES:
            return RequestDeclined(status, message)
        case _:
            return NetworkError(message)


def _request_body(request: RequestData | None) -> _RequestBody:
    """The parameters as JSON, or as a form in several parts when there are files among them."""
    if request is None:
        return None
    if not request.contains_files:
        return json.dumps(request.json_parameters).encode()
    # Names of files as they are: Telegram shows what stands there and decodes no percent signs.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, content_type) in request.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=content_type)
    return form


def _translate_error(error: Exception) -> tuple[NetworkError, RequestFailure]:
    """The client's own error for a failure, and its cause by the kind of failure alone."""
    failure_kind = type(error).__name__
    cause = (
        RequestNotSent(failure_kind)
        if isinstance(error, _NOT_SENT_ERRORS)
        else RequestUnanswered(failure_kind)
    )
    return (
        TimedOut(failure_kind) if isinstance(error, TimeoutError) else NetworkError(failure_kind)
    ), cause


@cache
def tls_context() -> ssl.SSLContext:
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
