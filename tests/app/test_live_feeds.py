"""The running bot's look at arXiv: a day that was lost comes back by itself."""

from __future__ import annotations

from datetime import date, timedelta

import httpx
import pytest
import stamina

from bot.app.config import Config
from bot.app.wiring import make_feed_job
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import COMPLETE_MARK, FIRST_FILL
from bot.ingest.request_pace import RequestPace
from storage import Store
from storage.records.feeds import FeedCursor
from storage.records.papers import AnnouncementKind
from tests.ingest.sources.feeds import rss_feed, rss_item
from tests.ingest.sources.offline import streamed_response
from tests.support.arxiv_archive import BASE, ArchivedPaper, FakeArchive, utc
from tests.support.clock import FakeClock
from tests.support.database import announcements_after

TUESDAY = date(2026, 11, 17)


class Days:
    """arXiv over some days: its feed shows the day's paper only, its archive all of them."""

    def __init__(self) -> None:
        self.clock = FakeClock(utc(11, 16))
        self.is_down = False
        self.archive = FakeArchive([ArchivedPaper("2611.00017", (utc(11, 15),), TUESDAY)])

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.is_down:
            raise httpx.ConnectError("down")
        if request.url.path == "/oai":
            return self.archive.respond(request)
        shown = rss_item(f"2611.000{self.clock.instant.day}v1")
        return streamed_response(200, rss_feed([shown], day=f"{self.clock.instant:%a, %d %b %Y}"))


async def test_a_day_without_network_is_made_good_when_it_is_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPERGRAM_FEEDS", "cs.CV")
    monkeypatch.setenv("PAPERGRAM_ARXIV_OAI", BASE)
    monkeypatch.setenv("PAPERGRAM_ARXIV_RSS", "http://arxiv.test")
    days = Days()
    fetcher = Fetcher(transport=httpx.MockTransport(days.answer), request_pace=RequestPace(0.0))
    options = make_feed_job(store, fetcher, Config(), days.clock.now)
    store.feed_cursors.put(
        FeedCursor(FIRST_FILL, last_day=date(2026, 11, 16), batch_fingerprint=COMPLETE_MARK)
    )

    with stamina.set_testing(True, attempts=1):
        for hour in range(0, 60, 2):
            days.clock.instant = utc(11, 16) + timedelta(hours=hour)
            days.is_down = 8 <= hour < 44  # until Wednesday morning
            await options()

    announcement = {
        announcement.day.day: (announcement.paper.id, announcement.kind)
        for announcement in announcements_after(store)
    }
    assert announcement == {
        16: ("arxiv:2611.00016", AnnouncementKind.NEW),
        17: ("arxiv:2611.00017", AnnouncementKind.NEW),
        18: ("arxiv:2611.00018", AnnouncementKind.NEW),
    }
    assert days.archive.requests == ["cs:cs:CV 2026-11-17 +0"]
    assert store.backfills.unfinished() == []
