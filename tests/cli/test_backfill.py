"""``papergram backfill``: which days are refused, and what is fetched and said of the others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import httpx
import pytest
import stamina

from bot.app import wiring
from bot.app.config import Config
from bot.concurrency import trusted_clock
from bot.ingest.http_client import Fetcher
from bot.ingest.request_pace import RequestPace
from bot.topics.query.analyzer import index_text
from storage import open_store
from storage.records.papers import AnnouncementKind
from tests.cli.terminal import Terminal
from tests.ingest.sources.offline import streamed_response
from tests.support.arxiv_archive import BASE, ArchivedPaper, FakeArchive, utc
from tests.support.database import announcements_after

TUESDAY = date(2026, 11, 17)
NOW = utc(11, 18, 12)


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeArchive]:
    """The archive that commands ask, on a Wednesday."""
    source = FakeArchive(
        [
            ArchivedPaper("2611.00001", (utc(11, 15),), TUESDAY, "cs.CV"),
            ArchivedPaper("2611.00002", (utc(11, 15),), TUESDAY, "cs.LG cs.CV"),
            ArchivedPaper("2611.00003", (utc(10, 1),), TUESDAY, "cs.CV"),
        ],
        page_size=2,
    )

    def fetcher(config: Config) -> Fetcher:
        transport = httpx.MockTransport(source.respond)
        return Fetcher(transport=transport, bases=[config.arxiv_oai], request_pace=RequestPace(0.0))

    monkeypatch.setattr(wiring, "create_fetcher", fetcher)
    monkeypatch.setattr(trusted_clock, "system_clock", lambda: NOW)
    with stamina.set_testing(True, attempts=1):
        yield source


def backfill(terminal: Terminal, *words: str) -> tuple[int, str, str]:
    result = terminal("backfill", *words, PAPERGRAM_FEEDS="cs.CV", PAPERGRAM_ARXIV_OAI=BASE)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["--from", "2026-11-17", "--to", "2026-11-16"],
            "2026-11-17 is after 2026-11-16. Give the earlier day first.",
        ),
        (["--from", "2026-11-19"], "2026-11-19 is yet to come: at arXiv it is 2026-11-18."),
        (
            ["--from", "1999-01-04"],
            "1999-01-04 lies before arXiv's archive begins (2005-09-16).",
        ),
        (
            ["--from", "2026-11-14", "--to", "2026-11-15"],
            "arXiv announced nothing from 2026-11-14 to 2026-11-15.",
        ),
        (["--from", "17.11."], "17.11. is no date. Write it as 2026-11-23."),
        (
            ["--from", "2026-11-17", "--category", "cs.VC"],
            "cs.VC is no category of arXiv. Nearest categories: cs.CV, cs.CC, cs.CE",
        ),
        (
            ["--from", "2026-10-17", "--to", "2026-11-17"],
            "32 days is a lot: whoever follows a topic is told of all its papers at once."
            " Add --yes if you mean it.",
        ),
    ],
)
def test_a_bad_call_ends_in_one_sentence(
    terminal: Terminal, archive: FakeArchive, words: list[str], sentence: str
) -> None:
    assert backfill(terminal, *words) == (2, "", f"{sentence}\n")
    assert archive.requests == []


def test_a_day_of_the_past_is_kept_as_it_was_announced(
    terminal: Terminal, archive: FakeArchive
) -> None:
    code, out, err = backfill(terminal, "--from", "2026-11-17")

    assert (code, err) == (0, "")
    assert out == (
        "cs:cs:CV: 2 announcements (2 papers are new, 0 were updated); records read: 3\n"
    )
    store = open_store(f"sqlite:///{terminal.database}", analyze=index_text)
    kinds_by_id = {
        announcement.paper.id[-1]: (announcement.kind, announcement.feed, announcement.day)
        for announcement in announcements_after(store)
    }
    store.close()
    assert kinds_by_id == {
        "1": (AnnouncementKind.NEW, "cs.CV", TUESDAY),
        "2": (AnnouncementKind.CROSS, "cs.CV", TUESDAY),
    }


def test_many_days_are_fetched_on_demand(terminal: Terminal, archive: FakeArchive) -> None:
    code, _, _ = backfill(terminal, "--from", "2026-09-01", "--to", "2026-11-17", "--yes")

    assert code == 0
    assert archive.requests == ["cs:cs:CV 2026-09-01 +0", "cs:cs:CV 2026-09-01 +2"]


def test_json_has_a_line_for_each_set(terminal: Terminal, archive: FakeArchive) -> None:
    words = ("--from", "2026-11-17", "--category", "cs.CV", "--category", "cs.LG", "--json")
    result = terminal("backfill", *words, PAPERGRAM_ARXIV_OAI=BASE)

    assert result.exit_code == 0
    first, second = result.json_objects()
    assert first == {
        "set": "cs:cs:CV",
        "from": "2026-11-17",
        "to": "2026-11-17",
        "stage": "done",
        "pages": 2,
        "records": 3,
        "announcements": 3,  # one paper is told by both feeds
        "stored": 2,
        "updated": 0,
        "problem": None,
    }
    assert (second["set"], second["announcements"]) == ("cs:cs:LG", 0)
    assert archive.requests[-1] == "cs:cs:LG 2026-11-17 +0"


def test_the_same_days_are_not_asked_for_twice_a_day(
    terminal: Terminal, archive: FakeArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    backfill(terminal, "--from", "2026-11-17")

    again = backfill(terminal, "--from", "2026-11-17")
    requests_before = len(archive.requests)
    monkeypatch.setattr(trusted_clock, "system_clock", lambda: NOW + timedelta(days=1))
    tomorrow = backfill(terminal, "--from", "2026-11-17")

    assert again == (0, "cs:cs:CV: asked already today. Try again tomorrow.\n", "")
    assert requests_before == 2
    assert tomorrow[0] == 0
    assert "0 announcements" in tomorrow[1]
    assert len(archive.requests) == 4


def test_a_refusal_stops_it_and_the_next_call_goes_on(
    terminal: Terminal, archive: FakeArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.scripted_responses = [
        None,
        lambda: streamed_response(503, headers={"retry-after": "60"}),
    ]

    stopped = backfill(terminal, "--from", "2026-11-17")
    busy = backfill(terminal, "--from", "2026-11-17")
    monkeypatch.setattr(trusted_clock, "system_clock", lambda: NOW + timedelta(minutes=2))
    code, out, _ = backfill(terminal, "--from", "2026-11-17")

    assert stopped == (
        1,
        "",
        "cs:cs:CV: arXiv says that it was asked too often. Wait, and ask less."
        " The next call goes on here.\n",
    )
    assert busy[0] == 1, "nothing is wrong with the call"
    assert "Try again at 2026-11-18 12:01 UTC." in busy[2]
    assert code == 0
    assert "records read: 1" in out
    assert [question[-2:] for question in archive.requests] == ["+0", "+2", "+2"]
