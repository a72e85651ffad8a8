"""What the program does with a store before anybody works with it."""

from datetime import UTC, datetime
from pathlib import Path

from bot.app.config import Config
from bot.app.wiring import open_indexed_store
from bot.topics.query.parser import parse
from storage import open_store
from storage.records.papers import Paper


def test_words_of_another_analyser_are_indexed_anew_and_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'papergram.db'}"
    paper = Paper("arxiv:2606.00001", 1, "Hoping robots", "An abstract.", (), ("cs.RO",))
    query = parse("ti:hope").clause
    other = open_store(url, analyze=str.lower)
    other.papers.upsert([paper], seen_at=datetime(2026, 6, 1, tzinfo=UTC))
    missed = other.paper_search.search(query, limit=1)
    other.close()

    with open_indexed_store(Config(database=url)) as store:
        papers = store.paper_search.search(query, limit=1)
        written = _written(store.path)
    with open_indexed_store(Config(database=url)) as store:
        again = _written(store.path)

    assert (len(missed), len(papers)) == (0, 1)
    assert written > 0
    assert again == 0


def _written(path: Path) -> int:
    """How much the log of writes beside the store holds."""
    return path.with_name(f"{path.name}-wal").stat().st_size
