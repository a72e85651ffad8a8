"""The settings that every command needs, read without loading the checks of all the others."""

from __future__ import annotations

import os
from dataclasses import dataclass

from bot.texts import Refusal

ENV_PREFIX = "PAPERGRAM_"
DEFAULT_DATABASE = "sqlite:///papergram.db"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True)
class BasicSettings:
    """What a command that only reads the store has to know."""

    database: str
    locale: str  # of the terminal
    log_level: str
    secrets: tuple[str, ...]  # what no line may show


def terminal_locale() -> str:
    """The language of the terminal, even where other settings cannot be used."""
    return os.environ.get("LANG", "")


def read_basic_settings(database: str | None = None) -> BasicSettings:
    """Read them from the environment; a database that was typed goes before the environment's.

    What stands wrongly among the other settings stops no command that does without them.

    Raises:
        Refusal: one of them cannot be used; the text names it.
    """
    variables = {name.upper(): value for name, value in os.environ.items() if value}
    url = variables.get(f"{ENV_PREFIX}DATABASE", DEFAULT_DATABASE) if database is None else database
    if not url.startswith("sqlite://"):
        raise Refusal("config-database", setting=f"{ENV_PREFIX}DATABASE")
    level = variables.get(f"{ENV_PREFIX}LOG_LEVEL", "INFO").strip().upper()
    if level not in LOG_LEVELS:
        choices = ", ".join(LOG_LEVELS)
        raise Refusal("config-choice", setting=f"{ENV_PREFIX}LOG_LEVEL", choices=choices)
    secrets = ("TELEGRAM_BOT_TOKEN", f"{ENV_PREFIX}LLM_KEY")
    return BasicSettings(
        database=url,
        locale=terminal_locale(),
        log_level=level,
        secrets=tuple(variables[name].strip() for name in secrets if name in variables),
    )
