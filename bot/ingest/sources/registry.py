"""The formats in which sources answer: a new one is a row in ``SOURCES``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.ingest.sources import arxiv_api, arxiv_rss
from bot.ingest.sources.source_batch import Batch
from storage.records.feeds import FeedCursor


class Parser(Protocol):
    """Parses a body into a batch, and never raises."""

    def __call__(
        self, body: bytes, *, source: str, previous: FeedCursor | None = None
    ) -> Batch: ...


@dataclass(frozen=True, slots=True)
class AnswerFormat:
    """A format of answers: how it is recognised, and what parses it."""

    name: str
    recognizes: Callable[[bytes], bool]
    parse: Parser


SOURCES = (
    AnswerFormat("arxiv-api", arxiv_api.is_api_answer, arxiv_api.parse),
    AnswerFormat("arxiv-rss", lambda body: True, arxiv_rss.parse),  # and reports what is no feed
)


def parse_batch(body: bytes, *, source: str, previous: FeedCursor | None = None) -> Batch:
    """Parse a body with the first format that recognises it."""
    source_format = next(
        source_format for source_format in SOURCES if source_format.recognizes(body)
    )
    return source_format.parse(body, source=source, previous=previous)
