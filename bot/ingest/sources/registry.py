"""The formats in which sources answer: a new one is a row in ``SOURCES``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.ingest.sources import arxiv_api, arxiv_rss
from bot.ingest.sources.source_batch import Batch
from storage.records import SourceCursor


class Parser(Protocol):
    """Reads a body into a batch, and never raises."""

    def __call__(
        self, body: bytes, *, source: str, previous: SourceCursor | None = None
    ) -> Batch: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of answer: how it is recognised, and who reads it."""

    name: str
    fits: Callable[[bytes], bool]
    parse: Parser


SOURCES = (
    Format("arxiv-api", arxiv_api.is_answer, arxiv_api.parse),
    Format("arxiv-rss", lambda body: True, arxiv_rss.parse),  # and names what is no feed
)


def parse(body: bytes, *, source: str, previous: SourceCursor | None = None) -> Batch:
    """The batch in a body, by the first format that it fits."""
    form = next(form for form in SOURCES if form.fits(body))
    return form.parse(body, source=source, previous=previous)
