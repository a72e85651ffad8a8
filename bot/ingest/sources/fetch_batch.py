"""Fetch one batch from a source, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.ingest.http_client import Fetcher, FetchResponse
from bot.ingest.http_errors import FetchError, read_file
from bot.ingest.sources.addresses import Source
from bot.ingest.sources.registry import parse_batch
from bot.ingest.sources.source_batch import Batch, BatchStatus, failed_batch
from storage.records.feeds import FeedCursor
from storage.records.messages import Notice


async def fetch_batch(
    source: Source, fetcher: Fetcher, previous: FeedCursor | None = None
) -> Batch:
    """Fetch a source's current batch; parsing happens off the event loop."""
    try:
        if source.path is not None:
            answer = FetchResponse(200, await asyncio.to_thread(read_file, source.path))
        else:
            answer = await fetcher.get(source.url, etag=previous.etag if previous else "")
    except FetchError as error:
        return failed_batch(source.name, BatchStatus.UNREACHABLE, error.notice, previous)
    return await asyncio.to_thread(batch_of_answer, answer, source.name, previous)


def batch_of_answer(answer: FetchResponse, name: str, previous: FeedCursor | None = None) -> Batch:
    """Turn an answer into a batch, by its status and then by its body."""
    if answer.status == 304:
        return Batch(name, BatchStatus.UNCHANGED, previous or FeedCursor(name))
    if answer.refusal:
        return failed_batch(
            name, BatchStatus.LIMITED, answer.refusal, previous, retry_after=answer.retry_after
        )
    batch = parse_batch(answer.body, source=name, previous=previous)
    if answer.status != 200 and batch.status is not BatchStatus.ERROR_FEED:
        reason = Notice("source-status", (("status", answer.status),))
        return failed_batch(name, BatchStatus.UNREACHABLE, reason, previous)
    if batch.is_usable:  # a damaged answer's etag would prevent fetching the intact one
        return replace(batch, cursor=replace(batch.cursor, etag=answer.etag))
    return replace(batch, retry_after=answer.retry_after)
