"""Call feedparser on bytes, without sanitising, and return typed values."""

from __future__ import annotations

import io
from calendar import timegm
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import struct_time

import feedparser

from bot.arxiv.announcement_text import strip_invisible
from bot.ingest.sources.recognize_feed import UnusableAnswer
from bot.ingest.sources.source_batch import BatchStatus


@dataclass(frozen=True, slots=True)
class FeedElement:
    """The elements of a feed or of one of its items, by feedparser's names."""

    _values: Mapping[str, object]

    def text(self, name: str) -> str:
        """Return an element's text as sent, "" where it is missing."""
        value = self._value(name)
        return value if isinstance(value, str) else ""

    def clean_text(self, name: str) -> str:
        """Return an element's text without invisible characters."""
        return strip_invisible(self.text(name))

    def instant(self, name: str) -> datetime | None:
        """Return an element's date and time in UTC, or None if it cannot be parsed."""
        parsed_time = self._value(f"{name}_parsed")
        if not isinstance(parsed_time, struct_time):
            return None
        try:
            return datetime.fromtimestamp(timegm(parsed_time), UTC)
        except (ValueError, OverflowError, OSError):
            return None

    def each_part(self, name: str, part_name: str) -> Iterator[str]:
        """Yield one part of every element of a repeated kind, such as the terms of the tags."""
        values = self._value(name)
        for value in values if isinstance(values, list) else ():
            value_part = value.get(part_name) if isinstance(value, Mapping) else None
            if isinstance(value_part, str):
                yield strip_invisible(value_part)

    def attribute(self, name: str, attribute_name: str) -> str:
        """Return one attribute of an element."""
        value = self._value(name)
        value_part = value.get(attribute_name) if isinstance(value, Mapping) else None
        return strip_invisible(value_part) if isinstance(value_part, str) else ""

    def _value(self, name: str) -> object:
        """Return a value, checking first: feedparser guesses missing names with a warning."""
        return self._values[name] if name in self._values else None  # noqa: SIM401


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's own elements and its items."""

    version: str  # "rss20", "rss10", "atom10", or "" if unknown to feedparser
    header: FeedElement
    items: tuple[FeedElement, ...]


def parse_feed(body: bytes) -> Feed:
    """Parse a well-formed feed, each text as sent.

    feedparser's defaults rewrite abstracts that contain ``<`` or ``&``, so both its filters are
    off. It takes a bare byte string for a file name, hence the wrapping.
    """
    try:
        parsed_feed = feedparser.parse(
            io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # feedparser does not document what it raises
        raise UnusableAnswer(BatchStatus.BROKEN, "source-broken") from error
    items = tuple(FeedElement(entry) for entry in parsed_feed.entries)
    return Feed(parsed_feed.get("version", ""), FeedElement(parsed_feed.feed), items)
