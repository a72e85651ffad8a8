"""How much of an answer is taken, and what is said when there is none to take.

FetchError          there is no answer to read; ``notice`` says why
├── TooLarge        more bytes than any feed has, on the wire or unpacked
├── TooSlow         the answer was not complete in time
├── Elsewhere       redirected too often, or to a host that was not asked
├── Unreachable     no connection, or it broke
└── Unreadable      a file that is not there or may not be read, or damaged gzip
"""

from __future__ import annotations

import zlib
from pathlib import Path

from storage.records import Notice

MOST_BYTES = 32 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_MEGABYTE = 1024 * 1024


class FetchError(Exception):
    """There is no answer to read; ``place`` is where it was looked for."""

    key = "source-unreachable"

    def __init__(self, place: str, **facts: str | int) -> None:
        super().__init__(place, facts)
        self.place = place
        self.facts = facts

    @property
    def notice(self) -> Notice:
        """The text for a person, with the facts."""
        return Notice(self.key, (("place", self.place), *self.facts.items()))


class TooLarge(FetchError):
    """More bytes than any feed has."""

    key = "source-too-large"


class TooSlow(FetchError):
    """The answer was not complete in time."""

    key = "source-too-slow"


class Elsewhere(FetchError):
    """Redirected too often, or to a host that was not asked."""

    key = "source-elsewhere"


class Unreachable(FetchError):
    """No connection, or it broke."""


class Unreadable(FetchError):
    """A file that is not there or may not be read, or a body that cannot be unpacked."""

    key = "source-unreadable"


def too_large(place: str, most: int) -> TooLarge:
    """The error that names the bound in megabytes."""
    return TooLarge(place, megabytes=most // _MEGABYTE)


def gunzipped(body: bytes, *, place: str, most: int = MOST_BYTES) -> bytes:
    """The body unpacked, never more than ``most`` bytes of it.

    Raises:
        TooLarge: there is more in it.
        Unreadable: it is damaged or ends too early.
    """
    pieces: list[bytes] = []
    room, rest = most, body
    while rest:
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            piece = unpacker.decompress(rest, room + 1)
        except zlib.error as error:
            raise Unreadable(place, fact=str(error)) from error
        room -= len(piece)
        if room < 0:
            raise too_large(place, most)
        if not unpacker.eof:
            raise Unreadable(place, fact="gzip ends too early")
        pieces.append(piece)
        rest = unpacker.unused_data if unpacker.unused_data.startswith(_GZIP) else b""
    return b"".join(pieces)


def read_file(path: Path, *, most: int = MOST_BYTES) -> bytes:
    """A local file's bytes, unpacked if it is gzip, by its content and not its name.

    Raises:
        FetchError: it cannot be read, or is too large.
    """
    place = str(path)
    try:
        if not path.is_file():  # also not a device or a pipe, which would never end
            raise Unreadable(place, fact="no file")
        with path.open("rb") as file:
            body = file.read(most + 1)
    except (OSError, ValueError) as error:
        fact = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Unreadable(place, fact=fact) from error
    if len(body) > most:
        raise too_large(place, most)
    return gunzipped(body, place=place, most=most) if body.startswith(_GZIP) else body
