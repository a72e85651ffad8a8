"""One answer of one source, from the question to the batch, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.ingest.http_client import Fetched, Fetcher
from bot.ingest.http_errors import FetchError, read_file
from bot.ingest.sources.addresses import Source
from bot.ingest.sources.registry import parse
from bot.ingest.sources.source_batch import Batch, Condition, failed
from storage.records import Notice, SourceCursor

_WAIT = frozenset({406, 429, 503})  # how arXiv says: too many questions


async def read(source: Source, fetcher: Fetcher, previous: SourceCursor | None = None) -> Batch:
    """The batch that a source has now; parsing happens beside the event loop."""
    try:
        if source.path is not None:
            answer = Fetched(200, await asyncio.to_thread(read_file, source.path))
        else:
            answer = await fetcher.get(source.url, etag=previous.etag if previous else "")
    except FetchError as error:
        return failed(source.name, Condition.UNREACHABLE, error.notice, previous)
    return await asyncio.to_thread(judged, answer, source.name, previous)


def judged(answer: Fetched, name: str, previous: SourceCursor | None = None) -> Batch:
    """What an answer is, by its status and then by its body."""
    if answer.status == 304:
        return Batch(name, Condition.UNCHANGED, previous or SourceCursor(name))
    if answer.status in _WAIT:
        reason = Notice("source-limited")
        return failed(name, Condition.LIMITED, reason, previous, retry_after=answer.retry_after)
    if answer.status == 403:
        return failed(name, Condition.LIMITED, Notice("source-forbidden"), previous)
    batch = parse(answer.body, source=name, previous=previous)
    if answer.status != 200 and batch.condition is not Condition.ERROR_FEED:
        reason = Notice("source-status", (("status", answer.status),))
        return failed(name, Condition.UNREACHABLE, reason, previous)
    if batch.is_usable:  # the etag of a damaged answer would keep the whole one away
        return replace(batch, cursor=replace(batch.cursor, etag=answer.etag))
    return replace(batch, retry_after=answer.retry_after)
