"""Options, settings and error reporting shared by all commands."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import click

from bot.app import basic_settings, log_format
from bot.app.basic_settings import BasicSettings
from bot.texts import Refusal, say, supported_language
from storage.errors import StorageError

if TYPE_CHECKING:
    from bot.app.config import Config
    from storage import Store

EXIT_FAILED, EXIT_USAGE = 1, 2
MAX_INT64 = 2**63 - 1  # the largest number of a digest or a message
EXIT_INTERRUPTED = 130  # 128 plus the number of SIGINT, as in shells
LANGUAGE_CHOICES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}

CommandFunction = TypeVar("CommandFunction", bound=Callable[..., None])

database_option: Callable[[CommandFunction], CommandFunction] = click.option(
    "--database", metavar="URL", help="The store: sqlite:///path (or PAPERGRAM_DATABASE)."
)
json_option: Callable[[CommandFunction], CommandFunction] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, one object a line."
)


class CommandFailed(click.ClickException):
    """A command failed; the message goes to standard error."""

    exit_code = EXIT_FAILED

    def __init__(self, message: str) -> None:
        # SQLite reports damage in several lines.
        super().__init__(log_format.redact(" ".join(message.splitlines())))

    def show(self, file: object = None) -> None:
        echo(self.message, err=True)


class CommandMisused(CommandFailed):
    """The call or the settings are wrong; the message goes to standard error."""

    exit_code = EXIT_USAGE


class ErrorReportingGroup(click.Group):
    """A group whose commands report an error as one sentence."""

    def invoke(self, ctx: click.Context) -> object:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # its encoding may lack characters
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise SystemExit(EXIT_INTERRUPTED) from None
        except (Refusal, StorageError) as error:
            raise _command_failure(error) from error
        except OSError as error:
            if error.filename is None:  # of no file: a closed pipe, a network
                raise
            raise _command_failure(error) from error
        except ExceptionGroup as group:
            reported_error = find_error(group, Refusal, StorageError)
            if reported_error is None:
                raise
            raise _command_failure(reported_error) from group


def echo(text: str, *, err: bool = False) -> None:
    """Print a line that cannot control the terminal, whoever wrote what it quotes."""
    click.echo(log_format.escape_control_chars(text), err=err)


def echo_json(row: Mapping[str, object]) -> None:
    """Print an object as a line of JSON."""
    echo(json.dumps(row, ensure_ascii=False))


def find_error(error: Exception, *error_types: type[Exception]) -> Exception | None:
    """Return the error itself, or the first inside a group, that is of one of these types."""
    if isinstance(error, ExceptionGroup):
        nested_errors = (
            find_error(nested_error, *error_types) for nested_error in error.exceptions
        )
        return next((nested_error for nested_error in nested_errors if nested_error), None)
    return error if isinstance(error, error_types) else None


def _command_failure(error: Exception) -> CommandFailed:
    """Return the sentence and exit code with which an error ends a command."""
    translate = terminal_translator()
    if isinstance(error, OSError):
        facts = {"name": str(error.filename), "problem": error.strerror or str(error)}
        return CommandFailed(translate("cli-file-unusable", **facts))
    if isinstance(error, Refusal):
        return CommandMisused(translate(error.key, **error.values))
    return CommandFailed(str(error))


def load_config(database: str | None = None, *, quiet: bool = True) -> Config:
    """Return the settings of this call; ``database`` overrides the environment.

    A ``quiet`` command reports its own problems, so it logs errors only, unless the settings ask
    for more.
    """
    from bot.app import config as all_settings  # its validation takes longer than most commands

    config = all_settings.read_config(database)
    secrets = [secret.get_secret_value() for secret in (config.token, config.llm_key) if secret]
    level = "ERROR" if quiet and config.log_level == "INFO" else config.log_level
    log_format.configure_logging(level, secrets=secrets)
    return config


def load_basic_settings(database: str | None = None) -> BasicSettings:
    """Return the settings of a command that only reads the store."""
    basic_config = basic_settings.read_basic_settings(database)
    level = "ERROR" if basic_config.log_level == "INFO" else basic_config.log_level
    log_format.configure_logging(level, secrets=basic_config.secrets)
    return basic_config


def open_store_for_reading(
    basic_config: BasicSettings, *, for_search: bool = False
) -> AbstractContextManager[Store]:
    """Open the store without changing it; others may write meanwhile."""
    from storage import open_for_reading

    if not for_search:
        return closing(open_for_reading(basic_config.database))
    from bot.topics.query.analyzer import analyzer_version, index_text

    return closing(
        open_for_reading(basic_config.database, analyze=index_text, analyzer=analyzer_version())
    )


def terminal_translator() -> Callable[..., str]:
    """Return a function that says texts in the language of the terminal, without any settings."""
    return partial(say, supported_language(basic_settings.terminal_locale()))


def translator(config: Config | BasicSettings) -> Callable[..., str]:
    """Return a function that says texts in the language of the terminal."""
    return partial(say, supported_language(config.locale))


def parse_day(text: str, config: Config | BasicSettings) -> date:
    """Return the date that an option names.

    Raises:
        CommandMisused: it is no date.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandMisused(translator(config)("cli-date-wrong", given=text[:40])) from None
