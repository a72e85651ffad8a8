"""``papergram enrich``: what is wanted, what it costs, and what stops it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.cli.enrich import MAX_ROUNDS_WITHOUT_RESULT
from bot.concurrency import trusted_clock
from bot.topics.query.analyzer import index_text
from storage import Store, open_store
from storage.records.chats import Cadence, Chat, ChatKind, Subscription
from storage.records.papers import Announcement, AnnouncementKind, Paper
from tests.cli.terminal import TOKEN, Terminal
from tests.models.server import KEY, MODEL, ModelServer, model_server
from tests.summaries.test_jobs import ABSTRACT, TITLE

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
BOT = int(TOKEN.partition(":")[0])


@contextmanager
def serving(script: str = "good") -> Iterator[ModelServer]:
    """A model's server on a thread of its own, for a command that runs a loop of its own."""
    ready = threading.Event()
    started: list[tuple[ModelServer, asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        async with model_server(script) as server:
            stop_event = asyncio.Event()
            started.append((server, asyncio.get_running_loop(), stop_event))
            ready.set()
            await stop_event.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(30)
    [(server, loop, stop)] = started
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


@pytest.fixture(autouse=True)
def _followed(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of both languages follows a topic that finds three papers of two days."""
    monkeypatch.setattr(trusted_clock, "system_clock", lambda: NOW)
    store = open_store(f"sqlite:///{terminal.database}", analyze=index_text)
    reader = Chat(BOT, 1, ChatKind.PRIVATE, languages=("zh", "en"))
    store.chats.get_or_add(reader)
    store.subscriptions.add(
        Subscription(BOT, 1, "network", "network", Cadence(), "UTC", 0, NOW + timedelta(hours=3))
    )
    for number, days in ((1, 4), (2, 0), (3, 0)):
        day = (NOW - timedelta(days=days)).date()
        paper = Paper(f"arxiv:2611.9000{number}", 1, TITLE, ABSTRACT, ("Ada",), ("cs.NI",))
        store.papers.add_announcements(
            [Announcement(paper, "cs.NI", AnnouncementKind.NEW, day)], seen_at=NOW
        )
    store.close()


@contextmanager
def opened(terminal: Terminal) -> Iterator[Store]:
    store = open_store(f"sqlite:///{terminal.database}", analyze=index_text)
    try:
        yield store
    finally:
        store.close()


def enrich(
    terminal: Terminal, server: ModelServer, *words: str, **more: str
) -> tuple[int, str, str]:
    settings = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "PAPERGRAM_LLM_URL": server.url,
        "PAPERGRAM_LLM_KEY": KEY,
        "PAPERGRAM_LLM_MODEL": MODEL,
        "PAPERGRAM_LLM_PRICE": "1/2 USD",
        **more,
    }
    result = terminal("enrich", *words, **settings)
    assert KEY not in result.stdout + result.stderr
    return result.exit_code, result.stdout, result.stderr


def test_a_dry_run_says_what_it_would_cost_and_asks_nothing(terminal: Terminal) -> None:
    with serving() as server:
        code, out, err = enrich(terminal, server, "--dry-run")
        assert server.calls == []

    assert (code, err) == (0, "")
    assert out == "6 glosses are wanted, about 6,030 tokens, 0.0076 USD.\n"
    with opened(terminal) as store:
        assert store.summary_jobs.backlog().waiting == 0


def test_what_the_next_digests_show_is_made_once(terminal: Terminal) -> None:
    with serving() as server:
        first = enrich(terminal, server)
        second = enrich(terminal, server)
        assert len(server.calls) == 6

    assert first[0] == second[0] == 0
    assert "6 made, 0 failed, 0 waiting" in first[1]
    assert second[1].startswith("Nothing is wanted")
    with opened(terminal) as store:
        coverage = {summary.language for summary in store.summaries.best_of_papers([1])[1]}
    assert coverage == {"en", "zh"}


def test_since_a_day_and_in_one_language(terminal: Terminal) -> None:
    with serving() as server:
        code, out, _ = enrich(terminal, server, "--since", "2026-11-23", "--language", "ZH")
        assert code == 0
        assert len(server.calls) == 2

    assert "2 made" in out


def test_a_refused_key_ends_it_with_what_to_do(terminal: Terminal) -> None:
    with serving("unauthorized") as server:
        code, out, err = enrich(terminal, server)

    assert code == 1
    assert "0 made, 0 failed, 6 waiting" in out
    assert err == f"Model {MODEL}: refuses the key\n"


def test_a_spent_budget_leaves_the_rest_for_tomorrow(terminal: Terminal) -> None:
    with serving() as server:
        code, out, err = enrich(terminal, server, PAPERGRAM_LLM_BUDGET="1")

    assert code == 1
    assert " waiting" in out
    assert err == f"Model {MODEL}: today's budget is spent, on from 00:00 UTC\n"


def test_a_model_that_is_always_too_busy_is_not_asked_for_ever(terminal: Terminal) -> None:
    with serving("rate-limit=0.1") as server:
        code, out, err = enrich(terminal, server, PAPERGRAM_LLM_AT_ONCE="1")
        assert len(server.calls) == 1 + MAX_ROUNDS_WITHOUT_RESULT

    assert code == 1
    assert "0 made, 0 failed, 6 waiting" in out
    assert err == f"Model {MODEL}: asks to wait\n"


def test_numbers_for_a_script(terminal: Terminal) -> None:
    with serving() as server:
        settings = {"PAPERGRAM_LLM_URL": server.url, "PAPERGRAM_LLM_KEY": KEY}
        result = terminal(
            "enrich",
            "--json",
            TELEGRAM_BOT_TOKEN=TOKEN,
            PAPERGRAM_LLM_MODEL=MODEL,
            **settings,
        )

    missing, made = result.json_objects()
    assert missing["wanted"] == 6
    assert (made["made"], made["waiting"], made["state"]) == (6, 0, "good")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--since", "soon"], "soon is no date. Write it as 2026-11-23."),
        (
            ["--language", "klingon"],
            "klingon is no language. Write a code such as zh, de or pt-BR.",
        ),
    ],
)
def test_a_wrong_call_ends_in_a_sentence(
    terminal: Terminal, words: list[str], sentence: str
) -> None:
    result = terminal("enrich", *words, TELEGRAM_BOT_TOKEN=TOKEN, PAPERGRAM_LLM_MODEL=MODEL)

    assert (result.exit_code, result.error_line) == (2, sentence)


def test_without_a_model_there_is_nobody_to_write(terminal: Terminal) -> None:
    assert terminal("enrich", TELEGRAM_BOT_TOKEN=TOKEN).exit_code == 2
