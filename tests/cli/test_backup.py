"""``papergram backup``: a copy that a bot can start from."""

from __future__ import annotations

from pathlib import Path

from bot.topics.query.analyzer import index_text
from storage import open_store
from tests.cli.terminal import Terminal
from tests.support.builders import announce, create_chat, papers, subscribe_chat


def _filled(database: Path) -> None:
    store = open_store(f"sqlite:///{database}", analyze=index_text)
    subscribe_chat(store, create_chat(store))
    announce(store, papers(1, 2))
    store.close()


def test_a_copy_holds_everything_and_says_so(terminal: Terminal, tmp_path: Path) -> None:
    _filled(terminal.database)
    copy = tmp_path / "copy.db"

    result = terminal("backup", str(copy))

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"Copied to {copy}. Chats: 1, topics: 1, papers: 2\n"
    store = open_store(f"sqlite:///{copy}", analyze=index_text)
    health = store.check_health()
    store.close()
    assert (health.damage, health.chats, health.subscriptions, health.papers) == ("", 1, 1, 2)


def test_a_copy_never_replaces_a_file(terminal: Terminal, tmp_path: Path) -> None:
    _filled(terminal.database)
    existing = tmp_path / "kept.db"
    existing.write_text("mine", encoding="utf-8")

    result = terminal("backup", str(existing))

    assert result.exit_code == 1
    assert "exists already" in result.error_line
    assert existing.read_text(encoding="utf-8") == "mine"


def test_a_folder_that_is_not_there_is_named(terminal: Terminal, tmp_path: Path) -> None:
    result = terminal("backup", str(tmp_path / "nowhere" / "copy.db"))

    assert result.exit_code == 1
    assert result.error_line.startswith(f"{tmp_path / 'nowhere' / 'copy.db'} cannot be written")
