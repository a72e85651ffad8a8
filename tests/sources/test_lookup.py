"""A paper that somebody names is asked of arXiv, and a bad answer is no "no such paper"."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from bot.lookup import looked_up
from bot.sources import Fetcher
from bot.texts import Refusal
from tests.sources.offline import reply

FEEDS = Path(__file__).parent.parent / "data" / "feeds"
BASE = "https://export.arxiv.org/api/query"


def answering(status: int, body: bytes) -> Fetcher:
    """An arXiv that always gives this answer."""
    return Fetcher(transport=httpx.MockTransport(lambda _: reply(status, body)))


async def test_the_paper_comes_as_arxiv_tells_it() -> None:
    async with answering(200, (FEEDS / "api-new.xml").read_bytes()) as arxiv:
        papers = await looked_up(arxiv, "2611.90001", base=BASE)
    assert papers
    assert papers[0].id.startswith("arxiv:")
    assert papers[0].authors


async def test_what_arxiv_does_not_know_is_none() -> None:
    async with answering(400, (FEEDS / "api-error.xml").read_bytes()) as arxiv:
        assert await looked_up(arxiv, "9999.99999", base=BASE) == []


@pytest.mark.parametrize("body", [b"", b"<html><body>busy</body></html>"])
async def test_an_answer_that_is_none_is_told_as_such(body: bytes) -> None:
    async with answering(200, body) as arxiv:
        with pytest.raises(Refusal) as refused:
            await looked_up(arxiv, "2402.12844", base=BASE)
    assert refused.value.key == "paper-unreachable"
