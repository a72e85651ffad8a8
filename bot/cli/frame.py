"""What every command shares: its options, its settings, and how it says that something is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import click
from pydantic import ValidationError

from bot import logs
from bot.config import Config
from bot.query import QueryError
from bot.texts import Refusal, say, spoken
from storage.errors import StorageError

FAILED, USAGE = 1, 2
LANGUAGES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}

Function = TypeVar("Function", bound=Callable[..., None])

database: Callable[[Function], Function] = click.option(
    "--database", metavar="URL", help="The store: sqlite:///path (or PAPERGRAM_DATABASE)."
)
as_json: Callable[[Function], Function] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON."
)
language: Callable[[Function], Function] = click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default="both",
    show_default=True,
    help="What the entries are written in.",
)


class Failed(click.ClickException):
    """A sentence for standard error; the command failed."""

    exit_code = FAILED

    def show(self, file: object = None) -> None:
        click.echo(self.message, err=True)


class Misused(Failed):
    """A sentence for standard error; the call or the settings are wrong."""

    exit_code = USAGE


class Commands(click.Group):
    """A group whose commands end in one sentence where something is wrong."""

    def invoke(self, ctx: click.Context) -> object:
        speak = partial(say, spoken(_locale()))
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise Misused(speak(refusal.key, **refusal.values)) from refusal
        except QueryError as error:
            problem = speak(error.key, **error.values)
            sentence = speak("cli-query-wrong", problem=problem, position=error.position + 1)
            raise Misused(sentence) from error
        except ValidationError as error:
            raise Misused(speak("cli-configuration", problem=_first(error))) from error
        except StorageError as error:
            raise Failed(str(error)) from error


def _locale() -> str:
    """The language of the terminal, even where other settings cannot be used."""
    try:
        return Config.model_construct().locale or Config().locale
    except ValidationError:
        return ""


def _first(error: ValidationError) -> str:
    """The first problem of the settings; the value is not printed, it may be a secret."""
    found = error.errors(include_input=False, include_url=False)[0]
    name = str(found["loc"][0]) if found["loc"] else ""
    told = str(found["msg"]).removeprefix("Value error, ")
    return f"{name}: {told}" if name else told


def settings(database: str | None = None, *, quiet: bool = True) -> Config:
    """The settings of this call; what was typed goes before the environment.

    A command that prints its answer logs warnings only, unless more is asked for.
    """
    config = Config(database=database) if database else Config()
    token = config.token.get_secret_value() if config.token else ""
    level = "WARNING" if quiet and config.log_level == "INFO" else config.log_level
    logs.begin(level, secrets=[token])
    return config


def speaker(config: Config) -> Callable[..., str]:
    """Texts in the language of the terminal."""
    return partial(say, spoken(config.locale))


def is_terminal() -> bool:
    """Whether somebody watches: progress is drawn for people only."""
    return sys.stderr.isatty()
