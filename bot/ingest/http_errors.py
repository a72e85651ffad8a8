"""Read bytes within limits, and name the errors of reading.

FetchError            there is no readable answer; ``notice`` says why
├── AnswerTooLarge    more bytes than any feed has, packed or unpacked
├── FetchTimeout      the answer was not complete in time
├── RedirectRefused   too many redirects, or to a host that is not permitted
├── SourceUnreachable no connection, or a broken one
└── SourceUnreadable  a missing or unreadable file, or damaged gzip
"""

from __future__ import annotations

import zlib
from pathlib import Path

from storage.records.messages import Notice

MAX_BYTES = 32 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_MEGABYTE = 1024 * 1024


class FetchError(Exception):
    """There is no readable answer from ``location``."""

    key = "source-unreachable"

    def __init__(self, location: str, **facts: str | int) -> None:
        super().__init__(location, facts)
        self.location = location
        self.facts = facts

    @property
    def notice(self) -> Notice:
        """The text for a person, with its values."""
        return Notice(self.key, (("place", self.location), *self.facts.items()))


class AnswerTooLarge(FetchError):
    """More bytes than any feed has."""

    key = "source-too-large"


class FetchTimeout(FetchError):
    """The answer was not complete in time."""

    key = "source-too-slow"


class RedirectRefused(FetchError):
    """There were too many redirects, or one to a host that is not permitted."""

    key = "source-elsewhere"


class SourceUnreachable(FetchError):
    """No connection, or it broke."""


class SourceUnreadable(FetchError):
    """A file that is not there or may not be read, or a body that cannot be unpacked."""

    key = "source-unreadable"


def too_large_error(location: str, max_bytes: int) -> AnswerTooLarge:
    """Return the error that names the limit in megabytes."""
    return AnswerTooLarge(location, megabytes=max_bytes // _MEGABYTE)


def gunzip(body: bytes, *, location: str, max_bytes: int = MAX_BYTES) -> bytes:
    """Unpack the body, up to ``max_bytes``.

    Raises:
        AnswerTooLarge: it has more bytes.
        SourceUnreadable: it is damaged or ends too early.
    """
    chunks: list[bytes] = []
    allowed_size, compressed_rest = max_bytes, body
    while compressed_rest:
        decompressor = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            chunk = decompressor.decompress(compressed_rest, allowed_size + 1)
        except zlib.error as error:
            raise SourceUnreadable(location, fact=str(error)) from error
        allowed_size -= len(chunk)
        if allowed_size < 0:
            raise too_large_error(location, max_bytes)
        if not decompressor.eof:
            raise SourceUnreadable(location, fact="gzip ends too early")
        chunks.append(chunk)
        compressed_rest = (
            decompressor.unused_data if decompressor.unused_data.startswith(_GZIP) else b""
        )
    return b"".join(chunks)


def read_file(path: Path, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Return a local file's bytes, unpacked if its content is gzip.

    Raises:
        FetchError: it cannot be read, or is too large.
    """
    location = str(path)
    try:
        if not path.is_file():  # nor a device or a pipe, which would never end
            raise SourceUnreadable(location, fact="no file")
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        error_text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SourceUnreadable(location, fact=error_text) from error
    if len(content) > max_bytes:
        raise too_large_error(location, max_bytes)
    return (
        gunzip(content, location=location, max_bytes=max_bytes)
        if content.startswith(_GZIP)
        else content
    )
