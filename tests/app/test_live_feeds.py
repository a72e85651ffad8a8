"""The running bot's look at arXiv: a day that was lost comes back by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import httpx
import pytest
import stamina

from bot.app.config import Config
from bot.app.wiring import live_feeds
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import FIRST, WHOLE
from bot.ingest.request_pace import Pace
from storage import Store
from storage.records import Kind, SourceCursor
from tests.ingest.sources.feeds import item, rss
from tests.ingest.sources.offline import reply
from tests.support.arxiv_archive import BASE, Archive, Filed, utc

TUESDAY = date(2026, 11, 17)


class Days:
    """arXiv over some days: its feed shows the day's paper only, its archive all of them."""

    def __init__(self) -> None:
        self.at = utc(11, 16)
        self.is_down = False
        self.archive = Archive([Filed("2611.00017", (utc(11, 15),), TUESDAY)])

    def now(self) -> datetime:
        return self.at

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.is_down:
            raise httpx.ConnectError("down")
        if request.url.path == "/oai":
            return self.archive.answer(request)
        shown = item(f"2611.000{self.at.day}v1")
        return reply(200, rss([shown], day=f"{self.at:%a, %d %b %Y}"))


async def test_a_day_without_network_is_made_good_when_it_is_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPERGRAM_FEEDS", "cs.CV")
    monkeypatch.setenv("PAPERGRAM_ARXIV_OAI", BASE)
    monkeypatch.setenv("PAPERGRAM_ARXIV_RSS", "http://arxiv.test")
    days = Days()
    fetcher = Fetcher(transport=httpx.MockTransport(days.answer), pace=Pace(0.0))
    look = live_feeds(store, fetcher, Config(), days.now)
    store.cursors.put(SourceCursor(FIRST, day=date(2026, 11, 16), batch=WHOLE))

    with stamina.set_testing(True, attempts=1):
        for hour in range(0, 60, 2):
            days.at = utc(11, 16) + timedelta(hours=hour)
            days.is_down = 8 <= hour < 44  # until Wednesday morning
            await look()

    told = {one.day.day: (one.paper.id, one.kind) for one in store.papers.after(0)}
    assert told == {
        16: ("arxiv:2611.00016", Kind.NEW),
        17: ("arxiv:2611.00017", Kind.NEW),
        18: ("arxiv:2611.00018", Kind.NEW),
    }
    assert days.archive.asked == ["cs:cs:CV 2026-11-17 +0"]
    assert store.harvests.open() == []
