"""How a digest is printed: the option that names its form, and the bytes."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from bot.app.log_format import visible
from bot.cli.options import Function
from bot.render import FORMS

form: Callable[[Function], Function] = click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMS)),
    default="markdown",
    show_default=True,
    help="How the digest is printed.",
)


def print_document(document: str) -> None:
    """Prints bytes, because a document holds characters that a text stream would alter."""
    if sys.stdout.isatty():
        document = visible(document)
    click.echo(document.encode(), nl=False)
