"""Fetch papers by id from arXiv's search API.

A paper whose answer from the API cannot be read is requested from arXiv's archive.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from bot.ingest.http_client import Fetcher
from bot.ingest.http_errors import FetchError
from bot.ingest.sources import arxiv_oai
from bot.ingest.sources.arxiv_api import API_BASE, id_query_urls, parse
from bot.ingest.sources.source_batch import BatchStatus
from bot.texts import Refusal
from storage.records.papers import Paper

log = logging.getLogger(__name__)


async def fetch_papers_by_id(
    fetcher: Fetcher, ids: Sequence[str], *, base: str = API_BASE, archive: str
) -> list[Paper]:
    """Return the papers with these ids, with or without version, that arXiv knows.

    They are requested together. If one unknown id makes arXiv refuse all, each is requested
    separately.

    Raises:
        Refusal: arXiv does not answer, or not as it should; asking again later helps.
    """
    papers: list[Paper] = []
    for url in id_query_urls(ids, base=base):
        try:
            answer = await fetcher.get(url)
        except FetchError as error:
            facts = {"papers": len(ids), "paper": ids[0], "reason": error.notice.text_key}
            log.warning("paper not asked", extra=facts)
            raise Refusal("paper-unreachable", id=", ".join(ids)) from error
        batch = await asyncio.to_thread(parse, answer.body, source="lookup")
        # The API calls an id that does not exist invalid.
        is_unknown = batch.status in (BatchStatus.EMPTY, BatchStatus.ERROR_FEED)
        batch_papers = [announcement.paper for announcement in batch.announcements]
        for id in (item.id for item in batch.skipped_items if item.id):
            page = await arxiv_oai.fetch_page(arxiv_oai.record_url(id, base=archive), fetcher)
            batch_papers += [record.paper for record in page.records]
        if batch_papers:
            papers += batch_papers
        elif answer.status not in (200, 400) or not is_unknown:
            facts = {"papers": len(ids), "paper": ids[0], "condition": batch.status}
            log.warning("paper not read", extra=facts)
            raise Refusal("paper-unreachable", id=", ".join(ids))
        elif batch.status is BatchStatus.ERROR_FEED and len(ids) > 1:
            for id in ids:
                papers += await fetch_papers_by_id(fetcher, [id], base=base, archive=archive)
    return papers
