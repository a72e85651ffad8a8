"""feedparser, as this house uses it: on bytes, nothing sanitised, everything typed."""

from __future__ import annotations

import io
from calendar import timegm
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import struct_time

import feedparser

from bot.arxiv.announcement_text import clean
from bot.ingest.sources.feed_envelope import Unusable
from bot.ingest.sources.source_batch import Condition


@dataclass(frozen=True, slots=True)
class Fields:
    """The elements of a feed or of one of its items, by feedparser's names."""

    _found: Mapping[str, object]

    def text(self, name: str) -> str:
        """An element's text as it stands, "" where it is missing."""
        value = self._value(name)
        return value if isinstance(value, str) else ""

    def plain(self, name: str) -> str:
        """An element's text without what nobody can see."""
        return clean(self.text(name))

    def instant(self, name: str) -> datetime | None:
        """An element's date and time in UTC, where it can be understood."""
        value = self._value(f"{name}_parsed")
        if not isinstance(value, struct_time):
            return None
        try:
            return datetime.fromtimestamp(timegm(value), UTC)
        except (ValueError, OverflowError, OSError):
            return None

    def each(self, name: str, part: str) -> Iterator[str]:
        """One part of every element of a repeated kind: the terms of the tags."""
        values = self._value(name)
        for value in values if isinstance(values, list) else ():
            found = value.get(part) if isinstance(value, Mapping) else None
            if isinstance(found, str):
                yield clean(found)

    def part(self, name: str, part: str) -> str:
        """One attribute of an element."""
        value = self._value(name)
        found = value.get(part) if isinstance(value, Mapping) else None
        return clean(found) if isinstance(found, str) else ""

    def _value(self, name: str) -> object:
        """Asks first: feedparser answers for a missing name with a warning and a guess."""
        return self._found[name] if name in self._found else None  # noqa: SIM401


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's own elements and its items."""

    version: str  # "rss20", "rss10", "atom10", "" for what feedparser does not know
    head: Fields
    items: tuple[Fields, ...]


def parsed(body: bytes) -> Feed:
    """A well-formed feed, each text as it was sent.

    feedparser's defaults rewrite abstracts that hold ``<`` or ``&``; both its filters are
    needed off for it to leave them alone. It takes a bare byte string for the name of a file,
    hence the wrapping.
    """
    try:
        result = feedparser.parse(
            io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # it promises nothing about what it raises
        raise Unusable(Condition.BROKEN, "source-broken") from error
    items = tuple(Fields(entry) for entry in result.entries)
    return Feed(result.get("version", ""), Fields(result.feed), items)
