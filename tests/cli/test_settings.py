"""Calls and settings that cannot be used end in one sentence and change nothing."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from bot.cli import COMMANDS, main
from storage import open_store
from storage.engine import schema_version
from tests.cli.terminal import TOKEN, Terminal

PROMISED = {"run", "demo", "ingest", "import", "digest", "show", "search", "doctor"}
READING = [("search", "boats"), ("digest", "boats"), ("show", "1"), ("outbox", "list")]
OPENING = [*READING, ("ingest", "cs.CV")]


def test_every_command_is_listed(terminal: Terminal) -> None:
    assert set(COMMANDS) >= PROMISED

    result = terminal("--help")

    assert result.exit_code == 0
    assert all(re.search(rf"^  {name} ", result.stdout, re.M) for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_tells_of_each_command_what_its_help_begins_with(name: str) -> None:
    command = main.get_command(click.Context(main), name)

    assert command is not None
    assert command.name == name
    assert (command.help or "").partition("\n\n")[0].replace("\n", " ").startswith(COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_line_of_help_and_an_example(terminal: Terminal, name: str) -> None:
    result = terminal(name, "--help")

    assert result.exit_code == 0
    usage, _, first, *other_lines = result.lines
    assert usage.startswith(f"Usage: main {name} [OPTIONS]")
    assert first.endswith((".", ":")) or other_lines[0].strip(), "a sentence"
    assert re.search(rf"^  (\S+=\S+ )?papergram {name}\b", result.stdout, re.M), "an example"


def test_the_version_is_told(terminal: Terminal) -> None:
    assert re.fullmatch(r"papergram, version \d+\.\d+\.\S+\n", terminal("--version").stdout)


@pytest.mark.parametrize(
    "words",
    [
        ("fly",),
        ("search",),
        ("digest",),
        ("import",),
        ("show",),
        ("show", "first"),
        ("show", "0"),
        ("show", str(2**64)),
        ("search", "boats", "--limit", "0"),
        ("search", "boats", "--formt", "json"),
        ("digest", "boats", "--format", "pdf"),
        ("digest", "boats", "--language", "fr"),
        ("demo", "--port", "99999"),
        ("ingest", "--database"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_exits_2_and_touches_nothing(
    terminal: Terminal, words: tuple[str, ...]
) -> None:
    result = terminal(*words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    assert not terminal.database.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAPERGRAM_FEEDS", "cs.XX"),
        ("PAPERGRAM_TELEGRAM_API", "ftp://x"),
        ("PAPERGRAM_TELEGRAM_API", TOKEN),
        ("PAPERGRAM_FEEDS", TOKEN),
        ("PAPERGRAM_FORM", "blue"),
        ("PAPERGRAM_LOG_LEVEL", TOKEN),
        ("TELEGRAM_BOT_TOKEN", f"bot{TOKEN}"),
    ],
)
@pytest.mark.parametrize(
    "words",
    [("ingest", "cs.CV"), ("backup", "copy.db"), ("run",), ("demo",), ("doctor",)],
    ids=" ".join,
)
def test_a_bad_setting_exits_2_with_its_name_and_without_its_secret(
    terminal: Terminal, words: tuple[str, ...], name: str, value: str
) -> None:
    result = terminal(*words, **{name: value})

    assert result.exit_code == 2
    assert name in result.error_line
    assert TOKEN.partition(":")[2] not in result.stderr
    assert not terminal.database.exists()


@pytest.mark.parametrize("words", [*READING, ("doctor", "--quick")], ids=" ".join)
def test_a_command_that_reads_asks_for_the_settings_it_uses_only(
    terminal: Terminal, words: tuple[str, ...]
) -> None:
    bad = terminal(*words, PAPERGRAM_LOG_LEVEL=TOKEN)
    others = terminal(*words, PAPERGRAM_FORM="blue", PAPERGRAM_FEEDS="cs.XX")

    assert (bad.exit_code, others.exit_code) == (2, 1)
    assert "PAPERGRAM_LOG_LEVEL" in bad.error_line
    assert TOKEN.partition(":")[2] not in bad.stderr
    assert "PAPERGRAM" not in others.stderr
    assert not terminal.database.exists()


@pytest.mark.parametrize("words", [*OPENING, ("run",), ("doctor",)], ids=" ".join)
def test_a_servers_address_is_no_database_and_is_not_told(
    terminal: Terminal, words: tuple[str, ...]
) -> None:
    result = terminal(*words, PAPERGRAM_DATABASE="postgres://me:password@host/papers")

    assert result.exit_code == 2
    assert "password" not in result.error_line


def test_the_terminals_language_is_spoken_even_then(terminal: Terminal) -> None:
    result = terminal("doctor", PAPERGRAM_FORM="blue", LANG="zh_CN.UTF-8")

    assert result.error_line == "PAPERGRAM_FORM 无法使用，可选的值：two-columns, rich, classic"


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("RATE", "abc", "PAPERGRAM_RATE is no number above 0 and up to 1000."),
        ("RATE", "0", "PAPERGRAM_RATE is no number above 0 and up to 1000."),
        ("LEASE", "0.5", "PAPERGRAM_LEASE is no number from 1 to 86400."),
        ("LLM_AT_ONCE", "1.5", "PAPERGRAM_LLM_AT_ONCE is no number from 1 to 64."),
        ("PAID_BROADCAST", "perhaps", "PAPERGRAM_PAID_BROADCAST cannot be used. Choose one of:"),
        ("OPERATOR", "@ada", "PAPERGRAM_OPERATOR is no chat: write its id,"),
        ("OPERATOR", str(2**60), "PAPERGRAM_OPERATOR is no chat: write its id,"),
    ],
)
def test_numbers_and_switches_are_told_in_our_words(
    terminal: Terminal, setting: str, value: str, sentence: str
) -> None:
    result = terminal("doctor", **{f"PAPERGRAM_{setting}": value})

    assert result.exit_code == 2
    assert result.error_line.startswith(sentence)


def test_run_without_a_token_exits_2_and_names_the_demo(terminal: Terminal) -> None:
    result = terminal("run")

    assert result.exit_code == 2
    assert "papergram demo" in result.error_line
    assert not terminal.database.exists()


@pytest.mark.parametrize("words", OPENING, ids=" ".join)
def test_a_missing_folder_is_named(terminal: Terminal, words: tuple[str, ...]) -> None:
    folder = terminal.database.parent / "nowhere"

    result = terminal(*words, "--database", f"sqlite:///{folder}/papers.db")

    assert result.exit_code == 1
    assert str(folder) in result.error_line
    assert not folder.exists()


@pytest.mark.parametrize("words", OPENING, ids=" ".join)
def test_a_folder_is_no_database(
    terminal: Terminal, tmp_path: Path, words: tuple[str, ...]
) -> None:
    result = terminal(*words, "--database", f"sqlite:///{tmp_path}")

    assert result.exit_code == 1
    assert "is a folder" in result.error_line


@pytest.mark.parametrize("words", OPENING, ids=" ".join)
def test_a_text_file_is_no_database_and_stays_as_it_was(
    terminal: Terminal, words: tuple[str, ...]
) -> None:
    terminal.database.write_text("Dear diary,\n")

    result = terminal(*words)

    assert result.exit_code == 1
    assert "is not a database" in result.error_line
    assert terminal.database.read_text() == "Dear diary,\n"


@pytest.mark.parametrize("words", OPENING, ids=" ".join)
def test_a_broken_database_says_how_to_restore_it(
    terminal: Terminal, words: tuple[str, ...]
) -> None:
    open_store(f"sqlite:///{terminal.database}").close()
    body = bytearray(terminal.database.read_bytes())
    body[4096:20_000] = b"\x5a" * (20_000 - 4096)
    terminal.database.write_bytes(body)

    result = terminal(*words)

    assert result.exit_code == 1
    assert "restore" in result.error_line
    assert terminal.database.read_bytes() == body


@pytest.mark.parametrize("words", OPENING, ids=" ".join)
def test_a_newer_programs_database_is_refused(
    terminal: Terminal, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(f"sqlite:///{terminal.database}").close()
    monkeypatch.setattr(schema_version, "MIGRATION_NAMES", schema_version.MIGRATION_NAMES[:-1])

    result = terminal(*words)

    assert result.exit_code == 1
    assert "newer Papergram" in result.error_line


@pytest.mark.parametrize(
    "words",
    [
        ("ingest", "x" * 300),
        ("import", "x" * 300),
        ("backup", "x" * 300),
        ("search", "boats", "--database", f"sqlite:///{'x' * 300}"),
        ("search", "boats", "--database", f"sqlite:///{'x' * 300}/papers.db"),
        ("run", "--database", f"sqlite:///{'x' * 300}"),
    ],
    ids=lambda words: " ".join(words)[:20],
)
@pytest.mark.parametrize("language", ["en_GB", "zh_CN"])
def test_a_name_that_no_file_can_have_is_told(
    terminal: Terminal, words: tuple[str, ...], language: str
) -> None:
    open_store(f"sqlite:///{terminal.database}").close()

    result = terminal(*words, TELEGRAM_BOT_TOKEN=TOKEN, LANG=language)

    assert result.exit_code == 1
    assert "x" * 300 in result.error_line
