"""A paper whose item cannot be read is fetched by its id, and not forgotten until it is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import parse_qs

import httpx
import pytest
import stamina

from bot.app.config import Config
from bot.app.retention import MESSAGES_RETENTION, apply_retention
from bot.app.wiring import make_feed_job
from bot.arxiv.calendar import feed_day_of_submission
from bot.health.health_checks import DiskSpace, find_incidents
from bot.ingest.catch_up.backfill import BACKFILL_LEASE, run_backfill
from bot.ingest.catch_up.missed_days import REPAIR_WINDOW
from bot.ingest.catch_up.missing_papers import (
    MAX_ARCHIVE_REQUESTS,
    MISSING_PAPERS_LEASE,
    RETRY_INTERVAL,
    fetch_missing_papers,
)
from bot.ingest.http_client import Fetcher
from bot.ingest.ingest_source import COMPLETE_MARK, FIRST_FILL, is_paused, store_batch
from bot.ingest.request_pace import RequestPace
from bot.ingest.sources.registry import parse_batch
from bot.ingest.sources.source_batch import BatchStatus
from storage import Store
from storage.records.feeds import Backfill, FeedCursor, MissingPaper
from storage.records.papers import AnnouncementKind
from tests.ingest.sources.feeds import rss_feed, rss_item
from tests.ingest.sources.offline import streamed_response
from tests.support.arxiv_archive import ArchivedPaper, error_page, records_page, utc
from tests.support.database import announcements_after

BASE = "http://arxiv.test"
API, OAI = f"{BASE}/api/query", f"{BASE}/oai"
NOW = utc(11, 23, 6)  # Monday, when the feed has turned
MONDAY = NOW.date()
GOOD = "2611.00001"
BAD = "2611.00002"


def damaged(*items: dict[str, str], day: str = "Mon, 23 Nov 2026") -> bytes:
    """A feed of a good paper and of others whose markup is damaged."""
    feed = rss_feed([rss_item(f"{GOOD}v1"), *items], day=day)
    first, *others = feed.split(b"</title><link>")
    assert len(others) == len(items) + 2 - 1
    return (
        first + b"</title><link>" + others[0] + b"".join(b"<link>" + other for other in others[1:])
    )


@dataclass
class Arxiv:
    """A feed, an API and an archive that know some papers; what is asked of the last two."""

    feed: bytes = b""
    api: dict[str, int] = field(default_factory=dict)  # ids and their newest versions
    archive: dict[str, ArchivedPaper] = field(default_factory=dict)
    trouble: dict[str, int] = field(default_factory=dict)  # paths and the status they answer with
    requests: list[str] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        question = {k: v[0] for k, v in parse_qs(request.url.query.decode()).items()}
        if path.startswith("/rss/"):
            return streamed_response(200, self.feed)
        id = question.get("identifier", "").removeprefix("oai:arXiv.org:")
        self.requests.append(question.get("id_list") or id or question["verb"])
        if path in self.trouble:
            return streamed_response(self.trouble[path], headers={"retry-after": "3600"})
        if path == "/api/query":
            return streamed_response(200, self._results(question["id_list"].split(",")))
        if question["verb"] == "ListRecords":
            return streamed_response(200, records_page(list(self.archive.values())))
        if id not in self.archive:
            return streamed_response(200, error_page("idDoesNotExist", "No such paper."))
        return streamed_response(
            200, records_page([self.archive[id]]).replace(b"ListRecords>", b"GetRecord>")
        )

    def _results(self, ids: list[str]) -> bytes:
        entries = "".join(
            f"<entry><id>http://arxiv.org/abs/{id}v{self.api[id]}</id><title>A Pot</title>"
            "<updated>2026-11-22T10:00:00Z</updated><published>2026-11-20T10:00:00Z</published>"
            '<summary>It boils.</summary><arxiv:primary_category term="cs.CV"/></entry>'
            for id in ids
            if id in self.api
        )
        return (
            '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'
            ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
            f"<id>https://arxiv.org/api/x</id><title>arXiv Query: id_list={','.join(ids)}</title>"
            f"<opensearch:totalResults>{len(ids)}</opensearch:totalResults>{entries}</feed>"
        ).encode()


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    with stamina.set_testing(True, attempts=1):
        yield


def fetcher(arxiv: Arxiv) -> Fetcher:
    return Fetcher(
        transport=httpx.MockTransport(arxiv.answer), bases=[BASE], request_pace=RequestPace(0.0)
    )


async def fetched(store: Store, arxiv: Arxiv, now: datetime = NOW) -> int:
    async with fetcher(arxiv) as asker:
        return await fetch_missing_papers(store, asker, ("cs.CV",), now, api=API, archive=OAI)


async def noted(store: Store, *items: dict[str, str], now: datetime = NOW) -> None:
    """Keeps a feed in which these items cannot be read."""
    batch = parse_batch(damaged(*items), source="cs.CV")
    assert [item.id for item in batch.skipped_items] == [
        ""
        if "x" in item_number["guid"]
        else item_number["guid"].removeprefix("oai:arXiv.org:").partition("v")[0]
        for item_number in items
    ]
    await store_batch(store, batch, now)


def announced(store: Store) -> list[tuple[str, int, AnnouncementKind, str, date]]:
    """What is announced beside the good paper."""
    return [
        (
            announcement.paper.id,
            announcement.paper.version,
            announcement.kind,
            announcement.feed,
            announcement.day,
        )
        for announcement in announcements_after(store)
        if announcement.paper.id != f"arxiv:{GOOD}"
    ]


@pytest.mark.parametrize("kind", AnnouncementKind)
async def test_a_paper_is_announced_as_its_item_said(store: Store, kind: AnnouncementKind) -> None:
    await noted(store, rss_item(f"{BAD}v2", kind=kind))

    assert await fetched(store, Arxiv(api={BAD: 2})) == 1

    assert announced(store) == [(f"arxiv:{BAD}", 2, kind, "cs.CV", MONDAY)]
    paper = store.papers.get(f"arxiv:{BAD}")
    assert paper
    assert (paper.title, paper.abstract) == ("A Pot", "It boils.")
    assert store.missing_papers.unfinished() == []


async def test_it_is_asked_for_once_though_the_feed_shows_it_all_day(store: Store) -> None:
    arxiv = Arxiv(api={BAD: 1})
    for hour in range(3):
        await noted(store, rss_item(f"{BAD}v1"), now=NOW + timedelta(hours=hour))
        await fetched(store, arxiv, NOW + timedelta(hours=hour))

    assert arxiv.requests == [BAD]
    assert len(announced(store)) == 1


async def test_nothing_is_asked_where_nothing_is_outstanding(store: Store) -> None:
    arxiv = Arxiv()
    await store_batch(store, parse_batch(rss_feed([rss_item()]), source="cs.CV"), NOW)

    assert await fetched(store, arxiv) == 0
    assert arxiv.requests == []


async def test_what_the_api_does_not_give_is_asked_of_the_archive(store: Store) -> None:
    """It has a paper hours before the API, and another wording of it."""
    await noted(store, rss_item(f"{BAD}v1"), rss_item("2611.00003v1"))
    filed = ArchivedPaper(BAD, (utc(11, 20),), MONDAY, title="A Pan")
    arxiv = Arxiv(api={"2611.00003": 1}, archive={BAD: filed})

    assert await fetched(store, arxiv) == 2

    assert arxiv.requests == [f"{BAD},2611.00003", BAD]
    assert {id for id, *_ in announced(store)} == {f"arxiv:{BAD}", "arxiv:2611.00003"}


async def test_an_older_version_than_was_announced_is_not_it(store: Store) -> None:
    await noted(store, rss_item(f"{BAD}v3", kind="replace"))
    arxiv = Arxiv(api={BAD: 2})

    assert await fetched(store, arxiv) == 0
    arxiv.api[BAD] = 4
    assert await fetched(store, arxiv, NOW + RETRY_INTERVAL) == 1

    assert announced(store) == [(f"arxiv:{BAD}", 4, AnnouncementKind.REPLACE, "cs.CV", MONDAY)]


async def test_what_nobody_has_is_asked_for_every_day_and_the_operator_is_told(
    store: Store,
) -> None:
    await noted(store, rss_item(f"{BAD}v1"))
    arxiv = Arxiv()

    for hour in range(0, 49, 6):
        await fetched(store, arxiv, NOW + timedelta(hours=hour))

    assert arxiv.requests == [BAD, BAD] * 3, "both doors, three times"
    [waiting] = store.missing_papers.unfinished()
    assert (waiting.id, waiting.attempts) == (BAD, 3)
    room = DiskSpace(10**12, 10**12)

    def troubles(now: datetime) -> list[str]:
        return [incident.name for incident in find_incidents(store, 1, ("cs.LG",), now, room)]

    assert "trouble-outstanding" in troubles(NOW + RETRY_INTERVAL)
    assert "trouble-outstanding" not in troubles(NOW + RETRY_INTERVAL - timedelta(minutes=1))
    arxiv.api[BAD] = 1
    assert await fetched(store, arxiv, NOW + 3 * RETRY_INTERVAL) == 1
    assert "trouble-outstanding" not in troubles(NOW + 3 * RETRY_INTERVAL)
    assert announced(store)[0][4] == MONDAY, "announced on its day"


async def test_at_last_the_archive_of_its_day_is_read(store: Store) -> None:
    await noted(store, rss_item(f"{BAD}v1"))
    [waiting] = store.missing_papers.unfinished()
    late = NOW + REPAIR_WINDOW + timedelta(hours=1)

    assert await fetched(store, Arxiv(), late) == 0

    assert store.missing_papers.unfinished() == []
    assert waiting.last_day >= late.date() - REPAIR_WINDOW
    [planned] = store.backfills.unfinished()
    assert (planned.first_day, planned.last_day, planned.feeds) == (MONDAY, MONDAY, ("cs.CV",))


async def test_an_item_without_an_id_has_its_day_fetched(store: Store) -> None:
    await noted(store, rss_item(f"{BAD}v1", guid="x", link="x", description="y"))

    arxiv = Arxiv()
    assert await fetched(store, arxiv) == 0

    assert arxiv.requests == []
    assert store.missing_papers.unfinished() == []
    [planned] = store.backfills.unfinished()
    assert (planned.set_spec, planned.first_day, planned.last_day) == ("cs:cs:CV", MONDAY, MONDAY)


async def test_no_archive_is_asked_for_the_day_of_a_file_or_of_long_ago(store: Store) -> None:
    """Everything that arXiv has would be asked for; it is told in the log."""
    rows = [
        MissingPaper("a/feed.xml", "", MONDAY, MONDAY, NOW, kind=AnnouncementKind.NEW),
        MissingPaper(
            "cs.CV", "", date(2019, 3, 4), date(2019, 3, 4), NOW, kind=AnnouncementKind.NEW
        ),
    ]
    store.missing_papers.add(rows)

    await fetched(store, Arxiv())

    assert store.backfills.unfinished() == []
    assert store.missing_papers.unfinished() == []


@pytest.mark.parametrize("status", [429, 503])
async def test_an_api_that_wants_to_rest_is_left_alone_and_the_archive_asked(
    store: Store, status: int
) -> None:
    await noted(store, rss_item(f"{BAD}v1"), rss_item("2611.00003v1"))
    arxiv = Arxiv(
        archive={BAD: ArchivedPaper(BAD, (utc(11, 20),), MONDAY)}, trouble={"/api/query": status}
    )

    assert await fetched(store, arxiv) == 1
    assert await is_paused(store, MISSING_PAPERS_LEASE, NOW + timedelta(minutes=59))
    await fetched(store, arxiv, NOW + timedelta(minutes=30))

    assert arxiv.requests.count(f"{BAD},2611.00003") == 1
    assert [paper.id for paper in store.missing_papers.unfinished()] == ["2611.00003"]


async def test_without_any_answer_nothing_counts_as_asked(store: Store) -> None:
    await noted(store, rss_item(f"{BAD}v1"))
    arxiv = Arxiv(trouble={"/api/query": 503, "/oai": 503})

    assert await fetched(store, arxiv) == 0

    [waiting] = store.missing_papers.unfinished()
    assert (waiting.last_requested_at, waiting.attempts) == (None, 0)
    assert await is_paused(store, BACKFILL_LEASE, NOW)
    arxiv.trouble.clear()
    arxiv.api[BAD] = 1
    assert await fetched(store, arxiv, NOW + timedelta(hours=2)) == 1


async def test_many_are_asked_for_by_the_hundred_and_few_alone(store: Store) -> None:
    rows = [
        MissingPaper("cs.CV", f"2611.{n:05}", MONDAY, MONDAY, NOW, 1, AnnouncementKind.NEW)
        for n in range(2, 252)
    ]
    store.missing_papers.add(rows)
    arxiv = Arxiv(api={row.id: 1 for row in rows[:150]})

    assert await fetched(store, arxiv) == 150

    questions = [question for question in arxiv.requests if "," in question]
    assert [len(question.split(",")) for question in questions] == [100, 100]
    assert len(arxiv.requests) - len(questions) == MAX_ARCHIVE_REQUESTS
    assert len(announced(store)) == 150
    requests_before = len(arxiv.requests)
    for _ in range(9):
        await fetched(store, arxiv)
    alone = [question for question in arxiv.requests[requests_before:] if "," not in question]
    assert len(set(alone)) == len(alone) == 100 - MAX_ARCHIVE_REQUESTS, (
        "each is asked for alone, once a day"
    )
    assert all(paper.attempts == 1 for paper in store.missing_papers.unfinished())


async def test_a_crash_between_fetching_and_keeping_loses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await noted(store, rss_item(f"{BAD}v1"))
    monkeypatch.setattr(store.missing_papers, "save_progress", _crash)
    with pytest.raises(RuntimeError):
        await fetched(store, Arxiv(api={BAD: 1}))
    monkeypatch.undo()

    assert announced(store) == []
    assert await fetched(store, Arxiv(api={BAD: 1})) == 1
    assert len(announced(store)) == 1


def _crash(*_: object) -> None:
    raise RuntimeError("killed")


async def test_a_broken_feed_names_its_only_paper(store: Store) -> None:
    """Nothing of it is whole; its day may bring no other feed."""
    feed = rss_feed([rss_item(f"{BAD}v1")]).replace(b"</title><link>", b"<link>")
    batch = parse_batch(feed, source="cs.CV")
    await store_batch(store, batch, NOW)

    assert batch.status is BatchStatus.BROKEN
    assert await fetched(store, Arxiv(api={BAD: 1})) == 1
    assert announced(store) == [(f"arxiv:{BAD}", 1, AnnouncementKind.NEW, "cs.CV", MONDAY)]


async def test_a_stale_feed_names_nothing_anew(store: Store) -> None:
    await noted(store, rss_item(f"{BAD}v1"))
    cursor = store.feed_cursors.get("cs.CV")
    tuesday = parse_batch(
        damaged(rss_item(f"{BAD}v1"), day="Tue, 24 Nov 2026"), source="cs.CV", previous=cursor
    )
    await store_batch(store, tuesday, NOW + RETRY_INTERVAL)

    assert tuesday.status is BatchStatus.STALE
    assert [paper.last_day for paper in store.missing_papers.unfinished()] == [MONDAY]


async def test_a_result_of_the_first_days_is_fetched_as_such(store: Store) -> None:
    arxiv = Arxiv(api={BAD: 2})
    body = arxiv._results([BAD]).replace(b"</summary>", b"</smmary>")
    batch = parse_batch(body, source=FIRST_FILL)
    assert [item.id for item in batch.skipped_items] == [BAD]
    await store_batch(store, batch, NOW)

    assert await fetched(store, arxiv) == 1

    day = feed_day_of_submission(datetime.fromisoformat("2026-11-22T10:00:00+00:00"))
    assert announced(store) == [(f"arxiv:{BAD}", 2, AnnouncementKind.REPLACE, FIRST_FILL, day)]


async def test_a_record_of_the_archive_is_fetched_by_its_id(store: Store) -> None:
    """Its history tells what each feed of the backfill announced on which day."""
    tuesday = date(2026, 11, 17)
    filed = [
        ArchivedPaper(GOOD, (utc(11, 15),), tuesday),
        ArchivedPaper(BAD, (utc(11, 15),), tuesday),
    ]
    backfill = Backfill("cs:cs:CV", tuesday, tuesday, ("cs.CV", "cs.LG"), NOW)
    store.backfills.plan(backfill)
    listed = records_page(filed).replace(f"<id>{BAD}</id>".encode(), f"<id>{BAD}</di>".encode())

    async with Fetcher(
        transport=httpx.MockTransport(lambda _: streamed_response(200, listed)),
        request_pace=RequestPace(0.0),
    ) as asker:
        walked = await run_backfill(store, asker, backfill, NOW, base=OAI, max_pages=9)
    assert (walked.records, walked.backfill.done_at) == (1, NOW)
    assert await fetched(store, Arxiv(archive={BAD: filed[1]})) == 2

    assert announced(store) == [(f"arxiv:{BAD}", 1, AnnouncementKind.NEW, "cs.CV", tuesday)]
    assert store.missing_papers.unfinished() == []


async def test_the_running_bot_fetches_what_its_feed_could_not_tell(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("FEEDS", "cs.CV"), ("ARXIV_RSS", BASE), ("ARXIV_API", API)):
        monkeypatch.setenv(f"PAPERGRAM_{name}", value)
    monkeypatch.setenv("PAPERGRAM_ARXIV_OAI", OAI)
    store.feed_cursors.put(FeedCursor(FIRST_FILL, last_day=MONDAY, batch_fingerprint=COMPLETE_MARK))
    arxiv = Arxiv(feed=damaged(rss_item(f"{BAD}v1")), api={BAD: 1})

    await make_feed_job(store, fetcher(arxiv), Config(), lambda: NOW)()

    assert announced(store) == [(f"arxiv:{BAD}", 1, AnnouncementKind.NEW, "cs.CV", MONDAY)]
    assert arxiv.requests == [BAD]


async def test_a_row_goes_three_months_after_it_was_done(store: Store) -> None:
    await noted(store, rss_item(f"{BAD}v1"), rss_item("2611.00003v1"))
    await fetched(store, Arxiv(api={BAD: 1}))

    assert apply_retention(store, 1, NOW + MESSAGES_RETENTION) == 0
    assert apply_retention(store, 1, NOW + MESSAGES_RETENTION + timedelta(minutes=1)) == 1
    assert [paper.id for paper in store.missing_papers.unfinished()] == ["2611.00003"]
