"""The verb: an arXiv id that nobody announced to us → its paper, asked of arXiv's search API."""

from __future__ import annotations

import logging

from bot.sources import Fetcher, FetchError
from bot.sources.arxiv_api import BASE, by_ids, parse
from bot.sources.batch import Condition
from bot.texts import Refusal
from storage.model import Paper

log = logging.getLogger(__name__)


async def looked_up(fetcher: Fetcher, id: str, *, base: str = BASE) -> list[Paper]:
    """The paper with this id, with or without version; none when arXiv has no such paper.

    Raises:
        Refusal: arXiv does not answer, or not as it should; asking again later helps.
    """
    [question] = by_ids([id], base=base)
    try:
        answer = await fetcher.get(question)
    except FetchError as error:
        log.warning("paper not asked", extra={"paper": id, "reason": error.notice.key})
        raise Refusal("paper-unreachable", id=id) from error
    batch = parse(answer.body, source="lookup")
    if batch.announcements:
        return [announcement.paper for announcement in batch.announcements]
    # The API says of an id that does not exist that it is wrong.
    if answer.status in (200, 400) and batch.condition in (Condition.EMPTY, Condition.ERROR_FEED):
        return []
    log.warning("paper not read", extra={"paper": id, "condition": batch.condition})
    raise Refusal("paper-unreachable", id=id)
