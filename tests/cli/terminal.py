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

TOKEN = "987654321:AAsecretsecretsecretsecretsecretsec"  # opens nothing
NAMES = tuple(f"PAPERGRAM_{name.upper()}" for name in Config.model_fields)
ROOT = Path(__file__).parent.parent.parent
_TALKERS = ("httpx", "httpcore", "telegram", "apscheduler", "uvicorn", "asyncio")


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of its answer."""
        return self.out.splitlines()

    def json(self) -> list[dict[str, object]]:
        """The objects of its answer, one a line."""
        return [json.loads(line) for line in self.lines]

    @property
    def sentence(self) -> str:
        """The one sentence of a command that only says what is wrong."""
        assert self.out == ""
        assert "Traceback" not in self.err
        [line] = self.err.splitlines()
        return line


@dataclass(frozen=True, slots=True)
class Terminal:
    """Somebody at a prompt: ``terminal("search", "boats")``."""

    database: Path

    def __call__(self, *words: str, **environment: str) -> Said:
        """Runs a command; only what is named here is set in its environment."""
        settings = self.environment(**environment)
        with kept_logging():
            result = CliRunner().invoke(main, words, env=settings)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    def environment(self, **more: str) -> Mapping[str, str | None]:
        """The environment of a command, None for what is not set."""
        bare: dict[str, str | None] = dict.fromkeys((*NAMES, "TELEGRAM_BOT_TOKEN", "LANG"))
        return bare | {"PAPERGRAM_DATABASE": f"sqlite:///{self.database}"} | more


def outside(*words: str) -> list[str]:
    """The words that run a command in a process of its own."""
    return [sys.executable, "-m", "bot", *words]


def environment_outside(terminal: Terminal, **more: str) -> dict[str, str]:
    """The environment of a process of its own."""
    own = {name: text for name, text in terminal.environment(**more).items() if text is not None}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **own}


@contextmanager
def kept_logging() -> Iterator[None]:
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
        for name in _TALKERS:
            logging.getLogger(name).setLevel(logging.NOTSET)
