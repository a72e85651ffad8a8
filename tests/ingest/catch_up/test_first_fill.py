"""A new store is given arXiv's last seven days, whatever interrupts it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.ingest.ingest_source import (
    COMPLETE_MARK,
    DEFAULT_PAUSE_SECONDS,
    FIRST_FILL,
    fill_first_days,
)
from storage import Store
from tests.storage.builders import paper, store_papers
from tests.support.arxiv_server import (
    API,
    FakeArxiv,
    MakeResponse,
    arxiv_fetcher,
    body_response,
    connection_error,
    status_response,
)
from tests.support.database import dump_tables

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # Monday, noon in New York
DAYS = ("11-17", "11-18", "11-19", "11-20", "11-21", "11-22", "11-23")
REST = timedelta(seconds=DEFAULT_PAUSE_SECONDS)


def week(a_day: int = 2) -> FakeArxiv:
    """An arXiv where some papers were submitted on each of the last nine days."""
    return FakeArxiv(
        {
            f"2611.{day}{n:03}": datetime(2026, 11, day, 12 + n // 60, n % 60, tzinfo=UTC)
            for day in range(15, 24)
            for n in range(a_day)
        }
    )


async def filled(store: Store, source: FakeArxiv, now: datetime = NOON) -> bool:
    with arxiv_fetcher(source) as fetcher:
        return await fill_first_days(store, fetcher, ["cs.CV"], now, base=API)


async def test_a_new_store_is_given_seven_days_one_by_one(store: Store) -> None:
    source = week()

    assert await filled(store, source)

    assert source.requests == [f"{day} from 0" for day in DAYS]
    assert store.papers.count() == 14
    assert store.papers.get("arxiv:2611.16000") is None, "an eighth day was not asked for"
    assert store.feed_cursors.get(FIRST_FILL).batch_fingerprint == COMPLETE_MARK


async def test_a_day_of_twenty_five_hours_is_read_to_its_end(store: Store) -> None:
    half_past_eleven = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)  # in New York, on November 1

    assert await filled(
        store, FakeArxiv({"2611.01001": half_past_eleven}), datetime(2026, 11, 3, 17, tzinfo=UTC)
    )

    assert store.papers.get("arxiv:2611.01001")


async def test_what_is_done_is_not_done_again(store: Store) -> None:
    await filled(store, week())
    before, source = dump_tables(store), week()

    assert await filled(store, source, NOON + timedelta(days=3))

    assert source.requests == []
    assert dump_tables(store) == before


async def test_a_store_that_has_papers_asks_nothing(store: Store) -> None:
    store_papers(store, [paper()])
    source = week()

    assert await filled(store, source)

    assert source.requests == []
    assert store.feed_cursors.all() == []


async def test_a_full_day_is_read_page_by_page(store: Store) -> None:
    source = week(a_day=5)
    source.page_size = 2

    assert await filled(store, source)

    assert source.requests[:4] == ["11-17 from 0", "11-17 from 2", "11-17 from 4", "11-18 from 0"]
    assert store.papers.count() == 35


async def test_a_missing_page_is_asked_for_again(store: Store) -> None:
    source = week(a_day=5)
    source.page_size = 2
    source.scripted_responses = [None, source.empty_page("11-17", 2)]

    assert await filled(store, source)

    assert source.requests[:4] == ["11-17 from 0", "11-17 from 2", "11-17 from 2", "11-17 from 4"]
    assert store.papers.count() == 35


async def test_a_page_that_stays_missing_ends_the_day_for_now(store: Store) -> None:
    source = week(a_day=5)
    source.page_size = 2
    source.scripted_responses = [None, *[source.empty_page("11-17", 2)] * 4]

    assert not await filled(store, source)
    assert len(source.requests) == 5, "three more attempts, and no more"

    assert await filled(store, source, NOON + REST)
    assert store.papers.count() == 35


BAD: dict[str, MakeResponse] = {
    "asked too often": status_response(429, retry_after="600"),
    "refused": status_response(403),
    "out of order": status_response(503, retry_after="600"),
    "no feed": body_response(b"<!DOCTYPE html><html></html>"),
    "empty": body_response(b""),
    "cut off": body_response(
        b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><id>htt"
    ),
}


@pytest.mark.parametrize("trouble", BAD.values(), ids=BAD)
async def test_trouble_stops_the_fill_and_a_later_call_goes_on(
    store: Store, trouble: MakeResponse
) -> None:
    source = week()
    source.scripted_responses = [None, None, trouble]

    assert not await filled(store, source)
    assert source.requests == ["11-17 from 0", "11-18 from 0", "11-19 from 0"]
    assert store.papers.count() == 4

    source.requests.clear()
    assert await filled(store, source, NOON + REST)
    assert source.requests == [f"{day} from 0" for day in DAYS[2:]]
    assert store.papers.count() == 14


async def test_trouble_in_the_first_day_does_not_pass_for_a_store_with_papers(
    store: Store,
) -> None:
    """Half a day is stored already, and yet all seven days must come."""
    source = week(a_day=5)
    source.page_size = 2
    source.scripted_responses = [None, connection_error]

    assert not await filled(store, source)
    assert store.papers.count() == 2

    assert await filled(store, source, NOON + timedelta(minutes=1))
    assert store.papers.count() == 35


async def test_arxiv_is_left_alone_as_long_as_it_wants(store: Store) -> None:
    source = week()
    source.scripted_responses = [status_response(429, retry_after="3600")]
    await filled(store, source)

    assert not await filled(store, source, NOON + timedelta(minutes=59))
    assert len(source.requests) == 1

    assert await filled(store, source, NOON + timedelta(minutes=60))


async def test_without_a_network_the_next_call_asks_at_once(store: Store) -> None:
    source = week()
    source.scripted_responses = [connection_error]

    assert not await filled(store, source)
    assert await filled(store, source, NOON + timedelta(minutes=1))


async def test_days_that_passed_during_an_interruption_are_fetched_too(store: Store) -> None:
    source = week()
    source.submission_times["2611.24000"] = datetime(2026, 11, 24, 12, tzinfo=UTC)
    source.scripted_responses = [None, connection_error]
    await filled(store, source)

    assert await filled(store, source, NOON + timedelta(days=1))

    assert source.requests[-1] == "11-24 from 0"
    assert store.papers.count() == 15


async def test_an_honest_day_without_papers_is_a_day(store: Store) -> None:
    source = FakeArxiv()

    assert await filled(store, source)

    assert len(source.requests) == 7
    assert store.papers.count() == 0


async def test_an_answer_that_never_ends_is_given_up(store: Store) -> None:
    """A server that counts on and on must not keep the bot from its feeds."""
    source = week(a_day=300)
    source.page_size = 1

    assert not await filled(store, source)
    assert len(source.requests) < 300
