"""The verb: arXiv ids that nobody announced to us → their papers, asked of arXiv's search API.

A paper of which the API's answer cannot be read is asked of arXiv's archive.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot.ingest.http_client import Fetcher
from bot.ingest.http_errors import FetchError
from bot.ingest.sources import arxiv_oai
from bot.ingest.sources.arxiv_api import BASE, by_ids, parse
from bot.ingest.sources.source_batch import Condition
from bot.texts import Refusal
from storage.records import Paper

log = logging.getLogger(__name__)


async def looked_up(
    fetcher: Fetcher, ids: Sequence[str], *, base: str = BASE, archive: str
) -> list[Paper]:
    """The papers with these ids, with or without version; without those that arXiv does not know.

    They are asked for together. An answer that refuses all of them for one that it does not know
    has each asked for alone.

    Raises:
        Refusal: arXiv does not answer, or not as it should; asking again later helps.
    """
    papers: list[Paper] = []
    for question in by_ids(ids, base=base):
        try:
            answer = await fetcher.get(question)
        except FetchError as error:
            facts = {"papers": len(ids), "paper": ids[0], "reason": error.notice.key}
            log.warning("paper not asked", extra=facts)
            raise Refusal("paper-unreachable", id=", ".join(ids)) from error
        batch = parse(answer.body, source="lookup")
        # The API says of an id that does not exist that it is wrong.
        is_unknown = batch.condition in (Condition.EMPTY, Condition.ERROR_FEED)
        found = [announcement.paper for announcement in batch.announcements]
        for item in (one for one in batch.unread if one.id):
            page = await arxiv_oai.ask(arxiv_oai.one_record(item.id, base=archive), fetcher)
            found += [record.paper for record in page.records]
        if found:
            papers += found
        elif answer.status not in (200, 400) or not is_unknown:
            facts = {"papers": len(ids), "paper": ids[0], "condition": batch.condition}
            log.warning("paper not read", extra=facts)
            raise Refusal("paper-unreachable", id=", ".join(ids))
        elif batch.condition is Condition.ERROR_FEED and len(ids) > 1:
            for id in ids:
                papers += await looked_up(fetcher, [id], base=base, archive=archive)
    return papers
