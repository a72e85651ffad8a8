"""HTTP to a Bot API server: bounded in size and time, and never revealing the token.

Replaces python-telegram-bot's own transport, whose pool becomes slower with every request in
flight. Every failure has one of two causes that contain no URL, because URLs contain the token:
``RequestNotSent`` never left this machine, ``RequestUnanswered`` may have arrived. Responses may
come from any gateway in front of Telegram, so nothing is assumed about their shape.
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

CONNECT_TIMEOUT = 10.0  # seconds to get a free connection or to make one, with its handshake
UPLOAD_TIMEOUT = 60.0  # additional seconds for a request with files
DEFAULT_RETRY_AFTER = timedelta(seconds=5)  # if a server does not say how long to wait
MAX_RETRY_AFTER = timedelta(days=1)  # Telegram never asks for more
MAX_RESPONSE_BYTES = 32 * 1024 * 1024  # a file has at most 20 MB, 100 updates have less
MAX_ERROR_LENGTH = 500  # characters; Telegram's own errors have less than a hundred
MAX_INT64 = 2**63 - 1  # the largest integer that the store takes
IDLE_TIMEOUT = 15.0  # seconds; shorter than servers keep a connection open

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
# Statuses below 500 that a gateway also sends when Telegram did not answer it in time.
_UNCERTAIN_STATUSES = (HTTPStatus.REQUEST_TIMEOUT, 499)


class RequestFailure(Exception):
    """A request without a complete response; the text names only the kind of failure."""


class RequestNotSent(RequestFailure):
    """Nothing of the request left this machine."""


class RequestUnanswered(RequestFailure):
    """The request may have arrived, and may have been carried out."""


class RequestDeclined(NetworkError):
    """The request was not carried out, and the library has no error class for the reason."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class FloodWait(RetryAfter):
    """Telegram asks to wait; ``retry_after`` is a ``timedelta``.

    The library's own error warns on creation that its type will change to ``timedelta``.
    """

    __slots__ = ("_requested_wait",)

    def __init__(self, retry_after: timedelta) -> None:
        self._requested_wait = retry_after
        super().__init__(retry_after)

    @property
    def retry_after(self) -> timedelta:
        """How long to wait."""
        return self._requested_wait


class ApiParameters(RequestData):  # type: ignore[misc]  # final, as how the client fills it may change
    """The parameters of a call under their Bot API names, each a text or JSON already."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__()
        self._fields = fields

    @property
    def json_parameters(self) -> dict[str, str]:
        """The parameters, unchanged."""
        return dict(self._fields)


class Transport(BaseRequest):
    """The connections to one Bot API server, at most ``connections`` at a time.

    A request ends within ``total_timeout`` seconds and is never repeated here; connecting may take
    a third of that, and at most ``CONNECT_TIMEOUT``. ``on_server_date`` receives the date of each
    response over HTTPS only: others may be forged, or come from a server on this machine, which
    uses this machine's clock.
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
        """Seconds from the connection to the end of the response."""
        return self._read_seconds

    async def initialize(self) -> None:
        """Open the pool; connections are made when needed."""
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
        """Close every connection; a request in flight ends as unanswered."""
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
        """Send a request; return the status, which is a 2xx one, and the body of the response.

        Raises:
            TimedOut, NetworkError: the response is missing or incomplete (``RequestFailure``).
            TelegramError: the response is a refusal; its subclass says which.
        """
        if self._session is None:
            raise RuntimeError("the transport is not initialized")
        has_files = request_data is not None and request_data.contains_files
        timeout = self._timeouts(has_files, read_timeout, connect_timeout)
        request_body = _request_body(request_data)
        request_headers = _JSON if isinstance(request_body, bytes) else None
        started_at = elapsed_seconds()
        try:
            async with self._session.request(
                method,
                url,
                data=request_body,
                headers=request_headers,
                timeout=timeout,
                allow_redirects=False,
            ) as answer:
                status = answer.status
                if self._on_server_date is not None:
                    self._on_server_date(
                        answer.headers.get("Date", ""), elapsed_seconds() - started_at
                    )
                payload = await self._read_body(answer)
        except Exception as error:
            client_error, error_cause = _translate_error(error)
        else:
            if not 200 <= status < 300:
                raise _error_of_refusal(status, _json_object(payload) or {})
            return status, payload
        # Outside the except block, where aiohttp's error would become our context.
        raise client_error from error_cause

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        """Return the JSON of a successful call, which contains its ``result``.

        Raises:
            TelegramError: it is a refusal with a status of success, or has another shape.
        """
        answer = _json_object(payload)
        if answer is not None and answer.get("ok", True) is True and "result" in answer:
            return cast("dict[str, object]", answer)
        error_code = (answer or {}).get("error_code")
        if answer is not None and isinstance(error_code, int) and 400 <= error_code < 600:
            raise _error_of_refusal(error_code, answer)
        raise NetworkError("no result") from RequestUnanswered("no result")

    def _timeouts(
        self, has_files: bool, read_timeout: object, connect_timeout: object
    ) -> aiohttp.ClientTimeout:
        """Use the caller's limits where given; ``None`` means ours, not unlimited."""
        read_seconds = (
            float(read_timeout) if isinstance(read_timeout, int | float) else self._read_seconds
        )
        connect_seconds = (
            float(connect_timeout)
            if isinstance(connect_timeout, int | float)
            else self._connect_seconds
        )
        total_seconds = connect_seconds + read_seconds + (UPLOAD_TIMEOUT if has_files else 0.0)
        # aiohttp rounds longer time-outs up, which could exceed a lease.
        return aiohttp.ClientTimeout(
            total_seconds, connect_seconds, ceil_threshold=total_seconds + 1
        )

    async def _read_body(self, answer: aiohttp.ClientResponse) -> bytes:
        """Return the body of a response, up to ``MAX_RESPONSE_BYTES`` and without the token."""
        payload = bytearray()
        async for chunk in answer.content.iter_any():
            payload += chunk
            if len(payload) > MAX_RESPONSE_BYTES:
                raise aiohttp.ClientPayloadError
        is_file = answer.method == "GET" and answer.status == 200  # passed on unchanged
        if is_file or not self._token_secret:
            return bytes(payload)
        # Error pages of proxies and gateways quote the requested URL, and our errors quote them.
        return bytes(payload.replace(self._token_secret, b"[secret]"))


def _json_object(payload: bytes) -> Mapping[str, object] | None:
    """Return the JSON object of a response, or None if it is anything else."""
    try:
        parsed_payload = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return parsed_payload if isinstance(parsed_payload, dict) else None


def _error_of_refusal(status: int, answer: Mapping[str, object]) -> TelegramError:
    """Return the error for a refusal, by its status and its JSON."""
    description = answer.get("description")
    message = HTTPStatus(status).phrase if status in list(HTTPStatus) else "No answer"
    message = f"{message} ({status})"
    if description and isinstance(description, str):
        # JSON may contain lone surrogates, which no store takes.
        message = description[:MAX_ERROR_LENGTH].encode("utf-8", "replace").decode()
    parameters = answer.get("parameters")
    error_parameters = parameters if isinstance(parameters, dict) else {}
    migrated_to = error_parameters.get("migrate_to_chat_id")
    if type(migrated_to) is int and 0 < abs(migrated_to) <= MAX_INT64:  # no bool
        return ChatMigrated(migrated_to)
    retry_after = error_parameters.get("retry_after")
    if isinstance(retry_after, int | float) and retry_after > 0:  # false for NaN
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
    """Return the parameters as JSON, or as a multipart form if they contain files."""
    if request is None:
        return None
    if not request.contains_files:
        return json.dumps(request.json_parameters).encode()
    # File names unquoted: Telegram does not decode percent signs.
    form = aiohttp.FormData(quote_fields=False)
    for field_name, field_value in request.json_parameters.items():
        form.add_field(field_name, field_value)
    for field_name, (filename, file_content, content_type) in request.multipart_data.items():
        form.add_field(field_name, file_content, filename=filename, content_type=content_type)
    return form


def _translate_error(error: Exception) -> tuple[NetworkError, RequestFailure]:
    """Return the library's error for a failure, and a cause that names only its kind."""
    failure_kind = type(error).__name__
    error_cause = (
        RequestNotSent(failure_kind)
        if isinstance(error, _NOT_SENT_ERRORS)
        else RequestUnanswered(failure_kind)
    )
    return (
        TimedOut(failure_kind) if isinstance(error, TimeoutError) else NetworkError(failure_kind)
    ), error_cause


@cache
def tls_context() -> ssl.SSLContext:
    """Return a verifying TLS context with this machine's certificates and Mozilla's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def proxy_for(base: str) -> str | None:
    """Return the proxy that the system's settings (``HTTPS_PROXY``, ``NO_PROXY``) name."""
    url_parts = urlsplit(base)
    if proxy_bypass(url_parts.netloc):
        return None
    proxies = getproxies()
    return proxies.get(url_parts.scheme) or proxies.get("all")
