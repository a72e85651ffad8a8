"""What every command shares: its options, its settings, and how it says that something is wrong."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import click

from bot.app import basic_settings, log_format
from bot.app.basic_settings import BasicSettings
from bot.texts import Refusal, say, spoken
from storage.errors import StorageError

if TYPE_CHECKING:
    from bot.app.config import Config
    from storage import Store

FAILED, USAGE = 1, 2
LARGEST = 2**63 - 1  # number of a digest or a parcel
INTERRUPTED = 130  # 128 and the number of SIGINT, as shells have it
LANGUAGES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}

Function = TypeVar("Function", bound=Callable[..., None])

database: Callable[[Function], Function] = click.option(
    "--database", metavar="URL", help="The store: sqlite:///path (or PAPERGRAM_DATABASE)."
)
as_json: Callable[[Function], Function] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, one object a line."
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

    def __init__(self, message: str) -> None:
        # SQLite tells of damage in several lines.
        super().__init__(log_format.redacted(" ".join(message.splitlines())))

    def show(self, file: object = None) -> None:
        echo(self.message, err=True)


class Misused(Failed):
    """A sentence for standard error; the call or the settings are wrong."""

    exit_code = USAGE


class Commands(click.Group):
    """A group whose commands end in one sentence where something is wrong."""

    def invoke(self, ctx: click.Context) -> object:
        _print_anything()
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise SystemExit(INTERRUPTED) from None
        except (Refusal, StorageError) as error:
            raise _failure(error) from error
        except OSError as error:
            if error.filename is None:  # of no file: a pipe that was closed, a network
                raise
            raise _failure(error) from error
        except ExceptionGroup as group:
            known = first_of(group, Refusal, StorageError)
            if known is None:
                raise
            raise _failure(known) from group


def echo(text: str, *, err: bool = False) -> None:
    """Print a line of which a terminal obeys nothing, whoever wrote what it quotes."""
    click.echo(log_format.visible(text), err=err)


def first_of(error: Exception, *kinds: type[Exception]) -> Exception | None:
    """The error itself, or the first inside a group, that is of one of these kinds."""
    if isinstance(error, ExceptionGroup):
        inside = (first_of(one, *kinds) for one in error.exceptions)
        return next((found for found in inside if found), None)
    return error if isinstance(error, kinds) else None


def _failure(error: Exception) -> Failed:
    """An error as the sentence and the exit code that it ends a command with."""
    speak = partial(say, spoken(basic_settings.locale()))
    if isinstance(error, OSError):
        facts = {"name": str(error.filename), "problem": error.strerror or str(error)}
        return Failed(speak("cli-file-unusable", **facts))
    if isinstance(error, Refusal):
        return Misused(speak(error.key, **error.values))
    return Failed(str(error))


def _print_anything() -> None:
    """Lets titles through to a terminal that lacks their characters, marked where they are."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def settings(database: str | None = None, *, quiet: bool = True) -> Config:
    """The settings of this call; what was typed goes before the environment.

    A command that prints its answer says itself what was wrong with it, so it logs errors
    only, unless more is asked for.
    """
    from bot.app import config as all_settings  # its checks take longer than most commands

    config = all_settings.read(database)
    secrets = [one.get_secret_value() for one in (config.token, config.llm_key) if one]
    level = "ERROR" if quiet and config.log_level == "INFO" else config.log_level
    log_format.begin(level, secrets=secrets)
    return config


def basics(database: str | None = None) -> BasicSettings:
    """The settings of a command that only reads the store."""
    found = basic_settings.read(database)
    level = "ERROR" if found.log_level == "INFO" else found.log_level
    log_format.begin(level, secrets=found.secrets)
    return found


def opened_for_reading(
    settings: BasicSettings, *, searches: bool = False
) -> AbstractContextManager[Store]:
    """The store as it is: others may write it meanwhile, and nothing is changed by looking."""
    from storage import open_for_reading

    if not searches:
        return closing(open_for_reading(settings.database))
    from bot.topics.query.analyzer import analyser_mark, indexed

    return closing(open_for_reading(settings.database, words=indexed, mark=analyser_mark()))


def speaker(config: Config | BasicSettings) -> Callable[..., str]:
    """Texts in the language of the terminal."""
    return partial(say, spoken(config.locale))
