"""Read the settings that every command needs, without loading validation of the others."""

from __future__ import annotations

import os
from dataclasses import dataclass

from bot.texts import Refusal

ENV_PREFIX = "PAPERGRAM_"
DEFAULT_DATABASE = "sqlite:///papergram.db"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True)
class BasicSettings:
    """The settings of a command that only reads the store."""

    database: str
    locale: str  # of the terminal
    log_level: str
    secrets: tuple[str, ...]  # values that no output may show


def terminal_locale() -> str:
    """Return the language of the terminal, even if other settings are invalid."""
    return os.environ.get("LANG", "")


def read_basic_settings(database: str | None = None) -> BasicSettings:
    """Read the basic settings from the environment; ``database`` overrides it.

    Other invalid settings do not stop a command that does without them.

    Raises:
        Refusal: one of them is invalid; the text names it.
    """
    variables = {name.upper(): value for name, value in os.environ.items() if value}
    url = variables.get(f"{ENV_PREFIX}DATABASE", DEFAULT_DATABASE) if database is None else database
    if not url.startswith("sqlite://"):
        raise Refusal("config-database", setting=f"{ENV_PREFIX}DATABASE")
    log_level = variables.get(f"{ENV_PREFIX}LOG_LEVEL", "INFO").strip().upper()
    if log_level not in LOG_LEVELS:
        choices = ", ".join(LOG_LEVELS)
        raise Refusal("config-choice", setting=f"{ENV_PREFIX}LOG_LEVEL", choices=choices)
    secrets = ("TELEGRAM_BOT_TOKEN", f"{ENV_PREFIX}LLM_KEY")
    return BasicSettings(
        database=url,
        locale=terminal_locale(),
        log_level=log_level,
        secrets=tuple(variables[name].strip() for name in secrets if name in variables),
    )
