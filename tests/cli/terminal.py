"""A terminal for the tests: commands in this process, with an environment of their own."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from bot.app.config import Config
from bot.cli import main
from storage import open_store
from tests.support.database import RowsByTable, dump_tables

TOKEN = "987654321:AAsecretsecretsecretsecretsecretsec"  # opens nothing
SETTING_VARIABLES = tuple(f"PAPERGRAM_{name.upper()}" for name in Config.model_fields)
ROOT = Path(__file__).parent.parent.parent
_LIBRARY_LOGGERS = ("httpx", "httpcore", "telegram", "apscheduler", "uvicorn", "asyncio")


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command ended and what it printed."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[str]:
        """The lines of its answer."""
        return self.stdout.splitlines()

    def json_objects(self) -> list[dict[str, object]]:
        """The objects of its answer, one a line."""
        return [json.loads(line) for line in self.lines]

    @property
    def error_line(self) -> str:
        """The one sentence of a command that only says what is wrong."""
        assert self.stdout == ""
        assert "Traceback" not in self.stderr
        [line] = self.stderr.splitlines()
        return line


@dataclass(frozen=True, slots=True)
class Terminal:
    """Somebody at a prompt: ``terminal("search", "boats")``."""

    database: Path

    def __call__(self, *arguments: str, **environment: str) -> CommandResult:
        """Runs a command; only what is named here is set in its environment."""
        settings = self.environment(**environment)
        with preserved_logging():
            result = CliRunner().invoke(main, arguments, env=settings)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return CommandResult(result.exit_code, result.stdout, result.stderr)

    def environment(self, **more: str) -> Mapping[str, str | None]:
        """The environment of a command, None for what is not set."""
        unset: dict[str, str | None] = dict.fromkeys(
            (*SETTING_VARIABLES, "TELEGRAM_BOT_TOKEN", "LANG")
        )
        return unset | {"PAPERGRAM_DATABASE": f"sqlite:///{self.database}"} | more


def process_command(*arguments: str) -> list[str]:
    """The words that run a command in a process of its own."""
    return [sys.executable, "-m", "bot", *arguments]


def process_environment(terminal: Terminal, **more: str) -> dict[str, str]:
    """The environment of a process of its own."""
    set_variables = {
        name: text for name, text in terminal.environment(**more).items() if text is not None
    }
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **set_variables}


@contextmanager
def preserved_logging() -> Iterator[None]:
    """Puts the process's logging back as it was, whatever a command made of it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook
    try:
        yield
    finally:
        root.handlers[:], root.level = handlers, level
        sys.excepthook, threading.excepthook = hooks
        logging.captureWarnings(False)
        for name in _LIBRARY_LOGGERS:
            logging.getLogger(name).setLevel(logging.NOTSET)


def stored_rows(terminal: Terminal) -> RowsByTable:
    """What the store holds, but for when its sources were asked."""
    store = open_store(f"sqlite:///{terminal.database}")
    try:
        return dump_tables(store, ignored_tables=("feed_cursors",))
    finally:
        store.close()
