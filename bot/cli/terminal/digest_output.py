"""The option that names a digest's form, and printing in that form."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from bot.app.log_format import escape_control_chars
from bot.cli.terminal.options import CommandFunction
from bot.render import FORMATS

format_option: Callable[[CommandFunction], CommandFunction] = click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="markdown",
    show_default=True,
    help="How the digest is printed.",
)


def print_document(document: str) -> None:
    """Print a document as bytes, because a text stream would alter its characters."""
    if sys.stdout.isatty():
        document = escape_control_chars(document)
    click.echo(document.encode(), nl=False)
